//! `despertador flow`

use std::path::Path;

use despertador_contract::word::Word;
use despertador_contract::{Diagnostic, ExitState, Severity, Wording};
use despertador_flow::{Finding, Flow};

use crate::language::{Language, tr};
use crate::problems::Problems;
use crate::{Unusable, source};

pub(crate) mod check;
mod mend;
pub(crate) mod route;
pub(crate) mod show;

/// Whether a bot's flow can leave after a close for inactivity.
pub(crate) fn exit_state(file: &Path) -> Result<ExitState, Unusable> {
    Ok(read(file)?.inactivity_exit().into())
}

/// Reads a flow.
fn read(file: &Path) -> Result<Flow, Unusable> {
    parse(file, &source::read_json(file)?)
}

/// Parses a flow.
fn parse(file: &Path, text: &str) -> Result<Flow, Unusable> {
    Flow::read(text).map_err(|findings| {
        let found = problems(file, text.to_owned(), &findings);
        let (errors, _) = found.count();
        let first = findings.first().map_or_else(String::new, |finding| {
            format!(": {}", finding.text(Language::chosen().of_page()))
        });
        let name = file.display();
        let more = match errors.saturating_sub(1) {
            0 => String::new(),
            more => tr!(" and {more} more", " y {more} más", " e mais {more}"),
        };
        tr!(
            "`{name}` cannot be read{first}{more}; `despertador flow check {name}` shows it",
            "`{name}` no se puede leer{first}{more}; `despertador flow check {name}` lo muestra",
            "`{name}` não pode ser lido{first}{more}; `despertador flow check {name}` o mostra"
        )
        .into()
    })
}

/// Findings as problems of a file.
fn problems(file: &Path, text: String, findings: &[Finding]) -> Problems {
    let problems = findings
        .iter()
        .map(|finding| Diagnostic {
            code: finding.code.word().into(),
            severity: Severity::from_word(finding.code.severity().word())
                .unwrap_or(Severity::Error),
            place: finding.place.clone(),
            wordings: despertador_contract::Language::ALL
                .map(|language| Wording {
                    language: language.tag().into(),
                    text: finding.text(language),
                    help: finding.help(language),
                })
                .into(),
        })
        .collect();
    Problems {
        file: file.display().to_string(),
        text,
        whole: tr!("the whole flow", "todo el flujo", "o fluxo inteiro"),
        problems,
    }
}

/// The error for a flow that never opens a ticket.
fn no_block() -> String {
    tr!(
        "the flow has no human-assistance block",
        "el flujo no tiene ningún bloque de atención humana",
        "o fluxo não tem nenhum bloco de atendimento humano"
    )
}
