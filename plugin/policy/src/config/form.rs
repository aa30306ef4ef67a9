//! The grammar of a config as tables: the keys of each object, and the kind of value of each key.
//!
//! The parser and the JSON Schema for editors take keys and words from these tables, so nothing
//! else can be written or read.

use super::hours::{CALENDARS_MAX, DAYS_APART_MAX, HOLIDAYS_MAX, MESSAGE_LIMIT_MAX};
use super::message::{QUICK_REPLIES_MAX, TEMPLATE_LANGUAGES_MAX, TEMPLATE_PARAMETERS_MAX};
use super::replies::{REPLY_PARTS_MAX, TEAMS_MAX};
use super::{REMINDERS_MAX, RETRIES_MAX, RULES_MAX, words};

pub use super::hours::{DAYS, OPENINGS_PER_DAY_MAX};
pub use super::place::{NAMES_MAX, TEXT_BYTES_MAX};

/// The channels; case does not matter.
pub const CHANNELS: &[&str] = &words::CHANNEL_WORDS;

/// An object of the config.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form {
    /// Its name in listings.
    pub name: &'static str,
    /// Its keys.
    pub keys: &'static [Key],
}

/// A key of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// Its name in the config.
    pub name: &'static str,
    /// The kind of value.
    pub kind: Kind,
    /// Whether it is required.
    pub required: bool,
}

/// The kind of value of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `true` or `false`.
    Switch,
    /// Any text, including an empty one.
    Text,
    /// A text that is not empty.
    Filled,
    /// A text, or an object with a text per language; with placeholders.
    Texts,
    /// A duration, such as `15 min`.
    Duration,
    /// An instant, as RFC 3339.
    Instant,
    /// A whole number from 1 to this maximum.
    Count(u32),
    /// The IANA name of a time zone.
    Zone,
    /// The address of an image.
    Url,
    /// A language tag, or a list of at most this many.
    Languages(usize),
    /// A list of names.
    Names,
    /// A list of at most this many texts; with placeholders.
    TextList(usize),
    /// `"any"`, or a list of departments.
    Departments,
    /// A list of at most this many entries: dates, or objects with a date and its openings.
    Holidays(usize),
    /// A date, or a yearly day.
    Date,
    /// An opening such as `09:00-18:00`, or a list of them.
    Openings,
    /// Openings by day of the week.
    Week,
    /// One of these words.
    Words(&'static [&'static str]),
    /// A list of these words.
    WordList(&'static [&'static str]),
    /// An object.
    Object(&'static Form),
    /// An object, or one of these words.
    ObjectOrWords(&'static Form, &'static [&'static str]),
    /// An object, or `false`.
    ObjectOrOff(&'static Form),
    /// A name that the policy defines, or `false`.
    NameOrOff,
    /// A name that the policy defines.
    Name,
    /// A list of at most this many objects.
    List(&'static Form, usize),
    /// An object that maps names to at most this many objects.
    Named(&'static Form, usize),
    /// An object with a key for each of these words.
    Keyed(&'static [&'static str], &'static Form),
}

impl Form {
    /// The names of its keys.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + Clone {
        self.keys.iter().map(|key| key.name)
    }
}

const fn key(name: &'static str, kind: Kind) -> Key {
    Key { name, kind, required: false }
}

const fn required(name: &'static str, kind: Kind) -> Key {
    Key { name, kind, required: true }
}

/// The whole config.
pub const POLICY: Form = Form {
    name: "policy",
    keys: &[
        key("version", Kind::Text),
        key("enabled", Kind::Switch),
        key("language", Kind::Words(&words::LANGUAGE_WORDS)),
        key("channel", Kind::Words(&words::CHANNEL_WORDS)),
        key("zone", Kind::Zone),
        key("company", Kind::Filled),
        key("activation", Kind::Object(&ACTIVATION)),
        key("exempt-tags", Kind::Names),
        key("groups", Kind::Words(&words::GROUPS_WORDS)),
        key("opt-out-words", Kind::Names),
        key("budget", Kind::Object(&BUDGET)),
        key("schedules", Kind::Named(&SCHEDULE, CALENDARS_MAX)),
        key("sending-windows", Kind::Named(&SENDING_WINDOW, CALENDARS_MAX)),
        key("defaults", Kind::Object(&DEFAULTS)),
        required("rules", Kind::List(&RULE, RULES_MAX)),
        key("replies", Kind::List(&TEAM, TEAMS_MAX)),
    ],
};

/// `activation`.
pub const ACTIVATION: Form = Form {
    name: "activation",
    keys: &[
        required("from", Kind::Instant),
        key("backlog", Kind::Words(&words::BACKLOG_WORDS)),
        key("within", Kind::Duration),
    ],
};

/// `budget`.
pub const BUDGET: Form = Form {
    name: "budget",
    keys: &[
        key("per-day", Kind::Count(MESSAGE_LIMIT_MAX)),
        key("per-week", Kind::Count(MESSAGE_LIMIT_MAX)),
        key("days-apart", Kind::Count(DAYS_APART_MAX)),
    ],
};

/// An entry of `schedules`.
pub const SCHEDULE: Form = Form {
    name: "schedule",
    keys: &[
        key("zone", Kind::Zone),
        required("open", Kind::Week),
        key("holidays", Kind::Holidays(HOLIDAYS_MAX)),
    ],
};

/// An entry of `holidays` with its own openings.
pub const HOLIDAY: Form = Form {
    name: "holiday",
    keys: &[required("date", Kind::Date), required("open", Kind::Openings)],
};

/// An entry of `sending-windows`.
pub const SENDING_WINDOW: Form = Form {
    name: "sending-window",
    keys: &[
        key("zone", Kind::Zone),
        key("open", Kind::Week),
        key("holidays", Kind::Holidays(HOLIDAYS_MAX)),
        key("per-day", Kind::Count(MESSAGE_LIMIT_MAX)),
        key("per-week", Kind::Count(MESSAGE_LIMIT_MAX)),
        key("days-apart", Kind::Count(DAYS_APART_MAX)),
        key("close", Kind::Words(&words::OUTSIDE_HOURS_WORDS)),
    ],
};

/// The keys that a rule and the policy's `defaults` share.
macro_rules! options {
    ($($own:expr,)*) => {
        &[
            $($own,)*
            key("count-from", Kind::Words(&words::COUNT_FROM_WORDS)),
            key("catch-up", Kind::Words(&words::CATCH_UP_WORDS)),
            key(
                "on-failed-reminder",
                Kind::ObjectOrWords(&ON_FAILED_REMINDER, &words::AFTER_FAILURE_WORDS),
            ),
            key("only-after-agent", Kind::Switch),
            key("ai-agent-counts", Kind::Switch),
            key("reactions-count", Kind::Switch),
            key("snooze", Kind::Words(&words::SNOOZE_WORDS)),
            key("snooze-ends-on-reply", Kind::Switch),
            key("after-reopening", Kind::Words(&words::AFTER_REOPENING_WORDS)),
            key("typing", Kind::ObjectOrOff(&TYPING)),
            key("late-reply", Kind::Duration),
            key("late-reply-time", Kind::Words(&words::LATE_REPLY_TIME_WORDS)),
            key("guard", Kind::Duration),
            key("business-hours", Kind::NameOrOff),
            key("sending-window", Kind::NameOrOff),
            key("outside-channel-window", Kind::Words(&words::OUTSIDE_WINDOW_WORDS)),
            key("when-left-out", Kind::Words(&words::WHEN_LEFT_OUT_WORDS)),
            key("visitor-left", Kind::ObjectOrOff(&VISITOR_LEFT)),
            key("company-silent", Kind::ObjectOrOff(&COMPANY_SILENT)),
            key("close", Kind::Object(&CLOSE)),
        ]
    };
}

/// `defaults`.
pub const DEFAULTS: Form = Form { name: "defaults", keys: options!() };

/// An entry of `rules`.
pub const RULE: Form = Form {
    name: "rule",
    keys: options!(
        key("name", Kind::Filled),
        required("departments", Kind::Departments),
        key("tags", Kind::Names),
        key("priorities", Kind::Names),
        key("channels", Kind::WordList(&words::CHANNEL_WORDS)),
        key("enabled", Kind::Switch),
        key("close-after", Kind::Duration),
        key("reminders", Kind::List(&REMINDER, REMINDERS_MAX)),
    ),
};

/// An entry of `reminders`.
pub const REMINDER: Form = Form {
    name: "reminder",
    keys: &[
        key("after", Kind::Duration),
        key("before-close", Kind::Duration),
        required("text", Kind::Texts),
        key("image", Kind::Object(&IMAGE)),
        key("quick-replies", Kind::List(&QUICK_REPLY, QUICK_REPLIES_MAX)),
        key("template", Kind::Object(&TEMPLATE)),
    ],
};

/// `image`.
pub const IMAGE: Form = Form {
    name: "image",
    keys: &[required("url", Kind::Url), required("alternative", Kind::Texts)],
};

/// An entry of `quick-replies`.
pub const QUICK_REPLY: Form = Form {
    name: "quick-reply",
    keys: &[
        required("text", Kind::Texts),
        required("effect", Kind::Words(&words::EFFECT_WORDS)),
        key("by", Kind::Duration),
    ],
};

/// `template`.
pub const TEMPLATE: Form = Form {
    name: "template",
    keys: &[
        required("name", Kind::Filled),
        key("language", Kind::Languages(TEMPLATE_LANGUAGES_MAX)),
        key("parameters", Kind::TextList(TEMPLATE_PARAMETERS_MAX)),
    ],
};

/// `on-failed-reminder` as an object.
pub const ON_FAILED_REMINDER: Form = Form {
    name: "on-failed-reminder",
    keys: &[
        key("unreachable", Kind::Words(&words::AFTER_FAILURE_WORDS)),
        key("refused", Kind::Words(&words::AFTER_FAILURE_WORDS)),
        key("retry-after", Kind::Duration),
        key("retries", Kind::Count(RETRIES_MAX)),
    ],
};

/// `typing`.
pub const TYPING: Form =
    Form { name: "typing", keys: &[key("grace", Kind::Duration), key("at-most", Kind::Duration)] };

/// `visitor-left`.
pub const VISITOR_LEFT: Form =
    Form { name: "visitor-left", keys: &[required("close-after", Kind::Duration)] };

/// `company-silent`.
pub const COMPANY_SILENT: Form =
    Form { name: "company-silent", keys: &[required("after", Kind::Duration)] };

/// `close`.
pub const CLOSE: Form = Form {
    name: "close",
    keys: &[
        key("notice", Kind::Texts),
        key("closing-text", Kind::Texts),
        key("closing-template", Kind::Object(&TEMPLATE)),
        key("category", Kind::Texts),
        key("summary", Kind::Texts),
        key("tags", Kind::Names),
        key("incomplete-metadata", Kind::Words(&words::INCOMPLETE_METADATA_WORDS)),
        key("unassign-after", Kind::WordList(&words::SOURCE_WORDS)),
        key("keep-assignment-tags", Kind::Names),
        key("bot-on-after", Kind::WordList(&words::SOURCE_WORDS)),
        key("survey", Kind::Words(&words::SURVEY_WORDS)),
        key("survey-after", Kind::WordList(&words::SOURCE_WORDS)),
        key("survey-again", Kind::Words(&words::SURVEY_AGAIN_WORDS)),
    ],
};

/// An entry of `replies`.
pub const TEAM: Form = Form {
    name: "team",
    keys: &[
        required("departments", Kind::Departments),
        key("enabled", Kind::Switch),
        key("schedule", Kind::Name),
        key("missed-call-ticket", Kind::Switch),
        key("signature", Kind::Words(&words::SIGNATURE_WORDS)),
        required("events", Kind::Keyed(&words::OCCASION_WORDS, &REPLY)),
    ],
};

/// An entry of `events`.
pub const REPLY: Form = Form {
    name: "reply",
    keys: &[
        key("enabled", Kind::Switch),
        required("text", Kind::Texts),
        key("also", Kind::TextList(REPLY_PARTS_MAX)),
        key("signature", Kind::Words(&words::SIGNATURE_WORDS)),
        key("channels", Kind::WordList(&words::CHANNEL_WORDS)),
        key("when", Kind::Words(&words::WHEN_WORDS)),
        key("template", Kind::Object(&TEMPLATE)),
    ],
};
