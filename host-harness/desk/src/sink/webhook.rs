//! Actions posted to an address.
//!
//! | header | what it says |
//! |---|---|
//! | `Idempotency-Key` | the key, `TICKET/CYCLE/STEP`; what is not visible ASCII as `%XX` |
//! | `Despertador-Account` | the account, written likewise: a key is unique within it |
//! | `Despertador-Timestamp` | when it was posted, in milliseconds since 1970 |
//! | `Despertador-Signature` | see [`signature`](super::signature) |
//!
//! | answer | what it means |
//! |---|---|
//! | 2xx | carried out, now or before |
//! | 403, 410 | the customer has blocked us or is gone |
//! | 400, 404, 405, 406, 413, 414, 415, 422, 451 and other 4xx | refused, for good |
//! | 401, 407, 408, 409, 425, 429 | to be tried again: it may be answered otherwise later |
//! | 3xx, 5xx, none, or what is no HTTP | to be tried again |

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use ureq::Agent;

use super::{Sink, document, signature};
use crate::desk::{Delivery, Outcome};
use crate::runtime::Clock;

/// How a webhook is posted to.
#[derive(Clone)]
pub struct WebhookOptions {
    /// The address; `https:` needs the feature `rustls`.
    pub url: String,
    /// The secret that both sides know.
    pub secret: Vec<u8>,
    /// The time for one try, from the name's look-up to the end of the answer. Default 10 s.
    pub timeout: Duration,
}

impl WebhookOptions {
    /// Posts to this address and signs with this secret.
    pub fn new(url: impl Into<String>, secret: impl Into<Vec<u8>>) -> Self {
        Self { url: url.into(), secret: secret.into(), timeout: Duration::from_secs(10) }
    }
}

/// The secret is not shown.
impl fmt::Debug for WebhookOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookOptions")
            .field("url", &self.url)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

/// Posts actions to an address.
pub struct Webhook {
    agent: Agent,
    options: WebhookOptions,
    clock: Arc<dyn Clock>,
}

impl Webhook {
    /// Posts with these options; the clock is for timestamps.
    pub fn new(options: WebhookOptions, clock: impl Clock) -> Self {
        let config = Agent::config_builder()
            .timeout_global(Some(options.timeout))
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .build();
        Self { agent: Agent::new_with_config(config), options, clock: Arc::new(clock) }
    }
}

impl Sink for Webhook {
    fn deliver(&self, delivery: &Delivery) -> Outcome {
        let body = document(delivery).to_string();
        let timestamp = self.clock.now();
        let signature = signature::sign(&self.options.secret, timestamp, body.as_bytes());
        let answer = self
            .agent
            .post(&self.options.url)
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", visible(&delivery.key))
            .header("Despertador-Account", visible(&delivery.account))
            .header("Despertador-Timestamp", timestamp.to_string())
            .header("Despertador-Signature", signature)
            .send(body.as_bytes());
        match answer {
            Ok(answer) => meaning(answer.status().as_u16()),
            Err(error) => Outcome::Retry(format!("no answer: {error}")),
        }
    }
}

fn meaning(status: u16) -> Outcome {
    let said = format!("the receiver answered {status}");
    match status {
        200..=299 => Outcome::Done,
        403 | 410 => Outcome::Blocked(said),
        401 | 407 | 408 | 409 | 425 | 429 => Outcome::Retry(said),
        400..=499 => Outcome::Refused(said),
        _ => Outcome::Retry(said),
    }
}

/// A text as a header can have it.
fn visible(text: &str) -> String {
    let mut visible = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_graphic() && byte != b'%' {
            visible.push(char::from(byte));
        } else {
            visible.push_str(&format!("%{byte:02X}"));
        }
    }
    visible
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook").field("options", &self.options).finish_non_exhaustive()
    }
}
