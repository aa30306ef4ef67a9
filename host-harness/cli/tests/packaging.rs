//! Everything that `packaging/` names exists: settings, flags, environment variables, files.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that is wrong fails"
)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use despertador_desk::store::Location;
use despertador_server::{Operations, Settings};

fn packaging() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packaging")
}

fn read(name: &str) -> String {
    std::fs::read_to_string(packaging().join(name)).unwrap()
}

fn help(words: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_despertador"));
    let output = command.args(words).arg("--help").env_clear().output().unwrap();
    assert!(output.status.success(), "{words:?}");
    // As one line, because line breaks depend on the width.
    let text = String::from_utf8(output.stdout).unwrap();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The value of a line `NAME=VALUE`.
fn value(unit: &str, name: &str) -> String {
    let line = unit.lines().find_map(|line| line.strip_prefix(&format!("{name}=")));
    line.unwrap_or_else(|| panic!("no {name}")).to_owned()
}

#[test]
fn the_example_settings_are_accepted_and_agree_with_the_unit() {
    let settings = Settings::read(&packaging().join("despertador.toml")).unwrap();
    let unit = read("despertador.service");
    let folder = format!("/var/lib/{}", value(&unit, "StateDirectory"));
    let Location::File(desk) = settings.desk else { panic!("a file") };
    assert_eq!(desk.parent().unwrap(), Path::new(&folder));
    let deliver = settings.deliver.unwrap();
    let credential = value(&unit, "LoadCredential");
    let (name, _) = credential.split_once(':').unwrap();
    let given = format!("/run/credentials/despertador.service/{name}");
    assert_eq!(deliver.secret_file.unwrap(), Path::new(&given));
    let stops = Duration::from_secs(value(&unit, "TimeoutStopSec").parse().unwrap());
    // First requests end, then deliveries, then the server's threads.
    let limit = settings.limits.stop_timeout.0;
    assert!(stops >= limit + deliver.timeout.unwrap().0 + limit, "{stops:?}");
    let files: usize = value(&unit, "LimitNOFILE").parse().unwrap();
    assert!(files >= 2 * settings.limits.connections.get());
    assert!(settings.listen.ip().is_loopback());
    assert!(matches!(settings.operations, Operations::At(at) if at.ip().is_loopback()));
    // The plugin is compiled on the machine where it runs.
    assert_eq!(value(&unit, "MemoryDenyWriteExecute"), "no");
}

#[test]
fn the_unit_calls_what_there_is() {
    let unit = read("despertador.service");
    let start = value(&unit, "ExecStart");
    let mut words = start.split(' ');
    // Wherever it is installed: systemd looks in /usr/local/bin and /usr/bin.
    assert_eq!(words.next(), Some("despertador"));
    assert_eq!(words.next(), Some("serve"));
    let help = help(&["serve"]);
    let flags: Vec<&str> = words.filter(|word| word.starts_with("--")).collect();
    assert_eq!(flags.len(), 1, "{start}");
    for flag in flags {
        assert!(help.contains(&format!("{flag} ")), "{flag}");
    }
}

#[test]
fn the_container_sets_what_is_read_and_exposes_what_is_listened_at() {
    let container = read("Containerfile");
    let help = help(&["serve"]);
    let names: Vec<&str> = container
        .split(|c: char| !c.is_ascii_uppercase() && c != '_')
        .filter(|word| word.starts_with("DESPERTADOR_"))
        .collect();
    assert_eq!(names.len(), 3);
    for name in names {
        assert!(help.contains(&format!("[env: {name}")), "{name}");
    }
    assert!(container.contains("EXPOSE 7070 7071"));
    assert!(container.contains("USER 10001"));
    assert!(container.contains("CMD [\"serve\"]"));
    for line in container.lines().filter(|line| line.starts_with("COPY LICENSE")) {
        for file in line.split(' ').filter(|word| word.starts_with("LICENSE")) {
            assert!(packaging().join("..").join(file).exists(), "{file}");
        }
    }
    // The image uses the same toolchain.
    let toolchain = include_str!("../../../rust-toolchain.toml");
    let image = container.split("library/rust:").nth(1).unwrap();
    let version = image.split('-').next().unwrap();
    assert!(toolchain.contains(&format!("channel = \"{version}.")), "{version}");
}

#[test]
fn the_page_names_flags_and_variables_that_there_are() {
    let page = read("README.md");
    let serve = help(&["serve"]);
    let create = help(&["token", "create"]);
    for name in ["DESPERTADOR_WEBHOOK", "DESPERTADOR_WEBHOOK_SECRET_FILE", "DESPERTADOR_CONFIG"] {
        assert!(page.contains(name) && serve.contains(&format!("[env: {name}=")), "{name}");
    }
    for flag in ["--scopes", "--accounts", "--desk"] {
        assert!(page.contains(flag) && create.contains(flag), "{flag}");
    }
}
