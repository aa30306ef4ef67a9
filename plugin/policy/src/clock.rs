//! The time in which durations run: calendar time, or the open time of a schedule
//! (docs/rules.md#business-hours).

use crate::calendar::Hours;
use crate::instant::{Instant, Span};
use crate::zone::Zone;

/// The time in which durations run; `None` is calendar time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock<'a>(pub(crate) Option<(&'a Hours, &'a Zone)>);

impl Clock<'_> {
    /// The instant at which this much time has passed.
    #[inline]
    pub(crate) fn advance(self, from: Instant, by: Span) -> Instant {
        match self.0 {
            None => from.plus(by),
            Some((hours, zone)) => hours.advance(*zone, from, by),
        }
    }

    /// The time that passes between two instants.
    pub(crate) fn between(self, from: Instant, to: Instant) -> Span {
        match self.0 {
            None => to.since(from),
            Some((hours, zone)) => hours.open_between(*zone, from, to),
        }
    }

    /// The first instant at or after `at` at which time passes.
    pub(crate) fn next_opening(self, at: Instant) -> Instant {
        match self.0 {
            None => at,
            Some((hours, zone)) => hours.next_opening(*zone, at),
        }
    }
}
