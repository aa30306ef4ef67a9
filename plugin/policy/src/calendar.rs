//! Opening hours: weekly, with holidays and special days. Times of day are local times of a zone;
//! open time is elapsed time, so an opening across a clock change is longer or shorter than its
//! local times suggest.

use crate::instant::{Instant, Span};
use crate::zone::{self, Zone, ZoneClock};
use alloc::vec::Vec;
use chrono::{Datelike, NaiveDate};
use core::slice;

/// Minutes in a day of 24 hours; as the end of an opening, the midnight that ends the day.
pub(crate) const MINUTES_PER_DAY: u16 = 1440;

/// Searches stop after this many days (about a hundred years). A calendar that opens at all opens
/// earlier, and no valid span is longer.
const HORIZON_DAYS: i32 = 36_525;

/// Part of a day, in minutes since midnight in local time; the end is exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Opening {
    pub(crate) from: u16,
    /// At most [`MINUTES_PER_DAY`].
    pub(crate) to: u16,
}

/// A date, or a day that recurs every year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum On {
    /// Days since 1970-01-01.
    Date(i32),
    /// Month and day.
    EveryYear(u8, u8),
}

/// A day whose hours differ from its weekday's: closed, or open at other times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Holiday {
    pub(crate) on: On,
    /// Empty if the day is closed.
    pub(crate) openings: Vec<Opening>,
}

/// Validated opening hours. All lists are sorted, and the openings of a day do not overlap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hours {
    /// Monday first.
    week: [Vec<Opening>; 7],
    /// By day since 1970-01-01. A date takes precedence over a yearly day.
    dates: Vec<(i32, Vec<Opening>)>,
    /// By month and day.
    yearly: Vec<((u8, u8), Vec<Opening>)>,
    /// Open milliseconds in a week without holidays.
    week_open: i64,
    longest_day: Span,
}

/// A problem in opening hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// No opening recurs. Single dates are not enough, because they end.
    NeverOpens,
    /// The end is not after the beginning, or not on the same day.
    Reversed(OpeningPosition),
    /// It overlaps an earlier opening in the list.
    Overlaps(OpeningPosition),
    /// The holiday with this index is on the same day as an earlier one.
    Twice(usize),
}

/// The position of an opening; indices start at 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OpeningPosition {
    /// Weekday, and index of the opening.
    Week(usize, usize),
    /// Holiday, and index of the opening.
    Holiday(usize, usize),
}

impl On {
    /// A single day, if it exists in the years 1970 to 9999.
    pub(crate) fn date(year: i32, month: u32, day: u32) -> Option<On> {
        let exists = (1970..=9999).contains(&year);
        let date = NaiveDate::from_ymd_opt(year, month, day).filter(|_| exists)?;
        Some(On::Date(date.to_epoch_days()))
    }

    /// A day that recurs every year in which it exists, including 29 February.
    pub(crate) fn every_year(month: u32, day: u32) -> Option<On> {
        NaiveDate::from_ymd_opt(2000, month, day)?;
        Some(On::EveryYear(u8::try_from(month).ok()?, u8::try_from(day).ok()?))
    }
}

impl Opening {
    /// Length in milliseconds on a day without a clock change.
    fn nominal(self) -> i64 {
        i64::from(self.to.saturating_sub(self.from)).saturating_mul(60_000)
    }
}

impl Hours {
    /// Opening hours from Monday to Sunday, with exceptions in any order.
    ///
    /// # Errors
    ///
    /// All flaws in them.
    pub(crate) fn new(week: [Vec<Opening>; 7], holidays: Vec<Holiday>) -> Result<Hours, Vec<Flaw>> {
        let mut flaws = Vec::new();
        let mut weekday = 0_usize;
        let week = week.map(|openings| {
            let day = weekday;
            weekday = day.saturating_add(1);
            in_order(openings, |n| OpeningPosition::Week(day, n), &mut flaws)
        });
        let (mut dates, mut yearly) = (Vec::new(), Vec::new());
        for (number, holiday) in holidays.into_iter().enumerate() {
            let openings =
                in_order(holiday.openings, |n| OpeningPosition::Holiday(number, n), &mut flaws);
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
        // Every weekday falls on some date without a holiday.
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

    /// Always open.
    pub(crate) fn always() -> Hours {
        Hours {
            week: core::array::from_fn(|_| alloc::vec![Opening { from: 0, to: MINUTES_PER_DAY }]),
            dates: Vec::new(),
            yearly: Vec::new(),
            week_open: zone::DAY_MILLIS.saturating_mul(7),
            longest_day: Span::DAY,
        }
    }

    /// Whether it is open at an instant. The end of an opening is exclusive.
    pub(crate) fn is_open(&self, zone: Zone, at: Instant) -> bool {
        // If clocks go back across midnight, the next day may have begun earlier.
        self.walk(zone, at, 1).next().is_some_and(|(begin, _)| begin == at.millis())
    }

    /// The first instant at or after `at` at which it is open, or [`Instant::MAX`] if it does not
    /// open within a hundred years.
    pub(crate) fn next_opening(&self, zone: Zone, at: Instant) -> Instant {
        self.walk(zone, at, HORIZON_DAYS)
            .next()
            .map_or(Instant::MAX, |(begin, _)| zone::instant(begin))
    }

    /// The earliest instant at which this much open time has passed since `from`; for zero, the
    /// start of the current open time. [`Instant::MAX`] if that takes more than a hundred years.
    pub(crate) fn advance(&self, zone: Zone, from: Instant, by: Span) -> Instant {
        let mut left = i64::try_from(by.millis()).unwrap_or(i64::MAX);
        if left == 0 {
            return from;
        }
        let mut walk = self.walk(zone, from, HORIZON_DAYS);
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

    /// The open time between two instants, searched for at most a hundred years; zero if the second
    /// is earlier.
    pub(crate) fn open_between(&self, zone: Zone, from: Instant, to: Instant) -> Span {
        let to = to.millis();
        let mut sum = 0_i64;
        let mut walk = self.walk(zone, from, HORIZON_DAYS);
        while let Some((begin, end)) = walk.next() {
            if begin >= to {
                break;
            }
            sum = sum.saturating_add(end.min(to).saturating_sub(begin));
            sum = sum.saturating_add(walk.skip_weeks(i64::MAX, to));
        }
        Span::from_millis(sum.unsigned_abs())
    }

    /// The open time of the longest day of the week in local time: the length of a day for a rule
    /// in open time. If no weekday opens, the longest yearly day.
    pub(crate) fn longest_day(&self) -> Span {
        self.longest_day
    }

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

    /// The number of days, from this one on, that certainly follow their weekdays.
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
        let mut clock = ZoneClock::at(zone, from);
        let day = clock.show(from).day;
        let openings = self.openings(day).iter();
        Walk { hours: self, clock, from, day, last: day.saturating_add(days), openings }
    }
}

/// Iterates over intervals of open time, in milliseconds.
struct Walk<'a> {
    hours: &'a Hours,
    clock: ZoneClock,
    /// Earlier time is omitted.
    from: i64,
    day: i32,
    last: i32,
    /// The remaining openings of the current day.
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
                // An opening within a gap of local time does not take place.
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

    /// Skips whole weeks without exceptions and returns their open time, which is less than `left`
    /// and entirely before `until`.
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

/// The month and day of a date.
fn of_year(day: i32) -> (u8, u8) {
    let date = zone::date(day);
    // Both are below 32.
    (u8::try_from(date.month()).unwrap_or(0), u8::try_from(date.day()).unwrap_or(0))
}

/// The date in a year; 1 March for a 29 February that the year does not have.
fn in_year(year: i32, (month, day): (u8, u8)) -> i32 {
    NaiveDate::from_ymd_opt(year, month.into(), day.into())
        .or_else(|| NaiveDate::from_ymd_opt(year, 3, 1))
        .map_or(0, |date| date.to_epoch_days())
}

/// Sorts the openings of a day; invalid ones are omitted and added to the flaws.
fn in_order(
    openings: Vec<Opening>,
    place: impl Fn(usize) -> OpeningPosition,
    flaws: &mut Vec<Flaw>,
) -> Vec<Opening> {
    let mut ordered: Vec<Opening> = Vec::with_capacity(openings.len());
    for (number, opening) in openings.into_iter().enumerate() {
        if opening.from >= opening.to || opening.to > MINUTES_PER_DAY {
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

/// Inserts a holiday in order, unless its day already has one.
fn insert<T: Ord>(list: &mut Vec<(T, Vec<Opening>)>, on: T, openings: Vec<Opening>) -> bool {
    let place = list.binary_search_by(|(known, _)| known.cmp(&on));
    if let Err(place) = place {
        list.insert(place, (on, openings));
    }
    place.is_err()
}

#[cfg(test)]
mod tests;
