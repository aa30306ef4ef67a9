//! A closing rule, checked: its times are positive, ordered and fit together.

use crate::decision::{AfterClose, Survey};
use crate::event::Source;
use crate::instant::{Instant, Span};
use crate::message::Counting;
use crate::text::Translated;
use alloc::string::String;
use alloc::vec::Vec;

/// What happens to the silent customers of some departments.
#[derive(Debug, Clone)]
pub struct Rule {
    pub(crate) name: String,
    /// None: any department without a rule of its own («Cualquiera»).
    pub(crate) departments: Option<Vec<String>>,
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
    pub(crate) text: Translated,
}

/// What the time is counted from (rulebook 2).
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

/// What a snooze does to the clock (rulebook 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Snooze {
    /// Nothing: snoozed tickets are closed (K-14).
    Ignore,
    /// The remaining time goes on after waking.
    Pause,
    /// The clock starts anew on waking.
    StartOnWake,
}

/// What is done about reminders that were missed (rulebook 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CatchUp {
    /// Each once, in order, at its distance from the one before.
    InOrder,
    /// Only the latest that is overdue.
    LastOnly,
}

/// What follows a reminder that could not be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnFailedReminder {
    /// Nothing more in this cycle.
    Stop,
    /// The next reminder; the close only if the last one was sent.
    GoOn,
}

/// When the clock runs again after a ticket was reopened (rulebook 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AfterReopening {
    /// With the next agent message.
    OnAgentMessage,
    /// With the agent's answer to the customer's next message (K-12).
    OnCustomerReply,
}

/// What is done about mandatory fields left empty (D-46, D?11).
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
    pub(crate) after_reopening: AfterReopening,
    /// How long a typing customer delays the close each time, and at most; none: not at all.
    pub(crate) typing: Option<(Span, Span)>,
    /// How long after the close a reply reopens the same ticket.
    pub(crate) late_reply: Span,
    /// The least time between an agent's message and what falls due although it was counted from
    /// an earlier moment.
    pub(crate) guard: Span,
}

impl Options {
    pub(crate) const DEFAULT: Options = Options {
        only_after_agent: true,
        counting: Counting { ai_agent: false, reactions: false },
        catch_up: CatchUp::InOrder,
        on_failed_reminder: OnFailedReminder::Stop,
        snooze: Snooze::Pause,
        after_reopening: AfterReopening::OnAgentMessage,
        typing: Some((Span::from_millis(120_000), Span::from_millis(600_000))),
        late_reply: Span::DAY,
        guard: Span::MINUTE,
    };
}

/// What a close consists of, as the policy has it (rulebook 7).
#[derive(Debug, Clone)]
pub(crate) struct Close {
    pub(crate) notice: Option<Translated>,
    pub(crate) closing_text: Option<Translated>,
    pub(crate) category: Option<Translated>,
    pub(crate) tags: Vec<String>,
    pub(crate) incomplete_metadata: IncompleteMetadata,
    /// Who must have closed for the agent to be taken off (C-15, C?1).
    pub(crate) unassign: Sources,
    /// Tags of tickets whose agent stays (C?3).
    pub(crate) keep_assignment_tags: Vec<String>,
    pub(crate) bot_on: Sources,
    pub(crate) survey: Survey,
    pub(crate) survey_after: Sources,
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
    /// The sum of all reminder times, the first included (D?4).
    #[must_use]
    pub fn accumulated(&self) -> Span {
        self.reminders.last().map_or(Span::ZERO, |r| r.accumulated)
    }

    /// The gap promised between the last reminder and the close; none in a rule that never closes.
    #[must_use]
    pub fn gap(&self) -> Option<Span> {
        Some(self.close_after?.minus(self.accumulated()))
    }

    pub(crate) fn after_close(&self, source: Source, tags: &[String]) -> AfterClose {
        let kept = tags.iter().any(|t| self.close.keep_assignment_tags.contains(t));
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
