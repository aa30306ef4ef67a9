//! Instants as people write them in scenarios.

use std::ops::RangeInclusive;

use crate::Instant;
use crate::input;
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

/// Midnight of Monday 2026-03-02: the day of a scenario without a date.
pub const MONDAY: Instant = 1_772_409_600_000;

const DAY: i64 = 86_400_000;

/// The notation of instants: relative to a first day, or with their date. Always UTC.
///
/// `09:05`, `09:05:30`, `09:05:30.250`; a later day as `+1d 09:05`; a date as `2026-03-02 09:05`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockFace {
    first_day: Instant,
    dated: bool,
}

impl Default for ClockFace {
    fn default() -> ClockFace {
        ClockFace { first_day: MONDAY, dated: false }
    }
}

impl ClockFace {
    /// A notation that always includes the date.
    pub fn dated() -> ClockFace {
        ClockFace { dated: true, ..ClockFace::default() }
    }

    /// Parses an instant.
    pub fn parse(&self, text: &str) -> Option<Instant> {
        let (day, time) = match text.split_once(' ') {
            None => (self.first_day, text),
            Some((day, time)) => {
                let midnight = match day.strip_prefix('+') {
                    Some(days) => {
                        let days: u16 = days.strip_suffix('d')?.parse().ok()?;
                        self.first_day.checked_add(i64::from(days).checked_mul(DAY)?)?
                    }
                    None => NaiveDate::parse_from_str(day, "%Y-%m-%d")
                        .ok()?
                        .and_time(NaiveTime::MIN)
                        .and_utc()
                        .timestamp_millis(),
                };
                (midnight, time.trim_start())
            }
        };
        day.checked_add(time_of_day(time)?).filter(|instant| WRITABLE.contains(instant))
    }

    /// Whether a text begins with a date.
    pub fn is_date(text: &str) -> bool {
        NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok()
    }

    /// Formats an instant as briefly as possible.
    pub fn show(&self, instant: Instant) -> String {
        let Some(moment) = DateTime::from_timestamp_millis(instant).map(|m| m.naive_utc()) else {
            return instant.to_string();
        };
        let time = show_time(&moment);
        let days = instant.saturating_sub(self.first_day).div_euclid(DAY);
        match days {
            0 if !self.dated => time,
            1..=999 if !self.dated => format!("+{days}d {time}"),
            _ => format!("{} {time}", moment.format("%Y-%m-%d")),
        }
    }
}

/// The instants that RFC 3339 can represent: the years 0 to 9999, in UTC.
const WRITABLE: RangeInclusive<Instant> = -62_167_219_200_000..=253_402_300_799_999;

/// Parses an instant of RFC 3339, `2026-03-01T09:00:00Z` or with an offset, also in the variants
/// that platforms use: see [`input::instant`]. `None` if the offset leads outside the years that
/// [`show_rfc3339`] can write.
pub fn parse_rfc3339(text: &str) -> Option<Instant> {
    input::instant(text).filter(|instant| WRITABLE.contains(instant))
}

/// Formats an instant by RFC 3339, in UTC.
pub fn show_rfc3339(instant: Instant) -> String {
    DateTime::from_timestamp_millis(instant).map_or_else(
        || instant.to_string(),
        |moment| moment.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true),
    )
}

/// Milliseconds since midnight of `HH:MM`, `HH:MM:SS` or `HH:MM:SS.mmm`.
pub fn time_of_day(text: &str) -> Option<i64> {
    let form = if text.matches(':').count() == 1 { "%H:%M" } else { "%H:%M:%S%.3f" };
    let padded = if text.matches(':').count() == 2 && !text.contains('.') {
        format!("{text}.000")
    } else {
        text.to_owned()
    };
    let time = NaiveTime::parse_from_str(&padded, form).ok()?;
    Some(time.signed_duration_since(NaiveTime::MIN).max(TimeDelta::zero()).num_milliseconds())
}

fn show_time(moment: &NaiveDateTime) -> String {
    let millis = moment.and_utc().timestamp_millis();
    let form = match (millis.rem_euclid(60_000), millis.rem_euclid(1000)) {
        (0, _) => "%H:%M",
        (_, 0) => "%H:%M:%S",
        _ => "%H:%M:%S%.3f",
    };
    moment.format(form).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_read_as_it_is_shown() {
        let face = ClockFace::default();
        for text in ["00:00", "09:05", "09:05:30", "09:05:30.250", "+1d 09:05", "2026-02-28 09:00"]
        {
            assert_eq!(face.show(face.parse(text).expect(text)), text);
        }
        assert_eq!(ClockFace::dated().show(MONDAY), "2026-03-02 00:00");
    }

    #[test]
    fn what_is_read_can_be_written() {
        for text in ["0000-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z"] {
            let instant = parse_rfc3339(text).expect(text);
            assert_eq!(parse_rfc3339(&show_rfc3339(instant)), Some(instant), "{text}");
        }
        for text in
            ["0000-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00", "9999-12-31T23:59:60Z"]
        {
            assert_eq!(parse_rfc3339(text), None, "{text}");
        }
        for text in ["-0001-12-31 00:00", "+10000-01-01 00:00"] {
            assert_eq!(ClockFace::dated().parse(text), None, "{text}");
        }
    }

    #[test]
    fn other_texts_are_no_instants() {
        for text in ["", "9", "25:00", "09:60", "+d 09:00", "09:00:00.", "yesterday 09:00"] {
            assert_eq!(ClockFace::default().parse(text), None, "{text}");
        }
    }
}
