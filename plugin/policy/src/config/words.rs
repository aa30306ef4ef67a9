//! The words that keys of a config can hold, with their values.

use crate::channel::Channel;
use crate::decision::Survey;
use crate::event::Source;
use crate::policy::OutsideHours;
use crate::replies::{Occasion, Signature, When};
use crate::rule::{
    AfterFailure, AfterReopening, CatchUp, CountFrom, IncompleteMetadata, OutsideWindow, Snooze,
    SurveyAgain, WhenLeftOut,
};
use crate::text::Language;

/// The words of a table, without their values.
#[allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "run by the compiler, which would stop"
)]
const fn of<T, const N: usize>(table: &[(&'static str, T); N]) -> [&'static str; N] {
    let mut words = [""; N];
    let mut n = 0;
    while n < N {
        words[n] = table[n].0;
        n += 1;
    }
    words
}

pub(super) const LANGUAGES: [(&str, Language); 3] =
    [("es", Language::Es), ("pt", Language::Pt), ("en", Language::En)];
pub(super) const LANGUAGE_WORDS: [&str; 3] = of(&LANGUAGES);

/// The channels that an account can be on; `None` for one that no longer exists.
#[allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "run by the compiler, which would stop"
)]
pub(super) const CHANNELS: [(&str, Option<Channel>); Channel::NAMED.len() + 1] = {
    let mut words = [("google-business-messages", None); Channel::NAMED.len() + 1];
    let mut n = 0;
    while n < Channel::NAMED.len() {
        words[n] = (Channel::NAMED[n].0, Some(Channel::NAMED[n].1));
        n += 1;
    }
    words
};
pub(super) const CHANNEL_WORDS: [&str; Channel::NAMED.len()] = of(&Channel::NAMED);

pub(super) const GROUPS: [(&str, bool); 2] = [("exempt", true), ("include", false)];
pub(super) const GROUPS_WORDS: [&str; 2] = of(&GROUPS);

pub(super) const BACKLOG: [(&str, bool); 2] = [("leave", false), ("include", true)];
pub(super) const BACKLOG_WORDS: [&str; 2] = of(&BACKLOG);

pub(super) const OUTSIDE_HOURS: [(&str, OutsideHours); 2] =
    [("silent", OutsideHours::Silent), ("wait", OutsideHours::Wait)];
pub(super) const OUTSIDE_HOURS_WORDS: [&str; 2] = of(&OUTSIDE_HOURS);

pub(super) const COUNT_FROM: [(&str, CountFrom); 3] = [
    ("last-agent-message", CountFrom::LastAgentMessage),
    ("first-unanswered-agent-message", CountFrom::FirstUnansweredAgentMessage),
    ("last-customer-message", CountFrom::LastCustomerMessage),
];
pub(super) const COUNT_FROM_WORDS: [&str; 3] = of(&COUNT_FROM);

pub(super) const CATCH_UP: [(&str, CatchUp); 2] =
    [("in-order", CatchUp::InOrder), ("last-only", CatchUp::LastOnly)];
pub(super) const CATCH_UP_WORDS: [&str; 2] = of(&CATCH_UP);

pub(super) const AFTER_FAILURE: [(&str, AfterFailure); 3] =
    [("stop", AfterFailure::Stop), ("go-on", AfterFailure::GoOn), ("retry", AfterFailure::Retry)];
pub(super) const AFTER_FAILURE_WORDS: [&str; 3] = of(&AFTER_FAILURE);

pub(super) const SNOOZE: [(&str, Snooze); 3] =
    [("pause", Snooze::Pause), ("ignore", Snooze::Ignore), ("start-on-wake", Snooze::StartOnWake)];
pub(super) const SNOOZE_WORDS: [&str; 3] = of(&SNOOZE);

pub(super) const AFTER_REOPENING: [(&str, AfterReopening); 2] = [
    ("on-agent-message", AfterReopening::OnAgentMessage),
    ("on-customer-reply", AfterReopening::OnCustomerReply),
];
pub(super) const AFTER_REOPENING_WORDS: [&str; 2] = of(&AFTER_REOPENING);

/// Whether the time for late replies is calendar time, whatever the rule counts in.
pub(super) const LATE_REPLY_TIME: [(&str, bool); 2] = [("rule", false), ("calendar", true)];
pub(super) const LATE_REPLY_TIME_WORDS: [&str; 2] = of(&LATE_REPLY_TIME);

pub(super) const OUTSIDE_WINDOW: [(&str, OutsideWindow); 3] = [
    ("leave-out", OutsideWindow::LeaveOut),
    ("before-it-ends", OutsideWindow::BeforeItEnds),
    ("internal-note", OutsideWindow::InternalNote),
];
pub(super) const OUTSIDE_WINDOW_WORDS: [&str; 3] = of(&OUTSIDE_WINDOW);

pub(super) const WHEN_LEFT_OUT: [(&str, WhenLeftOut); 2] =
    [("no-close", WhenLeftOut::NoClose), ("silent-close", WhenLeftOut::SilentClose)];
pub(super) const WHEN_LEFT_OUT_WORDS: [&str; 2] = of(&WHEN_LEFT_OUT);

pub(super) const INCOMPLETE_METADATA: [(&str, IncompleteMetadata); 2] = [
    ("ignore", IncompleteMetadata::Ignore),
    ("hold-and-notify", IncompleteMetadata::HoldAndNotify),
];
pub(super) const INCOMPLETE_METADATA_WORDS: [&str; 2] = of(&INCOMPLETE_METADATA);

pub(super) const SURVEY: [(&str, Survey); 3] =
    [("no", Survey::No), ("now", Survey::Now), ("later", Survey::Later)];
pub(super) const SURVEY_WORDS: [&str; 3] = of(&SURVEY);

pub(super) const SURVEY_AGAIN: [(&str, SurveyAgain); 3] = [
    ("after-grace", SurveyAgain::AfterGrace),
    ("always", SurveyAgain::Always),
    ("never", SurveyAgain::Never),
];
pub(super) const SURVEY_AGAIN_WORDS: [&str; 3] = of(&SURVEY_AGAIN);

pub(super) const SOURCES: [(&str, Source); 5] = [
    ("agent", Source::Agent),
    ("customer", Source::Customer),
    ("inactivity", Source::Inactivity),
    ("flow", Source::Flow),
    ("api", Source::Api),
];
pub(super) const SOURCE_WORDS: [&str; 5] = of(&SOURCES);

/// The effects of quick replies: the word, and whether it takes a duration.
pub(super) const EFFECTS: [(&str, bool); 3] =
    [("continue", false), ("extend", true), ("resolve", false)];
pub(super) const EFFECT_WORDS: [&str; 3] = of(&EFFECTS);

pub(super) const SIGNATURES: [(&str, Signature); 3] =
    [("none", Signature::Nobody), ("company", Signature::Company), ("team", Signature::Team)];
pub(super) const SIGNATURE_WORDS: [&str; 3] = of(&SIGNATURES);

pub(super) const WHEN: [(&str, When); 3] =
    [("always", When::Always), ("open", When::Open), ("out-of-hours", When::OutOfHours)];
pub(super) const WHEN_WORDS: [&str; 3] = of(&WHEN);

pub(super) const OCCASION_WORDS: [&str; 14] = of(&Occasion::NAMED);
