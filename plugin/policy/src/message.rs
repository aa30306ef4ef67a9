//! Messages, and which of them count.

use crate::instant::Instant;

/// When something happened and how it is told apart from its like.
#[derive(Debug, Clone, Copy)]
pub struct Stamp<'a> {
    /// The host's id of the message or event.
    pub id: Option<&'a str>,
    /// Its place in the ticket's order, where the host keeps one.
    pub sequence: Option<u64>,
    /// When it happened.
    pub at: Instant,
    /// When the host learned of it.
    pub received: Instant,
}

impl Stamp<'_> {
    /// When it happened, as far as it can be believed: never after the host learned of it.
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
    /// What caused it to be sent.
    pub origin: Origin,
    /// What was written, where the host tells.
    pub text: Option<&'a str>,
    /// The id of the quick reply that was chosen, where the channel tells.
    pub choice: Option<&'a str>,
}

/// Who wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Author {
    /// The person who asks.
    Customer,
    /// A human of the company.
    Agent,
    /// An AI that answers as an agent would.
    AiAgent,
    /// Automation, or an author without a word.
    Bot,
}

/// What a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text, media, sticker, location.
    Spoken,
    /// The choice of a menu entry or a button: spoken too, unless it answers our survey.
    MenuAnswer,
    /// A reaction to a message.
    Reaction,
    /// The answer to a survey, as the host says. It opens nothing and stops no clock.
    SurveyAnswer,
    /// A private note, a label, an edit, a receipt, a message that was deleted for everybody.
    Silent,
    /// A kind without a word: counts from a customer and not from an agent, so that it can stop
    /// a clock and never start one.
    Unknown,
}

/// What caused a message to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A person or an AI agent answered.
    Written,
    /// An answering machine, automation, or our own action echoed back.
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

/// Who spoke, of the two who take turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speaker {
    /// The customer: the company owes the answer.
    Customer,
    /// The company: the customer owes it.
    Company,
}

impl Message<'_> {
    /// Who spoke with this message, if it counts at all (docs/rules.md#agent-message, docs/rules.md#customer-message).
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
