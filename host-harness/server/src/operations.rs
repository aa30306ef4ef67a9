//! Operation of the server: health, metrics, reloading.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::Duration;

use axum::Json;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use despertador_desk::runtime::HandleError;
use despertador_desk::{Backlog, Counts, Lateness};
use despertador_host::contract::Instant;
use despertador_host::{Sha256, Suspension};
use prometheus_client::encoding::{EncodeMetric, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use serde::Serialize;
use serde_json::json;
use tokio::sync::watch;

use crate::app::App;
use crate::outlets::{SECRET_BYTES_MIN, secret_of};
use crate::problem::{Code, Problem};
use crate::reload::Reloader;
use crate::scope;
use crate::settings::Settings;

/// Maximum time of a readiness check.
const READY_TIMEOUT: Duration = Duration::from_secs(2);
/// How long the desk is not ready after its own work failed, in milliseconds.
const NOT_READY_MILLIS: i64 = 10_000;

/// `/healthz` and `/readyz`, which need no token and disclose nothing.
pub(crate) fn health() -> Router<App> {
    Router::new().route("/healthz", get(|| async { "alive\n" })).route("/readyz", get(ready))
}

/// Decides who may read the metrics and reload the settings.
///
/// Everybody who can reach the address, unless there is a token; but not a page in a browser on the
/// same machine: it sends an origin, or a foreign host name (DNS rebinding).
#[derive(Clone, Default)]
pub(crate) struct Gate {
    token: Option<Sha256>,
    hosts: Vec<String>,
}

impl Gate {
    /// The gate for these settings.
    ///
    /// # Errors
    ///
    /// The token file cannot be used.
    pub(crate) fn of(settings: &Settings) -> Result<Gate, String> {
        let token = match &settings.operations_token_file {
            None => None,
            Some(file) => {
                let secret = secret_of(file)?;
                if secret.len() < SECRET_BYTES_MIN {
                    let file = file.display();
                    return Err(format!(
                        "the token in `{file}` has less than {SECRET_BYTES_MIN} bytes"
                    ));
                }
                Some(Sha256::of(&secret))
            }
        };
        Ok(Gate { token, hosts: settings.operations_hosts.clone() })
    }

    fn admit(&self, headers: &HeaderMap) -> Result<(), Problem> {
        if let Some(token) = self.token {
            let given = scope::secret(headers);
            return match given {
                None => Err(Problem::new(Code::NoToken, "this needs the token of the operations")),
                Some(given) if Sha256::of(given.as_bytes()) == token => Ok(()),
                Some(_) => Err(Problem::new(Code::WrongToken, "this is another token")),
            };
        }
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let is_ours = host.is_some_and(|host| self.is_ours(host));
        if is_ours && !headers.contains_key(header::ORIGIN) {
            return Ok(());
        }
        Err(Problem::new(Code::ForeignPage, "a page or a name that is not ours asks for this")
            .help("use an address or a name of `operations-hosts`, or a token of `operations-token-file`"))
    }

    /// Whether a header `Host` contains an address, a name within the machine or its network, or
    /// one of the settings, and not a name that somebody outside has pointed at us.
    fn is_ours(&self, host: &str) -> bool {
        let name = match host.strip_prefix('[') {
            Some(rest) => rest.split(']').next().unwrap_or_default(),
            None => host.rsplit_once(':').map_or(host, |(name, _)| name),
        };
        name.parse::<IpAddr>().is_ok()
            || !name.is_empty() && !name.contains('.')
            || self.hosts.iter().any(|own| own.eq_ignore_ascii_case(name))
    }
}

async fn guard(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    match gate.admit(request.headers()) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

/// The routes for the operator.
pub(crate) fn router(app: App, reloader: Reloader, gate: Gate) -> Router {
    let reload = move |State(app): State<App>| {
        let reloader = reloader.clone();
        async move { reload(&app, &reloader).await }
    };
    let guarded = Router::new()
        .route("/metrics", get(metrics))
        .route("/reload", post(reload))
        .route_layer(from_fn_with_state(gate, guard));
    health()
        .merge(guarded)
        .fallback(|| async { Problem::new(Code::UnknownPath, "healthz, readyz, metrics, reload") })
        .with_state(app)
}

/// Why a desk is not ready.
enum Trouble {
    Desk,
    /// The plugin is suspended for this many accounts, of this many.
    Suspended(usize, usize),
    AllSuspended,
}

async fn ready(State(app): State<App>) -> impl IntoResponse {
    let troubled = app.ask_plainly(|desk, now| {
        let is_late = |at: Instant| now.saturating_sub(at) < NOT_READY_MILLIS;
        if desk.trouble().is_some_and(|(at, _)| is_late(*at)) {
            return Some(Trouble::Desk);
        }
        match (desk.plugin().suspensions(now).len(), desk.accounts().count()) {
            (0, _) => None,
            (suspended, all) if suspended >= all => Some(Trouble::AllSuspended),
            (suspended, all) => Some(Trouble::Suspended(suspended, all)),
        }
    });
    let said = match tokio::time::timeout(READY_TIMEOUT, troubled).await {
        _ if app.is_stopping() => "the server is stopping".to_owned(),
        Err(_) => "the desk is busy or its disk is slow".to_owned(),
        Ok(Err(not_done)) => not_done.to_string(),
        Ok(Ok(Some(Trouble::Desk))) => {
            "the desk could not do its work; its log says why".to_owned()
        }
        Ok(Ok(Some(Trouble::AllSuspended))) => {
            "the plugin is suspended for every account; the log says why".to_owned()
        }
        Ok(Ok(None)) => return (StatusCode::OK, ready_but(app.metrics.receivers_in_doubt())),
        // Only some accounts wait: the others must not lose the server.
        Ok(Ok(Some(Trouble::Suspended(accounts, all)))) => {
            return (
                StatusCode::OK,
                format!("ready, but the plugin is suspended for {accounts} of {all} accounts\n"),
            );
        }
    };
    (StatusCode::SERVICE_UNAVAILABLE, said + "\n")
}

/// That the server is ready, and what somebody should look at all the same. A receiver that finds
/// nothing takes no other account's server away.
fn ready_but(in_doubt: usize) -> String {
    match in_doubt {
        0 => "ready\n".into(),
        1 => "ready, but 1 receiver answers 404 or 410 to everything; check its address\n".into(),
        many => format!(
            "ready, but {many} receivers answer 404 or 410 to everything; check their addresses\n"
        ),
    }
}

/// The result of a reload.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Reloaded {
    /// What was changed, one sentence each.
    pub done: Vec<String>,
    /// What was refused and stays as it was, one sentence each.
    pub refused: Vec<String>,
}

async fn reload(app: &App, reloader: &Reloader) -> impl IntoResponse + use<> {
    let reloaded = reloader.reload(app).await;
    let status =
        if reloaded.refused.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    (status, Json(json!(reloaded)))
}

/// Maximum number of waiting items that are counted.
const COUNTED_MAX: usize = 100_000;

async fn metrics(State(app): State<App>) -> Result<impl IntoResponse, Problem> {
    let english = crate::language::Language::default();
    let in_doubt = app.metrics.receivers_in_doubt();
    let seen = app
        .ask(english, move |desk, now| {
            let mut counts = Counts::default();
            for (_, own) in desk.counts() {
                counts.done = counts.done.saturating_add(own.done);
                counts.retried = counts.retried.saturating_add(own.retried);
                counts.withdrawn = counts.withdrawn.saturating_add(own.withdrawn);
                counts.given_up = counts.given_up.saturating_add(own.given_up);
                counts.deferred = counts.deferred.saturating_add(own.deferred);
            }
            Ok(DeskValues {
                wakes: desk.lateness().clone(),
                deliveries: desk.delivery_lateness().clone(),
                commits: desk.commit_durations().clone(),
                counts,
                backlog: desk.query_backlog(now, COUNTED_MAX)?,
                accounts: desk.accounts().count(),
                suspended: desk.plugin().suspensions(now).len(),
                next: desk.next_instant(),
                troubled: desk.trouble().map(|(at, _)| *at),
                damaged: desk.damaged_count(),
                in_doubt,
            })
        })
        .await?;
    let text = app.metrics.text(|registry| seen.register(registry));
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, kind)], text))
}

/// Values from the desk. No account is named.
struct DeskValues {
    wakes: Lateness,
    deliveries: Lateness,
    commits: Lateness,
    counts: Counts,
    backlog: Backlog,
    accounts: usize,
    suspended: usize,
    next: Option<i64>,
    troubled: Option<i64>,
    damaged: usize,
    in_doubt: usize,
}

impl DeskValues {
    fn register(self, registry: &mut Registry) {
        for (name, help, classes) in [
            (
                "wake_lateness_seconds",
                "Delay between tickets' deadlines and their evaluation",
                self.wakes,
            ),
            (
                "delivery_lateness_seconds",
                "Delay between the scheduled and the actual attempts of actions",
                self.deliveries,
            ),
            ("store_seconds", "Time of the desk's calls that end in a commit", self.commits),
        ] {
            registry.register(name, help, Classes(classes));
        }
        for (name, help, value) in [
            ("actions_delivered", "Actions carried out", self.counts.done),
            ("actions_retried", "Failed attempts of actions that are retried", self.counts.retried),
            ("actions_withheld", "Actions that were withdrawn", self.counts.withdrawn),
            ("actions_given_up", "Actions given up", self.counts.given_up),
            ("plugin_faults", "Tickets deferred because the plugin failed", self.counts.deferred),
        ] {
            let counter = Counter::<u64>::default();
            counter.inc_by(value);
            registry.register(name, help, counter);
        }
        let mut gauge = |name: &str, help: &str, value: u64| {
            let gauge = Gauge::<i64>::default();
            gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
            registry.register(name, help, gauge);
        };
        gauge(
            "tickets_due",
            "Due tickets that are not evaluated yet, at most 100,000",
            self.backlog.tickets,
        );
        gauge("actions_due", "Actions that are due, at most 100,000", self.backlog.actions);
        gauge(
            "dead_letters",
            "Actions given up that somebody should handle",
            self.backlog.dead_letters,
        );
        gauge(
            "damaged_tickets",
            "Tickets moved aside because they cannot be read or written",
            u64::try_from(self.damaged).unwrap_or(u64::MAX),
        );
        gauge(
            "inbound_unread",
            "Unreadable input that somebody should handle",
            self.backlog.inbound,
        );
        gauge("accounts", "Accounts", u64::try_from(self.accounts).unwrap_or(u64::MAX));
        gauge(
            "accounts_suspended",
            "Accounts for which the plugin is quarantined because it failed on several of their tickets",
            u64::try_from(self.suspended).unwrap_or(u64::MAX),
        );
        gauge(
            "receivers_in_doubt",
            "Receivers of actions that answer 404 or 410 to all of them; their addresses may be wrong",
            u64::try_from(self.in_doubt).unwrap_or(u64::MAX),
        );
        if let Some(at) = self.next {
            gauge(
                "next_instant_seconds",
                "The next instant at which the desk has work, in seconds since 1970; an instant in the past means now",
                u64::try_from(at.div_euclid(1_000)).unwrap_or_default(),
            );
        }
        if let Some(at) = self.troubled {
            gauge(
                "troubled_at_seconds",
                "When the desk last could not do its own work, in seconds since 1970",
                u64::try_from(at.div_euclid(1_000)).unwrap_or_default(),
            );
        }
    }
}

/// Histogram buckets as a metric.
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

/// How often the log checks for which accounts the plugin is quarantined.
const WATCH_INTERVAL: Duration = Duration::from_secs(1);

/// Logs for which accounts the plugin is quarantined, and when that ends. Says when the desk has
/// stopped by itself.
pub(crate) async fn watch(app: App, mut stop: watch::Receiver<bool>, ended: watch::Sender<bool>) {
    let mut suspended = BTreeSet::new();
    loop {
        tokio::select! {
            () = tokio::time::sleep(WATCH_INTERVAL) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
        let seen = app.ask_plainly(|desk, now| desk.plugin().suspensions(now)).await;
        let found = match seen {
            Ok(found) => found,
            Err(HandleError::Stopped) => {
                let _: Result<(), _> = ended.send(true);
                return;
            }
            Err(_) => continue,
        };
        for Suspension { account, until, why } in &found {
            if suspended.insert(account.clone()) {
                tracing::error!(account, until, why, "the plugin is suspended for this account");
            }
        }
        suspended.retain(|account| {
            let stays = found.iter().any(|one| one.account == *account);
            if !stays {
                tracing::info!(account, "the plugin is called again for this account");
            }
            stays
        });
    }
}
