//! Constructors with defaults; all fields are public and can be changed afterwards.

use crate::{
    ActionKey, Audience, Author, Channel, Event, ExitState, Happening, Instant, Message,
    MessageKind, Origin, Outgoing, Surroundings, Ticket, TicketStatus,
};

impl Ticket {
    /// An open ticket without further facts.
    #[must_use]
    pub fn open(id: impl Into<String>, channel: Channel) -> Self {
        Self {
            id: id.into(),
            status: TicketStatus::Open,
            department: None,
            channel,
            tags: Vec::new(),
            agent: None,
            locale: None,
            customer_zone: None,
            incomplete_metadata: false,
            group: false,
            opted_out: false,
            window_until: None,
            sent_to_customer: None,
            more: None,
        }
    }
}

impl Message {
    /// A text message by an author, received when it was written; its text is omitted.
    #[must_use]
    pub fn words(author: Author, at: Instant) -> Self {
        Self {
            id: None,
            sequence: None,
            at,
            received_at: at,
            author,
            kind: MessageKind::Text,
            origin: Origin::Written,
            text: None,
            choice: None,
        }
    }
}

impl Outgoing {
    /// A text for the customer, without anything else.
    #[must_use]
    pub fn words(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            language: None,
            audience: Audience::Customer,
            template: None,
            image: None,
            quick_replies: Vec::new(),
        }
    }
}

impl Event {
    /// An event that the host learned of when it happened.
    #[must_use]
    pub fn new(what: Happening, at: Instant) -> Self {
        Self { id: None, sequence: None, at, received_at: at, what }
    }

    /// The report that an action was carried out.
    #[must_use]
    pub fn carried_out(key: ActionKey, at: Instant) -> Self {
        Self::new(Happening::CarriedOut(key), at)
    }
}

/// Nothing is known, and the host can wake up at any millisecond.
impl Default for Surroundings {
    fn default() -> Self {
        Self {
            departments: None,
            tick_resolution: 1,
            inactivity_exit: ExitState::Unknown,
            more: None,
        }
    }
}
