//! The conversations of a desk, for policies to be played on.

use despertador_contract::event_log::Row;
use despertador_desk::journal::{Journal, JournalError, Line, Selection};
use despertador_desk::store::EntryKind;
use despertador_insight::{ArchiveBuilder, Unreadable};

/// Why the conversations of a journal cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum PastError {
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// What was read.
    #[error(transparent)]
    Archive(#[from] Unreadable),
}

/// Reads the messages and events of a journal. `each` is called with every line and returns whether
/// to continue.
///
/// # Errors
///
/// See [`PastError`].
pub fn read_journal(
    journal: Journal,
    selection: &Selection,
    builder: &mut ArchiveBuilder<'_>,
    each: &mut dyn FnMut(&Line) -> bool,
) -> Result<(), PastError> {
    journal.read::<PastError>(selection, |line| {
        if !each(&line) {
            return Ok(false);
        }
        let Line::Entry(entry) = line else { return Ok(true) };
        if !matches!(entry.kind, EntryKind::Recorded | EntryKind::Pending) {
            return Ok(true);
        }
        let Some(row) = &entry.row else { return Ok(true) };
        let seq = u64::try_from(entry.seq).unwrap_or_default();
        let row = Row::from_value(row)
            .map_err(|wrong| JournalError::Line(seq, format!("the entry's row: {wrong}")))?;
        builder.row(seq, &row)?;
        Ok(true)
    })?;
    Ok(())
}
