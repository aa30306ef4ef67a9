//! Unreadable input.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use despertador_blip::Answer;
use despertador_connect::{Connector, DOOR_PREFIX};
use despertador_contract::Instant;
use despertador_desk::store::{AnyStore, InboundRow};
use despertador_desk::{Desk, DeskError, InboundResolution, Incoming};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::account::Limit;
use super::edit::{Change, Edit};
use super::{event, time};
use crate::app::{App, InPath, InQuery, Text};
use crate::language::{Language, Negotiated};
use crate::problem::{Code, Problem, Problems};
use crate::scope::{Caller, Scope};

/// Unreadable input.
#[derive(Serialize, ToSchema)]
pub(crate) struct Entries {
    /// The oldest first.
    inbound: Vec<Entry>,
}

/// An input that could not be read.
#[derive(Serialize, ToSchema)]
pub(crate) struct Entry {
    /// Its id.
    id: String,
    /// When it first came in, RFC 3339.
    at: String,
    /// Where it came in: `events`, `blip`, or `connect:` and the name of a connector.
    #[schema(example = "blip")]
    door: String,
    /// Why it could not be read.
    why: String,
    /// The whole text.
    text: String,
    /// The tickets that it names: they are neither reminded nor closed.
    tickets: Vec<String>,
    /// The customers that it names: their tickets are neither reminded nor closed.
    customers: Vec<String>,
}

/// The entry.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Which {
    /// Its id.
    #[schema(example = "9f86d081884c7d659a2feaa0c55ad015")]
    id: String,
}

/// An entry to send again.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Again {
    /// The id of the entry.
    #[schema(example = "9f86d081884c7d659a2feaa0c55ad015")]
    id: String,
    /// The corrected text; if missing, the original text.
    text: Option<String>,
}

impl From<InboundRow> for Entry {
    fn from(row: InboundRow) -> Self {
        let InboundRow { id, at, door, why, text, tickets, customers, .. } = row;
        Self { id, at: time(at), door, why, text, tickets, customers }
    }
}

/// List unreadable input
///
/// Each entry may be a customer's answer. Until it is sent again or dismissed, the tickets and
/// customers that it names are neither reminded nor closed.
#[utoipa::path(
    get,
    path = "/v1/accounts/{account}/inbound",
    tag = "events",
    params(("account" = String, Path, description = "The account"), Limit),
    responses((status = 200, description = "The oldest first", body = Entries), Problems),
)]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Negotiated(language): Negotiated<Language>,
    InPath(account): InPath<String>,
    InQuery(limit): InQuery<Limit>,
) -> Result<Json<Entries>, Problem> {
    caller.may(&app, Scope::HelpDeskView, &account)?;
    let limit = limit.get()?;
    let rows = app.ask(language, move |desk, _| desk.query_inbound(&account, limit)).await?;
    Ok(Json(Entries { inbound: rows.into_iter().map(Entry::from).collect() }))
}

/// Send unreadable input again
///
/// Unchanged or corrected. It is processed like the original, and if it can be read now, the entry
/// is removed.
#[utoipa::path(
    post,
    path = "/v1/accounts/{account}/inbound/send-again",
    tag = "events",
    params(("account" = String, Path, description = "The account")),
    request_body(content = Again, content_type = "application/json"),
    responses((status = 204, description = "It was taken"), Problems),
)]
pub(crate) async fn send_again(edit: Edit<Again>) -> Result<StatusCode, Problem> {
    let source = edit.app().bot(edit.account());
    let clock = edit.app().clock.now();
    let connectors = edit.app().connectors.clone();
    let taken = edit
        .apply(move |desk, now, Change { account, by, form }| {
            let entry = desk.query_inbound_entry(&account, &form.id)?;
            let text = form.text.unwrap_or(entry.text);
            let unread = if entry.door == event::SOURCE_NAME {
                take_events(desk, now, &account, &Text::of(text), clock)?
            } else if let Some(name) = entry.door.strip_prefix(DOOR_PREFIX) {
                match connectors.find(&account, name) {
                    Some(connector) => take_post(desk, now, &connector, &text)?,
                    None => Some(format!("the settings have no [connect.{name}]")),
                }
            } else if let Some(source) = source {
                let answers = source.send_again_at(desk, now, despertador_blip::read(&text))?;
                answers.into_iter().find_map(|answer| match answer {
                    Answer::Refused { place, why, .. } => Some(format!("{place} {why}")),
                    _ => None,
                })
            } else {
                Some(format!("the settings name no bot for the account `{account}`"))
            };
            if unread.is_none() {
                desk.resolve_inbound(now, &account, &form.id, InboundResolution::SentAgain, &by)?;
            }
            Ok(unread)
        })
        .await?;
    match taken {
        None => Ok(StatusCode::NO_CONTENT),
        Some(why) => Err(Problem::new(Code::EventRefused, why.trim().to_owned())
            .help("give it in `text` as it should have been, or discard it")),
    }
}

/// Records events; returns why one of them is not accepted.
fn take_events(
    desk: &mut Desk<AnyStore>,
    now: Instant,
    account: &str,
    body: &Text,
    clock: Instant,
) -> Result<Option<String>, DeskError> {
    let told =
        event::parse_events(body, clock).map_err(|problem| DeskError::Refused(problem.detail()))?;
    if let Some(why) = told.why_unread() {
        return Ok(Some(why));
    }
    let incoming: Vec<_> =
        told.rows.into_iter().map(|row| Incoming::new(account.to_owned(), row)).collect();
    let receipts = desk.record_events(now, &incoming)?;
    Ok(receipts.into_iter().find_map(|receipt| match receipt {
        despertador_desk::Receipt::Refused(why) => Some(why),
        _ => None,
    }))
}

/// Records what a platform had posted; returns why it is not accepted.
fn take_post(
    desk: &mut Desk<AnyStore>,
    now: Instant,
    connector: &Connector,
    text: &str,
) -> Result<Option<String>, DeskError> {
    match connector.parse(text) {
        Ok(heard) => connector.receive_at(desk, now, &heard).map(|_| None),
        Err(unread) => Ok(Some(unread.why)),
    }
}

/// Dismiss unreadable input
///
/// Somebody has checked that it has no consequence: the tickets that it names continue.
#[utoipa::path(
    post,
    path = "/v1/accounts/{account}/inbound/discard",
    tag = "events",
    params(("account" = String, Path, description = "The account")),
    request_body(content = Which, content_type = "application/json"),
    responses((status = 204, description = "It is gone; the audit says who did it"), Problems),
)]
pub(crate) async fn discard(edit: Edit<Which>) -> Result<StatusCode, Problem> {
    edit.apply(|desk, now, Change { account, by, form }| {
        desk.resolve_inbound(now, &account, &form.id, InboundResolution::Discarded, &by)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}
