//! The transcripts, and copies of the files that their commands read and write.

use std::fs;
use std::path::{Path, PathBuf};

pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The transcripts, by name.
pub(crate) fn transcripts() -> Vec<PathBuf> {
    let mut transcripts: Vec<PathBuf> = fs::read_dir(repository().join("tests/cli"))
        .expect("the folder of transcripts")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|ending| ending == "md"))
        .collect();
    transcripts.sort();
    transcripts
}

/// A copy of `files` under a name of its own, in the place of one from an earlier run.
pub(crate) fn copy_of_files(name: &str) -> PathBuf {
    let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _: std::io::Result<()> = fs::remove_dir_all(&copy);
    copy_files(&repository().join("tests/cli/files"), &copy);
    copy
}

fn copy_files(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder for the copy");
    for entry in fs::read_dir(from).expect("the folder of files").flatten() {
        let copy = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_files(&entry.path(), &copy);
        } else {
            fs::copy(entry.path(), copy).expect("the file can be copied");
        }
    }
}
