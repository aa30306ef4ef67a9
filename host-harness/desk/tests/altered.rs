//! Whatever stands in a column of a desk's file, it is read, or it is an error with a way out: of
//! its row or its ticket, or of the whole file when it is opened. Nothing panics or spins.
//!
//! Seeds and counts are fixed; `ALTERED=100` makes a longer run (docs/testing.md).
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, reason = "a wrong test fails")]

#[path = "../../../tests/src/altered.rs"]
#[allow(dead_code, unreachable_pub, reason = "other suites use more of it")]
mod altered;
mod support;

use altered::{altered, seeds};
use despertador_contract::Author;
use despertador_desk::journal::{Journal, JournalError, Line, Selection};
use despertador_desk::store::{Query, Sqlite};
use despertador_desk::{DeliveryOutcome, Desk, DeskError, Inbound, Options};
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, params};
use support::{ADERESO, Folder, HOUR, MINUTE, NINE, SECOND, done, plugin, silent, words};

const TICKETS: [&str; 6] = ["answered", "closed", "failed", "late", "silent", "waits"];

/// A file with something in most tables.
fn filled() -> Folder {
    let folder = Folder::new();
    let mut desk = folder.acme(ADERESO);
    for ticket in TICKETS {
        desk.record_events(NINE, &silent(ticket, NINE)).unwrap();
    }
    for minute in [10, 11, 14, 15] {
        let now = NINE + minute * MINUTE;
        while desk.poll_due(now, 100).unwrap().more {}
        for delivery in desk.claim_deliveries(now, 100).unwrap() {
            let mut report = done("acme", &delivery.key, now);
            match delivery.key.split('/').next() {
                Some("failed") => {
                    report.outcome = DeliveryOutcome::Refused("no such number".into())
                }
                Some("waits") => {
                    report.outcome = DeliveryOutcome::Retry("the receiver answered 500".into())
                }
                _ => {}
            }
            desk.record_deliveries(now, &[report]).unwrap();
        }
        if minute == 10 {
            desk.record_events(now, &[words("answered", Author::Customer, "c2", now)]).unwrap();
        }
    }
    let unread = Inbound {
        door: "events".into(),
        text: "what is this".into(),
        why: "it is no JSON".into(),
        tickets: vec!["late".into()],
        customers: vec!["customer of late".into()],
    };
    desk.record_inbound(NINE, "acme", &[unread]).unwrap();
    folder
}

/// The columns of all tables.
fn columns(connection: &Connection) -> Vec<(String, String)> {
    let sql = "SELECT m.name, c.name FROM sqlite_schema AS m, pragma_table_info(m.name) AS c
               WHERE m.type = 'table' AND m.name <> 'shutdown' ORDER BY 1, 2";
    let mut statement = connection.prepare(sql).unwrap();
    let found = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    found.collect::<Result<_, _>>().unwrap()
}

/// Puts something else into a column of a row, if the table's rules let it.
fn alter(connection: &Connection, table: &str, column: &str, seed: u64) {
    let mut rng = fastrand::Rng::with_seed(seed);
    let count: i64 = connection
        .query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))
        .unwrap();
    if count == 0 {
        return;
    }
    let which = rng.i64(0..count);
    let sql = format!("SELECT {column} FROM {table} LIMIT 1 OFFSET ?");
    let other = connection.query_row(&sql, [which], |row| {
        Ok(match row.get_ref(0)? {
            ValueRef::Null if rng.bool() => Value::Integer(rng.i64(..)),
            ValueRef::Null => Value::Text("x".into()),
            ValueRef::Real(number) => Value::Real(-number),
            ValueRef::Integer(number) => Value::Integer(match rng.u8(0..4) {
                0 => rng.i64(..),
                1 => i64::MAX,
                2 => number - 1,
                _ => -1,
            }),
            ValueRef::Text(text) => Value::Blob(altered(&[text], seed)),
            ValueRef::Blob(blob) => Value::Blob(altered(&[blob], seed)),
        })
    });
    let is_text = matches!(
        connection.query_row(&sql, [which], |row| Ok(row.get_ref(0)?.data_type())),
        Ok(rusqlite::types::Type::Text)
    );
    let value = if is_text { "CAST(?1 AS TEXT)" } else { "?1" };
    // By its place, for some tables have no number of rows.
    let key: Vec<String> = {
        let sql = format!("SELECT name FROM pragma_table_info('{table}') WHERE pk > 0");
        let mut statement = connection.prepare(&sql).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
    };
    let key = key.join(", ");
    let sql = format!(
        "UPDATE {table} SET {column} = {value}
         WHERE ({key}) IN (SELECT {key} FROM {table} LIMIT 1 OFFSET ?2)"
    );
    let _: rusqlite::Result<usize> = connection.execute(&sql, params![other.unwrap(), which]);
}

/// Does with a desk what a server does with it.
fn work(desk: &mut Desk<Sqlite>) -> Result<(), DeskError> {
    let now = NINE + HOUR;
    for round in 0..20 {
        let now = now + round * SECOND;
        desk.poll_due(now, 100)?;
        let claimed = desk.claim_deliveries(now, 100)?;
        let reports: Vec<_> = claimed.iter().map(|d| done(&d.account, &d.key, now)).collect();
        desk.record_deliveries(now, &reports)?;
    }
    let is_idle = desk.next_due().is_none_or(|at| at > now);
    assert!(is_idle || desk.trouble().is_some(), "it spins: {:?}", desk.next_due());
    for ticket in TICKETS {
        let _: Result<_, _> = desk.query_ticket("acme", ticket);
        let _: Result<_, _> = desk.query_rebuilt("acme", ticket);
        let _: Result<_, _> = desk.query_event_log("acme", ticket);
        let id = format!("{ticket}-late");
        let _: Result<_, _> = desk.record_events(now, &[words(ticket, Author::Customer, &id, now)]);
    }
    let _: Result<_, _> = desk.query_tickets("acme", &Query { limit: 100, ..Query::default() });
    let _: Result<_, _> = desk.query_dead_letters("acme", 100);
    let _: Result<_, _> = desk.query_inbound("acme", 100);
    let _: Result<_, _> = desk.query_audit("acme", 100);
    let _: Result<_, _> = desk.query_policies("acme");
    let _: Result<_, _> = desk.query_tokens();
    let _: Result<_, _> = desk.query_flow("acme");
    let _: Result<_, _> = desk.query_backlog(now, 100);
    desk.forget_customer(now, "acme", "customer of late", "test").map(|_| ())
}

#[test]
fn altered_columns_are_errors_of_their_rows() {
    let folder = filled();
    let columns = columns(&Connection::open(folder.file()).unwrap());
    assert!(columns.len() > 80, "{}", columns.len());
    let errors = std::cell::Cell::new(0);
    for seed in seeds(250) {
        let copy = Folder::new();
        std::fs::copy(folder.file(), copy.file()).unwrap();
        let (table, column) = fastrand::Rng::with_seed(seed).choice(&columns).unwrap();
        {
            let connection = Connection::open(copy.file()).unwrap();
            alter(&connection, table, column, seed);
        }
        let place = format!("{table}.{column}, seed {seed}");
        let said = |error: &dyn std::fmt::Display| {
            let said = error.to_string();
            assert!(said.len() > 20, "{place}: {said}");
            errors.set(errors.get() + 1);
        };
        let store = match Sqlite::open(&copy.file()) {
            Ok(store) => store,
            Err(error) => {
                said(&error);
                continue;
            }
        };
        match Desk::open(store, plugin(), Options::default()) {
            Ok(mut desk) => {
                if let Err(error) = work(&mut desk) {
                    said(&error);
                }
            }
            Err(error) => said(&error),
        }
        let read = Journal::open(&copy.file()).and_then(|journal| {
            journal.read(&Selection::default(), |_: Line| Ok::<_, JournalError>(true))
        });
        if let Err(error) = read {
            said(&error);
        }
    }
    assert!(errors.get() > 25, "{} errors: not much was altered", errors.get());
}
