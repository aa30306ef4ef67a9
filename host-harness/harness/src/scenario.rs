//! Scenarios: Markdown files that support leads can read and every engine can play.
//!
//! The manual of the format is itself a scenario file, `tests/scenarios/format.md`.

mod bless;
mod document;
mod expectation;
mod play;
mod timeline;
mod token;
mod words;
mod write;

pub use bless::bless;
pub use document::{Presets, Problems, Scenario, ScenarioFile};
pub use expectation::Expectation;
pub use play::{Failure, Played, PlayedMoment, explanation_text, play, problem_line};
pub use timeline::{ActionReport, Expected, MessageContent, Moment, Stamp, What};
pub use write::what as what_happened;
