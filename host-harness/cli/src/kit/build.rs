//! `despertador plugin build`: runs the compiler of the language and writes the component.

use std::ffi::OsStr;
use std::fs;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use despertador_host::inspect_bytes;
use serde_json::json;

use super::BuildArguments;
use super::project::{Project, STATE, Written};
use crate::language::tr;
use crate::paint::{RED, paint};
use crate::table::thousands;
use crate::{Ended, Unusable, written};

/// How a build ended.
pub(super) enum Built {
    /// With a component that a host would look at.
    Component(Vec<u8>),
    /// Without one; what is wrong stands in the messages of the compiler.
    Failed(String),
}

/// Builds a project and says so.
pub(super) fn build(arguments: &BuildArguments, json: bool) -> Result<Ended, Unusable> {
    let project = Project::read(&arguments.project.folder)?;
    let built = component(&project)?;
    let file = project.component().display().to_string();
    let (ended, found) = match &built {
        Built::Component(bytes) => {
            let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
            if !json {
                anstream::println!(
                    "{}",
                    tr!(
                        "{file} written, {size} bytes",
                        "{file} escrito, {size} bytes",
                        "{file} escrito, {size} bytes",
                        file = file,
                        size = thousands(size),
                    )
                );
            }
            let sha256 = inspect_bytes(bytes).sha256.to_string();
            (Ended::Well, json!({ "written": file, "size": size, "sha256": sha256 }))
        }
        Built::Failed(messages) => {
            if !json {
                say_failed(messages);
            }
            (Ended::WithFindings, json!({ "written": null, "messages": messages }))
        }
    };
    if json {
        anstream::println!("{found:#}");
    }
    Ok(ended)
}

/// Shows why there is no component: the compiler's words, and that this is the end.
pub(super) fn say_failed(messages: &str) {
    if !messages.trim().is_empty() {
        anstream::eprintln!("{}", messages.trim_end());
    }
    let end = tr!("not built", "no se compiló", "não foi compilado");
    anstream::eprintln!("{}", paint(RED, end));
}

/// Builds a project for a command that goes on with the component; none if it cannot be built, which
/// was said.
pub(super) fn component_or_say(project: &Project, json: bool) -> Result<Option<Vec<u8>>, Unusable> {
    match component(project)? {
        Built::Component(bytes) => return Ok(Some(bytes)),
        Built::Failed(messages) if json => {
            anstream::println!("{:#}", json!({ "built": false, "messages": messages }));
        }
        Built::Failed(messages) => say_failed(&messages),
    }
    Ok(None)
}

/// Builds the component of a project. The one of the build before is kept aside; a build that fails
/// leaves none, so that nobody tests a stale one.
pub(super) fn component(project: &Project) -> Result<Built, Unusable> {
    let file = project.component();
    if file.is_file() {
        let previous = project.previous();
        let state = project.folder.join(STATE);
        fs::create_dir_all(&state)
            .and_then(|()| fs::rename(&file, &previous))
            .map_err(|error| written::unwritable(&previous, &error))?;
    }
    let built = match project.written {
        Written::Rust => rust(project)?,
        Written::Javascript => javascript(project)?,
        Written::Python => python(project)?,
    };
    let bytes = match built {
        Built::Component(bytes) => bytes,
        failed => return Ok(failed),
    };
    if let Some(refusal) = inspect_bytes(&bytes).refusal {
        return Ok(Built::Failed(tr!(
            "the component {refusal}; {help}",
            "el componente: {refusal}; {help}",
            "o componente: {refusal}; {help}",
            refusal = refusal,
            help = refusal.help(),
        )));
    }
    written::write(&file, &bytes, true)?;
    Ok(Built::Component(bytes))
}

fn rust(project: &Project) -> Result<Built, Unusable> {
    despertador_componentize::ensure_target().map_err(|problem| problem.to_string())?;
    let target = project.folder.join("target");
    let mut cargo = despertador_componentize::cargo(&project.folder);
    cargo.args(["build", "--quiet", "--lib", "--release"]).arg("--target-dir").arg("target");
    if std::io::stderr().is_terminal() {
        cargo.env("CARGO_TERM_COLOR", "always");
    }
    let output = run(&mut cargo, "cargo", "https://rustup.rs")?;
    if !output.status.success() {
        return Ok(Built::Failed(messages(&output)));
    }
    let module = format!("{}.wasm", project.name.replace('-', "_"));
    let module = target.join(despertador_componentize::TARGET).join("release").join(module);
    let module = fs::read(&module).map_err(|_| {
        tr!(
            "cargo did not write `{module}`: the package in Cargo.toml must be named `{name}`, with the \
             crate-type cdylib",
            "cargo no escribió `{module}`: el paquete en Cargo.toml debe llamarse `{name}`, con el \
             crate-type cdylib",
            "cargo não escreveu `{module}`: o pacote em Cargo.toml deve se chamar `{name}`, com o \
             crate-type cdylib",
            module = module.display(),
            name = project.name,
        )
    })?;
    Ok(match despertador_componentize::encode(&module) {
        Ok(bytes) => Built::Component(bytes),
        Err(problem) => Built::Failed(problem.to_string()),
    })
}

fn javascript(project: &Project) -> Result<Built, Unusable> {
    let tool = tool(project, "node_modules/.bin", "componentize-qjs", "npm install")?;
    written_by(project, |made| {
        let mut command = Command::new(&tool);
        command
            .args(["--wit", "wit", "--js", "plugin.js", "--world", "plugin"])
            .args(["--stub-wasi", "--sync", "--opt-size", "--output"])
            .arg(made);
        command
    })
}

fn python(project: &Project) -> Result<Built, Unusable> {
    let install = "python3 -m venv .venv && .venv/bin/pip install --requirement requirements.txt";
    let folder = if cfg!(windows) { ".venv/Scripts" } else { ".venv/bin" };
    let tool = tool(project, folder, "componentize-py", install)?;
    // For editors: what `wit_world` has.
    let stubs = project.folder.join("stubs");
    if !stubs.is_dir() {
        let mut command = Command::new(&tool);
        command.args(["--quiet", "-d", "wit", "-w", "plugin", "bindings", "stubs"]);
        let output = run(command.current_dir(&project.folder), "componentize-py", install)?;
        if !output.status.success() {
            return Ok(Built::Failed(messages(&output)));
        }
    }
    written_by(project, |made| {
        let mut command = Command::new(&tool);
        command
            .args(["--quiet", "-d", "wit", "-w", "plugin", "componentize", "app", "-p", "."])
            .args(["--stub-wasi", "--output"])
            .arg(made);
        command
    })
}

/// What a tool writes to a file that it is told.
fn written_by(
    project: &Project,
    command: impl FnOnce(&Path) -> Command,
) -> Result<Built, Unusable> {
    let state = project.folder.join(STATE);
    fs::create_dir_all(&state).map_err(|error| written::unwritable(&state, &error))?;
    let made = Path::new(STATE).join("made.wasm");
    let mut command = command(&made);
    let made = project.folder.join(&made);
    let output = run(command.current_dir(&project.folder), "", "")?;
    if !output.status.success() {
        return Ok(Built::Failed(messages(&output)));
    }
    let bytes = fs::read(&made).map_err(|error| crate::source::unreadable(&made, &error))?;
    fs::remove_file(&made).map_err(|error| written::unwritable(&made, &error))?;
    Ok(Built::Component(bytes))
}

/// A tool that the project has installed, or else one of the system.
fn tool(project: &Project, folder: &str, name: &str, install: &str) -> Result<PathBuf, Unusable> {
    let endings: &[&str] = if cfg!(windows) { &[".cmd", ".exe"] } else { &[""] };
    let installed = |folder: PathBuf| {
        endings
            .iter()
            .map(|ending| folder.join(format!("{name}{ending}")))
            .find(|file| file.is_file())
    };
    let own = installed(project.folder.join(folder));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = own.or_else(|| std::env::split_paths(&path).find_map(installed));
    let found = found.ok_or_else(|| {
        tr!(
            "`{name}` is not installed; in the project's folder, run `{install}`",
            "`{name}` no está instalado; en la carpeta del proyecto, ejecute `{install}`",
            "`{name}` não está instalado; na pasta do projeto, execute `{install}`",
            name = name,
            install = install,
        )
    })?;
    // The tool is started in another folder than this one.
    Ok(std::path::absolute(&found).unwrap_or(found))
}

fn run(command: &mut Command, name: &str, install: &str) -> Result<Output, Unusable> {
    let name = if name.is_empty() { name_of(command) } else { name.to_owned() };
    command.stdin(Stdio::null()).output().map_err(|error| {
        tr!(
            "`{name}` cannot be started: {error}; install it ({install})",
            "`{name}` no se puede ejecutar: {error}; instálelo ({install})",
            "`{name}` não pode ser executado: {error}; instale-o ({install})",
            name = name,
            error = error,
            install = install,
        )
        .into()
    })
}

fn name_of(command: &Command) -> String {
    let name = Path::new(command.get_program()).file_name().unwrap_or_else(|| OsStr::new(""));
    name.to_string_lossy().into_owned()
}

/// Everything that a compiler printed.
fn messages(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text)).concat()
}
