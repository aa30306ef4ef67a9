//! What an envelope means to Despertador.

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

/// What whoever receives an envelope knows besides.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The bot on whose behalf envelopes are received.
    pub bot: &'a Identity,
    /// The customer's ticket as it was last seen, open or closed. What a ticket means is what is
    /// new in it.
    pub ticket: Option<&'a Ticket>,
    /// The answers that the customer was last offered.
    pub offered: &'a [QuickReply],
    /// The close that was sent and is not reported yet: a ticket closed meanwhile reports it.
    pub closing: Option<&'a ActionKey>,
}

impl<'a> Known<'a> {
    /// Nothing is known but the bot.
    #[must_use]
    pub fn by(bot: &'a Identity) -> Self {
        Self { bot, ticket: None, offered: &[], closing: None }
    }
}

/// What an envelope means.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Meaning {
    /// Something happened to a ticket; to be told to the plugin in this order.
    Happened {
        /// The id of the ticket it happened to.
        ticket: String,
        /// The id of the ticket that was transferred and that this one goes on from. The host
        /// hands the memory of that one on to this one: what was said and sent, and when, is the
        /// same conversation.
        continues: Option<String>,
        /// What happened.
        what: Vec<Happened>,
    },
    /// What became of something sent; no message, and nothing that the plugin is told of. A host
    /// may report an action as carried out once its essential part has come far enough.
    Receipt(Receipt),
    /// Nothing.
    Nothing(Why),
}

/// Something that happened to a ticket.
#[derive(Debug, Clone, PartialEq)]
pub enum Happened {
    /// Somebody wrote.
    Message(despertador_contract::Message),
    /// Anything else.
    Event(Event),
}

/// What became of something sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Receipt {
    /// The id of what was sent, as the receipt has it.
    pub id: String,
    /// The action it is part of, if it was sent on the plugin's behalf.
    pub sent: Option<SentId>,
    /// What became of it.
    pub stage: Stage,
}

/// How far something sent has come.
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
    /// A command was done.
    Done,
    /// It failed, and was no essential part of an action.
    Failed(Reason),
    /// A stage without a word here.
    Other(String),
}

/// Why an envelope means nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Why {
    /// Nobody is named as its sender.
    NoSender,
    /// The customer has no ticket: the bot alone has to do with it.
    NoTicket,
    /// A server wrote it.
    FromAServer,
    /// It says of somebody that they are not, or no longer, typing.
    NotTyping,
    /// Somebody else than the customer is typing.
    NotTheCustomerTyping,
    /// The engine's timer of a block.
    InputExpiration,
    /// Somebody is sent elsewhere without a ticket.
    RedirectWithoutTicket,
    /// The ticket has no id.
    TicketWithoutId,
    /// The ticket was transferred: what goes on is told of the new one, and the flow stays.
    Transferred,
    /// The ticket is not the customer's latest one.
    OlderTicket,
    /// The ticket says nothing that was not known.
    NothingNew,
    /// A failure of something that was not sent on the plugin's behalf, to a customer without a
    /// ticket.
    FailureOfAnother,
    /// A command that does nothing to a ticket's clock; or one of the plugin's own.
    Command,
    /// An answer to a command that was not sent on the plugin's behalf.
    AnswerToAnother,
    /// A session, or something else that is no message, notification or command.
    NotAnEnvelope,
}

/// What an envelope means that was received at an instant.
///
/// A message of the customer always means something while they have a ticket: a document that
/// cannot be read is a message of an unknown kind, because whoever writes must not be closed.
///
/// # Errors
///
/// When a ticket or a redirect cannot be read, or nobody can tell who wrote to the bot: nothing is
/// known of what happened.
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

/// Whether something was told to happen at this instant. Blip's services write the year 1 for
/// dates that nobody has set, and the contract takes instants up to the year 9999.
fn is_a_time(instant: Instant) -> bool {
    (1..=253_402_300_799_999).contains(&instant)
}

/// An event about something. Its id is made of what it is about, what happened and when: desks use
/// the ids of their envelopes again (`Ticket:{id}:Open` each time it is opened), and an event with
/// an id seen lately changes nothing.
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
            Self::NotAnEnvelope => "it is no message, notification or command",
        })
    }
}
