//! `despertador serve`

pub(crate) mod demo;

use std::sync::Arc;

use despertador_component::COMPONENT;
use despertador_server::{Deliver, LogFormat, Plugin, Server, Settings, Start, log};
use serde_json::json;

use crate::arguments::{ServeArguments, TrustArguments};
use crate::language::tr;
use crate::{Ended, Unusable};

/// Runs a desk until it is told to stop.
pub(crate) fn serve(arguments: &ServeArguments, as_json: bool) -> Result<Ended, Unusable> {
    if arguments.demo {
        return demo::demo(arguments, as_json);
    }
    let settings = settings(arguments, as_json)?;
    let has_own = settings.accounts.values().any(|own| own.deliver.is_some());
    if settings.deliver.is_none() && !has_own && settings.connect.is_empty() {
        return Err(tr!(
            "nobody has said where actions go; name --webhook and --webhook-secret-file, or \
             --actions FILE, or [deliver] in the settings; `despertador serve --demo` shows how it works",
            "nadie dijo adónde van las acciones; nombre --webhook y --webhook-secret-file, o --actions FILE, \
             o [deliver] en los ajustes; `despertador serve --demo` muestra cómo funciona",
            "ninguém disse para onde vão as ações; indique --webhook e --webhook-secret-file, ou --actions FILE, \
             ou [deliver] nas configurações; `despertador serve --demo` mostra como funciona"
        )
        .into());
    }
    let _log = log::begin(&settings.log)?;
    let again = {
        let arguments = arguments.clone();
        Arc::new(move || self::settings(&arguments, as_json).map_err(|Unusable(said)| said))
    };
    let server = Server::start(Start { again, ..Start::new(settings, COMPONENT) })?;
    say(&server, as_json);
    until_stopped(server)
}

/// Prints the server's address.
fn say(server: &Server, as_json: bool) {
    let operations = server.operations().map(|at| at.to_string());
    if as_json {
        let line = json!({ "interface": server.address().to_string(), "operations": operations });
        anstream::println!("{line}");
    } else {
        let (interface, operations_are) =
            (tr!("interface", "interfaz", "interface"), tr!("operations", "operación", "operação"));
        anstream::println!("{interface:<11} http://{}", server.address());
        if let Some(operations) = operations {
            anstream::println!("{operations_are:<11} http://{operations}");
        }
    }
}

/// The settings of the file, overridden by flags and environment.
fn settings(arguments: &ServeArguments, as_json: bool) -> Result<Settings, Unusable> {
    let mut settings = match &arguments.config {
        Some(file) => Settings::read(file)?,
        None => Settings::default(),
    };
    let ServeArguments { desk, listen, operations, plugin, log, .. } = arguments;
    settings.desk = desk.clone().unwrap_or(settings.desk);
    settings.standby |= arguments.standby;
    settings.listen = listen.unwrap_or(settings.listen);
    settings.operations = operations.unwrap_or(settings.operations);
    settings.plugin.file = plugin.clone().or(settings.plugin.file);
    restrict(&mut settings.plugin, arguments);
    settings.log.filter = log.clone().unwrap_or(settings.log.filter);
    if as_json {
        settings.log.format = LogFormat::Json;
    }
    if arguments.webhook.is_some() || arguments.actions.is_some() {
        settings.deliver = Some(Deliver {
            webhook: arguments.webhook.clone(),
            secret_file: arguments.webhook_secret_file.clone(),
            log: arguments.actions.clone(),
            ..Deliver::default()
        });
    }
    Ok(settings)
}

/// Adds what the flags say of the plugin: whose it must be, and what it may use.
fn restrict(plugin: &mut Plugin, arguments: &ServeArguments) {
    let TrustArguments { public_key, plugin_sha256 } = &arguments.trust;
    plugin.public_key = public_key.clone().or(plugin.public_key.take());
    plugin.sha256 = plugin_sha256.map(|digest| digest.to_string()).or(plugin.sha256.take());
    for (name, value) in &arguments.limits.changed {
        // The settings may write the same name with hyphens.
        let name = name.replace('-', "_");
        plugin.limits.retain(|known, _| known.replace('-', "_") != name);
        plugin.limits.insert(name, value.as_str().into());
    }
}

/// Waits for signals: SIGHUP reloads, SIGTERM and SIGINT stop.
fn until_stopped(server: Server) -> Result<Ended, Unusable> {
    loop {
        let told = server.block_on(async {
            tokio::select! {
                told = signal() => told,
                () = server.ended() => Ok(Told::Ended),
            }
        });
        match told {
            Ok(Told::Reload) => drop(server.reload()),
            Ok(Told::Stop | Told::Ended) => break,
            Err(error) => {
                return Err(tr!(
                    "signals cannot be waited for: {error}",
                    "no se pueden esperar señales: {error}",
                    "não se pode esperar por sinais: {error}"
                )
                .into());
            }
        }
    }
    match server.stop() {
        Some(desk) => Server::failure(&desk).map_or(Ok(Ended::Well), |said| Err(said.into())),
        None => Err(tr!(
            "the desk's thread has crashed; nothing that was acknowledged is lost",
            "el hilo del escritorio se cayó; nada de lo confirmado se perdió",
            "a thread do balcão caiu; nada do que foi confirmado se perdeu"
        )
        .into()),
    }
}

enum Told {
    Stop,
    /// The desk has stopped by itself.
    Ended,
    #[cfg_attr(not(unix), expect(dead_code, reason = "there is no such signal"))]
    Reload,
}

#[cfg(unix)]
async fn signal() -> std::io::Result<Told> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut end = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    Ok(tokio::select! {
        _ = end.recv() => Told::Stop,
        _ = interrupt.recv() => Told::Stop,
        _ = hang_up.recv() => Told::Reload,
    })
}

#[cfg(not(unix))]
async fn signal() -> std::io::Result<Told> {
    tokio::signal::ctrl_c().await.map(|()| Told::Stop)
}
