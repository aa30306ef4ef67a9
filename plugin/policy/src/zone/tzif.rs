//! The format in which time zones are published, TZif (RFC 9636).

use super::{FAR_SECONDS, OffsetInterval};
use chrono::NaiveDate;

/// The data of a zone: a list of past transitions, then a rule for every year after the last.
#[derive(Clone, Copy)]
pub(super) struct Table {
    /// The transitions, in seconds.
    times: &'static [[u8; 8]],
    /// For each of `times`, the index into `kinds`.
    changes: &'static [u8],
    /// The first four bytes are the seconds east of UTC.
    kinds: &'static [[u8; 6]],
    /// The rule after the last of `times`.
    rule: Option<Yearly>,
}

/// The footer of a TZif file: one offset, or two that alternate every year.
#[derive(Clone, Copy)]
pub(super) struct Yearly {
    standard: i64,
    summer: Option<Summer>,
}

#[derive(Clone, Copy)]
struct Summer {
    offset: i64,
    begins: Change,
    ends: Change,
}

/// When the clocks change in a year, in seconds of the local time before the change.
#[derive(Clone, Copy)]
struct Change {
    day: DayOfYear,
    seconds: i64,
}

#[derive(Clone, Copy)]
enum DayOfYear {
    /// Month, week (5 is the last), and weekday from Sunday.
    Weekday(u32, i64, i64),
    /// From 1, in years that all have 365 days.
    Common(i64),
    /// From 0, including 29 February.
    Ordinal(i64),
}

impl Table {
    /// Parses a TZif file of version 2 or later.
    pub(super) fn read(mut data: &'static [u8]) -> Option<Table> {
        // The data of version 1, which ends in 2038, comes first.
        let (_, old) = header(&mut data)?;
        let [leap, times, kinds, letters, flags] = old;
        let skip = [times.checked_mul(5)?, kinds.checked_mul(6)?, letters, leap.checked_mul(8)?];
        data.split_off(..skip.into_iter().try_fold(flags, usize::checked_add)?)?;
        let (version, [leap, times, kinds, letters, flags]) = header(&mut data)?;
        if version < b'2' || leap != 0 {
            return None;
        }
        let (times, _) = data.split_off(..times.checked_mul(8)?)?.as_chunks();
        let changes = data.split_off(..times.len())?;
        let (kinds, _) = data.split_off(..kinds.checked_mul(6)?)?.as_chunks();
        data.split_off(..letters.checked_add(flags)?)?;
        let footer = data.strip_prefix(b"\n")?.strip_suffix(b"\n")?;
        let rule = if footer.is_empty() { None } else { Some(Yearly::read(footer)?) };
        Some(Table { times, changes, kinds, rule })
    }

    pub(super) fn interval(&self, at: i64) -> OffsetInterval {
        let time = |bytes: &[u8; 8]| i64::from_be_bytes(*bytes);
        let last = self.times.last().map_or(FAR_SECONDS.saturating_neg(), time);
        if let Some(rule) = self.rule.as_ref().filter(|_| last <= at) {
            let (offset, from, until) = rule.interval(at);
            return OffsetInterval::of_seconds(offset, from.max(last), until);
        }
        let past = self.times.partition_point(|t| time(t) <= at);
        let before = past.checked_sub(1);
        let from =
            before.and_then(|n| self.times.get(n)).map_or(FAR_SECONDS.saturating_neg(), time);
        let kind = before.and_then(|n| self.changes.get(n)).map_or(0, |k| usize::from(*k));
        let offset = match self.kinds.get(kind) {
            Some([a, b, c, d, ..]) => i32::from_be_bytes([*a, *b, *c, *d]),
            None => 0,
        };
        OffsetInterval::of_seconds(
            i64::from(offset),
            from,
            self.times.get(past).map_or(FAR_SECONDS, time),
        )
    }
}

/// The version and counts of a TZif header: leap seconds, transitions, kinds, bytes of
/// abbreviations, and indicators that do not matter here.
fn header(data: &mut &'static [u8]) -> Option<(u8, [usize; 5])> {
    let (head, rest) = data.split_first_chunk::<44>()?;
    *data = rest;
    let [b'T', b'Z', b'i', b'f', version, ..] = *head else { return None };
    let (counts, _) = head.split_last_chunk::<24>().map(|(_, c)| c)?.as_chunks::<4>();
    let mut counts = counts.iter().map(|c| usize::try_from(u32::from_be_bytes(*c)).ok());
    let mut next = || counts.next().flatten();
    let flags = next()?.checked_add(next()?)?;
    Some((version, [next()?, next()?, next()?, next()?, flags]))
}

impl Yearly {
    /// Parses a rule such as `CET-1CEST,M3.5.0,M10.5.0/3`.
    pub(super) fn read(mut text: &[u8]) -> Option<Yearly> {
        let text = &mut text;
        abbreviation(text)?;
        let standard = clock_time(text)?.saturating_neg();
        if text.is_empty() {
            return Some(Yearly { standard, summer: None });
        }
        abbreviation(text)?;
        let offset = match text.first()? {
            b',' => standard.saturating_add(3600),
            _ => clock_time(text)?.saturating_neg(),
        };
        let (begins, ends) = (Change::read(text)?, Change::read(text)?);
        text.is_empty()
            .then_some(Yearly { standard, summer: Some(Summer { offset, begins, ends }) })
    }

    /// The offset at a second, and the interval in which it applies.
    pub(super) fn interval(&self, at: i64) -> (i64, i64, i64) {
        let mut found = (self.standard, FAR_SECONDS.saturating_neg(), FAR_SECONDS);
        let Some(summer) = self.summer else { return found };
        // There are 146,097 days in 400 years. Near the turn of a year the result may be off by
        // one.
        let years = at.div_euclid(86_400).saturating_mul(400).div_euclid(146_097);
        let mut year = i32::try_from(years.saturating_add(1970)).unwrap_or(9999);
        let mut changes = summer.changes(year, self.standard);
        for _ in 0..2 {
            if changes.iter().all(|(second, _)| *second > at) {
                year = year.saturating_sub(1);
                changes = summer.changes(year, self.standard);
            }
        }
        for _ in 0..3 {
            for (second, offset) in changes {
                if second > at {
                    found.2 = second;
                    return found;
                }
                found = (offset, second, FAR_SECONDS);
            }
            year = year.saturating_add(1);
            changes = summer.changes(year, self.standard);
        }
        found
    }
}

impl Summer {
    /// The seconds of a year at which the clocks change, in order, with the new offsets.
    fn changes(&self, year: i32, standard: i64) -> [(i64, i64); 2] {
        let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default();
        let (first, leap) = (i64::from(first.to_epoch_days()), first.leap_year());
        let begins = (self.begins.second(first, leap, standard), self.offset);
        let ends = (self.ends.second(first, leap, self.offset), standard);
        // In the southern hemisphere summer time ends first.
        if ends.0 < begins.0 { [ends, begins] } else { [begins, ends] }
    }
}

impl Change {
    /// Parses `,M3.5.0/2`, `,J60/2` or `,59/2`, each with or without its time.
    fn read(text: &mut &[u8]) -> Option<Change> {
        skip(text, b',')?;
        let day = match text.first()? {
            b'M' => {
                skip(text, b'M')?;
                let month = u32::try_from(number(text)?).ok()?;
                skip(text, b'.')?;
                let week = number(text)?;
                skip(text, b'.')?;
                DayOfYear::Weekday(month, week, number(text)?)
            }
            b'J' => {
                skip(text, b'J')?;
                DayOfYear::Common(number(text)?)
            }
            _ => DayOfYear::Ordinal(number(text)?),
        };
        let seconds = match skip(text, b'/') {
            Some(()) => clock_time(text)?,
            None => 2 * 3600,
        };
        Some(Change { day, seconds })
    }

    /// The second of the change in the year that begins on day `first`; `offset` applies before it.
    fn second(&self, first: i64, leap: bool, offset: i64) -> i64 {
        let leap_day = i64::from(leap);
        let day = match self.day {
            DayOfYear::Weekday(month, week, weekday) => {
                let month = usize::try_from(month).unwrap_or(0);
                let days_before = |month: usize| {
                    let days = DAYS_BEFORE.get(month).copied().unwrap_or(0);
                    days.saturating_add(if month > 2 { leap_day } else { 0 }).saturating_add(first)
                };
                let (begin, end) = (days_before(month), days_before(month.saturating_add(1)));
                // 1970-01-01 was a Thursday, day 4 counted from Sunday.
                let days = weekday.saturating_sub(begin.saturating_add(4)).rem_euclid(7);
                let weeks = week.saturating_sub(1).saturating_mul(7);
                let day = begin.saturating_add(days).saturating_add(weeks);
                // A month has at least 28 days, so only a fifth week can be outside.
                if day < end { day } else { day.saturating_sub(7) }
            }
            DayOfYear::Common(n) => {
                let passed = if n < 60 { 0 } else { leap_day };
                first.saturating_add(n).saturating_sub(1).saturating_add(passed)
            }
            DayOfYear::Ordinal(n) => first.saturating_add(n),
        };
        day.saturating_mul(86_400).saturating_add(self.seconds).saturating_sub(offset)
    }
}

/// The days of a year before each month, from number 1 on, and those of the whole year.
const DAYS_BEFORE: [i64; 14] = [0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365];

fn skip(text: &mut &[u8], byte: u8) -> Option<()> {
    *text = text.strip_prefix(&[byte])?;
    Some(())
}

/// Skips a name such as `CET` or `<+0330>`.
fn abbreviation(text: &mut &[u8]) -> Option<()> {
    let quoted = text.starts_with(b"<");
    let end = text.iter().position(|b| if quoted { *b == b'>' } else { !b.is_ascii_alphabetic() });
    let end = end.unwrap_or(text.len());
    text.split_off(..end.checked_add(usize::from(quoted))?)?;
    (end > 0).then_some(())
}

fn number(text: &mut &[u8]) -> Option<i64> {
    let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
    let digits = text.split_off(..digits)?;
    let value = |n: i64, b: &u8| n.saturating_mul(10).saturating_add(i64::from(b & 15));
    (!digits.is_empty() && digits.len() < 5).then(|| digits.iter().fold(0, value))
}

/// Parses `[+|-]hh[:mm[:ss]]`, in seconds.
fn clock_time(text: &mut &[u8]) -> Option<i64> {
    let negative = skip(text, b'-').is_some();
    if !negative {
        let _ = skip(text, b'+');
    }
    let mut seconds = number(text)?.saturating_mul(3600);
    for unit in [60, 1] {
        if skip(text, b':').is_none() {
            break;
        }
        seconds = seconds.saturating_add(number(text)?.saturating_mul(unit));
    }
    Some(if negative { seconds.saturating_neg() } else { seconds })
}
