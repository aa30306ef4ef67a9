//! Chatwoot's documents as what was heard.

use chrono::{DateTime, NaiveDateTime};
use despertador_contract::clock_face::show_rfc3339;
use despertador_contract::word::Word as _;
use despertador_contract::{
    Author, Channel, Event, Failure, FailureKind, Happening, Instant, Message, MessageKind, Origin,
};
use serde_json::{Map, Value, json};

use super::Chatwoot;
use crate::heard::{Heard, Item, State, marked};
use crate::json::At as _;
use crate::platform::Unreadable;
use crate::whatsapp_codes;

/// The member of `content_attributes` with our mark, and of `custom_attributes` with the key of
/// our close.
pub const MARK: &str = "despertador";

/// The member of `custom_attributes` with the result that a bot of Typebot waits for.
const TYPEBOT_RESULT: &str = "typebot_result";

/// The part of a mark that stands for the whole action.
pub(super) const MESSAGE: &str = "message";

impl Chatwoot {
    /// What a post says; an event that is not needed says nothing.
    pub(super) fn understand_post(&self, post: &Value) -> Result<Vec<Heard>, Unreadable> {
        let event = post.at("event").as_str().unwrap_or_default();
        let (document, is_message) = match event {
            "message_created" | "message_updated" => (post.at("conversation"), true),
            "conversation_created" | "conversation_updated" | "conversation_status_changed" => {
                (post, false)
            }
            "conversation_typing_on" => (post.at("conversation"), false),
            "" => {
                let why = "`event` is missing; is this a webhook of Chatwoot?".into();
                return Err(Unreadable { why, conversations: Vec::new() });
            }
            _ => return Ok(Vec::new()),
        };
        let Some(id) = document.at("id").as_i64() else {
            let why = format!("the conversation of `{event}` has no `id`");
            return Err(Unreadable { why, conversations: Vec::new() });
        };
        if post.at("account").at("id").as_i64().is_some_and(|it| it != self.options.account) {
            return Ok(Vec::new());
        }
        if let (Some(inbox), Some(name)) =
            (post.at("inbox").at("id").as_i64(), post.at("inbox").at("name").as_str())
        {
            self.learn_inbox(inbox, name);
        }
        let mut heard = self.understand_conversation(document);
        let ticket = format!("{}:{id}", self.name);
        if is_message {
            if post.at("id").as_i64().is_none() || instant(post.at("created_at")).is_none() {
                let why = format!("`{event}` has no `id` or no `created_at`");
                return Err(Unreadable { why, conversations: vec![id.to_string()] });
            }
            heard.items = self.understand_message(post, &ticket);
        } else if event == "conversation_typing_on" && is_contact(post.at("user")) {
            let at = heard.version;
            heard.items.push(Item::Event(Event::new(Happening::Typing, at)));
        }
        Ok(vec![heard])
    }

    /// State and facts of a conversation, as posts and the API have them.
    pub(super) fn understand_conversation(&self, document: &Value) -> Heard {
        let meta = document.at("meta");
        let version = ["updated_at", "last_activity_at", "timestamp", "created_at"];
        let version = version.iter().find_map(|name| instant(document.at(name))).unwrap_or(0);
        let mut facts = Map::new();
        let channel = document.at("channel").as_str().or_else(|| meta.at("channel").as_str());
        if let Some(channel) = channel {
            let source = document.at("contact_inbox").at("source_id").as_str().unwrap_or_default();
            facts.insert("channel".into(), json!(self::channel(channel, source).word()));
        }
        if let Some(labels) = document.at("labels").as_array() {
            facts.insert("tags".into(), Value::Array(labels.clone()));
        }
        let inbox = document.at("inbox_id").as_i64().and_then(|id| self.inbox(id));
        let department = meta.at("team").at("name").as_str().map(str::to_owned).or(inbox);
        if let Some(department) = department {
            facts.insert("department".into(), department.into());
        }
        if meta.get("sender").is_some() {
            let is_bot = meta.at("assignee_type").as_str() == Some("AgentBot");
            let agent = meta.at("assignee").at("name").as_str().filter(|_| !is_bot);
            facts.insert("agent".into(), agent.into());
        }
        if document.at("group").as_bool() == Some(true) {
            facts.insert("group".into(), true.into());
        }
        match document.at("can_reply").as_bool() {
            Some(true) => drop(facts.insert("window-until".into(), Value::Null)),
            // Since when is not said; it is closed now, and opens when the customer writes.
            Some(false) => drop(facts.insert("window-until".into(), show_rfc3339(0).into())),
            None => {}
        }
        Heard {
            conversation: document.at("id").as_i64().unwrap_or_default().to_string(),
            version,
            state: self.state(document),
            facts,
            more: self.more(document),
            ..Heard::default()
        }
    }

    fn more(&self, document: &Value) -> Vec<(String, String)> {
        let sender = document.at("meta").at("sender");
        let mut more = Vec::new();
        let mut put = |name: &str, value: Option<String>| {
            more.extend(value.map(|value| (name.to_owned(), value)));
        };
        let text = |value: &Value| value.as_str().filter(|it| !it.is_empty()).map(str::to_owned);
        let contact = sender.at("id").as_i64();
        put("customer.id", contact.map(|id| format!("{}-contact-{id}", self.name)));
        put("customer.name", text(sender.at("name")));
        put("agent.name", text(document.at("meta").at("assignee").at("name")));
        put("ticket.number", document.at("id").as_i64().map(|id| id.to_string()));
        put("ticket.priority", text(document.at("priority")));
        put("typebot.result", text(document.at("custom_attributes").at(TYPEBOT_RESULT)));
        more
    }

    fn state(&self, document: &Value) -> Option<State> {
        Some(match document.at("status").as_str()? {
            "open" => State::Open,
            "snoozed" => State::Snoozed(instant(document.at("snoozed_until"))),
            "resolved" => {
                let by = document.at("custom_attributes").at(MARK).as_str();
                State::Closed(by.and_then(|key| key.parse().ok()))
            }
            "pending" => State::Other("pending"),
            _ => State::Other("unknown"),
        })
    }

    /// What a message says.
    pub(super) fn understand_message(&self, message: &Value, ticket: &str) -> Vec<Item> {
        let (Some(id), Some(at)) = (message.at("id").as_u64(), instant(message.at("created_at")))
        else {
            return Vec::new();
        };
        match kind(message.at("message_type")) {
            Some("incoming") => vec![Item::Message(incoming(message, id, at))],
            Some("outgoing") => self.outgoing(message, ticket, id, at),
            _ => chosen(message, id, at).into_iter().collect(),
        }
    }

    fn outgoing(&self, message: &Value, ticket: &str, id: u64, at: Instant) -> Vec<Item> {
        let has_failed = message.at("status").as_str() == Some("failed");
        let own = self.mark(message).and_then(|mark| marked(mark, ticket));
        let mut items: Vec<Item> = chosen(message, id, at).into_iter().collect();
        if let Some((key, part)) = own {
            if part != MESSAGE {
                return items;
            }
            items.push(if has_failed {
                let kind = failure(message);
                let failed = Happening::Failed(Failure { key, kind });
                let event = Event::new(failed, at);
                Item::Event(Event { id: Some(format!("m{id}-failed")), ..event })
            } else {
                Item::Arrived(key)
            });
            return items;
        }
        let (author, origin) = self.author(message);
        let mut words = Message::words(author, at);
        words.origin = origin;
        words.id = Some(format!("m{id}"));
        words.sequence = Some(id);
        words.kind = outgoing_kind(message);
        if has_failed {
            let undelivered = Happening::Other(format!("message-undelivered:m{id}"));
            let event = Event { id: Some(format!("m{id}-failed")), ..Event::new(undelivered, at) };
            items.push(Item::Event(event));
        }
        items.push(Item::Message(words));
        items
    }

    /// Who wrote a message that goes to the customer.
    fn author(&self, message: &Value) -> (Author, Origin) {
        let attributes = message.at("content_attributes");
        let is_automatic = !attributes.at("automation_rule_id").is_null()
            || !message.at("additional_attributes").at("campaign_id").is_null()
            || !attributes.at("campaign_id").is_null();
        if is_automatic {
            return (Author::Bot, Origin::Automation);
        }
        if attributes.at("external_echo").as_bool() == Some(true) {
            return (Author::Agent, Origin::Written);
        }
        let own = self.learned().own_user;
        let sender =
            message.at("sender").at("type").as_str().or_else(|| message.at("sender_type").as_str());
        match sender.map(str::to_lowercase).as_deref() {
            // The person in whose name we write.
            Some("user") if own.is_some() && message.at("sender").at("id").as_i64() == own => {
                (Author::Bot, Origin::Automation)
            }
            Some("user") => (Author::Agent, Origin::Written),
            Some("captain_assistant" | "captain::assistant") => (Author::AiAgent, Origin::Written),
            _ => (Author::Bot, Origin::Automation),
        }
    }

    /// Our mark on a message: in its attributes, which are stored, or in `echo_id`, which only
    /// comes with the answer to our own request.
    pub(super) fn mark<'m>(&self, message: &'m Value) -> Option<&'m str> {
        message
            .at("content_attributes")
            .at(MARK)
            .as_str()
            .or_else(|| message.at("echo_id").as_str())
    }
}

/// The customer's message.
fn incoming(message: &Value, id: u64, at: Instant) -> Message {
    let mut words = Message::words(Author::Customer, at);
    words.id = Some(format!("m{id}"));
    words.sequence = Some(id);
    words.text = message.at("content").as_str().map(str::to_owned);
    let attachment = message.at("attachments").first().at("file_type").as_str();
    words.kind = match attachment {
        _ if is_deleted(message) => MessageKind::Other("deleted".into()),
        Some("location") => MessageKind::Location,
        Some(_) => MessageKind::Media,
        None if message.at("content_attributes").at("is_reaction").as_bool() == Some(true) => {
            MessageKind::Reaction
        }
        None => MessageKind::Text,
    };
    words
}

fn outgoing_kind(message: &Value) -> MessageKind {
    if message.at("private").as_bool() == Some(true) {
        MessageKind::PrivateNote
    } else if is_deleted(message) {
        MessageKind::Other("deleted".into())
    } else if message.at("attachments").first().is_object() {
        MessageKind::Media
    } else {
        MessageKind::Text
    }
}

fn is_deleted(message: &Value) -> bool {
    message.at("content_attributes").at("deleted").as_bool() == Some(true)
}

/// The answer of a customer who chose an entry of a message with entries, or filled in a survey.
fn chosen(message: &Value, id: u64, at: Instant) -> Option<Item> {
    let values = message.at("content_attributes").at("submitted_values");
    if values.is_null() {
        return None;
    }
    let at = instant(message.at("updated_at")).unwrap_or(at);
    let mut words = Message::words(Author::Customer, at);
    words.id = Some(format!("m{id}-chosen"));
    let is_survey = message.at("content_type").as_str() == Some("input_csat");
    words.kind = match is_survey {
        true => MessageKind::Other("survey-answer".into()),
        false => MessageKind::MenuAnswer,
    };
    words.text = values.first().at("title").as_str().map(str::to_owned);
    words.choice = values.first().at("value").as_str().map(str::to_owned);
    Some(Item::Message(words))
}

/// Why a message of ours did not reach the customer: WhatsApp's code, if there is one.
fn failure(message: &Value) -> FailureKind {
    let error = message.at("content_attributes").at("external_error").as_str().unwrap_or_default();
    let digits: String = error.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().map_or(FailureKind::Refused, whatsapp_codes::failure_kind)
}

fn is_contact(user: &Value) -> bool {
    user.at("type").as_str().is_some_and(|it| it.eq_ignore_ascii_case("contact"))
}

/// The kind of a message: a word in posts, a number in the API.
fn kind(value: &Value) -> Option<&str> {
    match value {
        Value::String(word) => Some(word),
        value => ["incoming", "outgoing", "activity", "template"]
            .get(usize::try_from(value.as_u64()?).ok()?)
            .copied(),
    }
}

/// The channel of an inbox. Twilio's inboxes are for text messages or for WhatsApp.
fn channel(name: &str, source: &str) -> Channel {
    match name.strip_prefix("Channel::").unwrap_or(name) {
        "Whatsapp" => Channel::Whatsapp,
        "TwilioSms" if source.starts_with("whatsapp:") => Channel::Whatsapp,
        "TwilioSms" | "Sms" => Channel::Sms,
        "FacebookPage" => Channel::Messenger,
        "Instagram" => Channel::Instagram,
        "Telegram" => Channel::Telegram,
        "Email" => Channel::Email,
        "WebWidget" => Channel::WebChat,
        "Voice" => Channel::Voice,
        other => Channel::Other(other.to_lowercase()),
    }
}

/// An instant in any of Chatwoot's forms: seconds, with a fraction or not, or a date.
fn instant(value: &Value) -> Option<Instant> {
    if let Some(seconds) = value.as_i64() {
        return (seconds > 0).then(|| seconds.saturating_mul(1_000));
    }
    if let Some(seconds) = value.as_f64() {
        let millis = std::time::Duration::try_from_secs_f64(seconds).ok()?.as_millis();
        return i64::try_from(millis).ok();
    }
    let text = value.as_str()?;
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(at.timestamp_millis());
    }
    let text = text.trim_end_matches(" UTC");
    let at = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").ok()?;
    Some(at.and_utc().timestamp_millis())
}
