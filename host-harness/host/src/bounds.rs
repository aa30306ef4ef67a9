//! Limits on the input of a plugin, so that no input makes it exceed its own limits.
//!
//! A host that receives events from outside checks them here before it calls the plugin. Input over a
//! limit is the sender's fault: it is refused with an error that names the member, and never counts
//! against the plugin. The limits are far above what platforms send, and a plugin can process them
//! well within the default [`Limits`](crate::Limits).

use despertador_contract::{
    Author, Call, Channel, Event, FailureKind, Happening, Message, MessageKind, Origin, Source,
    Ticket, TicketStatus,
};

/// Maximum length of an id (ticket, message, event, action), in bytes.
pub const ID_BYTES_MAX: usize = 512;
/// Maximum length of a name (department, agent, tag, pair, or an unknown word), in bytes.
pub const NAME_BYTES_MAX: usize = 512;
/// Maximum number of tags of a ticket.
pub const TAGS_MAX: usize = 256;
/// Maximum number of pairs in a ticket's `more` and in an occurrence's `details`.
pub const PAIRS_MAX: usize = 256;
/// Maximum length of a pair's value, in bytes.
pub const VALUE_BYTES_MAX: usize = 16 << 10;
/// Maximum size of all texts in the facts of a ticket, or in the details of an occurrence, in
/// bytes.
pub const FACTS_BYTES_MAX: usize = 64 << 10;
/// Maximum number of instants in `sent-to-customer`.
pub const INSTANTS_MAX: usize = 256;
/// Maximum length of a message's text, in bytes.
pub const TEXT_BYTES_MAX: usize = 64 << 10;

/// A member over its limit, or an id with an invalid character.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` {wrong}", .member.replace('/', "."))]
pub struct OutOfBounds {
    /// The path of the member in the JSON of an event: `facts/more`, `message/text`, `id`.
    pub member: &'static str,
    /// The problem: `has 30000 entries and may have 256`.
    pub wrong: String,
}

/// Checks the id of a ticket, a message or an event: 1 to 512 bytes, without characters that break
/// a line, control a terminal or change the writing direction.
///
/// # Errors
///
/// The problem.
pub fn id(member: &'static str, id: &str) -> Result<(), OutOfBounds> {
    if id.is_empty() {
        return Err(OutOfBounds { member, wrong: "is empty".into() });
    }
    bytes(member, id, ID_BYTES_MAX)?;
    match id.chars().find(|c| is_control(*c)) {
        None => Ok(()),
        Some(found) => Err(OutOfBounds {
            member,
            wrong: format!("has the character U+{:04X}, which no id may have", u32::from(found)),
        }),
    }
}

/// Checks an optional id; an empty one counts as missing.
///
/// # Errors
///
/// The problem.
pub fn optional_id(member: &'static str, found: Option<&str>) -> Result<(), OutOfBounds> {
    match found {
        None | Some("") => Ok(()),
        Some(found) => id(member, found),
    }
}

/// Whether a character breaks a line, controls a terminal or changes the writing direction.
#[must_use]
pub fn is_control(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}'
        )
}

/// Checks the facts of a ticket.
///
/// # Errors
///
/// The first member over its limit.
pub fn ticket(ticket: &Ticket) -> Result<(), OutOfBounds> {
    id("ticket", &ticket.id)?;
    if let TicketStatus::Other(word) = &ticket.status {
        name("facts/status", word)?;
    }
    if let Channel::Other(word) = &ticket.channel {
        name("facts/channel", word)?;
    }
    let names = [
        ("facts/department", &ticket.department),
        ("facts/agent", &ticket.agent),
        ("facts/locale", &ticket.locale),
        ("facts/customer-zone", &ticket.customer_zone),
    ];
    for (member, text) in names {
        if let Some(text) = text {
            name(member, text)?;
        }
    }
    count("facts/tags", ticket.tags.len(), TAGS_MAX)?;
    for tag in &ticket.tags {
        name("facts/tags", tag)?;
    }
    if let Some(instants) = &ticket.sent_to_customer {
        count("facts/sent-to-customer", instants.len(), INSTANTS_MAX)?;
    }
    let more = ticket.more.as_deref().unwrap_or_default();
    let tags = ticket.tags.iter().fold(0, |sum: usize, tag| sum.saturating_add(tag.len()));
    pairs("facts/more", more, FACTS_BYTES_MAX.saturating_sub(tags))
}

/// Checks the message or the event of a call.
///
/// # Errors
///
/// The first member over its limit.
pub fn call(call: &Call) -> Result<(), OutOfBounds> {
    match call {
        Call::Message(message) => self::message(message),
        Call::Event(event) => self::event(event),
        Call::Tick(_) => Ok(()),
    }
}

fn message(message: &Message) -> Result<(), OutOfBounds> {
    optional_id("id", message.id.as_deref())?;
    if let Author::Other(word) = &message.author {
        name("message/author", word)?;
    }
    if let MessageKind::Other(word) = &message.kind {
        name("message/kind", word)?;
    }
    if let Origin::Other(word) = &message.origin {
        name("message/origin", word)?;
    }
    if let Some(text) = &message.text {
        bytes("message/text", text, TEXT_BYTES_MAX)?;
    }
    message
        .choice
        .as_ref()
        .map_or(Ok(()), |choice| bytes("message/choice", choice, VALUE_BYTES_MAX))
}

fn event(event: &Event) -> Result<(), OutOfBounds> {
    optional_id("id", event.id.as_deref())?;
    match &event.what {
        Happening::Opened(Source::Other(word))
        | Happening::Closed(Source::Other(word))
        | Happening::Reopened(Source::Other(word))
        | Happening::Assigned(word)
        | Happening::Other(word) => name("event", word),
        Happening::CarriedOut(key) => id("event/ticket", &key.ticket),
        Happening::Failed(failure) => {
            id("event/ticket", &failure.key.ticket)?;
            match &failure.kind {
                FailureKind::Other(word) => name("event/kind", word),
                _ => Ok(()),
            }
        }
        Happening::Transferred(to) => {
            for (member, text) in [("event/department", &to.department), ("event/agent", &to.agent)]
            {
                if let Some(text) = text {
                    name(member, text)?;
                }
            }
            Ok(())
        }
        Happening::Occurred(occurrence) => {
            name("event/name", &occurrence.name)?;
            pairs("event/details", &occurrence.details, FACTS_BYTES_MAX)
        }
        _ => Ok(()),
    }
}

fn pairs(
    member: &'static str,
    pairs: &[(String, String)],
    bytes_max: usize,
) -> Result<(), OutOfBounds> {
    count(member, pairs.len(), PAIRS_MAX)?;
    let mut sum: usize = 0;
    for (key, value) in pairs {
        name(member, key)?;
        bytes(member, value, VALUE_BYTES_MAX)?;
        sum = sum.saturating_add(key.len()).saturating_add(value.len());
    }
    within(member, sum, bytes_max, "bytes in all")
}

fn name(member: &'static str, text: &str) -> Result<(), OutOfBounds> {
    bytes(member, text, NAME_BYTES_MAX)
}

fn bytes(member: &'static str, text: &str, most: usize) -> Result<(), OutOfBounds> {
    within(member, text.len(), most, "bytes")
}

fn count(member: &'static str, found: usize, most: usize) -> Result<(), OutOfBounds> {
    within(member, found, most, "entries")
}

fn within(member: &'static str, found: usize, most: usize, unit: &str) -> Result<(), OutOfBounds> {
    if found <= most {
        return Ok(());
    }
    Err(OutOfBounds { member, wrong: format!("has {found} {unit} and may have {most}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_keep_to_one_line_and_one_direction() {
        for good in ["4711", "ñandú/7", "a b", "客户-1", "👩‍💻", &"x".repeat(512)] {
            assert_eq!(id("ticket", good), Ok(()), "{good}");
        }
        for bad in [
            "",
            "a\nb",
            "a\rb",
            "a\tb",
            "a\0b",
            "a\u{1b}[2J",
            "a\u{7f}",
            "a\u{85}b",
            "a\u{2028}b",
            "a\u{2029}b",
            "\u{202e}4711",
            "a\u{2066}b",
            "a\u{200f}b",
            "a\u{61c}b",
            &"x".repeat(513),
        ] {
            assert!(id("ticket", bad).is_err(), "{bad:?}");
        }
        let said = id("ticket", "a\nb").expect_err("a line break").to_string();
        assert_eq!(said, "`ticket` has the character U+000A, which no id may have");
    }
}
