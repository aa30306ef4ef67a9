//! The durable runtime of Despertador: it stores tickets, evaluates them in time, has actions
//! carried out, and explains every decision, months later too.
//!
//! - [`store`]: one atomic commit; SQLite in one file.
//! - [`Desk`]: events, deadlines, deliveries. No clock, no thread.
//! - [`runtime`]: the threads and the clock around it.
//! - [`sink`]: receivers of actions.
//! - [`journal`]: reads events and decisions beside a running desk, and exports them.
//! - [`report`]: the closes of a period, and whether they were premature.
//! - [`Replay`]: what another plugin or policy would have decided.
//!
//! ```
//! use despertador_desk::store::Sqlite;
//! use despertador_desk::{Desk, Incoming, Options, DeliveryOutcome, DeliveryReport};
//! use despertador_contract::event_log::Row;
//! use despertador_host::Host;
//!
//! # let folder = std::env::temp_dir().join(format!("despertador-doc-{}", std::process::id()));
//! # std::fs::create_dir_all(&folder)?;
//! let plugin = Host::new(Default::default())?.load_bytes(despertador_component::COMPONENT)?;
//! let mut desk = Desk::open(Sqlite::open(&folder.join("desk.db"))?, plugin, Options::default())?;
//!
//! let mut now = 1_800_000_000_000;
//! desk.open_account(now, "acme", "root")?;
//! let policy = r#"{ "version": "1", "language": "en", "rules": [ {
//!     "departments": "any", "close-after": "15 min",
//!     "reminders": [ { "after": "10 min", "text": "Are you still there?" } ] } ] }"#;
//! desk.save_policy(now, "acme", policy, None, "root")?;
//!
//! let log = [
//!     r#"{"ticket":"4711","at":"2027-01-15T08:00:00Z","id":"m1","facts":{"channel":"whatsapp"},"message":{"author":"customer"}}"#,
//!     r#"{"ticket":"4711","at":"2027-01-15T08:00:00Z","id":"m2","message":{"author":"agent"}}"#,
//! ];
//! for row in log {
//!     desk.record_events(now, &[Incoming::new("acme", Row::from_json(row)?)])?;
//! }
//!
//! let mut done = Vec::new();
//! while let Some(next) = desk.next_instant() {
//!     now = now.max(next); // sleep until then
//!     desk.poll_due(now, 500)?;
//!     for delivery in desk.claim_deliveries(now, 500)? {
//!         done.push(delivery.key.clone()); // carry it out, then say so
//!         let (account, key) = (delivery.account, delivery.key);
//!         desk.record_deliveries(now, &[DeliveryReport { account, key, at: now, outcome: DeliveryOutcome::Done }])?;
//!     }
//! }
//! assert_eq!(done, ["4711/1/reminder-1", "4711/1/close"]);
//! # drop(desk);
//! # std::fs::remove_dir_all(folder)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Guarantees
//!
//! - An event that a receipt calls stored survives a crash at any instant.
//! - An action is delivered at least once, each time under the same key, and only if the plugin
//!   still requests it immediately before.
//! - While the plugin cannot evaluate a ticket, nothing is done to it; afterwards all pending
//!   events are recorded before the next decision.
//! - The desk makes no decisions; explanations come from the plugin.

#![deny(clippy::print_stdout, clippy::print_stderr)]

mod decision;
mod desk;
mod error;
pub mod journal;
pub mod private;
pub mod report;
pub mod runtime;
mod scope;
pub mod sink;
pub mod store;

pub use desk::{
    Backlog, ChangeKind, Committed, Count, Counts, Delivery, DeliveryCounts, DeliveryOutcome,
    DeliveryReport, Desk, Difference, Forgotten, Glance, Inbound, InboundResolution, Incoming,
    Kind, Lateness, ListPlace, Listed, ListedTicket, Listing, ManualChange, Observer, Options,
    PolicyChange, PolicyEffect, PolicyUpdate, Polled, Rebuilt, Receipt, Replay, ReplayOptions,
    Replayed, Round, RoundResult, RuleChange, Shift, Subject, TicketSnapshot, TimelineEntry,
    WhatIf,
};
pub use error::DeskError;
pub use scope::Scope;
