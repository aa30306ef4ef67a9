//! Unreadable input, stored until somebody has handled it.

use despertador_contract::Instant;

/// Unreadable input. While it is stored, the tickets and customers that it names are not closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboundRow {
    /// The account.
    pub account: i64,
    /// Its id: a digest of door and text, so that the same text is stored once.
    pub id: String,
    /// When it first came in.
    pub at: Instant,
    /// The door through which it came: `events`, `blip`.
    pub door: String,
    /// Why it could not be read.
    pub why: String,
    /// The complete text.
    pub text: String,
    /// The tickets that it names.
    pub tickets: Vec<String>,
    /// The customers that it names, in canonical spelling.
    pub customers: Vec<String>,
}

/// A change of inbound entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InboundChange {
    /// It is added, unless it exists.
    Keep(InboundRow),
    /// It was handled and is removed.
    Remove {
        /// The account.
        account: i64,
        /// Its id.
        id: String,
    },
}

/// Number and size of inbound entries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct InboundSize {
    /// Number of entries.
    pub entries: u64,
    /// Size of the texts, in bytes.
    pub bytes: u64,
}

/// An alias of a ticket's customer, in canonical spelling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AliasRow {
    /// The account.
    pub account: i64,
    /// The name.
    pub alias: String,
    /// The ticket's number.
    pub ticket: i64,
}
