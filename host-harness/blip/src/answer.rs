//! The results of posted envelopes.

use despertador_contract::decision::decision_json;
use despertador_desk::Receipt;
use serde_json::{Value, json};

/// The result for an envelope. All of these are answered with 200, because posting the envelope
/// again would not change the result.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// It was recorded by the desk.
    Taken {
        /// The ticket.
        ticket: String,
        /// The results of what the envelope reports, in order.
        receipts: Vec<Receipt>,
    },
    /// It reports that an action has reached its receiver, which the desk did not know yet.
    Confirmed {
        /// The ticket.
        ticket: String,
        /// The action's idempotency key.
        key: String,
    },
    /// It has no effect.
    Ignored {
        /// The ticket, if there is one.
        ticket: Option<String>,
        /// Why, without a full stop.
        why: String,
    },
    /// It cannot be read, or the desk can never accept it.
    Refused {
        /// The place in it, as a JSON Pointer; empty for the whole envelope.
        place: String,
        /// Why.
        why: String,
        /// How to fix it.
        help: String,
        /// The desk's inbound entry that stores it, if it could not be read: the tickets that it
        /// names are not closed until somebody has handled it.
        inbound: Option<String>,
    },
}

impl Answer {
    /// The answer as JSON: `answer` is `taken`, `confirmed`, `ignored` or `refused`; the other
    /// members depend on it.
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
        Receipt::Recorded(decision) => json!({ "heard": decision_json(decision) }),
        Receipt::Duplicate => "again".into(),
        Receipt::Deferred => "parked".into(),
        Receipt::Refused(why) => json!({ "refused": why }),
    }
}
