//! Stores rows by ticket: in memory while they are few, otherwise in a temporary file without a
//! name.
//!
//! Rows come in any order. They are distributed over parts by a digest of their ticket, so that
//! each part has whole tickets and fits into memory. The file disappears with the process.

use std::fmt;
use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{Error, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use despertador_contract::Instant;

/// Number of parts of a spool on disk.
const PARTS_ON_DISK: usize = 256;

/// A stored row. Ids are digests, except the ticket's own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Record<'a> {
    pub(crate) ticket: &'a str,
    /// The number of the department.
    pub(crate) department: Option<u32>,
    pub(crate) customer: Option<u64>,
    /// The message's or event's own id.
    pub(crate) id: Option<u64>,
    pub(crate) at: Instant,
    pub(crate) what: What<'a>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum What<'a> {
    /// A message: its author, as a number.
    Message(u8),
    /// A row of an event log.
    Row(&'a str),
}

const DEPARTMENT: u8 = 1;
const CUSTOMER: u8 = 2;
const ID: u8 = 4;
const ROW: u8 = 8;

/// The digest of an id.
pub(crate) fn digest(of: &(impl Hash + ?Sized)) -> u64 {
    let mut hash = DefaultHasher::new();
    of.hash(&mut hash);
    hash.finish()
}

/// A spool of rows.
pub(crate) struct Spool {
    /// The rows in memory.
    parts: Vec<Vec<u8>>,
    buffered: usize,
    /// Maximum size in memory, in bytes.
    most: usize,
    folder: PathBuf,
    file: Option<Mutex<File>>,
    /// Offset and length of the pieces of each part.
    pieces: Vec<Vec<(u64, usize)>>,
    length: u64,
}

impl Spool {
    /// Creates a spool that keeps at most `most` bytes in memory and writes the rest to a file in a
    /// folder.
    pub(crate) fn new(most: usize, folder: PathBuf) -> Self {
        // Without a file no parts are needed, and the order of tickets is kept.
        let parts = if most == usize::MAX { 1 } else { PARTS_ON_DISK };
        Self {
            parts: vec![Vec::new(); parts],
            buffered: 0,
            most,
            folder,
            file: None,
            pieces: vec![Vec::new(); parts],
            length: 0,
        }
    }

    /// Number of parts.
    pub(crate) fn parts(&self) -> usize {
        self.parts.len()
    }

    /// The folder of the file.
    pub(crate) fn folder(&self) -> &std::path::Path {
        &self.folder
    }

    /// Size of the file, in bytes.
    pub(crate) fn on_disk(&self) -> u64 {
        self.length
    }

    /// Size of a part, in bytes.
    fn size(&self, number: usize) -> usize {
        let memory = self.parts.get(number).map_or(0, Vec::len);
        let pieces = self.pieces.get(number).map_or(&[][..], Vec::as_slice);
        pieces.iter().fold(memory, |sum, (_, length)| sum.saturating_add(*length))
    }

    /// Size of the largest part, in bytes, if it does not fit into memory.
    pub(crate) fn too_large(&self) -> Option<usize> {
        let most = self.most.saturating_mul(4).max(1 << 20);
        (0..self.parts()).map(|number| self.size(number)).max().filter(|size| *size > most)
    }

    /// Adds a row.
    pub(crate) fn put(&mut self, record: &Record<'_>) -> Result<(), Error> {
        let place = digest(record.ticket)
            .checked_rem(PARTS_ON_DISK as u64)
            .and_then(|place| usize::try_from(place).ok());
        let place = place.filter(|_| self.parts.len() > 1).unwrap_or_default();
        let Some(part) = self.parts.get_mut(place) else { return Ok(()) };
        let before = part.len();
        write(part, record)?;
        self.buffered = self.buffered.saturating_add(part.len().saturating_sub(before));
        if self.buffered > self.most { self.put_away() } else { Ok(()) }
    }

    /// Writes the rows in memory to the file.
    fn put_away(&mut self) -> Result<(), Error> {
        if self.file.is_none() {
            self.file = Some(Mutex::new(tempfile::tempfile_in(&self.folder)?));
        }
        let Some(file) = &self.file else { return Ok(()) };
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        for (part, pieces) in self.parts.iter_mut().zip(&mut self.pieces) {
            if part.is_empty() {
                continue;
            }
            file.write_all(part)?;
            pieces.push((self.length, part.len()));
            let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
            self.length = self.length.saturating_add(length);
            part.clear();
        }
        self.buffered = 0;
        Ok(())
    }

    /// Reads all rows of a part, in their order.
    pub(crate) fn part(&self, number: usize) -> Result<Vec<u8>, Error> {
        let memory = self.parts.get(number).map_or(&[][..], Vec::as_slice);
        let pieces = self.pieces.get(number).map_or(&[][..], Vec::as_slice);
        let total: usize = pieces.iter().map(|(_, length)| length).sum();
        let mut bytes = vec![0; total];
        if let Some(file) = &self.file {
            let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
            let mut rest = bytes.as_mut_slice();
            for (offset, length) in pieces {
                let (piece, after) = rest.split_at_mut(*length);
                file.seek(SeekFrom::Start(*offset))?;
                file.read_exact(piece)?;
                rest = after;
            }
        }
        bytes.extend_from_slice(memory);
        Ok(bytes)
    }
}

impl fmt::Debug for Spool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spool")
            .field("buffered", &self.buffered)
            .field("on_disk", &self.length)
            .finish_non_exhaustive()
    }
}

fn write(to: &mut Vec<u8>, record: &Record<'_>) -> Result<(), Error> {
    let long = |_| Error::new(ErrorKind::InvalidData, "the id of a ticket is too long");
    let (who, row) = match record.what {
        What::Message(who) => (who, None),
        What::Row(row) => (0, Some(row)),
    };
    let mut flags = who << 4;
    flags |= if record.department.is_some() { DEPARTMENT } else { 0 };
    flags |= if record.customer.is_some() { CUSTOMER } else { 0 };
    flags |= if record.id.is_some() { ID } else { 0 };
    flags |= if row.is_some() { ROW } else { 0 };
    to.push(flags);
    to.extend_from_slice(&u16::try_from(record.ticket.len()).map_err(long)?.to_le_bytes());
    to.extend_from_slice(record.ticket.as_bytes());
    to.extend_from_slice(&record.at.to_le_bytes());
    if let Some(department) = record.department {
        to.extend_from_slice(&department.to_le_bytes());
    }
    for digest in [record.customer, record.id].into_iter().flatten() {
        to.extend_from_slice(&digest.to_le_bytes());
    }
    if let Some(row) = row {
        to.extend_from_slice(&u32::try_from(row.len()).map_err(long)?.to_le_bytes());
        to.extend_from_slice(row.as_bytes());
    }
    Ok(())
}

/// Iterates over the rows of a part.
pub(crate) struct Records<'a>(pub(crate) &'a [u8]);

impl<'a> Records<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn text(&mut self, length: usize) -> Option<&'a str> {
        std::str::from_utf8(self.take(length)?).ok()
    }

    fn number(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        let [flags] = self.array()?;
        let length = u16::from_le_bytes(self.array()?);
        let ticket = self.text(usize::from(length))?;
        let at = i64::from_le_bytes(self.array()?);
        let has = |flag: u8| flags & flag != 0;
        let department =
            if has(DEPARTMENT) { Some(u32::from_le_bytes(self.array()?)) } else { None };
        let customer = if has(CUSTOMER) { Some(self.number()?) } else { None };
        let id = if has(ID) { Some(self.number()?) } else { None };
        let what = if has(ROW) {
            let length = u32::from_le_bytes(self.array()?);
            What::Row(self.text(usize::try_from(length).ok()?)?)
        } else {
            What::Message(flags >> 4)
        };
        Some(Record { ticket, department, customer, id, at, what })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_by_comes_back_in_order_from_memory_and_from_disk() {
        let tickets: Vec<String> = (0..500).map(|number| format!("ticket {number}")).collect();
        let record = |number: usize| Record {
            ticket: tickets.get(number % 500).expect("a ticket"),
            department: number.is_multiple_of(3).then_some(7),
            customer: number.is_multiple_of(2).then_some(u64::MAX),
            id: number.is_multiple_of(5).then_some(1),
            at: i64::try_from(number).expect("few").saturating_sub(50),
            what: if number.is_multiple_of(7) { What::Row("{\"é\":1}") } else { What::Message(3) },
        };
        for (most, is_on_disk) in [(usize::MAX, false), (10_000, true), (0, true)] {
            let mut spool = Spool::new(most, std::env::temp_dir());
            for number in 0..5_000 {
                spool.put(&record(number)).expect("room");
            }
            assert_eq!(spool.on_disk() > 0, is_on_disk);
            let mut found = 0;
            for part in 0..spool.parts() {
                let bytes = spool.part(part).expect("the file");
                let mut last = None;
                for read in Records(&bytes) {
                    let number = usize::try_from(read.at.saturating_add(50)).expect("positive");
                    assert_eq!(read, record(number));
                    assert!(last < Some(number), "{last:?} {number}");
                    last = Some(number);
                    found += 1;
                }
            }
            assert_eq!(found, 5_000);
        }
    }

    #[test]
    fn a_folder_that_is_not_there_is_said() {
        let mut spool = Spool::new(0, PathBuf::from("/nowhere at all"));
        let record = Record {
            ticket: "t",
            department: None,
            customer: None,
            id: None,
            at: 0,
            what: What::Message(0),
        };
        assert_eq!(spool.put(&record).expect_err("no folder").kind(), ErrorKind::NotFound);
    }
}
