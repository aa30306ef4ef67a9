//! Our own rule: nobody is reminded, and no ticket is closed, while an order is on its way.
//!
//! The flow engine passes the fact `order.status` with every call; when the order has arrived it
//! reports an event, and the policy goes on where it was.

use despertador_plugin::contract::*;

/// The code of the decision's reason.
const REASON: &str = "order-in-transit";

/// What is decided, if the policy decides this.
pub fn decide(ticket: &Ticket, policy: Decision) -> Decision {
    let stays = matches!(policy.outcome, Outcome::Rest) || is_reply(&policy);
    if stays || !is_in_transit(ticket) {
        return policy;
    }
    Decision { outcome: Outcome::Rest, reason: Reason::Other(REASON.into()), rule: policy.rule }
}

/// The same in words.
pub fn explain(ticket: &Ticket, policy: Explanation) -> Explanation {
    let decision = decide(ticket, policy.decision.clone());
    let is_ours = matches!(&decision.reason, Reason::Other(reason) if reason == REASON);
    let mut explanation = Explanation { decision, ..policy };
    if is_ours {
        // What only we want to see: `despertador run --timeline` and `explain` show it.
        explanation.checks.push(Check {
            code: "debug".into(),
            holds: true,
            text: format!("the policy alone: {}", explanation.summary),
        });
        explanation.summary = "@SUMMARY@".into();
        explanation.checks.push(Check {
            code: REASON.into(),
            holds: false,
            text: "@CHECK@".into(),
        });
    }
    explanation
}

fn is_in_transit(ticket: &Ticket) -> bool {
    let mut facts = ticket.more.iter().flatten();
    facts.any(|(name, value)| name == "order.status" && value == "in-transit")
}

/// Automatic replies answer something that the customer did, and go out.
fn is_reply(decision: &Decision) -> bool {
    matches!(&decision.outcome, Outcome::Act(Action { task: Task::Reply(_), .. }))
}
