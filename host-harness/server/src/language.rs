//! The language of an answer's sentences.

use axum::http::{HeaderMap, header};
use despertador_contract::Reader;

/// A language the plugin speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Language {
    Spanish,
    Portuguese,
    #[default]
    English,
}

impl Language {
    /// The language of `es`, `pt-BR`, `en`.
    pub(crate) fn from_tag(tag: &str) -> Option<Language> {
        let primary = tag.trim().split('-').next()?;
        [Self::Spanish, Self::Portuguese, Self::English]
            .into_iter()
            .find(|language| primary.eq_ignore_ascii_case(language.word()))
    }

    /// The one that is wanted most of those spoken, as `Accept-Language` says it (RFC 9110, 12.5.4).
    pub(crate) fn of(headers: &HeaderMap) -> Language {
        let wanted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let mut best = (0, Language::default());
        for part in wanted.unwrap_or_default().split(',') {
            let (tag, quality) = part.split_once(";q=").unwrap_or((part, "1"));
            let thousandths = quality.trim().parse::<f32>().map_or(0, |q| {
                #[allow(clippy::cast_possible_truncation, reason = "between 0 and 1,000")]
                let thousandths = (q.clamp(0.0, 1.0) * 1000.0) as i32;
                thousandths
            });
            if let Some(language) = Language::from_tag(tag)
                && thousandths > best.0
            {
                best = (thousandths, language);
            }
        }
        best.1
    }

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Spanish => "es",
            Self::Portuguese => "pt",
            Self::English => "en",
        }
    }

    /// The language of a page.
    pub(crate) fn of_page(self) -> despertador_page::Language {
        match self {
            Self::Spanish => despertador_page::Language::Spanish,
            Self::Portuguese => despertador_page::Language::Portuguese,
            Self::English => despertador_page::Language::English,
        }
    }

    /// A reader of this language, so many minutes east of UTC.
    pub(crate) fn reader(self, utc_offset: i32) -> Reader {
        Reader { language: self.word().into(), utc_offset }
    }
}
