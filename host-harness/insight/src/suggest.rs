//! Times for a policy, from how long customers took to answer.

use std::collections::BTreeMap;

use despertador_host::contract::Instant;

use crate::archive::Archive;
use crate::history::{History, Recorded};
use crate::read::Unreadable;

/// A silence: since the company's last word, until the customer wrote, if they did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Silence {
    since: Instant,
    answered: Option<Instant>,
}

/// What is wanted of a suggestion.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wanted {
    /// The most closes of a thousand that may be premature.
    pub premature_per_mille: u64,
    /// A close is premature if the customer writes within this time after it, in milliseconds.
    pub window: i64,
}

/// Times for one department, or for all.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion {
    /// Silences that were looked at.
    pub silences: u64,
    /// When the ticket is closed, after the company's last word, in milliseconds; none where no time
    /// up to ninety days keeps the rate.
    pub close_after: Option<i64>,
    /// When the customer is reminded before that.
    pub remind_after: Option<i64>,
    /// Silences that would have been closed then and of which it is known whether that was right.
    pub closes: u64,
    /// Of these, those after which the customer wrote within the window.
    pub premature: u64,
    /// Where the true rate lies, nine times of ten, of a thousand: the fewer closes, the wider.
    pub between: (u64, u64),
    /// Half of the answers came within this time, and nine of ten within that.
    pub answers: Option<(i64, i64)>,
}

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Times that people choose among.
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

/// Times for all tickets together, and for each department that has one.
#[must_use]
pub fn suggest(history: &History, wanted: Wanted) -> (Suggestion, BTreeMap<String, Suggestion>) {
    let mut found = Found::default();
    for recorded in &history.tickets {
        found.add(history.department(recorded), recorded);
    }
    found.suggest(wanted, history.ends().unwrap_or_default())
}

/// The same for an archive, a part of it at a time. Each silence takes 24 bytes of memory.
///
/// # Errors
///
/// What was put on disk cannot be read.
pub fn suggest_for(
    archive: &Archive,
    wanted: Wanted,
) -> Result<(Suggestion, BTreeMap<String, Suggestion>), Unreadable> {
    let mut found = Found::default();
    for number in 0..archive.spool.parts() {
        for recorded in archive.part(number)?.tickets {
            found.add(archive.department(&recorded), &recorded);
        }
    }
    Ok(found.suggest(wanted, archive.ends().unwrap_or_default()))
}

/// The silences of each department, and of tickets without one.
#[derive(Default)]
struct Found {
    departments: BTreeMap<String, Vec<Silence>>,
    others: Vec<Silence>,
}

impl Found {
    fn add(&mut self, department: Option<&str>, recorded: &Recorded) {
        let silences = silences(recorded);
        match department {
            None => self.others.extend(silences),
            Some(name) => match self.departments.get_mut(name) {
                Some(known) => known.extend(silences),
                None => drop(self.departments.insert(name.to_owned(), silences)),
            },
        }
    }

    fn suggest(&self, wanted: Wanted, ends: Instant) -> (Suggestion, BTreeMap<String, Suggestion>) {
        let mut all: Vec<&[Silence]> = self.departments.values().map(Vec::as_slice).collect();
        all.push(&self.others);
        let each = self.departments.iter();
        let each = each.map(|(name, silences)| (name.clone(), of(&[silences], wanted, ends)));
        (of(&all, wanted, ends), each.collect())
    }
}

/// The silences of a ticket: those that the company's last word before the customer's next begins.
fn silences(recorded: &Recorded) -> Vec<Silence> {
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

    /// Whether a close after this time would have been premature; none where it would not have come,
    /// or where the history ends too early to know.
    fn premature(&self, close_after: i64, window: i64, ends: Instant) -> Option<bool> {
        let last = close_after.saturating_add(window);
        match self.lasted() {
            Some(lasted) if lasted <= close_after => None,
            Some(lasted) => Some(lasted <= last),
            None => (self.since.saturating_add(last) <= ends).then_some(false),
        }
    }
}

fn of(silences: &[&[Silence]], wanted: Wanted, ends: Instant) -> Suggestion {
    let silences = || silences.iter().copied().flatten();
    let count = |close_after: i64| {
        let mut counted = (0_u64, 0_u64);
        for silence in silences() {
            if let Some(premature) = silence.premature(close_after, wanted.window, ends) {
                counted.0 = counted.0.saturating_add(1);
                counted.1 = counted.1.saturating_add(u64::from(premature));
            }
        }
        counted
    };
    // A time is good if no longer one is worse than wanted.
    let counts: Vec<(i64, u64, u64)> = TIMES
        .iter()
        .map(|time| {
            let (closes, premature) = count(*time);
            (*time, closes, premature)
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
    let mut delays: Vec<i64> = silences().filter_map(Silence::lasted).collect();
    delays.sort_unstable();
    let (time, closes, premature) = good.unwrap_or_default();
    let close_after = good.map(|_| time);
    Suggestion {
        silences: u64::try_from(silences().count()).unwrap_or(u64::MAX),
        close_after,
        remind_after: close_after.and_then(|close| remind(&delays, close)),
        closes,
        premature,
        between: between(premature, closes),
        answers: part(&delays, 50).zip(part(&delays, 90)),
    }
}

/// The delay within which so many of a hundred came.
fn part(sorted: &[i64], percent: usize) -> Option<i64> {
    let last = sorted.len().checked_sub(1)?;
    sorted.get(last.saturating_mul(percent) / 100).copied()
}

/// When most who answer by themselves before the close have answered, or half-way where nobody does;
/// and so that a quarter of the time is left after it. Nobody is closed without warning.
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

/// Wilson's interval of nine in ten, of a thousand.
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "parts of a thousand of counts far below what a double tells apart"
)]
fn between(hits: u64, of: u64) -> (u64, u64) {
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
mod tests;
