//! What a form changes in a policy. A field that says what is written there already changes
//! nothing, not even a blank.

use serde_json::Value;
use serde_json::value::RawValue;

use super::super::document::{Object, lists, write_list};
use super::super::edit::time;
use super::super::schema::{Form, Key, Kind, Schema};
use super::below;
use super::value::{
    DAYS, fits, holidays, language_tags, lines, names, read_commas, read_holidays, read_week,
    tagged, week,
};
use crate::fields::Fields;

/// Stands for `false` in a field.
pub(in super::super) const OFF: &str = "=off";
/// Says in a field that an object follows.
pub(in super::super) const OBJECT: &str = "=object";

/// What a field does to a value.
enum Change {
    Keep,
    Remove,
    Set(String),
}

impl Change {
    fn to(value: &Value) -> Change {
        Change::Set(value.to_string())
    }
}

/// Takes over the fields of some keys of an object; whether something has changed.
pub(in super::super) fn object(
    keys: &[Key<'_>],
    object: &mut Object,
    fields: &Fields,
    at: &str,
) -> bool {
    let mut changed = false;
    for key in keys {
        let at = below(at, key.name);
        match change(key.kind, object.raw(key.name), fields, &at) {
            Change::Keep => continue,
            Change::Remove => object.remove(key.name),
            Change::Set(text) => object.put_text(key.name, text),
        }
        changed = true;
    }
    changed
}

/// How far a place is indented: a member of a member of the policy by four blanks.
fn indent(at: &str) -> usize {
    at.matches('/').count().saturating_mul(2)
}

fn change(kind: Kind<'_>, raw: Option<&str>, fields: &Fields, at: &str) -> Change {
    let value: Option<Value> = raw.and_then(|raw| serde_json::from_str(raw).ok());
    if !fits(kind, value.as_ref()) {
        return Change::Keep;
    }
    let before = value.clone().unwrap_or_default();
    match kind {
        Kind::Object(form) => nested(form, raw, fields, at),
        Kind::List(form) => list(
            raw,
            &mut |number, raw| nested(form, Some(raw), fields, &below(at, &number.to_string())),
            at,
        ),
        Kind::TextList => list(
            raw,
            &mut |number, raw| texts(Some(raw), fields, &below(at, &number.to_string())),
            at,
        ),
        Kind::Named(form) => named(form, raw, fields, at),
        Kind::ObjectOrOff(form) | Kind::ObjectOrWords(form, _) => or_else(form, raw, fields, at),
        Kind::Texts => texts(raw, fields, at),
        Kind::Duration => duration(&before, fields, at),
        Kind::Week => days(&before, fields, at),
        Kind::Departments => departments(&before, fields, at),
        Kind::WordList(_) => word_list(value.as_ref(), fields, at),
        Kind::Other => Change::Keep,
        _ => fields.find(at).map_or(Change::Keep, |said| single(kind, &before, said)),
    }
}

/// A value of one field.
fn single(kind: Kind<'_>, before: &Value, said: &str) -> Change {
    let wanted = match kind {
        Kind::Names => {
            let listed = lines(said);
            if listed == names(before) {
                return Change::Keep;
            }
            Value::from(listed)
        }
        Kind::Holidays => {
            let listed = lines(said);
            if listed == holidays(before) {
                return Change::Keep;
            }
            read_holidays(&listed)
        }
        Kind::Languages if said == language_tags(before) => return Change::Keep,
        Kind::Languages => read_commas(said),
        Kind::Switch => match said {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            _ => Value::Null,
        },
        Kind::NameOrOff if said == OFF => Value::Bool(false),
        Kind::Count(_) => {
            let number = said.trim().parse::<u64>();
            number.map_or_else(|_| Value::from(said.trim()), Value::from)
        }
        _ => Value::from(said.trim()),
    };
    let is_empty = match &wanted {
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        other => other.is_null(),
    };
    match (is_empty, before.is_null()) {
        (true, true) => Change::Keep,
        (true, false) => Change::Remove,
        _ if wanted == *before => Change::Keep,
        _ => Change::to(&wanted),
    }
}

fn duration(before: &Value, fields: &Fields, at: &str) -> Change {
    if !fields.has(&format!("{at}.unit")) {
        return Change::Keep;
    }
    match (time(fields, at, before.as_str()), before.as_str()) {
        (Some(time), Some(before)) if time == before => Change::Keep,
        (Some(time), _) => Change::to(&Value::from(time)),
        (None, Some(_)) => Change::Remove,
        (None, None) => Change::Keep,
    }
}

fn days(before: &Value, fields: &Fields, at: &str) -> Change {
    let said = DAYS.map(|day| fields.find(&below(at, day)).map(str::trim));
    if said.iter().all(Option::is_none) {
        return Change::Keep;
    }
    let said = said.map(|hours| hours.unwrap_or_default().to_owned());
    if said == week(before) {
        return Change::Keep;
    }
    match read_week(&said) {
        Value::Object(open) if open.is_empty() => Change::Remove,
        open => Change::to(&open),
    }
}

fn departments(before: &Value, fields: &Fields, at: &str) -> Change {
    let wanted = match fields.get(&format!("{at}.scope")) {
        "any" => Value::from("any"),
        "these" => Value::from(lines(fields.get(at))),
        _ => return Change::Keep,
    };
    if wanted == *before { Change::Keep } else { Change::to(&wanted) }
}

/// Some words, none of them, or what holds by default.
fn word_list(before: Option<&Value>, fields: &Fields, at: &str) -> Change {
    let Some(said) = fields.find(at) else { return Change::Keep };
    let words: Vec<&str> = fields.all(&format!("{at}.word")).collect();
    let is_wanted = said == "these" || before.is_none() && !words.is_empty();
    let wanted = Value::from(words);
    match before {
        Some(_) if !is_wanted => Change::Remove,
        None if !is_wanted => Change::Keep,
        // The same words in another order are the same.
        Some(Value::Array(before)) if same(before, &wanted) => Change::Keep,
        _ => Change::to(&wanted),
    }
}

fn same(before: &[Value], wanted: &Value) -> bool {
    wanted.as_array().is_some_and(|wanted| {
        wanted.len() == before.len() && before.iter().all(|word| wanted.contains(word))
    })
}

/// A text, or the texts by language; `+` names a language that is added.
fn texts(raw: Option<&str>, fields: &Fields, at: &str) -> Change {
    let before = tagged(raw);
    let added = fields.filled(&format!("{at}+"));
    if let [one] = before.as_slice()
        && one.tag.is_empty()
    {
        let Some(said) = fields.find(at) else { return Change::Keep };
        return match added {
            Some(tag) => {
                let own = fields.filled("language").unwrap_or("es");
                let mut texts = Object::default();
                texts.set(own, &said.into());
                texts.set(tag, &texts.value(tag).unwrap_or_else(|| "".into()));
                Change::Set(texts.write(indent(at)))
            }
            None if said == one.text => Change::Keep,
            None if said.is_empty() => Change::Remove,
            None => Change::to(&said.into()),
        };
    }
    let mut texts = raw.and_then(Object::read).unwrap_or_default();
    let mut changed = false;
    for one in &before {
        let said = fields.find(&format!("{at}#{}", one.tag)).unwrap_or(&one.text);
        changed |= said != one.text;
        texts.set(&one.tag, &said.into());
    }
    if let Some(tag) = added.filter(|tag| texts.raw(tag).is_none()) {
        texts.set(tag, &"".into());
        changed = true;
    }
    if changed { Change::Set(texts.write(indent(at))) } else { Change::Keep }
}

/// An object that goes when nothing is left in it.
fn nested(form: Form<'_>, raw: Option<&str>, fields: &Fields, at: &str) -> Change {
    let mut own = raw.and_then(Object::read).unwrap_or_default();
    if !object(&form.keys(), &mut own, fields, at) {
        return Change::Keep;
    }
    if own.names().next().is_none() { Change::Remove } else { Change::Set(own.write(indent(at))) }
}

fn named(form: Form<'_>, raw: Option<&str>, fields: &Fields, at: &str) -> Change {
    let Some(mut all) = raw.and_then(Object::read) else { return Change::Keep };
    let entries: Vec<String> = all.names().map(str::to_owned).collect();
    let mut changed = false;
    for name in entries {
        match nested(form, all.raw(&name), fields, &below(at, &name)) {
            Change::Keep => continue,
            // It stays until its button removes it: rules may name it.
            Change::Remove => all.put_text(&name, "{}".into()),
            Change::Set(text) => all.put_text(&name, text),
        }
        changed = true;
    }
    if changed { Change::Set(all.write(indent(at))) } else { Change::Keep }
}

fn list(raw: Option<&str>, each: &mut dyn FnMut(usize, &str) -> Change, at: &str) -> Change {
    let mut items = lists(raw);
    let mut changed = false;
    for (number, item) in items.iter_mut().enumerate() {
        let text = match each(number, item.get()) {
            Change::Keep => continue,
            // An entry stays until its button removes it.
            Change::Remove if item.get().starts_with('{') => "{}".into(),
            Change::Remove => "\"\"".into(),
            Change::Set(text) => text,
        };
        if let Ok(text) = RawValue::from_string(text) {
            *item = text;
            changed = true;
        }
    }
    if changed { Change::Set(write_list(&items, indent(at))) } else { Change::Keep }
}

/// An object, `false`, or a word.
fn or_else(form: Form<'_>, raw: Option<&str>, fields: &Fields, at: &str) -> Change {
    let Some(said) = fields.find(at) else { return Change::Keep };
    let before = raw.filter(|raw| raw.trim_start().starts_with('{'));
    let mut own = before.and_then(Object::read).unwrap_or_default();
    let filled = object(&form.keys(), &mut own, fields, at);
    let is_written = |text: &str| raw == Some(text);
    match said {
        // What was written into its fields counts, if nothing else was chosen.
        OBJECT | "" if filled && (said == OBJECT || raw.is_none()) => {
            Change::Set(own.write(indent(at)))
        }
        OBJECT if before.is_some() => Change::Keep,
        OBJECT => Change::Set("{}".into()),
        "" if raw.is_some() => Change::Remove,
        "" => Change::Keep,
        OFF if is_written("false") => Change::Keep,
        OFF => Change::Set("false".into()),
        word => {
            let word = Value::from(word).to_string();
            if is_written(&word) { Change::Keep } else { Change::Set(word) }
        }
    }
}

/// What an entry of a list, or one with a name, begins with.
fn beginning(list: &str) -> &'static str {
    match list {
        "reminders" => r#"{ "after": "1 min", "text": "" }"#,
        "quick-replies" => r#"{ "text": "", "effect": "continue" }"#,
        "replies" => r#"{ "departments": "any", "events": {} }"#,
        "schedules" => r#"{ "open": { "mon-fri": "09:00-18:00" } }"#,
        "sending-windows" => r#"{ "open": { "mon-sat": "08:00-20:00" } }"#,
        "also" | "parameters" => r#""""#,
        _ => "{}",
    }
}

/// Carries out a button that adds, moves or removes an entry: `add:/rules/0/reminders`,
/// `up:/rules/0/reminders/1`, `remove:/schedules/office`. What the policy does not have changes
/// nothing.
pub(in super::super) fn press(policy: &str, button: &str, fields: &Fields) -> Option<String> {
    let (what, at) = button.split_once(':')?;
    let unescaped: Vec<String> =
        at.split('/').skip(1).map(|part| part.replace("~1", "/").replace("~0", "~")).collect();
    let path: Vec<&str> = unescaped.iter().map(String::as_str).collect();
    let last = path.last().copied()?;
    let new_name = fields.filled(&format!("{at}+"));
    match what {
        "add" => {
            let is_named = matches!(last, "schedules" | "sending-windows");
            let new_name = new_name.filter(|_| is_named);
            if is_named && new_name.is_none() {
                return None;
            }
            put(Some(policy), &path, 0, &mut |raw| Some(add(raw, new_name, last, indent(at))))
        }
        "remove" => put(Some(policy), &path, 0, &mut |_| None),
        "up" | "down" => {
            let number: usize = last.parse().ok()?;
            let first = if what == "up" { number.checked_sub(1)? } else { number };
            let (_, list) = path.split_last()?;
            put(Some(policy), list, 0, &mut |raw| {
                let mut items = lists(raw);
                let second = first.saturating_add(1);
                if second < items.len() {
                    items.swap(first, second);
                }
                Some(write_list(&items, indent(at).saturating_sub(2)))
            })
        }
        _ => None,
    }
}

/// A list, or an object of names, with one more entry.
fn add(raw: Option<&str>, name: Option<&str>, list: &str, indent: usize) -> String {
    if let Some(name) = name {
        let mut all = raw.and_then(Object::read).unwrap_or_default();
        if all.raw(name).is_none() {
            all.put_text(name, beginning(list).into());
        }
        return all.write(indent);
    }
    let mut items = lists(raw);
    items.extend(RawValue::from_string(beginning(list).into()).ok());
    write_list(&items, indent)
}

/// Replaces the value at a path, or removes it; all others stay as they are written. A list or an
/// object that becomes empty goes too, but for the rules.
fn put(
    raw: Option<&str>,
    path: &[&str],
    indent: usize,
    to: &mut dyn FnMut(Option<&str>) -> Option<String>,
) -> Option<String> {
    let Some((first, rest)) = path.split_first() else { return to(raw) };
    let inner = indent.saturating_add(2);
    if raw.is_some_and(|raw| raw.trim_start().starts_with('[')) {
        let mut items = lists(raw);
        let number = first.parse().unwrap_or(usize::MAX);
        let Some(item) = items.get_mut(number) else { return raw.map(str::to_owned) };
        match put(Some(item.get()), rest, inner, to).map(RawValue::from_string) {
            Some(Ok(text)) => *item = text,
            Some(Err(_)) => {}
            None => drop(items.remove(number)),
        }
        return (!items.is_empty()).then(|| write_list(&items, indent));
    }
    let Some(mut object) = raw.map_or_else(|| Some(Object::default()), Object::read) else {
        return raw.map(str::to_owned);
    };
    match put(object.raw(first), rest, inner, to) {
        Some(text) => object.put_text(first, text),
        None if *first == "rules" && indent == 0 => object.put_text(first, "[]".into()),
        None => object.remove(first),
    }
    let is_empty = object.names().next().is_none() && indent > 0;
    (!is_empty).then(|| object.write(indent))
}

/// All keys of the policy that stand beside the rules.
pub(in super::super) fn whole(schema: &Schema, top: &mut Object, fields: &Fields) {
    object(&schema.policy().without(&["rules"]), top, fields, "");
}

#[cfg(test)]
mod tests {
    use despertador_contract::Language;

    use super::*;

    const EVERYTHING: &str = include_str!("../../../../../tests/fixtures/policies/everything.json");

    fn fields(text: &str) -> Fields {
        Fields::parse(text.as_bytes())
    }

    fn applied(name: &str, written: &str, said: &str) -> Value {
        let form = Schema::of(Language::English).named(name);
        let mut own = Object::read(written).expect("an object");
        object(&form.keys(), &mut own, &fields(said), "/x");
        serde_json::from_str(&own.write(0)).expect("JSON")
    }

    #[test]
    fn each_kind_of_field_sets_and_removes_its_value() {
        let cases = [
            ("rule", r#"{}"#, "/x/ai-agent-counts=true", r#"{"ai-agent-counts": true}"#),
            ("rule", r#"{"ai-agent-counts": true}"#, "/x/ai-agent-counts=", "{}"),
            ("rule", "{}", "/x/snooze=ignore", r#"{"snooze": "ignore"}"#),
            ("rule", "{}", "/x/guard.number=2&/x/guard.unit=min", r#"{"guard": "2 min"}"#),
            (
                "rule",
                r#"{"guard": "120 s"}"#,
                "/x/guard.number=2&/x/guard.unit=min",
                r#"{"guard": "120 s"}"#,
            ),
            ("rule", "{}", "/x/tags=vip%0A%20oro%20%0A", r#"{"tags": ["vip", "oro"]}"#),
            ("rule", r#"{"tags": ["vip"]}"#, "/x/tags=%20", "{}"),
            ("rule", "{}", "/x/business-hours==off", r#"{"business-hours": false}"#),
            ("rule", "{}", "/x/business-hours=office", r#"{"business-hours": "office"}"#),
            ("rule", "{}", "/x/typing==off", r#"{"typing": false}"#),
            (
                "rule",
                r#"{"typing": false}"#,
                "/x/typing==object&/x/typing/grace.number=1&/x/typing/grace.unit=min",
                r#"{"typing": {"grace": "1 min"}}"#,
            ),
            ("rule", r#"{"typing": {"grace": "1 min"}}"#, "/x/typing=", "{}"),
            ("rule", "{}", "/x/on-failed-reminder=retry", r#"{"on-failed-reminder": "retry"}"#),
            ("close", "{}", "/x/unassign-after=these", r#"{"unassign-after": []}"#),
            (
                "close",
                "{}",
                "/x/unassign-after=&/x/unassign-after.word=api",
                r#"{"unassign-after": ["api"]}"#,
            ),
            (
                "close",
                r#"{"unassign-after": ["api"]}"#,
                "/x/unassign-after=&/x/unassign-after.word=api",
                "{}",
            ),
            ("close", "{}", "/x/closing-text=Hola", r#"{"closing-text": "Hola"}"#),
            (
                "close",
                r#"{"closing-text": "Hola"}"#,
                "/x/closing-text=Hola&/x/closing-text%2B=pt",
                r#"{"closing-text": {"es": "Hola", "pt": ""}}"#,
            ),
            (
                "close",
                r#"{"closing-text": {"pt": "Oi", "es": "a"}}"#,
                "/x/closing-text%23es=b",
                r#"{"closing-text": {"pt": "Oi", "es": "b"}}"#,
            ),
            ("budget", "{}", "/x/per-day=3", r#"{"per-day": 3}"#),
            ("budget", "{}", "/x/per-day=many", r#"{"per-day": "many"}"#),
            (
                "schedule",
                r#"{"open": {"mon": "09:00-10:00"}}"#,
                "/x/open/mon=09:00-10:00&/x/open/tue=09:00-10:00&/x/open/sun=",
                r#"{"open": {"mon-tue": "09:00-10:00"}}"#,
            ),
            ("schedule", "{}", "/x/holidays=12-25", r#"{"holidays": ["12-25"]}"#),
            ("template", "{}", "/x/language=es,+pt", r#"{"language": ["es", "pt"]}"#),
            (
                "team",
                r#"{"departments": "any"}"#,
                "/x/departments.scope=these&/x/departments=a",
                r#"{"departments": ["a"]}"#,
            ),
            (
                "team",
                "{}",
                "/x/events/call-missed/text=Hola",
                r#"{"events": {"call-missed": {"text": "Hola"}}}"#,
            ),
            (
                "reminder",
                "{}",
                "/x/image/url=https://a.b/c.png",
                r#"{"image": {"url": "https://a.b/c.png"}}"#,
            ),
            ("reminder", r#"{"image": {"url": "https://a.b"}}"#, "/x/image/url=", "{}"),
        ];
        for (form, before, said, after) in cases {
            let after: Value = serde_json::from_str(after).expect("JSON");
            assert_eq!(applied(form, before, said), after, "{before} {said}");
        }
    }

    /// What all fields of a policy say, as a browser sends it.
    fn all(schema: &Schema, top: &Object) -> Fields {
        use crate::rules::form::Forms;
        let forms = Forms {
            w: crate::text::words(Language::English),
            found: &[],
            schedules: vec!["office".into()],
            windows: vec!["day".into(), "calm".into()],
            channel: "whatsapp".into(),
        };
        let keys = schema.policy().without(&["rules"]);
        let mut markup = forms.fields(&keys, top, "").0;
        let rules = lists(top.raw("rules"));
        for (number, rule) in rules.iter().enumerate() {
            let rule = Object::read(rule.get()).expect("a rule");
            let at = format!("/rules/{number}");
            markup += &forms.fields(&schema.named("rule").keys(), &rule, &at).0;
        }
        crate::fields::of_form(&markup)
    }

    #[test]
    fn a_form_that_says_what_is_there_changes_nothing_in_a_policy_with_every_key() {
        let schema = Schema::of(Language::English);
        let mut top = Object::read(EVERYTHING).expect("a policy");
        let before = top.write(0);
        let said = all(schema, &top);
        assert!(said.pairs().count() > 500, "{}", said.pairs().count());
        whole(schema, &mut top, &said);
        assert_eq!(top.write(0), before);
        for (number, rule) in lists(top.raw("rules")).iter().enumerate() {
            let mut own = Object::read(rule.get()).expect("a rule");
            let at = format!("/rules/{number}");
            assert!(!object(&schema.named("rule").keys(), &mut own, &said, &at), "{at}");
        }
    }

    #[test]
    fn buttons_add_move_and_remove_and_ignore_what_is_not_there() {
        let policy = r#"{ "rules": [ { "close-after":  "1 h", "reminders": [ { "after": "1 min" }, { "after": "2 min" } ] } ] }"#;
        let pressed = |button: &str| -> Value {
            let said = fields("/schedules%2B=de%20d%C3%ADa");
            let text = press(policy, button, &said).unwrap_or_else(|| policy.to_owned());
            serde_json::from_str(&text).expect("JSON")
        };
        let reminders = |button: &str| pressed(button)["rules"][0]["reminders"].clone();
        let after = |button: &str| -> Vec<String> {
            let list = reminders(button);
            let times =
                list.as_array().into_iter().flatten().filter_map(|one| one["after"].as_str());
            times.map(str::to_owned).collect()
        };
        assert_eq!(after("add:/rules/0/reminders"), ["1 min", "2 min", "1 min"]);
        assert_eq!(after("up:/rules/0/reminders/1"), ["2 min", "1 min"]);
        assert_eq!(after("down:/rules/0/reminders/0"), ["2 min", "1 min"]);
        assert_eq!(after("remove:/rules/0/reminders/0"), ["2 min"]);
        assert_eq!(pressed("remove:/rules/0")["rules"], serde_json::json!([]));
        assert_eq!(
            pressed("add:/schedules")["schedules"]["de día"]["open"]["mon-fri"],
            "09:00-18:00"
        );
        for odd in [
            "",
            "check",
            "up:/rules/0/reminders/0",
            "down:/rules/0/reminders/9",
            "remove:/rules/9",
            "add:/sending-windows",
            "up:/rules/0/reminders/x",
            "remove:",
        ] {
            assert_eq!(pressed(odd), serde_json::from_str::<Value>(policy).expect("JSON"), "{odd}");
        }
        let text = press(policy, "add:/rules/0/reminders", &Fields::default()).expect("a policy");
        assert!(text.contains(r#"{ "after": "2 min" }"#), "{text}");
    }
}
