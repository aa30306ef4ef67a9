//! What keeps a flow from doing what it is there for.
//!
//! Above all: whether a conversation gets out of the human-assistance block when its ticket is
//! closed. The exits are not looked for by their names but tried: the closed ticket's document is
//! put before the block's outputs, one after the other, and what cannot be known in advance (a
//! variable that a script sets) counts as maybe.

use crate::condition::{Comparison, Source};
use crate::desk::{Close, Exit};
use crate::finding::{Code, Finding};
use crate::flow::{Action, Block, Flow, Output, Rule, Target};
use crate::pattern::{Pattern, PatternError};
use crate::run::TRANSITIONS_PER_INPUT_MAX;

mod ending;
mod known;
mod paths;

use known::{Known, Verdict};
use paths::Paths;

/// The editor's most outputs of a block.
const OUTPUTS_MAX: usize = 25;

/// The number of findings that are listed, errors before warnings; the rest is only counted.
const FINDINGS_MAX: usize = 100;

/// What there is to say about a flow: errors first, each block's together.
#[must_use]
pub fn lint(flow: &Flow) -> Vec<Finding> {
    let mut lint = Lint { flow, paths: Paths::of(flow), findings: Vec::new() };
    lint.whole();
    for block in flow.blocks() {
        lint.block(block);
    }
    let mut findings = lint.findings;
    findings.sort_by_key(|finding| finding.code.severity());
    let more = findings.len().saturating_sub(FINDINGS_MAX);
    if more > 0 {
        findings.truncate(FINDINGS_MAX);
        findings.push(Finding::new(Code::MoreFindings, "", vec![more.to_string()]));
    }
    findings
}

/// Whether every human-assistance block can be left for inactivity.
pub(crate) fn inactivity_exit(flow: &Flow) -> Exit {
    let mut lint = Lint { flow, paths: Paths::of(flow), findings: Vec::new() };
    let worst = flow.human_assistance().map(|block| {
        if !block.generation().is_some_and(|generation| generation.has_inactivity_exit()) {
            return Exit::NotSupported;
        }
        lint.findings.clear();
        lint.exit(block, Close::Inactivity);
        let fails = lint.findings.iter().any(|f| f.code.severity() == crate::Severity::Error);
        if fails { Exit::NotLinked } else { Exit::Linked }
    });
    worst.max().unwrap_or(Exit::NoBlock)
}

struct Lint<'f> {
    flow: &'f Flow,
    paths: Paths,
    findings: Vec<Finding>,
}

impl<'f> Lint<'f> {
    fn find(&mut self, code: Code, place: &str, block: &Block, values: Vec<String>) {
        self.findings.push(Finding::new(code, place, values).of_block(block));
    }

    /// What concerns the flow as a whole.
    fn whole(&mut self) {
        let root = self.flow.root();
        let waits = root.input.as_ref().is_some_and(|i| !i.bypass && i.conditions.is_empty());
        if !waits {
            self.find(Code::RootDoesNotWait, &root.place, root, vec![root.name.clone()]);
        }
        if self.flow.human_assistance().next().is_none() {
            self.findings.push(Finding::new(Code::NoHumanAssistance, "", Vec::new()));
        }
        for (looped, may_end) in self.paths.loops(self.flow) {
            let code = if may_end { Code::LoopMayNotEnd } else { Code::LoopWithoutWaiting };
            let values = vec![looped.name.clone(), TRANSITIONS_PER_INPUT_MAX.to_string()];
            self.find(code, &looped.place, looped, values);
        }
        for (block, length) in self.paths.chains(self.flow) {
            let values =
                vec![block.name.clone(), length.to_string(), TRANSITIONS_PER_INPUT_MAX.to_string()];
            self.find(Code::ChainTooLong, &block.place, block, values);
        }
        for block in self.paths.unreachable(self.flow) {
            self.find(Code::UnreachableBlock, &block.place, block, vec![block.name.clone()]);
        }
        let flow = self.flow;
        let actions =
            [&flow.input_actions, &flow.output_actions, &flow.after_state_changed_actions];
        for action in actions.into_iter().flatten() {
            self.conditions(root, &action.conditions);
        }
    }

    fn block(&mut self, block: &'f Block) {
        for (number, output) in block.outputs_in_order().enumerate() {
            self.target(block, output, number);
            self.conditions(block, &output.conditions);
        }
        let actions =
            [&block.input_actions, &block.output_actions, &block.after_state_changed_actions];
        for action in actions.into_iter().flatten() {
            self.conditions(block, &action.conditions);
        }
        if let Some(waiting) = &block.input {
            self.conditions(block, &waiting.conditions);
            if let Some(validation) = &waiting.validation
                && let Rule::Regex(pattern) = &validation.rule
            {
                self.pattern(block, &block.place, pattern);
            }
        }
        let mut outputs = block.outputs_in_order();
        if outputs.find(|output| output.conditions.is_empty()).is_some()
            && let Some(never) = outputs.next()
        {
            self.find(Code::OutputNeverTaken, &never.place, block, vec![block.name.clone()]);
        }
        if block.outputs.iter().filter(|output| !output.conditions.is_empty()).count() > OUTPUTS_MAX
        {
            let values = vec![block.name.clone(), OUTPUTS_MAX.to_string()];
            self.find(Code::TooManyOutputs, &block.outputs_place, block, values);
        }
        if let Some(generation) = block.generation() {
            if !generation.has_inactivity_exit() {
                let values = vec![block.name.clone(), generation.word().into()];
                self.find(Code::OldGeneration, &block.place, block, values);
            }
            for close in Close::ALL {
                if close != Close::Inactivity || generation.has_inactivity_exit() {
                    self.exit(block, close);
                }
            }
            if generation.has_inactivity_exit() {
                self.left_out(block);
            }
        }
    }

    /// Where an output leads, if anywhere. The exits of human-assistance blocks are looked at
    /// together with the rest of them.
    fn target(&mut self, block: &Block, output: &Output, number: usize) {
        let values = || vec![block.name.clone(), number.saturating_add(1).to_string()];
        match &output.target {
            Target::Nowhere => self.find(Code::UnlinkedOutput, &output.place, block, values()),
            Target::Block(id) if self.flow.block(id).is_none() => {
                let mut values = values();
                values.push(id.clone());
                self.find(Code::DanglingOutput, &output.place, block, values);
            }
            Target::Block(_) | Target::Variable(_) => {}
        }
    }

    fn conditions(&mut self, block: &Block, conditions: &[crate::Condition]) {
        for condition in conditions {
            let lacks = match condition.source {
                Source::Context if condition.variable.is_none() => Some("variable"),
                Source::Entity if condition.entity.is_none() => Some("entity"),
                _ if condition.comparison.is_unary() && !condition.values.is_empty() => {
                    Some("values: []")
                }
                _ if !condition.comparison.is_unary() && condition.values.is_empty() => {
                    Some("values")
                }
                _ => None,
            };
            if let Some(lacks) = lacks {
                let values = vec![block.name.clone(), lacks.into()];
                self.find(Code::IncompleteCondition, &condition.place, block, values);
            }
            for pattern in &condition.patterns {
                self.pattern(block, &condition.place, pattern);
            }
        }
    }

    fn pattern(&mut self, block: &Block, place: &str, pattern: &Pattern) {
        let values = |why: String| {
            let shown: String = pattern.as_str().chars().take(80).collect();
            vec![block.name.clone(), shown, why]
        };
        match pattern.check() {
            Ok(()) => {}
            Err(PatternError::Unsupported(feature)) => {
                let values = values(feature.written().into());
                self.find(Code::UnsupportedPattern, place, block, values);
            }
            Err(PatternError::TooLarge) => {
                let values = values("{1000}".into());
                self.find(Code::UnsupportedPattern, place, block, values);
            }
            Err(PatternError::Broken(why)) => {
                self.find(Code::BrokenPattern, place, block, values(why));
            }
        }
    }

    /// What becomes of a ticket that is closed in a block.
    fn exit(&mut self, block: &'f Block, close: Close) {
        let status = close.status();
        let values = || vec![block.name.clone(), status.to_owned()];
        let Some(exit) = block.exit_for(close) else {
            let code = match close {
                Close::Inactivity => Code::NoInactivityExit,
                Close::Agent | Close::Customer => Code::NoOtherExit,
            };
            self.find(code, &block.outputs_place, block, values());
            return;
        };
        let known = Known::closed(self.flow, block, close);
        let mut earlier = block.outputs_in_order().take_while(|output| output.place != exit.place);
        let shadow = earlier.find_map(|output| match known.all(&output.conditions) {
            Verdict::No => None,
            verdict => Some((output, verdict)),
        });
        if let Some((shadow, verdict)) = shadow {
            let leads_the_same_way = shadow.target == exit.target;
            if !leads_the_same_way {
                let code = match verdict {
                    Verdict::Yes => Code::ShadowedExit,
                    _ => Code::ExitMayBeShadowed,
                };
                let mut values = values();
                values.push(self.name_of(&shadow.target));
                self.find(code, &shadow.place, block, values);
            }
        }
        // Unlinked and dangling outputs were found with all the others, but the state of the
        // exit is asked for alone too.
        match &exit.target {
            Target::Nowhere => self.target_once(block, exit),
            Target::Block(id) if *id == block.id => {
                self.find(Code::ExitLeadsBack, &exit.place, block, values());
            }
            Target::Block(id) => match self.flow.block(id) {
                None => self.target_once(block, exit),
                Some(next) if self.paths.never_arrives(next) => {
                    let mut values = values();
                    values.push(next.name.clone());
                    self.find(Code::ExitDoesNotArrive, &exit.place, block, values);
                }
                Some(_) => {}
            },
            Target::Variable(_) => {}
        }
    }

    fn target_once(&mut self, block: &Block, output: &Output) {
        let place = &output.place;
        let is_there = self.findings.iter().any(|finding| {
            matches!(finding.code, Code::UnlinkedOutput | Code::DanglingOutput)
                && finding.place == *place
        });
        if !is_there {
            let number = block.outputs_in_order().position(|other| other.place == *place);
            self.target(block, output, number.unwrap_or_default());
        }
    }

    fn name_of(&self, target: &Target) -> String {
        match target {
            Target::Block(id) => {
                self.flow.block(id).map_or_else(|| id.clone(), |block| block.name.clone())
            }
            Target::Variable(text) => text.clone(),
            Target::Nowhere => String::new(),
        }
    }

    /// An action that follows the close by the agent and by the customer but not the one for
    /// inactivity: a flag stays set, and the next visit takes the wrong path.
    fn left_out(&mut self, block: &Block) {
        let told = |action: &&Action, close: Close| {
            action.conditions.iter().any(|condition| {
                condition.variable.as_deref() == Some(crate::desk::STATUS)
                    && condition.comparison == Comparison::Equals
                    && condition.values.iter().any(|s| Close::from_status(s) == Some(close))
            })
        };
        let actions = block.output_actions.iter().chain(&block.after_state_changed_actions);
        let left_out: Vec<&Action> = actions
            .filter(|action| {
                told(action, Close::Agent)
                    && told(action, Close::Customer)
                    && !told(action, Close::Inactivity)
            })
            .collect();
        for action in left_out {
            let name = action.title.clone().unwrap_or_else(|| action.kind.clone());
            let values = vec![block.name.clone(), name, Close::Inactivity.status().into()];
            self.find(Code::InactivityLeftOut, &action.place, block, values);
        }
    }
}

#[cfg(test)]
mod tests;
