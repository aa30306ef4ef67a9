//! The meaning of an envelope for Despertador.

mod command;
mod message;
mod notification;
mod said;
mod ticket;

use std::fmt;

use despertador_contract::{ActionKey, Event, Instant, QuickReply};

use crate::address::Identity;
use crate::envelope::{Envelope, Reason};
use crate::error::ReadError;
use crate::sent::SentId;
use crate::ticket::Ticket;

pub use notification::failure_kind;

/// What the receiver of an envelope knows.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The bot on whose behalf envelopes are received.
    pub bot: &'a Identity,
    /// The customer's last known ticket, open or closed. The meaning of a ticket is its difference
    /// from it.
    pub ticket: Option<&'a Ticket>,
    /// The quick replies that the customer was last offered.
    pub offered: &'a [QuickReply],
    /// The close that was sent and is not reported yet: a ticket that is closed meanwhile reports
    /// it.
    pub closing: Option<&'a ActionKey>,
}

impl<'a> Known<'a> {
    /// Only the bot is known.
    #[must_use]
    pub fn new(bot: &'a Identity) -> Self {
        Self { bot, ticket: None, offered: &[], closing: None }
    }
}

/// The meaning of an envelope.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Meaning {
    /// Something happened to a ticket; to be recorded in this order.
    Happened {
        /// The id of the ticket.
        ticket: String,
        /// The id of the transferred ticket that this one continues. The host passes that ticket's
        /// memory on to this one, because they are the same conversation.
        continues: Option<String>,
        /// What happened.
        what: Vec<Happened>,
    },
    /// A receipt for something that was sent; the plugin is not called. A host may report an action
    /// as carried out once the receipt of its essential part is good enough.
    Receipt(Receipt),
    /// No effect.
    Nothing(Why),
}

/// Something that happened to a ticket.
#[derive(Debug, Clone, PartialEq)]
pub enum Happened {
    /// A message.
    Message(despertador_contract::Message),
    /// An event.
    Event(Event),
}

/// A receipt.
#[derive(Debug, Clone, PartialEq)]
pub struct Receipt {
    /// The id of the sent envelope, from the receipt.
    pub id: String,
    /// The action to which it belongs, if the plugin requested it.
    pub sent: Option<SentId>,
    /// The stage.
    pub stage: Stage,
}

/// The stages of a sent envelope.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Stage {
    /// The server has it.
    Accepted,
    /// It has left the server.
    Dispatched,
    /// The receiver has it.
    Received,
    /// The receiver has read it.
    Consumed,
    /// A command succeeded.
    Done,
    /// It failed, but was not an essential part of an action.
    Failed(Reason),
    /// An unknown stage.
    Other(String),
}

/// Why an envelope has no effect.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Why {
    /// It has no sender.
    NoSender,
    /// The customer has no ticket: only the bot is concerned.
    NoTicket,
    /// A server wrote it.
    FromAServer,
    /// It reports that somebody is not, or no longer, typing.
    NotTyping,
    /// Somebody other than the customer is typing.
    NotTheCustomerTyping,
    /// The engine's timer of a block.
    InputExpiration,
    /// A redirect without a ticket.
    RedirectWithoutTicket,
    /// The ticket has no id.
    TicketWithoutId,
    /// The ticket was transferred: what follows is reported for the new one, and the flow stays.
    Transferred,
    /// The ticket is not the customer's latest one.
    OlderTicket,
    /// The ticket contains nothing new.
    NothingNew,
    /// The failure of an envelope that the plugin did not request, to a customer without a ticket.
    FailureOfAnother,
    /// A command without effect on a ticket's clock, or one of the plugin's own.
    Command,
    /// The response to a command that the plugin did not request.
    AnswerToAnother,
    /// A session, or something else that is not a message, notification or command.
    NotAnEnvelope,
}

/// The meaning of an envelope that was received at an instant.
///
/// A customer's message always has a meaning while they have a ticket: an unreadable document is a
/// message of an unknown kind, because a customer who writes must not be closed.
///
/// # Errors
///
/// If a ticket or a redirect cannot be read, or the author of a message to the bot is unknown: then
/// it is unknown what happened.
pub fn meaning(
    envelope: &Envelope,
    received_at: Instant,
    known: &Known<'_>,
) -> Result<Meaning, ReadError> {
    match envelope {
        Envelope::Message(message) => message::meaning(message, received_at, known),
        Envelope::Notification(notification) => {
            Ok(notification::meaning(notification, received_at, known))
        }
        Envelope::Command(command) => command::meaning(command, received_at, known),
        Envelope::Other(_) => Ok(Meaning::Nothing(Why::NotAnEnvelope)),
    }
}

impl Meaning {
    fn events(ticket: impl Into<String>, events: impl IntoIterator<Item = Event>) -> Self {
        let what = events.into_iter().map(Happened::Event).collect();
        Self::Happened { ticket: ticket.into(), continues: None, what }
    }
}

/// Whether this is a real time. Blip's services write the year 1 for dates that are not set, and
/// the contract accepts instants up to the year 9999.
fn is_real_time(instant: Instant) -> bool {
    (1..=253_402_300_799_999).contains(&instant)
}

/// An event with an id that consists of its subject, the event and the instant. Desks reuse the ids
/// of their envelopes (`Ticket:{id}:Open` each time it is opened), and an event with the id of a
/// recent one changes nothing.
fn event(
    about: &str,
    name: &str,
    what: despertador_contract::Happening,
    at: Instant,
    received_at: Instant,
) -> Event {
    let id = Some(format!("{about}#{name}@{at}"));
    Event { id, sequence: None, at, received_at, what }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoSender => "nobody is named as its sender",
            Self::NoTicket => "the customer has no ticket",
            Self::FromAServer => "a server wrote it",
            Self::NotTyping => "nobody is typing",
            Self::NotTheCustomerTyping => "somebody else than the customer is typing",
            Self::InputExpiration => "it is the timer of a block",
            Self::RedirectWithoutTicket => "it brings no ticket",
            Self::TicketWithoutId => "the ticket has no id",
            Self::Transferred => "the ticket was transferred and goes on as another",
            Self::OlderTicket => "the customer has a later ticket",
            Self::NothingNew => "the ticket is as it was",
            Self::FailureOfAnother => "what failed was sent by somebody else",
            Self::Command => "the command does nothing to a ticket's clock",
            Self::AnswerToAnother => "the command was sent by somebody else",
            Self::NotAnEnvelope => "it is not a message, notification or command",
        })
    }
}
