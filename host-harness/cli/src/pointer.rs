//! Finds the place of a JSON Pointer in a JSON text.

use std::ops::Range;

/// The place of a pointer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// The name of the member with its quotation marks, if the place is a member.
    pub(crate) name: Option<Range<usize>>,
    /// The value, in bytes.
    pub(crate) value: Range<usize>,
    /// Whether this is exactly the pointer's place, or only its nearest existing ancestor.
    pub(crate) exact: bool,
}

/// Finds the place or its nearest existing ancestor; `None` if the text is not JSON up to there.
pub(crate) fn locate(text: &str, pointer: &str) -> Option<Place> {
    let path: Vec<String> =
        pointer.split('/').skip(1).map(|part| part.replace("~1", "/").replace("~0", "~")).collect();
    let mut scan = Scan { text, at: 0, best: None };
    scan.value(&path, 0, None)?;
    scan.best.map(|(depth, place)| Place { exact: depth == path.len(), ..place })
}

/// The line and column of a byte, from 1; columns are characters.
pub(crate) fn line_and_column(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline.saturating_add(1));
    let line = before.matches('\n').count().saturating_add(1);
    let column = before.get(line_start..).unwrap_or_default().chars().count().saturating_add(1);
    (line, column)
}

struct Scan<'a> {
    text: &'a str,
    at: usize,
    /// The longest matched part of the path so far, with its place.
    best: Option<(usize, Place)>,
}

/// Maximum nesting: deeper than any policy, which the plugin refuses anyway.
const DEPTH_MAX: usize = 100;

impl Scan<'_> {
    /// Skips a value; `path` is the rest of the pointer if this value is on its way.
    fn value(&mut self, path: &[String], depth: usize, name: Option<Range<usize>>) -> Option<()> {
        self.followed(Some(path), depth, 0, name)
    }

    fn followed(
        &mut self,
        path: Option<&[String]>,
        depth: usize,
        nesting: usize,
        name: Option<Range<usize>>,
    ) -> Option<()> {
        if nesting > DEPTH_MAX {
            return None;
        }
        self.space();
        let start = self.at;
        if path.is_some() {
            // Its end is known only later, and a broken text may have none.
            self.note(depth, name.clone(), start..start.saturating_add(1));
        }
        let (first, rest) = match path.and_then(<[String]>::split_first) {
            Some((first, rest)) => (Some(first), rest),
            None => (None, [].as_slice()),
        };
        let below = |is_on_the_way: bool| is_on_the_way.then_some(rest);
        match self.peek()? {
            '{' => {
                self.pass('{')?;
                while !self.pass_if('}') {
                    self.space();
                    let name_start = self.at;
                    let name = self.string()?;
                    let name_span = name_start..self.at;
                    self.pass(':')?;
                    let path = below(first == Some(&name));
                    self.followed(
                        path,
                        depth.saturating_add(1),
                        nesting.saturating_add(1),
                        Some(name_span),
                    )?;
                    if !self.pass_if(',') && self.peek()? != '}' {
                        return None;
                    }
                }
            }
            '[' => {
                self.pass('[')?;
                let mut index: usize = 0;
                while !self.pass_if(']') {
                    let path = below(first.is_some_and(|first| *first == index.to_string()));
                    self.followed(path, depth.saturating_add(1), nesting.saturating_add(1), None)?;
                    index = index.saturating_add(1);
                    if !self.pass_if(',') && self.peek()? != ']' {
                        return None;
                    }
                }
            }
            '"' => drop(self.string()?),
            _ => {
                let rest = self.text.get(self.at..)?;
                let end = rest
                    .find(|c: char| c.is_whitespace() || matches!(c, ',' | '}' | ']' | ':'))
                    .unwrap_or(rest.len());
                self.at = self.at.saturating_add(end.max(1));
            }
        }
        if path.is_some() {
            self.note(depth, name, start..self.at);
        }
        Some(())
    }

    fn note(&mut self, depth: usize, name: Option<Range<usize>>, value: Range<usize>) {
        if self.best.as_ref().is_none_or(|(best, _)| depth >= *best) {
            self.best = Some((depth, Place { name, value, exact: false }));
        }
    }

    fn space(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let blanks = rest.len().saturating_sub(rest.trim_start().len());
        self.at = self.at.saturating_add(blanks);
    }

    fn peek(&mut self) -> Option<char> {
        self.space();
        self.text.get(self.at..)?.chars().next()
    }

    fn pass_if(&mut self, character: char) -> bool {
        let found = self.peek() == Some(character);
        if found {
            self.at = self.at.saturating_add(character.len_utf8());
        }
        found
    }

    fn pass(&mut self, character: char) -> Option<()> {
        self.pass_if(character).then_some(())
    }

    fn string(&mut self) -> Option<String> {
        let mut values =
            serde_json::Deserializer::from_str(self.text.get(self.at..)?).into_iter::<String>();
        let text = values.next()?.ok()?;
        self.at = self.at.saturating_add(values.byte_offset());
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found<'a>(text: &'a str, pointer: &str) -> (&'a str, bool) {
        let place = locate(text, pointer).expect("a place");
        (&text[place.value], place.exact)
    }

    #[test]
    fn a_pointer_leads_to_its_value() {
        let text = r#"{ "a/b": [1, {"c": "é"}, [true]], "d": null }"#;
        assert_eq!(found(text, "/a~1b/0"), ("1", true));
        assert_eq!(found(text, "/a~1b/1/c"), (r#""é""#, true));
        assert_eq!(found(text, "/a~1b/2/0"), ("true", true));
        assert_eq!(found(text, "/d"), ("null", true));
        assert_eq!(found(text, "").0, text);
    }

    #[test]
    fn a_missing_place_leads_to_the_nearest_above_it() {
        let text = r#"{ "rules": [ { "name": "x" } ] }"#;
        assert_eq!(found(text, "/rules/0/close-after"), (r#"{ "name": "x" }"#, false));
        assert!(!found(text, "/rules/7").1);
    }

    #[test]
    fn a_text_that_is_not_json_has_no_places() {
        for text in ["", "{", "[1 2]", "{\"a\" 1}", &"[".repeat(10_000)] {
            let _: Option<Place> = locate(text, "/a/0");
        }
        assert_eq!(locate("", "/a"), None);
    }

    #[test]
    fn columns_are_characters() {
        assert_eq!(line_and_column("a\né: 1", 5), (2, 3));
    }
}
