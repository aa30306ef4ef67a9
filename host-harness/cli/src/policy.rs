//! A policy that was named on the command line and must be one.

use std::path::Path;

use despertador_contract::facts;
use despertador_harness::{Engine, ParseError, Player, scenario::problem_line};

use crate::{Unusable, source};

/// The checked policy of a file.
pub(crate) fn read(file: &Path, engine: &dyn Engine) -> Result<Box<dyn Player>, Unusable> {
    let config = source::read(file)?;
    engine.parse(&config, &facts::no_surroundings()).map_err(|error| match error {
        ParseError::Refused(problems) => {
            let lines: Vec<String> = problems.iter().map(problem_line).collect();
            let file = file.display();
            format!(
                "the policy `{file}` is refused:\n  {}\n  see `despertador check {file}`",
                lines.join("\n  ")
            )
            .into()
        }
        ParseError::Broken(sentence) => sentence.into(),
    })
}
