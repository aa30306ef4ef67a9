//! The store in a PostgreSQL database, version 15 or later.
//!
//! All tables are in the schema `despertador`. Two connections are used: one for what the desk
//! reads and writes, and one that extends the lease (`lease.rs`). A lost connection is made again
//! with the next statement.

mod delete;
mod failure;
mod lease;
mod link;
mod read;
mod reader;
mod schema;
mod tls;
mod transfer;
mod write;

use std::cell::RefCell;
use std::io;

use super::packing::Packing;
use super::{DatabaseUrl, OpenOptions, StoreError, StoreProblem};
use lease::Lease;
use link::Link;

pub use reader::Reader;

/// A store in a database.
#[derive(Debug)]
pub struct Postgres {
    // Given back before the connection is closed.
    lease: Lease,
    link: Link,
    url: DatabaseUrl,
    packing: RefCell<Packing>,
    /// Entries that were read before they are asked for.
    ahead: RefCell<read::Ahead>,
    vacuum: delete::Vacuum,
}

impl Postgres {
    /// Opens a database and takes its lease; tables that do not exist are created.
    ///
    /// # Errors
    ///
    /// The database cannot be reached, is in use by another desk, of a later version of
    /// Despertador, too old, or cannot be written.
    pub fn open(url: &DatabaseUrl, options: OpenOptions) -> Result<Self, StoreError> {
        let link = Link::new(url)?;
        let found = version(&link)?;
        check_version(&link, found, schema::STEPS.len())?;
        if found.is_none() {
            migrate(&link)?;
        }
        let packing = RefCell::new(Packing::new().map_err(|error| unpackable(&link, &error))?);
        let lease = Lease::take(&link, url, options)?;
        // The process of an earlier version that had the lease may not know the later tables.
        migrate(&link)?;
        Ok(Self {
            lease,
            link,
            url: url.clone(),
            packing,
            ahead: RefCell::default(),
            vacuum: delete::Vacuum::default(),
        })
    }

    /// Connects, and makes sure that this process is still the owner if that is a new connection.
    fn own(&self) -> Result<(), StoreError> {
        if self.lease.resume(&self.link)? {
            return Ok(());
        }
        self.lease.lose();
        Err(self.fenced())
    }

    fn fenced(&self) -> StoreError {
        let found = format!("another process has taken over `{}`", self.link.place());
        StoreError::new(StoreProblem::Fenced, found)
    }

    /// The error of a commit that its first statement ended: the lease is lost, or the numbers are
    /// not the latest.
    fn why_fenced(&self, error: StoreError) -> StoreError {
        match self.lease.is_held(&self.link) {
            Ok(true) => StoreError::new(
                StoreProblem::Conflict,
                format!("`{}` has later numbers than the commit", self.link.place()),
            ),
            Ok(false) => {
                self.lease.lose();
                error
            }
            Err(error) => error,
        }
    }
}

fn unpackable(link: &Link, error: &io::Error) -> StoreError {
    let found = format!("the entries of `{}` cannot be unpacked: {error}", link.place());
    StoreError::new(StoreProblem::Io, found)
}

/// Names the lock of a migration: «desp» in ASCII, and one.
const MIGRATION_LOCK: i64 = 0x6465_7370_0000_0001;

/// Brings the tables up to this version.
fn migrate(link: &Link) -> Result<(), StoreError> {
    let (known, done) = (schema::STEPS.len(), version(link)?);
    if done.is_some_and(|(version, _)| version >= known) {
        return check_version(link, done, known);
    }
    // One process after another, and each step completely or not at all.
    let begin = format!("BEGIN; SELECT pg_advisory_xact_lock({MIGRATION_LOCK}); {}", schema::BASE);
    let migrated = link.begin_together(&begin).and_then(|()| {
        let done = version(link)?;
        check_version(link, done, known)?;
        let done = done.map_or(0, |(version, _)| version);
        for (place, (sql, usable_from)) in schema::STEPS.iter().enumerate().skip(done) {
            link.batch(sql)?;
            if place == 0 {
                link.batch(&schema::new_span(0))?;
            }
            let version = place.saturating_add(1);
            link.batch(&format!(
                "INSERT INTO migration (version, usable_from) VALUES ({version}, {usable_from})"
            ))?;
        }
        Ok(())
    });
    link.end_together(migrated)
}

/// The version of the tables, and the oldest version of the program's that can use them; `None`
/// in a database without tables.
fn version(link: &Link) -> Result<Option<(usize, usize)>, StoreError> {
    let sql = "SELECT to_regclass('despertador.migration') IS NOT NULL";
    let exists: Option<bool> = link.one(sql, &[], |row| Ok(row.try_get(0)?))?;
    if exists != Some(true) {
        return Ok(None);
    }
    let sql = "SELECT version, usable_from FROM migration ORDER BY version DESC LIMIT 1";
    link.one(sql, &[], |row| {
        let number = |column| row.try_get::<_, i32>(column);
        let number = |column| Ok(usize::try_from(number(column)?).unwrap_or(usize::MAX));
        number(0).and_then(|version| Ok((version, number(1)?))).map_err(failure::Failure::Postgres)
    })
}

/// Refuses tables that this version of the program does not know and cannot use.
fn check_version(
    link: &Link,
    tables: Option<(usize, usize)>,
    known: usize,
) -> Result<(), StoreError> {
    match tables {
        Some((version, usable_from)) if usable_from > known => Err(StoreError::new(
            StoreProblem::Newer,
            format!("`{}` has tables of version {version}, and {known} is known", link.place()),
        )),
        _ => Ok(()),
    }
}
