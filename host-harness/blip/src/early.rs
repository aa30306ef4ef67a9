//! Messages that come before the ticket they belong to.
//!
//! Blip posts the ticket and the first messages at the same time, in no order. Who is first is
//! remembered for a moment, and told once the ticket is known. It is in memory alone: what it is
//! for is over in seconds, and what is lost is a message to the bot.

use std::collections::HashMap;

use despertador_contract::{Duration, Instant};
use despertador_lime::Envelope;

/// For how long a message waits for its ticket.
pub(crate) const WAITS: Duration = 120_000;
/// Of one customer, or one ticket where nobody else is named, so many are remembered, the latest.
const OF_ONE: usize = 16;
/// Of so many of them.
const CUSTOMERS: usize = 4_096;

#[derive(Default)]
pub(crate) struct Early(HashMap<String, Vec<(Instant, Envelope)>>);

impl Early {
    pub(crate) fn put(&mut self, name: &str, now: Instant, envelope: &Envelope) {
        if self.0.len() >= CUSTOMERS && !self.0.contains_key(name) {
            self.0.retain(|_, waiting| waiting.iter().any(|(at, _)| is_fresh(*at, now)));
            if self.0.len() >= CUSTOMERS {
                return;
            }
        }
        let waiting = self.0.entry(name.to_owned()).or_default();
        waiting.retain(|(at, known)| is_fresh(*at, now) && known != envelope);
        if waiting.len() >= OF_ONE {
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

/// A clock that was set loses nothing that has just come.
fn is_fresh(at: Instant, now: Instant) -> bool {
    now.abs_diff(at) <= WAITS
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
            early.put("eva", 0, &message(n));
        }
        early.put("eva", 1, &message(19));
        assert_eq!(early.take("eva", 2).len(), OF_ONE);
        assert_eq!(early.take("eva", 2), []);
        early.put("eva", 0, &message(1));
        assert_eq!(early.take("eva", 120_001), []);
        for n in 0..CUSTOMERS {
            early.put(&n.to_string(), 0, &message(n));
        }
        early.put("late", 1, &message(1));
        assert_eq!(early.take("late", 1), [], "there is no room");
        early.put("late", 120_001, &message(1));
        assert_eq!(early.take("late", 120_001).len(), 1, "the others have gone");
    }
}
