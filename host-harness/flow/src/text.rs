//! The texts of findings: one table per language.

use despertador_contract::Language;

use crate::finding::Code;

mod en;
mod es;
mod pt;

/// The problem and its help, with placeholders `{0}`, `{1}`, … for values.
pub(crate) fn texts(language: Language, code: Code) -> (&'static str, &'static str) {
    match language {
        Language::Spanish => es::texts(code),
        Language::Portuguese => pt::texts(code),
        Language::English => en::texts(code),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_languages_speak_of_the_same_values() {
        let places = |sentence: &str| -> Vec<String> {
            let mut places: Vec<String> = sentence
                .split('{')
                .skip(1)
                .filter_map(|part| part.split_once('}'))
                .map(|(number, _)| number.to_owned())
                .collect();
            places.sort();
            places.dedup();
            places
        };
        for code in Code::ALL {
            let english = texts(Language::English, *code);
            for language in Language::ALL {
                let (text, help) = texts(language, *code);
                assert_eq!(places(text), places(english.0), "{code:?} in {language:?}");
                assert_eq!(places(help), places(english.1), "{code:?} in {language:?}");
                assert!(!text.is_empty() && !help.is_empty(), "{code:?} in {language:?}");
                assert!(!text.ends_with('.'), "{code:?} in {language:?}");
            }
        }
    }

    #[test]
    fn the_page_names_every_finding() {
        let page = include_str!("../../../docs/flows.md");
        for code in Code::ALL {
            assert!(page.contains(&format!("`{}`", code.word())), "{}", code.word());
        }
    }
}
