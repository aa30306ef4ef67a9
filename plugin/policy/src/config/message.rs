//! Reading what is sent to customers: words with their places, pictures, quick replies, templates;
//! and what the account's channel would make of it.

use super::place::{Object, Place, Problems, is_language_tag, quoted};
use super::{Times, form, plain, words};
use crate::calendar::Hours;
use crate::channel::{Abilities, Channel, Limit};
use crate::clock::Clock;
use crate::diagnostic::Code;
use crate::instant::{Instant, Span};
use crate::names;
use crate::placeholder::{NAMED, Piece, Placeholder, named, pieces};
use crate::rule::{
    Content, Effect, OutsideWindow, PlannedImage, PlannedQuickReply, PlannedTemplate, Rule,
    WhenLeftOut,
};
use crate::schedule::BEFORE_THE_END;
use crate::text::Translated;
use crate::zone::Zone;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

/// More than any channel shows.
pub(super) const MOST_QUICK_REPLIES: usize = 10;
/// More than any template has.
pub(super) const MOST_PARAMETERS: usize = 50;
/// More than any template is approved in.
pub(super) const MOST_LANGUAGES: usize = 100;
/// No time left is said in more characters or bytes: «89 días y 23 horas».
const MOST_TIME_LEFT: usize = 24;

/// Where and when a text is said.
#[derive(Clone, Copy)]
pub(super) struct Spoken {
    /// The account's channel, where the config names it.
    pub(super) channel: Option<Channel>,
    /// Whether a close follows, so that there is a time left.
    pub(super) closes: bool,
}

/// What goes with a text that the channel shows.
#[derive(Clone, Copy, Default)]
struct Beside {
    quick_replies: bool,
    image: bool,
}

impl Spoken {
    /// A text, or one for each language, that the channel takes.
    pub(super) fn texts(&self, place: &Place<'_>, problems: &mut Problems) -> Option<Translated> {
        self.texts_beside(Beside::default(), place, problems)
    }

    fn texts_beside(
        &self,
        beside: Beside,
        place: &Place<'_>,
        problems: &mut Problems,
    ) -> Option<Translated> {
        let texts = place.texts(problems)?;
        let limit = self.channel.and_then(|channel| {
            let able = channel.abilities();
            able.limit(beside.quick_replies, beside.image).map(|limit| (channel, limit))
        });
        for (place, text) in place.each_text() {
            if can_be_empty(text) {
                place.problem(Code::CanBeEmpty, vec![], problems);
                continue;
            }
            places(&place, text, self.closes, false, problems);
            if let Some((channel, limit)) = limit {
                let shorter = channel.abilities().text_limit != Some(limit);
                let code = match limit {
                    Limit::Bytes(_) => Code::TextOverBytes,
                    Limit::Characters(_) if shorter => Code::TextOverLimitBeside,
                    Limit::Characters(_) => Code::TextOverLimit,
                };
                within(&place, text, limit, channel, code, problems);
            }
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

/// Whether nothing is left of a text where what stands in its places is not known.
fn can_be_empty(text: &str) -> bool {
    let says = |piece| match piece {
        Piece::Words(words) => !words.trim().is_empty(),
        // These two are always known, and what is no place is said elsewhere.
        Piece::Place(name, fallback) => match named(name) {
            None
            | Some(Placeholder::TimeLeft | Placeholder::TicketNumber | Placeholder::Summary) => {
                true
            }
            Some(_) => fallback.is_some_and(|fallback| !fallback.trim().is_empty()),
        },
        Piece::Open => true,
    };
    // A text of nothing at all has a problem of its own.
    !text.trim().is_empty() && !pieces(text).any(says)
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
    limit: Limit,
    channel: Channel,
    code: Code,
    problems: &mut Problems,
) {
    let lengths = pieces(text).map(|piece| match piece {
        Piece::Words(words) => limit.count(words),
        Piece::Place(name, _) if named(name) == Some(Placeholder::TimeLeft) => MOST_TIME_LEFT,
        Piece::Place(_, fallback) => fallback.map_or(0, |fallback| limit.count(fallback)),
        Piece::Open => 0,
    });
    let length = lengths.fold(0, usize::saturating_add);
    if length > limit.most() {
        let number = |n: usize| plain(n.to_string());
        place.problem(
            code,
            vec![number(length), number(limit.most()), plain(channel.word())],
            problems,
        );
    }
}

/// What a reminder says. With problems, it says nothing.
pub(super) fn content(
    object: &Object<'_>,
    spoken: &Spoken,
    times: &Times<'_>,
    problems: &mut Problems,
) -> Content {
    let shows = |key, able: fn(&Abilities) -> bool| {
        object.get(key).is_some() && spoken.channel.is_some_and(|c| able(c.abilities()))
    };
    let beside = Beside {
        quick_replies: shows("quick-replies", |able| able.quick_replies > 0),
        image: shows("image", |able| able.images),
    };
    let text = object
        .require("text", "\"text\": \"¿Sigues allí?\"", problems)
        .and_then(|p| spoken.texts_beside(beside, &p, problems))
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
    times: &Times<'_>,
    problems: &mut Problems,
) -> Vec<PlannedQuickReply> {
    let abilities = spoken.channel.map(Channel::abilities);
    let most = abilities.map_or(MOST_QUICK_REPLIES, |a| a.quick_replies);
    let limit = spoken.channel.map(|c| (c, c.abilities().quick_reply_limit));
    let limit = limit.filter(|(_, most)| *most > 0);
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
                if let Some((channel, most)) = limit {
                    let limit = Limit::Characters(most);
                    within(&place, text, limit, channel, Code::TextOverLimit, problems);
                }
                // Channels refuse two alike, and a customer who types the words chooses by them.
                let twice = replies.iter().any(|reply| {
                    let key = names::key(text);
                    reply.title.texts().any(|title| names::key(title) == key)
                });
                if twice {
                    let values = vec![plain(text.trim())];
                    place.problem(Code::QuickReplyTitleTwice, values, problems);
                }
            }
            Some(titles)
        });
        let effect_place = object.require("effect", "\"effect\": \"continue\"", problems);
        let takes_time =
            effect_place.as_ref().and_then(|place| place.word(&words::EFFECTS, problems));
        let by = object.get("by");
        let effect = match takes_time {
            Some(true) => object.require("by", "\"by\": \"1 d\"", problems).and_then(|place| {
                let by = times.read(&place, problems)?;
                // The choice opens the window anew, and it runs while the customer has more time.
                if let Some(window) = times.window
                    && (Waits { sending: None, ..times.waits }).range(by).1 >= window
                {
                    let values = vec![plain(crate::text::span(window))];
                    place.problem(Code::ExtendsBeyondChannelWindow, values, problems);
                }
                Some(Effect::Extend(by))
            }),
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
    let languages = object
        .get("language")
        .map(|place| {
            let list =
                if place.is_list() { place.items(MOST_LANGUAGES, problems) } else { vec![place] };
            list.iter().filter_map(|place| language(place, problems)).collect()
        })
        .unwrap_or_default();
    let parameters = object
        .get("parameters")
        .map(|list| list.items(MOST_PARAMETERS, problems))
        .unwrap_or_default()
        .iter()
        .filter_map(|place| parameter(place, spoken, problems))
        .collect();
    Some(PlannedTemplate { name: name?, languages, parameters })
}

fn language(place: &Place<'_>, problems: &mut Problems) -> Option<String> {
    let language = place.name(problems)?;
    if !language.trim().is_empty() && !is_language_tag(&language) {
        place.problem(Code::BadLanguage, vec![plain(language.as_str())], problems);
    }
    Some(language)
}

/// What stands in a place of a template: channels refuse a message of which one is empty, or has a
/// line end, a tab or many spaces in it.
fn parameter(place: &Place<'_>, spoken: &Spoken, problems: &mut Problems) -> Option<Translated> {
    let texts = place.texts(problems)?;
    for (place, text) in place.each_text() {
        if can_be_empty(text) {
            place.problem(Code::CanBeEmpty, vec![], problems);
            continue;
        }
        places(&place, text, spoken.closes, false, problems);
        if text.contains(char::is_control) || text.contains("     ") {
            place.problem(Code::ParameterLayout, vec![], problems);
        }
    }
    Some(texts)
}

/// Warns of reminders that can fall outside of the channel's window and have no template, even of
/// those whose customer was answered at once; and, of a rule without errors, whether its last
/// reminder always falls outside, so that it never closes a ticket.
pub(super) fn outside_channel_window(
    rule: &Rule,
    place: &Place<'_>,
    list: &Place<'_>,
    times: &Times<'_>,
    sound: bool,
    problems: &mut Problems,
) {
    let Some(window) = times.window else { return };
    let otherwise = rule.options.outside_window;
    for (n, reminder) in rule.reminders.iter().enumerate() {
        let content = &reminder.content;
        if otherwise == OutsideWindow::LeaveOut
            && content.template.is_none()
            && times.waits.range(reminder.accumulated).1 >= window
        {
            let values = vec![plain(crate::text::span(window))];
            list.inside(n, Code::OutsideChannelWindow, values, problems);
        }
    }
    let closes = rule.enabled
        && rule.close_after.is_some()
        && rule.options.when_left_out == WhenLeftOut::NoClose;
    let before_end = (otherwise == OutsideWindow::BeforeItEnds).then_some(window);
    if sound
        && closes
        && let Some(last) = rule.reminders.last()
        && last.content.template.is_none()
        && (Waits { before_end, ..times.waits }).is_always(last.accumulated, window)
    {
        place.problem(Code::NeverCloses, vec![], problems);
    }
}

/// What a step waits for beside its own time.
#[derive(Clone, Copy)]
pub(super) struct Waits<'a> {
    pub(super) clock: Clock<'a>,
    pub(super) sending: Option<(&'a Hours, Zone)>,
    /// The channel's window, before whose end a step is taken that falls due after it.
    pub(super) before_end: Option<Span>,
}

/// Minutes of a week, and between two of those that are tried first.
const WEEK: u64 = 10_080;
const COARSE: usize = 180;

impl Waits<'_> {
    /// The calendar time until a step is taken that falls due so long after a minute of a week.
    fn wait(&self, after: Span, minute: u64) -> Span {
        let start = A_MONDAY.plus(Span::MINUTE.times(minute));
        let mut due = self.clock.advance(start, after);
        if let Some(window) = self.before_end
            && due >= start.plus(window)
        {
            due = start.plus(window).minus(BEFORE_THE_END);
        }
        self.sending.map_or(due, |(hours, zone)| hours.next_opening(zone, due)).since(start)
    }

    /// The shortest and the longest that a step takes in calendar time, as far as one finds by
    /// trying now and then.
    pub(super) fn range(&self, after: Span) -> (Span, Span) {
        if self.clock.0.is_none() && self.sending.is_none() {
            let wait = self.wait(after, 0);
            return (wait, wait);
        }
        let tried = (0..WEEK).step_by(COARSE).map(|minute| self.wait(after, minute));
        tried.fold((Span::DAY.times(90), Span::ZERO), |(least, most), wait| {
            (least.min(wait), most.max(wait))
        })
    }

    /// Whether a step is never taken before a window ends. A step waits at most a minute less for
    /// every minute that it begins later: so nothing is missed between the instants that are tried.
    fn is_always(&self, after: Span, window: Span) -> bool {
        let (shortest, _) = self.range(after);
        shortest >= window
            && (self.clock.0.is_none() && self.sending.is_none()
                || shortest >= window.plus(Span::MINUTE.times(180))
                || (0..WEEK).step_by(5).all(|minute| self.wait(after, minute) >= window))
    }
}

/// 2026-01-05T00:00:00Z.
const A_MONDAY: Instant = match Instant::from_millis(1_767_571_200_000) {
    Some(instant) => instant,
    None => Instant::MIN,
};
