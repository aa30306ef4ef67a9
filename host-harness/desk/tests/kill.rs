//! The process is killed at random instants under load, again and again, on one file.
//!
//! The child is this very program: it runs the test `child`, which does nothing unless it is told
//! a folder. `DESPERTADOR_KILLS=200 cargo test -p despertador-desk --test kill` is the soak.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that is wrong fails"
)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use despertador_contract::{Author, Instant};
use despertador_desk::store::{Query, Sqlite, Store};
use despertador_desk::{Desk, Options, Receipt};
use despertador_host::{Cache, Host, Plugin};
use fastrand::Rng;
use support::{ADERESO, Folder, MINUTE, NINE, SECOND, begin, done, words};

const FOLDER: &str = "DESPERTADOR_KILL_FOLDER";
const ROUND: &str = "DESPERTADOR_KILL_ROUND";

/// With its compiled code kept, so that a child is at work at once.
fn cached_plugin(folder: &Path) -> Plugin {
    let cache = Cache::At(folder.join("cache"));
    let options = despertador_host::Options { cache, ..despertador_host::Options::default() };
    let host = Host::new(options).expect("a host");
    host.load_bytes(despertador_component::COMPONENT).expect("a plugin")
}

fn desk(folder: &Path) -> Desk<Sqlite> {
    let store = Sqlite::open(&folder.join("desk.db")).expect("a store");
    Desk::open(store, cached_plugin(folder), Options::default()).expect("a desk")
}

/// The receiver: a file to which it appends what it was asked to do, and when.
fn receiver(folder: &Path) -> File {
    let file = folder.join("receiver");
    OpenOptions::new().create(true).append(true).open(file).expect("a receiver")
}

#[test]
fn child() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let round: u64 = std::env::var(ROUND).expect("a round").parse().expect("a number");
    let mut rng = Rng::with_seed(round);
    let mut desk = desk(&folder);
    let mut receiver = receiver(&folder);
    let mut out = std::io::stdout();
    // Every child goes on an hour after the one before.
    let mut now = NINE + Instant::try_from(round).expect("small") * 60 * MINUTE;
    for n in 0.. {
        let batch: Vec<_> = (0..rng.usize(1..20))
            .map(|k| {
                let ticket = format!("T{}", rng.u32(0..200));
                let author = if rng.u32(0..4) == 0 { Author::Customer } else { Author::Agent };
                words(&ticket, author, &format!("{round}-{n}-{k}"), now)
            })
            .collect();
        desk.record_events(now, &batch).expect("receipts");
        let mut lines = String::new();
        for incoming in &batch {
            let id = incoming.row.id.as_deref().expect("an id");
            lines += &format!("ack {} {id}\n", incoming.row.ticket);
        }
        out.write_all(lines.as_bytes()).and_then(|()| out.flush()).expect("a parent");
        now += rng.i64(0..MINUTE);
        desk.poll_due(now, 50).expect("a look");
        let deliveries = desk.claim_deliveries(now, 50).expect("deliveries");
        let mut reports = Vec::new();
        for delivery in deliveries {
            let line = format!("{now} {}\n", delivery.key);
            receiver.write_all(line.as_bytes()).expect("a receiver");
            // Sometimes the answer is on its way for a while.
            if rng.u32(0..10) > 0 {
                reports.push(done("acme", &delivery.key, now));
            }
        }
        desk.record_deliveries(now, &reports).expect("reports");
    }
}

#[test]
fn a_process_that_is_killed_loses_nothing_and_repeats_nothing() {
    let kills = std::env::var("DESPERTADOR_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(20);
    let folder = Folder::new();
    begin(&mut desk(folder.path()), ADERESO);
    let mut rng = Rng::with_seed(kills);
    let mut acknowledged: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for round in 0..kills {
        for (ticket, id) in killed_child(folder.path(), round, &mut rng) {
            acknowledged.entry(ticket).or_default().insert(id);
        }
    }
    let count: usize = acknowledged.values().map(BTreeSet::len).sum();
    assert!(count > 20, "the children were at work: {count}");

    let mut desk = desk(folder.path());
    assert_eq!(desk.store().check().expect("a check"), Vec::<String>::new());
    let mut now = NINE + Instant::try_from(kills + 5).expect("small") * 60 * MINUTE;
    for (ticket, ids) in &acknowledged {
        let again: Vec<_> = ids.iter().map(|id| words(ticket, Author::Agent, id, now)).collect();
        let receipts = desk.record_events(now, &again).expect("receipts");
        assert!(
            receipts.iter().all(|receipt| *receipt == Receipt::Duplicate),
            "`{ticket}` lost one"
        );
    }
    // A customer who is still silent is reminded and closed, by the same rule.
    let mut receiver_file = receiver(folder.path());
    for _ in 0..100_000 {
        let Some(next) = desk.next_instant() else { break };
        now = now.max(next);
        desk.poll_due(now, 1_000).expect("a look");
        let deliveries = desk.claim_deliveries(now, 1_000).expect("deliveries");
        let reports: Vec<_> =
            deliveries.iter().map(|delivery| done("acme", &delivery.key, now)).collect();
        for delivery in &deliveries {
            writeln!(receiver_file, "{now} {}", delivery.key).expect("a receiver");
        }
        desk.record_deliveries(now, &reports).expect("reports");
    }
    let query = Query { limit: 1_000, ..Query::default() };
    for row in desk.query_tickets("acme", &query).expect("tickets") {
        assert!(desk.query_consistency("acme", &row.id).expect("a journal"), "`{}`", row.id);
        assert!(row.due.is_none() && row.outbox == 0, "{row:?}");
    }
    warned(folder.path());
}

/// Starts a child, kills it after a while, and says what it had acknowledged.
fn killed_child(folder: &Path, round: u64, rng: &mut Rng) -> Vec<(String, String)> {
    let mut child = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "child", "--nocapture", "--test-threads=1"])
        .env(FOLDER, folder)
        .env(ROUND, round.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a child");
    let output = BufReader::new(child.stdout.take().expect("its output"));
    let (line, lines) = mpsc::channel();
    let reader = std::thread::spawn(move || {
        // A line that was cut off is no acknowledgement.
        let mut output = output;
        loop {
            let mut text = String::new();
            match output.read_line(&mut text) {
                Ok(1..) if text.ends_with('\n') => drop(line.send(text)),
                _ => return,
            }
        }
    });
    // From the first sign of work on it has so long to live.
    let mut heard = Vec::new();
    while let Ok(text) = lines.recv_timeout(Duration::from_secs(20)) {
        heard.push(text);
        if heard.last().is_some_and(|text| text.starts_with("ack ")) {
            break;
        }
    }
    let life = Duration::from_millis(rng.u64(0..80));
    let (_keep, wait) = mpsc::channel::<()>();
    let _: Result<_, _> = wait.recv_timeout(life);
    child.kill().expect("killed");
    child.wait().expect("its end");
    reader.join().expect("its lines");
    heard.extend(lines.try_iter());
    heard
        .iter()
        .filter_map(|text| {
            let (ticket, id) = text.trim_end().strip_prefix("ack ")?.split_once(' ')?;
            Some((ticket.to_owned(), id.to_owned()))
        })
        .collect()
}

/// What the receiver was asked to do, each key the first time: no close without its last reminder
/// at least the promised minute before.
fn warned(folder: &Path) {
    let text = std::fs::read_to_string(folder.join("receiver")).expect("a receiver");
    let mut first: BTreeMap<&str, Instant> = BTreeMap::new();
    for line in text.lines() {
        let (at, key) = line.split_once(' ').expect("a line");
        first.entry(key).or_insert(at.parse().expect("a time"));
    }
    let mut closes = 0;
    for (key, at) in &first {
        let Some(cycle) = key.strip_suffix("/close") else { continue };
        let reminded = first.get(format!("{cycle}/reminder-3").as_str());
        let reminded = reminded.unwrap_or_else(|| panic!("`{key}` without its last reminder"));
        assert!(at - reminded >= MINUTE, "`{key}` {} s after it", (at - reminded) / SECOND);
        closes += 1;
    }
    assert!(closes > 0, "somebody was closed");
}
