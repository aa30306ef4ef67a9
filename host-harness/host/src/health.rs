//! Which tickets of an account are deferred after a failed call, and whether the plugin is
//! quarantined for the account. Accounts do not affect each other.
//!
//! Callers provide the time: the instant of a call is the one that it is about.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::call_error::CallError;
use despertador_contract::Instant;

/// How long a ticket is deferred after its first failure, in milliseconds; doubled by each further
/// one.
const FIRST_DEFERRAL_MILLIS: i64 = 1_000;
/// The longest deferral of a ticket, in milliseconds.
const DEFERRAL_MILLIS_MAX: i64 = 5 * 60_000;
/// The plugin's first quarantine, in milliseconds; doubled each time it fails again.
const FIRST_QUARANTINE_MILLIS: i64 = 60_000;
/// The plugin's longest quarantine, in milliseconds.
const QUARANTINE_MILLIS_MAX: i64 = 60 * 60_000;
/// Maximum number of deferred tickets that are remembered; beyond it the one with the earliest end
/// is dropped.
const DEFERRED_TICKETS_MAX: usize = 1_024;

/// The health of a plugin per account with a policy.
pub(crate) struct Accounts {
    quarantine_after: usize,
    by_name: Mutex<HashMap<String, Arc<Health>>>,
}

/// An account for which a plugin is quarantined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspension {
    /// The account that was passed to [`Plugin::policy_for`](crate::Plugin::policy_for).
    pub account: String,
    /// When one call is made to test whether the plugin works again.
    pub until: Instant,
    /// The last failure.
    pub why: String,
}

impl Accounts {
    pub(crate) fn new(quarantine_after: usize) -> Self {
        Self { quarantine_after, by_name: Mutex::default() }
    }

    /// The health in one account, shared by all of its policies.
    pub(crate) fn for_account(&self, account: &str) -> Arc<Health> {
        let mut by_name = self.by_name.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(health) = by_name.get(account) {
            return Arc::clone(health);
        }
        // Drops accounts without policies and without anything to remember.
        by_name.retain(|_, health| Arc::strong_count(health) > 1 || health.is_troubled());
        let health = Arc::new(Health::new(account, self.quarantine_after));
        by_name.insert(account.to_owned(), Arc::clone(&health));
        health
    }

    pub(crate) fn suspensions(&self, now: Instant) -> Vec<Suspension> {
        let by_name = self.by_name.lock().unwrap_or_else(PoisonError::into_inner);
        let mut found: Vec<_> =
            by_name.values().filter_map(|health| health.suspension(now)).collect();
        found.sort_by(|a, b| a.account.cmp(&b.account));
        found
    }

    pub(crate) fn release(&self) {
        let by_name = self.by_name.lock().unwrap_or_else(PoisonError::into_inner);
        by_name.values().for_each(|health| health.release());
    }
}

pub(crate) struct Health {
    account: Box<str>,
    /// Whether there were failures: calls of a working plugin take no lock.
    troubled: AtomicBool,
    state: Mutex<State>,
    quarantine_after: usize,
}

#[derive(Default)]
struct State {
    deferred: HashMap<String, Deferral>,
    /// The different tickets that failed since the last success.
    in_a_row: Vec<String>,
    quarantine: Option<Deferral>,
}

struct Deferral {
    since: Instant,
    until: Instant,
    length: i64,
    why: String,
}

impl Deferral {
    /// If the clock goes back to before the failure, the deferral does not apply.
    fn covers(&self, now: Instant) -> bool {
        self.since <= now && now < self.until
    }
}

impl Health {
    fn new(account: &str, quarantine_after: usize) -> Self {
        Self {
            account: account.into(),
            troubled: AtomicBool::new(false),
            state: Mutex::default(),
            quarantine_after: quarantine_after.max(1),
        }
    }

    /// Whether a call about this ticket may be made now.
    pub(crate) fn admit(&self, ticket: &str, now: Instant) -> Result<(), CallError> {
        if !self.troubled.load(Ordering::Acquire) {
            return Ok(());
        }
        let mut state = self.state();
        if let Some(deferral) = state.deferred.get(ticket)
            && deferral.covers(now)
        {
            return Err(CallError::Deferred {
                ticket: ticket.into(),
                until: deferral.until,
                why: deferral.why.clone(),
            });
        }
        if let Some(quarantine) = &mut state.quarantine {
            if quarantine.covers(now) {
                return Err(CallError::Quarantined {
                    account: self.account.to_string(),
                    until: quarantine.until,
                    why: quarantine.why.clone(),
                });
            }
            // This call is the test; the others wait for its result.
            quarantine.since = now;
            quarantine.until = now.saturating_add(quarantine.length);
        }
        Ok(())
    }

    pub(crate) fn success(&self, ticket: &str) {
        if !self.troubled.load(Ordering::Acquire) {
            return;
        }
        let mut state = self.state();
        state.deferred.remove(ticket);
        state.in_a_row.clear();
        state.quarantine = None;
        self.troubled.store(!state.deferred.is_empty(), Ordering::Release);
    }

    pub(crate) fn failure(&self, ticket: &str, now: Instant, error: &CallError) {
        let why = error.to_string();
        let mut state = self.state();
        let length = state.deferred.get(ticket).map_or(FIRST_DEFERRAL_MILLIS, |deferral| {
            deferral.length.saturating_mul(2).min(DEFERRAL_MILLIS_MAX)
        });
        if state.deferred.len() >= DEFERRED_TICKETS_MAX && !state.deferred.contains_key(ticket) {
            let first = state.deferred.iter().min_by_key(|(_, deferral)| deferral.until);
            if let Some(first) = first.map(|(ticket, _)| ticket.clone()) {
                state.deferred.remove(&first);
            }
        }
        let until = now.saturating_add(length);
        state
            .deferred
            .insert(ticket.into(), Deferral { since: now, until, length, why: why.clone() });
        if !state.in_a_row.iter().any(|other| other == ticket) {
            state.in_a_row.push(ticket.into());
        }
        if state.in_a_row.len() >= self.quarantine_after {
            let length = state.quarantine.as_ref().map_or(FIRST_QUARANTINE_MILLIS, |quarantine| {
                quarantine.length.saturating_mul(2).min(QUARANTINE_MILLIS_MAX)
            });
            let until = now.saturating_add(length);
            state.quarantine = Some(Deferral { since: now, until, length, why });
            // If the test fails too, that is enough to continue the quarantine.
            state.in_a_row.truncate(self.quarantine_after);
        }
        self.troubled.store(true, Ordering::Release);
    }

    fn is_troubled(&self) -> bool {
        self.troubled.load(Ordering::Acquire)
    }

    fn suspension(&self, now: Instant) -> Option<Suspension> {
        if !self.is_troubled() {
            return None;
        }
        let state = self.state();
        let quarantine = state.quarantine.as_ref().filter(|quarantine| quarantine.covers(now))?;
        Some(Suspension {
            account: self.account.to_string(),
            until: quarantine.until,
            why: quarantine.why.clone(),
        })
    }

    pub(crate) fn release(&self) {
        *self.state() = State::default();
        self.troubled.store(false, Ordering::Release);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
