//! Opening hours: weekly, with holidays and special days. Times of day are what the clocks of a
//! zone show; open time is time that passes, so an opening across a change of the clocks is longer
//! or shorter than it looks.

use crate::instant::{Instant, Span};
use crate::zone::{self, Clock, Zone};
use alloc::vec::Vec;
use chrono::{Datelike, NaiveDate};
use core::slice;

/// Minutes in a day of 24 hours; as an end, the midnight that ends it.
pub(crate) const MIDNIGHT: u16 = 1440;

/// So many days are looked through, about a hundred years: no calendar that opens at all, and no
/// span that can be written, leads so far.
const HORIZON: i32 = 36_525;

/// Part of a day, in minutes since midnight as the clocks show it; without its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Opening {
    pub(crate) from: u16,
    /// At most [`MIDNIGHT`].
    pub(crate) to: u16,
}

/// A day or a day of every year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum On {
    /// Days since 1970-01-01.
    Date(i32),
    /// Month and day.
    EveryYear(u8, u8),
}

/// A day that is not like its weekday: closed, or open at times of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Holiday {
    pub(crate) on: On,
    /// None if it is closed.
    pub(crate) openings: Vec<Opening>,
}

/// Checked opening hours. Every list is in order, and no openings of a day overlap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hours {
    /// Monday first.
    week: [Vec<Opening>; 7],
    /// By the day since 1970-01-01. A date goes before a day of every year.
    dates: Vec<(i32, Vec<Opening>)>,
    /// By month and day.
    yearly: Vec<((u8, u8), Vec<Opening>)>,
    /// The milliseconds of a week without holidays.
    week_open: i64,
    longest_day: Span,
}

/// What is wrong with opening hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// No opening comes again and again. Single dates do not help: they run out.
    NeverOpens,
    /// It does not end after it begins, or not on the same day.
    Reversed(Place),
    /// It overlaps one that was listed before it.
    Overlaps(Place),
    /// This holiday, counted from 0, is of a day that was listed before.
    Twice(usize),
}

/// Which opening is meant, all counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Weekday, and which of its openings.
    Week(usize, usize),
    /// Holiday, and which of its openings.
    Holiday(usize, usize),
}

impl On {
    /// A single day, if it exists in the years 1970 to 9999.
    pub(crate) fn date(year: i32, month: u32, day: u32) -> Option<On> {
        let exists = (1970..=9999).contains(&year);
        let date = NaiveDate::from_ymd_opt(year, month, day).filter(|_| exists)?;
        Some(On::Date(date.to_epoch_days()))
    }

    /// A day of every year that has it: the 29th of February counts.
    pub(crate) fn every_year(month: u32, day: u32) -> Option<On> {
        NaiveDate::from_ymd_opt(2000, month, day)?;
        Some(On::EveryYear(u8::try_from(month).ok()?, u8::try_from(day).ok()?))
    }
}

impl Opening {
    /// Its length in milliseconds, if the clocks are not changed.
    fn nominal(self) -> i64 {
        i64::from(self.to.saturating_sub(self.from)).saturating_mul(60_000)
    }
}

impl Hours {
    /// Opening hours of a week from Monday on, and the days that differ, in any order.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with them.
    pub(crate) fn new(week: [Vec<Opening>; 7], holidays: Vec<Holiday>) -> Result<Hours, Vec<Flaw>> {
        let mut flaws = Vec::new();
        let mut weekday = 0_usize;
        let week = week.map(|openings| {
            let day = weekday;
            weekday = day.saturating_add(1);
            in_order(openings, |n| Place::Week(day, n), &mut flaws)
        });
        let (mut dates, mut yearly) = (Vec::new(), Vec::new());
        for (number, holiday) in holidays.into_iter().enumerate() {
            let openings = in_order(holiday.openings, |n| Place::Holiday(number, n), &mut flaws);
            let new = match holiday.on {
                On::Date(day) => insert(&mut dates, day, openings),
                On::EveryYear(month, day) => insert(&mut yearly, (month, day), openings),
            };
            if !new {
                flaws.push(Flaw::Twice(number));
            }
        }
        let length = |day: &[Opening]| day.iter().map(|o| o.nominal()).fold(0, i64::saturating_add);
        let lengths = || week.iter().map(|day| length(day));
        let special = || yearly.iter().map(|(_, day)| length(day));
        // Of every date that no holiday takes, each weekday comes round.
        let weekly = lengths().max().filter(|open| *open > 0 && yearly.len() < 366);
        let longest = weekly.or_else(|| special().max()).unwrap_or(0);
        if longest == 0 && flaws.is_empty() {
            flaws.push(Flaw::NeverOpens);
        }
        if !flaws.is_empty() {
            return Err(flaws);
        }
        let week_open = lengths().fold(0, i64::saturating_add);
        let longest_day = Span::from_millis(longest.unsigned_abs());
        Ok(Hours { week, dates, yearly, week_open, longest_day })
    }

    /// Open all the time.
    pub(crate) fn always() -> Hours {
        Hours {
            week: core::array::from_fn(|_| alloc::vec![Opening { from: 0, to: MIDNIGHT }]),
            dates: Vec::new(),
            yearly: Vec::new(),
            week_open: zone::DAY.saturating_mul(7),
            longest_day: Span::DAY,
        }
    }

    /// Whether it is open at an instant. An opening includes its beginning and not its end.
    pub(crate) fn is_open(&self, zone: Zone, at: Instant) -> bool {
        // Where clocks are put back across midnight, the next day may have begun before.
        self.walk(zone, at, 1).next().is_some_and(|(begin, _)| begin == at.millis())
    }

    /// The first instant from this one on at which it is open: this one, if it is. At the latest
    /// [`Instant::MAX`], if it does not open for a hundred years.
    pub(crate) fn next_opening(&self, zone: Zone, at: Instant) -> Instant {
        self.walk(zone, at, HORIZON).next().map_or(Instant::MAX, |(begin, _)| zone::instant(begin))
    }

    /// The earliest instant at which so much open time has passed: of no time, where it began.
    /// [`Instant::MAX`] if it takes more than a hundred years.
    pub(crate) fn advance(&self, zone: Zone, from: Instant, by: Span) -> Instant {
        let mut left = i64::try_from(by.millis()).unwrap_or(i64::MAX);
        if left == 0 {
            return from;
        }
        let mut walk = self.walk(zone, from, HORIZON);
        while let Some((begin, end)) = walk.next() {
            let open = end.saturating_sub(begin);
            if left <= open {
                return zone::instant(begin.saturating_add(left));
            }
            left = left.saturating_sub(open);
            left = left.saturating_sub(walk.skip_weeks(left, Instant::MAX.millis()));
        }
        Instant::MAX
    }

    /// The open time between two instants, that of a hundred years at most; none if the second is
    /// the earlier.
    pub(crate) fn open_between(&self, zone: Zone, from: Instant, to: Instant) -> Span {
        let to = to.millis();
        let mut sum = 0_i64;
        let mut walk = self.walk(zone, from, HORIZON);
        while let Some((begin, end)) = walk.next() {
            if begin >= to {
                break;
            }
            sum = sum.saturating_add(end.min(to).saturating_sub(begin));
            sum = sum.saturating_add(walk.skip_weeks(i64::MAX, to));
        }
        Span::from_millis(sum.unsigned_abs())
    }

    /// The open time of the longest day of the week, as the clocks show it: what a rule in open
    /// time means by a day. If no weekday opens, the longest of the days of every year.
    pub(crate) fn longest_day(&self) -> Span {
        self.longest_day
    }

    /// The openings of a day.
    fn openings(&self, day: i32) -> &[Opening] {
        if let Ok(found) = self.dates.binary_search_by_key(&day, |(on, _)| *on) {
            return self.dates.get(found).map_or(&[], |(_, openings)| openings);
        }
        if !self.yearly.is_empty()
            && let Ok(found) = self.yearly.binary_search_by_key(&of_year(day), |(on, _)| *on)
        {
            return self.yearly.get(found).map_or(&[], |(_, openings)| openings);
        }
        self.week.get(zone::weekday(day)).map_or(&[], |openings| openings)
    }

    /// How many days from this one on are surely like their weekdays.
    fn ordinary_days(&self, day: i32) -> i64 {
        let next = self.dates.partition_point(|(on, _)| *on < day);
        let date = self.dates.get(next).map_or(i32::MAX, |(on, _)| *on);
        let next = self.yearly.partition_point(|(on, _)| *on < of_year(day));
        let year = zone::date(day).year();
        let yearly = match (self.yearly.get(next), self.yearly.first()) {
            (Some((on, _)), _) => in_year(year, *on),
            (None, Some((on, _))) => in_year(year.saturating_add(1), *on),
            (None, None) => i32::MAX,
        };
        i64::from(date.min(yearly).saturating_sub(day))
    }

    fn walk(&self, zone: Zone, from: Instant, days: i32) -> Walk<'_> {
        let from = from.millis();
        let mut clock = Clock::at(zone, from);
        let day = clock.show(from).day;
        let openings = self.openings(day).iter();
        Walk { hours: self, clock, from, day, last: day.saturating_add(days), openings }
    }
}

/// The stretches of open time one after the other, in milliseconds.
struct Walk<'a> {
    hours: &'a Hours,
    clock: Clock,
    /// What was before is left out.
    from: i64,
    day: i32,
    last: i32,
    /// Those of the day that are still to come.
    openings: slice::Iter<'a, Opening>,
}

impl Walk<'_> {
    fn next(&mut self) -> Option<(i64, i64)> {
        loop {
            if let Some(opening) = self.openings.next() {
                let end = self.clock.reach(zone::at_minute(self.day, opening.to));
                if end <= self.from {
                    continue;
                }
                let begin = self.clock.reach(zone::at_minute(self.day, opening.from));
                let begin = begin.max(self.from);
                if begin > Instant::MAX.millis() {
                    return None;
                }
                // One that lies in a gap of the clocks does not take place.
                if begin < end {
                    return Some((begin, end));
                }
            } else if self.day >= self.last {
                return None;
            } else {
                self.day = self.day.saturating_add(1);
                self.openings = self.hours.openings(self.day).iter();
            }
        }
    }

    /// Passes over as many whole weeks as are like any other, and gives their open time: less than
    /// is left, and all of it before an instant.
    fn skip_weeks(&mut self, left: i64, until: i64) -> i64 {
        let week = self.hours.week_open;
        if week == 0 || left <= week || !self.openings.as_slice().is_empty() {
            return 0;
        }
        let next = self.day.saturating_add(1);
        let days = self
            .clock
            .calm_days(next, until)
            .min(self.hours.ordinary_days(next))
            .min(i64::from(self.last).saturating_sub(i64::from(next)));
        let most = left.saturating_sub(1).checked_div(week).unwrap_or(0);
        let weeks = days.div_euclid(7).min(most).max(0);
        let passed = i32::try_from(weeks.saturating_mul(7)).unwrap_or(0);
        self.day = self.day.saturating_add(passed);
        weeks.saturating_mul(week)
    }
}

/// The month and day of a day.
fn of_year(day: i32) -> (u8, u8) {
    let date = zone::date(day);
    // Both are below 32.
    (u8::try_from(date.month()).unwrap_or(0), u8::try_from(date.day()).unwrap_or(0))
}

/// The day of a year; the first of March for a 29th of February that it has not.
fn in_year(year: i32, (month, day): (u8, u8)) -> i32 {
    NaiveDate::from_ymd_opt(year, month.into(), day.into())
        .or_else(|| NaiveDate::from_ymd_opt(year, 3, 1))
        .map_or(0, |date| date.to_epoch_days())
}

/// Puts the openings of a day in order; what is wrong with them is left out and added to the flaws.
fn in_order(
    openings: Vec<Opening>,
    place: impl Fn(usize) -> Place,
    flaws: &mut Vec<Flaw>,
) -> Vec<Opening> {
    let mut ordered: Vec<Opening> = Vec::with_capacity(openings.len());
    for (number, opening) in openings.into_iter().enumerate() {
        if opening.from >= opening.to || opening.to > MIDNIGHT {
            flaws.push(Flaw::Reversed(place(number)));
        } else if ordered.iter().any(|o| o.from < opening.to && opening.from < o.to) {
            flaws.push(Flaw::Overlaps(place(number)));
        } else {
            let at = ordered.partition_point(|o| o.from < opening.from);
            ordered.insert(at, opening);
        }
    }
    ordered
}

/// Adds a holiday in its place, unless there is one of its day.
fn insert<T: Ord>(list: &mut Vec<(T, Vec<Opening>)>, on: T, openings: Vec<Opening>) -> bool {
    let place = list.binary_search_by(|(known, _)| known.cmp(&on));
    if let Err(place) = place {
        list.insert(place, (on, openings));
    }
    place.is_err()
}

#[cfg(test)]
mod tests;
