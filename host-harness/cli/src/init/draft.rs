//! The policy that `init` builds.

use super::words::Words;
use super::{Node, duration, spoken};
use crate::language::Language;

/// The answers so far, as they were given.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    language: Language,
    pub(super) channel: Option<String>,
    /// Each with its days and its opening: `mon-fri 09:00-18:00`.
    pub(super) hours: Vec<String>,
    pub(super) zone: Option<String>,
    /// Dates, and days that recur every year.
    pub(super) holidays: Vec<String>,
    /// The rules; there is at least one, and the questions are about the last.
    pub(super) rules: Vec<Rule>,
}

/// A rule.
#[derive(Debug, Clone, Default)]
pub(super) struct Rule {
    /// `None` for any.
    pub(super) departments: Option<Vec<String>>,
    pub(super) close_after: Option<String>,
    /// Times and texts.
    pub(super) reminders: Vec<(Timing, String)>,
    pub(super) closing_text: Option<String>,
}

/// When a reminder is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Timing {
    /// This long after the previous one.
    After(String),
    /// This long before the close.
    BeforeClose(String),
}

impl Draft {
    /// A rule for any department that does nothing.
    pub(super) fn empty(language: Language) -> Draft {
        Draft {
            language,
            channel: None,
            hours: Vec::new(),
            zone: None,
            holidays: Vec::new(),
            rules: vec![Rule::default()],
        }
    }

    /// The result of all default answers.
    pub(super) fn new(language: Language) -> Draft {
        Draft { rules: vec![Rule::usual(language)], ..Self::empty(language) }
    }

    /// Changes the rule that the questions are about.
    pub(super) fn change(&mut self, change: impl FnOnce(&mut Rule)) {
        if let Some(rule) = self.rules.last_mut() {
            change(rule);
        }
    }

    /// The time until the close of the rule that the questions are about.
    pub(super) fn close_after(&self) -> Option<&str> {
        self.rules.last()?.close_after.as_deref()
    }

    /// The config.
    pub(super) fn policy(&self) -> Node {
        let words = Words::of(self.language);
        let mut policy =
            vec![("version", Node::text("1")), ("language", Node::text(self.language.word()))];
        policy.extend(self.channel.as_ref().map(|channel| ("channel", Node::text(channel))));
        policy.extend(self.zone.as_ref().map(|zone| ("zone", Node::text(zone))));
        if !self.hours.is_empty() {
            let mut schedule = vec![("open", self.week())];
            if !self.holidays.is_empty() {
                schedule.push(("holidays", Node::texts(&self.holidays)));
            }
            let schedule = (words.schedule, Node::object(schedule));
            policy.push(("schedules", Node::object([schedule])));
        }
        let hours = (!self.hours.is_empty()).then_some(words.schedule);
        let rules = self.rules.iter().map(|rule| rule.node(hours)).collect();
        policy.push(("rules", Node::List(rules)));
        Node::object(policy)
    }

    /// Openings by day; invalid ones are kept, so that the plugin reports them.
    fn week(&self) -> Node {
        let mut week: Vec<(String, Vec<String>)> = Vec::new();
        for entry in &self.hours {
            let (days, opening) = entry.split_once(' ').unwrap_or((entry, ""));
            let days: Vec<String> = days.split('-').map(spoken::day).collect();
            let days = days.join("-");
            match week.iter_mut().find(|(earlier, _)| *earlier == days) {
                Some((_, openings)) => openings.push(opening.trim().to_owned()),
                None => week.push((days, vec![opening.trim().to_owned()])),
            }
        }
        let openings = |openings: Vec<String>| match openings.as_slice() {
            [one] => Node::text(one),
            _ => Node::texts(openings),
        };
        Node::object(week.into_iter().map(|(days, list)| (days, openings(list))))
    }
}

impl Rule {
    /// The result of all default answers.
    pub(super) fn usual(language: Language) -> Rule {
        let close_after = "2 d";
        let text = Words::of(language).default_text.to_owned();
        let first = Timing::After(share(Some(close_after), 1));
        Rule {
            close_after: Some(close_after.into()),
            reminders: vec![(first, text)],
            ..Rule::default()
        }
    }

    fn node(&self, hours: Option<&str>) -> Node {
        let departments = match &self.departments {
            None => Node::text("any"),
            Some(names) => Node::texts(names),
        };
        let mut rule = vec![("departments", departments)];
        rule.extend(hours.map(|hours| ("business-hours", Node::text(hours))));
        rule.extend(self.close_after.as_ref().map(|time| ("close-after", Node::text(time))));
        if !self.reminders.is_empty() {
            let reminder = |(timing, text): &(Timing, String)| {
                let timing = match timing {
                    Timing::After(time) => ("after", Node::text(time)),
                    Timing::BeforeClose(time) => ("before-close", Node::text(time)),
                };
                Node::object([timing, ("text", Node::text(text))])
            };
            rule.push(("reminders", Node::List(self.reminders.iter().map(reminder).collect())));
        }
        if let Some(text) = &self.closing_text {
            rule.push(("close", Node::object([("closing-text", Node::text(text))])));
        }
        Node::object(rule)
    }
}

/// The time between steps if the time to the close is divided among this many reminders, in whole
/// minutes if possible.
pub(super) fn share(close_after: Option<&str>, reminders: usize) -> String {
    const MINUTE: u64 = 60_000;
    let parts = u64::try_from(reminders).unwrap_or(u64::MAX).saturating_add(1);
    let whole = close_after.and_then(duration::parse);
    let part = whole.and_then(|whole| whole.checked_div(parts)).filter(|part| *part > 0);
    let Some(part) = part else { return "10 min".into() };
    let unit = if part >= MINUTE { MINUTE } else { 1 };
    duration::show(part.saturating_sub(part.checked_rem(unit).unwrap_or(0)))
}
