//! Calls to the HTTP interface, in process.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{
    Extensions, HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header,
};
use http_body_util::BodyExt as _;
use serde::Deserialize;
use serde_json::Value;
use tower::ServiceExt as _;

/// A call.
pub(crate) struct Call<'c> {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) body: Option<String>,
    /// The version that a change is to replace.
    pub(crate) replaces: Option<&'c str>,
    /// What kind of answer is wanted.
    pub(crate) accept: &'static str,
    /// The last event that a browser has of a stream.
    pub(crate) after_event: Option<&'c HeaderValue>,
}

impl Call<'_> {
    pub(crate) fn new(method: Method, path: String) -> Self {
        Call {
            method,
            path,
            body: None,
            replaces: None,
            accept: "application/json",
            after_event: None,
        }
    }
}

/// An answer of the interface.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// What the interface says went wrong.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Problem {
    #[serde(rename = "type", default)]
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) title: String,
    #[serde(default)]
    pub(crate) status: u16,
    #[serde(default)]
    pub(crate) detail: String,
    #[serde(default)]
    pub(crate) help: String,
    #[serde(default)]
    pub(crate) problems: Vec<Found>,
}

/// One problem of a policy or a flow.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Found {
    #[serde(default)]
    pub(crate) severity: String,
    #[serde(default)]
    pub(crate) place: String,
    #[serde(default)]
    pub(crate) text: String,
    #[serde(default)]
    pub(crate) help: String,
}

impl Found {
    pub(crate) fn is_error(&self) -> bool {
        self.severity != "warning"
    }
}

impl Problem {
    /// The name of the kind: `unknown-ticket`.
    pub(crate) fn name(&self) -> &str {
        self.kind.rsplit(':').next().unwrap_or_default()
    }

    /// A problem that the panel itself found.
    pub(crate) fn own(name: &str, status: StatusCode) -> Problem {
        Problem {
            kind: format!("urn:despertador:problem:{name}"),
            status: status.as_u16(),
            ..Problem::default()
        }
    }
}

impl Answer {
    /// The body of a success; what went wrong otherwise.
    pub(crate) fn json(&self) -> Result<Value, Box<Problem>> {
        if self.status.is_success() {
            if self.body.is_empty() {
                return Ok(Value::Null);
            }
            return serde_json::from_slice(&self.body)
                .map_err(|_| Box::new(Problem::own("crashed", StatusCode::INTERNAL_SERVER_ERROR)));
        }
        let mut problem: Box<Problem> = serde_json::from_slice(&self.body).unwrap_or_default();
        problem.status = self.status.as_u16();
        Err(problem)
    }

    /// The version in the answer's entity tag.
    pub(crate) fn version(&self) -> Option<String> {
        let tag = self.headers.get(header::ETAG)?.to_str().ok()?;
        Some(tag.trim_matches('"').to_owned())
    }
}

/// What every call of a request repeats.
pub(crate) struct Repeated<'r> {
    pub(crate) token: &'r str,
    pub(crate) language: &'r str,
    /// The peer's address and connection, by which the interface counts.
    pub(crate) extensions: &'r Extensions,
}

/// The request of a call; the status if it cannot be made.
fn request(repeated: Repeated<'_>, call: Call<'_>) -> Result<Request<Body>, StatusCode> {
    let mut request = Request::new(call.body.map_or_else(Body::empty, Body::from));
    *request.method_mut() = call.method;
    *request.uri_mut() = call.path.parse().map_err(|_| StatusCode::BAD_REQUEST)?;
    *request.extensions_mut() = repeated.extensions.clone();
    let bearer = HeaderValue::from_str(&format!("Bearer {}", repeated.token))
        .map_err(|_| StatusCode::UNAUTHORIZED)?;
    let headers = request.headers_mut();
    headers.insert(header::AUTHORIZATION, bearer);
    headers.insert(header::ACCEPT, HeaderValue::from_static(call.accept));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Ok(language) = HeaderValue::from_str(repeated.language) {
        headers.insert(header::ACCEPT_LANGUAGE, language);
    }
    if let Some(version) = call.replaces {
        let version = HeaderValue::from_str(version).map_err(|_| StatusCode::BAD_REQUEST)?;
        headers.insert(header::IF_MATCH, version);
    }
    if let Some(event) = call.after_event {
        headers.insert("last-event-id", event.clone());
    }
    Ok(request)
}

/// Calls the interface; the body of the answer comes as the interface sends it.
pub(crate) async fn stream(
    interface: &Router,
    repeated: Repeated<'_>,
    call: Call<'_>,
) -> Response<Body> {
    let request = match request(repeated, call) {
        Ok(request) => request,
        Err(status) => {
            let mut failed = Response::new(Body::empty());
            *failed.status_mut() = status;
            return failed;
        }
    };
    match interface.clone().oneshot(request).await {
        Ok(answer) => answer,
        Err(never) => match never {},
    }
}

/// Calls the interface.
pub(crate) async fn call(interface: &Router, repeated: Repeated<'_>, call: Call<'_>) -> Answer {
    let (parts, body) = stream(interface, repeated, call).await.into_parts();
    match body.collect().await {
        Ok(body) => Answer { status: parts.status, headers: parts.headers, body: body.to_bytes() },
        Err(_) => Answer {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            headers: HeaderMap::new(),
            body: Bytes::new(),
        },
    }
}
