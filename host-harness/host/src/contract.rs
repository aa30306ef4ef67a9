//! The words that host and plugin share, generated from `wit/`.
//!
//! Every type is documented at its definition in `wit/types.wit`; times are milliseconds since
//! 1970-01-01T00:00:00Z, durations milliseconds.

pub use generated::exports::despertador::inactivity::types::*;

/// The package that the contract is, without its version.
pub const PACKAGE: &str = "despertador:inactivity";

/// The version of the contract that this host was built for (semver).
///
/// Plugins of the same semver-compatible track are accepted: for `0.1.0` every `0.1.z`.
pub const VERSION: &str = "0.1.0";

/// The interfaces that a plugin must export.
pub const INTERFACES: [&str; 2] = ["decisions", "types"];

pub(crate) mod generated {
    #![allow(
        unreachable_pub,
        missing_docs,
        clippy::all,
        clippy::pedantic,
        reason = "generated"
    )]
    wasmtime::component::bindgen!({
        path: "../../wit",
        world: "plugin",
        additional_derives: [PartialEq],
    });
}
