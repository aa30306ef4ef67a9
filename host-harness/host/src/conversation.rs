//! A ticket with everything that is kept of it between calls.

use crate::call_error::CallError;
use crate::contract::{
    ActionKey, Decision, Event, Explanation, Happening, Instant, Memory, Message, Outcome, Reader,
    Step, Ticket, Update,
};
use crate::key;
use crate::policy::Policy;

/// A ticket, its memory, and which actions were carried out: the loop of a flow engine in one
/// place.
///
/// 1. [`message`](Self::message) or [`event`](Self::event) for whatever happens,
///    [`tick`](Self::tick) when a wait is over.
/// 2. `act`: carry the action out, then report `carried-out` (or `failed`) as an event.
/// 3. `wait`: call `tick` at that instant. `rest`: wait for the next happening.
///
/// Beyond the checks of a [`Policy`] it makes sure that an action follows what was recorded:
/// cycles do not go back, reminders count up, nothing carried out is asked for again.
#[derive(Debug, Clone, PartialEq)]
pub struct Conversation {
    /// The facts of the ticket; to be kept up to date by the host.
    pub ticket: Ticket,
    memory: Memory,
    recorded: Vec<ActionKey>,
}

impl Conversation {
    /// A ticket that nothing has happened to.
    #[must_use]
    pub fn new(ticket: Ticket) -> Self {
        Self::resume(ticket, Memory::new(), [])
    }

    /// A ticket as it was stored: its memory and the keys of the actions carried out, in order;
    /// those of its latest cycle are enough.
    #[must_use]
    pub fn resume(
        ticket: Ticket,
        memory: Memory,
        carried_out: impl IntoIterator<Item = ActionKey>,
    ) -> Self {
        let mut conversation = Self { ticket, memory, recorded: Vec::new() };
        carried_out.into_iter().for_each(|key| conversation.record(&key));
        conversation
    }

    /// The memory, to be stored after every message and event.
    #[must_use]
    pub fn memory(&self) -> &Memory {
        &self.memory
    }

    /// The keys of the actions carried out in the latest cycle, in order.
    #[must_use]
    pub fn carried_out(&self) -> &[ActionKey] {
        &self.recorded
    }

    /// Tells the policy of a message.
    ///
    /// # Errors
    ///
    /// See [`CallError`]; nothing has changed.
    pub fn message(&mut self, policy: &Policy, message: &Message) -> Result<Decision, CallError> {
        let update = policy.on_message(&self.ticket, &self.memory, message)?;
        self.take(policy, update, message.received_at)
    }

    /// Tells the policy of anything else, also of what became of an action.
    ///
    /// # Errors
    ///
    /// See [`CallError`]; nothing has changed.
    pub fn event(&mut self, policy: &Policy, event: &Event) -> Result<Decision, CallError> {
        let update = policy.on_event(&self.ticket, &self.memory, event)?;
        let Happening::CarriedOut(key) = &event.what else {
            return self.take(policy, update, event.received_at);
        };
        let before = self.recorded.clone();
        self.record(key);
        self.take(policy, update, event.received_at).inspect_err(|_| self.recorded = before)
    }

    /// What is due now.
    ///
    /// # Errors
    ///
    /// See [`CallError`].
    pub fn tick(&self, policy: &Policy, now: Instant) -> Result<Decision, CallError> {
        let decision = policy.on_tick(&self.ticket, &self.memory, now)?;
        self.follows(&decision).inspect_err(|error| policy.blame(&self.ticket, now, error))?;
        Ok(decision)
    }

    /// The decision in words.
    ///
    /// # Errors
    ///
    /// See [`CallError`].
    pub fn explain(
        &self,
        policy: &Policy,
        now: Instant,
        reader: &Reader,
    ) -> Result<Explanation, CallError> {
        policy.explain(&self.ticket, &self.memory, now, reader)
    }

    /// Whether a decision follows what was recorded; for decisions asked for elsewhere.
    ///
    /// # Errors
    ///
    /// [`CallError::Answer`] with what does not follow.
    pub fn follows(&self, decision: &Decision) -> Result<(), CallError> {
        let Outcome::Act(action) = &decision.outcome else {
            return Ok(());
        };
        let Some(last) = self.recorded.last() else {
            return Ok(());
        };
        let key = &action.key;
        let wrong = |what: String| {
            Err(CallError::Answer(format!("the action `{}` {what}", key::render(key))))
        };
        if key.cycle < last.cycle {
            return wrong(format!("goes back behind cycle {}", last.cycle));
        }
        if key.cycle > last.cycle {
            return Ok(());
        }
        if self.recorded.contains(key) {
            return wrong("was already carried out".into());
        }
        let later = self.recorded.iter().find(|recorded| match (&key.step, &recorded.step) {
            (Step::Reminder(number), Step::Reminder(recorded)) => number < recorded,
            (Step::Reminder(_), Step::Close) => true,
            _ => false,
        });
        match later {
            Some(later) => wrong(format!("comes after `{}`", key::render(later))),
            None => Ok(()),
        }
    }

    fn take(
        &mut self,
        policy: &Policy,
        update: Update,
        now: Instant,
    ) -> Result<Decision, CallError> {
        self.follows(&update.decision)
            .inspect_err(|error| policy.blame(&self.ticket, now, error))?;
        self.memory = update.memory;
        Ok(update.decision)
    }

    fn record(&mut self, key: &ActionKey) {
        match self.recorded.last() {
            Some(last) if key.cycle < last.cycle => return,
            Some(last) if key.cycle > last.cycle => self.recorded.clear(),
            _ => {}
        }
        if !self.recorded.contains(key) {
            self.recorded.push(key.clone());
        }
    }
}
