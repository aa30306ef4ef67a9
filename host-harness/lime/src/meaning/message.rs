//! The meaning of messages: who wrote, what, and when.

use despertador_contract::{Author, Happening, Instant, MessageKind, Origin, input};

use crate::address::Identity;
use crate::content::{Content, State};
use crate::date::Date;
use crate::desk;
use crate::envelope::{Header, Message};
use crate::error::{Problem, ReadError};
use crate::meaning::said::Said;
use crate::meaning::{Happened, Known, Meaning, Why, event, is_real_time, ticket};
use crate::sent::{SentId, without_forwards};

pub(super) fn meaning(
    message: &Message,
    received_at: Instant,
    known: &Known<'_>,
) -> Result<Meaning, ReadError> {
    let header = &message.header;
    let Some(from) = header.from.as_ref().map(|from| &from.identity) else {
        // A message to the bot with an unknown author: it may be a customer.
        let to = header.to.as_ref().map(|to| &to.identity);
        if to.is_none_or(|to| to.is(known.bot)) {
            let problem = match message.more.get("from").and_then(serde_json::Value::as_str) {
                Some(text) => Problem::NotAnAddress(text.into()),
                None => Problem::Missing,
            };
            return Err(ReadError::new(problem).within("from"));
        }
        return Ok(Meaning::Nothing(Why::NoSender));
    };
    let writer = Writer::of(from, header, known);
    // Of unreadable documents only tickets matter; and a customer never writes one.
    let content = match message.content() {
        Ok(content) => Some(content),
        Err(error) if is_about_tickets(message) && writer != Writer::Customer => return Err(error),
        Err(_) => None,
    };
    match content {
        Some(content @ (Content::Ticket(_) | Content::Redirect(_)))
            if writer != Writer::Customer =>
        {
            let within = |error: ReadError| error.within("content");
            return Ok(match content.ticket().map_err(within)? {
                Some(ticket) => ticket::meaning(&ticket, received_at, known),
                None => Meaning::Nothing(Why::RedirectWithoutTicket),
            });
        }
        Some(Content::InputExpiration(_)) if writer != Writer::Customer => {
            return Ok(Meaning::Nothing(Why::InputExpiration));
        }
        Some(Content::ChatState(said)) => {
            let typing = matches!(said.state, Some(State::Composing));
            return Ok(match (typing, &writer, ticket_id(known)) {
                (false, ..) => Meaning::Nothing(Why::NotTyping),
                (true, Writer::Customer, Some(ticket)) => {
                    let at = written_at(header, received_at);
                    let event = event(&ticket, "typing", Happening::Typing, at, received_at);
                    Meaning::events(ticket, [event])
                }
                (true, Writer::Customer, None) => Meaning::Nothing(Why::NoTicket),
                _ => Meaning::Nothing(Why::NotTheCustomerTyping),
            });
        }
        _ => {}
    }
    let (author, origin, of_action) = match writer {
        Writer::Server => return Ok(Meaning::Nothing(Why::FromAServer)),
        Writer::Customer => (Author::Customer, Origin::Written, None),
        Writer::Agent => (Author::Agent, Origin::Written, None),
        Writer::Bot => (Author::Bot, Origin::Automation, None),
        Writer::Ourselves(sent) => (Author::Bot, Origin::Echo, Some(sent.key.ticket)),
    };
    let Some(ticket) = of_action.or_else(|| ticket_id(known)) else {
        return Ok(Meaning::Nothing(Why::NoTicket));
    };
    let said = Said::by(content.as_ref(), message);
    let from_customer = author == Author::Customer;
    let choice = said.text.as_deref().filter(|_| from_customer).and_then(|t| chosen(t, known));
    let kind = if choice.is_some() { MessageKind::MenuAnswer } else { said.kind };
    let message = despertador_contract::Message {
        id: header.id.as_deref().map(|id| without_forwards(id).into()),
        sequence: None,
        at: written_at(header, received_at),
        received_at,
        author,
        kind,
        origin,
        text: said.text,
        choice,
    };
    Ok(Meaning::Happened { ticket, continues: None, what: vec![Happened::Message(message)] })
}

/// Who wrote a message.
#[derive(Debug, PartialEq)]
enum Writer {
    Customer,
    Agent,
    Bot,
    /// The plugin, by an action.
    Ourselves(SentId),
    Server,
}

impl Writer {
    fn of(from: &Identity, header: &Header, known: &Known<'_>) -> Self {
        let domain = from.domain().to_lowercase();
        let at_desk = desk::is_desk(&domain);
        let by_bot = from.is(known.bot) || domain == "msging.net" || domain.is_empty();
        // Customers can choose their ids, so theirs are not trusted.
        let sent = header.id.as_deref().filter(|_| at_desk || by_bot).and_then(SentId::read);
        if let Some(sent) = sent {
            return Self::Ourselves(sent);
        }
        let passed_on = header.id.as_deref().is_some_and(|id| id.starts_with("fwd:"));
        let to_desk = header.to.as_ref().is_some_and(|to| desk::is_desk(to.identity.domain()));
        match domain.as_str() {
            _ if from.name().eq_ignore_ascii_case("postmaster") => Self::Server,
            _ if at_desk => Self::Agent,
            "blip.ai" => Self::Agent,
            // A bot forwards the customer's messages to the desk, and the agent's to the customer.
            // The copy has the original's id and counts once.
            _ if by_bot && passed_on && to_desk => Self::Customer,
            _ if by_bot
                && (passed_on
                    || header.metadata_text("#messageEmitter").as_deref() == Some("Human")) =>
            {
                Self::Agent
            }
            _ if by_bot => Self::Bot,
            _ => Self::Customer,
        }
    }
}

fn is_about_tickets(message: &Message) -> bool {
    let kind = message.media_type.to_lowercase();
    kind.contains("vnd.iris.ticket") || kind.contains("vnd.lime.redirect")
}

fn ticket_id(known: &Known<'_>) -> Option<String> {
    known.ticket?.id.clone()
}

/// When a message was written according to its metadata; otherwise when it was received.
///
/// WhatsApp uses seconds, Blip uses milliseconds and dates. Invalid times are ignored: the plugin
/// replaces a time after the receipt by the receipt.
fn written_at(header: &Header, received_at: Instant) -> Instant {
    const NAMES: [&str; 4] =
        ["#wa.timestamp", "#date_processed", "date_created", "#envelope.storageDate"];
    let instant = |name| {
        let said = header.metadata_text(name)?;
        let said = said.trim();
        let Ok(number) = said.parse::<i64>() else {
            return Date::parse(said).map(|date| date.instant());
        };
        Some(input::instant_of_number(number))
    };
    let mut told = NAMES.into_iter().filter_map(instant);
    told.find(|at| is_real_time(*at)).unwrap_or(received_at)
}

/// The chosen quick reply: by its text, or by its number where there are no buttons.
fn chosen(text: &str, known: &Known<'_>) -> Option<String> {
    let text = text.trim();
    let by_words = known.offered.iter().find(|offered| offered.title.trim() == text);
    let by_number = || {
        let number: usize = text.parse().ok().filter(|_| text.len() <= 2)?;
        known.offered.get(number.checked_sub(1)?)
    };
    by_words.or_else(by_number).map(|offered| offered.id.clone())
}
