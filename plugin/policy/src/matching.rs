//! Rules for some tickets of a department: by tag, priority or channel.
//!
//! Of the rules that match a ticket the most specific one applies, in this order: a rule with tags
//! comes first, then one with priorities, then one with departments, then one with channels. Of two
//! rules with the same kinds of conditions, the first in the policy applies.

use crate::channel::{Channel, Channels};
use crate::names;
use crate::ticket::Ticket;
use alloc::string::String;
use alloc::vec::Vec;

/// The fact that contains a ticket's priority.
const PRIORITY: &str = "ticket.priority";

/// A rule's conditions other than the department. An empty list matches every ticket.
#[derive(Debug, Clone, Default)]
pub(crate) struct Conditions {
    /// The ticket has one of these tags.
    pub(crate) tags: Vec<String>,
    /// The ticket has one of these priorities.
    pub(crate) priorities: Vec<String>,
    /// The ticket is on one of these channels.
    pub(crate) channels: Vec<Channel>,
}

impl Conditions {
    pub(crate) fn is_empty(&self) -> bool {
        self.tags.is_empty() && self.priorities.is_empty() && self.channels.is_empty()
    }
}

/// A rule with more conditions than a department; names are in their form for comparison.
#[derive(Debug, Clone)]
pub(crate) struct ConditionalRule {
    /// Its index in the policy.
    pub(crate) rule: u32,
    /// How specific it is: one bit per kind of condition.
    rank: u8,
    departments: Vec<String>,
    tags: Vec<String>,
    priorities: Vec<String>,
    channels: Channels,
}

const OF_TAGS: u8 = 8;
const OF_PRIORITIES: u8 = 4;
const OF_DEPARTMENTS: u8 = 2;
const OF_CHANNELS: u8 = 1;

impl ConditionalRule {
    pub(crate) fn new(
        rule: u32,
        departments: Option<&[String]>,
        conditions: &Conditions,
    ) -> ConditionalRule {
        let bit = |named: bool, bit: u8| if named { bit } else { 0 };
        let keys = |names: &[String]| names.iter().map(|name| key(name)).collect::<Vec<String>>();
        ConditionalRule {
            rule,
            rank: bit(!conditions.tags.is_empty(), OF_TAGS)
                | bit(!conditions.priorities.is_empty(), OF_PRIORITIES)
                | bit(departments.is_some(), OF_DEPARTMENTS)
                | bit(!conditions.channels.is_empty(), OF_CHANNELS),
            departments: keys(departments.unwrap_or_default()),
            tags: keys(&conditions.tags),
            priorities: keys(&conditions.priorities),
            channels: conditions.channels.iter().fold(Channels::NONE, |all, one| all.with(*one)),
        }
    }

    fn names(&self, bit: u8) -> bool {
        self.rank & bit != 0
    }

    /// Whether every ticket that matches this rule also matches `other`, which has the same kinds
    /// of conditions.
    pub(crate) fn is_within(&self, other: &ConditionalRule) -> bool {
        let within = |own: &[String], others: &[String]| own.iter().all(|o| others.contains(o));
        self.rank == other.rank
            && within(&self.departments, &other.departments)
            && within(&self.tags, &other.tags)
            && within(&self.priorities, &other.priorities)
            && self.channels.is_within(other.channels)
    }

    /// Whether a ticket can match both rules, which have the same kinds of conditions. A ticket can
    /// have several tags, but only one priority, department and channel.
    pub(crate) fn overlaps(&self, other: &ConditionalRule) -> bool {
        let share = |bit: u8, own: &[String], others: &[String]| {
            !self.names(bit) || own.iter().any(|o| others.contains(o))
        };
        self.rank == other.rank
            && share(OF_DEPARTMENTS, &self.departments, &other.departments)
            && share(OF_PRIORITIES, &self.priorities, &other.priorities)
            && (!self.names(OF_CHANNELS) || self.channels.shares(other.channels))
    }
}

/// The rules with more conditions than a department, the most specific one first.
#[derive(Debug, Clone, Default)]
pub(crate) struct ConditionalRules(Vec<ConditionalRule>);

impl ConditionalRules {
    pub(crate) fn new(mut rules: Vec<ConditionalRule>) -> ConditionalRules {
        let mut sorted = Vec::with_capacity(rules.len());
        for rank in (0..=u8::MAX >> 4).rev() {
            sorted.extend(rules.extract_if(.., |rule| rule.rank == rank));
        }
        ConditionalRules(sorted)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The rule for a ticket. `own` is the department's rule without such conditions, `any` the
    /// rule for any department.
    pub(crate) fn rule(
        &self,
        ticket: &Ticket<'_>,
        own: Option<u32>,
        any: Option<u32>,
    ) -> Option<u32> {
        let tags: Vec<String> = ticket.tags.iter().map(|tag| key(tag)).collect();
        let department = ticket.department.map(key);
        let priority = ticket.fact(PRIORITY).map(key);
        let one_of = |names: &[String], value: &Option<String>| {
            value.as_ref().is_some_and(|value| names.contains(value))
        };
        let matches = |rule: &&ConditionalRule| {
            (!rule.names(OF_TAGS) || tags.iter().any(|tag| rule.tags.contains(tag)))
                && (!rule.names(OF_PRIORITIES) || one_of(&rule.priorities, &priority))
                && (!rule.names(OF_DEPARTMENTS) || one_of(&rule.departments, &department))
                && (!rule.names(OF_CHANNELS) || rule.channels.has(ticket.channel))
        };
        let conditional = self.0.iter().find(matches);
        match (conditional, own) {
            (Some(conditional), None) => Some(conditional.rule),
            (Some(conditional), Some(_)) if conditional.rank > OF_DEPARTMENTS => {
                Some(conditional.rule)
            }
            _ => own.or(any),
        }
    }
}

/// The form in which names are compared.
fn key(name: &str) -> String {
    names::key(name).into_owned()
}
