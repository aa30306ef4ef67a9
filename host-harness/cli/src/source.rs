//! Files named on the command line.

use std::fs;
use std::path::{Path, PathBuf};

use despertador_contract::input;
use despertador_contract::nearest::nearest;

use crate::Unusable;
use crate::language::tr;

/// The text of a file, without a byte order mark.
pub(crate) fn read(file: &Path) -> Result<String, Unusable> {
    let bytes = fs::read(file).map_err(|error| unreadable(file, &error))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let place = error.utf8_error().valid_up_to();
        Unusable::from(tr!(
            "`{file}` is not UTF-8, from byte {place} on",
            "`{file}` no es UTF-8, desde el byte {place}",
            "`{file}` não é UTF-8, a partir do byte {place}",
            file = file.display()
        ))
    })?;
    Ok(input::without_mark(&text).to_owned())
}

/// The JSON text of a file with all strings repaired. Places in it are those of the file.
pub(crate) fn read_json(file: &Path) -> Result<String, Unusable> {
    read(file).map(|text| input::repaired(&text).into_owned())
}

/// The text of a file with people's messages: invalid UTF-8 becomes U+FFFD.
pub(crate) fn read_messages(file: &Path) -> Result<String, Unusable> {
    let bytes = fs::read(file).map_err(|error| unreadable(file, &error))?;
    Ok(input::text_of(&bytes).into_owned())
}

/// Why a file cannot be read, with a suggestion.
pub(crate) fn unreadable(file: &Path, error: &std::io::Error) -> Unusable {
    if error.kind() == std::io::ErrorKind::NotFound {
        let meant = meant(file).map(|meant| {
            let meant = meant.display();
            tr!(
                "; did you mean `{meant}`?",
                "; ¿quiso decir `{meant}`?",
                "; você quis dizer `{meant}`?"
            )
        });
        return tr!(
            "there is no file `{file}`{meant}",
            "no hay ningún archivo `{file}`{meant}",
            "não há nenhum arquivo `{file}`{meant}",
            file = file.display(),
            meant = meant.unwrap_or_default()
        )
        .into();
    }
    let name = file.display();
    if file.is_dir() {
        return tr!(
            "`{name}` is a folder; name a file",
            "`{name}` es una carpeta; nombre un archivo",
            "`{name}` é uma pasta; indique um arquivo"
        )
        .into();
    }
    tr!(
        "`{name}` cannot be read: {error}",
        "`{name}` no se puede leer: {error}",
        "`{name}` não pode ser lido: {error}"
    )
    .into()
}

/// The existing file with the most similar name.
fn meant(file: &Path) -> Option<PathBuf> {
    let mut found = PathBuf::new();
    for part in file.components() {
        let next = found.join(part);
        if next.exists() || next.as_os_str().is_empty() {
            found = next;
            continue;
        }
        let folder = if found.as_os_str().is_empty() { Path::new(".") } else { &found };
        let mut names: Vec<String> = fs::read_dir(folder)
            .ok()?
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .collect();
        names.sort();
        let wanted = part.as_os_str().to_str()?;
        let name = nearest(wanted, names.iter().map(String::as_str))?;
        found = found.join(name);
    }
    Some(found).filter(|found| found.is_file())
}

/// All files below a folder with one of these extensions, by name.
pub(crate) fn files_below(folder: &Path, endings: &[&str]) -> Result<Vec<PathBuf>, Unusable> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).map_err(|error| unreadable(&folder, &error))?;
        for entry in entries.flatten() {
            let path = entry.path();
            let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(path);
            } else if endings.contains(&ending) {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

/// The config of a preset, from a folder of presets, or from `policies/` next to or above a file.
pub(crate) fn preset(folder: Option<&Path>, file: &Path, name: &str) -> Option<String> {
    if let Some(folder) = folder {
        return fs::read_to_string(folder.join(format!("{name}.json"))).ok();
    }
    let absolute = std::path::absolute(file).ok()?;
    absolute.ancestors().skip(1).find_map(|folder| {
        fs::read_to_string(folder.join("policies").join(format!("{name}.json"))).ok()
    })
}
