//! What is due, looked at: oldest first, accounts and departments in turn.

use despertador_contract::{Decision, Duration, Instant, Outcome};
use despertador_host::drain::Due;

use super::damage::{contain, is_damage};
use super::ticket::Kept;
use super::work::{Entry, Work};
use super::{Account, Desk};
use crate::error::DeskError;
use crate::store::{DueRow, EntryKind, Store, StoreProblem};

/// When a lane whose index cannot be read is looked at again, in milliseconds.
const LATER: i64 = 60_000;

/// What a call of [`Desk::poll_due`] has done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Woken {
    /// How many tickets were looked at.
    pub tickets: usize,
    /// How much later than its deadline the latest of them was, in milliseconds.
    pub lateness: Duration,
    /// Whether there may be more to do at once.
    pub more: bool,
}

impl<S: Store> Desk<S> {
    /// Looks at tickets whose deadline has passed, at most so many, and at those that a change of
    /// policy may concern. Actions that become due go into the outbox.
    ///
    /// # Errors
    ///
    /// See [`DeskError`].
    pub fn poll_due(&mut self, now: Instant, budget: usize) -> Result<Woken, DeskError> {
        if self.purge_at.is_some_and(|at| at <= now) {
            self.purge(now)?;
        }
        match self.wake_together(now, budget) {
            Err(error) if is_damage(&error) && !self.suspects.is_empty() => {
                self.wake_one_by_one(now, error)
            }
            woken => woken,
        }
    }

    /// Wakes tickets in commits of their own after one commit for all of them has failed, so that
    /// those that it failed for are known.
    fn wake_one_by_one(&mut self, now: Instant, first: DeskError) -> Result<Woken, DeskError> {
        let suspects = std::mem::take(&mut self.suspects);
        if let [_] = suspects[..] {
            self.isolate(now, &suspects, &first)?;
            return Ok(Woken { more: true, ..Woken::default() });
        }
        let mut all = Woken { more: true, ..Woken::default() };
        for _ in suspects {
            match self.wake_together(now, 1) {
                Ok(woken) => {
                    all.tickets = all.tickets.saturating_add(woken.tickets);
                    all.lateness = all.lateness.max(woken.lateness);
                    all.more = woken.more;
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

    fn wake_together(&mut self, now: Instant, budget: usize) -> Result<Woken, DeskError> {
        self.suspects.clear();
        let lanes = self.lanes.due(now);
        let mut work = self.work(now);
        let mut woken = Woken::default();
        // Turns are only had if all of this is stored.
        let mut turns = self.turns.clone();
        let taken = turns.drain(self.candidates(&lanes, now, budget)?, budget);
        let mut late = Vec::with_capacity(taken.len());
        let mut in_hand = Vec::with_capacity(taken.len());
        for Due { account, item: DueRow { no, due }, .. } in taken {
            in_hand.push((account, no));
            if self.look_at_number(&mut work, account, no)? {
                late.push(due);
                let lateness = u64::try_from(now.saturating_sub(due)).unwrap_or(0);
                woken.lateness = woken.lateness.max(lateness);
            }
        }
        woken.tickets = late.len();
        let room = budget.saturating_sub(in_hand.len());
        let swept = self.sweep(&mut work, room, &mut in_hand)?;
        woken.tickets = woken.tickets.saturating_add(swept);
        let accounts = work.batch.accounts.clone();
        if let Err(error) = self.commit(work) {
            self.suspects = in_hand;
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
            let earliest = self.earliest(lane, now)?;
            self.lanes.set(lane, earliest);
        }
        woken.more = self.next_due().is_some_and(|at| at <= now);
        Ok(woken)
    }

    /// Enough of what is due in each lane for its share of the budget; what was moved aside is not
    /// in it.
    fn candidates(
        &mut self,
        lanes: &[(i64, i64)],
        now: Instant,
        budget: usize,
    ) -> Result<Vec<Due<i64, i64, DueRow>>, DeskError> {
        // The lanes of one account share its turn, so that a share counts by accounts and lanes.
        let share = budget.div_ceil(lanes.len().max(1)).saturating_mul(2).min(budget);
        let mut due = Vec::new();
        for (account, lane) in lanes {
            match self.store.due(*lane, now, share) {
                Ok(rows) => due.extend(rows.into_iter().map(|row| Due {
                    account: *account,
                    department: *lane,
                    due: row.due,
                    item: row,
                })),
                // The other lanes go on. This one is looked at again after a while.
                Err(error) if error.problem == StoreProblem::Corrupt => {
                    self.note_trouble(now, error.into());
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(due)
    }

    fn earliest(&mut self, lane: i64, now: Instant) -> Result<Option<Instant>, DeskError> {
        match self.store.earliest_due(lane) {
            Err(error) if error.problem == StoreProblem::Corrupt => {
                self.note_trouble(now, error.into());
                Ok(Some(now.saturating_add(LATER)))
            }
            earliest => Ok(earliest?),
        }
    }

    /// Asks what is due of the ticket of this number, if it can be read.
    fn look_at_number(
        &mut self,
        work: &mut Work,
        account: i64,
        no: i64,
    ) -> Result<bool, DeskError> {
        let Some(id) = self.named(work, no, account)? else { return Ok(false) };
        let mut kept = match self.pick(work, account, &id) {
            Ok(Some(kept)) => kept,
            Ok(None) => {
                let missing = format!("ticket `{id}` is not found by its id");
                contain(work, no, account, DeskError::Unreadable(missing))?;
                return Ok(false);
            }
            Err(error) => {
                contain(work, no, account, error)?;
                return Ok(false);
            }
        };
        if let Err(error) = self.look_at(work, &mut kept) {
            contain(work, no, account, error)?;
            return Ok(false);
        }
        work.put(kept);
        Ok(true)
    }

    /// Asks what is due of one ticket.
    fn look_at(&mut self, work: &mut Work, kept: &mut Kept) -> Result<(), DeskError> {
        if kept.parked.is_some() {
            return self.resume(work, kept);
        }
        let Account { policy, row } = self.account_of(kept.account)?;
        let (policy, version) = (policy.clone(), row.policy);
        match kept.conversation.tick(&policy, kept.now(work.now)) {
            Ok(decision) => {
                if says_more(kept, &decision) {
                    let entry =
                        Entry { policy: version, decision: Some(&decision), ..Entry::default() };
                    work.enter(kept, EntryKind::Ticked, entry);
                }
                self.settle(work, kept, &decision);
            }
            Err(error) => self.park(work, kept, &error),
        }
        Ok(())
    }

    /// Looks at open tickets of accounts whose policy was changed, from where it was left.
    fn sweep(
        &mut self,
        work: &mut Work,
        room: usize,
        in_hand: &mut Vec<(i64, i64)>,
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
                in_hand.push((account.no, no));
                if self.look_at_number(work, account.no, no)? {
                    swept = swept.saturating_add(1);
                }
            }
            work.batch.accounts.push(account);
        }
        Ok(swept)
    }
}

/// Whether a decision says something that the ticket does not say already.
fn says_more(kept: &Kept, decision: &Decision) -> bool {
    match &decision.outcome {
        Outcome::Wait(wake) => {
            kept.due != Some(wake.until) || kept.aim.as_ref() != Some(&wake.step)
        }
        Outcome::Act(action) => {
            kept.outbox_place(&despertador_contract::key::render(&action.key)).is_none()
        }
        Outcome::Rest | Outcome::Other(_) => kept.due.is_some(),
    }
}
