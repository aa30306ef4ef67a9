//! How far long work is.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar that counts tickets; nothing where no terminal is.
pub(crate) fn of_tickets(tickets: u64) -> ProgressBar {
    bar(tickets, "{bar:30} {human_pos} of {human_len} tickets, {eta} left")
}

/// A bar that counts the rows of a history that are tried.
pub(crate) fn of_rows(rows: u64) -> ProgressBar {
    bar(rows, "trying {bar:30} {human_pos} of {human_len} rows, {eta} left")
}

/// A bar that counts the bytes of a file that are read.
pub(crate) fn of_bytes(bytes: u64) -> ProgressBar {
    bar(bytes, "reading {bar:30} {bytes} of {total_bytes}, {eta} left")
}

fn bar(length: u64, template: &str) -> ProgressBar {
    let bar = ProgressBar::new(length);
    bar.set_style(
        ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    bar
}

/// Counts the entries of a journal, of which nobody knows how many there are; nothing where no
/// terminal is.
pub(crate) fn of_entries() -> ProgressBar {
    let bar = ProgressBar::no_length();
    bar.set_style(
        ProgressStyle::with_template("{spinner} {human_pos} lines of the journal, {per_sec}")
            .unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    bar
}

/// A bar that counts pages of a file; nothing where no terminal is.
pub(crate) fn of_pages() -> ProgressBar {
    let bar = ProgressBar::new(0);
    bar.set_style(
        ProgressStyle::with_template("{bar:30} {human_pos} of {human_len} pages, {eta} left")
            .unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    bar
}
