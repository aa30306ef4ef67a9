//! Helpers for decisions and actions.

use despertador_contract::{Action, Decision, Outcome, Reason, Step, Task};
use despertador_contract::{Audience, decision};

/// Reads a stored action.
pub(crate) fn action_from_text(text: &str) -> Result<Action, String> {
    let value = serde_json::from_str(text).map_err(|error| format!("it is not JSON: {error}"))?;
    decision::action_from_json(&value).map_err(|misread| misread.to_string())
}

/// Why an action cannot be carried out: it has a part that this version does not know.
pub(crate) fn unsupported(action: &Action) -> Option<String> {
    if let Step::Other(name) = &action.key.step {
        return Some(format!("the step `{name}` is not known"));
    }
    if let Task::Other(name) = &action.task {
        return Some(format!("the task `{name}` is not known"));
    }
    match action.task.message().map(|message| &message.audience) {
        Some(Audience::Other(name)) => Some(format!("the audience `{name}` is not known")),
        _ => None,
    }
}

/// The action that a decision requests.
pub(crate) fn requested_action(decision: &Decision) -> Option<&Action> {
    match &decision.outcome {
        Outcome::Act(action) => Some(action),
        _ => None,
    }
}

/// Whether an action may be sent by hand, according to the latest decision. A message to a
/// silent customer may be sent only while they are silent; what the customer asked for is not done
/// later without asking; people judge the rest.
pub(crate) fn may_resend(decision: &Decision, step: &Step) -> bool {
    let awaited = match &decision.outcome {
        Outcome::Wait(wake) => wake.step == *step,
        _ => false,
    };
    match step {
        Step::Reminder(number) => awaited || decision.reason == Reason::ReminderFailed(*number),
        // The second is a close that a person requests before its time.
        Step::Close => {
            decision.reason == Reason::CloseFailed || awaited && decision.reason == Reason::Close
        }
        Step::Resolve | Step::Other(_) => false,
        _ => true,
    }
}
