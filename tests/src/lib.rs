//! What the suites share: the policy played natively, beside the component.

pub mod native;
