//! The durable runtime of Despertador: it remembers tickets, wakes up in time, carries actions
//! out, and answers «why?» months later.

#![deny(clippy::print_stdout, clippy::print_stderr)]

mod decision;
mod desk;
mod error;
pub mod store;

pub use decision::{action_json, decision_json};
pub use desk::{
    Delivery, Desk, Incoming, Lateness, Moved, Options, Outcome, Rebuilt, Receipt, Report, Saved,
    Settled, Standing, TimelineEntry, Woken,
};
pub use error::DeskError;
