//! Recording events.

mod form;
mod names;

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use despertador_contract::event_log::{Mend, Row, mended};
use despertador_contract::problem::Misread;
use despertador_contract::{Author, Call, Instant, input};
use despertador_desk::{Inbound, Incoming, Receipt};
use hyper::body::Frame;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use utoipa::{IntoParams, ToSchema};

use super::time;
use crate::app::{App, InPath, InQuery, Text, UnreadBody};
use crate::language::{Language, Negotiated};
use crate::limits::EVENTS_PER_TURN_MAX;
use crate::problem::{Code, Found, Problem, Problems};
use crate::scope::{self, Caller, Scope};
use form::Events;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// Whether each receipt contains the decision. Default false.
    #[serde(default)]
    decisions: bool,
}

/// The results for events.
#[derive(Default, Serialize, ToSchema)]
pub(crate) struct Taken {
    /// The number of events stored now.
    stored: usize,
    /// The number of events that were already stored.
    again: usize,
    /// The number of refused events; their receipts say why.
    refused: usize,
    /// The number of unreadable events; they are stored until somebody has handled them.
    unreadable: usize,
    /// The receipts, in the order of the events.
    receipts: Vec<ReceiptRow>,
}

/// The result for an event.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReceiptRow {
    /// The ticket; empty if the event cannot be read and names none.
    ticket: String,
    /// The event's id, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    /// `heard`: stored and decided. `again`: already stored. `parked`: stored, and decided as soon
    /// as the plugin works. `refused`: not stored. `unreadable`: stored as an inbound entry; the
    /// tickets that it names are not closed until somebody has handled it.
    #[schema(example = "heard")]
    result: &'static str,
    /// Why it was refused or cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    /// Optional members that were ignored because they cannot be read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
    /// The inbound entry of an event that cannot be read or was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    inbound: Option<String>,
    /// The decision, if requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<Value>,
}

/// Maximum number of events in a request: more would delay all others.
const EVENTS_PER_REQUEST_MAX: usize = 50_000;
/// Maximum number of unreadable events that are listed.
const UNREADABLE_LISTED_MAX: usize = 100;

/// Record events
///
/// One event, a list of events, or one per line (`application/x-ndjson`). The response comes when
/// they are durable. Up to 256 are stored in one commit, more in several, between which other
/// accounts have their turns: if a request is cut off, its first events may be stored, and those
/// with an `id` may be sent again. An unreadable event does not affect the others: it is stored as
/// an inbound entry, and its receipt says so. If none can be read, the response is an error (400).
/// A single refused event is an error (422); among several its receipt says so.
#[utoipa::path(
    post,
    path = "/v1/accounts/{account}/events",
    tag = "events",
    params(("account" = String, Path, description = "The account"), Wanted),
    request_body(content(
        (Events = "application/json"),
        (String = "application/x-ndjson", example = r#"{"ticket":"4711","message":{"author":"customer"}}"#),
    )),
    responses((status = 200, description = "What became of them", body = Taken), Problems),
)]
pub(crate) async fn record(
    State(app): State<App>,
    caller: Caller,
    Negotiated(language): Negotiated<Language>,
    InPath(account): InPath<String>,
    InQuery(wanted): InQuery<Wanted>,
    body: UnreadBody,
) -> Result<Response, Problem> {
    let allowed = caller.may(&app, Scope::EventsWrite, &account)?;
    let body = body.read(&app, &allowed).await?;
    let now = app.clock.now();
    let (body, parsed) = body.parse(&app, &account, move |body| parse_events(body, now)).await?;
    let ParsedBody { rows, events, single } = parsed?;
    if rows.is_empty() && !events.is_empty() {
        let unread = events.iter().filter_map(|event| event.as_ref().err());
        let kept =
            store_inbound(&app, language, &account, unread.map(UnreadableEvent::inbound).collect())
                .await?;
        return Err(unreadable(&events, &kept, single));
    }
    let cost = cost(&body, events.len());
    let mut telling = Recording {
        app,
        language,
        account,
        cost,
        decisions: wanted.decisions,
        rows: rows.into_iter(),
        events: events.into_iter(),
        taken: Taken::default(),
    };
    let mut receipts = telling.next().await?.unwrap_or_default();
    if let ([ReceiptRow { result: "refused", why: Some(why), .. }], true) =
        (receipts.as_slice(), single)
    {
        return Err(Problem::new(Code::EventRefused, why.clone()));
    }
    if wanted.decisions {
        // Decisions are larger than events, so they are sent before the next ones are computed.
        return Ok(stream(telling, receipts, body));
    }
    while let Some(more) = telling.next().await.map_err(|problem| telling.cut(problem))? {
        receipts.extend(more);
    }
    Ok(Json(Taken { receipts, ..telling.taken }).into_response())
}

/// Events that are recorded turn by turn.
struct Recording {
    app: App,
    language: Language,
    account: String,
    /// The cost of an event, in turns of the desk.
    cost: usize,
    decisions: bool,
    rows: std::vec::IntoIter<Row>,
    events: std::vec::IntoIter<Result<Event, UnreadableEvent>>,
    /// The totals so far, without receipts.
    taken: Taken,
}

/// The cost of an event: one, and one more per 4 KiB of its estimated size.
fn cost(body: &Text, events: usize) -> usize {
    let each = body.text.len().checked_div(events).unwrap_or_default();
    each.div_euclid(4 << 10).saturating_add(1)
}

impl Recording {
    /// Records as many as fit into one turn; `None` after the last.
    async fn next(&mut self) -> Result<Option<Vec<ReceiptRow>>, Problem> {
        let Self { app, language, account, .. } = self;
        let most = EVENTS_PER_TURN_MAX.checked_div(self.cost).unwrap_or_default().max(1);
        let events: Vec<_> = self.events.by_ref().take(most).collect();
        if events.is_empty() {
            return Ok(None);
        }
        let read = events.iter().filter(|event| event.is_ok()).count();
        let rows = self.rows.by_ref().take(read);
        let incoming: Vec<_> = rows.map(|row| Incoming::new(account.clone(), row)).collect();
        let receipts = if incoming.is_empty() {
            Vec::new()
        } else {
            let taken = app.record_events(account, self.cost.saturating_mul(read), incoming).await;
            taken.map_err(|not_done| Problem::of_running(not_done, *language))?
        };
        // A message that the plugin can never accept may still be a customer's answer.
        let read = events.iter().filter_map(|event| event.as_ref().ok()).zip(&receipts);
        let refused = read.filter_map(|(event, receipt)| event.refused(receipt)).collect();
        let unread = events.iter().filter_map(|event| event.as_ref().err());
        let unread = unread.map(UnreadableEvent::inbound).collect();
        let mut refused = store_inbound(app, *language, account, refused).await?.into_iter();
        let mut kept = store_inbound(app, *language, account, unread).await?.into_iter();
        let mut receipts = receipts.into_iter();
        let rows = events.into_iter().filter_map(|event| match event {
            Ok(event) => {
                let receipt = receipts.next()?;
                let inbound = event.refused(&receipt).and_then(|_| refused.next());
                Some(ReceiptRow::of(event, receipt, inbound, self.decisions))
            }
            Err(unread) => Some(ReceiptRow::unreadable(unread, kept.next())),
        });
        let rows: Vec<_> = rows.collect();
        self.taken.count(&rows);
        Ok(Some(rows))
    }

    /// Why the rest was not recorded.
    fn cut(&self, problem: Problem) -> Problem {
        let Taken { stored, again, refused, unreadable, .. } = &self.taken;
        let done =
            [again, refused, unreadable].into_iter().fold(*stored, |a, b| a.saturating_add(*b));
        problem.help(format!(
            "the first {done} events were told; send the others, or all by their ids"
        ))
    }
}

/// Sends the response while the rest is recorded; continues only when the previous part was sent.
fn stream(mut telling: Recording, first: Vec<ReceiptRow>, body: Text) -> Response {
    let (send, receive) = mpsc::channel(1);
    let patience = telling.app.limits.request_timeout;
    let account = telling.account.clone();
    tokio::spawn(scope::for_account(account, async move {
        // Counts towards the account's share until the last event is recorded.
        let _body = body;
        let mut next = Some(first);
        let mut before = "{\"receipts\":[";
        while let Some(rows) = next {
            let mut text = String::new();
            for row in rows {
                text.push_str(std::mem::replace(&mut before, ","));
                text.push_str(&serde_json::to_string(&row).unwrap_or_default());
            }
            let sent = tokio::time::timeout(patience, send.send(Ok(Bytes::from(text)))).await;
            if !matches!(sent, Ok(Ok(()))) {
                // The client has gone. Whatever is not recorded will be sent again.
                return;
            }
            next = match telling.next().await {
                Ok(next) => next,
                Err(_) => {
                    tracing::warn!("an answer was cut off, as the rest of a list was not stored");
                    // The connection ends before the response does, so no client takes it for
                    // complete.
                    let _: Result<_, _> = send.send(Err(CutOff)).await;
                    return;
                }
            };
        }
        let Taken { stored, again, refused, unreadable, .. } = telling.taken;
        let begin = if before == "," { "" } else { before };
        let end = format!(
            "{begin}],\"stored\":{stored},\"again\":{again},\"refused\":{refused},\
             \"unreadable\":{unreadable}}}"
        );
        let _: Result<_, _> = send.send(Ok(Bytes::from(end))).await;
    }));
    ([(header::CONTENT_TYPE, "application/json")], Body::new(Streamed(receive))).into_response()
}

/// The rest of a list was not stored.
#[derive(Debug, thiserror::Error)]
#[error("the rest of the list was not stored")]
struct CutOff;

/// A body that is sent in parts.
struct Streamed(mpsc::Receiver<Result<Bytes, CutOff>>);

impl hyper::body::Body for Streamed {
    type Data = Bytes;
    type Error = CutOff;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, CutOff>>> {
        self.0.poll_recv(context).map(|piece| Some(piece?.map(Frame::data)))
    }
}

/// Stores unreadable events until somebody has handled them.
async fn store_inbound(
    app: &App,
    language: Language,
    account: &str,
    unread: Vec<Inbound>,
) -> Result<Vec<String>, Problem> {
    if unread.is_empty() {
        return Ok(Vec::new());
    }
    let account = account.to_owned();
    app.ask(language, move |desk, now| desk.record_inbound(now, &account, &unread)).await
}

impl Taken {
    fn count(&mut self, rows: &[ReceiptRow]) {
        let count = |result: &str| rows.iter().filter(|row| row.result == result).count();
        let stored = count("heard").saturating_add(count("parked"));
        self.stored = self.stored.saturating_add(stored);
        self.again = self.again.saturating_add(count("again"));
        self.refused = self.refused.saturating_add(count("refused"));
        self.unreadable = self.unreadable.saturating_add(count("unreadable"));
    }
}

impl ReceiptRow {
    fn of(event: Event, receipt: Receipt, inbound: Option<String>, decisions: bool) -> ReceiptRow {
        let (result, why, decision) = match receipt {
            Receipt::Recorded(decision) => {
                let shown =
                    decisions.then(|| despertador_contract::decision::decision_json(&decision));
                ("heard", None, shown)
            }
            Receipt::Duplicate => ("again", None, None),
            Receipt::Deferred => ("parked", None, None),
            Receipt::Refused(why) => ("refused", Some(why), None),
        };
        let Event { ticket, id, notes, .. } = event;
        ReceiptRow { ticket, id, result, why, notes, inbound, decision }
    }

    fn unreadable(unread: UnreadableEvent, inbound: Option<String>) -> ReceiptRow {
        ReceiptRow {
            ticket: unread.tickets.into_iter().next().unwrap_or_default(),
            id: None,
            result: "unreadable",
            why: Some(unread.why.to_string()),
            notes: Vec::new(),
            inbound,
            decision: None,
        }
    }
}

/// The entrance, as inbound entries name it.
pub(crate) const SOURCE_NAME: &str = "events";

/// A parsed event.
pub(crate) struct Event {
    ticket: String,
    id: Option<String>,
    /// Whether it is a customer's message.
    is_customer_message: bool,
    /// The original JSON.
    value: Value,
    /// What was ignored.
    notes: Vec<String>,
}

impl Event {
    /// A refused message of a customer, to be stored.
    fn refused(&self, receipt: &Receipt) -> Option<Inbound> {
        let Receipt::Refused(why) = receipt else { return None };
        (self.is_customer_message && !self.ticket.is_empty()).then(|| Inbound {
            door: SOURCE_NAME.into(),
            text: self.value.to_string(),
            why: why.clone(),
            tickets: vec![self.ticket.clone()],
            customers: Vec::new(),
        })
    }
}

/// An unreadable event.
pub(crate) struct UnreadableEvent {
    place: String,
    text: String,
    is_json: bool,
    why: Misread,
    tickets: Vec<String>,
    customers: Vec<String>,
}

impl UnreadableEvent {
    fn inbound(&self) -> Inbound {
        Inbound {
            door: SOURCE_NAME.into(),
            text: self.text.clone(),
            why: self.why.to_string(),
            tickets: self.tickets.clone(),
            customers: self.customers.clone(),
        }
    }
}

/// The events of a body.
pub(crate) struct ParsedBody {
    /// The rows of the readable events.
    pub(crate) rows: Vec<Row>,
    pub(crate) events: Vec<Result<Event, UnreadableEvent>>,
    /// Whether it was a single event, not a list.
    single: bool,
}

impl ParsedBody {
    /// Why the first unreadable event cannot be read.
    pub(crate) fn why_unread(&self) -> Option<String> {
        let unread = self.events.iter().find_map(|event| event.as_ref().err());
        unread.map(|unread| unread.why.to_string())
    }
}

/// The error for a body in which nothing can be read.
fn unreadable(events: &[Result<Event, UnreadableEvent>], kept: &[String], single: bool) -> Problem {
    let unread = events.iter().filter_map(|event| event.as_ref().err());
    let is_json = unread.clone().all(|unread| unread.is_json);
    let why = unread.clone().next().map(|unread| unread.why.to_string());
    let found = unread.zip(kept).take(UNREADABLE_LISTED_MAX).map(|(unread, id)| Found {
        code: "unreadable-event".into(),
        severity: "error".into(),
        place: unread.place.clone(),
        text: unread.why.found.clone(),
        help: match &unread.why.expected {
            Some(expected) => format!("expected {expected}; kept as inbound entry `{id}`"),
            None => format!("kept as inbound entry `{id}`"),
        },
    });
    let count = events.len();
    let (code, detail) = match why {
        Some(why) if single && !is_json => (Code::NotJson, why),
        _ => (Code::UnreadableEvents, format!("{count} of {count} events cannot be read")),
    };
    Problem::new(code, detail)
        .help(
            "mend them and send them again; until somebody has looked at the inbound entries that \
             keep them, the tickets that they name are not closed",
        )
        .problems(found.collect())
}

/// Parses the events of a body.
pub(crate) fn parse_events(body: &Text, now: Instant) -> Result<ParsedBody, Problem> {
    let mend = Mend::LeaveOut { otherwise_at: Some(now) };
    let mut read = Reading { now: time(now), mend, rows: Vec::new(), events: Vec::new() };
    let mut single = false;
    let text = input::without_mark(&body.text);
    if text.trim().is_empty() && !body.is_lines {
        return Err(Problem::new(Code::NotJson, "the body is empty"));
    }
    let whole = if body.is_lines { None } else { Some(input::read_json(text)) };
    match whole {
        Some(Ok(Value::Array(values))) => {
            for (place, value) in values.into_iter().enumerate() {
                read.value(format!("/{place}"), value);
            }
        }
        // One per line, whatever the header says.
        None | Some(Err(_)) if body.is_lines || has_lines(text) => {
            for (line, text) in text.lines().enumerate() {
                if !text.trim().is_empty() {
                    read.text(format!("/{line}"), text, input::read_json(text));
                }
            }
        }
        Some(whole) => {
            single = true;
            read.text(String::new(), text, whole);
        }
        None => {}
    }
    let Reading { rows, events, .. } = read;
    if events.len() > EVENTS_PER_REQUEST_MAX {
        return Err(Problem::new(
            Code::TooLarge,
            format!("{} events in one request", events.len()),
        )
        .help(format!("send at most {EVENTS_PER_REQUEST_MAX} at a time; 1,000 are as fast")));
    }
    Ok(ParsedBody { rows, events, single })
}

/// Whether one line of several is an object of its own.
fn has_lines(text: &str) -> bool {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let is_object = |line| input::read_json::<Value>(line).is_ok_and(|value| value.is_object());
    lines.clone().nth(1).is_some() && lines.any(is_object)
}

/// Events that are parsed one after the other.
struct Reading {
    now: String,
    mend: Mend,
    rows: Vec<Row>,
    events: Vec<Result<Event, UnreadableEvent>>,
}

impl Reading {
    fn text(&mut self, place: String, text: &str, value: Result<Value, serde_json::Error>) {
        let error = match value {
            Ok(value) => return self.value(place, value),
            Err(error) => error,
        };
        let (tickets, customers) = names::named_in_text(text);
        let why = format!("not JSON, at line {}, column {}", error.line(), error.column());
        let why = Misread::new(why, "one JSON object for each event");
        let text = text.to_owned();
        self.events.push(Err(UnreadableEvent {
            place,
            text,
            is_json: false,
            why,
            tickets,
            customers,
        }));
    }

    fn value(&mut self, place: String, mut value: Value) {
        if let Value::Object(members) = &mut value {
            members.entry("at").or_insert_with(|| json!(self.now));
        }
        let why = match Row::from_value(&value) {
            Ok(row) => return self.row(row, value, Vec::new()),
            Err(why) => why,
        };
        if let Some((mended, notes)) = mended(&value, self.mend)
            && let Ok(row) = Row::from_value(&mended)
        {
            return self.row(row, value, notes);
        }
        let (tickets, customers) = names::named_in(&value);
        let text = value.to_string();
        self.events.push(Err(UnreadableEvent {
            place,
            text,
            is_json: true,
            why,
            tickets,
            customers,
        }));
    }

    fn row(&mut self, row: Row, value: Value, notes: Vec<String>) {
        let is_customer_message = matches!(
            &row.call,
            Some(Call::Message(message)) if message.author == Author::Customer
        );
        let (ticket, id) = (row.ticket.clone(), row.id.clone());
        self.events.push(Ok(Event { ticket, id, is_customer_message, value, notes }));
        self.rows.push(row);
    }
}
