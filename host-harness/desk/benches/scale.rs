//! A minute in which very many tickets fall due: how long they take, and how accounts share the desk.
//!
//! `cargo bench -p despertador-desk --bench scale [-- --quick] [--tickets N] [--accounts N]`
//!
//! A million tickets of a thousand accounts, one of which has half of them. Their reminders fall due
//! evenly over one minute; every action is carried out at once. Takes some minutes, and a GB of disk
//! in the folder for temporary files. Figures are those of one machine on one day.
#![allow(clippy::disallowed_methods, reason = "a benchmark measures")]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::cast_precision_loss,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a benchmark that is wrong stops"
)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant as Stopwatch};

use despertador_contract::event_log::Row;
use despertador_contract::{Author, Instant, Message};
use despertador_desk::runtime::{Clock, Runtime, RuntimeOptions};
use despertador_desk::sink::Sink;
use despertador_desk::store::AnyStore;
use despertador_desk::{Delivery, DeliveryOutcome, Desk, Incoming};
use support::{Folder, MINUTE, NINE};

/// The reminder after ten minutes; the close is far behind.
const POLICY: &str = r#"{ "version": "1", "language": "en", "rules": [ {
    "departments": "any", "close-after": "10 h",
    "reminders": [ { "after": "10 min", "text": "Are you still there?" } ] } ] }"#;

const BUSY: &str = "account-0";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let after = |name: &str| {
        let place = arguments.iter().position(|argument| argument == name)?;
        arguments.get(place + 1)?.parse::<usize>().ok()
    };
    let is_quick = arguments.iter().any(|argument| argument == "--quick");
    let (tickets, accounts) = if is_quick { (20_000, 20) } else { (1_000_000, 1_000) };
    let tickets = after("--tickets").unwrap_or(tickets);
    let accounts = after("--accounts").unwrap_or(accounts).max(2);
    let folder = Folder::new();
    let watch = Stopwatch::now();
    let desk = filled(&folder, tickets, accounts);
    println!("{tickets} tickets of {accounts} accounts, made in {:.0?}", watch.elapsed());
    println!("  memory before they fall due: {} MiB", resident());
    drain(desk, tickets);
}

/// The tickets of this account: half of them belong to the first one.
fn account_of(n: usize, accounts: usize) -> usize {
    if n.is_multiple_of(2) { 0 } else { 1 + n / 2 % (accounts - 1) }
}

fn filled(folder: &Folder, tickets: usize, accounts: usize) -> Desk<AnyStore> {
    let mut desk = folder.desk();
    for n in 0..accounts {
        let name = format!("account-{n}");
        desk.open_account(NINE, &name, "bench").unwrap();
        desk.save_policy(NINE, &name, POLICY, None, "bench").unwrap();
    }
    while desk.poll_due(NINE, 1_000).unwrap().more {}
    let numbers: Vec<usize> = (0..tickets).collect();
    for numbers in numbers.chunks(500) {
        let told = numbers.iter().flat_map(|n| {
            // In an order in which neighbours do not fall due together.
            let at = NINE + (*n as i64 * 7_919) % MINUTE;
            let account = format!("account-{}", account_of(*n, accounts));
            [Author::Customer, Author::Agent].map(|author| {
                let message = Message::words(author, at);
                Incoming::new(account.clone(), Row::message(format!("T{n:07}"), message))
            })
        });
        let told: Vec<_> = told.collect();
        desk.record_events(NINE + MINUTE, &told).unwrap();
    }
    desk
}

/// A clock that begins when the first ticket falls due.
#[derive(Clone)]
struct FromNow(Stopwatch);

impl Clock for FromNow {
    fn now(&self) -> Instant {
        NINE + 10 * MINUTE + self.0.elapsed().as_millis() as i64
    }
}

/// An action: whether it is the busy account's, when it was due and when it was carried out.
type Fired = (bool, Instant, Instant);

#[derive(Clone)]
struct Noting(FromNow, Arc<Mutex<Vec<Fired>>>);

impl Sink for Noting {
    fn deliver(&self, delivery: &Delivery) -> DeliveryOutcome {
        let fired = (delivery.account == BUSY, delivery.due, self.0.now());
        self.1.lock().unwrap().push(fired);
        DeliveryOutcome::Done
    }
}

fn drain(desk: Desk<AnyStore>, tickets: usize) {
    let clock = FromNow(Stopwatch::now());
    let all = Arc::new(Mutex::new(Vec::with_capacity(tickets)));
    let sink = Noting(clock.clone(), Arc::clone(&all));
    let options = RuntimeOptions { workers: 64, per_account: 32, ..RuntimeOptions::default() };
    let runtime = Runtime::start(desk, clock.clone(), sink, options).unwrap();
    while all.lock().unwrap().len() < tickets {
        assert!(clock.0.elapsed() < Duration::from_secs(3_600), "it takes too long");
        std::thread::sleep(Duration::from_millis(50));
    }
    let took = clock.0.elapsed();
    println!("  the last of them carried out after {took:.1?}, {} MiB", resident());
    assert!(runtime.stop().is_some());
    let all = all.lock().unwrap();
    assert_eq!(all.len(), tickets, "an action was carried out twice");
    for (name, is_busy) in [("the busy account", true), ("all others", false)] {
        let fired = all.iter().filter(|(busy, ..)| *busy == is_busy);
        let mut late: Vec<i64> = fired.map(|(_, due, at)| at - due).collect();
        late.sort_unstable();
        let part = |of: usize| late[(late.len() - 1) * of / 1_000] as f64 / 1_000.0;
        println!(
            "  {name:<16} late by p50 {:.1} s, p99 {:.1} s, p99.9 {:.1} s, at most {:.1} s",
            part(500),
            part(990),
            part(999),
            part(1_000)
        );
    }
    by_second(&all, took);
}

/// Actions by second, for a dozen seconds of the whole time.
fn by_second(all: &[Fired], took: Duration) {
    println!("  {:>8}{:>12}{:>14}{:>12}", "second", "actions", "busy account", "others");
    let begun = NINE + 10 * MINUTE;
    let last = took.as_secs() as i64;
    let step = (last / 12).max(1);
    for second in (0..=last).step_by(step as usize) {
        let of = |is_busy: bool| {
            let is_in = |at: Instant| (at - begun) / 1_000 == second;
            all.iter().filter(|(busy, _, at)| *busy == is_busy && is_in(*at)).count()
        };
        let (busy, others) = (of(true), of(false));
        println!("  {second:>8}{:>12}{busy:>14}{others:>12}", busy + others);
    }
}

/// The memory of this process, in MiB.
fn resident() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    let kib = line.split_whitespace().next().and_then(|number| number.parse::<u64>().ok());
    kib.unwrap_or(0) >> 10
}
