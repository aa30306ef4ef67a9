//! Actions carried out by a simulated Blip on this machine.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that is wrong fails"
)]

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use despertador_blip::{BlipOptions, BlipSink, Feed, TICKET_FACT};
use despertador_contract::decision::action_from_json;
use despertador_contract::{Channel, Instant, Ticket};
use despertador_desk::runtime::{Clock, Runtime, RuntimeOptions};
use despertador_desk::sink::Sink;
use despertador_desk::{Delivery, DeliveryOutcome};
use despertador_lime::CloseWay;
use serde_json::{Value, json};
use support::{BOT, CUSTOMER, Folder, MINUTE, NINE, SECOND, answered, source};

const SOON: Duration = Duration::from_secs(20);
const SECRET: &str = "bXlib3Q6c2VjcmV0";

#[derive(Clone)]
struct Hand(Arc<AtomicI64>);

impl Clock for Hand {
    fn now(&self) -> Instant {
        self.0.load(Ordering::SeqCst)
    }
}

fn clock() -> Hand {
    Hand(Arc::new(AtomicI64::new(NINE)))
}

#[derive(Debug)]
struct Request {
    path: String,
    authorization: Option<String>,
    body: Value,
}

type Handler = dyn Fn(&Request) -> Option<String> + Send;

/// A simulated Blip that answers what the handler writes, byte by byte; without an answer the
/// caller waits.
fn blip(handler: Box<Handler>) -> (String, Receiver<Request>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let (heard, requests) = mpsc::channel();
    std::thread::spawn(move || {
        let mut slow = Vec::new();
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let Some(request) = request(&stream) else { continue };
            let answer = handler(&request);
            // Reported before it is answered, so that the caller finds it here.
            if heard.send(request).is_err() {
                return;
            }
            match answer {
                // The caller may have closed the connection.
                Some(answer) => drop(stream.write_all(answer.as_bytes())),
                None => slow.push(stream),
            }
        }
    });
    (url, requests)
}

fn request(stream: &TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let path = line.split(' ').nth(1)?.to_owned();
    let (mut length, mut authorization) = (0, None);
    loop {
        line.clear();
        if reader.read_line(&mut line).ok()? <= 2 {
            break;
        }
        let (name, value) = line.split_once(':')?;
        match name.to_lowercase().as_str() {
            "content-length" => length = value.trim().parse().ok()?,
            "authorization" => authorization = Some(value.trim().to_owned()),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let body = serde_json::from_slice(&body).ok()?;
    Some(Request { path, authorization, body })
}

fn http(status: &str, body: &str) -> Option<String> {
    let length = body.len();
    Some(format!(
        "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
    ))
}

/// Like Blip: messages are accepted, commands succeed.
fn friendly(request: &Request) -> Option<String> {
    match request.path.as_str() {
        "/commands" => command(request, &json!({ "status": "success" })),
        _ => http("202 Accepted", ""),
    }
}

fn command(request: &Request, with: &Value) -> Option<String> {
    let mut answer = json!({ "id": request.body["id"], "method": "set",
        "from": "postmaster@desk.msging.net/#az", "to": BOT });
    for (name, value) in with.as_object().unwrap() {
        answer[name] = value.clone();
    }
    http("200 OK", &answer.to_string())
}

fn sink_with(base: &str, change: impl FnOnce(&mut BlipOptions)) -> BlipSink {
    let mut options = BlipOptions::new(base, SECRET, BOT.parse().unwrap());
    options.timeout = SOON;
    change(&mut options);
    BlipSink::new(options, clock()).expect("a sink")
}

fn sink(base: &str) -> BlipSink {
    sink_with(base, |_| {})
}

fn facts() -> Ticket {
    let kept = json!({ "id": "t-1", "sequentialId": 7, "customerIdentity": CUSTOMER,
        "ownerIdentity": BOT, "status": "Open", "tags": ["fibra"] });
    Ticket {
        tags: vec!["fibra".into()],
        more: Some(vec![
            ("customer.id".into(), CUSTOMER.into()),
            (TICKET_FACT.into(), kept.to_string()),
        ]),
        ..Ticket::open("t-1", Channel::Whatsapp)
    }
}

fn delivery(action: Value) -> Delivery {
    Delivery {
        account: "acme".into(),
        ticket: "t-1".into(),
        key: action["key"].as_str().unwrap().into(),
        attempt: 1,
        due: NINE,
        action: action_from_json(&action).expect("an action"),
        facts: facts(),
    }
}

fn words(text: &str) -> Value {
    json!({ "text": text, "language": "es", "audience": "customer", "template": null,
            "image": null, "quick-replies": [] })
}

fn reminder() -> Delivery {
    let mut with = words("¿Sigues ahí?");
    with["number"] = json!(1);
    with["of"] = json!(1);
    delivery(json!({ "key": "t-1/1/reminder-1", "due": "2026-03-02T09:10:00Z", "task": "send",
        "with": with }))
}

fn close() -> Delivery {
    let with = json!({ "reason": "customer-inactivity", "notice": "n", "closing-text": "Hasta pronto",
        "closing-message": words("Hasta pronto"), "silent-because": null,
        "note": { "category": "Inactividad", "summary": "15 min" }, "tags": ["inactividad"],
        "incomplete-metadata": false, "exit": "customer-inactivity",
        "then": { "source": "inactivity", "unassign": false, "bot-on": true, "survey": "no" } });
    delivery(json!({ "key": "t-1/1/close", "due": "2026-03-02T09:15:00Z", "task": "close",
        "with": with }))
}

fn ids(requests: &Receiver<Request>) -> Vec<String> {
    requests
        .try_iter()
        .map(|request| {
            request.body["id"].as_str().unwrap_or("typing").replace("despertador.t-1.1.", "")
        })
        .collect()
}

#[test]
fn a_reminder_is_a_message_under_its_id() {
    let (url, requests) = blip(Box::new(friendly));
    let sink = sink_with(&format!("{url}/"), |options| {
        options.key = format!(" Key {SECRET}\n");
        options.envelopes.typing = Some(1_000);
    });
    for _ in 0..2 {
        assert_eq!(sink.deliver(&reminder()), DeliveryOutcome::Done);
        let typing = requests.recv_timeout(SOON).expect("a request");
        assert_eq!(typing.body["content"]["state"], "composing");
        let sent = requests.recv_timeout(SOON).expect("a request");
        assert_eq!(sent.path, "/messages");
        assert_eq!(sent.authorization, Some(format!("Key {SECRET}")));
        let expected = json!({ "id": "despertador.t-1.1.reminder-1.message", "to": CUSTOMER,
            "type": "text/plain", "content": "¿Sigues ahí?" });
        assert_eq!(sent.body, expected);
    }
}

#[test]
fn a_close_is_carried_out_in_parts_and_none_is_sent_twice() {
    // The close itself fails three times with a temporary reason.
    let failures = Mutex::new(3);
    let (url, requests) = blip(Box::new(move |request| {
        let mut left = failures.lock().unwrap();
        if request.body["uri"] == "/tickets/change-status" && *left > 0 {
            *left -= 1;
            let reason = json!({ "code": 61, "description": "try again" });
            return command(request, &json!({ "status": "failure", "reason": reason }));
        }
        friendly(request)
    }));
    let first = sink(&url);
    let why = "the command failed with code 61: try again";
    assert_eq!(first.deliver(&close()), DeliveryOutcome::Retry(why.into()));
    assert_eq!(ids(&requests), ["close.closing-text", "close.closing-note", "close.close"]);
    assert_eq!(first.deliver(&close()), DeliveryOutcome::Retry(why.into()));
    assert_eq!(ids(&requests), ["close.close"], "the customer was told");
    // After a crash the progress is lost: everything is sent again, with the same ids.
    let second = sink(&url);
    assert_eq!(second.deliver(&close()), DeliveryOutcome::Retry(why.into()));
    assert_eq!(ids(&requests), ["close.closing-text", "close.closing-note", "close.close"]);
    assert_eq!(second.deliver(&close()), DeliveryOutcome::Done);
    let closed = requests.try_iter().last().expect("a request");
    let expected = json!({ "id": "t-1", "status": "ClosedClientInactivity",
        "tags": ["fibra", "inactividad"] });
    assert_eq!(closed.body["resource"], expected);
}

#[test]
fn what_goes_along_with_a_close_does_not_hold_it_up() {
    let (url, requests) = blip(Box::new(|request| match request.path.as_str() {
        "/messages" => http("403 Forbidden", ""),
        _ if request.body["uri"].as_str().unwrap().ends_with("/comments") => {
            command(request, &json!({ "status": "failure", "reason": { "code": 67 } }))
        }
        _ => friendly(request),
    }));
    assert_eq!(sink(&url).deliver(&close()), DeliveryOutcome::Done);
    assert_eq!(ids(&requests), ["close.closing-text", "close.closing-note", "close.close"]);
}

#[test]
fn a_flow_is_fed_where_the_close_says_nothing_to_it() {
    let (flow, fed) = blip(Box::new(friendly));
    let (url, requests) = blip(Box::new(friendly));
    let of = |feed: Feed| {
        sink_with(&url, |options| {
            options.envelopes.close = CloseWay::CloseAndFeed;
            options.feed = feed;
        })
    };
    assert_eq!(of(Feed::Address(format!("{flow}/flow"))).deliver(&close()), DeliveryOutcome::Done);
    let request = fed.recv_timeout(SOON).expect("a request");
    assert_eq!((request.path.as_str(), request.authorization), ("/flow", None));
    let told = &request.body["content"]["context"]["value"];
    assert_eq!((&told["id"], &told["status"]), (&json!("t-1"), &json!("ClosedClientInactivity")));
    let sent: Vec<Request> = requests.try_iter().collect();
    assert_eq!(sent.last().unwrap().body["uri"], "/tickets/t-1/close");
    assert_eq!(of(Feed::Blip).deliver(&close()), DeliveryOutcome::Done);
    assert_eq!(ids(&requests).last().unwrap(), "close.redirect");
    assert_eq!(of(Feed::Nobody).deliver(&close()), DeliveryOutcome::Done);
    assert_eq!(ids(&requests).last().unwrap(), "close.close");
}

#[test]
fn what_blip_answers_to_a_command_decides_what_becomes_of_it() {
    type Is = fn(&DeliveryOutcome) -> bool;
    let done: Is = |o| matches!(o, DeliveryOutcome::Done);
    let refused: Is = |o| matches!(o, DeliveryOutcome::Refused(_));
    let blocked: Is = |o| matches!(o, DeliveryOutcome::Blocked(_));
    let retry: Is = |o| matches!(o, DeliveryOutcome::Retry(_));
    let failure =
        |code: i64| json!({ "status": "failure", "reason": { "code": code } }).to_string();
    let cases: [(String, Is); 15] = [
        (json!({ "status": "success" }).to_string(), done),
        // The ticket is gone or closed: the close was done earlier.
        (failure(67), done),
        (failure(62), refused),
        (failure(33), blocked),
        (failure(42), retry),
        (failure(81), retry),
        (json!({ "status": "failure" }).to_string(), refused),
        (json!({ "status": "pending" }).to_string(), retry),
        (json!({ "status": null }).to_string(), retry),
        (json!({ "status": "success", "id": "another" }).to_string(), retry),
        (json!({ "status": 5 }).to_string(), retry),
        ("garbage".into(), retry),
        ("half".into(), retry),
        ("huge".into(), retry),
        ("nothing".into(), retry),
    ];
    for (with, expected) in cases {
        let answer = with.clone();
        let (url, _requests) = blip(Box::new(move |request| {
            if request.body["uri"] != "/tickets/change-status" {
                return friendly(request);
            }
            match answer.as_str() {
                "garbage" => http("200 OK", "<html>"),
                "half" => Some("HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"id\":".into()),
                // More than is read; with the rest it would look like a success.
                "huge" => {
                    let blank = " ".repeat(300 * 1024);
                    let id = &request.body["id"];
                    let text = format!(r#"{{"id":{id},{blank}"method":"set","status":"success"}}"#);
                    http("200 OK", &text)
                }
                "nothing" => http("200 OK", ""),
                text => command(request, &serde_json::from_str(text).unwrap()),
            }
        }));
        let outcome = sink(&url).deliver(&close());
        assert!(expected(&outcome), "{with}: {outcome:?}");
    }
}

#[test]
fn what_happens_on_the_way_decides_what_becomes_of_it() {
    type Is = fn(&DeliveryOutcome) -> bool;
    let retry: Is = |o| matches!(o, DeliveryOutcome::Retry(_));
    let cases: [(&'static str, Is); 9] = [
        ("HTTP/1.1 500 Oh\r\ncontent-length: 0\r\n\r\n", retry),
        ("HTTP/1.1 401 Who\r\ncontent-length: 0\r\n\r\n", retry),
        ("HTTP/1.1 403 No\r\ncontent-length: 0\r\n\r\n", |o| {
            matches!(o, DeliveryOutcome::Blocked(_))
        }),
        ("HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n", |o| {
            matches!(o, DeliveryOutcome::Blocked(_))
        }),
        ("HTTP/1.1 400 Bad\r\ncontent-length: 0\r\n\r\n", |o| {
            matches!(o, DeliveryOutcome::Refused(_))
        }),
        ("HTTP/1.1 429 Slow\r\nretry-after: 90\r\ncontent-length: 0\r\n\r\n", |o| {
            matches!(o, DeliveryOutcome::RetryAfter { pause: 90_000, .. })
        }),
        (
            "HTTP/1.1 503 Busy\r\nretry-after: Mon, 02 Mar 2026 09:01:00 GMT\r\n\
             content-length: 0\r\n\r\n",
            |o| matches!(o, DeliveryOutcome::RetryAfter { pause: 60_000, .. }),
        ),
        ("who is there?\r\n\r\n", retry),
        // Slower than the timeout.
        ("", retry),
    ];
    for (answer, expected) in cases {
        let (url, _requests) = blip(Box::new(move |_| (!answer.is_empty()).then(|| answer.into())));
        let slow = answer.is_empty();
        let outcome = sink_with(&url, |options| {
            options.timeout = if slow { Duration::from_millis(300) } else { SOON };
        });
        let outcome = outcome.deliver(&reminder());
        assert!(expected(&outcome), "{answer}: {outcome:?}");
        assert!(!format!("{outcome:?}").contains(SECRET), "{outcome:?}");
    }
    // Nobody listens.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let outcome = sink(&format!("http://{port}")).deliver(&reminder());
    assert!(retry(&outcome), "{outcome:?}");
}

#[test]
fn a_ticket_that_is_gone_or_closed_already_was_closed_before() {
    for (answer, expected) in [
        (http("404 Not Found", ""), true),
        (http("410 Gone", ""), true),
        (http("409 Conflict", r#"{"error":"the ticket is already closed"}"#), true),
        (http("409 Conflict", r#"{"error":"busy"}"#), false),
    ] {
        let shown = answer.clone();
        let (url, _requests) = blip(Box::new(move |request| {
            let uri = request.body["uri"].as_str().unwrap_or_default();
            if uri == "/tickets/change-status" { answer.clone() } else { friendly(request) }
        }));
        let outcome = sink(&url).deliver(&close());
        assert_eq!(outcome == DeliveryOutcome::Done, expected, "{shown:?}: {outcome:?}");
    }
}

#[test]
fn an_address_that_has_nothing_at_all_closes_no_ticket() {
    let (url, _requests) = blip(Box::new(|_| http("404 Not Found", "")));
    let sink = sink(&url);
    let outcome = sink.deliver(&close());
    assert!(
        matches!(&outcome, DeliveryOutcome::Retry(why) if why.contains("address")),
        "{outcome:?}"
    );
    assert!(sink.is_in_doubt());
}

#[test]
fn a_redirect_is_not_followed_with_the_key() {
    let (elsewhere, stolen) = blip(Box::new(friendly));
    let (url, _requests) = blip(Box::new(move |_| {
        Some(format!(
            "HTTP/1.1 307 Over there\r\nlocation: {elsewhere}/messages\r\ncontent-length: 0\r\n\r\n"
        ))
    }));
    let outcome = sink(&url).deliver(&reminder());
    assert!(matches!(&outcome, DeliveryOutcome::Retry(why) if why.contains("307")), "{outcome:?}");
    assert!(stolen.try_recv().is_err());
}

#[test]
fn what_cannot_be_sent_is_refused_with_the_way_out() {
    let (url, requests) = blip(Box::new(friendly));
    let unknown = Delivery { facts: Ticket::open("t-1", Channel::Sms), ..reminder() };
    let outcome = sink(&url).deliver(&unknown);
    assert!(
        matches!(&outcome, DeliveryOutcome::Refused(why) if why.contains("customer.id")),
        "{outcome:?}"
    );
    assert!(requests.try_recv().is_err());

    let wrong = |base: &str, key: &str| {
        let options = BlipOptions::new(base, key, BOT.parse().unwrap());
        assert!(!format!("{options:?}").contains(SECRET));
        BlipSink::new(options, clock()).map(|sink| format!("{sink:?}"))
    };
    let shown = wrong("http://localhost", SECRET).expect("a sink");
    assert!(!shown.contains(SECRET) && shown.contains("localhost"), "{shown}");
    assert!(wrong("localhost", SECRET).unwrap_err().contains("http://"));
    for key in ["", "Key ", "a\nb"] {
        assert!(wrong("http://localhost", key).unwrap_err().contains("the key is none"), "{key}");
    }
}

#[test]
fn a_silent_customer_of_blip_is_reminded_and_the_ticket_closed() {
    let folder = Folder::new();
    let (url, requests) = blip(Box::new(friendly));
    let clock = clock();
    let options = RuntimeOptions { workers: 2, ..RuntimeOptions::default() };
    let runtime =
        Runtime::start(folder.desk(), clock.clone(), sink(&url), options).expect("threads");
    let (handle, source) = (runtime.handle(), source());
    let lines: Vec<String> = answered().iter().map(|(_, envelope)| envelope.to_string()).collect();
    clock.0.store(NINE + 2 * MINUTE, Ordering::SeqCst);
    let answers = source.receive(&handle, &lines.join("\n")).expect("answers");
    assert_eq!(answers.len(), 4, "{answers:?}");
    let mut sent = Vec::new();
    for minute in [12, 17] {
        clock.0.store(NINE + minute * MINUTE, Ordering::SeqCst);
        handle.call(|_, _| ()).expect("a desk");
        let last = if minute == 12 { "message" } else { ".close.close" };
        loop {
            let request = requests.recv_timeout(SOON).expect("a request");
            let id = request.body["id"].as_str().expect("an id").to_owned();
            sent.push(id.replace("despertador.t-1.1.", ""));
            if id.ends_with(last) {
                break;
            }
        }
        // The report arrives without another call.
        while handle
            .call(|desk, _| !desk.query_ticket("acme", "t-1").expect("one").outbox.is_empty())
            .expect("a desk")
        {
            std::thread::yield_now();
        }
    }
    let expected =
        ["reminder-1.message", "close.closing-text", "close.closing-note", "close.close"];
    assert_eq!(sent, expected);
    clock.0.store(NINE + 17 * MINUTE + SECOND, Ordering::SeqCst);
    let (counts, commits) = handle
        .call(|desk, _| (desk.counts().next().unwrap().1, desk.commit_durations().count))
        .expect("a desk");
    assert_eq!(counts.done, 2);
    // The events, then for each of both actions a round that claims it and one that records it; what
    // falls into one round is one commit.
    assert!((3..=5).contains(&commits), "{commits}");
    let mut desk = runtime.stop().expect("the desk");
    assert!(desk.query_consistency("acme", "t-1").expect("a journal"));
    assert_eq!(desk.delivery_lateness().count, 2);
}
