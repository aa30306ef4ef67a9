//! Stretches of time in which the clock of a ticket does not run.

use crate::clock::Clock;
use crate::event::PauseKind;
use crate::instant::{Instant, Span};
use crate::rule::Snooze;
use alloc::vec::Vec;

/// At most this many stretches are remembered of one cycle; beyond it the two oldest become one,
/// which can only delay.
pub(crate) const MOST: usize = 12;

/// One stretch, from an instant until another, or until something happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pause {
    pub(crate) kind: PauseKind,
    pub(crate) from: Instant,
    pub(crate) until: Option<Instant>,
}

impl Pause {
    /// Whether it has no length: the end of a pause whose beginning is not known. It is kept in
    /// case the beginning arrives late, and until then it delays nothing.
    fn is_empty(&self) -> bool {
        self.until == Some(self.from)
    }
}

/// The pauses of a ticket in the order in which they began.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Pauses(Vec<Pause>);

impl Pauses {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Pause> {
        self.0.iter()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// A pause begins. Said twice, it began once; said after its own end was said, it is over.
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
            // Snoozed anew from within: the later end holds, as long as this is news.
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
            self.put_in_order();
            return;
        }
        self.insert(Pause { kind, from, until });
    }

    /// A pause ends. An end without a beginning is remembered, in case the two came in the wrong
    /// order.
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
        // Without room an end alone is not worth two pauses that become one.
        let has_room = self.0.len() < MOST;
        match self.0.iter_mut().find(|p| p.kind == kind && p.is_empty()) {
            Some(stray) if stray.from < at => (stray.from, stray.until) = (at, Some(at)),
            None if has_room => self.insert(Pause { kind, from: at, until: Some(at) }),
            Some(_) | None => {}
        }
        self.put_in_order();
    }

    /// The customer has answered at an instant: what an agent had snoozed before is awake.
    pub(crate) fn wake(&mut self, at: Instant) {
        self.0.retain(|p| p.kind != PauseKind::Snooze || p.from > at);
    }

    /// Ends a pause that is open, without remembering an end that had no beginning.
    pub(crate) fn end_open(&mut self, kind: PauseKind, at: Instant) {
        for pause in
            self.0.iter_mut().filter(|p| p.kind == kind && p.until.is_none() && p.from <= at)
        {
            pause.until = Some(at);
        }
    }

    /// More time, once for each instant at which it was given.
    pub(crate) fn extend(&mut self, at: Instant, by: Span) {
        let given = Pause { kind: PauseKind::Extension, from: at, until: Some(at.plus(by)) };
        if !self.0.iter().any(|p| p.kind == given.kind && p.from == at) {
            self.insert(given);
        }
    }

    /// Forgets what was over before the customer's last message: no cycle that is still to come
    /// begins before it.
    pub(crate) fn forget_before(&mut self, at: Instant) {
        self.0.retain(|p| p.until.is_none_or(|u| u > at));
    }

    /// Few and nearly sorted: by hand, for a sort of the library would be larger than this file.
    fn put_in_order(&mut self) {
        for pause in core::mem::take(&mut self.0) {
            let place = self.0.partition_point(|p| p.from <= pause.from);
            self.0.insert(place, pause);
        }
    }

    /// Gives up an end without a beginning, or makes one of the two oldest pauses.
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

    /// Adds a pause; the caller must have asked whether it is known.
    pub(crate) fn insert(&mut self, pause: Pause) {
        if self.0.len() >= MOST {
            self.make_room();
        }
        let place = self.0.partition_point(|p| p.from <= pause.from);
        self.0.insert(place, pause);
    }

    /// The pauses that a rule with this answer to snoozing heeds.
    fn heeded(&self, snooze: Snooze) -> impl Iterator<Item = &Pause> {
        self.0.iter().filter(move |p| {
            !p.is_empty() && (p.kind != PauseKind::Snooze || snooze != Snooze::Ignore)
        })
    }

    /// The pause that lasts until something happens, if there is one.
    pub(crate) fn open_ended(&self, snooze: Snooze) -> Option<PauseKind> {
        self.heeded(snooze).find(|p| p.until.is_none()).map(|p| p.kind)
    }

    /// The pause with a known end that is going on at an instant, if there is one.
    pub(crate) fn going_on(&self, snooze: Snooze, at: Instant) -> Option<PauseKind> {
        self.heeded(snooze)
            .find(|p| p.from <= at && p.until.is_some_and(|u| at < u))
            .map(|p| p.kind)
    }

    /// Since when somebody waits who has waited since an instant, calls apart; and whether a call is
    /// going on.
    pub(crate) fn since_calls(&self, since: Instant) -> (Instant, bool) {
        let calls = || self.0.iter().filter(|p| p.kind == PauseKind::Call);
        let last = calls().filter(|p| !p.is_empty()).filter_map(|p| p.until).max();
        (last.map_or(since, |end| end.max(since)), calls().any(|p| p.until.is_none()))
    }

    /// When the ticket was last woken from a snooze, known ends in the future included.
    pub(crate) fn last_wake(&self) -> Option<Instant> {
        let snoozes = self.0.iter().filter(|p| p.kind == PauseKind::Snooze && !p.is_empty());
        snoozes.filter_map(|p| p.until).max()
    }

    /// The instant at which so much unpaused time has passed. A pause without an end counts as
    /// none: who asks has looked for it before.
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
            // Time that was given is added whole; of pauses that overlap, each moment counts once.
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
    /// began after it fell due and before anybody took it.
    pub(crate) fn release(&self, snooze: Snooze, clock: Clock<'_>, due: Instant) -> Instant {
        self.heeded(snooze).fold(due, |at, pause| match pause.until {
            None => at,
            // Time that was given is added whole.
            Some(end) if pause.kind == PauseKind::Extension && pause.from >= due => {
                clock.advance(at.max(pause.from), end.since(pause.from))
            }
            Some(end) if end > at => clock.next_opening(end),
            Some(_) => at,
        })
    }
}
