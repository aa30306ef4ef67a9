//! `despertador plugin watch`: builds after every change and plays the scenarios.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::mpsc;
use std::time::{Duration, SystemTime};

use despertador_harness::component::Sandboxed;
use despertador_harness::scenario::Played;
use serde_json::json;

use super::build::{self, Built};
use super::project::Project;
use super::{WatchArguments, suite};
use crate::language::tr;
use crate::paint::{DIM, RED, mark, paint};
use crate::{Ended, Unusable, plugin, source};

/// How often the sources are looked at.
const INTERVAL: Duration = Duration::from_millis(300);

/// Watches until somebody stops it.
pub(super) fn watch(arguments: &WatchArguments, json: bool) -> Result<Ended, Unusable> {
    let folder = &arguments.project.folder;
    // Nothing is ever sent: waiting for it is waiting for the next look.
    let (_open, never) = mpsc::channel::<()>();
    let mut last: Option<Round> = None;
    let mut built_from = None;
    loop {
        let project = Project::read(folder)?;
        let sources = sources(&project)?;
        if built_from.as_ref() == Some(&sources) {
            let _ = never.recv_timeout(INTERVAL);
            continue;
        }
        let round = Round::of(&project)?;
        built_from = Some(sources);
        // What was changed meanwhile is built before anything is said of it.
        if built_from.as_ref() != Some(&self::sources(&project)?) {
            continue;
        }
        say(&round, last.as_ref(), json);
        last = Some(round);
    }
}

/// The sources of a project, as far as a change of them can be seen.
fn sources(project: &Project) -> Result<BTreeMap<PathBuf, (u64, Option<SystemTime>)>, Unusable> {
    let mut found = BTreeMap::new();
    let mut folders = vec![project.folder.clone()];
    while let Some(folder) = folders.pop() {
        let entries =
            std::fs::read_dir(&folder).map_err(|error| source::unreadable(&folder, &error))?;
        for entry in entries.flatten() {
            let name = entry.file_name();
            if project.written.is_built(&name.to_string_lossy()) {
                continue;
            }
            // A file that is gone meanwhile is another change.
            let Ok(data) = entry.metadata() else { continue };
            if data.is_dir() {
                folders.push(entry.path());
            } else {
                found.insert(entry.path(), (data.len(), data.modified().ok()));
            }
        }
    }
    Ok(found)
}

/// What became of one build.
#[derive(Debug, PartialEq, Eq)]
enum Round {
    /// There is no component, and the compiler says why.
    NotBuilt(String),
    /// The host does not load it, or a scenario file cannot be read.
    NotPlayed(String),
    /// The scenarios by file and heading, with what was decided in each.
    Played(BTreeMap<(String, String), Scenario>),
}

/// A scenario that was played.
#[derive(Debug, PartialEq, Eq)]
struct Scenario {
    passed: bool,
    decided: Vec<String>,
    failures: Vec<String>,
}

impl Round {
    /// Builds and plays.
    fn of(project: &Project) -> Result<Round, Unusable> {
        let bytes = match build::component(project)? {
            Built::Component(bytes) => bytes,
            Built::Failed(messages) => return Ok(Round::NotBuilt(messages)),
        };
        let plugin = match plugin::host(project.limits.clone())?.load_bytes(&bytes) {
            Ok(plugin) => plugin,
            Err(error) => return Ok(Round::NotPlayed(error.to_string())),
        };
        let engine = Sandboxed::new(plugin);
        let mut all = BTreeMap::new();
        for (name, text) in suite::of_project(project)? {
            match suite::scenarios(&name, &text, &engine) {
                Ok(played) => all.extend(played.into_iter().map(|played| {
                    ((name.clone(), played.heading.clone()), scenario(&name, &played))
                })),
                Err(Unusable(sentence)) => return Ok(Round::NotPlayed(sentence)),
            }
        }
        Ok(Round::Played(all))
    }
}

fn scenario(file: &str, played: &Played) -> Scenario {
    let decided = played
        .steps
        .iter()
        .map(|step| format!("{}  → {}", step.source, step.got.as_deref().unwrap_or_default()))
        .collect();
    let failures = played
        .failures
        .iter()
        .map(|failure| format!("{file}:{}\n{failure}", failure.line))
        .collect();
    Scenario { passed: played.passed(), decided, failures }
}

/// Says what is another than in the round before.
fn say(round: &Round, last: Option<&Round>, json: bool) {
    let lines = changes(round, last);
    if json {
        // One object a line, so that a program can follow.
        let passed = match round {
            Round::Played(all) => Some(all.values().all(|scenario| scenario.passed)),
            _ => None,
        };
        let plain: Vec<String> =
            lines.iter().map(|line| anstream::adapter::strip_str(line).to_string()).collect();
        anstream::println!("{}", json!({ "passed": passed, "changed": plain }));
    } else {
        lines.iter().for_each(|line| anstream::println!("{line}"));
    }
}

/// The lines that show what is another than in the round before.
fn changes(round: &Round, last: Option<&Round>) -> Vec<String> {
    let all = match round {
        Round::NotBuilt(messages) | Round::NotPlayed(messages) => {
            let end = tr!("not built", "no se compiló", "não foi compilado");
            return vec![messages.trim_end().to_owned(), paint(RED, end)];
        }
        Round::Played(all) => all,
    };
    let nothing = BTreeMap::new();
    let before = match last {
        Some(Round::Played(before)) => before,
        _ => &nothing,
    };
    let mut lines = Vec::new();
    for (key, scenario) in all {
        let was = before.get(key);
        if was == Some(scenario) || (was.is_none() && scenario.passed && !before.is_empty()) {
            continue;
        }
        if was.is_none() && scenario.passed {
            continue;
        }
        lines.push(format!("  {} {}", mark(scenario.passed), key.1));
        if let Some(was) = was {
            for (old, new) in
                was.decided.iter().zip(&scenario.decided).filter(|(old, new)| old != new)
            {
                lines.push(format!("    {}", paint(DIM, format_args!("- {old}"))));
                lines.push(format!("    + {new}"));
            }
        }
        for failure in &scenario.failures {
            lines.extend(failure.lines().map(|line| format!("      {line}")));
        }
    }
    for key in before.keys().filter(|key| !all.contains_key(*key)) {
        let gone = tr!("gone: {name}", "ya no está: {name}", "não está mais: {name}", name = key.1);
        lines.push(format!("  {}", paint(DIM, gone)));
    }
    let failed = all.values().filter(|scenario| !scenario.passed).count();
    let passed = all.len().saturating_sub(failed);
    lines.push(tr!(
        "built; {passed} scenarios passed, {failed} failed",
        "compilado; {passed} escenarios bien, {failed} mal",
        "compilado; {passed} cenários certos, {failed} errados",
        passed = passed,
        failed = failed,
    ));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(passed: bool, decided: &str) -> Round {
        let failures = if passed { Vec::new() } else { vec!["s.md:3\nexpected more".into()] };
        let scenario = Scenario { passed, decided: vec![decided.into()], failures };
        Round::Played([(("s.md".into(), "Reminded".into()), scenario)].into())
    }

    fn shown(round: &Round, last: Option<&Round>) -> String {
        let lines = changes(round, last).join("\n");
        anstream::adapter::strip_str(&lines).to_string()
    }

    #[test]
    fn only_what_changed_is_shown() {
        let first = round(true, "09:10  tick  → send reminder 1");
        assert_eq!(shown(&first, None), "built; 1 scenarios passed, 0 failed");
        assert_eq!(shown(&first, Some(&first)), "built; 1 scenarios passed, 0 failed");
        let other = round(false, "09:10  tick  → rest");
        assert_eq!(
            shown(&other, Some(&first)),
            "  ✗ Reminded\n    - 09:10  tick  → send reminder 1\n    + 09:10  tick  → rest\n      \
             s.md:3\n      expected more\nbuilt; 0 scenarios passed, 1 failed"
        );
        // What fails is shown also the first time, and after a build that failed.
        let failed = Round::NotBuilt("error: expected `;`".into());
        assert_eq!(shown(&failed, Some(&other)), "error: expected `;`\nnot built");
        assert!(shown(&other, Some(&failed)).starts_with("  ✗ Reminded\n"));
        let none = Round::Played(BTreeMap::new());
        assert!(shown(&none, Some(&first)).starts_with("  gone: Reminded\n"));
    }
}
