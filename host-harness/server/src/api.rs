//! The interface: `/v1/…`, and its OpenAPI document.

mod account;
mod backtest;
mod badge;
mod blip;
mod changes;
mod connect;
mod dead_letter;
mod edit;
mod event;
mod flow;
mod inbound;
mod outline;
mod policy;
mod proposal;
mod report;
mod ticket;
mod token;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use despertador_contract::Instant;
use despertador_contract::clock_face::show_rfc3339;
use tracing::Instrument as _;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{InfoBuilder, OpenApi, OpenApiBuilder, Server};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::problem::{Code, Problem};

pub(crate) use changes::observer;
pub(crate) use ticket::TicketLine;

/// Instants in answers: RFC 3339, UTC, milliseconds where there are any.
pub(crate) fn time(at: Instant) -> String {
    show_rfc3339(at)
}

/// The router of the interface with its middleware.
pub(crate) fn router(app: App) -> Router {
    let (router, document) = paths().split_for_parts();
    let document = described(document);
    router
        .route("/openapi.json", get(move || serve_document(document)))
        // Platforms have no token of ours, and sign what they post.
        .route(connect::PATH, get(connect::challenge).post(connect::receive))
        .route("/badge/{token}", get(badge::show).post(badge::extend))
        .merge(crate::operations::health())
        .fallback(unknown)
        .method_not_allowed_fallback(wrong_method)
        .layer(tower_http::catch_panic::CatchPanicLayer::custom(crashed))
        .layer(from_fn_with_state(app.clone(), around))
        .with_state(app)
}

/// Pages with what is around every request: how long it may take, and what is counted of it.
pub(crate) fn around_pages(app: &App, pages: Router) -> Router {
    pages
        .layer(tower_http::catch_panic::CatchPanicLayer::custom(crashed))
        .layer(from_fn_with_state(app.clone(), around))
}

/// The OpenAPI 3.1 document of the interface.
#[must_use]
pub fn openapi() -> String {
    let document = described(paths().into_openapi());
    document.to_pretty_json().unwrap_or_default()
}

fn paths() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(event::record))
        .routes(routes!(blip::receive))
        .routes(routes!(blip::import_settings))
        .routes(routes!(account::list))
        .routes(routes!(account::open))
        .routes(routes!(account::audit))
        .routes(routes!(account::departments))
        .routes(routes!(account::forget))
        .routes(routes!(policy::read, policy::save, policy::delete))
        .routes(routes!(policy::check))
        .routes(routes!(policy::what_if))
        .routes(routes!(backtest::backtest))
        .routes(routes!(policy::undo))
        .routes(routes!(proposal::list))
        .routes(routes!(proposal::read, proposal::reject))
        .routes(routes!(proposal::approve))
        .routes(routes!(policy::versions))
        .routes(routes!(policy::version))
        .routes(routes!(flow::read, flow::save))
        .routes(routes!(flow::check))
        .routes(routes!(flow::versions))
        .routes(routes!(ticket::list, ticket::change_many))
        .routes(routes!(changes::watch))
        .routes(routes!(ticket::read))
        .routes(routes!(ticket::timeline))
        .routes(routes!(ticket::events))
        .routes(routes!(ticket::why))
        .routes(routes!(badge::read, badge::frame))
        .routes(routes!(ticket::extend))
        .routes(routes!(ticket::hold))
        .routes(routes!(ticket::release))
        .routes(routes!(ticket::exempt))
        .routes(routes!(ticket::unexempt))
        .routes(routes!(ticket::remind_now))
        .routes(routes!(ticket::close_now))
        .routes(routes!(dead_letter::list))
        .routes(routes!(dead_letter::send_again))
        .routes(routes!(dead_letter::discard))
        .routes(routes!(inbound::list))
        .routes(routes!(inbound::send_again))
        .routes(routes!(inbound::discard))
        .routes(routes!(report::closed))
        .routes(routes!(report::summary))
        .routes(routes!(token::list, token::create))
        .routes(routes!(token::revoke))
}

fn described(mut document: OpenApi) -> OpenApi {
    document.info = InfoBuilder::new()
        .title("Despertador")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Reminds silent customers and closes their tickets. Tell it what happens by \
             `POST /v1/accounts/{account}/events`; what is to be done is posted to your webhook, \
             each action under its own key. Errors are problem details (RFC 9457).",
        ))
        .license(Some(utoipa::openapi::License::new("Apache-2.0 OR MIT")))
        .build();
    for (path, item) in &mut document.paths.paths {
        let operations = [
            ("get", &mut item.get),
            ("put", &mut item.put),
            ("post", &mut item.post),
            ("delete", &mut item.delete),
        ];
        for (method, operation) in operations {
            if let Some(operation) = operation {
                operation.operation_id = Some(operation_id(method, path));
            }
        }
    }
    let mut described = OpenApiBuilder::new()
        .info(document.info)
        .paths(document.paths)
        .components(document.components)
        .servers(Some([Server::new("/")]))
        .build();
    let components = described.components.get_or_insert_default();
    components
        .add_security_scheme("token", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    let problem = <crate::problem::Said as utoipa::PartialSchema>::schema();
    components.schemas.insert("Problem".into(), problem);
    let found = <crate::problem::Found as utoipa::PartialSchema>::schema();
    components.schemas.insert("Found".into(), found);
    let needed =
        utoipa::openapi::security::SecurityRequirement::new::<_, [&str; 0], &str>("token", []);
    described.security = Some(vec![needed]);
    described
}

/// `get-accounts-account-policy` for `GET /v1/accounts/{account}/policy`: unique, like paths.
fn operation_id(method: &str, path: &str) -> String {
    let names = path.split('/').skip(2).map(|part| part.trim_matches(['{', '}']));
    names.fold(method.to_owned(), |id, name| format!("{id}-{name}"))
}

async fn serve_document(document: OpenApi) -> axum::Json<OpenApi> {
    axum::Json(document)
}

async fn unknown(request: Request) -> Problem {
    Problem::new(Code::UnknownPath, format!("nothing is at `{}`", request.uri().path()))
        .help("/openapi.json lists what there is")
}

async fn wrong_method(request: Request) -> Problem {
    let said = format!("`{}` is not for `{}`", request.method(), request.uri().path());
    Problem::new(Code::WrongMethod, said).help("the header Allow lists the methods")
}

fn crashed(_: Box<dyn std::any::Any + Send>) -> Response {
    // The details are in the log, because they may name what the caller must not see.
    Problem::new(Code::Crashed, "this request made the server stumble; others go on")
        .help("the log of the server says more")
        .into_response()
}

/// Limits the time of a request, and counts it.
async fn around(State(app): State<App>, request: Request, next: Next) -> Response {
    let path = request
        .extensions()
        .get::<axum::extract::MatchedPath>()
        .map_or_else(|| "none".to_owned(), |path| path.as_str().to_owned());
    let method = request.method().clone();
    // Below the default log level: for traces.
    let span = tracing::debug_span!(
        "request",
        otel.name = %format_args!("{method} {path}"),
        otel.kind = "server",
        http.request.method = %method,
        http.route = path,
        http.response.status_code = tracing::field::Empty,
    );
    #[cfg(feature = "opentelemetry")]
    crate::telemetry::adopt(&span, request.headers());
    let begun = app.clock.now();
    let run = crate::scope::on_account(next.run(request)).instrument(span.clone());
    let answer = tokio::time::timeout(app.limits.request_timeout, run).await;
    let answer = answer.unwrap_or_else(|_| {
        let most = app.limits.request_timeout.as_secs();
        Problem::new(Code::TooSlow, format!("it was not done within {most} s, or nobody knows"))
            .help("events with an `id` may be told again")
            .into_response()
    });
    let took = app.clock.now().saturating_sub(begun);
    let status = answer.status().as_u16();
    span.record("http.response.status_code", status);
    app.metrics.answered(&path, status, took);
    tracing::debug!(%method, path, status, took, "answered");
    answer
}
