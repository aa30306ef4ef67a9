//! Conversations as they were recorded.

use despertador_contract::Call;
use despertador_contract::event_log::Row;
use despertador_contract::{Author, Instant, Message, MessageKind, Origin};
use serde_json::Value;

/// Recorded conversations, ticket by ticket.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// The departments that are named; tickets refer to them by number.
    pub departments: Vec<String>,
    /// The tickets, in the order in which they first appear.
    pub tickets: Vec<RecordedTicket>,
}

/// One ticket.
#[derive(Debug, Clone, Default)]
pub struct RecordedTicket {
    /// Its id.
    pub id: String,
    /// Its department, where one is named.
    pub department: Option<u32>,
    /// A digest of its customer's id, where one is named: tickets of one customer have the same.
    pub customer: Option<u64>,
    /// What happened, in order.
    pub items: Vec<Item>,
}

/// Something that happened to a ticket. Most are messages of which no more is known than who wrote
/// and when, and of those there may be many millions.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// Somebody wrote.
    Message {
        /// When.
        at: Instant,
        /// Who.
        who: Who,
    },
    /// Anything else, as an event log has it.
    Call(Box<Call>),
    /// Facts of the ticket that are so from here on, and what happened beside them, if anything.
    Facts(Box<(Instant, Value, Option<Call>)>),
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
    pub(crate) const ALL: [Who; 4] = [Who::Customer, Who::Agent, Who::AiAgent, Who::Bot];

    /// Its number, the place in [`ALL`](Self::ALL).
    pub(crate) fn number(self) -> u8 {
        self as u8
    }

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
            Item::Message { at, .. } => *at,
            Item::Call(call) => call.now(),
            Item::Facts(facts) => facts.0,
        }
    }

    /// The call of the contract that it is; facts alone are none.
    #[must_use]
    pub fn call(&self) -> Option<Call> {
        match self {
            Item::Message { at, who } => Some(Call::Message(Message::words(who.author(), *at))),
            Item::Call(call) => Some(call.as_ref().clone()),
            Item::Facts(facts) => facts.2.clone(),
        }
    }

    /// The facts that are so from here on.
    #[must_use]
    pub fn facts(&self) -> Option<&Value> {
        match self {
            Item::Facts(facts) => Some(&facts.1),
            _ => None,
        }
    }

    /// Who wrote; none if nobody did.
    fn author(&self) -> Option<Author> {
        let call = match self {
            Item::Message { who, .. } => return Some(who.author()),
            Item::Call(call) => Some(call.as_ref()),
            Item::Facts(facts) => facts.2.as_ref(),
        };
        match call {
            Some(Call::Message(message)) => Some(message.author.clone()),
            _ => None,
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
                return Item::Message { at: message.at, who };
            }
        }
        Item::Call(Box::new(call))
    }

    /// Whether somebody of the company wrote, or an AI in their place.
    #[must_use]
    pub fn is_of_the_company(&self) -> bool {
        matches!(self.author(), Some(Author::Agent | Author::AiAgent))
    }

    /// Whether the customer wrote.
    #[must_use]
    pub fn is_of_the_customer(&self) -> bool {
        self.author() == Some(Author::Customer)
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
    pub fn department(&self, ticket: &RecordedTicket) -> Option<&str> {
        let number = usize::try_from(ticket.department?).ok()?;
        self.departments.get(number).map(String::as_str)
    }
}

impl RecordedTicket {
    /// The same as rows of an event log, the first with the department and the channel where these
    /// are known.
    #[must_use]
    pub fn rows(&self, department: Option<&str>, channel: Option<&str>) -> Vec<Row> {
        let mut facts = serde_json::Map::new();
        for (name, value) in [("department", department), ("channel", channel)] {
            facts.extend(value.map(|value| (name.to_owned(), value.into())));
        }
        let begin = self.items.first().map_or(0, Item::at);
        let first = (!facts.is_empty()).then(|| Row::facts(&*self.id, begin, facts.into()));
        let each = self.items.iter().flat_map(|item| {
            let facts = item.facts().map(|facts| Row::facts(&*self.id, item.at(), facts.clone()));
            let call = item.call().and_then(|call| match call {
                Call::Message(message) => Some(Row::message(&*self.id, message)),
                Call::Event(event) => Some(Row::event(&*self.id, event)),
                Call::Tick(_) => None,
            });
            facts.into_iter().chain(call)
        });
        first.into_iter().chain(each).collect()
    }

    /// When the customer opened the ticket; none if its first message is of somebody else.
    #[must_use]
    pub fn opened_by_customer(&self) -> Option<Instant> {
        let first = self.items.iter().find(|item| item.author().is_some())?;
        first.is_of_the_customer().then(|| first.at())
    }
}
