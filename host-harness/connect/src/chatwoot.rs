//! Chatwoot.
//!
//! | what Chatwoot says | what the desk hears |
//! |---|---|
//! | `incoming` message | the customer |
//! | `outgoing` by a user, or `external_echo` (written in the channel's own app) | an agent |
//! | `outgoing` by Captain | an AI agent |
//! | `outgoing` by an automation rule, a campaign, an agent bot, or nobody | automation |
//! | `private` | a note |
//! | `activity`, `template` | nothing |
//! | our own mark in `content_attributes`, or our `echo_id` | our action has arrived |
//! | `submitted_values` of an `input_select` | the customer has chosen |
//! | status of a message becomes `failed` | it did not reach the customer |
//! | `open`, `snoozed`, `resolved` | open, snoozed, closed |
//! | `pending` | nothing is done: the bot has it |
//! | team, otherwise inbox | department |
//! | labels | tags |
//! | `can_reply: false` | the channel's window is closed |
//!
//! Chatwoot posts each event once, waits five seconds for the answer and does not post it again.
//! What is lost is found when the conversation is read, before each action and by sweeps.

mod act;
mod api;
mod test;
mod understand;

use std::sync::{Mutex, MutexGuard, PoisonError};

use despertador_contract::Instant;
use despertador_desk::DeliveryOutcome;
use serde_json::{Value, json};

use crate::abilities::{self, Abilities};
use crate::call::{Api, CallError};
use crate::check::Check;
use crate::heard::Heard;
use crate::json::At as _;
use crate::pace::Purpose;
use crate::platform::{Conversation, Listed, Ping, Platform, Post, Task, Unreadable};
use crate::signature::{self, Forged, Signed, equal};

pub use api::{ChatwootOptions, PER_MINUTE};
pub use understand::MARK;

/// The parameter of the address that holds the token of installations without signatures.
const TOKEN_PARAMETER: &str = "token";

/// Chatwoot behind a connector.
pub struct Chatwoot {
    /// The name of the connector, by which our own marks are known.
    name: String,
    options: ChatwootOptions,
    /// With the token of a person: reads.
    reading: Api,
    /// With the token of the agent bot, if there is one: writes.
    writing: Api,
    /// The same, for what belongs to no account.
    root: Api,
    learned: Mutex<Learned>,
}

/// What is read once.
#[derive(Default)]
struct Learned {
    /// The names of the inboxes.
    inboxes: Vec<(i64, String)>,
    /// The person in whose name messages are written, if there is no agent bot: what they write
    /// counts as automation, also in versions that do not store our marks.
    own_user: Option<i64>,
}

impl Chatwoot {
    fn learned(&self) -> MutexGuard<'_, Learned> {
        self.learned.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn inbox(&self, id: i64) -> Option<String> {
        let learned = self.learned();
        learned.inboxes.iter().find(|(known, _)| *known == id).map(|(_, name)| name.clone())
    }

    fn learn_inbox(&self, id: i64, name: &str) {
        let inboxes = &mut self.learned().inboxes;
        match inboxes.iter_mut().find(|(known, _)| *known == id) {
            Some((_, known)) => name.clone_into(known),
            None => inboxes.push((id, name.to_owned())),
        }
    }

    /// Learns the names of the inboxes and who we are. Every action begins with a reading, so this
    /// is known before our first message.
    fn learn(&self, purpose: Purpose, now: Instant) -> Result<(), CallError> {
        if self.options.bot_token.is_none() && self.learned().own_user.is_none() {
            let profile = self.root.get(now, purpose, "/api/v1/profile")?;
            self.learned().own_user = profile.at("id").as_i64();
        }
        if !self.learned().inboxes.is_empty() {
            return Ok(());
        }
        let listed = self.reading.get(now, purpose, "/inboxes")?;
        for inbox in listed.at("payload").as_array().into_iter().flatten() {
            if let (Some(id), Some(name)) = (inbox.at("id").as_i64(), inbox.at("name").as_str()) {
                self.learn_inbox(id, name);
            }
        }
        Ok(())
    }
}

impl Platform for Chatwoot {
    fn abilities(&self) -> &'static Abilities {
        &abilities::CHATWOOT
    }

    fn verify(&self, post: &Post<'_>, now: Instant) -> Result<(), Forged> {
        if let Some(token) = &self.options.address_token {
            let given = post.parameter(TOKEN_PARAMETER).unwrap_or_default();
            if !equal(given.as_bytes(), token.as_bytes()) {
                return Err(Forged::Signature);
            }
        }
        match &self.options.secret {
            Some(secret) => {
                signature::CHATWOOT.verify(secret, |name| post.header(name), post.body, now)
            }
            None if self.options.address_token.is_some() => Ok(()),
            None => Err(Forged::Unsigned),
        }
    }

    fn parse(&self, body: &str) -> Result<Vec<Heard>, Unreadable> {
        let post: Value = serde_json::from_str(body).map_err(|error| Unreadable {
            why: format!("it is not JSON: {error}"),
            conversations: Vec::new(),
        })?;
        self.understand_post(&post)
    }

    fn read(
        &self,
        conversation: &str,
        from: Option<&str>,
        purpose: Purpose,
        now: Instant,
    ) -> Result<Option<Conversation>, CallError> {
        self.read_conversation(conversation, from, purpose, now).map(Some)
    }

    fn open(&self, page: u32, now: Instant) -> Result<Vec<Listed>, CallError> {
        self.list_open(page, now)
    }

    fn carry_out(&self, task: &Task<'_>) -> DeliveryOutcome {
        self.act(task)
    }

    fn test(&self, address: Option<&str>, now: Instant) -> Vec<Check> {
        self.check(address, now)
    }

    fn ping(&self, now: Instant) -> Ping {
        let body = json!({ "event": "despertador_ping" });
        let query = match &self.options.address_token {
            Some(token) => format!("?{TOKEN_PARAMETER}={token}"),
            None => String::new(),
        };
        let mut headers = Vec::new();
        if let Some(secret) = &self.options.secret {
            let timestamp = now.div_euclid(1_000).to_string();
            let signed = Signed { id: "", timestamp: &timestamp };
            let text = body.to_string();
            let signature = signature::CHATWOOT.sign(secret, signed, text.as_bytes());
            headers.push(("x-chatwoot-signature", signature));
            headers.push(("x-chatwoot-timestamp", timestamp));
        }
        Ping { headers, query, body }
    }
}
