//! A connection to PostgreSQL that is made again when it was lost.
//!
//! The client's futures run on the calling thread, so that the desk stays one thread that reads and
//! writes. Statements of a transaction are sent together: it costs three round trips, however many
//! statements it has.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::runtime::Runtime;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Config, Row, Statement};

use super::failure::Failure;
use super::tls;
use crate::store::{DatabaseUrl, StoreError, StoreProblem};

/// The longest time to connect to one host.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// A connection without traffic is checked after this time.
const KEEPALIVE: Duration = Duration::from_secs(10);
/// What was sent must arrive within this time.
const USER_TIMEOUT: Duration = Duration::from_secs(15);
/// The longest time to wait for answers; longer than the server lets a statement take.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(75);

/// The first version that can be used, as `server_version_num` writes it.
const VERSION_MIN: u32 = 150_000;

/// Settings of every session. Limits that were set for the user are kept.
const SESSION: &str = "
SET search_path TO despertador;
SET idle_in_transaction_session_timeout = '10s';
SET client_min_messages = warning;
SELECT set_config('statement_timeout', '60s', false)
    WHERE current_setting('statement_timeout') = '0';
SELECT set_config('lock_timeout', '20s', false) WHERE current_setting('lock_timeout') = '0';
SELECT set_config('synchronous_commit', 'on', false)
    WHERE current_setting('synchronous_commit') = 'off';
";

/// Which session this is: a pooler would answer with another one.
const SESSION_NAME: &str = "despertador.session";

/// A connection, as long as there is one.
pub(super) struct Link {
    config: Config,
    tls: tls::Tls,
    place: String,
    runtime: Runtime,
    session: RefCell<Option<Session>>,
    /// Number of sessions so far.
    sessions: Cell<u64>,
    /// Whether no other session may continue: a transaction of several calls is open.
    is_pinned: Cell<bool>,
}

struct Session {
    client: Client,
    prepared: RefCell<HashMap<String, Statement>>,
}

/// A parameter of a statement.
pub(super) type Value<'a> = &'a (dyn ToSql + Sync);

/// A statement of a transaction.
pub(super) struct Step<'a> {
    sql: &'static str,
    values: Vec<Box<dyn ToSql + Sync + Send + 'a>>,
    /// The number of rows that it must change, and the error if it does not.
    expected: Option<(u64, StoreError)>,
}

impl<'a> Step<'a> {
    pub(super) fn new(sql: &'static str, values: Vec<Box<dyn ToSql + Sync + Send + 'a>>) -> Self {
        Self { sql, values, expected: None }
    }

    pub(super) fn expecting(mut self, rows: usize, otherwise: StoreError) -> Self {
        self.expected = Some((u64::try_from(rows).unwrap_or(u64::MAX), otherwise));
        self
    }
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Link").field("place", &self.place).finish_non_exhaustive()
    }
}

impl Link {
    /// Reads an address. Connects with the first statement.
    pub(super) fn new(url: &DatabaseUrl) -> Result<Self, StoreError> {
        let place = url.to_string();
        let wrong = |problem, why: String| {
            StoreError::new(problem, format!("`{place}` is no usable address: {why}"))
        };
        let (address, tls) =
            tls::of(url.secret()).map_err(|why| wrong(StoreProblem::Unsupported, why))?;
        let mut config: Config = address.parse().map_err(|error: tokio_postgres::Error| {
            wrong(StoreProblem::Denied, super::failure::said(&error))
        })?;
        if config.get_hosts().is_empty() {
            config.host("localhost");
        }
        let is_local = config.get_hosts().iter().all(|host| !matches!(host, Host::Tcp(_)));
        if is_local {
            config.ssl_mode(SslMode::Disable);
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIMEOUT);
        }
        config.keepalives_idle(KEEPALIVE).keepalives_interval(KEEPALIVE);
        config.tcp_user_timeout(USER_TIMEOUT);
        config.target_session_attrs(tokio_postgres::config::TargetSessionAttrs::ReadWrite);
        if config.get_application_name().is_none() {
            config.application_name("despertador");
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| {
            StoreError::new(StoreProblem::Io, format!("`{place}` cannot be reached: {error}"))
        })?;
        Ok(Self {
            config,
            tls,
            place,
            runtime,
            session: RefCell::new(None),
            sessions: Cell::new(0),
            is_pinned: Cell::new(false),
        })
    }

    /// Also accepts a database that can only be read.
    pub(super) fn for_reading(mut self) -> Self {
        self.config.target_session_attrs(tokio_postgres::config::TargetSessionAttrs::Any);
        self
    }

    /// The address without its password.
    pub(super) fn place(&self) -> &str {
        &self.place
    }

    /// Number of sessions so far: another number means that the connection was lost.
    pub(super) fn sessions(&self) -> u64 {
        self.sessions.get()
    }

    /// Connects if there is no connection.
    pub(super) fn connect(&self) -> Result<(), StoreError> {
        if self.session.borrow().as_ref().is_some_and(|session| !session.client.is_closed()) {
            return Ok(());
        }
        if self.is_pinned.get() {
            return Err(Failure::Silent.at(&self.place));
        }
        *self.session.borrow_mut() = None;
        let session = self.runtime.block_on(self.begin()).map_err(|error| error.at(&self.place))?;
        *self.session.borrow_mut() = Some(session);
        self.sessions.set(self.sessions.get().saturating_add(1));
        Ok(())
    }

    async fn begin(&self) -> Result<Session, Failure> {
        let client = tls::connect(&self.config, &self.tls).await?;
        let version: String = client
            .query_one("SELECT current_setting('server_version_num')", &[])
            .await?
            .try_get(0)?;
        check_version(&version)?;
        client.batch_execute(SESSION).await?;
        Ok(Session { client, prepared: RefCell::default() })
    }

    /// Runs statements on the connection.
    fn run<R>(
        &self,
        work: impl AsyncFnOnce(&Session) -> Result<R, Failure>,
    ) -> Result<R, StoreError> {
        self.connect()?;
        let done = match self.session.borrow().as_ref() {
            None => Err(Failure::Silent),
            Some(session) => self.runtime.block_on(async {
                let answer = tokio::time::timeout(ANSWER_TIMEOUT, work(session)).await;
                answer.unwrap_or(Err(Failure::Silent))
            }),
        };
        done.map_err(|failure| {
            if failure.ends_session() {
                *self.session.borrow_mut() = None;
            }
            failure.at(&self.place)
        })
    }

    /// All rows of a query.
    pub(super) fn all<T>(
        &self,
        sql: &str,
        values: &[Value<'_>],
        read: impl FnMut(&Row) -> Result<T, Failure>,
    ) -> Result<Vec<T>, StoreError> {
        let rows = self.run(async |session| {
            let statement = session.prepared(sql).await?;
            Ok(session.client.query(&statement, values).await?)
        })?;
        let read: Result<Vec<T>, Failure> = rows.iter().map(read).collect();
        read.map_err(|failure| failure.at(&self.place))
    }

    /// All rows of a statement that cannot be prepared for later, such as `FETCH`.
    pub(super) fn all_at_once<T>(
        &self,
        sql: &str,
        read: impl FnMut(&Row) -> Result<T, Failure>,
    ) -> Result<Vec<T>, StoreError> {
        let rows = self.run(async |session| Ok(session.client.query(sql, &[]).await?))?;
        let read: Result<Vec<T>, Failure> = rows.iter().map(read).collect();
        read.map_err(|failure| failure.at(&self.place))
    }

    /// The first row of a query.
    pub(super) fn one<T>(
        &self,
        sql: &str,
        values: &[Value<'_>],
        read: impl FnMut(&Row) -> Result<T, Failure>,
    ) -> Result<Option<T>, StoreError> {
        Ok(self.all(sql, values, read)?.into_iter().next())
    }

    /// Runs a statement and returns the number of changed rows.
    pub(super) fn execute(&self, sql: &str, values: &[Value<'_>]) -> Result<u64, StoreError> {
        self.run(async |session| {
            let statement = session.prepared(sql).await?;
            Ok(session.client.execute(&statement, values).await?)
        })
    }

    /// Begins a transaction of several calls; if the connection is lost all later ones fail.
    pub(super) fn begin_together(&self, begin: &str) -> Result<(), StoreError> {
        self.connect()?;
        self.is_pinned.set(true);
        self.batch(begin)
    }

    /// Ends such a transaction: all of it is stored, or nothing after an error.
    pub(super) fn end_together<R>(&self, done: Result<R, StoreError>) -> Result<R, StoreError> {
        let ended = match done {
            Ok(done) => self.batch("COMMIT").map(|()| done),
            Err(error) => {
                let _: Result<(), _> = self.batch("ROLLBACK");
                Err(error)
            }
        };
        self.is_pinned.set(false);
        ended
    }

    /// Runs statements without parameters.
    pub(super) fn batch(&self, sql: &str) -> Result<(), StoreError> {
        self.run(async |session| Ok(session.client.batch_execute(sql).await?))
    }

    /// Runs statements in one transaction, all or none, and returns the numbers of changed rows.
    pub(super) fn transaction(&self, steps: &[Step<'_>]) -> Result<Vec<u64>, StoreError> {
        self.run(async |session| {
            let mut statements = Vec::with_capacity(steps.len());
            for step in steps {
                statements.push(session.prepared(step.sql).await?);
            }
            session.client.batch_execute("BEGIN").await?;
            let done = session.steps(steps, &statements).await;
            // A transaction that cannot be ended ends with its connection.
            match done {
                Ok(done) => {
                    session.client.batch_execute("COMMIT").await?;
                    Ok(done)
                }
                Err(failure) => {
                    let _: Result<(), _> = session.client.batch_execute("ROLLBACK").await;
                    Err(failure)
                }
            }
        })
    }

    /// Whether all statements reach one session, as they do without a pooler, or with one that
    /// keeps sessions.
    pub(super) fn check_session(&self, other: &Self) -> Result<(), StoreError> {
        // A pooler hands out the session that was used last: the other link takes it away.
        self.batch(&format!("SET {SESSION_NAME} = '{}'", std::process::id()))?;
        other.batch("BEGIN; SET LOCAL idle_in_transaction_session_timeout = '2s'; SELECT 1")?;
        let sql = "SELECT coalesce(current_setting($1, true), '')";
        let name = self.all(sql, &[&SESSION_NAME], |row| Ok(row.try_get::<_, String>(0)?));
        let ended = other.batch("COMMIT");
        if ended.is_ok()
            && name?.first().is_some_and(|name| *name == std::process::id().to_string())
        {
            return Ok(());
        }
        Err(self.pooled())
    }

    fn pooled(&self) -> StoreError {
        let found = format!("`{}` does not keep what a session has set", self.place);
        StoreError::new(StoreProblem::Pooled, found)
    }
}

impl Session {
    async fn prepared(&self, sql: &str) -> Result<Statement, Failure> {
        if let Some(statement) = self.prepared.borrow().get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(sql).await?;
        self.prepared.borrow_mut().insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    /// Sends all statements, then waits for their answers.
    async fn steps(
        &self,
        steps: &[Step<'_>],
        statements: &[Statement],
    ) -> Result<Vec<u64>, Failure> {
        let sent = steps.iter().zip(statements).map(|(step, statement)| {
            let values = step.values.iter().map(|value| &**value as Value<'_>);
            let values: Vec<Value<'_>> = values.collect();
            async move { self.client.execute(statement, &values).await }
        });
        // Polled in order, and a statement is sent when it is polled first.
        let answers = join_all(sent).await;
        let mut done = Vec::with_capacity(steps.len());
        for (step, answer) in steps.iter().zip(answers) {
            let rows = answer?;
            if let Some((expected, otherwise)) = &step.expected
                && rows != *expected
            {
                return Err(Failure::Store(otherwise.clone()));
            }
            done.push(rows);
        }
        Ok(done)
    }
}

/// Refuses servers that are too old.
fn check_version(version: &str) -> Result<(), Failure> {
    if version.parse().unwrap_or(0_u32) >= VERSION_MIN {
        return Ok(());
    }
    let found = format!("the database is PostgreSQL {}", version.get(..2).unwrap_or(version));
    Err(StoreError::new(StoreProblem::Unsupported, found).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_before_15_are_refused() {
        for version in ["150000", "150020", "180001", "190000"] {
            assert!(check_version(version).is_ok(), "{version}");
        }
        for version in ["140012", "90624", "", "fifteen"] {
            let Err(Failure::Store(error)) = check_version(version) else { panic!("{version}") };
            assert_eq!(error.problem, StoreProblem::Unsupported);
        }
    }
}
