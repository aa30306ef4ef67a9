//! Random conversations with fixed seeds, in the sandbox and natively.

use despertador_harness::facts;
use despertador_harness::simulation::{Findings, Simulation};
use despertador_tests::engines::engines;

/// Every way to count and to catch up, side by side.
const POLICY: &str = r#"{
  "version": "simulated",
  "exempt-tags": ["vip"],
  "rules": [
    {
      "departments": ["soporte"],
      "close-after": "15 min",
      "reminders": [
        { "after": "10 min", "text": "¿Sigues allí?" },
        { "after": "1 min", "text": "Parece que te fuiste" },
        { "after": "3 min", "text": "Hasta luego" }
      ]
    },
    {
      "departments": ["ventas"],
      "count-from": "first-unanswered-agent-message",
      "close-after": "1 h",
      "reminders": [
        { "after": "20 min", "text": "¿Sigues allí?" },
        { "before-close": "10 min", "text": "Vamos a cerrar" }
      ],
      "catch-up": "last-only",
      "on-failed-reminder": "go-on",
      "snooze": "start-on-wake"
    },
    {
      "departments": ["cobranza"],
      "count-from": "last-customer-message",
      "close-after": "2 h",
      "reminders": [{ "after": "1 h", "text": "¿Sigues allí?" }],
      "snooze": "ignore",
      "after-reopening": "on-customer-reply",
      "close": { "incomplete-metadata": "hold-and-notify" }
    },
    { "departments": "any", "close-after": "2 days" }
  ]
}"#;

#[test]
fn every_promise_is_kept_with_the_first_seed() {
    keeps_every_promise(1);
}

#[test]
fn every_promise_is_kept_with_the_second_seed() {
    keeps_every_promise(2);
}

#[test]
fn every_promise_is_kept_with_the_third_seed() {
    keeps_every_promise(3);
}

fn keeps_every_promise(seed: u64) {
    for engine in engines() {
        let simulation =
            Simulation::new(engine.as_ref(), POLICY, &facts::no_surroundings(), 30, seed)
                .expect("the policy is accepted");
        let Findings { violation, decisions, .. } =
            simulation.run(engine.as_ref(), 0..400, &|_| true).expect("the engine answers");
        if let Some(violation) = violation {
            let (engine, ticket) = (engine.name(), violation.ticket);
            panic!("{engine}, seed {seed}, ticket {ticket}:\n\n{}", violation.scenario);
        }
        assert!(decisions > 1000, "only {decisions} decisions were made");
    }
}
