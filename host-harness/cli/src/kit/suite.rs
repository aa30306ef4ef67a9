//! Conversations that a plugin is played on: those of its project, and those of our own policy language.

use std::path::Path;

use despertador_contract::Reader;
use despertador_harness::Engine;
use despertador_harness::scenario::{Played, ScenarioFile, play};

use super::project::Project;
use crate::{Unusable, run, source};
use despertador_panel::Preset;

macro_rules! suite {
    ($($name:literal,)*) => {
        &[$(($name, include_str!(concat!("../../scenarios/", $name, ".md"))),)*]
    };
}

/// The scenarios of plugins that read policies as ours does.
pub(super) const OF_POLICY: &[(&str, &str)] = suite! {
    "activation",
    "automatic-replies",
    "calendars",
    "catch-up",
    "channel-limits",
    "channels",
    "close-package",
    "company-silent",
    "count-from",
    "customer-zones",
    "departments",
    "explanations",
    "failures",
    "flows",
    "format",
    "gate",
    "limits",
    "matching",
    "names",
    "order-and-duplicates",
    "pauses",
    "presets",
    "reminders",
    "reopening",
    "sending-windows",
    "surveys",
    "texts",
    "transfer",
    "typing",
    "validation",
    "visitors",
    "warned-close",
    "worked-example",
};

/// Plays the scenarios of a file on a plugin.
pub(super) fn scenarios(
    name: &str,
    text: &str,
    engine: &dyn Engine,
) -> Result<Vec<Played>, Unusable> {
    // Scenarios name a preset by its file, and one of them by its folder too.
    let presets = |file: &str| {
        let name = file.rsplit('/').next().unwrap_or(file);
        Preset::named(name).map(|preset| preset.config.to_owned())
    };
    let file = ScenarioFile::read(name, text, &presets).map_err(|found| run::problems(&found))?;
    let reader = Reader { language: "en".into(), utc_offset: 0 };
    Ok(file.scenarios.iter().map(|scenario| play(scenario, engine, &reader, false)).collect())
}

/// The scenario files of a project: `scenarios.md`, and those in the folder `scenarios`.
pub(super) fn of_project(project: &Project) -> Result<Vec<(String, String)>, Unusable> {
    let mut files = Vec::new();
    let one = project.folder.join("scenarios.md");
    if one.is_file() {
        files.push(one);
    }
    let folder = project.folder.join("scenarios");
    if folder.is_dir() {
        files.extend(source::files_below(&folder, &["md"])?);
    }
    let shown =
        |file: &Path| file.strip_prefix(&project.folder).unwrap_or(file).display().to_string();
    files.iter().map(|file| Ok((shown(file), source::read(file)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_suite_has_every_scenario_file() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/scenarios");
        let mut found: Vec<String> = std::fs::read_dir(folder)
            .expect("a folder")
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter_map(|name| name.strip_suffix(".md").map(str::to_owned))
            .collect();
        found.sort();
        let named: Vec<&str> = OF_POLICY.iter().map(|(name, _)| *name).collect();
        assert_eq!(named, found);
    }
}
