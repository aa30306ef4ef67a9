//! `despertador plugin new`: the files of a project, from the templates.

use std::fs;
use std::path::Path;

use despertador_contract::Language;
use serde_json::{Value, json};

use super::project::{self, MANIFEST, Written};
use super::{NewArguments, NewFrom};
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
    "src/last_words.rs": "rust/last_words.rs",
    "src/lib.rs": "rust/lib.rs",
    "src/memory.rs": "rust/memory.rs",
    "src/rule.rs": "rust/rule.rs",
};

const FROM_POLICY: &[Template] = templates! {
    "Cargo.toml": "policy/manifest.toml",
    "src/last_words.rs": "rust/last_words.rs",
    "src/lib.rs": "policy/lib.rs",
    "src/own.rs": "policy/own.rs",
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

/// What is the same for all languages of plugins, with the rule of a new project.
fn common(language: Language) -> &'static [Template] {
    match language {
        Language::English => templates! {
            "README.md": "common/readme.en.md",
            "policy.json": "common/policy.json",
            "scenarios.md": "common/scenarios.en.md",
        },
        Language::Spanish => templates! {
            "README.md": "common/readme.es.md",
            "policy.json": "common/policy.json",
            "scenarios.md": "common/scenarios.es.md",
        },
        Language::Portuguese => templates! {
            "README.md": "common/readme.pt.md",
            "policy.json": "common/policy.json",
            "scenarios.md": "common/scenarios.pt.md",
        },
    }
}

/// The same with the rules of the built-in plugin.
fn common_from_policy(language: Language) -> &'static [Template] {
    match language {
        Language::English => templates! {
            "README.md": "common/readme.en.md",
            "policy.json": "policy/policy.json",
            "scenarios.md": "policy/scenarios.en.md",
        },
        Language::Spanish => templates! {
            "README.md": "common/readme.es.md",
            "policy.json": "policy/policy.json",
            "scenarios.md": "policy/scenarios.es.md",
        },
        Language::Portuguese => templates! {
            "README.md": "common/readme.pt.md",
            "policy.json": "policy/policy.json",
            "scenarios.md": "policy/scenarios.pt.md",
        },
    }
}

/// What a project begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Beginning<'a> {
    /// A small rule.
    Rule(Written),
    /// The rules of the built-in plugin, whose crates are here, or else on crates.io.
    Policy(Option<&'a Path>),
}

impl Beginning<'_> {
    fn written(self) -> Written {
        match self {
            Beginning::Rule(written) => written,
            Beginning::Policy(_) => Written::Rust,
        }
    }

    fn own(self) -> &'static [Template] {
        match self {
            Beginning::Rule(Written::Rust) => RUST,
            Beginning::Rule(Written::Javascript) => JAVASCRIPT,
            Beginning::Rule(Written::Python) => PYTHON,
            Beginning::Policy(_) => FROM_POLICY,
        }
    }

    fn common(self, language: Language) -> &'static [Template] {
        match self {
            Beginning::Rule(_) => common(language),
            Beginning::Policy(_) => common_from_policy(language),
        }
    }

    /// One sentence for the README.
    fn about(self) -> String {
        match self {
            Beginning::Rule(_) => tr!(
                "A plugin for Despertador: it reminds a silent customer once and closes the ticket later.",
                "Un plugin de Despertador: recuerda una vez a un cliente callado y más tarde cierra el ticket.",
                "Um plugin do Despertador: lembra uma vez um cliente calado e mais tarde fecha o ticket.",
            ),
            Beginning::Policy(_) => tr!(
                "A plugin for Despertador: the rules of the built-in one, and one of our own in `src/own.rs`.",
                "Un plugin de Despertador: las reglas del incluido, y una propia en `src/own.rs`.",
                "Um plugin do Despertador: as regras do incluído, e uma própria em `src/own.rs`.",
            ),
        }
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
    let beginning = beginning(arguments)?;
    let language = beginning.written();
    let files = files(name, beginning)?;
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

/// What a project is to begin with.
fn beginning(arguments: &NewArguments) -> Result<Beginning<'_>, Unusable> {
    let language = arguments.language.as_deref().and_then(Written::from_word);
    match (arguments.from, language) {
        (None, language) => {
            Ok(Beginning::Rule(language.ok_or("a project needs a language of plugins")?))
        }
        (Some(NewFrom::Policy), None | Some(Written::Rust)) => {
            Ok(Beginning::Policy(arguments.crates.as_deref()))
        }
        (Some(NewFrom::Policy), Some(other)) => Err(tr!(
            "the rules are written in Rust, and `--from policy` begins no project in {word}; leave \
             `--language` out",
            "las reglas están escritas en Rust, y `--from policy` no empieza un proyecto en {word}; omita \
             `--language`",
            "as regras estão escritas em Rust, e `--from policy` não começa um projeto em {word}; omita \
             `--language`",
            word = other.word(),
        )
        .into()),
    }
}

/// The section of a manifest that takes the crates of the rules from a folder; none for crates.io.
fn patch(crates: Option<&Path>) -> Result<String, Unusable> {
    let Some(crates) = crates else { return Ok(String::new()) };
    let version = env!("CARGO_PKG_VERSION");
    let checkout = ["plugin".to_owned(), "plugin/policy".to_owned()];
    let unpacked = ["plugin", "policy"].map(|name| format!("despertador-{name}-{version}"));
    let is_there = |names: &[String; 2]| {
        names.iter().all(|name| crates.join(name).join("Cargo.toml").is_file())
    };
    let Some([plugin, policy]) = [checkout, unpacked].into_iter().find(is_there) else {
        return Err(tr!(
            "`{crates}` has neither `plugin/` nor `despertador-plugin-{version}/` and \
             `despertador-policy-{version}/`; give a checkout of Despertador, or the folder in which \
             these crates are unpacked",
            "`{crates}` no tiene ni `plugin/` ni `despertador-plugin-{version}/` y \
             `despertador-policy-{version}/`; indique una copia de Despertador o la carpeta en la que \
             están desempaquetados estos crates",
            "`{crates}` não tem nem `plugin/` nem `despertador-plugin-{version}/` e \
             `despertador-policy-{version}/`; indique uma cópia do Despertador ou a pasta em que \
             estes crates estão descompactados",
            crates = crates.display(),
        )
        .into());
    };
    let place = |name: &str| {
        let path = crates.join(name);
        let path = std::path::absolute(&path).unwrap_or(path);
        // A text in TOML is escaped as one in JSON.
        Value::from(path.display().to_string()).to_string()
    };
    Ok(format!(
        "\n[patch.crates-io]\ndespertador-plugin = {{ path = {} }}\ndespertador-policy = {{ path = {} }}\n",
        place(&plugin),
        place(&policy)
    ))
}

/// All files of a project, filled in.
pub(super) fn files(
    name: &str,
    beginning: Beginning<'_>,
) -> Result<Vec<(String, String)>, Unusable> {
    let language = super::language();
    let written = beginning.written();
    let own = beginning.own();
    let patch = match beginning {
        Beginning::Rule(_) => String::new(),
        Beginning::Policy(crates) => patch(crates)?,
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
    let (rule, summary, check) = of_own_rule();
    let fill = |text: &str| {
        text.replace("@NAME@", name)
            .replace("@ABOUT@", &beginning.about())
            .replace("@VERSION@", env!("CARGO_PKG_VERSION"))
            .replace("@PATCH@", &patch)
            .replace("@RULE@", &rule)
            .replace("@SUMMARY@", &summary)
            .replace("@CHECK@", &check)
            .replace("@CONTRACT@", despertador_contract::VERSION)
            .replace("@INSTALL@", install(written))
            .replace("@REMINDER@", reminder)
            .replace("@FILES@", &sources)
    };
    let mut files: Vec<(String, String)> = [beginning.common(language), own, WIT]
        .into_iter()
        .flatten()
        .map(|(file, text)| ((*file).to_owned(), fill(text)))
        .collect();
    files.push((MANIFEST.into(), project::manifest(name, written)));
    files.push((".gitignore".into(), ignored(written)));
    files.sort();
    Ok(files)
}

/// The rule of a policy, and two sentences of the rule that is added to it.
fn of_own_rule() -> (String, String, String) {
    let rule = tr!("Support", "Soporte", "Suporte");
    let summary = tr!(
        "Nothing is done: an order is on its way.",
        "No se hace nada: un pedido está en camino.",
        "Nada é feito: um pedido está a caminho.",
    );
    let check = tr!(
        "No order is on its way.",
        "Ningún pedido está en camino.",
        "Nenhum pedido está a caminho.",
    );
    (rule, summary, check)
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
        "src/last_words.rs" => tr!(
            "leaves the message of a panic",
            "deja el mensaje de un panic",
            "deixa a mensagem de um panic"
        ),
        "src/lib.rs" | "app.py" => {
            tr!("what the host calls", "lo que llama el host", "o que o host chama")
        }
        "src/memory.rs" => tr!(
            "what is remembered of a ticket",
            "lo que se recuerda de un ticket",
            "o que se lembra de um ticket"
        ),
        "src/rule.rs" | "src/own.rs" | "plugin.js" | "decisions.py" => {
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
    format!("/*.wasm\n/*.tar\n/*.oci\n*.key\n/{}\n{own}", project::STATE)
}
