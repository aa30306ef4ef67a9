//! Documents within documents.

use serde_json::Value;

use crate::content::Content;
use crate::error::ReadError;
use crate::object::object;
use crate::ticket::Ticket;

object! {
    /// A document with its media type.
    pub struct Document {
        /// The media type.
        "type" media_type: String,
        /// The unparsed document; [`Document::content`] parses it.
        "value" value: Value,
    }
}

object! {
    /// A redirect; from a desk: the customer returns to the bot.
    pub struct Redirect {
        /// The target; a desk omits it.
        "address" address: String,
        /// The document that is passed along.
        "context" context: Document,
    }
}

object! {
    /// The engine's timer: a block received no input for a while.
    pub struct InputExpiration {
        /// Whose input it is.
        "identity" identity: String,
        /// The block that waits.
        "stateId" state_id: String,
        /// The session it belongs to.
        "currentSessionState" current_session_state: String,
    }
}

impl Document {
    /// A document of a media type.
    #[must_use]
    pub fn new(media_type: &str, value: Value) -> Self {
        Self { media_type: Some(media_type.into()), value: Some(value), ..Self::default() }
    }

    /// A document with this content.
    #[must_use]
    pub fn of(content: &Content) -> Self {
        Self::new(content.media_type(), content.to_json())
    }

    /// The parsed document; `None` if it has no media type.
    ///
    /// # Errors
    ///
    /// If it does not match its type.
    pub fn content(&self) -> Result<Option<Content>, ReadError> {
        let Some(media_type) = &self.media_type else { return Ok(None) };
        let content = Content::read(media_type, self.value.clone().unwrap_or_default());
        content.map(Some).map_err(|error| error.within("value"))
    }
}

impl Redirect {
    /// The customer returns with this ticket: what a bot receives when its ticket is closed.
    #[must_use]
    pub fn with(ticket: Ticket) -> Self {
        Self { context: Some(Document::of(&ticket.into())), ..Self::default() }
    }

    /// The ticket that is passed along.
    ///
    /// # Errors
    ///
    /// If the document does not match its type.
    pub fn ticket(&self) -> Result<Option<Ticket>, ReadError> {
        let Some(context) = &self.context else { return Ok(None) };
        match context.content().map_err(|error| error.within("context"))? {
            Some(Content::Ticket(ticket)) => Ok(Some(*ticket)),
            _ => Ok(None),
        }
    }
}
