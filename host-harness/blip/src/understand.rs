//! What an envelope means to a desk: a function of the envelope and of what is known.

use despertador_contract::event_log::Row;
use despertador_contract::key;
use despertador_contract::{
    ActionKey, Author, Event, Failure, Happening, Instant, Message, QuickReply, Step,
    Ticket as Facts, TicketStatus,
};
use despertador_desk::Incoming;
use despertador_lime::desk::{At, concerns, is_desk, tells};
use despertador_lime::{
    Envelope, Happened, Identity, Known, Meaning, NotificationEvent, SentId, Stage, Status, Ticket,
    Why, meaning,
};
use sha2::Digest;

use crate::body::Unread;
use crate::document;

/// Whom an envelope concerns: what to ask the desk for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Subject {
    /// The ticket it names.
    pub ticket: Option<String>,
    /// The customer it names; theirs is the ticket if it names none that is known.
    pub customer: Option<Identity>,
    /// The ticket that it describes, if it does.
    pub document: Option<Box<Ticket>>,
}

/// What is known of a ticket.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// Its facts; its id among them.
    pub facts: Facts,
    /// When it was closed, or a little later; the time of a message is compared with it.
    pub changed: Instant,
    /// What is in the desk's outbox for it.
    pub outbox: Vec<Waiting>,
    /// The answers that the customer was last offered.
    pub offered: Vec<QuickReply>,
}

/// An action in the outbox.
#[derive(Debug, Clone, PartialEq)]
pub struct Waiting {
    /// Which one.
    pub key: ActionKey,
    /// When it is tried next, or was to be tried last.
    pub next: Instant,
    /// Whether it is still to be carried out; if not it was given up.
    pub is_open: bool,
}

/// What an envelope means to a desk.
#[derive(Debug, Clone, PartialEq)]
pub enum Meant {
    /// Something happened; to be told in this order.
    Happened {
        /// The ticket.
        ticket: String,
        /// What is to be told. The first row may be the one that makes the ticket.
        rows: Vec<Incoming>,
        /// Whether it makes the ticket.
        is_new: bool,
    },
    /// An action that is in the outbox has reached its receiver.
    Arrived(ActionKey),
    /// Nothing.
    Nothing {
        /// The ticket, where there is one.
        ticket: Option<String>,
        /// Why.
        why: String,
        /// Whether it would mean something if the customer had a ticket, which may be on its way.
        may_be_early: bool,
    },
    /// It cannot be read.
    Unread(Unread),
}

impl Meant {
    fn nothing(ticket: Option<&str>, why: impl Into<String>) -> Self {
        Self::Nothing { ticket: ticket.map(str::to_owned), why: why.into(), may_be_early: false }
    }
}

/// Whom an envelope concerns.
#[must_use]
pub fn subject(envelope: &Envelope, bot: &Identity) -> Subject {
    let of = |at| match at {
        Some(At::Ticket(ticket)) => Subject { ticket: Some(ticket), ..Subject::default() },
        Some(At::Customer(customer)) => Subject { customer: Some(customer), ..Subject::default() },
        None => Subject::default(),
    };
    // Customers choose what they write: neither its id nor its content names a ticket.
    if let Some(customer) = writing_customer(envelope, bot) {
        return of(Some(At::Customer(customer.clone())));
    }
    if let Some(document) = described(envelope) {
        let customer = document.customer_identity.as_deref().and_then(|id| id.parse().ok());
        let customer = customer.or_else(|| match concerns(envelope, bot) {
            Some(At::Customer(customer)) => Some(customer),
            _ => None,
        });
        return Subject {
            ticket: document.id.clone().filter(|id| !id.is_empty()),
            customer,
            document: Some(Box::new(document)),
        };
    }
    match envelope {
        // A customer asks no desk for anything.
        Envelope::Command(command)
            if command
                .header
                .from
                .as_ref()
                .is_some_and(|from| is_customer(&from.identity, bot)) =>
        {
            Subject::default()
        }
        // Agents ask the desk for something: the address is the desk's, the ticket in the command.
        Envelope::Command(command) if command.status.is_none() => {
            match meaning(envelope, 0, &Known::by(bot)) {
                Ok(Meaning::Happened { ticket, .. }) => of(Some(At::Ticket(ticket))),
                _ => Subject::default(),
            }
        }
        _ => of(concerns(envelope, bot)),
    }
}

/// The customer, if they wrote this.
fn writing_customer<'a>(envelope: &'a Envelope, bot: &Identity) -> Option<&'a Identity> {
    let Envelope::Message(message) = envelope else { return None };
    let from = &message.header.from.as_ref()?.identity;
    is_customer(from, bot).then_some(from)
}

fn is_customer(from: &Identity, bot: &Identity) -> bool {
    let domain = from.domain().to_lowercase();
    !from.is(bot)
        && !is_desk(&domain)
        && !domain.is_empty()
        && !["msging.net", "blip.ai"].contains(&domain.as_str())
}

/// The ticket that an envelope describes, or that was posted without an envelope.
fn described(envelope: &Envelope) -> Option<Ticket> {
    match envelope {
        Envelope::Message(message) => message.content().ok()?.ticket().ok()?,
        Envelope::Other(members)
            if members.contains_key("id")
                && (members.contains_key("customerIdentity")
                    || members.contains_key("sequentialId")) =>
        {
            document::read(members.clone().into())
        }
        _ => None,
    }
}

/// What an envelope means that is received now, in an account, as far as this is known of the
/// ticket that its [`Subject`] names: of the ticket itself, else of the customer's open one, else of
/// their latest one.
///
/// `late` is for how many milliseconds after a close messages are told to the desk; what was
/// written before the close always is.
#[must_use]
pub fn understand(
    envelope: &Envelope,
    now: Instant,
    account: &str,
    bot: &Identity,
    subject: &Subject,
    seen: Option<&Seen>,
    late: i64,
) -> Meant {
    let known = seen.map(known_ticket);
    let document = subject.document.as_deref();
    let own = known.as_ref().zip(document).filter(|(known, told)| known.id == told.id);
    let document = document.map(|told| document::merged(told, own.map(|(known, _)| known)));
    let rewritten = document.as_ref().and_then(|told| tells(told, bot).ok());
    let rewritten = rewritten.map(Envelope::Message);
    if let (Some(told), Some((known, _))) = (&document, own)
        && is_stale(told, known)
    {
        return Meant::nothing(known.id.as_deref(), "the ticket is as it was, or was later");
    }
    let closing = seen.and_then(|seen| {
        let open = seen.outbox.iter().filter(|waiting| waiting.is_open);
        let closes = |key: &&ActionKey| matches!(key.step, Step::Close | Step::Resolve);
        open.map(|waiting| &waiting.key).find(closes)
    });
    let offered = seen.map_or(&[][..], |seen| &seen.offered);
    let knows = Known { bot, ticket: known.as_ref(), offered, closing };
    let meaning = match meaning(rewritten.as_ref().unwrap_or(envelope), now, &knows) {
        Ok(meaning) => meaning,
        Err(error) => {
            let (place, why) = (error.place().to_owned(), error.problem().to_string());
            return Meant::Unread(Unread { place, why, help: error.help() });
        }
    };
    if let Some(sent) = reported(envelope)
        && !may_report(envelope, bot, seen)
    {
        let what = key::render(&sent.key);
        return Meant::nothing(
            Some(&sent.key.ticket),
            format!("its sender is neither the receiver of `{what}` nor their gateway"),
        );
    }
    let telling = Telling { envelope, now, account, seen, known: known.as_ref(), late };
    match meaning {
        Meaning::Happened { ticket, continues, what } => {
            telling.happened(&ticket, continues, what, document.as_ref())
        }
        Meaning::Receipt(receipt) => {
            let Some(sent) = &receipt.sent else {
                return Meant::nothing(None, "a receipt of what somebody else sent");
            };
            let is_open = |waiting: &Waiting| waiting.is_open && waiting.key == sent.key;
            let is_open = seen.is_some_and(|seen| seen.outbox.iter().any(is_open));
            let has_arrived = matches!(
                receipt.stage,
                Stage::Dispatched | Stage::Received | Stage::Consumed | Stage::Done
            );
            if has_arrived && is_open && sent.part.is_essential() {
                return Meant::Arrived(sent.key.clone());
            }
            let stage = match &receipt.stage {
                Stage::Accepted => NotificationEvent::Accepted.as_str(),
                Stage::Dispatched => NotificationEvent::Dispatched.as_str(),
                Stage::Received => NotificationEvent::Received.as_str(),
                Stage::Consumed => NotificationEvent::Consumed.as_str(),
                Stage::Done => "done",
                Stage::Failed(_) => NotificationEvent::Failed.as_str(),
                Stage::Other(stage) => stage,
                _ => "unknown",
            };
            let what = key::render(&sent.key);
            Meant::nothing(Some(&sent.key.ticket), format!("`{stage}` of a part of `{what}`"))
        }
        Meaning::Nothing(why) => telling.nothing(&why, document.as_ref()),
        _ => Meant::nothing(None, "it means nothing that this version knows"),
    }
}

/// The part of an action that an envelope tells the outcome of.
fn reported(envelope: &Envelope) -> Option<SentId> {
    let header = match envelope {
        Envelope::Notification(notification) => &notification.header,
        Envelope::Command(command) if command.status.is_some() => &command.header,
        _ => return None,
    };
    SentId::read(header.id.as_deref()?)
}

/// Whether the sender of an envelope is entitled to tell what became of an action: the customer of
/// its ticket, the gateway of that customer's channel, or a server of Blip's. Whoever knows the
/// scheme of the ids can write one.
fn may_report(envelope: &Envelope, bot: &Identity, seen: Option<&Seen>) -> bool {
    let Some(from) = envelope.header().and_then(|header| header.from.as_ref()) else {
        return false;
    };
    let from = &from.identity;
    let customer = seen.and_then(|seen| document::customer_of_facts(&seen.facts));
    if customer.as_ref().is_some_and(|customer| from.is(customer)) {
        return true;
    }
    let domain = from.domain().to_lowercase();
    let is_blip = ["msging.net", "crm.msging.net"].contains(&domain.as_str()) || is_desk(&domain);
    let is_gateway = customer.is_some_and(|customer| customer.domain().to_lowercase() == domain);
    from.name() == POSTMASTER && (is_blip || is_gateway || from.domain() == bot.domain())
}

/// The name under which servers and gateways write.
const POSTMASTER: &str = "postmaster";

/// The ticket as it was last described, and as the desk knows it to be since.
fn known_ticket(seen: &Seen) -> Ticket {
    let described = document::of_facts(&seen.facts);
    let ticket = described.unwrap_or_else(|| Ticket {
        team: seen.facts.department.clone(),
        tags: Some(seen.facts.tags.clone()),
        ..Ticket::default()
    });
    let ticket = Ticket { id: Some(seen.facts.id.clone()), ..ticket };
    if seen.facts.status == TicketStatus::Closed && !ticket.is_over() {
        // The desk has closed it, and Blip has not said so yet.
        return Ticket {
            status: Some(Status::ClosedClientInactivity),
            closed: Some(true),
            ..ticket
        };
    }
    ticket
}

/// Whether a description is older than the one that is known: they come in any order.
fn is_stale(told: &Ticket, known: &Ticket) -> bool {
    let (Some(told_at), Some(known_at)) = (&told.status_date, &known.status_date) else {
        return false;
    };
    let (told_at, known_at) = (told_at.instant(), known_at.instant());
    told_at < known_at || told_at == known_at && known.is_over() && !told.is_over()
}

struct Telling<'a> {
    envelope: &'a Envelope,
    now: Instant,
    account: &'a str,
    seen: Option<&'a Seen>,
    known: Option<&'a Ticket>,
    late: i64,
}

impl Telling<'_> {
    fn happened(
        &self,
        ticket: &str,
        continues: Option<String>,
        what: Vec<Happened>,
        document: Option<&Ticket>,
    ) -> Meant {
        let own = self.seen.filter(|seen| seen.facts.id == ticket);
        if own.is_none() && document.is_none() {
            return Meant::nothing(Some(ticket), "the ticket is not known here");
        }
        if let Some(seen) = own.filter(|_| document.is_none())
            && let Some(why) = self.comes_after_close(seen, &what)
        {
            return Meant::nothing(Some(ticket), why);
        }
        let mut rows: Vec<Row> = what
            .into_iter()
            .map(|happened| match happened {
                Happened::Message(message) => Row::message(ticket, message),
                Happened::Event(event) => Row::event(ticket, self.named(event, own)),
            })
            .collect();
        if let (Some(document), Some(first)) = (document, rows.first_mut()) {
            let known = own.and_then(|seen| Some((&seen.facts, self.known?)));
            let parent = self.seen.filter(|seen| continues.as_ref() == Some(&seen.facts.id));
            first.facts = document::facts(document, known, parent.map(|seen| &seen.facts));
        }
        let mut rows: Vec<_> =
            rows.into_iter().map(|row| Incoming::new(self.account, row)).collect();
        if let (Some(parent), false) = (&continues, rows.is_empty()) {
            let first = rows.remove(0).continuing(parent);
            rows.insert(0, first);
            rows.extend(self.seen.filter(|s| s.facts.id == *parent).and_then(|s| self.gone(s)));
        }
        Meant::Happened { ticket: ticket.to_owned(), rows, is_new: own.is_none() }
    }

    /// A description or a message that means nothing by itself: facts may have changed all the
    /// same, and a ticket that was transferred has no clock any more.
    fn nothing(&self, why: &Why, document: Option<&Ticket>) -> Meant {
        let id = document.and_then(|document| document.id.as_deref());
        let id = id.or_else(|| Some(self.seen?.facts.id.as_str()));
        let own = self.seen.filter(|seen| Some(seen.facts.id.as_str()) == id);
        if let (Some(document), Some(seen), Some(known)) = (document, own, self.known)
            && matches!(why, Why::NothingNew | Why::Transferred)
            && let Some(facts) = document::facts(document, Some((&seen.facts, known)), None)
        {
            let row = Row::facts(seen.facts.id.clone(), self.now, facts);
            return Meant::Happened {
                ticket: seen.facts.id.clone(),
                rows: vec![Incoming::new(self.account, row)],
                is_new: false,
            };
        }
        let may_be_early = *why == Why::NoTicket;
        Meant::Nothing { ticket: id.map(str::to_owned), why: why.to_string(), may_be_early }
    }

    /// Why something about a ticket that is closed is not told; none if it is open, or if the
    /// customer wrote before they could know.
    fn comes_after_close(&self, seen: &Seen, what: &[Happened]) -> Option<&'static str> {
        if seen.facts.status == TicketStatus::Open {
            return None;
        }
        let closed = self.known.and_then(|known| known.close_date.as_ref());
        let closed = closed.map_or(seen.changed, |date| date.instant());
        let in_time = |message: &Message| {
            message.author == Author::Customer && message.at <= closed.saturating_add(self.late)
        };
        let counts = what.iter().any(|happened| match happened {
            Happened::Message(message) => in_time(message),
            Happened::Event(Event { what: Happening::Typing, .. }) => false,
            Happened::Event(_) => true,
        });
        (!counts).then_some("the customer has no open ticket")
    }

    /// The event under an id that it has however often it is posted. The failure of an action is
    /// one for each time that the action is sent.
    fn named(&self, event: Event, own: Option<&Seen>) -> Event {
        let Happening::Failed(Failure { key, .. }) = &event.what else { return event };
        let waiting = own.and_then(|seen| seen.outbox.iter().find(|waiting| waiting.key == *key));
        let which = match waiting {
            Some(waiting) => waiting.next.to_string(),
            None => digest(&self.envelope.to_json().to_string()),
        };
        Event { id: Some(format!("{}#failed@{which}", key::render(key))), ..event }
    }

    /// That a ticket goes on as another one, if it is not known.
    fn gone(&self, seen: &Seen) -> Option<Incoming> {
        let is_open = seen.facts.status == TicketStatus::Open;
        let row = || Row::facts(seen.facts.id.clone(), self.now, document::gone());
        is_open.then(|| Incoming::new(self.account, row()))
    }
}

fn digest(text: &str) -> String {
    let whole: [u8; 32] = sha2::Sha256::digest(text.as_bytes()).into();
    whole.iter().take(16).fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// Whether somebody writes: only then it matters what was offered, and only that is kept when it
/// comes early.
pub(crate) fn is_message(envelope: &Envelope) -> bool {
    matches!(envelope, Envelope::Message(_))
}
