//! Suggestions for unknown words.

use crate::problem::Misread;

/// The known word most similar to the written one, if any is similar enough.
#[must_use]
pub fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let written = written.to_lowercase();
    known
        .into_iter()
        .map(|word| (strsim::damerau_levenshtein(&written, &word.to_lowercase()), word))
        .filter(|(distance, word)| *distance <= word.chars().count().div_ceil(3).min(3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

/// The error for an unknown word: names the one that was probably meant, or all of them.
#[must_use]
pub fn unknown(written: &str, found: String, known: &[&str]) -> Misread {
    match nearest(written, known.iter().copied()) {
        Some(meant) => Misread::bare(format!("{found}; did you mean `{meant}`?")),
        None => Misread::new(found, format!("one of `{}`", known.join("`, `"))),
    }
}
