//! Playing scenario files.

use std::path::Path;

use despertador_harness::scenario::{Played, PlayedMoment, ScenarioFile, bless, play};
use serde_json::{Value, json};

use super::{Run, below, fuel_cell, problems};
use crate::language::tr;
use crate::paint::{DIM, RED, mark, paint};
use crate::table::{Side, columns};
use crate::{Unusable, source, written};

impl Run<'_> {
    /// Plays a file; with `--bless`, corrects it first.
    pub(super) fn scenarios(&mut self, file: &Path) -> Result<(), Unusable> {
        let mut text = source::read(file)?;
        let mut played = self.play(file, &text)?;
        if self.bless
            && let Some(blessed) = bless(&played.0, &played.1)
        {
            written::write(file, &blessed, true)?;
            text = blessed;
            played = self.play(file, &text)?;
            let name = file.display();
            self.report.line(&tr!("blessed {name}", "aprobado {name}", "aprovado {name}"));
        }
        let (scenarios, played) = played;
        if played.is_empty() {
            return Ok(());
        }
        self.report.line(&paint(crate::paint::BOLD, &scenarios.file));
        for one in &played {
            self.spend(one.usage);
            self.show(&scenarios.file, one);
        }
        self.report.line("");
        Ok(())
    }

    fn play(&self, file: &Path, text: &str) -> Result<(ScenarioFile, Vec<Played>), Unusable> {
        let presets = |name: &str| source::preset(self.presets, file, name);
        let scenarios = ScenarioFile::read(&file.display().to_string(), text, &presets)
            .map_err(|found| problems(&found))?;
        let reader = self.language.reader(0);
        let played = scenarios
            .scenarios
            .iter()
            .map(|scenario| play(scenario, self.engine, &reader, self.report.timelines))
            .collect();
        Ok((scenarios, played))
    }

    fn show(&mut self, file: &str, played: &Played) {
        self.report.count(played.passed(), || as_json(file, played));
        self.report.rules.count(&played.heading, played.passed());
        self.report.line(&format!("  {} {}", mark(played.passed()), played.heading));
        if self.report.timelines {
            for line in timeline(&played.steps, self.report.fuel) {
                self.report.line(&line);
            }
        }
        for failure in &played.failures {
            self.report
                .line(&format!("    {}", paint(RED, format_args!("{file}:{}", failure.line))));
            for line in failure.to_string().lines() {
                self.report.line(&format!("      {line}"));
            }
        }
    }
}

/// The moments in columns, each with its reason below.
fn timeline(steps: &[PlayedMoment], with_fuel: bool) -> Vec<String> {
    let rows: Vec<Vec<String>> = steps
        .iter()
        .map(|step| {
            let (sign, got) = match (step.met, &step.got) {
                (Some(met), Some(got)) => (mark(met), format!("→ {}", one_line(got))),
                (_, Some(got)) => (paint(DIM, "·"), format!("→ {}", one_line(got))),
                (_, None) => (paint(DIM, "·"), String::new()),
            };
            let fuel = with_fuel.then(|| fuel_cell(step.fuel));
            [sign, step.source.clone(), got].into_iter().chain(fuel).collect()
        })
        .collect();
    let lines = columns(&[Side::Left, Side::Left, Side::Left, Side::Right], &rows);
    let mut shown = Vec::new();
    for (line, step) in lines.into_iter().zip(steps) {
        shown.push(format!("    {line}"));
        // Of what was not expected, the failure says why.
        let why = step.why.as_deref().filter(|_| step.met != Some(false));
        shown.extend(below(why, &step.debug, "        "));
    }
    shown
}

fn one_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

fn as_json(file: &str, played: &Played) -> Value {
    let steps: Vec<Value> = played
        .steps
        .iter()
        .map(|step| {
            json!({
                "line": step.line, "moment": step.source, "decided": step.got, "why": step.why,
                "debug": step.debug, "fuel": step.fuel, "as-expected": step.met,
            })
        })
        .collect();
    let failures: Vec<Value> = played
        .failures
        .iter()
        .map(|failure| {
            json!({
                "line": failure.line, "expected": failure.expected, "got": failure.got,
                "why": failure.explanation,
            })
        })
        .collect();
    json!({
        "file": file, "line": played.line, "heading": played.heading, "passed": played.passed(),
        "timeline": steps, "failures": failures,
        "usage": played.usage.as_ref().map(super::usage_json),
    })
}
