//! Sample tickets, messages and surroundings.

use despertador_contract::{
    Author, Channel, ExitState, Instant, Message, Surroundings, Ticket, TicketStatus,
};

/// 2027-01-15T08:00:00Z.
pub const START: Instant = 1_800_000_000_000;

/// A minute in milliseconds.
pub const MINUTE: Instant = 60_000;

/// One rule: a reminder after 10 minutes, the close after 15.
pub const CONFIG: &str = r#"{
    "version": "2026-11",
    "language": "es",
    "rules": [
        {
            "departments": "any",
            "count-from": "last-agent-message",
            "close-after": "15 min",
            "reminders": [ { "after": "10 min", "text": "¿Sigues allí?" } ]
        }
    ]
}"#;

/// An open WhatsApp ticket of a department.
#[must_use]
pub fn ticket(id: &str, department: &str) -> Ticket {
    Ticket {
        id: id.into(),
        status: TicketStatus::Open,
        department: Some(department.into()),
        channel: Channel::Whatsapp,
        tags: Vec::new(),
        agent: Some("ana".into()),
        locale: Some("es".into()),
        customer_zone: None,
        incomplete_metadata: false,
        group: false,
        opted_out: false,
        window_until: None,
        sent_to_customer: None,
        more: None,
    }
}

/// A text of an author, received when it was written.
#[must_use]
pub fn message(author: Author, at: Instant) -> Message {
    Message::words(author, at)
}

/// A host that knows no departments and wakes up once a minute.
#[must_use]
pub fn surroundings() -> Surroundings {
    Surroundings {
        departments: None,
        tick_resolution: 60_000,
        inactivity_exit: ExitState::Unknown,
        more: None,
    }
}

/// The facts of an open ticket on a web chat, as the policy crate takes them.
pub const PLAIN_TICKET: despertador_policy::Ticket<'static> = despertador_policy::Ticket {
    id: "t",
    status: despertador_policy::Status::Open,
    department: None,
    channel: despertador_policy::Channel::WebChat,
    tags: &[],
    agent: None,
    locale: None,
    incomplete_metadata: false,
    customer_zone: None,
    group: false,
    opted_out: false,
    window_until: None,
    sent: &[],
    more: &[],
};
