//! Recorded conversations that were named on the command line.

use std::fs::File;
use std::io::Read as _;

use despertador_contract::event_log::Row;
use despertador_desk::journal::{Journal, JournalError, Line, Selection};
use despertador_desk::store::EntryKind;
use despertador_insight::{
    Archive, Authors, Columns, Gathering, Means, Read, Timing, Unreadable, Who,
};

use crate::arguments::EventsArguments;
use crate::interrupt::Interrupt;
use crate::paint::{YELLOW, paint};
use crate::table::thousands;
use crate::{Unusable, journal, progress, source};

/// Why there is nothing to work with.
pub(crate) enum Unread {
    /// It cannot be read.
    Unusable(Unusable),
    /// Somebody has stopped it.
    Interrupted(String),
}

impl From<Unusable> for Unread {
    fn from(unusable: Unusable) -> Self {
        Self::Unusable(unusable)
    }
}

/// What was recorded.
pub(crate) fn read(
    arguments: &EventsArguments,
    interrupt: &Interrupt,
) -> Result<Read<Archive>, Unread> {
    let file = &arguments.file;
    let unreadable = |error: std::io::Error| source::unreadable(file, &error);
    let open = File::open(file).map_err(unreadable)?;
    let data = open.metadata().map_err(unreadable)?;
    // A pipe has no length, and what was looked at in it is gone.
    let is_file = data.is_file();
    let length = if is_file { data.len() } else { u64::MAX };
    let timing = Timing {
        format: arguments.time_format.clone(),
        utc_offset: arguments.utc_offset.unwrap_or_default(),
        not_after: arguments.now.or_else(|| written_at(&open)),
    };
    let goes_on = |_| !interrupt.is_wanted();
    let means = Means {
        folder: arguments.scratch.clone().unwrap_or_else(std::env::temp_dir),
        goes_on: &goes_on,
        ..Means::default()
    };
    let lines = file
        .extension()
        .is_some_and(|ending| ["jsonl", "ndjson"].iter().any(|known| ending == *known));
    let is_journal = is_file && Journal::is_one(file).map_err(unreadable)?;
    let bar = match length {
        _ if is_journal => progress::of_entries(),
        u64::MAX => progress::of_bytes(0),
        length => progress::of_bytes(length),
    };
    // What is written from here on is not read: half a row would be taken for a whole one.
    let bytes = bar.wrap_read(open.take(length));
    let read = if is_journal {
        out_of_journal(arguments, means, &|| bar.inc(1))
    } else if arguments.account.is_some() {
        return Err(Unusable::from("only a journal or a desk's file has an account").into());
    } else if lines {
        Archive::event_log(bytes, &timing, means).map_err(Failed::File)
    } else {
        let (columns, authors) = (named_columns(arguments)?, named_authors(arguments)?);
        Archive::csv(bytes, &columns, &authors, &timing, means).map_err(Failed::File)
    };
    bar.finish_and_clear();
    let read = read.map_err(|failed| match failed {
        Failed::File(Unreadable::Stopped(rows)) => Unread::Interrupted(format!(
            "interrupted while `{}` was read: {} rows were read and none was tried",
            file.display(),
            thousands(rows)
        )),
        Failed::File(error) => Unusable(format!("`{}`: {error}", file.display())).into(),
        Failed::Journal(error) => journal::unread(file, &error).into(),
    })?;
    let grown = is_file && !is_journal && file.metadata().is_ok_and(|now| now.len() != length);
    if grown {
        let note = format!(
            "`{}` was written while it was read: only what was there at the beginning is counted, and its \
             last row may have been cut; read it again when it is whole",
            file.display()
        );
        anstream::eprintln!("{} {note}", paint(YELLOW, "note:"));
    }
    Ok(read)
}

enum Failed {
    File(Unreadable),
    Journal(JournalError),
}

impl From<JournalError> for Failed {
    fn from(error: JournalError) -> Self {
        Self::Journal(error)
    }
}

/// The rows of a desk's journal: what happened, and not what was decided.
fn out_of_journal(
    arguments: &EventsArguments,
    means: Means<'_>,
    read_one: &dyn Fn(),
) -> Result<Read<Archive>, Failed> {
    // The times are the desk's own: when the file was written says nothing more.
    let mut gathering = Gathering::new(means, arguments.now);
    let selection = Selection { account: arguments.account.clone(), ..Selection::default() };
    let mut accounts: Vec<String> = Vec::new();
    Journal::open(&arguments.file)?.read::<Failed>(&selection, |line| {
        read_one();
        let account = match &line {
            Line::Policy { account, .. } => account,
            Line::Entry(entry) => &entry.account,
        };
        if !accounts.contains(account) {
            accounts.push(account.clone());
        }
        let Line::Entry(entry) = line else { return Ok(true) };
        if !matches!(entry.kind, EntryKind::Heard | EntryKind::Unheard) {
            return Ok(true);
        }
        let Some(row) = &entry.row else { return Ok(true) };
        let seq = u64::try_from(entry.seq).unwrap_or_default();
        let row = Row::from_value(row).map_err(|wrong| {
            Failed::Journal(JournalError::Line(seq, format!("the entry's row: {wrong}")))
        })?;
        gathering.row(seq, &row).map_err(Failed::File)?;
        Ok(true)
    })?;
    if accounts.len() > 1 {
        let why = format!(
            "it has the accounts {}, each with policies of its own; name one with `--account`",
            accounts.join(", ")
        );
        return Err(Failed::File(Unreadable::Broken(why)));
    }
    gathering.end().map_err(Failed::File)
}

/// Nothing in a file can have happened more than a day after it was written last.
fn written_at(file: &File) -> Option<i64> {
    const DAY: i64 = 86_400_000;
    let modified = file.metadata().ok()?.modified().ok()?;
    let since = modified.duration_since(std::time::UNIX_EPOCH).ok()?;
    i64::try_from(since.as_millis()).ok()?.checked_add(DAY)
}

fn named_columns(arguments: &EventsArguments) -> Result<Columns, Unusable> {
    let mut columns = Columns::default();
    for (what, name) in &arguments.columns {
        let name = name.clone();
        match what.as_str() {
            "ticket" => columns.ticket = name,
            "author" => columns.author = name,
            "at" => columns.at = name,
            "department" => columns.department = Some(name),
            "message" => columns.message = Some(name),
            "customer" => columns.customer = Some(name),
            other => {
                return Err(format!(
                    "`--columns {other}=…`: it is one of ticket, author, at, department, message, customer"
                )
                .into());
            }
        }
    }
    Ok(columns)
}

fn named_authors(arguments: &EventsArguments) -> Result<Authors, Unusable> {
    let mut authors = Authors::default();
    for (word, who) in &arguments.authors {
        let who = match who.as_str() {
            "customer" => Some(Who::Customer),
            "agent" => Some(Who::Agent),
            "ai-agent" => Some(Who::AiAgent),
            "bot" => Some(Who::Bot),
            "nobody" => None,
            other => {
                return Err(format!(
                    "`--authors {word}={other}`: it is one of customer, agent, ai-agent, bot, nobody"
                )
                .into());
            }
        };
        authors.set(word, who);
    }
    Ok(authors)
}

/// Says what was read, and what was not.
pub(crate) fn print(read: &Read<Archive>, arguments: &EventsArguments) {
    let archive = &read.history;
    anstream::println!(
        "{}: rows {}, tickets {}, departments {}",
        arguments.file.display(),
        thousands(read.rows),
        thousands(archive.tickets()),
        thousands(u64::try_from(archive.departments.len()).unwrap_or(u64::MAX))
    );
    let say = |count: u64, what: &str| {
        if count > 0 {
            anstream::println!("  {what}: {}", thousands(count));
        }
    };
    say(read.moved, "stood after later ones, put in their place");
    say(read.repeated, "there before, left out");
    say(read.done_then, "tell what a policy did then, left out");
    say(read.without_customer, "tickets in which the customer wrote nothing");
    say(read.without_company, "tickets in which nobody of the company wrote");
    if read.assumed > 0 && arguments.utc_offset.is_none() {
        let mixed = read.with_offset > 0;
        let assumed = format!(
            "times without an offset, taken as UTC: {}{}",
            thousands(read.assumed),
            if mixed { "; others have one, so say what these mean with --utc-offset" } else { "" }
        );
        anstream::println!("  {}", if mixed { paint(YELLOW, assumed) } else { assumed });
    }
    if read.is_unended {
        anstream::println!(
            "  the last line has no end; if the file is still being written, it is cut"
        );
    }
    if read.refused > 0 {
        let refused = format!("could not be read, left out: {}", thousands(read.refused));
        anstream::println!("  {}", paint(YELLOW, refused));
        for refused in &read.first_refused {
            anstream::println!("    line {}: {}", refused.line, refused.why);
        }
    }
    anstream::println!();
}
