//! Words by which a customer refuses automatic messages (docs/rules.md#opt-out).

use crate::names;
use alloc::string::String;

/// Words that stop a text-message service, folded. They count on channels whose users know them, in
/// addition to the policy's own words.
///
/// The English words are those of the United States' rules since April 2025 (47 CFR 64.1200(a)(10))
/// and those that carriers' services block; the Spanish and Portuguese words are those of carriers
/// there and of services for Spanish short codes.
const STOP: [&str; 23] = [
    "stop",
    "stopall",
    "unsubscribe",
    "cancel",
    "end",
    "quit",
    "revoke",
    "optout",
    "remove",
    "alto",
    "baja",
    "darmedebaja",
    "dardebaja",
    "cancelar",
    "detener",
    "desuscribir",
    "desuscribirme",
    "parar",
    "salir",
    "sair",
    "pare",
    "descadastrar",
    "remover",
];
/// Words that revoke an opt-out.
const START: [&str; 7] = ["start", "unstop", "subscribe", "optin", "alta", "iniciar", "voltar"];

/// Longer texts are not compared: no such word is this long.
const WORD_BYTES_MAX: usize = 1024;

/// Whether the whole text is an opt-out (`true`) or revokes one (`false`).
pub(crate) fn detect(text: &str, own: Option<&[String]>, usual: bool) -> Option<bool> {
    if text.len() > WORD_BYTES_MAX || !usual && own.is_none() {
        return None;
    }
    let text = folded(text);
    let is = |words: &[&str]| words.iter().any(|word| *word == text);
    // With a policy's own words, STOP still counts on channels whose users know it.
    if own.is_some_and(|words| words.contains(&text)) || usual && is(&STOP) {
        return Some(true);
    }
    is(&START).then_some(false)
}

/// The form in which words are compared: lower case, no accents, and no separators, so that
/// «opt-out», «Opt out» and «OPTOUT» are equal.
pub(crate) fn folded(text: &str) -> String {
    let key = names::key(text);
    let letters: String = key.chars().filter(|c| !is_ignored(*c)).collect();
    // A word may consist of symbols only.
    if letters.is_empty() { key.into_owned() } else { letters }
}

fn is_ignored(c: char) -> bool {
    c.is_whitespace()
        || c.is_ascii_punctuation()
        || names::is_invisible(c)
        || matches!(c, '¡' | '¿' | '«' | '»' | '·' | '\u{300}'..='\u{36f}' | '\u{2010}'..='\u{2027}')
}

#[cfg(test)]
mod tests {
    extern crate std;

    use super::{START, STOP, detect, folded};
    use std::string::String;

    #[test]
    fn a_word_counts_however_it_is_written_and_only_alone() {
        for text in [
            "STOP",
            "¡Stop!",
            "opt-out",
            "Opt out.",
            "OPTOUT",
            "Opt\u{2011}out",
            "«Revoke»",
            "Alto",
        ] {
            assert_eq!(detect(text, None, true), Some(true), "{text}");
        }
        for text in ["please stop by", "the end", "no", "", "…", "Cancelar mi pedido"] {
            assert_eq!(detect(text, None, true), None, "{text}");
        }
        assert_eq!(detect("stop", None, false), None);
        assert_eq!(detect("Unstop", None, true), Some(false));
    }

    #[test]
    fn a_policy_has_words_of_its_own() {
        let own: std::vec::Vec<String> = ["No más", "🛑", "--"].iter().map(|w| folded(w)).collect();
        for text in ["NO MAS!", "no  ma\u{301}s", "🛑", "--"] {
            assert_eq!(detect(text, Some(&own), false), Some(true), "{text}");
        }
        for text in ["-", "!", "stop", ""] {
            assert_eq!(detect(text, Some(&own), false), None, "{text}");
        }
    }

    #[test]
    fn the_words_are_written_folded_and_once() {
        let mut all: std::vec::Vec<&str> = STOP.into_iter().chain(START).collect();
        assert!(all.iter().all(|word| folded(word) == *word));
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
