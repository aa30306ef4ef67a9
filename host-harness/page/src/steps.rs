//! The steps of a policy for a department, with their times.

use despertador_contract::{Outline, RuleOutline, Step};

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

/// A policy's rule for a department: its own, otherwise the one for any; `None` if that is switched
/// off.
pub(crate) fn rule<'o>(outline: &'o Outline, department: Option<&str>) -> Option<&'o RuleOutline> {
    let names = |rule: &&RuleOutline| {
        let of = rule.departments.as_ref();
        of.zip(department).is_some_and(|(names, name)| names.iter().any(|known| known == name))
    };
    outline
        .rules
        .iter()
        .find(names)
        .or_else(|| outline.rules.iter().find(|rule| rule.departments.is_none()))
        .filter(|rule| outline.enabled && rule.enabled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use despertador_contract::StepOutline;

    fn a_rule(departments: Option<&[&str]>, enabled: bool) -> RuleOutline {
        let step = |step: Step, after| StepOutline { step, after, before_close: None, at: 0 };
        RuleOutline {
            name: String::new(),
            departments: departments.map(|names| names.iter().map(|&name| name.into()).collect()),
            enabled,
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
        let steps = Steps::of(&a_rule(None, true));
        assert_eq!(steps, Steps { reminders: vec![10, 11], close: Some(15) });
    }

    #[test]
    fn a_department_has_its_own_rule_also_where_that_is_switched_off() {
        let own = a_rule(Some(&["soporte"]), false);
        let any = a_rule(None, true);
        let policy =
            Outline { version: String::new(), enabled: true, rules: vec![own, any.clone()] };
        assert_eq!(rule(&policy, Some("soporte")), None);
        assert_eq!(rule(&policy, Some("ventas")), Some(&any));
        assert_eq!(rule(&policy, None), Some(&any));
        assert_eq!(rule(&Outline { enabled: false, ..policy }, None), None);
    }
}
