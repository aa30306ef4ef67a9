//! Queries of the database.

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;

use despertador_contract::key;
use despertador_contract::word::Word;
use despertador_contract::{ExitState, Instant, Step, TicketStatus};
use serde_json::{Value, json};
use tokio_postgres::Row;
use tokio_postgres::types::FromSql;

use super::Postgres;
use super::failure::Failure;
use super::link::{Link, Value as Parameter};
use super::write::{TICKET as INBOUND_TICKET, text};
use crate::decision::action_from_text;
use crate::scope::Scope;
use crate::store::packing::{Beside, FACTS, PolicyTexts};
use crate::store::{
    AccountRow, AuditRow, Batch, Consumed, DamagedRow, DeliveryPermit, DueRow, EntryKind, EntryRow,
    FlowRow, InboundRow, InboundSize, LaneRow, Numbers, OpenTickets, OutboxPlace, OutboxRow,
    OutboxState, PolicyRow, ProposalRow, Query, Store, StoreError, StoreProblem, TicketRow,
    TokenRow, UnreadableAction, WaitingRow,
};

const TICKET: &str = "no, account, id, version, lane, status, department, customer, due, aim,
    parked, failures, unheard, last, changed, facts, memory, carried_out, outbox, packed";
const OUTBOX: &str = "ticket, key, account, lane, state, attempts, next, since, due, action, why";
const INBOUND: &str = "account, id, at, door, why, text";

/// Whether a ticket is not among those moved aside.
const NOT_ASIDE: &str = "NOT EXISTS (SELECT 1 FROM damaged WHERE damaged.ticket = deadline.ticket)";

/// Number of entries read together: a journal is read backwards, one by one.
const ENTRIES_AHEAD: i64 = 64;

/// Number of tickets read together when all of an account are.
const TICKETS_PER_PAGE: i64 = 1_000;

type Read<T> = Result<T, Failure>;

/// The value of a column.
fn get<'a, T: FromSql<'a>>(row: &'a Row, column: usize) -> Read<T> {
    Ok(row.try_get(column)?)
}

/// The only column of a row.
fn single<T: for<'a> FromSql<'a>>(row: &Row) -> Read<T> {
    get(row, 0)
}

fn count(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

fn unsigned(count: i64) -> u64 {
    u64::try_from(count).unwrap_or_default()
}

impl PolicyTexts for Postgres {
    type Error = StoreError;

    fn texts(&self, policy: (i64, i64)) -> Result<Option<String>, StoreError> {
        self.link.texts(policy)
    }
}

impl PolicyTexts for Link {
    type Error = StoreError;

    fn texts(&self, (account, version): (i64, i64)) -> Result<Option<String>, StoreError> {
        let sql = "SELECT coalesce(texts, config) FROM policy WHERE account = $1 AND version = $2";
        self.one(sql, &[&account, &version], single)
    }
}

impl Postgres {
    /// All rows of a query.
    pub(super) fn all<T>(
        &self,
        sql: &str,
        values: &[Parameter<'_>],
        read: impl FnMut(&Row) -> Read<T>,
    ) -> Result<Vec<T>, StoreError> {
        self.own()?;
        self.link.all(sql, values, read)
    }

    /// The first row of a query.
    pub(super) fn one<T>(
        &self,
        sql: &str,
        values: &[Parameter<'_>],
        read: impl FnMut(&Row) -> Read<T>,
    ) -> Result<Option<T>, StoreError> {
        self.own()?;
        self.link.one(sql, values, read)
    }

    /// Tickets, whose facts are unpacked after all rows were read.
    fn tickets_of(
        &self,
        sql: &str,
        values: &[Parameter<'_>],
    ) -> Result<Vec<TicketRow>, StoreError> {
        let rows = self.all(sql, values, |row| Ok((ticket(row)?, packed(row, 19)?)))?;
        rows.into_iter().map(|(row, packed)| self.with_facts(row, packed)).collect()
    }

    fn with_facts(
        &self,
        mut row: TicketRow,
        packed: Option<Vec<u8>>,
    ) -> Result<TicketRow, StoreError> {
        if let Some(packed) = packed {
            let unpacked = self.packing.borrow_mut().unpack(self, &packed, FACTS)?;
            let damaged =
                |what: String| self.damaged_value(format!("facts of ticket `{}`: {what}", row.id));
            let [facts, ..] = unpacked.map_err(damaged)?;
            row.facts = facts.unwrap_or_default();
        }
        Ok(row)
    }

    fn damaged_value(&self, what: String) -> StoreError {
        Failure::Damaged(what).at(self.link.place())
    }

    /// Reads an entry, and those before it, which are read next.
    fn read_entry(&self, ticket: i64, seq: i64) -> Result<Option<EntryRow>, StoreError> {
        let is_next = |raw: &&RawEntry| raw.entry.ticket == ticket && raw.entry.seq == seq;
        if self.ahead.borrow().front().filter(is_next).is_none() {
            let sql = format!(
                "SELECT {ENTRY} FROM journal JOIN ticket ON ticket.no = journal.ticket
                 WHERE journal.ticket = $1 AND seq <= $2 ORDER BY seq DESC LIMIT $3"
            );
            let rows = self.all(&sql, &[&ticket, &seq, &ENTRIES_AHEAD], raw_entry)?;
            *self.ahead.borrow_mut() = rows.into();
        }
        let raw = {
            let mut ahead = self.ahead.borrow_mut();
            if ahead.front().filter(is_next).is_none() {
                return Ok(None);
            }
            ahead.pop_front()
        };
        let mut packing = self.packing.borrow_mut();
        raw.map(|raw| raw.unpack(&mut packing, &self.link)).transpose()
    }

    fn with_names(&self, mut row: InboundRow) -> Result<InboundRow, StoreError> {
        let names = self.all(
            "SELECT kind, name FROM inbound_name WHERE account = $1 AND inbound = $2
             ORDER BY kind, name",
            &[&row.account, &row.id],
            |name| Ok((get::<i64>(name, 0)?, get::<String>(name, 1)?)),
        )?;
        for (kind, name) in names {
            if kind == INBOUND_TICKET { row.tickets.push(name) } else { row.customers.push(name) }
        }
        Ok(row)
    }

    fn exists(&self, sql: &str, values: &[Parameter<'_>]) -> Result<bool, StoreError> {
        Ok(self.one(sql, values, |_| Ok(()))?.is_some())
    }
}

impl Store for Postgres {
    fn commit(&mut self, batch: &Batch) -> Result<(), StoreError> {
        self.write(batch)
    }

    fn delivery_permit(&self) -> DeliveryPermit {
        self.lease.permit()
    }

    fn numbers(&self) -> Result<Numbers, StoreError> {
        let sql = "SELECT account, lane, ticket, entry FROM lease WHERE part = 0";
        let numbers = self.one(sql, &[], |row| {
            Ok(Numbers {
                account: get(row, 0)?,
                lane: get(row, 1)?,
                ticket: get(row, 2)?,
                entry: get(row, 3)?,
            })
        })?;
        numbers.ok_or_else(|| self.damaged_value("the table `lease` is empty".into()))
    }

    fn accounts(&self) -> Result<Vec<AccountRow>, StoreError> {
        self.all(ACCOUNTS, &[], account)
    }

    fn lanes(&self) -> Result<Vec<LaneRow>, StoreError> {
        self.all("SELECT no, account, department FROM lane ORDER BY no", &[], |row| {
            Ok(LaneRow { no: get(row, 0)?, account: get(row, 1)?, department: get(row, 2)? })
        })
    }

    fn policy(&self, account: i64, version: i64) -> Result<Option<PolicyRow>, StoreError> {
        let sql = format!("{POLICIES} WHERE account = $1 AND version = $2");
        self.one(&sql, &[&account, &version], policy)
    }

    fn policies(&self, account: i64) -> Result<Vec<PolicyRow>, StoreError> {
        let sql = format!("{POLICIES} WHERE account = $1 ORDER BY version DESC");
        self.all(&sql, &[&account], policy)
    }

    fn policy_heads(&self, account: i64, limit: usize) -> Result<Vec<PolicyRow>, StoreError> {
        self.all(
            "SELECT account, version, at, by, '', '' FROM policy WHERE account = $1
             ORDER BY version DESC LIMIT $2",
            &[&account, &count(limit)],
            policy,
        )
    }

    fn flow(&self, account: i64) -> Result<Option<FlowRow>, StoreError> {
        self.one(
            "SELECT account, version, at, by, text, exit FROM flow WHERE account = $1
             ORDER BY version DESC LIMIT 1",
            &[&account],
            flow,
        )
    }

    fn flow_heads(&self, account: i64, limit: usize) -> Result<Vec<FlowRow>, StoreError> {
        self.all(
            "SELECT account, version, at, by, '', exit FROM flow WHERE account = $1
             ORDER BY version DESC LIMIT $2",
            &[&account, &count(limit)],
            flow,
        )
    }

    fn proposals(&self, account: i64) -> Result<Vec<ProposalRow>, StoreError> {
        self.all(
            "SELECT account, no, at, by, base, '', '' FROM proposal WHERE account = $1 ORDER BY no",
            &[&account],
            proposal,
        )
    }

    fn proposal(&self, account: i64, no: i64) -> Result<Option<ProposalRow>, StoreError> {
        self.one(
            "SELECT account, no, at, by, base, config, surroundings FROM proposal
             WHERE account = $1 AND no = $2",
            &[&account, &no],
            proposal,
        )
    }

    fn audit(&self, account: i64, limit: usize) -> Result<Vec<AuditRow>, StoreError> {
        self.all(
            "SELECT account, at, by, what, details FROM audit WHERE account = $1
             ORDER BY no DESC LIMIT $2",
            &[&account, &count(limit)],
            audit,
        )
    }

    fn audit_of(&self, account: i64, what: &str) -> Result<Vec<AuditRow>, StoreError> {
        self.all(
            "SELECT account, at, by, what, details FROM audit WHERE account = $1 AND what = $2
             ORDER BY no",
            &[&account, &text(what)],
            audit,
        )
    }

    fn tokens(&self) -> Result<Vec<TokenRow>, StoreError> {
        self.all(
            "SELECT digest, name, scopes, accounts, at, revoked FROM token ORDER BY at, name",
            &[],
            token,
        )
    }

    fn ticket(&self, account: i64, id: &str) -> Result<Option<TicketRow>, StoreError> {
        let sql = format!("SELECT {TICKET} FROM ticket WHERE account = $1 AND id = $2");
        Ok(self.tickets_of(&sql, &[&account, &text(id)])?.into_iter().next())
    }

    fn is_consumed(&self, consumed: &Consumed) -> Result<bool, StoreError> {
        self.exists(
            "SELECT 1 FROM consumed WHERE ticket = $1 AND digest = $2",
            &[&consumed.ticket, &consumed.digest.as_slice()],
        )
    }

    fn ticket_number(&self, account: i64, id: &str) -> Result<Option<i64>, StoreError> {
        let sql = "SELECT no FROM ticket WHERE account = $1 AND id = $2";
        self.one(sql, &[&account, &text(id)], single)
    }

    fn ticket_id(&self, no: i64) -> Result<Option<String>, StoreError> {
        self.one("SELECT id FROM ticket WHERE no = $1", &[&no], single)
    }

    fn damaged(&self) -> Result<Vec<DamagedRow>, StoreError> {
        self.all("SELECT ticket, account, at, why FROM damaged ORDER BY ticket", &[], |row| {
            Ok(DamagedRow {
                ticket: get(row, 0)?,
                account: get(row, 1)?,
                at: get(row, 2)?,
                why: get(row, 3)?,
            })
        })
    }

    fn due(&self, lane: i64, now: Instant, limit: usize) -> Result<Vec<DueRow>, StoreError> {
        let sql = format!(
            "SELECT ticket, due FROM deadline WHERE lane = $1 AND due <= $2 AND {NOT_ASIDE}
             ORDER BY due, ticket LIMIT $3"
        );
        self.all(&sql, &[&lane, &now, &count(limit)], |row| {
            Ok(DueRow { no: get(row, 0)?, due: get(row, 1)? })
        })
    }

    fn earliest_due(&self, lane: i64) -> Result<Option<Instant>, StoreError> {
        let sql = format!(
            "SELECT due FROM deadline WHERE lane = $1 AND {NOT_ASIDE} ORDER BY due LIMIT 1"
        );
        self.one(&sql, &[&lane], single)
    }

    fn open_after(&self, account: i64, no: i64, limit: usize) -> Result<Vec<i64>, StoreError> {
        self.all(
            "SELECT no FROM ticket WHERE account = $1 AND status = 'open' AND no > $2
             ORDER BY no LIMIT $3",
            &[&account, &no, &count(limit)],
            single,
        )
    }

    fn open_by_facts(&self, account: i64) -> Result<Vec<OpenTickets>, StoreError> {
        let sql = format!(
            "SELECT {TICKET} FROM ticket WHERE account = $1 AND status = 'open' AND no > $2
             ORDER BY no LIMIT $3"
        );
        let mut kinds: BTreeMap<String, OpenTickets> = BTreeMap::new();
        let mut after = i64::MIN;
        loop {
            let values: [Parameter<'_>; 3] = [&account, &after, &TICKETS_PER_PAGE];
            let page = self.all(&sql, &values, |row| Ok((ticket(row)?, packed(row, 19)?)))?;
            let Some((last, _)) = page.last() else { break };
            after = last.no;
            for (row, packed) in page {
                // Damaged tickets are moved aside and have no rule.
                if let Ok(row) = self.with_facts(row, packed) {
                    count_kind(&mut kinds, row.facts);
                }
            }
        }
        Ok(kinds.into_values().collect())
    }

    fn tickets(&self, query: &Query) -> Result<Vec<TicketRow>, StoreError> {
        let sql = if query.by_due { by_due(query) } else { by_number(query) };
        let (due, no) = query.after_due.unwrap_or((Instant::MIN, i64::MIN));
        let (due, no) = if query.by_due { (due, no) } else { (0, query.after) };
        self.tickets_of(
            &sql,
            &[
                &query.account,
                &query.status.as_deref().map(text),
                &query.department.as_deref().map(text),
                &query.customer.as_deref().map(text),
                &due,
                &no,
                &count(query.limit),
            ],
        )
    }

    fn count_due(&self, lane: i64, now: Instant, most: usize) -> Result<u64, StoreError> {
        let sql = format!(
            "SELECT count(*) FROM (SELECT 1 FROM deadline
                 WHERE lane = $1 AND due <= $2 AND {NOT_ASIDE} LIMIT $3) AS due"
        );
        let counted = self.one(&sql, &[&lane, &now, &count(most)], single)?;
        Ok(counted.map(unsigned).unwrap_or_default())
    }

    fn count_outbox(&self, now: Instant, most: usize) -> Result<(u64, u64), StoreError> {
        // By account, as the index is.
        let counted = self.one(
            "SELECT (SELECT count(*) FROM (SELECT 1 FROM account CROSS JOIN LATERAL (
                        SELECT 1 FROM outbox WHERE outbox.account = account.no AND state <> 1
                        AND next <= $1 LIMIT $2) AS theirs LIMIT $2) AS due),
                    (SELECT count(*) FROM (SELECT 1 FROM outbox WHERE state = 1 LIMIT $2) AS dead)",
            &[&now, &count(most)],
            |row| Ok((unsigned(get(row, 0)?), unsigned(get(row, 1)?))),
        )?;
        Ok(counted.unwrap_or_default())
    }

    fn outbox_of(&self, ticket: i64) -> Result<Vec<OutboxRow>, StoreError> {
        let sql = format!("SELECT {OUTBOX} FROM outbox WHERE ticket = $1 ORDER BY key");
        self.all(&sql, &[&ticket], outbox)
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
            "SELECT next, place, key, lane, ticket FROM outbox
             WHERE account = $1 AND state <> 1 AND next <= $2 AND (next, place) > ($3, $4)
             ORDER BY next, place LIMIT $5",
            &[&account, &now, &behind.next, &behind.row, &count(limit)],
            |row| {
                Ok(WaitingRow {
                    place: OutboxPlace { next: get(row, 0)?, row: get(row, 1)? },
                    key: get(row, 2)?,
                    lane: get(row, 3)?,
                    ticket: get(row, 4)?,
                })
            },
        )
    }

    fn earliest_outbox(&self, account: i64, after: Instant) -> Result<Option<Instant>, StoreError> {
        let earliest = self.one(
            "SELECT min(next) FROM outbox WHERE account = $1 AND state <> 1 AND next > $2",
            &[&account, &after],
            single::<Option<Instant>>,
        )?;
        Ok(earliest.flatten())
    }

    fn dead_letters(&self, account: i64, limit: usize) -> Result<Vec<OutboxRow>, StoreError> {
        let sql = format!(
            "SELECT {OUTBOX} FROM outbox WHERE state = 1 AND account = $1
             ORDER BY since, ticket, key LIMIT $2"
        );
        self.all(&sql, &[&account, &count(limit)], outbox)
    }

    fn inbound(&self, account: i64, limit: usize) -> Result<Vec<InboundRow>, StoreError> {
        let sql =
            format!("SELECT {INBOUND} FROM inbound WHERE account = $1 ORDER BY at, id LIMIT $2");
        let rows = self.all(&sql, &[&account, &count(limit)], inbound)?;
        rows.into_iter().map(|row| self.with_names(row)).collect()
    }

    fn inbound_entry(&self, account: i64, id: &str) -> Result<Option<InboundRow>, StoreError> {
        let sql = format!("SELECT {INBOUND} FROM inbound WHERE account = $1 AND id = $2");
        self.one(&sql, &[&account, &text(id)], inbound)?.map(|row| self.with_names(row)).transpose()
    }

    fn inbound_size(&self, account: Option<i64>) -> Result<InboundSize, StoreError> {
        let size = self.one(
            "SELECT count(*), coalesce(sum(bytes), 0)::bigint FROM inbound
             WHERE $1::bigint IS NULL OR account = $1",
            &[&account],
            |row| {
                Ok(InboundSize { entries: unsigned(get(row, 0)?), bytes: unsigned(get(row, 1)?) })
            },
        )?;
        Ok(size.unwrap_or_default())
    }

    fn is_named_inbound(
        &self,
        account: i64,
        ticket: &str,
        customer: Option<&str>,
    ) -> Result<bool, StoreError> {
        self.exists(
            "SELECT 1 FROM inbound_name WHERE account = $1 AND
                 (kind = 0 AND name = $2 OR kind = 1 AND (name = $3 OR name IN
                     (SELECT alias FROM customer_alias WHERE ticket =
                         (SELECT no FROM ticket WHERE account = $1 AND id = $2)))) LIMIT 1",
            &[&account, &text(ticket), &customer.map(text)],
        )
    }

    fn sent_to(
        &self,
        account: i64,
        customer: &str,
        after: Instant,
        limit: usize,
    ) -> Result<Vec<Instant>, StoreError> {
        let mut sent: Vec<Instant> = self.all(
            "SELECT at FROM sent WHERE account = $1 AND customer = $2 AND at > $3
             ORDER BY at DESC LIMIT $4",
            &[&account, &text(customer), &after, &count(limit)],
            single,
        )?;
        sent.reverse();
        Ok(sent)
    }

    fn entry(&self, ticket: i64, seq: i64) -> Result<Option<EntryRow>, StoreError> {
        self.read_entry(ticket, seq)
    }

    fn forget(&mut self, account: i64, customer: &str) -> Result<u64, StoreError> {
        self.delete_customer(account, customer)
    }

    fn purge(&mut self) -> Result<bool, StoreError> {
        self.vacuum()
    }

    fn backups(&self) -> Result<Vec<String>, StoreError> {
        // Those of a database are made by its own tools.
        Ok(Vec::new())
    }

    fn delete_untouched(&mut self, since: Instant, limit: usize) -> Result<u64, StoreError> {
        self.delete_inactive(since, limit)
    }

    fn backup(&self, to: &Path) -> Result<(), StoreError> {
        let found = format!(
            "`{}` cannot be copied to `{}`: a database is backed up by its own tools, such as \
             `pg_basebackup` and `pg_dump`, or moved to a file with `despertador move`",
            self.link.place(),
            to.display()
        );
        Err(StoreError::new(StoreProblem::Io, found))
    }

    fn check(&self) -> Result<Vec<String>, StoreError> {
        self.inconsistencies()
    }

    fn damaged_tables(&self) -> Vec<String> {
        // PostgreSQL names the damaged page in its error.
        Vec::new()
    }
}

/// What a query asks of its tickets, by the parameters 1 to 4.
fn conditions(query: &Query) -> String {
    let customer = " AND (customer = $4 OR no IN (SELECT customer_alias.ticket FROM customer_alias
        WHERE customer_alias.account = $1 AND alias = $4))";
    let given_up = " AND no IN (SELECT outbox.ticket FROM outbox
        WHERE outbox.account = $1 AND state = 1)";
    [
        "ticket.account = $1",
        if query.status.is_some() { " AND status = $2" } else { " AND $2::text IS NULL" },
        match query.department {
            Some(_) => " AND ticket.department = $3",
            None => " AND $3::text IS NULL",
        },
        if query.customer.is_some() { customer } else { " AND $4::text IS NULL" },
        if query.deferred { " AND parked IS NOT NULL" } else { "" },
        if query.given_up { given_up } else { "" },
    ]
    .concat()
}

/// The tickets of an account by number, above the one of parameter 6.
fn by_number(query: &Query) -> String {
    let order = if query.newest_first { "DESC" } else { "ASC" };
    format!(
        "SELECT {TICKET} FROM ticket WHERE {} AND no > $6 AND $5::bigint IS NOT NULL
         ORDER BY no {order} LIMIT $7",
        conditions(query)
    )
}

/// The tickets of an account that are due first, behind the place of the parameters 5 and 6: from
/// the index of each lane.
fn by_due(query: &Query) -> String {
    format!(
        "SELECT {TICKET} FROM (SELECT theirs.* FROM lane CROSS JOIN LATERAL (
             SELECT ticket.* FROM deadline JOIN ticket ON ticket.no = deadline.ticket
             WHERE deadline.lane = lane.no AND (deadline.due, deadline.ticket) > ($5, $6) AND {}
             ORDER BY deadline.due, deadline.ticket LIMIT $7) AS theirs
             WHERE lane.account = $1) AS ticket
         ORDER BY due, no LIMIT $7",
        conditions(query)
    )
}

/// All accounts, to be read by [`account`].
pub(super) const ACCOUNTS: &str = "SELECT no, name, policy, sweep FROM account ORDER BY no";

pub(super) fn account(row: &Row) -> Read<AccountRow> {
    Ok(AccountRow {
        no: get(row, 0)?,
        name: get(row, 1)?,
        policy: get(row, 2)?,
        sweep: get(row, 3)?,
    })
}

/// Versions of policies, to be read by [`policy`].
pub(super) const POLICIES: &str =
    "SELECT account, version, at, by, config, surroundings FROM policy";

pub(super) fn policy(row: &Row) -> Read<PolicyRow> {
    Ok(PolicyRow {
        account: get(row, 0)?,
        version: get(row, 1)?,
        at: get(row, 2)?,
        by: get(row, 3)?,
        config: get(row, 4)?,
        surroundings: get(row, 5)?,
    })
}

/// The columns of an entry with its ticket, to be read by [`raw_entry`].
pub(super) const ENTRY: &str = "seq, previous, journal.ticket, at, kind, journal.policy, row,
    decision, note, journal.packed, ticket.account, ticket.id";

/// An entry as it is stored.
#[derive(Debug)]
pub(super) struct RawEntry {
    entry: EntryRow,
    kind: i16,
    packed: Option<Vec<u8>>,
    account: i64,
    id: String,
}

pub(super) fn raw_entry(row: &Row) -> Read<RawEntry> {
    let kind: i16 = get(row, 4)?;
    Ok(RawEntry {
        kind,
        entry: EntryRow {
            seq: get(row, 0)?,
            previous: get(row, 1)?,
            ticket: get(row, 2)?,
            at: get(row, 3)?,
            kind: EntryKind::from_number(kind.into()).unwrap_or(EntryKind::Recorded),
            policy: get(row, 5)?,
            row: get(row, 6)?,
            decision: get(row, 7)?,
            note: get(row, 8)?,
        },
        packed: packed(row, 9)?,
        account: get(row, 10)?,
        id: get(row, 11)?,
    })
}

impl RawEntry {
    /// The entry, unpacked.
    pub(super) fn unpack(
        self,
        packing: &mut crate::store::packing::Packing,
        link: &Link,
    ) -> Result<EntryRow, StoreError> {
        let Self { mut entry, kind, packed, account, id } = self;
        let damaged = |what: String| {
            let what = format!("entry {} of the journal: {what}", entry.seq);
            Failure::Damaged(what).at(link.place())
        };
        if EntryKind::from_number(kind.into()).is_none() {
            return Err(damaged(format!("kind {kind} is not known")));
        }
        let Some(packed) = packed else { return Ok(entry) };
        let beside = Beside { at: entry.at, policy: (account, entry.policy), ticket: &id };
        let parts = packing.unpack(link, &packed, beside)?.map_err(damaged)?;
        [entry.row, entry.decision, entry.note] = parts;
        Ok(entry)
    }
}

/// Entries that were read before they are asked for, the next one first.
pub(super) type Ahead = VecDeque<RawEntry>;

fn packed(row: &Row, column: usize) -> Read<Option<Vec<u8>>> {
    get(row, column)
}

fn count_kind(kinds: &mut BTreeMap<String, OpenTickets>, facts: String) {
    let Ok(known) = serde_json::from_str::<Value>(&facts) else { return };
    let kind = ["/department", "/channel", "/tags", "/more/ticket.priority"];
    let kind = json!(kind.map(|place| known.pointer(place))).to_string();
    let kind = kinds.entry(kind).or_insert_with(|| OpenTickets { facts, tickets: 0 });
    kind.tickets = kind.tickets.saturating_add(1);
}

fn audit(row: &Row) -> Read<AuditRow> {
    Ok(AuditRow {
        account: get(row, 0)?,
        at: get(row, 1)?,
        by: get(row, 2)?,
        what: get(row, 3)?,
        details: get(row, 4)?,
    })
}

fn flow(row: &Row) -> Read<FlowRow> {
    let (version, exit): (i64, String) = (get(row, 1)?, get(row, 5)?);
    let unknown = || Failure::Damaged(format!("exit `{exit}` of flow version {version}"));
    Ok(FlowRow {
        account: get(row, 0)?,
        version,
        at: get(row, 2)?,
        by: get(row, 3)?,
        text: get(row, 4)?,
        exit: ExitState::from_word(&exit).ok_or_else(unknown)?,
    })
}

fn proposal(row: &Row) -> Read<ProposalRow> {
    Ok(ProposalRow {
        account: get(row, 0)?,
        no: get(row, 1)?,
        at: get(row, 2)?,
        by: get(row, 3)?,
        base: get(row, 4)?,
        config: get(row, 5)?,
        surroundings: get(row, 6)?,
    })
}

fn token(row: &Row) -> Read<TokenRow> {
    let name: String = get(row, 1)?;
    let (words, accounts): (String, String) = (get(row, 2)?, get(row, 3)?);
    let digest: &[u8] = get(row, 0)?;
    let digest = digest.try_into();
    let digest = digest.map_err(|_| Failure::Damaged(format!("digest of token `{name}`")))?;
    let (scopes, accounts) = Scope::of_stored(&name, &words, &accounts);
    Ok(TokenRow { digest, name, scopes, accounts, at: get(row, 4)?, revoked: get(row, 5)? })
}

fn ticket(row: &Row) -> Read<TicketRow> {
    // Both are derived and only used in queries; an unknown word stands for itself.
    let (status, next_step): (String, Option<String>) = (get(row, 5)?, get(row, 9)?);
    Ok(TicketRow {
        no: get(row, 0)?,
        account: get(row, 1)?,
        id: get(row, 2)?,
        version: get(row, 3)?,
        lane: get(row, 4)?,
        status: TicketStatus::from_word(&status).unwrap_or(TicketStatus::Other(status)),
        department: get(row, 6)?,
        customer: get(row, 7)?,
        due: get(row, 8)?,
        next_step: next_step.map(|step| key::parse_step(&step).unwrap_or(Step::Other(step))),
        deferred: get(row, 10)?,
        failures: get(row, 11)?,
        pending: get(row, 12)?,
        last: get(row, 13)?,
        changed: get(row, 14)?,
        facts: get(row, 15)?,
        memory: get(row, 16)?,
        carried_out: get(row, 17)?,
        outbox: get(row, 18)?,
    })
}

fn outbox(row: &Row) -> Read<OutboxRow> {
    let key: String = get(row, 1)?;
    let state: i16 = get(row, 4)?;
    let state = OutboxState::from_number(state.into())
        .ok_or_else(|| Failure::Damaged(format!("state {state} of action `{key}`")))?;
    let action = match action_from_text(get(row, 9)?) {
        Err(why) if state.is_open() => {
            return Err(Failure::Damaged(format!("action `{key}`: {why}")));
        }
        Err(why) => Err(UnreadableAction { text: get(row, 9)?, why }),
        Ok(action) => Ok(action),
    };
    Ok(OutboxRow {
        ticket: get(row, 0)?,
        key,
        account: get(row, 2)?,
        lane: get(row, 3)?,
        state,
        attempts: get(row, 5)?,
        next: get(row, 6)?,
        since: get(row, 7)?,
        due: get(row, 8)?,
        action,
        why: get(row, 10)?,
    })
}

fn inbound(row: &Row) -> Read<InboundRow> {
    let text: &[u8] = get(row, 5)?;
    Ok(InboundRow {
        account: get(row, 0)?,
        id: get(row, 1)?,
        at: get(row, 2)?,
        door: get(row, 3)?,
        why: get(row, 4)?,
        text: String::from_utf8_lossy(text).into_owned(),
        tickets: Vec::new(),
        customers: Vec::new(),
    })
}
