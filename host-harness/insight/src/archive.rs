//! Recorded conversations that may be larger than memory.

use std::collections::{HashMap, HashSet};

use despertador_contract::Call;
use despertador_contract::event_log::Row;
use despertador_contract::{Event, Happening, Instant, Source};

use crate::history::{History, Item, RecordedTicket, Who};
use crate::read::Unreadable;
use crate::spool::{Records, Spool, What, digest};

/// Recorded conversations, in parts of whole tickets. A part is loaded while it is used; the rest
/// is in memory while it is small, otherwise in a temporary file.
#[derive(Debug)]
pub struct Archive {
    pub(crate) spool: Spool,
    /// All departments; tickets refer to them by number.
    pub departments: Vec<String>,
    pub(crate) ends: Option<Instant>,
    pub(crate) tickets: u64,
    pub(crate) items: u64,
    pub(crate) openings: Openings,
}

/// A part of an archive: whole tickets.
#[derive(Debug, Clone, Default)]
pub(crate) struct Part {
    pub(crate) tickets: Vec<RecordedTicket>,
    /// Rows after later ones of their ticket.
    pub(crate) moved: u64,
    /// Repeated rows, by their id.
    pub(crate) repeated: u64,
    /// Rows about actions of the policy then in force.
    pub(crate) done_then: u64,
    /// Remaining rows.
    pub(crate) rows: u64,
}

/// When customers opened tickets, where the history names them.
#[derive(Debug, Clone, Default)]
pub struct Openings(Vec<Opening>);

/// Ordered by customer and time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Opening {
    customer: u64,
    at: Instant,
    department: Option<u32>,
    ticket: u64,
}

impl Openings {
    /// The openings of some tickets.
    #[must_use]
    pub fn of(tickets: &[RecordedTicket]) -> Self {
        let mut openings = Self::default();
        openings.add(tickets);
        openings.put_in_order();
        openings
    }

    pub(crate) fn add(&mut self, tickets: &[RecordedTicket]) {
        self.0.extend(tickets.iter().filter_map(|recorded| {
            Some(Opening {
                customer: recorded.customer?,
                at: recorded.opened_by_customer()?,
                department: recorded.department,
                ticket: digest(recorded.id.as_str()),
            })
        }));
    }

    pub(crate) fn put_in_order(&mut self) {
        self.0.sort_unstable();
        self.0.shrink_to_fit();
    }

    /// The first opening of another ticket by the same customer in the same department, between two
    /// instants, both included.
    #[must_use]
    pub fn next(
        &self,
        recorded: &RecordedTicket,
        from: Instant,
        until: Instant,
    ) -> Option<Instant> {
        let customer = recorded.customer?;
        let ticket = digest(recorded.id.as_str());
        let first = self.0.partition_point(|o| (o.customer, o.at) < (customer, from));
        self.0
            .iter()
            .skip(first)
            .take_while(|o| o.customer == customer && o.at <= until)
            .find(|o| o.ticket != ticket && o.department == recorded.department)
            .map(|o| o.at)
    }
}

impl Archive {
    /// Number of tickets.
    #[must_use]
    pub fn tickets(&self) -> u64 {
        self.tickets
    }

    /// Number of rows, without omitted ones.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.items
    }

    /// The instant of the last row.
    #[must_use]
    pub fn ends(&self) -> Option<Instant> {
        self.ends
    }

    /// Size of the temporary file, in bytes; 0 if everything is in memory.
    #[must_use]
    pub fn on_disk(&self) -> u64 {
        self.spool.on_disk()
    }

    /// The name of a department.
    #[must_use]
    pub fn department(&self, recorded: &RecordedTicket) -> Option<&str> {
        let number = usize::try_from(recorded.department?).ok()?;
        self.departments.get(number).map(String::as_str)
    }

    /// Loads everything into memory.
    ///
    /// # Errors
    ///
    /// The temporary file cannot be read.
    pub fn history(&self) -> Result<History, Unreadable> {
        let mut tickets = Vec::new();
        for number in 0..self.spool.parts() {
            tickets.extend(self.part(number)?.tickets);
        }
        Ok(History { departments: self.departments.clone(), tickets })
    }

    /// Loads the tickets with a wanted id.
    ///
    /// # Errors
    ///
    /// The temporary file cannot be read.
    pub fn tickets_where(
        &self,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<Vec<RecordedTicket>, Unreadable> {
        let mut found = Vec::new();
        for number in 0..self.spool.parts() {
            found.extend(self.part(number)?.tickets.into_iter().filter(|r| wanted(&r.id)));
        }
        Ok(found)
    }

    /// Loads the tickets of a part, each with its rows in order.
    pub(crate) fn part(&self, number: usize) -> Result<Part, Unreadable> {
        let bytes = self.spool.part(number).map_err(|error| Unreadable::Scratch {
            folder: self.spool.folder().to_owned(),
            why: error.to_string(),
        })?;
        Ok(gather(&bytes))
    }
}

/// Collects the rows of whole tickets.
fn gather(bytes: &[u8]) -> Part {
    let mut part = Part::default();
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut seen: HashSet<(usize, u64)> = HashSet::new();
    for record in Records(bytes) {
        let place = *places.entry(record.ticket).or_insert_with(|| {
            part.tickets
                .push(RecordedTicket { id: record.ticket.to_owned(), ..RecordedTicket::default() });
            part.tickets.len().saturating_sub(1)
        });
        if record.id.is_some_and(|id| !seen.insert((place, id))) {
            part.repeated = part.repeated.saturating_add(1);
            continue;
        }
        let Some(recorded) = part.tickets.get_mut(place) else { continue };
        recorded.department = recorded.department.or(record.department);
        recorded.customer = recorded.customer.or(record.customer);
        if recorded.items.last().is_some_and(|last| last.at() > record.at) {
            part.moved = part.moved.saturating_add(1);
        }
        let item = match record.what {
            What::Message(who) => {
                let who = Who::ALL.get(usize::from(who)).copied().unwrap_or(Who::Bot);
                Some(Item::Message { at: record.at, who })
            }
            What::Row(text) => {
                // The row was read before and written by the same code.
                let Ok(row) = Row::from_json(text) else { continue };
                let told = row.call.is_some();
                let call = row.call.filter(|call| !is_of_then(call)).map(without_id);
                part.done_then = part.done_then.saturating_add(u64::from(told && call.is_none()));
                match row.facts {
                    Some(facts) => Some(Item::Facts(Box::new((record.at, facts, call)))),
                    None => call.map(Item::of),
                }
            }
        };
        part.rows = part.rows.saturating_add(u64::from(item.is_some()));
        recorded.items.extend(item);
    }
    for recorded in &mut part.tickets {
        // Stable: rows of the same instant keep their order.
        recorded.items.sort_by_key(Item::at);
    }
    part
}

/// A call without its id, which was only needed to find repetitions.
pub(crate) fn without_id(mut call: Call) -> Call {
    if let Call::Message(message) = &mut call {
        message.id = None;
    }
    call
}

/// Whether a call reports an action of the policy then in force; another policy would have acted
/// differently.
fn is_of_then(call: &Call) -> bool {
    matches!(
        call,
        Call::Event(Event {
            what: Happening::CarriedOut(_)
                | Happening::Failed(_)
                | Happening::Closed(Source::Inactivity),
            ..
        })
    )
}
