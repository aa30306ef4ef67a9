//! Why the desk could not do what was asked.

use std::fmt;

use despertador_host::{CallError, PolicyError};

use crate::store::StoreError;

/// Why the desk could not do what was asked. Nothing has changed.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum DeskError {
    /// The store could not be read or written.
    Store(StoreError),
    /// There is no such account.
    UnknownAccount(String),
    /// There is no such ticket in the account.
    UnknownTicket(String),
    /// There is no such action among those that were given up.
    UnknownAction(String),
    /// There is no such entry among what could not be read.
    UnknownInbound(String),
    /// There is no version of the policy to go back to.
    NothingToUndo(String),
    /// The policy is refused, or the plugin could not read it.
    Policy(PolicyError),
    /// The plugin could not answer.
    Plugin(CallError),
    /// What was asked makes no sense now; the sentence says why.
    Refused(String),
    /// Something that is stored cannot be read; the sentence says what.
    Unreadable(String),
}

impl fmt::Display for DeskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(error) => error.fmt(f),
            Self::UnknownAccount(name) => {
                write!(f, "there is no account `{name}`; open it before it is used")
            }
            Self::UnknownTicket(id) => write!(f, "there is no ticket `{id}` in this account"),
            Self::UnknownAction(key) => write!(f, "no action `{key}` was given up"),
            Self::UnknownInbound(id) => write!(f, "there is no inbound entry `{id}`"),
            Self::NothingToUndo(account) => {
                write!(f, "account `{account}` has no policy before the one in force")
            }
            Self::Policy(error) => error.fmt(f),
            Self::Plugin(error) => error.fmt(f),
            Self::Refused(why) | Self::Unreadable(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for DeskError {}

impl From<StoreError> for DeskError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<PolicyError> for DeskError {
    fn from(error: PolicyError) -> Self {
        Self::Policy(error)
    }
}

impl From<CallError> for DeskError {
    fn from(error: CallError) -> Self {
        Self::Plugin(error)
    }
}
