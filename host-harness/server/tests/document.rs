//! The document describes what the server accepts: findings of `tests/api/fuzz` stay fixed.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that is wrong fails"
)]

mod support;

use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::{Value, json};
use support::{Answer, Served, call};

fn document() -> Value {
    serde_json::from_str(&despertador_server::openapi()).unwrap()
}

/// The document's schemas, evaluated like a client would.
struct Forms(Schemas, Value);

impl Forms {
    fn new() -> Self {
        Self(Schemas::new(), document())
    }

    fn allow(&mut self, pointer: &str, value: &Value) -> bool {
        let mut compiler = Compiler::new();
        compiler.enable_format_assertions();
        compiler.add_resource("http://despertador/document", self.1.clone()).unwrap();
        let place = format!("http://despertador/document#{pointer}");
        let index: SchemaIndex = compiler.compile(&place, &mut self.0).unwrap();
        self.0.validate(value, index).is_ok()
    }

    /// The pointer to the schema of a parameter.
    fn parameter(&self, path: &str, method: &str, name: &str) -> String {
        let parameters = self.1["paths"][path][method]["parameters"].as_array().unwrap();
        let place = parameters.iter().position(|it| it["name"] == name).unwrap();
        let path = path.replace('/', "~1").replace('{', "%7B").replace('}', "%7D");
        format!("/paths/{path}/{method}/parameters/{place}/schema")
    }
}

#[test]
fn an_event_that_the_document_allows_is_read_whole_and_others_as_far_as_they_can_be() {
    let served = Served::new();
    let mut forms = Forms::new();
    let happens = [
        json!({ "message": { "author": "customer" } }),
        json!({ "message": { "author": "other:courier", "kind": "media", "text": null } }),
        json!({ "message": { "author": "agent" }, "facts": { "tags": ["vip"], "agent": null } }),
        json!({ "message": { "author": "agent", "origin": "echo", "choice": "extend" } }),
        json!({ "message": { "author": "nobody" } }),
        json!({ "message": { "author": "agent", "kind": null } }),
        json!({ "message": { "author": "agent", "words": "x" } }),
        json!({ "message": {} }),
        json!({ "message": null }),
        json!({ "facts": {} }),
        json!({ "facts": { "status": null } }),
        json!({ "facts": { "status": "open", "channel": "other:pigeon", "group": true } }),
        json!({ "facts": { "window-until": "2027-01-15T08:00:00Z", "more": { "a": "b" } } }),
        json!({ "facts": { "window-until": null, "more": null, "sent-to-customer": null } }),
        json!({ "facts": { "sent-to-customer": ["2027-01-15T08:00:00+01:00"] } }),
        json!({ "facts": { "more": { "a": 1 } } }),
        json!({ "facts": { "group": "yes" } }),
        json!({ "facts": { "colour": "red" } }),
        json!({ "event": "held" }),
        json!({ "event": "snoozed" }),
        json!({ "event": "closed" }),
        json!({ "event": "exploded" }),
        json!({ "event": { "snoozed": "2027-01-15T08:00:00Z" } }),
        json!({ "event": { "snoozed": null } }),
        json!({ "event": { "snoozed": "soon" } }),
        json!({ "event": { "closed": "agent" } }),
        json!({ "event": { "opened": "other:import" } }),
        json!({ "event": { "assigned": "Ana" } }),
        json!({ "event": { "assigned": null } }),
        json!({ "event": { "transferred": { "department": "ventas", "agent": null } } }),
        json!({ "event": { "transferred": { "team": "ventas" } } }),
        json!({ "event": { "extended": "1 h 30 min" } }),
        json!({ "event": { "extended": "soon" } }),
        json!({ "event": { "occurred": { "name": "rated", "details": { "stars": "5" } } } }),
        json!({ "event": { "occurred": {} } }),
        json!({ "event": { "carried-out": { "cycle": 1, "step": "reminder-1" } } }),
        json!({ "event": { "carried-out": { "cycle": -1, "step": "reminder-1" } } }),
        json!({ "event": { "carried-out": { "cycle": 1, "step": "shout" } } }),
        json!({ "event": { "failed": { "cycle": 1, "step": "close", "kind": "blocked" } } }),
        json!({ "event": { "failed": { "cycle": 1, "step": "close", "why": "x" } } }),
        json!({ "event": { "other": "x" } }),
        json!({ "event": { "held": null, "released": null } }),
        json!({ "event": "held", "message": { "author": "agent" } }),
        json!({}),
    ];
    let heads = [
        json!({ "sequence": u64::MAX, "id": null }),
        json!({ "sequence": -1 }),
        json!({ "sequence": 7.0 }),
        json!({ "sequence": 7.5 }),
        json!({ "at": "2026-03-02T08:00:00-03:00", "received-at": "2026-03-02T11:00:01Z" }),
        json!({ "received-at": null }),
        json!({ "at": "yesterday" }),
        json!({ "id": 7 }),
        json!({ "when": "2026-03-02T08:00:00Z" }),
    ];
    let mut events = Vec::new();
    for (number, happens) in happens.iter().enumerate() {
        events.push(merged(&json!({ "ticket": format!("h{number}") }), happens));
    }
    for (number, head) in heads.iter().enumerate() {
        let event = merged(&json!({ "ticket": format!("k{number}") }), head);
        events.push(merged(&event, &happens[0]));
    }
    events.extend([happens[0].clone(), json!([]), json!(7), json!(null), json!([events[0], 7])]);
    events.push(json!([events[0], events[1]]));
    let (mut accepted, mut tolerated) = (0, 0);
    for event in events {
        let answer = served.post("/v1/accounts/acme/events", &event.to_string());
        let is_read = match answer.status {
            200 => true,
            400 => false,
            // It is refused because of its meaning, which no schema can check.
            422 => true,
            other => panic!("{other}: {event} {answer:?}"),
        };
        let allowed = forms.allow("/components/schemas/Events", &event);
        if allowed {
            assert!(is_read && !answer.body.contains("\"notes\""), "{event} {answer:?}");
        }
        accepted += usize::from(allowed);
        tolerated += usize::from(is_read && !allowed);
    }
    // Input that the document does not allow is accepted if only optional members are invalid.
    assert_eq!((accepted, tolerated), (27, 10));
}

fn merged(one: &Value, other: &Value) -> Value {
    let mut all = one.as_object().unwrap().clone();
    all.extend(other.as_object().unwrap().clone());
    Value::Object(all)
}

#[test]
fn bodies_are_allowed_if_and_only_if_they_are_read() {
    let served = Served::new();
    served.silent("4711");
    let token = |scopes: Value, accounts: Value| json!({ "name": "t", "scopes": scopes, "accounts": accounts });
    let by = |by: &str| json!({ "by": by });
    let (tokens, extend) = ("/v1/tokens", "/v1/accounts/acme/tickets/4711/extend");
    let mut forms = Forms::new();
    for (path, form, body) in [
        (tokens, "Wanted", token(json!(["events:write"]), json!(["acme"]))),
        (tokens, "Wanted", token(json!([""]), json!(["acme"]))),
        (tokens, "Wanted", token(json!([]), json!(["acme"]))),
        (tokens, "Wanted", token(json!(["audit:view"]), json!([]))),
        (
            tokens,
            "Wanted",
            merged(&token(json!(["audit:view"]), json!(["acme"])), &json!({ "name": "" })),
        ),
        (extend, "Extension", by("1 h 30 min")),
        (extend, "Extension", by("10min")),
        (extend, "Extension", by("demo")),
        (extend, "Extension", by("0 s")),
        (extend, "Extension", by("")),
    ] {
        let answer = served.post(path, &body.to_string());
        let allowed = forms.allow(&format!("/components/schemas/{form}"), &body);
        assert!(matches!(answer.status, 200 | 201 | 400), "{answer:?}");
        assert_eq!(allowed, answer.status != 400, "{path} {body} {answer:?}");
    }
}

#[test]
fn parameters_are_allowed_if_and_only_if_they_are_read() {
    let served = Served::new();
    served.silent("4711");
    served.put("/v1/accounts/acme/policy", support::ADERESO);
    let asked = |path: &str| served.get(path);
    let matching = |version: &str| -> Answer {
        let url = served.url("/v1/accounts/acme/policy");
        call("PUT", &url, &served.acme, Some(support::ADERESO), &[("If-Match", version)])
    };
    let mut forms = Forms::new();
    let list = "/v1/accounts/{account}/tickets";
    let why = "/v1/accounts/{account}/tickets/{ticket}/why";
    let policy = "/v1/accounts/{account}/policy";
    let mut agree = |path: &str, method: &str, name: &str, value: Value, answer: Answer| {
        let place = forms.parameter(path, method, name);
        let allowed = forms.allow(&place, &value);
        assert_eq!(allowed, answer.status != 400, "{name} {value} {answer:?}");
    };
    for after in [-1, 0, 7] {
        let answer = asked(&format!("/v1/accounts/acme/tickets?after={after}"));
        agree(list, "get", "after", json!(after), answer);
    }
    for limit in [0, 1, 1_000, 1_001] {
        let answer = asked(&format!("/v1/accounts/acme/tickets?limit={limit}"));
        agree(list, "get", "limit", json!(limit), answer);
    }
    for language in ["", "es", "pt-BR", "ru"] {
        let answer = asked(&format!("/v1/accounts/acme/tickets/4711/why?language={language}"));
        agree(why, "get", "language", json!(language), answer);
    }
    for offset in [-1_081, -1_080, 1_080, 1_081] {
        let answer = asked(&format!("/v1/accounts/acme/tickets/4711/why?utc-offset={offset}"));
        agree(why, "get", "utc-offset", json!(offset), answer);
    }
    // A missing value is missing, not null.
    agree(policy, "put", "If-Match", Value::Null, matching("null"));
    for version in ["\"2\"", "", "2", "\"x\"", "\"\"", "\"-2\"", "*"] {
        agree(policy, "put", "If-Match", json!(version), matching(version));
    }
}
