//! The desk of Despertador as an HTTP server: platforms send events, people administer it, actions
//! are posted to webhooks, and operators get health, metrics and reloading.
//!
//! - [`Settings`]: the configuration.
//! - [`Server`]: a running server.
//! - [`Scope`] and [`NewToken`]: permissions.
//! - [`openapi`]: the document of the interface.

#![deny(clippy::print_stdout, clippy::print_stderr)]

mod api;
mod app;
mod changes;
mod connect;
pub mod demo;
mod language;
mod limits;
mod listen;
pub mod log;
mod metrics;
mod operations;
mod outlets;
mod panel;
mod past;
mod problem;
mod reload;
mod scope;
mod server;
mod settings;
mod shares;
#[cfg(feature = "opentelemetry")]
mod telemetry;

pub use api::openapi;
pub use connect::{Connected, connected, webhook_address};
pub use operations::Reloaded;
pub use past::{PastError, read_journal};
pub use reload::Again;
pub use scope::{NewToken, Scope};
pub use server::{Server, Start};
pub use settings::{
    Account, Blip, ChatwootSettings, CloseBy, Connect, ConnectCommon, Deliver, Limits, Log,
    LogFormat, Operations, Plugin, Settings, Span, TypebotSettings, WhatsappSettings,
};
