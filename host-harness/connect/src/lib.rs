//! Platforms beside the desk: one frame with Chatwoot and WhatsApp's Cloud API on it, and the exit
//! of a bot of Typebot.
//!
//! A [`Connector`] stands between one account of the desk and one [`Platform`]:
//!
//! - as a **source** it verifies what the platform posts and records what the desk does not know;
//! - as a [`Sink`](despertador_desk::sink::Sink) it carries actions out by the platform's API;
//! - it **reads back**: right before each action the conversation is read, what was never heard is
//!   recorded, and the plugin is asked again;
//! - it **sweeps**: every few minutes open conversations are compared;
//! - it keeps the **[pace](Pace)** that the platform sets.
//!
//! A platform says what it can do in its [`Abilities`]. [`signature`] has the schemes of webhooks
//! as a table, [`check`] what a test of a connector finds.
//!
//! Nothing in here reads a clock or sleeps: the instant is an argument, and calls go through a
//! [`Transport`], which is HTTP or a simulated platform in the same process.
#![forbid(unsafe_code)]
#![deny(clippy::print_stdout, clippy::print_stderr)]

pub mod abilities;
mod call;
pub mod chatwoot;
pub mod check;
mod connector;
mod heard;
mod json;
mod pace;
mod platform;
pub mod signature;
mod text;
pub mod typebot;
pub mod whatsapp;
pub mod whatsapp_codes;

pub use abilities::Abilities;
pub use call::{Api, CallError, Reply, Request, Transport};
pub use chatwoot::{Chatwoot, ChatwootOptions};
pub use connector::{
    Connector, ConnectorOptions, DOOR_PREFIX, PostError, SweepError, Swept, Taken,
};
pub use heard::{Heard, Item, Known, STATE_FACT, State, VERSION_FACT, rows};
pub use pace::{Pace, Purpose};
pub use platform::{Conversation, Listed, Ping, Platform, Post, Task, Unreadable};
pub use typebot::{RESULT_FACT, Typebot, TypebotOptions};
pub use whatsapp::{Whatsapp, WhatsappOptions};
