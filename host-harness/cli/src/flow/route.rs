//! `despertador flow route`

use std::collections::BTreeMap;

use despertador_flow::route::{Route, route as take};
use despertador_flow::{Flow, RequestedAction};
use serde_json::{Value, json};

use crate::arguments::FlowRouteArguments;
use crate::language::tr;
use crate::paint::{BOLD, DIM, RED, YELLOW, paint};
use crate::{Ended, Unusable};

/// Shows the path of a ticket with a status.
pub(crate) fn route(arguments: &FlowRouteArguments, json: bool) -> Result<Ended, Unusable> {
    let flow = super::read(&arguments.file)?;
    let blocks: Vec<&str> = match &arguments.block {
        Some(id) => match flow.block(id) {
            Some(block) if block.is_human_assistance() => vec![block.id.as_str()],
            Some(_) => {
                return Err(tr!(
                    "`{id}` is not a human-assistance block",
                    "`{id}` no es un bloque de atención humana",
                    "`{id}` não é um bloco de atendimento humano"
                )
                .into());
            }
            None => {
                return Err(tr!(
                    "the flow has no block `{id}`",
                    "el flujo no tiene el bloque `{id}`",
                    "o fluxo não tem o bloco `{id}`"
                )
                .into());
            }
        },
        None => flow.human_assistance().map(|block| block.id.as_str()).collect(),
    };
    if blocks.is_empty() {
        return Err(super::no_block().into());
    }
    let variables: BTreeMap<String, String> = arguments.set.iter().cloned().collect();
    let ways: Vec<Route> = blocks
        .into_iter()
        .map(|block| take(&flow, block, &arguments.status, &variables, 0))
        .collect();
    if json {
        let all: Vec<Value> =
            ways.iter().map(|way| as_json(&flow, way, &arguments.status)).collect();
        anstream::println!("{:#}", Value::Array(all));
    } else {
        for way in &ways {
            print(&flow, way, &arguments.status);
        }
    }
    let all_leave = ways.iter().all(leaves);
    Ok(if all_leave { Ended::Well } else { Ended::WithFindings })
}

/// Whether the conversation leaves the block.
fn leaves(way: &Route) -> bool {
    way.error.is_none() && way.ends_in.as_deref() != Some(&way.from)
}

fn name<'f>(flow: &'f Flow, id: &'f str) -> &'f str {
    flow.block(id).map_or(id, |block| &block.name)
}

fn print(flow: &Flow, way: &Route, status: &str) {
    let block = |id: &str| format!("{}  {}", paint(BOLD, name(flow, id)), paint(DIM, id));
    anstream::println!("{}", block(&way.from));
    let mut actions = way.actions.iter().peekable();
    let mut print_while = |at: &dyn Fn(&RequestedAction) -> bool| {
        while let Some(asked) = actions.next_if(|asked| at(asked)) {
            anstream::println!("      {}", action(asked));
        }
    };
    print_while(&|asked| asked.block.is_none() && asked.moment.word() == "begin");
    for hop in &way.hops {
        print_while(&|asked| {
            asked.block.as_deref() == Some(&hop.from) && asked.moment.word() == "leaving"
        });
        let output = hop.output.as_deref().unwrap_or_default();
        match &hop.to {
            Some(to) => anstream::println!("  → {}  {}", block(to), paint(DIM, output)),
            None => anstream::println!(
                "  → {}",
                paint(
                    YELLOW,
                    tr!("no output holds", "ninguna salida se cumple", "nenhuma saída vale")
                )
            ),
        }
        print_while(&|asked| asked.moment.word() == "left");
        print_while(&|asked| {
            asked.block.as_deref() == hop.to.as_deref() && asked.moment.word() == "entering"
        });
    }
    print_while(&|_| true);
    for variable in &way.unknown {
        let note = paint(YELLOW, tr!("note:", "nota:", "nota:"));
        let said = tr!(
            "{note} a condition asked for `{variable}`, which nobody set; give it with --set",
            "{note} una condición pidió `{variable}`, que nadie puso; dela con --set",
            "{note} uma condição pediu `{variable}`, que ninguém definiu; dê-a com --set"
        );
        anstream::println!("  {said}");
    }
    let end = match (&way.error, &way.ends_in) {
        (Some(error), _) => paint(RED, error.to_string()),
        (None, Some(id)) if *id == way.from => {
            let stays = tr!(
                "{status}: the customer stays in the block",
                "{status}: el cliente se queda en el bloque",
                "{status}: o cliente fica no bloco"
            );
            paint(RED, stays)
        }
        (None, Some(id)) => tr!(
            "{status}: waits in {block}",
            "{status}: espera en {block}",
            "{status}: espera em {block}",
            block = paint(BOLD, name(flow, id))
        ),
        (None, None) => tr!(
            "{status}: the conversation ends, and the next message begins anew",
            "{status}: la conversación termina, y el mensaje siguiente empieza de nuevo",
            "{status}: a conversa termina, e a próxima mensagem começa de novo"
        ),
    };
    anstream::println!("{end}\n");
}

/// An action as a line.
fn action(asked: &RequestedAction) -> String {
    let settings = &asked.settings;
    let text = |name: &str| settings.get(name).and_then(Value::as_str).unwrap_or_default();
    let particulars = match asked.kind.word() {
        "SetVariable" => format!("{} = {:?}", text("variable"), text("value")),
        "DeleteVariable" => text("variable").to_owned(),
        "SendMessage" => match settings.get("content") {
            Some(Value::String(words)) => format!("{words:?}"),
            Some(Value::Object(content)) if content.contains_key("state") => {
                content.get("state").and_then(Value::as_str).unwrap_or_default().to_owned()
            }
            _ => text("type").to_owned(),
        },
        "ProcessCommand" | "SendCommand" => format!("{} {}", text("method"), text("uri")),
        "ProcessHttp" => format!("{} {}", text("method"), text("uri")),
        _ => asked.title.clone().unwrap_or_default(),
    };
    format!("{} {}", asked.kind.word(), paint(DIM, shortened(&particulars)))
}

fn shortened(text: &str) -> String {
    const MOST: usize = 80;
    let mut short: String = text.chars().take(MOST).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

fn as_json(flow: &Flow, way: &Route, status: &str) -> Value {
    let block = |id: &str| json!({ "id": id, "title": name(flow, id) });
    let mut path = vec![block(&way.from)];
    for hop in &way.hops {
        path.extend(hop.to.as_deref().map(|to| {
            let mut to = block(to);
            if let Some(members) = to.as_object_mut() {
                members.insert("by".into(), json!(hop.output));
            }
            to
        }));
    }
    let actions: Vec<Value> = way
        .actions
        .iter()
        .map(|asked| {
            json!({
                "kind": asked.kind.word(),
                "title": asked.title,
                "block": asked.block,
                "moment": asked.moment.word(),
                "settings": asked.settings,
                "place": asked.place,
            })
        })
        .collect();
    json!({
        "status": status,
        "leaves": leaves(way),
        "path": path,
        "ends-in": way.ends_in.as_deref().map(block),
        "actions": actions,
        "unknown-variables": way.unknown,
        "error": way.error.as_ref().map(ToString::to_string),
    })
}
