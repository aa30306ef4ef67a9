//! A policy file named on the command line.

use std::path::Path;

use despertador_contract::{Diagnostic, facts};
use despertador_harness::{Engine, ParseError, Player};

use crate::language::{Language, tr};
use crate::{Unusable, source};

/// The checked policy in a file.
pub(crate) fn read(file: &Path, engine: &dyn Engine) -> Result<Box<dyn Player>, Unusable> {
    let config = source::read(file)?;
    engine.parse(&config, &facts::no_surroundings()).map_err(|error| match error {
        ParseError::Refused(problems) => {
            let lines: Vec<String> = problems.iter().map(problem).collect();
            let file = file.display();
            tr!(
                "the policy `{file}` is refused:\n  {lines}\n  see `despertador check {file}`",
                "la política `{file}` se rechaza:\n  {lines}\n  vea `despertador check {file}`",
                "a política `{file}` é recusada:\n  {lines}\n  veja `despertador check {file}`",
                lines = lines.join("\n  ")
            )
            .into()
        }
        ParseError::Broken(sentence) => sentence.into(),
    })
}

/// A problem of a policy as a line: place and text, in the language of this run.
pub(crate) fn problem(problem: &Diagnostic) -> String {
    let wordings = Language::chosen().of(&problem.wordings);
    let text = wordings.first().map_or("", |wording| wording.text.as_str());
    let place = if problem.place.is_empty() { "/" } else { &problem.place };
    format!("{place} [{}] {text}", problem.code)
}
