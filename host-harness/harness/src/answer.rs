//! Formats a decision as a line of a scenario: the only place that does.

use std::fmt::Write as _;

use despertador_contract::{
    Action, Decision, Fault, Instant, Outcome, Outgoing, Reason, Step, Task,
};
use serde_json::Value;

use despertador_contract::clock_face::ClockFace;
use despertador_contract::word::{self};

/// The result of a call: a decision, or the plugin's fault.
pub type Answer = Result<Decision, Fault>;

/// Optional parts of a line. A scenario's line shows exactly what its expectation contains.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Detail {
    /// The reason, even if it is obvious.
    pub reason: bool,
    /// The text of a message.
    pub text: bool,
    /// The idempotency key, without the ticket: `1/reminder-1`.
    pub key: bool,
    /// When an action became due.
    pub due: bool,
    /// The index of the rule in the policy, from 0.
    pub rule: bool,
    /// The members of the task to show: those that this object has.
    pub with: Option<Value>,
}

/// An answer as a line: `wait until 09:15 for reminder 1`, `close`, `rest (company-turn)`.
pub fn line(answer: &Answer, face: &ClockFace, detail: &Detail) -> String {
    let decision = match answer {
        Ok(decision) => decision,
        Err(fault) => return format!("fault {}", word::fault(fault)),
    };
    let mut line = match &decision.outcome {
        Outcome::Act(action) => act(action),
        Outcome::Wait(wake) => {
            format!("wait until {} {}", face.show(wake.until), next_step(&wake.step))
        }
        Outcome::Rest => "rest".into(),
        Outcome::Other(name) => format!("outcome other:{name}"),
    };
    if let Outcome::Act(action) = &decision.outcome {
        if let (true, Some(message)) = (detail.text, sent(&action.task)) {
            let _ = write!(line, " {}", quote(&message.text));
        }
        if detail.key {
            let _ = write!(
                line,
                " key {}/{}",
                action.key.cycle,
                despertador_contract::key::render_step(&action.key.step)
            );
        }
        if detail.due {
            let _ = write!(line, " due {}", face.show(action.due));
        }
        if let Some(asked) = &detail.with {
            let _ = write!(
                line,
                " with {}",
                restrict(&despertador_contract::decision::members(&action.task), asked)
            );
        }
    }
    if detail.rule {
        match decision.rule {
            Some(rule) => drop(write!(line, " rule {rule}")),
            None => line.push_str(" rule none"),
        }
    }
    if detail.reason || !goes_without_saying(decision) {
        let _ = write!(line, " ({})", word::reason(&decision.reason));
    }
    line
}

/// A quoted text, as in a timeline.
pub fn quote(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!("\"{escaped}\"")
}

/// The message of a task, if it does nothing but send.
fn sent(task: &Task) -> Option<&Outgoing> {
    match task {
        Task::Send(reminder) => Some(&reminder.message),
        Task::Reply(reply) => reply.message.as_ref(),
        _ => None,
    }
}

fn act(action: &Action) -> String {
    match &action.task {
        Task::Send(reminder) => format!("send reminder {}", reminder.number),
        Task::Close(_) if action.key.step == Step::Resolve => "resolve".into(),
        Task::Close(_) => "close".into(),
        Task::Notify(_) => "notify".into(),
        Task::Reopen(_) => "reopen".into(),
        Task::OpenLinked(_) => "open linked".into(),
        Task::AfterClose(_) => "after-close".into(),
        Task::Reply(_) => match &action.key.step {
            Step::Reply(number) => format!("send reply {number}"),
            step => format!("send reply as {}", despertador_contract::key::render_step(step)),
        },
        Task::Other(name) => format!("task other:{name}"),
    }
}

fn next_step(step: &Step) -> String {
    match step {
        Step::Reminder(number) => format!("for reminder {number}"),
        Step::Close => "to close".into(),
        Step::Notify => "to notify".into(),
        Step::Reopen => "to reopen".into(),
        Step::OpenLinked => "to open linked".into(),
        Step::AfterClose => "for after-close".into(),
        Step::Resolve => "to resolve".into(),
        Step::Reply(number) => format!("for reply {number}"),
        Step::Other(name) => format!("for other:{name}"),
    }
}

/// Whether the reason only repeats the outcome.
fn goes_without_saying(decision: &Decision) -> bool {
    let step = match &decision.outcome {
        Outcome::Act(action) => &action.key.step,
        Outcome::Wait(wake) => &wake.step,
        Outcome::Rest | Outcome::Other(_) => return false,
    };
    match (&decision.reason, step) {
        (Reason::Reminder(why), Step::Reminder(number)) => why == number,
        (Reason::Close, Step::Close)
        | (Reason::ClosedByOther, Step::AfterClose)
        | (Reason::CustomerResolved, Step::Resolve)
        | (Reason::AutomaticReply(_), Step::Reply(_)) => true,
        _ => false,
    }
}

/// The members of `whole` that `asked` has.
fn restrict(whole: &Value, asked: &Value) -> Value {
    match (whole, asked) {
        (Value::Object(whole), Value::Object(asked)) => asked
            .iter()
            .map(|(name, asked)| {
                (name.clone(), whole.get(name).map_or(Value::Null, |value| restrict(value, asked)))
            })
            .collect::<serde_json::Map<_, _>>()
            .into(),
        _ => whole.clone(),
    }
}

/// The instant of the next call that an answer requires.
pub fn next_call(answer: &Answer) -> Option<Instant> {
    match answer {
        Ok(Decision { outcome: Outcome::Wait(wake), .. }) => Some(wake.until),
        _ => None,
    }
}
