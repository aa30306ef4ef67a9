//! The component in its sandbox as an engine.

use despertador_contract::{
    Call, Decision, Diagnostic, Explanation, Instant, Memory, Outline, Reader, Surroundings, Ticket,
};
use despertador_host as host;

use crate::engine::{CallError, Engine, Evaluator, ParseError, Player, Share, Usage};

/// A plugin that a host has loaded.
#[derive(Debug, Clone)]
pub struct Sandboxed {
    plugin: host::Plugin,
}

impl Sandboxed {
    /// An engine for this plugin.
    pub fn new(plugin: host::Plugin) -> Sandboxed {
        Sandboxed { plugin }
    }

    /// The plugin.
    pub fn plugin(&self) -> &host::Plugin {
        &self.plugin
    }
}

impl Engine for Sandboxed {
    fn name(&self) -> &'static str {
        "component"
    }

    fn parse(
        &self,
        config: &str,
        surroundings: &Surroundings,
    ) -> Result<Box<dyn Player>, ParseError> {
        // A failure in one scenario must not affect the next.
        self.plugin.release();
        match self.plugin.policy(config, surroundings) {
            Ok(policy) => Ok(Box::new(SandboxedPolicy {
                policy,
                restarted: false,
                usage: Usage::default(),
                fuel: None,
            })),
            Err(host::PolicyError::Refused(problems)) => Err(ParseError::Refused(problems)),
            Err(host::PolicyError::Call(error)) => Err(ParseError::Broken(error.to_string())),
        }
    }
}

/// A policy of the plugin, with the resources that its calls have used.
struct SandboxedPolicy {
    policy: host::Policy,
    restarted: bool,
    usage: Usage,
    /// Of the last call.
    fuel: Option<u64>,
}

impl SandboxedPolicy {
    fn ask<R>(
        &mut self,
        call: impl FnOnce(&mut host::Session<'_>) -> Result<R, CallError>,
    ) -> Result<R, CallError> {
        let mut session = if std::mem::take(&mut self.restarted) {
            self.policy.fresh_session()
        } else {
            self.policy.session()
        };
        let answer = call(&mut session);
        let used = session.usage();
        self.fuel = Some(used.fuel.used);
        self.usage = self.usage.and(Usage {
            calls: 1,
            fuel: Share { used: used.fuel.used, allowed: used.fuel.limit },
            memory: Share { used: used.memory.used, allowed: used.memory.limit },
            input: Share { used: wide(used.input_bytes), allowed: 0 },
            output: Share { used: used.output.used, allowed: used.output.limit },
        });
        answer
    }
}

impl Evaluator for SandboxedPolicy {
    fn evaluate(
        &mut self,
        ticket: &Ticket,
        memory: &Memory,
        call: &Call,
    ) -> Result<(Option<Memory>, Decision), CallError> {
        self.ask(|session| session.evaluate(ticket, memory, call))
    }

    fn blame(&mut self, ticket: &Ticket, now: Instant, error: &CallError) {
        (&self.policy).blame(ticket, now, error);
    }
}

impl Player for SandboxedPolicy {
    fn explain(
        &mut self,
        ticket: &Ticket,
        memory: &Memory,
        now: Instant,
        reader: &Reader,
    ) -> Result<Explanation, CallError> {
        self.ask(|session| session.explain(ticket, memory, now, reader))
    }

    fn outline(&mut self, start: Instant) -> Result<Outline, CallError> {
        self.ask(|session| session.outline(start))
    }

    fn warnings(&mut self) -> Result<Vec<Diagnostic>, CallError> {
        Ok(self.policy.warnings().to_vec())
    }

    fn restart(&mut self) {
        self.restarted = true;
    }

    fn usage(&self) -> Option<Usage> {
        Some(self.usage)
    }

    fn fuel(&self) -> Option<u64> {
        self.fuel
    }
}

fn wide(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
