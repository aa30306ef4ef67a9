//! The suites of `tests/tests` on the policy crate alone, in one program that is built in a few
//! seconds: `cargo mutants` runs it for each mutant (`docs/testing.md`). `cargo test` plays the
//! same suites on the component as well and leaves this package out.

#![cfg(test)]

#[path = "../tests/diagnostics.rs"]
mod diagnostics;
#[path = "../tests/documentation.rs"]
mod documentation;
#[path = "../tests/explanations.rs"]
mod explanations;
#[path = "../tests/instants.rs"]
mod instants;
#[path = "../tests/memory.rs"]
mod memory;
#[path = "../tests/outline.rs"]
mod outline;
#[path = "../tests/properties.rs"]
mod properties;
#[path = "../tests/scenarios.rs"]
#[allow(dead_code, reason = "it is a program of its own, with a `main`")]
mod scenarios;
#[path = "../tests/simulation.rs"]
mod simulation;

#[test]
fn every_heading() {
    let arguments = libtest_mimic::Arguments { quiet: true, ..Default::default() };
    assert!(!libtest_mimic::run(&arguments, scenarios::trials()).has_failed());
}
