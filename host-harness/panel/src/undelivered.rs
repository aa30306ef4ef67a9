//! What could not be read or delivered: what happened, and the way out.

use axum::extract::Path;
use axum::response::Response;
use despertador_contract::Zone;
use despertador_desk::Scope;
use maud::{Markup, html};
use serde_json::{Value, json};

use crate::account::{self, list, text, texts};
use crate::fields::{encode, path};
use crate::shell::{self, Head, Part, Said, time_of, wide};
use crate::sign_in::csrf;
use crate::tickets::step;
use crate::visit::{Posted, Stop, Visit};

/// At most this many of each kind are shown, the oldest first.
const SHOWN_MAX: &str = "100";

async fn page(visit: &Visit, account: &str, said: Option<Said>) -> Result<Response, Stop> {
    let w = visit.words;
    let limit = encode([("limit", SHOWN_MAX)]);
    let at = |what: &str| path(&["v1", "accounts", account, what]) + "?" + &limit;
    let inbound = visit.get(at("inbound")).await?;
    let letters = visit.get(at("dead-letters")).await?;
    let deferred = visit.get(at("tickets") + "&parked=true").await?;
    let zone = account::zone(visit, account).await?;
    let content = html! {
        p { (w.undelivered_lead) }
        section aria-labelledby="inbound" { h2 #inbound { (w.unread) } (unread(visit, &zone, &inbound)) }
        section aria-labelledby="letters" { h2 #letters { (w.dead_letters) } (dead_letters(visit, &zone, &letters)) }
        section aria-labelledby="deferred" {
            h2 #deferred { (w.deferred) }
            p.quiet { (w.deferred_help) }
            @let all: Vec<&Value> = list(&deferred, "tickets").collect();
            @if all.is_empty() { p { (w.none) } }
            ul { @for ticket in all { li {
                a href=(path(&["a", account, "tickets", text(ticket, "id")])) { bdi { (text(ticket, "id")) } }
                " – " bdi { (text(ticket, "parked")) }
            } } }
        }
    };
    let head = Head { title: w.undelivered, at: Some((account, Part::Undelivered)), said };
    Ok(shell::page(visit, &head, &content))
}

fn unread(visit: &Visit, zone: &Zone, inbound: &Value) -> Markup {
    let w = visit.words;
    let all: Vec<&Value> = list(inbound, "inbound").collect();
    html! {
        p.quiet { (w.unread_help) }
        @if all.is_empty() { p { (w.none) } }
        @for entry in all {
            @let names: Vec<&str> = texts(entry, "tickets").chain(texts(entry, "customers")).collect();
            article.card {
                p { (time_of(zone, Some(text(entry, "at")))) ", " code { (text(entry, "door")) } }
                p.bad { "● " bdi { (text(entry, "why")) } }
                @if !names.is_empty() { p { (w.holds_back) ": " bdi { (names.join(", ")) } } }
                @if visit.may(Scope::HelpDeskEdit) {
                    form method="post" {
                        (csrf(&visit.session))
                        input type="hidden" name="id" value=(text(entry, "id"));
                        label { (w.text_as_it_should_be)
                            textarea name="text" rows="4" spellcheck="false" { (text(entry, "text")) } }
                        div.buttons {
                            button name="do" value="inbound-send-again" { (w.send_again) }
                            button name="do" value="inbound-discard" { (w.discard) }
                        }
                    }
                } @else { pre tabindex="0" { code { (text(entry, "text")) } } }
            }
        }
    }
}

fn dead_letters(visit: &Visit, zone: &Zone, letters: &Value) -> Markup {
    let w = visit.words;
    let all: Vec<&Value> = list(letters, "dead-letters").collect();
    let table = html! {
        table {
            caption { span { (w.dead_letters) } }
            thead { tr { @for head in [w.action, w.since, w.attempts, w.why_not_delivered, w.what_then] { th scope="col" { (head) } } } }
            tbody { @for letter in &all { tr {
                th scope="row" {
                    (step(w, letter.pointer("/action/step").and_then(Value::as_str).unwrap_or_default()))
                    br; span.quiet { bdi { (text(letter, "key")) } }
                }
                td { (time_of(zone, Some(text(letter, "since")))) }
                td { (letter.get("attempts").and_then(Value::as_i64).unwrap_or_default()) }
                td { bdi { (text(letter, "why")) } }
                td { @if visit.may(Scope::HelpDeskEdit) {
                    form method="post" {
                        (csrf(&visit.session))
                        input type="hidden" name="key" value=(text(letter, "key"));
                        button name="do" value="letter-send-again" { (w.send_again) } " "
                        button name="do" value="letter-discard" { (w.discard) }
                    }
                } }
            } } }
        }
    };
    html! {
        p.quiet { (w.dead_letters_help) }
        @if all.is_empty() { p { (w.none) } } @else { (wide(w, w.dead_letters, &table)) }
    }
}

/// What could not be read or delivered.
pub(crate) async fn show(visit: Visit, Path(account): Path<String>) -> Result<Response, Stop> {
    page(&visit, &account, None).await
}

/// Sends again, or discards.
pub(crate) async fn change(Path(account): Path<String>, posted: Posted) -> Result<Response, Stop> {
    let Posted { visit, fields } = posted;
    let w = visit.words;
    let (kind, what, body, done) = match fields.get("do") {
        "inbound-send-again" => {
            let body = json!({ "id": fields.get("id"), "text": fields.get("text") });
            ("inbound", "send-again", body, w.was_sent_again)
        }
        "inbound-discard" => {
            ("inbound", "discard", json!({ "id": fields.get("id") }), w.was_discarded)
        }
        "letter-send-again" => {
            ("dead-letters", "send-again", json!({ "key": fields.get("key") }), w.was_sent_again)
        }
        _ => ("dead-letters", "discard", json!({ "key": fields.get("key") }), w.was_discarded),
    };
    let said = match visit.post(path(&["v1", "accounts", &account, kind, what]), &body).await {
        Ok(_) => Said::done(done),
        Err(problem) if problem.status == 401 => return Err(visit.stop(problem)),
        Err(problem) => Said::of(w, &problem),
    };
    page(&visit, &account, Some(said)).await
}
