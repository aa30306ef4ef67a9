//! A ticket that was closed, as a row of a list.

use std::io::Write;

use despertador_contract::Instant;
use despertador_contract::clock_face::show_rfc3339;
use serde_json::{Value, json};

/// Who closed, where the desk did because the customer was silent.
pub(super) const INACTIVITY: &str = "inactivity";
/// Who closed, where a human of the company did.
pub(super) const AGENT: &str = "agent";

/// A close of a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// The account.
    pub account: String,
    /// The ticket's id.
    pub ticket: String,
    /// Its department.
    pub department: Option<String>,
    /// Its agent.
    pub agent: Option<String>,
    /// The customer, where the fact `customer.id` names them.
    pub customer: Option<String>,
    /// When the ticket was opened.
    pub opened: Instant,
    /// From the customer's first message to the company's first answer, in milliseconds; none
    /// before there are both.
    pub first_response: Option<i64>,
    /// From the opening to this close, in milliseconds.
    pub resolution: i64,
    /// When it was closed.
    pub closed: Instant,
    /// Who closed: `inactivity`, `agent`, `customer`, `flow`, `api`, `other:…`.
    pub by: String,
    /// What the conversation was about: of automatic closes as the closing note has it, of others
    /// as the fact `close.category` says.
    pub category: Option<String>,
    /// What happened, for who has not read it: as the closing note has it, or as the fact
    /// `close.summary` says.
    pub summary: Option<String>,
    /// Those of the close, or those that the ticket had.
    pub tags: Vec<String>,
    /// Reminders that were sent since the ticket was opened, or closed the last time.
    pub reminders: u32,
    /// The how-manyth close of this ticket it is, from 1.
    pub number: u32,
    /// When the customer wrote again.
    pub wrote_again: Option<Instant>,
    /// When the ticket was reopened.
    pub reopened: Option<Instant>,
    /// Whether it was reopened within the window.
    pub was_reopened: bool,
    /// Whether the window has passed, so that nothing more can make the close premature.
    pub is_judged: bool,
    /// Whether it was premature; none if nobody closes too early but for inactivity.
    pub premature: Option<Premature>,
}

/// Whether a close was premature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Premature {
    /// Nothing followed within the window.
    No,
    /// The customer wrote, or the ticket was reopened, at this instant.
    Yes(Instant),
    /// Nothing has followed so far, and the window has not passed.
    Unknown,
}

impl Premature {
    /// Its word: `no`, `yes`, `not-known`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::No => "no",
            Self::Yes(_) => "yes",
            Self::Unknown => "not-known",
        }
    }
}

impl Closed {
    /// Who closed, in one of six words: what has a word of its own is `other`.
    #[must_use]
    pub fn by_whom(&self) -> &str {
        if self.by.starts_with("other") { "other" } else { &self.by }
    }

    /// How long after the close the ticket was reopened, in milliseconds.
    #[must_use]
    pub fn reopened_after(&self) -> Option<i64> {
        Some(self.reopened?.saturating_sub(self.closed).max(0))
    }

    /// As JSON: instants are RFC 3339, lengths of time milliseconds.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "ticket": self.ticket,
            "department": self.department,
            "agent": self.agent,
            "customer": self.customer,
            "opened": show_rfc3339(self.opened),
            "first-response-ms": self.first_response,
            "resolution-ms": self.resolution,
            "closed": show_rfc3339(self.closed),
            "closed-by": self.by,
            "category": self.category,
            "summary": self.summary,
            "tags": self.tags,
            "reminders": self.reminders,
            "close-number": self.number,
            "wrote-again": self.wrote_again.map(show_rfc3339),
            "reopened": self.reopened.map(show_rfc3339),
            "reopened-after-ms": self.reopened_after(),
            "premature": self.premature.map(Premature::word),
        })
    }
}

/// The columns of the list as CSV.
pub const COLUMNS: [&str; 18] = [
    "ticket",
    "department",
    "agent",
    "customer",
    "opened",
    "first-response-ms",
    "resolution-ms",
    "closed",
    "closed-by",
    "category",
    "summary",
    "tags",
    "reminders",
    "close-number",
    "wrote-again",
    "reopened",
    "reopened-after-ms",
    "premature",
];

/// Writes closes as CSV (RFC 4180), the columns of [`COLUMNS`] first.
///
/// Tags stand in one cell, with `; ` between them. A cell that a spreadsheet would take for a
/// formula, because it begins with `=`, `+`, `-`, `@`, a tab or a line end, gets an apostrophe
/// before it: also a telephone number with its `+`.
pub struct Rows<W: Write>(csv::Writer<W>);

impl<W: Write> Rows<W> {
    /// Writes the columns' names.
    ///
    /// # Errors
    ///
    /// It cannot be written.
    pub fn begin(to: W) -> std::io::Result<Self> {
        let mut writer =
            csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(to);
        writer.write_record(COLUMNS).map_err(std::io::Error::from)?;
        Ok(Self(writer))
    }

    /// Writes a row.
    ///
    /// # Errors
    ///
    /// It cannot be written.
    pub fn row(&mut self, closed: &Closed) -> std::io::Result<()> {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let at = |at: Option<Instant>| at.map(show_rfc3339).unwrap_or_default();
        let number = |number: Option<i64>| number.map(|n| n.to_string()).unwrap_or_default();
        let cells = [
            closed.ticket.clone(),
            text(&closed.department),
            text(&closed.agent),
            text(&closed.customer),
            show_rfc3339(closed.opened),
            number(closed.first_response),
            closed.resolution.to_string(),
            show_rfc3339(closed.closed),
            closed.by.clone(),
            text(&closed.category),
            text(&closed.summary),
            closed.tags.join("; "),
            closed.reminders.to_string(),
            closed.number.to_string(),
            at(closed.wrote_again),
            at(closed.reopened),
            number(closed.reopened_after()),
            closed.premature.map(Premature::word).unwrap_or_default().to_owned(),
        ];
        self.0.write_record(cells.map(harmless)).map_err(std::io::Error::from)
    }

    /// Writes what is still held back, and gives back what was written to.
    ///
    /// # Errors
    ///
    /// It cannot be written.
    pub fn end(self) -> std::io::Result<W> {
        self.0.into_inner().map_err(|error| std::io::Error::other(error.to_string()))
    }
}

/// A cell that no spreadsheet takes for a formula: one that begins like one gets an apostrophe.
#[must_use]
pub fn harmless(cell: String) -> String {
    // Some spreadsheets take the wide signs of East Asia for the others.
    const BEGIN: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
    if cell.starts_with(BEGIN) { format!("'{cell}") } else { cell }
}

impl<W: Write> std::fmt::Debug for Rows<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rows").finish_non_exhaustive()
    }
}
