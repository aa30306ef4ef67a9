//! Formats numbers, durations and instants for a page's reader.

use std::borrow::Cow;

use despertador_contract::Instant;
use despertador_contract::Zone;
use despertador_contract::duration;

use despertador_contract::Language;

use crate::text::{Words, separators, words};

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60_000;
const HOUR: i64 = 3_600_000;
const DAY: i64 = 86_400_000;

/// The formatting of a page.
#[derive(Clone, Copy)]
pub(crate) struct Form<'z> {
    pub(crate) language: Language,
    pub(crate) words: &'static Words,
    /// The zone of the displayed times.
    zone: &'z Zone,
}

impl<'z> Form<'z> {
    pub(crate) fn new(language: Language, zone: &'z Zone) -> Form<'z> {
        Form { language, words: words(language), zone }
    }

    /// A number with thousands separators.
    pub(crate) fn count(self, number: impl TryInto<u64>) -> String {
        let digits = number.try_into().unwrap_or(u64::MAX).to_string();
        let (thousands, _) = separators(self.language);
        let mut text = String::new();
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && digits.len().saturating_sub(place).is_multiple_of(3) {
                text.push(thousands);
            }
            text.push(digit);
        }
        text
    }

    /// Tenths of a percent: `12.3 %`, with a non-breaking space.
    pub(crate) fn per_mille(self, part: u64) -> String {
        let (_, tenths) = separators(self.language);
        format!("{}{tenths}{}\u{a0}%", part / 10, part % 10)
    }

    /// A share from 0 to 1, in percent.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a part of a thousand, clamped"
    )]
    pub(crate) fn part(self, part: f64) -> String {
        self.per_mille((part.clamp(0.0, 1.0) * 1_000.0).round() as u64)
    }

    /// Minutes with at most one decimal.
    pub(crate) fn decimal(self, number: f64) -> String {
        let (_, tenths) = separators(self.language);
        let text = format!("{number:.1}");
        text.strip_suffix(".0")
            .map_or_else(|| text.replace('.', &tenths.to_string()), str::to_owned)
    }

    /// Date and time in the reader's zone: `2026-03-02`, `09:05:30`.
    pub(crate) fn date_and_time(self, at: Instant) -> (String, String) {
        let shown = self.zone.show(at);
        shown.split_once(' ').map_or_else(
            || (shown.clone(), String::new()),
            |(date, time)| (date.to_owned(), time.to_owned()),
        )
    }

    /// Both in one text.
    pub(crate) fn instant(self, at: Instant) -> String {
        let (date, time) = self.date_and_time(at);
        format!("{date} {time}")
    }

    /// The zone's name: `UTC`, `UTC-03:00`, `America/Bogota`.
    pub(crate) fn zone(self) -> String {
        self.zone.name()
    }
}

/// An exact duration in the units of a policy.
pub(crate) fn exact(milliseconds: i64) -> String {
    duration::show(u64::try_from(milliseconds).unwrap_or_default())
}

/// A duration in its two largest units.
pub(crate) fn about(milliseconds: i64) -> String {
    let unit = match milliseconds {
        DAY.. => HOUR,
        HOUR.. => MINUTE,
        _ => SECOND,
    };
    exact(milliseconds.saturating_sub(milliseconds.rem_euclid(unit)))
}

/// A text from a file, without characters that pages and images must not contain.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    let bad = |c: char| c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}');
    if text.contains(bad) { text.replace(bad, "\u{fffd}").into() } else { text.into() }
}

/// The first characters of a text, with an ellipsis if it was longer. Its writing direction is
/// isolated from the surrounding text.
pub(crate) fn short(text: &str, most: usize) -> String {
    let clean = clean(text);
    let mut shown: String = clean.chars().take(most).collect();
    if clean.chars().nth(most).is_some() {
        shown.push('…');
    }
    format!("\u{2068}{shown}\u{2069}")
}

/// The zone of tests.
#[cfg(test)]
pub(crate) static UTC: Zone = Zone::UTC;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_the_language_does() {
        let english = Form::new(Language::English, &UTC);
        let spanish = Form::new(Language::Spanish, &UTC);
        assert_eq!(english.count(1_234_567_u64), "1,234,567");
        assert_eq!(spanish.count(1_234_567_u64), "1.234.567");
        assert_eq!(english.per_mille(123), "12.3\u{a0}%");
        assert_eq!(spanish.part(0.0714), "7,1\u{a0}%");
        assert_eq!((english.decimal(2.0), spanish.decimal(2.25)), ("2".into(), "2,2".into()));
    }

    #[test]
    fn instants_are_shown_on_the_readers_clock() {
        const AT: i64 = 1_772_413_530_250;
        assert_eq!(Form::new(Language::English, &UTC).instant(AT), "2026-03-02 01:05:30");
        let zone = Zone::parse("America/Bogota").expect("a zone");
        let bogota = Form::new(Language::Spanish, &zone);
        assert_eq!(bogota.instant(AT), "2026-03-01 20:05:30");
        assert_eq!(bogota.zone(), "America/Bogota");
    }

    #[test]
    fn lengths_of_time_have_two_units_at_most() {
        assert_eq!(about(93_784_000), "1 d 2 h");
        assert_eq!(about(3_784_000), "1 h 3 min");
        assert_eq!(about(184_300), "3 min 4 s");
        assert_eq!(about(0), "0 s");
    }

    #[test]
    fn texts_of_files_are_cleaned_and_cut() {
        assert_eq!(clean("a\u{0}b\u{1b}[1m"), "a\u{fffd}b\u{fffd}[1m");
        assert_eq!(short("abcdef", 3), "\u{2068}abc…\u{2069}");
        assert_eq!(short("abc", 3), "\u{2068}abc\u{2069}");
    }
}
