//! The desk of Despertador as a server: events come in and people look after it over HTTP, actions
//! go out to webhooks, and those who run it have health, metrics and reloading.
//!
//! - [`Settings`]: what may be chosen.
//! - [`Server`]: one that runs.
//! - [`Scope`] and [`NewToken`]: who may do what.
//! - [`openapi`]: the document of the interface.

#![deny(clippy::print_stdout, clippy::print_stderr)]

mod api;
mod app;
pub mod demo;
mod language;
mod limits;
mod listen;
pub mod log;
mod metrics;
mod operations;
mod outlets;
mod problem;
mod reload;
mod scope;
mod server;
mod settings;
mod shares;
#[cfg(feature = "opentelemetry")]
mod telemetry;

pub use api::openapi;
pub use operations::Reloaded;
pub use reload::Again;
pub use scope::{NewToken, Scope};
pub use server::{Server, Start};
pub use settings::{
    Account, Blip, CloseBy, Deliver, Limits, Log, LogFormat, Operations, Settings, Span,
};
