//! Tickets that cannot be read or written: they are moved aside once, counted and logged, so that
//! all others continue.
//!
//! A ticket is damaged if its facts, its journal or their pages cannot be read, or if a commit
//! fails because of it. It is not evaluated and its actions are not delivered, so nobody is closed
//! because of damage. New events are still tried, and once one succeeds the ticket is an ordinary
//! one again.

use despertador_contract::Instant;

use super::transaction::Transaction;
use super::{Desk, LoadedTicket};
use crate::error::DeskError;
use crate::store::{Batch, DamagedRow, Store, StoreError, StoreProblem};

impl<S: Store> Desk<S> {
    /// Tickets moved aside because they cannot be read or written.
    ///
    /// # Errors
    ///
    /// See [`DeskError`].
    pub fn query_damaged(&self) -> Result<Vec<DamagedRow>, DeskError> {
        Ok(self.store.damaged()?)
    }

    /// Number of tickets moved aside.
    #[must_use]
    pub fn damaged_count(&self) -> usize {
        self.damaged.len()
    }

    pub(super) fn is_damaged(&self, ticket: i64) -> bool {
        !self.damaged.is_empty() && self.damaged.contains(&ticket)
    }

    /// Loads a ticket, if it exists and can be read.
    pub(super) fn load_readable(
        &mut self,
        tx: &mut Transaction,
        account: i64,
        id: &str,
    ) -> Result<Option<Box<LoadedTicket>>, DeskError> {
        match self.load(tx, account, id) {
            Err(error) if is_damage(&error) => {
                // The index may be readable although the ticket's own page is not.
                if let Ok(Some(no)) = self.store.ticket_number(account, id) {
                    move_aside(tx, no, account, &error);
                }
                Ok(None)
            }
            picked => picked,
        }
    }

    /// The account and the id of a ticket. A ticket without them is moved aside.
    pub(super) fn named(
        &self,
        tx: &mut Transaction,
        no: i64,
        account: i64,
    ) -> Result<Option<String>, DeskError> {
        let missing = || DeskError::Unreadable(format!("ticket number {no} is not there"));
        let error = match self.store.ticket_id(no) {
            Ok(Some(id)) => return Ok(Some(id)),
            Ok(None) => missing(),
            Err(error) => error.into(),
        };
        note_damaged(tx, no, account, error)?;
        Ok(None)
    }

    /// Moves tickets aside in a separate commit, after the commit of their changes failed.
    ///
    /// # Errors
    ///
    /// That commit failed too: more than these tickets is damaged.
    pub(super) fn isolate(
        &mut self,
        now: Instant,
        tickets: &[(i64, i64)],
        error: &DeskError,
    ) -> Result<(), DeskError> {
        let mut tx = self.begin(now);
        for (account, no) in tickets {
            move_aside(&mut tx, *no, *account, error);
        }
        self.commit(tx)
    }

    /// Updates the set of damaged tickets after a commit.
    pub(super) fn note_damage(&mut self, batch: &Batch) {
        for no in &batch.repaired {
            self.damaged.remove(no);
        }
        for row in &batch.damaged {
            if self.damaged.insert(row.ticket) {
                tracing::error!(
                    account = row.account,
                    ticket = row.ticket,
                    "a ticket was moved aside, the others continue: {}",
                    row.why
                );
            }
        }
    }

    /// Notes that a damaged ticket could be read.
    pub(super) fn note_repair(&self, tx: &mut Transaction, loaded: &LoadedTicket) {
        if self.is_damaged(loaded.no) && !tx.batch.repaired.contains(&loaded.no) {
            tx.batch.repaired.push(loaded.no);
        }
    }

    /// Account and number of a ticket, from the index.
    pub(super) fn suspect(&self, account: &str, id: &str) -> Option<(i64, i64)> {
        let account = self.account(account).ok()?.row.no;
        let no = self.store.ticket_number(account, id).ok()??;
        Some((account, no))
    }
}

/// Whether an error concerns stored data, so that other tickets can continue.
pub(super) fn is_damage(error: &DeskError) -> bool {
    matches!(
        error,
        DeskError::Unreadable(_)
            | DeskError::Store(StoreError { problem: StoreProblem::Corrupt, .. })
    )
}

/// Moves a ticket aside because of an error of its own.
///
/// # Errors
///
/// Any other error.
pub(super) fn note_damaged(
    tx: &mut Transaction,
    no: i64,
    account: i64,
    error: DeskError,
) -> Result<(), DeskError> {
    if !is_damage(&error) {
        return Err(error);
    }
    move_aside(tx, no, account, &error);
    Ok(())
}

fn move_aside(tx: &mut Transaction, no: i64, account: i64, error: &DeskError) {
    tx.batch.repaired.retain(|known| *known != no);
    if !tx.batch.damaged.iter().any(|row| row.ticket == no) {
        let why = error.to_string();
        tx.batch.damaged.push(DamagedRow { ticket: no, account, at: tx.now, why });
    }
}

/// The error for a ticket whose rows cannot be read.
pub(super) fn unreadable(id: &str, error: StoreError) -> DeskError {
    match error.problem {
        StoreProblem::Corrupt => {
            DeskError::Unreadable(format!("ticket `{id}` cannot be read: {error}"))
        }
        _ => error.into(),
    }
}
