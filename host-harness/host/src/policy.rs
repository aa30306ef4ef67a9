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

/// A checked policy. Cheap to clone; may be asked by any number of threads at one time.
///
/// Its methods find an instance for each call. Who has many calls to make takes a
/// [`session`](Self::session).
#[derive(Clone)]
pub struct Policy {
    pub(crate) checked: Arc<Checked>,
}

/// What all clones of a policy share.
pub(crate) struct Checked {
    pub(crate) id: u64,
    pub(crate) plugin: Plugin,
    /// Of its account under this plugin.
    pub(crate) health: Arc<Health>,
    pub(crate) config: Box<str>,
    pub(crate) surroundings: Surroundings,
    pub(crate) warnings: Vec<Diagnostic>,
}

impl Policy {
    /// What somebody should look at although the policy is accepted.
    #[must_use]
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.checked.warnings
    }

    /// The config it was read from.
    #[must_use]
    pub fn config(&self) -> &str {
        &self.checked.config
    }

    /// The plugin that read it.
    #[must_use]
    pub fn plugin(&self) -> &Plugin {
        &self.checked.plugin
    }

    /// One instance for many calls: the fast way.
    #[must_use]
    pub fn session(&self) -> Session<'_> {
        Session::new(self)
    }

    /// A session on an instance that nobody has used before, as after a crash.
    #[must_use]
    pub fn fresh_session(&self) -> Session<'_> {
        Session::fresh(self)
    }

    /// The policy as a table, with the instant of each step if the clock starts at `start`.
    ///
    /// # Errors
    ///
    /// When the plugin fails.
    pub fn outline(&self, start: Instant) -> Result<Outline, CallError> {
        self.session().outline(start)
    }

    /// Tells the plugin of a message: the new memory, and the decision when it was received.
    ///
    /// # Errors
    ///
    /// See [`CallError`]; the ticket is as it was.
    pub fn on_message(
        &self,
        ticket: &Ticket,
        memory: &Memory,
        message: &Message,
    ) -> Result<Update, CallError> {
        self.session().on_message(ticket, memory, message)
    }

    /// Tells the plugin of anything else: the new memory, and the decision when it was learned.
    ///
    /// # Errors
    ///
    /// See [`CallError`]; the ticket is as it was.
    pub fn on_event(
        &self,
        ticket: &Ticket,
        memory: &Memory,
        event: &Event,
    ) -> Result<Update, CallError> {
        self.session().on_event(ticket, memory, event)
    }

    /// What is due now. Changes nothing; may be asked at any time.
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

    /// Makes a call on an instance in use and on two fresh ones, and compares the answers, and of
    /// the fresh ones the fuel: a plugin that keeps anything between calls is found out.
    ///
    /// # Errors
    ///
    /// [`Impurity::Differs`] when the answers differ, [`Impurity::Call`] when there is none.
    pub fn prove_pure(&self, call: &Call<'_>) -> Result<Proof, Impurity> {
        purity::prove(self, call)
    }

    /// Takes down a bad answer that only shows beside what was recorded.
    pub(crate) fn blame(&self, ticket: &Ticket, now: Instant, error: &CallError) {
        self.checked.health.failure(&ticket.id, now, error);
    }
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policy").field("config", &self.checked.config).finish_non_exhaustive()
    }
}
