//! The plugin that commands work with.

use std::path::Path;
use std::time::Duration;

use despertador_component::COMPONENT;
use despertador_harness::component::Sandboxed;
use despertador_host::{Cache, Host, Limits, Options, Pins, Plugin};
use despertador_package::PublicKey;

use crate::arguments::{LimitArguments, PluginArgument, TrustArguments};
use crate::language::tr;
use crate::{Unusable, packaged, source};

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
    let limits = plugin.and_then(crate::kit::limits_of).unwrap_or_else(of_commands);
    Ok(given.over(limits)?)
}

/// A host with these limits; without a cache if there can be none.
pub(crate) fn host(limits: Limits) -> Result<Host, Unusable> {
    pinned_host(limits, Pins::Any)
}

fn pinned_host(limits: Limits, pins: Pins) -> Result<Host, Unusable> {
    let options = Options { limits, cache: Cache::of_user(), pins };
    let without = Options { cache: Cache::Off, ..options.clone() };
    let host = Host::new(options).or_else(|_| Host::new(without));
    Ok(host.map_err(|error| error.to_string())?)
}

/// Loads the plugin that was named, or the built-in one.
pub(crate) fn read(argument: &PluginArgument) -> Result<Plugin, Unusable> {
    let limits = limits(argument.plugin.as_deref(), &argument.limits)?;
    let bytes_max = limits.component_bytes;
    let pins = argument.trust.plugin_sha256.map_or(Pins::Any, |digest| Pins::Only(vec![digest]));
    let host = pinned_host(limits, pins)?;
    Ok(match &argument.plugin {
        None if argument.trust.public_key.is_some() => return Err(not_signed()),
        None => host.load_bytes(COMPONENT).map_err(|error| error.to_string())?,
        Some(file) => {
            let bytes = component(file, &argument.trust, bytes_max)?;
            host.load_named(&format!("`{}`", file.display()), &bytes)
                .map_err(|error| error.to_string())?
        }
    })
}

/// The component in a file or a package, if it is signed with the key that was given.
pub(crate) fn component(
    file: &Path,
    trust: &TrustArguments,
    bytes_max: u64,
) -> Result<Vec<u8>, Unusable> {
    std::fs::metadata(file).map_err(|error| source::unreadable(file, &error))?;
    let key = trust.public_key.as_deref().map(public_key).transpose()?;
    Ok(despertador_package::component(file, key.as_ref(), bytes_max)
        .map_err(|error| packaged::show(&error))?)
}

/// Reads a public key.
pub(crate) fn public_key(file: &Path) -> Result<PublicKey, Unusable> {
    let key = PublicKey::from_pem(&source::read(file)?);
    Ok(key.map_err(|error| format!("`{}`: {error}", file.display()))?)
}

fn not_signed() -> Unusable {
    tr!(
        "the built-in plugin is not signed; name a package with --plugin",
        "el plugin incluido no está firmado; indique un paquete con --plugin",
        "o plugin incluído não está assinado; indique um pacote com --plugin"
    )
    .into()
}
