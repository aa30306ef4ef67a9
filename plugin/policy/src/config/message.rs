//! Parses messages to customers (texts with placeholders, images, quick replies, templates) and
//! checks them against the account's channel.

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
use crate::schedule::EARLY_SENDING;
use crate::text::Translated;
use crate::zone::Zone;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

/// Maximum number of quick replies: more than any channel shows.
pub(super) const QUICK_REPLIES_MAX: usize = 10;
/// Maximum number of parameters of a template.
pub(super) const TEMPLATE_PARAMETERS_MAX: usize = 50;
/// Maximum number of languages of a template.
pub(super) const TEMPLATE_LANGUAGES_MAX: usize = 100;
/// Maximum length of a formatted time left, in characters and bytes: «89 días y 23 horas».
const TIME_LEFT_CHARS_MAX: usize = 24;

/// The context in which a text is sent.
#[derive(Clone, Copy)]
pub(super) struct TextContext<'c> {
    /// The channels that the rule matches, or the account's, if the config names them.
    pub(super) channels: &'c [Channel],
    /// Whether a close follows, so that `time-left` has a value.
    pub(super) closes: bool,
}

/// The parts next to a text, for channels that show them.
#[derive(Clone, Copy, Default)]
struct Attachments {
    quick_replies: bool,
    image: bool,
}

impl TextContext<'_> {
    /// A text, or one per language, that the channel accepts.
    pub(super) fn texts(&self, place: &Place<'_>, problems: &mut Problems) -> Option<Translated> {
        self.texts_beside(Attachments::default(), place, problems)
    }

    fn texts_beside(
        &self,
        beside: Attachments,
        place: &Place<'_>,
        problems: &mut Problems,
    ) -> Option<Translated> {
        let texts = place.texts(problems)?;
        let limit = |channel: &Channel| {
            let able = channel.abilities();
            let (quick_replies, image) = (able.quick_replies > 0, able.images);
            let limit = able.limit(beside.quick_replies && quick_replies, beside.image && image);
            limit.map(|limit| (*channel, limit))
        };
        for (place, text) in place.each_text() {
            if becomes_empty(text) {
                place.problem(Code::CanBeEmpty, vec![], problems);
                continue;
            }
            check_placeholders(&place, text, self.closes, false, problems);
            for (channel, limit) in self.channels.iter().filter_map(limit) {
                let shorter = channel.abilities().text_limit != Some(limit);
                let code = match limit {
                    Limit::Bytes(_) => Code::TextOverBytes,
                    Limit::Characters(_) if shorter => Code::TextOverLimitBeside,
                    Limit::Characters(_) => Code::TextOverLimit,
                };
                check_length(&place, text, limit, channel, code, problems);
            }
        }
        Some(texts)
    }
}

/// The text around the facts of a closing note.
pub(super) fn summary(place: &Place<'_>, problems: &mut Problems) -> Option<Translated> {
    let texts = place.texts(problems)?;
    for (place, text) in place.each_text() {
        check_placeholders(&place, text, false, true, problems);
    }
    Some(texts)
}

/// Whether a text becomes empty if its placeholders have no values.
fn becomes_empty(text: &str) -> bool {
    let says = |piece| match piece {
        Piece::Words(words) => !words.trim().is_empty(),
        // These two always have a value, and unknown names are reported elsewhere.
        Piece::Placeholder(name, fallback) => match named(name) {
            None
            | Some(Placeholder::TimeLeft | Placeholder::TicketNumber | Placeholder::Summary) => {
                true
            }
            Some(_) => fallback.is_some_and(|fallback| !fallback.trim().is_empty()),
        },
        Piece::Open => true,
    };
    // An empty text is reported elsewhere.
    !text.trim().is_empty() && !pieces(text).any(says)
}

/// Whether all placeholders of a text are known and have a value or a fallback.
fn check_placeholders(
    place: &Place<'_>,
    text: &str,
    closes: bool,
    summary: bool,
    problems: &mut Problems,
) {
    for piece in pieces(text) {
        let (name, fallback) = match piece {
            Piece::Words(_) => continue,
            Piece::Open => {
                place.problem(Code::BadPlaceholder, vec![], problems);
                continue;
            }
            Piece::Placeholder(name, fallback) => (name, fallback),
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

/// Whether a text fits the limit with all placeholders replaced by their fallbacks.
fn check_length(
    place: &Place<'_>,
    text: &str,
    limit: Limit,
    channel: Channel,
    code: Code,
    problems: &mut Problems,
) {
    let lengths = pieces(text).map(|piece| match piece {
        Piece::Words(words) => limit.count(words),
        Piece::Placeholder(name, _) if named(name) == Some(Placeholder::TimeLeft) => {
            TIME_LEFT_CHARS_MAX
        }
        Piece::Placeholder(_, fallback) => fallback.map_or(0, |fallback| limit.count(fallback)),
        Piece::Open => 0,
    });
    let length = lengths.fold(0, usize::saturating_add);
    if length > limit.max() {
        let number = |n: usize| plain(n.to_string());
        place.problem(
            code,
            vec![number(length), number(limit.max()), plain(channel.word())],
            problems,
        );
    }
}

/// The content of a reminder; empty if it has problems.
pub(super) fn content(
    object: &Object<'_>,
    text_context: &TextContext<'_>,
    times: &Times<'_>,
    problems: &mut Problems,
) -> Content {
    let beside = Attachments {
        quick_replies: object.get("quick-replies").is_some(),
        image: object.get("image").is_some(),
    };
    let text = object
        .require("text", "\"text\": \"¿Sigues allí?\"", problems)
        .and_then(|p| text_context.texts_beside(beside, &p, problems))
        .unwrap_or(Translated::new(Vec::new()));
    let image = object.get("image").and_then(|place| {
        warn_left_out(&place, text_context, |able| able.images, problems);
        image(&place, text_context, problems)
    });
    let quick_replies = object
        .get("quick-replies")
        .map(|place| {
            warn_left_out(&place, text_context, |able| able.quick_replies > 0, problems);
            quick_replies(&place, text_context, times, problems)
        })
        .unwrap_or_default();
    let template = object.get("template").and_then(|place| {
        warn_left_out(&place, text_context, |able| able.templates, problems);
        template(&place, text_context, problems)
    });
    Content { text, image, quick_replies, template }
}

/// Warns of each channel that would leave out a part.
fn warn_left_out(
    place: &Place<'_>,
    text_context: &TextContext<'_>,
    able: fn(&Abilities) -> bool,
    problems: &mut Problems,
) {
    for channel in text_context.channels.iter().filter(|channel| !able(channel.abilities())) {
        place.problem(Code::NotOnThisChannel, vec![plain(channel.word())], problems);
    }
}

fn image(
    place: &Place<'_>,
    text_context: &TextContext<'_>,
    problems: &mut Problems,
) -> Option<PlannedImage> {
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
        .and_then(|place| TextContext { channels: &[], ..*text_context }.texts(&place, problems));
    Some(PlannedImage { url: url?, alternative: alternative? })
}

fn quick_replies(
    list: &Place<'_>,
    text_context: &TextContext<'_>,
    times: &Times<'_>,
    problems: &mut Problems,
) -> Vec<PlannedQuickReply> {
    // Channels that show none at all were reported above.
    let abilities = || text_context.channels.iter().map(|channel| (*channel, channel.abilities()));
    let most = abilities().map(|(_, able)| able.quick_replies).filter(|most| *most > 0).min();
    let most = most.unwrap_or(QUICK_REPLIES_MAX);
    let limits = abilities().map(|(channel, able)| (channel, able.quick_reply_limit));
    let limit = limits.filter(|(_, most)| *most > 0).min_by_key(|(_, most)| *most);
    let mut replies: Vec<PlannedQuickReply> = Vec::new();
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
                    check_length(&place, text, limit, channel, Code::TextOverLimit, problems);
                }
                // Channels refuse two equal titles, and customers can choose by typing the title.
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
                // The choice opens the window again, which runs during the extra time.
                if let Some(window) = times.window
                    && (StepDelays { sending: None, ..times.waits }).range(by).1 >= window
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
    text_context: &TextContext<'_>,
    problems: &mut Problems,
) -> Option<PlannedTemplate> {
    let object = place.object(&form::TEMPLATE, problems)?;
    let name = object
        .require("name", "\"name\": \"recordatorio_1\"", problems)
        .and_then(|place| place.name(problems));
    let languages = object
        .get("language")
        .map(|place| {
            let list = if place.is_list() {
                place.items(TEMPLATE_LANGUAGES_MAX, problems)
            } else {
                vec![place]
            };
            list.iter().filter_map(|place| language(place, problems)).collect()
        })
        .unwrap_or_default();
    let parameters = object
        .get("parameters")
        .map(|list| list.items(TEMPLATE_PARAMETERS_MAX, problems))
        .unwrap_or_default()
        .iter()
        .filter_map(|place| parameter(place, text_context, problems))
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

/// A parameter of a template. Channels refuse a message if one is empty or contains a line break, a
/// tab or many spaces.
fn parameter(
    place: &Place<'_>,
    text_context: &TextContext<'_>,
    problems: &mut Problems,
) -> Option<Translated> {
    let texts = place.texts(problems)?;
    for (place, text) in place.each_text() {
        if becomes_empty(text) {
            place.problem(Code::CanBeEmpty, vec![], problems);
            continue;
        }
        check_placeholders(&place, text, text_context.closes, false, problems);
        if text.contains(char::is_control) || text.contains("     ") {
            place.problem(Code::ParameterLayout, vec![], problems);
        }
    }
    Some(texts)
}

/// Warns of reminders without a template that can fall outside a channel's window, even if the
/// customer was answered at once.
pub(super) fn outside_channel_window(
    rule: &Rule,
    list: &Place<'_>,
    times: &Times<'_>,
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
}

/// Warns of a rule without errors whose last reminder always falls outside of a channel's window, so
/// that it never closes a ticket there.
pub(super) fn never_closes(
    rule: &Rule,
    channels: &[Channel],
    place: &Place<'_>,
    times: &Times<'_>,
    problems: &mut Problems,
) {
    let closes = rule.enabled
        && rule.close_after.is_some()
        && rule.options.when_left_out == WhenLeftOut::NoClose;
    let Some(last) = rule.reminders.last().filter(|last| closes && last.content.template.is_none())
    else {
        return;
    };
    let before_its_end = rule.options.outside_window == OutsideWindow::BeforeItEnds;
    let never = |channel: &&Channel| {
        channel.abilities().window.is_some_and(|window| {
            let before_end = before_its_end.then_some(window);
            StepDelays { before_end, ..times.waits }.is_always(last.accumulated, window)
        })
    };
    let never: Vec<&str> = channels.iter().filter(never).map(|channel| channel.word()).collect();
    match never.len() {
        0 => {}
        all if all == channels.len() => place.problem(Code::NeverCloses, vec![], problems),
        _ => place.problem(Code::NeverClosesOn, vec![plain(never.join(", "))], problems),
    }
}

/// What can delay a step beyond its own time.
#[derive(Clone, Copy)]
pub(super) struct StepDelays<'a> {
    pub(super) clock: Clock<'a>,
    pub(super) sending: Option<(&'a Hours, Zone)>,
    /// The channel's window; a step that falls due after its end is taken before it.
    pub(super) before_end: Option<Span>,
}

/// Minutes of a week, and the distance between the minutes that are tried first.
const WEEK_MINUTES: u64 = 10_080;
const COARSE_STEP_MINUTES: usize = 180;

impl StepDelays<'_> {
    /// The calendar time until a step is taken, if it falls due `after` a minute of a week.
    fn wait(&self, after: Span, minute: u64) -> Span {
        let start = MONDAY.plus(Span::MINUTE.times(minute));
        let mut due = self.clock.advance(start, after);
        if let Some(window) = self.before_end
            && due >= start.plus(window)
        {
            due = start.plus(window).minus(EARLY_SENDING);
        }
        self.sending.map_or(due, |(hours, zone)| hours.next_opening(zone, due)).since(start)
    }

    /// The shortest and longest calendar time until a step is taken, estimated from samples.
    pub(super) fn range(&self, after: Span) -> (Span, Span) {
        if self.clock.0.is_none() && self.sending.is_none() {
            let wait = self.wait(after, 0);
            return (wait, wait);
        }
        let tried =
            (0..WEEK_MINUTES).step_by(COARSE_STEP_MINUTES).map(|minute| self.wait(after, minute));
        tried.fold((Span::DAY.times(90), Span::ZERO), |(least, most), wait| {
            (least.min(wait), most.max(wait))
        })
    }

    /// Whether a step is always taken after a window has ended. A step that begins a minute later
    /// waits at most a minute less, so no case between two samples is missed.
    fn is_always(&self, after: Span, window: Span) -> bool {
        let (shortest, _) = self.range(after);
        shortest >= window
            && (self.clock.0.is_none() && self.sending.is_none()
                || shortest >= window.plus(Span::MINUTE.times(180))
                || (0..WEEK_MINUTES).step_by(5).all(|minute| self.wait(after, minute) >= window))
    }
}

/// 2026-01-05T00:00:00Z.
const MONDAY: Instant = match Instant::from_millis(1_767_571_200_000) {
    Some(instant) => instant,
    None => Instant::MIN,
};
