//! Writes a batch in one transaction.

use std::collections::HashMap;

use despertador_contract::decision::action_json;
use despertador_contract::key;
use despertador_contract::word::Word;
use rusqlite::{Transaction, TransactionBehavior, params};
use serde_json::json;

use super::Sqlite;
use crate::store::packing::{self, Beside, Packing};
use crate::store::{
    Batch, EntryRow, OutboxChange, StoreError, StoreProblem, TicketChange, TicketRow,
};

/// Number of versions of an account's flow that are kept: each may have megabytes.
const FLOWS_KEPT: i64 = 20;

impl Sqlite {
    pub(super) fn write(&mut self, batch: &Batch) -> Result<(), StoreError> {
        let file = self.file.clone();
        let failed = |error: rusqlite::Error| super::failed(&file, &error);
        let tx = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(failed)?;
        write_administration(&tx, batch).map_err(failed)?;
        let packing = self.packing.get_mut();
        write_tickets(&tx, &batch.tickets, packing, failed)?;
        write_journal(&tx, batch, packing).map_err(failed)?;
        write_events(&tx, batch).map_err(failed)?;
        write_damage(&tx, batch).map_err(failed)?;
        super::inbound::write(&tx, batch).map_err(failed)?;
        write_customers(&tx, batch).map_err(failed)?;
        tx.commit().map_err(failed)?;
        if let Some(last) = batch.journal.last() {
            self.mark.entry = self.mark.entry.max(last.seq);
            self.owned.note(&self.mark);
        }
        Ok(())
    }
}

/// Messages older than this count in no policy, in milliseconds.
const SENT_KEPT_MS: i64 = 92 * 86_400_000;

fn write_customers(tx: &Transaction<'_>, batch: &Batch) -> rusqlite::Result<()> {
    for row in &batch.sent {
        tx.prepare_cached("INSERT OR IGNORE INTO sent (account, customer, at) VALUES (?, ?, ?)")?
            .execute(params![row.account, row.customer, row.at])?;
        tx.prepare_cached("DELETE FROM sent WHERE account = ? AND customer = ? AND at < ?")?
            .execute(params![row.account, row.customer, row.at.saturating_sub(SENT_KEPT_MS)])?;
    }
    for row in &batch.known_as {
        tx.prepare_cached(
            "INSERT OR IGNORE INTO known_as (account, customer, ticket) VALUES (?, ?, ?)",
        )?
        .execute(params![row.account, row.customer, row.ticket])?;
    }
    Ok(())
}

fn write_damage(tx: &Transaction<'_>, batch: &Batch) -> rusqlite::Result<()> {
    for no in &batch.repaired {
        tx.prepare_cached("DELETE FROM damaged WHERE ticket = ?")?.execute([no])?;
    }
    for row in &batch.damaged {
        tx.prepare_cached(
            "INSERT INTO damaged (ticket, account, at, why) VALUES (?, ?, ?, ?)
             ON CONFLICT (ticket) DO NOTHING",
        )?
        .execute(params![row.ticket, row.account, row.at, row.why])?;
    }
    Ok(())
}

fn write_administration(tx: &Transaction<'_>, batch: &Batch) -> rusqlite::Result<()> {
    for lane in &batch.lanes {
        tx.prepare_cached("INSERT INTO lane (no, account, department) VALUES (?, ?, ?)")?
            .execute(params![lane.no, lane.account, lane.department])?;
    }
    for account in &batch.accounts {
        tx.prepare_cached(
            "INSERT INTO account (no, name, policy, sweep) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (no) DO UPDATE SET policy = ?3, sweep = ?4",
        )?
        .execute(params![account.no, account.name, account.policy, account.sweep])?;
    }
    for policy in &batch.policies {
        tx.prepare_cached(
            "INSERT INTO policy (account, version, at, by, config, surroundings, texts)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            policy.account,
            policy.version,
            policy.at,
            policy.by,
            policy.config,
            policy.surroundings,
            packing::texts_of(&policy.config)
        ])?;
    }
    for proposal in &batch.proposals {
        tx.prepare_cached(
            "INSERT INTO proposal (account, no, at, by, base, config, surroundings)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            proposal.account,
            proposal.no,
            proposal.at,
            proposal.by,
            proposal.base,
            proposal.config,
            proposal.surroundings
        ])?;
    }
    for (account, no) in &batch.decided {
        tx.prepare_cached("DELETE FROM proposal WHERE account = ? AND no = ?")?
            .execute(params![account, no])?;
    }
    for flow in &batch.flows {
        tx.prepare_cached(
            "INSERT INTO flow (account, version, at, by, text, exit) VALUES (?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            flow.account,
            flow.version,
            flow.at,
            flow.by,
            flow.text,
            flow.exit.word()
        ])?;
        tx.prepare_cached("DELETE FROM flow WHERE account = ? AND version <= ?")?
            .execute(params![flow.account, flow.version.saturating_sub(FLOWS_KEPT)])?;
    }
    for row in &batch.audit {
        tx.prepare_cached(
            "INSERT INTO audit (account, at, by, what, details) VALUES (?, ?, ?, ?, ?)",
        )?
        .execute(params![row.account, row.at, row.by, row.what, row.details])?;
    }
    for token in &batch.tokens {
        tx.prepare_cached(
            "INSERT INTO token (digest, name, scopes, accounts, at, revoked)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (digest) DO UPDATE SET revoked = ?6",
        )?
        .execute(params![
            token.digest.as_slice(),
            token.name,
            token.scopes_text(),
            json!(token.accounts.as_deref().unwrap_or_default()).to_string(),
            token.at,
            token.revoked
        ])?;
    }
    Ok(())
}

const INSERT: &str = "
INSERT INTO ticket (no, version, due, aim, failures, unheard, last, changed, memory, carried_out,
    outbox, lane, status, department, customer, parked, facts, packed, account, id)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)";
const MOVE: &str = "
UPDATE ticket SET version = ?2, due = ?3, aim = ?4, failures = ?5, unheard = ?6, last = ?7,
    changed = ?8, memory = ?9, carried_out = ?10, outbox = ?11, lane = ?12, status = ?13,
    department = ?14, customer = ?15, parked = ?16, facts = ?17, packed = ?18
WHERE no = ?1 AND version = ?2 - 1";
const RESCHEDULE: &str = "
UPDATE ticket SET version = ?2, due = ?3, aim = ?4, failures = ?5, unheard = ?6, last = ?7,
    changed = ?8, memory = ?9, carried_out = ?10, outbox = ?11
WHERE no = ?1 AND version = ?2 - 1";
const CHANGE: &str = "
UPDATE ticket SET version = ?2, aim = ?3, failures = ?4, unheard = ?5, last = ?6,
    changed = ?7, memory = ?8, carried_out = ?9, outbox = ?10
WHERE no = ?1 AND version = ?2 - 1";

fn write_tickets(
    tx: &Transaction<'_>,
    tickets: &[TicketChange],
    packing: &mut Packing,
    failed: impl Fn(rusqlite::Error) -> StoreError,
) -> Result<(), StoreError> {
    for change in tickets {
        let row = &change.row;
        let written = write_ticket(tx, change, packing).map_err(&failed)?;
        if written != 1 {
            return Err(StoreError::new(
                StoreProblem::Conflict,
                format!("ticket `{}` is not of version {}", row.id, row.version.saturating_sub(1)),
            ));
        }
    }
    Ok(())
}

fn write_ticket(
    tx: &Transaction<'_>,
    change: &TicketChange,
    packing: &mut Packing,
) -> rusqlite::Result<usize> {
    let TicketRow { no, version, due, next_step, failures, pending, last, changed, .. } =
        &change.row;
    let TicketRow { facts, memory, carried_out, outbox, .. } = &change.row;
    let TicketRow { lane, department, customer, deferred, account, id, .. } = &change.row;
    let next_step = next_step.as_ref().map(key::render_step);
    if *version > 1 && !change.moved {
        return if change.rescheduled {
            tx.prepare_cached(RESCHEDULE)?.execute(params![
                no,
                version,
                due,
                next_step,
                failures,
                pending,
                last,
                changed,
                memory,
                carried_out,
                outbox
            ])
        } else {
            tx.prepare_cached(CHANGE)?.execute(params![
                no,
                version,
                next_step,
                failures,
                pending,
                last,
                changed,
                memory,
                carried_out,
                outbox
            ])
        };
    }
    let packed = packing.pack(&**tx, [Some(facts), None, None], packing::FACTS)?;
    let facts = if packed.is_some() { "" } else { facts };
    let status = change.row.status.word();
    if *version > 1 {
        return tx.prepare_cached(MOVE)?.execute(params![
            no,
            version,
            due,
            next_step,
            failures,
            pending,
            last,
            changed,
            memory,
            carried_out,
            outbox,
            lane,
            status,
            department,
            customer,
            deferred,
            facts,
            packed
        ]);
    }
    tx.prepare_cached(INSERT)?.execute(params![
        no,
        version,
        due,
        next_step,
        failures,
        pending,
        last,
        changed,
        memory,
        carried_out,
        outbox,
        lane,
        status,
        department,
        customer,
        deferred,
        facts,
        packed,
        account,
        id
    ])
}

fn write_journal(
    tx: &Transaction<'_>,
    batch: &Batch,
    packing: &mut Packing,
) -> rusqlite::Result<()> {
    if batch.journal.is_empty() {
        return Ok(());
    }
    let tickets: HashMap<_, _> =
        batch.tickets.iter().map(|change| (change.row.no, change)).collect();
    let mut insert = tx.prepare_cached(
        "INSERT INTO journal (seq, previous, ticket, at, kind, policy, row, decision, note, packed)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?;
    for entry in &batch.journal {
        let EntryRow { seq, previous, ticket, at, policy, .. } = entry;
        let packed = match tickets.get(ticket) {
            Some(TicketChange { row, .. }) => {
                let beside = Beside { at: *at, policy: (row.account, *policy), ticket: &row.id };
                let parts = [&entry.row, &entry.decision, &entry.note];
                packing.pack(&**tx, parts.map(Option::as_deref), beside)?
            }
            None => None,
        };
        let [row, decision, note] = match packed {
            Some(_) => [None; 3],
            None => [&entry.row, &entry.decision, &entry.note].map(Option::as_deref),
        };
        let kind = entry.kind.number();
        insert.execute(params![
            seq, previous, ticket, at, kind, policy, row, decision, note, packed
        ])?;
    }
    Ok(())
}

fn write_events(tx: &Transaction<'_>, batch: &Batch) -> rusqlite::Result<()> {
    if !batch.consumed.is_empty() {
        let mut insert =
            tx.prepare_cached("INSERT INTO consumed (ticket, digest) VALUES (?, ?)")?;
        for consumed in &batch.consumed {
            insert.execute(params![consumed.ticket, consumed.digest.as_slice()])?;
        }
    }
    for change in &batch.outbox {
        match change {
            OutboxChange::Put(row) => {
                tx.prepare_cached(
                    "INSERT INTO outbox (ticket, key, account, lane, state, attempts, next, since,
                         due, action, why)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
                     ON CONFLICT (ticket, key) DO UPDATE SET account = ?3, lane = ?4, state = ?5,
                         attempts = ?6, next = ?7, since = ?8, due = ?9, action = ?10, why = ?11",
                )?
                .execute(params![
                    row.ticket,
                    row.key,
                    row.account,
                    row.lane,
                    row.state.number(),
                    row.attempts,
                    row.next,
                    row.since,
                    row.due,
                    match &row.action {
                        Ok(action) => action_json(action).to_string(),
                        Err(unreadable) => unreadable.text.clone(),
                    },
                    row.why
                ])?;
            }
            OutboxChange::MoveAside { ticket, key, why } => {
                tx.prepare_cached(
                    "UPDATE outbox SET state = 1, why = ? WHERE ticket = ? AND key = ?",
                )?
                .execute(params![why, ticket, key])?;
            }
            OutboxChange::Remove { ticket, key } => {
                tx.prepare_cached("DELETE FROM outbox WHERE ticket = ? AND key = ?")?
                    .execute(params![ticket, key])?;
            }
        }
    }
    Ok(())
}
