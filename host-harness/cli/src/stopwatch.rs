//! The only place of the harness that reads a clock: how long a simulation took.

#![allow(clippy::disallowed_methods, reason = "it measures; nothing is decided by it")]

use std::time::{Duration, Instant};

/// A stopwatch that runs.
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts it.
    pub(crate) fn start() -> Stopwatch {
        Stopwatch(Instant::now())
    }

    /// The time since it was started.
    pub(crate) fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}
