//! Placeholders in a text that are filled in when it is sent: `{{customer.name|there}}`.
//!
//! Inserted values are not parsed again, so a customer's name is never read as a placeholder.

use alloc::borrow::Cow;
use alloc::string::String;

/// The values that a text can contain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Placeholder {
    CustomerName,
    AgentName,
    DepartmentName,
    CompanyName,
    TicketNumber,
    /// The time between the sending of a reminder and the close.
    TimeLeft,
    /// The facts of a closing note.
    Summary,
}

/// All placeholders with their names.
pub(crate) const NAMED: [(&str, Placeholder); 7] = [
    ("customer.name", Placeholder::CustomerName),
    ("agent.name", Placeholder::AgentName),
    ("department.name", Placeholder::DepartmentName),
    ("company.name", Placeholder::CompanyName),
    ("ticket.number", Placeholder::TicketNumber),
    ("time-left", Placeholder::TimeLeft),
    ("summary", Placeholder::Summary),
];

/// A part of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    Words(&'a str),
    /// A name between `{{` and `}}`, and its fallback.
    Placeholder(&'a str, Option<&'a str>),
    /// A `{{` without its `}}`.
    Open,
}

/// The parts of a text, in order.
pub(crate) fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    core::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let Some((before, after)) = rest.split_once("{{") else {
            return Some(Piece::Words(core::mem::take(&mut rest)));
        };
        if !before.is_empty() {
            rest = rest.get(before.len()..).unwrap_or_default();
            return Some(Piece::Words(before));
        }
        let Some((inside, after)) = after.split_once("}}") else {
            rest = "";
            return Some(Piece::Open);
        };
        rest = after;
        let (name, fallback) = match inside.split_once('|') {
            Some((name, fallback)) => (name, Some(fallback.trim())),
            None => (inside, None),
        };
        Some(Piece::Placeholder(name.trim(), fallback))
    })
}

/// The text with all placeholders filled in.
pub(crate) fn fill<'v>(text: &str, value: impl Fn(Placeholder) -> Option<Cow<'v, str>>) -> String {
    let mut filled = String::with_capacity(text.len().saturating_add(32));
    for piece in pieces(text) {
        match piece {
            Piece::Words(words) => filled.push_str(words),
            Piece::Placeholder(name, fallback) => match named(name).and_then(&value) {
                Some(value) => filled.push_str(&value),
                None => filled.push_str(fallback.unwrap_or_default()),
            },
            // Validated texts contain none.
            Piece::Open => {}
        }
    }
    filled
}

pub(crate) fn named(name: &str) -> Option<Placeholder> {
    NAMED.iter().find(|(known, _)| *known == name).map(|(_, place)| *place)
}
