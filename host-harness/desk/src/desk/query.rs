//! Queries about tickets, and changes by people.

use despertador_contract::duration;
use despertador_contract::event_log::Row;
use despertador_contract::{
    Duration, Event, Explanation, Happening, Instant, Memory, QuickReply, Reader, Step, Ticket,
};
use despertador_lime::canonical_customer;
use serde_json::{Value, json};

use super::early::EarlyStep;
use super::incoming::{Incoming, Receipt};
use super::record::RecordError;
use super::replay::replay_entry;
use super::ticket::LoadedTicket;
use super::{Desk, account};
use crate::error::DeskError;
use crate::journal::JournalEntry;
use crate::store::{EntryKind, EntryRow, OutboxRow, Query, Store, TicketRow};
use despertador_contract::decision::decision_json;

/// The state of a ticket.
#[derive(Debug, Clone, PartialEq)]
pub struct TicketSnapshot {
    /// Its facts.
    pub ticket: Ticket,
    /// When it is evaluated next.
    pub due: Option<Instant>,
    /// The step that is due then.
    pub next_step: Option<Step>,
    /// Why it is deferred, if it is: the plugin could not evaluate it.
    pub deferred: Option<String>,
    /// The outbox, including dead letters.
    pub outbox: Vec<OutboxRow>,
    /// Its version, from 1, incremented by each change.
    pub version: i64,
}

/// An entry of a ticket's journal.
#[derive(Debug, Clone, PartialEq)]
pub struct TimelineEntry {
    /// Its number; later entries have higher ones.
    pub seq: i64,
    /// When, by the desk's clock.
    pub at: Instant,
    /// Its kind.
    pub kind: EntryKind,
    /// The version of the policy; 0 if none was evaluated.
    pub policy: i64,
    /// The event, as a row of an event log.
    pub row: Option<Value>,
    /// The decision.
    pub decision: Option<Value>,
    /// Further details.
    pub note: Option<Value>,
}

/// A ticket rebuilt from its journal.
#[derive(Debug, Clone, PartialEq)]
pub struct Rebuilt {
    /// Its facts.
    pub ticket: Ticket,
    /// The plugin's memory.
    pub memory: Memory,
    /// Entries whose decision would differ today.
    pub differ: Vec<i64>,
}

/// The beginning of a tag for the audit; a refused tag may have any length.
fn shown(tag: &str) -> String {
    tag.chars().take(200).collect()
}

/// The audit's word for a change, and its details.
fn described(change: &ManualChange) -> (&'static str, Value) {
    match change {
        ManualChange::Extend(more) => ("ticket-extended", json!({ "by": duration::show(*more) })),
        ManualChange::Hold => ("ticket-held", json!({})),
        ManualChange::Release => ("ticket-released", json!({})),
        ManualChange::Exempt(tag) => ("ticket-exempted", json!({ "tag": shown(tag) })),
        ManualChange::Unexempt(tag) => ("ticket-unexempted", json!({ "tag": shown(tag) })),
        ManualChange::RemindNow => ("ticket-reminded-now", json!({})),
        ManualChange::CloseNow => ("ticket-closed-now", json!({})),
    }
}

/// How a change of a ticket is recorded.
enum Recording {
    /// As an event, or as facts.
    Row(Box<Row>),
    /// As an action that is not due yet.
    Early(EarlyStep),
}

fn recording(ticket: &str, standing: &Ticket, change: &ManualChange, now: Instant) -> Recording {
    let happened = |what| Recording::Row(Row::event(ticket, Event::new(what, now)).into());
    let tagged =
        |tags: Vec<String>| Recording::Row(Row::facts(ticket, now, json!({ "tags": tags })).into());
    let mut tags = standing.tags.clone();
    match change {
        ManualChange::Extend(more) => happened(Happening::Extended(*more)),
        ManualChange::Hold => happened(Happening::Held),
        ManualChange::Release => happened(Happening::Released),
        ManualChange::Exempt(tag) => {
            tags.retain(|known| known != tag);
            tags.push(tag.clone());
            tagged(tags)
        }
        ManualChange::Unexempt(tag) => {
            tags.retain(|known| known != tag);
            tagged(tags)
        }
        ManualChange::RemindNow => Recording::Early(EarlyStep::Reminder),
        ManualChange::CloseNow => Recording::Early(EarlyStep::Close),
    }
}

/// A change of a ticket by a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ManualChange {
    /// Gives the customer more time, in milliseconds.
    Extend(Duration),
    /// Stops the clock.
    Hold,
    /// Lets the clock run again.
    Release,
    /// Adds a tag, such as one that the policy exempts.
    Exempt(String),
    /// Removes a tag.
    Unexempt(String),
    /// Has the next reminder sent now. Refused if the next step is another one, or waits for
    /// something else than its time.
    RemindNow,
    /// Has the ticket closed now. Refused unless all reminders were sent and the close waits for
    /// nothing but its time.
    CloseNow,
}

impl<S: Store> Desk<S> {
    /// The state of a ticket.
    ///
    /// # Errors
    ///
    /// See [`DeskError`].
    pub fn query_ticket(
        &mut self,
        account: &str,
        ticket: &str,
    ) -> Result<TicketSnapshot, DeskError> {
        self.with(account, ticket, |_, loaded| {
            Ok(TicketSnapshot {
                ticket: loaded.conversation.ticket.clone(),
                due: loaded.due,
                next_step: loaded.next_step.clone(),
                deferred: loaded.deferred.clone(),
                outbox: loaded.outbox.clone(),
                version: loaded.version,
            })
        })
    }

    /// Explains the current decision about a ticket.
    ///
    /// # Errors
    ///
    /// See [`DeskError`].
    pub fn query_explanation(
        &mut self,
        account: &str,
        ticket: &str,
        now: Instant,
        reader: &Reader,
    ) -> Result<Explanation, DeskError> {
        let policy = self.account(account)?.policy.clone();
        self.with(account, ticket, |_, loaded| {
            Ok(loaded.conversation.explain(&policy, loaded.now(now), reader)?)
        })
    }

    /// The journal of a ticket from the beginning: events and decisions.
    ///
    /// # Errors
    ///
    /// See [`DeskError`].
    pub fn query_timeline(
        &mut self,
        account: &str,
        ticket: &str,
    ) -> Result<Vec<TimelineEntry>, DeskError> {
        let entries = self.entries(account, ticket)?;
        let read = |text: Option<String>| text.and_then(|text| serde_json::from_str(&text).ok());
        Ok(entries
            .into_iter()
            .map(|entry| TimelineEntry {
                seq: entry.seq,
                at: entry.at,
                kind: entry.kind,
                policy: entry.policy,
                row: read(entry.row),
                decision: read(entry.decision),
                note: read(entry.note),
            })
            .collect())
    }

    /// The events of a ticket, as an event log that `despertador explain --log` reads.
    ///
    /// # Errors
    ///
    /// See [`DeskError`].
    pub fn query_event_log(&mut self, account: &str, ticket: &str) -> Result<String, DeskError> {
        let entries = self.entries(account, ticket)?;
        Ok(entries.into_iter().filter_map(|entry| entry.row).map(|row| row + "\n").collect())
    }

    /// Explains the decision of a journal entry: rebuilds the ticket up to that entry, under the
    /// policies then in force.
    ///
    /// # Errors
    ///
    /// [`DeskError::Refused`] if the entry has no decision, or see [`DeskError`].
    pub fn query_entry_explanation(
        &mut self,
        account: &str,
        ticket: &str,
        seq: i64,
        reader: &Reader,
    ) -> Result<Explanation, DeskError> {
        let no = self.account(account)?.row.no;
        let entries = self.entries(account, ticket)?;
        let decided = |entry: &&EntryRow| entry.seq == seq && entry.decision.is_some();
        let Some(entry) = entries.iter().find(decided) else {
            return Err(DeskError::Refused(format!(
                "entry {seq} of ticket `{ticket}` is no decision; its timeline shows which are"
            )));
        };
        let (version, at) = (entry.policy, entry.at);
        let until: Vec<_> = entries.iter().filter(|entry| entry.seq <= seq).cloned().collect();
        let (loaded, _) = self.replay_journal(account, ticket, until)?;
        let policy = account::parse(&self.plugin, self.store.policy(no, version)?.as_ref())?;
        Ok(loaded.conversation.explain(&policy, at, reader)?)
    }

    /// Rebuilds a ticket from its journal, under the policies then in force.
    ///
    /// # Errors
    ///
    /// See [`DeskError`]; also when the plugin fails today where it answered then.
    pub fn query_rebuilt(&mut self, account: &str, ticket: &str) -> Result<Rebuilt, DeskError> {
        let entries = self.entries(account, ticket)?;
        let (loaded, differ) = self.replay_journal(account, ticket, entries)?;
        let memory = loaded.conversation.memory.clone();
        Ok(Rebuilt { ticket: loaded.conversation.ticket, memory, differ })
    }

    /// Replays entries of a ticket's journal, and returns those whose decision would differ today.
    fn replay_journal(
        &self,
        account: &str,
        ticket: &str,
        entries: Vec<EntryRow>,
    ) -> Result<(LoadedTicket, Vec<i64>), DeskError> {
        let no = self.account(account)?.row.no;
        let mut policies = std::collections::HashMap::new();
        let mut loaded = LoadedTicket::new(0, no, ticket);
        let mut pending: Vec<Row> = Vec::new();
        let mut differ = Vec::new();
        for row in entries {
            let policy = match policies.entry(row.policy) {
                std::collections::hash_map::Entry::Occupied(known) => known.into_mut(),
                std::collections::hash_map::Entry::Vacant(new) => {
                    let stored = self.store.policy(no, row.policy)?;
                    new.insert(account::parse(&self.plugin, stored.as_ref())?)
                }
            };
            let entry = JournalEntry::from_row(account, ticket, row)?;
            let decision = match replay_entry(policy, &mut loaded, &mut pending, &entry) {
                Ok(Some(decision)) => decision_json(&decision),
                Ok(None) => continue,
                Err(RecordError::Failed(error)) => return Err(error.into()),
                Err(RecordError::Refused(why)) => return Err(DeskError::Unreadable(why)),
            };
            if entry.decision.is_some_and(|stored| stored != decision) {
                differ.push(entry.seq);
            }
        }
        Ok((loaded, differ))
    }

    /// Whether the stored ticket equals the one rebuilt from its journal.
    ///
    /// # Errors
    ///
    /// See [`DeskError`].
    pub fn query_consistency(&mut self, account: &str, ticket: &str) -> Result<bool, DeskError> {
        let rebuilt = self.query_rebuilt(account, ticket)?;
        self.with(account, ticket, |_, loaded| {
            Ok(rebuilt.differ.is_empty()
                && rebuilt.ticket == loaded.conversation.ticket
                && rebuilt.memory == loaded.conversation.memory)
        })
    }

    /// Tickets of an account that match a query; the query's `account` is ignored.
    ///
    /// # Errors
    ///
    /// See [`DeskError`].
    pub fn query_tickets(&self, account: &str, query: &Query) -> Result<Vec<TicketRow>, DeskError> {
        let account = self.account(account)?.row.no;
        let customer = query.customer.as_deref().map(canonical_customer);
        Ok(self.store.tickets(&Query { account, customer, ..query.clone() })?)
    }

    /// The quick replies last offered to the customer: those of the last action that had any,
    /// within the last `entries` entries of the journal.
    ///
    /// # Errors
    ///
    /// See [`DeskError`].
    pub fn query_quick_replies(
        &mut self,
        account: &str,
        ticket: &str,
        entries: usize,
    ) -> Result<Vec<QuickReply>, DeskError> {
        let (no, mut seq) = self.with(account, ticket, |_, loaded| Ok((loaded.no, loaded.last)))?;
        for _ in 0..entries {
            let Some(entry) = self.store.entry(no, seq)? else { break };
            let note: Value =
                entry.note.and_then(|n| serde_json::from_str(&n).ok()).unwrap_or_default();
            if let Some(offered) = note.get("quick-replies").and_then(Value::as_array) {
                let text = |reply: &Value, name: &str| Some(reply.get(name)?.as_str()?.to_owned());
                let reply = |reply| {
                    Some(QuickReply { id: text(reply, "id")?, title: text(reply, "title")? })
                };
                return Ok(offered.iter().filter_map(reply).collect());
            }
            seq = entry.previous;
        }
        Ok(Vec::new())
    }

    /// Changes a ticket by hand, with an audit entry in the same commit. A refused change is
    /// recorded as refused.
    ///
    /// # Errors
    ///
    /// See [`DeskError`].
    pub fn change_ticket(
        &mut self,
        now: Instant,
        account: &str,
        ticket: &str,
        change: &ManualChange,
        by: &str,
    ) -> Result<Receipt, DeskError> {
        let no = self.account(account)?.row.no;
        let mut tx = self.begin(now);
        let mut loaded = self
            .load(&mut tx, no, ticket)?
            .ok_or_else(|| DeskError::UnknownTicket(ticket.to_owned()))?;
        let standing = loaded.conversation.ticket.clone();
        let (what, mut details) = described(change);
        let receipt = match recording(ticket, &standing, change, now) {
            Recording::Early(step) => {
                let receipt = self.request_early(&mut tx, &mut loaded, step, by)?;
                tx.put(loaded);
                receipt
            }
            Recording::Row(row) => {
                tx.put(loaded);
                self.record_event(&mut tx, &Incoming::new(account, *row))?
            }
        };
        if let Some(details) = details.as_object_mut() {
            details.insert("ticket".into(), ticket.into());
            if let Receipt::Refused(why) = &receipt {
                details.insert("refused".into(), why.as_str().into());
            }
        }
        tx.batch.audit.push(account::audit(no, now, by, what, &details));
        self.commit(tx)?;
        Ok(receipt)
    }

    fn entries(&mut self, account: &str, ticket: &str) -> Result<Vec<EntryRow>, DeskError> {
        let (no, mut seq) = self.with(account, ticket, |_, loaded| Ok((loaded.no, loaded.last)))?;
        let mut entries = Vec::new();
        while seq > 0 {
            let Some(entry) = self.store.entry(no, seq)? else { break };
            seq = entry.previous;
            entries.push(entry);
        }
        entries.reverse();
        Ok(entries)
    }

    /// Runs a query on a loaded ticket.
    pub(super) fn with<R>(
        &mut self,
        account: &str,
        ticket: &str,
        ask: impl FnOnce(&mut Self, &LoadedTicket) -> Result<R, DeskError>,
    ) -> Result<R, DeskError> {
        let account = self.account(account)?.row.no;
        let mut tx = self.begin(0);
        let loaded = self
            .load(&mut tx, account, ticket)?
            .ok_or_else(|| DeskError::UnknownTicket(ticket.to_owned()))?;
        let answer = ask(self, &loaded);
        tx.put(loaded);
        self.commit(tx)?;
        answer
    }
}
