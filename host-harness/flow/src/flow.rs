//! A flow: its blocks and their links.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value};

use crate::condition::Condition;
use crate::finding::Finding;
use crate::read;

/// The flow of a bot.
///
/// It has exactly one root, and the ids of its blocks are unique. Whether its outputs lead to
/// blocks is checked by [`crate::lint`].
#[derive(Debug, Clone)]
pub struct Flow {
    /// The flow's id; empty if the format has none.
    pub id: String,
    /// The format of the input.
    pub format: Format,
    /// Keys and values of the flow's configuration (`builder:minimumIntentScore`).
    pub configuration: BTreeMap<String, String>,
    /// Actions at the beginning of every input.
    pub input_actions: Vec<Action>,
    /// Actions at the end of every input.
    pub output_actions: Vec<Action>,
    /// Actions whenever the block changes.
    pub after_state_changed_actions: Vec<Action>,
    /// Members of the flow that this crate does not read, unchanged.
    pub more: Map<String, Value>,
    pub(crate) blocks: Vec<Block>,
    pub(crate) root: usize,
    pub(crate) by_id: HashMap<String, usize>,
}

/// The format of a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// The editor's export: a map of blocks, alone or with `globalActions`.
    Editor,
    /// The published form: an application with the flow in its settings, or the flow alone.
    Engine,
}

impl Flow {
    /// Parses a flow in either format.
    ///
    /// # Errors
    ///
    /// All problems that prevent it, with their places.
    pub fn read(text: &str) -> Result<Flow, Vec<Finding>> {
        read::flow(text)
    }

    /// The block in which conversations begin.
    #[must_use]
    #[allow(clippy::indexing_slicing, reason = "a flow without root cannot be read")]
    pub fn root(&self) -> &Block {
        &self.blocks[self.root]
    }

    /// All blocks, in the order of the input.
    #[must_use]
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// The block with this id.
    #[must_use]
    pub fn block(&self, id: &str) -> Option<&Block> {
        self.blocks.get(*self.by_id.get(id)?)
    }

    /// The flow in the engine's format. Unknown members are unchanged; members that only the editor
    /// needs are removed.
    #[must_use]
    pub fn to_engine(&self) -> Value {
        crate::write::flow(self)
    }
}

/// A block of a flow; the engine calls it a state.
#[derive(Debug, Clone, Default)]
pub struct Block {
    /// Unique in its flow. Human-assistance blocks are `desk:…`.
    pub id: String,
    /// Its author's name for it; the id if it has no name.
    pub name: String,
    /// Whether conversations begin here.
    pub root: bool,
    /// Whether a subflow ends here.
    pub end: bool,
    /// The version of a human-assistance block.
    pub desk_state_version: Option<String>,
    /// Actions on entering the block.
    pub input_actions: Vec<Action>,
    /// How the block waits for the customer; `None` if it does not wait.
    pub input: Option<Waiting>,
    /// Actions before leaving the block.
    pub output_actions: Vec<Action>,
    /// Actions after leaving the block for another.
    pub after_state_changed_actions: Vec<Action>,
    /// The outputs, in the order of the input.
    pub outputs: Vec<Output>,
    /// Members of the block that this crate does not read, unchanged.
    pub more: Map<String, Value>,
    /// The position in the editor, from the left and the top, if known.
    pub position: Option<(f64, f64)>,
    /// Its place in the input (JSON Pointer).
    pub place: String,
    /// The place of its outputs in the input (JSON Pointer).
    pub(crate) outputs_place: String,
}

impl Block {
    /// Its outputs, in the order in which they are tried.
    pub fn outputs_in_order(&self) -> impl Iterator<Item = &Output> {
        let mut outputs: Vec<&Output> = self.outputs.iter().collect();
        outputs.sort_by_key(|output| output.order);
        outputs.into_iter()
    }

    /// Whether it never waits, in any conversation.
    #[must_use]
    pub fn never_waits(&self) -> bool {
        self.input.as_ref().is_none_or(|input| input.bypass)
    }
}

/// How a block waits for the customer.
#[derive(Debug, Clone, Default)]
pub struct Waiting {
    /// Whether it continues without waiting.
    pub bypass: bool,
    /// It waits only if all of these hold.
    pub conditions: Vec<Condition>,
    /// The variable that stores the customer's input.
    pub variable: Option<String>,
    /// The validation of the input.
    pub validation: Option<Validation>,
    /// How long it waits, in milliseconds.
    pub expiration: Option<u64>,
    /// Members that this crate does not read, unchanged.
    pub more: Map<String, Value>,
}

/// The validation of an input.
#[derive(Debug, Clone)]
pub struct Validation {
    /// The rule.
    pub rule: Rule,
    /// The message to a customer whose input is invalid.
    pub error: Option<String>,
    /// Members that this crate does not read, unchanged.
    pub more: Map<String, Value>,
}

/// A rule for valid input.
#[derive(Debug, Clone)]
pub enum Rule {
    /// Text.
    Text,
    /// A decimal number.
    Number,
    /// A date.
    Date,
    /// A match of a pattern.
    Regex(crate::pattern::Pattern),
    /// A document of a media type.
    Type(String),
}

/// An action of a block.
#[derive(Debug, Clone)]
pub struct Action {
    /// Its kind (`SendMessage`, `SetVariable`, …).
    pub kind: String,
    /// Its author's name for it.
    pub title: Option<String>,
    /// Its position among the others; equal ones keep the order of the input.
    pub order: i64,
    /// It is done only if all of these hold.
    pub conditions: Vec<Condition>,
    /// Its settings, which depend on the kind.
    pub settings: Value,
    /// Whether the flow continues if it fails.
    pub continue_on_error: bool,
    /// Its timeout in milliseconds, if given.
    pub timeout: Option<u64>,
    /// Whether the flow continues without waiting for its end.
    pub asynchronous: bool,
    /// Members that this crate does not read, unchanged.
    pub more: Map<String, Value>,
    /// Its place in the input (JSON Pointer).
    pub place: String,
}

/// An output of a block.
#[derive(Debug, Clone)]
pub struct Output {
    /// Its position among the others; equal ones keep the order of the input.
    pub order: i64,
    /// It is taken if all of these hold; an output without any is always taken.
    pub conditions: Vec<Condition>,
    /// Where it leads.
    pub target: Target,
    /// Members that this crate does not read, unchanged.
    pub more: Map<String, Value>,
    /// Its place in the input (JSON Pointer).
    pub place: String,
}

/// Where an output leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// To the block with this id, if there is one.
    Block(String),
    /// To the block whose id results from these variables.
    Variable(String),
    /// Nowhere: it was not linked.
    Nowhere,
}

impl Target {
    pub(crate) fn of(text: &str) -> Target {
        match text.trim() {
            "" => Target::Nowhere,
            id if id.contains("{{") => Target::Variable(id.to_owned()),
            id => Target::Block(id.to_owned()),
        }
    }

    /// The id, if it contains no variables.
    #[must_use]
    pub fn block(&self) -> Option<&str> {
        match self {
            Target::Block(id) => Some(id),
            Target::Variable(_) | Target::Nowhere => None,
        }
    }
}
