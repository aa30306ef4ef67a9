//! The meaning of tickets: what is new in them.

use despertador_contract::{
    ActionKey, Author, Happening, Instant, Message, Origin, Source, Step, Transfer,
};

use crate::address::Identity;
use crate::date::Date;
use crate::meaning::said::Said;
use crate::meaning::{Happened, Known, Meaning, Why, event, is_real_time};
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
    let mut news = Changes { id, ticket, received_at, what: Vec::new() };
    match before {
        Some(before) if ticket.is_over() && before.is_over() => {}
        _ if ticket.is_over() => news.closed(known),
        Some(before) => news.changed(before),
        None => news.opened(),
    }
    if news.what.is_empty() {
        return Meaning::Nothing(Why::NothingNew);
    }
    let parent = known.ticket.filter(|known| before.is_none() && is_child(ticket, known));
    Meaning::Happened {
        ticket: id.into(),
        continues: parent.and_then(|parent| parent.id.clone()),
        what: news.what,
    }
}

/// Whether a ticket continues another one.
fn is_child(ticket: &Ticket, of: &Ticket) -> bool {
    ticket.parent_sequential_id.is_some() && ticket.parent_sequential_id == of.sequential_id
}

/// Whether the sent action closed the ticket: it has the action's status, or the bot's name. An
/// agent may have been faster.
fn is_by(ticket: &Ticket, key: &ActionKey, known: &Known<'_>) -> bool {
    let status = match key.step {
        Step::Resolve => Status::ClosedClient,
        _ => Status::ClosedClientInactivity,
    };
    let by = ticket.closed_by.as_deref().and_then(|by| by.parse::<Identity>().ok());
    ticket.status == Some(status) || by.is_some_and(|by| by.is(known.bot))
}

/// Who closed a ticket with this status; `None` if it is not closed.
pub(super) fn closed_by(status: &Status) -> Option<Source> {
    match status {
        Status::ClosedAttendant => Some(Source::Agent),
        Status::ClosedClient => Some(Source::Customer),
        Status::ClosedClientInactivity => Some(Source::Inactivity),
        _ => None,
    }
}

/// Whether a ticket replaces the known one. A customer has one at a time: while theirs is open,
/// only its transfer target, or a ticket with a higher number, replaces it.
fn follows(ticket: &Ticket, known: &Ticket) -> bool {
    let later = match (ticket.sequential_id, known.sequential_id) {
        (Some(number), Some(before)) => Some(number > before),
        _ => None,
    };
    is_child(ticket, known) || later.unwrap_or_else(|| known.is_over() && !ticket.is_over())
}

/// The agent who has the ticket. An agent for whom it waits in the queue does not have it.
fn agent(ticket: &Ticket) -> Option<String> {
    match ticket.status {
        Some(Status::Waiting | Status::None) => None,
        _ => ticket.agent(),
    }
}

fn transferred(ticket: &Ticket) -> Happening {
    Happening::Transferred(Transfer { department: ticket.team.clone(), agent: agent(ticket) })
}

/// What the customer wrote when the ticket was opened, if it contains that.
fn asked(ticket: &Ticket) -> Option<Said> {
    let said = Said::by_document(ticket.customer_input.as_ref()?)?;
    let is_empty = said.text.as_ref().is_some_and(String::is_empty);
    (!is_empty).then_some(said)
}

/// The differences of a ticket.
struct Changes<'a> {
    id: &'a str,
    ticket: &'a Ticket,
    received_at: Instant,
    what: Vec<Happened>,
}

impl Changes<'_> {
    fn add(&mut self, name: &str, what: Happening, at: Option<Instant>) {
        let at = at.unwrap_or(self.received_at);
        let event = event(self.id, name, what, at, self.received_at);
        self.what.push(Happened::Event(event));
    }

    /// A ticket that was not known.
    fn opened(&mut self) {
        let ticket = self.ticket;
        let stored = dated(&ticket.storage_date);
        if ticket.parent_sequential_id.is_some() {
            let at = stored.or(dated(&ticket.status_date));
            self.add("transferred", transferred(ticket), at);
        } else {
            let asked = asked(ticket);
            let by = if asked.is_some() { Source::Customer } else { Source::Flow };
            self.add("opened", Happening::Opened(by), stored);
            if let Some(asked) = asked {
                self.asked(asked, stored);
            }
            if let Some(agent) = agent(ticket) {
                self.add("assigned", Happening::Assigned(agent), dated(&ticket.open_date));
            }
        }
        self.stands_by(None);
    }

    /// What the customer wrote when the ticket was opened. They wrote it to the bot before there
    /// was a ticket; otherwise nobody would know that they have written.
    fn asked(&mut self, said: Said, at: Option<Instant>) {
        let at = at.unwrap_or(self.received_at);
        self.what.push(Happened::Message(Message {
            id: Some(format!("{}#input", self.id)),
            sequence: None,
            at,
            received_at: self.received_at,
            author: Author::Customer,
            kind: said.kind,
            origin: Origin::Written,
            text: said.text,
            choice: None,
        }));
    }

    /// A ticket that has changed.
    fn changed(&mut self, before: &Ticket) {
        let ticket = self.ticket;
        let changed = dated(&ticket.status_date);
        if before.is_over() {
            let by = Source::Other("blip".into());
            self.add("reopened", Happening::Reopened(by), changed);
        }
        let (agent, had) = (agent(ticket), agent(before));
        let moved = before.team.is_some() && ticket.team.is_some() && before.team != ticket.team;
        match agent {
            _ if moved => self.add("transferred", transferred(ticket), changed),
            Some(agent) if had.as_ref() != Some(&agent) => {
                let at = dated(&ticket.open_date).filter(|_| had.is_none()).or(changed);
                self.add("assigned", Happening::Assigned(agent), at);
            }
            None if had.is_some() => self.add("unassigned", Happening::Unassigned, changed),
            _ => {}
        }
        self.stands_by(dated(&before.standby_mode_start));
    }

    fn stands_by(&mut self, before: Option<Instant>) {
        match (dated(&self.ticket.standby_mode_start), before) {
            (Some(since), None) => self.add("held", Happening::Held, Some(since)),
            (None, Some(_)) => self.add("released", Happening::Released, None),
            _ => {}
        }
    }

    /// A ticket that is closed now.
    fn closed(&mut self, known: &Known<'_>) {
        let ticket = self.ticket;
        let by = ticket.status.as_ref().and_then(closed_by);
        let by = by.unwrap_or_else(|| Source::Other("closed".into()));
        let sent = known.closing.filter(|key| key.ticket == self.id && is_by(ticket, key, known));
        let what = sent.map_or(Happening::Closed(by), |key| Happening::CarriedOut(key.clone()));
        self.add("closed", what, dated(&ticket.close_date).or(dated(&ticket.status_date)));
    }
}

fn dated(date: &Option<Date>) -> Option<Instant> {
    date.as_ref().map(Date::instant).filter(|at| is_real_time(*at))
}
