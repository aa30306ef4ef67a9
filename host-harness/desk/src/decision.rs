//! What the desk asks of decisions and actions.

use despertador_contract::{Action, Audience, Decision, Outcome, Reason, Step, Task};

/// Why nobody may carry an action out: it has a part that this version has no word for.
pub(crate) fn unsuitable(action: &Action) -> Option<String> {
    if let Step::Other(name) = &action.key.step {
        return Some(format!("the step `{name}` is not known"));
    }
    let message = match &action.task {
        Task::Other(name) => return Some(format!("the task `{name}` is not known")),
        Task::Send(reminder) => Some(&reminder.message),
        Task::Reply(reply) => reply.message.as_ref(),
        _ => None,
    };
    match message.map(|message| &message.audience) {
        Some(Audience::Other(name)) => Some(format!("the audience `{name}` is not known")),
        _ => None,
    }
}

/// The key that a decision asks for.
pub(crate) fn asked(decision: &Decision) -> Option<&Action> {
    match &decision.outcome {
        Outcome::Act(action) => Some(action),
        _ => None,
    }
}

/// Whether an action that was given up may still be sent by hand, as far as the plugin's latest
/// decision says. What speaks to a silent customer may only while they are silent; what the
/// customer asked for may not be done later without asking; the rest is for people to judge.
pub(crate) fn is_open_to_people(decision: &Decision, step: &Step) -> bool {
    let awaited = match &decision.outcome {
        Outcome::Wait(wake) => wake.step == *step,
        _ => false,
    };
    match step {
        Step::Reminder(number) => awaited || decision.reason == Reason::ReminderFailed(*number),
        Step::Close => decision.reason == Reason::CloseFailed,
        Step::Resolve | Step::Other(_) => false,
        _ => true,
    }
}
