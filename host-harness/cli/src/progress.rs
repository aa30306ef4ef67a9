//! Progress of long work.

use crate::language::tr;
use indicatif::{ProgressBar, ProgressStyle};

/// A bar that counts tickets; hidden without a terminal.
pub(crate) fn of_tickets(tickets: u64) -> ProgressBar {
    bar(
        tickets,
        &tr!(
            "{{bar:30}} {{human_pos}} of {{human_len}} tickets, {{eta}} left",
            "{{bar:30}} {{human_pos}} de {{human_len}} tickets, faltan {{eta}}",
            "{{bar:30}} {{human_pos}} de {{human_len}} tickets, faltam {{eta}}"
        ),
    )
}

/// A bar that counts the played rows of a history.
pub(crate) fn of_rows(rows: u64) -> ProgressBar {
    bar(
        rows,
        &tr!(
            "trying {{bar:30}} {{human_pos}} of {{human_len}} rows, {{eta}} left",
            "probando {{bar:30}} {{human_pos}} de {{human_len}} filas, faltan {{eta}}",
            "testando {{bar:30}} {{human_pos}} de {{human_len}} linhas, faltam {{eta}}"
        ),
    )
}

/// A bar that counts the read bytes of a file.
pub(crate) fn of_bytes(bytes: u64) -> ProgressBar {
    bar(
        bytes,
        &tr!(
            "reading {{bar:30}} {{bytes}} of {{total_bytes}}, {{eta}} left",
            "leyendo {{bar:30}} {{bytes}} de {{total_bytes}}, faltan {{eta}}",
            "lendo {{bar:30}} {{bytes}} de {{total_bytes}}, faltam {{eta}}"
        ),
    )
}

fn bar(length: u64, template: &str) -> ProgressBar {
    let bar = ProgressBar::new(length);
    bar.set_style(
        ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    bar
}

/// Counts the entries of a journal, whose total is unknown; hidden without a terminal.
pub(crate) fn of_entries() -> ProgressBar {
    let bar = ProgressBar::no_length();
    bar.set_style(
        ProgressStyle::with_template(&tr!(
            "{{spinner}} {{human_pos}} lines of the journal, {{per_sec}}",
            "{{spinner}} {{human_pos}} líneas del diario, {{per_sec}}",
            "{{spinner}} {{human_pos}} linhas do diário, {{per_sec}}"
        ))
        .unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    bar
}

/// A bar that counts pages of a file; hidden without a terminal.
pub(crate) fn of_pages() -> ProgressBar {
    let bar = ProgressBar::new(0);
    bar.set_style(
        ProgressStyle::with_template(&tr!(
            "{{bar:30}} {{human_pos}} of {{human_len}} pages, {{eta}} left",
            "{{bar:30}} {{human_pos}} de {{human_len}} páginas, faltan {{eta}}",
            "{{bar:30}} {{human_pos}} de {{human_len}} páginas, faltam {{eta}}"
        ))
        .unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    bar
}
