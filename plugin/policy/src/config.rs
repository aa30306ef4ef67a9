//! Reading a config: JSON as an administrator writes it, into a policy or all of its problems.
//!
//! This file is the list of what a config can say. A key that is read here is a key that exists.

use crate::decision::Survey;
use crate::departments::Departments;
use crate::diagnostic::{Code, Diagnostic, Severity, Shape, Value};
use crate::event::Source;
use crate::instant::{Instant, Span};
use crate::message::Counting;
use crate::policy::Policy;
use crate::rule::{
    Activation, AfterReopening, CatchUp, Close, CountFrom, IncompleteMetadata, OnFailedReminder,
    Options, PlannedReminder, Rule, Snooze, Sources,
};
use crate::text::{Language, Translated, span};
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

mod duration;
mod place;
mod tree;

use place::{Place, Problems};

/// The largest config that is read, in bytes.
pub const MOST_BYTES: usize = 256 * 1024;
/// The most rules a policy can have.
pub const MOST_RULES: usize = 1_000;
/// The most reminders a rule can have.
pub const MOST_REMINDERS: usize = 99;

/// What a config is checked against and cannot know itself.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings<'a> {
    /// All departments of the account, where known.
    pub departments: Option<&'a [String]>,
    /// The shortest time that the host can measure.
    pub tick_resolution: Span,
    /// Whether the flow can leave by the inactivity exit.
    pub exit: Exit,
}

/// Whether a flow has the inactivity exit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// No flow, or nobody looked.
    Unknown,
    /// It leads to a block.
    Linked,
    /// It is missing or leads nowhere.
    NotLinked,
    /// The block has no such exit.
    NotSupported,
}

impl Policy {
    /// Reads and checks a config. The second value holds the warnings of a policy that is
    /// accepted.
    ///
    /// # Errors
    ///
    /// All problems at once, in the order of the config, warnings included.
    // Compiled small, with this crate, and not into the bindings (decision 20).
    #[inline(never)]
    pub fn parse(
        config: &str,
        surroundings: &Surroundings<'_>,
    ) -> Result<(Policy, Vec<Diagnostic>), Vec<Diagnostic>> {
        let tree = tree::read(config).map_err(|problem| vec![problem])?;
        let mut problems = Problems::default();
        let policy = policy(Place::root(&tree), surroundings, &mut problems);
        let problems = problems.into_list();
        match policy {
            Some(policy) if problems.iter().all(|p| p.code.severity() == Severity::Warning) => {
                Ok((policy, problems))
            }
            _ => Err(problems),
        }
    }
}

fn policy(
    root: Place<'_>,
    surroundings: &Surroundings<'_>,
    problems: &mut Problems,
) -> Option<Policy> {
    let top = root.object(
        &[
            "version",
            "enabled",
            "language",
            "channel",
            "activation",
            "exempt-tags",
            "defaults",
            "rules",
        ],
        problems,
    )?;
    let version = top.get("version").and_then(|p| p.string(problems)).unwrap_or_default();
    let enabled = top.get("enabled").and_then(|p| p.switch(problems)).unwrap_or(true);
    let language =
        top.get("language").and_then(|p| p.word(&LANGUAGES, problems)).unwrap_or(Language::Es);
    if let Some(channel) = top.get("channel") {
        let shut_down = channel.word(&CHANNELS, problems).is_some_and(|alive| !alive);
        if shut_down {
            channel.problem(Code::ChannelShutDown, vec![], problems);
        }
    }
    let activation = top.get("activation").and_then(|p| activation(p, surroundings, problems));
    let exempt_tags = top.get("exempt-tags").map(|p| p.names(problems)).unwrap_or_default();
    let defaults = top.get("defaults").and_then(|p| p.object(&OPTION_KEYS, problems));
    let options = options(None, defaults.as_ref(), surroundings, problems);
    // These two have no place in a policy without rules; in a config they can be wrong all the same.
    close(None, defaults.as_ref(), problems);
    count_from(None, defaults.as_ref(), problems);
    let mut rules = Vec::new();
    match top.require(
        "rules",
        "\"rules\": [ { \"departments\": \"any\", \"close-after\": \"2 d\" } ]",
        problems,
    ) {
        None => {}
        Some(list) => {
            let places = list.items(MOST_RULES, problems);
            if places.is_empty() && enabled {
                list.problem(Code::NoRules, vec![], problems);
            }
            for place in places {
                rules.push(rule(place, defaults.as_ref(), surroundings, problems));
            }
        }
    }
    let departments = departments(&rules, surroundings, problems);
    let closes = rules.iter().flatten().any(|r| r.rule.enabled && r.rule.close_after.is_some());
    if enabled && closes {
        match surroundings.exit {
            Exit::NotLinked => root.problem(Code::ExitNotLinked, vec![], problems),
            Exit::NotSupported => root.problem(Code::ExitNotSupported, vec![], problems),
            Exit::Unknown | Exit::Linked => {}
        }
    }
    let rules = rules.into_iter().map(|r| r.map(|r| r.rule)).collect::<Option<Vec<Rule>>>()?;
    Some(Policy {
        version,
        enabled,
        language,
        activation,
        exempt_tags,
        rules,
        departments,
        defaults: options,
    })
}

fn activation(
    place: Place<'_>,
    surroundings: &Surroundings<'_>,
    problems: &mut Problems,
) -> Option<Activation> {
    let object = place.object(&["from", "backlog", "within"], problems)?;
    let from =
        object.require("from", "\"from\": \"2026-03-01T09:00:00Z\"", problems)?.instant(problems);
    let included = object
        .get("backlog")
        .and_then(|p| p.word(&[("leave", false), ("include", true)], problems));
    let within =
        object.get("within").and_then(|p| p.duration(surroundings.tick_resolution, problems));
    let backlog_within = included.unwrap_or(false).then(|| within.unwrap_or(Span::HOUR));
    Some(Activation { from: from?, backlog_within })
}

/// A rule with the places that later checks speak of.
struct ReadRule<'a> {
    rule: Rule,
    place: Place<'a>,
    departments: Option<Place<'a>>,
}

fn rule<'a>(
    place: Place<'a>,
    defaults: Option<&place::Object<'a>>,
    surroundings: &Surroundings<'_>,
    problems: &mut Problems,
) -> Option<ReadRule<'a>> {
    let mut keys = vec!["name", "departments", "enabled", "close-after", "reminders"];
    keys.extend(OPTION_KEYS);
    let before = problems.errors();
    let object = place.object(&keys, problems)?;
    let departments_place = object.require("departments", "\"departments\": \"any\"", problems);
    let departments = departments_place.as_ref().and_then(|p| department_names(p, problems));
    let name = object.get("name").and_then(|p| {
        let name = p.string(problems)?;
        if name.trim().is_empty() {
            p.problem(Code::EmptyName, vec![], problems);
        }
        Some(name)
    });
    let enabled = object.get("enabled").and_then(|p| p.switch(problems)).unwrap_or(true);
    let close_place = object.get("close-after");
    let close_after =
        close_place.as_ref().and_then(|p| p.duration(surroundings.tick_resolution, problems));
    let reminders = object
        .get("reminders")
        .map(|p| reminders(&p, close_place.as_ref(), close_after, surroundings, problems))
        .unwrap_or_default();
    if close_place.is_none() && reminders.is_empty() && problems.errors() == before {
        place.problem(Code::NoEffect, vec![], problems);
    }
    let options = options(Some(&object), defaults, surroundings, problems);
    let close = close(Some(&object), defaults, problems);
    let count_from = count_from(Some(&object), defaults, problems);
    let departments = departments?;
    let name = name.unwrap_or_else(|| name_after(departments.as_deref()));
    let rule =
        Rule { name, departments, enabled, count_from, close_after, reminders, options, close };
    Some(ReadRule { rule, place, departments: departments_place })
}

/// The name of a rule that has none: its first departments, and how many more there are.
fn name_after(departments: Option<&[String]>) -> String {
    match departments {
        None => "any".into(),
        Some([a, b, c, rest @ ..]) if !rest.is_empty() => {
            alloc::format!("{a}, {b}, {c} + {}", rest.len())
        }
        Some(few) => few.join(", "),
    }
}

/// The departments of a rule: none inside for `any`.
fn department_names(place: &Place<'_>, problems: &mut Problems) -> Option<Option<Vec<String>>> {
    if place.is_text("any") {
        return Some(None);
    }
    if !place.is_list() {
        place.wrong(Shape::Departments, problems);
        return None;
    }
    let names = place.names(problems);
    if names.is_empty() {
        place.problem(Code::NoDepartments, vec![], problems);
    }
    Some(Some(names))
}

fn reminders(
    list: &Place<'_>,
    close_place: Option<&Place<'_>>,
    close_after: Option<Span>,
    surroundings: &Surroundings<'_>,
    problems: &mut Problems,
) -> Vec<PlannedReminder> {
    let mut planned: Vec<PlannedReminder> = Vec::new();
    let mut accumulated = Span::ZERO;
    for place in list.items(MOST_REMINDERS, problems) {
        let Some(object) = place.object(&["after", "before-close", "text"], problems) else {
            continue;
        };
        let text = object
            .require("text", "\"text\": \"¿Sigues allí?\"", problems)
            .and_then(|p| p.texts(problems))
            .unwrap_or(Translated(Vec::new()));
        let resolution = surroundings.tick_resolution;
        let total = match (object.get("after"), object.get("before-close")) {
            (Some(after), None) => {
                after.duration(resolution, problems).map(|after| accumulated.plus(after))
            }
            (None, Some(offset)) => match (offset.duration(resolution, problems), close_after) {
                (Some(before_close), Some(close)) if before_close < close => {
                    let total = close.minus(before_close);
                    if total <= accumulated {
                        let values = vec![plain(span(total)), plain(span(accumulated))];
                        offset.problem(Code::ReminderOutOfOrder, values, problems);
                    }
                    Some(total)
                }
                (Some(_), Some(_)) => {
                    let values = vec![plain(span(Span::ZERO)), plain(span(accumulated))];
                    offset.problem(Code::ReminderOutOfOrder, values, problems);
                    None
                }
                (Some(_), None) if close_place.is_none() => {
                    offset.problem(Code::BeforeCloseWithoutClose, vec![], problems);
                    None
                }
                _ => None,
            },
            _ => {
                place.problem(Code::ReminderTime, vec![], problems);
                None
            }
        };
        // A reminder without a usable time counts as none, so that its own problem is the only one.
        let total = total.unwrap_or(accumulated);
        planned.push(PlannedReminder { after: total.minus(accumulated), accumulated: total, text });
        accumulated = accumulated.max(total);
    }
    if let (Some(close), Some(place)) = (close_after, close_place)
        && !planned.is_empty()
        && accumulated >= close
    {
        let values = vec![plain(span(accumulated)), plain(span(close))];
        place.problem(Code::RemindersNotLessThanClose, values, problems);
    }
    planned
}

/// The departments that have a rule of their own, and the rule for any.
fn departments(
    rules: &[Option<ReadRule<'_>>],
    surroundings: &Surroundings<'_>,
    problems: &mut Problems,
) -> Departments {
    let mut found = Departments::default();
    for (index, read) in (0_u32..).zip(rules) {
        let Some(ReadRule { rule, place, departments }) = read else { continue };
        let place = departments.as_ref().unwrap_or(place);
        let Some(names) = &rule.departments else {
            match found.any {
                Some(first) => {
                    let values = vec![plain(alloc::format!("/rules/{first}"))];
                    place.problem(Code::TwoAny, values, problems);
                }
                None => found.any = Some(index),
            }
            continue;
        };
        for (n, name) in names.iter().enumerate() {
            match found.own(name) {
                Some(first) => {
                    let values = vec![plain(name.clone()), plain(alloc::format!("/rules/{first}"))];
                    place.inside(n, Code::DepartmentTwice, values, problems);
                }
                None => found.insert(name, index),
            }
            if let Some(known) = surroundings.departments
                && !known.contains(name)
            {
                let near = crate::diagnostic::nearest(name, known.iter().map(String::as_str));
                let (code, value) = match near {
                    Some(near) => (Code::UnknownDepartmentNear, near.to_string()),
                    None => (Code::UnknownDepartment, known.join(", ")),
                };
                place.inside(n, code, vec![plain(name.clone()), plain(value)], problems);
            }
        }
    }
    found
}

/// The keys that a rule and the policy's `defaults` share.
const OPTION_KEYS: [&str; 12] = [
    "count-from",
    "catch-up",
    "on-failed-reminder",
    "only-after-agent",
    "ai-agent-counts",
    "reactions-count",
    "snooze",
    "after-reopening",
    "typing",
    "late-reply",
    "guard",
    "close",
];

fn options(
    own: Option<&place::Object<'_>>,
    defaults: Option<&place::Object<'_>>,
    surroundings: &Surroundings<'_>,
    problems: &mut Problems,
) -> Options {
    let d = Options::DEFAULT;
    // Defaults are read once for the policy and again for each rule; their problems are said once.
    let mut silent = Problems::default();
    let mut read = Reading { own, defaults, of_rule: own.is_some(), silent: &mut silent };
    let resolution = surroundings.tick_resolution;
    Options {
        only_after_agent: read
            .key("only-after-agent", problems, Place::switch)
            .unwrap_or(d.only_after_agent),
        counting: Counting {
            ai_agent: read
                .key("ai-agent-counts", problems, Place::switch)
                .unwrap_or(d.counting.ai_agent),
            reactions: read
                .key("reactions-count", problems, Place::switch)
                .unwrap_or(d.counting.reactions),
        },
        catch_up: read.key("catch-up", problems, |p, q| p.word(&CATCH_UP, q)).unwrap_or(d.catch_up),
        on_failed_reminder: read
            .key("on-failed-reminder", problems, |p, q| p.word(&ON_FAILED_REMINDER, q))
            .unwrap_or(d.on_failed_reminder),
        snooze: read.key("snooze", problems, |p, q| p.word(&SNOOZE, q)).unwrap_or(d.snooze),
        after_reopening: read
            .key("after-reopening", problems, |p, q| p.word(&AFTER_REOPENING, q))
            .unwrap_or(d.after_reopening),
        typing: read.key("typing", problems, |p, q| typing(p, resolution, q)).unwrap_or(d.typing),
        late_reply: read
            .key("late-reply", problems, |p, q| p.duration(resolution, q))
            .unwrap_or(d.late_reply),
        guard: read.key("guard", problems, |p, q| p.duration(resolution, q)).unwrap_or(d.guard),
    }
}

fn typing(
    place: &Place<'_>,
    resolution: Span,
    problems: &mut Problems,
) -> Option<Option<(Span, Span)>> {
    if place.is_off() {
        return Some(None);
    }
    if !place.is_object() {
        place.wrong(Shape::ObjectOrOff, problems);
        return None;
    }
    let object = place.object(&["grace", "at-most"], problems)?;
    let (grace, at_most) = Options::DEFAULT.typing?;
    let grace = object.get("grace").and_then(|p| p.duration(resolution, problems)).unwrap_or(grace);
    let at_most_place = object.get("at-most");
    let at_most = match &at_most_place {
        Some(p) => p.duration(resolution, problems).unwrap_or(grace.max(at_most)),
        None => at_most,
    };
    if grace > at_most {
        let values = vec![plain(span(grace)), plain(span(at_most))];
        at_most_place.as_ref().unwrap_or(place).problem(Code::GraceOverLimit, values, problems);
    }
    Some(Some((grace, at_most)))
}

const CLOSE_KEYS: [&str; 10] = [
    "notice",
    "closing-text",
    "category",
    "tags",
    "incomplete-metadata",
    "unassign-after",
    "keep-assignment-tags",
    "bot-on-after",
    "survey",
    "survey-after",
];

fn close(
    own: Option<&place::Object<'_>>,
    defaults: Option<&place::Object<'_>>,
    problems: &mut Problems,
) -> Close {
    let mut silent = Problems::default();
    let of_rule = own.is_some();
    let own = own.and_then(|o| o.get("close")).and_then(|p| p.object(&CLOSE_KEYS, problems));
    let defaults = defaults
        .and_then(|d| d.get("close"))
        .and_then(|p| p.object(&CLOSE_KEYS, if of_rule { &mut silent } else { problems }));
    let mut read =
        Reading { own: own.as_ref(), defaults: defaults.as_ref(), of_rule, silent: &mut silent };
    Close {
        notice: read.key("notice", problems, Place::texts),
        closing_text: read.key("closing-text", problems, Place::texts),
        category: read.key("category", problems, Place::texts),
        tags: read.key("tags", problems, |p, q| Some(p.names(q))).unwrap_or_default(),
        incomplete_metadata: read
            .key("incomplete-metadata", problems, |p, q| p.word(&INCOMPLETE_METADATA, q))
            .unwrap_or(IncompleteMetadata::Ignore),
        unassign: read.key("unassign-after", problems, sources).unwrap_or(Sources::INACTIVITY),
        keep_assignment_tags: read
            .key("keep-assignment-tags", problems, |p, q| Some(p.names(q)))
            .unwrap_or_default(),
        bot_on: read.key("bot-on-after", problems, sources).unwrap_or(Sources::INACTIVITY),
        survey: read.key("survey", problems, |p, q| p.word(&SURVEY, q)).unwrap_or(Survey::No),
        survey_after: read.key("survey-after", problems, sources).unwrap_or(Sources::INACTIVITY),
    }
}

fn sources(place: &Place<'_>, problems: &mut Problems) -> Option<Sources> {
    let mut all = Sources::NONE;
    for item in place.items(SOURCES.len(), problems) {
        all = all.with(item.word(&SOURCES, problems)?);
    }
    Some(all)
}

/// A look at a rule's own key, else at that of the defaults.
struct Reading<'r, 'a> {
    own: Option<&'r place::Object<'a>>,
    defaults: Option<&'r place::Object<'a>>,
    /// Whether this is done for a rule. Otherwise the defaults themselves are being checked.
    of_rule: bool,
    silent: &'r mut Problems,
}

impl<'a> Reading<'_, 'a> {
    fn key<T>(
        &mut self,
        key: &str,
        problems: &mut Problems,
        read: impl Fn(&Place<'a>, &mut Problems) -> Option<T>,
    ) -> Option<T> {
        if let Some(place) = self.own.and_then(|o| o.get(key)) {
            return read(&place, problems);
        }
        let place = self.defaults.and_then(|d| d.get(key))?;
        let heard = if self.of_rule { &mut *self.silent } else { problems };
        read(&place, heard)
    }
}

fn count_from(
    own: Option<&place::Object<'_>>,
    defaults: Option<&place::Object<'_>>,
    problems: &mut Problems,
) -> CountFrom {
    Reading { own, defaults, of_rule: own.is_some(), silent: &mut Problems::default() }
        .key("count-from", problems, |p, q| p.word(&COUNT_FROM, q))
        .unwrap_or(CountFrom::LastAgentMessage)
}

fn plain(text: impl Into<String>) -> Value {
    Value::Plain(text.into())
}

const LANGUAGES: [(&str, Language); 3] =
    [("es", Language::Es), ("pt", Language::Pt), ("en", Language::En)];

/// The channels an account can be on, and whether they still exist.
const CHANNELS: [(&str, bool); 11] = [
    ("whatsapp", true),
    ("messenger", true),
    ("instagram", true),
    ("telegram", true),
    ("apple-messages", true),
    ("sms", true),
    ("email", true),
    ("web-chat", true),
    ("mobile-app", true),
    ("voice", true),
    ("google-business-messages", false),
];

const COUNT_FROM: [(&str, CountFrom); 3] = [
    ("last-agent-message", CountFrom::LastAgentMessage),
    ("first-unanswered-agent-message", CountFrom::FirstUnansweredAgentMessage),
    ("last-customer-message", CountFrom::LastCustomerMessage),
];

const CATCH_UP: [(&str, CatchUp); 2] =
    [("in-order", CatchUp::InOrder), ("last-only", CatchUp::LastOnly)];

const ON_FAILED_REMINDER: [(&str, OnFailedReminder); 2] =
    [("stop", OnFailedReminder::Stop), ("go-on", OnFailedReminder::GoOn)];

const SNOOZE: [(&str, Snooze); 3] =
    [("pause", Snooze::Pause), ("ignore", Snooze::Ignore), ("start-on-wake", Snooze::StartOnWake)];

const AFTER_REOPENING: [(&str, AfterReopening); 2] = [
    ("on-agent-message", AfterReopening::OnAgentMessage),
    ("on-customer-reply", AfterReopening::OnCustomerReply),
];

const INCOMPLETE_METADATA: [(&str, IncompleteMetadata); 2] = [
    ("ignore", IncompleteMetadata::Ignore),
    ("hold-and-notify", IncompleteMetadata::HoldAndNotify),
];

const SURVEY: [(&str, Survey); 3] =
    [("no", Survey::No), ("now", Survey::Now), ("later", Survey::Later)];

const SOURCES: [(&str, Source); 5] = [
    ("agent", Source::Agent),
    ("customer", Source::Customer),
    ("inactivity", Source::Inactivity),
    ("flow", Source::Flow),
    ("api", Source::Api),
];

impl Place<'_> {
    /// An instant as RFC 3339.
    fn instant(&self, problems: &mut Problems) -> Option<Instant> {
        let text = self.string(problems)?;
        let read = chrono::DateTime::parse_from_rfc3339(&text).ok();
        let instant = read.and_then(|t| Instant::from_millis(t.timestamp_millis()));
        if instant.is_none() {
            self.problem(Code::BadTime, vec![plain(text)], problems);
        }
        instant
    }
}
