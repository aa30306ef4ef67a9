//! Errors of PostgreSQL as errors of the store.

use std::error::Error as _;

use tokio_postgres::error::SqlState;

use crate::store::{StoreError, StoreProblem};

/// Why a statement failed.
#[derive(Debug)]
pub(super) enum Failure {
    /// The server or the connection.
    Postgres(tokio_postgres::Error),
    /// A stored value that this version does not know.
    Damaged(String),
    /// The statements waited longer than anything may.
    Silent,
    /// Any other.
    Store(StoreError),
}

impl From<tokio_postgres::Error> for Failure {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Postgres(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Failure {
    /// Whether nothing more can be asked over this connection.
    pub(super) fn ends_session(&self) -> bool {
        match self {
            Self::Postgres(error) => {
                error.is_closed()
                    || matches!(
                        of(error).0,
                        StoreProblem::Unreachable | StoreProblem::StandBy | StoreProblem::Pooled
                    )
            }
            Self::Silent => true,
            Self::Damaged(_) => false,
            Self::Store(error) => error.problem == StoreProblem::Pooled,
        }
    }

    /// The error of the store at an address.
    pub(super) fn at(self, place: &str) -> StoreError {
        match self {
            Self::Postgres(error) => {
                let (problem, what) = of(&error);
                StoreError::new(problem, format!("`{place}` {what} ({})", said(&error)))
            }
            Self::Damaged(what) => {
                StoreError::new(StoreProblem::Corrupt, format!("`{place}` is damaged ({what})"))
            }
            Self::Silent => StoreError::new(
                StoreProblem::Unreachable,
                format!("`{place}` does not answer any more"),
            ),
            Self::Store(error) => error,
        }
    }
}

/// The problem, and what to say of the database.
fn of(error: &tokio_postgres::Error) -> (StoreProblem, &'static str) {
    let Some(state) = error.code() else { return without_state(error) };
    match *state {
        SqlState::DISK_FULL => (StoreProblem::Full, "has no room left: the disk is full"),
        SqlState::READ_ONLY_SQL_TRANSACTION => (StoreProblem::StandBy, "can only be read"),
        SqlState::QUERY_CANCELED | SqlState::LOCK_NOT_AVAILABLE => {
            (StoreProblem::TimedOut, "stopped a statement that took too long")
        }
        SqlState::INVALID_SQL_STATEMENT_NAME | SqlState::DUPLICATE_PSTATEMENT => {
            (StoreProblem::Pooled, "does not know what it was told a moment ago")
        }
        SqlState::T_R_SERIALIZATION_FAILURE
        | SqlState::T_R_DEADLOCK_DETECTED
        | SqlState::UNIQUE_VIOLATION => {
            (StoreProblem::Conflict, "was changed by another statement at the same time")
        }
        SqlState::DATA_CORRUPTED | SqlState::INDEX_CORRUPTED => {
            (StoreProblem::Corrupt, "is damaged")
        }
        SqlState::INSUFFICIENT_PRIVILEGE | SqlState::INVALID_CATALOG_NAME => {
            (StoreProblem::Denied, "refuses this user")
        }
        _ => match state.code().get(..2) {
            Some("28") => (StoreProblem::Denied, "refuses this user"),
            Some("08" | "57" | "53") => (StoreProblem::Unreachable, "cannot be used now"),
            Some("22") => (StoreProblem::Io, "does not accept a value"),
            _ => (StoreProblem::Io, "could not be used"),
        },
    }
}

fn without_state(error: &tokio_postgres::Error) -> (StoreProblem, &'static str) {
    let is_value =
        error.source().is_some_and(|source| source.is::<tokio_postgres::types::WrongType>());
    if is_value {
        return (StoreProblem::Corrupt, "is damaged");
    }
    // Hosts were reached, and none of them can be written to.
    if said(error).contains("database does not allow writes") {
        return (StoreProblem::StandBy, "can only be read");
    }
    (StoreProblem::Unreachable, "cannot be reached")
}

/// The error with its causes.
pub(super) fn said(error: &tokio_postgres::Error) -> String {
    if let Some(error) = error.as_db_error() {
        return error.message().to_owned();
    }
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        if !said.contains(&text) {
            said = format!("{said}: {text}");
        }
        cause = error.source();
    }
    said
}
