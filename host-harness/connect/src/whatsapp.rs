//! WhatsApp's Cloud API, directly: for bots without a help desk.
//!
//! | what Meta posts | what the desk hears |
//! |---|---|
//! | `messages` | the customer, with the kind of the message |
//! | `statuses` of ours: `sent`, `delivered`, `read` | our action has arrived |
//! | `statuses` of ours: `failed` | it failed, with the kind of [its code](crate::whatsapp_codes) |
//! | `statuses` of other messages of this number: `sent` | the company has answered |
//! | `statuses` of other messages: `failed` | that answer did not reach the customer |
//! | `smb_message_echoes` | an agent, who wrote in the app |
//!
//! Our messages carry `KEY#PART` in `biz_opaque_callback_data`, which comes back in their statuses.
//! WhatsApp has no tickets and cannot be read: there is neither read-back nor sweep. Meta posts
//! again, for days, what was not answered with 200.

mod act;
mod test;
mod understand;

use std::fmt;
use std::sync::Arc;

use despertador_contract::{Author, Instant};
use despertador_desk::DeliveryOutcome;
use serde_json::{Value, json};

use crate::abilities::{self, Abilities};
use crate::call::{Api, Transport};
use crate::check::Check;
use crate::heard::Heard;
use crate::pace::Pace;
use crate::platform::{Ping, Platform, Post, Task, Unreadable};
use crate::signature::{self, Forged, Signed, equal};

/// The version of the Graph API that is called.
pub const GRAPH_VERSION: &str = "v23.0";

/// The address of the Graph API.
pub const GRAPH: &str = "https://graph.facebook.com";

/// Requests a minute: 80 messages a second, as a number has at first.
const PER_MINUTE: u32 = 4_800;

/// How to reach a number of the Cloud API.
#[derive(Clone)]
pub struct WhatsappOptions {
    /// The address of the Graph API. Default [`GRAPH`].
    pub base: String,
    /// The version of the Graph API. Default [`GRAPH_VERSION`].
    pub version: String,
    /// The id of the number, not the number itself.
    pub phone_number_id: String,
    /// The id of the WhatsApp Business account, to test the subscription.
    pub business_account_id: Option<String>,
    /// The token of a system user with `whatsapp_business_messaging`.
    pub token: String,
    /// The app's secret, with which Meta signs.
    pub app_secret: Vec<u8>,
    /// The token that was entered for the check of the webhook's address.
    pub verify_token: String,
    /// Who answers as the company by this number. Default an agent.
    pub company: Author,
    /// The language of templates without one: `pt_BR`.
    pub template_language: Option<String>,
}

impl WhatsappOptions {
    /// Options for a number.
    pub fn new(
        phone_number_id: impl Into<String>,
        token: impl Into<String>,
        app_secret: impl Into<Vec<u8>>,
        verify_token: impl Into<String>,
    ) -> Self {
        Self {
            base: GRAPH.into(),
            version: GRAPH_VERSION.into(),
            phone_number_id: phone_number_id.into(),
            business_account_id: None,
            token: token.into(),
            app_secret: app_secret.into(),
            verify_token: verify_token.into(),
            company: Author::Agent,
            template_language: None,
        }
    }
}

/// Tokens and secrets are not shown.
impl fmt::Debug for WhatsappOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WhatsappOptions")
            .field("base", &self.base)
            .field("version", &self.version)
            .field("phone_number_id", &self.phone_number_id)
            .field("company", &self.company)
            .finish_non_exhaustive()
    }
}

/// A number of the Cloud API behind a connector.
pub struct Whatsapp {
    /// The name of the connector, by which our own marks are known.
    name: String,
    options: WhatsappOptions,
    api: Api,
}

impl Whatsapp {
    /// WhatsApp for the connector of this name.
    pub fn new(
        name: impl Into<String>,
        options: WhatsappOptions,
        transport: Arc<dyn Transport>,
    ) -> Self {
        let base = format!("{}/{}", options.base.trim_end_matches('/'), options.version);
        let headers = vec![("Authorization", format!("Bearer {}", options.token))];
        let api = Api::new(transport, Arc::new(Pace::new(PER_MINUTE)), &base, headers);
        Self { name: name.into(), options, api }
    }
}

impl Platform for Whatsapp {
    fn abilities(&self) -> &'static Abilities {
        &abilities::WHATSAPP
    }

    fn verify(&self, post: &Post<'_>, now: Instant) -> Result<(), Forged> {
        let secret = &self.options.app_secret;
        signature::META.verify(secret, |name| post.header(name), post.body, now)
    }

    fn challenge(&self, post: &Post<'_>) -> Option<String> {
        let token = post.parameter("hub.verify_token").unwrap_or_default();
        let is_right = equal(token.as_bytes(), self.options.verify_token.as_bytes());
        let is_check = post.parameter("hub.mode") == Some("subscribe");
        post.parameter("hub.challenge").filter(|_| is_check && is_right).map(str::to_owned)
    }

    fn parse(&self, body: &str) -> Result<Vec<Heard>, Unreadable> {
        let post: Value = serde_json::from_str(body).map_err(|error| Unreadable {
            why: format!("it is not JSON: {error}"),
            conversations: Vec::new(),
        })?;
        self.understand_post(&post)
    }

    fn carry_out(&self, task: &Task<'_>) -> DeliveryOutcome {
        self.act(task)
    }

    fn test(&self, _address: Option<&str>, now: Instant) -> Vec<Check> {
        self.check(now)
    }

    fn ping(&self, _now: Instant) -> Ping {
        let body = json!({ "object": "whatsapp_business_account", "entry": [] });
        let text = body.to_string();
        let secret = &self.options.app_secret;
        let signature = signature::META.sign(secret, Signed::default(), text.as_bytes());
        Ping { headers: vec![("x-hub-signature-256", signature)], query: String::new(), body }
    }
}
