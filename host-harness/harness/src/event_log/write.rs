//! Writing the rows of an event log: what was written is read as what it was.

use despertador_host::contract::{ActionKey, Event, Happening, Message, MessageKind, Origin};
use serde_json::{Map, Value, json};

use crate::clock_face::show_rfc3339;
use crate::conversation::Call;
use crate::duration;
use crate::event_log::row::Row;
use crate::word::{self, Word};

impl Row {
    /// The row as [`Row::from_json`] reads it, without what goes without saying.
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
                put("event", self::event(event));
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

fn event(event: &Event) -> Value {
    match &event.what {
        Happening::Typing => "typing".into(),
        Happening::Held => "held".into(),
        Happening::Released => "released".into(),
        Happening::Snoozed(None) => "snoozed".into(),
        Happening::Snoozed(Some(until)) => json!({ "snoozed": show_rfc3339(*until) }),
        Happening::Woken => "woken".into(),
        Happening::CallStarted => "call-started".into(),
        Happening::CallEnded => "call-ended".into(),
        Happening::Unassigned => "unassigned".into(),
        Happening::Opened(source) => json!({ "opened": source.word() }),
        Happening::Closed(source) => json!({ "closed": source.word() }),
        Happening::Reopened(source) => json!({ "reopened": source.word() }),
        Happening::Assigned(agent) => json!({ "assigned": agent }),
        Happening::Transferred(to) => {
            json!({ "transferred": { "department": to.department, "agent": to.agent } })
        }
        Happening::Extended(by) => json!({ "extended": duration::show(*by) }),
        Happening::Occurred(occurrence) => {
            let details = occurrence
                .details
                .iter()
                .map(|(name, value)| (name.clone(), value.as_str().into()));
            let details = Value::Object(details.collect());
            json!({ "occurred": { "name": occurrence.name, "details": details } })
        }
        Happening::CarriedOut(key) => json!({ "carried-out": self::key(key) }),
        Happening::Failed(failure) => {
            let ActionKey { cycle, step, .. } = &failure.key;
            let kind = failure.kind.word();
            json!({ "failed": { "cycle": cycle, "step": word::step(step), "kind": kind } })
        }
        Happening::Other(name) => json!({ "other": name }),
    }
}

fn key(key: &ActionKey) -> Value {
    json!({ "cycle": key.cycle, "step": word::step(&key.step) })
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
