//! The language of a response's texts.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
pub(crate) use despertador_contract::Language;
use despertador_contract::Reader;

use crate::app::App;

/// What the headers of a request ask for.
pub(crate) trait FromHeaders {
    fn from_headers(headers: &HeaderMap) -> Self;
}

impl FromHeaders for Language {
    /// From `Accept-Language`.
    fn from_headers(headers: &HeaderMap) -> Self {
        let wanted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        Self::accepted(wanted.unwrap_or_default())
    }
}

/// The value that the headers of a request ask for.
pub(crate) struct Negotiated<T>(pub(crate) T);

impl<T: FromHeaders> FromRequestParts<App> for Negotiated<T> {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Infallible> {
        Ok(Self(T::from_headers(&parts.headers)))
    }
}

/// A reader with a language and an offset from UTC in minutes; positive is east.
pub(crate) fn reader(language: Language, utc_offset: i32) -> Reader {
    Reader { language: language.tag().into(), utc_offset }
}
