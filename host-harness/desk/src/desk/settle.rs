//! What follows from a decision: an action in the outbox, a deadline, or nothing.

use despertador_contract::key;
use despertador_contract::{Action, Decision, Outcome};

use super::Desk;
use super::ticket::Kept;
use super::work::Work;
use crate::decision::{asked, is_open_to_people};
use crate::store::{OutboxChange, OutboxRow, OutboxState, Store};

/// Why an action is withdrawn when the plugin asks for something else.
const NOT_ASKED_FOR: &str = "the plugin no longer asks for it";

impl<S: Store> Desk<S> {
    /// Makes outbox and deadline of a ticket what a decision asks for.
    pub(super) fn settle(&mut self, work: &mut Work, kept: &mut Kept, decision: &Decision) {
        match &decision.outcome {
            Outcome::Wait(wake) => kept.wake_at(Some(wake.until), Some(wake.step.clone())),
            _ => kept.wake_at(None, None),
        }
        self.withdraw_others(work, kept, decision);
        self.take_lane(work, kept);
        if let Some(action) = asked(decision) {
            ask(work, kept, action);
        }
    }

    /// Puts a ticket into the lane of its department, which is made where there is none yet.
    pub(super) fn take_lane(&self, work: &mut Work, kept: &mut Kept) {
        let department = kept.conversation.ticket.department.clone();
        let lane = self
            .lanes
            .number(kept.account, department.as_deref())
            .unwrap_or_else(|| work.lane(kept.account, department.as_deref()));
        kept.move_to(lane);
    }

    /// Takes out of the outbox what is no longer asked for, but what is on its way just now: it
    /// may have arrived, and what became of it will be told.
    fn withdraw_others(&self, work: &mut Work, kept: &mut Kept, decision: &Decision) {
        let wanted = asked(decision).map(|action| key::render(&action.key));
        let mut index = 0;
        while let Some(row) = kept.outbox.get(index) {
            let by_people = row.state != OutboxState::Waiting
                && key::parse(&row.key).is_ok_and(|key| is_open_to_people(decision, &key.step));
            let stays = by_people
                || wanted.as_ref() == Some(&row.key)
                || row.state.is_open() && self.is_leased(kept.account, &row.key, work.now);
            if stays {
                index = index.saturating_add(1);
            } else {
                work.withdraw(kept, index, NOT_ASKED_FOR);
            }
        }
    }
}

/// Puts an action into the outbox, or keeps the one that is there under its key.
fn ask(work: &mut Work, kept: &mut Kept, action: &Action) {
    let key = key::render(&action.key);
    let place = kept.outbox_place(&key);
    match place.and_then(|index| kept.outbox.get(index)) {
        Some(row) if row.state.is_open() => return,
        _ => {}
    }
    let row = OutboxRow {
        ticket: kept.no,
        key,
        account: kept.account,
        lane: kept.lane,
        state: OutboxState::Waiting,
        attempts: 0,
        next: work.now,
        since: work.now,
        due: action.due,
        action: Ok(action.clone()),
        why: None,
    };
    work.batch.outbox.push(OutboxChange::Put(Box::new(row.clone())));
    match place.and_then(|index| kept.outbox.get_mut(index)) {
        // It was given up, and the plugin asks for it anew.
        Some(given_up) => *given_up = row,
        None => kept.outbox.push(row),
    }
    kept.is_changed = true;
}
