//! The test of a connector for Chatwoot.

use despertador_contract::Instant;
use serde_json::{Value, json};

use super::Chatwoot;
use crate::call::CallError;
use crate::check::{self, Check, Code};
use crate::json::At as _;
use crate::pace::Purpose;

/// The events that the webhook must have.
const EVENTS: [&str; 5] = [
    "message_created",
    "message_updated",
    "conversation_created",
    "conversation_updated",
    "conversation_status_changed",
];

/// The setting with the person's token.
const TOKEN: &str = "token-file";

/// The setting with the bot's token.
const BOT_TOKEN: &str = "bot-token-file";

/// A conversation that does not exist: what is allowed is answered with 404, and nothing is done.
const NO_CONVERSATION: &str = "/conversations/0";

impl Chatwoot {
    pub(super) fn check(&self, address: Option<&str>, now: Instant) -> Vec<Check> {
        let get = |path: &str| self.reading.get(now, Purpose::Action, path);
        let account = format!("account {}", self.options.account);
        let listed = get("/conversations?status=open&assignee_type=all&page=1");
        if let Some(wrong) = check::of_call(&listed, TOKEN, &account) {
            return vec![wrong];
        }
        let mut checks = vec![Check::new(Code::CredentialsGood, &[])];
        let rights = self.rights(&listed.unwrap_or_default(), now);
        match rights.is_empty() {
            true => checks.push(Check::new(Code::RightsGood, &[])),
            false => checks.extend(rights),
        }
        if self.options.bot_token.is_none() {
            checks.push(Check::new(Code::SharedToken, &[TOKEN]));
        }
        checks.extend(self.closers(now));
        checks.extend(check::clock(&self.reading, "/inboxes", now));
        checks.extend(self.webhook(address, &get("/webhooks")));
        checks
    }

    /// What the tokens may not do.
    fn rights(&self, listed: &Value, now: Instant) -> Vec<Check> {
        let mut missing = Vec::new();
        let mut try_it = |right: &str, token: &str, call: Result<Value, CallError>| match call
            .err()
            .and_then(|error| error.status())
        {
            Some(401) if token == BOT_TOKEN => {
                missing.push(Check::new(Code::WrongToken, &[token]));
            }
            Some(401 | 403) => missing.push(Check::new(Code::MissingRight, &[right, token])),
            _ => {}
        };
        let get = |path: &str| self.reading.get(now, Purpose::Action, path);
        try_it("read the inboxes", TOKEN, get("/inboxes"));
        if let Some(id) = listed.pointer("/data/payload/0/id").and_then(Value::as_i64) {
            try_it("read messages", TOKEN, get(&format!("/conversations/{id}/messages")));
            try_it("read labels", TOKEN, get(&format!("/conversations/{id}/labels")));
        }
        let token = if self.options.bot_token.is_some() { BOT_TOKEN } else { TOKEN };
        let path = format!("{NO_CONVERSATION}/toggle_status");
        let call = self.writing.post(now, &path, json!({ "status": "resolved" }));
        try_it("change the status of conversations", token, call);
        missing
    }

    /// What else closes conversations.
    fn closers(&self, now: Instant) -> Vec<Check> {
        let get = |path: &str| self.reading.get(now, Purpose::Action, path);
        let mut found = Vec::new();
        match get("") {
            Ok(account) => found.extend(auto_resolve(&account)),
            Err(error) => found.push(Check::new(Code::CloserUnknown, &[&error.to_string()])),
        }
        match get("/automation_rules") {
            Ok(rules) => found.extend(resolving_rules(&rules)),
            Err(error) => found.push(Check::new(Code::CloserUnknown, &[&error.to_string()])),
        }
        if found.is_empty() {
            found.push(Check::new(Code::NoOtherCloser, &[]));
        }
        found
    }

    fn webhook(&self, address: Option<&str>, listed: &Result<Value, CallError>) -> Vec<Check> {
        let Some(address) = address else { return Vec::new() };
        let Ok(listed) = listed else {
            return vec![Check::new(Code::WebhookUnknown, &[address])];
        };
        let webhooks = listed.at("payload").at("webhooks").as_array().into_iter().flatten();
        let is_ours = |webhook: &&Value| {
            let url = webhook.at("url").as_str().unwrap_or_default();
            url.split('?').next() == Some(address)
        };
        let Some(webhook) = webhooks.into_iter().find(is_ours) else {
            return vec![Check::new(Code::WebhookMissing, &[address])];
        };
        let subscribed = webhook.at("subscriptions").as_array().cloned().unwrap_or_default();
        let missing: Vec<&str> =
            EVENTS.into_iter().filter(|event| !subscribed.contains(&json!(event))).collect();
        let mut checks = vec![match missing.is_empty() {
            true => Check::new(Code::WebhookGood, &[address]),
            false => Check::new(Code::WebhookEvents, &[&missing.join(", ")]),
        }];
        if let (Some(theirs), Some(ours)) = (webhook.at("secret").as_str(), &self.options.secret) {
            checks.push(match theirs.as_bytes() == ours.as_slice() {
                true => Check::new(Code::SecretGood, &[]),
                false => Check::new(Code::WrongSecret, &["the platform names another one"]),
            });
        }
        checks
    }
}

/// The account's own close for inactivity; older versions count days, newer ones minutes.
fn auto_resolve(account: &Value) -> Option<Check> {
    let minutes = account.at("auto_resolve_after").as_i64();
    let minutes = minutes.or_else(|| account.at("settings").at("auto_resolve_after").as_i64());
    let days = account.at("auto_resolve_duration").as_i64();
    let after =
        minutes.map(|it| format!("{it} min")).or_else(|| days.map(|it| format!("{it} d")))?;
    Some(Check::new(Code::SecondCloser, &[&format!("Auto-resolve conversations ({after})")]))
}

fn resolving_rules(rules: &Value) -> Vec<Check> {
    let listed = rules.at("payload").as_array().or_else(|| rules.as_array());
    let resolves = |rule: &&Value| {
        let mut actions = rule.at("actions").as_array().into_iter().flatten();
        let is_on = rule.at("active").as_bool() != Some(false);
        is_on
            && actions.any(|action| match action.at("action_name").as_str() {
                Some("resolve_conversation") => true,
                Some("change_status") => {
                    action.at("action_params").first().as_str() == Some("resolved")
                }
                _ => false,
            })
    };
    let of_rule = |rule: &Value| {
        let name = rule.at("name").as_str().unwrap_or("without a name");
        Check::new(Code::SecondCloser, &[&format!("automation rule «{name}»")])
    };
    listed.into_iter().flatten().filter(resolves).map(of_rule).collect()
}
