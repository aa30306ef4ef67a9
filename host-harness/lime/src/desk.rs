//! The desk: messages to and from agents, and commands to the desk.
//!
//! The desk writes to the bot as `{customer}@desk.msging.net`, with the customer's address escaped,
//! or as `{ticket}@desk.msging.net`. A desk of one's own and a simulated one do the same.

use despertador_contract::Instant;

use crate::address::{Identity, NotAnAddress, escape};
use crate::content::{ChatState, Comment, Content, Redirect};
use crate::date::Date;
use crate::envelope::{Command, Envelope, Header, Message, Method};
use crate::sent::SentId;
use crate::ticket::{Status, Ticket};

/// The domain of the desk.
pub const DOMAIN: &str = "desk.msging.net";

/// The address for commands about tickets.
pub const POSTMASTER: &str = "postmaster@desk.msging.net";

/// The address for commands about contacts.
pub const CONTACTS: &str = "postmaster@crm.msging.net";

/// The meaning of an address at the desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum At {
    /// A customer, their address escaped in the name.
    Customer(Identity),
    /// A ticket, by its id.
    Ticket(String),
}

/// Whether a domain is the desk's.
#[must_use]
pub fn is_desk(domain: &str) -> bool {
    domain.eq_ignore_ascii_case(DOMAIN)
}

/// The meaning of an address at the desk; `None` for other addresses and for the desk itself.
///
/// ```
/// use despertador_lime::desk::{At, at};
/// let customer = at(&"5511999990000%40wa.gw.msging.net@desk.msging.net".parse()?);
/// assert_eq!(customer, Some(At::Customer("5511999990000@wa.gw.msging.net".parse()?)));
/// let ticket = at(&"3f8c2b1e@desk.msging.net".parse()?);
/// assert_eq!(ticket, Some(At::Ticket("3f8c2b1e".into())));
/// # Ok::<(), despertador_lime::NotAnAddress>(())
/// ```
#[must_use]
pub fn at(address: &Identity) -> Option<At> {
    if !is_desk(address.domain()) || address.name() == "postmaster" {
        return None;
    }
    Some(address.inner().map_or_else(|| At::Ticket(address.name().into()), At::Customer))
}

/// The subject of an envelope that the bot receives or sends: the customer at the other end, or the
/// ticket if only that is given. `None` if neither is.
#[must_use]
pub fn subject_of(envelope: &Envelope, bot: &Identity) -> Option<At> {
    let header = envelope.header()?;
    if let Some(sent) = header.id.as_deref().and_then(SentId::read) {
        return Some(At::Ticket(sent.key.ticket));
    }
    let from = &header.from.as_ref()?.identity;
    let other = if from.is(bot) { &header.to.as_ref()?.identity } else { from };
    if is_desk(other.domain()) {
        return at(other);
    }
    let is_server = other.name() == "postmaster" || other.domain() == bot.domain();
    (!is_server).then(|| At::Customer(other.clone()))
}

/// The address of a customer at the desk.
#[must_use]
pub fn of_customer(customer: &Identity) -> Identity {
    customer.at(DOMAIN)
}

/// The address of a ticket at the desk.
///
/// # Errors
///
/// If the id cannot be part of an address.
pub fn of_ticket(ticket: &str) -> Result<Identity, NotAnAddress> {
    Identity::new(ticket, DOMAIN)
}

/// A customer's message, forwarded to the agent. Forwarded messages keep the original's id, so that
/// they are recognised.
#[must_use]
pub fn to_agent(message: &Message, bot: &Identity, customer: &Identity) -> Message {
    pass_on(message, bot, &of_customer(customer))
}

/// An agent's message from the desk, forwarded to the customer.
#[must_use]
pub fn to_customer(message: &Message, bot: &Identity, customer: &Identity) -> Message {
    pass_on(message, bot, customer)
}

fn pass_on(message: &Message, from: &Identity, to: &Identity) -> Message {
    let id = message.header.id.as_ref().map(|id| format!("fwd:{id}"));
    let header = Header {
        id,
        from: Some(from.clone().node()),
        to: Some(to.clone().node()),
        pp: None,
        metadata: message.header.metadata.clone(),
    };
    Message { header, ..message.clone() }
}

/// An agent's message, as the desk sends it to the bot.
#[must_use]
pub fn from_agent(id: &str, bot: &Identity, customer: &Identity, content: &Content) -> Message {
    let header = Header::to(bot.clone(), id).from(of_customer(customer));
    Message::new(header, content)
}

/// A new or changed ticket, as the desk reports it to the bot.
///
/// # Errors
///
/// If the ticket's id cannot be part of an address.
pub fn ticket_report(ticket: &Ticket, bot: &Identity) -> Result<Message, NotAnAddress> {
    let id = ticket.id.clone().unwrap_or_default();
    let status = ticket.status.as_ref().map_or("None", Status::as_str);
    let header = Header::to(bot.clone(), format!("Ticket:{id}:{status}")).from(of_ticket(&id)?);
    Ok(Message::new(header, &ticket.clone().into()))
}

/// What the bot receives when a ticket is closed: the customer returns, with the ticket.
#[must_use]
pub fn redirect_to_bot(id: &str, ticket: &Ticket, bot: &Identity, customer: &Identity) -> Message {
    let header = Header::to(bot.clone(), id).from(of_customer(customer));
    Message::new(header, &Content::Redirect(Redirect::with(ticket.clone())))
}

/// A typing indicator for this many milliseconds. It has no id, because nobody needs its receipt.
#[must_use]
pub fn typing(to: &Identity, interval: Option<i64>) -> Message {
    let header = Header { to: Some(to.clone().node()), ..Header::default() };
    Message::new(header, &Content::ChatState(ChatState::typing(interval)))
}

/// A ticket after its transfer, and the new one that continues it. The clock belongs to the new
/// one; the flow does not move.
#[must_use]
pub fn transferred(
    ticket: &Ticket,
    new: (&str, i64),
    team: Option<&str>,
    agent: Option<&str>,
    at: Instant,
) -> (Ticket, Ticket) {
    let date = Date::at(at);
    let old = Ticket {
        status: Some(Status::Transferred),
        closed: Some(true),
        status_date: date.clone(),
        close_date: date.clone(),
        ..ticket.clone()
    };
    let going_on = Ticket {
        id: Some(new.0.into()),
        sequential_id: Some(new.1),
        parent_sequential_id: ticket.sequential_id,
        status: Some(Status::Waiting),
        team: team.map(Into::into).or_else(|| ticket.team.clone()),
        agent_identity: agent.map(Into::into),
        storage_date: date.clone(),
        status_date: date,
        open_date: None,
        first_response_date: None,
        closed: Some(false),
        ..ticket.clone()
    };
    (old, going_on)
}

/// A command that opens a ticket.
#[must_use]
pub fn open(id: &str, ticket: &Ticket) -> Command {
    set(id, POSTMASTER, "/tickets").with(&ticket.clone().into())
}

/// A command that sets the status and the tags of a ticket. Unless it is `quietly`, a closing
/// status sends the customer back to the bot.
#[must_use]
pub fn change_status(
    id: &str,
    ticket: &str,
    status: Status,
    tags: &[String],
    quietly: bool,
) -> Command {
    let uri =
        if quietly { "/tickets/change-status-without-redirect" } else { "/tickets/change-status" };
    let document = Ticket { id: Some(ticket.into()), status: Some(status), ..tagged(tags) };
    set(id, POSTMASTER, uri).with(&document.into())
}

/// A command that closes a ticket; the desk chooses the status.
#[must_use]
pub fn close(id: &str, ticket: &str, by: &Identity, tags: &[String]) -> Command {
    let document = Ticket { closed_by: Some(by.to_string()), ..tagged(tags) };
    about(id, ticket, "close").with(&document.into())
}

/// A command that transfers a ticket to another queue, or to an agent (`ana%40acme.com@blip.ai`).
#[must_use]
pub fn transfer(id: &str, ticket: &str, team: Option<&str>, agent: Option<&str>) -> Command {
    let document = Ticket {
        team: team.map(Into::into),
        agent_identity: agent.map(Into::into),
        ..Ticket::default()
    };
    about(id, ticket, "transfer").with(&document.into())
}

/// A command that sets the tags of a ticket.
#[must_use]
pub fn change_tags(id: &str, ticket: &str, tags: &[String]) -> Command {
    let document = Ticket { tags: Some(tags.to_vec()), ..Ticket::default() };
    about(id, ticket, "change-tags").with(&document.into())
}

/// A command that puts a ticket on standby: its clock is stopped.
#[must_use]
pub fn pause(id: &str, ticket: &str) -> Command {
    let document = Ticket { id: Some(ticket.into()), ..Ticket::default() };
    about(id, ticket, "pause-inactivity").with(&document.into())
}

/// A command that ends the standby.
#[must_use]
pub fn resume(id: &str, ticket: &str) -> Command {
    let document = Ticket { id: Some(ticket.into()), ..Ticket::default() };
    about(id, ticket, "resume-inactivity").with(&document.into())
}

/// A command that adds an internal note to the customer.
#[must_use]
pub fn note(id: &str, customer: &Identity, words: &str) -> Command {
    let uri = format!("/contacts/{}/comments", escape(&customer.to_string()));
    set(id, CONTACTS, uri).with(&Content::Comment(Comment::words(words)))
}

fn about(id: &str, ticket: &str, what: &str) -> Command {
    set(id, POSTMASTER, format!("/tickets/{}/{what}", escape(ticket)))
}

fn set(id: &str, to: &str, uri: impl Into<String>) -> Command {
    let header = Header { id: Some(id.into()), to: to.parse().ok(), ..Header::default() };
    Command::new(header, Method::Set, uri)
}

fn tagged(tags: &[String]) -> Ticket {
    Ticket { tags: (!tags.is_empty()).then(|| tags.to_vec()), ..Ticket::default() }
}
