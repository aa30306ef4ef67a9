//! The server's logs on standard error and, with the feature `opentelemetry`, traces for a
//! collector.

use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

use crate::settings::{Log, LogFormat};

/// Started logs. Dropping it sends the remaining traces to the collector.
#[derive(Debug)]
#[must_use = "what still waits for a collector is sent when it goes"]
pub struct Begun {
    #[cfg(feature = "opentelemetry")]
    _exporter: Option<crate::telemetry::Exporter>,
}

/// Starts logging. Once per process; later calls change nothing.
///
/// # Errors
///
/// The filter is invalid, or traces cannot be sent as configured in the environment.
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
    // A program that embeds the server already has its own logs.
    let _: Result<(), _> = registry.try_init();
    Ok(Begun {
        #[cfg(feature = "opentelemetry")]
        _exporter: exporter,
    })
}
