//! The grammar of a timeline: one moment per line.

use std::collections::BTreeMap;
use std::ops::Range;

use despertador_contract::{
    Author, FailureKind, Happening, Instant, MessageKind, Occurrence, Origin, Source, Step,
    Transfer,
};
use serde_json::Value;

use crate::scenario::expectation::Expectation;
use crate::scenario::token::{Kind, Token, tokens};
use crate::scenario::words::{Words, misplaced};
use despertador_contract::clock_face::ClockFace;
use despertador_contract::duration;
use despertador_contract::key::step_from_word;
use despertador_contract::nearest::unknown;
use despertador_contract::problem::Misread;
use despertador_contract::word::Word;

/// A line of a timeline.
#[derive(Debug, Clone, PartialEq)]
pub struct Moment {
    /// The line in the file, from 1.
    pub line: usize,
    /// The text before the arrow, without surrounding spaces.
    pub source: String,
    /// When the host receives it.
    pub at: Instant,
    /// What happens.
    pub what: What,
    /// The expectation after the arrow.
    pub expected: Expected,
    /// The columns of the expectation, in bytes.
    pub(crate) span: Range<usize>,
}

/// The expectation of a line.
#[derive(Debug, Clone, PartialEq)]
pub enum Expected {
    /// Nothing is checked.
    Nothing,
    /// An arrow without an expectation, to be filled in.
    Blank,
    /// A decision.
    Decision(Expectation),
    /// An explanation that contains this text.
    Contains(String),
    /// The actions of the flow, as text.
    Done(String),
}

/// What happens at a moment.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// A message.
    Message(Stamp, Box<MessageContent>),
    /// An event.
    Event(Stamp, Happening),
    /// The host reports the result of an action; without a cycle, of the last one requested.
    Report(Stamp, ActionReport),
    /// The host asks what is due.
    Tick,
    /// The facts of the ticket change, without a call.
    Facts(Value),
    /// Another policy applies from here on, by name; `reset` for the heading's.
    Policy(String),
    /// The following lines are about another ticket of the same customer, by id.
    Ticket(String),
    /// The instance is discarded.
    Restart,
    /// The previous line's call is repeated.
    Duplicate,
    /// The decision is explained, in a language.
    Explain(String),
    /// What the flow did at the last input is compared.
    Flow,
    /// The flow's wait ends without an answer.
    FlowExpires,
    /// The results of the flow's commands and scripts, by the variables that they set.
    FlowAnswers(BTreeMap<String, String>),
    /// The memory is damaged from here on, or restored.
    Memory {
        /// Whether it is damaged.
        damaged: bool,
    },
}

impl What {
    /// Whether it needs a flow.
    pub(crate) fn is_of_a_flow(&self) -> bool {
        matches!(self, What::Flow | What::FlowExpires | What::FlowAnswers(_))
    }
}

/// The parenthesised part of a message or an event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stamp {
    /// When it was written or happened, if that differs from the receipt.
    pub written: Option<Instant>,
    /// Its sequence number.
    pub sequence: Option<u64>,
    /// Its id.
    pub id: Option<String>,
}

/// A message without its times.
#[derive(Debug, Clone, PartialEq)]
pub struct MessageContent {
    /// Who writes.
    pub author: Author,
    /// What it is.
    pub kind: MessageKind,
    /// What caused it.
    pub origin: Origin,
    /// The text.
    pub text: Option<String>,
    /// The quick reply that was chosen.
    pub choice: Option<String>,
}

/// The result of an action.
#[derive(Debug, Clone, PartialEq)]
pub struct ActionReport {
    /// The action's step.
    pub step: Step,
    /// The action's cycle, if given.
    pub cycle: Option<u32>,
    /// The kind of failure, if it failed.
    pub failed: Option<FailureKind>,
}

/// Parses a line of a timeline; empty lines and comments are not moments.
pub(crate) fn moment(text: &str, line: usize, face: &ClockFace) -> Result<Option<Moment>, Misread> {
    let tokens = tokens(text)?;
    if tokens.is_empty() {
        return Ok(None);
    }
    let arrow = tokens.iter().position(|token| token.kind == Kind::Arrow);
    let (before, after) = match arrow {
        Some(arrow) => {
            let (before, rest) = tokens.split_at(arrow);
            (before, rest.split_first())
        }
        None => (tokens.as_slice(), None),
    };
    let mut words = Words::new(before);
    let at = words.instant(face)?;
    let (stamp, asides, plain) = stamp(words.rest, face)?;
    let what = what(&plain, stamp, asides, face)?;
    let (expected, span) = match after {
        None => (Expected::Nothing, 0..0),
        Some((arrow, after)) => {
            let start = arrow.span.end;
            let end = after.last().map_or(start, |token| token.span.end);
            let written = text.get(start..end).unwrap_or_default().trim();
            (expected(after, written, &what, face)?, start..end)
        }
    };
    let source = match (before.first(), before.last()) {
        (Some(first), Some(last)) => text.get(first.span.start..last.span.end).unwrap_or(text),
        _ => text,
    };
    Ok(Some(Moment { line, source: source.to_owned(), at, what, expected, span }))
}

fn expected(
    after: &[Token],
    written: &str,
    what: &What,
    face: &ClockFace,
) -> Result<Expected, Misread> {
    let mut words = Words::new(after);
    match what {
        _ if after.is_empty() => Ok(Expected::Blank),
        What::Explain(_) => {
            if !words.pass("contains") {
                return Err(misplaced(words.peek(), "`contains` and a \"text\""));
            }
            let text = words.name("a \"text\"")?;
            words.end("the end of the line")?;
            Ok(Expected::Contains(text))
        }
        What::Flow | What::FlowExpires => Ok(Expected::Done(written.to_owned())),
        What::Facts(_)
        | What::Policy(_)
        | What::Ticket(_)
        | What::Restart
        | What::FlowAnswers(_)
        | What::Memory { .. } => {
            Err(Misread::new("an expectation", "none: this line calls nobody; ask with a `tick`"))
        }
        _ => Expectation::read(after, face).map(Expected::Decision),
    }
}

/// Extracts the parenthesised parts of a line.
fn stamp(tokens: &[Token], face: &ClockFace) -> Result<(Stamp, Vec<String>, Vec<Token>), Misread> {
    let mut stamp = Stamp::default();
    let mut others = Vec::new();
    let mut plain = Vec::new();
    for token in tokens {
        let Kind::Aside(aside) = &token.kind else {
            plain.push(token.clone());
            continue;
        };
        for part in aside.split(',').map(str::trim) {
            match part.split_once(' ') {
                Some(("written" | "at", time)) => {
                    stamp.written = Some(face.parse(time.trim()).ok_or_else(|| {
                        Misread::new(format!("({part})"), "a time such as `(written 09:01)`")
                    })?);
                }
                Some(("seq", number)) => {
                    stamp.sequence = Some(number.trim().parse().map_err(|_| {
                        Misread::new(format!("({part})"), "a number such as `(seq 5)`")
                    })?);
                }
                Some(("id", id)) => stamp.id = Some(id.trim().to_owned()),
                _ => others.push(part.to_owned()),
            }
        }
    }
    Ok((stamp, others, plain))
}

/// The first words of lines, for suggestions.
const FIRST_WORDS: &[&str] = &[
    "customer",
    "agent",
    "ai-agent",
    "bot",
    "echo",
    "tick",
    "sent",
    "closed",
    "resolved",
    "reopened",
    "notified",
    "linked",
    "after-close",
    "failed",
    "opened",
    "typing",
    "hold",
    "release",
    "snooze",
    "wake",
    "call",
    "assigned",
    "unassigned",
    "transfer",
    "extended",
    "occurred",
    "happened",
    "facts",
    "policy",
    "ticket",
    "restart",
    "duplicate",
    "explain",
    "memory",
    "flow",
];

fn what(
    tokens: &[Token],
    stamp: Stamp,
    asides: Vec<String>,
    face: &ClockFace,
) -> Result<What, Misread> {
    let mut words = Words::new(tokens);
    let first = words.word("who or what: `customer`, `agent`, `tick`, `sent reminder 1`, …")?;
    let mut asides = asides.into_iter();
    let mut what = match first {
        "echo" => spoken(Author::Bot, Origin::Echo, &mut words, stamp)?,
        _ if Author::from_word(first).is_some() => {
            let author = Author::from_word(first).unwrap_or(Author::Bot);
            spoken(author, Origin::Written, &mut words, stamp)?
        }
        "tick" => What::Tick,
        "facts" => What::Facts(
            words.json("the facts that change, such as `{\"tags\": [\"vip\"]}`")?.clone(),
        ),
        "policy" => What::Policy(words.name("the name of a `policy name=…` block")?),
        "ticket" => What::Ticket(words.name("the id of another ticket of the customer")?),
        "restart" => What::Restart,
        "duplicate" => What::Duplicate,
        "explain" => What::Explain(words.word("a language: `es`, `pt` or `en`")?.to_owned()),
        "flow" if words.pass("expires") => What::FlowExpires,
        "flow" if words.pass("answers") => {
            const ANSWERS: &str = "what is answered, such as `{\"helpDeskHasTicket\": \"true\"}`";
            let answers = words.json(ANSWERS)?;
            What::FlowAnswers(
                despertador_contract::facts::pairs("answers", answers)?.into_iter().collect(),
            )
        }
        "flow" => What::Flow,
        "memory" => match words.word(MEMORY)? {
            "damaged" => What::Memory { damaged: true },
            "restored" => What::Memory { damaged: false },
            other => return Err(Misread::new(format!("`memory {other}`"), MEMORY)),
        },
        "failed" => {
            let report = report(&mut words, true)?;
            let kind = asides.next().unwrap_or_else(|| "unreachable".into());
            let failed = FailureKind::from_word(&kind)
                .ok_or_else(|| unknown(&kind, format!("({kind})"), FailureKind::KNOWN))?;
            What::Report(stamp, ActionReport { failed: Some(failed), ..report })
        }
        "sent" | "resolved" | "notified" | "linked" | "after-close" => {
            words = Words::new(tokens);
            What::Report(stamp, report(&mut words, false)?)
        }
        "closed" | "reopened" if !matches!(words.peek(), Some(Kind::Word(by)) if by == "by") => {
            words = Words::new(tokens);
            What::Report(stamp, report(&mut words, false)?)
        }
        _ => What::Event(stamp, happening(first, &mut words, face)?),
    };
    words.end("the end of the line or `→`")?;
    for aside in asides {
        match (&mut what, aside.split_once(' ')) {
            (What::Message(_, spoken), Some(("choice", id))) => {
                spoken.choice = Some(id.trim().to_owned());
            }
            _ => {
                return Err(Misread::new(
                    format!("({aside})"),
                    "`(written 09:01)`, `(seq 5)`, `(id m1)`, of a message `(choice extend)` or, \
                     after `failed …`, why: `(blocked)`",
                ));
            }
        }
    }
    Ok(what)
}

const MEMORY: &str = "`memory damaged` or `memory restored`";

fn spoken(
    author: Author,
    origin: Origin,
    words: &mut Words<'_>,
    stamp: Stamp,
) -> Result<What, Misread> {
    let mut spoken =
        MessageContent { author, kind: MessageKind::Text, origin, text: None, choice: None };
    while let Some(next) = words.next() {
        match next {
            Kind::Quoted(text) => spoken.text = Some(text.clone()),
            Kind::Word(word) if word == "auto-reply" => spoken.origin = Origin::AutomaticReply,
            Kind::Word(word) => {
                if let Some(kind) = MessageKind::from_word(word) {
                    spoken.kind = kind;
                } else if let Some(origin) = Origin::from_word(word) {
                    spoken.origin = origin;
                } else {
                    let known =
                        MessageKind::KNOWN.iter().chain(Origin::KNOWN).chain(&["auto-reply"]);
                    let known: Vec<&str> = known.copied().collect();
                    return Err(unknown(word, format!("`{word}`"), &known));
                }
            }
            other => return Err(misplaced(Some(other), "a \"text\" or `→`")),
        }
    }
    Ok(What::Message(stamp, Box::new(spoken)))
}

fn report(words: &mut Words<'_>, failed: bool) -> Result<ActionReport, Misread> {
    const STEPS: &str = "`reminder N`, `reply N`, `close`, `resolve`, `notify`, `reopen`, \
        `open-linked` or `after-close`";
    let mut first = words.word(STEPS)?;
    if first == "sent" {
        const SENT: &str = "`reminder` or `reply`, and its number";
        first = words.word(SENT)?;
        if !matches!(first, "reminder" | "reply") {
            return Err(Misread::new(format!("`sent {first}`"), SENT));
        }
    }
    let step = match first {
        "reminder" => Step::Reminder(words.number("the reminder's number")?),
        "reply" => Step::Reply(words.number("the reply's number")?),
        "closed" => Step::Close,
        "resolved" => Step::Resolve,
        "reopened" => Step::Reopen,
        "notified" => Step::Notify,
        "linked" => Step::OpenLinked,
        "after-close" if failed || words.pass("done") => Step::AfterClose,
        "after-close" => return Err(misplaced(words.peek(), "`after-close done`")),
        _ => step_from_word(first).ok_or_else(|| Misread::new(format!("`{first}`"), STEPS))?,
    };
    let cycle = if words.pass("of") {
        if !words.pass("cycle") {
            return Err(misplaced(words.peek(), "`of cycle N`"));
        }
        Some(words.number("the cycle's number")?)
    } else {
        None
    };
    Ok(ActionReport { step, cycle, failed: None })
}

fn happening(first: &str, words: &mut Words<'_>, face: &ClockFace) -> Result<Happening, Misread> {
    Ok(match first {
        "opened" if words.pass("by") => Happening::Opened(source(words)?),
        "opened" => Happening::Opened(Source::Customer),
        "typing" => Happening::Typing,
        "hold" => Happening::Held,
        "release" => Happening::Released,
        "snooze" if words.pass("until") => Happening::Snoozed(Some(words.instant(face)?)),
        "snooze" => Happening::Snoozed(None),
        "wake" => Happening::Woken,
        "call" => match words.word("`call starts` or `call ends`")? {
            "starts" => Happening::CallStarted,
            "ends" => Happening::CallEnded,
            other => {
                return Err(Misread::new(
                    format!("`call {other}`"),
                    "`call starts` or `call ends`",
                ));
            }
        },
        "assigned" => Happening::Assigned(words.name("the agent's name")?),
        "unassigned" => Happening::Unassigned,
        "transfer" => transfer(words)?,
        "extended" => {
            let mut written = Vec::new();
            while let Some(Kind::Word(word)) = words.peek() {
                written.push(word.as_str());
                words.next();
            }
            let written = written.join(" ");
            Happening::Extended(duration::parse(&written).ok_or_else(|| {
                Misread::new(
                    format!("`extended {written}`"),
                    "a duration such as `extended 10 min`",
                )
            })?)
        }
        "closed" if words.pass("by") => Happening::Closed(source(words)?),
        "reopened" if words.pass("by") => Happening::Reopened(source(words)?),
        "occurred" => {
            let name = words.name("the name of what occurred")?;
            let details = match words.peek() {
                Some(Kind::Json(details)) => {
                    words.next();
                    despertador_contract::facts::pairs("details", details)?
                }
                _ => Vec::new(),
            };
            Happening::Occurred(Occurrence { name, details })
        }
        "happened" => Happening::Other(words.name("the name of what happened")?),
        _ => {
            return Err(unknown(first, format!("`{first}`"), FIRST_WORDS));
        }
    })
}

fn transfer(words: &mut Words<'_>) -> Result<Happening, Misread> {
    const TRANSFER: &str = "`transfer to DEPARTMENT`, with `with AGENT` if somebody has it there";
    let department = if words.pass("to") { Some(words.name(TRANSFER)?) } else { None };
    let agent = if words.pass("with") { Some(words.name("the agent's name")?) } else { None };
    if department.is_none() && agent.is_none() {
        return Err(misplaced(words.peek(), TRANSFER));
    }
    Ok(Happening::Transferred(Transfer { department, agent }))
}

fn source(words: &mut Words<'_>) -> Result<Source, Misread> {
    let word = words.word("who or what: `agent`, `customer`, `inactivity`, `flow` or `api`")?;
    Source::from_word(word).ok_or_else(|| unknown(word, format!("`by {word}`"), Source::KNOWN))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<What, Misread> {
        let moment = moment(line, 1, &ClockFace::default())?;
        moment.map(|moment| moment.what).ok_or_else(|| Misread::bare("nothing"))
    }

    #[test]
    fn reports_name_replies_and_resolves() {
        for (line, step, failed) in [
            ("09:00 sent reply 3", Step::Reply(3), None),
            ("09:00 resolved", Step::Resolve, None),
            ("09:00 failed reply 3 (refused)", Step::Reply(3), Some(FailureKind::Refused)),
            ("09:00 failed resolve", Step::Resolve, Some(FailureKind::Unreachable)),
        ] {
            let found = read(line).expect(line);
            let report = ActionReport { step, cycle: None, failed };
            assert_eq!(found, What::Report(Stamp::default(), report), "{line}");
        }
        for line in ["09:00 sent 3", "09:00 sent reply", "09:00 resolved by customer"] {
            assert!(read(line).is_err(), "{line}");
        }
    }

    #[test]
    fn a_choice_is_of_a_message() {
        let What::Message(stamp, spoken) =
            read("09:00 customer menu-answer (id m1, choice extend) «Más tiempo»").expect("read")
        else {
            panic!("a message");
        };
        assert_eq!((stamp.id.as_deref(), spoken.choice.as_deref()), (Some("m1"), Some("extend")));
        for line in
            ["09:00 hold (choice extend)", "09:00 customer (choice)", "09:00 customer (blocked)"]
        {
            assert!(read(line).is_err(), "{line}");
        }
    }
}
