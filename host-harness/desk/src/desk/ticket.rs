//! A ticket loaded into memory.

use despertador_contract::facts;
use despertador_contract::key;
use despertador_contract::{ActionKey, Channel, Decision, Instant, Step, Ticket, TicketStatus};
use despertador_host::Conversation;
use despertador_lime::canonical_customer;
use serde_json::Value;

use crate::decision::requested_action;
use crate::error::DeskError;
use crate::store::{AliasRow, Consumed, OutboxRow, TicketChange, TicketRow};

/// The fact with the customer's id.
const CUSTOMER: &str = "customer.id";

/// The fact with another name of the customer, by which their tickets can be found.
const ALIAS: &str = "customer.alias";

/// The fact with the id of the ticket that continues this one.
pub(crate) const CONTINUED_BY: &str = "continued-by";

/// Maximum number of event ids of a ticket that are kept in memory.
const CONSUMED_MAX: usize = 32;

/// A ticket with its memory and its outbox.
#[derive(Debug, Clone)]
pub(crate) struct LoadedTicket {
    pub(crate) no: i64,
    pub(crate) account: i64,
    /// The stored version; 0 if the ticket is not stored.
    pub(crate) version: i64,
    pub(crate) lane: i64,
    pub(crate) conversation: Conversation,
    pub(crate) outbox: Vec<OutboxRow>,
    pub(crate) due: Option<Instant>,
    pub(crate) next_step: Option<Step>,
    pub(crate) deferred: Option<String>,
    pub(crate) failures: i64,
    pub(crate) pending: Option<i64>,
    pub(crate) last: i64,
    /// The instant of its latest record.
    latest: Instant,
    /// The customer's id in its canonical spelling.
    customer: Option<String>,
    facts: String,
    carried_out: String,
    /// The action of the latest decision.
    requested: Option<Requested>,
    /// The digests of all its event ids; `None` if only the store knows them.
    consumed: Option<Vec<[u8; 16]>>,
    /// Whether the ticket has changes to commit.
    pub(crate) is_changed: bool,
    moved: bool,
    rescheduled: bool,
}

/// An action that the plugin has requested, and all that its decision came from besides the facts
/// and the memory of the ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Requested {
    key: String,
    at: Instant,
    policy: i64,
}

impl LoadedTicket {
    /// An unknown ticket. Until its channel is known, the channel has no abilities.
    pub(crate) fn new(no: i64, account: i64, id: &str) -> Self {
        Self {
            no,
            account,
            version: 0,
            lane: 0,
            conversation: Conversation::new(Ticket::open(id, Channel::Other("unknown".into()))),
            outbox: Vec::new(),
            due: None,
            next_step: None,
            deferred: None,
            failures: 0,
            pending: None,
            last: 0,
            latest: Instant::MIN,
            customer: None,
            facts: String::new(),
            carried_out: String::new(),
            requested: None,
            consumed: Some(Vec::new()),
            is_changed: false,
            moved: true,
            rescheduled: true,
        }
    }

    pub(crate) fn from_row(row: TicketRow, outbox: Vec<OutboxRow>) -> Result<Self, DeskError> {
        let unreadable = |what: &str, why: String| {
            DeskError::Unreadable(format!(
                "the {what} of ticket `{}` cannot be read: {why}",
                row.id
            ))
        };
        let mut ticket = Ticket::open(row.id.clone(), Channel::Other("unknown".into()));
        let stored: Value = serde_json::from_str(&row.facts)
            .map_err(|error| unreadable("facts", error.to_string()))?;
        facts::apply(&mut ticket, &stored)
            .map_err(|wrong| unreadable("facts", wrong.to_string()))?;
        let keys =
            read_keys(&row.id, &row.carried_out).map_err(|why| unreadable("actions", why))?;
        Ok(Self {
            no: row.no,
            account: row.account,
            version: row.version,
            lane: row.lane,
            conversation: Conversation::resume(ticket, row.memory, keys),
            outbox,
            due: row.due,
            next_step: row.next_step,
            deferred: row.deferred,
            failures: row.failures,
            pending: row.pending,
            last: row.last,
            latest: row.changed,
            customer: row.customer,
            facts: row.facts,
            carried_out: row.carried_out,
            requested: None,
            consumed: None,
            is_changed: false,
            moved: false,
            rescheduled: false,
        })
    }

    /// The ticket that continues this one, from the fact `continued-by`.
    pub(crate) fn continued_by(&self) -> Option<&str> {
        self.other_fact(CONTINUED_BY)
    }

    fn other_fact(&self, name: &str) -> Option<&str> {
        let more = self.conversation.ticket.more.iter().flatten();
        more.into_iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The customer's id in its canonical spelling, from the fact `customer.id`.
    pub(crate) fn customer(&self) -> Option<&str> {
        self.customer.as_deref()
    }

    /// Another name of the customer to be stored.
    pub(crate) fn new_alias(&self) -> Option<AliasRow> {
        let alias = canonical_customer(self.other_fact(ALIAS).filter(|_| self.moved)?);
        Some(AliasRow { account: self.account, alias, ticket: self.no })
    }

    /// Continues another ticket: takes over its facts, its memory and the keys of its actions. Only
    /// for a ticket without records.
    pub(crate) fn go_on_from(&mut self, facts: Ticket, memory: Vec<u8>, carried_out: &[ActionKey]) {
        let id = self.id().to_owned();
        let keys = carried_out.iter().map(|key| ActionKey { ticket: id.clone(), ..key.clone() });
        let facts = Ticket { id: id.clone(), status: TicketStatus::Open, ..facts };
        self.conversation = Conversation::resume(facts, memory, keys);
        self.facts_changed();
        self.carried_out_changed();
    }

    pub(crate) fn id(&self) -> &str {
        &self.conversation.ticket.id
    }

    /// Notes that the facts differ from the stored ones.
    pub(crate) fn facts_changed(&mut self) {
        self.customer = self.other_fact(CUSTOMER).map(canonical_customer);
        self.facts.clear();
        self.moved = true;
    }

    /// Notes that an action was carried out.
    pub(crate) fn carried_out_changed(&mut self) {
        let keys = self.conversation.carried_out().iter().chain(self.conversation.replied());
        self.carried_out = write_keys(keys);
    }

    /// The current instant for this ticket: it never goes back, even if the clock does.
    pub(crate) fn now(&self, clock: Instant) -> Instant {
        clock.max(self.latest)
    }

    /// Notes a record, and returns its instant.
    pub(crate) fn recorded(&mut self, clock: Instant) -> Instant {
        self.latest = self.now(clock);
        self.is_changed = true;
        self.latest
    }

    pub(crate) fn schedule(&mut self, due: Option<Instant>, next_step: Option<Step>) {
        self.rescheduled |= self.due != due;
        self.is_changed |= self.due != due || self.next_step != next_step;
        self.due = due;
        self.next_step = next_step;
    }

    /// Whether an event was recorded before; `None` if only the store knows.
    pub(crate) fn has_consumed(&self, event: &Consumed) -> Option<bool> {
        self.consumed.as_ref().map(|known| known.contains(&event.digest))
    }

    /// Notes that an event was recorded.
    pub(crate) fn note_consumed(&mut self, event: &Consumed) {
        self.consumed = self.consumed.take().filter(|known| known.len() < CONSUMED_MAX);
        if let Some(known) = &mut self.consumed {
            known.push(event.digest);
        }
    }

    /// Notes the action that the ticket's latest decision requests, if the outbox has it as it was
    /// requested.
    pub(crate) fn note_requested(&mut self, decision: &Decision, clock: Instant, policy: i64) {
        let at = self.now(clock);
        self.requested = requested_action(decision).and_then(|action| {
            let key = key::render(&action.key);
            let row = self.outbox.iter().find(|row| row.key == key)?;
            let is_same = row.action.as_ref().is_ok_and(|known| known == action);
            is_same.then_some(Requested { key, at, policy })
        });
    }

    /// Forgets the latest decision.
    pub(crate) fn forget_requested(&mut self) {
        self.requested = None;
    }

    /// Whether the plugin would request this action if it were asked now. It is a pure function of
    /// the policy, the facts, the memory and the instant: it was asked with the same ones. Whatever
    /// changes facts or memory settles a decision, and with that forgets the one before.
    pub(crate) fn is_requested(&self, key: &str, clock: Instant, policy: i64) -> bool {
        self.requested.as_ref().is_some_and(|requested| {
            requested.key == key && requested.at == self.now(clock) && requested.policy == policy
        })
    }

    pub(crate) fn set_deferred(&mut self, why: Option<String>) {
        self.moved |= self.deferred != why;
        self.deferred = why;
    }

    pub(crate) fn move_to(&mut self, lane: i64) {
        self.moved |= self.lane != lane;
        self.lane = lane;
    }

    pub(crate) fn outbox_place(&self, key: &str) -> Option<usize> {
        self.outbox.iter().position(|row| row.key == key)
    }

    /// The change to commit. From here on the next version counts as stored.
    pub(crate) fn change(&mut self, now: Instant) -> TicketChange {
        self.latest = self.now(now);
        if self.facts.is_empty() {
            self.facts = facts::json(&self.conversation.ticket).to_string();
        }
        self.version = self.version.saturating_add(1);
        let ticket = &self.conversation.ticket;
        let row = TicketRow {
            no: self.no,
            account: self.account,
            id: ticket.id.clone(),
            version: self.version,
            lane: self.lane,
            status: ticket.status.clone(),
            department: ticket.department.clone(),
            customer: self.customer().map(str::to_owned),
            due: self.due,
            next_step: self.next_step.clone(),
            deferred: self.deferred.clone(),
            failures: self.failures,
            pending: self.pending,
            last: self.last,
            changed: self.now(now),
            facts: self.facts.clone(),
            memory: self.conversation.memory.clone(),
            carried_out: self.carried_out.clone(),
            outbox: i64::try_from(self.outbox.len()).unwrap_or(i64::MAX),
        };
        let change = TicketChange { row, moved: self.moved, rescheduled: self.rescheduled };
        (self.is_changed, self.moved, self.rescheduled) = (false, false, false);
        change
    }
}

/// Writes the keys of a ticket's actions, one `CYCLE/STEP` per line; readable for any ticket id.
fn write_keys<'a>(keys: impl Iterator<Item = &'a ActionKey>) -> String {
    keys.fold(String::new(), |text, key| {
        text + &format!("{}/{}\n", key.cycle, key::render_step(&key.step))
    })
}

/// Reads the output of [`write_keys`]; earlier versions wrote the ticket's id before the cycle.
fn read_keys(ticket: &str, text: &str) -> Result<Vec<ActionKey>, String> {
    let key = |line: &str| {
        let mut parts = line.rsplitn(3, '/');
        let (step, cycle) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        key::parse(&format!("{ticket}/{cycle}/{step}")).map_err(|error| error.to_string())
    };
    text.lines().map(key).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_as_they_were_written_whatever_the_ticket_is_called() {
        let steps = [Step::Reminder(1), Step::Close, Step::Reply(3), Step::Other("dance".into())];
        for id in ["4711", "a/b", "a\nb", "[1/2/close", "", "\u{2028}/7/close\r"] {
            let keys = steps.clone().map(|step| ActionKey { ticket: id.into(), cycle: 2, step });
            let written = write_keys(keys.iter());
            assert_eq!(read_keys(id, &written), Ok(keys.to_vec()), "{id:?}");
        }
        let before = read_keys("a/b", "a/b/2/reminder-1\na/b/2/close\n").expect("keys");
        assert_eq!(before.len(), 2);
        assert!(before.iter().all(|key| key.ticket == "a/b" && key.cycle == 2));
        assert!(read_keys("4711", "what is this").is_err());
    }
}
