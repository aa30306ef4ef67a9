//! Dates as Blip writes them: ISO 8601, in UTC.

use std::fmt;

use chrono::{DateTime, SecondsFormat};
use despertador_contract::{Instant, input};
use serde_json::Value;

use crate::error::{Problem, ReadError};
use crate::object::{Json, Reading};

/// A date, stored as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Date {
    text: String,
    instant: Instant,
}

impl Date {
    /// The date of an instant; `None` if the calendar does not have it.
    #[must_use]
    pub fn at(instant: Instant) -> Option<Self> {
        let date = DateTime::from_timestamp_millis(instant)?;
        Some(Self { text: date.to_rfc3339_opts(SecondsFormat::Millis, true), instant })
    }

    /// Parses a date as platforms write it: `+0000` and `+00` are offsets too, and a date without
    /// an offset is in UTC.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let instant =
            input::instant(text).or_else(|| input::instant(&format!("{}Z", text.trim())))?;
        Some(Self { text: text.into(), instant })
    }

    /// The instant of the date.
    #[must_use]
    pub fn instant(&self) -> Instant {
        self.instant
    }

    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Json for Date {
    fn read(value: Value) -> Reading<Self> {
        match value {
            Value::String(text) => match Self::parse(&text) {
                Some(date) => Reading::Exact(date),
                None => {
                    let error = ReadError::new(Problem::NotADate(text.clone()));
                    Reading::Odd(Value::String(text), error)
                }
            },
            Value::Number(number) => {
                match number.as_i64().and_then(|n| Self::at(input::instant_of_number(n))) {
                    Some(date) => Reading::Loose(date, Value::Number(number)),
                    None => Reading::odd(Value::Number(number), "a date"),
                }
            }
            other => Reading::odd(other, "a date"),
        }
    }

    fn write(&self) -> Value {
        self.as_str().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_with_and_without_offset() {
        for (text, instant) in [
            ("2024-06-25T13:00:00.000Z", 1_719_320_400_000),
            ("2024-06-25T13:00:00Z", 1_719_320_400_000),
            ("2024-06-25T10:00:00-03:00", 1_719_320_400_000),
            ("2024-06-25T13:00:00.1234567Z", 1_719_320_400_123),
            ("2024-06-25T13:00:00", 1_719_320_400_000),
            ("2024-06-25T13:00:00.000+0000", 1_719_320_400_000),
            ("2024-06-25T10:00:00-0300", 1_719_320_400_000),
            ("2024-06-25 13:00:00+00", 1_719_320_400_000),
            ("2024-06-25 13:00:00 UTC", 1_719_320_400_000),
        ] {
            let date = Date::parse(text).expect(text);
            assert_eq!((date.instant(), date.as_str()), (instant, text));
        }
        for text in ["", "25/06/2024", "2024-06-25", "2024-13-25T13:00:00Z"] {
            assert_eq!(Date::parse(text), None, "{text}");
        }
        let date = Date::at(1_719_320_400_000).expect("a date");
        assert_eq!(date.as_str(), "2024-06-25T13:00:00.000Z");
        assert_eq!(Date::at(i64::MAX), None);
    }
}
