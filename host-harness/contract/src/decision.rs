//! Decisions and actions as JSON: in the journal, in the outbox, and in webhooks.

use serde_json::{Value, json};

use crate::clock_face::show_rfc3339;
use crate::json::{
    Json, Members, instant, optional, small_number, switch, text, unless_null, word,
};
use crate::key::{self, render_step};
use crate::problem::Misread;
use crate::{
    Action, AfterClose, Audience, AutomaticReply, ClosePackage, ClosingNote, Decision, MissedCall,
    Notification, Outcome, Outgoing, Reminder, Reopening, Task,
};

/// A decision with its reason.
#[must_use]
pub fn decision_json(decision: &Decision) -> Value {
    let mut value = match &decision.outcome {
        Outcome::Act(action) => json!({ "outcome": "act", "action": action_json(action) }),
        Outcome::Wait(wake) => json!({
            "outcome": "wait",
            "until": show_rfc3339(wake.until),
            "for": render_step(&wake.step),
        }),
        Outcome::Rest => json!({ "outcome": "rest" }),
        Outcome::Other(name) => json!({ "outcome": format!("other:{name}") }),
    };
    if let Value::Object(members) = &mut value {
        members.insert("reason".into(), crate::word::reason(&decision.reason).into());
        if let Some(rule) = decision.rule {
            members.insert("rule".into(), rule.into());
        }
    }
    value
}

/// An action with everything that is needed to carry it out.
#[must_use]
pub fn action_json(action: &Action) -> Value {
    json!({
        "key": key::render(&action.key),
        "cycle": action.key.cycle,
        "step": render_step(&action.key.step),
        "due": show_rfc3339(action.due),
        "task": action.task.name(),
        "with": members(&action.task),
    })
}

/// The members of a task, by the contract's names; those of its message are on the same level.
#[must_use]
pub fn members(task: &Task) -> Value {
    match task {
        Task::Send(Reminder { number, of, message }) => {
            together(json!({ "number": number, "of": of }), message.to_json())
        }
        Task::Close(package) => close_package(package),
        Task::Notify(notification) => notification.to_json(),
        Task::Reopen(reopening) | Task::OpenLinked(reopening) => reopening.to_json(),
        Task::AfterClose(after) => after.to_json(),
        Task::Reply(AutomaticReply { event, message, missed_call }) => {
            // Without a message its members are missing, which is shown as `null`.
            let message = message.as_ref().map_or(Value::Null, Json::to_json);
            together(json!({ "event": event, "missed-call": missed_call.to_json() }), message)
        }
        Task::Other(name) => json!({ "other": name }),
    }
}

/// Merges two objects.
fn together(one: Value, other: Value) -> Value {
    match (one, other) {
        (Value::Object(mut one), Value::Object(other)) => {
            one.extend(other);
            Value::Object(one)
        }
        (one, _) => one,
    }
}

fn close_package(package: &ClosePackage) -> Value {
    json!({
        "reason": package.reason,
        "notice": package.notice,
        "closing-text": package.closing_text.as_ref().map(|message| &message.text),
        "closing-message": package.closing_text.as_ref().map(Json::to_json),
        "silent-because": package.silent_because,
        "note": package.note.to_json(),
        "tags": package.tags,
        "incomplete-metadata": package.incomplete_metadata,
        "exit": package.exit,
        "then": package.then.to_json(),
    })
}

/// Reads an action that [`action_json`] wrote.
///
/// # Errors
///
/// The member that cannot be read.
pub fn action_from_json(value: &Value) -> Result<Action, Misread> {
    let action = Members::with_others("action", value)?;
    let name = action.read("task", text)?;
    let task = action.read("with", |_, with| read_task(&name, with))?;
    let key = action.read("key", |_, value| {
        let written = text("key", value)?;
        key::parse(&written).map_err(|error| Misread::bare(error.to_string()))
    })?;
    Ok(Action { key, due: action.read("due", instant)?, task })
}

fn read_task(name: &str, with: &Value) -> Result<Task, Misread> {
    let members = Members::with_others("with", with)?;
    Ok(match name {
        "send" => Task::Send(Reminder {
            number: members.read("number", small_number)?,
            of: members.read("of", small_number)?,
            message: Outgoing::from_json("with", with)?,
        }),
        "close" => Task::Close(read_close_package(&members)?),
        "notify" => Task::Notify(Notification::from_json("with", with)?),
        "reopen" => Task::Reopen(Reopening::from_json("with", with)?),
        "open-linked" => Task::OpenLinked(Reopening::from_json("with", with)?),
        "after-close" => Task::AfterClose(AfterClose::from_json("with", with)?),
        "reply" => Task::Reply(AutomaticReply {
            event: members.read("event", text)?,
            message: members.read_if_any("audience", |_, _| Outgoing::from_json("with", with))?,
            missed_call: members.read("missed-call", word::<MissedCall>)?,
        }),
        "other" => Task::Other(members.read("other", text)?),
        _ => return Err(crate::json::unknown(name, "task", Task::NAMES)),
    })
}

fn read_close_package(members: &Members<'_>) -> Result<ClosePackage, Misread> {
    Ok(ClosePackage {
        reason: members.read("reason", text)?,
        notice: members.read("notice", text)?,
        closing_text: members
            .read("closing-message", |name, value| unless_null(name, value, Outgoing::from_json))?,
        silent_because: members.read("silent-because", optional)?,
        note: members.read("note", ClosingNote::from_json)?,
        tags: members.read("tags", |name, value| crate::json::list(name, value, text))?,
        incomplete_metadata: members.read("incomplete-metadata", switch)?,
        exit: members.read("exit", text)?,
        then: members.read("then", AfterClose::from_json)?,
    })
}

impl Task {
    /// The message that the task sends, if any; for a close, its closing text.
    #[must_use]
    pub fn message(&self) -> Option<&Outgoing> {
        match self {
            Self::Send(reminder) => Some(&reminder.message),
            Self::Close(package) => package.closing_text.as_ref(),
            Self::Reply(reply) => reply.message.as_ref(),
            Self::Notify(_)
            | Self::Reopen(_)
            | Self::OpenLinked(_)
            | Self::AfterClose(_)
            | Self::Other(_) => None,
        }
    }

    /// Whether carrying the task out sends the customer a message.
    #[must_use]
    pub fn reaches_customer(&self) -> bool {
        self.message().is_some_and(|message| message.audience == Audience::Customer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ActionKey, Image, QuickReply, Source, Step, Survey, Template};

    fn outgoing(audience: Audience, full: bool) -> Outgoing {
        Outgoing {
            text: "¿Sigues ahí?".into(),
            language: full.then(|| "es".into()),
            audience,
            template: full.then(|| Template {
                name: "t".into(),
                language: Some("es_CO".into()),
                parameters: vec!["Eva".into()],
            }),
            image: full.then(|| Image { url: "https://x".into(), alternative: "a".into() }),
            quick_replies: if full {
                vec![QuickReply { id: "1".into(), title: "Sí".into() }]
            } else {
                Vec::new()
            },
        }
    }

    #[test]
    fn an_action_is_read_as_it_is_written() {
        let then = |source| AfterClose {
            source,
            unassign: true,
            bot_on: false,
            survey: Survey::Other("soon".into()),
        };
        let close = |closing_text, silent_because| {
            Task::Close(ClosePackage {
                reason: "customer-inactivity".into(),
                notice: "n".into(),
                closing_text,
                silent_because,
                note: ClosingNote { category: "c".into(), summary: "s".into() },
                tags: vec!["a".into()],
                incomplete_metadata: true,
                exit: "customer-inactivity".into(),
                then: then(Source::Inactivity),
            })
        };
        let reopening = |agent| Reopening {
            premature: true,
            agent,
            customer_wrote: 1_772_442_000_123,
            closed: i64::MAX,
        };
        let reply = |message, missed_call| {
            Task::Reply(AutomaticReply { event: "rated".into(), message, missed_call })
        };
        let tasks = [
            Task::Send(Reminder { number: 1, of: 3, message: outgoing(Audience::Customer, true) }),
            Task::Send(Reminder {
                number: 2,
                of: 2,
                message: outgoing(Audience::Other("all".into()), false),
            }),
            close(Some(outgoing(Audience::PeopleInCharge, true)), None),
            close(None, Some("over-budget".into())),
            Task::Notify(Notification { code: "c".into(), text: "t".into() }),
            Task::Reopen(reopening(Some("Ana".into()))),
            Task::OpenLinked(reopening(None)),
            Task::AfterClose(then(Source::Other("x".into()))),
            reply(Some(outgoing(Audience::Customer, true)), MissedCall::NewTicket),
            reply(None, MissedCall::OnTicket),
            Task::Other("dance".into()),
        ];
        for task in tasks {
            let key = ActionKey { ticket: "a/b".into(), cycle: 2, step: Step::Reminder(1) };
            let action = Action { key, due: 1_772_442_000_000, task };
            let written = action_json(&action);
            assert_eq!(action_from_json(&written).as_ref(), Ok(&action), "{written}");
            // A missing member is an error or was optional, and never causes a panic.
            for name in written["with"].as_object().into_iter().flat_map(|with| with.keys()) {
                let mut bent = written.clone();
                bent["with"][name] = json!(7.5);
                assert!(
                    action_from_json(&bent).as_ref() != Ok(&action)
                        || written["with"][name].is_null()
                        || name == "closing-text",
                    "{name}"
                );
            }
        }
        assert!(action_from_json(&json!({})).is_err());
    }
}
