//! What the form of the rules changes in a policy.

use despertador_contract::{Language, duration};
use serde_json::Value;

use super::document::{Departments, Object, Policy, Rule, when};
use super::form::apply as form;
use super::schema::Schema;
use crate::fields::Fields;

/// More departments than this are a list with a line each, and not a box each.
pub(crate) const CHIPS_MAX: usize = 100;

const UNITS: [(&str, u64); 5] =
    [("d", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1_000), ("ms", 1)];

/// A length of time as a number and its largest whole unit; as it is written if it is none.
pub(crate) fn number_and_unit(time: &str) -> (String, &'static str) {
    let Some(millis) = duration::parse(time) else { return (time.to_owned(), "min") };
    for (unit, length) in UNITS {
        if millis.checked_rem(length) == Some(0)
            && let Some(count @ 1..) = millis.checked_div(length)
        {
            return (count.to_string(), unit);
        }
    }
    ("0".into(), "min")
}

/// The time of two fields; `None` without a number. Another spelling of the same time is the time
/// as it was.
pub(super) fn time(fields: &Fields, name: &str, before: Option<&str>) -> Option<String> {
    let number = fields.filled(&format!("{name}.number"))?;
    let unit = fields.filled(&format!("{name}.unit")).unwrap_or("min");
    let time = format!("{number} {unit}");
    let same = before.filter(|before| {
        let both = duration::parse(before).zip(duration::parse(&time));
        both.is_some_and(|(one, other)| one == other)
    });
    Some(same.map_or(time, str::to_owned))
}

/// Keys of a rule with fields of their own.
pub(super) const OWN_OF_RULE: [&str; 5] =
    ["name", "enabled", "departments", "close-after", "reminders"];
/// Keys of a reminder with fields of their own.
pub(super) const OWN_OF_REMINDER: [&str; 2] = ["after", "before-close"];
/// Keys of the policy whose fields have other names.
pub(super) const OWN_OF_POLICY: [&str; 4] = ["channel", "zone", "language", "company"];

/// Takes over what the form says.
pub(crate) fn apply(policy: &mut Policy, fields: &Fields) {
    // Kinds and names of keys are the same in all languages.
    let schema = Schema::of(Language::English);
    for key in OWN_OF_POLICY {
        match fields.find(key).map(str::trim) {
            Some("") => policy.top.remove(key),
            Some(value) => policy.top.set(key, &value.into()),
            None => {}
        }
    }
    form::whole(schema, &mut policy.top, fields);
    for (number, rule) in policy.rules.iter_mut().enumerate() {
        let at = format!("rule.{number}");
        if fields.has(&at) {
            self::rule(schema, rule, fields, number);
        }
    }
}

fn rule(schema: &Schema, rule: &mut Rule, fields: &Fields, number: usize) {
    let at = &format!("rule.{number}");
    let place = format!("/rules/{number}");
    form::object(&schema.named("rule").without(&OWN_OF_RULE), &mut rule.object, fields, &place);
    match fields.filled(&format!("{at}.name")) {
        Some(name) => rule.object.set("name", &name.into()),
        None => rule.object.remove("name"),
    }
    let enabled = fields.has(&format!("{at}.enabled"));
    if enabled != (rule.object.value("enabled") != Some(Value::Bool(false))) {
        if enabled {
            rule.object.remove("enabled")
        } else {
            rule.object.set("enabled", &false.into())
        }
    }
    departments(rule, fields, at);
    match time(fields, &format!("{at}.close-after"), rule.close_after().as_deref()) {
        Some(time) => rule.object.set("close-after", &time.into()),
        None => rule.object.remove("close-after"),
    }
    let keys = schema.named("reminder").without(&OWN_OF_REMINDER);
    for (number, one) in rule.reminders.clone().into_iter().enumerate() {
        let mut changed = one.clone();
        reminder(&mut changed, fields, &format!("{at}.reminder.{number}"));
        form::object(&keys, &mut changed, fields, &format!("{place}/reminders/{number}"));
        let same = changed.names().eq(one.names())
            && one.names().all(|name| changed.raw(name) == one.raw(name));
        if !same && let Some(own) = rule.change_reminders().get_mut(number) {
            *own = changed;
        }
    }
}

fn departments(rule: &mut Rule, fields: &Fields, at: &str) {
    match fields.get(&format!("{at}.scope")) {
        "any" => rule.object.set("departments", &"any".into()),
        "these" => {
            let one = format!("{at}.department");
            let lines = format!("{at}.departments");
            let more = format!("{at}.more-departments");
            let listed = fields.all(&one).chain(fields.all(&lines).flat_map(str::lines));
            let listed = listed.chain(fields.get(&more).split([',', '\n']));
            let mut names: Vec<&str> = Vec::new();
            for name in listed.map(str::trim).filter(|name| !name.is_empty()) {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            // The same names stay in the spelling that they have.
            let same = match rule.departments() {
                Departments::These(before) => before == names,
                _ => false,
            };
            if !same {
                rule.object.set("departments", &names.into());
            }
        }
        _ => {}
    }
}

fn reminder(reminder: &mut Object, fields: &Fields, at: &str) {
    if !fields.has(&format!("{at}.kind")) {
        return;
    }
    let before = when(reminder);
    let key =
        if fields.get(&format!("{at}.kind")) == "before-close" { "before-close" } else { "after" };
    let other = if key == "after" { "before-close" } else { "after" };
    let written = before.as_ref().map(|when| when.time.as_str());
    let time = time(fields, at, written).unwrap_or_default();
    if reminder.raw(other).is_some() {
        reminder.remove(other);
    }
    reminder.set(key, &time.into());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> Policy {
        Policy::read(
            r#"{ "rules": [ { "departments": ["ventas", "cobros"], "close-after": "1 h 30 min",
              "reminders": [ { "after": "90 s", "text": "uno" },
                             { "after": "2 min", "text": { "pt": "dois", "es": "dos" } } ] } ] }"#,
        )
        .expect("a policy")
    }

    fn edited(fields: &str) -> Value {
        let mut policy = policy();
        apply(&mut policy, &Fields::parse(fields.as_bytes()));
        serde_json::from_str(&policy.write()).expect("JSON")
    }

    const SAME: &str = "rule.0=&rule.0.enabled=on&rule.0.scope=these&rule.0.department=ventas&rule.0.department=cobros\
        &rule.0.close-after.number=90&rule.0.close-after.unit=min\
        &rule.0.reminder.0.kind=after&rule.0.reminder.0.number=90&rule.0.reminder.0.unit=s&/rules/0/reminders/0/text=uno\
        &rule.0.reminder.1.kind=after&rule.0.reminder.1.number=2&rule.0.reminder.1.unit=min\
        &/rules/0/reminders/1/text%23pt=dois&/rules/0/reminders/1/text%23es=dos";

    #[test]
    fn a_form_that_says_what_is_there_changes_nothing() {
        let mut same = policy();
        apply(&mut same, &Fields::parse(SAME.as_bytes()));
        assert_eq!(same.write(), policy().write());
    }

    #[test]
    fn a_form_changes_what_it_says() {
        let fields = SAME
            .replace("rule.0.department=cobros", "rule.0.more-departments=Legal,%20ventas")
            .replace("close-after.number=90", "close-after.number=15")
            .replace("reminder.0.kind=after", "reminder.0.kind=before-close")
            .replace("text%23es=dos", "text%23es=tres")
            .replace("rule.0.enabled=on&", "zone=America/Bogota&");
        let edited = edited(&fields);
        let rule = &edited["rules"][0];
        assert_eq!(rule["departments"], serde_json::json!(["ventas", "Legal"]));
        assert_eq!(rule["close-after"], "15 min");
        assert_eq!(rule["enabled"], false);
        assert_eq!(
            rule["reminders"][0],
            serde_json::json!({ "before-close": "90 s", "text": "uno" })
        );
        assert_eq!(rule["reminders"][1]["text"], serde_json::json!({ "pt": "dois", "es": "tres" }));
        assert_eq!(edited["zone"], "America/Bogota");
    }

    #[test]
    fn times_have_a_number_and_a_unit() {
        assert_eq!(number_and_unit("1 h 30 min"), ("90".into(), "min"));
        assert_eq!(number_and_unit("2 d"), ("2".into(), "d"));
        assert_eq!(number_and_unit("soon"), ("soon".into(), "min"));
    }
}
