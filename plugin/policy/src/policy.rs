//! A policy: all rules of one account, checked, and what it answers.

use crate::decision::Decision;
use crate::departments::Departments;
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
    pub(crate) departments: Departments,
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

    /// The rule for a department (rulebook 5), with its place in the policy.
    #[must_use]
    pub fn rule_for(&self, department: Option<&str>) -> Option<(u32, &Rule)> {
        let index = self.departments.rule(department)?;
        Some((index, self.rules.get(usize::try_from(index).ok()?)?))
    }

    fn counting(&self, ticket: &Ticket<'_>) -> Counting {
        self.rule_for(ticket.department).map_or(self.defaults, |(_, rule)| rule.options).counting
    }
}
