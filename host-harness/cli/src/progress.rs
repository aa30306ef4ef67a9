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

/// A bar that counts pages of a file; nothing where no terminal is.
pub(crate) fn of_pages() -> ProgressBar {
    let bar = ProgressBar::new(0);
    bar.set_style(
        ProgressStyle::with_template("{bar:30} {human_pos} of {human_len} pages, {eta} left")
            .unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    bar
}
