//! A policy as it is written, in the order of its keys: what has no form stays byte for byte.

use std::fmt;

use despertador_contract::duration;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::text::Words;

/// An object whose members keep their order and their text.
#[derive(Debug, Clone, Default)]
pub(crate) struct Object(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Object, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Object;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Object(members))
            }
        }
        from.deserialize_map(Members)
    }
}

fn raw(value: &Value) -> Option<Box<RawValue>> {
    RawValue::from_string(value.to_string()).ok()
}

impl Object {
    pub(crate) fn read(text: &str) -> Option<Object> {
        serde_json::from_str(text).ok()
    }

    /// The text of a member.
    pub(crate) fn raw(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.get())
    }

    pub(crate) fn value(&self, name: &str) -> Option<Value> {
        serde_json::from_str(self.raw(name)?).ok()
    }

    pub(crate) fn text(&self, name: &str) -> Option<String> {
        serde_json::from_str(self.raw(name)?).ok()
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// Sets a member, in its place if there is one. The same value leaves the text as it is.
    pub(crate) fn set(&mut self, name: &str, value: &Value) {
        if self.value(name).as_ref() == Some(value) {
            return;
        }
        if let Some(value) = raw(value) {
            self.put(name, value);
        }
    }

    fn put(&mut self, name: &str, value: Box<RawValue>) {
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some(member) => member.1 = value,
            None => self.0.push((name.to_owned(), value)),
        }
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.0.retain(|(known, _)| known != name);
    }

    /// Sets a member to a text of JSON.
    pub(crate) fn put_text(&mut self, name: &str, text: String) {
        if let Ok(value) = RawValue::from_string(text) {
            self.put(name, value);
        }
    }

    /// The object: on one line if it is short and lies deep, else its members on a line each,
    /// behind so many blanks.
    pub(crate) fn write(&self, indent: usize) -> String {
        let members = self.members(indent);
        if members.is_empty() {
            return "{}".into();
        }
        let line: Vec<&str> = members.iter().map(|member| member.trim_start()).collect();
        let line = format!("{{ {} }}", line.join(", "));
        if indent >= DEEP_INDENT && fits_on_a_line(&line, indent) {
            return line;
        }
        lines_of(&members, indent)
    }

    /// The object, its members on a line each.
    fn write_lines(&self, indent: usize) -> String {
        lines_of(&self.members(indent), indent)
    }

    fn members(&self, indent: usize) -> Vec<String> {
        let member = |(name, value): &(String, Box<RawValue>)| {
            format!("{:indent$}  {}: {}", "", Value::from(name.as_str()), value.get())
        };
        self.0.iter().map(member).collect()
    }
}

fn lines_of(members: &[String], indent: usize) -> String {
    format!("{{\n{}\n{:indent$}}}", members.join(",\n"), "")
}

/// Objects that are indented as far as this are written on one line if they fit.
const DEEP_INDENT: usize = 4;
/// The longest line.
const LINE_MAX: usize = 100;

fn fits_on_a_line(text: &str, indent: usize) -> bool {
    !text.contains('\n') && indent.saturating_add(text.chars().count()) <= LINE_MAX
}

/// The entries of a list; none if it is no list.
pub(crate) fn lists(raw: Option<&str>) -> Vec<Box<RawValue>> {
    raw.and_then(|raw| serde_json::from_str(raw).ok()).unwrap_or_default()
}

/// A list, its objects on a line each behind so many blanks.
pub(crate) fn write_list(items: &[Box<RawValue>], indent: usize) -> String {
    let texts: Vec<&str> = items.iter().map(|item| item.get()).collect();
    let line = format!("[{}]", texts.join(", "));
    if !line.contains('{') && fits_on_a_line(&line, indent) {
        return line;
    }
    let lines: Vec<String> = texts.iter().map(|text| format!("{:indent$}  {text}", "")).collect();
    format!("[\n{}\n{:indent$}]", lines.join(",\n"), "")
}

/// A policy: its rules, and what stands beside them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Policy {
    pub(crate) top: Object,
    pub(crate) rules: Vec<Rule>,
}

/// A rule: its reminders, and what stands beside them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rule {
    pub(crate) object: Object,
    pub(crate) reminders: Vec<Object>,
    /// Whether a form changed the reminders: else their text stays.
    changed: bool,
}

/// The departments of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Departments {
    Any,
    These(Vec<String>),
    /// Something that only the check understands.
    Other,
}

/// When a reminder is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct When {
    /// Before the close, and not after the step before.
    pub(crate) before_close: bool,
    /// As it is written.
    pub(crate) time: String,
}

impl Policy {
    /// Reads a policy; `None` if it is no object, or its rules are no list of objects.
    pub(crate) fn read(text: &str) -> Option<Policy> {
        let top = Object::read(text)?;
        let rules = match top.raw("rules") {
            Some(rules) => serde_json::from_str::<Vec<Object>>(rules).ok()?,
            None => Vec::new(),
        };
        let rules = rules.into_iter().map(Rule::of).collect::<Option<_>>()?;
        Some(Policy { top, rules })
    }

    /// The policy as text.
    pub(crate) fn write(&self) -> String {
        let rules: Vec<String> =
            self.rules.iter().map(|rule| format!("    {}", rule.write())).collect();
        let rules =
            if rules.is_empty() { "[]".into() } else { format!("[\n{}\n  ]", rules.join(",\n")) };
        let mut top = self.top.clone();
        if let Ok(rules) = RawValue::from_string(rules) {
            top.put("rules", rules);
        }
        top.write(0) + "\n"
    }

    /// The names of the rules, for people.
    pub(crate) fn labels(&self, w: &'static Words) -> Vec<String> {
        self.rules.iter().map(|rule| rule.label(w)).collect()
    }

    /// The departments that have a rule, with the index of the rule. As the check does, names that
    /// differ in case only are one department.
    pub(crate) fn taken(&self) -> Vec<(String, usize)> {
        let mut taken = Vec::new();
        for (number, rule) in self.rules.iter().enumerate() {
            if rule.is_narrow() {
                continue;
            }
            if let Departments::These(names) = rule.departments() {
                taken.extend(names.into_iter().map(|name| (name, number)));
            }
        }
        taken
    }
}

impl Rule {
    fn of(object: Object) -> Option<Rule> {
        let reminders = match object.raw("reminders") {
            Some(reminders) => serde_json::from_str(reminders).ok()?,
            None => Vec::new(),
        };
        Some(Rule { object, reminders, changed: false })
    }

    /// A new rule: for the departments without a rule of their own, or, if a policy has such a
    /// rule, for none yet.
    pub(crate) fn next(policy: &Policy) -> Rule {
        let is_any = |rule: &Rule| rule.departments() == Departments::Any && !rule.is_narrow();
        let any = !policy.rules.iter().any(is_any);
        let mut rule = Rule::default();
        let departments = if any { Value::from("any") } else { Value::Array(Vec::new()) };
        rule.object.set("departments", &departments);
        rule.object.set("close-after", &Value::from("15 min"));
        rule
    }

    fn write(&self) -> String {
        let mut object = self.object.clone();
        if self.changed {
            if self.reminders.is_empty() {
                object.remove("reminders");
            } else {
                let reminders: Vec<String> =
                    self.reminders.iter().map(|one| format!("        {}", one.write(8))).collect();
                let text = format!("[\n{}\n      ]", reminders.join(",\n"));
                if let Ok(reminders) = RawValue::from_string(text) {
                    object.put("reminders", reminders);
                }
            }
        }
        object.write_lines(4)
    }

    /// The reminders, to be changed.
    pub(crate) fn change_reminders(&mut self) -> &mut Vec<Object> {
        self.changed = true;
        &mut self.reminders
    }

    pub(crate) fn departments(&self) -> Departments {
        match self.object.value("departments") {
            Some(Value::String(word)) if word == "any" => Departments::Any,
            Some(Value::Array(names)) if names.iter().all(Value::is_string) => {
                let names = names.iter().filter_map(Value::as_str).map(str::to_owned);
                Departments::These(names.collect())
            }
            _ => Departments::Other,
        }
    }

    /// Whether the rule is for some tickets of its departments only.
    pub(crate) fn is_narrow(&self) -> bool {
        ["tags", "priorities", "channels"].iter().any(|key| self.object.raw(key).is_some())
    }

    pub(crate) fn close_after(&self) -> Option<String> {
        self.object.text("close-after")
    }

    pub(crate) fn label(&self, w: &'static Words) -> String {
        if let Some(name) = self.object.text("name").filter(|name| !name.is_empty()) {
            return name;
        }
        match self.departments() {
            Departments::Any => w.any_department.into(),
            Departments::These(names) if !names.is_empty() => {
                let more = if names.len() > 5 { ", …" } else { "" };
                names.iter().take(5).cloned().collect::<Vec<_>>().join(", ") + more
            }
            _ => w.rule.into(),
        }
    }

    /// The time of all reminders together, and of the close; in milliseconds.
    pub(crate) fn accumulated(&self) -> (u64, Option<u64>) {
        let close = self.close_after().and_then(|text| duration::parse(&text));
        let mut at: u64 = 0;
        for reminder in &self.reminders {
            let Some(when) = when(reminder) else { continue };
            let Some(time) = duration::parse(&when.time) else { continue };
            at = match close {
                Some(close) if when.before_close => close.saturating_sub(time).max(at),
                _ if when.before_close => at,
                _ => at.saturating_add(time),
            };
        }
        (at, close)
    }
}

/// When a reminder is sent.
pub(crate) fn when(reminder: &Object) -> Option<When> {
    let of = |key: &str, before_close| Some(When { before_close, time: reminder.text(key)? });
    of("after", false).or_else(|| of("before-close", true))
}

/// The texts of a reminder by language; one without a language has the empty tag.
pub(crate) fn texts(reminder: &Object) -> Vec<(String, String)> {
    match reminder.value("text") {
        Some(Value::String(text)) => vec![(String::new(), text)],
        Some(Value::Object(_)) => {
            let texts = reminder.raw("text").and_then(Object::read).unwrap_or_default();
            let tags: Vec<String> = texts.names().map(str::to_owned).collect();
            tags.into_iter()
                .map(|tag| (tag.clone(), texts.text(&tag).unwrap_or_default()))
                .collect()
        }
        _ => vec![(String::new(), String::new())],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{
  "version": "x",
  "// note": "kept",
  "rules": [
    {
      "name": "Ventas",
      "close-after":   "15 min",
      "departments": ["ventas"],
      "close": { "survey":  "now", "big": 12345678901234567890123 },
      "reminders": [
        { "after": "10 min", "text": "¿Sigues?", "template": {"name":  "t"} },
        { "before-close": "1 min", "text": { "pt": "Oi", "es": "Hola" } }
      ]
    }
  ],
  "zone": "America/Bogota"
}
"#;

    #[test]
    fn what_no_form_touched_stays_as_it_was() {
        let mut policy = Policy::read(TEXT).expect("a policy");
        let rule = &mut policy.rules[0];
        rule.object.set("close-after", &"15 min".into());
        rule.object.set("name", &"Ventas y más".into());
        rule.change_reminders()[0].set("after", &"11 min".into());
        let written = policy.write();
        for kept in [
            r#""// note": "kept""#,
            r#""close-after": "15 min""#,
            r#"{ "survey":  "now", "big": 12345678901234567890123 }"#,
            r#""template": {"name":  "t"}"#,
            r#""text": { "pt": "Oi", "es": "Hola" }"#,
        ] {
            assert!(written.contains(kept), "{kept} in {written}");
        }
        assert!(written.contains(r#""after": "11 min""#) && written.contains("Ventas y más"));
        let place = |text: &str| written.find(text).expect(text);
        assert!(place("version") < place("rules") && place("rules") < place("zone"));
        assert!(Policy::read(&written).is_some());
    }

    #[test]
    fn the_accumulated_time_is_that_of_the_last_reminder() {
        let policy = Policy::read(TEXT).expect("a policy");
        assert_eq!(policy.rules[0].accumulated(), (14 * 60_000, Some(15 * 60_000)));
        let never = Policy::read(r#"{"rules":[{"reminders":[{"after":"1 h"},{"after":"x"}]}]}"#);
        assert_eq!(never.expect("a policy").rules[0].accumulated(), (3_600_000, None));
    }

    #[test]
    fn what_is_no_policy_is_not_read() {
        for text in ["", "[]", "1", r#"{"rules": {}}"#, r#"{"rules": [1]}"#] {
            assert!(Policy::read(text).is_none(), "{text}");
        }
        assert_eq!(Policy::read("{}").expect("a policy").write(), "{\n  \"rules\": []\n}\n");
        assert_eq!(Rule::default().departments(), Departments::Other);
    }
}
