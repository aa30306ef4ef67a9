//! Messages, and which of them count.

use crate::instant::Instant;

/// When a message or event happened, and how repetitions are recognised.
#[derive(Debug, Clone, Copy)]
pub struct Stamp<'a> {
    /// The host's id of the message or event.
    pub id: Option<&'a str>,
    /// Its sequence number in the ticket, if the host numbers messages.
    pub sequence: Option<u64>,
    /// When it happened.
    pub at: Instant,
    /// When the host learned of it.
    pub received: Instant,
}

impl Stamp<'_> {
    /// When it happened, but not later than the host learned of it.
    #[must_use]
    pub fn clamped(&self) -> Instant {
        self.at.min(self.received)
    }
}

/// One message of the conversation.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    /// When it was written.
    pub stamp: Stamp<'a>,
    /// Who wrote.
    pub author: Author,
    /// What it is.
    pub kind: Kind,
    /// What caused the message.
    pub origin: Origin,
    /// The text, if the host passes it.
    pub text: Option<&'a str>,
    /// The id of the chosen quick reply, if the channel reports it.
    pub choice: Option<&'a str>,
}

/// Who wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Author {
    /// The customer.
    Customer,
    /// A human agent of the company.
    Agent,
    /// An AI that answers as an agent would.
    AiAgent,
    /// Automation, or an unknown author.
    Bot,
}

/// What a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text, media, sticker, location.
    Spoken,
    /// The choice of a menu entry or a button: counts as spoken, unless it answers our survey.
    MenuAnswer,
    /// A reaction to a message.
    Reaction,
    /// The answer to a survey, according to the host. It opens nothing and stops no clock.
    SurveyAnswer,
    /// A private note, a label, an edit, a receipt, or a deleted message.
    Silent,
    /// An unknown kind: counts from a customer but not from an agent, so that it can stop a clock
    /// but never start one.
    Unknown,
}

/// What caused a message to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A person or an AI agent answered.
    Written,
    /// An auto-responder, automation, or our own action echoed back.
    Automatic,
}

/// Which messages count, by the options of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counting {
    /// Whether an AI agent counts as an agent (docs/rules.md#ai-agent-counts).
    pub ai_agent: bool,
    /// Whether a customer's reaction counts as a message.
    pub reactions: bool,
}

/// The two sides of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speaker {
    /// The customer: the company owes the answer.
    Customer,
    /// The company: the customer owes the answer.
    Company,
}

impl Message<'_> {
    /// Whose side wrote this message, if it counts (docs/rules.md#agent-message,
    /// docs/rules.md#customer-message).
    #[must_use]
    pub fn speaker(&self, counting: Counting) -> Option<Speaker> {
        if self.origin == Origin::Automatic {
            return None;
        }
        match (self.author, self.kind) {
            (Author::Customer, Kind::Spoken | Kind::MenuAnswer | Kind::Unknown) => {
                Some(Speaker::Customer)
            }
            (Author::Customer, Kind::Reaction) if counting.reactions => Some(Speaker::Customer),
            (Author::Agent, Kind::Spoken | Kind::MenuAnswer) => Some(Speaker::Company),
            (Author::AiAgent, Kind::Spoken | Kind::MenuAnswer) if counting.ai_agent => {
                Some(Speaker::Company)
            }
            _ => None,
        }
    }
}
