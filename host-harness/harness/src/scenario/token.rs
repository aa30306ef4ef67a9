//! The tokens of a timeline's line.

use std::ops::Range;

use serde_json::Value;

use despertador_contract::problem::Misread;

/// A token and its position.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) span: Range<usize>,
}

/// The kinds of tokens.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    Word(String),
    /// A text between `"…"` or `«…»`.
    Quoted(String),
    /// A text in parentheses.
    Aside(String),
    Json(Value),
    /// `→` or `->`.
    Arrow,
}

/// Splits a line into tokens; the part after a `#` is ignored.
pub(crate) fn tokens(line: &str) -> Result<Vec<Token>, Misread> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(rest) = line.get(at..).filter(|rest| !rest.is_empty()) {
        let Some(first) = rest.chars().next() else {
            break;
        };
        if first.is_whitespace() {
            at = at.saturating_add(first.len_utf8());
            continue;
        }
        if first == '#' {
            break;
        }
        let (kind, length) = match first {
            '"' => quoted(rest)?,
            '«' => closed_by(rest, '»').map(|(text, length)| (Kind::Quoted(text), length))?,
            '(' => closed_by(rest, ')').map(|(text, length)| (Kind::Aside(text), length))?,
            '{' => json(rest)?,
            '→' => (Kind::Arrow, first.len_utf8()),
            _ if rest.starts_with("->") => (Kind::Arrow, 2),
            _ => word(rest),
        };
        let end = at.saturating_add(length);
        tokens.push(Token { kind, span: at..end });
        at = end;
    }
    Ok(tokens)
}

fn word(rest: &str) -> (Kind, usize) {
    let end = rest
        .char_indices()
        .find(|(_, c)| c.is_whitespace() || matches!(c, '"' | '«' | '(' | '{' | '→'))
        .map_or(rest.len(), |(end, _)| end);
    let text = rest.get(..end).unwrap_or(rest);
    (Kind::Word(text.to_owned()), text.len())
}

fn quoted(rest: &str) -> Result<(Kind, usize), Misread> {
    let mut text = String::new();
    let mut characters = rest.char_indices().skip(1);
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Ok((Kind::Quoted(text), at.saturating_add(1))),
            '\\' => match characters.next() {
                Some((_, 'n')) => text.push('\n'),
                Some((_, other)) => text.push(other),
                None => break,
            },
            other => text.push(other),
        }
    }
    Err(Misread::new(format!("{rest} has no end"), "a closing `\"`"))
}

fn closed_by(rest: &str, close: char) -> Result<(String, usize), Misread> {
    let mut inside = rest.char_indices().skip(1).map(|(at, _)| at);
    let start = inside.next().unwrap_or(rest.len());
    match rest.find(close) {
        Some(end) => {
            let text = rest.get(start..end).unwrap_or_default();
            Ok((text.trim().to_owned(), end.saturating_add(close.len_utf8())))
        }
        None => Err(Misread::new(format!("{rest} has no end"), format!("a closing `{close}`"))),
    }
}

fn json(rest: &str) -> Result<(Kind, usize), Misread> {
    let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
    match values.next() {
        Some(Ok(value)) => Ok((Kind::Json(value), values.byte_offset())),
        Some(Err(error)) => Err(Misread::new(
            format!("{rest} is no JSON object (character {})", error.column()),
            "an object such as `{\"tags\": [\"vip\"]}`",
        )),
        None => Err(Misread::bare("nothing")),
    }
}
