//! A policy in the making.

use super::words::Words;
use super::{Node, duration, spoken};
use crate::language::Language;

/// The answers so far, as they were given.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    language: Language,
    /// None: any.
    pub(super) departments: Option<Vec<String>>,
    pub(super) channel: Option<String>,
    /// Each with its days and its opening: `mon-fri 09:00-18:00`.
    pub(super) hours: Vec<String>,
    pub(super) zone: Option<String>,
    pub(super) close_after: Option<String>,
    /// When, and what is said.
    pub(super) reminders: Vec<(String, String)>,
    pub(super) closing_text: Option<String>,
}

impl Draft {
    /// A rule for any department that does nothing.
    pub(super) fn empty(language: Language) -> Draft {
        Draft {
            language,
            departments: None,
            channel: None,
            hours: Vec::new(),
            zone: None,
            close_after: None,
            reminders: Vec::new(),
            closing_text: None,
        }
    }

    /// What comes of taking every default.
    pub(super) fn new(language: Language) -> Draft {
        let close_after = "2 d";
        let text = Words::of(language).default_text.to_owned();
        Draft {
            close_after: Some(close_after.into()),
            reminders: vec![(share(Some(close_after), 1), text)],
            ..Self::empty(language)
        }
    }

    /// The config.
    pub(super) fn policy(&self) -> Node {
        let words = Words::of(self.language);
        let mut policy =
            vec![("version", Node::text("1")), ("language", Node::text(self.language.word()))];
        policy.extend(self.channel.as_ref().map(|channel| ("channel", Node::text(channel))));
        policy.extend(self.zone.as_ref().map(|zone| ("zone", Node::text(zone))));
        if !self.hours.is_empty() {
            let open = Node::object([("open", self.week())]);
            policy.push(("schedules", Node::object([(words.schedule, open)])));
        }
        let departments = match &self.departments {
            None => Node::text("any"),
            Some(names) => Node::texts(names),
        };
        let mut rule = vec![("departments", departments)];
        if !self.hours.is_empty() {
            rule.push(("business-hours", Node::text(words.schedule)));
        }
        rule.extend(self.close_after.as_ref().map(|time| ("close-after", Node::text(time))));
        if !self.reminders.is_empty() {
            let reminder = |(after, text): &(String, String)| {
                Node::object([("after", Node::text(after)), ("text", Node::text(text))])
            };
            rule.push(("reminders", Node::List(self.reminders.iter().map(reminder).collect())));
        }
        if let Some(text) = &self.closing_text {
            rule.push(("close", Node::object([("closing-text", Node::text(text))])));
        }
        policy.push(("rules", Node::List(vec![Node::object(rule)])));
        Node::object(policy)
    }

    /// Openings by day; what cannot be one is left as it is, for the plugin to say so.
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

/// The time between steps if the time to the close is divided among so many reminders, in whole
/// minutes where it has any.
pub(super) fn share(close_after: Option<&str>, reminders: usize) -> String {
    const MINUTE: u64 = 60_000;
    let parts = u64::try_from(reminders).unwrap_or(u64::MAX).saturating_add(1);
    let whole = close_after.and_then(duration::parse);
    let part = whole.and_then(|whole| whole.checked_div(parts)).filter(|part| *part > 0);
    let Some(part) = part else { return "10 min".into() };
    let unit = if part >= MINUTE { MINUTE } else { 1 };
    duration::show(part.saturating_sub(part.checked_rem(unit).unwrap_or(0)))
}
