//! The problems that a config can have, and their texts.

use crate::text::{Language, fill};
use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

/// One problem of a config.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The kind of problem.
    pub code: Code,
    /// The place, as a JSON Pointer (RFC 6901).
    pub place: String,
    pub(crate) values: Vec<Value>,
}

/// A value in the text of a problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    /// The same in every language.
    Plain(String),
    /// The name of a shape.
    Shape(Shape),
    /// An example of a shape.
    Example(Shape),
}

/// The form of a value in a config.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Object,
    List,
    Text,
    Switch,
    /// A text, or an object with a text per language.
    Texts,
    /// `"any"`, or a list of names.
    Departments,
    /// An object, or `false`.
    ObjectOrOff,
    /// A whole number.
    Count,
    /// A date, or an object with a date and its openings.
    Date,
}

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The policy is refused.
    Error,
    /// The policy is accepted.
    Warning,
}

/// The kinds of problems.
#[expect(missing_docs, reason = "each is described by its sentence in `text`")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    NotJson,
    EndsTooEarly,
    TooLarge,
    TooDeep,
    WrongType,
    UnknownKey,
    UnknownKeyNear,
    DuplicateKey,
    MissingKey,
    UnknownWord,
    BadDuration,
    NotPositive,
    BelowResolution,
    Over90Days,
    BadTime,
    RemindersNotLessThanClose,
    ReminderOutOfOrder,
    ReminderTime,
    BeforeCloseWithoutClose,
    EmptyText,
    BadLanguage,
    NoDepartments,
    EmptyName,
    DepartmentTwice,
    DepartmentTwiceSpelled,
    NameTwice,
    TwoAny,
    UnknownDepartment,
    UnknownDepartmentNear,
    TooMany,
    GraceOverLimit,
    ExitNotLinked,
    ExitNotSupported,
    ChannelShutDown,
    NoEffect,
    NoRules,
    UnknownPlaceholder,
    UnknownPlaceholderNear,
    BadPlaceholder,
    PlaceholderWithoutFallback,
    TimeLeftWithoutClose,
    TextOverLimit,
    TextOverLimitBeside,
    TextOverBytes,
    CanBeEmpty,
    ParameterLayout,
    BadZone,
    BadZoneNear,
    BadWeekday,
    BadOpening,
    OpeningReversed,
    OpeningOverlaps,
    BadDate,
    HolidayTwice,
    HolidaysWithoutOpenings,
    CalendarNeverOpens,
    UnknownSchedule,
    UnknownSendingWindow,
    BadCount,
    BadUrl,
    NotOnThisChannel,
    QuickReplyTwice,
    QuickReplyTitleTwice,
    TimeWithoutUse,
    OutsideChannelWindow,
    ExtendsBeyondChannelWindow,
    NeverCloses,
    NeverClosesOn,
    ClosesForAMinute,
    NeedsSchedule,
    EmptyList,
    RuleUnreachable,
    RuleOfExemptTags,
    RuleOfOtherChannel,
    RulesOverlap,
    TooManyConditionalRules,
    TooManyProblems,
}

impl Code {
    /// All codes.
    pub const ALL: [Code; 77] = [
        Code::NotJson,
        Code::EndsTooEarly,
        Code::TooLarge,
        Code::TooDeep,
        Code::WrongType,
        Code::UnknownKey,
        Code::UnknownKeyNear,
        Code::DuplicateKey,
        Code::MissingKey,
        Code::UnknownWord,
        Code::BadDuration,
        Code::NotPositive,
        Code::BelowResolution,
        Code::Over90Days,
        Code::BadTime,
        Code::RemindersNotLessThanClose,
        Code::ReminderOutOfOrder,
        Code::ReminderTime,
        Code::BeforeCloseWithoutClose,
        Code::EmptyText,
        Code::BadLanguage,
        Code::NoDepartments,
        Code::EmptyName,
        Code::DepartmentTwice,
        Code::DepartmentTwiceSpelled,
        Code::NameTwice,
        Code::TwoAny,
        Code::UnknownDepartment,
        Code::UnknownDepartmentNear,
        Code::TooMany,
        Code::GraceOverLimit,
        Code::ExitNotLinked,
        Code::ExitNotSupported,
        Code::ChannelShutDown,
        Code::NoEffect,
        Code::NoRules,
        Code::UnknownPlaceholder,
        Code::UnknownPlaceholderNear,
        Code::BadPlaceholder,
        Code::PlaceholderWithoutFallback,
        Code::TimeLeftWithoutClose,
        Code::TextOverLimit,
        Code::TextOverLimitBeside,
        Code::TextOverBytes,
        Code::CanBeEmpty,
        Code::ParameterLayout,
        Code::BadZone,
        Code::BadZoneNear,
        Code::BadWeekday,
        Code::BadOpening,
        Code::OpeningReversed,
        Code::OpeningOverlaps,
        Code::BadDate,
        Code::HolidayTwice,
        Code::HolidaysWithoutOpenings,
        Code::CalendarNeverOpens,
        Code::UnknownSchedule,
        Code::UnknownSendingWindow,
        Code::BadCount,
        Code::BadUrl,
        Code::NotOnThisChannel,
        Code::QuickReplyTwice,
        Code::QuickReplyTitleTwice,
        Code::TimeWithoutUse,
        Code::OutsideChannelWindow,
        Code::ExtendsBeyondChannelWindow,
        Code::NeverCloses,
        Code::NeverClosesOn,
        Code::ClosesForAMinute,
        Code::NeedsSchedule,
        Code::EmptyList,
        Code::RuleUnreachable,
        Code::RuleOfExemptTags,
        Code::RuleOfOtherChannel,
        Code::RulesOverlap,
        Code::TooManyConditionalRules,
        Code::TooManyProblems,
    ];

    /// The stable kebab-case name. Problems that differ only in their help share one.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Code::NotJson | Code::EndsTooEarly => "not-json",
            Code::TooLarge => "too-large",
            Code::TooDeep => "too-deep",
            Code::WrongType => "wrong-type",
            Code::UnknownKey | Code::UnknownKeyNear => "unknown-key",
            Code::DuplicateKey => "duplicate-key",
            Code::MissingKey => "missing-key",
            Code::UnknownWord => "unknown-word",
            Code::BadDuration => "bad-duration",
            Code::NotPositive => "time-not-positive",
            Code::BelowResolution => "time-below-resolution",
            Code::Over90Days => "time-over-90-days",
            Code::BadTime => "bad-time",
            Code::RemindersNotLessThanClose => "reminders-not-less-than-close",
            Code::ReminderOutOfOrder => "reminder-out-of-order",
            Code::ReminderTime => "reminder-time",
            Code::BeforeCloseWithoutClose => "before-close-without-close",
            Code::EmptyText | Code::CanBeEmpty => "empty-text",
            Code::BadLanguage => "bad-language",
            Code::NoDepartments => "no-departments",
            Code::EmptyName => "empty-name",
            Code::DepartmentTwice | Code::DepartmentTwiceSpelled => "department-twice",
            Code::NameTwice => "name-twice",
            Code::TwoAny => "two-any-rules",
            Code::UnknownDepartment | Code::UnknownDepartmentNear => "unknown-department",
            Code::TooMany | Code::TooManyConditionalRules => "too-many",
            Code::GraceOverLimit => "grace-over-limit",
            Code::ExitNotLinked => "inactivity-exit-not-linked",
            Code::ExitNotSupported => "inactivity-exit-not-supported",
            Code::ChannelShutDown => "channel-shut-down",
            Code::NoEffect => "rule-without-effect",
            Code::NoRules => "no-rules",
            Code::UnknownPlaceholder | Code::UnknownPlaceholderNear => "unknown-placeholder",
            Code::BadPlaceholder => "bad-placeholder",
            Code::PlaceholderWithoutFallback => "placeholder-without-fallback",
            Code::TimeLeftWithoutClose => "time-left-without-close",
            Code::TextOverLimit | Code::TextOverLimitBeside | Code::TextOverBytes => {
                "text-over-limit"
            }
            Code::ParameterLayout => "parameter-layout",
            Code::BadZone | Code::BadZoneNear => "bad-time-zone",
            Code::BadWeekday => "bad-weekday",
            Code::BadOpening => "bad-opening",
            Code::OpeningReversed => "opening-reversed",
            Code::OpeningOverlaps => "opening-overlaps",
            Code::BadDate => "bad-date",
            Code::HolidayTwice => "holiday-twice",
            Code::HolidaysWithoutOpenings => "holidays-without-openings",
            Code::CalendarNeverOpens => "calendar-never-opens",
            Code::UnknownSchedule => "unknown-schedule",
            Code::UnknownSendingWindow => "unknown-sending-window",
            Code::BadCount => "bad-count",
            Code::BadUrl => "bad-url",
            Code::NotOnThisChannel => "not-on-this-channel",
            Code::QuickReplyTwice | Code::QuickReplyTitleTwice => "quick-reply-twice",
            Code::TimeWithoutUse => "time-without-use",
            Code::OutsideChannelWindow | Code::ExtendsBeyondChannelWindow => {
                "outside-channel-window"
            }
            Code::NeverCloses | Code::NeverClosesOn => "rule-never-closes",
            Code::ClosesForAMinute => "closes-for-a-minute",
            Code::NeedsSchedule => "needs-schedule",
            Code::EmptyList => "empty-list",
            Code::RuleUnreachable | Code::RuleOfExemptTags | Code::RuleOfOtherChannel => {
                "rule-unreachable"
            }
            Code::RulesOverlap => "rules-overlap",
            Code::TooManyProblems => "too-many-problems",
        }
    }

    /// How bad it is (docs/rules.md#all-problems).
    #[must_use]
    pub const fn severity(self) -> Severity {
        match self {
            Code::NoEffect
            | Code::NoRules
            | Code::NameTwice
            | Code::PlaceholderWithoutFallback
            | Code::NotOnThisChannel
            | Code::OutsideChannelWindow
            | Code::ExtendsBeyondChannelWindow
            | Code::NeverCloses
            | Code::NeverClosesOn
            | Code::ClosesForAMinute
            | Code::RuleUnreachable
            | Code::RuleOfExemptTags
            | Code::RuleOfOtherChannel
            | Code::RulesOverlap
            // Warnings never refuse a policy, however many there are.
            | Code::TooManyProblems => Severity::Warning,
            _ => Severity::Error,
        }
    }
}

impl Diagnostic {
    pub(crate) fn new(code: Code, place: impl Into<String>, values: Vec<Value>) -> Diagnostic {
        Diagnostic { code, place: place.into(), values }
    }

    /// Bytes that it keeps.
    pub(crate) fn bytes(&self) -> usize {
        let values = self.values.iter().map(|value| match value {
            Value::Plain(text) => text.len(),
            Value::Shape(_) | Value::Example(_) => 0,
        });
        values.fold(self.place.len(), usize::saturating_add)
    }

    /// The problem as text.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        self.localize((language.words().problem)(self.code).0, language)
    }

    /// How to fix it, as text.
    #[must_use]
    pub fn help(&self, language: Language) -> String {
        self.localize((language.words().problem)(self.code).1, language)
    }

    fn localize(&self, sentence: &str, language: Language) -> String {
        let words = language.words();
        let said = |value: &Value| match value {
            Value::Plain(text) => text.clone(),
            Value::Shape(shape) => (words.shape)(*shape).0.to_owned(),
            Value::Example(shape) => (words.shape)(*shape).1.to_owned(),
        };
        let values: Vec<String> = self.values.iter().map(said).collect();
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        fill(sentence, &values)
    }
}

/// How many pairs of letters may still be compared to find suggestions. Without a limit, a policy
/// with a thousand departments and a hundred misspelt names would take too long.
#[derive(Debug)]
pub(crate) struct Search(usize);

impl Default for Search {
    fn default() -> Search {
        Search(600_000)
    }
}

impl Search {
    /// The candidate that was probably meant: at most a third of its letters differ.
    pub(crate) fn nearest<'a>(
        &mut self,
        word: &str,
        candidates: impl IntoIterator<Item = &'a str>,
    ) -> Option<&'a str> {
        let length = word.chars().count();
        let limit = length.div_ceil(3).max(1);
        candidates
            .into_iter()
            .filter_map(|candidate| {
                let other = candidate.chars().count();
                if other.abs_diff(length) > limit {
                    return None;
                }
                self.0 = self.0.checked_sub(length.saturating_mul(other))?;
                Some((distance(word, candidate), candidate))
            })
            .filter(|(distance, _)| *distance <= limit)
            .min_by_key(|(distance, _)| *distance)
            .map(|(_, candidate)| candidate)
    }
}

/// The number of letters to insert, remove or change, ignoring case (Levenshtein distance).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().map(lower_case).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().map(lower_case).enumerate() {
        let mut diagonal = i;
        let mut left = i.saturating_add(1);
        for (to, above) in b.iter().zip(row.iter_mut().skip(1)) {
            let change = diagonal.saturating_add(usize::from(from != *to));
            diagonal = *above;
            left = change.min(above.saturating_add(1)).min(left.saturating_add(1));
            *above = left;
        }
        if let Some(first) = row.first_mut() {
            *first = i.saturating_add(1);
        }
    }
    row.last().copied().unwrap_or(0)
}

/// Lower case for the letters of English, Spanish and Portuguese. The table for all scripts has
/// twelve kilobytes, and only suggestions depend on it.
pub(crate) fn lower_case(letter: char) -> char {
    match letter {
        '×' => letter,
        'A'..='Z' | 'À'..='Þ' => char::from_u32(u32::from(letter) | 0x20).unwrap_or(letter),
        _ => letter,
    }
}
