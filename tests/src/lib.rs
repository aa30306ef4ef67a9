//! What the suites share: the scenario files, and the policy played natively, beside the component.

pub mod native;
pub mod scenario_files;
