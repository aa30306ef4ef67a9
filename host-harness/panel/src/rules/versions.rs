//! Versions of a policy: who saved which when, and the way back.

use axum::extract::{Path, RawQuery};
use axum::http::{HeaderValue, Method, header};
use axum::response::{IntoResponse, Response};
use despertador_contract::Zone;
use despertador_desk::Scope;
use maud::{Markup, html};
use serde_json::Value;

use super::difference::difference;
use super::document::Policy;
use crate::account::{self, list, text};
use crate::fields::{Fields, path};
use crate::interface::{Call, Problem};
use crate::shell::{self, Head, Part, Said, time_of, wide};
use crate::sign_in::csrf;
use crate::text::{Words, fill};
use crate::visit::{Posted, Stop, Visit};

/// The difference of two versions, as a form chose them.
async fn compared(visit: &Visit, account: &str, fields: &Fields) -> Result<Markup, Stop> {
    let (Some(from), Some(to)) = (fields.filled("from"), fields.filled("to")) else {
        return Ok(html! {});
    };
    let mut read = Vec::new();
    for number in [from, to] {
        let at = path(&["v1", "accounts", account, "policy", "versions", number]);
        let answer = visit.call(Call::new(Method::GET, at)).await;
        answer.json().map_err(|problem| visit.stop(problem))?;
        read.push(Policy::read(&account::policy_text(&answer.body)).unwrap_or_default());
    }
    let w = visit.words;
    let changes = match read.as_slice() {
        [from, to] => difference(w, from, to),
        _ => Vec::new(),
    };
    Ok(html! {
        h2 { (fill(w.editor.differences, &[from, to])) }
        @if changes.is_empty() { p { (w.no_changes) } }
        ul.changes { @for sentence in &changes { li { bdi { (sentence) } } } }
    })
}

/// Two versions to compare.
fn choice(w: &'static Words, numbers: &[String], fields: &Fields) -> Markup {
    let select = |name: &str, usual: Option<&String>| {
        let own = fields.filled(name).or(usual.map(String::as_str)).unwrap_or_default();
        html! { select name=(name) { @for number in numbers { option selected[number == own] { (number) } } } }
    };
    html! { @if numbers.len() > 1 {
        h2 { (w.editor.compare) }
        form.filters method="get" {
            label { (w.editor.from_version) (select("from", numbers.get(1))) }
            label { (w.editor.to_version) (select("to", numbers.first())) }
            button { (w.show) }
        }
    } }
}

async fn page(
    visit: &Visit,
    account: &str,
    fields: &Fields,
    refused: Option<&Problem>,
) -> Result<Response, Stop> {
    let w = visit.words;
    let found = visit.get(path(&["v1", "accounts", account, "policy", "versions"])).await?;
    let in_force = account::policy(visit, account).await?;
    let zone = in_force.as_ref().map_or(Zone::UTC, |policy| Zone::of_policy(&policy.text));
    let current = in_force.map(|policy| policy.version).unwrap_or_default();
    let number =
        |version: &Value| version.get("version").and_then(Value::as_i64).unwrap_or_default();
    let confirms = refused.is_some_and(|problem| problem.name() == "needs-confirmation");
    let numbers: Vec<String> =
        list(&found, "versions").map(|version| number(version).to_string()).collect();
    let table = html! {
        table {
            caption { span { (w.versions) } }
            thead { tr { @for head in [w.version, w.when, w.by_whom] { th scope="col" { (head) } } } }
            tbody { @for version in list(&found, "versions") {
                @let own = number(version).to_string();
                tr {
                    th scope="row" {
                        a href=(path(&["a", account, "rules", "versions", &own])) { (own) }
                        @if own == current { " " strong { (w.in_force) } }
                    }
                    td { (time_of(&zone, Some(text(version, "at")))) }
                    td { bdi { (text(version, "by")) } }
                }
            } }
        }
    };
    let content = html! {
        p { a href=(path(&["a", account, "rules"])) { "← " (w.rules) } }
        @if visit.may(Scope::HelpDeskEdit) {
            form method="post" {
                (csrf(&visit.session))
                input type="hidden" name="version" value=(current);
                @if confirms { p.said.bad { label {
                    input type="checkbox" name="confirmed" value="true" required; " " (w.confirm_left)
                } } }
                button { (w.undo) } " " span.quiet { (w.undo_help) }
            }
        }
        (wide(w, w.versions, &table))
        (choice(w, &numbers, fields))
        (compared(visit, account, fields).await?)
    };
    let said = refused.map(|problem| Said::of(w, problem));
    let head = Head { title: w.versions, at: Some((account, Part::Rules)), said };
    Ok(shell::page(visit, &head, &content))
}

/// The versions of the policy.
pub(crate) async fn versions(
    visit: Visit,
    Path(account): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Stop> {
    let fields = Fields::parse(query.unwrap_or_default().as_bytes());
    page(&visit, &account, &fields, None).await
}

/// Puts the version before into force again.
pub(crate) async fn undo(Path(account): Path<String>, posted: Posted) -> Result<Response, Stop> {
    let Posted { visit, fields } = posted;
    let confirmed = if fields.get("confirmed") == "true" { "?confirmed=true" } else { "" };
    let call = Call {
        replaces: fields.filled("version"),
        ..Call::new(Method::POST, path(&["v1", "accounts", &account, "policy", "undo"]) + confirmed)
    };
    match visit.call(call).await.json() {
        Ok(saved) => Ok(super::review::saved(&account, &saved)),
        Err(problem) if problem.status == 401 => Err(visit.stop(problem)),
        Err(problem) => page(&visit, &account, &Fields::default(), Some(&*problem)).await,
    }
}

/// One version, and what is different today; with it one can go on.
pub(crate) async fn version(
    visit: Visit,
    Path((account, number)): Path<(String, String)>,
) -> Result<Response, Stop> {
    let w = visit.words;
    let at = path(&["v1", "accounts", &account, "policy", "versions", &number]);
    let answer = visit.call(Call::new(Method::GET, at)).await;
    let version = answer.json().map_err(|problem| visit.stop(problem))?;
    let own = account::policy_text(&answer.body);
    let in_force = account::policy(&visit, &account).await?;
    let zone = in_force.as_ref().map_or(Zone::UTC, |policy| Zone::of_policy(&policy.text));
    let (today, current) = in_force.map(|policy| (policy.text, policy.version)).unwrap_or_default();
    let changes = match (Policy::read(&own), Policy::read(&today)) {
        (Some(own), Some(today)) => difference(w, &own, &today),
        _ => Vec::new(),
    };
    let content = html! {
        p { a href=(path(&["a", &account, "rules", "versions"])) { "← " (w.versions) } }
        p { (time_of(&zone, Some(text(&version, "at")))) ", " bdi { (text(&version, "by")) } }
        @if number != current {
            h2 { (w.different_today) }
            @if changes.is_empty() { p { (w.no_changes) } }
            ul.changes { @for sentence in &changes { li { bdi { (sentence) } } } }
            @if visit.may(Scope::HelpDeskEdit) {
                form method="post" action=(path(&["a", &account, "rules"])) {
                    (csrf(&visit.session))
                    input type="hidden" name="version" value=(current);
                    input type="hidden" name="base" value=(own);
                    button name="do" value="review" { (w.go_back_to_it) }
                }
            }
        }
        h2 { (w.as_json) }
        pre tabindex="0" { code { (own) } }
    };
    let title = fill(w.version_number, &[&number]);
    let said: Option<Said> = None;
    Ok(shell::page(
        &visit,
        &Head { title: &title, at: Some((&account, Part::Rules)), said },
        &content,
    ))
}

/// The policy in force as a file.
pub(crate) async fn download(visit: Visit, Path(account): Path<String>) -> Result<Response, Stop> {
    let policy = account::policy(&visit, &account).await?;
    let mut answer = policy.map(|policy| policy.text).unwrap_or_default().into_response();
    let headers = answer.headers_mut();
    let fixed = HeaderValue::from_static;
    headers.insert(header::CONTENT_TYPE, fixed("application/json"));
    headers.insert(header::CONTENT_DISPOSITION, fixed("attachment; filename=\"policy.json\""));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, fixed("nosniff"));
    headers.insert(header::CACHE_CONTROL, fixed("no-store"));
    Ok(answer)
}
