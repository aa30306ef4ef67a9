//! What durations run in: all time, or the open time of a schedule (docs/rules.md#business-hours).

use crate::calendar::Hours;
use crate::instant::{Instant, Span};
use crate::zone::Zone;

/// What durations run in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock<'a>(pub(crate) Option<(&'a Hours, &'a Zone)>);

impl Clock<'_> {
    /// The instant at which so much time has passed.
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

    /// The first instant, from this one on, at which time passes.
    pub(crate) fn next_opening(self, at: Instant) -> Instant {
        match self.0 {
            None => at,
            Some((hours, zone)) => hours.next_opening(*zone, at),
        }
    }
}
