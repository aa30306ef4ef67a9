//! `despertador journal`

use std::io::{BufWriter, ErrorKind, Write};
use std::path::Path;

use despertador_desk::journal::{Counts, Journal, JournalError, Selection};
use despertador_desk::private;
use serde_json::json;

use crate::arguments::{JournalArguments, SelectionArguments};
use crate::language::tr;
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

/// Exports a journal.
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
        let name = file.display();
        return Err(tr!(
            "`{name}` would be written over itself",
            "`{name}` se escribiría sobre sí mismo",
            "`{name}` seria gravado sobre si mesmo"
        )
        .into());
    }
    // Under another name until it is complete, so that nobody takes half of it for the journal.
    let mut unfinished = file.as_os_str().to_owned();
    unfinished.push(".unfinished");
    let unfinished = Path::new(&unfinished);
    let mut options = private::options();
    let open = options.write(true).create(true).truncate(true).open(unfinished);
    let open = open.map_err(|error| written::unwritable(file, &error))?;
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
        let line = tr!(
            "{file} written: policies {policies}, tickets {tickets}, entries {entries}",
            "{file} escrito: políticas {policies}, tickets {tickets}, entradas {entries}",
            "{file} gravado: políticas {policies}, tickets {tickets}, entradas {entries}",
            file = file.display(),
            policies = thousands(policies),
            tickets = thousands(tickets),
            entries = thousands(entries)
        );
        anstream::println!("{line}");
    }
}

/// Opens a journal or a desk's file.
pub(crate) fn open(file: &Path) -> Result<Journal, Unusable> {
    Journal::open(file).map_err(|error| match error {
        JournalError::Io(error) => source::unreadable(file, &error),
        error => unread(file, &error),
    })
}

/// Why a journal could not be read; the desk's own errors name the file.
pub(crate) fn unread(file: &Path, error: &JournalError) -> Unusable {
    match error {
        JournalError::Store(error) => error.to_string().into(),
        JournalError::Io(error) if error.kind() == ErrorKind::StorageFull => tr!(
            "the journal of `{file}` cannot be written: {error}",
            "el diario de `{file}` no se puede escribir: {error}",
            "o diário de `{file}` não pode ser gravado: {error}",
            file = file.display()
        )
        .into(),
        error => format!("`{}`: {}", file.display(), sentence(error)).into(),
    }
}

fn same(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

/// The text of a journal's error.
fn sentence(error: &JournalError) -> String {
    match error {
        JournalError::NoAccount(name, known) => tr!(
            "there is no account `{name}`; there are {known}",
            "no hay ninguna cuenta `{name}`; hay {known}",
            "não há nenhuma conta `{name}`; há {known}",
            known = known.join(", ")
        ),
        JournalError::Line(line, why) => {
            tr!("line {line}: {why}", "línea {line}: {why}", "linha {line}: {why}")
        }
        JournalError::Cut(line) => tr!(
            "the journal ends after line {line} without saying so: it was cut off, or is still being written; wait \
             for it, or write it again with `despertador journal`",
            "el diario termina tras la línea {line} sin decirlo: se cortó, o aún se está escribiendo; espere, o \
             escríbalo de nuevo con `despertador journal`",
            "o diário termina após a linha {line} sem dizê-lo: foi cortado, ou ainda está sendo gravado; espere, ou \
             grave-o de novo com `despertador journal`"
        ),
        JournalError::NoJournal => tr!(
            "this is neither a desk's file nor a journal; `despertador journal DESK.db` writes one",
            "esto no es el archivo de un escritorio ni un diario; `despertador journal DESK.db` escribe uno",
            "isto não é o arquivo de um balcão nem um diário; `despertador journal DESK.db` grava um"
        ),
        JournalError::Store(_) | JournalError::Io(_) => error.to_string(),
    }
}
