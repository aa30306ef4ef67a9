//! The ids of envelopes that the plugin requested: they lead back to the action.
//!
//! An id is `despertador.TICKET.CYCLE.STEP.PART`, for example
//! `despertador.3f8c.2.reminder-1.message`. Ids are used in webhook addresses and file names: only
//! letters, digits, `-` and `_` are unchanged, every other byte is `~` and two digits.

use std::fmt;

use despertador_contract::ActionKey;
use despertador_contract::key;

/// The id of an envelope that carries out an action, or a part of it. The same action always has
/// the same ids.
#[derive(Debug, Clone, PartialEq)]
pub struct SentId {
    /// The action.
    pub key: ActionKey,
    /// The part.
    pub part: Part,
}

/// A part of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Part {
    /// The message: a reminder, an automatic reply.
    Message,
    /// The image before a message with quick replies.
    Picture,
    /// The note for the people in charge, if the action is one.
    Note,
    /// The closing text before a close.
    ClosingText,
    /// The image before the closing text.
    ClosingPicture,
    /// The closing note.
    ClosingNote,
    /// The close.
    Close,
    /// What is passed to the flow at a close.
    Redirect,
    /// A new ticket.
    Ticket,
}

const PREFIX: &str = "despertador";

const PARTS: [(Part, &str); 9] = [
    (Part::Message, "message"),
    (Part::Picture, "picture"),
    (Part::Note, "note"),
    (Part::ClosingText, "closing-text"),
    (Part::ClosingPicture, "closing-picture"),
    (Part::ClosingNote, "closing-note"),
    (Part::Close, "close"),
    (Part::Redirect, "redirect"),
    (Part::Ticket, "ticket"),
];

impl Part {
    /// Whether the action fails if this part fails. The other parts are optional.
    #[must_use]
    pub fn is_essential(self) -> bool {
        matches!(self, Self::Message | Self::Note | Self::Close | Self::Ticket)
    }

    fn word(self) -> &'static str {
        PARTS.iter().find(|(part, _)| *part == self).map_or("", |(_, word)| word)
    }
}

impl SentId {
    /// The id of a part of an action.
    #[must_use]
    pub fn new(key: &ActionKey, part: Part) -> Self {
        Self { key: key.clone(), part }
    }

    /// Parses an id, also of a forwarded envelope (`fwd:`); `None` if it is not ours.
    #[must_use]
    pub fn read(id: &str) -> Option<Self> {
        let mut words = without_forwards(id).split('.');
        let [Some(PREFIX), Some(ticket), Some(cycle), Some(step), Some(part), None] =
            [(); 6].map(|()| words.next())
        else {
            return None;
        };
        let part = PARTS.iter().find(|(_, word)| *word == part)?.0;
        let text = format!("{}/{}/{}", uncover(ticket)?, uncover(cycle)?, uncover(step)?);
        let sent = Self { key: key::parse(&text).ok()?, part };
        // Each action has exactly one spelling of its id; any other is not ours.
        (sent.to_string() == without_forwards(id)).then_some(sent)
    }
}

impl fmt::Display for SentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ActionKey { ticket, cycle, step } = &self.key;
        let (ticket, step) = (cover(ticket), cover(&key::render_step(step)));
        write!(f, "{PREFIX}.{ticket}.{cycle}.{step}.{}", self.part.word())
    }
}

/// An id without the `fwd:` that Blip adds each time a message is forwarded.
#[must_use]
pub fn without_forwards(mut id: &str) -> &str {
    while let Some(rest) = id.strip_prefix("fwd:") {
        id = rest;
    }
    id
}

fn cover(text: &str) -> String {
    let mut covered = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'-' | b'_' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => covered.push(byte.into()),
            other => covered.push_str(&format!("~{other:02X}")),
        }
    }
    covered
}

fn uncover(covered: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(covered.len());
    let mut rest = covered;
    while let Some((plain, behind)) = rest.split_once('~') {
        bytes.extend(plain.bytes());
        let (digits, after) = behind.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        rest = after;
    }
    bytes.extend(rest.bytes());
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use despertador_contract::Step;

    fn id(ticket: &str, step: Step, part: Part) -> SentId {
        SentId { key: ActionKey { ticket: ticket.into(), cycle: 2, step }, part }
    }

    #[test]
    fn an_id_leads_back_to_its_action() {
        let sent = id("3f8c-2b1e", Step::Reminder(1), Part::Message);
        assert_eq!(sent.to_string(), "despertador.3f8c-2b1e.2.reminder-1.message");
        let tickets = ["3f8c", "acme/47.11", "a~b", "ticket ñ 中", "", "x@y%40", "fwd:1", "~"];
        let steps = [Step::Reminder(12), Step::Close, Step::Reply(3), Step::Other("a.b/~".into())];
        for (ticket, step) in tickets.iter().flat_map(|t| steps.iter().map(move |s| (t, s))) {
            for (part, _) in PARTS {
                let sent = id(ticket, step.clone(), part);
                let text = sent.to_string();
                let safe = |c: char| c.is_ascii_alphanumeric() || "-_.~".contains(c);
                assert!(text.chars().all(safe), "{text}");
                // A step that no key can contain is the host's mistake, not an id of ours.
                if key::parse(&key::render(&sent.key)).as_ref() == Ok(&sent.key) {
                    assert_eq!(SentId::read(&text), Some(sent.clone()), "{text}");
                    assert_eq!(SentId::read(&format!("fwd:fwd:{text}")), Some(sent), "{text}");
                }
            }
        }
    }

    #[test]
    fn other_ids_are_not_ours() {
        for text in [
            "",
            "fwd:",
            "m1",
            "despertador.3f8c.2.reminder-1",
            "despertador.3f8c.2.reminder-1.message.more",
            "despertador.3f8c.2.reminder-1.dance",
            "despertador.3f8c.02.reminder-1.message",
            "despertador.3f8c.two.reminder-1.message",
            "despertador.~.2.close.close",
            "despertador.~é.2.close.close",
            "despertador.~2d.2.close.close",
            "despertador.~FF.2.close.close",
            "Despertador.3f8c.2.close.close",
        ] {
            assert_eq!(SentId::read(text), None, "{text}");
        }
    }
}
