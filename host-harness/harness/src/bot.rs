//! A bot around a ticket: its flow, the customer's position in it, and what it did last.
//!
//! The customer talks to the flow. When the flow forwards a message to the desk, a ticket is opened
//! if there is none, and the plugin gets the message. When the ticket is closed, the flow gets the
//! ticket's document, and leaves the human-assistance block by one of its exits.

use std::collections::BTreeMap;

use despertador_contract::{Instant, Message, MessageKind, Source, Step};
use despertador_flow::{
    ActionKind, Close, Facts, Flow, Input, Moment as When, RequestedAction, Run, Session,
};
use despertador_lime::{Ticket, accepts_close};
use serde_json::{Value, json};

use crate::answer::quote;

/// The variable by which a flow knows whether the desk took the customer.
const FORWARDED: &str = "desk_forwardToDeskState_status";

/// The media types of documents other than texts.
const MEDIA: &str = "application/vnd.lime.media-link+json";
const LOCATION: &str = "application/vnd.lime.location+json";

/// A bot in one conversation.
#[derive(Debug, Clone)]
pub(crate) struct Bot<'f> {
    flow: &'f Flow,
    session: Session,
    /// The results of commands and scripts: the value of each variable that they set.
    answers: BTreeMap<String, String>,
    /// The id of the open ticket.
    ticket: Option<String>,
    opened: u32,
    /// What was done at the last input.
    done: Vec<String>,
}

/// An effect of a flow on the desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Effect {
    /// It opened a ticket; its number, from 1, gives the id.
    Opened(u32),
    /// It forwarded the customer's message.
    Forwarded,
    /// It left the human-assistance block while the ticket was open.
    Abandoned,
}

impl<'f> Bot<'f> {
    pub(crate) fn new(flow: &'f Flow) -> Bot<'f> {
        Bot {
            flow,
            session: Session::default(),
            answers: BTreeMap::new(),
            ticket: None,
            opened: 0,
            done: Vec::new(),
        }
    }

    /// Whether a ticket is open.
    pub(crate) fn has_ticket(&self) -> bool {
        self.ticket.is_some()
    }

    /// Sets the results of commands and scripts from here on.
    pub(crate) fn will_answer(&mut self, answers: BTreeMap<String, String>) {
        self.answers.extend(answers);
    }

    /// Takes the description of what was done at the last input; empty if it was already taken.
    pub(crate) fn take_done(&mut self) -> String {
        let done = std::mem::take(&mut self.done);
        if done.is_empty() { "nothing".into() } else { done.join(", ") }
    }

    /// The customer writes.
    pub(crate) fn receive(&mut self, message: &Message) -> Vec<Effect> {
        let text = message.text.clone().unwrap_or_default();
        let at = message.received_at;
        self.process(match message.kind {
            MessageKind::Media | MessageKind::Sticker => {
                Input::document(MEDIA, json!({ "text": text }), at)
            }
            MessageKind::Location => Input::document(LOCATION, json!({ "text": text }), at),
            _ => Input::text(text, at),
        })
    }

    /// The flow's wait ended without an answer.
    pub(crate) fn expire(&mut self, at: Instant) -> Vec<Effect> {
        let block = self.session.block().unwrap_or_default().to_owned();
        self.process(Input::expired(&block, at))
    }

    /// The ticket was closed. A document of another ticket, or one that arrives when the customer
    /// is elsewhere, moves nothing.
    pub(crate) fn close(&mut self, close: Close, at: Instant) -> Vec<Effect> {
        let Some(id) = self.ticket.take() else { return Vec::new() };
        let ticket = Ticket {
            id: Some(id.clone()),
            status: Some(close.status().to_owned().into()),
            ..Ticket::default()
        };
        if accepts_close(&ticket, self.session.block(), self.session.ticket_id()).is_err() {
            return Vec::new();
        }
        self.process(Input::ticket(&id, close.status(), at))
    }

    fn process(&mut self, input: Input) -> Vec<Effect> {
        self.done.clear();
        let closing = (input.media_type == despertador_flow::TICKET)
            .then(|| input.content.get("status").and_then(Value::as_str).map(str::to_owned))
            .flatten();
        let facts = Facts::new();
        let before = self.session.block().map(str::to_owned);
        let mut effects = Vec::new();
        // The run borrows the session, and the bot is needed at the same time.
        let mut session = std::mem::take(&mut self.session);
        let mut run = Run::new(self.flow, &mut session, input, &facts);
        let mut moved = false;
        loop {
            let asked = match run.next() {
                Ok(None) => break,
                Ok(Some(asked)) => asked,
                Err(error) => {
                    self.done.push(format!("breaks off: {error}"));
                    break;
                }
            };
            if !moved && asked.moment != When::Begin && !run.hops().is_empty() {
                moved = true;
                self.leave(&before, &closing);
            }
            for (name, value) in self.answer(&asked, &mut effects) {
                run.set(&name, value);
            }
            if let Some(ticket) = self.ticket.clone() {
                run.session().ticket = Some(json!({ "id": ticket, "status": "Open" }));
            }
        }
        let refused = run.was_refused();
        if !moved && !run.hops().is_empty() {
            self.leave(&before, &closing);
        }
        self.session = session;
        let end = match self.session.block().and_then(|id| self.flow.block(id)) {
            _ if refused => "refuses the answer".into(),
            Some(block) => format!("waits in {}", quote(&block.name)),
            None => "ends".into(),
        };
        self.done.push(end);
        effects
    }

    fn leave(&mut self, before: &Option<String>, closing: &Option<String>) {
        if let (Some(status), Some(before)) = (closing, before) {
            let name = self.flow.block(before).map_or(before.as_str(), |block| &block.name);
            self.done.push(format!("leaves {} by {status}", quote(name)));
        }
    }

    /// Carries out an action as far as it concerns the desk; returns the variables that it sets.
    fn answer(
        &mut self,
        asked: &RequestedAction,
        effects: &mut Vec<Effect>,
    ) -> Vec<(String, String)> {
        let settings = &asked.settings;
        let text = |name: &str| settings.get(name).and_then(Value::as_str).unwrap_or_default();
        match asked.kind {
            ActionKind::SendMessage => match settings.get("content") {
                Some(Value::String(words)) => self.done.push(format!("says {}", quote(words))),
                // A typing indicator is not a message.
                Some(content) if content.get("state").is_some() => {}
                Some(content) => {
                    let words = content.get("text").and_then(Value::as_str).unwrap_or_default();
                    let options = content.get("options").and_then(Value::as_array);
                    let options: Vec<String> = options
                        .into_iter()
                        .flatten()
                        .filter_map(|option| Some(quote(option.get("text")?.as_str()?)))
                        .collect();
                    self.done.push(match options.as_slice() {
                        [] => format!("sends {} {}", text("type"), quote(words)),
                        options => format!("offers {} {}", quote(words), options.join(" / ")),
                    });
                }
                None => {}
            },
            ActionKind::SetVariable => {
                self.done.push(format!("sets {} = {}", text("variable"), quote(text("value"))));
            }
            ActionKind::ForwardToDesk => {
                let status = self.answers.get(FORWARDED).cloned();
                let status = status.unwrap_or_else(|| "Success".into());
                if status == "Success" {
                    self.forward(effects);
                }
                return vec![(FORWARDED.into(), status)];
            }
            ActionKind::CreateTicket => self.open(effects),
            ActionKind::ForwardMessageToDesk => self.forward(effects),
            ActionKind::LeavingFromDesk => {
                if self.ticket.take().is_some() {
                    self.done.push("closes the ticket".into());
                    effects.push(Effect::Abandoned);
                }
            }
            // Tracking has no effect here.
            ActionKind::TrackEvent | ActionKind::TrackContactsJourney => {}
            ActionKind::ScheduleExpiration | ActionKind::CancelExpiration => {}
            ActionKind::ProcessCommand if opens_a_ticket(settings) => self.open(effects),
            _ => {
                let title = asked.title.as_deref().map(|title| format!(" {}", quote(title)));
                let title = title.unwrap_or_default();
                self.done.push(format!("asks {}{title}", asked.kind.word()));
            }
        }
        let known = |name: &String| Some((name.clone(), self.answers.get(name)?.clone()));
        let mut set: Vec<(String, String)> = asked.expects.iter().filter_map(known).collect();
        if asked.kind == ActionKind::CreateTicket {
            let ticket = self.ticket.clone().unwrap_or_default();
            set.extend(asked.expects.iter().map(|name| (name.clone(), ticket.clone())));
        }
        set
    }

    fn open(&mut self, effects: &mut Vec<Effect>) {
        if self.ticket.is_none() {
            self.opened = self.opened.saturating_add(1);
            self.ticket = Some(self.opened.to_string());
            self.done.push("opens a ticket".into());
            effects.push(Effect::Opened(self.opened));
        }
    }

    fn forward(&mut self, effects: &mut Vec<Effect>) {
        self.open(effects);
        self.done.push("sends the message on".into());
        effects.push(Effect::Forwarded);
    }
}

/// `set /tickets/{customer}`, as blocks of generation V2 do it.
fn opens_a_ticket(command: &Value) -> bool {
    let text = |name: &str| command.get(name).and_then(Value::as_str).unwrap_or_default();
    let rest = text("uri").strip_prefix("/tickets");
    text("method").eq_ignore_ascii_case("set")
        && rest
            .is_some_and(|rest| rest.matches('/').count() <= 1 && !rest.contains("change-status"))
}

/// The close that a flow gets for a step that was carried out.
pub(crate) fn close_of_step(step: &Step) -> Option<Close> {
    match step {
        Step::Close => Some(Close::Inactivity),
        // The customer said that the matter is settled.
        Step::Resolve => Some(Close::Customer),
        _ => None,
    }
}

/// The close that a flow gets for a close by somebody else.
pub(crate) fn close_by(source: &Source) -> Close {
    match source {
        Source::Customer => Close::Customer,
        Source::Inactivity => Close::Inactivity,
        Source::Agent | Source::Flow | Source::Api | Source::Other(_) => Close::Agent,
    }
}
