//! A policy as a table for people: what each rule says and when its steps would be.

use crate::decision::Step;
use crate::instant::{Instant, Span};
use crate::policy::Policy;
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
    /// Its departments; none: any.
    pub departments: Option<Vec<String>>,
    /// Whether it is switched on.
    pub enabled: bool,
    /// What the time is counted from, in the config's word.
    pub count_from: &'static str,
    /// The time until the close.
    pub close_after: Option<Span>,
    /// The sum of all reminder times (D-41).
    pub accumulated: Span,
    /// Its steps, the close last.
    pub steps: Vec<StepOutline>,
}

/// A step of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepOutline {
    /// The step.
    pub step: Step,
    /// The time since the step before it.
    pub after: Span,
    /// The time before the close (D?2).
    pub before_close: Option<Span>,
    /// When it would be, if the clock starts at the given instant.
    pub at: Instant,
}

impl Policy {
    /// What each rule says, with the instant of each step for a clock that starts at `start`.
    #[must_use]
    // Compiled small, with this crate, and not into the bindings (decision 20).
    #[inline(never)]
    pub fn outline(&self, start: Instant) -> Outline {
        Outline {
            version: self.version.clone(),
            enabled: self.enabled,
            rules: self.rules.iter().map(|rule| rule.outline(start)).collect(),
        }
    }
}

impl Rule {
    fn outline(&self, start: Instant) -> RuleOutline {
        let mut steps: Vec<StepOutline> = (1_u32..)
            .zip(&self.reminders)
            .map(|(number, reminder)| StepOutline {
                step: Step::Reminder(number),
                after: reminder.after,
                before_close: self.close_after.map(|close| close.minus(reminder.accumulated)),
                at: start.plus(reminder.accumulated),
            })
            .collect();
        if let (Some(close), Some(gap)) = (self.close_after, self.gap()) {
            let before_close = Some(Span::ZERO);
            steps.push(StepOutline {
                step: Step::Close,
                after: gap,
                before_close,
                at: start.plus(close),
            });
        }
        RuleOutline {
            name: self.name.clone(),
            departments: self.departments.clone(),
            enabled: self.enabled,
            count_from: self.count_from.word(),
            close_after: self.close_after,
            accumulated: self.accumulated(),
            steps,
        }
    }
}
