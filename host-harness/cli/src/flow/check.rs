//! `despertador flow check`

use std::path::Path;

use despertador_flow::lint::lint;
use despertador_flow::{Finding, Flow, Typebot, Unfixable};
use serde_json::{Value, json};

use super::{mend, problems};
use crate::arguments::FlowCheckArguments;
use crate::language::{Language, tr};
use crate::problems::Problems;
use crate::table::counted;
use crate::{Ended, Unusable, source, written};

/// Reports problems of flows, or writes a copy with an exit.
pub(crate) fn check(arguments: &FlowCheckArguments, json: bool) -> Result<Ended, Unusable> {
    if arguments.fix {
        return fix(arguments, json);
    }
    let checked = arguments
        .files
        .iter()
        .map(|file| Ok(Checked::of(file, source::read_json(file)?)))
        .collect::<Result<Vec<Checked>, Unusable>>()?;
    if json {
        let all: Vec<Value> = checked.iter().map(Checked::as_json).collect();
        anstream::println!("{:#}", Value::Array(all));
    } else {
        let language = Language::chosen();
        for checked in &checked {
            checked.problems.print(language);
            checked.print_blocks();
            checked.problems.print_count();
        }
    }
    let errors: usize = checked.iter().map(|checked| checked.problems.count().0).sum();
    Ok(if errors == 0 { Ended::Well } else { Ended::WithFindings })
}

struct Checked {
    problems: Problems,
    /// `None` if it cannot be read.
    flow: Option<Read>,
}

/// A flow that could be read.
enum Read {
    Builder(Box<Flow>),
    Typebot(Typebot),
}

/// A block in which the customer waits for people.
struct Waiting {
    id: String,
    name: String,
    generation: Option<&'static str>,
}

impl Checked {
    fn of(file: &Path, text: String) -> Checked {
        let (flow, findings): (Option<Read>, Vec<Finding>) = match Typebot::read(&text) {
            Some(flow) => {
                let findings = flow.lint();
                (Some(Read::Typebot(flow)), findings)
            }
            None => match Flow::read(&text) {
                Ok(flow) => {
                    let findings = lint(&flow);
                    (Some(Read::Builder(Box::new(flow))), findings)
                }
                Err(findings) => (None, findings),
            },
        };
        Checked { problems: problems(file, text, &findings), flow }
    }

    /// The blocks in which the customer waits for people.
    fn waiting(&self) -> Vec<Waiting> {
        match &self.flow {
            None => Vec::new(),
            Some(Read::Builder(flow)) => flow
                .human_assistance()
                .map(|block| Waiting {
                    id: block.id.clone(),
                    name: block.name.clone(),
                    generation: block.generation().map(despertador_flow::Generation::word),
                })
                .collect(),
            Some(Read::Typebot(flow)) => {
                let waiting = flow.waiting().into_iter();
                waiting
                    .map(|block| Waiting {
                        id: block.id,
                        name: block.group,
                        generation: Some("typebot"),
                    })
                    .collect()
            }
        }
    }

    /// Prints the blocks in which the customer waits for people.
    fn print_blocks(&self) {
        for Waiting { id, name, generation } in self.waiting() {
            anstream::println!("{name}  {id}, {}", generation.unwrap_or_default());
        }
    }

    fn as_json(&self) -> Value {
        let block =
            |it: Waiting| json!({ "id": it.id, "name": it.name, "generation": it.generation });
        let blocks: Vec<Value> = self.waiting().into_iter().map(block).collect();
        json!({
            "file": self.problems.file,
            "read": self.flow.is_some(),
            "problems": self.problems.as_json(),
            "human-assistance": blocks,
        })
    }
}

/// Writes a copy with the exit.
fn fix(arguments: &FlowCheckArguments, json: bool) -> Result<Ended, Unusable> {
    let ([file], Some(to), Some(output)) =
        (arguments.files.as_slice(), &arguments.to, &arguments.output)
    else {
        return Err(tr!(
            "--fix needs one flow, --to and --output",
            "--fix necesita un flujo, --to y --output",
            "--fix precisa de um fluxo, --to e --output"
        )
        .into());
    };
    let text = source::read_json(file)?;
    let flow = super::parse(file, &text)?;
    let ids: Vec<&str> = flow.human_assistance().map(|block| block.id.as_str()).collect();
    let block = match (&arguments.block, ids.as_slice()) {
        (Some(block), _) => block.as_str(),
        (None, [one]) => one,
        (None, []) => return Err(super::no_block().into()),
        (None, many) => {
            return Err(tr!(
                "name the block with --block: {blocks}",
                "nombre el bloque con --block: {blocks}",
                "indique o bloco com --block: {blocks}",
                blocks = many.join(", ")
            )
            .into());
        }
    };
    let edit = despertador_flow::add_inactivity_exit(&flow, block, to)
        .map_err(|error| unfixable(&error))?;
    let mended = mend::mend(&text, &edit)?;
    let problems = Checked::of(output, mended.clone());
    written::write(output, &mended, arguments.force)?;
    let left = problems.problems.count().0;
    let more = json!({ "block": block, "to": to, "errors-left": left });
    written::say(output, json, more);
    if !json && left > 0 {
        let file = output.display();
        let count = u64::try_from(left).unwrap_or(u64::MAX);
        let left = counted(
            count,
            &tr!("error is left", "error queda", "erro resta"),
            &tr!("errors are left", "errores quedan", "erros restam"),
        );
        anstream::println!("{left}: `despertador flow check {file}`");
    }
    Ok(Ended::Well)
}

/// Why the exit cannot be added.
fn unfixable(error: &Unfixable) -> String {
    match error {
        Unfixable::NoSuchBlock(id) => tr!(
            "the flow has no block `{id}`",
            "el flujo no tiene el bloque `{id}`",
            "o fluxo não tem o bloco `{id}`"
        ),
        Unfixable::NotHumanAssistance(id) => tr!(
            "`{id}` is not a human-assistance block; their ids begin with `desk:`",
            "`{id}` no es un bloque de atención humana; sus ids empiezan con `desk:`",
            "`{id}` não é um bloco de atendimento humano; os ids deles começam com `desk:`"
        ),
        Unfixable::OldGeneration(name) => tr!(
            "the block «{name}» is of a generation without inactivity exit; update it in the Builder first, then publish and export the flow again",
            "el bloque «{name}» es de una generación sin salida por inactividad; actualícelo antes en el Builder, y luego publique y exporte el flujo de nuevo",
            "o bloco «{name}» é de uma geração sem saída por inatividade; atualize-o antes no Builder, e depois publique e exporte o fluxo de novo"
        ),
        Unfixable::LeadsBack(name) => tr!(
            "the exit cannot lead back to «{name}», the block that it leaves",
            "la salida no puede volver a «{name}», el bloque que deja",
            "a saída não pode voltar a «{name}», o bloco que deixa"
        ),
    }
}
