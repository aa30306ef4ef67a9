//! One ticket as a host keeps it: facts, memory, the last answer.

use despertador_contract::{
    Action, ActionKey, Call, Channel, Outcome, Step, Ticket, TicketStatus, follow,
};

use crate::answer::Answer;
use crate::engine::{CallError, Player};

/// One ticket as a host keeps it.
#[derive(Debug, Clone)]
pub struct Conversation {
    /// The facts as they are now.
    pub ticket: Ticket,
    /// What the plugin wants to be given back.
    pub memory: Vec<u8>,
    /// The last answer.
    pub answer: Option<Answer>,
    /// The action asked for last, carried out or not.
    pub action: Option<Action>,
}

impl Conversation {
    /// A ticket that nothing has happened to.
    pub fn new(ticket: Ticket) -> Conversation {
        Conversation { ticket, memory: Vec::new(), answer: None, action: None }
    }

    /// An open ticket on WhatsApp with an agent: what a scenario starts from.
    pub fn usual_ticket() -> Ticket {
        Ticket {
            id: "4711".into(),
            status: TicketStatus::Open,
            department: None,
            channel: Channel::Whatsapp,
            tags: Vec::new(),
            agent: Some("Ana".into()),
            locale: Some("es".into()),
            customer_zone: None,
            incomplete_metadata: false,
            group: false,
            opted_out: false,
            window_until: None,
            sent_to_customer: None,
            more: None,
        }
    }

    /// Makes a call, with the facts that are true once it has happened.
    ///
    /// # Errors
    ///
    /// The call had no answer and no fault; the ticket is as before.
    pub fn play(&mut self, player: &mut dyn Player, call: &Call) -> Result<&Answer, CallError> {
        let before = self.ticket.clone();
        if let Call::Event(event) = call {
            follow(&mut self.ticket, &event.what);
        }
        let answer = match self.ask(player, call) {
            Ok(answer) => answer,
            Err(error) => {
                self.ticket = before;
                return Err(error);
            }
        };
        Ok(self.answer.insert(answer))
    }

    fn ask(&mut self, player: &mut dyn Player, call: &Call) -> Result<Answer, CallError> {
        let answer = match call {
            Call::Message(message) => player
                .on_message(&self.ticket, &self.memory, message)
                .map(|update| (Some(update.memory), update.decision)),
            Call::Event(event) => player
                .on_event(&self.ticket, &self.memory, event)
                .map(|update| (Some(update.memory), update.decision)),
            Call::Tick(now) => {
                player.on_tick(&self.ticket, &self.memory, *now).map(|decision| (None, decision))
            }
        };
        match answer {
            Ok((memory, decision)) => {
                if let Some(memory) = memory {
                    self.memory = memory;
                }
                if let Outcome::Act(action) = &decision.outcome {
                    self.action = Some(action.clone());
                }
                Ok(Ok(decision))
            }
            Err(CallError::Fault(fault)) => Ok(Err(fault)),
            Err(broken @ CallError::Broken(_)) => Err(broken),
        }
    }

    /// The key by which a step is reported: of the action asked for last, or of a cycle named.
    pub fn key(&self, step: &Step, cycle: Option<u32>) -> ActionKey {
        let last = self.action.as_ref().map(|action| &action.key);
        match (cycle, last) {
            (None, Some(key)) if key.step == *step => key.clone(),
            (cycle, last) => ActionKey {
                ticket: self.ticket.id.clone(),
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
