//! Recorded conversations out of files. Rows that cannot be read are counted and shown, and never
//! taken for something they are not.

use std::collections::HashMap;
use std::fmt;
use std::io::BufRead;

use chrono::{DateTime, FixedOffset, NaiveDateTime, TimeZone};
use despertador_harness::event_log::Row;
use despertador_host::contract::Instant;

use crate::history::{History, Item, Recorded, Who};

/// So many refused rows are kept to be shown; of the others is said how many there are.
const MOST_REFUSED: usize = 20;

/// What was read, and what was not.
#[derive(Debug, Clone, Default)]
pub struct Read {
    /// The conversations.
    pub history: History,
    /// Rows that were taken.
    pub rows: u64,
    /// Rows that stood after later ones of their ticket and were put in their place.
    pub moved: u64,
    /// Rows that were there before, by their id, and were left out.
    pub repeated: u64,
    /// Rows that could not be read.
    pub refused: u64,
    /// The first of them.
    pub first_refused: Vec<Refused>,
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
    /// The file could not be read to its end.
    Broken(String),
    /// Not one row could be read.
    NoRow {
        /// What is wrong with the first one.
        first: Refused,
    },
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unreadable::Empty => f.write_str("the file is empty"),
            Unreadable::NoColumn { what, name, found } => write!(
                f,
                "there is no column `{name}` for the {what}; the file has {}; name it with `--columns {what}=…`",
                found.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
            ),
            Unreadable::Broken(why) => write!(f, "the file cannot be read: {why}"),
            Unreadable::NoRow { first } => {
                write!(f, "no row can be read; in line {}: {}", first.line, first.why)
            }
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
}

impl Default for Columns {
    fn default() -> Self {
        Columns {
            ticket: "ticket".into(),
            author: "author".into(),
            at: "at".into(),
            department: None,
            message: None,
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

impl Timing {
    /// The instant of a time as it is written.
    fn instant(&self, text: &str) -> Result<Instant, String> {
        let text = text.trim();
        let found = match &self.format {
            Some(format) => self.by(text, format),
            None => DateTime::parse_from_rfc3339(text)
                .ok()
                .map(|moment| moment.timestamp_millis())
                .or_else(|| FORMATS.iter().find_map(|format| self.by(text, format)))
                .or_else(|| since_1970(text)),
        };
        let at = found.ok_or_else(|| match &self.format {
            Some(format) => format!("`{text}` is no time of the format `{format}`"),
            None => format!(
                "`{text}` is no time that is known; say how it is written, such as `--time-format %d/%m/%Y %H:%M`"
            ),
        })?;
        match self.not_after {
            Some(end) if at > end => Err(format!("`{text}` is in the future")),
            _ if at < 0 => Err(format!("`{text}` is before 1970")),
            _ => Ok(at),
        }
    }

    fn by(&self, text: &str, format: &str) -> Option<Instant> {
        if let Ok(moment) = DateTime::parse_from_str(text, format) {
            return Some(moment.timestamp_millis());
        }
        let local = NaiveDateTime::parse_from_str(text, format).ok()?;
        let offset = FixedOffset::east_opt(self.utc_offset.checked_mul(60)?)?;
        offset.from_local_datetime(&local).single().map(|moment| moment.timestamp_millis())
    }
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

/// A history while it is read.
#[derive(Default)]
struct Reading {
    read: Read,
    tickets: HashMap<String, usize>,
    departments: HashMap<String, u32>,
    seen: std::collections::HashSet<u64>,
}

impl Reading {
    fn refuse(&mut self, line: u64, why: String) {
        self.read.refused = self.read.refused.saturating_add(1);
        if self.read.first_refused.len() < MOST_REFUSED {
            self.read.first_refused.push(Refused { line, why });
        }
    }

    fn add(&mut self, ticket: &str, department: Option<&str>, item: Item) {
        let history = &mut self.read.history;
        let number = match self.tickets.get(ticket) {
            Some(number) => *number,
            None => {
                let number = history.tickets.len();
                self.tickets.insert(ticket.to_owned(), number);
                history.tickets.push(Recorded { id: ticket.to_owned(), ..Recorded::default() });
                number
            }
        };
        let departments = &mut self.departments;
        let department = department.map(str::trim).filter(|name| !name.is_empty()).map(|name| {
            departments.get(name).copied().unwrap_or_else(|| {
                let number = u32::try_from(history.departments.len()).unwrap_or(u32::MAX);
                history.departments.push(name.to_owned());
                departments.insert(name.to_owned(), number);
                number
            })
        });
        if let Some(recorded) = history.tickets.get_mut(number) {
            recorded.department = recorded.department.or(department);
            if recorded.items.last().is_some_and(|last| last.at() > item.at()) {
                self.read.moved = self.read.moved.saturating_add(1);
            }
            recorded.items.push(item);
            self.read.rows = self.read.rows.saturating_add(1);
        }
    }

    /// Whether a message was there before.
    fn is_repeated(&mut self, ticket: &str, id: &str) -> bool {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hash = DefaultHasher::new();
        (ticket, id).hash(&mut hash);
        let repeated = !self.seen.insert(hash.finish());
        if repeated {
            self.read.repeated = self.read.repeated.saturating_add(1);
        }
        repeated
    }

    fn end(mut self) -> Result<Read, Unreadable> {
        if self.read.rows == 0 {
            return Err(match self.read.first_refused.into_iter().next() {
                Some(first) => Unreadable::NoRow { first },
                None => Unreadable::Empty,
            });
        }
        for ticket in &mut self.read.history.tickets {
            // Stable: rows of one second stay as they stand.
            ticket.items.sort_by_key(Item::at);
            ticket.items.shrink_to_fit();
        }
        Ok(self.read)
    }
}

impl History {
    /// Reads a CSV file with a row for each message.
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
        let mut rows = csv::ReaderBuilder::new().flexible(true).from_reader(from);
        let broken = |error: csv::Error| Unreadable::Broken(error.to_string());
        let head: Vec<String> = rows
            .byte_headers()
            .map_err(broken)?
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
        let named = |what: &'static str, name: &Option<String>, usual: &str| match name {
            Some(name) => place(what, name).map(Some),
            // Taken where it is there.
            None => Ok(place(what, usual).ok()),
        };
        let ticket = place("ticket", &columns.ticket)?;
        let author = place("author", &columns.author)?;
        let at = place("at", &columns.at)?;
        let department = named("department", &columns.department, "department")?;
        let message = named("message", &columns.message, "message")?;

        let mut reading = Reading::default();
        let mut row = csv::ByteRecord::new();
        loop {
            let line = rows.position().line();
            match rows.read_byte_record(&mut row) {
                Ok(false) => break,
                Ok(true) => {}
                Err(error) if error.is_io_error() => return Err(broken(error)),
                Err(error) => {
                    reading.refuse(line, error.to_string());
                    continue;
                }
            }
            let line = row.position().map_or(line, csv::Position::line);
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
                let word = cell(author, "author")?;
                let who = authors.of(word).ok_or_else(|| {
                    format!("`{word}` is no author that is known; say who it is, such as `--authors {word}=agent`")
                })?;
                let at = timing.instant(cell(at, "time")?)?;
                Ok((id, who, at))
            })();
            match taken {
                Err(why) => reading.refuse(line, why),
                Ok((_, None, _)) => {}
                Ok((id, Some(who), at)) => {
                    let text = |place: Option<usize>| {
                        place.and_then(|number| std::str::from_utf8(row.get(number)?).ok())
                    };
                    let message = text(message).filter(|message| !message.trim().is_empty());
                    if !message.is_some_and(|message| reading.is_repeated(id, message)) {
                        reading.add(id, text(department), Item::Said { at, who });
                    }
                }
            }
        }
        reading.end()
    }

    /// Reads an event log: a JSON object a line.
    ///
    /// # Errors
    ///
    /// Why nothing can be read. Single rows that cannot are counted.
    pub fn event_log(from: impl BufRead, timing: &Timing) -> Result<Read, Unreadable> {
        let mut reading = Reading::default();
        let mut from = from;
        let mut bytes = Vec::new();
        for line in 1.. {
            bytes.clear();
            let length = from
                .read_until(b'\n', &mut bytes)
                .map_err(|error| Unreadable::Broken(error.to_string()))?;
            if length == 0 {
                break;
            }
            let Ok(text) = std::str::from_utf8(&bytes) else {
                reading.refuse(line, "the row is no UTF-8; save the file as UTF-8".into());
                continue;
            };
            if text.trim().is_empty() {
                continue;
            }
            let row = match Row::from_json(text) {
                Ok(row) => row,
                Err(problem) => {
                    let expected =
                        problem.expected.map(|expected| format!("; expected {expected}"));
                    let why = format!("{}{}", problem.found, expected.unwrap_or_default());
                    reading.refuse(line, why);
                    continue;
                }
            };
            if timing.not_after.is_some_and(|end| row.received_at > end) {
                reading.refuse(line, "the row is in the future".into());
                continue;
            }
            let department = row.facts.as_ref().and_then(|facts| facts.get("department")?.as_str());
            let id = match &row.call {
                Some(despertador_harness::conversation::Call::Message(m)) => m.id.as_deref(),
                Some(despertador_harness::conversation::Call::Event(e)) => e.id.as_deref(),
                _ => None,
            };
            if id.is_some_and(|id| reading.is_repeated(&row.ticket, id)) {
                continue;
            }
            match row.call {
                Some(call) => reading.add(&row.ticket, department, Item::of(call)),
                None => {
                    // Facts alone: the ticket and its department are known from here on.
                    if let (Some(department), Some(number)) =
                        (department, reading.tickets.get(&row.ticket).copied())
                    {
                        let known = reading.departments.get(department).copied();
                        if let Some(ticket) = reading.read.history.tickets.get_mut(number) {
                            ticket.department = ticket.department.or(known);
                        }
                    }
                }
            }
        }
        reading.end()
    }
}

#[cfg(test)]
mod tests;
