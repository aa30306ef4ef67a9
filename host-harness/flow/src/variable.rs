//! Names of variables, and `{{name}}` in texts.
//!
//! A name is `[source.]name[@path]`: `input.type`, `input.content@status`, `contact.name`, or only
//! the name of a variable of the conversation.

use serde_json::{Map, Value};

use crate::input::serialized;

/// A parsed name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Name<'a> {
    /// The part before the first dot; `None` for a variable of the conversation.
    pub(crate) source: Option<&'a str>,
    pub(crate) name: &'a str,
    /// The path into a JSON value.
    pub(crate) path: Option<&'a str>,
}

impl<'a> Name<'a> {
    pub(crate) fn parse(written: &'a str) -> Name<'a> {
        let (whole, path) =
            written.split_once('@').map_or((written, None), |(name, path)| (name, Some(path)));
        match whole.split_once('.') {
            Some((source, name)) => Name { source: Some(source), name, path },
            None => Name { source: None, name: whole, path },
        }
    }
}

/// The value at a path of a JSON text, as text.
pub(crate) fn at_path(json: &str, path: &str) -> Option<String> {
    let root: Value = serde_json::from_str(json).ok()?;
    let mut value = &root;
    for part in path.split('.') {
        let (name, indexes) = part.split_once('[').map_or((part, ""), |(name, rest)| (name, rest));
        if !name.is_empty() {
            value = value.get(name)?;
        }
        for index in indexes.split('[').filter(|index| !index.is_empty()) {
            let index = index.strip_suffix(']')?;
            let list = value.as_array()?;
            // `$n` is the last one.
            let at = if index == "$n" { list.len().checked_sub(1)? } else { index.parse().ok()? };
            value = list.get(at)?;
        }
    }
    match value {
        Value::Null => None,
        value => Some(serialized(value)),
    }
}

/// Replaces `{{name}}` with values; a missing value becomes empty. Values are not parsed again, so
/// nothing that a customer writes is a placeholder.
pub(crate) fn replace(text: &str, value_of: &mut dyn FnMut(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("{{") {
        let after = rest.get(start.saturating_add(2)..).unwrap_or_default();
        let name_end = after.find(|character: char| !is_name(character)).unwrap_or(after.len());
        let (name, tail) = after.split_at(name_end);
        match tail.strip_prefix("}}").filter(|_| !name.is_empty()) {
            Some(tail) => {
                out.push_str(rest.get(..start).unwrap_or_default());
                out.push_str(&value_of(name).unwrap_or_default());
                rest = tail;
            }
            None => {
                let passed = start.saturating_add(1);
                out.push_str(rest.get(..passed).unwrap_or_default());
                rest = rest.get(passed..).unwrap_or_default();
            }
        }
    }
    out.push_str(rest);
    out
}

fn is_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || ".@_-[]$#:".contains(character)
}

/// The same in all texts of a JSON value, including member names. The engine replaces within the
/// value's JSON text and escapes the values, which gives the same result.
pub(crate) fn replace_in(value: &Value, value_of: &mut dyn FnMut(&str) -> Option<String>) -> Value {
    match value {
        Value::String(text) if text.contains("{{") => Value::String(replace(text, value_of)),
        Value::Array(list) => {
            Value::Array(list.iter().map(|value| replace_in(value, value_of)).collect())
        }
        Value::Object(members) => {
            let mut replaced = Map::new();
            for (name, value) in members {
                replaced.insert(replace(name, value_of), replace_in(value, value_of));
            }
            Value::Object(replaced)
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_are_taken_apart() {
        let name = |written| Name::parse(written);
        assert_eq!(name("city"), Name { source: None, name: "city", path: None });
        let status = Name { source: Some("input"), name: "content", path: Some("status") };
        assert_eq!(name("input.content@status"), status);
        let previous = Name { source: Some("state"), name: "previous.id", path: None };
        assert_eq!(name("state.previous.id"), previous);
        assert_eq!(name("answer@a.b").path, Some("a.b"));
    }

    #[test]
    fn paths_lead_into_json() {
        let json = r#"{ "a": { "b": [ { "c": 7 }, "x" ] }, "t": "é", "n": null }"#;
        let at = |path| at_path(json, path);
        assert_eq!(at("a.b[0].c").as_deref(), Some("7"));
        assert_eq!(at("a.b[$n]").as_deref(), Some("x"));
        assert_eq!(at("t").as_deref(), Some("é"));
        assert_eq!(at("a").as_deref(), Some(r#"{"b":[{"c":7},"x"]}"#));
        for absent in ["n", "z", "a.b[9]", "a.b[x]", "a.b[0", "t.u"] {
            assert_eq!(at(absent), None, "{absent}");
        }
        assert_eq!(at_path("no json", "a"), None);
    }

    #[test]
    fn values_are_put_in_once() {
        let mut value_of = |name: &str| (name == "x").then(|| "{{x}} \"q\"".to_owned());
        assert_eq!(
            replace("a {{x}} {{y}}b {{ x }} {{x", &mut value_of),
            "a {{x}} \"q\" b {{ x }} {{x"
        );
        let settings = json!({ "text": "{{x}}!", "list": ["{{x}}", 7, null], "{{x}}": true });
        let replaced = replace_in(&settings, &mut value_of);
        assert_eq!(
            replaced,
            json!({ "text": "{{x}} \"q\"!", "list": ["{{x}} \"q\"", 7, null], "{{x}} \"q\"": true })
        );
    }
}
