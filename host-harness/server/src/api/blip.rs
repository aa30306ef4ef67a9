//! What Blip posts.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::app::{App, InPath, Unread};
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

/// Envelopes that are taken in one turn of the desk.
const TOGETHER: usize = 32;

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
    body: Unread,
) -> Result<Json<Answers>, Problem> {
    let allowed = caller.may(&app, Scope::EventsWrite, &account)?;
    let body = body.read(&app, &allowed).await?;
    let source = app.bot(&account).ok_or_else(|| {
        Problem::new(Code::Refused, format!("nobody has said which bot `{account}` is"))
            .help("name it in the settings: [accounts.NAME.blip] bot = \"mybot@msging.net\"")
    })?;
    let envelopes = despertador_blip::read(&body.text);
    let mut answers = Vec::with_capacity(envelopes.len());
    let mut envelopes = envelopes.into_iter();
    loop {
        // Turn by turn, so that a long list holds up nobody else.
        let some: Vec<_> = envelopes.by_ref().take(TOGETHER).collect();
        if some.is_empty() {
            return Ok(Json(Answers { answers }));
        }
        let source = source.clone();
        let taken = app.ask(language, move |desk, now| source.receive_at(desk, now, some)).await?;
        answers.extend(taken.iter().map(despertador_blip::Answer::to_json));
    }
}
