//! Posts actions to an address.
//!
//! | header | what it says |
//! |---|---|
//! | `Idempotency-Key` | the key, `TICKET/CYCLE/STEP`; what is not visible ASCII as `%XX` |
//! | `Despertador-Account` | the account, written likewise: a key is unique within it |
//! | `Despertador-Timestamp` | when it was posted, in milliseconds since 1970 |
//! | `Despertador-Signature` | see [`signature`](super::signature) |
//! | `webhook-id` | `msg_` and a digest of account and key: the same for each attempt at one action |
//! | `webhook-timestamp` | when it was posted, in seconds since 1970 |
//! | `webhook-signature` | `v1,` and base64, as «Standard Webhooks» says |
//!
//! [`http`](super::http) interprets the answers. The facts of the ticket are not posted: the help
//! desk has them.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use despertador_contract::{Step, key};
use sha2::{Digest, Sha256};

use super::http::{Http, Standing};
use super::{Sink, document, signature};
use crate::desk::{Delivery, DeliveryOutcome};
use crate::runtime::Clock;

/// Options of a webhook.
#[derive(Clone)]
pub struct WebhookOptions {
    /// The address; `https:` needs the feature `rustls`.
    pub url: String,
    /// The shared secret.
    pub secret: Vec<u8>,
    /// The timeout of an attempt, from name resolution to the end of the answer. Default 10 s.
    pub timeout: Duration,
    /// Certificates (PEM) of the authorities that are trusted in place of those built in; for
    /// receivers in the own network. Default none.
    pub authorities: Option<Vec<u8>>,
}

impl WebhookOptions {
    /// Options for this address and secret.
    pub fn new(url: impl Into<String>, secret: impl Into<Vec<u8>>) -> Self {
        Self {
            url: url.into(),
            secret: secret.into(),
            timeout: Duration::from_secs(10),
            authorities: None,
        }
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

/// A sink that posts actions to an address.
pub struct Webhook {
    http: Http,
    options: WebhookOptions,
    standing: Standing,
}

impl Webhook {
    /// Posts with these options; the clock is for timestamps.
    ///
    /// # Errors
    ///
    /// The address or the authorities cannot be used, and the way out.
    pub fn new(options: WebhookOptions, clock: impl Clock) -> Result<Self, String> {
        Http::check(&options.url).map_err(|said| format!("`{}`: {said}", options.url))?;
        let clock = Arc::new(clock);
        let http = match &options.authorities {
            None => Http::new(options.timeout, clock),
            Some(authorities) => Http::trusting(options.timeout, clock, authorities)
                .map_err(|said| format!("the authorities cannot be used: {said}"))?,
        };
        Ok(Self { http, options, standing: Standing::default() })
    }
}

impl Sink for Webhook {
    fn deliver(&self, delivery: &Delivery) -> DeliveryOutcome {
        let body = document(delivery).to_string();
        let timestamp = self.http.now();
        let signature = signature::sign(&self.options.secret, timestamp, body.as_bytes());
        let id = message_id(delivery);
        let seconds = timestamp.div_euclid(1_000);
        let standard =
            signature::sign_standard(&self.options.secret, &id, seconds, body.as_bytes());
        let headers = [
            ("Idempotency-Key", &*visible(&delivery.key)),
            ("Despertador-Account", &*visible(&delivery.account)),
            ("Despertador-Timestamp", &*timestamp.to_string()),
            ("Despertador-Signature", &*signature),
            ("webhook-id", &*id),
            ("webhook-timestamp", &*seconds.to_string()),
            ("webhook-signature", &*standard),
        ];
        match self.http.post(&self.options.url, &headers, body.as_bytes()) {
            Ok(mut answer) => {
                self.standing.note(answer.status);
                let ticket = closes(delivery).then_some(&*delivery.ticket);
                answer.outcome_of_action(ticket, &self.standing)
            }
            Err(why) => DeliveryOutcome::Retry(why),
        }
    }

    fn is_in_doubt(&self) -> bool {
        self.standing.is_in_doubt()
    }
}

/// The id of a post: unique for account and key, and without the full stop that separates the parts
/// which are signed.
fn message_id(delivery: &Delivery) -> String {
    let of = format!("{}\n{}", delivery.account, delivery.key);
    let digest = Sha256::digest(of.as_bytes());
    digest.iter().take(16).fold("msg_".to_owned(), |id, byte| id + &format!("{byte:02x}"))
}

/// Whether the action closes the ticket.
fn closes(delivery: &Delivery) -> bool {
    key::parse(&delivery.key).is_ok_and(|key| matches!(key.step, Step::Close | Step::Resolve))
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
