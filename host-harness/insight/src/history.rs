//! Recorded conversations.

use despertador_contract::Call;
use despertador_contract::event_log::Row;
use despertador_contract::{Author, Instant, Message, MessageKind, Origin};
use serde_json::Value;

/// Recorded conversations, ticket by ticket.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// All departments; tickets refer to them by number.
    pub departments: Vec<String>,
    /// The tickets, in order of first appearance.
    pub tickets: Vec<RecordedTicket>,
}

/// One ticket.
#[derive(Debug, Clone, Default)]
pub struct RecordedTicket {
    /// Its id.
    pub id: String,
    /// The number of its department, if known.
    pub department: Option<u32>,
    /// A digest of its customer's id, if known: the same for all tickets of a customer.
    pub customer: Option<u64>,
    /// Its messages, events and facts, in order.
    pub items: Vec<Item>,
}

/// A record of a ticket. Most are messages with only an author and a time, and there may be many
/// millions.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// A message with only an author and a time.
    Message {
        /// When.
        at: Instant,
        /// The author.
        who: Who,
    },
    /// Any other message or event of an event log.
    Call(Box<Call>),
    /// Facts of the ticket from here on, and the message or event in the same row, if any.
    Facts(Box<(Instant, Value, Option<Call>)>),
}

/// The author of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// The customer.
    Customer,
    /// A human agent.
    Agent,
    /// An AI that answers as an agent would.
    AiAgent,
    /// Automation.
    Bot,
}

impl Who {
    pub(crate) const ALL: [Who; 4] = [Who::Customer, Who::Agent, Who::AiAgent, Who::Bot];

    /// Its number, the position in [`ALL`](Self::ALL).
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
    /// When it was received.
    #[must_use]
    pub fn at(&self) -> Instant {
        match self {
            Item::Message { at, .. } => *at,
            Item::Call(call) => call.now(),
            Item::Facts(facts) => facts.0,
        }
    }

    /// The call of the contract; `None` for facts alone.
    #[must_use]
    pub fn call(&self) -> Option<Call> {
        match self {
            Item::Message { at, who } => Some(Call::Message(Message::words(who.author(), *at))),
            Item::Call(call) => Some(call.as_ref().clone()),
            Item::Facts(facts) => facts.2.clone(),
        }
    }

    /// The facts from here on.
    #[must_use]
    pub fn facts(&self) -> Option<&Value> {
        match self {
            Item::Facts(facts) => Some(&facts.1),
            _ => None,
        }
    }

    /// The author; `None` if it is no message.
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

    /// A call in its smallest form.
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

    /// Whether it is a message of the company or its AI.
    #[must_use]
    pub fn is_of_the_company(&self) -> bool {
        matches!(self.author(), Some(Author::Agent | Author::AiAgent))
    }

    /// Whether it is a message of the customer.
    #[must_use]
    pub fn is_of_the_customer(&self) -> bool {
        self.author() == Some(Author::Customer)
    }
}

impl History {
    /// Number of messages and events.
    #[must_use]
    pub fn items(&self) -> usize {
        self.tickets.iter().map(|ticket| ticket.items.len()).sum()
    }

    /// The instant of the last one.
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
    /// The ticket as rows of an event log. The first row has the department and the channel, if
    /// known.
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

    /// When the customer opened the ticket; `None` if its first message is not theirs.
    #[must_use]
    pub fn opened_by_customer(&self) -> Option<Instant> {
        let first = self.items.iter().find(|item| item.author().is_some())?;
        first.is_of_the_customer().then(|| first.at())
    }
}
