//! Recorded conversations that were named on the command line.

use std::fs::File;
use std::io::BufReader;

use despertador_insight::{Authors, Columns, History, Read, Timing, Who};

use crate::arguments::EventsArguments;
use crate::paint::{YELLOW, paint};
use crate::table::thousands;
use crate::{Unusable, source};

/// What was recorded.
pub(crate) fn read(arguments: &EventsArguments) -> Result<Read, Unusable> {
    let file = &arguments.file;
    let open = File::open(file).map_err(|error| source::unreadable(file, &error))?;
    let timing = Timing {
        format: arguments.time_format.clone(),
        utc_offset: arguments.utc_offset,
        not_after: written_at(&open),
    };
    let lines = file
        .extension()
        .is_some_and(|ending| ["jsonl", "ndjson"].iter().any(|known| ending == *known));
    let read = if lines {
        History::event_log(BufReader::new(open), &timing)
    } else {
        let (columns, authors) = (named_columns(arguments)?, named_authors(arguments)?);
        History::csv(BufReader::new(open), &columns, &authors, &timing)
    };
    read.map_err(|error| format!("`{}`: {error}", file.display()).into())
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
            other => {
                return Err(format!(
                    "`--columns {other}=…`: it is one of ticket, author, at, department, message"
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
pub(crate) fn print(read: &Read, arguments: &EventsArguments) {
    let history = &read.history;
    let count = |number: usize| thousands(u64::try_from(number).unwrap_or(u64::MAX));
    anstream::println!(
        "{}: rows {}, tickets {}, departments {}",
        arguments.file.display(),
        thousands(read.rows),
        count(history.tickets.len()),
        count(history.departments.len())
    );
    if read.moved > 0 {
        anstream::println!(
            "  stood after later ones, put in their place: {}",
            thousands(read.moved)
        );
    }
    if read.repeated > 0 {
        anstream::println!("  there before, left out: {}", thousands(read.repeated));
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
