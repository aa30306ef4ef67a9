//! Events of a ticket other than messages.

use crate::decision::Key;
use crate::instant::{Instant, Span};
use crate::message::Stamp;

/// An event of a ticket.
#[derive(Debug, Clone, Copy)]
pub struct Event<'a> {
    /// When it happened.
    pub stamp: Stamp<'a>,
    /// What happened.
    pub what: Happening<'a>,
}

/// The kinds of events.
#[derive(Debug, Clone, Copy)]
pub enum Happening<'a> {
    /// The ticket was opened.
    Opened(Source),
    /// The host carried out an action.
    CarriedOut(Key<'a>),
    /// The host gave up carrying out an action.
    Failed(Key<'a>, FailureKind),
    /// The customer is typing.
    Typing,
    /// A pause begins, until an instant if that is known.
    Paused(PauseKind, Option<Instant>),
    /// A pause ends.
    Resumed(PauseKind),
    /// The customer was given more time.
    Extended(Span),
    /// Somebody else closed the ticket.
    Closed(Source),
    /// The ticket was opened again.
    Reopened(Source),
    /// A message of the company, by its id, did not reach the customer.
    Undelivered(&'a str),
    /// The visitor has left the chat.
    VisitorLeft,
    /// The visitor is back.
    VisitorReturned,
    /// Something that an automatic reply may answer.
    Occurred(Occurrence<'a>),
    /// An event that the contract does not know: changes nothing.
    Unknown,
}

/// An occurrence that an automatic reply may answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Occurrence<'a> {
    /// Its name.
    pub name: &'a str,
    /// The id of its call.
    pub call: Option<&'a str>,
    /// Where the caller was when they hung up: the phase of the call.
    pub phase: Option<&'a str>,
    /// Whether the account's rules allow a new ticket for a missed call.
    pub ticket_allowed: bool,
}

/// Who or what caused an opening, a close or a reopening.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A human agent of the company.
    Agent,
    /// The customer.
    Customer,
    /// This plugin.
    Inactivity,
    /// A bot's flow.
    Flow,
    /// Another program.
    Api,
    /// An unknown source.
    Other,
}

/// Why an action could not be carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// The receiver could not be reached or answered with errors, until the host gave up.
    Unreachable,
    /// The channel refused the message, or the kind of failure is unknown.
    Refused,
    /// The customer can no longer be reached at all.
    Blocked,
}

impl FailureKind {
    /// How severe it is: of two failures at one instant the more severe one applies.
    pub(crate) const fn weight(self) -> u8 {
        match self {
            FailureKind::Unreachable => 1,
            FailureKind::Refused => 2,
            FailureKind::Blocked => 3,
        }
    }
}

/// The kinds of pauses of the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PauseKind {
    /// An agent put the ticket on hold.
    Hold,
    /// An agent snoozed the ticket; the rule says what that means.
    Snooze,
    /// A call with the customer is going on.
    Call,
    /// The ticket is in the queue without an agent.
    Queue,
    /// The customer was given more time.
    Extension,
}
