//! LIME envelopes, the protocol of Blip, and their meaning for Despertador.
//!
//! - [`Envelope`] is a message, a notification or a command, parsed from JSON and written to it.
//!   Everything unknown is kept and written again: types of content, events, methods, members.
//! - [`meaning`](fn@meaning) converts an envelope to messages and events of the contract, to a
//!   receipt, or to nothing, with the reason.
//! - [`carry_out`] converts an action to the envelopes that carry it out, and lists the parts
//!   without a counterpart in Blip.
//! - [`accepts_close`] is the guard of a flow: it checks whether a closed ticket is the one for
//!   which this user waits.
//! - [`desk`] contains the messages and commands of a help desk, including those that a simulated
//!   one sends.
//!
//! There is no I/O and no clock: texts come in, texts go out, and the time of receipt is an
//! argument.
//!
//! ```
//! use despertador_contract::Author;
//! use despertador_lime::{Envelope, Happened, Identity, Known, Meaning, Ticket, meaning};
//!
//! let bot: Identity = "mybot@msging.net".parse()?;
//! let ticket = Ticket { id: Some("3f8c".into()), ..Ticket::default() };
//! let known = Known { ticket: Some(&ticket), ..Known::new(&bot) };
//! let envelope = Envelope::read(
//!     r#"{ "id": "m1", "from": "5511999990000@wa.gw.msging.net", "to": "mybot@msging.net",
//!          "type": "text/plain", "content": "oi" }"#,
//! )?;
//! let Meaning::Happened { ticket, what, .. } = meaning(&envelope, 1_800_000_000_000, &known)? else {
//!     panic!("a customer wrote");
//! };
//! assert_eq!(ticket, "3f8c");
//! assert!(matches!(&what[..], [Happened::Message(m)] if m.author == Author::Customer));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]

mod action;
mod address;
mod channel;
mod close;
pub mod content;
mod customer;
mod date;
pub mod desk;
mod envelope;
mod error;
mod meaning;
mod object;
mod sent;
mod ticket;

pub use action::{CloseWay, Dispatch, LeftOut, Options, Refusal, Route, carry_out};
pub use address::{Identity, Node, NotAnAddress, escape, unescape};
pub use channel::{channel, domain};
pub use close::{Refused, accepts_close};
pub use content::Content;
pub use customer::{canonical, canonical_customer, is_tunnel};
pub use date::Date;
pub use envelope::{
    Command, CommandStatus, Envelope, Header, Message, Method, Notification, NotificationEvent,
    Reason,
};
pub use error::{Problem, ReadError};
#[doc(inline)]
pub use meaning::{Happened, Known, Meaning, Receipt, Stage, Why, failure_kind, meaning};
pub use object::Members;
pub use sent::{Part, SentId, without_forwards};
pub use ticket::{Status, Ticket};

/// Maximum size of an envelope, in bytes.
pub const ENVELOPE_BYTES_MAX: usize = 1024 * 1024;

/// Maximum nesting of objects and lists.
pub const NESTING_MAX: usize = 64;
