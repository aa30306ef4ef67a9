//! Writes a layout as a folder or as one file.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

/// The files of a layout: their paths with `/`, and their bytes.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Writes a layout into a folder, which is created.
///
/// # Errors
///
/// A file cannot be written.
pub fn write_folder(folder: &Path, files: &Files) -> io::Result<()> {
    for (name, bytes) in files {
        let file = folder.join(name);
        file.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::write(file, bytes)?;
    }
    Ok(())
}

/// A layout as the bytes of a tar archive: what `oci-archive` is for other tools. Times and owners are
/// left out, so that the same files give the same bytes.
#[must_use]
pub fn to_tar(files: &Files) -> Vec<u8> {
    // What says what the archive is comes first.
    let (blobs, documents): (Vec<_>, Vec<_>) =
        files.iter().partition(|(name, _)| name.starts_with("blobs/"));
    let mut archive = tar::Builder::new(Vec::new());
    for (name, bytes) in documents.into_iter().rev().chain(blobs) {
        let mut header = tar::Header::new_ustar();
        header.set_size(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        header.set_mode(0o644);
        header.set_mtime(0);
        archive
            .append_data(&mut header, name, bytes.as_slice())
            .expect("names are short, and memory takes what is written");
    }
    archive.into_inner().expect("memory takes what is written")
}
