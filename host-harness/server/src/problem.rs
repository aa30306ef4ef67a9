//! Errors as problem details (RFC 9457): `application/problem+json`.

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use despertador_contract::Diagnostic;
use despertador_desk::DeskError;
use despertador_desk::runtime::HandleError;
use despertador_desk::store::StoreProblem;
use despertador_host::PolicyError;
use serde::Serialize;
use utoipa::ToSchema;

use crate::language::Language;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $status:ident, $word:literal, $title:literal;)*) => {
        /// Kinds of problems.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Code { $($(#[$doc])* $name,)* }

        impl Code {
            /// All of them.
            #[cfg(test)]
            pub(crate) const ALL: &[Code] = &[$(Code::$name),*];

            pub(crate) fn word(self) -> &'static str {
                match self { $(Code::$name => $word),* }
            }

            pub(crate) fn title(self) -> &'static str {
                match self { $(Code::$name => $title),* }
            }

            pub(crate) fn status(self) -> StatusCode {
                match self { $(Code::$name => StatusCode::$status),* }
            }
        }
    };
}

codes! {
    BadParameter = BAD_REQUEST, "bad-parameter", "A parameter cannot be read";
    NotJson = BAD_REQUEST, "not-json", "The body is not JSON";
    UnreadableEvents = BAD_REQUEST, "unreadable-events", "No event can be read; all are kept as inbound entries";
    BodyBroken = BAD_REQUEST, "body-broken", "The body ended too early";
    NoToken = UNAUTHORIZED, "no-token", "A token is needed";
    WrongToken = UNAUTHORIZED, "wrong-token", "The token is unknown or was revoked";
    WrongSignature = UNAUTHORIZED, "wrong-signature", "The post is not signed by the platform";
    MissingScope = FORBIDDEN, "missing-scope", "The token lacks the scope for this request";
    ForeignPage = FORBIDDEN, "foreign-page", "The request comes from a web page or a foreign host name";
    UnknownPath = NOT_FOUND, "unknown-path", "There is no such path";
    UnknownAccount = NOT_FOUND, "unknown-account", "There is no such account, or the token has no access to it";
    UnknownTicket = NOT_FOUND, "unknown-ticket", "There is no such ticket";
    UnknownAction = NOT_FOUND, "unknown-action", "There is no such dead letter";
    UnknownInbound = NOT_FOUND, "unknown-inbound", "There is no such inbound entry";
    UnknownVersion = NOT_FOUND, "unknown-version", "There is no such version";
    UnknownProposal = NOT_FOUND, "unknown-proposal", "There is no such proposal";
    UnknownName = NOT_FOUND, "unknown-token", "There is no token of this name";
    WrongMethod = METHOD_NOT_ALLOWED, "wrong-method", "The path does not support this method";
    TooSlow = REQUEST_TIMEOUT, "too-slow", "The request took too long";
    NeedsApproval = CONFLICT, "needs-approval", "A second person approves the policies of this account";
    NothingToUndo = CONFLICT, "nothing-to-undo", "There is no earlier policy";
    NeedsConfirmation = CONFLICT, "needs-confirmation", "Open tickets would be left without a rule";
    Refused = CONFLICT, "refused", "It is not possible in the current state";
    Changed = PRECONDITION_FAILED, "changed", "It was changed in the meantime";
    TooLarge = PAYLOAD_TOO_LARGE, "too-large", "The body is too large";
    WrongKind = UNSUPPORTED_MEDIA_TYPE, "wrong-kind", "The content type is not supported";
    EventRefused = UNPROCESSABLE_ENTITY, "event-refused", "The event is invalid and was not stored";
    PolicyRefused = UNPROCESSABLE_ENTITY, "policy-refused", "The policy has errors and was not saved";
    SettingsRefused = UNPROCESSABLE_ENTITY, "settings-refused", "The settings of Blip cannot be read";
    HistoryRefused = UNPROCESSABLE_ENTITY, "history-refused", "The recorded conversations cannot be read";
    FlowRefused = UNPROCESSABLE_ENTITY, "flow-refused", "The flow has errors and was not saved";
    TooMany = TOO_MANY_REQUESTS, "too-many-requests", "Too many requests";
    Crashed = INTERNAL_SERVER_ERROR, "crashed", "Internal error";
    Unreadable = INTERNAL_SERVER_ERROR, "unreadable", "Stored data cannot be read";
    StoreFailed = SERVICE_UNAVAILABLE, "store-failed", "The store cannot be used; nothing was stored";
    PluginFailed = SERVICE_UNAVAILABLE, "plugin-failed", "The plugin could not answer";
    Busy = SERVICE_UNAVAILABLE, "busy", "The server is overloaded; nothing was done";
    Stopping = SERVICE_UNAVAILABLE, "stopping", "The desk is stopping; the result is unknown";
}

/// A problem as a response.
#[derive(Debug, Clone)]
pub(crate) struct Problem(Box<Said>);

/// The body of such a response.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Said {
    /// The kind: `urn:despertador:problem:` and its name.
    #[serde(rename = "type")]
    #[schema(example = "urn:despertador:problem:unknown-ticket")]
    kind: String,
    /// The title of the kind.
    #[schema(example = "There is no such ticket")]
    title: &'static str,
    /// The status of the answer.
    #[schema(example = 404)]
    status: u16,
    /// What is wrong in this case.
    detail: String,
    /// How to fix it.
    #[serde(skip_serializing_if = "String::is_empty")]
    help: String,
    /// All single problems, if there are several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<Found>,
    #[serde(skip)]
    code: Code,
    #[serde(skip)]
    again_after: Option<u64>,
    #[serde(skip)]
    closes: bool,
}

/// A problem of a policy, of a flow or of an event.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Found {
    /// Its kind, in kebab-case.
    pub(crate) code: String,
    /// `error` or `warning`.
    #[schema(example = "error")]
    pub(crate) severity: String,
    /// The place: a JSON Pointer into the body; for NDJSON it begins with the number of the line,
    /// from 0.
    #[schema(example = "/rules/0/close-after")]
    pub(crate) place: String,
    /// What is wrong.
    pub(crate) text: String,
    /// How to fix it.
    pub(crate) help: String,
}

impl Found {
    /// A problem in a reader's language.
    pub(crate) fn of(problem: &Diagnostic, language: Language) -> Found {
        use despertador_contract::word::Word;
        let own = problem.wordings.iter().find(|wording| wording.language == language.tag());
        let wording = own.or_else(|| problem.wordings.first());
        Found {
            code: problem.code.clone(),
            severity: problem.severity.word().into_owned(),
            place: problem.place.clone(),
            text: wording.map(|wording| wording.text.clone()).unwrap_or_default(),
            help: wording.map(|wording| wording.help.clone()).unwrap_or_default(),
        }
    }
}

impl Problem {
    pub(crate) fn new(code: Code, detail: impl Into<String>) -> Problem {
        Problem(Box::new(Said {
            kind: format!("urn:despertador:problem:{}", code.word()),
            title: code.title(),
            status: code.status().as_u16(),
            detail: detail.into(),
            help: String::new(),
            problems: Vec::new(),
            code,
            again_after: None,
            closes: false,
        }))
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Problem {
        self.0.help = help.into();
        self
    }

    pub(crate) fn problems(mut self, problems: Vec<Found>) -> Problem {
        self.0.problems = problems;
        self
    }

    /// What is wrong in this case.
    pub(crate) fn detail(&self) -> String {
        self.0.detail.clone()
    }

    /// The body of the response, as a part of another one.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::to_value(&self.0).unwrap_or_default()
    }

    /// When to try again, in seconds.
    pub(crate) fn again_after(mut self, seconds: u64) -> Problem {
        self.0.again_after = Some(seconds);
        self
    }

    /// The connection ends with this response.
    pub(crate) fn closing(mut self) -> Problem {
        self.0.closes = true;
        self
    }

    /// An error of the desk, in the reader's language.
    pub(crate) fn of_desk(error: DeskError, language: Language) -> Problem {
        let said = error.to_string();
        let code = match error {
            DeskError::Store(error) => {
                let again = if error.problem == StoreProblem::Full { 30 } else { 1 };
                return Problem::new(Code::StoreFailed, said).help(error.help()).again_after(again);
            }
            DeskError::UnknownAccount(_) => Code::UnknownAccount,
            DeskError::UnknownTicket(_) => Code::UnknownTicket,
            DeskError::UnknownAction(_) => Code::UnknownAction,
            DeskError::UnknownInbound(_) => Code::UnknownInbound,
            DeskError::NothingToUndo(_) => Code::NothingToUndo,
            DeskError::Policy(PolicyError::Refused(problems)) => {
                let found = problems.iter().map(|problem| Found::of(problem, language)).collect();
                return Problem::new(
                    Code::PolicyRefused,
                    format!("{} problems were found", problems.len()),
                )
                .help("each of `problems` names the place and the way out")
                .problems(found);
            }
            DeskError::Policy(_) | DeskError::Plugin(_) => {
                return Problem::new(Code::PluginFailed, said).again_after(5);
            }
            DeskError::Refused(_) => Code::Refused,
            _ => Code::Unreadable,
        };
        Problem::new(code, said)
    }

    /// Why a running desk did not carry out a request.
    pub(crate) fn of_running(not_done: HandleError, language: Language) -> Problem {
        match not_done {
            HandleError::Desk(error) => Problem::of_desk(error, language),
            HandleError::Busy => {
                Problem::new(Code::Busy, HandleError::Busy.to_string()).again_after(1)
            }
            HandleError::Stopped => {
                Problem::new(Code::Stopping, HandleError::Stopped.to_string()).again_after(5)
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.0.code.status();
        let body = serde_json::to_vec(&self.0).unwrap_or_default();
        let mut answer = (status, body).into_response();
        let headers = answer.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("Bearer realm=\"despertador\""),
            );
        }
        if let Some(seconds) = self.0.again_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.0.closes {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        if status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT {
            tracing::warn!(code = self.0.code.word(), detail = self.0.detail, "request failed");
        }
        answer
    }
}

impl From<PathRejection> for Problem {
    fn from(rejection: PathRejection) -> Problem {
        Problem::new(Code::BadParameter, rejection.body_text())
            .help("names in the path are percent-encoded UTF-8")
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Problem {
        Problem::new(Code::BadParameter, rejection.body_text())
            .help("/openapi.json names the parameters of each path")
    }
}

/// Declares the problems of a path for the OpenAPI document.
pub(crate) struct Problems;

impl utoipa::IntoResponses for Problems {
    fn responses() -> std::collections::BTreeMap<
        String,
        utoipa::openapi::RefOr<utoipa::openapi::response::Response>,
    > {
        use utoipa::openapi::{ContentBuilder, Ref, ResponseBuilder};
        let one = |text: &str| {
            let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem")));
            ResponseBuilder::new()
                .description(text)
                .content("application/problem+json", content.build())
                .build()
                .into()
        };
        [
            ("400", "Something in the request cannot be read"),
            ("401", "No token, or one that is unknown or was taken back"),
            ("403", "The token lacks the scope"),
            ("404", "There is no such thing among what the token sees"),
            ("408", "The request took too long"),
            ("409", "It is not possible in the current state, or needs a confirmation"),
            ("412", "It was changed in the meantime"),
            ("413", "The body is too large"),
            ("415", "The content type is not supported"),
            ("422", "It was read and is refused"),
            ("429", "Too many requests; Retry-After says when again"),
            ("503", "Nothing was done, or the desk stops; Retry-After says when again"),
        ]
        .into_iter()
        .map(|(status, text)| (status.to_owned(), one(text)))
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documentation_names_every_problem_with_its_status() {
        let page = include_str!("../../../docs/server.md");
        for code in Code::ALL {
            let row = format!("| `{}` | {} |", code.word(), code.status().as_u16());
            assert!(page.contains(&row), "docs/server.md lacks: {row} {} |", code.title());
        }
    }
}
