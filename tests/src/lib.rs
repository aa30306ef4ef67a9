//! What the suites share.

pub mod sample;
