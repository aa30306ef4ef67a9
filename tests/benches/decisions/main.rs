//! The cost of a decision: natively, through the sandbox, and with a million open tickets.
//!
//! `cargo bench -p despertador-tests [-- [--quick] [--json[=FILE]] [GROUP…]]`
//!
//! The figures are those of one machine on one day, shared with other programs: compare ratios.
//! Everything that is compared takes turns within the same rounds. Decisions are asserted; times
//! are not.

mod arguments;
mod bytes;
mod calls;
mod features;
mod hosts;
mod loads;
mod open;
mod policies;
mod report;
mod rounds;
mod setting;

use std::error::Error;
use std::process::ExitCode;

use arguments::{Arguments, Json};
use report::Report;

/// Measures one group and adds its figures to the report.
type Group = fn(&Arguments, &mut Report) -> Result<(), Box<dyn Error>>;

const GROUPS: [(&str, Group); 7] = [
    ("calls", calls::measure),
    ("policies", policies::measure),
    ("features", features::measure),
    ("hosts", hosts::measure),
    ("loads", loads::measure),
    ("open", open::measure),
    ("bytes", bytes::measure),
];

fn main() -> ExitCode {
    match Arguments::from_command_line(&GROUPS.map(|(name, _)| name)) {
        Ok(arguments) => match run(&arguments) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => failed(&*error),
        },
        Err(error) => failed(&*error),
    }
}

fn failed(error: &dyn Error) -> ExitCode {
    eprintln!("error: {error}");
    ExitCode::FAILURE
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let mut report = Report::new(arguments.quick, matches!(arguments.json, Json::Printed));
    for (name, measure) in GROUPS {
        if arguments.wants(name) {
            measure(arguments, &mut report)?;
        }
    }
    match &arguments.json {
        Json::No => {}
        Json::Printed => println!("{}", report.json()),
        Json::Into(file) => std::fs::write(file, report.json() + "\n")
            .map_err(|e| format!("cannot write `{}`: {e}", file.display()))?,
    }
    Ok(())
}
