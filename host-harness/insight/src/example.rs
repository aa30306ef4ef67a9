//! Examples: the conversations behind a figure.

use std::collections::HashMap;

use despertador_contract::Instant;
use despertador_host::{CallError, Policy};

use crate::backtest::{Outcome, Settings, play};
use crate::figures::Judged;
use crate::history::{History, RecordedTicket};

/// A prematurely closed ticket with its records.
#[derive(Debug, Clone)]
pub struct Example<'h> {
    /// The recorded ticket.
    pub recorded: &'h RecordedTicket,
    /// Its department, if known.
    pub department: Option<&'h str>,
    /// The outcome under the policy.
    pub outcome: Outcome,
    /// When it would have been closed.
    pub closed: Instant,
    /// When the customer wrote after that.
    pub wrote: Instant,
}

/// Plays the prematurely closed tickets again: at most `most` of them, those with the earliest
/// return of the customer first.
///
/// The settings must be those of the backtest.
///
/// # Errors
///
/// The first call on which the plugin failed.
pub fn examples<'h>(
    history: &'h History,
    judged: &Judged,
    policy: &Policy,
    settings: &Settings,
    most: usize,
) -> Result<Vec<Example<'h>>, CallError> {
    let mut soonest: Vec<&(String, Instant, Instant)> = judged.premature.iter().collect();
    soonest.sort_by_key(|(_, closed, wrote)| wrote.saturating_sub(*closed));
    soonest.truncate(most);
    let wanted: HashMap<&str, usize> =
        (0_usize..).zip(&soonest).map(|(place, (ticket, ..))| (ticket.as_str(), place)).collect();
    let ends = history.ends().unwrap_or_default();
    let mut session = policy.session();
    let mut found = Vec::with_capacity(soonest.len());
    for recorded in &history.tickets {
        let Some(place) = wanted.get(recorded.id.as_str()) else { continue };
        let Some((_, closed, wrote)) = soonest.get(*place) else { continue };
        let department = history.department(recorded);
        let outcome = play(recorded, department, &mut session, settings, ends)?;
        let example = Example { recorded, department, outcome, closed: *closed, wrote: *wrote };
        found.push((*place, example));
    }
    found.sort_by_key(|(place, _)| *place);
    Ok(found.into_iter().map(|(_, example)| example).collect())
}
