//! The encoding of a memory: a marker, the version, a checksum, and the fields.
//!
//! Every version ever written stays readable. Only this file distinguishes versions.

use super::{
    AGENT_MARKS_MAX, Account, Closed, IDS_MAX, Mark, Memory, OCCURRENCES_MAX, PENDING_REPLIES_MAX,
    Presence, Reopened, SENT_MAX, Spent, Waiting,
};
use crate::event::{FailureKind, PauseKind, Source};
use crate::instant::Instant;
use crate::pause::{self, Pause};
use crate::replies::{Occasion, Pending};
use alloc::vec::Vec;

/// The version of the bytes that [`Memory::to_bytes`] writes.
pub const VERSION: u8 = 5;

const MARKER: u8 = 0xD5;
const HEADER_BYTES: usize = 6;

/// Why bytes are not a memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Damage {
    /// Truncated, altered, or never a memory.
    Damaged,
    /// Written by a later version of the plugin.
    Newer(u8),
}

impl Memory {
    /// Decodes a memory. Empty bytes are the memory of a ticket on which nothing has happened yet.
    ///
    /// # Errors
    ///
    /// If the bytes are not exact what some version writes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Memory, Damage> {
        let mut memory = Memory::default();
        memory.read(bytes).map(|()| memory)
    }

    /// Decodes into a new memory. A memory is decoded in every call, and moving it costs as much as
    /// deciding.
    ///
    /// # Errors
    ///
    /// As for [`Memory::from_bytes`]; the contents are then meaningless.
    pub fn read(&mut self, bytes: &[u8]) -> Result<(), Damage> {
        if bytes.is_empty() {
            return Ok(());
        }
        let (&[mark, version, a, b, c, d], body) =
            bytes.split_first_chunk::<HEADER_BYTES>().ok_or(Damage::Damaged)?;
        if mark != MARKER || u32::from_le_bytes([a, b, c, d]) != checksum(version, body) {
            return Err(Damage::Damaged);
        }
        let mut fields = Fields(body);
        let read = match version {
            1 => fields.version_1(self),
            2..=5 => fields.since_version_2(self, version),
            newer if newer > VERSION => return Err(Damage::Newer(newer)),
            _ => None,
        };
        match read {
            Some(()) if fields.0.is_empty() => Ok(()),
            _ => Err(Damage::Damaged),
        }
    }

    /// This memory in the newest encoding.
    #[must_use]
    #[inline]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(96);
        out.extend_from_slice(&[MARKER, VERSION, 0, 0, 0, 0]);
        self.write_fields(&mut out);
        sign_again(&mut out);
        out
    }

    #[inline]
    fn write_fields(&self, out: &mut Vec<u8>) {
        let flags = [
            self.answered,
            self.close_failed,
            self.notified,
            self.opened_by_company.is_some(),
            self.customer.is_some(),
            self.customer.is_some_and(|c| c.sequence.is_some()),
            self.spent.is_some(),
            self.typing.is_some(),
            self.closed.is_some(),
            self.closed.is_some_and(|c| c.reply.is_some()),
            self.closed.is_some_and(|c| c.followed),
            self.reopened.is_some(),
            self.reopened.is_some_and(|r| r.by_customer),
            self.opted_out,
            self.contact_at.is_some(),
            self.resolved.is_some(),
            self.account.as_ref().is_some_and(|a| a.out_of_hours.is_some()),
            // Most tickets have neither replies nor counted messages, and need no bytes for them.
            self.account.is_some(),
        ];
        let flags = (0_u32..).zip(flags).fold(0_u32, |all, (n, on)| all | u32::from(on) << n);
        let [a, b, c, _] = flags.to_le_bytes();
        out.extend_from_slice(&[a, b, c]);
        out.extend_from_slice(&self.cycle.to_le_bytes());
        out.extend_from_slice(&[
            count(self.agents.len()),
            count(self.pauses.len()),
            count(self.ids.len()),
        ]);
        out.extend(self.opened_by_company.iter().flat_map(time));
        if let Some(customer) = &self.customer {
            out.extend_from_slice(&time(&customer.at));
            out.extend(customer.sequence.iter().flat_map(|s| s.to_le_bytes()));
        }
        for agent in &self.agents {
            out.extend_from_slice(&time(&agent.at));
            out.push(u8::from(agent.sequence.is_some()) | u8::from(agent.id.is_some()) << 1);
            out.extend(agent.sequence.iter().flat_map(|s| s.to_le_bytes()));
            out.extend(agent.id.iter().flat_map(|id| id.to_le_bytes()));
        }
        if let Some(s) = &self.spent {
            out.extend_from_slice(&s.number.to_le_bytes());
            out.extend_from_slice(&time(&s.first_at));
            out.extend_from_slice(&time(&s.last_at));
            out.push(failure_code(s.failed));
            out.push(s.failures);
            out.push(u8::from(s.failed_at.is_some()) | u8::from(s.sent_at.is_some()) << 1);
            out.extend(s.failed_at.iter().flat_map(time));
            out.extend(s.sent_at.iter().flat_map(time));
        }
        out.extend(self.typing.iter().flat_map(time));
        for pause in self.pauses.iter() {
            out.push(pause_code(pause.kind) << 1 | u8::from(pause.until.is_some()));
            out.extend_from_slice(&time(&pause.from));
            out.extend(pause.until.iter().flat_map(time));
        }
        if let Some(c) = &self.closed {
            out.extend_from_slice(&time(&c.at));
            out.extend_from_slice(&c.cycle.to_le_bytes());
            out.push(source_code(c.by));
            out.extend(c.reply.iter().flat_map(time));
        }
        if let Some(r) = &self.reopened {
            out.extend_from_slice(&time(&r.at));
            out.extend_from_slice(&r.cycle.to_le_bytes());
        }
        out.extend(self.ids.iter().flat_map(|id| id.to_le_bytes()));
        out.extend(self.contact_at.iter().flat_map(time));
        out.extend(self.resolved.iter().flat_map(time));
        if let Some(account) = &self.account {
            account.write(out);
        }
    }
}

impl Account {
    #[cold]
    fn write(&self, out: &mut Vec<u8>) {
        out.extend(self.out_of_hours.iter().flat_map(time));
        out.extend_from_slice(&self.reply.to_le_bytes());
        out.extend_from_slice(&[
            count(self.sent.len()),
            count(self.replies.len()),
            count(self.occurrences.len()),
        ]);
        out.extend(self.sent.iter().flat_map(time));
        for pending in &self.replies {
            out.extend_from_slice(&pending.number.to_le_bytes());
            out.extend_from_slice(&pending.cycle.to_le_bytes());
            out.push(
                pending.occasion.number() << 3
                    | u8::from(pending.sends) << 2
                    | u8::from(pending.records) << 1
                    | u8::from(pending.ticket_allowed),
            );
            out.extend_from_slice(&time(&pending.at));
        }
        out.extend(self.occurrences.iter().flat_map(|id| id.to_le_bytes()));
        let (presence, waiting) = (self.presence, self.waiting);
        let flags = [
            self.surveyed.is_some(),
            presence.is_some(),
            presence.is_some_and(|p| p.gone),
            waiting.is_some(),
            waiting.is_some_and(|w| w.told),
            waiting.is_some_and(|w| w.since.is_some()),
        ];
        out.push((0_u8..).zip(flags).fold(0, |all, (n, on)| all | u8::from(on) << n));
        out.extend(self.surveyed.iter().flat_map(time));
        out.extend(presence.iter().flat_map(|p| time(&p.at)));
        out.extend(waiting.iter().filter_map(|w| w.since.as_ref()).flat_map(time));
    }
}

impl Spent {
    /// The fields of versions that remembered one report per reminder.
    fn before_version_5(
        number: u32,
        first_at: Instant,
        last_at: Instant,
        failed: Option<FailureKind>,
        failures: u8,
    ) -> Spent {
        let at = Some(last_at);
        let (failed_at, sent_at) = if failed.is_some() { (at, None) } else { (None, at) };
        Spent { number, first_at, last_at, failed, failures, failed_at, sent_at }
    }
}

/// The bytes that are not decoded yet.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    /// The memory of the first version: without sequences, ids, pauses, typing and reopenings.
    fn version_1(&mut self, memory: &mut Memory) -> Option<()> {
        let flags = self.byte()?;
        memory.answered = flags & 1 != 0;
        memory.close_failed = flags & 2 != 0;
        memory.cycle = self.u32()?;
        memory.customer = self.time_or_none()?.map(|at| Mark { sequence: None, at, id: None });
        for _ in 0..self.at_most(AGENT_MARKS_MAX)? {
            memory.agents.push(Mark { sequence: None, at: self.time_or_none()??, id: None });
        }
        let number = self.u32()?;
        if number > 0 {
            let (first_at, last_at) = (self.time_or_none()??, self.time_or_none()??);
            let failed = failure(self.byte()?)?;
            memory.spent = Some(Spent::before_version_5(number, first_at, last_at, failed, 0));
        }
        if let Some(at) = self.time_or_none()? {
            memory.closed = Some(Closed {
                at,
                cycle: memory.cycle,
                by: source(self.byte()?)?,
                reply: self.time_or_none()?,
                followed: self.switch()?,
            });
        }
        Some(())
    }

    /// Version 3 added the flags from 13 on and the failures of a reminder; version 4 the ids of
    /// the company's messages; version 5 all reports of a reminder, surveys, visitors who leave,
    /// and customers who wait.
    fn since_version_2(&mut self, memory: &mut Memory, version: u8) -> Option<()> {
        let [a, b] = self.u16()?.to_le_bytes();
        let c = if version > 2 { self.byte()? } else { 0 };
        let flags = u32::from_le_bytes([a, b, c, 0]);
        let on = |n: u32| flags & (1 << n) != 0;
        // A flag that no version writes, or one without the flag to which it belongs.
        let lone = |n, of| on(n) && !on(of);
        if flags >> (if version > 2 { 18 } else { 13 }) != 0
            || lone(5, 4)
            || lone(9, 8)
            || lone(10, 8)
            || lone(12, 11)
            || lone(16, 17)
        {
            return None;
        }
        memory.answered = on(0);
        memory.close_failed = on(1);
        memory.notified = on(2);
        memory.cycle = self.u32()?;
        let [agents, pauses, ids] = [
            self.at_most(AGENT_MARKS_MAX)?,
            self.at_most(pause::PAUSES_MAX)?,
            self.at_most(IDS_MAX)?,
        ];
        memory.opened_by_company = self.when(on(3), Self::time)?;
        if on(4) {
            let (at, sequence) = (self.time()?, self.when(on(5), Self::u64)?);
            memory.customer = Some(Mark { at, sequence, id: None });
        }
        memory.agents = Vec::with_capacity(agents);
        for _ in 0..agents {
            let at = self.time()?;
            // Version 4 added the ids.
            let has = self.byte().filter(|has| *has <= if version > 3 { 3 } else { 1 })?;
            let sequence = self.when(has & 1 != 0, Self::u64)?;
            memory.agents.push(Mark { at, sequence, id: self.when(has & 2 != 0, Self::u64)? });
        }
        if on(6) {
            let (number, first_at, last_at) = (self.u32()?, self.time()?, self.time()?);
            let failed = failure(self.byte()?)
                .filter(|f| version > 2 || *f != Some(FailureKind::Unreachable))?;
            let failures = if version > 2 { self.byte()? } else { 0 };
            let mut spent = Spent::before_version_5(number, first_at, last_at, failed, failures);
            if version > 4 {
                let known = Some(self.byte()?).filter(|flags| flags >> 2 == 0)?;
                spent.failed_at = self.when(known & 1 != 0, Self::time)?;
                spent.sent_at = self.when(known & 2 != 0, Self::time)?;
            }
            memory.spent = Some(spent);
        }
        memory.typing = self.when(on(7), Self::time)?;
        let mut from = Instant::MIN;
        for _ in 0..pauses {
            let code = self.byte()?;
            let pause = Pause {
                kind: pause_kind(code >> 1)?,
                from: self.time()?,
                until: self.when(code & 1 == 1, Self::time)?,
            };
            if pause.from < from {
                return None;
            }
            from = pause.from;
            memory.pauses.insert(pause);
        }
        if on(8) {
            memory.closed = Some(Closed {
                at: self.time()?,
                cycle: self.u32()?,
                by: source(self.byte()?)?,
                reply: self.when(on(9), Self::time)?,
                followed: on(10),
            });
        }
        if on(11) {
            memory.reopened =
                Some(Reopened { at: self.time()?, cycle: self.u32()?, by_customer: on(12) });
        }
        memory.ids = Vec::with_capacity(ids);
        for _ in 0..ids {
            memory.ids.push(self.u64()?);
        }
        memory.opted_out = on(13);
        memory.contact_at = self.when(on(14), Self::time)?;
        memory.resolved = self.when(on(15), Self::time)?;
        if on(17) {
            memory.account = Some(self.account(on(16), version)?.into());
        }
        Some(())
    }

    #[cold]
    fn account(&mut self, out_of_hours: bool, version: u8) -> Option<Account> {
        let mut account = Account {
            out_of_hours: self.when(out_of_hours, Self::time)?,
            reply: self.u32()?,
            ..Account::default()
        };
        let [sent, replies, occurrences] = [
            self.at_most(SENT_MAX)?,
            self.at_most(PENDING_REPLIES_MAX)?,
            self.at_most(OCCURRENCES_MAX)?,
        ];
        for _ in 0..sent {
            account.sent.push(self.time()?);
        }
        for _ in 0..replies {
            let (number, cycle) = (self.u32()?, self.u32()?);
            let code = self.byte()?;
            account.replies.push(Pending {
                number,
                cycle,
                occasion: Occasion::from_number(code >> 3)?,
                sends: code & 4 != 0,
                records: code & 2 != 0,
                ticket_allowed: code & 1 != 0,
                at: self.time()?,
            });
        }
        for _ in 0..occurrences {
            account.occurrences.push(self.u64()?);
        }
        if version > 4 {
            let flags = self.byte()?;
            let on = |n: u8| flags & (1 << n) != 0;
            if flags >> 6 != 0 || on(2) && !on(1) || (on(4) || on(5)) && !on(3) {
                return None;
            }
            account.surveyed = self.when(on(0), Self::time)?;
            let presence = self.when(on(1), Self::time)?;
            account.presence = presence.map(|at| Presence { at, gone: on(2) });
            let since = self.when(on(5), Self::time)?;
            account.waiting = on(3).then_some(Waiting { since, told: on(4) });
        }
        Some(account)
    }

    /// A field that is present if its flag is set.
    fn when<T>(&mut self, on: bool, read: impl Fn(&mut Self) -> Option<T>) -> Option<Option<T>> {
        if on { read(self).map(Some) } else { Some(None) }
    }

    /// A count within its limit.
    fn at_most(&mut self, most: usize) -> Option<usize> {
        Some(usize::from(self.byte()?)).filter(|n| *n <= most)
    }

    fn switch(&mut self) -> Option<bool> {
        match self.byte()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    fn u16(&mut self) -> Option<u16> {
        let (bytes, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u16::from_le_bytes(*bytes))
    }

    /// A time in six bytes.
    fn time(&mut self) -> Option<Instant> {
        let (&[a, b, c, d, e, f], rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Instant::from_millis(i64::from_le_bytes([a, b, c, d, e, f, 0, 0]))
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

    /// A time, or the value for none; fails on anything else.
    fn time_or_none(&mut self) -> Option<Option<Instant>> {
        match self.u64()? {
            u64::MAX => Some(None),
            millis => Some(Some(Instant::from_millis(i64::try_from(millis).ok()?)?)),
        }
    }
}

/// A time in six bytes, which is enough far beyond the year 9999.
#[inline]
fn time(at: &Instant) -> [u8; 6] {
    let [a, b, c, d, e, f, _, _] = at.millis().to_le_bytes();
    [a, b, c, d, e, f]
}

/// A count that fits in a byte.
fn count(len: usize) -> u8 {
    u8::try_from(len).unwrap_or(u8::MAX)
}

const PAUSE_KINDS: [PauseKind; 5] =
    [PauseKind::Hold, PauseKind::Snooze, PauseKind::Call, PauseKind::Queue, PauseKind::Extension];

fn pause_code(kind: PauseKind) -> u8 {
    match kind {
        PauseKind::Hold => 0,
        PauseKind::Snooze => 1,
        PauseKind::Call => 2,
        PauseKind::Queue => 3,
        PauseKind::Extension => 4,
    }
}

fn pause_kind(code: u8) -> Option<PauseKind> {
    PAUSE_KINDS.get(usize::from(code)).copied()
}

fn failure_code(failed: Option<FailureKind>) -> u8 {
    match failed {
        None => 0,
        Some(FailureKind::Refused) => 1,
        Some(FailureKind::Blocked) => 2,
        Some(FailureKind::Unreachable) => 3,
    }
}

fn failure(code: u8) -> Option<Option<FailureKind>> {
    match code {
        0 => Some(None),
        1 => Some(Some(FailureKind::Refused)),
        2 => Some(Some(FailureKind::Blocked)),
        3 => Some(Some(FailureKind::Unreachable)),
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

/// Recomputes the checksum over the rest of the bytes. For tests of what the checksum hides.
#[doc(hidden)]
pub fn sign_again(bytes: &mut [u8]) {
    if let Some((&mut [_, version, ref mut place @ ..], body)) =
        bytes.split_first_chunk_mut::<HEADER_BYTES>()
    {
        *place = checksum(version, body).to_le_bytes();
    }
}

fn checksum(version: u8, body: &[u8]) -> u32 {
    let sum = fold(body) ^ u64::from(version).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    // Half of the sum is taken from each end, so that every bit matters.
    u32::try_from((sum ^ (sum >> 32)) & 0xFFFF_FFFF).unwrap_or(0)
}

/// A 64-bit digest against accidental changes, eight bytes at a time, because memories are decoded
/// in every call.
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
    let last = rest.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
    step(sum, last)
}
