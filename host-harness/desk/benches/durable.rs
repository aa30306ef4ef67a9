//! What durable events cost, and how much of that the sandbox is.
//!
//! `cargo bench -p despertador-desk --bench durable [-- [--quick] [--million] [GROUP…]]`
//!
//! Figures are those of one machine on one day: ratios count. `--million` also opens a million
//! tickets, which takes minutes and some GB of disk.
#![allow(clippy::disallowed_methods, reason = "a benchmark measures")]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "a benchmark that is wrong stops"
)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::time::{Duration, Instant as Stopwatch};

use despertador_contract::{Author, Channel, Message, Ticket};
use despertador_desk::runtime::{Clock, Runtime, RuntimeOptions};
use despertador_desk::sink::LogSink;
use despertador_desk::store::AnyStore;
use despertador_desk::{Desk, Incoming, Options, Round};
use despertador_host::Conversation;
use support::{ADERESO, Folder, MINUTE, NINE, SECOND, begin, plugin, words};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let has = |name: &str| arguments.iter().any(|argument| argument == name);
    let named: Vec<_> = arguments.iter().filter(|argument| !argument.starts_with("--")).collect();
    let wants = |name: &str| named.is_empty() || named.iter().any(|group| *group == name);
    let events = if has("--quick") { 20_000 } else { 100_000 };
    if wants("events") {
        durable_events(events);
    }
    if wants("overdue") {
        overdue(if has("--quick") { 20_000 } else { 100_000 });
    }
    if wants("fired") {
        fired(if has("--quick") { 4_000 } else { 20_000 });
    }
    if has("--million") {
        open_tickets(1_000_000);
    }
}

fn rate(count: usize, took: Duration) -> f64 {
    count as f64 / took.as_secs_f64()
}

/// The conversations of a busy hour: this number of tickets, customer and agent in turn.
fn conversation(tickets: usize, events: usize) -> Vec<Incoming> {
    let mut all = Vec::with_capacity(events);
    for n in 0..events {
        let ticket = format!("T{:07}", n % tickets);
        let author = if (n / tickets).is_multiple_of(2) { Author::Customer } else { Author::Agent };
        let at = NINE + (n as i64);
        let mut incoming = words(&ticket, author, &format!("e{n}"), at);
        if let Some(despertador_contract::Call::Message(message)) = &mut incoming.row.call {
            message.text = Some("No me carga la página, ¿me pueden ayudar?".into());
        }
        all.push(incoming);
    }
    all
}

fn durable_events(events: usize) {
    println!("durable events, a file in {}", std::env::temp_dir().display());
    let sandbox = sandbox_alone(events.min(50_000));
    println!("  the plugin's call alone          {:>8.2} µs", sandbox.as_secs_f64() * 1e6);
    for batch in [1, 100, 1_000] {
        let count = if batch == 1 { events.div_ceil(10) } else { events };
        let folder = Folder::new();
        let mut desk = folder.acme(ADERESO);
        let incoming = conversation(10_000.min(count / 4), count);
        let watch = Stopwatch::now();
        for (n, batch) in incoming.chunks(batch).enumerate() {
            desk.record_events(NINE + n as i64, batch).expect("receipts");
        }
        let took = watch.elapsed();
        let each = took.as_secs_f64() / count as f64;
        println!(
            "  in commits of {batch:>5}   {:>8.0} events/s   {:>7.1} µs each   sandbox {:>4.1} %",
            rate(count, took),
            each * 1e6,
            sandbox.as_secs_f64() / each * 100.0,
        );
    }
}

/// One call of the plugin as the desk makes it, without anything stored.
fn sandbox_alone(calls: usize) -> Duration {
    let policy = plugin().policy(ADERESO, &Default::default()).expect("a policy");
    let mut conversations: Vec<_> = (0..1_000)
        .map(|n| Conversation::new(Ticket::open(format!("T{n}"), Channel::Whatsapp)))
        .collect();
    let watch = Stopwatch::now();
    for n in 0..calls {
        let author = if (n / 1_000).is_multiple_of(2) { Author::Customer } else { Author::Agent };
        let message = Message::words(author, NINE + n as i64);
        conversations[n % 1_000].message(&policy, &message).expect("a decision");
    }
    watch.elapsed() / calls as u32
}

fn fill(desk: &mut Desk<AnyStore>, tickets: usize) {
    let mut incoming = Vec::with_capacity(2_000);
    for n in 0..tickets {
        let id = format!("T{n:07}");
        let at = NINE + (n as i64 % (10 * MINUTE));
        incoming.push(words(&id, Author::Customer, "c", at));
        incoming.push(words(&id, Author::Agent, "a", at));
        if incoming.len() >= 2_000 {
            desk.record_events(NINE + 10 * MINUTE, &incoming).expect("receipts");
            incoming.clear();
        }
    }
    desk.record_events(NINE + 10 * MINUTE, &incoming).expect("receipts");
}

fn overdue(tickets: usize) {
    let folder = Folder::new();
    let mut desk = folder.acme(ADERESO);
    fill(&mut desk, tickets);
    let now = NINE + 60 * MINUTE;
    let watch = Stopwatch::now();
    let mut longest = Duration::ZERO;
    let mut looked = 0;
    loop {
        let step = Stopwatch::now();
        let woken = desk.poll_due(now, 1_000).expect("a look");
        longest = longest.max(step.elapsed());
        looked += woken.tickets;
        if !woken.more {
            break;
        }
    }
    let took = watch.elapsed();
    println!("{looked} overdue tickets looked at in steps of 1,000");
    println!(
        "  {took:.2?} in all, {:.0} tickets/s, the longest step {longest:.2?}",
        rate(looked, took)
    );
    let watch = Stopwatch::now();
    let mut delivered = 0;
    loop {
        let deliveries = desk.claim_deliveries(now + SECOND, 1_000).expect("deliveries");
        if deliveries.is_empty() {
            break;
        }
        delivered += deliveries.len();
        let reports: Vec<_> =
            deliveries.iter().map(|d| support::done("acme", &d.key, now + SECOND)).collect();
        desk.record_deliveries(now + SECOND, &reports).expect("reports");
    }
    let took = watch.elapsed();
    println!(
        "  {delivered} actions checked again, claimed and recorded: {took:.2?}, {:.0}/s",
        rate(delivered, took)
    );
}

/// Overdue actions, 32 at a time, from due to recorded: with the steps one by one, each in its own
/// commit, and in rounds. The clock goes on, as it does for a desk that runs.
fn fired(tickets: usize) {
    const AT_ONCE: usize = 32;
    for is_in_rounds in [false, true, false, true] {
        let folder = Folder::new();
        let mut desk = folder.acme(ADERESO);
        fill(&mut desk, tickets);
        let (mut now, mut fired) = (NINE + 60 * MINUTE, 0);
        let mut reports = Vec::new();
        let (watch, before) = (Stopwatch::now(), cpu());
        while fired < tickets {
            now += 2;
            let deliveries = if is_in_rounds {
                let round = Round {
                    reports: &reports,
                    tickets: 500,
                    actions: AT_ONCE,
                    per_account: AT_ONCE,
                    ..Round::default()
                };
                desk.run_round(now, &round).expect("a round").deliveries
            } else {
                desk.record_deliveries(now, &reports).expect("reports");
                desk.poll_due(now, 500).expect("a look");
                desk.claim_deliveries(now, AT_ONCE).expect("deliveries")
            };
            fired += deliveries.len();
            reports = deliveries.iter().map(|d| support::done("acme", &d.key, now)).collect();
        }
        desk.record_deliveries(now, &reports).expect("reports");
        let way = if is_in_rounds { "in rounds" } else { "step by step" };
        let used = cpu().saturating_sub(before) as f64 * 1e3 / fired as f64;
        println!(
            "{fired} actions {way}: {used:.0} µs of CPU each, {:.0}/s",
            rate(fired, watch.elapsed())
        );
    }
}

fn open_tickets(tickets: usize) {
    let folder = Folder::new();
    let mut desk = folder.acme(ADERESO);
    let watch = Stopwatch::now();
    fill(&mut desk, tickets);
    println!("{tickets} open tickets, made in {:.1?}", watch.elapsed());
    println!("  memory {} MiB, the most {} MiB", status("VmRSS:"), status("VmHWM:"));
    drop(desk);
    let size = std::fs::metadata(folder.file()).map_or(0, |data| data.len());
    let watch = Stopwatch::now();
    let mut desk = Desk::open(folder.store(), plugin(), Options::default()).expect("a desk");
    let next = desk.next_instant();
    println!(
        "  opened again in {:.2?}, {} MiB of file, memory {} MiB",
        watch.elapsed(),
        size >> 20,
        status("VmRSS:")
    );
    let watch = Stopwatch::now();
    desk.poll_due(next.unwrap_or(0).max(NINE), 1).expect("a look");
    println!("  when is the next one due: {:.2?}", watch.elapsed());
    begin(&mut desk, ADERESO);
    println!("  after a change of policy, memory {} MiB", status("VmRSS:"));
    idle(desk);
}

/// What a desk that only waits costs.
fn idle(desk: Desk<AnyStore>) {
    const SECONDS: u64 = 10;
    // Nothing is due while it is looked at: the clock stands a minute after nine.
    struct Still;
    impl Clock for Still {
        fn now(&self) -> despertador_contract::Instant {
            NINE + MINUTE
        }
    }
    let log = LogSink::new(std::io::sink());
    let runtime = Runtime::start(desk, Still, log, RuntimeOptions::default()).expect("threads");
    let before = cpu();
    std::thread::sleep(Duration::from_secs(SECONDS));
    let used = cpu().saturating_sub(before);
    println!("  idle for {SECONDS} s: {used} ms of CPU");
    assert!(runtime.stop().is_some());
}

/// The CPU time of this process, in milliseconds; Linux counts it in hundredths of a second.
fn cpu() -> u64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let behind_name = text.rsplit_once(')').map_or("", |(_, rest)| rest);
    let mut fields = behind_name.split_whitespace().skip(11);
    let mut next = || fields.next().and_then(|field| field.parse::<u64>().ok()).unwrap_or(0);
    (next() + next()) * 10
}

/// A line of the process's own status, in MiB.
fn status(name: &str) -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    let kib = line.split_whitespace().next().and_then(|number| number.parse::<u64>().ok());
    kib.unwrap_or(0) >> 10
}
