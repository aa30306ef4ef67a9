//! Adds a missing exit.

use serde_json::{Value, json};

use crate::desk::Close;
use crate::flow::{Block, Flow, Format};
use crate::input::TICKET;

/// A change of a list in the text of a flow.
///
/// The list at `place` gets `insert` as its first element, after the elements at the indices
/// `remove` were removed. Nothing else in the text changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Edit {
    /// The list of outputs (JSON Pointer).
    pub place: String,
    /// The block that has it (JSON Pointer).
    pub block: String,
    /// The new exit.
    pub insert: Value,
    /// The indices of exits that are replaced.
    pub remove: Vec<usize>,
}

/// Why the exit cannot be added.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfixable {
    /// There is no such block.
    #[error("the flow has no block `{0}`")]
    NoSuchBlock(String),
    /// The block is not a human-assistance block.
    #[error("`{0}` is not a human-assistance block; their ids begin with `desk:`")]
    NotHumanAssistance(String),
    /// The block is of a generation without such an exit.
    #[error(
        "the block «{0}» is of a generation without inactivity exit; update it in the \
         Builder first, then publish and export the flow again"
    )]
    OldGeneration(String),
    /// The exit would lead back to its own block.
    #[error("the exit cannot lead back to «{0}», the block that it leaves")]
    LeadsBack(String),
}

/// The change that adds an inactivity exit to a human-assistance block. It becomes the first
/// output, so that no other takes its place; an existing one is replaced.
///
/// # Errors
///
/// Why it cannot be added.
pub fn add_inactivity_exit(flow: &Flow, block: &str, to: &str) -> Result<Edit, Unfixable> {
    let found = |id: &str| flow.block(id).ok_or_else(|| Unfixable::NoSuchBlock(id.to_owned()));
    let (block, to) = (found(block)?, found(to)?);
    let generation =
        block.generation().ok_or_else(|| Unfixable::NotHumanAssistance(block.id.clone()))?;
    if !generation.has_inactivity_exit() {
        return Err(Unfixable::OldGeneration(block.name.clone()));
    }
    if block.id == to.id {
        return Err(Unfixable::LeadsBack(block.name.clone()));
    }
    Ok(Edit {
        place: block.outputs_place.clone(),
        block: block.place.clone(),
        insert: exit(flow, block, to),
        remove: replaced(block),
    })
}

/// Existing exits that are for inactivity only.
fn replaced(block: &Block) -> Vec<usize> {
    let in_list = |place: &str| -> Option<usize> {
        place.strip_prefix(&block.outputs_place)?.strip_prefix('/')?.parse().ok()
    };
    let of_inactivity = |output: &&crate::flow::Output| {
        output.conditions.iter().any(|condition| {
            condition.variable.as_deref() == Some(crate::desk::STATUS)
                && condition.comparison == crate::Comparison::Equals
                && matches!(condition.values.as_slice(), [one]
                    if Close::from_status(one) == Some(Close::Inactivity))
        })
    };
    block.outputs.iter().filter(of_inactivity).filter_map(|output| in_list(&output.place)).collect()
}

fn exit(flow: &Flow, block: &Block, to: &Block) -> Value {
    let equals = |variable: &str, value: &str| json!({ "source": "context", "variable": variable, "comparison": "equals", "values": [value] });
    let mut exit = json!({
        "conditions": [
            equals("input.type", TICKET),
            equals(crate::desk::STATUS, Close::Inactivity.status()),
        ],
        "stateId": to.id,
    });
    let Some(members) = exit.as_object_mut() else { return exit };
    match flow.format {
        // The editor marks the exits that it made itself in this way.
        Format::Editor => {
            members.insert("$isDeskOutput".into(), true.into());
            members.insert("$invalid".into(), false.into());
            members.insert("typeOfStateId".into(), "state".into());
        }
        // If outputs have an order, the first in the list is not the first that is tried.
        Format::Engine => {
            let first = block.outputs.iter().map(|output| output.order).min().unwrap_or_default();
            if first < 0 {
                members.insert("order".into(), first.into());
            }
        }
    }
    exit
}
