//! Tickets that cannot be read or written: moved aside once, counted and logged, so that all
//! others go on.
//!
//! A ticket is damaged when its facts, its journal or the pages they lie on cannot be read, or
//! when a commit fails for what it changes. It is neither woken nor are its actions delivered:
//! nobody is closed for it. Whatever is told of it is tried all the same, and when that succeeds
//! the ticket is a ticket like any other again.

use despertador_contract::Instant;

use super::transaction::Transaction;
use super::{Desk, LoadedTicket};
use crate::error::DeskError;
use crate::store::{Batch, DamagedRow, Store, StoreError, StoreProblem};

impl<S: Store> Desk<S> {
    /// Tickets that were moved aside because they cannot be read or written.
    ///
    /// # Errors
    ///
    /// See [`DeskError`].
    pub fn query_damaged(&self) -> Result<Vec<DamagedRow>, DeskError> {
        Ok(self.store.damaged()?)
    }

    /// How many tickets were moved aside.
    #[must_use]
    pub fn damaged_count(&self) -> usize {
        self.damaged.len()
    }

    pub(super) fn is_damaged(&self, ticket: i64) -> bool {
        !self.damaged.is_empty() && self.damaged.contains(&ticket)
    }

    /// Takes a ticket in hand, if there is one that can be read.
    pub(super) fn load_readable(
        &mut self,
        tx: &mut Transaction,
        account: i64,
        id: &str,
    ) -> Result<Option<LoadedTicket>, DeskError> {
        match self.load(tx, account, id) {
            Err(error) if is_damage(&error) => {
                // The index may be whole where the ticket's own page is not.
                if let Ok(Some(no)) = self.store.ticket_number(account, id) {
                    move_aside(tx, no, account, &error);
                }
                Ok(None)
            }
            picked => picked,
        }
    }

    /// The account and the id of a ticket; one that has none is moved aside.
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

    /// Moves tickets aside in a commit of their own, after one that was to change them has failed.
    ///
    /// # Errors
    ///
    /// That failed too: the damage is not theirs alone.
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

    /// What a commit has moved aside, and what it has found whole.
    pub(super) fn note_damage(&mut self, batch: &Batch) {
        for no in &batch.repaired {
            self.damaged.remove(no);
        }
        for row in &batch.damaged {
            if self.damaged.insert(row.ticket) {
                tracing::error!(
                    account = row.account,
                    ticket = row.ticket,
                    "a ticket was moved aside, the others go on: {}",
                    row.why
                );
            }
        }
    }

    /// A ticket that could be read after all.
    pub(super) fn note_repair(&self, tx: &mut Transaction, loaded: &LoadedTicket) {
        if self.is_damaged(loaded.no) && !tx.batch.repaired.contains(&loaded.no) {
            tx.batch.repaired.push(loaded.no);
        }
    }

    /// The ticket of an account by its id, as far as the index knows it.
    pub(super) fn suspect(&self, account: &str, id: &str) -> Option<(i64, i64)> {
        let account = self.account(account).ok()?.row.no;
        let no = self.store.ticket_number(account, id).ok()??;
        Some((account, no))
    }
}

/// Whether an error is about what is stored and not about storing: nothing else need fail for it.
pub(super) fn is_damage(error: &DeskError) -> bool {
    matches!(
        error,
        DeskError::Unreadable(_)
            | DeskError::Store(StoreError { problem: StoreProblem::Corrupt, .. })
    )
}

/// Moves a ticket aside for an error that is its own.
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

/// What an error says of a ticket whose rows cannot be read.
pub(super) fn unreadable(id: &str, error: StoreError) -> DeskError {
    match error.problem {
        StoreProblem::Corrupt => {
            DeskError::Unreadable(format!("ticket `{id}` cannot be read: {error}"))
        }
        _ => error.into(),
    }
}
