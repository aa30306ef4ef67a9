//! Tickets on which the plugin fails: set aside, seen by people, tried again later.
//!
//! While a ticket is set aside nothing is decided about it and nothing is carried out. What
//! happens to it is taken down, and the plugin is told of all of it, in order, before it is asked
//! for anything: a reply that it could not hear of at once still stops a close.

use despertador_contract::Instant;
use despertador_contract::event_log::Row;
use despertador_host::{CallError, Policy};
use serde_json::json;

use super::budget::Before;
use super::hear::{Unheard, play};
use super::ticket::Kept;
use super::work::{Entry, Work};
use super::{Account, Desk};
use crate::error::DeskError;
use crate::store::{EntryKind, Store};

/// The pause until a ticket is tried again, doubled by each further failure.
const FIRST_PAUSE: i64 = 2_000;
const LONGEST_PAUSE: i64 = 3_600_000;

impl<S: Store> Desk<S> {
    /// Sets a ticket aside. What it asks for is withdrawn until the plugin asks again.
    pub(super) fn park(&mut self, work: &mut Work, kept: &mut Kept, error: &CallError) {
        let why = error.to_string();
        work.enter(
            kept,
            EntryKind::Parked,
            Entry { note: Some(json!({ "why": why })), ..Entry::default() },
        );
        let doubled = u32::try_from(kept.failures.min(20)).unwrap_or(0);
        let pause = FIRST_PAUSE.checked_shl(doubled).unwrap_or(LONGEST_PAUSE).min(LONGEST_PAUSE);
        let again = work.now.saturating_add(pause);
        let again = error.retry_at().map_or(again, |at| at.max(again));
        if kept.parked.is_none() {
            let counts = work.count(kept.account);
            counts.parked = counts.parked.saturating_add(1);
        }
        kept.failures = kept.failures.saturating_add(1);
        kept.set_aside(Some(why));
        // Not all in the same instant: after a quarantine the first one tells of the others.
        let apart = kept.no.rem_euclid(997);
        kept.wake_at(Some(again.saturating_add(apart)), None);
        if kept.lane == 0 {
            self.take_lane(work, kept);
        }
        let mut index = 0;
        while let Some(row) = kept.outbox.get(index) {
            if row.state.is_open() && !self.is_leased(kept.account, &row.key, work.now) {
                work.withdraw(kept, index, "the plugin cannot say whether it is still wanted");
            } else {
                index = index.saturating_add(1);
            }
        }
    }

    /// Tells the plugin what it has not heard of, and asks it what is due.
    pub(super) fn resume(&mut self, work: &mut Work, kept: &mut Kept) -> Result<(), DeskError> {
        let Account { policy, row } = self.account_of(kept.account)?;
        let (policy, version) = (policy.clone(), row.policy);
        let unheard = match kept.unheard {
            Some(first) => self.unheard_since(kept.last, first)?,
            None => Vec::new(),
        };
        let before = kept.clone();
        let now = kept.now(work.now);
        match catch_up(&policy, kept, &unheard, now) {
            Ok(()) => {}
            Err(error) => {
                *kept = before;
                self.park(work, kept, &error);
                return Ok(());
            }
        }
        match kept.conversation.tick(&policy, now) {
            Ok(decision) => {
                Before::of(&before).note(work, kept);
                kept.set_aside(None);
                kept.failures = 0;
                kept.unheard = None;
                let entry =
                    Entry { policy: version, decision: Some(&decision), ..Entry::default() };
                work.enter(kept, EntryKind::Resumed, entry);
                self.settle(work, kept, &decision);
            }
            Err(error) => {
                *kept = before;
                self.park(work, kept, &error);
            }
        }
        Ok(())
    }

    /// What happened to a ticket and was not told, in order.
    fn unheard_since(&self, last: i64, first: i64) -> Result<Vec<Row>, DeskError> {
        let mut rows = Vec::new();
        let mut seq = last;
        while seq >= first {
            let Some(entry) = self.store.entry(seq)? else { break };
            if entry.kind == EntryKind::Unheard {
                rows.push(stored_row(entry.row.as_deref().unwrap_or_default())?);
            }
            seq = entry.previous;
        }
        rows.reverse();
        Ok(rows)
    }
}

/// A row of the journal.
pub(crate) fn stored_row(text: &str) -> Result<Row, DeskError> {
    Row::from_json(text).map_err(|wrong| {
        DeskError::Unreadable(format!("an entry of the journal cannot be read: {wrong}"))
    })
}

/// Tells the plugin of these; what it refuses it will refuse at any time.
pub(crate) fn catch_up(
    policy: &Policy,
    kept: &mut Kept,
    rows: &[Row],
    now: Instant,
) -> Result<(), CallError> {
    for row in rows {
        match play(policy, kept, row, now) {
            Ok(_) | Err(Unheard::Refused(_)) => {}
            Err(Unheard::Failed(error)) => return Err(error),
        }
    }
    Ok(())
}
