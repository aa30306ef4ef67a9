//! What the server writes about itself, to standard error.

use tracing_subscriber::EnvFilter;

use crate::settings::{Log, LogFormat};

/// Begins to write logs. Once in a process; later calls change nothing.
///
/// # Errors
///
/// The filter makes no sense.
pub fn begin(log: &Log) -> Result<(), String> {
    let filter = EnvFilter::try_new(&log.filter)
        .map_err(|error| format!("the filter `{}` of the log: {error}", log.filter))?;
    let writer = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // Whoever embeds the server has logs of their own already.
    let _: Result<(), _> = match log.format {
        LogFormat::Text => writer.try_init(),
        LogFormat::Json => writer.json().flatten_event(true).try_init(),
    };
    Ok(())
}
