//! The close package: everything that belongs to a close (docs/rules.md#close-package).

use crate::decision::{
    AfterClose, CUSTOMER_INACTIVITY, CUSTOMER_RESOLVED, ClosePackage, Outgoing, Reason, Survey,
};
use crate::event::Source;
use crate::instant::Instant;
use crate::memory::Memory;
use crate::outgoing::{SendAs, Writer};
use crate::placeholder::{Placeholder, fill as fill_places};
use crate::policy::Policy;
use crate::rule::{Content, CountFrom, Rule, SurveyAgain};
use crate::schedule::Schedule;
use crate::text::{Language, clock, fill};
use crate::ticket::Ticket;
use alloc::boxed::Box;
use alloc::string::{String, ToString};

pub(crate) fn package(
    policy: &Policy,
    rule: &Rule,
    ticket: &Ticket<'_>,
    memory: &Memory,
    schedule: &Schedule<'_>,
    due: Instant,
    now: Instant,
) -> ClosePackage {
    let writer = Writer { policy, ticket, reminder: None };
    let (closing_text, silent_because) = closing_text(&writer, rule, schedule, now);
    let mut then = after_close(policy, rule, Source::Inactivity, ticket, memory, now);
    let free = schedule.window.is_none_or(|until| now < until);
    if (reason_not_to_send(schedule, now).is_some() || !free) && then.survey == Survey::Now {
        // A survey is a message too; the host sends it at a better time.
        then.survey = Survey::Later;
    }
    let facts = summary(policy, rule, memory, schedule, due, ticket.incomplete_metadata);
    ClosePackage {
        reason: CUSTOMER_INACTIVITY,
        notice: match &rule.close.notice {
            Some(notice) => writer.localize(notice).1,
            None => notice_of(&writer, |words| words.closed_by_inactivity),
        },
        closing_text,
        silent_because,
        category: match &rule.close.category {
            Some(category) => category.choose(None, policy.language).1.into(),
            None => policy.language.words().customer_inactivity.into(),
        },
        summary: closing_note(policy, rule, &writer, facts),
        tags: rule.close.tags.clone(),
        incomplete_metadata: ticket.incomplete_metadata,
        then,
    }
}

/// The package of a close that the customer requested.
pub(crate) fn resolved(
    policy: &Policy,
    rule: &Rule,
    ticket: &Ticket<'_>,
    memory: &Memory,
    at: Instant,
) -> ClosePackage {
    let writer = Writer { policy, ticket, reminder: None };
    let words = policy.language.words();
    let mut facts = fill(words.summary_resolved, &[&clock(at, 0)]);
    if ticket.incomplete_metadata {
        facts.push(' ');
        facts.push_str(words.summary_incomplete);
    }
    let then = after_close(policy, rule, Source::Customer, ticket, memory, at);
    ClosePackage {
        reason: CUSTOMER_RESOLVED,
        // The policy's notice and closing text are about silence.
        notice: notice_of(&writer, |words| words.closed_as_resolved),
        closing_text: None,
        silent_because: None,
        category: words.customer_resolved.into(),
        summary: closing_note(policy, rule, &writer, facts),
        tags: Default::default(),
        incomplete_metadata: ticket.incomplete_metadata,
        then,
    }
}

/// The steps that follow a close. No customer is surveyed twice about one matter, or surveyed after
/// an opt-out.
pub(crate) fn after_close(
    policy: &Policy,
    rule: &Rule,
    source: Source,
    ticket: &Ticket<'_>,
    memory: &Memory,
    at: Instant,
) -> AfterClose {
    let mut then = rule.after_close(source, ticket.tags);
    let again = memory.surveyed().is_none_or(|asked| match rule.close.survey_again {
        SurveyAgain::AfterGrace => !policy.is_in_grace(rule, asked, at),
        SurveyAgain::Always => true,
        SurveyAgain::Never => false,
    });
    if !again || ticket.opted_out || memory.opted_out {
        then.survey = Survey::No;
    }
    then
}

fn notice_of(writer: &Writer<'_>, usual: impl Fn(&crate::text::Words) -> &'static str) -> String {
    let spoken = Language::from_locale(writer.ticket.locale).unwrap_or(writer.policy.language);
    usual(spoken.words()).into()
}

/// The last message to the customer, or the reason why the policy's message is not sent.
fn closing_text(
    writer: &Writer<'_>,
    rule: &Rule,
    schedule: &Schedule<'_>,
    now: Instant,
) -> (Option<Box<Outgoing>>, Option<&'static str>) {
    let Some(text) = &rule.close.closing_text else { return (None, None) };
    let silent = |reason: Reason| (None, Some(reason.code()));
    if let Some(reason) = reason_not_to_send(schedule, now) {
        return silent(reason);
    }
    let mut content = Content::words(text.clone());
    content.template.clone_from(&rule.close.closing_template);
    match schedule.send_as(&content, now) {
        Some(send_as @ (SendAs::FreeText | SendAs::Template)) => {
            (Some(writer.write(&content, send_as)), None)
        }
        _ => silent(Reason::OutsideChannelWindow(0)),
    }
}

/// The reason why nothing may be sent to the customer now, apart from the channel's limits.
fn reason_not_to_send(schedule: &Schedule<'_>, now: Instant) -> Option<Reason> {
    if schedule.opted_out {
        Some(Reason::OptedOut)
    } else if schedule.left.is_some() {
        Some(Reason::VisitorLeft)
    } else if schedule.sending.next_opening(now) > now {
        Some(Reason::OutsideSendingWindow)
    } else if schedule.sending.earliest(now, now).0 > now {
        Some(Reason::OverBudget)
    } else {
        None
    }
}

/// The closing note: the facts, or the policy's own text around them (docs/rules.md#closing-note).
fn closing_note(policy: &Policy, rule: &Rule, writer: &Writer<'_>, facts: String) -> String {
    match &rule.close.summary {
        None => facts,
        Some(text) => {
            let (tag, chosen) = text.choose(None, policy.language);
            let language = tag.and_then(Language::from_tag).unwrap_or(policy.language);
            fill_places(chosen, |place| match place {
                Placeholder::Summary => Some(facts.as_str().into()),
                other => writer.value(other, language),
            })
        }
    }
}

/// The facts of a closing note: the rule, the times, the reminders sent.
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
    let after = rule.span(rule.close_after.unwrap_or_default());
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
