//! Action keys as text: `TICKET/CYCLE/STEP`, for example `4711/2/reminder-1`.
//!
//! The text is what a host stores and hands to the outside world as idempotency key. A ticket's
//! id may itself contain `/`: the last two slashes count.

use std::fmt;
use std::str::FromStr;

use crate::contract::{ActionKey, Step};

/// The key as text.
///
/// ```
/// use despertador_host::contract::{ActionKey, Step};
/// let key = ActionKey { ticket: "4711".into(), cycle: 2, step: Step::Reminder(1) };
/// assert_eq!(despertador_host::key::render(&key), "4711/2/reminder-1");
/// ```
#[must_use]
pub fn render(key: &ActionKey) -> String {
    format!("{}/{}/{}", key.ticket, key.cycle, render_step(&key.step))
}

/// The step as text: `reminder-1`, `close`, `after-close`, `reply-3`.
#[must_use]
pub fn render_step(step: &Step) -> String {
    match step {
        Step::Reminder(number) => format!("reminder-{number}"),
        Step::Close => "close".into(),
        Step::Notify => "notify".into(),
        Step::Reopen => "reopen".into(),
        Step::OpenLinked => "open-linked".into(),
        Step::AfterClose => "after-close".into(),
        Step::Resolve => "resolve".into(),
        Step::Reply(number) => format!("reply-{number}"),
        Step::Other(word) => word.clone(),
    }
}

/// Reads a step that [`render_step`] wrote. None for a text that is not the one way to write a
/// step: empty, with a `/` or a control character.
#[must_use]
pub fn parse_step(text: &str) -> Option<Step> {
    let numbered = |prefix: &str| {
        let number = text.strip_prefix(prefix).filter(|number| is_canonical(number))?;
        number.parse().ok()
    };
    Some(match text {
        "close" => Step::Close,
        "notify" => Step::Notify,
        "reopen" => Step::Reopen,
        "open-linked" => Step::OpenLinked,
        "after-close" => Step::AfterClose,
        "resolve" => Step::Resolve,
        word if word.is_empty() || word.contains(|c: char| c == '/' || c.is_control()) => {
            return None;
        }
        word => numbered("reminder-")
            .map(Step::Reminder)
            .or_else(|| numbered("reply-").map(Step::Reply))
            .unwrap_or_else(|| Step::Other(word.into())),
    })
}

/// Whether a step is read as what it was written as. A step without a word of its own may be named
/// so that it is none (`a/b`), or another one (`close`): such a step can be neither stored nor told.
#[must_use]
pub fn has_text(step: &Step) -> bool {
    parse_step(&render_step(step)).as_ref() == Some(step)
}

fn is_canonical(digits: &str) -> bool {
    digits.bytes().all(|b| b.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'))
}

/// Reads a key that [`render`] wrote.
///
/// # Errors
///
/// When the text is no such key; the sentence says what is missing.
pub fn parse(text: &str) -> Result<ActionKey, NotAKey> {
    let not_a_key = |what| NotAKey { text: text.into(), what };
    let (rest, step) = text.rsplit_once('/').ok_or(not_a_key("the step after the last `/`"))?;
    let (ticket, cycle) = rest.rsplit_once('/').ok_or(not_a_key("the cycle before the step"))?;
    if step.is_empty() {
        return Err(not_a_key("the step after the last `/`"));
    }
    let cycle = Some(cycle)
        .filter(|cycle| is_canonical(cycle))
        .and_then(|cycle| cycle.parse().ok())
        .ok_or(not_a_key("the cycle, a number, before the step"))?;
    let step = parse_step(step).ok_or(not_a_key("a step without control characters"))?;
    Ok(ActionKey { ticket: ticket.into(), cycle, step })
}

/// As [`render`] writes it.
impl fmt::Display for ActionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&render(self))
    }
}

/// As [`parse`] reads it.
impl FromStr for ActionKey {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, NotAKey> {
        parse(text)
    }
}

/// A text that is no action key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAKey {
    text: String,
    what: &'static str,
}

impl fmt::Display for NotAKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { text, what } = self;
        write!(f, "`{text}` is no action key: it lacks {what}; write `TICKET/CYCLE/STEP`")
    }
}

impl std::error::Error for NotAKey {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_survives_text() {
        let steps = [
            Step::Reminder(1),
            Step::Reminder(12),
            Step::Close,
            Step::Notify,
            Step::Reopen,
            Step::OpenLinked,
            Step::AfterClose,
            Step::Resolve,
            Step::Reply(3),
            Step::Other("dance".into()),
            Step::Other("reply-03".into()),
        ];
        for step in steps {
            for ticket in ["4711", "acme/4711", ""] {
                let key = ActionKey { ticket: ticket.into(), cycle: 2, step: step.clone() };
                assert_eq!(parse(&render(&key)), Ok(key));
            }
        }
    }

    #[test]
    fn a_step_is_read_as_what_it_was_written_as_or_has_no_text() {
        for step in [Step::Reminder(1), Step::Reply(0), Step::Resolve, Step::Other("x".into())] {
            assert!(has_text(&step), "{step:?}");
        }
        for name in ["", "a/b", "/", "close", "reminder-1", "reply-30", "a\nb", "\u{7f}"] {
            assert!(!has_text(&Step::Other(name.into())), "{name:?}");
        }
    }

    #[test]
    fn what_is_no_key_says_why() {
        for (text, why) in [
            ("", "the step"),
            ("4711", "the step"),
            ("4711/close", "the cycle"),
            ("4711/two/close", "the cycle, a number"),
            ("4711/02/close", "the cycle, a number"),
            ("4711/2/", "the step"),
        ] {
            let sentence = parse(text).expect_err(text).to_string();
            assert!(sentence.contains(why), "{text}: {sentence}");
        }
    }
}
