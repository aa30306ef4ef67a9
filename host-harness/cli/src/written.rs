//! Files that a command writes.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::Path;

use serde_json::Value;

use crate::Unusable;
use crate::language::tr;

/// Writes a file; an existing one is overwritten only with `force`.
pub(crate) fn write(file: &Path, contents: impl AsRef<[u8]>, force: bool) -> Result<(), Unusable> {
    let mut options = OpenOptions::new();
    options.write(true);
    if force {
        options.create(true).truncate(true)
    } else {
        options.create_new(true)
    };
    let mut open = options.open(file).map_err(|error| unwritable(file, &error))?;
    open.write_all(contents.as_ref()).map_err(|error| unwritable(file, &error))
}

/// Refuses an existing file early, before any questions are asked.
pub(crate) fn refuse_existing(file: &Path, force: bool) -> Result<(), Unusable> {
    if !force && file.exists() {
        return Err(unwritable(file, &ErrorKind::AlreadyExists.into()));
    }
    Ok(())
}

/// Prints where something was written: a line, or with `--json` an object that also contains
/// `more`.
pub(crate) fn say(file: &Path, as_json: bool, mut more: Value) {
    let name = file.display().to_string();
    if as_json {
        if let Some(object) = more.as_object_mut() {
            object.insert("written".into(), name.into());
        }
        anstream::println!("{more:#}");
    } else {
        anstream::println!("{}", tr!("{name} written", "{name} escrito", "{name} gravado"));
    }
}

pub(crate) fn unwritable(file: &Path, error: &std::io::Error) -> Unusable {
    let name = file.display();
    match error.kind() {
        ErrorKind::AlreadyExists => tr!(
            "there is a file `{name}` already; name another, or overwrite it with --force",
            "ya hay un archivo `{name}`; nombre otro o sobrescríbalo con --force",
            "já há um arquivo `{name}`; indique outro ou sobrescreva-o com --force"
        ),
        ErrorKind::NotFound => tr!(
            "`{name}` cannot be written: there is no such folder",
            "`{name}` no se puede escribir: no existe esa carpeta",
            "`{name}` não pode ser gravado: essa pasta não existe"
        ),
        _ => tr!(
            "`{name}` cannot be written: {error}",
            "`{name}` no se puede escribir: {error}",
            "`{name}` não pode ser gravado: {error}"
        ),
    }
    .into()
}
