//! Evaluates due tickets: oldest first, accounts and departments in turn.

use std::collections::HashMap;

use despertador_contract::{Decision, Duration, Instant, Outcome};
use despertador_host::drain::{Due, Turns};

use super::damage::{is_damage, note_damaged};
use super::delivery::Slots;
use super::ticket::LoadedTicket;
use super::transaction::{Entry, Transaction};
use super::{Account, Desk};
use crate::error::DeskError;
use crate::store::{AccountRow, DueRow, EntryKind, Store};

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

/// Tickets evaluated in a transaction, to be noted after its commit.
#[derive(Default)]
pub(super) struct Pass {
    turns: Turns<i64, i64>,
    /// What was read of each lane.
    lanes: HashMap<i64, LaneRead>,
    /// Deadlines of the evaluated tickets.
    late: Vec<Instant>,
    /// Account and number of the tickets.
    touched: Vec<(i64, i64)>,
    /// Accounts whose tickets were evaluated after a change of policy.
    swept: Vec<AccountRow>,
    polled: Polled,
}

/// The deadlines that were read of a lane, the oldest first.
struct LaneRead {
    rows: Vec<Instant>,
    /// Whether there may be more behind them.
    is_cut: bool,
    /// How many of them were evaluated.
    taken: usize,
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
        let mut tx = self.begin(now);
        let pass = self.evaluate_due(&mut tx, budget, None)?;
        if let Err(error) = self.commit(tx) {
            self.suspects = pass.touched;
            return Err(error);
        }
        self.note_pass(now, pass)
    }

    /// Evaluates at most `budget` due tickets, and open tickets after a change of policy, in a
    /// transaction. With `slots` only so many are evaluated of those that are due that their actions
    /// can be claimed.
    pub(super) fn evaluate_due(
        &mut self,
        tx: &mut Transaction,
        budget: usize,
        slots: Option<&Slots>,
    ) -> Result<Pass, DeskError> {
        // Turns only count once this is committed.
        let mut pass = Pass { turns: self.turns.clone(), ..Pass::default() };
        let most = slots.map_or(budget, |slots| slots.budget.min(budget));
        let due = self.candidates(&mut pass, tx.now, most, slots)?;
        for Due { account, department: lane, item: DueRow { no, due }, .. } in
            pass.turns.drain_part(due, most)
        {
            pass.touched.push((account, no));
            if let Some(bound) = pass.lanes.get_mut(&lane) {
                bound.taken = bound.taken.saturating_add(1);
            }
            if self.evaluate_by_number(tx, account, no)? {
                pass.late.push(due);
                let lateness = u64::try_from(tx.now.saturating_sub(due)).unwrap_or(0);
                pass.polled.lateness = pass.polled.lateness.max(lateness);
            }
        }
        let left = budget.saturating_sub(pass.touched.len());
        let swept = self.sweep(tx, left, &mut pass.touched)?;
        pass.polled.tickets = pass.late.len().saturating_add(swept);
        pass.swept = tx.batch.accounts.clone();
        Ok(pass)
    }

    /// Notes evaluated tickets after their commit.
    pub(super) fn note_pass(&mut self, now: Instant, pass: Pass) -> Result<Polled, DeskError> {
        self.turns = pass.turns;
        for row in pass.swept {
            if let Ok(account) = self.account_of_mut(row.no) {
                account.row = row;
            }
        }
        pass.late.into_iter().for_each(|due| self.lateness.note(due, now));
        for (lane, bound) in pass.lanes {
            let earliest = match bound.rows.get(bound.taken).or(bound.rows.last()) {
                Some(due) if bound.taken < bound.rows.len() || bound.is_cut => Some(*due),
                _ => self.store.earliest_due(lane)?,
            };
            self.lanes.set(lane, earliest);
        }
        let mut polled = pass.polled;
        polled.more = self.next_due().is_some_and(|at| at <= now);
        Ok(polled)
    }

    /// Due tickets of the lanes that come next, enough for their shares of the budget, without
    /// damaged ones.
    fn candidates(
        &self,
        pass: &mut Pass,
        now: Instant,
        budget: usize,
        slots: Option<&Slots>,
    ) -> Result<Vec<Due<i64, i64, DueRow>>, DeskError> {
        // What is ready to be claimed comes before what is evaluated now.
        let room = |account| {
            slots.map_or(budget, |slots| {
                let ready = self.queues.ready_count(account, now);
                ready.map_or(0, |ready| slots.room(account).saturating_sub(ready))
            })
        };
        let all = self.lanes.due(now);
        // Not each time: it takes a step for every account.
        if pass.turns.accounts() > all.len().saturating_mul(2) {
            pass.turns.retain(|account| {
                let behind = all.partition_point(|(due, _)| due < account);
                all.get(behind).is_some_and(|(due, _)| due == account)
            });
        }
        // The first `budget` accounts get one ticket each; nobody else would get a turn.
        let last = pass.turns.last().copied();
        let behind = all.partition_point(|(account, _)| last.is_some_and(|last| *account <= last));
        let (before, after) = all.split_at(behind);
        let mut lanes = Vec::new();
        let (mut accounts, mut latest) = (0_usize, None);
        for (account, lane) in after.iter().chain(before) {
            if latest != Some(*account) {
                if accounts >= budget || room(*account) == 0 {
                    continue;
                }
                (accounts, latest) = (accounts.saturating_add(1), Some(*account));
            }
            lanes.push((*account, *lane));
        }
        // Lanes of one account share its turn, so their shares are doubled.
        let share = budget.div_ceil(lanes.len().max(1)).saturating_mul(2).min(budget);
        let mut due = Vec::new();
        for (account, lane) in lanes {
            let limit = share.min(room(account));
            let rows = self.store.due(lane, now, limit)?;
            let bound = LaneRead {
                rows: rows.iter().map(|row| row.due).collect(),
                is_cut: rows.len() >= limit,
                taken: 0,
            };
            pass.lanes.insert(lane, bound);
            due.extend(rows.into_iter().map(|row| Due {
                account,
                department: lane,
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
        let known = self.cache.id(no).map(str::to_owned);
        let Some(id) = known.map_or_else(|| self.named(tx, no, account), |id| Ok(Some(id)))? else {
            return Ok(false);
        };
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
                loaded.note_requested(&decision, tx.now, version);
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
