//! Reading what is sent to customers: words with their places, pictures, quick replies, templates;
//! and what the account's channel would make of it.

use super::place::{Object, Place, Problems, quoted};
use super::{Around, Times, form, plain, words};
use crate::channel::Channel;
use crate::clock::Clock;
use crate::diagnostic::Code;
use crate::instant::{Instant, Span};
use crate::placeholder::{NAMED, Piece, Placeholder, named, pieces};
use crate::policy::SendingWindow;
use crate::rule::{
    Content, Effect, OutsideWindow, PlannedImage, PlannedQuickReply, PlannedTemplate, Rule,
};
use crate::text::Translated;
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

/// More than any channel shows.
pub(super) const MOST_QUICK_REPLIES: usize = 10;
/// More than any template has.
pub(super) const MOST_PARAMETERS: usize = 50;

/// Where and when a text is said.
#[derive(Clone, Copy)]
pub(super) struct Spoken {
    /// The account's channel, where the config names it.
    pub(super) channel: Option<Channel>,
    /// Whether a close follows, so that there is a time left.
    pub(super) closes: bool,
}

impl Spoken {
    /// A text, or one for each language, that the channel takes.
    pub(super) fn texts(&self, place: &Place<'_>, problems: &mut Problems) -> Option<Translated> {
        let texts = place.texts(problems)?;
        for (place, text) in place.each_text() {
            places(&place, text, self.closes, false, problems);
            let limit = self.channel.and_then(|channel| channel.abilities().text_limit);
            within(&place, text, limit, self.channel, problems);
        }
        Some(texts)
    }
}

/// The words around the facts of a closing note.
pub(super) fn summary(place: &Place<'_>, problems: &mut Problems) -> Option<Translated> {
    let texts = place.texts(problems)?;
    for (place, text) in place.each_text() {
        places(&place, text, false, true, problems);
    }
    Some(texts)
}

/// Whether every place of a text is known and can be filled in.
fn places(place: &Place<'_>, text: &str, closes: bool, summary: bool, problems: &mut Problems) {
    for piece in pieces(text) {
        let (name, fallback) = match piece {
            Piece::Words(_) => continue,
            Piece::Open => {
                place.problem(Code::BadPlaceholder, vec![], problems);
                continue;
            }
            Piece::Place(name, fallback) => (name, fallback),
        };
        let fits = |place| match place {
            Placeholder::TimeLeft => closes,
            Placeholder::Summary => summary,
            _ => true,
        };
        let known = NAMED.iter().filter(|(_, place)| fits(*place)).map(|(known, _)| *known);
        let (code, value) = match named(name) {
            None => {
                place.error(problems, |search| {
                    let (code, value) = match search.nearest(name, known.clone()) {
                        Some(near) => (Code::UnknownPlaceholderNear, near.to_string()),
                        None => (Code::UnknownPlaceholder, quoted(known)),
                    };
                    (code, vec![plain(name), plain(value)])
                });
                continue;
            }
            Some(Placeholder::TimeLeft) if !closes => {
                (Code::TimeLeftWithoutClose, alloc::string::String::new())
            }
            Some(Placeholder::Summary) if !summary => (Code::UnknownPlaceholder, quoted(known)),
            Some(
                Placeholder::CustomerName
                | Placeholder::AgentName
                | Placeholder::DepartmentName
                | Placeholder::CompanyName,
            ) if fallback.is_none() => {
                (Code::PlaceholderWithoutFallback, alloc::string::String::new())
            }
            Some(_) => continue,
        };
        place.problem(code, vec![plain(name), plain(value)], problems);
    }
}

/// Whether a text is short enough, every place filled with its fallback.
fn within(
    place: &Place<'_>,
    text: &str,
    limit: Option<usize>,
    channel: Option<Channel>,
    problems: &mut Problems,
) {
    let length = || {
        let lengths = pieces(text).map(|piece| match piece {
            Piece::Words(words) => words.chars().count(),
            Piece::Place(_, fallback) => fallback.map_or(0, |f| f.chars().count()),
            Piece::Open => 0,
        });
        lengths.fold(0, usize::saturating_add)
    };
    if let (Some(limit), Some(channel)) = (limit, channel)
        && text.len() > limit
        && length() > limit
    {
        let values =
            vec![plain(length().to_string()), plain(limit.to_string()), plain(channel.word())];
        place.problem(Code::TextOverLimit, values, problems);
    }
}

/// What a reminder says. With problems, it says nothing.
pub(super) fn content(
    object: &Object<'_>,
    spoken: &Spoken,
    times: &Times,
    problems: &mut Problems,
) -> Content {
    let text = object
        .require("text", "\"text\": \"¿Sigues allí?\"", problems)
        .and_then(|p| spoken.texts(&p, problems))
        .unwrap_or(Translated::new(Vec::new()));
    let image = object.get("image").and_then(|place| {
        not_on(&place, spoken.channel, |channel| channel.abilities().images, problems);
        image(&place, spoken, problems)
    });
    let quick_replies = object
        .get("quick-replies")
        .map(|place| {
            let able = |channel: Channel| channel.abilities().quick_replies > 0;
            not_on(&place, spoken.channel, able, problems);
            quick_replies(&place, spoken, times, problems)
        })
        .unwrap_or_default();
    let template = object.get("template").and_then(|place| {
        not_on(&place, spoken.channel, |channel| channel.abilities().templates, problems);
        template(&place, spoken, problems)
    });
    Content { text, image, quick_replies, template }
}

/// Says of a part that the account's channel would leave it out.
fn not_on(
    place: &Place<'_>,
    channel: Option<Channel>,
    able: impl Fn(Channel) -> bool,
    problems: &mut Problems,
) {
    if let Some(channel) = channel.filter(|channel| !able(*channel)) {
        place.problem(Code::NotOnThisChannel, vec![plain(channel.word())], problems);
    }
}

fn image(place: &Place<'_>, spoken: &Spoken, problems: &mut Problems) -> Option<PlannedImage> {
    let object = place.object(&form::IMAGE, problems)?;
    let url_place = object.require("url", "\"url\": \"https://example.com/picture.png\"", problems);
    let url = url_place.and_then(|place| {
        let url = place.string(problems)?;
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
        let whole = rest.is_some_and(|rest| {
            !rest.is_empty()
                && !rest.starts_with('/')
                && !rest.contains(|c: char| c.is_whitespace() || c.is_control())
        });
        if !whole {
            place.problem(Code::BadUrl, vec![plain(url.as_str())], problems);
        }
        Some(url)
    });
    let alternative = object
        .require("alternative", "\"alternative\": \"Nuestro horario\"", problems)
        .and_then(|place| Spoken { channel: None, ..*spoken }.texts(&place, problems));
    Some(PlannedImage { url: url?, alternative: alternative? })
}

fn quick_replies(
    list: &Place<'_>,
    spoken: &Spoken,
    times: &Times,
    problems: &mut Problems,
) -> Vec<PlannedQuickReply> {
    let abilities = spoken.channel.map(Channel::abilities);
    let most = abilities.map_or(MOST_QUICK_REPLIES, |a| a.quick_replies);
    let limit = abilities.map(|a| a.quick_reply_limit);
    let mut replies: Vec<PlannedQuickReply> = Vec::new();
    // A channel that shows none at all has been spoken of.
    let most = if most == 0 { MOST_QUICK_REPLIES } else { most };
    for place in list.items(most, problems) {
        let Some(object) = place.object(&form::QUICK_REPLY, problems) else { continue };
        let title = object.require("text", "\"text\": \"Sigo aquí\"", problems).and_then(|place| {
            let titles = place.texts(problems)?;
            for (place, text) in place.each_text() {
                if text.contains("{{") {
                    place.problem(Code::BadPlaceholder, vec![], problems);
                }
                within(&place, text, limit.filter(|n| *n > 0), spoken.channel, problems);
            }
            Some(titles)
        });
        let effect_place = object.require("effect", "\"effect\": \"continue\"", problems);
        let takes_time =
            effect_place.as_ref().and_then(|place| place.word(&words::EFFECTS, problems));
        let by = object.get("by");
        let effect = match takes_time {
            Some(true) => object
                .require("by", "\"by\": \"1 d\"", problems)
                .and_then(|place| times.read(&place, problems))
                .map(Effect::Extend),
            Some(false) => {
                if let Some(by) = &by {
                    by.problem(Code::TimeWithoutUse, vec![], problems);
                }
                let resolve = effect_place.as_ref().is_some_and(|p| p.is_text("resolve"));
                Some(if resolve { Effect::Resolve } else { Effect::Continue })
            }
            None => None,
        };
        let (Some(title), Some(effect)) = (title, effect) else { continue };
        if replies.iter().any(|reply| reply.effect.id() == effect.id()) {
            place.problem(Code::QuickReplyTwice, vec![plain(effect.id())], problems);
        }
        replies.push(PlannedQuickReply { effect, title });
    }
    replies
}

pub(super) fn template(
    place: &Place<'_>,
    spoken: &Spoken,
    problems: &mut Problems,
) -> Option<PlannedTemplate> {
    let object = place.object(&form::TEMPLATE, problems)?;
    let name = object
        .require("name", "\"name\": \"recordatorio_1\"", problems)
        .and_then(|place| place.name(problems));
    let language = object.get("language").and_then(|place| place.name(problems));
    let parameters = object
        .get("parameters")
        .map(|list| list.items(MOST_PARAMETERS, problems))
        .unwrap_or_default()
        .iter()
        .filter_map(|place| Spoken { channel: None, ..*spoken }.texts(place, problems))
        .collect();
    Some(PlannedTemplate { name: name?, language, parameters })
}

/// Warns of reminders that can fall outside of the channel's window and have no template: even of
/// those whose customer was answered at once.
pub(super) fn outside_channel_window(
    rule: &Rule,
    list: &Place<'_>,
    around: &Around<'_>,
    problems: &mut Problems,
) {
    let Some(window) = around.channel.and_then(|channel| channel.abilities().window) else {
        return;
    };
    if rule.options.outside_window != OutsideWindow::LeaveOut {
        return;
    }
    let schedule = rule.options.business_hours.and_then(|n| around.schedules.get(n));
    let clock = Clock(schedule.map(|schedule| (&schedule.hours, &schedule.zone)));
    let sending = rule.options.sending_window.and_then(|n| around.sending_windows.get(n));
    for (n, reminder) in rule.reminders.iter().enumerate() {
        if reminder.content.template.is_none()
            && longest_wait(clock, sending, reminder.accumulated) >= window
        {
            list.inside(
                n,
                Code::OutsideChannelWindow,
                vec![plain(crate::text::span(window))],
                problems,
            );
        }
    }
}

/// The longest that a reminder takes in calendar time, tried from every third hour of a week.
fn longest_wait(clock: Clock<'_>, sending: Option<&SendingWindow>, after: Span) -> Span {
    let hours = sending.and_then(|window| Some((window.hours.as_ref()?, window.zone)));
    if clock.0.is_none() && hours.is_none() {
        return after;
    }
    let wait = |n: u64| {
        let start = A_MONDAY.plus(Span::HOUR.times(n.saturating_mul(3)));
        let due = clock.advance(start, after);
        hours.map_or(due, |(hours, zone)| hours.next_opening(zone, due)).since(start)
    };
    (0..56).map(wait).max().unwrap_or(after)
}

/// 2026-01-05T00:00:00Z.
const A_MONDAY: Instant = match Instant::from_millis(1_767_571_200_000) {
    Some(instant) => instant,
    None => Instant::MIN,
};
