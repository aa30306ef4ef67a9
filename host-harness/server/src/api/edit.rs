//! A change of one account by a caller who may edit what its help desk sees.

use axum::extract::{FromRequest, FromRequestParts, Request};
use despertador_contract::Instant;
use despertador_desk::store::AnyStore;
use despertador_desk::{Desk, DeskError};
use serde::de::DeserializeOwned;

use crate::app::{App, InPath, UnreadBody};
use crate::language::{FromHeaders as _, Language};
use crate::problem::Problem;
use crate::scope::{Caller, Scope};

/// A request with a form, from a caller who may make it. Nothing of the body is read before that is
/// known.
pub(crate) struct Edit<T> {
    app: App,
    language: Language,
    change: Change<T>,
}

/// What is to be changed, and by whom.
pub(crate) struct Change<T> {
    /// The account.
    pub(crate) account: String,
    /// The name of the caller's token, for the audit.
    pub(crate) by: String,
    /// The body.
    pub(crate) form: T,
}

impl<T: DeserializeOwned> FromRequest<App> for Edit<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let caller = Caller::from_request_parts(&mut parts, app).await?;
        let language = Language::from_headers(&parts.headers);
        let InPath(account) = InPath::<String>::from_request_parts(&mut parts, app).await?;
        let allowed = caller.may(app, Scope::HelpDeskEdit, &account)?;
        let body = UnreadBody::from(Request::from_parts(parts, body));
        let form = body.read(app, &allowed).await?.form()?;
        let change = Change { account, by: caller.name, form };
        Ok(Self { app: app.clone(), language, change })
    }
}

impl<T: Send + 'static> Edit<T> {
    /// Changes the desk.
    pub(crate) async fn apply<R: Send + 'static>(
        self,
        change: impl FnOnce(&mut Desk<AnyStore>, Instant, Change<T>) -> Result<R, DeskError>
        + Send
        + 'static,
    ) -> Result<R, Problem> {
        let wanted = self.change;
        self.app.ask(self.language, move |desk, now| change(desk, now, wanted)).await
    }

    /// The account.
    pub(crate) fn account(&self) -> &str {
        &self.change.account
    }

    /// The body.
    pub(crate) fn form(&self) -> &T {
        &self.change.form
    }

    /// The language of the answer.
    pub(crate) fn language(&self) -> Language {
        self.language
    }

    /// What every request needs.
    pub(crate) fn app(&self) -> &App {
        &self.app
    }
}
