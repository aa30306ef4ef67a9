//! Queues of actions to be claimed, one per account.
//!
//! Each account has its own window on its part of the outbox, which moves past the rows already
//! read. Actions that cannot be claimed yet, because their customer has another claimed action,
//! wait in a separate queue and are not read again. So an account whose actions cannot be delivered
//! does not delay the others.
//!
//! All of this is in memory and can be dropped at any time; the outbox is then read again.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use despertador_contract::Instant;
use despertador_host::drain::{Due, Turns};

use crate::store::{OutboxPlace, StoreError, WaitingRow};

/// Maximum number of outbox rows read per account and call.
const ROWS_MAX: usize = 1_024;

/// The queues of all accounts.
#[derive(Default)]
pub(crate) struct Queues {
    queues: BTreeMap<i64, Queue>,
    /// The account whose turn began last.
    last: Option<i64>,
    /// The instant of the last call: if the clock goes back, everything is read again.
    requested_action: Option<Instant>,
}

/// The queue of one account.
struct Queue {
    /// Lower bound of the next due time after `position`; `None` if nothing is scheduled.
    earliest: Option<Instant>,
    /// Rows up to here were read.
    position: Option<OutboxPlace>,
    /// Rows to be claimed next.
    ready: VecDeque<WaitingRow>,
    /// Rows waiting for another action of the same customer, by customer.
    held: HashMap<String, VecDeque<WaitingRow>>,
    /// Keys of the rows in `ready` and `held`.
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
    /// Creates queues for accounts whose outbox was not read yet.
    pub(crate) fn new(accounts: impl Iterator<Item = i64>) -> Self {
        let queues = accounts.map(|account| (account, Queue::default())).collect();
        Self { queues, last: None, requested_action: None }
    }

    /// Drops everything that was read.
    pub(crate) fn forget(&mut self) {
        self.queues.values_mut().for_each(|queue| *queue = Queue::default());
    }

    /// Notes that a row of the outbox is due at an instant.
    pub(crate) fn put(&mut self, account: i64, next: Instant) {
        let queue = self.queues.entry(account).or_default();
        queue.earliest = Some(queue.earliest.map_or(next, |at| at.min(next)));
        // A row before the window moves the window back.
        if queue.position.is_some_and(|position| position.next >= next) {
            queue.position = Some(OutboxPlace { next, row: i64::MIN });
        }
    }

    /// Makes a row ready that is being added to the outbox, so that it need not be read from there.
    /// Returns false if rows before it are still to be read, or if enough are ready: it is then
    /// [`put`](Self::put).
    pub(crate) fn offer(&mut self, account: i64, row: WaitingRow) -> bool {
        // An account without a queue is new, and nothing of it is in the outbox.
        let new = || Queue { earliest: None, ..Queue::default() };
        let queue = self.queues.entry(account).or_insert_with(new);
        let is_next = queue.ready_count(row.place.next).is_some_and(|ready| ready < ROWS_MAX);
        if is_next {
            queue.make_ready(row);
        }
        is_next
    }

    /// Number of rows of an account that can be claimed without reading the outbox; `None` if it has
    /// to be read first.
    pub(crate) fn ready_count(&self, account: i64, now: Instant) -> Option<usize> {
        self.queues.get(&account).map_or(Some(0), |queue| queue.ready_count(now))
    }

    /// Returns a claimed row: the next row of its customer becomes ready, and the row itself if it
    /// still exists.
    pub(crate) fn give_back(&mut self, account: i64, row: WaitingRow, customer: Option<&str>) {
        let queue = self.queues.entry(account).or_default();
        queue.make_ready(row);
        self.release(account, customer);
    }

    /// Releases the next row of a customer without claimed actions.
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

    /// Holds a row until another action of its customer is done.
    pub(crate) fn hold(&mut self, account: i64, customer: String, row: WaitingRow) {
        let queue = self.queues.entry(account).or_default();
        if queue.known.insert(row.key.clone()) {
            queue.held.entry(customer).or_default().push_back(row);
        }
    }

    /// When the next row can be claimed, in accounts that are not full; an instant in the past
    /// means now.
    pub(crate) fn next(&self, is_full: impl Fn(i64) -> bool) -> Option<Instant> {
        let queues = self.queues.iter().filter(|(account, _)| !is_full(**account));
        queues
            .filter_map(|(_, queue)| match queue.ready.is_empty() {
                true => queue.earliest,
                false => Some(Instant::MIN),
            })
            .min()
    }

    /// Takes at most `budget` rows: accounts in turn, within an account its departments. `room`
    /// returns how many an account may have, `is_taken` whether a row is claimed, and `read` reads
    /// an account's outbox after a position.
    pub(crate) fn next_batch(
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
            // The first `budget` accounts get one row each; nobody else would get a turn.
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

/// Rows read from an account's outbox.
pub(crate) struct Read {
    /// Due rows, in order.
    pub(crate) rows: Vec<WaitingRow>,
    /// When the next row after them is due, if these are all due ones.
    pub(crate) next: Option<Instant>,
    /// Whether these are all due rows.
    pub(crate) is_all: bool,
}

impl Queue {
    fn ready_count(&self, now: Instant) -> Option<usize> {
        self.earliest.is_none_or(|at| at > now).then_some(self.ready.len())
    }

    fn make_ready(&mut self, row: WaitingRow) {
        if self.known.insert(row.key.clone()) {
            self.ready.push_back(row);
        }
    }

    /// Reads the outbox until enough rows are ready or nothing more is due.
    fn fill(
        &mut self,
        now: Instant,
        most: usize,
        is_taken: impl Fn(&str) -> bool,
        mut read: impl FnMut(Option<OutboxPlace>, usize) -> Result<Read, StoreError>,
    ) -> Result<(), StoreError> {
        // Reads more than may be taken, so that departments can take turns.
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

    /// Picks at most `most` ready rows, departments in turn.
    fn pick(&mut self, now: Instant, most: usize) -> VecDeque<WaitingRow> {
        let due = |row: WaitingRow| Due {
            account: (),
            department: row.lane,
            due: row.place.next,
            item: row,
        };
        // Only a part of the ready rows, of which there may be very many.
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
        let rows = queues.next_batch(1, budget, |_| room, |_, _| false, read).expect("rows");
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
            for (account, row) in
                queues.next_batch(1, 10, |_| 10, |_, _| false, counted).expect("rows")
            {
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
    fn what_is_offered_is_taken_unread_unless_older_rows_are_to_be_read() {
        let outbox = Outbox::of(&[(1, 2)]);
        let mut queues = Queues::new([1].into_iter());
        let new = |n: i64| WaitingRow {
            place: OutboxPlace { next: 1, row: i64::MAX },
            key: format!("new-{n}/1/close"),
            lane: 0,
            ticket: n,
        };
        assert!(!queues.offer(1, new(1)), "nothing has been read yet");
        assert_eq!(taken(&mut queues, &outbox, 9, 9).len(), 2);
        assert!(queues.offer(2, new(2)), "the account is new");
        assert!(queues.offer(1, new(2)));
        assert_eq!(queues.ready_count(1, 1), Some(1));
        let read = |_, _, _| panic!("it is not read");
        let rows = queues.next_batch(1, 9, |_| 9, |_, _| false, read).expect("rows");
        assert_eq!(rows, [(2, new(2)), (1, new(2))]);
        let room = i64::try_from(ROWS_MAX).expect("a number");
        assert!((0..room).all(|n| queues.offer(1, new(n))));
        assert!(!queues.offer(1, new(room)), "enough are ready");
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
