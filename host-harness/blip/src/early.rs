//! Messages that arrive before their ticket.
//!
//! Blip posts the ticket and the first messages at the same time, in any order. Early messages are
//! kept for a moment, and recorded once the ticket is known. They are only in memory: they matter
//! for seconds, and what can be lost is a message to the bot.

use std::collections::HashMap;

use despertador_contract::{Duration, Instant};
use despertador_lime::Envelope;

/// How long a message waits for its ticket, in milliseconds.
pub(crate) const WAIT_MILLIS: Duration = 120_000;
/// Maximum number of messages kept per customer (or per ticket, if nobody else is named): the
/// latest.
const MESSAGES_PER_CUSTOMER_MAX: usize = 16;
/// Maximum number of customers with kept messages.
const CUSTOMERS_MAX: usize = 4_096;

#[derive(Default)]
pub(crate) struct Early(HashMap<String, Vec<(Instant, Envelope)>>);

impl Early {
    pub(crate) fn insert(&mut self, name: &str, now: Instant, envelope: &Envelope) {
        if self.0.len() >= CUSTOMERS_MAX && !self.0.contains_key(name) {
            self.0.retain(|_, waiting| waiting.iter().any(|(at, _)| is_fresh(*at, now)));
            if self.0.len() >= CUSTOMERS_MAX {
                return;
            }
        }
        let waiting = self.0.entry(name.to_owned()).or_default();
        waiting.retain(|(at, known)| is_fresh(*at, now) && known != envelope);
        if waiting.len() >= MESSAGES_PER_CUSTOMER_MAX {
            waiting.remove(0);
        }
        waiting.push((now, envelope.clone()));
    }

    pub(crate) fn take(&mut self, name: &str, now: Instant) -> Vec<Envelope> {
        let waiting = self.0.remove(name).unwrap_or_default();
        let fresh = waiting.into_iter().filter(|(at, _)| is_fresh(*at, now));
        fresh.map(|(_, envelope)| envelope).collect()
    }
}

/// If the clock was set, recent messages are not lost.
fn is_fresh(at: Instant, now: Instant) -> bool {
    now.abs_diff(at) <= WAIT_MILLIS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(n: usize) -> Envelope {
        let text = format!(r#"{{"id":"m{n}","type":"text/plain","content":"oi"}}"#);
        Envelope::read(&text).expect("an envelope")
    }

    #[test]
    fn what_came_early_waits_for_a_moment_and_is_bounded() {
        let mut early = Early::default();
        for n in 0..20 {
            early.insert("eva", 0, &message(n));
        }
        early.insert("eva", 1, &message(19));
        assert_eq!(early.take("eva", 2).len(), MESSAGES_PER_CUSTOMER_MAX);
        assert_eq!(early.take("eva", 2), []);
        early.insert("eva", 0, &message(1));
        assert_eq!(early.take("eva", 120_001), []);
        for n in 0..CUSTOMERS_MAX {
            early.insert(&n.to_string(), 0, &message(n));
        }
        early.insert("late", 1, &message(1));
        assert_eq!(early.take("late", 1), [], "there is no room");
        early.insert("late", 120_001, &message(1));
        assert_eq!(early.take("late", 120_001).len(), 1, "the others have gone");
    }
}
