//! The paths of Chatwoot's API that are used, and what is read from them.

use std::fmt;
use std::sync::{Arc, Mutex};

use despertador_contract::Instant;
use serde_json::Value;

use super::Chatwoot;
use crate::call::{Api, CallError, Transport};
use crate::json::At as _;
use crate::pace::{Pace, Purpose};
use crate::platform::{Conversation, Listed};

/// The requests a minute that Chatwoot allows from one address.
pub const PER_MINUTE: u32 = 3_000;

/// Pages of older messages that are read of a conversation that was not read before. A page has
/// twenty; whose turn it is depends on the last ones.
const OLDER_PAGES_MAX: usize = 5;

/// How many messages before the last one the next reading begins: ids of messages that were written
/// at the same time may become visible in another order.
const OVERLAP: usize = 5;

/// How to reach Chatwoot.
#[derive(Clone)]
pub struct ChatwootOptions {
    /// The address of the installation: `https://app.chatwoot.com`.
    pub base: String,
    /// The number of the account in Chatwoot.
    pub account: i64,
    /// The access token of a person who sees all conversations.
    pub token: String,
    /// The access token of an agent bot, in whose name messages are written. By default the
    /// person's, who then must not answer customers themselves: see the documentation.
    pub bot_token: Option<String>,
    /// The secret of the webhook's signatures.
    pub secret: Option<Vec<u8>>,
    /// The token in the webhook's address, for installations without signatures.
    pub address_token: Option<String>,
    /// Requests a minute. Default [`PER_MINUTE`].
    pub per_minute: u32,
}

impl ChatwootOptions {
    /// Options to reach an installation's account with a token.
    pub fn new(base: impl Into<String>, account: i64, token: impl Into<String>) -> Self {
        Self {
            base: base.into(),
            account,
            token: token.into(),
            bot_token: None,
            secret: None,
            address_token: None,
            per_minute: PER_MINUTE,
        }
    }
}

/// Tokens and secrets are not shown.
impl fmt::Debug for ChatwootOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChatwootOptions")
            .field("base", &self.base)
            .field("account", &self.account)
            .field("has_bot_token", &self.bot_token.is_some())
            .field("is_signed", &self.secret.is_some())
            .field("per_minute", &self.per_minute)
            .finish_non_exhaustive()
    }
}

impl Chatwoot {
    /// Chatwoot for the connector of this name.
    pub fn new(
        name: impl Into<String>,
        options: ChatwootOptions,
        transport: Arc<dyn Transport>,
    ) -> Self {
        let pace = Arc::new(Pace::new(options.per_minute));
        let root = options.base.trim_end_matches('/');
        let base = format!("{root}/api/v1/accounts/{}", options.account);
        let api = |token: &str, base: &str| {
            let headers = vec![("api_access_token", token.to_owned())];
            Api::new(Arc::clone(&transport), Arc::clone(&pace), base, headers)
        };
        let reading = api(&options.token, &base);
        let writing = api(options.bot_token.as_ref().unwrap_or(&options.token), &base);
        let root = api(&options.token, root);
        Self { name: name.into(), options, reading, writing, root, learned: Mutex::default() }
    }

    pub(super) fn read_conversation(
        &self,
        conversation: &str,
        from: Option<&str>,
        purpose: Purpose,
        now: Instant,
    ) -> Result<Conversation, CallError> {
        self.learn(purpose, now)?;
        let path = format!("/conversations/{conversation}");
        let document = self.reading.get(now, purpose, &path)?;
        let messages = self.messages(&path, from, purpose, now)?;
        let mut heard = self.understand_conversation(&document);
        heard.is_read = true;
        conversation.clone_into(&mut heard.conversation);
        let ticket = format!("{}:{conversation}", self.name);
        let marks = messages.iter().filter_map(|it| self.mark(it).map(str::to_owned)).collect();
        for message in &messages {
            heard.items.extend(self.understand_message(message, &ticket));
        }
        let place = messages.len().saturating_sub(OVERLAP);
        let up_to = messages.get(place).filter(|_| place > 0).and_then(|it| it.at("id").as_i64());
        let read_up_to = up_to.map(|id| id.to_string()).or_else(|| from.map(str::to_owned));
        Ok(Conversation { heard, marks, document, read_up_to })
    }

    /// The messages after one, or the latest ones; oldest first.
    fn messages(
        &self,
        path: &str,
        from: Option<&str>,
        purpose: Purpose,
        now: Instant,
    ) -> Result<Vec<Value>, CallError> {
        let page = |query: &str| -> Result<Vec<Value>, CallError> {
            let answer = self.reading.get(now, purpose, &format!("{path}/messages{query}"))?;
            match answer {
                Value::Object(mut members) => match members.remove("payload") {
                    Some(Value::Array(messages)) => Ok(messages),
                    _ => Err(no_list()),
                },
                _ => Err(no_list()),
            }
        };
        if let Some(from) = from {
            let mut all = page(&format!("?after={from}"))?;
            // A page has at most a hundred.
            while let Some(last) = all.last().and_then(|it| it.at("id").as_i64()) {
                let next = page(&format!("?after={last}"))?;
                if next.is_empty() {
                    break;
                }
                all.extend(next);
            }
            return Ok(all);
        }
        let mut all = page("")?;
        for _ in 0..OLDER_PAGES_MAX {
            let Some(first) = all.first().and_then(|it| it.at("id").as_i64()) else { break };
            let older = page(&format!("?before={first}"))?;
            if older.is_empty() {
                break;
            }
            all.splice(0..0, older);
        }
        Ok(all)
    }

    /// Open and snoozed conversations; those that the bot has, or that are resolved, are compared
    /// one by one if the desk thinks that they are open.
    pub(super) fn list_open(&self, page: u32, now: Instant) -> Result<Vec<Listed>, CallError> {
        self.learn(Purpose::Sweep, now)?;
        let query = format!("?status=open&assignee_type=all&page={page}");
        let mut answer =
            self.reading.get(now, Purpose::Sweep, &format!("/conversations{query}"))?;
        let Some(Value::Array(items)) = answer.pointer_mut("/data/payload").map(Value::take) else {
            return Err(no_list());
        };
        let listed = items.iter().map(|document| {
            let heard = self.understand_conversation(document);
            Listed { active: heard.version, heard }
        });
        Ok(listed.collect())
    }
}

fn no_list() -> CallError {
    CallError::Unreachable("the answer has no list; check the address of the installation".into())
}
