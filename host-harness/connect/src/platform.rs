//! What a platform does on the frame.

use despertador_contract::Instant;
use despertador_desk::{Delivery, DeliveryOutcome};

use crate::abilities::Abilities;
use crate::call::CallError;
use crate::check::Check;
use crate::heard::Heard;
use crate::pace::Purpose;
use crate::signature::Forged;

/// What was posted to a connector's address.
#[derive(Debug, Clone, Copy)]
pub struct Post<'a> {
    /// The headers, with names in lower case.
    pub headers: &'a [(String, String)],
    /// The parameters of the address, decoded.
    pub query: &'a [(String, String)],
    /// The body as it came.
    pub body: &'a [u8],
}

impl Post<'_> {
    /// A header by its name in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        find(self.headers, name)
    }

    /// A parameter of the address.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        find(self.query, name)
    }
}

fn find<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// A body that cannot be read, and what it seems to speak of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Unreadable {
    /// Why, with the place.
    pub why: String,
    /// The conversations that it seems to name.
    pub conversations: Vec<String>,
}

/// A conversation as it was just read, with what an action needs to know.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Conversation {
    /// What there is to hear.
    pub heard: Heard,
    /// The marks of what we have sent to it: `KEY#PART`.
    pub marks: Vec<String>,
    /// The document as the platform gave it, for changes that replace the whole.
    pub document: serde_json::Value,
    /// From which message on a later reading need not begin earlier; the platform's own word.
    pub read_up_to: Option<String>,
}

impl Conversation {
    /// Whether this part of an action was sent before.
    #[must_use]
    pub fn has(&self, key: &str, part: &str) -> bool {
        self.marks.iter().any(|mark| mark.strip_prefix(key) == Some(&format!("#{part}")))
    }
}

/// A conversation in a list of open ones.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// Its state and facts, without its messages.
    pub heard: Heard,
    /// When something last happened in it.
    pub active: Instant,
}

/// An action for one conversation.
#[derive(Debug, Clone, Copy)]
pub struct Task<'a> {
    /// The action.
    pub delivery: &'a Delivery,
    /// The platform's id of the conversation.
    pub conversation: &'a str,
    /// As it was just read, if the platform can be read.
    pub read: Option<&'a Conversation>,
    /// The instant.
    pub now: Instant,
}

/// A platform behind a connector.
///
/// Everything takes the instant as an argument. Calls may block, and return.
pub trait Platform: Send + Sync + 'static {
    /// What it can do.
    fn abilities(&self) -> &'static Abilities;

    /// Checks that a post comes from the platform.
    ///
    /// # Errors
    ///
    /// See [`Forged`].
    fn verify(&self, post: &Post<'_>, now: Instant) -> Result<(), Forged>;

    /// The answer to a GET by which the platform checks the address; `None` if it is not one, or
    /// its token is wrong.
    fn challenge(&self, _post: &Post<'_>) -> Option<String> {
        None
    }

    /// Reads a verified body.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    fn parse(&self, body: &str) -> Result<Vec<Heard>, Unreadable>;

    /// Reads a conversation, from a message on if an earlier reading said so. `None` if the
    /// platform cannot be read; see [`Abilities::read_back`].
    ///
    /// # Errors
    ///
    /// See [`CallError`].
    fn read(
        &self,
        _conversation: &str,
        _from: Option<&str>,
        _purpose: Purpose,
        _now: Instant,
    ) -> Result<Option<Conversation>, CallError> {
        Ok(None)
    }

    /// A page of the open conversations, from 1 on; an empty one is the last.
    ///
    /// # Errors
    ///
    /// See [`CallError`].
    fn open(&self, _page: u32, _now: Instant) -> Result<Vec<Listed>, CallError> {
        Ok(Vec::new())
    }

    /// Carries an action out.
    fn carry_out(&self, task: &Task<'_>) -> DeliveryOutcome;

    /// Checks credentials, rights and what else closes conversations.
    fn test(&self, address: Option<&str>, now: Instant) -> Vec<Check>;

    /// A signed post that says nothing, with its headers, to check that the running server has the
    /// same secret.
    fn ping(&self, now: Instant) -> Ping;
}

/// A post that says nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ping {
    /// Its headers.
    pub headers: Vec<(&'static str, String)>,
    /// The parameters of the address, with `?` if there are any.
    pub query: String,
    /// Its body.
    pub body: serde_json::Value,
}
