//! `despertador plugin`: begins, builds, checks, watches and measures plugins.

mod bench;
mod build;
mod check;
mod new;
mod package;
mod profile;
mod project;
mod suite;
mod watch;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};

use despertador_host::Limits;
use project::{Project, Written};

use crate::arguments::{LimitArguments, TrustArguments};
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
    Keygen(KeygenArguments),
    Pack(PackArguments),
    Verify(VerifyArguments),
    Pull(PullArguments),
}

/// Creates the project of a plugin: one rule, its policy, two scenarios
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  despertador plugin new quiet --language rust
  despertador plugin new work/quiet --language python
  despertador plugin new ours --from policy --crates ../despertador

--from policy begins with the rules of the built-in plugin and one rule more, in Rust. The project
has the contract, its types and a README with the next three commands. Its texts are in the system's
language (es, pt or en).")]
pub(crate) struct NewArguments {
    /// The folder to create; its name becomes the plugin's
    #[arg(value_name = "NAME")]
    folder: PathBuf,

    /// The programming language: rust, javascript or python
    // The same flag as that of the language of what is printed, which here is the system's.
    #[arg(long, value_name = "LANGUAGE", value_parser = written, required_unless_present = "from")]
    language: Option<String>,

    /// Begin with the rules of the built-in plugin, which are written in Rust, instead of a small rule
    #[arg(long, value_name = "WHAT", value_enum)]
    from: Option<NewFrom>,

    /// Where the crates of the rules are: a checkout of Despertador, or the folder in which its packages
    /// are unpacked (default: crates.io)
    #[arg(long, value_name = "FOLDER", requires = "from")]
    crates: Option<PathBuf>,
}

/// What a project begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum NewFrom {
    /// The rules of the built-in plugin
    Policy,
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
  despertador plugin bench quiet --profile quiet.svg

Fuel is the same on every machine; times are of this one.")]
pub(crate) struct BenchArguments {
    #[command(flatten)]
    project: ProjectArgument,

    /// Calls of each kind
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    calls: u64,

    /// Also write where calls spend their fuel: a flame graph if the name ends in .svg, else
    /// collapsed stacks for other viewers
    #[arg(long, value_name = "FILE")]
    profile: Option<PathBuf>,
}

/// Creates the two keys that sign packages and verify them
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  despertador plugin keygen mine

It writes mine.key, which signs and which nobody else may have, and mine.pub, which you give to
those who run your plugins. Both are Ed25519 keys in PEM; OpenSSL reads and writes the same files.")]
pub(crate) struct KeygenArguments {
    /// The files, without their endings
    #[arg(value_name = "NAME")]
    name: PathBuf,
}

/// Packs a plugin into one file or an OCI layout, with its digest and a signature
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  despertador plugin pack quiet --key mine.key
  despertador plugin pack other.wasm --key mine.key --layout --output other-0.1.0

A project is built first. The package is an OCI image layout, in one tar file or with --layout in a
folder, with the media types that wkg and other tools use for components. The same component and key
give the same bytes.")]
pub(crate) struct PackArguments {
    /// The folder of a project, or a component
    #[arg(value_name = "FOLDER|FILE", default_value = ".")]
    plugin: PathBuf,

    /// Sign with this private key
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,

    /// The package (default: NAME.tar beside the component, or the folder NAME.oci)
    #[arg(long, value_name = "PATH")]
    output: Option<PathBuf>,

    /// Write a folder instead of one file
    #[arg(long)]
    layout: bool,

    /// The tag of the component (default: the version that the plugin says it has)
    #[arg(long, value_name = "TAG")]
    tag: Option<String>,

    #[command(flatten)]
    limits: LimitArguments,
}

/// Checks the digests and the signature of a package, and what its component is
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  despertador plugin verify quiet.tar --public-key mine.pub
  despertador plugin verify quiet.oci --tag 0.1.0 --json

The exit code is 1 if the package is damaged, is signed with another key, or holds what a host would
refuse. Without --public-key only the digests are checked.")]
pub(crate) struct VerifyArguments {
    #[command(flatten)]
    package: PackageArguments,
}

/// Takes the component out of a package, if it is whole and signed
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  despertador plugin pull quiet.tar --public-key mine.pub
  despertador plugin pull quiet.oci --output quiet.wasm --public-key mine.pub

A package in a registry is fetched with a tool for registries first:
  oras copy registry.example/quiet:0.1.0 --to-oci-layout quiet.oci")]
pub(crate) struct PullArguments {
    #[command(flatten)]
    package: PackageArguments,

    /// The file for the component (default: NAME.wasm here)
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Overwrite an existing file
    #[arg(long)]
    force: bool,
}

/// Which package, and whose it must be.
#[derive(Debug, Args)]
pub(crate) struct PackageArguments {
    /// The package: a tar file, or the folder of an OCI layout
    #[arg(value_name = "PACKAGE")]
    package: PathBuf,

    /// The component with this tag, if there are several
    #[arg(long, value_name = "TAG")]
    tag: Option<String>,

    #[command(flatten)]
    trust: TrustArguments,
}

/// The limits of the project whose component this is, if it lies in one.
pub(crate) fn limits_of(component: &Path) -> Option<Limits> {
    let project = Project::read(component.parent()?).ok()?;
    let own = [project.component(), project.package(false), project.package(true)];
    own.iter().any(|own| own.file_name() == component.file_name()).then_some(project.limits)
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
        KitCommand::Keygen(arguments) => package::keygen(arguments, json),
        KitCommand::Pack(arguments) => package::pack(arguments, json),
        KitCommand::Verify(arguments) => package::verify(arguments, json),
        KitCommand::Pull(arguments) => package::pull(arguments, json),
    }
}
