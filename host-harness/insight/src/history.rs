//! Conversations as they were recorded.

use despertador_harness::conversation::Call;
use despertador_host::contract::{Author, Instant, Message, MessageKind, Origin};

/// Recorded conversations, ticket by ticket.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// The departments that are named; tickets refer to them by number.
    pub departments: Vec<String>,
    /// The tickets, in the order in which they first appear.
    pub tickets: Vec<Recorded>,
}

/// One ticket.
#[derive(Debug, Clone, Default)]
pub struct Recorded {
    /// Its id.
    pub id: String,
    /// Its department, where one is named.
    pub department: Option<u32>,
    /// What happened, in order.
    pub items: Vec<Item>,
}

/// Something that happened to a ticket. Most are messages of which no more is known than who wrote
/// and when, and of those there may be many millions.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// Somebody wrote.
    Said {
        /// When.
        at: Instant,
        /// Who.
        who: Who,
    },
    /// Anything else, as an event log has it.
    Told(Box<Call>),
}

/// Who wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// The person who asks.
    Customer,
    /// A human of the company.
    Agent,
    /// An AI that answers as an agent would.
    AiAgent,
    /// Automation.
    Bot,
}

impl Who {
    fn author(self) -> Author {
        match self {
            Who::Customer => Author::Customer,
            Who::Agent => Author::Agent,
            Who::AiAgent => Author::AiAgent,
            Who::Bot => Author::Bot,
        }
    }
}

impl Item {
    /// When the host learned of it.
    #[must_use]
    pub fn at(&self) -> Instant {
        match self {
            Item::Said { at, .. } => *at,
            Item::Told(call) => call.now(),
        }
    }

    /// The call of the contract that it is.
    #[must_use]
    pub fn call(&self) -> Call {
        match self {
            Item::Said { at, who } => Call::Message(Message::words(who.author(), *at)),
            Item::Told(call) => call.as_ref().clone(),
        }
    }

    /// A call, kept as small as it can be.
    #[must_use]
    pub fn of(call: Call) -> Item {
        if let Call::Message(message) = &call
            && message.id.is_none()
            && message.sequence.is_none()
            && message.text.is_none()
            && message.choice.is_none()
            && message.at == message.received_at
            && message.kind == MessageKind::Text
            && message.origin == Origin::Written
        {
            let who = match message.author {
                Author::Customer => Some(Who::Customer),
                Author::Agent => Some(Who::Agent),
                Author::AiAgent => Some(Who::AiAgent),
                Author::Bot => Some(Who::Bot),
                Author::Other(_) => None,
            };
            if let Some(who) = who {
                return Item::Said { at: message.at, who };
            }
        }
        Item::Told(Box::new(call))
    }

    /// Whether somebody of the company wrote, or an AI in their place.
    #[must_use]
    pub fn is_of_the_company(&self) -> bool {
        match self {
            Item::Said { who, .. } => matches!(who, Who::Agent | Who::AiAgent),
            Item::Told(call) => matches!(call.as_ref(),
                Call::Message(m) if matches!(m.author, Author::Agent | Author::AiAgent)),
        }
    }

    /// Whether the customer wrote.
    #[must_use]
    pub fn is_of_the_customer(&self) -> bool {
        match self {
            Item::Said { who, .. } => *who == Who::Customer,
            Item::Told(call) => {
                matches!(call.as_ref(), Call::Message(m) if m.author == Author::Customer)
            }
        }
    }
}

impl History {
    /// How many messages and events there are.
    #[must_use]
    pub fn items(&self) -> usize {
        self.tickets.iter().map(|ticket| ticket.items.len()).sum()
    }

    /// When the last of them was.
    #[must_use]
    pub fn ends(&self) -> Option<Instant> {
        self.tickets.iter().filter_map(|ticket| Some(ticket.items.last()?.at())).max()
    }

    /// The department of a ticket.
    #[must_use]
    pub fn department(&self, ticket: &Recorded) -> Option<&str> {
        let number = usize::try_from(ticket.department?).ok()?;
        self.departments.get(number).map(String::as_str)
    }
}
