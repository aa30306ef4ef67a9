//! A running server.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use despertador_contract::ExitState;
use despertador_desk::runtime::{Clock, DeskHandle, Runtime, RuntimeOptions, SystemClock};
use despertador_desk::store::{
    AnyStore, FlowRow, OpenOptions, Store as _, StoreError, StoreProblem,
};
use despertador_desk::{Desk, DeskError, Options};
use despertador_flow::Flow;
use despertador_panel::Panel;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::app::App;
use crate::connect::Connectors;
use crate::limits::Limits;
use crate::listen::{ConnectionLimits, listen};
use crate::metrics::Metrics;
use crate::operations::{Gate, Reloaded};
use crate::outlets::{Outlets, Shared};
use crate::reload::{Again, Reloader, open_accounts};
use crate::scope::NewToken;
use crate::settings::{Operations, Settings};
use crate::{api, operations};

/// What is needed to start a server.
pub struct Start {
    /// The settings.
    pub settings: Settings,
    /// The plugin if the settings name none.
    pub built_in: &'static [u8],
    /// Reads the settings again.
    pub again: Again,
    /// Tokens that are added unless one with the same name exists: for demonstrations and tests.
    pub tokens: Vec<NewToken>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
}

impl Start {
    /// With the machine's clock.
    #[must_use]
    pub fn new(settings: Settings, built_in: &'static [u8]) -> Start {
        let same = settings.clone();
        Start {
            settings,
            built_in,
            again: Arc::new(move || Ok(same.clone())),
            tokens: Vec::new(),
            clock: Arc::new(SystemClock),
        }
    }
}

impl fmt::Debug for Start {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Start").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// A running server with its own threads.
pub struct Server {
    runtime: tokio::runtime::Runtime,
    desk: Runtime<AnyStore>,
    app: App,
    panel: Option<Panel>,
    reloader: Reloader,
    stop: watch::Sender<bool>,
    ended: watch::Receiver<bool>,
    served: Vec<tokio::task::JoinHandle<()>>,
    address: SocketAddr,
    operations: Option<SocketAddr>,
    patience: Duration,
}

impl Server {
    /// Starts the server: opens the store, begins with what is due, and answers requests.
    ///
    /// # Errors
    ///
    /// What cannot be used, and how to fix it: the file, the plugin, an address, a policy, a
    /// receiver.
    pub fn start(start: Start) -> Result<Server, String> {
        let Start { settings, built_in, again, tokens, clock } = start;
        let outlets = Outlets::default();
        let connectors = Connectors::default();
        let reloader =
            Reloader::new(built_in, again, outlets.clone(), connectors.clone(), Arc::clone(&clock));
        let plugin = reloader.plugin(&settings)?;
        reloader.set_receivers(&settings)?;
        let mut desk = open(&settings, plugin)?;
        let now = clock.now();
        for token in tokens {
            let known = desk.query_tokens().map_err(|error| error.to_string())?;
            if !known.iter().any(|row| row.digest == token.row.digest) {
                desk.add_token(now, token.row, crate::reload::AUDIT_NAME)
                    .map_err(|e| e.to_string())?;
            }
        }
        let mut opened = Reloaded::default();
        open_accounts(&mut desk, now, &settings, &mut opened);
        if let Some(said) = opened.refused.first() {
            return Err(said.clone());
        }
        let gate = Gate::of(&settings)?;
        let listening = Listening::bind(&settings)?;
        let workers = settings.deliveries.get();
        let options = RuntimeOptions {
            workers,
            // An account with a slow receiver leaves half of the workers to the others.
            per_account: workers.div_ceil(2),
            ..RuntimeOptions::default()
        };
        let desk = Runtime::start(desk, Shared(Arc::clone(&clock)), outlets.clone(), options)
            .map_err(|error| format!("no threads are left: {error}"))?;
        let limits = Limits::new(&settings.limits);
        let location = settings.desk.clone();
        let metrics = Metrics::of(outlets);
        let app = App::new(desk.handle(), clock, limits, metrics, location, connectors.clone());
        let (knowing, observer) = (app.clone(), api::observer(&app));
        let begin = move |desk: &mut Desk<AnyStore>, _| {
            desk.observe(observer);
            knowing.refresh_cache(desk)
        };
        match desk.handle().call(begin) {
            Ok(known) => known.map_err(|error| error.to_string())?,
            // Its file is damaged, and the desk has stopped for it already.
            Err(stopped) => {
                let said = desk.stop().and_then(|desk| Self::failure(&desk));
                return Err(said.unwrap_or_else(|| stopped.to_string()));
            }
        }
        app.set_bots(&settings)?;
        app.badges.set_ancestors(&settings.frame_ancestors)?;
        let (stop, stopping) = watch::channel(false);
        let Listening { runtime, interface, operations, address, operations_address } = listening;
        let limits = &settings.limits;
        let held = ConnectionLimits {
            connections: limits.connections.get(),
            head_timeout: limits.head_timeout.0,
            stop_timeout: limits.stop_timeout.0,
        };
        let mut served = Vec::new();
        let calls = api::router(app.clone());
        let panel = settings.panel.then(|| crate::panel::panel(&app, calls.clone()));
        let router = match &panel {
            Some(panel) => api::around_pages(&app, panel.router()).fallback_service(calls),
            None => calls,
        };
        served.push(runtime.spawn(listen(interface, router, app.clone(), held, stopping.clone())));
        if let Some(listener) = operations {
            let router = operations::router(app.clone(), reloader.clone(), gate);
            served.push(runtime.spawn(listen(
                listener,
                router,
                app.clone(),
                held,
                stopping.clone(),
            )));
        }
        let (end, ended) = watch::channel(false);
        runtime.spawn(operations::watch(app.clone(), stopping.clone(), end));
        runtime.spawn(crate::connect::sweep(app.clone(), connectors, stopping.clone()));
        if let Some(keep) = settings.keep {
            runtime.spawn(forget_old(app.clone(), keep.0, stopping));
        }
        tracing::info!(%address, desk = %settings.desk, "serving");
        Ok(Server {
            runtime,
            desk,
            app,
            panel,
            reloader,
            stop,
            ended,
            served,
            address,
            operations: operations_address,
            patience: limits.stop_timeout.0,
        })
    }

    /// The address of the interface.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A path at which a person signs in to the panel with a token, once and within a quarter of an
    /// hour. `None` without a panel.
    #[must_use]
    pub fn sign_in_link(&self, token: &str) -> Option<String> {
        self.panel.as_ref()?.sign_in_link(token).ok()
    }

    /// The address of health, metrics and reloading.
    #[must_use]
    pub fn operations(&self) -> Option<SocketAddr> {
        self.operations
    }

    /// Direct access to the desk.
    #[must_use]
    pub fn handle(&self) -> DeskHandle<AnyStore> {
        self.desk.handle()
    }

    /// Reads the settings again and applies the changes.
    pub fn reload(&self) -> Reloaded {
        self.runtime.block_on(self.reloader.reload(&self.app))
    }

    /// Waits for a signal to stop or to reload.
    pub fn block_on<F: Future>(&self, wait: F) -> F::Output {
        self.runtime.block_on(wait)
    }

    /// Waits until the desk has stopped by itself: its file is damaged where no ticket can be moved
    /// aside for it, another process has taken over its database, or its thread has crashed. The server then answers 503 to everything, and
    /// [`failure`](Self::failure) says why.
    pub async fn ended(&self) {
        let mut ended = self.ended.clone();
        if ended.wait_for(|ended| *ended).await.is_err() {
            // Nobody watches any more, for the server was told to stop.
            std::future::pending::<()>().await;
        }
    }

    /// Why a desk that came back from [`stop`](Self::stop) had stopped by itself, and the way out;
    /// none if it had not.
    #[must_use]
    pub fn failure(desk: &Desk<AnyStore>) -> Option<String> {
        let (_, error) = desk.trouble()?;
        let DeskError::Store(StoreError { problem, .. }) = error else { return None };
        match problem {
            StoreProblem::Corrupt => {}
            StoreProblem::Fenced => return Some(format!("the desk has stopped: {error}")),
            _ => return None,
        }
        let tables = desk.store().damaged_tables();
        let tables = tables.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let place = if tables.is_empty() { tables } else { format!(" Damaged: {tables}.") };
        Some(format!(
            "the desk has stopped: {error}.{place} Until then nobody is reminded and no ticket is \
             closed; events that were acknowledged are in the file"
        ))
    }

    /// Stops the server: accepts no new requests, finishes open ones, stores recorded events, waits
    /// for deliveries. Returns the desk; `None` if its thread has crashed.
    #[must_use]
    pub fn stop(self) -> Option<Desk<AnyStore>> {
        self.app.stop();
        let _: Result<(), _> = self.stop.send(true);
        self.runtime.block_on(async {
            for served in self.served {
                let _: Result<(), _> = served.await;
            }
        });
        let desk = self.desk.stop();
        self.runtime.shutdown_timeout(self.patience);
        desk
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("address", &self.address).finish_non_exhaustive()
    }
}

fn open(settings: &Settings, plugin: despertador_host::Plugin) -> Result<Desk<AnyStore>, String> {
    let delivery_timeout = u64::try_from(settings.longest_delivery().as_millis());
    let options = OpenOptions {
        delivery_timeout: delivery_timeout.unwrap_or(u64::MAX),
        standby: settings.standby,
    };
    let store = settings.desk.open(options).map_err(|error| error.to_string())?;
    let resolution = settings.tick_resolution.0.as_millis();
    let options = Options {
        tick_resolution: u64::try_from(resolution).unwrap_or(u64::MAX),
        exit_state: exit_of,
        ..Options::default()
    };
    Desk::open(store, plugin, options).map_err(|error| error.to_string())
}

fn exit_of(row: &FlowRow) -> ExitState {
    Flow::read(&row.text).map_or(ExitState::Unknown, |flow| flow.inactivity_exit().into())
}

/// Addresses that are bound before anything starts.
struct Listening {
    runtime: tokio::runtime::Runtime,
    interface: TcpListener,
    operations: Option<TcpListener>,
    address: SocketAddr,
    operations_address: Option<SocketAddr>,
}

impl Listening {
    fn bind(settings: &Settings) -> Result<Listening, String> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .thread_name("http")
            .build()
            .map_err(|error| format!("no threads are left: {error}"))?;
        let (interface, address) = runtime.block_on(bind(settings.listen))?;
        let (operations, operations_address) = match settings.operations {
            Operations::Off => (None, None),
            Operations::At(at) => {
                let (listener, address) = runtime.block_on(bind(at))?;
                (Some(listener), Some(address))
            }
        };
        Ok(Listening { runtime, interface, operations, address, operations_address })
    }
}

async fn bind(at: SocketAddr) -> Result<(TcpListener, SocketAddr), String> {
    let failed = |error: std::io::Error| {
        format!(
            "`{at}` cannot be listened at: {error}; choose another address, or stop the program that uses it"
        )
    };
    let listener = TcpListener::bind(at).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

/// How often old tickets are deleted.
const CLEANUP_INTERVAL: Duration = Duration::from_secs(600);
/// Maximum number of tickets that are deleted at a time, because others wait meanwhile.
const CLEANUP_BATCH_MAX: usize = 200;

async fn forget_old(app: App, keep: Duration, mut stop: watch::Receiver<bool>) {
    let keep = i64::try_from(keep.as_millis()).unwrap_or(i64::MAX);
    loop {
        let deleted = app
            .ask_plainly(move |desk, now| {
                desk.delete_inactive_tickets(now.saturating_sub(keep), CLEANUP_BATCH_MAX)
            })
            .await;
        let pause = match deleted {
            Ok(Ok(count)) if count > 0 => {
                tracing::info!(count, "old tickets deleted");
                Duration::from_millis(50)
            }
            Ok(Ok(_)) => CLEANUP_INTERVAL,
            Ok(Err(error)) => {
                tracing::warn!(%error, "old tickets stay");
                CLEANUP_INTERVAL
            }
            Err(_) => return,
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
    }
}
