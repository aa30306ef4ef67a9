//! What every page of the panel has around its content.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use despertador_contract::clock_face::{parse_rfc3339, show_rfc3339};
use despertador_contract::{Instant, Language, Zone};
use despertador_desk::Scope;
use maud::{DOCTYPE, Markup, Render, html};

use crate::assets;
use crate::fields::{encode, path};
use crate::interface::Problem;
use crate::sign_in::csrf;
use crate::text::{Words, words};
use crate::visit::Visit;

/// Nothing is loaded from elsewhere, and nothing inside runs but our own files.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// A page without an account.
pub(crate) struct Page<'p> {
    pub(crate) title: &'p str,
    pub(crate) content: Markup,
    /// Where the browser goes by itself.
    pub(crate) refresh: Option<&'p str>,
}

/// A part of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Tickets,
    Rules,
    Undelivered,
    Reports,
    Flow,
    Audit,
}

impl Part {
    const ALL: [Part; 6] =
        [Part::Tickets, Part::Rules, Part::Undelivered, Part::Reports, Part::Flow, Part::Audit];

    fn name(self) -> &'static str {
        match self {
            Part::Tickets => "tickets",
            Part::Rules => "rules",
            Part::Undelivered => "undelivered",
            Part::Reports => "reports",
            Part::Flow => "flow",
            Part::Audit => "audit",
        }
    }

    fn label(self, w: &'static Words) -> &'static str {
        match self {
            Part::Tickets => w.tickets,
            Part::Rules => w.rules,
            Part::Undelivered => w.undelivered,
            Part::Reports => w.reports,
            Part::Flow => w.flow,
            Part::Audit => w.audit,
        }
    }

    fn scope(self) -> Scope {
        match self {
            Part::Flow => Scope::BuilderView,
            Part::Audit => Scope::AuditView,
            _ => Scope::HelpDeskView,
        }
    }
}

/// The content of a page with its headers.
fn answer(status: StatusCode, page: &Markup) -> Response {
    let mut answer = (status, page.0.clone()).into_response();
    let headers = answer.headers_mut();
    let fixed = HeaderValue::from_static;
    headers.insert(header::CONTENT_TYPE, fixed("text/html; charset=utf-8"));
    headers.insert(header::CONTENT_SECURITY_POLICY, fixed(POLICY));
    headers.insert(header::CACHE_CONTROL, fixed("no-store"));
    headers.insert(header::REFERRER_POLICY, fixed("same-origin"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, fixed("nosniff"));
    headers.insert(header::X_FRAME_OPTIONS, fixed("DENY"));
    answer
}

/// A part of a page, for a script.
pub(crate) fn part(content: &Markup) -> Response {
    answer(StatusCode::OK, content)
}

fn document(language: Language, title: &str, refresh: Option<&str>, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(language.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                @if let Some(to) = refresh { meta http-equiv="refresh" content={ "0; url=" (to) }; }
                title { (title) " – Despertador" }
                link rel="icon" href="/panel/icon.svg";
                link rel="stylesheet" href=(assets::STYLE.address());
                script type="module" src=(assets::SCRIPT.address()) {}
                script type="module" src=(assets::LIVE.address()) {}
            }
            (body)
        }
    }
}

fn languages(language: Language, place: &str) -> Markup {
    let name = |language| match language {
        Language::Spanish => "Español",
        Language::Portuguese => "Português",
        Language::English => "English",
    };
    html! {
        ul.languages { @for other in Language::ALL {
            li {
                @if other == language { span aria-current="true" lang=(other.tag()) { (name(other)) } }
                @else {
                    a href={ "/language/" (other.tag()) "?" (encode([("to", place)])) }
                        lang=(other.tag()) hreflang=(other.tag()) { (name(other)) }
                }
            }
        } }
    }
}

/// A page for somebody who has not signed in.
pub(crate) fn plain(language: Language, status: StatusCode, page: &Page<'_>) -> Response {
    let w = words(language);
    let body = html! {
        body {
            a.skip href="#content" { (w.skip) }
            header.top { a.brand href="/" { "Despertador" } (languages(language, "/sign-in")) }
            main #content tabindex="-1" { h1 { (page.title) } (page.content) }
        }
    };
    answer(status, &document(language, page.title, page.refresh, &body))
}

/// What stands above the content of a page.
pub(crate) struct Head<'h> {
    pub(crate) title: &'h str,
    /// The account, and which part of it.
    pub(crate) at: Option<(&'h str, Part)>,
    /// What was done, or could not be.
    pub(crate) said: Option<Said>,
}

/// What was done, or could not be.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    pub(crate) is_error: bool,
    pub(crate) text: Markup,
}

impl Said {
    pub(crate) fn done(text: impl Render) -> Said {
        Said { is_error: false, text: html! { (text) } }
    }

    pub(crate) fn of(w: &'static Words, problem: &Problem) -> Said {
        Said { is_error: true, text: in_words(w, problem) }
    }
}

/// A page for somebody who has signed in.
pub(crate) fn page(visit: &Visit, head: &Head<'_>, content: &Markup) -> Response {
    with_status(visit, StatusCode::OK, head, content)
}

pub(crate) fn with_status(
    visit: &Visit,
    status: StatusCode,
    head: &Head<'_>,
    content: &Markup,
) -> Response {
    let w = visit.words;
    let account = head.at.map(|(account, _)| account);
    let body = html! {
        body data-now=(visit.now) {
            a.skip href="#content" { (w.skip) }
            header.top {
                a.brand href="/" { "Despertador" }
                div.person {
                    (languages(visit.language, &visit.place))
                    a href="/help" { (w.help) }
                    @if visit.may(Scope::TokensEdit) { a href="/tokens" { (w.tokens) } }
                    form method="post" action="/sign-out" {
                        (csrf(&visit.session))
                        a.quiet href="/sessions" title=(w.live.sessions) { bdi { (visit.identity.name) } }
                        button.link { (w.sign_out) }
                    }
                }
            }
            @if let Some((account, part)) = head.at {
                nav.parts aria-label=(w.parts) {
                    span.account { bdi { (account) } }
                    ul { @for other in Part::ALL.into_iter().filter(|part| visit.may(part.scope())) {
                        li { a href=(path(&["a", account, other.name()]))
                            aria-current=[(other == part).then_some("page")] { (other.label(w)) } }
                    } }
                }
            }
            main #content tabindex="-1" {
                h1 { bdi { (head.title) } }
                @if let Some(said) = &head.said {
                    div.said.bad[said.is_error] role=(if said.is_error { "alert" } else { "status" }) { (said.text) }
                }
                (content)
            }
        }
    };
    let title =
        account.map_or_else(|| head.title.to_owned(), |name| format!("{} – {name}", head.title));
    answer(status, &document(visit.language, &title, None, &body))
}

/// A problem in the reader's words, with what the interface says of it.
pub(crate) fn in_words(w: &'static Words, problem: &Problem) -> Markup {
    let own = w.problem(problem.name());
    html! {
        p { @if own.is_empty() { (problem.title) } @else { (own) } }
        @if !problem.detail.is_empty() { p { bdi { (problem.detail) } } }
        @if !problem.help.is_empty() { p.quiet { (problem.help) } }
    }
}

/// A page that says why another one is not shown.
pub(crate) fn problem(visit: &Visit, problem: &Problem) -> Response {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let w = visit.words;
    let content = html! {
        (in_words(w, problem))
        p { a href="/" { (w.accounts) } }
    };
    with_status(visit, status, &Head { title: w.not_done, at: None, said: None }, &content)
}

/// A form that comes from another page.
pub(crate) fn foreign(language: Language) -> Response {
    let w = words(language);
    let content = html! { p { (w.foreign_page) } p { a href="/" { (w.go_on) } } };
    plain(language, StatusCode::FORBIDDEN, &Page { title: w.not_done, content, refresh: None })
}

/// A form that cannot be read now.
pub(crate) fn busy(language: Language) -> Response {
    let w = words(language);
    let content = html! { p { (w.problem("busy")) } };
    let page = Page { title: w.not_done, content, refresh: None };
    plain(language, StatusCode::SERVICE_UNAVAILABLE, &page)
}

/// A form that is too large.
pub(crate) fn too_large(language: Language) -> Response {
    let w = words(language);
    let content = html! { p { (w.too_large) } };
    plain(
        language,
        StatusCode::PAYLOAD_TOO_LARGE,
        &Page { title: w.not_done, content, refresh: None },
    )
}

/// An instant on the account's clock.
pub(crate) fn time(zone: &Zone, at: Instant) -> Markup {
    html! { time datetime=(show_rfc3339(at)) { (zone.show(at)) } }
}

/// An instant of the interface on the account's clock.
pub(crate) fn time_of(zone: &Zone, text: Option<&str>) -> Markup {
    match text.and_then(parse_rfc3339) {
        Some(at) => time(zone, at),
        None => html! { "–" },
    }
}

/// Something wide, which scrolls by itself and can be reached with the keyboard.
pub(crate) fn wide(w: &'static Words, name: &str, content: &Markup) -> Markup {
    html! { div.wide role="region" tabindex="0" aria-label={ (name) ", " (w.scrolls) } { (content) } }
}
