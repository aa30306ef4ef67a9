//! Carries actions out by Blip, over HTTP.
//!
//! Actions need facts of their ticket, which are in the delivery: `customer.id`, and the document
//! that a [`BlipSource`](crate::BlipSource) stores.
//!
//! | answer | result |
//! |---|---|
//! | to a message: 2xx | done |
//! | to a command: 2xx and `status: success` | done |
//! | to the command that closes the ticket: code 67, HTTP 409 with «already closed», or 404 and 410 as in [`http`](despertador_desk::sink::http) | done earlier |
//! | … `status: failure` with a reason | by [`failure_kind`] of its code: retry, blocked, or refused |
//! | … anything else: no command, another id, truncated, too long | retry |
//! | any other HTTP status | as in [`http`](despertador_desk::sink::http) |
//!
//! The known reasons of a failed command; any other is a refusal:
//!
//! | code | result |
//! |---|---|
//! | 1, 11 to 18, 34, 41 to 44, 51, 61, 81, 101 | something is broken or unavailable: retry |
//! | 4, 80007, 130429, 131000, 131016, 131048, 131056 | rate limit, or a failure at WhatsApp: retry |
//! | 32, 33, 83 | not allowed to write to them, or no account: blocked |
//! | 1013, 131021, 131026, 131050 | no such WhatsApp number, or they refuse messages: blocked |
//! | all others, and 67 to anything but a close | refused |
//!
//! Parts of an action that are not essential (closing text, closing note, images) are omitted if
//! they are refused or blocked: the close continues. Envelopes are sent one after the other, and
//! accepted ones are not sent again in the next attempt; after a crash they are, with the same ids.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use despertador_contract::FailureKind;
use despertador_desk::runtime::Clock;
use despertador_desk::sink::Sink;
use despertador_desk::sink::http::{Http, Standing};
use despertador_desk::{Delivery, DeliveryOutcome};
use despertador_lime::{
    CloseWay, CommandStatus, Envelope, Identity, Options, Part, Route, SentId, Ticket, carry_out,
    failure_kind,
};

use crate::document;
use crate::progress::Progress;

/// Maximum number of bytes that are read of an answer.
const ANSWER_BYTES_MAX: u64 = 256 * 1024;

/// The code of a missing resource.
const NOT_FOUND: i64 = 67;

/// How to reach Blip.
#[derive(Clone, PartialEq, Eq)]
pub struct BlipOptions {
    /// The base of `/messages` and `/commands`: `https://CONTRACT.http.msging.net`. `https:` needs
    /// the feature `rustls`.
    pub base: String,
    /// The part after `Authorization: Key `, or the whole value.
    pub key: String,
    /// The bot.
    pub bot: Identity,
    /// How tickets are closed, and other options of envelopes.
    pub envelopes: Options,
    /// Where a flow gets the closed ticket, for the [ways](CloseWay) that need it.
    pub feed: Feed,
    /// The timeout for one envelope, from the name look-up to the end of the answer. Default 10 s.
    pub timeout: Duration,
}

/// Who passes a closed ticket to the flow, as if the desk had sent it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Feed {
    /// Blip itself: the redirect is posted to `/messages`, to the bot.
    #[default]
    Blip,
    /// The flow engine at this address. The key is not sent to it.
    Address(String),
    /// Nobody: the flow finds out by itself.
    Nobody,
}

impl BlipOptions {
    /// Options to reach Blip at this address, with this key, as this bot.
    pub fn new(base: impl Into<String>, key: impl Into<String>, bot: Identity) -> Self {
        Self {
            base: base.into(),
            key: key.into(),
            bot,
            envelopes: Options::default(),
            feed: Feed::default(),
            timeout: Duration::from_secs(10),
        }
    }

    /// Sets how tickets are closed.
    #[must_use]
    pub fn closing_by(mut self, way: CloseWay) -> Self {
        self.envelopes.close = way;
        self
    }
}

/// The key is not shown.
impl fmt::Debug for BlipOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlipOptions")
            .field("base", &self.base)
            .field("bot", &self.bot.to_string())
            .field("envelopes", &self.envelopes)
            .field("feed", &self.feed)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

/// Carries actions out by Blip.
pub struct BlipSink {
    http: Http,
    options: BlipOptions,
    authorization: String,
    base: String,
    progress: Mutex<Progress>,
    standing: Standing,
}

impl BlipSink {
    /// Creates a sink; the clock is needed for dates in answers.
    ///
    /// # Errors
    ///
    /// An address or the key is invalid; the error says which and how to fix it.
    pub fn new(options: BlipOptions, clock: impl Clock) -> Result<Self, String> {
        Http::check(&options.base)?;
        if let Feed::Address(url) = &options.feed {
            Http::check(url).map_err(|why| format!("{why} (for feeding the flow)"))?;
        }
        let key = options.key.trim();
        let behind = key.strip_prefix("Key").filter(|rest| !rest.starts_with(|c: char| c != ' '));
        let key = behind.unwrap_or(key).trim();
        if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("the key is none; copy it from the bot's settings in Blip, as it is \
                        written behind `Key`"
                .into());
        }
        let authorization = format!("Key {key}");
        let base = options.base.trim_end_matches('/').to_owned();
        let http = Http::new(options.timeout, Arc::new(clock));
        Ok(Self {
            http,
            options,
            authorization,
            base,
            progress: Mutex::default(),
            standing: Standing::default(),
        })
    }

    /// Sends an envelope and returns the result.
    fn send(&self, envelope: &Envelope, ticket: &str) -> DeliveryOutcome {
        let (path, command) = match envelope {
            Envelope::Command(command) => ("commands", Some(command)),
            Envelope::Notification(_) => ("notifications", None),
            Envelope::Message(_) | Envelope::Other(_) => ("messages", None),
        };
        let url = format!("{}/{path}", self.base);
        let headers = [("Authorization", self.authorization.as_str())];
        let body = envelope.to_json().to_string();
        let mut answer = match self.http.post(&url, &headers, body.as_bytes()) {
            Ok(answer) => answer,
            Err(why) => return DeliveryOutcome::Retry(why),
        };
        let id = envelope.header().and_then(|header| header.id.as_deref());
        let is_close = id.and_then(SentId::read).is_some_and(|sent| sent.part == Part::Close);
        let succeeded = (200..=299).contains(&answer.status);
        self.standing.note(answer.status);
        let outcome = answer.outcome_of_action(is_close.then_some(ticket), &self.standing);
        match (outcome, command) {
            (DeliveryOutcome::Done, Some(_)) if succeeded => match answer.text(ANSWER_BYTES_MAX) {
                Ok(text) => answered(&text, id, is_close),
                Err(why) => DeliveryOutcome::Retry(why),
            },
            (outcome, _) => outcome,
        }
    }

    /// Passes a closed ticket to the flow.
    fn feed(&self, message: &Envelope, ticket: &str) -> DeliveryOutcome {
        match &self.options.feed {
            Feed::Nobody => DeliveryOutcome::Done,
            Feed::Blip => self.send(message, ticket),
            Feed::Address(url) => {
                let body = message.to_json().to_string();
                match self.http.post(url, &[], body.as_bytes()) {
                    Ok(answer) => answer.outcome(),
                    Err(why) => DeliveryOutcome::Retry(why),
                }
            }
        }
    }

    fn carry_out(&self, delivery: &Delivery, action: &str) -> DeliveryOutcome {
        let known = document::of_facts(&delivery.facts);
        let named = known.as_ref().and_then(|ticket| ticket.customer_identity.as_deref());
        let customer = named
            .and_then(|customer| customer.parse().ok())
            .or_else(|| document::customer_of_facts(&delivery.facts));
        let Some(customer) = customer else {
            return DeliveryOutcome::Refused(
                "nobody knows the customer's address; tell the fact `customer.id`, such as \
                 `5511999990000@wa.gw.msging.net`"
                    .into(),
            );
        };
        let ticket = Ticket {
            id: Some(delivery.ticket.clone()),
            tags: Some(delivery.facts.tags.clone()),
            ..known.unwrap_or_default()
        };
        let route = Route { bot: &self.options.bot, customer: &customer, ticket: &ticket };
        let dispatch = match carry_out(&delivery.action, &route, &self.options.envelopes) {
            Ok(dispatch) => dispatch,
            Err(refusal) => {
                return DeliveryOutcome::Refused(format!("{refusal}; {}", refusal.help()));
            }
        };
        let mut rest = dispatch.send.iter().peekable();
        while let Some(envelope) = rest.next() {
            let Some(id) = envelope.header().and_then(|header| header.id.as_deref()) else {
                // A typing indicator is not sent without its message, and may fail.
                if rest.peek().is_some_and(|next| !self.was_sent(action, next)) {
                    let _: DeliveryOutcome = self.send(envelope, &delivery.ticket);
                }
                continue;
            };
            if self.was_sent(action, envelope) {
                continue;
            }
            let is_essential = SentId::read(id).is_none_or(|sent| sent.part.is_essential());
            match self.send(envelope, &delivery.ticket) {
                DeliveryOutcome::Done => self.progress().add(action, id),
                DeliveryOutcome::Refused(_) | DeliveryOutcome::Blocked(_) if !is_essential => {
                    self.progress().add(action, id);
                }
                outcome => return outcome,
            }
        }
        match dispatch.feed.map(Envelope::Message) {
            Some(message) if !self.was_sent(action, &message) => {
                self.feed(&message, &delivery.ticket)
            }
            _ => DeliveryOutcome::Done,
        }
    }

    fn was_sent(&self, action: &str, envelope: &Envelope) -> bool {
        let id = envelope.header().and_then(|header| header.id.as_deref());
        id.is_some_and(|id| self.progress().has(action, id))
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sink for BlipSink {
    fn deliver(&self, delivery: &Delivery) -> DeliveryOutcome {
        let action = format!("{}\n{}", delivery.account, delivery.key);
        let outcome = self.carry_out(delivery, &action);
        // When the action is over, its progress is deleted: if somebody repeats the action, all of
        // it is sent.
        if !matches!(outcome, DeliveryOutcome::Retry(_) | DeliveryOutcome::RetryAfter { .. }) {
            self.progress().end(&action);
        }
        outcome
    }

    fn is_in_doubt(&self) -> bool {
        self.standing.is_in_doubt()
    }
}

/// The result of a command from its answer.
fn answered(text: &str, id: Option<&str>, is_close: bool) -> DeliveryOutcome {
    let Ok(Envelope::Command(answer)) = Envelope::read(text) else {
        return DeliveryOutcome::Retry("the answer is not a command".into());
    };
    if answer.header.id.as_deref() != id {
        return DeliveryOutcome::Retry("the answer is one to another command".into());
    }
    match &answer.status {
        Some(CommandStatus::Success) => DeliveryOutcome::Done,
        Some(CommandStatus::Failure) => {
            let reason = answer.reason.unwrap_or_default();
            // The ticket does not exist any more, or is no longer open.
            if is_close && reason.code == NOT_FOUND {
                return DeliveryOutcome::Done;
            }
            let words = reason.description.as_deref().unwrap_or("without a description");
            let said = format!("the command failed with code {}: {words}", reason.code);
            match failure_kind(reason.code) {
                FailureKind::Unreachable => DeliveryOutcome::Retry(said),
                FailureKind::Blocked => DeliveryOutcome::Blocked(said),
                _ => DeliveryOutcome::Refused(said),
            }
        }
        Some(other) => DeliveryOutcome::Retry(format!("the command is `{}`", other.as_str())),
        None => DeliveryOutcome::Retry("the answer has no status".into()),
    }
}

impl fmt::Debug for BlipSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlipSink").field("options", &self.options).finish_non_exhaustive()
    }
}
