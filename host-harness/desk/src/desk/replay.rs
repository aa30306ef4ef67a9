//! Replays a journal: what another plugin or another policy would have decided at each entry.
//!
//! The recorded events stay as they are, including carried out actions and the instants of
//! evaluation. So each entry is one question to both sides; what a customer would have done after
//! another reminder cannot be replayed.

mod parallel;

use std::collections::{BTreeMap, HashMap};
use std::mem;

use despertador_contract::Zone;
use despertador_contract::event_log::Row;
use despertador_contract::{Decision, Explanation, Instant, Reader, Surroundings};
use despertador_host::{Plugin, Policy};
use serde_json::Value;

use super::account;
use super::deferral::{record_pending_rows, stored_row};
use super::difference::{Kind, kind};
use super::record::{RecordError, evaluate_row};
use super::ticket::LoadedTicket;
use crate::error::DeskError;
use crate::journal::{JournalEntry, Line};
use crate::store::{EntryKind, PolicyRow};
use despertador_contract::decision::decision_json;

/// A replay: [`push`](Self::push) each line, then [`end`](Self::end).
pub struct Replay {
    old: Side,
    new: Side,
    policies: HashMap<(String, i64), PolicyRow>,
    options: ReplayOptions,
    found: Replayed,
    ticket: Option<TicketReplay>,
}

/// Options of a replay.
#[derive(Debug, Clone)]
pub struct ReplayOptions {
    /// A policy that replaces all recorded ones; `None` for the recorded ones.
    pub policy: Option<String>,
    /// Maximum number of tickets whose first difference is explained.
    pub explained: usize,
    /// The language of the explanations.
    pub language: String,
    /// The zone of the times in them; `None` for that of each policy.
    pub zone: Option<Zone>,
}

impl ReplayOptions {
    /// The zone of times under a policy.
    fn zone_of(&self, policy: &Policy) -> Zone {
        self.zone.clone().unwrap_or_else(|| Zone::of_policy(policy.config()))
    }

    /// The reader of an explanation.
    fn reader(&self, policy: &Policy, at: Instant) -> Reader {
        let utc_offset = self.zone_of(policy).offset_at(at);
        Reader { language: self.language.clone(), utc_offset }
    }
}

/// The result of the replay.
#[derive(Debug, Clone, Default)]
pub struct Replayed {
    /// Replayed tickets.
    pub tickets: u64,
    /// Compared decisions.
    pub decisions: u64,
    /// Decisions that differ.
    pub differ: u64,
    /// Decisions and tickets by kind of difference.
    pub kinds: BTreeMap<Kind, Count>,
    /// Tickets by department, and those with a difference. A ticket counts in the department it has
    /// at its first difference, or at its end.
    pub departments: BTreeMap<Option<String>, Count>,
    /// The first difference of each ticket, up to the wanted number.
    pub first: Vec<Difference>,
    /// Tickets with a difference beyond that number.
    pub more: u64,
    /// Tickets that the new plugin could not replay to their end.
    pub broken: u64,
}

impl Replayed {
    /// Tickets with a difference.
    #[must_use]
    pub fn tickets_that_differ(&self) -> u64 {
        self.more.saturating_add(u64::try_from(self.first.len()).unwrap_or(u64::MAX))
    }
}

/// A count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// Decisions of a kind, or tickets of a department.
    pub all: u64,
    /// Tickets with a difference.
    pub tickets: u64,
}

/// The first differing decision about a ticket.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The account.
    pub account: String,
    /// The ticket.
    pub ticket: String,
    /// Its department at that entry.
    pub department: Option<String>,
    /// The number of the journal entry.
    pub seq: i64,
    /// When, by the desk's clock.
    pub at: Instant,
    /// The zone of its times.
    pub zone: Zone,
    /// The kind of difference.
    pub kind: Kind,
    /// The recorded decision.
    pub recorded: Value,
    /// The new decision, or why there is none.
    pub replayed: Result<Value, String>,
    /// The explanation of the recorded decision, or why there is none.
    pub why_recorded: Result<Explanation, String>,
    /// The explanation of the new decision, or why there is none.
    pub why_replayed: Result<Explanation, String>,
    /// Whether the old plugin still makes the recorded decision.
    pub reproduced: bool,
}

/// A plugin with the journal's policies, parsed by it.
struct Side {
    plugin: Plugin,
    /// Replaces all of them.
    fixed: Option<Policy>,
    read: HashMap<(String, i64), Policy>,
}

/// The ticket being replayed.
struct TicketReplay {
    account: String,
    id: String,
    loaded: LoadedTicket,
    pending: Vec<Row>,
    /// The entries so far, for the old side; empty once it is not needed.
    past: Vec<JournalEntry>,
    kinds: Vec<Kind>,
    /// Its department at its first difference.
    differed: Option<Option<String>>,
    /// The new plugin failed; later entries cannot be compared.
    is_broken: bool,
}

impl Side {
    fn policy(
        &mut self,
        policies: &HashMap<(String, i64), PolicyRow>,
        account: &str,
        version: i64,
    ) -> Result<Policy, DeskError> {
        if let Some(fixed) = &self.fixed {
            return Ok(fixed.clone());
        }
        let place = (account.to_owned(), version);
        if let Some(known) = self.read.get(&place) {
            return Ok(known.clone());
        }
        let stored = policies.get(&place);
        if stored.is_none() && version != 0 {
            return Err(DeskError::Unreadable(format!(
                "the journal has no policy {version} of account `{account}`; write it again"
            )));
        }
        let policy = account::parse(&self.plugin, stored)?;
        self.read.insert(place, policy.clone());
        Ok(policy)
    }
}

impl Replay {
    /// Creates a replay on `new`. `old` only explains the recorded decisions.
    ///
    /// # Errors
    ///
    /// The new plugin refuses the replacement policy.
    pub fn new(old: Plugin, new: Plugin, options: ReplayOptions) -> Result<Self, DeskError> {
        let fixed = match &options.policy {
            Some(config) => Some(new.policy(config, &Surroundings::default())?),
            None => None,
        };
        let side = |plugin, fixed| Side { plugin, fixed, read: HashMap::new() };
        Ok(Self {
            old: side(old, None),
            new: side(new, fixed),
            policies: HashMap::new(),
            options,
            found: Replayed::default(),
            ticket: None,
        })
    }

    /// Replays the next line of the journal.
    ///
    /// # Errors
    ///
    /// The journal is damaged, or the new plugin refuses one of its policies.
    pub fn push(&mut self, line: Line) -> Result<(), DeskError> {
        let entry = match line {
            Line::Policy { account, row } => {
                self.policies.insert((account, row.version), row);
                return Ok(());
            }
            Line::Entry(entry) => *entry,
        };
        let goes_on = self
            .ticket
            .as_ref()
            .is_some_and(|told| told.account == entry.account && told.id == entry.ticket);
        if !goes_on {
            self.end_ticket();
            self.ticket = Some(TicketReplay::new(&entry.account, &entry.ticket));
        }
        let Some(mut told) = self.ticket.take() else { return Ok(()) };
        let taken = self.compare(&mut told, entry);
        self.ticket = Some(told);
        taken
    }

    /// The result of the replay.
    #[must_use]
    pub fn end(mut self) -> Replayed {
        self.end_ticket();
        self.found
    }

    fn end_ticket(&mut self) {
        let Some(told) = self.ticket.take() else { return };
        let up = |count: &mut u64| *count = count.saturating_add(1);
        up(&mut self.found.tickets);
        let differs = told.differed.is_some();
        let department =
            told.differed.unwrap_or_else(|| told.loaded.conversation.ticket.department.clone());
        let count = self.found.departments.entry(department).or_default();
        up(&mut count.all);
        if differs {
            up(&mut count.tickets);
        }
        if told.is_broken {
            up(&mut self.found.broken);
        }
        for kind in told.kinds {
            up(&mut self.found.kinds.entry(kind).or_default().tickets);
        }
    }

    fn compare(&mut self, told: &mut TicketReplay, entry: JournalEntry) -> Result<(), DeskError> {
        if told.is_broken {
            return Ok(());
        }
        let policy = self.new.policy(&self.policies, &entry.account, entry.policy)?;
        let answer = match replay_entry(&policy, &mut told.loaded, &mut told.pending, &entry) {
            Ok(None) => {
                told.past.push(entry);
                return Ok(());
            }
            Ok(Some(decision)) => Ok(decision),
            Err(RecordError::Refused(why)) => Err(why),
            Err(RecordError::Failed(error)) => Err(error.to_string()),
        };
        let Some(recorded) = entry.decision.clone() else {
            told.past.push(entry);
            return Ok(());
        };
        self.found.decisions = self.found.decisions.saturating_add(1);
        let replayed = answer.map(|decision| decision_json(&decision));
        if replayed.as_ref() == Ok(&recorded) {
            if told.differed.is_none() {
                told.past.push(entry);
            }
            return Ok(());
        }
        self.found.differ = self.found.differ.saturating_add(1);
        told.is_broken = replayed.is_err();
        let kind = kind(&recorded, replayed.as_ref().ok());
        let count = self.found.kinds.entry(kind).or_default();
        count.all = count.all.saturating_add(1);
        if !told.kinds.contains(&kind) {
            told.kinds.push(kind);
        }
        if told.differed.is_some() {
            return Ok(());
        }
        let department = told.loaded.conversation.ticket.department.clone();
        told.differed = Some(department.clone());
        let past = mem::take(&mut told.past);
        if self.found.first.len() >= self.options.explained {
            self.found.more = self.found.more.saturating_add(1);
            return Ok(());
        }
        let why_replayed = match &replayed {
            Err(why) => Err(why.clone()),
            Ok(_) => told
                .loaded
                .conversation
                .explain(&policy, entry.at, &self.options.reader(&policy, entry.at))
                .map_err(|error| error.to_string()),
        };
        let zone = self.options.zone_of(&policy);
        let (why_recorded, reproduced) = self.explain_recorded(&past, &entry, &recorded);
        self.found.first.push(Difference {
            account: entry.account,
            ticket: entry.ticket,
            department,
            seq: entry.seq,
            at: entry.at,
            zone,
            kind,
            recorded,
            replayed,
            why_recorded,
            why_replayed,
            reproduced,
        });
        Ok(())
    }

    /// Replays all entries up to this one on the old side, and explains the decision.
    fn explain_recorded(
        &mut self,
        past: &[JournalEntry],
        last: &JournalEntry,
        recorded: &Value,
    ) -> (Result<Explanation, String>, bool) {
        let mut told = TicketReplay::new(&last.account, &last.ticket);
        let mut policy = None;
        let mut decision = None;
        for entry in past.iter().chain([last]) {
            let parsed = match self.old.policy(&self.policies, &entry.account, entry.policy) {
                Ok(parsed) => parsed,
                Err(error) => return (Err(error.to_string()), false),
            };
            match replay_entry(&parsed, &mut told.loaded, &mut told.pending, entry) {
                Ok(answer) => decision = answer,
                Err(RecordError::Refused(why)) => return (Err(why), false),
                Err(RecordError::Failed(error)) => return (Err(error.to_string()), false),
            }
            policy = Some(parsed);
        }
        let reproduced = decision.is_some_and(|decision| decision_json(&decision) == *recorded);
        let Some(policy) = policy else { return (Err("there are no entries".into()), false) };
        let reader = self.options.reader(&policy, last.at);
        let why = told.loaded.conversation.explain(&policy, last.at, &reader);
        (why.map_err(|error| error.to_string()), reproduced)
    }
}

impl TicketReplay {
    fn new(account: &str, id: &str) -> TicketReplay {
        TicketReplay {
            account: account.to_owned(),
            id: id.to_owned(),
            loaded: LoadedTicket::new(0, 0, id),
            pending: Vec::new(),
            past: Vec::new(),
            kinds: Vec::new(),
            differed: None,
            is_broken: false,
        }
    }
}

/// Replays an entry; `None` if it has no decision.
pub(super) fn replay_entry(
    policy: &Policy,
    loaded: &mut LoadedTicket,
    pending: &mut Vec<Row>,
    entry: &JournalEntry,
) -> Result<Option<Decision>, RecordError> {
    let row = || {
        let text = entry.row.as_ref().map(Value::to_string).unwrap_or_default();
        stored_row(&text).map_err(|error| RecordError::Refused(error.to_string()))
    };
    if let Some(note) = entry.note.as_ref().filter(|note| note.get("continues").is_some()) {
        super::incoming::restore_hand_over(loaded, note);
    }
    Ok(Some(match entry.kind {
        EntryKind::Recorded => evaluate_row(policy, loaded, &row()?, entry.at)?,
        EntryKind::Pending => {
            pending.push(row()?);
            return Ok(None);
        }
        EntryKind::Resumed => {
            record_pending_rows(policy, loaded, &mem::take(pending), entry.at)
                .map_err(RecordError::Failed)?;
            loaded.conversation.tick(policy, entry.at).map_err(RecordError::Failed)?
        }
        EntryKind::Ticked => {
            loaded.conversation.tick(policy, entry.at).map_err(RecordError::Failed)?
        }
        _ => return Ok(None),
    }))
}
