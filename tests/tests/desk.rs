//! The desk with a failing plugin: the ticket is deferred and shown, others continue, nothing is
//! lost, and no ticket is closed because of it.
#![cfg(feature = "component")]

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;

use despertador_contract::event_log::Row;
use despertador_contract::{Author, Channel, Instant, Message, TicketStatus};
use despertador_desk::store::{Query, Sqlite};
use despertador_desk::{DeliveryOutcome, DeliveryReport, Desk, Incoming, Options, Receipt};
use despertador_host::{Host, Plugin};
use despertador_server::{Account, Operations, Server, Settings, Start};
use despertador_tests::sample::{MINUTE, START};
use serde_json::json;

const HOSTILE: &[u8] =
    include_bytes!(concat!(env!("OUT_DIR"), "/despertador-hostile.names.component.wasm"));
const POLICY: &str = include_str!("../../policies/adereso.json");

fn plugin(component: &[u8]) -> Plugin {
    let host = Host::new(despertador_host::Options::default()).expect("a host");
    host.load_bytes(component).expect("a plugin")
}

struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let folder =
            std::env::temp_dir().join(format!("despertador-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        Self(folder)
    }

    fn desk(&self, component: &[u8]) -> Desk<Sqlite> {
        let store = Sqlite::open(&self.0.join("desk.db")).expect("a store");
        Desk::open(store, plugin(component), Options::default()).expect("a desk")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _: Result<(), _> = std::fs::remove_dir_all(&self.0);
    }
}

fn begun(place: &Place) -> Desk<Sqlite> {
    let mut desk = place.desk(HOSTILE);
    desk.open_account(START, "acme", "test").expect("an account");
    desk.save_policy(START, "acme", POLICY, None, "test").expect("takes any policy");
    desk.poll_due(START, 10).expect("a look");
    desk
}

/// The customer asks, the agent answers; the department selects the plugin's behaviour.
fn conversation(ticket: &str, department: &str) -> [Incoming; 2] {
    let said = |author, id: &str| {
        let mut message = Message::words(author, START);
        message.id = Some(format!("{ticket}-{id}"));
        let mut row = Row::message(ticket, message);
        row.facts = Some(json!({ "channel": "whatsapp", "department": department }));
        Incoming::new("acme", row)
    };
    [said(Author::Customer, "c"), said(Author::Agent, "a")]
}

fn reply(ticket: &str, at: Instant) -> Incoming {
    let mut message = Message::words(Author::Customer, at);
    message.id = Some(format!("{ticket}-reply"));
    Incoming::new("acme", Row::message(ticket, message))
}

fn run(desk: &mut Desk<Sqlite>, mut now: Instant, until: Instant) -> Vec<String> {
    let mut keys = Vec::new();
    for _ in 0..5_000 {
        let Some(next) = desk.next_instant().filter(|next| *next <= until) else { return keys };
        now = now.max(next);
        desk.poll_due(now, 100).expect("a look");
        for delivery in desk.claim_deliveries(now, 100).expect("deliveries") {
            keys.push(delivery.key.clone());
            let (account, key) = (delivery.account, delivery.key);
            let report = DeliveryReport { account, key, at: now, outcome: DeliveryOutcome::Done };
            desk.record_deliveries(now, &[report]).expect("a report");
        }
    }
    panic!("the desk never sleeps")
}

#[test]
fn a_plugin_that_cannot_answer_about_open_tickets_does_not_take_the_place_of_one_that_can() {
    let place = Place::new("replace");
    let mut desk = place.desk(despertador_component::COMPONENT);
    desk.open_account(START, "acme", "test").expect("an account");
    desk.save_policy(START, "acme", POLICY, None, "test").expect("a policy");
    desk.record_events(START, &conversation("1", "panic")).expect("receipts");
    let refused = desk.replace_plugin(START, plugin(HOSTILE)).expect_err("a refusal");
    assert!(refused.to_string().contains("about ticket `1` of account `acme`"), "{refused}");
    // The old one decides as before.
    desk.poll_due(START + 10 * MINUTE, 10).expect("a look");
    assert_eq!(desk.claim_deliveries(START + 10 * MINUTE, 10).expect("actions").len(), 1);
    // Without open tickets it is accepted.
    let place = Place::new("replace-empty");
    let mut desk = place.desk(despertador_component::COMPONENT);
    desk.open_account(START, "acme", "test").expect("an account");
    desk.replace_plugin(START, plugin(HOSTILE)).expect("it accepts any policy");
}

#[test]
fn a_poison_ticket_is_set_aside_and_seen_and_the_others_go_on() {
    let place = Place::new("poison");
    let mut desk = begun(&place);
    for (n, department) in ["well", "panic", "well", "loop", "well", "wait-past"].iter().enumerate()
    {
        let receipts =
            desk.record_events(START, &conversation(&n.to_string(), department)).expect("taken");
        let parked = *department != "well";
        for receipt in receipts {
            assert_eq!(receipt == Receipt::Deferred, parked, "{department}: {receipt:?}");
        }
    }
    let query = Query { deferred: true, limit: 10, ..Query::default() };
    let parked = desk.query_tickets("acme", &query).expect("tickets");
    assert_eq!(parked.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["1", "3", "5"]);
    assert!(parked[0].deferred.as_deref().is_some_and(|why| why.contains("crashed")), "{parked:?}");
    // Reported twice, it is stored once, deferred or not.
    let again = desk.record_events(START, &conversation("1", "panic")).expect("receipts");
    assert_eq!(again, [Receipt::Duplicate, Receipt::Duplicate]);
    run(&mut desk, START, START + 10 * MINUTE);
    let standing = desk.query_ticket("acme", "0").expect("a ticket");
    assert!(standing.deferred.is_none() && standing.due.is_some(), "{standing:?}");
    let standing = desk.query_ticket("acme", "1").expect("a ticket");
    assert!(standing.deferred.is_some() && standing.due.is_some(), "it is tried again");
}

#[test]
fn a_plugin_that_always_crashes_loses_nothing_and_closes_nobody() {
    let place = Place::new("crashes");
    let mut desk = begun(&place);
    for n in 0..20 {
        let receipts =
            desk.record_events(START, &conversation(&n.to_string(), "panic")).expect("taken");
        assert!(receipts.iter().all(|receipt| *receipt == Receipt::Deferred), "{receipts:?}");
    }
    assert_eq!(run(&mut desk, START, START + 60 * MINUTE), Vec::<String>::new());
    // One customer replies while the plugin cannot record it.
    let later = START + 60 * MINUTE;
    assert_eq!(
        desk.record_events(later, &[reply("7", later)]).expect("taken"),
        [Receipt::Deferred]
    );
    drop(desk);

    // A working plugin replaces it, and first gets all deferred events.
    let mut desk = place.desk(HOSTILE);
    let mended = later + MINUTE;
    desk.replace_plugin(mended, plugin(despertador_component::COMPONENT)).expect("it works");
    let keys = run(&mut desk, mended, mended + 24 * 60 * MINUTE);
    for n in 0..20 {
        let ticket = n.to_string();
        let mine: Vec<_> =
            keys.iter().filter(|key| key.starts_with(&format!("{ticket}/"))).collect();
        let standing = desk.query_ticket("acme", &ticket).expect("a ticket");
        assert_eq!(standing.ticket.channel, Channel::Whatsapp);
        assert_eq!(standing.deferred, None);
        if n == 7 {
            assert!(mine.is_empty(), "the customer has replied: {mine:?}");
            assert_eq!(standing.ticket.status, TicketStatus::Open);
        } else {
            let steps: Vec<_> = mine.iter().map(|key| key.rsplit('/').next()).collect();
            let all = ["reminder-1", "reminder-2", "reminder-3", "close"];
            assert_eq!(steps, all.map(Some), "warned, late as it is");
        }
        assert!(desk.query_consistency("acme", &ticket).expect("a journal"), "`{ticket}`");
    }
}

#[test]
fn a_plugin_that_refuses_the_policy_in_force_does_not_take_the_place() {
    let place = Place::new("refuses");
    let mut desk = begun(&place);
    desk.save_policy(START, "acme", "{}", None, "test").expect("takes any policy");
    let before = desk.plugin().sha256();
    let good = plugin(despertador_component::COMPONENT);
    assert!(desk.replace_plugin(START, good).is_err());
    assert_eq!(desk.plugin().sha256(), before);
    let receipts = desk.record_events(START, &conversation("1", "well")).expect("taken");
    assert!(receipts.iter().all(|receipt| matches!(receipt, Receipt::Recorded(_))), "{receipts:?}");
}

/// What the server answers at `/readyz`.
fn readiness(server: &Server) -> String {
    let mut stream = TcpStream::connect(server.address()).expect("a server");
    stream
        .write_all(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .expect("a request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

/// Other accounts would lose the server with it: it is ready, and says for how many accounts the
/// plugin is suspended.
#[test]
fn a_server_stays_ready_while_the_plugin_is_suspended_for_one_account() {
    let place = Place::new("ready");
    let any = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    let accounts = ["acme", "globex"].map(|name| (name.to_owned(), Account::default()));
    let settings = Settings {
        desk: place.0.join("desk.db").into(),
        listen: any,
        operations: Operations::Off,
        accounts: accounts.into(),
        ..Settings::default()
    };
    let server = Server::start(Start::new(settings, HOSTILE)).expect("a server");
    assert!(readiness(&server).ends_with("\r\n\r\nready\n"));
    let tell = |account: &str, department: &'static str| {
        let account = account.to_owned();
        let told = server.handle().call(move |desk, now| {
            for n in 0..5 {
                let mut events = conversation(&format!("T{n}"), department);
                events.iter_mut().for_each(|event| event.account.clone_from(&account));
                desk.record_events(now, &events).expect("receipts");
            }
        });
        told.expect("a desk");
    };
    tell("acme", "panic");
    let said = readiness(&server);
    assert!(said.starts_with("HTTP/1.1 200"), "{said}");
    assert!(said.ends_with("ready, but the plugin is suspended for 1 of 2 accounts\n"), "{said}");
    tell("globex", "panic");
    let said = readiness(&server);
    assert!(said.starts_with("HTTP/1.1 503"), "{said}");
    assert!(said.contains("suspended for every account"), "{said}");
    assert!(server.stop().is_some());
}
