//! What the invariants know of a policy: its table of steps, and a few words of its config.

use despertador_host::contract::{Instant, Outline, Step};
use serde_json::Value;

use crate::clock_face::parse_rfc3339;

/// A policy's rules.
#[derive(Debug, Clone)]
pub(crate) struct Rules {
    pub(crate) list: Vec<Rule>,
    pub(crate) exempt_tags: Vec<String>,
    pub(crate) active_from: Option<Instant>,
}

/// One rule.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    pub(crate) departments: Option<Vec<String>>,
    pub(crate) enabled: bool,
    pub(crate) count_from: String,
    pub(crate) close_after: Option<u64>,
    pub(crate) accumulated: u64,
    pub(crate) reminders: u32,
    /// Whether the chain goes on after a reminder that could not be sent.
    pub(crate) goes_on: bool,
    /// When each step is due, from the start, if all goes well.
    pub(crate) offsets: Vec<u64>,
}

impl Rules {
    pub(crate) fn new(outline: &Outline, config: &str) -> Rules {
        let config: Value = serde_json::from_str(config).unwrap_or(Value::Null);
        let list = outline
            .rules
            .iter()
            .enumerate()
            .map(|(index, rule)| {
                let word = |name: &str| {
                    let own = config.pointer(&format!("/rules/{index}/{name}"));
                    own.or_else(|| config.pointer(&format!("/defaults/{name}"))).cloned()
                };
                let mut total: u64 = 0;
                let offsets = rule
                    .steps
                    .iter()
                    .map(|step| {
                        total = total.saturating_add(step.after);
                        total
                    })
                    .collect();
                let reminders =
                    rule.steps.iter().filter(|step| matches!(step.step, Step::Reminder(_))).count();
                Rule {
                    departments: rule.departments.clone(),
                    enabled: rule.enabled && outline.enabled,
                    count_from: rule.count_from.clone(),
                    close_after: rule.close_after,
                    accumulated: rule.accumulated,
                    reminders: u32::try_from(reminders).unwrap_or(u32::MAX),
                    goes_on: word("on-failed-reminder") == Some("go-on".into()),
                    offsets,
                }
            })
            .collect();
        Rules {
            list,
            exempt_tags: config
                .pointer("/exempt-tags")
                .and_then(Value::as_array)
                .map(|tags| tags.iter().filter_map(|tag| tag.as_str().map(str::to_owned)).collect())
                .unwrap_or_default(),
            active_from: config
                .pointer("/activation/from")
                .and_then(Value::as_str)
                .and_then(parse_rfc3339),
        }
    }

    /// The rule of a department: its own, or the one for any.
    pub(crate) fn of(&self, department: Option<&str>) -> Option<&Rule> {
        let own = self.list.iter().find(|rule| match (&rule.departments, department) {
            (Some(departments), Some(department)) => departments.iter().any(|d| d == department),
            _ => false,
        });
        own.or_else(|| self.list.iter().find(|rule| rule.departments.is_none()))
            .filter(|rule| rule.enabled)
    }
}

/// The same config without the last reminder of each rule, if there is any.
pub(crate) fn without_last_reminders(config: &str) -> Option<String> {
    let mut config: Value = serde_json::from_str(config).ok()?;
    let mut changed = false;
    for rule in config.pointer_mut("/rules")?.as_array_mut()? {
        if let Some(Value::Array(reminders)) = rule.get_mut("reminders") {
            changed |= reminders.pop().is_some();
        }
    }
    changed.then(|| serde_json::to_string_pretty(&config).ok()).flatten()
}
