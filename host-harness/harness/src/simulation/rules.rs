//! What the invariants know of a policy: its table of steps, and parts of its config.

use despertador_contract::{Instant, Outline, Step, Ticket};
use serde_json::Value;

use super::window::Window;
use despertador_contract::clock_face::parse_rfc3339;
use despertador_contract::word::Word;

/// A policy's rules.
#[derive(Debug, Clone)]
pub(crate) struct Rules {
    pub(crate) list: Vec<Rule>,
    pub(crate) exempt_tags: Vec<String>,
    pub(crate) active_from: Option<Instant>,
    pub(crate) exempt_groups: bool,
    /// The policy's own opt-out words, if it has any.
    pub(crate) opt_out_words: Option<Vec<String>>,
    /// The options for tickets without a rule.
    pub(crate) otherwise: Counting,
}

/// Which messages count in addition to those that always do.
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
    /// Its conditions: tags, priorities, channels.
    pub(crate) tags: Option<Vec<String>>,
    priorities: Option<Vec<String>>,
    channels: Option<Vec<String>>,
    pub(crate) enabled: bool,
    pub(crate) count_from: String,
    pub(crate) close_after: Option<u64>,
    pub(crate) accumulated: u64,
    pub(crate) reminders: u32,
    /// Whether the cycle continues after a reminder that could not be sent.
    pub(crate) goes_on: bool,
    /// When each step is due, from the start, without delays.
    pub(crate) offsets: Vec<u64>,
    pub(crate) counting: Counting,
    /// Whether it closes silently if its last reminder could not be sent.
    pub(crate) closes_silently: bool,
    /// The effects of each reminder's quick replies.
    pub(crate) quick_replies: Vec<Vec<String>>,
    pub(crate) window: Option<Window>,
    /// Whether a customer's answer ends a snooze.
    pub(crate) reply_ends_snooze: bool,
    /// How long after the visitor left the ticket is closed silently.
    pub(crate) visitor_left: Option<u64>,
    /// How long a customer waits for the company before the people in charge are notified.
    pub(crate) company_silent: Option<u64>,
}

impl Rule {
    /// How specific it is, if it matches a ticket.
    fn matches(&self, ticket: &Ticket) -> Option<u8> {
        let more = ticket.more.iter().flatten();
        let priority = more.clone().find(|(name, _)| name == "ticket.priority");
        let department = ticket.department.as_ref();
        let (channel, priority) = (ticket.channel.word(), priority.map(|(_, value)| value));
        let kinds = [
            self.tags.as_ref().map(|tags| tags.iter().any(|tag| ticket.tags.contains(tag))),
            self.priorities.as_ref().map(|all| priority.is_some_and(|own| all.contains(own))),
            self.departments.as_ref().map(|all| department.is_some_and(|own| all.contains(own))),
            self.channels.as_ref().map(|all| all.iter().any(|word| *word == channel)),
        ];
        kinds.into_iter().try_fold(0_u8, |rank, kind| match kind {
            Some(false) => None,
            kind => Some(rank << 1 | u8::from(kind.is_some())),
        })
    }

    /// Whether one of the first `reminders` reminders offers a quick reply.
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
                    tags: texts(config.pointer(&format!("/rules/{index}/tags"))),
                    priorities: texts(config.pointer(&format!("/rules/{index}/priorities"))),
                    channels: texts(config.pointer(&format!("/rules/{index}/channels"))),
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
                    reply_ends_snooze: word("snooze-ends-on-reply") != Some(Value::Bool(false)),
                    visitor_left: time(word("visitor-left"), "close-after"),
                    company_silent: time(word("company-silent"), "after"),
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

    /// The rule of a ticket: the most specific one, and of several the first.
    pub(crate) fn of(&self, ticket: &Ticket) -> Option<&Rule> {
        self.on_or_off(ticket).filter(|rule| rule.enabled)
    }

    /// Which messages of a ticket count.
    pub(crate) fn counting(&self, ticket: &Ticket) -> Counting {
        self.on_or_off(ticket).map_or(self.otherwise, |rule| rule.counting)
    }

    /// The same as [`Rules::of`], including rules that are switched off.
    pub(crate) fn on_or_off(&self, ticket: &Ticket) -> Option<&Rule> {
        let ranked = self.list.iter().filter_map(|rule| Some((rule.matches(ticket)?, rule)));
        // `max_by_key` returns the last of equal ones, so the order is reversed.
        ranked.rev().max_by_key(|(rank, _)| *rank).map(|(_, rule)| rule)
    }
}

/// A duration in an object; `None` for `false`.
fn time(object: Option<Value>, key: &str) -> Option<u64> {
    despertador_contract::duration::parse(object?.get(key)?.as_str()?)
}

fn texts(list: Option<&Value>) -> Option<Vec<String>> {
    let list = list?.as_array()?;
    Some(list.iter().filter_map(|text| text.as_str().map(str::to_owned)).collect())
}

/// Whether the cycle continues after some kind of failure.
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

/// The config without the last reminder of each rule, if there is any.
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
