//! A conversation under test: the host's state of the ticket, and the last decision.

use despertador_contract::{Action, ActionKey, Call, Channel, Outcome, Step, Ticket};
use despertador_host as host;

use crate::answer::Answer;
use crate::engine::{CallError, Player};

/// A conversation under test.
#[derive(Debug, Clone)]
pub struct Conversation {
    /// The host's state: facts, memory, and carried out actions.
    pub state: host::Conversation,
    /// The last answer.
    pub answer: Option<Answer>,
    /// The last requested action, carried out or not.
    pub action: Option<Action>,
}

impl Conversation {
    /// A ticket without events.
    pub fn new(ticket: Ticket) -> Conversation {
        Conversation { state: host::Conversation::new(ticket), answer: None, action: None }
    }

    /// An open ticket on WhatsApp with an agent: the default of scenarios.
    pub fn usual_ticket() -> Ticket {
        Ticket {
            agent: Some("Ana".into()),
            locale: Some("es".into()),
            ..Ticket::open("4711", Channel::Whatsapp)
        }
    }

    /// Makes a call, with the facts that apply after it.
    ///
    /// # Errors
    ///
    /// The call failed without a fault; the ticket is unchanged.
    pub fn play(&mut self, player: &mut dyn Player, call: &Call) -> Result<&Answer, CallError> {
        let answer = match self.state.record(player, None, call) {
            Ok(recorded) => Ok(recorded.decision),
            Err(CallError::Fault(fault)) => Err(fault),
            Err(error) => return Err(error),
        };
        if let Ok(Outcome::Act(action)) = answer.as_ref().map(|decision| &decision.outcome) {
            self.action = Some(action.clone());
        }
        Ok(self.answer.insert(answer))
    }

    /// The key by which a step is reported: of the last requested action, or of a given cycle.
    pub fn key(&self, step: &Step, cycle: Option<u32>) -> ActionKey {
        let last = self.action.as_ref().map(|action| &action.key);
        match (cycle, last) {
            (None, Some(key)) if key.step == *step => key.clone(),
            (cycle, last) => ActionKey {
                ticket: self.state.ticket.id.clone(),
                cycle: cycle.or_else(|| last.map(|key| key.cycle)).unwrap_or(1),
                step: step.clone(),
            },
        }
    }
}

/// Alters a memory so that no plugin may accept it.
pub fn damage(memory: &mut Vec<u8>) {
    let middle = memory.len().div_euclid(2);
    match memory.get_mut(middle) {
        Some(byte) => *byte ^= 0xff,
        None => memory.push(0xff),
    }
}
