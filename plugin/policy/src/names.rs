//! Compares names as people read them: case, surrounding spaces, and composed or decomposed accents
//! make no difference (Unicode canonical caseless matching).

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

// Decompositions of letters and combining classes of marks: see `build.rs`.
include!(concat!(env!("OUT_DIR"), "/decompositions.rs"));

/// The form in which names are compared: two names are equal if their keys are.
pub(crate) fn key(name: &str) -> Cow<'_, str> {
    // Copied names often contain zero-width spaces. Most names have nothing around them.
    let is_trimmed = |end: Option<&u8>| end.is_none_or(u8::is_ascii_graphic);
    let name = match name.as_bytes() {
        bytes if is_trimmed(bytes.first()) && is_trimmed(bytes.last()) => name,
        _ => name.trim_matches(|c: char| c.is_whitespace() || is_invisible(c)),
    };
    if !name.is_ascii() {
        return Cow::Owned(decomposed(&unicase::UniCase::unicode(name).to_folded_case()));
    }
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

/// Whether a character has no width.
pub(crate) const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

/// The names in a policy.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names(Vec<Name>);

#[derive(Debug, Clone)]
struct Name {
    written: String,
    key: String,
}

impl Names {
    pub(crate) fn new(names: Vec<String>) -> Names {
        let name = |written: String| Name { key: key(&written).into_owned(), written };
        Names(names.into_iter().map(name).collect())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The policy's spelling of a name, if it is in the list.
    pub(crate) fn find(&self, name: &str) -> Option<&str> {
        if self.0.is_empty() {
            return None;
        }
        let key = key(name);
        self.0.iter().find(|known| known.key == *key).map(|known| known.written.as_str())
    }

    /// The policy's spelling of the first of these names that is in the list.
    pub(crate) fn find_any(&self, names: &[String]) -> Option<&str> {
        names.iter().find_map(|name| self.find(name))
    }
}

/// The canonical decomposition of a text (NFD).
fn decomposed(text: &str) -> String {
    let mut letters: Vec<(u8, char)> = Vec::with_capacity(text.len());
    for letter in text.chars() {
        decompose(letter, &mut letters);
    }
    // The marks of a letter are sorted by class.
    for marks in letters.chunk_by_mut(|_, (class, _)| *class != 0) {
        for end in 1..marks.len() {
            for at in (1..=end).rev() {
                let before = at.saturating_sub(1);
                match (marks.get(before), marks.get(at)) {
                    (Some((a, _)), Some((b, _))) if a > b => marks.swap(before, at),
                    _ => break,
                }
            }
        }
    }
    letters.into_iter().map(|(_, letter)| letter).collect()
}

fn decompose(letter: char, into: &mut Vec<(u8, char)>) {
    if letter < '\u{c0}' {
        into.push((0, letter));
        return;
    }
    if let Some(syllable) = u32::from(letter).checked_sub(0xAC00).filter(|n| *n < 11_172) {
        let jamo = |first: u32, n: Option<u32>| char::from_u32(first.saturating_add(n?));
        let tail = syllable.checked_rem(28).filter(|n| *n > 0);
        let vowel = syllable.checked_rem(588).and_then(|n| n.checked_div(28));
        let parts =
            [jamo(0x1100, syllable.checked_div(588)), jamo(0x1161, vowel), jamo(0x11A7, tail)];
        into.extend(parts.into_iter().flatten().map(|part| (0, part)));
        return;
    }
    let of = |code: u16| char::from_u32(code.into()).filter(|c| *c != '\0');
    let pair = u16::try_from(u32::from(letter))
        .ok()
        .and_then(|code| PAIRS.binary_search_by_key(&code, |(composed, ..)| *composed).ok())
        .and_then(|place| PAIRS.get(place));
    match pair {
        None => into.push((class(letter), letter)),
        Some((_, first, second)) => {
            for part in [of(*first), of(*second)].into_iter().flatten() {
                decompose(part, into);
            }
        }
    }
}

/// The combining class of a mark; 0 for other characters.
fn class(letter: char) -> u8 {
    let Ok(code) = u16::try_from(u32::from(letter)) else { return 0 };
    let after = CLASSES.partition_point(|(first, ..)| *first <= code);
    let run = after.checked_sub(1).and_then(|place| CLASSES.get(place));
    run.filter(|(first, length, _)| code.saturating_sub(*first) < u16::from(*length))
        .map_or(0, |(.., class)| *class)
}

#[cfg(test)]
mod tests {
    extern crate std;

    use super::{Names, decomposed, key};
    use std::string::String;
    use unicode_normalization::UnicodeNormalization;

    #[test]
    fn case_accents_and_spaces_around_a_name_make_no_difference() {
        for (one, other) in [
            ("VIP", "vip"),
            ("  vip\t", "VIP"),
            ("\u{feff}Ventas\u{200b}", "ventas"),
            ("Atención", "ATENCIO\u{301}N"),
            ("ATENDIMENTO SÃO PAULO", "atendimento sa\u{303}o paulo"),
            ("Straße", "STRASSE"),
            ("Σίσυφος", "ΣΊΣΥΦΟΣ"),
            ("Поддержка Й", "поддержка и\u{306}"),
            ("Hỗ trợ", "ho\u{303}\u{302} tro\u{31b}\u{323}"),
            ("한국", "\u{1112}\u{1161}\u{11ab}\u{1100}\u{116e}\u{11a8}"),
            ("Å", "\u{212b}"),
        ] {
            let same = key(one) == key(other);
            // A circumflex before a tilde is another letter than a tilde before a circumflex.
            assert_eq!(same, one != "Hỗ trợ", "{one} {other}");
        }
        assert_eq!(key("Hỗ trợ"), key("HO\u{302}\u{303} TRO\u{323}\u{31b}"));
    }

    #[test]
    fn other_letters_are_other_names() {
        for (one, other) in [("Atención", "Atencion"), ("vip", "v ip"), ("ano", "año"), ("ı", "i")]
        {
            assert_ne!(key(one), key(other), "{one} {other}");
        }
    }

    #[test]
    fn a_name_is_found_as_the_policy_writes_it() {
        let names = Names::new(std::vec!["Vip".into(), "Cobrança".into()]);
        assert_eq!(names.find("COBRANC\u{327}A "), Some("Cobrança"));
        assert_eq!(names.find_any(&["x".into(), "VIP".into()]), Some("Vip"));
        assert_eq!(names.find("cobranca"), None);
    }

    /// Every letter of the basic plane, after a letter with two marks and before another mark.
    #[test]
    fn decompositions_are_those_of_the_library() {
        for letter in ('\u{1}'..='\u{ffff}').filter(|c| !matches!(c, '\u{f900}'..='\u{faff}')) {
            let text: String = ['e', '\u{323}', '\u{302}', letter, '\u{301}'].iter().collect();
            assert_eq!(decomposed(&text), text.nfd().collect::<String>(), "{letter:?}");
        }
    }
}
