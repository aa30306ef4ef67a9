//! Converts actions to the envelopes that carry them out.

mod refusal;

use despertador_contract::{
    Action, Audience, Channel, ClosePackage, MissedCall, Outgoing, Survey, Task,
};

use crate::address::Identity;
use crate::channel::channel;
use crate::content::{Content, Document, MediaLink, Select, Template};
use crate::desk;
use crate::envelope::{Envelope, Header, Message};
use crate::sent::{Part, SentId};
use crate::ticket::{Status, Ticket};

pub use refusal::{LeftOut, Refusal};

/// The parties of an action.
#[derive(Debug, Clone, Copy)]
pub struct Route<'a> {
    /// The bot.
    pub bot: &'a Identity,
    /// The customer, on their channel.
    pub customer: &'a Identity,
    /// The last known ticket.
    pub ticket: &'a Ticket,
}

/// How actions are carried out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Options {
    /// How a ticket is closed.
    pub close: CloseWay,
    /// How many milliseconds a typing indicator is shown before a message.
    pub typing: Option<i64>,
    /// The language of templates without one, as WhatsApp writes it: `pt_BR`.
    pub template_language: Option<String>,
}

/// How a ticket is closed for inactivity.
///
/// Blip's own close sets the status `ClosedClientInactivity`, and its flows leave by that status.
/// It is not documented whether the desk accepts this status from others. If it does not, the
/// ticket is closed in another way, and the flow gets what the desk would have sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum CloseWay {
    /// `/tickets/change-status` with the status; the desk sends the customer back to the bot.
    #[default]
    ChangeStatus,
    /// `/tickets/change-status-without-redirect` with the status, and the closed ticket is passed
    /// to the flow.
    ChangeStatusAndFeed,
    /// `/tickets/{id}/close`, for which the desk chooses the status, and the closed ticket is
    /// passed to the flow. What the desk itself sends for it must be kept from the flow:
    /// [`accepts_close`](crate::accepts_close) accepts the first one, and the user has then left
    /// the block.
    CloseAndFeed,
}

/// The envelopes that carry an action out.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Dispatch {
    /// To send, in this order.
    pub send: Vec<Envelope>,
    /// To pass to the flow as if the desk had sent it, after the close was answered.
    pub feed: Option<Message>,
    /// Parts of the action without a counterpart in Blip.
    pub left_out: Vec<LeftOut>,
}

/// The envelopes that carry an action out. The result is always the same, with the same ids.
///
/// Messages and commands have no sender: the server fills in the connected bot.
///
/// # Errors
///
/// If it cannot be carried out: the host reports `failed`.
pub fn carry_out(
    action: &Action,
    route: &Route<'_>,
    options: &Options,
) -> Result<Dispatch, Refusal> {
    let mut dispatch = Dispatching { action, route, options, dispatch: Dispatch::default() };
    match &action.task {
        Task::Send(reminder) => {
            dispatch.message(&reminder.message, [Part::Message, Part::Picture, Part::Note])?;
        }
        Task::Close(package) => dispatch.close(package)?,
        Task::Notify(notification) => dispatch.note(Part::Note, &notification.text),
        Task::Reopen(_) => {
            dispatch.left_out(LeftOut::SameTicket);
            dispatch.open_linked();
        }
        Task::OpenLinked(_) => dispatch.open_linked(),
        Task::AfterClose(then) => dispatch.after_close(then.unassign, then.bot_on, &then.survey),
        Task::Reply(reply) => {
            if let Some(message) = &reply.message {
                dispatch.message(message, [Part::Message, Part::Picture, Part::Note])?;
            }
            match &reply.missed_call {
                MissedCall::NewTicket => dispatch.open(Ticket::default()),
                MissedCall::OnTicket => dispatch.left_out(LeftOut::MissedCall),
                MissedCall::Nothing | MissedCall::Other(_) => {}
            }
        }
        Task::Other(word) => return Err(Refusal::Task(word.clone())),
    }
    Ok(dispatch.dispatch)
}

struct Dispatching<'a> {
    action: &'a Action,
    route: &'a Route<'a>,
    options: &'a Options,
    dispatch: Dispatch,
}

impl Dispatching<'_> {
    fn id(&self, part: Part) -> String {
        SentId::new(&self.action.key, part).to_string()
    }

    fn send(&mut self, envelope: impl Into<Envelope>) {
        self.dispatch.send.push(envelope.into());
    }

    fn left_out(&mut self, what: LeftOut) {
        self.dispatch.left_out.push(what);
    }

    fn tell_customer(&mut self, part: Part, content: &Content) {
        let header = Header::to(self.route.customer.clone(), self.id(part));
        self.send(Message::new(header, content));
    }

    fn note(&mut self, part: Part, words: &str) {
        self.send(desk::note(&self.id(part), self.route.customer, words));
    }

    /// A message for its audience; `parts` are those of the text, of the image, and of a note.
    fn message(&mut self, message: &Outgoing, parts: [Part; 3]) -> Result<(), Refusal> {
        let [words, picture, note] = parts;
        match &message.audience {
            Audience::Customer => {}
            Audience::PeopleInCharge => {
                self.note(note, &message.text);
                return Ok(());
            }
            Audience::Other(word) => return Err(Refusal::Audience(word.clone())),
        }
        let mut contents = Vec::new();
        if let Some(template) = &message.template {
            let channel = channel(self.route.customer.domain());
            if channel != Channel::Whatsapp {
                return Err(Refusal::TemplateElsewhere(self.route.customer.domain().into()));
            }
            let language = template.language.as_ref().or(self.options.template_language.as_ref());
            let language =
                language.ok_or_else(|| Refusal::TemplateLanguage(template.name.clone()))?;
            let document = Template::new(&template.name, language, &template.parameters);
            contents.push((words, Content::Template(document)));
        } else {
            let text = message.text.as_str();
            let titles = message.quick_replies.iter().map(|reply| reply.title.as_str());
            let select = (!message.quick_replies.is_empty())
                .then(|| Content::Select(Select::quick_replies(text, titles)));
            let picture_with = |text| {
                message.image.as_ref().map(|image| {
                    Content::MediaLink(MediaLink::picture(&image.url, &image.alternative, text))
                })
            };
            match select {
                // A menu cannot contain an image, so the image is sent before it.
                Some(select) => {
                    contents.extend(picture_with("").map(|content| (picture, content)));
                    contents.push((words, select));
                }
                None => {
                    let content = picture_with(text).unwrap_or_else(|| Content::Text(text.into()));
                    contents.push((words, content));
                }
            }
            if text.is_empty() && message.image.is_none() {
                return Err(Refusal::Empty);
            }
        }
        if let Some(interval) = self.options.typing {
            self.send(desk::typing(self.route.customer, Some(interval)));
        }
        contents.iter().for_each(|(part, content)| self.tell_customer(*part, content));
        Ok(())
    }

    fn close(&mut self, package: &ClosePackage) -> Result<(), Refusal> {
        let ticket = self.route.ticket;
        let id =
            ticket.id.as_deref().filter(|id| !id.is_empty()).ok_or(Refusal::TicketWithoutId)?;
        if let Some(text) = &package.closing_text {
            let parts = [Part::ClosingText, Part::ClosingPicture, Part::ClosingText];
            self.message(text, parts)?;
        }
        let note = format!("{}: {}", package.note.category, package.note.summary);
        self.note(Part::ClosingNote, &note);
        // A customer who said with a quick reply that the matter is settled has closed the ticket.
        let status = match package.exit.as_str() {
            "customer-resolved" => Status::ClosedClient,
            _ => Status::ClosedClientInactivity,
        };
        let mut tags = ticket.tags.clone().unwrap_or_default();
        tags.extend(package.tags.iter().cloned());
        let mut seen = std::collections::BTreeSet::new();
        tags.retain(|tag| seen.insert(tag.clone()));
        let sent = self.id(Part::Close);
        let way = self.options.close;
        self.send(match way {
            CloseWay::ChangeStatus | CloseWay::ChangeStatusAndFeed => {
                let quietly = way == CloseWay::ChangeStatusAndFeed;
                desk::change_status(&sent, id, status.clone(), &tags, quietly)
            }
            CloseWay::CloseAndFeed => desk::close(&sent, id, self.route.bot, &tags),
        });
        if way != CloseWay::ChangeStatus {
            let closed = Ticket {
                status: Some(status),
                closed: Some(true),
                closed_by: Some(self.route.bot.to_string()),
                tags: (!tags.is_empty()).then_some(tags),
                ..ticket.clone()
            };
            let id = self.id(Part::Redirect);
            let Route { bot, customer, .. } = self.route;
            self.dispatch.feed = Some(desk::redirect_to_bot(&id, &closed, bot, customer));
        }
        self.left_out(LeftOut::Notice(package.notice.clone()));
        self.after_close(package.then.unassign, package.then.bot_on, &package.then.survey);
        Ok(())
    }

    /// The flow decides whether the bot answers again: it does once the user has left the block.
    fn after_close(&mut self, unassign: bool, bot_on: bool, survey: &Survey) {
        if unassign {
            self.left_out(LeftOut::Unassign);
        }
        if !bot_on {
            self.left_out(LeftOut::BotOff);
        }
        if matches!(survey, Survey::Now | Survey::Later) {
            self.left_out(LeftOut::Survey);
        }
    }

    /// A new ticket that refers to the one it continues. It is not documented whether the desk
    /// accepts the number and the agent from others; without them it is an ordinary ticket.
    fn open_linked(&mut self) {
        self.open(Ticket {
            parent_sequential_id: self.route.ticket.sequential_id,
            agent_identity: self.route.ticket.agent_identity.clone(),
            ..Ticket::default()
        });
    }

    fn open(&mut self, ticket: Ticket) {
        let of = self.route.ticket;
        let ticket = Ticket {
            customer_identity: Some(self.route.customer.to_string()),
            customer_input: Some(
                of.customer_input
                    .clone()
                    .unwrap_or_else(|| Document::of(&Content::Text(String::new()))),
            ),
            team: of.team.clone(),
            ..ticket
        };
        self.send(desk::open(&self.id(Part::Ticket), &ticket));
    }
}
