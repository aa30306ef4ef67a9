//! Decisions and actions as JSON: in the journal, in the outbox, on their way out.

use despertador_harness::answer::members;
use despertador_harness::clock_face::{parse_rfc3339, show_rfc3339};
use despertador_harness::word::{self, Word};
use despertador_host::contract::{
    Action, AfterClose, Audience, AutomaticReply, ClosePackage, ClosingNote, Decision, Image,
    Instant, Notification, Outcome, Outgoing, QuickReply, Reason, Reminder, Reopening, Step, Task,
    Template,
};
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

/// Reads an action as [`action_json`] writes it, for sinks that carry it out themselves.
///
/// # Errors
///
/// The member that cannot be read.
pub fn action_from_json(value: &Value) -> Result<Action, String> {
    let read = Reading(value);
    let with = read.object("with")?;
    let task = match read.text("task")?.as_str() {
        "send" => Task::Send(Reminder {
            number: with.number("number")?,
            of: with.number("of")?,
            message: with.outgoing()?,
        }),
        "close" => Task::Close(with.close_package()?),
        "notify" => {
            Task::Notify(Notification { code: with.text("code")?, text: with.text("text")? })
        }
        "reopen" => Task::Reopen(with.reopening()?),
        "open-linked" => Task::OpenLinked(with.reopening()?),
        "after-close" => Task::AfterClose(with.after_close()?),
        "reply" => Task::Reply(AutomaticReply {
            event: with.text("event")?,
            // Without a message its members are not there.
            message: with.0.get("audience").map(|_| with.outgoing()).transpose()?,
            missed_call: with.word("missed-call")?,
        }),
        "other" => Task::Other(with.text("other")?),
        task => return Err(format!("the task `{task}` is not known")),
    };
    let key = key::parse(&read.text("key")?).map_err(|error| error.to_string())?;
    Ok(Action { key, due: read.instant("due")?, task })
}

struct Reading<'a>(&'a Value);

impl<'a> Reading<'a> {
    fn member<T>(
        &self,
        name: &str,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<T, String> {
        let found = self.0.get(name).and_then(read);
        found.ok_or_else(|| format!("`{name}` of the action cannot be read"))
    }

    fn object(&self, name: &str) -> Result<Self, String> {
        self.member(name, |value| value.is_object().then_some(Self(value)))
    }

    /// An object that may be `null` or missing.
    fn object_if_any(&self, name: &str) -> Option<Self> {
        self.0.get(name).filter(|value| value.is_object()).map(Self)
    }

    fn text(&self, name: &str) -> Result<String, String> {
        self.member(name, |value| value.as_str().map(str::to_owned))
    }

    fn text_if_any(&self, name: &str) -> Option<String> {
        self.0.get(name).and_then(Value::as_str).map(str::to_owned)
    }

    fn texts(&self, name: &str) -> Result<Vec<String>, String> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        self.member(name, |value| value.as_array()?.iter().map(text).collect())
    }

    fn number(&self, name: &str) -> Result<u32, String> {
        self.member(name, |value| value.as_u64().and_then(|number| u32::try_from(number).ok()))
    }

    fn switch(&self, name: &str) -> Result<bool, String> {
        self.member(name, Value::as_bool)
    }

    fn instant(&self, name: &str) -> Result<Instant, String> {
        // What is no date of the calendar is written as a number.
        self.member(name, |value| {
            let text = value.as_str()?;
            parse_rfc3339(text).or_else(|| text.parse().ok())
        })
    }

    fn word<W: Word>(&self, name: &str) -> Result<W, String> {
        self.member(name, |value| W::from_word(value.as_str()?))
    }

    fn outgoing(&self) -> Result<Outgoing, String> {
        let template = self.object_if_any("template").map(|template| {
            Ok::<_, String>(Template {
                name: template.text("name")?,
                language: template.text_if_any("language"),
                parameters: template.texts("parameters")?,
            })
        });
        let image = self.object_if_any("image").map(|image| {
            Ok::<_, String>(Image {
                url: image.text("url")?,
                alternative: image.text("alternative")?,
            })
        });
        let reply = |reply: &Value| {
            let reply = Reading(reply);
            Some(QuickReply { id: reply.text("id").ok()?, title: reply.text("title").ok()? })
        };
        Ok(Outgoing {
            text: self.text("text")?,
            language: self.text_if_any("language"),
            audience: self.word("audience")?,
            template: template.transpose()?,
            image: image.transpose()?,
            quick_replies: self
                .member("quick-replies", |value| value.as_array()?.iter().map(reply).collect())?,
        })
    }

    fn close_package(&self) -> Result<ClosePackage, String> {
        let note = self.object("note")?;
        let closing = self.object_if_any("closing-message");
        Ok(ClosePackage {
            reason: self.text("reason")?,
            notice: self.text("notice")?,
            closing_text: closing.map(|message| message.outgoing()).transpose()?,
            silent_because: self.text_if_any("silent-because"),
            note: ClosingNote { category: note.text("category")?, summary: note.text("summary")? },
            tags: self.texts("tags")?,
            incomplete_metadata: self.switch("incomplete-metadata")?,
            exit: self.text("exit")?,
            then: self.object("then")?.after_close()?,
        })
    }

    fn after_close(&self) -> Result<AfterClose, String> {
        Ok(AfterClose {
            source: self.word("source")?,
            unassign: self.switch("unassign")?,
            bot_on: self.switch("bot-on")?,
            survey: self.word("survey")?,
        })
    }

    fn reopening(&self) -> Result<Reopening, String> {
        Ok(Reopening {
            premature: self.switch("premature")?,
            agent: self.text_if_any("agent"),
            customer_wrote: self.instant("customer-wrote")?,
            closed: self.instant("closed")?,
        })
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

#[cfg(test)]
mod tests {
    use super::*;
    use despertador_host::contract::{ActionKey, MissedCall, Source, Survey};

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
            // Whatever is missing is an error or was not there before, and never a panic.
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
