//! `docs/policy.md` names everything a policy can say. What that is, the product tells itself: the
//! help of an unknown key or word lists the known ones.

use std::collections::BTreeSet;

use despertador_policy::{Code, Exit, Language, Policy, Span, Surroundings};
use despertador_tests::scenario_files::repository;

fn documentation() -> String {
    std::fs::read_to_string(repository().join("docs/policy.md"))
        .expect("the documentation is there")
}

/// What stands between backticks in the help of a config's problems.
fn offered(config: &str) -> BTreeSet<String> {
    let surroundings =
        Surroundings { departments: None, tick_resolution: Span::SECOND, exit: Exit::Unknown };
    let problems = Policy::parse(config, &surroundings).expect_err("a mistake on purpose");
    let mut words = BTreeSet::new();
    for problem in
        problems.iter().filter(|p| matches!(p.code, Code::UnknownKey | Code::UnknownWord))
    {
        let help = problem.help(Language::En);
        words.extend(help.split('`').skip(1).step_by(2).map(str::to_owned));
    }
    words
}

#[test]
fn every_key_and_word_is_named() {
    let strange = r#"{
        "§": 0, "language": "§", "channel": "§", "groups": "§",
        "activation": { "§": 0, "from": "2026-05-04T09:00:00Z", "backlog": "§" },
        "budget": { "§": 0 },
        "schedules": { "a": { "§": 0, "open": { "mon": "09:00-18:00" }, "holidays": [ { "§": 0 } ] } },
        "sending-windows": { "b": { "§": 0, "close": "§" } },
        "rules": [ {
            "§": 0, "departments": "any", "count-from": "§", "catch-up": "§", "on-failed-reminder": "§",
            "snooze": "§", "after-reopening": "§", "typing": { "§": 0 },
            "outside-channel-window": "§", "when-left-out": "§",
            "reminders": [ { "§": 0, "image": { "§": 0 }, "template": { "§": 0 },
                "quick-replies": [ { "§": 0, "text": "a", "effect": "§" } ] } ],
            "close": { "§": 0, "incomplete-metadata": "§", "survey": "§", "unassign-after": ["§"] }
        }, { "departments": ["a"], "on-failed-reminder": { "§": 0 } } ],
        "replies": [ { "§": 0, "departments": "any", "signature": "§",
            "events": { "§": 0, "call-missed": { "§": 0, "when": "§" } } } ] }"#;
    let offered = offered(strange);
    assert!(offered.len() > 120, "{offered:?}");
    let text = documentation();
    let missing: Vec<&String> =
        offered.iter().filter(|word| !text.contains(&format!("`{word}`"))).collect();
    assert!(missing.is_empty(), "docs/policy.md does not name {missing:?}");
}

#[test]
fn every_problem_is_named() {
    let text = documentation();
    let missing: Vec<&str> = Code::ALL
        .iter()
        .map(|code| code.name())
        .filter(|name| !text.contains(&format!("`{name}`")))
        .collect();
    assert!(missing.is_empty(), "docs/policy.md does not name {missing:?}");
}
