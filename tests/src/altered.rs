//! Inputs that are almost what a door takes: samples with some of their bytes altered, the same for
//! the same seed.

use std::ops::Range;

use serde_json::Value;

/// The seeds of a run: so many, or with `ALTERED=N` in the environment N times as many
/// (docs/testing.md).
#[must_use]
pub fn seeds(count: u64) -> Range<u64> {
    let times = std::env::var("ALTERED").ok().and_then(|times| times.parse().ok()).unwrap_or(1);
    0..count.saturating_mul(times)
}

/// What is put into a sample: numbers that are too large, halves of characters, marks, controls.
const PARTS: [&[u8]; 34] = [
    b"\"",
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"null",
    b"-",
    b"0",
    b"1e999",
    b"-0.0",
    b"99999999999999999999",
    b"9223372036854775807",
    b"-9223372036854775808",
    b"\\ud800",
    b"\\udc00\\ud800",
    b"\\u0000",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"\xc0\xaf",
    b"\xf0\x9f\x98",
    b"\0",
    b"\r\n",
    b"\n",
    b";",
    b"\t",
    b"\x1b[2J",
    "\u{202e}".as_bytes(),
    "\u{2028}".as_bytes(),
    "→".as_bytes(),
    "```".as_bytes(),
];

/// What is repeated until it is nested deeply.
const NESTED: [&[u8]; 5] = [b"[", b"{\"a\":", b"[{", b"(", b"- "];

/// One of the samples, altered at a few places.
#[must_use]
pub fn altered(samples: &[&[u8]], seed: u64) -> Vec<u8> {
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut bytes = rng.choice(samples).map(|sample| sample.to_vec()).unwrap_or_default();
    // Half of them are altered a little, so that much of it is read.
    let (times, length) = if seed.is_multiple_of(2) { (3, 6) } else { (12, 40) };
    for _ in 0..rng.usize(1..times) {
        let place = rng.usize(0..=bytes.len());
        let end = place.saturating_add(rng.usize(0..length)).min(bytes.len());
        match rng.u8(0..9) {
            0 => drop(bytes.drain(place..end)),
            1 => bytes.insert(place, rng.u8(..)),
            2 => {
                let flipped = 1 << rng.u8(0..8);
                bytes.iter_mut().skip(place).take(1).for_each(|byte| *byte ^= flipped);
            }
            3 => {
                let part: Vec<u8> = bytes.drain(place..end).collect();
                let at = rng.usize(0..=bytes.len());
                bytes.splice(at..at, part);
            }
            4 => {
                let part: Vec<u8> = bytes.iter().take(end).skip(place).copied().collect();
                bytes.splice(place..place, part);
            }
            5 => {
                // A piece of another sample.
                let other = rng.choice(samples).copied().unwrap_or_default();
                let from = rng.usize(0..=other.len());
                let part: Vec<u8> = other.iter().skip(from).take(60).copied().collect();
                bytes.splice(place..end, part);
            }
            6 if rng.u8(0..8) == 0 => bytes.truncate(place),
            7 if rng.u8(0..30) == 0 => {
                let part = rng.choice(NESTED).unwrap_or_default();
                let part = part.repeat(rng.usize(1..20_000));
                bytes.splice(place..place, part);
            }
            _ => {
                let part = rng.choice(PARTS).unwrap_or_default();
                bytes.splice(place..end, part.iter().copied());
            }
        }
    }
    bytes
}

/// A sample that stays JSON: some of its values are others, and it has other members. One that is
/// no JSON is altered as a text.
#[must_use]
pub fn altered_json(samples: &[&str], seed: u64) -> String {
    let mut rng = fastrand::Rng::with_seed(seed);
    let sample = rng.choice(samples).copied().unwrap_or("null");
    let Ok(mut value) = serde_json::from_str::<Value>(sample) else {
        return altered_text(&[sample], seed);
    };
    for _ in 0..rng.usize(1..4) {
        let mut places = Vec::new();
        let mut walked = vec![(String::new(), &value)];
        while let Some((place, value)) = walked.pop() {
            match value {
                Value::Object(members) => walked.extend(members.iter().map(|(name, value)| {
                    (format!("{place}/{}", name.replace('~', "~0").replace('/', "~1")), value)
                })),
                Value::Array(list) => {
                    let numbered = list.iter().enumerate();
                    walked.extend(numbered.map(|(n, value)| (format!("{place}/{n}"), value)));
                }
                _ => {}
            }
            places.push(place);
        }
        let copied = rng.choice(&places).and_then(|place| value.pointer(place)).cloned();
        let place = rng.choice(&places).cloned().unwrap_or_default();
        let Some(found) = value.pointer_mut(&place) else { continue };
        match found {
            Value::Object(members) if rng.bool() => {
                let name = rng.choice(NAMES).unwrap_or_default();
                members.insert(name.into(), stranger(&mut rng, copied));
            }
            Value::String(text) if rng.bool() => {
                let part = rng.choice(TEXTS).unwrap_or_default();
                let place = text.char_indices().map(|(place, _)| place);
                let place = rng.choice(place.collect::<Vec<_>>()).unwrap_or(0);
                text.insert_str(place, part);
            }
            found => *found = stranger(&mut rng, copied),
        }
    }
    value.to_string()
}

const NAMES: [&str; 8] = ["", "more", "id", "at", "text", "a/b~c", "é", "event"];
const TEXTS: [&str; 8] = ["", "/", "\0", "\u{202e}", "😀", " ", "other:", "999999999999999999999"];

fn stranger(rng: &mut fastrand::Rng, copied: Option<Value>) -> Value {
    match rng.u8(0..12) {
        0 => Value::Null,
        1 => rng.bool().into(),
        2 => rng.i64(..).into(),
        3 => u64::MAX.into(),
        4 => (rng.f64() * 1e300).into(),
        5 => "".into(),
        6 => rng.choice(TEXTS).unwrap_or_default().repeat(rng.usize(1..2_000)).into(),
        7 => Value::Array(Vec::new()),
        8 => Value::Object(serde_json::Map::new()),
        9 => (0..rng.usize(0..30)).map(|_| rng.char(..)).collect::<String>().into(),
        _ => copied.unwrap_or_default(),
    }
}

/// The bytes of [`altered`] as a text, as most doors take it: what is no UTF-8 becomes U+FFFD.
#[must_use]
pub fn altered_text(samples: &[&str], seed: u64) -> String {
    let samples: Vec<&[u8]> = samples.iter().map(|sample| sample.as_bytes()).collect();
    String::from_utf8_lossy(&altered(&samples, seed)).into_owned()
}
