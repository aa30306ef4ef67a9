//! Comments beside what they explain.

use serde_json::Value;

use super::words::Words;
use crate::language::Language;

/// The policy with a comment above the first of each key that begins a line.
pub(super) fn commented(config: &str, begun_with: &str, language: Language) -> String {
    let words = Words::of(language);
    let begun = words.begun.replace("{0}", begun_with);
    let mut said = vec!["//"];
    let mut text = String::new();
    for (n, line) in config.lines().enumerate() {
        let rest = line.trim_start();
        let comment = key(rest)
            .filter(|key| !said.contains(key))
            .and_then(|key| words.comments.iter().find(|(about, _)| *about == key));
        if let Some((about, comment)) = comment {
            said.push(about);
            let indent = line.strip_suffix(rest).unwrap_or_default();
            let name = if *about == OUTSIDE { "close" } else { about };
            text.push_str(&written(indent, &format!("// {name}"), comment));
        }
        text.push_str(line);
        text.push('\n');
        if n == 0 {
            // A preset may have a word of its own to begin with.
            text.push_str(&written("  ", "// despertador", &begun));
        }
    }
    text
}

/// The `close` of a sending window, which is a word.
const OUTSIDE: &str = "outside";

fn key(line: &str) -> Option<&str> {
    let (key, value) = line.strip_prefix('"')?.split_once("\":")?;
    Some(if key == "close" && value.trim_start().starts_with('"') { OUTSIDE } else { key })
}

fn written(indent: &str, key: &str, comment: &str) -> String {
    format!("{indent}{}: {},\n", Value::from(key), Value::from(comment))
}
