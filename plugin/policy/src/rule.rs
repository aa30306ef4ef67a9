//! A checked closing rule: its times are positive, ordered and consistent.

use crate::decision::{AfterClose, Survey};
use crate::event::Source;
use crate::instant::{Instant, Span};
use crate::matching::Conditions;
use crate::message::Counting;
use crate::names::Names;
use crate::text::{Translated, span_in};
use alloc::string::String;
use alloc::vec::Vec;

/// How silent customers of some departments are handled.
#[derive(Debug, Clone)]
pub struct Rule {
    pub(crate) name: String,
    /// `None`: any department without its own rule («Cualquiera»).
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
    /// The time since the previous reminder, or since the start of counting.
    pub(crate) after: Span,
    /// The sum of the times up to this reminder.
    pub(crate) accumulated: Span,
    pub(crate) content: Content,
}

/// The content of a message in the policy.
#[derive(Debug, Clone)]
pub(crate) struct Content {
    pub(crate) text: Translated,
    pub(crate) image: Option<PlannedImage>,
    pub(crate) quick_replies: Vec<PlannedQuickReply>,
    pub(crate) template: Option<PlannedTemplate>,
}

impl Content {
    /// A text only.
    pub(crate) const fn words(text: Translated) -> Content {
        Content { text, image: None, quick_replies: Vec::new(), template: None }
    }
}

/// An image (docs/rules.md#image-alternative).
#[derive(Debug, Clone)]
pub(crate) struct PlannedImage {
    pub(crate) url: String,
    pub(crate) alternative: Translated,
}

/// A quick reply (docs/rules.md#quick-replies).
#[derive(Debug, Clone)]
pub(crate) struct PlannedQuickReply {
    pub(crate) effect: Effect,
    pub(crate) title: Translated,
}

/// The effect of a quick reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// It is an answer like any other.
    Continue,
    /// It stays the customer's turn, with this much more time.
    Extend(Span),
    /// The ticket is closed as settled.
    Resolve,
}

impl Effect {
    /// The id by which a channel reports the choice; also the word in the config.
    pub(crate) const fn id(self) -> &'static str {
        match self {
            Effect::Continue => "continue",
            Effect::Extend(_) => "extend",
            Effect::Resolve => "resolve",
        }
    }
}

/// A message template that the channel has approved.
#[derive(Debug, Clone)]
pub(crate) struct PlannedTemplate {
    pub(crate) name: String,
    /// The approved languages; empty if the host chooses.
    pub(crate) languages: Vec<String>,
    pub(crate) parameters: Vec<Translated>,
}

/// Where counting starts (docs/rules.md#count-from).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CountFrom {
    /// The agent's latest message; a further one restarts it.
    LastAgentMessage,
    /// The first agent message after the customer's last; later ones do not move it.
    FirstUnansweredAgentMessage,
    /// The customer's latest message.
    LastCustomerMessage,
}

impl CountFrom {
    /// The word in the config.
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
    /// The remaining time continues after waking.
    Pause,
    /// The time starts again on waking.
    StartOnWake,
}

/// How missed reminders are handled (docs/rules.md#catch-up).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CatchUp {
    /// Each once, in order, at its distance from the previous one.
    InOrder,
    /// Only the latest that is overdue.
    LastOnly,
}

/// What follows a reminder that could not be sent, by the kind of failure. If the customer has
/// blocked the account or no longer exists, the cycle always stops (Telegram's 403).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OnFailedReminder {
    pub(crate) unreachable: AfterFailure,
    pub(crate) refused: AfterFailure,
    /// The time from a failure to the next attempt.
    pub(crate) retry_after: Span,
    /// The maximum number of retries.
    pub(crate) retries: u8,
}

/// What follows a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AfterFailure {
    /// Nothing more in this cycle.
    Stop,
    /// The next reminder; the close only if the last one was sent.
    GoOn,
    /// The same reminder is retried; then as for `Stop`.
    Retry,
}

/// What happens to a reminder without a template outside the channel's window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OutsideWindow {
    /// It is left out.
    LeaveOut,
    /// It is sent an hour before the window ends, if possible; otherwise it is left out.
    BeforeItEnds,
    /// It is sent to the people in charge.
    InternalNote,
}

/// What happens to the close if the last reminder was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WhenLeftOut {
    /// The ticket is not closed.
    NoClose,
    /// The ticket is closed without a message to the customer.
    SilentClose,
}

/// When the clock restarts after a reopening (docs/rules.md#reopened-clock).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AfterReopening {
    /// With the next agent's message.
    OnAgentMessage,
    /// With the agent's answer to the customer's next message.
    OnCustomerReply,
}

/// Whether a customer who already got a survey gets another when a reopened ticket is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SurveyAgain {
    /// After the grace period for late replies; until then it is the same matter.
    AfterGrace,
    /// After every close.
    Always,
    /// Once per ticket.
    Never,
}

/// What happens if required fields are empty (docs/rules.md#incomplete-metadata,
/// docs/rules.md#hold-and-notify).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IncompleteMetadata {
    /// The ticket is closed anyway; the fact is recorded.
    Ignore,
    /// The ticket is not closed; the people in charge are notified.
    HoldAndNotify,
}

/// The options of a rule other than its times.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Options {
    pub(crate) only_after_agent: bool,
    pub(crate) counting: Counting,
    pub(crate) catch_up: CatchUp,
    pub(crate) on_failed_reminder: OnFailedReminder,
    pub(crate) snooze: Snooze,
    /// Whether a customer's answer ends a snooze.
    pub(crate) reply_ends_snooze: bool,
    pub(crate) after_reopening: AfterReopening,
    /// How long a typing customer delays the close, each time and in total; `None` for no delay.
    pub(crate) typing: Option<(Span, Span)>,
    /// The grace period: how long after the close a reply reopens the same ticket.
    pub(crate) late_reply: Span,
    /// Whether the grace period is calendar time although the rule counts open time.
    pub(crate) late_reply_in_calendar_time: bool,
    /// The minimum time between an agent's message and a step that is counted from an earlier
    /// moment.
    pub(crate) guard: Span,
    /// The index of the schedule in whose open time the durations run.
    pub(crate) business_hours: Option<usize>,
    /// The index of the sending window that messages wait for.
    pub(crate) sending_window: Option<usize>,
    pub(crate) outside_window: OutsideWindow,
    pub(crate) when_left_out: WhenLeftOut,
    /// How long after the visitor of a chat left the ticket is closed silently; `None` to ignore
    /// visitors who leave.
    pub(crate) visitor_left: Option<Span>,
    /// How long a customer waits for the company before the people in charge are notified; `None`
    /// for no notification.
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

/// The close package of a policy (docs/rules.md#close-package).
#[derive(Debug, Clone)]
pub(crate) struct Close {
    pub(crate) notice: Option<Translated>,
    pub(crate) closing_text: Option<Translated>,
    /// The template to send instead of the closing text outside the channel's window.
    pub(crate) closing_template: Option<PlannedTemplate>,
    /// The text around the facts of the closing note (docs/rules.md#closing-note).
    pub(crate) summary: Option<Translated>,
    pub(crate) category: Option<Translated>,
    pub(crate) tags: Vec<String>,
    pub(crate) incomplete_metadata: IncompleteMetadata,
    /// After closes by these the agent is unassigned (docs/rules.md#after-close-sources).
    pub(crate) unassign: Sources,
    /// Tickets with these tags keep their agent (docs/rules.md#keep-assignment).
    pub(crate) keep_assignment_tags: Names,
    pub(crate) bot_on: Sources,
    pub(crate) survey: Survey,
    pub(crate) survey_after: Sources,
    pub(crate) survey_again: SurveyAgain,
}

impl Close {
    /// Whether steps follow a close by somebody else.
    pub(crate) fn follows_others(&self) -> bool {
        let survey_after =
            if self.survey == Survey::No { Sources::NONE } else { self.survey_after };
        [self.unassign, self.bot_on, survey_after].iter().any(|sources| sources.names_others())
    }
}

/// A set of sources of a close.
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
    /// The sum of all reminder times, including the first (docs/rules.md#accumulated-time).
    #[must_use]
    pub fn accumulated(&self) -> Span {
        self.reminders.last().map_or(Span::ZERO, |r| r.accumulated)
    }

    /// One of its durations as text.
    pub(crate) fn span(&self, time: Span) -> String {
        span_in(time, self.options.business_hours.is_some())
    }

    /// The promised gap between the last reminder and the close; `None` in a rule that never
    /// closes.
    #[must_use]
    pub fn gap(&self) -> Option<Span> {
        Some(self.close_after?.minus(self.accumulated()))
    }

    /// The steps after a close, whether or not a survey was already sent.
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

/// When a policy was switched on, and what happens to cycles that had begun before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Activation {
    pub(crate) from: Instant,
    /// `None`: earlier cycles are left alone. Otherwise each of them takes its first step at its
    /// own instant within this time.
    pub(crate) backlog_within: Option<Span>,
}
