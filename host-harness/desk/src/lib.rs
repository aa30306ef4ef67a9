//! The durable runtime.
pub mod store;
