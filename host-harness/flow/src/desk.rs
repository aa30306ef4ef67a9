//! The human-assistance block: its generations, and its exits when a ticket is closed.

use crate::condition::Comparison;
use crate::flow::{Block, Flow, Output};
use crate::lint;
use despertador_contract::ExitState;

/// The variable that says whether the desk took the customer.
pub(crate) const FORWARDED: &str = "desk_forwardToDeskState_status";
/// The variable that contains the status of a closed ticket.
pub(crate) const STATUS: &str = "input.content@status";

/// A generation of the human-assistance block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Generation {
    /// Without a version: the message is forwarded, and scripts do the rest.
    V0,
    /// The flow stores the ticket's id.
    V1,
    /// The first generation with an exit for inactivity.
    V2,
    /// The desk opens the ticket and reports whether it could.
    V3,
}

impl Generation {
    /// Whether its blocks can have an exit for inactivity.
    #[must_use]
    pub fn has_inactivity_exit(self) -> bool {
        self >= Generation::V2
    }

    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Generation::V0 => "v0",
            Generation::V1 => "v1",
            Generation::V2 => "v2",
            Generation::V3 => "v3",
        }
    }
}

/// How a ticket was closed, as far as a flow distinguishes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Close {
    /// The agent closed it.
    Agent,
    /// The customer closed it, or said that the matter is settled.
    Customer,
    /// It was closed because the customer was silent.
    Inactivity,
}

impl Close {
    /// All closes.
    pub const ALL: [Close; 3] = [Close::Agent, Close::Customer, Close::Inactivity];

    /// The status of the ticket.
    #[must_use]
    pub fn status(self) -> &'static str {
        match self {
            Close::Agent => "ClosedAttendant",
            Close::Customer => "ClosedClient",
            Close::Inactivity => "ClosedClientInactivity",
        }
    }

    /// The close with this status, ignoring case.
    #[must_use]
    pub fn from_status(status: &str) -> Option<Close> {
        Close::ALL.into_iter().find(|close| close.status().eq_ignore_ascii_case(status))
    }
}

impl Block {
    /// Whether this is a human-assistance block.
    #[must_use]
    pub fn is_human_assistance(&self) -> bool {
        self.id.starts_with("desk:")
    }

    /// The generation of a human-assistance block; `None` for other blocks.
    #[must_use]
    pub fn generation(&self) -> Option<Generation> {
        if !self.is_human_assistance() {
            return None;
        }
        let version = self.desk_state_version.as_deref().unwrap_or_default();
        let major: Option<u32> = version.split('.').next().and_then(|major| major.parse().ok());
        let opens = self.input_actions.iter().any(|action| action.kind == "CreateTicket");
        Some(match major {
            None | Some(0) if opens => Generation::V1,
            None | Some(0) => Generation::V0,
            Some(1) => Generation::V1,
            Some(2) => Generation::V2,
            Some(_) => Generation::V3,
        })
    }

    /// The output for a close, whether or not it can be reached.
    #[must_use]
    pub fn exit_for(&self, close: Close) -> Option<&Output> {
        self.outputs_in_order().find(|output| {
            output.conditions.iter().any(|condition| {
                condition.comparison == Comparison::Equals
                    && condition.variable.as_deref() == Some(STATUS)
                    && condition
                        .values
                        .iter()
                        .any(|status| Close::from_status(status) == Some(close))
            })
        })
    }
}

/// Whether the flow can leave after a close for inactivity, and if not, why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// There is not a human-assistance block.
    NoBlock,
    /// Every human-assistance block has the exit, and it leads to a block that waits.
    Linked,
    /// An exit is missing, is shadowed, or leads nowhere.
    NotLinked,
    /// A human-assistance block is of a generation without such an exit.
    NotSupported,
}

/// As the surroundings of a policy.
impl From<Exit> for ExitState {
    fn from(exit: Exit) -> Self {
        match exit {
            // Tickets are opened elsewhere, for example in a subflow.
            Exit::NoBlock => Self::Unknown,
            Exit::Linked => Self::Linked,
            Exit::NotLinked => Self::NotLinked,
            Exit::NotSupported => Self::NotSupported,
        }
    }
}

impl Flow {
    /// The human-assistance blocks.
    pub fn human_assistance(&self) -> impl Iterator<Item = &Block> {
        self.blocks.iter().filter(|block| block.is_human_assistance())
    }

    /// Whether the flow can leave after a close for inactivity, for the surroundings of a policy.
    /// One block without an exit is enough for a no.
    #[must_use]
    pub fn inactivity_exit(&self) -> Exit {
        lint::inactivity_exit(self)
    }
}
