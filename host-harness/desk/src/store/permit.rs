//! Whether deliveries may begin.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::runtime::Stopwatch;

/// Whether deliveries may begin: only while this process certainly owns the store for longer than
/// they take. Shared by all who deliver.
#[derive(Debug, Clone)]
pub struct DeliveryPermit(Option<Arc<Mutex<Window>>>);

/// When deliveries may begin.
#[derive(Debug)]
struct Window {
    /// Not before the lease of the owner before has ended.
    taken: Stopwatch,
    wait: Duration,
    /// When the lease was extended last, and its length from then on.
    renewed: Stopwatch,
    length: Duration,
    /// The longest time that a delivery takes.
    delivery: Duration,
    is_lost: bool,
}

impl DeliveryPermit {
    /// Of a store that no other process can take over.
    #[must_use]
    pub fn always() -> Self {
        Self(None)
    }

    /// Whether a delivery may begin now.
    #[must_use]
    pub fn is_given(&self) -> bool {
        self.window().is_none_or(|window| {
            !window.is_lost
                && window.taken.at_least() >= window.wait
                && window.renewed.at_most().saturating_add(window.delivery) < window.length
        })
    }

    /// Whether another process has taken the store over.
    pub(crate) fn is_lost(&self) -> bool {
        self.window().is_some_and(|window| window.is_lost)
    }

    fn window(&self) -> Option<MutexGuard<'_, Window>> {
        let window = self.0.as_ref()?;
        Some(window.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What the owner of a lease does with it.
#[cfg(any(feature = "postgres", test))]
impl DeliveryPermit {
    /// Of a lease of this length, which begins now, for deliveries that take at most this time.
    pub(crate) fn within(length: Duration, delivery: Duration) -> Self {
        let (taken, renewed) = (Stopwatch::start(), Stopwatch::start());
        let wait = Duration::ZERO;
        let window = Window { taken, wait, renewed, length, delivery, is_lost: false };
        Self(Some(Arc::new(Mutex::new(window))))
    }

    /// No delivery begins before this time has passed.
    pub(crate) fn wait_for(&self, wait: Duration) {
        if let Some(mut window) = self.window() {
            window.wait = wait;
        }
    }

    /// The lease was extended; its length counts from this moment.
    pub(crate) fn renew(&self, from: Stopwatch) {
        if let Some(mut window) = self.window() {
            window.renewed = from;
        }
    }

    /// Another process is the owner.
    pub(crate) fn lose(&self) {
        if let Some(mut window) = self.window() {
            window.is_lost = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_delivery_begins_only_while_the_lease_is_left_for_longer_than_it_takes() {
        assert!(DeliveryPermit::within(1_000 * SECOND, 500 * SECOND).is_given());
        assert!(!DeliveryPermit::within(1_000 * SECOND, 1_000 * SECOND).is_given());
        assert!(DeliveryPermit::always().is_given());
    }

    #[test]
    fn none_begins_before_the_lease_of_the_owner_before_has_ended_or_after_it_is_lost() {
        let permit = DeliveryPermit::within(1_000 * SECOND, SECOND);
        permit.wait_for(500 * SECOND);
        assert!(!permit.is_given());
        permit.wait_for(Duration::ZERO);
        assert!(permit.is_given());
        let shared = permit.clone();
        permit.lose();
        permit.renew(Stopwatch::start());
        assert!(!shared.is_given());
    }
}
