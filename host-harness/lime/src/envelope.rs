//! The envelopes of LIME: messages, notifications, commands.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use despertador_contract::input;
use serde_json::Value;

use crate::address::Node;
use crate::content::Content;
use crate::error::{Problem, ReadError};
use crate::object::{
    Json, Members, Reading, extract, extract_or_default, members, put, put_unless_default,
    read_object, word,
};
use crate::{ENVELOPE_BYTES_MAX, NESTING_MAX};

/// A LIME envelope.
#[derive(Debug, Clone, PartialEq)]
pub enum Envelope {
    /// A document for a receiver: it has a `content`.
    Message(Message),
    /// A receipt for a message: it has an `event`.
    Notification(Notification),
    /// A request, or the response to one: it has a `method`.
    Command(Command),
    /// None of the three, for example a session; unchanged.
    Other(Members),
}

/// The members of every envelope.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Header {
    /// Its id; without one there are no receipts.
    pub id: Option<String>,
    /// The sender; if omitted, the server fills it in.
    pub from: Option<Node>,
    /// The receiver.
    pub to: Option<Node>,
    /// On whose behalf it is sent.
    pub pp: Option<Node>,
    /// Its metadata.
    pub metadata: Option<Members>,
}

/// A document for a receiver.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// The members of every envelope.
    pub header: Header,
    /// The media type of the document; empty if missing.
    pub media_type: String,
    /// The unparsed document; [`Message::content`] parses it.
    pub document: Value,
    /// Unknown members.
    pub more: Members,
}

/// A receipt for a message.
#[derive(Debug, Clone, PartialEq)]
pub struct Notification {
    /// The members of every envelope; the id is that of the message.
    pub header: Header,
    /// The event.
    pub event: NotificationEvent,
    /// Why it failed.
    pub reason: Option<Reason>,
    /// Unknown members.
    pub more: Members,
}

/// A request about a resource, or its response.
#[derive(Debug, Clone, PartialEq)]
pub struct Command {
    /// The members of every envelope; a response has the id of the request.
    pub header: Header,
    /// The method.
    pub method: Method,
    /// The resource: `/tickets/change-status`. A response may omit it.
    pub uri: Option<String>,
    /// Whether it succeeded; only responses have it.
    pub status: Option<CommandStatus>,
    /// Why it failed.
    pub reason: Option<Reason>,
    /// The media type of the document.
    pub media_type: Option<String>,
    /// The unparsed document; [`Command::resource`] parses it.
    pub document: Option<Value>,
    /// Unknown members.
    pub more: Members,
}

/// Why something failed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reason {
    /// The code; LIME's are below 1000, channels' are above.
    pub code: i64,
    /// The description.
    pub description: Option<String>,
    /// Unknown members.
    pub more: Members,
}

word! {
    /// The events of a message.
    pub enum NotificationEvent {
        /// The server has it.
        Accepted = "accepted",
        /// It was found to be valid.
        Validated = "validated",
        /// It was found to be allowed.
        Authorized = "authorized",
        /// It has left the server.
        Dispatched = "dispatched",
        /// The receiver has it.
        Received = "received",
        /// The receiver has read it.
        Consumed = "consumed",
        /// It was not delivered.
        Failed = "failed",
        /// It was taken back.
        Deleted = "deleted",
    }
}

word! {
    /// The methods of commands.
    pub enum Method {
        /// Read it.
        Get = "get",
        /// Create or replace it.
        Set = "set",
        /// Change a part of it.
        Merge = "merge",
        /// Delete it.
        Delete = "delete",
        /// Report its changes.
        Subscribe = "subscribe",
        /// Stop reporting its changes.
        Unsubscribe = "unsubscribe",
        /// It has changed; there is no response.
        Observe = "observe",
    }
}

word! {
    /// Whether a command succeeded.
    pub enum CommandStatus {
        /// It succeeded.
        Success = "success",
        /// It failed; the reason says why.
        Failure = "failure",
    }
}

impl Envelope {
    /// Parses an envelope. A member that LIME does not define, or that has another type, is kept
    /// unchanged, and only its own information is lost.
    ///
    /// # Errors
    ///
    /// If it is too large, nested too deeply, not JSON, or not an object. [`Message::content`] and
    /// [`Command::resource`] parse documents.
    pub fn read(text: &str) -> Result<Self, ReadError> {
        let text = input::without_mark(text);
        if text.len() > ENVELOPE_BYTES_MAX {
            let problem = Problem::TooLarge { bytes: text.len(), allowed: ENVELOPE_BYTES_MAX };
            return Err(ReadError::new(problem));
        }
        if depth(text) > NESTING_MAX {
            return Err(ReadError::new(Problem::TooDeep { allowed: NESTING_MAX }));
        }
        let value: Value = input::read_json(text).map_err(|error| {
            let problem = Problem::NotJson { line: error.line(), column: error.column() };
            ReadError::new(problem)
        })?;
        Self::from_json(value)
    }

    /// Converts a JSON value to an envelope.
    ///
    /// # Errors
    ///
    /// If it is not an object.
    pub fn from_json(value: Value) -> Result<Self, ReadError> {
        let members = members(value)?;
        let has = |name| members.contains_key(name);
        // A sender that omits the content has still sent a message.
        let is_message = has("content") || has("from") && !has("state");
        // In this order, as in the libraries for LIME.
        let read = if has("content") {
            Message::read(members.into()).map(Self::Message)
        } else if has("event") {
            Notification::read(members.into()).map(Self::Notification)
        } else if has("method") {
            Command::read(members.into()).map(Self::Command)
        } else if is_message {
            Message::read(members.into()).map(Self::Message)
        } else {
            return Ok(Self::Other(members));
        };
        read.ok()
    }

    /// The envelope as JSON.
    #[must_use]
    pub fn to_json(&self) -> Value {
        match self {
            Self::Message(message) => message.write(),
            Self::Notification(notification) => notification.write(),
            Self::Command(command) => command.write(),
            Self::Other(members) => members.write(),
        }
    }

    /// The members of every envelope; `None` if it is none of the three kinds.
    #[must_use]
    pub fn header(&self) -> Option<&Header> {
        match self {
            Self::Message(message) => Some(&message.header),
            Self::Notification(notification) => Some(&notification.header),
            Self::Command(command) => Some(&command.header),
            Self::Other(_) => None,
        }
    }
}

/// The envelope as JSON, on one line.
impl fmt::Display for Envelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.to_json())
    }
}

/// As [`Envelope::read`] reads it.
impl FromStr for Envelope {
    type Err = ReadError;

    fn from_str(text: &str) -> Result<Self, ReadError> {
        Self::read(text)
    }
}

impl From<Message> for Envelope {
    fn from(message: Message) -> Self {
        Self::Message(message)
    }
}

impl From<Notification> for Envelope {
    fn from(notification: Notification) -> Self {
        Self::Notification(notification)
    }
}

impl From<Command> for Envelope {
    fn from(command: Command) -> Self {
        Self::Command(command)
    }
}

impl Header {
    /// A header with a receiver and an id.
    #[must_use]
    pub fn to(to: impl Into<Node>, id: impl Into<String>) -> Self {
        Self { id: Some(id.into()), to: Some(to.into()), ..Self::default() }
    }

    /// Adds a sender.
    #[must_use]
    pub fn from(self, from: impl Into<Node>) -> Self {
        Self { from: Some(from.into()), ..self }
    }

    /// A value of the metadata, as text.
    #[must_use]
    pub fn metadata_text(&self, name: &str) -> Option<Cow<'_, str>> {
        match self.metadata.as_ref()?.get(name)? {
            Value::String(text) => Some(text.into()),
            Value::Number(number) => Some(number.to_string().into()),
            _ => None,
        }
    }

    fn extract(members: &mut Members) -> Self {
        Self {
            id: extract(members, "id"),
            from: extract(members, "from"),
            to: extract(members, "to"),
            pp: extract(members, "pp"),
            metadata: extract(members, "metadata"),
        }
    }

    fn put(&self, members: &mut Members) {
        put(members, "id", self.id.as_ref());
        put(members, "from", self.from.as_ref());
        put(members, "to", self.to.as_ref());
        put(members, "pp", self.pp.as_ref());
        put(members, "metadata", self.metadata.as_ref());
    }
}

impl Message {
    /// A message with this content.
    #[must_use]
    pub fn new(header: Header, content: &Content) -> Self {
        Self {
            header,
            media_type: content.media_type().into(),
            document: content.to_json(),
            more: Members::new(),
        }
    }

    /// The parsed document. An unknown type is [`Content::Other`].
    ///
    /// # Errors
    ///
    /// If the document does not match its type.
    pub fn content(&self) -> Result<Content, ReadError> {
        let media_type = match (self.media_type.as_str(), &self.document) {
            ("", Value::String(_)) => "text/plain",
            ("", _) => "application/json",
            (told, _) => told,
        };
        Content::read(media_type, self.document.clone()).map_err(|error| error.within("content"))
    }
}

impl Notification {
    /// A receipt for the message with this id.
    #[must_use]
    pub fn new(header: Header, event: NotificationEvent) -> Self {
        Self { header, event, reason: None, more: Members::new() }
    }
}

impl Command {
    /// A request without a document.
    #[must_use]
    pub fn new(header: Header, method: Method, uri: impl Into<String>) -> Self {
        Self {
            header,
            method,
            uri: Some(uri.into()),
            status: None,
            reason: None,
            media_type: None,
            document: None,
            more: Members::new(),
        }
    }

    /// Adds a document.
    #[must_use]
    pub fn with(self, content: &Content) -> Self {
        let media_type = Some(content.media_type().into());
        Self { media_type, document: Some(content.to_json()), ..self }
    }

    /// The response to this request: success, or failure with a reason.
    #[must_use]
    pub fn answer(&self, outcome: Result<(), Reason>) -> Self {
        let Header { id, from, to, .. } = self.header.clone();
        let reason = outcome.err();
        let status = reason.as_ref().map_or(CommandStatus::Success, |_| CommandStatus::Failure);
        Self {
            header: Header { id, from: to, to: from, ..Header::default() },
            method: self.method.clone(),
            uri: None,
            status: Some(status),
            reason,
            media_type: None,
            document: None,
            more: Members::new(),
        }
    }

    /// The parsed document; `None` if it is missing or has no media type.
    ///
    /// # Errors
    ///
    /// If the document does not match its type.
    pub fn resource(&self) -> Result<Option<Content>, ReadError> {
        let (Some(media_type), Some(document)) = (&self.media_type, &self.document) else {
            return Ok(None);
        };
        let content = Content::read(media_type, document.clone());
        content.map(Some).map_err(|error| error.within("resource"))
    }
}

impl Reason {
    /// A code with its description.
    #[must_use]
    pub fn new(code: i64, description: impl Into<String>) -> Self {
        Self { code, description: Some(description.into()), more: Members::new() }
    }
}

impl Json for Message {
    fn read(value: Value) -> Reading<Self> {
        read_object(value, |mut members| Self {
            header: Header::extract(&mut members),
            media_type: extract_or_default(&mut members, "type"),
            document: extract_or_default(&mut members, "content"),
            more: members,
        })
    }

    fn write(&self) -> Value {
        let mut members = self.more.clone();
        self.header.put(&mut members);
        put_unless_default(&mut members, "type", &self.media_type);
        put_unless_default(&mut members, "content", &self.document);
        Value::Object(members)
    }
}

impl Json for Notification {
    fn read(value: Value) -> Reading<Self> {
        read_object(value, |mut members| Self {
            header: Header::extract(&mut members),
            event: extract_or_default(&mut members, "event"),
            reason: extract(&mut members, "reason"),
            more: members,
        })
    }

    fn write(&self) -> Value {
        let mut members = self.more.clone();
        self.header.put(&mut members);
        put_unless_default(&mut members, "event", &self.event);
        put(&mut members, "reason", self.reason.as_ref());
        Value::Object(members)
    }
}

impl Json for Command {
    fn read(value: Value) -> Reading<Self> {
        read_object(value, |mut members| Self {
            header: Header::extract(&mut members),
            method: extract_or_default(&mut members, "method"),
            uri: extract(&mut members, "uri"),
            status: extract(&mut members, "status"),
            reason: extract(&mut members, "reason"),
            media_type: extract(&mut members, "type"),
            document: extract(&mut members, "resource"),
            more: members,
        })
    }

    fn write(&self) -> Value {
        let mut members = self.more.clone();
        self.header.put(&mut members);
        put_unless_default(&mut members, "method", &self.method);
        put(&mut members, "uri", self.uri.as_ref());
        put(&mut members, "status", self.status.as_ref());
        put(&mut members, "reason", self.reason.as_ref());
        put(&mut members, "type", self.media_type.as_ref());
        put(&mut members, "resource", self.document.as_ref());
        Value::Object(members)
    }
}

impl Json for Reason {
    fn read(value: Value) -> Reading<Self> {
        read_object(value, |mut members| Self {
            code: extract_or_default(&mut members, "code"),
            description: extract(&mut members, "description"),
            more: members,
        })
    }

    fn write(&self) -> Value {
        let mut members = self.more.clone();
        put_unless_default(&mut members, "code", &self.code);
        put(&mut members, "description", self.description.as_ref());
        Value::Object(members)
    }
}

/// The maximum nesting of objects and lists; texts are skipped.
fn depth(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut quoted, mut escaped) = (false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' | b'[' if !quoted => {
                depth = depth.saturating_add(1);
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}
