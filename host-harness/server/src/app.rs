//! State shared by all requests.

use std::collections::{HashMap, HashSet};
use std::ops::Deref;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use despertador_blip::BlipSource;
use despertador_contract::{Instant, input};
use despertador_desk::runtime::{Clock, DeskHandle, HandleError};
use despertador_desk::store::{AnyStore, Location};
use despertador_desk::{Desk, DeskError, Incoming, Receipt};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use tokio::sync::oneshot;
use tracing::Instrument as _;

use crate::changes::Changes;
use crate::connect::Connectors;
use crate::language::Language;
use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::problem::{Code, Problem};
use crate::scope::{self, Allowed, Tokens};
use crate::settings::Settings;
use crate::shares::Share;

/// The settings of a Blip source: the bot, and whether the data webhook posts here.
type BlipSettings = (String, bool);

/// State shared by all requests; cheap to clone.
#[derive(Clone)]
pub(crate) struct App(Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) handle: DeskHandle<AnyStore>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) tokens: Tokens,
    pub(crate) limits: Limits,
    pub(crate) metrics: Metrics,
    /// What those who watch tickets are sent.
    pub(crate) changes: Arc<Changes>,
    pub(crate) badges: Badges,
    /// The desk's store, which reports read in parallel to the desk.
    pub(crate) desk: Location,
    /// The names of all accounts, needed in every request.
    accounts: RwLock<HashSet<String>>,
    /// All departments of accounts whose settings name them.
    departments: RwLock<HashMap<String, Vec<String>>>,
    /// The accounts whose policies a second person approves.
    two_people: RwLock<HashSet<String>>,
    /// The accounts with Blip bots.
    blip: RwLock<HashMap<String, (BlipSettings, BlipSource)>>,
    /// Platforms beside accounts.
    pub(crate) connectors: Connectors,
    stopping: AtomicBool,
}

impl Deref for App {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl App {
    pub(crate) fn new(
        handle: DeskHandle<AnyStore>,
        clock: Arc<dyn Clock>,
        limits: Limits,
        metrics: Metrics,
        desk: Location,
        connectors: Connectors,
    ) -> App {
        let tokens = Tokens::default();
        // Positions of another run are not mistaken for those of this one.
        let changes = Arc::new(Changes::new(getrandom::u64().unwrap_or_default()));
        App(Arc::new(Shared {
            handle,
            clock,
            tokens,
            limits,
            metrics,
            changes,
            badges: Badges::default(),
            desk,
            accounts: RwLock::default(),
            departments: RwLock::default(),
            two_people: RwLock::default(),
            blip: RwLock::default(),
            connectors,
            stopping: AtomicBool::new(false),
        }))
    }

    /// Updates the cache of accounts and tokens from the desk.
    pub(crate) fn refresh_cache(&self, desk: &Desk<AnyStore>) -> Result<(), DeskError> {
        self.tokens.set(desk.query_tokens()?);
        // Those who watch with a revoked token see nothing from here on.
        self.changes.wake();
        *self.accounts.write().unwrap_or_else(PoisonError::into_inner) =
            desk.accounts().map(str::to_owned).collect();
        Ok(())
    }

    /// Changes accounts or tokens, and updates the cache in the same turn of the desk: two changes
    /// cannot overtake each other, and a client that disconnects leaves no revoked token active.
    pub(crate) async fn change<R: Send + 'static>(
        &self,
        language: Language,
        change: impl FnOnce(&mut Desk<AnyStore>, Instant) -> Result<R, DeskError> + Send + 'static,
    ) -> Result<R, Problem> {
        let app = self.clone();
        self.ask(language, move |desk, now| {
            let changed = change(desk, now);
            app.refresh_cache(desk)?;
            changed
        })
        .await
    }

    /// Updates the bots and departments from the settings. A bot that stays keeps its waiting
    /// messages.
    pub(crate) fn set_bots(&self, settings: &Settings) -> Result<(), String> {
        let mut bots = HashMap::new();
        for (name, account) in &settings.accounts {
            if let Some(blip) = &account.blip {
                let bot = blip.bot().map_err(|said| format!("[accounts.{name}.blip]: {said}"))?;
                let source =
                    BlipSource::new(name.clone(), bot).with_data_webhook(blip.data_webhook);
                bots.insert(name.clone(), ((blip.bot.clone(), blip.data_webhook), source));
            }
        }
        let departments = settings
            .accounts
            .iter()
            .filter_map(|(name, account)| Some((name.clone(), account.departments.clone()?)));
        *self.departments.write().unwrap_or_else(PoisonError::into_inner) = departments.collect();
        let two_people = settings.accounts.iter().filter(|(_, account)| account.two_people);
        *self.two_people.write().unwrap_or_else(PoisonError::into_inner) =
            two_people.map(|(name, _)| name.clone()).collect();
        let mut known = self.blip.write().unwrap_or_else(PoisonError::into_inner);
        known.retain(|name, (bot, _)| bots.get(name).is_some_and(|(new, _)| new == bot));
        for (name, bot) in bots {
            known.entry(name).or_insert(bot);
        }
        Ok(())
    }

    /// All departments of an account: those of the settings, otherwise those that a caller lists,
    /// separated by commas.
    pub(crate) fn departments(&self, account: &str, given: Option<&str>) -> Option<Vec<String>> {
        let known = self.departments.read().unwrap_or_else(PoisonError::into_inner);
        known
            .get(account)
            .cloned()
            .or_else(|| Some(given?.split(',').map(|name| name.trim().to_owned()).collect()))
    }

    /// Whether a second person approves the policies of an account.
    pub(crate) fn needs_two(&self, account: &str) -> bool {
        self.two_people.read().unwrap_or_else(PoisonError::into_inner).contains(account)
    }

    pub(crate) fn bot(&self, account: &str) -> Option<BlipSource> {
        let known = self.blip.read().unwrap_or_else(PoisonError::into_inner);
        known.get(account).map(|(_, source)| source.clone())
    }

    pub(crate) fn has_account(&self, name: &str) -> bool {
        self.accounts.read().unwrap_or_else(PoisonError::into_inner).contains(name)
    }

    /// From now on the server reports that it is not ready.
    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
        self.changes.wake();
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// Records events of an account's tickets when it is the account's turn; the receipts come when
    /// they are durable. At most [`EVENTS_PER_TURN_MAX`](crate::limits::EVENTS_PER_TURN_MAX) events, which are stored in one
    /// commit.
    pub(crate) async fn record_events(
        &self,
        account: &str,
        cost: usize,
        incoming: Vec<Incoming>,
    ) -> Result<Vec<Receipt>, HandleError> {
        let span = tracing::debug_span!("desk.take", events = incoming.len());
        let turn = self.limits.turn(account, cost).await.map_err(|_| HandleError::Busy)?;
        let (then, receipts) = oneshot::channel();
        self.handle.try_record_events(incoming, move |taken| {
            drop(turn);
            // A client that has gone will send them again.
            let _: Result<(), _> = then.send(taken);
        })?;
        receipts
            .instrument(span)
            .await
            .map_err(|_| HandleError::Stopped)?
            .map_err(HandleError::Desk)
    }

    /// Queries or changes the desk.
    pub(crate) async fn ask<R: Send + 'static>(
        &self,
        language: Language,
        question: impl FnOnce(&mut Desk<AnyStore>, Instant) -> Result<R, DeskError> + Send + 'static,
    ) -> Result<R, Problem> {
        let answer = self.ask_plainly(question).await;
        match answer {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(Problem::of_desk(error, language)),
            Err(not_done) => Err(Problem::of_running(not_done, language)),
        }
    }

    pub(crate) async fn ask_plainly<R: Send + 'static>(
        &self,
        question: impl FnOnce(&mut Desk<AnyStore>, Instant) -> R + Send + 'static,
    ) -> Result<R, HandleError> {
        let span = tracing::debug_span!("desk.ask");
        let turn = self.limits.turn(&scope::account(), QUERY_COST_EVENTS).await;
        let turn = turn.map_err(|_| HandleError::Busy)?;
        let (then, answer) = oneshot::channel();
        self.handle.try_call(move |desk, now| {
            let _turn = turn;
            // A client that has gone does not need the answer.
            let _: Result<(), _> = then.send(question(desk, now));
        })?;
        answer.instrument(span).await.map_err(|_| HandleError::Stopped)
    }
}

/// The cost of a query in turns of the desk, in events.
const QUERY_COST_EVENTS: usize = 32;

/// What pages of badges need.
pub(crate) struct Badges {
    /// Signs their tokens; of this run only.
    pub(crate) secret: [u8; 32],
    ancestors: RwLock<String>,
}

impl Default for Badges {
    fn default() -> Self {
        let mut secret = [0; 32];
        // Without random bytes no token can be signed that others could not sign too.
        getrandom::fill(&mut secret).expect("the system gives random bytes");
        Self { secret, ancestors: RwLock::default() }
    }
}

impl Badges {
    /// Sets who may have a badge in a frame: origins, as the settings name them.
    pub(crate) fn set_ancestors(&self, origins: &[String]) -> Result<(), String> {
        let is_origin = |origin: &str| {
            let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
            host.is_some_and(|host| {
                !host.is_empty()
                    && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.:*[]".contains(&b))
            })
        };
        if let Some(wrong) = origins.iter().find(|origin| !is_origin(origin)) {
            return Err(format!(
                "frame-ancestors: `{wrong}` is not an origin; write it as https://desk.example.com"
            ));
        }
        let mut ancestors = self.ancestors.write().unwrap_or_else(PoisonError::into_inner);
        *ancestors = origins.join(" ");
        Ok(())
    }

    /// For the header `Content-Security-Policy`.
    pub(crate) fn ancestors(&self) -> String {
        let ancestors = self.ancestors.read().unwrap_or_else(PoisonError::into_inner);
        if ancestors.is_empty() { "'none'".to_owned() } else { ancestors.clone() }
    }
}

/// Signals, when dropped, to work on another thread that nobody waits for it any more.
#[derive(Default)]
pub(crate) struct Unwanted(Arc<AtomicBool>);

impl Unwanted {
    /// What the other thread looks at.
    pub(crate) fn watch(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.0)
    }
}

impl Drop for Unwanted {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A part of the path.
pub(crate) struct InPath<T>(pub(crate) T);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for InPath<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let axum::extract::Path(value) =
            axum::extract::Path::from_request_parts(parts, app).await?;
        Ok(InPath(value))
    }
}

/// The query string.
pub(crate) struct InQuery<T>(pub(crate) T);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for InQuery<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let axum::extract::Query(value) =
            axum::extract::Query::from_request_parts(parts, app).await?;
        Ok(InQuery(value))
    }
}

/// A body that was not read yet: first the caller's permission is checked.
pub(crate) struct UnreadBody(Request);

impl FromRequest<App> for UnreadBody {
    type Rejection = std::convert::Infallible;

    async fn from_request(request: Request, _: &App) -> Result<UnreadBody, Self::Rejection> {
        Ok(UnreadBody(request))
    }
}

/// A body as text. Invalid UTF-8 becomes U+FFFD where people's messages are received, and is
/// refused where a document is saved. While it is held, its size counts towards its account's
/// share.
pub(crate) struct Text {
    pub(crate) text: String,
    /// Whether it is one JSON value per line.
    pub(crate) is_lines: bool,
    /// The position from which it is not UTF-8.
    no_utf_8_from: Option<usize>,
    _room: Option<Share>,
}

impl From<Request> for UnreadBody {
    fn from(request: Request) -> Self {
        Self(request)
    }
}

impl UnreadBody {
    /// Reads it on behalf of a permitted caller.
    pub(crate) async fn read(self, app: &App, allowed: &Allowed) -> Result<Text, Problem> {
        let request = self.0;
        let is_lines = kind(request.headers())?;
        let limits = &app.limits;
        let announced = request
            .headers()
            .get(header::CONTENT_LENGTH)
            .and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
        if announced.is_some_and(|length| length > limits.body) {
            return Err(too_large(limits.body));
        }
        let read = async {
            let room = limits.room(&allowed.account, announced.unwrap_or(limits.body)).await?;
            let bytes = read(request.into_body(), limits.body).await?;
            Ok((room, bytes))
        };
        let (room, bytes) =
            tokio::time::timeout(limits.body_timeout, read).await.unwrap_or_else(|_| {
                Err(Problem::new(
                    Code::TooSlow,
                    format!("the body did not come within {} s", limits.body_timeout.as_secs()),
                )
                .help("send smaller batches")
                .closing())
            })?;
        let (text, no_utf_8_from) = match String::from_utf8(bytes.into()) {
            Ok(text) => (text, None),
            Err(error) => {
                let from = error.utf8_error().valid_up_to();
                (String::from_utf8_lossy(error.as_bytes()).into_owned(), Some(from))
            }
        };
        Ok(Text { text, is_lines, no_utf_8_from, _room: Some(room) })
    }
}

/// Bodies up to this size are parsed at once.
const PARSED_AT_ONCE_BYTES: usize = 16 << 10;

impl Text {
    /// A text that is already in memory.
    pub(crate) fn of(text: String) -> Text {
        Text { text, is_lines: false, no_utf_8_from: None, _room: None }
    }

    /// The body as a document that is stored unchanged, without a byte order mark.
    pub(crate) fn document(&self) -> Result<&str, Problem> {
        match self.no_utf_8_from {
            Some(at) => {
                let said = format!("the body is not UTF-8, from byte {at} on");
                Err(Problem::new(Code::NotJson, said).help("save it as UTF-8"))
            }
            None => Ok(input::without_mark(&self.text)),
        }
    }

    /// Parses the body, and gives it back. A long one uses a processor for a while: it is parsed
    /// beside the threads that serve requests, in the account's turn.
    pub(crate) async fn parse<R: Send + 'static>(
        self,
        app: &App,
        account: &str,
        parse: impl FnOnce(&Self) -> R + Send + 'static,
    ) -> Result<(Self, R), Problem> {
        if self.text.len() <= PARSED_AT_ONCE_BYTES {
            let parsed = parse(&self);
            return Ok((self, parsed));
        }
        let turn = app.limits.parse(account).await?;
        let parsing = tokio::task::spawn_blocking(move || {
            // Until the work has ended, even if nobody waits for it any more.
            let _turn = turn;
            let parsed = parse(&self);
            (self, parsed)
        });
        parsing.await.map_err(|error| Problem::new(Code::BodyBroken, error.to_string()))
    }

    /// The body as a known form.
    pub(crate) fn form<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        input::read_json(self.document()?).map_err(|error: serde_json::Error| {
            let code = if error.is_data() { Code::BadParameter } else { Code::NotJson };
            Problem::new(code, error.to_string()).help("/openapi.json has the form of the body")
        })
    }
}

async fn read(body: Body, most: usize) -> Result<Bytes, Problem> {
    match Limited::new(body, most).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_large(most)),
        Err(error) => Err(Problem::new(Code::BodyBroken, error.to_string())),
    }
}

fn too_large(most: usize) -> Problem {
    Problem::new(Code::TooLarge, format!("a body has at most {most} bytes"))
        .help("send smaller batches, or raise `limits.body`")
}

/// Whether the body is one JSON value per line; without a type it is JSON.
fn kind(headers: &HeaderMap) -> Result<bool, Problem> {
    let Some(value) = headers.get(header::CONTENT_TYPE) else { return Ok(false) };
    let value = value.to_str().unwrap_or_default();
    let kind = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match kind.as_str() {
        "application/x-ndjson" | "application/jsonl" | "application/x-jsonlines" => Ok(true),
        // curl's default for `--data`.
        "" | "application/json" | "text/plain" | "application/x-www-form-urlencoded" => Ok(false),
        other if other.ends_with("+json") => Ok(false),
        other => Err(Problem::new(Code::WrongKind, format!("`{other}` is not read here"))
            .help("send application/json, or application/x-ndjson for one JSON a line")),
    }
}
