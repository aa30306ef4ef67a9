//! One ticket: its picture, why it is treated as it is, and what people may do about it.

use axum::extract::{Path, RawQuery};
use axum::response::Response;
use despertador_contract::clock_face::parse_rfc3339;
use despertador_contract::event_log::Row;
use despertador_contract::key::step_from_word;
use despertador_contract::{Call, Decision, Outcome, Reason, Wake, Zone};
use despertador_desk::Scope;
use despertador_page::Timeline;
use maud::{Markup, PreEscaped, html};
use serde_json::Value;

use super::list::units;
use super::{by_hand, step};
use crate::account::{self, list, text, texts};
use crate::fields::{Fields, encode, path};
use crate::shell::{self, Head, Part, Said, time_of, wide};
use crate::sign_in::csrf;
use crate::text::fill;
use crate::visit::{Posted, Stop, Visit};

/// What the interface says of a ticket.
struct Ticket {
    state: Value,
    timeline: Value,
    why: Value,
    zone: Zone,
    exempt_tags: Vec<String>,
}

impl Ticket {
    async fn read(visit: &Visit, account: &str, id: &str, entry: &str) -> Result<Ticket, Stop> {
        let at =
            |what: &[&str]| path(&[&["v1", "accounts", account, "tickets", id], what].concat());
        let state = visit.get(at(&[])).await?;
        let timeline = visit.get(at(&["timeline"])).await?;
        let policy = account::policy(visit, account).await?.map(|policy| policy.text);
        let policy = policy.unwrap_or_default();
        let zone = Zone::of_policy(&policy);
        let offset = zone.offset_at(visit.now).to_string();
        let asked = encode([("utc-offset", offset.as_str()), ("entry", entry)]);
        let why = visit.get(at(&["why"]) + "?" + &asked).await?;
        let policy: Value = serde_json::from_str(&policy).unwrap_or_default();
        let exempt_tags = texts(&policy, "exempt-tags").map(str::to_owned).collect();
        Ok(Ticket { state, timeline, why, zone, exempt_tags })
    }

    /// The tags that the ticket has.
    fn tags(&self) -> impl Iterator<Item = &str> {
        self.state.get("facts").into_iter().flat_map(|facts| texts(facts, "tags"))
    }

    fn picture(&self, visit: &Visit, id: &str) -> Markup {
        let rows: Vec<Row> = list(&self.timeline, "entries")
            .filter_map(|entry| Row::from_value(entry.get("event")?).ok())
            .collect();
        let calls: Vec<&Call> = rows.iter().filter_map(|row| row.call.as_ref()).collect();
        let due = parse_rfc3339(text(&self.state, "due"));
        let outcome = match (due, step_from_word(text(&self.state, "aim"))) {
            (Some(until), Some(step)) => Outcome::Wait(Wake { until, step }),
            _ => Outcome::Rest,
        };
        let decision = Decision { outcome, reason: Reason::Close, rule: None };
        let timeline = Timeline::of_calls(id, calls, visit.now, &decision);
        PreEscaped(timeline.inline(visit.language, &self.zone))
    }

    fn actions(&self, visit: &Visit) -> Markup {
        let w = visit.words;
        let actions: Vec<&Value> = list(&self.state, "actions").collect();
        if actions.is_empty() {
            return html! { p { (w.no_actions) } };
        }
        let table = html! {
            table {
                caption { span { (w.actions) } }
                thead { tr { @for head in [w.action, w.delivery, w.attempts, w.why_not_delivered] {
                    th scope="col" { (head) }
                } } }
                tbody { @for action in actions { tr {
                    th scope="row" {
                        (step(w, action.pointer("/action/step").and_then(Value::as_str).unwrap_or_default()))
                        br; span.quiet { bdi { (text(action, "key")) } }
                    }
                    td {
                        @match text(action, "state") {
                            "given-up" => strong.bad { "● " (w.given_up) },
                            "by-hand" => (w.by_hand),
                            _ => (w.waiting),
                        }
                        " " (time_of(&self.zone, action.get("next").and_then(Value::as_str)))
                    }
                    td { (action.get("attempts").and_then(Value::as_i64).unwrap_or_default()) }
                    td { bdi { (text(action, "why")) } }
                } } }
            }
        };
        wide(w, w.actions, &table)
    }

    fn entries(&self, visit: &Visit, account: &str, id: &str, asked: &str) -> Markup {
        let w = visit.words;
        let own = path(&["a", account, "tickets", id]);
        let table = html! {
            table {
                caption { span { (w.entries) } }
                thead { tr { @for head in [w.when, w.what_happened, w.decided, w.why] {
                    th scope="col" { (head) }
                } } }
                tbody { @for entry in list(&self.timeline, "entries") {
                    @let number = entry.get("entry").and_then(Value::as_i64).unwrap_or_default().to_string();
                    tr {
                        th scope="row" { (time_of(&self.zone, entry.get("at").and_then(Value::as_str))) }
                        td { (happened(visit, entry)) }
                        td { (self.decided(visit, entry)) }
                        td { @if entry.get("decision").is_some() {
                            a href={ (own) "?entry=" (number) } aria-current=[(number == asked).then_some("true")]
                                aria-label=(fill(w.why_at_entry, &[&number])) { (w.why) }
                        } }
                    }
                } }
            }
        };
        wide(w, w.entries, &table)
    }

    fn decided(&self, visit: &Visit, entry: &Value) -> Markup {
        let w = visit.words;
        let Some(decision) = entry.get("decision") else { return html! {} };
        let action = decision.pointer("/action/step").and_then(Value::as_str);
        html! {
            @match (text(decision, "outcome"), action) {
                ("act", Some(action)) => strong { (step(w, action)) },
                ("wait", _) => {
                    (step(w, text(decision, "for"))) " – "
                    (time_of(&self.zone, decision.get("until").and_then(Value::as_str)))
                }
                _ => { (w.nothing) " " span.quiet { "(" (text(decision, "reason")) ")" } }
            }
        }
    }
}

fn happened(visit: &Visit, entry: &Value) -> Markup {
    let w = visit.words;
    let Some(event) = entry.get("event") else {
        let is_early = entry.pointer("/note/early").and_then(Value::as_bool).unwrap_or_default();
        if is_early {
            return html! { (w.live.sent_early) };
        }
        let kind = text(entry, "kind");
        let why = entry.pointer("/note/why").and_then(Value::as_str).unwrap_or_default();
        return html! { (w.entry_kind(kind)) @if !why.is_empty() { ": " bdi { (why) } } };
    };
    if let Some(message) = event.get("message") {
        let author = match text(message, "author") {
            "customer" => w.by_customer,
            "agent" => w.by_agent,
            "ai-agent" | "bot" => w.by_bot,
            _ => w.by_other,
        };
        return html! { (author) @if !text(message, "text").is_empty() { ": " bdi { (text(message, "text")) } } };
    }
    match event.get("event") {
        Some(Value::String(word)) => html! { (w.event(word)) },
        Some(Value::Object(object)) => html! { @for (name, value) in object {
            (w.event(name)) " "
            @match value.get("step").and_then(Value::as_str) {
                Some(word) => (step(w, word)),
                None => @match value.as_str() { Some(text) => bdi { (text) }, None => code { (value) } },
            }
        } },
        _ => html! { (w.facts) },
    }
}

/// A button in a form of its own.
fn button(visit: &Visit, what: &str, label: &str) -> Markup {
    html! { form method="post" { (csrf(&visit.session)) button name="do" value=(what) { (label) } } }
}

fn buttons(visit: &Visit, ticket: &Ticket) -> Markup {
    let w = visit.words;
    let aim = text(&ticket.state, "aim");
    let tags: Vec<&str> = ticket.tags().collect();
    let is_exempt = |tag: &&String| tags.contains(&tag.as_str());
    let (exempt, other): (Vec<&String>, Vec<&String>) =
        ticket.exempt_tags.iter().partition(is_exempt);
    html! {
        div.buttons {
            form method="post" {
                (csrf(&visit.session))
                span.pair {
                    input type="number" name="by" value="10" min="1" max="9999" aria-label=(w.more_time);
                    select name="unit" aria-label=(w.unit) { (units(w, "min")) }
                }
                button name="do" value="extend" { (w.extend) }
            }
            (button(visit, "hold", w.hold))
            (button(visit, "release", w.release))
            @if aim.starts_with("reminder-") { (button(visit, "remind-now", w.live.remind_now)) }
            @if aim == "close" { (button(visit, "close-now", w.live.close_now)) }
            @for (tags, what, label) in [(other, "exempt", w.exempt), (exempt, "unexempt", w.live.unexempt)] {
                @if !tags.is_empty() {
                    form method="post" {
                        (csrf(&visit.session))
                        select name="tag" aria-label={ (label) ": " (w.tag) } {
                            @for tag in tags { option value=(tag) { (tag) } }
                        }
                        button name="do" value=(what) { (label) }
                    }
                }
            }
        }
    }
}

/// What was done, with the button that undoes it where that can be.
fn done_with_undo(visit: &Visit, fields: &Fields, done: &str) -> Said {
    let w = visit.words;
    let undo = match fields.get("do") {
        "hold" => "release",
        "release" => "hold",
        "exempt" => "unexempt",
        "unexempt" => "exempt",
        _ => "",
    };
    let text = html! {
        p { (done) }
        @if !undo.is_empty() { form method="post" {
            (csrf(&visit.session))
            input type="hidden" name="tag" value=(fields.get("tag"));
            button name="do" value=(undo) { (w.live.undo) }
        } }
    };
    Said { is_error: false, text }
}

fn page(
    visit: &Visit,
    place: (&str, &str),
    ticket: &Ticket,
    asked: &str,
    said: Option<Said>,
) -> Response {
    let w = visit.words;
    let (account, id) = place;
    let facts = ticket.state.get("facts").cloned().unwrap_or_default();
    let customer =
        facts.pointer("/more/customer.name").or_else(|| facts.pointer("/more/customer.id"));
    let content = html! {
        p { a href=(path(&["a", account, "tickets"])) { "← " (w.tickets) } }
        dl.facts {
            @if let Some(customer) = customer.and_then(Value::as_str) { dt { (w.customer) } dd { bdi { (customer) } } }
            @for (name, label) in [("department", w.department), ("channel", w.channel), ("agent", w.agent), ("status", w.status)] {
                @if let Some(value) = facts.get(name).and_then(Value::as_str) { dt { (label) } dd { bdi { (value) } } }
            }
            dt { (w.next_step) }
            dd {
                @if text(&ticket.state, "aim").is_empty() { (w.nothing) }
                @else {
                    (step(w, text(&ticket.state, "aim"))) ", "
                    (time_of(&ticket.zone, ticket.state.get("due").and_then(Value::as_str))) " "
                    @if let Some(due) = parse_rfc3339(text(&ticket.state, "due")) { span.countdown data-due=(due) {} }
                }
            }
            @if !text(&ticket.state, "parked").is_empty() {
                dt { (w.is_deferred) } dd { bdi { (text(&ticket.state, "parked")) } }
            }
        }
        @if visit.may(Scope::HelpDeskEdit) { (buttons(visit, ticket)) }
        section aria-labelledby="why" {
            h2 #why {
                (w.why)
                @if !asked.is_empty() { " – " (fill(w.at_entry, &[asked])) }
            }
            p.verdict { bdi { (text(&ticket.why, "summary")) } }
            @if !asked.is_empty() { p { a href=(path(&["a", account, "tickets", id])) { (w.why_now) } } }
            details {
                summary { (w.conditions) }
                ul.checks { @for check in list(&ticket.why, "checks") {
                    @let holds = check.get("holds").and_then(Value::as_bool).unwrap_or_default();
                    li { @if holds { "✓ " } @else { strong { "✗ " } } span.unseen { (if holds { w.holds } else { w.holds_not }) ": " } (text(check, "text")) }
                } }
            }
            details {
                summary { (if asked.is_empty() { w.remembered } else { w.live.knew }) }
                ul { @for sentence in texts(&ticket.why, "history") { li { (sentence) } } }
            }
        }
        section aria-labelledby="picture" {
            h2 #picture { (w.timeline) }
            (ticket.picture(visit, id))
        }
        section aria-labelledby="actions" { h2 #actions { (w.actions) } (ticket.actions(visit)) }
        section aria-labelledby="entries" { h2 #entries { (w.entries) } (ticket.entries(visit, account, id, asked)) }
    };
    let head = Head { title: id, at: Some((account, Part::Tickets)), said };
    shell::page(visit, &head, &content)
}

/// The page of a ticket.
pub(crate) async fn show(
    visit: Visit,
    Path((account, id)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response, Stop> {
    let fields = Fields::parse(query.unwrap_or_default().as_bytes());
    let entry = fields.get("entry");
    let entry = if entry.bytes().all(|byte| byte.is_ascii_digit()) { entry } else { "" };
    let ticket = Ticket::read(&visit, &account, &id, entry).await?;
    Ok(page(&visit, (&account, &id), &ticket, entry, None))
}

/// Changes a ticket by hand.
pub(crate) async fn change(
    Path((account, id)): Path<(String, String)>,
    posted: Posted,
) -> Result<Response, Stop> {
    let Posted { visit, fields } = posted;
    let said = match by_hand(&visit, &account, &id, &fields).await {
        Ok(done) => done_with_undo(&visit, &fields, done),
        Err(problem) if problem.status == 401 => return Err(visit.stop(problem)),
        Err(problem) => Said::of(visit.words, &problem),
    };
    let ticket = Ticket::read(&visit, &account, &id, "").await?;
    Ok(page(&visit, (&account, &id), &ticket, "", Some(said)))
}
