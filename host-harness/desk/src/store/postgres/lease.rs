//! Who owns the database: the row of `lease`.
//!
//! The owner extends the lease every second, on a connection of its own. It is the only process
//! that may change anything: every commit ends unless the row still has the owner's name and epoch,
//! and locks the row until it has ended. A new owner waits for that lock, and raises the epoch.
//! So does an owner that had lost its connection: afterwards a commit whose answer was lost is
//! either stored or never will be.
//!
//! A lease is taken when it has ended, or when its owner's session is gone. In the second case the
//! owner's last deliveries may still be under way, so that deliveries begin when the lease would
//! have ended. A delivery begins only while the lease is left for longer than it may take. The
//! length of a lease is measured by the database's clock; an owner counts from before it asked.

use std::cell::Cell;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

use super::link::Link;
use crate::runtime::Stopwatch;
use crate::store::{DatabaseUrl, DeliveryPermit, OpenOptions, StoreError, StoreProblem};

/// How often the lease is extended.
const RENEWAL: Duration = Duration::from_secs(1);

/// What a lease is longer than a delivery may take, in milliseconds.
const BEYOND_DELIVERY_MS: u64 = 5_000;

/// Names the lock that an owner holds for as long as its session lasts: «desp» in ASCII.
const LOCK: i32 = 0x6465_7370;

/// A lease that is extended until it is dropped.
#[derive(Debug)]
pub(super) struct Lease {
    holder: String,
    epoch: Cell<i64>,
    /// The session of the store under which the epoch was taken.
    session: Cell<u64>,
    permit: DeliveryPermit,
    stop: Option<Sender<()>>,
    keeper: Option<JoinHandle<()>>,
}

impl Lease {
    /// Takes the lease.
    pub(super) fn take(
        link: &Link,
        url: &DatabaseUrl,
        options: OpenOptions,
    ) -> Result<Self, StoreError> {
        let keeper = Link::new(url)?;
        link.check_session(&keeper)?;
        let length = options.delivery_timeout.saturating_add(BEYOND_DELIVERY_MS);
        let length_ms = i64::try_from(length).unwrap_or(i64::MAX);
        let holder = holder(link)?;
        let delivery = Duration::from_millis(options.delivery_timeout);
        let permit = DeliveryPermit::within(Duration::from_millis(length), delivery);
        let mut is_waiting = false;
        // The lock is free when the session of the owner before is gone.
        let (is_gone, Taken { epoch, wait_ms }) = loop {
            let is_gone = if is_waiting { wait_for_lock(&keeper)? } else { lock(&keeper)? };
            permit.renew(Stopwatch::start());
            if let Some(taken) = take(link, &holder, length_ms, is_gone)? {
                break (is_gone, taken);
            }
            let error = in_use(link)?;
            if !options.standby {
                return Err(error);
            }
            if !is_waiting {
                tracing::info!("waiting as a standby: {}", error.found);
                keeper.batch(WAIT_LIMIT)?;
            }
            is_waiting = true;
        };
        permit.wait_for(Duration::from_millis(u64::try_from(wait_ms).unwrap_or_default()));
        let (stop, told) = mpsc::channel();
        let (name, kept) = (holder.clone(), permit.clone());
        let thread = std::thread::Builder::new().name("lease".into()).spawn(move || {
            let mut has_lock = is_gone;
            while told.recv_timeout(RENEWAL) == Err(RecvTimeoutError::Timeout) {
                renew(&keeper, &name, length_ms, &kept);
                if !has_lock || keeper.sessions() > 1 {
                    has_lock = lock(&keeper).unwrap_or(false);
                }
            }
            let sql = "UPDATE lease SET holder = '', until = clock_timestamp() WHERE holder = $1";
            // If it cannot be given back, it ends by itself.
            let _: Result<u64, _> = keeper.execute(sql, &[&name]);
        });
        let thread = thread.map_err(|error| {
            StoreError::new(StoreProblem::Io, format!("no threads are left: {error}"))
        })?;
        Ok(Self {
            holder,
            epoch: Cell::new(epoch),
            session: Cell::new(link.sessions()),
            permit,
            stop: Some(stop),
            keeper: Some(thread),
        })
    }

    /// The name of this owner.
    pub(super) fn holder(&self) -> &str {
        &self.holder
    }

    pub(super) fn epoch(&self) -> i64 {
        self.epoch.get()
    }

    pub(super) fn permit(&self) -> DeliveryPermit {
        self.permit.clone()
    }

    /// Raises the epoch if the connection is another one, so that no commit of the one before can
    /// still be under way. Returns whether this process is still the owner.
    pub(super) fn resume(&self, link: &Link) -> Result<bool, StoreError> {
        link.connect()?;
        if link.sessions() == self.session.get() {
            return Ok(true);
        }
        let sql = "UPDATE lease SET epoch = epoch + 1 WHERE part = 0 AND holder = $1
            RETURNING epoch";
        let epoch = link.one(sql, &[&self.holder], |row| Ok(row.try_get(0)?))?;
        if let Some(epoch) = epoch {
            self.epoch.set(epoch);
            self.session.set(link.sessions());
        }
        Ok(epoch.is_some())
    }

    /// Whether the row still has this owner's name and epoch.
    pub(super) fn is_held(&self, link: &Link) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM lease WHERE part = 0 AND holder = $1 AND epoch = $2";
        Ok(link.one(sql, &[&self.holder, &self.epoch.get()], |_| Ok(()))?.is_some())
    }

    /// Ends all deliveries: another process is the owner.
    pub(super) fn lose(&self) {
        self.permit.lose();
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(keeper) = self.keeper.take() {
            let _: std::thread::Result<()> = keeper.join();
        }
    }
}

/// How long a standby waits for the lock before it looks whether the lease has ended: an owner that
/// stands still keeps the lock.
const WAIT_LIMIT: &str = "SET lock_timeout = '1s'";

/// Waits for the lock of an owner's session; false if another session has kept it meanwhile.
fn wait_for_lock(link: &Link) -> Result<bool, StoreError> {
    match link.one("SELECT pg_advisory_lock($1, 0)", &[&LOCK], |_| Ok(())) {
        Ok(_) => Ok(true),
        Err(error) if error.problem == StoreProblem::TimedOut => Ok(false),
        Err(error) => Err(error),
    }
}

/// A name for this owner that no other has.
fn holder(link: &Link) -> Result<String, StoreError> {
    let sql = "SELECT coalesce(host(inet_client_addr()), 'this machine') || ', process '
        || $1::bigint || ', ' || gen_random_uuid()";
    let process = i64::from(std::process::id());
    let holder = link.one(sql, &[&process], |row| Ok(row.try_get(0)?))?;
    Ok(holder.unwrap_or_default())
}

/// A lease that was taken.
struct Taken {
    epoch: i64,
    /// How long the lease of the owner before would have lasted, in milliseconds.
    wait_ms: i64,
}

/// Takes the lease if it has ended, or if its owner is gone.
fn take(
    link: &Link,
    holder: &str,
    length_ms: i64,
    is_gone: bool,
) -> Result<Option<Taken>, StoreError> {
    let sql = "
        WITH before AS (SELECT holder, until FROM lease WHERE part = 0 FOR UPDATE)
        UPDATE lease SET holder = $1, epoch = lease.epoch + 1,
            until = clock_timestamp() + $2 * interval '1 millisecond'
        FROM before WHERE part = 0 AND (before.until <= clock_timestamp() OR $3)
        RETURNING lease.epoch, greatest(0, extract(epoch FROM before.until - clock_timestamp())
            * 1000)::bigint";
    link.one(sql, &[&holder, &(length_ms as f64), &is_gone], |row| {
        Ok(Taken { epoch: row.try_get(0)?, wait_ms: row.try_get(1)? })
    })
}

/// Takes the lock of an owner's session; false while another session has it.
fn lock(link: &Link) -> Result<bool, StoreError> {
    let sql = "SELECT pg_try_advisory_lock($1, 0)";
    let taken = link.one(sql, &[&LOCK], |row| Ok(row.try_get(0)?))?;
    Ok(taken.unwrap_or(false))
}

fn renew(link: &Link, holder: &str, length_ms: i64, permit: &DeliveryPermit) {
    let asked = Stopwatch::start();
    let sql = "UPDATE lease SET until = clock_timestamp() + $2 * interval '1 millisecond'
        WHERE part = 0 AND holder = $1";
    match link.execute(sql, &[&holder, &(length_ms as f64)]) {
        Ok(1) => permit.renew(asked),
        Ok(_) => permit.lose(),
        // It is tried again, and the lease that is left ends meanwhile.
        Err(error) => tracing::warn!("the lease could not be extended: {error}"),
    }
}

fn in_use(link: &Link) -> Result<StoreError, StoreError> {
    let sql = "SELECT holder FROM lease WHERE part = 0";
    let holder: Option<String> = link.one(sql, &[], |row| Ok(row.try_get(0)?))?;
    let holder = holder.unwrap_or_default();
    let found = format!("`{}` is in use by another desk ({holder})", link.place());
    Ok(StoreError::new(StoreProblem::InUse, found))
}
