//! What saving would change: in words, for open tickets, and on the past.

use axum::extract::Path;
use axum::http::Method;
use axum::response::{IntoResponse, Redirect, Response};
use despertador_contract::duration;
use maud::{Markup, html};
use serde_json::Value;

use super::difference::difference;
use super::document::Policy;
use super::form::problem;
use super::{Draft, hidden, trial};
use crate::account::{self, list, text};
use crate::fields::path;
use crate::interface::{Call, Problem};
use crate::shell::{self, Head, Part, Said, wide};
use crate::text::{Words, fill};
use crate::visit::{Posted, Stop, Visit};

/// What has happened to a policy under review.
#[derive(Default)]
pub(super) struct Context<'c> {
    /// Why it was not saved.
    pub(super) refused: Option<&'c Problem>,
    /// What came of playing it on the past.
    pub(super) tried: Option<&'c Markup>,
}

/// A number of an answer.
pub(super) fn count(value: &Value, name: &str) -> u64 {
    value.get(name).and_then(Value::as_u64).unwrap_or_default()
}

/// What a policy would change for open tickets, by the interface; none if it cannot say.
pub(super) async fn what_if(visit: &Visit, account: &str, policy: &str) -> Option<Value> {
    let at = path(&["v1", "accounts", account, "policy", "what-if"]);
    let call = Call { body: Some(policy.to_owned()), ..Call::new(Method::POST, at) };
    visit.call(call).await.json().ok()
}

/// The changes for open tickets in words.
pub(super) fn effect(w: &'static Words, effect: &Value) -> Markup {
    let editor = w.editor;
    let shown = |name: &str| count(effect, name).to_string();
    let is_part = effect.get("are-all") == Some(&Value::Bool(false));
    html! {
        @if count(effect, "touched") == 0 { p { (fill(editor.what_nothing, &[&shown("tickets")])) } }
        @else {
            p { (fill(editor.what_touched, &[&shown("touched"), &shown("tickets")])) }
            ul.changes { @for change in list(effect, "changes") { li { (sentence(w, change)) } } }
        }
        @if count(effect, "at-once") > 0 { p.warn { "▲ " (fill(editor.what_at_once, &[&shown("at-once")])) } }
        @if is_part { p.quiet { (editor.what_part) } }
        @if count(effect, "skipped") > 0 { p.quiet { (fill(editor.what_skipped, &[&shown("skipped")])) } }
    }
}

fn sentence(w: &'static Words, change: &Value) -> Markup {
    let editor = w.editor;
    let tickets = count(change, "tickets").to_string();
    let by = change.pointer("/by/median-ms").and_then(Value::as_u64).unwrap_or_default();
    let by = duration::show(by);
    let words = match text(change, "change") {
        "closed-sooner" => fill(editor.closed_sooner, &[&by, &tickets]),
        "closed-later" => fill(editor.closed_later, &[&by, &tickets]),
        "newly-closed" => fill(editor.newly_closed, &[&tickets]),
        "no-longer-closed" => fill(editor.no_longer_closed, &[&tickets]),
        _ => fill(editor.other_messages, &[&tickets]),
    };
    let examples: Vec<&str> = account::texts(change, "examples").collect();
    html! {
        (words)
        @if !examples.is_empty() { span.quiet { " (" (editor.for_example) " " bdi { (examples.join(", ")) } ")" } }
    }
}

/// Whether tickets are closed that would not be, or sooner, or at once.
fn closes_more(effect: &Value) -> bool {
    let is_sooner =
        |change: &Value| matches!(text(change, "change"), "closed-sooner" | "newly-closed");
    count(effect, "at-once") > 0 || list(effect, "changes").any(is_sooner)
}

/// The page before saving.
pub(super) async fn page(
    visit: &Visit,
    account: &str,
    draft: &Draft,
    context: &Context<'_>,
) -> Result<Response, Stop> {
    let w = visit.words;
    let before = account::policy(visit, account).await?.map(|policy| policy.text);
    let before = before.as_deref().and_then(Policy::read).unwrap_or_default();
    let changes =
        Policy::read(&draft.text).map(|after| difference(w, &before, &after)).unwrap_or_default();
    let what_if = what_if(visit, account, &draft.text).await;
    let content = html! {
        (changes_of(w, &changes))
        h2 { (w.open_tickets) }
        @if let Some(found) = &what_if { (effect(w, found)) }
        @if draft.moved.is_empty() { p { (w.no_moves) } }
        @else { (moves(w, &draft.moved)) }
        @if !draft.found.is_empty() {
            h2 { (w.warnings) }
            ul.problems { @for found in &draft.found { (problem(w, found, true)) } }
        }
        (trial::form(visit, account, draft, context.tried))
        (save_form(visit, account, draft, context, what_if.as_ref().is_some_and(closes_more)))
    };
    let said = context.refused.map(|problem| Said::of(w, problem));
    let head = Head { title: w.review, at: Some((account, Part::Rules)), said };
    Ok(shell::page(visit, &head, &content))
}

/// The changes, a sentence each.
pub(super) fn changes_of(w: &'static Words, changes: &[String]) -> Markup {
    html! {
        @if changes.is_empty() { p { (w.no_changes) } }
        @else {
            h2 { (w.changes) }
            ul.changes { @for sentence in changes { li { bdi { (sentence) } } } }
        }
    }
}

/// Asks for what a change away from safety needs.
pub(super) fn confirmations(w: &'static Words, leaves: bool, closes_more: bool) -> Markup {
    html! {
        @if leaves { p.said.bad { label {
            input type="checkbox" name="confirmed" value="true" required; " " (w.confirm_left)
        } } }
        @if closes_more { p.said.bad { label {
            input type="checkbox" name="seen" value="true" required; " " (w.editor.confirm_sooner)
        } } }
    }
}

fn save_form(
    visit: &Visit,
    account: &str,
    draft: &Draft,
    context: &Context<'_>,
    closes_more: bool,
) -> Markup {
    let w = visit.words;
    let confirms = context.refused.is_some_and(|problem| problem.name() == "needs-confirmation");
    html! {
        form method="post" action=(path(&["a", account, "rules", "save"])) {
            (hidden(visit, draft))
            (confirmations(w, confirms || leaves(&draft.moved), closes_more))
            div.buttons {
                button.main name="do" value="save" { (w.save) }
                button formaction=(path(&["a", account, "rules"])) formnovalidate name="do" value="back" { (w.back_to_form) }
            }
        }
    }
}

/// Whether tickets are left without a rule.
pub(super) fn leaves(moved: &[Value]) -> bool {
    moved.iter().any(|moved| moved.get("after").is_none_or(Value::is_null))
}

/// What a change means for open tickets, by department.
pub(super) fn moves(w: &'static Words, moved: &[Value]) -> Markup {
    let table = html! {
        table {
            caption { span { (w.moves_caption) } }
            thead { tr { @for head in [w.department, w.open_tickets, w.rule_before, w.rule_after] { th scope="col" { (head) } } } }
            tbody { @for row in moved { tr {
                th scope="row" { @match row.get("department").and_then(Value::as_str) {
                    Some(name) => bdi { (name) }, None => (w.no_department),
                } }
                td { (row.get("tickets").and_then(Value::as_u64).unwrap_or_default()) }
                td { bdi { (or(text(row, "before"), "–")) } }
                td { @match row.get("after").and_then(Value::as_str) {
                    Some(name) => bdi { (name) }, None => strong.bad { "● " (w.nothing_any_more) },
                } }
            } } }
        }
    };
    wide(w, w.open_tickets, &table)
}

fn or<'t>(text: &'t str, otherwise: &'t str) -> &'t str {
    if text.is_empty() { otherwise } else { text }
}

/// Where a saved policy leads: to its version, or to the proposal that it has become.
pub(super) fn saved(account: &str, saved: &Value) -> Response {
    let number = |name: &str| saved.get(name).and_then(Value::as_i64);
    let query = match number("proposal") {
        Some(proposal) => format!("?proposed={proposal}"),
        None => format!("?saved={}", number("version").unwrap_or_default()),
    };
    Redirect::to(&(path(&["a", account, "rules"]) + &query)).into_response()
}

/// Saves what was reviewed.
pub(crate) async fn save(Path(account): Path<String>, posted: Posted) -> Result<Response, Stop> {
    let Posted { visit, fields } = posted;
    let text = fields.get("base").to_owned();
    let version = fields.get("version").to_owned();
    let confirmed = if fields.get("confirmed") == "true" { "?confirmed=true" } else { "" };
    let at = path(&["v1", "accounts", &account, "policy"]) + confirmed;
    let expected = if version.is_empty() { "0" } else { version.as_str() };
    let call =
        Call { body: Some(text.clone()), replaces: Some(expected), ..Call::new(Method::PUT, at) };
    let problem = match visit.call(call).await.json() {
        Ok(answer) => return Ok(saved(&account, &answer)),
        Err(problem) => problem,
    };
    let mut draft = Draft::of(text, version).check(&visit, &account, "").await;
    let again = Context { refused: Some(&*problem), tried: None };
    match problem.name() {
        "changed" => {
            // What was written stays; the next save is over the version that came in between.
            if let Some(current) = account::policy(&visit, &account).await? {
                draft.version = current.version;
            }
            page(&visit, &account, &draft, &again).await
        }
        "policy-refused" => {
            Ok(super::page(&visit, &account, &draft, Some(Said::of(visit.words, &problem))))
        }
        _ if problem.status == 401 => Err(visit.stop(problem)),
        _ => page(&visit, &account, &draft, &again).await,
    }
}

/// Plays what was reviewed on the past.
pub(crate) async fn try_past(
    Path(account): Path<String>,
    posted: Posted,
) -> Result<Response, Stop> {
    let Posted { visit, fields } = posted;
    let text = fields.get("base").to_owned();
    let version = fields.get("version").to_owned();
    if fields.get("do") == "report" {
        return trial::report(&visit, &account, &text, &fields).await;
    }
    let draft = Draft::of(text, version).check(&visit, &account, "").await;
    let tried = trial::play(&visit, &account, &draft.text, &fields).await;
    let (tried, refused) = match tried {
        Ok(tried) => (Some(tried), None),
        Err(problem) if problem.status == 401 => return Err(visit.stop(problem)),
        Err(problem) => (None, Some(problem)),
    };
    let context = Context { refused: refused.as_deref(), tried: tried.as_ref() };
    page(&visit, &account, &draft, &context).await
}
