//! Simulated platforms, for demonstrations and tests: they have state, and lose, repeat, reorder and
//! delay what they post as real ones do, the same for a seed.

mod chatwoot;
mod serve;
mod typebot;
mod whatsapp;

pub use chatwoot::{CHATWOOT_EPOCH, FakeChatwoot, Faults, Posted, Who};
pub use serve::{Served, Serving, serve};
pub use typebot::FakeTypebot;
pub use whatsapp::FakeWhatsapp;
