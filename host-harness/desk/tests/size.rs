//! How many bytes of the file an event takes.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::cast_precision_loss,
    clippy::unwrap_used,
    reason = "a test that is wrong fails"
)]

mod support;

use despertador_contract::event_log::Row;
use despertador_contract::{Author, Happening, Instant, Message, Source};
use despertador_desk::store::{AnyStore, Store};
use despertador_desk::{DeliveryOutcome, DeliveryReport, Desk, Incoming};
use serde_json::json;
use support::{ADERESO, Folder, HOUR, MINUTE, NINE};

const TICKETS: u64 = 600;
const AT_ONCE: usize = 30;
const BYTES_MAX: f64 = 200.0;

/// Sixteen bytes that nothing repeats, as help-desks name tickets and messages.
fn uuid(chance: &mut fastrand::Rng) -> String {
    let text = format!("{:032x}", chance.u128(..));
    let group = |from, to| text.get(from..to).unwrap();
    [group(0, 8), group(8, 12), group(12, 16), group(16, 20), group(20, 32)].join("-")
}

fn opened(chance: &mut fastrand::Rng, ticket: &str, at: Instant) -> Incoming {
    let customer = format!("57{}@wa.gw.msging.net", chance.u64(3_000_000_000..3_999_999_999));
    let facts = json!({ "channel": "whatsapp", "department": "Soporte", "agent": "Ana",
        "locale": "es", "more": { "customer.id": customer } });
    Incoming::new("acme", Row { id: Some(uuid(chance)), ..Row::facts(ticket, at, facts) })
}

fn said(chance: &mut fastrand::Rng, ticket: &str, author: Author, at: Instant) -> Incoming {
    let message = Message { id: Some(uuid(chance)), ..Message::words(author, at) };
    Incoming::new("acme", Row::message(ticket, message))
}

/// Whatever is on its way is carried out.
fn carry_out(desk: &mut Desk<AnyStore>, now: Instant) -> usize {
    while desk.poll_due(now, 1_000).unwrap().more {}
    let mut done = 0;
    loop {
        let deliveries = desk.claim_deliveries(now, 1_000).unwrap();
        if deliveries.is_empty() {
            return done;
        }
        done += deliveries.len();
        let report = |key: String| DeliveryReport {
            account: "acme".into(),
            key,
            at: now,
            outcome: DeliveryOutcome::Done,
        };
        let reports: Vec<_> = deliveries.into_iter().map(|d| report(d.key)).collect();
        desk.record_deliveries(now, &reports).unwrap();
    }
}

/// What each table and index takes of it.
fn by_table(folder: &Folder) -> String {
    let connection = rusqlite::Connection::open(folder.file()).unwrap();
    let sql = "SELECT name, sum(pgsize) FROM dbstat GROUP BY name
               UNION ALL SELECT 'free', freelist_count * 4096 FROM pragma_freelist_count
               ORDER BY 2 DESC";
    let mut statement = connection.prepare(sql).unwrap();
    let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
    let sizes = statement.query_map([], row).unwrap();
    sizes.fold(String::new(), |text, size: rusqlite::Result<(String, i64)>| {
        let (name, bytes) = size.unwrap();
        text + &format!("{name} {:.1}, ", bytes as f64 / (TICKETS * 10) as f64)
    })
}

/// The bytes that an event takes in the file of a desk, of tickets to which ten things happen:
/// `actions` of them are reminders and the close, the others the opening and messages.
fn bytes_an_event(actions: i64) -> f64 {
    let folder = Folder::new();
    let desk = folder.acme(ADERESO);
    let mut chance = fastrand::Rng::with_seed(7);
    let tickets: Vec<_> = (0..TICKETS).map(|_| uuid(&mut chance)).collect();
    drop(desk);
    let empty = std::fs::metadata(folder.file()).unwrap().len();
    let mut desk = folder.desk();
    // Tickets per second: a help desk's tickets do not all fall due in one second.
    for (round, tickets) in (0_i64..).zip(tickets.chunks(AT_ONCE)) {
        let mut now = NINE + round * HOUR;
        for step in 0..10 - actions {
            let mut told = Vec::new();
            for ticket in tickets {
                now += 137;
                told.push(match step {
                    0 => opened(&mut chance, ticket, now),
                    step if step % 2 == 0 => said(&mut chance, ticket, Author::Customer, now),
                    _ => said(&mut chance, ticket, Author::Agent, now),
                });
            }
            desk.record_events(now, &told).unwrap();
        }
        for after in [11, 2, 4, 2].into_iter().take(actions as usize) {
            now += after * MINUTE + 389;
            assert_eq!(carry_out(&mut desk, now), tickets.len());
        }
    }
    for ticket in tickets.iter().take(20) {
        assert!(desk.query_rebuilt("acme", ticket).unwrap().differ.is_empty(), "{ticket}");
    }
    assert!(desk.into_store().check().unwrap().is_empty());
    println!("{actions} of ten are actions, bytes an event: {}", by_table(&folder));
    let bytes = std::fs::metadata(folder.file()).unwrap().len() - empty;
    bytes as f64 / (TICKETS * 10) as f64
}

#[test]
fn an_event_takes_few_bytes() {
    for actions in [0, 4] {
        let bytes = bytes_an_event(actions);
        println!("{bytes:.0} bytes an event, {actions} of ten are actions");
        assert!(bytes <= BYTES_MAX, "{bytes:.0} bytes an event, {actions} of ten are actions");
    }
}

/// Fills a desk with closed tickets and deletes them; the file's size before and after.
fn size_after_retention(folder: &Folder) -> (u64, u64) {
    let size = || std::fs::metadata(folder.file()).unwrap().len();
    let text = "Mi pedido no ha llegado y necesito saber cuándo llegará. ".repeat(20);
    let mut desk = folder.desk();
    let mut chance = fastrand::Rng::with_seed(3);
    for n in 0..300 {
        let ticket = format!("R{n}");
        let mut told = support::silent(&ticket, NINE);
        told.extend((0..10).map(|_| {
            let text = Some((0..150).fold(text.clone(), |text, _| text + &uuid(&mut chance)));
            let message = Message { text, ..Message::words(Author::Customer, NINE) };
            Incoming::new("acme", Row::message(ticket.clone(), message))
        }));
        told.push(support::happening(&ticket, Happening::Closed(Source::Agent), NINE));
        desk.record_events(NINE, &told).unwrap();
    }
    while desk.poll_due(NINE, 1_000).unwrap().more {}
    carry_out(&mut desk, NINE);
    drop(desk);
    let full = size();
    let mut desk = folder.desk();
    while desk.delete_inactive_tickets(NINE + HOUR, 100).unwrap() > 0 {}
    assert_eq!(desk.query_backlog(NINE, 1).unwrap().tickets, 0);
    assert!(desk.into_store().check().unwrap().is_empty());
    (full, size())
}

#[test]
fn retention_gives_the_space_back_to_the_file_system() {
    let folder = Folder::new();
    drop(folder.acme(ADERESO));
    let (full, left) = size_after_retention(&folder);
    assert!(full > 10 << 20, "{full} bytes");
    assert!(left < 5 << 20, "{left} of {full} bytes are left");
}

#[test]
fn a_file_of_an_earlier_version_gives_it_back_when_it_is_opened_again() {
    let folder = Folder::new();
    drop(folder.acme(ADERESO));
    let earlier = rusqlite::Connection::open(folder.file()).unwrap();
    earlier.execute_batch("PRAGMA journal_mode = delete; PRAGMA auto_vacuum = 0; VACUUM").unwrap();
    drop(earlier);
    let (full, left) = size_after_retention(&folder);
    assert_eq!(left, full, "it cannot return anything yet");
    drop(folder.desk());
    let left = std::fs::metadata(folder.file()).unwrap().len();
    assert!(left < 1 << 20, "{left} of {full} bytes are left");
}

/// A long text is stored with its policy, and not with each decision that sends it.
#[test]
fn a_long_text_of_a_policy_is_stored_once() {
    const TEXT: usize = 16 << 10;
    let mut chance = fastrand::Rng::with_seed(11);
    let text: String = (0..TEXT).map(|_| chance.alphanumeric()).collect();
    let escaped = |text: &str| text.bytes().map(|b| format!("\\u{b:04x}")).collect::<String>();
    for written in [text.clone(), escaped(&text)] {
        let folder = Folder::new();
        let policy = ADERESO.replace("¿Sigues allí? Estamos aquí para ayudarte.", &written);
        assert_ne!(policy, ADERESO);
        let mut desk = folder.acme(&policy);
        desk.record_events(NINE, &support::silent("4711", NINE)).unwrap();
        let due = NINE + 11 * MINUTE;
        // The plugin asks for the reminder after each event of the ticket.
        let facts = |n: usize| Row::facts("4711", due, json!({ "tags": [format!("tag {n}")] }));
        let told: Vec<_> = (0..500).map(|n| Incoming::new("acme", facts(n))).collect();
        for receipt in desk.record_events(due, &told).unwrap() {
            let text = format!("{receipt:?}");
            assert!(text.contains("Act"), "{text}");
        }
        let rebuilt = desk.query_rebuilt("acme", "4711").unwrap();
        assert!(rebuilt.differ.is_empty(), "{:?}", rebuilt.differ.len());
        drop(desk);
        let bytes = std::fs::metadata(folder.file()).unwrap().len();
        assert!(bytes < 500_000, "{bytes} bytes in the file");
    }
}
