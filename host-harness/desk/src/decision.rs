//! Decisions and actions as JSON: in the journal, in the outbox, on their way out.

use despertador_harness::answer::members;
use despertador_harness::clock_face::show_rfc3339;
use despertador_harness::word;
use despertador_host::contract::{Action, Audience, Decision, Outcome, Reason, Step, Task};
use despertador_host::key;
use serde_json::{Value, json};

/// A decision with its reason.
#[must_use]
pub fn decision_json(decision: &Decision) -> Value {
    let mut value = match &decision.outcome {
        Outcome::Act(action) => json!({ "outcome": "act", "action": action_json(action) }),
        Outcome::Wait(wake) => json!({
            "outcome": "wait",
            "until": show_rfc3339(wake.until),
            "for": key::render_step(&wake.step),
        }),
        Outcome::Rest => json!({ "outcome": "rest" }),
        Outcome::Other(name) => json!({ "outcome": format!("other:{name}") }),
    };
    if let Value::Object(members) = &mut value {
        members.insert("reason".into(), word::reason(&decision.reason).into());
        if let Some(rule) = decision.rule {
            members.insert("rule".into(), rule.into());
        }
    }
    value
}

/// An action with all that it takes to carry it out.
#[must_use]
pub fn action_json(action: &Action) -> Value {
    json!({
        "key": key::render(&action.key),
        "cycle": action.key.cycle,
        "step": key::render_step(&action.key.step),
        "due": show_rfc3339(action.due),
        "task": task_word(&action.task),
        "with": members(&action.task),
    })
}

fn task_word(task: &Task) -> &'static str {
    match task {
        Task::Send(_) => "send",
        Task::Close(_) => "close",
        Task::Notify(_) => "notify",
        Task::Reopen(_) => "reopen",
        Task::OpenLinked(_) => "open-linked",
        Task::AfterClose(_) => "after-close",
        Task::Reply(_) => "reply",
        Task::Other(_) => "other",
    }
}

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
