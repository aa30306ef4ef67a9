//! Formats columns and numbers.

use despertador_contract::Language as Spoken;

use crate::language::Language;

/// The alignment of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Left,
    Right,
}

/// Rows of cells as lines, with two spaces between columns and no trailing spaces.
pub(crate) fn columns(sides: &[Side], rows: &[Vec<String>]) -> Vec<String> {
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| length(cell)).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..sides.len()).map(width).collect();
    rows.iter()
        .map(|row| {
            let cells: Vec<String> = row
                .iter()
                .zip(sides.iter().zip(&widths))
                .map(|(cell, (side, width))| {
                    let blanks = " ".repeat(width.saturating_sub(length(cell)));
                    match side {
                        Side::Left => format!("{cell}{blanks}"),
                        Side::Right => format!("{blanks}{cell}"),
                    }
                })
                .collect();
            cells.join("  ").trim_end().to_owned()
        })
        .collect()
}

/// The displayed length, without colours.
pub(crate) fn length(text: &str) -> usize {
    let mut count: usize = 0;
    let mut escaped = false;
    for character in text.chars() {
        match (escaped, character) {
            (false, '\u{1b}') => escaped = true,
            (false, _) => count = count.saturating_add(1),
            (true, 'm') => escaped = false,
            (true, _) => {}
        }
    }
    count
}

/// Tenths of a percent: `12.3 %`.
pub(crate) fn percent(per_mille: u64) -> String {
    let (_, tenths) = separators();
    format!("{}{tenths}{} %", per_mille / 10, per_mille % 10)
}

/// The thousands separator and the decimal separator.
fn separators() -> (char, char) {
    match Language::chosen().of_page() {
        Spoken::English => (',', '.'),
        Spoken::Spanish | Spoken::Portuguese => ('.', ','),
    }
}

/// A duration in whole units.
pub(crate) fn whole(milliseconds: u64, unit: u64) -> u64 {
    milliseconds.saturating_sub(milliseconds.checked_rem(unit).unwrap_or_default())
}

/// A number with its noun: `1 ticket`, `1,234 tickets`.
pub(crate) fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", thousands(number), if number == 1 { one } else { many })
}

/// A number with thousands separators: `1,234,567`.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let (between, _) = separators();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && digits.len().saturating_sub(place).is_multiple_of(3) {
            text.push(between);
        }
        text.push(digit);
    }
    text
}

/// Bytes in the largest unit without a remainder, or with one decimal.
pub(crate) fn bytes(number: u64) -> String {
    match number {
        0..1024 => format!("{number} B"),
        1024..1_048_576 => tenths(number, 1024, "KiB"),
        _ => tenths(number, 1_048_576, "MiB"),
    }
}

fn tenths(number: u64, unit: u64, name: &str) -> String {
    let tenths = number.saturating_mul(10).checked_div(unit).unwrap_or(0);
    let (whole, tenth) = (tenths.div_euclid(10), tenths.rem_euclid(10));
    if tenth == 0 {
        format!("{whole} {name}")
    } else {
        format!("{whole}{}{tenth} {name}", separators().1)
    }
}
