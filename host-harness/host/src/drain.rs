//! Selects which of many due tickets come first: accounts and departments take turns.
//!
//! After an outage thousands of tickets are due at once. In the order of their deadlines, one busy
//! department would delay all others. So a limited number is taken at a time: accounts in turn,
//! within an account its departments in turn, within a department the oldest first.
//!
//! ```
//! use despertador_host::drain::{Due, Turns};
//!
//! let due = |department, due, ticket| Due { account: "acme", department, due, item: ticket };
//! let backlog = [
//!     due("sales", 1_000, "4711"),
//!     due("sales", 1_001, "4712"),
//!     due("support", 9_000, "4713"),
//! ];
//! let mut turns = Turns::new();
//! let taken = turns.drain(backlog, 2);
//! assert_eq!(taken.iter().map(|due| due.item).collect::<Vec<_>>(), ["4711", "4713"]);
//!
//! // The next drain continues where this one ended.
//! let taken = turns.drain([due("sales", 1_001, "4712")], 2);
//! assert_eq!(taken.iter().map(|due| due.item).collect::<Vec<_>>(), ["4712"]);
//! ```

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use despertador_contract::Instant;

/// A due item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due<A, D, T> {
    /// Its account.
    pub account: A,
    /// Its department within the account.
    pub department: D,
    /// When it became due.
    pub due: Instant,
    /// The item: a ticket's id, a row of a table.
    pub item: T,
}

/// Remembers between drains whose turn was last. Its size is the number of accounts with due items
/// in the last drain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turns<A, D> {
    /// The account of the last item taken.
    account: Option<A>,
    /// For each account, the department of its last item taken.
    departments: BTreeMap<A, D>,
}

impl<A, D> Turns<A, D> {
    /// No turns yet: the first account and its first department begin.
    #[must_use]
    pub const fn new() -> Self {
        Self { account: None, departments: BTreeMap::new() }
    }
}

impl<A, D> Default for Turns<A, D> {
    fn default() -> Self {
        Self::new()
    }
}

impl<A: Ord + Clone, D: Ord + Clone> Turns<A, D> {
    /// Takes at most `at_most` items, in the order in which to act on them. The others are dropped
    /// here; they stay due at the host.
    ///
    /// Turns follow the order of `A` and `D` and begin after the last one of the previous drain. Of
    /// items of a department with the same instant, the one given first is taken first. The result
    /// depends only on the arguments and the turns. It takes `n log n` steps for `n` due items.
    pub fn drain<T>(
        &mut self,
        due: impl IntoIterator<Item = Due<A, D, T>>,
        at_most: usize,
    ) -> Vec<Due<A, D, T>> {
        let due: Vec<_> = due.into_iter().collect();
        let accounts: BTreeSet<_> = due.iter().map(|due| due.account.clone()).collect();
        self.retain(|account| accounts.contains(account));
        self.drain_part(due, at_most)
    }

    /// The account whose turn was last.
    #[must_use]
    pub const fn last(&self) -> Option<&A> {
        self.account.as_ref()
    }

    /// Number of accounts whose turns are remembered.
    #[must_use]
    pub fn accounts(&self) -> usize {
        self.departments.len()
    }

    /// Forgets the turns of all accounts but these.
    pub fn retain(&mut self, mut is_kept: impl FnMut(&A) -> bool) {
        self.departments.retain(|account, _| is_kept(account));
    }

    /// As [`drain`](Self::drain), but the turns of accounts without an item here are kept: for a host
    /// that gathers the items only of the accounts that come next.
    pub fn drain_part<T>(
        &mut self,
        due: impl IntoIterator<Item = Due<A, D, T>>,
        at_most: usize,
    ) -> Vec<Due<A, D, T>> {
        let mut due: Vec<_> = due.into_iter().collect();
        // Stable: items with the same instant keep their order.
        due.sort_by(|a, b| {
            (&a.account, &a.department, a.due).cmp(&(&b.account, &b.department, b.due))
        });
        let count = due.len();
        let mut accounts = queues(due, |due| due.account.clone());
        begin_after(&mut accounts, self.account.as_ref());
        let mut accounts: VecDeque<_> = accounts
            .into_iter()
            .map(|Queue { owner, waiting }| {
                let mut departments = queues(waiting, |due| due.department.clone());
                begin_after(&mut departments, self.departments.get(&owner));
                Queue { owner, waiting: departments.into() }
            })
            .collect();

        let mut taken = Vec::with_capacity(at_most.min(count));
        while taken.len() < at_most {
            // After its turn a queue goes to the end, unless it is empty.
            let Some(mut account) = accounts.pop_front() else { break };
            let Some(mut department) = account.waiting.pop_front() else { continue };
            let Some(next) = department.waiting.pop_front() else { continue };
            taken.push(next);
            self.departments.insert(account.owner.clone(), department.owner.clone());
            self.account = Some(account.owner.clone());
            if !department.waiting.is_empty() {
                account.waiting.push_back(department);
            }
            if !account.waiting.is_empty() {
                accounts.push_back(account);
            }
        }
        taken
    }
}

/// The waiting items of an owner.
struct Queue<O, T> {
    owner: O,
    waiting: VecDeque<T>,
}

/// Groups sorted items into one queue per owner, in the order of owners.
fn queues<O: Ord, T>(
    sorted: impl IntoIterator<Item = T>,
    owner: impl Fn(&T) -> O,
) -> Vec<Queue<O, T>> {
    let mut queues: Vec<Queue<O, T>> = Vec::new();
    for next in sorted {
        let owner = owner(&next);
        match queues.last_mut() {
            Some(queue) if queue.owner == owner => queue.waiting.push_back(next),
            _ => queues.push(Queue { owner, waiting: [next].into() }),
        }
    }
    queues
}

/// Rotates the queues so that the owner after `last` begins.
fn begin_after<O: Ord, T>(queues: &mut [Queue<O, T>], last: Option<&O>) {
    if let Some(last) = last {
        let had_their_turn = queues.partition_point(|queue| queue.owner <= *last);
        queues.rotate_left(had_their_turn);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Ticket = Due<&'static str, &'static str, u32>;

    fn due(account: &'static str, department: &'static str, due: Instant, item: u32) -> Ticket {
        Due { account, department, due, item }
    }

    fn items(taken: &[Ticket]) -> Vec<u32> {
        taken.iter().map(|due| due.item).collect()
    }

    /// Ten thousand tickets of one department, and one of another that is due later.
    fn backlog() -> Vec<Ticket> {
        let busy = (0..10_000).map(|n| due("acme", "sales", i64::from(n), n));
        busy.chain([due("acme", "support", 99_999, 10_000)]).collect()
    }

    /// Drains until nothing is left; returns what each drain took.
    fn drained(mut left: Vec<Ticket>, at_most: usize) -> Vec<Vec<u32>> {
        let mut turns = Turns::new();
        let mut drains = Vec::new();
        while !left.is_empty() {
            let taken = turns.drain(left.clone(), at_most);
            assert!(!taken.is_empty() && taken.len() <= at_most, "{}", taken.len());
            let items = items(&taken);
            left.retain(|due| !items.contains(&due.item));
            drains.push(items);
        }
        drains
    }

    #[test]
    fn a_busy_department_holds_up_nobody() {
        let taken = Turns::new().drain(backlog(), 10);
        assert_eq!(items(&taken), [0, 10_000, 1, 2, 3, 4, 5, 6, 7, 8]);
        let mut turns = Turns::new();
        let first = turns.drain(backlog(), 1);
        let second = turns.drain(backlog().into_iter().skip(1), 1);
        assert_eq!((items(&first), items(&second)), (vec![0], vec![10_000]), "one at a time");
    }

    #[test]
    fn a_busy_account_holds_up_nobody_whatever_its_departments() {
        let busy = (0..900).map(|n| {
            let department = ["a", "b", "c"][n as usize % 3];
            due("acme", department, 0, n)
        });
        let all: Vec<_> =
            busy.chain([due("tiny", "any", 5, 900), due("tiny", "any", 6, 901)]).collect();
        let taken = Turns::new().drain(all, 5);
        assert_eq!(items(&taken), [0, 900, 1, 901, 2]);
    }

    #[test]
    fn more_accounts_than_a_drain_has_room_for_all_have_their_turn() {
        const ACCOUNTS: [&str; 5] = ["a", "b", "c", "d", "e"];
        let deep = (0..50).map(|n| due(ACCOUNTS[n as usize % 4], "any", 0, n));
        let all: Vec<_> = deep.chain([due("e", "any", 1_000, 50)]).collect();
        let drains = drained(all, 2);
        assert!(drains[..3].concat().contains(&50), "{drains:?}");
    }

    #[test]
    fn everything_is_taken_once_over_the_drains() {
        let mut taken = drained(backlog().into_iter().skip(9_000).collect(), 37).concat();
        assert_eq!(taken.len(), 1_001);
        taken.sort_unstable();
        assert_eq!(taken, (9_000..=10_000).collect::<Vec<_>>());
    }

    #[test]
    fn within_a_department_the_oldest_is_first_and_ties_stay_as_given() {
        let given =
            [due("a", "x", 7, 1), due("a", "x", 3, 2), due("a", "x", 7, 3), due("a", "x", 3, 4)];
        let taken = Turns::new().drain(given, usize::MAX);
        assert_eq!(items(&taken), [2, 4, 1, 3]);
    }

    #[test]
    fn the_same_arguments_give_the_same_answer() {
        let (mut turns, mut again) = (Turns::new(), Turns::new());
        assert_eq!(turns.drain(backlog(), 40), again.drain(backlog(), 40));
        assert_eq!(turns, again);
        // The order of departments does not depend on the order of the input.
        let mut turned = backlog();
        turned.rotate_right(1);
        assert_eq!(turns.drain(turned, 40), again.drain(backlog(), 40));
    }

    #[test]
    fn departments_keep_their_turns_while_only_some_accounts_are_gathered() {
        let mut turns = Turns::new();
        let all = [
            due("acme", "sales", 1, 1),
            due("acme", "support", 1, 2),
            due("globex", "sales", 1, 3),
        ];
        let of = |account| all.iter().filter(move |due| due.account == account).copied();
        let mut taken = Vec::new();
        for account in ["acme", "globex", "acme"] {
            taken.extend(items(&turns.drain_part(of(account), 1)));
            assert_eq!(turns.last(), Some(&account));
        }
        assert_eq!(taken, [1, 3, 2], "support comes after sales");
        assert_eq!(turns.accounts(), 2);
        turns.retain(|account| *account == "globex");
        assert_eq!(turns.accounts(), 1);
        assert_eq!(items(&turns.drain_part(of("acme"), 1)), [1], "its turns are forgotten");
    }

    #[test]
    fn nothing_due_and_no_room_are_no_turns() {
        let mut turns = Turns::new();
        turns.drain(backlog(), 1);
        let before = turns.clone();
        assert_eq!(turns.drain(backlog(), 0), []);
        assert_eq!(turns, before);
        assert_eq!(turns.drain(Vec::<Ticket>::new(), 9), []);
        assert!(turns.departments.is_empty(), "{turns:?}");
    }
}
