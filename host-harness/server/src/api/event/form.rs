//! The form of an event for the OpenAPI document: exactly what [`Row`](super::Row) reads, with the
//! words of the tables that it reads them by.

use std::borrow::Cow;

use despertador_contract::word::Word;
use despertador_contract::{
    Author, Channel, FailureKind, MessageKind, Origin, Source, TicketStatus,
};
use serde_json::{Map, Value, json};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// One event.
pub(crate) struct EventRow;

/// One event, or a list of them.
pub(crate) struct Events;

impl ToSchema for EventRow {
    fn name() -> Cow<'static, str> {
        "Event".into()
    }
}

impl PartialSchema for EventRow {
    fn schema() -> RefOr<Schema> {
        schema(json!({
            "description": "Something that happened to a ticket: a message, an event, or facts; facts also \
                beside one of the others. The first event of a ticket makes it.",
            "oneOf": [row("message", message()), row("event", happening()), row("facts", facts())],
            "example": {
                "ticket": "4711", "id": "m-1", "at": "2027-01-15T08:00:00Z",
                "facts": { "department": "soporte", "channel": "whatsapp" },
                "message": { "author": "customer", "text": "No me carga la página" },
            },
        }))
    }
}

impl ToSchema for Events {
    fn name() -> Cow<'static, str> {
        "Events".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((EventRow::name().into(), EventRow::schema()));
    }
}

impl PartialSchema for Events {
    fn schema() -> RefOr<Schema> {
        let one = json!({ "$ref": "#/components/schemas/Event" });
        schema(json!({
            "description": "One event, or a list of them.",
            "oneOf": [one, { "type": "array", "items": one }],
        }))
    }
}

fn schema(form: Value) -> RefOr<Schema> {
    serde_json::from_value(form).expect("the forms below are schemas, as the tests see")
}

/// A row in which this happens.
fn row(needed: &str, form: Value) -> Value {
    let mut members = json!({
        "ticket": described(json!({ "type": "string" }), "The help-desk's id of the ticket; not empty."),
        "at": described(instant(), "When it happened, RFC 3339 with an offset. Left out: now."),
        "received-at": described(
            instant(),
            "When it reached you, where that was later. The desk puts in when it reached itself.",
        ),
        "id": described(
            or_null("string"),
            "The id of the message or event: the same id of a ticket is taken once, however often it \
             is told.",
        ),
        "sequence": {
            "type": ["integer", "null"], "minimum": 0, "maximum": u64::MAX,
            "description": "Its number in the ticket, where the channel numbers them.",
        },
        "facts": facts(),
    });
    put(&mut members, needed, form);
    closed(members, &["ticket", needed])
}

fn message() -> Value {
    let form = json!({
        "author": word::<Author>(),
        "kind": described(word::<MessageKind>(), "Left out: `text`."),
        "origin": described(word::<Origin>(), "Left out: `written`."),
        "text": described(or_null("string"), "The words, where they matter."),
        "choice": described(or_null("string"), "The quick reply that was chosen."),
    });
    described(closed(form, &["author"]), "Who wrote what.")
}

/// Words that stand alone.
const ALONE: [&str; 8] =
    ["typing", "held", "released", "snoozed", "woken", "call-started", "call-ended", "unassigned"];

fn happening() -> Value {
    let key = |more: &[(&str, Value)]| {
        let mut members = json!({
            "cycle": { "type": "integer", "minimum": 0, "maximum": u32::MAX },
            "step": { "type": "string", "pattern": STEP },
        });
        for (name, form) in more {
            put(&mut members, name, form.clone());
        }
        closed(members, &["cycle", "step"])
    };
    let to = closed(json!({ "department": or_null("string"), "agent": or_null("string") }), &[]);
    let occurrence = closed(json!({ "name": { "type": "string" }, "details": texts() }), &["name"]);
    let extension = json!({ "type": "string", "pattern": LENGTH, "example": "10 min" });
    let carried = [
        ("opened", word::<Source>()),
        ("carried-out", key(&[])),
        ("failed", key(&[("kind", word::<FailureKind>())])),
        ("snoozed", json!({ "type": ["string", "null"], "format": "date-time" })),
        ("assigned", json!({ "type": "string" })),
        ("transferred", to),
        ("extended", extension),
        ("closed", word::<Source>()),
        ("reopened", word::<Source>()),
        ("occurred", occurrence),
        ("other", json!({ "type": "string" })),
    ];
    let mut forms = vec![json!({ "type": "string", "enum": ALONE })];
    forms.extend(carried.into_iter().map(|(name, form)| {
        let mut members = json!({});
        put(&mut members, name, form);
        closed(members, &[name])
    }));
    json!({
        "description": "Anything else: a word such as `\"held\"`, or an object of one such as \
            `{\"assigned\": \"Ana\"}`.",
        "oneOf": forms,
    })
}

fn facts() -> Value {
    let switch = |text: &str| described(json!({ "type": "boolean" }), text);
    let form = json!({
        "status": described(word::<TicketStatus>(), "How it stands."),
        "department": described(or_null("string"), "Its department."),
        "channel": described(word::<Channel>(), "The channel it is on."),
        "tags": {
            "type": "array", "items": { "type": "string" }, "description": "Its tags, all of them.",
        },
        "agent": described(or_null("string"), "Who looks after it."),
        "locale": described(or_null("string"), "The customer's language."),
        "customer-zone": described(or_null("string"), "The customer's zone: as the IANA names it, as Windows does, or an offset such as -03:00."),
        "incomplete-metadata": switch("Whether something is missing that a close needs."),
        "group": switch("Whether it is a group."),
        "opted-out": switch("Whether the customer wants no reminders."),
        "window-until": {
            "type": ["string", "null"], "format": "date-time",
            "description": "Until when the channel lets us write.",
        },
        "sent-to-customer": {
            "type": ["array", "null"], "items": instant(),
            "description": "When else something was sent to the customer, for policies that limit it.",
        },
        "more": {
            "type": ["object", "null"], "additionalProperties": { "type": "string" },
            "description": "Names and values of your own; `customer.id` names the customer.",
        },
    });
    described(
        closed(form, &[]),
        "What is known of the ticket from here on; what is not named stays.",
    )
}

/// A length of time that is none at all or more: `15 min`, `1 h 30 min`.
const LENGTH: &str = "^[0-9]{1,6} ?(d|h|min|s|ms)( [0-9]{1,6} ?(d|h|min|s|ms))*$";

const STEP: &str = "^(close|notify|reopen|open-linked|after-close|resolve|reminder-[0-9]{1,9}|\
                    reply-[0-9]{1,9}|other:[!-~]+)$";

/// One of the words that are known, or `other:` and a name.
fn word<W: Word>() -> Value {
    json!({
        "type": "string", "pattern": format!("^({}|other:[!-~]+)$", W::KNOWN.join("|")),
        "example": W::KNOWN.first(),
    })
}

fn instant() -> Value {
    json!({ "type": "string", "format": "date-time" })
}

fn or_null(kind: &str) -> Value {
    json!({ "type": [kind, "null"] })
}

fn texts() -> Value {
    json!({ "type": "object", "additionalProperties": { "type": "string" } })
}

fn described(mut form: Value, text: &str) -> Value {
    put(&mut form, "description", text.into());
    form
}

/// An object of these members and no others.
fn closed(members: Value, required: &[&str]) -> Value {
    let mut form = Map::new();
    form.insert("type".into(), "object".into());
    form.insert("properties".into(), members);
    form.insert("additionalProperties".into(), false.into());
    if !required.is_empty() {
        form.insert("required".into(), json!(required));
    }
    Value::Object(form)
}

fn put(form: &mut Value, name: &str, value: Value) {
    if let Value::Object(members) = form {
        members.insert(name.to_owned(), value);
    }
}
