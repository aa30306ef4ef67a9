//! Plays conversations on a Despertador plugin: scenario files, event logs, simulated customers.
//!
//! Everything that answers the calls of the contract is an [`Engine`]: the component in its sandbox
//! ([`component::Sandboxed`]) or the policy crate itself. Time is always an argument, and nothing
//! here writes to a terminal.

#![deny(clippy::print_stdout, clippy::print_stderr)]

pub mod answer;
mod bot;
pub mod component;
pub mod conformance;
pub mod conversation;
pub mod engine;
pub mod event_log;
pub mod scenario;
pub mod simulation;

pub use engine::{CallError, Engine, Evaluator, ParseError, Player, Share, Usage};
