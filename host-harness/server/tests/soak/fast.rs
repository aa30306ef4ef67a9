//! A clock that is faster than ours and continues after a kill.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use despertador_contract::Instant;
use despertador_desk::runtime::{Clock, SystemClock};

use crate::support::NINE;

/// The same in parent and children: from an instant of ours on, this many times as fast.
#[derive(Clone)]
pub(crate) struct Fast(Arc<Mutex<Course>>);

#[derive(Clone, Copy)]
struct Course {
    ours: Instant,
    theirs: Instant,
    times: i64,
}

impl Course {
    fn at(self, ours: Instant) -> Instant {
        self.theirs + (ours - self.ours) * self.times
    }
}

impl Fast {
    pub(crate) fn begin(times: i64) -> Self {
        let course = Course { ours: SystemClock.now(), theirs: NINE, times };
        Self(Arc::new(Mutex::new(course)))
    }

    /// Changes the speed. Nobody else may have taken over the clock meanwhile.
    pub(crate) fn go_on(&self, times: i64) {
        let mut course = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let ours = SystemClock.now();
        *course = Course { ours, theirs: course.at(ours), times };
    }

    /// For the environment of a child.
    pub(crate) fn show(&self) -> String {
        let Course { ours, theirs, times } = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        format!("{ours} {theirs} {times}")
    }

    pub(crate) fn read(text: &str) -> Self {
        let numbers: Vec<i64> = text.split(' ').map(|n| n.parse().expect("a number")).collect();
        let course = Course { ours: numbers[0], theirs: numbers[1], times: numbers[2] };
        Self(Arc::new(Mutex::new(course)))
    }
}

impl Clock for Fast {
    fn now(&self) -> Instant {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).at(SystemClock.now())
    }
}

/// Our own time, in milliseconds since 1970.
pub(crate) fn ours() -> Instant {
    SystemClock.now()
}

/// Waits, in our own time.
pub(crate) fn pause(long: Duration) {
    let (_keep, wait) = std::sync::mpsc::channel::<()>();
    let _: Result<_, _> = wait.recv_timeout(long);
}
