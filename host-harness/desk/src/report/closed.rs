//! Closed tickets as rows of a list.

use std::fmt;
use std::io::Write;

use despertador_contract::Instant;
use despertador_contract::clock_face::show_rfc3339;
use despertador_insight::Premature;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use utoipa::ToSchema;

/// The value for closes by the desk, for inactivity.
pub(super) const INACTIVITY: &str = "inactivity";
/// The value for closes by a human agent.
pub(super) const AGENT: &str = "agent";

/// A close of a ticket, as it is listed: its JSON, its schema and the columns of its CSV are those
/// of this type. A ticket that was closed twice is there twice.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schema(as = ClosedTicket)]
pub struct Closed {
    /// The account.
    #[serde(skip)]
    pub account: String,
    /// The help-desk's id.
    pub ticket: String,
    /// Its department when it was closed.
    pub department: Option<String>,
    /// Its agent when it was closed.
    pub agent: Option<String>,
    /// The customer, where the fact `more.customer.id` names them.
    pub customer: Option<String>,
    /// When the ticket was opened, RFC 3339.
    #[serde(serialize_with = "rfc3339")]
    #[schema(value_type = String)]
    pub opened: Instant,
    /// From the customer's first message to the first answer of an agent or AI agent, in
    /// milliseconds; none before there are both.
    #[serde(rename = "first-response-ms")]
    pub first_response: Option<i64>,
    /// From the opening to this close, in milliseconds.
    #[serde(rename = "resolution-ms")]
    pub resolution: i64,
    /// When it was closed, RFC 3339.
    #[serde(serialize_with = "rfc3339")]
    #[schema(value_type = String)]
    pub closed: Instant,
    /// Who closed: `inactivity`, `agent`, `customer`, `flow`, `api`, `other:…`.
    #[serde(rename = "closed-by")]
    pub by: String,
    /// What it was about: of the closing note, or the fact `more.close.category`.
    pub category: Option<String>,
    /// What happened: of the closing note, or the fact `more.close.summary`.
    pub summary: Option<String>,
    /// Those of the close, or those that the ticket had.
    pub tags: Vec<String>,
    /// Reminders sent since the ticket was opened, or closed the last time.
    pub reminders: u32,
    /// Ordinal of this close within the ticket, from 1.
    #[serde(rename = "close-number")]
    pub number: u32,
    /// When the customer wrote again, RFC 3339.
    #[serde(serialize_with = "rfc3339_if_any")]
    #[schema(value_type = Option<String>)]
    pub wrote_again: Option<Instant>,
    /// When the ticket was reopened, RFC 3339.
    #[serde(serialize_with = "rfc3339_if_any")]
    #[schema(value_type = Option<String>)]
    pub reopened: Option<Instant>,
    /// How long after the close, in milliseconds.
    #[serde(rename = "reopened-after-ms")]
    pub reopened_after: Option<i64>,
    /// Whether it was reopened within the window.
    #[serde(skip)]
    pub was_reopened: bool,
    /// Whether the window has passed, so that nothing more can make the close premature.
    #[serde(skip)]
    pub is_judged: bool,
    /// `yes`, `no`, or `not-known`: nothing has followed, and the window has not passed. None of
    /// closes that were not for inactivity.
    #[serde(serialize_with = "word")]
    #[schema(value_type = Option<String>)]
    pub premature: Option<Premature>,
}

fn rfc3339<S: Serializer>(at: &Instant, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&show_rfc3339(*at))
}

fn rfc3339_if_any<S: Serializer>(at: &Option<Instant>, to: S) -> Result<S::Ok, S::Error> {
    at.map(show_rfc3339).serialize(to)
}

fn word<S: Serializer>(premature: &Option<Premature>, to: S) -> Result<S::Ok, S::Error> {
    premature.map(Premature::word).serialize(to)
}

impl Closed {
    /// Who closed, in one of six words: what has a word of its own is `other`.
    #[must_use]
    pub fn by_whom(&self) -> &str {
        if self.by.starts_with("other") { "other" } else { &self.by }
    }
}

/// Writes closes as CSV (RFC 4180), with a header line.
///
/// Tags share a cell, separated by `; `. A cell that a spreadsheet would read as a formula, because
/// it begins with `=`, `+`, `-`, `@`, a tab or a line end, gets an apostrophe in front; telephone
/// numbers with `+` too.
pub struct Rows<W: Write>(csv::Writer<W>);

impl<W: Write> Rows<W> {
    /// Writes the header.
    ///
    /// # Errors
    ///
    /// It cannot be written.
    pub fn begin(to: W) -> std::io::Result<Self> {
        let mut writer =
            csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(to);
        let names = members(&Closed::default())?.into_iter().map(|(name, _)| name);
        writer.write_record(names).map_err(std::io::Error::from)?;
        Ok(Self(writer))
    }

    /// Writes a row.
    ///
    /// # Errors
    ///
    /// It cannot be written.
    pub fn row(&mut self, closed: &Closed) -> std::io::Result<()> {
        let cells = members(closed)?.into_iter().map(|(_, value)| harmless(cell(value)));
        self.0.write_record(cells).map_err(std::io::Error::from)
    }

    /// Flushes, and returns the writer.
    ///
    /// # Errors
    ///
    /// It cannot be written.
    pub fn end(self) -> std::io::Result<W> {
        self.0.into_inner().map_err(|error| std::io::Error::other(error.to_string()))
    }
}

/// The members of a close, in their order.
fn members(closed: &Closed) -> std::io::Result<Vec<(String, Value)>> {
    let text = serde_json::to_string(closed)?;
    let Members(members) = serde_json::from_str(&text)?;
    Ok(members)
}

struct Members(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct InOrder;

        impl<'de> Visitor<'de> for InOrder {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        from.deserialize_map(InOrder)
    }
}

fn cell(value: Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text,
        Value::Array(list) => list.into_iter().map(cell).collect::<Vec<_>>().join("; "),
        other => other.to_string(),
    }
}

/// Protects a cell from being read as a formula by an apostrophe in front.
#[must_use]
pub fn harmless(cell: String) -> String {
    // Some spreadsheets also accept full-width signs.
    const BEGIN: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
    if cell.starts_with(BEGIN) { format!("'{cell}") } else { cell }
}

impl<W: Write> fmt::Debug for Rows<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows").finish_non_exhaustive()
    }
}
