//! Where one's token is signed in, and signing out there.

use axum::http::StatusCode;
use axum::response::Response;
use despertador_contract::Zone;
use maud::{Markup, html};

use crate::interface::Problem;
use crate::session::Listed;
use crate::shell::{self, Head, Said, time, wide};
use crate::sign_in::csrf;
use crate::visit::{Posted, Stop, Visit};

fn row(visit: &Visit, session: &Listed) -> Markup {
    let w = visit.words;
    html! { tr {
        th scope="row" { bdi { (session.browser) } }
        td { (time(&Zone::UTC, session.begun)) }
        td { (time(&Zone::UTC, session.used)) }
        td { @if session.is_own { (w.live.this_session) } @else {
            form method="post" {
                (csrf(&visit.session))
                input type="hidden" name="session" value=(session.name);
                button aria-label={ (w.live.end_session) ": " (session.browser) } { (w.live.end_session) }
            }
        } }
    } }
}

fn page(visit: &Visit, said: Option<Said>) -> Response {
    let w = visit.words;
    let all = visit.panel.0.sessions.of_token(&visit.headers, &visit.session.token, visit.now);
    let table = html! {
        table {
            caption { span { (w.live.sessions_caption) } }
            thead { tr { @for head in [w.live.browser, w.live.begun, w.live.used, w.what_then] {
                th scope="col" { (head) }
            } } }
            tbody { @for session in &all { (row(visit, session)) } }
        }
    };
    let content = html! {
        p.quiet { (w.live.sessions_help) }
        (wide(w, w.live.sessions, &table))
    };
    shell::page(visit, &Head { title: w.live.sessions, at: None, said }, &content)
}

/// The sessions of one's token.
pub(crate) async fn list(visit: Visit) -> Response {
    page(&visit, None)
}

/// Ends another session of one's token.
pub(crate) async fn end(posted: Posted) -> Result<Response, Stop> {
    let Posted { visit, fields } = posted;
    let sessions = &visit.panel.0.sessions;
    if sessions.end_named(&visit.session.token, fields.get("session")) {
        return Ok(page(&visit, Some(Said::done(visit.words.live.session_ended))));
    }
    Err(visit.stop(Box::new(Problem::own("unknown-session", StatusCode::NOT_FOUND))))
}
