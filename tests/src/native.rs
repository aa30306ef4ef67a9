//! The policy crate without a sandbox as an engine, to be compared with the component.

use despertador_contract::{
    Call, Decision, Diagnostic, Event, Explanation, Instant, Memory, Message, Outline, Reader,
    Surroundings, Ticket, Update,
};
use despertador_harness::{CallError, Engine, Evaluator, ParseError, Player};
use despertador_policy::Policy;

use despertador_contract as contract;

// The plugin's own translation, compiled against the host's side of the contract, so that only
// the sandbox and its bindings differ between the two engines.
#[path = "../../plugin/src/translation.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    reason = "a native policy is not asked to describe itself, and has no outside"
)]
mod translation;

/// The policy crate.
#[derive(Debug, Clone, Copy, Default)]
pub struct Native;

impl Engine for Native {
    fn name(&self) -> &'static str {
        "native"
    }

    fn parse(
        &self,
        config: &str,
        surroundings: &Surroundings,
    ) -> Result<Box<dyn Player>, ParseError> {
        NativePolicy::parse(config, surroundings)
            .map(|policy| Box::new(policy) as Box<dyn Player>)
            .map_err(ParseError::Refused)
    }
}

/// A policy of the policy crate with the contract's types.
#[derive(Debug, Clone)]
pub struct NativePolicy {
    policy: Policy,
    warnings: Vec<Diagnostic>,
}

impl NativePolicy {
    /// Parses and checks a config.
    ///
    /// # Errors
    ///
    /// All problems of the config.
    pub fn parse(
        config: &str,
        surroundings: &Surroundings,
    ) -> Result<NativePolicy, Vec<Diagnostic>> {
        let (policy, warnings) = translation::parse(config, surroundings)?;
        Ok(NativePolicy { policy, warnings })
    }

    /// The policy itself.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }
}

impl NativePolicy {
    /// `on-message` of the contract.
    ///
    /// # Errors
    ///
    /// The fault of the policy.
    pub fn on_message(
        &self,
        ticket: &Ticket,
        memory: &Memory,
        message: &Message,
    ) -> Result<Update, CallError> {
        translation::on_message(&self.policy, ticket, memory.clone(), message)
            .map_err(CallError::Fault)
    }

    /// `on-event` of the contract.
    ///
    /// # Errors
    ///
    /// The fault of the policy.
    pub fn on_event(
        &self,
        ticket: &Ticket,
        memory: &Memory,
        event: &Event,
    ) -> Result<Update, CallError> {
        translation::on_event(&self.policy, ticket, memory.clone(), event).map_err(CallError::Fault)
    }

    /// `on-tick` of the contract.
    ///
    /// # Errors
    ///
    /// The fault of the policy.
    pub fn on_tick(
        &self,
        ticket: &Ticket,
        memory: &Memory,
        now: Instant,
    ) -> Result<Decision, CallError> {
        translation::on_tick(&self.policy, ticket, memory, now).map_err(CallError::Fault)
    }
}

impl Evaluator for NativePolicy {
    fn evaluate(
        &mut self,
        ticket: &Ticket,
        memory: &Memory,
        call: &Call,
    ) -> Result<(Option<Memory>, Decision), CallError> {
        let update = match call {
            Call::Message(message) => self.on_message(ticket, memory, message)?,
            Call::Event(event) => self.on_event(ticket, memory, event)?,
            Call::Tick(now) => return Ok((None, self.on_tick(ticket, memory, *now)?)),
        };
        Ok((Some(update.memory), update.decision))
    }
}

impl Player for NativePolicy {
    fn explain(
        &mut self,
        ticket: &Ticket,
        memory: &Memory,
        now: Instant,
        reader: &Reader,
    ) -> Result<Explanation, CallError> {
        translation::explain(&self.policy, ticket, memory, now, reader).map_err(CallError::Fault)
    }

    fn outline(&mut self, start: Instant) -> Result<Outline, CallError> {
        Ok(translation::outline(&self.policy, start))
    }

    fn warnings(&mut self) -> Result<Vec<Diagnostic>, CallError> {
        Ok(self.warnings.clone())
    }

    /// There is no instance to discard.
    fn restart(&mut self) {}
}
