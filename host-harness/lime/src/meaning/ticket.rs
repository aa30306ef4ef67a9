//! What tickets mean: what is new in them.

use despertador_host::contract::{ActionKey, Event, Happening, Instant, Source, Step, Transfer};

use crate::address::Identity;
use crate::date::Date;
use crate::meaning::{Happened, Known, Meaning, Why, event, is_a_time};
use crate::ticket::{Status, Ticket};

pub(super) fn meaning(ticket: &Ticket, received_at: Instant, known: &Known<'_>) -> Meaning {
    let Some(id) = ticket.id.as_deref().filter(|id| !id.is_empty()) else {
        return Meaning::Nothing(Why::TicketWithoutId);
    };
    if ticket.status == Some(Status::Transferred) {
        return Meaning::Nothing(Why::Transferred);
    }
    let before = match known.ticket {
        Some(known) if known.id.as_deref() == Some(id) => Some(known),
        Some(known) if !follows(ticket, known) => return Meaning::Nothing(Why::OlderTicket),
        _ => None,
    };
    let mut events = Events { ticket: id, received_at, events: Vec::new() };
    let dated = |date: &Option<Date>| date.as_ref().map(Date::instant).filter(|at| is_a_time(*at));
    let changed = dated(&ticket.status_date);
    if ticket.is_over() {
        if before.is_some_and(Ticket::is_over) {
            return Meaning::Nothing(Why::NothingNew);
        }
        let by = ticket.status.as_ref().and_then(closed_by);
        let by = by.unwrap_or_else(|| Source::Other("closed".into()));
        let closing = known.closing.filter(|key| key.ticket == id && is_by(ticket, key, known));
        let what = closing.map_or(Happening::Closed(by), |key| Happening::CarriedOut(key.clone()));
        events.add("closed", what, dated(&ticket.close_date).or(changed));
        return Meaning::events(id, events.events);
    }
    let (agent, had) = (agent(ticket), before.and_then(agent));
    let stored = dated(&ticket.storage_date);
    match before {
        None if ticket.parent_sequential_id.is_some() => {
            events.add("transferred", transferred(ticket, agent.clone()), stored.or(changed));
        }
        None => {
            events.add("opened", Happening::Opened(opener(ticket)), stored);
            if let Some(agent) = agent {
                events.add("assigned", Happening::Assigned(agent), dated(&ticket.open_date));
            }
        }
        Some(before) => {
            if before.is_over() {
                let by = Source::Other("blip".into());
                events.add("reopened", Happening::Reopened(by), changed);
            }
            match &ticket.team {
                Some(team) if before.team.as_ref().is_some_and(|before| before != team) => {
                    events.add("transferred", transferred(ticket, agent), changed);
                }
                _ => match agent {
                    Some(agent) if had.as_ref() != Some(&agent) => {
                        let at = dated(&ticket.open_date).filter(|_| had.is_none()).or(changed);
                        events.add("assigned", Happening::Assigned(agent), at);
                    }
                    None if had.is_some() => {
                        events.add("unassigned", Happening::Unassigned, changed);
                    }
                    _ => {}
                },
            }
        }
    }
    let stood_by = before.and_then(|before| dated(&before.standby_mode_start)).is_some();
    match (dated(&ticket.standby_mode_start), stood_by) {
        (Some(since), false) => events.add("held", Happening::Held, Some(since)),
        (None, true) => events.add("released", Happening::Released, None),
        _ => {}
    }
    if events.events.is_empty() {
        return Meaning::Nothing(Why::NothingNew);
    }
    let parent = known.ticket.filter(|known| before.is_none() && is_child(ticket, known));
    Meaning::Happened {
        ticket: id.into(),
        continues: parent.and_then(|parent| parent.id.clone()),
        what: events.events.into_iter().map(Happened::Event).collect(),
    }
}

/// Whether a ticket goes on from another one.
fn is_child(ticket: &Ticket, of: &Ticket) -> bool {
    ticket.parent_sequential_id.is_some() && ticket.parent_sequential_id == of.sequential_id
}

/// Whether a ticket was closed by the action that was sent: it has the action's status, or the name
/// of the bot. An agent may have been quicker.
fn is_by(ticket: &Ticket, key: &ActionKey, known: &Known<'_>) -> bool {
    let status = match key.step {
        Step::Resolve => Status::ClosedClient,
        _ => Status::ClosedClientInactivity,
    };
    let by = ticket.closed_by.as_deref().and_then(|by| by.parse::<Identity>().ok());
    ticket.status == Some(status) || by.is_some_and(|by| by.is(known.bot))
}

/// Who closed a ticket of this status; none if it is not closed.
pub(super) fn closed_by(status: &Status) -> Option<Source> {
    match status {
        Status::ClosedAttendant => Some(Source::Agent),
        Status::ClosedClient => Some(Source::Customer),
        Status::ClosedClientInactivity => Some(Source::Inactivity),
        _ => None,
    }
}

/// Whether a ticket comes after the one that is known. A customer has one at a time: while theirs
/// is open, only the one it was transferred to, or one with a later number, takes its place.
fn follows(ticket: &Ticket, known: &Ticket) -> bool {
    let later = match (ticket.sequential_id, known.sequential_id) {
        (Some(number), Some(before)) => Some(number > before),
        _ => None,
    };
    is_child(ticket, known) || later.unwrap_or_else(|| known.is_over() && !ticket.is_over())
}

/// The agent who has the ticket. One that it waits for in the queue does not have it.
fn agent(ticket: &Ticket) -> Option<String> {
    match ticket.status {
        Some(Status::Waiting | Status::None) => None,
        _ => ticket.agent(),
    }
}

fn transferred(ticket: &Ticket, agent: Option<String>) -> Happening {
    Happening::Transferred(Transfer { department: ticket.team.clone(), agent })
}

/// A ticket is opened by the flow; with what the customer wrote, on their behalf.
fn opener(ticket: &Ticket) -> Source {
    if ticket.customer_input.is_some() { Source::Customer } else { Source::Flow }
}

struct Events<'a> {
    ticket: &'a str,
    received_at: Instant,
    events: Vec<Event>,
}

impl Events<'_> {
    fn add(&mut self, name: &str, what: Happening, at: Option<Instant>) {
        let at = at.unwrap_or(self.received_at);
        self.events.push(event(self.ticket, name, what, at, self.received_at));
    }
}
