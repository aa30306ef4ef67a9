//! Recorded conversations out of files. Rows that cannot be read are counted and shown, and never
//! taken for something they are not.

use std::cell::Cell;
use std::collections::HashMap;
use std::fmt;
use std::io::{BufRead, Error, ErrorKind};
use std::path::PathBuf;
use std::rc::Rc;

use chrono::{DateTime, FixedOffset, NaiveDateTime, TimeZone};
use despertador_contract::Call;
use despertador_contract::Instant;
use despertador_contract::event_log::Row;
use despertador_contract::input;

use crate::archive::{Archive, Openings, without_id};
use crate::history::{History, Item, Who};
use crate::spool::{Record, Spool, What, digest};

/// So many refused rows are kept to be shown; of the others is said how many there are.
const MOST_REFUSED: usize = 20;

/// No row is longer, in bytes.
const LONGEST_ROW: u64 = 16 << 20;

/// Nobody has more departments: the figures of each are kept in memory.
const MOST_DEPARTMENTS: usize = 10_000;

/// At the beginning of a file so many bytes are looked at for what no text has.
const LOOKED_AT: u64 = 64 << 10;

/// So many rows are read before somebody is told of it.
const TOLD_EVERY: u64 = 10_000;

/// What was read, and what was not.
#[derive(Debug, Clone, Default)]
pub struct Read<H = History> {
    /// The conversations.
    pub history: H,
    /// Rows that were taken.
    pub rows: u64,
    /// Rows that stood after later ones of their ticket and were put in their place.
    pub moved: u64,
    /// Rows that were there before, by their id, and were left out.
    pub repeated: u64,
    /// Rows that tell what a policy did then; they were left out, for another one would have done
    /// something else.
    pub done_then: u64,
    /// Times without an offset that were taken as of the offset given.
    pub assumed: u64,
    /// Times with an offset of their own.
    pub with_offset: u64,
    /// Tickets in which the customer wrote nothing.
    pub without_customer: u64,
    /// Tickets in which nobody of the company wrote, nor an AI in their place.
    pub without_company: u64,
    /// Whether the file ends without the end of its last line: it may have been cut.
    pub is_unended: bool,
    /// Rows that could not be read.
    pub refused: u64,
    /// The first of them.
    pub first_refused: Vec<Refused>,
}

impl<H> Read<H> {
    /// The same about other conversations, or about the same ones kept in another way.
    #[must_use]
    pub fn with<T>(&self, history: T) -> Read<T> {
        Read {
            history,
            rows: self.rows,
            moved: self.moved,
            repeated: self.repeated,
            done_then: self.done_then,
            assumed: self.assumed,
            with_offset: self.with_offset,
            without_customer: self.without_customer,
            without_company: self.without_company,
            is_unended: self.is_unended,
            refused: self.refused,
            first_refused: self.first_refused.clone(),
        }
    }
}

/// A row that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Its line in the file, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub why: String,
}

/// Why a file cannot be read at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreadable {
    /// It has nothing in it.
    Empty,
    /// A column that is needed is not there.
    NoColumn {
        /// What it would have.
        what: &'static str,
        /// The name that was looked for.
        name: String,
        /// The columns there are.
        found: Vec<String>,
    },
    /// It has bytes that no text has.
    NoText,
    /// A row is too long to be one: where it begins.
    LongRow(u64),
    /// The file could not be read to its end.
    Broken(String),
    /// There is no room for what does not fit into memory.
    Scratch {
        /// Where it was put.
        folder: PathBuf,
        /// What happened.
        why: String,
    },
    /// There are more departments than anybody has.
    ManyDepartments,
    /// There are so few tickets that the rows of some of them, in MiB, do not fit into memory.
    FewTickets(usize),
    /// Not one row could be read.
    NoRow {
        /// What is wrong with the first one.
        first: Refused,
    },
    /// Somebody stopped it, after so many rows.
    Stopped(u64),
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unreadable::Empty => {
                f.write_str("the file is empty, or has no row below its head; export it again")
            }
            Unreadable::NoColumn { what, name, found } => write!(
                f,
                "there is no column `{name}` for the {what}; the file has {}; name it with `--columns {what}=…`",
                found.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
            ),
            Unreadable::NoText => f.write_str(
                "the file is no text in UTF-8: it has bytes of zero, as UTF-16 and packed files do; unpack \
                 it, or save it as UTF-8",
            ),
            Unreadable::LongRow(line) => write!(
                f,
                "the row that begins in line {line} has more than {} MiB: a quotation mark in it is not \
                 closed, or the file has no rows",
                LONGEST_ROW >> 20
            ),
            Unreadable::Broken(why) => write!(f, "the file cannot be read: {why}"),
            Unreadable::Scratch { folder, why } => write!(
                f,
                "what does not fit into memory cannot be put into `{}`: {why}; name a folder with room, as \
                 much as the file has, with `--scratch`",
                folder.display()
            ),
            Unreadable::ManyDepartments => write!(
                f,
                "there are more than {MOST_DEPARTMENTS} departments; is it the right column? name it with \
                 `--columns department=…`"
            ),
            Unreadable::FewTickets(mib) => write!(
                f,
                "the rows of a few tickets have {mib} MiB and do not fit into memory; is it the right \
                 column? name it with `--columns ticket=…`"
            ),
            Unreadable::NoRow { first } => {
                write!(f, "no row can be read; in line {}: {}", first.line, first.why)
            }
            Unreadable::Stopped(rows) => write!(f, "stopped after {rows} rows were read"),
        }
    }
}

impl std::error::Error for Unreadable {}

/// The names of the columns of a CSV file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    /// The ticket's id.
    pub ticket: String,
    /// Who wrote.
    pub author: String,
    /// When.
    pub at: String,
    /// The department; none where the file has no such column.
    pub department: Option<String>,
    /// The id of the message, by which repeated rows are known.
    pub message: Option<String>,
    /// The customer's id, by which tickets of one customer are known.
    pub customer: Option<String>,
}

impl Default for Columns {
    fn default() -> Self {
        Columns {
            ticket: "ticket".into(),
            author: "author".into(),
            at: "at".into(),
            department: None,
            message: None,
            customer: None,
        }
    }
}

/// What stands in the column of authors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authors(HashMap<String, Option<Who>>);

impl Default for Authors {
    /// The words that help desks use, in English, Spanish and Portuguese.
    fn default() -> Self {
        const WORDS: [(&str, Who); 19] = [
            ("customer", Who::Customer),
            ("client", Who::Customer),
            ("contact", Who::Customer),
            ("user", Who::Customer),
            ("end-user", Who::Customer),
            ("visitor", Who::Customer),
            ("cliente", Who::Customer),
            ("agent", Who::Agent),
            ("operator", Who::Agent),
            ("attendant", Who::Agent),
            ("company", Who::Agent),
            ("agente", Who::Agent),
            ("atendente", Who::Agent),
            ("operador", Who::Agent),
            ("ai-agent", Who::AiAgent),
            ("ai", Who::AiAgent),
            ("bot", Who::Bot),
            ("system", Who::Bot),
            ("automation", Who::Bot),
        ];
        Authors(WORDS.map(|(word, who)| (word.to_owned(), Some(who))).into())
    }
}

impl Authors {
    /// Takes a word for an author, or for nobody: then its rows are left out.
    pub fn set(&mut self, word: &str, who: Option<Who>) {
        self.0.insert(word.trim().to_lowercase(), who);
    }

    fn of(&self, word: &str) -> Option<Option<Who>> {
        self.0.get(&word.trim().to_lowercase()).copied()
    }
}

/// How times are written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Timing {
    /// The format, as `strftime` has it; none to find it out, row by row.
    pub format: Option<String>,
    /// Minutes by which the clock of times without offset is ahead of UTC.
    pub utc_offset: i32,
    /// A time after this one is refused.
    pub not_after: Option<Instant>,
}

/// Formats that say for themselves which part is which.
const FORMATS: [&str; 6] = [
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%a %b %d %H:%M:%S %z %Y",
];

/// The bytes of the shortest of them, `2026-03-02 09:00`.
const SHORTEST: usize = 16;

impl Timing {
    /// The instant of a time as it is written, and whether its offset was assumed.
    fn instant(&self, text: &str) -> Result<(Instant, bool), String> {
        let text = text.trim();
        let known = |at: Instant| (at, false);
        let found = match &self.format {
            Some(format) => self.by(text, format),
            None => DateTime::parse_from_rfc3339(text)
                .ok()
                .map(|moment| known(moment.timestamp_millis()))
                .or_else(|| FORMATS.iter().find_map(|format| self.by(text, format)))
                .or_else(|| since_1970(text).map(known)),
        };
        let (at, assumed) = found.ok_or_else(|| match &self.format {
            Some(format) => format!("`{text}` is no time of the format `{format}`"),
            None => format!(
                "`{text}` is no time that is known; say how it is written, such as `--time-format %d/%m/%Y %H:%M`"
            ),
        })?;
        match self.not_after {
            Some(end) if at > end => Err(in_the_future(text)),
            _ if at < 0 => Err(format!("`{text}` is before 1970")),
            _ => Ok((at, assumed)),
        }
    }

    fn by(&self, text: &str, format: &str) -> Option<(Instant, bool)> {
        // A minute of one digit is one that was cut; formats that people name may want it.
        if self.format.is_none() && text.len() < SHORTEST {
            return None;
        }
        if let Ok(moment) = DateTime::parse_from_str(text, format) {
            return Some((moment.timestamp_millis(), false));
        }
        let local = NaiveDateTime::parse_from_str(text, format).ok()?;
        let offset = FixedOffset::east_opt(self.utc_offset.checked_mul(60)?)?;
        let moment = offset.from_local_datetime(&local).single()?;
        Some((moment.timestamp_millis(), true))
    }
}

fn in_the_future(text: &str) -> String {
    format!("`{text}` is in the future; if it is not, say with `--now` when the file was made")
}

/// Seconds or milliseconds since 1970. The former have ten digits until the year 2286.
fn since_1970(text: &str) -> Option<Instant> {
    let digits = text.len();
    let number: i64 = text.parse().ok().filter(|_| text.bytes().all(|b| b.is_ascii_digit()))?;
    match digits {
        9 | 10 => number.checked_mul(1_000),
        12 | 13 => Some(number),
        _ => None,
    }
}

/// How much may be held, and who is told.
pub struct Means<'a> {
    /// So many bytes of rows are kept in memory; what is more goes into the folder.
    pub memory: usize,
    /// Where the file without a name is made.
    pub folder: PathBuf,
    /// Told from time to time how many rows were read; says whether to go on.
    pub goes_on: &'a dyn Fn(u64) -> bool,
}

impl Default for Means<'_> {
    /// 64 MiB, and the system's folder for such files.
    fn default() -> Self {
        Self { memory: 64 << 20, folder: std::env::temp_dir(), goes_on: &|_| true }
    }
}

impl fmt::Debug for Means<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Means").field("memory", &self.memory).finish_non_exhaustive()
    }
}

/// An archive while it is gathered: row by row, and then [`end`](Self::end).
pub struct Gathering<'a> {
    read: Read<()>,
    spool: Spool,
    departments: Vec<String>,
    numbers: HashMap<String, u32>,
    not_after: Option<Instant>,
    ends: Option<Instant>,
    goes_on: &'a dyn Fn(u64) -> bool,
}

impl fmt::Debug for Gathering<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gathering").field("rows", &self.read.rows).finish_non_exhaustive()
    }
}

impl<'a> Gathering<'a> {
    /// An archive without rows. A row after an instant is refused.
    #[must_use]
    pub fn new(means: Means<'a>, not_after: Option<Instant>) -> Self {
        Self {
            read: Read::default(),
            spool: Spool::new(means.memory, means.folder),
            departments: Vec::new(),
            numbers: HashMap::new(),
            not_after,
            ends: None,
            goes_on: means.goes_on,
        }
    }

    fn refuse(&mut self, line: u64, why: String) {
        self.read.refused = self.read.refused.saturating_add(1);
        if self.read.first_refused.len() < MOST_REFUSED {
            self.read.first_refused.push(Refused { line, why });
        }
    }

    fn department(&mut self, name: Option<&str>) -> Result<Option<u32>, Unreadable> {
        let Some(name) = name.map(str::trim).filter(|name| !name.is_empty()) else {
            return Ok(None);
        };
        if let Some(number) = self.numbers.get(name) {
            return Ok(Some(*number));
        }
        if self.departments.len() >= MOST_DEPARTMENTS {
            return Err(Unreadable::ManyDepartments);
        }
        let number = u32::try_from(self.departments.len()).unwrap_or(u32::MAX);
        self.departments.push(name.to_owned());
        self.numbers.insert(name.to_owned(), number);
        Ok(Some(number))
    }

    fn put(&mut self, record: &Record<'_>) -> Result<(), Unreadable> {
        self.ends = self.ends.max(Some(record.at));
        self.read.rows = self.read.rows.saturating_add(1);
        self.spool.put(record).map_err(|error| Unreadable::Scratch {
            folder: self.spool.folder().to_owned(),
            why: error.to_string(),
        })?;
        if self.read.rows.is_multiple_of(TOLD_EVERY) && !(self.goes_on)(self.read.rows) {
            return Err(Unreadable::Stopped(self.read.rows));
        }
        Ok(())
    }

    /// Takes a row of an event log. A row in the future is refused and counted.
    ///
    /// # Errors
    ///
    /// There is no room for it, or somebody has stopped it.
    pub fn row(&mut self, line: u64, row: &Row) -> Result<(), Unreadable> {
        if self.not_after.is_some_and(|end| row.received_at > end) {
            let at = despertador_contract::clock_face::show_rfc3339(row.received_at);
            self.refuse(line, in_the_future(&at));
            return Ok(());
        }
        self.read.with_offset = self.read.with_offset.saturating_add(1);
        let fact = |name: &str| row.facts.as_ref().and_then(|facts| facts.get(name));
        let department = fact("department").and_then(serde_json::Value::as_str);
        let customer = fact("more").and_then(|more| more.get("customer.id")?.as_str()).map(digest);
        let item = row.call.clone().map(|call| Item::of(without_id(call)));
        let department = self.department(department)?;
        let text;
        let what = match &item {
            // Of most messages no more is known, and of those there may be many millions.
            Some(Item::Said { who, .. }) if row.facts.is_none() => What::Said(who.number()),
            _ => {
                text = row.to_json().to_string();
                What::Row(&text)
            }
        };
        let id = match &row.call {
            Some(Call::Message(message)) => message.id.as_deref(),
            Some(Call::Event(event)) => event.id.as_deref(),
            _ => row.id.as_deref(),
        };
        let record = Record {
            ticket: &row.ticket,
            department,
            customer,
            id: id.map(digest),
            at: row.received_at,
            what,
        };
        self.put(&record)
    }

    /// What was gathered.
    ///
    /// # Errors
    ///
    /// There was no row.
    pub fn end(self) -> Result<Read<Archive>, Unreadable> {
        let mut counts = self.read;
        if counts.rows == 0 {
            return Err(match counts.first_refused.into_iter().next() {
                Some(first) => Unreadable::NoRow { first },
                None => Unreadable::Empty,
            });
        }
        if let Some(bytes) = self.spool.too_large() {
            return Err(Unreadable::FewTickets(bytes >> 20));
        }
        let mut archive = Archive {
            spool: self.spool,
            departments: self.departments,
            ends: self.ends,
            tickets: 0,
            items: 0,
            openings: Openings::default(),
        };
        // What can only be said of whole tickets.
        let up = |count: &mut u64, by: u64| *count = count.saturating_add(by);
        for number in 0..archive.spool.parts() {
            if !(self.goes_on)(counts.rows) {
                return Err(Unreadable::Stopped(counts.rows));
            }
            let part = archive.part(number)?;
            archive.openings.add(&part.tickets);
            up(&mut archive.tickets, u64::try_from(part.tickets.len()).unwrap_or(u64::MAX));
            up(&mut archive.items, part.rows);
            up(&mut counts.moved, part.moved);
            up(&mut counts.repeated, part.repeated);
            up(&mut counts.done_then, part.done_then);
            for recorded in &part.tickets {
                let wrote = |of: fn(&Item) -> bool| recorded.items.iter().any(of);
                up(&mut counts.without_customer, u64::from(!wrote(Item::is_of_the_customer)));
                up(&mut counts.without_company, u64::from(!wrote(Item::is_of_the_company)));
            }
        }
        archive.openings.put_in_order();
        Ok(Read {
            rows: archive.items,
            history: archive,
            moved: counts.moved,
            repeated: counts.repeated,
            done_then: counts.done_then,
            assumed: counts.assumed,
            with_offset: counts.with_offset,
            without_customer: counts.without_customer,
            without_company: counts.without_company,
            is_unended: counts.is_unended,
            refused: counts.refused,
            first_refused: counts.first_refused,
        })
    }
}

impl Read<Archive> {
    /// The same with all of it in memory.
    fn in_memory(self) -> Result<Read, Unreadable> {
        Ok(self.with(self.history.history()?))
    }
}

/// A file that is looked at while it is read: for what no text has, for rows without end, and for
/// how it ends.
struct Looked<R> {
    from: R,
    seen: Rc<Seen>,
}

#[derive(Default)]
struct Seen {
    bytes: Cell<u64>,
    /// Where the row that is being read began, as far as is known.
    row: Cell<u64>,
    last: Cell<u8>,
    has_zeros: Cell<bool>,
    is_long: Cell<bool>,
}

impl<R: std::io::Read> std::io::Read for Looked<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let seen = &self.seen;
        if seen.bytes.get().saturating_sub(seen.row.get()) > LONGEST_ROW {
            seen.is_long.set(true);
            return Err(Error::from(ErrorKind::InvalidData));
        }
        let length = self.from.read(into)?;
        let read = into.get(..length).unwrap_or_default();
        if seen.bytes.get() < LOOKED_AT && read.contains(&0) {
            seen.has_zeros.set(true);
            return Err(Error::from(ErrorKind::InvalidData));
        }
        if let Some(last) = read.last() {
            seen.last.set(*last);
        }
        let length_read = u64::try_from(length).unwrap_or(u64::MAX);
        seen.bytes.set(seen.bytes.get().saturating_add(length_read));
        Ok(length)
    }
}

impl Seen {
    /// Why reading ended with an error, in the row that begins in a line.
    fn why(&self, line: u64, error: &Error) -> Unreadable {
        if self.has_zeros.get() {
            Unreadable::NoText
        } else if self.is_long.get() {
            Unreadable::LongRow(line)
        } else {
            Unreadable::Broken(format!("from line {line} on: {error}"))
        }
    }

    fn is_unended(&self) -> bool {
        !matches!(self.last.get(), b'\n' | b'\r')
    }
}

/// Said of a row that cannot be read and has no end.
const CUT: &str = "; it is the last line and has no end: was the file still being written?";

impl Archive {
    /// Reads a CSV file with a row for each message, in any order.
    ///
    /// # Errors
    ///
    /// Why nothing can be read. Single rows that cannot are counted.
    pub fn csv(
        from: impl std::io::Read,
        columns: &Columns,
        authors: &Authors,
        timing: &Timing,
        means: Means<'_>,
    ) -> Result<Read<Archive>, Unreadable> {
        let seen = Rc::new(Seen::default());
        let looked = Looked { from, seen: Rc::clone(&seen) };
        let mut rows = csv::ReaderBuilder::new().flexible(true).from_reader(looked);
        let broken = |line: u64, error: csv::Error| match error.into_kind() {
            csv::ErrorKind::Io(error) => seen.why(line, &error),
            other => Unreadable::Broken(format!("from line {line} on: {other:?}")),
        };
        let head: Vec<String> = rows
            .byte_headers()
            .map_err(|error| broken(1, error))?
            .iter()
            .map(|name| {
                String::from_utf8_lossy(name).trim_start_matches('\u{feff}').trim().to_owned()
            })
            .collect();
        if head.iter().all(String::is_empty) {
            return Err(Unreadable::Empty);
        }
        let place = |what: &'static str, name: &str| {
            let found = head.iter().position(|found| found.eq_ignore_ascii_case(name));
            found.ok_or_else(|| Unreadable::NoColumn {
                what,
                name: name.to_owned(),
                found: head.clone(),
            })
        };
        let named = |what: &'static str, name: &Option<String>| match name {
            Some(name) => place(what, name).map(Some),
            // Taken where it is there.
            None => Ok(place(what, what).ok()),
        };
        let ticket = place("ticket", &columns.ticket)?;
        let author = place("author", &columns.author)?;
        let at = place("at", &columns.at)?;
        let department = named("department", &columns.department)?;
        let message = named("message", &columns.message)?;
        let customer = named("customer", &columns.customer)?;

        let mut gathering = Gathering::new(means, timing.not_after);
        let mut row = csv::ByteRecord::new();
        let mut last = 0;
        loop {
            let line = rows.position().line();
            seen.row.set(seen.bytes.get());
            match rows.read_byte_record(&mut row) {
                Ok(false) => break,
                Ok(true) => {}
                Err(error) if error.is_io_error() => return Err(broken(line, error)),
                Err(error) => {
                    gathering.refuse(line, error.to_string());
                    continue;
                }
            }
            let line = row.position().map_or(line, csv::Position::line);
            last = line;
            let cell = |number: usize, what: &str| -> Result<&str, String> {
                let bytes = row.get(number).ok_or_else(|| format!("the row has no {what}"))?;
                let text = std::str::from_utf8(bytes)
                    .map_err(|_| format!("the {what} is no UTF-8; save the file as UTF-8"))?;
                Some(text.trim())
                    .filter(|text| !text.is_empty())
                    .ok_or_else(|| format!("the {what} is empty"))
            };
            let taken = (|| {
                let id = cell(ticket, "ticket")?;
                if id.len() > LONGEST_ID {
                    return Err(format!("the ticket's id has more than {LONGEST_ID} bytes"));
                }
                let word = cell(author, "author")?;
                let who = authors.of(word).ok_or_else(|| {
                    format!("`{word}` is no author that is known; say who it is, such as `--authors {word}=agent`")
                })?;
                let (at, assumed) = timing.instant(cell(at, "time")?)?;
                Ok((id, who, at, assumed))
            })();
            let (id, who, at, assumed) = match taken {
                Ok((_, None, ..)) => continue,
                Ok((id, Some(who), at, assumed)) => (id, who, at, assumed),
                Err(why) => {
                    gathering.refuse(line, why);
                    continue;
                }
            };
            let text = |place: Option<usize>| {
                let text = place.and_then(|number| std::str::from_utf8(row.get(number)?).ok());
                text.map(str::trim).filter(|text| !text.is_empty())
            };
            let offsets = &mut gathering.read;
            let count = if assumed { &mut offsets.assumed } else { &mut offsets.with_offset };
            *count = count.saturating_add(1);
            let department = gathering.department(text(department))?;
            let record = Record {
                ticket: id,
                department,
                customer: text(customer).map(digest),
                id: text(message).map(digest),
                at,
                what: What::Said(who.number()),
            };
            gathering.put(&record)?;
        }
        gathering.read.is_unended = seen.is_unended();
        let refused = gathering.read.first_refused.last_mut();
        if let Some(refused) = refused.filter(|r| seen.is_unended() && r.line == last) {
            refused.why.push_str(CUT);
        }
        gathering.end()
    }

    /// Reads an event log: a JSON object a line, tickets in any order.
    ///
    /// # Errors
    ///
    /// Why nothing can be read. Single rows that cannot are counted.
    pub fn event_log(
        from: impl std::io::Read,
        timing: &Timing,
        means: Means<'_>,
    ) -> Result<Read<Archive>, Unreadable> {
        let seen = Rc::new(Seen::default());
        let mut from = std::io::BufReader::new(Looked { from, seen: Rc::clone(&seen) });
        let mut gathering = Gathering::new(means, timing.not_after);
        let mut bytes = Vec::new();
        for line in 1.. {
            bytes.clear();
            seen.row.set(seen.bytes.get());
            let length =
                from.read_until(b'\n', &mut bytes).map_err(|error| seen.why(line, &error))?;
            if length == 0 {
                break;
            }
            let cut = if bytes.last() == Some(&b'\n') { "" } else { CUT };
            // A customer's answer counts, whatever became of its letters on the way.
            let text = &*input::text_of(&bytes);
            if text.trim().is_empty() {
                continue;
            }
            match Row::from_json(text) {
                Ok(row) if row.ticket.len() > LONGEST_ID => {
                    let why = format!("the ticket's id has more than {LONGEST_ID} bytes");
                    gathering.refuse(line, why);
                }
                Ok(row) => gathering.row(line, &row)?,
                Err(problem) => gathering.refuse(line, format!("{problem}{cut}")),
            }
        }
        gathering.read.is_unended = seen.is_unended();
        gathering.end()
    }
}

/// No id of a ticket is longer, in bytes.
const LONGEST_ID: usize = 4_096;

impl History {
    /// Reads a CSV file with a row for each message, all of it into memory.
    ///
    /// # Errors
    ///
    /// Why nothing can be read. Single rows that cannot are counted.
    pub fn csv(
        from: impl std::io::Read,
        columns: &Columns,
        authors: &Authors,
        timing: &Timing,
    ) -> Result<Read, Unreadable> {
        let means = Means { memory: usize::MAX, ..Means::default() };
        Archive::csv(from, columns, authors, timing, means)?.in_memory()
    }

    /// Reads an event log, a JSON object a line, all of it into memory.
    ///
    /// # Errors
    ///
    /// Why nothing can be read. Single rows that cannot are counted.
    pub fn event_log(from: impl BufRead, timing: &Timing) -> Result<Read, Unreadable> {
        let means = Means { memory: usize::MAX, ..Means::default() };
        Archive::event_log(from, timing, means)?.in_memory()
    }
}

#[cfg(test)]
mod tests;
