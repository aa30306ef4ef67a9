//! Closed tickets of a period, and whether closing them was right.
//!
//! Reports use their own connection on a thread that may wait, so the desk is not affected. A
//! limited number runs at a time, and none longer than its request.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use despertador_contract::Instant;
use despertador_contract::Zone;
use despertador_contract::clock_face::parse_rfc3339;
use despertador_contract::duration;
use despertador_desk::DeskError;
use despertador_desk::journal::{Journal, JournalError, Selection};
use despertador_desk::report::{Closed, Period, Reported, Reporter, Rows};
use despertador_desk::store::Location;
use despertador_page::DeskReport;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::app::{App, InPath, InQuery, Unwanted};
use crate::language::{Language, Negotiated};
use crate::problem::{Code, Problem, Problems};
use crate::scope::{Caller, Scope};

/// Maximum length of a period, in milliseconds.
const PERIOD_MILLIS_MAX: i64 = 366 * 86_400_000;
/// Maximum number of closes in a list.
const CLOSES_MAX: usize = 50_000;
const WINDOW: i64 = 86_400_000;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// The first instant, RFC 3339.
    #[param(required = true, format = DateTime, example = "2026-03-01T00:00:00Z")]
    since: Option<String>,
    /// The first instant after the period; at most 366 days later.
    #[param(required = true, format = DateTime, example = "2026-04-01T00:00:00Z")]
    until: Option<String>,
    /// A close is premature if the customer writes, or the ticket is reopened, within this time.
    /// Default `24 h`.
    #[param(example = "24 h")]
    window: Option<String>,
    /// Only this department.
    department: Option<String>,
    /// The time zone in which days begin, `America/Bogota` or `-03:00`; instead of `utc-offset`.
    #[param(example = "America/Bogota")]
    zone: Option<String>,
    /// Offset in minutes east of UTC, for the beginning of days. Default 0.
    #[serde(default, rename = "utc-offset")]
    #[param(minimum = -1080, maximum = 1080)]
    utc_offset: i32,
}

/// Tickets that were closed in a period.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct ClosedTickets {
    /// In the order in which they were closed.
    closed: Vec<Closed>,
}

/// Figures of a period.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Summary {
    /// The first instant, RFC 3339.
    since: String,
    /// The first instant after the period.
    until: String,
    /// Until when events are known.
    known_until: String,
    /// The time after a close in which the customer's return makes it premature, in milliseconds.
    window_ms: i64,
    /// All departments together.
    total: Figures,
    /// Each department.
    departments: Vec<Department>,
    /// Days with closed tickets.
    days: Vec<Day>,
}

/// Closes on a day.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Day {
    /// The date in the reader's zone.
    day: String,
    /// Closed tickets by who closed.
    closed: BTreeMap<String, u64>,
}

/// Figures of a department.
#[derive(Serialize, Deserialize, ToSchema)]
struct Department {
    /// Its name; none for tickets without one.
    department: Option<String>,
    /// Its figures.
    #[serde(flatten)]
    figures: Figures,
}

/// The figures of a department or of all.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
struct Figures {
    /// Tickets opened in the period.
    opened: u64,
    /// Closes in the period by anybody.
    closes: u64,
    /// Closes by who closed: `inactivity`, `agent`, `customer`, `flow`, `api`, `other`.
    closed_by: BTreeMap<String, u64>,
    /// Closes for inactivity, and whether they were right.
    automatic: Automatic,
    /// Reopenings within the window.
    reopened: ReopenedBy,
    /// Each reminder, by its number.
    reminders: Vec<Reminder>,
    /// Messages that could not be sent at their time, by reason; each once per silence.
    withheld: BTreeMap<String, u64>,
    /// Actions that were withdrawn, by the reason of the previous decision.
    withdrawn: BTreeMap<String, u64>,
    /// Actions that were given up.
    given_up: u64,
    /// Failed attempts that were followed by another one.
    retried: u64,
    /// Given-up actions that somebody sent again.
    sent_again: u64,
    /// From an action's deadline until it was carried out.
    lateness: Lengths,
    /// From the customer's first message to the first answer, for answers in the period.
    first_response: Lengths,
    /// From the opening of a ticket to its close.
    resolution: Lengths,
}

/// Closes for inactivity.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Automatic {
    /// The number.
    closes: u64,
    /// Closes after which the customer wrote or the ticket was reopened, within the window.
    premature: u64,
    /// Closes with an unknown result: nothing has followed, and the window has not passed.
    not_known: u64,
    /// Closes whose window has passed.
    window_passed: u64,
    /// The premature share of those whose window has passed, in tenths of a percent.
    premature_per_mille: Option<u64>,
}

/// Reopenings, by who had closed.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReopenedBy {
    /// After closes for inactivity.
    inactivity: Reopened,
    /// After closes by agents.
    agent: Reopened,
}

/// Reopenings within the window.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Reopened {
    /// Closes whose window has passed.
    known: u64,
    /// Those that were reopened.
    reopened: u64,
    /// The share, in tenths of a percent.
    per_mille: Option<u64>,
}

/// The results of a reminder.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Reminder {
    /// Its number, from 1.
    number: u32,
    /// How often it was sent.
    sent: u64,
    /// How often the customer wrote next: before the company, and before the next step.
    answered: u64,
    /// How often the next step is not due yet and nothing has followed so far.
    not_known: u64,
    /// How often the next step was due, or with no next step, the window has passed.
    window_passed: u64,
    /// The answered share of those whose next step was due, in tenths of a percent.
    answered_per_mille: Option<u64>,
}

/// Durations in milliseconds; none if there are none.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Lengths {
    /// The number.
    count: u64,
    /// The median.
    p50_ms: Option<i64>,
    /// The 90th percentile.
    p90_ms: Option<i64>,
    /// The 99th percentile.
    p99_ms: Option<i64>,
    /// The maximum.
    most_ms: Option<i64>,
}

/// List the tickets that were closed in a period
///
/// With the result of each: whether the customer came back, and whether the ticket was reopened. At
/// most 50,000; `despertador report` writes lists of any length.
#[utoipa::path(
    get,
    path = "/v1/accounts/{account}/reports/closed",
    tag = "reports",
    params(("account" = String, Path, description = "The account"), Wanted),
    responses(
        (status = 200, description = "They, as JSON, or as CSV if `Accept` says `text/csv`", content(
            (ClosedTickets = "application/json"), (String = "text/csv")
        )),
        Problems
    ),
)]
pub(crate) async fn closed(
    State(app): State<App>,
    caller: Caller,
    Negotiated(language): Negotiated<Language>,
    headers: HeaderMap,
    InPath(account): InPath<String>,
    InQuery(wanted): InQuery<Wanted>,
) -> Result<Response, Problem> {
    caller.may(&app, Scope::HelpDeskView, &account)?;
    let period = wanted.period(app.clock.now())?;
    let (_, mut closed) = read(&app, language, account, period, CLOSES_MAX).await?;
    closed.sort_by(|one, other| (one.closed, &one.ticket).cmp(&(other.closed, &other.ticket)));
    if !accepts(&headers, "text/csv") {
        return Ok(Json(ClosedTickets { closed }).into_response());
    }
    let written = Rows::begin(Vec::new()).and_then(|mut rows| {
        closed.iter().try_for_each(|one| rows.row(one))?;
        rows.end()
    });
    let text = written.map_err(|error| Problem::new(Code::Crashed, error.to_string()))?;
    let mut answer = text.into_response();
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_static("attachment; filename=\"closed.csv\""),
    );
    Ok(answer)
}

/// Get the figures of a period
///
/// Closes and how many were premature, reminders that won customers back, withheld and given-up
/// messages, lateness, first response and resolution times; in total and by department.
#[utoipa::path(
    get,
    path = "/v1/accounts/{account}/reports/summary",
    tag = "reports",
    params(("account" = String, Path, description = "The account"), Wanted),
    responses(
        (status = 200, description = "They, as JSON, or as a page if `Accept` says `text/html`", content(
            (Summary = "application/json"), (String = "text/html")
        )),
        Problems
    ),
)]
pub(crate) async fn summary(
    State(app): State<App>,
    caller: Caller,
    Negotiated(language): Negotiated<Language>,
    headers: HeaderMap,
    InPath(account): InPath<String>,
    InQuery(wanted): InQuery<Wanted>,
) -> Result<Response, Problem> {
    caller.may(&app, Scope::HelpDeskView, &account)?;
    let period = wanted.period(app.clock.now())?;
    let name = account.clone();
    let (found, _) = read(&app, language, account, period, 0).await?;
    if accepts(&headers, "text/html") {
        let report = DeskReport { name: &name, reported: &found };
        let page = despertador_page::desk_report(&report, language);
        let page = page.map_err(|error| Problem::new(Code::Crashed, error.to_string()))?;
        return Ok(axum::response::Html(page).into_response());
    }
    let summary: Summary = typed(found.to_json())?;
    Ok(Json(summary).into_response())
}

/// The response must match its documentation: another form is our error.
fn typed<T: DeserializeOwned>(value: Value) -> Result<T, Problem> {
    serde_json::from_value(value).map_err(|error| {
        Problem::new(Code::Crashed, format!("the report has another form: {error}"))
    })
}

/// Whether the caller accepts a media type.
pub(super) fn accepts(headers: &HeaderMap, kind: &str) -> bool {
    let named = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    named
        .flat_map(|value| value.split(','))
        .any(|one| one.split(';').next().is_some_and(|one| one.trim().eq_ignore_ascii_case(kind)))
}

impl Wanted {
    fn period(self, now: Instant) -> Result<Period, Problem> {
        // Missing parameters are reported here, after the permission was checked.
        let instant = |name: &str, text: Option<&str>| {
            let text = text.unwrap_or_default();
            parse_rfc3339(text).ok_or_else(|| {
                Problem::new(Code::BadParameter, format!("{name}: `{text}` is not an instant"))
                    .help(
                        "write it as 2026-03-01T00:00:00Z; a `+` of an offset is %2B in an address",
                    )
            })
        };
        let (since, until) =
            (instant("since", self.since.as_deref())?, instant("until", self.until.as_deref())?);
        let length = until.saturating_sub(since);
        if !(1..=PERIOD_MILLIS_MAX).contains(&length) {
            return Err(Problem::new(
                Code::BadParameter,
                "until: a period ends after it begins, and has at most 366 days",
            )
            .help("ask for several periods, or use `despertador report` on the desk's file"));
        }
        if !(-1_080..=1_080).contains(&self.utc_offset) {
            return Err(Problem::new(
                Code::BadParameter,
                format!("utc-offset: {}", self.utc_offset),
            )
            .help("minutes east of UTC, -1080 to 1080"));
        }
        let zone = match self.zone.as_deref() {
            None => Zone::fixed(self.utc_offset).unwrap_or_default(),
            Some(text) => Zone::parse(text).ok_or_else(|| {
                Problem::new(Code::BadParameter, format!("zone: `{text}` is not a time zone"))
                    .help("write it as America/Bogota or as -03:00")
            })?,
        };
        let window = match &self.window {
            None => WINDOW,
            Some(text) => duration::parse(text)
                .and_then(|window| i64::try_from(window).ok())
                .ok_or_else(|| {
                    Problem::new(Code::BadParameter, format!("window: `{text}` is not a duration"))
                        .help("write it as `30 min`, `24 h` or `2 d`")
                })?,
        };
        Ok(Period { since, until, department: self.department, window, known_until: now, zone })
    }
}

/// Why a report stopped early.
enum Stopped {
    Journal(JournalError),
    /// Nobody waits for it any more.
    Unwanted,
    TooMany,
}

impl From<JournalError> for Stopped {
    fn from(error: JournalError) -> Self {
        Self::Journal(error)
    }
}

async fn read(
    app: &App,
    language: Language,
    account: String,
    period: Period,
    most: usize,
) -> Result<(Reported, Vec<Closed>), Problem> {
    let room = app.limits.report(&account).await?;
    let desk = app.desk.clone();
    let unwanted = Unwanted::default();
    let watched = unwanted.watch();
    let reading = tokio::task::spawn_blocking(move || {
        let read = read_here(&desk, account, period, most, &watched);
        // There is room again when the work has ended, not when nobody waits for it.
        drop(room);
        read
    });
    let read = reading.await.map_err(|error| Problem::new(Code::Crashed, error.to_string()))?;
    read.map_err(|stopped| match stopped {
        Stopped::Journal(error) => Problem::of_desk(DeskError::from(error), language),
        Stopped::Unwanted => Problem::new(Code::TooSlow, "nobody waits for the report any more"),
        Stopped::TooMany => Problem::new(
            Code::BadParameter,
            format!("until: more than {CLOSES_MAX} tickets were closed in this period"),
        )
        .help("ask for shorter periods, or use `despertador report` on the desk's file"),
    })
}

fn read_here(
    desk: &Location,
    account: String,
    period: Period,
    most: usize,
    unwanted: &AtomicBool,
) -> Result<(Reported, Vec<Closed>), Stopped> {
    let selection =
        Selection { account: Some(account), since: Some(period.since), ..Selection::default() };
    let mut closed = Vec::new();
    let mut each = |one: &Closed| {
        if most > 0 {
            if closed.len() >= most {
                return Err(Stopped::TooMany);
            }
            closed.push(one.clone());
        }
        Ok(())
    };
    let mut reporter = Reporter::new(period);
    Journal::beside_desk(desk)?.read(&selection, |line| {
        if unwanted.load(Ordering::Relaxed) {
            return Err(Stopped::Unwanted);
        }
        reporter.push(line, &mut each).map(|()| true)
    })?;
    let found = reporter.end(&mut each)?;
    Ok((found, closed))
}
