//! A request of somebody who has signed in.

use std::future::ready;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use despertador_contract::{Instant, Language};
use despertador_desk::Scope;
use futures_util::StreamExt as _;
use http_body_util::{BodyExt as _, Limited};
use serde_json::Value;

use crate::fields::Fields;
use crate::interface::{self, Answer, Call, Problem, Repeated};
use crate::session::{self, Session};
use crate::text::{Words, words};
use crate::{Identity, Panel, shell, sign_in};

/// The cookie with the language that somebody has chosen.
pub(crate) const LANGUAGE: &str = "despertador_language";
/// At most this many bytes of a form.
const FORM_MAX: usize = 8 << 20;
/// At most this many forms of people who have signed in are read at one time.
const FORMS_MAX: usize = 16;
/// At most this many bytes of a form of somebody who has not signed in.
const STRANGERS_FORM_MAX: usize = 256 << 10;
/// At most this many forms of people who have not signed in are read at one time.
const STRANGERS_FORMS_MAX: usize = 64;

/// How many forms are being read.
#[derive(Default)]
pub(crate) struct Reading {
    forms: AtomicUsize,
    strangers: AtomicUsize,
}

/// A place among the forms that are being read; it is free again when this is dropped.
struct Place<'p>(&'p AtomicUsize);

impl Place<'_> {
    fn of(count: &AtomicUsize, most: usize) -> Option<Place<'_>> {
        let place = Place(count);
        (count.fetch_add(1, Ordering::Relaxed) < most).then_some(place)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The language of a request: the chosen one, else the browser's.
pub(crate) fn language(headers: &HeaderMap) -> Language {
    session::cookie(headers, LANGUAGE).and_then(Language::from_tag).unwrap_or_else(|| {
        let wanted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        Language::accepted(wanted.unwrap_or_default())
    })
}

/// A request of somebody who has signed in; cheap to clone.
#[derive(Clone)]
pub(crate) struct Visit(Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) panel: Panel,
    pub(crate) session: Session,
    pub(crate) identity: Identity,
    pub(crate) language: Language,
    pub(crate) words: &'static Words,
    /// Path and query.
    pub(crate) place: String,
    pub(crate) headers: HeaderMap,
    pub(crate) now: Instant,
    extensions: Extensions,
}

impl Deref for Visit {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

/// Why a page is not shown: what the interface says, for this reader.
pub(crate) struct Stop {
    pub(crate) visit: Visit,
    pub(crate) problem: Box<Problem>,
}

impl IntoResponse for Stop {
    fn into_response(self) -> Response {
        if self.problem.status == StatusCode::UNAUTHORIZED.as_u16() {
            // The token was revoked: the session ends with it.
            self.visit.panel.0.sessions.end(&self.visit.headers);
            return sign_in::wanted(&self.visit.headers, &self.visit.place, "");
        }
        shell::problem(&self.visit, &self.problem)
    }
}

impl Visit {
    fn of(parts: &Parts, panel: &Panel) -> Option<Visit> {
        let now = panel.now();
        let session = panel.0.sessions.find(&parts.headers, now)?;
        let Some(identity) = (panel.0.options.identify)(&session.token) else {
            panel.0.sessions.end(&parts.headers);
            return None;
        };
        let language = language(&parts.headers);
        let mut extensions = Extensions::new();
        (panel.0.options.carry)(&parts.extensions, &mut extensions);
        Some(Visit(Arc::new(Shared {
            panel: panel.clone(),
            session,
            identity,
            language,
            words: words(language),
            place: place(parts),
            headers: parts.headers.clone(),
            now,
            extensions,
        })))
    }

    /// Whether the token has a scope.
    pub(crate) fn may(&self, scope: Scope) -> bool {
        self.identity.scopes.iter().any(|own| own.includes(scope))
    }

    fn repeated(&self) -> Repeated<'_> {
        Repeated {
            token: &self.session.token,
            language: self.language.tag(),
            extensions: &self.extensions,
        }
    }

    /// Calls the interface.
    pub(crate) async fn call(&self, call: Call<'_>) -> Answer {
        interface::call(&self.panel.0.options.interface, self.repeated(), call).await
    }

    /// Calls the interface, and passes its answer on as it comes, for as long as the session lasts.
    pub(crate) async fn stream(&self, call: Call<'_>) -> Response {
        let interface = &self.panel.0.options.interface;
        let answer = interface::stream(interface, self.repeated(), call).await;
        let (parts, body) = answer.into_parts();
        let visit = self.clone();
        let lasts = move |_: &_| {
            let sessions = &visit.panel.0.sessions;
            ready(sessions.has(&visit.headers, visit.panel.now()))
        };
        Response::from_parts(parts, Body::from_stream(body.into_data_stream().take_while(lasts)))
    }

    /// Reads something.
    pub(crate) async fn get(&self, path: String) -> Result<Value, Stop> {
        let answer = self.call(Call::new(Method::GET, path)).await;
        answer.json().map_err(|problem| self.stop(problem))
    }

    /// Changes something.
    pub(crate) async fn post(&self, path: String, body: &Value) -> Result<Value, Box<Problem>> {
        let body = Some(body.to_string());
        self.call(Call { body, ..Call::new(Method::POST, path) }).await.json()
    }

    pub(crate) fn stop(&self, problem: Box<Problem>) -> Stop {
        Stop { visit: self.clone(), problem }
    }
}

fn place(parts: &Parts) -> String {
    parts.uri.path_and_query().map_or_else(|| "/".to_owned(), |place| place.as_str().to_owned())
}

impl FromRequestParts<Panel> for Visit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, panel: &Panel) -> Result<Visit, Response> {
        Visit::of(parts, panel).ok_or_else(|| sign_in::wanted(&parts.headers, &place(parts), ""))
    }
}

/// A form of somebody who has signed in, from a page of this panel.
pub(crate) struct Posted {
    pub(crate) visit: Visit,
    pub(crate) fields: Fields,
}

impl FromRequest<Panel> for Posted {
    type Rejection = Response;

    async fn from_request(request: Request, panel: &Panel) -> Result<Posted, Response> {
        let (parts, body) = request.into_parts();
        if !is_own_page(&parts.headers) {
            return Err(shell::foreign(language(&parts.headers)));
        }
        let Some(visit) = Visit::of(&parts, panel) else {
            // Nothing that was typed is lost: the form comes back after the sign-in.
            let kept = read_strangers(panel, &parts.headers, body).await?;
            let kept = String::from_utf8_lossy(&kept).into_owned();
            return Err(sign_in::wanted(&parts.headers, &place(&parts), &kept));
        };
        let forms = &panel.0.reading.forms;
        let reading = Place::of(forms, FORMS_MAX).ok_or_else(|| shell::busy(visit.language))?;
        let body = read(&parts.headers, body, FORM_MAX).await?;
        drop(reading);
        let fields = Fields::parse(&body);
        if !visit.session.wrote(fields.get("csrf")) {
            return Err(sign_in::again(&visit.session, visit.language, &place(&parts), &fields));
        }
        Ok(Posted { visit, fields })
    }
}

/// A form of somebody who has not signed in yet, from a page of this panel.
pub(crate) struct Stranger {
    pub(crate) headers: HeaderMap,
    pub(crate) fields: Fields,
    pub(crate) extensions: Extensions,
}

impl FromRequest<Panel> for Stranger {
    type Rejection = Response;

    async fn from_request(request: Request, panel: &Panel) -> Result<Stranger, Response> {
        let (parts, body) = request.into_parts();
        if !is_own_page(&parts.headers) {
            return Err(shell::foreign(language(&parts.headers)));
        }
        let body = read_strangers(panel, &parts.headers, body).await?;
        let mut extensions = Extensions::new();
        (panel.0.options.carry)(&parts.extensions, &mut extensions);
        Ok(Stranger { headers: parts.headers, fields: Fields::parse(&body), extensions })
    }
}

/// Whether a form comes from a page of this panel: a browser says where it comes from.
fn is_own_page(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    match (text(header::ORIGIN), text(header::HOST)) {
        (Some(origin), Some(host)) => {
            origin.split_once("://").is_some_and(|(_, from)| from.eq_ignore_ascii_case(host))
        }
        _ => false,
    }
}

async fn read_strangers(
    panel: &Panel,
    headers: &HeaderMap,
    body: Body,
) -> Result<Vec<u8>, Response> {
    let place = Place::of(&panel.0.reading.strangers, STRANGERS_FORMS_MAX);
    let _place = place.ok_or_else(|| shell::busy(language(headers)))?;
    read(headers, body, STRANGERS_FORM_MAX).await
}

async fn read(headers: &HeaderMap, body: Body, most: usize) -> Result<Vec<u8>, Response> {
    match Limited::new(body, most).collect().await {
        Ok(body) => Ok(body.to_bytes().into()),
        Err(_) => Err(shell::too_large(language(headers))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_so_many_forms_are_read_at_one_time() {
        let count = AtomicUsize::new(0);
        let first = Place::of(&count, 2);
        let second = Place::of(&count, 2);
        assert!(first.is_some() && second.is_some());
        assert!(Place::of(&count, 2).is_none());
        drop(first);
        assert!(Place::of(&count, 2).is_some());
        drop(second);
        assert_eq!(count.load(Ordering::Relaxed), 0);
    }
}
