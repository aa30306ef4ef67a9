//! The bytes of a ticket's memory: all versions are read, and nothing else is.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

use despertador_contract::{
    ActionKey, Author, Call, Event, Failure, FailureKind, Fault, Happening, Instant, Memory,
    Message, Occurrence, Outcome, Step, Ticket,
};
use despertador_harness::CallError;
use despertador_policy as policy;
use despertador_tests::engines::engines;
use despertador_tests::native::NativePolicy;
use despertador_tests::sample;
use despertador_tests::scenario_files::repository;

/// What the first version wrote for the example from 9:00 to 9:15, a name and bytes per line.
const VERSION_1: &str = include_str!("../fixtures/memory/version-1.txt");
/// What version 2 wrote, before opt-outs, replies and sent messages.
const VERSION_2: &str = include_str!("../fixtures/memory/version-2.txt");
/// What version 3 wrote, before ids of the company's messages.
const VERSION_3: &str = include_str!("../fixtures/memory/version-3.txt");
/// What version 4 wrote, before all reports of a reminder.
const VERSION_4: &str = include_str!("../fixtures/memory/version-4.txt");
/// What the current version writes: the same, and the additions.
const VERSION_5: &str = include_str!("../fixtures/memory/version-5.txt");

const WORKED_EXAMPLE: &str = r#"{ "rules": [ { "departments": "any", "close-after": "15 min",
    "reminders": [ { "after": "10 min", "text": "a" }, { "after": "1 min", "text": "b" },
                   { "after": "3 min", "text": "c" } ] } ] }"#;

/// A policy that uses everything that version 3 remembers.
const WITH_REPLIES: &str = r#"{
    "budget": { "per-day": 5 },
    "opt-out-words": [ "STOP" ],
    "schedules": { "office": { "open": { "mon-fri": "09:00-18:00" } } },
    "rules": [ { "departments": "any", "close-after": "15 min", "on-failed-reminder": "retry",
        "reminders": [ { "after": "10 min", "text": "a",
                         "quick-replies": [ { "text": "Listo", "effect": "resolve" } ] } ] } ],
    "replies": [
        { "departments": ["quiet"], "enabled": false, "events": {} },
        { "departments": "any", "schedule": "office", "missed-call-ticket": true, "events": {
            "first-chat-received": { "text": "a" }, "wrote-out-of-hours": { "text": "b" },
            "customer-hung-up": { "text": "c" }, "voicemail-left": { "text": "d" } } } ] }"#;

/// A policy that uses the additions of version 5.
const WITH_WAITING: &str = r#"{ "rules": [ { "departments": "any", "close-after": "15 min",
    "visitor-left": { "close-after": "5 min" }, "company-silent": { "after": "30 min" },
    "close": { "survey": "now" } } ] }"#;

/// 2026-01-05T09:00:00Z, when the customer of the fixtures wrote.
const NINE: i64 = 1_767_603_600_000;

fn blobs(text: &str) -> Vec<(&str, Memory)> {
    let byte = |pair: &str| u8::from_str_radix(pair, 16).expect("the fixture is in hexadecimal");
    text.lines()
        .map(|line| {
            let (name, digits) = line.split_once(' ').expect("a name and bytes");
            let pairs = (0..digits.len()).step_by(2);
            (name, pairs.map(|n| byte(&digits[n..n + 2])).collect())
        })
        .collect()
}

/// The decisions for each fixture at an instant when everything is overdue.
const DECIDED_AT_NOON: [(&str, &str); 7] = [
    ("customer-wrote", "rest"),
    ("agent-answered", "reminder 1"),
    ("reminder-1-sent", "reminder 2"),
    ("reminder-2-failed", "rest"),
    ("reminder-3-sent", "close"),
    ("closed", "rest"),
    ("closed-too-early", "reopen"),
];

/// The same for what version 3 added.
const DECIDED_AT_NOON_WITH_REPLIES: [(&str, &str); 8] = [
    ("opted-out", "close"),
    ("called", "reminder 1"),
    ("resolved", "resolve"),
    ("failed-twice", "reminder 1"),
    ("first-chat-answered", "rest"),
    ("calls-due", "reply 1"),
    ("calls-answered-and-reminded", "close"),
    ("wrote-at-night", "reply 1"),
];

/// The same for what version 4 added.
const DECIDED_AT_NOON_WITH_IDS: [(&str, &str); 2] =
    [("answered-by-id", "reminder 1"), ("not-delivered", "rest")];

/// The same for what version 5 added.
const DECIDED_AT_NOON_WITH_WAITING: [(&str, &str); 5] = [
    ("surveyed", "rest"),
    ("visitor-gone", "close"),
    ("visitor-back", "close"),
    ("waits-twice", "notify"),
    ("told", "rest"),
];

/// A ticket with events under a policy.
struct Story {
    native: NativePolicy,
    ticket: Ticket,
    memory: Memory,
}

impl Story {
    fn of(department: &str) -> Story {
        Story::under(WITH_REPLIES, department)
    }

    fn under(config: &str, department: &str) -> Story {
        let native = NativePolicy::parse(config, &sample::surroundings()).unwrap();
        Story { native, ticket: sample::ticket("t", department), memory: Vec::new() }
    }

    fn hears(mut self, message: Message) -> Story {
        self.memory = self.native.on_message(&self.ticket, &self.memory, &message).unwrap().memory;
        self
    }

    fn sees(mut self, minute: Instant, what: Happening) -> Story {
        let at = NINE + minute * sample::MINUTE;
        let event = Event { id: None, sequence: None, at, received_at: at, what };
        self.memory = self.native.on_event(&self.ticket, &self.memory, &event).unwrap().memory;
        self
    }

    fn writes(self, author: Author, minute: Instant) -> Story {
        self.hears(sample::message(author, NINE + minute * sample::MINUTE))
    }

    fn call(self, minute: Instant, name: &str, call: &str) -> Story {
        let details = vec![("call".into(), call.into()), ("phase".into(), "waiting".into())];
        self.sees(minute, Happening::Occurred(Occurrence { name: name.into(), details }))
    }

    fn done(self, minute: Instant, step: Step) -> Story {
        self.sees(minute, Happening::CarriedOut(key(step)))
    }
}

fn key(step: Step) -> ActionKey {
    ActionKey { ticket: "t".into(), cycle: 1, step }
}

/// The additions of versions 3 and 4, produced by events.
fn stories() -> Vec<Memory> {
    let begun =
        |department| Story::of(department).writes(Author::Customer, 0).writes(Author::Agent, 5);
    let says = |text: Option<&str>, choice: Option<&str>, minute: Instant| Message {
        text: text.map(Into::into),
        choice: choice.map(Into::into),
        ..sample::message(Author::Customer, NINE + minute * sample::MINUTE)
    };
    let answered_by_id = || {
        let answer = sample::message(Author::Agent, NINE + 5 * sample::MINUTE);
        let story = Story::of("quiet").writes(Author::Customer, 0);
        story.hears(Message { id: Some("m2".into()), ..answer })
    };
    let failed = |story: Story, minute| {
        let failure = Failure { key: key(Step::Reminder(1)), kind: FailureKind::Unreachable };
        story.sees(minute, Happening::Failed(failure))
    };
    let calls = || {
        begun("any").done(6, Step::Reply(1)).call(7, "customer-hung-up", "c1").call(
            8,
            "voicemail-left",
            "c2",
        )
    };
    let all = [
        Story::of("quiet").hears(says(Some("STOP"), None, 0)).writes(Author::Agent, 5),
        begun("quiet").sees(6, Happening::CallStarted).sees(7, Happening::CallEnded),
        begun("quiet").done(15, Step::Reminder(1)).hears(says(None, Some("resolve"), 16)),
        failed(failed(begun("quiet"), 15), 30),
        Story::of("any").writes(Author::Customer, 0).done(1, Step::Reply(1)),
        Story::of("any").call(0, "customer-hung-up", "c1").call(1, "voicemail-left", "c2"),
        calls().done(9, Step::Reply(2)).done(10, Step::Reply(3)).done(15, Step::Reminder(1)),
        Story::of("any").writes(Author::Customer, -60),
        answered_by_id(),
        answered_by_id().sees(6, Happening::Other("message-undelivered:m2".into())),
    ];
    all.into_iter().map(|story| story.memory).collect()
}

/// The additions of version 5, produced by events.
fn stories_of_waiting() -> Vec<Memory> {
    let begun = || {
        let story = Story::under(WITH_WAITING, "any");
        story.writes(Author::Customer, 0).writes(Author::Agent, 5)
    };
    let visitor =
        |story: Story, minute, what: &str| story.sees(minute, Happening::Other(what.into()));
    let all = [
        begun().done(20, Step::Close),
        visitor(begun(), 6, "visitor-left"),
        visitor(visitor(begun(), 6, "visitor-left"), 7, "visitor-returned"),
        begun().writes(Author::Customer, 6).writes(Author::Customer, 7),
        Story::under(WITH_WAITING, "any")
            .writes(Author::Customer, 0)
            .sees(30, Happening::CarriedOut(ActionKey { cycle: 0, ..key(Step::Notify) })),
    ];
    all.into_iter().map(|story| story.memory).collect()
}

/// Every fixture with the name of its decision at noon.
fn decisions() -> Vec<(&'static str, &'static str, Memory, &'static str)> {
    let mut all = Vec::new();
    for text in [VERSION_1, VERSION_2, VERSION_3, VERSION_4, VERSION_5] {
        let blobs = blobs(text);
        let mut expected: Vec<_> =
            DECIDED_AT_NOON.map(|(name, decided)| (WORKED_EXAMPLE, name, decided)).into();
        if [VERSION_3, VERSION_4, VERSION_5].contains(&text) {
            let added = DECIDED_AT_NOON_WITH_REPLIES;
            expected.extend(added.map(|(name, decided)| (WITH_REPLIES, name, decided)));
        }
        if text == VERSION_4 || text == VERSION_5 {
            let added = DECIDED_AT_NOON_WITH_IDS;
            expected.extend(added.map(|(name, decided)| (WITH_REPLIES, name, decided)));
        }
        if text == VERSION_5 {
            let added = DECIDED_AT_NOON_WITH_WAITING;
            expected.extend(added.map(|(name, decided)| (WITH_WAITING, name, decided)));
        }
        assert_eq!(blobs.len(), expected.len());
        for ((name, memory), (policy, expected_name, decided)) in blobs.into_iter().zip(expected) {
            assert_eq!(name, expected_name);
            all.push((policy, expected_name, memory, decided));
        }
    }
    all
}

#[test]
fn memories_of_every_version_are_read_and_lead_to_the_same_decisions() {
    let ticket = sample::ticket("t", "ventas");
    for (engine, (config, name, memory, expected)) in
        engines().iter().flat_map(|e| decisions().into_iter().map(move |d| (e, d)))
    {
        let mut policy = engine.parse(config, &sample::surroundings()).expect("a policy");
        let noon = NINE + 3 * 3_600_000;
        let (_, decision) =
            policy.evaluate(&ticket, &memory, &Call::Tick(noon)).expect("the memory is read");
        let decided = match decision.outcome {
            Outcome::Rest => "rest".into(),
            Outcome::Act(action) => match action.key.step {
                Step::Reminder(n) => format!("reminder {n}"),
                Step::Reply(n) => format!("reply {n}"),
                step => format!("{step:?}").trim_start_matches("Step::").to_lowercase(),
            },
            other => format!("{other:?}"),
        };
        assert_eq!(decided, expected, "{name}, version {}", memory[1]);
    }
}

/// The bytes of a published version never change. `BLESS=1` writes those of the newest one.
#[test]
fn what_is_written_now_are_the_bytes_of_the_newest_version() {
    let native = NativePolicy::parse(WORKED_EXAMPLE, &sample::surroundings()).unwrap();
    let ticket = sample::ticket("t", "ventas");
    // A customer's message older than everything known changes nothing.
    let stray = sample::message(Author::Customer, NINE - 60_000);
    let mut written = String::new();
    let mut write = |name: &str, memory: &Memory| {
        let digits: String = memory.iter().map(|byte| format!("{byte:02x}")).collect();
        written.push_str(&format!("{name} {digits}\n"));
    };
    for (name, old) in blobs(VERSION_2) {
        write(name, &native.on_message(&ticket, &old, &stray).unwrap().memory);
    }
    let added = DECIDED_AT_NOON_WITH_REPLIES.iter().chain(&DECIDED_AT_NOON_WITH_IDS);
    for ((name, _), memory) in added.zip(stories()) {
        write(name, &memory);
    }
    for ((name, _), memory) in DECIDED_AT_NOON_WITH_WAITING.iter().zip(stories_of_waiting()) {
        write(name, &memory);
    }
    if std::env::var_os("BLESS").is_some() {
        let file = repository().join("tests/fixtures/memory/version-5.txt");
        std::fs::write(file, &written).unwrap();
        return;
    }
    assert_eq!(written, VERSION_5);
}

#[test]
fn a_memory_is_written_again_in_the_newest_version() {
    let native = NativePolicy::parse(WORKED_EXAMPLE, &sample::surroundings()).expect("a policy");
    let ticket = sample::ticket("t", "ventas");
    for ((name, old), (_, new)) in blobs(VERSION_1).into_iter().zip(blobs(VERSION_2)) {
        assert_eq!(old[1], 1);
        assert_eq!(new[1], 2);
        // A customer's message older than everything known changes nothing.
        let stray = sample::message(Author::Customer, NINE - 60_000);
        let written = native.on_message(&ticket, &old, &stray).expect("read").memory;
        let expected = native.on_message(&ticket, &new, &stray).expect("read").memory;
        assert_eq!(written, expected, "{name}");
        assert_eq!(written[1], policy::MEMORY_VERSION);
    }
}

#[test]
fn a_truncated_memory_is_damaged_at_every_length() {
    for (_, name, memory, _) in decisions() {
        for length in 1..memory.len() {
            let read = policy::Memory::from_bytes(&memory[..length]);
            assert_eq!(read, Err(policy::Damage::Damaged), "{name}, {length} bytes");
        }
        let mut longer = memory.clone();
        longer.push(0);
        assert_eq!(policy::Memory::from_bytes(&longer), Err(policy::Damage::Damaged), "{name}");
    }
}

#[test]
fn a_memory_with_any_bit_altered_is_damaged() {
    for (_, name, memory, _) in decisions() {
        for bit in 0..memory.len() * 8 {
            let mut altered = memory.clone();
            altered[bit / 8] ^= 1 << (bit % 8);
            let read = policy::Memory::from_bytes(&altered);
            assert_eq!(read, Err(policy::Damage::Damaged), "{name}, bit {bit}");
        }
    }
}

#[test]
fn a_memory_of_a_later_version_is_told_apart_from_a_damaged_one() {
    let mut later = policy::Memory::default().to_bytes();
    later[1] = policy::MEMORY_VERSION + 1;
    policy::sign_again(&mut later);
    let version = policy::MEMORY_VERSION + 1;
    assert_eq!(policy::Memory::from_bytes(&later), Err(policy::Damage::Newer(version)));

    for engine in engines() {
        let mut policy = engine.parse(WORKED_EXAMPLE, &sample::surroundings()).expect("a policy");
        let answer = policy.evaluate(&sample::ticket("t", "ventas"), &later, &Call::Tick(NINE));
        assert_eq!(answer, Err(CallError::Fault(Fault::MemoryNewer(version.into()))));
        // Hosts defer a failing ticket, so this is another one.
        let answer =
            policy.evaluate(&sample::ticket("u", "ventas"), &vec![1, 2, 3], &Call::Tick(NINE));
        assert_eq!(answer, Err(CallError::Fault(Fault::MemoryDamaged)));
    }
}

#[test]
fn no_bytes_make_the_reader_panic_and_none_but_its_own_are_read() {
    let mut rng = fastrand::Rng::with_seed(7);
    for _ in 0..200_000 {
        let mut bytes: Vec<u8> = (0..rng.usize(1..90)).map(|_| rng.u8(..)).collect();
        bytes[0] = 0xD5;
        if let Some(version) = bytes.get_mut(1) {
            *version = rng.u8(0..=policy::MEMORY_VERSION + 1);
        }
        if bytes.len() >= 6 {
            // Signed, so that the rest is decoded too.
            policy::sign_again(&mut bytes);
        }
        if let Ok(memory) = policy::Memory::from_bytes(&bytes) {
            let again = policy::Memory::from_bytes(&memory.to_bytes());
            assert_eq!(again, Ok(memory), "{bytes:02x?}");
        }
    }
}

/// Bytes with a valid signature of this version.
fn signed(version: u8, body: &[&[u8]]) -> Vec<u8> {
    let mut bytes = vec![0xD5, version, 0, 0, 0, 0];
    bytes.extend(body.concat());
    policy::sign_again(&mut bytes);
    bytes
}

fn is_read(bytes: &[u8]) -> bool {
    match policy::Memory::from_bytes(bytes) {
        Ok(_) => true,
        Err(policy::Damage::Damaged) => false,
        Err(policy::Damage::Newer(version)) => panic!("no version {version} was written here"),
    }
}

/// A valid checksum is not enough: nothing is accepted that no plugin wrote.
#[test]
fn signed_nonsense_is_damaged() {
    const SECOND: [u8; 6] = [0xE8, 3, 0, 0, 0, 0];
    // The last valid instant, and the one after it.
    const LAST: [u8; 6] = [0xFF, 0xDB, 0x1F, 0xD2, 0x77, 0xE6];
    const TOO_LATE: [u8; 6] = [0x00, 0xDC, 0x1F, 0xD2, 0x77, 0xE6];
    let id = [7_u8; 8];
    // Flags, the number of the cycle, the numbers of agents, pauses and ids; then the fields of the
    // flags.
    let two = |flags: u16, counts: [u8; 3], rest: &[&[u8]]| {
        let (flags, rest) = (flags.to_le_bytes(), rest.concat());
        is_read(&signed(2, &[&flags, &[1, 0, 0, 0], &counts, &rest]))
    };
    let many = |one: &[u8], n: usize| one.repeat(n);
    assert!(two(0, [0, 0, 0], &[]));
    assert!(!two(0, [0, 0, 0], &[&[0]]), "a byte too many");
    assert!(!is_read(&signed(0, &[&[0; 9]])), "there was no version 0");
    for unknown in [13, 14, 15] {
        assert!(!two(1 << unknown, [0, 0, 0], &[]), "flag {unknown} has no meaning");
    }
    // The maximum numbers.
    let agent = [SECOND.as_slice(), &[0]].concat();
    assert!(two(0, [4, 0, 0], &[&many(&agent, 4)]));
    assert!(!two(0, [5, 0, 0], &[&many(&agent, 5)]));
    let pause = [&[0], SECOND.as_slice()].concat();
    assert!(two(0, [0, 12, 0], &[&many(&pause, 12)]));
    assert!(!two(0, [0, 13, 0], &[&many(&pause, 13)]));
    assert!(two(0, [0, 0, 4], &[&many(&id, 4)]));
    assert!(!two(0, [0, 0, 5], &[&many(&id, 5)]));
    // Switches and codes.
    assert!(two(0, [1, 0, 0], &[&SECOND, &[1], &id]), "an agent with a number");
    assert!(!two(0, [1, 0, 0], &[&SECOND, &[2], &id]));
    let number = [1, 0, 0, 0];
    for failure in 0..=2 {
        assert!(two(1 << 6, [0, 0, 0], &[&number, &SECOND, &SECOND, &[failure]]));
    }
    assert!(!two(1 << 6, [0, 0, 0], &[&number, &SECOND, &SECOND, &[3]]));
    for source in 0..=5 {
        assert!(two(1 << 8, [0, 0, 0], &[&SECOND, &number, &[source]]));
    }
    assert!(!two(1 << 8, [0, 0, 0], &[&SECOND, &number, &[6]]));
    for kind in 0..=4 {
        assert!(two(0, [0, 1, 0], &[&[kind << 1], &SECOND]));
        assert!(two(0, [0, 1, 0], &[&[kind << 1 | 1], &SECOND, &SECOND]));
    }
    assert!(!two(0, [0, 1, 0], &[&[5 << 1], &SECOND]));
    // Pauses are kept in the order in which they began.
    assert!(two(0, [0, 2, 0], &[&[0], &[0; 6], &[0], &SECOND]));
    assert!(!two(0, [0, 2, 0], &[&[0], &SECOND, &[0], &[0; 6]]));
    // Times.
    assert!(two(1 << 7, [0, 0, 0], &[&LAST]));
    assert!(!two(1 << 7, [0, 0, 0], &[&TOO_LATE]));

    // Version 1 wrote times in eight bytes, with all bits set for none.
    let one = |flags: u8, customer: u64, agents: &[u64]| {
        let agents_count = [u8::try_from(agents.len()).unwrap()];
        let agents: Vec<u8> = agents.iter().flat_map(|at| at.to_le_bytes()).collect();
        let (customer, none) = (customer.to_le_bytes(), u64::MAX.to_le_bytes());
        is_read(&signed(
            1,
            &[&[flags], &[1, 0, 0, 0], &customer, &agents_count, &agents, &[0; 4], &none],
        ))
    };
    assert!(one(3, 1_000, &[2_000]));
    assert!(one(0, u64::MAX, &[]));
    assert!(one(0, 1_000, &[1, 2, 3, 4]));
    assert!(!one(0, 1_000, &[1, 2, 3, 4, 5]));
    assert!(!one(0, 1_000, &[u64::MAX]), "an agent's message without a time");
    assert!(!one(0, u64::MAX - 1, &[]), "a time before 1970");
    assert!(!one(0, 253_402_300_800_000, &[]), "a time after 9999");
}

/// Decoding gives what was encoded: every field, after any events.
#[test]
fn a_memory_survives_its_bytes() {
    for seed in 0..1_000 {
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut memory = policy::Memory::default();
        let config = if rng.bool() { WORKED_EXAMPLE } else { WITH_WAITING };
        let (policy, _) = policy::Policy::parse(config, &unknown_surroundings()).unwrap();
        let ticket = sample::PLAIN_TICKET;
        let mut now = NINE;
        for _ in 0..rng.usize(1..30) {
            now += rng.i64(0..600_000);
            let at = policy::Instant::from_millis(now).unwrap();
            let id = rng.bool().then(|| format!("id {}", rng.u8(0..9)));
            let sequence = rng.bool().then(|| rng.u64(0..99));
            let stamp = policy::Stamp { id: id.as_deref(), sequence, at, received: at };
            if rng.bool() {
                let author = [policy::Author::Customer, policy::Author::Agent][rng.usize(0..2)];
                let kinds =
                    [policy::Kind::Spoken, policy::Kind::MenuAnswer, policy::Kind::SurveyAnswer];
                let (kind, origin) = (kinds[rng.usize(0..3)], policy::Origin::Written);
                let message =
                    policy::Message { stamp, author, kind, origin, text: None, choice: None };
                policy.on_message(&ticket, &mut memory, &message);
            } else {
                let what = some_happening(&mut rng, at);
                policy.on_event(&ticket, &mut memory, &policy::Event { stamp, what });
            }
            let read = policy::Memory::from_bytes(&memory.to_bytes());
            assert_eq!(read.as_ref(), Ok(&memory), "seed {seed}");
            assert!(memory.to_bytes().len() < 512, "a memory has a largest size");
        }
    }
}

fn unknown_surroundings() -> policy::Surroundings<'static> {
    let (tick_resolution, exit) = (policy::Span::SECOND, policy::Exit::Unknown);
    policy::Surroundings { departments: None, tick_resolution, exit }
}

fn some_happening(rng: &mut fastrand::Rng, at: policy::Instant) -> policy::Happening<'static> {
    use policy::{FailureKind, Happening, PauseKind, Source, Step};
    const SOURCES: [Source; 6] = [
        Source::Agent,
        Source::Customer,
        Source::Inactivity,
        Source::Flow,
        Source::Api,
        Source::Other,
    ];
    const PAUSES: [PauseKind; 4] =
        [PauseKind::Hold, PauseKind::Snooze, PauseKind::Call, PauseKind::Queue];
    let later = at.plus(policy::Span::from_millis(rng.u64(0..1_000_000)));
    let step = match rng.u8(0..8) {
        0..4 => Step::Reminder(rng.u32(1..4)),
        4 => Step::Close,
        5 => Step::Reopen,
        6 => Step::AfterClose,
        _ => Step::Notify,
    };
    let key = policy::Key { ticket: "t", cycle: rng.u32(0..4), step: Some(step) };
    let (source, pause) = (SOURCES[rng.usize(0..6)], PAUSES[rng.usize(0..4)]);
    match rng.u8(0..15) {
        13 => Happening::VisitorLeft,
        14 => Happening::VisitorReturned,
        0..3 => Happening::CarriedOut(key),
        3 => Happening::Failed(key, FailureKind::Refused),
        4 => Happening::Failed(key, FailureKind::Blocked),
        5 => Happening::Typing,
        6 => Happening::Paused(pause, rng.bool().then_some(later)),
        7 => Happening::Resumed(pause),
        8 => Happening::Extended(policy::Span::MINUTE),
        9 => Happening::Closed(source),
        10 => Happening::Reopened(source),
        11 => Happening::Undelivered("id 3"),
        _ => Happening::Opened(source),
    }
}
