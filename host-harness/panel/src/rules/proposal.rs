//! Policies that wait for the approval of a second person.

use axum::extract::Path;
use axum::http::Method;
use axum::response::{IntoResponse, Redirect, Response};
use despertador_contract::Zone;
use despertador_desk::Scope;
use maud::{Markup, html};
use serde_json::Value;

use super::Draft;
use super::difference::difference;
use super::document::Policy;
use super::review::{changes_of, confirmations, count, effect, leaves, moves, what_if};
use crate::account::{self, list, text};
use crate::fields::{Fields, path};
use crate::interface::{Call, Problem};
use crate::shell::{self, Head, Part, Said, time_of};
use crate::sign_in::csrf;
use crate::text::{Words, fill};
use crate::visit::{Posted, Stop, Visit};

/// The proposals that wait, for the head of the rules.
pub(super) async fn waiting(visit: &Visit, account: &str) -> Markup {
    let at = path(&["v1", "accounts", account, "policy", "proposals"]);
    let found = visit.call(Call::new(Method::GET, at)).await.json().unwrap_or_default();
    let w = visit.words;
    let all: Vec<&Value> = list(&found, "proposals").collect();
    html! { @if !all.is_empty() {
        div.said role="status" {
            p { (w.editor.waits_for_approval) }
            ul { @for one in all { li {
                @let no = count(one, "proposal").to_string();
                a href=(path(&["a", account, "rules", "proposals", &no])) { (named(w, one, "")) }
            } } }
        }
    } }
}

fn named(w: &'static Words, proposal: &Value, when: &str) -> String {
    let no = count(proposal, "proposal").to_string();
    let name = fill(w.editor.proposed_by, &[&no, text(proposal, "by"), when]);
    name.trim_end_matches([',', ' ']).to_owned()
}

/// What the head of the rules says after a proposal was made or decided.
pub(super) fn said(w: &'static Words, fields: &Fields) -> Option<Said> {
    if fields.has("rejected") {
        return Some(Said::done(w.editor.was_rejected));
    }
    let no = fields.filled("proposed").filter(|no| no.bytes().all(|byte| byte.is_ascii_digit()))?;
    Some(Said::done(fill(w.editor.was_proposed, &[no])))
}

/// A proposal, with what it would change.
pub(crate) async fn show(
    visit: Visit,
    Path((account, no)): Path<(String, String)>,
) -> Result<Response, Stop> {
    page(&visit, &account, &no, None).await
}

async fn page(
    visit: &Visit,
    account: &str,
    no: &str,
    refused: Option<&Problem>,
) -> Result<Response, Stop> {
    let w = visit.words;
    let at = path(&["v1", "accounts", account, "policy", "proposals", no]);
    let answer = visit.call(Call::new(Method::GET, at)).await;
    let proposal = answer.json().map_err(|problem| visit.stop(problem))?;
    let own = account::policy_text(&answer.body);
    let in_force = account::policy(visit, account).await?.map(|policy| policy.text);
    let today = in_force.as_deref().and_then(Policy::read).unwrap_or_default();
    let changes = Policy::read(&own).map(|own| difference(w, &today, &own)).unwrap_or_default();
    let draft = Draft::of(own, String::new()).check(visit, account, "").await;
    let what_if = what_if(visit, account, &draft.text).await;
    let zone = in_force.as_deref().map_or(Zone::UTC, Zone::of_policy);
    let is_own = text(&proposal, "by") == visit.identity.name;
    let confirms = refused.is_some_and(|problem| problem.name() == "needs-confirmation");
    let content = html! {
        p { a href=(path(&["a", account, "rules"])) { "← " (w.rules) } }
        p { (time_of(&zone, Some(text(&proposal, "at")))) ", " bdi { (text(&proposal, "by")) } }
        (changes_of(w, &changes))
        h2 { (w.open_tickets) }
        @if let Some(found) = &what_if { (effect(w, found)) }
        @if !draft.moved.is_empty() { (moves(w, &draft.moved)) }
        @if visit.may(Scope::HelpDeskEdit) {
            @if is_own { p { (w.editor.approve_own) } }
            @else { form method="post" {
                (csrf(&visit.session))
                (confirmations(w, confirms || leaves(&draft.moved), false))
                button.main name="do" value="approve" { (w.editor.approve) }
            } }
            form method="post" {
                (csrf(&visit.session))
                button name="do" value="reject" { (w.editor.reject) }
            }
        }
        h2 { (w.as_json) }
        pre tabindex="0" { code { (draft.text) } }
    };
    let said = refused.map(|problem| Said::of(w, problem));
    let title = named(w, &proposal, "");
    Ok(shell::page(
        visit,
        &Head { title: &title, at: Some((account, Part::Rules)), said },
        &content,
    ))
}

/// Approves a proposal, or rejects it.
pub(crate) async fn decide(
    Path((account, no)): Path<(String, String)>,
    posted: Posted,
) -> Result<Response, Stop> {
    let Posted { visit, fields } = posted;
    let at = path(&["v1", "accounts", &account, "policy", "proposals", &no]);
    let approves = fields.get("do") == "approve";
    let call = if approves {
        let confirmed = if fields.get("confirmed") == "true" { "?confirmed=true" } else { "" };
        Call::new(Method::POST, at + "/approve" + confirmed)
    } else {
        Call::new(Method::DELETE, at)
    };
    match visit.call(call).await.json() {
        Ok(saved) if approves => Ok(super::review::saved(&account, &saved)),
        Ok(_) => {
            let to = path(&["a", &account, "rules"]) + "?rejected=true";
            Ok(Redirect::to(&to).into_response())
        }
        Err(problem) if problem.status == 401 || problem.name() == "unknown-proposal" => {
            Err(visit.stop(problem))
        }
        Err(problem) => page(&visit, &account, &no, Some(&*problem)).await,
    }
}
