//! The desk's throughput, in process and over HTTP, and its lateness.
//!
//! `cargo bench -p despertador-server [-- [--quick] [--tickets N] [GROUP…]]`
//!
//! - `work`: the same work as `benches/peers` gives to job queues, one event per call.
//! - `batches`: events in batches.
//! - `late`: 10,000 deadlines within a minute, under a steady load. Takes a minute and a half.
//!
//! The figures are those of one machine on one day: compare ratios.
#![allow(clippy::disallowed_methods, reason = "a benchmark measures")]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a benchmark that is wrong stops"
)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant as Stopwatch};

use despertador_contract::event_log::Row;
use despertador_contract::{Author, Instant, Message};
use despertador_desk::runtime::{Clock, DeskHandle, Runtime, RuntimeOptions, SystemClock};
use despertador_desk::sink::Sink;
use despertador_desk::store::{AnyStore, Location, OpenOptions};
use despertador_desk::{Delivery, DeliveryOutcome, Desk, Incoming, Options};
use despertador_host::Host;
use despertador_server::{NewToken, Scope, Server, Start};
use serde_json::{Value, json};
use support::Folder;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let has = |name: &str| arguments.iter().any(|argument| argument == name);
    let after = |name: &str| {
        let place = arguments.iter().position(|argument| argument == name)?;
        arguments.get(place + 1)?.parse::<usize>().ok()
    };
    let tickets = after("--tickets").unwrap_or(if has("--quick") { 400 } else { 2_000 });
    if let Some(place) = arguments.iter().position(|argument| argument == "--way") {
        return one(&arguments[place + 1], after("--connections").unwrap_or(1), tickets);
    }
    let groups = ["work", "batches", "late"];
    let named: Vec<_> = groups.iter().filter(|group| has(group)).collect();
    let wants = |name: &str| named.is_empty() || named.contains(&&name);
    if wants("work") {
        work(tickets);
    }
    if wants("batches") {
        batches(if has("--quick") { 20_000 } else { 100_000 });
    }
    if wants("late") {
        late(if has("--quick") { 1_000 } else { 10_000 });
    }
}

/// A reminder after one second, the close after two: the delays of `benches/peers`.
const POLICY: &str = r#"{ "version": "1", "language": "en", "rules": [ {
    "departments": "any", "close-after": "2 s",
    "reminders": [ { "after": "1 s", "text": "Are you still there?" } ] } ] }"#;

/// A clock that moves only when it is set, so that nothing falls due while events come in: each
/// phase measures only its own work.
#[derive(Clone)]
struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    fn standing() -> Self {
        Self(Arc::new(AtomicI64::new(SystemClock.now())))
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Instant {
        self.0.load(Ordering::SeqCst)
    }
}

/// A receiver that accepts every action at once.
struct Accepts;

impl Sink for Accepts {
    fn deliver(&self, _: &Delivery) -> DeliveryOutcome {
        DeliveryOutcome::Done
    }
}

fn open(folder: &Folder, policy: &str) -> Desk<AnyStore> {
    let host = Host::new(despertador_host::Options::default()).unwrap();
    let plugin = host.load_bytes(despertador_component::COMPONENT).unwrap();
    let desk = Location::from(folder.path().join("desk.db"));
    let store: AnyStore = desk.open(OpenOptions::default()).unwrap();
    let mut desk = Desk::open(store, plugin, Options::default()).unwrap();
    let now = SystemClock.now();
    desk.open_account(now, "acme", "bench").unwrap();
    desk.save_policy(now, "acme", policy, None, "bench").unwrap();
    desk
}

/// The recipient of events: the desk in this process, or a server.
trait Door: Send {
    fn tell(&mut self, events: Vec<(String, &'static str, String)>);
}

struct InProcess<C>(DeskHandle<AnyStore>, C);

impl<C: Clock> Door for InProcess<C> {
    fn tell(&mut self, events: Vec<(String, &'static str, String)>) {
        let now = self.1.now();
        let incoming = events.into_iter().map(|(ticket, author, id)| {
            let author = if author == "agent" { Author::Agent } else { Author::Customer };
            let mut message = Message::words(author, now);
            message.id = Some(id);
            Incoming::new("acme", Row::message(ticket, message))
        });
        let receipts = self.0.record_events(incoming.collect()).unwrap();
        assert!(receipts.iter().all(despertador_desk::Receipt::is_stored));
    }
}

struct OverHttp {
    agent: ureq::Agent,
    url: String,
    token: String,
}

impl Door for OverHttp {
    fn tell(&mut self, events: Vec<(String, &'static str, String)>) {
        let count = events.len();
        let rows: Vec<Value> = events
            .into_iter()
            .map(|(ticket, author, id)| {
                json!({ "ticket": ticket, "id": id, "message": { "author": author } })
            })
            .collect();
        let body =
            if let [one] = rows.as_slice() { one.to_string() } else { json!(rows).to_string() };
        let mut answer = self
            .agent
            .post(&self.url)
            .header("Authorization", &self.token)
            .header("Content-Type", "application/json")
            .send(body)
            .unwrap();
        let taken: Value =
            serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap();
        assert_eq!(taken["stored"], count, "{taken}");
    }
}

/// Lets this many callers send events, one call after the other each. Returns events per second.
fn told(
    doors: &mut [Box<dyn Door>],
    events: Vec<(String, &'static str, String)>,
    batch: usize,
) -> f64 {
    let count = events.len();
    let calls: Vec<Vec<_>> = events.chunks(batch).map(<[_]>::to_vec).collect();
    let calls = Mutex::new(calls.into_iter());
    let watch = Stopwatch::now();
    std::thread::scope(|scope| {
        for door in doors {
            let calls = &calls;
            scope.spawn(move || {
                loop {
                    let Some(call) = calls.lock().unwrap().next() else { return };
                    door.tell(call);
                }
            });
        }
    });
    count as f64 / watch.elapsed().as_secs_f64()
}

/// A desk that gets events in one of two ways.
struct Stage {
    _folder: Folder,
    clock: ManualClock,
    runtime: Option<Runtime<AnyStore>>,
    server: Option<(Server, String)>,
}

impl Stage {
    fn in_process() -> Stage {
        let (folder, clock) = (Folder::new(), ManualClock::standing());
        let options = RuntimeOptions { workers: 64, per_account: 32, ..RuntimeOptions::default() };
        let desk = open(&folder, POLICY);
        let runtime = Runtime::start(desk, clock.clone(), Accepts, options).unwrap();
        Stage { _folder: folder, clock, runtime: Some(runtime), server: None }
    }

    /// Actions are written to a file, because a webhook receiver would be measured as well.
    fn over_http() -> Stage {
        let (folder, clock) = (Folder::new(), ManualClock::standing());
        let mut settings = support::settings(&folder);
        let policy = folder.write("policy.json", POLICY);
        settings.accounts.retain(|name, _| name == "acme");
        settings.accounts.get_mut("acme").unwrap().policy = Some(policy);
        settings.limits.requests_per_second = 1_000_000.try_into().unwrap();
        let token = NewToken::make(0, "bench", &Scope::ALL, &["acme".into()]).unwrap();
        let secret = format!("Bearer {}", token.secret);
        let server = Server::start(Start {
            clock: Arc::new(clock.clone()),
            tokens: vec![token],
            ..Start::new(settings, despertador_component::COMPONENT)
        })
        .unwrap();
        Stage { _folder: folder, clock, runtime: None, server: Some((server, secret)) }
    }

    fn doors(&self, count: usize) -> Vec<Box<dyn Door>> {
        let door = |_| -> Box<dyn Door> {
            match (&self.runtime, &self.server) {
                (Some(runtime), _) => Box::new(InProcess(runtime.handle(), self.clock.clone())),
                (_, Some((server, token))) => {
                    let url = format!("http://{}/v1/accounts/acme/events", server.address());
                    let agent = ureq::Agent::new_with_defaults();
                    Box::new(OverHttp { agent, url, token: token.clone() })
                }
                _ => unreachable!("one of both"),
            }
        };
        (0..count).map(door).collect()
    }

    fn handle(&self) -> DeskHandle<AnyStore> {
        match (&self.runtime, &self.server) {
            (Some(runtime), _) => runtime.handle(),
            (_, Some((server, _))) => server.handle(),
            _ => unreachable!("one of both"),
        }
    }

    /// Actions recorded as carried out, as the peers count them.
    fn recorded(&self) -> u64 {
        self.handle().call(|desk, _| desk.counts().map(|(_, counts)| counts.done).sum()).unwrap()
    }

    /// Sets the clock forward and waits until this many actions are recorded in total.
    fn fire(&self, forward: Duration, all: u64) {
        let forward = i64::try_from(forward.as_millis()).unwrap();
        self.clock.0.fetch_add(forward, Ordering::SeqCst);
        while self.recorded() < all {
            std::thread::sleep(Duration::from_millis(1));
        }
        assert_eq!(self.recorded(), all, "an action was fired before its time");
    }

    fn stop(self) {
        let desk = match (self.runtime, self.server) {
            (Some(runtime), _) => runtime.stop(),
            (_, Some((server, _))) => server.stop(),
            _ => unreachable!("one of both"),
        };
        assert!(desk.is_some());
    }
}

/// The results for the five phases of `benches/peers`, per second.
struct Measured {
    events: f64,
    fired: f64,
    phases: Vec<(&'static str, f64)>,
}

fn measure(over_http: bool, connections: usize, tickets: usize) -> Measured {
    let stage = if over_http { Stage::over_http() } else { Stage::in_process() };
    let mut doors = stage.doors(connections);
    let mut seconds = 0.0;
    let mut events = 0;
    let mut phases = Vec::new();
    for (number, (name, author, some)) in [
        ("customer writes", "customer", tickets),
        ("agent answers", "agent", tickets),
        ("agent writes again", "agent", tickets),
        ("customer replies", "customer", tickets / 2),
    ]
    .into_iter()
    .enumerate()
    {
        let all = (0..some).map(|n| (format!("T{n}"), author, format!("{number}")));
        let rate = told(&mut doors, all.collect(), 1);
        phases.push((name, rate));
        seconds += some as f64 / rate;
        events += some;
    }
    assert_eq!(stage.recorded(), 0, "an action was fired before the stopwatch started");
    let silent = (tickets - tickets / 2) as u64;
    let watch = Stopwatch::now();
    stage.fire(Duration::from_secs(1), silent);
    stage.fire(Duration::from_secs(1), 2 * silent);
    let fired = (2 * silent) as f64 / watch.elapsed().as_secs_f64();
    stage.stop();
    Measured { events: events as f64 / seconds, fired, phases }
}

const WAYS: [(&str, bool); 2] = [("in process", false), ("over HTTP", true)];

fn work(tickets: usize) {
    println!(
        "the work of benches/peers, {tickets} tickets, a file in {}",
        std::env::temp_dir().display()
    );
    println!("  {:<12}{:>12}{:>14}{:>12}", "", "connections", "events in /s", "fired /s");
    for (name, over_http) in WAYS {
        for connections in [1, 32] {
            let Measured { events, fired, .. } = measure(over_http, connections, tickets);
            println!("  {name:<12}{connections:>12}{events:>14.0}{fired:>12.0}");
        }
    }
    println!();
}

/// One measurement, for `benches/peers/run`.
fn one(way: &str, connections: usize, tickets: usize) {
    let over_http = WAYS.iter().find(|(name, _)| *name == way).expect("a way").1;
    let Measured { events, fired, phases } = measure(over_http, connections, tickets);
    let phases: serde_json::Map<String, Value> =
        phases.into_iter().map(|(name, rate)| (name.to_owned(), json!(rate))).collect();
    println!("{}", json!({ "events": events, "fired": fired, "phases": phases }));
}

/// Events in batches, from one caller and from several.
fn batches(events: usize) {
    println!("durable events in batches, of 10,000 tickets");
    println!("  {:<12}{:>12}{:>10}{:>14}", "", "connections", "a batch", "events /s");
    for name in ["in process", "over HTTP"] {
        for (connections, batch) in [(1, 100), (1, 1_000), (8, 100), (8, 1_000), (32, 100)] {
            let stage = if name == "in process" { Stage::in_process() } else { Stage::over_http() };
            let mut doors = stage.doors(connections);
            let all = (0..events)
                .map(|n| {
                    let author = if (n / 10_000) % 2 == 0 { "customer" } else { "agent" };
                    (format!("T{}", n % 10_000), author, format!("e{n}"))
                })
                .collect();
            let rate = told(&mut doors, all, batch);
            println!("  {name:<12}{connections:>12}{batch:>10}{rate:>14.0}");
            stage.stop();
        }
    }
    println!();
}

/// The lateness of each action of a minute's deadlines.
fn late(deadlines: usize) {
    #[derive(Clone, Default)]
    struct Lateness(Arc<Mutex<Vec<i64>>>);
    impl Sink for Lateness {
        fn deliver(&self, delivery: &Delivery) -> DeliveryOutcome {
            let late = SystemClock.now() - delivery.due;
            self.0.lock().unwrap().push(late);
            DeliveryOutcome::Done
        }
    }
    const MINUTE: i64 = 60_000;
    let policy = POLICY.replace("\"1 s\"", "\"80 s\"").replace("\"2 s\"", "\"20 min\"");
    let folder = Folder::new();
    let sink = Lateness::default();
    let mut desk = open(&folder, &policy);
    // They fell silent over the last minute, so their reminders fall due over the next one.
    let now = SystemClock.now();
    let spread = |n: usize| now - MINUTE + (n as i64 * MINUTE) / deadlines as i64;
    let rows = (0..deadlines).flat_map(|n| {
        [Author::Customer, Author::Agent].map(|author| {
            let message = Message::words(author, spread(n));
            Incoming::new("acme", Row::message(format!("D{n}"), message))
        })
    });
    let rows: Vec<_> = rows.collect();
    for part in rows.chunks(2_000) {
        desk.record_events(now, part).unwrap();
    }
    let runtime =
        Runtime::start(desk, SystemClock, sink.clone(), RuntimeOptions::default()).unwrap();
    let handle = runtime.handle();
    let begun = Stopwatch::now();
    let mut load = 0;
    // A load of a thousand events per second, in batches as a platform sends them.
    while sink.0.lock().unwrap().len() < deadlines {
        assert!(begun.elapsed() < Duration::from_secs(300), "it takes too long");
        let mut door = InProcess(handle.clone(), SystemClock);
        door.tell(
            (0..50)
                .map(|n| (format!("L{}", (load + n) % 5_000), "customer", format!("l{}", load + n)))
                .collect(),
        );
        load += 50;
        std::thread::sleep(Duration::from_millis(50));
    }
    let took = begun.elapsed().as_secs_f64();
    assert!(runtime.stop().is_some());
    let mut late = sink.0.lock().unwrap().clone();
    late.sort_unstable();
    let part = |of: usize| late[(late.len() - 1) * of / 1_000];
    println!(
        "{deadlines} deadlines in a minute, beside {:.0} events/s: handed out late by \
         p50 {} ms, p99 {} ms, p99.9 {} ms, at most {} ms",
        load as f64 / took,
        part(500),
        part(990),
        part(999),
        late.last().unwrap()
    );
    println!();
}
