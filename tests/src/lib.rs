//! Held up by the suites beside it.
