//! What waits to be handed out, account by account.
//!
//! Each account has a window of its own on its part of the outbox, which goes on behind what was
//! looked at: what cannot be handed out yet (its customer has another action on its way) waits in
//! a queue of its own and is not read again and again. So an account whose actions cannot be
//! delivered takes neither the turns nor the time of the others.
//!
//! All of it is in memory and can be forgotten at any time: the outbox is then looked at anew.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use despertador_contract::Instant;
use despertador_host::drain::{Due, Turns};

use crate::store::{OutboxPlace, StoreError, WaitingRow};

/// At one time so many rows of an account's outbox are read at most.
const ROWS_MAX: usize = 1_024;

/// The queues of all accounts.
#[derive(Default)]
pub(crate) struct Queues {
    queues: BTreeMap<i64, Queue>,
    /// The account whose turn began last.
    last: Option<i64>,
    /// When something was last asked for: a clock that is set back makes all be looked at anew.
    requested_action: Option<Instant>,
}

/// What waits in one account.
struct Queue {
    /// Nothing behind `position` is due before; none if there is nothing.
    earliest: Option<Instant>,
    /// What is before was looked at.
    position: Option<OutboxPlace>,
    /// To be handed out next.
    ready: VecDeque<WaitingRow>,
    /// By customer: waits until another action of the same one is reported on.
    held: HashMap<String, VecDeque<WaitingRow>>,
    /// The keys in `ready` and `held`.
    known: HashSet<String>,
    turns: Turns<(), i64>,
}

impl Default for Queue {
    fn default() -> Self {
        Self {
            earliest: Some(Instant::MIN),
            position: None,
            ready: VecDeque::new(),
            held: HashMap::new(),
            known: HashSet::new(),
            turns: Turns::new(),
        }
    }
}

impl Queues {
    /// Queues of accounts in which nothing was looked at yet.
    pub(crate) fn new(accounts: impl Iterator<Item = i64>) -> Self {
        let queues = accounts.map(|account| (account, Queue::default())).collect();
        Self { queues, last: None, requested_action: None }
    }

    /// Nothing is known any more.
    pub(crate) fn forget(&mut self) {
        self.queues.values_mut().for_each(|queue| *queue = Queue::default());
    }

    /// A row of the outbox is to be handed out at an instant.
    pub(crate) fn put(&mut self, account: i64, next: Instant) {
        let queue = self.queues.entry(account).or_default();
        queue.earliest = Some(queue.earliest.map_or(next, |at| at.min(next)));
        // What is put before the window is not passed over.
        if queue.position.is_some_and(|position| position.next >= next) {
            queue.position = Some(OutboxPlace { next, row: i64::MIN });
        }
    }

    /// A row that was handed out is in nobody's hands any more: whoever waits for its customer is
    /// next, and so is the row itself if it is still there.
    pub(crate) fn give_back(&mut self, account: i64, row: WaitingRow, customer: Option<&str>) {
        let queue = self.queues.entry(account).or_default();
        queue.make_ready(row);
        self.release(account, customer);
    }

    /// The customer has no action on its way any more.
    pub(crate) fn release(&mut self, account: i64, customer: Option<&str>) {
        let Some((customer, queue)) = customer.zip(self.queues.get_mut(&account)) else { return };
        let Some(held) = queue.held.get_mut(customer) else { return };
        if let Some(row) = held.pop_front() {
            queue.ready.push_back(row);
        }
        if held.is_empty() {
            queue.held.remove(customer);
        }
    }

    /// The row waits for another action of its customer.
    pub(crate) fn hold(&mut self, account: i64, customer: String, row: WaitingRow) {
        let queue = self.queues.entry(account).or_default();
        if queue.known.insert(row.key.clone()) {
            queue.held.entry(customer).or_default().push_back(row);
        }
    }

    /// When something can be handed out in an account that is not full: an instant in the past
    /// means at once.
    pub(crate) fn next(&self, is_full: impl Fn(i64) -> bool) -> Option<Instant> {
        let queues = self.queues.iter().filter(|(account, _)| !is_full(**account));
        queues
            .filter_map(|(_, queue)| match queue.ready.is_empty() {
                true => queue.earliest,
                false => Some(Instant::MIN),
            })
            .min()
    }

    /// At most so many rows to hand out now: accounts in turn, within an account its departments.
    /// `room` says how many an account may have, `is_taken` what is on its way, and `read` reads
    /// an account's outbox behind a place: rows due by now and when the next one is.
    pub(crate) fn take(
        &mut self,
        now: Instant,
        budget: usize,
        room: impl Fn(i64) -> usize,
        is_taken: impl Fn(i64, &str) -> bool,
        mut read: impl FnMut(i64, Option<OutboxPlace>, usize) -> Result<Read, StoreError>,
    ) -> Result<Vec<(i64, WaitingRow)>, StoreError> {
        if self.requested_action.is_some_and(|requested_action| now < requested_action) {
            self.forget();
        }
        self.requested_action = Some(now);
        let last = self.last;
        let after = self.queues.keys().copied().filter(|no| last.is_none_or(|last| *no > last));
        let before = self.queues.keys().copied().filter(|no| last.is_some_and(|last| *no <= last));
        let order: Vec<i64> = after.chain(before).collect();
        let mut picked: VecDeque<(i64, VecDeque<WaitingRow>)> = VecDeque::new();
        for account in order {
            // The first so many accounts have one each, and nobody else would get a turn.
            if picked.len() >= budget {
                break;
            }
            let most = room(account).min(budget);
            let Some(queue) = self.queues.get_mut(&account).filter(|_| most > 0) else { continue };
            queue.fill(
                now,
                most,
                |key| is_taken(account, key),
                |place, limit| read(account, place, limit),
            )?;
            let rows = queue.pick(now, most);
            if !rows.is_empty() {
                picked.push_back((account, rows));
            }
        }
        let mut taken = Vec::with_capacity(budget);
        while taken.len() < budget
            && let Some((account, mut rows)) = picked.pop_front()
        {
            if let Some(row) = rows.pop_front() {
                taken.push((account, row));
                self.last = Some(account);
            }
            if !rows.is_empty() {
                picked.push_back((account, rows));
            }
        }
        for (account, rows) in picked {
            let queue = self.queues.entry(account).or_default();
            for row in rows.into_iter().rev() {
                queue.known.insert(row.key.clone());
                queue.ready.push_front(row);
            }
        }
        Ok(taken)
    }
}

/// What was read of an account's outbox.
pub(crate) struct Read {
    /// Rows that are due, in order.
    pub(crate) rows: Vec<WaitingRow>,
    /// When the next row behind them is due, if they are all that are due now.
    pub(crate) next: Option<Instant>,
    /// Whether they are all.
    pub(crate) is_all: bool,
}

impl Queue {
    fn make_ready(&mut self, row: WaitingRow) {
        if self.known.insert(row.key.clone()) {
            self.ready.push_back(row);
        }
    }

    /// Looks at the outbox until so many rows are ready, or nothing more is due.
    fn fill(
        &mut self,
        now: Instant,
        most: usize,
        is_taken: impl Fn(&str) -> bool,
        mut read: impl FnMut(Option<OutboxPlace>, usize) -> Result<Read, StoreError>,
    ) -> Result<(), StoreError> {
        // For departments to take turns more is looked at than may go.
        let wanted = most.saturating_mul(4);
        let mut looked_at = 0;
        while self.ready.len() < wanted
            && looked_at < ROWS_MAX
            && self.earliest.is_some_and(|at| at <= now)
        {
            let Read { rows, next, is_all } = read(self.position, wanted)?;
            looked_at = looked_at.saturating_add(rows.len());
            for row in rows {
                self.position = Some(row.place);
                if !is_taken(&row.key) {
                    self.make_ready(row);
                }
            }
            self.earliest = if is_all { next } else { Some(Instant::MIN) };
        }
        Ok(())
    }

    /// At most so many of what is ready, departments in turn.
    fn pick(&mut self, now: Instant, most: usize) -> VecDeque<WaitingRow> {
        let due = |row: WaitingRow| Due {
            account: (),
            department: row.lane,
            due: row.place.next,
            item: row,
        };
        // Not all of what waits: that could be very many.
        let window = self.ready.len().min(most.saturating_mul(4));
        let candidates: Vec<_> = self.ready.drain(..window).map(due).collect();
        let rest: Vec<WaitingRow> = candidates.iter().map(|due| due.item.clone()).collect();
        let picked: VecDeque<_> =
            self.turns.drain(candidates, most).into_iter().map(|due| due.item).collect();
        let is_picked: HashSet<&str> = picked.iter().map(|row| row.key.as_str()).collect();
        for row in rest.into_iter().rev().filter(|row| !is_picked.contains(row.key.as_str())) {
            self.ready.push_front(row);
        }
        for row in &picked {
            self.known.remove(&row.key);
        }
        debug_assert!(picked.iter().all(|row| row.place.next <= now), "what is ready is due");
        picked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An outbox of one account each.
    struct Outbox(BTreeMap<i64, Vec<WaitingRow>>);

    impl Outbox {
        fn of(accounts: &[(i64, usize)]) -> Self {
            let row = |account: i64, n: usize| WaitingRow {
                place: OutboxPlace { next: 0, row: n as i64 },
                key: format!("{account}-{n}/1/close"),
                lane: n as i64 % 2,
                ticket: n as i64,
            };
            let rows = |(account, count): &(i64, usize)| {
                (*account, (0..*count).map(|n| row(*account, n)).collect())
            };
            Self(accounts.iter().map(rows).collect())
        }

        fn read(&self, account: i64, place: Option<OutboxPlace>, limit: usize) -> Read {
            let all = self.0.get(&account).map_or(&[][..], Vec::as_slice);
            let rows: Vec<_> = all
                .iter()
                .filter(|row| place.is_none_or(|place| row.place > place))
                .take(limit)
                .cloned()
                .collect();
            let is_all = rows.len() < limit;
            Read { rows, next: None, is_all }
        }
    }

    fn taken(queues: &mut Queues, outbox: &Outbox, budget: usize, room: usize) -> Vec<String> {
        let read = |account, place, limit| Ok(outbox.read(account, place, limit));
        let rows = queues.take(1, budget, |_| room, |_, _| false, read).expect("rows");
        rows.into_iter().map(|(_, row)| row.key).collect()
    }

    #[test]
    fn accounts_and_departments_take_turns_and_nothing_is_taken_twice() {
        let outbox = Outbox::of(&[(1, 1_000), (2, 1), (3, 2)]);
        let mut queues = Queues::new([1, 2, 3].into_iter());
        let first = taken(&mut queues, &outbox, 4, 9);
        let accounts: Vec<_> = first.iter().map(|key| &key[..1]).collect();
        assert_eq!(accounts, ["1", "2", "3", "1"], "{first:?}");
        let mut all: HashSet<String> = first.into_iter().collect();
        while queues.next(|_| false).is_some() {
            let more = taken(&mut queues, &outbox, 7, 9);
            assert!(more.iter().all(|key| all.insert(key.clone())), "{more:?}");
        }
        assert_eq!(all.len(), 1_003);
    }

    #[test]
    fn who_is_held_waits_for_their_customer_and_is_not_read_again() {
        let outbox = Outbox::of(&[(1, 500)]);
        let mut queues = Queues::new([1].into_iter());
        let read = |account, place, limit| Ok(outbox.read(account, place, limit));
        let reads = std::cell::Cell::new(0);
        let counted = |account, place, limit| {
            reads.set(reads.get() + 1);
            read(account, place, limit)
        };
        let mut held = 0;
        while queues.next(|_| false).is_some() {
            for (account, row) in queues.take(1, 10, |_| 10, |_, _| false, counted).expect("rows") {
                held += 1;
                queues.hold(account, "eva".into(), row);
            }
        }
        assert_eq!((held, reads.get() < 60), (500, true), "{}", reads.get());
        assert_eq!(queues.next(|_| false), None);
        queues.release(1, Some("ana"));
        assert_eq!(queues.next(|_| false), None);
        queues.release(1, Some("eva"));
        assert_eq!(taken(&mut queues, &outbox, 10, 10).len(), 1);
        assert_eq!(queues.next(|_| false), None, "the others still wait");
    }

    #[test]
    fn what_is_put_before_the_window_is_not_passed_over() {
        let mut outbox = Outbox::of(&[(1, 3)]);
        let mut queues = Queues::new([1].into_iter());
        assert_eq!(taken(&mut queues, &outbox, 9, 9).len(), 3);
        assert_eq!(queues.next(|_| false), None);
        let new = WaitingRow {
            place: OutboxPlace { next: -5, row: 9 },
            key: "new/1/close".into(),
            lane: 0,
            ticket: 9,
        };
        outbox.0.insert(1, vec![new]);
        queues.put(1, -5);
        assert_eq!(taken(&mut queues, &outbox, 9, 9), ["new/1/close"]);
    }
}
