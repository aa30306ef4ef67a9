//! The Despertador plugin: implements the contract of `wit/` with the policy crate.
//!
//! It decides nothing. [`translation`] converts between the types of the contract and those of the
//! policy; the rest is what a component needs.
//!
//! A plugin of your own that is based on the policy depends on this crate without the feature
//! `component`. It implements [`decisions::Guest`] and [`decisions::GuestPolicy`], calls
//! [`translation`] where the policy decides, and exports its type with `despertador_plugin::export!`.
//! `despertador plugin new --from policy` writes such a project.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

#[cfg(all(target_arch = "wasm32", feature = "component"))]
#[allow(unsafe_code, reason = "a heap is made of addresses")]
mod heap;
pub mod translation;

/// A heap as it is; the component's own frees what a call has allocated when the call is over.
#[cfg(not(all(target_arch = "wasm32", feature = "component")))]
mod heap {
    pub(crate) fn keep<R>(make: impl FnOnce() -> R) -> R {
        make()
    }

    pub(crate) fn answer<R>(make: impl FnOnce() -> R) -> R {
        make()
    }
}

/// A panic is a trap, and the host reports where it happened. A message could not be printed, so
/// the component contains none.
#[cfg(all(target_arch = "wasm32", feature = "component"))]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

/// The contract, generated from `wit/`.
#[allow(
    missing_docs,
    unreachable_pub,
    unsafe_code,
    clippy::all,
    clippy::restriction,
    reason = "generated"
)]
pub mod bindings {
    wit_bindgen::generate!({
        path: "wit",
        world: "plugin",
        generate_all,
        pub_export_macro: true,
        default_bindings_module: "despertador_plugin::bindings",
    });

    #[cfg(all(target_arch = "wasm32", feature = "component"))]
    export!(Component with_types_in self);

    #[cfg(all(target_arch = "wasm32", feature = "component"))]
    use super::Component;
}

use alloc::string::String;
use alloc::vec::Vec;
pub use bindings::export;
pub use bindings::exports::despertador::inactivity::{decisions, types as contract};
use contract::{
    Decision, Description, Diagnostic, Event, Explanation, Fault, Instant, Memory, Message,
    Outline, Reader, Surroundings, Ticket, Update,
};
use despertador_policy::Policy;

/// The component.
struct Component;

/// A policy that a host has loaded.
struct LoadedPolicy {
    policy: Policy,
    warnings: Vec<Diagnostic>,
}

impl decisions::Guest for Component {
    type Policy = LoadedPolicy;

    fn describe() -> Description {
        heap::answer(|| translation::describe(env!("CARGO_PKG_VERSION")))
    }
}

impl decisions::GuestPolicy for LoadedPolicy {
    fn parse(
        config: String,
        surroundings: Surroundings,
    ) -> Result<decisions::Policy, Vec<Diagnostic>> {
        heap::answer(|| {
            heap::keep(|| {
                let (policy, warnings) = translation::parse(&config, &surroundings)?;
                Ok(decisions::Policy::new(LoadedPolicy { policy, warnings }))
            })
        })
    }

    fn warnings(&self) -> Vec<Diagnostic> {
        heap::answer(|| self.warnings.clone())
    }

    fn outline(&self, start: Instant) -> Outline {
        heap::answer(|| translation::outline(&self.policy, start))
    }

    fn on_message(
        &self,
        ticket: Ticket,
        memory: Memory,
        message: Message,
    ) -> Result<Update, Fault> {
        heap::answer(|| translation::on_message(&self.policy, &ticket, memory, &message))
    }

    fn on_event(&self, ticket: Ticket, memory: Memory, event: Event) -> Result<Update, Fault> {
        heap::answer(|| translation::on_event(&self.policy, &ticket, memory, &event))
    }

    fn on_tick(&self, ticket: Ticket, memory: Memory, now: Instant) -> Result<Decision, Fault> {
        heap::answer(|| translation::on_tick(&self.policy, &ticket, &memory, now))
    }

    fn explain(
        &self,
        ticket: Ticket,
        memory: Memory,
        now: Instant,
        reader: Reader,
    ) -> Result<Explanation, Fault> {
        heap::answer(|| translation::explain(&self.policy, &ticket, &memory, now, &reader))
    }
}
