//! Backtests, explanations and a desk's reports as pages and images.
//!
//! [`backtest`](fn@backtest), [`explanation`](fn@explanation) and [`desk_report`] write one page
//! each: a file with its style, its images and a little script, which loads nothing and can be read
//! without that script. [`Timeline::svg`] draws a single ticket,
//! [`flame_graph`] where calls spend their fuel.
//!
//! Everything from files is text and never markup: templates escape it.
//!
//! Nothing here writes to a file or a terminal, or reads a clock.

#![deny(clippy::print_stdout, clippy::print_stderr)]

mod chart;
mod desk;
mod explanation;
mod flame;
mod form;
mod ink;
mod report;
mod shell;
mod steps;
mod text;
mod timeline;

pub use chart::ChartError;
pub use desk::{DeskReport, desk_report};
pub use despertador_contract::Language;
pub use explanation::{Explained, explanation};
pub use flame::flame_graph;
pub use report::{Backtest, EXAMPLES, Tried, backtest};
pub use shell::{SORT_SCRIPT, STYLE, content};
pub use timeline::{Mark, Timeline, What};
