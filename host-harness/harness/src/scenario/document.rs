//! A scenario file: Markdown with blocks of policy, ticket, surroundings, flow, timeline and
//! problems.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use despertador_contract::{ExitState, Severity, Surroundings, Ticket};
use despertador_flow::Flow;
use serde_json::Value;

use crate::conversation::Conversation;
use crate::scenario::timeline::{Moment, What, moment};
use despertador_contract::clock_face::ClockFace;
use despertador_contract::facts;
use despertador_contract::nearest::nearest;
use despertador_contract::problem::{Misread, Problem};
use despertador_contract::word::Word;

/// A file of scenarios.
#[derive(Debug, Clone)]
pub struct ScenarioFile {
    /// The file name, as the caller gave it.
    pub file: String,
    /// Its scenarios, in order.
    pub scenarios: Vec<Scenario>,
    pub(crate) text: String,
}

/// A heading of a file, with what is to be played.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// The heading, without its `#`.
    pub heading: String,
    /// The heading's line, from 1.
    pub line: usize,
    /// The config of the policy.
    pub policy: String,
    /// The configs of named policies, for later.
    pub other_policies: BTreeMap<String, String>,
    /// The initial facts of the ticket.
    pub ticket: Ticket,
    /// The surroundings of the policy.
    pub surroundings: Surroundings,
    /// The bot that the customer meets first, if there is one.
    pub flow: Option<Arc<Flow>>,
    /// The notation of times in the timeline.
    pub face: ClockFace,
    /// The timeline.
    pub moments: Vec<Moment>,
    /// All expected problems of the policy, if they are listed.
    pub problems: Option<Problems>,
}

/// The expected problems of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems {
    /// The first line of the block.
    pub line: usize,
    /// One problem per line: severity, code, place, separated by single spaces.
    pub lines: Vec<String>,
    /// The lines between the fences, from 0.
    pub(crate) body: Range<usize>,
}

/// In a timeline, the heading's policy instead of a named one.
pub(crate) const RESET: &str = "reset";

/// Returns the config of a preset by name, if there is one.
pub type Presets<'a> = &'a dyn Fn(&str) -> Option<String>;

impl ScenarioFile {
    /// Parses a file's text.
    ///
    /// # Errors
    ///
    /// All problems, in the order of the file.
    pub fn read(
        file: &str,
        text: &str,
        presets: Presets<'_>,
    ) -> Result<ScenarioFile, Vec<Problem>> {
        let mut reading = Reading::new(file, presets);
        let lines: Vec<&str> = text.lines().collect();
        let mut at = 0;
        while let Some(line) = lines.get(at) {
            if let Some((level, heading)) = heading(line) {
                reading.open(level, heading, at);
            } else if let Some(fence) = Fence::open(line) {
                let body_start = at.saturating_add(1);
                let length =
                    lines.iter().skip(body_start).position(|line| fence.is_closed_by(line));
                let Some(length) = length else {
                    reading.problem(
                        at,
                        Misread::new("a block without an end", format!("a line `{}`", fence.mark)),
                    );
                    break;
                };
                let body_end = body_start.saturating_add(length);
                let body = lines.get(body_start..body_end).unwrap_or_default();
                reading.block(&fence.info, body, at);
                at = body_end;
            }
            at = at.saturating_add(1);
        }
        reading.close();
        if reading.problems.is_empty() {
            Ok(ScenarioFile { file: file.into(), scenarios: reading.scenarios, text: text.into() })
        } else {
            Err(reading.problems)
        }
    }
}

fn heading(line: &str) -> Option<(usize, &str)> {
    let level = line.bytes().take_while(|byte| *byte == b'#').count();
    let title = line.get(level..)?.strip_prefix(' ')?;
    (1..=6).contains(&level).then(|| (level, title.trim().trim_end_matches('#').trim_end()))
}

struct Fence {
    mark: String,
    info: String,
}

impl Fence {
    fn open(line: &str) -> Option<Fence> {
        let line = line.trim_start();
        let character = line.chars().next().filter(|c| matches!(c, '`' | '~'))?;
        let info = line.trim_start_matches(character);
        let length = line.len().saturating_sub(info.len());
        (length >= 3).then(|| Fence {
            mark: character.to_string().repeat(length),
            info: info.trim().to_owned(),
        })
    }

    fn is_closed_by(&self, line: &str) -> bool {
        let line = line.trim();
        line.starts_with(&self.mark) && self.mark.starts_with(line.trim_start_matches(&self.mark))
    }
}

/// What a heading passes on to its subheadings.
#[derive(Debug, Clone)]
struct Inherited {
    level: usize,
    policy: Option<String>,
    other_policies: BTreeMap<String, String>,
    ticket: Ticket,
    surroundings: Surroundings,
    flow: Option<Arc<Flow>>,
}

/// A heading whose blocks are being parsed.
struct Open {
    heading: String,
    line: usize,
    face: ClockFace,
    has_timeline: bool,
    moments: Vec<Moment>,
    problems: Option<Problems>,
}

struct Reading<'a> {
    file: &'a str,
    presets: Presets<'a>,
    inherited: Vec<Inherited>,
    open: Option<Open>,
    scenarios: Vec<Scenario>,
    problems: Vec<Problem>,
    /// Whether a policy could not be parsed, so that its absence is not reported again.
    policy_unread: bool,
}

const BLOCKS: [&str; 6] = ["policy", "ticket", "surroundings", "flow", "timeline", "problems"];

impl<'a> Reading<'a> {
    fn new(file: &'a str, presets: Presets<'a>) -> Reading<'a> {
        let root = Inherited {
            level: 0,
            policy: None,
            other_policies: BTreeMap::new(),
            ticket: Conversation::usual_ticket(),
            surroundings: facts::no_surroundings(),
            flow: None,
        };
        Reading {
            file,
            presets,
            inherited: vec![root],
            open: None,
            scenarios: Vec::new(),
            problems: Vec::new(),
            policy_unread: false,
        }
    }

    /// Adds a problem at a line, counted from 0.
    fn problem(&mut self, line: usize, misread: Misread) {
        self.problems.push(misread.at(self.file, line.saturating_add(1)));
    }

    fn open(&mut self, level: usize, heading: &str, line: usize) {
        self.close();
        while self.inherited.len() > 1 && self.inherited.last().is_some_and(|i| i.level >= level) {
            self.inherited.pop();
        }
        if let Some(above) = self.inherited.last() {
            self.inherited.push(Inherited { level, ..above.clone() });
        }
        self.open = Some(Open {
            heading: heading.into(),
            line: line.saturating_add(1),
            face: ClockFace::default(),
            has_timeline: false,
            moments: Vec::new(),
            problems: None,
        });
    }

    fn close(&mut self) {
        let (Some(open), Some(inherited)) = (self.open.take(), self.inherited.last()) else {
            return;
        };
        if !open.has_timeline && open.problems.is_none() {
            return;
        }
        let unknown = open.moments.iter().find_map(|moment| match &moment.what {
            What::Policy(name) if name != RESET && !inherited.other_policies.contains_key(name) => {
                Some((moment.line, name.clone()))
            }
            _ => None,
        });
        let Some(policy) = inherited.policy.clone() else {
            if self.policy_unread {
                return;
            }
            let line = open.line.saturating_sub(1);
            return self.problem(
                line,
                Misread::new(
                    format!("`{}` has no policy", open.heading),
                    "a `policy` block here, under a heading above, or before the first one",
                ),
            );
        };
        if let Some((line, name)) = unknown {
            return self.problem(
                line.saturating_sub(1),
                Misread::new(
                    format!("no policy is named `{name}`"),
                    format!("a block `policy name={name}`"),
                ),
            );
        }
        let speaks_of_a_flow = open
            .moments
            .iter()
            .find(|moment| moment.what.is_of_a_flow() && inherited.flow.is_none());
        if let Some(moment) = speaks_of_a_flow {
            return self.problem(
                moment.line.saturating_sub(1),
                Misread::new("no flow here", "a `flow` block above, with the Builder's export"),
            );
        }
        let mut surroundings = inherited.surroundings.clone();
        // As a desk does when a policy is saved for a bot.
        if let (Some(flow), ExitState::Unknown) = (&inherited.flow, &surroundings.inactivity_exit) {
            surroundings.inactivity_exit = flow.inactivity_exit().into();
        }
        self.scenarios.push(Scenario {
            heading: open.heading,
            line: open.line,
            policy,
            other_policies: inherited.other_policies.clone(),
            ticket: inherited.ticket.clone(),
            surroundings,
            flow: inherited.flow.clone(),
            face: open.face,
            moments: open.moments,
            problems: open.problems,
        });
    }

    fn block(&mut self, info: &str, body: &[&str], fence: usize) {
        let mut words = info.split_whitespace();
        let Some(kind) = words.next() else { return };
        let result = match kind {
            "policy" => self.policy(words, body),
            "ticket" => json(body).and_then(|facts| match self.inherited.last_mut() {
                Some(inherited) => facts::apply(&mut inherited.ticket, &facts),
                None => Ok(()),
            }),
            "surroundings" => json(body).and_then(|given| {
                let surroundings = facts::surroundings(&given)?;
                if let Some(inherited) = self.inherited.last_mut() {
                    inherited.surroundings = surroundings;
                }
                Ok(())
            }),
            "flow" => self.flow(body),
            "timeline" => self.timeline(body, fence.saturating_add(1)),
            "problems" => self.expected_problems(body, fence),
            _ => match nearest(kind, BLOCKS) {
                Some(meant) => {
                    Err(Misread::bare(format!("a block `{kind}`; did you mean `{meant}`?")))
                }
                None => Ok(()),
            },
        };
        if let Err(misread) = result {
            self.policy_unread |= kind == "policy";
            self.problem(fence, misread);
        }
    }

    fn policy<'w>(
        &mut self,
        words: impl Iterator<Item = &'w str>,
        body: &[&str],
    ) -> Result<(), Misread> {
        let mut name = None;
        let mut base = None;
        for word in words {
            match word.split_once('=') {
                Some(("name", given)) => name = Some(given.to_owned()),
                Some(("preset", preset)) => {
                    base = Some((self.presets)(preset).ok_or_else(|| {
                        Misread::new(
                            format!("no preset `{preset}`"),
                            format!(
                                "a file `policies/{preset}.json` beside or above this one, or the folder of \
                                 presets, `--presets DIR`"
                            ),
                        )
                    })?);
                }
                None if word == "change" => {
                    let policy =
                        self.inherited.last().and_then(|inherited| inherited.policy.clone());
                    base = Some(policy.ok_or_else(|| {
                        Misread::new(
                            "`policy change` without a policy",
                            "a `policy` block above it",
                        )
                    })?);
                }
                _ => {
                    return Err(Misread::new(
                        format!("`{word}` after `policy`"),
                        "`preset=NAME`, `name=NAME` or `change`",
                    ));
                }
            }
        }
        let config = match base {
            None => body.join("\n"),
            Some(base) if body.iter().all(|line| line.trim().is_empty()) => base,
            Some(base) => change(&base, &json(body)?)?,
        };
        if let Some(inherited) = self.inherited.last_mut() {
            match name {
                Some(name) => drop(inherited.other_policies.insert(name, config)),
                None => inherited.policy = Some(config),
            }
        }
        Ok(())
    }

    fn flow(&mut self, body: &[&str]) -> Result<(), Misread> {
        let flow = Flow::read(&body.join("\n")).map_err(|findings| {
            let first = findings.first();
            let language = despertador_contract::Language::English;
            let text = first.map_or_else(String::new, |finding| finding.text(language));
            let place = first.map_or("", |finding| &finding.place);
            Misread::new(
                format!("the flow cannot be read: {text} {place}"),
                first.map_or_else(String::new, |finding| finding.help(language)),
            )
        })?;
        if let Some(inherited) = self.inherited.last_mut() {
            inherited.flow = Some(Arc::new(flow));
        }
        Ok(())
    }

    fn timeline(&mut self, body: &[&str], first: usize) -> Result<(), Misread> {
        let file = self.file;
        let Some(open) = self.open.as_mut() else {
            return Err(Misread::new("a timeline without a heading", "a heading above it"));
        };
        open.has_timeline = true;
        let first_word = body.iter().find_map(|line| line.split_whitespace().next());
        if open.moments.is_empty() && first_word.is_some_and(ClockFace::is_date) {
            open.face = ClockFace::dated();
        }
        for (offset, line) in body.iter().enumerate() {
            let number = first.saturating_add(offset).saturating_add(1);
            match moment(line, number, &open.face) {
                Ok(found) => open.moments.extend(found),
                Err(misread) => self.problems.push(misread.at(file, number)),
            }
        }
        Ok(())
    }

    fn expected_problems(&mut self, body: &[&str], fence: usize) -> Result<(), Misread> {
        let mut lines = Vec::new();
        for line in body {
            let plain = line.split(" #").next().unwrap_or(line).trim();
            if plain.is_empty() || plain.starts_with('#') {
                continue;
            }
            let words: Vec<&str> = plain.split_whitespace().collect();
            match words.as_slice() {
                [severity, _, place]
                    if Severity::from_word(severity).is_some()
                        && (place.starts_with('/') || *place == WHOLE) =>
                {
                    lines.push(words.join(" "));
                }
                _ => {
                    return Err(Misread::new(
                        format!("`{plain}`"),
                        format!(
                            "`error CODE PLACE` or `warning CODE PLACE`, the place a JSON Pointer or `{WHOLE}`"
                        ),
                    ));
                }
            }
        }
        let start = fence.saturating_add(1);
        let body = start..start.saturating_add(body.len());
        let Some(open) = self.open.as_mut() else {
            return Err(Misread::new("problems without a heading", "a heading above them"));
        };
        open.problems = Some(Problems { line: start, lines, body });
        Ok(())
    }
}

/// How the root is written, for which JSON Pointer has the empty text.
pub(crate) const WHOLE: &str = "(whole)";

fn json(body: &[&str]) -> Result<Value, Misread> {
    despertador_contract::input::read_json(&body.join("\n")).map_err(|error| {
        Misread::new(
            format!("line {} of the block is not JSON, at column {}", error.line(), error.column()),
            "a JSON object",
        )
    })
}

/// A config in which some places were replaced, or removed with `null`.
fn change(base: &str, changes: &Value) -> Result<String, Misread> {
    let mut config: Value = serde_json::from_str(base)
        .map_err(|_| Misread::new("the policy to change is not JSON", "a policy in JSON"))?;
    for (place, value) in facts::object(changes, "changes, by JSON Pointer")? {
        let missing = || {
            Misread::new(
                format!("the policy has no place `{place}`"),
                "a JSON Pointer to a place whose parent is there",
            )
        };
        let (parent, name) = place.rsplit_once('/').ok_or_else(missing)?;
        let name = name.replace("~1", "/").replace("~0", "~");
        match config.pointer_mut(parent).ok_or_else(missing)? {
            Value::Object(map) if value.is_null() => drop(map.remove(&name)),
            Value::Object(map) => drop(map.insert(name, value.clone())),
            Value::Array(list) => {
                let at =
                    if name == "-" { list.len() } else { name.parse().map_err(|_| missing())? };
                if at > list.len() {
                    return Err(missing());
                }
                if at < list.len() {
                    list.remove(at);
                }
                if !value.is_null() {
                    list.insert(at, value.clone());
                }
            }
            _ => return Err(missing()),
        }
    }
    serde_json::to_string_pretty(&config).map_err(|_| Misread::bare("the policy cannot be written"))
}
