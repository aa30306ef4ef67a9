//! Where the actions of each account go. They may be changed while the desk runs.

use std::collections::HashMap;
use std::fmt;
use std::fs::OpenOptions;
use std::sync::{Arc, PoisonError, RwLock};

use despertador_desk::runtime::Clock;
use despertador_desk::sink::{LogSink, Sink, Webhook, WebhookOptions};
use despertador_desk::{Delivery, Outcome};
use despertador_host::contract::Instant;

use crate::settings::{Deliver, Settings};

/// Where the actions of each account go.
#[derive(Clone, Default)]
pub(crate) struct Outlets(Arc<RwLock<Ways>>);

/// One way for each account that has its own, and one for all others.
#[derive(Default)]
pub(crate) struct Ways {
    own: HashMap<String, Arc<dyn Sink>>,
    others: Option<Arc<dyn Sink>>,
}

/// Secrets are at least so long.
const SECRET: usize = 16;

impl Outlets {
    pub(crate) fn set(&self, ways: Ways) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = ways;
    }
}

impl Sink for Outlets {
    fn deliver(&self, delivery: &Delivery) -> Outcome {
        let way = {
            let ways = self.0.read().unwrap_or_else(PoisonError::into_inner);
            ways.own.get(&delivery.account).or(ways.others.as_ref()).cloned()
        };
        match way {
            Some(way) => {
                let Delivery { account, key, attempt, .. } = delivery;
                let span =
                    tracing::debug_span!("deliver", otel.kind = "client", account, key, attempt);
                let _entered = span.enter();
                let outcome = way.deliver(delivery);
                match &outcome {
                    Outcome::Done => tracing::info!(account, key, attempt, "delivered"),
                    other => tracing::warn!(account, key, attempt, ?other, "not delivered"),
                }
                outcome
            }
            None => Outcome::Retry("nobody has said where actions go: `deliver`".into()),
        }
    }
}

impl Ways {
    /// The ways that settings name.
    ///
    /// # Errors
    ///
    /// What cannot be used, with its place.
    pub(crate) fn of(settings: &Settings, clock: &Arc<dyn Clock>) -> Result<Ways, String> {
        let others = match &settings.deliver {
            Some(deliver) => {
                Some(way(deliver, clock).map_err(|said| format!("[deliver]: {said}"))?)
            }
            None => None,
        };
        let mut own = HashMap::new();
        for (name, account) in &settings.accounts {
            if let Some(deliver) = &account.deliver {
                let way = way(deliver, clock)
                    .map_err(|said| format!("[accounts.{name}.deliver]: {said}"))?;
                own.insert(name.clone(), way);
            }
        }
        Ok(Ways { own, others })
    }
}

fn way(deliver: &Deliver, clock: &Arc<dyn Clock>) -> Result<Arc<dyn Sink>, String> {
    match (&deliver.webhook, &deliver.log) {
        (Some(url), None) => {
            let file = deliver
                .secret_file
                .as_ref()
                .ok_or("a webhook is signed: name the file of the secret in `secret-file`")?;
            let secret = std::fs::read(file)
                .map_err(|error| format!("`{}` cannot be read: {error}", file.display()))?;
            let secret = secret.trim_ascii().to_vec();
            if secret.len() < SECRET {
                let file = file.display();
                return Err(format!("the secret in `{file}` has less than {SECRET} bytes"));
            }
            if !url.starts_with("http://") && !url.starts_with("https://") {
                return Err(format!("`{url}` is no address; write `http://…`"));
            }
            let mut options = WebhookOptions::new(url.clone(), secret);
            if let Some(timeout) = deliver.timeout {
                options.timeout = timeout.0;
            }
            Ok(Arc::new(Webhook::new(options, Shared(Arc::clone(clock)))))
        }
        (None, Some(file)) => {
            let opened = OpenOptions::new().create(true).append(true).open(file);
            let opened =
                opened.map_err(|error| format!("`{}` cannot be made: {error}", file.display()))?;
            Ok(Arc::new(LogSink::new(opened)))
        }
        (None, None) => Err("says nothing: name `webhook` or `log`".into()),
        (Some(_), Some(_)) => Err("names several ways; one of `webhook` and `log`".into()),
    }
}

/// A clock that others have too.
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
