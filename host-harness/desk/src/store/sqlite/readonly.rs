//! Reads a desk's file without owning it.
//!
//! Beside a running desk this is an ordinary reader of a write-ahead log: it sees the file as it
//! was when it began. A file that no desk has open is read as it is, without creating a log or an
//! index. The log of a killed desk is read and kept; SQLite creates an index for it beside the
//! file, as it would for a desk.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use despertador_contract::Instant;
use rusqlite::{Connection, OpenFlags, params};

use super::ownership::{Mark, has_log, is_owned};
use super::{failed, inspect, packing, read, schema, whole_path};
use crate::store::packing::Packing;
use crate::store::{
    AccountRow, EntryRow, JournalSource, PolicyRow, StoreError, StoreProblem, TicketHead,
};

/// A desk's file, or a backup of one, opened read-only. It is read as it was when it was opened.
#[derive(Debug)]
pub struct ReadOnly {
    connection: Connection,
    file: PathBuf,
    packing: RefCell<Packing>,
    /// Whether entries may be packed; in older files they are not.
    is_packed: bool,
    /// The state of the file, if it is read without locks.
    lying: Option<Stamp>,
}

/// The parts of a file's state that change when it is written.
type Stamp = (u64, Option<SystemTime>);

impl ReadOnly {
    /// Opens a file.
    ///
    /// # Errors
    ///
    /// It does not exist, is not a desk's, is damaged, or of a later version. Nothing was written.
    pub fn open(file: &Path) -> Result<Self, StoreError> {
        Self::open_as(file, false)
    }

    /// Opens the file of a desk that is certainly running, also while its log is empty: concurrent
    /// writes do no harm.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn beside_desk(file: &Path) -> Result<Self, StoreError> {
        Self::open_as(file, true)
    }

    fn open_as(file: &Path, is_running: bool) -> Result<Self, StoreError> {
        let stamp = stamp(file)?;
        let file = whole_path(file)?;
        // A file owned by this process was inspected before.
        if !is_owned(&file) {
            inspect(&file)?;
        }
        if stamp.0 == 0 {
            return Err(StoreError::new(
                StoreProblem::Corrupt,
                format!("`{}` is empty and no desk's file", file.display()),
            ));
        }
        let lying = !is_running && !has_log(&file);
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
            | OpenFlags::SQLITE_OPEN_NO_MUTEX
            | OpenFlags::SQLITE_OPEN_URI;
        let connection = if lying {
            Connection::open_with_flags(uri(&file), flags)
        } else {
            Connection::open_with_flags(&file, flags.difference(OpenFlags::SQLITE_OPEN_URI))
        };
        let mut reading = Self {
            packing: RefCell::new(packing(&file)?),
            is_packed: false,
            connection: connection.map_err(|error| unread(&file, &error))?,
            lying: lying.then_some(stamp),
            file,
        };
        reading.begin()?;
        Ok(reading)
    }

    /// The file.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Checks the file, and begins a transaction.
    fn begin(&mut self) -> Result<(), StoreError> {
        let number = |name: &str| {
            self.connection
                .pragma_query_value(None, name, |row| row.get::<_, i64>(0))
                .map_err(|error| self.failed(&error))
        };
        let refuse = |problem, what: String| {
            Err(StoreError::new(problem, format!("`{}` {what}", self.file.display())))
        };
        if number("application_id")? != schema::APPLICATION {
            return refuse(StoreProblem::Corrupt, "is a database of something else".into());
        }
        let (version, known) = (number("user_version")?, schema::STEPS.len());
        let done = usize::try_from(version).unwrap_or(usize::MAX);
        if done > known {
            let what = format!("has tables of version {version}, and {known} is known");
            return refuse(StoreProblem::Newer, what);
        }
        self.is_packed = done >= schema::PACKED_ENTRIES;
        if self.lying.is_some()
            && let Some(mark) = Mark::read(&self.connection).map_err(|error| self.failed(&error))?
        {
            mark.whole_alone(&self.file)?;
        }
        self.connection.execute_batch("BEGIN").map_err(|error| self.failed(&error))?;
        // The first query, not `BEGIN`, fixes the state.
        self.accounts().map(|_| ())
    }

    fn entry(&self, seq: i64) -> Result<Option<EntryRow>, StoreError> {
        let sql = if self.is_packed { read::ENTRY } else { read::ENTRY_AS_TEXT };
        read::read_entry(&self.connection, &self.packing, sql, seq)
            .map_err(|error| self.failed(&error))
    }

    fn all<T>(
        &self,
        sql: &str,
        params: impl rusqlite::Params,
        read: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        self.connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.query_map(params, read)?.collect())
            .map_err(|error| self.failed(&error))
    }

    fn failed(&self, error: &rusqlite::Error) -> StoreError {
        unread(&self.file, error)
    }
}

impl JournalSource for ReadOnly {
    fn end(&self) -> Result<(), StoreError> {
        match self.lying {
            Some(before) if stamp(&self.file)? != before => Err(StoreError::new(
                StoreProblem::InUse,
                format!(
                    "`{}` was changed while it was read; nothing read of it counts: read it again",
                    self.file.display()
                ),
            )),
            _ => Ok(()),
        }
    }

    fn accounts(&self) -> Result<Vec<AccountRow>, StoreError> {
        self.all(read::ACCOUNTS, params![], read::account)
    }

    fn policies(&self, account: i64) -> Result<Vec<PolicyRow>, StoreError> {
        self.all(
            "SELECT account, version, at, by, config, surroundings FROM policy
             WHERE account = ? ORDER BY version",
            params![account],
            read::policy,
        )
    }

    fn tickets(
        &self,
        account: Option<i64>,
        since: Instant,
        after: i64,
        limit: usize,
    ) -> Result<Vec<TicketHead>, StoreError> {
        self.all(
            "SELECT no, account, id, last FROM ticket
             WHERE no > ?1 AND changed >= ?2 AND (?3 IS NULL OR account = ?3)
             ORDER BY no LIMIT ?4",
            params![after, since, account, i64::try_from(limit).unwrap_or(i64::MAX)],
            |row| {
                Ok(TicketHead {
                    no: row.get(0)?,
                    account: row.get(1)?,
                    id: row.get(2)?,
                    last: row.get(3)?,
                })
            },
        )
    }

    fn journal(&self, ticket: &TicketHead) -> Result<Vec<EntryRow>, StoreError> {
        let damaged = |what: String| {
            StoreError::new(
                StoreProblem::Corrupt,
                format!("`{}` is damaged: {what} of ticket `{}`", self.file.display(), ticket.id),
            )
        };
        let mut entries: Vec<EntryRow> = Vec::new();
        let mut seq = ticket.last;
        while seq > 0 {
            let entry = self
                .entry(seq)?
                .filter(|entry| entry.ticket == ticket.no && entry.previous < seq)
                .ok_or_else(|| damaged(format!("entry {seq} is not there or not one")))?;
            seq = entry.previous;
            entries.push(entry);
        }
        entries.reverse();
        Ok(entries)
    }

    fn latest(&self) -> Result<Option<Instant>, StoreError> {
        let latest =
            self.all("SELECT at FROM journal ORDER BY seq DESC LIMIT 1", params![], |row| {
                row.get(0)
            });
        Ok(latest?.into_iter().next())
    }
}

/// The error of a reader.
fn unread(file: &Path, error: &rusqlite::Error) -> StoreError {
    use rusqlite::ErrorCode;
    match error.sqlite_error_code() {
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::ReadOnly) => {
            StoreError::new(
                StoreProblem::Io,
                format!("`{}` cannot be read ({error})", file.display()),
            )
        }
        _ => failed(file, error),
    }
}

fn stamp(file: &Path) -> Result<Stamp, StoreError> {
    // Without opening it: closing a file gives up the locks that the process has on it.
    let data = file.metadata().map_err(|error| {
        StoreError::new(StoreProblem::Io, format!("`{}` cannot be read: {error}", file.display()))
    })?;
    Ok((data.len(), data.modified().ok()))
}

/// Tells SQLite that nobody writes the file, so that it creates nothing beside it.
fn uri(file: &Path) -> String {
    let mut uri = String::from("file:");
    for byte in file.as_os_str().as_encoded_bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' | b'~' => uri.push(char::from(*byte)),
            byte if byte.is_ascii_alphanumeric() => uri.push(char::from(*byte)),
            byte => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri.push_str("?immutable=1");
    uri
}
