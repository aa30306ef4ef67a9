//! A cache of recently used tickets.

use std::collections::HashMap;

use super::ticket::LoadedTicket;

/// Two generations: a used ticket moves to the young one; when that is full it becomes the old one,
/// and the former old one is dropped. The cache is never newer than the store.
pub(crate) struct Cache {
    young: HashMap<String, LoadedTicket>,
    old: HashMap<String, LoadedTicket>,
    half: usize,
}

impl Cache {
    pub(crate) fn new(tickets: usize) -> Self {
        Self { young: HashMap::new(), old: HashMap::new(), half: tickets.div_ceil(2) }
    }

    pub(crate) fn remove(&mut self, place: &str) -> Option<LoadedTicket> {
        self.young.remove(place).or_else(|| self.old.remove(place))
    }

    pub(crate) fn put(&mut self, place: String, loaded: LoadedTicket) {
        if self.half == 0 {
            return;
        }
        if self.young.len() >= self.half {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(place, loaded);
    }

    pub(crate) fn clear(&mut self) {
        self.young.clear();
        self.old.clear();
    }
}

/// The key of a ticket in the cache.
pub(crate) fn ticket_key(account: i64, ticket: &str) -> String {
    format!("{account}/{ticket}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_stays_and_the_rest_goes() {
        let mut cache = Cache::new(4);
        let put = |cache: &mut Cache, n: i64| {
            let id = n.to_string();
            cache.put(ticket_key(1, &id), LoadedTicket::new(n, 1, &id));
        };
        (0..3).for_each(|n| put(&mut cache, n));
        let loaded = cache.remove(&ticket_key(1, "0")).expect("it is the old generation's");
        cache.put(ticket_key(1, "0"), loaded);
        (3..5).for_each(|n| put(&mut cache, n));
        let known: Vec<_> =
            (0..5).filter(|n| cache.remove(&ticket_key(1, &n.to_string())).is_some()).collect();
        assert_eq!(known, [0, 2, 3, 4]);
        let mut none = Cache::new(0);
        put(&mut none, 1);
        assert!(none.remove(&ticket_key(1, "1")).is_none());
    }

    #[test]
    fn places_of_accounts_do_not_meet() {
        assert_ne!(ticket_key(1, "1/2"), ticket_key(11, "/2"));
        assert_ne!(ticket_key(1, "2"), ticket_key(12, ""));
    }
}
