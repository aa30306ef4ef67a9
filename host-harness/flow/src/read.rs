//! Parses a flow from JSON, or reports all problems.

use std::collections::{BTreeMap, HashMap};

use despertador_contract::input::{repaired, without_mark};
use serde_json::{Map, Value};

use crate::condition::{Comparison, Condition, Operator, Source};
use crate::finding::{Code, Finding};
use crate::flow::{Action, Block, Flow, Format, Output, Rule, Target, Validation, Waiting};
use crate::input::serialized;
use crate::pattern::Pattern;

mod editor;
mod engine;
mod names;

/// Maximum size of a flow in bytes: the largest known flows have less than a tenth.
const FLOW_BYTES_MAX: usize = 16 << 20;
const BLOCKS_MAX: usize = 10_000;
/// Maximum number of outputs, actions and conditions of all blocks together, and of patterns among
/// them.
const PARTS_MAX: usize = 500_000;
const PATTERNS_MAX: usize = 2_000;
/// Maximum number of listed findings.
const FINDINGS_MAX: usize = 100;

/// Parses a flow in either format.
pub(crate) fn flow(text: &str) -> Result<Flow, Vec<Finding>> {
    let text = &*repaired(without_mark(text));
    let alone = |code, values: Vec<String>| vec![Finding::new(code, "", values)];
    if text.len() > FLOW_BYTES_MAX {
        let sizes = vec![text.len().to_string(), FLOW_BYTES_MAX.to_string()];
        return Err(alone(Code::TooLarge, sizes));
    }
    let value: Value = serde_json::from_str(text).map_err(|error| {
        let place = vec![error.line().to_string(), error.column().to_string()];
        alone(Code::NotJson, place)
    })?;
    let mut reader = Reader::default();
    let flow = match shape(&value) {
        Some(Shape::Engine(place)) => {
            let flow = value.pointer(place).unwrap_or(&Value::Null);
            engine::flow(&mut reader, flow, place)
        }
        Some(Shape::Editor(place)) => {
            for id in names::repeated(text, !place.is_empty()) {
                let at = pointer(place, &id);
                reader.find(Code::DuplicateId, at, vec![id]);
            }
            let blocks = value.pointer(place).unwrap_or(&Value::Null);
            let globals = value.get("globalActions").filter(|_| !place.is_empty());
            editor::flow(&mut reader, blocks, place, globals)
        }
        None => return Err(alone(Code::NotAFlow, Vec::new())),
    };
    match flow {
        Some(flow) if reader.findings.is_empty() => Ok(flow),
        _ => Err(reader.findings),
    }
}

/// Where in the document the flow is.
enum Shape {
    Engine(&'static str),
    Editor(&'static str),
}

fn shape(value: &Value) -> Option<Shape> {
    let members = value.as_object()?;
    let has = |place: &str| value.pointer(place).is_some();
    if has("/settings/flow") {
        return Some(Shape::Engine("/settings/flow"));
    }
    if has("/states") {
        return Some(Shape::Engine(""));
    }
    if has("/flow/states") {
        return Some(Shape::Engine("/flow"));
    }
    if members.get("flow").is_some_and(Value::is_object) {
        return Some(Shape::Editor("/flow"));
    }
    let of_the_editor = |block: &Value| {
        ["$contentActions", "$conditionOutputs", "$defaultOutput"]
            .iter()
            .any(|name| block.get(name).is_some())
    };
    members.values().any(of_the_editor).then_some(Shape::Editor(""))
}

/// The pointer to a member.
fn pointer(place: &str, name: impl std::fmt::Display) -> String {
    let name = name.to_string();
    if name.contains(['~', '/']) {
        return format!("{place}/{}", name.replace('~', "~0").replace('/', "~1"));
    }
    format!("{place}/{name}")
}

/// The findings so far, and the number of parsed parts.
#[derive(Default)]
struct Reader {
    findings: Vec<Finding>,
    parts: usize,
    patterns: usize,
}

/// An object and its place.
#[derive(Clone, Copy)]
struct Object<'a> {
    members: &'a Map<String, Value>,
    place: &'a str,
}

impl Reader {
    fn find(&mut self, code: Code, place: impl Into<String>, values: Vec<String>) {
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(Finding::new(code, place, values));
        }
    }

    fn wrong(&mut self, place: impl Into<String>, wanted: Wanted, found: &Value) {
        self.find(Code::WrongType, place, vec![wanted.word().into(), excerpt(found)]);
    }

    fn missing(&mut self, object: Object<'_>, name: &str) {
        self.find(Code::Missing, object.place, vec![name.into()]);
    }

    /// Counts another part; `None` if there are too many.
    fn count(&mut self, place: &str) -> Option<()> {
        self.parts = self.parts.saturating_add(1);
        if self.parts > PARTS_MAX {
            if self.parts == PARTS_MAX.saturating_add(1) {
                self.find(Code::TooMany, place, vec![PARTS_MAX.to_string()]);
            }
            return None;
        }
        Some(())
    }

    fn object<'a>(&mut self, value: &'a Value, place: &'a str) -> Option<Object<'a>> {
        match value {
            Value::Object(members) => Some(Object { members, place }),
            other => {
                self.wrong(place, Wanted::Object, other);
                None
            }
        }
    }

    /// A list; missing and `null` are empty.
    fn list<'a>(&mut self, object: Object<'a>, name: &str) -> &'a [Value] {
        match object.members.get(name) {
            None | Some(Value::Null) => &[],
            Some(Value::Array(list)) => list,
            Some(other) => {
                self.wrong(pointer(object.place, name), Wanted::List, other);
                &[]
            }
        }
    }

    /// A text; numbers and booleans are accepted as written.
    fn text(&mut self, object: Object<'_>, name: &str) -> Option<String> {
        match object.members.get(name)? {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            value @ (Value::Number(_) | Value::Bool(_)) => Some(value.to_string()),
            other => {
                self.wrong(pointer(object.place, name), Wanted::Text, other);
                None
            }
        }
    }

    fn switch(&mut self, object: Object<'_>, name: &str) -> bool {
        match object.members.get(name) {
            None | Some(Value::Null) => false,
            Some(Value::Bool(on)) => *on,
            Some(Value::String(text)) if text.eq_ignore_ascii_case("true") => true,
            Some(Value::String(text)) if text.eq_ignore_ascii_case("false") => false,
            Some(other) => {
                self.wrong(pointer(object.place, name), Wanted::Switch, other);
                false
            }
        }
    }

    fn whole(&mut self, object: Object<'_>, name: &str) -> i64 {
        match object.members.get(name) {
            None | Some(Value::Null) => 0,
            Some(value) => value.as_i64().unwrap_or_else(|| {
                self.wrong(pointer(object.place, name), Wanted::WholeNumber, value);
                0
            }),
        }
    }

    /// One of several words, ignoring case like the engine.
    fn word<T: Copy>(
        &mut self,
        object: Object<'_>,
        name: &str,
        words: &[(&'static str, T)],
        default: T,
    ) -> T {
        let Some(text) = self.text(object, name) else { return default };
        let known = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(&text));
        match known {
            Some((_, meaning)) => *meaning,
            None => {
                let known: Vec<String> =
                    words.iter().map(|(word, _)| format!("`{word}`")).collect();
                let values = vec![text, known.join(", ")];
                self.find(Code::UnknownWord, pointer(object.place, name), values);
                default
            }
        }
    }

    fn conditions(&mut self, object: Object<'_>) -> Vec<Condition> {
        let place = pointer(object.place, "conditions");
        let mut conditions = Vec::new();
        for (number, value) in self.list(object, "conditions").iter().enumerate() {
            let place = pointer(&place, number);
            if self.count(&place).is_none() {
                break;
            }
            if let Some(object) = self.object(value, &place) {
                conditions.push(self.condition(object));
            }
        }
        conditions
    }

    fn condition(&mut self, object: Object<'_>) -> Condition {
        let place = pointer(object.place, "values");
        let comparison = self.word(object, "comparison", &Comparison::WORDS, Comparison::Equals);
        let mut values = Vec::new();
        for (number, value) in self.list(object, "values").iter().enumerate() {
            match value {
                Value::Null => values.push(String::new()),
                Value::Array(_) | Value::Object(_) => {
                    self.wrong(pointer(&place, number), Wanted::Text, value);
                }
                other => values.push(serialized(other)),
            }
        }
        let mut patterns = Vec::new();
        if comparison == Comparison::Matches {
            patterns = values.iter().map(Pattern::new).collect();
            self.count_patterns(patterns.len(), object.place);
        }
        Condition {
            source: self.word(object, "source", &Source::WORDS, Source::Input),
            variable: self.text(object, "variable").filter(|name| !name.is_empty()),
            entity: self.text(object, "entity").filter(|name| !name.is_empty()),
            comparison,
            operator: self.word(object, "operator", &Operator::WORDS, Operator::Or),
            values,
            more: unread_members(
                object,
                &["source", "variable", "entity", "comparison", "operator", "values"],
            ),
            place: object.place.to_owned(),
            patterns,
        }
    }

    fn count_patterns(&mut self, more: usize, place: &str) {
        let before = self.patterns;
        self.patterns = before.saturating_add(more);
        if before <= PATTERNS_MAX && self.patterns > PATTERNS_MAX {
            self.find(Code::TooMany, place, vec![PATTERNS_MAX.to_string()]);
        }
    }

    /// Actions, which both formats share; the editor adds members.
    fn actions<'a>(
        &mut self,
        values: impl IntoIterator<Item = (String, &'a Value)>,
    ) -> Vec<Action> {
        let mut actions = Vec::new();
        for (place, value) in values {
            if self.count(&place).is_none() {
                break;
            }
            if let Some(object) = self.object(value, &place) {
                actions.extend(self.action(object));
            }
        }
        actions
    }

    fn action(&mut self, object: Object<'_>) -> Option<Action> {
        let kind = self.text(object, "type").filter(|kind| !kind.is_empty());
        if kind.is_none() {
            self.missing(object, "type");
        }
        let settings = object.members.get("settings").cloned().unwrap_or(Value::Null);
        if !matches!(settings, Value::Null | Value::Object(_)) {
            self.wrong(pointer(object.place, "settings"), Wanted::Object, &settings);
        }
        let timeout = match object.members.get("timeout") {
            None | Some(Value::Null) => None,
            Some(value) => match value.as_f64().filter(|seconds| (0.0..1e9).contains(seconds)) {
                #[allow(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "between 0 and a billion"
                )]
                Some(seconds) => Some((seconds * 1_000.0) as u64),
                None => {
                    self.wrong(pointer(object.place, "timeout"), Wanted::Seconds, value);
                    None
                }
            },
        };
        const KNOWN: [&str; 8] = [
            "type",
            "order",
            "conditions",
            "settings",
            "continueOnError",
            "timeout",
            "executeAsynchronously",
            "$title",
        ];
        Some(Action {
            kind: kind?,
            title: self.text(object, "$title").filter(|title| !title.is_empty()),
            order: self.whole(object, "order"),
            conditions: self.conditions(object),
            settings,
            continue_on_error: self.switch(object, "continueOnError"),
            timeout,
            asynchronous: self.switch(object, "executeAsynchronously"),
            more: unread_members(object, &KNOWN),
            place: object.place.to_owned(),
        })
    }

    fn waiting(&mut self, object: Object<'_>) -> Waiting {
        let expiration = self.text(object, "expiration").filter(|text| !text.is_empty());
        let milliseconds = expiration.as_deref().and_then(span);
        if let (Some(text), None) = (&expiration, milliseconds) {
            let place = pointer(object.place, "expiration");
            self.wrong(place, Wanted::TimeSpan, &Value::String(text.clone()));
        }
        let place = pointer(object.place, "validation");
        let validation = match object.members.get("validation") {
            None | Some(Value::Null) => None,
            Some(value) => self.object(value, &place).and_then(|object| self.validation(object)),
        };
        Waiting {
            bypass: self.switch(object, "bypass"),
            conditions: self.conditions(object),
            variable: self.text(object, "variable").filter(|name| !name.is_empty()),
            validation,
            expiration: milliseconds,
            more: unread_members(
                object,
                &["bypass", "conditions", "variable", "validation", "expiration"],
            ),
        }
    }

    fn validation(&mut self, object: Object<'_>) -> Option<Validation> {
        #[derive(Clone, Copy)]
        enum Word {
            Text,
            Number,
            Date,
            Regex,
            Type,
        }
        const WORDS: [(&str, Word); 5] = [
            ("text", Word::Text),
            ("number", Word::Number),
            ("date", Word::Date),
            ("regex", Word::Regex),
            ("type", Word::Type),
        ];
        let rule = match self.word(object, "rule", &WORDS, Word::Text) {
            Word::Text => Rule::Text,
            Word::Number => Rule::Number,
            Word::Date => Rule::Date,
            Word::Regex => {
                self.count_patterns(1, object.place);
                let Some(pattern) = self.text(object, "regex") else {
                    self.missing(object, "regex");
                    return None;
                };
                Rule::Regex(Pattern::new(pattern))
            }
            Word::Type => {
                let Some(media_type) = self.text(object, "type") else {
                    self.missing(object, "type");
                    return None;
                };
                Rule::Type(media_type)
            }
        };
        Some(Validation {
            rule,
            error: self.text(object, "error").filter(|error| !error.is_empty()),
            more: unread_members(object, &["rule", "error"]),
        })
    }

    fn output(&mut self, object: Object<'_>) -> Output {
        let id = self.text(object, "stateId").unwrap_or_default();
        Output {
            order: self.whole(object, "order"),
            conditions: self.conditions(object),
            target: Target::of(&id),
            more: unread_members(object, &["order", "conditions", "stateId"]),
            place: object.place.to_owned(),
        }
    }

    /// Assembles parsed blocks into a flow, if they form one.
    fn assemble(&mut self, place: &str, blocks: Vec<Block>) -> Option<Assembled> {
        if blocks.len() > BLOCKS_MAX {
            self.find(Code::TooMany, place, vec![BLOCKS_MAX.to_string()]);
            return None;
        }
        let mut by_id: HashMap<String, usize> = HashMap::with_capacity(blocks.len());
        for (number, block) in blocks.iter().enumerate() {
            if by_id.insert(block.id.clone(), number).is_some() {
                self.find(Code::DuplicateId, &block.place, vec![block.id.clone()]);
            }
        }
        let mut roots = blocks.iter().enumerate().filter(|(_, block)| block.root);
        let root = roots.next().map(|(number, _)| number);
        for (_, block) in roots {
            self.find(Code::SeveralRoots, &block.place, vec![block.name.clone()]);
        }
        if root.is_none() {
            self.find(Code::NoRoot, place, Vec::new());
        }
        Some(Assembled { blocks, root: root?, by_id })
    }
}

/// Blocks that form a flow.
struct Assembled {
    blocks: Vec<Block>,
    root: usize,
    by_id: HashMap<String, usize>,
}

impl Assembled {
    fn flow(self, format: Format) -> Flow {
        Flow {
            id: String::new(),
            format,
            configuration: BTreeMap::new(),
            input_actions: Vec::new(),
            output_actions: Vec::new(),
            after_state_changed_actions: Vec::new(),
            more: Map::new(),
            blocks: self.blocks,
            root: self.root,
            by_id: self.by_id,
        }
    }
}

/// The expected types of a value.
#[derive(Clone, Copy)]
enum Wanted {
    Object,
    List,
    Text,
    Switch,
    WholeNumber,
    Seconds,
    TimeSpan,
}

impl Wanted {
    /// The JSON name of the type, which is the same in every language.
    fn word(self) -> &'static str {
        match self {
            Wanted::Object => "{ … }",
            Wanted::List => "[ … ]",
            Wanted::Text => "\"…\"",
            Wanted::Switch => "true / false",
            Wanted::WholeNumber => "0, 1, 2, …",
            Wanted::Seconds => "30 (s)",
            Wanted::TimeSpan => "\"0:30\" (h:mm)",
        }
    }
}

/// The beginning of a value, for messages.
fn excerpt(value: &Value) -> String {
    let text = value.to_string();
    let mut short: String = text.chars().take(40).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// The members that are not read, without the editor's own.
fn unread_members(object: Object<'_>, known: &[&str]) -> Map<String, Value> {
    object
        .members
        .iter()
        .filter(|(name, _)| !name.starts_with('$') && !known.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// Parses `h:mm`, `hh:mm:ss` or `d.hh:mm:ss` into milliseconds.
fn span(text: &str) -> Option<u64> {
    let (days, clock) = match text.split_once('.') {
        Some((days, clock)) if clock.contains(':') => (days.parse().ok()?, clock),
        _ => (0_u64, text),
    };
    let clock = clock.split('.').next().unwrap_or_default();
    let parts: Vec<u64> = clock.split(':').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let (hours, minutes, seconds) = match parts.as_slice() {
        [hours, minutes] => (*hours, *minutes, 0),
        [hours, minutes, seconds] => (*hours, *minutes, *seconds),
        _ => return None,
    };
    let hours = days.checked_mul(24)?.checked_add(hours)?;
    let minutes = hours.checked_mul(60)?.checked_add(minutes)?;
    let span = minutes.checked_mul(60)?.checked_add(seconds)?.checked_mul(1_000)?;
    (span > 0 && i64::try_from(span).is_ok()).then_some(span)
}

#[cfg(test)]
mod tests;
