//! What the suites share: the scenario files, the policy played natively beside the component, and
//! samples.

extern crate alloc;

pub mod engines;
pub mod native;
pub mod sample;
pub mod scenario_files;
