//! Flows of a bot builder: parses, checks and runs them.
//!
//! A bot's flow is a graph of blocks. A customer reaches the human-assistance block, a ticket is
//! opened there, and when it is closed the flow leaves the block by one of its exits: closed by the
//! agent, by the customer, or for the customer's inactivity. This crate parses flows in the format
//! of the Builder's export and in the published format, finds problems in them ([`lint`]), runs
//! them ([`Run`]) and shows where a close leads ([`route`]).
//!
//! It has no clock and does no I/O: a run returns the actions of a flow to the host, one after the
//! other, and the host reports the results.
//!
//! # An input in a flow
//!
//! ```
//! use despertador_flow::{ActionKind, Facts, Flow, Input, Run, Session};
//!
//! let flow = Flow::read(r#"{ "id": "f", "states": [
//!     { "id": "start", "root": true, "input": { "bypass": false, "variable": "name" },
//!       "outputs": [ { "stateId": "hello" } ] },
//!     { "id": "hello", "input": { "bypass": false },
//!       "inputActions": [ { "type": "SendMessage",
//!           "settings": { "type": "text/plain", "content": "Hi {{name}}" } } ] } ] }"#).unwrap();
//!
//! let mut session = Session::default(); // stored by the host, one per customer
//! let facts = Facts::default();
//! let mut run = Run::new(&flow, &mut session, Input::text("Ana", 1_800_000_000_000), &facts);
//! let mut sent = Vec::new();
//! while let Some(asked) = run.next().unwrap() {
//!     if asked.kind == ActionKind::SendMessage {
//!         sent.push(asked.settings["content"].clone());
//!     }
//! }
//! assert_eq!(sent, ["Hi Ana"]);
//! assert_eq!(session.block(), Some("hello"));
//! ```

mod condition;
mod desk;
mod finding;
mod fix;
mod flow;
mod input;
pub mod lint;
mod pattern;
pub mod picture;
mod read;
pub mod route;
mod run;
mod session;
mod text;
pub mod typebot;
mod variable;
mod write;

pub use condition::{Comparison, Condition, Operator, Source};
pub use desk::{Close, Exit, Generation};
pub use finding::{Code, Finding, Severity};
pub use fix::{Edit, Unfixable, add_inactivity_exit};
pub use flow::{Action, Block, Flow, Format, Output, Target, Validation, Waiting};
pub use input::{Entity, Input, Instant, Intent, TICKET};
pub use pattern::{Pattern, PatternError};
pub use run::{
    ActionKind, Facts, Hop, Moment, RequestedAction, Run, RunError, TRANSITIONS_PER_INPUT_MAX,
};
pub use session::Session;
pub use typebot::Typebot;
