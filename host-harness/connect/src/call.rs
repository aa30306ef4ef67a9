//! Calls of a platform's API: paced, and with one reading of their failures.

use std::sync::Arc;

use despertador_contract::{Duration, Instant};
use despertador_desk::DeliveryOutcome;
use despertador_desk::sink::Http;
use serde_json::Value;

use crate::pace::{Pace, Purpose};

/// Maximum number of bytes that are read of an answer.
const ANSWER_BYTES_MAX: u64 = 8 * 1024 * 1024;

/// The pause after a platform that says «too many requests» without a time, in milliseconds.
const BUSY_PAUSE_MS: Duration = 60_000;

/// Characters of an answer that are shown in an error.
const SHOWN_CHARS: usize = 200;

/// A request.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The address.
    pub url: String,
    /// The headers, among them the token: never shown.
    pub headers: Vec<(&'static str, String)>,
    /// The body of a POST; `None` for a GET.
    pub body: Option<Value>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The pause that the platform asks for, in milliseconds.
    pub retry_after: Option<Duration>,
    /// The platform's clock, if it says so.
    pub date: Option<Instant>,
    /// The body.
    pub body: String,
}

/// Carries requests to a platform: over HTTP, or to a simulated one in this process.
pub trait Transport: Send + Sync + 'static {
    /// Sends a request and returns the answer.
    ///
    /// # Errors
    ///
    /// There was no answer; whether the request was carried out is not known.
    fn send(&self, request: &Request) -> Result<Reply, String>;
}

impl Transport for Http {
    fn send(&self, request: &Request) -> Result<Reply, String> {
        let headers: Vec<(&str, &str)> =
            request.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let mut answer = match &request.body {
            Some(body) => self.post(&request.url, &headers, body.to_string().as_bytes())?,
            None => self.get(&request.url, &headers)?,
        };
        let body = answer.text(ANSWER_BYTES_MAX)?;
        Ok(Reply {
            status: answer.status,
            retry_after: answer.retry_after,
            date: answer.date,
            body,
        })
    }
}

impl<T: Transport + ?Sized> Transport for Arc<T> {
    fn send(&self, request: &Request) -> Result<Reply, String> {
        (**self).send(request)
    }
}

/// Why a call failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// There was no answer, or none that can be read.
    #[error("{0}")]
    Unreachable(String),
    /// No more requests for now.
    #[error("the limit of requests to the platform is used up for {} s", .0.div_ceil(1_000))]
    Exhausted(Duration),
    /// The platform answered that it will not.
    #[error("the platform answered {status}: {said}")]
    Status {
        /// The status.
        status: u16,
        /// The beginning of its answer.
        said: String,
    },
}

impl CallError {
    /// The status of the platform's answer, if there was one.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Status { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// The outcome of an action for which such a call was needed. A platform that forbids something
    /// to our token does not speak of the customer: people must give the token its right, and until
    /// then it is tried again.
    #[must_use]
    pub fn outcome(&self) -> DeliveryOutcome {
        let why = self.to_string();
        match self {
            Self::Exhausted(pause) => DeliveryOutcome::Postponed { why, pause: *pause },
            Self::Status { status: 400 | 404 | 405 | 410 | 413 | 415 | 422, .. } => {
                DeliveryOutcome::Refused(why)
            }
            Self::Status { .. } | Self::Unreachable(_) => DeliveryOutcome::Retry(why),
        }
    }
}

/// A platform's API at one address, with one token.
#[derive(Clone)]
pub struct Api {
    transport: Arc<dyn Transport>,
    pace: Arc<Pace>,
    base: String,
    headers: Vec<(&'static str, String)>,
}

impl std::fmt::Debug for Api {
    /// The headers are not shown: they hold the token.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Api").field("base", &self.base).finish_non_exhaustive()
    }
}

impl Api {
    /// An API; `headers` go with each request.
    pub fn new(
        transport: Arc<dyn Transport>,
        pace: Arc<Pace>,
        base: &str,
        headers: Vec<(&'static str, String)>,
    ) -> Self {
        Self { transport, pace, base: base.trim_end_matches('/').to_owned(), headers }
    }

    /// Reads what is at a path.
    ///
    /// # Errors
    ///
    /// See [`CallError`].
    pub fn get(&self, now: Instant, purpose: Purpose, path: &str) -> Result<Value, CallError> {
        self.call(now, purpose, path, None)
    }

    /// Posts to a path for an action.
    ///
    /// # Errors
    ///
    /// See [`CallError`].
    pub fn post(&self, now: Instant, path: &str, body: Value) -> Result<Value, CallError> {
        self.call(now, Purpose::Action, path, Some(body))
    }

    fn call(
        &self,
        now: Instant,
        purpose: Purpose,
        path: &str,
        body: Option<Value>,
    ) -> Result<Value, CallError> {
        let reply = self.reply(now, purpose, path, body)?;
        if !(200..=299).contains(&reply.status) {
            let said = reply.body.chars().take(SHOWN_CHARS).collect();
            return Err(CallError::Status { status: reply.status, said });
        }
        if reply.body.trim().is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_str(&reply.body)
            .map_err(|error| CallError::Unreachable(format!("the answer is not JSON: {error}")))
    }

    /// The answer whatever its status is; a «too many requests» stops all requests for a while.
    ///
    /// # Errors
    ///
    /// There was none.
    pub fn reply(
        &self,
        now: Instant,
        purpose: Purpose,
        path: &str,
        body: Option<Value>,
    ) -> Result<Reply, CallError> {
        self.pace.take(now, purpose).map_err(CallError::Exhausted)?;
        let url = format!("{}{path}", self.base);
        let request = Request { url, headers: self.headers.clone(), body };
        let reply = self.transport.send(&request).map_err(CallError::Unreachable)?;
        if let (429, pause) | (503, pause @ Some(_)) = (reply.status, reply.retry_after) {
            let pause = pause.unwrap_or(BUSY_PAUSE_MS);
            self.pace.block(now, pause);
            return Err(CallError::Exhausted(pause));
        }
        Ok(reply)
    }
}
