//! Every heading of every scenario file, and every example of the documentation, on the component
//! and natively. `BLESS=1` writes the native decisions into the files before they are played.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use despertador_contract::{Diagnostic, Reader};
use despertador_harness::scenario::{Scenario, ScenarioFile, bless, play};
use despertador_harness::{Engine, ParseError};
use despertador_tests::engines::{SharedEngine, engines};
use despertador_tests::native::Native;
use despertador_tests::scenario_files::{below, read, repository, shown};
use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> ExitCode {
    libtest_mimic::run(&Arguments::from_args(), trials()).exit_code()
}

/// All trials on all engines.
pub(crate) fn trials() -> Vec<Trial> {
    let engines = engines();
    let mut trials = Vec::new();
    for file in files() {
        if std::env::var_os("BLESS").is_some() {
            rewrite(&file);
        }
        match read(&file) {
            Ok(scenarios) => trials.extend(headings(&scenarios, &engines)),
            Err(problems) => {
                let all = problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
                trials.push(Trial::test(shown(&file), move || Err(all.into())));
            }
        }
    }
    for file in below("policies", "json") {
        trials.extend(engines.iter().map(|engine| preset_is_clean(&file, engine.clone())));
    }
    for file in documentation() {
        trials
            .push(Trial::test(format!("policies in {}", shown(&file)), move || policies_in(&file)));
    }
    trials
}

/// Scenario files, and documentation with timelines in it.
fn files() -> Vec<PathBuf> {
    let mut files = below("tests/scenarios", "md");
    files.extend(documentation());
    files
}

fn documentation() -> Vec<PathBuf> {
    let mut files = below("docs", "md");
    files.extend([repository().join("README.md")].into_iter().filter(|file| file.exists()));
    files
}

/// A trial for each heading and engine.
fn headings(file: &ScenarioFile, engines: &[SharedEngine]) -> Vec<Trial> {
    let mut trials = Vec::new();
    for scenario in &file.scenarios {
        for engine in engines {
            let (scenario, engine, file) = (scenario.clone(), engine.clone(), file.file.clone());
            let name = format!("{} on {}: {}", stem(&file), engine.name(), scenario.heading);
            trials.push(Trial::test(name, move || heading(&file, &scenario, engine.as_ref())));
        }
    }
    trials
}

fn stem(file: &str) -> &str {
    file.rsplit('/').next().unwrap_or(file).trim_end_matches(".md")
}

fn heading(file: &str, scenario: &Scenario, engine: &dyn Engine) -> Result<(), Failed> {
    let played = play(scenario, engine, &english(), false);
    let mut report = String::new();
    for failure in &played.failures {
        let _ = writeln!(report, "{file}:{}\n{failure}", failure.line);
    }
    if let Err(ParseError::Refused(problems)) =
        engine.parse(&scenario.policy, &scenario.surroundings)
    {
        for problem in problems.iter().filter_map(badly_worded) {
            let _ = writeln!(report, "{file}:{}\n{problem}", scenario.line);
        }
    }
    if report.is_empty() { Ok(()) } else { Err(report.into()) }
}

fn english() -> Reader {
    Reader { language: "en".into(), utc_offset: 0 }
}

/// The problem in the texts of a diagnostic, if any: each language has its own text and help.
fn badly_worded(problem: &Diagnostic) -> Option<String> {
    let languages: Vec<&str> = problem.wordings.iter().map(|w| w.language.as_str()).collect();
    if languages != ["es", "pt", "en"] {
        return Some(format!("`{}` is worded in {languages:?}", problem.code));
    }
    if problem.wordings.iter().any(|w| w.text.trim().is_empty() || w.help.trim().is_empty()) {
        return Some(format!("`{}` has a wording without text or help", problem.code));
    }
    let differ = problem.wordings.iter().enumerate().all(|(n, one)| {
        problem
            .wordings
            .iter()
            .skip(n.saturating_add(1))
            .all(|other| (&one.text, &one.help) != (&other.text, &other.help))
    });
    (!differ).then(|| format!("`{}` has the same words in two languages", problem.code))
}

/// The policies in `policies/` are examples to copy, so they must have no warnings.
fn preset_is_clean(file: &Path, engine: SharedEngine) -> Trial {
    let (name, file) = (format!("preset {} on {}", shown(file), engine.name()), file.to_owned());
    Trial::test(name, move || {
        accepted(&shown(&file), &std::fs::read_to_string(&file)?, engine.as_ref())
    })
}

fn accepted(place: &str, config: &str, engine: &dyn Engine) -> Result<(), Failed> {
    let surroundings = despertador_contract::facts::no_surroundings();
    let problems = match engine.parse(config, &surroundings) {
        Ok(mut player) => player.warnings()?,
        Err(ParseError::Refused(problems)) => problems,
        Err(ParseError::Broken(sentence)) => return Err(sentence.into()),
    };
    if problems.is_empty() {
        return Ok(());
    }
    let lines = problems.iter().map(despertador_harness::scenario::problem_line);
    Err(format!("{place}: {}", lines.collect::<Vec<_>>().join("; ")).into())
}

/// Every complete policy in the documentation must be accepted, unless its problems are shown below
/// it: then its heading is a test of its own.
fn policies_in(file: &Path) -> Result<(), Failed> {
    let text = std::fs::read_to_string(file)?;
    let mut block: Option<(usize, String)> = None;
    let mut found = Vec::new();
    let mut refused = false;
    for (number, line) in (1_usize..).zip(text.lines()) {
        match (&mut block, line.trim()) {
            (None, "```policy") => block = Some((number, String::new())),
            (None, "```problems") => refused = true,
            (Some(_), "```") => found.extend(block.take()),
            (Some((_, body)), _) => {
                body.push_str(line);
                body.push('\n');
            }
            (None, _) if line.starts_with('#') => {
                examine(file, &mut found, refused)?;
                refused = false;
            }
            (None, _) => {}
        }
    }
    examine(file, &mut found, refused)
}

fn examine(file: &Path, found: &mut Vec<(usize, String)>, refused: bool) -> Result<(), Failed> {
    for (line, config) in found.drain(..).filter(|_| !refused) {
        accepted(&format!("{}:{line}", shown(file)), &config, &Native)?;
    }
    Ok(())
}

/// Writes the native decisions in place of the expected ones.
fn rewrite(file: &Path) {
    let Ok(scenarios) = read(file) else { return };
    let played: Vec<_> =
        scenarios.scenarios.iter().map(|s| play(s, &Native, &english(), false)).collect();
    if let Some(blessed) = bless(&scenarios, &played)
        && let Err(error) = std::fs::write(file, blessed)
    {
        eprintln!("{} cannot be written: {error}", shown(file));
    }
}
