//! A simulated Chatwoot with one account.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use chrono::DateTime;
use despertador_connect::Reply;
use despertador_connect::chatwoot::MARK;
use despertador_connect::signature::{CHATWOOT, Signed};
use despertador_contract::Instant;
use serde_json::{Map, Value, json};

/// Monday 2026-03-02 09:00 UTC: a round time for those who need one.
pub const CHATWOOT_EPOCH: Instant = 1_772_442_000_000;

/// The person whose token is used.
const OWN_USER: i64 = 1;

/// Messages of a page without `after`.
const LATEST: usize = 20;
/// Messages of a page with `after`.
const AFTER: usize = 100;
/// Conversations of a page.
const LISTED: usize = 25;

/// What goes wrong with what is posted and answered. Numbers say «every n-th»; 0 means never.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Faults {
    /// Posts that are lost.
    pub drop: u64,
    /// Posts that come twice.
    pub double: u64,
    /// Posts that come after the next one.
    pub reorder: u64,
    /// Requests that are carried out, and whose answer is lost.
    pub late: u64,
    /// Requests that are refused with «too many requests».
    pub busy: u64,
}

/// Who writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// The customer.
    Customer,
    /// A person of the company.
    Agent,
    /// An automation rule.
    Rule,
}

/// A post to the webhook: its headers and its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posted {
    /// The headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

/// A simulated Chatwoot.
#[derive(Debug)]
pub struct FakeChatwoot {
    /// The number of the account.
    pub account: i64,
    /// The person's token.
    pub token: String,
    /// The bot's token, if there is one.
    pub bot_token: Option<String>,
    /// The secret of the webhook, unless its posts are not signed.
    pub secret: Option<Vec<u8>>,
    /// What goes wrong.
    pub faults: Faults,
    /// What the tokens may not do: parts of paths.
    pub forbidden: Vec<String>,
    /// Whether marks on messages are not stored, as in versions before 4.0.
    pub forgets_marks: bool,
    /// Minutes after which it closes by itself.
    pub auto_resolve_after: Option<i64>,
    /// The webhooks that administrators see.
    pub webhooks: Vec<Value>,
    /// The automation rules.
    pub rules: Vec<Value>,
    conversations: BTreeMap<i64, Conversation>,
    /// Those that are open.
    open: BTreeSet<i64>,
    posts: VecDeque<Posted>,
    held: Option<Posted>,
    next_message: i64,
    posted: u64,
    asked: u64,
    lost: u64,
}

#[derive(Debug, Clone)]
struct Conversation {
    status: &'static str,
    snoozed_until: Option<Instant>,
    created: Instant,
    updated: Instant,
    active: Instant,
    assignee: Option<&'static str>,
    labels: Vec<Value>,
    attributes: Map<String, Value>,
    messages: Vec<Value>,
}

impl FakeChatwoot {
    /// An empty installation that signs, without faults.
    #[must_use]
    pub fn new(token: &str, secret: &[u8]) -> Self {
        Self {
            account: 1,
            token: token.into(),
            bot_token: None,
            secret: Some(secret.to_vec()),
            faults: Faults::default(),
            forbidden: Vec::new(),
            forgets_marks: false,
            auto_resolve_after: None,
            webhooks: Vec::new(),
            rules: Vec::new(),
            conversations: BTreeMap::new(),
            open: BTreeSet::new(),
            posts: VecDeque::new(),
            held: None,
            next_message: 1,
            posted: 0,
            asked: 0,
            lost: 0,
        }
    }

    /// Posts that were lost so far.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.lost
    }

    /// Takes what is to be posted to the webhook.
    pub fn take_posts(&mut self) -> Vec<Posted> {
        let mut posts: Vec<Posted> = self.posts.drain(..).collect();
        posts.extend(self.held.take());
        posts
    }

    /// The status of a conversation: `open`, `snoozed`, `pending`, `resolved`.
    #[must_use]
    pub fn status(&self, conversation: i64) -> Option<&'static str> {
        self.conversations.get(&conversation).map(|it| it.status)
    }

    /// A custom attribute of a conversation.
    #[must_use]
    pub fn attribute(&self, conversation: i64, name: &str) -> Option<&Value> {
        self.conversations.get(&conversation)?.attributes.get(name)
    }

    /// Somebody sets a custom attribute of a conversation.
    pub fn set_attribute(&mut self, conversation: i64, name: &str, value: &str) {
        if let Some(known) = self.conversations.get_mut(&conversation) {
            known.attributes.insert(name.into(), value.into());
        }
    }

    /// The labels of a conversation.
    #[must_use]
    pub fn labels(&self, conversation: i64) -> Vec<Value> {
        self.conversations.get(&conversation).map(|it| it.labels.clone()).unwrap_or_default()
    }

    /// The messages of a conversation, as the API shows them.
    #[must_use]
    pub fn messages(&self, conversation: i64) -> &[Value] {
        self.conversations.get(&conversation).map_or(&[], |it| it.messages.as_slice())
    }

    /// Somebody writes. The first message of a conversation opens it; a customer's message opens
    /// it again.
    pub fn write(&mut self, now: Instant, conversation: i64, who: Who, text: &str) {
        let is_new = !self.conversations.contains_key(&conversation);
        let known = self.conversations.entry(conversation).or_insert_with(|| Conversation {
            status: "open",
            snoozed_until: None,
            created: now,
            updated: now,
            active: now,
            assignee: None,
            labels: Vec::new(),
            attributes: Map::new(),
            messages: Vec::new(),
        });
        if who == Who::Agent {
            known.assignee = Some("Ana");
        }
        let reopens = who == Who::Customer && known.status == "resolved";
        if reopens {
            known.status = "open";
        }
        if known.status == "open" {
            self.open.insert(conversation);
        }
        if is_new {
            self.post_conversation("conversation_created", conversation);
        }
        let (kind, sender) = match who {
            Who::Customer => (0, json!({ "id": conversation, "type": "contact" })),
            Who::Agent | Who::Rule => (1, json!({ "id": 7, "type": "user", "name": "Ana" })),
        };
        let attributes = match who {
            Who::Rule => json!({ "automation_rule_id": 3 }),
            _ => json!({}),
        };
        let message = json!({
            "content": text, "message_type": kind, "content_type": "text", "private": false,
            "content_attributes": attributes, "sender": sender, "status": "sent",
        });
        self.add(now, conversation, message);
        if reopens {
            self.post_conversation("conversation_status_changed", conversation);
        }
    }

    /// Somebody changes the status.
    pub fn set_status(&mut self, now: Instant, conversation: i64, status: &'static str) {
        if let Some(known) = self.conversations.get_mut(&conversation) {
            (known.status, known.updated, known.active) = (status, now, now);
            match status {
                "open" => drop(self.open.insert(conversation)),
                _ => drop(self.open.remove(&conversation)),
            }
            self.post_conversation("conversation_status_changed", conversation);
        }
    }

    /// A message of the company does not reach the customer.
    pub fn fail(&mut self, now: Instant, conversation: i64, message: i64, error: &str) {
        let Some(known) = self.conversations.get_mut(&conversation) else { return };
        known.updated = now;
        let found = known.messages.iter_mut().find(|it| it["id"] == message);
        let Some(Value::Object(members)) = found else { return };
        members.insert("status".into(), "failed".into());
        if let Some(Value::Object(attributes)) = members.get_mut("content_attributes") {
            attributes.insert("external_error".into(), error.into());
        }
        self.post_message("message_updated", conversation, message);
    }

    fn add(&mut self, now: Instant, conversation: i64, mut message: Value) -> i64 {
        let id = self.next_message;
        self.next_message = id.saturating_add(1);
        let Some(known) = self.conversations.get_mut(&conversation) else { return id };
        (known.updated, known.active) = (now, now);
        if let Value::Object(members) = &mut message {
            members.insert("id".into(), id.into());
            members.insert("conversation_id".into(), conversation.into());
            members.insert("created_at".into(), now.div_euclid(1_000).into());
        }
        known.messages.push(message);
        self.post_message("message_created", conversation, id);
        id
    }

    fn post_message(&mut self, event: &str, conversation: i64, id: i64) {
        let Some(known) = self.conversations.get(&conversation) else { return };
        let Some(message) = known.messages.iter().find(|it| it["id"] == id) else { return };
        let mut post = message.clone();
        let kinds = ["incoming", "outgoing", "activity", "template"];
        let kind = message["message_type"].as_u64().and_then(|it| usize::try_from(it).ok());
        let kind = kind.and_then(|it| kinds.get(it)).copied().unwrap_or("activity");
        let at = message["created_at"].as_i64().unwrap_or_default();
        let at = DateTime::from_timestamp(at, 0).unwrap_or_default();
        if let Value::Object(members) = &mut post {
            members.insert("event".into(), event.into());
            members.insert("message_type".into(), kind.into());
            members
                .insert("created_at".into(), at.format("%Y-%m-%d %H:%M:%S UTC").to_string().into());
            members.insert("conversation".into(), self.document(conversation, known, true));
            members.insert("account".into(), json!({ "id": self.account, "name": "Acme" }));
            members.insert("inbox".into(), json!({ "id": 5, "name": "Soporte" }));
        }
        self.post(known.updated, &post);
    }

    fn post_conversation(&mut self, event: &str, conversation: i64) {
        let Some(known) = self.conversations.get(&conversation) else { return };
        let mut post = self.document(conversation, known, true);
        if let Value::Object(members) = &mut post {
            members.insert("event".into(), event.into());
        }
        self.post(known.updated, &post);
    }

    fn post(&mut self, now: Instant, post: &Value) {
        self.posted = self.posted.saturating_add(1);
        let every = |n: u64| n > 0 && self.posted.is_multiple_of(n);
        if every(self.faults.drop) {
            self.lost = self.lost.saturating_add(1);
            return;
        }
        let body = post.to_string();
        let mut headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        if let Some(secret) = &self.secret {
            let timestamp = now.div_euclid(1_000).to_string();
            let signed = Signed { id: "", timestamp: &timestamp };
            headers.push((CHATWOOT.header.into(), CHATWOOT.sign(secret, signed, body.as_bytes())));
            headers.push(("x-chatwoot-timestamp".into(), timestamp));
            headers.push(("x-chatwoot-delivery".into(), format!("delivery-{}", self.posted)));
        }
        let posted = Posted { headers, body };
        if every(self.faults.double) {
            self.posts.push_back(posted.clone());
        }
        if every(self.faults.reorder) && self.held.is_none() {
            self.held = Some(posted);
            return;
        }
        self.posts.push_back(posted);
        self.posts.extend(self.held.take());
    }

    /// The document of a conversation, as it is posted or answered.
    fn document(&self, id: i64, known: &Conversation, is_post: bool) -> Value {
        let seconds = |at: Instant| at.div_euclid(1_000);
        let assignee = known.assignee.map(|name| json!({ "id": 7, "name": name }));
        let mut document = json!({
            "id": id, "inbox_id": 5, "status": known.status, "can_reply": true,
            "labels": known.labels, "custom_attributes": known.attributes,
            "snoozed_until": known.snoozed_until.map(seconds),
            "created_at": seconds(known.created), "last_activity_at": seconds(known.active),
            "timestamp": seconds(known.active),
            "meta": { "sender": { "id": id, "name": "Eva" }, "assignee": assignee, "team": null },
            "messages": known.messages.last().into_iter().collect::<Vec<_>>(),
        });
        if let Value::Object(members) = &mut document {
            match is_post {
                true => {
                    members.insert("channel".into(), "Channel::Whatsapp".into());
                    members.insert("updated_at".into(), millis(known.updated));
                }
                false => {
                    if let Some(Value::Object(meta)) = members.get_mut("meta") {
                        meta.insert("channel".into(), "Channel::Whatsapp".into());
                    }
                }
            }
        }
        document
    }

    /// Answers a request. `None` means that the answer was lost.
    pub fn answer(
        &mut self,
        now: Instant,
        token: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Option<Reply> {
        self.asked = self.asked.saturating_add(1);
        let every = |n: u64| n > 0 && self.asked.is_multiple_of(n);
        let (is_late, is_busy) = (every(self.faults.late), every(self.faults.busy));
        if is_busy {
            return Some(Reply { status: 429, retry_after: Some(1_000), ..Reply::default() });
        }
        let reply = self.answered(now, token, path, body);
        (!is_late).then_some(Reply { date: Some(now), ..reply })
    }

    fn answered(&mut self, now: Instant, token: &str, path: &str, body: Option<&Value>) -> Reply {
        let is_bot = self.bot_token.as_deref() == Some(token);
        if token != self.token && !is_bot {
            return reply(401, &json!({ "error": "Invalid Access Token" }));
        }
        if path == "/api/v1/profile" {
            return reply(200, &json!({ "id": OWN_USER }));
        }
        let root = format!("/api/v1/accounts/{}", self.account);
        let Some(path) = path.strip_prefix(&root) else {
            return reply(404, &json!({ "error": "Resource could not be found" }));
        };
        if self.forbidden.iter().any(|part| !part.is_empty() && path.contains(part.as_str())) {
            return reply(403, &json!({ "error": "You are not authorized to do this action" }));
        }
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        match (&parts[..], body) {
            ([], None) => reply(
                200,
                &json!({ "id": self.account,
                "auto_resolve_after": self.auto_resolve_after }),
            ),
            (["inboxes"], None) => {
                reply(200, &json!({ "payload": [{ "id": 5, "name": "Soporte" }] }))
            }
            (["webhooks"], None) => {
                reply(200, &json!({ "payload": { "webhooks": self.webhooks } }))
            }
            (["automation_rules"], None) => reply(200, &json!({ "payload": self.rules })),
            (["conversations"], None) => reply(200, &self.list(query)),
            (["conversations", id, rest @ ..], body) => {
                let id = id.parse::<i64>().ok().filter(|id| self.conversations.contains_key(id));
                match id {
                    Some(id) => match (rest, body) {
                        (["messages"], Some(body)) => self.send(now, id, body, is_bot),
                        _ => self.of_conversation(now, id, rest, query, body),
                    },
                    None => reply(404, &json!({ "error": "Resource could not be found" })),
                }
            }
            _ => reply(404, &json!({ "error": "Resource could not be found" })),
        }
    }

    fn list(&self, query: &str) -> Value {
        let page = parameter(query, "page").and_then(|it| usize::try_from(it).ok()).unwrap_or(1);
        let skipped = page.saturating_sub(1).saturating_mul(LISTED);
        let listed = self.open.iter().skip(skipped).take(LISTED);
        let listed = listed.filter_map(|id| Some((id, self.conversations.get(id)?)));
        let payload: Vec<Value> = listed.map(|(id, it)| self.document(*id, it, false)).collect();
        json!({ "data": { "meta": {}, "payload": payload } })
    }

    fn of_conversation(
        &mut self,
        now: Instant,
        id: i64,
        rest: &[&str],
        query: &str,
        body: Option<&Value>,
    ) -> Reply {
        let Some(known) = self.conversations.get_mut(&id) else {
            return reply(404, &Value::Null);
        };
        match (rest, body) {
            ([], None) => {
                let known = known.clone();
                reply(200, &self.document(id, &known, false))
            }
            (["messages"], None) => reply(200, &json!({ "payload": page(&known.messages, query) })),
            (["labels"], None) => reply(200, &json!({ "payload": known.labels })),
            (["toggle_status"], Some(body)) => {
                let status = match body["status"].as_str() {
                    Some("resolved") => "resolved",
                    Some("open") => "open",
                    Some(_) => return reply(422, &json!({ "error": "unknown status" })),
                    // Without a status it toggles.
                    None if known.status == "resolved" => "open",
                    None => "resolved",
                };
                self.set_status(now, id, status);
                reply(200, &json!({ "payload": { "success": true, "current_status": status } }))
            }
            (["labels"], Some(body)) => {
                known.labels = body["labels"].as_array().cloned().unwrap_or_default();
                known.updated = now;
                let labels = known.labels.clone();
                self.post_conversation("conversation_updated", id);
                reply(200, &json!({ "payload": labels }))
            }
            (["custom_attributes"], Some(body)) => {
                known.attributes =
                    body["custom_attributes"].as_object().cloned().unwrap_or_default();
                known.updated = now;
                self.post_conversation("conversation_updated", id);
                reply(200, &json!({}))
            }
            (["assignments"], Some(_)) => {
                known.assignee = None;
                reply(200, &json!({}))
            }
            _ => reply(404, &json!({ "error": "Resource could not be found" })),
        }
    }

    fn send(&mut self, now: Instant, id: i64, body: &Value, is_bot: bool) -> Reply {
        let Some(text) = body["content"].as_str() else {
            return reply(422, &json!({ "error": "content is missing" }));
        };
        let attributes = match self.forgets_marks {
            true => json!({}),
            false => body["content_attributes"].clone(),
        };
        let sender = match is_bot {
            true => json!({ "id": 9, "type": "agent_bot" }),
            false => json!({ "id": OWN_USER, "type": "user" }),
        };
        let message = json!({
            "content": text, "message_type": 1, "private": body["private"] == true,
            "content_type": body["content_type"].as_str().unwrap_or("text"),
            "content_attributes": attributes, "status": "sent",
            "sender": sender,
        });
        let message = self.add(now, id, message);
        let known = self.conversations.get(&id);
        let found = known.and_then(|it| it.messages.iter().find(|it| it["id"] == message));
        // The id of the request is answered, and not stored.
        let mut answer = found.cloned().unwrap_or_default();
        if let Value::Object(members) = &mut answer {
            members.insert("echo_id".into(), body["echo_id"].clone());
        }
        reply(200, &answer)
    }

    /// The texts of ours that a conversation has, in order; notes apart.
    #[must_use]
    pub fn ours(&self, conversation: i64) -> Vec<&str> {
        let messages = self.messages(conversation).iter();
        let ours =
            messages.filter(|it| it["content_attributes"].get(MARK).is_some_and(Value::is_string));
        ours.filter(|it| it["private"] != true).filter_map(|it| it["content"].as_str()).collect()
    }
}

/// Seconds with a fraction.
fn millis(at: Instant) -> Value {
    let (seconds, rest) = (at.div_euclid(1_000), at.rem_euclid(1_000));
    format!("{seconds}.{rest:03}").parse::<f64>().map_or(Value::Null, Value::from)
}

fn parameter(query: &str, name: &str) -> Option<i64> {
    let mut pairs = query.split('&').filter_map(|it| it.split_once('='));
    pairs.find(|(known, _)| *known == name).and_then(|(_, value)| value.parse().ok())
}

/// A page of messages: after an id, before an id, or the latest.
fn page<'m>(messages: &'m [Value], query: &str) -> Vec<&'m Value> {
    let id = |message: &&Value| message["id"].as_i64().unwrap_or_default();
    if let Some(after) = parameter(query, "after") {
        return messages.iter().filter(|it| id(it) > after).take(AFTER).collect();
    }
    let before = parameter(query, "before").unwrap_or(i64::MAX);
    let older: Vec<&Value> = messages.iter().filter(|it| id(it) < before).collect();
    let first = older.len().saturating_sub(LATEST);
    older.into_iter().skip(first).collect()
}

fn reply(status: u16, body: &Value) -> Reply {
    Reply { status, body: body.to_string(), ..Reply::default() }
}
