//! When a message may be sent to a customer: within sending hours, and not too often. A message
//! that is due sooner is sent later.

use crate::instant::Instant;
use crate::zone::{self, Clock, Local, Zone};
use alloc::vec::Vec;

/// How often messages may be sent, by the calendar of a zone. None of them is zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Caps {
    /// So many a day at most.
    pub(crate) per_day: Option<u32>,
    /// So many a week at most, from Monday to Sunday.
    pub(crate) per_week: Option<u32>,
    /// Not before so many days after the last: with two, after Monday comes Wednesday.
    pub(crate) days_apart: Option<u32>,
}

impl Caps {
    /// Both at once: the stricter of each.
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

/// Why a message is not sent sooner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// It is outside the hours.
    Hours,
    /// So many were sent on the day.
    PerDay,
    /// So many were sent in the week.
    PerWeek,
    /// The last was sent too few days before.
    DaysApart,
}

/// When a message may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Earliest {
    /// [`Instant::MAX`] for never.
    pub(crate) at: Instant,
    /// What was in the way when it was asked for; none if nothing was.
    pub(crate) first: Option<Cause>,
    /// What moved it last: often the hours, of the day that a cap has moved it to.
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

/// The first instant, not before `at`, at which a message that fell due at `due` may be sent, by the
/// clocks of a zone. `open` gives the first instant from one on that lies within sending hours.
///
/// A cap moves a message to another day, at the time of day at which it could first have been sent:
/// never to that day's midnight.
///
/// What was sent may be in any order and hold an instant twice, which counts once. Instants to come
/// count in their day and week as well.
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
    let clock = &mut Clock::at(zone, found.at.millis());
    let planned = if due == at { found.at } else { open(due) };
    let time_of_day = clock.show(planned.millis()).millis;
    let mut days: Vec<(Instant, i32)> = Vec::with_capacity(sent.len());
    for at in sent {
        if !days.iter().any(|(known, _)| known == at) {
            days.push((*at, clock.day(*at)));
        }
    }
    // Each move by a cap leaves behind a day, a week or a message for good.
    let mut moves = days.len().saturating_mul(3);
    loop {
        match in_the_way(caps, &days, found.at, clock.day(found.at)) {
            // Only a cap of zero is always in the way.
            Some((_, cause)) if moves == 0 => {
                return Earliest { at: Instant::MAX, last: Some(cause), ..found };
            }
            Some((day, cause)) => {
                moves = moves.saturating_sub(1);
                let on = |day| zone.instant(Local { day, millis: time_of_day });
                let at = on(day);
                // Where the clocks have left that time out, they may show the day after by then.
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

/// The cap that forbids an instant, and the day before which it does.
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
    // The one that reaches farthest says why.
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
