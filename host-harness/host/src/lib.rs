//! Hosts Despertador plugins: load, limit, ask, check the answer.
//!
//! A plugin decides when a silent customer is reminded and when the ticket is closed. It is a
//! WebAssembly component without imports: it computes and can do nothing else. This crate loads
//! it, bounds what it uses, and holds its answers to the contract; carrying them out is the
//! business of the flow engine that embeds it.
//!
//! # Guarantees
//!
//! - Time is an argument. Nothing here reads a clock, sleeps or retries; the one thread of a
//!   [`Host`] only counts towards [`Limits::wall_clock`].
//! - A failing plugin closes no ticket: every failure is a [`CallError`] and never a decision.
//! - A ticket on which the plugin fails does not stop the others. It rests for a while, and only
//!   when several tickets fail in a row is the plugin quarantined.
//! - The same call gives the same answer on every instance; [`Policy::prove_pure`] shows it.

mod answer;
mod cache;
mod call_error;
pub mod contract;
mod conversation;
mod engine;
mod fault;
mod health;
mod host;
mod inspect;
mod instance;
pub mod key;
mod load_error;
mod options;
mod plugin;
mod policy;
mod purity;
mod session;

pub use call_error::{CallError, Limit, PolicyError};
pub use conversation::Conversation;
pub use host::Host;
pub use inspect::{Inspection, inspect_bytes};
pub use load_error::{HostError, LoadError, Refusal};
pub use options::{Cache, Limits, NotADigest, Options, Pins, Sha256};
pub use plugin::Plugin;
pub use policy::Policy;
pub use purity::{Answer, Call, Impurity, Proof};
pub use session::{Session, Usage, Used};
