//! Stores in PostgreSQL: the suites of the desk, and what only a database does.
#![cfg(feature = "postgres")]
#![allow(clippy::duplicate_mod, reason = "each suite has its own support, as it has alone")]

#[path = "desk.rs"]
mod desk;
#[path = "faults.rs"]
mod faults;
#[path = "hostile.rs"]
mod hostile;
#[path = "postgres/mod.rs"]
mod only;
#[path = "report.rs"]
mod report;
#[path = "runtime.rs"]
mod runtime;
#[path = "simulation.rs"]
mod simulation;
