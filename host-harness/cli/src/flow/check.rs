//! `despertador flow check`

use std::path::Path;

use despertador_flow::lint::lint;
use despertador_flow::{Finding, Flow};
use serde_json::{Value, json};

use super::{mend, problems};
use crate::arguments::FlowCheckArguments;
use crate::language::Language;
use crate::problems::Problems;
use crate::{Ended, Unusable, source, written};

/// Says what is wrong with flows, or writes a copy of one that can be left.
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
        let language = Language::or_system(arguments.language);
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
    /// None where it cannot be read.
    flow: Option<Flow>,
}

impl Checked {
    fn of(file: &Path, text: String) -> Checked {
        let (flow, findings): (Option<Flow>, Vec<Finding>) = match Flow::read(&text) {
            Ok(flow) => {
                let findings = lint(&flow);
                (Some(flow), findings)
            }
            Err(findings) => (None, findings),
        };
        Checked { problems: problems(file, text, &findings), flow }
    }

    /// The human-assistance blocks, and whether they can be left.
    fn print_blocks(&self) {
        for block in self.flow.iter().flat_map(Flow::human_assistance) {
            let generation = block.generation().map_or("", despertador_flow::Generation::word);
            anstream::println!("{}  {}, {generation}", block.name, block.id);
        }
    }

    fn as_json(&self) -> Value {
        let blocks: Vec<Value> = self
            .flow
            .iter()
            .flat_map(Flow::human_assistance)
            .map(|block| {
                json!({
                    "id": block.id,
                    "name": block.name,
                    "generation": block.generation().map(despertador_flow::Generation::word),
                })
            })
            .collect();
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
        return Err("--fix wants one flow, --to and --output".into());
    };
    let text = source::read_json(file)?;
    let flow = super::parse(file, &text)?;
    let ids: Vec<&str> = flow.human_assistance().map(|block| block.id.as_str()).collect();
    let block = match (&arguments.block, ids.as_slice()) {
        (Some(block), _) => block.as_str(),
        (None, [one]) => one,
        (None, []) => return Err("the flow has no human-assistance block".into()),
        (None, many) => {
            return Err(format!("name the block with --block: {}", many.join(", ")).into());
        }
    };
    let edit = despertador_flow::add_inactivity_exit(&flow, block, to)
        .map_err(|error| error.to_string())?;
    let mended = mend::mend(&text, &edit)?;
    let problems = Checked::of(output, mended.clone());
    written::write(output, &mended, arguments.force)?;
    let left = problems.problems.count().0;
    let more = json!({ "block": block, "to": to, "errors-left": left });
    written::say(output, json, more);
    if !json && left > 0 {
        anstream::println!("{left} errors are left: despertador flow check {}", output.display());
    }
    Ok(Ended::Well)
}
