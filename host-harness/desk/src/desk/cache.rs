//! A cache of recently used tickets.

use std::collections::HashMap;

use super::ticket::LoadedTicket;

/// Two generations: a used ticket moves to the young one; when that is full it becomes the old one,
/// and the former old one is dropped. The cache is never newer than the store.
pub(crate) struct Cache {
    young: Generation,
    old: Generation,
    half: usize,
}

#[derive(Default)]
struct Generation {
    tickets: HashMap<String, Box<LoadedTicket>>,
    /// Their keys by number, under which the store names tickets that are due.
    keys: HashMap<i64, String>,
}

impl Generation {
    fn remove(&mut self, place: &str) -> Option<Box<LoadedTicket>> {
        let loaded = self.tickets.remove(place)?;
        self.keys.remove(&loaded.no);
        Some(loaded)
    }
}

impl Cache {
    pub(crate) fn new(tickets: usize) -> Self {
        let (young, old) = Default::default();
        Self { young, old, half: tickets.div_ceil(2) }
    }

    pub(crate) fn remove(&mut self, place: &str) -> Option<Box<LoadedTicket>> {
        self.young.remove(place).or_else(|| self.old.remove(place))
    }

    /// The id of a ticket.
    pub(crate) fn id(&self, no: i64) -> Option<&str> {
        [&self.young, &self.old].into_iter().find_map(|generation| {
            let place = generation.keys.get(&no)?;
            generation.tickets.get(place).map(|loaded| loaded.id())
        })
    }

    pub(crate) fn put(&mut self, place: String, loaded: Box<LoadedTicket>) {
        if self.half == 0 {
            return;
        }
        if self.young.tickets.len() >= self.half {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.keys.insert(loaded.no, place.clone());
        self.young.tickets.insert(place, loaded);
    }

    pub(crate) fn clear(&mut self) {
        (self.young, self.old) = Default::default();
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
            cache.put(ticket_key(1, &id), LoadedTicket::new(n, 1, &id).into());
        };
        (0..3).for_each(|n| put(&mut cache, n));
        let loaded = cache.remove(&ticket_key(1, "0")).expect("it is the old generation's");
        cache.put(ticket_key(1, "0"), loaded);
        (3..5).for_each(|n| put(&mut cache, n));
        let known: Vec<_> =
            (0..5).filter(|n| cache.remove(&ticket_key(1, &n.to_string())).is_some()).collect();
        assert_eq!(known, [0, 2, 3, 4]);
        put(&mut cache, 5);
        assert_eq!((cache.id(5), cache.id(4)), (Some("5"), None), "what is taken is not there");
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
