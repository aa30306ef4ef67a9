//! Ownership and completeness of a file.
//!
//! **One owner.** The file itself is locked, not only its name: a second way to it (a hard link, a
//! lock file that was removed) leads to the same lock. Locks go with the process. A process that
//! owns a file must not open and close it by the way: that would give up SQLite's own locks on it.
//! So the files that this process owns are known by number.
//!
//! **Whole.** Beside a running desk lies its write-ahead log, and the file alone is not all of the
//! store. The file says so in a mark that is cleared when the desk closes it. A marked file
//! without its log is a copy that was made in another way than by a backup, or its log was
//! deleted: what was acknowledged is missing, and the file is refused. The number of the last
//! entry is also kept outside, in the lock file. A log that lacks acknowledged entries is seen by
//! it, and a log that was moved into the file by another program is known to be no loss.

use std::collections::HashSet;
use std::fs::{File, TryLockError};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension};

use super::super::{StoreError, StoreProblem};
use crate::private;

/// Device and inode of a file.
type FileId = (u64, u64);

/// The files that this process owns.
static OWNED: LazyLock<Mutex<HashSet<FileId>>> = LazyLock::new(Mutex::default);

/// A file that this process owns.
#[derive(Debug)]
pub(super) struct Owned {
    /// `FILE.lock`, which contains the number of the last entry.
    lock: File,
    /// The file itself.
    _file: File,
    /// Where the file itself cannot be locked, a file that is named by its number.
    _by_number: Option<File>,
    id: Option<FileId>,
}

/// The mark in a file.
#[derive(Debug)]
pub(super) struct Mark {
    /// Identifies the store, whatever its file is called.
    store: String,
    is_clean: bool,
    /// The last entry, as far as the file knows.
    pub(super) entry: i64,
}

impl Owned {
    /// Takes ownership of a file, which may not exist yet.
    pub(super) fn acquire(file: &Path) -> Result<Self, StoreError> {
        let in_use = || {
            let said = format!("`{}` is in use by another desk", file.display());
            Err(StoreError::new(StoreProblem::InUse, said))
        };
        if is_owned(file) {
            return in_use();
        }
        let place = beside(file, ".lock");
        let lock = open(&place, "made")?;
        if !locked(&lock, &place)? {
            return in_use();
        }
        let opened = match File::open(file) {
            Err(error) if error.kind() == ErrorKind::NotFound => open(file, "made")?,
            opened => opened.map_err(|error| failed(file, "read", &error))?,
        };
        let id = id(file);
        let by_number = match id {
            // On other systems a lock on the whole file would conflict with SQLite.
            _ if cfg!(target_os = "linux") => None,
            Some(id) => Some(open(&numbered(id), "made")?),
            None => None,
        };
        if cfg!(target_os = "linux") && !locked(&opened, file)? {
            return in_use();
        }
        if let Some(by_number) = &by_number
            && !locked(by_number, file)?
        {
            return in_use();
        }
        if let Some(id) = id {
            owned().insert(id);
        }
        Ok(Self { lock, _file: opened, _by_number: by_number, id })
    }

    /// Records the last entry outside the file. It survives the process, but not a loss of power:
    /// then it is older than the store, and proves nothing.
    pub(super) fn note(&self, mark: &Mark) {
        let mut lock = &self.lock;
        let text = format!("{} {:020}\n", mark.store, mark.entry.max(0));
        // Without it less is detected, but nothing is lost.
        let _: std::io::Result<()> =
            lock.seek(SeekFrom::Start(0)).and_then(|_| lock.write_all(text.as_bytes()));
    }

    fn noted(&self, store: &str) -> Option<i64> {
        let mut lock = &self.lock;
        let mut text = String::new();
        lock.seek(SeekFrom::Start(0)).ok()?;
        lock.take(200).read_to_string(&mut text).ok()?;
        let (of, entry) = text.lines().next()?.split_once(' ')?;
        if of == store { entry.parse().ok() } else { None }
    }

    /// Whether a file recovered by SQLite has all acknowledged entries; `had_log` is whether there
    /// was a log before.
    pub(super) fn check(&self, file: &Path, mark: &Mark, had_log: bool) -> Result<(), StoreError> {
        if mark.is_clean {
            return Ok(());
        }
        match self.noted(&mark.store) {
            Some(noted) if noted > mark.entry => Err(incomplete(
                file,
                &format!("ends at entry {}, and entry {noted} was acknowledged", mark.entry),
            )),
            Some(_) => Ok(()),
            None if had_log => Ok(()),
            None => Err(alone(file)),
        }
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        if let Some(id) = self.id {
            owned().remove(&id);
        }
    }
}

impl Mark {
    /// Reads the mark; `None` in a file of an older version.
    pub(super) fn read(connection: &Connection) -> rusqlite::Result<Option<Self>> {
        let known: i64 = connection.query_row(
            "SELECT count(*) FROM sqlite_schema WHERE name = 'shutdown'",
            [],
            |row| row.get(0),
        )?;
        if known == 0 {
            return Ok(None);
        }
        connection
            .query_row(
                "SELECT store, is_clean, max(entry, (SELECT coalesce(max(seq), 0) FROM journal))
                 FROM shutdown",
                [],
                |row| Ok(Self { store: row.get(0)?, is_clean: row.get(1)?, entry: row.get(2)? }),
            )
            .optional()
    }

    /// Writes whether the file is complete without its log.
    pub(super) fn write(
        &mut self,
        connection: &Connection,
        is_clean: bool,
    ) -> rusqlite::Result<()> {
        connection
            .execute("UPDATE shutdown SET is_clean = ?, entry = ?", (is_clean, self.entry))?;
        self.is_clean = is_clean;
        Ok(())
    }

    /// Refuses a marked file without its log.
    pub(super) fn whole_alone(&self, file: &Path) -> Result<(), StoreError> {
        if self.is_clean { Ok(()) } else { Err(alone(file)) }
    }
}

/// Whether there is a log that is not empty.
pub(super) fn has_log(file: &Path) -> bool {
    // The header of a log and of a frame.
    beside(file, "-wal").metadata().is_ok_and(|data| data.len() > 32 + 24)
}

/// Whether this process owns a file, which it then must not open and close again.
pub(super) fn is_owned(file: &Path) -> bool {
    id(file).is_some_and(|id| owned().contains(&id))
}

pub(super) fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn owned() -> MutexGuard<'static, HashSet<FileId>> {
    OWNED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What is locked in place of a file where that cannot be locked itself: whatever names lead to it,
/// they lead to this one.
fn numbered((device, number): FileId) -> PathBuf {
    std::env::temp_dir().join(format!("despertador-{device:x}-{number:x}.lock"))
}

#[cfg(unix)]
fn id(file: &Path) -> Option<FileId> {
    use std::os::unix::fs::MetadataExt as _;
    let data = file.metadata().ok()?;
    Some((data.dev(), data.ino()))
}

#[cfg(not(unix))]
fn id(_: &Path) -> Option<FileId> {
    None
}

fn alone(file: &Path) -> StoreError {
    incomplete(file, "was in use, and its log `-wal` is not beside it")
}

fn incomplete(file: &Path, what: &str) -> StoreError {
    StoreError::new(StoreProblem::Incomplete, format!("`{}` {what}", file.display()))
}

fn open(place: &Path, to_be: &str) -> Result<File, StoreError> {
    let opened = private::options().create(true).read(true).write(true).truncate(false).open(place);
    opened.map_err(|error| failed(place, to_be, &error))
}

fn failed(place: &Path, to_be: &str, error: &std::io::Error) -> StoreError {
    let problem = match error.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => StoreProblem::ReadOnly,
        kind if super::is_no_room(kind) => StoreProblem::Full,
        _ => StoreProblem::Io,
    };
    StoreError::new(problem, format!("`{}` cannot be {to_be}: {error}", place.display()))
}

fn locked(file: &File, place: &Path) -> Result<bool, StoreError> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(failed(place, "locked", &error)),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn all_names_of_a_file_lead_to_one_lock() {
        let folder = std::env::temp_dir().join(format!("despertador-lock-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let [one, link, other] = ["one", "link", "other"].map(|name| folder.join(name));
        std::fs::write(&one, "").expect("a file");
        std::fs::write(&other, "").expect("a file");
        std::fs::hard_link(&one, &link).expect("a link");
        let place = |file: &Path| numbered(id(file).expect("a number"));
        assert_eq!(place(&one), place(&link));
        assert_ne!(place(&one), place(&other));
        let lock = open(&place(&one), "made").expect("a lock");
        assert_eq!(locked(&lock, &one), Ok(true));
        let second = open(&place(&link), "made").expect("the same lock");
        assert_eq!(locked(&second, &link), Ok(false));
        std::fs::remove_file(place(&one)).expect("a file");
        std::fs::remove_dir_all(folder).expect("a folder");
    }
}
