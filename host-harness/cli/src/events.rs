//! Recorded conversations that were named on the command line.

use std::fs::File;
use std::io::{BufRead, BufReader, Read as _};
use std::path::Path;

use despertador_contract::event_log::Row;
use despertador_desk::journal::{Journal, JournalError, Line, Selection};
use despertador_desk::store::EntryKind;
use despertador_insight::{
    Archive, Authors, Column, Columns, DayOrder, Dialect, Gathering, Means, Platform, Read, Skip,
    Timing, Unreadable, Who,
};

use crate::arguments::{EventsArguments, FormArguments};
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
    file: &Path,
    form: &FormArguments,
    interrupt: &Interrupt,
) -> Result<Read<Archive>, Unread> {
    let unreadable = |error: std::io::Error| source::unreadable(file, &error);
    let open = File::open(file).map_err(unreadable)?;
    let data = open.metadata().map_err(unreadable)?;
    // A pipe has no length, and what was looked at in it is gone.
    let is_file = data.is_file();
    let length = if is_file { data.len() } else { u64::MAX };
    let timing = Timing {
        format: form.time_format.clone(),
        zone: form.zone.clone().unwrap_or_default(),
        not_after: form.now.or_else(|| written_at(&open)),
        ..Timing::default()
    };
    let goes_on = |_| !interrupt.is_wanted();
    let means = Means {
        folder: form.scratch.clone().unwrap_or_else(std::env::temp_dir),
        goes_on: &goes_on,
        ..Means::default()
    };
    let is_journal = is_file && Journal::is_one(file).map_err(unreadable)?;
    let bar = match length {
        _ if is_journal => progress::of_entries(),
        u64::MAX => progress::of_bytes(0),
        length => progress::of_bytes(length),
    };
    // What is written from here on is not read: half a row would be taken for a whole one.
    let mut bytes = BufReader::new(bar.wrap_read(open.take(length)));
    let (columns, authors) = (named_columns(form)?, named_authors(form)?);
    let read = if is_journal {
        out_of_journal(file, form, means, &|| bar.inc(1))
    } else if form.account.is_some() {
        return Err(Unusable::from("only a journal or a desk's file has an account").into());
    } else if let Some(platform) = form.from.filter(|_| is_json(file, &mut bytes)) {
        Archive::dump(bytes, platform, &columns, &authors, &timing, means).map_err(Failed::File)
    } else if has_lines(file) {
        Archive::event_log(bytes, &timing, means).map_err(Failed::File)
    } else {
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

/// Whether a file has JSON, an object or a list first of all.
fn is_json(file: &Path, bytes: &mut impl BufRead) -> bool {
    let first = bytes.fill_buf().ok().and_then(|begin| {
        let text = begin.strip_prefix(b"\xef\xbb\xbf").unwrap_or(begin);
        text.iter().find(|byte| !byte.is_ascii_whitespace()).copied()
    });
    has_lines(file) || matches!(first, Some(b'{' | b'['))
}

/// Whether a file's name says that it has an object a line.
pub(crate) fn has_lines(file: &Path) -> bool {
    file.extension().is_some_and(|ending| ["jsonl", "ndjson"].iter().any(|known| ending == *known))
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
    file: &Path,
    form: &FormArguments,
    means: Means<'_>,
    read_one: &dyn Fn(),
) -> Result<Read<Archive>, Failed> {
    // The times are the desk's own: when the file was written says nothing more.
    let mut gathering = Gathering::new(means, form.now);
    let selection = Selection { account: form.account.clone(), ..Selection::default() };
    let mut accounts: Vec<String> = Vec::new();
    Journal::open(file)?.read::<Failed>(&selection, |line| {
        read_one();
        let account = match &line {
            Line::Policy { account, .. } => account,
            Line::Entry(entry) => &entry.account,
        };
        if !accounts.contains(account) {
            accounts.push(account.clone());
        }
        let Line::Entry(entry) = line else { return Ok(true) };
        if !matches!(entry.kind, EntryKind::Recorded | EntryKind::Pending) {
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

fn named_columns(form: &FormArguments) -> Result<Columns, Unusable> {
    let mut columns = form.from.map_or_else(Columns::default, Platform::columns);
    for (what, name) in &form.columns {
        let column = Column::from_word(what).ok_or_else(|| {
            let known = Column::ALL.map(Column::word).join(", ");
            format!("`--columns {what}=…`: it is one of {known}")
        })?;
        columns = columns.with(column, name);
    }
    for rule in &form.skip {
        let (column, value) =
            rule.split_once('=').map_or((rule.as_str(), None), |(c, v)| (c, Some(v)));
        columns = columns.skip(Skip {
            column: column.to_owned(),
            values: value.map(str::to_owned).into_iter().collect(),
            others: false,
            is_asked_for: true,
        });
    }
    Ok(columns)
}

fn named_authors(form: &FormArguments) -> Result<Authors, Unusable> {
    let mut authors = form.from.map_or_else(Authors::default, Platform::authors);
    for (word, who) in &form.authors {
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
    say(
        read.skipped,
        "left out as was asked for: private notes, authors that are nobody, rows to skip",
    );
    say(read.without_customer, "tickets in which the customer wrote nothing");
    say(read.without_company, "tickets in which nobody of the company wrote");
    if let Some(dialect) = read.dialect {
        print_dialect(dialect);
    }
    say(read.windows_1252, "rows that are no UTF-8, read as Windows-1252");
    let warn = |count: u64, what: &str| {
        if count > 0 {
            anstream::println!("  {}", paint(YELLOW, format_args!("{what}: {}", thousands(count))));
        }
    };
    warn(
        read.rounded_ids,
        "ids of messages or customers that a spreadsheet has rounded, not used; export the file again",
    );
    warn(
        read.cut_ids,
        "rows whose ticket may have lost its last digits to a spreadsheet, so that several are one; export \
         the file again",
    );
    if read.assumed > 0 && arguments.form.zone.is_none() {
        let mixed = read.with_offset > 0;
        let assumed = format!(
            "times without an offset, taken as UTC: {}{}",
            thousands(read.assumed),
            if mixed { "; others have one, so say what these mean with --zone" } else { "" }
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
            let more = match refused.rows.saturating_sub(1) {
                0 => String::new(),
                1 => ", and 1 row more".into(),
                more => format!(", and {} rows more", thousands(more)),
            };
            anstream::println!("    line {}{more}: {}", refused.line, refused.why);
        }
    }
    anstream::println!();
}

/// Says how a table is written where that is not the usual way.
fn print_dialect(dialect: Dialect) {
    match dialect.separator {
        b',' => {}
        b'\t' => anstream::println!("  cells are separated by tabs"),
        other => anstream::println!("  cells are separated by `{}`", char::from(other)),
    }
    match dialect.day_order {
        None => {}
        Some(DayOrder::DayFirst) => anstream::println!("  dates begin with the day"),
        Some(DayOrder::MonthFirst) => anstream::println!("  dates begin with the month"),
    }
}
