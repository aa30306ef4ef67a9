//! Records one event of one ticket: the plugin evaluates it, the journal keeps it.

use despertador_contract::event_log::Row;
use despertador_contract::facts;
use despertador_contract::{Call, Decision, Fault, Instant};
use despertador_host::bounds::{self, OutOfBounds};
use despertador_host::{CallError, Policy};
use serde_json::Value;

use super::budget::Before;
use super::incoming::Receipt;
use super::ticket::LoadedTicket;
use super::transaction::{Entry, Transaction};
use super::{Account, Desk};
use crate::error::DeskError;
use crate::store::{EntryKind, Store};

/// Why an event was not recorded.
pub(crate) enum RecordError {
    /// The event itself is invalid: it will never be recorded.
    Refused(String),
    /// The plugin failed.
    Failed(CallError),
}

impl<S: Store> Desk<S> {
    /// Has the plugin evaluate an event, writes it to the journal and settles the decision. The
    /// event of a deferred ticket is only written to the journal.
    pub(super) fn record(
        &mut self,
        tx: &mut Transaction,
        loaded: &mut LoadedTicket,
        row: &Row,
        note: Option<Value>,
    ) -> Result<Receipt, DeskError> {
        if loaded.deferred.is_some() {
            self.record_pending(tx, loaded, row, note);
            return Ok(Receipt::Deferred);
        }
        let Account { policy, row: account } = self.account_of(loaded.account)?;
        let (policy, version) = (policy.clone(), account.policy);
        let now = loaded.now(tx.now);
        let before = row.facts.is_some().then(|| Before::of(loaded));
        match evaluate_row(&policy, loaded, row, now) {
            Ok(decision) => {
                if let Some(before) = before {
                    before.note(tx, loaded);
                }
                let text = Some(row.to_json().to_string());
                let entry = Entry { policy: version, row: text, decision: Some(&decision), note };
                tx.add_entry(loaded, EntryKind::Recorded, entry);
                self.settle(tx, loaded, &decision);
                if row.call.as_ref().is_none_or(|call| call.now() == now) {
                    loaded.note_requested(&decision, tx.now, version);
                }
                Ok(Receipt::Recorded(Box::new(decision)))
            }
            Err(RecordError::Refused(why)) => Ok(Receipt::Refused(why)),
            Err(RecordError::Failed(error)) => {
                self.record_pending(tx, loaded, row, note);
                self.defer(tx, loaded, &error);
                Ok(Receipt::Deferred)
            }
        }
    }

    fn record_pending(
        &mut self,
        tx: &mut Transaction,
        loaded: &mut LoadedTicket,
        row: &Row,
        note: Option<Value>,
    ) {
        let row = Some(row.to_json().to_string());
        let seq = tx.add_entry(loaded, EntryKind::Pending, Entry { row, note, ..Entry::default() });
        loaded.pending.get_or_insert(seq);
    }
}

/// Makes the call of a row, with the facts that are true once it has happened. On an error the
/// ticket is unchanged.
pub(crate) fn evaluate_row(
    policy: &Policy,
    loaded: &mut LoadedTicket,
    row: &Row,
    now: Instant,
) -> Result<Decision, RecordError> {
    let conversation = &mut loaded.conversation;
    let mut facts = None;
    if let Some(changed) = &row.facts {
        let ticket = facts::with(&conversation.ticket, changed)
            .map_err(|wrong| RecordError::Refused(wrong.to_string()))?;
        // Checks all facts: those that were known before count too.
        bounds::ticket(&ticket).map_err(refused)?;
        facts = Some(ticket);
    }
    let tick = Call::Tick(now);
    let call = match &row.call {
        Some(Call::Tick(_)) | None => &tick,
        Some(call) => call,
    };
    bounds::call(call).map_err(refused)?;
    let recorded = conversation.record(policy, facts, call).map_err(|error| match error {
        // The input is at fault; another attempt would fail in the same way.
        CallError::Fault(Fault::BadTime(_) | Fault::OverLimit(_)) => {
            RecordError::Refused(error.to_string())
        }
        error => RecordError::Failed(error),
    })?;
    if recorded.facts_changed {
        loaded.facts_changed();
    }
    if recorded.carried_out_changed {
        loaded.carried_out_changed();
    }
    Ok(recorded.decision)
}

fn refused(wrong: OutOfBounds) -> RecordError {
    RecordError::Refused(wrong.to_string())
}
