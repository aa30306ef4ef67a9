//! What plays a conversation: the component in its sandbox, or the policy crate itself.

use despertador_contract::{
    Diagnostic, Explanation, Instant, Memory, Outline, Reader, Surroundings, Ticket,
};
pub use despertador_host::{CallError, Evaluator};

/// Something that can read a policy. Scenarios, logs and simulations run on any.
pub trait Engine {
    /// The engine's name in reports: `component`, `native`.
    fn name(&self) -> &str;

    /// Reads and checks a config.
    ///
    /// # Errors
    ///
    /// All problems of the config, or why the engine could not be asked.
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

    /// What somebody should look at although the policy was accepted.
    fn warnings(&mut self) -> Result<Vec<Diagnostic>, CallError>;

    /// Throws the instance away, as a crash of the host would; the next call makes a new one.
    fn restart(&mut self);

    /// What the calls have cost so far, where the engine counts it.
    fn usage(&self) -> Option<Usage> {
        None
    }
}

/// Why there is no policy.
#[derive(Debug, Clone, PartialEq)]
pub enum ParseError {
    /// The config has errors: all of its problems, warnings included.
    Refused(Vec<Diagnostic>),
    /// The engine could not be asked; the sentence says why.
    Broken(String),
}

/// The most that one call has taken of each thing that is limited, beside its limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// How many calls were made.
    pub calls: u64,
    /// Fuel of the dearest call.
    pub fuel: Share,
    /// Bytes of linear memory at the peak.
    pub memory: Share,
    /// Bytes given in the largest call.
    pub input: Share,
    /// Bytes returned by the largest call.
    pub output: Share,
}

/// A part of what is allowed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Share {
    /// What was taken.
    pub used: u64,
    /// What may be taken; 0 means without limit.
    pub allowed: u64,
}

impl Share {
    /// Tenths of a percent of the limit.
    pub fn per_mille(&self) -> Option<u64> {
        self.used.saturating_mul(1000).checked_div(self.allowed)
    }

    /// The larger use of two, under one limit.
    #[must_use]
    pub fn max(self, other: Share) -> Share {
        Share { used: self.used.max(other.used), allowed: self.allowed.max(other.allowed) }
    }
}

impl Usage {
    /// The use of two runs together.
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
