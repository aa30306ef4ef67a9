//! What an explanation says to people, and what to the plugin's author.

use crate::{Check, Explanation};

/// The code of a check that is no condition: text of the plugin for its author.
pub const DEBUG: &str = "debug";

impl Explanation {
    /// The conditions that were checked, without what is for the author.
    pub fn conditions(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(|check| check.code != DEBUG)
    }

    /// What the plugin says to its author. Tools show it; pages and interfaces for people do not.
    pub fn debug_texts(&self) -> impl Iterator<Item = &str> {
        self.checks.iter().filter(|check| check.code == DEBUG).map(|check| check.text.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Decision, Outcome, Reason};

    #[test]
    fn what_is_for_the_author_is_no_condition() {
        let check =
            |code: &str| Check { code: code.into(), holds: true, text: format!("of {code}") };
        let explanation = Explanation {
            language: "en".into(),
            decision: Decision { outcome: Outcome::Rest, reason: Reason::NotAnswered, rule: None },
            summary: String::new(),
            checks: vec![check("not-open"), check(DEBUG), check("debugger")],
            history: Vec::new(),
        };
        let conditions: Vec<&str> =
            explanation.conditions().map(|check| check.code.as_str()).collect();
        assert_eq!(conditions, ["not-open", "debugger"]);
        assert_eq!(explanation.debug_texts().collect::<Vec<_>>(), ["of debug"]);
    }
}
