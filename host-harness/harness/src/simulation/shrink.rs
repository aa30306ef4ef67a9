//! Shrinks a failing script.

use crate::simulation::as_scenario::scenario;
use crate::simulation::invariant::Broken;
use crate::simulation::script::Script;
use crate::simulation::stage::Stage;
use crate::simulation::{Findings, Violation};

/// Maximum number of shorter scripts that are tried.
const TRIES_MAX: usize = 2000;

/// Removes everything that can be removed so that the same invariant is still violated.
pub(crate) fn shrink(
    stage: &mut Stage<'_>,
    ticket: u64,
    mut script: Script,
    mut broken: Broken,
) -> Violation {
    let mut size = script.entries.len().div_ceil(2);
    let mut tries = TRIES_MAX;
    let mut place = 0;
    while size > 0 && tries > 0 {
        if place >= script.entries.len() {
            // With a size of one, this repeats until nothing more can be removed.
            size = if size == 1 { 0 } else { size.div_ceil(2) };
            place = 0;
            continue;
        }
        tries = tries.saturating_sub(1);
        let end = place.saturating_add(size).min(script.entries.len());
        let mut shorter = script.clone();
        shorter.entries.drain(place..end);
        match stage.play(&shorter, &mut Findings::default()) {
            Err(again) if again.invariant == broken.invariant => {
                script = shorter;
                broken = again;
                if size == 1 {
                    place = 0;
                }
            }
            _ => place = end,
        }
    }
    let _: Result<(), Broken> = stage.play(&script, &mut Findings::default());
    Violation {
        ticket,
        invariant: broken.invariant,
        scenario: scenario(&script, &stage.lines, stage.policies, &broken),
        found: broken.found,
    }
}
