//! The list of live tickets.

use axum::extract::{Path, RawQuery};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use despertador_contract::clock_face::parse_rfc3339;
use despertador_contract::word::Word as _;
use despertador_contract::{Channel, Instant, Zone};
use despertador_desk::Scope;
use maud::{Markup, html};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{step, wanted};
use crate::account::{self, text};
use crate::fields::{Fields, encode, path};
use crate::interface::{Call, Problem};
use crate::rules::document::Policy;
use crate::shell::{self, Head, Part, Said, time, wide};
use crate::sign_in::csrf;
use crate::text::{Words, fill, find};
use crate::visit::{Posted, Stop, Visit};

/// At most this many are shown on a page.
const SHOWN_MAX: &str = "100";

/// The fields of the form above the list.
const FILTERS: [&str; 6] = ["department", "channel", "agent", "q", "show", "cursor"];

/// A ticket of the list.
struct Line {
    id: String,
    customer: String,
    department: String,
    due: Option<Instant>,
    aim: String,
    deferred: String,
    last_words: Option<(String, Instant)>,
    rule: Option<usize>,
    reason: String,
}

impl Line {
    fn of(value: &Value) -> Line {
        let own = |name| text(value, name).to_owned();
        let last = value.get("last-message");
        Line {
            id: own("id"),
            customer: own("customer"),
            department: own("department"),
            due: parse_rfc3339(text(value, "due")),
            aim: own("aim"),
            deferred: own("parked"),
            last_words: last.and_then(|last| {
                Some((text(last, "author").to_owned(), parse_rfc3339(text(last, "at"))?))
            }),
            rule: value.get("rule").and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok()),
            reason: own("reason"),
        }
    }

    /// What stands instead of the next step.
    fn standing(&self, w: &'static Words) -> Option<&'static str> {
        if !self.deferred.is_empty() {
            return Some(w.is_deferred);
        }
        let paused = find(w.live.pauses, &self.reason)?;
        self.due.is_none().then_some(paused)
    }
}

/// The tickets that are shown.
struct Found {
    lines: Vec<Line>,
    /// Where the next page begins.
    next: String,
    rules: Vec<String>,
    zone: Zone,
}

/// The query of the interface for what the form above the list says.
fn query(fields: &Fields) -> String {
    let show = fields.get("show");
    let only = |name| if show == name { "true" } else { "" };
    // What waits for nothing is in no order of what happens next.
    let by_due = !matches!(show, "none" | "paused" | "letters");
    encode([
        ("status", if show == "letters" { "" } else { "open" }),
        ("department", fields.get("department").trim()),
        ("channel", fields.get("channel").trim()),
        ("agent", fields.get("agent").trim()),
        ("text", fields.get("q").trim()),
        ("closes-within", if show == "closing" { "1 h" } else { "" }),
        ("parked", only("deferred")),
        ("paused", only("paused")),
        ("given-up", only("letters")),
        ("without-step", only("none")),
        ("order", if by_due { "due" } else { "" }),
        ("details", "true"),
        ("limit", SHOWN_MAX),
        ("cursor", fields.get("cursor")),
    ])
}

async fn find_tickets(visit: &Visit, account: &str, fields: &Fields) -> Result<Found, Stop> {
    let tickets = path(&["v1", "accounts", account, "tickets"]) + "?" + &query(fields);
    let found = visit.get(tickets).await?;
    let policy = account::policy(visit, account).await?.map(|policy| policy.text);
    let policy = policy.unwrap_or_default();
    let rules = Policy::read(&policy).map(|policy| policy.labels(visit.words)).unwrap_or_default();
    Ok(Found {
        lines: account::list(&found, "tickets").map(Line::of).collect(),
        next: text(&found, "cursor").to_owned(),
        rules,
        zone: Zone::of_policy(&policy),
    })
}

fn author(w: &'static Words, word: &str) -> &'static str {
    match word {
        "customer" => w.by_customer,
        "agent" => w.by_agent,
        "ai-agent" | "bot" => w.by_bot,
        _ => w.by_other,
    }
}

fn rows(visit: &Visit, account: &str, found: &Found) -> Markup {
    let w = visit.words;
    let edits = visit.may(Scope::HelpDeskEdit);
    html! { @for line in &found.lines {
        @let name = if line.customer.is_empty() { &line.id } else { &line.customer };
        tr data-ticket=(line.id) {
            @if edits { td.pick {
                input type="checkbox" name="ticket" value=(line.id)
                    aria-label=(fill(w.choose_ticket, &[&line.id]));
            } }
            th scope="row" {
                a href=(path(&["a", account, "tickets", &line.id])) { bdi { (name) } }
                @if !line.customer.is_empty() { br; span.quiet { bdi { (line.id) } } }
            }
            td data-label=(w.department) {
                @if line.department.is_empty() { "–" } @else { bdi { (line.department) } }
            }
            td data-label=(w.last_words) {
                @match &line.last_words {
                    Some((who, at)) => { (author(w, who)) ", " (time(&found.zone, *at)) }
                    None => "–",
                }
            }
            td data-label=(w.rule) {
                @let rule = line.rule.and_then(|rule| found.rules.get(rule));
                @match rule { Some(rule) => bdi { (rule) }, None => "–" }
            }
            td data-label=(w.next_step) {
                @if let Some(standing) = line.standing(w) { strong.warn { "▲ " (standing) } }
                @else if line.aim.is_empty() { "–" }
                @else { (step(w, &line.aim)) }
            }
            td.when data-label=(w.when) {
                @match line.due {
                    Some(due) => { (time(&found.zone, due)) " " span.countdown data-due=(due) {} }
                    None => "–",
                }
            }
        }
    } }
}

fn filters(w: &'static Words, fields: &Fields) -> Markup {
    let show = fields.get("show");
    let choices = [
        ("", w.show_all),
        ("closing", w.show_closing),
        ("paused", w.live.show_paused),
        ("deferred", w.show_deferred),
        ("letters", w.live.show_letters),
        ("none", w.show_none),
    ];
    html! {
        form.filters method="get" {
            @for (name, label) in [("department", w.department), ("channel", w.channel), ("agent", w.agent)] {
                label { (label) input name=(name) value=(fields.get(name)) list=[(name == "channel").then_some("channels")]; }
            }
            datalist #channels { @for channel in Channel::KNOWN { option value=(channel) {} } }
            label { (w.search)
                input type="search" name="q" value=(fields.get("q")); }
            label { (w.show)
                select name="show" {
                    @for (value, name) in choices {
                        option value=(value) selected[value == show] { (name) }
                    }
                }
            }
            button { (w.apply) }
        }
    }
}

/// The ways to the first page and to the next one.
fn pages(w: &'static Words, fields: &Fields, next: &str) -> Markup {
    let to = |cursor| {
        let kept =
            FILTERS.map(|name| (name, if name == "cursor" { cursor } else { fields.get(name) }));
        format!("?{}", encode(kept))
    };
    html! { p.pages {
        @if !fields.get("cursor").is_empty() { a href=(to("")) { "← " (w.live.first_page) } }
        " "
        @if !next.is_empty() { a href=(to(next)) rel="next" { (w.live.next_page) " →" } }
    } }
}

fn page(
    visit: &Visit,
    account: &str,
    fields: &Fields,
    found: &Found,
    said: Option<Said>,
) -> Response {
    let w = visit.words;
    let edits = visit.may(Scope::HelpDeskEdit);
    let table = html! {
        table.tickets {
            caption { span { (w.tickets_caption) " " (fill(w.times_at, &[&found.zone.name()])) } }
            thead { tr {
                @if edits { td {} }
                @for head in [w.customer, w.department, w.last_words, w.rule, w.next_step, w.when] {
                    th scope="col" { (head) }
                }
            } }
            tbody #tickets data-events=(path(&["a", account, "live"])) { (rows(visit, account, found)) }
        }
    };
    let content = html! {
        (filters(w, fields))
        form method="post" {
            (csrf(&visit.session))
            @for name in FILTERS {
                input type="hidden" name=(name) value=(fields.get(name));
            }
            p #empty hidden[!found.lines.is_empty()] {
                (if found.next.is_empty() { w.no_tickets } else { w.live.look_further })
            }
            (wide(w, w.tickets, &table))
            p.lost #lost role="alert" hidden { (w.lost) }
            (pages(w, fields, &found.next))
            @if edits { (bulk(w)) }
        }
    };
    let head = Head { title: w.tickets, at: Some((account, Part::Tickets)), said };
    shell::page(visit, &head, &content)
}

/// What can be done to the chosen tickets.
fn bulk(w: &'static Words) -> Markup {
    html! {
        fieldset.bulk {
            legend { (w.with_chosen) }
            span.pair {
                input type="number" name="by" value="10" min="1" max="9999" aria-label=(w.more_time);
                select name="unit" aria-label=(w.unit) { (units(w, "min")) }
            }
            @for (value, label) in [("extend", w.extend), ("hold", w.hold), ("release", w.release),
                ("remind-now", w.live.remind_now), ("close-now", w.live.close_now)] {
                button name="do" value=(value) { (label) }
            }
        }
    }
}

/// The units of a length of time.
pub(crate) fn units(w: &'static Words, chosen: &str) -> Markup {
    html! { @for (unit, name) in [("s", w.seconds), ("min", w.minutes), ("h", w.hours), ("d", w.days)] {
        option value=(unit) selected[unit == chosen] { (name) }
    } }
}

/// The list of live tickets. The script asks again and again, with the tag of what it has.
pub(crate) async fn list(
    visit: Visit,
    Path(account): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Stop> {
    let fields = Fields::parse(query.unwrap_or_default().as_bytes());
    let found = find_tickets(&visit, &account, &fields).await?;
    if !visit.headers.contains_key("x-panel-live") {
        return Ok(page(&visit, &account, &fields, &found, None));
    }
    let rows = rows(&visit, &account, &found).into_string();
    let digest = Sha256::digest(&rows);
    let tag =
        digest.iter().take(8).fold(String::from("\""), |tag, byte| tag + &format!("{byte:02x}"))
            + "\"";
    let known = visit.headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let mut answer = if known == Some(tag.as_str()) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        // A fragment of a table, which the script puts into its own.
        let table = html! { table { tbody { (maud::PreEscaped(rows)) } } };
        table.into_string().into_response()
    };
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert("x-panel-now", HeaderValue::from(visit.now));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    Ok(answer)
}

/// The changes of an account's tickets, as the interface sends them.
pub(crate) async fn live(visit: Visit, Path(account): Path<String>) -> Response {
    let call = Call::new(Method::GET, path(&["v1", "accounts", &account, "changes"]));
    let after_event = visit.headers.get("last-event-id");
    visit.stream(Call { accept: "text/event-stream", after_event, ..call }).await
}

/// Does the same to all chosen tickets.
pub(crate) async fn change_many(
    Path(account): Path<String>,
    posted: Posted,
) -> Result<Response, Stop> {
    let Posted { visit, fields } = posted;
    let said = match by_hand_many(&visit, &account, &fields).await {
        Ok(said) => said,
        Err(problem) if problem.status == 401 => return Err(visit.stop(problem)),
        Err(problem) => Said::of(visit.words, &problem),
    };
    let found = find_tickets(&visit, &account, &fields).await?;
    Ok(page(&visit, &account, &fields, &found, Some(said)))
}

/// Changes the chosen tickets in one call.
async fn by_hand_many(visit: &Visit, account: &str, fields: &Fields) -> Result<Said, Box<Problem>> {
    let w = visit.words;
    let tickets: Vec<&str> = fields.all("ticket").collect();
    if tickets.is_empty() {
        return Ok(Said { is_error: true, text: html! { p { (w.none_chosen) } } });
    }
    let mut body = wanted(fields);
    if let Some(body) = body.as_object_mut() {
        body.insert("tickets".into(), tickets.into());
    }
    let done = visit.post(path(&["v1", "accounts", account, "tickets"]), &body).await?;
    let (refused, changed): (Vec<&Value>, Vec<&Value>) = account::list(&done, "results")
        .partition(|result| result.get("problem").is_some_and(Value::is_object));
    let text = html! {
        p { (fill(w.changed_many, &[&changed.len().to_string()])) }
        @for result in &refused {
            p { bdi { (text(result, "ticket")) } ": "
                bdi { (result.pointer("/problem/detail").and_then(Value::as_str).unwrap_or_default()) } }
        }
    };
    Ok(Said { is_error: !refused.is_empty(), text })
}
