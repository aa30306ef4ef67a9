//! The parsers of scenarios and event logs accept any text: they parse it or report problems.

use despertador_contract::event_log::EventLog;
use despertador_harness::scenario::ScenarioFile;

const MANUAL: &str = include_str!("../scenarios/format.md");
const LOG: &str = include_str!("../cli/files/log.jsonl");

#[test]
fn no_altered_scenario_file_makes_the_reader_fail() {
    for seed in 0..3000 {
        let text = altered(MANUAL, seed);
        if let Err(problems) = ScenarioFile::read("altered.md", &text, &|_| None) {
            let lines = text.lines().count();
            assert!(!problems.is_empty() && problems.iter().all(|p| (1..=lines).contains(&p.line)));
        }
    }
}

#[test]
fn no_altered_event_log_makes_the_reader_fail() {
    for seed in 0..3000 {
        let text = altered(LOG, seed);
        if let Err(problems) = EventLog::read("altered.jsonl", &text) {
            assert!(!problems.is_empty());
        }
    }
}

/// A text with some of its bytes changed, removed, inserted or repeated.
fn altered(text: &str, seed: u64) -> String {
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..rng.usize(1..20) {
        let place = rng.usize(0..bytes.len().max(1));
        let length = rng.usize(0..30);
        let end = place.saturating_add(length).min(bytes.len());
        match rng.u32(0..4) {
            0 => drop(bytes.drain(place..end)),
            1 => bytes.insert(place, rng.u8(..)),
            2 => {
                let part: Vec<u8> = bytes.drain(place..end).collect();
                let at = rng.usize(0..=bytes.len());
                bytes.splice(at..at, part);
            }
            _ => {
                const PARTS: [&str; 9] =
                    ["\"", "→", "```", "(", "{", "\n", "«", "-> ", "99999999999"];
                let part = rng.choice(PARTS).unwrap_or_default();
                bytes.splice(place..place, part.bytes());
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
