//! `despertador plugin`: begins, builds, checks, watches and measures plugins.

mod bench;
mod build;
mod check;
mod new;
mod project;
mod suite;
mod watch;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};

use despertador_host::Limits;
use project::{Project, Written};

use crate::arguments::LimitArguments;
use crate::{Ended, Unusable};

/// Creates, builds, checks and measures a plugin of your own
#[derive(Debug, Args)]
#[command(
    subcommand_required = true,
    arg_required_else_help = true,
    disable_help_subcommand = true
)]
#[command(after_help = "\
Examples:
  despertador plugin new quiet --language javascript
  despertador plugin build quiet
  despertador plugin check quiet

docs/plugins.md is the guide.")]
pub(crate) struct KitArguments {
    #[command(subcommand)]
    what: KitCommand,
}

/// What to do with a plugin.
#[derive(Debug, Subcommand)]
enum KitCommand {
    New(NewArguments),
    Build(BuildArguments),
    Check(CheckArguments),
    Watch(WatchArguments),
    Bench(BenchArguments),
}

/// Creates the project of a plugin: one rule, its policy, two scenarios
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  despertador plugin new quiet --language rust
  despertador plugin new work/quiet --language python

The project has the contract, its types and a README with the next three commands. Its texts are in
the system's language (es, pt or en).")]
pub(crate) struct NewArguments {
    /// The folder to create; its name becomes the plugin's
    #[arg(value_name = "NAME")]
    folder: PathBuf,

    /// The programming language: rust, javascript or python
    // The same flag as that of the language of what is printed, which here is the system's.
    #[arg(long, value_name = "LANGUAGE", value_parser = written)]
    language: String,
}

fn written(text: &str) -> Result<String, String> {
    match Written::from_word(text) {
        Some(_) => Ok(text.to_owned()),
        None => Err("it is one of rust, javascript, python".into()),
    }
}

/// Which project.
#[derive(Debug, Args)]
pub(crate) struct ProjectArgument {
    /// The folder of the project
    #[arg(value_name = "FOLDER", default_value = ".")]
    folder: PathBuf,
}

/// Builds a plugin into a component, NAME.wasm in its folder
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  despertador plugin build quiet

Rust needs cargo, JavaScript `npm install` and Python a `.venv` in the folder (see the project's
README). Messages of the compiler are shown as it prints them. A build that fails leaves no
component behind, and the exit code is 1.")]
pub(crate) struct BuildArguments {
    #[command(flatten)]
    project: ProjectArgument,
}

/// Builds a plugin and checks what every plugin owes, then plays its scenarios
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  despertador plugin check quiet
  despertador plugin check other.wasm --policy policy.json --plugin-limit component_bytes=8MiB

It checks imports, exports and types, what the plugin says of itself, what it refuses, the rules of
docs/rules.md that every plugin owes (each call is repeated on a fresh instance), whether memory
grows, and the scenarios of the project. A plugin that reads policies as docs/policy.md describes
them is also played on our own scenarios. The exit code is 1 if anything failed.")]
pub(crate) struct CheckArguments {
    /// The folder of a project, or a component
    #[arg(value_name = "FOLDER|FILE", default_value = ".")]
    plugin: PathBuf,

    /// A policy of the plugin (default: policy.json of the project)
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,

    /// Only the rules of every plugin, or also those of our policies (default: these if it reads them)
    #[arg(long, value_name = "LEVEL", value_enum)]
    level: Option<Level>,

    #[command(flatten)]
    limits: LimitArguments,
}

/// How much a plugin promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Level {
    /// What every plugin owes
    Contract,
    /// Also the behaviour of our own policies
    Policy,
}

/// Builds and plays the scenarios after every change, and shows what changed
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  despertador plugin watch quiet

Stop it with Ctrl-C. A change while the plugin is being built leads to another build; scenarios are
never played on a component that is older than its sources.")]
pub(crate) struct WatchArguments {
    #[command(flatten)]
    project: ProjectArgument,
}

/// Measures fuel, time and memory of calls, beside the last build and the built-in plugin
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  despertador plugin bench quiet
  despertador plugin bench quiet --calls 200 --json

Fuel is the same on every machine; times are of this one.")]
pub(crate) struct BenchArguments {
    #[command(flatten)]
    project: ProjectArgument,

    /// Calls of each kind
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    calls: u64,
}

/// The limits of the project whose component this is, if it lies in one.
pub(crate) fn limits_of(component: &Path) -> Option<Limits> {
    let project = Project::read(component.parent()?).ok()?;
    (project.component().file_name() == component.file_name()).then_some(project.limits)
}

/// The language of sentences and of new projects.
pub(crate) fn language() -> despertador_contract::Language {
    crate::language::Language::chosen().of_page()
}

/// Does what was asked for.
pub(crate) fn kit(arguments: &KitArguments, json: bool) -> Result<Ended, Unusable> {
    match &arguments.what {
        KitCommand::New(arguments) => new::new(arguments, json),
        KitCommand::Build(arguments) => build::build(arguments, json),
        KitCommand::Check(arguments) => check::check(arguments, json),
        KitCommand::Watch(arguments) => watch::watch(arguments, json),
        KitCommand::Bench(arguments) => bench::bench(arguments, json),
    }
}
