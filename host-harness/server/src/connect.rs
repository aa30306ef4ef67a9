//! Platforms beside accounts: their connectors, where actions go, and sweeps.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use despertador_connect::{
    Abilities, Chatwoot, ChatwootOptions, Connector, ConnectorOptions, SweepError, Transport,
    Typebot, TypebotOptions, Whatsapp, WhatsappOptions,
};
use despertador_contract::{Author, Instant};
use despertador_desk::runtime::{Clock, DeskHandle, HandleError};
use despertador_desk::sink::{Http, Sink};
use despertador_desk::store::AnyStore;
use despertador_desk::{Delivery, DeliveryOutcome, Incoming};
use tokio::sync::watch;

use crate::app::App;
use crate::outlets::secret_of;
use crate::settings::{ChatwootSettings, Connect, ConnectCommon, Settings, WhatsappSettings};

/// How often it is looked whether a sweep is due.
const SWEEP_CHECK_INTERVAL: Duration = Duration::from_secs(1);

/// The usual timeout of a request.
const TIMEOUT: Duration = Duration::from_secs(10);

/// What the settings connect.
#[derive(Debug)]
pub enum Connected {
    /// A platform with tickets.
    Platform(Box<Connector>),
    /// The exit of a bot.
    Exit(Box<Typebot>),
}

/// The platforms and exits of the settings. Cheap to clone; all clones share them.
#[derive(Clone, Default)]
pub(crate) struct Connectors(Arc<RwLock<All>>);

#[derive(Default)]
struct All {
    /// By their names.
    platforms: HashMap<String, Arc<Connector>>,
    /// By account.
    exits: HashMap<String, Vec<Arc<Typebot>>>,
}

impl Connectors {
    /// Those of the settings.
    ///
    /// # Errors
    ///
    /// What cannot be used, with its place.
    pub(crate) fn of(settings: &Settings, clock: &Arc<dyn Clock>) -> Result<Self, String> {
        let mut all = All::default();
        for (name, connect) in &settings.connect {
            match connected(settings, name, clock)? {
                Connected::Platform(connector) => {
                    say_abilities(name, connector.platform().abilities());
                    all.platforms.insert(name.clone(), Arc::new(*connector));
                }
                Connected::Exit(exit) => {
                    let own = all.exits.entry(connect.account().to_owned()).or_default();
                    own.push(Arc::new(*exit));
                }
            }
        }
        Ok(Self(Arc::new(RwLock::new(all))))
    }

    /// Replaces all.
    pub(crate) fn set(&self, new: Self) {
        let new = std::mem::take(&mut *new.0.write().unwrap_or_else(PoisonError::into_inner));
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = new;
    }

    fn read(&self) -> RwLockReadGuard<'_, All> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The platform of this name beside this account.
    pub(crate) fn find(&self, account: &str, name: &str) -> Option<Arc<Connector>> {
        self.read().platforms.get(name).filter(|it| it.options().account == account).cloned()
    }

    /// The receiver of an account, if it has a platform or an exit; `otherwise` takes the actions
    /// of tickets that are of no platform.
    pub(crate) fn sink(
        &self,
        account: &str,
        otherwise: Option<Arc<dyn Sink>>,
        clock: &Arc<dyn Clock>,
    ) -> Option<BesidePlatforms> {
        let all = self.read();
        let own = all.platforms.values().filter(|it| it.options().account == account);
        let platforms: Vec<Arc<Connector>> = own.cloned().collect();
        let exits = all.exits.get(account).cloned().unwrap_or_default();
        let has_any = !platforms.is_empty() || !exits.is_empty();
        let clock = Arc::clone(clock);
        has_any.then_some(BesidePlatforms { platforms, exits, otherwise, clock })
    }

    fn all(&self) -> Vec<Arc<Connector>> {
        self.read().platforms.values().cloned().collect()
    }
}

/// The address that the platform posts to; `None` if the settings do not name the public one.
#[must_use]
pub fn webhook_address(settings: &Settings, name: &str) -> Option<String> {
    let connect = settings.connect.get(name)?;
    let public = connect.common().public_address.as_ref()?.trim_end_matches('/');
    Some(format!("{public}/v1/connect/{}/{name}", connect.account()))
}

/// Says at set-up what a platform cannot do, so that nobody expects it.
fn say_abilities(name: &str, abilities: &Abilities) {
    let lacking = abilities.all().into_iter().filter(|(_, has)| !has);
    let cannot = lacking.map(|(ability, _)| ability).collect::<Vec<_>>().join(", ");
    tracing::info!(name, platform = abilities.platform, cannot, "connected");
}

/// What the settings connect by this name.
///
/// # Errors
///
/// There is nothing of this name, or what of it cannot be used, with its place.
pub fn connected(
    settings: &Settings,
    name: &str,
    clock: &Arc<dyn Clock>,
) -> Result<Connected, String> {
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
    made(settings, name, connect, clock).map_err(place)
}

fn made(
    settings: &Settings,
    name: &str,
    connect: &Connect,
    clock: &Arc<dyn Clock>,
) -> Result<Connected, String> {
    let transport = transport(connect.common(), clock);
    let options = options(settings, name, connect);
    let clock = Arc::clone(clock);
    let connector = match connect {
        Connect::Chatwoot(own) => Connector::new(options, chatwoot(name, own, transport)?, clock),
        Connect::Whatsapp(own) => Connector::new(options, whatsapp(name, own, transport)?, clock),
        Connect::Typebot(own) => {
            Http::check(&own.base)?;
            let options = TypebotOptions {
                base: own.base.clone(),
                typebot: own.typebot.clone(),
                block: own.block.clone(),
                token: token(&own.token_file)?,
            };
            return Ok(Connected::Exit(Box::new(Typebot::new(options, transport))));
        }
    };
    Ok(Connected::Platform(Box::new(connector)))
}

fn options(settings: &Settings, name: &str, connect: &Connect) -> ConnectorOptions {
    let mut options = ConnectorOptions::new(name, connect.account());
    let millis = |span: Duration| u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
    if let Some(every) = connect.common().sweep_every {
        options.sweep_every = millis(every.0);
    }
    if let Some(within) = connect.common().adopt_within {
        options.adopt_within = millis(within.0);
    }
    options.has_exit = settings
        .connect
        .values()
        .any(|other| matches!(other, Connect::Typebot(_)) && other.account() == connect.account());
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

fn whatsapp(
    name: &str,
    own: &WhatsappSettings,
    transport: Arc<dyn Transport>,
) -> Result<Whatsapp, String> {
    let token = token(&own.token_file)?;
    let secret = secret_of(&own.app_secret_file)?;
    let verify = String::from_utf8(secret_of(&own.verify_token_file)?)
        .map_err(|_| format!("`{}` is no text", own.verify_token_file.display()))?;
    if secret.is_empty() || verify.is_empty() {
        return Err("`app-secret-file` or `verify-token-file` is empty".into());
    }
    let mut options = WhatsappOptions::new(&own.phone_number_id, token, secret, verify);
    options.business_account_id.clone_from(&own.business_account_id);
    options.template_language.clone_from(&own.template_language);
    if let Some(base) = &own.base {
        options.base.clone_from(base);
    }
    if let Some(version) = &own.version {
        options.version.clone_from(version);
    }
    Http::check(&options.base)?;
    if let Some(company) = &own.company {
        options.company = match company.as_str() {
            "agent" => Author::Agent,
            "ai-agent" => Author::AiAgent,
            "bot" => Author::Bot,
            other => {
                return Err(format!("company: `{other}`; write `agent`, `ai-agent` or `bot`"));
            }
        };
    }
    Ok(Whatsapp::new(name, options, transport))
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

/// The receiver of an account with platforms or exits beside it: a ticket's actions go to the
/// platform that it came from, those of other tickets to the account's other receiver. After a close
/// the bot that waits for it goes on.
pub(crate) struct BesidePlatforms {
    platforms: Vec<Arc<Connector>>,
    exits: Vec<Arc<Typebot>>,
    otherwise: Option<Arc<dyn Sink>>,
    clock: Arc<dyn Clock>,
}

impl BesidePlatforms {
    fn sink(&self, ticket: &str) -> Option<&dyn Sink> {
        let own = self.platforms.iter().find(|it| it.conversation(ticket).is_some());
        match own {
            Some(connector) => Some(&**connector),
            None => self.otherwise.as_deref(),
        }
    }

    /// Lets the bots go on that wait for a close which is done.
    fn leave(&self, delivery: &Delivery) -> DeliveryOutcome {
        let now = self.clock.now();
        let outcomes = self.exits.iter().map(|exit| exit.leave(delivery, now));
        outcomes
            .into_iter()
            .find(|it| *it != DeliveryOutcome::Done)
            .unwrap_or(DeliveryOutcome::Done)
    }
}

impl Sink for BesidePlatforms {
    fn read_back(&self, delivery: &Delivery) -> Result<Option<Vec<Incoming>>, DeliveryOutcome> {
        let read = self.sink(&delivery.ticket).map_or(Ok(None), |sink| sink.read_back(delivery));
        match read {
            // It was carried out before; what follows it may be missing.
            Err(DeliveryOutcome::Done) => Err(self.leave(delivery)),
            read => read,
        }
    }

    fn deliver(&self, delivery: &Delivery) -> DeliveryOutcome {
        let Some(sink) = self.sink(&delivery.ticket) else {
            return DeliveryOutcome::Retry(format!(
                "the ticket `{}` is of no platform, and account `{}` has no other receiver; name \
                 one in [accounts.{}.deliver]",
                delivery.ticket, delivery.account, delivery.account
            ));
        };
        match sink.deliver(delivery) {
            DeliveryOutcome::Done => self.leave(delivery),
            outcome => outcome,
        }
    }

    fn is_in_doubt(&self) -> bool {
        self.platforms.iter().any(|it| it.is_in_doubt())
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

fn sweep_one(connector: &Arc<Connector>, handle: &DeskHandle<AnyStore>, now: Instant) {
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
