//! An account does not affect the others: by how much it sends, how large, or how invalid it is.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that is wrong fails"
)]

mod support;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use despertador_server::Operations;
use serde_json::{Value, json};
use support::{ADERESO, Answer, Served, call};

const EVENTS: &str = "/v1/accounts/acme/events";

/// A request whose body is announced but never sent.
fn announce(served: &Served, token: &str, account: &str) -> TcpStream {
    let mut stream = TcpStream::connect(served.server.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let head = format!(
        "POST /v1/accounts/{account}/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\
         Content-Length: 8000000\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream
}

/// The head of a response to a request without its body.
fn status(mut stream: TcpStream) -> String {
    let mut head = [0; 12];
    stream.read_exact(&mut head).unwrap();
    String::from_utf8_lossy(&head).into_owned()
}

fn globex(served: &Served, ticket: &str) -> Answer {
    let event = json!({ "ticket": ticket, "id": "m-1", "message": { "author": "customer" } });
    let url = served.url("/v1/accounts/globex/events");
    call("POST", &url, &served.globex, Some(&event.to_string()), &[])
}

#[test]
fn nothing_is_read_of_a_body_that_nobody_may_send() {
    let served = Served::new();
    let viewer = served.token(&["help-desk:view"]);
    assert_eq!(status(announce(&served, "desp_0000", "acme")), "HTTP/1.1 401");
    assert_eq!(status(announce(&served, &viewer, "acme")), "HTTP/1.1 403");
    assert_eq!(status(announce(&served, &served.acme, "globex")), "HTTP/1.1 404");
}

#[test]
fn announced_bodies_of_one_account_leave_room_for_the_others() {
    let served = Served::new();
    let held: Vec<_> = (0..40).map(|_| announce(&served, &served.acme, "acme")).collect();
    for n in 0..5 {
        assert_eq!(globex(&served, &format!("g-{n}")).status, 200);
    }
    drop(held);
    served.silent("4711");
}

#[test]
fn what_is_too_large_is_refused_by_its_name_and_never_counts_against_the_plugin() {
    let served = Served::new();
    let pairs: serde_json::Map<_, _> =
        (0..30_000).map(|n| (format!("name-{n}"), Value::from("value"))).collect();
    let wide = |ticket: &str| json!({ "ticket": ticket, "message": { "author": "customer" }, "facts": { "more": pairs } });
    for n in 0..8 {
        let answer = served.post(EVENTS, &wide(&format!("wide-{n}")).to_string());
        assert_eq!((answer.status, answer.problem().as_str()), (422, "event-refused"));
        assert!(
            answer.body.contains("`facts.more` has 30000 entries and may have 256"),
            "{answer:?}"
        );
    }
    let long = |size: usize| "x".repeat(size);
    for (member, event) in [
        ("`ticket` has 600 bytes", json!({ "ticket": long(600), "event": "held" })),
        ("`id` has 600 bytes", json!({ "ticket": "1", "id": long(600), "event": "held" })),
        ("`ticket` has the character U+000A", json!({ "ticket": "1\n2", "event": "held" })),
        ("`ticket` has the character U+202E", json!({ "ticket": "\u{202e}1", "event": "held" })),
        ("`id` has the character U+0007", json!({ "ticket": "1", "id": "\u{7}", "event": "held" })),
        (
            "`message.text` has",
            json!({ "ticket": "1", "message": { "author": "customer", "text": long(70_000) } }),
        ),
        (
            "`message.choice` has",
            json!({ "ticket": "1", "message": { "author": "customer", "choice": long(20_000) } }),
        ),
        (
            "`facts.tags` has 300 entries",
            json!({ "ticket": "1", "facts": { "tags": vec!["x"; 300] } }),
        ),
        ("`facts.department` has", json!({ "ticket": "1", "facts": { "department": long(600) } })),
        (
            "`facts.more` has 20000 bytes",
            json!({ "ticket": "1", "facts": { "more": { "a": long(20_000) } } }),
        ),
        (
            "`facts.more` has 75010 bytes in all",
            json!({ "ticket": "1", "facts": { "more":
            (0..5).map(|n| (format!("n{n}"), json!(long(15_000)))).collect::<serde_json::Map<_, _>>() } }),
        ),
        ("`event` has 600 bytes", json!({ "ticket": "1", "event": { "assigned": long(600) } })),
        (
            "`event.details` has",
            json!({ "ticket": "1", "event": { "occurred": { "name": "call-missed",
            "details": (0..300).map(|n| (n.to_string(), json!("x"))).collect::<serde_json::Map<_, _>>() } } }),
        ),
    ] {
        let answer = served.post(EVENTS, &event.to_string());
        assert_eq!(answer.status, 422, "{member}: {answer:?}");
        assert!(answer.body.contains(member), "{member}: {answer:?}");
    }
    // Among others it is refused by itself.
    let both = json!([wide("wide"), { "ticket": "4711", "message": { "author": "customer" } }]);
    let taken = served.post(EVENTS, &both.to_string()).json();
    assert_eq!((&taken["stored"], &taken["refused"]), (&json!(1), &json!(1)), "{taken}");
    // No tickets wait.
    served.silent("4712");
    assert_eq!(globex(&served, "4711").json()["receipts"][0]["result"], "heard");
    let at = served.server.operations().unwrap();
    assert_eq!(call("GET", &format!("http://{at}/readyz"), "", None, &[]).body, "ready\n");
}

#[test]
fn what_was_known_of_a_ticket_counts_with_what_is_told_of_it() {
    let served = Served::new();
    let more = |from: usize| {
        let pairs: serde_json::Map<_, _> =
            (from..from + 200).map(|n| (format!("n-{n}"), json!("x"))).collect();
        json!({ "ticket": "4711", "facts": { "more": pairs, "tags": [] } }).to_string()
    };
    assert_eq!(served.post(EVENTS, &more(0)).status, 200);
    // `more` is replaced as a whole, so it does not grow.
    assert_eq!(served.post(EVENTS, &more(1_000)).status, 200);
    let ticket = served.get("/v1/accounts/acme/tickets/4711").json();
    assert_eq!(
        ticket["facts"]["more"].as_object().map(serde_json::Map::len),
        Some(200),
        "{ticket}"
    );
}

#[test]
fn a_long_list_is_told_in_turns_and_its_answer_is_whole() {
    let served = Served::new();
    let event = |n: usize| {
        json!({ "ticket": format!("t-{}", n % 7), "id": format!("m-{n}"),
                "facts": { "department": format!("d-{n}"), "channel": "whatsapp" },
                "message": { "author": if n.is_multiple_of(2) { "customer" } else { "agent" } } })
    };
    let events: Vec<Value> = (0..1_100).map(event).collect();
    let body = Value::from(events).to_string();
    let with_decisions = served.post(&format!("{EVENTS}?decisions=true"), &body);
    assert_eq!(with_decisions.kind, "application/json");
    let taken = with_decisions.json();
    assert_eq!(
        (&taken["stored"], &taken["again"], &taken["refused"]),
        (&json!(1_100), &json!(0), &json!(0))
    );
    let receipts = taken["receipts"].as_array().unwrap();
    for (n, receipt) in receipts.iter().enumerate() {
        assert_eq!(receipt["id"], format!("m-{n}"));
        assert!(receipt["decision"].is_object(), "{receipt}");
    }
    assert_eq!(receipts.len(), 1_100);
    let again = served.post(EVENTS, &body).json();
    assert_eq!((&again["stored"], &again["again"]), (&json!(0), &json!(1_100)));
    let none = served.post(&format!("{EVENTS}?decisions=true"), "[]").json();
    assert_eq!(
        none,
        json!({ "receipts": [], "stored": 0, "again": 0, "refused": 0, "unreadable": 0 })
    );
}

#[test]
fn names_of_accounts_and_tokens_have_bounds() {
    let served = Served::new();
    let make = |name: &str, accounts: Vec<String>| {
        let wanted = json!({ "name": name, "scopes": ["audit:view"], "accounts": accounts });
        served.post("/v1/tokens", &wanted.to_string())
    };
    let acme = || vec!["acme".to_owned()];
    for name in ["x".repeat(7_000_000), "a\nb".into(), "\u{202e}crm".into(), "x".repeat(201)] {
        assert_eq!(make(&name, acme()).problem(), "bad-parameter");
    }
    assert_eq!(make("many", vec!["acme".to_owned(); 2_000]).problem(), "bad-parameter");
    assert_eq!(make("crm", acme()).status, 201);
}

#[test]
fn undoing_walks_back_wants_the_version_and_asks_before_tickets_are_left() {
    let served = Served::new();
    served.silent("4711");
    let path = "/v1/accounts/acme/policy";
    let version = |n: u32| ADERESO.replace("\"15 min\"", &format!("\"{} min\"", 15 + n));
    for n in 2..=4 {
        assert_eq!(served.put(path, &version(n)).status, 200);
    }
    let text = |n: u32| serde_json::from_str::<Value>(&version(n)).unwrap();
    let undo = |headers: &[(&str, &str)], query: &str| {
        let url = served.url(&format!("{path}/undo{query}"));
        call("POST", &url, &served.acme, None, headers)
    };
    // Versions 1 (of the settings), 2, 3, 4; each undo goes one further back.
    let stale = undo(&[("If-Match", "\"3\"")], "");
    assert_eq!((stale.status, stale.problem().as_str()), (412, "changed"));
    assert_eq!(undo(&[("If-Match", "\"4\"")], "").json()["version"], 5);
    assert_eq!(served.get(path).json()["policy"], text(3));
    assert_eq!(undo(&[], "").json()["version"], 6);
    assert_eq!(served.get(path).json()["policy"], text(2));
    assert_eq!(undo(&[], "").status, 200);
    assert_eq!(served.get(path).json()["policy"], serde_json::from_str::<Value>(ADERESO).unwrap());
    assert_eq!(undo(&[], "").problem(), "nothing-to-undo");
    // After a save, undo restores what was in force before it.
    assert_eq!(served.put(path, &version(9)).status, 200);
    assert_eq!(undo(&[], "").status, 200);
    assert_eq!(served.get(path).json()["policy"], serde_json::from_str::<Value>(ADERESO).unwrap());

    // A version that leaves open tickets alone.
    let off = r#"{ "version": "off", "enabled": false, "rules": [] }"#;
    assert_eq!(served.put(&format!("{path}?confirmed=true"), off).status, 200);
    assert_eq!(served.put(path, &version(2)).status, 200);
    let asks = undo(&[], "");
    assert_eq!((asks.status, asks.problem().as_str()), (409, "needs-confirmation"));
    assert_eq!(undo(&[], "?confirmed=true").status, 200);
}

#[test]
fn departments_of_the_settings_hold_for_policies_that_are_saved() {
    let served = Served::with(|settings, _| {
        let acme = settings.accounts.get_mut("acme").unwrap();
        acme.departments = Some(vec!["Soporte".into()]);
    });
    let policy = ADERESO.replace("\"departments\": \"any\"", "\"departments\": [\"Ventas\"]");
    assert_ne!(policy, ADERESO);
    let path = "/v1/accounts/acme/policy";
    for answer in [
        served.put(&format!("{path}?confirmed=true"), &policy),
        served.put(&format!("{path}?confirmed=true&departments=Ventas"), &policy),
        served.post(&format!("{path}/check"), &policy),
    ] {
        assert_eq!(answer.problem(), "policy-refused", "{answer:?}");
        assert!(answer.body.contains("Ventas"), "{answer:?}");
    }
    let other = served.url("/v1/accounts/globex/policy?confirmed=true");
    assert_eq!(call("PUT", &other, &served.globex, Some(&policy), &[]).status, 200);
}

#[test]
fn pages_and_foreign_names_neither_reload_nor_see_metrics() {
    let served = Served::new();
    let at = served.server.operations().unwrap();
    let ask = |method: &str, path: &str, headers: &[(&str, &str)]| {
        call(method, &format!("http://{at}{path}"), "", None, headers).status
    };
    for (method, path) in [("GET", "/metrics"), ("POST", "/reload")] {
        assert_eq!(ask(method, path, &[]), 200);
        assert_eq!(ask(method, path, &[("Host", "localhost:7071")]), 200);
        assert_eq!(ask(method, path, &[("Host", "despertador:7071")]), 200);
        assert_eq!(ask(method, path, &[("Host", "rebound.example:7071")]), 403);
        assert_eq!(ask(method, path, &[("Origin", "https://page.example")]), 403);
    }
    assert_eq!(ask("GET", "/healthz", &[("Host", "probe.example")]), 200);

    let served = Served::with(|settings, folder| {
        settings.operations_token_file = Some(folder.write("token", "sixteen bytes or more\n"));
        settings.operations = Operations::At(support::any_port());
    });
    let at = served.server.operations().unwrap();
    let ask = |token: &str| call("GET", &format!("http://{at}/metrics"), token, None, &[]).status;
    assert_eq!((ask(""), ask("another"), ask("sixteen bytes or more")), (401, 401, 200));
}

#[cfg(unix)]
#[test]
fn files_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let served = Served::new();
    served.silent("4711");
    for name in ["desk.db", "desk.db-wal", "desk.db-shm", "actions.jsonl"] {
        let found = std::fs::metadata(served.folder.path().join(name)).expect(name);
        assert_eq!(found.permissions().mode() & 0o777, 0o600, "{name}");
    }
}
