//! A simulated Cloud API with one number.

use std::collections::{BTreeMap, VecDeque};

use despertador_connect::Reply;
use despertador_connect::signature::{META, Signed};
use despertador_contract::Instant;
use serde_json::{Value, json};

use crate::Posted;

/// A simulated Cloud API. What is posted stays until it was answered, as Meta does.
#[derive(Debug)]
pub struct FakeWhatsapp {
    /// The id of the number.
    pub phone_number_id: String,
    /// The token.
    pub token: String,
    /// The app's secret.
    pub app_secret: Vec<u8>,
    /// The codes with which messages to a customer are refused, by number.
    pub refuses: BTreeMap<String, i64>,
    /// The codes with which messages to a customer fail after they were accepted, by number.
    pub fails: BTreeMap<String, i64>,
    /// Whether an app is subscribed.
    pub is_subscribed: bool,
    /// The bodies of accepted messages.
    sent: Vec<Value>,
    posts: VecDeque<Posted>,
    next: u64,
}

/// A message of the company.
struct Message<'a> {
    id: &'a str,
    to: &'a str,
    user: Option<&'a str>,
    /// What came with it.
    mark: &'a Value,
}

impl FakeWhatsapp {
    /// A number that accepts everything.
    #[must_use]
    pub fn new(phone_number_id: &str, token: &str, app_secret: &[u8]) -> Self {
        Self {
            phone_number_id: phone_number_id.into(),
            token: token.into(),
            app_secret: app_secret.to_vec(),
            refuses: BTreeMap::new(),
            fails: BTreeMap::new(),
            is_subscribed: true,
            sent: Vec::new(),
            posts: VecDeque::new(),
            next: 1,
        }
    }

    /// The bodies of accepted messages, in order.
    #[must_use]
    pub fn sent(&self) -> &[Value] {
        &self.sent
    }

    /// What waits to be posted, oldest first.
    #[must_use]
    pub fn posts(&self) -> Vec<Posted> {
        self.posts.iter().cloned().collect()
    }

    /// The oldest post was answered with 200.
    pub fn answered(&mut self) {
        self.posts.pop_front();
    }

    fn id(&mut self) -> String {
        let id = format!("wamid.{}", self.next);
        self.next = self.next.saturating_add(1);
        id
    }

    /// A customer with this number, and id within the business, writes; either may be missing.
    pub fn write(&mut self, now: Instant, number: Option<&str>, user: Option<&str>, text: &str) {
        let id = self.id();
        let message = json!({ "from": number, "from_user_id": user, "id": id, "type": "text",
            "timestamp": seconds(now), "text": { "body": text } });
        let contact = json!({ "profile": { "name": "Eva" }, "wa_id": number, "user_id": user });
        self.post(&json!({ "messages": [message], "contacts": [contact] }));
    }

    /// The company's bot writes to a customer by its own call.
    pub fn bot_writes(&mut self, now: Instant, number: &str, user: &str) {
        let id = self.id();
        let message = Message { id: &id, to: number, user: Some(user), mark: &Value::Null };
        self.status(now, &message, "sent", None);
    }

    fn status(&mut self, now: Instant, of: &Message<'_>, word: &str, code: Option<i64>) {
        let mut status = json!({ "id": of.id, "status": word, "timestamp": seconds(now),
            "recipient_id": of.to,
            "recipient_user_id": of.user, "biz_opaque_callback_data": of.mark });
        if let (Some(code), Value::Object(members)) = (code, &mut status) {
            members.insert("errors".into(), json!([{ "code": code, "title": "failed" }]));
        }
        self.post(&json!({ "statuses": [status] }));
    }

    fn post(&mut self, value: &Value) {
        let mut value = value.clone();
        if let Value::Object(members) = &mut value {
            members.insert("messaging_product".into(), "whatsapp".into());
            members.insert("metadata".into(), json!({ "phone_number_id": self.phone_number_id }));
        }
        let change = json!({ "field": "messages", "value": value });
        let post = json!({ "object": "whatsapp_business_account",
            "entry": [{ "id": "102290129340398", "changes": [change] }] });
        let body = post.to_string();
        let signature = META.sign(&self.app_secret, Signed::default(), body.as_bytes());
        let headers = vec![
            ("content-type".to_owned(), "application/json".to_owned()),
            (META.header.to_owned(), signature),
        ];
        self.posts.push_back(Posted { headers, body });
    }

    /// Answers a request.
    pub fn answer(
        &mut self,
        now: Instant,
        authorization: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Reply {
        let reply = self.answer_to(now, authorization, path, body);
        Reply { date: Some(now), ..reply }
    }

    fn answer_to(
        &mut self,
        now: Instant,
        authorization: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Reply {
        if authorization != format!("Bearer {}", self.token) {
            return error(401, 190, "Error validating access token");
        }
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let path = path.splitn(3, '/').nth(2).unwrap_or_default();
        let is_number = path == self.phone_number_id;
        if let Some(proof) = query.split('&').find_map(|it| it.strip_prefix("appsecret_proof=")) {
            let expected = META.sign(&self.app_secret, Signed::default(), self.token.as_bytes());
            if expected.strip_prefix("sha256=") != Some(proof) {
                return error(400, 100, "Invalid appsecret_proof provided in the API argument");
            }
        }
        match body {
            None if is_number => reply(200, &json!({ "id": path })),
            None if path.ends_with("/subscribed_apps") => {
                let apps = if self.is_subscribed { json!([{ "id": "1" }]) } else { json!([]) };
                reply(200, &json!({ "data": apps }))
            }
            Some(body) if path == format!("{}/messages", self.phone_number_id) => {
                self.send(now, body)
            }
            _ => error(400, 100, "Object does not exist, or the token may not see it"),
        }
    }

    fn send(&mut self, now: Instant, body: &Value) -> Reply {
        let to = body["to"].as_str().or_else(|| body["recipient"].as_str());
        let Some(to) = to.map(str::to_owned) else {
            return error(400, 131_008, "Required parameter is missing");
        };
        if body["messaging_product"] != "whatsapp" {
            return error(400, 100, "messaging_product is missing");
        }
        if let Some(code) = self.refuses.get(&to) {
            return error(400, *code, "refused");
        }
        self.sent.push(body.clone());
        let id = self.id();
        let mark = body["biz_opaque_callback_data"].clone();
        let message = Message { id: &id, to: &to, user: None, mark: &mark };
        match self.fails.get(&to).copied() {
            Some(code) => self.status(now, &message, "failed", Some(code)),
            None => {
                self.status(now, &message, "sent", None);
                self.status(now, &message, "delivered", None);
            }
        }
        reply(200, &json!({ "messages": [{ "id": id }] }))
    }
}

fn seconds(at: Instant) -> String {
    at.div_euclid(1_000).to_string()
}

fn reply(status: u16, body: &Value) -> Reply {
    Reply { status, body: body.to_string(), ..Reply::default() }
}

fn error(status: u16, code: i64, message: &str) -> Reply {
    reply(
        status,
        &json!({ "error": { "message": message, "code": code,
        "type": "OAuthException" } }),
    )
}
