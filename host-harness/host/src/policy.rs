//! A policy of one account, and calls about tickets under it.

use std::fmt;
use std::sync::Arc;

use crate::call_error::CallError;
use crate::health::Health;
use crate::plugin::Plugin;
use crate::purity::{self, Call, Impurity, Proof};
use crate::session::Session;
use despertador_contract::{
    Decision, Diagnostic, Event, Explanation, Instant, Memory, Message, Outline, Reader,
    Surroundings, Ticket, Update,
};

/// A checked policy. Cheap to clone; any number of threads may use it concurrently.
///
/// Its methods find an instance for each call. For many calls use a [`session`](Self::session).
#[derive(Clone)]
pub struct Policy {
    pub(crate) checked: Arc<Checked>,
}

/// State shared by all clones of a policy.
pub(crate) struct Checked {
    pub(crate) id: u64,
    pub(crate) plugin: Plugin,
    /// The health of its account under this plugin.
    pub(crate) health: Arc<Health>,
    pub(crate) config: Box<str>,
    pub(crate) surroundings: Surroundings,
    pub(crate) warnings: Vec<Diagnostic>,
}

impl Policy {
    /// Problems that somebody should check although the policy is accepted.
    #[must_use]
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.checked.warnings
    }

    /// The config from which it was parsed.
    #[must_use]
    pub fn config(&self) -> &str {
        &self.checked.config
    }

    /// The plugin that parsed it.
    #[must_use]
    pub fn plugin(&self) -> &Plugin {
        &self.checked.plugin
    }

    /// One instance for many calls, which is faster.
    #[must_use]
    pub fn session(&self) -> Session<'_> {
        Session::new(self)
    }

    /// A session on a new instance, as after a crash.
    #[must_use]
    pub fn fresh_session(&self) -> Session<'_> {
        Session::fresh(self)
    }

    /// The policy as a table, with the instant of each step if the clock starts at `start`.
    ///
    /// # Errors
    ///
    /// If the plugin fails.
    pub fn outline(&self, start: Instant) -> Result<Outline, CallError> {
        self.session().outline(start)
    }

    /// Records a message: returns the new memory and the decision for the instant of receipt.
    ///
    /// # Errors
    ///
    /// See [`CallError`]; the ticket is unchanged.
    pub fn on_message(
        &self,
        ticket: &Ticket,
        memory: &Memory,
        message: &Message,
    ) -> Result<Update, CallError> {
        self.session().on_message(ticket, memory, message)
    }

    /// Records an event: returns the new memory and the decision for the instant at which the host
    /// learned of it.
    ///
    /// # Errors
    ///
    /// See [`CallError`]; the ticket is unchanged.
    pub fn on_event(
        &self,
        ticket: &Ticket,
        memory: &Memory,
        event: &Event,
    ) -> Result<Update, CallError> {
        self.session().on_event(ticket, memory, event)
    }

    /// Returns what is due now. Changes nothing; may be called at any time.
    ///
    /// # Errors
    ///
    /// See [`CallError`].
    pub fn on_tick(
        &self,
        ticket: &Ticket,
        memory: &Memory,
        now: Instant,
    ) -> Result<Decision, CallError> {
        self.session().on_tick(ticket, memory, now)
    }

    /// The decision of [`on_tick`](Self::on_tick) in words.
    ///
    /// # Errors
    ///
    /// See [`CallError`].
    pub fn explain(
        &self,
        ticket: &Ticket,
        memory: &Memory,
        now: Instant,
        reader: &Reader,
    ) -> Result<Explanation, CallError> {
        self.session().explain(ticket, memory, now, reader)
    }

    /// Makes a call on a used instance and on two fresh ones, and compares the answers and the fuel
    /// of the fresh ones. This detects plugins that keep state between calls.
    ///
    /// # Errors
    ///
    /// [`Impurity::Differs`] if the answers differ, [`Impurity::Call`] if a call fails.
    pub fn prove_pure(&self, call: &Call<'_>) -> Result<Proof, Impurity> {
        purity::prove(self, call)
    }
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policy").field("config", &self.checked.config).finish_non_exhaustive()
    }
}
