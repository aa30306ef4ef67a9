//! How long customers take to answer, and what follows for the time of a close.

use std::collections::BTreeMap;

use despertador_contract::Instant;

use crate::archive::Archive;
use crate::figures::{Premature, Verdict};
use crate::history::{History, RecordedTicket};
use crate::read::Unreadable;

/// A silence: from the company's last message until the customer's next one, if any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Silence {
    since: Instant,
    answered: Option<Instant>,
}

/// The silences of some conversations. Each begins with the company's last message before the
/// customer's next one; the last silence of a ticket may not have ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delays {
    silences: Vec<Silence>,
    /// The end of the history: later it is unknown whether a silence ended.
    ends: Instant,
}

/// The result of closing after a certain time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Silences that would have been closed and can be judged.
    pub closes: u64,
    /// Of these, those in which the customer wrote within the window.
    pub premature: u64,
}

impl Rate {
    /// The share of premature closes, from 0 to 1; `None` without closes.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "fewer closes than a double tells apart")]
    pub fn part(self) -> Option<f64> {
        (self.closes > 0).then(|| self.premature as f64 / self.closes as f64)
    }

    /// The 90 % confidence interval of the rate, in thousandths.
    #[must_use]
    pub fn between(self) -> (u64, u64) {
        between(self.premature, self.closes)
    }
}

impl Delays {
    /// The silences of all tickets, and of each department.
    #[must_use]
    pub fn of(history: &History) -> (Delays, BTreeMap<String, Delays>) {
        let ends = history.ends().unwrap_or_default();
        let mut found = (Delays { silences: Vec::new(), ends }, BTreeMap::new());
        for recorded in &history.tickets {
            add(&mut found, history.department(recorded), recorded);
        }
        found
    }

    /// The same for an archive, part by part. Each silence takes 24 bytes of memory, and 24 more
    /// for its department.
    ///
    /// # Errors
    ///
    /// The temporary file cannot be read.
    pub fn of_archive(archive: &Archive) -> Result<(Delays, BTreeMap<String, Delays>), Unreadable> {
        let ends = archive.ends().unwrap_or_default();
        let mut found = (Delays { silences: Vec::new(), ends }, BTreeMap::new());
        for number in 0..archive.spool.parts() {
            for recorded in archive.part(number)?.tickets {
                add(&mut found, archive.department(&recorded), &recorded);
            }
        }
        Ok(found)
    }

    /// Number of silences.
    #[must_use]
    pub fn silences(&self) -> u64 {
        u64::try_from(self.silences.len()).unwrap_or(u64::MAX)
    }

    /// Durations of the ended silences, in milliseconds, ascending.
    #[must_use]
    pub fn answers(&self) -> Vec<i64> {
        let mut delays: Vec<i64> = self.silences.iter().filter_map(Silence::lasted).collect();
        delays.sort_unstable();
        delays
    }

    /// The result of closing `close_after` milliseconds after the company's last message, with a
    /// window of `window` milliseconds.
    #[must_use]
    pub fn rate(&self, close_after: i64, window: i64) -> Rate {
        let mut rate = Rate { closes: 0, premature: 0 };
        for silence in &self.silences {
            if let Some(premature) = silence.premature(close_after, window, self.ends) {
                rate.closes = rate.closes.saturating_add(1);
                rate.premature = rate.premature.saturating_add(u64::from(premature));
            }
        }
        rate
    }

    /// The share of customers, from 0 to 1, who have answered after each of these times in
    /// milliseconds; `None` for times without observations.
    ///
    /// A silence cut off by the end of the history counts for as long as it was observed
    /// (Kaplan-Meier estimate). Counted as unanswered, it would make the last days of a history
    /// look worse than they were.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "fewer silences than a double tells apart")]
    pub fn answered_within(&self, times: &[i64]) -> Vec<Option<f64>> {
        // Answers come before censored silences of the same length.
        let mut watched: Vec<(i64, bool)> =
            self.silences.iter().map(|s| s.watched(self.ends)).collect();
        watched.sort_unstable_by_key(|(lasted, answered)| (*lasted, !*answered));
        let mut silent = 1.0_f64;
        let mut curve: Vec<(i64, f64)> = Vec::new();
        for (number, (lasted, answered)) in watched.iter().enumerate() {
            if *answered {
                let at_risk = watched.len().saturating_sub(number);
                silent *= 1.0 - 1.0 / at_risk as f64;
                curve.push((*lasted, 1.0 - silent));
            }
        }
        let last = watched.last().map(|(lasted, _)| *lasted);
        let part = |time: &i64| {
            // Once everybody has answered, no further observation is needed.
            (last? >= *time || silent <= f64::EPSILON).then(|| {
                let before = curve.partition_point(|(lasted, _)| lasted <= time);
                before
                    .checked_sub(1)
                    .and_then(|last| curve.get(last))
                    .map_or(0.0, |(_, part)| *part)
            })
        };
        times.iter().map(part).collect()
    }
}

/// Adds the silences of a ticket to the total and to its department.
fn add(
    (all, departments): &mut (Delays, BTreeMap<String, Delays>),
    department: Option<&str>,
    recorded: &RecordedTicket,
) {
    let silences = silences(recorded);
    if let Some(name) = department {
        match departments.get_mut(name) {
            Some(known) => known.silences.extend(&silences),
            None => {
                let known = Delays { silences: silences.clone(), ends: all.ends };
                departments.insert(name.to_owned(), known);
            }
        }
    }
    all.silences.extend(silences);
}

/// The silences of a ticket.
fn silences(recorded: &RecordedTicket) -> Vec<Silence> {
    let mut silences = Vec::new();
    let mut since: Option<Instant> = None;
    for item in &recorded.items {
        if item.is_of_the_customer() {
            let answered = Some(item.at());
            silences.extend(since.take().map(|since| Silence { since, answered }));
        } else if item.is_of_the_company() {
            since = Some(item.at());
        }
    }
    silences.extend(since.map(|since| Silence { since, answered: None }));
    silences
}

impl Silence {
    fn lasted(&self) -> Option<i64> {
        Some(self.answered?.saturating_sub(self.since))
    }

    /// How long it was observed, and whether it ended with an answer.
    fn watched(&self, ends: Instant) -> (i64, bool) {
        let until = self.answered.unwrap_or(ends);
        (until.saturating_sub(self.since), self.answered.is_some())
    }

    /// Whether closing after this time would have been premature; `None` if it would not have been
    /// closed, or if the history ends too early.
    fn premature(&self, close_after: i64, window: i64, ends: Instant) -> Option<bool> {
        if self.lasted().is_some_and(|lasted| lasted <= close_after) {
            return None;
        }
        let closed = self.since.saturating_add(close_after);
        let verdict = Verdict::of(closed, self.answered, window, ends);
        verdict.is_judged.then_some(matches!(verdict.premature, Premature::Yes(_)))
    }
}

/// The 90 % Wilson score interval, in thousandths.
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "parts of a thousand of counts far below what a double tells apart"
)]
pub(crate) fn between(hits: u64, of: u64) -> (u64, u64) {
    const Z: f64 = 1.645;
    if of == 0 {
        return (0, 1_000);
    }
    let (n, p) = (of as f64, hits as f64 / of as f64);
    let middle = p + Z * Z / (2.0 * n);
    let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    let per_mille = |value: f64| (value.clamp(0.0, 1.0) * 1_000.0).round() as u64;
    (per_mille((middle - half) / scale), per_mille((middle + half) / scale))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::{Item, Who};

    const MINUTE: i64 = 60_000;

    /// Tickets of the company's word at the first minute and the customer's at the second, if any.
    fn delays(silences: &[(i64, Option<i64>)], ends: i64) -> Delays {
        let mut tickets: Vec<RecordedTicket> =
            silences
                .iter()
                .map(|(since, answered)| {
                    let mut items =
                        vec![Item::Message { at: since.saturating_mul(MINUTE), who: Who::Agent }];
                    items.extend(answered.map(|at| Item::Message {
                        at: at.saturating_mul(MINUTE),
                        who: Who::Customer,
                    }));
                    RecordedTicket { items, ..RecordedTicket::default() }
                })
                .collect();
        let last = Item::Message { at: ends.saturating_mul(MINUTE), who: Who::Customer };
        tickets.push(RecordedTicket { items: vec![last], ..RecordedTicket::default() });
        Delays::of(&History { tickets, ..History::default() }).0
    }

    fn within(delays: &Delays, minutes: &[i64]) -> Vec<Option<u64>> {
        let times: Vec<i64> =
            minutes.iter().map(|minutes| minutes.saturating_mul(MINUTE)).collect();
        let per_mille = |part: f64| format!("{:.0}", part * 1_000.0).parse().unwrap();
        delays.answered_within(&times).into_iter().map(|part| part.map(per_mille)).collect()
    }

    #[test]
    fn the_curve_counts_who_has_answered_by_then() {
        let all = delays(&[(0, Some(5)), (0, Some(10)), (0, Some(10)), (0, None)], 1_000);
        let curve = within(&all, &[0, 4, 5, 9, 10, 1_000, 1_001]);
        let expected = [0, 0, 250, 250, 750, 750].map(Some);
        assert_eq!(curve[..6], expected);
        assert_eq!(curve[6], None, "nobody was watched for so long");
    }

    #[test]
    fn whom_the_end_of_the_history_cuts_off_counts_for_as_long_as_they_were_watched() {
        // One of two is watched for five minutes only; the other answers after ten.
        let cut = delays(&[(95, None), (0, Some(10))], 100);
        assert_eq!(within(&cut, &[5, 9, 10]), [Some(0), Some(0), Some(1_000)]);
        // Counted as unanswered, it would have been half.
        assert_eq!(within(&delays(&[(0, None), (0, Some(10))], 100), &[10]), [Some(500)]);
    }

    #[test]
    fn without_silences_there_is_no_curve() {
        assert_eq!(within(&Delays::default(), &[0, 5]), [None, None]);
        assert_eq!(Delays::default().rate(5, 5).part(), None);
    }

    #[test]
    fn the_rate_leaves_out_what_is_not_known() {
        // Answered before, within the window, after it; silent and watched; silent and cut off.
        let all = delays(&[(0, Some(5)), (0, Some(20)), (0, Some(90)), (0, None), (80, None)], 100);
        let rate = all.rate(10 * MINUTE, 60 * MINUTE);
        assert_eq!(rate, Rate { closes: 3, premature: 1 });
        assert_eq!(rate.part(), Some(1.0 / 3.0));
        assert_eq!(rate.between(), between(1, 3));
    }
}
