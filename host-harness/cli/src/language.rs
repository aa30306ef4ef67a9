//! The language of a command's output.

use std::sync::OnceLock;

use despertador_contract::{Reader, Wording};

/// The language of this run.
static CHOSEN: OnceLock<Language> = OnceLock::new();

/// A text in the language of this run: in English, Spanish and Portuguese, with named values. A
/// missing language does not compile.
macro_rules! tr {
    ($en:literal, $es:literal, $pt:literal $(, $name:ident = $value:expr)* $(,)?) => {
        match $crate::language::Language::chosen().of_page() {
            despertador_contract::Language::English => format!($en $(, $name = $value)*),
            despertador_contract::Language::Spanish => format!($es $(, $name = $value)*),
            despertador_contract::Language::Portuguese => format!($pt $(, $name = $value)*),
        }
    };
}
pub(crate) use tr;

/// A language of the plugin, or all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    Spanish,
    Portuguese,
    English,
    All,
}

impl Language {
    /// The language for a word on the command line.
    pub(crate) fn from_word(word: &str) -> Option<Language> {
        Some(match word {
            "es" => Language::Spanish,
            "pt" => Language::Portuguese,
            "en" => Language::English,
            "all" => Language::All,
            _ => return None,
        })
    }

    /// Chooses the language from the arguments, otherwise from the system: before the arguments are
    /// parsed, so that errors in them are in this language too.
    pub(crate) fn choose(arguments: impl Iterator<Item = String>) {
        let mut arguments = arguments.peekable();
        let mut named = None;
        while let Some(argument) = arguments.next() {
            named = match argument.strip_prefix("--language") {
                Some("") => arguments.peek().and_then(|word| Self::from_word(word)),
                Some(rest) => rest.strip_prefix('=').and_then(Self::from_word),
                None => named,
            };
        }
        let _: Result<(), Language> = CHOSEN.set(named.unwrap_or_else(Self::of_system));
    }

    /// The language of this run.
    pub(crate) fn chosen() -> Language {
        CHOSEN.get().copied().unwrap_or(Language::English)
    }

    fn of_system() -> Language {
        ["LC_ALL", "LC_MESSAGES", "LANG"]
            .iter()
            .filter_map(std::env::var_os)
            .find(|value| !value.is_empty())
            .and_then(|value| value.to_str().and_then(|value| Self::from_word(value.get(..2)?)))
            .unwrap_or(Language::English)
    }

    /// Its word; English for all languages.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Language::Spanish => "es",
            Language::Portuguese => "pt",
            Language::English | Language::All => "en",
        }
    }

    /// The language of a page; English for all languages.
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

    /// The wordings to show.
    pub(crate) fn of(self, wordings: &[Wording]) -> Vec<&Wording> {
        let wanted: Vec<&Wording> = wordings
            .iter()
            .filter(|wording| self == Language::All || wording.language == self.word())
            .collect();
        if wanted.is_empty() { wordings.iter().take(1).collect() } else { wanted }
    }
}
