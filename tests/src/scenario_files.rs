//! The scenario files and presets of this repository.

use std::fs;
use std::path::{Path, PathBuf};

use despertador_contract::problem::Problem;
use despertador_harness::scenario::ScenarioFile;

/// The folder of the whole repository.
#[must_use]
pub fn repository() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap_or(tests).to_owned()
}

/// All files with this extension below a folder of the repository, by name; empty if the folder
/// does not exist.
#[must_use]
pub fn below(folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![repository().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == ending) {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// A path relative to the repository's root.
#[must_use]
pub fn shown(file: &Path) -> String {
    let inside = file.strip_prefix(repository()).unwrap_or(file);
    inside.display().to_string().replace('\\', "/")
}

/// The config of a preset.
#[must_use]
pub fn preset(name: &str) -> Option<String> {
    fs::read_to_string(repository().join("policies").join(format!("{name}.json"))).ok()
}

/// Parses a scenario file.
///
/// # Errors
///
/// All problems.
pub fn read(file: &Path) -> Result<ScenarioFile, Vec<Problem>> {
    let unreadable = |error: std::io::Error| {
        vec![Problem { file: shown(file), line: 0, found: error.to_string(), expected: None }]
    };
    let text = fs::read_to_string(file).map_err(unreadable)?;
    ScenarioFile::read(&shown(file), &text, &preset)
}
