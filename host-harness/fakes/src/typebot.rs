//! A simulated Typebot with results that wait.

use std::collections::BTreeSet;

use despertador_connect::Reply;
use serde_json::{Value, json};

/// A simulated Typebot.
#[derive(Debug)]
pub struct FakeTypebot {
    /// The token.
    pub token: String,
    /// The results that wait in a Webhook block.
    pub waiting: BTreeSet<String>,
    /// What waiting results went on with.
    pub went_on: Vec<Value>,
}

impl FakeTypebot {
    /// A Typebot in which one result waits.
    #[must_use]
    pub fn new(token: &str, result: &str) -> Self {
        let waiting = BTreeSet::from([result.to_owned()]);
        Self { token: token.into(), waiting, went_on: Vec::new() }
    }

    /// Answers a request.
    pub fn answer(&mut self, authorization: &str, path: &str, body: Option<&Value>) -> Reply {
        let reply =
            |status, body: Value| Reply { status, body: body.to_string(), ..Reply::default() };
        if authorization != format!("Bearer {}", self.token) {
            return reply(401, json!({ "message": "Unauthorized" }));
        }
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        match (&parts[..], body) {
            (["api", "v1", "typebots", typebot], None) => {
                reply(200, json!({ "typebot": { "id": typebot } }))
            }
            (
                ["api", "v1", "typebots", _, "blocks", _, "results", result, "executeWebhook"],
                Some(body),
            ) => match self.waiting.remove(*result) {
                true => {
                    self.went_on.push(body.clone());
                    reply(200, json!({ "message": "Success" }))
                }
                false => reply(404, json!({ "message": "Result not found" })),
            },
            _ => reply(404, json!({ "message": "Not found" })),
        }
    }
}
