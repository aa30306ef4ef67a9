//! What was meant by a word that is not known.

use crate::problem::Misread;

/// The known word that is most like the one written, if any is near enough to be meant.
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

/// What is wrong with a word that is none of those known: the one that was meant, or all of them.
#[must_use]
pub fn unknown(written: &str, found: String, known: &[&str]) -> Misread {
    match nearest(written, known.iter().copied()) {
        Some(meant) => Misread::bare(format!("{found}; did you mean `{meant}`?")),
        None => Misread::new(found, format!("one of `{}`", known.join("`, `"))),
    }
}
