//! A ticket at a glance, for agents inside their own desk: what comes next, and more time.
//!
//! A page in a frame has no cookie and no token of the interface. It has a token of its own in its
//! address: signed by this run of the server, for one ticket, valid for a short time and only as
//! long as the token with which it was made.

use std::fmt::Write as _;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use despertador_contract::key::render_step;
use despertador_contract::{Instant, Step, Zone, duration};
use despertador_desk::sink::signature;
use despertador_desk::store::AnyStore;
use despertador_desk::{Desk, DeskError, ManualChange, Receipt};
use despertador_host::Sha256;
use maud::{DOCTYPE, Markup, html};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::report::accepts;
use super::time;
use crate::app::{App, InPath, UnreadBody};
use crate::language::{FromHeaders as _, Language, Negotiated};
use crate::problem::{Code, Problem, Problems};
use crate::scope::{Caller, Scope};

/// How long a token of a badge is valid by default, and at most, in milliseconds.
const VALID_MS: u64 = 15 * 60_000;
const VALID_MS_MAX: u64 = 60 * 60_000;
/// How much more time its button gives, in milliseconds.
const EXTENSION_MS: u64 = 10 * 60_000;
/// How often a page reads itself again, in seconds.
const REFRESH_SECONDS: &str = "15";

/// The words of one language. `{}` stands for a value.
struct Words {
    reminder: &'static str,
    close: &'static str,
    at: &'static str,
    nothing: &'static str,
    other: &'static str,
    extend: &'static str,
    over: &'static str,
    refused: &'static str,
}

const fn words(language: Language) -> Words {
    match language {
        Language::Spanish => Words {
            reminder: "recordatorio {}",
            close: "cierre",
            at: " a las ",
            nothing: "nada pendiente",
            other: "aviso",
            extend: "10 min más",
            over: "Esta vista ha caducado. Vuelve a abrir el ticket.",
            refused: "No es posible ahora.",
        },
        Language::Portuguese => Words {
            reminder: "lembrete {}",
            close: "fechamento",
            at: " às ",
            nothing: "nada pendente",
            other: "aviso",
            extend: "Mais 10 min",
            over: "Esta visualização expirou. Abra o ticket novamente.",
            refused: "Não é possível agora.",
        },
        Language::English => Words {
            reminder: "reminder {}",
            close: "close",
            at: " at ",
            nothing: "nothing pending",
            other: "notice",
            extend: "10 min more",
            over: "This view has expired. Open the ticket again.",
            refused: "This is not possible now.",
        },
    }
}

/// What comes next for a ticket.
#[derive(Serialize, ToSchema)]
pub(crate) struct Badge {
    /// The help desk's id.
    ticket: String,
    /// The next steps until the close, if the customer stays silent and each is carried out at its
    /// time; at most 32.
    steps: Vec<BadgeStep>,
    /// The same in words: `reminder 2 at 09:15, close at 09:19`.
    text: String,
}

/// A step that will become due.
#[derive(Serialize, ToSchema)]
pub(crate) struct BadgeStep {
    /// The step: `reminder-2`, `close`.
    step: String,
    /// When, RFC 3339.
    at: String,
}

/// What a badge shows, before it is written.
struct Seen {
    ticket: String,
    steps: Vec<(Instant, Step)>,
    zone: Zone,
    now: Instant,
}

impl Seen {
    fn of(
        desk: &mut Desk<AnyStore>,
        account: &str,
        ticket: String,
        now: Instant,
    ) -> Result<Seen, DeskError> {
        let steps = desk.query_next_steps(now, account, &ticket)?;
        let zone = Zone::of_policy(desk.policy(account)?.config());
        Ok(Seen { ticket, steps, zone, now })
    }

    /// The clock's time; with the date if it is another day.
    fn clock(&self, at: Instant) -> String {
        let (shown, today) = (self.zone.show(at), self.zone.show(self.now));
        match (shown.split_once(' '), today.split_once(' ')) {
            (Some((day, clock)), Some((this, _))) if day == this => clock.to_owned(),
            _ => shown,
        }
    }

    fn text(&self, language: Language) -> String {
        let w = words(language);
        if self.steps.is_empty() {
            return w.nothing.to_owned();
        }
        let mut text = String::new();
        // The next step and the close say enough.
        let last = self.steps.last().filter(|_| self.steps.len() > 1);
        for (at, step) in self.steps.first().into_iter().chain(last) {
            let name = match step {
                Step::Reminder(number) => w.reminder.replace("{}", &number.to_string()),
                Step::Close | Step::Resolve => w.close.to_owned(),
                _ => w.other.to_owned(),
            };
            let comma = if text.is_empty() { "" } else { ", " };
            // Writing into a string does not fail.
            let _: std::fmt::Result = write!(text, "{comma}{name}{}{}", w.at, self.clock(*at));
        }
        text
    }

    fn badge(&self, language: Language) -> Badge {
        let steps = self.steps.iter();
        Badge {
            ticket: self.ticket.clone(),
            steps: steps
                .map(|(at, step)| BadgeStep { step: render_step(step), at: time(*at) })
                .collect(),
            text: self.text(language),
        }
    }
}

/// A text as a picture. A character takes about seven pixels.
fn svg(text: &str) -> String {
    let characters = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
    let width = characters.saturating_mul(7).saturating_add(20);
    html! {
        svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label=(text) width=(width) height="24" {
            rect width="100%" height="100%" rx="4" fill="#20364f" {}
            text x="10" y="16" fill="#fff" font-family="system-ui,sans-serif" font-size="12" { (text) }
        }
    }
    .into_string()
}

/// Get what comes next for a ticket
///
/// As JSON, or as a picture if `Accept` says `image/svg+xml`. Times are those of the policy's zone.
#[utoipa::path(
    get,
    path = "/v1/accounts/{account}/tickets/{ticket}/badge",
    tag = "tickets",
    params(
        ("account" = String, Path, description = "The account"),
        ("ticket" = String, Path, description = "The help-desk's id, percent-encoded"),
    ),
    responses(
        (status = 200, description = "It, as JSON or SVG", content(
            (Badge = "application/json"), (String = "image/svg+xml")
        )),
        Problems
    ),
)]
pub(crate) async fn read(
    State(app): State<App>,
    caller: Caller,
    Negotiated(language): Negotiated<Language>,
    headers: HeaderMap,
    InPath((account, ticket)): InPath<(String, String)>,
) -> Result<Response, Problem> {
    caller.may(&app, Scope::HelpDeskView, &account)?;
    let seen = app.ask(language, move |desk, now| Seen::of(desk, &account, ticket, now)).await?;
    if !accepts(&headers, "image/svg+xml") {
        return Ok(Json(seen.badge(language)).into_response());
    }
    let mut picture = svg(&seen.text(language)).into_response();
    let kind = HeaderValue::from_static("image/svg+xml");
    picture.headers_mut().insert(header::CONTENT_TYPE, kind);
    picture.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(picture)
}

/// A page for a frame.
#[derive(Deserialize, ToSchema)]
pub(crate) struct FrameWanted {
    /// Whether the page has a button that gives the customer ten minutes more. Needs the scope
    /// `help-desk:edit`. Default false.
    #[serde(default)]
    extend: bool,
    /// How long it is valid: at most `1 h`. Default `15 min`.
    #[serde(rename = "for")]
    #[schema(example = "15 min")]
    valid: Option<String>,
}

/// Where a page for a frame is.
#[derive(Serialize, ToSchema)]
pub(crate) struct Frame {
    /// The path of the page. Whoever has it sees what the badge shows.
    path: String,
    /// Until when it is valid, RFC 3339.
    until: String,
}

/// What a token of a badge says.
#[derive(Serialize, Deserialize)]
struct Pass {
    account: String,
    ticket: String,
    /// The digest of the token with which it was made.
    by: [u8; 32],
    extend: bool,
    until: Instant,
}

impl Pass {
    /// The token: when it was made, what it says, and the signature over both.
    fn sign(&self, secret: &[u8], now: Instant) -> String {
        let said = serde_json::to_vec(self).unwrap_or_default();
        let signature = signature::sign(secret, now, &said);
        format!("{now}.{}.{signature}", URL_SAFE_NO_PAD.encode(said))
    }

    /// What a token says, if this run of the server has signed it and it is still valid.
    fn verify(token: &str, secret: &[u8], now: Instant) -> Option<Pass> {
        let (made, rest) = token.split_once('.')?;
        let (said, signed) = rest.split_once('.')?;
        let (made, said) = (made.parse().ok()?, URL_SAFE_NO_PAD.decode(said).ok()?);
        signature::verify(secret, made, &said, signed, now, VALID_MS_MAX).ok()?;
        let pass: Pass = serde_json::from_slice(&said).ok()?;
        (now < pass.until).then_some(pass)
    }
}

/// Make an address at which a page in a frame shows a ticket's badge
///
/// The address is valid for a short time, ends with the token with which it was made, and with the
/// server. Only pages of the setting `frame-ancestors` may have it in a frame.
#[utoipa::path(
    post,
    path = "/v1/accounts/{account}/tickets/{ticket}/badge",
    tag = "tickets",
    params(
        ("account" = String, Path, description = "The account"),
        ("ticket" = String, Path, description = "The help-desk's id, percent-encoded"),
    ),
    request_body(content = FrameWanted, content_type = "application/json"),
    responses((status = 200, description = "Where it is", body = Frame), Problems),
)]
pub(crate) async fn frame(
    State(app): State<App>,
    caller: Caller,
    Negotiated(language): Negotiated<Language>,
    InPath((account, ticket)): InPath<(String, String)>,
    body: UnreadBody,
) -> Result<Json<Frame>, Problem> {
    let allowed = caller.may(&app, Scope::HelpDeskView, &account)?;
    let wanted: FrameWanted = body.read(&app, &allowed).await?.form()?;
    if wanted.extend {
        caller.may(&app, Scope::HelpDeskEdit, &account)?;
    }
    let text = wanted.valid.as_deref();
    let valid = text.map_or(Some(VALID_MS), duration::parse);
    let valid = valid.filter(|valid| (1..=VALID_MS_MAX).contains(valid)).ok_or_else(|| {
        Problem::new(Code::BadParameter, format!("for: `{}`", text.unwrap_or_default()))
            .help("a length of time up to `1 h`")
    })?;
    let (known, id) = (account.clone(), ticket.clone());
    app.ask(language, move |desk, _| desk.query_ticket(&known, &id)).await?;
    let now = app.clock.now();
    let until = now.saturating_add_unsigned(valid);
    let pass = Pass { account, ticket, by: caller.digest, extend: wanted.extend, until };
    let path = format!("/badge/{}", pass.sign(&app.badges.secret, now));
    Ok(Json(Frame { path, until: time(until) }))
}

/// A badge whose page is asked for.
struct Shown {
    app: App,
    pass: Pass,
    caller: Caller,
    language: Language,
}

impl Shown {
    /// Checks a token. Its owner must still be allowed what it says.
    fn of(app: App, token: &str, headers: &HeaderMap) -> Result<Shown, Box<Response>> {
        let language = Language::from_headers(headers);
        let pass = Pass::verify(token, &app.badges.secret, app.clock.now());
        let found = pass.and_then(|pass| {
            let caller = app.tokens.by_digest(&pass.by)?;
            app.limits.admit(&caller).ok()?;
            caller.may(&app, Scope::HelpDeskView, &pass.account).ok()?;
            Some((pass, caller))
        });
        match found {
            Some((pass, caller)) => Ok(Shown { app, pass, caller, language }),
            None => {
                let over = html! { p { (words(language).over) } };
                Err(page(&app, language, StatusCode::GONE, &over).into())
            }
        }
    }

    fn may_extend(&self) -> bool {
        let scope = Scope::HelpDeskEdit;
        self.pass.extend && self.caller.may(&self.app, scope, &self.pass.account).is_ok()
    }
}

const STYLE: &str = "body{font:14px/1.4 system-ui,sans-serif;margin:.5rem;color-scheme:light dark}\
    p,form{display:inline;margin:0 .5rem 0 0}button{font:inherit}";

/// A page that the settings allow to be in a frame; it reads itself again and runs no script.
fn page(app: &App, language: Language, status: StatusCode, content: &Markup) -> Response {
    let text = html! {
        (DOCTYPE)
        html lang=(language.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Despertador" }
                style { (STYLE) }
            }
            body { main { (content) } }
        }
    };
    let mut answer = (status, text.into_string()).into_response();
    let style = STANDARD.encode(Sha256::of(STYLE.as_bytes()).0);
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{style}'; form-action 'self'; base-uri 'none'; \
         frame-ancestors {}",
        app.badges.ancestors()
    );
    let headers = answer.headers_mut();
    let mut set = |name: header::HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    set(header::CONTENT_TYPE, "text/html; charset=utf-8");
    set(header::CONTENT_SECURITY_POLICY, &policy);
    set(header::CACHE_CONTROL, "no-store");
    // The address is the key.
    set(header::REFERRER_POLICY, "no-referrer");
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    if status == StatusCode::OK {
        set(header::REFRESH, REFRESH_SECONDS);
    }
    answer
}

/// The page of a badge.
pub(crate) async fn show(
    State(app): State<App>,
    InPath(token): InPath<String>,
    headers: HeaderMap,
) -> Response {
    match Shown::of(app, &token, &headers) {
        Ok(shown) => shown.page("").await,
        Err(over) => *over,
    }
}

/// Gives the customer more time, and shows the page again.
pub(crate) async fn extend(
    State(app): State<App>,
    InPath(token): InPath<String>,
    headers: HeaderMap,
) -> Response {
    let shown = match Shown::of(app, &token, &headers) {
        Ok(shown) => shown,
        Err(over) => return *over,
    };
    let refused = words(shown.language).refused;
    if !shown.may_extend() {
        return shown.page(refused).await;
    }
    let (account, ticket) = (shown.pass.account.clone(), shown.pass.ticket.clone());
    let by = shown.caller.name.clone();
    let extended = shown.app.ask(shown.language, move |desk, now| {
        desk.change_ticket(now, &account, &ticket, &ManualChange::Extend(EXTENSION_MS), &by)
    });
    match extended.await {
        Ok(Receipt::Recorded(_) | Receipt::Deferred | Receipt::Duplicate) => {
            Redirect::to(&format!("/badge/{token}")).into_response()
        }
        _ => shown.page(refused).await,
    }
}

impl Shown {
    async fn page(&self, said: &str) -> Response {
        let (account, ticket) = (self.pass.account.clone(), self.pass.ticket.clone());
        let language = self.language;
        let seen = self.app.ask(language, move |desk, now| Seen::of(desk, &account, ticket, now));
        let text = match seen.await {
            Ok(seen) => seen.text(language),
            Err(problem) => problem.detail(),
        };
        let content = html! {
            p { bdi { (text) } }
            @if self.may_extend() { form method="post" { button { (words(language).extend) } } }
            @if !said.is_empty() { p role="alert" { (said) } }
        };
        page(&self.app, language, StatusCode::OK, &content)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pass(until: Instant) -> Pass {
        Pass { account: "acme".into(), ticket: "a/b".into(), by: [7; 32], extend: false, until }
    }

    #[test]
    fn a_token_says_what_was_signed_until_its_time_and_for_this_run_only() {
        let token = pass(60_000).sign(b"secret", 1_000);
        let read = |token: &str, secret: &[u8], now| Pass::verify(token, secret, now);
        let known = read(&token, b"secret", 59_999).expect("a pass");
        assert_eq!((known.ticket.as_str(), known.by, known.extend), ("a/b", [7; 32], false));
        assert!(read(&token, b"secret", 60_000).is_none(), "its time is over");
        assert!(read(&token, b"other", 2_000).is_none(), "of another run");
        let more = Pass { extend: true, ..pass(60_000) }.sign(b"forged", 1_000);
        let mixed = format!(
            "{}.{}",
            more.rsplit_once('.').expect("parts").0,
            token.rsplit_once('.').expect("parts").1
        );
        for wrong in ["", "x", "1.2.3", more.as_str(), mixed.as_str()] {
            assert!(read(wrong, b"secret", 2_000).is_none(), "{wrong}");
        }
        let late = pass(i64::MAX).sign(b"secret", 0);
        assert!(read(&late, b"secret", 3_600_001).is_none(), "no token is valid for longer");
    }
}
