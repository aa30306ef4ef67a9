//! The difference of two policies, in words.

use super::document::{Departments, Object, Policy, Rule, texts, when};
use super::schema::{Form, Kind, Schema, choices};
use crate::text::{Words, fill};
use serde_json::Value;

/// Longer values are not shown.
const SHORT: usize = 120;

/// What changes from one policy to the other: a sentence each.
pub(crate) fn difference(w: &'static Words, before: &Policy, after: &Policy) -> Vec<String> {
    let mut said = Vec::new();
    let schema = Schema::of(w.editor.language);
    let whole = Members { w, form: schema.policy(), but: &["rules"] };
    whole.compare(&before.top, &after.top, &mut |sentence| said.push(sentence));
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
    let schema = Schema::of(w.editor.language);
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
                let form = schema.named("reminder");
                Members { w, form, but: &["after", "before-close"] }.compare(old, new, &mut say);
            }
            (None, None) => {}
        }
    }
    let but = &["departments", "close-after", "reminders"];
    Members { w, form: schema.named("rule"), but }.compare(&old.object, &new.object, &mut say);
}

fn short(text: &str) -> String {
    match text.char_indices().nth(SHORT) {
        Some((end, _)) => text.get(..end).unwrap_or_default().to_owned() + "…",
        None => text.to_owned(),
    }
}

/// The members of an object that are compared.
struct Members<'m> {
    w: &'static Words,
    form: Form<'m>,
    /// Those that are compared elsewhere.
    but: &'m [&'m str],
}

impl Members<'_> {
    /// Says which members have another value, come, or go.
    fn compare(&self, old: &Object, new: &Object, say: &mut dyn FnMut(String)) {
        let is_compared = |name: &&str| !self.but.contains(name);
        for name in old.names().filter(is_compared) {
            match (new.raw(name), old.value(name) == new.value(name)) {
                (None, _) => say(fill(self.w.thing_removed, &[self.label(name)])),
                (_, true) => {}
                (Some(_), false) => self.changed(name, old, new, say),
            }
        }
        for name in new.names().filter(is_compared).filter(|name| old.raw(name).is_none()) {
            say(fill(self.w.thing_set, &[self.label(name), &self.show(new, name)]));
        }
    }

    /// Objects are compared member by member.
    fn changed(&self, name: &str, old: &Object, new: &Object, say: &mut dyn FnMut(String)) {
        let label = self.label(name);
        let inner = |object: &Object| object.raw(name).and_then(Object::read);
        let mut say_inside = |sentence: String| say(format!("{label}, {sentence}"));
        match (self.kind(name), inner(old), inner(new)) {
            (
                Some(Kind::Object(form) | Kind::ObjectOrOff(form) | Kind::ObjectOrWords(form, _)),
                Some(old),
                Some(new),
            ) => Members { form, but: &[], ..*self }.compare(&old, &new, &mut say_inside),
            (Some(Kind::Named(form)), Some(old), Some(new)) => {
                self.named(form, &old, &new, &mut say_inside);
            }
            _ => {
                let (old, new) = (self.show(old, name), self.show(new, name));
                say(fill(self.w.changed_from_to, &[label, &old, &new]));
            }
        }
    }

    /// Objects by names that the policy chose.
    fn named(&self, form: Form<'_>, old: &Object, new: &Object, say: &mut dyn FnMut(String)) {
        for name in old.names() {
            match (old.raw(name).and_then(Object::read), new.raw(name).and_then(Object::read)) {
                (Some(before), Some(after)) => {
                    Members { form, but: &[], ..*self }.compare(&before, &after, &mut |sentence| {
                        say(format!("«{name}»: {sentence}"))
                    })
                }
                (_, None) => say(fill(self.w.thing_removed, &[&format!("«{name}»")])),
                (None, Some(_)) => {}
            }
        }
        for name in new.names().filter(|name| old.raw(name).is_none()) {
            say(fill(self.w.thing_set, &[&format!("«{name}»"), &self.show(new, name)]));
        }
    }

    fn kind(&self, name: &str) -> Option<Kind<'_>> {
        self.form.key(name).map(|key| key.kind)
    }

    fn label<'n>(&'n self, name: &'n str) -> &'n str {
        self.form.key(name).map_or(name, |key| key.title)
    }

    /// A value for people: words by their meaning.
    fn show(&self, object: &Object, name: &str) -> String {
        let editor = self.w.editor;
        let text = match (self.kind(name), object.value(name), object.text(name)) {
            (Some(Kind::Words(words) | Kind::ObjectOrWords(_, words)), _, Some(word)) => {
                let meaning = choices(words).find(|(known, _)| *known == word);
                meaning.map_or_else(|| format!("«{word}»"), |(_, meaning)| meaning.to_owned())
            }
            (Some(Kind::Switch), Some(Value::Bool(is)), _) => {
                (if is { editor.yes } else { editor.no }).to_owned()
            }
            (Some(Kind::ObjectOrOff(_) | Kind::NameOrOff), Some(Value::Bool(false)), _) => {
                editor.off.to_owned()
            }
            (Some(Kind::Duration), _, Some(time)) => time,
            (_, _, Some(text)) => format!("«{text}»"),
            _ => object.raw(name).unwrap_or_default().to_owned(),
        };
        short(&text)
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
    fn members_of_objects_are_compared_by_their_names_for_people() {
        let before = r#"{ "budget": { "per-day": 3 }, "schedules": { "office": { "zone": "UTC" } },
            "rules": [ { "departments": "any", "close-after": "1 h", "close": { "survey": "no" } } ] }"#;
        let after = before
            .replace("\"per-day\": 3", "\"per-day\": 4")
            .replace("\"zone\": \"UTC\"", "\"zone\": \"-03:00\"")
            .replace("\"survey\": \"no\"", "\"survey\": \"later\", \"tags\": [\"x\"]")
            .replace("\"close-after\"", "\"typing\": false, \"close-after\"");
        assert_eq!(
            told(before, &after),
            [
                "Message limits, Messages per day: from 3 to 4.",
                "Opening hours, «office»: Time zone: from «UTC» to «-03:00».",
                "«Any (all others)»: What happens at the close, Survey: from no to later.",
                "«Any (all others)»: What happens at the close, Tags: new, [\"x\"].",
                "«Any (all others)»: While the customer types: new, off.",
            ]
        );
    }

    #[test]
    fn rules_come_and_go() {
        let without = r#"{ "zone": "UTC", "rules": [
            { "departments": "any", "close-after": "15 min", "reminders": [ { "after": "10 min", "text": "a" } ] } ] }"#;
        assert_eq!(told(BEFORE, without).len(), 1);
        assert_eq!(told(without, BEFORE).len(), 1);
    }
}
