//! What the suites share: the scenario files, the policy played natively beside the component, and
//! samples.

extern crate alloc;

pub mod engines;
pub mod native;
pub mod sample;
pub mod scenario_files;

/// The programs of the guide for Rust, each compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../docs/hosting/rust.md")]
pub mod hosting_in_rust {}
