//! Messages as they are sent: in the customer's language, with placeholders filled in, without what
//! the channel cannot show.

use crate::channel::{Abilities, Limit};
use crate::decision::{Audience, Image, Outgoing, QuickReply, Template};
use crate::instant::Instant;
use crate::memory::Memory;
use crate::names;
use crate::placeholder::{Placeholder, fill};
use crate::policy::Policy;
use crate::rule::{Content, PlannedTemplate};
use crate::schedule::Schedule;
use crate::text::{Language, Translated, nearest, spoken_span};
use crate::ticket::Ticket;
use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

/// Maximum length of a name in a text, in characters; anything longer is no name.
const NAME_CHARS_MAX: usize = 120;

/// How a message is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SendAs {
    /// As free text.
    FreeText,
    /// As its template.
    Template,
    /// As a note to the people in charge.
    Note,
}

/// Writes messages for a ticket.
#[derive(Clone, Copy)]
pub(crate) struct Writer<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) ticket: &'a Ticket<'a>,
    /// The reminder being written and the time of its sending, for the time left until the close.
    pub(crate) reminder: Option<(&'a Schedule<'a>, u32, Instant)>,
}

/// Until when the channel accepts free text (exclusive); `None` is always. If it is unknown, the
/// window is closed (docs/rules.md#messaging-window).
pub(crate) fn window_until(ticket: &Ticket<'_>, memory: &Memory) -> Option<Instant> {
    ticket.window_until.or_else(|| {
        let window = ticket.channel.abilities().window?;
        Some(memory.last_contact_at().map_or(Instant::MIN, |heard| heard.plus(window)))
    })
}

impl Writer<'_> {
    pub(crate) fn write(&self, content: &Content, send_as: SendAs) -> Box<Outgoing> {
        self.write_whole(content, &[], None, send_as)
    }

    /// A message with further parts, each on its own line, and a signature.
    pub(crate) fn write_whole(
        &self,
        content: &Content,
        also: &[Translated],
        signature: Option<&str>,
        send_as: SendAs,
    ) -> Box<Outgoing> {
        let abilities = self.ticket.channel.abilities();
        let shown = |able: bool| able && send_as == SendAs::FreeText;
        let mut image = content.image.as_ref().filter(|_| shown(abilities.images));
        let mut quick_replies = if shown(abilities.quick_replies > 0) {
            self.quick_replies(content, abilities)
        } else {
            Vec::new()
        };
        let whole = |values| {
            let (language, mut text) = self.localize_with(&content.text, values);
            for part in also {
                text.push('\n');
                text.push_str(&self.localize_with(part, values).1);
            }
            if let Some(name) = signature {
                text.push_str("\n— ");
                text.push_str(name);
            }
            (language, text)
        };
        let (language, mut text) = whole(Values::All);
        if send_as == SendAs::FreeText {
            let fits = |text: &str, replies, image| {
                abilities.limit(replies, image).is_none_or(|limit| limit.fits(text))
            };
            // First the names are replaced, then parts that shorten the limit are left out, and
            // last the text is cut.
            if !fits(&text, !quick_replies.is_empty(), image.is_some()) {
                text = whole(Values::WithoutNames).1;
            }
            let replies = !quick_replies.is_empty();
            if !fits(&text, replies, image.is_some()) {
                image = image.filter(|_| !fits(&text, replies, false) && fits(&text, false, true));
                if !fits(&text, replies, image.is_some()) {
                    quick_replies.clear();
                }
            }
            if let Some(limit) = abilities.limit(!quick_replies.is_empty(), image.is_some()) {
                text = limit.cut(text);
            }
        }
        let image = image.map(|image| Image {
            url: image.url.clone(),
            alternative: self.localize(&image.alternative).1,
        });
        Box::new(Outgoing {
            text,
            language,
            audience: match send_as {
                SendAs::Note => Audience::PeopleInCharge,
                SendAs::FreeText | SendAs::Template => Audience::Customer,
            },
            template: content
                .template
                .as_ref()
                .filter(|_| send_as == SendAs::Template)
                .map(|template| self.template(template)),
            image,
            quick_replies,
        })
    }

    /// The quick replies that the channel shows, with distinct titles.
    fn quick_replies(&self, content: &Content, abilities: &Abilities) -> Vec<QuickReply> {
        let limit = Limit::Characters(abilities.quick_reply_limit);
        let mut shown: Vec<QuickReply> = Vec::new();
        for reply in &content.quick_replies {
            let title = limit.cut(self.localize(&reply.title).1);
            let twice = shown.iter().any(|known| names::key(&known.title) == names::key(&title));
            if shown.len() < abilities.quick_replies && !twice {
                shown.push(QuickReply { id: reply.effect.id(), title });
            }
        }
        shown
    }

    /// The template in its language nearest to the customer's, with parameters in the same
    /// language.
    fn template(&self, planned: &PlannedTemplate) -> Template {
        let languages = || planned.languages.iter().map(String::as_str);
        let place = self
            .ticket
            .locale
            .and_then(|locale| nearest(locale, languages()))
            .or_else(|| nearest(self.policy.language.code(), languages()))
            .unwrap_or(0);
        let language = planned.languages.get(place);
        let locale = language.map(String::as_str).or(self.ticket.locale);
        let parameter = |text| on_one_line(&self.localize_in(text, locale, Values::All).1);
        Template {
            name: planned.name.clone(),
            language: language.cloned(),
            parameters: planned.parameters.iter().map(parameter).collect(),
        }
    }

    /// A text in the customer's language, with placeholders filled in, and its language tag.
    pub(crate) fn localize(&self, text: &Translated) -> (Option<String>, String) {
        self.localize_with(text, Values::All)
    }

    fn localize_with(&self, text: &Translated, values: Values) -> (Option<String>, String) {
        self.localize_in(text, self.ticket.locale, values)
    }

    fn localize_in(
        &self,
        text: &Translated,
        locale: Option<&str>,
        values: Values,
    ) -> (Option<String>, String) {
        let (tag, chosen) = text.choose(locale, self.policy.language);
        if !text.has_placeholders() {
            return (tag.map(Into::into), chosen.into());
        }
        let language = tag.and_then(Language::from_tag).unwrap_or(self.policy.language);
        let value = |place| match (values, place) {
            (Values::All, _) | (_, Placeholder::TimeLeft | Placeholder::TicketNumber) => {
                self.value(place, language)
            }
            (Values::WithoutNames, _) => None,
        };
        (tag.map(Into::into), fill(chosen, value))
    }

    /// The value of a placeholder, on one line and cut at the maximum length of a name.
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
        let value = value.filter(|value| !value.chars().all(is_blank))?;
        let unfit = value.len() > NAME_CHARS_MAX || value.contains(char::is_control);
        Some(if unfit {
            let plain = value.chars().map(|c| if c.is_control() { ' ' } else { c });
            Cow::Owned(plain.take(NAME_CHARS_MAX).collect())
        } else {
            Cow::Borrowed(value)
        })
    }
}

/// Which values are filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Values {
    All,
    /// All except names, for which the fallback is used.
    WithoutNames,
}

/// Whether a character is invisible.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || c.is_control() || names::is_invisible(c)
}

/// A text as a parameter of a template: no line breaks, no tabs, single spaces.
fn on_one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty())
    {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

#[cfg(test)]
mod tests;
