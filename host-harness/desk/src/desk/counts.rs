//! Counts since the desk was opened.

/// Results of an account's actions since the desk was opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Carried out actions.
    pub done: u64,
    /// Failed attempts that are repeated.
    pub retried: u64,
    /// Withdrawn actions.
    pub withdrawn: u64,
    /// Actions that became dead letters.
    pub given_up: u64,
    /// How often a ticket was deferred because the plugin could not evaluate it.
    pub deferred: u64,
}

impl Counts {
    pub(crate) fn add(&mut self, other: Self) {
        let Self { done, retried, withdrawn, given_up, deferred } = other;
        self.done = self.done.saturating_add(done);
        self.retried = self.retried.saturating_add(retried);
        self.withdrawn = self.withdrawn.saturating_add(withdrawn);
        self.given_up = self.given_up.saturating_add(given_up);
        self.deferred = self.deferred.saturating_add(deferred);
    }
}
