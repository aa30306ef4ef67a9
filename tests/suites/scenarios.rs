//! Every heading of `tests/scenarios`, on every engine.

use std::fs;
use std::path::{Path, PathBuf};

use despertador_component::COMPONENT;
use despertador_harness::Engine;
use despertador_harness::component::Sandboxed;
use despertador_harness::scenario::{Played, ScenarioFile, bless, play};
use despertador_host::contract::Reader;
use despertador_host::{Host, Options};
use despertador_tests::native::Native;

#[test]
fn every_scenario_holds_in_the_sandbox() {
    let host = Host::new(Options::default()).expect("a host");
    let plugin = host.load_bytes(COMPONENT).expect("the built-in plugin");
    all_hold(&Sandboxed::new(plugin), std::env::var_os("BLESS").is_some());
}

#[test]
fn every_scenario_holds_natively() {
    all_hold(&Native, false);
}

/// Plays every file; with `blessing`, first writes what was decided into it.
fn all_hold(engine: &dyn Engine, blessing: bool) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut failures = Vec::new();
    let mut count: usize = 0;
    for file in files(&root.join("tests/scenarios")) {
        let (scenarios, mut played) = played(&file, &root, engine);
        if blessing && let Some(text) = bless(&scenarios, &played) {
            fs::write(&file, text).expect("the scenario can be written");
            played = self::played(&file, &root, engine).1;
        }
        count = count.saturating_add(played.len());
        for one in &played {
            for failure in &one.failures {
                let place = format!("{}:{}", scenarios.file, failure.line);
                failures.push(format!("{place}: {}\n{failure}", one.heading));
            }
        }
    }
    assert!(count > 0, "there are scenarios");
    assert!(
        failures.is_empty(),
        "on the {} engine:\n\n{}\n",
        engine.name(),
        failures.join("\n\n")
    );
}

fn played(file: &Path, root: &Path, engine: &dyn Engine) -> (ScenarioFile, Vec<Played>) {
    let text = fs::read_to_string(file).expect("a scenario");
    let name = file
        .strip_prefix(root)
        .unwrap_or(file)
        .display()
        .to_string();
    let presets = |name: &str| fs::read_to_string(root.join(format!("policies/{name}.json"))).ok();
    let scenarios = ScenarioFile::read(&name, &text, &presets).unwrap_or_else(|problems| {
        let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
        panic!("{}", problems.join("\n"))
    });
    let reader = Reader {
        language: "en".into(),
        utc_offset: 0,
    };
    let played = scenarios
        .scenarios
        .iter()
        .map(|s| play(s, engine, &reader, false))
        .collect();
    (scenarios, played)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)
        .expect("the folder of scenarios")
        .flatten()
    {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|ending| ending == "md") {
            found.push(path);
        }
    }
    found.sort();
    found
}
