//! The rules that every plugin owes, shown on plugins that keep and that break them.

use despertador_harness::conformance::{RULES, Verdict};
use despertador_host::{Host, Limits, Options, Policy};
use despertador_tests::sample::{CONFIG, surroundings};

const HOSTILE: &[u8] =
    include_bytes!(concat!(env!("OUT_DIR"), "/despertador-hostile.names.component.wasm"));

fn policy(component: &[u8], config: &str) -> Policy {
    let limits = Limits { fuel: 5_000_000, ..Limits::default() };
    let host = Host::new(Options { limits, ..Options::default() }).expect("a host");
    let plugin = host.load_bytes(component).expect("a plugin");
    plugin.policy(config, &surroundings()).expect("a policy")
}

#[test]
fn the_built_in_plugin_keeps_every_rule_that_a_plugin_owes() {
    let policy = policy(despertador_component::COMPONENT, CONFIG);
    for rule in RULES {
        assert_eq!(rule.show(&policy), Verdict::Held, "{}", rule.id);
    }
}

#[test]
fn what_a_policy_gives_no_occasion_for_is_not_called_kept() {
    let reminds = r#"{ "rules": [ { "departments": "any",
        "reminders": [ { "after": "10 min", "text": "¿Sigues allí?" } ] } ] }"#;
    let policy = policy(despertador_component::COMPONENT, reminds);
    for rule in RULES {
        let verdict = rule.show(&policy);
        let is_about_the_close = ["warned-close", "failed-close"].contains(&rule.id);
        assert_eq!(matches!(verdict, Verdict::NotShown(_)), is_about_the_close, "{verdict:?}");
    }
}

#[test]
fn a_plugin_that_keeps_nothing_in_mind_breaks_rules_and_is_told_how() {
    // It waits for the close whatever happens to the ticket, and takes every memory for good.
    let policy = policy(HOSTILE, "{}");
    let broken: Vec<&str> = RULES
        .iter()
        .filter_map(|rule| match rule.show(&policy) {
            Verdict::Broken { rule, found, conversation } => {
                assert!(!found.is_empty() && !conversation.is_empty());
                rule
            }
            Verdict::Held | Verdict::NotShown(_) => None,
        })
        .collect();
    assert!(broken.contains(&"damaged-memory"), "{broken:?}");
    assert!(broken.contains(&"explained-decision"), "{broken:?}");
}
