//! Lists of tickets, with what was last said and decided about each.

use despertador_contract::clock_face::parse_rfc3339;
use despertador_contract::{Instant, Step};
use serde_json::Value;

use super::Desk;
use crate::error::DeskError;
use crate::store::{Query, Store, TicketRow};

/// Maximum number of tickets that one list looks at; what is behind them is in the next list.
const LOOKED_AT_MAX: usize = 2_000;
/// The same where the journal of each has to be read.
const JOURNALS_MAX: usize = 400;
/// Maximum number of journal entries of a ticket that are searched for its last message.
const ENTRIES_MAX: usize = 16;
/// The reasons of decisions about tickets whose clock is stopped.
const PAUSED: [&str; 4] = ["on-hold", "snoozed", "on-call", "in-queue"];

/// Which tickets a list has.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    /// What the store searches by; its `limit` is that of the list.
    pub query: Query,
    /// On this channel, a word of the contract.
    pub channel: Option<String>,
    /// Of this agent.
    pub agent: Option<String>,
    /// With this text in the id or in the customer's id, in lower case.
    pub text: Option<String>,
    /// Whose next step is the close, before this instant.
    pub closes_before: Option<Instant>,
    /// Only those without a next step.
    pub without_step: bool,
    /// Only those whose clock is stopped: on hold, snoozed, in a call, or in the queue.
    pub paused: bool,
    /// Whether last words, rule and reason are read from the journal.
    pub details: bool,
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// The tickets.
    pub tickets: Vec<ListedTicket>,
    /// Where the next part begins; `None` if this is the last one. A part may be empty and have a
    /// next one.
    pub next: Option<ListPlace>,
}

/// A position in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListPlace {
    /// When the last ticket is due; `None` in a list by number.
    pub due: Option<Instant>,
    /// Its number.
    pub no: i64,
}

/// A ticket of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct ListedTicket {
    /// The ticket.
    pub row: TicketRow,
    /// Its channel.
    pub channel: Option<String>,
    /// Its agent.
    pub agent: Option<String>,
    /// What the end of its journal says; empty unless it was asked for.
    pub glance: Glance,
}

/// What the end of a ticket's journal says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Glance {
    /// Who wrote last, and when.
    pub last_message: Option<(String, Instant)>,
    /// The position in the policy of the rule that applied last.
    pub rule: Option<u32>,
    /// The reason of the last decision.
    pub reason: Option<String>,
}

impl<S: Store> Desk<S> {
    /// A part of a list of tickets, behind a position. The work is limited: a list that few tickets
    /// match may have to be continued to find them.
    ///
    /// # Errors
    ///
    /// See [`DeskError`].
    pub fn query_listing(
        &self,
        account: &str,
        listing: &Listing,
        behind: Option<ListPlace>,
    ) -> Result<Listed, DeskError> {
        let limit = listing.query.limit;
        let mut left = if listing.paused { JOURNALS_MAX } else { LOOKED_AT_MAX };
        let mut listed = Listed { tickets: Vec::new(), next: behind };
        while left > 0 {
            let most = if listing.is_plain() { limit } else { left.min(limit.max(100)) };
            let query = listing.part(listed.next, most);
            let rows = self.query_tickets(account, &query)?;
            left = left.saturating_sub(rows.len().max(1));
            let is_end = rows.len() < most;
            for row in rows {
                let due = row.due.filter(|_| query.by_due);
                if let (Some(before), Some(due)) = (listing.closes_before, due)
                    && due >= before
                {
                    return Ok(Listed { next: None, ..listed });
                }
                listed.next = Some(ListPlace { due, no: row.no });
                listed.tickets.extend(self.wanted(listing, row)?);
                if listed.tickets.len() >= limit {
                    return Ok(listed);
                }
            }
            if is_end {
                return Ok(Listed { next: None, ..listed });
            }
        }
        Ok(listed)
    }

    /// The ticket, if it is in the list.
    fn wanted(&self, listing: &Listing, row: TicketRow) -> Result<Option<ListedTicket>, DeskError> {
        if !listing.has(&row) {
            return Ok(None);
        }
        let facts: Value = serde_json::from_str(&row.facts).unwrap_or_default();
        let fact = |name: &str| facts.get(name).and_then(Value::as_str).map(str::to_owned);
        let (channel, agent) = (fact("channel"), fact("agent"));
        let is =
            |wanted: &Option<String>, known: &Option<String>| wanted.is_none() || wanted == known;
        if !is(&listing.channel, &channel) || !is(&listing.agent, &agent) {
            return Ok(None);
        }
        let reads = listing.details || listing.paused;
        let glance = if reads { self.glance(row.no, row.last)? } else { Glance::default() };
        let is_paused = glance.reason.as_deref().is_some_and(|reason| PAUSED.contains(&reason));
        let wanted = !listing.paused || is_paused;
        Ok(wanted.then_some(ListedTicket { row, channel, agent, glance }))
    }

    /// Reads the end of a journal, back from its last entry.
    fn glance(&self, no: i64, last: i64) -> Result<Glance, DeskError> {
        let mut glance = Glance::default();
        let mut has_decision = false;
        let mut seq = last;
        for _ in 0..ENTRIES_MAX {
            if has_decision && glance.last_message.is_some() {
                break;
            }
            let Some(entry) = self.store.entry(no, seq)? else { break };
            seq = entry.previous;
            let read =
                |text: Option<String>| -> Option<Value> { serde_json::from_str(&text?).ok() };
            if let Some(decision) = read(entry.decision).filter(|_| !has_decision) {
                has_decision = true;
                let rule = decision.get("rule").and_then(Value::as_u64);
                glance.rule = rule.and_then(|rule| u32::try_from(rule).ok());
                glance.reason = decision.get("reason").and_then(Value::as_str).map(str::to_owned);
            }
            let said = read(entry.row).as_ref().and_then(message);
            if glance.last_message.is_none() {
                glance.last_message = said;
            }
        }
        Ok(glance)
    }
}

/// Author and instant of a message in a row of an event log.
fn message(row: &Value) -> Option<(String, Instant)> {
    let author = row.pointer("/message/author")?.as_str()?;
    Some((author.to_owned(), parse_rfc3339(row.get("at")?.as_str()?)?))
}

impl Listing {
    /// Whether the store finds exactly the tickets of the list.
    fn is_plain(&self) -> bool {
        self.channel.is_none()
            && self.agent.is_none()
            && self.text.is_none()
            && !self.paused
            && !self.without_step
            && self.closes_before.is_none()
    }

    fn part(&self, behind: Option<ListPlace>, limit: usize) -> Query {
        let after = behind.map_or(self.query.after, |place| place.no);
        let after_due = behind.and_then(|place| Some((place.due?, place.no)));
        Query { limit, after, after_due, ..self.query.clone() }
    }

    /// Whether the columns of a ticket are those of the list.
    fn has(&self, row: &TicketRow) -> bool {
        let has_text = self.text.as_deref().is_none_or(|text| {
            let has = |value: &str| value.to_lowercase().contains(text);
            has(&row.id) || row.customer.as_deref().is_some_and(has)
        });
        has_text
            && (!self.without_step || row.due.is_none())
            && (self.closes_before.is_none() || row.next_step == Some(Step::Close))
    }
}
