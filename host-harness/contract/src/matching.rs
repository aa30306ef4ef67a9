//! What the rules of a policy match beside departments.

use serde_json::Value;

/// What a rule asks of a ticket beside its department, in the policy's words. What is empty asks
/// nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conditions {
    /// One of these tags.
    pub tags: Vec<String>,
    /// One of these priorities.
    pub priorities: Vec<String>,
    /// One of these channels.
    pub channels: Vec<String>,
}

/// The conditions of the rules of a policy that a plugin has accepted, in their order. The outline of
/// the contract has no place for them.
#[must_use]
pub fn conditions(config: &str) -> Vec<Conditions> {
    let config: Value = serde_json::from_str(config).unwrap_or_default();
    let rules = config.get("rules").and_then(Value::as_array).into_iter().flatten();
    let names = |rule: &Value, key: &str| -> Vec<String> {
        let names = rule.get(key).and_then(Value::as_array).into_iter().flatten();
        names.filter_map(|name| Some(name.as_str()?.to_owned())).collect()
    };
    rules
        .map(|rule| Conditions {
            tags: names(rule, "tags"),
            priorities: names(rule, "priorities"),
            channels: names(rule, "channels"),
        })
        .collect()
}
