//! What is remembered of one customer's way through a flow.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::input::Instant;

/// Where a customer is in a flow, and the variables of the conversation.
///
/// The host keeps it for each customer and flow, and lets one input at a time change it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Session {
    block: Option<String>,
    previous: Option<String>,
    variables: BTreeMap<String, Variable>,
    /// What is known of the customer (`contact.name`, `contact.extras.plan`).
    pub contact: BTreeMap<String, String>,
    /// The ticket that was opened in a human-assistance block, as its document.
    pub ticket: Option<Value>,
    /// Whether the end of a wait was asked for.
    pub(crate) expires: bool,
    /// How often in a row a wait has ended with nobody answering.
    pub(crate) expirations: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Variable {
    value: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<Instant>,
}

impl Session {
    /// A conversation that is in a block already.
    #[must_use]
    pub fn in_block(id: impl Into<String>) -> Session {
        Session { block: Some(id.into()), ..Session::default() }
    }

    /// The block where the conversation is; none means that it begins anew.
    #[must_use]
    pub fn block(&self) -> Option<&str> {
        self.block.as_deref()
    }

    /// The block where it was before.
    #[must_use]
    pub fn previous(&self) -> Option<&str> {
        self.previous.as_deref()
    }

    /// Moves the conversation from outside, as a command to the engine does. No exits are taken
    /// and nothing is done on leaving.
    pub fn force_into(&mut self, block: Option<String>) {
        self.block = block;
    }

    /// The value of a variable, whatever its case, unless it has expired.
    #[must_use]
    pub fn variable(&self, name: &str, now: Instant) -> Option<&str> {
        let variable = self.variables.get(&name.to_lowercase())?;
        let current = variable.until.is_none_or(|until| now < until);
        current.then_some(variable.value.as_str())
    }

    /// Sets a variable, for good or until an instant, exclusive.
    pub fn set(&mut self, name: &str, value: impl Into<String>, until: Option<Instant>) {
        self.variables.insert(name.to_lowercase(), Variable { value: value.into(), until });
    }

    /// Forgets a variable.
    pub fn forget(&mut self, name: &str) {
        self.variables.remove(&name.to_lowercase());
    }

    /// The ticket's id, where one was opened.
    #[must_use]
    pub fn ticket_id(&self) -> Option<&str> {
        self.ticket.as_ref()?.get("id")?.as_str()
    }

    pub(crate) fn leave(&mut self, previous: &str) {
        self.previous = Some(previous.to_owned());
    }
}
