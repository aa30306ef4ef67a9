//! The documents in messages and commands.

mod chat_state;
mod contact;
mod document;
mod media_link;
mod menu;
mod place;
mod reaction;
mod template;

use serde_json::Value;

use crate::error::ReadError;
use crate::object::Json;
use crate::ticket::Ticket;

pub use chat_state::{ChatState, State};
pub use contact::{Comment, Contact};
pub use document::{Document, InputExpiration, Redirect};
pub use media_link::MediaLink;
pub use menu::{InReplyTo, Reply, Scope, Select, SelectOption};
pub use place::Location;
pub use reaction::{Emoji, Reaction};
pub use template::Template;

/// A document of a known type, or any other, unchanged.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Content {
    /// A text: `text/plain`.
    Text(String),
    /// An image, a recording, a video, a file: `application/vnd.lime.media-link+json`.
    MediaLink(MediaLink),
    /// A question with options: `application/vnd.lime.select+json`.
    Select(Select),
    /// An answer to a given message: `application/vnd.lime.reply+json`.
    Reply(Reply),
    /// A reaction to a message: `application/vnd.lime.reaction+json`.
    Reaction(Reaction),
    /// A location: `application/vnd.lime.location+json`.
    Location(Location),
    /// A contact card: `application/vnd.lime.contact+json`.
    Contact(Contact),
    /// A typing indicator: `application/vnd.lime.chatstate+json`.
    ChatState(ChatState),
    /// A ticket: `application/vnd.iris.ticket+json`.
    Ticket(Box<Ticket>),
    /// The customer returns to the bot, with a document: `application/vnd.lime.redirect+json`.
    Redirect(Redirect),
    /// The engine's timer of a block: `application/vnd.blip-client.inputexpirationtime+json`.
    InputExpiration(InputExpiration),
    /// A document that must not be stored: `application/vnd.lime.sensitive+json`.
    Sensitive(Document),
    /// A document within another one: `application/vnd.lime.container+json`.
    Container(Document),
    /// An internal note on a contact: `application/vnd.iris.crm.comment+json`.
    Comment(Comment),
    /// A WhatsApp template, `application/json` with the type `template`.
    Template(Template),
    /// Any other document.
    Other(Document),
}

/// Media types.
mod media {
    pub(super) const TEXT: &str = "text/plain";
    pub(super) const MEDIA_LINK: &str = "application/vnd.lime.media-link+json";
    pub(super) const SELECT: &str = "application/vnd.lime.select+json";
    pub(super) const REPLY: &str = "application/vnd.lime.reply+json";
    pub(super) const REACTION: &str = "application/vnd.lime.reaction+json";
    pub(super) const LOCATION: &str = "application/vnd.lime.location+json";
    pub(super) const CONTACT: &str = "application/vnd.lime.contact+json";
    pub(super) const CHAT_STATE: &str = "application/vnd.lime.chatstate+json";
    pub(super) const TICKET: &str = "application/vnd.iris.ticket+json";
    pub(super) const REDIRECT: &str = "application/vnd.lime.redirect+json";
    pub(super) const EXPIRATION: &str = "application/vnd.blip-client.inputexpirationtime+json";
    pub(super) const SENSITIVE: &str = "application/vnd.lime.sensitive+json";
    pub(super) const CONTAINER: &str = "application/vnd.lime.container+json";
    pub(super) const COMMENT: &str = "application/vnd.iris.crm.comment+json";
    pub(super) const JSON: &str = "application/json";
}

impl Content {
    /// Parses a document of a media type.
    ///
    /// # Errors
    ///
    /// If it does not match its type.
    pub fn read(media_type: &str, value: Value) -> Result<Self, ReadError> {
        // `text/plain; charset=utf-8` is `text/plain`; the caller keeps the original text.
        let essence = media_type.split(';').next().unwrap_or_default().trim().to_lowercase();
        match essence.as_str() {
            media::TEXT => String::read(value).map(Self::Text).ok(),
            media::MEDIA_LINK => Json::read(value).map(Self::MediaLink).ok(),
            media::SELECT => Json::read(value).map(Self::Select).ok(),
            media::REPLY => Json::read(value).map(Self::Reply).ok(),
            media::REACTION => Json::read(value).map(Self::Reaction).ok(),
            media::LOCATION => Json::read(value).map(Self::Location).ok(),
            media::CONTACT => Json::read(value).map(Self::Contact).ok(),
            media::CHAT_STATE => Json::read(value).map(Self::ChatState).ok(),
            media::TICKET => Json::read(value).map(|ticket| Self::Ticket(Box::new(ticket))).ok(),
            media::REDIRECT => Json::read(value).map(Self::Redirect).ok(),
            media::EXPIRATION => Json::read(value).map(Self::InputExpiration).ok(),
            media::SENSITIVE => Json::read(value).map(Self::Sensitive).ok(),
            media::CONTAINER => Json::read(value).map(Self::Container).ok(),
            media::COMMENT => Json::read(value).map(Self::Comment).ok(),
            media::JSON if Template::is_one(&value) => Json::read(value).map(Self::Template).ok(),
            _ => Ok(Self::Other(Document::new(media_type, value))),
        }
    }

    /// Its media type.
    #[must_use]
    pub fn media_type(&self) -> &str {
        match self {
            Self::Text(_) => media::TEXT,
            Self::MediaLink(_) => media::MEDIA_LINK,
            Self::Select(_) => media::SELECT,
            Self::Reply(_) => media::REPLY,
            Self::Reaction(_) => media::REACTION,
            Self::Location(_) => media::LOCATION,
            Self::Contact(_) => media::CONTACT,
            Self::ChatState(_) => media::CHAT_STATE,
            Self::Ticket(_) => media::TICKET,
            Self::Redirect(_) => media::REDIRECT,
            Self::InputExpiration(_) => media::EXPIRATION,
            Self::Sensitive(_) => media::SENSITIVE,
            Self::Container(_) => media::CONTAINER,
            Self::Comment(_) => media::COMMENT,
            Self::Template(_) => media::JSON,
            Self::Other(document) => document.media_type.as_deref().unwrap_or_default(),
        }
    }

    /// The document as JSON.
    #[must_use]
    pub fn to_json(&self) -> Value {
        match self {
            Self::Text(text) => text.write(),
            Self::MediaLink(link) => link.write(),
            Self::Select(select) => select.write(),
            Self::Reply(reply) => reply.write(),
            Self::Reaction(reaction) => reaction.write(),
            Self::Location(location) => location.write(),
            Self::Contact(contact) => contact.write(),
            Self::ChatState(state) => state.write(),
            Self::Ticket(ticket) => ticket.write(),
            Self::Redirect(redirect) => redirect.write(),
            Self::InputExpiration(expiration) => expiration.write(),
            Self::Sensitive(document) | Self::Container(document) => document.write(),
            Self::Comment(comment) => comment.write(),
            Self::Template(template) => template.write(),
            Self::Other(document) => document.value.clone().unwrap_or_default(),
        }
    }

    /// The ticket that it is or contains.
    ///
    /// # Errors
    ///
    /// If the document in a redirect does not match its type.
    pub fn ticket(self) -> Result<Option<Ticket>, ReadError> {
        match self {
            Self::Ticket(ticket) => Ok(Some(*ticket)),
            Self::Redirect(redirect) => redirect.ticket(),
            _ => Ok(None),
        }
    }
}

impl From<Ticket> for Content {
    fn from(ticket: Ticket) -> Self {
        Self::Ticket(Box::new(ticket))
    }
}
