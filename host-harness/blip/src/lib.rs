//! Connects the desk to Blip.
//!
//! - [`BlipSource`] accepts what Blip posts to a webhook: messages, notifications, tickets. It asks
//!   the desk for what the envelope does not contain, and records what has happened.
//! - [`BlipSink`] carries actions out: messages to the customer, commands to Blip Desk.
//! - [`understand`](fn@understand) is the source without the desk: a function of an envelope and of
//!   the [known](KnownTicket) state.
//!
//! The desk stores Blip's descriptions as facts: `customer.id` is the customer's address on their
//! channel, [`TICKET_FACT`] the ticket's document without members that grow or are private.
//!
//! ```
//! use despertador_blip::{Answer, BlipSource};
//! use despertador_desk::runtime::{Runtime, RuntimeOptions, SystemClock};
//! use despertador_desk::sink::LogSink;
//! use despertador_desk::store::Sqlite;
//! use despertador_desk::{Desk, Options};
//! use despertador_host::Host;
//!
//! # let folder = std::env::temp_dir().join(format!("despertador-blip-{}", std::process::id()));
//! # std::fs::create_dir_all(&folder)?;
//! let plugin = Host::new(Default::default())?.load_bytes(despertador_component::COMPONENT)?;
//! let mut desk = Desk::open(Sqlite::open(&folder.join("desk.db"))?, plugin, Options::default())?;
//! desk.open_account(1_800_000_000_000, "acme", "root")?;
//! let sink = LogSink::new(std::io::sink());
//! let running = Runtime::start(desk, SystemClock, sink, RuntimeOptions::default())?;
//!
//! let source = BlipSource::new("acme", "mybot@msging.net".parse()?);
//! let posted = r#"{ "id": "Ticket:3f8c:Open", "from": "3f8c@desk.msging.net", "to": "mybot@msging.net",
//!     "type": "application/vnd.iris.ticket+json", "content": { "id": "3f8c", "sequentialId": 7,
//!         "customerIdentity": "5511999990000@wa.gw.msging.net", "status": "Open" } }"#;
//! let answers = source.receive(&running.handle(), posted)?;
//! assert!(matches!(&answers[..], [Answer::Taken { ticket, .. }] if ticket == "3f8c"));
//! # drop(running.stop());
//! # std::fs::remove_dir_all(folder)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod answer;
mod body;
mod document;
mod early;
mod progress;
pub mod settings;
mod sink;
mod source;
mod understand;

pub use answer::Answer;
pub use body::{ENVELOPES_PER_BODY_MAX, UnreadableEnvelope, read};
pub use document::TICKET_FACT;
pub use sink::{BlipOptions, BlipSink, Feed};
pub use source::{BlipSource, SOURCE_NAME};
pub use understand::{
    EnvelopeEffect, KnownTicket, OutboxAction, SourceOptions, Subject, UntrustedTicket, subject,
    understand,
};
