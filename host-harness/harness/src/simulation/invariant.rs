//! The invariants.

use std::fmt;

/// A property of every step of every conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Invariant {
    /// See its sentence.
    WarnedClose,
    /// See its sentence.
    PatientClose,
    /// See its sentence.
    CustomersTurn,
    /// See its sentence.
    Paused,
    /// See its sentence.
    OldCycle,
    /// See its sentence.
    Once,
    /// See its sentence.
    SameAnswer,
    /// See its sentence.
    WakeAhead,
    /// See its sentence.
    FixedDeadline,
    /// See its sentence.
    DueFirst,
    /// See its sentence.
    ClosedInTheEnd,
    /// See its sentence.
    AnsweredOnce,
    /// See its sentence.
    SendingWindow,
    /// See its sentence.
    ChannelWindow,
    /// See its sentence.
    LeftAlone,
    /// See its sentence.
    ToldOnce,
    /// See its sentence.
    Replayed,
    /// See its sentence.
    Damaged,
    /// See its sentence.
    Answered,
}

impl Invariant {
    /// All invariants.
    pub const ALL: [Invariant; 19] = [
        Invariant::WarnedClose,
        Invariant::PatientClose,
        Invariant::CustomersTurn,
        Invariant::Paused,
        Invariant::OldCycle,
        Invariant::Once,
        Invariant::SameAnswer,
        Invariant::WakeAhead,
        Invariant::FixedDeadline,
        Invariant::DueFirst,
        Invariant::ClosedInTheEnd,
        Invariant::AnsweredOnce,
        Invariant::SendingWindow,
        Invariant::ChannelWindow,
        Invariant::LeftAlone,
        Invariant::ToldOnce,
        Invariant::Replayed,
        Invariant::Damaged,
        Invariant::Answered,
    ];

    /// The invariant as a sentence.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::WarnedClose => {
                "no ticket is closed before its last reminder had its promised gap"
            }
            Self::PatientClose => "no ticket is closed before the time of its rule is over",
            Self::CustomersTurn => "nothing is sent or closed while the company owes the answer",
            Self::Paused => {
                "nothing is sent or closed on hold, on the telephone, exempt, queued or not open"
            }
            Self::OldCycle => "after a customer's message nothing of the old cycle is done",
            Self::Once => "what was reported as done is not asked for again",
            Self::SameAnswer => "asking twice gives the same decision and the same key",
            Self::WakeAhead => "a wake-up is in the future, and at that time it is over",
            Self::FixedDeadline => {
                "a deadline does not depend on when it is asked for, \
                 though a send that is due also needs an open window at that very instant"
            }
            Self::DueFirst => "nothing is done before its deadline",
            Self::ClosedInTheEnd => "a ticket whose customer stays silent is closed in the end",
            Self::AnsweredOnce => "what occurs is answered once at most, and under one key",
            Self::SendingWindow => {
                "nothing is sent outside of the sending window, nor more than a customer may be sent"
            }
            Self::ChannelWindow => "nothing is sent freely outside of the channel's window",
            Self::LeftAlone => "nothing is sent to a customer who wants no messages",
            Self::ToldOnce => {
                "people are notified of a customer who waits for the company, once, and of no other"
            }
            Self::Replayed => "a fresh instance answers the same calls with the same bytes",
            Self::Damaged => "a damaged memory is a fault and leads to nothing",
            Self::Answered => "every call is answered",
        }
    }
}

impl fmt::Display for Invariant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sentence())
    }
}

/// A violated invariant, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Broken {
    pub(crate) invariant: Invariant,
    pub(crate) found: String,
}

impl Broken {
    pub(crate) fn new(invariant: Invariant, found: impl Into<String>) -> Broken {
        Broken { invariant, found: found.into() }
    }
}
