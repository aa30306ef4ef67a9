//! Patterns of flows, matched in time linear in the text.
//!
//! The engine for which flows are written uses .NET's patterns. Features that a linear matcher
//! cannot support (lookaround, back references, atomic groups) are refused by name; syntax that
//! differs is rewritten.

use std::sync::{Arc, OnceLock};

use regex::{Regex, RegexBuilder};

/// Maximum size of a compiled pattern, in bytes; a larger one would only use up memory.
const PATTERN_COMPILED_BYTES_MAX: usize = 1 << 20;
const PATTERN_TEXT_BYTES_MAX: usize = 8 * 1024;

/// A pattern that is compiled when it is first used.
#[derive(Debug, Clone)]
pub struct Pattern {
    written: String,
    ready: Arc<OnceLock<Result<Regex, PatternError>>>,
}

/// Why a pattern cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PatternError {
    /// It uses a feature that a linear matcher cannot support.
    Unsupported(Feature),
    /// It is invalid; the text says why.
    Broken(String),
    /// It would need too much memory.
    TooLarge,
}

/// Features of .NET's patterns that a linear matcher does not support.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feature {
    /// `(?=…)`, `(?!…)`
    Lookahead,
    /// `(?<=…)`, `(?<!…)`
    Lookbehind,
    /// `\1`, `\k<name>`
    Backreference,
    /// `(?>…)`
    AtomicGroup,
    /// `(?(1)…|…)`
    Conditional,
    /// `(?<name-other>…)`
    BalancingGroup,
    /// `[a-z-[aeiou]]`
    Subtraction,
    /// `\G`
    ContiguousMatch,
}

impl Feature {
    /// Its syntax.
    #[must_use]
    pub fn written(self) -> &'static str {
        match self {
            Feature::Lookahead => "(?=…)",
            Feature::Lookbehind => "(?<=…)",
            Feature::Backreference => "\\1",
            Feature::AtomicGroup => "(?>…)",
            Feature::Conditional => "(?(…)…|…)",
            Feature::BalancingGroup => "(?<a-b>…)",
            Feature::Subtraction => "[a-z-[aeiou]]",
            Feature::ContiguousMatch => "\\G",
        }
    }
}

impl Pattern {
    /// A pattern as written in a flow.
    #[must_use]
    pub fn new(written: impl Into<String>) -> Pattern {
        Pattern { written: written.into(), ready: Arc::default() }
    }

    /// The pattern as written in the flow.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// Whether it matches anywhere in a text.
    ///
    /// # Errors
    ///
    /// Why it is not supported.
    pub fn is_match(&self, text: &str) -> Result<bool, PatternError> {
        match self.ready.get_or_init(|| compile(&self.written)) {
            Ok(regex) => Ok(regex.is_match(text)),
            Err(error) => Err(error.clone()),
        }
    }

    /// Checks whether it is supported, without storing the compiled pattern.
    ///
    /// # Errors
    ///
    /// Why not.
    pub fn check(&self) -> Result<(), PatternError> {
        compile(&self.written).map(drop)
    }
}

fn compile(written: &str) -> Result<Regex, PatternError> {
    if written.len() > PATTERN_TEXT_BYTES_MAX {
        return Err(PatternError::TooLarge);
    }
    let rewritten = rewrite(written)?;
    RegexBuilder::new(&rewritten)
        .size_limit(PATTERN_COMPILED_BYTES_MAX)
        .dfa_size_limit(PATTERN_COMPILED_BYTES_MAX)
        .nest_limit(100)
        .build()
        .map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => PatternError::TooLarge,
            other => {
                // The last line is the problem, those before it show where.
                let text = other.to_string();
                let line = text.lines().last().unwrap_or_default();
                PatternError::Broken(line.trim_start_matches("error: ").to_owned())
            }
        })
}

/// Converts a .NET pattern to our syntax.
fn rewrite(written: &str) -> Result<String, PatternError> {
    let mut out = String::with_capacity(written.len());
    let mut rest = written;
    let mut in_class = false;
    // At the start of a class, `]` is a character.
    let mut class_start = false;
    while let Some(character) = rest.chars().next() {
        let after = rest.get(character.len_utf8()..).unwrap_or_default();
        let next = after.chars().next();
        let mut taken = character.len_utf8();
        match character {
            '\\' => {
                let escaped = next.unwrap_or('\\');
                taken = taken.saturating_add(next.map_or(0, char::len_utf8));
                match escaped {
                    'k' | '1'..='9' if !in_class => {
                        return Err(unsupported(Feature::Backreference));
                    }
                    'G' if !in_class => return Err(unsupported(Feature::ContiguousMatch)),
                    // The end, or before a final line break.
                    'Z' if !in_class => out.push_str("(?:\\n?\\z)"),
                    'e' => out.push_str("\\x1B"),
                    _ => out.extend(['\\', escaped]),
                }
                // After `\w` a `-` is a character, even before another character.
                if in_class
                    && matches!(escaped, 'w' | 'W' | 'd' | 'D' | 's' | 'S')
                    && rest.get(taken..).is_some_and(|more| more.starts_with('-'))
                    && !rest.get(taken..).is_some_and(|more| more.starts_with("-["))
                {
                    out.push_str("\\-");
                    taken = taken.saturating_add(1);
                }
                class_start = false;
            }
            '[' if in_class => {
                out.push_str("\\[");
                class_start = false;
            }
            '[' => {
                out.push('[');
                in_class = true;
                class_start = true;
                if next == Some('^') {
                    out.push('^');
                    taken = taken.saturating_add(1);
                }
            }
            ']' if in_class && class_start => {
                out.push_str("\\]");
                class_start = false;
            }
            ']' if in_class => {
                out.push(']');
                in_class = false;
            }
            '-' if in_class && next == Some('[') && !class_start => {
                return Err(unsupported(Feature::Subtraction));
            }
            // Set operations in our syntax, characters in .NET's.
            '&' | '~' if in_class => {
                out.extend(['\\', character]);
                class_start = false;
            }
            '-' if in_class && next == Some('-') => {
                out.push_str("\\-");
                class_start = false;
            }
            '(' if !in_class => {
                let group = |start: &str| after.starts_with(start);
                if group("?=") || group("?!") {
                    return Err(unsupported(Feature::Lookahead));
                }
                if group("?<=") || group("?<!") {
                    return Err(unsupported(Feature::Lookbehind));
                }
                if group("?>") {
                    return Err(unsupported(Feature::AtomicGroup));
                }
                if group("?(") {
                    return Err(unsupported(Feature::Conditional));
                }
                let name = after.strip_prefix("?<").and_then(|named| named.split('>').next());
                if name.is_some_and(|name| name.contains('-')) {
                    return Err(unsupported(Feature::BalancingGroup));
                }
                out.push('(');
            }
            other => {
                out.push(other);
                class_start = false;
            }
        }
        rest = rest.get(taken..).unwrap_or_default();
    }
    Ok(out)
}

fn unsupported(feature: Feature) -> PatternError {
    PatternError::Unsupported(feature)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        Pattern::new(pattern).is_match(text).expect("a pattern")
    }

    #[test]
    fn patterns_match_anywhere_and_tell_case() {
        assert!(matches("b+", "abbc"));
        assert!(!matches("^b", "abbc"));
        assert!(!matches("olá", "OLÁ"));
        assert!(matches("(?i)olá", "OLÁ"));
        assert!(matches(".*", ""));
        assert!(matches(r"^\d{3}\.\d{3}\/\-$", "123.456/-"));
    }

    #[test]
    fn what_dotnet_writes_differently_is_understood() {
        assert!(matches(r"^[\w-.]+@[\w-]+$", "a-b.c@d-e"));
        assert!(matches("^[a[b]$", "["));
        assert!(matches("^[]a]+$", "]a"));
        assert!(matches("^[^]]$", "x"));
        assert!(matches("^[a&&b]+$", "&a"));
        assert!(matches("^[a~~b]+$", "~"));
        assert!(matches(r"fim\Z", "fim\n"));
        assert!(matches("^(?<ddd>[1-9]{2})$", "51"));
    }

    #[test]
    fn what_a_linear_matcher_cannot_have_is_named() {
        for (pattern, feature) in [
            ("(?=a)b", Feature::Lookahead),
            ("(?!a)b", Feature::Lookahead),
            ("(?<=a)b", Feature::Lookbehind),
            ("(?<!a)b", Feature::Lookbehind),
            (r"(a)\1", Feature::Backreference),
            (r"(?<x>a)\k<x>", Feature::Backreference),
            ("(?>a+)b", Feature::AtomicGroup),
            ("(?(1)a|b)", Feature::Conditional),
            ("(?<a-b>x)", Feature::BalancingGroup),
            ("[a-z-[aeiou]]", Feature::Subtraction),
            (r"\Ga", Feature::ContiguousMatch),
        ] {
            let refused = Err(PatternError::Unsupported(feature));
            assert_eq!(Pattern::new(pattern).is_match("ab"), refused, "{pattern}");
        }
        assert!(matches(r"^\(\?=[(?=]$", "(?=="));
    }

    #[test]
    fn no_pattern_takes_long_or_much() {
        let text = "a".repeat(100_000);
        assert!(!matches("^(a+)+$", &format!("{text}!")));
        assert_eq!(Pattern::new("(a{1000}){1000}").check(), Err(PatternError::TooLarge));
        assert_eq!(Pattern::new("a".repeat(9_000)).check(), Err(PatternError::TooLarge));
        assert!(matches!(Pattern::new("(((").check(), Err(PatternError::Broken(_))));
        assert!(matches!(Pattern::new("[").check(), Err(PatternError::Broken(_))));
        assert!(matches!(Pattern::new("\\").check(), Ok(()) | Err(PatternError::Broken(_))));
    }
}
