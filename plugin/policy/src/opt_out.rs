//! Words by which a customer says that they want no automatic messages (docs/rules.md#opt-out).

use crate::diagnostic::small;
use alloc::string::String;

/// What is said to a text-message service to be left alone, in the three languages. They count
/// on channels whose users are used to them, unless the policy has words of its own.
const STOP: [&str; 9] =
    ["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "BAJA", "PARAR", "SAIR"];
/// What takes it back.
const START: [&str; 5] = ["START", "UNSTOP", "ALTA", "INICIAR", "VOLTAR"];

/// Whether a text, as a whole, asks for no more messages (`true`) or for messages again.
pub(crate) fn said(text: &str, own: Option<&[String]>, usual: bool) -> Option<bool> {
    let text = text.trim_matches(|c: char| {
        c.is_whitespace() || c.is_ascii_punctuation() || matches!(c, '¡' | '¿' | '…')
    });
    let is = |word: &str| text.chars().map(small).eq(word.trim().chars().map(small));
    // A policy's own words do not take STOP away from those who are used to it.
    let stop = own.is_some_and(|words| words.iter().any(|word| is(word)))
        || usual && STOP.into_iter().any(is);
    if stop {
        return Some(true);
    }
    ((usual || own.is_some()) && START.into_iter().any(is)).then_some(false)
}
