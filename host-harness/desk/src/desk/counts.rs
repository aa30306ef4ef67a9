//! How many of what, since the desk was opened.

/// What became of an account's actions since the desk was opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Actions carried out.
    pub done: u64,
    /// Tries that failed and were followed, or will be, by another one.
    pub retried: u64,
    /// Actions that were no longer wanted.
    pub withdrawn: u64,
    /// Actions given up.
    pub given_up: u64,
    /// How often a ticket was set aside because the plugin could not answer.
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
