//! Files that are whole, or are refused; customers who are forgotten; budgets over many tickets.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that is wrong fails"
)]

mod support;

use std::path::{Path, PathBuf};

use despertador_contract::event_log::Row;
use despertador_contract::{Author, Instant};
use despertador_desk::store::sqlite::ReadOnly;
use despertador_desk::store::{JournalSource as _, Query, Sqlite, Store, StoreError, StoreProblem};
use despertador_desk::{Desk, Incoming, Options};
use serde_json::json;
use support::{ADERESO, Folder, HOUR, MINUTE, NINE, SECOND, begin, done, plugin, silent, words};

fn beside(file: &Path, ending: &str) -> PathBuf {
    PathBuf::from(format!("{}{ending}", file.display()))
}

/// The files of a running desk as a kill leaves them, in a folder of their own.
fn killed(running: &Folder, endings: &[&str]) -> Folder {
    let image = Folder::new();
    for ending in endings {
        let from = beside(&running.file(), ending);
        if from.exists() {
            std::fs::copy(from, beside(&image.file(), ending)).expect("a copy");
        }
    }
    image
}

const ALL: [&str; 3] = ["", "-wal", ".lock"];

fn refused(opened: Result<impl Sized, StoreError>) -> String {
    let error = opened.err().expect("refused");
    assert_eq!(error.problem, StoreProblem::Incomplete, "{error}");
    let said = error.to_string();
    assert!(said.contains("restore a backup"), "{said}");
    said
}

#[test]
fn a_file_without_what_was_acknowledged_is_refused() {
    let folder = Folder::new();
    let mut desk = folder.acme(ADERESO);
    desk.record_events(NINE, &silent("4711", NINE)).expect("receipts");
    // As a kill leaves it, it goes on.
    let image = killed(&folder, &ALL);
    assert!(image.desk().query_ticket("acme", "4711").is_ok());
    let without_lock = killed(&folder, &["", "-wal"]);
    assert!(without_lock.desk().query_ticket("acme", "4711").is_ok());
    // The log was deleted, or emptied; or the file was copied alone.
    for endings in [&["", ".lock"][..], &[""]] {
        let image = killed(&folder, endings);
        let before = std::fs::read(image.file()).expect("a file");
        for _ in 0..2 {
            refused(Sqlite::open(&image.file()));
        }
        refused(ReadOnly::open(&image.file()));
        refused(Sqlite::copy(&image.file(), &image.path().join("copy.db"), |_, _| {}));
        assert_eq!(std::fs::read(image.file()).expect("a file"), before, "it is as it was");
    }
    let image = killed(&folder, &ALL);
    std::fs::write(beside(&image.file(), "-wal"), "").expect("an empty log");
    refused(Sqlite::open(&image.file()));
    // A log that lacks what was acknowledged later.
    let early = killed(&folder, &ALL);
    desk.record_events(NINE + SECOND, &[words("4711", Author::Agent, "a2", NINE)])
        .expect("a receipt");
    std::fs::copy(beside(&folder.file(), ".lock"), beside(&early.file(), ".lock")).expect("one");
    let said = refused(Sqlite::open(&early.file()));
    assert!(said.contains("was acknowledged"), "{said}");
    // Another program has moved the log into the file: nothing is missing.
    let image = killed(&folder, &ALL);
    let connection = rusqlite::Connection::open(image.file()).expect("a database");
    let emptied = "PRAGMA wal_checkpoint(TRUNCATE)";
    connection.query_row(emptied, [], |_| Ok(())).expect("a checkpoint");
    drop(connection);
    assert!(image.desk().query_ticket("acme", "4711").is_ok());
    // A backup is whole while the desk runs, and the file alone once it has stopped.
    let backup = Folder::new();
    Sqlite::copy(&folder.file(), &backup.file(), |_, _| {}).expect("a backup");
    assert!(backup.desk().query_ticket("acme", "4711").is_ok());
    let backup = folder.path().join("second.db");
    desk.store().backup(&backup).expect("a backup");
    Sqlite::open(&backup).expect("a store");
    drop(desk);
    assert!(killed(&folder, &[""]).desk().query_ticket("acme", "4711").is_ok());
}

#[test]
fn what_was_deleted_last_is_not_missing() {
    let folder = Folder::new();
    let mut desk = folder.acme(ADERESO);
    for ticket in ["4711", "4712"] {
        desk.record_events(NINE, &silent(ticket, NINE)).expect("receipts");
    }
    desk.forget_customer(NINE, "acme", "customer of 4712", "ana").expect("forgotten");
    let image = killed(&folder, &ALL);
    let mut again = image.desk();
    again.record_events(NINE, &[words("4711", Author::Agent, "a9", NINE)]).expect("a receipt");
    let last = again.query_timeline("acme", "4711").expect("a timeline").last().expect("one").seq;
    assert!(last > 6, "numbers are not given twice: {last}");
}

/// A second opener of the same file is another process: this very program.
#[test]
#[cfg(target_os = "linux")]
fn a_file_has_one_owner_by_whatever_way() {
    const FILE: &str = "DESPERTADOR_SECOND_OWNER";
    if let Some(file) = std::env::var_os(FILE) {
        let error = Sqlite::open(Path::new(&file)).expect_err("refused");
        assert_eq!(error.problem, StoreProblem::InUse, "{error}");
        return;
    }
    let folder = Folder::new();
    let desk = folder.acme(ADERESO);
    let second = |file: &Path| {
        let mut child = std::process::Command::new(std::env::current_exe().expect("this program"));
        child.args(["--exact", "a_file_has_one_owner_by_whatever_way"]).env(FILE, file);
        let output = child.output().expect("a child");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && said.contains("1 passed"), "{file:?}: {said}");
        assert_eq!(Sqlite::open(file).expect_err("refused").problem, StoreProblem::InUse);
    };
    second(&folder.file());
    let linked = folder.path().join("linked.db");
    std::fs::hard_link(folder.file(), &linked).expect("a link");
    second(&linked);
    std::fs::remove_file(beside(&folder.file(), ".lock")).expect("a lock");
    second(&folder.file());
    drop(desk);
    folder.store();
}

/// Whether a text stands anywhere in the files of a store.
fn stands(folder: &Folder, text: impl AsRef<[u8]>) -> bool {
    let text = text.as_ref();
    ["", "-wal"].iter().any(|ending| {
        let bytes = std::fs::read(beside(&folder.file(), ending)).unwrap_or_default();
        bytes.windows(text.len()).any(|part| part == text)
    })
}

/// What is packed of a ticket and its journal, as it stands in the file.
fn packed(folder: &Folder, ticket: &str) -> Vec<Vec<u8>> {
    let connection = rusqlite::Connection::open(folder.file()).expect("a database");
    let sql = "SELECT packed FROM ticket WHERE id = ?1 UNION ALL
        SELECT packed FROM journal WHERE ticket = (SELECT no FROM ticket WHERE id = ?1)";
    let mut statement = connection.prepare(sql).expect("a question");
    let found = statement.query_map([ticket], |row| row.get(0)).expect("rows");
    found.collect::<Result<_, _>>().expect("everything is packed")
}

fn named(ticket: &str, customer: &str, at: Instant) -> Incoming {
    let facts = json!({ "channel": "whatsapp", "more": { "customer.id": customer } });
    Incoming::new("acme", Row::facts(ticket, at, facts))
}

#[test]
fn who_is_forgotten_is_gone_from_the_disk_or_it_is_said_that_they_are_not_yet() {
    let folder = Folder::new();
    let mut desk = folder.acme(ADERESO);
    // What somebody said stands in pages that were written over and over.
    for n in 0..40 {
        let mut told = words("4711", Author::Customer, &format!("c{n}"), NINE + n * SECOND);
        if let Some(despertador_contract::Call::Message(message)) = &mut told.row.call {
            message.text = Some("la clave es platypus".repeat(usize::try_from(n).unwrap() % 7 + 1));
        }
        desk.record_events(NINE + n * SECOND, &[named("4711", "eva", NINE), told])
            .expect("receipts");
    }
    desk.record_events(NINE, &silent("4712", NINE)).expect("receipts");
    let theirs = packed(&folder, "4711");
    assert!(theirs.len() > 80 && theirs.iter().all(|packed| stands(&folder, packed)));
    let backup = folder.path().join("backup.db");
    Sqlite::copy(&folder.file(), &backup, |_, _| {}).expect("a backup");
    // Somebody reads the store meanwhile.
    let reader = rusqlite::Connection::open(folder.file()).expect("a reader");
    reader.execute_batch("BEGIN; SELECT count(*) FROM ticket;").expect("a question");
    let now = NINE + HOUR;
    let forgotten = desk.forget_customer(now, "acme", "eva", "ana").expect("forgotten");
    assert_eq!((forgotten.tickets, forgotten.is_purged), (1, false));
    assert!(desk.is_purge_due());
    let named = backup.canonicalize().expect("a path").to_string_lossy().into_owned();
    assert_eq!(forgotten.backups, [named]);
    assert!(desk.query_ticket("acme", "4711").is_err());
    assert!(theirs.iter().any(|packed| stands(&folder, packed)), "the log still has it");
    drop(reader);
    assert!(desk.next_due().is_some_and(|at| at <= now + MINUTE), "it is tried again");
    desk.poll_due(now + MINUTE, 10).expect("a look");
    assert!(!desk.is_purge_due());
    // The facts alone may be those of others as well.
    assert!(theirs[1..].iter().all(|packed| !stands(&folder, packed)));
    assert!(!stands(&folder, "platypus") && !stands(&folder, "\"eva\""));
    assert!(stands(&folder, "customer of 4712"), "the others stay");
    std::fs::remove_file(&backup).expect("a file");
    let again = desk.forget_customer(now, "acme", "eva", "ana").expect("nobody");
    assert_eq!((again.tickets, again.is_purged, again.backups.len()), (0, true, 0));
}

#[test]
fn who_is_forgotten_is_found_under_the_ids_they_had_before() {
    let folder = Folder::new();
    let mut desk = folder.acme(ADERESO);
    // Also where both are told in one commit, and where the plugin hears of it later.
    desk.record_events(NINE, &[named("4711", "eva", NINE), named("4711", "eva@b", NINE)])
        .expect("receipts");
    desk.record_events(NINE, &[named("4711", "eva@c", NINE), named("4712", "leo", NINE)])
        .expect("receipts");
    drop(desk);
    let mut desk = folder.desk();
    for (customer, tickets) in [("nobody", 0), ("eva@b", 1), ("eva", 0), ("eva@c", 0), ("leo", 1)] {
        let forgotten = desk.forget_customer(NINE, "acme", customer, "ana").expect("forgotten");
        assert_eq!(forgotten.tickets, tickets, "{customer}");
    }
    for text in ["eva", "eva@b", "eva@c"] {
        assert!(!stands(&folder, format!("\"{text}\"")), "{text}");
    }
}

/// Makes a file what it was before anything was packed in it.
fn unpack(folder: &Folder) {
    let store = folder.store();
    let last = store.numbers().expect("numbers").entry;
    let entries: Vec<_> =
        (1..=last).filter_map(|seq| store.entry(0, seq).expect("an entry")).collect();
    let all = Query { account: 1, limit: 1_000, ..Query::default() };
    let tickets = store.tickets(&all).expect("tickets");
    drop(store);
    let connection = rusqlite::Connection::open(folder.file()).expect("a database");
    for entry in entries {
        let as_text = "UPDATE journal SET row = ?, decision = ?, note = ? WHERE seq = ?";
        let texts = (entry.row, entry.decision, entry.note, entry.seq);
        connection.execute(as_text, texts).expect("an entry");
    }
    for ticket in tickets {
        let as_text = "UPDATE ticket SET facts = ? WHERE no = ?";
        connection.execute(as_text, (ticket.facts, ticket.no)).expect("a ticket");
    }
    let columns = "ALTER TABLE journal DROP COLUMN packed; ALTER TABLE ticket DROP COLUMN packed;
        ALTER TABLE policy DROP COLUMN texts; PRAGMA user_version = 6;";
    connection.execute_batch(columns).expect("the tables as they were");
}

#[test]
fn what_was_stored_as_text_is_read_as_what_is_packed() {
    let folder = Folder::new();
    let mut desk = folder.acme(ADERESO);
    desk.record_events(NINE, &silent("4711", NINE)).expect("receipts");
    drop(desk);
    let journal = || {
        let file = ReadOnly::open(&folder.file()).expect("a file");
        let ticket = file.tickets(None, Instant::MIN, 0, 1).expect("tickets").remove(0);
        file.journal(&ticket).expect("its journal")
    };
    let before = journal();
    unpack(&folder);
    assert_eq!(journal(), before);
    let mut desk = folder.desk();
    // What happens from here on is packed.
    desk.record_events(NINE + SECOND, &[words("4711", Author::Agent, "a2", NINE)])
        .expect("a receipt");
    let rebuilt = desk.query_rebuilt("acme", "4711").expect("a ticket");
    assert!(rebuilt.differ.is_empty(), "{:?}", rebuilt.differ);
    drop(desk);
    assert_eq!(journal().get(..before.len()), Some(&before[..]));
}

#[test]
fn a_file_of_an_older_version_knows_earlier_ids_and_what_was_sent() {
    let folder = Folder::new();
    let mut desk = folder.acme(ADERESO);
    desk.record_events(NINE, &silent("4711", NINE)).expect("receipts");
    desk.record_events(NINE, &[named("4711", "eva", NINE)]).expect("a receipt");
    let due = NINE + 10 * MINUTE;
    desk.poll_due(due, 10).expect("a look");
    let key = desk.claim_deliveries(due, 10).expect("deliveries").remove(0).key;
    desk.record_deliveries(due + SECOND, &[done("acme", &key, due + 250)]).expect("a report");
    drop(desk);
    unpack(&folder);
    // The tables as they were before these were kept.
    let connection = rusqlite::Connection::open(folder.file()).expect("a database");
    connection
        .execute_batch(
            "DROP TABLE sent; DROP TABLE known_as; DROP TABLE backup; DROP INDEX flow_head;
             DROP INDEX policy_head; PRAGMA user_version = 4;",
        )
        .expect("an older file");
    drop(connection);
    let mut desk = folder.desk();
    let sent = desk.store().sent_to(1, "eva", NINE, 10).expect("a list");
    assert_eq!(sent, [due + 250]);
    let forgotten =
        desk.forget_customer(due, "acme", "customer of 4711", "ana").expect("forgotten");
    assert_eq!(forgotten.tickets, 1);
}

/// A hundred open tickets of one customer, who may be sent one message a day.
#[test]
fn a_budget_is_kept_over_all_tickets_of_a_customer() {
    const MANY: usize = 100;
    let policy = ADERESO.replacen(
        "\"language\": \"es\",",
        "\"language\": \"es\", \"budget\": { \"per-day\": 1 },",
        1,
    );
    let folder = Folder::new();
    let mut desk = Desk::open(folder.store(), plugin(), Options::default()).expect("a desk");
    begin(&mut desk, &policy);
    for n in 0..MANY {
        let mut told = silent(&format!("T{n:03}"), NINE);
        told[0].row.facts.as_mut().expect("facts")["more"] = json!({ "customer.id": "eva" });
        desk.record_events(NINE, &told).expect("receipts");
    }
    let mut now = NINE;
    let mut sent = Vec::new();
    while let Some(next) = desk.next_instant().filter(|next| *next < NINE + 12 * HOUR) {
        now = now.max(next);
        desk.poll_due(now, 1_000).expect("a look");
        for delivery in desk.claim_deliveries(now, 100).expect("deliveries") {
            if matches!(delivery.action.task, despertador_contract::Task::Send(_)) {
                sent.push(delivery.key.clone());
            }
            desk.record_deliveries(now, &[done("acme", &delivery.key, now)]).expect("a report");
        }
    }
    assert_eq!(sent.len(), 1, "{sent:?}");
}
