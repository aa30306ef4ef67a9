//! The plugin that commands work with.

use std::path::Path;
use std::time::Duration;

use despertador_component::COMPONENT;
use despertador_harness::component::Sandboxed;
use despertador_host::{Cache, Host, Limits, Options, Plugin};

use crate::Unusable;
use crate::arguments::{LimitArguments, PluginArgument};

/// The plugin that was named, or the built-in one, as an engine that plays.
pub(crate) fn load(argument: &PluginArgument) -> Result<Sandboxed, Unusable> {
    read(argument).map(Sandboxed::new)
}

/// How long a call may take. Fuel ends a call that never returns, at the same place on every machine;
/// a busy machine must not change what a command prints.
const WALL_CLOCK: Duration = Duration::from_secs(60);

/// The limits that were given, over those of the project that a component lies in, or those of
/// commands.
pub(crate) fn limits(plugin: Option<&Path>, given: &LimitArguments) -> Result<Limits, Unusable> {
    let of_commands = || Limits { wall_clock: WALL_CLOCK, ..Limits::default() };
    let mut limits = plugin.and_then(crate::kit::limits_of).unwrap_or_else(of_commands);
    for (name, value) in &given.changed {
        limits.set(name, value)?;
    }
    Ok(limits)
}

/// A host with these limits; without a cache if there can be none.
pub(crate) fn host(limits: Limits) -> Result<Host, Unusable> {
    let options = Options { limits, cache: Cache::of_user(), ..Options::default() };
    let without = Options { cache: Cache::Off, ..options.clone() };
    let host = Host::new(options).or_else(|_| Host::new(without));
    Ok(host.map_err(|error| error.to_string())?)
}

/// Loads the plugin that was named, or the built-in one.
pub(crate) fn read(argument: &PluginArgument) -> Result<Plugin, Unusable> {
    let host = host(limits(argument.plugin.as_deref(), &argument.limits)?)?;
    Ok(match &argument.plugin {
        None => host.load_bytes(COMPONENT).map_err(|error| error.to_string())?,
        Some(file) => {
            std::fs::metadata(file).map_err(|error| crate::source::unreadable(file, &error))?;
            host.load_file(file).map_err(|error| error.to_string())?
        }
    })
}
