//! When the next step of a cycle falls due: a function of rule and memory that does not know
//! what time it is.

use crate::decision::Step;
use crate::instant::{Instant, Span};
use crate::memory::Memory;
use crate::rule::{CatchUp, CountFrom, PlannedReminder, Rule, Snooze};

/// A step and the instant at which it falls due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Deadline {
    pub(crate) step: Step,
    pub(crate) at: Instant,
    /// Whether typing moved it.
    pub(crate) typing: bool,
}

/// The stretch of waiting that a schedule is made for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Schedule<'a> {
    pub(crate) rule: &'a Rule,
    pub(crate) memory: &'a Memory,
    /// The first of the company's messages since the customer's last.
    pub(crate) first: Instant,
    /// The latest of them.
    pub(crate) latest: Instant,
    /// Whether the customer's typing can be known.
    pub(crate) typing: bool,
}

impl Schedule<'_> {
    /// The instant that the time is counted from.
    pub(crate) fn anchor(&self) -> Instant {
        let anchor = match self.rule.count_from {
            CountFrom::LastAgentMessage => self.latest,
            CountFrom::FirstUnansweredAgentMessage => self.first,
            CountFrom::LastCustomerMessage => self.memory.customer.map_or(self.first, |c| c.at),
        };
        match self.snooze() {
            Snooze::StartOnWake => self.memory.pauses.last_wake().map_or(anchor, |w| anchor.max(w)),
            Snooze::Ignore | Snooze::Pause => anchor,
        }
    }

    /// The next step, with the instant at which it falls due; none if every step was taken.
    pub(crate) fn next(&self) -> Option<Deadline> {
        let spent = self.memory.spent.map_or(0, |s| s.number);
        match self.planned(spent) {
            Some(_) => Some(self.reminder(spent)),
            None => self.close(),
        }
    }

    /// The step to take when the clock shows `now` and the next step is due: under `last-only`
    /// the latest overdue reminder stands for all before it.
    pub(crate) fn overdue(&self, next: Deadline, now: Instant) -> Deadline {
        let mut latest = next;
        while let Step::Reminder(number) = latest.step
            && self.rule.options.catch_up == CatchUp::LastOnly
            && let Some(planned) = self.planned(number)
        {
            let at = self.advance(latest.at, planned.after);
            if at > now {
                break;
            }
            latest = Deadline { step: Step::Reminder(number.saturating_add(1)), at, typing: false };
        }
        latest
    }

    /// The reminder after so many.
    fn planned(&self, spent: u32) -> Option<&PlannedReminder> {
        self.rule.reminders.get(usize::try_from(spent).ok()?)
    }

    fn reminder(&self, spent: u32) -> Deadline {
        let anchor = self.anchor();
        let planned = self.planned(spent);
        let after = planned.map_or(Span::ZERO, |p| p.after);
        let accumulated = planned.map_or(Span::ZERO, |p| p.accumulated);
        let at = match self.memory.spent {
            // Counted from the actual sending of the one before (D-33) …
            Some(s) if s.last_at > anchor => self.advance(s.last_at, after),
            // … which counts as sent on time when the anchor moved past it, or to its very instant.
            _ => self.advance(anchor, accumulated),
        };
        // Nothing falls due before the turn has passed to the customer (rulebook 2).
        let at = if spent == 0 && self.rule.count_from == CountFrom::LastCustomerMessage {
            at.max(self.first.plus(self.rule.options.guard))
        } else {
            at
        };
        self.deadline(Step::Reminder(spent.saturating_add(1)), at)
    }

    fn close(&self) -> Option<Deadline> {
        let close_after = self.rule.close_after?;
        let mut at = self.advance(self.anchor(), close_after);
        if let Some(s) = self.memory.spent {
            // Never sooner after the last reminder than the gap that was promised (rulebook 3).
            at = at.max(self.advance(s.last_at, close_after.minus(self.rule.accumulated())));
        }
        // A further message of an agent is never followed at once by the close (K?1).
        let counted_from_latest = match self.rule.count_from {
            CountFrom::LastAgentMessage => true,
            CountFrom::FirstUnansweredAgentMessage => self.latest == self.first,
            CountFrom::LastCustomerMessage => false,
        };
        if !counted_from_latest {
            at = at.max(self.latest.plus(self.rule.options.guard));
        }
        let settled = self.deadline(Step::Close, at);
        let typing = self.rule.options.typing.filter(|_| self.typing).zip(self.memory.typing);
        Some(
            match typing
                .map(|((grace, at_most), typed)| typed.plus(grace).min(settled.at.plus(at_most)))
            {
                Some(later) if later > settled.at => {
                    Deadline { at: later, typing: true, ..settled }
                }
                _ => settled,
            },
        )
    }

    fn deadline(&self, step: Step, at: Instant) -> Deadline {
        Deadline { step, at: self.memory.pauses.release(self.snooze(), at), typing: false }
    }

    fn advance(&self, from: Instant, by: Span) -> Instant {
        self.memory.pauses.advance(self.snooze(), from, by)
    }

    fn snooze(&self) -> Snooze {
        self.rule.options.snooze
    }
}
