//! Reads the journal of one ticket for a report.

use std::collections::{BTreeMap, HashMap, HashSet};

use despertador_contract::clock_face::parse_rfc3339;
use despertador_contract::decision::action_from_json;
use despertador_contract::event_log::Row;
use despertador_contract::facts;
use despertador_contract::key;
use despertador_contract::word::{self, Word};
use despertador_contract::{
    Action, ActionKey, Author, Channel, ClosePackage, Happening, Instant, Message, MessageKind,
    Origin, Source, Step, Task, Ticket, TicketStatus,
};
use despertador_contract::{Call, follow};
use despertador_insight::{ReminderCounts, Verdict};
use serde_json::Value;

use super::Period;
use super::closed::{Closed, INACTIVITY};
use super::figures::PeriodFigures;
use crate::desk::is_early;
use crate::journal::{JournalEntry, JournalError};
use crate::store::EntryKind;

/// The reason for withdrawing an action while the plugin could not evaluate the ticket.
const SET_ASIDE: &str = "set-aside";
/// The value for closes known only from facts.
const UNSAID: &str = "other:not-said";

/// A ticket, as far as its journal was read.
#[derive(Debug)]
pub(super) struct Told {
    account: String,
    ticket: Ticket,
    opened: Instant,
    customer: Option<String>,
    /// The ticket's first department.
    first_department: Option<String>,
    first_words: Option<Instant>,
    /// When the company first answered, and the department at that time.
    first_answer: Option<(Instant, Option<String>)>,
    closes: Vec<Close>,
    is_closed: bool,
    reminders: Vec<Sent>,
    /// Reminders sent before the latest close.
    reminders_before: usize,
    /// Requested actions, by key.
    asked: HashMap<String, Action>,
    done: HashSet<String>,
    /// The reason of the latest decision.
    reason: String,
    /// Withheld messages of this silence: the reason, and the number of earlier reminders.
    withheld: Vec<(String, usize)>,
    counts: Vec<(Instant, Option<String>, Count)>,
}

#[derive(Debug)]
struct Close {
    at: Instant,
    by: String,
    department: Option<String>,
    agent: Option<String>,
    tags: Vec<String>,
    category: Option<String>,
    summary: Option<String>,
    first_response: Option<i64>,
    reminders: usize,
    wrote_again: Option<Instant>,
    reopened: Option<Instant>,
}

#[derive(Debug)]
struct Sent {
    at: Instant,
    number: u32,
    department: Option<String>,
    /// Whether it was answered; `None` while nothing has followed.
    answered: Option<bool>,
    /// When the next step was due, if there is one.
    until: Option<Instant>,
}

/// An event that counts at its time.
#[derive(Debug)]
enum Count {
    Withheld(String),
    Withdrawn(String),
    GivenUp,
    Retried,
    SentAgain,
    Late(i64),
}

/// The events that count: in which department, when, and what.
pub(super) type Book<'b> = dyn FnMut(Option<&str>, Instant, &dyn Fn(&mut PeriodFigures)) + 'b;

impl Told {
    pub(super) fn new(entry: &JournalEntry) -> Self {
        Self {
            account: entry.account.clone(),
            ticket: Ticket::open(entry.ticket.clone(), Channel::Other("unknown".into())),
            opened: entry.at,
            customer: None,
            first_department: None,
            first_words: None,
            first_answer: None,
            closes: Vec::new(),
            is_closed: false,
            reminders: Vec::new(),
            reminders_before: 0,
            asked: HashMap::new(),
            done: HashSet::new(),
            reason: String::new(),
            withheld: Vec::new(),
            counts: Vec::new(),
        }
    }

    pub(super) fn is_of(&self, entry: &JournalEntry) -> bool {
        self.account == entry.account && self.ticket.id == entry.ticket
    }

    pub(super) fn push(&mut self, entry: &JournalEntry) -> Result<(), JournalError> {
        let note = |name: &str| entry.note.as_ref().and_then(|note| note.get(name));
        let reminders = self.reminders.len();
        if let Some(facts) = note("continues").and_then(|from| from.get("facts")) {
            self.apply_facts(facts);
            self.ticket.status = TicketStatus::Open;
        }
        match entry.kind {
            EntryKind::Recorded | EntryKind::Pending => {
                // Actions of the predecessor are counted there.
                if let (Some(row), None) = (&entry.row, note("passed-on")) {
                    let row = Row::from_value(row).map_err(|wrong| {
                        let place = u64::try_from(entry.seq).unwrap_or_default();
                        JournalError::Line(place, format!("the entry's row: {wrong}"))
                    })?;
                    self.row(&row, entry);
                }
            }
            EntryKind::Deferred => SET_ASIDE.clone_into(&mut self.reason),
            EntryKind::Withdrawn => self.note(entry.at, Count::Withdrawn(self.reason.clone())),
            EntryKind::GivenUp => self.note(entry.at, Count::GivenUp),
            EntryKind::NotDelivered => self.note(entry.at, Count::Retried),
            EntryKind::SentAgain if !is_early(entry.note.as_ref()) => {
                self.note(entry.at, Count::SentAgain);
            }
            EntryKind::SentAgain | EntryKind::Resumed | EntryKind::Ticked => {}
        }
        if let Some(decision) = &entry.decision {
            self.decision(decision, entry.at);
            if let Some(sent) = self.reminders.get_mut(reminders..).and_then(<[Sent]>::last_mut) {
                sent.until = decision.get("until").and_then(Value::as_str).and_then(parse_rfc3339);
            }
        }
        Ok(())
    }

    fn note(&mut self, at: Instant, count: Count) {
        self.counts.push((at, self.ticket.department.clone(), count));
    }

    /// A fact without a field in the contract.
    fn fact(&self, name: &str) -> Option<String> {
        let more = self.ticket.more.iter().flatten();
        more.into_iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }

    /// Applies facts if all of them can be read.
    fn apply_facts(&mut self, changed: &Value) {
        let mut ticket = self.ticket.clone();
        if facts::apply(&mut ticket, changed).is_ok() {
            ticket.id.clone_from(&self.ticket.id);
            self.ticket = ticket;
            // A later fact with other pairs does not repeat the customer.
            if let Some(customer) = self.fact("customer.id") {
                self.customer = Some(customer);
            }
        }
    }

    fn row(&mut self, row: &Row, entry: &JournalEntry) {
        let at = row.at.min(entry.at);
        if entry.previous == 0 {
            self.opened = at;
        }
        if let Some(changed) = &row.facts {
            self.apply_facts(changed);
        }
        match &row.call {
            Some(Call::Message(message)) => self.message(message, at),
            Some(Call::Event(event)) => {
                self.event(&event.what, entry, at);
                follow(&mut self.ticket, &event.what);
            }
            Some(Call::Tick(_)) | None => {}
        }
        if self.first_department.is_none() {
            self.first_department.clone_from(&self.ticket.department);
        }
        // Some hosts report it only by facts.
        match self.ticket.status {
            TicketStatus::Closed if !self.is_closed => self.close(at, UNSAID.into(), None),
            TicketStatus::Open if self.is_closed => self.reopen(at),
            _ => {}
        }
    }

    fn message(&mut self, message: &Message, at: Instant) {
        let is_spoken = !matches!(
            message.kind,
            MessageKind::Reaction
                | MessageKind::PrivateNote
                | MessageKind::Label
                | MessageKind::Edit
                | MessageKind::Receipt
        );
        if !is_spoken || message.origin != Origin::Written {
            return;
        }
        match message.author {
            Author::Customer => {
                self.first_words.get_or_insert(at);
                self.withheld.clear();
                self.followed(true);
                if let Some(close) = self.closes.last_mut() {
                    close.wrote_again.get_or_insert(at.max(close.at));
                }
            }
            Author::Agent | Author::AiAgent => {
                self.followed(false);
                if self.first_words.is_some() && self.first_answer.is_none() {
                    self.first_answer = Some((at, self.ticket.department.clone()));
                }
            }
            Author::Bot | Author::Other(_) => {}
        }
    }

    /// Notes that something followed the latest reminder.
    fn followed(&mut self, by_the_customer: bool) {
        if let Some(sent) = self.reminders.last_mut() {
            sent.answered.get_or_insert(by_the_customer);
        }
    }

    fn event(&mut self, what: &Happening, entry: &JournalEntry, at: Instant) {
        match what {
            Happening::Opened(_) if !self.is_closed => self.opened = self.opened.min(at),
            Happening::Opened(_) | Happening::Reopened(_) => self.reopen(at),
            Happening::Closed(source) => self.close(at, source.word().into_owned(), None),
            Happening::CarriedOut(key) => self.carried_out(key, entry, at),
            _ => {}
        }
    }

    fn carried_out(&mut self, key: &ActionKey, entry: &JournalEntry, at: Instant) {
        let name = key::render(key);
        if !self.done.insert(name.clone()) {
            return;
        }
        let action = self.asked.get(&name).cloned();
        let noted = entry.note.as_ref().and_then(|note| note.get("due")?.as_i64());
        if let Some(due) = noted.or(action.as_ref().map(|action| action.due)) {
            self.note(at, Count::Late(at.saturating_sub(due)));
        }
        match key.step {
            Step::Reminder(number) => {
                self.followed(false);
                if action.is_none_or(|action| action.task.reaches_customer()) {
                    let department = self.ticket.department.clone();
                    self.reminders.push(Sent {
                        at,
                        number,
                        department,
                        answered: None,
                        until: None,
                    });
                }
            }
            Step::Close => self.close(at, INACTIVITY.into(), action),
            Step::Resolve => self.close(at, Source::Customer.word().into_owned(), action),
            Step::Reopen => self.reopen(at),
            _ => {}
        }
    }

    fn close(&mut self, at: Instant, by: String, action: Option<Action>) {
        let is_ours = action.is_some();
        let package = match action.map(|action| action.task) {
            Some(Task::Close(package)) => Some(package),
            _ => None,
        };
        let (category, summary, tags) = match package {
            Some(ClosePackage { silent_because, note, tags, .. }) => {
                if let Some(code) = silent_because {
                    self.note(at, Count::Withheld(code));
                }
                (Some(note.category), Some(note.summary), tags)
            }
            None => {
                let tags = self.ticket.tags.clone();
                (self.fact("close.category"), self.fact("close.summary"), tags)
            }
        };
        self.followed(false);
        if self.is_closed {
            // The platform reported the close before our own report.
            if let Some(close) = self
                .closes
                .last_mut()
                .filter(|close| is_ours && !["agent", "customer"].contains(&close.by.as_str()))
            {
                (close.by, close.category, close.summary, close.tags) =
                    (by, category, summary, tags);
            }
            return;
        }
        self.is_closed = true;
        self.ticket.status = TicketStatus::Closed;
        let first_response = self
            .first_words
            .zip(self.first_answer.as_ref())
            .map(|(asked, (answered, _))| answered.saturating_sub(asked).max(0));
        self.closes.push(Close {
            at,
            by,
            department: self.ticket.department.clone(),
            agent: self.ticket.agent.clone(),
            tags,
            category,
            summary,
            first_response,
            reminders: self.reminders.len().saturating_sub(self.reminders_before),
            wrote_again: None,
            reopened: None,
        });
        self.reminders_before = self.reminders.len();
    }

    fn reopen(&mut self, at: Instant) {
        if !self.is_closed {
            return;
        }
        self.is_closed = false;
        self.ticket.status = TicketStatus::Open;
        self.withheld.clear();
        if let Some(close) = self.closes.last_mut() {
            close.reopened.get_or_insert(at.max(close.at));
        }
    }

    fn decision(&mut self, decision: &Value, at: Instant) {
        // A decision of a later version with other members counts as unknown.
        if let Some(Ok(action)) = decision.get("action").map(action_from_json) {
            self.asked.insert(key::render(&action.key), action);
        }
        let reason = decision.get("reason").and_then(Value::as_str).unwrap_or_default();
        let code = reason.split(' ').next().unwrap_or_default();
        code.clone_into(&mut self.reason);
        if word::WITHHELD.contains(&code) {
            let which = (code.to_owned(), self.reminders.len());
            if !self.withheld.contains(&which) {
                self.withheld.push(which);
                self.note(at, Count::Withheld(code.to_owned()));
            }
        }
    }

    /// Counts everything except closes, each at its place and time.
    pub(super) fn count(&self, period: &Period, figures: &mut Book<'_>) {
        let up = |count: &mut u64| *count = count.saturating_add(1);
        let up_in = |counts: &mut BTreeMap<String, u64>, name: &str| {
            let count = counts.entry(name.to_owned()).or_default();
            *count = count.saturating_add(1);
        };
        figures(self.first_department.as_deref(), self.opened, &|f| up(&mut f.opened));
        if let (Some(asked), Some((at, department))) = (self.first_words, &self.first_answer) {
            let length = at.saturating_sub(asked);
            figures(department.as_deref(), *at, &|f| f.first_response.note(length));
        }
        for sent in &self.reminders {
            let last = sent.until.unwrap_or_else(|| sent.at.saturating_add(period.window));
            let one = ReminderCounts::one(sent.answered, last <= period.known_until);
            figures(sent.department.as_deref(), sent.at, &|f| {
                f.figures.reminders.entry(sent.number).or_default().join(one);
            });
        }
        for (at, department, count) in &self.counts {
            figures(department.as_deref(), *at, &|f| match count {
                Count::Withheld(code) => up_in(&mut f.figures.withheld, code),
                Count::Withdrawn(code) => up_in(&mut f.withdrawn, code),
                Count::GivenUp => up(&mut f.given_up),
                Count::Retried => up(&mut f.retried),
                Count::SentAgain => up(&mut f.sent_again),
                Count::Late(by) => f.lateness.note(*by),
            });
        }
    }

    /// The closes, judged by later events.
    pub(super) fn closed(self, period: &Period) -> Vec<Closed> {
        let Self { account, ticket, opened, customer, closes, .. } = self;
        let numbered = (1_u32..).zip(closes);
        let judged = numbered.map(|(number, close)| {
            let last = close.at.saturating_add(period.window);
            let within = |at: Option<Instant>| at.filter(|at| *at <= last);
            let back = within(close.wrote_again).into_iter().chain(within(close.reopened)).min();
            let verdict = Verdict::of(close.at, back, period.window, period.known_until);
            Closed {
                account: account.clone(),
                ticket: ticket.id.clone(),
                department: close.department,
                agent: close.agent,
                customer: customer.clone(),
                opened,
                first_response: close.first_response,
                resolution: close.at.saturating_sub(opened).max(0),
                closed: close.at,
                premature: (close.by == INACTIVITY).then_some(verdict.premature),
                by: close.by,
                category: close.category,
                summary: close.summary,
                tags: close.tags,
                reminders: u32::try_from(close.reminders).unwrap_or(u32::MAX),
                number,
                wrote_again: close.wrote_again,
                reopened: close.reopened,
                reopened_after: close.reopened.map(|at| at.saturating_sub(close.at).max(0)),
                was_reopened: within(close.reopened).is_some(),
                is_judged: verdict.is_judged,
            }
        });
        judged.collect()
    }
}
