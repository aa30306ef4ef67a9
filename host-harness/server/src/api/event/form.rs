//! The schema of an event for the OpenAPI document: exactly what [`Row`](super::Row) reads, with
//! the words of the contract.

use std::borrow::Cow;

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

/// A row with this kind of event.
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
    let mut form = contract("message");
    put(&mut form, "text", described(or_null("string"), "The words, where they matter."));
    put(&mut form, "choice", described(or_null("string"), "The quick reply that was chosen."));
    described(
        closed(form, &["author"]),
        "Who wrote what. `kind` is `text` and `origin` is `written` unless given.",
    )
}

fn happening() -> Value {
    json!({
        "description": "Anything else: a word such as `\"held\"`, or an object of one such as \
            `{\"assigned\": \"Ana\"}`.",
        "oneOf": contract("happening"),
    })
}

fn facts() -> Value {
    described(
        closed(contract("facts"), &[]),
        "What is known of the ticket from here on; what is not named stays.",
    )
}

/// A part of the document that is generated from `wit/`.
fn contract(part: &str) -> Value {
    let parts: Value = serde_json::from_str(include_str!("contract.json"))
        .expect("the generator writes JSON, as its test sees");
    parts.get(part).cloned().unwrap_or_default()
}

fn instant() -> Value {
    json!({ "type": "string", "format": "date-time" })
}

fn or_null(kind: &str) -> Value {
    json!({ "type": [kind, "null"] })
}

fn described(mut form: Value, text: &str) -> Value {
    put(&mut form, "description", text.into());
    form
}

/// An object with exactly these members.
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
