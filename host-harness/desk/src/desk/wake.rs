//! What is due, looked at: oldest first, accounts and departments in turn.

use despertador_host::contract::{Decision, Duration, Instant, Outcome};
use despertador_host::drain::Due;

use super::cache::place;
use super::ticket::Kept;
use super::work::{Entry, Work};
use super::{Account, Desk};
use crate::error::DeskError;
use crate::store::{DueRow, EntryKind, Store};

/// When a lane in which only damaged tickets are due is looked at again, in milliseconds.
const LATER: i64 = 60_000;

/// What a call of [`Desk::wake`] has done.
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
    pub fn wake(&mut self, now: Instant, budget: usize) -> Result<Woken, DeskError> {
        let lanes = self.lanes.due(now);
        let mut work = self.work(now);
        let mut woken = Woken::default();
        // Turns are only had if all of this is stored.
        let mut turns = self.turns.clone();
        let taken = turns.drain(self.candidates(&lanes, now, budget)?, budget);
        let mut late = Vec::with_capacity(taken.len());
        for due in taken {
            let DueRow { account, id, due, .. } = due.item;
            let Some(mut kept) = self.pick_readable(&mut work, account, &id)? else { continue };
            late.push(due);
            woken.lateness =
                woken.lateness.max(u64::try_from(now.saturating_sub(due)).unwrap_or(0));
            self.look_at(&mut work, &mut kept)?;
            work.put(kept);
        }
        woken.tickets = late.len();
        let room = budget.saturating_sub(woken.tickets);
        let swept = self.sweep(&mut work, room)?;
        woken.tickets = woken.tickets.saturating_add(swept);
        let accounts = work.batch.accounts.clone();
        self.commit(work)?;
        self.turns = turns;
        for row in accounts {
            if let Ok(account) = self.account_of_mut(row.no) {
                account.row = row;
            }
        }
        late.into_iter().for_each(|due| self.lateness.note(due, now));
        for (_, lane) in lanes {
            let earliest = self.store.earliest_due(lane)?;
            let only_damaged =
                !self.unreadable.is_empty() && self.readable(lane, now, 1)?.is_empty();
            let earliest = earliest
                .map(|at| if only_damaged && at <= now { now.saturating_add(LATER) } else { at });
            self.lanes.set(lane, earliest);
        }
        woken.more = self.next_wake().is_some_and(|at| at <= now);
        Ok(woken)
    }

    /// Enough of what is due in each lane for its share of the budget.
    fn candidates(
        &self,
        lanes: &[(i64, i64)],
        now: Instant,
        budget: usize,
    ) -> Result<Vec<Due<i64, i64, DueRow>>, DeskError> {
        // The lanes of one account share its turn, so that a share counts by accounts and lanes.
        let share = budget.div_ceil(lanes.len().max(1)).saturating_mul(2).min(budget);
        let mut due = Vec::new();
        for (account, lane) in lanes {
            for row in self.readable(*lane, now, share)? {
                due.push(Due { account: *account, department: *lane, due: row.due, item: row });
            }
        }
        Ok(due)
    }

    /// What is due in a lane, without the tickets that cannot be read.
    fn readable(&self, lane: i64, now: Instant, limit: usize) -> Result<Vec<DueRow>, DeskError> {
        let mut due = self.store.due(lane, now, limit.saturating_add(self.unreadable.len()))?;
        if !self.unreadable.is_empty() {
            due.retain(|row| !self.unreadable.contains(&place(row.account, &row.id)));
        }
        Ok(due)
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
    fn sweep(&mut self, work: &mut Work, room: usize) -> Result<usize, DeskError> {
        let mut swept = 0_usize;
        let sweeping: Vec<_> =
            self.accounts.iter().filter(|a| a.row.sweep.is_some()).map(|a| a.row.clone()).collect();
        let share = room.div_ceil(sweeping.len().max(1));
        for mut account in sweeping {
            if share == 0 {
                break;
            }
            let rows = self.store.open_after(account.no, account.sweep.unwrap_or(0), share)?;
            account.sweep = rows.last().filter(|_| rows.len() == share).map(|row| row.no);
            for row in rows {
                let picked = self.pick_readable(work, row.account, &row.id)?;
                let Some(mut kept) = picked else { continue };
                self.look_at(work, &mut kept)?;
                work.put(kept);
                swept = swept.saturating_add(1);
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
            kept.outbox_place(&despertador_host::key::render(&action.key)).is_none()
        }
        Outcome::Rest | Outcome::Other(_) => kept.due.is_some(),
    }
}
