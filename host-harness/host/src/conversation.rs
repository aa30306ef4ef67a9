//! A ticket with everything that is kept of it between calls.

use crate::call_error::CallError;
use crate::evaluator::Evaluator;
use crate::policy::Policy;
use despertador_contract::key;
use despertador_contract::{
    ActionKey, Call, Decision, Event, Explanation, Happening, Instant, Memory, Message, Outcome,
    Reader, Step, Ticket, follow,
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
    /// Whether the facts of the ticket are no longer what they were.
    pub facts_changed: bool,
    /// Whether the keys of what was carried out are no longer what they were.
    pub carried_out_changed: bool,
}

/// The keys of what was carried out, as far as they are needed.
#[derive(Debug, Clone, Default, PartialEq)]
struct CarriedOut {
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
        let mut keys = CarriedOut::default();
        carried_out.into_iter().for_each(|key| keys.add(&key));
        Self { ticket, memory, carried_out: keys }
    }

    /// The keys of the actions carried out in the latest cycle, in order, without its replies.
    #[must_use]
    pub fn carried_out(&self) -> &[ActionKey] {
        &self.carried_out.cycle
    }

    /// The keys of the latest automatic replies carried out, in order, of whatever cycle.
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

    /// Records anything else, also what became of an action, and evaluates the ticket. The facts
    /// become what the event makes of them.
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
        let decision = by.on_tick(&self.ticket, &self.memory, now)?;
        self.carried_out
            .check(&decision)
            .inspect_err(|error| by.blame(&self.ticket, now, error))?;
        Ok(decision)
    }

    /// Makes a call: updates the facts, evaluates the ticket, checks that the decision follows what
    /// was recorded, and only then keeps facts, memory and key. Every driver of tickets uses it.
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
    /// Whether this very action was carried out. Replies have numbers that are a ticket's own:
    /// the cycle in which one is asked for does not make it another one.
    fn has(&self, key: &ActionKey) -> bool {
        if is_reply(key) {
            self.replies.iter().any(|recorded| recorded.step == key.step)
        } else {
            self.cycle.contains(key)
        }
    }

    /// Whether a decision follows what was carried out.
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
            // A ticket that was closed and opened again can still be said to be settled.
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
