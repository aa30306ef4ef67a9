//! The project of a plugin: a folder with `despertador.json`.

use std::path::{Path, PathBuf};

use despertador_host::Limits;
use serde_json::{Value, json};

use crate::language::tr;
use crate::{Unusable, source};

/// The file that makes a folder a project.
pub(super) const MANIFEST: &str = "despertador.json";

/// The language that a plugin is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Written {
    /// Compiled by cargo.
    Rust,
    /// Run by QuickJS inside the component.
    Javascript,
    /// Run by CPython inside the component.
    Python,
}

impl Written {
    /// The language of a word.
    pub(crate) fn from_word(word: &str) -> Option<Written> {
        [Written::Rust, Written::Javascript, Written::Python]
            .into_iter()
            .find(|written| written.word() == word)
    }

    /// Its word.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Written::Rust => "rust",
            Written::Javascript => "javascript",
            Written::Python => "python",
        }
    }

    /// What a plugin needs beyond the usual limits: CPython is large.
    pub(super) fn limits(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Written::Rust | Written::Javascript => &[],
            Written::Python => &[
                ("component_bytes", "24 MiB"),
                ("compile_work", "1 TiB"),
                ("wasm_memory_bytes", "32 MiB"),
                ("fuel", "100000000"),
            ],
        }
    }

    /// Files and folders of a project that its build writes.
    pub(super) fn is_built(self, name: &str) -> bool {
        let own: &[&str] = match self {
            Written::Rust => &["target", "Cargo.lock"],
            Written::Javascript => &["node_modules", "package-lock.json"],
            Written::Python => &[".venv", "stubs", "__pycache__"],
        };
        own.contains(&name)
            || name == STATE
            || name == ".git"
            || [".wasm", ".tar", ".oci"].iter().any(|ending| name.ends_with(ending))
    }
}

/// The folder for what commands remember of a project.
pub(super) const STATE: &str = ".despertador";

/// A project.
#[derive(Debug)]
pub(super) struct Project {
    pub(super) folder: PathBuf,
    pub(super) name: String,
    pub(super) written: Written,
    pub(super) limits: Limits,
    /// The limits that its manifest names, as it writes them.
    pub(super) raised: Vec<(String, String)>,
}

impl Project {
    /// Reads the project in a folder.
    pub(super) fn read(folder: &Path) -> Result<Project, Unusable> {
        let file = folder.join(MANIFEST);
        if !file.is_file() {
            let folder = folder.display();
            return Err(tr!(
                "`{folder}` is not the project of a plugin: it has no `{MANIFEST}`; begin one with \
                 `despertador plugin new`",
                "`{folder}` no es el proyecto de un plugin: no tiene `{MANIFEST}`; empiece uno con \
                 `despertador plugin new`",
                "`{folder}` não é o projeto de um plugin: não tem `{MANIFEST}`; comece um com \
                 `despertador plugin new`",
                folder = folder,
            )
            .into());
        }
        let text = source::read(&file)?;
        let wrong = |what: String| Unusable::from(format!("`{}`: {what}", file.display()));
        let manifest: Value =
            serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        let word = |key: &str| manifest.get(key).and_then(Value::as_str).unwrap_or_default();
        let name = word("name");
        if !is_name(name) {
            return Err(wrong(name_problem(name)));
        }
        let written = Written::from_word(word("language")).ok_or_else(|| {
            wrong(tr!(
                "`language` is `{word}`; write rust, javascript or python",
                "`language` es `{word}`; escriba rust, javascript o python",
                "`language` é `{word}`; escreva rust, javascript ou python",
                word = word("language"),
            ))
        })?;
        let mut limits = Limits::default();
        let mut raised = Vec::new();
        for (name, value) in manifest.get("limits").and_then(Value::as_object).into_iter().flatten()
        {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            limits.set(name, &value).map_err(&wrong)?;
            raised.push((name.clone(), value));
        }
        Ok(Project { folder: folder.to_owned(), name: name.into(), written, limits, raised })
    }

    /// The component that a build writes.
    pub(super) fn component(&self) -> PathBuf {
        let file = PathBuf::from(format!("{}.wasm", self.name));
        if self.folder == Path::new(".") { file } else { self.folder.join(file) }
    }

    /// The package: one file, or the folder of a layout.
    pub(super) fn package(&self, layout: bool) -> PathBuf {
        self.component().with_extension(if layout { "oci" } else { "tar" })
    }

    /// The component of the build before the last one.
    pub(super) fn previous(&self) -> PathBuf {
        self.folder.join(STATE).join("previous.wasm")
    }

    /// The policy of the project, for its checks.
    pub(super) fn policy(&self) -> PathBuf {
        self.folder.join("policy.json")
    }
}

/// The manifest of a new project.
pub(super) fn manifest(name: &str, written: Written) -> String {
    let limits: serde_json::Map<String, Value> =
        written.limits().iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    let manifest = json!({ "name": name, "language": written.word(), "limits": limits });
    format!("{manifest:#}\n")
}

/// Whether every language and file system takes a name.
pub(super) fn is_name(name: &str) -> bool {
    name.len() <= 64
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

/// Why a text is no name.
pub(super) fn name_problem(name: &str) -> String {
    tr!(
        "`{name}` cannot be the name of a plugin; use a-z, 0-9 and hyphens, first a letter",
        "`{name}` no puede ser el nombre de un plugin; use a-z, 0-9 y guiones, primero una letra",
        "`{name}` não pode ser o nome de um plugin; use a-z, 0-9 e hífens, primeiro uma letra",
        name = name,
    )
}
