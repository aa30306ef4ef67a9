//! A decision in words, from the trail of the comparison that made it.

use crate::decide::{Trail, decide};
use crate::decision::{COMPANY_SILENT, Decision, Outcome, Reason, Step, Task};
use crate::event::{FailureKind, PauseKind, Source};
use crate::instant::Instant;
use crate::memory::Memory;
use crate::policy::Policy;
use crate::rule::{CountFrom, Rule};
use crate::schedule::{Deadline, Schedule};
use crate::text::{Language, Words, clock, fill};
use crate::ticket::Ticket;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// A decision in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The language of the texts.
    pub language: Language,
    /// The decision explained.
    pub decision: Decision,
    /// A few sentences: the outcome, its reason, until when, the rule and the policy version.
    pub summary: String,
    /// All conditions that were checked.
    pub checks: Vec<Check>,
    /// What the memory contains about the ticket.
    pub history: Vec<String>,
}

/// A condition that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// The code of the decision's reason if it does not hold.
    pub code: &'static str,
    /// Whether it holds.
    pub holds: bool,
    /// The condition in words.
    pub text: String,
}

impl Policy {
    /// Explains the decision at an instant; times are shown at the given offset in minutes east of
    /// UTC.
    #[must_use]
    // Optimised for size with this crate, and not inlined into the bindings (decision 20).
    #[inline(never)]
    pub fn explain(
        &self,
        ticket: &Ticket<'_>,
        memory: &Memory,
        now: Instant,
        language: Language,
        offset_minutes: i32,
    ) -> Explanation {
        let locale = Locale { words: language.words(), offset: offset_minutes };
        let mut told = Recorder { locale, memory, checks: Vec::new() };
        let decision = decide(self, ticket, memory, now, &mut told);
        let mut checks = told.checks;
        let unknown = ticket.zone().and_then(Result::err);
        let unknown = unknown.map(|name| fill(locale.words.unknown_zone, &[name]));
        let rule = decision.rule.and_then(|n| self.rules.get(usize::try_from(n).ok()?));
        let mut summary = locale.summary(&decision, rule);
        if let Some(rule) = rule {
            summary.push(' ');
            summary.push_str(&fill(locale.words.under_rule, &[&rule.name]));
        }
        if let Some(text) = unknown {
            if decision.reason == Reason::OutsideSendingWindow {
                summary.push(' ');
                summary.push_str(&text);
            }
            checks.push(Check { code: "unknown-customer-zone", holds: false, text });
        }
        if !self.version.is_empty() {
            summary.push(' ');
            summary.push_str(&fill(locale.words.under_version, &[&self.version]));
        }
        Explanation { language, decision, summary, checks, history: locale.history(memory) }
    }
}

/// Records a trail as text.
struct Recorder<'a> {
    locale: Locale,
    memory: &'a Memory,
    checks: Vec<Check>,
}

impl Trail for Recorder<'_> {
    fn condition(&mut self, reason: &Reason, holds: bool) {
        let text = self.locale.condition(reason, holds);
        self.checks.push(Check { code: reason.code(), holds, text });
    }

    fn deadline(&mut self, schedule: &Schedule<'_>, next: &Deadline) {
        let words = self.locale.words;
        let rule = schedule.rule;
        let from = match rule.count_from {
            CountFrom::LastAgentMessage => words.from_last_agent,
            CountFrom::FirstUnansweredAgentMessage => words.from_first_agent,
            CountFrom::LastCustomerMessage => words.from_customer,
        };
        let mut text = fill(words.counted_from, &[&self.locale.clock(schedule.anchor()), from]);
        if let (Step::Close, Some(spent), Some(gap)) = (next.step, self.memory.spent, rule.gap()) {
            text.push(' ');
            text.push_str(&fill(
                words.promised_gap,
                &[&self.locale.clock(spent.last_at), &rule.span(gap)],
            ));
        }
        text.push(' ');
        let step = self.locale.step(next.step, Some(rule));
        text.push_str(&fill(words.deadline, &[&step, &self.locale.clock(next.at)]));
        self.checks.push(Check { code: "deadline", holds: true, text });
    }
}

/// The reader's language and offset from UTC.
#[derive(Clone, Copy)]
struct Locale {
    words: &'static Words,
    offset: i32,
}

impl Locale {
    fn clock(self, at: Instant) -> String {
        clock(at, self.offset)
    }

    fn condition(self, reason: &Reason, holds: bool) -> String {
        let (positive, negative) = (self.words.condition)(reason);
        let sentence = if holds { positive } else { negative };
        match reason {
            Reason::Exempt(tag) => fill(sentence, &[tag]),
            Reason::UnknownStatus(status) => fill(sentence, &[status]),
            Reason::AutomaticReply(event) => fill(sentence, &[event]),
            Reason::ReminderFailed(number)
            | Reason::CustomerBlocked(number)
            | Reason::Retry(number)
            | Reason::OutsideChannelWindow(number) => fill(sentence, &[&number.to_string()]),
            _ => sentence.into(),
        }
    }

    fn step(self, step: Step, rule: Option<&Rule>) -> String {
        match step {
            Step::Reminder(number) => {
                let of = rule.map_or(0, |r| r.reminders.len());
                fill(self.words.reminder, &[&number.to_string(), &of.to_string()])
            }
            Step::Resolve => self.words.the_resolve.into(),
            Step::Reply(_) => self.words.the_reply.into(),
            Step::Notify => self.words.the_notice.into(),
            _ => self.words.the_close.into(),
        }
    }

    fn summary(self, decision: &Decision, rule: Option<&Rule>) -> String {
        match &decision.outcome {
            Outcome::Rest => fill(self.words.rest, &[&self.condition(&decision.reason, false)]),
            Outcome::Wait(until, step) => {
                let (until, step) = (self.clock(*until), self.step(*step, rule));
                match decision.reason {
                    Reason::Reminder(_)
                    | Reason::Close
                    | Reason::AutomaticReply(_)
                    | Reason::CustomerResolved => fill(self.words.wait, &[&until, &step]),
                    ref other => fill(
                        self.words.wait_because,
                        &[&until, &step, &self.condition(other, false)],
                    ),
                }
            }
            Outcome::Act(action) => match &action.task {
                Task::Reply(reply) => fill(self.words.act_reply, &[reply.event]),
                Task::Send(_) | Task::Close(_) => {
                    fill(self.words.act, &[&self.step(action.step, rule), &self.clock(action.due)])
                }
                Task::Notify(notification) if notification.code == COMPANY_SILENT => {
                    self.words.act_notify_silent.into()
                }
                Task::Notify(_) => self.words.act_notify.into(),
                Task::Reopen(_) => self.with_reason(self.words.act_reopen, decision),
                Task::OpenLinked(_) => self.with_reason(self.words.act_open_linked, decision),
                Task::AfterClose(_) => self.words.act_after_close.into(),
            },
        }
    }

    fn with_reason(self, sentence: &str, decision: &Decision) -> String {
        let mut text = String::from(sentence);
        text.push(' ');
        text.push_str(&self.condition(&decision.reason, false));
        text
    }

    fn history(self, memory: &Memory) -> Vec<String> {
        let words = self.words;
        let mut told = Vec::new();
        if memory.cycle > 0 {
            told.push(fill(words.remembered_cycle, &[&memory.cycle.to_string()]));
        }
        if let Some(customer) = memory.customer {
            told.push(fill(words.remembered_customer, &[&self.clock(customer.at)]));
        }
        if let (Some(first), Some(latest)) = (memory.agents.first(), memory.agents.last()) {
            told.push(fill(
                words.remembered_agents,
                &[&self.clock(first.at), &self.clock(latest.at)],
            ));
        }
        if let Some(spent) = memory.spent {
            let sentence = match spent.failed {
                None => words.remembered_reminder,
                Some(FailureKind::Blocked) => words.remembered_blocked,
                Some(FailureKind::Refused | FailureKind::Unreachable) => words.remembered_failure,
            };
            told.push(fill(sentence, &[&spent.number.to_string(), &self.clock(spent.last_at)]));
        }
        if let Some(at) = memory.typing {
            told.push(fill(words.remembered_typing, &[&self.clock(at)]));
        }
        if let Some(at) = memory.gone_since() {
            told.push(fill(words.remembered_gone, &[&self.clock(at)]));
        }
        for pause in memory.pauses.iter() {
            let kind = match pause.kind {
                PauseKind::Hold => words.pause_hold,
                PauseKind::Snooze => words.pause_snooze,
                PauseKind::Call => words.pause_call,
                PauseKind::Queue => words.pause_queue,
                PauseKind::Extension => words.pause_extension,
            };
            let until =
                pause.until.map_or_else(|| words.until_further_notice.into(), |u| self.clock(u));
            told.push(fill(words.remembered_pause, &[kind, &self.clock(pause.from), &until]));
        }
        if memory.opted_out {
            told.push(words.remembered_opt_out.into());
        }
        if let Some(at) = memory.resolved {
            told.push(fill(words.remembered_resolved, &[&self.clock(at)]));
        }
        for reply in memory.replies() {
            let at = self.clock(reply.at);
            told.push(fill(words.remembered_reply, &[reply.occasion.word(), &at]));
        }
        if let Some(reopened) = memory.reopened {
            told.push(fill(words.remembered_reopening, &[&self.clock(reopened.at)]));
        }
        if let Some(closed) = memory.closed {
            let by = if memory.resolved.is_some() { Source::Customer } else { closed.by };
            told.push(fill(words.remembered_close, &[&self.clock(closed.at), self.source(by)]));
        }
        if told.is_empty() {
            told.push(words.nothing_remembered.into());
        }
        told
    }

    fn source(self, source: Source) -> &'static str {
        let [agent, customer, inactivity, flow, api, other] = self.words.sources;
        match source {
            Source::Agent => agent,
            Source::Customer => customer,
            Source::Inactivity => inactivity,
            Source::Flow => flow,
            Source::Api => api,
            Source::Other => other,
        }
    }
}
