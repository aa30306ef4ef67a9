//! When a silent customer is reminded, and when the ticket is closed.
//! This crate implements the rules of docs/rules.md. It has no clock, no randomness and no I/O. A
//! [`Policy`] is parsed from a config; messages and events change a ticket's [`Memory`];
//! [`Policy::decide`] compares a deadline, which does not depend on the clock, with the instant it
//! is given.
//!
//! ```
//! use despertador_policy::*;
//! # fn at(minute: i64) -> Instant { Instant::from_millis(minute * 60_000).unwrap() }
//! let config = r#"{ "rules": [ { "departments": "any", "close-after": "15 min",
//!                   "reminders": [ { "after": "10 min", "text": "¿Sigues allí?" } ] } ] }"#;
//! let surroundings = Surroundings {
//!     departments: None, tick_resolution: Span::SECOND, exit: Exit::Unknown,
//! };
//! let (policy, _warnings) = Policy::parse(config, &surroundings).unwrap();
//! let ticket = Ticket { id: "4711", status: Status::Open, department: None,
//!     channel: Channel::WebChat, tags: &[], agent: None, locale: None, customer_zone: None,
//!     incomplete_metadata: false, group: false, opted_out: false, window_until: None,
//!     sent: &[], more: &[] };
//! let mut memory = Memory::default();
//! let stamp = Stamp { id: None, sequence: None, at: at(0), received: at(0) };
//! let message = Message { stamp, author: Author::Agent, kind: Kind::Spoken,
//!     origin: Origin::Written, text: None, choice: None };
//! let (_, decision) = policy.on_message(&ticket, &mut memory, &message);
//! assert_eq!(decision.outcome, Outcome::Wait(at(10), Step::Reminder(1)));
//! assert!(matches!(policy.decide(&ticket, &memory, at(10)).outcome, Outcome::Act(_)));
//! ```

#![no_std]

extern crate alloc;

mod calendar;
mod channel;
mod clock;
mod close;
mod config;
mod decide;
mod decision;
mod departments;
mod diagnostic;
mod event;
mod explain;
mod instant;
mod matching;
mod memory;
mod message;
#[cfg(all(test, feature = "zones"))]
mod minutes;
mod names;
mod opt_out;
mod outgoing;
mod outline;
mod pause;
mod placeholder;
mod policy;
mod replies;
mod rule;
mod schedule;
mod sending;
mod text;
mod ticket;
mod zone;

pub use channel::{Abilities, Channel, Limit};
#[doc(hidden)]
pub use config::form;
pub use config::{CONFIG_BYTES_MAX, Exit, REMINDERS_MAX, RULES_MAX, Surroundings};
pub use decision::{
    Action, AfterClose, Audience, AutomaticReply, CUSTOMER_INACTIVITY, CUSTOMER_RESOLVED,
    ClosePackage, Decision, Image, Key, MissedCall, Notification, Outcome, Outgoing, QuickReply,
    Reason, Reminder, Reopening, Step, Survey, Task, Template,
};
pub use diagnostic::{Code, Diagnostic, Severity};
pub use event::{Event, FailureKind, Happening, Occurrence, PauseKind, Source};
pub use explain::{Check, Explanation};
pub use instant::{Instant, Span};
#[doc(hidden)]
pub use memory::sign_again;
pub use memory::{Damage, Memory, VERSION as MEMORY_VERSION};
pub use message::{Author, Counting, Kind, Message, Origin, Speaker, Stamp};
pub use outline::{Outline, RuleOutline, StepOutline};
pub use policy::Policy;
pub use rule::{CountFrom, Rule};
pub use text::{Language, span};
pub use ticket::{Status, Ticket};
