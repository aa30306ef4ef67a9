//! Parses a config: JSON as an administrator writes it becomes a policy, or the list of all its
//! problems.
//!
//! This file defines what a config can contain: a key exists if it is read here.

use crate::channel::Channel;
use crate::clock::Clock;
use crate::decision::Survey;
use crate::departments::Departments;
use crate::diagnostic::{Code, Diagnostic, Shape, Value};
use crate::instant::{Instant, Span};
use crate::matching::{ConditionalRule, ConditionalRules, Conditions};
use crate::message::Counting;
use crate::names::{self, Names};
use crate::policy::{OpenHours, Policy, SendingWindow};
use crate::rule::{
    Activation, AfterFailure, Close, CountFrom, IncompleteMetadata, OnFailedReminder, Options,
    PlannedReminder, Rule, Sources, SurveyAgain,
};
use crate::text::{Language, span};
use crate::zone::Zone;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

mod duration;
pub mod form;
mod hours;
mod message;
mod place;
mod replies;
mod tree;
mod words;

use message::{StepDelays, TextContext};
use place::{Place, Problems};

/// Maximum size of a config, in bytes.
pub const CONFIG_BYTES_MAX: usize = 256 * 1024;
/// Maximum number of rules in a policy.
pub const RULES_MAX: usize = 1_000;
/// Maximum number of retries of a reminder.
const RETRIES_MAX: u32 = 99;
/// Maximum number of rules with more conditions than a department: they are compared one by one.
const CONDITIONAL_RULES_MAX: usize = 100;
/// Maximum number of reminders in a rule.
pub const REMINDERS_MAX: usize = 99;

/// What the host knows about the account, against which a config is checked.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings<'a> {
    /// All departments of the account, if known.
    pub departments: Option<&'a [String]>,
    /// The shortest duration that the host can measure.
    pub tick_resolution: Span,
    /// Whether the flow can leave by the inactivity exit.
    pub exit: Exit,
}

/// Whether a flow has the inactivity exit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// There is no flow, or it was not checked.
    Unknown,
    /// It leads to a block.
    Linked,
    /// It is missing or leads nowhere.
    NotLinked,
    /// The block has no such exit.
    NotSupported,
}

impl Policy {
    /// Parses and checks a config. The second value contains the warnings of an accepted policy.
    ///
    /// # Errors
    ///
    /// All problems at once, in the order of the config, including warnings. If there are very
    /// many, the first ones and the number of the others.
    // Optimised for size with this crate, and not inlined into the bindings (decision 20).
    #[inline(never)]
    pub fn parse(
        config: &str,
        surroundings: &Surroundings<'_>,
    ) -> Result<(Policy, Vec<Diagnostic>), Vec<Diagnostic>> {
        let tree = tree::read(config).map_err(|problem| vec![problem])?;
        let mut problems = Problems::default();
        let policy = policy(Place::root(&tree), surroundings, &mut problems);
        let has_errors = problems.errors() > 0;
        let problems = problems.into_list();
        match policy {
            Some(policy) if !has_errors => Ok((policy, problems)),
            _ => Err(problems),
        }
    }
}

fn policy(
    root: Place<'_>,
    surroundings: &Surroundings<'_>,
    problems: &mut Problems,
) -> Option<Policy> {
    let top = root.object(&form::POLICY, problems)?;
    let version = top.get("version").and_then(|p| p.string(problems)).unwrap_or_default();
    let enabled = top.get("enabled").and_then(|p| p.switch(problems)).unwrap_or(true);
    let language = top
        .get("language")
        .and_then(|p| p.word(&words::LANGUAGES, problems))
        .unwrap_or(Language::Es);
    let channel = top.get("channel").and_then(|place| {
        let alive = place.channel(problems)?;
        if alive.is_none() {
            place.problem(Code::ChannelShutDown, vec![], problems);
        }
        alive
    });
    let zone = top.get("zone").and_then(|p| p.zone(problems)).unwrap_or(Zone::UTC);
    let company = top.get("company").and_then(|p| p.name(problems));
    let activation = top.get("activation").and_then(|p| activation(p, surroundings, problems));
    let exempt_tags = top.get("exempt-tags").map(|p| p.tags(problems)).unwrap_or_default();
    let exempt_groups =
        top.get("groups").and_then(|p| p.word(&words::GROUPS, problems)).unwrap_or(true);
    let opt_out_words = top
        .get("opt-out-words")
        .map(|p| p.names(problems).iter().map(|word| crate::opt_out::folded(word)).collect());
    let budget = top.get("budget").and_then(|p| hours::budget(&p, problems)).unwrap_or_default();
    let schedules =
        top.get("schedules").map(|p| hours::schedules(&p, zone, problems)).unwrap_or_default();
    let sending_windows = top
        .get("sending-windows")
        .map(|p| hours::sending_windows(&p, zone, problems))
        .unwrap_or_default();
    let context =
        Context { surroundings, channel, schedules: &schedules, sending_windows: &sending_windows };
    let defaults = top.get("defaults").and_then(|p| p.object(&form::DEFAULTS, problems));
    let options = options(None, defaults.as_ref(), &context, problems);
    // A policy without rules does not use these two, but mistakes in them are still reported.
    close(None, defaults.as_ref(), channel.as_slice(), problems);
    count_from(None, defaults.as_ref(), problems);
    let mut rules = Vec::new();
    match top.require(
        "rules",
        "\"rules\": [ { \"departments\": \"any\", \"close-after\": \"2 d\" } ]",
        problems,
    ) {
        None => {}
        Some(list) => {
            let places = list.items(RULES_MAX, problems);
            if places.is_empty() && enabled {
                list.problem(Code::NoRules, vec![], problems);
            }
            for place in places {
                rules.push(rule(place, defaults.as_ref(), &context, problems));
            }
        }
    }
    let of_rules = rules.iter().map(|read| {
        let ReadRule { rule, place, departments } = read.as_ref()?;
        // Rules with more conditions may share their departments.
        rule.conditions
            .is_empty()
            .then(|| (rule.departments.as_deref(), departments.as_ref().unwrap_or(place)))
    });
    let departments = departments("/rules", of_rules, surroundings, problems);
    let conditional = conditional_rules(&rules, &exempt_tags, &context, problems);
    let teams = top.get("replies").map(|p| replies::teams(&p, &context, problems));
    let (teams, departments_of_teams) = teams.unwrap_or_default();
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
        conditional,
        defaults: options,
        company,
        zone,
        exempt_groups,
        opt_out_words,
        budget,
        schedules,
        sending_windows,
        teams,
        departments_of_teams,
    })
}

/// The context in which the parts of a policy are checked.
struct Context<'a> {
    surroundings: &'a Surroundings<'a>,
    /// The account's channel, if the config names it.
    channel: Option<Channel>,
    schedules: &'a [OpenHours],
    sending_windows: &'a [SendingWindow],
}

impl Context<'_> {
    /// The length of a `d` in a schedule's open time: its longest day.
    fn day(&self, business_hours: Option<usize>) -> Span {
        business_hours
            .and_then(|n| self.schedules.get(n))
            .map_or(Span::DAY, |schedule| schedule.hours.longest_day())
    }
}

fn activation(
    place: Place<'_>,
    surroundings: &Surroundings<'_>,
    problems: &mut Problems,
) -> Option<Activation> {
    let object = place.object(&form::ACTIVATION, problems)?;
    let from =
        object.require("from", "\"from\": \"2026-03-01T09:00:00Z\"", problems)?.instant(problems);
    let included = object.get("backlog").and_then(|p| p.word(&words::BACKLOG, problems));
    let within =
        object.get("within").and_then(|p| p.duration(surroundings.tick_resolution, problems));
    let backlog_within = included.unwrap_or(false).then(|| within.unwrap_or(Span::HOUR));
    Some(Activation { from: from?, backlog_within })
}

/// A rule with the places that later checks refer to.
struct ReadRule<'a> {
    rule: Rule,
    place: Place<'a>,
    departments: Option<Place<'a>>,
}

fn rule<'a>(
    place: Place<'a>,
    defaults: Option<&place::Object<'a>>,
    context: &Context<'_>,
    problems: &mut Problems,
) -> Option<ReadRule<'a>> {
    let before = problems.errors();
    let object = place.object(&form::RULE, problems)?;
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
    let options = options(Some(&object), defaults, context, problems);
    let conditions = conditions(&object, problems);
    // The messages of a rule that matches channels are sent there, whatever the account's channel.
    let mut channels = conditions.channels.clone();
    if channels.is_empty() {
        channels.extend(context.channel);
    }
    let channels = channels.as_slice();
    let close_place = object.get("close-after");
    let schedule = options.business_hours.and_then(|n| context.schedules.get(n));
    let sending = options.sending_window.and_then(|n| context.sending_windows.get(n));
    let times = Times {
        resolution: context.surroundings.tick_resolution,
        day: context.day(options.business_hours),
        close_after: None,
        window: channels.iter().filter_map(|channel| channel.abilities().window).min(),
        waits: StepDelays {
            clock: Clock(schedule.map(|schedule| (&schedule.hours, &schedule.zone))),
            sending: sending.and_then(|window| Some((window.hours.as_ref()?, window.zone))),
            before_end: None,
        },
    };
    let close_after = close_place.as_ref().and_then(|p| times.read(p, problems));
    let times = Times { close_after, ..times };
    let text_context = TextContext { channels, closes: close_place.is_some() };
    let reminders = object
        .get("reminders")
        .map(|p| reminders(&p, close_place.as_ref(), &times, &text_context, problems))
        .unwrap_or_default();
    let close = close(Some(&object), defaults, channels, problems);
    let idle = close_place.is_none() && reminders.is_empty() && !close.follows_others();
    if idle && problems.errors() == before {
        place.problem(Code::NoEffect, vec![], problems);
    }
    let count_from = count_from(Some(&object), defaults, problems);
    let departments = departments?;
    let name = name.unwrap_or_else(|| name_after(departments.as_deref(), &conditions));
    let rule = Rule {
        name,
        departments,
        conditions,
        enabled,
        count_from,
        close_after,
        reminders,
        options,
        close,
    };
    if let Some(list) = object.get("reminders") {
        let sound = problems.errors() == before;
        message::outside_channel_window(&rule, &list, &times, problems);
        if sound {
            message::never_closes(&rule, channels, &place, &times, problems);
        }
    }
    Some(ReadRule { rule, place, departments: departments_place })
}

/// The name of an unnamed rule: its first departments and other conditions, and the number of the
/// remaining ones.
fn name_after(departments: Option<&[String]>, conditions: &Conditions) -> String {
    let mut name = departments.map_or_else(|| "any".into(), first_of);
    let channels: Vec<&str> = conditions.channels.iter().map(|c| c.word()).collect();
    for part in [first_of(&conditions.tags), first_of(&conditions.priorities), channels.join(", ")]
    {
        if !part.is_empty() {
            name.push_str(" · ");
            name.push_str(&part);
        }
    }
    name
}

fn first_of(names: &[String]) -> String {
    match names {
        [a, b, c, rest @ ..] if !rest.is_empty() => {
            alloc::format!("{a}, {b}, {c} + {}", rest.len())
        }
        few => few.join(", "),
    }
}

/// A rule's conditions other than the department.
fn conditions(object: &place::Object<'_>, problems: &mut Problems) -> Conditions {
    let mut list = |key: &str| {
        let Some(place) = object.get(key) else { return Vec::new() };
        let names = place.names(problems);
        if names.is_empty() && place.is_list() {
            place.problem(Code::EmptyList, vec![], problems);
        }
        names
    };
    let (tags, priorities) = (list("tags"), list("priorities"));
    let mut channels = Vec::new();
    if let Some(place) = object.get("channels") {
        for item in place.items(words::CHANNELS.len(), problems) {
            let channel = item.channel(problems);
            if channel == Some(None) {
                item.problem(Code::ChannelShutDown, vec![], problems);
            }
            channels.extend(channel.flatten());
        }
        if channels.is_empty() && place.is_list() {
            place.problem(Code::EmptyList, vec![], problems);
        }
    }
    Conditions { tags, priorities, channels }
}

/// The rules with more conditions than a department, with warnings about questionable ones.
fn conditional_rules(
    rules: &[Option<ReadRule<'_>>],
    exempt_tags: &Names,
    context: &Context<'_>,
    problems: &mut Problems,
) -> ConditionalRules {
    let mut found: Vec<ConditionalRule> = Vec::new();
    for (index, read) in (0_u32..).zip(rules) {
        let Some(ReadRule { rule, place, departments }) = read else { continue };
        let Rule { conditions, .. } = rule;
        if conditions.is_empty() {
            continue;
        }
        if found.len() >= CONDITIONAL_RULES_MAX {
            place.problem(
                Code::TooManyConditionalRules,
                vec![plain(CONDITIONAL_RULES_MAX.to_string())],
                problems,
            );
            break;
        }
        if let (Some(names), Some(place)) = (&rule.departments, departments) {
            for (n, name) in names.iter().enumerate() {
                unknown_department(name, place, n, context.surroundings, problems);
            }
        }
        let conditional = ConditionalRule::new(index, rule.departments.as_deref(), conditions);
        let at = |other: &ConditionalRule| plain(alloc::format!("/rules/{}", other.rule));
        let off_channel = context
            .channel
            .filter(|c| !conditions.channels.is_empty() && !conditions.channels.contains(c));
        if !conditions.tags.is_empty()
            && conditions.tags.iter().all(|t| exempt_tags.find(t).is_some())
        {
            place.problem(Code::RuleOfExemptTags, vec![], problems);
        } else if let Some(channel) = off_channel {
            place.problem(Code::RuleOfOtherChannel, vec![plain(channel.word())], problems);
        } else if let Some(first) = found.iter().find(|other| conditional.is_within(other)) {
            place.problem(Code::RuleUnreachable, vec![at(first)], problems);
        } else if let Some(first) = found.iter().find(|other| conditional.overlaps(other)) {
            place.problem(Code::RulesOverlap, vec![at(first)], problems);
        }
        found.push(conditional);
    }
    ConditionalRules::new(found)
}

/// The departments of a rule; the inner option is `None` for `any`.
fn department_names(place: &Place<'_>, problems: &mut Problems) -> Option<Option<Vec<String>>> {
    if place.is_text("any") {
        return Some(None);
    }
    if !place.is_list() {
        place.wrong_shape(Shape::Departments, problems);
        return None;
    }
    let names = place.names(problems);
    if names.is_empty() {
        place.problem(Code::NoDepartments, vec![], problems);
    }
    Some(Some(names))
}

/// How durations of a rule are parsed.
struct Times<'a> {
    /// The shortest duration that the host can measure.
    resolution: Span,
    /// The length of a `d`: in a schedule's open time, its longest day.
    day: Span,
    close_after: Option<Span>,
    /// How long the channels accept free text, at least.
    window: Option<Span>,
    waits: StepDelays<'a>,
}

impl Times<'_> {
    fn read(&self, place: &Place<'_>, problems: &mut Problems) -> Option<Span> {
        place.duration_with_days(self.resolution, self.day, problems)
    }
}

fn reminders(
    list: &Place<'_>,
    close_place: Option<&Place<'_>>,
    times: &Times<'_>,
    text_context: &TextContext<'_>,
    problems: &mut Problems,
) -> Vec<PlannedReminder> {
    let close_after = times.close_after;
    let mut planned: Vec<PlannedReminder> = Vec::new();
    let mut accumulated = Span::ZERO;
    for place in list.items(REMINDERS_MAX, problems) {
        let Some(object) = place.object(&form::REMINDER, problems) else { continue };
        let content = message::content(&object, text_context, times, problems);
        let total = match (object.get("after"), object.get("before-close")) {
            (Some(after), None) => {
                times.read(&after, problems).map(|after| accumulated.plus(after))
            }
            (None, Some(offset)) => match (times.read(&offset, problems), close_after) {
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
        // A reminder without a valid time is ignored here, so that only its own problem is
        // reported.
        let total = total.unwrap_or(accumulated);
        let after = total.minus(accumulated);
        planned.push(PlannedReminder { after, accumulated: total, content });
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

/// The departments with their own entry in the list at `pointer`, and the entry for any.
fn departments<'a, 'p: 'a>(
    pointer: &str,
    entries: impl Iterator<Item = Option<(Option<&'a [String]>, &'a Place<'p>)>>,
    surroundings: &Surroundings<'_>,
    problems: &mut Problems,
) -> Departments {
    let mut found = Departments::default();
    let at = |index: u32| plain(alloc::format!("{pointer}/{index}"));
    let known = surroundings.departments.map(|known| {
        let mut table = Departments::default();
        known.iter().for_each(|name| table.insert(name, 0));
        table
    });
    let mut before: Vec<&str> = Vec::new();
    for (index, entry) in (0_u32..).zip(entries) {
        let Some((names, place)) = entry else { continue };
        let Some(names) = names else {
            match found.any {
                Some(first) => place.problem(Code::TwoAny, vec![at(first)], problems),
                None => found.any = Some(index),
            }
            continue;
        };
        for (n, name) in names.iter().enumerate() {
            match found.own(name) {
                Some(first) => place.entry(n).error(problems, |_| {
                    let key = names::key(name);
                    let same = |known: &&&str| names::key(known) == key;
                    let known = before.iter().find(same).copied().unwrap_or(name);
                    if known == name {
                        (Code::DepartmentTwice, vec![plain(name.clone()), at(first)])
                    } else {
                        let values = vec![plain(name.clone()), at(first), plain(known)];
                        (Code::DepartmentTwiceSpelled, values)
                    }
                }),
                None => {
                    found.insert(name, index);
                    before.push(name);
                }
            }
            let is_known = known.as_ref().is_none_or(|known| known.own(name).is_some());
            if let Some(known) = surroundings.departments.filter(|_| !is_known) {
                place.entry(n).error(problems, |search| {
                    let near = search.nearest(name, known.iter().map(String::as_str));
                    let (code, value) = match near {
                        Some(near) => (Code::UnknownDepartmentNear, near.to_string()),
                        None => (Code::UnknownDepartment, known.join(", ")),
                    };
                    (code, vec![plain(name.clone()), plain(value)])
                });
            }
        }
    }
    found
}

/// Reports a department that the account does not have.
fn unknown_department(
    name: &str,
    list: &Place<'_>,
    place: usize,
    surroundings: &Surroundings<'_>,
    problems: &mut Problems,
) {
    let Some(known) = surroundings.departments else { return };
    let key = names::key(name);
    if known.iter().any(|known| names::key(known) == key) {
        return;
    }
    list.entry(place).error(problems, |search| {
        let near = search.nearest(name, known.iter().map(String::as_str));
        let (code, value) = match near {
            Some(near) => (Code::UnknownDepartmentNear, near.to_string()),
            None => (Code::UnknownDepartment, known.join(", ")),
        };
        (code, vec![plain(name), plain(value)])
    });
}

fn options(
    own: Option<&place::Object<'_>>,
    defaults: Option<&place::Object<'_>>,
    context: &Context<'_>,
    problems: &mut Problems,
) -> Options {
    let d = Options::DEFAULT;
    // Defaults are parsed once for the policy and again for each rule; their problems are reported
    // once.
    let mut silent = Problems::discarding();
    let mut read = Reading { own, defaults, of_rule: own.is_some(), silent: &mut silent };
    let resolution = context.surroundings.tick_resolution;
    let business_hours = read
        .key("business-hours", problems, |p, q| {
            p.one_of_or_off(context.schedules.iter().map(|s| &s.name), Code::UnknownSchedule, q)
        })
        .unwrap_or(d.business_hours);
    let late_in_calendar_time = read
        .key("late-reply-time", problems, |p, q| p.word(&words::LATE_REPLY_TIME, q))
        .unwrap_or(d.late_reply_in_calendar_time);
    let late_day = if late_in_calendar_time { Span::DAY } else { context.day(business_hours) };
    let day = context.day(business_hours);
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
        catch_up: read
            .key("catch-up", problems, |p, q| p.word(&words::CATCH_UP, q))
            .unwrap_or(d.catch_up),
        on_failed_reminder: read
            .key("on-failed-reminder", problems, |p, q| on_failed_reminder(p, resolution, q))
            .unwrap_or(d.on_failed_reminder),
        snooze: read.key("snooze", problems, |p, q| p.word(&words::SNOOZE, q)).unwrap_or(d.snooze),
        reply_ends_snooze: read
            .key("snooze-ends-on-reply", problems, Place::switch)
            .unwrap_or(d.reply_ends_snooze),
        after_reopening: read
            .key("after-reopening", problems, |p, q| p.word(&words::AFTER_REOPENING, q))
            .unwrap_or(d.after_reopening),
        typing: read.key("typing", problems, |p, q| typing(p, resolution, q)).unwrap_or(d.typing),
        guard: read.key("guard", problems, |p, q| p.duration(resolution, q)).unwrap_or(d.guard),
        business_hours,
        late_reply_in_calendar_time: late_in_calendar_time,
        late_reply: read
            .key("late-reply", problems, |p, q| p.duration_with_days(resolution, late_day, q))
            .unwrap_or(late_day),
        sending_window: read
            .key("sending-window", problems, |p, q| {
                let names = context.sending_windows.iter().map(|w| &w.name);
                p.one_of_or_off(names, Code::UnknownSendingWindow, q)
            })
            .unwrap_or(d.sending_window),
        outside_window: read
            .key("outside-channel-window", problems, |p, q| p.word(&words::OUTSIDE_WINDOW, q))
            .unwrap_or(d.outside_window),
        when_left_out: read
            .key("when-left-out", problems, |p, q| p.word(&words::WHEN_LEFT_OUT, q))
            .unwrap_or(d.when_left_out),
        visitor_left: read
            .key("visitor-left", problems, |p, q| {
                time_or_off(p, &form::VISITOR_LEFT, "close-after", resolution, day, q)
            })
            .unwrap_or(d.visitor_left),
        company_silent: read
            .key("company-silent", problems, |p, q| {
                time_or_off(p, &form::COMPANY_SILENT, "after", resolution, day, q)
            })
            .unwrap_or(d.company_silent),
    }
}

/// An object with one duration, or `false`.
fn time_or_off(
    place: &Place<'_>,
    form: &form::Form,
    key: &str,
    resolution: Span,
    day: Span,
    problems: &mut Problems,
) -> Option<Option<Span>> {
    if place.is_off() {
        return Some(None);
    }
    if !place.is_object() {
        place.wrong_shape(Shape::ObjectOrOff, problems);
        return None;
    }
    let example = alloc::format!("\"{key}\": \"30 min\"");
    let time = place.object(form, problems)?.require(key, &example, problems)?;
    time.duration_with_days(resolution, day, problems).map(Some)
}

/// One word for all failures, or one per kind.
fn on_failed_reminder(
    place: &Place<'_>,
    resolution: Span,
    problems: &mut Problems,
) -> Option<OnFailedReminder> {
    let d = Options::DEFAULT.on_failed_reminder;
    if !place.is_object() {
        let then = place.word(&words::AFTER_FAILURE, problems)?;
        return Some(OnFailedReminder { unreachable: then, refused: then, ..d });
    }
    let object = place.object(&form::ON_FAILED_REMINDER, problems)?;
    let mut then = |key, usual: AfterFailure| {
        object.get(key).and_then(|p| p.word(&words::AFTER_FAILURE, problems)).unwrap_or(usual)
    };
    let (unreachable, refused) = (then("unreachable", d.unreachable), then("refused", d.refused));
    let retry_after = object.get("retry-after").and_then(|p| p.duration(resolution, problems));
    let retries = object.get("retries").and_then(|p| p.count(RETRIES_MAX, problems));
    Some(OnFailedReminder {
        unreachable,
        refused,
        retry_after: retry_after.unwrap_or(d.retry_after),
        retries: retries.and_then(|n| u8::try_from(n).ok()).unwrap_or(d.retries),
    })
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
        place.wrong_shape(Shape::ObjectOrOff, problems);
        return None;
    }
    let object = place.object(&form::TYPING, problems)?;
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

fn close(
    own: Option<&place::Object<'_>>,
    defaults: Option<&place::Object<'_>>,
    channels: &[Channel],
    problems: &mut Problems,
) -> Close {
    let mut silent = Problems::discarding();
    let of_rule = own.is_some();
    let own = own.and_then(|o| o.get("close")).and_then(|p| p.object(&form::CLOSE, problems));
    let defaults = defaults
        .and_then(|d| d.get("close"))
        .and_then(|p| p.object(&form::CLOSE, if of_rule { &mut silent } else { problems }));
    let mut read =
        Reading { own: own.as_ref(), defaults: defaults.as_ref(), of_rule, silent: &mut silent };
    // Notices are not sent, so the channel's limits do not apply.
    let text_context = TextContext { channels: &[], closes: false };
    Close {
        notice: read.key("notice", problems, |p, q| text_context.texts(p, q)),
        closing_text: read.key("closing-text", problems, |p, q| {
            TextContext { channels, closes: false }.texts(p, q)
        }),
        closing_template: read
            .key("closing-template", problems, |p, q| message::template(p, &text_context, q)),
        category: read.key("category", problems, Place::texts),
        summary: read.key("summary", problems, |p, q| message::summary(p, q)),
        tags: read.key("tags", problems, |p, q| Some(p.names(q))).unwrap_or_default(),
        incomplete_metadata: read
            .key("incomplete-metadata", problems, |p, q| p.word(&words::INCOMPLETE_METADATA, q))
            .unwrap_or(IncompleteMetadata::Ignore),
        unassign: read.key("unassign-after", problems, sources).unwrap_or(Sources::INACTIVITY),
        keep_assignment_tags: read
            .key("keep-assignment-tags", problems, |p, q| Some(p.tags(q)))
            .unwrap_or_default(),
        bot_on: read.key("bot-on-after", problems, sources).unwrap_or(Sources::INACTIVITY),
        survey: read
            .key("survey", problems, |p, q| p.word(&words::SURVEY, q))
            .unwrap_or(Survey::No),
        survey_after: read.key("survey-after", problems, sources).unwrap_or(Sources::INACTIVITY),
        survey_again: read
            .key("survey-again", problems, |p, q| p.word(&words::SURVEY_AGAIN, q))
            .unwrap_or(SurveyAgain::AfterGrace),
    }
}

fn sources(place: &Place<'_>, problems: &mut Problems) -> Option<Sources> {
    let mut all = Sources::NONE;
    for item in place.items(words::SOURCES.len(), problems) {
        all = all.with(item.word(&words::SOURCES, problems)?);
    }
    Some(all)
}

/// Reads a rule's own key, otherwise that of the defaults.
struct Reading<'r, 'a> {
    own: Option<&'r place::Object<'a>>,
    defaults: Option<&'r place::Object<'a>>,
    /// Whether a rule is parsed; otherwise the defaults themselves are checked.
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
    Reading { own, defaults, of_rule: own.is_some(), silent: &mut Problems::discarding() }
        .key("count-from", problems, |p, q| p.word(&words::COUNT_FROM, q))
        .unwrap_or(CountFrom::LastAgentMessage)
}

/// Maximum length of a quoted text from the config, in bytes; no list of words is longer.
const QUOTED_BYTES_MAX: usize = 512;

fn plain(text: impl Into<String>) -> Value {
    let mut text = text.into();
    if text.len() > QUOTED_BYTES_MAX {
        text.truncate(text.floor_char_boundary(QUOTED_BYTES_MAX));
        text.push('…');
    }
    Value::Plain(text)
}

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
