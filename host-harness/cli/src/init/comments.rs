//! Adds comments to a policy.

use serde_json::Value;

use super::words::Words;
use crate::language::Language;

/// The policy with a comment above the first occurrence of each key at the beginning of a line.
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
            // A preset may begin with its own comment.
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

#[cfg(test)]
mod tests {
    use super::*;
    use despertador_panel::Preset;

    fn without_comments(value: Value) -> Value {
        match value {
            Value::Object(object) => object
                .into_iter()
                .filter(|(key, _)| !key.starts_with("//"))
                .map(|(key, value)| (key, without_comments(value)))
                .collect(),
            Value::Array(list) => list.into_iter().map(without_comments).collect(),
            other => other,
        }
    }

    #[test]
    fn a_preset_with_comments_says_the_same() {
        for preset in Preset::ALL {
            for language in [Language::Spanish, Language::Portuguese, Language::English] {
                let text = commented(preset.config, "a", language);
                let read: Value = serde_json::from_str(&text).expect(preset.name);
                let plain: Value = serde_json::from_str(preset.config).expect(preset.name);
                assert_eq!(without_comments(read), without_comments(plain), "{}", preset.name);
            }
        }
    }

    #[test]
    fn each_comment_stands_above_its_key_once() {
        for preset in Preset::ALL {
            let text = commented(preset.config, "a", Language::English);
            for (about, _) in Words::of(Language::English).comments {
                let comment = format!("\"// {about}\": ");
                let written = text.matches(&comment).count();
                // A window's `close` and a rule's share their name.
                assert!(written <= 1, "{written} times `{comment}` in {}", preset.name);
                let lines: Vec<&str> = text.lines().map(str::trim_start).collect();
                for pair in lines.windows(2).filter(|pair| pair[0].starts_with(&comment)) {
                    assert!(pair[1].starts_with(&format!("\"{about}\": ")), "{pair:?}");
                }
            }
            let keys = text.lines().map(str::trim_start).filter(|line| line.starts_with('"'));
            for line in keys.filter(|line| !line.starts_with("\"//") && line.contains("\": ")) {
                let key = key(line).expect("a key");
                let known = Words::of(Language::English).comments.iter().any(|(k, _)| *k == key);
                let named = ["cobranza", "oficina", "es", "pt", "en"].contains(&key);
                assert!(known || named, "`{key}` of {} has no comment", preset.name);
            }
        }
    }
}
