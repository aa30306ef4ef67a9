//! What stands after the arrow.

use despertador_host::contract::Instant;
use serde_json::Value;

use crate::answer::{self, Answer, Detail};
use crate::clock_face::ClockFace;
use crate::nearest::{nearest, unknown};
use crate::problem::Misread;
use crate::scenario::token::{Kind, Token};
use crate::scenario::words::{Words, misplaced};
use crate::word::{REASONS, step_from_word};

/// An expected decision, brought into the form in which [`answer::line`] writes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Expectation {
    line: String,
    detail: Detail,
}

impl Expectation {
    /// The line that is expected.
    pub fn line(&self) -> &str {
        &self.line
    }

    /// The line of an answer, in the detail that is expected.
    pub fn line_of(&self, answer: &Answer, face: &ClockFace) -> String {
        answer::line(answer, face, &self.detail)
    }

    pub(crate) fn read(tokens: &[Token], face: &ClockFace) -> Result<Expectation, Misread> {
        let mut words = Words::new(tokens);
        let mut line = head(&mut words, face)?;
        if line.starts_with("fault ") {
            words.end("the end of the line")?;
            return Ok(Expectation { line, detail: Detail::default() });
        }
        let asked = Asked::read(&mut words, face)?;
        if line == "rest" && asked.reason.is_none() {
            return Err(Misread::new(
                "`rest` without its reason",
                "the reason in parentheses, such as `rest (company-turn)`",
            ));
        }
        let detail = asked.detail();
        asked.write(&mut line, face);
        Ok(Expectation { line, detail })
    }
}

/// What an expectation says beyond the necessary.
#[derive(Default)]
struct Asked {
    text: Option<String>,
    key: Option<String>,
    due: Option<Instant>,
    with: Option<Value>,
    rule: Option<String>,
    reason: Option<String>,
}

impl Asked {
    fn read(words: &mut Words<'_>, face: &ClockFace) -> Result<Asked, Misread> {
        let mut asked = Asked::default();
        while let Some(next) = words.next() {
            match next {
                Kind::Quoted(text) => asked.text = Some(text.clone()),
                Kind::Aside(reason) => asked.reason = Some(check_reason(reason)?),
                Kind::Word(word) => match word.as_str() {
                    "key" => asked.key = Some(key(words)?),
                    "due" => asked.due = Some(words.instant(face)?),
                    "rule" => asked.rule = Some(words.word("the rule's number, from 0")?.into()),
                    "with" => {
                        asked.with = Some(words.json("an object of the action's members")?.clone())
                    }
                    _ => return Err(misplaced(Some(next), QUALIFIER)),
                },
                Kind::Json(_) | Kind::Arrow => return Err(misplaced(Some(next), QUALIFIER)),
            }
        }
        Ok(asked)
    }

    fn detail(&self) -> Detail {
        Detail {
            reason: self.reason.is_some(),
            text: self.text.is_some(),
            key: self.key.is_some(),
            due: self.due.is_some(),
            rule: self.rule.is_some(),
            with: self.with.clone(),
        }
    }

    /// Appends everything in the order of [`answer::line`].
    fn write(self, line: &mut String, face: &ClockFace) {
        let parts = [
            self.text.map(|text| answer::quote(&text)),
            self.key.map(|key| format!("key {key}")),
            self.due.map(|due| format!("due {}", face.show(due))),
            self.with.map(|with| format!("with {with}")),
            self.rule.map(|rule| format!("rule {rule}")),
            self.reason.map(|reason| format!("({reason})")),
        ];
        for part in parts.into_iter().flatten() {
            line.push(' ');
            line.push_str(&part);
        }
    }
}

const HEAD: &str = "`wait until TIME for reminder N`, `wait until TIME to close`, \
    `send reminder N`, `send reply N`, `close`, `resolve`, `notify (REASON)`, `reopen (REASON)`, \
    `open linked (REASON)`, `after-close`, `rest (REASON)` or `fault WORD`";

const QUALIFIER: &str = "a \"text\", `key CYCLE/STEP`, `due TIME`, `with {…}`, `rule N`, \
    a (reason) or the end of the line";

fn head(words: &mut Words<'_>, face: &ClockFace) -> Result<String, Misread> {
    let first = words.next();
    let Some(Kind::Word(word)) = first else {
        return Err(misplaced(first, HEAD));
    };
    Ok(match word.as_str() {
        "wait" => {
            if !words.pass("until") {
                return Err(misplaced(words.peek(), "`until` and a time"));
            }
            let until = words.instant(face)?;
            format!("wait until {} {}", face.show(until), aim(words)?)
        }
        "send" if words.pass("reminder") => {
            format!("send reminder {}", words.number("the reminder's number")?)
        }
        "send" if words.pass("reply") => {
            format!("send reply {}", words.number("the reply's number")?)
        }
        "send" => return Err(misplaced(words.peek(), "`reminder` or `reply`, and its number")),
        "open" => {
            if !words.pass("linked") {
                return Err(misplaced(words.peek(), "`open linked`"));
            }
            "open linked".into()
        }
        "close" | "resolve" | "notify" | "reopen" | "after-close" | "rest" => word.clone(),
        "fault" => {
            let mut line = format!("fault {}", words.word("the fault's word")?);
            if let Some(Kind::Word(more)) = words.peek() {
                line = format!("{line} {more}");
                words.next();
            }
            line
        }
        "task" | "outcome" => format!("{word} {}", words.word("`other:NAME`")?),
        _ => {
            let known = [
                "wait",
                "send",
                "close",
                "resolve",
                "notify",
                "reopen",
                "open",
                "after-close",
                "rest",
                "fault",
            ];
            return Err(match nearest(word, known) {
                Some(meant) => Misread::bare(format!("`{word}`; did you mean `{meant}`?")),
                None => Misread::new(format!("`{word}`"), HEAD),
            });
        }
    })
}

fn aim(words: &mut Words<'_>) -> Result<String, Misread> {
    const AIM: &str = "`for reminder N`, `for reply N`, `to close`, `to resolve`, `to notify`, \
        `to reopen`, `to open linked` or `for after-close`";
    if words.pass("for") {
        let step = words.word(AIM)?;
        return Ok(match step {
            "reminder" => format!("for reminder {}", words.number("the reminder's number")?),
            "reply" => format!("for reply {}", words.number("the reply's number")?),
            "after-close" => "for after-close".into(),
            _ if step.starts_with("other:") => format!("for {step}"),
            _ => return Err(Misread::new(format!("`for {step}`"), AIM)),
        });
    }
    if words.pass("to") {
        let step = words.word(AIM)?;
        return Ok(match step {
            "close" | "resolve" | "notify" | "reopen" => format!("to {step}"),
            "open" if words.pass("linked") => "to open linked".into(),
            _ => return Err(Misread::new(format!("`to {step}`"), AIM)),
        });
    }
    Err(misplaced(words.peek(), AIM))
}

fn key(words: &mut Words<'_>) -> Result<String, Misread> {
    const KEY: &str = "a key without its ticket, such as `1/reminder-1`";
    let key = words.word(KEY)?;
    let known = key.split_once('/').is_some_and(|(cycle, step)| {
        cycle.parse::<u32>().is_ok() && step_from_word(step).is_some()
    });
    if known { Ok(key.to_owned()) } else { Err(Misread::new(format!("`{key}` is no key"), KEY)) }
}

fn check_reason(reason: &str) -> Result<String, Misread> {
    let first = reason.split_whitespace().next().unwrap_or_default();
    if REASONS.contains(&first) || first.starts_with("other:") {
        return Ok(reason.to_owned());
    }
    Err(unknown(first, format!("({reason}) is no reason"), REASONS))
}
