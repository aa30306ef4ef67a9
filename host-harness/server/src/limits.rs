//! How much of everything there may be.

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ConnectInfo;
use axum::http::request::Parts;
use governor::clock::{Clock as _, DefaultClock};
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::problem::{Code, Problem};
use crate::scope::Caller;

type Keyed<K> = RateLimiter<K, HashMapStateStore<K>, DefaultClock>;

/// How much of everything there may be.
pub(crate) struct Limits {
    /// Bytes of a body.
    pub(crate) body: usize,
    /// How long a body may take.
    pub(crate) body_timeout: Duration,
    /// How long a request may take in all.
    pub(crate) request_timeout: Duration,
    requests: Keyed<[u8; 32]>,
    failures: Keyed<IpAddr>,
    /// Room for bodies, in KiB.
    room: Arc<Semaphore>,
    reports: Arc<Semaphore>,
    clock: DefaultClock,
}

/// So many wrong tokens of one address a minute are answered as such, and then as too many.
const FAILURES: NonZeroU32 = NonZeroU32::new(60).expect("more than 0");
/// After so many keys the idle ones are forgotten.
const KEYS: usize = 10_000;

impl Limits {
    pub(crate) fn new(settings: &crate::settings::Limits) -> Limits {
        let each = settings.requests_per_second;
        let quota = Quota::per_second(each).allow_burst(each.saturating_mul(BURST));
        let room = settings.bodies.get().div_ceil(KIB).max(kib(settings.body.get()));
        Limits {
            body: settings.body.get(),
            body_timeout: settings.body_timeout.0,
            request_timeout: settings.request_timeout.0,
            requests: RateLimiter::hashmap(quota),
            failures: RateLimiter::hashmap(Quota::per_minute(FAILURES)),
            room: Arc::new(Semaphore::new(room.min(Semaphore::MAX_PERMITS))),
            reports: Arc::new(Semaphore::new(settings.reports.get().min(Semaphore::MAX_PERMITS))),
            clock: DefaultClock::default(),
        }
    }

    /// Counts a request of a caller.
    pub(crate) fn admit(&self, caller: &Caller) -> Result<(), Problem> {
        self.requests
            .check_key(&caller.digest)
            .map_err(|until| too_many(until.wait_time_from(self.clock.now())))
    }

    /// Leave to read a report; who comes when others are being read comes again.
    pub(crate) fn report(&self) -> Result<OwnedSemaphorePermit, Problem> {
        Arc::clone(&self.reports).try_acquire_owned().map_err(|_| {
            Problem::new(Code::Busy, "as many reports are being read as may be at one time")
                .help("ask again, or raise `limits.reports`")
                .again_after(5)
        })
    }

    /// Counts a wrong token. Nobody tries many.
    pub(crate) fn note_failure(&self, parts: &Parts) -> Result<(), Problem> {
        let Some(ConnectInfo(peer)) = parts.extensions.get::<ConnectInfo<SocketAddr>>() else {
            return Ok(());
        };
        if self.failures.len() > KEYS {
            self.failures.retain_recent();
        }
        self.failures
            .check_key(&peer.ip())
            .map_err(|until| too_many(until.wait_time_from(self.clock.now())))
    }

    /// Room for a body; who comes when there is none waits.
    pub(crate) async fn room(&self, bytes: usize) -> Result<OwnedSemaphorePermit, Problem> {
        let wanted = u32::try_from(kib(bytes)).unwrap_or(u32::MAX);
        Arc::clone(&self.room)
            .acquire_many_owned(wanted)
            .await
            .map_err(|_| Problem::new(Code::Busy, "there is no room for a body").again_after(1))
    }
}

/// A caller that was quiet may make the requests of so many seconds at once.
const BURST: NonZeroU32 = NonZeroU32::new(2).expect("more than 0");
const KIB: usize = 1_024;

fn kib(bytes: usize) -> usize {
    bytes.div_ceil(KIB).max(1)
}

fn too_many(wait: Duration) -> Problem {
    Problem::new(Code::TooMany, "more requests than are allowed a second")
        .help("send events in batches, or raise `limits.requests-per-second`")
        .again_after(wait.as_secs().saturating_add(1))
}
