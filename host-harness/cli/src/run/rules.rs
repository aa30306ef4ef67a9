//! Scenarios by the rules that their headings cite.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::language::tr;
use crate::paint::{DIM, RED, paint};
use crate::table::{Side, columns};

/// For each rule the number of headings that cite it, and of failed ones.
#[derive(Debug, Default)]
pub(super) struct Rules(BTreeMap<String, Tally>);

#[derive(Debug, Default)]
struct Tally {
    headings: usize,
    failed: usize,
}

impl Rules {
    /// Counts a heading under each rule in the parentheses at its end.
    pub(super) fn count(&mut self, heading: &str, passed: bool) {
        let cited = heading.rsplit_once('(').and_then(|(_, cited)| cited.strip_suffix(')'));
        let cited = cited.unwrap_or_default().split(',').map(str::trim);
        for rule in cited.filter(|word| is_rule_id(word)).collect::<BTreeSet<&str>>() {
            let tally = self.0.entry(rule.to_owned()).or_default();
            tally.headings = tally.headings.saturating_add(1);
            tally.failed = tally.failed.saturating_add(usize::from(!passed));
        }
    }

    /// A table of the rules with failed headings; empty if there are none.
    pub(super) fn lines(&self) -> Vec<String> {
        let failed: Vec<_> = self.0.iter().filter(|(_, tally)| tally.failed > 0).collect();
        if failed.is_empty() {
            return Vec::new();
        }
        let mut rows = vec![vec![
            tr!("rule", "regla", "regra"),
            tr!("headings", "títulos", "títulos"),
            tr!("failed", "fallidos", "com falha"),
        ]];
        rows.extend(failed.into_iter().map(|(rule, tally)| {
            vec![rule.clone(), tally.headings.to_string(), tally.failed.to_string()]
        }));
        columns(&[Side::Left, Side::Right, Side::Right], &rows)
            .into_iter()
            .zip(std::iter::once(DIM).chain(std::iter::repeat(RED)))
            .map(|(line, style)| format!("  {}", paint(style, line)))
            .collect()
    }

    pub(super) fn json(&self) -> Value {
        let entry = |(rule, tally): (&String, &Tally)| json!({ "rule": rule, "headings": tally.headings, "failed": tally.failed });
        self.0.iter().map(entry).collect()
    }
}

/// `warned-close`: lower-case words joined by hyphens.
fn is_rule_id(word: &str) -> bool {
    let in_id = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    word.contains('-') && word.split('-').all(|part| !part.is_empty() && part.chars().all(in_id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_counts_once_for_each_rule_it_cites() {
        let mut rules = Rules::default();
        rules.count("Reminded, then closed (reminder-chain, close-due, close-due)", true);
        rules.count("Closed (again) (close-due, guard-time)", false);
        rules.count("No rule (of anybody, D-, again)", true);
        let expected = json!([
            { "rule": "close-due", "headings": 2, "failed": 1 },
            { "rule": "guard-time", "headings": 1, "failed": 1 },
            { "rule": "reminder-chain", "headings": 1, "failed": 0 },
        ]);
        assert_eq!(rules.json(), expected);
        let lines = rules.lines();
        assert_eq!(lines.len(), 3, "a title and the two rules that failed: {lines:?}");
    }

    #[test]
    fn without_failures_there_is_no_table() {
        let mut rules = Rules::default();
        rules.count("Reminded (reminder-chain)", true);
        assert_eq!(rules.lines(), Vec::<String>::new());
    }
}
