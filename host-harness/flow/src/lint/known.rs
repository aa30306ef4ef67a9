//! What is known of a conversation whose ticket was just closed, before anything has happened.

use std::collections::HashMap;

use serde_json::json;

use crate::condition::{Comparison, Condition, Source};
use crate::desk::Close;
use crate::flow::{Action, Block, Flow};
use crate::input::{TICKET, serialized};
use crate::variable::Name;

/// Whether something holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Yes,
    No,
    /// It depends on what only the conversation shows.
    Maybe,
}

/// A value, as far as it is known.
#[derive(Debug, Clone, PartialEq)]
enum Fact {
    Is(String),
    Absent,
    Present,
    Unknown,
    /// The document of the ticket, of which only some members are known.
    Ticket(String),
}

/// What is known.
pub(super) struct Known<'f> {
    block: &'f Block,
    close: Close,
    variables: HashMap<String, Fact>,
}

impl<'f> Known<'f> {
    /// The conversation waits in a block, its ticket is closed, and the block is about to be left.
    pub(super) fn closed(flow: &Flow, block: &'f Block, close: Close) -> Known<'f> {
        let mut known = Known { block, close, variables: HashMap::new() };
        for condition in block.input.iter().flat_map(|waiting| &waiting.conditions) {
            known.learn(condition);
        }
        for action in flow.input_actions.iter().chain(&block.output_actions) {
            known.happens(action);
        }
        known
    }

    /// It waits, so the conditions of waiting hold.
    fn learn(&mut self, condition: &Condition) {
        let Some(name) = own_variable(condition) else { return };
        let fact = match (condition.comparison, condition.values.as_slice()) {
            (Comparison::Equals, [value]) => Fact::Is(value.clone()),
            (Comparison::Exists, _) => Fact::Present,
            (Comparison::NotExists, _) => Fact::Absent,
            _ => return,
        };
        self.variables.insert(name, fact);
    }

    /// An action changes what is known.
    fn happens(&mut self, action: &Action) {
        let verdict = self.all(&action.conditions);
        if verdict == Verdict::No {
            return;
        }
        let text = |name: &str| action.settings.get(name).map(serialized);
        let names =
            ["variable", "outputVariable", "responseStatusVariable", "responseBodyVariable"];
        for name in names.iter().filter_map(|name| text(name)).filter(|name| !name.is_empty()) {
            let fact = match (action.kind.as_str(), verdict) {
                ("SetVariable", Verdict::Yes) => match text("value").unwrap_or_default() {
                    value if value.contains("{{") => Fact::Unknown,
                    value => Fact::Is(value),
                },
                ("DeleteVariable", Verdict::Yes) => Fact::Absent,
                _ => Fact::Unknown,
            };
            self.variables.insert(name.to_lowercase(), fact);
        }
    }

    /// Whether all conditions hold.
    pub(super) fn all(&self, conditions: &[Condition]) -> Verdict {
        let mut all = Verdict::Yes;
        for condition in conditions {
            match self.one(condition) {
                Verdict::No => return Verdict::No,
                Verdict::Maybe => all = Verdict::Maybe,
                Verdict::Yes => {}
            }
        }
        all
    }

    fn one(&self, condition: &Condition) -> Verdict {
        let exact = |value: Option<&str>| match condition.holds(value) {
            Ok(true) => Verdict::Yes,
            Ok(false) => Verdict::No,
            // Nobody knows what the other engine does with it.
            Err(_) => Verdict::Maybe,
        };
        match self.subject(condition) {
            Fact::Is(value) => exact(Some(&value)),
            Fact::Absent => exact(None),
            Fact::Present => match condition.comparison {
                Comparison::Exists => Verdict::Yes,
                Comparison::NotExists => Verdict::No,
                _ => Verdict::Maybe,
            },
            Fact::Unknown => Verdict::Maybe,
            Fact::Ticket(document) => match (condition.comparison, exact(Some(&document))) {
                // What is not in the part that is known may be in the rest.
                (Comparison::Contains | Comparison::Matches, Verdict::No) => Verdict::Maybe,
                // A pattern may be anchored on what is not in the rest.
                (Comparison::Matches, Verdict::Yes) => match condition.holds(Some("{\"x\":1}")) {
                    Ok(true) => Verdict::Yes,
                    _ => Verdict::Maybe,
                },
                (_, verdict) => verdict,
            },
        }
    }

    fn subject(&self, condition: &Condition) -> Fact {
        match condition.source {
            Source::Input => self.ticket(),
            Source::Context => self.variable(condition.variable.as_deref().unwrap_or_default()),
            // Nobody asks an AI what a ticket means.
            Source::Intent | Source::Entity => Fact::Absent,
        }
    }

    fn ticket(&self) -> Fact {
        Fact::Ticket(json!({ "id": "", "status": self.close.status() }).to_string())
    }

    fn variable(&self, written: &str) -> Fact {
        let name = Name::parse(written);
        let source = name.source.map(str::to_lowercase);
        match (source.as_deref(), name.name.to_lowercase().as_str(), name.path) {
            (None | Some("context"), own, None) => {
                self.variables.get(own).cloned().unwrap_or(Fact::Unknown)
            }
            (Some("input"), "type", _) => Fact::Is(TICKET.into()),
            (Some("input"), "content", None) => self.ticket(),
            (Some("input"), "content", Some("status")) => Fact::Is(self.close.status().into()),
            (Some("input"), "content", Some("id")) => Fact::Present,
            (Some("input"), "intent.name" | "intent.score", _) => Fact::Absent,
            (Some("state"), "id", _) => Fact::Is(self.block.id.clone()),
            (Some("state"), "name", _) => Fact::Is(self.block.name.clone()),
            _ => Fact::Unknown,
        }
    }
}

/// The variable of the conversation that a condition is about.
fn own_variable(condition: &Condition) -> Option<String> {
    let written = condition.variable.as_deref().filter(|_| condition.source == Source::Context)?;
    let name = Name::parse(written);
    (name.source.is_none() && name.path.is_none()).then(|| name.name.to_lowercase())
}
