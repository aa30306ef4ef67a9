//! Messages as they are sent: in the customer's language, filled in, without what the channel
//! cannot show.

use crate::channel::Abilities;
use crate::decision::{Audience, Image, Outgoing, QuickReply, Template};
use crate::instant::Instant;
use crate::memory::Memory;
use crate::placeholder::{Placeholder, fill};
use crate::policy::Policy;
use crate::rule::{Content, PlannedTemplate};
use crate::schedule::Schedule;
use crate::text::{Language, Translated, spoken_span};
use crate::ticket::Ticket;
use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

/// Names of people and companies are no longer; what is longer is not one.
const MOST_NAME_CHARS: usize = 120;

/// How a message reaches somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// As written.
    Freely,
    /// By its template.
    ByTemplate,
    /// To the people in charge only.
    AsNote,
}

/// For whom a message is written, and what it can speak of.
#[derive(Clone, Copy)]
pub(crate) struct Writer<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) ticket: &'a Ticket<'a>,
    /// The reminder that is written, and when it is sent: for the time left until the close.
    pub(crate) reminder: Option<(&'a Schedule<'a>, u32, Instant)>,
}

/// Until when the channel takes free text, exclusive; none: always. Where that is not known, it
/// takes none (docs/rules.md#messaging-window).
pub(crate) fn window_until(ticket: &Ticket<'_>, memory: &Memory) -> Option<Instant> {
    ticket.window_until.or_else(|| {
        let window = ticket.channel.abilities().window?;
        Some(memory.last_heard().map_or(Instant::MIN, |heard| heard.plus(window)))
    })
}

impl Writer<'_> {
    pub(crate) fn write(&self, content: &Content, way: Way) -> Box<Outgoing> {
        self.write_whole(content, &[], None, way)
    }

    /// A message with further parts, each on a line of its own, and a name at its end.
    pub(crate) fn write_whole(
        &self,
        content: &Content,
        also: &[Translated],
        signature: Option<&str>,
        way: Way,
    ) -> Box<Outgoing> {
        let abilities = self.ticket.channel.abilities();
        let (language, mut text) = self.say(&content.text);
        for part in also {
            text.push('\n');
            text.push_str(&self.say(part).1);
        }
        if let Some(name) = signature {
            text.push_str("\n— ");
            text.push_str(name);
        }
        let shown = |able: bool| able && way == Way::Freely;
        let image = content.image.as_ref().filter(|_| shown(abilities.images)).map(|image| Image {
            url: image.url.clone(),
            alternative: self.say(&image.alternative).1,
        });
        let quick_replies = if shown(abilities.quick_replies > 0) {
            content
                .quick_replies
                .iter()
                .take(abilities.quick_replies)
                .map(|reply| QuickReply {
                    id: reply.effect.id(),
                    title: shorten(self.say(&reply.title).1, Some(abilities.quick_reply_limit)),
                })
                .collect()
        } else {
            Vec::new()
        };
        Box::new(Outgoing {
            text: self.within(text, abilities, way),
            language,
            audience: match way {
                Way::AsNote => Audience::PeopleInCharge,
                Way::Freely | Way::ByTemplate => Audience::Customer,
            },
            template: content
                .template
                .as_ref()
                .filter(|_| way == Way::ByTemplate)
                .map(|template| self.template(template)),
            image,
            quick_replies,
        })
    }

    fn template(&self, planned: &PlannedTemplate) -> Template {
        Template {
            name: planned.name.clone(),
            language: planned.language.clone(),
            parameters: planned.parameters.iter().map(|p| self.say(p).1).collect(),
        }
    }

    /// A text in the customer's language, filled in, with the language's tag.
    pub(crate) fn say(&self, text: &Translated) -> (Option<String>, String) {
        let (tag, chosen) = text.choose(self.ticket.locale, self.policy.language);
        if !text.has_places() {
            return (tag.map(Into::into), chosen.into());
        }
        let language = tag.and_then(Language::of_tag).unwrap_or(self.policy.language);
        (tag.map(Into::into), fill(chosen, |place| self.value(place, language)))
    }

    /// What stands for a place of a text, on one line and no longer than a name is.
    pub(crate) fn value(&self, place: Placeholder, language: Language) -> Option<Cow<'_, str>> {
        let ticket = self.ticket;
        let value = match place {
            Placeholder::CustomerName => ticket.fact("customer.name"),
            Placeholder::AgentName => ticket.fact("agent.name").or(ticket.agent),
            Placeholder::DepartmentName => ticket.fact("department.name").or(ticket.department),
            Placeholder::CompanyName => {
                ticket.fact("company.name").or(self.policy.company.as_deref())
            }
            Placeholder::TicketNumber => ticket.fact("ticket.number").or(Some(ticket.id)),
            Placeholder::TimeLeft => {
                let (schedule, number, now) = self.reminder?;
                let left = schedule.close_if_sent(number, now)?.since(now);
                return Some(spoken_span(left, language).into());
            }
            Placeholder::Summary => None,
        };
        let value = value.filter(|value| !value.trim().is_empty())?;
        let unfit = value.len() > MOST_NAME_CHARS || value.contains(char::is_control);
        Some(if unfit {
            let plain = value.chars().map(|c| if c.is_control() { ' ' } else { c });
            Cow::Owned(plain.take(MOST_NAME_CHARS).collect())
        } else {
            Cow::Borrowed(value)
        })
    }

    /// A name can make a text longer than the policy has it.
    fn within(&self, text: String, abilities: &Abilities, way: Way) -> String {
        match way {
            Way::Freely => shorten(text, abilities.text_limit),
            Way::ByTemplate | Way::AsNote => text,
        }
    }
}

/// At most so many characters, the last one an ellipsis where something is missing.
fn shorten(text: String, limit: Option<usize>) -> String {
    let Some(limit) = limit else { return text };
    // A text with no more bytes than that has no more characters either.
    if text.len() <= limit || text.chars().count() <= limit {
        return text;
    }
    let mut short: String = text.chars().take(limit.saturating_sub(1)).collect();
    short.push('…');
    short
}
