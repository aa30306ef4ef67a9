//! The conversations behind a number.

use std::collections::HashMap;

use despertador_contract::Instant;
use despertador_host::{CallError, Policy};

use crate::backtest::{Outcome, Settings, play};
use crate::figures::Judged;
use crate::history::{History, RecordedTicket};

/// A ticket that was closed too early, with all that happened to it.
#[derive(Debug, Clone)]
pub struct Example<'h> {
    /// What was recorded.
    pub recorded: &'h RecordedTicket,
    /// Its department, where one is named.
    pub department: Option<&'h str>,
    /// What the policy would have done.
    pub outcome: Outcome,
    /// When it would have been closed.
    pub closed: Instant,
    /// When the customer wrote after that.
    pub wrote: Instant,
}

/// The tickets that a policy would have closed too early, played once more: at most so many, and
/// those first to which the customer came back soonest.
///
/// The settings are those that the history was judged with.
///
/// # Errors
///
/// The first call that the plugin did not answer.
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
