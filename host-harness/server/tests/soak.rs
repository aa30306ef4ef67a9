//! The whole server is killed at random instants under load, again and again, on one file, while
//! its webhook receiver works, is slow, down, lies, or refuses.
//!
//! The child is this program: it runs the test `child`, which does nothing unless it gets a folder.
//! Clients send it events over HTTP; its clock runs faster than ours, so that reminders and closes
//! occur during the test. `DESPERTADOR_KILLS=200 cargo test -p despertador-server --test soak --
//! --nocapture` is the long run.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that is wrong fails"
)]

#[path = "soak/child.rs"]
mod child;
#[path = "soak/clients.rs"]
mod clients;
#[path = "soak/fast.rs"]
mod fast;
#[path = "soak/receiver.rs"]
mod receiver;
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use child::Child;
use clients::{Clients, Told};
use despertador_contract::event_log::Row;
use despertador_contract::{Instant, TicketStatus};
use despertador_desk::runtime::Clock as _;
use despertador_desk::store::{Query, Sqlite, Store, TicketRow};
use despertador_desk::{Desk, Incoming, Options, Receipt};
use despertador_host::Host;
use despertador_server::{NewToken, Scope, Server, Start};
use fast::{Fast, pause};
use fastrand::Rng;
use receiver::{Answered, Mode, Received, Receiver};
use support::Folder;

/// Reminders after 30 and 45 seconds of silence, the close after 60.
const POLICY: &str = r#"{
  "version": "soak", "language": "en",
  "rules": [ { "name": "A minute", "departments": "any", "count-from": "last-agent-message",
    "close-after": "60 s", "reminders": [
      { "after": "30 s", "text": "Are you still there?" },
      { "after": "15 s", "text": "We close in fifteen seconds" } ],
    "close": { "incomplete-metadata": "ignore" } } ] }"#;
const CLOSE_AFTER: i64 = 60_000;
/// From the last reminder to the close.
const GAP: i64 = 15_000;
/// How much faster than ours the clock runs during kills, and at the end.
const FAST: i64 = 20;
const FASTER: i64 = 200;
/// An attempt that began before a reply was acknowledged may arrive this much later, in our own
/// milliseconds, because the machine is busy.
const ON_ITS_WAY: i64 = 2_000;

#[test]
fn child() {
    child::run();
}

#[test]
fn a_server_that_is_killed_under_load_loses_nothing_and_closes_nobody_unwarned() {
    let kills = std::env::var("DESPERTADOR_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(4);
    let seed = std::env::var("DESPERTADOR_SEED").ok().and_then(|n| n.parse().ok()).unwrap_or(1);
    let folder = Folder::new();
    folder.write("policy.json", POLICY);
    let token = begin(&folder);
    let clock = Fast::begin(FAST);
    let receiver = Receiver::start(clock.clone());
    let clients = Clients::start(clock.clone(), token.secret, seed);
    let mut rng = Rng::with_seed(seed);
    for round in 0..kills {
        let mut child = Child::start(folder.path(), round, &clock, receiver.address());
        if rng.u32(0..5) == 0 {
            // Before it is up: its recovery at the start is interrupted too.
            pause(Duration::from_millis(rng.u64(0..1_000)));
        } else {
            let address = child.address();
            clients.at(Some(address));
            for _ in 0..rng.u32(1..8) {
                receiver.be(Mode::any(&mut rng));
                pause(Duration::from_millis(rng.u64(0..400)));
            }
        }
        child.kill();
        clients.at(None);
    }
    // The receiver works again, and the customers stay silent.
    receiver.be(Mode::Well);
    let mut last = Child::start(folder.path(), kills, &clock, receiver.address());
    clients.at(Some(last.address()));
    let told = clients.finish();
    last.kill();
    clock.go_on(FASTER);
    let mut last = Child::start(folder.path(), kills + 1, &clock, receiver.address());
    last.address();
    last.wait_until_nothing_is_due();
    last.kill();
    let received = receiver.stop();

    let mut desk = desk(folder.path());
    assert_eq!(desk.store().check().expect("a check"), Vec::<String>::new());
    all_acknowledged_is_there(&mut desk, &told, clock.now());
    let tickets = tickets(&desk);
    for row in &tickets {
        assert!(desk.query_consistency("acme", &row.id).expect("a journal"), "`{}`", row.id);
    }
    let ends = everybody_comes_to_an_end(&mut desk, &tickets, &told, &received);
    each_key_has_one_effect(&received);
    steps_come_in_order(&received);
    let closes = nobody_is_closed_unwarned(&received);
    nobody_is_closed_who_was_answered_or_has_replied(&told, &received);
    let events = told.len();
    assert!(events > 50 && closes > 5, "there was something to see: {events} {closes}");
    println!(
        "{kills} kills: {events} events acknowledged, {} tickets, {} actions received {} times, \
         {closes} closes, {ends:?}",
        tickets.len(),
        by_key(&received).len(),
        received.len(),
    );
}

/// Creates the file, the account and a token.
fn begin(folder: &Folder) -> NewToken {
    let token = NewToken::make(0, "soak", &Scope::ALL, &["acme".into()]).expect("a token");
    let nowhere = "http://127.0.0.1:9/";
    let start = Start {
        tokens: vec![token.clone()],
        ..Start::new(child::settings(folder.path(), nowhere), despertador_component::COMPONENT)
    };
    assert!(Server::start(start).expect("a server").stop().is_some());
    token
}

fn desk(folder: &Path) -> Desk<Sqlite> {
    let host = Host::new(despertador_host::Options::default()).expect("a host");
    let plugin = host.load_bytes(despertador_component::COMPONENT).expect("a plugin");
    let store = Sqlite::open(&folder.join("desk.db")).expect("a store");
    Desk::open(store, plugin, Options::default()).expect("a desk")
}

fn tickets(desk: &Desk<Sqlite>) -> Vec<TicketRow> {
    let mut all: Vec<TicketRow> = Vec::new();
    loop {
        let after = all.last().map_or(0, |row| row.no);
        let query = Query { limit: 1_000, after, ..Query::default() };
        let part = desk.query_tickets("acme", &query).expect("tickets");
        if part.is_empty() {
            return all;
        }
        all.extend(part);
    }
}

/// Everything acknowledged is known when it is sent again.
fn all_acknowledged_is_there(desk: &mut Desk<Sqlite>, told: &[Told], now: Instant) {
    for part in told.chunks(1_000) {
        let again: Vec<Incoming> = part
            .iter()
            .map(|told| Incoming::new("acme", Row::from_value(&told.event).expect("a row")))
            .collect();
        let receipts = desk.record_events(now, &again).expect("receipts");
        for (told, receipt) in part.iter().zip(receipts) {
            assert_eq!(receipt, Receipt::Duplicate, "lost: {}", told.event);
        }
    }
}

/// How silent tickets have ended.
#[derive(Debug, Default)]
struct Ends {
    closed: usize,
    /// A customer replied to a close; from then on the ticket waits for people.
    reopened: usize,
    /// The receiver reported that the customer has blocked the account, or that it will never
    /// accept the action.
    refused: usize,
}

/// No silent ticket is forgotten: it was closed, or there is a reason why not, which the ticket
/// shows.
fn everybody_comes_to_an_end(
    desk: &mut Desk<Sqlite>,
    tickets: &[TicketRow],
    told: &[Told],
    received: &[Received],
) -> Ends {
    let names: BTreeSet<&str> = tickets.iter().map(|row| row.id.as_str()).collect();
    assert!(told.iter().all(|told| names.contains(told.ticket.as_str())));
    let mut reminded_or_closed: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut said_no: BTreeSet<&str> = BTreeSet::new();
    for received in received {
        if received.answered.is_no() {
            said_no.insert(&received.ticket);
        } else if received.is_carried_out {
            reminded_or_closed.entry(&received.ticket).or_default().insert(&received.step);
        }
    }
    let mut ends = Ends::default();
    for row in tickets {
        assert!(row.due.is_none() && row.deferred.is_none(), "{row:?}");
        let standing = desk.query_ticket("acme", &row.id).expect("a ticket");
        let open: Vec<_> = standing.outbox.iter().filter(|it| it.state.is_open()).collect();
        assert!(open.is_empty(), "{row:?} {open:?}");
        let done = reminded_or_closed.get(row.id.as_str());
        let was = |step: &str| done.is_some_and(|done| done.contains(step));
        if row.status == TicketStatus::Closed {
            assert!(was("close") && was("reminder-2"), "{row:?}");
            ends.closed += 1;
        } else if said_no.contains(row.id.as_str()) {
            // It can be seen: it was given up, and the journal contains that.
            let timeline = desk.query_timeline("acme", &row.id).expect("a timeline");
            let words: BTreeSet<_> = timeline.iter().map(|entry| entry.kind.word()).collect();
            assert!(words.contains("given-up"), "{row:?} {words:?}");
            ends.refused += 1;
        } else {
            assert!(was("close"), "left alone: {row:?}");
            ends.reopened += 1;
        }
    }
    ends
}

fn by_key(received: &[Received]) -> BTreeMap<&str, Vec<&Received>> {
    let mut by_key: BTreeMap<&str, Vec<&Received>> = BTreeMap::new();
    for received in received {
        by_key.entry(&received.key).or_default().push(received);
    }
    by_key
}

/// A key has the same effect each time, and is repeated only for a reason: the process was killed,
/// or the answer was not «done».
fn each_key_has_one_effect(received: &[Received]) {
    for (key, tries) in by_key(received) {
        for pair in tries.windows(2) {
            assert_eq!(pair[0].effect, pair[1].effect, "`{key}` asks for something else");
            let killed = pair[0].round != pair[1].round;
            let asked_again = pair[0].answered == Answered::Again;
            assert!(killed || asked_again, "`{key}` again without a reason: {pair:?}");
        }
    }
}

/// After a step of a cycle was received, no earlier one is.
fn steps_come_in_order(received: &[Received]) {
    let mut latest: BTreeMap<&str, &Received> = BTreeMap::new();
    for received in received {
        let (cycle, _) = received.key.rsplit_once('/').expect("a key");
        let before = latest.insert(cycle, received);
        if let Some(before) = before {
            assert!(before.rank() <= received.rank(), "{received:?} after {before:?}");
        }
    }
}

/// Each close was preceded by the last reminder of its cycle, with the promised gap.
fn nobody_is_closed_unwarned(received: &[Received]) -> usize {
    let mut warned: BTreeMap<&str, Instant> = BTreeMap::new();
    let mut closes = BTreeSet::new();
    for received in received {
        if received.step == "reminder-2" && received.is_carried_out {
            warned.entry(&received.key).or_insert(received.at);
        }
        let Some(cycle) = received.key.strip_suffix("/close") else { continue };
        let reminded = warned.get(format!("{cycle}/reminder-2").as_str());
        let reminded = reminded.unwrap_or_else(|| panic!("closed unwarned: {received:?}"));
        let gap = received.at - reminded;
        assert!(gap >= GAP, "{gap} ms after the warning: {received:?}");
        closes.insert(&received.key);
    }
    closes.len()
}

/// Reminders and closes agree with what had been acknowledged: an agent wrote last, and the silence
/// has lasted.
fn nobody_is_closed_who_was_answered_or_has_replied(told: &[Told], received: &[Received]) {
    let mut of_ticket: BTreeMap<&str, Vec<&Told>> = BTreeMap::new();
    for told in told {
        of_ticket.entry(&told.ticket).or_default().push(told);
    }
    for received in received.iter().filter(|it| it.task == "send" || it.step == "close") {
        let promised = match received.step.as_str() {
            "close" => CLOSE_AFTER,
            "reminder-1" => CLOSE_AFTER / 2,
            _ => CLOSE_AFTER - GAP,
        };
        let of_ticket = &of_ticket[received.ticket.as_str()];
        // What was acknowledged long before counts; what was sent at about the same time may count.
        let known = of_ticket
            .iter()
            .filter(|told| told.acknowledged + ON_ITS_WAY < received.on_our_clock)
            .count();
        let mut last = of_ticket[known.saturating_sub(1)..].iter();
        let silent = last.any(|last| !last.is_customer && received.at - last.at >= promised);
        assert!(silent, "{received:?} although {:?}", of_ticket.get(known.saturating_sub(1)));
    }
}

// Shared by the threads of the parent.
type Shared<T> = Arc<std::sync::Mutex<T>>;
