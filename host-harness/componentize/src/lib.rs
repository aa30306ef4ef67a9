//! Builds a plugin crate into a WebAssembly component without imports.
//!
//! For build scripts: the crate is compiled for `wasm32-unknown-unknown` in its own target folder
//! under `OUT_DIR`, so the build uses no stale component and does not wait for its own lock. The
//! component is checked before it is written: one that imports anything is an error.
//!
//! ```no_run
//! // build.rs
//! let guest = despertador_componentize::Guest {
//!     workspace: std::path::Path::new(".."),
//!     package: "my-plugin",
//!     sources: &["my-plugin/src", "wit"],
//! };
//! guest.build_into_out_dir().expect("the plugin builds");
//! // src/lib.rs: include_bytes!(concat!(env!("OUT_DIR"), "/my-plugin.component.wasm"))
//! ```

use std::path::{Path, PathBuf};
use std::process::Command;

/// The target that produces a component without imports.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// The stack comes first, so that a stack overflow traps. The linker compresses addresses, which it
/// does only without debug information; function names stay.
const LINKING: &str = "-Clink-arg=-zstack-size=65536 -Clink-arg=--stack-first \
    -Clink-arg=--strip-debug -Clink-arg=--compress-relocations";

/// A plugin crate to build.
#[derive(Debug, Clone, Copy)]
pub struct Guest<'a> {
    /// The folder of the crate's workspace.
    pub workspace: &'a Path,
    /// The name of the package.
    pub package: &'a str,
    /// Files and folders, relative to the workspace, that the build depends on.
    pub sources: &'a [&'a str],
}

/// The result of a build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    /// The name of the package.
    pub name: String,
    /// Size in bytes, stripped.
    pub bytes: usize,
    /// Number of imports: always 0, otherwise the build fails.
    pub imports: usize,
}

/// Why the build failed, and how to fix it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Problem(String);

impl Guest<'_> {
    /// Builds `PACKAGE.component.wasm` and, with function names, `PACKAGE.names.component.wasm`
    /// into `OUT_DIR`, and tells Cargo which files to watch.
    ///
    /// # Errors
    ///
    /// Outside a build script; if the target cannot be installed; if the crate does not compile or
    /// does not implement the contract; if the component imports anything.
    pub fn build_into_out_dir(&self) -> Result<Built, Problem> {
        for source in self.sources {
            println!("cargo::rerun-if-changed={}", self.workspace.join(source).display());
        }
        let out = std::env::var_os("OUT_DIR")
            .map(PathBuf::from)
            .ok_or_else(|| Problem("`OUT_DIR` is not set: call this from a build script".into()))?;
        let module = self.compile(&out.join("guest"))?;
        let with_names = encode(&module)?;
        let (stripped, imports) = self.finish(&module)?;
        write(&out.join(format!("{}.component.wasm", self.package)), &stripped)?;
        write(&out.join(format!("{}.names.component.wasm", self.package)), &with_names)?;
        Ok(Built { name: self.package.into(), bytes: stripped.len(), imports })
    }

    /// Builds the stripped component in the given target folder, for use outside build scripts.
    ///
    /// # Errors
    ///
    /// As [`build_into_out_dir`](Self::build_into_out_dir).
    pub fn build(&self, target_dir: &Path) -> Result<Vec<u8>, Problem> {
        let module = self.compile(target_dir)?;
        self.finish(&module).map(|(stripped, _)| stripped)
    }

    /// Turns a module into a component and counts its imports, which must be 0.
    fn finish(&self, module: &[u8]) -> Result<(Vec<u8>, usize), Problem> {
        let stripped = without_names(&encode(&without_names(module)?)?)?;
        let imports = imports(&stripped)?;
        if !imports.is_empty() {
            return Err(Problem(format!(
                "the component of `{}` imports {}: a plugin may import nothing; \
                 remove what needs the outside world",
                self.package,
                imports.join(", ")
            )));
        }
        Ok((stripped, imports.len()))
    }

    fn compile(&self, target_dir: &Path) -> Result<Vec<u8>, Problem> {
        ensure_target()?;
        let output = cargo(self.workspace)
            .args(["rustc", "--quiet", "--locked", "--lib", "--crate-type", "cdylib"])
            .args(["--profile", "guest", "--package", self.package])
            .arg("--target-dir")
            .arg(target_dir)
            .output()
            .map_err(|e| Problem(format!("cannot start cargo for `{}`: {e}", self.package)))?;
        if !output.status.success() {
            return Err(Problem(format!(
                "`{}` does not compile for {TARGET}:\n{}",
                self.package,
                String::from_utf8_lossy(&output.stderr)
            )));
        }
        let file = target_dir
            .join(TARGET)
            .join("guest")
            .join(format!("{}.wasm", self.package.replace('-', "_")));
        std::fs::read(&file).map_err(|e| Problem(format!("cannot read {}: {e}", file.display())))
    }
}

/// Cargo in a workspace, with [`TARGET`] and the flags that a plugin is linked with.
#[must_use]
pub fn cargo(workspace: &Path) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .current_dir(workspace)
        .env("CARGO_BUILD_TARGET", TARGET)
        // The flags of an outer build are for another target.
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env_remove("RUSTC_WORKSPACE_WRAPPER")
        .env_remove("RUSTC_WRAPPER")
        .env("RUSTFLAGS", LINKING);
    cargo
}

/// Checks that the compiler supports the target; installs it with rustup if necessary.
///
/// # Errors
///
/// If the target is missing and cannot be installed.
pub fn ensure_target() -> Result<(), Problem> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let installed = || {
        Command::new(&rustc)
            .args(["--print", "target-libdir", "--target", TARGET])
            .output()
            .ok()
            .map(|o| PathBuf::from(String::from_utf8_lossy(&o.stdout).trim()))
            .is_some_and(|dir| dir.is_dir())
    };
    if installed() {
        return Ok(());
    }
    let added = Command::new("rustup").args(["target", "add", TARGET]).output();
    if installed() {
        return Ok(());
    }
    let why = match added {
        Ok(o) => String::from_utf8_lossy(&o.stderr).trim().to_owned(),
        Err(e) => e.to_string(),
    };
    Err(Problem(format!(
        "the compiler has no {TARGET} target and it could not be added ({why}); \
         run `rustup target add {TARGET}`"
    )))
}

/// Wraps a core module with an embedded WIT world into a component.
///
/// # Errors
///
/// If the bytes are not such a module.
pub fn encode(module: &[u8]) -> Result<Vec<u8>, Problem> {
    wit_component::ComponentEncoder::default()
        .module(module)
        .and_then(|encoder| encoder.validate(true).encode())
        .map_err(|e| Problem(format!("the module cannot be made a component: {e:#}")))
}

/// The names of all imports of a component.
///
/// # Errors
///
/// If the bytes are not a component.
pub fn imports(component: &[u8]) -> Result<Vec<String>, Problem> {
    let mut names = Vec::new();
    let mut depth = 0_usize;
    for payload in wasmparser::Parser::new(0).parse_all(component) {
        match payload.map_err(|e| Problem(format!("not a component: {e}")))? {
            wasmparser::Payload::ModuleSection { .. }
            | wasmparser::Payload::ComponentSection { .. } => depth = depth.saturating_add(1),
            wasmparser::Payload::End(_) => depth = depth.saturating_sub(1),
            wasmparser::Payload::ComponentImportSection(section) if depth == 0 => {
                for import in section {
                    let import = import.map_err(|e| Problem(format!("not a component: {e}")))?;
                    names.push(import.name.name.to_owned());
                }
            }
            _ => {}
        }
    }
    Ok(names)
}

/// Removes the custom sections of a module or component, except those that describe the component.
/// Nested modules are unchanged.
fn without_names(wasm: &[u8]) -> Result<Vec<u8>, Problem> {
    use wasmparser::Payload;
    let mut kept = wasm.get(..8).unwrap_or_default().to_vec();
    let (mut end, mut depth) = (8, 0_usize);
    for payload in wasmparser::Parser::new(0).parse_all(wasm) {
        let payload = payload.map_err(|e| Problem(format!("not WebAssembly: {e}")))?;
        let drop = matches!(&payload, Payload::CustomSection(section)
            if !section.name().starts_with("component-type"));
        // A section's range excludes its header, which lies between it and the previous section.
        if let Some((_, range)) = payload.as_section().filter(|_| depth == 0) {
            let range = end..range.end;
            end = range.end;
            if !drop {
                kept.extend_from_slice(wasm.get(range).unwrap_or_default());
            }
        }
        match payload {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => {
                depth = depth.saturating_add(1);
            }
            Payload::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    Ok(kept)
}

fn write(file: &Path, bytes: &[u8]) -> Result<(), Problem> {
    std::fs::write(file, bytes)
        .map_err(|e| Problem(format!("cannot write {}: {e}", file.display())))
}
