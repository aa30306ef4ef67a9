//! HTTP posts of the sinks: limited in time and size, without redirects and proxies.
//!
//! | answer | what it means |
//! |---|---|
//! | 2xx | done, now or before |
//! | 403, 410 | the customer has blocked us or is gone |
//! | 400, 404, 405, 406, 413, 414, 415, 422, 451 and other 4xx | refused, for good |
//! | 401, 407, 408, 409, 425, 429 | to be tried again: it may be answered otherwise later |
//! | 3xx, 5xx, none, or what is no HTTP | to be tried again |
//!
//! To a close, a 409 that says «already closed» means that it was done before. So does a 404 or 410
//! that says so or names the ticket, or that comes from a receiver which takes other actions: see
//! [`Standing`]. From any other it is to be tried again: the address may be wrong.
//!
//! A 404 that says that no webhook is registered is always to be tried again: a flow engine such as
//! n8n says so while it starts and while the flow is being changed.
//!
//! `Retry-After`, in seconds or as a date, says when; the desk has its own
//! [limit](crate::Options::longest_retry_after) for how long it waits.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use chrono::DateTime;
use despertador_contract::{Duration, Instant};
use ureq::Agent;
use ureq::config::ConfigBuilder;
use ureq::typestate::AgentScope;

use crate::desk::DeliveryOutcome;
use crate::runtime::Clock;

/// Posts and returns the answer.
#[derive(Clone)]
pub struct Http {
    agent: Agent,
    clock: Arc<dyn Clock>,
}

/// An answer. Its body is read only on request.
pub struct Answer {
    /// The status, such as 200.
    pub status: u16,
    /// The pause that the receiver asks for, in milliseconds.
    pub retry_after: Option<Duration>,
    /// When the receiver says that it answered: its clock, to the second.
    pub date: Option<Instant>,
    body: ureq::Body,
}

/// What a receiver has answered since it was set up: whether its address is that of somebody who
/// takes actions. A wrong address answers 404 to everything; were that a ticket that is gone, all
/// tickets of an account could count as closed without a word to anybody.
#[derive(Debug, Default)]
pub struct Standing {
    /// Whether it has accepted anything.
    has_accepted: AtomicBool,
    /// How many answers since then were 404 or 410, without a 2xx between them.
    not_found: AtomicU32,
}

/// Maximum number of tickets in a row that may be gone before the address is in doubt.
const NOT_FOUND_MAX: u32 = 5;

impl Standing {
    /// Records an answer.
    pub fn note(&self, status: u16) {
        match status {
            200..=299 => {
                self.has_accepted.store(true, Ordering::Relaxed);
                self.not_found.store(0, Ordering::Relaxed);
            }
            404 | 410 => drop(self.not_found.fetch_add(1, Ordering::Relaxed)),
            _ => {}
        }
    }

    /// Whether it accepts actions, so that a ticket it does not find is gone.
    #[must_use]
    pub fn is_trusted(&self) -> bool {
        self.has_accepted.load(Ordering::Relaxed)
            && self.not_found.load(Ordering::Relaxed) <= NOT_FOUND_MAX
    }

    /// Whether it finds nothing: the address may be wrong.
    #[must_use]
    pub fn is_in_doubt(&self) -> bool {
        self.not_found.load(Ordering::Relaxed) > 0 && !self.is_trusted()
    }
}

impl Http {
    /// Creates a client with this timeout, from name resolution to the end of the answer. The clock
    /// is for dates in answers.
    #[must_use]
    pub fn new(timeout: std::time::Duration, clock: Arc<dyn Clock>) -> Self {
        Self { agent: Agent::new_with_config(config(timeout).build()), clock }
    }

    /// The same for receivers whose certificates are signed by these authorities (PEM), in place of
    /// those that are built in.
    ///
    /// # Errors
    ///
    /// There is no certificate in the text, or `https:` is not built in.
    pub fn trusting(
        timeout: std::time::Duration,
        clock: Arc<dyn Clock>,
        authorities: &[u8],
    ) -> Result<Self, String> {
        let config = signed_by(config(timeout), authorities)?;
        Ok(Self { agent: Agent::new_with_config(config.build()), clock })
    }

    /// Checks an address.
    ///
    /// # Errors
    ///
    /// What is wrong with the address, and the way out.
    pub fn check(url: &str) -> Result<(), String> {
        let lower = url.to_ascii_lowercase();
        if lower.strip_prefix("http://").is_some_and(|rest| !rest.is_empty()) {
            return Ok(());
        }
        match lower.strip_prefix("https://") {
            Some(rest) if !rest.is_empty() && cfg!(feature = "rustls") => Ok(()),
            Some(_) => Err(NO_TLS.into()),
            None => Err("the address is none; write `http://HOST:PORT/PATH`".into()),
        }
    }

    /// The clock.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// Posts JSON. Headers are never part of an error.
    ///
    /// # Errors
    ///
    /// There was no answer; the sentence says why.
    pub fn post(&self, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Result<Answer, String> {
        let mut request = self.agent.post(url).header("Content-Type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.answer(request.send(body))
    }

    /// Asks for what is at an address. Headers are never part of an error.
    ///
    /// # Errors
    ///
    /// There was no answer; the sentence says why.
    pub fn get(&self, url: &str, headers: &[(&str, &str)]) -> Result<Answer, String> {
        let mut request = self.agent.get(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.answer(request.call())
    }

    fn answer(
        &self,
        answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
    ) -> Result<Answer, String> {
        let answer = answer.map_err(|error| format!("no answer: {error}"))?;
        let named = |name| answer.headers().get(name).and_then(|value| value.to_str().ok());
        let retry_after = named("retry-after").and_then(|it| retry_after(it, self.clock.now()));
        let date = named("date").and_then(date);
        Ok(Answer { status: answer.status().as_u16(), retry_after, date, body: answer.into_body() })
    }
}

const NO_TLS: &str = "`https:` is not built in; build with the feature `rustls`, or put a proxy \
                      between and write `http:`";

fn config(timeout: std::time::Duration) -> ConfigBuilder<AgentScope> {
    Agent::config_builder()
        .timeout_global(Some(timeout))
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .proxy(None)
}

/// Trusts the certificates of a PEM file, and no others.
#[cfg(feature = "rustls")]
fn signed_by(
    config: ConfigBuilder<AgentScope>,
    authorities: &[u8],
) -> Result<ConfigBuilder<AgentScope>, String> {
    use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};

    let mut certificates = Vec::new();
    for item in parse_pem(authorities) {
        match item {
            Ok(PemItem::Certificate(certificate)) => certificates.push(certificate),
            Ok(_) => {}
            Err(error) => return Err(format!("they are no PEM: {error}")),
        }
    }
    if certificates.is_empty() {
        return Err("there is no `-----BEGIN CERTIFICATE-----` in them".into());
    }
    let roots = RootCerts::Specific(Arc::new(certificates));
    Ok(config.tls_config(TlsConfig::builder().root_certs(roots).build()))
}

#[cfg(not(feature = "rustls"))]
fn signed_by(_: ConfigBuilder<AgentScope>, _: &[u8]) -> Result<ConfigBuilder<AgentScope>, String> {
    Err(NO_TLS.into())
}

impl Answer {
    /// The result according to the status.
    #[must_use]
    pub fn outcome(&self) -> DeliveryOutcome {
        let said = format!("the receiver answered {}", self.status);
        match (self.status, self.retry_after) {
            (200..=299, _) => DeliveryOutcome::Done,
            (403 | 410, _) => DeliveryOutcome::Blocked(said),
            (429 | 503, Some(pause)) => DeliveryOutcome::RetryAfter { why: said, pause },
            (401 | 407 | 408 | 409 | 425 | 429, _) => DeliveryOutcome::Retry(said),
            (400..=499, _) => DeliveryOutcome::Refused(said),
            _ => DeliveryOutcome::Retry(said),
        }
    }

    /// The result of an action of a webhook; `closes` names the ticket if it is a close. A ticket
    /// that is gone or already closed was closed before.
    #[must_use]
    pub fn outcome_of_action(
        &mut self,
        closes: Option<&str>,
        receiver: &Standing,
    ) -> DeliveryOutcome {
        let body = match self.status {
            404 | 409 | 410 => self.text(EXPLANATION_BYTES_MAX).unwrap_or_default(),
            _ => String::new(),
        };
        match closes {
            _ if self.status == 404 && says_unregistered(&body) => DeliveryOutcome::Retry(
                "the receiver answered 404: no webhook is registered at its address; publish the \
                 workflow, or check the address"
                    .into(),
            ),
            Some(ticket) => self.outcome_of_close(ticket, &body, receiver),
            None => self.outcome(),
        }
    }

    fn outcome_of_close(&self, ticket: &str, body: &str, receiver: &Standing) -> DeliveryOutcome {
        let done_before = match self.status {
            404 | 410 => receiver.is_trusted() || says_closed(body) || names(body, ticket),
            409 => says_closed(body),
            _ => false,
        };
        match self.status {
            _ if done_before => DeliveryOutcome::Done,
            404 | 410 => DeliveryOutcome::Retry(format!(
                "the receiver answered {} and has taken nothing else of late: check its address; of a ticket that \
                 is gone it must say so, or name it",
                self.status
            )),
            _ => self.outcome(),
        }
    }

    /// Reads the body.
    ///
    /// # Errors
    ///
    /// It is longer than the limit, breaks off, or is not text.
    pub fn text(&mut self, most: u64) -> Result<String, String> {
        let mut bytes = self.body.with_config().limit(most).read_to_vec();
        let bytes = bytes.as_mut().map_err(|error| format!("the answer breaks off: {error}"))?;
        String::from_utf8(std::mem::take(bytes)).map_err(|_| "the answer is no text".into())
    }
}

/// Maximum size of the answer to a refused close, in bytes.
const EXPLANATION_BYTES_MAX: u64 = 64 * 1024;

/// Whether a text names a ticket: its id as a word, or as a part where that cannot be chance.
fn names(text: &str, ticket: &str) -> bool {
    const NO_CHANCE: usize = 6;
    let mut words = text.split(|c: char| !c.is_alphanumeric());
    let is_code = ["404", "410"].contains(&ticket);
    !is_code && words.any(|word| word == ticket)
        || ticket.len() >= NO_CHANCE && text.contains(ticket)
}

/// Whether a text says that something is closed already: in words or as a code, in the languages
/// of help desks here.
fn says_closed(text: &str) -> bool {
    const ALREADY: [&str; 4] = ["already", "ya ", "já ", "ja "];
    const CLOSED: [&str; 12] = [
        "closed",
        "solved",
        "resolved",
        "cerrad",
        "resuelt",
        "finalizad",
        "fechad",
        "encerrad",
        "resolvid",
        "finished",
        "ended",
        "terminad",
    ];
    let text = text.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    says(&ALREADY) && says(&CLOSED)
}

/// Whether a text says that no webhook is registered, in the words of n8n.
fn says_unregistered(text: &str) -> bool {
    let text = text.to_lowercase();
    text.contains("webhook") && text.contains("not registered")
}

/// The milliseconds that `Retry-After` names: whole seconds, or a date of RFC 9110.
fn retry_after(value: &str, now: Instant) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(value.parse::<u64>().unwrap_or(u64::MAX).saturating_mul(1_000));
    }
    Some(u64::try_from(date(value)?.saturating_sub(now)).unwrap_or(0))
}

/// The instant of a date of RFC 9110.
fn date(value: &str) -> Option<Instant> {
    Some(DateTime::parse_from_rfc2822(value.trim()).ok()?.timestamp_millis())
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http").finish_non_exhaustive()
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { status, retry_after, .. } = self;
        f.debug_struct("Answer")
            .field("status", status)
            .field("retry_after", retry_after)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 1994-11-06T08:49:37Z.
    const NOW: Instant = 784_111_777_000;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        for (value, expected) in [
            ("0", Some(0)),
            ("120", Some(120_000)),
            (" 7 ", Some(7_000)),
            ("99999999999999999999999", Some(u64::MAX)),
            ("Sun, 06 Nov 1994 08:50:37 GMT", Some(60_000)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", Some(0)),
            ("", None),
            ("-1", None),
            ("soon", None),
            ("1.5", None),
        ] {
            assert_eq!(retry_after(value, NOW), expected, "{value}");
        }
    }

    #[test]
    fn a_conflict_that_says_closed_is_told_apart() {
        for text in [
            "already closed",
            r#"{"error":"Ticket is already closed"}"#,
            r#"{"code":"already-closed"}"#,
            "ALREADY_CLOSED",
            "El ticket ya está cerrado",
            "O ticket já foi encerrado",
        ] {
            assert!(says_closed(text), "{text}");
        }
        for text in ["", "closed", "already in progress", "a request with this key is running"] {
            assert!(!says_closed(text), "{text}");
        }
    }

    #[test]
    fn a_flow_that_is_not_active_is_told_apart() {
        // What n8n 2.41 answers.
        let inactive = r#"{"code":404,"message":"The requested webhook \"POST 4711/webhook\" is not registered.","hint":"The workflow must be active"}"#;
        assert!(says_unregistered(inactive));
        for text in ["", "no ticket 4711", "Cannot POST /webhook", "the ticket is not registered"] {
            assert!(!says_unregistered(text), "{text}");
        }
    }

    #[test]
    fn a_ticket_that_is_not_there_is_named_as_a_word() {
        for (text, ticket) in [
            (r#"{"error":"no ticket 4711"}"#, "4711"),
            ("ticket desk:1/ü not found", "desk:1/ü"),
            ("1: gone", "1"),
        ] {
            assert!(names(text, ticket), "{text}: {ticket}");
        }
        for (text, ticket) in [
            ("", "4711"),
            ("404 page not found", "404"),
            ("404 page not found", "4"),
            ("Cannot POST /actions", "act"),
        ] {
            assert!(!names(text, ticket), "{text}: {ticket}");
        }
    }

    #[test]
    fn a_receiver_is_trusted_once_it_has_taken_something_until_it_finds_nothing_any_more() {
        let receiver = Standing::default();
        assert!(!receiver.is_trusted() && !receiver.is_in_doubt());
        receiver.note(404);
        receiver.note(503);
        assert!(!receiver.is_trusted() && receiver.is_in_doubt());
        receiver.note(204);
        for _ in 0..NOT_FOUND_MAX {
            receiver.note(410);
            assert!(receiver.is_trusted() && !receiver.is_in_doubt());
        }
        receiver.note(404);
        assert!(!receiver.is_trusted() && receiver.is_in_doubt());
        receiver.note(200);
        assert!(receiver.is_trusted() && !receiver.is_in_doubt());
    }

    #[test]
    fn addresses_are_checked() {
        assert_eq!(Http::check("http://localhost:1/x"), Ok(()));
        assert_eq!(Http::check("https://localhost").is_ok(), cfg!(feature = "rustls"));
        for wrong in ["", "http://", "localhost", "ftp://x"] {
            assert!(Http::check(wrong).is_err(), "{wrong}");
        }
    }
}
