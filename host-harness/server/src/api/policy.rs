//! Policies: reading, checking, calculating, saving, undoing, deleting.

use std::sync::atomic::Ordering;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use despertador_contract::Zone;
use despertador_desk::store::{AnyStore, PolicyRow};
use despertador_desk::{Desk, DeskError, PolicyEffect, PolicyUpdate, RuleChange};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};

use super::account::Limit;
use super::outline::{self, Outlined};
use super::time;
use crate::app::{App, InPath, InQuery, UnreadBody, Unwanted};
use crate::language::{Language, Negotiated};
use crate::problem::{Code, Found, Problem, Problems};
use crate::scope::{Caller, Scope};

/// A version of a policy.
#[derive(Serialize, ToSchema)]
pub(crate) struct Version {
    /// Counted from 1 in each account.
    version: i64,
    /// When it was saved, RFC 3339.
    at: String,
    /// The name of the token.
    by: String,
    /// The policy as it was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    policy: Option<Box<RawValue>>,
}

impl Version {
    fn of(row: &PolicyRow, whole: bool) -> Version {
        Version {
            version: row.version,
            at: time(row.at),
            by: row.by.clone(),
            policy: whole.then(|| RawValue::from_string(row.config.clone()).ok()).flatten(),
        }
    }

    /// With its version as the entity tag.
    fn answer(row: &PolicyRow) -> Response {
        let mut answer = Json(Version::of(row, true)).into_response();
        if let Ok(tag) = HeaderValue::from_str(&format!("\"{}\"", row.version)) {
            answer.headers_mut().insert(header::ETAG, tag);
        }
        answer
    }
}

/// A policy that was saved or only checked.
#[derive(Serialize, ToSchema)]
pub(crate) struct SavedPolicy {
    /// Its version in the account; none if it was only checked, or waits for an approval.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<i64>,
    /// The number of the proposal, if a second person has to approve it.
    #[serde(skip_serializing_if = "Option::is_none")]
    proposal: Option<i64>,
    /// Warnings about the accepted policy.
    warnings: Vec<Found>,
    /// The open tickets whose rule is another one from here on, by department and rule.
    moved: Vec<MovedRow>,
    /// The rules with the times of their steps, if `start` was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    outline: Option<Outlined>,
}

/// What a change means for the open tickets of one department that had one rule.
#[derive(Serialize, ToSchema)]
pub(crate) struct MovedRow {
    /// The department; none for tickets without one.
    department: Option<String>,
    /// How many open tickets these are.
    tickets: u64,
    /// The rule that applied before.
    before: Option<String>,
    /// The rule that applies from now on. None: their tickets are left alone.
    after: Option<String>,
}

impl From<RuleChange> for MovedRow {
    fn from(moved: RuleChange) -> Self {
        let RuleChange { department, tickets, before, after } = moved;
        MovedRow { department, tickets, before, after }
    }
}

impl SavedPolicy {
    /// A policy that waits for the approval of a second person.
    fn proposed(proposal: i64, moved: Vec<RuleChange>) -> Response {
        let saved = SavedPolicy {
            version: None,
            proposal: Some(proposal),
            warnings: Vec::new(),
            moved: moved.into_iter().map(MovedRow::from).collect(),
            outline: None,
        };
        (StatusCode::ACCEPTED, Json(saved)).into_response()
    }

    pub(super) fn of(saved: PolicyUpdate, language: Language) -> SavedPolicy {
        SavedPolicy {
            version: Some(saved.version),
            proposal: None,
            warnings: saved.warnings.iter().map(|found| Found::of(found, language)).collect(),
            moved: saved.moved.into_iter().map(MovedRow::from).collect(),
            outline: None,
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Given {
    /// All departments of the account, separated by commas: unknown ones in the policy are then
    /// errors.
    departments: Option<String>,
    /// The start of a silence: the answer then has the time of each step. RFC 3339, or on the clocks
    /// of the policy's zone: `2026-03-02T09:00`.
    #[param(example = "2026-03-02T09:00")]
    start: Option<String>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Saving {
    /// All departments of the account, separated by commas: unknown ones in the policy are then
    /// errors.
    departments: Option<String>,
    /// Confirms that departments with open tickets may be left without a rule, so that their
    /// tickets are left alone. Default false.
    #[serde(default)]
    confirmed: bool,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "the form of the header, for the document")]
struct Over {
    /// The version that it replaces, as in the ETag.
    #[param(rename = "If-Match", value_type = String, required = false, pattern = "^(\"[0-9]{1,18}\"|[0-9]{1,18})$")]
    version: Option<String>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Confirmed {
    /// Confirms that departments with open tickets may be left without a rule, so that their
    /// tickets are left alone. Default false.
    #[serde(default)]
    confirmed: bool,
}

impl Confirmed {
    pub(super) fn is_confirmed(&self) -> bool {
        self.confirmed
    }
}

/// Get the policy in force
#[utoipa::path(
    get,
    path = "/v1/accounts/{account}/policy",
    tag = "policies",
    params(("account" = String, Path, description = "The account")),
    responses((status = 200, description = "The policy; its version is the ETag", body = Version), Problems),
)]
pub(crate) async fn read(
    State(app): State<App>,
    caller: Caller,
    Negotiated(language): Negotiated<Language>,
    InPath(account): InPath<String>,
) -> Result<Response, Problem> {
    caller.may(&app, Scope::HelpDeskView, &account)?;
    let name = account.clone();
    let row = app
        .ask(language, move |desk, _| {
            desk.query_policy_version(&name, desk.version_in_force(&name)?)
        })
        .await?;
    let row = row.ok_or_else(|| {
        Problem::new(Code::UnknownVersion, format!("account `{account}` has no policy yet"))
            .help("PUT one here; `despertador init` writes a first one")
    })?;
    Ok(Version::answer(&row))
}

/// Save a policy and put it in force
///
/// All of its problems are returned at once. With `If-Match` it is saved only if that version is in
/// force. If departments with open tickets would be left without a rule, this must be confirmed.
/// Where a second person approves policies, it becomes a proposal, and nothing changes yet.
#[utoipa::path(
    put,
    path = "/v1/accounts/{account}/policy",
    tag = "policies",
    params(
        ("account" = String, Path, description = "The account"), Saving, Over,
    ),
    request_body(content = serde_json::Value, content_type = "application/json", description = "The policy"),
    responses(
        (status = 200, description = "It is in force", body = SavedPolicy),
        (status = 202, description = "It waits for the approval of a second person", body = SavedPolicy),
        Problems
    ),
)]
pub(crate) async fn save(
    State(app): State<App>,
    caller: Caller,
    Negotiated(language): Negotiated<Language>,
    headers: HeaderMap,
    InPath(account): InPath<String>,
    InQuery(saving): InQuery<Saving>,
    body: UnreadBody,
) -> Result<Response, Problem> {
    let allowed = caller.may(&app, Scope::HelpDeskEdit, &account)?;
    let body = body.read(&app, &allowed).await?;
    let departments = app.departments(&account, saving.departments.as_deref());
    let expected = expected(&headers)?;
    let text = body.document()?.to_owned();
    let _leave = app.limits.check(&account).await?;
    let needs_two = app.needs_two(&account);
    app.ask_plainly(move |desk, now| {
        let failed = |error| Problem::of_desk(error, language);
        let departments = departments.as_deref();
        if let Some(expected) = expected {
            is_version(desk, &account, expected, language)?;
        }
        let moved = desk.query_policy_effect(&account, Some(&text), departments).map_err(failed)?;
        if needs_two {
            // The one who approves it confirms what it means.
            let no = desk.propose_policy(now, &account, &text, departments, &caller.name);
            return Ok(SavedPolicy::proposed(no.map_err(failed)?, moved));
        }
        if !saving.confirmed {
            confirm(&moved)?;
        }
        let saved = desk.save_policy(now, &account, &text, departments, &caller.name);
        let saved = saved.map_err(failed)?;
        tracing::info!(version = saved.version, "policy saved");
        Ok(Json(SavedPolicy::of(saved, language)).into_response())
    })
    .await
    .map_err(|not_done| Problem::of_running(not_done, language))?
}

/// The version that a policy should replace.
fn expected(headers: &HeaderMap) -> Result<Option<i64>, Problem> {
    let Some(value) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let version = value.to_str().ok().and_then(|value| {
        let quoted = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
        let digits = quoted.unwrap_or(value);
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
    });
    version.map(Some).ok_or_else(|| {
        Problem::new(Code::BadParameter, "If-Match is not a version")
            .help("send the ETag of GET back")
    })
}

fn is_version(
    desk: &Desk<AnyStore>,
    account: &str,
    expected: i64,
    language: Language,
) -> Result<(), Problem> {
    let current =
        desk.version_in_force(account).map_err(|error| Problem::of_desk(error, language))?;
    if current == expected {
        return Ok(());
    }
    let said = format!("version {current} is in force, and not version {expected}");
    Err(Problem::new(Code::Changed, said).help("read it again, and make your change to that"))
}

/// Checks that leaving departments without a rule was confirmed.
pub(super) fn confirm(moved: &[RuleChange]) -> Result<(), Problem> {
    let left: Vec<_> = moved.iter().filter(|moved| moved.after.is_none()).collect();
    if left.is_empty() {
        return Ok(());
    }
    let listed: Vec<String> = left
        .iter()
        .map(|moved| {
            let name = moved.department.as_deref().unwrap_or("(no department)");
            format!("{name}: {}", moved.tickets)
        })
        .collect();
    Err(Problem::new(
        Code::NeedsConfirmation,
        format!("nothing would happen to these open tickets any more: {}", listed.join(", ")),
    )
    .help("send it again with `confirmed=true`; POST …/policy/undo takes it back"))
}

/// Check a policy without saving it
///
/// Returns the effect of saving it, or all of its problems.
#[utoipa::path(
    post,
    path = "/v1/accounts/{account}/policy/check",
    tag = "policies",
    params(("account" = String, Path, description = "The account"), Given),
    request_body(content = serde_json::Value, content_type = "application/json", description = "The policy"),
    responses((status = 200, description = "It would be accepted", body = SavedPolicy), Problems),
)]
pub(crate) async fn check(
    State(app): State<App>,
    caller: Caller,
    Negotiated(language): Negotiated<Language>,
    InPath(account): InPath<String>,
    InQuery(given): InQuery<Given>,
    body: UnreadBody,
) -> Result<Json<SavedPolicy>, Problem> {
    let allowed = caller.may(&app, Scope::HelpDeskView, &account)?;
    let body = body.read(&app, &allowed).await?;
    let departments = app.departments(&account, given.departments.as_deref());
    let _leave = app.limits.check(&account).await?;
    let text = body.document()?.to_owned();
    let zone = Zone::of_policy(&text);
    let start = given.start.as_deref().map(|text| outline::start(text, &zone)).transpose()?;
    let (moved, warnings, outlined) = app
        .ask(language, move |desk, _| {
            let departments = departments.as_deref();
            let moved = desk.query_policy_effect(&account, Some(&text), departments)?;
            let warnings = desk.query_policy_warnings(&account, &text, departments)?;
            let outlined = start.map(|start| {
                let outline = desk.query_policy_outline(&account, &text, departments, start)?;
                Ok::<_, DeskError>(Outlined::of(&outline, &zone, start))
            });
            Ok((moved, warnings, outlined.transpose()?))
        })
        .await?;
    Ok(Json(SavedPolicy {
        version: None,
        proposal: None,
        warnings: warnings.iter().map(|found| Found::of(found, language)).collect(),
        moved: moved.into_iter().map(MovedRow::from).collect(),
        outline: outlined,
    }))
}

/// Maximum number of open tickets that are due next, and of those that were opened last, for which
/// a policy is calculated.
const WHAT_IF_TICKETS_MAX: usize = 500;

/// Calculate what a policy would change for open tickets
///
/// For each, the steps until the close under the policy in force and under this one, if the customer
/// stays silent and every action is carried out at once. Up to 500 open tickets all are calculated;
/// otherwise the 500 that are due next and the 500 that were opened last. Nothing is saved.
#[utoipa::path(
    post,
    path = "/v1/accounts/{account}/policy/what-if",
    tag = "policies",
    params(("account" = String, Path, description = "The account"), Given),
    request_body(content = serde_json::Value, content_type = "application/json", description = "The policy"),
    responses((status = 200, description = "What changes", body = PolicyEffect), Problems),
)]
pub(crate) async fn what_if(
    State(app): State<App>,
    caller: Caller,
    Negotiated(language): Negotiated<Language>,
    InPath(account): InPath<String>,
    InQuery(given): InQuery<Given>,
    body: UnreadBody,
) -> Result<Json<PolicyEffect>, Problem> {
    let allowed = caller.may(&app, Scope::HelpDeskView, &account)?;
    let body = body.read(&app, &allowed).await?;
    let departments = app.departments(&account, given.departments.as_deref());
    let leave = app.limits.check(&account).await?;
    let text = body.document()?.to_owned();
    let what_if = app
        .ask(language, move |desk, now| {
            let departments = departments.as_deref();
            desk.query_what_if(now, &account, &text, departments, WHAT_IF_TICKETS_MAX)
        })
        .await?;
    let unwanted = Unwanted::default();
    let watched = unwanted.watch();
    let calculating = tokio::task::spawn_blocking(move || {
        let effect = what_if.calculate(|| watched.load(Ordering::Relaxed));
        // Others may check when the work has ended, not when nobody waits for it.
        drop(leave);
        effect
    });
    let effect = calculating.await;
    effect.map(Json).map_err(|error| Problem::new(Code::Crashed, error.to_string()))
}

/// Take the policy out of force
///
/// The account's tickets are left alone from then on. If there are open ones, this must be
/// confirmed. All versions are kept.
#[utoipa::path(
    delete,
    path = "/v1/accounts/{account}/policy",
    tag = "policies",
    params(("account" = String, Path, description = "The account"), Confirmed, Over),
    responses((status = 200, description = "None is in force", body = SavedPolicy), Problems),
)]
pub(crate) async fn delete(
    State(app): State<App>,
    caller: Caller,
    Negotiated(language): Negotiated<Language>,
    headers: HeaderMap,
    InPath(account): InPath<String>,
    InQuery(confirmed): InQuery<Confirmed>,
) -> Result<Json<SavedPolicy>, Problem> {
    caller.may(&app, Scope::HelpDeskEdit, &account)?;
    let expected = expected(&headers)?;
    if app.needs_two(&account) {
        return Err(Problem::new(Code::NeedsApproval, "a deletion cannot be proposed")
            .help("save a policy with `enabled: false`, and have it approved"));
    }
    let saved = app
        .ask_plainly(move |desk, now| {
            let failed = |error| Problem::of_desk(error, language);
            if let Some(expected) = expected {
                is_version(desk, &account, expected, language)?;
            }
            if !confirmed.confirmed {
                confirm(&desk.query_policy_effect(&account, None, None).map_err(failed)?)?;
            }
            desk.delete_policy(now, &account, &caller.name).map_err(failed)
        })
        .await
        .map_err(|not_done| Problem::of_running(not_done, language))??;
    Ok(Json(SavedPolicy::of(saved, language)))
}

/// Put an earlier version in force again
///
/// The version before the one in force; called again, the one before that. It becomes a new
/// version. With `If-Match` only that version is undone. If departments with open tickets would be
/// left without a rule, this must be confirmed.
#[utoipa::path(
    post,
    path = "/v1/accounts/{account}/policy/undo",
    tag = "policies",
    params(("account" = String, Path, description = "The account"), Confirmed, Over),
    responses(
        (status = 200, description = "It is in force", body = SavedPolicy),
        (status = 202, description = "It waits for the approval of a second person", body = SavedPolicy),
        Problems
    ),
)]
pub(crate) async fn undo(
    State(app): State<App>,
    caller: Caller,
    Negotiated(language): Negotiated<Language>,
    headers: HeaderMap,
    InPath(account): InPath<String>,
    InQuery(confirmed): InQuery<Confirmed>,
) -> Result<Response, Problem> {
    caller.may(&app, Scope::HelpDeskEdit, &account)?;
    let expected = expected(&headers)?;
    let needs_two = app.needs_two(&account);
    app.ask_plainly(move |desk, now| {
        let failed = |error| Problem::of_desk(error, language);
        if let Some(expected) = expected {
            is_version(desk, &account, expected, language)?;
        }
        let moved = desk.query_undo_effect(&account).map_err(failed)?;
        if needs_two {
            let no = desk.propose_undo(now, &account, &caller.name).map_err(failed)?;
            return Ok(SavedPolicy::proposed(no, moved));
        }
        if !confirmed.confirmed {
            confirm(&moved)?;
        }
        let saved = desk.undo_policy(now, &account, &caller.name).map_err(failed)?;
        Ok(Json(SavedPolicy::of(saved, language)).into_response())
    })
    .await
    .map_err(|not_done| Problem::of_running(not_done, language))?
}

/// Versions of a policy.
#[derive(Serialize, ToSchema)]
pub(crate) struct Versions {
    /// The newest first, without the policies themselves.
    versions: Vec<Version>,
}

/// List all versions of the policy
#[utoipa::path(
    get,
    path = "/v1/accounts/{account}/policy/versions",
    tag = "policies",
    params(("account" = String, Path, description = "The account"), Limit),
    responses((status = 200, description = "The newest first", body = Versions), Problems),
)]
pub(crate) async fn versions(
    State(app): State<App>,
    caller: Caller,
    Negotiated(language): Negotiated<Language>,
    InPath(account): InPath<String>,
    InQuery(limit): InQuery<Limit>,
) -> Result<Json<Versions>, Problem> {
    caller.may(&app, Scope::HelpDeskView, &account)?;
    let limit = limit.get()?;
    let rows =
        app.ask(language, move |desk, _| desk.query_policy_versions(&account, limit)).await?;
    let versions = rows.iter().map(|row| Version::of(row, false)).collect();
    Ok(Json(Versions { versions }))
}

/// Get one version of the policy
#[utoipa::path(
    get,
    path = "/v1/accounts/{account}/policy/versions/{version}",
    tag = "policies",
    params(
        ("account" = String, Path, description = "The account"),
        ("version" = i64, Path, description = "Its number, from 1"),
    ),
    responses((status = 200, description = "The policy as it was written", body = Version), Problems),
)]
pub(crate) async fn version(
    State(app): State<App>,
    caller: Caller,
    Negotiated(language): Negotiated<Language>,
    InPath((account, version)): InPath<(String, i64)>,
) -> Result<Response, Problem> {
    caller.may(&app, Scope::HelpDeskView, &account)?;
    let row =
        app.ask(language, move |desk, _| desk.query_policy_version(&account, version)).await?;
    row.as_ref()
        .map(Version::answer)
        .ok_or_else(|| Problem::new(Code::UnknownVersion, format!("there is no version {version}")))
}
