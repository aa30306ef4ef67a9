//! Settles a decision: an action in the outbox, a deadline, or neither.

use despertador_contract::key;
use despertador_contract::{Action, Decision, Outcome};

use super::Desk;
use super::ticket::LoadedTicket;
use super::transaction::Transaction;
use crate::decision::{may_resend, requested_action};
use crate::store::{OutboxChange, OutboxRow, OutboxState, Store};

/// The reason for withdrawing an action when the plugin requests another one.
const NOT_ASKED_FOR: &str = "the plugin no longer asks for it";

impl<S: Store> Desk<S> {
    /// Updates a ticket's outbox and deadline to match a decision.
    pub(super) fn settle(
        &mut self,
        tx: &mut Transaction,
        loaded: &mut LoadedTicket,
        decision: &Decision,
    ) {
        loaded.forget_requested();
        match &decision.outcome {
            Outcome::Wait(wake) => loaded.schedule(Some(wake.until), Some(wake.step.clone())),
            _ => loaded.schedule(None, None),
        }
        self.withdraw_others(tx, loaded, decision);
        self.assign_lane(tx, loaded);
        if let Some(action) = requested_action(decision) {
            request(tx, loaded, action);
        }
    }

    /// Moves a ticket to the lane of its department, creating the lane if necessary.
    pub(super) fn assign_lane(&self, tx: &mut Transaction, loaded: &mut LoadedTicket) {
        let department = loaded.conversation.ticket.department.clone();
        let lane = self
            .lanes
            .number(loaded.account, department.as_deref())
            .unwrap_or_else(|| tx.lane(loaded.account, department.as_deref()));
        loaded.move_to(lane);
    }

    /// Withdraws actions that are no longer requested, except claimed ones: they may have been
    /// delivered, and their result will be reported.
    fn withdraw_others(
        &self,
        tx: &mut Transaction,
        loaded: &mut LoadedTicket,
        decision: &Decision,
    ) {
        let wanted = requested_action(decision).map(|action| key::render(&action.key));
        let mut index = 0;
        while let Some(row) = loaded.outbox.get(index) {
            let by_people = row.state != OutboxState::Waiting
                && key::parse(&row.key).is_ok_and(|key| may_resend(decision, &key.step));
            let stays = by_people
                || wanted.as_ref() == Some(&row.key)
                || row.state.is_open() && self.is_leased(loaded.account, &row.key, tx.now);
            if stays {
                index = index.saturating_add(1);
            } else {
                tx.withdraw(loaded, index, NOT_ASKED_FOR);
            }
        }
    }
}

/// Adds an action to the outbox; an open row under the same key stays.
fn request(tx: &mut Transaction, loaded: &mut LoadedTicket, action: &Action) {
    let key = key::render(&action.key);
    let place = loaded.outbox_place(&key);
    match place.and_then(|index| loaded.outbox.get(index)) {
        Some(row) if row.state.is_open() => return,
        _ => {}
    }
    let row = OutboxRow {
        ticket: loaded.no,
        key,
        account: loaded.account,
        lane: loaded.lane,
        state: OutboxState::Waiting,
        attempts: 0,
        next: tx.now,
        since: tx.now,
        due: action.due,
        action: Ok(action.clone()),
        why: None,
    };
    tx.batch.outbox.push(OutboxChange::Put(Box::new(row.clone())));
    match place.and_then(|index| loaded.outbox.get_mut(index)) {
        // The action was given up and is requested again.
        Some(given_up) => *given_up = row,
        None => loaded.outbox.push(row),
    }
    loaded.is_changed = true;
}
