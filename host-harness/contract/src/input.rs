//! JSON as real senders write it.
//!
//! Senders cut texts in the middle of an emoji and send the first half as `\ud83d`, declare UTF-8
//! and send another encoding, begin with a byte order mark, or leave an unescaped line break in a
//! string. `serde_json` refuses all of these, but refusing a message may lose a customer's answer.
//! [`read_json`] reads valid JSON at no extra cost; only text that was refused is repaired and
//! parsed again.

use std::borrow::Cow;

use chrono::DateTime;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// U+FFFD as an escape: replaces invalid characters.
const REPLACEMENT: &[u8; 4] = b"fffd";

/// The byte order mark as text.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// The text without a leading byte order mark (RFC 8259, 8.1).
#[must_use]
pub fn without_mark(text: &str) -> &str {
    text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text)
}

/// Decodes bytes that should be UTF-8, without a byte order mark; invalid sequences become U+FFFD.
#[must_use]
pub fn text_of(bytes: &[u8]) -> Cow<'_, str> {
    match String::from_utf8_lossy(bytes) {
        Cow::Borrowed(text) => Cow::Borrowed(without_mark(text)),
        Cow::Owned(text) => Cow::Owned(without_mark(&text).to_owned()),
    }
}

/// Parses JSON. A byte order mark is skipped, half a surrogate pair becomes U+FFFD, and a control
/// character in a string is accepted as itself. Lines and columns of an error refer to the text
/// without the mark.
///
/// ```
/// let half: String = despertador_contract::input::read_json(r#""E o 4711 \ud83d""#)?;
/// assert_eq!(half, "E o 4711 \u{fffd}");
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// # Errors
///
/// If it is not JSON, or not of this type.
pub fn read_json<T: DeserializeOwned>(text: &str) -> Result<T, serde_json::Error> {
    let text = without_mark(text);
    serde_json::from_str(text).or_else(|error| match repaired(text) {
        Cow::Owned(repaired) => serde_json::from_str(&repaired),
        Cow::Borrowed(_) => Err(error),
    })
}

/// JSON text with invalid strings repaired: see [`read_json`]. The same text if nothing had to be
/// repaired.
#[must_use]
pub fn repaired(text: &str) -> Cow<'_, str> {
    let mut repairs = Repairs { done: None, copied: 0, text };
    let bytes = text.as_bytes();
    let (mut at, mut quoted) = (0_usize, false);
    while let Some(byte) = bytes.get(at) {
        let next = at.saturating_add(1);
        at = match byte {
            b'"' => {
                quoted = !quoted;
                next
            }
            b'\\' if quoted => match surrogate(bytes, at) {
                None => next.saturating_add(1),
                Some(Surrogate::Pair { end }) => end,
                Some(Surrogate::Half { digits, end }) => {
                    repairs.replace(digits, end, REPLACEMENT);
                    end
                }
            },
            0..0x20 if quoted => {
                repairs.replace(at, next, format!("\\u{byte:04x}").as_bytes());
                next
            }
            _ => next,
        };
    }
    repairs.finish()
}

/// The instant of a number of seconds or milliseconds since 1970. The number of digits
/// distinguishes them: the seconds of the year 5138 have 11 digits, the milliseconds of 1973 have
/// 12.
#[must_use]
pub fn instant_of_number(number: i64) -> i64 {
    if number.unsigned_abs() < 100_000_000_000 { number.saturating_mul(1000) } else { number }
}

/// A text, also one that was written as a number or a switch: an id `4711`.
#[must_use]
pub fn text_in(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(switch) => Some(switch.to_string()),
        _ => None,
    }
}

/// A non-negative integer, also written as `7.0`.
#[must_use]
pub fn whole_number(value: &Value) -> Option<u64> {
    /// The smallest number that is too large: 2^64.
    const BEYOND: f64 = 18_446_744_073_709_551_616.0;
    value.as_u64().or_else(|| {
        let float = value.as_f64().filter(|it| it.fract() == 0.0 && (0.0..BEYOND).contains(it))?;
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "looked at above"
        )]
        let whole = float as u64;
        Some(whole)
    })
}

/// A non-negative integer, also with its digits in quotes.
#[must_use]
pub fn whole_number_in(value: &Value) -> Option<u64> {
    match value {
        Value::String(text) => text.trim().parse().ok(),
        other => whole_number(other),
    }
}

/// `true` or `false`, also in quotes.
#[must_use]
pub fn switch_in(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(switch) => Some(*switch),
        Value::String(text) => text.trim().to_ascii_lowercase().parse().ok(),
        _ => None,
    }
}

/// An instant as platforms write it: see [`instant`]; or a number of seconds or milliseconds since
/// 1970, also with its digits in quotes.
#[must_use]
pub fn instant_in(value: &Value) -> Option<i64> {
    match value {
        Value::String(text) => {
            instant(text).or_else(|| text.trim().parse().ok().map(instant_of_number))
        }
        number => number.as_i64().map(instant_of_number),
    }
}

/// Parses an instant with date, time and offset, as platforms write it, into milliseconds since the
/// epoch. Besides RFC 3339 it accepts a space instead of the `T`, offsets such as `+0000` and
/// `+00`, `UTC` and `GMT`, and times without seconds.
#[must_use]
pub fn instant(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
        return Some(instant.timestamp_millis());
    }
    let named = ["UTC", "GMT", "utc", "gmt", "Z", "z"].into_iter();
    let mut named =
        named.filter_map(|name| Some(format!("{}+00:00", text.strip_suffix(name)?.trim_end())));
    let text = named.next().unwrap_or_else(|| text.to_owned());
    let (date, time) = text.split_once(['T', 't', ' '])?;
    let text = format!("{date}T{}", time.replace(' ', ""));
    let formats = ["%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%dT%H:%M%#z"];
    let read = formats.into_iter().find_map(|format| DateTime::parse_from_str(&text, format).ok());
    read.map(|instant| instant.timestamp_millis())
}

enum Surrogate {
    /// A complete pair, up to here.
    Pair { end: usize },
    /// One half of a pair, and the position of its digits.
    Half { digits: usize, end: usize },
}

/// The surrogate that the escape at this position encodes.
fn surrogate(bytes: &[u8], at: usize) -> Option<Surrogate> {
    const HIGH: std::ops::RangeInclusive<u16> = 0xd800..=0xdbff;
    const LOW: std::ops::RangeInclusive<u16> = 0xdc00..=0xdfff;
    let unit = unit(bytes, at)?;
    let (digits, end) = (at.saturating_add(2), at.saturating_add(6));
    if HIGH.contains(&unit) && self::unit(bytes, end).is_some_and(|low| LOW.contains(&low)) {
        return Some(Surrogate::Pair { end: end.saturating_add(6) });
    }
    (HIGH.contains(&unit) || LOW.contains(&unit)).then_some(Surrogate::Half { digits, end })
}

/// The UTF-16 code unit of the `\uXXXX` at this position.
fn unit(bytes: &[u8], at: usize) -> Option<u16> {
    let digits = bytes.get(at..at.saturating_add(6))?.strip_prefix(b"\\u")?;
    let digits = std::str::from_utf8(digits).ok()?;
    // `from_str_radix` also accepts a sign.
    digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then_some(())?;
    u16::from_str_radix(digits, 16).ok()
}

/// A text with replacements; it is copied on the first one.
struct Repairs<'a> {
    text: &'a str,
    done: Option<String>,
    copied: usize,
}

impl<'a> Repairs<'a> {
    /// Replaces ASCII with ASCII.
    fn replace(&mut self, from: usize, to: usize, with: &[u8]) {
        let before = self.text.get(self.copied..from).unwrap_or_default();
        let done = self.done.get_or_insert_with(|| String::with_capacity(self.text.len()));
        done.push_str(before);
        done.extend(with.iter().map(|byte| char::from(*byte)));
        self.copied = to;
    }

    fn finish(self) -> Cow<'a, str> {
        let Some(mut done) = self.done else { return Cow::Borrowed(self.text) };
        done.push_str(self.text.get(self.copied..).unwrap_or_default());
        Cow::Owned(done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn half_pairs_become_the_replacement_character_wherever_they_are() {
        for (text, expected) in [
            (r#""\ud83d""#, "\u{fffd}"),
            (r#""\uD83D!""#, "\u{fffd}!"),
            (r#""\ude00""#, "\u{fffd}"),
            (r#""\ude00\ud83d""#, "\u{fffd}\u{fffd}"),
            (r#""\ud83d\ude00""#, "😀"),
            (r#""\ud83d\ud83d\ude00""#, "\u{fffd}😀"),
            (r#""\ud83d\ude00\ude00""#, "😀\u{fffd}"),
            (r#""\ud83dx\ude00""#, "\u{fffd}x\u{fffd}"),
            (r#""\ud83d\n\u0041""#, "\u{fffd}\nA"),
            (r#""\\ud83d""#, "\\ud83d"),
            (r#""\\\ud83d""#, "\\\u{fffd}"),
            (r#""é\ud83d中""#, "é\u{fffd}中"),
            ("\"a\tb\nc\u{0}d\"", "a\tb\nc\u{0}d"),
        ] {
            let read: String = read_json(text).expect(text);
            assert_eq!(read, expected, "{text}");
        }
        let read: Value = read_json(r#"{"a\ude00":["\ud83d",{"b":"\udfff"}]}"#).expect("JSON");
        assert_eq!(read, json!({"a\u{fffd}": ["\u{fffd}", {"b": "\u{fffd}"}]}));
    }

    #[test]
    fn a_byte_order_mark_is_skipped_and_changes_no_column() {
        assert_eq!(read_json::<Value>("\u{feff}{\"a\":1}").expect("JSON"), json!({"a": 1}));
        for text in ["{\"a\":1,}", "[\"\\ud83d\", nonsense]", "{\n  \"a\": \"\\ud83d\"\n,}"] {
            let plain = text.replace("\\ud83d", "\\u0041");
            let expected = serde_json::from_str::<Value>(&plain).expect_err("it is no JSON");
            for text in [text.to_owned(), format!("\u{feff}{text}")] {
                let error = read_json::<Value>(&text).expect_err("it is no JSON");
                assert_eq!((error.line(), error.column()), (expected.line(), expected.column()));
            }
        }
    }

    #[test]
    fn what_is_no_utf_8_is_read_as_far_as_it_is_text() {
        assert_eq!(text_of(b"\xef\xbb\xbfol\xe1"), "ol\u{fffd}");
        assert_eq!(text_of("\u{feff}olá".as_bytes()), "olá");
        assert_eq!(text_of(b""), "");
    }

    #[test]
    fn instants_are_read_as_platforms_write_them() {
        for text in [
            "2024-06-25T13:00:00Z",
            "2024-06-25t13:00:00z",
            " 2024-06-25T13:00:00.000Z ",
            "2024-06-25T10:00:00-03:00",
            "2024-06-25T10:00:00-0300",
            "2024-06-25T10:00:00-03",
            "2024-06-25T10:00:00.000-0300",
            "2024-06-25 13:00:00+00",
            "2024-06-25 13:00:00 UTC",
            "2024-06-25 10:00:00 -0300",
            "2024-06-25T13:00:00 GMT",
            "2024-06-25T13:00Z",
        ] {
            assert_eq!(instant(text), Some(1_719_320_400_000), "{text}");
        }
        for text in [
            "",
            "2024-06-25",
            "2024-06-25T13:00:00",
            "13:00",
            "yesterday",
            "2024-13-25T13:00:00Z",
            "2024-06-25T25:00:00+0000",
            "25/06/2024 13:00:00Z",
        ] {
            assert_eq!(instant(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_json_stays_none_and_nothing_panics() {
        for text in [
            "",
            "\"",
            "\"\\",
            "\"\\u",
            "\"\\ud83",
            "\"\\ud83d",
            "\"\\ud83d\\",
            "\"\\ud83d\\u",
            "\"\\ud83d\\ude0",
            "\"\\u+123\"",
            "\\ud83d",
            "{\"a\": \\ud83d}",
            "\"\\ud8é\"",
        ] {
            assert!(read_json::<Value>(text).is_err(), "{text}");
        }
        assert!(matches!(repaired(r#"{"a":"\ud83d\ude00 \\ud83d é"}"#), Cow::Borrowed(_)));
    }
}
