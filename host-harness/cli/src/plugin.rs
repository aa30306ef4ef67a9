//! The plugin that commands work with.

use despertador_component::COMPONENT;
use despertador_harness::component::Sandboxed;
use despertador_host::{Cache, Host, Options, Plugin};

use crate::Unusable;
use crate::arguments::PluginArgument;

/// The plugin that was named, or the built-in one, as an engine that plays.
pub(crate) fn load(argument: &PluginArgument) -> Result<Sandboxed, Unusable> {
    read(argument).map(Sandboxed::new)
}

/// Loads the plugin that was named, or the built-in one.
pub(crate) fn read(argument: &PluginArgument) -> Result<Plugin, Unusable> {
    let options = Options { cache: Cache::of_user(), ..Options::default() };
    let host = Host::new(options).or_else(|_| Host::new(Options::default()));
    let host = host.map_err(|error| error.to_string())?;
    Ok(match &argument.plugin {
        None => host.load_bytes(COMPONENT).map_err(|error| error.to_string())?,
        Some(file) => {
            std::fs::metadata(file).map_err(|error| crate::source::unreadable(file, &error))?;
            host.load_file(file).map_err(|error| error.to_string())?
        }
    })
}
