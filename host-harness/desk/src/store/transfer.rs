//! Moves a desk from one store to another.
//!
//! Rows are copied as they are stored, table by table, so that nothing is read and written anew:
//! entries stay packed, numbers stay the same. The target must be empty, and is filled in one
//! transaction. Afterwards the journals of both are compared.

use std::io::{self, Write};
use std::path::Path;

use sha2::{Digest as _, Sha256};

use super::sqlite::Sqlite;
use super::{Location, OpenOptions, StoreError, StoreProblem};
use crate::journal::{Counts, Journal, JournalError, Selection};

/// What a desk consists of that was moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// What its journal has.
    pub journal: Counts,
    /// The SHA-256 digest of its journal as lines of JSON, the same in both stores, in hexadecimal
    /// digits.
    pub digest: String,
    /// Number of rows in all tables.
    pub rows: u64,
}

/// The kind of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    /// A number of which there are few values, stored in two bytes by a database.
    Small,
    Text,
    Bytes,
    /// Text with any characters, which a database stores as bytes.
    AnyText,
}

/// A value of a row.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    Null,
    Number(i64),
    Text(String),
    Bytes(Vec<u8>),
}

/// The columns of a table that both kinds of stores have.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) columns: &'static [(&'static str, Kind)],
    /// The order in which rows are copied.
    pub(super) order: &'static str,
}

pub(super) type Row = Vec<Cell>;

/// Number of rows copied at once.
pub(super) const ROWS_PER_PAGE: usize = 1_000;

use Kind::{AnyText, Bytes, Number, Small, Text};

/// All tables but those in which a store writes about itself.
pub(super) const TABLES: &[Table] = &[
    Table {
        name: "account",
        columns: &[("no", Number), ("name", Text), ("policy", Number), ("sweep", Number)],
        order: "no",
    },
    Table {
        name: "lane",
        columns: &[("no", Number), ("account", Number), ("department", Text)],
        order: "no",
    },
    Table {
        name: "policy",
        columns: &[
            ("account", Number),
            ("version", Number),
            ("at", Number),
            ("by", Text),
            ("config", Text),
            ("surroundings", Text),
            ("texts", Text),
        ],
        order: "account, version",
    },
    Table {
        name: "flow",
        columns: &[
            ("account", Number),
            ("version", Number),
            ("at", Number),
            ("by", Text),
            ("text", Text),
            ("exit", Text),
        ],
        order: "account, version",
    },
    Table {
        name: "proposal",
        columns: &[
            ("account", Number),
            ("no", Number),
            ("at", Number),
            ("by", Text),
            ("base", Number),
            ("config", Text),
            ("surroundings", Text),
        ],
        order: "account, no",
    },
    Table {
        name: "audit",
        columns: &[
            ("no", Number),
            ("account", Number),
            ("at", Number),
            ("by", Text),
            ("what", Text),
            ("details", Text),
        ],
        order: "no",
    },
    Table {
        name: "token",
        columns: &[
            ("digest", Bytes),
            ("name", Text),
            ("scopes", Text),
            ("accounts", Text),
            ("at", Number),
            ("revoked", Number),
        ],
        order: "digest",
    },
    Table {
        name: "ticket",
        columns: &[
            ("no", Number),
            ("account", Number),
            ("id", Text),
            ("version", Number),
            ("lane", Number),
            ("status", Text),
            ("department", Text),
            ("customer", Text),
            ("due", Number),
            ("aim", Text),
            ("parked", Text),
            ("failures", Number),
            ("unheard", Number),
            ("last", Number),
            ("changed", Number),
            ("facts", Text),
            ("packed", Bytes),
            ("memory", Bytes),
            ("carried_out", Text),
            ("outbox", Number),
        ],
        order: "no",
    },
    Table {
        name: "damaged",
        columns: &[("ticket", Number), ("account", Number), ("at", Number), ("why", Text)],
        order: "ticket",
    },
    Table {
        name: "consumed",
        columns: &[("ticket", Number), ("digest", Bytes)],
        order: "ticket, digest",
    },
    Table {
        name: "journal",
        columns: &[
            ("seq", Number),
            ("previous", Number),
            ("ticket", Number),
            ("at", Number),
            ("kind", Small),
            ("policy", Number),
            ("row", Text),
            ("decision", Text),
            ("note", Text),
            ("packed", Bytes),
        ],
        order: "seq",
    },
    Table {
        name: "outbox",
        columns: &[
            ("ticket", Number),
            ("key", Text),
            ("account", Number),
            ("lane", Number),
            ("state", Small),
            ("attempts", Number),
            ("next", Number),
            ("since", Number),
            ("due", Number),
            ("action", Text),
            ("why", Text),
        ],
        order: "next, ticket, key",
    },
    Table {
        name: "inbound",
        columns: &[
            ("account", Number),
            ("id", Text),
            ("at", Number),
            ("door", Text),
            ("why", Text),
            ("bytes", Number),
            ("text", AnyText),
        ],
        order: "account, id",
    },
    Table {
        name: "inbound_name",
        columns: &[("account", Number), ("kind", Number), ("name", Text), ("inbound", Text)],
        order: "account, kind, name, inbound",
    },
    Table {
        name: "customer_alias",
        columns: &[("account", Number), ("alias", Text), ("ticket", Number)],
        order: "account, alias, ticket",
    },
    Table {
        name: "sent",
        columns: &[("account", Number), ("customer", Text), ("at", Number)],
        order: "account, customer, at",
    },
    Table {
        name: "known_as",
        columns: &[("account", Number), ("customer", Text), ("ticket", Number)],
        order: "account, customer, ticket",
    },
];

impl Table {
    /// The names of the columns, with commas between.
    pub(super) fn names(&self) -> String {
        let names: Vec<String> =
            self.columns.iter().map(|(name, _)| format!("\"{name}\"")).collect();
        names.join(", ")
    }

    /// Reads all rows that belong to a ticket, if they belong to one: deleted tickets may have left
    /// some.
    pub(super) fn select(&self) -> String {
        let Self { name, order, .. } = self;
        let left = match *name {
            "journal" | "consumed" => " WHERE ticket IN (SELECT no FROM ticket)",
            _ => "",
        };
        format!("SELECT {} FROM {name}{left} ORDER BY {order}", self.names())
    }
}

/// A store whose rows can be copied.
pub(super) trait Transfer {
    /// Passes on all rows of one state of the store.
    fn export(
        &self,
        each: &mut dyn FnMut(&'static Table, Vec<Row>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError>;

    /// Fills an empty store: `fill` passes rows to the function that it is given. All of them are
    /// stored, or none.
    fn import(&mut self, fill: &mut Fill<'_>) -> Result<(), StoreError>;
}

/// Passes rows to a function.
pub(super) type Fill<'a> = dyn FnMut(
        &mut dyn FnMut(&'static Table, Vec<Row>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError>
    + 'a;

/// Moves a desk to an empty store, and compares the journals of both. The desk must not be running;
/// its store stays as it is.
///
/// # Errors
///
/// One of the stores cannot be used, the target has a desk, or the journals differ.
pub fn move_desk(from: &Location, to: &Location) -> Result<Moved, JournalError> {
    if !from.may_exist() {
        let found = format!("there is no `{from}`");
        return Err(StoreError::new(StoreProblem::Io, found).into());
    }
    let source = open(from)?;
    let mut target = open(to)?;
    let mut rows = 0_u64;
    target.import(&mut |put| {
        source.export(&mut |table, page| {
            rows = rows.saturating_add(u64::try_from(page.len()).unwrap_or(u64::MAX));
            put(table, page)
        })
    })?;
    drop((source, target));
    let (before, after) = (digest(from)?, digest(to)?);
    if before != after {
        let found = format!("the journal of `{to}` is not that of `{from}`");
        return Err(StoreError::new(StoreProblem::Corrupt, found).into());
    }
    let (journal, digest) = after;
    Ok(Moved { journal, digest, rows })
}

fn open(location: &Location) -> Result<Box<dyn Transfer>, StoreError> {
    match location {
        Location::File(file) => Ok(Box::new(Sqlite::open(file)?)),
        #[cfg(feature = "postgres")]
        Location::Postgres(url) => {
            Ok(Box::new(super::postgres::Postgres::open(url, OpenOptions::default())?))
        }
        #[cfg(not(feature = "postgres"))]
        Location::Postgres(_) => Err(location
            .open(OpenOptions::default())
            .err()
            .unwrap_or_else(|| StoreError::new(StoreProblem::Unsupported, "no PostgreSQL"))),
    }
}

/// Counts and digest of a journal.
fn digest(location: &Location) -> Result<(Counts, String), JournalError> {
    let journal = match location {
        Location::File(file) => Journal::open(Path::new(file))?,
        Location::Postgres(_) => Journal::beside_desk(location)?,
    };
    let mut digest = Hashing(Sha256::new());
    let counts = journal.write(&Selection::default(), &mut digest)?;
    let bytes: [u8; 32] = digest.0.finalize().into();
    Ok((counts, bytes.iter().map(|byte| format!("{byte:02x}")).collect()))
}

struct Hashing(Sha256);

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
