//! The dialect of a table: separator, encoding, and order of day and month.

use std::borrow::Cow;

use encoding_rs::WINDOWS_1252;

use super::columns::{self, Column, Columns};
use super::time::{DayOrder, day_order};

/// Size of the beginning of a file from which the dialect is detected, in bytes.
pub(super) const PREFIX: u64 = 4 << 20;

/// The dialect of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// The separator of cells.
    pub separator: u8,
    /// Whether the first line names the separator, as spreadsheets write it: `sep=;`.
    pub is_named: bool,
    /// Whether day or month comes first, if a date of the file shows it.
    pub day_order: Option<DayOrder>,
}

impl Dialect {
    /// Detects the dialect from the beginning of a file: the separator is the named one, or else
    /// the one that yields most of the expected columns.
    pub(super) fn of(prefix: &[u8], columns: &Columns) -> Dialect {
        let named = named_separator(prefix);
        let found = |separator: u8| {
            let mut rows = rows(prefix, separator);
            let head: Vec<String> = rows.next().map(|row| texts(&row)).unwrap_or_default();
            let is_there = |column: &Column| {
                columns.of(*column).0.iter().any(|n| columns::place(&head, n).is_some())
            };
            (Column::ALL.iter().filter(|column| is_there(column)).count(), head.len())
        };
        // The last of equals wins.
        let separator = named
            .or_else(|| [b'|', b'\t', b';', b','].into_iter().max_by_key(|s| found(*s)))
            .unwrap_or(b',');
        let mut table = rows(prefix, separator);
        if named.is_some() {
            table.next();
        }
        let head: Vec<String> = table.next().map(|row| texts(&row)).unwrap_or_default();
        let at = columns.of(Column::At).0.iter().find_map(|name| columns::place(&head, name));
        let mut day_first = [false; 2];
        for row in table {
            let order = at.and_then(|at| day_order(&text(row.get(at)?)));
            match order {
                Some(DayOrder::DayFirst) => day_first[0] = true,
                Some(DayOrder::MonthFirst) => day_first[1] = true,
                None => {}
            }
        }
        let day_order = match day_first {
            [true, false] => Some(DayOrder::DayFirst),
            [false, true] => Some(DayOrder::MonthFirst),
            _ => None,
        };
        Dialect { separator, is_named: named.is_some(), day_order }
    }
}

/// The separator named by the first line.
fn named_separator(prefix: &[u8]) -> Option<u8> {
    let line = prefix.split(|byte| matches!(byte, b'\n' | b'\r')).next()?;
    let line = std::str::from_utf8(line).ok()?.trim_matches(['"', ' ']);
    let (sep, separator) = line.split_at_checked(4)?;
    match separator.as_bytes() {
        [separator] if sep.eq_ignore_ascii_case("sep=") => Some(*separator),
        _ => None,
    }
}

fn rows(prefix: &[u8], separator: u8) -> impl Iterator<Item = csv::ByteRecord> + '_ {
    csv::ReaderBuilder::new()
        .flexible(true)
        .has_headers(false)
        .delimiter(separator)
        .from_reader(prefix)
        .into_byte_records()
        .map_while(Result::ok)
}

fn texts(row: &csv::ByteRecord) -> Vec<String> {
    row.iter().map(|cell| text(cell).trim().to_owned()).collect()
}

/// The text of a cell: UTF-8, or else Windows-1252.
pub(super) fn text(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0,
    }
}
