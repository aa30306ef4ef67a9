//! Parts of actions that cannot be carried out in Blip.

use std::fmt;

/// Why an action cannot be carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// An unknown task.
    #[error("the task `{0}` is unknown")]
    Task(String),
    /// A message for an unknown audience.
    #[error("the audience `{0}` is unknown")]
    Audience(String),
    /// A template for a customer of this domain: only WhatsApp has templates.
    #[error("customers of `{0}` cannot be sent templates")]
    TemplateElsewhere(String),
    /// The template (named) has no language, and neither have the options.
    #[error("the template `{0}` has no language")]
    TemplateLanguage(String),
    /// A message without text and image.
    #[error("the message is empty")]
    Empty,
    /// The ticket to close has no id.
    #[error("the ticket has no id")]
    TicketWithoutId,
}

/// A part of an action without a counterpart in Blip. The rest is carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum LeftOut {
    /// The notice in the conversation (given): Blip Desk shows its own.
    Notice(String),
    /// Unassigning the agent: a closed ticket keeps its agent.
    Unassign,
    /// Keeping the bot quiet: it answers once the user has left the block.
    BotOff,
    /// The survey: a survey block behind the flow's exit sends it.
    Survey,
    /// Reopening the ticket: Blip opens a new one that refers to the old one.
    SameTicket,
    /// Recording a missed call on the ticket.
    MissedCall,
}

impl Refusal {
    /// How to fix it, without the problem itself.
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
                write!(f, "the notice `{notice}`: the desk shows its own")
            }
            Self::Unassign => f.write_str("taking the agent off: a closed ticket keeps its agent"),
            Self::BotOff => f.write_str("keeping the bot quiet: it answers behind the exit"),
            Self::Survey => f.write_str("the survey: the flow asks, behind the exit"),
            Self::SameTicket => f.write_str("opening the same ticket again: a new one is opened"),
            Self::MissedCall => f.write_str("recording the missed call on the ticket"),
        }
    }
}
