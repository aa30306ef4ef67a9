//! One thing that happened to one ticket, told to the plugin.

use despertador_contract::event_log::Row;
use despertador_contract::facts;
use despertador_contract::{Call, Decision, Fault, Instant};
use despertador_host::bounds::{self, OutOfBounds};
use despertador_host::{CallError, Policy};
use serde_json::Value;

use super::budget::Before;
use super::take::Receipt;
use super::ticket::Kept;
use super::work::{Entry, Work};
use super::{Account, Desk};
use crate::error::DeskError;
use crate::store::{EntryKind, Store};

/// Why the plugin did not take in what happened.
pub(crate) enum Unheard {
    /// What happened is itself the reason: it will never be taken in.
    Refused(String),
    /// The plugin could not answer.
    Failed(CallError),
}

impl<S: Store> Desk<S> {
    /// Tells the plugin, takes it down, and does what follows.
    pub(super) fn hear(
        &mut self,
        work: &mut Work,
        kept: &mut Kept,
        row: &Row,
        note: Option<Value>,
    ) -> Result<Receipt, DeskError> {
        if kept.parked.is_some() {
            self.keep_for_later(work, kept, row, note);
            return Ok(Receipt::Parked);
        }
        let Account { policy, row: account } = self.account_of(kept.account)?;
        let (policy, version) = (policy.clone(), account.policy);
        let now = kept.now(work.now);
        let before = row.facts.is_some().then(|| Before::of(kept));
        match play(&policy, kept, row, now) {
            Ok(decision) => {
                if let Some(before) = before {
                    before.note(work, kept);
                }
                let text = Some(row.to_json().to_string());
                let entry = Entry { policy: version, row: text, decision: Some(&decision), note };
                work.enter(kept, EntryKind::Heard, entry);
                self.settle(work, kept, &decision);
                Ok(Receipt::Heard(Box::new(decision)))
            }
            Err(Unheard::Refused(why)) => Ok(Receipt::Refused(why)),
            Err(Unheard::Failed(error)) => {
                self.keep_for_later(work, kept, row, note);
                self.park(work, kept, &error);
                Ok(Receipt::Parked)
            }
        }
    }

    fn keep_for_later(&mut self, work: &mut Work, kept: &mut Kept, row: &Row, note: Option<Value>) {
        let row = Some(row.to_json().to_string());
        let seq = work.enter(kept, EntryKind::Unheard, Entry { row, note, ..Entry::default() });
        kept.unheard.get_or_insert(seq);
    }
}

/// Makes the call that belongs to a row, with the facts that are true once it has happened. When
/// it fails the ticket is as it was.
pub(crate) fn play(
    policy: &Policy,
    kept: &mut Kept,
    row: &Row,
    now: Instant,
) -> Result<Decision, Unheard> {
    let conversation = &mut kept.conversation;
    let mut facts = None;
    if let Some(changed) = &row.facts {
        let ticket = facts::with(&conversation.ticket, changed)
            .map_err(|wrong| Unheard::Refused(wrong.to_string()))?;
        // Of all facts, for what was known before counts as well.
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
        // These speak of what was given, and it will not be otherwise the next time.
        CallError::Fault(Fault::BadTime(_) | Fault::OverLimit(_)) => {
            Unheard::Refused(error.to_string())
        }
        error => Unheard::Failed(error),
    })?;
    if recorded.facts_changed {
        kept.facts_changed();
    }
    if recorded.carried_out_changed {
        kept.carried_out_changed();
    }
    Ok(recorded.decision)
}

fn refused(wrong: OutOfBounds) -> Unheard {
    Unheard::Refused(wrong.to_string())
}
