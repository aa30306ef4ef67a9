//! The threads around the desk, and webhooks on this machine.
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
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use despertador_desk::runtime::{Clock, Inlet, NotDone, Runtime, RuntimeOptions};
use despertador_desk::sink::signature::verify;
use despertador_desk::sink::{LogSink, Sink, Webhook, WebhookOptions};
use despertador_desk::store::Sqlite;
use despertador_desk::{Delivery, Outcome, Receipt};
use despertador_host::contract::{Author, Channel, Instant, Ticket};
use serde_json::{Value, json};
use support::{ADERESO, Folder, MINUTE, NINE, SECOND, silent, words};

/// A clock that is set by hand.
#[derive(Clone)]
struct Hand(Arc<AtomicI64>);

impl Hand {
    fn at(now: Instant) -> Self {
        Self(Arc::new(AtomicI64::new(now)))
    }

    /// Sets the clock, and has the desk look at it.
    fn set(&self, now: Instant, inlet: &Inlet<Sqlite>) {
        self.0.store(now, Ordering::SeqCst);
        inlet.ask(|_, _| ()).expect("a desk");
    }
}

impl Clock for Hand {
    fn now(&self) -> Instant {
        self.0.load(Ordering::SeqCst)
    }
}

/// Says what it was given, and answers what it is told to.
struct Told {
    given: Mutex<Sender<Delivery>>,
    answers: Mutex<Receiver<Outcome>>,
}

impl Sink for Told {
    fn deliver(&self, delivery: &Delivery) -> Outcome {
        self.given.lock().unwrap().send(delivery.clone()).expect("a test");
        match self.answers.lock().unwrap().recv().expect("an answer") {
            Outcome::Refused(why) if why == "crash" => panic!("on demand"),
            outcome => outcome,
        }
    }
}

const SOON: Duration = Duration::from_secs(20);

#[test]
fn a_running_desk_reminds_and_closes_and_stops_when_told() {
    let folder = Folder::new();
    let clock = Hand::at(NINE);
    let (given, deliveries) = mpsc::channel();
    let (answer, answers) = mpsc::channel();
    let sink = Told { given: Mutex::new(given), answers: Mutex::new(answers) };
    let desk = folder.acme(ADERESO);
    let options = RuntimeOptions { workers: 2, ..RuntimeOptions::default() };
    let runtime = Runtime::start(desk, clock.clone(), sink, options).expect("threads");
    let inlet = runtime.inlet();
    let receipts = inlet.take(silent("4711", NINE)).expect("receipts");
    assert!(receipts.iter().all(|receipt| matches!(receipt, Receipt::Heard(_))));
    let mut keys = Vec::new();
    for after in [10, 11, 14, 15] {
        answer.send(Outcome::Done).expect("a sink");
        clock.set(NINE + after * MINUTE, &inlet);
        let delivery = deliveries.recv_timeout(SOON).expect("a delivery");
        keys.push(delivery.key);
        // The report is on its way to the desk; it has come when the ticket says so.
        while !inlet
            .ask(|desk, _| desk.standing("acme", "4711").expect("a ticket").outbox.is_empty())
            .expect("a desk")
        {
            std::thread::yield_now();
        }
    }
    let steps: Vec<_> = keys.iter().map(|key| key.rsplit('/').next().unwrap()).collect();
    assert_eq!(steps, ["reminder-1", "reminder-2", "reminder-3", "close"]);
    let mut desk = runtime.stop().expect("the desk comes back");
    assert!(desk.is_as_journal_says("acme", "4711").expect("a journal"));
    assert_eq!(inlet.take(silent("4712", NINE)), Err(NotDone::Stopped));
}

#[test]
fn what_is_told_by_many_at_once_is_stored_together_and_answered_to_each() {
    let folder = Folder::new();
    let desk = folder.acme(ADERESO);
    let sink = LogSink::new(std::io::sink());
    let runtime =
        Runtime::start(desk, Hand::at(NINE), sink, RuntimeOptions::default()).expect("threads");
    std::thread::scope(|scope| {
        for caller in 0..8 {
            let inlet = runtime.inlet();
            scope.spawn(move || {
                for n in 0..25 {
                    let ticket = format!("T{caller}");
                    let mut given = vec![words(&ticket, Author::Customer, &n.to_string(), NINE)];
                    given.push(given[0].clone());
                    let receipts = inlet.take(given).expect("receipts");
                    assert!(matches!(&receipts[..], [Receipt::Heard(_), Receipt::Again]));
                }
            });
        }
    });
    let mut desk = runtime.stop().expect("the desk comes back");
    for caller in 0..8 {
        assert_eq!(desk.timeline("acme", &format!("T{caller}")).expect("a timeline").len(), 25);
    }
}

#[test]
fn a_sink_that_crashes_stops_nobody() {
    let folder = Folder::new();
    let clock = Hand::at(NINE);
    let (given, deliveries) = mpsc::channel();
    let (answer, answers) = mpsc::channel();
    let sink = Told { given: Mutex::new(given), answers: Mutex::new(answers) };
    let options = RuntimeOptions { workers: 1, ..RuntimeOptions::default() };
    let runtime =
        Runtime::start(folder.acme(ADERESO), clock.clone(), sink, options).expect("threads");
    let inlet = runtime.inlet();
    inlet.take(silent("4711", NINE)).expect("receipts");
    // The lock of the answers is poisoned by the crash, so it is the last one asked for.
    answer.send(Outcome::Refused("crash".into())).expect("a sink");
    clock.set(NINE + 10 * MINUTE, &inlet);
    deliveries.recv_timeout(SOON).expect("a delivery");
    let why = loop {
        let standing =
            inlet.ask(|desk, _| desk.standing("acme", "4711").expect("a ticket")).expect("a desk");
        if let Some(why) = standing.outbox.first().and_then(|row| row.why.clone()) {
            break why;
        }
        std::thread::yield_now();
    };
    assert_eq!(why, "the sink crashed");
    drop((answer, deliveries));
    assert!(runtime.stop().is_some());
}

/// What came in a request.
struct Request {
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Request {
    fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value)
    }
}

/// A receiver that gives these answers, one a connection, byte by byte as they are written here.
fn receiver(answers: &'static [&'static str]) -> (String, Receiver<Request>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
    let (heard, requests) = mpsc::channel();
    std::thread::spawn(move || {
        // What gets no answer stays open, as with a receiver that is slow.
        let mut slow = Vec::new();
        for answer in answers {
            let Ok((mut stream, _)) = listener.accept() else { return };
            let _: Result<_, _> = heard.send(request(&stream));
            if answer.is_empty() {
                slow.push(stream);
            } else {
                let _: Result<_, _> = stream.write_all(answer.as_bytes());
            }
        }
    });
    (url, requests)
}

fn request(stream: &TcpStream) -> Request {
    let mut reader = BufReader::new(stream);
    let mut headers = Vec::new();
    let mut line = String::new();
    while reader.read_line(&mut line).expect("a line") > 2 {
        if let Some((name, value)) = line.split_once(':') {
            headers.push((name.to_owned(), value.trim().to_owned()));
        }
        line.clear();
    }
    let mut request = Request { headers, body: Vec::new() };
    let length = request.header("content-length").parse().expect("a length");
    request.body = vec![0; length];
    reader.read_exact(&mut request.body).expect("a body");
    request
}

fn delivery() -> Delivery {
    Delivery {
        account: "acme".into(),
        ticket: "ünï 1".into(),
        key: "ünï 1/1/reminder-1".into(),
        attempt: 2,
        due: NINE,
        action: json!({ "task": "send" }),
        facts: Ticket::open("ünï 1", Channel::Sms),
    }
}

fn webhook(url: String, timeout: Duration) -> Webhook {
    let options = WebhookOptions { timeout, ..WebhookOptions::new(url, "secret") };
    Webhook::new(options, Hand::at(NINE))
}

#[test]
fn a_webhook_is_signed_and_has_its_key() {
    let (url, requests) = receiver(&["HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n"]);
    assert_eq!(webhook(url, SOON).deliver(&delivery()), Outcome::Done);
    let request = requests.recv_timeout(SOON).expect("a request");
    assert_eq!(request.header("Idempotency-Key"), "%C3%BCn%C3%AF%201/1/reminder-1");
    assert_eq!(request.header("Despertador-Account"), "acme");
    let stamp: Instant = request.header("Despertador-Timestamp").parse().expect("a time");
    let signature = request.header("Despertador-Signature");
    let now = NINE + SECOND;
    assert_eq!(verify(b"secret", stamp, &request.body, signature, now, 60_000), Ok(()));
    assert!(verify(b"others", stamp, &request.body, signature, now, 60_000).is_err());
    let body: Value = serde_json::from_slice(&request.body).expect("JSON");
    let expected = json!({
        "version": 1, "account": "acme", "ticket": "ünï 1", "key": "ünï 1/1/reminder-1",
        "attempt": 2, "action": { "task": "send" },
    });
    assert_eq!(body, expected);
}

#[test]
fn what_a_receiver_answers_decides_what_becomes_of_it() {
    let answer = |url: String| webhook(url, Duration::from_millis(300)).deliver(&delivery());
    type Is = fn(&Outcome) -> bool;
    let done: Is = |o| matches!(o, Outcome::Done);
    let refused: Is = |o| matches!(o, Outcome::Refused(_));
    let blocked: Is = |o| matches!(o, Outcome::Blocked(_));
    let retry: Is = |o| matches!(o, Outcome::Retry(_));
    let cases: [(&'static [&'static str], Is); 12] = [
        (&["HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"], done),
        (&["HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n"], done),
        (&["HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"], refused),
        (&["HTTP/1.1 422 No\r\ncontent-length: 0\r\n\r\n"], refused),
        (&["HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n"], blocked),
        (&["HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n"], blocked),
        (&["HTTP/1.1 429 Slow\r\ncontent-length: 0\r\n\r\n"], retry),
        (&["HTTP/1.1 302 Found\r\nlocation: /x\r\ncontent-length: 0\r\n\r\n"], retry),
        (&["HTTP/1.1 500 Oh\r\ncontent-length: 0\r\n\r\n"], retry),
        (&["who is there?\r\n\r\n"], retry),
        (&[""], retry),
        (&[], retry),
    ];
    for (answers, expected) in cases {
        let (url, _requests) = receiver(answers);
        let outcome = answer(url);
        assert!(expected(&outcome), "{answers:?}: {outcome:?}");
    }
}
