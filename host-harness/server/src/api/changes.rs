//! Changes of tickets as server-sent events.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::ticket::TicketLine;
use crate::app::{App, InPath};
use crate::changes::{FRAME_PAUSE, Missed, SILENCE_MAX, Watcher};
use crate::problem::{Code, Problem, Problems};
use crate::scope::{Caller, Scope};

/// Where a client was that connects again, as browsers send it.
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "the form of the header, for the document")]
struct Since {
    /// The `id` of the last event, to continue after it.
    #[param(rename = "Last-Event-ID", value_type = String, required = false, pattern = "^[0-9]{1,20}-[0-9]{1,20}$")]
    last: Option<String>,
}

/// The data of an event `changed`.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChangedTickets {
    /// The server's time, in milliseconds since 1970.
    now: i64,
    /// The tickets as they are now. A ticket may be there twice; the last state counts.
    tickets: Vec<TicketLine>,
}

/// Watch the tickets of an account
///
/// Server-sent events. `changed` has the tickets that have changed, at most four times a second;
/// `reset` says that everything has to be read again: at the beginning, and after more changes than
/// are kept; `time` comes after 15 seconds without another event. Each has the server's time. The
/// stream ends with the token and with the server.
#[utoipa::path(
    get,
    path = "/v1/accounts/{account}/changes",
    tag = "tickets",
    params(("account" = String, Path, description = "The account"), Since),
    responses((status = 200, description = "Events until the client leaves", body = ChangedTickets, content_type = "text/event-stream"), Problems),
)]
pub(crate) async fn watch(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    InPath(account): InPath<String>,
) -> Result<Response, Problem> {
    caller.may(&app, Scope::HelpDeskView, &account)?;
    let after = headers.get(LAST_EVENT_ID).and_then(|value| value.to_str().ok());
    let watcher = app.changes.watch(&account, after).ok_or_else(|| {
        Problem::new(Code::Busy, "as many watch the tickets of this account as may")
            .help("read the list of tickets from time to time instead")
            .again_after(30)
    })?;
    let watching = Watching { app, caller, watcher, is_first: true };
    let mut answer = Sse::new(stream::unfold(watching, Watching::next)).into_response();
    // Proxies must not collect what is to be seen at once.
    let unbuffered = HeaderValue::from_static("no");
    answer.headers_mut().insert(HeaderName::from_static("x-accel-buffering"), unbuffered);
    Ok(answer)
}

/// A stream of changes.
struct Watching {
    app: App,
    caller: Caller,
    watcher: Watcher,
    is_first: bool,
}

impl Watching {
    /// The next event; `None` once the token was revoked or the server stops.
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Watching)> {
        if !std::mem::take(&mut self.is_first) {
            tokio::time::sleep(FRAME_PAUSE).await;
        }
        loop {
            if self.app.is_stopping() || !self.app.tokens.has(&self.caller.digest) {
                return None;
            }
            if let Some(missed) = self.watcher.take() {
                return Some((Ok(self.event(&missed)), self));
            }
            if tokio::time::timeout(SILENCE_MAX, self.watcher.wait()).await.is_err() {
                let time = Event::default().event("time").data(self.data(None));
                return Some((Ok(time), self));
            }
        }
    }

    fn event(&self, missed: &Missed) -> Event {
        let event = Event::default().id(self.watcher.position());
        match missed {
            Missed::All => event.event("reset").data(self.data(None)),
            Missed::Tickets(tickets) => event.event("changed").data(self.data(Some(tickets))),
        }
    }

    fn data(&self, tickets: Option<&str>) -> String {
        let now = self.app.clock.now();
        match tickets {
            None => format!("{{\"now\":{now}}}"),
            Some(tickets) => format!("{{\"now\":{now},\"tickets\":[{tickets}]}}"),
        }
    }
}

/// Passes the commits of a desk on to those who watch.
pub(crate) fn observer(app: &App) -> despertador_desk::Observer {
    let changes = Arc::clone(&app.changes);
    Box::new(move |committed| changes.publish(committed))
}
