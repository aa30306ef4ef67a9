//! What of an action was sent already, for the next try of the same.

use std::collections::{HashMap, HashSet, VecDeque};

/// So many actions are remembered; their ids are the same however often they are sent.
const ACTIONS: usize = 4_096;

/// The ids of envelopes that were accepted, by action. In memory alone: after a crash all of an
/// action is sent again, under the same ids.
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
            if self.order.len() >= ACTIONS
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
        for n in 0..=ACTIONS {
            progress.add(&n.to_string(), "a");
        }
        assert!(!progress.has("0", "a") && progress.has("1", "a"));
        progress.end("1");
        assert!(!progress.has("1", "a"));
        assert_eq!(progress.order.len(), ACTIONS - 1);
    }
}
