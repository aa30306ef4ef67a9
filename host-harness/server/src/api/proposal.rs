//! Policies that wait for the approval of a second person.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use despertador_desk::Desk;
use despertador_desk::store::{AnyStore, ProposalRow};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::policy::{Confirmed, SavedPolicy, confirm};
use super::time;
use crate::app::{App, InPath, InQuery};
use crate::language::{Language, Negotiated};
use crate::problem::{Code, Problem, Problems};
use crate::scope::{Caller, Scope};

/// A policy that waits for the approval of a second person.
#[derive(Serialize, ToSchema)]
pub(crate) struct Proposal {
    /// Its number in the account, from 1.
    proposal: i64,
    /// When it was made, RFC 3339.
    at: String,
    /// The name of the token; it cannot approve it.
    by: String,
    /// The version that was in force. It can be approved while that version is.
    base: i64,
    /// The policy as it was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    policy: Option<Box<RawValue>>,
}

impl Proposal {
    fn of(row: ProposalRow) -> Proposal {
        Proposal {
            proposal: row.no,
            at: time(row.at),
            by: row.by,
            base: row.base,
            // Without its text in lists.
            policy: RawValue::from_string(row.config).ok(),
        }
    }
}

/// Policies that wait.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Proposals {
    /// The oldest first, without the policies themselves.
    proposals: Vec<Proposal>,
    /// Whether a second person approves the policies of this account.
    two_people: bool,
}

/// List the policies that wait for an approval
#[utoipa::path(
    get,
    path = "/v1/accounts/{account}/policy/proposals",
    tag = "policies",
    params(("account" = String, Path, description = "The account")),
    responses((status = 200, description = "The oldest first", body = Proposals), Problems),
)]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Negotiated(language): Negotiated<Language>,
    InPath(account): InPath<String>,
) -> Result<Json<Proposals>, Problem> {
    caller.may(&app, Scope::HelpDeskView, &account)?;
    let two_people = app.needs_two(&account);
    let rows = app.ask(language, move |desk, _| desk.query_proposals(&account)).await?;
    let proposals = rows.into_iter().map(Proposal::of).collect();
    Ok(Json(Proposals { proposals, two_people }))
}

fn waiting(
    desk: &Desk<AnyStore>,
    account: &str,
    no: i64,
    language: Language,
) -> Result<ProposalRow, Problem> {
    let row =
        desk.query_proposal(account, no).map_err(|error| Problem::of_desk(error, language))?;
    row.ok_or_else(|| Problem::new(Code::UnknownProposal, format!("no proposal {no} waits")))
}

/// Get a policy that waits for an approval
#[utoipa::path(
    get,
    path = "/v1/accounts/{account}/policy/proposals/{proposal}",
    tag = "policies",
    params(
        ("account" = String, Path, description = "The account"),
        ("proposal" = i64, Path, description = "Its number, from 1"),
    ),
    responses((status = 200, description = "With the policy as it was written", body = Proposal), Problems),
)]
pub(crate) async fn read(
    State(app): State<App>,
    caller: Caller,
    Negotiated(language): Negotiated<Language>,
    InPath((account, no)): InPath<(String, i64)>,
) -> Result<Json<Proposal>, Problem> {
    caller.may(&app, Scope::HelpDeskView, &account)?;
    let row = app
        .ask_plainly(move |desk, _| waiting(desk, &account, no, language))
        .await
        .map_err(|not_done| Problem::of_running(not_done, language))??;
    Ok(Json(Proposal::of(row)))
}

/// Approve a policy, and put it in force
///
/// By another token than the one that proposed it, while the version that it was made on is in
/// force. If departments with open tickets would be left without a rule, this must be confirmed.
#[utoipa::path(
    post,
    path = "/v1/accounts/{account}/policy/proposals/{proposal}/approve",
    tag = "policies",
    params(
        ("account" = String, Path, description = "The account"),
        ("proposal" = i64, Path, description = "Its number, from 1"),
        Confirmed,
    ),
    responses((status = 200, description = "It is in force", body = SavedPolicy), Problems),
)]
pub(crate) async fn approve(
    State(app): State<App>,
    caller: Caller,
    Negotiated(language): Negotiated<Language>,
    InPath((account, no)): InPath<(String, i64)>,
    InQuery(confirmed): InQuery<Confirmed>,
) -> Result<Json<SavedPolicy>, Problem> {
    caller.may(&app, Scope::HelpDeskEdit, &account)?;
    let saved = app
        .ask_plainly(move |desk, now| {
            let failed = |error| Problem::of_desk(error, language);
            let proposal = waiting(desk, &account, no, language)?;
            if !confirmed.is_confirmed() {
                confirm(&desk.query_proposal_effect(&proposal).map_err(failed)?)?;
            }
            desk.approve_proposal(now, &proposal, &caller.name).map_err(failed)
        })
        .await
        .map_err(|not_done| Problem::of_running(not_done, language))??;
    tracing::info!(version = saved.version, "policy approved");
    Ok(Json(SavedPolicy::of(saved, language)))
}

/// Reject a policy that waits, or withdraw one's own
#[utoipa::path(
    delete,
    path = "/v1/accounts/{account}/policy/proposals/{proposal}",
    tag = "policies",
    params(
        ("account" = String, Path, description = "The account"),
        ("proposal" = i64, Path, description = "Its number, from 1"),
    ),
    responses((status = 204, description = "It does not wait any more"), Problems),
)]
pub(crate) async fn reject(
    State(app): State<App>,
    caller: Caller,
    Negotiated(language): Negotiated<Language>,
    InPath((account, no)): InPath<(String, i64)>,
) -> Result<StatusCode, Problem> {
    caller.may(&app, Scope::HelpDeskEdit, &account)?;
    app.ask_plainly(move |desk, now| {
        let proposal = waiting(desk, &account, no, language)?;
        let rejected = desk.reject_proposal(now, &proposal, &caller.name);
        rejected.map_err(|error| Problem::of_desk(error, language))
    })
    .await
    .map_err(|not_done| Problem::of_running(not_done, language))??;
    Ok(StatusCode::NO_CONTENT)
}
