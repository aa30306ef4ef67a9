//! Typebot: a bot that waits in a Webhook block goes on when its customer's ticket is closed.
//!
//! The Webhook block pauses a conversation until its address is called:
//! `/api/v1/typebots/{typebot}/blocks/{block}/results/{result}/executeWebhook`. The result is the
//! conversation; the bot tells it to the desk as the fact [`RESULT_FACT`].

use std::fmt;
use std::sync::Arc;

use despertador_contract::{Instant, Task, Ticket};
use despertador_desk::{Delivery, DeliveryOutcome};
use serde_json::json;

use crate::call::{Api, CallError, Transport};
use crate::check::{self, Check, Code};
use crate::heard::more;
use crate::pace::{Pace, Purpose};

/// The fact, in `more`, with the result that waits.
pub const RESULT_FACT: &str = "typebot.result";

/// Requests a minute.
const PER_MINUTE: u32 = 600;

/// How to reach a bot.
#[derive(Clone)]
pub struct TypebotOptions {
    /// The address of the builder: `https://app.typebot.com`, or that of your own installation.
    pub base: String,
    /// The id of the bot.
    pub typebot: String,
    /// The id of its Webhook block.
    pub block: String,
    /// The API token.
    pub token: String,
}

/// The token is not shown.
impl fmt::Debug for TypebotOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TypebotOptions")
            .field("base", &self.base)
            .field("typebot", &self.typebot)
            .field("block", &self.block)
            .finish_non_exhaustive()
    }
}

/// The exit of a bot of Typebot.
#[derive(Debug, Clone)]
pub struct Typebot {
    options: TypebotOptions,
    api: Api,
}

impl Typebot {
    /// The exit of a bot.
    pub fn new(options: TypebotOptions, transport: Arc<dyn Transport>) -> Self {
        let headers = vec![("Authorization", format!("Bearer {}", options.token))];
        let pace = Arc::new(Pace::new(PER_MINUTE));
        let api = Api::new(transport, pace, &options.base, headers);
        Self { options, api }
    }

    /// Whether a bot waits for the close of this ticket.
    #[must_use]
    pub fn waits(&self, ticket: &Ticket) -> bool {
        more(ticket, RESULT_FACT).is_some()
    }

    /// Lets the bot go on after the close of its customer's ticket. A result that does not wait any
    /// more has gone on before.
    #[must_use]
    pub fn leave(&self, delivery: &Delivery, now: Instant) -> DeliveryOutcome {
        let (Some(result), Task::Close(package)) =
            (more(&delivery.facts, RESULT_FACT), &delivery.action.task)
        else {
            return DeliveryOutcome::Done;
        };
        let TypebotOptions { typebot, block, .. } = &self.options;
        let path =
            format!("/api/v1/typebots/{typebot}/blocks/{block}/results/{result}/executeWebhook");
        let body = json!({ "exit": package.exit, "reason": package.reason,
            "category": package.note.category, "ticket": delivery.ticket, "key": delivery.key });
        match self.api.post(now, &path, body) {
            Ok(_) => DeliveryOutcome::Done,
            Err(CallError::Status { status: 404, .. }) => DeliveryOutcome::Done,
            Err(CallError::Exhausted(pause)) => {
                let why = CallError::Exhausted(pause).to_string();
                DeliveryOutcome::Postponed { why, pause }
            }
            // The ticket is closed; only the bot is missing, and people must see that.
            Err(error) => DeliveryOutcome::Retry(format!("the bot does not go on: {error}")),
        }
    }

    /// Checks the token and the bot.
    #[must_use]
    pub fn test(&self, now: Instant) -> Vec<Check> {
        let path = format!("/api/v1/typebots/{}", self.options.typebot);
        let bot = format!("typebot {}", self.options.typebot);
        let call = self.api.get(now, Purpose::Action, &path);
        if let Some(wrong) = check::of_call(&call, "token-file", &bot) {
            return vec![wrong];
        }
        let lacking = crate::abilities::TYPEBOT.all();
        let lacking = lacking.iter().filter(|(_, has)| !has);
        let mut checks = vec![
            Check::new(Code::CredentialsGood, &[]),
            Check::new(Code::RightsGood, &[]),
            Check::new(Code::NoOtherCloser, &[]),
        ];
        checks.extend(lacking.map(|(name, _)| Check::new(Code::Cannot, &[name])));
        checks
    }
}
