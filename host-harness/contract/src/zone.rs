//! A reader's local time: a time zone with summer time, or a fixed offset from UTC.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

use crate::Instant;

/// A time zone by its IANA name, or a fixed offset from UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Default for Zone {
    fn default() -> Self {
        Zone::UTC
    }
}

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Zone = Zone(TimeZone::UTC);

    /// Parses `America/Bogota`, `UTC`, `Z`, `-03:00`, `-0300`, `-03`, `UTC-3` or `GMT-03:00`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Zone> {
        let text = text.trim();
        let prefix = text
            .get(..3)
            .filter(|p| p.eq_ignore_ascii_case("utc") || p.eq_ignore_ascii_case("gmt"));
        let offset = match prefix {
            Some(prefix) => text.get(prefix.len()..)?.trim_start(),
            None => text,
        };
        if offset.eq_ignore_ascii_case("z") || prefix.is_some() && offset.is_empty() {
            return Some(Zone::UTC);
        }
        if let Some(seconds) = seconds(offset) {
            return Some(Zone(TimeZone::fixed(Offset::from_seconds(seconds).ok()?)));
        }
        // Abbreviations of three or four letters are ambiguous between countries.
        let is_name = text.contains('/');
        TimeZone::get(text).ok().filter(|_| is_name).map(Zone)
    }

    /// The zone in a policy's config, or UTC.
    #[must_use]
    pub fn of_policy(config: &str) -> Zone {
        let named = || {
            let config: serde_json::Value = serde_json::from_str(config).ok()?;
            Zone::parse(config.get("zone")?.as_str()?)
        };
        named().unwrap_or_default()
    }

    /// A fixed offset from UTC, in minutes.
    #[must_use]
    pub fn fixed(minutes: i32) -> Option<Zone> {
        let offset = Offset::from_seconds(minutes.checked_mul(60)?).ok()?;
        Some(Zone(TimeZone::fixed(offset)))
    }

    /// The offset from UTC at an instant, in minutes.
    #[must_use]
    pub fn offset_at(&self, at: Instant) -> i32 {
        let Ok(at) = Timestamp::from_millisecond(at) else { return 0 };
        self.0.to_offset(at).seconds().div_euclid(60)
    }

    /// The instant of a local time. For a repeated time the first one; for a skipped one, the
    /// instant as long after the gap.
    #[must_use]
    pub fn instant(&self, shown: DateTime) -> Option<Instant> {
        Some(self.0.to_ambiguous_timestamp(shown).compatible().ok()?.as_millisecond())
    }

    /// The instant at which its clock shows a local time, in milliseconds since 1970; see
    /// [`instant`](Self::instant).
    #[must_use]
    pub fn of_wall_clock(&self, shown: i64) -> Option<Instant> {
        self.instant(Offset::UTC.to_datetime(Timestamp::from_millisecond(shown).ok()?))
    }

    /// The local time at an instant, in milliseconds since 1970.
    #[must_use]
    pub fn wall_clock(&self, at: Instant) -> i64 {
        at.saturating_add(i64::from(self.offset_at(at)).saturating_mul(60_000))
    }

    /// Formats an instant in local time: `2026-03-02 09:05`, with seconds if they are not zero.
    #[must_use]
    pub fn show(&self, at: Instant) -> String {
        let Ok(stamp) = Timestamp::from_millisecond(at) else { return at.to_string() };
        let shown = self.0.to_datetime(stamp);
        let form = if shown.second() == 0 { "%Y-%m-%d %H:%M" } else { "%Y-%m-%d %H:%M:%S" };
        shown.strftime(form).to_string()
    }

    /// Its name: `America/Bogota`, `UTC`, `UTC-03:00`.
    #[must_use]
    pub fn name(&self) -> String {
        if let Some(name) = self.0.iana_name() {
            return name.to_owned();
        }
        match self.0.to_fixed_offset() {
            Ok(offset) if offset != Offset::UTC => {
                let minutes = offset.seconds().unsigned_abs() / 60;
                let sign = if offset.is_negative() { '-' } else { '+' };
                format!("UTC{sign}{:02}:{:02}", minutes / 60, minutes % 60)
            }
            _ => "UTC".into(),
        }
    }
}

/// Parses the seconds of `+00`, `+0000`, `-03:00`, `-3`, `+05:30:00`.
fn seconds(text: &str) -> Option<i32> {
    let (sign, digits) = match text.chars().next()? {
        '+' => (1, text.get(1..)?),
        '-' => (-1, text.get(1..)?),
        '\u{2212}' => (-1, text.get('\u{2212}'.len_utf8()..)?),
        _ => return None,
    };
    let number = |text: &str| -> Option<i32> {
        let plain = (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        text.parse().ok().filter(|_| plain)
    };
    let parts: Vec<&str> = match digits.len() {
        4 if !digits.contains(':') => vec![digits.get(..2)?, digits.get(2..)?],
        _ => digits.split(':').collect(),
    };
    let [hours, rest @ ..] = parts.as_slice() else { return None };
    if rest.len() > 2 || rest.iter().any(|part| part.len() != 2) {
        return None;
    }
    let part = |place: usize| rest.get(place).map_or(Some(0), |part| number(part));
    let (hours, minutes, seconds) = (number(hours)?, part(0)?, part(1)?);
    if hours > 18 || minutes > 59 || seconds > 59 {
        return None;
    }
    let total = hours.checked_mul(3_600)?.checked_add(minutes.checked_mul(60)?)?;
    total.checked_add(seconds)?.checked_mul(sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_read_by_name_or_by_offset() {
        for (text, name) in [
            ("America/Bogota", "America/Bogota"),
            ("europe/madrid", "Europe/Madrid"),
            ("UTC", "UTC"),
            ("z", "UTC"),
            ("GMT", "UTC"),
            ("+00", "UTC"),
            ("-0300", "UTC-03:00"),
            ("-03", "UTC-03:00"),
            ("-03:00", "UTC-03:00"),
            ("UTC-3", "UTC-03:00"),
            ("gmt+05:30", "UTC+05:30"),
        ] {
            assert_eq!(Zone::parse(text).map(|zone| zone.name()), Some(name.into()), "{text}");
        }
        for text in ["", "3", "Europe/Nowhere", "-25:00", "+1:2", "+00000", "soon", "-", "UTCish"] {
            assert_eq!(Zone::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_zone_has_its_summer_time() {
        let madrid = Zone::parse("Europe/Madrid").expect("a zone");
        let winter = 1_768_496_400_000; // 2026-01-15T17:00Z
        let summer = 1_784_134_800_000; // 2026-07-15T17:00Z
        assert_eq!((madrid.offset_at(winter), madrid.offset_at(summer)), (60, 120));
        assert_eq!(madrid.show(winter), "2026-01-15 18:00");
        assert_eq!(madrid.show(summer), "2026-07-15 19:00");
        // At the clock change, two o'clock is skipped or repeated.
        let at = |text: &str| madrid.instant(text.parse().expect("a time"));
        assert_eq!(at("2026-03-29T02:30"), at("2026-03-29T03:30"));
        assert_eq!(at("2026-10-25T02:30"), Some(1_792_888_200_000)); // 00:30Z, still summer
    }
}
