//! Metrics for Prometheus: the server's own counters, and values queried from the desk.

use std::sync::Arc;

use despertador_contract::Instant;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::outlets::Outlets;

/// The server's own counters.
#[derive(Debug, Clone, Default)]
pub(crate) struct Metrics {
    requests: Family<Answered, Counter>,
    took: Arc<Times>,
    outlets: Outlets,
}

#[derive(Debug)]
struct Times(Histogram);

/// Histogram buckets of times, in seconds.
const BUCKETS_SECONDS: [f64; 12] =
    [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];

impl Default for Times {
    fn default() -> Self {
        Times(Histogram::new(BUCKETS_SECONDS))
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    path: String,
    status: u16,
}

impl Metrics {
    /// Nothing counted yet, of a server whose actions go these ways.
    pub(crate) fn of(outlets: Outlets) -> Metrics {
        Metrics { outlets, ..Metrics::default() }
    }

    /// How many receivers of actions answer that there is nothing, whatever they are asked.
    pub(crate) fn receivers_in_doubt(&self) -> usize {
        self.outlets.in_doubt()
    }

    /// Counts a response by the pattern of its path; `took` in milliseconds.
    pub(crate) fn answered(&self, path: &str, status: u16, took: Instant) {
        self.requests.get_or_create(&Answered { path: path.to_owned(), status }).inc();
        #[allow(clippy::cast_precision_loss, reason = "milliseconds of a request")]
        self.took.0.observe(took as f64 / 1_000.0);
    }

    /// The text for Prometheus, including the desk's values.
    pub(crate) fn text(&self, of_desk: impl FnOnce(&mut Registry)) -> String {
        let mut registry = Registry::with_prefix("despertador");
        registry.register("http_requests", "Requests answered", self.requests.clone());
        registry.register(
            "http_request_seconds",
            "Time from a request's head to its answer",
            self.took.0.clone(),
        );
        of_desk(&mut registry);
        let mut text = String::new();
        // Writing into memory cannot fail.
        let _: std::fmt::Result = encode(&mut text, &registry);
        text
    }
}
