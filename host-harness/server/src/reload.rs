//! Applies settings, at the start and when they are reloaded.

use std::path::PathBuf;
use std::sync::Arc;

use despertador_contract::Instant;
use despertador_desk::runtime::Clock;
use despertador_desk::store::AnyStore;
use despertador_desk::{Desk, DeskError};
use despertador_host::{Cache, Host, Options, Plugin, PolicyError};
use tokio::sync::Mutex;

use crate::app::App;
use crate::connect::Connectors;
use crate::operations::Reloaded;
use crate::outlets::{Outlets, Receivers};
use crate::settings::{self, Settings};

/// Reads the settings again.
pub type Again = Arc<dyn Fn() -> Result<Settings, String> + Send + Sync>;

/// State needed to reload.
#[derive(Clone)]
pub(crate) struct Reloader(Arc<Parts>);

struct Parts {
    built_in: &'static [u8],
    again: Again,
    outlets: Outlets,
    connectors: Connectors,
    clock: Arc<dyn Clock>,
    /// Only one reload at a time.
    at_work: Mutex<()>,
}

/// The name in the audit for changes by settings.
pub(crate) const AUDIT_NAME: &str = "settings";

impl Reloader {
    pub(crate) fn new(
        built_in: &'static [u8],
        again: Again,
        outlets: Outlets,
        connectors: Connectors,
        clock: Arc<dyn Clock>,
    ) -> Reloader {
        let at_work = Mutex::new(());
        Reloader(Arc::new(Parts { built_in, again, outlets, connectors, clock, at_work }))
    }

    /// Loads the plugin of the settings.
    pub(crate) fn plugin(&self, settings: &Settings) -> Result<Plugin, String> {
        load(self.0.built_in, &settings.plugin)
    }

    /// Sets the receivers of the settings.
    pub(crate) fn set_receivers(&self, settings: &Settings) -> Result<(), String> {
        let connectors = Connectors::of(settings, &self.0.clock)?;
        self.0.outlets.set(Receivers::of(settings, &connectors, &self.0.clock)?);
        self.0.connectors.set(connectors);
        Ok(())
    }

    /// Reads the settings again and applies the changes. A refused change stays as it was; the
    /// others are applied.
    pub(crate) async fn reload(&self, app: &App) -> Reloaded {
        let _alone = self.0.at_work.lock().await;
        let mut reloaded = Reloaded::default();
        let again = Arc::clone(&self.0.again);
        let read = tokio::task::spawn_blocking(move || again()).await;
        let settings = match read {
            Ok(Ok(settings)) => settings,
            Ok(Err(said)) => {
                reloaded.refused.push(said);
                return reloaded;
            }
            Err(error) => {
                reloaded.refused.push(error.to_string());
                return reloaded;
            }
        };
        match self.set_receivers(&settings) {
            Ok(()) => reloaded.done.push("where actions go".into()),
            Err(said) => reloaded.refused.push(said),
        }
        if let Err(said) = app.set_bots(&settings) {
            reloaded.refused.push(said);
        }
        if let Err(said) = app.badges.set_ancestors(&settings.frame_ancestors) {
            reloaded.refused.push(said);
        }
        self.reload_plugin(app, &settings, &mut reloaded).await;
        let knowing = app.clone();
        let asked = app
            .ask_plainly(move |desk, now| {
                let mut reloaded = Reloaded::default();
                open_accounts(desk, now, &settings, &mut reloaded);
                if let Err(error) = knowing.refresh_cache(desk) {
                    reloaded.refused.push(error.to_string());
                }
                reloaded
            })
            .await;
        match asked {
            Ok(more) => {
                reloaded.done.extend(more.done);
                reloaded.refused.extend(more.refused);
            }
            Err(not_done) => reloaded.refused.push(not_done.to_string()),
        }
        for done in &reloaded.done {
            tracing::info!(done, "reloaded");
        }
        for refused in &reloaded.refused {
            tracing::error!(refused, "not reloaded");
        }
        reloaded
    }

    async fn reload_plugin(&self, app: &App, settings: &Settings, reloaded: &mut Reloaded) {
        let own = self.clone();
        let named = settings.plugin.clone();
        let loaded = tokio::task::spawn_blocking(move || load(own.0.built_in, &named))
            .await
            .unwrap_or_else(|error| Err(error.to_string()));
        let plugin = match loaded {
            Ok(plugin) => plugin,
            Err(said) => {
                reloaded.refused.push(format!("the plugin stays: {said}"));
                return;
            }
        };
        let replaced = app
            .ask_plainly(move |desk, now| {
                let now_used = desk.plugin();
                if now_used.sha256() == plugin.sha256() && now_used.limits() == plugin.limits() {
                    return Ok(false);
                }
                desk.replace_plugin(now, plugin).map(|()| true)
            })
            .await;
        match replaced {
            Ok(Ok(true)) => reloaded.done.push("the plugin".into()),
            Ok(Ok(false)) => {}
            Ok(Err(error)) => reloaded.refused.push(format!("the plugin stays: {error}")),
            Err(not_done) => reloaded.refused.push(not_done.to_string()),
        }
    }
}

/// Loads a plugin under its limits. It is compiled once, and then loaded from the user's cache, if
/// there is one.
fn load(built_in: &[u8], plugin: &settings::Plugin) -> Result<Plugin, String> {
    let plain = plugin.options()?;
    let key = plugin.public_key()?;
    let bytes_max = plain.limits.component_bytes;
    let cached = Options { cache: Cache::of_user(), ..plain.clone() };
    let host = Host::new(cached).or_else(|_| Host::new(plain)).map_err(|e| e.to_string())?;
    match &plugin.file {
        None => host.load_bytes(built_in),
        Some(file) if key.is_some() || despertador_package::is_package(file) => {
            let bytes = despertador_package::component(file, key.as_ref(), bytes_max)
                .map_err(|error| error.to_string())?;
            host.load_named(&format!("`{}`", file.display()), &bytes)
        }
        Some(file) => host.load_file(file),
    }
    .map_err(|error| error.to_string())
}

/// Opens the accounts of the settings, and puts changed policies in force.
pub(crate) fn open_accounts(
    desk: &mut Desk<AnyStore>,
    now: Instant,
    settings: &Settings,
    reloaded: &mut Reloaded,
) {
    for (name, account) in &settings.accounts {
        if let Err(error) = desk.open_account(now, name, AUDIT_NAME) {
            reloaded.refused.push(format!("account `{name}`: {error}"));
            continue;
        }
        let Some(file) = &account.policy else { continue };
        match put_in_force(desk, now, name, file, account.departments.as_deref()) {
            Ok(true) => reloaded.done.push(format!("the policy of `{name}`")),
            Ok(false) => {}
            Err(said) => reloaded.refused.push(said),
        }
    }
}

fn put_in_force(
    desk: &mut Desk<AnyStore>,
    now: Instant,
    account: &str,
    file: &PathBuf,
    departments: Option<&[String]>,
) -> Result<bool, String> {
    let shown = file.display();
    let config = std::fs::read_to_string(file)
        .map_err(|error| format!("`{shown}` cannot be read: {error}"))?;
    let failed = |error: DeskError| match error {
        DeskError::Policy(PolicyError::Refused(problems)) => format!(
            "`{shown}` has {} problems and stays as it was: `despertador check {shown}` shows them",
            problems.len()
        ),
        other => format!("`{shown}`: {other}"),
    };
    // A policy that was saved by hand stays until the file changes.
    let known = desk.query_policies(account).map_err(failed)?;
    if known.iter().find(|row| row.by == AUDIT_NAME).is_some_and(|row| row.config == config) {
        return Ok(false);
    }
    desk.save_policy(now, account, &config, departments, AUDIT_NAME).map_err(failed)?;
    Ok(true)
}
