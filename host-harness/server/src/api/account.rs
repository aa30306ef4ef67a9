//! Accounts, the audit of changes, and the deletion of customers.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use despertador_desk::store::AuditRow;
use despertador_host::bounds;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::time;
use crate::app::{App, InPath, InQuery};
use crate::language::{Language, Negotiated};
use crate::problem::{Code, Problem, Problems};
use crate::scope::{Caller, Scope};

/// Accounts that a token sees.
#[derive(Serialize, ToSchema)]
pub(crate) struct Accounts {
    /// Their names.
    accounts: Vec<String>,
}

/// List the accounts that the token sees
#[utoipa::path(
    get,
    path = "/v1/accounts",
    tag = "accounts",
    responses((status = 200, description = "Their names", body = Accounts), Problems),
)]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Negotiated(language): Negotiated<Language>,
) -> Result<Json<Accounts>, Problem> {
    let all = app
        .ask(language, |desk, _| Ok(desk.accounts().map(str::to_owned).collect::<Vec<_>>()))
        .await?;
    let accounts = all.into_iter().filter(|name| caller.sees(name)).collect();
    Ok(Json(Accounts { accounts }))
}

/// The departments of an account.
#[derive(Serialize, ToSchema)]
pub(crate) struct Departments {
    /// Those of the settings and of open tickets, by name.
    departments: Vec<Department>,
    /// Whether the settings name all of them.
    complete: bool,
}

/// A department.
#[derive(Serialize, ToSchema)]
struct Department {
    /// Its name.
    name: String,
    /// How many open tickets it has.
    tickets: u64,
}

/// List the departments of an account
///
/// Those of the settings, and those that open tickets have.
#[utoipa::path(
    get,
    path = "/v1/accounts/{account}/departments",
    tag = "accounts",
    params(("account" = String, Path, description = "The account")),
    responses((status = 200, description = "By name", body = Departments), Problems),
)]
pub(crate) async fn departments(
    State(app): State<App>,
    caller: Caller,
    Negotiated(language): Negotiated<Language>,
    InPath(account): InPath<String>,
) -> Result<Json<Departments>, Problem> {
    caller.may(&app, Scope::HelpDeskView, &account)?;
    let named = app.departments(&account, None);
    let complete = named.is_some();
    let mut all = app.ask(language, move |desk, _| desk.query_departments(&account)).await?;
    for name in named.unwrap_or_default() {
        all.entry(name).or_default();
    }
    let departments = all.into_iter().map(|(name, tickets)| Department { name, tickets }).collect();
    Ok(Json(Departments { departments, complete }))
}

/// Maximum length of an account's name, in bytes.
const NAME_BYTES_MAX: usize = 200;

/// Checks the name of an account or a token.
pub(super) fn is_name(what: &str, name: &str) -> Result<(), Problem> {
    if (1..=NAME_BYTES_MAX).contains(&name.len()) && !name.chars().any(bounds::is_control) {
        return Ok(());
    }
    Err(Problem::new(
        Code::BadParameter,
        format!("{what} has 1 to {NAME_BYTES_MAX} bytes, no control characters and no line breaks"),
    )
    .help("take another name"))
}

/// Open an account
///
/// An account that is already open is unchanged.
#[utoipa::path(
    put,
    path = "/v1/accounts/{account}",
    tag = "accounts",
    params(("account" = String, Path, description = "Its name: at most 200 bytes, none of them a control character or `*`")),
    responses((status = 204, description = "It is open"), Problems),
)]
pub(crate) async fn open(
    State(app): State<App>,
    caller: Caller,
    Negotiated(language): Negotiated<Language>,
    InPath(account): InPath<String>,
) -> Result<StatusCode, Problem> {
    caller.may_anywhere(Scope::HelpDeskEdit)?;
    if !caller.sees(&account) {
        let said = format!("the token `{}` is not for an account `{account}`", caller.name);
        return Err(Problem::new(Code::UnknownAccount, said)
            .help("make a token that names it, or `*` for all"));
    }
    is_name("an account's name", &account)?;
    if account == "*" {
        return Err(Problem::new(Code::BadParameter, "an account's name is not `*`")
            .help("`*` means all accounts"));
    }
    app.change(language, move |desk, now| desk.open_account(now, &account, &caller.name)).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Limit {
    /// Maximum number; 1 to 1,000. Default 100.
    #[serde(default)]
    #[param(minimum = 1, maximum = 1000)]
    pub(crate) limit: Option<u16>,
}

impl Limit {
    pub(crate) fn get(&self) -> Result<usize, Problem> {
        limit(self.limit)
    }
}

/// The requested number of items.
pub(crate) fn limit(limit: Option<u16>) -> Result<usize, Problem> {
    match limit.unwrap_or(100) {
        wanted @ 1..=1_000 => Ok(wanted.into()),
        other => Err(Problem::new(Code::BadParameter, format!("limit: {other}"))
            .help("1 to 1000; the answer says where the next part begins")),
    }
}

/// Changes by people.
#[derive(Serialize, ToSchema)]
pub(crate) struct Audit {
    /// The newest first.
    entries: Vec<AuditEntry>,
}

/// A change.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuditEntry {
    /// When, RFC 3339.
    at: String,
    /// The name of the token.
    by: String,
    /// The kind of change: `policy-saved`, `dead-letter-sent-again`, …
    what: String,
    /// Details.
    details: Value,
}

impl From<AuditRow> for AuditEntry {
    fn from(row: AuditRow) -> Self {
        AuditEntry {
            at: time(row.at),
            by: row.by,
            what: row.what,
            details: serde_json::from_str(&row.details).unwrap_or_default(),
        }
    }
}

/// List the changes
#[utoipa::path(
    get,
    path = "/v1/accounts/{account}/audit",
    tag = "accounts",
    params(("account" = String, Path, description = "The account"), Limit),
    responses((status = 200, description = "The newest first", body = Audit), Problems),
)]
pub(crate) async fn audit(
    State(app): State<App>,
    caller: Caller,
    Negotiated(language): Negotiated<Language>,
    InPath(account): InPath<String>,
    InQuery(limit): InQuery<Limit>,
) -> Result<Json<Audit>, Problem> {
    caller.may(&app, Scope::AuditView, &account)?;
    let limit = limit.get()?;
    let rows = app.ask(language, move |desk, _| desk.query_audit(&account, limit)).await?;
    Ok(Json(Audit { entries: rows.into_iter().map(AuditEntry::from).collect() }))
}

/// A deletion.
#[derive(Serialize, ToSchema)]
pub(crate) struct Forgotten {
    /// The number of the customer's tickets.
    tickets: u64,
    /// Whether nothing of them is left in the desk's files.
    done: bool,
    /// The names of existing backups, which still contain the tickets.
    backups: Vec<String>,
}

impl From<despertador_desk::Forgotten> for Forgotten {
    fn from(forgotten: despertador_desk::Forgotten) -> Self {
        // Without their folder, which only concerns the server.
        let name = |file: String| match file.rsplit_once(['/', '\\']) {
            Some((_, name)) => name.to_owned(),
            None => file,
        };
        Forgotten {
            tickets: forgotten.tickets,
            done: forgotten.is_purged,
            backups: forgotten.backups.into_iter().map(name).collect(),
        }
    }
}

/// Delete everything about a customer
///
/// Deletes facts, memory, journal and actions of all tickets whose fact `more.customer.id` names
/// the customer. Backups are unchanged. The audit records the deletion, but not the customer.
#[utoipa::path(
    delete,
    path = "/v1/accounts/{account}/customers/{customer}",
    tag = "accounts",
    params(
        ("account" = String, Path, description = "The account"),
        ("customer" = String, Path, description = "The customer, as `customer.id` names them"),
    ),
    responses(
        (status = 200, description = "They are forgotten", body = Forgotten),
        (status = 202, description = "They are deleted; while somebody reads the desk's file its log \
            still has them, and that is emptied afterwards", body = Forgotten),
        Problems,
    ),
)]
pub(crate) async fn forget(
    State(app): State<App>,
    caller: Caller,
    Negotiated(language): Negotiated<Language>,
    InPath((account, customer)): InPath<(String, String)>,
) -> Result<(StatusCode, Json<Forgotten>), Problem> {
    caller.may(&app, Scope::HelpDeskEdit, &account)?;
    let forgotten = app
        .ask(language, move |desk, now| {
            desk.forget_customer(now, &account, &customer, &caller.name)
        })
        .await?;
    let status = if forgotten.is_purged { StatusCode::OK } else { StatusCode::ACCEPTED };
    Ok((status, Json(forgotten.into())))
}
