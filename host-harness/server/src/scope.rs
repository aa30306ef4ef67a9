//! Permissions of tokens, and the caller of a request.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;
use std::sync::{Arc, PoisonError, RwLock};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use despertador_contract::Instant;
pub use despertador_desk::Scope;
use despertador_desk::store::TokenRow;
use despertador_host::Sha256;

use crate::app::App;
use crate::limits::Seat;
use crate::problem::{Code, Problem};

/// A newly created token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewToken {
    /// The secret for its owner; nobody else has it.
    pub secret: String,
    /// The row that the desk stores.
    pub row: TokenRow,
}

/// The prefix of every token, by which secret scanners find leaked ones.
const PREFIX: &str = "desp_";

impl NewToken {
    /// Creates a token of 32 random bytes.
    ///
    /// # Errors
    ///
    /// The system provides no random bytes.
    pub fn make(
        now: Instant,
        name: &str,
        scopes: &[Scope],
        accounts: &[String],
    ) -> Result<NewToken, String> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)
            .map_err(|error| format!("the system gives no random bytes: {error}"))?;
        let mut secret = PREFIX.to_owned();
        for byte in bytes {
            let _: std::fmt::Result = write!(secret, "{byte:02x}");
        }
        Ok(Self::of(secret, now, name, scopes, accounts))
    }

    /// A token with a known secret, which must be as long as a random one.
    pub(crate) fn of(
        secret: String,
        now: Instant,
        name: &str,
        scopes: &[Scope],
        accounts: &[String],
    ) -> NewToken {
        let row = TokenRow {
            digest: Sha256::of(secret.as_bytes()).0,
            name: name.to_owned(),
            scopes: Ok(scopes.to_vec()),
            accounts: Ok(accounts.to_vec()),
            at: now,
            revoked: None,
        };
        NewToken { secret, row }
    }
}

/// All active tokens by their digest, needed in every request.
#[derive(Debug, Default)]
pub(crate) struct Tokens(RwLock<HashMap<[u8; 32], Caller>>);

impl Tokens {
    /// Replaces the known tokens.
    pub(crate) fn set(&self, rows: Vec<TokenRow>) {
        let known = rows.into_iter().filter(|row| row.revoked.is_none()).map(|row| {
            // A token whose scopes or accounts cannot be read has no permissions.
            let scopes = row.scopes.unwrap_or_default().into_iter().collect();
            let accounts = row.accounts.unwrap_or_default().into_iter().collect();
            let caller =
                Caller { digest: row.digest, name: row.name, scopes, accounts, seat: None };
            (row.digest, caller)
        });
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = known.collect();
    }

    /// Whether the token with this digest is active.
    pub(crate) fn has(&self, digest: &[u8; 32]) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).contains_key(digest)
    }

    pub(crate) fn find(&self, secret: &str) -> Option<Caller> {
        self.by_digest(&Sha256::of(secret.as_bytes()).0)
    }

    /// The owner of an active token.
    pub(crate) fn by_digest(&self, digest: &[u8; 32]) -> Option<Caller> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(digest).cloned()
    }
}

/// The caller of a request.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) digest: [u8; 32],
    pub(crate) name: String,
    scopes: BTreeSet<Scope>,
    accounts: BTreeSet<String>,
    seat: Option<Arc<Seat>>,
}

/// A checked permission, and the account that the request counts towards: needed to read a body.
#[derive(Debug)]
pub(crate) struct Allowed {
    /// The account or, for requests without one, the token.
    pub(crate) account: String,
}

tokio::task_local! {
    /// The account that this task's request counts towards.
    static ACCOUNT: RefCell<String>;
}

/// Answers a request whose account becomes known later.
pub(crate) async fn on_account<F: Future>(answer: F) -> F::Output {
    ACCOUNT.scope(RefCell::default(), answer).await
}

/// Continues a request on behalf of its account.
pub(crate) async fn for_account<F: Future>(account: String, rest: F) -> F::Output {
    ACCOUNT.scope(RefCell::new(account), rest).await
}

/// The account of this task's request; empty for the server's own work.
pub(crate) fn account() -> String {
    ACCOUNT.try_with(|account| account.borrow().clone()).unwrap_or_default()
}

fn set_account(account: &str) -> Allowed {
    // Outside a request there are no shares.
    let _: Result<(), _> = ACCOUNT.try_with(|own| account.clone_into(&mut own.borrow_mut()));
    Allowed { account: account.to_owned() }
}

/// The body of a platform's post is read before its signature can be checked: such posts share the
/// memory of their connector, and of nothing else.
pub(crate) fn of_platform(account: &str, connector: &str) -> Allowed {
    set_account(&format!("connect {account} {connector}"))
}

impl Caller {
    /// What the caller may do.
    pub(crate) fn scopes(&self) -> impl Iterator<Item = Scope> {
        self.scopes.iter().copied()
    }

    /// Checks that the caller sees an account and has a permission in it. An account that it does
    /// not see looks as if it did not exist.
    pub(crate) fn may(&self, app: &App, scope: Scope, account: &str) -> Result<Allowed, Problem> {
        if !self.sees(account) || !app.has_account(account) {
            return Err(Problem::new(
                Code::UnknownAccount,
                format!("the token `{}` sees no account `{account}`", self.name),
            )
            .help("GET /v1/accounts lists those it sees; PUT /v1/accounts/NAME opens one"));
        }
        self.has(scope)?;
        app.limits.seat(self.seat.as_ref(), account)?;
        Ok(set_account(account))
    }

    /// Checks that the caller has a permission that belongs to no account.
    pub(crate) fn may_anywhere(&self, scope: Scope) -> Result<Allowed, Problem> {
        self.has(scope)?;
        Ok(set_account(&format!("token {}", self.name)))
    }

    fn has(&self, scope: Scope) -> Result<(), Problem> {
        if self.scopes.iter().any(|own| own.includes(scope)) {
            return Ok(());
        }
        let own: Vec<&str> = self.scopes.iter().map(|scope| scope.word()).collect();
        Err(Problem::new(Code::MissingScope, format!("this needs the scope `{}`", scope.word()))
            .help(format!("the token `{}` has: {}", self.name, own.join(", "))))
    }

    pub(crate) fn sees(&self, account: &str) -> bool {
        self.accounts.contains(account) || self.sees_all()
    }

    /// Whether the caller sees all accounts of a token. A token with unreadable accounts may have
    /// been for any.
    pub(crate) fn sees_all_of(&self, token: &TokenRow) -> bool {
        match &token.accounts {
            Ok(accounts) => accounts.iter().all(|account| self.sees(account)),
            Err(_) => self.sees_all(),
        }
    }

    pub(crate) fn sees_all(&self) -> bool {
        self.accounts.contains("*")
    }

    /// Whether the caller has all permissions and accounts of another token.
    pub(crate) fn covers(&self, scopes: &[Scope], accounts: &[String]) -> bool {
        scopes.iter().all(|scope| self.has(*scope).is_ok())
            && accounts.iter().all(|account| self.sees(account))
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Caller, Problem> {
        let Some(secret) = secret(&parts.headers) else {
            return Err(Problem::new(Code::NoToken, "the request has no token").help(
                "send the header `Authorization: Bearer TOKEN`; `despertador token` makes one",
            ));
        };
        let Some(mut caller) = app.tokens.find(&secret) else {
            app.limits.note_failure(parts)?;
            return Err(Problem::new(Code::WrongToken, "this token is not known here")
                .help("it may have been revoked; `despertador token` makes another one"));
        };
        app.limits.admit(&caller)?;
        caller.seat = parts.extensions.get::<Arc<Seat>>().cloned();
        Ok(caller)
    }
}

/// The token of a request: `Bearer TOKEN`, or the password of `Basic` for webhook senders that can
/// only put it into the address.
pub(crate) fn secret(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, rest) = value.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(rest.trim().to_owned());
    }
    if scheme.eq_ignore_ascii_case("basic") {
        let decoded = STANDARD.decode(rest.trim()).ok()?;
        let decoded = String::from_utf8(decoded).ok()?;
        return decoded.split_once(':').map(|(_, password)| password.to_owned());
    }
    None
}
