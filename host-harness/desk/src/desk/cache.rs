//! Tickets that something happened to lately.

use std::collections::HashMap;

use super::ticket::Kept;

/// Two generations: what is asked for stays in the young one; when that is full it becomes the
/// old one, and what was old is forgotten. Nothing in it is newer than what is stored.
pub(crate) struct Cache {
    young: HashMap<String, Kept>,
    old: HashMap<String, Kept>,
    half: usize,
}

impl Cache {
    pub(crate) fn new(tickets: usize) -> Self {
        Self { young: HashMap::new(), old: HashMap::new(), half: tickets.div_ceil(2) }
    }

    pub(crate) fn take(&mut self, place: &str) -> Option<Kept> {
        self.young.remove(place).or_else(|| self.old.remove(place))
    }

    pub(crate) fn put(&mut self, place: String, kept: Kept) {
        if self.half == 0 {
            return;
        }
        if self.young.len() >= self.half {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(place, kept);
    }

    pub(crate) fn clear(&mut self) {
        self.young.clear();
        self.old.clear();
    }
}

/// The place of a ticket.
pub(crate) fn place(account: i64, ticket: &str) -> String {
    format!("{account}/{ticket}")
}
