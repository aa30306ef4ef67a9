//! The panel: rules, live tickets, reports and rights in a browser.
//!
//! The panel is a client of the HTTP interface. It calls the interface in process, with the token of
//! the person who signed in, so that scopes, limits, confirmations and the audit are the interface's
//! own. It stores nothing but sessions, in memory.
//!
//! Pages work without script where a form can; the scripts are modules of our own. Nothing is loaded
//! from elsewhere, and the `Content-Security-Policy` allows neither inline scripts nor inline styles.

#![deny(clippy::print_stdout, clippy::print_stderr)]

mod account;
mod assets;
mod audit;
mod fields;
mod flow;
mod help;
mod interface;
mod preset;
mod reports;
mod rules;
mod session;
mod sessions;
mod shell;
mod sign_in;
mod text;
mod tickets;
mod tokens;
mod undelivered;
mod visit;

use std::fmt;
use std::sync::Arc;

use axum::Router;
use axum::http::Extensions;
use axum::routing::{get, post};
use despertador_contract::Instant;
use despertador_desk::Scope;

pub use preset::Preset;

use crate::session::Sessions;

/// Who a token belongs to, and what they may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The token's name.
    pub name: String,
    /// Its scopes.
    pub scopes: Vec<Scope>,
}

/// Finds the owner of a token.
pub type Identify = Arc<dyn Fn(&str) -> Option<Identity> + Send + Sync>;

/// What a panel needs from the server that mounts it.
pub struct Options {
    /// The HTTP interface: `/v1/…`.
    pub interface: Router,
    /// The owner of a token; `None` if the token is unknown or was revoked.
    pub identify: Identify,
    /// Copies what the interface needs to know of a connection from a request to a call.
    pub carry: fn(&Extensions, &mut Extensions),
    /// The time, in milliseconds since 1970.
    pub clock: Arc<dyn Fn() -> Instant + Send + Sync>,
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options").finish_non_exhaustive()
    }
}

/// A panel; cheap to clone.
#[derive(Clone)]
pub struct Panel(Arc<Shared>);

struct Shared {
    options: Options,
    sessions: Sessions,
    reading: visit::Reading,
}

impl Panel {
    /// A panel without sessions.
    #[must_use]
    pub fn new(options: Options) -> Panel {
        Panel(Arc::new(Shared {
            options,
            sessions: Sessions::default(),
            reading: visit::Reading::default(),
        }))
    }

    /// A path that signs in once with a token, within a quarter of an hour.
    ///
    /// # Errors
    ///
    /// The system has no random bytes.
    pub fn sign_in_link(&self, token: &str) -> Result<String, String> {
        let code = self.0.sessions.link(token, self.now())?;
        Ok(format!("/sign-in/{code}"))
    }

    /// The routes of the panel; what is not among them is the server's.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/", get(account::home))
            .route("/panel/{file}", get(assets::serve))
            .route("/language/{tag}", get(sign_in::language))
            .route("/sign-in", get(sign_in::form).post(sign_in::with_token))
            .route("/sign-in/{code}", get(sign_in::link).post(sign_in::with_link))
            .route("/sign-out", post(sign_in::out))
            .route("/help", get(help::contents))
            .route("/help/{topic}", get(help::topic))
            .route("/sessions", get(sessions::list).post(sessions::end))
            .route("/tokens", get(tokens::list).post(tokens::change))
            .route("/a/{account}", get(account::begin))
            .route("/a/{account}/tickets", get(tickets::list).post(tickets::change_many))
            .route("/a/{account}/live", get(tickets::live))
            .route("/a/{account}/tickets/{ticket}", get(tickets::show).post(tickets::change))
            .route("/a/{account}/rules", get(rules::show).post(rules::edit))
            .route("/a/{account}/rules/save", post(rules::save))
            .route("/a/{account}/rules/try", post(rules::try_past))
            .route(
                "/a/{account}/rules/proposals/{proposal}",
                get(rules::proposal).post(rules::decide),
            )
            .route("/a/{account}/rules/versions", get(rules::versions).post(rules::undo))
            .route("/a/{account}/rules/versions/{version}", get(rules::version))
            .route("/a/{account}/rules/policy.json", get(rules::download))
            .route("/a/{account}/undelivered", get(undelivered::show).post(undelivered::change))
            .route("/a/{account}/reports", get(reports::show))
            .route("/a/{account}/reports/closed.csv", get(reports::csv))
            .route("/a/{account}/flow", get(flow::show).post(flow::change))
            .route("/a/{account}/flow/picture.svg", get(flow::picture))
            .route("/a/{account}/audit", get(audit::show))
            .with_state(self.clone())
    }

    fn now(&self) -> Instant {
        (self.0.options.clock)()
    }
}

impl fmt::Debug for Panel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Panel").finish_non_exhaustive()
    }
}
