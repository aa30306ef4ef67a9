//! What a run says, as text or as one JSON object.

use despertador_harness::{Share, Usage};
use serde_json::{Value, json};

use super::rules::Rules;
use super::usage_json;
use crate::paint::{DIM, GREEN, RED, YELLOW, paint};
use crate::table::{Side, bytes, columns, thousands};

/// Lines as they come, and counts; in JSON, everything at the end.
pub(super) struct Report {
    /// Whether timelines are shown.
    pub(super) timelines: bool,
    /// How many failed.
    pub(super) failed: usize,
    passed: usize,
    /// The same, by the rules that were cited.
    pub(super) rules: Rules,
    json: Option<Vec<Value>>,
}

impl Report {
    pub(super) fn new(timelines: bool, json: bool) -> Report {
        Report {
            timelines,
            failed: 0,
            passed: 0,
            rules: Rules::default(),
            json: json.then(Vec::new),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.passed == 0 && self.failed == 0
    }

    pub(super) fn count(&mut self, passed: bool, as_json: impl FnOnce() -> Value) {
        if passed {
            self.passed = self.passed.saturating_add(1);
        } else {
            self.failed = self.failed.saturating_add(1);
        }
        if let Some(all) = &mut self.json {
            all.push(as_json());
        }
    }

    pub(super) fn line(&self, text: &str) {
        if self.json.is_none() {
            anstream::println!("{text}");
        }
    }

    pub(super) fn end(&mut self, usage: Option<Usage>) {
        if let Some(all) = self.json.take() {
            anstream::println!(
                "{:#}",
                json!({
                    "passed": self.passed, "failed": self.failed, "played": all,
                    "rules": self.rules.json(), "usage": usage.as_ref().map(usage_json),
                })
            );
            return;
        }
        if !self.timelines {
            let lines = self.rules.lines();
            lines.iter().for_each(|line| anstream::println!("{line}"));
            if !lines.is_empty() {
                anstream::println!();
            }
        }
        if let Some(usage) = usage {
            print_usage(&usage);
        }
        let style = if self.failed == 0 { GREEN } else { RED };
        anstream::println!(
            "{}",
            paint(style, format_args!("{} passed, {} failed", self.passed, self.failed))
        );
    }
}

/// From here on a share of a limit is shown in yellow.
const NEAR: u64 = 800;

fn print_usage(usage: &Usage) {
    let mut rows =
        vec![["", "most in one call", "limit", "", "grows with"].map(str::to_owned).to_vec()];
    let mut row = |name: &str, share: &Share, show: fn(u64) -> String, grows_with: &str| {
        let part = share.per_mille().map_or_else(String::new, |per_mille| {
            let text = format!("{}.{} %", per_mille.div_euclid(10), per_mille.rem_euclid(10));
            if per_mille >= NEAR { paint(YELLOW, text) } else { text }
        });
        let limit = if share.allowed == 0 { "–".into() } else { show(share.allowed) };
        rows.push(vec![name.into(), show(share.used), limit, part, grows_with.into()]);
    };
    row("fuel", &usage.fuel, thousands, "message ids remembered, texts of an action, sentences");
    row("memory", &usage.memory, bytes, "policies held by one instance, and their texts");
    row("input", &usage.input, bytes, "facts, the message's text, the ticket's memory");
    row("output", &usage.output, bytes, "texts of an action, sentences, the ticket's memory");
    let sides = [Side::Left, Side::Right, Side::Right, Side::Right, Side::Left];
    for (number, line) in columns(&sides, &rows).iter().enumerate() {
        let line = if number == 0 { paint(DIM, line) } else { line.clone() };
        anstream::println!("  {line}");
    }
    anstream::println!("  {}\n", paint(DIM, format_args!("{} calls", thousands(usage.calls))));
}
