//! The steps of a rule, with their times.

use despertador_contract::{RuleOutline, Step};

/// The steps of a rule, counted from its start, in milliseconds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Steps {
    pub(crate) reminders: Vec<i64>,
    pub(crate) close: Option<i64>,
}

impl Steps {
    pub(crate) fn of(rule: &RuleOutline) -> Steps {
        let mut steps = Steps::default();
        let mut at: i64 = 0;
        for step in &rule.steps {
            at = at.saturating_add(i64::try_from(step.after).unwrap_or(i64::MAX));
            match step.step {
                Step::Reminder(_) => steps.reminders.push(at),
                Step::Close => steps.close = Some(at),
                _ => {}
            }
        }
        steps
    }

    pub(crate) fn last(&self) -> Option<i64> {
        self.close.or_else(|| self.reminders.last().copied())
    }
}

/// A policy's lane in a chart.
pub(crate) struct Lane<'r> {
    /// The policy's letter.
    pub(crate) letter: String,
    pub(crate) steps: Steps,
    /// The name of their rule and, in a chart of all conversations, its number of conversations.
    pub(crate) rule: Option<(&'r str, u64)>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use despertador_contract::StepOutline;

    fn a_rule() -> RuleOutline {
        let step = |step: Step, after| StepOutline { step, after, before_close: None, at: 0 };
        RuleOutline {
            name: String::new(),
            departments: None,
            enabled: true,
            count_from: "last-agent-message".into(),
            business_hours: None,
            sending_window: None,
            close_after: Some(15),
            accumulated: 11,
            steps: vec![
                step(Step::Reminder(1), 10),
                step(Step::Reminder(2), 1),
                step(Step::Close, 4),
            ],
        }
    }

    #[test]
    fn steps_are_counted_from_the_start() {
        let steps = Steps::of(&a_rule());
        assert_eq!(steps, Steps { reminders: vec![10, 11], close: Some(15) });
    }
}
