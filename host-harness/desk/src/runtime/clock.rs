//! The only place that reads the time.

use std::time::{Duration, SystemTime};

use despertador_contract::Instant;

/// A clock.
pub trait Clock: Send + Sync + 'static {
    /// The current time, in milliseconds since 1970-01-01T00:00:00Z.
    fn now(&self) -> Instant;
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "time must come into the desk somewhere: here")]
    fn now(&self) -> Instant {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Instant::try_from(since.as_millis()).unwrap_or(Instant::MAX)
    }
}

/// Measures how long ago something was, by both clocks of the machine: the steady one stands still
/// while the machine sleeps, and the other one can be set.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stopwatch {
    steady: std::time::Instant,
    wall: SystemTime,
}

impl Stopwatch {
    #[expect(clippy::disallowed_methods, reason = "a lease ends by time alone")]
    pub(crate) fn start() -> Self {
        Self { steady: std::time::Instant::now(), wall: SystemTime::now() }
    }

    /// The longest time that can have passed.
    pub(crate) fn at_most(&self) -> Duration {
        self.both().into_iter().max().unwrap_or_default()
    }

    /// The shortest time that can have passed.
    pub(crate) fn at_least(&self) -> Duration {
        self.both().into_iter().min().unwrap_or_default()
    }

    fn both(&self) -> [Duration; 2] {
        let now = Self::start();
        let by_wall = now.wall.duration_since(self.wall).unwrap_or_default();
        [now.steady.duration_since(self.steady), by_wall]
    }
}
