//! The contract between plugin and host as Rust: types, words, action keys, and their JSON form.
//!
//! The types are generated from `wit/types.wit`, the only list of words, and documented there.
//! Instants are milliseconds since 1970-01-01T00:00:00Z, durations are milliseconds. This crate has
//! no sandbox, no flow and no test fixture among its dependencies; with the feature `sandbox`, which
//! only the host needs, its types can cross the sandbox.
//!
//! JSON is written and read in one place each: events and facts in [`event_log`], facts and
//! surroundings in [`facts`], decisions and actions in [`decision`]. What is written is read as what
//! it was. What comes from outside is read by [`input`].

mod begin;
mod call;
pub mod clock_face;
pub mod decision;
pub mod duration;
pub mod event_log;
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
pub mod nearest;
pub mod problem;
pub mod word;
mod zone;

pub use call::{Call, follow};
pub use generated::*;
pub use language::Language;
pub use zone::Zone;

/// The package that the contract is, without its version.
pub const PACKAGE: &str = "despertador:inactivity";

/// The interfaces that a plugin must export.
pub const INTERFACES: [&str; 2] = ["decisions", "types"];
