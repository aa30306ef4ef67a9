//! What a guest said before it crashed, read from the memory that it leaves behind.
//!
//! A plugin imports nothing, so it has nowhere to write to. A guest that wants to be heard leaves
//! its words anywhere in its memory, between [`BEGIN`] and [`END`]: from a panic hook in Rust, from
//! `sys.excepthook` in Python. QuickJS guests need not: their runtime formats the exception before
//! it aborts. The text is the guest's and is trusted with nothing.

use memchr::memmem;
use wasmtime::{AsContext, WasmCoreDump};

use crate::bounds::is_control;

/// Before the last words of a guest.
const BEGIN: &[u8] = b"\x01despertador-last-words\x02";
/// After them.
const END: u8 = 3;
/// Bytes that are read.
const LENGTH_MAX: usize = 2 << 10;

/// The guest's words on one line, if it left any.
pub(crate) fn of(error: &wasmtime::Error, store: impl AsContext) -> Option<String> {
    let dump = error.downcast_ref::<WasmCoreDump>()?;
    let store = store.as_context();
    let memories = dump.memories().iter().map(|memory| memory.data(&store));
    memories.filter_map(|memory| marked(memory).or_else(|| of_quickjs(memory))).next()
}

/// The words between the marks. The last place counts: constants lie before what was allocated.
fn marked(memory: &[u8]) -> Option<String> {
    memmem::rfind_iter(memory, BEGIN).find_map(|place| {
        let words = after(memory, place.checked_add(BEGIN.len())?)?;
        let end = words.iter().position(|byte| matches!(*byte, END | 0))?;
        (words.get(end) == Some(&END)).then_some(())?;
        one_line(std::str::from_utf8(words.get(..end)?).ok()?)
    })
}

/// The exception that the runtime of QuickJS guests formats:
/// `Exception { message: Some("…"), stack: Some("    at decide (/plugin.js:64:41)\n…") }`.
fn of_quickjs(memory: &[u8]) -> Option<String> {
    const MESSAGE: &[u8] = b"Exception { message: Some(\"";
    const STACK: &str = ", stack: Some(\"";
    memmem::rfind_iter(memory, MESSAGE).find_map(|place| {
        let words = after(memory, place.checked_add(MESSAGE.len())?)?;
        // What follows the text need be no text.
        let text = words.utf8_chunks().next()?.valid();
        let (message, rest) = literal(text)?;
        let frame = rest
            .split_once(STACK)
            .and_then(|(_, stack)| literal(stack))
            .and_then(|(stack, _)| stack.lines().next().map(|line| line.trim().to_owned()))
            .filter(|frame| !frame.is_empty());
        one_line(&[Some(message), frame].into_iter().flatten().collect::<Vec<_>>().join(" "))
    })
}

/// The text of a string literal up to its closing quote, and what follows.
fn literal(text: &str) -> Option<(String, &str)> {
    let mut said = String::new();
    let mut characters = text.char_indices();
    while let Some((place, character)) = characters.next() {
        match character {
            '"' => return Some((said, text.get(place.checked_add(1)?..)?)),
            '\\' => match characters.next()?.1 {
                'n' => said.push('\n'),
                't' | 'r' => said.push(' '),
                other => said.push(other),
            },
            other => said.push(other),
        }
    }
    None
}

fn after(memory: &[u8], start: usize) -> Option<&[u8]> {
    memory.get(start..memory.len().min(start.saturating_add(LENGTH_MAX)))
}

/// Text that can be shown in a line of a log or a terminal.
fn one_line(text: &str) -> Option<String> {
    let shown: String = text.chars().map(|c| if is_control(c) { ' ' } else { c }).collect();
    let words: Vec<&str> = shown.split_whitespace().collect();
    (!words.is_empty()).then(|| words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_whole_words_are_heard() {
        let left =
            b"..\x01despertador-last-words\x02first\x03..\x01despertador-last-words\x02no such \
            rule\n  at src/lib.rs:7\x03\0\x01despertador-last-words\x02torn\0\x03";
        assert_eq!(marked(left).as_deref(), Some("no such rule at src/lib.rs:7"));
        assert_eq!(marked(b"\x01despertador-last-words\x02 \x03"), None);
        assert_eq!(marked(b"\x01despertador-last-words\x02\xff\x03"), None);
        assert_eq!(marked(b"\x01despertador-last-words\x02never ended"), None);
    }

    #[test]
    fn an_exception_of_quickjs_is_heard_with_its_first_frame() {
        let left = b"\xff\0Value(Exception(\nException { message: Some(\"no \\\"x\\\"\"), \
            stack: Some(\"    at decide (/plugin.js:64:41)\\n    at onTick\\n\") })\xff";
        let said = "no \"x\" at decide (/plugin.js:64:41)";
        assert_eq!(of_quickjs(left).as_deref(), Some(said));
        // A copy that was overwritten in part says what is left of it, after the whole one.
        let torn = [left.as_slice(), b"Exception { message: Some(\"torn\xff"].concat();
        assert_eq!(of_quickjs(&torn).as_deref(), Some(said));
    }
}
