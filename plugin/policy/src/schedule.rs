//! When the next step of a cycle falls due: a function of rule, memory and facts.
//!
//! Nothing here that computes a deadline knows what time it is. `now` is asked for two things
//! only: whether a step that is due can be sent at this very instant, and which of several missed
//! reminders stands for the others.

use crate::clock::Clock;
use crate::decision::Step;
use crate::instant::{Instant, Span};
use crate::memory::{Memory, Spent};
use crate::outgoing::Way;
use crate::policy::{OutsideHours, Sending};
use crate::rule::{
    CatchUp, Content, CountFrom, OutsideWindow, PlannedReminder, Rule, Snooze, WhenLeftOut,
};
use crate::sending::Cause;

/// How long before its end a channel's window is used, where a reminder is sent before it falls
/// due.
pub(crate) const BEFORE_THE_END: Span = Span::HOUR;

/// A step and the instant at which it is to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Deadline {
    pub(crate) step: Step,
    pub(crate) at: Instant,
    /// What moved it.
    pub(crate) moved: Delay,
    /// How the reminder reaches somebody.
    pub(crate) way: Way,
}

/// What moves a step from the instant at which its rule would take it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Delay {
    Nothing,
    Typing,
    /// The hours of the sending window.
    SendingWindow,
    /// What the customer has been sent already.
    Budget,
    /// A failure after which it is tried again.
    Retry,
    /// The visitor has left: the close comes sooner.
    VisitorLeft,
}

/// What comes next in a cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    Step(Deadline),
    /// The last reminder, with this number, cannot be sent: so there is no close.
    LeftOut(u32),
    /// Every step was taken.
    Nothing,
}

/// A reminder that need not be sent any more, because it was sent or left out.
#[derive(Debug, Clone, Copy)]
struct Taken {
    number: u32,
    at: Instant,
}

impl Taken {
    const fn of(spent: &Spent) -> Taken {
        Taken { number: spent.number, at: spent.last_at }
    }
}

/// The stretch of waiting that a schedule is made for.
#[derive(Debug)]
pub(crate) struct Schedule<'a> {
    pub(crate) rule: &'a Rule,
    pub(crate) memory: &'a Memory,
    /// The first of the company's messages since the customer's last.
    pub(crate) first: Instant,
    /// The latest of them.
    pub(crate) latest: Instant,
    /// Whether the customer's typing can be known.
    pub(crate) typing: bool,
    /// What the rule's durations run in.
    pub(crate) clock: Clock<'a>,
    /// Until when the channel takes free text, exclusive; none: always.
    pub(crate) window: Option<Instant>,
    /// The same, had the customer done nothing since their last message.
    pub(crate) before: Option<Instant>,
    /// Whether the channel takes templates.
    pub(crate) templates: bool,
    /// Whether the customer wants no reminders.
    pub(crate) opted_out: bool,
    /// Since when the visitor of a chat has been gone, and how long after that the ticket is closed
    /// without a word.
    pub(crate) left: Option<(Instant, Span)>,
    /// When messages may be sent at all.
    pub(crate) sending: Sending<'a>,
    /// Whether the reminder that failed last is to be tried again.
    pub(crate) retry: bool,
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

    /// The next step, with the instant at which it is to be taken. Reminders that cannot be sent
    /// are passed over as if they had been sent in time; `left_out` is told their numbers.
    pub(crate) fn next(&self, now: Instant, mut left_out: impl FnMut(u32)) -> Next {
        let mut taken = self.memory.spent.as_ref().map(Taken::of);
        if self.left.is_some() {
            // Nobody is there to read a reminder.
            return self.close(taken, now).map_or(Next::Nothing, Next::Step);
        }
        let mut unwarned = self.memory.spent.filter(|s| self.was_note(s)).map(|s| s.number);
        if self.retry
            && let Some(spent) = self.memory.spent
            && let Some(planned) = self.planned(spent.number.saturating_sub(1))
        {
            let again = spent.last_at.plus(self.rule.options.on_failed_reminder.retry_after);
            match self.send(spent.number, &planned.content, self.release(again), again, now) {
                Some(again) => {
                    let moved = match again.moved {
                        Delay::Nothing => Delay::Retry,
                        other => other,
                    };
                    return Next::Step(Deadline { moved, ..again });
                }
                None => {
                    left_out(spent.number);
                    unwarned = Some(spent.number);
                }
            }
        }
        while let Some(planned) = self.planned(taken.map_or(0, |t| t.number)) {
            let number = taken.map_or(0, |t| t.number).saturating_add(1);
            let due = self.reminder(taken, planned);
            // Not at once after what came before it.
            let before = taken.map_or(self.latest, |t| t.at.max(self.latest));
            let earliest = before.plus(self.rule.options.guard);
            if !self.opted_out
                && let Some(deadline) = self.send(number, &planned.content, due, earliest, now)
            {
                return Next::Step(deadline);
            }
            left_out(number);
            unwarned = Some(number);
            taken = Some(Taken { number, at: due });
        }
        let last = u32::try_from(self.rule.reminders.len()).unwrap_or(u32::MAX);
        // No ticket is closed without its last reminder, unless the customer wanted none.
        if let Some(number) = unwarned.filter(|n| *n >= last)
            && !self.opted_out
            && self.rule.options.when_left_out == WhenLeftOut::NoClose
        {
            return Next::LeftOut(number);
        }
        self.close(taken, now).map_or(Next::Nothing, Next::Step)
    }

    /// The step to take when the clock shows `now` and the next step is due: under `last-only`
    /// the latest overdue reminder stands for all before it.
    pub(crate) fn overdue(&self, next: Deadline, now: Instant) -> Deadline {
        let mut latest = next;
        let mut at = next.at;
        while let Step::Reminder(number) = latest.step
            && self.rule.options.catch_up == CatchUp::LastOnly
            && let Some(planned) = self.planned(number)
        {
            at = self.advance(at, planned.after);
            let Some(way) = self.way(&planned.content, now).filter(|_| at <= now) else { break };
            let step = Step::Reminder(number.saturating_add(1));
            latest = Deadline { step, at, moved: Delay::Nothing, way };
        }
        latest
    }

    /// When the ticket will be closed if the reminder with this number is sent at an instant and
    /// everything after it goes well; none in a rule that never closes.
    pub(crate) fn close_if_sent(&self, number: u32, at: Instant) -> Option<Instant> {
        let mut taken = Taken { number, at };
        let mut sending = self.sending.clone();
        while let Some(planned) = self.planned(taken.number) {
            sending.count(taken.at);
            let due = self.reminder(Some(taken), planned);
            let at = sending.earliest(due, due).0;
            taken = Taken { number: taken.number.saturating_add(1), at };
        }
        self.close(Some(taken), at).map(|deadline| deadline.at)
    }

    /// How a message can be sent at an instant, if it can (docs/rules.md#outside-window).
    pub(crate) fn way(&self, content: &Content, at: Instant) -> Option<Way> {
        let open = self.window.is_none_or(|until| at < until);
        way(content, open, self.templates, self.rule.options.outside_window)
    }

    /// Whether a message has a template that the channel takes.
    fn has_template(&self, content: &Content) -> bool {
        self.templates && content.template.is_some()
    }

    /// Whether a reminder reached the people in charge only: it warned nobody.
    fn was_note(&self, spent: &Spent) -> bool {
        let open = if self.memory.reached > Some(spent.last_at) {
            // The customer was heard of since; what the channel took before that was not yet so.
            self.before.is_none_or(|until| spent.last_at < until)
        } else {
            self.window.is_none_or(|until| spent.last_at < until)
        };
        let otherwise = self.rule.options.outside_window;
        self.planned(spent.number.saturating_sub(1)).is_some_and(|planned| {
            way(&planned.content, open, self.templates, otherwise) == Some(Way::AsNote)
        })
    }

    /// The reminder after so many.
    fn planned(&self, taken: u32) -> Option<&PlannedReminder> {
        self.rule.reminders.get(usize::try_from(taken).ok()?)
    }

    /// When a reminder falls due by its rule.
    fn reminder(&self, taken: Option<Taken>, planned: &PlannedReminder) -> Instant {
        let anchor = self.anchor();
        let at = match taken {
            // Counted from the actual sending of the one before (docs/rules.md#reminder-chain) …
            Some(t) if t.at > anchor => self.advance(t.at, planned.after),
            // … which counts as sent on time when the anchor moved past it, or to its very instant.
            _ => self.advance(anchor, planned.accumulated),
        };
        // Nothing falls due before the turn has passed to the customer (docs/rules.md#guard-time).
        let at = if taken.is_none() && self.rule.count_from == CountFrom::LastCustomerMessage {
            at.max(self.guarded(self.first))
        } else {
            at
        };
        self.release(at)
    }

    /// The sending of a reminder that falls due at an instant; none if it cannot be sent. Where the
    /// channel's window ends before that, it can be sent from `earliest` on.
    fn send(
        &self,
        number: u32,
        content: &Content,
        due: Instant,
        earliest: Instant,
        now: Instant,
    ) -> Option<Deadline> {
        let due = match self.window {
            Some(until)
                if due >= until
                    && !self.has_template(content)
                    && self.rule.options.outside_window == OutsideWindow::BeforeItEnds =>
            {
                until.minus(BEFORE_THE_END).max(earliest)
            }
            _ => due,
        };
        if self.way(content, due.max(now)) == Some(Way::AsNote) {
            // The people in charge need no sending window, and no budget is spent on them.
            let step = Step::Reminder(number);
            return Some(Deadline { step, at: due, moved: Delay::Nothing, way: Way::AsNote });
        }
        let (at, moved) = open_at(due, now, |at| self.sending.earliest(due, at));
        let way = self.way(content, at.max(now))?;
        let moved = match moved {
            None => Delay::Nothing,
            Some(Cause::Hours) => Delay::SendingWindow,
            Some(Cause::PerDay | Cause::PerWeek | Cause::DaysApart) => Delay::Budget,
        };
        Some(Deadline { step: Step::Reminder(number), at, moved, way })
    }

    fn close(&self, taken: Option<Taken>, now: Instant) -> Option<Deadline> {
        let close_after = self.rule.close_after?;
        let mut at = self.advance(self.anchor(), close_after);
        if let Some(taken) = taken {
            // Never sooner after the last reminder than the gap that was promised (docs/rules.md#warned-close).
            at = at.max(self.advance(taken.at, close_after.minus(self.rule.accumulated())));
        }
        // A further message of an agent is never followed at once by the close (docs/rules.md#guard-time).
        let counted_from_latest = match self.rule.count_from {
            CountFrom::LastAgentMessage => true,
            CountFrom::FirstUnansweredAgentMessage => self.latest == self.first,
            CountFrom::LastCustomerMessage => false,
        };
        if !counted_from_latest {
            at = at.max(self.guarded(self.latest));
        }
        let sooner = self.left.map(|(since, after)| self.once_left(since, after, taken));
        let (at, usual) = match sooner.filter(|sooner| *sooner < at) {
            Some(sooner) => (sooner, Delay::VisitorLeft),
            None => (at, Delay::Nothing),
        };
        let settled = self.release(at);
        let typing = self.rule.options.typing.filter(|_| self.typing).zip(self.memory.typing);
        let (mut at, mut moved) = match typing
            .map(|((grace, at_most), typed)| typed.plus(grace).min(settled.plus(at_most)))
        {
            Some(later) if later > settled => (later, Delay::Typing),
            _ => (settled, usual),
        };
        if self.sending.close == OutsideHours::Wait {
            let open = |at| {
                let open = self.sending.next_opening(at);
                (open, (open > at).then_some(Cause::Hours))
            };
            let (open_at, closed) = open_at(at, now, open);
            if closed.is_some() {
                (at, moved) = (open_at, Delay::SendingWindow);
            }
        }
        Some(Deadline { step: Step::Close, at, moved, way: Way::Freely })
    }

    /// When a ticket is closed whose visitor has left: never before the gap that a reminder has
    /// promised.
    fn once_left(&self, since: Instant, after: Span, taken: Option<Taken>) -> Instant {
        let at = self.advance(since.max(self.latest), after).max(self.guarded(self.latest));
        let promised = taken.zip(self.rule.gap());
        promised.map_or(at, |(taken, gap)| at.max(self.advance(taken.at, gap)))
    }

    /// The guard after an agent's message (docs/rules.md#guard-time).
    fn guarded(&self, agent: Instant) -> Instant {
        self.clock.advance(agent, self.rule.options.guard)
    }

    /// The instant from which on no pause keeps a step that falls due then.
    #[inline]
    fn release(&self, due: Instant) -> Instant {
        self.memory.pauses.release(self.snooze(), self.clock, due)
    }

    fn advance(&self, from: Instant, by: Span) -> Instant {
        self.memory.pauses.advance(self.snooze(), self.clock, from, by)
    }

    fn snooze(&self) -> Snooze {
        self.rule.options.snooze
    }
}

/// When a step that falls due at an instant can be taken: once it is allowed then, and, if that is
/// past, at this very instant too. With what is in the way until then.
fn open_at(
    due: Instant,
    now: Instant,
    earliest: impl Fn(Instant) -> (Instant, Option<Cause>),
) -> (Instant, Option<Cause>) {
    let planned = earliest(due);
    if planned.0 > now {
        return planned;
    }
    let (at, cause) = earliest(now);
    if at > now { (at, cause) } else { planned }
}

/// How a message can be sent while the channel's window is open or not.
pub(crate) fn way(
    content: &Content,
    open: bool,
    templates: bool,
    otherwise: OutsideWindow,
) -> Option<Way> {
    match otherwise {
        _ if open => Some(Way::Freely),
        _ if templates && content.template.is_some() => Some(Way::ByTemplate),
        OutsideWindow::InternalNote => Some(Way::AsNote),
        OutsideWindow::LeaveOut | OutsideWindow::BeforeItEnds => None,
    }
}
