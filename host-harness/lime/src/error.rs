//! Why an envelope cannot be read.

use std::fmt;

/// Why an envelope cannot be read: the place, the problem, and how to fix it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadError {
    place: String,
    problem: Problem,
}

/// The problem of an envelope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// It is larger than the limit.
    #[error("has {bytes} bytes, more than the {allowed} allowed")]
    TooLarge {
        /// Its size in bytes.
        bytes: usize,
        /// The maximum, in bytes.
        allowed: usize,
    },
    /// It is nested too deeply.
    #[error("is nested deeper than the {allowed} allowed")]
    TooDeep {
        /// The maximum nesting.
        allowed: usize,
    },
    /// It is not JSON.
    #[error("is not JSON at line {line}, column {column}")]
    NotJson {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// A value has the wrong type.
    #[error("is {found} and must be {wanted}")]
    WrongType {
        /// Its type.
        found: &'static str,
        /// The expected type.
        wanted: &'static str,
    },
    /// A member is missing.
    #[error("is missing")]
    Missing,
    /// A text is not a date.
    #[error("is not a date: `{0}`")]
    NotADate(String),
    /// A text is not an address.
    #[error("is not an address: `{0}`")]
    NotAnAddress(String),
}

impl ReadError {
    pub(crate) fn new(problem: Problem) -> Self {
        Self { place: String::new(), problem }
    }

    /// The same error, with the place relative to an enclosing object.
    pub(crate) fn within(mut self, member: impl fmt::Display) -> Self {
        let member = member.to_string().replace('~', "~0").replace('/', "~1");
        self.place = format!("/{member}{}", self.place);
        self
    }

    /// The place, as a JSON Pointer (RFC 6901); empty for the whole envelope.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// The problem, for programs.
    #[must_use]
    pub fn problem(&self) -> &Problem {
        &self.problem
    }

    /// How to fix it, without the problem itself.
    #[must_use]
    pub fn help(&self) -> String {
        match &self.problem {
            Problem::TooLarge { .. } => "send a link to what is large".into(),
            Problem::TooDeep { .. } => "put fewer objects and lists into each other".into(),
            Problem::NotJson { .. } => "write one JSON object".into(),
            Problem::WrongType { wanted, .. } => format!("write {wanted}"),
            Problem::Missing => "add it".into(),
            Problem::NotADate(_) => "write it as `2026-03-02T09:00:00Z`".into(),
            Problem::NotAnAddress(_) => {
                "write it as `name@domain/instance`, with `%40` for an `@` in the name".into()
            }
        }
    }
}

/// The problem and its place; [`ReadError::help`] says how to fix it.
impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, problem } = self;
        if place.is_empty() {
            write!(f, "the envelope {problem}")
        } else {
            write!(f, "`{place}` {problem}")
        }
    }
}

impl std::error::Error for ReadError {}
