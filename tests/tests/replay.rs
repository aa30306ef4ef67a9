//! The replay of a desk's journal: the current component decides as recorded, and one with a single
//! changed comparison differs exactly in the tickets that this comparison decides.
//!
//! The changed component is built from a copy of the source. The first build takes as long as the
//! plugin's own; later ones reuse it.
#![cfg(feature = "component")]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

use std::fs;
use std::path::{Path, PathBuf};

use despertador_component::COMPONENT;
use despertador_componentize::Guest;
use despertador_contract::event_log::Row;
use despertador_contract::{Author, Event, Happening, Instant, Message};
use despertador_desk::journal::{Journal, Selection};
use despertador_desk::store::Sqlite;
use despertador_desk::{
    DeliveryOutcome, DeliveryReport, Desk, DeskError, Incoming, Options, Replay, ReplayOptions,
    Replayed,
};
use despertador_host::{Host, Plugin};
use despertador_tests::sample::{MINUTE, START};
use serde_json::json;

const POLICY: &str = include_str!("../../policies/adereso.json");
/// As the policy above, with the first reminder after five minutes.
const SOONER: &str = r#"{ "version": "sooner", "language": "es", "rules": [ {
    "name": "Cualquiera", "departments": "any", "close-after": "15 min", "reminders": [
        { "after": "5 min", "text": "¿Sigues allí? Estamos aquí para ayudarte." },
        { "after": "6 min", "text": "Parece que te fuiste" },
        { "after": "3 min", "text": "Hasta luego!!" } ],
    "close": { "incomplete-metadata": "ignore" } } ] }"#;

fn plugin(component: &[u8]) -> Plugin {
    let host = Host::new(despertador_host::Options::default()).expect("a host");
    host.load_bytes(component).expect("a plugin")
}

struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let folder =
            std::env::temp_dir().join(format!("despertador-replay-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        Self(folder)
    }

    fn file(&self) -> PathBuf {
        self.0.join("desk.db")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _: std::io::Result<()> = fs::remove_dir_all(&self.0);
    }
}

/// What happens to a ticket whose customer got an answer at its beginning.
#[derive(Clone, Copy, PartialEq)]
enum Story {
    /// The customer stays silent.
    Silent,
    /// The customer answers after the first reminder.
    Rescued,
    /// The customer writes five minutes after the close.
    Late,
    /// The customer wrote at exactly the instant of the close, which becomes known a minute later.
    AtOnce,
    /// An agent holds the ticket before the close.
    Held,
}

const STORIES: [Story; 8] = [
    Story::Silent,
    Story::Rescued,
    Story::Silent,
    Story::Late,
    Story::Rescued,
    Story::AtOnce,
    Story::Held,
    Story::Silent,
];

const TICKETS: usize = 48;

fn story(number: usize) -> Story {
    STORIES[number % STORIES.len()]
}

fn id(number: usize) -> String {
    format!("t{number:02}")
}

fn incoming(row: Row) -> Incoming {
    Incoming::new("acme", row)
}

fn said(number: usize, author: Author, at: Instant) -> Incoming {
    incoming(Row::message(id(number), Message::words(author, at)))
}

/// The journal of a real desk with dozens of tickets, some of them open at the same time.
fn journal(place: &Place) {
    journal_of(&place.file(), TICKETS);
}

fn journal_of(file: &Path, tickets: usize) {
    let store = Sqlite::open(file).expect("a store");
    let mut desk = Desk::open(store, plugin(COMPONENT), Options::default()).expect("a desk");
    desk.open_account(START, "acme", "test").expect("an account");
    desk.save_policy(START, "acme", POLICY, None, "test").expect("a policy");
    let mut happenings: Vec<(Instant, Incoming)> = Vec::new();
    for number in 0..tickets {
        let at = START + i64::try_from(number).expect("few") * 7 * MINUTE;
        let department = ["soporte", "ventas", "cobranza"][number % 3];
        let customer = json!({ "customer.id": format!("c{}", number % 5) });
        let facts = json!({ "channel": "whatsapp", "agent": "Ana", "department": department,
                            "more": customer });
        happenings.push((at, incoming(Row::facts(id(number), at, facts))));
        happenings.push((at, said(number, Author::Customer, at)));
        happenings.push((at, said(number, Author::Agent, at)));
        let close = at + 15 * MINUTE;
        match story(number) {
            Story::Silent => {}
            Story::Rescued => {
                let at = at + 10 * MINUTE + 30_000;
                happenings.push((at, said(number, Author::Customer, at)));
            }
            Story::Late => {
                let at = close + 5 * MINUTE;
                happenings.push((at, said(number, Author::Customer, at)));
            }
            Story::AtOnce => {
                happenings.push((close + MINUTE, said(number, Author::Customer, close)));
            }
            Story::Held => {
                let at = at + 12 * MINUTE;
                let held = Row::event(id(number), Event::new(Happening::Held, at));
                happenings.push((at, incoming(held)));
            }
        }
    }
    happenings.sort_by_key(|(at, _)| *at);
    let end = START + 24 * 60 * MINUTE;
    for (at, what) in happenings {
        run(&mut desk, at);
        assert!(desk.record_events(at, &[what]).expect("a receipt")[0].is_stored());
    }
    run(&mut desk, end);
}

/// Lets time pass: evaluates and carries out what falls due before an instant.
fn run(desk: &mut Desk<Sqlite>, end: Instant) {
    let mut now = START;
    while let Some(next) = desk.next_instant().filter(|next| *next < end) {
        now = now.max(next);
        desk.poll_due(now, 100).expect("a look");
        for delivery in desk.claim_deliveries(now, 100).expect("what is due") {
            let (account, key) = (delivery.account, delivery.key);
            let report = DeliveryReport { account, key, at: now, outcome: DeliveryOutcome::Done };
            desk.record_deliveries(now, &[report]).expect("settled");
        }
    }
}

fn replayed(file: &Path, new: &Plugin, policy: Option<&str>, explained: usize) -> Replayed {
    let asked = ReplayOptions {
        policy: policy.map(str::to_owned),
        explained,
        language: "en".into(),
        zone: None,
    };
    let mut replay = Replay::new(plugin(COMPONENT), new.clone(), asked).expect("a replay");
    Journal::open(file)
        .expect("a journal")
        .read::<DeskError>(&Selection::default(), |line| replay.push(line).map(|()| true))
        .expect("the whole journal");
    replay.end()
}

/// The current plugin with one text of its source replaced.
fn changed(from: &str, to: &str) -> Plugin {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join("changed-plugin");
    fs::create_dir_all(&copy).expect("a folder");
    for part in ["Cargo.toml", "Cargo.lock", "plugin", "wit", "host-harness", "tests"] {
        copy_changed(&root.join(part), &copy.join(part), from, to);
    }
    let guest = Guest { workspace: &copy, package: "despertador-plugin", sources: &[] };
    let component = guest.build(&copy.join("target")).expect("the plugin builds");
    assert!(component != COMPONENT, "nothing was changed");
    plugin(&component)
}

/// Copies changed files only, so that build results are reused.
fn copy_changed(from: &Path, to: &Path, old: &str, new: &str) {
    if from.is_dir() {
        if from.ends_with("target") {
            return;
        }
        fs::create_dir_all(to).expect("a folder");
        for entry in fs::read_dir(from).expect("a folder").flatten() {
            copy_changed(&entry.path(), &to.join(entry.file_name()), old, new);
        }
        return;
    }
    let mut bytes = fs::read(from).expect("a file");
    if from.ends_with("plugin/policy/src/decide.rs") {
        let text = String::from_utf8(bytes).expect("a source");
        assert_eq!(text.matches(old).count(), 1, "`{old}` is to be changed");
        bytes = text.replace(old, new).into_bytes();
    }
    if fs::read(to).ok().as_ref() != Some(&bytes) {
        fs::write(to, bytes).expect("a copy");
    }
}

#[test]
fn todays_component_decides_as_it_did() {
    let place = Place::new("same");
    journal(&place);
    let found = replayed(&place.file(), &plugin(COMPONENT), None, 100);
    assert_eq!((found.tickets, found.differ, found.broken), (48, 0, 0), "{:?}", found.kinds);
    assert!(found.decisions > 400, "{}", found.decisions);
    assert!(found.first.is_empty() && found.kinds.is_empty());
    // Written to a file it is the same.
    let file = place.0.join("journal.ndjson");
    let mut written = Vec::new();
    let journal = Journal::open(&place.file()).expect("a journal");
    journal.write(&Selection::default(), &mut written).expect("written");
    fs::write(&file, written).expect("a file");
    let again = replayed(&file, &plugin(COMPONENT), None, 100);
    assert_eq!((again.tickets, again.decisions, again.differ), (48, found.decisions, 0));
}

#[test]
fn one_comparison_changed_differs_where_it_decides_and_nowhere_else() {
    let place = Place::new("changed");
    journal(&place);
    let new = changed("customer_wrote <= closed.at", "customer_wrote < closed.at");
    let found = replayed(&place.file(), &new, None, 100);
    let touched: Vec<String> =
        (0..TICKETS).filter(|number| story(*number) == Story::AtOnce).map(id).collect();
    let differ: Vec<&str> = found.first.iter().map(|first| first.ticket.as_str()).collect();
    assert_eq!(differ, touched);
    assert_eq!((touched.len(), found.broken), (6, 0));
    for first in &found.first {
        assert_eq!(first.kind.code(), "action-otherwise");
        assert!(first.reproduced);
        let reason = |decision: &serde_json::Value| decision["reason"].clone();
        assert_eq!(reason(&first.recorded), "premature-close");
        assert_eq!(reason(first.replayed.as_ref().expect("an answer")), "late-reply");
        let why = |side: &Result<despertador_contract::Explanation, String>| {
            side.as_ref().expect("an explanation").summary.clone()
        };
        assert_ne!(why(&first.why_recorded), why(&first.why_replayed));
    }
    let departments: Vec<(Option<&str>, u64, u64)> = found
        .departments
        .iter()
        .map(|(name, count)| (name.as_deref(), count.all, count.tickets))
        .collect();
    let all = departments.iter().map(|(_, all, _)| all).sum::<u64>();
    let differ = departments.iter().map(|(.., differ)| differ).sum::<u64>();
    assert_eq!((departments.len(), all, differ), (3, 48, 6), "{departments:?}");
    // Fewer are explained, but all are counted.
    let few = replayed(&place.file(), &new, None, 2);
    assert_eq!((few.first.len(), few.more, few.tickets_that_differ()), (2, 4, 6));
}

#[test]
fn another_policy_differs_from_the_first_deadline_on() {
    let place = Place::new("policy");
    journal(&place);
    let found = replayed(&place.file(), &plugin(COMPONENT), Some(SOONER), 100);
    assert_eq!(found.tickets_that_differ(), 48);
    for first in &found.first {
        assert_eq!(first.kind.code(), "reminder-earlier", "{first:?}");
        assert_eq!(first.recorded["until"].as_str().map(str::len), Some(20));
    }
    assert_eq!(found.broken, 0, "{:?}", found.kinds);
}

/// The desk and the journal that the transcripts of `tests/cli` use; `BLESS=1` writes them.
#[test]
fn the_files_of_the_transcripts_are_what_a_desk_writes() {
    let place = Place::new("files");
    journal_of(&place.file(), 8);
    let mut written = Vec::new();
    let journal = Journal::open(&place.file()).expect("a journal");
    journal.write(&Selection::default(), &mut written).expect("written");
    let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("cli/files");
    if std::env::var_os("BLESS").is_some() {
        fs::copy(place.file(), files.join("desk.db")).expect("a copy");
        fs::write(files.join("journal.ndjson"), &written).expect("a file");
    }
    let known = fs::read(files.join("journal.ndjson")).expect("the journal");
    assert!(known == written, "the journal is another one; `BLESS=1` writes it");
    let mut of_desk = Vec::new();
    let journal = Journal::open(&files.join("desk.db")).expect("a desk's file");
    journal.write(&Selection::default(), &mut of_desk).expect("written");
    assert!(of_desk == written, "the desk is another one; `BLESS=1` writes it");
}
