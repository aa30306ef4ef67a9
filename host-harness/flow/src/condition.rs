//! Conditions: comparisons of a value of the conversation with values of the author.

use rust_decimal::Decimal;
use serde_json::{Map, Value};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

use crate::pattern::{Pattern, PatternError};

/// Maximum length of texts that are compared letter by letter.
const APPROXIMATE_LETTERS_MAX: usize = 4_096;

/// A condition of an output, an action or a wait. If there are several, all must hold.
#[derive(Debug, Clone)]
pub struct Condition {
    /// Where the value comes from.
    pub source: Source,
    /// The variable, if the source is the context.
    pub variable: Option<String>,
    /// The entity, if the source is an entity.
    pub entity: Option<String>,
    /// How it is compared.
    pub comparison: Comparison,
    /// Whether one of the values suffices.
    pub operator: Operator,
    /// The values to compare with.
    pub values: Vec<String>,
    /// Members that this crate does not read, unchanged.
    pub more: Map<String, Value>,
    /// Its place in the input (JSON Pointer).
    pub place: String,
    /// The values as patterns, if the comparison uses patterns.
    pub(crate) patterns: Vec<Pattern>,
}

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The input of the flow.
    Input,
    /// A variable of the conversation.
    Context,
    /// What the customer means.
    Intent,
    /// Something found in the customer's text.
    Entity,
}

/// Whether one of several values suffices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// One suffices.
    Or,
    /// All of them.
    And,
}

/// How a value is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// Equal, ignoring case and accents.
    Equals,
    /// Not equal; with several values, equal to none of them.
    NotEquals,
    /// Contains, ignoring case.
    Contains,
    /// Starts with, ignoring case.
    StartsWith,
    /// Ends with, ignoring case.
    EndsWith,
    /// Is a number, and greater.
    GreaterThan,
    /// Is a number, and less.
    LessThan,
    /// Is a number, and not less.
    GreaterThanOrEquals,
    /// Is a number, and not greater.
    LessThanOrEquals,
    /// Matches a pattern anywhere, case-sensitive.
    Matches,
    /// Differs in at most a quarter of its letters.
    ApproximateTo,
    /// Exists and is not empty.
    Exists,
    /// Does not exist, or is empty.
    NotExists,
}

impl Source {
    pub(crate) const WORDS: [(&'static str, Source); 4] = [
        ("input", Source::Input),
        ("context", Source::Context),
        ("intent", Source::Intent),
        ("entity", Source::Entity),
    ];
}

impl Operator {
    pub(crate) const WORDS: [(&'static str, Operator); 2] =
        [("or", Operator::Or), ("and", Operator::And)];
}

impl Comparison {
    pub(crate) const WORDS: [(&'static str, Comparison); 13] = [
        ("equals", Comparison::Equals),
        ("notEquals", Comparison::NotEquals),
        ("contains", Comparison::Contains),
        ("startsWith", Comparison::StartsWith),
        ("endsWith", Comparison::EndsWith),
        ("greaterThan", Comparison::GreaterThan),
        ("lessThan", Comparison::LessThan),
        ("greaterThanOrEquals", Comparison::GreaterThanOrEquals),
        ("lessThanOrEquals", Comparison::LessThanOrEquals),
        ("matches", Comparison::Matches),
        ("approximateTo", Comparison::ApproximateTo),
        ("exists", Comparison::Exists),
        ("notExists", Comparison::NotExists),
    ];

    /// Whether it has no value to compare with.
    #[must_use]
    pub fn is_unary(self) -> bool {
        matches!(self, Comparison::Exists | Comparison::NotExists)
    }
}

impl Condition {
    /// Whether the condition holds for a value of the conversation.
    ///
    /// # Errors
    ///
    /// A pattern that is not supported.
    pub fn holds(&self, value: Option<&str>) -> Result<bool, PatternError> {
        let present = value.is_some_and(|value| !value.is_empty());
        match self.comparison {
            Comparison::Exists => return Ok(present),
            Comparison::NotExists => return Ok(!present),
            // Compared one by one, almost everything would differ from some value.
            Comparison::NotEquals => {
                return Ok(!self.values.iter().any(|wanted| equal(value, Some(wanted))));
            }
            _ => {}
        }
        let mut numbered = self.values.iter().enumerate();
        let one = |(number, wanted): (usize, &String)| match self.comparison {
            Comparison::Matches => match (value, self.patterns.get(number)) {
                (Some(value), Some(pattern)) => pattern.is_match(value),
                _ => Ok(false),
            },
            other => Ok(compare(other, value, wanted)),
        };
        match self.operator {
            Operator::Or => {
                for pair in numbered {
                    if one(pair)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Operator::And => numbered.try_fold(true, |all, pair| Ok(all && one(pair)?)),
        }
    }
}

/// A comparison of two texts without a pattern.
fn compare(comparison: Comparison, value: Option<&str>, wanted: &str) -> bool {
    let number = |holds: fn(Decimal, Decimal) -> bool| {
        value
            .and_then(decimal)
            .zip(decimal(wanted))
            .is_some_and(|(value, wanted)| holds(value, wanted))
    };
    let folded = |holds: fn(&str, &str) -> bool| {
        value.is_some_and(|value| holds(&upper(value), &upper(wanted)))
    };
    match comparison {
        Comparison::Equals => equal(value, Some(wanted)),
        Comparison::NotEquals => !equal(value, Some(wanted)),
        Comparison::Contains => folded(|value, wanted| value.contains(wanted)),
        Comparison::StartsWith => folded(|value, wanted| value.starts_with(wanted)),
        Comparison::EndsWith => folded(|value, wanted| value.ends_with(wanted)),
        Comparison::GreaterThan => number(|value, wanted| value > wanted),
        Comparison::LessThan => number(|value, wanted| value < wanted),
        Comparison::GreaterThanOrEquals => number(|value, wanted| value >= wanted),
        Comparison::LessThanOrEquals => number(|value, wanted| value <= wanted),
        Comparison::ApproximateTo => value.is_some_and(|value| approximate(value, wanted)),
        Comparison::Exists | Comparison::NotExists | Comparison::Matches => false,
    }
}

/// Whether at most a quarter of the letters differ.
fn approximate(value: &str, wanted: &str) -> bool {
    let allowed = value.encode_utf16().count().div_ceil(4);
    let (value, wanted) = (value.to_lowercase(), wanted.to_lowercase());
    let (length, wanted_length) = (value.chars().count(), wanted.chars().count());
    // The cost grows with the product of the lengths, and long texts are not compared this way in
    // practice.
    if length.max(wanted_length) > APPROXIMATE_LETTERS_MAX {
        return value == wanted;
    }
    length.abs_diff(wanted_length) <= allowed && strsim::levenshtein(&value, &wanted) <= allowed
}

/// Equal, ignoring case and accents; a missing value equals nothing.
pub(crate) fn equal(one: Option<&str>, other: Option<&str>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one == other || folded(one).eq(folded(other)),
        (None, None) => true,
        _ => false,
    }
}

/// The letters of a text without accents and case.
fn folded(text: &str) -> impl Iterator<Item = char> {
    text.nfd()
        .filter(|character| canonical_combining_class(*character) == 0)
        .flat_map(char::to_lowercase)
}

/// Upper case, letter by letter as in comparisons by code points: `ß` stays one letter.
fn upper(text: &str) -> String {
    text.chars()
        .map(|character| {
            let mut folded = character.to_uppercase();
            match (folded.next(), folded.next()) {
                (Some(one), None) => one,
                _ => character,
            }
        })
        .collect()
}

/// A decimal number with `.` before the fraction; `,` may group thousands.
pub(crate) fn decimal(text: &str) -> Option<Decimal> {
    let text = text.trim();
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(w, f)| (w, Some(f)));
    if fraction.is_some_and(|fraction| fraction.contains(',')) {
        return None;
    }
    let whole: String = whole.chars().filter(|character| *character != ',').collect();
    let written = match fraction {
        None => whole,
        Some("") => whole,
        Some(fraction) => format!("{whole}.{fraction}"),
    };
    let looks_right = written.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '-' | '+'));
    looks_right.then(|| written.parse().ok()).flatten()
}

#[cfg(test)]
mod tests;
