//! One platform beside one account of the desk.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use despertador_contract::event_log::Row;
use despertador_contract::{ActionKey, Duration, Instant, Step, key};
use despertador_desk::runtime::Clock;
use despertador_desk::sink::Sink;
use despertador_desk::sink::http::Standing;
use despertador_desk::store::{Query, Store};
use despertador_desk::{
    Delivery, DeliveryOutcome, DeliveryReport, Desk, DeskError, Inbound, Incoming, Receipt,
    TicketSnapshot,
};

use crate::call::CallError;
use crate::heard::{Heard, Known, State, rows};
use crate::pace::Purpose;
use crate::platform::{Conversation, Listed, Platform, Post, Task, Unreadable};
use crate::signature::Forged;

/// The door of inbound entries: this and the name of the connector.
pub const DOOR_PREFIX: &str = "connect:";

/// The door of events; what one of ours could not record can be sent again through it.
const EVENTS_DOOR: &str = "events";

/// How many conversations are remembered between readings.
const REMEMBERED_MAX: usize = 200_000;

/// How many conversations may wait, read, for their actions.
const READ_AHEAD_MAX: usize = 1_000;

/// How many conversations are read and recorded together in a sweep.
const SWEPT_TOGETHER: usize = 25;

/// How many open tickets are listed together.
const TICKETS_TOGETHER: usize = 1_000;

/// Failed calls in a row that end a sweep.
const FAILURES_MAX: usize = 5;

/// The pause until the next sweep after one that ended early, in milliseconds.
const FAILED_SWEEP_PAUSE_MS: Duration = 30_000;

/// Maximum number of pages of a sweep.
const PAGES_MAX: u32 = 20_000;

/// What distinguishes a connector from others on the same platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectorOptions {
    /// Its name: tickets are called `NAME:CONVERSATION`.
    pub name: String,
    /// The account of the desk.
    pub account: String,
    /// A conversation that a sweep finds, and of which nothing was heard, becomes a ticket if
    /// something happened in it within so many milliseconds. Older ones wait until something does:
    /// otherwise the first sweep would remind everybody whose conversation was never closed.
    /// Default 24 h.
    pub adopt_within: Duration,
    /// The time between two sweeps, in milliseconds. Default 5 min.
    pub sweep_every: Duration,
    /// Whether something follows a close, such as the exit of a bot. A close that turns out to have
    /// reached the platform is then not done yet: it is carried out again, and finds that.
    pub has_exit: bool,
}

impl ConnectorOptions {
    /// Options with the usual times.
    pub fn new(name: impl Into<String>, account: impl Into<String>) -> Self {
        let (name, account) = (name.into(), account.into());
        Self { name, account, adopt_within: 86_400_000, sweep_every: 300_000, has_exit: false }
    }
}

/// A platform beside an account of the desk: source, sink, read-back and sweep.
pub struct Connector {
    options: ConnectorOptions,
    platform: Box<dyn Platform>,
    clock: Arc<dyn Clock>,
    memory: Mutex<Memory>,
    standing: Standing,
}

/// What is remembered to read less. All of it may be forgotten: then more is read.
#[derive(Default)]
struct Memory {
    /// The conversations of claimed actions, read and not used yet, by the action's key.
    reading: HashMap<String, Conversation>,
    /// From where on each conversation has to be read.
    read_up_to: HashMap<String, String>,
    /// How new the newest state was that was heard of each conversation.
    versions: HashMap<String, Instant>,
    /// When something had last happened in a conversation that a sweep has recorded.
    active: HashMap<String, Instant>,
    /// When the next sweep is due.
    next_sweep: Option<Instant>,
}

/// What became of what was heard of one conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct Taken {
    /// The ticket.
    pub ticket: String,
    /// The results of what the desk did not know, in order.
    pub receipts: Vec<Receipt>,
    /// The keys of our actions that turned out to have reached the platform.
    pub arrived: Vec<String>,
}

/// Why a post is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PostError {
    /// It does not come from the platform, or its secret is another one.
    #[error(transparent)]
    Forged(#[from] Forged),
    /// It comes from the platform and cannot be read.
    #[error("{}", .0.why)]
    Unreadable(Unreadable),
}

/// Counts of a sweep.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Open conversations on the platform.
    pub open: usize,
    /// Those that were read, because something had happened in them.
    pub read: usize,
    /// Open tickets that the platform does not list as open.
    pub missing: usize,
    /// Those that could not be read; the next sweep tries them again.
    pub failed: usize,
}

/// Why a sweep ended early. The next one goes on where it was.
#[derive(Debug, thiserror::Error)]
pub enum SweepError<E> {
    /// The platform.
    #[error(transparent)]
    Platform(#[from] CallError),
    /// Whoever takes what was read.
    #[error("{0}")]
    Take(E),
}

impl Connector {
    /// A connector for a platform.
    pub fn new(options: ConnectorOptions, platform: impl Platform, clock: Arc<dyn Clock>) -> Self {
        let (memory, standing) = (Mutex::default(), Standing::default());
        Self { options, platform: Box::new(platform), clock, memory, standing }
    }

    /// Its options.
    #[must_use]
    pub fn options(&self) -> &ConnectorOptions {
        &self.options
    }

    /// The platform.
    #[must_use]
    pub fn platform(&self) -> &dyn Platform {
        &*self.platform
    }

    /// The door of its inbound entries.
    #[must_use]
    pub fn door(&self) -> String {
        format!("{DOOR_PREFIX}{}", self.options.name)
    }

    /// The ticket of a conversation.
    #[must_use]
    pub fn ticket(&self, conversation: &str) -> String {
        format!("{}:{conversation}", self.options.name)
    }

    /// The conversation of a ticket; `None` if the ticket is not of this connector.
    #[must_use]
    pub fn conversation<'t>(&self, ticket: &'t str) -> Option<&'t str> {
        ticket.strip_prefix(self.options.name.as_str())?.strip_prefix(':')
    }

    /// Verifies and reads a post. What it says is recorded with [`receive_at`](Self::receive_at).
    ///
    /// # Errors
    ///
    /// See [`PostError`]. What cannot be read must be kept: [`keep_at`](Self::keep_at).
    pub fn read_post(&self, post: &Post<'_>, now: Instant) -> Result<Vec<Heard>, PostError> {
        self.platform.verify(post, now)?;
        self.parse(&String::from_utf8_lossy(post.body)).map_err(PostError::Unreadable)
    }

    /// Reads a body that was verified before.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    pub fn parse(&self, body: &str) -> Result<Vec<Heard>, Unreadable> {
        self.platform.parse(body)
    }

    /// Keeps a body that cannot be read, durably: the tickets that it names are neither reminded
    /// nor closed until somebody has handled it. Returns the id of the inbound entry.
    ///
    /// # Errors
    ///
    /// See [`DeskError`].
    pub fn keep_at<S: Store>(
        &self,
        desk: &mut Desk<S>,
        now: Instant,
        body: &str,
        unread: &Unreadable,
    ) -> Result<Option<String>, DeskError> {
        let inbound = Inbound {
            door: self.door(),
            text: body.to_owned(),
            why: unread.why.clone(),
            tickets: unread.conversations.iter().map(|it| self.ticket(it)).collect(),
            customers: Vec::new(),
        };
        Ok(desk.record_inbound(now, &self.options.account, &[inbound])?.pop())
    }

    /// Records what was heard and the desk does not know. When this returns it is durable. The same
    /// may be heard again.
    ///
    /// # Errors
    ///
    /// See [`DeskError`]; hear it again.
    pub fn receive_at<S: Store>(
        &self,
        desk: &mut Desk<S>,
        now: Instant,
        heard: &[Heard],
    ) -> Result<Vec<Taken>, DeskError> {
        heard.iter().map(|heard| self.receive_one(desk, now, heard)).collect()
    }

    fn receive_one<S: Store>(
        &self,
        desk: &mut Desk<S>,
        now: Instant,
        heard: &Heard,
    ) -> Result<Taken, DeskError> {
        let (ticket, known) = self.look_up(desk, heard)?;
        let newest = known.as_ref().map(|_| self.without_older_state(heard));
        let heard = newest.as_ref().unwrap_or(heard);
        let new = match &known {
            Some(snapshot) => {
                let closing = open_close(snapshot);
                let known = Known { facts: &snapshot.ticket, closing };
                rows(heard, &ticket, Some(known), now)
            }
            None => rows(heard, &ticket, None, now),
        };
        let arrived = self.confirm(desk, now, heard, &ticket, known.as_ref())?;
        let account = &self.options.account;
        let incoming: Vec<Incoming> =
            new.iter().map(|row| Incoming::new(account.clone(), row.clone())).collect();
        let receipts = desk.record_events(now, &incoming)?;
        self.keep_refused(desk, now, &new, &receipts)?;
        Ok(Taken { ticket, receipts, arrived })
    }

    /// What was heard, without state and facts if newer ones were heard before. The desk stores the
    /// version of a state only when the state changes, so a late post could pass for news.
    fn without_older_state(&self, heard: &Heard) -> Heard {
        let mut memory = self.memory();
        if memory.versions.len() > REMEMBERED_MAX {
            memory.versions.clear();
        }
        let latest = memory.versions.entry(heard.conversation.clone()).or_insert(heard.version);
        if heard.version < *latest && !heard.is_read {
            let (facts, more) = (serde_json::Map::new(), Vec::new());
            return Heard { state: None, facts, more, ..heard.clone() };
        }
        *latest = heard.version.max(*latest);
        heard.clone()
    }

    /// The ticket of what was heard, and what the desk knows of it.
    fn look_up<S: Store>(
        &self,
        desk: &mut Desk<S>,
        heard: &Heard,
    ) -> Result<(String, Option<TicketSnapshot>), DeskError> {
        for conversation in std::iter::once(&heard.conversation).chain(&heard.aliases) {
            let ticket = self.ticket(conversation);
            match desk.query_ticket(&self.options.account, &ticket) {
                Ok(known) => return Ok((ticket, Some(known))),
                Err(DeskError::UnknownTicket(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok((self.ticket(&heard.conversation), None))
    }

    /// Reports our own actions as done that have turned out to have reached the platform.
    fn confirm<S: Store>(
        &self,
        desk: &mut Desk<S>,
        now: Instant,
        heard: &Heard,
        ticket: &str,
        known: Option<&TicketSnapshot>,
    ) -> Result<Vec<String>, DeskError> {
        let Some(known) = known else { return Ok(Vec::new()) };
        let waits =
            |key: &String| known.outbox.iter().any(|row| row.key == *key && row.state.is_open());
        let is_done = |key: &&ActionKey| !(self.options.has_exit && is_close(key));
        let of_ticket = heard.arrived().filter(|key| key.ticket == ticket).filter(is_done);
        let mut keys: Vec<String> = of_ticket.map(key::render).filter(waits).collect();
        keys.dedup();
        let report = |key: &String| DeliveryReport {
            account: self.options.account.clone(),
            key: key.clone(),
            at: now,
            outcome: DeliveryOutcome::Done,
        };
        let reports: Vec<_> = keys.iter().map(report).collect();
        if !reports.is_empty() {
            desk.record_deliveries(now, &reports)?;
        }
        Ok(keys)
    }

    /// Keeps what the desk can never record: it may be a customer's answer.
    fn keep_refused<S: Store>(
        &self,
        desk: &mut Desk<S>,
        now: Instant,
        rows: &[Row],
        receipts: &[Receipt],
    ) -> Result<(), DeskError> {
        let refused = rows.iter().zip(receipts).filter_map(|(row, receipt)| match receipt {
            Receipt::Refused(why) => Some(Inbound {
                door: EVENTS_DOOR.to_owned(),
                text: row.to_json().to_string(),
                why: why.clone(),
                tickets: vec![row.ticket.clone()],
                customers: Vec::new(),
            }),
            _ => None,
        });
        let refused: Vec<Inbound> = refused.collect();
        desk.record_inbound(now, &self.options.account, &refused).map(drop)
    }

    /// The desk's open tickets of this connector, by their conversations.
    ///
    /// # Errors
    ///
    /// See [`DeskError`].
    pub fn open_conversations<S: Store>(&self, desk: &Desk<S>) -> Result<Vec<String>, DeskError> {
        let mut query =
            Query { status: Some("open".into()), limit: TICKETS_TOGETHER, ..Query::default() };
        let mut open = Vec::new();
        loop {
            let rows = desk.query_tickets(&self.options.account, &query)?;
            let Some(last) = rows.last() else { return Ok(open) };
            query.after = last.no;
            open.extend(
                rows.iter().filter_map(|row| self.conversation(&row.id)).map(str::to_owned),
            );
        }
    }

    /// When the next sweep is due; `None` if the platform cannot be compared.
    #[must_use]
    pub fn next_sweep(&self) -> Option<Instant> {
        if !self.platform.abilities().sweep {
            return None;
        }
        Some(self.memory().next_sweep.unwrap_or(Instant::MIN))
    }

    /// Compares the platform's open conversations with the desk's open tickets (`open`, by their
    /// conversations), and passes on what was read, a few conversations at a time. What has not
    /// changed since the last sweep is not read.
    ///
    /// # Errors
    ///
    /// See [`SweepError`]. The next sweep is then due soon, and goes on with what was not read.
    pub fn sweep<E>(
        &self,
        now: Instant,
        open: &[String],
        take: impl FnMut(Vec<Heard>) -> Result<(), E>,
    ) -> Result<Swept, SweepError<E>> {
        let mut sweep = Sweep { connector: self, now, take, swept: Swept::default(), in_a_row: 0 };
        let swept = sweep.all(open);
        let pause = match &swept {
            Ok(_) => self.options.sweep_every,
            Err(SweepError::Platform(CallError::Exhausted(pause))) => *pause,
            Err(_) => FAILED_SWEEP_PAUSE_MS.min(self.options.sweep_every),
        };
        self.memory().next_sweep = Some(now.saturating_add_unsigned(pause));
        swept
    }

    /// Reads a conversation. One that is not found is deleted, if the platform finds others.
    fn read(
        &self,
        conversation: &str,
        purpose: Purpose,
        now: Instant,
    ) -> Result<Option<Conversation>, CallError> {
        let from = self.memory().read_up_to.get(conversation).cloned();
        match self.platform.read(conversation, from.as_deref(), purpose, now) {
            Ok(Some(read)) => {
                self.standing.note(200);
                let mut memory = self.memory();
                if memory.read_up_to.len() > REMEMBERED_MAX {
                    memory.read_up_to.clear();
                }
                if let Some(up_to) = &read.read_up_to {
                    memory.read_up_to.insert(conversation.to_owned(), up_to.clone());
                }
                Ok(Some(read))
            }
            Err(error) if matches!(error.status(), Some(404 | 410)) => {
                self.standing.note(404);
                if !self.standing.is_trusted() {
                    return Err(error);
                }
                let heard = Heard {
                    conversation: conversation.to_owned(),
                    version: now,
                    is_read: true,
                    state: Some(State::Deleted),
                    ..Heard::default()
                };
                Ok(Some(Conversation { heard, ..Conversation::default() }))
            }
            read => read,
        }
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A sweep under way.
struct Sweep<'c, T> {
    connector: &'c Connector,
    now: Instant,
    take: T,
    swept: Swept,
    /// Failed calls since the last one that succeeded.
    in_a_row: usize,
}

impl<T> Sweep<'_, T> {
    fn all<E>(&mut self, open: &[String]) -> Result<Swept, SweepError<E>>
    where
        T: FnMut(Vec<Heard>) -> Result<(), E>,
    {
        let known: HashSet<&str> = open.iter().map(String::as_str).collect();
        let mut listed: HashSet<String> = HashSet::new();
        for page in 1..=PAGES_MAX {
            let items = self.page(page)?;
            if items.is_empty() {
                break;
            }
            let changed = self.changed(items, &known, &mut listed);
            self.read(&changed)?;
        }
        self.swept.open = listed.len();
        let missing = open.iter().filter(|it| !listed.contains(*it));
        let missing: Vec<_> = missing.map(|it| (it.clone(), Instant::MIN)).collect();
        self.swept.missing = missing.len();
        self.read(&missing)?;
        self.connector.memory().active.retain(|conversation, _| listed.contains(conversation));
        Ok(self.swept)
    }

    /// A page of the list, tried again if it fails.
    fn page(&mut self, page: u32) -> Result<Vec<Listed>, CallError> {
        loop {
            match self.connector.platform.open(page, self.now) {
                Ok(items) => {
                    self.in_a_row = 0;
                    return Ok(items);
                }
                Err(error) => self.bear(error)?,
            }
        }
    }

    /// Counts a failure; several in a row, or a used up limit, end the sweep.
    fn bear(&mut self, error: CallError) -> Result<(), CallError> {
        self.in_a_row = self.in_a_row.saturating_add(1);
        match error {
            CallError::Unreachable(_) if self.in_a_row < FAILURES_MAX => Ok(()),
            error => Err(error),
        }
    }

    /// The conversations of a page in which something has happened since the last sweep.
    fn changed(
        &self,
        items: Vec<Listed>,
        known: &HashSet<&str>,
        listed: &mut HashSet<String>,
    ) -> Vec<(String, Instant)> {
        let options = &self.connector.options;
        let memory = self.connector.memory();
        let mut changed = Vec::new();
        for item in items {
            let conversation = item.heard.conversation;
            let is_new = listed.insert(conversation.clone());
            let is_known = known.contains(conversation.as_str());
            let is_recent = self.now.abs_diff(item.active) <= options.adopt_within;
            let is_same = memory.active.get(&conversation) == Some(&item.active);
            if is_new && !is_same && (is_known || is_recent) {
                changed.push((conversation, item.active));
            }
        }
        changed
    }

    /// Reads conversations and passes them on.
    fn read<E>(&mut self, changed: &[(String, Instant)]) -> Result<(), SweepError<E>>
    where
        T: FnMut(Vec<Heard>) -> Result<(), E>,
    {
        for together in changed.chunks(SWEPT_TOGETHER) {
            let (mut heard, mut read) = (Vec::new(), Vec::new());
            let mut ended = None;
            for (conversation, active) in together {
                match self.connector.read(conversation, Purpose::Sweep, self.now) {
                    Ok(one) => {
                        self.in_a_row = 0;
                        heard.extend(one.map(|it| it.heard));
                        read.push((conversation.clone(), *active));
                    }
                    Err(error) => {
                        self.swept.failed = self.swept.failed.saturating_add(1);
                        ended = self.bear(error).err();
                        if ended.is_some() {
                            break;
                        }
                    }
                }
            }
            self.swept.read = self.swept.read.saturating_add(read.len());
            (self.take)(heard).map_err(SweepError::Take)?;
            let mut memory = self.connector.memory();
            if memory.active.len() > REMEMBERED_MAX {
                memory.active.clear();
            }
            memory.active.extend(read);
            drop(memory);
            if let Some(error) = ended {
                return Err(error.into());
            }
        }
        Ok(())
    }
}

/// The key of a close in the outbox.
fn open_close(known: &TicketSnapshot) -> Option<&str> {
    let closes = |text: &str| key::parse(text).is_ok_and(|key| is_close(&key));
    let mut open = known.outbox.iter().filter(|row| row.state.is_open());
    open.find(|row| closes(&row.key)).map(|row| row.key.as_str())
}

fn is_close(key: &ActionKey) -> bool {
    matches!(key.step, Step::Close | Step::Resolve)
}

impl Sink for Connector {
    fn read_back(&self, delivery: &Delivery) -> Result<Option<Vec<Incoming>>, DeliveryOutcome> {
        let Some(conversation) = self.conversation(&delivery.ticket) else { return Ok(None) };
        let now = self.clock.now();
        let read = match self.read(conversation, Purpose::Action, now) {
            Ok(Some(read)) => read,
            // Nothing can be read, but a post may have withdrawn the action since it was claimed.
            Ok(None) => return Ok(Some(Vec::new())),
            Err(CallError::Exhausted(pause)) => {
                let why = CallError::Exhausted(pause).to_string();
                return Err(DeliveryOutcome::Postponed { why, pause });
            }
            Err(error) => {
                let why = format!("the conversation cannot be read before it: {error}");
                return Err(DeliveryOutcome::Retry(why));
            }
        };
        // Carried out before, and the answer was lost.
        if read.heard.arrived().any(|key| key::render(key) == delivery.key) {
            return Err(DeliveryOutcome::Done);
        }
        let closing = is_close(&delivery.action.key).then_some(delivery.key.as_str());
        let known = Known { facts: &delivery.facts, closing };
        let rows = rows(&read.heard, &delivery.ticket, Some(known), now);
        let mut memory = self.memory();
        // Those of actions that were withdrawn in between are never used.
        if memory.reading.len() > READ_AHEAD_MAX {
            memory.reading.clear();
        }
        memory.reading.insert(delivery.key.clone(), read);
        drop(memory);
        let account = &delivery.account;
        Ok(Some(rows.into_iter().map(|row| Incoming::new(account.clone(), row)).collect()))
    }

    fn deliver(&self, delivery: &Delivery) -> DeliveryOutcome {
        let read = self.memory().reading.remove(&delivery.key);
        let Some(conversation) = self.conversation(&delivery.ticket) else {
            return DeliveryOutcome::Refused(format!(
                "the ticket `{}` is not one of `{}`",
                delivery.ticket, self.options.name
            ));
        };
        let now = self.clock.now();
        let task = Task { delivery, conversation, read: read.as_ref(), now };
        self.platform.carry_out(&task)
    }

    fn is_in_doubt(&self) -> bool {
        self.standing.is_in_doubt()
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector").field("options", &self.options).finish_non_exhaustive()
    }
}
