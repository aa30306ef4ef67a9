//! Steps that a person has carried out before their time.
//!
//! Only the time is overridden. The plugin must wait for exactly this step, with no other reason to
//! wait than its deadline: all earlier reminders were sent, and it is the customer's turn. The
//! action is the one that the plugin requests at the deadline, under its own key, so that it cannot
//! be carried out again then.

use despertador_contract::{Action, Decision, Event, Happening, Instant, Outcome, Reason, Step};
use despertador_contract::{Call, key};
use despertador_host::{CallError, Policy};
use serde_json::{Value, json};

use super::incoming::Receipt;
use super::ticket::LoadedTicket;
use super::transaction::{Entry, Transaction};
use super::what_if::Forecast;
use super::{Account, Desk};
use crate::decision::requested_action;
use crate::error::DeskError;
use crate::store::{EntryKind, OutboxChange, OutboxRow, OutboxState, Store};

/// A step that can be carried out before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EarlyStep {
    Reminder,
    Close,
}

/// The planned action, or why there is none.
type Planned = Result<(Decision, Action), String>;

impl<S: Store> Desk<S> {
    /// Puts the next step into the outbox, to be delivered now.
    pub(super) fn request_early(
        &mut self,
        tx: &mut Transaction,
        loaded: &mut LoadedTicket,
        step: EarlyStep,
        by: &str,
    ) -> Result<Receipt, DeskError> {
        let Account { policy, .. } = self.account_of(loaded.account)?;
        let policy = policy.clone();
        let now = loaded.now(tx.now);
        if loaded.deferred.is_some() {
            let why = "the ticket is deferred: the plugin cannot evaluate it at present";
            return Ok(Receipt::Refused(why.into()));
        }
        let (decision, action) = match planned(&policy, loaded, step, now)? {
            Ok(planned) => planned,
            Err(why) => return Ok(Receipt::Refused(why)),
        };
        let key = key::render(&action.key);
        if loaded.outbox_place(&key).is_some() {
            let why = format!("the action `{key}` is being delivered, or was given up");
            return Ok(Receipt::Refused(why));
        }
        let row = OutboxRow {
            ticket: loaded.no,
            key: key.clone(),
            account: loaded.account,
            lane: loaded.lane,
            state: OutboxState::ByHand,
            attempts: 0,
            next: tx.now,
            since: tx.now,
            due: now,
            action: Ok(Action { due: now, ..action }),
            why: None,
        };
        tx.batch.outbox.push(OutboxChange::Put(Box::new(row.clone())));
        loaded.outbox.push(row);
        let note = Some(json!({ "key": key, "by": by, EARLY: true }));
        tx.add_entry(loaded, EntryKind::SentAgain, Entry { note, ..Entry::default() });
        Ok(Receipt::Recorded(Box::new(decision)))
    }
}

/// The member of a note that tells an early action from a dead letter that was sent again.
const EARLY: &str = "early";

/// Whether an entry of the journal is about an early action.
pub(crate) fn is_early(note: Option<&Value>) -> bool {
    note.and_then(|note| note.get(EARLY)).and_then(Value::as_bool).unwrap_or_default()
}

/// The action that the plugin requests at the deadline for which it waits, and its present decision.
fn planned(
    policy: &Policy,
    loaded: &LoadedTicket,
    step: EarlyStep,
    now: Instant,
) -> Result<Planned, DeskError> {
    let decision = loaded.conversation.tick(policy, now)?;
    let Outcome::Wait(wake) = &decision.outcome else {
        return Ok(Err(format!(
            "no step is planned: {}; ask why the ticket is treated as it is",
            reason(&decision)
        )));
    };
    let waits_only_for_its_time = match (step, &wake.step, &decision.reason) {
        (EarlyStep::Reminder, Step::Reminder(next), Reason::Reminder(of)) => next == of,
        (EarlyStep::Close, Step::Close, Reason::Close) => true,
        _ => false,
    };
    if !waits_only_for_its_time {
        return Ok(Err(format!(
            "the next step is `{}`, and waits because of `{}`; only what waits for nothing but its \
             time can be done before it, and a close only after its reminders",
            key::render_step(&wake.step),
            reason(&decision)
        )));
    }
    let then = loaded.conversation.tick(policy, wake.until)?;
    let Some(action) = requested_action(&then).filter(|action| action.key.step == wake.step) else {
        let why = format!("at its time the step will wait because of `{}`", reason(&then));
        return Ok(Err(why));
    };
    if step == EarlyStep::Reminder && moves_the_close(policy, loaded, action, [now, wake.until])? {
        return Ok(Err(
            "a reminder before it was late, so that this one, sent now, would have the ticket \
             closed before the time that its text may name; wait for its time"
                .into(),
        ));
    }
    Ok(Ok((decision, action.clone())))
}

/// Whether the close depends on which of two instants a reminder is sent at.
fn moves_the_close(
    policy: &Policy,
    loaded: &LoadedTicket,
    reminder: &Action,
    [one, other]: [Instant; 2],
) -> Result<bool, CallError> {
    let mut session = policy.session();
    let mut close_if_sent = |at: Instant| {
        let mut ticket = loaded.conversation.clone();
        let sent = Event::new(Happening::CarriedOut(reminder.key.clone()), at);
        ticket.record(&mut session, None, &Call::Event(sent))?;
        Ok::<_, CallError>(Forecast::of(&mut session, &ticket, at)?.close)
    };
    Ok(close_if_sent(one)? != close_if_sent(other)?)
}

fn reason(decision: &Decision) -> String {
    let json = despertador_contract::decision::decision_json(decision);
    json.get("reason").and_then(Value::as_str).unwrap_or_default().to_owned()
}
