//! Problems of a file, each shown at its place.

use despertador_contract::word::Word;
use despertador_contract::{Diagnostic, Severity};
use serde_json::{Value, json};

use crate::language::{Language, tr};
use crate::paint::{BOLD, DIM, GREEN, RED, YELLOW, paint};
use crate::pointer::{line_and_column, locate};
use crate::table::counted;

/// A file and its problems.
pub(crate) struct Problems {
    /// Its name.
    pub(crate) file: String,
    /// Its text.
    pub(crate) text: String,
    /// How the whole document is named as a place.
    pub(crate) whole: String,
    pub(crate) problems: Vec<Diagnostic>,
}

impl Problems {
    /// The numbers of errors and warnings.
    pub(crate) fn count(&self) -> (usize, usize) {
        let is_warning = |problem: &&Diagnostic| matches!(problem.severity, Severity::Warning);
        let warnings = self.problems.iter().filter(is_warning).count();
        (self.problems.len().saturating_sub(warnings), warnings)
    }

    /// Prints all of them.
    pub(crate) fn print(&self, language: Language) {
        for problem in &self.problems {
            self.print_problem(problem, language);
        }
    }

    /// Prints the summary line.
    pub(crate) fn print_count(&self) {
        let (errors, warnings) = self.count();
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        let (one, many) = (tr!("error", "error", "erro"), tr!("errors", "errores", "erros"));
        let errors_line = counted(count(errors), &one, &many);
        let one = tr!("warning", "advertencia", "aviso");
        let many = tr!("warnings", "advertencias", "avisos");
        let line = format!("{errors_line}, {}", counted(count(warnings), &one, &many));
        let style = match (errors, warnings) {
            (0, 0) => GREEN,
            (0, _) => YELLOW,
            _ => RED,
        };
        anstream::println!("{}: {}", self.file, paint(style, line));
    }

    /// All problems, for programs.
    pub(crate) fn as_json(&self) -> Vec<Value> {
        let one = |problem: &Diagnostic| {
            let place = self.place(problem);
            let wordings: serde_json::Map<String, Value> = problem
                .wordings
                .iter()
                .map(|w| (w.language.clone(), json!({ "text": w.text, "help": w.help })))
                .collect();
            json!({
                "severity": problem.severity.word(),
                "code": problem.code,
                "place": problem.place,
                "line": place.map(|(line, _, _)| line),
                "column": place.map(|(_, column, _)| column),
                "wordings": wordings,
            })
        };
        self.problems.iter().map(one).collect()
    }

    /// Line and column of a problem, and the length of the marked part.
    fn place(&self, problem: &Diagnostic) -> Option<(usize, usize, usize)> {
        if problem.code == "not-json"
            && let Some(at) = syntax_error(&self.text)
        {
            let (line, column) = line_and_column(&self.text, at);
            return Some((line, column, 1));
        }
        let place = locate(&self.text, &problem.place)?;
        let about_name = problem.code.starts_with("unknown") && place.exact;
        let span = match place.name {
            Some(name) if about_name => name,
            _ => place.value,
        };
        let (line, column) = line_and_column(&self.text, span.start);
        let text = self.text.get(span).unwrap_or_default();
        let width = text.lines().next().unwrap_or_default().chars().count();
        Some((line, column, width.max(1)))
    }

    fn print_problem(&self, problem: &Diagnostic, language: Language) {
        let (style, word) = if matches!(problem.severity, Severity::Warning) {
            (YELLOW, tr!("warning", "advertencia", "aviso"))
        } else {
            (RED, tr!("error", "error", "erro"))
        };
        let whole = format!("({})", self.whole);
        anstream::println!(
            "{} {}",
            paint(style, format_args!("{word}[{}]", problem.code)),
            paint(BOLD, if problem.place.is_empty() { &whole } else { &problem.place }),
        );
        if let Some((line, at, width)) = self.place(problem) {
            let text = self.text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
            let (text, column) = around(text, at);
            let number = line.to_string();
            let margin = " ".repeat(number.len());
            let indent = text
                .chars()
                .take(column.saturating_sub(1))
                .map(|c| if c == '\t' { c } else { ' ' });
            let indent: String = indent.collect();
            let left = text.chars().count().saturating_sub(column.saturating_sub(1)).max(1);
            anstream::println!("{margin}{} {}:{line}:{at}", paint(DIM, "-->"), self.file);
            anstream::println!("{} {text}", paint(DIM, format_args!("{number} |")));
            anstream::println!(
                "{} {indent}{}",
                paint(DIM, format_args!("{margin} |")),
                paint(style, "^".repeat(width.min(left)))
            );
        }
        for wording in language.of(&problem.wordings) {
            let tongue = if language == Language::All {
                format!("{}: ", wording.language)
            } else {
                String::new()
            };
            anstream::println!("  {tongue}{}", wording.text);
            if !wording.help.is_empty() {
                anstream::println!("  {}", paint(DIM, format_args!("{tongue}{}", wording.help)));
            }
        }
        anstream::println!();
    }
}

/// The byte at which a text stops being JSON; for a trailing comma, the comma.
fn syntax_error(text: &str) -> Option<usize> {
    let error = serde_json::from_str::<Value>(text).err()?;
    let line_start: usize = text
        .split_inclusive('\n')
        .take(error.line().saturating_sub(1))
        .map(str::len)
        .fold(0, usize::saturating_add);
    let mut at = line_start.saturating_add(error.column().saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at = at.saturating_sub(1);
    }
    let before = text.get(..at)?.trim_end();
    let is_trailing = before.ends_with(',') && text.get(at..)?.starts_with(['}', ']']);
    Some(if is_trailing { before.len().saturating_sub(1) } else { at })
}

/// The part of a line around a column, for files that consist of one long line.
fn around(line: &str, column: usize) -> (String, usize) {
    const MOST: usize = 120;
    const BEFORE: usize = 20;
    if line.chars().count() <= MOST {
        return (line.to_owned(), column);
    }
    let skipped = column.saturating_sub(1).saturating_sub(BEFORE);
    let part: String = line.chars().skip(skipped).take(MOST).collect();
    (part, column.saturating_sub(skipped))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trailing_comma_is_where_the_text_is_wrong() {
        for (text, at) in [
            ("[1,]", 2),
            ("{ \"a\": 1,\n}", 8),
            ("{\n  \"á\": [\n    1 ,\n\n  ]\n}", 18),
            ("[1 2]", 3),
        ] {
            assert_eq!(syntax_error(text), Some(at), "{text}");
        }
        assert_eq!(syntax_error("[1]"), None);
    }
}
