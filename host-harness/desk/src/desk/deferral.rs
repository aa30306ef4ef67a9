//! Tickets that the plugin cannot evaluate: deferred, listed for people, tried again later.
//!
//! While a ticket is deferred, nothing is decided and nothing is carried out. Its events are
//! written to the journal, and the plugin records all of them, in order, before it evaluates the
//! ticket again: a deferred reply still stops a close.

use despertador_contract::Instant;
use despertador_contract::event_log::Row;
use despertador_host::{CallError, Policy};
use serde_json::json;

use super::budget::Before;
use super::record::{RecordError, evaluate_row};
use super::ticket::LoadedTicket;
use super::transaction::{Entry, Transaction};
use super::{Account, Desk};
use crate::error::DeskError;
use crate::store::{EntryKind, Store};

/// The pause before another attempt, in milliseconds; doubled after each failure.
const FIRST_PAUSE_MS: i64 = 2_000;
const LONGEST_PAUSE_MS: i64 = 3_600_000;

impl<S: Store> Desk<S> {
    /// Defers a ticket and withdraws its actions until the plugin requests them again.
    pub(super) fn defer(
        &mut self,
        tx: &mut Transaction,
        loaded: &mut LoadedTicket,
        error: &CallError,
    ) {
        let why = error.to_string();
        tx.add_entry(
            loaded,
            EntryKind::Deferred,
            Entry { note: Some(json!({ "why": why })), ..Entry::default() },
        );
        let doubled = u32::try_from(loaded.failures.min(20)).unwrap_or(0);
        let pause =
            FIRST_PAUSE_MS.checked_shl(doubled).unwrap_or(LONGEST_PAUSE_MS).min(LONGEST_PAUSE_MS);
        let again = tx.now.saturating_add(pause);
        let again = error.retry_at().map_or(again, |at| at.max(again));
        if loaded.deferred.is_none() {
            let counts = tx.count(loaded.account);
            counts.deferred = counts.deferred.saturating_add(1);
        }
        loaded.failures = loaded.failures.saturating_add(1);
        loaded.set_deferred(Some(why));
        // Spread over a second, so that the first ticket after a quarantine shows whether the
        // plugin works.
        let apart = loaded.no.rem_euclid(997);
        loaded.schedule(Some(again.saturating_add(apart)), None);
        if loaded.lane == 0 {
            self.assign_lane(tx, loaded);
        }
        let mut index = 0;
        while let Some(row) = loaded.outbox.get(index) {
            if row.state.is_open() && !self.is_leased(loaded.account, &row.key, tx.now) {
                tx.withdraw(loaded, index, "the plugin cannot say whether it is still wanted");
            } else {
                index = index.saturating_add(1);
            }
        }
    }

    /// Has the plugin record the pending events, then evaluates the ticket.
    pub(super) fn resume(
        &mut self,
        tx: &mut Transaction,
        loaded: &mut LoadedTicket,
    ) -> Result<(), DeskError> {
        let Account { policy, row } = self.account_of(loaded.account)?;
        let (policy, version) = (policy.clone(), row.policy);
        let pending = match loaded.pending {
            Some(first) => self.pending_since(loaded.no, loaded.last, first)?,
            None => Vec::new(),
        };
        let before = loaded.clone();
        let now = loaded.now(tx.now);
        match record_pending_rows(&policy, loaded, &pending, now) {
            Ok(()) => {}
            Err(error) => {
                *loaded = before;
                self.defer(tx, loaded, &error);
                return Ok(());
            }
        }
        match loaded.conversation.tick(&policy, now) {
            Ok(decision) => {
                Before::of(&before).note(tx, loaded);
                loaded.set_deferred(None);
                loaded.failures = 0;
                loaded.pending = None;
                let entry =
                    Entry { policy: version, decision: Some(&decision), ..Entry::default() };
                tx.add_entry(loaded, EntryKind::Resumed, entry);
                self.settle(tx, loaded, &decision);
            }
            Err(error) => {
                *loaded = before;
                self.defer(tx, loaded, &error);
            }
        }
        Ok(())
    }

    /// The pending events of a ticket, in order.
    fn pending_since(&self, no: i64, last: i64, first: i64) -> Result<Vec<Row>, DeskError> {
        let mut rows = Vec::new();
        let mut seq = last;
        while seq >= first {
            let Some(entry) = self.store.entry(no, seq)? else { break };
            if entry.kind == EntryKind::Pending {
                rows.push(stored_row(entry.row.as_deref().unwrap_or_default())?);
            }
            seq = entry.previous;
        }
        rows.reverse();
        Ok(rows)
    }
}

/// Reads a row of the journal.
pub(crate) fn stored_row(text: &str) -> Result<Row, DeskError> {
    Row::from_json(text).map_err(|wrong| {
        DeskError::Unreadable(format!("an entry of the journal cannot be read: {wrong}"))
    })
}

/// Has the plugin record these rows. Refused rows are skipped: they will always be refused.
pub(crate) fn record_pending_rows(
    policy: &Policy,
    loaded: &mut LoadedTicket,
    rows: &[Row],
    now: Instant,
) -> Result<(), CallError> {
    for row in rows {
        match evaluate_row(policy, loaded, row, now) {
            Ok(_) | Err(RecordError::Refused(_)) => {}
            Err(RecordError::Failed(error)) => return Err(error),
        }
    }
    Ok(())
}
