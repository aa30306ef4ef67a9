//! Deletions, and what they leave behind.

use std::sync::mpsc::{self, Receiver, TryRecvError};

use despertador_contract::Instant;
use tokio_postgres::types::ToSql;

use super::link::{Link, Step};
use super::write::text;
use super::{Postgres, schema};
use crate::store::{StoreError, StoreProblem};

/// Tickets of an account (`$1`) that belong to a customer (`$2`) under any current or former name.
const THEIRS: &str = "account = $1 AND (customer = $2
    OR no IN (SELECT ticket FROM customer_alias WHERE account = $1 AND alias = $2)
    OR no IN (SELECT ticket FROM known_as WHERE account = $1 AND customer = $2))";

/// A statement whose only parameter is a list of tickets.
macro_rules! of_tickets {
    ($($table:literal),*) => {
        [$(concat!("DELETE FROM ", $table, " WHERE ticket = ANY ($1)")),*]
    };
}

/// A vacuum that runs on a connection of its own.
#[derive(Debug, Default)]
pub(super) struct Vacuum(Option<Receiver<Result<(), StoreError>>>);

impl Postgres {
    /// Deletes all data of a customer.
    pub(super) fn delete_customer(&self, account: i64, customer: &str) -> Result<u64, StoreError> {
        let customer = text(customer);
        let sql = format!("SELECT no FROM ticket WHERE {THEIRS}");
        let tickets: Vec<i64> =
            self.all(&sql, &[&account, &customer], |row| Ok(row.try_get(0)?))?;
        let inbound: Vec<String> = self.all(
            &format!(
                "WITH theirs AS (SELECT no, id, customer FROM ticket WHERE {THEIRS})
                 SELECT DISTINCT inbound FROM inbound_name WHERE account = $1 AND
                     (kind = 0 AND name IN (SELECT id FROM theirs) OR kind = 1 AND (name = $2
                         OR name IN (SELECT customer FROM theirs) OR name IN (SELECT alias
                             FROM customer_alias WHERE ticket IN (SELECT no FROM theirs))))"
            ),
            &[&account, &customer],
            |row| Ok(row.try_get(0)?),
        )?;
        let mut steps = vec![self.still_owner()];
        for sql in [
            "DELETE FROM inbound_name WHERE account = $1 AND inbound = ANY ($2)",
            "DELETE FROM inbound WHERE account = $1 AND id = ANY ($2)",
        ] {
            steps.push(Step::new(sql, vec![Box::new(account), Box::new(inbound.clone())]));
        }
        let entries = of_tickets!["journal", "consumed"];
        steps.extend(entries.map(|sql| Step::new(sql, vec![Box::new(tickets.clone())])));
        steps.extend(deleted(&tickets));
        steps.push(Step::new(
            "DELETE FROM sent WHERE account = $1 AND customer = $2",
            vec![Box::new(account), Box::new(customer)],
        ));
        self.delete(&steps)?;
        Ok(u64::try_from(tickets.len()).unwrap_or(u64::MAX))
    }

    /// Deletes tickets that are not open and have not changed since an instant. Their entries and
    /// consumed ids, which nothing leads to any more, go with the span of ticket numbers, once all
    /// of its tickets are gone.
    pub(super) fn delete_inactive(&self, since: Instant, limit: usize) -> Result<u64, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let tickets: Vec<i64> = self.all(
            "SELECT no FROM ticket WHERE status <> 'open' AND changed < $1 AND outbox = 0
             ORDER BY no LIMIT $2",
            &[&since, &limit],
            |row| Ok(row.try_get(0)?),
        )?;
        if tickets.is_empty() {
            self.drop_spans()?;
            self.begin_span(since)?;
            return Ok(0);
        }
        let mut steps = vec![self.still_owner()];
        steps.extend(deleted(&tickets));
        self.delete(&steps)?;
        Ok(u64::try_from(tickets.len()).unwrap_or(u64::MAX))
    }

    fn delete(&self, steps: &[Step<'_>]) -> Result<(), StoreError> {
        self.ahead.borrow_mut().clear();
        match self.link.transaction(steps) {
            Err(error) if error.problem == StoreProblem::Fenced => Err(self.why_fenced(error)),
            done => done.map(|_| ()),
        }
    }

    /// Ends the transaction unless this process is the owner.
    fn still_owner(&self) -> Step<'static> {
        let sql = "UPDATE lease SET epoch = epoch WHERE part = 0 AND holder = $1 AND epoch = $2";
        let values: Vec<Box<dyn ToSql + Sync + Send>> =
            vec![Box::new(self.lease.holder().to_owned()), Box::new(self.lease.epoch())];
        Step::new(sql, values).expecting(1, self.fenced())
    }

    /// Drops the partitions of spans whose tickets are all deleted, except the latest one. Deletes
    /// the entries of deleted tickets from spans in which few tickets are left.
    fn drop_spans(&self) -> Result<(), StoreError> {
        let spans: Vec<i64> = self.all(
            "SELECT no FROM span WHERE no < (SELECT max(no) FROM span) ORDER BY no",
            &[],
            |row| Ok(row.try_get(0)?),
        )?;
        for span in spans {
            let (from, to) = schema::bounds(span);
            let sql = "SELECT 1 FROM ticket WHERE no >= $1 AND no < $2 LIMIT 1";
            if self.one(sql, &[&from, &to], |_| Ok(()))?.is_none() {
                self.in_transaction(&schema::drop_span(span))?;
                continue;
            }
            for table in ["journal", "consumed"] {
                let sql = format!(
                    "DELETE FROM {table}_{span} AS old WHERE NOT EXISTS
                         (SELECT 1 FROM ticket WHERE ticket.no = old.ticket)"
                );
                self.in_transaction(&sql)?;
            }
        }
        Ok(())
    }

    /// Begins a span when the latest one has lasted for an eighth of the time that tickets are
    /// kept, so that the entries of deleted tickets are gone soon after them.
    fn begin_span(&self, since: Instant) -> Result<(), StoreError> {
        let sql = "
            SELECT span.no FROM span, lease WHERE lease.part = 0
            AND span.no = (SELECT max(no) FROM span) AND lease.ticket >= span.no << $2
            AND extract(epoch FROM clock_timestamp() - span.begun) * 8
                > extract(epoch FROM clock_timestamp()) - $1::bigint / 1000.0";
        let bits = i32::try_from(schema::SPAN_BITS).unwrap_or_default();
        let latest: Option<i64> = self.one(sql, &[&since, &bits], |row| Ok(row.try_get(0)?))?;
        let Some(next) = latest.map(|latest| latest.saturating_add(1)) else { return Ok(()) };
        let (from, _) = schema::bounds(next);
        let numbers = format!("UPDATE lease SET ticket = {from} WHERE part = 0;");
        self.in_transaction(&format!("{}{numbers}", schema::new_span(next)))
    }

    /// Runs statements as the owner, in one transaction.
    fn in_transaction(&self, sql: &str) -> Result<(), StoreError> {
        self.own()?;
        let owner = self.lease.holder().replace('\'', "''");
        let epoch = self.lease.epoch();
        self.link.batch(&format!(
            "DO $$ BEGIN
                 PERFORM 1 FROM despertador.lease
                     WHERE part = 0 AND holder = '{owner}' AND epoch = {epoch} FOR UPDATE;
                 IF NOT FOUND THEN RAISE EXCEPTION 'another process is the owner'; END IF;
                 {sql}
             END $$"
        ))
    }

    /// Removes what was deleted from the pages of the tables. Runs beside the desk, and returns
    /// whether it is done.
    pub(super) fn vacuum(&mut self) -> Result<bool, StoreError> {
        let Some(running) = &self.vacuum.0 else {
            let (done, running) = mpsc::sync_channel(1);
            let link = Link::new(&self.url)?;
            let thread = std::thread::Builder::new().name("vacuum".into());
            let started = thread.spawn(move || {
                let vacuum = "VACUUM ticket, journal, consumed, outbox, deadline, inbound,
                    inbound_name, customer_alias, sent, known_as";
                // Nobody may wait for it any more.
                let _: Result<(), _> = done.send(
                    link.batch("SET statement_timeout = 0").and_then(|()| link.batch(vacuum)),
                );
            });
            started.map_err(|error| {
                StoreError::new(StoreProblem::Io, format!("no threads are left: {error}"))
            })?;
            self.vacuum.0 = Some(running);
            return Ok(false);
        };
        let ended = match running.try_recv() {
            Err(TryRecvError::Empty) => return Ok(false),
            Err(TryRecvError::Disconnected) => Ok(()),
            Ok(ended) => ended,
        };
        self.vacuum.0 = None;
        ended.map(|()| true)
    }

    /// Rows that contradict one another.
    pub(super) fn inconsistencies(&self) -> Result<Vec<String>, StoreError> {
        let mut found = Vec::new();
        for (what, sql) in [
            (
                "its last entry is not in the journal",
                "SELECT id FROM ticket WHERE last > 0 AND NOT EXISTS
                     (SELECT 1 FROM journal WHERE journal.ticket = ticket.no AND seq = ticket.last)",
            ),
            (
                "its deadline is not the one that it is scheduled for",
                "SELECT id FROM ticket LEFT JOIN deadline ON deadline.ticket = ticket.no
                 WHERE ticket.due IS DISTINCT FROM deadline.due",
            ),
            (
                "it has not as many actions as it counts",
                "SELECT id FROM ticket WHERE outbox <>
                     (SELECT count(*) FROM outbox WHERE outbox.ticket = ticket.no)",
            ),
        ] {
            let sql = format!("{sql} LIMIT 100");
            let ids: Vec<String> = self.all(&sql, &[], |row| Ok(row.try_get(0)?))?;
            found.extend(ids.into_iter().map(|id| format!("ticket `{id}`: {what}")));
        }
        Ok(found)
    }
}

/// Deletes tickets with everything but their entries and consumed ids.
fn deleted(tickets: &[i64]) -> Vec<Step<'static>> {
    // Their customers' messages, unless another ticket has the same customer.
    let sent = "DELETE FROM sent USING (
            SELECT account, customer FROM ticket WHERE no = ANY ($1)
            UNION SELECT account, customer FROM known_as WHERE ticket = ANY ($1)) AS theirs
        WHERE sent.account = theirs.account AND sent.customer = theirs.customer
        AND NOT EXISTS (SELECT 1 FROM ticket AS other WHERE other.account = sent.account
            AND other.customer = sent.customer AND other.no <> ALL ($1))";
    let rows = of_tickets!["outbox", "damaged", "customer_alias", "known_as", "deadline"];
    let tables = [sent].into_iter().chain(rows);
    let tables = tables.chain(["DELETE FROM ticket WHERE no = ANY ($1)"]);
    tables.map(|sql| Step::new(sql, vec![Box::new(tickets.to_vec())])).collect()
}
