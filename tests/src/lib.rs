//! Shared by the suites: the scenario files, the policy crate as an engine, and samples.

extern crate alloc;

pub mod altered;
pub mod engines;
pub mod native;
pub mod sample;
pub mod scenario_files;

/// The programs in the guide for Rust, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../docs/hosting/rust.md")]
pub mod hosting_in_rust {}
