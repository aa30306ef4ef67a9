//! Entries of the journal and facts as they are stored: small, for most of what they say is the
//! same.
//!
//! What happened, what was decided and what else is to be known are JSON. Together they are packed
//! in two steps:
//!
//! 1. What the row has beside them is a mark: the ticket's id, and instants by their distance from
//!    the entry's own. Ids of 32 digits are written in 16 bytes.
//! 2. The rest is compressed with a dictionary of what entries say. An entry with an action is
//!    compressed with the texts of its policy as well, so that these are stored once for
//!    each version of the policy, however often they are sent.
//!
//! The first byte says how the rest was made. Neither the marks nor [`SAID`] may ever change: a
//! better dictionary is another first byte. An entry that cannot be packed is stored as text in
//! columns of its own, as all of them were before.

mod said;

use std::collections::HashMap;
use std::fmt;
use std::io;

use chrono::{NaiveDate, NaiveDateTime};
use despertador_contract::Instant;
use despertador_contract::clock_face::show_rfc3339;
use zstd::bulk::{Compressor, Decompressor};
use zstd::zstd_safe::get_frame_content_size;

use said::SAID;

/// Compressed with [`SAID`].
const WITH_SAID: u8 = 1;
/// Compressed with the texts of the entry's policy, and [`SAID`] behind them.
const WITH_POLICY: u8 = 2;

/// Between a row, its decision and its note.
const PART: u8 = 0x1e;
/// An instant in quotes: how many milliseconds it is after the entry's own.
const INSTANT: u8 = 1;
/// The ticket's id in quotes.
const TICKET: u8 = 2;
/// The ticket's id behind a quote and before a slash: the beginning of a key.
const KEY: u8 = 3;
/// The member `due` of a note, a number of 13 digits: how many milliseconds it is after the entry.
const DUE: u8 = 5;
/// An id of 32 hexadecimal digits in five groups, in quotes.
const UUID: u8 = 4;

/// Higher levels make entries as short as these no smaller.
const LEVEL: i32 = 4;
/// The first bytes of whatever is compressed, which are left out.
const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// No entry is longer; a damaged one that says so is not believed.
const ENTRY_BYTES_MAX: u64 = 64 << 20;
/// Policies whose dictionaries are kept ready.
const POLICIES_MAX: usize = 16;

/// Where the texts of policies are stored.
pub(super) trait PolicyTexts {
    /// Why they cannot be read.
    type Error;

    /// What [`texts_of`] made of the policy with this account and version, or its config where that
    /// made nothing; `None` if there is no such policy.
    fn texts(&self, policy: (i64, i64)) -> Result<Option<String>, Self::Error>;
}

/// Packs entries and unpacks them.
pub(super) struct Packing {
    said: Dictionary,
    /// By account and version, with when each was used last.
    policies: HashMap<(i64, i64), (u64, Dictionary)>,
    uses: u64,
}

struct Dictionary {
    compressor: Compressor<'static>,
    decompressor: Decompressor<'static>,
}

/// What an entry's row has beside what is packed.
#[derive(Clone, Copy)]
pub(super) struct Beside<'a> {
    pub(super) at: Instant,
    /// The account and the version of the policy.
    pub(super) policy: (i64, i64),
    /// The id of the ticket.
    pub(super) ticket: &'a str,
}

/// What the facts of a ticket have beside them: nothing that stays.
pub(super) const FACTS: Beside<'_> = Beside { at: 0, policy: (0, 0), ticket: "" };

/// A row, its decision and its note.
pub(super) type Parts = [Option<String>; 3];

impl fmt::Debug for Packing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Packing").field("policies", &self.policies.len()).finish_non_exhaustive()
    }
}

impl Dictionary {
    fn new(content: &[u8]) -> io::Result<Self> {
        Ok(Self {
            compressor: Compressor::with_dictionary(LEVEL, content)?,
            decompressor: Decompressor::with_dictionary(content)?,
        })
    }
}

impl Packing {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self { said: Dictionary::new(SAID.as_bytes())?, policies: HashMap::new(), uses: 0 })
    }

    /// Packs a row, its decision and its note; none if they are better stored as they are.
    pub(super) fn pack<T: PolicyTexts>(
        &mut self,
        policies: &T,
        parts: [Option<&str>; 3],
        beside: Beside<'_>,
    ) -> Result<Option<Vec<u8>>, T::Error> {
        let Some(marked) = mark(parts, beside) else { return Ok(None) };
        let [_, decision, _] = parts;
        let acts = decision.is_some_and(|text| text.starts_with("{\"action\":"));
        let tag = if acts { WITH_POLICY } else { WITH_SAID };
        let Some(dictionary) = self.dictionary(policies, tag, beside.policy)? else {
            return Ok(None);
        };
        let packed = dictionary.compressor.compress(&marked).ok();
        Ok(packed.and_then(|packed| {
            let frame = packed.strip_prefix(&MAGIC)?;
            Some([&[tag], frame].concat())
        }))
    }

    /// Unpacks what [`pack`](Self::pack) made. An error is a sentence about what is damaged.
    pub(super) fn unpack<T: PolicyTexts>(
        &mut self,
        policies: &T,
        packed: &[u8],
        beside: Beside<'_>,
    ) -> Result<Result<Parts, String>, T::Error> {
        let Some((tag, frame)) = packed.split_first() else {
            return Ok(Err("it is empty".into()));
        };
        if !matches!(*tag, WITH_SAID | WITH_POLICY) {
            return Ok(Err(format!("it is packed in way {tag}, which is not known")));
        }
        let Some(dictionary) = self.dictionary(policies, *tag, beside.policy)? else {
            return Ok(Err(format!("its policy {} is not there", beside.policy.1)));
        };
        let frame = [&MAGIC, frame].concat();
        let bytes = match get_frame_content_size(&frame) {
            Ok(Some(bytes)) if bytes <= ENTRY_BYTES_MAX => usize::try_from(bytes).unwrap_or(0),
            _ => return Ok(Err("its length cannot be read".into())),
        };
        let Ok(marked) = dictionary.decompressor.decompress(&frame, bytes) else {
            return Ok(Err("it cannot be unpacked".into()));
        };
        Ok(unmark(&marked, beside).ok_or_else(|| "what is unpacked is no entry".into()))
    }

    fn dictionary<T: PolicyTexts>(
        &mut self,
        policies: &T,
        tag: u8,
        policy: (i64, i64),
    ) -> Result<Option<&mut Dictionary>, T::Error> {
        if tag == WITH_SAID {
            return Ok(Some(&mut self.said));
        }
        self.uses = self.uses.saturating_add(1);
        if !self.policies.contains_key(&policy) {
            let Some(texts) = policies.texts(policy)? else { return Ok(None) };
            let Ok(new) = Dictionary::new(&[texts.as_bytes(), SAID.as_bytes()].concat()) else {
                return Ok(None);
            };
            if self.policies.len() >= POLICIES_MAX {
                let oldest = self.policies.iter().min_by_key(|(_, (used, _))| *used);
                if let Some(oldest) = oldest.map(|(policy, _)| *policy) {
                    self.policies.remove(&oldest);
                }
            }
            self.policies.insert(policy, (self.uses, new));
        }
        Ok(self.policies.get_mut(&policy).map(|(used, dictionary)| {
            *used = self.uses;
            dictionary
        }))
    }
}

/// What is stored beside a policy so that its texts are found in what it decides: none if they
/// stand in the policy as they do there. It is stored, and not made again, for it must be the same
/// in every later version.
pub(super) fn texts_of(config: &str) -> Option<String> {
    if !config.contains('\\') {
        return None;
    }
    serde_json::from_str::<serde_json::Value>(config).ok().map(|value| value.to_string())
}

/// Joins the parts and puts marks for what is known beside them; none if they have marks already.
fn mark(parts: [Option<&str>; 3], beside: Beside<'_>) -> Option<Vec<u8>> {
    let known =
        [(TICKET, format!("\"{}\"", beside.ticket)), (KEY, format!("\"{}/", beside.ticket))];
    let mut marked = Vec::with_capacity(512);
    for (place, part) in parts.into_iter().enumerate() {
        if place > 0 {
            marked.push(PART);
        }
        // JSON has no control characters, and is never empty.
        if part.is_some_and(|text| text.is_empty() || text.bytes().any(|byte| byte < b' ')) {
            return None;
        }
        let mut rest = part.unwrap_or_default();
        while let Some((before, _)) = rest.split_once('"') {
            let (before, quoted) = rest.split_at(before.len());
            marked.extend(before.as_bytes());
            let length = quoted_mark(&mut marked, quoted, &known, beside.at);
            rest = quoted.get(length..)?;
        }
        marked.extend(rest.as_bytes());
    }
    Some(marked)
}

/// Writes what a text begins with, which is a quote: how much of the text that is.
fn quoted_mark(marked: &mut Vec<u8>, text: &str, known: &[(u8, String); 2], at: Instant) -> usize {
    if let Some((mark, known)) = known.iter().find(|(_, known)| text.starts_with(known.as_str())) {
        marked.push(*mark);
        return known.len();
    }
    if let Some((digits, due)) = due(text) {
        marked.push(DUE);
        write_number(marked, due.wrapping_sub(at));
        return digits;
    }
    for length in [20, 24] {
        if let Some(instant) = quoted(text, length).and_then(instant) {
            marked.push(INSTANT);
            write_number(marked, instant.wrapping_sub(at));
            return length.saturating_add(2);
        }
    }
    if let Some(digits) = quoted(text, 36).and_then(uuid) {
        marked.push(UUID);
        marked.extend(digits);
        return 38;
    }
    marked.push(b'"');
    1
}

const DUE_MEMBER: &str = "\"due\":";

/// The member `due` that a text begins with, if it is a number of 13 digits, and how long it is.
fn due(text: &str) -> Option<(usize, Instant)> {
    let number = text.strip_prefix(DUE_MEMBER)?;
    let digits = number.bytes().take_while(u8::is_ascii_digit).count();
    let is_written = digits == 13 && !number.starts_with('0');
    let due = number.get(..digits)?.parse().ok().filter(|_| is_written)?;
    Some((DUE_MEMBER.len().saturating_add(digits), due))
}

/// What stands in quotes at the beginning of a text, if it has this length.
fn quoted(text: &str, length: usize) -> Option<&str> {
    let (inner, rest) = text.get(1..)?.split_at_checked(length)?;
    rest.starts_with('"').then_some(inner)
}

/// The instant of a text that is written as [`show_rfc3339`] writes it.
fn instant(text: &str) -> Option<Instant> {
    let bytes = text.as_bytes();
    if bytes.get(10) != Some(&b'T') || bytes.last() != Some(&b'Z') {
        return None;
    }
    let number = |from: usize, to: usize| -> Option<u32> {
        let digits = text.get(from..to)?;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
    };
    let is_between = |place: usize, byte: u8| bytes.get(place) == Some(&byte);
    let is_written = is_between(4, b'-')
        && is_between(7, b'-')
        && is_between(13, b':')
        && is_between(16, b':')
        && (bytes.len() == 20 || is_between(19, b'.'));
    let date =
        NaiveDate::from_ymd_opt(i32::try_from(number(0, 4)?).ok()?, number(5, 7)?, number(8, 10)?)?;
    let millis = if bytes.len() == 20 { 0 } else { number(20, 23).filter(|millis| *millis > 0)? };
    let moment: NaiveDateTime =
        date.and_hms_milli_opt(number(11, 13)?, number(14, 16)?, number(17, 19)?, millis)?;
    is_written.then(|| moment.and_utc().timestamp_millis())
}

/// The 16 bytes of an id of 32 lower-case hexadecimal digits in groups of 8, 4, 4, 4 and 12.
fn uuid(text: &str) -> Option<[u8; 16]> {
    let mut bytes = [0; 16];
    let mut digits = 0_usize;
    for (place, byte) in text.bytes().enumerate() {
        if matches!(place, 8 | 13 | 18 | 23) {
            if byte != b'-' {
                return None;
            }
            continue;
        }
        if !matches!(byte, b'0'..=b'9' | b'a'..=b'f') {
            return None;
        }
        let digit = u8::try_from(char::from(byte).to_digit(16)?).ok()?;
        let whole = bytes.get_mut(digits / 2)?;
        *whole = *whole << 4 | digit;
        digits = digits.saturating_add(1);
    }
    (digits == 32).then_some(bytes)
}

/// Writes a number, the nearer to zero the shorter.
fn write_number(to: &mut Vec<u8>, number: i64) {
    let mut rest = (number << 1 ^ number >> 63).cast_unsigned();
    while rest > 0x7f {
        to.push((rest & 0x7f) as u8 | 0x80);
        rest >>= 7;
    }
    to.push(rest as u8);
}

fn read_number(from: &mut std::slice::Iter<'_, u8>) -> Option<i64> {
    let mut number = 0_u64;
    for place in (0..u64::BITS).step_by(7) {
        let byte = *from.next()?;
        number |= u64::from(byte & 0x7f).checked_shl(place)?;
        if byte & 0x80 == 0 {
            return Some((number >> 1).cast_signed() ^ (number & 1).cast_signed().wrapping_neg());
        }
    }
    None
}

/// Reads what [`mark`] wrote.
fn unmark(marked: &[u8], beside: Beside<'_>) -> Option<Parts> {
    let mut parts = Vec::with_capacity(3);
    let mut text = Vec::with_capacity(marked.len().saturating_mul(2));
    let mut rest = marked.iter();
    while let Some(byte) = rest.next() {
        match *byte {
            PART => parts.push(std::mem::take(&mut text)),
            INSTANT => {
                let instant = beside.at.wrapping_add(read_number(&mut rest)?);
                text.extend(format!("\"{}\"", show_rfc3339(instant)).into_bytes());
            }
            DUE => {
                let due = beside.at.wrapping_add(read_number(&mut rest)?);
                text.extend(format!("{DUE_MEMBER}{due}").into_bytes());
            }
            TICKET => text.extend(format!("\"{}\"", beside.ticket).into_bytes()),
            KEY => text.extend(format!("\"{}/", beside.ticket).into_bytes()),
            UUID => {
                let (digits, behind) = rest.as_slice().split_first_chunk::<16>()?;
                rest = behind.iter();
                text.push(b'"');
                for (place, byte) in digits.iter().enumerate() {
                    if matches!(place, 4 | 6 | 8 | 10) {
                        text.push(b'-');
                    }
                    text.extend(format!("{byte:02x}").into_bytes());
                }
                text.push(b'"');
            }
            byte if byte < b' ' => return None,
            byte => text.push(byte),
        }
    }
    parts.push(text);
    let parts: [Vec<u8>; 3] = parts.try_into().ok()?;
    let [row, decision, note] = parts.map(String::from_utf8);
    let some = |text: String| Some(text).filter(|text| !text.is_empty());
    Some([some(row.ok()?), some(decision.ok()?), some(note.ok()?)])
}

#[cfg(test)]
mod tests;
