//! Reads a journal from the database without owning it.

use std::cell::RefCell;

use despertador_contract::Instant;

use super::link::Link;
use super::read::{self, ENTRY};
use super::{schema, unpackable, version};
use crate::store::packing::Packing;
use crate::store::{
    AccountRow, DatabaseUrl, EntryRow, JournalSource, PolicyRow, StoreError, StoreProblem,
    TicketHead,
};

/// Begins to read one state of the database, for as long as it takes.
pub(super) const READ_ONLY: &str = "SET idle_in_transaction_session_timeout = 0;
    BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// A database, opened read-only. It is read as it was when it was opened; a standby will do.
#[derive(Debug)]
pub struct Reader {
    link: Link,
    packing: RefCell<Packing>,
}

impl Reader {
    /// Opens a database.
    ///
    /// # Errors
    ///
    /// It cannot be reached, has no desk, or one of a later version.
    pub fn open(url: &DatabaseUrl) -> Result<Self, StoreError> {
        let link = Link::new(url)?.for_reading();
        let found = version(&link)?.ok_or_else(|| {
            StoreError::new(StoreProblem::Corrupt, format!("`{}` has no desk", link.place()))
        })?;
        super::check_version(&link, Some(found), schema::STEPS.len())?;
        let packing = RefCell::new(Packing::new().map_err(|error| unpackable(&link, &error))?);
        link.begin_together(READ_ONLY)?;
        let reader = Self { link, packing };
        // The first query, not `BEGIN`, fixes the state.
        reader.accounts()?;
        Ok(reader)
    }

    fn missing(&self, seq: i64, ticket: &TicketHead) -> StoreError {
        let found = format!(
            "`{}` is damaged: entry {seq} is not there or not one of ticket `{}`",
            self.link.place(),
            ticket.id
        );
        StoreError::new(StoreProblem::Corrupt, found)
    }
}

impl JournalSource for Reader {
    fn accounts(&self) -> Result<Vec<AccountRow>, StoreError> {
        self.link.all(read::ACCOUNTS, &[], read::account)
    }

    fn policies(&self, account: i64) -> Result<Vec<PolicyRow>, StoreError> {
        let sql = format!("{} WHERE account = $1 ORDER BY version", read::POLICIES);
        self.link.all(&sql, &[&account], read::policy)
    }

    fn tickets(
        &self,
        account: Option<i64>,
        since: Instant,
        after: i64,
        limit: usize,
    ) -> Result<Vec<TicketHead>, StoreError> {
        self.link.all(
            "SELECT no, account, id, last FROM ticket
             WHERE no > $1 AND changed >= $2 AND ($3::bigint IS NULL OR account = $3)
             ORDER BY no LIMIT $4",
            &[&after, &since, &account, &i64::try_from(limit).unwrap_or(i64::MAX)],
            |row| {
                Ok(TicketHead {
                    no: row.try_get(0)?,
                    account: row.try_get(1)?,
                    id: row.try_get(2)?,
                    last: row.try_get(3)?,
                })
            },
        )
    }

    fn journal(&self, ticket: &TicketHead) -> Result<Vec<EntryRow>, StoreError> {
        let sql = format!(
            "SELECT {ENTRY} FROM journal JOIN ticket ON ticket.no = journal.ticket
             WHERE journal.ticket = $1 AND seq <= $2 ORDER BY seq DESC"
        );
        let found = self.link.all(&sql, &[&ticket.no, &ticket.last], read::raw_entry)?;
        let mut packing = self.packing.borrow_mut();
        let mut entries = Vec::with_capacity(found.len());
        let mut seq = ticket.last;
        for raw in found {
            let entry = raw.unpack(&mut packing, &self.link)?;
            if entry.seq != seq || entry.previous >= seq {
                return Err(self.missing(seq, ticket));
            }
            seq = entry.previous;
            entries.push(entry);
        }
        if seq > 0 {
            return Err(self.missing(seq, ticket));
        }
        entries.reverse();
        Ok(entries)
    }

    fn latest(&self) -> Result<Option<Instant>, StoreError> {
        let sql = "SELECT max(changed) FROM ticket";
        let latest = self.link.one(sql, &[], |row| Ok(row.try_get::<_, Option<Instant>>(0)?))?;
        Ok(latest.flatten())
    }

    fn end(&self) -> Result<(), StoreError> {
        // One state of the database was read, or an error said otherwise.
        Ok(())
    }
}
