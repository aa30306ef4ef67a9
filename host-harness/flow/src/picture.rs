//! Draws a flow: blocks, arrows, and the path of a ticket that is closed for inactivity.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::fmt::Write;

mod svg;

pub use svg::svg;

use crate::condition::{Comparison, Condition, Source};
use crate::desk::Close;
use crate::flow::{Block, Flow, Output, Target};
use crate::route::route;

/// Maximum length of a label, in letters; longer ones are cut.
const LABEL_LETTERS_MAX: usize = 40;

/// The flow as a Mermaid flow chart. Blocks that wait have square corners, others round ones; the
/// path of inactivity is thick. Only reachable blocks are drawn.
#[must_use]
pub fn mermaid(flow: &Flow) -> String {
    let on_the_way = outputs_of_inactivity(flow);
    let blocks = in_order(flow);
    let numbers: HashMap<&str, usize> =
        blocks.iter().enumerate().map(|(number, block)| (block.id.as_str(), number)).collect();
    let mut out = String::from("flowchart TD\n");
    let mut line = |text: std::fmt::Arguments<'_>| {
        writeln!(out, "  {text}").expect("writing into a text does not fail");
    };
    for (number, block) in blocks.iter().enumerate() {
        let name = label(&block.name);
        match (block.is_human_assistance(), block.never_waits()) {
            (true, _) => line(format_args!("b{number}[[\"{name}\"]]:::desk")),
            (false, true) => line(format_args!("b{number}(\"{name}\")")),
            (false, false) => line(format_args!("b{number}[\"{name}\"]")),
        }
    }
    let mut arrow = 0_usize;
    let mut thick = Vec::new();
    let mut reached: HashSet<usize> = HashSet::new();
    let mut lost = false;
    for (number, block) in blocks.iter().enumerate() {
        for (output, conditions) in arrows(block) {
            let way = on_the_way.contains(&output.place);
            let to = match &output.target {
                Target::Block(id) => numbers.get(id.as_str()).map(|to| format!("b{to}")),
                Target::Variable(_) => None,
                Target::Nowhere => None,
            };
            let to = to.unwrap_or_else(|| {
                lost = true;
                "lost".to_owned()
            });
            let shaft = if way { "==>" } else { "-->" };
            if conditions.is_empty() {
                line(format_args!("b{number} {shaft} {to}"));
            } else {
                line(format_args!("b{number} {shaft}|\"{}\"| {to}", label(&conditions)));
            }
            if way {
                thick.push(arrow.to_string());
                if let Some(id) = output.target.block() {
                    reached.extend(numbers.get(id));
                }
            }
            arrow = arrow.saturating_add(1);
        }
    }
    if lost {
        line(format_args!("lost{{{{\"?\"}}}}:::lost"));
    }
    if !thick.is_empty() {
        line(format_args!("linkStyle {} stroke:#c2410c,stroke-width:3px", thick.join(",")));
    }
    let mut reached: Vec<String> = reached.into_iter().map(|number| format!("b{number}")).collect();
    reached.sort();
    if !reached.is_empty() {
        line(format_args!("class {} inactivity", reached.join(",")));
    }
    line(format_args!("classDef desk fill:#e0f2fe,stroke:#0369a1,stroke-width:2px,color:#0c4a6e"));
    line(format_args!(
        "classDef inactivity fill:#ffedd5,stroke:#c2410c,stroke-width:2px,color:#7c2d12"
    ));
    if lost {
        line(format_args!("classDef lost fill:#fee2e2,stroke:#b91c1c,color:#7f1d1d"));
    }
    out
}

/// The outputs (JSON Pointers) on the path of a ticket that is closed for inactivity.
fn outputs_of_inactivity(flow: &Flow) -> HashSet<String> {
    let way =
        |block: &Block| route(flow, &block.id, Close::Inactivity.status(), &BTreeMap::new(), 0);
    flow.human_assistance()
        .flat_map(|block| way(block).hops)
        .filter(|hop| hop.to.as_ref() != Some(&hop.from))
        .filter_map(|hop| hop.output)
        .collect()
}

/// The reachable blocks by their distance from the root; then human-assistance blocks that nothing
/// leads to, and what follows them.
fn in_order(flow: &Flow) -> Vec<&Block> {
    let mut seen: HashSet<&str> = HashSet::new();
    let mut blocks = Vec::new();
    for start in std::iter::once(flow.root()).chain(flow.human_assistance()) {
        let mut to_do: VecDeque<&Block> = VecDeque::from([start]);
        while let Some(block) = to_do.pop_front() {
            if seen.insert(&block.id) {
                blocks.push(block);
                let next = block.outputs_in_order().filter_map(|o| flow.block(o.target.block()?));
                to_do.extend(next);
            }
        }
    }
    blocks
}

/// The arrows of a block with their labels. An output to the block itself is not drawn if it is the
/// last one, because that is what waiting means.
fn arrows(block: &Block) -> Vec<(&Output, String)> {
    block
        .outputs_in_order()
        .filter(|output| {
            !(output.conditions.is_empty() && output.target.block() == Some(&block.id))
        })
        .map(|output| (output, short_text(&output.conditions)))
        .collect()
}

/// A short text for conditions.
fn short_text(conditions: &[Condition]) -> String {
    let closes = |condition: &Condition| {
        (condition.variable.as_deref() == Some(crate::desk::STATUS))
            .then(|| condition.values.join(" / "))
    };
    if let Some(status) = conditions.iter().find_map(closes) {
        return status;
    }
    let one = |condition: &Condition| {
        let subject = match condition.source {
            Source::Input => "",
            Source::Intent => "intent",
            Source::Entity => condition.entity.as_deref().unwrap_or_default(),
            Source::Context => condition.variable.as_deref().unwrap_or_default(),
        };
        let sign = match condition.comparison {
            Comparison::Equals => "=",
            Comparison::NotEquals => "≠",
            Comparison::Contains => "∋",
            Comparison::StartsWith => "…*",
            Comparison::EndsWith => "*…",
            Comparison::GreaterThan => ">",
            Comparison::LessThan => "<",
            Comparison::GreaterThanOrEquals => "≥",
            Comparison::LessThanOrEquals => "≤",
            Comparison::Matches => "~",
            Comparison::ApproximateTo => "≈",
            Comparison::Exists => "✓",
            Comparison::NotExists => "∅",
        };
        format!("{subject} {sign} {}", condition.values.join(" / ")).trim().to_owned()
    };
    conditions.iter().map(one).collect::<Vec<_>>().join(" · ")
}

/// A text that can be quoted, cut if it is too long.
fn label(text: &str) -> String {
    let mut out = String::new();
    for (number, character) in text.chars().enumerate() {
        if number >= LABEL_LETTERS_MAX {
            out.push('…');
            break;
        }
        match character {
            '"' => out.push_str("#quot;"),
            '#' => out.push_str("#35;"),
            '<' => out.push_str("#lt;"),
            '>' => out.push_str("#gt;"),
            '&' => out.push_str("#amp;"),
            '`' => out.push('\''),
            other if other.is_control() => out.push(' '),
            other => out.push(other),
        }
    }
    out
}
