//! Figures of a period, and their sums.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use despertador_insight::{Figures, Verdict, per_mille};

use super::closed::{AGENT, Closed, INACTIVITY};

/// The figures of a period. They can be added to those of another period.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PeriodFigures {
    /// Opened tickets.
    pub opened: u64,
    /// Closes, by who closed: `inactivity`, `agent`, `customer`, `flow`, `api`, `other`.
    pub closed: BTreeMap<String, u64>,
    /// The figures of the policy: closes for inactivity, reminders, and withheld messages.
    pub figures: Figures,
    /// Closes reopened within the window, of closes by `inactivity` and by an `agent`.
    pub reopened: BTreeMap<String, Reopened>,
    /// Withdrawn actions, by the reason of the decision.
    pub withdrawn: BTreeMap<String, u64>,
    /// Dead letters.
    pub given_up: u64,
    /// Failed attempts that were repeated.
    pub retried: u64,
    /// Dead letters sent again by hand.
    pub sent_again: u64,
    /// Delays from deadlines to carried out actions.
    pub lateness: Lengths,
    /// Times from customers' first messages to their first answers.
    pub first_response: Lengths,
    /// Times from openings to closes.
    pub resolution: Lengths,
}

/// Reopenings of closes within the window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reopened {
    /// Closes whose window has passed.
    pub known: u64,
    /// Of these, the reopened ones.
    pub reopened: u64,
}

impl Reopened {
    /// The share of reopened closes, in thousandths.
    #[must_use]
    pub fn rate(self) -> Option<u64> {
        per_mille(self.reopened, self.known)
    }
}

fn up(count: &mut u64, by: u64) {
    *count = count.saturating_add(by);
}

impl PeriodFigures {
    /// All closes.
    #[must_use]
    pub fn closes(&self) -> u64 {
        self.closed.values().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// Closes for inactivity.
    #[must_use]
    pub fn automatic(&self) -> u64 {
        self.figures.closes
    }

    /// Adds the figures of another period or department.
    pub fn join(&mut self, other: &PeriodFigures) {
        up(&mut self.opened, other.opened);
        for (mine, others) in
            [(&mut self.closed, &other.closed), (&mut self.withdrawn, &other.withdrawn)]
        {
            for (name, count) in others {
                up(mine.entry(name.clone()).or_default(), *count);
            }
        }
        self.figures.join(&other.figures);
        for (by, count) in &other.reopened {
            let mine = self.reopened.entry(by.clone()).or_default();
            up(&mut mine.known, count.known);
            up(&mut mine.reopened, count.reopened);
        }
        up(&mut self.given_up, other.given_up);
        up(&mut self.retried, other.retried);
        up(&mut self.sent_again, other.sent_again);
        self.lateness.join(&other.lateness);
        self.first_response.join(&other.first_response);
        self.resolution.join(&other.resolution);
    }

    pub(super) fn note_close(&mut self, closed: &Closed) {
        up(self.closed.entry(closed.by_whom().to_owned()).or_default(), 1);
        if let Some(premature) = closed.premature {
            self.figures.note_close(Verdict { premature, is_judged: closed.is_judged });
        }
        if [INACTIVITY, AGENT].contains(&closed.by_whom()) && closed.is_judged {
            let count = self.reopened.entry(closed.by_whom().to_owned()).or_default();
            up(&mut count.known, 1);
            up(&mut count.reopened, u64::from(closed.was_reopened));
        }
        self.resolution.note(closed.resolution);
    }

    /// The figures as JSON: durations in milliseconds, rates in thousandths.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let figures = &self.figures;
        let reminders: Vec<Value> = figures
            .reminders
            .iter()
            .map(|(number, count)| {
                json!({
                    "number": number,
                    "sent": count.sent,
                    "answered": count.answered,
                    "not-known": count.waiting,
                    "window-passed": count.judged,
                    "answered-per-mille": count.answered_rate(),
                })
            })
            .collect();
        let reopened = |by: &str| {
            let count = self.reopened.get(by).copied().unwrap_or_default();
            json!({ "known": count.known, "reopened": count.reopened, "per-mille": count.rate() })
        };
        json!({
            "opened": self.opened,
            "closes": self.closes(),
            "closed-by": self.closed,
            "automatic": {
                "closes": self.automatic(),
                "premature": figures.premature,
                "not-known": figures.undecided,
                "window-passed": figures.judged,
                "premature-per-mille": figures.premature_rate(),
            },
            "reopened": { "inactivity": reopened(INACTIVITY), "agent": reopened(AGENT) },
            "reminders": reminders,
            "withheld": figures.withheld,
            "withdrawn": self.withdrawn,
            "given-up": self.given_up,
            "retried": self.retried,
            "sent-again": self.sent_again,
            "lateness": self.lateness.to_json(),
            "first-response": self.first_response.to_json(),
            "resolution": self.resolution.to_json(),
        })
    }
}

/// A set of durations, each rounded to the unit in which people read it: to the millisecond below a
/// minute, to the second below a day, to the minute beyond. So a million of them need only the
/// space of the distinct ones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lengths {
    counts: BTreeMap<i64, u64>,
}

impl Lengths {
    /// Adds a duration in milliseconds; negative ones count as zero.
    pub fn note(&mut self, length: i64) {
        let unit = match length {
            86_400_000.. => 60_000,
            60_000.. => 1_000,
            _ => 1,
        };
        let length = length.max(0);
        let length = length.saturating_sub(length.rem_euclid(unit));
        up(self.counts.entry(length).or_default(), 1);
    }

    fn join(&mut self, other: &Lengths) {
        for (length, count) in &other.counts {
            up(self.counts.entry(*length).or_default(), *count);
        }
    }

    /// Number of durations.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.counts.values().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// The percentile in milliseconds, such as 50 for the median. `None` if there are no durations.
    #[must_use]
    pub fn percentile(&self, of_hundred: u64) -> Option<i64> {
        let wanted = self.count().saturating_mul(of_hundred).div_ceil(100).max(1);
        let mut seen = 0_u64;
        self.counts.iter().find_map(|(length, count)| {
            seen = seen.saturating_add(*count);
            (seen >= wanted).then_some(*length)
        })
    }

    /// The longest, in milliseconds.
    #[must_use]
    pub fn most(&self) -> Option<i64> {
        self.counts.last_key_value().map(|(length, _)| *length)
    }

    fn to_json(&self) -> Value {
        json!({
            "count": self.count(),
            "p50-ms": self.percentile(50),
            "p90-ms": self.percentile(90),
            "p99-ms": self.percentile(99),
            "most-ms": self.most(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_lengths_that_were_there() {
        let mut lengths = Lengths::default();
        assert_eq!((lengths.percentile(50), lengths.most()), (None, None));
        for length in [40, 10, 30, 20, -5] {
            lengths.note(length);
        }
        let of = |p| lengths.percentile(p);
        assert_eq!(
            [of(1), of(20), of(21), of(50), of(80), of(81), of(100)].map(Option::unwrap_or_default),
            [0, 0, 10, 20, 30, 40, 40]
        );
        assert_eq!((lengths.count(), lengths.most()), (5, Some(40)));
    }

    #[test]
    fn lengths_are_kept_in_the_unit_in_which_they_are_read() {
        for (length, kept) in [
            (59_999, 59_999),
            (60_001, 60_000),
            (86_399_999, 86_399_000),
            (86_400_000 + 59_999, 86_400_000),
        ] {
            let mut lengths = Lengths::default();
            lengths.note(length);
            assert_eq!(lengths.most(), Some(kept), "{length}");
        }
    }
}
