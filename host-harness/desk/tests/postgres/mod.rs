//! What only a database does: owners that are replaced, lost connections, refusals, poolers.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, reason = "a wrong test fails")]

#[path = "../support/mod.rs"]
mod support;

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use despertador_contract::Author;
use despertador_contract::event_log::Row;
use despertador_desk::store::{
    AnyStore, Location, OpenOptions, Query, Store as _, StoreError, StoreProblem, TokenRow,
    move_desk,
};
use despertador_desk::{
    DeliveryOutcome, Desk, DeskError, Inbound, Incoming, Options, Receipt, Scope,
};
use serde_json::json;
use support::server::{Database, Server, server};
use support::{ADERESO, Folder, HOUR, MINUTE, NINE, SECOND, begin, done, plugin, silent, words};

/// A database of its own, and a desk in it with the account `acme`.
fn begun() -> (Database, Desk<AnyStore>) {
    let database = Database::fresh();
    let mut desk = desk_at(&database.address()).expect("a desk");
    begin(&mut desk, ADERESO);
    (database, desk)
}

fn open(address: &str) -> Result<AnyStore, StoreError> {
    Location::from(address).open(OpenOptions::default())
}

fn desk_at(address: &str) -> Result<Desk<AnyStore>, DeskError> {
    Desk::open(open(address)?, plugin(), Options::default())
}

fn refused(address: &str) -> (StoreProblem, String) {
    let error = open(address).err().expect("refused");
    (error.problem, error.to_string())
}

fn is_recorded(receipts: Result<Vec<Receipt>, DeskError>) -> bool {
    receipts.unwrap().iter().all(|receipt| matches!(receipt, Receipt::Recorded(_)))
}

fn problem<T: std::fmt::Debug>(result: Result<T, DeskError>) -> StoreProblem {
    match result {
        Err(DeskError::Store(error)) => error.problem,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_database_has_one_owner_and_the_refusal_names_it() {
    let (database, desk) = begun();
    let (found, said) = refused(&database.address());
    assert_eq!(found, StoreProblem::InUse);
    let process =
        format!("is in use by another desk (this machine, process {}", std::process::id());
    assert!(said.contains(&process), "{said}");
    drop(desk);
    open(&database.address()).expect("the lease was given back");
}

/// As after a pause that was longer than the lease: the process believes that it owns the desk.
#[test]
fn an_owner_that_was_replaced_changes_and_delivers_nothing() {
    let (database, mut desk) = begun();
    desk.record_events(NINE, &silent("4711", NINE)).expect("receipts");
    let due = NINE + 10 * MINUTE;
    desk.poll_due(due, 10).expect("a look");
    let permit = desk.store().delivery_permit();
    assert!(permit.is_given());
    // Another process takes the lease.
    database.run("UPDATE despertador.lease SET holder = 'another', epoch = epoch + 1");
    let before = database.ask("SELECT count(*) FROM despertador.journal");
    let told = desk.record_events(due, &silent("4712", due));
    assert_eq!(problem(told), StoreProblem::Fenced);
    let report = done("acme", "4711/1/reminder-1", due);
    assert_eq!(problem(desk.record_deliveries(due, &[report])), StoreProblem::Fenced);
    assert_eq!(problem(desk.forget_customer(due, "acme", "customer of 4711", "ana")), {
        StoreProblem::Fenced
    });
    assert!(!permit.is_given(), "nothing more is delivered");
    assert_eq!(database.ask("SELECT count(*) FROM despertador.journal"), before);
    let left = database.ask("SELECT string_agg(id, ' ') FROM despertador.ticket");
    assert_eq!(left.as_deref(), Some("4711"));
    // It gives back nothing that it does not have.
    drop(desk);
    assert_eq!(database.ask("SELECT holder FROM despertador.lease").as_deref(), Some("another"));
}

/// Records the events of a ticket, again if the connection was lost meanwhile.
fn told(desk: &mut Desk<AnyStore>, ticket: &str) -> Vec<Receipt> {
    for _ in 0..3 {
        match desk.record_events(NINE, &silent(ticket, NINE)) {
            Ok(receipts) => return receipts,
            Err(error) => assert_eq!(problem::<()>(Err(error)), StoreProblem::Unreachable),
        }
    }
    panic!("the connection is never made again");
}

#[test]
fn a_lost_connection_is_made_again_and_a_commit_whose_answer_was_lost_is_known() {
    let (database, mut desk) = begun();
    for n in 0..20 {
        let ticket = format!("T{n}");
        told(&mut desk, &ticket);
        database.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        );
        let again = told(&mut desk, &ticket);
        assert!(again.iter().all(|receipt| *receipt == Receipt::Duplicate), "{ticket}");
    }
    // Each new connection has a later epoch, so that no commit of an earlier one can still follow.
    let epoch = database.ask("SELECT epoch FROM despertador.lease").unwrap();
    assert!(epoch.parse::<u32>().unwrap() >= 20, "{epoch}");
    drop(desk);
    let desk = desk_at(&database.address()).expect("a desk");
    assert_eq!(desk.store().check().expect("a check"), Vec::<String>::new());
}

#[test]
fn a_transaction_that_another_session_holds_up_is_stopped_and_nothing_is_stored() {
    let (database, desk) = begun();
    drop(desk);
    database.run("ALTER DATABASE current_database SET lock_timeout = '200ms'");
    let mut desk = desk_at(&database.address()).expect("a desk");
    let lock = database.session();
    lock.run("BEGIN; LOCK TABLE despertador.ticket IN SHARE MODE");
    let told = desk.record_events(NINE, &silent("4711", NINE));
    let Err(DeskError::Store(error)) = &told else { panic!("{told:?}") };
    assert_eq!(error.problem, StoreProblem::TimedOut);
    assert!(error.to_string().contains("raise `statement_timeout`"), "{error}");
    lock.run("ROLLBACK");
    assert!(is_recorded(desk.record_events(NINE, &silent("4711", NINE))));
    assert!(desk.query_consistency("acme", "4711").expect("a journal"));
}

#[test]
fn a_limit_of_the_user_stops_a_statement_with_a_sentence_and_no_loss() {
    let (database, desk) = begun();
    drop(desk);
    database.run("ALTER DATABASE current_database SET statement_timeout = '300ms'");
    let mut desk = desk_at(&database.address()).expect("a desk");
    assert!(is_recorded(desk.record_events(NINE, &silent("4711", NINE))));
    let lock = database.session();
    lock.run("BEGIN; LOCK TABLE despertador.journal IN SHARE MODE");
    assert_eq!(problem(desk.record_events(NINE, &silent("4712", NINE))), StoreProblem::TimedOut);
    lock.run("ROLLBACK");
    assert!(is_recorded(desk.record_events(NINE, &silent("4712", NINE))));
}

#[test]
fn a_database_that_can_only_be_read_is_said_and_goes_on_when_it_can_be_written() {
    let (database, mut desk) = begun();
    database.run("ALTER DATABASE current_database SET default_transaction_read_only = on");
    database.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
    let mut found = Vec::new();
    for _ in 0..3 {
        found.push(problem(desk.record_events(NINE, &silent("4711", NINE))));
    }
    assert!(found.contains(&StoreProblem::StandBy), "{found:?}");
    let (found, said) = refused(&database.address());
    assert_eq!(found, StoreProblem::StandBy);
    assert!(said.contains("name the primary, or all hosts"), "{said}");
    let writable = "RESET default_transaction_read_only";
    server().run("postgres", &format!("ALTER DATABASE {} {writable}", database.name()));
    assert!(is_recorded(desk.record_events(NINE, &silent("4711", NINE))));
}

#[test]
fn wrong_addresses_users_and_rights_are_refused_with_a_way_out() {
    let server = server();
    let database = Database::fresh();
    for (address, problem, what) in [
        ("postgres://127.0.0.1:1/desk".to_owned(), StoreProblem::Unreachable, "cannot be reached"),
        ("postgres://127.0.0.1/desk?sslmode=perhaps".into(), StoreProblem::Denied, "no usable"),
        ("postgres://127.0.0.1/desk?colour=red".into(), StoreProblem::Denied, "no usable"),
        ("postgres:///desk?sslrootcert=/no/such.pem".into(), StoreProblem::Unsupported, "such.pem"),
        (server.address("no_such_database"), StoreProblem::Denied, "refuses this user"),
    ] {
        let (found, said) = refused(&address);
        assert_eq!(found, problem, "{address}: {said}");
        assert!(said.contains(what) && said.contains("; "), "{said}");
    }
    // A user without the right to create the schema.
    database.run("CREATE ROLE reader LOGIN");
    let address = database.address().replace("user=desk", "user=reader");
    let (found, said) = refused(&address);
    assert_eq!(found, StoreProblem::Denied, "{said}");
    assert!(said.contains("the user needs the right to create a schema"), "{said}");
    // With a schema of its own nothing else is needed.
    database.run("CREATE SCHEMA despertador AUTHORIZATION reader");
    open(&address).expect("a store");
    database.run("DROP OWNED BY reader CASCADE; DROP ROLE reader");
}

#[test]
fn a_password_is_in_no_error() {
    let (_, said) = refused("postgres://ana:verysecret@127.0.0.1:1/desk?password=alsosecret");
    assert!(!said.contains("secret"), "{said}");
}

/// Tables of a later version are refused, unless they say that this version can use them: then
/// both run side by side during an update.
#[test]
fn tables_of_a_later_version_are_refused_unless_they_can_be_used() {
    let (database, desk) = begun();
    drop(desk);
    database.run("INSERT INTO despertador.migration VALUES (99, 99)");
    let (found, said) = refused(&database.address());
    assert_eq!(found, StoreProblem::Newer);
    assert!(said.contains("tables of version 99, and 1 is known; use the version"), "{said}");
    database.run("UPDATE despertador.migration SET usable_from = 1 WHERE version = 99");
    open(&database.address()).expect("tables that this version can use");
}

#[test]
fn a_schema_of_something_else_is_not_touched() {
    let database = Database::fresh();
    database.run("CREATE SCHEMA despertador; CREATE TABLE despertador.ticket (seat integer)");
    open(&database.address()).err().expect("refused");
    let columns = database.ask(
        "SELECT string_agg(table_name || '.' || column_name, ' ')
         FROM information_schema.columns WHERE table_schema = 'despertador'",
    );
    assert_eq!(columns.as_deref(), Some("ticket.seat"));
}

/// Statements of one session reach several sessions of the server behind such a pooler.
#[test]
fn a_pooler_that_does_not_keep_sessions_is_refused_and_one_that_does_is_not() {
    let Some(program) = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"]
        .into_iter()
        .find(|program| std::path::Path::new(program).exists())
    else {
        assert!(std::env::var_os("DESPERTADOR_POSTGRES_REQUIRED").is_none(), "no pgbouncer");
        eprintln!("NOT RUN: pgbouncer is not installed");
        return;
    };
    let database = Database::fresh();
    let folder = Folder::new();
    for (mode, is_kept) in [("transaction", false), ("session", true)] {
        let pooler = Pooler::start(program, &folder, &database, mode);
        match open(&pooler.address) {
            Ok(_) => assert!(is_kept, "{mode}"),
            Err(error) => {
                assert_eq!((error.problem, is_kept), (StoreProblem::Pooled, false), "{error}");
                assert!(error.to_string().contains("pool_mode = session"), "{error}");
            }
        }
    }
}

/// A pgbouncer that ends with the test.
struct Pooler {
    address: String,
    process: Child,
}

impl Pooler {
    fn start(program: &str, folder: &Folder, database: &Database, mode: &str) -> Self {
        let place = folder.path().join(mode);
        std::fs::create_dir_all(&place).unwrap();
        let ini = place.join("pgbouncer.ini");
        std::fs::write(
            &ini,
            format!(
                "[databases]\n* = host={} user=desk\n[pgbouncer]\nlisten_addr =\n\
                 unix_socket_dir = {}\nauth_type = any\npool_mode = {mode}\n",
                Server::folder().display(),
                place.display()
            ),
        )
        .unwrap();
        Server::give_to_nobody(folder.path());
        Server::give_to_nobody(&place);
        Server::give_to_nobody(&ini);
        let mut command = Server::command(program);
        command.arg(&ini).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut process = command.spawn().expect("a pooler");
        let mut log = BufReader::new(process.stderr.take().unwrap());
        let mut line = String::new();
        while !line.contains("process up") {
            line.clear();
            assert!(log.read_line(&mut line).unwrap() > 0, "the pooler has ended");
        }
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        let name = database.name();
        let address = format!("postgres:///{name}?host={}&port=6432&user=desk", place.display());
        Self { address, process }
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _: std::io::Result<()> = self.process.kill();
        let _: std::io::Result<_> = self.process.wait();
    }
}

const CHILD: &str = "DESPERTADOR_KILLED";

/// The owner that the test below kills: it records events until it ends.
#[test]
fn an_owner_to_be_killed() {
    let Ok(address) = std::env::var(CHILD) else { return };
    let mut desk = desk_at(&address).expect("a desk");
    for n in 0.. {
        let ticket = format!("T{n}");
        desk.record_events(NINE, &silent(&ticket, NINE)).expect("receipts");
        println!("acknowledged {ticket}");
    }
}

/// A process that owns a database and records events until it is killed.
fn killed(address: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "only::an_owner_to_be_killed", "--nocapture"])
        .env(CHILD, address)
        .stdout(Stdio::piped())
        .spawn()
        .expect("this program")
}

#[test]
fn what_a_killed_owner_acknowledged_is_there_and_deliveries_wait_for_its_lease() {
    let (database, desk) = begun();
    drop(desk);
    let mut child = killed(&database.address());
    let told = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let mut acknowledged = told
        .filter_map(|line| line.split_once("acknowledged ").map(|(_, ticket)| ticket.to_owned()));
    let first: Vec<String> = acknowledged.by_ref().take(30).collect();
    child.kill().expect("killed");
    child.wait().expect("its end");
    let all: Vec<String> = first.into_iter().chain(acknowledged).collect();
    // Its session is gone with it, so nobody waits until its lease ends.
    let mut desk = desk_at(&database.address()).expect("a desk");
    assert!(!desk.store().delivery_permit().is_given(), "its deliveries may be under way");
    for ticket in &all {
        let again = desk.record_events(NINE, &silent(ticket, NINE)).expect("receipts");
        assert!(again.iter().all(|receipt| *receipt == Receipt::Duplicate), "{ticket}");
        assert!(desk.query_consistency("acme", ticket).expect("a journal"), "{ticket}");
    }
    assert_eq!(desk.store().check().expect("a check"), Vec::<String>::new());
}

#[test]
fn a_standby_waits_and_takes_over_when_the_owner_has_ended_or_was_killed() {
    let (database, desk) = begun();
    let address = database.address();
    let wait = || {
        let address = address.clone();
        std::thread::spawn(move || {
            let options = OpenOptions { standby: true, ..OpenOptions::default() };
            Location::from(address.as_str()).open(options).map(|store| store.delivery_permit())
        })
    };
    // Waiting: a session has asked for the lock and not got it.
    let is_waiting = || {
        let sql = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        while database.ask(sql).as_deref() == Some("0") {}
    };
    let standby = wait();
    is_waiting();
    drop(desk);
    let permit = standby.join().unwrap().expect("the lease was given back");
    assert!(permit.is_given());

    let mut child = killed(&address);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("acknowledged")));
    let standby = wait();
    is_waiting();
    child.kill().expect("killed");
    child.wait().expect("its end");
    let permit = standby.join().unwrap().expect("its session is gone");
    assert!(!permit.is_given(), "its deliveries may be under way");
}

/// An owner that is stopped keeps its sessions and its lock: the lease ends all the same.
#[test]
fn a_standby_takes_over_from_an_owner_that_stands_still_when_its_lease_has_ended() {
    let (database, mut desk) = begun();
    desk.record_events(NINE, &silent("4711", NINE)).expect("receipts");
    let permit = desk.store().delivery_permit();
    // As if it had not been extended for long. It may be extended before the other one looks.
    let ended = "UPDATE despertador.lease SET until = now() - interval '1 minute'";
    let mut other = (0..1_000)
        .find_map(|_| {
            database.run(ended);
            desk_at(&database.address()).ok()
        })
        .expect("the lease has ended");
    assert_eq!(problem(desk.record_events(NINE, &silent("4712", NINE))), StoreProblem::Fenced);
    assert!(!permit.is_given());
    assert!(other.store().delivery_permit().is_given(), "nobody else delivers");
    assert!(is_recorded(other.record_events(NINE, &silent("4712", NINE))));
}

#[test]
fn the_entries_of_deleted_tickets_go_with_their_span() {
    let (database, mut desk) = begun();
    desk.record_events(NINE, &silent("old", NINE)).expect("receipts");
    let closed = Row::facts("old", NINE + SECOND, json!({ "status": "closed" }));
    desk.record_events(NINE + SECOND, &[Incoming::new("acme", closed)]).expect("receipts");
    let since = NINE + HOUR;
    let spans =
        || database.ask("SELECT string_agg(no::text, ' ' ORDER BY no) FROM despertador.span");
    let entries = || database.ask("SELECT count(*) FROM despertador.journal").unwrap();
    // The span has lasted for long enough that the next one begins.
    database.run("UPDATE despertador.span SET begun = '2000-01-01'");
    assert_eq!(desk.delete_inactive_tickets(since, 10).expect("one"), 1);
    assert!(desk.query_ticket("acme", "old").is_err());
    assert_ne!(entries(), "0");
    assert_eq!(desk.delete_inactive_tickets(since, 10).expect("none"), 0);
    assert_eq!(spans().as_deref(), Some("0 1"));
    // New tickets are in the new span.
    let later = NINE + 2 * HOUR;
    assert!(is_recorded(desk.record_events(later, &silent("new", later))));
    assert_eq!(desk.delete_inactive_tickets(since, 10).expect("none"), 0);
    assert_eq!(spans().as_deref(), Some("1"), "the old one is dropped");
    assert_eq!(
        database.ask("SELECT count(DISTINCT ticket) FROM despertador.journal").unwrap(),
        "1"
    );
    assert!(desk.query_consistency("acme", "new").expect("a journal"));
    let told = words("new", Author::Customer, "again", later + SECOND);
    assert!(is_recorded(desk.record_events(later + SECOND, &[told])));
}

#[test]
fn deleted_rows_are_gone_from_the_tables_when_the_vacuum_has_run() {
    let (database, mut desk) = begun();
    desk.record_events(NINE, &silent("4711", NINE)).expect("receipts");
    let forgotten = desk.forget_customer(NINE, "acme", "customer of 4711", "ana").expect("one");
    assert_eq!((forgotten.tickets, forgotten.is_purged), (1, false));
    let mut now = NINE;
    while desk.is_purge_due() {
        now += SECOND;
        desk.poll_due(now, 10).expect("a look");
    }
    let dead = "SELECT coalesce(sum(n_dead_tup), 0) FROM pg_stat_user_tables
        WHERE relname IN ('ticket', 'journal_0', 'consumed_0', 'outbox', 'deadline')";
    assert_eq!(database.ask(dead).as_deref(), Some("0"));
}

/// Every row of a file but those about itself.
fn rows(file: &std::path::Path) -> Vec<String> {
    let connection = rusqlite::Connection::open(file).unwrap();
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'shutdown'";
    let mut tables = connection.prepare(tables).unwrap();
    let tables = tables.query_map([], |row| row.get::<_, String>(0)).unwrap();
    let mut all = Vec::new();
    for table in tables.map(Result::unwrap) {
        let mut statement = connection.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let columns = statement.column_count();
        let mut found = statement.query([]).unwrap();
        while let Some(row) = found.next().unwrap() {
            let values: Vec<rusqlite::types::Value> =
                (0..columns).map(|column| row.get(column).unwrap()).collect();
            all.push(format!("{table} {values:?}"));
        }
    }
    all.sort();
    all
}

#[test]
fn a_desk_moves_to_a_database_and_back_and_goes_on_there() {
    let folder = Folder::new();
    let [file, back] = ["desk.db", "back.db"].map(|name| folder.path().join(name));
    let [from, to_file] = [&file, &back].map(|file| Location::from(file.as_path()));
    let mut desk = desk_at(&from.to_string()).expect("a desk");
    begin(&mut desk, ADERESO);
    for n in 0..1_200 {
        let ticket = format!("T{n}");
        desk.record_events(NINE, &silent(&ticket, NINE)).expect("receipts");
    }
    let due = NINE + 10 * MINUTE;
    desk.poll_due(due, 50).expect("a look");
    for delivery in desk.claim_deliveries(due, 20).expect("actions") {
        let mut report = done("acme", &delivery.key, due);
        if delivery.key.contains('7') {
            report.outcome = DeliveryOutcome::Refused("no such number".into());
        }
        desk.record_deliveries(due, &[report]).expect("stored");
    }
    let token = TokenRow {
        digest: [7; 32],
        name: "crm".into(),
        scopes: Ok(vec![Scope::AuditView]),
        accounts: Ok(vec!["acme".into()]),
        at: NINE,
        revoked: None,
    };
    desk.add_token(NINE, token, "test").expect("a token");
    let unreadable = Inbound {
        door: "events".into(),
        text: "T1 \0 {".into(),
        why: "it is no JSON".into(),
        tickets: vec!["T1".into()],
        customers: vec!["eva".into()],
    };
    desk.record_inbound(NINE, "acme", &[unreadable]).expect("kept");
    let tickets = |desk: &Desk<AnyStore>| {
        desk.query_tickets("acme", &Query { limit: 5_000, ..Query::default() }).expect("tickets")
    };
    let before = tickets(&desk);
    drop(desk);

    let database = Database::fresh();
    let to = Location::from(database.address().as_str());
    let moved = move_desk(&from, &to).expect("moved");
    assert_eq!((moved.journal.tickets, moved.journal.policies), (1_200, 1));
    let returned = move_desk(&to, &to_file).expect("moved back");
    assert_eq!(returned, moved);
    assert_eq!(rows(&back), rows(&file));
    let again = move_desk(&from, &to).expect_err("there is a desk");
    assert!(again.to_string().contains("has a desk already"), "{again}");

    let mut desk = desk_at(&database.address()).expect("a desk");
    assert_eq!(tickets(&desk), before);
    assert_eq!(desk.store().check().expect("a check"), Vec::<String>::new());
    assert_eq!(desk.query_tokens().expect("tokens").len(), 1);
    assert!(is_recorded(desk.record_events(due, &silent("new", due))));
    let known = desk.record_events(due, &silent("T3", NINE)).expect("receipts");
    assert!(known.iter().all(|receipt| *receipt == Receipt::Duplicate), "{known:?}");
    while desk.poll_due(due, 1_000).expect("a look").more {}
    assert!(desk.query_consistency("acme", "T3").expect("a journal"));
}

#[test]
fn a_move_that_fails_leaves_an_empty_target() {
    let folder = Folder::new();
    let file = folder.path().join("desk.db");
    let mut desk = desk_at(&file.display().to_string()).expect("a desk");
    begin(&mut desk, ADERESO);
    desk.record_events(NINE, &silent("4711", NINE)).expect("receipts");
    drop(desk);
    let connection = rusqlite::Connection::open(&file).unwrap();
    connection
        .execute_batch("UPDATE outbox SET state = 70000; UPDATE journal SET kind = 70000")
        .unwrap();
    drop(connection);
    let database = Database::fresh();
    let to = Location::from(database.address().as_str());
    move_desk(&Location::from(file.as_path()), &to).expect_err("no such kind of entry");
    assert_eq!(database.ask("SELECT count(*) FROM despertador.ticket").as_deref(), Some("0"));
}
