//! The three rings of `host-harness` (docs/decisions/0037): contract, runtime, tooling. An inner ring
//! never depends on an outer one, for a build or at run time; tests may use whatever they need.

use std::collections::BTreeMap;
use std::process::Command;

use despertador_tests::scenario_files::repository;
use serde_json::Value;

/// From inside to outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ring {
    /// The plugin's side of the sandbox: the host's side uses it only as a component.
    Plugin,
    /// Shared by production and tools: types, words, JSON.
    Contract,
    /// What runs in production.
    Runtime,
    /// Tools to build and test.
    Tooling,
}

use Ring::{Contract, Plugin, Runtime, Tooling};

const RINGS: &[(&str, Ring)] = &[
    ("despertador-policy", Plugin),
    ("despertador-plugin", Plugin),
    ("despertador-contract", Contract),
    ("despertador-host", Runtime),
    ("despertador-package", Runtime),
    ("despertador-flow", Runtime),
    ("despertador-lime", Runtime),
    ("despertador-blip", Runtime),
    ("despertador-connect", Runtime),
    ("despertador-desk", Runtime),
    ("despertador-server", Runtime),
    ("despertador-insight", Runtime),
    ("despertador-page", Runtime),
    ("despertador-panel", Runtime),
    ("despertador-harness", Tooling),
    ("despertador-fakes", Tooling),
    ("despertador-generate", Tooling),
    ("despertador-componentize", Tooling),
    ("despertador-component", Tooling),
    ("despertador", Tooling),
    ("despertador-tests", Tooling),
    ("despertador-hostile", Tooling),
    ("despertador-native", Tooling),
];

/// Whether a crate of the first ring may depend on one of the second.
fn may_depend(from: Ring, on: Ring) -> bool {
    match from {
        Plugin => on == Plugin,
        Contract => on == Contract,
        Runtime => matches!(on, Contract | Runtime),
        Tooling => true,
    }
}

/// The violations in the manifests of a workspace, as `cargo metadata` prints them.
fn violations(metadata: &Value) -> Vec<String> {
    let rings: BTreeMap<&str, Ring> = RINGS.iter().copied().collect();
    let mut wrong = Vec::new();
    for package in metadata["packages"].as_array().expect("a list of packages") {
        let name = package["name"].as_str().expect("a package has a name");
        let Some(&ring) = rings.get(name) else {
            wrong.push(format!("{name} has no ring: add it to RINGS"));
            continue;
        };
        for dependency in package["dependencies"].as_array().expect("a list of dependencies") {
            let on = dependency["name"].as_str().expect("a dependency has a name");
            let Some(&outer) = rings.get(on) else { continue };
            if dependency["kind"] != "dev" && !may_depend(ring, outer) {
                wrong.push(format!("{name} ({ring:?}) depends on {on} ({outer:?})"));
            }
        }
    }
    wrong
}

fn cargo(arguments: &[&str]) -> String {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(arguments)
        .args(["--offline", "--locked"])
        .current_dir(repository())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("cargo prints UTF-8")
}

#[test]
fn an_inner_ring_never_depends_on_an_outer_one() {
    let metadata = cargo(&["metadata", "--no-deps", "--format-version", "1"]);
    let metadata: Value = serde_json::from_str(&metadata).expect("JSON");
    let wrong = violations(&metadata);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let crates = metadata["packages"].as_array().map_or(0, Vec::len);
    assert_eq!(crates, RINGS.len(), "a crate of RINGS has gone");
}

#[test]
fn a_dependency_the_wrong_way_is_found() {
    let workspace = |name: &str, on: &str, kind: Value| {
        serde_json::json!({ "packages": [
            { "name": name, "dependencies": [{ "name": on, "kind": kind }] },
        ] })
    };
    let desk_on_harness = |kind| workspace("despertador-desk", "despertador-harness", kind);
    assert_eq!(violations(&desk_on_harness(Value::Null)).len(), 1);
    assert_eq!(violations(&desk_on_harness("build".into())).len(), 1);
    assert!(violations(&desk_on_harness("dev".into())).is_empty());
    for (name, on) in [
        ("despertador-contract", "despertador-host"),
        ("despertador-policy", "despertador-contract"),
        ("despertador-host", "despertador-policy"),
        ("a-new-crate", "serde"),
    ] {
        assert_eq!(violations(&workspace(name, on, Value::Null)).len(), 1, "{name} on {on}");
    }
    let inwards = workspace("despertador-desk", "despertador-contract", Value::Null);
    assert!(violations(&inwards).is_empty());
}

/// The sandbox's compiler takes most of a cold build.
#[test]
fn what_compiles_no_component_builds_without_the_compiler() {
    for name in ["contract", "flow", "lime", "page", "insight", "desk", "blip", "panel"] {
        let package = format!("despertador-{name}");
        let tree =
            cargo(&["tree", "--package", &package, "--edges", "normal,build", "--prefix", "none"]);
        let compiler = tree.lines().find(|line| line.starts_with("cranelift-codegen"));
        assert_eq!(compiler, None, "{package} depends on the sandbox's compiler");
    }
}

/// The packages that a build has, ours included, each with its features, by `cargo tree`.
fn built(arguments: &[&str]) -> std::collections::BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--offline", "--prefix", "none", "--format", "{p}|{f}"])
        .args(arguments)
        .current_dir(repository())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).expect("UTF-8");
    lines.lines().map(|line| line.trim_end_matches(" (*)").to_owned()).collect()
}

#[test]
fn the_tests_use_the_dependencies_that_the_command_was_built_with() {
    let command = built(&["--package", "despertador", "--edges", "normal,build"]);
    let tests = built(&["--edges", "normal,build,dev"]);
    let again: Vec<_> = command.difference(&tests).collect();
    assert!(command.len() > 100, "{command:?}");
    assert!(
        again.is_empty(),
        "`cargo test` compiles again what `cargo run -p despertador` has compiled, with other \
         features: {again:?}"
    );
}

/// Cargo chooses the features of a build script's dependencies apart: with others than those of the
/// command, a crate and all that depends on it is compiled twice (the manifest of `componentize`).
#[test]
fn few_dependencies_are_compiled_twice_for_the_command() {
    let command = built(&["--package", "despertador", "--edges", "normal,build"]);
    // A name with its version: other versions are `deny.toml`'s concern.
    let packages: Vec<&str> = command.iter().filter_map(|line| line.split('|').next()).collect();
    let twice: Vec<&str> = packages
        .windows(2)
        .filter_map(|two| match two {
            [one, other] if one == other => one.split(' ').next(),
            _ => None,
        })
        .collect();
    // What macros of wasmtime and utoipa take.
    let small =
        ["cranelift-bitset", "pulley-interpreter", "regex-automata", "wasmtime-internal-core"];
    assert_eq!(twice, small);
}
