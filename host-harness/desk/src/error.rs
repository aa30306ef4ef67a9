//! Errors of the desk.

use despertador_host::{CallError, PolicyError};

use crate::store::StoreError;

/// An error of the desk. Nothing has changed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DeskError {
    /// The store could not be read or written.
    #[error(transparent)]
    Store(StoreError),
    /// There is no such account.
    #[error("there is no account `{0}`; open it before it is used")]
    UnknownAccount(String),
    /// There is no such ticket in the account.
    #[error("there is no ticket `{0}` in this account")]
    UnknownTicket(String),
    /// There is no dead letter with this key.
    #[error("no action `{0}` was given up")]
    UnknownAction(String),
    /// There is no such inbound entry.
    #[error("there is no inbound entry `{0}`")]
    UnknownInbound(String),
    /// There is no previous version of the policy.
    #[error("account `{0}` has no policy before the one in force")]
    NothingToUndo(String),
    /// The policy is refused, or the plugin could not read it.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// The plugin failed.
    #[error(transparent)]
    Plugin(#[from] CallError),
    /// The request is not possible now; the sentence says why.
    #[error("{0}")]
    Refused(String),
    /// Stored data cannot be read; the sentence says what.
    #[error("{0}")]
    Unreadable(String),
}

impl From<StoreError> for DeskError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
