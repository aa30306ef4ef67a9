//! All work of one round in one commit.

use despertador_contract::Instant;

use super::Desk;
use super::delivery::{Delivery, DeliveryCounts, DeliveryReport};
use super::incoming::{Incoming, Receipt};
use super::poll::Polled;
use super::transaction::Transaction;
use crate::error::DeskError;
use crate::store::{OutboxChange, OutboxPlace, OutboxState, Store, WaitingRow};

/// The work of a round: what has arrived, and how much more is to be done.
#[derive(Debug, Clone, Copy, Default)]
pub struct Round<'a> {
    /// Results of claimed actions.
    pub reports: &'a [DeliveryReport],
    /// Events.
    pub incoming: &'a [Incoming],
    /// Maximum number of tickets to evaluate. Due ones are evaluated only as far as their actions
    /// can be claimed in the same round; [`Desk::poll_due`] evaluates the others.
    pub tickets: usize,
    /// Maximum number of actions to claim.
    pub actions: usize,
    /// Maximum number of claimed actions per account, including earlier ones.
    pub per_account: usize,
}

/// The result of a [`Round`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RoundResult {
    /// Counts of the results.
    pub counts: DeliveryCounts,
    /// The receipts of the events, in their order.
    pub receipts: Vec<Receipt>,
    /// The evaluated tickets.
    pub polled: Polled,
    /// The claimed actions, to be carried out now.
    pub deliveries: Vec<Delivery>,
}

impl<S: Store> Desk<S> {
    /// Records results, then events, evaluates due tickets, and claims actions: as
    /// [`record_deliveries`](Self::record_deliveries), [`record_events`](Self::record_events),
    /// [`poll_due`](Self::poll_due) and
    /// [`claim_deliveries_per_account`](Self::claim_deliveries_per_account) do one after the other,
    /// but in one commit. An action that is requested in this round is claimed without being read or
    /// evaluated again: nothing can have changed since.
    ///
    /// # Errors
    ///
    /// See [`DeskError`]; nothing was recorded or claimed. A single ticket that cannot be read or
    /// written fails the whole round; the four methods then move it aside.
    pub fn run_round(&mut self, now: Instant, round: &Round<'_>) -> Result<RoundResult, DeskError> {
        // Rows that were picked for nothing are read again.
        self.try_round(now, round).inspect_err(|_| self.queues.forget())
    }

    fn try_round(&mut self, now: Instant, round: &Round<'_>) -> Result<RoundResult, DeskError> {
        self.suspects.clear();
        let mut tx = self.begin(now);
        let counts = self.record_reports(&mut tx, round.reports)?;
        let receipts = self.record_all(&mut tx, round.incoming)?;
        if round.actions == 0 && round.tickets == 0 {
            self.commit(tx)?;
            return Ok(RoundResult { counts, receipts, ..RoundResult::default() });
        }
        let slots = self.slots(now, round.actions, round.per_account);
        self.offer_requested(&mut tx);
        let pass = self.evaluate_due(&mut tx, round.tickets, Some(&slots))?;
        self.offer_requested(&mut tx);
        let claim = self.claim_due(&mut tx, slots)?;
        self.commit(tx)?;
        // It is stored: what fails from here on is noted and tried again.
        let polled = self.note_pass(now, pass).unwrap_or_else(|error| self.in_trouble(now, error));
        let (deliveries, unfit) = self.note_claim(now, claim);
        if !unfit.is_empty() {
            self.record_deliveries(now, &unfit).unwrap_or_else(|error| self.in_trouble(now, error));
        }
        Ok(RoundResult { counts, receipts, polled, deliveries })
    }

    fn in_trouble<R: Default>(&mut self, now: Instant, error: DeskError) -> R {
        self.note_trouble(now, error);
        R::default()
    }

    /// Makes the actions ready that were requested in a transaction.
    fn offer_requested(&mut self, tx: &mut Transaction) {
        let begun = tx.offered.last().map_or(0, |place| place.saturating_add(1));
        for (place, change) in tx.batch.outbox.iter().enumerate().skip(begun) {
            let OutboxChange::Put(row) = change else { continue };
            if row.state != OutboxState::Waiting || row.attempts > 0 || row.next > tx.now {
                continue;
            }
            let waiting = WaitingRow {
                // Behind all rows that were due before.
                place: OutboxPlace { next: row.next, row: i64::MAX },
                key: row.key.clone(),
                lane: row.lane,
                ticket: row.ticket,
            };
            if self.queues.offer(row.account, waiting) {
                tx.offered.push(place);
            }
        }
    }
}
