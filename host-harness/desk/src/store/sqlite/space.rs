//! Returns the space of deleted data to the file system.
//!
//! The file keeps a list of free pages, and a map from each page to the one that refers to it, so
//! that pages can be moved from its end to free places and the end cut off (`auto_vacuum =
//! INCREMENTAL`). The file becomes shorter at the next checkpoint of the log.

use rusqlite::{Connection, ErrorCode};

/// Free pages that stay in the file, for what is written next: 4 MiB.
const SPARE_PAGES: i64 = 1_024;
/// Maximum number of pages returned after one deletion, so that events do not wait long: 16 MiB.
const RETURNED_PAGES_MAX: i64 = 4_096;

/// Sets up a new file so that it can return space. Only possible before its first table.
pub(super) fn keep_returnable(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "auto_vacuum", "incremental")
}

/// Returns the space of free pages after a deletion, part by part.
pub(super) fn give_back(connection: &Connection) -> rusqlite::Result<()> {
    let surplus = number(connection, "freelist_count")?.saturating_sub(SPARE_PAGES);
    if surplus <= 0 {
        return Ok(());
    }
    let pages = surplus.min(RETURNED_PAGES_MAX);
    let mut statement = connection.prepare(&format!("PRAGMA incremental_vacuum({pages})"))?;
    // Each row is a page.
    let mut rows = statement.query([])?;
    while rows.next()?.is_some() {}
    Ok(())
}

/// Rewrites a file of an earlier version, which cannot return space, once a quarter of it is free.
/// It stays as it is if there is no room for a copy.
pub(super) fn return_from_older(connection: &Connection) -> rusqlite::Result<()> {
    const NONE: i64 = 0;
    let free = number(connection, "freelist_count")?;
    if number(connection, "auto_vacuum")? != NONE
        || free <= SPARE_PAGES
        || free.saturating_mul(4) < number(connection, "page_count")?
    {
        return Ok(());
    }
    keep_returnable(connection)?;
    match connection.execute_batch("VACUUM") {
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::DiskFull) => Ok(()),
        vacuumed => vacuumed,
    }
}

fn number(connection: &Connection, name: &str) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, name, |row| row.get(0))
}
