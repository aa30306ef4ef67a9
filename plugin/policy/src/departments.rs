//! The rule of a department (docs/rules.md#department-rule).

use crate::names;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

/// The rules of an account by department.
///
/// A hash table with open addressing: every call looks up a department, and in the sandbox
/// comparing one digest is several times faster than comparing names with common prefixes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Departments {
    /// The departments with their own rule: names as in the policy, and keys for comparison.
    own: Vec<Own>,
    /// A power of two of slots, at most half of them used; each contains the index of an entry of
    /// `own` plus one, or 0.
    slots: Vec<u32>,
    /// The rule for departments without their own.
    pub(crate) any: Option<u32>,
}

#[derive(Debug, Clone)]
struct Own {
    digest: u64,
    name: String,
    rule: u32,
}

impl Departments {
    /// The rule for a department: its own, otherwise the one for any. A rule that is switched off
    /// is still the department's own.
    pub(crate) fn rule(&self, department: Option<&str>) -> Option<u32> {
        department.and_then(|name| self.own(name)).or(self.any)
    }

    /// The department's own rule, whatever the spelling of the name.
    pub(crate) fn own(&self, name: &str) -> Option<u32> {
        if self.own.is_empty() {
            return None;
        }
        // Usually the spelling is the policy's, and no folding is needed.
        self.exact(name).or_else(|| {
            let key = names::key(name);
            if key == name { None } else { self.exact(&key) }
        })
    }

    fn exact(&self, name: &str) -> Option<u32> {
        let digest = crate::memory::fold(name.as_bytes());
        let same = |own: &&Own| own.digest == digest && own.name == name;
        self.probe(digest).map_while(|(_, own)| own).find(same).map(|own| own.rule)
    }

    /// Adds the rule of a department that has none yet.
    pub(crate) fn insert(&mut self, name: &str, rule: u32) {
        let key = names::key(name);
        if key != name {
            self.link_name(&key, rule);
        }
        self.link_name(name, rule);
    }

    fn link_name(&mut self, name: &str, rule: u32) {
        let digest = crate::memory::fold(name.as_bytes());
        self.own.push(Own { digest, name: name.into(), rule });
        if self.own.len().saturating_mul(2) > self.slots.len() {
            self.slots = vec![0; self.own.len().saturating_mul(4).next_power_of_two()];
            for place in 0..self.own.len() {
                self.link(place);
            }
        } else {
            self.link(self.own.len().saturating_sub(1));
        }
    }

    fn link(&mut self, place: usize) {
        let digest = self.own.get(place).map_or(0, |own| own.digest);
        let free = self.probe(digest).find(|(_, own)| own.is_none()).map(|(slot, _)| slot);
        if let Some(slot) = free.and_then(|slot| self.slots.get_mut(slot)) {
            *slot = u32::try_from(place.saturating_add(1)).unwrap_or(0);
        }
    }

    /// The slots in which a digest can be, with their contents, in probing order.
    fn probe(&self, digest: u64) -> impl Iterator<Item = (usize, Option<&Own>)> {
        let mask = self.slots.len().wrapping_sub(1);
        let first = usize::try_from(digest & 0xFFFF_FFFF).unwrap_or(0);
        (0..self.slots.len()).map(move |step| {
            let slot = first.wrapping_add(step) & mask;
            let place = self.slots.get(slot).and_then(|p| usize::try_from(*p).ok()?.checked_sub(1));
            (slot, place.and_then(|place| self.own.get(place)))
        })
    }
}
