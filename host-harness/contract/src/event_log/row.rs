//! Parses the rows of an event log.

use crate::input;
use serde_json::Value;

use super::mend::{Mend, mended};
use crate::call::Call;
use crate::json::{Json, instant, number, object, optional, text, unknown, word};
use crate::problem::{Misread, Problem};
use crate::{Channel, Event, Failure, Happening, Instant, Message, MessageKind, Origin, Ticket};

/// A parsed event log.
#[derive(Debug, Clone, PartialEq)]
pub struct EventLog {
    /// The file name, as the caller gave it.
    pub file: String,
    /// Its rows, in order.
    pub rows: Vec<Row>,
}

/// One line of an event log.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The line number, from 1.
    pub line: usize,
    /// The ticket's id.
    pub ticket: String,
    /// The id of the message, event or change of facts, if there is one.
    pub id: Option<String>,
    /// When it happened.
    pub at: Instant,
    /// When the host learned of it.
    pub received_at: Instant,
    /// Facts that apply from here on.
    pub facts: Option<Value>,
    /// The message or the event, if the row has one.
    pub call: Option<Call>,
}

impl EventLog {
    /// Parses a log; empty lines are ignored.
    ///
    /// # Errors
    ///
    /// All invalid rows, with their lines.
    pub fn read(file: &str, text: &str) -> Result<EventLog, Vec<Problem>> {
        let mut rows: Vec<Row> = Vec::new();
        let mut problems = Vec::new();
        for (line, text) in (1..).zip(text.lines()) {
            if text.trim().is_empty() {
                continue;
            }
            match Row::read(text, line) {
                Ok(row) => rows.push(row),
                Err(misread) => problems.push(misread.at(file, line)),
            }
        }
        if problems.is_empty() { Ok(EventLog { file: file.into(), rows }) } else { Err(problems) }
    }

    /// The ids of all tickets, in the order in which they first appear.
    pub fn tickets(&self) -> Vec<&str> {
        let mut seen = std::collections::HashSet::new();
        self.rows.iter().map(|row| row.ticket.as_str()).filter(|id| seen.insert(*id)).collect()
    }
}

const ROW: &[&str] =
    &["ticket", "at", "received-at", "id", "sequence", "message", "event", "facts"];

impl Row {
    /// A message of a ticket's conversation.
    #[must_use]
    pub fn message(ticket: impl Into<String>, message: Message) -> Row {
        Row {
            line: 0,
            ticket: ticket.into(),
            id: message.id.clone(),
            at: message.at,
            received_at: message.received_at,
            facts: None,
            call: Some(Call::Message(message)),
        }
    }

    /// An event of a ticket.
    #[must_use]
    pub fn event(ticket: impl Into<String>, event: Event) -> Row {
        Row {
            line: 0,
            ticket: ticket.into(),
            id: event.id.clone(),
            at: event.at,
            received_at: event.received_at,
            facts: None,
            call: Some(Call::Event(event)),
        }
    }

    /// Facts of a ticket that apply from an instant on.
    #[must_use]
    pub fn facts(ticket: impl Into<String>, at: Instant, facts: Value) -> Row {
        Row {
            line: 0,
            ticket: ticket.into(),
            id: None,
            at,
            received_at: at,
            facts: Some(facts),
            call: None,
        }
    }

    /// Parses a row.
    ///
    /// # Errors
    ///
    /// What is invalid, and what was expected.
    pub fn from_json(text: &str) -> Result<Row, Misread> {
        Row::read(text, 1)
    }

    /// Parses a row from a JSON value.
    ///
    /// # Errors
    ///
    /// What is invalid, and what was expected.
    pub fn from_value(value: &Value) -> Result<Row, Misread> {
        Row::read_value(value, 1)
    }

    /// Parses a row of another program's export: values in other forms are converted, and what is not
    /// needed and cannot be parsed is left out.
    ///
    /// # Errors
    ///
    /// What is invalid, and what was expected.
    pub fn from_export(text: &str) -> Result<Row, Misread> {
        let value = parse(text)?;
        Row::read_mended(&value, 1, Mend::LeaveOut { otherwise_at: None })
    }

    /// Parses strictly; what is refused is mended and parsed again.
    fn read_mended(value: &Value, line: usize, mend: Mend) -> Result<Row, Misread> {
        Row::read_value(value, line).or_else(|why| match mended(value, mend) {
            Some((mended, _)) => Row::read_value(&mended, line).map_err(|_| why),
            None => Err(why),
        })
    }

    fn read(line_text: &str, line: usize) -> Result<Row, Misread> {
        Row::read_mended(&parse(line_text)?, line, Mend::Forms)
    }

    fn read_value(value: &Value, line: usize) -> Result<Row, Misread> {
        let row = object(value, "row of an event log")?;
        if let Some(name) = row.keys().find(|name| !ROW.contains(&name.as_str())) {
            return Err(unknown(name, "name", ROW));
        }
        let needed = |name: &str| {
            row.get(name).ok_or_else(|| {
                Misread::new(format!("a row without `{name}`"), format!("`{name}` in every row"))
            })
        };
        let ticket = text("ticket", needed("ticket")?)?;
        let at = instant("at", needed("at")?)?;
        let received_at =
            row.get("received-at").map_or(Ok(at), |value| instant("received-at", value))?;
        let header = Header {
            id: row.get("id").map_or(Ok(None), |value| optional("id", value))?,
            sequence: match row.get("sequence") {
                None | Some(Value::Null) => None,
                Some(value) => Some(number("sequence", value)?),
            },
            at,
            received_at,
        };
        let id = header.id.clone();
        let call = match (row.get("message"), row.get("event")) {
            (Some(_), Some(_)) => {
                return Err(Misread::new("both `message` and `event`", "one of them a row"));
            }
            (Some(message), None) => Some(Call::Message(header.message(message)?)),
            (None, Some(event)) => Some(Call::Event(header.event(event, &ticket)?)),
            (None, None) => None,
        };
        let facts = row.get("facts").cloned();
        if call.is_none() && facts.is_none() {
            return Err(Misread::new(
                "a row in which nothing happens",
                "`message`, `event` or `facts`",
            ));
        }
        if let Some(facts) = &facts {
            crate::facts::apply(&mut Ticket::open("", Channel::Voice), facts)?;
        }
        Ok(Row { line, ticket, id, at, received_at, facts, call })
    }
}

fn parse(text: &str) -> Result<Value, Misread> {
    input::read_json(text).map_err(|error| {
        Misread::new(
            format!("not JSON, at column {}", error.column()),
            "one object a line, such as `{\"ticket\": …, \"at\": …, \"message\": {…}}`",
        )
    })
}

struct Header {
    id: Option<String>,
    sequence: Option<u64>,
    at: Instant,
    received_at: Instant,
}

const MESSAGE: &[&str] = &["author", "kind", "origin", "text", "choice"];

impl Header {
    fn message(self, value: &Value) -> Result<Message, Misread> {
        let message = object(value, "message")?;
        if let Some(name) = message.keys().find(|name| !MESSAGE.contains(&name.as_str())) {
            return Err(unknown(name, "name", MESSAGE));
        }
        let author = message.get("author").ok_or_else(|| {
            Misread::new("a message without `author`", "`author` in every message")
        })?;
        Ok(Message {
            id: self.id,
            sequence: self.sequence,
            at: self.at,
            received_at: self.received_at,
            author: word("author", author)?,
            kind: message.get("kind").map_or(Ok(MessageKind::Text), |value| word("kind", value))?,
            origin: message
                .get("origin")
                .map_or(Ok(Origin::Written), |value| word("origin", value))?,
            text: message.get("text").map_or(Ok(None), |value| optional("text", value))?,
            choice: message.get("choice").map_or(Ok(None), |value| optional("choice", value))?,
        })
    }

    fn event(self, value: &Value, ticket: &str) -> Result<Event, Misread> {
        Ok(Event {
            id: self.id,
            sequence: self.sequence,
            at: self.at,
            received_at: self.received_at,
            what: happening(value, ticket)?,
        })
    }
}

/// Parses an event; the ticket of an action's key is that of the row.
fn happening(value: &Value, ticket: &str) -> Result<Happening, Misread> {
    let mut what = Happening::from_json("event", value)?;
    if let Happening::CarriedOut(key) | Happening::Failed(Failure { key, .. }) = &mut what {
        key.ticket = ticket.into();
    }
    Ok(what)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ActionKey, Step};

    fn call(row: &str) -> Call {
        let text = format!(r#"{{"ticket":"4711","at":"2026-03-02T09:00:00Z",{row}}}"#);
        let log = EventLog::read("log.jsonl", &text).expect(row);
        log.rows.into_iter().find_map(|row| row.call).expect(row)
    }

    #[test]
    fn choices_replies_and_resolves_are_read() {
        let Call::Message(message) = call(r#""message":{"author":"customer","choice":"extend"}"#)
        else {
            panic!("a message");
        };
        assert_eq!(message.choice.as_deref(), Some("extend"));
        for (word, step) in [("reply-3", Step::Reply(3)), ("resolve", Step::Resolve)] {
            let row = format!(r#""event":{{"carried-out":{{"cycle":2,"step":"{word}"}}}}"#);
            let Call::Event(event) = call(&row) else { panic!("an event") };
            let key = ActionKey { ticket: "4711".into(), cycle: 2, step };
            assert_eq!(event.what, Happening::CarriedOut(key));
        }
    }
}
