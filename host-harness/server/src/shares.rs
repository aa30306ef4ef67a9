//! Fair shares of limited resources: memory for bodies, turns of the desk, reports, checks.
//!
//! Accounts take turns by deficit round robin (Shreedhar and Varghese, 1995): each turn adds a
//! quantum to an account's credit, and the cost of a request is subtracted. So an account with many
//! large requests waits for itself, and one with a small request waits for one turn of the others.
//! No account gets more than its maximum, even if the others are idle, because a resource in use
//! cannot be taken back.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

/// A limited resource, and the accounts that wait for it.
#[derive(Clone)]
pub(crate) struct Shares(Arc<Inner>);

struct Inner {
    most_of_one: usize,
    quantum: usize,
    waiting_max: usize,
    state: Mutex<State>,
}

struct State {
    free: usize,
    accounts: HashMap<String, Account>,
    /// The accounts with waiting requests, in the order of their turns.
    turns: VecDeque<String>,
}

#[derive(Default)]
struct Account {
    taken: usize,
    deficit: usize,
    waiting: VecDeque<Waiting>,
}

struct Waiting {
    cost: usize,
    granted: oneshot::Sender<Share>,
}

/// An account's part of the resource; returned when it is dropped.
pub(crate) struct Share {
    inner: Arc<Inner>,
    account: String,
    cost: usize,
}

/// The maximum number of an account's requests is already waiting.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Full;

impl Shares {
    /// A resource with this total, the maximum per account, and the `quantum` per turn.
    pub(crate) fn new(
        whole: usize,
        most_of_one: usize,
        quantum: usize,
        waiting_max: usize,
    ) -> Self {
        let whole = whole.max(1);
        Self(Arc::new(Inner {
            most_of_one: most_of_one.clamp(1, whole),
            quantum: quantum.max(1),
            waiting_max,
            state: Mutex::new(State {
                free: whole,
                accounts: HashMap::new(),
                turns: VecDeque::new(),
            }),
        }))
    }

    /// A share for an account; waits for its turn. A cost above the account's maximum is reduced to
    /// it.
    pub(crate) async fn acquire(&self, account: &str, cost: usize) -> Result<Share, Full> {
        let cost = cost.clamp(1, self.0.most_of_one);
        let granted = {
            let mut state = self.0.state();
            let of = state.accounts.entry(account.to_owned()).or_default();
            if of.waiting.len() >= self.0.waiting_max {
                return Err(Full);
            }
            let (granted, wait) = oneshot::channel();
            if of.waiting.is_empty() {
                state.turns.push_back(account.to_owned());
            }
            let of = state.accounts.entry(account.to_owned()).or_default();
            of.waiting.push_back(Waiting { cost, granted });
            wait
        };
        Inner::grant(&self.0);
        // The sender lives as long as the request waits: it is dropped only after a grant.
        granted.await.map_err(|_| Full)
    }
}

impl Inner {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Grants what is available, in turns.
    fn grant(inner: &Arc<Self>) {
        let granted = inner.state().grant(inner);
        // A request that no longer waits drops its share at once, which grants it to the next: the
        // lock is already released.
        for (waiting, share) in granted {
            drop(waiting.granted.send(share));
        }
    }
}

impl State {
    fn grant(&mut self, inner: &Arc<Inner>) -> Vec<(Waiting, Share)> {
        let mut granted = Vec::new();
        // Consecutive turns in which nothing could be granted.
        let mut idle: usize = 0;
        while idle < self.turns.len() {
            let Some(name) = self.turns.pop_front() else { break };
            let Some(of) = self.accounts.get_mut(&name) else { continue };
            of.deficit = of.deficit.saturating_add(inner.quantum).min(inner.most_of_one);
            let mut is_idle = true;
            let mut is_blocked = false;
            while let Some(next) = of.waiting.front() {
                let room = inner.most_of_one.saturating_sub(of.taken).min(self.free);
                is_blocked = next.cost > room;
                if is_blocked || next.cost > of.deficit {
                    break;
                }
                let Some(next) = of.waiting.pop_front() else { break };
                if next.granted.is_closed() {
                    continue;
                }
                of.deficit = of.deficit.saturating_sub(next.cost);
                of.taken = of.taken.saturating_add(next.cost);
                self.free = self.free.saturating_sub(next.cost);
                let share =
                    Share { inner: Arc::clone(inner), account: name.clone(), cost: next.cost };
                granted.push((next, share));
                is_idle = false;
            }
            if of.waiting.is_empty() {
                of.deficit = 0;
                if of.taken == 0 {
                    self.accounts.remove(&name);
                }
                continue;
            }
            // A request that only lacks credit soon has another turn, so the account is not idle.
            idle = if is_idle && is_blocked { idle.saturating_add(1) } else { 0 };
            self.turns.push_back(name);
        }
        granted
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        {
            let mut state = self.inner.state();
            state.free = state.free.saturating_add(self.cost);
            if let Some(of) = state.accounts.get_mut(&self.account) {
                of.taken = of.taken.saturating_sub(self.cost);
                if of.taken == 0 && of.waiting.is_empty() {
                    state.accounts.remove(&self.account);
                }
            }
        }
        Inner::grant(&self.inner);
    }
}

impl std::fmt::Debug for Share {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Share").field("account", &self.account).field("cost", &self.cost).finish()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that is wrong fails")]
mod tests {
    use super::*;

    fn run(test: impl Future<Output = ()>) {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(test);
    }

    /// Starts to wait, and continues waiting.
    async fn begin(
        shares: &Shares,
        account: &'static str,
        cost: usize,
    ) -> tokio::task::JoinHandle<Share> {
        let shares = shares.clone();
        let waiting = tokio::spawn(async move { shares.acquire(account, cost).await.unwrap() });
        tokio::task::yield_now().await;
        waiting
    }

    #[test]
    fn an_account_with_many_requests_waits_for_itself() {
        run(async {
            let shares = Shares::new(10, 5, 2, 100);
            let one = shares.acquire("busy", 5).await.unwrap();
            let mut more = Vec::new();
            for _ in 0..9 {
                more.push(begin(&shares, "busy", 5).await);
            }
            assert!(more.iter().all(|waiting| !waiting.is_finished()), "it has all it may have");
            let quiet = shares.acquire("quiet", 1).await.unwrap();
            drop((one, quiet));
            for waiting in more {
                waiting.await.unwrap();
            }
            let state = shares.0.state();
            assert_eq!((state.free, state.accounts.len(), state.turns.len()), (10, 0, 0));
        });
    }

    #[test]
    fn accounts_take_turns_whatever_their_requests_cost() {
        run(async {
            let shares = Shares::new(8, 8, 1, 100);
            let all = shares.acquire("first", 8).await.unwrap();
            let large = begin(&shares, "large", 8).await;
            let small = begin(&shares, "small", 1).await;
            drop(all);
            // Both take turns: the small request has enough credit long before the large one.
            drop(small.await.unwrap());
            drop(large.await.unwrap());
            assert_eq!(shares.0.state().free, 8);
        });
    }

    #[test]
    fn who_goes_gives_way_and_who_waits_with_many_is_told() {
        run(async {
            let shares = Shares::new(1, 1, 1, 2);
            let held = shares.acquire("a", 1).await.unwrap();
            let gone = begin(&shares, "a", 1).await;
            let stays = begin(&shares, "a", 1).await;
            assert!(matches!(shares.acquire("a", 1).await, Err(Full)));
            gone.abort();
            let _: Result<_, _> = gone.await;
            drop(held);
            drop(stays.await.unwrap());
            // More than the total becomes the total.
            drop(shares.acquire("b", 1_000).await.unwrap());
            let state = shares.0.state();
            assert_eq!((state.free, state.accounts.len()), (1, 0));
        });
    }
}
