//! The list of live tickets.

use axum::extract::{Path, RawQuery};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use despertador_contract::clock_face::parse_rfc3339;
use despertador_contract::{Instant, Zone};
use despertador_desk::Scope;
use maud::{Markup, html};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::seen::Glance;
use super::{by_hand, step};
use crate::account::{self, text};
use crate::fields::{Fields, encode, path};
use crate::interface::Call;
use crate::rules::document::Policy;
use crate::shell::{self, Head, Part, Said, time, wide};
use crate::sign_in::csrf;
use crate::text::{Words, fill};
use crate::visit::{Posted, Stop, Visit};

/// At most this many tickets of the interface's list are searched.
const READ_MAX: usize = 1_000;
/// At most this many are shown.
const SHOWN_MAX: usize = 100;
const HOUR: i64 = 3_600_000;

/// A ticket of the list.
struct Line {
    id: String,
    customer: String,
    department: String,
    due: Option<Instant>,
    aim: String,
    deferred: String,
    changed: String,
}

impl Line {
    fn of(value: &Value) -> Line {
        let own = |name| text(value, name).to_owned();
        Line {
            id: own("id"),
            customer: own("customer"),
            department: own("department"),
            due: parse_rfc3339(text(value, "due")),
            aim: own("aim"),
            deferred: own("parked"),
            changed: own("changed"),
        }
    }

    fn is_wanted(&self, fields: &Fields, now: Instant) -> bool {
        let query = fields.get("q").trim().to_lowercase();
        let has = |text: &str| text.to_lowercase().contains(&query);
        let closes_soon =
            || self.aim == "close" && self.due.is_some_and(|due| due <= now.saturating_add(HOUR));
        (query.is_empty() || has(&self.id) || has(&self.customer))
            && match fields.get("show") {
                "closing" => closes_soon(),
                "none" => self.due.is_none(),
                _ => true,
            }
    }
}

/// The tickets that are shown.
struct Found {
    lines: Vec<(Line, Glance)>,
    /// Whether the interface has more than were read.
    more: bool,
    rules: Vec<String>,
    zone: Zone,
}

async fn find(visit: &Visit, account: &str, fields: &Fields) -> Result<Found, Stop> {
    // What is searched has to be read; else as much as is shown, and whether there is more.
    let searches = fields.filled("q").is_some() || matches!(fields.get("show"), "closing" | "none");
    let most = if searches { READ_MAX } else { SHOWN_MAX.saturating_add(1) };
    let limit = most.to_string();
    let deferred = if fields.get("show") == "deferred" { "true" } else { "" };
    let order = if fields.get("show") == "none" { "" } else { "due" };
    let query = encode([
        ("status", "open"),
        ("department", fields.get("department").trim()),
        ("parked", deferred),
        ("order", order),
        ("limit", limit.as_str()),
    ]);
    let found = visit.get(path(&["v1", "accounts", account, "tickets"]) + "?" + &query).await?;
    let all: Vec<Line> = account::list(&found, "tickets").map(Line::of).collect();
    let more = searches && all.len() >= READ_MAX;
    let mut lines: Vec<Line> =
        all.into_iter().filter(|line| line.is_wanted(fields, visit.now)).collect();
    lines.sort_by_key(|line| line.due.unwrap_or(Instant::MAX));
    let more = more || lines.len() > SHOWN_MAX;
    lines.truncate(SHOWN_MAX);
    let policy = account::policy(visit, account).await?.map(|policy| policy.text);
    let text = policy.unwrap_or_default();
    let rules = Policy::read(&text).map(|policy| policy.labels(visit.words)).unwrap_or_default();
    let mut shown = Vec::new();
    for line in lines {
        let glance = glance(visit, account, &line).await;
        shown.push((line, glance));
    }
    Ok(Found { lines: shown, more, rules, zone: Zone::of_policy(&text) })
}

async fn glance(visit: &Visit, account: &str, line: &Line) -> Glance {
    let seen = &visit.panel.0.seen;
    if let Some(glance) = seen.get(account, &line.id, &line.changed) {
        return glance;
    }
    let path = path(&["v1", "accounts", account, "tickets", &line.id, "timeline"]);
    // A ticket that is gone meanwhile has an empty line until the next look.
    let Ok(timeline) = visit.call(Call::new(Method::GET, path)).await.json() else {
        return Glance::default();
    };
    let glance = Glance::of(&timeline);
    seen.put(account, &line.id, &line.changed, glance.clone());
    glance
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
    html! { @for (line, glance) in &found.lines {
        @let name = if line.customer.is_empty() { &line.id } else { &line.customer };
        tr {
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
                @match &glance.last_words {
                    Some((who, at)) => { (author(w, who)) ", " (time(&found.zone, *at)) }
                    None => "–",
                }
            }
            td data-label=(w.rule) {
                @let rule = glance.rule.and_then(|rule| found.rules.get(rule));
                @match rule { Some(rule) => bdi { (rule) }, None => "–" }
            }
            td data-label=(w.next_step) {
                @if !line.deferred.is_empty() { strong.warn { "▲ " (w.is_deferred) } }
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
    html! {
        form.filters method="get" {
            label { (w.department)
                input name="department" value=(fields.get("department")); }
            label { (w.search)
                input type="search" name="q" value=(fields.get("q")); }
            label { (w.show)
                select name="show" {
                    @for (value, name) in [("", w.show_all), ("closing", w.show_closing),
                        ("deferred", w.show_deferred), ("none", w.show_none)] {
                        option value=(value) selected[value == show] { (name) }
                    }
                }
            }
            button { (w.apply) }
        }
    }
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
            tbody #tickets data-live { (rows(visit, account, found)) }
        }
    };
    let content = html! {
        (filters(w, fields))
        form method="post" {
            (csrf(&visit.session))
            @for name in ["department", "q", "show"] {
                input type="hidden" name=(name) value=(fields.get(name));
            }
            p #empty hidden[!found.lines.is_empty()] { (w.no_tickets) }
            (wide(w, w.tickets, &table))
            p.lost #lost role="alert" hidden { (w.lost) }
            @if found.more { p.quiet { (fill(w.tickets_left, &[&SHOWN_MAX.to_string()])) } }
            @if edits {
                fieldset.bulk {
                    legend { (w.with_chosen) }
                    span.pair {
                        input type="number" name="by" value="10" min="1" max="9999" aria-label=(w.more_time);
                        select name="unit" aria-label=(w.unit) { (units(w, "min")) }
                    }
                    button name="do" value="extend" { (w.extend) }
                    button name="do" value="hold" { (w.hold) }
                    button name="do" value="release" { (w.release) }
                }
            }
        }
    };
    let head = Head { title: w.tickets, at: Some((account, Part::Tickets)), said };
    shell::page(visit, &head, &content)
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
    let found = find(&visit, &account, &fields).await?;
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
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    Ok(answer)
}

/// Does the same to all chosen tickets.
pub(crate) async fn change_many(
    Path(account): Path<String>,
    posted: Posted,
) -> Result<Response, Stop> {
    let Posted { visit, fields } = posted;
    let w = visit.words;
    let mut done: usize = 0;
    let mut refused = Vec::new();
    for ticket in fields.all("ticket").take(SHOWN_MAX) {
        match by_hand(&visit, &account, ticket, &fields).await {
            Ok(_) => done = done.saturating_add(1),
            Err(problem) => refused.push((ticket.to_owned(), problem)),
        }
    }
    let text = html! {
        p { @if done == 0 && refused.is_empty() { (w.none_chosen) }
            @else { (fill(w.changed_many, &[&done.to_string()])) } }
        @for (ticket, problem) in &refused {
            p { bdi { (ticket) } ": " bdi { (problem.detail) } }
        }
    };
    let said = Said { is_error: done == 0 || !refused.is_empty(), text };
    let found = find(&visit, &account, &fields).await?;
    Ok(page(&visit, &account, &fields, &found, Some(said)))
}
