//! A sentence in each language, for faults of rows: they are found where nobody knows who reads
//! them.

use std::fmt;

use despertador_contract::Language;

/// A sentence in each language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    en: String,
    es: String,
    pt: String,
}

/// The same sentence in English, Spanish and Portuguese, with the values named in it.
macro_rules! said {
    ($en:literal, $es:literal, $pt:literal $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::said::Message::new(
            format!($en $(, $name = $value)*),
            format!($es $(, $name = $value)*),
            format!($pt $(, $name = $value)*),
        )
    };
}
pub(crate) use said;

impl Message {
    pub(crate) fn new(en: String, es: String, pt: String) -> Message {
        Message { en, es, pt }
    }

    /// What a library says, in its own words.
    pub(crate) fn quoted(text: impl fmt::Display) -> Message {
        let text = text.to_string();
        Message { en: text.clone(), es: text.clone(), pt: text }
    }

    /// In a language.
    #[must_use]
    pub fn of(&self, language: Language) -> &str {
        match language {
            Language::English => &self.en,
            Language::Spanish => &self.es,
            Language::Portuguese => &self.pt,
        }
    }

    /// With another sentence after it.
    pub(crate) fn and(&self, more: &Message) -> Message {
        Message {
            en: format!("{}; {}", self.en, more.en),
            es: format!("{}; {}", self.es, more.es),
            pt: format!("{}; {}", self.pt, more.pt),
        }
    }
}

impl fmt::Display for Message {
    /// In English.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.en)
    }
}
