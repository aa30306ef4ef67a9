//! Changes until the next commit.

use std::collections::HashMap;

use despertador_contract::{Decision, Instant};
use serde_json::{Value, json};

use super::cache::ticket_key;
use super::counts::Counts;
use super::ticket::LoadedTicket;
use crate::store::{Batch, EntryKind, EntryRow, LaneRow, Numbers, OutboxChange};
use despertador_contract::decision::decision_json;

/// Loaded tickets and what is to be stored of them.
pub(crate) struct Transaction {
    pub(crate) now: Instant,
    /// Boxed, so that taking and returning them moves pointers.
    pub(crate) loaded: HashMap<String, Box<LoadedTicket>>,
    pub(crate) batch: Batch,
    pub(crate) numbers: Numbers,
    /// The lanes of `batch`, by account and department.
    lanes: HashMap<(i64, Option<String>), i64>,
    /// Results of actions by account; added to the counts after the commit.
    pub(crate) counts: HashMap<i64, Counts>,
    /// Deadlines of carried out actions, and the instants of their delivery.
    pub(crate) carried_out: Vec<(Instant, Instant)>,
    /// Which rows of the batch's outbox are in the queues already, by position.
    pub(crate) offered: Vec<usize>,
}

/// The contents of a journal entry.
#[derive(Default)]
pub(crate) struct Entry<'a> {
    pub(crate) policy: i64,
    pub(crate) row: Option<String>,
    pub(crate) decision: Option<&'a Decision>,
    pub(crate) note: Option<Value>,
}

impl Transaction {
    pub(crate) fn new(now: Instant, numbers: Numbers) -> Self {
        Self {
            now,
            loaded: HashMap::new(),
            batch: Batch::default(),
            numbers,
            lanes: HashMap::new(),
            counts: HashMap::new(),
            carried_out: Vec::new(),
            offered: Vec::new(),
        }
    }

    /// The counts of an account.
    pub(crate) fn count(&mut self, account: i64) -> &mut Counts {
        self.counts.entry(account).or_default()
    }

    pub(crate) fn put(&mut self, loaded: Box<LoadedTicket>) {
        self.loaded.insert(ticket_key(loaded.account, loaded.id()), loaded);
    }

    /// Adds an entry to the ticket's journal.
    pub(crate) fn add_entry(
        &mut self,
        loaded: &mut LoadedTicket,
        kind: EntryKind,
        entry: Entry<'_>,
    ) -> i64 {
        self.numbers.entry = self.numbers.entry.saturating_add(1);
        let seq = self.numbers.entry;
        self.batch.journal.push(EntryRow {
            seq,
            previous: loaded.last,
            ticket: loaded.no,
            at: loaded.recorded(self.now),
            kind,
            policy: entry.policy,
            row: entry.row,
            decision: entry.decision.map(|decision| decision_json(decision).to_string()),
            note: entry.note.map(|note| note.to_string()),
        });
        loaded.last = seq;
        seq
    }

    /// Withdraws an action from the outbox, with the reason.
    pub(crate) fn withdraw(&mut self, loaded: &mut LoadedTicket, index: usize, why: &str) {
        let row = loaded.outbox.remove(index);
        let counts = self.count(loaded.account);
        counts.withdrawn = counts.withdrawn.saturating_add(1);
        let note = json!({ "key": row.key, "why": why });
        self.add_entry(
            loaded,
            EntryKind::Withdrawn,
            Entry { note: Some(note), ..Entry::default() },
        );
        self.batch.outbox.push(OutboxChange::Remove { ticket: loaded.no, key: row.key });
    }

    pub(crate) fn lane(&mut self, account: i64, department: Option<&str>) -> i64 {
        let place = (account, department.map(str::to_owned));
        if let Some(no) = self.lanes.get(&place) {
            return *no;
        }
        self.numbers.lane = self.numbers.lane.saturating_add(1);
        let no = self.numbers.lane;
        self.batch.lanes.push(LaneRow { no, account, department: place.1.clone() });
        self.lanes.insert(place, no);
        no
    }
}
