//! The close package: everything that belongs to a close, in one piece (rulebook 7).

use crate::decision::{AfterClose, ClosePackage, Survey};
use crate::event::Source;
use crate::instant::Instant;
use crate::memory::Memory;
use crate::policy::Policy;
use crate::rule::{CountFrom, Rule};
use crate::schedule::Schedule;
use crate::text::{Language, clock, fill, span};
use crate::ticket::Ticket;
use alloc::string::{String, ToString};

pub(crate) fn package(
    policy: &Policy,
    rule: &Rule,
    ticket: &Ticket<'_>,
    memory: &Memory,
    schedule: &Schedule<'_>,
    due: Instant,
) -> ClosePackage {
    let own = policy.language;
    let spoken = Language::of_locale(ticket.locale).unwrap_or(own);
    let say = |text: &crate::text::Translated| text.choose(ticket.locale, own).1.to_string();
    ClosePackage {
        notice: rule
            .close
            .notice
            .as_ref()
            .map_or_else(|| spoken.words().closed_by_inactivity.into(), say),
        closing_text: rule.close.closing_text.as_ref().map(say),
        category: match &rule.close.category {
            Some(category) => category.choose(None, own).1.into(),
            None => own.words().customer_inactivity.into(),
        },
        summary: summary(policy, rule, memory, schedule, due, ticket.incomplete_metadata),
        tags: rule.close.tags.clone(),
        incomplete_metadata: ticket.incomplete_metadata,
        then: rule.after_close(Source::Inactivity, ticket.tags),
    }
}

/// The facts of a closing note (C?2): the rule, the times, the reminders sent.
fn summary(
    policy: &Policy,
    rule: &Rule,
    memory: &Memory,
    schedule: &Schedule<'_>,
    due: Instant,
    incomplete: bool,
) -> String {
    let words = policy.language.words();
    let from = match rule.count_from {
        CountFrom::LastAgentMessage => words.from_last_agent,
        CountFrom::FirstUnansweredAgentMessage => words.from_first_agent,
        CountFrom::LastCustomerMessage => words.from_customer,
    };
    let anchor = clock(schedule.anchor(), 0);
    let after = span(rule.close_after.unwrap_or_default());
    let mut text = fill(words.summary_rule, &[&rule.name, &after, from, &anchor]);
    text.push(' ');
    match memory.spent {
        None => text.push_str(words.summary_no_reminder),
        Some(spent) => {
            let at = clock(spent.last_at, 0);
            text.push_str(&fill(words.summary_reminders, &[&spent.number.to_string(), &at]));
        }
    }
    text.push(' ');
    text.push_str(&fill(words.summary_due, &[&clock(due, 0)]));
    if incomplete {
        text.push(' ');
        text.push_str(words.summary_incomplete);
    }
    text
}

impl AfterClose {
    /// Whether nothing follows.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        !self.unassign && !self.bot_on && self.survey == Survey::No
    }
}
