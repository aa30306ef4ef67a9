//! The input of a flow: a message of the customer, or the document of a ticket.

use serde_json::{Map, Value, json};

/// An instant: milliseconds since 1970-01-01T00:00:00Z.
pub type Instant = i64;

/// The media type of a ticket document.
pub const TICKET: &str = "application/vnd.iris.ticket+json";
/// The media type of plain text.
pub(crate) const TEXT: &str = "text/plain";
/// The media type of the message that reports the end of a wait.
pub(crate) const EXPIRATION: &str = "application/vnd.blip-client.inputexpirationtime+json";

/// An input of a flow.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// The id of the message.
    pub id: Option<String>,
    /// The sender, as `name@domain/instance`.
    pub from: Option<String>,
    /// The recipient.
    pub to: Option<String>,
    /// The media type of its content.
    pub media_type: String,
    /// Its content: a text, or a JSON document.
    pub content: Value,
    /// Metadata of the channel.
    pub metadata: Map<String, Value>,
    /// The customer's intent, if an AI determined it.
    pub intent: Option<Intent>,
    /// What an AI found in the text.
    pub entities: Vec<Entity>,
    /// When it was received.
    pub at: Instant,
}

/// The intent of a customer.
#[derive(Debug, Clone, PartialEq)]
pub struct Intent {
    /// Its name.
    pub name: String,
    /// The AI's confidence, from 0 to 1.
    pub score: f64,
}

/// What an AI found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entity {
    /// What it is.
    pub name: String,
    /// What was found.
    pub value: String,
}

impl Input {
    /// A text of the customer.
    #[must_use]
    pub fn text(words: impl Into<String>, at: Instant) -> Input {
        Input::document(TEXT, Value::String(words.into()), at)
    }

    /// The document of a ticket, as the desk sends it when a ticket is closed.
    #[must_use]
    pub fn ticket(id: &str, status: &str, at: Instant) -> Input {
        Input::document(TICKET, json!({ "id": id, "status": status }), at)
    }

    /// A document of a media type.
    #[must_use]
    pub fn document(media_type: impl Into<String>, content: Value, at: Instant) -> Input {
        Input {
            id: None,
            from: None,
            to: None,
            media_type: media_type.into(),
            content,
            metadata: Map::new(),
            intent: None,
            entities: Vec::new(),
            at,
        }
    }

    /// The end of a wait in this block; ignored if the conversation has moved on.
    #[must_use]
    pub fn expired(block: &str, at: Instant) -> Input {
        Input::document(EXPIRATION, json!({ "stateId": block }), at)
    }

    /// The block whose wait ended.
    pub(crate) fn expired_in(&self) -> Option<&str> {
        (self.media_type == EXPIRATION)
            .then(|| self.content.get("stateId").and_then(Value::as_str).unwrap_or_default())
    }

    /// The content as conditions see it: texts unchanged, documents as JSON.
    #[must_use]
    pub fn serialized(&self) -> String {
        serialized(&self.content)
    }

    /// The whole message, as JSON.
    pub(crate) fn message(&self) -> Value {
        let mut message = Map::new();
        let known = [("id", &self.id), ("from", &self.from), ("to", &self.to)];
        for (name, value) in known {
            if let Some(value) = value {
                message.insert(name.into(), value.as_str().into());
            }
        }
        message.insert("type".into(), self.media_type.as_str().into());
        message.insert("content".into(), self.content.clone());
        if !self.metadata.is_empty() {
            message.insert("metadata".into(), Value::Object(self.metadata.clone()));
        }
        Value::Object(message)
    }
}

/// A value as a text.
pub(crate) fn serialized(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
