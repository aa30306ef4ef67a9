//! Scenarios by the statements that their headings cite.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::paint::{DIM, RED, paint};
use crate::table::{Side, columns};

/// What was played, by source: `D`, `K?1` under `K`, `rulebook 9`.
#[derive(Debug, Default)]
pub(super) struct Sources(BTreeMap<(String, u32), Source>);

#[derive(Debug, Default)]
struct Source {
    statements: BTreeSet<String>,
    headings: usize,
    failed: usize,
}

impl Sources {
    /// Counts a heading under each source that it cites in the parentheses at its end.
    pub(super) fn count(&mut self, heading: &str, passed: bool) {
        let cited = heading.rsplit_once('(').and_then(|(_, cited)| cited.strip_suffix(')'));
        let mut counted = BTreeSet::new();
        for statement in cited.unwrap_or_default().split(',').map(str::trim) {
            let Some(source) = source(statement) else { continue };
            let entry = self.0.entry(source.clone()).or_default();
            entry.statements.insert(statement.to_owned());
            if counted.insert(source) {
                entry.headings = entry.headings.saturating_add(1);
                entry.failed = entry.failed.saturating_add(usize::from(!passed));
            }
        }
    }

    /// A table, a source a line; nothing if nothing was cited.
    pub(super) fn lines(&self) -> Vec<String> {
        if self.0.is_empty() {
            return Vec::new();
        }
        let mut rows =
            vec![["source", "headings", "statements", "failed"].map(str::to_owned).to_vec()];
        rows.extend(self.0.iter().map(|(name, source)| {
            vec![
                shown(name),
                source.headings.to_string(),
                source.statements.len().to_string(),
                source.failed.to_string(),
            ]
        }));
        let sides = [Side::Left, Side::Right, Side::Right, Side::Right];
        let failed = std::iter::once(None).chain(self.0.values().map(|s| Some(s.failed > 0)));
        columns(&sides, &rows)
            .into_iter()
            .zip(failed)
            .map(|(line, failed)| match failed {
                None => paint(DIM, line),
                Some(true) => paint(RED, line),
                Some(false) => line,
            })
            .map(|line| format!("  {line}"))
            .collect()
    }

    pub(super) fn json(&self) -> Value {
        let entry = |(name, source): (&(String, u32), &Source)| {
            json!({
                "source": shown(name), "headings": source.headings, "failed": source.failed,
                "statements": source.statements,
            })
        };
        self.0.iter().map(entry).collect()
    }
}

/// `D-07` and `D?3` are of `D`; `rulebook 9` is a source by itself.
fn source(statement: &str) -> Option<(String, u32)> {
    if let Some(section) = statement.strip_prefix("rulebook ") {
        return Some(("rulebook".into(), section.parse().ok()?));
    }
    let (prefix, number) = statement.split_once(['-', '?'])?;
    let one_letter = prefix.len() == 1 && prefix.chars().all(|c| c.is_ascii_uppercase());
    (one_letter && !number.is_empty() && number.chars().all(|c| c.is_ascii_digit()))
        .then(|| (prefix.into(), 0))
}

fn shown((name, section): &(String, u32)) -> String {
    if *section == 0 { name.clone() } else { format!("{name} {section}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_counts_once_for_each_source_it_cites() {
        let mut sources = Sources::default();
        sources.count("Reminded, then closed (D-05, D-06, D?7, rulebook 3)", true);
        sources.count("Closed (again) (K?1, rulebook 12)", false);
        sources.count("No statement (of anybody, e-mail, D-)", true);
        let lines = sources.lines();
        let expected = ["source", "D", "K", "rulebook 3", "rulebook 12"];
        assert_eq!(lines.len(), expected.len(), "{lines:?}");
        let counted = sources.json();
        let of = |n: usize, name: &str| counted.get(n).and_then(|s| s.get(name)).cloned();
        assert_eq!(of(0, "headings"), Some(json!(1)));
        assert_eq!(of(0, "statements"), Some(json!(["D-05", "D-06", "D?7"])));
        assert_eq!(of(1, "failed"), Some(json!(1)));
        assert_eq!(of(3, "source"), Some(json!("rulebook 12")));
    }
}
