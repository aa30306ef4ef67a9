//! Writes a batch in one transaction, with one statement for each kind of row.

use std::collections::{BTreeMap, HashMap};

use despertador_contract::decision::action_json;
use despertador_contract::key;
use despertador_contract::word::Word;
use serde_json::json;
use tokio_postgres::types::ToSql;

use super::Postgres;
use super::link::Step;
use crate::store::packing::{self, Beside};
use crate::store::{
    Batch, EntryRow, InboundChange, OutboxChange, OutboxRow, StoreError, StoreProblem,
    TicketChange, TicketRow,
};

/// Number of versions of an account's flow that are kept: each may have megabytes.
const FLOWS_KEPT: i64 = 20;

/// Messages older than this count in no policy, in milliseconds.
const SENT_KEPT_MS: i64 = 92 * 86_400_000;

/// The state of a dead letter.
const DEAD: i16 = 1;

/// One parameter: the values of a column, or a single one.
type Column<'a> = Box<dyn ToSql + Sync + Send + 'a>;

/// The values of a column, one of each row.
fn column<'a, R, T: ToSql + Sync + Send + 'a>(
    rows: &'a [R],
    value: impl Fn(&'a R) -> T,
) -> Column<'a> {
    Box::new(rows.iter().map(value).collect::<Vec<T>>())
}

/// A text as PostgreSQL can store it: without the character NUL.
pub(super) fn text(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

fn optional_text(value: &Option<String>) -> Option<String> {
    value.as_deref().map(text)
}

impl Postgres {
    pub(super) fn write(&self, batch: &Batch) -> Result<(), StoreError> {
        self.own()?;
        let packed = self.packed(batch)?;
        let mut steps = vec![self.fence(batch)];
        administration(&mut steps, batch);
        tickets(&mut steps, &batch.tickets, &packed.facts);
        journal(&mut steps, &batch.journal, &packed.entries);
        consumed(&mut steps, batch);
        outbox(&mut steps, &batch.outbox);
        damage(&mut steps, batch);
        inbound(&mut steps, batch);
        customers(&mut steps, batch);
        self.ahead.borrow_mut().clear();
        match self.link.transaction(&steps) {
            Err(error) if error.problem == StoreProblem::Fenced => Err(self.why_fenced(error)),
            done => done.map(|_| ()),
        }
    }

    /// Ends the transaction unless this process is the owner, and the numbers in the batch are
    /// later than all others. Keeps the row of the lease locked until the transaction has ended.
    fn fence<'a>(&self, batch: &Batch) -> Step<'a> {
        let new = |change: &&TicketChange| change.row.version == 1;
        let tickets = batch.tickets.iter().filter(new).map(|change| change.row.no);
        let entries = batch.journal.iter().map(|entry| entry.seq);
        let values: Vec<Column<'a>> = vec![
            Box::new(self.lease.holder().to_owned()),
            Box::new(self.lease.epoch()),
            Box::new(batch.accounts.iter().map(|account| account.no).max().unwrap_or(0)),
            Box::new(batch.lanes.iter().map(|lane| lane.no).max().unwrap_or(0)),
            Box::new(tickets.clone().max().unwrap_or(0)),
            Box::new(tickets.min().unwrap_or(i64::MAX)),
            Box::new(entries.clone().max().unwrap_or(0)),
            Box::new(entries.min().unwrap_or(i64::MAX)),
        ];
        let sql = "
            UPDATE lease SET account = greatest(account, $3), lane = greatest(lane, $4),
                ticket = greatest(ticket, $5), entry = greatest(entry, $7)
            WHERE part = 0 AND holder = $1 AND epoch = $2 AND ticket < $6 AND entry < $8";
        Step::new(sql, values).expecting(1, self.fenced())
    }

    /// Packs facts and entries, which may need the texts of policies, before anything is sent.
    fn packed(&self, batch: &Batch) -> Result<Packed, StoreError> {
        let mut packing = self.packing.borrow_mut();
        let mut packed = Packed::default();
        for change in &batch.tickets {
            let facts = [Some(change.row.facts.as_str()), None, None];
            let is_written = change.moved || change.row.version == 1;
            packed.facts.push(match is_written {
                true => packing.pack(self, facts, packing::FACTS)?,
                false => None,
            });
        }
        let tickets: HashMap<_, _> =
            batch.tickets.iter().map(|change| (change.row.no, &change.row)).collect();
        for entry in &batch.journal {
            packed.entries.push(match tickets.get(&entry.ticket) {
                Some(ticket) => {
                    let policy = (ticket.account, entry.policy);
                    let beside = Beside { at: entry.at, policy, ticket: &ticket.id };
                    let parts = [&entry.row, &entry.decision, &entry.note];
                    packing.pack(self, parts.map(Option::as_deref), beside)?
                }
                None => None,
            });
        }
        Ok(packed)
    }
}

/// What is stored in few bytes; `None` where it is stored as text.
#[derive(Default)]
struct Packed {
    facts: Vec<Option<Vec<u8>>>,
    entries: Vec<Option<Vec<u8>>>,
}

fn administration<'a>(steps: &mut Vec<Step<'a>>, batch: &'a Batch) {
    if !batch.lanes.is_empty() {
        let rows = &batch.lanes;
        steps.push(Step::new(
            "INSERT INTO lane (no, account, department)
             SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[])",
            vec![
                column(rows, |row| row.no),
                column(rows, |row| row.account),
                column(rows, |row| optional_text(&row.department)),
            ],
        ));
    }
    for row in &batch.accounts {
        steps.push(Step::new(
            "INSERT INTO account (no, name, policy, sweep) VALUES ($1, $2, $3, $4)
             ON CONFLICT (no) DO UPDATE SET policy = $3, sweep = $4",
            vec![
                Box::new(row.no),
                Box::new(text(&row.name)),
                Box::new(row.policy),
                Box::new(row.sweep),
            ],
        ));
    }
    for row in &batch.policies {
        steps.push(Step::new(
            "INSERT INTO policy (account, version, at, by, config, surroundings, texts)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            vec![
                Box::new(row.account),
                Box::new(row.version),
                Box::new(row.at),
                Box::new(text(&row.by)),
                Box::new(text(&row.config)),
                Box::new(text(&row.surroundings)),
                Box::new(packing::texts_of(&row.config)),
            ],
        ));
    }
    for row in &batch.proposals {
        steps.push(Step::new(
            "INSERT INTO proposal (account, no, at, by, base, config, surroundings)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            vec![
                Box::new(row.account),
                Box::new(row.no),
                Box::new(row.at),
                Box::new(text(&row.by)),
                Box::new(row.base),
                Box::new(text(&row.config)),
                Box::new(text(&row.surroundings)),
            ],
        ));
    }
    for (account, no) in &batch.decided {
        steps.push(Step::new(
            "DELETE FROM proposal WHERE account = $1 AND no = $2",
            vec![Box::new(*account), Box::new(*no)],
        ));
    }
    for row in &batch.flows {
        steps.push(Step::new(
            "INSERT INTO flow (account, version, at, by, text, exit)
             VALUES ($1, $2, $3, $4, $5, $6)",
            vec![
                Box::new(row.account),
                Box::new(row.version),
                Box::new(row.at),
                Box::new(text(&row.by)),
                Box::new(text(&row.text)),
                Box::new(row.exit.word().into_owned()),
            ],
        ));
        steps.push(Step::new(
            "DELETE FROM flow WHERE account = $1 AND version <= $2",
            vec![Box::new(row.account), Box::new(row.version.saturating_sub(FLOWS_KEPT))],
        ));
    }
    if !batch.audit.is_empty() {
        let rows = &batch.audit;
        steps.push(Step::new(
            "INSERT INTO audit (account, at, by, what, details)
             SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[])",
            vec![
                column(rows, |row| row.account),
                column(rows, |row| row.at),
                column(rows, |row| text(&row.by)),
                column(rows, |row| text(&row.what)),
                column(rows, |row| text(&row.details)),
            ],
        ));
    }
    for row in &batch.tokens {
        steps.push(Step::new(
            "INSERT INTO token (digest, name, scopes, accounts, at, revoked)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (digest) DO UPDATE SET revoked = $6",
            vec![
                Box::new(row.digest.as_slice()),
                Box::new(text(&row.name)),
                Box::new(row.scopes_text()),
                Box::new(json!(row.accounts.as_deref().unwrap_or_default()).to_string()),
                Box::new(row.at),
                Box::new(row.revoked),
            ],
        ));
    }
}

/// A change of a ticket, and its facts in few bytes.
type Changed<'a> = (&'a TicketChange, Option<&'a [u8]>);

fn tickets<'a>(
    steps: &mut Vec<Step<'a>>,
    changes: &'a [TicketChange],
    facts: &'a [Option<Vec<u8>>],
) {
    let all = || changes.iter().zip(facts.iter().map(Option::as_deref));
    let new: Vec<Changed<'a>> = all().filter(|(change, _)| change.row.version <= 1).collect();
    let (moved, changed): (Vec<Changed<'a>>, Vec<Changed<'a>>) =
        all().filter(|(change, _)| change.row.version > 1).partition(|(change, _)| change.moved);
    if !new.is_empty() {
        steps.push(Step::new(
            "INSERT INTO ticket (no, version, due, aim, failures, unheard, last, changed, memory,
                 carried_out, outbox, lane, status, department, customer, parked, facts, packed,
                 account, id)
             SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[],
                 $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bytea[], $10::text[],
                 $11::bigint[], $12::bigint[], $13::text[], $14::text[], $15::text[], $16::text[],
                 $17::text[], $18::bytea[], $19::bigint[], $20::text[])",
            ticket_columns(&new, TicketColumns::All),
        ));
    }
    if !moved.is_empty() {
        let update = Step::new(
            "UPDATE ticket SET version = n.version, due = n.due, aim = n.aim,
                 failures = n.failures, unheard = n.unheard, last = n.last, changed = n.changed,
                 memory = n.memory, carried_out = n.carried_out, outbox = n.outbox, lane = n.lane,
                 status = n.status, department = n.department, customer = n.customer,
                 parked = n.parked, facts = n.facts, packed = n.packed
             FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::bigint[],
                 $6::bigint[], $7::bigint[], $8::bigint[], $9::bytea[], $10::text[],
                 $11::bigint[], $12::bigint[], $13::text[], $14::text[], $15::text[], $16::text[],
                 $17::text[], $18::bytea[])
                 AS n (no, version, due, aim, failures, unheard, last, changed, memory,
                 carried_out, outbox, lane, status, department, customer, parked, facts, packed)
             WHERE ticket.no = n.no AND ticket.version = n.version - 1",
            ticket_columns(&moved, TicketColumns::Moved),
        );
        steps.push(update.expecting(moved.len(), conflict(&moved)));
    }
    if !changed.is_empty() {
        let update = Step::new(
            "UPDATE ticket SET version = n.version, due = n.due, aim = n.aim,
                 failures = n.failures, unheard = n.unheard, last = n.last, changed = n.changed,
                 memory = n.memory, carried_out = n.carried_out, outbox = n.outbox
             FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::bigint[],
                 $6::bigint[], $7::bigint[], $8::bigint[], $9::bytea[], $10::text[],
                 $11::bigint[])
                 AS n (no, version, due, aim, failures, unheard, last, changed, memory,
                 carried_out, outbox)
             WHERE ticket.no = n.no AND ticket.version = n.version - 1",
            ticket_columns(&changed, TicketColumns::Changed),
        );
        steps.push(update.expecting(changed.len(), conflict(&changed)));
    }
    deadlines(steps, changes);
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum TicketColumns {
    Changed,
    Moved,
    All,
}

fn ticket_columns<'a>(rows: &[Changed<'a>], which: TicketColumns) -> Vec<Column<'a>> {
    fn of<'a, T: ToSql + Sync + Send + 'a>(
        rows: &[Changed<'a>],
        value: impl Fn(&'a TicketRow) -> T,
    ) -> Column<'a> {
        Box::new(rows.iter().map(|(change, _)| value(&change.row)).collect::<Vec<T>>())
    }
    let mut columns = vec![
        of(rows, |row| row.no),
        of(rows, |row| row.version),
        of(rows, |row| row.due),
        of(rows, |row| row.next_step.as_ref().map(|step| text(&key::render_step(step)))),
        of(rows, |row| row.failures),
        of(rows, |row| row.pending),
        of(rows, |row| row.last),
        of(rows, |row| row.changed),
        of(rows, |row| row.memory.as_slice()),
        of(rows, |row| text(&row.carried_out)),
        of(rows, |row| row.outbox),
    ];
    if which >= TicketColumns::Moved {
        columns.extend([
            of(rows, |row| row.lane),
            of(rows, |row| text(&row.status.word())),
            of(rows, |row| optional_text(&row.department)),
            of(rows, |row| optional_text(&row.customer)),
            of(rows, |row| optional_text(&row.deferred)),
        ]);
        let facts = rows.iter().map(|(change, packed)| match packed {
            Some(_) => String::new(),
            None => text(&change.row.facts),
        });
        columns.push(Box::new(facts.collect::<Vec<_>>()));
        columns.push(Box::new(rows.iter().map(|(_, packed)| *packed).collect::<Vec<_>>()));
    }
    if which == TicketColumns::All {
        columns.extend([of(rows, |row| row.account), of(rows, |row| text(&row.id))]);
    }
    columns
}

fn conflict(rows: &[Changed<'_>]) -> StoreError {
    let names: Vec<_> =
        rows.iter().take(3).map(|(change, _)| format!("`{}`", change.row.id)).collect();
    let more = if rows.len() > names.len() { ", …" } else { "" };
    let found = format!("a ticket is not of the version before: {}{more}", names.join(", "));
    StoreError::new(StoreProblem::Conflict, found)
}

fn deadlines<'a>(steps: &mut Vec<Step<'a>>, changes: &'a [TicketChange]) {
    let changed = changes
        .iter()
        .filter(|change| change.row.version <= 1 || change.moved || change.rescheduled);
    let (due, none): (Vec<_>, Vec<_>) =
        changed.map(|change| &change.row).partition(|row| row.due.is_some());
    if !due.is_empty() {
        let of = |value: fn(&TicketRow) -> i64| -> Column<'a> {
            Box::new(due.iter().map(|row| value(row)).collect::<Vec<_>>())
        };
        steps.push(Step::new(
            "INSERT INTO deadline (ticket, lane, due)
             SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[])
             ON CONFLICT (ticket) DO UPDATE SET lane = excluded.lane, due = excluded.due",
            vec![of(|row| row.no), of(|row| row.lane), of(|row| row.due.unwrap_or_default())],
        ));
    }
    let none: Vec<i64> = none.iter().filter(|row| row.version > 1).map(|row| row.no).collect();
    if !none.is_empty() {
        steps.push(Step::new("DELETE FROM deadline WHERE ticket = ANY ($1)", vec![Box::new(none)]));
    }
}

fn journal<'a>(steps: &mut Vec<Step<'a>>, entries: &'a [EntryRow], packed: &'a [Option<Vec<u8>>]) {
    if entries.is_empty() {
        return;
    }
    let as_text = |part: fn(&EntryRow) -> &Option<String>| -> Column<'a> {
        let parts = entries.iter().zip(packed).map(|(entry, packed)| match packed {
            Some(_) => None,
            None => optional_text(part(entry)),
        });
        Box::new(parts.collect::<Vec<_>>())
    };
    steps.push(Step::new(
        "INSERT INTO journal (seq, previous, ticket, at, kind, policy, row, decision, note, packed)
         SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[],
             $5::smallint[], $6::bigint[], $7::text[], $8::text[], $9::text[], $10::bytea[])",
        vec![
            column(entries, |entry| entry.seq),
            column(entries, |entry| entry.previous),
            column(entries, |entry| entry.ticket),
            column(entries, |entry| entry.at),
            column(entries, |entry| small(entry.kind.number())),
            column(entries, |entry| entry.policy),
            as_text(|entry| &entry.row),
            as_text(|entry| &entry.decision),
            as_text(|entry| &entry.note),
            column(packed, Option::as_deref),
        ],
    ));
}

/// The number of a kind or state, of which there are few.
fn small(number: i64) -> i16 {
    i16::try_from(number).unwrap_or(i16::MAX)
}

fn consumed<'a>(steps: &mut Vec<Step<'a>>, batch: &'a Batch) {
    if !batch.consumed.is_empty() {
        steps.push(Step::new(
            "INSERT INTO consumed (ticket, digest) SELECT * FROM unnest($1::bigint[], $2::bytea[])",
            vec![
                column(&batch.consumed, |row| row.ticket),
                column(&batch.consumed, |row| row.digest.as_slice()),
            ],
        ));
    }
}

/// What becomes of an action in a commit.
enum Fate<'a> {
    Put(&'a OutboxRow, Option<&'a str>),
    MovedAside(&'a str),
    Removed,
}

/// The last of several changes of an action counts.
fn fates(changes: &[OutboxChange]) -> BTreeMap<(i64, &str), Fate<'_>> {
    let mut fates = BTreeMap::new();
    for change in changes {
        match change {
            OutboxChange::Put(row) => {
                fates.insert((row.ticket, row.key.as_str()), Fate::Put(row, None));
            }
            OutboxChange::MoveAside { ticket, key, why } => {
                let place = (*ticket, key.as_str());
                let fate = match fates.remove(&place) {
                    Some(Fate::Put(row, _)) => Fate::Put(row, Some(why)),
                    Some(Fate::Removed) => Fate::Removed,
                    Some(Fate::MovedAside(_)) | None => Fate::MovedAside(why),
                };
                fates.insert(place, fate);
            }
            OutboxChange::Remove { ticket, key } => {
                fates.insert((*ticket, key.as_str()), Fate::Removed);
            }
        }
    }
    fates
}

fn outbox<'a>(steps: &mut Vec<Step<'a>>, changes: &'a [OutboxChange]) {
    let mut put = Vec::new();
    let mut aside = (Vec::new(), Vec::new(), Vec::new());
    let mut removed = (Vec::new(), Vec::new());
    for ((ticket, key), fate) in fates(changes) {
        match fate {
            Fate::Put(row, why) => put.push((row, why)),
            Fate::MovedAside(why) => {
                aside.0.push(ticket);
                aside.1.push(text(key));
                aside.2.push(text(why));
            }
            Fate::Removed => {
                removed.0.push(ticket);
                removed.1.push(text(key));
            }
        }
    }
    if !put.is_empty() {
        steps.push(put_outbox(put));
    }
    if !aside.0.is_empty() {
        steps.push(Step::new(
            "UPDATE outbox SET state = 1, why = n.why
             FROM unnest($1::bigint[], $2::text[], $3::text[]) AS n (ticket, key, why)
             WHERE outbox.ticket = n.ticket AND outbox.key = n.key",
            vec![Box::new(aside.0), Box::new(aside.1), Box::new(aside.2)],
        ));
    }
    if !removed.0.is_empty() {
        steps.push(Step::new(
            "DELETE FROM outbox USING unnest($1::bigint[], $2::text[]) AS n (ticket, key)
             WHERE outbox.ticket = n.ticket AND outbox.key = n.key",
            vec![Box::new(removed.0), Box::new(removed.1)],
        ));
    }
}

/// Adds or replaces actions; those with a reason are dead letters.
fn put_outbox<'a>(mut rows: Vec<(&'a OutboxRow, Option<&'a str>)>) -> Step<'a> {
    // Places are given in the order in which the actions are due.
    rows.sort_by_key(|(row, _)| row.next);
    fn of<'a, T: ToSql + Sync + Send + 'a>(
        rows: &[(&'a OutboxRow, Option<&'a str>)],
        value: impl Fn(&'a OutboxRow) -> T,
    ) -> Column<'a> {
        Box::new(rows.iter().map(|(row, _)| value(row)).collect::<Vec<T>>())
    }
    let states = rows.iter().map(|(row, why)| match why {
        Some(_) => DEAD,
        None => small(row.state.number()),
    });
    let reasons = rows.iter().map(|(row, why)| why.map(text).or(optional_text(&row.why)));
    let (states, reasons): (Vec<_>, Vec<_>) = (states.collect(), reasons.collect());
    Step::new(
        "INSERT INTO outbox (ticket, key, account, lane, state, attempts, next, since, due, action,
             why)
         SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[],
             $5::smallint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::text[],
             $11::text[])
         ON CONFLICT (ticket, key) DO UPDATE SET account = excluded.account,
             lane = excluded.lane, state = excluded.state, attempts = excluded.attempts,
             next = excluded.next, since = excluded.since, due = excluded.due,
             action = excluded.action, why = excluded.why",
        vec![
            of(&rows, |row| row.ticket),
            of(&rows, |row| text(&row.key)),
            of(&rows, |row| row.account),
            of(&rows, |row| row.lane),
            Box::new(states),
            of(&rows, |row| row.attempts),
            of(&rows, |row| row.next),
            of(&rows, |row| row.since),
            of(&rows, |row| row.due),
            of(&rows, |row| match &row.action {
                Ok(action) => action_json(action).to_string(),
                Err(unreadable) => text(&unreadable.text),
            }),
            Box::new(reasons),
        ],
    )
}

fn damage<'a>(steps: &mut Vec<Step<'a>>, batch: &'a Batch) {
    if !batch.repaired.is_empty() {
        steps.push(Step::new(
            "DELETE FROM damaged WHERE ticket = ANY ($1)",
            vec![Box::new(batch.repaired.clone())],
        ));
    }
    if !batch.damaged.is_empty() {
        let rows = &batch.damaged;
        steps.push(Step::new(
            "INSERT INTO damaged (ticket, account, at, why)
             SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[])
             ON CONFLICT (ticket) DO NOTHING",
            vec![
                column(rows, |row| row.ticket),
                column(rows, |row| row.account),
                column(rows, |row| row.at),
                column(rows, |row| text(&row.why)),
            ],
        ));
    }
}

/// Whether a name is a ticket's or a customer's.
pub(super) const TICKET: i64 = 0;
const CUSTOMER: i64 = 1;

fn inbound<'a>(steps: &mut Vec<Step<'a>>, batch: &'a Batch) {
    for change in &batch.inbound {
        match change {
            InboundChange::Keep(row) => {
                let bytes = i64::try_from(row.text.len()).unwrap_or(i64::MAX);
                steps.push(Step::new(
                    "INSERT INTO inbound (account, id, at, door, why, bytes, text)
                     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
                    vec![
                        Box::new(row.account),
                        Box::new(text(&row.id)),
                        Box::new(row.at),
                        Box::new(text(&row.door)),
                        Box::new(text(&row.why)),
                        Box::new(bytes),
                        Box::new(row.text.as_bytes()),
                    ],
                ));
                let names: Vec<(i64, String)> = (row.tickets.iter().map(|name| (TICKET, name)))
                    .chain(row.customers.iter().map(|name| (CUSTOMER, name)))
                    .map(|(kind, name)| (kind, text(name)))
                    .collect();
                let (kinds, names): (Vec<_>, Vec<_>) = names.into_iter().unzip();
                steps.push(Step::new(
                    "INSERT INTO inbound_name (account, kind, name, inbound)
                     SELECT $1::bigint, kind, name, $4::text
                     FROM unnest($2::bigint[], $3::text[]) AS n (kind, name) ON CONFLICT DO NOTHING",
                    vec![
                        Box::new(row.account),
                        Box::new(kinds),
                        Box::new(names),
                        Box::new(text(&row.id)),
                    ],
                ));
            }
            InboundChange::Remove { account, id } => {
                for sql in [
                    "DELETE FROM inbound_name WHERE account = $1 AND inbound = $2",
                    "DELETE FROM inbound WHERE account = $1 AND id = $2",
                ] {
                    steps.push(Step::new(sql, vec![Box::new(*account), Box::new(text(id))]));
                }
            }
        }
    }
}

fn customers<'a>(steps: &mut Vec<Step<'a>>, batch: &'a Batch) {
    if !batch.aliases.is_empty() {
        let rows = &batch.aliases;
        steps.push(Step::new(
            "INSERT INTO customer_alias (account, alias, ticket)
             SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[]) ON CONFLICT DO NOTHING",
            vec![
                column(rows, |row| row.account),
                column(rows, |row| text(&row.alias)),
                column(rows, |row| row.ticket),
            ],
        ));
    }
    if !batch.sent.is_empty() {
        let rows = &batch.sent;
        let columns = |at: fn(i64) -> i64| -> Vec<Column<'a>> {
            vec![
                column(rows, |row| row.account),
                column(rows, |row| text(&row.customer)),
                column(rows, move |row| at(row.at)),
            ]
        };
        steps.push(Step::new(
            "INSERT INTO sent (account, customer, at)
             SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[]) ON CONFLICT DO NOTHING",
            columns(|at| at),
        ));
        steps.push(Step::new(
            "DELETE FROM sent
             USING unnest($1::bigint[], $2::text[], $3::bigint[]) AS n (account, customer, at)
             WHERE sent.account = n.account AND sent.customer = n.customer AND sent.at < n.at",
            columns(|at| at.saturating_sub(SENT_KEPT_MS)),
        ));
    }
    if !batch.known_as.is_empty() {
        let rows = &batch.known_as;
        steps.push(Step::new(
            "INSERT INTO known_as (account, customer, ticket)
             SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[]) ON CONFLICT DO NOTHING",
            vec![
                column(rows, |row| row.account),
                column(rows, |row| text(&row.customer)),
                column(rows, |row| row.ticket),
            ],
        ));
    }
}
