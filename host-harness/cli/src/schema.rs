//! `despertador schema`
//!
//! The JSON Schema of a policy, generated from the tables from which the parser takes its keys and
//! words, so a new key appears here automatically.

use despertador_contract::Language;
use despertador_policy::form::{self, Form, Kind};
use serde_json::{Map, Value, json};

use crate::arguments::SchemaArguments;
use crate::{Ended, Unusable, written};

mod texts;

use texts::{Described, EVENTS, describe, word};

/// Prints the schema, or writes it to a file.
pub(crate) fn schema(arguments: &SchemaArguments, as_json: bool) -> Result<Ended, Unusable> {
    let text = text(crate::language::Language::chosen().of_page());
    match &arguments.output {
        None => anstream::print!("{text}"),
        // It is generated, so overwriting loses nothing.
        Some(file) => {
            written::write(file, &text, true)?;
            written::say(file, as_json, json!({}));
        }
    }
    Ok(Ended::Well)
}

/// The published text of the schema.
fn text(language: Language) -> String {
    format!("{:#}\n", policy(language))
}

/// What the schema says of itself.
struct Frame {
    title: &'static str,
    text: &'static str,
    schema: &'static str,
    comment: &'static str,
}

const fn frame(language: Language) -> Frame {
    match language {
        Language::Spanish => Frame {
            title: "Política de Despertador",
            text: "Cuándo se le recuerda a un cliente que calla y cuándo se cierra su ticket. Las claves que empiezan con // son comentarios.",
            schema: "Dónde está este esquema, para editores; al leer la política se pasa por alto.",
            comment: "Un comentario.",
        },
        Language::Portuguese => Frame {
            title: "Política do Despertador",
            text: "Quando um cliente em silêncio é lembrado e quando seu ticket é encerrado. As chaves que começam com // são comentários.",
            schema: "Onde está este esquema, para editores; ao ler a política ele é ignorado.",
            comment: "Um comentário.",
        },
        Language::English => Frame {
            title: "Despertador policy",
            text: "When a silent customer is reminded and when the ticket is closed. Keys that begin with // are comments.",
            schema: "Where this schema is, for editors; passed over by the reader.",
            comment: "A comment.",
        },
    }
}

/// The schema of a policy, described in a language.
fn policy(language: Language) -> Value {
    let frame = frame(language);
    let mut defs = Defs { language, found: Map::new() };
    let mut whole = defs.object(&form::POLICY);
    if let Some(properties) = whole.get_mut("properties").and_then(Value::as_object_mut) {
        properties.insert("$schema".into(), json!({ "description": frame.schema }));
    }
    let head = [
        ("$schema", "https://json-schema.org/draft/2020-12/schema"),
        ("$id", "urn:despertador:policy"),
        ("title", frame.title),
        ("description", frame.text),
    ];
    whole.extend(head.map(|(key, text)| (key.to_owned(), text.into())));
    whole.insert("$defs".into(), Value::Object(defs.found));
    Value::Object(whole)
}

/// Shared definitions.
struct Defs {
    language: Language,
    found: Map<String, Value>,
}

impl Defs {
    fn object(&mut self, form: &'static Form) -> Map<String, Value> {
        let mut properties = Map::new();
        for key in form.keys {
            let text = describe(form.name, key.name, self.language);
            let described = described(self.kind(key.name, key.kind), text);
            properties.insert(key.name.into(), described);
        }
        let required: Vec<&str> =
            form.keys.iter().filter(|key| key.required).map(|key| key.name).collect();
        let mut object = self.closed_object(properties);
        if !required.is_empty() {
            object.insert("required".into(), json!(required));
        }
        object.extend(together(form.name));
        object
    }

    fn form(&mut self, form: &'static Form) -> Value {
        self.defined(form.name, |defs| Value::Object(defs.object(form)))
    }

    /// A reference to a definition, which is created on its first use.
    fn defined(&mut self, name: &str, define: impl FnOnce(&mut Defs) -> Value) -> Value {
        if !self.found.contains_key(name) {
            let definition = define(self);
            self.found.insert(name.into(), definition);
        }
        json!({ "$ref": format!("#/$defs/{name}") })
    }

    /// The schema of the value of a key.
    fn kind(&mut self, key: &str, kind: Kind) -> Value {
        match kind {
            Kind::Switch => json!({ "type": "boolean" }),
            Kind::Text => json!({ "type": "string", "maxLength": form::TEXT_BYTES_MAX }),
            Kind::Filled | Kind::Name => self.filled(),
            Kind::Texts => self.texts(),
            Kind::Duration => self.defined("duration", |_| duration()),
            Kind::Instant => self.defined("instant", |_| {
                pattern(
                    &format!("^[0-9]{{4}}-{DAY_OF_YEAR}[Tt ]{CLOCK}:([0-5][0-9]|60)([.][0-9]+)?([Zz]|[-+]{CLOCK})$"),
                    "2026-05-04T09:00:00-03:00",
                )
            }),
            Kind::Count(most) => json!({ "type": "integer", "minimum": 1, "maximum": most }),
            Kind::Zone => json!({
                "type": "string", "minLength": 1,
                "examples": ["America/Bogota", "America/Santiago", "America/Sao_Paulo", "UTC"],
            }),
            Kind::Url => pattern(
                r"^https?://[^/\s\u0000-\u001f\u007f-\u009f][^\s\u0000-\u001f\u007f-\u009f]*$",
                "https://example.com/picture.png",
            ),
            Kind::Languages(most) => {
                let tag = pattern(LANGUAGE, "pt_BR");
                json!({ "anyOf": [tag, list(tag.clone(), most)] })
            }
            Kind::Names => self.names(),
            Kind::TextList(most) => list(self.texts(), most),
            Kind::Departments => self.defined("departments", |defs| {
                let names = list(defs.filled(), form::NAMES_MAX);
                let names = with(names, json!({ "minItems": 1, "uniqueItems": true }));
                json!({ "anyOf": [{ "const": "any" }, names] })
            }),
            Kind::Holidays(most) => {
                let either = [self.kind(key, Kind::Date), self.form(&form::HOLIDAY)];
                list(json!({ "anyOf": either }), most)
            }
            Kind::Date => self.defined("date", |_| {
                pattern(&format!("^((19[7-9][0-9]|[2-9][0-9]{{3}})-)?{DAY_OF_YEAR}$"), "12-24")
            }),
            Kind::Openings => self.defined("openings", |_| {
                let opening = pattern(
                    &format!(r"^\s*{CLOCK}\s*-\s*({CLOCK}|24:00)\s*$"),
                    "09:00-18:00",
                );
                json!({ "anyOf": [opening, list(opening.clone(), form::OPENINGS_PER_DAY_MAX)] })
            }),
            Kind::Week => self.defined("week", |defs| {
                let mut week = defs.closed_object(Map::new());
                if let Some(patterns) =
                    week.get_mut("patternProperties").and_then(Value::as_object_mut)
                {
                    patterns.insert(days_of_week(), defs.kind(key, Kind::Openings));
                }
                Value::Object(week)
            }),
            Kind::Words(words) => self.choice(key, words),
            Kind::WordList(words) => list(self.choice(key, words), words.len()),
            Kind::Object(form) => self.form(form),
            Kind::ObjectOrWords(form, words) => {
                json!({ "anyOf": [self.choice(key, words), self.form(form)] })
            }
            Kind::ObjectOrOff(form) => json!({ "anyOf": [{ "const": false }, self.form(form)] }),
            Kind::NameOrOff => {
                json!({ "anyOf": [{ "const": false }, { "type": "string" }] })
            }
            Kind::List(form, most) => list(self.form(form), most),
            // The parser checks the maximum, because comments would count here.
            Kind::Named(form, _) => {
                let mut named = self.closed_object(Map::new());
                named.insert("additionalProperties".into(), self.form(form));
                named.insert("propertyNames".into(), json!({ "pattern": FILLED }));
                Value::Object(named)
            }
            Kind::Keyed(words, form) => {
                let keys = words.iter().map(|word| {
                    let text = describe(EVENTS, word, self.language);
                    ((*word).to_owned(), described(self.form(form), text))
                });
                let keys = keys.collect();
                Value::Object(self.closed_object(keys))
            }
        }
    }

    fn filled(&mut self) -> Value {
        self.defined("filled", |_| {
            let most = form::TEXT_BYTES_MAX;
            json!({ "type": "string", "minLength": 1, "maxLength": most, "pattern": FILLED })
        })
    }

    fn names(&mut self) -> Value {
        self.defined("names", |defs| list(defs.filled(), form::NAMES_MAX))
    }

    fn texts(&mut self) -> Value {
        self.defined("texts", |defs| {
            let mut languages = defs.closed_object(Map::new());
            if let Some(patterns) =
                languages.get_mut("patternProperties").and_then(Value::as_object_mut)
            {
                patterns.insert(LANGUAGE.into(), defs.filled());
            }
            // Comments alone are no text.
            languages.insert("not".into(), json!({ "propertyNames": { "pattern": COMMENT } }));
            json!({ "anyOf": [defs.filled(), languages] })
        })
    }

    /// An object with only these keys and comments.
    fn closed_object(&self, properties: Map<String, Value>) -> Map<String, Value> {
        let mut object = Map::new();
        object.insert("type".into(), "object".into());
        if !properties.is_empty() {
            object.insert("properties".into(), Value::Object(properties));
        }
        let comment = json!({ COMMENT: { "description": frame(self.language).comment } });
        object.insert("patternProperties".into(), comment);
        object.insert("additionalProperties".into(), false.into());
        object
    }

    /// One of these words of a key, each with what it means; channels in any case.
    fn choice(&self, key: &str, words: &[&str]) -> Value {
        let meanings: Vec<&str> =
            words.iter().map(|one| word(key, one, self.language).unwrap_or(one)).collect();
        // Not in the standard, which editors and the panel read nevertheless.
        let exact = json!({ "enum": words, "enumDescriptions": meanings });
        if words != form::CHANNELS {
            return exact;
        }
        let any_case: Vec<String> = words.iter().map(|one| in_any_case(one)).collect();
        let pattern = format!(r"^\s*({})\s*$", any_case.join("|"));
        json!({ "anyOf": [exact, { "type": "string", "pattern": pattern }] })
    }
}

/// A pattern for a word in upper and lower case.
fn in_any_case(word: &str) -> String {
    let letter = |c: char| {
        if c.is_ascii_alphabetic() { format!("[{c}{}]", c.to_ascii_uppercase()) } else { c.into() }
    };
    word.chars().map(letter).collect()
}

/// A language tag, `pt-BR` or `pt_BR`.
const LANGUAGE: &str = "^[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8})*$";
const COMMENT: &str = "^//";
/// A text that is not blank.
const FILLED: &str = r"\S";
/// From 00:00 to 23:59.
const CLOCK: &str = "([01][0-9]|2[0-3]):[0-5][0-9]";
/// A month and a day that exists in some year.
const DAY_OF_YEAR: &str = "((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|[12][0-9]))";

/// Constraints between keys of one object.
fn together(form: &str) -> Map<String, Value> {
    let rules = match form {
        "rule" => {
            let before_close = json!({ "type": "object", "required": ["before-close"] });
            json!({
                "if": {
                    "required": ["reminders"],
                    "properties": { "reminders": { "contains": before_close } },
                },
                "then": { "required": ["close-after"] },
            })
        }
        "reminder" => json!({
            "oneOf": [{ "required": ["after"] }, { "required": ["before-close"] }],
        }),
        "quick-reply" => json!({
            "if": { "properties": { "effect": { "const": "extend" } } },
            "then": { "required": ["by"] },
            "else": { "properties": { "by": false } },
        }),
        "sending-window" => json!({ "dependentRequired": { "holidays": ["open"] } }),
        _ => return Map::new(),
    };
    rules.as_object().cloned().unwrap_or_default()
}

fn described(schema: Value, text: Option<Described>) -> Value {
    let Some(Described { title, text }) = text else { return schema };
    with(schema, json!({ "title": title, "description": text }))
}

/// A schema with additional members.
fn with(mut schema: Value, more: Value) -> Value {
    if let (Value::Object(schema), Value::Object(more)) = (&mut schema, more) {
        schema.extend(more);
    }
    schema
}

fn pattern(pattern: &str, example: &str) -> Value {
    json!({ "type": "string", "pattern": pattern, "examples": [example] })
}

fn list(items: Value, most: usize) -> Value {
    json!({ "type": "array", "items": items, "maxItems": most })
}

/// Larger units first, each once, none longer than 90 days by itself, and not only zeros.
fn duration() -> Value {
    let units = [
        ("d|day|days", "([0-9]|[1-8][0-9]|90)"),
        ("h|hour|hours", "[0-9]{1,4}"),
        ("min|minute|minutes", "[0-9]{1,6}"),
        ("s|second|seconds", "[0-9]{1,7}"),
        ("ms", "[0-9]{1,10}"),
    ];
    let parts: String =
        units.iter().map(|(unit, count)| format!(r"(0*{count}\s*({unit})\s*)?")).collect();
    json!({
        "type": "string",
        "allOf": [{ "pattern": format!(r"^\s*{parts}$") }, { "pattern": "[1-9]" }],
        "examples": ["15 min", "1 h 30 min", "2 d"],
    })
}

/// A day of the week, or a range of days.
fn days_of_week() -> String {
    let days = form::DAYS;
    let mut alternatives = vec![days.join("|")];
    for (n, day) in days.iter().enumerate() {
        let later: Vec<&str> = days.iter().skip(n).skip(1).copied().collect();
        if !later.is_empty() {
            alternatives.push(format!(r"{day}\s*-\s*({})", later.join("|")));
        }
    }
    format!(r"^\s*({})\s*$", alternatives.join("|"))
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::Path;

    use super::texts::{OPTION, TEXTS, WORDS};
    use super::*;

    /// All forms below one, by name.
    fn forms(form: &'static Form, found: &mut BTreeMap<&'static str, &'static Form>) {
        if found.insert(form.name, form).is_some() {
            return;
        }
        for key in form.keys {
            match key.kind {
                Kind::Object(below)
                | Kind::ObjectOrWords(below, _)
                | Kind::ObjectOrOff(below)
                | Kind::List(below, _)
                | Kind::Named(below, _)
                | Kind::Keyed(_, below) => forms(below, found),
                Kind::Holidays(_) => forms(&form::HOLIDAY, found),
                _ => {}
            }
        }
    }

    #[test]
    fn every_key_is_described_and_nothing_else() {
        let mut found = BTreeMap::new();
        forms(&form::POLICY, &mut found);
        let mut keys: BTreeSet<(&str, &str)> = BTreeSet::new();
        for (name, form) in &found {
            for key in form.keys {
                let text = describe(name, key.name, Language::English);
                assert!(text.is_some(), "`{}` of `{name}` has no text", key.name);
                keys.extend([(*name, key.name), (OPTION, key.name)]);
                if let Kind::Keyed(words, _) = key.kind {
                    for word in words {
                        let text = describe(EVENTS, word, Language::English);
                        assert!(text.is_some(), "`{word}` has no text");
                        keys.insert((EVENTS, word));
                    }
                }
            }
        }
        for (form, key, texts) in TEXTS {
            assert!(keys.contains(&(*form, *key)), "there is no `{key}` in `{form}`");
            for language in Language::ALL {
                let Described { title, text } = texts.of(language);
                let sentence = text.starts_with(|c: char| !c.is_whitespace())
                    && text.ends_with(['.', '…'])
                    && !text.contains("  ");
                assert!(sentence, "{text}");
                assert!(!title.is_empty() && !title.ends_with('.'), "{title}");
            }
        }
    }

    #[test]
    fn every_word_is_described_and_nothing_else() {
        let mut found = BTreeMap::new();
        forms(&form::POLICY, &mut found);
        let mut words: BTreeSet<(&str, &str)> = BTreeSet::new();
        for key in found.values().flat_map(|form| form.keys) {
            if let Kind::Words(own) | Kind::WordList(own) | Kind::ObjectOrWords(_, own) = key.kind {
                words.extend(own.iter().map(|word| (key.name, *word)));
            }
        }
        for (key, one) in &words {
            assert!(word(key, one, Language::English).is_some(), "`{one}` of `{key}` has no text");
        }
        for (keys, one, _) in WORDS {
            for key in *keys {
                assert!(words.contains(&(*key, *one)), "`{key}` cannot be `{one}`");
            }
        }
    }

    #[test]
    fn each_form_is_a_definition_of_its_own() {
        let mut found = BTreeMap::new();
        forms(&form::POLICY, &mut found);
        let schema = policy(Language::English);
        for (name, form) in found {
            let place = match name {
                "policy" => "/properties".to_owned(),
                _ => format!("/$defs/{name}/properties"),
            };
            let properties = schema.pointer(&place).and_then(Value::as_object).expect(name);
            for key in form.names() {
                let described = properties.get(key).and_then(|p| p.get("description"));
                assert!(described.is_some(), "`{key}` of `{name}`");
            }
        }
    }

    /// `BLESS=1 cargo test -p despertador` writes them.
    #[test]
    fn the_published_schemas_are_current() {
        let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
        for language in Language::ALL {
            let name = match language {
                Language::English => "policy.schema.json".to_owned(),
                other => format!("policy.schema.{}.json", other.tag()),
            };
            let file = docs.join(&name);
            if std::env::var_os("BLESS").is_some() {
                std::fs::write(&file, text(language)).expect("the schema can be written");
            }
            let published = std::fs::read_to_string(&file).unwrap_or_default();
            assert_eq!(published, text(language), "docs/{name} is old; BLESS=1 writes it");
        }
    }

    /// Only what people read depends on the language.
    #[test]
    fn all_languages_describe_the_same_schema() {
        fn plain(value: &mut Value) {
            if let Value::Object(members) = value {
                members.retain(|name, value| {
                    !(value.is_string() && matches!(name.as_str(), "title" | "description"))
                        && name != "enumDescriptions"
                });
                members.values_mut().for_each(plain);
            } else if let Value::Array(items) = value {
                items.iter_mut().for_each(plain);
            }
        }
        let [spanish, portuguese, english] = Language::ALL.map(|language| {
            let mut schema = policy(language);
            plain(&mut schema);
            schema
        });
        assert_eq!(spanish, english);
        assert_eq!(portuguese, english);
    }
}
