//! Intervals in which a ticket's clock does not run.

use crate::clock::Clock;
use crate::event::PauseKind;
use crate::instant::{Instant, Span};
use crate::rule::Snooze;
use alloc::vec::Vec;

/// Maximum number of pauses that are remembered per cycle. Beyond it the two oldest are merged,
/// which can only delay.
pub(crate) const PAUSES_MAX: usize = 12;

/// One pause, from an instant until another, or until an event ends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pause {
    pub(crate) kind: PauseKind,
    pub(crate) from: Instant,
    pub(crate) until: Option<Instant>,
}

impl Pause {
    /// Whether it has no length: the end of a pause with an unknown beginning. It is kept in case
    /// the beginning arrives late, and until then it delays nothing.
    fn is_empty(&self) -> bool {
        self.until == Some(self.from)
    }
}

/// The pauses of a ticket, sorted by beginning.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Pauses(Vec<Pause>);

impl Pauses {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Pause> {
        self.0.iter()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Records the beginning of a pause. A repeated beginning changes nothing; a beginning that
    /// arrives after its own end completes that pause.
    pub(crate) fn begin(&mut self, kind: PauseKind, from: Instant, until: Option<Instant>) {
        let same = |p: &&mut Pause| p.kind == kind;
        if let Some(open) = self.0.iter_mut().filter(same).find(|p| p.until.is_none()) {
            // A second snooze of a snoozed ticket moves its end.
            open.until = open.until.or(until);
            return;
        }
        let known =
            |p: &&mut Pause| p.from <= from && p.until.is_some_and(|u| from < u || p.from == from);
        if let Some(running) = self.0.iter_mut().filter(same).find(known) {
            // A new snooze within a pause: the later end applies, if this report is newer.
            if running.from != from {
                running.until = until;
            }
            return;
        }
        if let Some(ended) = self
            .0
            .iter_mut()
            .filter(same)
            .find(|p| p.from == p.until.unwrap_or(p.from) && from <= p.from)
        {
            // The end arrived before the beginning.
            ended.from = from;
            self.sort();
            return;
        }
        self.insert(Pause { kind, from, until });
    }

    /// Records the end of a pause. An end without a beginning is remembered, in case the two arrive
    /// in the wrong order.
    pub(crate) fn end(&mut self, kind: PauseKind, at: Instant) {
        let mut known = false;
        for pause in self.0.iter_mut().filter(|p| p.kind == kind) {
            let running = pause.until.is_none_or(|u| at < u);
            if running && pause.from <= at {
                pause.until = Some(at);
            }
            known |= pause.from <= at && pause.until.is_some_and(|u| at <= u);
        }
        if known {
            return;
        }
        // If the list is full, an end alone is not worth merging two pauses.
        let has_room = self.0.len() < PAUSES_MAX;
        match self.0.iter_mut().find(|p| p.kind == kind && p.is_empty()) {
            Some(stray) if stray.from < at => (stray.from, stray.until) = (at, Some(at)),
            None if has_room => self.insert(Pause { kind, from: at, until: Some(at) }),
            Some(_) | None => {}
        }
        self.sort();
    }

    /// The customer answered at `at`, which ends earlier snoozes.
    pub(crate) fn wake(&mut self, at: Instant) {
        self.0.retain(|p| p.kind != PauseKind::Snooze || p.from > at);
    }

    /// Ends an open pause; an end without a beginning is not remembered.
    pub(crate) fn end_open(&mut self, kind: PauseKind, at: Instant) {
        for pause in
            self.0.iter_mut().filter(|p| p.kind == kind && p.until.is_none() && p.from <= at)
        {
            pause.until = Some(at);
        }
    }

    /// Records an extension, once per instant at which it was granted.
    pub(crate) fn extend(&mut self, at: Instant, by: Span) {
        let given = Pause { kind: PauseKind::Extension, from: at, until: Some(at.plus(by)) };
        if !self.0.iter().any(|p| p.kind == given.kind && p.from == at) {
            self.insert(given);
        }
    }

    /// Removes pauses that ended before the customer's last message, because no later cycle begins
    /// before it.
    pub(crate) fn forget_before(&mut self, at: Instant) {
        self.0.retain(|p| p.until.is_none_or(|u| u > at));
    }

    /// The list is short and nearly sorted, and the library's sort would be larger than this file.
    fn sort(&mut self) {
        for pause in core::mem::take(&mut self.0) {
            let place = self.0.partition_point(|p| p.from <= pause.from);
            self.0.insert(place, pause);
        }
    }

    /// Removes an end without a beginning, or merges the two oldest pauses.
    fn make_room(&mut self) {
        if let Some(place) = self.0.iter().position(Pause::is_empty) {
            self.0.remove(place);
        } else if let [first, second, ..] = self.0.as_mut_slice() {
            second.from = first.from;
            second.until = match (first.until, second.until) {
                (Some(a), Some(b)) => Some(a.max(b)),
                _ => None,
            };
            self.0.remove(0);
        }
    }

    /// Adds a pause that is not in the list yet.
    pub(crate) fn insert(&mut self, pause: Pause) {
        if self.0.len() >= PAUSES_MAX {
            self.make_room();
        }
        let place = self.0.partition_point(|p| p.from <= pause.from);
        self.0.insert(place, pause);
    }

    /// The pauses that count under a rule with this value of `snooze`.
    fn heeded(&self, snooze: Snooze) -> impl Iterator<Item = &Pause> {
        self.0.iter().filter(move |p| {
            !p.is_empty() && (p.kind != PauseKind::Snooze || snooze != Snooze::Ignore)
        })
    }

    /// The pause without a known end, if there is one.
    pub(crate) fn open_ended(&self, snooze: Snooze) -> Option<PauseKind> {
        self.heeded(snooze).find(|p| p.until.is_none()).map(|p| p.kind)
    }

    /// The pause with a known end that is active at an instant, if there is one.
    pub(crate) fn going_on(&self, snooze: Snooze, at: Instant) -> Option<PauseKind> {
        self.heeded(snooze)
            .find(|p| p.from <= at && p.until.is_some_and(|u| at < u))
            .map(|p| p.kind)
    }

    /// The instant since which somebody has waited, without calls, and whether a call is active.
    /// `since` is the beginning of the wait.
    pub(crate) fn since_calls(&self, since: Instant) -> (Instant, bool) {
        let calls = || self.0.iter().filter(|p| p.kind == PauseKind::Call);
        let last = calls().filter(|p| !p.is_empty()).filter_map(|p| p.until).max();
        (last.map_or(since, |end| end.max(since)), calls().any(|p| p.until.is_none()))
    }

    /// When a snooze of the ticket last ended, including known ends in the future.
    pub(crate) fn last_wake(&self) -> Option<Instant> {
        let snoozes = self.0.iter().filter(|p| p.kind == PauseKind::Snooze && !p.is_empty());
        snoozes.filter_map(|p| p.until).max()
    }

    /// The instant at which this much unpaused time has passed. A pause without an end counts as
    /// zero, because callers check for one first.
    pub(crate) fn advance(
        &self,
        snooze: Snooze,
        clock: Clock<'_>,
        from: Instant,
        by: Span,
    ) -> Instant {
        let mut due = clock.advance(from, by);
        if self.0.is_empty() {
            return due;
        }
        let mut counted = from;
        for pause in self.heeded(snooze) {
            // Extensions are added in full; of overlapping pauses, each moment counts once.
            let given = pause.kind == PauseKind::Extension;
            let begin = pause.from.max(if given { from } else { counted });
            let Some(end) = pause.until else { continue };
            if begin < due && end > begin {
                let lost = if given { end.since(begin) } else { clock.between(begin, end) };
                due = clock.advance(due, lost);
                counted = if given { counted } else { end };
            }
        }
        due
    }

    /// The instant before which a step that fell due at `due` cannot be taken, because a pause
    /// began between `due` and now.
    pub(crate) fn release(&self, snooze: Snooze, clock: Clock<'_>, due: Instant) -> Instant {
        self.heeded(snooze).fold(due, |at, pause| match pause.until {
            None => at,
            // Extensions are added in full.
            Some(end) if pause.kind == PauseKind::Extension && pause.from >= due => {
                clock.advance(at.max(pause.from), end.since(pause.from))
            }
            Some(end) if end > at => clock.next_opening(end),
            Some(_) => at,
        })
    }
}
