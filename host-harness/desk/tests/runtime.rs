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

use despertador_contract::{Action, Author, Channel, Instant, Notification, Task, Ticket};
use despertador_desk::runtime::{Clock, DeskHandle, HandleError, Runtime, RuntimeOptions};
use despertador_desk::sink::signature::{sign_standard, verify};
use despertador_desk::sink::{LogSink, Routes, Sink, Webhook, WebhookOptions};
use despertador_desk::store::AnyStore;
use despertador_desk::{Delivery, DeliveryOutcome, Incoming, Receipt};
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
    fn set(&self, now: Instant, handle: &DeskHandle<AnyStore>) {
        self.0.store(now, Ordering::SeqCst);
        handle.call(|_, _| ()).expect("a desk");
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
    answers: Mutex<Receiver<DeliveryOutcome>>,
}

impl Sink for Told {
    fn deliver(&self, delivery: &Delivery) -> DeliveryOutcome {
        self.given.lock().unwrap().send(delivery.clone()).expect("a test");
        match self.answers.lock().unwrap().recv().expect("an answer") {
            DeliveryOutcome::Refused(why) if why == "crash" => panic!("on demand"),
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
    let handle = runtime.handle();
    let receipts = handle.record_events(silent("4711", NINE)).expect("receipts");
    assert!(receipts.iter().all(|receipt| matches!(receipt, Receipt::Recorded(_))));
    let mut keys = Vec::new();
    for after in [10, 11, 14, 15] {
        answer.send(DeliveryOutcome::Done).expect("a sink");
        clock.set(NINE + after * MINUTE, &handle);
        let delivery = deliveries.recv_timeout(SOON).expect("a delivery");
        keys.push(delivery.key);
        // The report is on its way to the desk; it has come when the ticket says so.
        while !handle
            .call(|desk, _| desk.query_ticket("acme", "4711").expect("a ticket").outbox.is_empty())
            .expect("a desk")
        {
            std::thread::yield_now();
        }
    }
    let steps: Vec<_> = keys.iter().map(|key| key.rsplit('/').next().unwrap()).collect();
    assert_eq!(steps, ["reminder-1", "reminder-2", "reminder-3", "close"]);
    let mut desk = runtime.stop().expect("the desk comes back");
    assert!(desk.query_consistency("acme", "4711").expect("a journal"));
    assert_eq!(handle.record_events(silent("4712", NINE)), Err(HandleError::Stopped));
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
            let handle = runtime.handle();
            scope.spawn(move || {
                for n in 0..25 {
                    let ticket = format!("T{caller}");
                    let mut given = vec![words(&ticket, Author::Customer, &n.to_string(), NINE)];
                    given.push(given[0].clone());
                    let receipts = handle.record_events(given).expect("receipts");
                    assert!(matches!(&receipts[..], [Receipt::Recorded(_), Receipt::Duplicate]));
                }
            });
        }
    });
    let mut desk = runtime.stop().expect("the desk comes back");
    for caller in 0..8 {
        assert_eq!(
            desk.query_timeline("acme", &format!("T{caller}")).expect("a timeline").len(),
            25
        );
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
    let handle = runtime.handle();
    handle.record_events(silent("4711", NINE)).expect("receipts");
    // The lock of the answers is poisoned by the crash, so it is the last one asked for.
    answer.send(DeliveryOutcome::Refused("crash".into())).expect("a sink");
    clock.set(NINE + 10 * MINUTE, &handle);
    deliveries.recv_timeout(SOON).expect("a delivery");
    let why = loop {
        let standing = handle
            .call(|desk, _| desk.query_ticket("acme", "4711").expect("a ticket"))
            .expect("a desk");
        if let Some(why) = standing.outbox.first().and_then(|row| row.why.clone()) {
            break why;
        }
        std::thread::yield_now();
    };
    assert_eq!(why, "the sink crashed");
    drop((answer, deliveries));
    assert!(runtime.stop().is_some());
}

/// A help desk that can be read: what it knows, one reading after the other.
struct Readable {
    readings: Mutex<Receiver<Result<Vec<Incoming>, DeliveryOutcome>>>,
    delivered: Sender<String>,
}

impl Sink for Readable {
    fn read_back(&self, _: &Delivery) -> Result<Option<Vec<Incoming>>, DeliveryOutcome> {
        self.readings.lock().unwrap().recv().expect("a reading").map(Some)
    }

    fn deliver(&self, delivery: &Delivery) -> DeliveryOutcome {
        self.delivered.send(delivery.key.clone()).expect("a test");
        DeliveryOutcome::Done
    }
}

#[test]
fn an_answer_that_only_the_receiver_knows_is_recorded_and_stops_the_reminder() {
    let folder = Folder::new();
    let clock = Hand::at(NINE);
    let (reading, readings) = mpsc::channel();
    let (delivered, deliveries) = mpsc::channel();
    let sink = Readable { readings: Mutex::new(readings), delivered };
    let options = RuntimeOptions { workers: 1, ..RuntimeOptions::default() };
    let runtime =
        Runtime::start(folder.acme(ADERESO), clock.clone(), sink, options).expect("threads");
    let handle = runtime.handle();
    handle.record_events(silent("4711", NINE)).expect("receipts");
    let outbox = || {
        let ask =
            |desk: &mut despertador_desk::Desk<AnyStore>, _| desk.query_ticket("acme", "4711");
        handle.call(ask).expect("a desk").expect("a ticket").outbox
    };

    // It cannot be read: nothing is sent, and that was an attempt.
    clock.set(NINE + 10 * MINUTE, &handle);
    reading.send(Err(DeliveryOutcome::Retry("502".into()))).expect("a sink");
    while outbox().first().is_none_or(|row| row.attempts == 0) {
        std::thread::yield_now();
    }
    // Its limit is used up: that was none.
    clock.set(NINE + 11 * MINUTE, &handle);
    let why = "later".to_owned();
    reading.send(Err(DeliveryOutcome::Postponed { why, pause: 60_000 })).expect("a sink");
    while outbox().first().is_none_or(|row| row.why.as_deref() != Some("later")) {
        std::thread::yield_now();
    }
    assert_eq!((outbox()[0].attempts, outbox()[0].next), (1, NINE + 12 * MINUTE));
    // The webhook of the customer's answer was lost.
    clock.set(NINE + 12 * MINUTE, &handle);
    let answer = words("4711", Author::Customer, "c2", NINE + 9 * MINUTE);
    reading.send(Ok(vec![answer.clone()])).expect("a sink");
    while !outbox().is_empty() {
        std::thread::yield_now();
    }
    // They are silent again; what is read then is known already, and the reminder is sent.
    let at = NINE + 12 * MINUTE;
    let asked = vec![words("4711", Author::Agent, "a2", at)];
    handle.record_events(asked).expect("receipts");
    reading.send(Ok(vec![answer])).expect("a sink");
    clock.set(NINE + 22 * MINUTE, &handle);
    let key = deliveries.recv_timeout(SOON).expect("a delivery");
    assert!(key.ends_with("/reminder-1"), "{key}");
    assert_eq!(deliveries.try_recv().ok(), None);
    assert!(runtime.stop().expect("a desk").query_consistency("acme", "4711").expect("a journal"));
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
        action: Action {
            key: "ünï 1/1/reminder-1".parse().expect("a key"),
            due: NINE,
            task: Task::Notify(Notification { code: "c".into(), text: "t".into() }),
        },
        facts: Ticket::open("ünï 1", Channel::Sms),
    }
}

fn webhook(url: String, timeout: Duration) -> Webhook {
    let options = WebhookOptions { timeout, ..WebhookOptions::new(url, "secret") };
    Webhook::new(options, Hand::at(NINE)).expect("an address")
}

#[test]
fn a_webhook_is_signed_and_has_its_key() {
    let (url, requests) = receiver(&["HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n"]);
    assert_eq!(webhook(url, SOON).deliver(&delivery()), DeliveryOutcome::Done);
    let request = requests.recv_timeout(SOON).expect("a request");
    assert_eq!(request.header("Idempotency-Key"), "%C3%BCn%C3%AF%201/1/reminder-1");
    assert_eq!(request.header("Despertador-Account"), "acme");
    let stamp: Instant = request.header("Despertador-Timestamp").parse().expect("a time");
    let signature = request.header("Despertador-Signature");
    let now = NINE + SECOND;
    assert_eq!(verify(b"secret", stamp, &request.body, signature, now, 60_000), Ok(()));
    assert!(verify(b"others", stamp, &request.body, signature, now, 60_000).is_err());
    let id = request.header("webhook-id");
    assert!(id.starts_with("msg_") && !id.contains('.'), "{id}");
    let seconds: i64 = request.header("webhook-timestamp").parse().expect("seconds");
    assert_eq!(seconds, stamp / 1_000);
    let standard = sign_standard(b"secret", id, seconds, &request.body);
    assert_eq!(request.header("webhook-signature"), standard);
    let body: Value = serde_json::from_slice(&request.body).expect("JSON");
    let expected = json!({
        "version": 1, "account": "acme", "ticket": "ünï 1", "key": "ünï 1/1/reminder-1",
        "attempt": 2, "action": {
            "key": "ünï 1/1/reminder-1", "cycle": 1, "step": "reminder-1",
            "due": "2026-03-02T09:00:00Z", "task": "notify", "with": { "code": "c", "text": "t" },
        },
    });
    assert_eq!(body, expected);
}

#[test]
fn what_a_receiver_answers_decides_what_becomes_of_it() {
    let answer = |url: String| webhook(url, Duration::from_millis(300)).deliver(&delivery());
    type Is = fn(&DeliveryOutcome) -> bool;
    let done: Is = |o| matches!(o, DeliveryOutcome::Done);
    let refused: Is = |o| matches!(o, DeliveryOutcome::Refused(_));
    let blocked: Is = |o| matches!(o, DeliveryOutcome::Blocked(_));
    let retry: Is = |o| matches!(o, DeliveryOutcome::Retry(_));
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

#[test]
fn a_ticket_that_is_gone_or_closed_already_was_closed_before() {
    let close = Delivery { key: "ünï 1/1/close".into(), ticket: "ünï 1".into(), ..delivery() };
    const TAKEN: &str = "HTTP/1.1 204 Taken\r\nconnection: close\r\n\r\n";
    let none = "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n";
    let gone = "HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n";
    for (answer, alone, after_another) in [
        (none, false, true),
        (gone, false, true),
        // What names the ticket, or says that it is closed, comes from who knows tickets.
        ("HTTP/1.1 404 Not Found\r\ncontent-length: 17\r\n\r\nno ticket ünï 1", true, true),
        ("HTTP/1.1 410 Gone\r\ncontent-length: 14\r\n\r\nalready closed", true, true),
        ("HTTP/1.1 404 Not Found\r\ncontent-length: 14\r\n\r\npage not found", false, true),
        ("HTTP/1.1 409 Conflict\r\ncontent-length: 14\r\n\r\nalready closed", true, true),
        ("HTTP/1.1 409 Conflict\r\ncontent-length: 4\r\n\r\nbusy", false, false),
        ("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n", false, false),
        ("HTTP/1.1 422 No\r\ncontent-length: 0\r\n\r\n", false, false),
    ] {
        let (url, _requests) = receiver(vec![answer].leak());
        let outcome = webhook(url, SOON).deliver(&close);
        assert_eq!(outcome == DeliveryOutcome::Done, alone, "{answer}: {outcome:?}");
        let (url, _requests) = receiver(vec![TAKEN, answer].leak());
        let webhook = webhook(url, SOON);
        assert_eq!(webhook.deliver(&delivery()), DeliveryOutcome::Done);
        let outcome = webhook.deliver(&close);
        assert_eq!(outcome == DeliveryOutcome::Done, after_another, "{answer}: {outcome:?}");
    }
}

#[test]
fn an_action_waits_for_a_flow_that_is_not_active() {
    let said = r#"{"code":404,"message":"The requested webhook \"POST 4711/webhook\" is not registered."}"#;
    let inactive =
        format!("HTTP/1.1 404 Not Found\r\ncontent-length: {}\r\n\r\n{said}", said.len());
    let inactive: &'static str = inactive.leak();
    let close = Delivery { key: "ünï 1/1/close".into(), ..delivery() };
    const TAKEN: &str = "HTTP/1.1 204 Taken\r\nconnection: close\r\n\r\n";
    for action in [close, delivery()] {
        let (url, _requests) = receiver(vec![TAKEN, inactive].leak());
        let webhook = webhook(url, SOON);
        assert_eq!(webhook.deliver(&delivery()), DeliveryOutcome::Done);
        let outcome = webhook.deliver(&action);
        assert!(
            matches!(&outcome, DeliveryOutcome::Retry(why) if why.contains("publish the workflow")),
            "{outcome:?}"
        );
    }
}

#[test]
fn a_wrong_address_closes_no_ticket_and_is_seen() {
    const NONE: &str = "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n";
    let close = Delivery { key: "ünï 1/1/close".into(), ..delivery() };
    let (url, _requests) = receiver(vec![NONE; 3].leak());
    let webhook = webhook(url, SOON);
    assert!(!webhook.is_in_doubt());
    for _ in 0..3 {
        let outcome = webhook.deliver(&close);
        assert!(
            matches!(&outcome, DeliveryOutcome::Retry(why) if why.contains("address")),
            "{outcome:?}"
        );
        assert!(webhook.is_in_doubt());
    }
}

#[test]
fn an_answer_is_read_no_further_than_it_must_and_nobody_is_sent_elsewhere() {
    use despertador_desk::sink::http::Http;
    let http = Http::new(Duration::from_secs(5), Arc::new(Hand::at(NINE)));
    let post = |answers| {
        let (url, _requests) = receiver(answers);
        http.post(&url, &[("Authorization", "Key secret")], b"{}")
    };
    let whole = &["HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello"];
    assert_eq!(post(whole).expect("an answer").text(5), Ok("hello".into()));
    let long = post(whole).expect("an answer").text(4);
    assert!(long.as_ref().is_err_and(|why| why.contains("breaks off")), "{long:?}");
    let half = &["HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhel"];
    let half = post(half).expect("an answer").text(100);
    assert!(half.is_err(), "{half:?}");
    // A webhook does not read answers at all: half of one is an answer.
    let (url, _requests) = receiver(&["HTTP/1.1 200 OK\r\ncontent-length: 999999999\r\n\r\nhel"]);
    assert_eq!(webhook(url, SOON).deliver(&delivery()), DeliveryOutcome::Done);

    let (elsewhere, followed) = receiver(&["HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"]);
    let redirect =
        format!("HTTP/1.1 308 There\r\nlocation: {elsewhere}\r\ncontent-length: 0\r\n\r\n");
    let redirect: &'static str = redirect.leak();
    let answer = post(vec![redirect].leak()).expect("an answer");
    assert_eq!(answer.outcome(), DeliveryOutcome::Retry("the receiver answered 308".into()));
    assert!(followed.try_recv().is_err());
    let busy = &["HTTP/1.1 429 Busy\r\nretry-after: 7\r\ncontent-length: 0\r\n\r\n"];
    let said = "the receiver answered 429".to_owned();
    let expected = DeliveryOutcome::RetryAfter { why: said, pause: 7_000 };
    assert_eq!(post(busy).expect("an answer").outcome(), expected);
    // A success that names a time is one.
    let done = &["HTTP/1.1 200 OK\r\nretry-after: 7\r\ncontent-length: 0\r\n\r\n"];
    assert_eq!(post(done).expect("an answer").outcome(), DeliveryOutcome::Done);
}

/// Says whom it was given, and answers when it is let go.
struct Hangs {
    given: Mutex<Sender<String>>,
    let_go: Mutex<Receiver<()>>,
}

impl Sink for Hangs {
    fn deliver(&self, delivery: &Delivery) -> DeliveryOutcome {
        self.given.lock().unwrap().send(delivery.ticket.clone()).expect("a test");
        // A receiver that hangs holds each of its callers.
        let _: Result<(), _> = self.let_go.lock().unwrap().recv_timeout(SOON);
        DeliveryOutcome::Done
    }
}

#[test]
fn one_accounts_receiver_that_hangs_holds_up_no_other_account() {
    let folder = Folder::new();
    let clock = Hand::at(NINE);
    let mut desk = folder.acme(ADERESO);
    desk.open_account(NINE, "tiny", "test").expect("an account");
    desk.save_policy(NINE, "tiny", ADERESO, None, "test").expect("a policy");
    let (given, hanging) = mpsc::channel();
    let (let_go, free) = mpsc::channel();
    let (done, others) = mpsc::channel();
    let (answer, answers) = mpsc::channel();
    (0..3).for_each(|_| answer.send(DeliveryOutcome::Done).expect("a sink"));
    let routes = Routes::new();
    routes.set("acme", Hangs { given: Mutex::new(given), let_go: Mutex::new(free) });
    routes.set_default(Told { given: Mutex::new(done), answers: Mutex::new(answers) });
    assert_eq!(routes.accounts(), ["acme"]);
    let options = RuntimeOptions { workers: 4, per_account: 2, ..RuntimeOptions::default() };
    let runtime = Runtime::start(desk, clock.clone(), routes.clone(), options).expect("threads");
    let handle = runtime.handle();
    for n in 0..20 {
        handle.record_events(silent(&format!("B{n}"), NINE)).expect("receipts");
    }
    for n in 0..3 {
        let mut rows = silent(&format!("S{n}"), NINE + SECOND);
        rows.iter_mut().for_each(|row| row.account = "tiny".into());
        handle.record_events(rows).expect("receipts");
    }
    clock.set(NINE + 10 * MINUTE + SECOND, &handle);
    // All of the small account goes out, one after the other, while two hands hang.
    for _ in 0..3 {
        assert_eq!(others.recv_timeout(SOON).expect("a delivery").account, "tiny");
    }
    let stuck: Vec<_> = [SOON, SOON]
        .into_iter()
        .map(|soon| hanging.recv_timeout(soon).expect("a delivery"))
        .collect();
    assert_eq!(stuck.len(), 2);
    assert!(hanging.recv_timeout(Duration::from_millis(100)).is_err(), "no third one");
    // One that comes back makes room for one more.
    let_go.send(()).expect("a sink");
    hanging.recv_timeout(SOON).expect("the next one");
    // Without its route, what is left of the account goes where all others go.
    assert!(routes.remove("acme") && !routes.remove("acme"));
    (0..20).for_each(|_| drop(answer.send(DeliveryOutcome::Done)));
    drop(let_go);
    assert_eq!(others.recv_timeout(SOON).expect("a delivery").account, "acme");
    let longest = handle.call(|desk, _| desk.delivery_lateness().count).expect("a desk");
    assert!(longest >= 3, "{longest}");
    assert!(runtime.stop().is_some());
}

#[test]
fn an_account_without_a_receiver_is_tried_again() {
    let outcome = Routes::new().deliver(&delivery());
    assert!(
        matches!(&outcome, DeliveryOutcome::Retry(why) if why.contains("account `acme` has no receiver")),
        "{outcome:?}"
    );
}
