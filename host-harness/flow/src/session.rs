//! The state of a customer in a flow.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::input::Instant;

/// A customer's current block and the variables of the conversation.
///
/// The host stores one per customer and flow, and processes one input at a time.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Session {
    block: Option<String>,
    previous: Option<String>,
    variables: BTreeMap<String, Variable>,
    /// Facts about the customer (`contact.name`, `contact.extras.plan`).
    pub contact: BTreeMap<String, String>,
    /// The document of the ticket that was opened in a human-assistance block.
    pub ticket: Option<Value>,
    /// Whether the end of a wait is scheduled.
    pub(crate) expires: bool,
    /// The number of consecutive waits that ended without an answer.
    pub(crate) expirations: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Variable {
    value: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<Instant>,
}

impl Session {
    /// A conversation that is already in a block.
    #[must_use]
    pub fn in_block(id: impl Into<String>) -> Session {
        Session { block: Some(id.into()), ..Session::default() }
    }

    /// The current block; `None` means that the conversation starts again.
    #[must_use]
    pub fn block(&self) -> Option<&str> {
        self.block.as_deref()
    }

    /// The previous block.
    #[must_use]
    pub fn previous(&self) -> Option<&str> {
        self.previous.as_deref()
    }

    /// Moves the conversation from outside, like a command to the engine. No outputs are taken and
    /// no actions on leaving are done.
    pub fn force_into(&mut self, block: Option<String>) {
        self.block = block;
    }

    /// The value of a variable, ignoring case, unless it has expired.
    #[must_use]
    pub fn variable(&self, name: &str, now: Instant) -> Option<&str> {
        let variable = self.variables.get(&name.to_lowercase())?;
        let current = variable.until.is_none_or(|until| now < until);
        current.then_some(variable.value.as_str())
    }

    /// Sets a variable, permanently or until an instant (exclusive).
    pub fn set(&mut self, name: &str, value: impl Into<String>, until: Option<Instant>) {
        self.variables.insert(name.to_lowercase(), Variable { value: value.into(), until });
    }

    /// Deletes a variable.
    pub fn forget(&mut self, name: &str) {
        self.variables.remove(&name.to_lowercase());
    }

    /// The ticket's id, if one was opened.
    #[must_use]
    pub fn ticket_id(&self) -> Option<&str> {
        self.ticket.as_ref()?.get("id")?.as_str()
    }

    pub(crate) fn leave(&mut self, previous: &str) {
        self.previous = Some(previous.to_owned());
    }
}
