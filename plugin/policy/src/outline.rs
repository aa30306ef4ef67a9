//! A policy as a table for people: its rules and the times of their steps.

use crate::decision::Step;
use crate::instant::{Instant, Span};
use crate::policy::{OutsideHours, Policy};
use crate::rule::Rule;
use alloc::string::String;
use alloc::vec::Vec;

/// A policy as a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// The version that the config names, or empty.
    pub version: String,
    /// Whether the policy is switched on.
    pub enabled: bool,
    /// Its rules.
    pub rules: Vec<RuleOutline>,
}

/// A rule of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleOutline {
    /// Its name.
    pub name: String,
    /// Its departments; `None` for any.
    pub departments: Option<Vec<String>>,
    /// Whether it is switched on.
    pub enabled: bool,
    /// Where counting starts, as the word of the config.
    pub count_from: &'static str,
    /// The schedule in whose open time durations run.
    pub business_hours: Option<String>,
    /// The sending window that messages wait for.
    pub sending_window: Option<String>,
    /// The time until the close.
    pub close_after: Option<Span>,
    /// The sum of all reminder times (docs/rules.md#accumulated-time).
    pub accumulated: Span,
    /// Its steps, the close last.
    pub steps: Vec<StepOutline>,
}

/// A step of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepOutline {
    /// The step.
    pub step: Step,
    /// The time since the previous step.
    pub after: Span,
    /// The time before the close (docs/rules.md#before-close).
    pub before_close: Option<Span>,
    /// When it would be due if the clock starts at the given instant.
    pub at: Instant,
}

impl Policy {
    /// The rules, with the instant of each step for a clock that starts at `start`.
    #[must_use]
    // Optimised for size with this crate, and not inlined into the bindings (decision 20).
    #[inline(never)]
    pub fn outline(&self, start: Instant) -> Outline {
        Outline {
            version: self.version.clone(),
            enabled: self.enabled,
            rules: self.rules.iter().map(|rule| self.rule_outline(rule, start)).collect(),
        }
    }

    fn rule_outline(&self, rule: &Rule, start: Instant) -> RuleOutline {
        let clock = self.clock(rule);
        let window = self.window(rule);
        let open = |at: Instant| {
            let hours = window.and_then(|w| Some((w.hours.as_ref()?, w.zone)));
            hours.map_or(at, |(hours, zone)| hours.next_opening(zone, at))
        };
        let mut last = start;
        let mut steps = Vec::with_capacity(rule.reminders.len().saturating_add(1));
        for (number, reminder) in (1_u32..).zip(&rule.reminders) {
            last = open(clock.advance(last, reminder.after));
            steps.push(StepOutline {
                step: Step::Reminder(number),
                after: reminder.after,
                before_close: rule.close_after.map(|close| close.minus(reminder.accumulated)),
                at: last,
            });
        }
        if let (Some(close), Some(gap)) = (rule.close_after, rule.gap()) {
            let at = clock.advance(start, close).max(clock.advance(last, gap));
            let waits = window.is_some_and(|w| w.close == OutsideHours::Wait);
            steps.push(StepOutline {
                step: Step::Close,
                after: gap,
                before_close: Some(Span::ZERO),
                at: if waits { open(at) } else { at },
            });
        }
        RuleOutline {
            name: rule.name.clone(),
            departments: rule.departments.clone(),
            enabled: rule.enabled,
            count_from: rule.count_from.word(),
            business_hours: self.schedule(rule).map(|schedule| schedule.name.clone()),
            sending_window: window.map(|window| window.name.clone()),
            close_after: rule.close_after,
            accumulated: rule.accumulated(),
            steps,
        }
    }
}
