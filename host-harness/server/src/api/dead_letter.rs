//! Actions that were given up.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::account::Limit;
use super::edit::{Change, Edit};
use super::ticket::Letter;
use crate::app::{App, InPath, InQuery};
use crate::language::{Language, Negotiated};
use crate::problem::{Problem, Problems};
use crate::scope::{Caller, Scope};

/// Actions that were given up.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct DeadLetters {
    /// The oldest first.
    dead_letters: Vec<Letter>,
}

/// The action.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Which {
    /// Its idempotency key.
    #[schema(example = "4711/1/reminder-1")]
    key: String,
}

/// List the actions that were given up
#[utoipa::path(
    get,
    path = "/v1/accounts/{account}/dead-letters",
    tag = "actions",
    params(("account" = String, Path, description = "The account"), Limit),
    responses((status = 200, description = "The oldest first", body = DeadLetters), Problems),
)]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Negotiated(language): Negotiated<Language>,
    InPath(account): InPath<String>,
    InQuery(limit): InQuery<Limit>,
) -> Result<Json<DeadLetters>, Problem> {
    caller.may(&app, Scope::HelpDeskView, &account)?;
    let limit = limit.get()?;
    let rows = app.ask(language, move |desk, _| desk.query_dead_letters(&account, limit)).await?;
    Ok(Json(DeadLetters { dead_letters: rows.iter().map(Letter::from).collect() }))
}

/// Send a given-up action again
///
/// It is checked before it is sent: messages to a silent customer are sent only if they are still
/// silent.
#[utoipa::path(
    post,
    path = "/v1/accounts/{account}/dead-letters/send-again",
    tag = "actions",
    params(("account" = String, Path, description = "The account")),
    request_body(content = Which, content_type = "application/json"),
    responses((status = 204, description = "It is on its way"), Problems),
)]
pub(crate) async fn send_again(edit: Edit<Which>) -> Result<StatusCode, Problem> {
    edit.apply(|desk, now, Change { account, by, form }| {
        desk.resend_dead_letter(now, &account, &form.key, &by)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Dismiss a given-up action
#[utoipa::path(
    post,
    path = "/v1/accounts/{account}/dead-letters/discard",
    tag = "actions",
    params(("account" = String, Path, description = "The account")),
    request_body(content = Which, content_type = "application/json"),
    responses((status = 204, description = "It is gone; the ticket's timeline keeps it"), Problems),
)]
pub(crate) async fn discard(edit: Edit<Which>) -> Result<StatusCode, Problem> {
    edit.apply(|desk, now, Change { account, by, form }| {
        desk.discard_dead_letter(now, &account, &form.key, &by)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}
