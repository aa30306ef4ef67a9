//! Writes actions as lines of a file, for trials and for hosts that read the file.

use std::fmt;
use std::io::Write;
use std::sync::{Mutex, PoisonError};

use super::{Sink, document};
use crate::desk::{Delivery, DeliveryOutcome};

/// A sink that writes each action as a line of JSON.
pub struct LogSink<W>(Mutex<W>);

impl<W: Write + Send + 'static> LogSink<W> {
    /// Creates a sink over a writer.
    pub fn new(to: W) -> Self {
        Self(Mutex::new(to))
    }
}

impl<W: Write + Send + 'static> Sink for LogSink<W> {
    fn deliver(&self, delivery: &Delivery) -> DeliveryOutcome {
        let mut to = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let line = format!("{}\n", document(delivery));
        match to.write_all(line.as_bytes()).and_then(|()| to.flush()) {
            Ok(()) => DeliveryOutcome::Done,
            Err(error) => DeliveryOutcome::Retry(format!("the log cannot be written: {error}")),
        }
    }
}

impl<W> fmt::Debug for LogSink<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogSink").finish_non_exhaustive()
    }
}
