//! Every door of the server takes any bytes: each request has an answer, none of them is an error
//! of ours, and what was accepted is read back.
//!
//! Seeds and counts are fixed; `ALTERED=100` makes a longer run (docs/testing.md).
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that is wrong fails")]

#[path = "../../../tests/src/altered.rs"]
#[allow(dead_code, unreachable_pub, reason = "the suites of the readers use it too")]
mod altered;
mod support;

use std::time::Duration;

use altered::{altered, altered_text, seeds};
use despertador_desk::journal::{Journal, Line, Selection};
use despertador_desk::store::Query;
use despertador_desk::{Replay, ReplayOptions};
use despertador_host::{Host, Options};
use support::{ADERESO, Folder, Served};

const EVENTS: [&str; 6] = [
    r#"{"ticket":"4711","at":"2026-03-02T09:00:00Z","id":"e1","message":{"author":"customer","text":"Hola"}}"#,
    r#"{"ticket":"4711","at":"2026-03-02T09:00:00Z","facts":{"channel":"whatsapp","department":"Soporte","tags":["vip"],"more":{"customer.id":"eva"}},"message":{"author":"agent"}}"#,
    r#"{"ticket":"4712","at":"2026-03-02T09:00:00Z","event":{"snoozed":"2026-03-02T12:00:00Z"},"continues":"4711"}"#,
    r#"[{"ticket":"1","at":"2026-03-02T09:00:00Z","event":"held"},{"ticket":"2","at":"2026-03-02T09:00:00Z","event":{"closed":"agent"}}]"#,
    r#"{"ticket":"4711","at":"2026-03-02T09:00:00Z","event":{"failed":{"cycle":1,"step":"reminder-1","kind":"refused"}}}"#,
    r#"{"ticket":"4711","at":"2026-03-02T09:00:00Z","event":{"occurred":{"name":"seen","details":{"by":"x"}}}}"#,
];
const LINES: &str = include_str!("../../../tests/fixtures/doors/half-emoji.events.ndjson");
const ENVELOPES: &str = include_str!("../../../tests/fixtures/doors/data-webhook.blip.ndjson");
const FLOW: &str = include_str!("../../../tests/cli/files/soporte.json");

struct Client<'a> {
    served: &'a Served,
    agent: ureq::Agent,
}

impl Client<'_> {
    /// Sends bytes, and holds that there is an answer, and that it is none of a fault of ours.
    fn send(&self, method: &str, path: &str, kind: &str, body: &[u8]) -> u16 {
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(self.served.url(path))
            .header("Authorization", format!("Bearer {}", self.served.acme))
            .header("Content-Type", kind)
            .body(body)
            .unwrap();
        let answer = self.agent.run(request);
        let shown = String::from_utf8_lossy(body);
        let mut answer = answer.unwrap_or_else(|error| panic!("{error} on {path}: {shown}"));
        let status = answer.status().as_u16();
        let said = answer.body_mut().read_to_string().unwrap();
        assert!(status < 500, "{status} on {path}: {said} for {shown}");
        status
    }
}

fn client(served: &Served) -> Client<'_> {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(60)));
    Client { served, agent: ureq::Agent::new_with_config(config.build()) }
}

fn bytes<'a>(samples: &[&'a str]) -> Vec<&'a [u8]> {
    samples.iter().map(|sample| sample.as_bytes()).collect()
}

/// A part of a path, of any characters, as long as clients write them.
fn escaped(text: &str) -> String {
    text.bytes().take(2_000).fold(String::new(), |path, byte| path + &format!("%{byte:02X}"))
}

#[test]
fn altered_requests_are_answered_and_what_is_accepted_is_read_back() {
    const JSON: &str = "application/json";
    let served = Served::new();
    let client = client(&served);
    let (mut stored, mut answered) = (0, 0);
    for seed in seeds(500) {
        let event = altered(&bytes(&EVENTS), seed);
        stored += u32::from(client.send("POST", "/v1/accounts/acme/events", JSON, &event) == 200);
        let lines = altered(&[LINES.as_bytes()], seed);
        client.send("POST", "/v1/accounts/acme/events", "application/x-ndjson", &lines);
        let envelopes = altered(&[ENVELOPES.as_bytes()], seed);
        client.send("POST", "/v1/accounts/acme/blip", JSON, &envelopes);
        let ticket = altered_text(&["4711", "4712", "día/1"], seed);
        client.send("GET", &format!("/v1/accounts/acme/tickets/{}", escaped(&ticket)), JSON, b"");
        answered += 4;
        if seed % 10 > 0 {
            continue;
        }
        let policy = altered(&[ADERESO.as_bytes()], seed);
        client.send("POST", "/v1/accounts/acme/policy/check", JSON, &policy);
        client.send("PUT", "/v1/accounts/acme/policy", JSON, &policy);
        let flow = altered(&[FLOW.as_bytes()], seed);
        client.send("PUT", "/v1/accounts/acme/flow", JSON, &flow);
        let token = r#"{"name":"crm","scopes":["events:write"],"accounts":["acme"]}"#;
        client.send("POST", "/v1/tokens", JSON, &altered(&[token.as_bytes()], seed));
        let by =
            altered_text(&["?status=open&limit=10", "?customer=eva&after=4", "?parked=true"], seed);
        let query = by.split_once('?').map_or_else(String::new, |(_, query)| escaped(query));
        client.send("GET", &format!("/v1/accounts/acme/tickets?{query}"), JSON, b"");
        answered += 5;
    }
    assert!(stored > 50, "{stored} of {answered}");
    let Served { server, folder, .. } = served;
    let mut desk = server.stop().expect("its thread lives");
    assert_eq!(desk.damaged_count(), 0);
    let every = Query { limit: 10_000, ..Query::default() };
    for ticket in desk.query_tickets("acme", &every).unwrap() {
        let rebuilt = desk.query_rebuilt("acme", &ticket.id).unwrap();
        assert!(rebuilt.differ.is_empty(), "{}: {:?}", ticket.id, rebuilt.differ);
    }
    drop(desk);
    reads_back(&folder);
}

/// The journal is exported, and what is read of it decides the same.
fn reads_back(folder: &Folder) {
    let file = folder.path().join("journal.ndjson");
    let mut text = Vec::new();
    let journal = Journal::open(&folder.path().join("desk.db")).unwrap();
    let written = journal.write(&Selection::default(), &mut text).unwrap();
    assert!(written.entries > 50, "{written:?}");
    std::fs::write(&file, text).unwrap();
    let host = Host::new(Options::default()).unwrap();
    let plugin = host.load_bytes(despertador_component::COMPONENT).unwrap();
    let asked = ReplayOptions { policy: None, explained: 10, language: "en".into(), zone: None };
    let mut replay = Replay::new(plugin.clone(), plugin, asked).unwrap();
    let each = |line: Line| replay.push(line).map(|()| true);
    Journal::open(&file).unwrap().read(&Selection::default(), each).unwrap();
    let found = replay.end();
    assert_eq!((found.broken, found.differ), (0, 0), "{:?}", found.first);
}
