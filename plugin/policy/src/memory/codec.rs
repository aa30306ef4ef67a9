//! The bytes in which a memory is kept: a mark, the version, a checksum, and the fields.
//!
//! Every version ever written is read for ever; the versions are told apart here and nowhere else.

use super::{Closed, Mark, Memory, Spent};
use crate::event::{FailureKind, Source};
use crate::instant::Instant;
use crate::pause::Pauses;
use alloc::vec::Vec;

/// The version of the bytes that [`Memory::to_bytes`] writes.
pub const VERSION: u8 = 1;

const MARK: u8 = 0xD5;
const HEADER: usize = 6;

/// Why bytes are no memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Damage {
    /// Truncated, altered, or never a memory.
    Damaged,
    /// Written by a later version of the plugin.
    Newer(u8),
}

impl Memory {
    /// Reads a memory. No bytes are the memory of a ticket to which nothing has happened.
    ///
    /// # Errors
    ///
    /// When the bytes are not exactly what some version wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Memory, Damage> {
        if bytes.is_empty() {
            return Ok(Memory::default());
        }
        let (&[mark, version, a, b, c, d], body) = bytes.split_first_chunk::<HEADER>().ok_or(Damage::Damaged)?;
        if mark != MARK || u32::from_le_bytes([a, b, c, d]) != checksum(version, body) {
            return Err(Damage::Damaged);
        }
        let mut fields = Fields(body);
        let memory = match version {
            1 => fields.version_1(),
            newer if newer > VERSION => return Err(Damage::Newer(newer)),
            _ => None,
        };
        memory.filter(|_| fields.0.is_empty()).ok_or(Damage::Damaged)
    }

    /// The bytes of this memory, in the newest version.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(96);
        out.extend_from_slice(&[MARK, VERSION, 0, 0, 0, 0]);
        self.write_version_1(&mut out);
        let sum = out.get(HEADER..).map_or(0, |body| checksum(VERSION, body));
        if let Some(place) = out.get_mut(2..HEADER) {
            place.copy_from_slice(&sum.to_le_bytes());
        }
        out
    }

    fn write_version_1(&self, out: &mut Vec<u8>) {
        out.push(u8::from(self.answered) | u8::from(self.close_failed) << 1);
        out.extend_from_slice(&self.cycle.to_le_bytes());
        write_time(out, self.customer.map(|c| c.at));
        out.push(u8::try_from(self.agents.len()).unwrap_or(u8::MAX));
        for agent in &self.agents {
            write_time(out, Some(agent.at));
        }
        let spent = self.spent;
        out.extend_from_slice(&spent.map_or(0, |s| s.number).to_le_bytes());
        if let Some(s) = spent {
            write_time(out, Some(s.first_at));
            write_time(out, Some(s.last_at));
            out.push(failure_code(s.failed));
        }
        write_time(out, self.closed.map(|c| c.at));
        if let Some(c) = self.closed {
            out.push(source_code(c.by));
            write_time(out, c.reply);
            out.push(u8::from(c.followed));
        }
    }
}

/// The fields that are still to be read.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    /// The memory of the first plugins: neither sequences nor ids, pauses, typing, reopenings.
    fn version_1(&mut self) -> Option<Memory> {
        let flags = self.byte()?;
        let cycle = self.u32()?;
        let customer = self.time()?.map(|at| Mark { sequence: None, at });
        let mut agents = Vec::new();
        for _ in 0..self.byte()? {
            agents.push(Mark { sequence: None, at: self.time()?? });
        }
        let spent = match self.u32()? {
            0 => None,
            number => Some(Spent {
                number,
                first_at: self.time()??,
                last_at: self.time()??,
                failed: failure(self.byte()?)?,
            }),
        };
        let closed = match self.time()? {
            None => None,
            Some(at) => Some(Closed {
                at,
                cycle,
                by: source(self.byte()?)?,
                reply: self.time()?,
                followed: self.byte()? == 1,
            }),
        };
        Some(Memory {
            cycle,
            answered: flags & 1 != 0,
            close_failed: flags & 2 != 0,
            customer,
            agents,
            spent,
            closed,
            pauses: Pauses::default(),
            ..Memory::default()
        })
    }

    fn byte(&mut self) -> Option<u8> {
        let (&byte, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(byte)
    }

    fn u32(&mut self) -> Option<u32> {
        let (bytes, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u32::from_le_bytes(*bytes))
    }

    fn u64(&mut self) -> Option<u64> {
        let (bytes, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u64::from_le_bytes(*bytes))
    }

    /// A time or the word for none; fails on anything else.
    fn time(&mut self) -> Option<Option<Instant>> {
        match self.u64()? {
            u64::MAX => Some(None),
            millis => Some(Some(Instant::from_millis(i64::try_from(millis).ok()?)?)),
        }
    }
}

fn write_time(out: &mut Vec<u8>, at: Option<Instant>) {
    let millis = at.map_or(u64::MAX, |at| at.millis().unsigned_abs());
    out.extend_from_slice(&millis.to_le_bytes());
}

fn failure_code(failed: Option<FailureKind>) -> u8 {
    match failed {
        None => 0,
        Some(FailureKind::Refused) => 1,
        Some(FailureKind::Blocked) => 2,
    }
}

fn failure(code: u8) -> Option<Option<FailureKind>> {
    match code {
        0 => Some(None),
        1 => Some(Some(FailureKind::Refused)),
        2 => Some(Some(FailureKind::Blocked)),
        _ => None,
    }
}

fn source_code(source: Source) -> u8 {
    match source {
        Source::Agent => 0,
        Source::Customer => 1,
        Source::Inactivity => 2,
        Source::Flow => 3,
        Source::Api => 4,
        Source::Other => 5,
    }
}

fn source(code: u8) -> Option<Source> {
    [Source::Agent, Source::Customer, Source::Inactivity, Source::Flow, Source::Api, Source::Other]
        .get(usize::from(code))
        .copied()
}

fn checksum(version: u8, body: &[u8]) -> u32 {
    let sum = fold(body) ^ u64::from(version).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    // Half of the sum is taken from each end, so that no bit of it is lost.
    u32::try_from((sum ^ (sum >> 32)) & 0xFFFF_FFFF).unwrap_or(0)
}

/// A 64-bit digest against accidents, eight bytes at a time: memories are read at every call.
pub(crate) fn fold(bytes: &[u8]) -> u64 {
    let step = |sum: u64, word: u64| {
        let mixed = (sum ^ word).wrapping_mul(0xD6E8_FEB8_6659_FD93);
        mixed ^ (mixed >> 29)
    };
    let mut sum = step(0x243F_6A88_85A3_08D3, u64::try_from(bytes.len()).unwrap_or(0));
    let (words, rest) = bytes.as_chunks::<8>();
    for word in words {
        sum = step(sum, u64::from_le_bytes(*word));
    }
    let mut last = [0_u8; 8];
    for (to, from) in last.iter_mut().zip(rest) {
        *to = *from;
    }
    step(sum, u64::from_le_bytes(last))
}
