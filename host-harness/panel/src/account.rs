//! The accounts that a token sees.

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use despertador_contract::Zone;
use maud::html;
use serde_json::Value;

use crate::fields::path;
use crate::interface::Call;
use crate::shell::{self, Head};
use crate::visit::{Stop, Visit};

/// The accounts; with one account, its tickets.
pub(crate) async fn home(visit: Visit) -> Result<Response, Stop> {
    let found = visit.get("/v1/accounts".into()).await?;
    let accounts: Vec<&str> = texts(&found, "accounts").collect();
    if let [only] = accounts.as_slice() {
        return Ok(Redirect::to(&path(&["a", only, "tickets"])).into_response());
    }
    let w = visit.words;
    let content = html! {
        @if accounts.is_empty() { p { (w.no_accounts) } }
        ul.accounts { @for name in &accounts {
            li { a href=(path(&["a", name, "tickets"])) { bdi { (name) } } }
        } }
    };
    Ok(shell::page(&visit, &Head { title: w.accounts, at: None, said: None }, &content))
}

/// The first page of an account.
pub(crate) async fn begin(Path(account): Path<String>) -> Response {
    Redirect::to(&path(&["a", &account, "tickets"])).into_response()
}

/// The texts of a list.
pub(crate) fn texts<'v>(value: &'v Value, name: &str) -> impl Iterator<Item = &'v str> {
    list(value, name).filter_map(Value::as_str)
}

/// The members of a list.
pub(crate) fn list<'v>(value: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> {
    value.get(name).and_then(Value::as_array).into_iter().flatten()
}

/// A text of an object; empty if there is none.
pub(crate) fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The policy in force, with its version; none if there is none yet.
pub(crate) struct InForce {
    pub(crate) version: String,
    pub(crate) text: String,
}

#[derive(serde::Deserialize)]
struct Version {
    #[serde(default)]
    policy: Option<Box<serde_json::value::RawValue>>,
}

/// The text of a policy as it was written.
pub(crate) fn policy_text(body: &[u8]) -> String {
    let version: Option<Version> = serde_json::from_slice(body).ok();
    version.and_then(|version| version.policy).map_or_else(String::new, |raw| raw.get().to_owned())
}

/// Reads the policy in force.
pub(crate) async fn policy(visit: &Visit, account: &str) -> Result<Option<InForce>, Stop> {
    let path = path(&["v1", "accounts", account, "policy"]);
    let answer = visit.call(Call::new(axum::http::Method::GET, path)).await;
    match answer.json() {
        Ok(_) => {
            let version = answer.version().unwrap_or_default();
            Ok(Some(InForce { version, text: policy_text(&answer.body) }))
        }
        Err(problem) if problem.name() == "unknown-version" => Ok(None),
        Err(problem) => Err(visit.stop(problem)),
    }
}

/// The clock of an account.
pub(crate) async fn zone(visit: &Visit, account: &str) -> Result<Zone, Stop> {
    let policy = policy(visit, account).await?;
    Ok(policy.map_or(Zone::UTC, |policy| Zone::of_policy(&policy.text)))
}
