//! What platforms post. It is authenticated by the platform's signature, and not part of the document
//! of the interface: platforms set the form.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use despertador_connect::{Connector, Post, PostError, Taken};
use despertador_desk::Receipt;
use serde_json::{Value, json};

use crate::app::{App, InPath, InQuery, UnreadBody};
use crate::language::{Language, Negotiated};
use crate::problem::{Code, Problem};
use crate::scope;

/// The path of a connector.
pub(crate) const PATH: &str = "/v1/connect/{account}/{name}";

/// The answer to a platform that checks the address, or to somebody who looks whether the address
/// is the right one.
pub(crate) async fn challenge(
    State(app): State<App>,
    InPath((account, name)): InPath<(String, String)>,
    InQuery(query): InQuery<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let connector = find(&app, &account, &name)?;
    let post = Post { headers: &[], query: &query, body: b"" };
    match connector.platform().challenge(&post) {
        Some(answer) => Ok(answer.into_response()),
        None if query.is_empty() => Ok(Json(json!({ "connector": name })).into_response()),
        None => Err(Problem::new(Code::WrongSignature, "the token of the check is another one")
            .help("compare it with the one in `verify-token-file`")),
    }
}

/// Records what a platform posts, and answers once it is durable.
pub(crate) async fn receive(
    State(app): State<App>,
    Negotiated(language): Negotiated<Language>,
    InPath((account, name)): InPath<(String, String)>,
    InQuery(query): InQuery<Vec<(String, String)>>,
    request: Request,
) -> Result<Json<Value>, Problem> {
    let connector = find(&app, &account, &name)?;
    let (parts, body) = request.into_parts();
    let headers: Vec<(String, String)> = parts
        .headers
        .iter()
        .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())))
        .collect();
    let allowed = scope::of_platform(&account, &name);
    let unread = UnreadBody::from(Request::from_parts(parts.clone(), body));
    let text = unread.read(&app, &allowed).await?.text;
    let post = Post { headers: &headers, query: &query, body: text.as_bytes() };
    let heard = match connector.read_post(&post, app.clock.now()) {
        Ok(heard) => heard,
        Err(PostError::Forged(forged)) => {
            app.limits.note_failure(&parts)?;
            return Err(Problem::new(Code::WrongSignature, forged.to_string())
                .help(format!("`despertador connect test {name}` compares the secrets")));
        }
        Err(PostError::Unreadable(unread)) => {
            let why = unread.why.clone();
            let keep = move |desk: &mut _, now| connector.keep_at(desk, now, &text, &unread);
            let inbound = app.ask(language, keep).await?;
            return Ok(Json(json!({ "unreadable": why, "inbound": inbound })));
        }
    };
    let taken = app.ask(language, move |desk, now| connector.receive_at(desk, now, &heard)).await?;
    Ok(Json(json!({ "taken": taken.iter().map(shown).collect::<Vec<_>>() })))
}

fn shown(taken: &Taken) -> Value {
    let new = taken.receipts.iter().filter(|receipt| **receipt != Receipt::Duplicate).count();
    json!({ "ticket": taken.ticket, "new": new, "arrived": taken.arrived })
}

fn find(app: &App, account: &str, name: &str) -> Result<Arc<Connector>, Problem> {
    app.connectors.find(account, name).ok_or_else(|| {
        Problem::new(Code::UnknownPath, format!("account `{account}` has no connector `{name}`"))
            .help("name it in the settings: [connect.NAME] platform = …, account = …")
    })
}
