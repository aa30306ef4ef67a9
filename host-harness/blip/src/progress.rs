//! Which envelopes of an action were already sent, for its next attempt.

use std::collections::{HashMap, HashSet, VecDeque};

/// Maximum number of actions that are remembered; the ids of their envelopes never change.
const ACTIONS_MAX: usize = 4_096;

/// The ids of accepted envelopes, by action. Only in memory: after a crash all envelopes of an
/// action are sent again, with the same ids.
#[derive(Default)]
pub(crate) struct Progress {
    sent: HashMap<String, HashSet<String>>,
    order: VecDeque<String>,
}

impl Progress {
    pub(crate) fn has(&self, action: &str, id: &str) -> bool {
        self.sent.get(action).is_some_and(|sent| sent.contains(id))
    }

    pub(crate) fn add(&mut self, action: &str, id: &str) {
        if !self.sent.contains_key(action) {
            if self.order.len() >= ACTIONS_MAX
                && let Some(oldest) = self.order.pop_front()
            {
                self.sent.remove(&oldest);
            }
            self.order.push_back(action.to_owned());
        }
        self.sent.entry(action.to_owned()).or_default().insert(id.to_owned());
    }

    pub(crate) fn end(&mut self, action: &str) {
        if self.sent.remove(action).is_some() {
            self.order.retain(|known| known != action);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_actions_are_remembered() {
        let mut progress = Progress::default();
        for n in 0..=ACTIONS_MAX {
            progress.add(&n.to_string(), "a");
        }
        assert!(!progress.has("0", "a") && progress.has("1", "a"));
        progress.end("1");
        assert!(!progress.has("1", "a"));
        assert_eq!(progress.order.len(), ACTIONS_MAX - 1);
    }
}
