//! `despertador plugin new`: the files of a project, from the templates.

use std::fs;

use despertador_contract::Language;
use serde_json::json;

use super::NewArguments;
use super::project::{self, MANIFEST, Written};
use crate::language::tr;
use crate::{Ended, Unusable, written};

/// A file of a project: its name, and its text with places to fill in.
type Template = (&'static str, &'static str);

macro_rules! templates {
    ($($name:literal: $file:literal,)*) => {
        &[$(($name, include_str!(concat!("../../templates/", $file))),)*]
    };
}

const RUST: &[Template] = templates! {
    "Cargo.toml": "rust/manifest.toml",
    "src/lib.rs": "rust/lib.rs",
    "src/memory.rs": "rust/memory.rs",
    "src/rule.rs": "rust/rule.rs",
};

const JAVASCRIPT: &[Template] = templates! {
    "package.json": "javascript/package.json",
    "plugin.js": "javascript/plugin.js",
    "types.d.ts": "javascript/types.d.ts",
};

const PYTHON: &[Template] = templates! {
    "requirements.txt": "python/requirements.txt",
    "app.py": "python/app.py",
    "decisions.py": "python/decisions.py",
};

const WIT: &[Template] = templates! {
    "wit/types.wit": "../wit/types.wit",
    "wit/decisions.wit": "../wit/decisions.wit",
    "wit/plugin.wit": "../wit/plugin.wit",
};

const POLICY: &str = include_str!("../../templates/common/policy.json");

/// What is written in a language of people: the README and the scenarios.
fn told(language: Language) -> &'static [Template] {
    match language {
        Language::English => templates! {
            "README.md": "common/readme.en.md",
            "scenarios.md": "common/scenarios.en.md",
        },
        Language::Spanish => templates! {
            "README.md": "common/readme.es.md",
            "scenarios.md": "common/scenarios.es.md",
        },
        Language::Portuguese => templates! {
            "README.md": "common/readme.pt.md",
            "scenarios.md": "common/scenarios.pt.md",
        },
    }
}

/// Writes a project.
pub(super) fn new(arguments: &NewArguments, json: bool) -> Result<Ended, Unusable> {
    let folder = &arguments.folder;
    let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    if !project::is_name(name) {
        return Err(project::name_problem(name).into());
    }
    let is_empty = fs::read_dir(folder).map_or(!folder.exists(), |mut all| all.next().is_none());
    if !is_empty {
        return Err(tr!(
            "`{folder}` is there already and not empty; name another folder",
            "`{folder}` ya existe y no está vacía; indique otra carpeta",
            "`{folder}` já existe e não está vazia; indique outra pasta",
            folder = folder.display(),
        )
        .into());
    }
    let language = Written::from_word(&arguments.language)
        .ok_or_else(|| format!("`{}` is not a language of plugins", arguments.language))?;
    let files = files(name, language);
    for (file, text) in &files {
        let path = folder.join(file);
        let parent = path.parent().unwrap_or(folder);
        fs::create_dir_all(parent).map_err(|error| written::unwritable(parent, &error))?;
        written::write(&path, text, false)?;
    }
    let next = install(language);
    if json {
        let files: Vec<&str> = files.iter().map(|(file, _)| file.as_str()).collect();
        anstream::println!(
            "{:#}",
            json!({
                "folder": folder.display().to_string(), "name": name,
                "language": language.word(), "files": files,
                "next": [next, "despertador plugin build", "despertador plugin check"],
            })
        );
    } else {
        let count = files.len();
        let folder = folder.display();
        anstream::println!(
            "{}\n\n  cd {folder}\n  {next}\n  despertador plugin build\n  despertador plugin check",
            tr!(
                "{count} files written to `{folder}`. Next:",
                "{count} archivos escritos en `{folder}`. Lo siguiente:",
                "{count} arquivos escritos em `{folder}`. A seguir:",
                count = count,
                folder = folder,
            )
        );
    }
    Ok(Ended::Well)
}

/// All files of a project, filled in.
pub(super) fn files(name: &str, written: Written) -> Vec<(String, String)> {
    let language = super::language();
    let own = match written {
        Written::Rust => RUST,
        Written::Javascript => JAVASCRIPT,
        Written::Python => PYTHON,
    };
    let reminder = match language {
        Language::English => "Are you still there?",
        Language::Spanish => "¿Sigues ahí?",
        Language::Portuguese => "Você ainda está aí?",
    };
    let sources = own
        .iter()
        .map(|(file, _)| format!("| `{file}` | {} |", described(file)))
        .collect::<Vec<_>>()
        .join("\n");
    let fill = |text: &str| {
        text.replace("@NAME@", name)
            .replace("@CONTRACT@", despertador_contract::VERSION)
            .replace("@INSTALL@", install(written))
            .replace("@REMINDER@", reminder)
            .replace("@FILES@", &sources)
    };
    let mut files: Vec<(String, String)> = [told(language), own, WIT]
        .into_iter()
        .flatten()
        .map(|(file, text)| ((*file).to_owned(), fill(text)))
        .collect();
    files.push(("policy.json".into(), fill(POLICY)));
    files.push((MANIFEST.into(), project::manifest(name, written)));
    files.push((".gitignore".into(), ignored(written)));
    files.sort();
    files
}

/// The command that installs what a build needs.
fn install(written: Written) -> &'static str {
    match written {
        Written::Rust => "rustup target add wasm32-unknown-unknown",
        Written::Javascript => "npm install",
        Written::Python => {
            "python3 -m venv .venv && .venv/bin/pip install --requirement requirements.txt"
        }
    }
}

/// What a file of the language is.
fn described(file: &str) -> String {
    match file {
        "src/lib.rs" | "app.py" => {
            tr!("what the host calls", "lo que llama el host", "o que o host chama")
        }
        "src/memory.rs" => tr!(
            "what is remembered of a ticket",
            "lo que se recuerda de un ticket",
            "o que se lembra de um ticket"
        ),
        "src/rule.rs" | "plugin.js" | "decisions.py" => {
            tr!("the rule: change it here", "la regla: cámbiela aquí", "a regra: mude-a aqui")
        }
        "types.d.ts" => {
            tr!("the types of the contract", "los tipos del contrato", "os tipos do contrato")
        }
        _ => tr!(
            "what the build needs",
            "lo que necesita la compilación",
            "o que a compilação precisa"
        ),
    }
}

/// What does not belong into a repository.
fn ignored(written: Written) -> String {
    let own = match written {
        Written::Rust => "/target\n",
        Written::Javascript => "/node_modules\n",
        Written::Python => "/.venv\n/stubs\n__pycache__\n",
    };
    format!("/*.wasm\n/{}\n{own}", project::STATE)
}
