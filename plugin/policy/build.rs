//! Writes the table of canonical decompositions with which `names.rs` compares names.
//!
//! The data is that of `unicode-normalization`, whose own tables would add 110 KB to the component;
//! this form takes 8 KB. It omits the Chinese compatibility ideographs, and Hangul syllables, which
//! can be decomposed by arithmetic.

use std::collections::HashMap;
use std::fmt::Write;
use std::path::Path;

use unicode_normalization::char::{canonical_combining_class, decompose_canonical};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let written = std::env::var_os("OUT_DIR")
        .ok_or_else(|| "there is no OUT_DIR".to_owned())
        .and_then(|folder| {
            std::fs::write(Path::new(&folder).join("decompositions.rs"), table())
                .map_err(|error| error.to_string())
        });
    if let Err(problem) = written {
        println!("cargo::error={problem}");
        std::process::exit(1);
    }
}

fn table() -> String {
    let letters = || ('\u{80}'..'\u{ffff}').filter(|c| !matches!(c, '\u{ac00}'..='\u{d7a3}'));
    let mut whole = HashMap::new();
    for letter in letters() {
        let parts = parts(letter);
        if parts != [letter] {
            whole.entry(parts).or_insert(letter);
        }
    }
    let mut pairs = String::new();
    let mut count = 0_usize;
    for letter in letters().filter(|c| !matches!(c, '\u{f900}'..='\u{faff}')) {
        let parts = parts(letter);
        let pair = match parts.as_slice() {
            [one] if *one == letter => continue,
            [one] => (*one, '\0'),
            [one, two] => (*one, *two),
            // The rest of a longer decomposition is a letter of its own.
            [rest @ .., last] => match whole.get(rest) {
                Some(first) => (*first, *last),
                None => continue,
            },
            [] => continue,
        };
        count = count.saturating_add(1);
        let code = |c| u32::from(c);
        // Writing into a `String` cannot fail.
        let _ = write!(pairs, "({},{},{}),", code(letter), code(pair.0), code(pair.1));
    }
    let mut classes: Vec<(u32, u8, u8)> = Vec::new();
    for letter in '\u{300}'..'\u{ffff}' {
        let class = canonical_combining_class(letter);
        match classes.last_mut() {
            _ if class == 0 => {}
            Some((first, length, same))
                if *same == class
                    && first.saturating_add(u32::from(*length)) == u32::from(letter)
                    && *length < u8::MAX =>
            {
                *length = length.saturating_add(1);
            }
            _ => classes.push((u32::from(letter), 1, class)),
        }
    }
    format!(
        "/// A letter and the two that it is composed of; 0 for a second that there is not.\n\
         static PAIRS: [(u16, u16, u16); {count}] = [{pairs}];\n\
         /// The first of some marks, how many they are, and their combining class.\n\
         static CLASSES: [(u16, u8, u8); {}] = {classes:?};\n",
        classes.len(),
    )
}

/// The full canonical decomposition of a letter.
fn parts(letter: char) -> Vec<char> {
    let mut parts = Vec::new();
    decompose_canonical(letter, |part| parts.push(part));
    parts
}
