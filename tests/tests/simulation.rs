//! Random conversations with fixed seeds, in the sandbox and natively.

use despertador_component::COMPONENT;
use despertador_harness::component::Sandboxed;
use despertador_harness::simulation::{Findings, Simulation};
use despertador_harness::{Engine, facts};
use despertador_host::{Host, Options};
use despertador_tests::native::Native;

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
fn the_component_keeps_every_promise() {
    let host = Host::new(Options::default()).expect("a host");
    let plugin = host.load_bytes(COMPONENT).expect("the built-in plugin");
    keeps_every_promise(&Sandboxed::new(plugin));
}

#[test]
fn the_policy_keeps_every_promise_natively() {
    keeps_every_promise(&Native);
}

fn keeps_every_promise(engine: &dyn Engine) {
    for seed in [1, 2, 3] {
        let simulation = Simulation::new(engine, POLICY, &facts::no_surroundings(), 30, seed)
            .expect("the policy is accepted");
        let Findings { violation, decisions, .. } =
            simulation.run(engine, 0..400, &|_| true).expect("the engine answers");
        if let Some(violation) = violation {
            panic!("seed {seed}, ticket {}:\n\n{}", violation.ticket, violation.scenario);
        }
        assert!(decisions > 1000, "only {decisions} decisions were made");
    }
}
