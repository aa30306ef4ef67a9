//! Suggests times for a policy from how long customers took to answer.

use std::collections::BTreeMap;

use crate::archive::Archive;
use crate::delays::{Delays, between};
use crate::history::History;
use crate::read::Unreadable;

/// Options of a suggestion.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SuggestionOptions {
    /// Maximum share of premature closes, in thousandths.
    pub premature_per_mille: u64,
    /// The window after a close within which a message of the customer makes it premature, in
    /// milliseconds.
    pub window: i64,
}

/// Suggested times for one department, or for all.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion {
    /// Number of silences.
    pub silences: u64,
    /// When to close, after the company's last message, in milliseconds; `None` if no time up to
    /// ninety days keeps the rate.
    pub close_after: Option<i64>,
    /// Whether any close can be judged: its whole window was observed.
    pub any_judged: bool,
    /// When to remind the customer before that, in milliseconds.
    pub remind_after: Option<i64>,
    /// Silences that would have been closed and can be judged.
    pub closes: u64,
    /// Of these, those in which the customer wrote within the window.
    pub premature: u64,
    /// The 90 % confidence interval of the rate, in thousandths.
    pub between: (u64, u64),
    /// The median and the 90th percentile of the answer times, in milliseconds.
    pub answers: Option<(i64, i64)>,
}

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Candidate times.
const TIMES: [i64; 26] = [
    5 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    20 * MINUTE,
    30 * MINUTE,
    45 * MINUTE,
    HOUR,
    90 * MINUTE,
    2 * HOUR,
    3 * HOUR,
    4 * HOUR,
    6 * HOUR,
    8 * HOUR,
    12 * HOUR,
    18 * HOUR,
    DAY,
    36 * HOUR,
    2 * DAY,
    3 * DAY,
    4 * DAY,
    5 * DAY,
    7 * DAY,
    10 * DAY,
    14 * DAY,
    30 * DAY,
    90 * DAY,
];

/// Suggests times for all tickets together, and for each department.
#[must_use]
pub fn suggest(
    history: &History,
    wanted: SuggestionOptions,
) -> (Suggestion, BTreeMap<String, Suggestion>) {
    times(&Delays::of(history), wanted)
}

/// The same for an archive, part by part. Each silence takes 48 bytes of memory.
///
/// # Errors
///
/// The temporary file cannot be read.
pub fn suggest_for(
    archive: &Archive,
    wanted: SuggestionOptions,
) -> Result<(Suggestion, BTreeMap<String, Suggestion>), Unreadable> {
    Ok(times(&Delays::of_archive(archive)?, wanted))
}

fn times(
    (all, departments): &(Delays, BTreeMap<String, Delays>),
    wanted: SuggestionOptions,
) -> (Suggestion, BTreeMap<String, Suggestion>) {
    let each = departments.iter().map(|(name, delays)| (name.clone(), of(delays, wanted)));
    (of(all, wanted), each.collect())
}

fn of(silences: &Delays, wanted: SuggestionOptions) -> Suggestion {
    // A time qualifies if no longer time has a rate above the maximum.
    let counts: Vec<(i64, u64, u64)> = TIMES
        .iter()
        .map(|time| {
            let rate = silences.rate(*time, wanted.window);
            (*time, rate.closes, rate.premature)
        })
        .collect();
    let keeps = |(_, closes, premature): &&(i64, u64, u64)| {
        *closes > 0
            && premature.saturating_mul(1_000) <= wanted.premature_per_mille.saturating_mul(*closes)
    };
    let known = counts.iter().rposition(|(_, closes, _)| *closes > 0);
    let good = known.and_then(|last| {
        let known = counts.get(..=last)?;
        known.iter().rev().take_while(keeps).last().copied()
    });
    let delays = silences.answers();
    let (time, closes, premature) = good.unwrap_or_default();
    let close_after = good.map(|_| time);
    Suggestion {
        silences: silences.silences(),
        close_after,
        any_judged: known.is_some(),
        remind_after: close_after.and_then(|close| remind(&delays, close)),
        closes,
        premature,
        between: between(premature, closes),
        answers: part(&delays, 50).zip(part(&delays, 90)),
    }
}

/// A percentile of sorted delays.
fn part(sorted: &[i64], percent: usize) -> Option<i64> {
    let last = sorted.len().checked_sub(1)?;
    sorted.get(last.saturating_mul(percent) / 100).copied()
}

/// The time of the reminder: when most of those who answer without one have answered, or half-way
/// if nobody does, leaving at least a quarter of the time. Nobody is closed without a warning.
fn remind(sorted: &[i64], close_after: i64) -> Option<i64> {
    let before = sorted.partition_point(|delay| *delay < close_after);
    let usual = part(sorted.get(..before)?, 90).unwrap_or(close_after / 2);
    let latest = close_after.saturating_sub(close_after / 4);
    let whole = |time: i64| time.saturating_sub(time.checked_rem(MINUTE).unwrap_or_default());
    let fits = |time: &i64| *time <= latest;
    TIMES
        .iter()
        .copied()
        .filter(fits)
        .find(|time| *time >= usual)
        .or_else(|| TIMES.iter().copied().rfind(fits))
        .or(Some(whole(latest)))
}

#[cfg(test)]
mod tests;
