//! `despertador import`

use despertador_blip::settings::{self, Imported, Note};
use despertador_contract::facts;
use despertador_contract::layout::Node;
use despertador_harness::{Engine, ParseError};
use serde_json::{Map, Value, json};

use crate::arguments::{BlipSettingsArguments, PluginArgument};
use crate::language::{Language, tr};
use crate::paint::{BOLD, YELLOW, paint};
use crate::pointer::{line_and_column, locate};
use crate::{Ended, Unusable, plugin, source, written};

/// Converts Blip's settings to a policy.
pub(crate) fn blip_settings(
    arguments: &BlipSettingsArguments,
    json: bool,
) -> Result<Ended, Unusable> {
    if let Some(file) = &arguments.output {
        written::refuse_existing(file, arguments.force)?;
    }
    let text = source::read(&arguments.settings)?;
    let language = Language::chosen().of_page();
    let Imported { policy, notes } = match settings::import(&text, language) {
        Ok(imported) => imported,
        Err(problems) => {
            if json {
                anstream::println!("{:#}", answer(None, "problems", &problems));
            }
            return Err(unreadable(&arguments.settings, &text, &problems, language));
        }
    };
    let config = policy.file();
    refuse_unaccepted(&config)?;
    if !json {
        let word = tr!("note", "nota", "nota");
        for note in &notes {
            let head = paint(YELLOW, format_args!("{word}[{}]", note.code.name()));
            anstream::eprintln!("{head} {}", paint(BOLD, &note.member));
            anstream::eprintln!("  {}", note.sentence(language));
        }
    }
    match &arguments.output {
        None if json => anstream::println!("{:#}", answer(Some(&policy), "notes", &notes)),
        None => anstream::print!("{config}"),
        Some(file) => {
            written::write(file, &config, arguments.force)?;
            written::say(file, json, answer(Some(&policy), "notes", &notes));
        }
    }
    Ok(Ended::Well)
}

/// Checks that the result is a valid policy, whatever the settings were.
fn refuse_unaccepted(config: &str) -> Result<(), Unusable> {
    let engine = plugin::load(&PluginArgument::default())?;
    match engine.parse(config, &facts::no_surroundings()) {
        Ok(_) => Ok(()),
        Err(ParseError::Refused(problems)) => {
            let lines: Vec<String> = problems.iter().map(crate::policy::problem).collect();
            Err(tr!(
                "what the settings say is not a policy:\n  {lines}",
                "lo que dicen los ajustes no es una política:\n  {lines}",
                "o que as configurações dizem não é uma política:\n  {lines}",
                lines = lines.join("\n  ")
            )
            .into())
        }
        Err(ParseError::Broken(sentence)) => Err(sentence.into()),
    }
}

fn unreadable(
    file: &std::path::Path,
    settings: &str,
    problems: &[Note],
    language: despertador_contract::Language,
) -> Unusable {
    let file = file.display();
    let line = |problem: &Note| {
        let place = locate(settings, &problem.place).map(|place| {
            let (line, column) = line_and_column(settings, place.value.start);
            format!("{file}:{line}:{column}: ")
        });
        let place = place.unwrap_or_default();
        let pointer = if problem.place.is_empty() { "" } else { " " };
        format!(
            "{place}[{}]{pointer}{} {}",
            problem.code.name(),
            problem.place,
            problem.sentence(language)
        )
    };
    problems.iter().map(line).collect::<Vec<_>>().join("\n  ").into()
}

fn answer(policy: Option<&Node>, what: &str, notes: &[Note]) -> Value {
    let note = |note: &Note| {
        let wordings: Map<String, Value> = despertador_contract::Language::ALL
            .into_iter()
            .map(|language| (language.tag().to_owned(), note.sentence(language).into()))
            .collect();
        json!({
            "member": note.member, "place": note.place, "code": note.code.name(),
            "wordings": wordings,
        })
    };
    json!({
        "policy": policy.map(Node::value),
        what: notes.iter().map(note).collect::<Vec<_>>(),
    })
}
