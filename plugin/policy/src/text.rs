//! Texts in Spanish, Portuguese and English. Each language is one table; a missing text does not
//! compile.

use crate::decision::Reason;
use crate::diagnostic::{Code, Shape};
use crate::instant::{Instant, Span};
use alloc::string::String;
use alloc::vec::Vec;
use chrono::{Datelike, Timelike};
use core::fmt::Write;

mod en;
mod es;
mod pt;

/// A language of the plugin's own texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Spanish.
    Es,
    /// Portuguese.
    Pt,
    /// English.
    En,
}

impl Language {
    /// All languages.
    pub const ALL: [Language; 3] = [Language::Es, Language::Pt, Language::En];

    /// Its BCP 47 code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Language::Es => "es",
            Language::Pt => "pt",
            Language::En => "en",
        }
    }

    /// The language of a BCP 47 tag, if it is supported.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Language> {
        let language = subtags(tag).next()?;
        Self::ALL.into_iter().find(|l| l.code().eq_ignore_ascii_case(language))
    }

    pub(crate) fn from_locale(locale: Option<&str>) -> Option<Language> {
        locale.and_then(Self::from_tag)
    }

    pub(crate) fn words(self) -> &'static Words {
        match self {
            Language::Es => &es::WORDS,
            Language::Pt => &pt::WORDS,
            Language::En => &en::WORDS,
        }
    }
}

/// A text of the policy, in one language or several.
#[derive(Debug, Clone)]
pub(crate) struct Translated {
    entries: Vec<(Option<String>, String)>,
    places: bool,
}

impl Translated {
    pub(crate) fn new(entries: Vec<(Option<String>, String)>) -> Translated {
        let places = entries.iter().any(|(_, text)| text.contains('{'));
        Translated { entries, places }
    }

    /// Whether it contains placeholders.
    pub(crate) fn has_placeholders(&self) -> bool {
        self.places
    }

    /// The text for a locale: the nearest language, otherwise the policy's language, otherwise the
    /// first.
    pub(crate) fn choose(&self, locale: Option<&str>, policy: Language) -> (Option<&str>, &str) {
        let tags = || self.entries.iter().map(|(tag, _)| tag.as_deref().unwrap_or_default());
        let place = locale
            .and_then(|locale| nearest(locale, tags()))
            .or_else(|| nearest(policy.code(), tags()))
            .unwrap_or(0);
        self.entries.get(place).map_or((None, ""), |(tag, text)| (tag.as_deref(), text.as_str()))
    }
}

impl Translated {
    /// The texts of all languages.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|(_, text)| text.as_str())
    }

    /// Whether one of the texts is exact this.
    pub(crate) fn has(&self, text: &str) -> bool {
        self.entries.iter().any(|(_, own)| own.trim() == text)
    }
}

/// The index of the language tag nearest to a locale, among tags of the same language: the one with
/// most subtags in common, then the one with fewest additional ones.
pub(crate) fn nearest<'t>(locale: &str, tags: impl Iterator<Item = &'t str>) -> Option<usize> {
    let mut best: Option<(i32, usize)> = None;
    for (place, tag) in tags.enumerate() {
        if let Some(score) = similarity(tag, locale)
            && best.is_none_or(|(known, _)| score > known)
        {
            best = Some((score, place));
        }
    }
    best.map(|(_, place)| place)
}

/// How well a language tag fits a locale; `None` for another language.
fn similarity(tag: &str, locale: &str) -> Option<i32> {
    let (mut tag, mut locale) = (subtags(tag), subtags(locale));
    if !tag.next()?.eq_ignore_ascii_case(locale.next()?) {
        return None;
    }
    let mut score = 0_i32;
    for part in tag {
        let in_common = locale.clone().any(|said| said.eq_ignore_ascii_case(part));
        let region = |said: &str| said.len() == 2 && !said.eq_ignore_ascii_case("ES");
        score = score.saturating_add(match part {
            _ if in_common => 2,
            // For Mexico, Latin American Spanish is nearer than that of Spain.
            "419" if locale.clone().any(region) => 1,
            _ => -1,
        });
    }
    Some(score)
}

/// The parts of `pt-BR`, `pt_BR` or `pt_BR.UTF-8`.
fn subtags(tag: &str) -> impl Iterator<Item = &str> + Clone {
    let tag = tag.trim();
    let end = tag.bytes().position(|byte| matches!(byte, b'.' | b'@')).unwrap_or(tag.len());
    tag.get(..end).unwrap_or_default().split(['-', '_'])
}

/// The texts of one language; `{0}`, `{1}` … are placeholders for values.
pub(crate) struct Words {
    pub(crate) closed_by_inactivity: &'static str,
    pub(crate) customer_inactivity: &'static str,
    pub(crate) incomplete_metadata_notice: &'static str,
    /// How long.
    pub(crate) company_silent_notice: &'static str,
    pub(crate) closed_as_resolved: &'static str,
    pub(crate) customer_resolved: &'static str,
    /// Instant.
    pub(crate) summary_resolved: &'static str,
    /// Day, hour, minute: of one, of several.
    pub(crate) units: [(&'static str, &'static str); 3],
    pub(crate) and: &'static str,
    /// Rule, close-after, what is counted from, the instant counted from.
    pub(crate) summary_rule: &'static str,
    pub(crate) summary_no_reminder: &'static str,
    /// Number, instant.
    pub(crate) summary_reminders: &'static str,
    /// Instant.
    pub(crate) summary_due: &'static str,
    pub(crate) summary_incomplete: &'static str,
    pub(crate) from_last_agent: &'static str,
    pub(crate) from_first_agent: &'static str,
    pub(crate) from_customer: &'static str,
    /// Number, of how many.
    pub(crate) reminder: &'static str,
    pub(crate) the_close: &'static str,
    /// Step, due since.
    pub(crate) act: &'static str,
    /// What is answered.
    pub(crate) act_reply: &'static str,
    pub(crate) the_resolve: &'static str,
    pub(crate) the_reply: &'static str,
    pub(crate) the_notice: &'static str,
    pub(crate) act_notify: &'static str,
    pub(crate) act_notify_silent: &'static str,
    pub(crate) act_reopen: &'static str,
    pub(crate) act_open_linked: &'static str,
    pub(crate) act_after_close: &'static str,
    /// Until, step.
    pub(crate) wait: &'static str,
    /// Until, step, why (a sentence of its own).
    pub(crate) wait_because: &'static str,
    /// Why (a sentence of its own).
    pub(crate) rest: &'static str,
    /// Rule.
    pub(crate) under_rule: &'static str,
    /// Version.
    pub(crate) under_version: &'static str,
    /// Step, instant.
    pub(crate) deadline: &'static str,
    /// Anchor, what is counted from.
    pub(crate) counted_from: &'static str,
    /// The name that nobody knows.
    pub(crate) unknown_zone: &'static str,
    /// Last reminder, gap.
    pub(crate) promised_gap: &'static str,
    pub(crate) nothing_remembered: &'static str,
    /// Cycle.
    pub(crate) remembered_cycle: &'static str,
    /// Instant.
    pub(crate) remembered_customer: &'static str,
    /// First, latest.
    pub(crate) remembered_agents: &'static str,
    /// Number, instant.
    pub(crate) remembered_reminder: &'static str,
    /// Number, instant.
    pub(crate) remembered_failure: &'static str,
    /// Number, instant.
    pub(crate) remembered_blocked: &'static str,
    /// Instant.
    pub(crate) remembered_typing: &'static str,
    /// Instant.
    pub(crate) remembered_gone: &'static str,
    /// What, from, until.
    pub(crate) remembered_pause: &'static str,
    pub(crate) pause_hold: &'static str,
    pub(crate) pause_snooze: &'static str,
    pub(crate) pause_call: &'static str,
    pub(crate) pause_queue: &'static str,
    pub(crate) pause_extension: &'static str,
    pub(crate) until_further_notice: &'static str,
    pub(crate) remembered_opt_out: &'static str,
    /// Instant.
    pub(crate) remembered_resolved: &'static str,
    /// What, instant.
    pub(crate) remembered_reply: &'static str,
    /// Instant, by whom.
    pub(crate) remembered_close: &'static str,
    /// Instant.
    pub(crate) remembered_reopening: &'static str,
    /// Agent, customer, inactivity, flow, interface, other.
    pub(crate) sources: [&'static str; 6],
    /// The texts of a condition that holds and of one that does not.
    pub(crate) condition: fn(&Reason) -> (&'static str, &'static str),
    /// The name of a shape, and an example.
    pub(crate) shape: fn(Shape) -> (&'static str, &'static str),
    /// The text of a problem, and its help.
    pub(crate) problem: fn(Code) -> (&'static str, &'static str),
}

/// Replaces placeholders with values. Values are not parsed again. Braces around anything but a
/// number are kept.
pub(crate) fn fill(sentence: &str, values: &[&str]) -> String {
    let mut text = String::with_capacity(sentence.len().saturating_add(32));
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let place = after.split_once('}').and_then(|(n, after)| Some((n.parse().ok()?, after)));
        rest = match place {
            Some((n, after)) => {
                let n: usize = n;
                text.push_str(values.get(n).copied().unwrap_or_default());
                after
            }
            None => {
                text.push('{');
                after
            }
        };
    }
    text.push_str(rest);
    text
}

/// An instant as text, at an offset in minutes east of UTC: `2026-03-01 09:10 UTC`.
pub(crate) fn clock(at: Instant, offset_minutes: i32) -> String {
    let mut text = String::new();
    let shifted = at.millis().saturating_add(i64::from(offset_minutes).saturating_mul(60_000));
    let Some(time) = chrono::DateTime::from_timestamp_millis(shifted) else { return text };
    // Writing into a `String` cannot fail.
    let _ = write!(
        text,
        "{:04}-{:02}-{:02} {:02}:{:02}",
        time.year(),
        time.month(),
        time.day(),
        time.hour(),
        time.minute()
    );
    let millis = time.timestamp_subsec_millis();
    if time.second() != 0 || millis != 0 {
        let _ = write!(text, ":{:02}", time.second());
    }
    if millis != 0 {
        let _ = write!(text, ".{millis:03}");
    }
    text.push_str(" UTC");
    if offset_minutes != 0 {
        let sign = if offset_minutes < 0 { '-' } else { '+' };
        let distance = chrono::TimeDelta::minutes(i64::from(offset_minutes).abs());
        let minutes = distance.num_minutes().checked_rem(60).unwrap_or(0);
        let _ = write!(text, "{sign}{:02}:{minutes:02}", distance.num_hours());
    }
    text
}

/// A span for customers: `2 días y 3 horas`, `1 hora y 30 minutos`, `5 minutos`. Only the two
/// largest units are used, truncated, so that never more time is promised than is left.
pub(crate) fn spoken_span(span: Span, language: Language) -> String {
    let words = language.words();
    let minutes = span.millis().checked_div(60_000).unwrap_or(0).max(1);
    let parts = [
        minutes.checked_div(1_440).unwrap_or(0),
        minutes.checked_rem(1_440).and_then(|m| m.checked_div(60)).unwrap_or(0),
        minutes.checked_rem(60).unwrap_or(0),
    ];
    let mut text = String::new();
    let mut said = 0_u8;
    for (place, (n, (one, several))) in parts.into_iter().zip(words.units).enumerate() {
        // Minutes are omitted from a day on.
        if n == 0 || said == 2 || (place == 2 && parts.first().is_some_and(|days| *days > 0)) {
            continue;
        }
        if said > 0 {
            text.push_str(words.and);
        }
        said = said.saturating_add(1);
        let _ = write!(text, "{n} {}", if n == 1 { one } else { several });
    }
    text
}

/// A span as text: `1 h 30 min`, `2 d`. The units are those of a config in all languages.
#[must_use]
pub fn span(span: Span) -> String {
    span_in(span, false)
}

/// The same; open time is given in hours, because a schedule's days have fewer than 24.
#[must_use]
pub(crate) fn span_in(span: Span, open_time: bool) -> String {
    let mut text = String::new();
    let mut rest = span.millis();
    let units = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1_000, "s"), (1, "ms")];
    for (unit, name) in units.into_iter().skip(usize::from(open_time)) {
        let n = rest.checked_div(unit).unwrap_or(0);
        rest = rest.checked_rem(unit).unwrap_or(0);
        if n > 0 {
            let gap = if text.is_empty() { "" } else { " " };
            let _ = write!(text, "{gap}{n} {name}");
        }
    }
    if text.is_empty() { "0 s".into() } else { text }
}
