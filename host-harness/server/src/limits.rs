//! Limits of the server.

use std::collections::HashMap;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::ConnectInfo;
use axum::http::request::Parts;
use governor::clock::{Clock as _, DefaultClock};
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::problem::{Code, Problem};
use crate::scope::Caller;
use crate::shares::{Full, Share, Shares};

type Keyed<K> = RateLimiter<K, HashMapStateStore<K>, DefaultClock>;

/// Limits of the server.
pub(crate) struct Limits {
    /// Maximum size of a body, in bytes.
    pub(crate) body: usize,
    /// Maximum time to receive a body.
    pub(crate) body_timeout: Duration,
    /// Maximum total time of a request.
    pub(crate) request_timeout: Duration,
    requests: Keyed<[u8; 32]>,
    failures: Keyed<IpAddr>,
    /// Memory for bodies, in KiB.
    room: Shares,
    /// Turns of the desk, in events.
    turns: Shares,
    reports: Shares,
    checks: Shares,
    parses: Shares,
    seats: Arc<Seats>,
    clock: DefaultClock,
}

/// Maximum number of wrong tokens per address and minute; further ones are answered with «too
/// many».
const WRONG_TOKENS_PER_MINUTE_MAX: NonZeroU32 = NonZeroU32::new(60).expect("more than 0");
/// After this many keys, idle ones are removed.
const KEYS_MAX: usize = 10_000;

impl Limits {
    pub(crate) fn new(settings: &crate::settings::Limits) -> Limits {
        let each = settings.requests_per_second;
        let quota = Quota::per_second(each).allow_burst(each.saturating_mul(BURST_SECONDS));
        let room = settings.bodies.get().div_ceil(KIB).max(kib(settings.body.get()));
        Limits {
            body: settings.body.get(),
            body_timeout: settings.body_timeout.0,
            request_timeout: settings.request_timeout.0,
            requests: RateLimiter::hashmap(quota),
            failures: RateLimiter::hashmap(Quota::per_minute(WRONG_TOKENS_PER_MINUTE_MAX)),
            room: Shares::new(
                room,
                room.div_ceil(ROOM_SHARE_DIVISOR).max(kib(settings.body.get())),
                ROOM_QUANTUM_KIB,
                WAITING_MAX,
            ),
            turns: Shares::new(
                PENDING_EVENTS_MAX,
                EVENTS_PER_TURN_MAX,
                TURN_QUANTUM_EVENTS,
                WAITING_MAX,
            ),
            reports: half_each(settings.reports.get()),
            checks: half_each(CHECKS_MAX),
            parses: half_each(PARSES_MAX),
            seats: Arc::new(Seats::new(settings.connections.get().div_ceil(2))),
            clock: DefaultClock::default(),
        }
    }

    /// Counts a request of a caller.
    pub(crate) fn admit(&self, caller: &Caller) -> Result<(), Problem> {
        self.requests
            .check_key(&caller.digest)
            .map_err(|until| too_many(until.wait_time_from(self.clock.now())))
    }

    /// A permit to read a report.
    pub(crate) async fn report(&self, account: &str) -> Result<Share, Problem> {
        self.reports
            .acquire(account, 1)
            .await
            .map_err(|Full| busy("as many reports of this account wait as may").again_after(5))
    }

    /// A permit to check a policy or a flow, which uses a processor for a while.
    pub(crate) async fn check(&self, account: &str) -> Result<Share, Problem> {
        self.checks.acquire(account, 1).await.map_err(|Full| {
            busy("as many policies and flows of this account wait to be checked as may")
        })
    }

    /// A permit to parse a long body, which uses a processor for a while.
    pub(crate) async fn parse(&self, account: &str) -> Result<Share, Problem> {
        self.parses
            .acquire(account, 1)
            .await
            .map_err(|Full| busy("as many bodies of this account wait as may"))
    }

    /// A turn of the desk, for this many events.
    pub(crate) async fn turn(&self, account: &str, events: usize) -> Result<Share, Full> {
        self.turns.acquire(account, events).await
    }

    /// Counts a connection towards the account that uses it.
    pub(crate) fn seat(&self, seat: Option<&Arc<Seat>>, account: &str) -> Result<(), Problem> {
        match seat {
            Some(seat) if !self.seats.move_to(seat, account) => {
                Err(busy("this account has as many connections as it may have").closing())
            }
            _ => Ok(()),
        }
    }

    /// A new connection, without an account yet.
    pub(crate) fn new_seat(&self) -> Arc<Seat> {
        Arc::new(Seat { account: Mutex::default(), seats: Arc::clone(&self.seats) })
    }

    /// Counts a wrong token and limits them.
    pub(crate) fn note_failure(&self, parts: &Parts) -> Result<(), Problem> {
        let Some(ConnectInfo(peer)) = parts.extensions.get::<ConnectInfo<SocketAddr>>() else {
            return Ok(());
        };
        if self.failures.len() > KEYS_MAX {
            self.failures.retain_recent();
        }
        self.failures
            .check_key(&peer.ip())
            .map_err(|until| too_many(until.wait_time_from(self.clock.now())))
    }

    /// Memory for a body; waits while the account's share is used up.
    pub(crate) async fn room(&self, account: &str, bytes: usize) -> Result<Share, Problem> {
        self.room
            .acquire(account, kib(bytes))
            .await
            .map_err(|Full| busy("as many bodies of this account wait as may"))
    }
}

/// The connections of each account.
struct Seats {
    most_of_one: usize,
    taken: Mutex<HashMap<String, usize>>,
}

/// A connection, and the account that last used it.
pub(crate) struct Seat {
    account: Mutex<Option<String>>,
    seats: Arc<Seats>,
}

impl Seats {
    fn new(most_of_one: usize) -> Self {
        Self { most_of_one, taken: Mutex::default() }
    }

    /// Whether the account may have another connection.
    fn move_to(&self, seat: &Seat, account: &str) -> bool {
        let mut own = seat.account.lock().unwrap_or_else(PoisonError::into_inner);
        if own.as_deref() == Some(account) {
            return true;
        }
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(account.to_owned()).or_default();
        if *count >= self.most_of_one {
            return false;
        }
        *count = count.saturating_add(1);
        if let Some(before) = own.replace(account.to_owned()) {
            leave(&mut taken, &before);
        }
        true
    }
}

fn leave(taken: &mut HashMap<String, usize>, account: &str) {
    if let Some(count) = taken.get_mut(account) {
        *count = count.saturating_sub(1);
        if *count == 0 {
            taken.remove(account);
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let account = self.account.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(account) = account.take() {
            let mut taken = self.seats.taken.lock().unwrap_or_else(PoisonError::into_inner);
            leave(&mut taken, &account);
        }
    }
}

impl fmt::Debug for Seat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seat").finish_non_exhaustive()
    }
}

/// An account gets half of it, rounded up.
fn half_each(whole: usize) -> Shares {
    Shares::new(whole, whole.div_ceil(2), 1, WAITING_MAX)
}

fn busy(said: &str) -> Problem {
    Problem::new(Code::Busy, said).help("send less at one time").again_after(1)
}

/// An account gets a quarter of the memory for bodies.
const ROOM_SHARE_DIVISOR: usize = 4;
/// Memory for bodies that an account may use per turn, in KiB.
const ROOM_QUANTUM_KIB: usize = 64;
/// Maximum number of an account's requests that wait for the same resource.
const WAITING_MAX: usize = 512;
/// Maximum number of events of all accounts that were passed to the desk and not stored yet.
const PENDING_EVENTS_MAX: usize = 1_024;
/// Maximum number of them per account: about ten milliseconds of the desk's thread.
pub(crate) const EVENTS_PER_TURN_MAX: usize = 256;
/// Events that an account may pass to the desk per turn.
const TURN_QUANTUM_EVENTS: usize = 64;
/// Maximum number of policies and flows that are checked at a time.
const CHECKS_MAX: usize = 2;
/// Maximum number of long bodies that are parsed at a time.
const PARSES_MAX: usize = 2;

/// A caller that was quiet may use the requests of this many seconds at once.
const BURST_SECONDS: NonZeroU32 = NonZeroU32::new(2).expect("more than 0");
const KIB: usize = 1_024;

fn kib(bytes: usize) -> usize {
    bytes.div_ceil(KIB).max(1)
}

fn too_many(wait: Duration) -> Problem {
    Problem::new(Code::TooMany, "more requests than are allowed a second")
        .help("send events in batches, or raise `limits.requests-per-second`")
        .again_after(wait.as_secs().saturating_add(1))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that is wrong fails")]
mod tests {
    use std::num::NonZeroUsize;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use axum::http::{StatusCode, header};
    use axum::response::IntoResponse as _;

    use super::*;

    #[test]
    fn only_so_many_reports_are_read_at_one_time_and_only_so_many_requests_wait() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let settings =
                crate::settings::Limits { reports: NonZeroUsize::MIN, ..Default::default() };
            let limits = Arc::new(Limits::new(&settings));
            let reading = Arc::new(AtomicUsize::new(0));
            let wait = |account: &'static str| {
                let (limits, reading) = (Arc::clone(&limits), Arc::clone(&reading));
                tokio::spawn(async move {
                    let share = limits.report(account).await.unwrap();
                    assert_eq!(reading.fetch_add(1, Ordering::Relaxed), 0, "one at a time");
                    tokio::task::yield_now().await;
                    reading.fetch_sub(1, Ordering::Relaxed);
                    drop(share);
                })
            };
            let first = limits.report("acme").await.unwrap();
            let mut waiting: Vec<_> = (0..WAITING_MAX).map(|_| wait("acme")).collect();
            waiting.push(wait("globex"));
            // Not all of them were polled after the first.
            for _ in 0..WAITING_MAX {
                tokio::task::yield_now().await;
            }
            assert!(waiting.iter().all(|waiting| !waiting.is_finished()));

            let refused = limits.report("acme").await.err().unwrap().into_response();
            assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
            assert_eq!(refused.headers().get(header::RETRY_AFTER).unwrap(), "5");

            drop(first);
            for waiting in waiting {
                waiting.await.unwrap();
            }
        });
    }
}
