//! Calls about a ticket, and how events change the ticket's facts.

use crate::{ActionKey, Event, Happening, Instant, Message, Step, Ticket, TicketStatus};

/// A call of the contract about a ticket.
#[derive(Debug, Clone, PartialEq)]
pub enum Call {
    /// `on-message`.
    Message(Message),
    /// `on-event`.
    Event(Event),
    /// `on-tick`.
    Tick(Instant),
}

impl Call {
    /// The instant of the call.
    pub fn now(&self) -> Instant {
        match self {
            Self::Message(message) => message.received_at,
            Self::Event(event) => event.received_at,
            Self::Tick(now) => *now,
        }
    }
}

/// Applies an event to the facts, so that the host's own record is up to date when it calls.
pub fn follow(ticket: &mut Ticket, what: &Happening) {
    match what {
        Happening::Opened(_) | Happening::Reopened(_) => ticket.status = TicketStatus::Open,
        Happening::Closed(_) => ticket.status = TicketStatus::Closed,
        Happening::CarriedOut(ActionKey { step: Step::Close | Step::Resolve, .. }) => {
            ticket.status = TicketStatus::Closed;
        }
        Happening::CarriedOut(ActionKey { step: Step::Reopen, .. }) => {
            ticket.status = TicketStatus::Open;
        }
        Happening::Assigned(agent) => ticket.agent = Some(agent.clone()),
        Happening::Unassigned => ticket.agent = None,
        Happening::Transferred(transfer) => {
            ticket.department.clone_from(&transfer.department);
            ticket.agent.clone_from(&transfer.agent);
        }
        _ => {}
    }
}
