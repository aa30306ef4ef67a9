//! Reads tokens one after the other.

use despertador_contract::Instant;
use serde_json::Value;

use crate::scenario::token::{Kind, Token};
use despertador_contract::clock_face::ClockFace;
use despertador_contract::problem::Misread;

/// The remaining tokens of a line.
pub(crate) struct Words<'a> {
    pub(crate) rest: &'a [Token],
}

impl<'a> Words<'a> {
    pub(crate) fn new(tokens: &'a [Token]) -> Words<'a> {
        Words { rest: tokens }
    }

    pub(crate) fn peek(&self) -> Option<&'a Kind> {
        self.rest.first().map(|token| &token.kind)
    }

    pub(crate) fn next(&mut self) -> Option<&'a Kind> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(&first.kind)
    }

    /// Skips the next word if it is this one; returns whether it was.
    pub(crate) fn pass(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Some(Kind::Word(next)) if next == word);
        if found {
            self.next();
        }
        found
    }

    /// The next word.
    pub(crate) fn word(&mut self, expected: &str) -> Result<&'a str, Misread> {
        match self.next() {
            Some(Kind::Word(word)) => Ok(word),
            other => Err(misplaced(other, expected)),
        }
    }

    /// A name: a word or a quoted text.
    pub(crate) fn name(&mut self, expected: &str) -> Result<String, Misread> {
        match self.next() {
            Some(Kind::Word(name) | Kind::Quoted(name)) => Ok(name.clone()),
            other => Err(misplaced(other, expected)),
        }
    }

    pub(crate) fn number(&mut self, expected: &str) -> Result<u32, Misread> {
        let word = self.word(expected)?;
        word.parse().map_err(|_| Misread::new(format!("`{word}` is no number"), expected))
    }

    /// An instant of one or two words.
    pub(crate) fn instant(&mut self, face: &ClockFace) -> Result<Instant, Misread> {
        let first = self.word(INSTANT)?;
        if let Some(instant) = face.parse(first) {
            return Ok(instant);
        }
        if first.starts_with('+') || ClockFace::is_date(first) {
            let time = self.word(INSTANT)?;
            let both = format!("{first} {time}");
            return face
                .parse(&both)
                .ok_or_else(|| Misread::new(format!("`{both}` is no time"), INSTANT));
        }
        Err(Misread::new(format!("`{first}` is no time"), INSTANT))
    }

    pub(crate) fn json(&mut self, expected: &str) -> Result<&'a Value, Misread> {
        match self.next() {
            Some(Kind::Json(value)) => Ok(value),
            other => Err(misplaced(other, expected)),
        }
    }

    /// The end of the line.
    pub(crate) fn end(&mut self, expected: &str) -> Result<(), Misread> {
        match self.next() {
            None => Ok(()),
            other => Err(misplaced(other, expected)),
        }
    }
}

const INSTANT: &str = "a time: `09:05`, `09:05:30`, `+1d 09:05` or `2026-03-02 09:05`";

pub(crate) fn misplaced(found: Option<&Kind>, expected: &str) -> Misread {
    let found = match found {
        None => "the line ends".into(),
        Some(Kind::Word(word)) => format!("`{word}`"),
        Some(Kind::Quoted(text)) => format!("\"{text}\""),
        Some(Kind::Aside(text)) => format!("({text})"),
        Some(Kind::Json(value)) => format!("{value}"),
        Some(Kind::Arrow) => "`→`".into(),
    };
    Misread::new(found, expected)
}
