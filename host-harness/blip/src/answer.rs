//! What became of an envelope that was posted.

use despertador_contract::decision::decision_json;
use despertador_desk::Receipt;
use serde_json::{Value, json};

/// What became of an envelope. All of these are answers of 200 for whoever posts: told again, none
/// of them would be another one.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// It was told to the desk.
    Taken {
        /// The ticket.
        ticket: String,
        /// What became of each thing that the envelope says, in order.
        receipts: Vec<Receipt>,
    },
    /// It says that an action has reached its receiver, which the desk did not know yet.
    Confirmed {
        /// The ticket.
        ticket: String,
        /// The action's idempotency key.
        key: String,
    },
    /// Nothing follows from it.
    Ignored {
        /// The ticket, where there is one.
        ticket: Option<String>,
        /// Why, as a sentence without a full stop.
        why: String,
    },
    /// It cannot be read, or the desk will never take it.
    Refused {
        /// The place in it, as a JSON Pointer; empty for the whole.
        place: String,
        /// Why.
        why: String,
        /// The way out.
        help: String,
        /// The desk's entry that keeps it, where it could not be read: the tickets it names are not
        /// closed until somebody has looked at it.
        inbound: Option<String>,
    },
}

impl Answer {
    /// The answer as a page or a response shows it: `answer` is `taken`, `confirmed`, `ignored` or
    /// `refused`, beside it what belongs to it.
    #[must_use]
    pub fn to_json(&self) -> Value {
        match self {
            Self::Taken { ticket, receipts } => json!({
                "answer": "taken",
                "ticket": ticket,
                "receipts": receipts.iter().map(receipt).collect::<Vec<_>>(),
            }),
            Self::Confirmed { ticket, key } => {
                json!({ "answer": "confirmed", "ticket": ticket, "key": key })
            }
            Self::Ignored { ticket, why } => {
                json!({ "answer": "ignored", "ticket": ticket, "why": why })
            }
            Self::Refused { place, why, help, inbound } => {
                let mut answer =
                    json!({ "answer": "refused", "place": place, "why": why, "help": help });
                if let (Some(id), Value::Object(members)) = (inbound, &mut answer) {
                    members.insert("inbound".into(), id.as_str().into());
                }
                answer
            }
        }
    }
}

fn receipt(receipt: &Receipt) -> Value {
    match receipt {
        Receipt::Heard(decision) => json!({ "heard": decision_json(decision) }),
        Receipt::Again => "again".into(),
        Receipt::Parked => "parked".into(),
        Receipt::Refused(why) => json!({ "refused": why }),
    }
}
