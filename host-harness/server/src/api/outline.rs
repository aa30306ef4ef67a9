//! A policy's rules with the clock time of each step.

use despertador_contract::clock_face::parse_rfc3339;
use despertador_contract::{Instant, Outline, RuleOutline, StepOutline, Zone, duration, key};
use serde::Serialize;
use utoipa::ToSchema;

use super::time;
use crate::problem::{Code, Problem};

/// The rules of a policy, with the time of each step for a silence that starts at `start`.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Outlined {
    /// The account's time zone.
    zone: String,
    /// When the silence starts, RFC 3339.
    start: String,
    /// Whether the policy is switched on.
    enabled: bool,
    /// The rules, in the order of the policy.
    rules: Vec<OutlinedRule>,
}

/// A rule with the times of its steps.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
struct OutlinedRule {
    /// Its name, or its departments.
    name: String,
    /// Whether it is switched on.
    enabled: bool,
    /// The schedule in whose open time its times run.
    business_hours: Option<String>,
    /// The sending window that its messages wait for.
    sending_window: Option<String>,
    /// The time until the close: `15 min`.
    close_after: Option<String>,
    /// All reminder times together.
    accumulated: String,
    /// The steps, the close last.
    steps: Vec<OutlinedStep>,
}

/// A step of a rule.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
struct OutlinedStep {
    /// `reminder-1` and so on, or `close`.
    step: String,
    /// The time since the step before.
    after: String,
    /// The time before the close.
    before_close: Option<String>,
    /// When it is due, RFC 3339.
    at: String,
}

impl Outlined {
    pub(crate) fn of(outline: &Outline, zone: &Zone, start: Instant) -> Outlined {
        Outlined {
            zone: zone.name(),
            start: time(start),
            enabled: outline.enabled,
            rules: outline.rules.iter().map(OutlinedRule::of).collect(),
        }
    }
}

impl OutlinedRule {
    fn of(rule: &RuleOutline) -> OutlinedRule {
        // Open time has no days.
        let show = if rule.business_hours.is_some() { duration::show_open } else { duration::show };
        let step = |step: &StepOutline| OutlinedStep {
            step: key::render_step(&step.step).to_string(),
            after: show(step.after),
            before_close: step.before_close.map(show),
            at: time(step.at),
        };
        OutlinedRule {
            name: rule.name.clone(),
            enabled: rule.enabled,
            business_hours: rule.business_hours.clone(),
            sending_window: rule.sending_window.clone(),
            close_after: rule.close_after.map(show),
            accumulated: show(rule.accumulated),
            steps: rule.steps.iter().map(step).collect(),
        }
    }
}

/// An instant, as RFC 3339 or as the clocks of a zone show it: `2026-03-02T09:00`.
pub(crate) fn start(text: &str, zone: &Zone) -> Result<Instant, Problem> {
    let local = || zone.of_wall_clock(parse_rfc3339(&format!("{text}:00Z"))?);
    parse_rfc3339(text).or_else(local).ok_or_else(|| {
        Problem::new(Code::BadParameter, format!("start: `{text}` is not a time"))
            .help("write it as 2026-03-02T09:00 on the clocks of the policy's zone, or as 2026-03-02T09:00:00Z")
    })
}
