//! A place in a config: a value and its JSON Pointer.

use super::form::Form;
use super::plain;
use super::tree::Node;
use super::words;
use crate::channel::Channel;
use crate::departments::Departments;
use crate::diagnostic::{Code, Diagnostic, Search, Severity, Shape, Value};
use crate::names::{self, Names};
use crate::text::Translated;
use crate::zone::Zone;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

/// Maximum length of a name or text, in bytes: longer than any channel or help desk accepts.
pub const TEXT_BYTES_MAX: usize = 16 * 1024;
/// Maximum number of names in a list.
pub const NAMES_MAX: usize = 1_000;
/// Maximum length of a name that others refer to, in bytes.
const NAME_BYTES_MAX: usize = 1024;
/// Maximum number of keys in an object.
const KEYS_MAX: usize = 1_000;

/// Maximum number of listed problems; the others are counted.
const PROBLEMS_MAX: usize = 100;
const PROBLEM_BYTES_MAX: usize = 48 * 1024;

/// The problems found so far.
#[derive(Debug, Default)]
pub(super) struct Problems {
    listed: Vec<Diagnostic>,
    /// The bytes of the listed problems.
    bytes: usize,
    errors: usize,
    /// The number of problems that are not listed.
    more: usize,
    /// Whether problems are discarded.
    discarding: bool,
    search: Search,
}

impl Problems {
    /// A list that discards problems, for values that are parsed a second time.
    pub(super) fn discarding() -> Problems {
        Problems { discarding: true, ..Problems::default() }
    }

    pub(super) fn errors(&self) -> usize {
        self.errors
    }

    /// The listed problems in the order in which they were found. If there are too many, errors
    /// come before warnings.
    pub(super) fn into_list(self) -> Vec<Diagnostic> {
        let mut list = self.listed;
        if self.more > 0 {
            let values = vec![plain(self.more.to_string())];
            list.push(Diagnostic::new(Code::TooManyProblems, "", values));
        }
        list
    }

    /// Whether another error would not be listed, so that its text need not be computed.
    fn is_full(&self) -> bool {
        let with_errors = self.listed.len() >= PROBLEMS_MAX && self.errors >= PROBLEMS_MAX;
        self.discarding || with_errors || self.bytes >= PROBLEM_BYTES_MAX.saturating_sub(2_048)
    }

    fn push(&mut self, problem: Diagnostic) {
        let is_error = problem.code.severity() == Severity::Error;
        self.errors = self.errors.saturating_add(usize::from(is_error));
        let bytes = problem.bytes();
        let fits = self.bytes.saturating_add(bytes) <= PROBLEM_BYTES_MAX;
        if !self.discarding && fits && self.listed.len() < PROBLEMS_MAX {
            self.bytes = self.bytes.saturating_add(bytes);
            self.listed.push(problem);
            return;
        }
        self.more = self.more.saturating_add(1);
        let warning = |p: &Diagnostic| p.code.severity() == Severity::Warning;
        if is_error
            && fits
            && let Some(place) = self.listed.iter().rposition(warning)
        {
            self.listed.remove(place);
            self.listed.push(problem);
        }
    }

    /// Counts an error that is not listed.
    fn count_error(&mut self) {
        self.errors = self.errors.saturating_add(1);
        self.more = self.more.saturating_add(1);
    }
}

/// A value and its position.
#[derive(Debug, Clone)]
pub(super) struct Place<'a> {
    node: &'a Node,
    pointer: String,
}

/// An object whose keys have been checked.
#[derive(Debug, Clone)]
pub(super) struct Object<'a> {
    place: Place<'a>,
    entries: &'a [(String, Node)],
}

impl<'a> Place<'a> {
    pub(super) fn root(node: &'a Node) -> Place<'a> {
        Place { node, pointer: String::new() }
    }

    pub(super) fn problem(&self, code: Code, values: Vec<Value>, problems: &mut Problems) {
        problems.push(Diagnostic::new(code, self.pointer.clone(), values));
    }

    /// An error whose text is costly: it is computed only if the error is listed.
    pub(super) fn error(
        &self,
        problems: &mut Problems,
        say: impl FnOnce(&mut Search) -> (Code, Vec<Value>),
    ) {
        if problems.is_full() {
            problems.count_error();
        } else {
            let (code, values) = say(&mut problems.search);
            self.problem(code, values, problems);
        }
    }

    /// Reports a problem of an entry of this list.
    pub(super) fn inside(
        &self,
        index: usize,
        code: Code,
        values: Vec<Value>,
        problems: &mut Problems,
    ) {
        problems.push(Diagnostic::new(code, format!("{}/{index}", self.pointer), values));
    }

    /// The place of an entry of this list, for problems.
    pub(super) fn entry(&self, index: usize) -> Place<'a> {
        Place { node: self.node, pointer: format!("{}/{index}", self.pointer) }
    }

    pub(super) fn wrong_shape(&self, shape: Shape, problems: &mut Problems) {
        let name = self.pointer.rsplit('/').next().unwrap_or_default();
        let name = if name.is_empty() { "/" } else { name };
        let values = vec![plain(name), Value::Shape(shape), Value::Example(shape)];
        self.problem(Code::WrongType, values, problems);
    }

    pub(super) fn is_list(&self) -> bool {
        matches!(self.node, Node::List(_))
    }

    pub(super) fn is_object(&self) -> bool {
        matches!(self.node, Node::Object(_))
    }

    pub(super) fn is_off(&self) -> bool {
        *self.node == Node::Switch(false)
    }

    pub(super) fn is_text(&self, text: &str) -> bool {
        matches!(self.node, Node::Text(t) if t == text)
    }

    /// The object at this place; unknown and duplicate keys are problems.
    ///
    /// A key that begins with `//` is a comment, and `$schema` is for editors: both are ignored.
    pub(super) fn object(&self, form: &Form, problems: &mut Problems) -> Option<Object<'a>> {
        let top = self.pointer.is_empty();
        self.entries_known(form.names(), |key| top && key == "$schema", problems)
    }

    /// The entries of the object at this place, with any names, without comments.
    pub(super) fn named(&self, problems: &mut Problems) -> Vec<(&'a str, Place<'a>)> {
        let Node::Object(entries) = self.node else {
            self.wrong_shape(Shape::Object, problems);
            return Vec::new();
        };
        let entries = self.first_keys(entries, problems);
        let object = Object { place: self.clone(), entries };
        let mut found: Vec<(&'a str, Place<'a>)> = Vec::new();
        let mut seen = BTreeSet::new();
        for (key, node) in entries.iter().filter(|(key, _)| !is_comment(key)) {
            if key.len() > NAME_BYTES_MAX {
                let values = vec![plain(key.len().to_string()), plain(NAME_BYTES_MAX.to_string())];
                self.problem(Code::TooLarge, values, problems);
                continue;
            }
            let place = object.at(key, node);
            if key.trim().is_empty() {
                place.problem(Code::EmptyName, vec![], problems);
            }
            if !seen.insert(key.as_str()) {
                place.problem(Code::DuplicateKey, vec![plain(key.as_str())], problems);
                continue;
            }
            found.push((key.as_str(), place));
        }
        found
    }

    fn entries_known<'k>(
        &self,
        keys: impl Iterator<Item = &'k str> + Clone,
        passed_over: impl Fn(&str) -> bool,
        problems: &mut Problems,
    ) -> Option<Object<'a>> {
        let Node::Object(entries) = self.node else {
            self.wrong_shape(Shape::Object, problems);
            return None;
        };
        let entries = self.first_keys(entries, problems);
        let object = Object { place: self.clone(), entries };
        let mut seen = BTreeSet::new();
        for (key, _) in entries {
            if is_comment(key) || passed_over(key) {
                continue;
            }
            let twice = !seen.insert(key.as_str());
            if !twice && keys.clone().any(|known| known == key) {
                continue;
            }
            if problems.is_full() {
                problems.count_error();
                continue;
            }
            let place = object.at(key, self.node);
            let (code, value) = match problems.search.nearest(key, keys.clone()) {
                _ if twice => (Code::DuplicateKey, String::new()),
                Some(near) => (Code::UnknownKeyNear, near.to_string()),
                None => (Code::UnknownKey, quoted(keys.clone())),
            };
            place.problem(code, vec![plain(key.as_str()), plain(value)], problems);
        }
        Some(object)
    }

    /// The first entries of an object, up to the maximum.
    fn first_keys(
        &self,
        entries: &'a [(String, Node)],
        problems: &mut Problems,
    ) -> &'a [(String, Node)] {
        if entries.len() > KEYS_MAX {
            let values = vec![plain(entries.len().to_string()), plain(KEYS_MAX.to_string())];
            self.problem(Code::TooMany, values, problems);
        }
        entries.get(..KEYS_MAX).unwrap_or(entries)
    }

    /// The entries of the object at this place, whose keys must be among `words`.
    pub(super) fn keyed(&self, words: &[&str], problems: &mut Problems) -> Option<Object<'a>> {
        self.entries_known(words.iter().copied(), |_| false, problems)
    }

    /// The entries of the list at this place, at most `most`.
    pub(super) fn items(&self, most: usize, problems: &mut Problems) -> Vec<Place<'a>> {
        let Node::List(list) = self.node else {
            self.wrong_shape(Shape::List, problems);
            return Vec::new();
        };
        if list.len() > most {
            let values = vec![plain(list.len().to_string()), plain(most.to_string())];
            self.problem(Code::TooMany, values, problems);
        }
        let place = |(n, node)| Place { node, pointer: format!("{}/{n}", self.pointer) };
        list.iter().take(most).enumerate().map(place).collect()
    }

    pub(super) fn switch(&self, problems: &mut Problems) -> Option<bool> {
        match self.node {
            Node::Switch(on) => Some(*on),
            _ => {
                self.wrong_shape(Shape::Switch, problems);
                None
            }
        }
    }

    pub(super) fn string(&self, problems: &mut Problems) -> Option<String> {
        match self.node {
            Node::Text(text) => {
                if text.len() > TEXT_BYTES_MAX {
                    let values =
                        vec![plain(text.len().to_string()), plain(TEXT_BYTES_MAX.to_string())];
                    self.problem(Code::TooLarge, values, problems);
                }
                Some(text.clone())
            }
            _ => {
                self.wrong_shape(Shape::Text, problems);
                None
            }
        }
    }

    pub(super) fn text_or_number(&self) -> Option<String> {
        match self.node {
            Node::Text(text) | Node::Number(text) => Some(text.clone()),
            _ => None,
        }
    }

    /// A name that is not empty.
    pub(super) fn name(&self, problems: &mut Problems) -> Option<String> {
        let name = self.string(problems)?;
        if name.trim().is_empty() {
            self.problem(Code::EmptyName, vec![], problems);
        }
        Some(name)
    }

    /// A list of names that are not empty.
    pub(super) fn names(&self, problems: &mut Problems) -> Vec<String> {
        self.items(NAMES_MAX, problems).iter().filter_map(|item| item.name(problems)).collect()
    }

    /// A list of tags; two equivalent tags cause a warning.
    pub(super) fn tags(&self, problems: &mut Problems) -> Names {
        let mut seen = Departments::default();
        let mut tags: Vec<String> = Vec::new();
        for place in self.items(NAMES_MAX, problems) {
            let Some(tag) = place.name(problems) else { continue };
            match seen.own(&tag).and_then(|first| tags.get(usize::try_from(first).ok()?)) {
                Some(_) if tag.trim().is_empty() => {}
                Some(first) => {
                    let values = vec![plain(tag.as_str()), plain(first.as_str())];
                    place.problem(Code::NameTwice, values, problems);
                }
                None => seen.insert(&tag, u32::try_from(tags.len()).unwrap_or(u32::MAX)),
            }
            tags.push(tag);
        }
        Names::new(tags)
    }

    /// A channel, ignoring case; the inner option is `None` for a channel that no longer exists.
    pub(super) fn channel(&self, problems: &mut Problems) -> Option<Option<Channel>> {
        let known: Vec<&str> = words::CHANNELS.iter().map(|(word, _)| *word).collect();
        let key = self.text().map(names::key);
        match known.iter().position(|word| key.as_deref() == Some(word)) {
            Some(place) => words::CHANNELS.get(place).map(|(_, channel)| *channel),
            None => self.word(&words::CHANNELS, problems),
        }
    }

    /// A whole number from 1 to `most`.
    pub(super) fn count(&self, most: u32, problems: &mut Problems) -> Option<u32> {
        let Node::Number(written) = self.node else {
            self.wrong_shape(Shape::Count, problems);
            return None;
        };
        let count = written.parse().ok().filter(|n| (1..=most).contains(n));
        if count.is_none() {
            let values = vec![plain(written.as_str()), plain(most.to_string())];
            self.problem(Code::BadCount, values, problems);
        }
        count
    }

    /// A time zone by name.
    pub(super) fn zone(&self, problems: &mut Problems) -> Option<Zone> {
        let name = self.string(problems)?;
        let zone = Zone::named(&name);
        if zone.is_none() {
            self.error(problems, |search| match Zone::nearest(&name, search) {
                Some(near) => (Code::BadZoneNear, vec![plain(name), plain(near)]),
                None => (Code::BadZone, vec![plain(name)]),
            });
        }
        zone
    }

    /// The index of a name among those that the policy defines.
    pub(super) fn one_of<'n>(
        &self,
        names: impl Iterator<Item = &'n String> + Clone,
        unknown: Code,
        problems: &mut Problems,
    ) -> Option<usize> {
        let text = self.string(problems)?;
        let found = names.clone().position(|name| *name == text);
        if found.is_none() {
            self.error(problems, |_| {
                (unknown, vec![plain(text), plain(quoted(names.map(String::as_str)))])
            });
        }
        found
    }

    /// The same, or `false` for none.
    pub(super) fn one_of_or_off<'n>(
        &self,
        names: impl Iterator<Item = &'n String> + Clone,
        unknown: Code,
        problems: &mut Problems,
    ) -> Option<Option<usize>> {
        if self.is_off() {
            return Some(None);
        }
        self.one_of(names, unknown, problems).map(Some)
    }

    /// One of the words, as its value.
    pub(super) fn word<T: Copy>(&self, words: &[(&str, T)], problems: &mut Problems) -> Option<T> {
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let place = self.place_among(&known, problems)?;
        words.get(place).map(|(_, meaning)| *meaning)
    }

    /// The index of a word. Separate from `word`, so that it is compiled only once.
    fn place_among(&self, known: &[&str], problems: &mut Problems) -> Option<usize> {
        let text = self.string(problems)?;
        let found = known.iter().position(|word| *word == text);
        if found.is_none() {
            let allowed = quoted(known.iter().copied());
            self.problem(Code::UnknownWord, vec![plain(text), plain(allowed)], problems);
        }
        found
    }

    /// A text, or one per language.
    pub(super) fn texts(&self, problems: &mut Problems) -> Option<Translated> {
        let entries = match self.node {
            Node::Text(_) => vec![(None, self.filled(problems)?)],
            Node::Object(entries) => {
                let entries = self.first_keys(entries, problems);
                let object = Object { place: self.clone(), entries };
                let mut texts = Vec::new();
                let mut seen = BTreeSet::new();
                for (tag, node) in entries {
                    if is_comment(tag) {
                        continue;
                    }
                    let place = object.at(tag, node);
                    if !is_language_tag(tag) {
                        place.problem(Code::BadLanguage, vec![plain(tag.as_str())], problems);
                    }
                    let tag = tag.replace('_', "-");
                    if !seen.insert(tag.to_ascii_lowercase()) {
                        place.problem(Code::DuplicateKey, vec![plain(tag.as_str())], problems);
                    }
                    texts.extend(place.filled(problems).map(|text| (Some(tag), text)));
                }
                if entries.iter().all(|(tag, _)| is_comment(tag)) {
                    self.problem(Code::EmptyText, vec![], problems);
                }
                texts
            }
            _ => {
                self.wrong_shape(Shape::Texts, problems);
                return None;
            }
        };
        Some(Translated::new(entries))
    }

    /// The texts of a place with one text, or one per language.
    pub(super) fn each_text(&self) -> Vec<(Place<'a>, &'a str)> {
        match self.node {
            Node::Text(text) => vec![(self.clone(), text.as_str())],
            Node::Object(entries) => {
                let object = Object { place: self.clone(), entries };
                let text = |(tag, node): &'a (String, Node)| match node {
                    Node::Text(text) if !is_comment(tag) => {
                        Some((object.at(tag, node), text.as_str()))
                    }
                    _ => None,
                };
                entries.iter().take(KEYS_MAX).filter_map(text).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The text at this place, if it is one.
    pub(super) fn text(&self) -> Option<&'a str> {
        match self.node {
            Node::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether `other` is the same place.
    pub(super) fn is_at(&self, other: &Place<'_>) -> bool {
        self.pointer == other.pointer
    }

    /// A text that is not empty (docs/rules.md#no-empty-text).
    fn filled(&self, problems: &mut Problems) -> Option<String> {
        let text = self.string(problems)?;
        if text.trim().is_empty() {
            self.problem(Code::EmptyText, vec![], problems);
        }
        Some(text)
    }
}

impl<'a> Object<'a> {
    pub(super) fn get(&self, key: &str) -> Option<Place<'a>> {
        self.entries.iter().find(|(k, _)| k == key).map(|(k, node)| self.at(k, node))
    }

    /// The value of a required key.
    pub(super) fn require(
        &self,
        key: &str,
        example: &str,
        problems: &mut Problems,
    ) -> Option<Place<'a>> {
        let found = self.get(key);
        if found.is_none() {
            self.place.problem(Code::MissingKey, vec![plain(key), plain(example)], problems);
        }
        found
    }

    fn at(&self, key: &str, node: &'a Node) -> Place<'a> {
        let key = key.replace('~', "~0").replace('/', "~1");
        Place { node, pointer: format!("{}/{key}", self.place.pointer) }
    }
}

fn is_comment(key: &str) -> bool {
    key.starts_with("//")
}

pub(super) fn quoted<'k>(words: impl Iterator<Item = &'k str>) -> String {
    let words: Vec<String> = words.map(|word| format!("`{word}`")).collect();
    words.join(", ")
}

/// Whether a tag looks like BCP 47, or the same with `_`: letters first, parts of at most eight
/// letters or digits.
pub(super) fn is_language_tag(tag: &str) -> bool {
    let mut parts = tag.split(['-', '_']);
    let first = parts.next().unwrap_or_default();
    (2..=3).contains(&first.len())
        && first.bytes().all(|b| b.is_ascii_alphabetic())
        && parts.all(|p| (1..=8).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphanumeric()))
}
