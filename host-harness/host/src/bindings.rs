//! The plugin's side of the contract, as called by wasmtime.

#![allow(
    unreachable_pub,
    missing_docs,
    dead_code,
    clippy::all,
    clippy::pedantic,
    reason = "generated"
)]

wasmtime::component::bindgen!({
    // A plugin exports the types; for the host they are those of `despertador-contract`.
    inline: "
        package despertador:host;

        world plugin {
            import despertador:inactivity/types@0.2.0;
            export despertador:inactivity/decisions@0.2.0;
        }
    ",
    path: "wit",
    world: "despertador:host/plugin",
    with: { "despertador:inactivity/types": crate::bindings::types },
});

/// The interface of the types as an import. It has no functions and is never imported: `inspect.rs`
/// refuses that.
pub mod types {
    use wasmtime::component::{HasData, Linker};

    pub use despertador_contract::*;

    pub trait HostWithStore<T>: HasData {}
    impl<T, D: HasData + ?Sized> HostWithStore<T> for D {}

    pub trait Host {}
    impl<T> Host for T {}

    pub fn add_to_linker<T: 'static, D: HostWithStore<T>>(
        _: &mut Linker<T>,
        _: fn(&mut T) -> D::Data<'_>,
    ) -> wasmtime::Result<()>
    where
        for<'a> D::Data<'a>: Host,
    {
        Ok(())
    }
}
