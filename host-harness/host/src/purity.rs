//! Checks that a plugin keeps no state between calls.

use crate::call_error::CallError;
use crate::policy::Policy;
use crate::session::Session;
use despertador_contract::{
    Decision, Event, Explanation, Instant, Memory, Message, Reader, Ticket, Update,
};

/// A call about a ticket, as a value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Call<'a> {
    /// [`Policy::on_message`].
    Message(&'a Ticket, &'a Memory, &'a Message),
    /// [`Policy::on_event`].
    Event(&'a Ticket, &'a Memory, &'a Event),
    /// [`Policy::on_tick`].
    Tick(&'a Ticket, &'a Memory, Instant),
    /// [`Policy::explain`].
    Explain(&'a Ticket, &'a Memory, Instant, &'a Reader),
}

/// The answer to a [`Call`].
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// To a message or an event.
    Update(Update),
    /// To a tick.
    Decision(Decision),
    /// To `explain`.
    Explanation(Explanation),
}

impl Session<'_> {
    /// Makes the call.
    ///
    /// # Errors
    ///
    /// As the corresponding method.
    pub fn answer(&mut self, call: &Call<'_>) -> Result<Answer, CallError> {
        match *call {
            Call::Message(ticket, memory, message) => {
                self.on_message(ticket, memory, message).map(Answer::Update)
            }
            Call::Event(ticket, memory, event) => {
                self.on_event(ticket, memory, event).map(Answer::Update)
            }
            Call::Tick(ticket, memory, now) => {
                self.on_tick(ticket, memory, now).map(Answer::Decision)
            }
            Call::Explain(ticket, memory, now, reader) => {
                self.explain(ticket, memory, now, reader).map(Answer::Explanation)
            }
        }
    }
}

/// The results that were equal.
#[derive(Debug, Clone, PartialEq)]
pub struct Proof {
    /// The answer of all instances.
    pub answer: Answer,
    /// The fuel of both fresh instances.
    pub fuel: u64,
}

/// Why the check failed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Impurity {
    /// Two instances answered the same call differently.
    #[error(
        "the plugin is not pure: an instance in use answered {used:?}, \
         a fresh one {fresh:?}"
    )]
    Differs {
        /// The answer of a used instance.
        used: Box<Answer>,
        /// The answer of a fresh instance.
        fresh: Box<Answer>,
    },
    /// Two fresh instances used different fuel for the same call.
    #[error(
        "the plugin is not pure: the same call took {} fuel on one fresh instance and {} on another",
        .fuel[0], .fuel[1]
    )]
    Fuel {
        /// The fuel on the first and the second instance.
        fuel: [u64; 2],
    },
    /// A call failed.
    #[error(transparent)]
    Call(CallError),
}

pub(crate) fn prove(policy: &Policy, call: &Call<'_>) -> Result<Proof, Impurity> {
    let ask = |mut session: Session<'_>| {
        let answer = session.answer(call).map_err(Impurity::Call)?;
        Ok((answer, session.usage().fuel.used))
    };
    let (used, _) = ask(policy.session())?;
    let (fresh, first) = ask(Session::fresh(policy))?;
    let (again, second) = ask(Session::fresh(policy))?;
    if let Some(other) = [&fresh, &again].into_iter().find(|answer| **answer != used) {
        return Err(Impurity::Differs { fresh: Box::new(other.clone()), used: Box::new(used) });
    }
    if first != second {
        return Err(Impurity::Fuel { fuel: [first, second] });
    }
    Ok(Proof { answer: used, fuel: first })
}
