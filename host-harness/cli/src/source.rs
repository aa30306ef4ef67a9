//! Files that were named on the command line.

use std::fs;
use std::path::{Path, PathBuf};

use despertador_contract::input;
use despertador_contract::nearest::nearest;

use crate::Unusable;

/// The text of a file, without a byte order mark.
pub(crate) fn read(file: &Path) -> Result<String, Unusable> {
    let bytes = fs::read(file).map_err(|error| unreadable(file, &error))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let place = error.utf8_error().valid_up_to();
        Unusable::from(format!("`{}` is not UTF-8, from byte {place} on", file.display()))
    })?;
    Ok(input::without_mark(&text).to_owned())
}

/// The JSON of a file, in which every string can be read. Places in it are those of the file.
pub(crate) fn read_json(file: &Path) -> Result<String, Unusable> {
    read(file).map(|text| input::repaired(&text).into_owned())
}

/// The text of a file in which people's messages are: what is no character becomes U+FFFD.
pub(crate) fn read_messages(file: &Path) -> Result<String, Unusable> {
    let bytes = fs::read(file).map_err(|error| unreadable(file, &error))?;
    Ok(input::text_of(&bytes).into_owned())
}

/// Why a file cannot be read, and which one was meant.
pub(crate) fn unreadable(file: &Path, error: &std::io::Error) -> Unusable {
    if error.kind() == std::io::ErrorKind::NotFound {
        let meant = meant(file)
            .map(|meant| format!("; did you mean `{}`?", meant.display()))
            .unwrap_or_default();
        return format!("there is no file `{}`{meant}", file.display()).into();
    }
    if file.is_dir() {
        return format!("`{}` is a folder; name a file", file.display()).into();
    }
    format!("`{}` cannot be read: {error}", file.display()).into()
}

/// The file that is there and is most like the one named.
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

/// All files below a folder with one of these endings, by name.
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

/// The config of a preset, from a folder of presets, or from `policies/` beside or above a file.
pub(crate) fn preset(folder: Option<&Path>, file: &Path, name: &str) -> Option<String> {
    if let Some(folder) = folder {
        return fs::read_to_string(folder.join(format!("{name}.json"))).ok();
    }
    let absolute = std::path::absolute(file).ok()?;
    absolute.ancestors().skip(1).find_map(|folder| {
        fs::read_to_string(folder.join("policies").join(format!("{name}.json"))).ok()
    })
}
