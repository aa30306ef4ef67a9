//! Evaluates due tickets: oldest first, accounts and departments in turn.

use despertador_contract::{Decision, Duration, Instant, Outcome};
use despertador_host::drain::Due;

use super::damage::{is_damage, note_damaged};
use super::ticket::LoadedTicket;
use super::transaction::{Entry, Transaction};
use super::{Account, Desk};
use crate::error::DeskError;
use crate::store::{DueRow, EntryKind, Store};

/// The result of [`Desk::poll_due`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Polled {
    /// Number of evaluated tickets.
    pub tickets: usize,
    /// The greatest delay after a deadline, in milliseconds.
    pub lateness: Duration,
    /// Whether more may be due now.
    pub more: bool,
}

impl<S: Store> Desk<S> {
    /// Evaluates at most `budget` tickets: those whose deadline has passed, and open tickets after
    /// a change of policy. Requested actions go to the outbox.
    ///
    /// # Errors
    ///
    /// See [`DeskError`].
    pub fn poll_due(&mut self, now: Instant, budget: usize) -> Result<Polled, DeskError> {
        if self.purge_at.is_some_and(|at| at <= now) {
            self.purge(now)?;
        }
        match self.poll_together(now, budget) {
            Err(error) if is_damage(&error) && !self.suspects.is_empty() => {
                self.poll_separately(now, error)
            }
            polled => polled,
        }
    }

    /// Evaluates tickets in separate commits after the commit of all of them failed, to find the
    /// damaged ones.
    fn poll_separately(&mut self, now: Instant, first: DeskError) -> Result<Polled, DeskError> {
        let suspects = std::mem::take(&mut self.suspects);
        if let [_] = suspects[..] {
            self.isolate(now, &suspects, &first)?;
            return Ok(Polled { more: true, ..Polled::default() });
        }
        let mut all = Polled { more: true, ..Polled::default() };
        for _ in suspects {
            match self.poll_together(now, 1) {
                Ok(polled) => {
                    all.tickets = all.tickets.saturating_add(polled.tickets);
                    all.lateness = all.lateness.max(polled.lateness);
                    all.more = polled.more;
                }
                Err(error) if is_damage(&error) && self.suspects.len() == 1 => {
                    let suspect = std::mem::take(&mut self.suspects);
                    self.isolate(now, &suspect, &error)?;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(all)
    }

    fn poll_together(&mut self, now: Instant, budget: usize) -> Result<Polled, DeskError> {
        self.suspects.clear();
        let lanes = self.lanes.due(now);
        let mut tx = self.begin(now);
        let mut polled = Polled::default();
        // Turns only count once this is committed.
        let mut turns = self.turns.clone();
        let taken = turns.drain(self.candidates(&lanes, now, budget)?, budget);
        let mut late = Vec::with_capacity(taken.len());
        let mut touched = Vec::with_capacity(taken.len());
        for Due { account, item: DueRow { no, due }, .. } in taken {
            touched.push((account, no));
            if self.evaluate_by_number(&mut tx, account, no)? {
                late.push(due);
                let lateness = u64::try_from(now.saturating_sub(due)).unwrap_or(0);
                polled.lateness = polled.lateness.max(lateness);
            }
        }
        polled.tickets = late.len();
        let room = budget.saturating_sub(touched.len());
        let swept = self.sweep(&mut tx, room, &mut touched)?;
        polled.tickets = polled.tickets.saturating_add(swept);
        let accounts = tx.batch.accounts.clone();
        if let Err(error) = self.commit(tx) {
            self.suspects = touched;
            return Err(error);
        }
        self.turns = turns;
        for row in accounts {
            if let Ok(account) = self.account_of_mut(row.no) {
                account.row = row;
            }
        }
        late.into_iter().for_each(|due| self.lateness.note(due, now));
        for (_, lane) in lanes {
            let earliest = self.store.earliest_due(lane)?;
            self.lanes.set(lane, earliest);
        }
        polled.more = self.next_due().is_some_and(|at| at <= now);
        Ok(polled)
    }

    /// Due tickets of each lane, enough for its share of the budget, without damaged ones.
    fn candidates(
        &self,
        lanes: &[(i64, i64)],
        now: Instant,
        budget: usize,
    ) -> Result<Vec<Due<i64, i64, DueRow>>, DeskError> {
        // Lanes of one account share its turn, so their shares are doubled.
        let share = budget.div_ceil(lanes.len().max(1)).saturating_mul(2).min(budget);
        let mut due = Vec::new();
        for (account, lane) in lanes {
            let rows = self.store.due(*lane, now, share)?;
            due.extend(rows.into_iter().map(|row| Due {
                account: *account,
                department: *lane,
                due: row.due,
                item: row,
            }));
        }
        Ok(due)
    }

    /// Evaluates the ticket with this number, and returns whether it was readable.
    fn evaluate_by_number(
        &mut self,
        tx: &mut Transaction,
        account: i64,
        no: i64,
    ) -> Result<bool, DeskError> {
        let Some(id) = self.named(tx, no, account)? else { return Ok(false) };
        let mut loaded = match self.load(tx, account, &id) {
            Ok(Some(loaded)) => loaded,
            Ok(None) => {
                let missing = format!("ticket `{id}` is not found by its id");
                note_damaged(tx, no, account, DeskError::Unreadable(missing))?;
                return Ok(false);
            }
            Err(error) => {
                note_damaged(tx, no, account, error)?;
                return Ok(false);
            }
        };
        if let Err(error) = self.evaluate(tx, &mut loaded) {
            note_damaged(tx, no, account, error)?;
            return Ok(false);
        }
        tx.put(loaded);
        Ok(true)
    }

    /// Evaluates one ticket at this instant.
    fn evaluate(
        &mut self,
        tx: &mut Transaction,
        loaded: &mut LoadedTicket,
    ) -> Result<(), DeskError> {
        if loaded.deferred.is_some() {
            return self.resume(tx, loaded);
        }
        let Account { policy, row } = self.account_of(loaded.account)?;
        let (policy, version) = (policy.clone(), row.policy);
        match loaded.conversation.tick(&policy, loaded.now(tx.now)) {
            Ok(decision) => {
                if is_new(loaded, &decision) {
                    let entry =
                        Entry { policy: version, decision: Some(&decision), ..Entry::default() };
                    tx.add_entry(loaded, EntryKind::Ticked, entry);
                }
                self.settle(tx, loaded, &decision);
            }
            Err(error) => self.defer(tx, loaded, &error),
        }
        Ok(())
    }

    /// Evaluates open tickets of accounts whose policy changed, continuing where the last call
    /// stopped.
    fn sweep(
        &mut self,
        tx: &mut Transaction,
        room: usize,
        touched: &mut Vec<(i64, i64)>,
    ) -> Result<usize, DeskError> {
        let mut swept = 0_usize;
        let sweeping: Vec<_> =
            self.accounts.iter().filter(|a| a.row.sweep.is_some()).map(|a| a.row.clone()).collect();
        let share = room.div_ceil(sweeping.len().max(1));
        for mut account in sweeping {
            if share == 0 {
                break;
            }
            let open = self.store.open_after(account.no, account.sweep.unwrap_or(0), share)?;
            account.sweep = open.last().copied().filter(|_| open.len() == share);
            for no in open {
                touched.push((account.no, no));
                if self.evaluate_by_number(tx, account.no, no)? {
                    swept = swept.saturating_add(1);
                }
            }
            tx.batch.accounts.push(account);
        }
        Ok(swept)
    }
}

/// Whether a decision differs from what the ticket already has.
fn is_new(loaded: &LoadedTicket, decision: &Decision) -> bool {
    match &decision.outcome {
        Outcome::Wait(wake) => {
            loaded.due != Some(wake.until) || loaded.next_step.as_ref() != Some(&wake.step)
        }
        Outcome::Act(action) => {
            loaded.outbox_place(&despertador_contract::key::render(&action.key)).is_none()
        }
        Outcome::Rest | Outcome::Other(_) => loaded.due.is_some(),
    }
}
