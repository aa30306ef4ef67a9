//! `despertador run`

mod log;
mod report;
mod rules;
mod scenarios;

use std::path::{Path, PathBuf};

use despertador_contract::problem::Problem;
use despertador_harness::{Engine, Usage};
use serde_json::{Value, json};

use crate::arguments::RunArguments;
use crate::language::{Language, tr};
use crate::paint::{DIM, paint};
use crate::table::thousands;
use crate::{Ended, Unusable, plugin, source};
use report::Report;

/// Plays scenario files and event logs.
pub(crate) fn run(arguments: &RunArguments, json: bool) -> Result<Ended, Unusable> {
    let files = files(arguments)?;
    let engine = plugin::load(&arguments.plugin)?;
    let show_timelines = arguments.timeline || arguments.fuel || (files.len() == 1 && !json);
    let mut run = Run {
        engine: &engine,
        language: Language::chosen(),
        bless: arguments.bless,
        presets: arguments.presets.as_deref(),
        report: Report::new(show_timelines, arguments.fuel, json),
        usage: None,
    };
    for file in &files {
        match (kind(file), &arguments.policy) {
            (Some(Kind::Log), Some(policy)) => run.log(file, policy)?,
            (Some(Kind::Log), None) => {
                let file = file.display();
                return Err(tr!(
                    "`{file}` is an event log and needs a `--policy FILE`",
                    "`{file}` es un registro de eventos y necesita `--policy FILE`",
                    "`{file}` é um registro de eventos e precisa de `--policy FILE`"
                )
                .into());
            }
            _ => run.scenarios(file)?,
        }
    }
    if run.report.is_empty() {
        return Err(tr!(
            "nothing to play: no heading with a timeline or problems",
            "nada que jugar: ningún título con una línea de tiempo o problemas",
            "nada a jogar: nenhum título com uma linha do tempo ou problemas"
        )
        .into());
    }
    run.report.end(run.usage);
    Ok(if run.report.failed == 0 { Ended::Well } else { Ended::WithFindings })
}

struct Run<'a> {
    engine: &'a dyn Engine,
    language: Language,
    bless: bool,
    presets: Option<&'a Path>,
    report: Report,
    usage: Option<Usage>,
}

impl Run<'_> {
    fn spend(&mut self, usage: Option<Usage>) {
        self.usage = match (self.usage, usage) {
            (Some(before), Some(now)) => Some(before.and(now)),
            (before, now) => before.or(now),
        };
    }
}

/// The kind of a file, by its extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Scenarios,
    Log,
}

fn kind(file: &Path) -> Option<Kind> {
    match file.extension()?.to_str()? {
        "md" => Some(Kind::Scenarios),
        "jsonl" => Some(Kind::Log),
        _ => None,
    }
}

/// The named files and those in named folders. Event logs in a folder are played only with a
/// policy.
fn files(arguments: &RunArguments) -> Result<Vec<PathBuf>, Unusable> {
    let mut files = Vec::new();
    for named in &arguments.files {
        let found = std::fs::metadata(named).map_err(|error| source::unreadable(named, &error))?;
        if found.is_dir() {
            let endings: &[&str] =
                if arguments.policy.is_some() { &["md", "jsonl"] } else { &["md"] };
            let below = source::files_below(named, endings)?;
            if below.is_empty() {
                return Err(tr!(
                    "`{named}` has no scenario files (.md)",
                    "`{named}` no tiene archivos de escenarios (.md)",
                    "`{named}` não tem arquivos de cenários (.md)",
                    named = named.display()
                )
                .into());
            }
            files.extend(below);
        } else if kind(named).is_some() {
            files.push(named.clone());
        } else {
            let named = named.display();
            return Err(tr!(
                "`{named}` is neither a scenario file (.md) nor an event log (.jsonl)",
                "`{named}` no es un archivo de escenarios (.md) ni un registro de eventos (.jsonl)",
                "`{named}` não é um arquivo de cenários (.md) nem um registro de eventos (.jsonl)"
            )
            .into());
        }
    }
    Ok(files)
}

/// Maximum number of problems per file that are printed; a file of the wrong format has one in
/// every line.
const PROBLEMS_PRINTED_MAX: usize = 20;

/// Problems of an input file, as text.
pub(crate) fn problems(problems: &[Problem]) -> String {
    let mut lines: Vec<String> =
        problems.iter().take(PROBLEMS_PRINTED_MAX).map(Problem::to_string).collect();
    if let Some(more) = problems.len().checked_sub(PROBLEMS_PRINTED_MAX).filter(|more| *more > 0) {
        lines.push(tr!("… and {more} more", "… y {more} más", "… e mais {more}"));
    }
    lines.join("\n")
}

/// The lines below a moment: why it was decided so, and what the plugin says to its author.
fn below(why: Option<&str>, debug: &[String], indent: &str) -> Vec<String> {
    let why = why.filter(|why| !why.is_empty()).map(|why| paint(DIM, why));
    let debug = debug.iter().map(|text| paint(DIM, format_args!("debug: {text}")));
    why.into_iter().chain(debug).map(|line| format!("{indent}{line}")).collect()
}

/// The fuel of a call, for a column of its own.
fn fuel_cell(fuel: Option<u64>) -> String {
    let unit = tr!("fuel", "combustible", "combustível");
    fuel.map_or_else(String::new, |fuel| format!("{} {unit}", thousands(fuel)))
}

fn usage_json(usage: &Usage) -> Value {
    json!({
        "calls": usage.calls,
        "fuel": { "most": usage.fuel.used, "limit": usage.fuel.allowed },
        "memory": { "most": usage.memory.used, "limit": usage.memory.allowed },
        "input": { "most": usage.input.used },
        "output": { "most": usage.output.used, "limit": usage.output.allowed },
    })
}
