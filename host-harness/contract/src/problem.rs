//! A place in a file that could not be read.

use std::fmt;

/// Something in a scenario or an event log that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file, as it was named by the caller.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What stands there.
    pub found: String,
    /// What was expected, where that can be said.
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

/// What is wrong with a part of a line; the line and the file are added further up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misread {
    /// What stands there.
    pub found: String,
    /// What was expected, where that can be said.
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
    /// Something other than what was expected.
    pub fn new(found: impl Into<String>, expected: impl Into<String>) -> Misread {
        Misread { found: found.into(), expected: Some(expected.into()) }
    }

    /// Something that says by itself what was expected.
    pub fn bare(found: impl Into<String>) -> Misread {
        Misread { found: found.into(), expected: None }
    }

    /// The same with the place where it stands.
    #[must_use]
    pub fn at(self, file: &str, line: usize) -> Problem {
        Problem { file: file.into(), line, found: self.found, expected: self.expected }
    }
}
