//! Platforms beside accounts: their connectors, where actions go, and sweeps.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use despertador_connect::{
    Chatwoot, ChatwootOptions, Connector, ConnectorOptions, SweepError, Transport,
};
use despertador_desk::runtime::{Clock, DeskHandle, HandleError};
use despertador_desk::sink::{Http, Sink};
use despertador_desk::store::Sqlite;
use despertador_desk::{Delivery, DeliveryOutcome, Incoming};
use tokio::sync::watch;

use crate::app::App;
use crate::outlets::secret_of;
use crate::settings::{ChatwootSettings, Connect, ConnectCommon, Settings};

/// How often it is looked whether a sweep is due.
const SWEEP_CHECK_INTERVAL: Duration = Duration::from_secs(1);

/// The usual timeout of a request.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The connectors of the settings, by their names. Cheap to clone; all clones share them.
#[derive(Clone, Default)]
pub(crate) struct Connectors(Arc<RwLock<HashMap<String, Arc<Connector>>>>);

impl Connectors {
    /// The connectors of the settings.
    ///
    /// # Errors
    ///
    /// What cannot be used, with its place.
    pub(crate) fn of(settings: &Settings, clock: &Arc<dyn Clock>) -> Result<Self, String> {
        let mut all = HashMap::new();
        for name in settings.connect.keys() {
            all.insert(name.clone(), Arc::new(connector(settings, name, clock)?));
        }
        Ok(Self(Arc::new(RwLock::new(all))))
    }

    /// Replaces all.
    pub(crate) fn set(&self, new: Self) {
        let new = std::mem::take(&mut *new.0.write().unwrap_or_else(PoisonError::into_inner));
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = new;
    }

    /// The connector of this name beside this account.
    pub(crate) fn find(&self, account: &str, name: &str) -> Option<Arc<Connector>> {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        all.get(name).filter(|it| it.options().account == account).cloned()
    }

    /// Those beside an account.
    pub(crate) fn beside(&self, account: &str) -> Vec<Arc<Connector>> {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        all.values().filter(|it| it.options().account == account).cloned().collect()
    }

    fn all(&self) -> Vec<Arc<Connector>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }
}

/// The address that the platform posts to; `None` if the settings do not name the public one.
#[must_use]
pub fn webhook_address(settings: &Settings, name: &str) -> Option<String> {
    let connect = settings.connect.get(name)?;
    let public = connect.common().public_address.as_ref()?.trim_end_matches('/');
    Some(format!("{public}/v1/connect/{}/{name}", connect.account()))
}

/// The connector of this name in the settings.
///
/// # Errors
///
/// There is none, or what of it cannot be used, with its place.
pub fn connector(
    settings: &Settings,
    name: &str,
    clock: &Arc<dyn Clock>,
) -> Result<Connector, String> {
    let connect = settings.connect.get(name).ok_or_else(|| {
        let known: Vec<&str> = settings.connect.keys().map(String::as_str).collect();
        format!("the settings have no [connect.{name}]; they have: {}", known.join(", "))
    })?;
    let place = |said| format!("[connect.{name}]: {said}");
    if name.is_empty() || !name.bytes().all(|it| it.is_ascii_alphanumeric() || b"-_".contains(&it))
    {
        return Err(place("a name has letters, digits, `-` and `_`".into()));
    }
    if !settings.accounts.contains_key(connect.account()) {
        let account = connect.account();
        return Err(place(format!("there is no [accounts.{account}]; add it, with its policy")));
    }
    let options = options(name, connect);
    let transport = transport(connect.common(), clock);
    let made = match connect {
        Connect::Chatwoot(own) => chatwoot(name, own, transport)
            .map(|platform| Connector::new(options, platform, Arc::clone(clock))),
    };
    made.map_err(place)
}

fn options(name: &str, connect: &Connect) -> ConnectorOptions {
    let mut options = ConnectorOptions::new(name, connect.account());
    let millis = |span: Duration| u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
    if let Some(every) = connect.common().sweep_every {
        options.sweep_every = millis(every.0);
    }
    if let Some(within) = connect.common().adopt_within {
        options.adopt_within = millis(within.0);
    }
    options
}

fn transport(common: &ConnectCommon, clock: &Arc<dyn Clock>) -> Arc<dyn Transport> {
    let timeout = common.timeout.map_or(TIMEOUT, |span| span.0);
    Arc::new(Http::new(timeout, Arc::clone(clock)))
}

fn chatwoot(
    name: &str,
    own: &ChatwootSettings,
    transport: Arc<dyn Transport>,
) -> Result<Chatwoot, String> {
    Http::check(&own.base)?;
    let mut options =
        ChatwootOptions::new(&own.base, own.chatwoot_account, token(&own.token_file)?);
    options.bot_token = own.bot_token_file.as_deref().map(token).transpose()?;
    options.secret = own.secret_file.as_deref().map(secret_of).transpose()?;
    options.address_token = own.address_token_file.as_deref().map(token).transpose()?;
    if options.secret.is_none() && options.address_token.is_none() {
        return Err(
            "its webhook is open to everybody; name the webhook's secret in `secret-file`, \
                    or `address-token-file` for versions before 4.13"
                .into(),
        );
    }
    if let Some(most) = own.requests_per_minute {
        options.per_minute = most.get();
    }
    Ok(Chatwoot::new(name, options, transport))
}

fn token(file: &Path) -> Result<String, String> {
    let shown = file.display();
    let text = String::from_utf8(secret_of(file)?)
        .map_err(|_| format!("the token in `{shown}` is no text"))?;
    match text.bytes().all(|it| it.is_ascii_graphic()) && !text.is_empty() {
        true => Ok(text),
        false => Err(format!("the token in `{shown}` is none; copy it again from the platform")),
    }
}

/// The receiver of an account with platforms beside it: a ticket's actions go to the platform that
/// it came from, those of other tickets to the account's other receiver.
pub(crate) struct BesidePlatforms {
    pub(crate) connectors: Vec<Arc<Connector>>,
    pub(crate) otherwise: Option<Arc<dyn Sink>>,
}

impl BesidePlatforms {
    fn sink(&self, ticket: &str) -> Option<&dyn Sink> {
        let own = self.connectors.iter().find(|it| it.conversation(ticket).is_some());
        match own {
            Some(connector) => Some(&**connector),
            None => self.otherwise.as_deref(),
        }
    }
}

impl Sink for BesidePlatforms {
    fn read_back(&self, delivery: &Delivery) -> Result<Option<Vec<Incoming>>, DeliveryOutcome> {
        self.sink(&delivery.ticket).map_or(Ok(None), |sink| sink.read_back(delivery))
    }

    fn deliver(&self, delivery: &Delivery) -> DeliveryOutcome {
        match self.sink(&delivery.ticket) {
            Some(sink) => sink.deliver(delivery),
            None => DeliveryOutcome::Retry(format!(
                "the ticket `{}` is of no platform, and account `{}` has no other receiver; name \
                 one in [accounts.{}.deliver]",
                delivery.ticket, delivery.account, delivery.account
            )),
        }
    }

    fn is_in_doubt(&self) -> bool {
        self.connectors.iter().any(|it| it.is_in_doubt())
            || self.otherwise.as_ref().is_some_and(|it| it.is_in_doubt())
    }
}

/// Compares open conversations whenever it is time, until the server stops.
pub(crate) async fn sweep(app: App, connectors: Connectors, mut stop: watch::Receiver<bool>) {
    loop {
        for connector in connectors.all() {
            let now = app.clock.now();
            if connector.next_sweep().is_some_and(|at| at <= now) {
                let handle = app.handle.clone();
                let swept =
                    tokio::task::spawn_blocking(move || sweep_one(&connector, &handle, now));
                // A sweep that crashed is begun again.
                let _: Result<(), _> = swept.await;
            }
        }
        tokio::select! {
            () = tokio::time::sleep(SWEEP_CHECK_INTERVAL) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
    }
}

fn sweep_one(connector: &Arc<Connector>, handle: &DeskHandle<Sqlite>, now: i64) {
    let own = Arc::clone(connector);
    let open = handle.call(move |desk, _| own.open_conversations(desk));
    let swept = match open {
        Ok(Ok(open)) => connector.sweep(now, &open, |heard| {
            let own = Arc::clone(connector);
            let recorded = handle.call(move |desk, now| own.receive_at(desk, now, &heard))?;
            recorded.map(drop).map_err(HandleError::Desk)
        }),
        Ok(Err(error)) => Err(SweepError::Take(HandleError::Desk(error))),
        Err(error) => Err(SweepError::Take(error)),
    };
    let name = &connector.options().name;
    match swept {
        Ok(swept) => tracing::debug!(name, ?swept, "swept"),
        Err(error) => tracing::warn!(name, %error, "a sweep ended early; the next one goes on"),
    }
}
