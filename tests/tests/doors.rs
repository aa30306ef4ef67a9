//! Every door's reader takes any bytes: it reads them or says what is wrong. What is read is read
//! again from what is written of it.
//!
//! Seeds and counts are fixed; `ALTERED=100` makes a longer run (docs/testing.md). The doors of the
//! server are tried in `server/tests/altered.rs`.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use despertador_contract::clock_face::{parse_rfc3339, show_rfc3339};
use despertador_contract::event_log::{EventLog, Row};
use despertador_contract::{Channel, Ticket, decision, duration, facts, input, key};
use despertador_desk::journal::{Journal, Line, Selection};
use despertador_flow::Flow;
use despertador_flow::lint::lint;
use despertador_harness::scenario::ScenarioFile;
use despertador_insight::{Archive, Authors, Columns, Platform, ReadOptions, Timing, Unreadable};
use despertador_lime::Envelope;
use despertador_server::Settings;
use despertador_tests::altered::{altered, altered_json, altered_text, seeds};
use despertador_tests::native::NativePolicy;
use serde_json::Value;

const LOG: &str = include_str!("../cli/files/log.jsonl");
const JOURNAL: &str = include_str!("../../host-harness/desk/tests/fixtures/journal.ndjson");
const CSV: &str = include_str!("../cli/files/messages.csv");

/// JSON that was altered as a text, or value by value.
fn json(samples: &[&str], seed: u64) -> String {
    if seed.is_multiple_of(3) { altered_text(samples, seed) } else { altered_json(samples, seed) }
}

/// Lines that are samples by themselves, of all lengths.
fn lines(text: &str) -> Vec<&str> {
    text.lines().filter(|line| !line.is_empty()).collect()
}

fn events() -> Vec<&'static str> {
    [
        LOG,
        include_str!("../fixtures/doors/half-emoji.events.ndjson"),
        r#"{"ticket":"1","at":"2026-03-02T09:00:00Z","event":{"carried-out":{"cycle":1,"step":"reminder-1"}}}
{"ticket":"1","at":"2026-03-02T09:00:00.25Z","event":{"failed":{"cycle":1,"step":"close","kind":"blocked"}}}
{"ticket":"1","at":1772442000000,"received-at":"2026-03-02T09:00:00-03:00","event":{"transferred":{"department":"a","agent":"b"}}}
{"ticket":"1","at":"2026-03-02T09:00:00Z","event":{"occurred":{"name":"seen","details":{"by":"x"}}},"sequence":7,"id":"e"}
{"ticket":"1","at":"2026-03-02T09:00:00Z","event":{"snoozed":"2026-03-02T12:00:00Z"}}
{"ticket":"1","at":"2026-03-02T09:00:00Z","event":{"extended":"10 min"}}
{"ticket":"1","at":"2026-03-02T09:00:00Z","event":{"other":"dance"},"facts":{"tags":["a"],"more":{"a":"b"},"sent-to-customer":["2026-03-02T09:00:00Z"],"customer-zone":"America/Bogota","last-inbound":"2026-03-02T09:00:00Z"}}
{"ticket":"1","at":"2026-03-02T09:00:00Z","message":{"author":"customer","kind":"menu-answer","origin":"mobile-app","text":"Sí","choice":"a"}}"#,
    ]
    .into_iter()
    .flat_map(lines)
    .collect()
}

#[test]
fn rows_of_events_are_read_again_as_they_were() {
    let samples = events();
    let mut read = 0;
    for seed in seeds(6_000) {
        let text = json(&samples, seed);
        let Ok(row) = Row::from_json(&text) else { continue };
        read += 1;
        let written = row.to_json();
        let again = Row::from_value(&written).unwrap_or_else(|wrong| panic!("{wrong}: {text}"));
        assert_eq!(again, Row { line: again.line, ..row }, "{text}");
        assert_eq!(again.to_json(), written, "{text}");
    }
    assert!(read > 300, "{read}");
}

#[test]
fn event_logs_are_read_or_refused_with_their_lines() {
    for seed in seeds(2_000) {
        let text = altered_text(&[LOG], seed);
        if let Err(problems) = EventLog::read("altered.jsonl", &text) {
            let lines = text.lines().count();
            assert!(!problems.is_empty() && problems.iter().all(|p| (1..=lines).contains(&p.line)));
        }
    }
}

#[test]
fn facts_are_read_again_as_they_were() {
    let samples = [
        r#"{"channel":"whatsapp","department":"Soporte","agent":"Ana","status":"open","locale":"es","tags":["vip","a"],"priority":"high"}"#,
        r#"{"more":{"customer.id":"eva","a":"b"},"sent-to-customer":["2026-03-02T09:00:00Z"],"customer-zone":"America/Bogota"}"#,
        r#"{"last-inbound":"2026-03-02T09:00:00Z","group":true,"channel":{"other":"fax"},"status":"other:strange"}"#,
    ];
    let mut read = 0;
    for seed in seeds(6_000) {
        let text = json(&samples, seed);
        let Ok(value) = serde_json::from_str::<Value>(&text) else { continue };
        let ticket = Ticket::open("1", Channel::Other("unknown".into()));
        let Ok(ticket) = facts::with(&ticket, &value) else { continue };
        read += 1;
        let fresh = Ticket::open(ticket.id.clone(), Channel::Other("unknown".into()));
        let again = facts::with(&fresh, &facts::json(&ticket));
        assert_eq!(again.as_ref(), Ok(&ticket), "{text}");
    }
    assert!(read > 200, "{read}");
}

#[test]
fn keys_durations_and_instants_are_read_again_as_they_were() {
    let samples = [
        "4711/1/reminder-1",
        "a/b/2/close",
        "4711/1/other:dance",
        "x/4294967295/reply-3",
        "10 min",
        "1 h 30 min",
        "2 d",
        "90 s",
        "2026-03-02T09:00:00Z",
        "2026-03-02T09:00:00.25-03:00",
        "1772442000",
        "1772442000000",
        "0000-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999Z",
    ];
    for seed in seeds(20_000) {
        let text = altered_text(&samples, seed);
        if let Ok(read) = key::parse(&text) {
            assert_eq!(key::parse(&key::render(&read)), Ok(read), "{text}");
        }
        if let Some(read) = key::parse_step(&text) {
            assert_eq!(key::parse_step(&key::render_step(&read)), Some(read), "{text}");
        }
        if let Some(read) = duration::parse(&text) {
            assert_eq!(duration::parse(&duration::show(read)), Some(read), "{text}");
        }
        if let Some(read) = parse_rfc3339(&text) {
            assert_eq!(parse_rfc3339(&show_rfc3339(read)), Some(read), "{text}");
        }
        let _: Option<i64> = input::instant(&text);
    }
}

#[test]
fn lines_of_journals_and_actions_are_read_again_as_they_were() {
    let samples = lines(JOURNAL);
    let actions: Vec<String> = samples
        .iter()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter_map(|line| line.pointer("/decision/action").map(Value::to_string))
        .collect();
    let actions: Vec<&str> = actions.iter().map(String::as_str).collect();
    let mut read = (0, 0);
    for seed in seeds(4_000) {
        let text = json(&samples, seed);
        if let Ok(value) = input::read_json::<Value>(&text)
            && let Ok(line) = Line::from_json(&value)
        {
            read.0 += 1;
            let again = Line::from_json(&line.to_json());
            assert_eq!(again, Ok(line), "{text}");
        }
        let text = json(&actions, seed);
        if let Ok(value) = input::read_json::<Value>(&text)
            && let Ok(action) = decision::action_from_json(&value)
        {
            read.1 += 1;
            let again = decision::action_from_json(&decision::action_json(&action));
            assert_eq!(again.as_ref().ok(), Some(&action), "{text}");
        }
    }
    assert!(read.0 > 300 && read.1 > 300, "{read:?}");
}

#[test]
fn journals_are_whole_or_refused() {
    let place = std::env::temp_dir().join(format!("despertador-doors-{}", std::process::id()));
    for seed in seeds(150) {
        std::fs::write(&place, altered(&[JOURNAL.as_bytes()], seed)).unwrap();
        if let Ok(journal) = Journal::open(&place) {
            let each = |_: Line| Ok::<_, despertador_desk::journal::JournalError>(true);
            let _: Result<_, _> = journal.read(&Selection::default(), each);
        }
    }
    std::fs::remove_file(place).unwrap();
}

#[test]
fn policies_are_read_the_same_however_they_are_written() {
    let samples = [
        include_str!("../fixtures/policies/everything.json"),
        include_str!("../../policies/adereso.json"),
        include_str!("../../policies/klaviyo.json"),
    ];
    let surroundings = facts::no_surroundings();
    let mut read = 0;
    for seed in seeds(2_500) {
        let text = json(&samples, seed);
        match NativePolicy::parse(&text, &surroundings) {
            Err(problems) => assert!(!problems.is_empty(), "{text}"),
            Ok(_) => {
                read += 1;
                let Ok(value) = input::read_json::<Value>(&text) else { continue };
                let again = NativePolicy::parse(&value.to_string(), &surroundings);
                assert!(again.is_ok(), "{again:?}: {text}");
            }
        }
    }
    assert!(read > 10, "{read}");
}

#[test]
fn flows_are_read_again_as_they_were() {
    let samples = [
        include_str!("../cli/files/soporte.json"),
        include_str!("../cli/files/jardin.json"),
        include_str!("../cli/files/broken-flow.json"),
    ];
    for seed in seeds(1_500) {
        let text = json(&samples, seed);
        match Flow::read(&text) {
            Err(findings) => assert!(!findings.is_empty()),
            Ok(flow) => {
                let _findings = lint(&flow);
                let written = flow.to_engine();
                let again = Flow::read(&written.to_string()).unwrap();
                assert_eq!(again.to_engine(), written, "{text}");
            }
        }
    }
}

#[test]
fn scenarios_are_read_or_refused_with_their_lines() {
    let samples = [include_str!("../scenarios/format.md"), include_str!("../cli/files/broken.md")];
    for seed in seeds(3_000) {
        let text = altered_text(&samples, seed);
        if let Err(problems) = ScenarioFile::read("altered.md", &text, &|_| None) {
            let lines = text.lines().count();
            assert!(!problems.is_empty() && problems.iter().all(|p| (1..=lines).contains(&p.line)));
        }
    }
}

#[test]
fn tables_and_dumps_lose_no_row_without_a_word() {
    let commas = CSV.as_bytes().to_vec();
    let swapped = |to: &str| CSV.replace(',', to).into_bytes();
    let utf_16: Vec<u8> =
        [0xfeff].into_iter().chain(CSV.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let windows: Vec<u8> = CSV.chars().map(|c| u8::try_from(c).unwrap_or(b'?')).collect();
    let marked = [b"\xef\xbb\xbf".as_slice(), &commas].concat();
    let named = [b"sep=;\n".as_slice(), &swapped(";")].concat();
    let all = [commas, swapped(";"), swapped("\t"), swapped("|"), utf_16, windows, marked, named];
    let tables: Vec<&[u8]> = all.iter().map(Vec::as_slice).collect();
    let dumps: [&[u8]; 3] = [
        br#"{"tickets":[{"id":1,"comments":[{"id":2,"author_id":3,"body":"a","created_at":"2026-03-02T09:00:00Z"}]}]}"#,
        br#"{"type":"conversation","id":"1","created_at":1772442000,"conversation_parts":{"conversation_parts":[{"part_type":"comment","author":{"type":"admin"},"created_at":1772442060,"body":"<p>a</p>"}]}}"#,
        br#"{"payload":[{"id":1,"conversation_id":2,"message_type":0,"created_at":1772442000,"content":"a"}]}"#,
    ];
    let platforms = [
        Platform::Zendesk,
        Platform::Freshdesk,
        Platform::Intercom,
        Platform::Chatwoot,
        Platform::HubSpot,
        Platform::Zammad,
        Platform::Blip,
    ];
    let (columns, authors, timing) = (Columns::default(), Authors::default(), Timing::default());
    for seed in seeds(1_500) {
        let table = altered(&tables, seed);
        let read = || Archive::csv(&*table, &columns, &authors, &timing, ReadOptions::default());
        // Twice the same, error or not.
        let counts = |read: Result<despertador_insight::Read<Archive>, Unreadable>| {
            read.map(|read| (read.rows, read.refused)).map_err(|error| error.to_string())
        };
        assert_eq!(counts(read()), counts(read()));
        let dump = altered(&dumps, seed);
        for platform in platforms {
            let (columns, authors) = (platform.columns(), platform.authors());
            let _: Result<_, _> = Archive::dump(
                &*dump,
                platform,
                &columns,
                &authors,
                &timing,
                ReadOptions::default(),
            );
        }
        let log = altered(&[LOG.as_bytes()], seed);
        let _: Result<_, _> = Archive::event_log(&*log, &timing, ReadOptions::default());
    }
}

#[test]
fn envelopes_are_read_again_as_they_were() {
    let samples: Vec<&str> = [
        include_str!("../../host-harness/lime/tests/samples/messages.jsonl"),
        include_str!("../../host-harness/lime/tests/samples/notifications.jsonl"),
        include_str!("../../host-harness/lime/tests/samples/commands.jsonl"),
        include_str!("../../host-harness/lime/tests/samples/others.jsonl"),
        include_str!("../fixtures/doors/data-webhook.blip.ndjson"),
        include_str!("../fixtures/doors/half-emoji.blip.ndjson"),
        include_str!("../fixtures/doors/ninth-digit.blip.ndjson"),
    ]
    .into_iter()
    .flat_map(lines)
    .collect();
    let mut read = 0;
    for seed in seeds(10_000) {
        let text = json(&samples, seed);
        let Ok(envelope) = Envelope::read(&text) else { continue };
        read += 1;
        assert_eq!(Envelope::read(&envelope.to_string()).as_ref().ok(), Some(&envelope), "{text}");
    }
    assert!(read > 500, "{read}");
}

#[test]
fn settings_are_read_or_refused_with_a_sentence() {
    let sample = r#"desk = "desk.db"
listen = "127.0.0.1:8080"
operations = "127.0.0.1:9090"
operations-hosts = ["metrics.example"]
keep = "90 d"
tick-resolution = "1 s"
deliveries = 8

[deliver]
webhook = "https://example.org/actions"
secret-file = "secret"
timeout = "10 s"

[log]
filter = "info"

[limits]
body = 8388608
connections = 512
head-timeout = "10 s"

[accounts.acme]
policy = "acme.json"
departments = ["Ventas", "Soporte"]

[accounts.acme.blip]
bot = "mybot@msging.net"
base = "https://acme.http.msging.net"
key-file = "key"
feed = "blip"
"#;
    let place = std::env::temp_dir().join(format!("despertador-settings-{}", std::process::id()));
    for seed in seeds(1_500) {
        std::fs::write(&place, altered(&[sample.as_bytes()], seed)).unwrap();
        if let Err(said) = Settings::read(&place) {
            assert!(said.len() > place.as_os_str().len(), "{said}");
        }
    }
    std::fs::write(&place, sample).unwrap();
    assert!(Settings::read(&place).is_ok(), "{:?}", Settings::read(&place));
    std::fs::remove_file(place).unwrap();
}
