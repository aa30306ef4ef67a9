//! Traces of requests, of the desk's work for them, and of deliveries, sent to an OpenTelemetry
//! collector over HTTP. OpenTelemetry's environment variables configure it.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use axum::http::HeaderMap;
use bytes::Bytes;
use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_http::{HeaderExtractor, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{SpanExporter, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::{Level, Span, Subscriber};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::registry::LookupSpan;

/// The addresses of the collector. Without one of these there are no traces.
const ENDPOINTS: [&str; 2] = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];
/// Overrides the name of the service.
const SERVICE_NAME_VARIABLE: &str = "OTEL_SERVICE_NAME";
/// Timeout of the collector.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Sends traces; dropping it sends the last ones.
pub(crate) struct Exporter(SdkTracerProvider);

impl Exporter {
    /// Starts it if the environment names a collector.
    pub(crate) fn begin() -> Result<Option<Exporter>, String> {
        if ENDPOINTS.iter().all(|name| std::env::var_os(name).is_none_or(|at| at.is_empty())) {
            return Ok(None);
        }
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Client::new())
            .build()
            .map_err(|error| format!("traces cannot be sent: {error}; see {}", ENDPOINTS[0]))?;
        let mut resource = Resource::builder();
        if std::env::var_os(SERVICE_NAME_VARIABLE).is_none() {
            resource = resource.with_service_name("despertador");
        }
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_resource(resource.build())
            .build();
        Ok(Some(Exporter(provider)))
    }

    /// The spans of the server, whatever the log's filter.
    pub(crate) fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        let own = Targets::new().with_target("despertador_server", Level::DEBUG);
        tracing_opentelemetry::layer().with_tracer(self.0.tracer("despertador")).with_filter(own)
    }
}

impl Drop for Exporter {
    fn drop(&mut self) {
        if let Err(error) = self.0.shutdown() {
            tracing::warn!(%error, "the last traces were not sent");
        }
    }
}

impl fmt::Debug for Exporter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exporter").finish_non_exhaustive()
    }
}

/// Makes a span a part of the caller's trace from W3C's `traceparent`.
pub(crate) fn adopt(span: &Span, headers: &HeaderMap) {
    let caller = TraceContextPropagator::new().extract(&HeaderExtractor(headers));
    // A disabled span has no parents.
    let _: Result<(), _> = span.set_parent(caller);
}

/// Posts to the collector. It blocks, but only the exporter's own thread waits for it.
#[derive(Debug)]
struct Client(ureq::Agent);

impl Client {
    fn new() -> Client {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(TIMEOUT))
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .build();
        Client(ureq::Agent::new_with_config(config))
    }
}

#[async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (head, body) = request.into_parts();
        let answer = self.0.run(Request::from_parts(head, body.as_ref()))?;
        let (head, mut body) = answer.into_parts();
        Ok(Response::from_parts(head, body.read_to_vec()?.into()))
    }
}
