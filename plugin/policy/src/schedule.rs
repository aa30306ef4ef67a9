//! When the next step of a cycle falls due: a function of rule, memory and facts.
//!
//! Deadlines do not depend on the current time. `now` is used for two things only: whether a due
//! step can be sent at this instant, and which of several missed reminders replaces the others.

use crate::clock::Clock;
use crate::decision::Step;
use crate::instant::{Instant, Span};
use crate::memory::{Memory, Spent};
use crate::outgoing::SendAs;
use crate::policy::{OutsideHours, Sending};
use crate::rule::{
    CatchUp, Content, CountFrom, OutsideWindow, PlannedReminder, Rule, Snooze, WhenLeftOut,
};
use crate::sending::Cause;

/// How long before the end of a channel's window an early reminder is sent.
pub(crate) const EARLY_SENDING: Span = Span::HOUR;

/// A step and its instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Deadline {
    pub(crate) step: Step,
    pub(crate) at: Instant,
    /// What moved it.
    pub(crate) moved: Delay,
    /// How the reminder is sent.
    pub(crate) send_as: SendAs,
}

/// What moves a step away from its rule's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Delay {
    Nothing,
    Typing,
    /// The hours of the sending window.
    SendingWindow,
    /// The limit of messages to the customer.
    Budget,
    /// A failure, after which it is retried.
    Retry,
    /// The visitor left: the close comes earlier.
    VisitorLeft,
}

/// What comes next in a cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    Step(Deadline),
    /// The last reminder, with this number, cannot be sent, so the ticket is not closed.
    LeftOut(u32),
    /// Every step was taken.
    Nothing,
}

/// A reminder that was sent or left out.
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

/// Computes the deadlines of a cycle while it is the customer's turn.
#[derive(Debug)]
pub(crate) struct Schedule<'a> {
    pub(crate) rule: &'a Rule,
    pub(crate) memory: &'a Memory,
    /// The first of the company's messages since the customer's last.
    pub(crate) first: Instant,
    /// The latest of them.
    pub(crate) latest: Instant,
    /// Whether the channel reports typing.
    pub(crate) typing: bool,
    /// The time in which the rule's durations run.
    pub(crate) clock: Clock<'a>,
    /// Until when the channel accepts free text (exclusive); `None` is always.
    pub(crate) window: Option<Instant>,
    /// The same without anything that the customer did after their last message.
    pub(crate) before: Option<Instant>,
    /// Whether the channel accepts templates.
    pub(crate) templates: bool,
    /// Whether the customer refuses reminders.
    pub(crate) opted_out: bool,
    /// Since when the visitor of a chat has been away, and how long after that the ticket is closed
    /// silently.
    pub(crate) left: Option<(Instant, Span)>,
    /// When messages may be sent.
    pub(crate) sending: Sending<'a>,
    /// Whether the last failed reminder is retried.
    pub(crate) retry: bool,
}

impl Schedule<'_> {
    /// The instant from which time is counted.
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

    /// The next step and its instant. Reminders that cannot be sent are skipped as if they had been
    /// sent on time; `left_out` is called with their numbers, and with what moved them out of the
    /// channel's window.
    pub(crate) fn next(&self, now: Instant, mut left_out: impl FnMut(u32, Delay)) -> Next {
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
                Ok(again) => {
                    let moved = match again.moved {
                        Delay::Nothing => Delay::Retry,
                        other => other,
                    };
                    return Next::Step(Deadline { moved, ..again });
                }
                Err(moved) => {
                    left_out(spent.number, moved);
                    unwarned = Some(spent.number);
                }
            }
        }
        while let Some(planned) = self.planned(taken.map_or(0, |t| t.number)) {
            let number = taken.map_or(0, |t| t.number).saturating_add(1);
            let due = self.reminder(taken, planned);
            // Not immediately after the previous step.
            let before = taken.map_or(self.latest, |t| t.at.max(self.latest));
            let earliest = before.plus(self.rule.options.guard);
            let mut moved = Delay::Nothing;
            if !self.opted_out {
                match self.send(number, &planned.content, due, earliest, now) {
                    Ok(deadline) => return Next::Step(deadline),
                    Err(out) => moved = out,
                }
            }
            left_out(number, moved);
            unwarned = Some(number);
            taken = Some(Taken { number, at: due });
        }
        let last = u32::try_from(self.rule.reminders.len()).unwrap_or(u32::MAX);
        // No ticket is closed without its last reminder, unless the customer refused it.
        if let Some(number) = unwarned.filter(|n| *n >= last)
            && !self.opted_out
            && self.rule.options.when_left_out == WhenLeftOut::NoClose
        {
            return Next::LeftOut(number);
        }
        self.close(taken, now).map_or(Next::Nothing, Next::Step)
    }

    /// The step to take at `now`, when the next step is due: under `last-only` the latest overdue
    /// reminder replaces all before it.
    pub(crate) fn overdue(&self, next: Deadline, now: Instant) -> Deadline {
        let mut latest = next;
        let mut at = next.at;
        while let Step::Reminder(number) = latest.step
            && self.rule.options.catch_up == CatchUp::LastOnly
            && let Some(planned) = self.planned(number)
        {
            at = self.advance(at, planned.after);
            let Some(send_as) = self.send_as(&planned.content, now).filter(|_| at <= now) else {
                break;
            };
            let step = Step::Reminder(number.saturating_add(1));
            latest = Deadline { step, at, moved: Delay::Nothing, send_as };
        }
        latest
    }

    /// When the ticket will be closed if this reminder is sent at an instant and nothing else
    /// happens; `None` in a rule that never closes.
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

    /// How a message can be sent at an instant, if at all (docs/rules.md#outside-window).
    pub(crate) fn send_as(&self, content: &Content, at: Instant) -> Option<SendAs> {
        let open = self.window.is_none_or(|until| at < until);
        send_as(content, open, self.templates, self.rule.options.outside_window)
    }

    /// Whether a message has a template that the channel accepts.
    fn has_template(&self, content: &Content) -> bool {
        self.templates && content.template.is_some()
    }

    /// Whether only the people in charge got a reminder, so that it warned nobody.
    fn was_note(&self, spent: &Spent) -> bool {
        let open = if self.memory.contact_at > Some(spent.last_at) {
            // The customer has been in contact since, which does not change what the channel
            // accepted before.
            self.before.is_none_or(|until| spent.last_at < until)
        } else {
            self.window.is_none_or(|until| spent.last_at < until)
        };
        let otherwise = self.rule.options.outside_window;
        self.planned(spent.number.saturating_sub(1)).is_some_and(|planned| {
            send_as(&planned.content, open, self.templates, otherwise) == Some(SendAs::Note)
        })
    }

    /// The reminder with this index.
    fn planned(&self, taken: u32) -> Option<&PlannedReminder> {
        self.rule.reminders.get(usize::try_from(taken).ok()?)
    }

    /// When a reminder falls due by its rule.
    fn reminder(&self, taken: Option<Taken>, planned: &PlannedReminder) -> Instant {
        let anchor = self.anchor();
        let at = match taken {
            // Counted from the actual sending of the previous one (docs/rules.md#reminder-chain) …
            Some(t) if t.at > anchor => self.advance(t.at, planned.after),
            // … which counts as sent on time if the anchor moved to its instant or beyond.
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

    /// When a reminder that falls due at an instant is sent, or what moved it to where it cannot be
    /// sent. If the channel's window ends before that, it can be sent from `earliest` on.
    fn send(
        &self,
        number: u32,
        content: &Content,
        due: Instant,
        earliest: Instant,
        now: Instant,
    ) -> Result<Deadline, Delay> {
        let due = match self.window {
            Some(until)
                if due >= until
                    && !self.has_template(content)
                    && self.rule.options.outside_window == OutsideWindow::BeforeItEnds =>
            {
                until.minus(EARLY_SENDING).max(earliest)
            }
            _ => due,
        };
        if self.send_as(content, due.max(now)) == Some(SendAs::Note) {
            // Notes to the people in charge wait for no sending window and use no budget.
            let step = Step::Reminder(number);
            return Ok(Deadline { step, at: due, moved: Delay::Nothing, send_as: SendAs::Note });
        }
        let (at, moved) = open_at(due, now, |at| self.sending.earliest(due, at));
        let moved = match moved {
            None => Delay::Nothing,
            Some(Cause::Hours) => Delay::SendingWindow,
            Some(Cause::PerDay | Cause::PerWeek | Cause::DaysApart) => Delay::Budget,
        };
        let send_as = self.send_as(content, at.max(now)).ok_or(moved)?;
        Ok(Deadline { step: Step::Reminder(number), at, moved, send_as })
    }

    fn close(&self, taken: Option<Taken>, now: Instant) -> Option<Deadline> {
        let close_after = self.rule.close_after?;
        let mut at = self.advance(self.anchor(), close_after);
        if let Some(taken) = taken {
            // Never before the promised gap after the last reminder (docs/rules.md#warned-close).
            at = at.max(self.advance(taken.at, close_after.minus(self.rule.accumulated())));
        }
        // The close never follows immediately after an agent's message (docs/rules.md#guard-time).
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
        Some(Deadline { step: Step::Close, at, moved, send_as: SendAs::FreeText })
    }

    /// When a ticket is closed after its visitor left: never before the promised gap after a
    /// reminder.
    fn once_left(&self, since: Instant, after: Span, taken: Option<Taken>) -> Instant {
        let at = self.advance(since.max(self.latest), after).max(self.guarded(self.latest));
        let promised = taken.zip(self.rule.gap());
        promised.map_or(at, |(taken, gap)| at.max(self.advance(taken.at, gap)))
    }

    /// The guard after an agent's message (docs/rules.md#guard-time).
    fn guarded(&self, agent: Instant) -> Instant {
        self.clock.advance(agent, self.rule.options.guard)
    }

    /// The earliest instant at which no pause delays a step that falls due then.
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

/// When a step can be taken that falls due at `due`: once it is allowed then and, if that is past,
/// also at `now`. With the reason for the delay.
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

/// How a message can be sent inside or outside the channel's window.
pub(crate) fn send_as(
    content: &Content,
    open: bool,
    templates: bool,
    otherwise: OutsideWindow,
) -> Option<SendAs> {
    match otherwise {
        _ if open => Some(SendAs::FreeText),
        _ if templates && content.template.is_some() => Some(SendAs::Template),
        OutsideWindow::InternalNote => Some(SendAs::Note),
        OutsideWindow::LeaveOut | OutsideWindow::BeforeItEnds => None,
    }
}
