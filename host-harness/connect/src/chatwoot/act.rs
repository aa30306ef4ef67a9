//! Actions as calls of Chatwoot's API.

use despertador_contract::{
    Audience, ClosePackage, Outgoing, QuickReply, Task as ActionTask, Template,
};
use despertador_desk::DeliveryOutcome;
use serde_json::{Map, Value, json};

use super::Chatwoot;
use super::understand::{MARK, MESSAGE};
use crate::call::CallError;
use crate::json::At as _;
use crate::pace::Purpose;
use crate::platform::{Conversation, Task};

/// The parts of a close that are messages.
const CLOSING_TEXT: &str = "closing-text";
const CLOSING_NOTE: &str = "closing-note";

/// The members of `custom_attributes` that say how a conversation ended: automation rules of
/// Chatwoot and bots can go on from them.
const EXIT: &str = "despertador_exit";
const CATEGORY: &str = "despertador_category";

/// Why a step ends the action: nothing can follow it.
type Ends = DeliveryOutcome;

impl From<CallError> for DeliveryOutcome {
    fn from(error: CallError) -> Self {
        error.outcome()
    }
}

impl Chatwoot {
    pub(super) fn act(&self, task: &Task<'_>) -> DeliveryOutcome {
        let read;
        let conversation = match task.read {
            Some(read) => read,
            None => {
                match self.read_conversation(task.conversation, None, Purpose::Action, task.now) {
                    Ok(fresh) => {
                        read = fresh;
                        &read
                    }
                    Err(error) => return error.outcome(),
                }
            }
        };
        let acting = Acting { chatwoot: self, task, conversation };
        match acting.all() {
            Ok(()) => DeliveryOutcome::Done,
            Err(outcome) => outcome,
        }
    }
}

/// An action under way.
struct Acting<'a> {
    chatwoot: &'a Chatwoot,
    task: &'a Task<'a>,
    conversation: &'a Conversation,
}

impl Acting<'_> {
    fn all(&self) -> Result<(), Ends> {
        match &self.task.delivery.action.task {
            ActionTask::Send(reminder) => self.message(&reminder.message, MESSAGE),
            ActionTask::Reply(reply) => {
                reply.message.as_ref().map_or(Ok(()), |message| self.message(message, MESSAGE))
            }
            ActionTask::Notify(notification) => self.note(&notification.text, MESSAGE),
            ActionTask::Close(package) => self.close(package),
            // Chatwoot continues the same conversation, also where a new ticket is asked for.
            ActionTask::Reopen(_) | ActionTask::OpenLinked(_) => self.set_status("open"),
            ActionTask::AfterClose(then) => self.unassign(then.unassign),
            ActionTask::Other(word) => {
                Err(DeliveryOutcome::Refused(format!("the task `{word}` is not known")))
            }
        }
    }

    fn post(&self, path: &str, body: Value) -> Result<(), Ends> {
        let path = format!("/conversations/{}/{path}", self.task.conversation);
        self.chatwoot.writing.post(self.task.now, &path, body).map(drop).map_err(Ends::from)
    }

    /// Labels can be written by a person's token only, in versions before 4.13.
    fn post_as_person(&self, path: &str, body: Value) -> Result<(), Ends> {
        let path = format!("/conversations/{}/{path}", self.task.conversation);
        self.chatwoot.reading.post(self.task.now, &path, body).map(drop).map_err(Ends::from)
    }

    fn message(&self, message: &Outgoing, part: &str) -> Result<(), Ends> {
        match &message.audience {
            Audience::Customer => {}
            Audience::PeopleInCharge => return self.note(&message.text, part),
            Audience::Other(word) => {
                return Err(DeliveryOutcome::Refused(format!(
                    "the audience `{word}` is not known"
                )));
            }
        }
        let mut body = json!({ "content": text(message), "message_type": "outgoing" });
        if let (Some(template), Some(body)) = (&message.template, body.as_object_mut()) {
            body.insert("template_params".into(), template_params(template));
        }
        self.say(body, part, &message.quick_replies)
    }

    fn note(&self, text: &str, part: &str) -> Result<(), Ends> {
        self.say(json!({ "content": text, "message_type": "outgoing", "private": true }), part, &[])
    }

    /// Posts a message unless the conversation has it.
    fn say(&self, mut body: Value, part: &str, replies: &[QuickReply]) -> Result<(), Ends> {
        let key = &self.task.delivery.key;
        if self.conversation.has(key, part) {
            return Ok(());
        }
        let mark = format!("{key}#{part}");
        let mut attributes = Map::from_iter([(MARK.to_owned(), mark.as_str().into())]);
        if let Some(body) = body.as_object_mut() {
            if !replies.is_empty() {
                let items: Vec<Value> = replies
                    .iter()
                    .map(|reply| json!({ "title": reply.title, "value": reply.id }))
                    .collect();
                body.insert("content_type".into(), "input_select".into());
                attributes.insert("items".into(), Value::Array(items));
            }
            body.insert("echo_id".into(), mark.into());
            body.insert("content_attributes".into(), Value::Object(attributes));
        }
        self.post("messages", body)
    }

    /// The status comes last of what counts: until then, everything may be done again.
    fn close(&self, package: &ClosePackage) -> Result<(), Ends> {
        if let Some(text) = &package.closing_text {
            optional(self.message(text, CLOSING_TEXT))?;
        }
        let note = format!("{}: {}", package.note.category, package.note.summary);
        optional(self.note(&note, CLOSING_NOTE))?;
        optional(self.label(&package.tags))?;
        self.say_how_it_ended(package)?;
        self.set_status("resolved")?;
        // Before it, a close that breaks off would leave the conversation without an agent, for whom
        // the plugin then waits. Now it is done, whatever becomes of this.
        if let Err(outcome) = self.unassign(package.then.unassign) {
            tracing::warn!(?outcome, "the agent of a closed conversation stays");
        }
        Ok(())
    }

    /// Adds labels. Chatwoot takes the whole list.
    fn label(&self, tags: &[String]) -> Result<(), Ends> {
        let known = self.conversation.document.at("labels").as_array();
        let mut labels: Vec<Value> = known.cloned().unwrap_or_default();
        let before = labels.len();
        for tag in tags {
            let tag = json!(tag);
            if !labels.contains(&tag) {
                labels.push(tag);
            }
        }
        if labels.len() == before {
            return Ok(());
        }
        self.post_as_person("labels", json!({ "labels": labels }))
    }

    /// Marks the conversation as closed by this action, which tells it from a close by a person.
    /// Chatwoot takes the whole list of attributes.
    fn say_how_it_ended(&self, package: &ClosePackage) -> Result<(), Ends> {
        let known = self.conversation.document.at("custom_attributes").as_object();
        let mut attributes = known.cloned().unwrap_or_default();
        attributes.insert(MARK.into(), self.task.delivery.key.as_str().into());
        attributes.insert(EXIT.into(), package.exit.as_str().into());
        attributes.insert(CATEGORY.into(), package.note.category.as_str().into());
        self.post("custom_attributes", json!({ "custom_attributes": attributes }))
    }

    fn unassign(&self, unassign: bool) -> Result<(), Ends> {
        if !unassign {
            return Ok(());
        }
        // Nobody: Chatwoot's own pages post 0, and its document asks for a number.
        self.post("assignments", json!({ "assignee_id": 0 }))
    }

    /// Always with the status: without it Chatwoot toggles, and a repeated close would open.
    fn set_status(&self, status: &str) -> Result<(), Ends> {
        self.post("toggle_status", json!({ "status": status }))
    }
}

/// A step without which the close goes on if Chatwoot refuses it.
fn optional(step: Result<(), Ends>) -> Result<(), Ends> {
    match step {
        Err(DeliveryOutcome::Refused(why)) => {
            tracing::warn!(why, "a part of a close was refused, and is left out");
            Ok(())
        }
        other => other,
    }
}

/// The text. The API takes pictures as uploads only: their address follows the text.
fn text(message: &Outgoing) -> String {
    match &message.image {
        Some(image) if message.template.is_none() => {
            format!("{}\n{}", message.text, image.url).trim_start().to_owned()
        }
        _ => message.text.clone(),
    }
}

fn template_params(template: &Template) -> Value {
    let numbered = (1..).zip(&template.parameters);
    let values = numbered.map(|(number, value): (usize, _)| (number.to_string(), json!(value)));
    let mut params = json!({
        "name": template.name, "processed_params": Map::from_iter(values),
    });
    if let (Some(language), Some(params)) = (&template.language, params.as_object_mut()) {
        params.insert("language".into(), language.as_str().into());
    }
    params
}
