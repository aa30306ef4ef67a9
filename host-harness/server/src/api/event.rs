//! What has happened, told to the desk.

mod form;

use axum::Json;
use axum::extract::State;
use despertador_contract::Instant;
use despertador_contract::event_log::Row;
use despertador_contract::problem::Misread;
use despertador_desk::{Incoming, Receipt};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use super::time;
use crate::app::{App, InPath, InQuery, Text};
use crate::language::Language;
use crate::problem::{Code, Found, Problem, Problems};
use crate::scope::{Caller, Scope};
use form::Events;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// Whether each receipt says what was decided. Default false.
    #[serde(default)]
    decisions: bool,
}

/// What became of events.
#[derive(Serialize, ToSchema)]
pub(crate) struct Taken {
    /// How many were stored now.
    stored: usize,
    /// How many were stored before.
    again: usize,
    /// How many were refused; their receipts say why.
    refused: usize,
    /// What became of each, in the order in which they were told.
    receipts: Vec<ReceiptRow>,
}

/// What became of an event.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReceiptRow {
    /// The ticket.
    ticket: String,
    /// The id, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    /// `heard`: stored and decided. `again`: stored before. `parked`: stored, and decided as soon as
    /// the plugin can. `refused`: not stored.
    #[schema(example = "heard")]
    result: &'static str,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    /// What was decided, if that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<Value>,
}

/// More events than this in one request are refused: they would hold up all others.
const MOST: usize = 50_000;
/// So many unreadable events are listed.
const MOST_LISTED: usize = 100;

/// Tell what has happened
///
/// One event, a list of events, or one a line (`application/x-ndjson`). They are stored in one
/// commit, and the answer comes when they are durable. If one of them cannot be read none is taken.
/// A single event that is refused is an error (422); among several it is told by its receipt.
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
pub(crate) async fn take(
    State(app): State<App>,
    caller: Caller,
    language: Language,
    InPath(account): InPath<String>,
    InQuery(wanted): InQuery<Wanted>,
    body: Text,
) -> Result<Json<Taken>, Problem> {
    caller.may(&app, Scope::EventsWrite, &account)?;
    let (rows, single) = rows(&body, app.clock.now())?;
    let names: Vec<_> = rows.iter().map(|row| (row.ticket.clone(), row.id.clone())).collect();
    let incoming = rows.into_iter().map(|row| Incoming::new(account.clone(), row)).collect();
    let receipts =
        app.take(incoming).await.map_err(|not_done| Problem::of_running(not_done, language))?;
    if let ([Receipt::Refused(why)], true) = (receipts.as_slice(), single) {
        return Err(Problem::new(Code::EventRefused, why.clone()));
    }
    Ok(Json(Taken::of(names, receipts, wanted.decisions)))
}

impl Taken {
    fn of(names: Vec<(String, Option<String>)>, receipts: Vec<Receipt>, decisions: bool) -> Taken {
        let count = |of: fn(&Receipt) -> bool| receipts.iter().filter(|r| of(r)).count();
        let again = count(|receipt| matches!(receipt, Receipt::Again));
        let refused = count(|receipt| !receipt.is_stored());
        let stored = receipts.len().saturating_sub(again).saturating_sub(refused);
        let receipts = names
            .into_iter()
            .zip(receipts)
            .map(|((ticket, id), receipt)| {
                let (result, why, decision) = match receipt {
                    Receipt::Heard(decision) => {
                        let shown = decisions
                            .then(|| despertador_contract::decision::decision_json(&decision));
                        ("heard", None, shown)
                    }
                    Receipt::Again => ("again", None, None),
                    Receipt::Parked => ("parked", None, None),
                    Receipt::Refused(why) => ("refused", Some(why), None),
                };
                ReceiptRow { ticket, id, result, why, decision }
            })
            .collect();
        Taken { stored, again, refused, receipts }
    }
}

/// The events of a body, and whether it was one alone.
fn rows(body: &Text, now: Instant) -> Result<(Vec<Row>, bool), Problem> {
    let now = time(now);
    let mut found = Vec::new();
    let mut rows = Vec::new();
    let mut read = |place: String, value: Result<Value, serde_json::Error>| {
        let row = value
            .map_err(|error| {
                Misread::new(format!("not JSON, at column {}", error.column()), "one event a line")
            })
            .and_then(|mut value| {
                if let Value::Object(members) = &mut value {
                    members.entry("at").or_insert_with(|| json!(now));
                }
                Row::from_value(&value)
            });
        match row {
            Ok(row) => rows.push(row),
            Err(misread) if found.len() < MOST_LISTED => found.push(Found {
                code: "unreadable-event".into(),
                severity: "error".into(),
                place,
                text: misread.found,
                help: misread.expected.map(|it| format!("expected {it}")).unwrap_or_default(),
            }),
            Err(_) => {}
        }
    };
    let mut single = false;
    let mut count: usize = 0;
    if body.is_lines {
        for (line, text) in body.text.lines().enumerate() {
            if !text.trim().is_empty() {
                count = count.saturating_add(1);
                read(format!("/{line}"), serde_json::from_str(text));
            }
        }
    } else {
        match body.json()? {
            Value::Array(values) => {
                for (place, value) in values.into_iter().enumerate() {
                    count = count.saturating_add(1);
                    read(format!("/{place}"), Ok(value));
                }
            }
            value => {
                single = true;
                count = 1;
                read(String::new(), Ok(value));
            }
        }
    }
    if count > MOST {
        return Err(Problem::new(Code::TooLarge, format!("{count} events in one request"))
            .help(format!("send at most {MOST} at a time; 1,000 are as fast")));
    }
    if found.is_empty() {
        return Ok((rows, single));
    }
    let bad = count.saturating_sub(rows.len());
    Err(Problem::new(Code::UnreadableEvents, format!("{bad} of {count} events cannot be read"))
        .help("mend them and send all again; what was taken before is not taken twice by its id")
        .problems(found))
}
