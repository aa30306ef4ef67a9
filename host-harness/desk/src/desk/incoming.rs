//! Incoming events: many tickets, one commit.

use despertador_contract::Call;
use despertador_contract::event_log::Row;
use despertador_contract::facts;
use despertador_contract::key;
use despertador_contract::{
    ActionKey, Author, Channel, Decision, Event, Failure, Happening, Instant, Ticket,
};
use despertador_host::bounds::{self, OutOfBounds};
use serde_json::{Map, Value, json};
use sha2::Digest;

use super::Desk;
use super::damage::is_damage;
use super::delivery::is_recorded;
use super::ticket::{CONTINUED_BY, LoadedTicket};
use super::transaction::Transaction;
use crate::error::DeskError;
use crate::store::{Consumed, Store};

/// Maximum number of continuation tickets that the result of an action is forwarded to.
const LINKS_MAX: usize = 16;

/// An event of one ticket.
#[derive(Debug, Clone, PartialEq)]
pub struct Incoming {
    /// The account.
    pub account: String,
    /// A row of an event log: a message, an event, facts, or facts with one of the former. The
    /// first row of an unknown ticket creates it. A row with an `id` is recorded once, however
    /// often it is sent.
    pub row: Row,
    /// The predecessor of this ticket, for example before a transfer. If the row creates the ticket
    /// and the predecessor is known and not deferred, its memory and what is known of the customer
    /// are handed over.
    pub continues: Option<String>,
}

impl Incoming {
    /// Creates an event from a row of an account's event log.
    pub fn new(account: impl Into<String>, row: Row) -> Self {
        Self { account: account.into(), row, continues: None }
    }

    /// The same event, of a ticket that continues another one.
    #[must_use]
    pub fn continuing(self, ticket: impl Into<String>) -> Self {
        Self { continues: Some(ticket.into()), ..self }
    }
}

/// The result of recording an [`Incoming`].
#[derive(Debug, Clone, PartialEq)]
pub enum Receipt {
    /// Stored and evaluated.
    Recorded(Box<Decision>),
    /// Already stored.
    Duplicate,
    /// Stored, but the plugin cannot evaluate this ticket at present; it will later.
    Deferred,
    /// Not stored, and it never will be; the sentence says why.
    Refused(String),
}

impl Receipt {
    /// Whether the event is stored, now or earlier.
    #[must_use]
    pub fn is_stored(&self) -> bool {
        !matches!(self, Self::Refused(_))
    }
}

impl<S: Store> Desk<S> {
    /// Records events. When this returns, everything that the receipts call stored is durable. On
    /// an error nothing is stored, and the same events may be sent again.
    ///
    /// `now` becomes the `received-at` of all events.
    ///
    /// # Errors
    ///
    /// See [`DeskError`]. An [`Incoming`] that cannot be taken is no error but a receipt.
    pub fn record_events(
        &mut self,
        now: Instant,
        incoming: &[Incoming],
    ) -> Result<Vec<Receipt>, DeskError> {
        match self.record_batch(now, incoming) {
            Err(error) if is_damage(&error) => self.record_separately(now, incoming, &error),
            receipts => receipts,
        }
    }

    /// Records each event in its own commit, after the commit of all of them failed because of
    /// damage in the store: damaged tickets are moved aside, the others continue.
    ///
    /// # Errors
    ///
    /// More than single tickets is damaged. Events recorded before that was found stay stored.
    fn record_separately(
        &mut self,
        now: Instant,
        incoming: &[Incoming],
        first: &DeskError,
    ) -> Result<Vec<Receipt>, DeskError> {
        let mut receipts = Vec::with_capacity(incoming.len());
        for one in incoming {
            let error = match self.record_batch(now, std::slice::from_ref(one)) {
                Ok(receipt) => {
                    receipts.extend(receipt);
                    continue;
                }
                Err(error) => error,
            };
            let suspect = self.suspect(&one.account, &one.row.ticket);
            let (Some(suspect), true) = (suspect, is_damage(&error)) else {
                return Err(if is_damage(&error) { first.clone() } else { error });
            };
            self.isolate(now, &[suspect], &error)?;
            receipts.push(Receipt::Refused(format!(
                "ticket `{}` cannot be written: {error}",
                one.row.ticket
            )));
        }
        Ok(receipts)
    }

    fn record_batch(
        &mut self,
        now: Instant,
        incoming: &[Incoming],
    ) -> Result<Vec<Receipt>, DeskError> {
        let mut tx = self.begin(now);
        let receipts = self.record_all(&mut tx, incoming)?;
        self.commit(tx)?;
        Ok(receipts)
    }

    /// Records events in a transaction.
    pub(super) fn record_all(
        &mut self,
        tx: &mut Transaction,
        incoming: &[Incoming],
    ) -> Result<Vec<Receipt>, DeskError> {
        incoming.iter().map(|incoming| self.record_event(tx, incoming)).collect()
    }

    /// Hands the memory of a ticket over to a new one, and returns the note for the journal; `None`
    /// if there is nothing to hand over. The memory of a deferred ticket is incomplete: the new
    /// ticket starts without it, and its customer is not contacted until somebody answers them.
    fn hand_over(
        &mut self,
        tx: &mut Transaction,
        account: i64,
        parent: &str,
        loaded: &mut LoadedTicket,
    ) -> Result<Option<Value>, DeskError> {
        if parent == loaded.id() {
            return Ok(None);
        }
        let Some(mut parent) = self.load_readable(tx, account, parent)? else { return Ok(None) };
        let note = hand_over_note(&parent);
        if parent.deferred.is_some() || restore_hand_over(loaded, &note).is_none() {
            tx.put(parent);
            return Ok(None);
        }
        // Results of the old ticket's claimed actions are forwarded to the new one.
        let more = parent.conversation.ticket.more.iter().flatten();
        let mut more: Map<_, _> =
            more.map(|(name, value)| (name.clone(), value.as_str().into())).collect();
        more.insert(CONTINUED_BY.into(), loaded.id().into());
        let row = Row::facts(parent.id(), parent.now(tx.now), json!({ "more": more }));
        self.record(tx, &mut parent, &row, None)?;
        loaded.recorded(parent.now(tx.now));
        tx.put(parent);
        Ok(Some(note))
    }

    /// Forwards the result of an action to the tickets that continue this one: they are the same
    /// conversation.
    ///
    /// The links come from stored and received data, so the walk is a loop with a bound: at most
    /// [`LINKS_MAX`] tickets, each younger than the one before.
    pub(super) fn forward_result(
        &mut self,
        tx: &mut Transaction,
        loaded: &LoadedTicket,
        event: &Event,
    ) -> Result<(), DeskError> {
        let (mut no, mut from) = (loaded.no, loaded.id().to_owned());
        let mut link = loaded.continued_by().map(str::to_owned);
        for _ in 0..LINKS_MAX {
            let Some(id) = link.take() else { break };
            let Some(what) = renamed(&event.what, &id) else { break };
            let Some(mut next) = self.load_readable(tx, loaded.account, &id)? else { break };
            let known = match &what {
                Happening::CarriedOut(key) => is_recorded(&next, key),
                _ => false,
            };
            if next.no > no && !known {
                let row = Row::event(id.clone(), Event { what, ..event.clone() });
                self.record(tx, &mut next, &row, Some(json!({ "passed-on": from })))?;
                link = next.continued_by().map(str::to_owned);
                (no, from) = (next.no, id);
            }
            tx.put(next);
        }
        Ok(())
    }

    /// Why a `carried-out` event is refused: nobody requested that action.
    fn unrequested(&self, loaded: &LoadedTicket, row: &Row, now: Instant) -> Option<String> {
        let Some(Call::Event(Event { what: Happening::CarriedOut(key), .. })) = &row.call else {
            return None;
        };
        let text = key::render(key);
        let is_known = loaded.outbox_place(&text).is_some()
            || self.is_leased(loaded.account, &text, now)
            || is_recorded(loaded, key);
        (!is_known).then(|| {
            format!(
                "nobody requested the action `{text}`, so it cannot have been carried out; report \
                 only actions that the desk has delivered, and anything else as `closed` or as a \
                 message"
            )
        })
    }

    /// Whether an event was recorded before, in this transaction or an earlier one.
    fn is_duplicate(
        &self,
        tx: &Transaction,
        loaded: &LoadedTicket,
        event: &Consumed,
    ) -> Result<bool, DeskError> {
        match loaded.has_consumed(event) {
            Some(is_known) => Ok(is_known),
            None => Ok(tx.batch.consumed.contains(event) || self.store.is_consumed(event)?),
        }
    }

    pub(super) fn record_event(
        &mut self,
        tx: &mut Transaction,
        incoming: &Incoming,
    ) -> Result<Receipt, DeskError> {
        let Ok(account) = self.account(&incoming.account) else {
            return Ok(Receipt::Refused(
                DeskError::UnknownAccount(incoming.account.clone()).to_string(),
            ));
        };
        let account = account.row.no;
        let id = incoming.row.ticket.as_str();
        if let Err(wrong) = check_ids(incoming) {
            return Ok(Receipt::Refused(wrong.to_string()));
        }
        let mut loaded = match self.load(tx, account, id) {
            Ok(Some(loaded)) => loaded,
            // One damaged ticket must not block the others.
            Err(DeskError::Unreadable(why)) => return Ok(Receipt::Refused(why)),
            Err(error) => return Err(error),
            Ok(None) => LoadedTicket::new(tx.numbers.ticket.saturating_add(1), account, id).into(),
        };
        let consumed = incoming.row.id.as_deref().map(|id| digest(loaded.no, id));
        if let Some(consumed) = &consumed
            && loaded.version.max(loaded.last) > 0
            && self.is_duplicate(tx, &loaded, consumed)?
        {
            tx.put(loaded);
            return Ok(Receipt::Duplicate);
        }
        if let Some(why) = self.unrequested(&loaded, &incoming.row, tx.now) {
            if loaded.version.max(loaded.last) > 0 {
                tx.put(loaded);
            }
            return Ok(Receipt::Refused(why));
        }
        let note = match &incoming.continues {
            Some(parent) if loaded.version.max(loaded.last) == 0 => {
                self.hand_over(tx, account, parent, &mut loaded)?
            }
            _ => None,
        };
        let row = received(&incoming.row, tx.now, loaded.now(tx.now));
        let customer = loaded.customer().map(str::to_owned);
        if let Some(Call::Event(Event { what: Happening::Failed(failure), .. })) = &row.call {
            self.give_up_failed(tx, &mut loaded, failure);
        }
        let receipt = self.record(tx, &mut loaded, &row, note)?;
        if let (true, Some(Call::Event(event))) = (receipt.is_stored(), &row.call) {
            self.forward_result(tx, &loaded, event)?;
        }
        if receipt.is_stored() && loaded.customer() != customer.as_deref() {
            self.record_sent_elsewhere(tx, &mut loaded)?;
        }
        if receipt.is_stored() {
            tx.numbers.ticket = tx.numbers.ticket.max(loaded.no);
            if let Some(consumed) = consumed {
                loaded.note_consumed(&consumed);
                tx.batch.consumed.push(consumed);
            }
            tx.put(loaded);
        } else if loaded.version.max(loaded.last) > 0 {
            tx.put(loaded);
        }
        Ok(receipt)
    }
}

/// The same result under the key of another ticket; `None` if the event is not a result.
fn renamed(what: &Happening, ticket: &str) -> Option<Happening> {
    let of = |key: &ActionKey| ActionKey { ticket: ticket.to_owned(), ..key.clone() };
    match what {
        Happening::CarriedOut(key) => Some(Happening::CarriedOut(of(key))),
        Happening::Failed(failure) => {
            Some(Happening::Failed(Failure { key: of(&failure.key), kind: failure.kind.clone() }))
        }
        _ => None,
    }
}

/// The hand-over note for the journal. It contains the whole state of the predecessor, which may be
/// deleted earlier.
fn hand_over_note(parent: &LoadedTicket) -> Value {
    let conversation = &parent.conversation;
    let keys = conversation.carried_out().iter().chain(conversation.replied());
    let memory = conversation.memory.iter();
    json!({ "continues": {
        "ticket": parent.id(),
        "facts": facts::json(&conversation.ticket),
        "memory": memory.fold(String::new(), |text, byte| text + &format!("{byte:02x}")),
        "carried-out": keys.map(key::render).collect::<Vec<_>>(),
    } })
}

/// Restores a continued ticket from its hand-over note; `None` if the note is malformed.
pub(crate) fn restore_hand_over(loaded: &mut LoadedTicket, note: &Value) -> Option<()> {
    let from = note.get("continues")?;
    let mut ticket = Ticket::open(loaded.id(), Channel::Other("unknown".into()));
    facts::apply(&mut ticket, from.get("facts")?).ok()?;
    let (pairs, rest) = from.get("memory")?.as_str()?.as_bytes().as_chunks::<2>();
    let byte = |pair: &[u8; 2]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let memory = pairs.iter().map(byte).collect::<Option<Vec<u8>>>().filter(|_| rest.is_empty())?;
    let keys = from.get("carried-out")?.as_array()?.iter();
    let keys = keys.map(|text| key::parse(text.as_str()?).ok()).collect::<Option<Vec<_>>>()?;
    loaded.go_on_from(ticket, memory, &keys);
    Some(())
}

/// Checks ids by the same rule at every door: they appear in logs, lists and pages.
fn check_ids(incoming: &Incoming) -> Result<(), OutOfBounds> {
    bounds::id("ticket", &incoming.row.ticket)?;
    bounds::optional_id("id", incoming.row.id.as_deref())?;
    incoming.continues.as_ref().map_or(Ok(()), |parent| bounds::id("continues", parent))
}

/// An event this close to the clock's time was stamped on arrival; in milliseconds.
const STAMPED_WITHIN_MS: i64 = 5_000;

/// The row with the times under which its ticket records it, if the clock was set back.
///
/// A time stamped on arrival moves with the clock of the ticket. A time stated by the sender stays,
/// except that of a customer's message, which may come from the same clock: a customer who answers
/// must not be closed. A later time can only delay.
fn received(row: &Row, clock: Instant, now: Instant) -> Row {
    let mut row = row.clone();
    let by_customer =
        matches!(&row.call, Some(Call::Message(message)) if message.author == Author::Customer);
    let set_back = now.saturating_sub(clock);
    if set_back > 0 && (by_customer || row.at >= clock.saturating_sub(STAMPED_WITHIN_MS)) {
        row.at = row.at.saturating_add(set_back).min(now).max(row.at);
    }
    row.received_at = now;
    match &mut row.call {
        Some(Call::Message(message)) => (message.at, message.received_at) = (row.at, now),
        Some(Call::Event(event)) => (event.at, event.received_at) = (row.at, now),
        Some(Call::Tick(_)) | None => {}
    }
    row
}

fn digest(ticket: i64, id: &str) -> Consumed {
    let whole: [u8; 32] = sha2::Sha256::digest(id.as_bytes()).into();
    let mut digest = [0; 16];
    for (half, byte) in digest.iter_mut().zip(whole) {
        *half = byte;
    }
    Consumed { ticket, digest }
}
