//! Tickets: their state, the reasons, their history, and changes by people.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use despertador_contract::decision::{action_json, decision_json};
use despertador_contract::key::render_step;
use despertador_contract::word::Word;
use despertador_contract::{Check, Explanation, Instant};
use despertador_contract::{duration, facts};
use despertador_desk::store::{OutboxRow, OutboxState, Query, TicketRow};
use despertador_desk::{
    ListPlace, ListedTicket, Listing, ManualChange, Receipt, TicketSnapshot, TimelineEntry,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::edit::{Change as Edited, Edit};
use super::{account, time};
use crate::app::{App, InPath, InQuery, UnreadBody};
use crate::language::{Language, Negotiated};
use crate::problem::{Code, Problem, Problems};
use crate::scope::{Caller, Scope};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// With this status: `open`, `closed`, …
    status: Option<String>,
    /// Of this department.
    department: Option<String>,
    /// Of this customer, as the fact `more.customer.id` names them.
    customer: Option<String>,
    /// Only those that are deferred because the plugin failed. Default false.
    #[serde(default)]
    parked: bool,
    /// `due`: only tickets with a next step, in the order in which the steps are due; `cursor`
    /// continues. Default: in the order in which the desk first saw them.
    #[serde(default)]
    #[param(pattern = "^due$")]
    order: Option<String>,
    /// On this channel: `whatsapp`, `email`, …
    channel: Option<String>,
    /// Of this agent.
    agent: Option<String>,
    /// With this text in the id or in the customer's id, in upper or lower case.
    text: Option<String>,
    /// Only those whose next step is the close, within this time: `1 h`. Needs `order=due`.
    #[serde(rename = "closes-within")]
    #[param(example = "1 h")]
    closes_within: Option<String>,
    /// Only those that wait for no step. Default false.
    #[serde(default, rename = "without-step")]
    without_step: bool,
    /// Only those whose clock is stopped: on hold, snoozed, in a call, or in the queue. Default
    /// false.
    #[serde(default)]
    paused: bool,
    /// Only those with an action that was given up. Default false.
    #[serde(default, rename = "given-up")]
    given_up: bool,
    /// With `last-message`, `rule` and `reason` of each ticket. Default false.
    #[serde(default)]
    details: bool,
    /// After this position: `next` of the previous response.
    #[serde(default)]
    #[param(minimum = 0)]
    after: Option<i64>,
    /// Behind this place, in any order: `cursor` of the previous response.
    #[param(pattern = "^(-?[0-9]{1,19}\\.)?[0-9]{1,19}$")]
    cursor: Option<String>,
    /// Maximum number; 1 to 1,000. Default 100.
    #[serde(default)]
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u16>,
}

/// Tickets.
#[derive(Serialize, ToSchema)]
pub(crate) struct Tickets {
    /// In the wanted order.
    tickets: Vec<TicketLine>,
    /// `after` of the next request, if there may be more; none with `order=due`.
    next: Option<i64>,
    /// `cursor` of the next request, if there may be more. A part may be empty and have one: each
    /// request looks at a limited number of tickets.
    cursor: Option<String>,
}

/// A ticket in a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct TicketLine {
    /// The help desk's id.
    id: String,
    /// Its status.
    status: String,
    /// Its department.
    department: Option<String>,
    /// The customer.
    customer: Option<String>,
    /// When it is evaluated next, RFC 3339.
    due: Option<String>,
    /// The step that becomes due then: `reminder-1`, `close`.
    aim: Option<String>,
    /// Why it is deferred.
    parked: Option<String>,
    /// When it last changed, RFC 3339.
    changed: String,
    /// Its channel; in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<String>,
    /// Its agent; in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<String>,
    /// The last message of its latest events; in lists with details.
    #[serde(rename = "last-message", skip_serializing_if = "Option::is_none")]
    last_message: Option<LastMessage>,
    /// The position in the policy of the rule that applied last; in lists with details.
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<u32>,
    /// The reason of the last decision; in lists with details.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// The last message of a ticket.
#[derive(Serialize, ToSchema)]
pub(crate) struct LastMessage {
    /// Who wrote: `customer`, `agent`, …
    author: String,
    /// When, RFC 3339.
    at: String,
}

impl From<&ListedTicket> for TicketLine {
    fn from(listed: &ListedTicket) -> Self {
        let glance = &listed.glance;
        let last_message = glance
            .last_message
            .as_ref()
            .map(|(author, at)| LastMessage { author: author.clone(), at: time(*at) });
        TicketLine {
            channel: listed.channel.clone(),
            agent: listed.agent.clone(),
            last_message,
            rule: glance.rule,
            reason: glance.reason.clone(),
            ..TicketLine::from(&listed.row)
        }
    }
}

impl From<&TicketRow> for TicketLine {
    fn from(row: &TicketRow) -> Self {
        TicketLine {
            id: row.id.clone(),
            status: row.status.word().into_owned(),
            department: row.department.clone(),
            customer: row.customer.clone(),
            due: row.due.map(time),
            aim: row.next_step.as_ref().map(render_step),
            parked: row.deferred.clone(),
            changed: time(row.changed),
            channel: None,
            agent: None,
            last_message: None,
            rule: None,
            reason: None,
        }
    }
}

impl Which {
    /// Whether tickets are in the order in which their steps are due.
    fn is_by_due(&self) -> Result<bool, Problem> {
        match self.order.as_deref() {
            None => Ok(false),
            Some("due") => Ok(true),
            Some(other) => Err(Problem::new(Code::BadParameter, format!("order: `{other}`"))
                .help("`due`, or leave it out")),
        }
    }

    fn closes_before(&self, now: Instant, by_due: bool) -> Result<Option<Instant>, Problem> {
        let Some(text) = self.closes_within.as_deref() else { return Ok(None) };
        let within = duration::parse(text).and_then(|within| i64::try_from(within).ok());
        match within.filter(|_| by_due) {
            Some(within) => Ok(Some(now.saturating_add(within))),
            None => Err(Problem::new(Code::BadParameter, format!("closes-within: `{text}`"))
                .help("a length of time such as `1 h`, together with `order=due`")),
        }
    }

    fn place(&self, by_due: bool) -> Result<Option<ListPlace>, Problem> {
        let Some(text) = self.cursor.as_deref() else { return Ok(None) };
        let place = match text.split_once('.') {
            None => text.parse().ok().map(|no| ListPlace { due: None, no }),
            Some((due, no)) => due
                .parse()
                .ok()
                .zip(no.parse().ok())
                .map(|(due, no)| ListPlace { due: Some(due), no }),
        };
        place.filter(|place| place.due.is_some() == by_due).map(Some).ok_or_else(|| {
            Problem::new(Code::BadParameter, format!("cursor: `{text}`"))
                .help("`cursor` of the answer before, with the same parameters")
        })
    }

    fn listing(self, now: Instant) -> Result<(Listing, Option<ListPlace>), Problem> {
        let limit = account::limit(self.limit)?;
        let after = self.after.unwrap_or_default();
        if after < 0 {
            return Err(Problem::new(Code::BadParameter, format!("after: {after}"))
                .help("`next` of the answer before"));
        }
        let by_due = self.is_by_due()?;
        let closes_before = self.closes_before(now, by_due)?;
        let place = self.place(by_due)?;
        let query = Query {
            status: self.status,
            department: self.department,
            customer: self.customer,
            deferred: self.parked,
            given_up: self.given_up,
            after,
            limit,
            by_due,
            ..Query::default()
        };
        let listing = Listing {
            query,
            channel: self.channel,
            agent: self.agent,
            text: self.text.map(|text| text.to_lowercase()),
            closes_before,
            without_step: self.without_step,
            paused: self.paused,
            details: self.details,
        };
        Ok((listing, place))
    }
}

/// A place in a list as the interface writes it.
fn cursor(place: ListPlace) -> String {
    match place.due {
        None => place.no.to_string(),
        Some(due) => format!("{due}.{}", place.no),
    }
}

/// List the tickets of an account
#[utoipa::path(
    get,
    path = "/v1/accounts/{account}/tickets",
    tag = "tickets",
    params(("account" = String, Path, description = "The account"), Which),
    responses((status = 200, description = "A part of them", body = Tickets), Problems),
)]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Negotiated(language): Negotiated<Language>,
    InPath(account): InPath<String>,
    InQuery(which): InQuery<Which>,
) -> Result<Json<Tickets>, Problem> {
    caller.may(&app, Scope::HelpDeskView, &account)?;
    let (listing, place) = which.listing(app.clock.now())?;
    let listed =
        app.ask(language, move |desk, _| desk.query_listing(&account, &listing, place)).await?;
    Ok(Json(Tickets {
        tickets: listed.tickets.iter().map(TicketLine::from).collect(),
        next: listed.next.filter(|place| place.due.is_none()).map(|place| place.no),
        cursor: listed.next.map(cursor),
    }))
}

/// A ticket.
#[derive(Serialize, ToSchema)]
pub(crate) struct TicketState {
    /// The help desk's id.
    id: String,
    /// Its facts.
    #[schema(value_type = Object)]
    facts: Value,
    /// When it is evaluated next, RFC 3339. None: nothing happens without an event.
    due: Option<String>,
    /// The step that becomes due then.
    aim: Option<String>,
    /// Why it is deferred, if it is.
    parked: Option<String>,
    /// Its actions, including given-up ones.
    actions: Vec<Letter>,
    /// Counted from 1, incremented by each change.
    version: i64,
}

/// An action that is due or was given up.
#[derive(Serialize, ToSchema)]
pub(crate) struct Letter {
    /// Its idempotency key.
    pub(crate) key: String,
    /// `waiting`, `given-up`, or `by-hand`: given up and sent again.
    pub(crate) state: &'static str,
    /// The number of attempts.
    pub(crate) attempts: i64,
    /// The next attempt, RFC 3339; none if it was given up.
    pub(crate) next: Option<String>,
    /// When it was decided, RFC 3339.
    pub(crate) since: String,
    /// The deadline that passed, RFC 3339.
    pub(crate) due: String,
    /// Why the last delivery failed.
    pub(crate) why: Option<String>,
    /// The action.
    #[schema(value_type = Object)]
    pub(crate) action: Value,
}

impl From<&OutboxRow> for Letter {
    fn from(row: &OutboxRow) -> Self {
        let state = match row.state {
            OutboxState::Waiting => "waiting",
            OutboxState::Dead => "given-up",
            OutboxState::ByHand => "by-hand",
        };
        Letter {
            key: row.key.clone(),
            state,
            attempts: row.attempts,
            next: row.state.is_open().then(|| time(row.next)),
            since: time(row.since),
            due: time(row.due),
            why: row.why.clone(),
            action: row.action.as_ref().map_or(Value::Null, action_json),
        }
    }
}

impl TicketState {
    fn of(standing: &TicketSnapshot) -> TicketState {
        TicketState {
            id: standing.ticket.id.clone(),
            facts: facts::json(&standing.ticket),
            due: standing.due.map(time),
            aim: standing.next_step.as_ref().map(render_step),
            parked: standing.deferred.clone(),
            actions: standing.outbox.iter().map(Letter::from).collect(),
            version: standing.version,
        }
    }
}

/// Get the state of a ticket
#[utoipa::path(
    get,
    path = "/v1/accounts/{account}/tickets/{ticket}",
    tag = "tickets",
    params(
        ("account" = String, Path, description = "The account"),
        ("ticket" = String, Path, description = "The help-desk's id, percent-encoded"),
    ),
    responses((status = 200, description = "Its state", body = TicketState), Problems),
)]
pub(crate) async fn read(
    State(app): State<App>,
    caller: Caller,
    Negotiated(language): Negotiated<Language>,
    InPath((account, ticket)): InPath<(String, String)>,
) -> Result<Json<TicketState>, Problem> {
    caller.may(&app, Scope::HelpDeskView, &account)?;
    let standing = app.ask(language, move |desk, _| desk.query_ticket(&account, &ticket)).await?;
    Ok(Json(TicketState::of(&standing)))
}

/// The history of a ticket.
#[derive(Serialize, ToSchema)]
pub(crate) struct Timeline {
    /// From the beginning.
    entries: Vec<Entry>,
}

/// An entry of a ticket's journal.
#[derive(Serialize, ToSchema)]
pub(crate) struct Entry {
    /// Its number, increasing; parameter `entry` of `why`.
    entry: i64,
    /// When, by the desk's clock, RFC 3339.
    at: String,
    /// The kind of entry: `heard`, `ticked`, `not-delivered`, `withdrawn`, `given-up`, …
    kind: &'static str,
    /// The version of the policy; 0 if there was no call.
    policy: i64,
    /// The event as it was recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    event: Option<Value>,
    /// The decision.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    decision: Option<Value>,
    /// Further details.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    note: Option<Value>,
}

impl From<TimelineEntry> for Entry {
    fn from(entry: TimelineEntry) -> Self {
        Entry {
            entry: entry.seq,
            at: time(entry.at),
            kind: entry.kind.word(),
            policy: entry.policy,
            event: entry.row,
            decision: entry.decision,
            note: entry.note,
        }
    }
}

/// Get the events and decisions of a ticket
#[utoipa::path(
    get,
    path = "/v1/accounts/{account}/tickets/{ticket}/timeline",
    tag = "tickets",
    params(
        ("account" = String, Path, description = "The account"),
        ("ticket" = String, Path, description = "The help-desk's id, percent-encoded"),
    ),
    responses((status = 200, description = "From the beginning", body = Timeline), Problems),
)]
pub(crate) async fn timeline(
    State(app): State<App>,
    caller: Caller,
    Negotiated(language): Negotiated<Language>,
    InPath((account, ticket)): InPath<(String, String)>,
) -> Result<Json<Timeline>, Problem> {
    caller.may(&app, Scope::HelpDeskView, &account)?;
    let entries = app.ask(language, move |desk, _| desk.query_timeline(&account, &ticket)).await?;
    Ok(Json(Timeline { entries: entries.into_iter().map(Entry::from).collect() }))
}

/// Get the events of a ticket as an event log
///
/// `despertador run`, `explain` and `backtest` read it.
#[utoipa::path(
    get,
    path = "/v1/accounts/{account}/tickets/{ticket}/events",
    tag = "tickets",
    params(
        ("account" = String, Path, description = "The account"),
        ("ticket" = String, Path, description = "The help-desk's id, percent-encoded"),
    ),
    responses((status = 200, description = "One event a line", body = String, content_type = "application/x-ndjson"), Problems),
)]
pub(crate) async fn events(
    State(app): State<App>,
    caller: Caller,
    Negotiated(language): Negotiated<Language>,
    InPath((account, ticket)): InPath<(String, String)>,
) -> Result<Response, Problem> {
    caller.may(&app, Scope::HelpDeskView, &account)?;
    let log = app.ask(language, move |desk, _| desk.query_event_log(&account, &ticket)).await?;
    let mut answer = log.into_response();
    answer
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"));
    Ok(answer)
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Asked {
    /// `es`, `pt` or `en`, with or without a region; by default from `Accept-Language`.
    #[param(pattern = "^(es|pt|en)(-[A-Za-z0-9]+)*$", example = "es")]
    language: Option<String>,
    /// Offset in minutes east of UTC, for times in texts. Default 0.
    #[serde(default, rename = "utc-offset")]
    #[param(minimum = -1080, maximum = 1080)]
    utc_offset: i32,
    /// Explains the decision of this timeline entry; by default the current one.
    #[serde(default)]
    entry: Option<i64>,
}

/// A decision in words.
#[derive(Serialize, ToSchema)]
pub(crate) struct Why {
    /// The language of the texts.
    language: String,
    /// The decision.
    #[schema(value_type = Object)]
    decision: Value,
    /// The outcome, its reason, until when, the rule and the policy version.
    summary: String,
    /// All conditions that were checked, in order.
    checks: Vec<Checked>,
    /// What the memory contains about the ticket.
    history: Vec<String>,
}

/// A condition of a decision.
#[derive(Serialize, ToSchema)]
pub(crate) struct Checked {
    /// Its name: the code of the decision's reason if it does not hold.
    code: String,
    /// Whether it holds.
    holds: bool,
    /// The condition in words, with its values.
    text: String,
}

impl From<Explanation> for Why {
    fn from(explanation: Explanation) -> Self {
        Why {
            decision: decision_json(&explanation.decision),
            checks: explanation
                .conditions()
                .cloned()
                .map(|Check { code, holds, text }| Checked { code, holds, text })
                .collect(),
            language: explanation.language,
            summary: explanation.summary,
            history: explanation.history,
        }
    }
}

/// Maximum offset from UTC, in minutes.
const UTC_OFFSET_MINUTES_MAX: i32 = 18 * 60;

/// Explain why a ticket is or was treated as it is
#[utoipa::path(
    get,
    path = "/v1/accounts/{account}/tickets/{ticket}/why",
    tag = "tickets",
    params(
        ("account" = String, Path, description = "The account"),
        ("ticket" = String, Path, description = "The help-desk's id, percent-encoded"),
        Asked,
    ),
    responses((status = 200, description = "In words", body = Why), Problems),
)]
pub(crate) async fn why(
    State(app): State<App>,
    caller: Caller,
    Negotiated(language): Negotiated<Language>,
    InPath((account, ticket)): InPath<(String, String)>,
    InQuery(asked): InQuery<Asked>,
) -> Result<Json<Why>, Problem> {
    caller.may(&app, Scope::HelpDeskView, &account)?;
    if asked.utc_offset.abs() > UTC_OFFSET_MINUTES_MAX {
        return Err(Problem::new(Code::BadParameter, format!("utc-offset: {}", asked.utc_offset))
            .help("minutes, from -1080 to 1080"));
    }
    let language = match asked.language.as_deref() {
        None => language,
        Some(tag) => Language::from_tag(tag).ok_or_else(|| {
            Problem::new(Code::BadParameter, format!("language: {tag}")).help("es, pt or en")
        })?,
    };
    let reader = crate::language::reader(language, asked.utc_offset);
    let explanation = app
        .ask(language, move |desk, now| match asked.entry {
            None => desk.query_explanation(&account, &ticket, now, &reader),
            Some(entry) => desk.query_entry_explanation(&account, &ticket, entry, &reader),
        })
        .await?;
    Ok(Json(explanation.into()))
}

/// An extension for a customer.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Extension {
    /// How much: `10 min`, `2 h`; greater than zero.
    #[schema(
        example = "2 h",
        pattern = "^[1-9][0-9]{0,5} ?(d|h|min|s|ms)( [0-9]{1,6} ?(d|h|min|s|ms))*$"
    )]
    by: String,
}

/// The result of a change by hand.
#[derive(Serialize, ToSchema)]
pub(crate) struct Changed {
    /// The new decision; none while the plugin fails.
    #[schema(value_type = Option<Object>)]
    decision: Option<Value>,
}

impl Changed {
    fn of(receipt: Receipt) -> Result<Changed, Problem> {
        match receipt {
            Receipt::Recorded(decision) => Ok(Changed { decision: Some(decision_json(&decision)) }),
            Receipt::Duplicate | Receipt::Deferred => Ok(Changed { decision: None }),
            Receipt::Refused(why) => Err(Problem::new(Code::EventRefused, why)),
        }
    }
}

/// Records a person's change to a ticket.
async fn change(
    app: &App,
    caller: Caller,
    language: Language,
    (account, ticket): (String, String),
    change: ManualChange,
) -> Result<Json<Changed>, Problem> {
    caller.may(app, Scope::HelpDeskEdit, &account)?;
    let receipt = app
        .ask(language, move |desk, now| {
            desk.change_ticket(now, &account, &ticket, &change, &caller.name)
        })
        .await?;
    Changed::of(receipt).map(Json)
}

/// Maximum number of tickets that are changed in one request.
const CHANGED_TICKETS_MAX: usize = 100;

/// The same change of many tickets.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ManyChanges {
    /// `extend`, `hold`, `release`, `exempt`, `unexempt`, `remind-now` or `close-now`.
    #[serde(rename = "do")]
    what: String,
    /// For `extend`: how much, `10 min`.
    by: Option<String>,
    /// For `exempt` and `unexempt`: the tag.
    tag: Option<String>,
    /// The tickets, at most 100.
    tickets: Vec<String>,
}

/// The results of the same change of many tickets.
#[derive(Serialize, ToSchema)]
pub(crate) struct ManyChanged {
    /// Of each ticket, in the order of the request.
    results: Vec<OneChanged>,
}

/// The result of one of many changes.
#[derive(Serialize, ToSchema)]
pub(crate) struct OneChanged {
    /// The ticket.
    ticket: String,
    /// The new decision; none if it was not changed, or while the plugin fails.
    #[schema(value_type = Option<Object>)]
    decision: Option<Value>,
    /// Why it was not changed, as in the answer about one ticket.
    #[schema(value_type = Option<Object>)]
    problem: Option<Value>,
}

impl OneChanged {
    fn of(ticket: String, done: Result<Changed, Problem>) -> Self {
        match done {
            Ok(changed) => Self { ticket, decision: changed.decision, problem: None },
            Err(problem) => Self { ticket, decision: None, problem: Some(problem.json()) },
        }
    }
}

impl ManyChanges {
    fn change(&self) -> Result<ManualChange, Problem> {
        let tag = || {
            self.tag.clone().ok_or_else(|| {
                Problem::new(Code::BadParameter, "tag: it is missing").help("name the tag")
            })
        };
        Ok(match self.what.as_str() {
            "extend" => ManualChange::Extend(more(self.by.as_deref().unwrap_or_default())?),
            "hold" => ManualChange::Hold,
            "release" => ManualChange::Release,
            "exempt" => ManualChange::Exempt(tag()?),
            "unexempt" => ManualChange::Unexempt(tag()?),
            "remind-now" => ManualChange::RemindNow,
            "close-now" => ManualChange::CloseNow,
            other => {
                return Err(Problem::new(Code::BadParameter, format!("do: `{other}`"))
                    .help("extend, hold, release, exempt, unexempt, remind-now or close-now"));
            }
        })
    }
}

/// Change many tickets in the same way
///
/// Each ticket is changed by itself, with its own audit entry; the result says of each whether it
/// was.
#[utoipa::path(
    post,
    path = "/v1/accounts/{account}/tickets",
    tag = "tickets",
    params(("account" = String, Path, description = "The account")),
    request_body(content = ManyChanges, content_type = "application/json"),
    responses((status = 200, description = "What became of each", body = ManyChanged), Problems),
)]
pub(crate) async fn change_many(edit: Edit<ManyChanges>) -> Result<Json<ManyChanged>, Problem> {
    let wanted = edit.form().change()?;
    let count = edit.form().tickets.len();
    if count > CHANGED_TICKETS_MAX {
        return Err(Problem::new(Code::BadParameter, format!("tickets: {count} of them"))
            .help("at most 100 in one request"));
    }
    let language = edit.language();
    let results = edit
        .apply(move |desk, now, Edited { account, by, form }| {
            let one = |ticket: String| {
                let done = desk.change_ticket(now, &account, &ticket, &wanted, &by);
                let done = done.map_err(|error| Problem::of_desk(error, language));
                OneChanged::of(ticket, done.and_then(Changed::of))
            };
            Ok(form.tickets.into_iter().map(one).collect())
        })
        .await?;
    Ok(Json(ManyChanged { results }))
}

/// A length of time that is given to a customer.
fn more(text: &str) -> Result<despertador_contract::Duration, Problem> {
    duration::parse(text).filter(|by| *by > 0).ok_or_else(|| {
        Problem::new(Code::BadParameter, format!("by: `{text}`"))
            .help("a length of time such as `10 min` or `2 h`")
    })
}

/// Give the customer more time
#[utoipa::path(
    post,
    path = "/v1/accounts/{account}/tickets/{ticket}/extend",
    tag = "tickets",
    params(
        ("account" = String, Path, description = "The account"),
        ("ticket" = String, Path, description = "The help-desk's id, percent-encoded"),
    ),
    request_body(content = Extension, content_type = "application/json"),
    responses((status = 200, description = "They have it", body = Changed), Problems),
)]
pub(crate) async fn extend(
    State(app): State<App>,
    caller: Caller,
    Negotiated(language): Negotiated<Language>,
    InPath((account, ticket)): InPath<(String, String)>,
    body: UnreadBody,
) -> Result<Json<Changed>, Problem> {
    let allowed = caller.may(&app, Scope::HelpDeskEdit, &account)?;
    let body = body.read(&app, &allowed).await?;
    let wanted: Extension = body.form()?;
    let by = more(&wanted.by)?;
    change(&app, caller, language, (account, ticket), ManualChange::Extend(by)).await
}

/// Put a ticket on hold
#[utoipa::path(
    post,
    path = "/v1/accounts/{account}/tickets/{ticket}/hold",
    tag = "tickets",
    params(
        ("account" = String, Path, description = "The account"),
        ("ticket" = String, Path, description = "The help-desk's id, percent-encoded"),
    ),
    responses((status = 200, description = "It is held", body = Changed), Problems),
)]
pub(crate) async fn hold(
    State(app): State<App>,
    caller: Caller,
    Negotiated(language): Negotiated<Language>,
    InPath(place): InPath<(String, String)>,
) -> Result<Json<Changed>, Problem> {
    change(&app, caller, language, place, ManualChange::Hold).await
}

/// Release a ticket from hold
#[utoipa::path(
    post,
    path = "/v1/accounts/{account}/tickets/{ticket}/release",
    tag = "tickets",
    params(
        ("account" = String, Path, description = "The account"),
        ("ticket" = String, Path, description = "The help-desk's id, percent-encoded"),
    ),
    responses((status = 200, description = "It is released", body = Changed), Problems),
)]
pub(crate) async fn release(
    State(app): State<App>,
    caller: Caller,
    Negotiated(language): Negotiated<Language>,
    InPath(place): InPath<(String, String)>,
) -> Result<Json<Changed>, Problem> {
    change(&app, caller, language, place, ManualChange::Release).await
}

/// A tag that exempts a ticket.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Exemption {
    /// A tag that the policy exempts.
    #[schema(example = "vip")]
    tag: String,
}

/// Exempt a ticket with a tag that the policy names
#[utoipa::path(
    post,
    path = "/v1/accounts/{account}/tickets/{ticket}/exempt",
    tag = "tickets",
    params(
        ("account" = String, Path, description = "The account"),
        ("ticket" = String, Path, description = "The help-desk's id, percent-encoded"),
    ),
    request_body(content = Exemption, content_type = "application/json"),
    responses((status = 200, description = "It has the tag", body = Changed), Problems),
)]
pub(crate) async fn exempt(
    State(app): State<App>,
    caller: Caller,
    Negotiated(language): Negotiated<Language>,
    InPath((account, ticket)): InPath<(String, String)>,
    body: UnreadBody,
) -> Result<Json<Changed>, Problem> {
    let allowed = caller.may(&app, Scope::HelpDeskEdit, &account)?;
    let body = body.read(&app, &allowed).await?;
    let Exemption { tag } = body.form()?;
    change(&app, caller, language, (account, ticket), ManualChange::Exempt(tag)).await
}

/// Remove a tag that exempts a ticket
#[utoipa::path(
    post,
    path = "/v1/accounts/{account}/tickets/{ticket}/unexempt",
    tag = "tickets",
    params(
        ("account" = String, Path, description = "The account"),
        ("ticket" = String, Path, description = "The help-desk's id, percent-encoded"),
    ),
    request_body(content = Exemption, content_type = "application/json"),
    responses((status = 200, description = "It does not have the tag", body = Changed), Problems),
)]
pub(crate) async fn unexempt(
    State(app): State<App>,
    caller: Caller,
    Negotiated(language): Negotiated<Language>,
    InPath((account, ticket)): InPath<(String, String)>,
    body: UnreadBody,
) -> Result<Json<Changed>, Problem> {
    let allowed = caller.may(&app, Scope::HelpDeskEdit, &account)?;
    let body = body.read(&app, &allowed).await?;
    let Exemption { tag } = body.form()?;
    change(&app, caller, language, (account, ticket), ManualChange::Unexempt(tag)).await
}

/// Send the next reminder now
///
/// It has the key that it would have at its time, and is not sent again then. Refused if the next
/// step is no reminder, or waits for something else than its time. The time of the close stays.
#[utoipa::path(
    post,
    path = "/v1/accounts/{account}/tickets/{ticket}/remind-now",
    tag = "tickets",
    params(
        ("account" = String, Path, description = "The account"),
        ("ticket" = String, Path, description = "The help-desk's id, percent-encoded"),
    ),
    responses((status = 200, description = "It is on its way", body = Changed), Problems),
)]
pub(crate) async fn remind_now(
    State(app): State<App>,
    caller: Caller,
    Negotiated(language): Negotiated<Language>,
    InPath(place): InPath<(String, String)>,
) -> Result<Json<Changed>, Problem> {
    change(&app, caller, language, place, ManualChange::RemindNow).await
}

/// Close a ticket now
///
/// As it would be closed at its time, under the same key. Refused unless all reminders were sent and
/// the close waits for nothing but its time: only the rest of the last gap is left out.
#[utoipa::path(
    post,
    path = "/v1/accounts/{account}/tickets/{ticket}/close-now",
    tag = "tickets",
    params(
        ("account" = String, Path, description = "The account"),
        ("ticket" = String, Path, description = "The help-desk's id, percent-encoded"),
    ),
    responses((status = 200, description = "It is on its way", body = Changed), Problems),
)]
pub(crate) async fn close_now(
    State(app): State<App>,
    caller: Caller,
    Negotiated(language): Negotiated<Language>,
    InPath(place): InPath<(String, String)>,
) -> Result<Json<Changed>, Problem> {
    change(&app, caller, language, place, ManualChange::CloseNow).await
}
