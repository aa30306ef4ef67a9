//! Records what Blip posts in the desk.

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use despertador_contract::key;
use despertador_contract::{ActionKey, Duration, Instant};
use despertador_desk::runtime::{DeskHandle, HandleError};
use despertador_desk::store::{OutboxRow, Query, Store};
use despertador_desk::{
    DeliveryOutcome, DeliveryReport, Desk, DeskError, Inbound, Incoming, Receipt,
};
use despertador_lime::{Envelope, Identity};

use crate::answer::Answer;
use crate::body::{self, UnreadableEnvelope};
use crate::early::{Early, WAIT_MILLIS};
use crate::understand::{
    EnvelopeEffect, KnownTicket, OutboxAction, SourceOptions, Subject, each, is_message, subject,
    subjects_in_unreadable, understand,
};

/// The source in the desk's inbound entries.
pub const SOURCE_NAME: &str = "blip";

/// Maximum number of journal entries of a ticket that are searched for the last quick replies.
const JOURNAL_ENTRIES_MAX: usize = 100;

/// Receives Blip's posts for one account of the desk. Cheap to clone; clones share their state.
#[derive(Clone)]
pub struct BlipSource {
    door: SourceOptions,
    early: Arc<Mutex<Early>>,
}

/// An unreadable envelope, and the index of its answer.
type UnreadableAt = (usize, Inbound);

/// What is recorded in one commit, and the answers that wait for it.
#[derive(Default)]
struct Batch {
    rows: Vec<Incoming>,
    waiting: Vec<RecordedRows>,
    /// The tickets and customers that it changes: an envelope about one of them must be handled
    /// after the commit.
    touched: HashSet<String>,
}

/// The rows of one envelope.
struct RecordedRows {
    /// The index of its answer.
    place: usize,
    ticket: String,
    /// The number of its rows in the batch.
    rows: usize,
    envelope: Envelope,
}

impl BlipSource {
    /// A source for this bot and this account.
    #[must_use]
    pub fn new(account: impl Into<String>, bot: Identity) -> Self {
        Self { door: SourceOptions::new(account, bot), early: Arc::default() }
    }

    /// Records messages up to this many milliseconds after a close, for policies with late replies.
    /// By default 0: a customer who writes after a close writes to the bot.
    #[must_use]
    pub fn with_late_replies(self, late: Duration) -> Self {
        let late_replies = i64::try_from(late).unwrap_or(i64::MAX);
        Self { door: SourceOptions { late_replies, ..self.door }, ..self }
    }

    /// Whether Blip's data webhook posts here, which sends tickets in the name of their customer.
    /// By default such tickets are refused, because customers choose what they write.
    #[must_use]
    pub fn with_data_webhook(self, data_webhook: bool) -> Self {
        Self { door: SourceOptions { data_webhook, ..self.door }, ..self }
    }

    /// The account.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.door.account
    }

    /// Receives a body: one envelope, a list of them, or one per line. The answers are in the same
    /// order; an answer to `get /tickets` has one per ticket. On return, everything answered as
    /// taken is durable, and unreadable envelopes are stored. The same body may be posted again.
    ///
    /// # Errors
    ///
    /// The desk failed or has stopped: everything without an answer must be posted again, the rest
    /// may be.
    pub fn receive<S: Store + Send + 'static>(
        &self,
        handle: &DeskHandle<S>,
        body: &str,
    ) -> Result<Vec<Answer>, HandleError> {
        let read = body::read(body);
        let source = self.clone();
        // Query and record in one turn, so that the state cannot change in between.
        let told = handle.call(move |desk, now| source.receive_at(desk, now, read))?;
        told.map_err(HandleError::Desk)
    }

    /// The same on a desk directly. Envelopes about different customers share a commit.
    ///
    /// # Errors
    ///
    /// See [`DeskError`].
    pub fn receive_at<S: Store>(
        &self,
        desk: &mut Desk<S>,
        now: Instant,
        envelopes: Vec<Result<Envelope, UnreadableEnvelope>>,
    ) -> Result<Vec<Answer>, DeskError> {
        let (mut answers, unread) = self.take_at(desk, now, envelopes)?;
        let (places, unread): (Vec<usize>, Vec<Inbound>) = unread.into_iter().unzip();
        let ids = desk.record_inbound(now, &self.door.account, &unread)?;
        for (place, id) in places.into_iter().zip(ids) {
            if let Some(Answer::Refused { inbound, .. }) = answers.get_mut(place) {
                *inbound = Some(id);
            }
        }
        Ok(answers)
    }

    /// The same without storing unreadable envelopes, for envelopes that somebody sends again.
    ///
    /// # Errors
    ///
    /// See [`DeskError`].
    pub fn send_again_at<S: Store>(
        &self,
        desk: &mut Desk<S>,
        now: Instant,
        envelopes: Vec<Result<Envelope, UnreadableEnvelope>>,
    ) -> Result<Vec<Answer>, DeskError> {
        self.take_at(desk, now, envelopes).map(|(answers, _)| answers)
    }

    fn take_at<S: Store>(
        &self,
        desk: &mut Desk<S>,
        now: Instant,
        envelopes: Vec<Result<Envelope, UnreadableEnvelope>>,
    ) -> Result<(Vec<Answer>, Vec<UnreadableAt>), DeskError> {
        let mut answers: Vec<Option<Answer>> = Vec::with_capacity(envelopes.len());
        let mut unread_at: Vec<UnreadableAt> = Vec::new();
        let mut batch = Batch::default();
        for envelope in envelopes.into_iter().flat_map(each) {
            let place = answers.len();
            answers.push(None);
            let envelope = match envelope {
                Ok(envelope) => envelope,
                Err(unread) => {
                    let (tickets, customers) = subjects_in_unreadable(&unread.text, &self.door.bot);
                    unread_at.push((place, inbound(&unread, tickets, customers)));
                    answer(&mut answers, refused(unread));
                    continue;
                }
            };
            let subject = subject(&envelope, &self.door);
            if names(&subject).any(|name| batch.touched.contains(&name)) {
                self.store(desk, now, &mut batch, &mut answers, &mut unread_at)?;
            }
            let meant = match self.understood(desk, now, &envelope, &subject) {
                // Posting it again would have the same result.
                Err(DeskError::Unreadable(why)) => {
                    let help = "the ticket is damaged; restore a backup, or delete it".into();
                    let text = envelope.to_string();
                    EnvelopeEffect::UnreadableEnvelope(UnreadableEnvelope {
                        place: String::new(),
                        why,
                        help,
                        text,
                    })
                }
                meant => meant?,
            };
            match meant {
                EnvelopeEffect::Happened { ticket, rows, is_new } => {
                    batch.touched.extend(rows.iter().map(|told| told.row.ticket.clone()));
                    batch.touched.extend(names(&subject));
                    let told = RecordedRows { place, ticket, rows: rows.len(), envelope };
                    batch.waiting.push(told);
                    batch.rows.extend(rows);
                    let new = names(&subject).filter(|_| is_new);
                    let early: Vec<_> = new.flat_map(|n| self.early().take(&n, now)).collect();
                    if !early.is_empty() {
                        self.store(desk, now, &mut batch, &mut answers, &mut unread_at)?;
                        self.record_early(desk, now, &early)?;
                    }
                }
                EnvelopeEffect::Arrived(key) => {
                    let confirmed = self.confirm(desk, now, &key)?;
                    answer(&mut answers, confirmed);
                }
                EnvelopeEffect::Nothing { ticket, why, may_be_early } => {
                    let is_early = may_be_early && is_message(&envelope);
                    let why = match names(&subject).find(|_| is_early) {
                        None => why,
                        Some(name) => {
                            self.early().insert(&name, now, &envelope);
                            let moment = WAIT_MILLIS.div_euclid(1_000);
                            format!("{why}; it counts if they have one within {moment} s")
                        }
                    };
                    answer(&mut answers, Answer::Ignored { ticket, why });
                }
                EnvelopeEffect::UnreadableEnvelope(unread) => {
                    let tickets = subject.ticket.iter().cloned().collect();
                    let customers = subject.customers.iter().map(ToString::to_string).collect();
                    unread_at.push((place, inbound(&unread, tickets, customers)));
                    answer(&mut answers, refused(unread));
                }
                EnvelopeEffect::Refused(unread) => answer(&mut answers, refused(unread)),
            }
        }
        self.store(desk, now, &mut batch, &mut answers, &mut unread_at)?;
        Ok((answers.into_iter().flatten().collect(), unread_at))
    }

    /// Reports an action as done that has reached its receiver.
    fn confirm<S: Store>(
        &self,
        desk: &mut Desk<S>,
        now: Instant,
        action: &ActionKey,
    ) -> Result<Answer, DeskError> {
        let key = key::render(action);
        let account = self.door.account.clone();
        let report =
            DeliveryReport { account, key: key.clone(), at: now, outcome: DeliveryOutcome::Done };
        desk.record_deliveries(now, &[report])?;
        Ok(Answer::Confirmed { ticket: action.ticket.clone(), key })
    }

    /// Records the messages that arrived before their ticket.
    fn record_early<S: Store>(
        &self,
        desk: &mut Desk<S>,
        now: Instant,
        early: &[Envelope],
    ) -> Result<(), DeskError> {
        let mut rows = Vec::new();
        for envelope in early {
            let subject = subject(envelope, &self.door);
            let meant = self.understood(desk, now, envelope, &subject)?;
            if let EnvelopeEffect::Happened { rows: told, is_new: false, .. } = meant {
                rows.extend(told);
            }
        }
        desk.record_events(now, &rows).map(drop)
    }

    fn understood<S: Store>(
        &self,
        desk: &mut Desk<S>,
        now: Instant,
        envelope: &Envelope,
        subject: &Subject,
    ) -> Result<EnvelopeEffect, DeskError> {
        let seen = self.look_up(desk, subject, is_message(envelope))?;
        Ok(understand(envelope, now, &self.door, subject, seen.as_ref()))
    }

    /// What the desk knows about the subject of an envelope.
    fn look_up<S: Store>(
        &self,
        desk: &mut Desk<S>,
        subject: &Subject,
        is_message: bool,
    ) -> Result<Option<KnownTicket>, DeskError> {
        if let Some(ticket) = &subject.ticket {
            match self.seen(desk, ticket, Instant::MIN, is_message) {
                Err(DeskError::UnknownTicket(_)) => {}
                known => return known.map(Some),
            }
        }
        for status in [Some("open"), None] {
            for customer in &subject.customers {
                let query = Query {
                    status: status.map(str::to_owned),
                    customer: Some(customer.to_string()),
                    limit: 1,
                    newest_first: true,
                    ..Query::default()
                };
                if let Some(row) = desk.query_tickets(&self.door.account, &query)?.pop() {
                    return self.seen(desk, &row.id, row.changed, is_message).map(Some);
                }
            }
        }
        Ok(None)
    }

    fn seen<S: Store>(
        &self,
        desk: &mut Desk<S>,
        ticket: &str,
        changed: Instant,
        is_message: bool,
    ) -> Result<KnownTicket, DeskError> {
        let standing = desk.query_ticket(&self.door.account, ticket)?;
        let waiting = |row: &OutboxRow| {
            let key = key::parse(&row.key).ok()?;
            Some(OutboxAction { key, next: row.next, is_open: row.state.is_open() })
        };
        let outbox = standing.outbox.iter().filter_map(waiting).collect();
        let offered = match is_message {
            true => desk.query_quick_replies(&self.door.account, ticket, JOURNAL_ENTRIES_MAX)?,
            false => Vec::new(),
        };
        Ok(KnownTicket { facts: standing.ticket, changed, outbox, offered })
    }

    fn store<S: Store>(
        &self,
        desk: &mut Desk<S>,
        now: Instant,
        batch: &mut Batch,
        answers: &mut [Option<Answer>],
        unread_at: &mut Vec<UnreadableAt>,
    ) -> Result<(), DeskError> {
        let Batch { rows, waiting, .. } = std::mem::take(batch);
        if rows.is_empty() {
            return Ok(());
        }
        let mut receipts = desk.record_events(now, &rows)?.into_iter();
        for RecordedRows { place, ticket, rows, envelope } in waiting {
            let receipts: Vec<_> = receipts.by_ref().take(rows).collect();
            let told = taken(ticket.clone(), receipts);
            // A message that the plugin can never accept may still be a customer's answer.
            if let (Answer::Refused { why, .. }, true) = (&told, is_message(&envelope)) {
                let (why, text) = (why.clone(), envelope.to_string());
                let door = SOURCE_NAME.to_owned();
                let tickets = vec![ticket];
                let inbound = Inbound { door, text, why, tickets, ..Inbound::default() };
                unread_at.push((place, inbound));
            }
            if let Some(answer) = answers.get_mut(place) {
                *answer = Some(told);
            }
        }
        Ok(())
    }

    fn early(&self) -> MutexGuard<'_, Early> {
        self.early.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sets the answer of the latest envelope.
fn answer(answers: &mut [Option<Answer>], answer: Answer) {
    if let Some(last) = answers.last_mut() {
        *last = Some(answer);
    }
}

/// The answer to an envelope that was recorded.
fn taken(ticket: String, receipts: Vec<Receipt>) -> Answer {
    let refused = receipts.iter().find_map(|receipt| match receipt {
        Receipt::Refused(why) if !receipts.iter().any(Receipt::is_stored) => Some(why.clone()),
        _ => None,
    });
    match refused {
        Some(why) => Answer::Refused {
            place: String::new(),
            why,
            help: "post it as it should be; this one will never be taken".into(),
            inbound: None,
        },
        None => Answer::Taken { ticket, receipts },
    }
}

fn refused(UnreadableEnvelope { place, why, help, .. }: UnreadableEnvelope) -> Answer {
    Answer::Refused { place, why, help, inbound: None }
}

fn inbound(unread: &UnreadableEnvelope, tickets: Vec<String>, customers: Vec<String>) -> Inbound {
    let place = Some(&unread.place).filter(|place| !place.is_empty());
    let why = place.map_or_else(|| unread.why.clone(), |place| format!("{place} {}", unread.why));
    Inbound { door: SOURCE_NAME.into(), text: unread.text.clone(), why, tickets, customers }
}

fn names(subject: &Subject) -> impl Iterator<Item = String> + '_ {
    let customers = subject.customers.iter().map(ToString::to_string);
    subject.ticket.iter().cloned().chain(customers)
}

impl fmt::Debug for BlipSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlipSource")
            .field("account", &self.door.account)
            .field("bot", &self.door.bot.to_string())
            .field("late_replies", &self.door.late_replies)
            .field("data_webhook", &self.door.data_webhook)
            .finish_non_exhaustive()
    }
}
