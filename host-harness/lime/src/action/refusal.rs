//! What of an action cannot be carried out in Blip.

use std::fmt;

/// Why an action cannot be carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// A task without a word in this contract.
    #[error("the task `{0}` is unknown")]
    Task(String),
    /// A message for an audience without a word in this contract.
    #[error("the audience `{0}` is unknown")]
    Audience(String),
    /// A template for a customer of this domain: only WhatsApp has templates.
    #[error("customers of `{0}` cannot be sent templates")]
    TemplateElsewhere(String),
    /// The template (named) has no language, and the options name none.
    #[error("the template `{0}` has no language")]
    TemplateLanguage(String),
    /// A message without words and picture.
    #[error("the message is empty")]
    Empty,
    /// The ticket to be closed has no id.
    #[error("the ticket has no id")]
    TicketWithoutId,
}

/// What of an action has no counterpart in Blip. The rest is carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum LeftOut {
    /// The notice in the conversation (given): Blip Desk shows one of its own.
    Notice(String),
    /// Taking the agent off: a closed ticket keeps its agent.
    Unassign,
    /// Keeping the bot quiet: it answers once the user has left the block.
    BotOff,
    /// Asking how it was: the flow does, by a block for surveys behind the exit.
    Survey,
    /// Opening the same ticket again: Blip opens a new one that knows the old one.
    SameTicket,
    /// Recording a missed call on the ticket.
    MissedCall,
}

impl Refusal {
    /// The way out, as a sentence without the problem.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::Task(_) | Self::Audience(_) => "use a host of the plugin's version",
            Self::TemplateElsewhere(_) => "give the policy a template for WhatsApp only",
            Self::TemplateLanguage(_) => "name the language in the policy or in the options",
            Self::Empty => "give the message a text",
            Self::TicketWithoutId => "give the ticket as the desk has told it",
        }
    }
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Notice(notice) => {
                write!(f, "the notice `{notice}`: the desk shows one of its own")
            }
            Self::Unassign => f.write_str("taking the agent off: a closed ticket keeps its agent"),
            Self::BotOff => f.write_str("keeping the bot quiet: it answers behind the exit"),
            Self::Survey => f.write_str("the survey: the flow asks, behind the exit"),
            Self::SameTicket => f.write_str("opening the same ticket again: a new one is opened"),
            Self::MissedCall => f.write_str("recording the missed call on the ticket"),
        }
    }
}
