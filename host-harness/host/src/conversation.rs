//! A ticket with its state between calls.

use crate::call_error::CallError;
use crate::evaluator::Evaluator;
use crate::policy::Policy;
use despertador_contract::key;
use despertador_contract::{
    ActionKey, Call, Decision, Event, Explanation, Happening, Instant, Memory, Message, Outcome,
    Reader, Step, Ticket, follow,
};

/// A ticket, its memory, and its carried out actions: the loop of a flow engine in one place.
///
/// 1. [`message`](Self::message) or [`event`](Self::event) for whatever happens,
///    [`tick`](Self::tick) when a wait is over.
/// 2. `act`: carry the action out, then report `carried-out` (or `failed`) as an event.
/// 3. `wait`: call `tick` at that instant. `rest`: wait for the next message or event.
///
/// In addition to the checks of a [`Policy`] it checks that an action follows what was recorded:
/// cycles do not go back, reminders count up, and nothing carried out is requested again. Automatic
/// replies answer occurrences at any time and in any cycle; they are only checked for repetition.
#[derive(Debug, Clone, PartialEq)]
pub struct Conversation {
    /// The facts of the ticket. Events update them; the host keeps the others up to date.
    pub ticket: Ticket,
    /// The plugin's memory, to be stored after every message and event.
    pub memory: Memory,
    carried_out: CarriedOut,
}

/// A call that was recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// What the plugin decided.
    pub decision: Decision,
    /// Whether the facts of the ticket have changed.
    pub facts_changed: bool,
    /// Whether the keys of carried out actions have changed.
    pub carried_out_changed: bool,
}

/// The keys of carried out actions, as far as they are needed.
#[derive(Debug, Clone, Default, PartialEq)]
struct CarriedOut {
    /// Those of the latest cycle, without its replies.
    cycle: Vec<ActionKey>,
    /// The latest replies of any cycle.
    replies: Vec<ActionKey>,
}

/// Maximum number of a ticket's automatic replies that are remembered; older occurrences are over.
const REPLIES_MAX: usize = 64;

impl Conversation {
    /// A ticket without events.
    #[must_use]
    pub fn new(ticket: Ticket) -> Self {
        Self::resume(ticket, Memory::new(), [])
    }

    /// A ticket as it was stored: its memory and the keys of its carried out actions, in order;
    /// those of its latest cycle and its latest replies suffice.
    #[must_use]
    pub fn resume(
        ticket: Ticket,
        memory: Memory,
        carried_out: impl IntoIterator<Item = ActionKey>,
    ) -> Self {
        let mut keys = CarriedOut::default();
        carried_out.into_iter().for_each(|key| keys.add(&key));
        Self { ticket, memory, carried_out: keys }
    }

    /// The keys of the actions carried out in the latest cycle, in order, without replies.
    #[must_use]
    pub fn carried_out(&self) -> &[ActionKey] {
        &self.carried_out.cycle
    }

    /// The keys of the latest automatic replies carried out, in order, of any cycle.
    #[must_use]
    pub fn replied(&self) -> &[ActionKey] {
        &self.carried_out.replies
    }

    /// Records a message and evaluates the ticket.
    ///
    /// # Errors
    ///
    /// See [`CallError`]; nothing has changed.
    pub fn message(
        &mut self,
        by: impl Evaluator,
        message: &Message,
    ) -> Result<Decision, CallError> {
        Ok(self.record(by, None, &Call::Message(message.clone()))?.decision)
    }

    /// Records an event, including the result of an action, and evaluates the ticket. The event
    /// updates the facts.
    ///
    /// # Errors
    ///
    /// See [`CallError`]; nothing has changed.
    pub fn event(&mut self, by: impl Evaluator, event: &Event) -> Result<Decision, CallError> {
        Ok(self.record(by, None, &Call::Event(event.clone()))?.decision)
    }

    /// Evaluates the ticket at an instant and records nothing.
    ///
    /// # Errors
    ///
    /// See [`CallError`].
    pub fn tick(&self, mut by: impl Evaluator, now: Instant) -> Result<Decision, CallError> {
        let (_, decision) = by.evaluate(&self.ticket, &self.memory, &Call::Tick(now))?;
        self.carried_out
            .check(&decision)
            .inspect_err(|error| by.blame(&self.ticket, now, error))?;
        Ok(decision)
    }

    /// Makes a call: updates the facts, evaluates the ticket, checks that the decision follows what
    /// was recorded, and only then stores facts, memory and key. All code that drives tickets uses
    /// it.
    ///
    /// `facts` are the facts of the ticket from this call on; `None` if the host has no new ones.
    ///
    /// # Errors
    ///
    /// See [`CallError`]; nothing has changed.
    pub fn record(
        &mut self,
        mut by: impl Evaluator,
        mut facts: Option<Ticket>,
        call: &Call,
    ) -> Result<Recorded, CallError> {
        let mut keys = None;
        if let Call::Event(event) = call {
            follow(facts.get_or_insert_with(|| self.ticket.clone()), &event.what);
            if let Happening::CarriedOut(key) = &event.what {
                keys.insert(self.carried_out.clone()).add(key);
            }
        }
        let ticket = facts.as_ref().unwrap_or(&self.ticket);
        let (memory, decision) = by.evaluate(ticket, &self.memory, call)?;
        keys.as_ref()
            .unwrap_or(&self.carried_out)
            .check(&decision)
            .inspect_err(|error| by.blame(ticket, call.now(), error))?;
        if let Some(memory) = memory {
            self.memory = memory;
        }
        let carried_out_changed = keys.is_some();
        if let Some(keys) = keys {
            self.carried_out = keys;
        }
        let facts_changed = facts.as_ref().is_some_and(|facts| *facts != self.ticket);
        if let Some(facts) = facts {
            self.ticket = facts;
        }
        Ok(Recorded { decision, facts_changed, carried_out_changed })
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
}

impl CarriedOut {
    /// Whether this action was carried out. Replies are numbered per ticket: the same number in
    /// another cycle is the same reply.
    fn has(&self, key: &ActionKey) -> bool {
        if is_reply(key) {
            self.replies.iter().any(|recorded| recorded.step == key.step)
        } else {
            self.cycle.contains(key)
        }
    }

    /// Checks that a decision follows what was carried out.
    fn check(&self, decision: &Decision) -> Result<(), CallError> {
        let Outcome::Act(action) = &decision.outcome else {
            return Ok(());
        };
        let key = &action.key;
        let wrong = |what: String| {
            Err(CallError::Answer(format!("the action `{}` {what}", key::render(key))))
        };
        if self.has(key) {
            return wrong("was already carried out".into());
        }
        let (Some(last), false) = (self.cycle.last(), is_reply(key)) else {
            return Ok(());
        };
        if key.cycle < last.cycle {
            return wrong(format!("goes back behind cycle {}", last.cycle));
        }
        if key.cycle > last.cycle {
            return Ok(());
        }
        let later = self.cycle.iter().find(|done| match (&key.step, &done.step) {
            (Step::Reminder(number), Step::Reminder(done)) => number < done,
            (Step::Reminder(_), Step::Close) => true,
            // In a ticket that was closed and reopened, the customer can still say that the matter
            // is settled.
            (Step::Reminder(_) | Step::Close, Step::Resolve) => true,
            _ => false,
        });
        match later {
            Some(later) => wrong(format!("comes after `{}`", key::render(later))),
            None => Ok(()),
        }
    }

    fn add(&mut self, key: &ActionKey) {
        if self.has(key) {
            return;
        }
        if is_reply(key) {
            if self.replies.len() >= REPLIES_MAX {
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
