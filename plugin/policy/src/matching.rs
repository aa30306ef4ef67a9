//! Rules for some of the tickets of a department: those with a tag, of a priority, on a channel.
//!
//! Of the rules that match a ticket the most specific one applies, by one order: a rule that names
//! tags goes before one that does not; then one that names priorities; then one that names
//! departments; then one that names channels. Of two rules that name the same kinds of things, the
//! one that stands first in the policy applies.

use crate::channel::{Channel, Channels};
use crate::names;
use crate::ticket::Ticket;
use alloc::string::String;
use alloc::vec::Vec;

/// The fact that says how urgent a ticket is.
const PRIORITY: &str = "ticket.priority";

/// What a rule asks of a ticket beside its department. What is empty asks nothing.
#[derive(Debug, Clone, Default)]
pub(crate) struct Conditions {
    /// One of these tags.
    pub(crate) tags: Vec<String>,
    /// One of these priorities.
    pub(crate) priorities: Vec<String>,
    /// One of these channels.
    pub(crate) channels: Vec<Channel>,
}

impl Conditions {
    pub(crate) fn is_empty(&self) -> bool {
        self.tags.is_empty() && self.priorities.is_empty() && self.channels.is_empty()
    }
}

/// A rule that asks for more than a department, with names in the form in which they are compared.
#[derive(Debug, Clone)]
pub(crate) struct NarrowRule {
    /// Its place in the policy.
    pub(crate) rule: u32,
    /// How specific it is: a bit for each kind of thing that it names.
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

impl NarrowRule {
    pub(crate) fn new(
        rule: u32,
        departments: Option<&[String]>,
        conditions: &Conditions,
    ) -> NarrowRule {
        let bit = |named: bool, bit: u8| if named { bit } else { 0 };
        let keys = |names: &[String]| names.iter().map(|name| key(name)).collect::<Vec<String>>();
        NarrowRule {
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

    /// Whether every ticket that matches this rule matches the other one, which names the same kinds
    /// of things.
    pub(crate) fn is_within(&self, other: &NarrowRule) -> bool {
        let within = |own: &[String], others: &[String]| own.iter().all(|o| others.contains(o));
        self.rank == other.rank
            && within(&self.departments, &other.departments)
            && within(&self.tags, &other.tags)
            && within(&self.priorities, &other.priorities)
            && self.channels.is_within(other.channels)
    }

    /// Whether a ticket can match this rule and the other one, which names the same kinds of things.
    /// A ticket can have several tags, and one of anything else.
    pub(crate) fn overlaps(&self, other: &NarrowRule) -> bool {
        let share = |bit: u8, own: &[String], others: &[String]| {
            !self.names(bit) || own.iter().any(|o| others.contains(o))
        };
        self.rank == other.rank
            && share(OF_DEPARTMENTS, &self.departments, &other.departments)
            && share(OF_PRIORITIES, &self.priorities, &other.priorities)
            && (!self.names(OF_CHANNELS) || self.channels.shares(other.channels))
    }
}

/// The rules that ask for more than a department, the most specific one first.
#[derive(Debug, Clone, Default)]
pub(crate) struct NarrowRules(Vec<NarrowRule>);

impl NarrowRules {
    pub(crate) fn new(mut rules: Vec<NarrowRule>) -> NarrowRules {
        let mut sorted = Vec::with_capacity(rules.len());
        for rank in (0..=u8::MAX >> 4).rev() {
            sorted.extend(rules.extract_if(.., |rule| rule.rank == rank));
        }
        NarrowRules(sorted)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The rule for a ticket, where its department has a rule of its own without these, and there is
    /// one for any department.
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
        let matches = |rule: &&NarrowRule| {
            (!rule.names(OF_TAGS) || tags.iter().any(|tag| rule.tags.contains(tag)))
                && (!rule.names(OF_PRIORITIES) || one_of(&rule.priorities, &priority))
                && (!rule.names(OF_DEPARTMENTS) || one_of(&rule.departments, &department))
                && (!rule.names(OF_CHANNELS) || rule.channels.has(ticket.channel))
        };
        let narrow = self.0.iter().find(matches);
        match (narrow, own) {
            (Some(narrow), None) => Some(narrow.rule),
            (Some(narrow), Some(_)) if narrow.rank > OF_DEPARTMENTS => Some(narrow.rule),
            _ => own.or(any),
        }
    }
}

/// The form in which names are compared.
fn key(name: &str) -> String {
    names::key(name).into_owned()
}
