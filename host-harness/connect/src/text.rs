//! The texts of tests: one table per language.

use despertador_contract::Language;

use crate::check::Code;

mod en;
mod es;
mod pt;

/// What was found and what to do, with placeholders `{0}`, `{1}`, … for values.
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
    use crate::check::Severity;

    #[test]
    fn the_languages_speak_of_the_same_values() {
        let places = |sentence: &str| -> Vec<usize> {
            (0..4).filter(|number| sentence.contains(&format!("{{{number}}}"))).collect()
        };
        for code in Code::ALL {
            let english = texts(Language::English, *code);
            for language in Language::ALL {
                let (text, help) = texts(language, *code);
                let said = [text, help].concat();
                assert_eq!(places(&said), places(&[english.0, english.1].concat()), "{code:?}");
                assert!(!text.is_empty() && !text.ends_with('.'), "{code:?} in {language:?}");
                let is_bad = code.severity() <= Severity::Warning;
                assert!(!is_bad || !help.is_empty(), "{code:?} in {language:?} needs a way out");
            }
        }
    }

    #[test]
    fn the_page_names_every_result() {
        let page = include_str!("../../../docs/connect/README.md");
        for code in Code::ALL {
            assert!(page.contains(&format!("`{}`", code.word())), "{}", code.word());
        }
    }
}
