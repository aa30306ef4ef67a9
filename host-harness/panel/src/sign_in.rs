//! Signing in with a token, or once with a link; signing out; the language.

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use despertador_contract::Language;
use maud::{Markup, html};

use crate::Panel;
use crate::fields::{Fields, encode};
use crate::interface::{self, Answer, Call, Repeated};
use crate::session::{COOKIE, Session};
use crate::shell::{self, Page};
use crate::text::words;
use crate::visit::{self, LANGUAGE, Posted, Stranger};

/// A path of this panel, and nothing else that a browser would follow.
fn own_path(place: &str) -> &str {
    let own = place.starts_with('/')
        && !place.starts_with("//")
        && !place.starts_with("/sign-in")
        && !place.contains(|c: char| c == '\\' || c.is_control());
    if own { place } else { "/" }
}

/// Asks for a token, on the way to a page; `kept` is the form that was on its way.
pub(crate) fn wanted(headers: &HeaderMap, place: &str, kept: &str) -> Response {
    let language = visit::language(headers);
    if kept.is_empty() {
        let site = headers.get("sec-fetch-site").and_then(|value| value.to_str().ok());
        if site == Some("cross-site") {
            // A strict cookie does not come along from another site; from this page it does.
            return shell::plain(
                language,
                StatusCode::OK,
                &Page {
                    title: "Despertador",
                    content: html! { p { a href=(own_path(place)) { (words(language).go_on) } } },
                    refresh: Some(own_path(place)),
                },
            );
        }
        let to = encode([("to", own_path(place))]);
        return Redirect::to(&format!("/sign-in?{to}")).into_response();
    }
    page(
        language,
        StatusCode::OK,
        &Wanted { to: own_path(place), kept, said: words(language).session_over },
    )
}

/// What the page that asks for a token shows.
struct Wanted<'w> {
    to: &'w str,
    kept: &'w str,
    said: &'w str,
}

fn page(language: Language, status: StatusCode, wanted: &Wanted<'_>) -> Response {
    let w = words(language);
    let content = html! {
        @if !wanted.said.is_empty() { p.said role="alert" { (wanted.said) } }
        form.narrow method="post" action="/sign-in" {
            input type="hidden" name="to" value=(wanted.to);
            @if !wanted.kept.is_empty() { input type="hidden" name="kept" value=(wanted.kept); }
            // For password managers, which keep a token under a name.
            input type="text" name="username" value="despertador" autocomplete="username" hidden;
            label for="token" { (w.token) }
            input #token name="token" type="password" required autocomplete="current-password"
                spellcheck="false" aria-describedby="token-help";
            p.quiet #token-help { (w.token_help) }
            button.main { (w.sign_in) }
        }
    };
    shell::plain(language, status, &Page { title: w.sign_in, content, refresh: None })
}

/// The page that asks for a token.
pub(crate) async fn form(headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    let fields = Fields::parse(query.unwrap_or_default().as_bytes());
    let wanted = Wanted { to: own_path(fields.get("to")), kept: "", said: "" };
    page(visit::language(&headers), StatusCode::OK, &wanted)
}

/// Whether the interface knows a token.
async fn knows(panel: &Panel, token: &str, stranger: &Stranger) -> Answer {
    let language = visit::language(&stranger.headers);
    let repeated = Repeated { token, language: language.tag(), extensions: &stranger.extensions };
    let call = Call::new(Method::GET, "/v1/accounts".into());
    interface::call(&panel.0.options.interface, repeated, call).await
}

/// Exchanges a token for a session.
pub(crate) async fn with_token(State(panel): State<Panel>, stranger: Stranger) -> Response {
    let language = visit::language(&stranger.headers);
    let fields = &stranger.fields;
    let token = fields.get("token").trim();
    let answer = knows(&panel, token, &stranger).await;
    if answer.status.is_success() {
        return begin(&panel, token, &stranger.headers, fields);
    }
    let w = words(language);
    let said = match answer.status {
        StatusCode::UNAUTHORIZED => w.wrong_token,
        StatusCode::TOO_MANY_REQUESTS => w.too_many_tokens,
        _ => w.cannot_sign_in,
    };
    let wanted = Wanted { to: own_path(fields.get("to")), kept: fields.get("kept"), said };
    page(language, answer.status, &wanted)
}

/// The page of a link that signs in once. Its button has to be pressed: programs that look at links in messages
/// do not use it up.
pub(crate) async fn link(
    State(panel): State<Panel>,
    headers: HeaderMap,
    Path(code): Path<String>,
) -> Response {
    let language = visit::language(&headers);
    let w = words(language);
    if !panel.0.sessions.has_link(&code, panel.now()) {
        let wanted = Wanted { to: "/", kept: "", said: w.link_used };
        return page(language, StatusCode::GONE, &wanted);
    }
    let content = html! {
        p { (w.link_lead) }
        form.narrow method="post" { button.main autofocus { (w.sign_in) } }
    };
    shell::plain(language, StatusCode::OK, &Page { title: w.sign_in, content, refresh: None })
}

/// Exchanges a link for a session.
pub(crate) async fn with_link(
    State(panel): State<Panel>,
    Path(code): Path<String>,
    stranger: Stranger,
) -> Response {
    let language = visit::language(&stranger.headers);
    let token = panel.0.sessions.take_link(&code, panel.now());
    match token.filter(|token| (panel.0.options.identify)(token).is_some()) {
        Some(token) => begin(&panel, &token, &stranger.headers, &stranger.fields),
        None => {
            let wanted = Wanted { to: "/", kept: "", said: words(language).link_used };
            page(language, StatusCode::GONE, &wanted)
        }
    }
}

fn begin(panel: &Panel, token: &str, headers: &HeaderMap, fields: &Fields) -> Response {
    let language = visit::language(headers);
    let now = panel.now();
    let Ok(id) = panel.0.sessions.begin(token, headers, now) else {
        let wanted = Wanted { to: "/", kept: "", said: words(language).cannot_sign_in };
        return page(language, StatusCode::INTERNAL_SERVER_ERROR, &wanted);
    };
    let cookie = cookie(headers, &format!("{COOKIE}={id}"));
    let to = own_path(fields.get("to"));
    let kept = fields.get("kept");
    let mut answer = if kept.is_empty() {
        Redirect::to(to).into_response()
    } else {
        let mut own = HeaderMap::new();
        own.insert(header::COOKIE, set_value(&format!("{COOKIE}={id}")));
        match panel.0.sessions.find(&own, now) {
            Some(session) => again(&session, language, to, &Fields::parse(kept.as_bytes())),
            None => Redirect::to(to).into_response(),
        }
    };
    answer.headers_mut().append(header::SET_COOKIE, set_value(&cookie));
    answer
}

fn set_value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""))
}

/// A cookie for this site alone; behind TLS it does not leave it.
fn cookie(headers: &HeaderMap, pair: &str) -> String {
    let proto = headers.get("x-forwarded-proto").and_then(|value| value.to_str().ok());
    let secure = if proto == Some("https") { "; Secure" } else { "" };
    format!("{pair}; Path=/; HttpOnly; SameSite=Strict{secure}")
}

/// A form that was interrupted by the sign-in, for its author to send again.
pub(crate) fn again(
    session: &Session,
    language: Language,
    place: &str,
    fields: &Fields,
) -> Response {
    let w = words(language);
    let content = html! {
        p { (w.send_again_lead) }
        form.narrow method="post" action=(own_path(place)) {
            (csrf(session))
            @for (name, value) in fields.pairs().filter(|(name, _)| *name != "csrf") {
                input type="hidden" name=(name) value=(value);
            }
            button.main autofocus { (w.go_on) }
        }
    };
    shell::plain(language, StatusCode::OK, &Page { title: w.send_again, content, refresh: None })
}

/// What every form repeats.
pub(crate) fn csrf(session: &Session) -> Markup {
    html! { input type="hidden" name="csrf" value=(session.csrf); }
}

/// Ends the session.
pub(crate) async fn out(State(panel): State<Panel>, posted: Posted) -> Response {
    panel.0.sessions.end(&posted.visit.headers);
    let mut answer = Redirect::to("/sign-in").into_response();
    let gone = cookie(&posted.visit.headers, &format!("{COOKIE}=")) + "; Max-Age=0";
    answer.headers_mut().append(header::SET_COOKIE, set_value(&gone));
    answer
}

/// Keeps the chosen language for a year.
pub(crate) async fn language(
    headers: HeaderMap,
    Path(tag): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let fields = Fields::parse(query.unwrap_or_default().as_bytes());
    let to = fields.find("to").unwrap_or("/");
    let to = if to.starts_with("/sign-in") && !to.starts_with("/sign-in/") {
        "/sign-in"
    } else {
        own_path(to)
    };
    let mut answer = Redirect::to(to).into_response();
    if let Some(language) = Language::from_tag(&tag) {
        let chosen = format!("{LANGUAGE}={}", language.tag());
        let chosen = cookie(&headers, &chosen) + "; Max-Age=31536000";
        answer.headers_mut().append(header::SET_COOKIE, set_value(&chosen));
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_sent_to_pages_of_this_panel_only() {
        assert_eq!(own_path("/a/acme/tickets?x=1"), "/a/acme/tickets?x=1");
        for elsewhere in ["", "//evil", "https://evil", "/\\evil", "/\nx", "/sign-in?to=/", "x"] {
            assert_eq!(own_path(elsewhere), "/", "{elsewhere}");
        }
    }
}
