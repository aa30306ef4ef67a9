//! Writes the rows of an event log; reading them gives the same rows.

use serde_json::{Map, Value};

use crate::call::Call;
use crate::clock_face::show_rfc3339;
use crate::event_log::row::Row;
use crate::json::Json;
use crate::word::Word;
use crate::{Message, MessageKind, Origin};

impl Row {
    /// The row as [`Row::from_json`] reads it, without default values.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut row = Map::new();
        let mut put = |name: &str, value: Value| drop(row.insert(name.into(), value));
        put("ticket", self.ticket.as_str().into());
        put("at", show_rfc3339(self.at).into());
        if self.received_at != self.at {
            put("received-at", show_rfc3339(self.received_at).into());
        }
        if let Some(id) = &self.id {
            put("id", id.as_str().into());
        }
        if let Some(facts) = &self.facts {
            put("facts", facts.clone());
        }
        match &self.call {
            Some(Call::Message(message)) => {
                if let Some(sequence) = message.sequence {
                    put("sequence", sequence.into());
                }
                put("message", self::message(message));
            }
            Some(Call::Event(event)) => {
                if let Some(sequence) = event.sequence {
                    put("sequence", sequence.into());
                }
                put("event", event.what.to_json());
            }
            Some(Call::Tick(_)) | None => {}
        }
        Value::Object(row)
    }
}

fn message(message: &Message) -> Value {
    let mut members = Map::new();
    let mut put = |name: &str, value: &str| drop(members.insert(name.into(), value.into()));
    put("author", &message.author.word());
    if message.kind != MessageKind::Text {
        put("kind", &message.kind.word());
    }
    if message.origin != Origin::Written {
        put("origin", &message.origin.word());
    }
    if let Some(text) = &message.text {
        put("text", text);
    }
    if let Some(choice) = &message.choice {
        put("choice", choice);
    }
    Value::Object(members)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_read_as_it_was_written() {
        let rows = [
            r#""message":{"author":"customer","text":"Hola"},"id":"a","sequence":4"#,
            r#""message":{"author":"agent","kind":"other:poll","origin":"echo","choice":"extend"}"#,
            r#""received-at":"2026-03-02T09:00:00.250Z","event":"held""#,
            r#""event":{"opened":"flow"}"#,
            r#""event":"typing""#,
            r#""event":"released""#,
            r#""event":"snoozed""#,
            r#""event":{"snoozed":"2026-03-02T12:00:00Z"}"#,
            r#""event":"woken""#,
            r#""event":"call-started""#,
            r#""event":"call-ended""#,
            r#""event":{"assigned":"Ana"}"#,
            r#""event":"unassigned""#,
            r#""event":{"transferred":{"department":"ventas","agent":null}}"#,
            r#""event":{"extended":"1 h 5 ms"}"#,
            r#""event":{"closed":"agent"}"#,
            r#""event":{"reopened":"other:bot"}"#,
            r#""event":{"occurred":{"name":"call-missed","details":{"call":"7"}}}"#,
            r#""event":{"carried-out":{"cycle":2,"step":"reminder-1"}}"#,
            r#""event":{"failed":{"cycle":2,"step":"close","kind":"blocked"}}"#,
            r#""event":{"other":"dance"}"#,
            r#""facts":{"tags":["vip"]},"id":"f""#,
        ];
        for row in rows {
            let text = format!(r#"{{"ticket":"4711","at":"2026-03-02T09:00:00Z",{row}}}"#);
            let read = Row::from_json(&text).expect(row);
            let written = read.to_json().to_string();
            assert_eq!(Row::from_json(&written).expect(&written), read, "{row}");
        }
    }
}
