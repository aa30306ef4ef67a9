//! Rows as real senders write them: a member that is not needed never costs the row.
//!
//! What [`Row`](super::Row) parses strictly is parsed strictly. Only what it refuses comes here: numbers
//! in place of texts and the other way round are converted, and, for senders, what cannot be parsed and
//! is not needed is left out, with a note.

use serde_json::{Map, Value, json};

use crate::clock_face::show_rfc3339;
use crate::input::{instant_in, switch_in, text_in, whole_number_in};
use crate::word::Word;
use crate::{Author, Channel, Instant, MessageKind, Origin, Ticket, facts};

const ROW: [&str; 8] =
    ["ticket", "at", "received-at", "id", "sequence", "message", "event", "facts"];
const MESSAGE: [&str; 5] = ["author", "kind", "origin", "text", "choice"];

/// How much may be mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mend {
    /// Only the forms of values: for files that people write, whose mistakes they want to see.
    Forms,
    /// Also what is not needed is left out: for the exports and events of other programs.
    LeaveOut {
        /// When a row without a usable time happened; `None` if it then cannot be parsed.
        otherwise_at: Option<Instant>,
    },
}

/// The same row with what can be mended mended, and notes of what was left out; `None` if it is no
/// object.
#[must_use]
pub fn mended(value: &Value, mend: Mend) -> Option<(Value, Vec<String>)> {
    let mut row = value.as_object()?.clone();
    let mut mender = Mender { mend, notes: Vec::new() };
    let happens = row.contains_key("message") || row.contains_key("event");
    if happens {
        mender.leave_out_unknown(&mut row, &ROW, "");
    }
    convert(&mut row, "ticket", text);
    mender.keep_if(&mut row, "id", "", text);
    mender.keep_if(&mut row, "sequence", "", whole_number);
    mender.keep_if(&mut row, "received-at", "", instant);
    match mend {
        Mend::LeaveOut { otherwise_at: Some(at) } => {
            mender.keep_if(&mut row, "at", "", instant);
            row.entry("at").or_insert_with(|| show_rfc3339(at).into());
        }
        _ => convert(&mut row, "at", instant),
    }
    if let Some(Value::Object(message)) = row.get_mut("message") {
        mender.leave_out_unknown(message, &MESSAGE, "message/");
        convert(message, "author", word::<Author>);
        mender.keep_if(message, "kind", "message/", open_word::<MessageKind>);
        mender.keep_if(message, "origin", "message/", open_word::<Origin>);
        mender.keep_if(message, "text", "message/", text);
        mender.keep_if(message, "choice", "message/", text);
    }
    if let Some(Value::Object(event)) = row.get_mut("event") {
        for name in ["carried-out", "failed"] {
            if let Some(Value::Object(action)) = event.get_mut(name) {
                convert(action, "cycle", whole_number);
            }
        }
        convert(event, "snoozed", instant);
    }
    match row.get_mut("facts") {
        Some(Value::Object(facts)) => mender.mend_facts(facts, happens),
        Some(_) if happens => mender.leave_out(&mut row, "facts", ""),
        _ => {}
    }
    Some((row.into(), mender.notes))
}

struct Mender {
    mend: Mend,
    notes: Vec<String>,
}

impl Mender {
    fn leave_out(&mut self, row: &mut Map<String, Value>, name: &str, within: &str) {
        if self.mend == Mend::Forms {
            return;
        }
        if let Some(value) = row.remove(name) {
            let mut shown = value.to_string();
            if shown.len() > 100 {
                shown = "…".into();
            }
            self.notes.push(format!("`{within}{name}` was left out: {shown}"));
        }
    }

    fn leave_out_unknown(&mut self, row: &mut Map<String, Value>, known: &[&str], within: &str) {
        let unknown: Vec<_> =
            row.keys().filter(|name| !known.contains(&name.as_str())).cloned().collect();
        unknown.iter().for_each(|name| self.leave_out(row, name, within));
    }

    /// Converts a member, or leaves it out.
    fn keep_if(
        &mut self,
        row: &mut Map<String, Value>,
        name: &str,
        within: &str,
        read: fn(&Value) -> Option<Value>,
    ) {
        match row.get(name) {
            None => {}
            Some(Value::Null) => drop(row.remove(name)),
            Some(value) => match read(value) {
                Some(mended) => drop(row.insert(name.to_owned(), mended)),
                None => self.leave_out(row, name, within),
            },
        }
    }

    /// Mends facts, and leaves those out that cannot be parsed if something happens beside them.
    fn mend_facts(&mut self, facts: &mut Map<String, Value>, happens: bool) {
        if let Some(Value::Object(more)) = facts.get_mut("more") {
            more.retain(|_, value| !value.is_null());
            for value in more.values_mut() {
                *value = text(value).unwrap_or_else(|| value.to_string().into());
            }
        }
        if let Some(Value::Array(tags)) = facts.get_mut("tags") {
            *tags = tags.iter().filter_map(text).collect();
        }
        for name in ["department", "agent", "locale", "customer-zone"] {
            convert(facts, name, text);
        }
        for name in ["incomplete-metadata", "group", "opted-out"] {
            convert(facts, name, |value| switch_in(value).map(Value::from));
        }
        convert(facts, "window-until", instant);
        if let Some(Value::Array(sent)) = facts.get_mut("sent-to-customer") {
            for value in sent {
                if let Some(mended) = instant(value) {
                    *value = mended;
                }
            }
        }
        if !happens {
            return;
        }
        let is_odd = |(name, value): (&String, &Value)| {
            let one = json!({ name.as_str(): value });
            let mut tried = Ticket::open("tried", Channel::Other("unknown".into()));
            facts::apply(&mut tried, &one).is_err().then(|| name.clone())
        };
        let odd: Vec<_> = facts.iter().filter_map(is_odd).collect();
        odd.iter().for_each(|name| self.leave_out(facts, name, "facts/"));
    }
}

/// Converts a member, if it can be converted.
fn convert(row: &mut Map<String, Value>, name: &str, read: fn(&Value) -> Option<Value>) {
    if let Some(value) = row.get_mut(name)
        && let Some(mended) = read(value)
    {
        *value = mended;
    }
}

fn text(value: &Value) -> Option<Value> {
    text_in(value).map(Into::into)
}

fn whole_number(value: &Value) -> Option<Value> {
    whole_number_in(value).map(Into::into)
}

/// An instant in the notation of timelines stays as it is.
fn instant(value: &Value) -> Option<Value> {
    instant_in(value).map(|at| show_rfc3339(at).into())
}

/// A word of which there are no others.
fn word<W: Word>(value: &Value) -> Option<Value> {
    let word = value.as_str()?.trim().to_lowercase();
    W::from_word(&word).map(|_| word.into())
}

/// A word of which the contract may have more: one that it lacks is put behind `other`.
fn open_word<W: Word>(value: &Value) -> Option<Value> {
    word::<W>(value).or_else(|| {
        let other = format!("other:{}", value.as_str()?.trim());
        W::from_word(&other).map(|_| other.into())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event_log::Row;

    const NOW: Mend = Mend::LeaveOut { otherwise_at: Some(1_795_867_200_000) };

    #[test]
    fn odd_members_that_are_not_needed_cost_nothing() {
        let message = json!({ "author": "customer", "text": "oi" });
        for (event, left_out) in [
            (json!({ "ticket": 4711, "id": 7, "message": message }), 0),
            (json!({ "ticket": "1", "sequence": "7", "message": message }), 0),
            (json!({ "ticket": "1", "sequence": "seven", "message": message }), 1),
            (json!({ "ticket": "1", "id": null, "at": null, "message": message }), 0),
            (json!({ "ticket": "1", "at": 1_795_000_000, "message": message }), 0),
            (json!({ "ticket": "1", "at": "2026-11-28 09:00:00+0000", "message": message }), 0),
            (json!({ "ticket": "1", "at": "yesterday", "message": message }), 1),
            (json!({ "ticket": "1", "received-at": [], "message": message }), 1),
            (json!({ "ticket": "1", "channel": "whatsapp", "message": message }), 1),
            (json!({ "ticket": "1", "message": { "author": "Customer", "text": 5 } }), 0),
            (json!({ "ticket": "1", "message": { "author": "customer", "kind": "gif" } }), 0),
            (json!({ "ticket": "1", "message": { "author": "customer", "text": {}, "x": 1 } }), 2),
            (json!({ "ticket": "1", "facts": [], "message": message }), 1),
            (json!({ "ticket": "1", "facts": { "more": { "n": 5, "no": null, "o": {} } } }), 0),
            (
                json!({ "ticket": "1", "facts": { "tags": ["a", 5], "chanel": "x" },
                        "message": message }),
                1,
            ),
            (
                json!({ "ticket": "1", "event": { "carried-out": { "cycle": "1", "step": "close" } } }),
                0,
            ),
        ] {
            let (read, notes) = mended(&event, NOW).expect("an object");
            assert!(Row::from_value(&read).is_ok(), "{event} is {read}");
            assert_eq!(notes.len(), left_out, "{event}: {notes:?}");
        }
    }

    #[test]
    fn what_is_needed_is_not_made_up() {
        for event in [
            json!({ "message": { "author": "customer" } }),
            json!({ "ticket": {}, "message": { "author": "customer" } }),
            json!({ "ticket": "1", "message": { "author": "somebody" } }),
            json!({ "ticket": "1", "message": {} }),
            json!({ "ticket": "1", "event": "exploded" }),
            json!({ "ticket": "1", "facts": { "chanel": "sms" } }),
            json!({ "ticket": "1" }),
        ] {
            let (read, _) = mended(&event, NOW).expect("an object");
            assert!(Row::from_value(&read).is_err(), "{event} is {read}");
        }
        assert_eq!(mended(&json!([]), NOW), None);
    }

    #[test]
    fn forms_are_converted_without_leaving_anything_out() {
        for event in [
            json!({ "ticket": 4711, "at": "1772442000", "sequence": "7",
                    "message": { "author": "Customer", "text": 5 } }),
            json!({ "ticket": 1, "at": "2026-03-02 09:00:00+0000", "event": "held" }),
            json!({ "ticket": "1", "at": 1_772_442_000_000_u64,
                    "facts": { "opted-out": "true", "window-until": "2026-03-02T09:00:00+0000" } }),
        ] {
            assert!(Row::from_value(&event).is_err(), "{event}");
            let (read, notes) = mended(&event, Mend::Forms).expect("an object");
            let row = Row::from_value(&read).unwrap_or_else(|why| panic!("{read}: {why}"));
            assert_eq!(show_rfc3339(row.at).get(..10), Some("2026-03-02"), "{read}");
            assert_eq!(notes, [""; 0]);
        }
        for event in [
            json!({ "ticket": "1", "at": "2026-03-02T09:00:00Z", "evnt": "held", "message": { "author": "customer" } }),
            json!({ "ticket": "1", "at": "yesterday", "event": "held" }),
            json!({ "ticket": "1", "event": "held" }),
        ] {
            let (read, _) = mended(&event, Mend::Forms).expect("an object");
            assert!(Row::from_value(&read).is_err(), "{event} is {read}");
        }
    }
}
