//! Events as real senders write them: an optional member never makes an event fail.
//!
//! Whatever [`Row`](super::Row) accepts is read strictly. Only events that it refuses are repaired
//! here: numbers and texts are converted, unreadable optional members are ignored, and the receipt
//! says so.

use despertador_contract::input;
use despertador_contract::word::Word;
use despertador_contract::{Author, Channel, MessageKind, Origin, Ticket, facts};
use serde_json::{Map, Value, json};

const ROW: [&str; 8] =
    ["ticket", "at", "received-at", "id", "sequence", "message", "event", "facts"];
const MESSAGE: [&str; 5] = ["author", "kind", "origin", "text", "choice"];

/// The repaired event, and what was ignored.
pub(super) fn loosened(value: &Value, now: &str) -> Option<(Value, Vec<String>)> {
    let mut row = value.as_object()?.clone();
    let mut notes = Vec::new();
    let happens = row.contains_key("message") || row.contains_key("event");
    if happens {
        leave_out_unknown(&mut row, &ROW, "", &mut notes);
    }
    mend(&mut row, "ticket", text);
    keep_if(&mut row, "id", "", &mut notes, text);
    keep_if(&mut row, "sequence", "", &mut notes, whole_number);
    keep_if(&mut row, "received-at", "", &mut notes, instant);
    keep_if(&mut row, "at", "", &mut notes, instant);
    row.entry("at").or_insert_with(|| json!(now));
    if let Some(Value::Object(message)) = row.get_mut("message") {
        leave_out_unknown(message, &MESSAGE, "message/", &mut notes);
        mend(message, "author", word::<Author>);
        keep_if(message, "kind", "message/", &mut notes, open_word::<MessageKind>);
        keep_if(message, "origin", "message/", &mut notes, open_word::<Origin>);
        keep_if(message, "text", "message/", &mut notes, text);
        keep_if(message, "choice", "message/", &mut notes, text);
    }
    if let Some(Value::Object(event)) = row.get_mut("event") {
        for name in ["carried-out", "failed"] {
            if let Some(Value::Object(action)) = event.get_mut(name) {
                mend(action, "cycle", whole_number);
            }
        }
    }
    match row.get_mut("facts") {
        Some(Value::Object(facts)) => mend_facts(facts, happens, &mut notes),
        Some(_) if happens => leave_out(&mut row, "facts", "", &mut notes),
        _ => {}
    }
    Some((row.into(), notes))
}

fn leave_out(row: &mut Map<String, Value>, name: &str, within: &str, notes: &mut Vec<String>) {
    if let Some(value) = row.remove(name) {
        let mut shown = value.to_string();
        if shown.len() > 100 {
            shown = "…".into();
        }
        notes.push(format!("`{within}{name}` was left out: {shown}"));
    }
}

fn leave_out_unknown(
    row: &mut Map<String, Value>,
    known: &[&str],
    within: &str,
    notes: &mut Vec<String>,
) {
    let unknown: Vec<_> =
        row.keys().filter(|name| !known.contains(&name.as_str())).cloned().collect();
    unknown.iter().for_each(|name| leave_out(row, name, within, notes));
}

/// Repairs a required member, if possible.
fn mend(row: &mut Map<String, Value>, name: &str, read: fn(&Value) -> Option<Value>) {
    if let Some(value) = row.get_mut(name)
        && let Some(mended) = read(value)
    {
        *value = mended;
    }
}

/// Repairs a member, or removes it.
fn keep_if(
    row: &mut Map<String, Value>,
    name: &str,
    within: &str,
    notes: &mut Vec<String>,
    read: fn(&Value) -> Option<Value>,
) {
    match row.get(name) {
        None => {}
        Some(Value::Null) => drop(row.remove(name)),
        Some(value) => match read(value) {
            Some(mended) => drop(row.insert(name.to_owned(), mended)),
            None => leave_out(row, name, within, notes),
        },
    }
}

fn text(value: &Value) -> Option<Value> {
    match value {
        Value::String(_) => Some(value.clone()),
        Value::Number(number) => Some(number.to_string().into()),
        Value::Bool(switch) => Some(switch.to_string().into()),
        _ => None,
    }
}

fn whole_number(value: &Value) -> Option<Value> {
    match value {
        Value::String(text) => text.trim().parse::<u64>().ok().map(Into::into),
        other => other.as_u64().map(Into::into),
    }
}

/// An instant as platforms write it, including numbers of seconds or milliseconds.
fn instant(value: &Value) -> Option<Value> {
    let at = match value {
        Value::String(text) => input::instant(text)?,
        number => input::instant_of_number(number.as_i64()?),
    };
    Some(super::time(at).into())
}

/// A word of a closed list.
fn word<W: Word>(value: &Value) -> Option<Value> {
    let word = value.as_str()?.trim().to_lowercase();
    W::from_word(&word).map(|_| word.into())
}

/// A word of an open list: an unknown one becomes `other`.
fn open_word<W: Word>(value: &Value) -> Option<Value> {
    word::<W>(value).or_else(|| {
        let other = format!("other:{}", value.as_str()?.trim());
        W::from_word(&other).map(|_| other.into())
    })
}

/// Repairs facts; unreadable ones are removed if the row also has an event.
fn mend_facts(facts: &mut Map<String, Value>, happens: bool, notes: &mut Vec<String>) {
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
        mend(facts, name, text);
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
    odd.iter().for_each(|name| leave_out(facts, name, "facts/", notes));
}

/// The ticket and the customer that an unreadable event names.
pub(super) fn named_in(value: &Value) -> (Vec<String>, Vec<String>) {
    let name = |value: Option<&Value>| match value.and_then(text) {
        Some(Value::String(name)) => vec![name],
        _ => Vec::new(),
    };
    let customer = value.pointer("/facts/more").and_then(|more| more.get("customer.id"));
    (name(value.get("ticket")), name(customer))
}

/// The same for a text that is not JSON: the values after the names, if they are texts or numbers.
pub(super) fn named_in_text(broken: &str) -> (Vec<String>, Vec<String>) {
    (behind(broken, "ticket"), behind(broken, "customer.id"))
}

fn behind(broken: &str, name: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = broken;
    while let Some((_, after)) = rest.split_once(name) {
        rest = after;
        let value = after.trim_start_matches(['"', '\'', '\\']).trim_start();
        let Some(value) = value.strip_prefix([':', '=']) else { continue };
        let value = value.trim_start();
        let text = match value.strip_prefix(['"', '\'']) {
            Some(quoted) => quoted.split(['"', '\'']).next(),
            None => value.split([',', '}', ' ', '\n', '\r']).next(),
        };
        let text = text.unwrap_or_default().trim_end_matches('\\');
        if !text.is_empty() {
            // Escapes are read as in any other text.
            let read = input::read_json(&format!("\"{text}\""));
            found.push(read.unwrap_or_else(|_| text.to_owned()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use despertador_contract::event_log::Row;

    const NOW: &str = "2026-11-28T12:00:00Z";

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
            let (mended, notes) = loosened(&event, NOW).expect("an object");
            assert!(Row::from_value(&mended).is_ok(), "{event} is {mended}");
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
            let (mended, _) = loosened(&event, NOW).expect("an object");
            assert!(Row::from_value(&mended).is_err(), "{event} is {mended}");
        }
        assert_eq!(loosened(&json!([]), NOW), None);
    }

    #[test]
    fn names_are_found_in_what_is_broken() {
        let (tickets, customers) = named_in_text(
            r#"{"ticket": "s1", "facts": {"more": {"customer.id": "+55 31 8888-7777"}}, "ticket" : 5,"#,
        );
        assert_eq!(
            (tickets, customers),
            (vec!["s1".into(), "5".into()], vec!["+55 31 8888-7777".into()])
        );
        assert_eq!(named_in_text("ticket ticket: \"ticket"), (vec!["ticket".into()], vec![]));
        let event = json!({ "ticket": 5, "facts": { "more": { "customer.id": "ana" } } });
        assert_eq!(named_in(&event), (vec!["5".into()], vec!["ana".into()]));
    }
}
