//! Receivers of actions.

pub mod http;
mod log;
mod routes;
pub mod signature;
mod webhook;

use despertador_contract::decision::action_json;
use serde_json::{Value, json};

use crate::desk::{Delivery, DeliveryOutcome, Incoming};

pub use http::Http;
pub use log::LogSink;
pub use routes::Routes;
pub use webhook::{Webhook, WebhookOptions};

/// Carries actions out, or forwards them.
///
/// The same key may come again, after a crash or a lost answer, and must have the effect of one.
/// Called from several threads, for different tickets.
pub trait Sink: Send + Sync + 'static {
    /// Carries an action out and returns the result. It may block, but must return.
    fn deliver(&self, delivery: &Delivery) -> DeliveryOutcome;

    /// Reads from the receiver what has happened to the ticket, immediately before
    /// [`deliver`](Self::deliver): a customer's answer whose webhook was lost, a close by an agent.
    /// The desk records what it did not know and asks the plugin again before the action is carried
    /// out. Messages and events must have ids, and facts must differ from those of the delivery, so
    /// that the same reading twice gives nothing new. By default `None`: nothing can be read.
    ///
    /// # Errors
    ///
    /// It cannot be read now. The action is not carried out; this is its outcome.
    fn read_back(&self, _delivery: &Delivery) -> Result<Option<Vec<Incoming>>, DeliveryOutcome> {
        Ok(None)
    }

    /// Whether the receiver finds nothing that it is asked about, as a wrong address does.
    fn is_in_doubt(&self) -> bool {
        false
    }
}

/// A shared sink.
impl Sink for std::sync::Arc<dyn Sink> {
    fn read_back(&self, delivery: &Delivery) -> Result<Option<Vec<Incoming>>, DeliveryOutcome> {
        (**self).read_back(delivery)
    }

    fn deliver(&self, delivery: &Delivery) -> DeliveryOutcome {
        (**self).deliver(delivery)
    }

    fn is_in_doubt(&self) -> bool {
        (**self).is_in_doubt()
    }
}

/// Reads back and carries an action out. `confirm` records what was read back and returns the outcome
/// if the action is no longer to be carried out, as
/// [`confirm_delivery`](crate::Desk::confirm_delivery) does.
pub fn carry_out(
    sink: &dyn Sink,
    delivery: &Delivery,
    confirm: impl FnOnce(Vec<Incoming>) -> Option<DeliveryOutcome>,
) -> DeliveryOutcome {
    match sink.read_back(delivery) {
        Ok(Some(heard)) => confirm(heard).unwrap_or_else(|| sink.deliver(delivery)),
        Ok(None) => sink.deliver(delivery),
        Err(outcome) => outcome,
    }
}

/// The JSON of a delivery, as it is posted and logged.
///
/// ```json
/// { "version": 1, "account": "acme", "ticket": "4711", "key": "4711/1/reminder-1", "attempt": 1,
///   "action": { "key": "4711/1/reminder-1", "cycle": 1, "step": "reminder-1",
///               "due": "2026-03-02T09:10:00Z", "task": "send", "with": { "text": "…" } } }
/// ```
#[must_use]
pub fn document(delivery: &Delivery) -> Value {
    json!({
        "version": 1,
        "account": delivery.account,
        "ticket": delivery.ticket,
        "key": delivery.key,
        "attempt": delivery.attempt,
        "action": action_json(&delivery.action),
    })
}
