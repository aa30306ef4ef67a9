//! The parts of which the generated JSON form is made.

use serde_json::Value;

use crate::clock_face::{ClockFace, parse_rfc3339, show_rfc3339};
use crate::key::{render_step, step_from_word};
use crate::problem::Misread;
use crate::word::Word;
use crate::{ActionKey, Duration, Failure, FailureKind, Instant, input, nearest};

pub(crate) type Map = serde_json::Map<String, Value>;

/// A type with a JSON form.
pub(crate) trait Json: Sized {
    /// The value as JSON.
    fn to_json(&self) -> Value;

    /// Reads what [`Json::to_json`] wrote; `name` is the name of the value in errors.
    fn from_json(name: &str, value: &Value) -> Result<Self, Misread>;
}

impl<W: Word> Json for W {
    fn to_json(&self) -> Value {
        self.word().into()
    }

    fn from_json(name: &str, value: &Value) -> Result<Self, Misread> {
        word(name, value)
    }
}

/// A key without its ticket, which is given once for the whole row.
impl Json for ActionKey {
    fn to_json(&self) -> Value {
        serde_json::json!({ "cycle": self.cycle, "step": render_step(&self.step) })
    }

    fn from_json(_: &str, value: &Value) -> Result<Self, Misread> {
        const KEY: &str = "an object such as `{\"cycle\": 1, \"step\": \"reminder-1\"}`";
        let cycle = value.get("cycle").and_then(input::whole_number);
        let step = value.get("step").and_then(Value::as_str).and_then(step_from_word);
        match (cycle.and_then(|cycle| u32::try_from(cycle).ok()), step) {
            (Some(cycle), Some(step)) => Ok(ActionKey { ticket: String::new(), cycle, step }),
            _ => Err(wrong("the key of the action", value, KEY)),
        }
    }
}

/// The key's members and the kind of failure on one level.
impl Json for Failure {
    fn to_json(&self) -> Value {
        let mut failure = self.key.to_json();
        if let Value::Object(members) = &mut failure {
            members.insert("kind".into(), self.kind.to_json());
        }
        failure
    }

    fn from_json(name: &str, value: &Value) -> Result<Self, Misread> {
        let members = Members::of(name, value, &["cycle", "step", "kind"])?;
        Ok(Self {
            key: ActionKey::from_json(name, value)?,
            kind: members.read_if_any("kind", word)?.unwrap_or(FailureKind::Unreachable),
        })
    }
}

/// The members of an object without unknown ones.
pub(crate) struct Members<'a>(&'a Map);

impl<'a> Members<'a> {
    pub(crate) fn of(name: &str, value: &'a Value, known: &[&str]) -> Result<Self, Misread> {
        let map = value
            .as_object()
            .ok_or_else(|| wrong(name, value, &format!("an object of `{}`", known.join("`, `"))))?;
        match map.keys().find(|name| !known.contains(&name.as_str())) {
            Some(name) => Err(unknown(name, "name", known)),
            None => Ok(Self(map)),
        }
    }

    /// The members of an object that may have unknown ones.
    pub(crate) fn with_others(name: &str, value: &'a Value) -> Result<Self, Misread> {
        value.as_object().map(Self).ok_or_else(|| wrong(name, value, "an object"))
    }

    /// A member; a missing one is read as `null`.
    pub(crate) fn read<T>(
        &self,
        name: &str,
        read: impl FnOnce(&str, &'a Value) -> Result<T, Misread>,
    ) -> Result<T, Misread> {
        read(name, self.0.get(name).unwrap_or(&Value::Null))
    }

    pub(crate) fn read_if_any<T>(
        &self,
        name: &str,
        read: impl FnOnce(&str, &'a Value) -> Result<T, Misread>,
    ) -> Result<Option<T>, Misread> {
        self.0.get(name).map(|value| read(name, value)).transpose()
    }
}

/// An object with one member: a name and its value.
pub(crate) fn tagged(name: &str, carried: Value) -> Value {
    Value::Object(Map::from_iter([(name.to_owned(), carried)]))
}

/// A bare word, or the name and value of an object with one member.
pub(crate) fn untagged(value: &Value) -> Result<(&str, &Value), Misread> {
    match value {
        Value::String(name) => Some((name.as_str(), &Value::Null)),
        Value::Object(map) if map.len() == 1 => {
            map.iter().next().map(|(name, carried)| (name.as_str(), carried))
        }
        _ => None,
    }
    .ok_or_else(|| wrong("event", value, "a word such as `\"held\"`, or `{\"assigned\": \"Ana\"}`"))
}

/// The members of an object; `what` names the object in the error.
///
/// # Errors
///
/// The value is not an object.
pub fn object<'a>(
    value: &'a Value,
    what: &str,
) -> Result<&'a serde_json::Map<String, Value>, Misread> {
    value
        .as_object()
        .ok_or_else(|| Misread::new(format!("{value} is not an object"), format!("the {what}")))
}

pub(crate) fn unknown(name: &str, what: &str, known: &[&str]) -> Misread {
    nearest::unknown(name, format!("unknown {what} `{name}`"), known)
}

pub(crate) fn wrong(name: &str, value: &Value, expected: &str) -> Misread {
    Misread::new(format!("`{name}` is {value}"), expected)
}

pub(crate) fn text(name: &str, value: &Value) -> Result<String, Misread> {
    value.as_str().map(str::to_owned).ok_or_else(|| wrong(name, value, "a text"))
}

pub(crate) fn switch(name: &str, value: &Value) -> Result<bool, Misread> {
    value.as_bool().ok_or_else(|| wrong(name, value, "`true` or `false`"))
}

/// `None` for `null`.
pub(crate) fn unless_null<T>(
    name: &str,
    value: &Value,
    read: impl FnOnce(&str, &Value) -> Result<T, Misread>,
) -> Result<Option<T>, Misread> {
    if value.is_null() { Ok(None) } else { read(name, value).map(Some) }
}

pub(crate) fn list<T>(
    name: &str,
    value: &Value,
    read: impl Fn(&str, &Value) -> Result<T, Misread>,
) -> Result<Vec<T>, Misread> {
    let list = value.as_array().ok_or_else(|| wrong(name, value, "a list"))?;
    list.iter().map(|item| read(name, item)).collect()
}

pub(crate) fn optional(name: &str, value: &Value) -> Result<Option<String>, Misread> {
    unless_null(name, value, text)
}

pub(crate) fn word<W: Word>(name: &str, value: &Value) -> Result<W, Misread> {
    let written = text(name, value)?;
    // Platforms write the names of channels in their own case: «WhatsApp».
    let in_any_case = || W::from_word(&written.trim().to_ascii_lowercase());
    W::from_word(&written)
        .or_else(|| if name == "channel" { in_any_case() } else { None })
        .ok_or_else(|| unknown(&written, name, W::KNOWN))
}

/// Names and texts of an object; empty for `null`.
///
/// # Errors
///
/// The value is not an object, or has a member that is not a text.
pub fn pairs(name: &str, value: &Value) -> Result<Vec<(String, String)>, Misread> {
    if value.is_null() {
        return Ok(Vec::new());
    }
    let map = value.as_object().ok_or_else(|| wrong(name, value, "an object of texts"))?;
    map.iter().map(|(key, value)| Ok((key.clone(), text(key, value)?))).collect()
}

pub(crate) fn show_pairs(pairs: &[(String, String)]) -> Value {
    Value::Object(pairs.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect())
}

/// An instant as RFC 3339, or the digits of a number: see [`input::instant_of_number`].
pub(crate) fn instant(name: &str, value: &Value) -> Result<Instant, Misread> {
    value
        .as_str()
        .and_then(|text| {
            parse_rfc3339(text).or_else(|| text.parse().ok().map(input::instant_of_number))
        })
        .ok_or_else(|| wrong(name, value, "an instant such as `\"2026-03-02T09:00:00Z\"`"))
}

pub(crate) fn show_instant(instant: Instant) -> Value {
    show_rfc3339(instant).into()
}

/// An instant in the notation of timelines, or as RFC 3339.
pub(crate) fn time(name: &str, value: &Value) -> Result<Instant, Misread> {
    value
        .as_str()
        .and_then(|text| ClockFace::default().parse(text).or_else(|| parse_rfc3339(text)))
        .ok_or_else(|| {
            wrong(name, value, "a time: `\"09:30\"`, `\"+1d 09:00\"` or `\"2026-03-02T09:30:00Z\"`")
        })
}

pub(crate) fn duration(name: &str, value: &Value) -> Result<Duration, Misread> {
    value
        .as_str()
        .and_then(crate::duration::parse)
        .ok_or_else(|| wrong(name, value, "a duration such as `\"10 min\"`"))
}

pub(crate) fn show_duration(duration: Duration) -> Value {
    crate::duration::show(duration).into()
}

pub(crate) fn number(name: &str, value: &Value) -> Result<u64, Misread> {
    input::whole_number(value).ok_or_else(|| wrong(name, value, "a number from 0"))
}

pub(crate) fn small_number(name: &str, value: &Value) -> Result<u32, Misread> {
    let number = input::whole_number(value).and_then(|number| u32::try_from(number).ok());
    number.ok_or_else(|| wrong(name, value, "a number from 0"))
}
