//! Blip's posts.

use axum::Json;
use axum::extract::State;
use despertador_blip::settings;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::app::{App, InPath, UnreadBody};
use crate::language::{Language, Negotiated};
use crate::problem::{Code, Problem, Problems};
use crate::scope::{Caller, Scope};

/// The results for envelopes.
#[derive(Serialize, ToSchema)]
pub(crate) struct Answers {
    /// In the order of the envelopes. `answer` is `taken`, `confirmed`, `ignored` or `refused`;
    /// other members give the reason, or the ticket and its receipts. `inbound` is the id under which
    /// an envelope that cannot be read is stored: the tickets and customers that it names are neither
    /// reminded nor closed until somebody has sent the entry again or dismissed it.
    #[schema(value_type = Vec<Object>)]
    answers: Vec<Value>,
}

/// Envelopes that are handled in one turn of the desk.
const ENVELOPES_PER_TURN: usize = 32;

/// Receive what Blip posts
///
/// LIME messages, notifications and tickets: one, a list, or one per line. Enter this address in
/// the bot's settings for messages and for notifications, with a token as the password. Envelopes
/// without effect are also answered with 200 and the reason, because posting them again would not
/// help.
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
pub(crate) async fn receive(
    State(app): State<App>,
    caller: Caller,
    Negotiated(language): Negotiated<Language>,
    InPath(account): InPath<String>,
    body: UnreadBody,
) -> Result<Json<Answers>, Problem> {
    let allowed = caller.may(&app, Scope::EventsWrite, &account)?;
    let body = body.read(&app, &allowed).await?;
    let source = app.bot(&account).ok_or_else(|| {
        Problem::new(Code::Refused, format!("the settings name no bot for the account `{account}`"))
            .help("name it in the settings: [accounts.NAME.blip] bot = \"mybot@msging.net\"")
    })?;
    let (_body, envelopes) =
        body.parse(&app, &account, |body| despertador_blip::read(&body.text)).await?;
    let mut answers = Vec::with_capacity(envelopes.len());
    let mut envelopes = envelopes.into_iter();
    loop {
        // In turns, so that a long list does not delay the others.
        let some: Vec<_> = envelopes.by_ref().take(ENVELOPES_PER_TURN).collect();
        if some.is_empty() {
            return Ok(Json(Answers { answers }));
        }
        let source = source.clone();
        let taken = app.ask(language, move |desk, now| source.receive_at(desk, now, some)).await?;
        answers.extend(taken.iter().map(despertador_blip::Answer::to_json));
    }
}

/// A policy made of Blip's settings.
#[derive(Serialize, ToSchema)]
pub(crate) struct ImportedSettings {
    /// The text of the policy, with comments.
    policy: String,
    /// What differs from the settings.
    notes: Vec<ImportNote>,
}

/// Something that differs from the settings.
#[derive(Serialize, ToSchema)]
struct ImportNote {
    /// Its kind, such as `tags-empty`.
    code: &'static str,
    /// The member of the settings; empty for all of them.
    member: String,
    /// What it means.
    text: String,
}

/// Convert the settings of Blip's automatic close to a policy
///
/// Nothing is saved. The settings stand alone, or in Blip's answer to the query of its configuration.
#[utoipa::path(
    post,
    path = "/v1/blip/settings/import",
    tag = "policies",
    request_body(content = serde_json::Value, content_type = "application/json", description = "The settings"),
    responses((status = 200, description = "The policy", body = ImportedSettings), Problems),
)]
pub(crate) async fn import_settings(
    State(app): State<App>,
    caller: Caller,
    Negotiated(language): Negotiated<Language>,
    body: UnreadBody,
) -> Result<Json<ImportedSettings>, Problem> {
    let allowed = caller.may_anywhere(Scope::HelpDeskView)?;
    let body = body.read(&app, &allowed).await?;
    let imported = settings::import(body.document()?, language).map_err(|problems| {
        let said: Vec<String> = problems.iter().map(|problem| problem.sentence(language)).collect();
        Problem::new(Code::SettingsRefused, said.join("; "))
            .help("send what Blip answers to a query of its configuration")
    })?;
    let note = |note: &settings::Note| ImportNote {
        code: note.code.name(),
        member: note.member.clone(),
        text: note.sentence(language),
    };
    Ok(Json(ImportedSettings {
        policy: imported.policy.file(),
        notes: imported.notes.iter().map(note).collect(),
    }))
}
