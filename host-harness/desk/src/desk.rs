//! The desk: tickets, deadlines and actions over a store and a plugin.
//!
//! Nothing here reads a clock, sleeps or starts a thread: `now` is an argument, and
//! [`Desk::next_instant`] says when to come back. The methods that change something end in one
//! commit; what they return was stored before they return it.
//!
//! A loop around it:
//!
//! 1. [`take`](Desk::take) what has happened.
//! 2. [`wake`](Desk::wake) what is due.
//! 3. [`deliveries`](Desk::deliveries): carry these out, each under its key.
//! 4. [`delivered`](Desk::delivered): what became of them.
//! 5. Sleep until [`next_instant`](Desk::next_instant).
//!
//! Any step may be repeated, left out for a while, or cut off by a crash.

mod account;
mod budget;
mod cache;
mod counts;
mod damage;
mod deliver;
mod difference;
mod hear;
mod inbound;
mod inquire;
mod lanes;
mod lateness;
mod park;
mod queue;
mod replay;
mod settle;
mod take;
mod ticket;
mod token;
mod wake;
mod work;

use std::collections::{HashMap, HashSet};
use std::fmt;

use despertador_contract::{Duration, ExitState, Instant};
use despertador_host::drain::Turns;
use despertador_host::{Plugin, Policy};
use despertador_lime::canonical_customer;
use serde_json::json;

use crate::error::DeskError;
use crate::store::{AccountRow, FlowRow, Numbers, OutboxChange, Store, StoreError, WaitingRow};
use cache::{Cache, place};
use lanes::Lanes;
use queue::Queues;
use ticket::Kept;
use work::Work;

pub use account::{Moved, Saved};
pub use counts::Counts;
pub use deliver::{Delivery, Outcome, Report, Settled};
pub use difference::{Kind, Subject};
pub use inbound::{Inbound, InboundEnd};
pub use inquire::{Change, Rebuilt, Standing, TimelineEntry};
pub use lateness::{Backlog, Lateness};
pub use replay::{Asked, Count, Difference, Replay, Replayed};
pub use take::{Incoming, Receipt};
pub use wake::Woken;

/// How a desk works.
#[derive(Clone)]
pub struct Options {
    /// How often an action is tried until it is given up. Default 18: with the pauses below that
    /// is an hour and a half.
    pub attempts: u32,
    /// The pause after the first try that failed; doubled by each further one. Default 1 s.
    pub first_pause: Duration,
    /// The longest pause between two tries. Default 10 min.
    pub longest_pause: Duration,
    /// The longest that a receiver who names a time (`Retry-After`) is waited for. Default 1 h.
    pub longest_retry_after: Duration,
    /// After how long an action that nobody has reported on is handed out again. Default 5 min.
    pub lease: Duration,
    /// How many tickets are kept in memory. Default 50,000.
    pub cached_tickets: usize,
    /// How often the desk can be woken at best; shorter times in a policy are errors. Default 1 s.
    pub tick_resolution: Duration,
    /// Whether a flow can leave its human-assistance block by the inactivity exit. By default
    /// nobody looks.
    pub exit_state: fn(&FlowRow) -> ExitState,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            attempts: 18,
            first_pause: 1_000,
            longest_pause: 600_000,
            longest_retry_after: 3_600_000,
            lease: 300_000,
            cached_tickets: 50_000,
            tick_resolution: 1_000,
            exit_state: |_| ExitState::Unknown,
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("attempts", &self.attempts)
            .field("first_pause", &self.first_pause)
            .field("longest_pause", &self.longest_pause)
            .field("longest_retry_after", &self.longest_retry_after)
            .field("lease", &self.lease)
            .field("cached_tickets", &self.cached_tickets)
            .field("tick_resolution", &self.tick_resolution)
            .finish_non_exhaustive()
    }
}

/// What was forgotten.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// How many tickets of the customer there were.
    pub tickets: u64,
    /// Whether nothing of them is left on the disk. If not, somebody reads the store, and it is done
    /// when they have ended.
    pub is_purged: bool,
    /// Backups of the store that are still there, and have what they have.
    pub backups: Vec<String>,
}

/// What was deleted is tried to be rid of again after so many milliseconds.
const PURGED_AGAIN: i64 = 1_000;

/// The same trouble is logged again after so many milliseconds.
const LOGGED_AGAIN: u64 = 60_000;

/// Remembers tickets, wakes up for what is due, and has actions carried out.
pub struct Desk<S> {
    store: S,
    plugin: Plugin,
    options: Options,
    accounts: Vec<Account>,
    numbers: Numbers,
    lanes: Lanes,
    cache: Cache,
    turns: Turns<i64, i64>,
    queues: Queues,
    /// Actions that are being carried out. They are in memory alone: the store has one owner, and
    /// a crash gives all of them back.
    leases: HashMap<String, Lease>,
    lateness: Lateness,
    delivery_lateness: Lateness,
    commits: Lateness,
    counts: HashMap<i64, Counts>,
    /// Accounts that have as many actions on their way as they may have.
    full: HashSet<i64>,
    trouble: Option<(Instant, DeskError)>,
    /// When what was deleted is tried to be rid of again.
    purge_at: Option<Instant>,
    /// The trouble that was logged last.
    logged: Option<(Instant, DeskError)>,
    /// Tickets that cannot be read or written: they are left alone, so that the others go on.
    damaged: HashSet<i64>,
    /// Account and number of the tickets that the last commit was to change, where it failed.
    suspects: Vec<(i64, i64)>,
}

/// An account and the policy in force, parsed.
struct Account {
    row: AccountRow,
    policy: Policy,
}

/// An action that is being carried out.
struct Lease {
    since: Instant,
    until: Instant,
    account: i64,
    customer: Option<String>,
    /// Where its row stands, should nobody report on it.
    row: WaitingRow,
}

impl Lease {
    /// A clock that went back to before it is no reason to wait longer.
    fn covers(&self, now: Instant) -> bool {
        self.since <= now && now < self.until
    }
}

impl<S: Store> Desk<S> {
    /// A desk that goes on where the store ends.
    ///
    /// # Errors
    ///
    /// The store cannot be read, or the plugin refuses a policy that is in force.
    pub fn open(store: S, plugin: Plugin, options: Options) -> Result<Self, DeskError> {
        let numbers = store.numbers()?;
        let lanes = Lanes::new(store.lanes()?);
        let accounts = account::load(&store, &plugin)?;
        let cache = Cache::new(options.cached_tickets);
        let queues = Queues::new(accounts.iter().map(|account| account.row.no));
        let damaged = store.damaged()?.into_iter().map(|row| row.ticket).collect();
        Ok(Self {
            store,
            plugin,
            options,
            accounts,
            numbers,
            lanes,
            cache,
            turns: Turns::new(),
            queues,
            leases: HashMap::new(),
            lateness: Lateness::default(),
            delivery_lateness: Lateness::default(),
            commits: Lateness::default(),
            counts: HashMap::new(),
            full: HashSet::new(),
            trouble: None,
            purge_at: None,
            logged: None,
            damaged,
            suspects: Vec::new(),
        })
    }

    /// The store, for what only it knows: backups, checks, what is kept.
    #[must_use]
    pub fn store(&self) -> &S {
        &self.store
    }

    /// Closes the desk and gives the store back.
    #[must_use]
    pub fn into_store(self) -> S {
        self.store
    }

    /// The plugin that decides.
    #[must_use]
    pub fn plugin(&self) -> &Plugin {
        &self.plugin
    }

    /// How late things were looked at since the desk was opened.
    #[must_use]
    pub fn lateness(&self) -> &Lateness {
        &self.lateness
    }

    /// How much later than their deadlines actions were carried out since the desk was opened.
    #[must_use]
    pub fn delivery_lateness(&self) -> &Lateness {
        &self.delivery_lateness
    }

    /// What waits at an instant. Of each kind so many at most are counted, so that it is asked
    /// quickly.
    ///
    /// # Errors
    ///
    /// See [`DeskError`].
    pub fn backlog(&self, now: Instant, most: usize) -> Result<Backlog, DeskError> {
        let mut tickets: u64 = 0;
        let enough = u64::try_from(most).unwrap_or(u64::MAX);
        for (_, lane) in self.lanes.due(now) {
            tickets = tickets.saturating_add(self.store.count_due(lane, now, most)?);
            if tickets >= enough {
                break;
            }
        }
        let (actions, dead_letters) = self.store.count_outbox(now, most)?;
        let inbound = self.store.inbound_size(None)?.entries;
        Ok(Backlog { tickets: tickets.min(enough), actions, dead_letters, inbound })
    }

    /// How long whoever runs the desk has measured its calls to take that end in a commit: taking
    /// in, looking, handing out, reporting. None unless a runtime does.
    #[must_use]
    pub fn commit_durations(&self) -> &Lateness {
        &self.commits
    }

    pub(crate) fn note_commit(&mut self, begun: Instant, ended: Instant) {
        self.commits.note(begun, ended);
    }

    /// What became of each account's actions since the desk was opened; for all accounts.
    pub fn counts(&self) -> impl Iterator<Item = (&str, Counts)> {
        self.accounts.iter().map(|account| {
            let counts = self.counts.get(&account.row.no).copied().unwrap_or_default();
            (account.row.name.as_str(), counts)
        })
    }

    /// When [`wake`](Self::wake) or [`deliveries`](Self::deliveries) has something to do: then or
    /// later. An instant in the past means at once.
    #[must_use]
    pub fn next_instant(&self) -> Option<Instant> {
        [self.next_wake(), self.next_delivery()].into_iter().flatten().min()
    }

    /// When [`wake`](Self::wake) has something to do.
    #[must_use]
    pub fn next_wake(&self) -> Option<Instant> {
        let sweeping = self.accounts.iter().any(|account| account.row.sweep.is_some());
        if sweeping {
            return Some(Instant::MIN);
        }
        self.lanes.earliest().into_iter().chain(self.purge_at).min()
    }

    /// When [`deliveries`](Self::deliveries) has something to do.
    #[must_use]
    pub fn next_delivery(&self) -> Option<Instant> {
        let leases = self.leases.values().map(|lease| lease.until).min();
        self.queues.next(|account| self.full.contains(&account)).into_iter().chain(leases).min()
    }

    /// Deletes all that is kept of one customer: of those tickets that the fact `customer.id`
    /// gives to them, or once gave.
    ///
    /// # Errors
    ///
    /// See [`DeskError`].
    pub fn forget(
        &mut self,
        now: Instant,
        account: &str,
        customer: &str,
        by: &str,
    ) -> Result<Forgotten, DeskError> {
        let account = self.account(account)?.row.no;
        self.cache.clear();
        self.queues.forget();
        let tickets = self.store.forget(account, &canonical_customer(customer))?;
        // That somebody was forgotten is kept, and not who.
        let mut work = self.work(now);
        let details = json!({ "tickets": tickets });
        work.batch.audit.push(account::audit(account, now, by, "customer-forgotten", &details));
        self.commit(work)?;
        let is_purged = self.purge(now)?;
        let is_there = |file: &String| std::path::Path::new(file).exists();
        let backups = self.store.backups()?.into_iter().filter(is_there).collect();
        Ok(Forgotten { tickets, is_purged, backups })
    }

    /// Rids the disk of what was deleted; where that cannot be done now [`wake`](Self::wake) does it
    /// later. Whether it is done.
    fn purge(&mut self, now: Instant) -> Result<bool, DeskError> {
        let is_purged = self.store.purge()?;
        self.purge_at = (!is_purged).then(|| now.saturating_add(PURGED_AGAIN));
        Ok(is_purged)
    }

    /// Whether something that was deleted still has to be rid of.
    #[must_use]
    pub fn is_purge_due(&self) -> bool {
        self.purge_at.is_some()
    }

    /// What last kept the desk from its own work, and when; for whoever watches over it.
    #[must_use]
    pub fn trouble(&self) -> Option<&(Instant, DeskError)> {
        self.trouble.as_ref()
    }

    /// Something kept the desk from its own work: it is logged, the same at most once a minute.
    pub(crate) fn note_trouble(&mut self, now: Instant, error: DeskError) {
        let is_known = |(at, known): &(Instant, DeskError)| {
            *known == error && now.abs_diff(*at) < LOGGED_AGAIN
        };
        if self.logged.as_ref().is_none_or(|logged| !is_known(logged)) {
            tracing::error!("the desk could not do its work: {error}");
            self.logged = Some((now, error.clone()));
        }
        self.trouble = Some((now, error));
    }

    /// Deletes tickets that are not open and that nothing has happened to since an instant, at
    /// most so many. How many there were.
    ///
    /// # Errors
    ///
    /// See [`DeskError`].
    pub fn delete_untouched(&mut self, since: Instant, limit: usize) -> Result<u64, DeskError> {
        self.cache.clear();
        self.queues.forget();
        Ok(self.store.delete_untouched(since, limit)?)
    }

    fn work(&self, now: Instant) -> Work {
        Work::new(now, self.numbers)
    }

    /// Takes a ticket in hand, if there is one.
    fn pick(&mut self, work: &mut Work, account: i64, id: &str) -> Result<Option<Kept>, DeskError> {
        let place = place(account, id);
        if let Some(kept) = work.kept.remove(&place).or_else(|| self.cache.take(&place)) {
            return Ok(Some(kept));
        }
        let damaged = |error| damage::unreadable(id, error);
        let Some(row) = self.store.ticket(account, id).map_err(damaged)? else { return Ok(None) };
        let outbox = match row.outbox {
            0 => Vec::new(),
            _ => self.store.outbox_of(row.no).map_err(damaged)?,
        };
        let kept = Kept::from_row(row, outbox)?;
        self.is_whole(work, &kept);
        Ok(Some(kept))
    }

    /// Stores what was done. If that fails nothing has happened, and what the desk knew of the
    /// tickets is forgotten: they are read anew.
    fn commit(&mut self, mut work: Work) -> Result<(), DeskError> {
        for kept in work.kept.values_mut().filter(|kept| kept.is_changed) {
            work.batch.aliases.extend(kept.new_alias());
            work.batch.tickets.push(kept.change(work.now));
        }
        if !work.batch.is_empty()
            && let Err(error) = self.store.commit(&work.batch)
        {
            self.start_over();
            return Err(error.into());
        }
        self.know_damage(&work.batch);
        for lane in work.batch.lanes {
            self.lanes.add(lane);
        }
        for change in &work.batch.tickets {
            if let Some(due) = change.row.due {
                self.lanes.due_at(change.row.lane, due);
            }
        }
        for change in &work.batch.outbox {
            if let OutboxChange::Put(row) = change
                && row.state.is_open()
            {
                self.queues.put(row.account, row.next);
            }
        }
        self.numbers = work.numbers;
        for (account, counts) in work.counts {
            self.counts.entry(account).or_default().add(counts);
        }
        work.carried_out.iter().for_each(|(due, at)| self.delivery_lateness.note(*due, *at));
        for (place, kept) in work.kept {
            if kept.version > 0 {
                self.cache.put(place, kept);
            }
        }
        Ok(())
    }

    /// After a commit that failed nobody knows whether it was stored: all is asked again.
    fn start_over(&mut self) {
        self.cache.clear();
        self.lanes.forget();
        self.queues.forget();
        // If these cannot be read now, the next commit fails as well and they are asked again.
        if let Ok(numbers) = self.store.numbers() {
            self.numbers = numbers;
        }
        let known: Result<Vec<_>, StoreError> = self.store.lanes();
        if let Ok(lanes) = known {
            self.lanes = Lanes::new(lanes);
        }
        if let Ok(damaged) = self.store.damaged() {
            self.damaged = damaged.into_iter().map(|row| row.ticket).collect();
        }
    }

    fn lease_key(account: i64, key: &str) -> String {
        place(account, key)
    }

    fn is_leased(&self, account: i64, key: &str, now: Instant) -> bool {
        !self.leases.is_empty()
            && self.leases.get(&Self::lease_key(account, key)).is_some_and(|l| l.covers(now))
    }
}

impl<S> fmt::Debug for Desk<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Desk").field("options", &self.options).finish_non_exhaustive()
    }
}
