//! What Blip posts, told to the desk.

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use despertador_contract::key;
use despertador_contract::{ActionKey, Duration, Instant};
use despertador_desk::runtime::{Inlet, NotDone};
use despertador_desk::store::{OutboxRow, Query, Store};
use despertador_desk::{Desk, DeskError, Incoming, Outcome, Receipt, Report};
use despertador_lime::{Envelope, Identity};

use crate::answer::Answer;
use crate::body::{self, Unread};
use crate::early::{Early, WAITS};
use crate::understand::{Meant, Seen, Subject, Waiting, is_message, subject, understand};

/// Of a ticket's journal so many entries are looked at for what the customer was last offered.
const ENTRIES: usize = 100;

/// Takes what Blip posts for one account of the desk. Cheap to clone; the clones are one.
#[derive(Clone)]
pub struct BlipSource {
    account: String,
    bot: Identity,
    late: Duration,
    early: Arc<Mutex<Early>>,
}

/// What is told to the desk in one commit, and the answers that wait for it.
#[derive(Default)]
struct Batch {
    rows: Vec<Incoming>,
    /// The place among the answers, the ticket, and how many rows.
    waiting: Vec<(usize, String, usize)>,
    /// Tickets and customers that it changes: who asks for one of them must be told after it.
    touched: HashSet<String>,
}

impl BlipSource {
    /// Takes what is posted about this bot into this account.
    #[must_use]
    pub fn new(account: impl Into<String>, bot: Identity) -> Self {
        Self { account: account.into(), bot, late: 0, early: Arc::default() }
    }

    /// The same, where messages are told to the desk for so many milliseconds after a close, for
    /// policies that answer late replies. By default 0: who writes after a close writes to the bot.
    #[must_use]
    pub fn with_late_replies(self, late: Duration) -> Self {
        Self { late, ..self }
    }

    /// The account.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.account
    }

    /// Takes a body: one envelope, a list of them, or one a line. The answers are in their order;
    /// when they come, all that they call taken is durable. The same may be posted again.
    ///
    /// # Errors
    ///
    /// The desk could not, or has stopped: what has no answer must be posted again, and the rest
    /// may be.
    pub fn receive<S: Store + Send + 'static>(
        &self,
        inlet: &Inlet<S>,
        body: &str,
    ) -> Result<Vec<Answer>, NotDone> {
        let read = body::read(body);
        if read.iter().all(Result::is_err) {
            let refused = read.into_iter().filter_map(Result::err);
            return Ok(refused.map(Answer::from).collect());
        }
        let source = self.clone();
        // Asked and told at one go: nothing comes between what is known and what follows from it.
        let told = inlet.ask(move |desk, now| source.receive_at(desk, now, read))?;
        told.map_err(NotDone::Desk)
    }

    /// The same for a desk that is at hand. Envelopes about different customers are stored in one
    /// commit.
    ///
    /// # Errors
    ///
    /// See [`DeskError`].
    pub fn receive_at<S: Store>(
        &self,
        desk: &mut Desk<S>,
        now: Instant,
        envelopes: Vec<Result<Envelope, Unread>>,
    ) -> Result<Vec<Answer>, DeskError> {
        let mut answers: Vec<Option<Answer>> = Vec::with_capacity(envelopes.len());
        let mut batch = Batch::default();
        for envelope in envelopes {
            answers.push(None);
            let envelope = match envelope {
                Ok(envelope) => envelope,
                Err(unread) => {
                    answer(&mut answers, unread.into());
                    continue;
                }
            };
            let subject = subject(&envelope, &self.bot);
            if names(&subject).any(|name| batch.touched.contains(&name)) {
                self.store(desk, now, &mut batch, &mut answers)?;
            }
            let meant = match self.understood(desk, now, &envelope, &subject) {
                // Posted again it would find the same.
                Err(DeskError::Unreadable(why)) => {
                    let help = "the ticket is damaged; restore a backup, or delete it".into();
                    answer(&mut answers, Answer::Refused { place: String::new(), why, help });
                    continue;
                }
                meant => meant?,
            };
            match meant {
                Meant::Happened { ticket, rows, is_new } => {
                    batch.waiting.push((answers.len().saturating_sub(1), ticket, rows.len()));
                    batch.touched.extend(rows.iter().map(|told| told.row.ticket.clone()));
                    batch.touched.extend(names(&subject));
                    batch.rows.extend(rows);
                    let new = names(&subject).filter(|_| is_new);
                    let early: Vec<_> = new.flat_map(|n| self.early().take(&n, now)).collect();
                    if !early.is_empty() {
                        self.store(desk, now, &mut batch, &mut answers)?;
                        self.tell_early(desk, now, &early)?;
                    }
                }
                Meant::Arrived(key) => {
                    let confirmed = self.confirm(desk, now, &key)?;
                    answer(&mut answers, confirmed);
                }
                Meant::Nothing { ticket, why, may_be_early } => {
                    let is_early = may_be_early && is_message(&envelope);
                    let why = match names(&subject).find(|_| is_early) {
                        None => why,
                        Some(name) => {
                            self.early().put(&name, now, &envelope);
                            let moment = WAITS.div_euclid(1_000);
                            format!("{why}; it counts if they have one within {moment} s")
                        }
                    };
                    answer(&mut answers, Answer::Ignored { ticket, why });
                }
                Meant::Unread(unread) => answer(&mut answers, unread.into()),
            }
        }
        self.store(desk, now, &mut batch, &mut answers)?;
        Ok(answers.into_iter().flatten().collect())
    }

    /// Reports an action as done that has reached its receiver.
    fn confirm<S: Store>(
        &self,
        desk: &mut Desk<S>,
        now: Instant,
        action: &ActionKey,
    ) -> Result<Answer, DeskError> {
        let key = key::render(action);
        let account = self.account.clone();
        let report = Report { account, key: key.clone(), at: now, outcome: Outcome::Done };
        desk.delivered(now, &[report])?;
        Ok(Answer::Confirmed { ticket: action.ticket.clone(), key })
    }

    /// Tells what came before the ticket that it belongs to.
    fn tell_early<S: Store>(
        &self,
        desk: &mut Desk<S>,
        now: Instant,
        early: &[Envelope],
    ) -> Result<(), DeskError> {
        let mut rows = Vec::new();
        for envelope in early {
            let subject = subject(envelope, &self.bot);
            let meant = self.understood(desk, now, envelope, &subject)?;
            if let Meant::Happened { rows: told, is_new: false, .. } = meant {
                rows.extend(told);
            }
        }
        desk.take(now, &rows).map(drop)
    }

    fn understood<S: Store>(
        &self,
        desk: &mut Desk<S>,
        now: Instant,
        envelope: &Envelope,
        subject: &Subject,
    ) -> Result<Meant, DeskError> {
        let seen = self.look_up(desk, subject, is_message(envelope))?;
        let late = i64::try_from(self.late).unwrap_or(i64::MAX);
        let seen = seen.as_ref();
        Ok(understand(envelope, now, &self.account, &self.bot, subject, seen, late))
    }

    /// What the desk knows of whom an envelope concerns.
    fn look_up<S: Store>(
        &self,
        desk: &mut Desk<S>,
        subject: &Subject,
        is_message: bool,
    ) -> Result<Option<Seen>, DeskError> {
        if let Some(ticket) = &subject.ticket {
            match self.seen(desk, ticket, Instant::MIN, is_message) {
                Err(DeskError::UnknownTicket(_)) => {}
                known => return known.map(Some),
            }
        }
        let Some(customer) = &subject.customer else { return Ok(None) };
        for status in [Some("open"), None] {
            let query = Query {
                status: status.map(str::to_owned),
                customer: Some(customer.to_string()),
                limit: 1,
                newest_first: true,
                ..Query::default()
            };
            if let Some(row) = desk.tickets(&self.account, &query)?.pop() {
                return self.seen(desk, &row.id, row.changed, is_message).map(Some);
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
    ) -> Result<Seen, DeskError> {
        let standing = desk.standing(&self.account, ticket)?;
        let waiting = |row: &OutboxRow| {
            let key = key::parse(&row.key).ok()?;
            Some(Waiting { key, next: row.next, is_open: row.state.is_open() })
        };
        let outbox = standing.outbox.iter().filter_map(waiting).collect();
        let offered = match is_message {
            true => desk.offered(&self.account, ticket, ENTRIES)?,
            false => Vec::new(),
        };
        Ok(Seen { facts: standing.ticket, changed, outbox, offered })
    }

    fn store<S: Store>(
        &self,
        desk: &mut Desk<S>,
        now: Instant,
        batch: &mut Batch,
        answers: &mut [Option<Answer>],
    ) -> Result<(), DeskError> {
        let Batch { rows, waiting, .. } = std::mem::take(batch);
        if rows.is_empty() {
            return Ok(());
        }
        let mut receipts = desk.take(now, &rows)?.into_iter();
        for (place, ticket, count) in waiting {
            let receipts: Vec<_> = receipts.by_ref().take(count).collect();
            if let Some(answer) = answers.get_mut(place) {
                *answer = Some(told(ticket, receipts));
            }
        }
        Ok(())
    }

    fn early(&self) -> MutexGuard<'_, Early> {
        self.early.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Answers the latest envelope.
fn answer(answers: &mut [Option<Answer>], answer: Answer) {
    if let Some(last) = answers.last_mut() {
        *last = Some(answer);
    }
}

/// The answer to an envelope that was told to the desk.
fn told(ticket: String, receipts: Vec<Receipt>) -> Answer {
    let refused = receipts.iter().find_map(|receipt| match receipt {
        Receipt::Refused(why) if !receipts.iter().any(Receipt::is_stored) => Some(why.clone()),
        _ => None,
    });
    match refused {
        Some(why) => Answer::Refused {
            place: String::new(),
            why,
            help: "post it as it should be; this one will never be taken".into(),
        },
        None => Answer::Taken { ticket, receipts },
    }
}

fn names(subject: &Subject) -> impl Iterator<Item = String> + '_ {
    let customer = subject.customer.as_ref().map(ToString::to_string);
    subject.ticket.iter().cloned().chain(customer)
}

impl fmt::Debug for BlipSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlipSource")
            .field("account", &self.account)
            .field("bot", &self.bot.to_string())
            .field("late", &self.late)
            .finish_non_exhaustive()
    }
}
