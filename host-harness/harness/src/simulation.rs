//! Random customers and agents on a virtual clock, and invariants that must hold whatever they do.
//!
//! Each ticket has its own script, generated from the seed and the ticket's number: messages and
//! events, late and repeated ones, crashes, clocks that go back, failed deliveries. A small host
//! plays it on the engine; after every answer the [`Invariant`]s are checked against what really
//! happened. They know the policy's table of steps and nothing about the plugin.

mod as_scenario;
mod invariant;
mod rules;
mod script;
mod shrink;
mod stage;
mod truth;
mod window;

use std::collections::BTreeMap;
use std::ops::Range;

use despertador_contract::{Instant, Surroundings};

pub use invariant::Invariant;

use crate::engine::{Engine, ParseError};
use despertador_contract::clock_face::MONDAY;
use rules::Rules;
use script::Script;
use stage::Stage;

/// A simulation of tickets under a policy.
#[derive(Debug, Clone)]
pub struct Simulation {
    policies: Vec<Policy>,
    surroundings: Surroundings,
    days: u32,
    seed: u64,
}

/// A policy of the tickets, and its table.
#[derive(Debug, Clone)]
pub(crate) struct Policy {
    pub(crate) config: String,
    pub(crate) rules: Rules,
}

/// The numbers of decisions, and the first violation.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    /// The number of played tickets.
    pub tickets: u64,
    /// The number of decisions that the host requested.
    pub decisions: u64,
    /// The number of further decisions that were requested to check the others.
    pub checks: u64,
    /// The number of the host's decisions per kind.
    pub kinds: BTreeMap<String, u64>,
    /// The number of accidents per kind.
    pub accidents: BTreeMap<&'static str, u64>,
    /// The first violation, if there is one.
    pub violation: Option<Violation>,
}

/// A violated invariant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The number of the ticket.
    pub ticket: u64,
    /// The invariant.
    pub invariant: Invariant,
    /// What was found.
    pub found: String,
    /// The shortest case found, as a scenario file.
    pub scenario: String,
}

impl Findings {
    /// Combines the findings of two parts of a simulation.
    #[must_use]
    pub fn and(mut self, other: Findings) -> Findings {
        self.tickets = self.tickets.saturating_add(other.tickets);
        self.decisions = self.decisions.saturating_add(other.decisions);
        self.checks = self.checks.saturating_add(other.checks);
        for (kind, count) in other.kinds {
            add(&mut self.kinds, kind, count);
        }
        for (kind, count) in other.accidents {
            add(&mut self.accidents, kind, count);
        }
        self.violation = match (self.violation, other.violation) {
            (Some(one), Some(two)) => Some(if one.ticket <= two.ticket { one } else { two }),
            (one, two) => one.or(two),
        };
        self
    }
}

pub(crate) fn add<K: Ord>(counts: &mut BTreeMap<K, u64>, kind: K, count: u64) {
    let slot = counts.entry(kind).or_default();
    *slot = slot.saturating_add(count);
}

impl Simulation {
    /// Prepares a simulation: tickets that open within this many days under a policy.
    ///
    /// Some tickets also go through a change of policy: to the same one without the last reminder
    /// of each rule, and back.
    ///
    /// # Errors
    ///
    /// The policy is refused, or the engine failed.
    pub fn new(
        engine: &dyn Engine,
        config: &str,
        surroundings: &Surroundings,
        days: u32,
        seed: u64,
    ) -> Result<Simulation, ParseError> {
        let mut policies = vec![Policy::new(engine, config, surroundings)?];
        if let Some(shorter) = rules::without_last_reminders(config)
            && let Ok(policy) = Policy::new(engine, &shorter, surroundings)
        {
            policies.push(policy);
        }
        Ok(Simulation { policies, surroundings: surroundings.clone(), days: days.max(1), seed })
    }

    /// Plays the tickets with these numbers, and stops at the first violation, which is shrunk.
    ///
    /// `progress` gets the number of tickets played since its last call, and returns whether to
    /// continue.
    ///
    /// # Errors
    ///
    /// The engine failed.
    pub fn run(
        &self,
        engine: &dyn Engine,
        tickets: Range<u64>,
        progress: &dyn Fn(u64) -> bool,
    ) -> Result<Findings, ParseError> {
        let mut stage = Stage::new(engine, self)?;
        let mut findings = Findings::default();
        for ticket in tickets {
            let script = self.script(ticket);
            if let Err(broken) = stage.play(&script, &mut findings) {
                findings.violation = Some(shrink::shrink(&mut stage, ticket, script, broken));
                return Ok(findings);
            }
            findings.tickets = findings.tickets.saturating_add(1);
            if !progress(1) {
                break;
            }
        }
        Ok(findings)
    }

    fn script(&self, ticket: u64) -> Script {
        let seed = self.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(ticket);
        Script::random(seed, ticket, self.start(), self.days, &self.policies)
    }

    fn start(&self) -> Instant {
        self.policies
            .iter()
            .filter_map(|policy| policy.rules.active_from)
            .fold(MONDAY, Instant::max)
    }
}

impl Policy {
    fn new(
        engine: &dyn Engine,
        config: &str,
        surroundings: &Surroundings,
    ) -> Result<Policy, ParseError> {
        let mut player = engine.parse(config, surroundings)?;
        let outline =
            player.outline(MONDAY).map_err(|error| ParseError::Broken(error.to_string()))?;
        Ok(Policy { config: config.into(), rules: Rules::new(&outline, config) })
    }
}
