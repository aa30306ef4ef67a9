//! The difference of two policies, in words.

use super::document::{Departments, Object, Policy, Rule, texts, when};
use crate::text::{Words, fill};

/// Longer values are not shown.
const SHORT: usize = 120;

/// What changes from one policy to the other: a sentence each.
pub(crate) fn difference(w: &'static Words, before: &Policy, after: &Policy) -> Vec<String> {
    let mut said = Vec::new();
    members(w, &before.top, &after.top, &["rules"], &mut |sentence| said.push(sentence));
    let mut left: Vec<&Rule> = before.rules.iter().collect();
    let mut pairs: Vec<(Option<&Rule>, &Rule)> = Vec::new();
    for rule in &after.rules {
        let same = left.iter().position(|old| old.label(w) == rule.label(w));
        pairs.push((same.map(|place| left.remove(place)), rule));
    }
    // What has another name, but is for a department of before.
    for (old, rule) in &mut pairs {
        if old.is_none()
            && let Some(place) = left.iter().position(|old| shares(old, rule))
        {
            *old = Some(left.remove(place));
        }
    }
    for old in left {
        said.push(fill(w.rule_removed, &[&old.label(w)]));
    }
    for (old, new) in pairs {
        match old {
            None => said.push(fill(w.rule_added, &[&new.label(w), &outline(w, new)])),
            Some(old) => rule(w, old, new, &mut said),
        }
    }
    said
}

/// Whether two rules have a department in common, or are both for all others.
fn shares(one: &Rule, other: &Rule) -> bool {
    match (one.departments(), other.departments()) {
        (Departments::Any, Departments::Any) => one.is_narrow() == other.is_narrow(),
        (Departments::These(one), Departments::These(other)) => {
            one.iter().any(|name| other.contains(name))
        }
        _ => false,
    }
}

/// The times of a rule in a few words.
fn outline(w: &'static Words, rule: &Rule) -> String {
    let mut parts: Vec<String> = rule
        .reminders
        .iter()
        .zip(1_usize..)
        .map(|(one, number)| {
            format!("{}: {}", fill(w.step_reminder, &[&number.to_string()]), time(w, one))
        })
        .collect();
    parts.push(match rule.close_after() {
        Some(time) => format!("{}: {time}", w.close_after),
        None => w.never_closes.into(),
    });
    parts.join(", ")
}

fn time(w: &'static Words, reminder: &Object) -> String {
    match when(reminder) {
        Some(when) if when.before_close => fill(w.time_before_close, &[&when.time]),
        Some(when) => fill(w.time_after, &[&when.time]),
        None => "–".into(),
    }
}

fn departments(w: &'static Words, rule: &Rule) -> Vec<String> {
    match rule.departments() {
        Departments::Any => vec![w.any_department.into()],
        Departments::These(names) => names,
        Departments::Other => Vec::new(),
    }
}

fn rule(w: &'static Words, old: &Rule, new: &Rule, said: &mut Vec<String>) {
    let label = new.label(w);
    let mut say = |sentence: String| said.push(format!("«{label}»: {sentence}"));
    let (before, after) = (departments(w, old), departments(w, new));
    let only = |these: &[String], others: &[String]| {
        let names: Vec<&str> =
            these.iter().filter(|name| !others.contains(name)).map(String::as_str).collect();
        names.join(", ")
    };
    let (gone, come) = (only(&before, &after), only(&after, &before));
    if !gone.is_empty() {
        say(fill(w.departments_gone, &[&gone]));
    }
    if !come.is_empty() {
        say(fill(w.departments_come, &[&come]));
    }
    let never = || w.never.to_owned();
    let (closed, closes) = (old.close_after(), new.close_after());
    if closed != closes {
        let (closed, closes) = (closed.unwrap_or_else(never), closes.unwrap_or_else(never));
        say(fill(w.changed_from_to, &[w.close_after, &closed, &closes]));
    }
    for number in 0..old.reminders.len().max(new.reminders.len()) {
        let name = fill(w.step_reminder, &[&number.saturating_add(1).to_string()]);
        match (old.reminders.get(number), new.reminders.get(number)) {
            (Some(_), None) => say(fill(w.thing_removed, &[&name])),
            (None, Some(one)) => {
                let text: Vec<String> = texts(one).into_iter().map(|(_, text)| text).collect();
                say(fill(w.reminder_added, &[&name, &time(w, one), &short(&text.join(" / "))]));
            }
            (Some(old), Some(new)) => {
                if when(old) != when(new) {
                    say(fill(w.changed_from_to, &[&name, &time(w, old), &time(w, new)]));
                }
                let mut say = |sentence: String| say(format!("{name}, {sentence}"));
                members(w, old, new, &["after", "before-close"], &mut say);
            }
            (None, None) => {}
        }
    }
    members(w, &old.object, &new.object, &["departments", "close-after", "reminders"], &mut say);
}

fn short(text: &str) -> String {
    match text.char_indices().nth(SHORT) {
        Some((end, _)) => text.get(..end).unwrap_or_default().to_owned() + "…",
        None => text.to_owned(),
    }
}

/// Members that have another value, come, or go.
fn members(
    w: &'static Words,
    old: &Object,
    new: &Object,
    but: &[&str],
    say: &mut dyn FnMut(String),
) {
    let label = |name: &str| match name {
        "name" => w.name.to_owned(),
        "text" => w.text.to_owned(),
        other => other.to_owned(),
    };
    let show = |object: &Object, name: &str| {
        let text = object.text(name).map(|text| format!("«{text}»"));
        short(&text.unwrap_or_else(|| object.raw(name).unwrap_or_default().to_owned()))
    };
    for name in old.names().filter(|name| !but.contains(name)) {
        if new.raw(name).is_none() {
            say(fill(w.thing_removed, &[&label(name)]));
        } else if old.value(name) != new.value(name) {
            say(fill(w.changed_from_to, &[&label(name), &show(old, name), &show(new, name)]));
        }
    }
    for name in new.names().filter(|name| !but.contains(name) && old.raw(name).is_none()) {
        say(fill(w.thing_set, &[&label(name), &show(new, name)]));
    }
}

#[cfg(test)]
mod tests {
    use despertador_contract::Language;

    use super::*;
    use crate::text::words;

    fn told(before: &str, after: &str) -> Vec<String> {
        let read = |text| Policy::read(text).expect("a policy");
        difference(words(Language::English), &read(before), &read(after))
    }

    const BEFORE: &str = r#"{ "zone": "UTC", "rules": [
        { "departments": "any", "close-after": "15 min", "reminders": [ { "after": "10 min", "text": "a" } ] },
        { "name": "Legal", "departments": ["legal"], "enabled": false } ] }"#;

    #[test]
    fn nothing_is_said_of_what_is_the_same() {
        assert!(told(BEFORE, BEFORE).is_empty());
        assert!(told(BEFORE, &BEFORE.replace('\n', "")).is_empty());
    }

    #[test]
    fn what_changes_is_said_with_old_and_new() {
        let after = BEFORE
            .replace("\"15 min\"", "\"20 min\"")
            .replace("\"10 min\", \"text\": \"a\"", "\"12 min\", \"text\": \"b\"")
            .replace("UTC", "America/Bogota")
            .replace("\"Legal\"", "\"Law\"");
        let told = told(BEFORE, &after).join("\n");
        for said in
            ["15 min", "20 min", "10 min", "12 min", "«a»", "«b»", "America/Bogota", "«Law»"]
        {
            assert!(told.contains(said), "{said} in {told}");
        }
        assert_eq!(told.lines().count(), 5, "{told}");
    }

    #[test]
    fn rules_come_and_go() {
        let without = r#"{ "zone": "UTC", "rules": [
            { "departments": "any", "close-after": "15 min", "reminders": [ { "after": "10 min", "text": "a" } ] } ] }"#;
        assert_eq!(told(BEFORE, without).len(), 1);
        assert_eq!(told(without, BEFORE).len(), 1);
    }
}
