//! Errors of the store.

/// An error of the store. Nothing was stored partially; earlier commits are durable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{found}; {}", self.help())]
pub struct StoreError {
    /// The kind of problem.
    pub problem: StoreProblem,
    /// The problem, in a sentence.
    pub found: String,
}

/// Kinds of problems that a host may treat differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreProblem {
    /// Another process has the file open.
    InUse,
    /// The file is not a store, or is damaged. It was not changed.
    Corrupt,
    /// The file is incomplete: its log is missing. It was not changed.
    Incomplete,
    /// The file was written by a later version. It was not changed.
    Newer,
    /// The file, its folder or its disk cannot be written to.
    ReadOnly,
    /// There is no space left. A later commit may find some.
    Full,
    /// The stored version of a ticket is not the expected one.
    Conflict,
    /// The database cannot be reached, or the connection was lost. Whether the last commit was
    /// stored is not known; sent again, it is recognised.
    Unreachable,
    /// The database refuses this user, or what the user wants to do.
    Denied,
    /// The database is a standby, or was made read-only after a fail-over.
    StandBy,
    /// The database stopped a statement that took too long.
    TimedOut,
    /// Another process has taken over: this one may change and deliver nothing more.
    Fenced,
    /// Statements of one session reach different sessions: there is a pooler in between.
    Pooled,
    /// This build or this version of the database cannot be used.
    Unsupported,
    /// Any other input or output error.
    Io,
}

impl StoreError {
    pub(crate) fn new(problem: StoreProblem, found: impl Into<String>) -> Self {
        Self { problem, found: found.into() }
    }

    /// The way out.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self.problem {
            StoreProblem::InUse => "stop the other desk first, or give this one a file of its own",
            StoreProblem::Corrupt => "put it aside and restore a backup; it was left as it is",
            StoreProblem::Incomplete => {
                "put its `-wal` file back beside it, or restore a backup; a copy is whole if \
                 `despertador backup` made it, or if the desk was stopped before"
            }
            StoreProblem::Newer => "use the version of Despertador that wrote it, or a later one",
            StoreProblem::ReadOnly => "let this user write the file and its folder",
            StoreProblem::Full => "make room; nothing that was acknowledged is lost",
            StoreProblem::Conflict => "try again; the tickets are read anew",
            StoreProblem::Unreachable => {
                "see that the database runs, and that the address is right; it is tried again, and \
                 nothing that was acknowledged is lost"
            }
            StoreProblem::Denied => {
                "check user, password and database of the address; the user needs the right to \
                 create a schema, or the schema `despertador` as its owner"
            }
            StoreProblem::StandBy => {
                "name the primary, or all hosts: `postgres://one,two/desk`; the one that can be \
                 written to is found"
            }
            StoreProblem::TimedOut => {
                "raise `statement_timeout` or `lock_timeout` of this user, or end what holds the \
                 lock; nothing was stored partially"
            }
            StoreProblem::Fenced => {
                "nothing is lost: the other process has the desk; stop one of the two, or give \
                 each a database of its own"
            }
            StoreProblem::Pooled => {
                "connect to PostgreSQL itself, or let the pooler keep sessions: \
                 `pool_mode = session`"
            }
            StoreProblem::Unsupported => {
                "use PostgreSQL 15 or later, and a build of Despertador with the feature `postgres`"
            }
            StoreProblem::Io => "look at the disk and at the rights of the file",
        }
    }
}
