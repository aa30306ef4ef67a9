//! A ticket with everything that is kept of it between calls.

use crate::call_error::CallError;
use crate::policy::Policy;
use despertador_contract::key;
use despertador_contract::{
    ActionKey, Decision, Event, Explanation, Happening, Instant, Memory, Message, Outcome, Reader,
    Step, Ticket, Update,
};

/// A ticket, its memory, and which actions were carried out: the loop of a flow engine in one
/// place.
///
/// 1. [`message`](Self::message) or [`event`](Self::event) for whatever happens,
///    [`tick`](Self::tick) when a wait is over.
/// 2. `act`: carry the action out, then report `carried-out` (or `failed`) as an event.
/// 3. `wait`: call `tick` at that instant. `rest`: wait for the next happening.
///
/// Beyond the checks of a [`Policy`] it makes sure that an action follows what was recorded:
/// cycles do not go back, reminders count up, nothing carried out is asked for again. Automatic
/// replies answer what occurs, at any time and in any cycle; of them it only makes sure that none
/// is asked for again.
#[derive(Debug, Clone, PartialEq)]
pub struct Conversation {
    /// The facts of the ticket; to be kept up to date by the host.
    pub ticket: Ticket,
    memory: Memory,
    recorded: Recorded,
}

/// The keys of what was carried out, as far as they are needed.
#[derive(Debug, Clone, Default, PartialEq)]
struct Recorded {
    /// Those of the latest cycle, without its replies.
    cycle: Vec<ActionKey>,
    /// The latest replies of whatever cycle.
    replies: Vec<ActionKey>,
}

/// Of a ticket's automatic replies so many are recorded; what occurred before is long over.
const REPLIES: usize = 64;

impl Conversation {
    /// A ticket that nothing has happened to.
    #[must_use]
    pub fn new(ticket: Ticket) -> Self {
        Self::resume(ticket, Memory::new(), [])
    }

    /// A ticket as it was stored: its memory and the keys of the actions carried out, in order;
    /// those of its latest cycle and its latest replies are enough.
    #[must_use]
    pub fn resume(
        ticket: Ticket,
        memory: Memory,
        carried_out: impl IntoIterator<Item = ActionKey>,
    ) -> Self {
        let mut conversation = Self { ticket, memory, recorded: Recorded::default() };
        carried_out.into_iter().for_each(|key| conversation.recorded.add(&key));
        conversation
    }

    /// The memory, to be stored after every message and event.
    #[must_use]
    pub fn memory(&self) -> &Memory {
        &self.memory
    }

    /// The keys of the actions carried out in the latest cycle, in order, without its replies.
    #[must_use]
    pub fn carried_out(&self) -> &[ActionKey] {
        &self.recorded.cycle
    }

    /// The keys of the latest automatic replies carried out, in order, of whatever cycle.
    #[must_use]
    pub fn replied(&self) -> &[ActionKey] {
        &self.recorded.replies
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
        self.recorded.add(key);
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
        let key = &action.key;
        let wrong = |what: String| {
            Err(CallError::Answer(format!("the action `{}` {what}", key::render(key))))
        };
        if self.recorded.has(key) {
            return wrong("was already carried out".into());
        }
        let (Some(last), false) = (self.recorded.cycle.last(), is_reply(key)) else {
            return Ok(());
        };
        if key.cycle < last.cycle {
            return wrong(format!("goes back behind cycle {}", last.cycle));
        }
        if key.cycle > last.cycle {
            return Ok(());
        }
        let later = self.recorded.cycle.iter().find(|recorded| match (&key.step, &recorded.step) {
            (Step::Reminder(number), Step::Reminder(recorded)) => number < recorded,
            (Step::Reminder(_), Step::Close) => true,
            // A ticket that was closed and opened again can still be said to be settled.
            (Step::Reminder(_) | Step::Close, Step::Resolve) => true,
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
}

impl Recorded {
    /// Whether this very action was carried out. Replies have numbers that are a ticket's own:
    /// the cycle in which one is asked for does not make it another one.
    fn has(&self, key: &ActionKey) -> bool {
        if is_reply(key) {
            self.replies.iter().any(|recorded| recorded.step == key.step)
        } else {
            self.cycle.contains(key)
        }
    }

    fn add(&mut self, key: &ActionKey) {
        if self.has(key) {
            return;
        }
        if is_reply(key) {
            if self.replies.len() >= REPLIES {
                self.replies.remove(0);
            }
            self.replies.push(key.clone());
            return;
        }
        match self.cycle.last() {
            Some(last) if key.cycle < last.cycle => return,
            Some(last) if key.cycle > last.cycle => self.cycle.clear(),
            _ => {}
        }
        self.cycle.push(key.clone());
    }
}

fn is_reply(key: &ActionKey) -> bool {
    matches!(key.step, Step::Reply(_))
}
