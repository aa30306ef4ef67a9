//! The flow of an account's bot: checking, saving, reading.

use axum::Json;
use axum::extract::State;
use despertador_contract::ExitState;
use despertador_contract::input;
use despertador_contract::word::Word;
use despertador_flow::lint::lint;
use despertador_flow::{Finding, Flow, Severity};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::account::Limit;
use super::time;
use crate::app::{App, InPath, InQuery, Text, UnreadBody};
use crate::language::{Language, Negotiated};
use crate::problem::{Code, Found, Problem, Problems};
use crate::scope::{Caller, Scope};
use crate::shares::Share;

/// A checked flow.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct CheckedFlow {
    /// Whether the flow can leave its human-assistance block after a close for inactivity:
    /// `linked`, `not-linked`, `not-supported`, `unknown`. With the second and third, policies that
    /// close are refused.
    inactivity_exit: String,
    /// Warnings.
    warnings: Vec<Found>,
}

/// A version of a flow.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct FlowVersion {
    /// Counted from 1 in each account.
    version: i64,
    /// When it was saved, RFC 3339.
    at: String,
    /// The name of the token.
    by: String,
    /// As [`CheckedFlow::inactivity_exit`].
    inactivity_exit: String,
    /// The flow as it was exported.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    flow: Option<Box<RawValue>>,
}

/// Versions of a flow.
#[derive(Serialize, ToSchema)]
pub(crate) struct FlowVersions {
    /// The newest first, without the flows themselves.
    versions: Vec<FlowVersion>,
}

fn check_flow(text: &str, language: Language) -> Result<CheckedFlow, Problem> {
    let (exit, findings) = match Flow::read(text) {
        Ok(flow) => (Some(ExitState::from(flow.inactivity_exit())), lint(&flow)),
        Err(findings) => (None, findings),
    };
    let is_error = |finding: &Finding| finding.code.severity() == Severity::Error;
    let errors = findings.iter().filter(|finding| is_error(finding)).count();
    let found: Vec<Found> = findings.iter().map(|finding| in_words(finding, language)).collect();
    match exit {
        Some(exit) if errors == 0 => {
            Ok(CheckedFlow { inactivity_exit: exit.word().into_owned(), warnings: found })
        }
        _ => Err(Problem::new(Code::FlowRefused, format!("{errors} errors were found"))
            .help("`despertador flow check --fix` adds an exit; each of `problems` says more")
            .problems(found)),
    }
}

fn in_words(finding: &Finding, language: Language) -> Found {
    Found {
        code: finding.code.word().into(),
        severity: finding.code.severity().word().into(),
        place: finding.place.clone(),
        text: finding.text(language),
        help: finding.help(language),
    }
}

/// Get the bot's flow
#[utoipa::path(
    get,
    path = "/v1/accounts/{account}/flow",
    tag = "flows",
    params(("account" = String, Path, description = "The account")),
    responses((status = 200, description = "The flow saved last", body = FlowVersion), Problems),
)]
pub(crate) async fn read(
    State(app): State<App>,
    caller: Caller,
    Negotiated(language): Negotiated<Language>,
    InPath(account): InPath<String>,
) -> Result<Json<FlowVersion>, Problem> {
    caller.may(&app, Scope::BuilderView, &account)?;
    let name = account.clone();
    let row = app.ask(language, move |desk, _| desk.query_flow(&name)).await?;
    let row = row.ok_or_else(|| {
        Problem::new(Code::UnknownVersion, format!("account `{account}` has no flow"))
    })?;
    Ok(Json(FlowVersion {
        version: row.version,
        at: time(row.at),
        by: row.by,
        inactivity_exit: row.exit.word().into_owned(),
        flow: RawValue::from_string(row.text).ok(),
    }))
}

/// Save the bot's flow
///
/// A flow with errors is refused with all findings, above all one that cannot be left after a close
/// for inactivity. Policies that are saved later are checked against it.
#[utoipa::path(
    put,
    path = "/v1/accounts/{account}/flow",
    tag = "flows",
    params(("account" = String, Path, description = "The account")),
    request_body(content = serde_json::Value, content_type = "application/json", description = "The export of the bot builder"),
    responses((status = 200, description = "It is saved", body = CheckedFlow), Problems),
)]
pub(crate) async fn save(
    State(app): State<App>,
    caller: Caller,
    Negotiated(language): Negotiated<Language>,
    InPath(account): InPath<String>,
    body: UnreadBody,
) -> Result<Json<CheckedFlow>, Problem> {
    let allowed = caller.may(&app, Scope::BuilderEdit, &account)?;
    let body = body.read(&app, &allowed).await?;
    let leave = app.limits.check(&account).await?;
    let (flow, checked) = off_the_desk(body, language, leave).await?;
    app.ask(language, move |desk, now| desk.save_flow(now, &account, &flow, &caller.name)).await?;
    Ok(Json(checked))
}

/// Check a flow without saving it
#[utoipa::path(
    post,
    path = "/v1/accounts/{account}/flow/check",
    tag = "flows",
    params(("account" = String, Path, description = "The account")),
    request_body(content = serde_json::Value, content_type = "application/json", description = "The export of the bot builder"),
    responses((status = 200, description = "It would be accepted", body = CheckedFlow), Problems),
)]
pub(crate) async fn check(
    State(app): State<App>,
    caller: Caller,
    Negotiated(language): Negotiated<Language>,
    InPath(account): InPath<String>,
    body: UnreadBody,
) -> Result<Json<CheckedFlow>, Problem> {
    let allowed = caller.may(&app, Scope::BuilderView, &account)?;
    let body = body.read(&app, &allowed).await?;
    let leave = app.limits.check(&account).await?;
    let (_, checked) = off_the_desk(body, language, leave).await?;
    Ok(Json(checked))
}

/// Checking a large flow takes seconds: neither the desk nor other requests wait for it.
async fn off_the_desk(
    body: Text,
    language: Language,
    leave: Share,
) -> Result<(String, CheckedFlow), Problem> {
    let looking = tokio::task::spawn_blocking(move || {
        // Until the work has ended, even if nobody waits for it any more.
        let _leave = leave;
        let flow = input::repaired(body.document()?).into_owned();
        let checked = check_flow(&flow, language)?;
        Ok((flow, checked))
    });
    looking.await.unwrap_or_else(|error| Err(Problem::new(Code::Crashed, error.to_string())))
}

/// List the stored versions of the flow
///
/// The last twenty.
#[utoipa::path(
    get,
    path = "/v1/accounts/{account}/flow/versions",
    tag = "flows",
    params(("account" = String, Path, description = "The account"), Limit),
    responses((status = 200, description = "The newest first", body = FlowVersions), Problems),
)]
pub(crate) async fn versions(
    State(app): State<App>,
    caller: Caller,
    Negotiated(language): Negotiated<Language>,
    InPath(account): InPath<String>,
    InQuery(limit): InQuery<Limit>,
) -> Result<Json<FlowVersions>, Problem> {
    caller.may(&app, Scope::BuilderView, &account)?;
    let limit = limit.get()?;
    let rows = app.ask(language, move |desk, _| desk.query_flow_versions(&account, limit)).await?;
    let versions = rows
        .into_iter()
        .map(|row| FlowVersion {
            version: row.version,
            at: time(row.at),
            by: row.by,
            inactivity_exit: row.exit.word().into_owned(),
            flow: None,
        })
        .collect();
    Ok(Json(FlowVersions { versions }))
}
