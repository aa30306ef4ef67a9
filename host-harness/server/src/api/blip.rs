//! What Blip posts.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::app::{App, InPath, Text};
use crate::language::Language;
use crate::problem::{Code, Problem, Problems};
use crate::scope::{Caller, Scope};

/// What became of envelopes.
#[derive(Serialize, ToSchema)]
pub(crate) struct Answers {
    /// In the order of the envelopes. `answer` is `taken`, `confirmed`, `ignored` or `refused`, and
    /// beside it stands why, or the ticket and what became of it.
    #[schema(value_type = Vec<Object>)]
    answers: Vec<Value>,
}

/// Take what Blip posts
///
/// LIME messages, notifications and tickets: one, a list, or one a line. Name this address in the bot's
/// settings for messages and for notifications, with a token as the password. What makes no sense here is
/// answered with 200 too, with the reason: told again it would make no more.
#[utoipa::path(
    post,
    path = "/v1/accounts/{account}/blip",
    tag = "events",
    params(("account" = String, Path, description = "The account; its settings name the bot")),
    request_body(content(
        (serde_json::Value = "application/json"),
        (String = "application/x-ndjson"),
    )),
    responses((status = 200, description = "What became of each", body = Answers), Problems),
)]
pub(crate) async fn take(
    State(app): State<App>,
    caller: Caller,
    language: Language,
    InPath(account): InPath<String>,
    body: Text,
) -> Result<Json<Answers>, Problem> {
    caller.may(&app, Scope::EventsWrite, &account)?;
    let source = app.bot(&account).ok_or_else(|| {
        Problem::new(Code::Refused, format!("nobody has said which bot `{account}` is"))
            .help("name it in the settings: [accounts.NAME.blip] bot = \"mybot@msging.net\"")
    })?;
    let envelopes = despertador_blip::read(&body.text);
    let answers =
        app.ask(language, move |desk, now| source.receive_at(desk, now, envelopes)).await?;
    Ok(Json(Answers { answers: answers.iter().map(despertador_blip::Answer::to_json).collect() }))
}
