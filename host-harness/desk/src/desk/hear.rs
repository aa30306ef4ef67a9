//! One thing that happened to one ticket, told to the plugin.

use despertador_contract::event_log::Row;
use despertador_contract::facts;
use despertador_contract::{Call, follow};
use despertador_contract::{Decision, Event, Fault, Happening, Instant};
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
    let is_event = matches!(row.call, Some(Call::Event(_)));
    let before = (is_event || row.facts.is_some()).then(|| kept.conversation.ticket.clone());
    let heard = tell(policy, kept, row, now);
    match (&heard, before) {
        (Ok(_), Some(before)) if before != kept.conversation.ticket => kept.facts_changed(),
        (Err(_), Some(before)) => kept.conversation.ticket = before,
        _ => {}
    }
    if let (Ok(_), Some(Call::Event(Event { what: Happening::CarriedOut(_), .. }))) =
        (&heard, &row.call)
    {
        kept.carried_out_changed();
    }
    heard
}

fn tell(policy: &Policy, kept: &mut Kept, row: &Row, now: Instant) -> Result<Decision, Unheard> {
    let conversation = &mut kept.conversation;
    if let Some(changed) = &row.facts {
        let id = conversation.ticket.id.clone();
        let applied = facts::apply(&mut conversation.ticket, changed);
        conversation.ticket.id = id;
        applied.map_err(|wrong| Unheard::Refused(wrong.to_string()))?;
        // Of all facts, for what was known before counts as well.
        bounds::ticket(&conversation.ticket).map_err(refused)?;
    }
    match &row.call {
        Some(Call::Message(message)) => bounds::message(message).map_err(refused)?,
        Some(Call::Event(event)) => bounds::event(event).map_err(refused)?,
        Some(Call::Tick(_)) | None => {}
    }
    let heard = match &row.call {
        Some(Call::Message(message)) => conversation.message(policy, message),
        Some(Call::Event(event)) => {
            follow(&mut conversation.ticket, &event.what);
            conversation.event(policy, event)
        }
        Some(Call::Tick(_)) | None => conversation.tick(policy, now),
    };
    heard.map_err(|error| match error {
        // These speak of what was given, and it will not be otherwise the next time.
        CallError::Fault(Fault::BadTime(_) | Fault::OverLimit(_)) => {
            Unheard::Refused(error.to_string())
        }
        error => Unheard::Failed(error),
    })
}

fn refused(wrong: OutOfBounds) -> Unheard {
    Unheard::Refused(wrong.to_string())
}
