//! Stored and published formats: what an older version wrote is opened, and what is written today
//! has the same form.
//!
//! `tests/fixtures` holds two kinds of files. `desk.db` and `journal.ndjson` were written once and
//! never change: they stand for the files of people who upgrade. The others are what this version
//! writes; `BLESS=1` writes them anew, and the difference shows what has changed for readers.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

mod support;

use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use despertador_contract::event_log::Row;
use despertador_contract::{Author, Instant};
use despertador_desk::journal::{Journal, JournalError, Line, Selection};
use despertador_desk::report::{Period, Reporter, Rows};
use despertador_desk::sink::{LogSink, Sink, document};
use despertador_desk::store::{Query, Sqlite, Store, TokenRow};
use despertador_desk::{
    DeliveryOutcome, DeliveryReport, Desk, DeskError, Incoming, Options, Replay, ReplayOptions,
    Replayed, Scope,
};
use rusqlite::types::ValueRef;
use serde_json::{Map, Value, json};
use support::{ADERESO, Folder, HOUR, MINUTE, NINE, opened, plugin, silent, words};

/// The richer of the two policies: answers to tap on, a text at the close, a ticket that is opened
/// again.
const RICH: &str = r#"{ "version": "rich", "language": "es", "rules": [ {
    "name": "Todos", "departments": "any", "close-after": "15 min",
    "reminders": [ { "after": "10 min", "text": "¿Sigues ahí, \"Ana\"?",
        "quick-replies": [ { "text": "Sí", "effect": "continue" } ] } ],
    "close": { "closing-text": "Cerramos el caso.", "tags": ["inactivo"] } } ] }"#;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

/// Holds a text to what the fixture says.
fn holds(name: &str, written: &str) {
    let file = fixture(name);
    if std::env::var_os("BLESS").is_some() {
        fs::write(&file, written).unwrap();
    }
    let known = fs::read_to_string(&file).unwrap_or_default();
    let differs = written.lines().zip(known.lines()).position(|(is, was)| is != was);
    let line = differs.unwrap_or_else(|| written.lines().count().min(known.lines().count()));
    assert!(
        written == known,
        "{name}, line {}: the form has changed\n is  {}\n was {}",
        line + 1,
        written.lines().nth(line).unwrap_or("(nothing)"),
        known.lines().nth(line).unwrap_or("(nothing)"),
    );
}

/// Everything a desk stores: tickets in every state, actions in every state, people's changes.
struct Story {
    desk: Desk<Sqlite>,
    /// The claimed action, as it is posted.
    bodies: Vec<String>,
    /// The same, as the log has it.
    log: Arc<Mutex<Vec<u8>>>,
}

struct Shared(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Story {
    fn tell(&mut self, at: Instant, incoming: &[Incoming]) {
        self.act(at);
        for receipt in self.desk.record_events(at, incoming).unwrap() {
            assert!(receipt.is_stored(), "{receipt:?}");
        }
    }

    /// A row of an event log of the account `umbrella`.
    fn row(&mut self, at: Instant, ticket: &str, rest: &str) {
        let row = format!(r#"{{"ticket":"{ticket}","at":"2026-03-02T09:00:00Z",{rest}}}"#);
        let mut row = Row::from_json(&row).unwrap();
        row.at = at;
        match &mut row.call {
            Some(despertador_contract::Call::Message(message)) => message.at = at,
            Some(despertador_contract::Call::Event(event)) => event.at = at,
            _ => {}
        }
        self.tell(at, &[Incoming::new("umbrella", row)]);
    }

    /// Wakes the desk and carries out what is due before an instant.
    fn act(&mut self, until: Instant) {
        let sink = LogSink::new(Shared(Arc::clone(&self.log)));
        while let Some(next) = self.desk.next_instant().filter(|next| *next < until) {
            let now = next.max(NINE);
            self.desk.poll_due(now, 100).unwrap();
            for delivery in self.desk.claim_deliveries(now, 100).unwrap() {
                let at = now + 250;
                self.bodies.push(document(&delivery).to_string());
                sink.deliver(&delivery);
                let outcome = match (delivery.ticket.as_str(), delivery.attempt) {
                    ("refused" | "again", _) => DeliveryOutcome::Refused("no such number".into()),
                    ("blocked", _) => {
                        DeliveryOutcome::Blocked("the customer has blocked us".into())
                    }
                    ("slow", 1) => DeliveryOutcome::Retry("no answer".into()),
                    ("slow", _) => {
                        DeliveryOutcome::RetryAfter { why: "too many".into(), pause: 3_000_000 }
                    }
                    _ => DeliveryOutcome::Done,
                };
                let (account, key) = (delivery.account, delivery.key);
                self.desk
                    .record_deliveries(at, &[DeliveryReport { account, key, at, outcome }])
                    .unwrap();
            }
        }
    }
}

fn story(file: &Path) -> Story {
    let store = Sqlite::open(file).unwrap();
    let desk = Desk::open(store, plugin(), Options::default()).unwrap();
    let mut story = Story { desk, bodies: Vec::new(), log: Arc::default() };
    for (account, policy) in [("acme", ADERESO), ("umbrella", RICH)] {
        story.desk.open_account(NINE, account, "root").unwrap();
        let departments = ["ventas".to_owned(), "soporte".to_owned()];
        story.desk.save_policy(NINE, account, policy, Some(&departments), "root").unwrap();
    }
    story.desk.save_flow(NINE, "umbrella", r#"{"flow":[]}"#, "root").unwrap();
    let token = |digest: u8, name: &str, accounts: &[&str]| TokenRow {
        digest: [digest; 32],
        name: name.into(),
        scopes: Ok(vec![Scope::EventsWrite, Scope::AuditView]),
        accounts: Ok(accounts.iter().map(|&name| name.to_owned()).collect()),
        at: NINE,
        revoked: None,
    };
    story.desk.add_token(NINE, token(1, "crm", &["acme"]), "root").unwrap();
    story.desk.add_token(NINE, token(2, "old", &["*"]), "root").unwrap();
    story.desk.revoke_token(NINE + MINUTE, "old", "root").unwrap();
    for ticket in ["silent", "answers", "refused", "again", "blocked"] {
        story.tell(NINE, &silent(ticket, NINE));
    }
    story.tell(NINE + 10 * MINUTE, &silent("transferred", NINE + 10 * MINUTE));
    story.tell(NINE + 11 * MINUTE, &[words("answers", Author::Customer, "c2", NINE + 11 * MINUTE)]);
    // The plugin cannot read what it remembers of a ticket, which is set aside with what happens.
    story.tell(NINE + 12 * MINUTE, &silent("parked", NINE + 12 * MINUTE));
    drop(story.desk.into_store());
    let damaged = rusqlite::Connection::open(file).unwrap();
    damaged.execute("UPDATE ticket SET memory = x'ff' WHERE id = 'parked'", []).unwrap();
    drop(damaged);
    let store = Sqlite::open(file).unwrap();
    story.desk = Desk::open(store, plugin(), Options::default()).unwrap();
    story.tell(NINE + 23 * MINUTE, &[words("parked", Author::Customer, "c2", NINE + 23 * MINUTE)]);
    story
        .desk
        .discard_dead_letter(NINE + 24 * MINUTE, "acme", "blocked/1/reminder-1", "ana")
        .unwrap();
    let follows = opened("successor", NINE + 25 * MINUTE).continuing("transferred");
    story.tell(NINE + 25 * MINUTE, &[follows]);
    story.tell(NINE + HOUR, &[words("silent", Author::Customer, "c2", NINE + HOUR)]);
    // Whatever may happen, each thing once.
    let at = NINE + 2 * HOUR;
    story.row(at, "all", r#""id":"o","facts":{"channel":"whatsapp","department":"ventas","agent":"Ana","tags":["vip"],"locale":"es","window-until":"2026-03-03T11:00:00Z","more":{"customer.id":"+57 1"}},"event":{"opened":"flow"}"#);
    story.row(at, "all", r#""id":"c","sequence":1,"message":{"author":"customer","text":"Hola"}"#);
    story.row(at, "all", r#""id":"m","message":{"author":"customer","kind":"media"}"#);
    story.row(at, "all", r#""id":"a","message":{"author":"agent","text":"¿Sí?"}"#);
    story.row(at, "all", r#""event":"typing""#);
    story.row(at, "all", r#""event":"held""#);
    story.row(at + 1, "all", r#""event":"released""#);
    story.row(at + 2, "all", r#""event":{"snoozed":"2026-03-02T11:00:10Z"}"#);
    story.row(at + 3, "all", r#""event":"woken""#);
    story.row(at + 4, "all", r#""event":"call-started""#);
    story.row(at + 5, "all", r#""event":"call-ended""#);
    story.row(at + 6, "all", r#""event":"unassigned""#);
    story.row(at + 7, "all", r#""event":{"assigned":"Luz"}"#);
    story.row(at + 8, "all", r#""event":{"transferred":{"department":"soporte","agent":"Eva"}}"#);
    story.row(at + 9, "all", r#""event":{"extended":"1 min"}"#);
    story.row(at + 10, "all", r#""event":{"occurred":{"name":"seen","details":{"by":"x"}}}"#);
    story.row(at + 11, "all", r#""event":{"other":"dance"}"#);
    story.row(at + 3 * HOUR, "all", r#""event":{"reopened":"agent"}"#);
    story.row(at + 3 * HOUR, "all", r#""event":{"closed":"agent"}"#);
    story.tell(NINE + 6 * HOUR, &silent("slow", NINE + 6 * HOUR));
    story.tell(NINE + 6 * HOUR, &silent("waits", NINE + 6 * HOUR));
    story.act(NINE + 6 * HOUR + 11 * MINUTE);
    let at = NINE + 6 * HOUR + 11 * MINUTE;
    story.desk.resend_dead_letter(at, "acme", "again/1/reminder-1", "ana").unwrap();
    story
}

/// What is packed in a row, as the texts that it is made of: of a ticket or an entry of the journal.
fn unpacked(store: &Sqlite, line: &mut Map<String, Value>) {
    if line.remove("packed").is_none_or(|packed| packed.is_null()) {
        return;
    }
    let number = |name: &str| line[name].as_i64().unwrap();
    let texts = match line["table"].as_str() {
        Some("ticket") => {
            let id = line["id"].as_str().unwrap();
            let ticket = store.ticket(number("account"), id).unwrap().unwrap();
            vec![("facts", Some(ticket.facts))]
        }
        _ => {
            let entry = store.entry(number("ticket"), number("seq")).unwrap().unwrap();
            vec![("row", entry.row), ("decision", entry.decision), ("note", entry.note)]
        }
    };
    for (column, text) in texts {
        let text = text.map(|text| masked(&text, column));
        line.insert(column.into(), text.map_or(Value::Null, Value::from));
    }
}

/// All rows of all tables, as JSON: blobs as digits, what only the plugin decides left out.
fn rows(file: &Path) -> String {
    // Opening it as a desk does would change it.
    let copy = file.with_extension("copy");
    fs::copy(file, &copy).unwrap();
    let store = Sqlite::open(&copy).unwrap();
    let connection = rusqlite::Connection::open(file).unwrap();
    let names = |sql: &str| -> Vec<String> {
        let mut statement = connection.prepare(sql).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
    };
    let tables = names("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
    let mut text = String::new();
    for table in tables {
        let key = names(&format!(
            "SELECT name FROM pragma_table_info('{table}') WHERE pk > 0 ORDER BY pk"
        ));
        let sql = format!("SELECT * FROM {table} ORDER BY {}", key.join(", "));
        let mut statement = connection.prepare(&sql).unwrap();
        let columns: Vec<String> = statement.column_names().into_iter().map(Into::into).collect();
        let mut found = statement.query([]).unwrap();
        while let Some(row) = found.next().unwrap() {
            let mut line = Map::from_iter([("table".to_owned(), table.as_str().into())]);
            for (place, column) in columns.iter().enumerate() {
                let value = match row.get_ref(place).unwrap() {
                    ValueRef::Null => Value::Null,
                    ValueRef::Integer(number) => number.into(),
                    ValueRef::Real(number) => number.into(),
                    ValueRef::Text(text) => {
                        masked(std::str::from_utf8(text).unwrap(), column).into()
                    }
                    ValueRef::Blob(_) if column == "memory" => "(the plugin's)".into(),
                    ValueRef::Blob(bytes) => {
                        bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into()
                    }
                };
                line.insert(column.clone(), value);
            }
            unpacked(&store, &mut line);
            text += &format!("{}\n", Value::Object(line));
        }
    }
    text
}

/// What the plugin writes for people, and remembers, is not the desk's to keep as it is.
fn masked(text: &str, column: &str) -> String {
    if column == "config" {
        return "(the policy)".into();
    }
    if column == "store" {
        return "(chance)".into();
    }
    if column == "parked" || column == "why" && text.contains("plugin") {
        return "(a sentence)".into();
    }
    let Ok(mut value) = serde_json::from_str::<Value>(text) else { return text.into() };
    // One way to write JSON: no blanks, members in one order.
    assert_eq!(value.to_string(), text, "{column}");
    mask(&mut value);
    value.to_string()
}

fn mask(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match name.as_str() {
                    "summary" | "notice" | "memory" if member.is_string() => {
                        *member = "(the plugin's)".into();
                    }
                    _ => mask(member),
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(mask),
        _ => {}
    }
}

#[test]
fn what_is_stored_today_has_the_known_form() {
    let folder = Folder::new();
    let Story { desk, bodies, log } = story(&folder.file());
    let logged = String::from_utf8(log.lock().unwrap().clone()).unwrap();
    let posted: String = bodies.iter().map(|body| format!("{body}\n")).collect();
    assert_eq!(posted, logged, "the log has what is posted");
    let posted: String = bodies.iter().map(|body| masked(body, "body") + "\n").collect();
    drop(desk.into_store());
    if std::env::var_os("BLESS_FROZEN").is_some() {
        freeze(&folder.file());
    }
    holds("rows.ndjson", &rows(&folder.file()));
    holds("bodies.ndjson", &posted);
}

/// Writes the files that never change again; done once, by the version that they stand for.
fn freeze(file: &Path) {
    let kept = fixture("desk.db");
    let _: Result<(), _> = fs::remove_file(&kept);
    Sqlite::copy(file, &kept, |_, _| {}).unwrap();
    fs::write(fixture("journal.ndjson"), written(file)).unwrap();
}

fn written(file: &Path) -> String {
    let mut text = Vec::new();
    Journal::open(file).unwrap().write(&Selection::default(), &mut text).unwrap();
    String::from_utf8(text).unwrap()
}

/// A copy of the file that an older version wrote.
fn old() -> Folder {
    let folder = Folder::new();
    fs::copy(fixture("desk.db"), folder.file()).unwrap();
    folder
}

#[test]
fn the_journal_of_an_old_file_is_written_as_it_was() {
    assert!(written(&old().file()) == fs::read_to_string(fixture("journal.ndjson")).unwrap());
}

fn options(policy: Option<String>, explained: usize) -> ReplayOptions {
    let zone = Some(despertador_contract::Zone::UTC);
    ReplayOptions { policy, explained, language: "en".into(), zone }
}

fn replayed(file: &Path) -> Replayed {
    let mut replay = Replay::new(plugin(), plugin(), options(None, 100)).unwrap();
    let read = |line| replay.push(line).map(|()| true);
    Journal::open(file).unwrap().read(&Selection::default(), read).unwrap();
    replay.end()
}

#[test]
fn a_replay_on_several_threads_finds_the_same_in_the_same_order() {
    // Other times: every ticket that is reminded differs.
    let policy = support::ADERESO.replace("\"10 min\"", "\"9 min\"");
    let options = options(Some(policy), 3);
    let mut alone = Replay::new(plugin(), plugin(), options.clone()).unwrap();
    let file = fixture("journal.ndjson");
    let read = |line| alone.push(line).map(|()| true);
    Journal::open(&file).unwrap().read(&Selection::default(), read).unwrap();
    let alone = alone.end();
    assert!(alone.first.len() == 3 && alone.more > 0, "{alone:?}");
    for threads in [1, 2, 5] {
        let together = Replay::in_parallel::<Failed, _>(
            (&plugin(), &plugin()),
            &options,
            NonZeroUsize::new(threads).unwrap(),
            |replay| Journal::open(&file).unwrap().read(&Selection::default(), replay),
        );
        assert_eq!(format!("{:?}", together.unwrap()), format!("{alone:?}"), "{threads} threads");
    }
}

/// Why a replay on several threads failed.
#[derive(Debug)]
#[allow(dead_code, reason = "shown when the test fails")]
enum Failed {
    Journal(JournalError),
    Desk(DeskError),
}

impl From<JournalError> for Failed {
    fn from(error: JournalError) -> Self {
        Self::Journal(error)
    }
}

impl From<DeskError> for Failed {
    fn from(error: DeskError) -> Self {
        Self::Desk(error)
    }
}

#[test]
fn an_old_journal_is_replayed_without_a_difference() {
    for file in [old().file(), fixture("journal.ndjson")] {
        let found = replayed(&file);
        assert_eq!((found.tickets, found.broken), (11, 0));
        for mut first in found.first {
            // The sentences for people may be put better.
            mask(&mut first.recorded);
            first.replayed.iter_mut().for_each(mask);
            assert_eq!(
                Ok(&first.recorded),
                first.replayed.as_ref(),
                "ticket {}, entry {}",
                first.ticket,
                first.seq
            );
        }
    }
}

#[test]
fn an_old_file_is_opened_and_its_tickets_go_on() {
    let folder = old();
    let mut desk = folder.desk();
    let query = Query { limit: 100, ..Query::default() };
    for account in ["acme", "umbrella"] {
        for ticket in desk.query_tickets(account, &query).unwrap() {
            if ticket.id != "parked" {
                // The memory is the one that an older plugin wrote: other bytes, the same decisions.
                let rebuilt = desk.query_rebuilt(account, &ticket.id).unwrap();
                assert!(rebuilt.differ.is_empty(), "{}: {:?}", ticket.id, rebuilt.differ);
                let facts = desk.query_ticket(account, &ticket.id).unwrap().ticket;
                assert_eq!(rebuilt.ticket, facts, "{}", ticket.id);
            }
        }
    }
    let token = &desk.query_tokens().unwrap()[0];
    assert_eq!((token.name.as_str(), &token.accounts), ("crm", &Ok(vec!["acme".to_owned()])));
    let letters = desk.query_dead_letters("acme", 10).unwrap();
    let keys: Vec<_> = letters.iter().map(|letter| letter.key.as_str()).collect();
    assert_eq!(keys, ["refused/1/reminder-1"]);
    // What was on its way goes on, and so do the deadlines.
    let mut done = Vec::new();
    let mut now = NINE + 7 * HOUR;
    while let Some(next) = desk.next_instant().filter(|next| *next < NINE + 12 * HOUR) {
        now = now.max(next);
        desk.poll_due(now, 100).unwrap();
        for delivery in desk.claim_deliveries(now, 100).unwrap() {
            done.push(delivery.key.clone());
            desk.record_deliveries(now, &[support::done(&delivery.account, &delivery.key, now)])
                .unwrap();
        }
    }
    done.sort();
    assert_eq!(
        done,
        [
            "again/1/close",
            "again/1/reminder-1",
            "again/1/reminder-2",
            "again/1/reminder-3",
            "slow/1/close",
            "slow/1/reminder-1",
            "slow/1/reminder-2",
            "slow/1/reminder-3",
            "waits/1/close",
            "waits/1/reminder-2",
            "waits/1/reminder-3",
        ]
    );
}

#[test]
fn reports_on_an_old_file_have_the_known_form() {
    let period = Period {
        since: NINE,
        until: NINE + 24 * HOUR,
        department: None,
        window: 24 * HOUR,
        known_until: NINE + 48 * HOUR,
        zone: despertador_contract::Zone::fixed(-300).expect("an offset"),
    };
    let mut reporter = Reporter::new(period);
    let mut rows = Rows::begin(Vec::new()).unwrap();
    let mut closed = Vec::new();
    let mut each = |one: &despertador_desk::report::Closed| {
        closed.push(json!(one));
        rows.row(one).map_err(JournalError::Io)
    };
    let read = |line: Line| reporter.push(line, &mut each).map(|()| true);
    Journal::open(&old().file())
        .unwrap()
        .read::<JournalError>(&Selection::default(), read)
        .unwrap();
    let found = reporter.end(&mut each).unwrap();
    holds("closed.csv", &String::from_utf8(rows.end().unwrap()).unwrap());
    let all = json!({ "closed": closed, "summary": found.to_json() });
    holds("report.json", &format!("{all:#}\n"));
}
