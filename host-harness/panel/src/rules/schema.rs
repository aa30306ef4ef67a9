//! The published JSON Schema of a policy, which says what forms consist of: their keys, the kind of
//! each value, and its name and description in the reader's language. A new key of the policy has
//! its field as soon as it is in the schema.

use std::sync::LazyLock;

use despertador_contract::Language;
use serde_json::{Map, Value};

static SPANISH: LazyLock<Schema> =
    LazyLock::new(|| Schema::read(include_str!("../../schemas/policy.schema.es.json")));
static PORTUGUESE: LazyLock<Schema> =
    LazyLock::new(|| Schema::read(include_str!("../../schemas/policy.schema.pt.json")));
static ENGLISH: LazyLock<Schema> =
    LazyLock::new(|| Schema::read(include_str!("../../schemas/policy.schema.json")));

/// The order of keys in forms; those that are not named come last, by name.
const ORDER: &[&str] = &[
    "enabled",
    "version",
    "name",
    "departments",
    "schedule",
    "from",
    "backlog",
    "within",
    "date",
    "zone",
    "open",
    "holidays",
    "per-day",
    "per-week",
    "days-apart",
    "exempt-tags",
    "groups",
    "opt-out-words",
    "budget",
    "activation",
    "tags",
    "priorities",
    "url",
    "alternative",
    "image",
    "text",
    "also",
    "effect",
    "by",
    "quick-replies",
    "template",
    "language",
    "parameters",
    "count-from",
    "business-hours",
    "sending-window",
    "only-after-agent",
    "ai-agent-counts",
    "reactions-count",
    "guard",
    "typing",
    "grace",
    "at-most",
    "snooze",
    "snooze-ends-on-reply",
    "after-reopening",
    "late-reply",
    "late-reply-time",
    "on-failed-reminder",
    "unreachable",
    "refused",
    "retry-after",
    "retries",
    "catch-up",
    "outside-channel-window",
    "when-left-out",
    "visitor-left",
    "company-silent",
    "notice",
    "closing-text",
    "closing-template",
    "category",
    "summary",
    "incomplete-metadata",
    "unassign-after",
    "keep-assignment-tags",
    "bot-on-after",
    "survey",
    "survey-after",
    "survey-again",
    "missed-call-ticket",
    "signature",
    "when",
    "channels",
    "events",
];

/// The schema of a policy in one language.
pub(super) struct Schema {
    root: Value,
}

/// An object of a policy.
#[derive(Clone, Copy)]
pub(super) struct Form<'s> {
    schema: &'s Schema,
    properties: Option<&'s Map<String, Value>>,
}

/// A key of an object.
#[derive(Clone, Copy)]
pub(super) struct Key<'s> {
    pub(super) name: &'s str,
    /// A few words, for a label.
    pub(super) title: &'s str,
    /// What it does, and what holds without it.
    pub(super) text: &'s str,
    pub(super) kind: Kind<'s>,
}

/// A word that a key can hold, and what it means.
pub(super) type Choice<'s> = (&'s str, &'s str);

/// The kind of value of a key.
#[derive(Clone, Copy)]
pub(super) enum Kind<'s> {
    /// `true` or `false`.
    Switch,
    /// A text of one line.
    Line,
    /// A text, or one for each language.
    Texts,
    /// A list of such texts.
    TextList,
    /// A time, such as `15 min`.
    Duration,
    /// A whole number up to this one.
    Count(u64),
    /// One of some words.
    Words(&'s Value),
    /// A list of some words.
    WordList(&'s Value),
    /// A list of names.
    Names,
    /// A language tag, or a list of them.
    Languages,
    /// `"any"`, or a list of departments.
    Departments,
    /// Dates, some with hours of their own.
    Holidays,
    /// Openings by day of the week.
    Week,
    /// A name that the policy defines, or `false`.
    NameOrOff,
    Object(Form<'s>),
    ObjectOrWords(Form<'s>, &'s Value),
    ObjectOrOff(Form<'s>),
    List(Form<'s>),
    /// Objects by names that the policy chooses.
    Named(Form<'s>),
    /// Something that has no form.
    Other,
}

/// The words of an `enum`, with their meanings.
pub(super) fn choices(words: &Value) -> impl Iterator<Item = Choice<'_>> {
    let list = |name| words.get(name).and_then(Value::as_array).into_iter().flatten();
    let meanings = list("enumDescriptions").filter_map(Value::as_str);
    list("enum").filter_map(Value::as_str).zip(meanings)
}

impl Schema {
    /// The schema whose descriptions are in a language.
    pub(super) fn of(language: Language) -> &'static Schema {
        match language {
            Language::Spanish => &SPANISH,
            Language::Portuguese => &PORTUGUESE,
            Language::English => &ENGLISH,
        }
    }

    fn read(text: &str) -> Schema {
        // The tests read all three.
        Schema { root: serde_json::from_str(text).unwrap_or_default() }
    }

    /// The whole policy.
    pub(super) fn policy(&self) -> Form<'_> {
        self.form(&self.root)
    }

    /// An object by the name of its definition, such as `rule`.
    pub(super) fn named(&self, name: &str) -> Form<'_> {
        self.form(self.root.pointer(&format!("/$defs/{name}")).unwrap_or(&Value::Null))
    }

    fn form<'s>(&'s self, object: &'s Value) -> Form<'s> {
        let properties = object.get("properties").and_then(Value::as_object);
        Form { schema: self, properties }
    }

    /// The definition behind a reference, with its name; the value itself if it is none.
    fn resolve<'s>(&'s self, value: &'s Value) -> (&'s str, &'s Value) {
        let name = value.get("$ref").and_then(Value::as_str);
        let name = name.and_then(|name| name.strip_prefix("#/$defs/"));
        let found = name
            .and_then(|name| Some((name, self.root.get("$defs").and_then(|all| all.get(name))?)));
        found.unwrap_or(("", value))
    }

    fn kind<'s>(&'s self, value: &'s Value) -> Kind<'s> {
        let (name, value) = self.resolve(value);
        match name {
            "duration" => return Kind::Duration,
            "texts" => return Kind::Texts,
            "names" => return Kind::Names,
            "departments" => return Kind::Departments,
            "week" => return Kind::Week,
            _ => {}
        }
        if let Some(either) = value.get("anyOf").and_then(Value::as_array) {
            return self.either(either);
        }
        if value.get("enum").is_some() {
            return Kind::Words(value);
        }
        match value.get("type").and_then(Value::as_str) {
            Some("boolean") => Kind::Switch,
            Some("integer") => {
                Kind::Count(value.get("maximum").and_then(Value::as_u64).unwrap_or(u64::MAX))
            }
            Some("string") => Kind::Line,
            Some("array") => value.get("items").map_or(Kind::Other, |items| self.list(items)),
            Some("object") => match value.get("additionalProperties") {
                Some(named @ Value::Object(_)) => Kind::Named(self.form(self.resolve(named).1)),
                _ => Kind::Object(self.form(value)),
            },
            _ => Kind::Other,
        }
    }

    fn list<'s>(&'s self, items: &'s Value) -> Kind<'s> {
        match self.kind(items) {
            Kind::Words(words) => Kind::WordList(words),
            Kind::Texts => Kind::TextList,
            Kind::Object(form) => Kind::List(form),
            // A date, or an object with a date.
            Kind::Other if items.get("anyOf").is_some() => Kind::Holidays,
            _ => Kind::Other,
        }
    }

    fn either<'s>(&'s self, either: &'s [Value]) -> Kind<'s> {
        let [one, other] = either else { return Kind::Other };
        let is_off = one.get("const").is_some_and(|only| *only == Value::Bool(false));
        let words = one.get("enum").is_some();
        match self.kind(other) {
            Kind::Object(form) if is_off => Kind::ObjectOrOff(form),
            Kind::Object(form) if words => Kind::ObjectOrWords(form, one),
            Kind::Line if is_off => Kind::NameOrOff,
            // In any case of letters.
            Kind::Line if words => Kind::Words(one),
            // A tag, or a list of tags.
            Kind::Other if other.get("items").is_some() => Kind::Languages,
            _ => Kind::Other,
        }
    }
}

impl<'s> Form<'s> {
    /// Its keys, in the order of forms.
    pub(super) fn keys(self) -> Vec<Key<'s>> {
        let all = self.properties.into_iter().flatten();
        // `$schema` is for editors.
        let mut keys: Vec<Key<'s>> = all
            .filter(|(name, _)| !name.starts_with('$'))
            .map(|(name, value)| self.read_key(name, value))
            .collect();
        keys.sort_by_key(|key| {
            ORDER.iter().position(|name| *name == key.name).unwrap_or(ORDER.len())
        });
        keys
    }

    /// Its keys without some of them.
    pub(super) fn without(self, names: &[&str]) -> Vec<Key<'s>> {
        self.keys().into_iter().filter(|key| !names.contains(&key.name)).collect()
    }

    /// Some of its keys, in this order.
    pub(super) fn only(self, names: &[&str]) -> Vec<Key<'s>> {
        names.iter().filter_map(|name| self.key(name)).collect()
    }

    pub(super) fn key(self, name: &str) -> Option<Key<'s>> {
        let (name, value) = self.properties?.get_key_value(name)?;
        Some(self.read_key(name, value))
    }

    fn read_key(self, name: &'s str, value: &'s Value) -> Key<'s> {
        let text = |of: &str| value.get(of).and_then(Value::as_str).unwrap_or_default();
        Key { name, title: text("title"), text: text("description"), kind: self.schema.kind(value) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All keys below a form, each with the name of the form's key.
    fn below<'s>(at: &str, form: Form<'s>, found: &mut Vec<(String, Key<'s>)>) {
        for key in form.keys() {
            let at = format!("{at}/{}", key.name);
            match key.kind {
                Kind::Object(form)
                | Kind::ObjectOrWords(form, _)
                | Kind::ObjectOrOff(form)
                | Kind::List(form)
                | Kind::Named(form) => below(&at, form, found),
                _ => {}
            }
            found.push((at, key));
        }
    }

    #[test]
    fn every_key_has_a_kind_a_name_and_a_description_in_every_language() {
        for language in Language::ALL {
            let mut found = Vec::new();
            below("", Schema::of(language).policy(), &mut found);
            assert!(found.len() > 150, "{}", found.len());
            for (at, key) in found {
                assert!(!matches!(key.kind, Kind::Other), "{at}");
                assert!(!key.title.is_empty() && !key.text.is_empty(), "{at}");
                if let Kind::Words(words) | Kind::WordList(words) | Kind::ObjectOrWords(_, words) =
                    key.kind
                {
                    assert!(choices(words).count() > 1, "{at}");
                }
            }
        }
    }

    #[test]
    fn kinds_are_those_of_the_values() {
        let form = |name: &str| Schema::of(Language::English).named(name);
        let kind = |of: &str, key: &str| form(of).key(key).map(|key| key.kind);
        assert!(matches!(kind("rule", "typing"), Some(Kind::ObjectOrOff(_))));
        assert!(matches!(kind("rule", "on-failed-reminder"), Some(Kind::ObjectOrWords(..))));
        assert!(matches!(kind("rule", "business-hours"), Some(Kind::NameOrOff)));
        assert!(matches!(kind("schedule", "holidays"), Some(Kind::Holidays)));
        assert!(matches!(kind("schedule", "open"), Some(Kind::Week)));
        assert!(matches!(kind("template", "language"), Some(Kind::Languages)));
        assert!(matches!(kind("template", "parameters"), Some(Kind::TextList)));
        assert!(matches!(kind("budget", "days-apart"), Some(Kind::Count(60))));
        assert!(matches!(kind("reminder", "quick-replies"), Some(Kind::List(_))));
        assert!(matches!(kind("reply", "channels"), Some(Kind::WordList(_))));
    }
}
