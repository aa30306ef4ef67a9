//! What the suites share: the policy played natively, beside the component, and samples.

pub mod native;
pub mod sample;
