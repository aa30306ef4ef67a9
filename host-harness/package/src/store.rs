//! Reads the files of a layout, from a folder or from an archive.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{ErrorKind, Read, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use crate::digest::Digest;
use crate::error::Problem;
use crate::model::Descriptor;

/// Largest document (index, manifest, payload), in bytes.
const DOCUMENT_BYTES_MAX: u64 = 1 << 20;
/// Most files that an archive may have: a component and a signature are 8.
const FILES_MAX: usize = 4_096;

/// Where the files of a layout are.
pub(crate) enum Store {
    Folder(PathBuf),
    /// An archive, with the place and the size of each file.
    Archive(File, BTreeMap<String, (u64, u64)>),
}

impl Store {
    pub(crate) fn open(path: &Path) -> Result<Self, Problem> {
        if path.is_dir() {
            return Ok(Self::Folder(path.into()));
        }
        let file = File::open(path).map_err(unreadable)?;
        let entries = entries(&file)?;
        Ok(Self::Archive(file, entries))
    }

    /// A document of the layout that no digest names.
    pub(crate) fn document<T: DeserializeOwned>(&self, name: &str) -> Result<T, Problem> {
        let bytes = self.read(name, DOCUMENT_BYTES_MAX)?;
        parse(name, &bytes)
    }

    /// A document that a descriptor names.
    pub(crate) fn described<T: DeserializeOwned>(&self, by: &Descriptor) -> Result<T, Problem> {
        let bytes = self.described_bytes(by)?;
        parse(&by.digest.file(), &bytes)
    }

    /// The bytes of a document that a descriptor names, for what is signed.
    pub(crate) fn described_bytes(&self, by: &Descriptor) -> Result<Vec<u8>, Problem> {
        self.blob(by, DOCUMENT_BYTES_MAX)
    }

    /// The bytes that a descriptor names, compared with its digest.
    pub(crate) fn blob(&self, descriptor: &Descriptor, bytes_max: u64) -> Result<Vec<u8>, Problem> {
        let file = descriptor.digest.file();
        let bytes = self.read(&file, bytes_max)?;
        let found = Digest::of(&bytes);
        if found != descriptor.digest {
            return Err(Problem::Altered { file, found: found.to_string() });
        }
        Ok(bytes)
    }

    fn read(&self, name: &str, bytes_max: u64) -> Result<Vec<u8>, Problem> {
        match self {
            Self::Folder(folder) => {
                let opened = File::open(folder.join(name)).map_err(|error| match error.kind() {
                    ErrorKind::NotFound => Problem::Missing(name.into()),
                    _ => unreadable(error),
                })?;
                limited(name, opened, bytes_max)
            }
            Self::Archive(archive, entries) => {
                let (start, size) =
                    *entries.get(name).ok_or_else(|| Problem::Missing(name.into()))?;
                let mut archive = archive;
                archive.seek(SeekFrom::Start(start)).map_err(unreadable)?;
                limited(name, archive.take(size), bytes_max)
            }
        }
    }
}

/// The bytes of a file that is no layout.
pub(crate) fn read_file(path: &Path, bytes_max: u64) -> Result<Vec<u8>, Problem> {
    let opened = File::open(path).map_err(unreadable)?;
    limited(&path.display().to_string(), opened, bytes_max)
}

/// The places of the files in an archive. Names that are no plain paths are never asked for.
fn entries(file: &File) -> Result<BTreeMap<String, (u64, u64)>, Problem> {
    let length = file.metadata().map_err(unreadable)?.len();
    let mut archive = tar::Archive::new(file);
    let mut entries = BTreeMap::new();
    for entry in archive.entries_with_seek().map_err(unreadable)? {
        let entry = match entry {
            Ok(entry) => entry,
            Err(_) if entries.is_empty() => {
                return Err(Problem::NotAPackage("it is no tar archive".into()));
            }
            Err(error) => return Err(Problem::Truncated(error.to_string())),
        };
        if entries.len() >= FILES_MAX {
            return Err(Problem::NotAPackage(format!("it has more than {FILES_MAX} files")));
        }
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let name = name.strip_prefix("./").unwrap_or(&name).to_owned();
        let (start, size) = (entry.raw_file_position(), entry.size());
        if start.saturating_add(size) > length {
            return Err(Problem::Truncated(format!("it ends within `{name}`")));
        }
        entries.insert(name, (start, size));
    }
    Ok(entries)
}

fn limited(name: &str, from: impl Read, bytes_max: u64) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    from.take(bytes_max.saturating_add(1)).read_to_end(&mut bytes).map_err(unreadable)?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > bytes_max {
        return Err(Problem::TooLarge { part: name.into(), allowed: bytes_max });
    }
    Ok(bytes)
}

fn parse<T: DeserializeOwned>(name: &str, bytes: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(bytes)
        .map_err(|error| Problem::Malformed { file: name.into(), why: error.to_string() })
}

fn unreadable(error: std::io::Error) -> Problem {
    Problem::Unreadable(error.to_string())
}
