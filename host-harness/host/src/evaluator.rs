//! What evaluates the calls about a ticket.

use crate::call_error::CallError;
use crate::policy::Policy;
use crate::session::Session;
use despertador_contract::{
    Call, Decision, Event, Instant, Memory, Message, Outcome, Ticket, Update,
};

/// Evaluates the calls about a ticket: a [`Policy`], a [`Session`], or an engine without a
/// sandbox. A [`Conversation`](crate::Conversation) checks and keeps what it answers.
#[allow(clippy::missing_errors_doc, reason = "each fails as `CallError` says")]
pub trait Evaluator {
    /// See [`Policy::on_message`].
    fn on_message(
        &mut self,
        ticket: &Ticket,
        memory: &Memory,
        message: &Message,
    ) -> Result<Update, CallError>;

    /// See [`Policy::on_event`].
    fn on_event(
        &mut self,
        ticket: &Ticket,
        memory: &Memory,
        event: &Event,
    ) -> Result<Update, CallError>;

    /// See [`Policy::on_tick`].
    fn on_tick(
        &mut self,
        ticket: &Ticket,
        memory: &Memory,
        now: Instant,
    ) -> Result<Decision, CallError>;

    /// Makes a call that is given as a value. A tick returns no new memory.
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

/// Writes the three calls as those of the type itself, which has methods of the same names.
macro_rules! calls_of {
    ($type:ty) => {
        fn on_message(
            &mut self,
            ticket: &Ticket,
            memory: &Memory,
            message: &Message,
        ) -> Result<Update, CallError> {
            <$type>::on_message(self, ticket, memory, message)
        }

        fn on_event(
            &mut self,
            ticket: &Ticket,
            memory: &Memory,
            event: &Event,
        ) -> Result<Update, CallError> {
            <$type>::on_event(self, ticket, memory, event)
        }

        fn on_tick(
            &mut self,
            ticket: &Ticket,
            memory: &Memory,
            now: Instant,
        ) -> Result<Decision, CallError> {
            <$type>::on_tick(self, ticket, memory, now)
        }
    };
}

impl Evaluator for &Policy {
    calls_of!(Policy);

    fn blame(&mut self, ticket: &Ticket, now: Instant, error: &CallError) {
        self.checked.health.failure(&ticket.id, now, error);
    }
}

impl Evaluator for Session<'_> {
    calls_of!(Session<'_>);

    fn blame(&mut self, ticket: &Ticket, now: Instant, error: &CallError) {
        self.reject(ticket, now, error);
    }
}

impl<E: Evaluator + ?Sized> Evaluator for &mut E {
    calls_of!(E);

    fn blame(&mut self, ticket: &Ticket, now: Instant, error: &CallError) {
        E::blame(self, ticket, now, error);
    }
}
