//! The expectation after an arrow.

use despertador_contract::Instant;
use serde_json::Value;

use crate::answer::{self, Answer, Detail};
use crate::scenario::token::{Kind, Token};
use crate::scenario::words::{Words, misplaced};
use despertador_contract::clock_face::ClockFace;
use despertador_contract::key::step_from_word;
use despertador_contract::nearest::{nearest, unknown};
use despertador_contract::problem::Misread;
use despertador_contract::{Outcome, Reason};

/// An expected decision, in the form in which [`answer::line`] writes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Expectation {
    line: String,
    detail: Detail,
    /// Whether a rest with any reason is expected.
    any_rest: bool,
    /// Until when nothing is expected to be due.
    quiet_until: Option<Instant>,
}

impl Expectation {
    /// The expected line.
    pub fn line(&self) -> &str {
        &self.line
    }

    /// An answer as a line with the details of this expectation.
    pub fn line_of(&self, answer: &Answer, face: &ClockFace) -> String {
        let rests = matches!(answer, Ok(decision) if decision.outcome == Outcome::Rest);
        if self.any_rest && rests {
            return self.line.clone();
        }
        answer::line(answer, face, &self.detail)
    }

    /// Until when nothing is expected to be due, if that is the expectation.
    pub(crate) fn quiet_until(&self) -> Option<Instant> {
        self.quiet_until
    }

    pub(crate) fn read(tokens: &[Token], face: &ClockFace) -> Result<Expectation, Misread> {
        let mut words = Words::new(tokens);
        if words.pass("nothing") {
            words.pass("sent");
            if !words.pass("until") {
                return Err(misplaced(words.peek(), "`until` and a time"));
            }
            let until = words.instant(face)?;
            words.end("the end of the line")?;
            let line = format!("nothing until {}", face.show(until));
            let detail = Detail::default();
            return Ok(Expectation { line, detail, any_rest: false, quiet_until: Some(until) });
        }
        let mut line = head(&mut words, face)?;
        if line.starts_with("fault ") {
            words.end("the end of the line")?;
            let detail = Detail::default();
            return Ok(Expectation { line, detail, any_rest: false, quiet_until: None });
        }
        let asked = ExpectedDetail::read(&mut words, face)?;
        let any_rest = line == "rest" && asked.reason.is_none() && asked.rule.is_none();
        let detail = asked.detail();
        asked.write(&mut line, face);
        Ok(Expectation { line, detail, any_rest, quiet_until: None })
    }
}

/// The optional parts of an expectation.
#[derive(Default)]
struct ExpectedDetail {
    text: Option<String>,
    key: Option<String>,
    due: Option<Instant>,
    with: Option<Value>,
    rule: Option<String>,
    reason: Option<String>,
}

impl ExpectedDetail {
    fn read(words: &mut Words<'_>, face: &ClockFace) -> Result<ExpectedDetail, Misread> {
        let mut asked = ExpectedDetail::default();
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

    /// Appends all parts in the order of [`answer::line`].
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
    `open linked (REASON)`, `after-close`, `rest`, `rest (REASON)`, `nothing until TIME` or `fault WORD`";

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
            format!("wait until {} {}", face.show(until), next_step(words)?)
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
                "nothing",
                "fault",
            ];
            return Err(match nearest(word, known) {
                Some(meant) => Misread::bare(format!("`{word}`; did you mean `{meant}`?")),
                None => Misread::new(format!("`{word}`"), HEAD),
            });
        }
    })
}

fn next_step(words: &mut Words<'_>) -> Result<String, Misread> {
    const NEXT_STEP: &str = "`for reminder N`, `for reply N`, `to close`, `to resolve`, `to notify`, \
        `to reopen`, `to open linked` or `for after-close`";
    if words.pass("for") {
        let step = words.word(NEXT_STEP)?;
        return Ok(match step {
            "reminder" => format!("for reminder {}", words.number("the reminder's number")?),
            "reply" => format!("for reply {}", words.number("the reply's number")?),
            "after-close" => "for after-close".into(),
            _ if step.starts_with("other:") => format!("for {step}"),
            _ => return Err(Misread::new(format!("`for {step}`"), NEXT_STEP)),
        });
    }
    if words.pass("to") {
        let step = words.word(NEXT_STEP)?;
        return Ok(match step {
            "close" | "resolve" | "notify" | "reopen" => format!("to {step}"),
            "open" if words.pass("linked") => "to open linked".into(),
            _ => return Err(Misread::new(format!("`to {step}`"), NEXT_STEP)),
        });
    }
    Err(misplaced(words.peek(), NEXT_STEP))
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
    if Reason::NAMES.contains(&first) || first.starts_with("other:") {
        return Ok(reason.to_owned());
    }
    Err(unknown(first, format!("({reason}) is no reason"), Reason::NAMES))
}

#[cfg(test)]
mod tests {
    use despertador_contract::{
        Action, ActionKey, AfterClose, Audience, AutomaticReply, ClosePackage, ClosingNote,
        Decision, Image, MissedCall, Outgoing, QuickReply, Reason, Reminder, Source, Step, Survey,
        Task, Template, Wake,
    };

    use super::*;
    use crate::scenario::token::tokens;
    use despertador_contract::clock_face::MONDAY;

    fn decision(outcome: Outcome, reason: Reason) -> Answer {
        Ok(Decision { outcome, reason, rule: Some(0) })
    }

    fn act(step: Step, task: Task, reason: Reason) -> Answer {
        let key = ActionKey { ticket: "4711".into(), cycle: 1, step };
        decision(Outcome::Act(Action { key, due: MONDAY, task }), reason)
    }

    fn wait(step: Step, reason: Reason) -> Answer {
        decision(Outcome::Wait(Wake { until: MONDAY, step }), reason)
    }

    fn reply(message: Option<Outgoing>, missed_call: MissedCall) -> Answer {
        let event = "call-missed".into();
        let task = Task::Reply(AutomaticReply { event, message, missed_call });
        act(Step::Reply(2), task, Reason::AutomaticReply("call-missed".into()))
    }

    fn closed(step: Step, closing_text: Option<Outgoing>, silent_because: Option<&str>) -> Answer {
        let package = ClosePackage {
            reason: "customer-resolved".into(),
            notice: "Resuelto".into(),
            closing_text,
            silent_because: silent_because.map(Into::into),
            note: ClosingNote { category: "Resuelto".into(), summary: String::new() },
            tags: Vec::new(),
            incomplete_metadata: false,
            exit: "customer-resolved".into(),
            then: AfterClose {
                source: Source::Inactivity,
                unassign: true,
                bot_on: true,
                survey: Survey::No,
            },
        };
        act(step, Task::Close(package), Reason::CustomerResolved)
    }

    fn rich() -> Outgoing {
        Outgoing {
            language: Some("es".into()),
            audience: Audience::PeopleInCharge,
            template: Some(Template {
                name: "still_there".into(),
                language: None,
                parameters: vec!["Eva".into()],
            }),
            image: Some(Image { url: "https://a/b.png".into(), alternative: "una mano".into() }),
            quick_replies: vec![QuickReply { id: "continue".into(), title: "Sigo aquí".into() }],
            ..Outgoing::words("¿Sigues allí?")
        }
    }

    /// The expectation for each decision, in a scenario's words.
    fn cases() -> Vec<(&'static str, Answer)> {
        let voicemail = || Reason::AutomaticReply("voicemail-left".into());
        let remind = |message| Task::Send(Reminder { number: 1, of: 2, message });
        vec![
            ("send reply 2", reply(Some(rich()), MissedCall::Nothing)),
            ("send reply 2 (automatic-reply call-missed)", reply(None, MissedCall::OnTicket)),
            (
                "send reply 2 \"¿Sigues allí?\" key 1/reply-2",
                reply(Some(rich()), MissedCall::Nothing),
            ),
            (
                r#"send reply 2 with {"event":"call-missed","missed-call":"new-ticket","quick-replies":null,"text":null}"#,
                reply(None, MissedCall::NewTicket),
            ),
            (
                r#"send reminder 1 with {"audience":"people-in-charge","image":{"url":"https://a/b.png"},"language":"es","number":1,"quick-replies":[{"id":"continue","title":"Sigo aquí"}],"template":{"language":null,"name":"still_there","parameters":["Eva"]}} (retry 1)"#,
                act(Step::Reminder(1), remind(rich()), Reason::Retry(1)),
            ),
            ("resolve key 1/resolve", closed(Step::Resolve, None, None)),
            ("close (customer-resolved)", closed(Step::Close, None, None)),
            (
                r#"resolve with {"closing-message":null,"closing-text":null,"silent-because":"opted-out"}"#,
                closed(Step::Resolve, None, Some("opted-out")),
            ),
            (
                r#"resolve with {"closing-message":{"language":"es"},"closing-text":"¿Sigues allí?"}"#,
                closed(Step::Resolve, Some(rich()), None),
            ),
            ("wait until 00:00 for reply 3", wait(Step::Reply(3), voicemail())),
            ("wait until 00:00 to resolve", wait(Step::Resolve, Reason::CustomerResolved)),
            (
                "wait until 00:00 for reminder 2 (outside-sending-window)",
                wait(Step::Reminder(2), Reason::OutsideSendingWindow),
            ),
            ("wait until 00:00 to close (over-budget)", wait(Step::Close, Reason::OverBudget)),
            (
                "rest (outside-channel-window 2)",
                decision(Outcome::Rest, Reason::OutsideChannelWindow(2)),
            ),
            ("rest (opted-out)", decision(Outcome::Rest, Reason::OptedOut)),
            ("rest (group-conversation)", decision(Outcome::Rest, Reason::GroupConversation)),
        ]
    }

    #[test]
    fn what_is_expected_is_written_as_the_decision_is() {
        let face = ClockFace::default();
        for (text, answer) in cases() {
            let expected = Expectation::read(&tokens(text).expect(text), &face).expect(text);
            assert_eq!(expected.line(), text);
            assert_eq!(expected.line_of(&answer, &face), text);
        }
    }

    #[test]
    fn other_words_are_not_expected() {
        let face = ClockFace::default();
        for text in ["send 1", "send reply", "send replies 1", "wait until 09:00 for resolve"] {
            assert!(Expectation::read(&tokens(text).expect(text), &face).is_err(), "{text}");
        }
    }
}
