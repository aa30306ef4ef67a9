//! A flow: its blocks and how they are linked.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value};

use crate::condition::Condition;
use crate::finding::Finding;
use crate::read;

/// The flow of a bot, as far as it could be read.
///
/// It has exactly one root, and the ids of its blocks are all different. That its outputs lead
/// somewhere is not promised: [`crate::lint`] says so.
#[derive(Debug, Clone)]
pub struct Flow {
    /// The flow's id; empty where the format has none.
    pub id: String,
    /// How it was written.
    pub format: Format,
    /// Keys and values of the flow's configuration (`builder:minimumIntentScore`).
    pub configuration: BTreeMap<String, String>,
    /// What is done at every input, before anything else.
    pub input_actions: Vec<Action>,
    /// What is done at every input, after everything else.
    pub output_actions: Vec<Action>,
    /// What is done whenever the block changes.
    pub after_state_changed_actions: Vec<Action>,
    /// Members of the flow that this crate does not read, kept as they are.
    pub more: Map<String, Value>,
    pub(crate) blocks: Vec<Block>,
    pub(crate) root: usize,
    pub(crate) by_id: HashMap<String, usize>,
}

/// How a flow was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// The editor's export: a map of blocks, alone or beside `globalActions`.
    Editor,
    /// What is published: an application with the flow in its settings, or the flow alone.
    Engine,
}

impl Flow {
    /// Reads a flow in either format.
    ///
    /// # Errors
    ///
    /// Everything that keeps it from being read, each with its place.
    pub fn read(text: &str) -> Result<Flow, Vec<Finding>> {
        read::flow(text)
    }

    /// The block where a conversation begins.
    #[must_use]
    #[allow(clippy::indexing_slicing, reason = "a flow without root cannot be read")]
    pub fn root(&self) -> &Block {
        &self.blocks[self.root]
    }

    /// All blocks, in the order in which they were read.
    #[must_use]
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// The block of an id.
    #[must_use]
    pub fn block(&self, id: &str) -> Option<&Block> {
        self.blocks.get(*self.by_id.get(id)?)
    }

    /// The flow as the engine takes it. Unknown members are there as they were; of a flow in the
    /// editor's format what only the editor needs is gone.
    #[must_use]
    pub fn to_engine(&self) -> Value {
        crate::write::flow(self)
    }
}

/// A block of a flow; a state, in the engine's words.
#[derive(Debug, Clone, Default)]
pub struct Block {
    /// Unique in its flow. Human-assistance blocks are `desk:…`.
    pub id: String,
    /// What its author calls it; the id where it has no name.
    pub name: String,
    /// Whether conversations begin here.
    pub root: bool,
    /// Whether a subflow ends here.
    pub end: bool,
    /// The version of a human-assistance block.
    pub desk_state_version: Option<String>,
    /// What is done when the block is entered.
    pub input_actions: Vec<Action>,
    /// How the block waits for the customer; none means that it does not.
    pub input: Option<Waiting>,
    /// What is done before the block is left.
    pub output_actions: Vec<Action>,
    /// What is done when the block was left for another.
    pub after_state_changed_actions: Vec<Action>,
    /// The ways out, in the order in which they were written.
    pub outputs: Vec<Output>,
    /// Members of the block that this crate does not read, kept as they are.
    pub more: Map<String, Value>,
    /// Where the block is drawn, from the left and from the top, where the editor says so.
    pub position: Option<(f64, f64)>,
    /// Where it was written (JSON Pointer).
    pub place: String,
    /// Where its outputs were written (JSON Pointer).
    pub(crate) outputs_place: String,
}

impl Block {
    /// Its ways out, in the order in which they are tried.
    pub fn outputs_in_order(&self) -> impl Iterator<Item = &Output> {
        let mut outputs: Vec<&Output> = self.outputs.iter().collect();
        outputs.sort_by_key(|output| output.order);
        outputs.into_iter()
    }

    /// Whether it goes on without waiting, whatever the conversation has been.
    #[must_use]
    pub fn never_waits(&self) -> bool {
        self.input.as_ref().is_none_or(|input| input.bypass)
    }
}

/// How a block waits for the customer.
#[derive(Debug, Clone, Default)]
pub struct Waiting {
    /// Whether it goes on without waiting.
    pub bypass: bool,
    /// It waits only if all of these hold.
    pub conditions: Vec<Condition>,
    /// The variable that takes what the customer writes.
    pub variable: Option<String>,
    /// What an answer must be.
    pub validation: Option<Validation>,
    /// How long it waits, in milliseconds.
    pub expiration: Option<u64>,
    /// Members that this crate does not read, kept as they are.
    pub more: Map<String, Value>,
}

/// What an answer must be.
#[derive(Debug, Clone)]
pub struct Validation {
    /// The rule.
    pub rule: Rule,
    /// What is said to a customer whose answer is something else.
    pub error: Option<String>,
    /// Members that this crate does not read, kept as they are.
    pub more: Map<String, Value>,
}

/// What an answer must be.
#[derive(Debug, Clone)]
pub enum Rule {
    /// Words.
    Text,
    /// A decimal number.
    Number,
    /// A date.
    Date,
    /// Something that matches a pattern.
    Regex(crate::pattern::Pattern),
    /// A document of a media type.
    Type(String),
}

/// Something a block wants done.
#[derive(Debug, Clone)]
pub struct Action {
    /// What it is (`SendMessage`, `SetVariable`, …).
    pub kind: String,
    /// What its author calls it.
    pub title: Option<String>,
    /// Its place among the others; equal ones keep the order in which they were written.
    pub order: i64,
    /// It is done only if all of these hold.
    pub conditions: Vec<Condition>,
    /// Its particulars, as the kind has them.
    pub settings: Value,
    /// Whether the flow goes on when it fails.
    pub continue_on_error: bool,
    /// How long it may take, in milliseconds, where it says so.
    pub timeout: Option<u64>,
    /// Whether nobody waits for its end.
    pub asynchronous: bool,
    /// Members that this crate does not read, kept as they are.
    pub more: Map<String, Value>,
    /// Where it was written (JSON Pointer).
    pub place: String,
}

/// A way out of a block.
#[derive(Debug, Clone)]
pub struct Output {
    /// Its place among the others; equal ones keep the order in which they were written.
    pub order: i64,
    /// It is taken if all of these hold; an output without any is always taken.
    pub conditions: Vec<Condition>,
    /// Where it leads.
    pub target: Target,
    /// Members that this crate does not read, kept as they are.
    pub more: Map<String, Value>,
    /// Where it was written (JSON Pointer).
    pub place: String,
}

/// Where an output leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// To the block with this id, if there is one.
    Block(String),
    /// To the block whose id these variables make up.
    Variable(String),
    /// Nowhere: it was never linked.
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

    /// The id, where it is written out.
    #[must_use]
    pub fn block(&self) -> Option<&str> {
        match self {
            Target::Block(id) => Some(id),
            Target::Variable(_) | Target::Nowhere => None,
        }
    }
}
