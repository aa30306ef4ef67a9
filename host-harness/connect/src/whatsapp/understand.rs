//! What Meta posts as what was heard.

use despertador_contract::{
    ActionKey, Author, Event, Failure, Happening, Instant, Message, MessageKind, key,
};
use serde_json::{Map, Value, json};

use super::Whatsapp;
use crate::heard::{Heard, Item, State};
use crate::json::At as _;
use crate::platform::Unreadable;
use crate::whatsapp_codes::failure_kind;

/// The fact, in `more`, with the customer's number.
pub(super) const NUMBER_FACT: &str = "whatsapp.number";

/// The fact, in `more`, with the customer's id within the business (BSUID).
pub(super) const USER_FACT: &str = "whatsapp.user-id";

/// The part of a mark that stands for the whole action.
pub(super) const MESSAGE: &str = "message";

/// A customer: the number, the id within the business (BSUID), or both. Who has a user name may
/// hide the number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Customer {
    number: Option<String>,
    user: Option<String>,
    name: Option<String>,
}

impl Customer {
    fn of(number: &Value, user: &Value) -> Self {
        let text = |value: &Value| value.as_str().filter(|it| !it.is_empty()).map(str::to_owned);
        Self { number: text(number), user: text(user), name: None }
    }

    /// Completes it with the contact that comes with the message.
    fn with(mut self, contacts: &Value) -> Self {
        for contact in contacts.as_array().into_iter().flatten() {
            let known = Self::of(contact.at("wa_id"), contact.at("user_id"));
            let same_number = self.number.is_some() && known.number == self.number;
            let same_user = self.user.is_some() && known.user == self.user;
            if same_number || same_user {
                self.number = self.number.or(known.number);
                self.user = self.user.or(known.user);
                self.name = contact.at("profile").at("name").as_str().map(str::to_owned);
                break;
            }
        }
        self
    }

    /// The ids of the conversation, the one that stays first.
    fn ids(&self) -> Vec<String> {
        self.user.iter().chain(&self.number).cloned().collect()
    }

    fn more(&self) -> Vec<(String, String)> {
        let id = self.number.as_ref().map(|it| format!("+{it}")).or_else(|| self.user.clone());
        let facts = [
            ("customer.id", id),
            ("customer.name", self.name.clone()),
            (NUMBER_FACT, self.number.clone()),
            (USER_FACT, self.user.clone()),
        ];
        facts.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
    }
}

impl Whatsapp {
    pub(super) fn understand_post(&self, post: &Value) -> Result<Vec<Heard>, Unreadable> {
        let Some(entries) = post.at("entry").as_array() else {
            let why = "`entry` is missing; is this a webhook of WhatsApp?".into();
            return Err(Unreadable { why, conversations: Vec::new() });
        };
        let changes =
            entries.iter().flat_map(|it| it.at("changes").as_array().into_iter().flatten());
        let mut heard = Vec::new();
        for change in changes {
            let value = change.at("value");
            let number = value.at("metadata").at("phone_number_id").as_str();
            if number.is_some_and(|number| number != self.options.phone_number_id) {
                continue;
            }
            let list = |name: &str| value[name].as_array().into_iter().flatten();
            for message in list("messages") {
                heard.push(by_customer(message, value.at("contacts"))?);
            }
            for echo in list("message_echoes") {
                heard.extend(by_app(echo));
            }
            for status in list("statuses") {
                heard.extend(self.of_status(status));
            }
        }
        Ok(heard)
    }

    /// What a status of a message says.
    fn of_status(&self, status: &Value) -> Option<Heard> {
        let at = instant(status.at("timestamp"))?;
        let id = status.at("id").as_str()?;
        let customer = Customer::of(status.at("recipient_id"), status.at("recipient_user_id"));
        let mark = status.at("biz_opaque_callback_data").as_str().and_then(|it| self.own(it));
        let has_failed = status.at("status").as_str() == Some("failed");
        let code = status.at("errors").first().at("code").as_i64().unwrap_or_default();
        let event =
            |what| Item::Event(Event { id: Some(format!("{id}-failed")), ..Event::new(what, at) });
        if let Some((conversation, key, part)) = mark {
            if part != MESSAGE {
                return None;
            }
            let item = match has_failed {
                true => event(Happening::Failed(Failure { key, kind: failure_kind(code) })),
                false => Item::Arrived(key),
            };
            return Some(Heard {
                conversation,
                version: at,
                items: vec![item],
                ..Heard::default()
            });
        }
        let item = match status.at("status").as_str()? {
            "failed" => event(Happening::Other(format!("message-undelivered:{id}"))),
            "sent" => {
                let mut words = Message::words(self.options.company.clone(), at);
                words.id = Some(id.to_owned());
                Item::Message(words)
            }
            _ => return None,
        };
        let mut heard = of_customer(&customer, at)?;
        heard.items.push(item);
        Some(heard)
    }

    /// The conversation, key and part of a mark that is ours.
    fn own(&self, mark: &str) -> Option<(String, ActionKey, String)> {
        let (text, part) = mark.rsplit_once('#')?;
        let key = key::parse(text).ok()?;
        let conversation = key.ticket.strip_prefix(&self.name)?.strip_prefix(':')?.to_owned();
        Some((conversation, key, part.to_owned()))
    }
}

/// The beginning of what is heard of a customer's conversation.
fn of_customer(customer: &Customer, at: Instant) -> Option<Heard> {
    let mut ids = customer.ids().into_iter();
    let conversation = ids.next()?;
    Some(Heard {
        conversation,
        aliases: ids.collect(),
        version: at,
        facts: Map::from_iter([("channel".to_owned(), json!("whatsapp"))]),
        more: customer.more(),
        ..Heard::default()
    })
}

fn by_customer(message: &Value, contacts: &Value) -> Result<Heard, Unreadable> {
    let customer = Customer::of(message.at("from"), message.at("from_user_id")).with(contacts);
    let unreadable = |why: &str| Unreadable { why: why.into(), conversations: customer.ids() };
    let at = instant(message.at("timestamp"));
    let at = at.ok_or_else(|| unreadable("a message has no `timestamp`"))?;
    let id = message.at("id").as_str().ok_or_else(|| unreadable("a message has no `id`"))?;
    let mut heard = of_customer(&customer, at)
        .ok_or_else(|| unreadable("a message has neither `from` nor `from_user_id`"))?;
    // A customer who writes opens the conversation again.
    heard.state = Some(State::Open);
    if message.at("group_id").is_string() {
        heard.facts.insert("group".into(), true.into());
    }
    let mut words = Message::words(Author::Customer, at);
    words.id = Some(id.to_owned());
    (words.kind, words.text, words.choice) = content(message);
    heard.items.push(Item::Message(words));
    Ok(heard)
}

/// What a person has written in the app of the same number.
fn by_app(echo: &Value) -> Option<Heard> {
    let at = instant(echo.at("timestamp"))?;
    let mut heard = of_customer(&Customer::of(echo.at("to"), echo.at("to_user_id")), at)?;
    let mut words = Message::words(Author::Agent, at);
    words.id = Some(echo.at("id").as_str()?.to_owned());
    words.kind = content(echo).0;
    heard.items.push(Item::Message(words));
    Some(heard)
}

/// The kind of a message, its text, and the id of what was chosen.
fn content(message: &Value) -> (MessageKind, Option<String>, Option<String>) {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let kind = message.at("type").as_str().unwrap_or_default();
    match kind {
        "text" => (MessageKind::Text, text(message.at("text").at("body")), None),
        "image" | "audio" | "video" | "document" | "contacts" => {
            (MessageKind::Media, text(message.at(kind).at("caption")), None)
        }
        "sticker" => (MessageKind::Sticker, None, None),
        "location" => (MessageKind::Location, None, None),
        "reaction" => (MessageKind::Reaction, None, None),
        "button" => {
            let button = message.at("button");
            (MessageKind::MenuAnswer, text(button.at("text")), text(button.at("payload")))
        }
        "interactive" => {
            let answer = message.at("interactive");
            let chosen = ["button_reply", "list_reply"].iter().map(|name| answer.at(name));
            let chosen = chosen.into_iter().find(|it| it.is_object()).unwrap_or(&Value::Null);
            (MessageKind::MenuAnswer, text(chosen.at("title")), text(chosen.at("id")))
        }
        other => (MessageKind::Other(other.to_owned()), None, None),
    }
}

/// Seconds, as text or as a number.
fn instant(value: &Value) -> Option<Instant> {
    let seconds = value.as_i64().or_else(|| value.as_str()?.parse().ok())?;
    Some(seconds.saturating_mul(1_000))
}
