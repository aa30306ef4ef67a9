//! Reads API answers and JSON exports of help desks: nested objects, some of which are messages.

use std::borrow::Cow;
use std::io::{BufRead, BufReader, Read as _};

use despertador_contract::input;
use serde_json::Value;

use super::columns::{Authors, Column, Columns};
use super::platform::{Opening, Platform, Shape};
use super::{
    ArchiveBuilder, Fault, Meaning, Read, ReadOptions, Slot, Timing, Unreadable, unmarked,
};
use crate::archive::Archive;
use crate::said::said;

impl Archive {
    /// Reads JSON of a help desk: one document per line, each loaded alone, or documents over
    /// several lines, loaded together.
    ///
    /// # Errors
    ///
    /// The file cannot be read at all. Messages that cannot be read are counted.
    pub fn dump(
        from: impl std::io::Read,
        platform: Platform,
        columns: &Columns,
        authors: &Authors,
        timing: &Timing,
        options: ReadOptions<'_>,
    ) -> Result<Read<Archive>, Unreadable> {
        let mut to = ArchiveBuilder::new(options, timing.not_after);
        let meaning = Meaning { columns, authors, timing };
        let mut number = 0;
        let mut take = |document: &Value, to: &mut ArchiveBuilder<'_>| {
            let (meaning, shape) = (&meaning, platform.shape());
            let mut walk = Walk { meaning, shape, to, number, around: Vec::new() };
            walk.at(document)?;
            number = walk.number;
            Ok(())
        };
        let broken = |error: std::io::Error| Unreadable::Broken(error.to_string());
        let no_json = |error: &serde_json::Error| {
            let why = said!(
                "the file is no JSON: {error}",
                "el archivo no es JSON: {error}",
                "o arquivo não é JSON: {error}"
            );
            Fault::of("no JSON", why)
        };
        let mut from = BufReader::new(unmarked(from));
        let mut bytes = Vec::new();
        for line in 1.. {
            bytes.clear();
            if from.read_until(b'\n', &mut bytes).map_err(broken)? == 0 {
                break;
            }
            let text = input::text_of(&bytes);
            if text.trim().is_empty() {
                continue;
            }
            match input::read_json::<Value>(&text) {
                Ok(document) => take(&document, &mut to)?,
                Err(error) if line > 1 => to.refuse(line, no_json(&error)),
                // A document over several lines.
                Err(_) => {
                    from.read_to_end(&mut bytes).map_err(broken)?;
                    let text = input::text_of(&bytes);
                    let text = input::repaired(&text);
                    for document in serde_json::Deserializer::from_str(&text).into_iter::<Value>() {
                        match document {
                            Ok(document) => take(&document, &mut to)?,
                            Err(error) => {
                                let line = u64::try_from(error.line()).unwrap_or_default();
                                to.refuse(line, no_json(&error));
                                break;
                            }
                        }
                    }
                    break;
                }
            }
        }
        to.end()
    }
}

struct Walk<'w, 'g, 'v> {
    meaning: &'w Meaning<'w>,
    shape: &'static Shape,
    to: &'w mut ArchiveBuilder<'g>,
    /// Number of messages found; used in place of a line number.
    number: u64,
    /// The enclosing objects, the outermost first.
    around: Vec<&'v Value>,
}

impl<'v> Walk<'_, '_, 'v> {
    fn at(&mut self, value: &'v Value) -> Result<(), Unreadable> {
        match value {
            Value::Array(items) => items.iter().try_for_each(|item| self.at(item)),
            Value::Object(members) => {
                if has_all(value, self.shape.marks) {
                    return self.message(value);
                }
                for opening in self.shape.openings {
                    if has_all(value, opening.marks) {
                        self.opening(value, opening)?;
                        break;
                    }
                }
                self.around.push(value);
                members.values().try_for_each(|member| self.at(member))?;
                self.around.pop();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn message(&mut self, value: &'v Value) -> Result<(), Unreadable> {
        self.number = self.number.saturating_add(1);
        let Walk { meaning, to, around, .. } = self;
        let columns = meaning.columns;
        let authors = meaning.authors;
        let any = |names: &[String]| names.iter().find_map(|name| text(value, around, name));
        let cell = |slot: Slot| match slot {
            // Uses the first member with a known author.
            Slot::Column(Column::Author) => {
                let names = columns.of(Column::Author).0;
                let mut words = names.iter().filter_map(|name| text(value, around, name));
                words.clone().find(|word| authors.of(word).is_some()).or_else(|| words.next())
            }
            Slot::Column(column) => any(columns.of(column).0),
            Slot::Skip(number) => text(value, around, &columns.skipped.get(number)?.column),
            Slot::Same(other) => {
                let (one, two) = columns.same.as_ref()?;
                any(if other { two } else { one })
            }
        };
        meaning.add_row(to, self.number, &cell)
    }

    fn opening(&mut self, value: &'v Value, opening: &Opening) -> Result<(), Unreadable> {
        self.number = self.number.saturating_add(1);
        let Walk { meaning, to, around, .. } = self;
        let columns = meaning.columns;
        let mut inside = around.clone();
        inside.push(value);
        let cell = |slot: Slot| match slot {
            Slot::Column(Column::Ticket) => text(value, &[], opening.ticket),
            Slot::Column(Column::At) => text(value, &[], opening.at),
            Slot::Column(Column::Author) => match opening.author {
                Some(author) => text(value, &[], author),
                None => Some(Cow::Borrowed("customer")),
            },
            Slot::Column(Column::Message) => text(value, &[], opening.message?),
            Slot::Column(column @ (Column::Department | Column::Customer)) => {
                let around_it = columns.of(column).0.iter().filter(|name| name.starts_with("^."));
                around_it.into_iter().find_map(|name| text(&Value::Null, &inside, name))
            }
            Slot::Column(_) | Slot::Skip(_) | Slot::Same(_) => None,
        };
        meaning.add_row(to, self.number, &cell)
    }
}

fn has_all(value: &Value, paths: &[&str]) -> bool {
    paths.iter().all(|path| find(value, path).is_some_and(|found| !found.is_null()))
}

/// The text at a path; `None` if it is empty.
fn text(value: &Value, around: &[&Value], path: &str) -> Option<Cow<'static, str>> {
    let found = match path.strip_prefix("^.") {
        Some(path) => {
            around.iter().rev().find_map(|outer| find(outer, path).filter(|v| !v.is_null()))
        }
        None => find(value, path),
    };
    let text = match found? {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
    };
    (!text.is_empty()).then_some(Cow::Owned(text))
}

/// The value at a path; member names may contain dots.
fn find<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    let of = |name: &str| match value {
        Value::Object(members) => members.get(name),
        Value::Array(items) => items.get(name.parse::<usize>().ok()?),
        _ => None,
    };
    if let Some(found) = of(path) {
        return Some(found);
    }
    path.match_indices('.').find_map(|(place, _)| {
        let (name, rest) = path.split_at_checked(place)?;
        find(of(name)?, rest.get(1..)?)
    })
}
