//! Facts of a ticket and surroundings of a policy, as JSON in the contract's names.

use despertador_flow::{Exit, Flow};
use despertador_host::contract::{Channel, ExitState, Instant, Surroundings, Ticket, TicketStatus};
use serde_json::{Map, Value};

use crate::clock_face::{ClockFace, parse_rfc3339, show_rfc3339};
use crate::duration;
use crate::nearest;
use crate::problem::Misread;
use crate::word::Word;

const FACTS: &[&str] = &[
    "id",
    "status",
    "department",
    "channel",
    "tags",
    "agent",
    "locale",
    "customer-zone",
    "incomplete-metadata",
    "group",
    "opted-out",
    "window-until",
    "sent-to-customer",
    "more",
];

const SURROUNDINGS: &[&str] = &["departments", "tick-resolution", "inactivity-exit", "more"];

/// Changes those facts that the object names.
///
/// # Errors
///
/// The first fact that cannot be read; those before it are changed.
pub fn apply(ticket: &mut Ticket, facts: &Value) -> Result<(), Misread> {
    for (name, value) in object(facts, "facts of a ticket")? {
        match name.as_str() {
            "id" => ticket.id = text(name, value)?,
            "status" => ticket.status = word::<TicketStatus>(name, value)?,
            "department" => ticket.department = optional(name, value)?,
            "channel" => ticket.channel = word::<Channel>(name, value)?,
            "tags" => ticket.tags = texts(name, value)?,
            "agent" => ticket.agent = optional(name, value)?,
            "locale" => ticket.locale = optional(name, value)?,
            "customer-zone" => ticket.customer_zone = optional(name, value)?,
            "incomplete-metadata" => ticket.incomplete_metadata = switch(name, value)?,
            "group" => ticket.group = switch(name, value)?,
            "opted-out" => ticket.opted_out = switch(name, value)?,
            "window-until" => ticket.window_until = unless_null(name, value, time)?,
            "sent-to-customer" => ticket.sent_to_customer = unless_null(name, value, times)?,
            "more" => ticket.more = unless_null(name, value, pairs)?,
            _ => return Err(unknown(name, "fact", FACTS)),
        }
    }
    Ok(())
}

/// All facts of a ticket but its id, as [`apply`] reads them; what is unknown is left out.
pub fn json(ticket: &Ticket) -> Value {
    let mut facts = Map::new();
    let mut put = |name: &str, value: Value| drop(facts.insert(name.into(), value));
    put("status", ticket.status.word().into());
    put("channel", ticket.channel.word().into());
    let texts = [
        ("department", &ticket.department),
        ("agent", &ticket.agent),
        ("locale", &ticket.locale),
        ("customer-zone", &ticket.customer_zone),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            put(name, text.as_str().into());
        }
    }
    if !ticket.tags.is_empty() {
        put("tags", ticket.tags.iter().map(String::as_str).collect::<Vec<_>>().into());
    }
    let switches = [
        ("incomplete-metadata", ticket.incomplete_metadata),
        ("group", ticket.group),
        ("opted-out", ticket.opted_out),
    ];
    for (name, on) in switches {
        if on {
            put(name, true.into());
        }
    }
    if let Some(until) = ticket.window_until {
        put("window-until", show_rfc3339(until).into());
    }
    if let Some(times) = &ticket.sent_to_customer {
        put(
            "sent-to-customer",
            times.iter().map(|at| show_rfc3339(*at)).collect::<Vec<_>>().into(),
        );
    }
    if let Some(more) = &ticket.more {
        let more = more.iter().map(|(name, value)| (name.clone(), value.as_str().into()));
        put("more", Value::Object(more.collect()));
    }
    Value::Object(facts)
}

/// Surroundings in which nothing is known of the account.
pub fn no_surroundings() -> Surroundings {
    Surroundings {
        departments: None,
        tick_resolution: 1000,
        inactivity_exit: ExitState::Unknown,
        more: None,
    }
}

/// Whether a bot can be left when a ticket is closed for inactivity, as a policy is told it.
pub fn exit_of(flow: &Flow) -> ExitState {
    match flow.inactivity_exit() {
        // Tickets are opened elsewhere, in a subflow for example.
        Exit::NoBlock => ExitState::Unknown,
        Exit::Linked => ExitState::Linked,
        Exit::NotLinked => ExitState::NotLinked,
        Exit::NotSupported => ExitState::NotSupported,
    }
}

/// The surroundings that the object names; the rest is as in [`no_surroundings`].
///
/// # Errors
///
/// The first name or value that cannot be read.
pub fn surroundings(given: &Value) -> Result<Surroundings, Misread> {
    let mut surroundings = no_surroundings();
    for (name, value) in object(given, "surroundings of a policy")? {
        match name.as_str() {
            "departments" if value.is_null() => surroundings.departments = None,
            "departments" => surroundings.departments = Some(texts(name, value)?),
            "tick-resolution" => {
                surroundings.tick_resolution = value
                    .as_str()
                    .and_then(duration::parse)
                    .ok_or_else(|| wrong(name, value, "a duration such as `\"1 s\"`"))?;
            }
            "inactivity-exit" => surroundings.inactivity_exit = word::<ExitState>(name, value)?,
            "more" => surroundings.more = unless_null(name, value, pairs)?,
            _ => return Err(unknown(name, "name", SURROUNDINGS)),
        }
    }
    Ok(surroundings)
}

pub(crate) fn object<'a>(value: &'a Value, what: &str) -> Result<&'a Map<String, Value>, Misread> {
    value
        .as_object()
        .ok_or_else(|| Misread::new(format!("{value} is not an object"), format!("the {what}")))
}

pub(crate) fn unknown(name: &str, what: &str, known: &[&str]) -> Misread {
    nearest::unknown(name, format!("unknown {what} `{name}`"), known)
}

pub(crate) fn wrong(name: &str, value: &Value, expected: &str) -> Misread {
    Misread::new(format!("`{name}` is {value}"), expected)
}

pub(crate) fn text(name: &str, value: &Value) -> Result<String, Misread> {
    value.as_str().map(str::to_owned).ok_or_else(|| wrong(name, value, "a text"))
}

pub(crate) fn optional(name: &str, value: &Value) -> Result<Option<String>, Misread> {
    unless_null(name, value, text)
}

/// What `null` leaves out.
fn unless_null<T>(
    name: &str,
    value: &Value,
    read: impl FnOnce(&str, &Value) -> Result<T, Misread>,
) -> Result<Option<T>, Misread> {
    if value.is_null() { Ok(None) } else { read(name, value).map(Some) }
}

fn switch(name: &str, value: &Value) -> Result<bool, Misread> {
    value.as_bool().ok_or_else(|| wrong(name, value, "`true` or `false`"))
}

/// A time as a timeline writes it, or in the Internet's format.
fn time(name: &str, value: &Value) -> Result<Instant, Misread> {
    value
        .as_str()
        .and_then(|text| ClockFace::default().parse(text).or_else(|| parse_rfc3339(text)))
        .ok_or_else(|| {
            wrong(name, value, "a time: `\"09:30\"`, `\"+1d 09:00\"` or `\"2026-03-02T09:30:00Z\"`")
        })
}

fn times(name: &str, value: &Value) -> Result<Vec<Instant>, Misread> {
    let list = value.as_array().ok_or_else(|| wrong(name, value, "a list of times"))?;
    list.iter().map(|item| time(name, item)).collect()
}

pub(crate) fn texts(name: &str, value: &Value) -> Result<Vec<String>, Misread> {
    let list = value.as_array().ok_or_else(|| wrong(name, value, "a list of texts"))?;
    list.iter().map(|item| text(name, item)).collect()
}

pub(crate) fn pairs(name: &str, value: &Value) -> Result<Vec<(String, String)>, Misread> {
    let map = value.as_object().ok_or_else(|| wrong(name, value, "an object of texts"))?;
    map.iter().map(|(key, value)| Ok((key.clone(), text(key, value)?))).collect()
}

pub(crate) fn word<W: Word>(name: &str, value: &Value) -> Result<W, Misread> {
    let written = text(name, value)?;
    W::from_word(&written).ok_or_else(|| unknown(&written, name, W::KNOWN))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::clock_face::MONDAY;
    use crate::conversation::Conversation;

    const HOUR: Instant = 3_600_000;

    #[test]
    fn windows_and_limits_are_facts() {
        let mut ticket = Conversation::usual_ticket();
        let facts = json!({
            "group": true, "opted-out": true, "window-until": "+1d 09:00",
            "sent-to-customer": ["08:00", "2026-03-02T07:00:00+01:00"],
            "more": { "customer.name": "Eva" },
        });
        apply(&mut ticket, &facts).expect("facts");
        let mut again = Ticket::open("4711", Channel::Whatsapp);
        apply(&mut again, &json(&ticket)).expect("facts as they are written");
        assert_eq!(again, ticket);
        assert!(ticket.group && ticket.opted_out);
        assert_eq!(ticket.window_until, Some(MONDAY + 33 * HOUR));
        assert_eq!(ticket.sent_to_customer, Some(vec![MONDAY + 8 * HOUR, MONDAY + 6 * HOUR]));
        assert_eq!(ticket.more, Some(vec![("customer.name".into(), "Eva".into())]));

        let none = json!({
            "group": false, "opted-out": false, "window-until": null, "sent-to-customer": null,
            "more": null,
        });
        apply(&mut ticket, &none).expect("facts");
        assert_eq!(ticket, Conversation::usual_ticket());
        for wrong in [
            json!({ "window-until": "soon" }),
            json!({ "window-until": 5 }),
            json!({ "sent-to-customer": "08:00" }),
            json!({ "group": "yes" }),
            json!({ "groups": true }),
        ] {
            assert!(apply(&mut ticket, &wrong).is_err(), "{wrong}");
        }
    }
}
