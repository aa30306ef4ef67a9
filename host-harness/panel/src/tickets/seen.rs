//! What the list shows of a ticket beyond the interface's list, read once for each change.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use despertador_contract::Instant;
use despertador_contract::clock_face::parse_rfc3339;
use serde_json::Value;

use crate::account::{list, text};

/// After this many tickets all are read again.
const TICKETS_MAX: usize = 20_000;

/// What a ticket's timeline says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Glance {
    /// Who wrote last, and when.
    pub(crate) last_words: Option<(String, Instant)>,
    /// The index of the rule that applied last.
    pub(crate) rule: Option<usize>,
}

impl Glance {
    /// From the timeline of the interface.
    pub(crate) fn of(timeline: &Value) -> Glance {
        let mut glance = Glance::default();
        for entry in list(timeline, "entries") {
            let author = entry.pointer("/event/message/author").and_then(Value::as_str);
            let at = entry.get("event").map(|event| text(event, "at")).and_then(parse_rfc3339);
            if let (Some(author), Some(at)) = (author, at)
                && glance.last_words.as_ref().is_none_or(|(_, last)| *last <= at)
            {
                glance.last_words = Some((author.to_owned(), at));
            }
            if let Some(decision) = entry.get("decision") {
                let rule = decision.get("rule").and_then(Value::as_u64);
                glance.rule = rule.and_then(|rule| usize::try_from(rule).ok());
            }
        }
        glance
    }
}

type Known = HashMap<(String, String), (String, Glance)>;

/// What was read of tickets, by account and id, with the change that it is of.
#[derive(Default)]
pub(crate) struct Seen(Mutex<Known>);

impl Seen {
    pub(crate) fn get(&self, account: &str, ticket: &str, changed: &str) -> Option<Glance> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (of, glance) = known.get(&(account.to_owned(), ticket.to_owned()))?;
        (of == changed).then(|| glance.clone())
    }

    pub(crate) fn put(&self, account: &str, ticket: &str, changed: &str, glance: Glance) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= TICKETS_MAX {
            known.clear();
        }
        known.insert((account.to_owned(), ticket.to_owned()), (changed.to_owned(), glance));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_last_words_are_those_that_were_said_last_and_not_those_that_came_in_last() {
        let said = |author: &str, at: &str| {
            json!({ "event": { "at": at, "message": { "author": author } },
                    "decision": { "rule": 1 } })
        };
        let timeline = json!({ "entries": [
            said("customer", "2026-03-02T09:00:00Z"),
            said("agent", "2026-03-02T09:05:00Z"),
            said("customer", "2026-03-02T09:01:00Z"),
            { "event": { "at": "2026-03-02T09:06:00Z", "event": "held" } },
        ] });
        let glance = Glance::of(&timeline);
        assert_eq!(glance.last_words, Some(("agent".into(), 1_772_442_300_000)));
        assert_eq!(glance.rule, Some(1));
        let seen = Seen::default();
        seen.put("acme", "4711", "x", glance.clone());
        assert_eq!(seen.get("acme", "4711", "x"), Some(glance));
        assert_eq!(seen.get("acme", "4711", "y"), None);
        assert_eq!(seen.get("globex", "4711", "x"), None);
    }
}
