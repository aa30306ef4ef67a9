//! Histograms of delays and durations.

use despertador_contract::{Duration, Instant};

/// Upper bounds of the classes, in milliseconds; longer times are in a class of their own.
const BOUNDS: [Duration; 9] =
    [10, 100, 1_000, 5_000, 30_000, 60_000, 300_000, 3_600_000, 86_400_000];

/// A histogram of delays or durations.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lateness {
    /// Number of measurements.
    pub count: u64,
    /// Sum of all, in milliseconds.
    pub sum: Duration,
    /// The longest, in milliseconds.
    pub most: Duration,
    classes: [u64; 10],
}

impl Lateness {
    pub(crate) fn note(&mut self, due: Instant, now: Instant) {
        let late = u64::try_from(now.saturating_sub(due)).unwrap_or(0);
        self.count = self.count.saturating_add(1);
        self.sum = self.sum.saturating_add(late);
        self.most = self.most.max(late);
        let class = BOUNDS.iter().position(|bound| late <= *bound).unwrap_or(BOUNDS.len());
        if let Some(class) = self.classes.get_mut(class) {
            *class = class.saturating_add(1);
        }
    }

    /// Cumulative counts by upper bound in milliseconds, ascending.
    pub fn classes(&self) -> impl Iterator<Item = (Duration, u64)> + '_ {
        BOUNDS.iter().zip(&self.classes).scan(0_u64, |sum, (bound, count)| {
            *sum = sum.saturating_add(*count);
            Some((*bound, *sum))
        })
    }
}

/// What is waiting for the desk or for people.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Due tickets that have not been evaluated.
    pub tickets: u64,
    /// Due actions.
    pub actions: u64,
    /// Dead letters.
    pub dead_letters: u64,
    /// Inbound entries that nobody has handled.
    pub inbound: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lateness_is_counted_by_class() {
        let mut lateness = Lateness::default();
        for (due, now) in [(100, 100), (100, 90), (0, 50), (0, 2_000), (0, 90_000_000)] {
            lateness.note(due, now);
        }
        assert_eq!((lateness.count, lateness.most), (5, 90_000_000));
        let classes: Vec<_> = lateness.classes().map(|(_, count)| count).collect();
        assert_eq!(classes, [2, 3, 3, 4, 4, 4, 4, 4, 4]);
    }
}
