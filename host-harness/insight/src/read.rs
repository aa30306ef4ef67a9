//! Reads recorded conversations from files. Rows that cannot be read are counted and shown; nothing
//! is guessed.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashMap;
use std::fmt;
use std::io::{BufRead, Cursor, Error, ErrorKind, Read as _};
use std::path::PathBuf;
use std::rc::Rc;

use despertador_contract::Call;
use despertador_contract::Instant;
use despertador_contract::event_log::Row;
use despertador_contract::input;

use crate::archive::{Archive, Openings, without_id};
use crate::history::{History, Item, Who};
use crate::said::{Message, said};
use crate::spool::{Record, Spool, What, digest};

mod columns;
mod dialect;
mod dump;
mod platform;
mod time;

pub use columns::{Authors, Column, Columns, Skip};
pub use dialect::Dialect;
pub use platform::Platform;
pub use time::{DayOrder, Timing};

/// Maximum number of refused rows that are listed; the others are only counted.
const REFUSED_LISTED_MAX: usize = 20;

/// Maximum length of a row, in bytes.
const ROW_BYTES_MAX: u64 = 16 << 20;

/// Maximum number of departments; the figures of each are kept in memory.
const DEPARTMENTS_MAX: usize = 10_000;

/// The first bytes of a file, which are checked for being text.
const TEXT_CHECK_BYTES: u64 = 64 << 10;

/// Number of rows between two reports of progress.
const PROGRESS_ROWS: u64 = 10_000;

/// The result of reading a file.
#[derive(Debug, Clone, Default)]
pub struct Read<H = History> {
    /// The conversations.
    pub history: H,
    /// Rows that were read.
    pub rows: u64,
    /// Rows after later ones of their ticket, which were put in order.
    pub moved: u64,
    /// Repeated rows, recognized by their id and omitted.
    pub repeated: u64,
    /// Rows about actions of the policy then in force; omitted, because another policy would have
    /// acted differently.
    pub done_then: u64,
    /// Times without an offset, read in the given zone.
    pub assumed: u64,
    /// Times with an offset of their own.
    pub with_offset: u64,
    /// Rows omitted on request: private notes, authors that are nobody.
    pub skipped: u64,
    /// Ids of messages and customers rounded by a spreadsheet; they were not used.
    pub rounded_ids: u64,
    /// Rows whose ticket id may have been cut to fifteen digits by a spreadsheet.
    pub cut_ids: u64,
    /// Rows that are not UTF-8, read as Windows-1252.
    pub windows_1252: u64,
    /// The dialect of the file, if it is a table.
    pub dialect: Option<Dialect>,
    /// Tickets without a message of the customer.
    pub without_customer: u64,
    /// Tickets without a message of the company or its AI.
    pub without_company: u64,
    /// Whether the last line has no end: the file may be cut.
    pub is_unended: bool,
    /// Rows that could not be read.
    pub refused: u64,
    /// The first of them, by fault.
    pub first_refused: Vec<Refused>,
}

impl<H> Read<H> {
    /// The same result for other conversations, or another form of these.
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
            skipped: self.skipped,
            rounded_ids: self.rounded_ids,
            cut_ids: self.cut_ids,
            windows_1252: self.windows_1252,
            dialect: self.dialect,
            without_customer: self.without_customer,
            without_company: self.without_company,
            is_unended: self.is_unended,
            refused: self.refused,
            first_refused: self.first_refused.clone(),
        }
    }
}

/// Rows with the same fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The line of the first row, from 1.
    pub line: u64,
    /// The fault.
    pub why: Message,
    /// Number of rows.
    pub rows: u64,
}

/// A fault of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// A key: faults with the same key are listed once.
    same: Cow<'static, str>,
    why: Message,
}

impl Fault {
    fn of(same: &'static str, why: Message) -> Self {
        Fault { same: same.into(), why }
    }

    /// A fault listed once per sentence.
    fn about(why: Message) -> Self {
        Fault { same: why.to_string().into(), why }
    }
}

/// Why a file cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// The file is empty.
    #[error("the file is empty, or has no row below its head; export it again")]
    Empty,
    /// A required column is missing.
    #[error(
        "there is no column `{name}` for the {what}; the file has {}; name it with \
         `--columns {what}=…`",
        .found.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
    )]
    NoColumn {
        /// The column.
        what: &'static str,
        /// The expected name.
        name: String,
        /// The existing columns.
        found: Vec<String>,
    },
    /// The file is not text.
    #[error(
        "the file is no text in UTF-8: it has bytes of zero, as UTF-16 and packed files do; unpack \
         it, or save it as UTF-8"
    )]
    NoText,
    /// A row is too long; its line.
    #[error(
        "the row that begins in line {0} has more than {mib} MiB: a quotation mark in it is not \
         closed, or the file has no rows",
        mib = ROW_BYTES_MAX >> 20
    )]
    LongRow(u64),
    /// The file could not be read to its end.
    #[error("the file cannot be read: {0}")]
    Broken(String),
    /// The temporary file cannot be written or read.
    #[error(
        "what does not fit into memory cannot be put into `{}`: {why}; name a folder with room, as \
         much as the file has, with `--scratch`",
        .folder.display()
    )]
    Scratch {
        /// Its folder.
        folder: PathBuf,
        /// What happened.
        why: String,
    },
    /// There are too many departments.
    #[error(
        "there are more than {DEPARTMENTS_MAX} departments; is it the right column? name it with \
         `--columns department=…`"
    )]
    ManyDepartments,
    /// A few tickets have too many rows for a part to fit into memory; its size in MiB.
    #[error(
        "the rows of a few tickets have {0} MiB and do not fit into memory; is it the right \
         column? name it with `--columns ticket=…`"
    )]
    FewTickets(usize),
    /// No row could be read.
    #[error("no row can be read; in line {}: {}", .first.line, .first.why)]
    NoRow {
        /// The fault of the first row.
        first: Refused,
    },
    /// Reading was stopped after this many rows.
    #[error("stopped after {0} rows were read")]
    Stopped(u64),
}

/// Options of reading: memory, temporary folder, progress.
pub struct ReadOptions<'a> {
    /// Maximum size of the rows in memory, in bytes; the rest goes to a temporary file.
    pub memory: usize,
    /// The folder of the temporary file, which has no name.
    pub folder: PathBuf,
    /// Called from time to time with the number of rows read so far; returns whether to continue.
    pub should_continue: &'a dyn Fn(u64) -> bool,
}

impl Default for ReadOptions<'_> {
    /// 64 MiB, and the system's temporary folder.
    fn default() -> Self {
        Self { memory: 64 << 20, folder: std::env::temp_dir(), should_continue: &|_| true }
    }
}

impl fmt::Debug for ReadOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadOptions").field("memory", &self.memory).finish_non_exhaustive()
    }
}

/// Builds an archive row by row; call [`end`](Self::end) last.
pub struct ArchiveBuilder<'a> {
    read: Read<()>,
    spool: Spool,
    departments: Vec<String>,
    numbers: HashMap<String, u32>,
    /// Position in the list of refused rows by fault.
    faults: HashMap<Cow<'static, str>, usize>,
    /// Rows with a ticket id of more than fifteen digits, and those whose further digits are all
    /// zero.
    long_ids: (u64, u64),
    not_after: Option<Instant>,
    ends: Option<Instant>,
    should_continue: &'a dyn Fn(u64) -> bool,
}

impl fmt::Debug for ArchiveBuilder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ArchiveBuilder").field("rows", &self.read.rows).finish_non_exhaustive()
    }
}

impl<'a> ArchiveBuilder<'a> {
    /// Starts an archive. Rows after `not_after` are refused.
    #[must_use]
    pub fn new(options: ReadOptions<'a>, not_after: Option<Instant>) -> Self {
        Self {
            read: Read::default(),
            spool: Spool::new(options.memory, options.folder),
            departments: Vec::new(),
            numbers: HashMap::new(),
            faults: HashMap::new(),
            long_ids: (0, 0),
            not_after,
            ends: None,
            should_continue: options.should_continue,
        }
    }

    fn refuse(&mut self, line: u64, fault: Fault) {
        self.read.refused = self.read.refused.saturating_add(1);
        let listed = &mut self.read.first_refused;
        if let Some(refused) = self.faults.get(&fault.same).and_then(|at| listed.get_mut(*at)) {
            refused.rows = refused.rows.saturating_add(1);
        } else if listed.len() < REFUSED_LISTED_MAX {
            self.faults.insert(fault.same, listed.len());
            listed.push(Refused { line, why: fault.why, rows: 1 });
        }
    }

    /// Counts ids that a spreadsheet may have cut to fifteen digits.
    fn check_id(&mut self, id: &str) {
        let Some((_, beyond)) = id.split_at_checked(15).filter(|(_, beyond)| !beyond.is_empty())
        else {
            return;
        };
        if id.bytes().all(|b| b.is_ascii_digit()) {
            let (long, cut) = &mut self.long_ids;
            *long = long.saturating_add(1);
            *cut = cut.saturating_add(u64::from(beyond.bytes().all(|b| b == b'0')));
        }
    }

    fn department(&mut self, name: Option<&str>) -> Result<Option<u32>, Unreadable> {
        let Some(name) = name.map(str::trim).filter(|name| !name.is_empty()) else {
            return Ok(None);
        };
        if let Some(number) = self.numbers.get(name) {
            return Ok(Some(*number));
        }
        if self.departments.len() >= DEPARTMENTS_MAX {
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
        if self.read.rows.is_multiple_of(PROGRESS_ROWS) && !(self.should_continue)(self.read.rows) {
            return Err(Unreadable::Stopped(self.read.rows));
        }
        Ok(())
    }

    /// Adds a row of an event log. A row in the future is refused and counted.
    ///
    /// # Errors
    ///
    /// The temporary file cannot be written, or reading was stopped.
    pub fn row(&mut self, line: u64, row: &Row) -> Result<(), Unreadable> {
        if self.not_after.is_some_and(|end| row.received_at > end) {
            let at = despertador_contract::clock_face::show_rfc3339(row.received_at);
            self.refuse(line, time::in_the_future(&at));
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
            // Most messages have only an author and a time, and there may be many millions.
            Some(Item::Message { who, .. }) if row.facts.is_none() => What::Message(who.number()),
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

    /// Finishes the archive.
    ///
    /// # Errors
    ///
    /// There is no row.
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
        // Figures that need whole tickets.
        let up = |count: &mut u64, by: u64| *count = count.saturating_add(by);
        for number in 0..archive.spool.parts() {
            if !(self.should_continue)(counts.rows) {
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
        counts.rows = archive.items;
        // If one id has more digits, no spreadsheet has cut them.
        let (long, cut) = self.long_ids;
        counts.cut_ids = if long == cut { cut } else { 0 };
        Ok(counts.with(archive))
    }
}

impl Read<Archive> {
    /// The same result, all in memory.
    fn in_memory(self) -> Result<Read, Unreadable> {
        Ok(self.with(self.history.history()?))
    }
}

/// A reader that checks a file while reading: for bytes that are not text, for rows that are too
/// long, and for a cut last line.
struct CheckedRead<R> {
    from: R,
    seen: Rc<Seen>,
}

#[derive(Default)]
struct Seen {
    bytes: Cell<u64>,
    /// Offset of the current row, as far as known.
    row: Cell<u64>,
    last: Cell<u8>,
    has_zeros: Cell<bool>,
    is_long: Cell<bool>,
}

impl<R: std::io::Read> std::io::Read for CheckedRead<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let seen = &self.seen;
        if seen.bytes.get().saturating_sub(seen.row.get()) > ROW_BYTES_MAX {
            seen.is_long.set(true);
            return Err(Error::from(ErrorKind::InvalidData));
        }
        let length = self.from.read(into)?;
        let read = into.get(..length).unwrap_or_default();
        if seen.bytes.get() < TEXT_CHECK_BYTES && read.contains(&0) {
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
    /// The error that ended reading, in the row that begins at a line.
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

/// Added to the fault of a row without an end.
fn cut() -> Message {
    said!(
        "it is the last line and has no end: was the file still being written?",
        "es la última línea y no tiene fin: ¿se estaba escribiendo aún el archivo?",
        "é a última linha e não tem fim: o arquivo ainda estava sendo gravado?"
    )
}

/// What a cell of an export is used for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Slot {
    /// The value of a column.
    Column(Column),
    /// The column of the skip rule with this number.
    Skip(usize),
    /// One of the two columns of [`Columns::same`].
    Same(bool),
}

/// Interprets the rows of an export.
pub(crate) struct Meaning<'m> {
    pub(crate) columns: &'m Columns,
    pub(crate) authors: &'m Authors,
    pub(crate) timing: &'m Timing,
}

impl Meaning<'_> {
    /// Adds a row of an export.
    pub(crate) fn add_row<'r>(
        &self,
        to: &mut ArchiveBuilder<'_>,
        line: u64,
        cell: &dyn Fn(Slot) -> Option<Cow<'r, str>>,
    ) -> Result<(), Unreadable> {
        match self.read(cell) {
            Ok(None) => to.read.skipped = to.read.skipped.saturating_add(1),
            Err(fault) => to.refuse(line, fault),
            Ok(Some((ticket, who, at, assumed))) => {
                to.check_id(&ticket);
                let counts = &mut to.read;
                let count = if assumed { &mut counts.assumed } else { &mut counts.with_offset };
                *count = count.saturating_add(1);
                let mut id = |column: Column| {
                    let id = cell(Slot::Column(column))?;
                    let is_rounded = time::is_rounded(&id);
                    counts.rounded_ids = counts.rounded_ids.saturating_add(u64::from(is_rounded));
                    (!is_rounded).then(|| digest(id.as_ref()))
                };
                let (customer, id) = (id(Column::Customer), id(Column::Message));
                let department =
                    to.department(cell(Slot::Column(Column::Department)).as_deref())?;
                let what = What::Message(who.number());
                to.put(&Record { ticket: &ticket, department, customer, id, at, what })?;
            }
        }
        Ok(())
    }

    /// The ticket, the author, the time and whether its zone was assumed; `None` if the row is to
    /// be skipped.
    #[allow(clippy::type_complexity, reason = "read in one place, by `take`")]
    fn read<'r>(
        &self,
        cell: &dyn Fn(Slot) -> Option<Cow<'r, str>>,
    ) -> Result<Option<(Cow<'r, str>, Who, Instant, bool)>, Fault> {
        for (number, skip) in self.columns.skipped.iter().enumerate() {
            if skip.has(cell(Slot::Skip(number)).as_deref().unwrap_or_default()) {
                return Ok(None);
            }
        }
        for column in [Column::Private, Column::Public] {
            let Some(word) = cell(Slot::Column(column)) else { continue };
            let hidden = columns::is_hidden(column, &word).ok_or_else(|| {
                Fault::about(said!(
                    "`{word}` in the column for `{column}` is neither yes nor no; name another column, or the rows \
                     to leave out with `--skip COLUMN=VALUE`",
                    "`{word}` en la columna para `{column}` no es ni sí ni no; nombre otra columna, o las filas que \
                     se omiten con `--skip COLUMN=VALUE`",
                    "`{word}` na coluna para `{column}` não é sim nem não; indique outra coluna, ou as linhas a \
                     deixar de fora com `--skip COLUMN=VALUE`",
                    column = column.word()
                ))
            })?;
            if hidden {
                return Ok(None);
            }
        }
        let ticket = cell(Slot::Column(Column::Ticket)).ok_or_else(|| {
            Fault::about(said!(
                "the ticket is empty",
                "el ticket está vacío",
                "o ticket está vazio"
            ))
        })?;
        if ticket.len() > ID_BYTES_MAX {
            return Err(Fault::of("long id", long_id()));
        }
        if time::is_rounded(&ticket) {
            let why = said!(
                "the ticket `{ticket}` was rounded by a spreadsheet, so that several are one; export the file again, \
                 and do not save it from there",
                "una hoja de cálculo redondeó el ticket `{ticket}`, de modo que varios son uno; exporte el archivo de \
                 nuevo, y no lo guarde desde ella",
                "uma planilha arredondou o ticket `{ticket}`, de modo que vários são um; exporte o arquivo de novo, e \
                 não o salve a partir dela"
            );
            return Err(Fault::of("rounded id", why));
        }
        let Some(who) = self.author(cell)? else { return Ok(None) };
        let at = cell(Slot::Column(Column::At)).ok_or_else(|| {
            Fault::about(said!("the time is empty", "la hora está vacía", "a hora está vazia"))
        })?;
        let (at, assumed) = self.timing.instant(&at)?;
        Ok(Some((ticket, who, at, assumed)))
    }

    fn author<'r>(
        &self,
        cell: &dyn Fn(Slot) -> Option<Cow<'r, str>>,
    ) -> Result<Option<Who>, Fault> {
        let word = cell(Slot::Column(Column::Author));
        if let Some(known) = word.as_deref().and_then(|word| self.authors.of(word)) {
            return Ok(known);
        }
        if let (Some(one), Some(other)) = (cell(Slot::Same(false)), cell(Slot::Same(true))) {
            return Ok(Some(if one == other { Who::Customer } else { Who::Agent }));
        }
        Err(match word {
            None => {
                let why = said!("the author is empty", "el autor está vacío", "o autor está vazio");
                Fault::of("author", why)
            }
            Some(word) => Fault::about(said!(
                "`{word}` is no author that is known; say who it is, such as `--authors {word}=agent`",
                "`{word}` no es un autor conocido; diga quién es, por ejemplo `--authors {word}=agent`",
                "`{word}` não é um autor conhecido; diga quem é, por exemplo `--authors {word}=agent`"
            )),
        })
    }
}

/// The trimmed text of a cell; `None` if it is empty.
fn text(row: &csv::ByteRecord, place: usize) -> Option<Cow<'_, str>> {
    let trimmed = match dialect::text(row.get(place)?) {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    };
    (!trimmed.is_empty()).then_some(trimmed)
}

fn long_id() -> Message {
    said!(
        "the ticket's id has more than {ID_BYTES_MAX} bytes",
        "el id del ticket tiene más de {ID_BYTES_MAX} bytes",
        "o id do ticket tem mais de {ID_BYTES_MAX} bytes"
    )
}

/// Decodes UTF-16 with a byte order mark to UTF-8, and removes the mark.
fn unmarked<R: std::io::Read>(from: R) -> impl std::io::Read {
    encoding_rs_io::DecodeReaderBytesBuilder::new().utf8_passthru(true).strip_bom(true).build(from)
}

impl Archive {
    /// Reads a table with one row per message, in any order: CSV with commas, semicolons, tabs or
    /// bars, in UTF-8, UTF-16 with a byte order mark, or Windows-1252.
    ///
    /// # Errors
    ///
    /// The file cannot be read at all. Rows that cannot be read are counted.
    pub fn csv(
        from: impl std::io::Read,
        columns: &Columns,
        authors: &Authors,
        timing: &Timing,
        options: ReadOptions<'_>,
    ) -> Result<Read<Archive>, Unreadable> {
        let mut from = unmarked(from);
        let mut prefix = Vec::new();
        (&mut from)
            .take(dialect::PREFIX)
            .read_to_end(&mut prefix)
            .map_err(|error| Unreadable::Broken(error.to_string()))?;
        let dialect = Dialect::of(&prefix, columns);
        let timing = &Timing { order: timing.order.or(dialect.day_order), ..timing.clone() };
        let seen = Rc::new(Seen::default());
        let looked = CheckedRead { from: Cursor::new(prefix).chain(from), seen: Rc::clone(&seen) };
        let mut rows = csv::ReaderBuilder::new()
            .flexible(true)
            .has_headers(false)
            .delimiter(dialect.separator)
            .from_reader(looked);
        let broken = |line: u64, error: csv::Error| match error.into_kind() {
            csv::ErrorKind::Io(error) => seen.why(line, &error),
            other => Unreadable::Broken(format!("from line {line} on: {other:?}")),
        };
        let mut row = csv::ByteRecord::new();
        let mut head_of = |row: &mut csv::ByteRecord| {
            rows.read_byte_record(row).map_err(|error| broken(1, error))
        };
        if dialect.is_named {
            head_of(&mut row)?;
        }
        head_of(&mut row)?;
        let head: Vec<String> =
            row.iter().map(|name| dialect::text(name).trim().to_owned()).collect();
        if head.iter().all(String::is_empty) {
            return Err(Unreadable::Empty);
        }
        let place = |column: Column| -> Result<Option<usize>, Unreadable> {
            let (names, is_asked_for) = columns.of(column);
            let found = names.iter().find_map(|name| columns::place(&head, name));
            // Two id columns also tell the author.
            let has_ids = column == Column::Author
                && columns.same.as_ref().is_some_and(|(one, two)| {
                    [one, two]
                        .iter()
                        .all(|names| names.iter().any(|n| columns::place(&head, n).is_some()))
                });
            if found.is_none() && is_asked_for && !has_ids {
                return Err(Unreadable::NoColumn {
                    what: column.word(),
                    name: names.first().cloned().unwrap_or_default(),
                    found: head.clone(),
                });
            }
            Ok(found)
        };
        let mut places = [None; Column::ALL.len()];
        for (column, found) in Column::ALL.into_iter().zip(&mut places) {
            *found = place(column)?;
        }
        let first = |names: &[String]| names.iter().find_map(|name| columns::place(&head, name));
        let mut skipped = Vec::new();
        for skip in &columns.skipped {
            let found = columns::place(&head, &skip.column);
            if found.is_none() && skip.is_asked_for {
                return Err(Unreadable::NoColumn {
                    what: "skip",
                    name: skip.column.clone(),
                    found: head.clone(),
                });
            }
            skipped.push(found);
        }
        let same = columns.same.as_ref().map(|(one, other)| (first(one), first(other)));
        let authors_in: Vec<usize> = columns
            .of(Column::Author)
            .0
            .iter()
            .filter_map(|name| columns::place(&head, name))
            .collect();

        let meaning = Meaning { columns, authors, timing };
        let mut builder = ArchiveBuilder::new(options, timing.not_after);
        builder.read.dialect = Some(dialect);
        let mut last = 0;
        loop {
            let line = rows.position().line();
            seen.row.set(seen.bytes.get());
            match rows.read_byte_record(&mut row) {
                Ok(false) => break,
                Ok(true) => {}
                Err(error) if error.is_io_error() => return Err(broken(line, error)),
                Err(error) => {
                    builder.refuse(line, Fault::about(Message::quoted(error)));
                    continue;
                }
            }
            let line = row.position().map_or(line, csv::Position::line);
            last = line;
            let is_utf_8 = std::str::from_utf8(row.as_slice()).is_ok();
            if !is_utf_8 {
                let counts = &mut builder.read;
                counts.windows_1252 = counts.windows_1252.saturating_add(1);
            }
            let cell = |slot: Slot| {
                if let (Slot::Column(Column::Author), [_, _, ..]) = (slot, authors_in.as_slice()) {
                    // Uses the first column with a known author.
                    let mut words = authors_in.iter().filter_map(|place| text(&row, *place));
                    return words
                        .clone()
                        .find(|word| authors.of(word).is_some())
                        .or_else(|| words.next());
                }
                let place = match slot {
                    Slot::Column(column) => places.get(column as usize).copied().flatten(),
                    Slot::Skip(number) => skipped.get(number).copied().flatten(),
                    Slot::Same(other) => same.and_then(|(one, two)| if other { two } else { one }),
                };
                text(&row, place?)
            };
            meaning.add_row(&mut builder, line, &cell)?;
        }
        builder.read.is_unended = seen.is_unended();
        let refused = builder.read.first_refused.last_mut();
        if let Some(refused) = refused.filter(|r| seen.is_unended() && r.line == last) {
            refused.why = refused.why.and(&cut());
        }
        builder.end()
    }

    /// Reads an event log: one JSON object per line, tickets in any order.
    ///
    /// # Errors
    ///
    /// The file cannot be read at all. Rows that cannot be read are counted.
    pub fn event_log(
        from: impl std::io::Read,
        timing: &Timing,
        options: ReadOptions<'_>,
    ) -> Result<Read<Archive>, Unreadable> {
        let seen = Rc::new(Seen::default());
        let looked = CheckedRead { from: unmarked(from), seen: Rc::clone(&seen) };
        let mut from = std::io::BufReader::new(looked);
        let mut builder = ArchiveBuilder::new(options, timing.not_after);
        let mut bytes = Vec::new();
        for line in 1.. {
            bytes.clear();
            seen.row.set(seen.bytes.get());
            let length =
                from.read_until(b'\n', &mut bytes).map_err(|error| seen.why(line, &error))?;
            if length == 0 {
                break;
            }
            let is_cut = bytes.last() != Some(&b'\n');
            // A customer's answer counts even if some of its bytes are damaged.
            let text = &*input::text_of(&bytes);
            if text.trim().is_empty() {
                continue;
            }
            match Row::from_export(text) {
                Ok(row) if row.ticket.len() > ID_BYTES_MAX => {
                    builder.refuse(line, Fault::of("long id", long_id()));
                }
                Ok(row) => builder.row(line, &row)?,
                Err(problem) => {
                    let why = Message::quoted(problem);
                    let why = if is_cut { why.and(&cut()) } else { why };
                    builder.refuse(line, Fault::about(why));
                }
            }
        }
        builder.read.is_unended = seen.is_unended();
        builder.end()
    }
}

/// Maximum length of a ticket id, in bytes.
const ID_BYTES_MAX: usize = 4_096;

impl History {
    /// Reads a CSV file with one row per message into memory.
    ///
    /// # Errors
    ///
    /// The file cannot be read at all. Rows that cannot be read are counted.
    pub fn csv(
        from: impl std::io::Read,
        columns: &Columns,
        authors: &Authors,
        timing: &Timing,
    ) -> Result<Read, Unreadable> {
        let options = ReadOptions { memory: usize::MAX, ..ReadOptions::default() };
        Archive::csv(from, columns, authors, timing, options)?.in_memory()
    }

    /// Reads an event log, one JSON object per line, into memory.
    ///
    /// # Errors
    ///
    /// The file cannot be read at all. Rows that cannot be read are counted.
    pub fn event_log(from: impl BufRead, timing: &Timing) -> Result<Read, Unreadable> {
        let options = ReadOptions { memory: usize::MAX, ..ReadOptions::default() };
        Archive::event_log(from, timing, options)?.in_memory()
    }
}

#[cfg(test)]
mod tests;
