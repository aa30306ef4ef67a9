//! A problem at a place in a file.

use std::fmt;

/// A part of a scenario or an event log that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file name, as the caller gave it.
    pub file: String,
    /// The line number, from 1.
    pub line: usize,
    /// What was found.
    pub found: String,
    /// What was expected, if known.
    pub expected: Option<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.found)?;
        match &self.expected {
            Some(expected) => write!(f, "\n  expected {expected}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Problem {}

/// A problem in a part of a line; callers add the line and the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misread {
    /// What was found.
    pub found: String,
    /// What was expected, if known.
    pub expected: Option<String>,
}

impl fmt::Display for Misread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.expected {
            Some(expected) => write!(f, "{}; expected {expected}", self.found),
            None => f.write_str(&self.found),
        }
    }
}

impl std::error::Error for Misread {}

impl Misread {
    /// A problem with what was found and what was expected.
    pub fn new(found: impl Into<String>, expected: impl Into<String>) -> Misread {
        Misread { found: found.into(), expected: Some(expected.into()) }
    }

    /// A problem whose text already says what was expected.
    pub fn bare(found: impl Into<String>) -> Misread {
        Misread { found: found.into(), expected: None }
    }

    /// Adds the place.
    #[must_use]
    pub fn at(self, file: &str, line: usize) -> Problem {
        Problem { file: file.into(), line, found: self.found, expected: self.expected }
    }
}
