//! The desk: tickets, deadlines and actions over a store and a plugin.
//!
//! The desk reads no clock, does not sleep and starts no thread: `now` is an argument, and
//! [`Desk::next_instant`] returns when to call again. Methods that change something end in one
//! commit, and return after it.
//!
//! A driver runs this loop:
//!
//! 1. Record events with [`record_events`](Desk::record_events).
//! 2. Evaluate due tickets with [`poll_due`](Desk::poll_due).
//! 3. Claim actions with [`claim_deliveries`](Desk::claim_deliveries) and carry them out, each
//!    under its key.
//! 4. Report their results with [`record_deliveries`](Desk::record_deliveries).
//! 5. Sleep until [`next_instant`](Desk::next_instant).
//!
//! A step may be repeated, skipped for a while, or interrupted by a crash.
//! [`run_round`](Desk::run_round) does the first four in one commit, with the results of the last
//! round.

mod account;
mod budget;
mod cache;
mod counts;
mod damage;
mod deferral;
mod delivery;
mod difference;
mod early;
mod inbound;
mod incoming;
mod lanes;
mod lateness;
mod listing;
mod poll;
mod proposal;
mod query;
mod queue;
mod record;
mod replay;
mod round;
mod settle;
mod ticket;
mod token;
mod transaction;
mod what_if;

use std::collections::{HashMap, HashSet};
use std::fmt;

use despertador_contract::{Duration, ExitState, Instant};
use despertador_host::drain::Turns;
use despertador_host::{Plugin, Policy};
use despertador_lime::canonical_customer;
use serde_json::json;

use crate::error::DeskError;
use crate::store::{
    AccountRow, FlowRow, Numbers, OutboxChange, Store, StoreError, TicketChange, TicketRow,
    WaitingRow,
};
use cache::{Cache, ticket_key};
use lanes::Lanes;
use queue::Queues;
use ticket::LoadedTicket;
use transaction::Transaction;

pub use account::{PolicyUpdate, RuleChange};
pub use counts::Counts;
pub use delivery::{Delivery, DeliveryCounts, DeliveryOutcome, DeliveryReport};
pub use difference::{Kind, Subject};
pub(crate) use early::is_early;
pub use inbound::{Inbound, InboundResolution};
pub use incoming::{Incoming, Receipt};
pub use lateness::{Backlog, Lateness};
pub use listing::{Glance, ListPlace, Listed, ListedTicket, Listing};
pub use poll::Polled;
pub use query::{ManualChange, Rebuilt, TicketSnapshot, TimelineEntry};
pub use replay::{Count, Difference, Replay, ReplayOptions, Replayed};
pub use round::{Round, RoundResult};
pub use what_if::{ChangeKind, PolicyChange, PolicyEffect, Shift, WhatIf};

/// Options of a desk. Durations are in milliseconds.
#[derive(Clone)]
pub struct Options {
    /// Maximum number of delivery attempts per action. Default 18: with the pauses below these take
    /// an hour and a half.
    pub attempts: u32,
    /// The pause after the first failed attempt; doubled after each further one. Default 1 s.
    pub first_pause: Duration,
    /// The longest pause between two attempts. Default 10 min.
    pub longest_pause: Duration,
    /// The longest `Retry-After` of a receiver that is respected. Default 1 h.
    pub longest_retry_after: Duration,
    /// How long an action stays claimed without a report. Default 5 min.
    pub lease: Duration,
    /// Maximum number of tickets cached in memory. Default 50,000.
    pub cached_tickets: usize,
    /// The shortest interval at which the desk is polled; a policy with shorter times is refused.
    /// Default 1 s.
    pub tick_resolution: Duration,
    /// Checks whether a flow can leave its human-assistance block by the inactivity exit. By
    /// default this is unknown.
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

/// The result of [`Desk::forget_customer`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Number of deleted tickets.
    pub tickets: u64,
    /// Whether the data is gone from the disk. If not, another process is reading the store, and
    /// the desk purges the disk once it has finished.
    pub is_purged: bool,
    /// Existing backups of the store. They still contain the customer's data.
    pub backups: Vec<String>,
}

/// The pause before another attempt to purge deleted data from the disk, in milliseconds.
const PURGE_RETRY_MS: i64 = 1_000;

/// The interval after which the same error is logged again, in milliseconds.
const LOG_INTERVAL_MS: u64 = 60_000;

/// Stores tickets, evaluates them when they are due, and has actions carried out.
///
/// The prefix of a method says what it does:
///
/// | prefix | methods | changes tickets |
/// |---|---|---|
/// | `record_` | record events, delivery results, unreadable input, audit entries | yes |
/// | `poll_` | evaluate tickets whose deadline has passed | yes |
/// | `next_` | return when to call `poll_` or `claim_` next | no |
/// | `claim_` | lease due actions to the caller | yes |
/// | `query_` | read tickets, journals, policies, and answer questions about them | no |
///
/// Methods for people (`open_account`, `save_policy`, `change_ticket`, …) are verbs with a
/// parameter `by`; each writes an audit entry. Methods without a verb return what is in memory,
/// such as [`counts`](Self::counts).
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
    /// Claimed actions. They are only in memory: the store has one owner, and after a crash all
    /// actions can be claimed again.
    leases: HashMap<String, Lease>,
    lateness: Lateness,
    delivery_lateness: Lateness,
    commits: Lateness,
    counts: HashMap<i64, Counts>,
    /// Accounts at their limit of claimed actions.
    full: HashSet<i64>,
    trouble: Option<(Instant, DeskError)>,
    /// When to try again to purge deleted data from the disk.
    purge_at: Option<Instant>,
    /// The error logged last.
    logged: Option<(Instant, DeskError)>,
    /// Tickets that cannot be read or written. They are skipped so that the others continue.
    damaged: HashSet<i64>,
    /// Account and number of the tickets in the last commit, if it failed.
    suspects: Vec<(i64, i64)>,
    observer: Option<Observer>,
    /// Whether there may be inbound entries that nobody has handled.
    has_inbound: bool,
}

/// A ticket as a commit has stored it.
#[derive(Debug, Clone, Copy)]
pub struct Committed<'c> {
    /// The name of its account.
    pub account: &'c str,
    /// The ticket.
    pub ticket: &'c TicketRow,
}

/// Called once after each commit that has changed tickets, on the desk's thread: it must be quick.
pub type Observer = Box<dyn Fn(&[Committed<'_>]) + Send>;

/// An account and the policy in force, parsed.
struct Account {
    row: AccountRow,
    policy: Policy,
}

/// A claimed action.
struct Lease {
    since: Instant,
    until: Instant,
    account: i64,
    customer: Option<String>,
    /// Its row, to be queued again if the lease ends without a report.
    row: WaitingRow,
}

impl Lease {
    /// Whether the lease is valid. It ends at once if the clock goes back to before its start.
    fn covers(&self, now: Instant) -> bool {
        self.since <= now && now < self.until
    }
}

impl<S: Store> Desk<S> {
    /// Opens a desk over a store.
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
        let has_inbound = store.inbound_size(None)?.entries > 0;
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
            observer: None,
            has_inbound,
        })
    }

    /// Has an observer see every later commit that changes tickets.
    pub fn observe(&mut self, observer: Observer) {
        self.observer = Some(observer);
    }

    fn notify_observer(&self, tickets: &[TicketChange]) {
        let Some(observer) = self.observer.as_ref().filter(|_| !tickets.is_empty()) else { return };
        let committed: Vec<_> = tickets
            .iter()
            .filter_map(|change| {
                let account = &self.account_of(change.row.account).ok()?.row.name;
                Some(Committed { account, ticket: &change.row })
            })
            .collect();
        observer(&committed);
    }

    /// The store, for backups and checks.
    #[must_use]
    pub fn store(&self) -> &S {
        &self.store
    }

    /// Closes the desk and gives the store back.
    #[must_use]
    pub fn into_store(self) -> S {
        self.store
    }

    /// The plugin.
    #[must_use]
    pub fn plugin(&self) -> &Plugin {
        &self.plugin
    }

    /// How late tickets were evaluated, since the desk was opened.
    #[must_use]
    pub fn lateness(&self) -> &Lateness {
        &self.lateness
    }

    /// How late actions were carried out, since the desk was opened.
    #[must_use]
    pub fn delivery_lateness(&self) -> &Lateness {
        &self.delivery_lateness
    }

    /// Counts what is waiting at an instant, at most `most` of each kind, so that the query is
    /// fast.
    ///
    /// # Errors
    ///
    /// See [`DeskError`].
    pub fn query_backlog(&self, now: Instant, most: usize) -> Result<Backlog, DeskError> {
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

    /// Durations of committing calls, as measured by the runtime; empty without a runtime.
    #[must_use]
    pub fn commit_durations(&self) -> &Lateness {
        &self.commits
    }

    pub(crate) fn note_commit(&mut self, begun: Instant, ended: Instant) {
        self.commits.note(begun, ended);
    }

    /// Counts of each account's actions by result, since the desk was opened.
    pub fn counts(&self) -> impl Iterator<Item = (&str, Counts)> {
        self.accounts.iter().map(|account| {
            let counts = self.counts.get(&account.row.no).copied().unwrap_or_default();
            (account.row.name.as_str(), counts)
        })
    }

    /// When to call [`poll_due`](Self::poll_due) or [`claim_deliveries`](Self::claim_deliveries)
    /// next: the earlier of [`next_due`](Self::next_due) and
    /// [`next_delivery`](Self::next_delivery). An instant in the past means now; `None` means that
    /// nothing is scheduled.
    #[must_use]
    pub fn next_instant(&self) -> Option<Instant> {
        [self.next_due(), self.next_delivery()].into_iter().flatten().min()
    }

    /// When to call [`poll_due`](Self::poll_due) next.
    #[must_use]
    pub fn next_due(&self) -> Option<Instant> {
        let sweeping = self.accounts.iter().any(|account| account.row.sweep.is_some());
        if sweeping {
            return Some(Instant::MIN);
        }
        self.lanes.earliest().into_iter().chain(self.purge_at).min()
    }

    /// When to call [`claim_deliveries`](Self::claim_deliveries) next.
    #[must_use]
    pub fn next_delivery(&self) -> Option<Instant> {
        let leases = self.leases.values().map(|lease| lease.until).min();
        self.queues.next(|account| self.full.contains(&account)).into_iter().chain(leases).min()
    }

    /// Deletes all data of a customer: the tickets whose fact `customer.id` names them, or once
    /// did.
    ///
    /// # Errors
    ///
    /// See [`DeskError`].
    pub fn forget_customer(
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
        // The audit entry does not name the customer.
        let mut tx = self.begin(now);
        let details = json!({ "tickets": tickets });
        tx.batch.audit.push(account::audit(account, now, by, "customer-forgotten", &details));
        self.commit(tx)?;
        let is_purged = self.purge(now)?;
        let is_there = |file: &String| std::path::Path::new(file).exists();
        let backups = self.store.backups()?.into_iter().filter(is_there).collect();
        Ok(Forgotten { tickets, is_purged, backups })
    }

    /// Purges deleted data from the disk and returns whether that was possible. If not,
    /// [`poll_due`](Self::poll_due) tries again.
    fn purge(&mut self, now: Instant) -> Result<bool, DeskError> {
        let is_purged = self.store.purge()?;
        self.purge_at = (!is_purged).then(|| now.saturating_add(PURGE_RETRY_MS));
        Ok(is_purged)
    }

    /// Whether deleted data still has to be purged from the disk.
    #[must_use]
    pub fn is_purge_due(&self) -> bool {
        self.purge_at.is_some()
    }

    /// The last error of the desk's own work, and when it occurred; for monitoring.
    #[must_use]
    pub fn trouble(&self) -> Option<&(Instant, DeskError)> {
        self.trouble.as_ref()
    }

    /// Records an error of the desk's own work and logs it, the same one at most once a minute.
    pub(crate) fn note_trouble(&mut self, now: Instant, error: DeskError) {
        let is_known = |(at, known): &(Instant, DeskError)| {
            *known == error && now.abs_diff(*at) < LOG_INTERVAL_MS
        };
        if self.logged.as_ref().is_none_or(|logged| !is_known(logged)) {
            tracing::error!("the desk could not do its work: {error}");
            self.logged = Some((now, error.clone()));
        }
        self.trouble = Some((now, error));
    }

    /// Deletes at most `limit` tickets that are not open and have not changed since an instant, and
    /// returns how many.
    ///
    /// # Errors
    ///
    /// See [`DeskError`].
    pub fn delete_inactive_tickets(
        &mut self,
        since: Instant,
        limit: usize,
    ) -> Result<u64, DeskError> {
        self.cache.clear();
        self.queues.forget();
        let deleted = self.store.delete_untouched(since, limit)?;
        // A store may begin another span of numbers for new tickets.
        self.numbers = self.store.numbers()?;
        Ok(deleted)
    }

    fn begin(&self, now: Instant) -> Transaction {
        Transaction::new(now, self.numbers)
    }

    /// Loads a ticket, if it exists, from this transaction, the cache or the store.
    fn load(
        &mut self,
        tx: &mut Transaction,
        account: i64,
        id: &str,
    ) -> Result<Option<Box<LoadedTicket>>, DeskError> {
        let place = ticket_key(account, id);
        if let Some(loaded) = tx.loaded.remove(&place).or_else(|| self.cache.remove(&place)) {
            return Ok(Some(loaded));
        }
        let damaged = |error| damage::unreadable(id, error);
        let Some(row) = self.store.ticket(account, id).map_err(damaged)? else { return Ok(None) };
        let outbox = match row.outbox {
            0 => Vec::new(),
            _ => self.store.outbox_of(row.no).map_err(damaged)?,
        };
        let loaded = LoadedTicket::from_row(row, outbox)?;
        self.note_repair(tx, &loaded);
        Ok(Some(loaded.into()))
    }

    /// Commits. If that fails nothing has changed, and the cached tickets are dropped and read
    /// again.
    fn commit(&mut self, mut tx: Transaction) -> Result<(), DeskError> {
        for loaded in tx.loaded.values_mut().filter(|loaded| loaded.is_changed) {
            tx.batch.aliases.extend(loaded.new_alias());
            tx.batch.tickets.push(loaded.change(tx.now));
        }
        if !tx.batch.is_empty()
            && let Err(error) = self.store.commit(&tx.batch)
        {
            self.reload();
            return Err(error.into());
        }
        self.note_damage(&tx.batch);
        self.notify_observer(&tx.batch.tickets);
        if !tx.batch.inbound.is_empty() {
            self.has_inbound = self.store.inbound_size(None).map_or(true, |size| size.entries > 0);
        }
        for lane in tx.batch.lanes {
            self.lanes.add(lane);
        }
        for change in &tx.batch.tickets {
            if let Some(due) = change.row.due {
                self.lanes.due_at(change.row.lane, due);
            }
        }
        let mut offered = tx.offered.iter().peekable();
        for (place, change) in tx.batch.outbox.iter().enumerate() {
            if offered.next_if_eq(&&place).is_none()
                && let OutboxChange::Put(row) = change
                && row.state.is_open()
            {
                self.queues.put(row.account, row.next);
            }
        }
        self.numbers = tx.numbers;
        for (account, counts) in tx.counts {
            self.counts.entry(account).or_default().add(counts);
        }
        tx.carried_out.iter().for_each(|(due, at)| self.delivery_lateness.note(*due, *at));
        for (place, loaded) in tx.loaded {
            if loaded.version > 0 {
                self.cache.put(place, loaded);
            }
        }
        Ok(())
    }

    /// Reads everything again: after a failed commit it is unknown whether it was stored.
    fn reload(&mut self) {
        self.cache.clear();
        self.lanes.forget();
        self.queues.forget();
        self.has_inbound = true;
        // If these cannot be read now, the next commit fails too, and they are read again.
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
        ticket_key(account, key)
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
