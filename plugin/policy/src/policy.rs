//! A policy: all rules of one account, checked, and what it answers.

use crate::decision::Decision;
use crate::event::Event;
use crate::instant::Instant;
use crate::memory::Memory;
use crate::message::{Counting, Message};
use crate::rule::{Activation, Options, Rule};
use crate::text::Language;
use crate::ticket::Ticket;
use alloc::string::String;
use alloc::vec::Vec;

/// All rules of one account. It can only be made by [`Policy::parse`], so it has no errors.
///
/// Methods named after what happened (`on_…`) return the memory that follows; those named after a
/// question (`decide`, `explain`, `outline`) change nothing.
#[derive(Debug, Clone)]
pub struct Policy {
    pub(crate) version: String,
    pub(crate) enabled: bool,
    pub(crate) language: Language,
    pub(crate) activation: Option<Activation>,
    pub(crate) exempt_tags: Vec<String>,
    pub(crate) rules: Vec<Rule>,
    /// The departments that have a rule of their own, in order, with the place of the rule.
    pub(crate) by_department: Vec<(String, u32)>,
    pub(crate) any: Option<u32>,
    /// What holds for tickets without a rule.
    pub(crate) defaults: Options,
}

impl Policy {
    /// Takes in a message of the conversation and decides for the instant it was received.
    /// Returns whether the memory changed.
    pub fn on_message(
        &self,
        ticket: &Ticket<'_>,
        memory: &mut Memory,
        message: &Message<'_>,
    ) -> (bool, Decision) {
        let changed = memory.hear(message, self.counting(ticket));
        (changed, self.decide(ticket, memory, message.stamp.received))
    }

    /// Takes in an event and decides for the instant it was received. Returns whether the memory
    /// changed.
    pub fn on_event(
        &self,
        ticket: &Ticket<'_>,
        memory: &mut Memory,
        event: &Event<'_>,
    ) -> (bool, Decision) {
        let changed = memory.notice(event);
        (changed, self.decide(ticket, memory, event.stamp.received))
    }

    /// What is to be done at an instant, and why.
    #[must_use]
    pub fn decide(&self, ticket: &Ticket<'_>, memory: &Memory, now: Instant) -> Decision {
        crate::decide::decide(self, ticket, memory, now, &mut ())
    }

    /// The rule for a department: its own, else the one for any (rulebook 5). A rule that is
    /// switched off is still the department's own.
    #[must_use]
    pub fn rule_for(&self, department: Option<&str>) -> Option<(u32, &Rule)> {
        let own = department.and_then(|department| {
            let place = self
                .by_department
                .binary_search_by(|(name, _)| name.as_str().cmp(department))
                .ok()?;
            self.by_department.get(place).map(|(_, rule)| *rule)
        });
        let index = own.or(self.any)?;
        Some((index, self.rules.get(usize::try_from(index).ok()?)?))
    }

    fn counting(&self, ticket: &Ticket<'_>) -> Counting {
        self.rule_for(ticket.department).map_or(self.defaults, |(_, rule)| rule.options).counting
    }
}
