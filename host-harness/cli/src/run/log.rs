//! Playing event logs.

use std::path::Path;

use despertador_contract::clock_face::{ClockFace, show_rfc3339};
use despertador_contract::event_log::EventLog;
use despertador_harness::answer::{self, Detail};
use despertador_harness::event_log::{Entry, PlayedTicket, play};
use despertador_harness::scenario::what_happened;
use serde_json::{Value, json};

use super::{Run, below, fuel_cell, problems};
use crate::language::tr;
use crate::paint::{BOLD, DIM, RED, mark, paint};
use crate::table::{Side, columns};
use crate::{Unusable, policy, source};

impl Run<'_> {
    /// Plays a log under a policy; the virtual host's steps are shown between the recorded ones.
    pub(super) fn log(&mut self, file: &Path, policy: &Path) -> Result<(), Unusable> {
        let text = source::read_messages(file)?;
        let name = file.display().to_string();
        let log = EventLog::read(&name, &text).map_err(|found| problems(&found))?;
        let mut player = policy::read(policy, self.engine)?;
        let reader = self.language.reader(0);
        let wanted = self.report.timelines.then_some(&reader);
        let played = play(&log, player.as_mut(), wanted);
        self.spend(player.usage());
        self.report.line(&paint(BOLD, &name));
        for ticket in &played {
            self.show_ticket(&name, ticket);
        }
        self.report.line("");
        Ok(())
    }

    fn show_ticket(&mut self, file: &str, played: &PlayedTicket) {
        let passed = played.broken.is_none();
        self.report.count(passed, || as_json(file, played));
        let end = played.entries.last().map_or_else(String::new, |entry| {
            let decided = decided(entry);
            let calls = tr!(
                "{count} calls, at last: {decided}",
                "{count} llamadas, al final: {decided}",
                "{count} chamadas, no fim: {decided}",
                count = played.entries.len()
            );
            paint(DIM, calls)
        });
        self.report.line(&format!("  {} ticket {}  {end}", mark(passed), played.ticket));
        if self.report.timelines {
            for line in timeline(&played.entries, self.report.fuel) {
                self.report.line(&line);
            }
        }
        if let Some(sentence) = &played.broken {
            self.report.line(&format!(
                "    {} {sentence}",
                paint(RED, tr!("stopped:", "detenido:", "interrompido:"))
            ));
        }
    }
}

fn decided(entry: &Entry) -> String {
    answer::line(&entry.answer, &ClockFace::dated(), &Detail::default())
}

fn timeline(entries: &[Entry], with_fuel: bool) -> Vec<String> {
    let face = ClockFace::dated();
    let rows: Vec<Vec<String>> = entries
        .iter()
        .map(|entry| {
            let line = entry.line.map_or_else(String::new, |line| {
                tr!("line {line}", "línea {line}", "linha {line}")
            });
            let cells = [
                paint(DIM, line),
                face.show(entry.call.now()),
                what_happened(&entry.call, &face),
                format!("→ {}", decided(entry)),
            ];
            cells.into_iter().chain(with_fuel.then(|| fuel_cell(entry.fuel))).collect()
        })
        .collect();
    let sides = [Side::Right, Side::Left, Side::Left, Side::Left, Side::Right];
    let lines = columns(&sides, &rows);
    let mut shown = Vec::new();
    for (line, entry) in lines.into_iter().zip(entries) {
        shown.push(format!("    {line}"));
        shown.extend(below(entry.why.as_deref(), &entry.debug, "          "));
    }
    shown
}

fn as_json(file: &str, played: &PlayedTicket) -> Value {
    let face = ClockFace::dated();
    let entries: Vec<Value> = played
        .entries
        .iter()
        .map(|entry| {
            json!({
                "line": entry.line,
                "at": show_rfc3339(entry.call.now()),
                "happened": what_happened(&entry.call, &face),
                "decided": decided(entry),
                "why": entry.why, "debug": entry.debug, "fuel": entry.fuel,
            })
        })
        .collect();
    json!({
        "file": file, "ticket": played.ticket, "passed": played.broken.is_none(),
        "timeline": entries, "stopped": played.broken,
    })
}
