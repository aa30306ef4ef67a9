//! The receivers of each account's actions. They can change while the desk runs.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use despertador_blip::{BlipOptions, BlipSink, Feed};
use despertador_contract::Instant;
use despertador_desk::runtime::Clock;
use despertador_desk::sink::{LogSink, Routes, Sink, Webhook, WebhookOptions};
use despertador_desk::{Delivery, DeliveryOutcome, Incoming, private};

use crate::connect::Connectors;
use crate::settings::{Deliver, Settings};

/// The receivers of each account's actions.
#[derive(Clone, Default)]
pub(crate) struct Outlets(Routes);

/// One receiver for each account with its own, and one for all others.
#[derive(Default)]
pub(crate) struct Receivers {
    own: HashMap<String, Arc<dyn Sink>>,
    others: Option<Arc<dyn Sink>>,
}

/// Minimum length of secrets, in bytes.
pub(crate) const SECRET_BYTES_MIN: usize = 16;

impl Outlets {
    pub(crate) fn set(&self, receivers: Receivers) {
        let Receivers { own, others } = receivers;
        for account in self.0.accounts() {
            if !own.contains_key(&account) {
                self.0.remove(&account);
            }
        }
        for (account, way) in own {
            self.0.set(account, way);
        }
        match others {
            Some(way) => self.0.set_default(way),
            None => drop(self.0.remove_default()),
        }
    }
}

impl Outlets {
    /// How many receivers answer that there is nothing, whatever they are asked.
    pub(crate) fn in_doubt(&self) -> usize {
        self.0.in_doubt()
    }
}

impl Sink for Outlets {
    fn read_back(&self, delivery: &Delivery) -> Result<Option<Vec<Incoming>>, DeliveryOutcome> {
        self.0.read_back(delivery)
    }

    fn deliver(&self, delivery: &Delivery) -> DeliveryOutcome {
        let Delivery { account, key, attempt, .. } = delivery;
        let span = tracing::debug_span!("deliver", otel.kind = "client", account, key, attempt);
        let _entered = span.enter();
        let outcome = self.0.deliver(delivery);
        match &outcome {
            DeliveryOutcome::Done => tracing::info!(account, key, attempt, "delivered"),
            DeliveryOutcome::Postponed { why, .. } => {
                tracing::debug!(account, key, attempt, why, "postponed");
            }
            other => tracing::warn!(account, key, attempt, ?other, "not delivered"),
        }
        outcome
    }
}

impl Receivers {
    /// The receivers in the settings.
    ///
    /// # Errors
    ///
    /// What cannot be used, with its place.
    pub(crate) fn of(
        settings: &Settings,
        connectors: &Connectors,
        clock: &Arc<dyn Clock>,
    ) -> Result<Receivers, String> {
        let others = match &settings.deliver {
            Some(deliver) => {
                Some(webhook_or_log(deliver, clock).map_err(|said| format!("[deliver]: {said}"))?)
            }
            None => None,
        };
        let mut own = HashMap::new();
        for (name, account) in &settings.accounts {
            let place = |part: &str, said| format!("[accounts.{name}.{part}]: {said}");
            let through_blip = match &account.blip {
                Some(blip) => blip_sink(blip, clock).map_err(|said| place("blip", said))?,
                None => None,
            };
            let own_way = match &account.deliver {
                Some(deliver) => {
                    Some(webhook_or_log(deliver, clock).map_err(|said| place("deliver", said))?)
                }
                None => None,
            };
            match (through_blip, own_way) {
                (Some(_), Some(_)) => {
                    return Err(place("deliver", "its actions go to `blip.base` already".into()));
                }
                (Some(way), None) | (None, Some(way)) => drop(own.insert(name.clone(), way)),
                (None, None) => {}
            }
            let otherwise = own.get(name).or(others.as_ref()).cloned();
            if let Some(beside) = connectors.sink(name, otherwise, clock) {
                own.insert(name.clone(), Arc::new(beside));
            }
        }
        Ok(Receivers { own, others })
    }
}

fn webhook_or_log(deliver: &Deliver, clock: &Arc<dyn Clock>) -> Result<Arc<dyn Sink>, String> {
    match (&deliver.webhook, &deliver.log) {
        (Some(url), None) => {
            let file = deliver
                .secret_file
                .as_ref()
                .ok_or("a webhook is signed: name the file of the secret in `secret-file`")?;
            let secret = secret_of(file)?;
            if secret.len() < SECRET_BYTES_MIN {
                let file = file.display();
                return Err(format!(
                    "the secret in `{file}` has less than {SECRET_BYTES_MIN} bytes"
                ));
            }
            let mut options = WebhookOptions::new(url.clone(), secret);
            if let Some(timeout) = deliver.timeout {
                options.timeout = timeout.0;
            }
            if let Some(file) = &deliver.ca_file {
                let authorities = std::fs::read(file)
                    .map_err(|error| format!("`{}` cannot be read: {error}", file.display()))?;
                options.authorities = Some(authorities);
            }
            Ok(Arc::new(Webhook::new(options, Shared(Arc::clone(clock)))?))
        }
        (None, Some(file)) => {
            let opened = private::options().create(true).append(true).open(file);
            let opened =
                opened.map_err(|error| format!("`{}` cannot be made: {error}", file.display()))?;
            Ok(Arc::new(LogSink::new(opened)))
        }
        (None, None) => Err("says nothing: name `webhook` or `log`".into()),
        (Some(_), Some(_)) => Err("names several receivers; one of `webhook` and `log`".into()),
    }
}

pub(crate) fn secret_of(file: &std::path::Path) -> Result<Vec<u8>, String> {
    let secret = std::fs::read(file)
        .map_err(|error| format!("`{}` cannot be read: {error}", file.display()))?;
    Ok(secret.trim_ascii().to_vec())
}

/// Through Blip, if the settings contain its address.
fn blip_sink(
    blip: &crate::settings::Blip,
    clock: &Arc<dyn Clock>,
) -> Result<Option<Arc<dyn Sink>>, String> {
    let bot = blip.bot()?;
    let (base, file) = match (&blip.base, &blip.key_file) {
        (None, None) => return Ok(None),
        (Some(base), Some(file)) => (base, file),
        _ => return Err("`base` and `key-file` go together".into()),
    };
    let key = String::from_utf8(secret_of(file)?)
        .map_err(|_| format!("the key in `{}` is no text", file.display()))?;
    let mut options = BlipOptions::new(base.clone(), key, bot).closing_by(blip.close_by.into());
    if let Some(feed) = &blip.feed {
        options.feed = match feed.as_str() {
            "blip" => Feed::Blip,
            "nobody" => Feed::Nobody,
            address => Feed::Address(address.to_owned()),
        };
    }
    if let Some(timeout) = blip.timeout {
        options.timeout = timeout.0;
    }
    Ok(Some(Arc::new(BlipSink::new(options, Shared(Arc::clone(clock)))?)))
}

/// A shared clock.
pub(crate) struct Shared(pub(crate) Arc<dyn Clock>);

impl Clock for Shared {
    fn now(&self) -> Instant {
        self.0.now()
    }
}

impl fmt::Debug for Outlets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outlets").finish_non_exhaustive()
    }
}
