//! What a conversation is played on: the component in its sandbox, or the policy crate itself.

use despertador_contract::{
    Diagnostic, Explanation, Instant, Memory, Outline, Reader, Surroundings, Ticket,
};
pub use despertador_host::{CallError, Evaluator};

/// Parses policies. Scenarios, logs and simulations run on any engine.
pub trait Engine {
    /// The engine's name in reports: `component`, `native`.
    fn name(&self) -> &str;

    /// Parses and checks a config.
    ///
    /// # Errors
    ///
    /// All problems of the config, or why the engine failed.
    fn parse(
        &self,
        config: &str,
        surroundings: &Surroundings,
    ) -> Result<Box<dyn Player>, ParseError>;
}

/// A checked policy that answers calls. The methods are those of the contract's `policy`.
#[allow(clippy::missing_errors_doc, reason = "each fails as `CallError` says")]
pub trait Player: Evaluator {
    /// The decision of a tick in words.
    fn explain(
        &mut self,
        ticket: &Ticket,
        memory: &Memory,
        now: Instant,
        reader: &Reader,
    ) -> Result<Explanation, CallError>;

    /// The policy as a table.
    fn outline(&mut self, start: Instant) -> Result<Outline, CallError>;

    /// Problems that somebody should check although the policy was accepted.
    fn warnings(&mut self) -> Result<Vec<Diagnostic>, CallError>;

    /// Discards the instance, as after a crash of the host; the next call creates a new one.
    fn restart(&mut self);

    /// The resources used so far, if the engine counts them.
    fn usage(&self) -> Option<Usage> {
        None
    }

    /// Fuel of the last call, if the engine counts it.
    fn fuel(&self) -> Option<u64> {
        None
    }
}

/// Why a policy could not be created.
#[derive(Debug, Clone, PartialEq)]
pub enum ParseError {
    /// The config has errors: all of its problems, including warnings.
    Refused(Vec<Diagnostic>),
    /// The engine failed; the text says why.
    Broken(String),
}

/// The maximum that a call has used of each limited resource, with its limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// The number of calls.
    pub calls: u64,
    /// Fuel of the most expensive call.
    pub fuel: Share,
    /// Peak of linear memory, in bytes.
    pub memory: Share,
    /// Input of the largest call, in bytes.
    pub input: Share,
    /// Output of the largest call, in bytes.
    pub output: Share,
}

/// A share of a limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Share {
    /// The used amount.
    pub used: u64,
    /// The limit; 0 means none.
    pub allowed: u64,
}

impl Share {
    /// The share in tenths of a percent.
    pub fn per_mille(&self) -> Option<u64> {
        self.used.saturating_mul(1000).checked_div(self.allowed)
    }

    /// The larger of two shares of one limit.
    #[must_use]
    pub fn max(self, other: Share) -> Share {
        Share { used: self.used.max(other.used), allowed: self.allowed.max(other.allowed) }
    }
}

impl Usage {
    /// Combines the usage of two runs.
    #[must_use]
    pub fn and(self, other: Usage) -> Usage {
        Usage {
            calls: self.calls.saturating_add(other.calls),
            fuel: self.fuel.max(other.fuel),
            memory: self.memory.max(other.memory),
            input: self.input.max(other.input),
            output: self.output.max(other.output),
        }
    }
}
