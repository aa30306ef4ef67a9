//! The only place that decides. [`decide`] checks the conditions in a fixed order, reports each to
//! a [`Trail`], and stops at the first that does not hold; the explanation is the recorded trail.

use crate::close;
use crate::decision::{
    Action, COMPANY_SILENT, Decision, Notification, Outcome, Reason, Reminder, Reopening, Step,
    Task,
};
use crate::event::{FailureKind, PauseKind, Source};
use crate::instant::{Instant, Span};
use crate::memory::{Closed, Memory, Turn};
use crate::outgoing::{Writer, window_until};
use crate::policy::Policy;
use crate::rule::{AfterFailure, AfterReopening, IncompleteMetadata, Rule};
use crate::schedule::{Deadline, Delay, Next, Schedule};
use crate::text::{fill, span};
use crate::ticket::{Status, Ticket};
use alloc::string::String;

/// Observes a decision while it is made.
pub(crate) trait Trail {
    /// A condition was checked; `reason` is the decision's reason if it does not hold.
    fn condition(&mut self, reason: &Reason, holds: bool);
    /// The next step and its deadline were computed.
    fn deadline(&mut self, _schedule: &Schedule<'_>, _next: &Deadline) {}
}

/// Records nothing.
impl Trail for () {
    fn condition(&mut self, _: &Reason, _: bool) {}
}

/// Returns from the function with `reason` if the condition does not hold.
macro_rules! demand {
    ($trail:ident, $holds:expr, $reason:expr, $rule:expr) => {
        let holds = $holds;
        let reason = $reason;
        $trail.condition(&reason, holds);
        if !holds {
            return rest(reason, $rule);
        }
    };
}

pub(crate) fn decide(
    policy: &Policy,
    ticket: &Ticket<'_>,
    memory: &Memory,
    now: Instant,
    trail: &mut impl Trail,
) -> Decision {
    let found = policy.rule_for(ticket);
    let index = found.map(|(index, _)| index);
    // An occurrence is answered whatever happens to the ticket.
    if let Some(reply) = policy.reply_due(ticket, memory, now) {
        trail.condition(&reply.reason, true);
        return reply;
    }
    if let Status::Unknown(status) = ticket.status {
        demand!(trail, false, Reason::UnknownStatus(excerpt(status)), None);
    }
    demand!(trail, ticket.status != Status::Gone, Reason::NotOpen, None);
    if let Some(closed) = memory.closed {
        trail.condition(&Reason::AlreadyClosed, false);
        return after_close(policy, ticket, memory, closed, now, found);
    }
    demand!(trail, ticket.status == Status::Open, Reason::AlreadyClosed, None);
    demand!(trail, policy.enabled, Reason::SwitchedOff, None);
    trail.condition(&Reason::NoRule, found.is_some());
    let Some((_, rule)) = found else { return rest(Reason::NoRule, None) };
    demand!(trail, rule.enabled, Reason::RuleOff, index);
    if policy.exempt_groups {
        demand!(trail, !ticket.group, Reason::GroupConversation, index);
    }
    match policy.exempt_tags.find_any(ticket.tags) {
        Some(tag) => {
            demand!(trail, false, Reason::Exempt(tag.into()), index);
        }
        None if !policy.exempt_tags.is_empty() => {
            trail.condition(&Reason::Exempt(String::new()), true);
        }
        None => {}
    }
    if let Some(reopened) = memory.reopened {
        let replied = reopened.by_customer || memory.customer.is_some_and(|c| c.at >= reopened.at);
        if rule.options.after_reopening == AfterReopening::OnCustomerReply {
            demand!(trail, replied, Reason::ReopenedAwaitsCustomer, index);
        }
        demand!(trail, !memory.agents.is_empty() || replied, Reason::ReopenedAwaitsAgent, index);
    }
    if let Some(at) = memory.resolved {
        if let Some(kind) = memory.pauses.open_ended(rule.options.snooze) {
            demand!(trail, false, pause_reason(kind), index);
        }
        trail.condition(&Reason::CustomerResolved, true);
        return resolve(policy, rule, index, ticket, memory, at, now, trail);
    }
    let turn = memory.turn();
    if let Some(told) = company_silent(policy, rule, index, memory, now, trail) {
        return told;
    }
    if rule.options.only_after_agent || turn == Turn::Nobody {
        demand!(trail, memory.answered && turn != Turn::Nobody, Reason::NotAnswered, index);
    }
    trail.condition(&Reason::CompanyTurn, turn != Turn::Company);
    let Turn::Customer { first, latest } = turn else { return rest(Reason::CompanyTurn, index) };
    let not_before = match policy.activation.filter(|a| first < a.from) {
        None => None,
        Some(activation) => {
            demand!(trail, activation.backlog_within.is_some(), Reason::BeforeActivation, index);
            activation
                .backlog_within
                .map(|within| activation.from.plus(place_in_backlog(ticket.id, within)))
        }
    };
    match memory.pauses.open_ended(rule.options.snooze) {
        Some(kind) => {
            demand!(trail, false, pause_reason(kind), index);
        }
        // One condition covers all four kinds of pauses.
        None => trail.condition(&Reason::OnHold, true),
    }
    let opted_out = ticket.opted_out || memory.opted_out;
    let left = memory.gone_since().filter(|_| rule.close_after.is_some());
    let left = left.zip(rule.options.visitor_left);
    let mut retry = false;
    // A customer who opted out or left need not have been warned.
    if !opted_out
        && left.is_none()
        && let Some(spent) = memory.spent
        && let Some(failure) = spent.failed
    {
        let options = rule.options.on_failed_reminder;
        let then = match failure {
            FailureKind::Blocked => AfterFailure::Stop,
            FailureKind::Unreachable => options.unreachable,
            FailureKind::Refused => options.refused,
        };
        retry = then == AfterFailure::Retry && spent.failures <= options.retries;
        let last = usize::try_from(spent.number).map_or(true, |n| n >= rule.reminders.len());
        // A failed reminder is no warning, so the last one of a rule is never skipped.
        let go_on = retry || then == AfterFailure::GoOn && !last;
        let reason = match failure {
            FailureKind::Blocked => Reason::CustomerBlocked(spent.number),
            _ => Reason::ReminderFailed(spent.number),
        };
        demand!(trail, go_on, reason, index);
    }
    let abilities = ticket.channel.abilities();
    let schedule = Schedule {
        rule,
        memory,
        first,
        latest,
        typing: abilities.typing,
        clock: policy.clock(rule),
        window: window_until(ticket, memory),
        before: abilities.window.map(|w| memory.customer.map_or(Instant::MIN, |c| c.at.plus(w))),
        templates: abilities.templates,
        opted_out,
        left,
        sending: policy.sending(rule, ticket, memory),
        retry,
    };
    if opted_out {
        trail.condition(&Reason::OptedOut, false);
    }
    if left.is_some() {
        trail.condition(&Reason::VisitorLeft, false);
    }
    let next = schedule.next(now, |number, moved| {
        if !opted_out {
            // Due while the channel took it, and then moved to where it does not.
            match moved {
                Delay::Budget => trail.condition(&Reason::OverBudget, false),
                Delay::SendingWindow => trail.condition(&Reason::OutsideSendingWindow, false),
                _ => {}
            }
            trail.condition(&Reason::OutsideChannelWindow(number), false);
        }
    });
    let mut next = match next {
        Next::Step(next) => next,
        Next::LeftOut(number) => return rest(Reason::OutsideChannelWindow(number), index),
        Next::Nothing if opted_out => return rest(Reason::OptedOut, index),
        Next::Nothing => {
            demand!(trail, false, Reason::NothingLeft, index);
            return rest(Reason::NothingLeft, index);
        }
    };
    trail.condition(&Reason::NothingLeft, true);
    let backlog = not_before.is_some_and(|at| next.at < at);
    next.at = not_before.map_or(next.at, |at| next.at.max(at));
    if next.step == Step::Close {
        demand!(trail, !memory.close_failed, Reason::CloseFailed, index);
    }
    trail.deadline(&schedule, &next);
    let due = next.at <= now;
    let reason = match next.step {
        Step::Reminder(number) if due && retry => Reason::Retry(number),
        _ if due => step_reason(next.step),
        _ if backlog => Reason::Backlog,
        step => match (next.moved, step) {
            (Delay::Typing, _) => Reason::CustomerTyping,
            (Delay::SendingWindow, _) => Reason::OutsideSendingWindow,
            (Delay::VisitorLeft, _) => Reason::VisitorLeft,
            (Delay::Budget, _) => Reason::OverBudget,
            (Delay::Retry, Step::Reminder(number)) => Reason::Retry(number),
            (_, step) => match memory.pauses.going_on(rule.options.snooze, now) {
                Some(PauseKind::Snooze) => Reason::Snoozed,
                _ => step_reason(step),
            },
        },
    };
    trail.condition(&reason, due);
    if !due {
        return Decision { outcome: Outcome::Wait(next.at, next.step), reason, rule: index };
    }
    let due = schedule.overdue(next, now);
    act(policy, rule, index, ticket, memory, &schedule, due, now, reason, trail)
}

#[expect(clippy::too_many_arguments, reason = "the end of `decide`, with all it has found out")]
fn act(
    policy: &Policy,
    rule: &Rule,
    index: Option<u32>,
    ticket: &Ticket<'_>,
    memory: &Memory,
    schedule: &Schedule<'_>,
    due: Deadline,
    now: Instant,
    reason: Reason,
    trail: &mut impl Trail,
) -> Decision {
    let (step, reason, task) = match due.step {
        Step::Reminder(number) => {
            let planned =
                usize::try_from(number.saturating_sub(1)).ok().and_then(|n| rule.reminders.get(n));
            let Some(planned) = planned else { return rest(Reason::NothingLeft, index) };
            let writer = Writer { policy, ticket, reminder: Some((schedule, number, now)) };
            let reminder = Reminder {
                number,
                of: u32::try_from(rule.reminders.len()).unwrap_or(u32::MAX),
                message: writer.write(&planned.content, due.send_as),
            };
            let reason = match reason {
                Reason::Retry(_) => reason,
                _ => Reason::Reminder(number),
            };
            (due.step, reason, Task::Send(reminder))
        }
        _ if ticket.incomplete_metadata
            && rule.close.incomplete_metadata == IncompleteMetadata::HoldAndNotify =>
        {
            demand!(trail, !memory.notified, Reason::IncompleteMetadata, index);
            (Step::Notify, Reason::IncompleteMetadata, hold_notice(policy))
        }
        _ => (
            Step::Close,
            Reason::Close,
            Task::Close(close::package(policy, rule, ticket, memory, schedule, due.at, now).into()),
        ),
    };
    let action = Action { cycle: memory.cycle, step, due: due.at, task };
    Decision { outcome: Outcome::Act(action), reason, rule: index }
}

/// The notification about a customer who waits for the company: due, or due later. `None` once it
/// was sent, or if the policy has no such time.
fn company_silent(
    policy: &Policy,
    rule: &Rule,
    index: Option<u32>,
    memory: &Memory,
    now: Instant,
    trail: &mut impl Trail,
) -> Option<Decision> {
    let after = rule.options.company_silent?;
    let (since, told) = memory.waiting()?;
    // A customer in a call is not waiting; the wait starts again after the call.
    let (since, on_call) = memory.pauses.since_calls(since);
    let counts = policy.activation.is_none_or(|activation| since >= activation.from);
    if told || on_call || !counts {
        return None;
    }
    let due = policy.clock(rule).advance(since, after);
    trail.condition(&Reason::CompanySilent, due > now);
    Some(if due > now {
        let reason = if memory.answered { Reason::CompanyTurn } else { Reason::NotAnswered };
        Decision { outcome: Outcome::Wait(due, Step::Notify), reason, rule: index }
    } else {
        let waited = span(policy.clock(rule).between(since, now));
        let text = fill(policy.language.words().company_silent_notice, &[&waited]);
        let task = Task::Notify(Notification { code: COMPANY_SILENT, text });
        let action = Action { cycle: memory.cycle, step: Step::Notify, due, task };
        Decision { outcome: Outcome::Act(action), reason: Reason::CompanySilent, rule: index }
    })
}

fn hold_notice(policy: &Policy) -> Task {
    let text = policy.language.words().incomplete_metadata_notice.into();
    Task::Notify(Notification { code: "incomplete-metadata", text })
}

/// The close that the customer requested at an instant.
#[expect(clippy::too_many_arguments, reason = "the end of `decide`, with all it has found out")]
fn resolve(
    policy: &Policy,
    rule: &Rule,
    index: Option<u32>,
    ticket: &Ticket<'_>,
    memory: &Memory,
    at: Instant,
    now: Instant,
    trail: &mut impl Trail,
) -> Decision {
    let (step, reason, task) = if ticket.incomplete_metadata
        && rule.close.incomplete_metadata == IncompleteMetadata::HoldAndNotify
    {
        demand!(trail, !memory.notified, Reason::IncompleteMetadata, index);
        (Step::Notify, Reason::IncompleteMetadata, hold_notice(policy))
    } else {
        let package = close::resolved(policy, rule, ticket, memory, at);
        (Step::Resolve, Reason::CustomerResolved, Task::Close(package.into()))
    };
    let outcome = if at > now {
        Outcome::Wait(at, step)
    } else {
        Outcome::Act(Action { cycle: memory.cycle, step, due: at, task })
    };
    Decision { outcome, reason, rule: index }
}

/// What follows a close: reopening after a premature close, or the steps after a close by others.
fn after_close(
    policy: &Policy,
    ticket: &Ticket<'_>,
    memory: &Memory,
    closed: Closed,
    now: Instant,
    found: Option<(u32, &Rule)>,
) -> Decision {
    let index = found.map(|(index, _)| index);
    if closed.followed {
        return rest(Reason::AlreadyClosed, index);
    }
    let act = |step, reason, due, task| {
        let action = Action { cycle: closed.cycle, step, due, task };
        Decision { outcome: Outcome::Act(action), reason, rule: index }
    };
    if let Some(customer_wrote) = closed.reply {
        let premature = customer_wrote <= closed.at;
        let reason = if premature { Reason::PrematureClose } else { Reason::LateReply };
        let in_time = || match found {
            Some((_, rule)) => policy.is_in_grace(rule, closed.at, customer_wrote),
            None => customer_wrote.since(closed.at) <= Span::DAY,
        };
        let same_ticket = ticket.channel.abilities().reopens && (premature || in_time());
        let agent = ticket.agent.map(Into::into);
        let reopening = Reopening { premature, agent, customer_wrote, closed: closed.at };
        let due = customer_wrote.max(closed.at).min(now);
        return if same_ticket {
            act(Step::Reopen, reason, due, Task::Reopen(reopening))
        } else {
            act(Step::OpenLinked, reason, due, Task::OpenLinked(reopening))
        };
    }
    if closed.by != Source::Inactivity
        && let Some((_, rule)) = found
    {
        let then = close::after_close(policy, rule, closed.by, ticket, memory, closed.at);
        if !then.is_nothing() {
            return act(
                Step::AfterClose,
                Reason::ClosedByOther,
                closed.at.min(now),
                Task::AfterClose(then),
            );
        }
    }
    rest(Reason::AlreadyClosed, index)
}

fn rest(reason: Reason, rule: Option<u32>) -> Decision {
    Decision { outcome: Outcome::Rest, reason, rule }
}

fn step_reason(step: Step) -> Reason {
    match step {
        Step::Reminder(number) => Reason::Reminder(number),
        _ => Reason::Close,
    }
}

fn pause_reason(kind: PauseKind) -> Reason {
    match kind {
        PauseKind::Hold => Reason::OnHold,
        PauseKind::Snooze | PauseKind::Extension => Reason::Snoozed,
        PauseKind::Call => Reason::OnCall,
        PauseKind::Queue => Reason::InQueue,
    }
}

/// The beginning of a word from the host, on one line, for display.
fn excerpt(word: &str) -> String {
    word.chars().take(60).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// The delay of a ticket in a backlog: always the same for a ticket, and evenly distributed over
/// `within`.
fn place_in_backlog(ticket: &str, within: Span) -> Span {
    let digest = crate::memory::fold(ticket.as_bytes());
    Span::from_millis(digest.checked_rem(within.millis()).unwrap_or(0))
}
