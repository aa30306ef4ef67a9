//! What came in and could not be read, kept until somebody has looked at it.

use despertador_contract::Instant;

/// Something that came in and could not be read. While it is kept, the tickets and customers that
/// it names are not closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboundRow {
    /// The account.
    pub account: i64,
    /// Its id: a digest of door and text, so that the same text is kept once.
    pub id: String,
    /// When it came in first.
    pub at: Instant,
    /// The door it came in by: `events`, `blip`.
    pub door: String,
    /// Why it could not be read.
    pub why: String,
    /// The whole text.
    pub text: String,
    /// The tickets that it names.
    pub tickets: Vec<String>,
    /// The customers that it names, in their canonical spelling.
    pub customers: Vec<String>,
}

/// A change of what could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InboundChange {
    /// It is kept from now on; nothing changes if it is kept already.
    Keep(InboundRow),
    /// Somebody has looked at it.
    Remove {
        /// The account.
        account: i64,
        /// Its id.
        id: String,
    },
}

/// How much an account has of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct InboundSize {
    /// How many entries.
    pub entries: u64,
    /// How many bytes of text.
    pub bytes: u64,
}

/// Another name of a ticket's customer, in its canonical spelling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AliasRow {
    /// The account.
    pub account: i64,
    /// The name.
    pub alias: String,
    /// The ticket's number.
    pub ticket: i64,
}
