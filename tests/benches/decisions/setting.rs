//! The tickets, messages and policies that are measured.

use std::path::PathBuf;

use despertador_component::COMPONENT;
use despertador_contract::{
    Author, Decision, Event, Memory, Message, Outcome, Surroundings, Ticket,
};
use despertador_host::{Cache, Host, Options, Plugin, Policy};
use despertador_tests::sample::{self, MINUTE, START};

pub(crate) use despertador_tests::sample::{CONFIG, surroundings};

/// How many facts tickets and messages have.
#[derive(Clone, Copy)]
pub(crate) enum Shape {
    /// The ticket's id and its department.
    Lean,
    /// Also tags, agent, locale and zone; ids, sequences and texts of messages.
    Full,
}

impl Shape {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Lean => "lean",
            Self::Full => "full",
        }
    }

    pub(crate) fn ticket(self) -> Ticket {
        let ticket = sample::ticket("4711", "support");
        match self {
            Self::Lean => Ticket { agent: None, locale: None, ..ticket },
            Self::Full => Ticket {
                tags: vec!["vip".into(), "factura".into(), "segundo-contacto".into()],
                customer_zone: Some("America/Bogota".into()),
                ..ticket
            },
        }
    }

    /// A conversation's message with this number.
    pub(crate) fn message(self, number: u64, author: Author, minute: i64) -> Message {
        let message = sample::message(author, START.saturating_add(minute.saturating_mul(MINUTE)));
        match self {
            Self::Lean => message,
            Self::Full => Message {
                id: Some(format!("wamid.HBgNNTczMDAxMjM0NTY3FQIAERgS{number:08}")),
                sequence: Some(number),
                text: Some("¿Puede reiniciar el equipo y decirme qué ve en la pantalla?".into()),
                ..message
            },
        }
    }
}

/// The instant this many minutes after the start.
pub(crate) fn minute(minute: i64) -> i64 {
    START.saturating_add(minute.saturating_mul(MINUTE))
}

/// A policy with a rule for each of this many departments.
pub(crate) fn departments(count: usize) -> String {
    let rule = |number: usize| {
        format!(
            r#"{{ "departments": ["department-{number:03}"], "count-from": "last-agent-message",
                "close-after": "15 min", "reminders": [ {{ "after": "10 min", "text": "¿Sigues allí?" }} ] }}"#
        )
    };
    let rules: Vec<String> = (0..count).map(rule).collect();
    format!(r#"{{ "version": "2026-11", "language": "es", "rules": [ {} ] }}"#, rules.join(",\n"))
}

/// A folder for compiled code, deleted after the benchmark.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(std::env::temp_dir().join(format!("despertador-bench-{}", std::process::id())))
    }

    pub(crate) fn options(&self) -> Options {
        Options { cache: Cache::At(self.0.clone()), ..Options::default() }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The plugin on a host with default limits.
pub(crate) fn plugin() -> Result<Plugin, Box<dyn std::error::Error>> {
    Ok(Host::new(Options::default())?.load_bytes(COMPONENT)?)
}

/// The memory of a ticket without events.
pub(crate) fn nothing() -> Memory {
    Memory::new()
}

/// Asserts that a decision waits until this instant.
pub(crate) fn assert_waits(decision: &Decision, until: i64) {
    assert!(
        matches!(&decision.outcome, Outcome::Wait(wake) if wake.until == until),
        "{decision:?}"
    );
}

/// Asserts that a decision is this action.
pub(crate) fn assert_acts(decision: &Decision, key: &str) {
    assert!(
        matches!(&decision.outcome, Outcome::Act(action) if action.key.to_string() == key),
        "{decision:?}"
    );
}

/// The policy on the policy crate.
pub(crate) fn native(config: &str) -> despertador_tests::native::NativePolicy {
    let surroundings: Surroundings = surroundings();
    despertador_tests::native::NativePolicy::parse(config, &surroundings).expect("a valid config")
}

/// The memory after the due action was carried out.
pub(crate) fn carried_out(
    policy: &Policy,
    ticket: &Ticket,
    memory: &Memory,
    now: i64,
) -> Result<Memory, despertador_host::CallError> {
    let decision = policy.on_tick(ticket, memory, now)?;
    let Outcome::Act(action) = decision.outcome else { panic!("nothing is due: {decision:?}") };
    Ok(policy.on_event(ticket, memory, &Event::carried_out(action.key, now))?.memory)
}
