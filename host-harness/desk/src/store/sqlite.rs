//! The store in one SQLite file.
//!
//! It uses a write-ahead log, synchronised fully at every commit. It has one writer, which locks
//! the file and a lock file of the same name with `.lock` appended. Both locks end with the
//! process.

mod inbound;
mod ownership;
mod read;
mod readonly;
mod schema;
mod space;
mod transfer;
mod write;

use std::cell::RefCell;
use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use super::packing::Packing;
use super::{StoreError, StoreProblem};
use crate::private;
use ownership::{Mark, Owned, has_log, is_owned};

pub use readonly::ReadOnly;

/// A store in one file.
#[derive(Debug)]
pub struct Sqlite {
    connection: Connection,
    file: PathBuf,
    mark: Mark,
    packing: RefCell<Packing>,
    // Released after the connection is closed.
    owned: Owned,
}

/// Options of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SqliteOptions {
    /// Size of the page cache, in KiB. Default 64 MiB.
    pub cache_kib: u32,
    /// Maximum number of pages of 4 KiB in the file; `None` for no limit.
    pub most_pages: Option<u32>,
}

impl Default for SqliteOptions {
    fn default() -> Self {
        Self { cache_kib: 64 << 10, most_pages: None }
    }
}

/// Number of pages in the log before a checkpoint: with 20,000 a commit seldom waits for one.
const CHECKPOINT_PAGES: u32 = 20_000;

/// How long to wait for another program that writes the file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Maximum number of cached statements; there are fewer.
const CACHED_STATEMENTS_MAX: usize = 64;

impl Sqlite {
    /// Opens a file, or creates it.
    ///
    /// # Errors
    ///
    /// The file is in use, not a store, of a later version, or not writable. It is unchanged.
    pub fn open(file: &Path) -> Result<Self, StoreError> {
        Self::open_with(file, SqliteOptions::default())
    }

    /// Opens a file with options.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn open_with(file: &Path, options: SqliteOptions) -> Result<Self, StoreError> {
        let file = whole_path(file)?;
        let owned = Owned::acquire(&file)?;
        inspect(&file)?;
        let had_log = has_log(&file);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection =
            Connection::open_with_flags(&file, flags).map_err(|e| failed(&file, &e))?;
        let check = |mark: &Mark| owned.check(&file, mark, had_log);
        let mark =
            prepare(&mut connection, &file, options, check).map_err(|error| match error {
                Unprepared::Sqlite(error) => failed(&file, &error),
                Unprepared::Store(error) => error,
            })?;
        owned.note(&mark);
        let packing = RefCell::new(packing(&file)?);
        Ok(Self { connection, file, mark, packing, owned })
    }

    /// The file.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Copies a store to a new file while another process may own and write it: the copy contains
    /// what was durable when it began. `step` is called with the number of remaining pages and
    /// their total.
    ///
    /// # Errors
    ///
    /// The file is not a store, cannot be read, or the target exists.
    pub fn copy(file: &Path, to: &Path, mut step: impl FnMut(u64, u64)) -> Result<(), StoreError> {
        if !file.exists() {
            return Err(StoreError::new(
                StoreProblem::Io,
                format!("there is no `{}`", file.display()),
            ));
        }
        if !is_owned(file) {
            inspect(file)?;
        }
        let new = private::options().write(true).create_new(true).open(to);
        new.map_err(|error| {
            StoreError::new(StoreProblem::Io, format!("`{}` cannot be made: {error}", to.display()))
        })?;
        let copied = copy_pages(file, to, &mut step);
        if copied.is_ok() {
            note_backup(file, to);
        } else {
            // An incomplete copy is removed, if possible.
            let _: Result<(), _> = std::fs::remove_file(to);
        }
        copied
    }

    fn failed(&self, error: &rusqlite::Error) -> StoreError {
        failed(&self.file, error)
    }
}

/// Packs and unpacks the entries of a file.
fn packing(file: &Path) -> Result<Packing, StoreError> {
    Packing::new().map_err(|error| {
        let found = format!("the entries of `{}` cannot be unpacked: {error}", file.display());
        StoreError::new(StoreProblem::Io, found)
    })
}

/// Records the path of a backup, to be named when a customer is forgotten; an unwritable store is
/// copied all the same.
fn note_backup(file: &Path, to: &Path) {
    let Ok(to) = to.canonicalize() else { return };
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let Ok(source) = Connection::open_with_flags(file, flags) else { return };
    let noted =
        source.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).and_then(|_| {
            let noted = "INSERT OR IGNORE INTO backup (file) VALUES (?)";
            source.execute(noted, [to.to_string_lossy()])
        });
    let _: rusqlite::Result<usize> = noted;
}

/// Number of pages copied at once; the owner can write in between.
const PAGES_PER_STEP: i32 = 4_096;

fn copy_pages(file: &Path, to: &Path, step: &mut impl FnMut(u64, u64)) -> Result<(), StoreError> {
    let from = |error: rusqlite::Error| failed(file, &error);
    let into = |error: rusqlite::Error| failed(to, &error);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let had_log = has_log(file);
    let source = Connection::open_with_flags(file, flags).map_err(from)?;
    // The owner of the file moves its log into it.
    source.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map_err(from)?;
    let application: i64 =
        source.pragma_query_value(None, "application_id", |row| row.get(0)).map_err(from)?;
    if application != schema::APPLICATION {
        return Err(StoreError::new(
            StoreProblem::Corrupt,
            format!("`{}` is a database of something else", file.display()),
        ));
    }
    if let Some(mark) = Mark::read(&source).map_err(from)?
        && !had_log
    {
        mark.whole_alone(file)?;
    }
    // Copies one state of the store, whatever is written meanwhile.
    source.execute_batch("BEGIN; SELECT count(*) FROM account;").map_err(from)?;
    let mut target = Connection::open(to).map_err(into)?;
    {
        let backup = rusqlite::backup::Backup::new(&source, &mut target).map_err(into)?;
        loop {
            let result = backup.step(PAGES_PER_STEP).map_err(into)?;
            let progress = backup.progress();
            let count = |pages: i32| u64::try_from(pages).unwrap_or_default();
            step(count(progress.remaining), count(progress.pagecount));
            if matches!(result, rusqlite::backup::StepResult::Done) {
                break;
            }
        }
    }
    // The copy is complete without a log.
    target.pragma_update(None, "journal_mode", "delete").map_err(into)?;
    if let Some(mut mark) = Mark::read(&target).map_err(into)? {
        mark.write(&target, true).map_err(into)?;
    }
    let said: String =
        target.query_row("PRAGMA integrity_check", [], |row| row.get(0)).map_err(into)?;
    if said == "ok" {
        return Ok(());
    }
    Err(StoreError::new(
        StoreProblem::Corrupt,
        format!("`{}` is damaged, and its copy with it: {said}", file.display()),
    ))
}

enum Unprepared {
    Sqlite(rusqlite::Error),
    Store(StoreError),
}

impl From<rusqlite::Error> for Unprepared {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

/// Checks the file, migrates its tables and configures the connection.
fn prepare(
    connection: &mut Connection,
    file: &Path,
    options: SqliteOptions,
    check: impl FnOnce(&Mark) -> Result<(), StoreError>,
) -> Result<Mark, Unprepared> {
    let number = |connection: &Connection, name: &str| {
        connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0))
    };
    let version = number(connection, "user_version")?;
    let application = number(connection, "application_id")?;
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let refuse = |problem, what: String| {
        Err(Unprepared::Store(StoreError::new(problem, format!("`{}` {what}", file.display()))))
    };
    if tables > 0 && application != schema::APPLICATION {
        return refuse(StoreProblem::Corrupt, "is a database of something else".into());
    }
    let done = usize::try_from(version).unwrap_or(usize::MAX);
    if done > schema::STEPS.len() {
        return refuse(
            StoreProblem::Newer,
            format!("has tables of version {version}, and {} is known", schema::STEPS.len()),
        );
    }
    if let Some(mark) = Mark::read(connection)? {
        check(&mark).map_err(Unprepared::Store)?;
    }
    if tables == 0 {
        space::keep_returnable(connection)?;
    }
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    // SQLite reads negative sizes as KiB, positive ones as pages.
    connection.pragma_update(None, "cache_size", format!("-{}", options.cache_kib))?;
    connection.pragma_update(None, "temp_store", "memory")?;
    // Deleted data is overwritten with zeros.
    connection.pragma_update(None, "secure_delete", true)?;
    if let Some(pages) = options.most_pages {
        connection.pragma_update(None, "max_page_count", pages)?;
    }
    connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS_MAX);
    if tables > 0 {
        space::return_from_older(connection)?;
    }
    for (step, sql) in schema::STEPS.iter().enumerate().skip(done) {
        bring_up(connection, sql, step.saturating_add(1))?;
    }
    // An empty write shows at once whether the file is writable.
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    tx.pragma_update(None, "application_id", schema::APPLICATION)?;
    tx.commit()?;
    let missing = || StoreError::new(StoreProblem::Corrupt, missing_mark(file));
    let mut mark = Mark::read(connection)?.ok_or_else(missing).map_err(Unprepared::Store)?;
    begin_log(connection, &mut mark)?;
    Ok(mark)
}

fn missing_mark(file: &Path) -> String {
    format!("`{}` has no row in its table `shutdown`", file.display())
}

/// Writes the log into the file, and marks the file as one that needs its log from here on. Returns
/// whether the log was emptied: not while another process reads the file.
fn begin_log(connection: &Connection, mark: &mut Mark) -> rusqlite::Result<bool> {
    mark.write(connection, false)?;
    let emptied = empty_log(connection)?;
    // A marked file needs a log that is not empty.
    mark.write(connection, false)?;
    Ok(emptied)
}

/// Writes the log into the file and empties it; returns false while another process reads the file.
fn empty_log(connection: &Connection) -> rusqlite::Result<bool> {
    // Does not wait for readers: it is tried again later.
    connection.busy_timeout(Duration::ZERO)?;
    let is_busy =
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0));
    connection.busy_timeout(BUSY_TIMEOUT)?;
    Ok(is_busy? == 0)
}

impl Drop for Sqlite {
    /// A closed file is complete without its log. If it cannot be closed properly, the log stays.
    fn drop(&mut self) {
        let closed = self.mark.write(&self.connection, true);
        let _: rusqlite::Result<bool> = closed.and_then(|()| empty_log(&self.connection));
    }
}

fn bring_up(connection: &mut Connection, sql: &str, version: usize) -> Result<(), rusqlite::Error> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    tx.execute_batch(sql)?;
    if version == schema::CANONICAL_CUSTOMERS {
        inbound::respell(&tx, "ticket")?;
    }
    if version == schema::EARLIER_CUSTOMERS {
        inbound::respell(&tx, "known_as")?;
    }
    tx.pragma_update(None, "application_id", schema::APPLICATION)?;
    tx.pragma_update(None, "user_version", i64::try_from(version).unwrap_or(i64::MAX))?;
    tx.commit()
}

/// The canonical path of a file: all paths to it must lead to the same lock.
fn whole_path(file: &Path) -> Result<PathBuf, StoreError> {
    let unreachable = |error: std::io::Error| {
        StoreError::new(
            if error.kind() == ErrorKind::PermissionDenied {
                StoreProblem::ReadOnly
            } else {
                StoreProblem::Io
            },
            format!("`{}` cannot be reached: {error}", file.display()),
        )
    };
    if file.exists() {
        return file.canonicalize().map_err(unreachable);
    }
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let name = file.file_name().ok_or_else(|| {
        StoreError::new(StoreProblem::Io, format!("`{}` is no file", file.display()))
    })?;
    Ok(folder.canonicalize().map_err(unreachable)?.join(name))
}

/// Whether an error means that there is no space left on the disk or in the quota.
fn is_no_room(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge)
}

/// Whether nothing can be written to the folder of a file. On a full disk SQLite only reports that
/// it cannot open or map the files beside it.
fn is_full(file: &Path) -> bool {
    let mut name = file.as_os_str().to_owned();
    name.push(".room");
    let place = PathBuf::from(name);
    let written = private::options().write(true).create(true).truncate(true).open(&place);
    let written = written.and_then(|mut probe| probe.write_all(&[1; 64 << 10]));
    // Best effort: it is tried again and overwritten.
    let _: std::io::Result<()> = std::fs::remove_file(&place);
    written.is_err_and(|error| is_no_room(error.kind()))
}

/// Inspects a file before SQLite opens it, which would create a database only in an empty file, but
/// would also replay a foreign log.
fn inspect(file: &Path) -> Result<(), StoreError> {
    const HEAD: &[u8] = b"SQLite format 3\0";
    let mut opened = match File::open(file) {
        Ok(opened) => opened,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => {
            return Err(StoreError::new(
                StoreProblem::Io,
                format!("`{}` cannot be read: {error}", file.display()),
            ));
        }
    };
    let mut head = [0; HEAD.len()];
    let empty = opened.metadata().is_ok_and(|data| data.len() == 0);
    if empty {
        return Ok(());
    }
    match opened.read_exact(&mut head) {
        Ok(()) if head == *HEAD => Ok(()),
        _ => Err(StoreError::new(
            StoreProblem::Corrupt,
            format!("`{}` is no database, or its beginning is damaged", file.display()),
        )),
    }
}

/// The error of a row whose column holds a value that this version does not know.
fn unknown(column: usize, what: String) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Null, what.into())
}

const FULL: &str = "has no room left: the disk is full";

fn failed(file: &Path, error: &rusqlite::Error) -> StoreError {
    use rusqlite::Error;
    let is_no_value = matches!(
        error,
        Error::FromSqlConversionFailure(..)
            | Error::IntegralValueOutOfRange(..)
            | Error::InvalidColumnType(..)
            | Error::Utf8Error(..)
    );
    let (problem, what) = match error.sqlite_error_code() {
        None if is_no_value => (StoreProblem::Corrupt, "is damaged"),
        Some(ErrorCode::DiskFull) => (StoreProblem::Full, FULL),
        Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen) if is_full(file) => {
            (StoreProblem::Full, FULL)
        }
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
            (StoreProblem::ReadOnly, "cannot be written")
        }
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            (StoreProblem::Corrupt, "is damaged")
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            (StoreProblem::InUse, "is in use by another program")
        }
        _ => (StoreProblem::Io, "could not be used"),
    };
    StoreError::new(problem, format!("`{}` {what} ({error})", file.display()))
}
