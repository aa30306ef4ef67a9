//! Ways through a flow on which nobody waits, and blocks that no way leads to.

use super::ending::Round;
use crate::flow::{Block, Flow, Target};
use crate::run::TRANSITIONS_PER_INPUT_MAX;

/// Where the outputs of each block lead, by the numbers of blocks.
pub(super) struct Paths {
    next: Vec<Vec<usize>>,
    /// Whether an output of any block leads where only a variable says.
    open: bool,
    /// Whether a block never waits.
    passes: Vec<bool>,
    numbers: std::collections::HashMap<String, usize>,
    /// Of each block that never waits, whether it can only lead round in circles.
    circles: Vec<bool>,
}

impl Paths {
    pub(super) fn of(flow: &Flow) -> Paths {
        let next: Vec<Vec<usize>> = flow
            .blocks()
            .iter()
            .map(|block| {
                let mut next: Vec<usize> = block
                    .outputs
                    .iter()
                    .filter_map(|output| flow.by_id.get(output.target.block()?).copied())
                    .collect();
                next.sort_unstable();
                next.dedup();
                next
            })
            .collect();
        let open = flow
            .blocks()
            .iter()
            .flat_map(|block| &block.outputs)
            .any(|output| matches!(output.target, Target::Variable(_)));
        let passes: Vec<bool> = flow.blocks().iter().map(Block::never_waits).collect();
        let circles = circles(flow, &next, &passes);
        Paths { next, open, passes, numbers: flow.by_id.clone(), circles }
    }

    /// Whether a way that enters this block goes round for ever. Where a variable says where it
    /// leads, nobody knows.
    pub(super) fn never_arrives(&self, block: &Block) -> bool {
        let number = self.numbers.get(&block.id).copied();
        let circles = number.and_then(|number| self.circles.get(number)).copied();
        let open = block.outputs.iter().any(|o| matches!(o.target, Target::Variable(_)));
        circles.unwrap_or_default() && !open
    }

    fn next(&self, number: usize) -> &[usize] {
        self.next.get(number).map_or(&[], Vec::as_slice)
    }

    fn passes(&self, number: usize) -> bool {
        self.passes.get(number).copied().unwrap_or_default()
    }

    /// Blocks that lead back to themselves through blocks none of which ever waits, and whether the
    /// circle may end.
    pub(super) fn loops<'f>(&self, flow: &'f Flow) -> Vec<(&'f Block, bool)> {
        let groups = self.groups();
        let mut found = Vec::new();
        for group in groups {
            let first = group.iter().copied().min();
            let looped = group.len() > 1
                || first.is_some_and(|one| self.next(one).contains(&one) && self.passes(one));
            if looped && let Some(block) = first.and_then(|number| flow.blocks().get(number)) {
                found.push((block, Round::of(flow, &group).may_end()));
            }
        }
        found.sort_by(|(one, _), (other, _)| one.place.cmp(&other.place));
        found
    }

    /// Blocks that wait and are followed by a longer chain of blocks that do not than one input
    /// may pass, with its length. Loops are reported elsewhere.
    pub(super) fn chains<'f>(&self, flow: &'f Flow) -> Vec<(&'f Block, usize)> {
        // In the order of the groups each comes after all it leads to.
        let mut longest: Vec<usize> = vec![0; self.next.len()];
        for group in self.groups() {
            let [number] = group.as_slice() else { continue };
            let length = self.longest_after(*number, &longest);
            if let Some(slot) = longest.get_mut(*number) {
                *slot = length;
            }
        }
        let waits = (0..self.next.len()).filter(|number| !self.passes(*number));
        waits
            .filter_map(|number| {
                let length = self.longest_after(number, &longest);
                let block = flow.blocks().get(number)?;
                (length > TRANSITIONS_PER_INPUT_MAX).then_some((block, length))
            })
            .collect()
    }

    /// The transitions of the longest way that goes on without waiting.
    fn longest_after(&self, number: usize, longest: &[usize]) -> usize {
        self.next(number)
            .iter()
            .map(|next| {
                let more = if self.passes(*next) { longest.get(*next).copied() } else { None };
                more.unwrap_or_default().saturating_add(1)
            })
            .max()
            .unwrap_or_default()
    }

    /// Blocks that nothing leads to from the root. Where a variable says where an output leads,
    /// nobody knows.
    pub(super) fn unreachable<'f>(&self, flow: &'f Flow) -> Vec<&'f Block> {
        if self.open {
            return Vec::new();
        }
        let mut reached = vec![false; self.next.len()];
        let mut to_do = vec![flow.root];
        while let Some(number) = to_do.pop() {
            if let Some(reached) = reached.get_mut(number)
                && !std::mem::replace(reached, true)
            {
                to_do.extend(self.next(number));
            }
        }
        let blocks = flow.blocks().iter().zip(reached);
        blocks
            .filter(|(block, reached)| !reached && !is_reserved(block))
            .map(|(block, _)| block)
            .collect()
    }

    /// Groups of blocks that never wait and lead to each other (Tarjan), each after all the groups
    /// it leads to. Blocks that may wait are groups of their own that lead nowhere.
    fn groups(&self) -> Vec<Vec<usize>> {
        strong_groups(
            self.next.len(),
            |number| {
                if self.passes(number) { self.next(number) } else { &[] }
            },
        )
    }
}

/// Of each block that never waits, whether every way from it goes round in circles.
fn circles(flow: &Flow, next: &[Vec<usize>], passes: &[bool]) -> Vec<bool> {
    // What ends: blocks that may wait, and those without a way on.
    let mut before: Vec<Vec<usize>> = vec![Vec::new(); next.len()];
    for (number, following) in next.iter().enumerate() {
        for next in following {
            if let Some(before) = before.get_mut(*next) {
                before.push(number);
            }
        }
    }
    let mut ends = vec![false; next.len()];
    let ends_by_itself = |number: usize| {
        let block = flow.blocks().get(number);
        let has_no_way = next.get(number).is_some_and(Vec::is_empty);
        !passes.get(number).copied().unwrap_or_default() || has_no_way || block.is_none()
    };
    let mut to_do: Vec<usize> = (0..next.len()).filter(|number| ends_by_itself(*number)).collect();
    while let Some(number) = to_do.pop() {
        if let Some(end) = ends.get_mut(number)
            && !std::mem::replace(end, true)
        {
            to_do.extend(before.get(number).into_iter().flatten());
        }
    }
    ends.into_iter().map(|ends| !ends).collect()
}

/// Blocks the Builder always has, whether or not they are linked.
fn is_reserved(block: &Block) -> bool {
    matches!(block.id.as_str(), "onboarding" | "welcome" | "fallback" | "error") || block.root
}

/// Strongly connected components without recursion: flows may be deeper than a stack.
fn strong_groups<'a>(count: usize, next: impl Fn(usize) -> &'a [usize]) -> Vec<Vec<usize>> {
    const UNSEEN: usize = usize::MAX;
    let mut order = vec![UNSEEN; count];
    let mut low = vec![UNSEEN; count];
    let mut on_stack = vec![false; count];
    let (mut stack, mut groups) = (Vec::new(), Vec::new());
    let mut seen = 0_usize;
    for start in 0..count {
        if order.get(start) != Some(&UNSEEN) {
            continue;
        }
        let mut work: Vec<(usize, usize)> = vec![(start, 0)];
        while let Some((number, at)) = work.pop() {
            if at == 0 {
                set(&mut order, number, seen);
                set(&mut low, number, seen);
                seen = seen.saturating_add(1);
                stack.push(number);
                set(&mut on_stack, number, true);
            }
            if let Some(following) = next(number).get(at).copied() {
                work.push((number, at.saturating_add(1)));
                if order.get(following) == Some(&UNSEEN) {
                    work.push((following, 0));
                } else if on_stack.get(following) == Some(&true) {
                    let lower = get(&low, number).min(get(&order, following));
                    set(&mut low, number, lower);
                }
                continue;
            }
            if let Some((parent, _)) = work.last() {
                let lower = get(&low, *parent).min(get(&low, number));
                set(&mut low, *parent, lower);
            }
            if get(&low, number) == get(&order, number) {
                let mut group = Vec::new();
                while let Some(member) = stack.pop() {
                    set(&mut on_stack, member, false);
                    group.push(member);
                    if member == number {
                        break;
                    }
                }
                groups.push(group);
            }
        }
    }
    groups
}

fn get(list: &[usize], at: usize) -> usize {
    list.get(at).copied().unwrap_or(usize::MAX)
}

fn set<T>(list: &mut [T], at: usize, value: T) {
    if let Some(slot) = list.get_mut(at) {
        *slot = value;
    }
}
