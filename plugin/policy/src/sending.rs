//! When a message may be sent to a customer: within sending hours, and within the limits. Messages
//! that are due earlier are sent later.

use crate::instant::Instant;
use crate::zone::{self, Local, Zone, ZoneClock};
use alloc::vec::Vec;

/// Limits on messages, by the calendar of a zone. None of them is zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Caps {
    /// Maximum number per day.
    pub(crate) per_day: Option<u32>,
    /// Maximum number per week, from Monday to Sunday.
    pub(crate) per_week: Option<u32>,
    /// Minimum number of days after the previous message: with two, Monday is followed by
    /// Wednesday.
    pub(crate) days_apart: Option<u32>,
}

impl Caps {
    /// Both: the stricter of each limit.
    pub(crate) fn and(&self, other: &Caps) -> Caps {
        let least = |a: Option<u32>, b: Option<u32>| match (a, b) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        Caps {
            per_day: least(self.per_day, other.per_day),
            per_week: least(self.per_week, other.per_week),
            days_apart: self.days_apart.max(other.days_apart),
        }
    }
}

/// Why a message is delayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// Outside sending hours.
    Hours,
    /// The limit of the day.
    PerDay,
    /// The limit of the week.
    PerWeek,
    /// The distance from the previous message.
    DaysApart,
}

/// When a message may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Earliest {
    /// [`Instant::MAX`] for never.
    pub(crate) at: Instant,
    /// The first reason for a delay, if any.
    pub(crate) first: Option<Cause>,
    /// The last reason for a delay: often the hours of the day to which a limit moved it.
    pub(crate) last: Option<Cause>,
}

impl Earliest {
    fn moved(&mut self, at: Instant, cause: Cause) {
        if at > self.at {
            self.at = at;
            self.first = self.first.or(Some(cause));
            self.last = Some(cause);
        }
    }
}

/// The first instant at or after `at` at which a message that fell due at `due` may be sent, in the
/// local time of a zone. `open` returns the first instant within sending hours at or after its
/// argument.
///
/// A limit moves a message to another day at the earliest time of day at which it could have been
/// sent, never to that day's midnight.
///
/// `sent` may be unordered and contain duplicates, which count once. Future instants also count in
/// their day and week.
pub(crate) fn earliest(
    open: &dyn Fn(Instant) -> Instant,
    zone: Zone,
    caps: &Caps,
    sent: &[Instant],
    due: Instant,
    at: Instant,
) -> Earliest {
    let mut found = Earliest { at, first: None, last: None };
    found.moved(open(at), Cause::Hours);
    if *caps == Caps::default() {
        return found;
    }
    let clock = &mut ZoneClock::at(zone, found.at.millis());
    let planned = if due == at { found.at } else { open(due) };
    let time_of_day = clock.show(planned.millis()).millis;
    let mut days: Vec<(Instant, i32)> = Vec::with_capacity(sent.len());
    for at in sent {
        if !days.iter().any(|(known, _)| known == at) {
            days.push((*at, clock.day(*at)));
        }
    }
    // Each move by a limit leaves a day, a week or a message behind for good.
    let mut moves = days.len().saturating_mul(3);
    loop {
        match in_the_way(caps, &days, found.at, clock.day(found.at)) {
            // Only a limit of zero never ends.
            Some((_, cause)) if moves == 0 => {
                return Earliest { at: Instant::MAX, last: Some(cause), ..found };
            }
            Some((day, cause)) => {
                moves = moves.saturating_sub(1);
                let on = |day| zone.instant(Local { day, millis: time_of_day });
                let at = on(day);
                // If that local time is skipped, the clocks may already show the next day.
                let shown = clock.show(at.millis()).day;
                found.moved(if shown > day { on(shown) } else { at }, cause);
            }
            None => {
                let opens = open(found.at);
                if opens <= found.at {
                    return found;
                }
                found.moved(opens, Cause::Hours);
            }
        }
    }
}

/// The limit that forbids an instant, and the day before which it does.
fn in_the_way(
    caps: &Caps,
    sent: &[(Instant, i32)],
    at: Instant,
    today: i32,
) -> Option<(i32, Cause)> {
    let monday = today.saturating_sub(i32::try_from(zone::weekday(today)).unwrap_or(0));
    let full = |cap: Option<u32>, from: i32, days: i32| {
        let until = from.saturating_add(days);
        let count = sent.iter().filter(|(_, day)| (from..until).contains(day)).count();
        cap.filter(|cap| usize::try_from(*cap).is_ok_and(|cap| count >= cap)).map(|_| until)
    };
    let apart = || {
        let last = sent.iter().filter(|(sent, _)| *sent <= at).max()?;
        let day = last.1.saturating_add_unsigned(caps.days_apart?);
        (day > today).then_some(day)
    };
    // The limit that reaches farthest is the reason.
    [
        apart().map(|day| (day, Cause::DaysApart)),
        full(caps.per_day, today, 1).map(|day| (day, Cause::PerDay)),
        full(caps.per_week, monday, 7).map(|day| (day, Cause::PerWeek)),
    ]
    .into_iter()
    .flatten()
    .max_by_key(|(day, _)| *day)
}

#[cfg(test)]
mod tests;
