//! Tries policies on recorded conversations.
//!
//! A plugin is a pure function, so its decisions can be computed for the past: what would have been
//! sent, what would have been closed, and whether the customer came back. [`History::csv`] and
//! [`History::event_log`] read recordings; [`backtest`](fn@backtest) plays each ticket under a
//! policy, as a host that acts at every deadline; [`Figures`] are the results.
//!
//! This crate reads no clock and does not write to a terminal.

#![deny(clippy::print_stdout, clippy::print_stderr)]

mod archive;
mod backtest;
mod delays;
mod example;
mod figures;
mod history;
mod read;
mod said;
mod spool;
mod suggest;

pub use archive::{Archive, Openings};
pub use backtest::{
    ArchiveBacktest, BacktestError, Closed, Outcome, Sent, Settings, backtest, backtest_archive,
    play,
};
pub use delays::{Delays, Rate};
pub use example::{Example, examples};
pub use figures::{
    BacktestFigures, Figures, Judged, Premature, ReminderCounts, Verdict, per_mille,
};
pub use history::{History, Item, RecordedTicket, Who};
pub use read::{
    ArchiveBuilder, Authors, Column, Columns, DayOrder, Dialect, Platform, Read, ReadOptions,
    Refused, Skip, Timing, Unreadable,
};
pub use said::Message;
pub use suggest::{Suggestion, SuggestionOptions, suggest, suggest_for};
