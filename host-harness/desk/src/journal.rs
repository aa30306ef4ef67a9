//! Reads the journal of a desk from its file, or from lines of JSON.
//!
//! A journal contains everything needed to repeat every decision: the policies with their
//! surroundings, and for each ticket its events, when the desk learned of them, the version of the
//! policy, and the decisions. Exported, it is one object per line:
//!
//! ```json
//! {"despertador-journal":1,"order":"by-ticket"}
//! {"account":"acme","version":1,"at":"2026-03-02T09:00:00Z","by":"root","config":"{…}","surroundings":{}}
//! {"account":"acme","ticket":"4711","seq":3,"previous":0,"at":"2026-03-02T09:00:00Z","kind":"heard","policy":1,"row":{},"decision":{}}
//! {"end":{"policies":1,"tickets":1,"entries":1}}
//! ```
//!
//! | member | what it is |
//! |---|---|
//! | `account`, `ticket` | whose, and which |
//! | `seq`, `previous` | the number of the entry in the whole desk, and of the one before about the same ticket; 0 if there is none |
//! | `at` | when, by the desk's clock (RFC 3339, milliseconds) |
//! | `kind` | a word of [`EntryKind`] |
//! | `policy` | the version that was asked; 0 if none was |
//! | `row` | what happened, as a row of an event log |
//! | `decision` | what was decided, with its reason |
//! | `note` | what else is to be known |
//!
//! Policies come first. Entries come ticket by ticket, those of a ticket in order, so that a reader
//! holds one ticket at a time. The overall order is that of `seq`. The last line counts the others:
//! a journal without it is incomplete.
//!
//! Tokens, audit entries and the outbox are not part of it.

mod line;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use despertador_contract::Instant;
use serde_json::{Value, json};

use crate::error::DeskError;
use crate::store::sqlite::ReadOnly;
use crate::store::{JournalSource, Location, PolicyRow, StoreError};

pub use line::{JournalEntry, Line};

#[cfg(doc)]
use crate::store::EntryKind;

/// The version of the format.
const VERSION: u64 = 1;

/// Maximum length of a line, in bytes. The longest texts of a row have some ten thousand.
const LINE_BYTES_MAX: u64 = 16 << 20;

/// Number of tickets read at once.
const TICKETS_PER_PAGE: usize = 500;

/// The beginning of a SQLite file.
const SQLITE_HEADER: &[u8] = b"SQLite format 3\0";

/// An open journal: a desk's file, a backup of one, or lines of JSON.
#[derive(Debug)]
pub struct Journal {
    file: PathBuf,
    from: Origin,
}

#[derive(Debug)]
enum Origin {
    Desk(Box<dyn JournalSource>),
    Lines(BufReader<File>),
}

/// Which part of a journal to read. The default is all of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Only this account.
    pub account: Option<String>,
    /// Only the ticket with this id.
    pub ticket: Option<String>,
    /// Only tickets with an entry at this instant or later. They are read from their beginning,
    /// which is needed to repeat decisions.
    pub since: Option<Instant>,
    /// Only entries up to this instant, inclusive.
    pub until: Option<Instant>,
}

/// Counts of what was read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Versions of policies.
    pub policies: u64,
    /// Tickets.
    pub tickets: u64,
    /// Entries.
    pub entries: u64,
}

/// Why a journal cannot be read to its end.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The desk's file.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no account of this name; the existing ones.
    #[error("there is no account `{0}`; there are {list}", list = .1.join(", "))]
    NoAccount(String, Vec<String>),
    /// A faulty line: its number, from 1, and the fault.
    #[error("line {0}: {1}")]
    Line(u64, String),
    /// The file ends without its last line, after this many lines.
    #[error(
        "the journal ends after line {0} without saying so: it was cut off, or is still being \
         written; wait for it, or write it again with `despertador journal`"
    )]
    Cut(u64),
    /// The file cannot be read or written.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The file is not a journal.
    #[error(
        "this is neither a desk's file nor a journal; `despertador journal DESK.db` writes one"
    )]
    NoJournal,
}

impl From<JournalError> for DeskError {
    fn from(error: JournalError) -> Self {
        match error {
            JournalError::Store(error) => Self::Store(error),
            other => Self::Unreadable(other.to_string()),
        }
    }
}

impl Journal {
    /// Whether a file looks like a desk's file or an exported journal.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn is_one(file: &Path) -> Result<bool, std::io::Error> {
        let mut head = [0; 32];
        let mut opened = File::open(file)?.take(32);
        let mut length = 0_usize;
        loop {
            match opened.read(head.get_mut(length..).unwrap_or_default())? {
                0 => break,
                read => length = length.saturating_add(read),
            }
        }
        let head = head.get(..length).unwrap_or_default();
        Ok(head.starts_with(SQLITE_HEADER) || head.starts_with(b"{\"despertador-journal\""))
    }

    /// Opens a desk's file, a backup of one, an exported journal, or a desk's database, which is
    /// named by its address. Nothing is written, and a running desk is not blocked.
    ///
    /// # Errors
    ///
    /// It is none of these, or cannot be read.
    pub fn open(file: &Path) -> Result<Self, JournalError> {
        if let location @ Location::Postgres(_) = Location::from(file) {
            return Self::beside_desk(&location);
        }
        let mut head = [0; SQLITE_HEADER.len()];
        let from = match File::open(file)?.read_exact(&mut head) {
            Ok(()) if head == SQLITE_HEADER => Origin::Desk(Box::new(ReadOnly::open(file)?)),
            Err(error) if error.kind() != ErrorKind::UnexpectedEof => return Err(error.into()),
            _ if Self::is_one(file)? => Origin::Lines(BufReader::new(File::open(file)?)),
            _ => return Err(JournalError::NoJournal),
        };
        Ok(Self { file: file.to_owned(), from })
    }

    /// Opens the store of a running desk, read-only; the desk is not blocked.
    ///
    /// # Errors
    ///
    /// It is not a desk's, or cannot be read.
    pub fn beside_desk(desk: &Location) -> Result<Self, JournalError> {
        Ok(Self {
            file: PathBuf::from(desk.to_string()),
            from: Origin::Desk(desk.journal_beside_desk()?),
        })
    }

    /// The instant of its last entry; `None` if there is none. Lines have to be read completely.
    ///
    /// # Errors
    ///
    /// It cannot be read to its end.
    pub fn latest(self) -> Result<Option<Instant>, JournalError> {
        match self.from {
            Origin::Desk(desk) => Ok(desk.latest()?),
            Origin::Lines(lines) => {
                let mut latest = None;
                let mut each = |line| {
                    if let Line::Entry(entry) = line {
                        latest = latest.max(Some(entry.at));
                    }
                    Ok::<_, JournalError>(true)
                };
                out_of_lines(lines, &Selection::default(), &mut each)?;
                Ok(latest)
            }
        }
    }

    /// The file, as named by the caller.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Reads the journal line by line: policies first, then entries, ticket by ticket. `each`
    /// returns whether to continue.
    ///
    /// # Errors
    ///
    /// Lines before an error were passed to `each`; no conclusion may be drawn from where they end.
    pub fn read<E: From<JournalError>>(
        self,
        selection: &Selection,
        mut each: impl FnMut(Line) -> Result<bool, E>,
    ) -> Result<Counts, E> {
        match self.from {
            Origin::Desk(desk) => out_of_desk(&*desk, selection, &mut each),
            Origin::Lines(lines) => out_of_lines(lines, selection, &mut each),
        }
    }

    /// Writes it as lines of JSON.
    ///
    /// # Errors
    ///
    /// It cannot be read to its end, or `to` cannot be written.
    pub fn write(self, selection: &Selection, to: &mut dyn Write) -> Result<Counts, JournalError> {
        writeln!(to, "{}", json!({ "despertador-journal": VERSION, "order": "by-ticket" }))?;
        let counts = self.read::<JournalError>(selection, |line| {
            writeln!(to, "{}", line.to_json())?;
            Ok(true)
        })?;
        let Counts { policies, tickets, entries } = counts;
        let end = json!({ "policies": policies, "tickets": tickets, "entries": entries });
        writeln!(to, "{}", json!({ "end": end }))?;
        to.flush()?;
        Ok(counts)
    }
}

fn out_of_desk<E: From<JournalError>>(
    desk: &dyn JournalSource,
    selection: &Selection,
    each: &mut impl FnMut(Line) -> Result<bool, E>,
) -> Result<Counts, E> {
    let store = |error: StoreError| E::from(JournalError::Store(error));
    let mut counts = Counts::default();
    let all = desk.accounts().map_err(store)?;
    let accounts: Vec<_> =
        all.iter().filter(|a| selection.account.as_ref().is_none_or(|n| *n == a.name)).collect();
    if let (Some(name), true) = (&selection.account, accounts.is_empty()) {
        let known = all.into_iter().map(|account| account.name).collect();
        return Err(JournalError::NoAccount(name.clone(), known).into());
    }
    for account in &accounts {
        for row in desk.policies(account.no).map_err(store)? {
            counts.policies = counts.policies.saturating_add(1);
            let row = PolicyRow { account: 0, ..row };
            if !each(Line::Policy { account: account.name.clone(), row })? {
                return Ok(counts);
            }
        }
    }
    let one = accounts.first().filter(|_| selection.account.is_some()).map(|account| account.no);
    let since = selection.since.unwrap_or(Instant::MIN);
    let mut after = 0;
    loop {
        let page = desk.tickets(one, since, after, TICKETS_PER_PAGE).map_err(store)?;
        let Some(last) = page.last() else { break };
        after = last.no;
        for ticket in page {
            if selection.ticket.as_ref().is_some_and(|wanted| *wanted != ticket.id) {
                continue;
            }
            let account = accounts.iter().find(|account| account.no == ticket.account);
            let Some(account) = account.map(|account| account.name.as_str()) else { continue };
            let entries = desk.journal(&ticket).map_err(store)?;
            // By entries, not by when the ticket was last stored: a deadline alone has no entry.
            if entries.last().is_none_or(|entry| entry.at < since) {
                continue;
            }
            let mut taken = false;
            for row in entries {
                if selection.until.is_some_and(|until| row.at > until) {
                    break;
                }
                taken = true;
                counts.entries = counts.entries.saturating_add(1);
                let entry = JournalEntry::from_row(account, &ticket.id, row)
                    .map_err(|why| E::from(JournalError::Store(why)))?;
                if !each(Line::Entry(Box::new(entry)))? {
                    return Ok(counts);
                }
            }
            counts.tickets = counts.tickets.saturating_add(u64::from(taken));
        }
    }
    desk.end().map_err(store)?;
    Ok(counts)
}

fn out_of_lines<E: From<JournalError>>(
    mut lines: BufReader<File>,
    selection: &Selection,
    each: &mut impl FnMut(Line) -> Result<bool, E>,
) -> Result<Counts, E> {
    let mut found = Counts::default();
    let mut handed_out = Counts::default();
    let mut bytes = Vec::new();
    let mut accounts = BTreeSet::new();
    // The current ticket, its latest entry, and its lines that wait for an entry late enough to be
    // selected.
    let mut told: Option<(String, String, i64)> = None;
    let mut waiting: Vec<Line> = Vec::new();
    let mut is_wanted = false;
    for number in 1_u64.. {
        let wrong = |why: String| E::from(JournalError::Line(number, why));
        bytes.clear();
        let length = lines.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut bytes);
        if length.map_err(|error| E::from(JournalError::Io(error)))? == 0 {
            return Err(JournalError::Cut(number.saturating_sub(1)).into());
        }
        if bytes.last() != Some(&b'\n') {
            return Err(JournalError::Cut(number.saturating_sub(1)).into());
        }
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").filter(|_| number == 1).unwrap_or(&bytes);
        let value: Value = serde_json::from_slice(text)
            .map_err(|error| wrong(format!("not JSON, at column {}", error.column())))?;
        if number == 1 {
            match value.get("despertador-journal").and_then(Value::as_u64) {
                Some(VERSION) => continue,
                Some(later) => {
                    return Err(wrong(format!(
                        "the journal is of version {later}, and {VERSION} is known; use the version of \
                         Despertador that wrote it"
                    )));
                }
                None => return Err(JournalError::NoJournal.into()),
            }
        }
        if let Some(end) = value.get("end") {
            let said = |name: &str| end.get(name).and_then(Value::as_u64);
            let Counts { policies, tickets, entries } = found;
            if (said("policies"), said("tickets"), said("entries"))
                != (Some(policies), Some(tickets), Some(entries))
            {
                return Err(wrong(format!(
                    "the journal says that it has {end}, and has policies {policies}, tickets {tickets}, \
                     entries {entries}: lines were left out or added; write it again"
                )));
            }
            return match &selection.account {
                Some(name) if !accounts.contains(name) => {
                    Err(JournalError::NoAccount(name.clone(), accounts.into_iter().collect())
                        .into())
                }
                _ => Ok(handed_out),
            };
        }
        let line = Line::from_json(&value).map_err(wrong)?;
        let account = match &line {
            Line::Policy { account, .. } => account,
            Line::Entry(entry) => &entry.account,
        };
        if !accounts.contains(account) {
            accounts.insert(account.clone());
        }
        let entry = match &line {
            Line::Policy { account, .. } => {
                found.policies = found.policies.saturating_add(1);
                if selection.account.as_ref().is_none_or(|wanted| wanted == account) {
                    handed_out.policies = handed_out.policies.saturating_add(1);
                    if !each(line)? {
                        return Ok(handed_out);
                    }
                }
                continue;
            }
            Line::Entry(entry) => entry,
        };
        found.entries = found.entries.saturating_add(1);
        let before = told
            .as_ref()
            .filter(|(account, ticket, _)| *account == entry.account && *ticket == entry.ticket)
            .map_or(0, |(.., seq)| *seq);
        if entry.previous != before {
            return Err(wrong(format!(
                "entry {} of ticket `{}` follows entry {}, which is not before it: lines were moved or \
                 left out; write the journal again",
                entry.seq, entry.ticket, entry.previous
            )));
        }
        if before == 0 {
            found.tickets = found.tickets.saturating_add(1);
            waiting.clear();
            is_wanted = selection.since.is_none();
        }
        told = Some((entry.account.clone(), entry.ticket.clone(), entry.seq));
        if selection.account.as_ref().is_some_and(|wanted| *wanted != entry.account)
            || selection.ticket.as_ref().is_some_and(|wanted| *wanted != entry.ticket)
        {
            continue;
        }
        let is_late = selection.since.is_none_or(|since| entry.at >= since);
        let is_early = selection.until.is_none_or(|until| entry.at <= until);
        let first = handed_out.entries;
        if is_early {
            waiting.push(line);
        }
        if is_wanted || is_late {
            let begins = !is_wanted || before == 0;
            is_wanted = true;
            for line in waiting.drain(..) {
                handed_out.entries = handed_out.entries.saturating_add(1);
                if !each(line)? {
                    return Ok(handed_out);
                }
            }
            if begins && handed_out.entries > first {
                handed_out.tickets = handed_out.tickets.saturating_add(1);
            }
        }
    }
    Err(JournalError::Cut(0).into())
}
