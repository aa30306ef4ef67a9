//! Kinds of differences between two decisions.

use std::fmt;

use despertador_contract::clock_face::parse_rfc3339;
use serde_json::Value;

/// How a decision differs from the recorded one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// There is no other decision.
    Unanswered,
    /// A step comes earlier.
    Earlier(Subject),
    /// A step comes later.
    Later(Subject),
    /// A step is no longer done or waited for.
    Gone(Subject),
    /// A step is done or waited for where there was none.
    New(Subject),
    /// Another step is done or waited for.
    AnotherStep,
    /// The same step at the same time, with another text or other contents.
    Content(Subject),
    /// Another reason.
    Reason,
    /// Another rule of the policy.
    Rule,
    /// Another difference.
    Other,
}

/// The subject of a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A reminder.
    Reminder,
    /// The close, for inactivity or because the customer resolved the matter.
    Close,
    /// Any other action.
    Action,
}

impl Subject {
    fn of(step: &str) -> Self {
        match step {
            "close" | "resolve" => Self::Close,
            step if step.starts_with("reminder-") => Self::Reminder,
            _ => Self::Action,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Reminder => "reminder",
            Self::Close => "close",
            Self::Action => "action",
        }
    }
}

impl Kind {
    /// Its word: `reminder-earlier`, `close-gone`, `another-reason`.
    #[must_use]
    pub fn code(self) -> String {
        match self {
            Self::Unanswered => "unanswered".into(),
            Self::Earlier(subject) => format!("{}-earlier", subject.word()),
            Self::Later(subject) => format!("{}-later", subject.word()),
            Self::Gone(subject) => format!("{}-gone", subject.word()),
            Self::New(subject) => format!("{}-new", subject.word()),
            Self::AnotherStep => "another-step".into(),
            Self::Content(subject) => format!("{}-otherwise", subject.word()),
            Self::Reason => "another-reason".into(),
            Self::Rule => "another-rule".into(),
            Self::Other => "other".into(),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unanswered => f.write_str("no decision at all"),
            Self::Earlier(subject) => write!(f, "{} earlier", subject.word()),
            Self::Later(subject) => write!(f, "{} later", subject.word()),
            Self::Gone(subject) => write!(f, "{} that would not happen", subject.word()),
            Self::New(subject) => write!(f, "{} that did not happen", subject.word()),
            Self::AnotherStep => f.write_str("another step"),
            Self::Content(subject) => write!(f, "{} with other particulars", subject.word()),
            Self::Reason => f.write_str("another reason"),
            Self::Rule => f.write_str("another rule"),
            Self::Other => f.write_str("something else"),
        }
    }
}

/// The step that a decision does or waits for, and its time.
#[derive(PartialEq)]
struct NextStep<'a> {
    step: &'a str,
    is_done: bool,
    /// The deadline.
    due: Option<i64>,
}

fn next_step(decision: &Value) -> Option<NextStep<'_>> {
    let text = |value: &'_ Value| value.as_str().map(str::to_owned);
    let instant = |value: Option<&Value>| value.and_then(text).and_then(|at| parse_rfc3339(&at));
    match decision.get("outcome")?.as_str()? {
        "wait" => Some(NextStep {
            step: decision.get("for")?.as_str()?,
            is_done: false,
            due: instant(decision.get("until")),
        }),
        "act" => {
            let action = decision.get("action")?;
            Some(NextStep {
                step: action.get("step")?.as_str()?,
                is_done: true,
                due: instant(action.get("due")),
            })
        }
        _ => None,
    }
}

/// The kind of difference between two different decisions; `None` stands for a decision that could
/// not be made.
pub(super) fn kind(recorded: &Value, other: Option<&Value>) -> Kind {
    let Some(other) = other else { return Kind::Unanswered };
    match (next_step(recorded), next_step(other)) {
        (Some(was), None) => Kind::Gone(Subject::of(was.step)),
        (None, Some(is)) => Kind::New(Subject::of(is.step)),
        (Some(was), Some(is)) if was.step != is.step => match (was.is_done, is.is_done) {
            // A done step is only waited for, or the reverse.
            (true, false) => Kind::Gone(Subject::of(was.step)),
            (false, true) => Kind::New(Subject::of(is.step)),
            _ => Kind::AnotherStep,
        },
        (Some(was), Some(is)) if was.due < is.due => Kind::Later(Subject::of(was.step)),
        (Some(was), Some(is)) if was.due > is.due => Kind::Earlier(Subject::of(was.step)),
        (Some(was), Some(is)) if was.is_done != is.is_done => {
            let subject = Subject::of(was.step);
            if was.is_done { Kind::Later(subject) } else { Kind::Earlier(subject) }
        }
        (was, _) => {
            let differs = |name: &str| recorded.get(name) != other.get(name);
            match was {
                Some(was) if differs("action") => Kind::Content(Subject::of(was.step)),
                _ if differs("reason") => Kind::Reason,
                _ if differs("rule") => Kind::Rule,
                _ => Kind::Other,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn differences_are_told_apart() {
        let wait = |step: &str, until: &str| json!({ "outcome": "wait", "until": format!("2026-03-02T{until}:00Z"), "for": step, "reason": "close" });
        let act = |step: &str, text: &str| {
            json!({ "outcome": "act", "reason": step, "rule": 0, "action": {
                "step": step, "due": "2026-03-02T09:10:00Z", "with": { "text": text } } })
        };
        let rest = |reason: &str| json!({ "outcome": "rest", "reason": reason, "rule": 0 });
        let cases = [
            (wait("reminder-1", "09:10"), wait("reminder-1", "09:05"), "reminder-earlier"),
            (wait("reminder-1", "09:10"), wait("reminder-1", "09:15"), "reminder-later"),
            (act("close", "x"), wait("close", "09:20"), "close-later"),
            (act("close", "x"), rest("opted-out"), "close-gone"),
            (act("reminder-2", "x"), wait("close", "09:20"), "reminder-gone"),
            (wait("close", "09:20"), act("reminder-2", "x"), "reminder-new"),
            (rest("on-hold"), act("close", "x"), "close-new"),
            (wait("close", "09:10"), wait("reminder-3", "09:10"), "another-step"),
            (act("close", "x"), act("close", "y"), "close-otherwise"),
            (act("reply-1", "x"), rest("on-hold"), "action-gone"),
            (rest("on-hold"), rest("on-call"), "another-reason"),
            (
                rest("on-hold"),
                json!({ "outcome": "rest", "reason": "on-hold", "rule": 1 }),
                "another-rule",
            ),
        ];
        for (was, is, code) in cases {
            assert_eq!(kind(&was, Some(&is)).code(), code, "{was} {is}");
        }
        assert_eq!(kind(&rest("on-hold"), None), Kind::Unanswered);
    }
}
