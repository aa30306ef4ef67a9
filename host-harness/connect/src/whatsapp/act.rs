//! Actions as messages of the Cloud API.

use despertador_contract::{Audience, Duration, Outgoing, Task as ActionTask};
use despertador_desk::DeliveryOutcome;
use serde_json::{Value, json};

use super::Whatsapp;
use super::understand::{MESSAGE, NUMBER_FACT, USER_FACT};
use crate::call::CallError;
use crate::heard::more;
use crate::json::At as _;
use crate::pace::Purpose;
use crate::platform::Task;
use crate::whatsapp_codes::{Cause, cause};

/// The part of a close that is a message.
const CLOSING_TEXT: &str = "closing-text";

/// The pause after a rate limit or a lost answer, in milliseconds. Within it Meta posts the status
/// of a message that was sent after all, and it is not sent again.
const PAUSE_MS: Duration = 60_000;

/// The most buttons of a message.
const BUTTONS_MAX: usize = 3;

impl Whatsapp {
    pub(super) fn act(&self, task: &Task<'_>) -> DeliveryOutcome {
        let refused = |why: &str| DeliveryOutcome::Refused(why.to_owned());
        match &task.delivery.action.task {
            ActionTask::Send(reminder) => self.message(task, &reminder.message, MESSAGE),
            ActionTask::Reply(reply) => match &reply.message {
                Some(message) => self.message(task, message, MESSAGE),
                None => DeliveryOutcome::Done,
            },
            ActionTask::Close(package) => match &package.closing_text {
                Some(text) => match self.message(task, text, CLOSING_TEXT) {
                    // The conversation ends all the same.
                    DeliveryOutcome::Refused(why) | DeliveryOutcome::Blocked(why) => {
                        tracing::warn!(why, "a closing text was refused, and is left out");
                        DeliveryOutcome::Done
                    }
                    outcome => outcome,
                },
                None => DeliveryOutcome::Done,
            },
            ActionTask::Notify(_) => refused(
                "WhatsApp has no place for notes to people; leave notifications out of the policy",
            ),
            // There is no ticket that could be opened: the next message opens the conversation.
            ActionTask::Reopen(_) | ActionTask::OpenLinked(_) | ActionTask::AfterClose(_) => {
                DeliveryOutcome::Done
            }
            ActionTask::Other(word) => refused(&format!("the task `{word}` is not known")),
        }
    }

    fn message(&self, task: &Task<'_>, message: &Outgoing, part: &str) -> DeliveryOutcome {
        if message.audience != Audience::Customer {
            let why = "WhatsApp has no place for notes to people".to_owned();
            return DeliveryOutcome::Refused(why);
        }
        let facts = &task.delivery.facts;
        let mut body = match self.content(message) {
            Ok(body) => body,
            Err(why) => return DeliveryOutcome::Refused(why),
        };
        if let Value::Object(members) = &mut body {
            members.insert("messaging_product".into(), "whatsapp".into());
            members.insert("recipient_type".into(), "individual".into());
            let mark = format!("{}#{part}", task.delivery.key);
            members.insert("biz_opaque_callback_data".into(), mark.into());
            // The number takes precedence; who hides it is reached by the id within the business.
            match (more(facts, NUMBER_FACT), more(facts, USER_FACT)) {
                (Some(number), _) => members.insert("to".into(), number.into()),
                (None, Some(user)) => members.insert("recipient".into(), user.into()),
                (None, None) => members.insert("to".into(), task.conversation.into()),
            };
        }
        let path = format!("/{}/messages", self.options.phone_number_id);
        let reply = self.api.reply(task.now, Purpose::Action, &path, Some(body));
        match reply {
            Ok(reply) if (200..=299).contains(&reply.status) => DeliveryOutcome::Done,
            Ok(reply) => refusal(reply.status, &reply.body),
            Err(CallError::Unreachable(why)) => {
                let why = format!("{why}; whether it was sent is not known, its status is awaited");
                DeliveryOutcome::RetryAfter { why, pause: PAUSE_MS }
            }
            Err(error) => error.outcome(),
        }
    }

    fn content(&self, message: &Outgoing) -> Result<Value, String> {
        if let Some(template) = &message.template {
            let language = template.language.as_ref().or(self.options.template_language.as_ref());
            let language = language.ok_or_else(|| {
                format!(
                    "the template `{}` has no language; name it in the policy, or \
                     `template-language` in the settings",
                    template.name
                )
            })?;
            let parameters: Vec<Value> = template
                .parameters
                .iter()
                .map(|text| json!({ "type": "text", "text": text }))
                .collect();
            let components = match parameters.is_empty() {
                true => json!([]),
                false => json!([{ "type": "body", "parameters": parameters }]),
            };
            return Ok(json!({ "type": "template", "template": {
                "name": template.name, "language": { "code": language },
                "components": components } }));
        }
        let image = message.image.as_ref();
        if !message.quick_replies.is_empty() {
            let replies = message.quick_replies.iter().take(BUTTONS_MAX);
            let buttons: Vec<Value> = replies
                .map(|reply| {
                    json!({ "type": "reply", "reply": { "id": reply.id, "title": reply.title } })
                })
                .collect();
            let mut interactive = json!({ "type": "button", "body": { "text": message.text },
                "action": { "buttons": buttons } });
            if let (Some(image), Value::Object(members)) = (image, &mut interactive) {
                let header = json!({ "type": "image", "image": { "link": image.url } });
                members.insert("header".into(), header);
            }
            return Ok(json!({ "type": "interactive", "interactive": interactive }));
        }
        Ok(match image {
            Some(image) => json!({ "type": "image",
                "image": { "link": image.url, "caption": message.text } }),
            None => json!({ "type": "text",
                "text": { "body": message.text, "preview_url": false } }),
        })
    }
}

/// The outcome of an answer with an error.
fn refusal(status: u16, body: &str) -> DeliveryOutcome {
    let answer: Value = serde_json::from_str(body).unwrap_or_default();
    let error = answer.at("error");
    let Some(code) = error.at("code").as_i64() else {
        return DeliveryOutcome::Retry(format!("WhatsApp answered {status} without a code"));
    };
    let words =
        error.at("error_data").at("details").as_str().or_else(|| error.at("message").as_str());
    let why = format!("WhatsApp's code {code}: {}", words.unwrap_or("without words"));
    match cause(code) {
        Cause::Blocked => DeliveryOutcome::Blocked(why),
        Cause::WindowClosed | Cause::Refused => DeliveryOutcome::Refused(why),
        Cause::TooMany => DeliveryOutcome::RetryAfter { why, pause: PAUSE_MS },
        Cause::Account | Cause::Platform => DeliveryOutcome::Retry(why),
    }
}
