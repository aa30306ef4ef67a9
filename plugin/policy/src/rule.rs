//! A closing rule, checked: its times are positive, ordered and fit together.

use crate::decision::{AfterClose, Survey};
use crate::event::Source;
use crate::instant::{Instant, Span};
use crate::matching::Conditions;
use crate::message::Counting;
use crate::names::Names;
use crate::text::{Translated, span_in};
use alloc::string::String;
use alloc::vec::Vec;

/// What happens to the silent customers of some departments.
#[derive(Debug, Clone)]
pub struct Rule {
    pub(crate) name: String,
    /// None: any department without a rule of its own («Cualquiera»).
    pub(crate) departments: Option<Vec<String>>,
    pub(crate) conditions: Conditions,
    pub(crate) enabled: bool,
    pub(crate) count_from: CountFrom,
    pub(crate) close_after: Option<Span>,
    pub(crate) reminders: Vec<PlannedReminder>,
    pub(crate) options: Options,
    pub(crate) close: Close,
}

/// A reminder of a rule.
#[derive(Debug, Clone)]
pub(crate) struct PlannedReminder {
    /// The time since the reminder before it, or since what is counted from.
    pub(crate) after: Span,
    /// The sum of the times up to this one.
    pub(crate) accumulated: Span,
    pub(crate) content: Content,
}

/// A message as the policy has it.
#[derive(Debug, Clone)]
pub(crate) struct Content {
    pub(crate) text: Translated,
    pub(crate) image: Option<PlannedImage>,
    pub(crate) quick_replies: Vec<PlannedQuickReply>,
    pub(crate) template: Option<PlannedTemplate>,
}

impl Content {
    /// Nothing but words.
    pub(crate) const fn words(text: Translated) -> Content {
        Content { text, image: None, quick_replies: Vec::new(), template: None }
    }
}

/// A picture (docs/rules.md#image-alternative).
#[derive(Debug, Clone)]
pub(crate) struct PlannedImage {
    pub(crate) url: String,
    pub(crate) alternative: Translated,
}

/// An answer offered for choice (docs/rules.md#quick-replies).
#[derive(Debug, Clone)]
pub(crate) struct PlannedQuickReply {
    pub(crate) effect: Effect,
    pub(crate) title: Translated,
}

/// What a customer's choice does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// It is an answer like any other.
    Continue,
    /// It is still the customer's turn, with so much more time.
    Extend(Span),
    /// The ticket is closed as settled.
    Resolve,
}

impl Effect {
    /// The id by which a channel tells the choice; a word of the config too.
    pub(crate) const fn id(self) -> &'static str {
        match self {
            Effect::Continue => "continue",
            Effect::Extend(_) => "extend",
            Effect::Resolve => "resolve",
        }
    }
}

/// A message that the channel has approved beforehand.
#[derive(Debug, Clone)]
pub(crate) struct PlannedTemplate {
    pub(crate) name: String,
    /// The languages in which it was approved; none: the host knows.
    pub(crate) languages: Vec<String>,
    pub(crate) parameters: Vec<Translated>,
}

/// What the time is counted from (docs/rules.md#count-from).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CountFrom {
    /// The agent's latest message; a further one moves it.
    LastAgentMessage,
    /// The first agent message after the customer's last; later ones do not move it.
    FirstUnansweredAgentMessage,
    /// The customer's latest message.
    LastCustomerMessage,
}

impl CountFrom {
    /// The word of the config.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            CountFrom::LastAgentMessage => "last-agent-message",
            CountFrom::FirstUnansweredAgentMessage => "first-unanswered-agent-message",
            CountFrom::LastCustomerMessage => "last-customer-message",
        }
    }
}

/// What a snooze does to the clock (docs/rules.md#snooze-mode).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Snooze {
    /// Nothing: snoozed tickets are closed.
    Ignore,
    /// The remaining time goes on after waking.
    Pause,
    /// The clock starts anew on waking.
    StartOnWake,
}

/// What is done about reminders that were missed (docs/rules.md#catch-up).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CatchUp {
    /// Each once, in order, at its distance from the one before.
    InOrder,
    /// Only the latest that is overdue.
    LastOnly,
}

/// What follows a reminder that could not be sent, by the kind of failure. One to a customer who
/// has blocked us or is gone always stops the cycle (Telegram's 403).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OnFailedReminder {
    pub(crate) unreachable: AfterFailure,
    pub(crate) refused: AfterFailure,
    /// How long after a failure it is tried again.
    pub(crate) retry_after: Span,
    /// How often it is tried again.
    pub(crate) retries: u8,
}

/// What follows a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AfterFailure {
    /// Nothing more in this cycle.
    Stop,
    /// The next reminder; the close only if the last one was sent.
    GoOn,
    /// The same reminder again, a few times; then as for `Stop`.
    Retry,
}

/// What is done with a reminder that has no template, outside of the channel's window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OutsideWindow {
    /// It is left out.
    LeaveOut,
    /// It is sent an hour before the window ends, if it can be; else it is left out.
    BeforeItEnds,
    /// It goes to the people in charge.
    InternalNote,
}

/// What becomes of the close when the last reminder was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WhenLeftOut {
    /// It does not happen.
    NoClose,
    /// It happens without a word to the customer.
    SilentClose,
}

/// When the clock runs again after a ticket was reopened (docs/rules.md#reopened-clock).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AfterReopening {
    /// With the next agent message.
    OnAgentMessage,
    /// With the agent's answer to the customer's next message.
    OnCustomerReply,
}

/// Whether a customer who was asked how it was is asked again when a reopened ticket is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SurveyAgain {
    /// Once the grace for late replies is over: until then it is one matter.
    AfterGrace,
    /// With every close.
    Always,
    /// Once a ticket.
    Never,
}

/// What is done about mandatory fields left empty (docs/rules.md#incomplete-metadata, docs/rules.md#hold-and-notify).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IncompleteMetadata {
    /// Closed all the same; the fact is recorded.
    Ignore,
    /// Not closed; the people in charge are told.
    HoldAndNotify,
}

/// The options of a rule beside its times.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Options {
    pub(crate) only_after_agent: bool,
    pub(crate) counting: Counting,
    pub(crate) catch_up: CatchUp,
    pub(crate) on_failed_reminder: OnFailedReminder,
    pub(crate) snooze: Snooze,
    /// Whether a snooze ends when the customer answers.
    pub(crate) reply_ends_snooze: bool,
    pub(crate) after_reopening: AfterReopening,
    /// How long a typing customer delays the close each time, and at most; none: not at all.
    pub(crate) typing: Option<(Span, Span)>,
    /// How long after the close a reply reopens the same ticket.
    pub(crate) late_reply: Span,
    /// Whether that time runs in calendar time although the rule's runs in open time.
    pub(crate) late_reply_in_calendar_time: bool,
    /// The least time between an agent's message and what falls due although it was counted from
    /// an earlier moment.
    pub(crate) guard: Span,
    /// The schedule in whose open time the durations run, by its place in the policy.
    pub(crate) business_hours: Option<usize>,
    /// The sending window that messages wait for, by its place in the policy.
    pub(crate) sending_window: Option<usize>,
    pub(crate) outside_window: OutsideWindow,
    pub(crate) when_left_out: WhenLeftOut,
    /// How long after the visitor of a chat has left the ticket is closed without a word; none: as
    /// if they were there.
    pub(crate) visitor_left: Option<Span>,
    /// How long a customer waits for the company before the people in charge are told; none: they
    /// are not.
    pub(crate) company_silent: Option<Span>,
}

impl Options {
    pub(crate) const DEFAULT: Options = Options {
        only_after_agent: true,
        counting: Counting { ai_agent: false, reactions: false },
        catch_up: CatchUp::InOrder,
        on_failed_reminder: OnFailedReminder {
            unreachable: AfterFailure::Stop,
            refused: AfterFailure::Stop,
            retry_after: Span::MINUTE.times(10),
            retries: 3,
        },
        snooze: Snooze::Pause,
        reply_ends_snooze: true,
        after_reopening: AfterReopening::OnAgentMessage,
        typing: Some((Span::from_millis(120_000), Span::from_millis(600_000))),
        late_reply: Span::DAY,
        late_reply_in_calendar_time: false,
        guard: Span::MINUTE,
        business_hours: None,
        sending_window: None,
        outside_window: OutsideWindow::LeaveOut,
        when_left_out: WhenLeftOut::NoClose,
        visitor_left: None,
        company_silent: None,
    };
}

/// What a close consists of, as the policy has it (docs/rules.md#close-package).
#[derive(Debug, Clone)]
pub(crate) struct Close {
    pub(crate) notice: Option<Translated>,
    pub(crate) closing_text: Option<Translated>,
    /// What is sent instead of the closing text outside of the channel's window.
    pub(crate) closing_template: Option<PlannedTemplate>,
    /// The words around the facts of the closing note (docs/rules.md#closing-note).
    pub(crate) summary: Option<Translated>,
    pub(crate) category: Option<Translated>,
    pub(crate) tags: Vec<String>,
    pub(crate) incomplete_metadata: IncompleteMetadata,
    /// Who must have closed for the agent to be taken off (docs/rules.md#after-close-sources).
    pub(crate) unassign: Sources,
    /// Tags of tickets whose agent stays (docs/rules.md#keep-assignment).
    pub(crate) keep_assignment_tags: Names,
    pub(crate) bot_on: Sources,
    pub(crate) survey: Survey,
    pub(crate) survey_after: Sources,
    pub(crate) survey_again: SurveyAgain,
}

impl Close {
    /// Whether something follows a close that somebody else made.
    pub(crate) fn follows_others(&self) -> bool {
        let survey_after =
            if self.survey == Survey::No { Sources::NONE } else { self.survey_after };
        [self.unassign, self.bot_on, survey_after].iter().any(|sources| sources.names_others())
    }
}

/// A set of those who can close a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sources(pub(crate) u8);

impl Sources {
    pub(crate) const NONE: Sources = Sources(0);
    pub(crate) const INACTIVITY: Sources = Sources(0).with(Source::Inactivity);

    pub(crate) const fn with(self, source: Source) -> Sources {
        Sources(self.0 | Self::bit(source))
    }

    pub(crate) const fn has(self, source: Source) -> bool {
        self.0 & Self::bit(source) != 0
    }

    const fn names_others(self) -> bool {
        self.0 & !Self::INACTIVITY.0 != 0
    }

    const fn bit(source: Source) -> u8 {
        match source {
            Source::Agent => 1,
            Source::Customer => 2,
            Source::Inactivity => 4,
            Source::Flow => 8,
            Source::Api => 16,
            Source::Other => 0,
        }
    }
}

impl Rule {
    /// The sum of all reminder times, the first included (docs/rules.md#accumulated-time).
    #[must_use]
    pub fn accumulated(&self) -> Span {
        self.reminders.last().map_or(Span::ZERO, |r| r.accumulated)
    }

    /// One of its times as people read it.
    pub(crate) fn span(&self, time: Span) -> String {
        span_in(time, self.options.business_hours.is_some())
    }

    /// The gap promised between the last reminder and the close; none in a rule that never closes.
    #[must_use]
    pub fn gap(&self) -> Option<Span> {
        Some(self.close_after?.minus(self.accumulated()))
    }

    /// What follows a close, but for a survey that was made already.
    pub(crate) fn after_close(&self, source: Source, tags: &[String]) -> AfterClose {
        let kept = self.close.keep_assignment_tags.find_any(tags).is_some();
        AfterClose {
            source,
            unassign: self.close.unassign.has(source) && !kept,
            bot_on: self.close.bot_on.has(source),
            survey: if self.close.survey_after.has(source) {
                self.close.survey
            } else {
                Survey::No
            },
        }
    }
}

/// When a policy began to count, and what becomes of the cycles that had begun before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Activation {
    pub(crate) from: Instant,
    /// None: cycles that began before are left alone. Otherwise each of them takes its first step
    /// at an instant of its own within this time.
    pub(crate) backlog_within: Option<Span>,
}
