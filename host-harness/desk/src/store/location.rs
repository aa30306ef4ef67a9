//! Where a desk is stored: a file, or a database.

use std::convert::Infallible;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use despertador_contract::Duration;

use super::sqlite::ReadOnly;
use super::{JournalSource, Sqlite, Store, StoreError};

/// A store of either kind.
pub type AnyStore = Box<dyn Store + Send>;

/// Where a desk is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// In one SQLite file.
    File(PathBuf),
    /// In a PostgreSQL database.
    Postgres(DatabaseUrl),
}

/// The address of a database, `postgres://user@host/database`. It is shown without its password.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);

/// How a store is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenOptions {
    /// The longest time that a delivery may take, in milliseconds. A store with several possible
    /// owners gives the desk up only after it. Default 10 s.
    pub delivery_timeout: Duration,
    /// Whether to wait until another process gives a database up, in place of an error. A file that
    /// is in use is an error all the same. Default false.
    pub standby: bool,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self { delivery_timeout: 10_000, standby: false }
    }
}

impl Location {
    /// Opens the store; a file or tables that do not exist are created.
    ///
    /// # Errors
    ///
    /// It is in use, not a desk's, of a later version, or cannot be reached or written. It is
    /// unchanged.
    pub fn open(&self, options: OpenOptions) -> Result<AnyStore, StoreError> {
        match self {
            Self::File(file) => Ok(Box::new(Sqlite::open(file)?)),
            Self::Postgres(url) => open_database(url, options),
        }
    }

    /// Opens the journal of a desk that is running.
    ///
    /// # Errors
    ///
    /// It is not a desk's, or cannot be read.
    pub fn journal_beside_desk(&self) -> Result<Box<dyn JournalSource>, StoreError> {
        match self {
            Self::File(file) => Ok(Box::new(ReadOnly::beside_desk(file)?)),
            Self::Postgres(url) => journal_of_database(url),
        }
    }

    /// Whether there is something: a file, or a database, which only opening it can tell.
    #[must_use]
    pub fn may_exist(&self) -> bool {
        match self {
            Self::File(file) => file.exists(),
            Self::Postgres(_) => true,
        }
    }

    /// The location, where a relative file is relative to a folder.
    #[must_use]
    pub fn within(self, folder: &Path) -> Self {
        match self {
            Self::File(file) => Self::File(folder.join(file)),
            database @ Self::Postgres(_) => database,
        }
    }
}

#[cfg(feature = "postgres")]
fn open_database(url: &DatabaseUrl, options: OpenOptions) -> Result<AnyStore, StoreError> {
    Ok(Box::new(super::postgres::Postgres::open(url, options)?))
}

#[cfg(feature = "postgres")]
fn journal_of_database(url: &DatabaseUrl) -> Result<Box<dyn JournalSource>, StoreError> {
    Ok(Box::new(super::postgres::Reader::open(url)?))
}

#[cfg(not(feature = "postgres"))]
fn open_database(url: &DatabaseUrl, _: OpenOptions) -> Result<AnyStore, StoreError> {
    Err(not_built(url))
}

#[cfg(not(feature = "postgres"))]
fn journal_of_database(url: &DatabaseUrl) -> Result<Box<dyn JournalSource>, StoreError> {
    Err(not_built(url))
}

#[cfg(not(feature = "postgres"))]
fn not_built(url: &DatabaseUrl) -> StoreError {
    StoreError::new(
        super::StoreProblem::Unsupported,
        format!("`{url}` cannot be opened: this program was built without PostgreSQL"),
    )
}

const SCHEMES: [&str; 2] = ["postgres://", "postgresql://"];

impl From<&Path> for Location {
    fn from(path: &Path) -> Self {
        match path.to_str() {
            Some(text) if SCHEMES.iter().any(|scheme| text.starts_with(scheme)) => {
                Self::Postgres(DatabaseUrl(text.to_owned()))
            }
            _ => Self::File(path.to_owned()),
        }
    }
}

impl From<PathBuf> for Location {
    fn from(path: PathBuf) -> Self {
        Self::from(path.as_path())
    }
}

impl From<&str> for Location {
    fn from(text: &str) -> Self {
        Self::from(Path::new(text))
    }
}

impl FromStr for Location {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self::from(text))
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file) => file.display().fmt(f),
            Self::Postgres(url) => url.fmt(f),
        }
    }
}

impl<'de> serde::Deserialize<'de> for Location {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        PathBuf::deserialize(from).map(Self::from)
    }
}

impl DatabaseUrl {
    /// The whole address, with its password.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, rest) = self.0.split_once("://").unwrap_or_default();
        let rest = rest.split_once('?').map_or(rest, |(before, _)| before);
        let (user, place) = rest.rsplit_once('@').unwrap_or(("", rest));
        let user = user.split_once(':').map_or(user, |(name, _)| name);
        let at = if user.is_empty() { "" } else { "@" };
        write!(f, "{scheme}://{user}{at}{place}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_password_and_parameters() {
        for (address, shown) in [
            ("postgres://ana:se:cr@t@db.example:5433/desk", "postgres://ana@db.example:5433/desk"),
            ("postgresql://one,two/desk?password=secret", "postgresql://one,two/desk"),
            ("postgres:///desk?host=/run/postgresql", "postgres:///desk"),
        ] {
            let location = Location::from(address);
            assert_eq!(location.to_string(), shown);
            assert_eq!(format!("{location:?}"), format!("Postgres({shown})"));
        }
    }

    #[test]
    fn everything_else_is_a_file_and_only_a_file_is_relative() {
        for name in ["desk.db", "postgres.db", "postgres:/desk", "/var/lib/desk.db"] {
            assert_eq!(Location::from(name), Location::File(name.into()));
        }
        let folder = Path::new("/etc/despertador");
        assert_eq!(
            Location::from("desk.db").within(folder).to_string(),
            "/etc/despertador/desk.db"
        );
        assert_eq!(Location::from("postgres://a/b").within(folder).to_string(), "postgres://a/b");
    }
}
