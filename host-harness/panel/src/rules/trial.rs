//! A policy on recorded conversations, beside the rules in force.

use axum::http::Method;
use axum::response::Response;
use despertador_contract::duration;
use maud::{Markup, PreEscaped, html};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::review::count;
use super::{Draft, hidden};
use crate::account::{list, text};
use crate::fields::{Fields, path};
use crate::interface::{Call, Problem};
use crate::shell::{self, Head, Part, wide};
use crate::text::{Words, fill};
use crate::visit::{Stop, Visit};

/// The choice of conversations, with what came of the last trial.
pub(super) fn form(visit: &Visit, account: &str, draft: &Draft, tried: Option<&Markup>) -> Markup {
    let w = visit.words;
    html! {
        h2 #past { (w.editor.try_past) }
        p { (w.editor.try_lead) }
        @if let Some(tried) = tried { (tried) }
        form method="post" action={ (path(&["a", account, "rules", "try"])) "#past" } {
            (hidden(visit, draft))
            p { label { input type="radio" name="past" value="own" checked; " " (w.editor.own_month) } }
            p { label { input type="radio" name="past" value="csv"; " " (w.editor.own_csv) } }
            details {
                summary { (w.editor.csv_text) }
                textarea #csv name="csv" rows="4" spellcheck="false" aria-label=(w.editor.csv_text) {}
                p.upload { label { (w.upload) " " input type="file" accept=".csv,text/csv" data-into="csv"; } }
            }
            div.buttons {
                button name="do" value="try" { (w.editor.try_it) }
                button name="do" value="report" formtarget="_blank" { (w.editor.whole_report) " ↗" }
            }
        }
    }
}

/// The call that plays a policy on what was chosen.
fn call(account: &str, policy: &str, fields: &Fields) -> Call<'static> {
    let mut request = serde_json::Map::new();
    // A table that was given is what is meant.
    if let Some(csv) = fields.filled("csv").or_else(|| (fields.get("past") == "csv").then_some(""))
    {
        request.insert("csv".into(), csv.into());
    }
    let rest = Value::Object(request).to_string();
    let policy = RawValue::from_string(policy.to_owned())
        .map_or_else(|_| "{}".into(), |raw| raw.get().to_owned());
    let rest = rest.trim_start_matches('{');
    let comma = if rest == "}" { "" } else { "," };
    let at = path(&["v1", "accounts", account, "policy", "backtest"]);
    Call {
        body: Some(format!("{{\"policy\":{policy}{comma}{rest}")),
        ..Call::new(Method::POST, at)
    }
}

/// Plays it, and shows the figures of both.
pub(super) async fn play(
    visit: &Visit,
    account: &str,
    policy: &str,
    fields: &Fields,
) -> Result<Markup, Box<Problem>> {
    let found = visit.call(call(account, policy, fields)).await.json()?;
    Ok(figures(visit.words, &found))
}

/// The page of the command `backtest`.
pub(super) async fn report(
    visit: &Visit,
    account: &str,
    policy: &str,
    fields: &Fields,
) -> Result<Response, Stop> {
    let call = Call { accept: "text/html", ..call(account, policy, fields) };
    let answer = visit.call(call).await;
    if !answer.status.is_success() {
        return Err(visit.stop(answer.json().err().unwrap_or_default()));
    }
    let page = String::from_utf8_lossy(&answer.body).into_owned();
    // Our own page of the interface, whose values are escaped already.
    let content = PreEscaped(despertador_page::content(&page).unwrap_or_default().to_owned());
    let title = visit.words.editor.try_past;
    let head = Head { title, at: Some((account, Part::Rules)), said: None };
    Ok(shell::page(visit, &head, &html! { div.report { (content) } }))
}

/// How a figure of one of the policies is shown.
type Shown<'s> = Box<dyn Fn(&Value) -> String + 's>;

fn figures(w: &'static Words, found: &Value) -> Markup {
    let editor = w.editor;
    let of = |name: &'static str| move |side: &Value| count(side, name).to_string();
    let share = |name: &'static str| {
        move |side: &Value| match side.get(name).and_then(Value::as_u64) {
            Some(share) => format!("{}.{} %", share.div_euclid(10), share.rem_euclid(10)),
            None => "–".into(),
        }
    };
    let wait = |side: &Value| match side.get("mean-wait-ms").and_then(Value::as_u64) {
        // To the second.
        Some(wait) => duration::show(wait.saturating_sub(wait.rem_euclid(1_000))),
        None => "–".into(),
    };
    let rows: [(&str, Shown<'_>); 7] = [
        (editor.closes, Box::new(of("closes"))),
        (editor.premature, Box::new(of("premature"))),
        (editor.premature_share, Box::new(share("premature-per-mille"))),
        (editor.sent_reminders, Box::new(of("reminders"))),
        (editor.answered_reminders, Box::new(of("answered"))),
        (editor.answered_share, Box::new(share("answered-per-mille"))),
        (editor.mean_wait, Box::new(wait)),
    ];
    let nothing = json!({});
    let [before, after] = ["in-force", "tried"].map(|side| found.get(side).unwrap_or(&nothing));
    let table = html! {
        table {
            thead { tr { @for head in [editor.figure, editor.rules_now, editor.rules_tried] { th scope="col" { (head) } } } }
            tbody { @for (name, shown) in &rows { tr { th scope="row" { (name) } td { (shown(before)) } td { (shown(after)) } } } }
        }
    };
    html! {
        div.said role="status" {
            p { (fill(editor.played_of, &[&count(found, "rows").to_string(), &count(found, "tickets").to_string()])) }
            @if found.get("is-whole") == Some(&Value::Bool(false)) { p.warn { "▲ " (editor.played_part) } }
            @if count(found, "refused") > 0 {
                p.warn { "▲ " (fill(editor.played_refused, &[&count(found, "refused").to_string()])) }
                ul { @for one in list(found, "first-refused") {
                    li { (count(one, "line")) ": " (text(one, "why")) }
                } }
            }
        }
        (wide(w, editor.try_past, &table))
    }
}
