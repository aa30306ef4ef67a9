//! Hosts Despertador plugins: loads them, limits their resources, calls them, and checks their
//! answers.
//!
//! A plugin decides when a silent customer is reminded and when the ticket is closed. It is a
//! WebAssembly component without imports, so it can only compute. This crate loads it, limits what
//! it uses, and checks its answers against the contract; the flow engine that embeds this crate
//! carries them out.
//!
//! # From a policy to an action carried out
//!
//! ```
//! use despertador_host::contract::{Author, Channel, Event, Message, Outcome, Surroundings, Ticket};
//! use despertador_host::{Conversation, Host, Options};
//!
//! let config = r#"{ "version": "2026-11", "language": "es", "rules": [ {
//!     "departments": "any", "count-from": "last-agent-message", "close-after": "15 min",
//!     "reminders": [ { "after": "10 min", "text": "¿Sigues allí?" } ] } ] }"#;
//! let plugin = Host::new(Options::default())?.load_bytes(despertador_component::COMPONENT)?;
//! let policy = plugin.policy(config, &Surroundings::default())?;
//!
//! let asked = 1_800_000_000_000; // by the host's clock, in milliseconds
//! let mut conversation = Conversation::new(Ticket::open("4711", Channel::Whatsapp));
//! conversation.message(&policy, &Message::words(Author::Customer, asked))?;
//! let answer = Message::words(Author::Agent, asked + 60_000);
//! let mut decision = conversation.message(&policy, &answer)?;
//! let mut done = Vec::new();
//! loop {
//!     decision = match decision.outcome {
//!         // Carry it out, then report it: until then the same action stays due.
//!         Outcome::Act(action) => {
//!             done.push(action.key.to_string());
//!             conversation.event(&policy, &Event::carried_out(action.key, action.due))?
//!         }
//!         // Store `conversation.memory` and come back at that instant.
//!         Outcome::Wait(wake) => conversation.tick(&policy, wake.until)?,
//!         Outcome::Rest | Outcome::Other(_) => break,
//!     };
//! }
//! assert_eq!(done, ["4711/1/reminder-1", "4711/1/close"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! When many tickets are due at once, [`drain`] selects which come first, so that a busy department
//! does not delay the others.
//!
//! # Guarantees
//!
//! - Time is an argument. Nothing here reads a clock, sleeps or retries; the one thread of a
//!   [`Host`] only counts towards [`Limits::wall_clock`].
//! - A failing plugin closes no ticket: every failure is a [`CallError`] and never a decision.
//! - A ticket on which the plugin fails does not stop the others. Calls about it are deferred, and
//!   only if several tickets of an account fail in a row is the plugin quarantined for that
//!   account.
//! - The same call gives the same answer on every instance; [`Policy::prove_pure`] checks it.

mod answer;
mod bindings;
pub mod bounds;
mod cache;
mod call_error;
mod compile;
mod conversation;
pub mod drain;
mod engine;
mod evaluator;
mod fault;
mod health;
mod host;
mod inspect;
mod instance;
mod last_words;
mod load_error;
mod options;
mod plugin;
mod policy;
mod profile;
mod purity;
mod session;

/// The contract's types, words and keys.
pub use despertador_contract as contract;

pub use call_error::{CALLS_IN_A_ROW_MAX, CallError, Limit, PolicyError};
pub use conversation::{Conversation, Recorded};
pub use evaluator::{Evaluator, next_call};
pub use health::Suspension;
pub use host::Host;
pub use inspect::{Inspection, inspect_bytes};
pub use load_error::{HostError, LoadError, Refusal};
pub use options::{Cache, Limits, NotADigest, Options, Pins, Sha256};
pub use plugin::Plugin;
pub use policy::Policy;
pub use profile::{Asked, Profiled};
pub use purity::{Answer, Call, Impurity, Proof};
pub use session::{Session, Usage, Used};
