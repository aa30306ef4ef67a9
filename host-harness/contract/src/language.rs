//! The languages of texts for people.

/// A language in which every text for people exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Language {
    /// Español.
    Spanish,
    /// Português.
    Portuguese,
    /// English, the default for all other languages.
    #[default]
    English,
}

impl Language {
    /// All languages.
    pub const ALL: [Self; 3] = [Self::Spanish, Self::Portuguese, Self::English];

    /// Its BCP 47 tag: `es`, `pt`, `en`.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::Spanish => "es",
            Self::Portuguese => "pt",
            Self::English => "en",
        }
    }

    /// The language of a tag or locale in any spelling: `es`, `pt-BR`, `pt_BR.UTF-8`.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_', '.']).next()?;
        Self::ALL.into_iter().find(|language| primary.eq_ignore_ascii_case(language.tag()))
    }

    /// The preferred language of an `Accept-Language` header (RFC 9110, 12.5.4); English if none is
    /// acceptable.
    #[must_use]
    pub fn accepted(header: &str) -> Self {
        let mut best = (0.0, Self::default());
        for part in header.split(',') {
            let mut parameters = part.split(';');
            let tag = parameters.next().unwrap_or_default();
            let quality = parameters
                .filter_map(|parameter| parameter.split_once('='))
                .find(|(name, _)| name.trim().eq_ignore_ascii_case("q"))
                .map_or(1.0, |(_, value)| value.trim().parse().unwrap_or(0.0));
            if let Some(language) = Self::from_tag(tag)
                && quality > best.0
            {
                best = (quality, language);
            }
        }
        best.1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_found_in_any_spelling() {
        for tag in ["pt", "PT-br", "pt_BR", " pt_BR.UTF-8 "] {
            assert_eq!(Language::from_tag(tag), Some(Language::Portuguese), "{tag}");
        }
        assert_eq!(Language::from_tag("fr"), None);
    }

    #[test]
    fn what_is_wanted_most_is_answered() {
        for (header, language) in [
            ("es; q=0.5", Language::Spanish),
            ("fr, pt;q=0.4, es ;q = 0.8", Language::Spanish),
            ("en;q=0, pt-PT;q=0.1", Language::Portuguese),
            ("fr", Language::English),
            ("", Language::English),
            ("es;q=much", Language::English),
        ] {
            assert_eq!(Language::accepted(header), language, "{header}");
        }
    }
}
