//! Making a failing script short.

use crate::simulation::as_scenario::scenario;
use crate::simulation::invariant::Broken;
use crate::simulation::script::Script;
use crate::simulation::stage::Stage;
use crate::simulation::{Findings, Violation};

/// How many shorter scripts are tried.
const TRIES: usize = 2000;

/// Leaves out what can be left out so that the same invariant is still broken.
pub(crate) fn shrink(
    stage: &mut Stage<'_>,
    ticket: u64,
    mut script: Script,
    mut broken: Broken,
) -> Violation {
    let mut size = script.entries.len().div_ceil(2);
    let mut tries = TRIES;
    let mut place = 0;
    while size > 0 && tries > 0 {
        if place >= script.entries.len() {
            // A size of one is tried until nothing more can be left out.
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
