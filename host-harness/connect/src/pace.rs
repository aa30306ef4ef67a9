//! How many requests a platform gets.

use std::sync::{Mutex, MutexGuard, PoisonError};

use despertador_contract::{Duration, Instant};

/// Tokens are counted in parts of this size, so that milliseconds refill whole numbers of them.
const PARTS: u64 = 60_000;

/// Limits the requests to a platform, which all of its deliveries and sweeps share.
///
/// A bucket of one minute's requests that refills all the time. Whoever finds it empty is told when
/// to come again; nothing waits in here. A platform that asks for a pause (`Retry-After`) gets it
/// for all requests.
#[derive(Debug)]
pub struct Pace {
    per_minute: u32,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// What is left, in parts.
    left: u64,
    /// When it was last refilled.
    refilled: Option<Instant>,
    /// No request before then.
    blocked_until: Instant,
}

/// Who asks: a sweep leaves half of the requests to actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// An action is to be carried out.
    Action,
    /// Conversations are compared.
    Sweep,
}

impl Pace {
    /// At most this many requests a minute, all of which may come at once.
    #[must_use]
    pub fn new(per_minute: u32) -> Self {
        let left = u64::from(per_minute).saturating_mul(PARTS);
        let state = State { left, refilled: None, blocked_until: Instant::MIN };
        Self { per_minute: per_minute.max(1), state: Mutex::new(state) }
    }

    /// Takes one request.
    ///
    /// # Errors
    ///
    /// There is none left; the milliseconds until there will be one.
    pub fn take(&self, now: Instant, purpose: Purpose) -> Result<(), Duration> {
        let mut state = self.state();
        if now < state.blocked_until {
            return Err(now.abs_diff(state.blocked_until));
        }
        let full = u64::from(self.per_minute).saturating_mul(PARTS);
        let passed =
            state.refilled.map_or(0, |at| u64::try_from(now.saturating_sub(at)).unwrap_or(0));
        state.refilled = Some(now);
        let refill = passed.saturating_mul(u64::from(self.per_minute));
        state.left = state.left.saturating_add(refill).min(full);
        let kept = match purpose {
            Purpose::Action => 0,
            Purpose::Sweep => full.div_euclid(2),
        };
        let needed = kept.saturating_add(PARTS);
        if state.left < needed {
            let missing = needed.saturating_sub(state.left);
            return Err(missing.div_ceil(u64::from(self.per_minute)));
        }
        state.left = state.left.saturating_sub(PARTS);
        Ok(())
    }

    /// Stops all requests for so many milliseconds, as the platform asks.
    pub fn block(&self, now: Instant, pause: Duration) {
        let mut state = self.state();
        let until = now.saturating_add_unsigned(pause);
        state.blocked_until = state.blocked_until.max(until);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_has_its_requests_and_no_more() {
        let pace = Pace::new(60);
        for _ in 0..60 {
            assert_eq!(pace.take(0, Purpose::Action), Ok(()));
        }
        assert_eq!(pace.take(0, Purpose::Action), Err(1_000));
        assert_eq!(pace.take(400, Purpose::Action), Err(600));
        assert_eq!(pace.take(1_000, Purpose::Action), Ok(()));
        assert_eq!(pace.take(1_000, Purpose::Action), Err(1_000));
        // A clock that was set back refills nothing.
        assert_eq!(pace.take(500, Purpose::Action), Err(1_000));
    }

    #[test]
    fn a_sweep_leaves_half_to_actions() {
        let pace = Pace::new(10);
        let swept = (0..10).filter(|_| pace.take(0, Purpose::Sweep).is_ok()).count();
        assert_eq!(swept, 5);
        let acted = (0..10).filter(|_| pace.take(0, Purpose::Action).is_ok()).count();
        assert_eq!(acted, 5);
    }

    #[test]
    fn a_pause_that_the_platform_asks_for_stops_everything() {
        let pace = Pace::new(10);
        pace.block(0, 30_000);
        pace.block(0, 5_000);
        assert_eq!(pace.take(10_000, Purpose::Action), Err(20_000));
        assert_eq!(pace.take(30_000, Purpose::Action), Ok(()));
    }
}
