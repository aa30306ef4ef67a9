//! Who has changed what.

use axum::extract::Path;
use axum::response::Response;
use despertador_contract::Zone;
use despertador_desk::Scope;
use maud::html;
use serde_json::Value;

use crate::account::{self, list, text};
use crate::fields::path;
use crate::shell::{self, Head, Part, time_of, wide};
use crate::text::fill;
use crate::visit::{Stop, Visit};

/// At most this many entries are shown.
const SHOWN_MAX: &str = "500";

/// The audit of an account.
pub(crate) async fn show(visit: Visit, Path(account): Path<String>) -> Result<Response, Stop> {
    let w = visit.words;
    let found =
        visit.get(path(&["v1", "accounts", &account, "audit"]) + "?limit=" + SHOWN_MAX).await?;
    let zone = if visit.may(Scope::HelpDeskView) {
        account::zone(&visit, &account).await?
    } else {
        Zone::UTC
    };
    let table = html! {
        table {
            caption { span { (fill(w.audit_caption, &[SHOWN_MAX])) } }
            thead { tr { @for head in [w.when, w.by_whom, w.what_happened, w.particulars] { th scope="col" { (head) } } } }
            tbody { @for entry in list(&found, "entries") { tr {
                td { (time_of(&zone, Some(text(entry, "at")))) }
                td { bdi { (text(entry, "by")) } }
                td { @let what = text(entry, "what"); @let own = w.audit_entry(what); @if own.is_empty() { (what) } @else { (own) } }
                td { @for (name, value) in entry.get("details").and_then(Value::as_object).into_iter().flatten() {
                    span.detail { code { (name) } " " @match value.as_str() { Some(text) => bdi { (text) }, None => code { (value) }, } }
                } }
            } } }
        }
    };
    let head = Head { title: w.audit, at: Some((&account, Part::Audit)), said: None };
    Ok(shell::page(&visit, &head, &wide(w, w.audit, &table)))
}
