//! Plays scenarios on an engine.

use std::collections::HashMap;
use std::fmt;

use despertador_contract::{
    Author, Diagnostic, Event, Explanation, Failure as ActionFailure, Happening, Instant, Message,
    Outcome, Reader, Source, Step, Ticket,
};

use despertador_host as host;

use crate::answer::{self, Answer, Detail};
use crate::bot::{self, Bot, Effect};
use crate::conversation::Conversation;
use crate::engine::{Engine, ParseError, Player, Usage};
use crate::scenario::document::{RESET, Scenario, WHOLE};
use crate::scenario::timeline::{ActionReport, Expected, Moment, Stamp, What};
use despertador_contract::Call;
use despertador_contract::clock_face::ClockFace;
use despertador_contract::facts;
use despertador_contract::word::{self, Word};

/// A played scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct Played {
    /// The heading.
    pub heading: String,
    /// The heading's line.
    pub line: usize,
    /// The results of the moments.
    pub steps: Vec<PlayedMoment>,
    /// The policy's problems, one per line, if the scenario lists them.
    pub problems: Option<Vec<String>>,
    /// The failed expectations.
    pub failures: Vec<Failure>,
    /// The resources that the calls used.
    pub usage: Option<Usage>,
}

impl Played {
    /// Whether all expectations were met.
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }
}

/// A played moment.
#[derive(Debug, Clone, PartialEq)]
pub struct PlayedMoment {
    /// The moment's line.
    pub line: usize,
    /// The text before the arrow.
    pub source: String,
    /// The decision, if there was a call.
    pub got: Option<String>,
    /// Its explanation, if requested.
    pub why: Option<String>,
    /// What the plugin says to its author, if an explanation was requested.
    pub debug: Vec<String>,
    /// Fuel of the call, if there was one and the engine counts it.
    pub fuel: Option<u64>,
    /// Whether the expectation was met; `None` if there was none.
    pub met: Option<bool>,
}

/// A failed expectation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The line in the file.
    pub line: usize,
    /// What was expected.
    pub expected: String,
    /// The actual result.
    pub got: String,
    /// The plugin's own explanation.
    pub explanation: Option<String>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected  {}\n     got  {}", self.expected, self.got)?;
        match &self.explanation {
            Some(explanation) => write!(f, "\n     why  {explanation}"),
            None => Ok(()),
        }
    }
}

/// Plays a scenario. With `every_why` each decision is explained, otherwise only unexpected ones.
pub fn play(scenario: &Scenario, engine: &dyn Engine, reader: &Reader, every_why: bool) -> Played {
    let mut played = Played {
        heading: scenario.heading.clone(),
        line: scenario.line,
        steps: Vec::new(),
        problems: None,
        failures: Vec::new(),
        usage: None,
    };
    match engine.parse(&scenario.policy, &scenario.surroundings) {
        Err(ParseError::Broken(sentence)) => {
            played.fail(scenario.line, "an answer", &format!("none: {sentence}"), None);
        }
        Err(ParseError::Refused(problems)) => {
            if scenario.problems.is_none() || !scenario.moments.is_empty() {
                let got = problems.iter().map(problem_line).collect::<Vec<_>>().join("; ");
                played.fail(scenario.line, "a policy without errors", &got, None);
            }
            played.compare_problems(scenario, &problems);
        }
        Ok(mut player) => {
            match player.warnings() {
                Ok(warnings) => played.compare_problems(scenario, &warnings),
                Err(error) => {
                    played.fail(scenario.line, "an answer", &format!("none: {error}"), None)
                }
            }
            let mut stage = Stage::new(scenario, engine, player, reader, every_why);
            for moment in &scenario.moments {
                stage.play(moment, &mut played);
            }
            played.usage = stage.usage();
        }
    }
    played
}

impl Played {
    fn fail(&mut self, line: usize, expected: &str, got: &str, explanation: Option<String>) {
        self.failures.push(Failure {
            line,
            expected: expected.into(),
            got: got.into(),
            explanation,
        });
    }

    fn compare_problems(&mut self, scenario: &Scenario, found: &[Diagnostic]) {
        let Some(expected) = &scenario.problems else {
            return;
        };
        let found: Vec<String> = found.iter().map(problem_line).collect();
        let mut missing = expected.lines.clone();
        let mut extra = Vec::new();
        for line in &found {
            match missing.iter().position(|expected| expected == line) {
                Some(at) => drop(missing.remove(at)),
                None => extra.push(line.clone()),
            }
        }
        for line in missing {
            self.fail(expected.line, &line, "no such problem", None);
        }
        for line in extra {
            self.fail(expected.line, "no such problem", &line, None);
        }
        self.problems = Some(found);
    }
}

/// A problem as a line of a scenario: severity, code, place.
pub fn problem_line(problem: &Diagnostic) -> String {
    let place = if problem.place.is_empty() { WHOLE } else { &problem.place };
    format!("{} {} {place}", problem.severity.word(), problem.code)
}

/// An explanation in a few lines: the summary, and the conditions that did not hold.
pub fn explanation_text(explanation: &Explanation) -> String {
    let mut text = explanation.summary.clone();
    for check in explanation.conditions().filter(|check| !check.holds) {
        text.push_str("\n          ✗ ");
        text.push_str(&check.text);
    }
    text
}

struct Stage<'a> {
    scenario: &'a Scenario,
    engine: &'a dyn Engine,
    player: Box<dyn Player>,
    /// The usage of previous players.
    spent: Option<Usage>,
    conversation: Conversation,
    /// The customer's other tickets, by their ids.
    others: HashMap<String, Conversation>,
    /// Sent reminders with their tickets.
    sent: Vec<(String, Instant)>,
    /// The bot that the customer meets first.
    bot: Option<Bot<'a>>,
    last_call: Option<Call>,
    /// The memory from before it was damaged.
    whole: Option<Vec<u8>>,
    face: ClockFace,
    reader: &'a Reader,
    every_why: bool,
}

impl<'a> Stage<'a> {
    fn new(
        scenario: &'a Scenario,
        engine: &'a dyn Engine,
        player: Box<dyn Player>,
        reader: &'a Reader,
        every_why: bool,
    ) -> Stage<'a> {
        Stage {
            scenario,
            engine,
            player,
            spent: None,
            conversation: Conversation::new(scenario.ticket.clone()),
            others: HashMap::new(),
            sent: Vec::new(),
            bot: scenario.flow.as_deref().map(Bot::new),
            last_call: None,
            whole: None,
            face: scenario.face,
            reader,
            every_why,
        }
    }

    fn usage(&self) -> Option<Usage> {
        match (self.spent, self.player.usage()) {
            (Some(before), Some(now)) => Some(before.and(now)),
            (before, now) => before.or(now),
        }
    }

    fn play(&mut self, moment: &Moment, played: &mut Played) {
        let mut step = PlayedMoment {
            line: moment.line,
            source: moment.source.clone(),
            got: None,
            why: None,
            debug: Vec::new(),
            fuel: None,
            met: None,
        };
        match &moment.what {
            What::Facts(facts) => {
                if let Err(misread) = facts::apply(&mut self.conversation.state.ticket, facts) {
                    let expected = misread.expected.unwrap_or_default();
                    played.fail(moment.line, &expected, &misread.found, None);
                }
            }
            What::Policy(name) => self.switch(name, moment, played),
            What::Ticket(id) => self.switch_ticket(id),
            What::Restart => self.player.restart(),
            What::Memory { damaged } => self.damage(*damaged),
            What::Explain(language) => self.explain(language, moment, &mut step, played),
            What::FlowAnswers(answers) => {
                if let Some(bot) = &mut self.bot {
                    bot.will_answer(answers.clone());
                }
            }
            What::FlowExpires => {
                let effects = self.bot.as_mut().map(|bot| bot.expire(moment.at));
                for effect in effects.unwrap_or_default() {
                    self.follow(&effect, None, moment);
                }
                self.check_flow(moment, &mut step, played);
            }
            What::Flow => self.check_flow(moment, &mut step, played),
            _ => match self.call(moment) {
                None => played.fail(moment.line, "a call before it", "none to repeat", None),
                Some(call) if self.bot.is_some() => {
                    self.call_with_bot(&call, moment, &mut step, played);
                }
                Some(call) => self.ask(&call, moment, &mut step, played),
            },
        }
        if let What::Report(_, ActionReport { step: Step::Reminder(_), failed: None, .. }) =
            &moment.what
        {
            self.sent.push((self.conversation.state.ticket.id.clone(), moment.at));
        }
        played.steps.push(step);
    }

    /// The call of a moment.
    fn call(&self, moment: &Moment) -> Option<Call> {
        let at = moment.at;
        Some(match &moment.what {
            What::Message(stamp, spoken) => Call::Message(Message {
                id: stamp.id.clone(),
                sequence: stamp.sequence,
                at: stamp.written.unwrap_or(at),
                received_at: at,
                author: spoken.author.clone(),
                kind: spoken.kind.clone(),
                origin: spoken.origin.clone(),
                text: spoken.text.clone(),
                choice: spoken.choice.clone(),
            }),
            What::Event(stamp, happening) => event(stamp, at, happening.clone()),
            What::Report(stamp, report) => event(stamp, at, self.report(report)),
            What::Duplicate => match self.last_call.clone()? {
                Call::Message(message) => Call::Message(Message { received_at: at, ..message }),
                Call::Event(event) => Call::Event(Event { received_at: at, ..event }),
                Call::Tick(_) => Call::Tick(at),
            },
            _ => Call::Tick(at),
        })
    }

    fn report(&self, report: &ActionReport) -> Happening {
        let key = self.conversation.key(&report.step, report.cycle);
        match &report.failed {
            None => Happening::CarriedOut(key),
            Some(kind) => Happening::Failed(ActionFailure { key, kind: kind.clone() }),
        }
    }

    fn ask(&mut self, call: &Call, moment: &Moment, step: &mut PlayedMoment, played: &mut Played) {
        let answer = self.conversation.play(self.player.as_mut(), call).cloned();
        step.fuel = self.player.fuel();
        self.last_call = Some(call.clone());
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => {
                let got = format!("no answer: {error}");
                step.got = Some(got.clone());
                step.met = Some(false);
                let expected = match &moment.expected {
                    Expected::Decision(expectation) => expectation.line(),
                    _ => "an answer",
                };
                return played.fail(moment.line, expected, &got, None);
            }
        };
        let expected = match &moment.expected {
            Expected::Decision(expectation) => Some(expectation.line()),
            Expected::Blank => Some("something (`--bless` fills it in)"),
            Expected::Nothing | Expected::Contains(_) | Expected::Done(_) => None,
        };
        let got = match &moment.expected {
            Expected::Decision(expectation) => match expectation.quiet_until() {
                Some(until) => self
                    .first_action(&answer, moment.at, until)
                    .unwrap_or_else(|| expectation.line().to_owned()),
                None => expectation.line_of(&answer, &self.face),
            },
            _ => answer::line(&answer, &self.face, &Detail::default()),
        };
        step.met = expected.map(|expected| expected == got);
        let unexpected = step.met == Some(false);
        if (self.every_why || unexpected) && answer.is_ok() {
            self.say_why(moment, step, unexpected);
        }
        if let (true, Some(expected)) = (unexpected, expected) {
            let why = step.why.clone().or_else(|| why_fault(&answer));
            played.fail(moment.line, expected, &got, why);
        }
        step.got = Some(got);
    }

    /// A call in a conversation with a bot.
    fn call_with_bot(
        &mut self,
        call: &Call,
        moment: &Moment,
        step: &mut PlayedMoment,
        played: &mut Played,
    ) {
        let Some(bot) = &mut self.bot else { return };
        match call {
            Call::Message(message) if message.author == Author::Customer => {
                let mut reached_the_desk = false;
                for effect in bot.receive(message) {
                    if effect == Effect::Forwarded {
                        reached_the_desk = true;
                        self.ask(call, moment, step, played);
                    } else {
                        self.follow(&effect, Some(call), moment);
                    }
                }
                if !reached_the_desk && matches!(moment.expected, Expected::Decision(_)) {
                    self.nobody_asked(moment, step, played);
                }
            }
            _ if !bot.has_ticket() && self.conversation.answer.is_none() => {
                self.nobody_asked(moment, step, played);
            }
            _ => {
                self.ask(call, moment, step, played);
                let close = match call {
                    Call::Event(event) => match &event.what {
                        Happening::CarriedOut(key) => bot::close_of_step(&key.step),
                        Happening::Closed(source) => Some(bot::close_by(source)),
                        _ => None,
                    },
                    _ => None,
                };
                if let (Some(close), Some(bot)) = (close, &mut self.bot) {
                    for effect in bot.close(close, moment.at) {
                        self.follow(&effect, None, moment);
                    }
                }
            }
        }
    }

    fn nobody_asked(&mut self, moment: &Moment, step: &mut PlayedMoment, played: &mut Played) {
        let got = "nobody was asked: the customer is with the bot";
        step.got = Some(got.into());
        step.met = Some(false);
        let expected = match &moment.expected {
            Expected::Decision(expectation) => expectation.line(),
            _ => "a ticket",
        };
        played.fail(moment.line, expected, got, None);
    }

    /// Reports a flow's effect on the desk to the plugin.
    fn follow(&mut self, effect: &Effect, call: Option<&Call>, moment: &Moment) {
        let what = match effect {
            Effect::Opened(number) => {
                if *number > 1 {
                    // A new ticket, with what is known of the customer.
                    let mut ticket = self.scenario.ticket.clone();
                    ticket.id = format!("{}-{number}", ticket.id);
                    self.conversation = Conversation::new(ticket);
                }
                Happening::Opened(Source::Flow)
            }
            Effect::Abandoned => Happening::Closed(Source::Flow),
            Effect::Forwarded => {
                if let Some(call) = call {
                    // The answer is not used here: the line itself asks for it.
                    drop(self.conversation.play(self.player.as_mut(), call).cloned());
                }
                return;
            }
        };
        let call = Call::Event(Event::new(what, moment.at));
        drop(self.conversation.play(self.player.as_mut(), &call).cloned());
    }

    /// Compares what the flow has done.
    fn check_flow(&mut self, moment: &Moment, step: &mut PlayedMoment, played: &mut Played) {
        let Some(bot) = &mut self.bot else { return };
        let got = bot.take_done();
        let expected = match &moment.expected {
            Expected::Done(expected) => Some(expected.as_str()),
            Expected::Blank => Some("something (`--bless` fills it in)"),
            _ => None,
        };
        step.met = expected.map(|expected| expected == got);
        if let (Some(false), Some(expected)) = (step.met, expected) {
            played.fail(moment.line, expected, &got, None);
        }
        step.got = Some(got);
    }

    /// The first action before an instant, if the host wakes at each deadline and nothing else
    /// happens; or why it is unknown.
    fn first_action(&mut self, answer: &Answer, at: Instant, until: Instant) -> Option<String> {
        let (mut answer, mut now) = (answer.clone(), at);
        // Looking ahead must not change the conversation.
        let mut ahead = self.conversation.clone();
        loop {
            let line = answer::line(&answer, &self.face, &Detail::default());
            match &answer.as_ref().map(|decision| &decision.outcome) {
                Ok(Outcome::Wait(wake)) if now < wake.until && wake.until < until => {
                    now = wake.until;
                }
                Ok(Outcome::Wait(_) | Outcome::Rest) => return None,
                Ok(Outcome::Act(_) | Outcome::Other(_)) => {
                    return Some(format!("{line} at {}", self.face.show(now)));
                }
                Err(_) => return Some(line),
            }
            match ahead.play(self.player.as_mut(), &Call::Tick(now)) {
                Ok(next) => answer = next.clone(),
                Err(error) => return Some(format!("no answer: {error}")),
            }
        }
    }

    /// Switches to another ticket of the same customer: it begins with the heading's facts, and the
    /// host knows what was sent in the others.
    fn switch_ticket(&mut self, id: &str) {
        let next = self.others.remove(id).unwrap_or_else(|| {
            Conversation::new(Ticket { id: id.to_owned(), ..self.scenario.ticket.clone() })
        });
        let left = std::mem::replace(&mut self.conversation, next);
        self.others.insert(left.state.ticket.id.clone(), left);
        let sent = self.sent.iter().filter(|(ticket, _)| ticket != id).map(|(_, at)| *at);
        let facts = &mut self.conversation.state.ticket;
        let mut known = self.scenario.ticket.sent_to_customer.clone().unwrap_or_default();
        known.extend(sent);
        facts.sent_to_customer = Some(known);
        self.last_call = None;
    }

    /// Adds the explanation of the decision, if there is one.
    fn say_why(&mut self, moment: &Moment, step: &mut PlayedMoment, long: bool) {
        let host::Conversation { ticket, memory, .. } = &self.conversation.state;
        let Ok(explanation) = self.player.explain(ticket, memory, moment.at, self.reader) else {
            return;
        };
        step.debug = explanation.debug_texts().map(str::to_owned).collect();
        step.why = Some(if long { explanation_text(&explanation) } else { explanation.summary });
    }

    fn explain(
        &mut self,
        language: &str,
        moment: &Moment,
        step: &mut PlayedMoment,
        played: &mut Played,
    ) {
        let reader = Reader { language: language.into(), utc_offset: 0 };
        let host::Conversation { ticket, memory, .. } = &self.conversation.state;
        let text = match self.player.explain(ticket, memory, moment.at, &reader) {
            Ok(explanation) => full_text(&explanation),
            Err(error) => error.to_string(),
        };
        if let Expected::Contains(wanted) = &moment.expected {
            step.met = Some(text.contains(wanted));
            if !text.contains(wanted) {
                played.fail(
                    moment.line,
                    &format!("contains {}", answer::quote(wanted)),
                    &text,
                    None,
                );
            }
        }
        step.got = Some(text);
    }

    fn switch(&mut self, name: &str, moment: &Moment, played: &mut Played) {
        let config = match self.scenario.other_policies.get(name) {
            Some(config) => config,
            None if name == RESET => &self.scenario.policy,
            None => return,
        };
        match self.engine.parse(config, &self.scenario.surroundings) {
            Ok(player) => {
                self.spent = self.usage();
                self.player = player;
            }
            Err(ParseError::Refused(problems)) => {
                let got = problems.iter().map(problem_line).collect::<Vec<_>>().join("; ");
                played.fail(moment.line, "a policy without errors", &got, None);
            }
            Err(ParseError::Broken(sentence)) => {
                played.fail(moment.line, "an answer", &format!("none: {sentence}"), None);
            }
        }
    }

    fn damage(&mut self, damaged: bool) {
        let memory = &mut self.conversation.state.memory;
        match (damaged, self.whole.take()) {
            (true, whole) => {
                self.whole = whole.or_else(|| Some(memory.clone()));
                crate::conversation::damage(memory);
            }
            (false, Some(whole)) => *memory = whole,
            (false, None) => {}
        }
    }
}

fn event(stamp: &Stamp, at: i64, what: Happening) -> Call {
    Call::Event(Event {
        id: stamp.id.clone(),
        sequence: stamp.sequence,
        at: stamp.written.unwrap_or(at),
        received_at: at,
        what,
    })
}

fn why_fault(answer: &Answer) -> Option<String> {
    answer.as_ref().err().map(|fault| format!("the plugin cannot answer: {}", word::fault(fault)))
}

fn full_text(explanation: &Explanation) -> String {
    let checks = explanation.conditions().map(|check| check.text.as_str());
    let history = explanation.history.iter().map(String::as_str);
    let mut lines = vec![explanation.summary.as_str()];
    lines.extend(checks);
    lines.extend(history);
    lines.join("\n")
}
