//! Counts the messages to a customer over all of their tickets.
//!
//! The desk maintains the fact `sent-to-customer` of each ticket from its own deliveries, in
//! addition to what the host sends in it. It is an ordinary fact: it is in the journal, and the
//! plugin counts.

use despertador_contract::clock_face::show_rfc3339;
use despertador_contract::event_log::Row;
use despertador_contract::{Instant, Step, Ticket};
use serde_json::{Value, json};

use super::Desk;
use super::ticket::LoadedTicket;
use super::transaction::Transaction;
use crate::error::DeskError;
use crate::store::{KnownAs, Query, SentRow, Store};

/// Messages older than this are omitted, in milliseconds: no policy looks further back than 90
/// days.
const SENT_KEPT_MS: i64 = 92 * 86_400_000;
/// Maximum number of instants that the plugin accepts.
const SENT_INSTANTS_MAX: usize = 64;
/// Maximum number of a customer's open tickets that are updated after a message; the others are
/// updated before their next delivery.
const UPDATED_TICKETS_MAX: usize = 32;

impl<S: Store> Desk<S> {
    /// Records a message in the customer's other open tickets.
    pub(super) fn record_sent_in_others(
        &mut self,
        tx: &mut Transaction,
        loaded: &LoadedTicket,
        key: &str,
        at: Instant,
    ) -> Result<(), DeskError> {
        let Some(customer) = loaded.customer() else { return Ok(()) };
        let query = Query {
            account: loaded.account,
            status: Some("open".into()),
            customer: Some(customer.to_owned()),
            limit: UPDATED_TICKETS_MAX,
            newest_first: true,
            ..Query::default()
        };
        for row in self.store.tickets(&query)? {
            if row.id == loaded.id() {
                continue;
            }
            let Some(mut other) = self.load_readable(tx, row.account, &row.id)? else { continue };
            let now = other.now(tx.now);
            if let Some(sent) = with(&other.conversation.ticket, &[at], now) {
                let row = Row::facts(other.id(), now, sent);
                let note = json!({ "sent-by": key });
                self.record(tx, &mut other, &row, Some(note))?;
            }
            tx.put(other);
        }
        Ok(())
    }

    /// Records in a ticket what its customer was sent in all of their tickets: when the customer
    /// becomes known, and immediately before an action is claimed.
    pub(super) fn record_sent_elsewhere(
        &mut self,
        tx: &mut Transaction,
        loaded: &mut LoadedTicket,
    ) -> Result<(), DeskError> {
        let Some(customer) = loaded.customer() else { return Ok(()) };
        let now = loaded.now(tx.now);
        let after = now.saturating_sub(SENT_KEPT_MS);
        let mut sent = self.store.sent_to(loaded.account, customer, after, SENT_INSTANTS_MAX)?;
        let is_theirs = |row: &&SentRow| row.account == loaded.account && row.customer == customer;
        sent.extend(tx.batch.sent.iter().filter(is_theirs).map(|row| row.at));
        if let Some(sent) = with(&loaded.conversation.ticket, &sent, now) {
            let row = Row::facts(loaded.id(), now, sent);
            self.record(tx, loaded, &row, Some(json!({ "sent-by": "other tickets" })))?;
        }
        Ok(())
    }
}

/// The customer of a ticket before a change.
pub(super) struct Before {
    customer: Option<String>,
    sent: Option<Vec<Instant>>,
}

impl Before {
    pub(super) fn of(loaded: &LoadedTicket) -> Self {
        let sent = loaded.conversation.ticket.sent_to_customer.clone();
        Self { customer: loaded.customer().map(str::to_owned), sent }
    }

    /// Stores the customer's former id, and messages that were not known.
    pub(super) fn note(self, tx: &mut Transaction, loaded: &LoadedTicket) {
        let now = loaded.customer();
        if let Some(customer) = self.customer.clone().filter(|before| now != Some(before.as_str()))
        {
            tx.batch.known_as.push(KnownAs {
                account: loaded.account,
                customer,
                ticket: loaded.no,
            });
        }
        let Some(customer) = now else { return };
        let is_same = self.customer.as_deref() == now;
        let known = self.sent.as_deref().filter(|_| is_same).unwrap_or_default();
        let sent = loaded.conversation.ticket.sent_to_customer.iter().flatten();
        tx.batch.sent.extend(sent.filter(|at| !known.contains(at)).map(|at| SentRow {
            account: loaded.account,
            customer: customer.to_owned(),
            at: *at,
        }));
    }
}

/// The fact with these instants added; `None` if all are known.
pub(super) fn with(ticket: &Ticket, more: &[Instant], now: Instant) -> Option<Value> {
    let known = ticket.sent_to_customer.as_deref().unwrap_or_default();
    let recent = |at: &&Instant| **at > now.saturating_sub(SENT_KEPT_MS);
    let mut sent: Vec<Instant> = known.iter().chain(more).filter(recent).copied().collect();
    sent.sort_unstable();
    sent.dedup();
    let surplus = sent.len().saturating_sub(SENT_INSTANTS_MAX);
    sent.drain(..surplus);
    if more.iter().all(|at| known.contains(at) || !sent.contains(at)) {
        return None;
    }
    let sent: Vec<_> = sent.into_iter().map(show_rfc3339).collect();
    Some(json!({ "sent-to-customer": sent }))
}

/// Whether an action usually reaches the customer, judged by its step.
pub(super) fn reaches_customer(step: &Step) -> bool {
    matches!(step, Step::Reminder(_) | Step::Reply(_))
}

#[cfg(test)]
mod tests {
    use super::*;
    use despertador_contract::Channel;

    #[test]
    fn the_fact_has_what_is_recent_once_and_no_more_than_the_plugin_takes() {
        let now = 100 * 86_400_000;
        let mut ticket = Ticket::open("1", Channel::Sms);
        assert_eq!(with(&ticket, &[], now), None);
        assert_eq!(with(&ticket, &[5], now), None, "it is too old");
        let fact = with(&ticket, &[now, now - 1, now], now).expect("a fact");
        assert_eq!(fact["sent-to-customer"].as_array().map(Vec::len), Some(2));
        ticket.sent_to_customer = Some((0..64).map(|n| now - 1_000 - n).collect());
        let fact = with(&ticket, &[now], now).expect("a fact");
        assert_eq!(fact["sent-to-customer"].as_array().map(Vec::len), Some(SENT_INSTANTS_MAX));
        ticket.sent_to_customer = Some(vec![now]);
        assert_eq!(with(&ticket, &[now], now), None, "it is known");
    }
}
