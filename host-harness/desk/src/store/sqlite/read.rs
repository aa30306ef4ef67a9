//! Queries of the file, and deletions.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use despertador_contract::key;
use despertador_contract::word::Word;
use despertador_contract::{ExitState, Instant, Step, TicketStatus};
use rusqlite::{Connection, OptionalExtension, Params, Row, TransactionBehavior, params};
use serde_json::{Value, json};

use super::ownership::Mark;
use super::{Sqlite, unknown};
use crate::decision::action_from_text;
use crate::scope::Scope;
use crate::store::packing::{Beside, FACTS, Packing, PolicyTexts};
use crate::store::{
    AccountRow, AuditRow, Batch, Consumed, DamagedRow, DueRow, EntryKind, EntryRow, FlowRow,
    InboundRow, InboundSize, LaneRow, Numbers, OpenTickets, OutboxPlace, OutboxRow, OutboxState,
    PolicyRow, ProposalRow, Query, Store, StoreError, StoreProblem, TicketRow, TokenRow,
    UnreadableAction, WaitingRow,
};

const TICKET: &str = "no, account, id, version, lane, status, department, customer, due, aim,
    parked, failures, unheard, last, changed, facts, memory, carried_out, outbox, packed";
const OUTBOX: &str = "ticket, key, account, lane, state, attempts, next, since, due, action, why";

/// Tickets of a customer, by name or alias.
const OF_CUSTOMER: &str = " AND (customer = ?4 OR no IN
    (SELECT ticket FROM customer_alias WHERE account = ?1 AND alias = ?4))";

/// Tickets with a dead letter.
const WITH_GIVEN_UP: &str =
    " AND no IN (SELECT ticket FROM outbox WHERE account = ?1 AND state = 1)";

/// What else a query asks of its tickets, by the parameters 2 to 4.
fn conditions(query: &Query) -> String {
    [
        if query.status.is_some() { " AND status = ?2" } else { " AND ?2 IS NULL" },
        if query.department.is_some() { " AND department = ?3" } else { " AND ?3 IS NULL" },
        if query.customer.is_some() { OF_CUSTOMER } else { " AND ?4 IS NULL" },
        if query.deferred { " AND parked IS NOT NULL" } else { "" },
        if query.given_up { WITH_GIVEN_UP } else { "" },
    ]
    .concat()
}

impl Sqlite {
    /// The tickets of an account that are due first. Each lane is read from its index, and only as
    /// far as it can still add to what the lanes before have given.
    fn tickets_by_due(&self, query: &Query) -> Result<Vec<TicketRow>, StoreError> {
        let mut sql =
            format!("SELECT {TICKET} FROM ticket WHERE lane = ?5 AND due <= ?6 AND account = ?1");
        sql.push_str(&conditions(query));
        sql.push_str(" AND due >= ?8 AND (due > ?8 OR no > ?9) ORDER BY due, no LIMIT ?7");
        let (due, no) = query.after_due.unwrap_or((Instant::MIN, i64::MIN));
        let mut found: Vec<TicketRow> = Vec::new();
        let is_wanted = |lane: &LaneRow| {
            lane.account == query.account
                && (query.department.is_none() || lane.department == query.department)
        };
        for lane in self.lanes()?.into_iter().filter(is_wanted) {
            let is_full = found.len() >= query.limit;
            let latest = found.last().filter(|_| is_full).and_then(|row| row.due);
            let rows = self.all(
                &sql,
                params![
                    query.account,
                    query.status,
                    query.department,
                    query.customer,
                    lane.no,
                    latest.unwrap_or(Instant::MAX),
                    count(query.limit),
                    due,
                    no
                ],
                |row| self.ticket_row(row),
            )?;
            if !rows.is_empty() {
                found.extend(rows);
                found.sort_by_key(|row| (row.due, row.no));
                found.truncate(query.limit);
            }
        }
        Ok(found)
    }

    pub(super) fn one<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, StoreError> {
        self.connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.query_row(params, read).optional())
            .map_err(|error| self.failed(&error))
    }

    pub(super) fn all<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        self.connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.query_map(params, read)?.collect())
            .map_err(|error| self.failed(&error))
    }
}

impl Store for Sqlite {
    fn commit(&mut self, batch: &Batch) -> Result<(), StoreError> {
        self.write(batch)
    }

    fn numbers(&self) -> Result<Numbers, StoreError> {
        let highest = |table: &str, column: &str| {
            let sql = format!("SELECT coalesce(max({column}), 0) FROM {table}");
            Ok(self.one(&sql, [], |row| row.get(0))?.unwrap_or(0))
        };
        Ok(Numbers {
            account: highest("account", "no")?,
            lane: highest("lane", "no")?,
            ticket: highest("ticket", "no")?,
            entry: highest("journal", "seq")?.max(self.mark.entry),
        })
    }

    fn accounts(&self) -> Result<Vec<AccountRow>, StoreError> {
        self.all(ACCOUNTS, [], account)
    }

    fn lanes(&self) -> Result<Vec<LaneRow>, StoreError> {
        self.all("SELECT no, account, department FROM lane ORDER BY no", [], |row| {
            Ok(LaneRow { no: row.get(0)?, account: row.get(1)?, department: row.get(2)? })
        })
    }

    fn policy(&self, account: i64, version: i64) -> Result<Option<PolicyRow>, StoreError> {
        self.one(
            "SELECT account, version, at, by, config, surroundings FROM policy
             WHERE account = ? AND version = ?",
            params![account, version],
            policy,
        )
    }

    fn policies(&self, account: i64) -> Result<Vec<PolicyRow>, StoreError> {
        self.all(
            "SELECT account, version, at, by, config, surroundings FROM policy
             WHERE account = ? ORDER BY version DESC",
            params![account],
            policy,
        )
    }

    fn policy_heads(&self, account: i64, limit: usize) -> Result<Vec<PolicyRow>, StoreError> {
        self.all(
            "SELECT account, version, at, by, '', '' FROM policy
             WHERE account = ? ORDER BY version DESC LIMIT ?",
            params![account, count(limit)],
            policy,
        )
    }

    fn flow(&self, account: i64) -> Result<Option<FlowRow>, StoreError> {
        self.one(
            "SELECT account, version, at, by, text, exit FROM flow
             WHERE account = ? ORDER BY version DESC LIMIT 1",
            params![account],
            flow,
        )
    }

    fn flow_heads(&self, account: i64, limit: usize) -> Result<Vec<FlowRow>, StoreError> {
        self.all(
            "SELECT account, version, at, by, '', exit FROM flow
             WHERE account = ? ORDER BY version DESC LIMIT ?",
            params![account, count(limit)],
            flow,
        )
    }

    fn proposals(&self, account: i64) -> Result<Vec<ProposalRow>, StoreError> {
        self.all(
            "SELECT account, no, at, by, base, '', '' FROM proposal WHERE account = ? ORDER BY no",
            params![account],
            proposal,
        )
    }

    fn proposal(&self, account: i64, no: i64) -> Result<Option<ProposalRow>, StoreError> {
        self.one(
            "SELECT account, no, at, by, base, config, surroundings FROM proposal
             WHERE account = ? AND no = ?",
            params![account, no],
            proposal,
        )
    }

    fn audit(&self, account: i64, limit: usize) -> Result<Vec<AuditRow>, StoreError> {
        self.all(
            "SELECT account, at, by, what, details FROM audit WHERE account = ?
             ORDER BY no DESC LIMIT ?",
            params![account, count(limit)],
            audit,
        )
    }

    fn audit_of(&self, account: i64, what: &str) -> Result<Vec<AuditRow>, StoreError> {
        self.all(
            "SELECT account, at, by, what, details FROM audit WHERE account = ? AND what = ?
             ORDER BY no",
            params![account, what],
            audit,
        )
    }

    fn tokens(&self) -> Result<Vec<TokenRow>, StoreError> {
        self.all(
            "SELECT digest, name, scopes, accounts, at, revoked FROM token ORDER BY at, name",
            params![],
            |row| {
                let name: String = row.get(1)?;
                let words: String = row.get(2)?;
                let accounts: String = row.get(3)?;
                let (scopes, accounts) = Scope::of_stored(&name, &words, &accounts);
                Ok(TokenRow {
                    digest: row.get(0)?,
                    name,
                    scopes,
                    accounts,
                    at: row.get(4)?,
                    revoked: row.get(5)?,
                })
            },
        )
    }

    fn ticket(&self, account: i64, id: &str) -> Result<Option<TicketRow>, StoreError> {
        self.one(
            &format!("SELECT {TICKET} FROM ticket WHERE account = ? AND id = ?"),
            params![account, id],
            |row| self.ticket_row(row),
        )
    }

    fn is_consumed(&self, consumed: &Consumed) -> Result<bool, StoreError> {
        let seen = self.one(
            "SELECT 1 FROM consumed WHERE ticket = ? AND digest = ?",
            params![consumed.ticket, consumed.digest.as_slice()],
            |_| Ok(()),
        )?;
        Ok(seen.is_some())
    }

    fn due(&self, lane: i64, now: Instant, limit: usize) -> Result<Vec<DueRow>, StoreError> {
        self.all(
            "SELECT no, due FROM ticket WHERE lane = ? AND due <= ?
             AND no NOT IN (SELECT ticket FROM damaged) ORDER BY due LIMIT ?",
            params![lane, now, count(limit)],
            |row| Ok(DueRow { no: row.get(0)?, due: row.get(1)? }),
        )
    }

    fn ticket_number(&self, account: i64, id: &str) -> Result<Option<i64>, StoreError> {
        self.one(
            "SELECT no FROM ticket WHERE account = ? AND id = ?",
            params![account, id],
            |row| row.get(0),
        )
    }

    fn ticket_id(&self, no: i64) -> Result<Option<String>, StoreError> {
        self.one("SELECT id FROM ticket WHERE no = ?", params![no], |row| row.get(0))
    }

    fn damaged(&self) -> Result<Vec<DamagedRow>, StoreError> {
        self.all("SELECT ticket, account, at, why FROM damaged ORDER BY ticket", [], |row| {
            Ok(DamagedRow {
                ticket: row.get(0)?,
                account: row.get(1)?,
                at: row.get(2)?,
                why: row.get(3)?,
            })
        })
    }

    fn earliest_due(&self, lane: i64) -> Result<Option<Instant>, StoreError> {
        self.one(
            "SELECT due FROM ticket WHERE lane = ? AND due IS NOT NULL
             AND no NOT IN (SELECT ticket FROM damaged) ORDER BY due LIMIT 1",
            params![lane],
            |row| row.get(0),
        )
    }

    fn open_after(&self, account: i64, no: i64, limit: usize) -> Result<Vec<i64>, StoreError> {
        self.all(
            "SELECT no FROM ticket WHERE account = ? AND status = 'open' AND no > ?
             ORDER BY no LIMIT ?",
            params![account, no, count(limit)],
            |row| row.get(0),
        )
    }

    fn open_by_facts(&self, account: i64) -> Result<Vec<OpenTickets>, StoreError> {
        let mut kinds: BTreeMap<String, OpenTickets> = BTreeMap::new();
        let sql = format!("SELECT {TICKET} FROM ticket WHERE account = ? AND status = 'open'");
        self.all(&sql, params![account], |row| {
            // Damaged tickets are moved aside and have no rule.
            let Ok(TicketRow { facts, .. }) = self.ticket_row(row) else { return Ok(()) };
            let Ok(known) = serde_json::from_str::<Value>(&facts) else { return Ok(()) };
            let kind = ["/department", "/channel", "/tags", "/more/ticket.priority"];
            let kind = json!(kind.map(|place| known.pointer(place)));
            let tickets = kinds.entry(kind.to_string());
            let kind = tickets.or_insert_with(|| OpenTickets { facts, tickets: 0 });
            kind.tickets = kind.tickets.saturating_add(1);
            Ok(())
        })?;
        Ok(kinds.into_values().collect())
    }

    fn tickets(&self, query: &Query) -> Result<Vec<TicketRow>, StoreError> {
        if query.by_due {
            return self.tickets_by_due(query);
        }
        // One statement per kind of query, so that each uses its index.
        let mut sql = format!("SELECT {TICKET} FROM ticket WHERE account = ?1 AND no > ?5");
        sql.push_str(&conditions(query));
        let order =
            if query.newest_first { " ORDER BY no DESC LIMIT ?6" } else { " ORDER BY no LIMIT ?6" };
        sql.push_str(order);
        self.all(
            &sql,
            params![
                query.account,
                query.status,
                query.department,
                query.customer,
                query.after,
                count(query.limit)
            ],
            |row| self.ticket_row(row),
        )
    }

    fn outbox_of(&self, ticket: i64) -> Result<Vec<OutboxRow>, StoreError> {
        self.all(
            &format!("SELECT {OUTBOX} FROM outbox WHERE ticket = ? ORDER BY key"),
            params![ticket],
            outbox,
        )
    }

    fn outbox_due(
        &self,
        account: i64,
        now: Instant,
        behind: Option<OutboxPlace>,
        limit: usize,
    ) -> Result<Vec<WaitingRow>, StoreError> {
        let behind = behind.unwrap_or(OutboxPlace { next: Instant::MIN, row: i64::MIN });
        self.all(
            "SELECT next, rowid, key, lane, ticket FROM outbox
             WHERE account = ?1 AND state <> 1 AND next <= ?2 AND (next, rowid) > (?3, ?4)
             ORDER BY next, rowid LIMIT ?5",
            params![account, now, behind.next, behind.row, count(limit)],
            |row| {
                Ok(WaitingRow {
                    place: OutboxPlace { next: row.get(0)?, row: row.get(1)? },
                    key: row.get(2)?,
                    lane: row.get(3)?,
                    ticket: row.get(4)?,
                })
            },
        )
    }

    fn count_due(&self, lane: i64, now: Instant, most: usize) -> Result<u64, StoreError> {
        let counted = self.one(
            "SELECT count(*) FROM (SELECT 1 FROM ticket WHERE lane = ? AND due <= ?
             AND no NOT IN (SELECT ticket FROM damaged) LIMIT ?)",
            params![lane, now, count(most)],
            |row| row.get(0).map(unsigned),
        )?;
        Ok(counted.unwrap_or_default())
    }

    fn count_outbox(&self, now: Instant, most: usize) -> Result<(u64, u64), StoreError> {
        // By account, as the index is.
        let counted = self.one(
            "SELECT (SELECT count(*) FROM (SELECT 1 FROM account CROSS JOIN outbox
                        ON outbox.account = account.no AND state <> 1 AND next <= ?1 LIMIT ?2)),
                    (SELECT count(*) FROM (SELECT 1 FROM outbox WHERE state = 1 LIMIT ?2))",
            params![now, count(most)],
            |row| Ok((unsigned(row.get(0)?), unsigned(row.get(1)?))),
        )?;
        Ok(counted.unwrap_or_default())
    }

    fn earliest_outbox(&self, account: i64, after: Instant) -> Result<Option<Instant>, StoreError> {
        let earliest = self.one(
            "SELECT min(next) FROM outbox WHERE account = ? AND state <> 1 AND next > ?",
            params![account, after],
            |row| row.get(0),
        )?;
        Ok(earliest.flatten())
    }

    fn dead_letters(&self, account: i64, limit: usize) -> Result<Vec<OutboxRow>, StoreError> {
        self.all(
            &format!(
                "SELECT {OUTBOX} FROM outbox WHERE state = 1 AND account = ? ORDER BY since LIMIT ?"
            ),
            params![account, count(limit)],
            outbox,
        )
    }

    fn inbound(&self, account: i64, limit: usize) -> Result<Vec<InboundRow>, StoreError> {
        self.inbound_entries(account, count(limit))
    }

    fn inbound_entry(&self, account: i64, id: &str) -> Result<Option<InboundRow>, StoreError> {
        self.inbound_by_id(account, id)
    }

    fn inbound_size(&self, account: Option<i64>) -> Result<InboundSize, StoreError> {
        self.inbound_total(account)
    }

    fn is_named_inbound(
        &self,
        account: i64,
        ticket: &str,
        customer: Option<&str>,
    ) -> Result<bool, StoreError> {
        self.inbound_names(account, ticket, customer)
    }

    fn entry(&self, _ticket: i64, seq: i64) -> Result<Option<EntryRow>, StoreError> {
        read_entry(&self.connection, &self.packing, ENTRY, seq).map_err(|error| self.failed(&error))
    }

    fn forget(&mut self, account: i64, customer: &str) -> Result<u64, StoreError> {
        super::inbound::forget(&self.connection, account, customer)
            .map_err(|error| self.failed(&error))?;
        let tickets = format!("SELECT no, last FROM ticket WHERE {}", super::inbound::THEIRS);
        let gone = self.delete(&tickets, params![account, customer])?;
        self.connection
            .execute(
                "DELETE FROM sent WHERE account = ?1 AND customer = ?2",
                params![account, customer],
            )
            .map_err(|error| self.failed(&error))?;
        Ok(gone)
    }

    fn purge(&mut self) -> Result<bool, StoreError> {
        super::begin_log(&self.connection, &mut self.mark)
            .map_err(|error| super::failed(&self.file, &error))
    }

    fn backups(&self) -> Result<Vec<String>, StoreError> {
        self.all("SELECT file FROM backup ORDER BY file", [], |row| row.get(0))
    }

    fn sent_to(
        &self,
        account: i64,
        customer: &str,
        after: Instant,
        limit: usize,
    ) -> Result<Vec<Instant>, StoreError> {
        let mut sent: Vec<Instant> = self.all(
            "SELECT at FROM sent WHERE account = ? AND customer = ? AND at > ?
             ORDER BY at DESC LIMIT ?",
            params![account, customer, after, count(limit)],
            |row| row.get(0),
        )?;
        sent.reverse();
        Ok(sent)
    }

    fn delete_untouched(&mut self, since: Instant, limit: usize) -> Result<u64, StoreError> {
        self.delete(
            "SELECT no, last FROM ticket WHERE status <> 'open' AND changed < ?1 AND outbox = 0
             ORDER BY no LIMIT ?2",
            params![since, count(limit)],
        )
    }

    fn backup(&self, to: &Path) -> Result<(), StoreError> {
        if to.exists() {
            return Err(StoreError::new(
                StoreProblem::Io,
                format!("`{}` is there already and is not written over", to.display()),
            ));
        }
        let copy = || {
            let mut target = Connection::open(to)?;
            let backup = rusqlite::backup::Backup::new(&self.connection, &mut target)?;
            // In one transaction: this process is the only writer.
            backup.step(-1)?;
            drop(backup);
            if let Some(mut mark) = Mark::read(&target)? {
                mark.write(&target, true)?;
            }
            Ok(())
        };
        copy().map_err(|error: rusqlite::Error| super::failed(to, &error))
    }

    fn check(&self) -> Result<Vec<String>, StoreError> {
        let said: Vec<String> = self.all("PRAGMA integrity_check", [], |row| row.get(0))?;
        Ok(said.into_iter().filter(|line| line != "ok").collect())
    }

    fn damaged_tables(&self) -> Vec<String> {
        // Each message names the root page of a table or an index: «Tree 12 page 40: …».
        let said = self.all("PRAGMA quick_check(20)", [], |row| row.get::<_, String>(0));
        let said = said.unwrap_or_default();
        let roots = said.iter().flat_map(|text| text.lines()).filter_map(|line| {
            let (_, rest) = line.split_once("Tree ")?;
            rest.split(' ').next()?.parse::<i64>().ok()
        });
        let name = |root: i64| {
            let sql = "SELECT name FROM sqlite_schema WHERE rootpage = ?";
            self.one(sql, params![root], |row| row.get(0)).ok()?
        };
        roots.collect::<BTreeSet<i64>>().into_iter().filter_map(name).collect()
    }
}

impl Sqlite {
    fn ticket_row(&self, row: &Row<'_>) -> rusqlite::Result<TicketRow> {
        const PACKED: usize = 19;
        let mut ticket = ticket(row)?;
        let Some(packed) = row.get_ref(PACKED)?.as_blob_or_null()? else { return Ok(ticket) };
        let unpacked = self.packing.borrow_mut().unpack(&self.connection, packed, FACTS)?;
        let damaged =
            |what: String| unknown(PACKED, format!("facts of ticket `{}`: {what}", ticket.id));
        let [facts, ..] = unpacked.map_err(damaged)?;
        ticket.facts = facts.unwrap_or_default();
        Ok(ticket)
    }

    /// Deletes tickets with their journals: the chain of entries, from the last one back.
    fn delete(&mut self, tickets: &str, params: impl Params) -> Result<u64, StoreError> {
        let file = self.file.clone();
        let delete = || {
            let tx = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            // The last entry may be among the deleted ones.
            tx.execute("UPDATE shutdown SET entry = ?", [self.mark.entry])?;
            let found: Vec<(i64, i64)> = tx
                .prepare(tickets)?
                .query_map(params, |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<Result<_, _>>()?;
            for (no, last) in &found {
                let mut seq = *last;
                while seq > 0 {
                    let previous = tx
                        .prepare_cached("DELETE FROM journal WHERE seq = ? RETURNING previous")?
                        .query_row(params![seq], |row| row.get(0))
                        .optional()?;
                    seq = previous.unwrap_or(0);
                }
                tx.prepare_cached("DELETE FROM consumed WHERE ticket = ?")?.execute([no])?;
                tx.prepare_cached("DELETE FROM outbox WHERE ticket = ?")?.execute([no])?;
                tx.prepare_cached("DELETE FROM damaged WHERE ticket = ?")?.execute([no])?;
                tx.prepare_cached("DELETE FROM customer_alias WHERE ticket = ?")?.execute([no])?;
                // Their customers' messages, unless another ticket has the same customer.
                tx.prepare_cached(
                    "DELETE FROM sent WHERE (account, customer) IN (
                         SELECT account, customer FROM ticket WHERE no = ?1
                         UNION SELECT account, customer FROM known_as WHERE ticket = ?1)
                     AND NOT EXISTS (SELECT 1 FROM ticket AS other
                         WHERE other.account = sent.account AND other.customer = sent.customer
                         AND other.no <> ?1)",
                )?
                .execute([no])?;
                tx.prepare_cached("DELETE FROM known_as WHERE ticket = ?")?.execute([no])?;
                tx.prepare_cached("DELETE FROM ticket WHERE no = ?")?.execute([no])?;
            }
            tx.commit()?;
            if !found.is_empty() {
                super::space::give_back(&self.connection)?;
            }
            Ok(u64::try_from(found.len()).unwrap_or(u64::MAX))
        };
        delete().map_err(|error: rusqlite::Error| super::failed(&file, &error))
    }
}

impl PolicyTexts for Connection {
    type Error = rusqlite::Error;

    fn texts(&self, (account, version): (i64, i64)) -> rusqlite::Result<Option<String>> {
        self.prepare_cached(
            "SELECT coalesce(texts, config) FROM policy WHERE account = ? AND version = ?",
        )?
        .query_row(params![account, version], |row| row.get(0))
        .optional()
    }
}

/// Converts a count from SQLite, which is never negative.
fn unsigned(count: i64) -> u64 {
    u64::try_from(count).unwrap_or_default()
}

fn count(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// All accounts, to be read by [`account`].
pub(super) const ACCOUNTS: &str = "SELECT no, name, policy, sweep FROM account ORDER BY no";

pub(super) fn account(row: &Row<'_>) -> rusqlite::Result<AccountRow> {
    Ok(AccountRow { no: row.get(0)?, name: row.get(1)?, policy: row.get(2)?, sweep: row.get(3)? })
}

/// An entry of the journal by number, to be read by [`read_entry`].
pub(super) const ENTRY: &str = "
SELECT seq, previous, journal.ticket, at, kind, journal.policy, row, decision, note, journal.packed,
    ticket.account, ticket.id
FROM journal LEFT JOIN ticket ON ticket.no = journal.ticket WHERE seq = ?";

/// The same for a file without packed entries.
pub(super) const ENTRY_AS_TEXT: &str = "
SELECT seq, previous, ticket, at, kind, policy, row, decision, note, NULL, 0, ''
FROM journal WHERE seq = ?";

const PACKED: usize = 9;

pub(super) fn read_entry(
    connection: &Connection,
    packing: &RefCell<Packing>,
    sql: &str,
    seq: i64,
) -> rusqlite::Result<Option<EntryRow>> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params![seq])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let kind = row.get(4)?;
    let mut entry = EntryRow {
        seq,
        previous: row.get(1)?,
        ticket: row.get(2)?,
        at: row.get(3)?,
        kind: EntryKind::from_number(kind)
            .ok_or_else(|| unknown(4, format!("kind {kind} of entry {seq} of the journal")))?,
        policy: row.get(5)?,
        row: row.get(6)?,
        decision: row.get(7)?,
        note: row.get(8)?,
    };
    let Some(packed) = row.get_ref(PACKED)?.as_blob_or_null()? else { return Ok(Some(entry)) };
    let damaged = |what: String| unknown(PACKED, format!("entry {seq} of the journal: {what}"));
    let (Some(account), Some(id)) = (row.get(10)?, row.get_ref(11)?.as_str_or_null()?) else {
        return Err(damaged("its ticket is not there".into()));
    };
    let beside = Beside { at: entry.at, policy: (account, entry.policy), ticket: id };
    let unpacked = packing.borrow_mut().unpack(connection, packed, beside)?;
    [entry.row, entry.decision, entry.note] = unpacked.map_err(damaged)?;
    Ok(Some(entry))
}

pub(super) fn policy(row: &Row<'_>) -> rusqlite::Result<PolicyRow> {
    Ok(PolicyRow {
        account: row.get(0)?,
        version: row.get(1)?,
        at: row.get(2)?,
        by: row.get(3)?,
        config: row.get(4)?,
        surroundings: row.get(5)?,
    })
}

fn audit(row: &Row<'_>) -> rusqlite::Result<AuditRow> {
    Ok(AuditRow {
        account: row.get(0)?,
        at: row.get(1)?,
        by: row.get(2)?,
        what: row.get(3)?,
        details: row.get(4)?,
    })
}

fn flow(row: &Row<'_>) -> rusqlite::Result<FlowRow> {
    let version = row.get(1)?;
    let exit: String = row.get(5)?;
    let unknown = || unknown(5, format!("exit `{exit}` of flow version {version}"));
    Ok(FlowRow {
        account: row.get(0)?,
        version,
        at: row.get(2)?,
        by: row.get(3)?,
        text: row.get(4)?,
        exit: ExitState::from_word(&exit).ok_or_else(unknown)?,
    })
}

fn proposal(row: &Row<'_>) -> rusqlite::Result<ProposalRow> {
    Ok(ProposalRow {
        account: row.get(0)?,
        no: row.get(1)?,
        at: row.get(2)?,
        by: row.get(3)?,
        base: row.get(4)?,
        config: row.get(5)?,
        surroundings: row.get(6)?,
    })
}

fn ticket(row: &Row<'_>) -> rusqlite::Result<TicketRow> {
    // Both are derived and only used in queries; an unknown word stands for itself.
    let status: String = row.get(5)?;
    let next_step: Option<String> = row.get(9)?;
    Ok(TicketRow {
        no: row.get(0)?,
        account: row.get(1)?,
        id: row.get(2)?,
        version: row.get(3)?,
        lane: row.get(4)?,
        status: TicketStatus::from_word(&status).unwrap_or(TicketStatus::Other(status)),
        department: row.get(6)?,
        customer: row.get(7)?,
        due: row.get(8)?,
        next_step: next_step
            .map(|next_step| key::parse_step(&next_step).unwrap_or(Step::Other(next_step))),
        deferred: row.get(10)?,
        failures: row.get(11)?,
        pending: row.get(12)?,
        last: row.get(13)?,
        changed: row.get(14)?,
        facts: row.get(15)?,
        memory: row.get(16)?,
        carried_out: row.get(17)?,
        outbox: row.get(18)?,
    })
}

fn outbox(row: &Row<'_>) -> rusqlite::Result<OutboxRow> {
    let key: String = row.get(1)?;
    let state = row.get(4)?;
    let state = OutboxState::from_number(state)
        .ok_or_else(|| unknown(4, format!("state {state} of action `{key}`")))?;
    let action = match action_from_text(row.get_ref(9)?.as_str()?) {
        Err(why) if state.is_open() => return Err(unknown(9, format!("action `{key}`: {why}"))),
        Err(why) => Err(UnreadableAction { text: row.get(9)?, why }),
        Ok(action) => Ok(action),
    };
    Ok(OutboxRow {
        ticket: row.get(0)?,
        key,
        account: row.get(2)?,
        lane: row.get(3)?,
        state,
        attempts: row.get(5)?,
        next: row.get(6)?,
        since: row.get(7)?,
        due: row.get(8)?,
        action,
        why: row.get(10)?,
    })
}
