//! The policy of Despertador with a rule of our own.
//!
//! Policies are read, and messages and events are recorded, as the built-in plugin does it. Only what is
//! decided goes through `own`: change that file.

mod last_words;
mod own;

use despertador_plugin::contract::*;
use despertador_plugin::decisions::{self, Guest, GuestPolicy};
use despertador_plugin::translation;
use despertador_policy::Policy;

/// The component.
struct Component;

despertador_plugin::export!(Component);

/// A policy that a host has loaded.
struct Loaded {
    policy: Policy,
    warnings: Vec<Diagnostic>,
}

impl Guest for Component {
    type Policy = Loaded;

    fn describe() -> Description {
        let description = translation::describe(env!("CARGO_PKG_VERSION"));
        Description { name: env!("CARGO_PKG_NAME").into(), ..description }
    }
}

impl GuestPolicy for Loaded {
    fn parse(
        config: String,
        surroundings: Surroundings,
    ) -> Result<decisions::Policy, Vec<Diagnostic>> {
        last_words::leave();
        let (policy, warnings) = translation::parse(&config, &surroundings)?;
        Ok(decisions::Policy::new(Loaded { policy, warnings }))
    }

    fn warnings(&self) -> Vec<Diagnostic> {
        self.warnings.clone()
    }

    fn outline(&self, start: Instant) -> Outline {
        translation::outline(&self.policy, start)
    }

    fn on_message(
        &self,
        ticket: Ticket,
        memory: Memory,
        message: Message,
    ) -> Result<Update, Fault> {
        let update = translation::on_message(&self.policy, &ticket, memory, &message)?;
        Ok(Update { decision: own::decide(&ticket, update.decision), ..update })
    }

    fn on_event(&self, ticket: Ticket, memory: Memory, event: Event) -> Result<Update, Fault> {
        let update = translation::on_event(&self.policy, &ticket, memory, &event)?;
        Ok(Update { decision: own::decide(&ticket, update.decision), ..update })
    }

    fn on_tick(&self, ticket: Ticket, memory: Memory, now: Instant) -> Result<Decision, Fault> {
        let decision = translation::on_tick(&self.policy, &ticket, &memory, now)?;
        Ok(own::decide(&ticket, decision))
    }

    fn explain(
        &self,
        ticket: Ticket,
        memory: Memory,
        now: Instant,
        reader: Reader,
    ) -> Result<Explanation, Fault> {
        let explanation = translation::explain(&self.policy, &ticket, &memory, now, &reader)?;
        Ok(own::explain(&ticket, explanation))
    }
}
