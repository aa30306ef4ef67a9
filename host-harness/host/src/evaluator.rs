//! What evaluates the calls about a ticket.

use crate::call_error::CallError;
use crate::policy::Policy;
use crate::session::Session;
use despertador_contract::{Call, Decision, Event, Instant, Memory, Outcome, Ticket};

/// Evaluates the calls about a ticket: a [`Policy`], a [`Session`], or an engine without a
/// sandbox. A [`Conversation`](crate::Conversation) checks and keeps what it answers.
pub trait Evaluator {
    /// Makes a call. A message and an event return the new memory; a tick returns none.
    ///
    /// # Errors
    ///
    /// See [`CallError`].
    fn evaluate(
        &mut self,
        ticket: &Ticket,
        memory: &Memory,
        call: &Call,
    ) -> Result<(Option<Memory>, Decision), CallError>;

    /// Counts a failure of the plugin that shows only when its answer is compared with what was
    /// recorded. By default nothing is counted.
    fn blame(&mut self, ticket: &Ticket, now: Instant, error: &CallError) {
        let _ = (ticket, now, error);
    }
}

/// The next call of a driver that carries out every action at once and is awake at every deadline:
/// the report of the action, at `now`, or the tick at the deadline. `None` if the decision asks for
/// neither before `end`.
#[must_use]
pub fn next_call(decision: &Decision, now: Instant, end: Instant) -> Option<Call> {
    match &decision.outcome {
        Outcome::Act(action) => Some(Call::Event(Event::carried_out(action.key.clone(), now))),
        Outcome::Wait(wake) if wake.until < end => Some(Call::Tick(wake.until.max(now))),
        Outcome::Wait(_) | Outcome::Rest | Outcome::Other(_) => None,
    }
}

impl Evaluator for Session<'_> {
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

    fn blame(&mut self, ticket: &Ticket, now: Instant, error: &CallError) {
        self.reject(ticket, now, error);
    }
}

impl Evaluator for &Policy {
    fn evaluate(
        &mut self,
        ticket: &Ticket,
        memory: &Memory,
        call: &Call,
    ) -> Result<(Option<Memory>, Decision), CallError> {
        self.session().evaluate(ticket, memory, call)
    }

    fn blame(&mut self, ticket: &Ticket, now: Instant, error: &CallError) {
        self.session().reject(ticket, now, error);
    }
}

impl<E: Evaluator + ?Sized> Evaluator for &mut E {
    fn evaluate(
        &mut self,
        ticket: &Ticket,
        memory: &Memory,
        call: &Call,
    ) -> Result<(Option<Memory>, Decision), CallError> {
        (**self).evaluate(ticket, memory, call)
    }

    fn blame(&mut self, ticket: &Ticket, now: Instant, error: &CallError) {
        (**self).blame(ticket, now, error);
    }
}
