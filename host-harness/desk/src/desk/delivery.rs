//! Deliveries: actions are checked again, claimed under a lease, and their results are recorded.

use std::collections::{HashMap, HashSet};

use despertador_contract::event_log::Row;
use despertador_contract::key;
use despertador_contract::word::Word;
use despertador_contract::{
    Action, ActionKey, Duration, Event, Failure, FailureKind, Happening, Instant, QuickReply, Step,
    Task, Ticket,
};
use serde_json::{Value, json};

use super::budget;
use super::damage::is_damage;
use super::inbound::{BLOCKED, BLOCKED_RETRY_MS};
use super::incoming::{Incoming, Receipt};
use super::queue::Read;
use super::ticket::LoadedTicket;
use super::transaction::{Entry, Transaction};
use super::{Account, Desk, Lease};
use crate::decision::{may_resend, requested_action, unsupported};
use crate::error::DeskError;
use crate::store::{
    AuditRow, EntryKind, OutboxChange, OutboxRow, OutboxState, Store, UnreadableAction, WaitingRow,
};

/// A claimed action, to be carried out now.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    /// The account.
    pub account: String,
    /// The ticket.
    pub ticket: String,
    /// The idempotency key, unique within the account: carrying it out twice must have the effect
    /// of once.
    pub key: String,
    /// Number of attempts, including this one.
    pub attempt: u32,
    /// The deadline.
    pub due: Instant,
    /// The action.
    pub action: Action,
    /// The current facts of the ticket, for sinks that need them.
    pub facts: Ticket,
}

/// The result of a [`Delivery`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryReport {
    /// The account.
    pub account: String,
    /// The idempotency key.
    pub key: String,
    /// When the result was known.
    pub at: Instant,
    /// The result.
    pub outcome: DeliveryOutcome,
}

/// The result of an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeliveryOutcome {
    /// Carried out, now or earlier under the same key.
    Done,
    /// Failed for now; the sentence says what happened.
    Retry(String),
    /// Failed for now, and not to be tried again before a pause that the receiver has named.
    RetryAfter {
        /// What happened.
        why: String,
        /// The pause, in milliseconds, at most [`longest_retry_after`](crate::Options).
        pause: Duration,
    },
    /// Refused for good; the sentence says why.
    Refused(String),
    /// The customer has blocked the sender or is gone; the sentence says why.
    Blocked(String),
    /// Nothing was tried, and this is no attempt: the plugin has to be asked again first, or the
    /// receiver's limit of requests is used up.
    Postponed {
        /// Why.
        why: String,
        /// The pause until the action can be claimed again, in milliseconds.
        pause: Duration,
    },
}

/// Counts of the results in a call of [`Desk::record_deliveries`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DeliveryCounts {
    /// Carried out.
    pub done: usize,
    /// To be repeated.
    pub retried: usize,
    /// Dead letters.
    pub given_up: usize,
    /// Reports of actions that are not in the outbox.
    pub stale: usize,
    /// Not tried.
    pub postponed: usize,
}

/// How many actions can be claimed.
pub(super) struct Slots {
    pub(super) budget: usize,
    per_account: usize,
    /// Number of claimed actions by account.
    in_flight: HashMap<i64, usize>,
}

impl Slots {
    /// How many actions of an account can be claimed.
    pub(super) fn room(&self, account: i64) -> usize {
        let claimed = self.in_flight.get(&account).copied().unwrap_or_default();
        self.per_account.saturating_sub(claimed)
    }
}

/// Actions that are claimed once their transaction is committed.
pub(super) struct Claim {
    slots: Slots,
    /// Account and number of the tickets.
    touched: Vec<(i64, i64)>,
    /// The account, the row, its customer, and what is to be carried out.
    claimed: Vec<(i64, WaitingRow, Option<String>, Delivery)>,
    /// Reports of actions that no receiver can carry out.
    unfit: Vec<DeliveryReport>,
}

impl<S: Store> Desk<S> {
    /// Claims at most `budget` due actions.
    ///
    /// The plugin evaluates each ticket again immediately before; actions that it no longer
    /// requests are withdrawn. A claimed action is not returned again until its result is
    /// [recorded](Self::record_deliveries), its lease ends, or the desk is reopened.
    ///
    /// # Errors
    ///
    /// See [`DeskError`]; nothing was claimed.
    pub fn claim_deliveries(
        &mut self,
        now: Instant,
        budget: usize,
    ) -> Result<Vec<Delivery>, DeskError> {
        self.claim_deliveries_per_account(now, budget, usize::MAX)
    }

    /// The same, with at most `per_account` claimed actions per account, including earlier ones, so
    /// that one account's slow receiver does not delay the others.
    ///
    /// A customer has at most one claimed action at a time, so that two tickets cannot exceed their
    /// common budget.
    ///
    /// # Errors
    ///
    /// See [`DeskError`]; nothing was claimed.
    pub fn claim_deliveries_per_account(
        &mut self,
        now: Instant,
        budget: usize,
        per_account: usize,
    ) -> Result<Vec<Delivery>, DeskError> {
        match self.claim(now, budget, per_account) {
            // Claims each in its own commit, to find those for which the commit failed.
            Err(error) if is_damage(&error) && !self.suspects.is_empty() => {
                let suspects = std::mem::take(&mut self.suspects);
                if let [_] = suspects[..] {
                    self.isolate(now, &suspects, &error)?;
                    return Ok(Vec::new());
                }
                let mut deliveries = Vec::new();
                for _ in suspects {
                    match self.claim(now, 1, per_account) {
                        Ok(more) => deliveries.extend(more),
                        Err(error) if is_damage(&error) && self.suspects.len() == 1 => {
                            let suspect = std::mem::take(&mut self.suspects);
                            self.isolate(now, &suspect, &error)?;
                        }
                        // Claimed actions can be claimed again when their lease ends.
                        Err(error) if deliveries.is_empty() => return Err(error),
                        Err(_) => break,
                    }
                }
                Ok(deliveries)
            }
            claimed => claimed,
        }
    }

    fn claim(
        &mut self,
        now: Instant,
        budget: usize,
        per_account: usize,
    ) -> Result<Vec<Delivery>, DeskError> {
        self.suspects.clear();
        let mut tx = self.begin(now);
        let slots = self.slots(now, budget, per_account);
        let claim = self.claim_due(&mut tx, slots).inspect_err(|_| self.queues.forget())?;
        let suspects = claim.touched.clone();
        if let Err(error) = self.commit(tx) {
            self.suspects = suspects;
            return Err(error);
        }
        let (deliveries, unfit) = self.note_claim(now, claim);
        if !unfit.is_empty() {
            self.record_deliveries(now, &unfit)?;
        }
        Ok(deliveries)
    }

    /// How many actions can be claimed, after leases without a report have ended.
    pub(super) fn slots(&mut self, now: Instant, budget: usize, per_account: usize) -> Slots {
        self.expire_leases(now);
        let mut in_flight: HashMap<i64, usize> = HashMap::new();
        for lease in self.leases.values() {
            let count = in_flight.entry(lease.account).or_default();
            *count = count.saturating_add(1);
        }
        let slots = Slots { budget, per_account: per_account.max(1), in_flight };
        let full = slots.in_flight.keys().copied().filter(|account| slots.room(*account) == 0);
        self.full = full.collect();
        slots
    }

    /// Claims due actions in a transaction. Their leases begin with [`note_claim`](Self::note_claim)
    /// after its commit.
    pub(super) fn claim_due(
        &mut self,
        tx: &mut Transaction,
        slots: Slots,
    ) -> Result<Claim, DeskError> {
        let now = tx.now;
        let (store, leases) = (&self.store, &self.leases);
        let is_taken =
            |account: i64, key: &str| leases.contains_key(&Self::lease_key(account, key));
        let read = |account: i64, behind, limit: usize| {
            let rows = store.outbox_due(account, now, behind, limit)?;
            let is_all = rows.len() < limit;
            let next = if is_all { store.earliest_outbox(account, now)? } else { None };
            Ok(Read { rows, next, is_all })
        };
        let room = |account| slots.room(account);
        let taken = self.queues.next_batch(now, slots.budget, room, is_taken, read)?;
        let mut customers: HashSet<(i64, String)> = self
            .leases
            .values()
            .filter_map(|lease| Some((lease.account, lease.customer.clone()?)))
            .collect();
        let touched = taken.iter().map(|(account, row)| (*account, row.ticket)).collect();
        let mut claim = Claim { slots, touched, claimed: Vec::new(), unfit: Vec::new() };
        for (account, waiting) in taken {
            let picked = match key::parse(&waiting.key) {
                Ok(parsed) => self.load_readable(tx, account, &parsed.ticket)?,
                Err(_) => None,
            };
            let Some(mut loaded) = picked.filter(|loaded| !self.is_damaged(loaded.no)) else {
                move_aside(tx, account, waiting);
                continue;
            };
            let customer = loaded.customer().map(str::to_owned);
            let place = loaded.outbox_place(&waiting.key);
            let row = place.and_then(|place| loaded.outbox.get(place));
            if row.is_none_or(|row| !row.state.is_open() || row.next > now) {
                self.queues.release(account, customer.as_deref());
                tx.put(loaded);
                continue;
            }
            if let Some(customer) = &customer
                && customers.contains(&(account, customer.clone()))
            {
                self.queues.hold(account, customer.clone(), waiting);
                tx.put(loaded);
                continue;
            }
            // The budget applies to all tickets of the customer.
            self.record_sent_elsewhere(tx, &mut loaded)?;
            match self.recheck(tx, &mut loaded, &waiting.key)? {
                Some((delivery, None)) => {
                    customers.extend(customer.clone().map(|customer| (account, customer)));
                    claim.claimed.push((account, waiting, customer, delivery));
                }
                Some((delivery, Some(why))) => claim.unfit.push(DeliveryReport {
                    account: delivery.account,
                    key: delivery.key,
                    at: now,
                    outcome: DeliveryOutcome::Refused(why),
                }),
                // No longer requested: the next action of the same customer is released.
                None => self.queues.release(account, customer.as_deref()),
            }
            tx.put(loaded);
        }
        Ok(claim)
    }

    /// Begins the leases of claimed actions after their commit. Returns also the reports of those that
    /// no receiver can carry out, to be recorded.
    pub(super) fn note_claim(
        &mut self,
        now: Instant,
        claim: Claim,
    ) -> (Vec<Delivery>, Vec<DeliveryReport>) {
        let lease = i64::try_from(self.options.lease).unwrap_or(i64::MAX);
        let until = now.saturating_add(lease);
        let Claim { mut slots, claimed, unfit, .. } = claim;
        let mut deliveries = Vec::with_capacity(claimed.len());
        for (account, row, customer, delivery) in claimed {
            let key = Self::lease_key(account, &row.key);
            self.leases.insert(key, Lease { since: now, until, account, customer, row });
            let count = slots.in_flight.entry(account).or_default();
            *count = count.saturating_add(1);
            if slots.room(account) == 0 {
                self.full.insert(account);
            }
            deliveries.push(delivery);
        }
        (deliveries, unfit)
    }

    /// Ends leases without a report; their actions can be claimed again.
    fn expire_leases(&mut self, now: Instant) {
        let ended: Vec<String> = self
            .leases
            .iter()
            .filter(|(_, lease)| !lease.covers(now))
            .map(|(key, _)| key.clone())
            .collect();
        for key in ended {
            if let Some(lease) = self.leases.remove(&key) {
                self.queues.give_back(lease.account, lease.row, lease.customer.as_deref());
            }
        }
    }

    /// Evaluates the ticket and checks that an action is still requested; `None` if it is not, or
    /// if the plugin failed.
    fn recheck(
        &mut self,
        tx: &mut Transaction,
        loaded: &mut LoadedTicket,
        key: &str,
    ) -> Result<Option<(Delivery, Option<String>)>, DeskError> {
        let Account { policy, row: account } = self.account_of(loaded.account)?;
        let (policy, version, name) = (policy.clone(), account.policy, account.name.clone());
        let Some(place) = loaded.outbox_place(key) else { return Ok(None) };
        if loaded.deferred.is_some() {
            tx.withdraw(loaded, place, "the plugin cannot say whether it is still wanted");
            return Ok(None);
        }
        if loaded.is_requested(key, tx.now, version)
            && let Some(OutboxRow { action: Ok(action), .. }) = loaded.outbox.get(place)
        {
            let action = action.clone();
            return self.deliverable(tx, loaded, place, name, action);
        }
        let decision = match loaded.conversation.tick(&policy, loaded.now(tx.now)) {
            Ok(decision) => decision,
            Err(error) => {
                self.defer(tx, loaded, &error);
                return Ok(None);
            }
        };
        let wanted = requested_action(&decision).filter(|action| key::render(&action.key) == key);
        if let Some(action) = wanted {
            return self.deliverable(tx, loaded, place, name, action.clone());
        }
        let Some(row) = loaded.outbox.get(place) else { return Ok(None) };
        let by_hand = row.action.as_ref().ok().filter(|action| {
            row.state == OutboxState::ByHand && may_resend(&decision, &action.key.step)
        });
        if let Some(action) = by_hand {
            return Ok(Some(delivery(name, loaded, row, action.clone())));
        }
        let entry = Entry { policy: version, decision: Some(&decision), ..Entry::default() };
        tx.add_entry(loaded, EntryKind::Ticked, entry);
        self.settle(tx, loaded, &decision);
        Ok(None)
    }

    /// Records what was read back from the receiver of a claimed action, and says whether the action
    /// is still to be carried out: `None` if so, otherwise the outcome to report in its place.
    ///
    /// # Errors
    ///
    /// See [`DeskError`]; nothing was recorded, and the action must not be carried out.
    pub fn confirm_delivery(
        &mut self,
        now: Instant,
        delivery: &Delivery,
        heard: &[Incoming],
    ) -> Result<Option<DeliveryOutcome>, DeskError> {
        let receipts = self.record_events(now, heard)?;
        let refused = receipts.iter().find_map(|receipt| match receipt {
            Receipt::Refused(why) => Some(why),
            _ => None,
        });
        if let Some(why) = refused {
            let why = format!("what the receiver knows of this ticket cannot be recorded: {why}");
            return Ok(Some(DeliveryOutcome::Retry(why)));
        }
        let is_news = receipts.iter().any(|receipt| *receipt != Receipt::Duplicate);
        // What came another way since the claim may have withdrawn the action.
        if !is_news && self.is_open(delivery)? {
            return Ok(None);
        }
        let why = "something was read back that the plugin did not know".to_owned();
        Ok(Some(DeliveryOutcome::Postponed { why, pause: 0 }))
    }

    /// Whether an action is still in the outbox, to be carried out.
    fn is_open(&mut self, delivery: &Delivery) -> Result<bool, DeskError> {
        let outbox = self.query_ticket(&delivery.account, &delivery.ticket)?.outbox;
        Ok(outbox.iter().any(|row| row.key == delivery.key && row.state.is_open()))
    }

    /// A requested action, to be carried out unless something unread names its ticket.
    fn deliverable(
        &mut self,
        tx: &mut Transaction,
        loaded: &mut LoadedTicket,
        place: usize,
        account: String,
        action: Action,
    ) -> Result<Option<(Delivery, Option<String>)>, DeskError> {
        if self.is_blocked(loaded, &action.key.step)? {
            postpone(tx, loaded, place, BLOCKED, BLOCKED_RETRY_MS);
            return Ok(None);
        }
        let row = loaded.outbox.get(place);
        Ok(row.map(|row| delivery(account, loaded, row, action)))
    }

    /// Records the results of claimed actions. The plugin records carried out actions and
    /// dead letters; other failures are repeated later. A second report of the same result changes
    /// nothing.
    ///
    /// # Errors
    ///
    /// See [`DeskError`]; the actions can be claimed again under their keys.
    pub fn record_deliveries(
        &mut self,
        now: Instant,
        reports: &[DeliveryReport],
    ) -> Result<DeliveryCounts, DeskError> {
        let mut tx = self.begin(now);
        let settled = self.record_reports(&mut tx, reports)?;
        self.commit(tx)?;
        Ok(settled)
    }

    /// Records results in a transaction.
    pub(super) fn record_reports(
        &mut self,
        tx: &mut Transaction,
        reports: &[DeliveryReport],
    ) -> Result<DeliveryCounts, DeskError> {
        let mut settled = DeliveryCounts::default();
        for report in reports {
            let known = self.account(&report.account).ok().map(|account| account.row.no);
            let parsed = key::parse(&report.key).ok();
            let (Some(account), Some(parsed)) = (known, parsed) else {
                settled.stale = settled.stale.saturating_add(1);
                continue;
            };
            // The lease ends here; if this is not committed the action can be claimed again.
            if let Some(lease) = self.leases.remove(&Self::lease_key(account, &report.key)) {
                self.full.remove(&account);
                self.queues.release(account, lease.customer.as_deref());
            }
            let Some(mut loaded) = self.load_readable(tx, account, &parsed.ticket)? else {
                settled.stale = settled.stale.saturating_add(1);
                continue;
            };
            let place = loaded
                .outbox_place(&report.key)
                .filter(|place| loaded.outbox.get(*place).is_some_and(|row| row.state.is_open()));
            let count = match place {
                // It was withdrawn while it was claimed, and carried out nevertheless. A failure
                // does not count: it was reported after the withdrawal.
                None if report.outcome == DeliveryOutcome::Done
                    && loaded.outbox_place(&report.key).is_none()
                    && !is_recorded(&loaded, &parsed) =>
                {
                    let spoke = budget::reaches_customer(&parsed.step);
                    let note = json!({ "withdrawn": true });
                    self.carried_out(tx, &mut loaded, parsed, report.at, note, spoke)?;
                    &mut settled.done
                }
                None => &mut settled.stale,
                Some(place) => self.report(tx, &mut loaded, place, report, &mut settled)?,
            };
            *count = count.saturating_add(1);
            tx.put(loaded);
        }
        Ok(settled)
    }

    fn report<'s>(
        &mut self,
        tx: &mut Transaction,
        loaded: &mut LoadedTicket,
        place: usize,
        report: &DeliveryReport,
        settled: &'s mut DeliveryCounts,
    ) -> Result<&'s mut usize, DeskError> {
        let Ok(parsed) = key::parse(&report.key) else { return Ok(&mut settled.stale) };
        let Some(row) = loaded.outbox.get(place) else { return Ok(&mut settled.stale) };
        let attempt = row.attempts.saturating_add(1);
        let counts = tx.count(loaded.account);
        let (kind, why) = match &report.outcome {
            DeliveryOutcome::Done => {
                counts.done = counts.done.saturating_add(1);
                tx.carried_out.push((row.due, report.at));
                let row = loaded.outbox.remove(place);
                loaded.is_changed = true;
                tx.batch.outbox.push(OutboxChange::Remove { ticket: loaded.no, key: row.key });
                // The result was recorded from another source first.
                if !is_recorded(loaded, &parsed) {
                    let mut note = json!({ "attempt": attempt, "due": row.due });
                    let action = row.action.as_ref().ok();
                    let offered = action.map(offered).unwrap_or_default();
                    if let (false, Value::Object(note)) = (offered.is_empty(), &mut note) {
                        let offered = offered
                            .iter()
                            .map(|reply| json!({ "id": reply.id, "title": reply.title }))
                            .collect();
                        note.insert("quick-replies".into(), offered);
                    }
                    let spoke = action.is_some_and(|action| action.task.reaches_customer());
                    self.carried_out(tx, loaded, parsed, report.at, note, spoke)?;
                }
                return Ok(&mut settled.done);
            }
            DeliveryOutcome::Retry(why) | DeliveryOutcome::RetryAfter { why, .. }
                if attempt < i64::from(self.options.attempts) =>
            {
                counts.retried = counts.retried.saturating_add(1);
                let requested_action = match &report.outcome {
                    DeliveryOutcome::RetryAfter { pause, .. } => *pause,
                    _ => 0,
                };
                self.schedule_retry(tx, loaded, place, attempt, why, requested_action);
                return Ok(&mut settled.retried);
            }
            DeliveryOutcome::Retry(why) | DeliveryOutcome::RetryAfter { why, .. } => {
                (FailureKind::Unreachable, why)
            }
            DeliveryOutcome::Refused(why) => (FailureKind::Refused, why),
            DeliveryOutcome::Blocked(why) => (FailureKind::Blocked, why),
            DeliveryOutcome::Postponed { why, pause } => {
                postpone(tx, loaded, place, why, *pause);
                return Ok(&mut settled.postponed);
            }
        };
        give_up(tx, loaded, place, attempt, why);
        let happening = Happening::Failed(Failure { key: parsed, kind });
        self.record_result(tx, loaded, happening, report.at, Value::Null)?;
        Ok(&mut settled.given_up)
    }

    /// Records that an action was carried out, and, if it was a message, in all tickets of the
    /// customer.
    fn carried_out(
        &mut self,
        tx: &mut Transaction,
        loaded: &mut LoadedTicket,
        key: ActionKey,
        at: Instant,
        note: Value,
        spoke: bool,
    ) -> Result<(), DeskError> {
        let now = loaded.now(tx.now);
        let at = loaded.now(at.min(now));
        let spoke = spoke && loaded.customer().is_some();
        let text = key::render(&key);
        let what = Happening::CarriedOut(key);
        let event = Event { id: None, sequence: None, at, received_at: now, what };
        let mut row = Row::event(loaded.id(), event.clone());
        if spoke {
            row.facts = budget::with(&loaded.conversation.ticket, &[at], now);
        }
        self.record(tx, loaded, &row, Some(note))?;
        self.forward_result(tx, loaded, &event)?;
        if spoke { self.record_sent_in_others(tx, loaded, &text, at) } else { Ok(()) }
    }

    /// Moves an action to the dead letters because a failure was reported by another source.
    pub(super) fn give_up_failed(
        &self,
        tx: &mut Transaction,
        loaded: &mut LoadedTicket,
        failure: &Failure,
    ) {
        let key = key::render(&failure.key);
        let open = |row: &OutboxRow| row.key == key && row.state.is_open();
        let Some(place) = loaded.outbox.iter().position(open) else { return };
        let attempts = loaded.outbox.get(place).map_or(0, |row| row.attempts);
        let why = format!("it failed after it was sent: {}", failure.kind.word());
        give_up(tx, loaded, place, attempts.saturating_add(1), &why);
    }

    /// Records the result of an action.
    fn record_result(
        &mut self,
        tx: &mut Transaction,
        loaded: &mut LoadedTicket,
        what: Happening,
        at: Instant,
        note: Value,
    ) -> Result<(), DeskError> {
        let now = loaded.now(tx.now);
        let at = loaded.now(at.min(now));
        let event = Event { id: None, sequence: None, at, received_at: now, what };
        let row = Row::event(loaded.id(), event.clone());
        self.record(tx, loaded, &row, Some(note).filter(|note| !note.is_null()))?;
        self.forward_result(tx, loaded, &event)
    }

    fn schedule_retry(
        &mut self,
        tx: &mut Transaction,
        loaded: &mut LoadedTicket,
        place: usize,
        attempt: i64,
        why: &str,
        requested_action: Duration,
    ) {
        let requested_action =
            i64::try_from(requested_action.min(self.options.longest_retry_after))
                .unwrap_or(i64::MAX);
        let pause = self.pause(&loaded.outbox, place, attempt).max(requested_action);
        let Some(row) = loaded.outbox.get_mut(place) else { return };
        row.attempts = attempt;
        row.next = tx.now.saturating_add(pause);
        row.why = Some(why.to_owned());
        let note = json!({ "key": row.key, "attempt": attempt, "why": why });
        tx.batch.outbox.push(OutboxChange::Put(Box::new(row.clone())));
        tx.add_entry(
            loaded,
            EntryKind::NotDelivered,
            Entry { note: Some(note), ..Entry::default() },
        );
    }

    /// The pause before the next attempt: it doubles, with a jitter of up to one half that depends
    /// on key and attempt.
    fn pause(&self, outbox: &[OutboxRow], place: usize, attempt: i64) -> i64 {
        let doubled = u32::try_from(attempt.saturating_sub(1).clamp(0, 30)).unwrap_or(0);
        let whole = self
            .options
            .first_pause
            .saturating_mul(1_u64.checked_shl(doubled).unwrap_or(u64::MAX))
            .min(self.options.longest_pause);
        let key = outbox.get(place).map_or("", |row| row.key.as_str());
        let hash = key.bytes().chain(attempt.to_le_bytes()).fold(0xcbf2_9ce4_8422_2325, fnv);
        let half = whole.div_euclid(2);
        let pause = half.saturating_add(hash.checked_rem(half.max(1)).unwrap_or(0));
        i64::try_from(pause).unwrap_or(i64::MAX)
    }

    /// The dead letters of an account, the oldest first.
    ///
    /// # Errors
    ///
    /// See [`DeskError`].
    pub fn query_dead_letters(
        &self,
        account: &str,
        limit: usize,
    ) -> Result<Vec<OutboxRow>, DeskError> {
        let account = self.account(account)?.row.no;
        Ok(self.store.dead_letters(account, limit)?)
    }

    /// Sends a dead letter again. It is checked like any other action: a message to a silent
    /// customer is only sent if they are still silent.
    ///
    /// # Errors
    ///
    /// See [`DeskError`].
    pub fn resend_dead_letter(
        &mut self,
        now: Instant,
        account: &str,
        key: &str,
        by: &str,
    ) -> Result<(), DeskError> {
        self.change_dead_letter(
            now,
            account,
            key,
            by,
            "dead-letter-sent-again",
            |tx, loaded, place| {
                let Some(row) = loaded.outbox.get_mut(place) else { return Ok(()) };
                if let Err(UnreadableAction { why, .. }) = &row.action {
                    let said = format!("action `{key}` cannot be read: {why}; discard it");
                    return Err(DeskError::Unreadable(said));
                }
                row.state = OutboxState::ByHand;
                row.attempts = 0;
                row.next = now;
                let note = json!({ "key": row.key, "by": by });
                tx.batch.outbox.push(OutboxChange::Put(Box::new(row.clone())));
                tx.add_entry(
                    loaded,
                    EntryKind::SentAgain,
                    Entry { note: Some(note), ..Entry::default() },
                );
                Ok(())
            },
        )
    }

    /// Discards a dead letter.
    ///
    /// # Errors
    ///
    /// See [`DeskError`].
    pub fn discard_dead_letter(
        &mut self,
        now: Instant,
        account: &str,
        key: &str,
        by: &str,
    ) -> Result<(), DeskError> {
        self.change_dead_letter(
            now,
            account,
            key,
            by,
            "dead-letter-discarded",
            |tx, loaded, place| {
                tx.withdraw(loaded, place, "somebody has discarded it");
                Ok(())
            },
        )
    }

    fn change_dead_letter(
        &mut self,
        now: Instant,
        account: &str,
        key: &str,
        by: &str,
        what: &str,
        change: impl FnOnce(&mut Transaction, &mut LoadedTicket, usize) -> Result<(), DeskError>,
    ) -> Result<(), DeskError> {
        let account = self.account(account)?.row.no;
        let unknown = || DeskError::UnknownAction(key.to_owned());
        let parsed = key::parse(key).map_err(|_| unknown())?;
        let mut tx = self.begin(now);
        let mut loaded = self.load(&mut tx, account, &parsed.ticket)?.ok_or_else(unknown)?;
        let dead = |row: &OutboxRow| row.key == key && row.state == OutboxState::Dead;
        let place = loaded.outbox.iter().position(dead);
        if let Some(place) = place {
            change(&mut tx, &mut loaded, place)?;
            tx.batch.audit.push(AuditRow {
                account,
                at: now,
                by: by.to_owned(),
                what: what.to_owned(),
                details: json!({ "key": key }).to_string(),
            });
        }
        tx.put(loaded);
        self.commit(tx)?;
        place.map(|_| ()).ok_or_else(unknown)
    }
}

/// Postpones an action without an attempt. The journal has each reason once, until it changes.
fn postpone(
    tx: &mut Transaction,
    loaded: &mut LoadedTicket,
    place: usize,
    why: &str,
    pause: Duration,
) {
    let Some(row) = loaded.outbox.get_mut(place) else { return };
    let is_new = row.why.as_deref() != Some(why);
    row.next = tx.now.saturating_add_unsigned(pause);
    row.why = Some(why.to_owned());
    let row: OutboxRow = row.clone();
    let note = json!({ "key": row.key, "why": why });
    loaded.is_changed = true;
    tx.batch.outbox.push(OutboxChange::Put(Box::new(row)));
    if is_new {
        let entry = Entry { note: Some(note), ..Entry::default() };
        tx.add_entry(loaded, EntryKind::NotDelivered, entry);
    }
}

/// The delivery of an action, and why no receiver can carry it out.
fn delivery(
    account: String,
    loaded: &LoadedTicket,
    row: &OutboxRow,
    action: Action,
) -> (Delivery, Option<String>) {
    let why = unsupported(&action);
    let delivery = Delivery {
        account,
        ticket: loaded.id().to_owned(),
        key: row.key.clone(),
        attempt: u32::try_from(row.attempts.saturating_add(1)).unwrap_or(u32::MAX),
        due: action.due,
        action,
        facts: loaded.conversation.ticket.clone(),
    };
    (delivery, why)
}

/// Turns an action into a dead letter because its key or ticket cannot be read.
fn move_aside(tx: &mut Transaction, account: i64, row: WaitingRow) {
    tracing::error!(account, key = row.key, "an action was moved aside: its ticket cannot be read");
    let why = "its ticket cannot be read or written; look at the log, and restore a backup if the \
               ticket is to go on";
    let counts = tx.count(account);
    counts.given_up = counts.given_up.saturating_add(1);
    tx.batch.outbox.push(OutboxChange::MoveAside {
        ticket: row.ticket,
        key: row.key,
        why: why.to_owned(),
    });
}

/// Turns an action into a dead letter.
fn give_up(
    tx: &mut Transaction,
    loaded: &mut LoadedTicket,
    place: usize,
    attempts: i64,
    why: &str,
) {
    let Some(row) = loaded.outbox.get_mut(place) else { return };
    row.state = OutboxState::Dead;
    row.attempts = attempts;
    row.why = Some(why.to_owned());
    let note = json!({ "key": row.key, "attempt": attempts, "why": why });
    tx.batch.outbox.push(OutboxChange::Put(Box::new(row.clone())));
    let counts = tx.count(loaded.account);
    counts.given_up = counts.given_up.saturating_add(1);
    tx.add_entry(loaded, EntryKind::GivenUp, Entry { note: Some(note), ..Entry::default() });
}

/// The quick replies of an action, except those beside a closing text: a closed ticket awaits no
/// answer.
fn offered(action: &Action) -> &[QuickReply] {
    match (&action.task, action.task.message()) {
        (Task::Send(_) | Task::Reply(_), Some(message)) => &message.quick_replies,
        _ => &[],
    }
}

/// Whether this action, or one of a later cycle, was recorded as carried out.
pub(super) fn is_recorded(loaded: &LoadedTicket, key: &ActionKey) -> bool {
    let conversation = &loaded.conversation;
    if matches!(key.step, Step::Reply(_)) {
        return conversation.replied().iter().any(|reply| reply.step == key.step);
    }
    let latest = conversation.carried_out().last().map_or(0, |last| last.cycle);
    key.cycle < latest || conversation.carried_out().contains(key)
}

fn fnv(hash: u64, byte: u8) -> u64 {
    (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
}
