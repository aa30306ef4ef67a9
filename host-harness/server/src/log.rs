//! What the server writes about itself, to standard error, and with the feature `opentelemetry`
//! sends to a collector.

use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

use crate::settings::{Log, LogFormat};

/// Logs that were begun. When it goes, what still waits for a collector is sent.
#[derive(Debug)]
#[must_use = "what still waits for a collector is sent when it goes"]
pub struct Begun {
    #[cfg(feature = "opentelemetry")]
    _exporter: Option<crate::telemetry::Exporter>,
}

/// Begins to write logs. Once in a process; later calls change nothing.
///
/// # Errors
///
/// The filter makes no sense, or traces cannot be sent as the environment says.
pub fn begin(log: &Log) -> Result<Begun, String> {
    let filter = EnvFilter::try_new(&log.filter)
        .map_err(|error| format!("the filter `{}` of the log: {error}", log.filter))?;
    let writer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let writer = match log.format {
        LogFormat::Text => writer.with_filter(filter).boxed(),
        LogFormat::Json => writer.json().flatten_event(true).with_filter(filter).boxed(),
    };
    let registry = tracing_subscriber::registry().with(writer);
    #[cfg(feature = "opentelemetry")]
    let exporter = crate::telemetry::Exporter::begin()?;
    #[cfg(feature = "opentelemetry")]
    let registry = registry.with(exporter.as_ref().map(crate::telemetry::Exporter::layer));
    // Whoever embeds the server has logs of their own already.
    let _: Result<(), _> = registry.try_init();
    Ok(Begun {
        #[cfg(feature = "opentelemetry")]
        _exporter: exporter,
    })
}
