//! How the values of a policy are shown in fields, and read from them.

use serde_json::{Map, Value, json};

use super::super::document::Object;
use super::super::schema::Kind;

/// The days of the week, as in a policy.
pub(super) const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// A text in a language; one without a language has an empty tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tagged {
    pub(super) tag: String,
    pub(super) text: String,
}

/// The texts of a value, in the order in which they are written.
pub(super) fn tagged(raw: Option<&str>) -> Vec<Tagged> {
    let one = |text: String| vec![Tagged { tag: String::new(), text }];
    let Some(raw) = raw else { return one(String::new()) };
    if let Ok(text) = serde_json::from_str::<String>(raw) {
        return one(text);
    }
    let texts = Object::read(raw).unwrap_or_default();
    let tags: Vec<String> = texts.names().map(str::to_owned).collect();
    let text = |tag: String| Tagged { text: texts.text(&tag).unwrap_or_default(), tag };
    tags.into_iter().map(text).collect()
}

fn are_texts(list: &[Value]) -> bool {
    list.iter().all(Value::is_string)
}

fn is_texts(value: &Value) -> bool {
    match value {
        Value::Object(texts) => texts.values().all(Value::is_string),
        other => other.is_string(),
    }
}

/// Whether a form can show a value; what it cannot show stays as it is.
pub(super) fn fits(kind: Kind<'_>, value: Option<&Value>) -> bool {
    let Some(value) = value else { return true };
    match (kind, value) {
        (Kind::Switch, value) => value.is_boolean(),
        (Kind::Line | Kind::Duration | Kind::Words(_), value) => value.is_string(),
        (Kind::Count(_), value) => value.is_u64() || value.is_string(),
        (Kind::Texts, value) => is_texts(value),
        (Kind::TextList, Value::Array(list)) => list.iter().all(is_texts),
        (
            Kind::WordList(_) | Kind::Names | Kind::Languages | Kind::Departments,
            Value::Array(list),
        ) => are_texts(list),
        (Kind::Languages, value) => value.is_string(),
        (Kind::Departments, value) => value == "any",
        (Kind::Holidays, Value::Array(list)) => list.iter().all(|one| holiday(one).is_some()),
        (Kind::Week, Value::Object(days)) => {
            days.iter().all(|(name, hours)| span(name).is_some() && openings(hours).is_some())
        }
        (Kind::NameOrOff, value) => value.is_string() || *value == Value::Bool(false),
        (Kind::Object(_) | Kind::Named(_), value) => value.is_object(),
        (Kind::ObjectOrWords(..), value) => value.is_object() || value.is_string(),
        (Kind::ObjectOrOff(_), value) => value.is_object() || *value == Value::Bool(false),
        (Kind::List(_), Value::Array(list)) => list.iter().all(Value::is_object),
        _ => false,
    }
}

/// The texts of a list.
pub(super) fn names(value: &Value) -> Vec<String> {
    let list = value.as_array().into_iter().flatten();
    list.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The lines of a field that say something.
pub(super) fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// One or several openings, separated by commas.
fn openings(value: &Value) -> Option<String> {
    match value {
        Value::String(one) => Some(one.clone()),
        Value::Array(list) if are_texts(list) => Some(names(value).join(", ")),
        _ => None,
    }
}

/// A text, or a list of texts, of what is separated by commas.
pub(super) fn read_commas(text: &str) -> Value {
    let parts: Vec<&str> = text.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [one] => Value::from(*one),
        many => many.into(),
    }
}

/// A holiday as a line: its date, and its openings.
fn holiday(value: &Value) -> Option<String> {
    if let Value::String(date) = value {
        return Some(date.clone());
    }
    let object = value.as_object().filter(|object| object.len() == 2)?;
    let date = object.get("date")?.as_str()?;
    let open = openings(object.get("open")?)?;
    Some(format!("{date} {open}").trim().to_owned())
}

pub(super) fn holidays(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(holiday).collect()
}

/// The holidays of some lines.
pub(super) fn read_holidays(lines: &[String]) -> Value {
    let one = |line: &String| match line.split_once(char::is_whitespace) {
        None => Value::from(line.as_str()),
        Some((date, open)) => json!({ "date": date, "open": read_commas(open) }),
    };
    lines.iter().map(one).collect()
}

/// The days of a name such as `mon` or `mon-fri`, as positions.
fn span(name: &str) -> Option<(usize, usize)> {
    let day = |name: &str| DAYS.iter().position(|day| *day == name.trim());
    let (first, last) = name.split_once('-').unwrap_or((name, name));
    Some((day(first)?, day(last)?)).filter(|(first, last)| first <= last)
}

/// The openings of each day.
pub(super) fn week(value: &Value) -> [String; 7] {
    let mut days: [String; 7] = Default::default();
    for (name, hours) in value.as_object().into_iter().flatten() {
        let Some((first, last)) = span(name) else { continue };
        let shown = openings(hours).unwrap_or_default();
        for day in days.iter_mut().take(last.saturating_add(1)).skip(first) {
            if !day.is_empty() {
                day.push_str(", ");
            }
            day.push_str(&shown);
        }
    }
    days
}

/// The openings of a week, days with the same hours together.
pub(super) fn read_week(days: &[String; 7]) -> Value {
    let mut open = Map::new();
    let mut first = 0_usize;
    for group in days.chunk_by(|one, next| one.trim() == next.trim()) {
        let last = first.saturating_add(group.len()).saturating_sub(1);
        let name = |number: usize| DAYS.get(number).copied().unwrap_or_default();
        let hours = group.first().map(|hours| hours.trim()).filter(|hours| !hours.is_empty());
        if let Some(hours) = hours {
            let (from, to) = (name(first), name(last));
            let key = if from == to { from.to_owned() } else { format!("{from}-{to}") };
            open.insert(key, read_commas(hours));
        }
        first = last.saturating_add(1);
    }
    Value::Object(open)
}

/// Language tags separated by commas.
pub(super) fn language_tags(value: &Value) -> String {
    value.as_str().map_or_else(|| names(value).join(", "), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_is_shown_by_day_and_written_by_days_with_the_same_hours() {
        let written = json!({ "mon-fri": ["08:00-12:00", "13:00-18:00"], "sat": "09:00-13:00" });
        let days = week(&written);
        assert_eq!(days[0], "08:00-12:00, 13:00-18:00");
        assert_eq!((days[5].as_str(), days[6].as_str()), ("09:00-13:00", ""));
        assert_eq!(read_week(&days), written);
        let every = std::array::from_fn(|_| "00:00-24:00".to_owned());
        assert_eq!(read_week(&every), json!({ "mon-sun": "00:00-24:00" }));
        assert_eq!(read_week(&Default::default()), json!({}));
    }

    #[test]
    fn a_holiday_is_a_line() {
        let written = json!(["12-25", { "date": "2026-12-24", "open": "09:00-13:00" },
            { "date": "01-02", "open": ["09:00-10:00", "11:00-12:00"] }]);
        let shown = holidays(&written);
        assert_eq!(shown, ["12-25", "2026-12-24 09:00-13:00", "01-02 09:00-10:00, 11:00-12:00"]);
        assert_eq!(read_holidays(&shown), written);
        let with_comment = json!([{ "date": "12-25", "// why": "x", "open": [] }]);
        assert!(!fits(Kind::Holidays, Some(&with_comment)));
    }

    #[test]
    fn texts_keep_the_order_of_their_languages() {
        let texts = tagged(Some(r#"{ "pt": "Oi", "es": "Hola" }"#));
        assert_eq!(texts.iter().map(|one| one.tag.as_str()).collect::<Vec<_>>(), ["pt", "es"]);
        assert_eq!(tagged(None), [Tagged { tag: String::new(), text: String::new() }]);
    }
}
