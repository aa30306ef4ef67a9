//! The language of a response's texts.

use std::ops::Deref;

use axum::http::{HeaderMap, header};
use despertador_contract::Reader;

/// The language that a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Language(despertador_contract::Language);

impl Language {
    /// The language of `es`, `pt-BR`, `en`.
    pub(crate) fn from_tag(tag: &str) -> Option<Self> {
        despertador_contract::Language::from_tag(tag).map(Self)
    }

    /// The language of a request's `Accept-Language`.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let wanted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        Self(despertador_contract::Language::accepted(wanted.unwrap_or_default()))
    }

    /// A reader with this language and an offset from UTC in minutes; positive is east.
    pub(crate) fn reader(self, utc_offset: i32) -> Reader {
        Reader { language: self.tag().into(), utc_offset }
    }
}

impl Deref for Language {
    type Target = despertador_contract::Language;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}
