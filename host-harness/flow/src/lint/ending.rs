//! Whether a circle of blocks that do not wait can end.

use std::collections::{HashMap, HashSet};

use crate::condition::{Comparison, Condition, Source};
use crate::flow::{Action, Block, Flow, Output, Target};
use crate::input::serialized;
use crate::variable::Name;

/// What one round of a circle does to the values that conditions ask for.
pub(super) struct Round<'f> {
    flow: &'f Flow,
    members: HashSet<&'f str>,
    blocks: Vec<&'f Block>,
    /// The variables that a round sets, with the texts they are set to; `None` where only the
    /// conversation shows the text.
    sets: HashMap<String, Option<Vec<String>>>,
    /// Whether a round may set any variable: scripts and subflows can.
    sets_any: bool,
}

/// What a condition is from the second round on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Later {
    /// As it was in the first round.
    Same,
    /// It holds, or does not, whatever it did before.
    Fixed(bool),
    /// It may differ from round to round.
    Changes,
}

impl<'f> Round<'f> {
    /// Of a group of blocks that never wait and lead to each other.
    pub(super) fn of(flow: &'f Flow, group: &[usize]) -> Round<'f> {
        let blocks: Vec<&Block> = group.iter().filter_map(|n| flow.blocks().get(*n)).collect();
        let members = blocks.iter().map(|block| block.id.as_str()).collect();
        let mut round = Round { flow, members, blocks, sets: HashMap::new(), sets_any: false };
        for block in round.blocks.clone() {
            let actions = [
                &block.input_actions,
                &block.output_actions,
                &block.after_state_changed_actions,
                &flow.after_state_changed_actions,
            ];
            actions.into_iter().flatten().for_each(|action| round.learn(action));
        }
        round
    }

    fn learn(&mut self, action: &Action) {
        let kind = action.kind.to_lowercase();
        let text = |name: &str| action.settings.get(name).map(serialized);
        let constant = match kind.as_str() {
            "setvariable" => text("value").filter(|value| !value.contains("{{")),
            "deletevariable" => Some(String::new()),
            "executescriptv2" | "entersubflow" | "processcontentassistant" => {
                self.sets_any = true;
                None
            }
            _ => None,
        };
        if kind == "forwardtodesk" {
            self.sets.insert("desk_forwardtodeskstate_status".into(), None);
        }
        let names =
            ["variable", "outputVariable", "responseStatusVariable", "responseBodyVariable"];
        for name in names.iter().filter_map(|name| text(name)).filter(|name| !name.is_empty()) {
            self.sets_any |= name.contains("{{");
            let texts = self.sets.entry(name.to_lowercase()).or_insert_with(|| Some(Vec::new()));
            match (texts.as_mut(), &constant) {
                (Some(texts), Some(constant)) => texts.push(constant.clone()),
                _ => *texts = None,
            }
        }
    }

    /// Whether a conversation that has gone round once can leave.
    pub(super) fn may_end(&self) -> bool {
        if self.blocks.iter().any(|block| self.has_way_out(block)) {
            return true;
        }
        let leaves = |block: &&Block| ways(block).iter().any(|way| self.leads_out(way.output));
        // Nothing that decides changes. Who is not let out in the first round never is; but where
        // the way round demands what it also excludes, nobody goes round.
        self.blocks.iter().any(leaves) && (self.branches() || self.excludes_itself())
    }

    fn has_way_out(&self, block: &Block) -> bool {
        let mut may_change = false;
        for way in ways(block) {
            let own: Vec<Later> = way.conditions().iter().map(|c| self.later(c)).collect();
            may_change |= own.iter().any(|later| *later != Later::Same);
            let is_shut = own.contains(&Later::Fixed(false));
            match self.leads_out(way.output) {
                true if may_change && !is_shut => return true,
                // It always leads round.
                false if own.iter().all(|later| *later == Later::Fixed(true)) => return false,
                _ => {}
            }
        }
        false
    }

    fn leads_out(&self, output: Option<&Output>) -> bool {
        match output.map(|output| &output.target) {
            // Without an output the conversation ends.
            None | Some(Target::Nowhere | Target::Variable(_)) => true,
            Some(Target::Block(id)) => {
                !self.members.contains(id.as_str()) || self.flow.block(id).is_none()
            }
        }
    }

    /// Whether some block has more than one way on inside the circle.
    fn branches(&self) -> bool {
        self.blocks
            .iter()
            .any(|block| ways(block).iter().filter(|way| !self.leads_out(way.output)).count() > 1)
    }

    /// Whether one block of a plain circle is passed only where another one is left.
    fn excludes_itself(&self) -> bool {
        let mut demanded: Vec<&Condition> = Vec::new();
        let mut excluded: Vec<&[Condition]> = Vec::new();
        for block in &self.blocks {
            for way in ways(block) {
                if !self.leads_out(way.output) {
                    demanded.extend(way.conditions());
                    break;
                }
                excluded.push(way.conditions());
            }
        }
        let is_demanded =
            |condition: &Condition| demanded.iter().any(|other| is_same(condition, other));
        excluded.iter().any(|all| !all.is_empty() && all.iter().all(is_demanded))
    }

    fn later(&self, condition: &Condition) -> Later {
        if condition.values.iter().any(|value| value.contains("{{")) {
            return Later::Changes;
        }
        if condition.source != Source::Context {
            return Later::Same;
        }
        let name = Name::parse(condition.variable.as_deref().unwrap_or_default());
        match name.source.map(str::to_lowercase).as_deref() {
            Some("input" | "state") => return Later::Same,
            None | Some("context") => {}
            // The calendar, chance, the contact, what another service keeps.
            Some(_) => return Later::Changes,
        }
        match self.sets.get(&name.name.to_lowercase()) {
            _ if self.sets_any => Later::Changes,
            None => Later::Same,
            Some(Some(texts)) if name.path.is_none() => {
                let holds = |text: &String| {
                    condition.holds(Some(text).filter(|text| !text.is_empty()).map(String::as_str))
                };
                let results: Vec<Option<bool>> =
                    texts.iter().map(|text| holds(text).ok()).collect();
                match results.split_first() {
                    Some((Some(first), rest)) if rest.iter().all(|r| *r == Some(*first)) => {
                        Later::Fixed(*first)
                    }
                    _ => Later::Changes,
                }
            }
            Some(_) => Later::Changes,
        }
    }
}

/// A way out of a block that can be taken; without an output, that no condition holds.
struct Way<'f> {
    output: Option<&'f Output>,
}

impl<'f> Way<'f> {
    fn conditions(&self) -> &'f [Condition] {
        self.output.map_or(&[], |output| output.conditions.as_slice())
    }
}

/// The ways out of a block in the order in which they are tried, up to the first that is always
/// taken.
fn ways(block: &Block) -> Vec<Way<'_>> {
    let mut ways = Vec::new();
    for output in block.outputs_in_order() {
        ways.push(Way { output: Some(output) });
        if output.conditions.is_empty() {
            return ways;
        }
    }
    ways.push(Way { output: None });
    ways
}

fn is_same(one: &Condition, other: &Condition) -> bool {
    let subject = |c: &Condition| {
        (c.source, c.variable.as_ref().map(|v| v.to_lowercase()), c.entity.clone(), c.comparison)
    };
    let values = one.values == other.values
        || matches!(one.comparison, Comparison::Exists | Comparison::NotExists);
    subject(one) == subject(other) && one.operator == other.operator && values
}
