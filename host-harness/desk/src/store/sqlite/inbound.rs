//! Inbound entries and customers' aliases in the file.

use rusqlite::{Connection, Row, Transaction, params};

use super::Sqlite;
use crate::store::{Batch, InboundChange, InboundRow, InboundSize, StoreError};

/// Whether a name is a ticket's or a customer's.
const TICKET: i64 = 0;
const CUSTOMER: i64 = 1;

/// Tickets of an account (`?1`) that belong to a customer (`?2`) under any current or former name.
pub(super) const THEIRS: &str = "account = ?1 AND (customer = ?2
    OR no IN (SELECT ticket FROM customer_alias WHERE account = ?1 AND alias = ?2)
    OR no IN (SELECT ticket FROM known_as WHERE account = ?1 AND customer = ?2))";

const ENTRY: &str = "account, id, at, door, why, text";

pub(super) fn write(tx: &Transaction<'_>, batch: &Batch) -> rusqlite::Result<()> {
    for change in &batch.inbound {
        match change {
            InboundChange::Keep(row) => keep(tx, row)?,
            InboundChange::Remove { account, id } => remove(tx, *account, id)?,
        }
    }
    for row in &batch.aliases {
        tx.prepare_cached(
            "INSERT INTO customer_alias (account, alias, ticket) VALUES (?, ?, ?)
             ON CONFLICT DO NOTHING",
        )?
        .execute(params![row.account, row.alias, row.ticket])?;
    }
    Ok(())
}

fn keep(tx: &Transaction<'_>, row: &InboundRow) -> rusqlite::Result<()> {
    let bytes = i64::try_from(row.text.len()).unwrap_or(i64::MAX);
    tx.prepare_cached(
        "INSERT INTO inbound (account, id, at, door, why, bytes, text)
         VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
    )?
    .execute(params![row.account, row.id, row.at, row.door, row.why, bytes, row.text])?;
    let mut name = tx.prepare_cached(
        "INSERT INTO inbound_name (account, kind, name, inbound) VALUES (?, ?, ?, ?)
         ON CONFLICT DO NOTHING",
    )?;
    for (kind, names) in [(TICKET, &row.tickets), (CUSTOMER, &row.customers)] {
        for text in names {
            name.execute(params![row.account, kind, text, row.id])?;
        }
    }
    Ok(())
}

fn remove(tx: &Transaction<'_>, account: i64, id: &str) -> rusqlite::Result<()> {
    for sql in [
        "DELETE FROM inbound_name WHERE account = ? AND inbound = ?",
        "DELETE FROM inbound WHERE account = ? AND id = ?",
    ] {
        tx.prepare_cached(sql)?.execute(params![account, id])?;
    }
    Ok(())
}

/// Deletes inbound entries that name a customer, and their aliases. To be called before their
/// tickets are deleted.
pub(super) fn forget(tx: &Connection, account: i64, customer: &str) -> rusqlite::Result<()> {
    let entries: Vec<String> = tx
        .prepare(&format!(
            "WITH theirs AS (SELECT no, id, customer FROM ticket WHERE {THEIRS})
             SELECT DISTINCT inbound FROM inbound_name WHERE account = ?1 AND
                 (kind = 0 AND name IN (SELECT id FROM theirs) OR kind = 1 AND (name = ?2
                     OR name IN (SELECT customer FROM theirs) OR name IN (SELECT alias
                         FROM customer_alias WHERE ticket IN (SELECT no FROM theirs))))"
        ))?
        .query_map(params![account, customer], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for id in entries {
        tx.execute(
            "DELETE FROM inbound_name WHERE account = ? AND inbound = ?",
            params![account, id],
        )?;
        tx.execute("DELETE FROM inbound WHERE account = ? AND id = ?", params![account, id])?;
    }
    Ok(())
}

impl Sqlite {
    pub(super) fn inbound_entries(
        &self,
        account: i64,
        limit: i64,
    ) -> Result<Vec<InboundRow>, StoreError> {
        let rows = self.all(
            &format!("SELECT {ENTRY} FROM inbound WHERE account = ? ORDER BY at, id LIMIT ?"),
            params![account, limit],
            entry,
        )?;
        rows.into_iter().map(|row| self.with_names(row)).collect()
    }

    pub(super) fn inbound_by_id(
        &self,
        account: i64,
        id: &str,
    ) -> Result<Option<InboundRow>, StoreError> {
        let sql = format!("SELECT {ENTRY} FROM inbound WHERE account = ? AND id = ?");
        let row = self.one(&sql, params![account, id], entry)?;
        row.map(|row| self.with_names(row)).transpose()
    }

    pub(super) fn inbound_names(
        &self,
        account: i64,
        ticket: &str,
        customer: Option<&str>,
    ) -> Result<bool, StoreError> {
        let named = self.one(
            "SELECT 1 FROM inbound_name WHERE account = ?1 AND
                 (kind = 0 AND name = ?2 OR kind = 1 AND (name = ?3 OR name IN
                     (SELECT alias FROM customer_alias WHERE ticket =
                         (SELECT no FROM ticket WHERE account = ?1 AND id = ?2)))) LIMIT 1",
            params![account, ticket, customer],
            |_| Ok(()),
        )?;
        Ok(named.is_some())
    }

    pub(super) fn inbound_total(&self, account: Option<i64>) -> Result<InboundSize, StoreError> {
        let size = self.one(
            "SELECT count(*), coalesce(sum(bytes), 0) FROM inbound WHERE ?1 IS NULL OR account = ?1",
            params![account],
            |row| {
                let number = |index| row.get::<_, i64>(index).map(|n| u64::try_from(n).unwrap_or(0));
                Ok(InboundSize { entries: number(0)?, bytes: number(1)? })
            },
        )?;
        Ok(size.unwrap_or_default())
    }

    fn with_names(&self, mut row: InboundRow) -> Result<InboundRow, StoreError> {
        let names = self.all(
            "SELECT kind, name FROM inbound_name WHERE account = ? AND inbound = ?",
            params![row.account, row.id],
            |name| Ok((name.get::<_, i64>(0)?, name.get::<_, String>(1)?)),
        )?;
        for (kind, name) in names {
            if kind == TICKET { row.tickets.push(name) } else { row.customers.push(name) }
        }
        Ok(row)
    }
}

fn entry(row: &Row<'_>) -> rusqlite::Result<InboundRow> {
    Ok(InboundRow {
        account: row.get(0)?,
        id: row.get(1)?,
        at: row.get(2)?,
        door: row.get(3)?,
        why: row.get(4)?,
        text: row.get(5)?,
        tickets: Vec::new(),
        customers: Vec::new(),
    })
}

/// Converts the customers in a table to their canonical spelling.
pub(super) fn respell(tx: &Transaction<'_>, table: &str) -> rusqlite::Result<()> {
    let customers: Vec<String> = tx
        .prepare(&format!("SELECT DISTINCT customer FROM {table} WHERE customer IS NOT NULL"))?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let sql = format!("UPDATE OR IGNORE {table} SET customer = ? WHERE customer = ?");
    for customer in customers {
        let canonical = despertador_lime::canonical_customer(&customer);
        if canonical != customer {
            tx.prepare_cached(&sql)?.execute(params![canonical, customer])?;
        }
    }
    Ok(())
}
