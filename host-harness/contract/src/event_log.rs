//! Event logs: what happened to many tickets, as JSON lines.
//!
//! One row per line, in the order in which the host learned of the events:
//!
//! ```json
//! {"ticket":"4711","at":"2026-03-02T09:00:00Z","message":{"author":"customer","text":"Hola"}}
//! {"ticket":"4711","at":"2026-03-02T09:05:00Z","message":{"author":"agent"}}
//! {"ticket":"4711","at":"2026-03-02T09:07:00Z","event":"held"}
//! {"ticket":"4711","at":"2026-03-02T09:08:00Z","event":{"snoozed":"2026-03-02T12:00:00Z"}}
//! {"ticket":"4711","at":"2026-03-02T09:09:00Z","facts":{"tags":["vip"]}}
//! ```
//!
//! | name | meaning |
//! |---|---|
//! | `ticket` | the ticket's id |
//! | `at` | when it happened (RFC 3339) |
//! | `received-at` | when the host learned of it; `at` if missing |
//! | `id`, `sequence` | as in the contract, if the host has them |
//! | `message` | `author`, and optionally `kind`, `origin`, `text`, `choice` |
//! | `event` | a word of the contract's `happening`, or an object of that word and its value |
//! | `facts` | facts of the ticket that apply from here on, also together with a message or an event |

mod mend;
mod row;
mod write;

pub use mend::{Mend, mended};
pub use row::{EventLog, Row};
