//! The output of a run, as text or as one JSON object.

use despertador_harness::{Share, Usage};
use serde_json::{Value, json};

use super::rules::Rules;
use super::usage_json;
use crate::language::tr;
use crate::paint::{DIM, GREEN, RED, YELLOW, paint};
use crate::table::{Side, bytes, columns, percent, thousands};

/// Lines as they come, and totals; with JSON, everything at the end.
pub(super) struct Report {
    /// Whether timelines are shown.
    pub(super) timelines: bool,
    /// Whether they show the fuel of each call.
    pub(super) fuel: bool,
    /// The number of failures.
    pub(super) failed: usize,
    passed: usize,
    /// The results by cited rule.
    pub(super) rules: Rules,
    json: Option<Vec<Value>>,
}

impl Report {
    pub(super) fn new(timelines: bool, fuel: bool, json: bool) -> Report {
        Report {
            timelines,
            fuel,
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
            paint(
                style,
                tr!(
                    "{passed} passed, {failed} failed",
                    "{passed} correctos, {failed} fallidos",
                    "{passed} corretos, {failed} com falha",
                    passed = self.passed,
                    failed = self.failed
                )
            )
        );
    }
}

/// From this share of a limit on, in tenths of a percent, it is shown in yellow.
const NEAR_LIMIT_PER_MILLE: u64 = 800;

fn print_usage(usage: &Usage) {
    let mut rows = vec![vec![
        String::new(),
        tr!("most in one call", "máximo en una llamada", "máximo em uma chamada"),
        tr!("limit", "límite", "limite"),
        String::new(),
        tr!("grows with", "crece con", "cresce com"),
    ]];
    let mut row = |name: String, share: &Share, show: fn(u64) -> String, grows_with: String| {
        let part = share.per_mille().map_or_else(String::new, |per_mille| {
            let text = percent(per_mille);
            if per_mille >= NEAR_LIMIT_PER_MILLE { paint(YELLOW, text) } else { text }
        });
        let limit = if share.allowed == 0 { "–".into() } else { show(share.allowed) };
        rows.push(vec![name, show(share.used), limit, part, grows_with]);
    };
    row(
        tr!("fuel", "combustible", "combustível"),
        &usage.fuel,
        thousands,
        tr!(
            "message ids remembered, texts of an action, sentences",
            "ids de mensajes recordados, textos de una acción, frases",
            "ids de mensagens lembrados, textos de uma ação, frases"
        ),
    );
    row(
        tr!("memory", "memoria", "memória"),
        &usage.memory,
        bytes,
        tr!(
            "policies held by one instance, and their texts",
            "políticas que tiene una instancia, y sus textos",
            "políticas que uma instância tem, e seus textos"
        ),
    );
    row(
        tr!("input", "entrada", "entrada"),
        &usage.input,
        bytes,
        tr!(
            "facts, the message's text, the ticket's memory",
            "datos, el texto del mensaje, la memoria del ticket",
            "dados, o texto da mensagem, a memória do ticket"
        ),
    );
    row(
        tr!("output", "salida", "saída"),
        &usage.output,
        bytes,
        tr!(
            "texts of an action, sentences, the ticket's memory",
            "textos de una acción, frases, la memoria del ticket",
            "textos de uma ação, frases, a memória do ticket"
        ),
    );
    let sides = [Side::Left, Side::Right, Side::Right, Side::Right, Side::Left];
    for (number, line) in columns(&sides, &rows).iter().enumerate() {
        let line = if number == 0 { paint(DIM, line) } else { line.clone() };
        anstream::println!("  {line}");
    }
    let calls = tr!(
        "{calls} calls",
        "{calls} llamadas",
        "{calls} chamadas",
        calls = thousands(usage.calls)
    );
    anstream::println!("  {}\n", paint(DIM, calls));
}
