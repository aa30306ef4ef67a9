//! Files for their owner alone.

use std::fs::OpenOptions;

/// Options that make a file which only its owner can read and write: customers' words are in it.
/// The rights of a file that exists already stay as they are.
#[must_use]
pub fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
