//! The meaning of an envelope for a desk: a function of the envelope and the known state.

use despertador_contract::event_log::Row;
use despertador_contract::key;
use despertador_contract::{
    ActionKey, Author, Event, Failure, Happening, Instant, Message, QuickReply, Step,
    Ticket as Facts, TicketStatus,
};
use despertador_desk::Incoming;
use despertador_lime::desk::{At, at, is_desk, subject_of, ticket_report};
use despertador_lime::{
    Command, CommandStatus, Envelope, Happened, Identity, Known, Meaning, Node, NotificationEvent,
    SentId, Stage, Status, Ticket, Why, canonical, is_tunnel, meaning,
};
use serde_json::Value;
use sha2::Digest;

use crate::body::UnreadableEnvelope;
use crate::document;

/// Which envelopes are accepted, and how.
#[derive(Debug, Clone)]
pub struct SourceOptions {
    /// The account.
    pub account: String,
    /// The bot.
    pub bot: Identity,
    /// How many milliseconds after a close messages are recorded; messages written before the close
    /// always are.
    pub late_replies: i64,
    /// Whether tickets in the name of their customer are accepted, as Blip's data webhook sends
    /// them.
    pub data_webhook: bool,
}

impl SourceOptions {
    /// The settings for a bot and an account.
    pub fn new(account: impl Into<String>, bot: Identity) -> Self {
        Self { account: account.into(), bot, late_replies: 0, data_webhook: false }
    }

    /// Checks whether a ticket that its customer seems to have sent is accepted.
    fn check_sender(&self, ticket: &Ticket, senders: &[Identity]) -> Result<(), UntrustedTicket> {
        if !self.data_webhook {
            return Err(UntrustedTicket::NoDataWebhook);
        }
        let owners = [&ticket.owner_identity, &ticket.routing_owner_identity];
        let is_bot = |owner: &str| owner.trim().parse().is_ok_and(|owner| self.bot.is(&owner));
        if !owners.into_iter().flatten().any(|owner| is_bot(owner)) {
            return Err(UntrustedTicket::AnotherBot);
        }
        let is_theirs = customers_of(ticket).iter().any(|customer| senders.contains(customer));
        if is_theirs { Ok(()) } else { Err(UntrustedTicket::AnotherCustomer) }
    }
}

/// Why a ticket that its customer seems to have sent is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UntrustedTicket {
    /// The settings do not allow the data webhook.
    NoDataWebhook,
    /// It belongs to another bot, or to none.
    AnotherBot,
    /// It belongs to another customer.
    AnotherCustomer,
}

impl UntrustedTicket {
    fn refused(self, envelope: &Envelope) -> EnvelopeEffect {
        let (place, why, help) = match self {
            Self::NoDataWebhook => (
                "/from",
                "the ticket comes in the name of its customer, whose word is not taken for it",
                "if it is Blip's data webhook that posts here, set `data-webhook = true` beside \
                 the bot in the settings",
            ),
            Self::AnotherBot => (
                "/content/ownerIdentity",
                "the ticket comes in the name of its customer and does not belong to this bot",
                "post it to the account of its bot",
            ),
            Self::AnotherCustomer => (
                "/content/customerIdentity",
                "the ticket comes in the name of somebody who is not its customer",
                "post it as Blip does",
            ),
        };
        let text = envelope.to_string();
        EnvelopeEffect::Refused(UnreadableEnvelope {
            place: place.into(),
            why: why.into(),
            help: help.into(),
            text,
        })
    }
}

/// The subject of an envelope: what to ask the desk for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Subject {
    /// The ticket that it names.
    pub ticket: Option<String>,
    /// The customer that it names, by all of their addresses in canonical spelling; used to find
    /// the ticket if it names no known one.
    pub customers: Vec<Identity>,
    /// The ticket that it describes, if any.
    pub document: Option<Box<Ticket>>,
    /// Whether the customer's address is that of the sender.
    pub by_customer: bool,
    /// Why its ticket is not accepted.
    pub distrust: Option<UntrustedTicket>,
}

/// The known state of a ticket.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownTicket {
    /// Its facts, including its id.
    pub facts: Facts,
    /// When it was closed, or a little later; compared with the time of a message.
    pub changed: Instant,
    /// Its actions in the desk's outbox.
    pub outbox: Vec<OutboxAction>,
    /// The quick replies that the customer was last offered.
    pub offered: Vec<QuickReply>,
}

/// An action in the outbox.
#[derive(Debug, Clone, PartialEq)]
pub struct OutboxAction {
    /// The action.
    pub key: ActionKey,
    /// When it is tried next, or should have been tried last.
    pub next: Instant,
    /// Whether it is still to be carried out; otherwise it was given up.
    pub is_open: bool,
}

/// The meaning of an envelope for a desk.
#[derive(Debug, Clone, PartialEq)]
pub enum EnvelopeEffect {
    /// Rows to record, in this order.
    Happened {
        /// The ticket.
        ticket: String,
        /// The rows. The first one may create the ticket.
        rows: Vec<Incoming>,
        /// Whether they create the ticket.
        is_new: bool,
    },
    /// An action in the outbox has reached its receiver.
    Arrived(ActionKey),
    /// No effect.
    Nothing {
        /// The ticket, if there is one.
        ticket: Option<String>,
        /// Why.
        why: String,
        /// Whether it would have an effect if the customer had a ticket, which may be on its way.
        may_be_early: bool,
    },
    /// It cannot be read, and may be a customer's answer.
    UnreadableEnvelope(UnreadableEnvelope),
    /// It was read, but is not accepted.
    Refused(UnreadableEnvelope),
}

impl EnvelopeEffect {
    fn nothing(ticket: Option<&str>, why: impl Into<String>) -> Self {
        Self::Nothing { ticket: ticket.map(str::to_owned), why: why.into(), may_be_early: false }
    }
}

/// The subject of an envelope.
#[must_use]
pub fn subject(envelope: &Envelope, door: &SourceOptions) -> Subject {
    let bot = &door.bot;
    let of = |at| match at {
        Some(At::Ticket(ticket)) => Subject { ticket: Some(ticket), ..Subject::default() },
        Some(At::Customer(customer)) => {
            Subject { customers: vec![canonical(&customer)], ..Subject::default() }
        }
        None => Subject::default(),
    };
    // Customers choose what they write: neither id nor content names a ticket, unless the settings
    // allow Blip to send tickets in their name.
    if let Some(customers) = writing_customer(envelope, bot) {
        let by_customer = Subject { customers, by_customer: true, ..Subject::default() };
        let Some(document) = described(envelope) else { return by_customer };
        return match door.check_sender(&document, &by_customer.customers) {
            Ok(()) => Subject { by_customer: true, ..of_document(document, by_customer.customers) },
            Err(distrust) => Subject { distrust: Some(distrust), ..by_customer },
        };
    }
    if let Some(document) = described(envelope) {
        let more = match subject_of(envelope, bot) {
            Some(At::Customer(customer)) => vec![canonical(&customer)],
            _ => Vec::new(),
        };
        return of_document(document, more);
    }
    match envelope {
        // A customer sends no commands to a desk.
        Envelope::Command(command)
            if command
                .header
                .from
                .as_ref()
                .is_some_and(|from| is_customer(&from.identity, bot)) =>
        {
            Subject::default()
        }
        // Agents send commands to the desk: the address is the desk's, the ticket is in the
        // command.
        Envelope::Command(command) if command.status.is_none() => {
            match meaning(envelope, 0, &Known::new(bot)) {
                Ok(Meaning::Happened { ticket, .. }) => of(Some(At::Ticket(ticket))),
                _ => Subject::default(),
            }
        }
        _ => {
            let mut subject = of(subject_of(envelope, bot));
            // A server reports on a message; the receiver is in a member next to it.
            let header =
                envelope.header().filter(|_| matches!(envelope, Envelope::Notification(_)));
            let by_server = header.filter(|header| {
                header.from.as_ref().is_some_and(|from| from.identity.name() == POSTMASTER)
            });
            if let Some(to) = by_server.and_then(|header| header.metadata_text("#message.to")) {
                subject.customers.extend(address(&to).filter(|to| is_customer(to, bot)));
            }
            subject
        }
    }
}

fn of_document(document: Ticket, more: Vec<Identity>) -> Subject {
    let mut customers = customers_of(&document);
    for customer in more {
        if !customers.contains(&customer) {
            customers.push(customer);
        }
    }
    Subject {
        ticket: document.id.clone().filter(|id| !id.is_empty()),
        customers,
        document: Some(Box::new(document)),
        ..Subject::default()
    }
}

/// The customer of a ticket, by the addresses of the router and of the bot.
fn customers_of(ticket: &Ticket) -> Vec<Identity> {
    let told = [&ticket.routing_customer_identity, &ticket.customer_identity];
    let mut customers: Vec<Identity> =
        told.into_iter().flatten().filter_map(|text| address(text)).collect();
    customers.dedup();
    customers
}

/// An address in canonical spelling.
fn address(text: &str) -> Option<Identity> {
    let node: Node = text.trim().parse().ok()?;
    Some(canonical(&node.identity)).filter(|address| !address.domain().is_empty())
}

/// The customer by all of their addresses, if they wrote this.
fn writing_customer(envelope: &Envelope, bot: &Identity) -> Option<Vec<Identity>> {
    let Envelope::Message(message) = envelope else { return None };
    let from = &message.header.from.as_ref()?.identity;
    if !is_customer(from, bot) {
        return None;
    }
    // A router says who is at the other end of the tunnel.
    let originator = message.header.metadata_text("#tunnel.originator");
    let originator = originator.filter(|_| is_tunnel(from.domain()));
    let mut customers: Vec<Identity> =
        originator.and_then(|text| address(&text)).into_iter().collect();
    customers.push(canonical(from));
    customers.dedup();
    Some(customers)
}

fn is_customer(from: &Identity, bot: &Identity) -> bool {
    let domain = from.domain().to_lowercase();
    !from.is(bot)
        && !is_desk(&domain)
        && !domain.is_empty()
        && !["msging.net", "blip.ai"].contains(&domain.as_str())
}

/// The media type of a list of documents.
const COLLECTION: &str = "application/vnd.lime.collection+json";

/// The envelopes that one stands for: an answer of the desk with a list of tickets stands for one
/// answer with each of them.
pub(crate) fn each(
    envelope: Result<Envelope, UnreadableEnvelope>,
) -> Vec<Result<Envelope, UnreadableEnvelope>> {
    let envelope = match envelope {
        Ok(Envelope::Command(command)) if is_answer_of_desk(&command) => command,
        other => return vec![other],
    };
    let is_list = envelope.media_type.as_deref().is_some_and(|kind| kind.starts_with(COLLECTION));
    let list = envelope.document.as_ref().filter(|_| is_list).and_then(|list| {
        let kind = list.get("itemType")?.as_str()?;
        let items = list.get("items")?.as_array()?;
        (kind == document::MEDIA_TYPE).then_some(items)
    });
    let Some(items) = list else { return vec![Ok(Envelope::Command(envelope))] };
    let of = |item: &Value| {
        let media_type = Some(document::MEDIA_TYPE.to_owned());
        let document = Some(item.clone());
        Ok(Envelope::Command(Command { media_type, document, ..envelope.clone() }))
    };
    items.iter().map(of).collect()
}

/// Whether it is the answer to a command that the desk has carried out.
fn is_answer_of_desk(command: &Command) -> bool {
    let from = command.header.from.as_ref();
    command.status == Some(CommandStatus::Success)
        && from.is_some_and(|from| is_desk(from.identity.domain()))
}

/// The ticket that an envelope describes, or that was posted without an envelope.
fn described(envelope: &Envelope) -> Option<Ticket> {
    match envelope {
        Envelope::Message(message) => message.content().ok()?.ticket().ok()?,
        // An answer to us is a receipt.
        Envelope::Command(command)
            if is_answer_of_desk(command)
                && command.header.id.as_deref().is_none_or(|id| SentId::read(id).is_none()) =>
        {
            command.resource().ok()??.ticket().ok()?
        }
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

/// The tickets and customers in an unreadable text: every string in it that is the address of one.
pub(crate) fn subjects_in_unreadable(text: &str, bot: &Identity) -> (Vec<String>, Vec<String>) {
    let (mut tickets, mut customers) = (Vec::new(), Vec::new());
    for text in text.split(['"', '\'', '<', '>', ',', ' ', '\n']) {
        let Ok(node) = text.trim_end_matches('\\').parse::<Node>() else { continue };
        match at(&node.identity) {
            Some(At::Ticket(ticket)) => tickets.push(ticket),
            Some(At::Customer(customer)) => customers.push(canonical(&customer).to_string()),
            None => {
                let customer = canonical(&node.identity);
                if is_customer(&customer, bot) {
                    customers.push(customer.to_string());
                }
            }
        }
    }
    (tickets, customers)
}

/// The meaning of an envelope that is received now, given the known state of its [`Subject`]: of
/// the ticket itself, otherwise of the customer's open ticket, otherwise of their latest one.
#[must_use]
pub fn understand(
    envelope: &Envelope,
    now: Instant,
    door: &SourceOptions,
    subject: &Subject,
    seen: Option<&KnownTicket>,
) -> EnvelopeEffect {
    let bot = &door.bot;
    if let Some(distrust) = subject.distrust {
        return distrust.refused(envelope);
    }
    let known = seen.map(known_ticket);
    let document = subject.document.as_deref();
    let own = known.as_ref().zip(document).filter(|(known, told)| known.id == told.id);
    if subject.by_customer
        && own.is_some()
        && !seen.is_some_and(|seen| {
            customers_in(&seen.facts).iter().any(|customer| subject.customers.contains(customer))
        })
    {
        return UntrustedTicket::AnotherCustomer.refused(envelope);
    }
    let document = document.map(|told| document::merged(told, own.map(|(known, _)| known)));
    let rewritten = document.as_ref().and_then(|told| ticket_report(told, bot).ok());
    let rewritten = rewritten.map(Envelope::Message);
    if let (Some(told), Some((known, _))) = (&document, own)
        && is_stale(told, known)
    {
        return EnvelopeEffect::nothing(
            known.id.as_deref(),
            "the ticket is as it was, or was later",
        );
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
            let text = envelope.to_string();
            return EnvelopeEffect::UnreadableEnvelope(UnreadableEnvelope {
                place,
                why,
                help: error.help(),
                text,
            });
        }
    };
    if let Some(sent) = reported(envelope)
        && !may_report(envelope, bot, seen)
    {
        let what = key::render(&sent.key);
        return EnvelopeEffect::nothing(
            Some(&sent.key.ticket),
            format!("its sender is neither the receiver of `{what}` nor their gateway"),
        );
    }
    let telling = Telling { envelope, now, door, seen, known: known.as_ref() };
    match meaning {
        Meaning::Happened { ticket, continues, what } => {
            telling.happened(&ticket, continues, what, document.as_ref())
        }
        Meaning::Receipt(receipt) => {
            let Some(sent) = &receipt.sent else {
                return EnvelopeEffect::nothing(None, "a receipt of what somebody else sent");
            };
            let is_open = |waiting: &OutboxAction| waiting.is_open && waiting.key == sent.key;
            let is_open = seen.is_some_and(|seen| seen.outbox.iter().any(is_open));
            let has_arrived = matches!(
                receipt.stage,
                Stage::Dispatched | Stage::Received | Stage::Consumed | Stage::Done
            );
            if has_arrived && is_open && sent.part.is_essential() {
                return EnvelopeEffect::Arrived(sent.key.clone());
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
            EnvelopeEffect::nothing(
                Some(&sent.key.ticket),
                format!("`{stage}` of a part of `{what}`"),
            )
        }
        Meaning::Nothing(why) => telling.nothing(&why, document.as_ref()),
        _ => EnvelopeEffect::nothing(None, "it means nothing that this version knows"),
    }
}

/// The part of an action whose result an envelope reports.
fn reported(envelope: &Envelope) -> Option<SentId> {
    let header = match envelope {
        Envelope::Notification(notification) => &notification.header,
        Envelope::Command(command) if command.status.is_some() => &command.header,
        _ => return None,
    };
    SentId::read(header.id.as_deref()?)
}

/// Whether the sender of an envelope may report the result of an action: the customer of its
/// ticket, the gateway of that customer's channel, or a server of Blip's. The scheme of the ids is
/// known, so anybody could write one.
fn may_report(envelope: &Envelope, bot: &Identity, seen: Option<&KnownTicket>) -> bool {
    let Some(from) = envelope.header().and_then(|header| header.from.as_ref()) else {
        return false;
    };
    let from = &from.identity;
    let customers = seen.map(|seen| customers_in(&seen.facts)).unwrap_or_default();
    if customers.contains(&canonical(from)) {
        return true;
    }
    let domain = from.domain().to_lowercase();
    let is_blip = ["msging.net", "crm.msging.net"].contains(&domain.as_str()) || is_desk(&domain);
    let is_gateway = customers.iter().any(|customer| customer.domain() == domain);
    from.name() == POSTMASTER && (is_blip || is_gateway || from.domain() == bot.domain())
}

/// The name of servers and gateways.
const POSTMASTER: &str = "postmaster";

/// The customer of a ticket by all of their addresses, in canonical spelling.
fn customers_in(facts: &Facts) -> Vec<Identity> {
    let described = document::of_facts(facts).map(|ticket| customers_of(&ticket));
    let named = document::customer_of_facts(facts).map(|customer| canonical(&customer));
    described.into_iter().flatten().chain(named).collect()
}

/// The ticket as it was last described, updated with what the desk knows.
fn known_ticket(seen: &KnownTicket) -> Ticket {
    let described = document::of_facts(&seen.facts);
    let ticket = described.unwrap_or_else(|| Ticket {
        team: seen.facts.department.clone(),
        tags: Some(seen.facts.tags.clone()),
        ..Ticket::default()
    });
    let ticket = Ticket { id: Some(seen.facts.id.clone()), ..ticket };
    if seen.facts.status == TicketStatus::Closed && !ticket.is_over() {
        // The desk has closed it, and Blip has not reported that yet.
        return Ticket {
            status: Some(Status::ClosedClientInactivity),
            closed: Some(true),
            ..ticket
        };
    }
    ticket
}

/// Whether a description is older than the known one: they arrive in any order.
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
    door: &'a SourceOptions,
    seen: Option<&'a KnownTicket>,
    known: Option<&'a Ticket>,
}

impl Telling<'_> {
    fn happened(
        &self,
        ticket: &str,
        continues: Option<String>,
        what: Vec<Happened>,
        document: Option<&Ticket>,
    ) -> EnvelopeEffect {
        let own = self.seen.filter(|seen| seen.facts.id == ticket);
        if own.is_none() && document.is_none() {
            return EnvelopeEffect::nothing(Some(ticket), "the ticket is not known here");
        }
        if let Some(seen) = own.filter(|_| document.is_none())
            && let Some(why) = self.comes_after_close(seen, &what)
        {
            return EnvelopeEffect::nothing(Some(ticket), why);
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
        let mut rows: Vec<_> = rows.into_iter().map(|row| self.incoming(row)).collect();
        if let (Some(parent), false) = (&continues, rows.is_empty()) {
            let first = rows.remove(0).continuing(parent);
            rows.insert(0, first);
            rows.extend(self.seen.filter(|s| s.facts.id == *parent).and_then(|s| self.gone(s)));
        }
        EnvelopeEffect::Happened { ticket: ticket.to_owned(), rows, is_new: own.is_none() }
    }

    /// A description or message without an event: facts may have changed, and a transferred ticket
    /// has no clock any more.
    fn nothing(&self, why: &Why, document: Option<&Ticket>) -> EnvelopeEffect {
        let id = document.and_then(|document| document.id.as_deref());
        let id = id.or_else(|| Some(self.seen?.facts.id.as_str()));
        let own = self.seen.filter(|seen| Some(seen.facts.id.as_str()) == id);
        if let (Some(document), Some(seen), Some(known)) = (document, own, self.known)
            && matches!(why, Why::NothingNew | Why::Transferred)
            && let Some(facts) = document::facts(document, Some((&seen.facts, known)), None)
        {
            let row = Row::facts(seen.facts.id.clone(), self.now, facts);
            return EnvelopeEffect::Happened {
                ticket: seen.facts.id.clone(),
                rows: vec![self.incoming(row)],
                is_new: false,
            };
        }
        let may_be_early = *why == Why::NoTicket;
        EnvelopeEffect::Nothing {
            ticket: id.map(str::to_owned),
            why: why.to_string(),
            may_be_early,
        }
    }

    /// Why something about a closed ticket is not recorded; `None` if it is open, or if the
    /// customer wrote before they could know.
    fn comes_after_close(&self, seen: &KnownTicket, what: &[Happened]) -> Option<&'static str> {
        if seen.facts.status == TicketStatus::Open {
            return None;
        }
        let closed = self.known.and_then(|known| known.close_date.as_ref());
        let closed = closed.map_or(seen.changed, |date| date.instant());
        let in_time = |message: &Message| {
            message.author == Author::Customer
                && message.at <= closed.saturating_add(self.door.late_replies)
        };
        let counts = what.iter().any(|happened| match happened {
            Happened::Message(message) => in_time(message),
            Happened::Event(Event { what: Happening::Typing, .. }) => false,
            Happened::Event(_) => true,
        });
        (!counts).then_some("the customer has no open ticket")
    }

    /// The event with an id that is the same in every post. The failure of an action has an id per
    /// attempt.
    fn named(&self, event: Event, own: Option<&KnownTicket>) -> Event {
        let Happening::Failed(Failure { key, .. }) = &event.what else { return event };
        let waiting = own.and_then(|seen| seen.outbox.iter().find(|waiting| waiting.key == *key));
        let which = match waiting {
            Some(waiting) => waiting.next.to_string(),
            None => digest(&self.envelope.to_json().to_string()),
        };
        Event { id: Some(format!("{}#failed@{which}", key::render(key))), ..event }
    }

    fn incoming(&self, row: Row) -> Incoming {
        Incoming::new(&self.door.account, row)
    }

    /// The report that a ticket continues as another one, unless that is known.
    fn gone(&self, seen: &KnownTicket) -> Option<Incoming> {
        let is_open = seen.facts.status == TicketStatus::Open;
        let row = || Row::facts(seen.facts.id.clone(), self.now, document::gone());
        is_open.then(|| self.incoming(row()))
    }
}

fn digest(text: &str) -> String {
    let whole: [u8; 32] = sha2::Sha256::digest(text.as_bytes()).into();
    whole.iter().take(16).fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// Whether it is a message: only then do the quick replies matter, and only messages are kept when
/// they come early.
pub(crate) fn is_message(envelope: &Envelope) -> bool {
    matches!(envelope, Envelope::Message(_))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bot() -> Identity {
        "mybot@msging.net".parse().expect("an address")
    }

    #[test]
    fn customers_and_tickets_are_found_in_what_is_broken() {
        for (text, tickets, customers) in [
            (
                r#"{"from":"553188887777@wa.gw.msging.net/x","to":"mybot@msging.net","content":"o"#,
                vec![],
                vec!["5531988887777@wa.gw.msging.net"],
            ),
            (r#"{"from":"3f8c@desk.msging.net","content":{"id":"#, vec!["3f8c"], vec![]),
            (
                r#"{\"from\":\"5531988887777%40wa.gw.msging.net@desk.msging.net\""#,
                vec![],
                vec!["5531988887777@wa.gw.msging.net"],
            ),
            ("postmaster@desk.msging.net ana%40acme.com@blip.ai", vec![], vec![]),
            ("", vec![], vec![]),
        ] {
            let found = subjects_in_unreadable(text, &bot());
            let owned = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect();
            assert_eq!(found, (owned(tickets), owned(customers)), "{text}");
        }
    }

    #[test]
    fn a_ticket_in_the_name_of_its_customer_needs_the_setting_the_bot_and_the_customer() {
        let door = SourceOptions { data_webhook: true, ..SourceOptions::new("acme", bot()) };
        let customer: Vec<Identity> = vec!["5@wa.gw.msging.net".parse().expect("an address")];
        let ticket = |owner: &str, customer: &str| Ticket {
            owner_identity: Some(owner.into()),
            customer_identity: Some(customer.into()),
            ..Ticket::default()
        };
        let theirs = ticket(" MyBot@msging.net", "5@WA.gw.msging.net");
        assert_eq!(door.check_sender(&theirs, &customer), Ok(()));
        let routed = Ticket {
            routing_customer_identity: Some("5@wa.gw.msging.net".into()),
            ..ticket("mybot@msging.net", "8d1f@tunnel.msging.net")
        };
        assert_eq!(door.check_sender(&routed, &customer), Ok(()));
        for (ticket, expected) in [
            (ticket("other@msging.net", "5@wa.gw.msging.net"), UntrustedTicket::AnotherBot),
            (ticket("mybot@msging.net", "6@wa.gw.msging.net"), UntrustedTicket::AnotherCustomer),
            (Ticket::default(), UntrustedTicket::AnotherBot),
        ] {
            assert_eq!(door.check_sender(&ticket, &customer), Err(expected), "{ticket:?}");
        }
        let closed = SourceOptions::new("acme", bot());
        assert_eq!(closed.check_sender(&theirs, &customer), Err(UntrustedTicket::NoDataWebhook));
    }
}
