//! Action keys as text: `TICKET/CYCLE/STEP`, for example `4711/2/reminder-1`.
//!
//! Hosts store this text and pass it on as the idempotency key. A ticket's id may itself contain
//! `/`: the last two slashes count.

use std::fmt;
use std::str::FromStr;

use crate::word::{other_from_word, other_word};
use crate::{ActionKey, Step};

/// The key as text.
///
/// ```
/// use despertador_contract::{ActionKey, Step};
/// let key = ActionKey { ticket: "4711".into(), cycle: 2, step: Step::Reminder(1) };
/// assert_eq!(despertador_contract::key::render(&key), "4711/2/reminder-1");
/// ```
#[must_use]
pub fn render(key: &ActionKey) -> String {
    format!("{}/{}/{}", key.ticket, key.cycle, render_step(&key.step))
}

/// The step as text: `reminder-1`, `close`, `reply-3`; a step that the contract does not define is
/// `other:NAME`.
#[must_use]
pub fn render_step(step: &Step) -> String {
    match (step, step.detail()) {
        (Step::Other(name), _) => other_word(name),
        (_, Some(number)) => format!("{}-{number}", step.name()),
        (_, None) => step.name().into(),
    }
}

/// The step for a word: one of the contract, or `other:NAME`.
///
/// `None` for any other word, and for a name that no key can contain: empty, or with `/` or a
/// control character.
#[must_use]
pub fn step_from_word(word: &str) -> Option<Step> {
    let numbered = |prefix: &str| {
        let number = word.strip_prefix(prefix).filter(|number| is_canonical(number))?;
        number.parse().ok()
    };
    Some(match word {
        "close" => Step::Close,
        "notify" => Step::Notify,
        "reopen" => Step::Reopen,
        "open-linked" => Step::OpenLinked,
        "after-close" => Step::AfterClose,
        "resolve" => Step::Resolve,
        _ => match (numbered("reminder-"), numbered("reply-"), other_from_word(word)) {
            (Some(number), _, _) => Step::Reminder(number),
            (_, Some(number), _) => Step::Reply(number),
            (_, _, name) => Step::Other(name.filter(|name| is_storable(name))?),
        },
    })
}

/// The step for a stored text: as [`step_from_word`], or a bare unknown word, as earlier versions
/// wrote unknown steps.
#[must_use]
pub fn parse_step(text: &str) -> Option<Step> {
    let bare = || is_storable(text).then(|| Step::Other(text.into()));
    step_from_word(text).or_else(bare)
}

/// Whether reading the step's text gives the same step. An unknown step may have a name that no key
/// can contain (`a/b`); it can be neither stored nor passed on.
#[must_use]
pub fn has_text(step: &Step) -> bool {
    parse_step(&render_step(step)).as_ref() == Some(step)
}

/// Whether a key can contain the name of a step: a `/` would end it.
fn is_storable(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c == '/' || c.is_control())
}

fn is_canonical(digits: &str) -> bool {
    digits.bytes().all(|b| b.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'))
}

/// Parses a key that [`render`] wrote.
///
/// # Errors
///
/// If the text is not such a key; the error says what is missing.
pub fn parse(text: &str) -> Result<ActionKey, NotAKey> {
    let not_a_key = |what| NotAKey { text: text.into(), what };
    let (rest, step) = text.rsplit_once('/').ok_or(not_a_key("the step after the last `/`"))?;
    let (ticket, cycle) = rest.rsplit_once('/').ok_or(not_a_key("the cycle before the step"))?;
    let cycle = Some(cycle)
        .filter(|cycle| is_canonical(cycle))
        .and_then(|cycle| cycle.parse().ok())
        .ok_or(not_a_key("the cycle, a number, before the step"))?;
    let step = parse_step(step).ok_or(not_a_key("the step after the last `/`"))?;
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

/// An invalid action key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an action key: it lacks {what}; write `TICKET/CYCLE/STEP`")]
pub struct NotAKey {
    text: String,
    what: &'static str,
}

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
            Step::Other("close".into()),
            Step::Other("other:close".into()),
        ];
        for step in steps {
            for ticket in ["4711", "acme/4711", ""] {
                let key = ActionKey { ticket: ticket.into(), cycle: 2, step: step.clone() };
                assert_eq!(parse(&render(&key)), Ok(key));
            }
        }
    }

    #[test]
    fn a_step_written_by_an_earlier_version_is_read() {
        assert_eq!(parse_step("dance"), Some(Step::Other("dance".into())));
        assert_eq!(step_from_word("dance"), None);
        for no_step in ["", "a/b", "other:a/b"] {
            assert_eq!(parse_step(no_step), None, "{no_step}");
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
