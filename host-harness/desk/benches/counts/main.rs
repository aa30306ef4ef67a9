//! What a call, an event and a fired action take, in counts: the same on every machine, however busy
//! it is.
//!
//! `cargo test -p despertador-desk --bench counts [-- --quick]`
//!
//! The limits are those of the table «Counts» in `docs/benchmarks.md`. It fails if a count is above
//! its limit, or if the table and what is counted here differ. Runs with all tests.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::cast_precision_loss,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a benchmark that is wrong stops"
)]

#[allow(unsafe_code, reason = "an allocator and a hook into SQLite cannot be written without")]
mod counted;
#[path = "../../tests/support/mod.rs"]
mod support;

use std::process::ExitCode;

use counted::Counts;
use despertador_contract::{Author, Event, Memory, Message, Outcome, Surroundings, Ticket};
use despertador_contract::{Channel, Decision};
use despertador_desk::store::AnyStore;
use despertador_desk::{Delivery, DeliveryReport, Desk, Incoming, Round};
use despertador_host::{Policy, Session};
use support::{ADERESO, Folder, MINUTE, NINE, SECOND};

const DOCUMENT: &str = include_str!("../../../../docs/benchmarks.md");

const TICKETS: usize = 192;
/// Claimed actions and reports in a round: the callers of `benches/peers`.
const ROUND: usize = 32;
const BATCH: usize = 96;

/// A count, by the name that it has in the document.
type Figure = (String, f64);

fn main() -> ExitCode {
    counted::install();
    let mut figures = calls();
    figures.extend(events_and_actions());
    let limits = limits(DOCUMENT);
    let mut is_good = true;
    for (name, count) in &figures {
        let limit = limits.iter().find(|(known, _)| known == name).map(|(_, limit)| *limit);
        let verdict = match limit {
            Some(limit) if *count <= limit => "",
            Some(_) => "  ABOVE ITS LIMIT",
            None => "  WITHOUT A LIMIT in docs/benchmarks.md",
        };
        is_good &= verdict.is_empty();
        println!(
            "{name:<48}{:>10}{:>10}{verdict}",
            shown(*count),
            limit.map_or_else(String::new, shown)
        );
    }
    for (name, _) in &limits {
        if !figures.iter().any(|(known, _)| known == name) {
            println!("{name:<48} is in docs/benchmarks.md and is not counted");
            is_good = false;
        }
    }
    if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// A count with as many digits as are needed.
fn shown(count: f64) -> String {
    if count < 10.0 { format!("{count:.2}") } else { format!("{count:.0}") }
}

/// The names and limits of the document's table: its first and its last column.
fn limits(document: &str) -> Vec<Figure> {
    let section = document.split_once("\n## Counts\n").expect("a section «Counts»").1;
    let rows = section.lines().take_while(|line| !line.starts_with("## "));
    let rows = rows.filter(|line| line.starts_with('|')).skip(2);
    rows.map(|line| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let limit = cells.last().unwrap().replace(',', "");
        (cells[0].to_owned(), limit.parse().unwrap_or_else(|_| panic!("no limit in `{line}`")))
    })
    .collect()
}

/// A policy with one rule, as in `tests/src/sample.rs`.
const PLAIN: &str = r#"{ "version": "2026-11", "language": "es", "rules": [ {
    "departments": "any", "count-from": "last-agent-message", "close-after": "15 min",
    "reminders": [ { "after": "10 min", "text": "¿Sigues allí?" } ] } ] }"#;

/// The fuel of calls about a ticket with an id and a department.
fn calls() -> Vec<Figure> {
    let surroundings = Surroundings::default();
    let policy = support::plugin().policy(PLAIN, &surroundings).expect("a policy");
    let mut session = policy.session();
    let ticket =
        Ticket { department: Some("support".into()), ..Ticket::open("4711", Channel::Whatsapp) };
    let said = |author, at| Message::words(author, NINE + at);
    let asked = said(Author::Customer, -MINUTE);
    let memory = session.on_message(&ticket, &Memory::new(), &asked).expect("an update").memory;
    let answer = said(Author::Agent, 0);
    let memory = session.on_message(&ticket, &memory, &answer).expect("an update").memory;
    let waits = session.on_tick(&ticket, &memory, NINE + 5 * MINUTE).expect("a decision");
    assert!(matches!(waits.outcome, Outcome::Wait(_)), "{waits:?}");
    let mut figures = vec![fuel("on-tick that waits", &session)];
    let reminds = session.on_tick(&ticket, &memory, NINE + 10 * MINUTE).expect("a decision");
    figures.push(fuel("on-tick that reminds", &session));
    let again = said(Author::Agent, 2 * MINUTE);
    session.on_message(&ticket, &memory, &again).expect("an update");
    figures.push(fuel("on-message that waits", &session));
    let reported = Event::carried_out(key(&reminds), NINE + 10 * MINUTE);
    let memory = session.on_event(&ticket, &memory, &reported).expect("an update").memory;
    figures.push(fuel("on-event that reports a reminder", &session));
    let closes = session.on_tick(&ticket, &memory, NINE + 15 * MINUTE).expect("a decision");
    assert!(matches!(closes.outcome, Outcome::Act(_)), "{closes:?}");
    figures.push(fuel("on-tick that closes", &session));
    figures.push(("KiB of memory of an instance".into(), memory_of(&policy)));
    figures
}

fn fuel(call: &str, session: &Session<'_>) -> Figure {
    (format!("fuel of {call}"), session.usage().fuel.used as f64)
}

fn key(decision: &Decision) -> despertador_contract::ActionKey {
    let Outcome::Act(action) = &decision.outcome else { panic!("{decision:?}") };
    action.key.clone()
}

/// Linear memory of an instance after its first call.
fn memory_of(policy: &Policy) -> f64 {
    let mut session = policy.session();
    session.outline(NINE).expect("an outline");
    session.usage().memory.used as f64 / 1_024.0
}

fn events_and_actions() -> Vec<Figure> {
    let folder = Folder::new();
    let mut desk = folder.acme(ADERESO);
    let mut figures = Vec::new();
    let ids: Vec<String> = (0..TICKETS).map(|n| format!("T{n:05}")).collect();
    for ids in ids.chunks(BATCH) {
        let opened: Vec<_> = ids.iter().flat_map(|id| support::silent(id, NINE)).collect();
        stored(&mut desk, NINE, &opened);
    }
    let said = |id: &String, n: i64| {
        support::words(id, Author::Agent, &format!("{id}-{n}"), NINE + n * SECOND)
    };
    let told: Vec<_> = ids.iter().map(|id| said(id, 1)).collect();
    let before = Counts::now();
    told.iter().for_each(|one| stored(&mut desk, NINE + SECOND, std::slice::from_ref(one)));
    figures.extend(before.until_now("an event by itself", TICKETS));
    let told: Vec<_> = ids.iter().map(|id| said(id, 2)).collect();
    let before = Counts::now();
    told.chunks(BATCH).for_each(|batch| stored(&mut desk, NINE + 2 * SECOND, batch));
    figures.extend(before.until_now(&format!("an event of {BATCH}"), TICKETS));
    // A desk that has run for a while: it knows that nothing older is in the outbox.
    assert!(desk.claim_deliveries(NINE + 3 * SECOND, 1).expect("no error").is_empty());
    let due = NINE + 2 * SECOND + 10 * MINUTE;
    let before = Counts::now();
    assert_eq!(fire(&mut desk, due), TICKETS);
    figures.extend(before.until_now(&format!("an action in rounds of {ROUND}"), TICKETS));
    figures
}

fn stored(desk: &mut Desk<AnyStore>, now: i64, incoming: &[Incoming]) {
    let receipts = desk.record_events(now, incoming).expect("receipts");
    assert!(receipts.iter().all(despertador_desk::Receipt::is_stored), "{receipts:?}");
}

/// Everything due is evaluated, claimed, carried out and recorded, as the runtime does it.
fn fire(desk: &mut Desk<AnyStore>, mut now: i64) -> usize {
    let (mut reports, mut fired) = (Vec::new(), 0);
    loop {
        let round = Round {
            reports: &reports,
            tickets: 500,
            actions: ROUND,
            per_account: ROUND,
            ..Round::default()
        };
        let done = desk.run_round(now, &round).expect("a round");
        assert_eq!(done.counts.done, reports.len());
        if done.deliveries.is_empty() {
            return fired;
        }
        fired += done.deliveries.len();
        let report = |delivery: &Delivery| support::done("acme", &delivery.key, now);
        reports = done.deliveries.iter().map(report).collect::<Vec<DeliveryReport>>();
        now += 1;
    }
}
