//! A policy on recorded conversations, beside the policy in force.
//!
//! The work is done beside the threads that serve requests, on one thread, and counts as a report.
//! It ends with the time of its request: what was played until then is returned, and said to be a
//! part.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{Html, IntoResponse, Response};
use despertador_contract::word::Word as _;
use despertador_contract::{Instant, Zone, duration};
use despertador_desk::DeskError;
use despertador_desk::journal::{Journal, Line, Selection};
use despertador_desk::runtime::Clock;
use despertador_desk::store::Location;
use despertador_host::Policy;
use despertador_insight::{
    Archive, ArchiveBacktest, ArchiveBuilder, Authors, BacktestError, BacktestFigures, Column,
    Columns, Judged, Platform, Read, ReadOptions, Settings, Timing, Unreadable, backtest_archive,
    examples,
};
use despertador_page::{Backtest, EXAMPLES, Tried};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::report::accepts;
use super::time;
use crate::app::{App, InPath, UnreadBody, Unwanted};
use crate::language::{Language, Negotiated};
use crate::past::{PastError, read_journal};
use crate::problem::{Code, Problem, Problems};
use crate::scope::{Caller, Scope};

const DAY: i64 = 86_400_000;
/// How far back the desk's own conversations are played, in days.
const DAYS: i64 = 30;
const DAYS_MAX: i64 = 366;
/// Maximum number of rows of the desk's own conversations.
const ROWS_MAX: u64 = 200_000;
/// Maximum number of refused rows that are listed.
const REFUSED_MAX: usize = 5;
/// Maximum size of rows in memory, in bytes; further ones go to a temporary file.
const MEMORY_MAX: usize = 32 << 20;
/// Minutes of an agent's time that a close for inactivity saves.
const MINUTES_PER_CLOSE: f64 = 2.0;

/// What is played, and on what.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct BacktestRequest {
    /// The policy.
    #[schema(value_type = Object)]
    policy: Box<RawValue>,
    /// Recorded conversations: a table with a row for each message and at least the columns
    /// `ticket`, `author` and `at`. Without it the desk's own conversations are played.
    csv: Option<String>,
    /// The names of the table's columns, where they are others: `{ "ticket": "conversation" }`.
    #[serde(default)]
    columns: BTreeMap<String, String>,
    /// The platform whose export the table is: `blip`, `zendesk`, and so on.
    from: Option<String>,
    /// The name of the table, for the page.
    name: Option<String>,
    /// How many days of the desk's own conversations. Default 30, at most 366.
    days: Option<i64>,
    /// A close is premature if the customer comes back within this time. Default `24 h`.
    #[schema(example = "24 h")]
    window: Option<String>,
}

/// What two policies would have done.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct BacktestResult {
    /// Rows that were read.
    rows: u64,
    /// Rows that could not be read.
    refused: u64,
    /// Why, of the first of them.
    first_refused: Vec<RefusedRow>,
    /// Tickets that were played.
    tickets: u64,
    /// Whether these are all that were read or recorded in the period.
    is_whole: bool,
    /// The time of the last row, RFC 3339.
    until: Option<String>,
    /// The time after a close in which the customer's return makes it premature, in milliseconds.
    window_ms: i64,
    /// The policy in force.
    in_force: PolicyFigures,
    /// The policy of the request.
    tried: PolicyFigures,
}

/// A row that could not be read.
#[derive(Serialize, ToSchema)]
struct RefusedRow {
    /// Its line, from 1.
    line: u64,
    /// How many rows have the same fault.
    rows: u64,
    /// The fault.
    why: String,
}

/// The figures of a policy.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
struct PolicyFigures {
    /// Closes for inactivity.
    closes: u64,
    /// Closes after which the customer came back within the window.
    premature: u64,
    /// Closes with an unknown result: nothing has followed, and the window is not over.
    not_known: u64,
    /// The premature share of the closes whose window is over, in tenths of a percent.
    premature_per_mille: Option<u64>,
    /// Reminders that were sent.
    reminders: u64,
    /// Reminders that the customer answered before the next step.
    answered: u64,
    /// The answered share of the reminders whose next step was due, in tenths of a percent.
    answered_per_mille: Option<u64>,
    /// The mean time from the company's last message to the close, in milliseconds.
    mean_wait_ms: Option<i64>,
    /// Messages that could not be sent at their time, by reason; each once per silence.
    withheld: BTreeMap<String, u64>,
}

impl PolicyFigures {
    fn of(figures: &BacktestFigures) -> PolicyFigures {
        let own = &figures.figures;
        let reminders = despertador_insight::ReminderCounts::all(own);
        PolicyFigures {
            closes: own.closes,
            premature: own.premature,
            not_known: own.undecided,
            premature_per_mille: own.premature_rate(),
            reminders: reminders.sent,
            answered: reminders.answered,
            answered_per_mille: reminders.answered_rate(),
            mean_wait_ms: figures.mean_wait(),
            withheld: own.withheld.clone(),
        }
    }
}

/// Play a policy on recorded conversations
///
/// Beside the policy in force: on a table of your own, or on the desk's conversations of the last 30
/// days. At most 200,000 rows of the desk, and a table as large as a body may be. What is not played
/// in time is left out, and `is-whole` is then false.
#[utoipa::path(
    post,
    path = "/v1/accounts/{account}/policy/backtest",
    tag = "policies",
    params(("account" = String, Path, description = "The account")),
    request_body = BacktestRequest,
    responses(
        (status = 200, description = "The figures of both, as JSON, or as a page if `Accept` says `text/html`", content(
            (BacktestResult = "application/json"), (String = "text/html")
        )),
        Problems
    ),
)]
pub(crate) async fn backtest(
    State(app): State<App>,
    caller: Caller,
    Negotiated(language): Negotiated<Language>,
    headers: HeaderMap,
    InPath(account): InPath<String>,
    body: UnreadBody,
) -> Result<Response, Problem> {
    let allowed = caller.may(&app, Scope::HelpDeskView, &account)?;
    let body = body.read(&app, &allowed).await?;
    let (body, request) = body.parse(&app, &account, |text| text.form::<BacktestRequest>()).await?;
    let request = request?;
    let departments = app.departments(&account, None);
    let config = request.policy.get().to_owned();
    let name = account.clone();
    let policies = app
        .ask(language, move |desk, _| {
            desk.query_policies_on_trial(&name, &config, departments.as_deref())
        })
        .await?;
    let room = app.limits.report(&account).await?;
    let unwanted = Unwanted::default();
    let work = Work {
        account,
        desk: app.desk.clone(),
        policies,
        settings: Settings { window: window(request.window.as_deref())?, channel: None },
        past: Past::of(&request)?,
        language,
        clock: Arc::clone(&app.clock),
        end: deadline(&app),
        unwanted: unwanted.watch(),
        wants_page: accepts(&headers, "text/html"),
    };
    let working = tokio::task::spawn_blocking(move || {
        let answer = work.answer();
        // There is room again when the work has ended, not when nobody waits for it.
        drop((room, body));
        answer
    });
    working.await.map_err(|error| Problem::new(Code::Crashed, error.to_string()))?
}

/// A quarter of a request's time is kept for reading the answer and drawing the page.
fn deadline(app: &App) -> Instant {
    let whole = app.limits.request_timeout.as_millis();
    let most = i64::try_from(whole.saturating_mul(3).div_euclid(4)).unwrap_or(i64::MAX);
    app.clock.now().saturating_add(most)
}

fn window(text: Option<&str>) -> Result<i64, Problem> {
    let Some(text) = text else { return Ok(Settings::default().window) };
    let window = duration::parse(text).and_then(|window| i64::try_from(window).ok());
    window.ok_or_else(|| {
        Problem::new(Code::BadParameter, format!("window: `{text}` is not a duration"))
            .help("write it as `30 min`, `24 h` or `2 d`")
    })
}

/// The conversations.
enum Past {
    Table { csv: String, columns: Columns, name: String },
    Desk { days: i64 },
}

impl Past {
    fn of(request: &BacktestRequest) -> Result<Past, Problem> {
        let refused =
            |said: String, help: String| Problem::new(Code::BadParameter, said).help(help);
        let days = request.days.unwrap_or(DAYS);
        if !(1..=DAYS_MAX).contains(&days) {
            let help = format!("1 to {DAYS_MAX} days");
            return Err(refused(format!("days: {days}"), help));
        }
        let Some(csv) = request.csv.clone() else { return Ok(Past::Desk { days }) };
        let mut columns = match request.from.as_deref() {
            None => Columns::default(),
            Some(name) => Platform::from_word(name).map(Platform::columns).ok_or_else(|| {
                let known = Platform::ALL.map(Platform::word).join(", ");
                refused(format!("from: `{name}` is not a platform"), format!("one of {known}"))
            })?,
        };
        for (what, name) in &request.columns {
            let column = Column::from_word(what).ok_or_else(|| {
                let known = Column::ALL.map(|column| column.word()).join(", ");
                refused(format!("columns: there is no `{what}`"), format!("one of {known}"))
            })?;
            columns = columns.with(column, name);
        }
        let name = request.name.clone().unwrap_or_else(|| "CSV".into());
        Ok(Past::Table { csv, columns, name })
    }

    fn name(&self, account: &str) -> String {
        match self {
            Past::Table { name, .. } => name.clone(),
            Past::Desk { .. } => account.to_owned(),
        }
    }
}

/// Everything that is needed beside the threads that serve requests.
struct Work {
    account: String,
    /// The desk's file.
    desk: Location,
    /// In force, and tried.
    policies: [Policy; 2],
    settings: Settings,
    past: Past,
    language: Language,
    clock: Arc<dyn Clock>,
    /// When the work has to end.
    end: Instant,
    unwanted: Arc<AtomicBool>,
    wants_page: bool,
}

impl Work {
    fn should_continue(&self) -> bool {
        !self.unwanted.load(Ordering::Relaxed) && self.clock.now() < self.end
    }

    fn zone(&self) -> Zone {
        let [_, tried] = &self.policies;
        Zone::of_policy(tried.config())
    }

    fn answer(&self) -> Result<Response, Problem> {
        let (read, is_all) = self.read()?;
        let go_on = |_: u64| self.should_continue();
        let played = backtest_archive(
            &read.history,
            &self.policies,
            &self.settings,
            NonZeroUsize::MIN,
            &go_on,
        );
        let played = played.map_err(|error| match error {
            BacktestError::Plugin(error) => Problem::of_desk(DeskError::from(error), self.language),
            other => Problem::new(Code::HistoryRefused, other.to_string()),
        })?;
        if self.wants_page {
            return self.page(&read, &played);
        }
        let result = self.result(&read, &played, is_all && played.is_whole)?;
        Ok(Json(result).into_response())
    }

    /// The conversations, and whether they are all.
    fn read(&self) -> Result<(Read<Archive>, bool), Problem> {
        let go_on = |_: u64| self.should_continue();
        let options =
            ReadOptions { memory: MEMORY_MAX, should_continue: &go_on, ..ReadOptions::default() };
        match &self.past {
            Past::Table { csv, columns, .. } => {
                let timing = Timing {
                    zone: self.zone(),
                    not_after: Some(self.clock.now().saturating_add(DAY)),
                    ..Timing::default()
                };
                let read =
                    Archive::csv(csv.as_bytes(), columns, &Authors::default(), &timing, options);
                Ok((read.map_err(|error| self.unreadable(&error))?, true))
            }
            Past::Desk { days } => {
                let mut builder = ArchiveBuilder::new(options, None);
                let is_all = self.read_desk(*days, &mut builder)?;
                let read = builder.end().map_err(|error| self.unreadable(&error))?;
                Ok((read, is_all))
            }
        }
    }

    /// Reads whole tickets of the desk, as many as may be; returns whether these are all.
    fn read_desk(&self, days: i64, builder: &mut ArchiveBuilder<'_>) -> Result<bool, Problem> {
        let since = self.clock.now().saturating_sub(days.saturating_mul(DAY));
        let selection = Selection {
            account: Some(self.account.clone()),
            since: Some(since),
            ..Selection::default()
        };
        let (mut rows, mut last, mut is_all) = (0_u64, String::new(), true);
        let mut each = |line: &Line| {
            let Line::Entry(entry) = line else { return true };
            if entry.ticket != last {
                is_all = rows < ROWS_MAX && self.should_continue();
                last.clone_from(&entry.ticket);
            }
            rows = rows.saturating_add(1);
            is_all
        };
        let journal = Journal::beside_desk(&self.desk)
            .map_err(|error| Problem::of_desk(DeskError::from(error), self.language))?;
        read_journal(journal, &selection, builder, &mut each).map_err(|error| match error {
            PastError::Journal(error) => Problem::of_desk(DeskError::from(error), self.language),
            PastError::Archive(error) => self.unreadable(&error),
        })?;
        Ok(is_all)
    }

    fn unreadable(&self, error: &Unreadable) -> Problem {
        match error {
            Unreadable::Stopped(rows) => {
                Problem::new(Code::TooSlow, format!("{rows} rows were read, and none was played"))
                    .help("send fewer rows")
            }
            Unreadable::Empty if matches!(self.past, Past::Desk { .. }) => {
                Problem::new(Code::HistoryRefused, "the desk has no conversations of this time")
                    .help("send recorded conversations as `csv`")
            }
            other => Problem::new(Code::HistoryRefused, other.to_string())
                .help("docs/histories.md describes the table; `columns` names its columns"),
        }
    }

    fn judged(played: &ArchiveBacktest) -> Result<[&Judged; 2], Problem> {
        let judged: Vec<&Judged> = played.judged.iter().collect();
        <[&Judged; 2]>::try_from(judged)
            .map_err(|_| Problem::new(Code::Crashed, "a backtest lacks a policy"))
    }

    fn result(
        &self,
        read: &Read<Archive>,
        played: &ArchiveBacktest,
        is_whole: bool,
    ) -> Result<BacktestResult, Problem> {
        let [in_force, tried] = Self::judged(played)?;
        let first = read.first_refused.iter().take(REFUSED_MAX);
        Ok(BacktestResult {
            rows: read.rows,
            refused: read.refused,
            first_refused: first
                .map(|refused| RefusedRow {
                    line: refused.line,
                    rows: refused.rows,
                    why: refused.why.of(self.language).to_owned(),
                })
                .collect(),
            tickets: played.tickets,
            is_whole,
            until: played.until.map(time),
            window_ms: self.settings.window,
            in_force: PolicyFigures::of(&in_force.total),
            tried: PolicyFigures::of(&tried.total),
        })
    }

    /// The page of the command `backtest`.
    fn page(&self, read: &Read<Archive>, played: &ArchiveBacktest) -> Result<Response, Problem> {
        let crashed = |error: String| Problem::new(Code::Crashed, error);
        let judged = Self::judged(played)?;
        let history = read.history.history().map_err(|error| self.unreadable(&error))?;
        let read = read.with(history);
        let mut behind = Vec::new();
        for (policy, judged) in self.policies.iter().zip(judged) {
            let outline = policy.outline(0).map_err(|error| crashed(error.to_string()))?;
            let shown = examples(&read.history, judged, policy, &self.settings, EXAMPLES);
            behind.push((outline, shown.map_err(|error| crashed(error.to_string()))?));
        }
        let tried: Vec<Tried<'_>> = names(self.language)
            .into_iter()
            .zip(judged)
            .zip(&behind)
            .zip(&self.policies)
            .map(|(((name, judged), (outline, examples)), policy)| {
                let warnings = policy.warnings();
                Tried { name, outline, warnings, judged, examples }
            })
            .collect();
        let [_, own] = &self.policies;
        let channel = self.settings.channel_of(own);
        let page = Backtest {
            history_name: &self.past.name(&self.account),
            read: &read,
            tried: &tried,
            window: self.settings.window,
            minutes_per_close: MINUTES_PER_CLOSE,
            channel: &channel.word(),
            zone: &self.zone(),
        };
        let page = despertador_page::backtest(&page, self.language);
        Ok(Html(page.map_err(|error| crashed(error.to_string()))?).into_response())
    }
}

/// What the policies are called on the page.
fn names(language: Language) -> [&'static str; 2] {
    match language {
        Language::Spanish => ["en vigor", "propuesta"],
        Language::Portuguese => ["em vigor", "proposta"],
        Language::English => ["in force", "proposed"],
    }
}
