//! Live tickets: their changes as a stream, lists by what they wait for, and steps before their time.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that is wrong fails")]

mod support;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};
use support::{Answer, MINUTE, NINE, Served, call};

/// A stream of server-sent events.
struct Events(BufReader<TcpStream>);

/// An event.
#[derive(Debug)]
struct Event {
    kind: String,
    id: String,
    data: Value,
}

impl Events {
    fn open(served: &Served, token: &str, last: &str) -> Events {
        let mut stream = TcpStream::connect(served.server.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let last =
            if last.is_empty() { String::new() } else { format!("Last-Event-ID: {last}\r\n") };
        let head = format!(
            "GET /v1/accounts/acme/changes HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
             Authorization: Bearer {token}\r\n{last}\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut events = Events(BufReader::new(stream));
        let status = events.line().unwrap();
        assert!(status.starts_with("HTTP/1.1 200"), "{status}");
        while !events.line().unwrap().is_empty() {}
        events
    }

    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = self.0.read_line(&mut line).unwrap();
        (read > 0).then(|| line.trim_end().to_owned())
    }

    /// The next event; `None` at the end of the stream.
    fn next(&mut self) -> Option<Event> {
        let (mut kind, mut id, mut data) = (String::new(), String::new(), Value::Null);
        loop {
            let line = self.line()?;
            if let Some(value) = line.strip_prefix("event: ") {
                value.clone_into(&mut kind);
            } else if let Some(value) = line.strip_prefix("id: ") {
                value.clone_into(&mut id);
            } else if let Some(value) = line.strip_prefix("data: ") {
                data = serde_json::from_str(value).unwrap();
            } else if line.is_empty() && !data.is_null() {
                return Some(Event { kind, id, data });
            }
        }
    }

    /// The events until one names a ticket; the state that it names last.
    fn until(&mut self, ticket: &str) -> (Value, String) {
        loop {
            let event = self.next().expect("an event");
            assert_ne!(event.kind, "reset", "{event:?}");
            let tickets = event.data["tickets"].as_array().cloned().unwrap_or_default();
            if let Some(own) = tickets.into_iter().rev().find(|one| one["id"] == ticket) {
                return (own, event.id);
            }
        }
    }
}

#[test]
fn changes_are_sent_to_all_who_watch_and_go_on_where_they_were() {
    let served = Served::new();
    let mut one = Events::open(&served, &served.acme, "");
    let mut other = Events::open(&served, &served.acme, "");
    for events in [&mut one, &mut other] {
        let first = events.next().unwrap();
        assert_eq!((first.kind.as_str(), &first.data["now"]), ("reset", &json!(NINE)));
    }
    served.silent("4711");
    let (seen, last) = one.until("4711");
    assert_eq!(
        (&seen["aim"], &seen["due"]),
        (&json!("reminder-1"), &json!("2026-03-02T09:10:00Z"))
    );
    assert_eq!(other.until("4711").0, seen);
    // Away for a while, and back: what was missed comes, and nothing has to be read again.
    drop(one);
    served.post("/v1/accounts/acme/tickets/4711/hold", "");
    assert_eq!(other.until("4711").0["due"], Value::Null);
    let mut back = Events::open(&served, &served.acme, &last);
    assert_eq!(back.until("4711").0["due"], Value::Null);
    // A position of another run means nothing.
    let mut unknown = Events::open(&served, &served.acme, "1-1");
    assert_eq!(unknown.next().unwrap().kind, "reset");
    // The changes of other accounts are not seen.
    let event = json!({ "ticket": "secret", "facts": { "channel": "sms" } }).to_string();
    let theirs = "/v1/accounts/globex/events";
    assert_eq!(call("POST", &served.url(theirs), &served.globex, Some(&event), &[]).status, 200);
    served.silent("4712");
    assert!(back.until("4712").0["id"] != "secret");
}

#[test]
fn a_stream_ends_with_its_token_and_with_the_server() {
    let served = Served::new();
    let token = served.token(&["help-desk:view"]);
    let mut revoked = Events::open(&served, &token, "");
    let mut other = Events::open(&served, &served.acme, "");
    assert_eq!(revoked.next().unwrap().kind, "reset");
    assert_eq!(other.next().unwrap().kind, "reset");
    assert_eq!(served.delete("/v1/tokens/help-desk:view").status, 204);
    assert!(revoked.next().is_none());
    // The server waits for nobody who watches.
    assert!(served.server.stop().is_some());
    let mut rest = String::new();
    other.0.read_to_string(&mut rest).unwrap();
    assert!(!rest.contains("data:"), "{rest}");
}

fn list(served: &Served, query: &str) -> (Vec<String>, Value) {
    let answer = served.get(&format!("/v1/accounts/acme/tickets?{query}")).json();
    let all = answer["tickets"].as_array().unwrap_or_else(|| panic!("{answer}"));
    (all.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect(), answer)
}

#[test]
fn tickets_are_found_by_channel_agent_and_what_they_wait_for() {
    let served = Served::new();
    for n in 0..30 {
        let (channel, agent) = if n % 3 == 0 { ("email", "Eva") } else { ("whatsapp", "Ana") };
        let events = ["customer", "agent"].map(|author| {
            json!({ "ticket": format!("t{n:02}"), "at": "2026-03-02T09:00:00Z",
                    "id": format!("{n}{author}"), "message": { "author": author },
                    "facts": { "channel": channel, "agent": agent } })
        });
        let taken = served.post("/v1/accounts/acme/events", &json!(events).to_string());
        assert_eq!(taken.json()["stored"], 2, "{taken:?}");
    }
    served.post("/v1/accounts/acme/tickets/t05/hold", "");
    let (by_mail, answer) = list(&served, "order=due&channel=email&agent=Eva&details=true");
    assert_eq!(by_mail.len(), 10);
    let first = &answer["tickets"][0];
    let last = json!({ "author": "agent", "at": "2026-03-02T09:00:00Z" });
    assert_eq!((&first["last-message"], &first["rule"]), (&last, &json!(0)));
    assert_eq!((&first["channel"], &first["reason"]), (&json!("email"), &json!("reminder 1")));
    assert_eq!(list(&served, "order=due&channel=email&agent=Ana").0, [""; 0]);
    assert_eq!(list(&served, "paused=true").0, ["t05"]);
    assert_eq!(list(&served, "without-step=true").0, ["t05"]);
    assert_eq!(list(&served, "text=T1").0.len(), 10);
    assert_eq!(list(&served, "order=due&closes-within=1%20h").0, [""; 0]);
    assert_eq!(list(&served, "given-up=true").0, [""; 0]);
    // Page by page: each ticket once, in the order in which they are due.
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let (ids, answer) = list(&served, &format!("order=due&limit=7{cursor}"));
        seen.extend(ids);
        match answer["cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let expected: Vec<_> = (0..30).filter(|n| *n != 5).map(|n| format!("t{n:02}")).collect();
    assert_eq!(seen, expected);
    for wrong in ["cursor=x", "cursor=1.2", "order=due&cursor=12", "closes-within=1%20h"] {
        let answer = served.get(&format!("/v1/accounts/acme/tickets?{wrong}"));
        assert_eq!(answer.problem(), "bad-parameter", "{wrong}");
    }
}

fn by_hand(served: &Served, what: &str) -> Answer {
    served.post(&format!("/v1/accounts/acme/tickets/4711/{what}"), "")
}

/// The steps that were delivered, in order.
fn steps(served: &Served) -> Vec<String> {
    let key = |action: &Value| action["key"].as_str().unwrap().to_owned();
    served.actions().iter().map(key).collect()
}

#[test]
fn a_reminder_is_sent_before_its_time_once_and_the_close_stays_where_it_was() {
    let served = Served::new();
    served.silent("4711");
    // The close comes after its reminders only.
    let refused = by_hand(&served, "close-now");
    assert_eq!((refused.status, refused.problem().as_str()), (422, "event-refused"));
    served.at(NINE + 2 * MINUTE);
    assert_eq!(by_hand(&served, "remind-now").status, 200);
    served.settle(|served| served.carried_out() == 1);
    assert_eq!(steps(&served), ["4711/1/reminder-1"]);
    // At its time it is not sent again; the next ones count from the sending.
    let ticket = served.get("/v1/accounts/acme/tickets/4711").json();
    assert_eq!(
        (&ticket["aim"], &ticket["due"]),
        (&json!("reminder-2"), &json!("2026-03-02T09:03:00Z"))
    );
    for (minute, count) in [(3, 2), (6, 3)] {
        served.at(NINE + minute * MINUTE);
        served.settle(|served| served.carried_out() == count);
    }
    let ticket = served.get("/v1/accounts/acme/tickets/4711").json();
    assert_eq!((&ticket["aim"], &ticket["due"]), (&json!("close"), &json!("2026-03-02T09:15:00Z")));
    assert_eq!(by_hand(&served, "remind-now").problem(), "event-refused");
    // All reminders were sent: a person may have it closed before its time, once.
    served.at(NINE + 7 * MINUTE);
    assert_eq!(by_hand(&served, "close-now").status, 200);
    served.settle(|served| served.carried_out() == 4);
    assert_eq!(steps(&served).last().unwrap(), "4711/1/close");
    served.at(NINE + 20 * MINUTE);
    served.settle(|served| served.carried_out() == 4);
    assert_eq!(steps(&served).len(), 4);
    assert_eq!(by_hand(&served, "close-now").problem(), "event-refused");
    let audit = served.get("/v1/accounts/acme/audit?limit=50").body;
    assert!(audit.contains("ticket-reminded-now") && audit.contains("ticket-closed-now"));
    // The journal still explains the ticket as it is.
    let consistent =
        served.server.handle().call(|desk, _| desk.query_consistency("acme", "4711")).unwrap();
    assert_eq!(consistent, Ok(true));
}

#[test]
fn nothing_is_done_before_its_time_while_the_company_owes_the_answer_or_the_clock_stands() {
    let served = Served::new();
    served.silent("4711");
    by_hand(&served, "hold");
    assert_eq!(by_hand(&served, "remind-now").problem(), "event-refused");
    by_hand(&served, "release");
    let wrote = json!({ "ticket": "4711", "id": "c2", "message": { "author": "customer" } });
    assert_eq!(served.post("/v1/accounts/acme/events", &wrote.to_string()).status, 200);
    for what in ["remind-now", "close-now"] {
        let refused = by_hand(&served, what);
        assert!(refused.body.contains("company-turn"), "{refused:?}");
    }
    assert!(served.actions().is_empty());
}

#[test]
fn many_tickets_are_changed_at_once_and_each_has_its_result() {
    let served = Served::new();
    served.silent("4711");
    served.silent("4712");
    let many = |body: Value| served.post("/v1/accounts/acme/tickets", &body.to_string());
    let done = many(json!({ "do": "extend", "by": "1 h", "tickets": ["4711", "none", "4712"] }));
    let results = done.json()["results"].as_array().unwrap().clone();
    assert_eq!(results[0]["decision"]["until"], "2026-03-02T10:10:00Z", "{done:?}");
    assert_eq!(results[1]["problem"]["type"], "urn:despertador:problem:unknown-ticket");
    assert_eq!(results[2]["ticket"], "4712");
    let exempt = json!({ "do": "exempt", "tag": "vip", "tickets": ["4711"] });
    assert_eq!(many(exempt).status, 200);
    let tags = || served.get("/v1/accounts/acme/tickets/4711").json()["facts"]["tags"].clone();
    assert_eq!(tags(), json!(["vip"]));
    let undone = served.post("/v1/accounts/acme/tickets/4711/unexempt", r#"{"tag":"vip"}"#);
    assert_eq!((undone.status, tags()), (200, Value::Null));
    let too_many: Vec<String> = (0..101).map(|n| n.to_string()).collect();
    for wrong in [
        json!({ "do": "dance", "tickets": ["4711"] }),
        json!({ "do": "extend", "tickets": ["4711"] }),
        json!({ "do": "exempt", "tickets": ["4711"] }),
        json!({ "do": "hold", "tickets": too_many }),
    ] {
        assert_eq!(many(wrong.clone()).problem(), "bad-parameter", "{wrong}");
    }
}

#[test]
fn a_badge_says_what_comes_next_and_a_frame_may_give_more_time() {
    let served = Served::with(|settings, _| {
        settings.frame_ancestors = vec!["https://desk.example.com".into()];
    });
    served.silent("4711");
    let path = "/v1/accounts/acme/tickets/4711/badge";
    let spanish = [("Accept-Language", "es")];
    let badge = call("GET", &served.url(path), &served.acme, None, &spanish).json();
    assert_eq!(badge["text"], "recordatorio 1 a las 09:10, cierre a las 09:15", "{badge}");
    let steps: Vec<_> = badge["steps"].as_array().unwrap().iter().map(|s| &s["step"]).collect();
    assert_eq!(steps, ["reminder-1", "reminder-2", "reminder-3", "close"]);
    let picture =
        call("GET", &served.url(path), &served.acme, None, &[("Accept", "image/svg+xml")]);
    assert!(picture.kind == "image/svg+xml" && picture.body.contains("reminder 1 at 09:10"));
    let ask = |method: &str, path: &str| call(method, &served.url(path), "", None, &[]);
    let frame = |token: &str, body: &str| call("POST", &served.url(path), token, Some(body), &[]);
    // To see, and no more.
    let view = served.token(&["help-desk:view"]);
    assert_eq!(frame(&view, r#"{"extend":true}"#).problem(), "missing-scope");
    assert_eq!(frame(&view, r#"{"for":"2 h"}"#).problem(), "bad-parameter");
    let seen = frame(&view, "{}").json();
    assert_eq!(seen["until"], "2026-03-02T09:15:00Z");
    let page = ask("GET", seen["path"].as_str().unwrap());
    assert!(page.status == 200 && page.body.contains("09:10") && !page.body.contains("<button"));
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("frame-ancestors https://desk.example.com"), "{policy}");
    assert_eq!(page.header("x-frame-options"), None);
    let refused = ask("POST", seen["path"].as_str().unwrap());
    assert!(refused.body.contains("not possible"), "{refused:?}");
    assert_eq!(served.get(path).json()["steps"][0]["at"], "2026-03-02T09:10:00Z");
    // With more time at hand.
    let edit = frame(&served.acme, r#"{"extend":true,"for":"1 h"}"#).json();
    let page = ask("POST", edit["path"].as_str().unwrap());
    assert!(page.status == 200 && page.body.contains("09:20"), "{page:?}");
    // It ends with its time, and with the token with which it was made.
    assert_eq!(served.delete("/v1/tokens/help-desk:view").status, 204);
    assert_eq!(ask("GET", seen["path"].as_str().unwrap()).status, 410);
    served.at(NINE + 60 * MINUTE);
    let over = ask("GET", edit["path"].as_str().unwrap());
    assert!(over.status == 410 && over.body.contains("expired"), "{over:?}");
    assert_eq!(ask("GET", "/badge/x").status, 410);
}
