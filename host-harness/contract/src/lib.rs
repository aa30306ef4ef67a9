//! The contract between plugin and host in Rust: types, words, action keys, and their JSON form.
//!
//! The types are generated from `wit/types.wit`, the only list of words, and documented there.
//! Instants are milliseconds since 1970-01-01T00:00:00Z, durations are milliseconds. This crate
//! depends on no sandbox, no flow and no test fixture; with the feature `sandbox`, which only the
//! host needs, its types can be passed to the sandbox.
//!
//! Each kind of JSON is written and read in one module: events and facts in [`event_log`], facts
//! and surroundings in [`facts`], decisions and actions in [`decision`]. Reading what was written
//! gives the same value. [`input`] reads JSON from outside.

mod begin;
mod call;
pub mod clock_face;
pub mod decision;
pub mod duration;
pub mod event_log;
mod explained;
pub mod facts;
#[allow(
    clippy::large_enum_variant,
    clippy::redundant_closure,
    clippy::redundant_closure_call,
    reason = "generated: types have the sizes of the contract's, and members are read and written by expressions"
)]
mod generated;
pub mod input;
mod json;
pub mod key;
mod language;
pub mod layout;
pub mod matching;
pub mod nearest;
pub mod problem;
pub mod word;
mod zone;

pub use call::{Call, follow};
pub use explained::DEBUG;
pub use generated::*;
pub use language::Language;
pub use zone::Zone;

/// The name of the contract's package, without its version.
pub const PACKAGE: &str = "despertador:inactivity";

/// The interfaces that a plugin must export.
pub const INTERFACES: [&str; 2] = ["decisions", "types"];
