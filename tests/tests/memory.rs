//! The bytes of a ticket's memory: every version ever written is read, and nothing else is.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

use despertador_harness::{CallError, Player};
use despertador_host::contract::{Author, Fault, Memory, Outcome, Step};
use despertador_policy as policy;
use despertador_tests::engines::engines;
use despertador_tests::native::NativePolicy;
use despertador_tests::sample;

/// What the first plugins wrote for the worked example of 9:00 to 9:15, a name and bytes a line.
const VERSION_1: &str = include_str!("../fixtures/memory/version-1.txt");
/// What the plugins since then write.
const VERSION_2: &str = include_str!("../fixtures/memory/version-2.txt");

const WORKED_EXAMPLE: &str = r#"{ "rules": [ { "departments": "any", "close-after": "15 min",
    "reminders": [ { "after": "10 min", "text": "a" }, { "after": "1 min", "text": "b" },
                   { "after": "3 min", "text": "c" } ] } ] }"#;

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

/// What is decided at an hour when everything is overdue, for each of the fixtures.
const DECIDED_AT_NOON: [(&str, &str); 7] = [
    ("customer-wrote", "rest"),
    ("agent-answered", "reminder 1"),
    ("reminder-1-sent", "reminder 2"),
    ("reminder-2-failed", "rest"),
    ("reminder-3-sent", "close"),
    ("closed", "rest"),
    ("closed-too-early", "reopen"),
];

#[test]
fn memories_of_every_version_are_read_and_lead_to_the_same_decisions() {
    let ticket = sample::ticket("t", "ventas");
    for (engine, text) in
        engines().iter().flat_map(|e| [VERSION_1, VERSION_2].map(|text| (e.clone(), text)))
    {
        let mut policy = engine.parse(WORKED_EXAMPLE, &sample::surroundings()).expect("a policy");
        let blobs = blobs(text);
        assert_eq!(blobs.len(), DECIDED_AT_NOON.len());
        for ((name, memory), (expected_name, expected)) in blobs.iter().zip(DECIDED_AT_NOON) {
            assert_eq!(*name, expected_name);
            let noon = NINE + 3 * 3_600_000;
            let decision = policy.on_tick(&ticket, memory, noon).expect("the memory is read");
            let decided = match decision.outcome {
                Outcome::Rest => "rest".into(),
                Outcome::Act(action) => match action.key.step {
                    Step::Reminder(n) => format!("reminder {n}"),
                    step => format!("{step:?}").trim_start_matches("Step::").to_lowercase(),
                },
                other => format!("{other:?}"),
            };
            assert_eq!(decided, expected, "{name}, version {}", memory[1]);
        }
    }
}

#[test]
fn a_memory_is_written_again_in_the_newest_version() {
    let mut native =
        NativePolicy::parse(WORKED_EXAMPLE, &sample::surroundings()).expect("a policy");
    let ticket = sample::ticket("t", "ventas");
    for ((name, old), (_, new)) in blobs(VERSION_1).into_iter().zip(blobs(VERSION_2)) {
        assert_eq!(old[1], 1);
        assert_eq!(new[1], 2);
        // A customer's message that is older than all that is known leaves the state as it is.
        let stray = sample::message(Author::Customer, NINE - 60_000);
        let written = native.on_message(&ticket, &old, &stray).expect("read").memory;
        let expected = native.on_message(&ticket, &new, &stray).expect("read").memory;
        assert_eq!(written, expected, "{name}");
        assert_eq!(written[1], policy::MEMORY_VERSION);
    }
}

#[test]
fn a_truncated_memory_is_damaged_at_every_length() {
    for (name, memory) in blobs(VERSION_1).into_iter().chain(blobs(VERSION_2)) {
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
    for (name, memory) in blobs(VERSION_1).into_iter().chain(blobs(VERSION_2)) {
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
        let answer = policy.on_tick(&sample::ticket("t", "ventas"), &later, NINE);
        assert_eq!(answer, Err(CallError::Fault(Fault::MemoryNewer(version.into()))));
        // A host lets a failing ticket rest for a while: here is another one.
        let answer = policy.on_tick(&sample::ticket("u", "ventas"), &vec![1, 2, 3], NINE);
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
            *version = rng.u8(0..4);
        }
        if bytes.len() >= 6 {
            // Signed, so that what lies behind the checksum is read too.
            policy::sign_again(&mut bytes);
        }
        if let Ok(memory) = policy::Memory::from_bytes(&bytes) {
            let again = policy::Memory::from_bytes(&memory.to_bytes());
            assert_eq!(again, Ok(memory), "{bytes:02x?}");
        }
    }
}
