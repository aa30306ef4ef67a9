//! What the invariants know of a policy: its table of steps, and a few words of its config.

use despertador_contract::{Instant, Outline, Step};
use serde_json::Value;

use super::window::Window;
use despertador_contract::clock_face::parse_rfc3339;

/// A policy's rules.
#[derive(Debug, Clone)]
pub(crate) struct Rules {
    pub(crate) list: Vec<Rule>,
    pub(crate) exempt_tags: Vec<String>,
    pub(crate) active_from: Option<Instant>,
    pub(crate) exempt_groups: bool,
    /// The policy's own words for being left alone, if it has any.
    pub(crate) opt_out_words: Option<Vec<String>>,
    /// What counts for tickets without a rule.
    pub(crate) otherwise: Counting,
}

/// Which messages count besides those that always do.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Counting {
    pub(crate) ai_agents: bool,
    pub(crate) reactions: bool,
}

impl Counting {
    fn new(word: impl Fn(&str) -> Option<Value>) -> Counting {
        let on = |name| word(name) == Some(Value::Bool(true));
        Counting { ai_agents: on("ai-agent-counts"), reactions: on("reactions-count") }
    }
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
    pub(crate) counting: Counting,
    /// Whether it closes without a word where its last reminder could not be sent.
    pub(crate) closes_silently: bool,
    /// The quick replies of each reminder, by their effects.
    pub(crate) quick_replies: Vec<Vec<String>>,
    pub(crate) window: Option<Window>,
}

impl Rule {
    /// Whether one of the first so many reminders offers a quick reply.
    pub(crate) fn offers(&self, effect: &str, reminders: u32) -> bool {
        let reminders = usize::try_from(reminders).unwrap_or(usize::MAX);
        self.quick_replies.iter().take(reminders).flatten().any(|offered| offered == effect)
    }
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
                    goes_on: word("on-failed-reminder").is_some_and(|then| goes_on(&then)),
                    offsets,
                    counting: Counting::new(word),
                    closes_silently: word("when-left-out") == Some("silent-close".into()),
                    quick_replies: quick_replies(
                        config.pointer(&format!("/rules/{index}/reminders")),
                    ),
                    window: Window::of(&config, word("sending-window").as_ref()),
                }
            })
            .collect();
        Rules {
            list,
            exempt_groups: config.pointer("/groups") != Some(&"include".into()),
            opt_out_words: texts(config.pointer("/opt-out-words")),
            otherwise: Counting::new(|name| config.pointer(&format!("/defaults/{name}")).cloned()),
            exempt_tags: texts(config.pointer("/exempt-tags")).unwrap_or_default(),
            active_from: config
                .pointer("/activation/from")
                .and_then(Value::as_str)
                .and_then(parse_rfc3339),
        }
    }

    /// The rule of a department: its own, or the one for any.
    pub(crate) fn of(&self, department: Option<&str>) -> Option<&Rule> {
        self.on_or_off(department).filter(|rule| rule.enabled)
    }

    /// Which messages of a department count.
    pub(crate) fn counting(&self, department: Option<&str>) -> Counting {
        self.on_or_off(department).map_or(self.otherwise, |rule| rule.counting)
    }

    /// The same as [`Rules::of`], rules that are switched off included.
    pub(crate) fn on_or_off(&self, department: Option<&str>) -> Option<&Rule> {
        let own = self.list.iter().find(|rule| match (&rule.departments, department) {
            (Some(departments), Some(department)) => departments.iter().any(|d| d == department),
            _ => false,
        });
        own.or_else(|| self.list.iter().find(|rule| rule.departments.is_none()))
    }
}

fn texts(list: Option<&Value>) -> Option<Vec<String>> {
    let list = list?.as_array()?;
    Some(list.iter().filter_map(|text| text.as_str().map(str::to_owned)).collect())
}

/// Whether any kind of failure lets the chain go on.
fn goes_on(then: &Value) -> bool {
    match then {
        Value::Object(kinds) => kinds.values().any(|then| then == "go-on"),
        word => word == "go-on",
    }
}

fn quick_replies(reminders: Option<&Value>) -> Vec<Vec<String>> {
    let of = |reminder: &Value| {
        let replies = reminder.get("quick-replies").and_then(Value::as_array);
        let effects = replies.into_iter().flatten().filter_map(|reply| reply.get("effect"));
        effects.filter_map(|effect| effect.as_str().map(str::to_owned)).collect()
    };
    reminders.and_then(Value::as_array).into_iter().flatten().map(of).collect()
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
