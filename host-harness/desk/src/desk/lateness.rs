//! How late things were looked at or done, and how long they took: counted by class.

use despertador_contract::{Duration, Instant};

/// Upper bounds of the classes, in milliseconds; what is later is in a class of its own.
const BOUNDS: [Duration; 9] =
    [10, 100, 1_000, 5_000, 30_000, 60_000, 300_000, 3_600_000, 86_400_000];

/// Lengths of time, counted by class: how late tickets were looked at, how long commits took.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lateness {
    /// How many there were.
    pub count: u64,
    /// The sum of all, in milliseconds.
    pub sum: Duration,
    /// The most, in milliseconds.
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

    /// How many were at most so long, for bounds in milliseconds that rise.
    pub fn classes(&self) -> impl Iterator<Item = (Duration, u64)> + '_ {
        BOUNDS.iter().zip(&self.classes).scan(0_u64, |sum, (bound, count)| {
            *sum = sum.saturating_add(*count);
            Some((*bound, *sum))
        })
    }
}

/// What waits for the desk or for people.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Tickets that are due and have not been looked at.
    pub tickets: u64,
    /// Actions that are to be carried out by now.
    pub actions: u64,
    /// Actions that were given up and are to be looked at.
    pub dead_letters: u64,
    /// What came in, could not be read, and is to be looked at.
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
