//! `despertador journal`

use std::io::{BufWriter, ErrorKind, Write};
use std::path::Path;

use despertador_desk::journal::{Counts, Journal, JournalError, Selection};
use despertador_desk::private;
use serde_json::json;

use crate::arguments::{JournalArguments, SelectionArguments};
use crate::table::thousands;
use crate::{Ended, Unusable, source, written};

impl SelectionArguments {
    pub(crate) fn selection(&self) -> Selection {
        Selection {
            account: self.account.clone(),
            ticket: self.ticket.clone(),
            since: self.since,
            until: self.until,
        }
    }
}

/// Writes a journal down.
pub(crate) fn journal(arguments: &JournalArguments, as_json: bool) -> Result<Ended, Unusable> {
    let journal = open(&arguments.file)?;
    let selection = arguments.selection.selection();
    let Some(file) = &arguments.output else {
        let mut out = BufWriter::new(std::io::stdout().lock());
        return match journal.write(&selection, &mut out) {
            Ok(_) => Ok(Ended::Well),
            Err(error) => Err(unread(&arguments.file, &error)),
        };
    };
    written::refuse_existing(file, arguments.force)?;
    if same(file, &arguments.file) {
        return Err(format!("`{}` would be written over itself", file.display()).into());
    }
    // Under another name until it is whole: nobody takes half of it for the journal.
    let mut unfinished = file.as_os_str().to_owned();
    unfinished.push(".unfinished");
    let unfinished = Path::new(&unfinished);
    let mut options = private::options();
    let open = options.write(true).create(true).truncate(true).open(unfinished);
    let open = open.map_err(|error| unwritable(file, &error))?;
    let mut out = BufWriter::new(open);
    let counts = journal.write(&selection, &mut out).and_then(|counts| {
        out.flush()?;
        std::fs::rename(unfinished, file)?;
        Ok(counts)
    });
    match counts {
        Ok(counts) => {
            say(file, as_json, counts);
            Ok(Ended::Well)
        }
        Err(error) => {
            let _: std::io::Result<()> = std::fs::remove_file(unfinished);
            Err(unread(&arguments.file, &error))
        }
    }
}

fn say(file: &Path, as_json: bool, counts: Counts) {
    let Counts { policies, tickets, entries } = counts;
    if as_json {
        let counts = json!({ "policies": policies, "tickets": tickets, "entries": entries });
        written::say(file, true, counts);
    } else {
        anstream::println!(
            "{} written: policies {}, tickets {}, entries {}",
            file.display(),
            thousands(policies),
            thousands(tickets),
            thousands(entries)
        );
    }
}

/// Opens a journal or a desk's file.
pub(crate) fn open(file: &Path) -> Result<Journal, Unusable> {
    Journal::open(file).map_err(|error| match error {
        JournalError::Io(error) => source::unreadable(file, &error),
        error => unread(file, &error),
    })
}

/// Why a journal could not be read; the desk's own sentences name the file.
pub(crate) fn unread(file: &Path, error: &JournalError) -> Unusable {
    match error {
        JournalError::Store(error) => error.to_string().into(),
        JournalError::Io(error) if error.kind() == ErrorKind::StorageFull => {
            format!("the journal of `{}` cannot be written: {error}", file.display()).into()
        }
        error => format!("`{}`: {error}", file.display()).into(),
    }
}

fn unwritable(file: &Path, error: &std::io::Error) -> Unusable {
    match error.kind() {
        ErrorKind::NotFound => {
            format!("`{}` cannot be written: there is no such folder", file.display()).into()
        }
        _ => format!("`{}` cannot be written: {error}", file.display()).into(),
    }
}

fn same(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}
