//! Tokens: creating, listing, revoking.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::schema::{Array, ArrayBuilder, ObjectBuilder, Type};

use super::account::is_name;
use super::time;
use crate::app::{App, InPath, UnreadBody};
use crate::language::{Language, Negotiated};
use crate::problem::{Code, Problem, Problems};
use crate::scope::{Caller, NewToken, Scope};

/// Tokens.
#[derive(Serialize, ToSchema)]
pub(crate) struct Tokens {
    /// Tokens that see no account that the caller does not see, the oldest first.
    tokens: Vec<TokenLine>,
}

/// A token. Its secret is not stored anywhere.
#[derive(Serialize, ToSchema)]
pub(crate) struct TokenLine {
    /// Its purpose.
    name: String,
    /// Its permissions.
    scopes: Vec<String>,
    /// The accounts that it sees; `*` for all.
    accounts: Vec<String>,
    /// When it was created, RFC 3339.
    made: String,
    /// When it was revoked, RFC 3339.
    revoked: Option<String>,
}

/// A token to create.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Wanted {
    /// Its purpose; unique among active tokens.
    #[schema(example = "crm", min_length = 1, max_length = 200)]
    name: String,
    /// Its permissions.
    #[schema(schema_with = scopes)]
    scopes: Vec<String>,
    /// The accounts that it sees; `*` for all.
    #[schema(example = json!(["acme"]), min_items = 1, max_items = 1000)]
    accounts: Vec<String>,
}

/// Maximum number of accounts in a token.
const ACCOUNTS_MAX: usize = 1_000;

fn words(scopes: &[Scope]) -> Vec<String> {
    scopes.iter().map(|scope| scope.word().to_owned()).collect()
}

/// A list of [`Scope`] words.
fn scopes() -> Array {
    let word = ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(Scope::ALL.iter().map(|scope| scope.word())));
    ArrayBuilder::new().items(word).min_items(Some(1)).description(Some("What it may do.")).build()
}

/// A created token.
#[derive(Serialize, ToSchema)]
pub(crate) struct Made {
    /// The token. It is shown only this once.
    token: String,
}

/// List the tokens that see no more than the caller
#[utoipa::path(
    get,
    path = "/v1/tokens",
    tag = "tokens",
    responses((status = 200, description = "The oldest first", body = Tokens), Problems),
)]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Negotiated(language): Negotiated<Language>,
) -> Result<Json<Tokens>, Problem> {
    caller.may_anywhere(Scope::TokensEdit)?;
    let rows = app.ask(language, |desk, _| desk.query_tokens()).await?;
    let tokens = rows
        .into_iter()
        .filter(|row| caller.sees_all_of(row))
        .map(|row| TokenLine {
            name: row.name,
            scopes: words(&row.scopes.unwrap_or_default()),
            accounts: row.accounts.unwrap_or_default(),
            made: time(row.at),
            revoked: row.revoked.map(time),
        })
        .collect();
    Ok(Json(Tokens { tokens }))
}

/// Create a token
///
/// A token can only create tokens with the same or fewer permissions and accounts.
#[utoipa::path(
    post,
    path = "/v1/tokens",
    tag = "tokens",
    request_body(content = Wanted, content_type = "application/json"),
    responses((status = 201, description = "It is made", body = Made), Problems),
)]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Negotiated(language): Negotiated<Language>,
    body: UnreadBody,
) -> Result<(StatusCode, Json<Made>), Problem> {
    let allowed = caller.may_anywhere(Scope::TokensEdit)?;
    let body = body.read(&app, &allowed).await?;
    let wanted: Wanted = body.form()?;
    let bad = |said: String| Problem::new(Code::BadParameter, said);
    if wanted.name.is_empty() || wanted.scopes.is_empty() || wanted.accounts.is_empty() {
        return Err(bad("a token has a name, scopes and accounts".into()));
    }
    is_name("a token's name", &wanted.name)?;
    if wanted.scopes.len() > Scope::ALL.len() || wanted.accounts.len() > ACCOUNTS_MAX {
        return Err(bad(format!(
            "a token has each scope once, and at most {ACCOUNTS_MAX} accounts"
        )));
    }
    for account in &wanted.accounts {
        is_name("an account's name", account)?;
    }
    let mut scopes = Vec::new();
    for word in &wanted.scopes {
        let known: Vec<&str> = Scope::ALL.iter().map(|scope| scope.word()).collect();
        scopes
            .push(Scope::from_word(word).ok_or_else(|| {
                bad(format!("there is no scope `{word}`")).help(known.join(", "))
            })?);
    }
    if !caller.covers(&scopes, &wanted.accounts) {
        return Err(Problem::new(
            Code::MissingScope,
            format!("the token `{}` may not do or see all of that itself", caller.name),
        ));
    }
    let new = NewToken::make(app.clock.now(), &wanted.name, &scopes, &wanted.accounts)
        .map_err(|said| Problem::new(Code::Crashed, said))?;
    let row = new.row;
    app.change(language, move |desk, now| desk.add_token(now, row, &caller.name)).await?;
    Ok((StatusCode::CREATED, Json(Made { token: new.secret })))
}

/// Revoke a token
#[utoipa::path(
    delete,
    path = "/v1/tokens/{name}",
    tag = "tokens",
    params(("name" = String, Path, description = "Its name")),
    responses((status = 204, description = "It is of no use any more"), Problems),
)]
pub(crate) async fn revoke(
    State(app): State<App>,
    caller: Caller,
    Negotiated(language): Negotiated<Language>,
    InPath(name): InPath<String>,
) -> Result<StatusCode, Problem> {
    caller.may_anywhere(Scope::TokensEdit)?;
    let done = app
        .change(language, move |desk, now| {
            let rows = desk.query_tokens()?;
            let own = rows.iter().find(|row| row.name == name && row.revoked.is_none());
            if own.is_none_or(|own| !caller.sees_all_of(own)) {
                return Ok(false);
            }
            desk.revoke_token(now, &name, &caller.name)
        })
        .await?;
    if done {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Problem::new(Code::UnknownName, "no token of this name is in use"))
    }
}
