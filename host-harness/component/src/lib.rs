//! The Despertador plugin as a WebAssembly component.
//!
//! The build script of this crate compiles `plugin/` for `wasm32-unknown-unknown` and wraps it as a
//! component, so these bytes always match the source. A package of this crate contains the component instead.

/// The stripped component, as it is shipped.
pub const COMPONENT: &[u8] =
    include_bytes!(concat!(env!("OUT_DIR"), "/despertador-plugin.component.wasm"));

/// The same component with function names, for profiles and readable traps.
pub const COMPONENT_WITH_NAMES: &[u8] =
    include_bytes!(concat!(env!("OUT_DIR"), "/despertador-plugin.names.component.wasm"));
