//! How far long work is.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar that counts tickets; nothing where no terminal is.
pub(crate) fn of_tickets(tickets: u64) -> ProgressBar {
    let bar = ProgressBar::new(tickets);
    bar.set_style(
        ProgressStyle::with_template("{bar:30} {human_pos} of {human_len} tickets, {eta} left")
            .unwrap_or_else(|_| ProgressStyle::default_bar()),
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
