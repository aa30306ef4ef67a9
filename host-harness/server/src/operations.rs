//! For those who run the server: health, metrics, reloading.

use std::time::Duration;

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use despertador_desk::Lateness;
use prometheus_client::encoding::{EncodeMetric, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use serde::Serialize;
use serde_json::json;

use crate::app::App;
use crate::problem::{Code, Problem};
use crate::reload::Reloader;

/// Who asks whether the desk is ready gets no answer later than this.
const PATIENCE: Duration = Duration::from_secs(2);
/// For so long after the desk could not do its own work it is not ready, in milliseconds.
const TROUBLED: i64 = 10_000;

/// `/healthz` and `/readyz`, which need no token and say nothing about anybody.
pub(crate) fn health() -> Router<App> {
    Router::new().route("/healthz", get(|| async { "alive\n" })).route("/readyz", get(ready))
}

/// All that is for the machine itself.
pub(crate) fn router(app: App, reloader: Reloader) -> Router {
    let reload = move |State(app): State<App>| {
        let reloader = reloader.clone();
        async move { reload(&app, &reloader).await }
    };
    health()
        .route("/metrics", get(metrics))
        .route("/reload", post(reload))
        .fallback(|| async { Problem::new(Code::UnknownPath, "healthz, readyz, metrics, reload") })
        .with_state(app)
}

async fn ready(State(app): State<App>) -> impl IntoResponse {
    let troubled = app.ask_plainly(|desk, now| {
        let trouble = desk.trouble();
        trouble
            .filter(|(at, _)| now.saturating_sub(*at) < TROUBLED)
            .map(|(_, error)| error.to_string())
    });
    let said = match tokio::time::timeout(PATIENCE, troubled).await {
        _ if app.is_stopping() => "the server is stopping".to_owned(),
        Err(_) => "the desk is busy or its disk is slow".to_owned(),
        Ok(Err(not_done)) => not_done.to_string(),
        Ok(Ok(Some(_))) => "the desk could not do its work; its log says why".to_owned(),
        Ok(Ok(None)) => return (StatusCode::OK, "ready\n".to_owned()),
    };
    (StatusCode::SERVICE_UNAVAILABLE, said + "\n")
}

/// What was reloaded, and what was not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Reloaded {
    /// What is new, a sentence each.
    pub done: Vec<String>,
    /// What stayed as it was because the new one is refused, a sentence each.
    pub refused: Vec<String>,
}

async fn reload(app: &App, reloader: &Reloader) -> impl IntoResponse + use<> {
    let reloaded = reloader.reload(app).await;
    let status =
        if reloaded.refused.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    (status, Json(json!(reloaded)))
}

async fn metrics(State(app): State<App>) -> Result<impl IntoResponse, Problem> {
    let seen = app
        .ask_plainly(|desk, _| Seen {
            lateness: desk.lateness().clone(),
            accounts: desk.accounts().count(),
            next: desk.next_instant(),
            troubled: desk.trouble().map(|(at, _)| *at),
        })
        .await
        .map_err(|not_done| Problem::of_running(not_done, crate::language::Language::English))?;
    let text = app.metrics.text(|registry| seen.register(registry));
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, kind)], text))
}

/// What the desk says of itself.
struct Seen {
    lateness: Lateness,
    accounts: usize,
    next: Option<i64>,
    troubled: Option<i64>,
}

impl Seen {
    fn register(self, registry: &mut Registry) {
        registry.register(
            "wake_lateness_seconds",
            "How much later than their deadlines tickets were looked at",
            Classes(self.lateness),
        );
        let mut gauge = |name: &str, help: &str, value: i64| {
            let gauge = Gauge::<i64>::default();
            gauge.set(value);
            registry.register(name, help, gauge);
        };
        gauge("accounts", "Accounts", i64::try_from(self.accounts).unwrap_or(i64::MAX));
        if let Some(at) = self.next {
            gauge(
                "next_instant_seconds",
                "When the desk has something to do next, in seconds since 1970; the past means at once",
                at.max(0).div_euclid(1_000),
            );
        }
        if let Some(at) = self.troubled {
            gauge(
                "troubled_at_seconds",
                "When the desk last could not do its own work, in seconds since 1970",
                at.div_euclid(1_000),
            );
        }
    }
}

/// Classes of times, as a histogram.
#[derive(Debug)]
struct Classes(Lateness);

impl EncodeMetric for Classes {
    #[allow(clippy::cast_precision_loss, reason = "sums of milliseconds")]
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> Result<(), std::fmt::Error> {
        let mut below = 0;
        let mut classes: Vec<(f64, u64)> = Vec::new();
        for (bound, upto) in self.0.classes() {
            classes.push((bound as f64 / 1_000.0, upto.saturating_sub(below)));
            below = upto;
        }
        classes.push((f64::INFINITY, self.0.count.saturating_sub(below)));
        let seconds = self.0.sum as f64 / 1_000.0;
        encoder.encode_histogram::<NoLabelSet>(seconds, self.0.count, &classes, None)
    }

    fn metric_type(&self) -> MetricType {
        MetricType::Histogram
    }
}
