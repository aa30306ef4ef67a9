//! The language in which decisions and problems are put.

use despertador_contract::{Reader, Wording};

/// A language the plugin speaks, or all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    Spanish,
    Portuguese,
    English,
    All,
}

impl Language {
    /// The language of a word on the command line.
    pub(crate) fn from_word(word: &str) -> Option<Language> {
        Some(match word {
            "es" => Language::Spanish,
            "pt" => Language::Portuguese,
            "en" => Language::English,
            "all" => Language::All,
            _ => return None,
        })
    }

    /// The language chosen, or else the system's.
    pub(crate) fn or_system(chosen: Option<Language>) -> Language {
        chosen.unwrap_or_else(|| {
            ["LC_ALL", "LC_MESSAGES", "LANG"]
                .iter()
                .filter_map(std::env::var_os)
                .find(|value| !value.is_empty())
                .and_then(|value| value.to_str().and_then(|value| Self::from_word(value.get(..2)?)))
                .unwrap_or(Language::English)
        })
    }

    /// Its word; English for all of them together.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Language::Spanish => "es",
            Language::Portuguese => "pt",
            Language::English | Language::All => "en",
        }
    }

    /// The language of a page; English for all of them together.
    pub(crate) fn of_page(self) -> despertador_contract::Language {
        match self {
            Language::Spanish => despertador_contract::Language::Spanish,
            Language::Portuguese => despertador_contract::Language::Portuguese,
            Language::English | Language::All => despertador_contract::Language::English,
        }
    }

    /// A reader of this language.
    pub(crate) fn reader(self, utc_offset: i32) -> Reader {
        Reader { language: self.word().into(), utc_offset }
    }

    /// The wordings to show, of those there are.
    pub(crate) fn of(self, wordings: &[Wording]) -> Vec<&Wording> {
        let wanted: Vec<&Wording> = wordings
            .iter()
            .filter(|wording| self == Language::All || wording.language == self.word())
            .collect();
        if wanted.is_empty() { wordings.iter().take(1).collect() } else { wanted }
    }
}
