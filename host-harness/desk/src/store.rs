//! Where the desk keeps things: one atomic [`commit`](Store::commit), and what is asked of it.
//!
//! A store has one writer. It hands out no numbers: tickets and entries are numbered by the desk,
//! which learns from [`numbers`](Store::numbers) where it goes on. A commit is stored whole or not
//! at all, and what it returned `Ok` for survives the loss of power.

mod error;
mod inbound;
pub mod sqlite;

use std::path::Path;

use despertador_contract::{Action, ExitState, Instant, Step, TicketStatus};

use crate::scope::Scope;

pub use error::{StoreError, StoreProblem};
pub use inbound::{AliasRow, InboundChange, InboundRow, InboundSize};
pub use sqlite::Sqlite;

/// Keeps tickets, their journal, what is due and what is to be carried out.
#[allow(clippy::missing_errors_doc, reason = "each fails as `StoreError` says")]
pub trait Store {
    /// Stores all of the batch, durably, or nothing.
    ///
    /// A ticket whose stored version is not the one before the given one makes the whole commit
    /// fail with [`StoreProblem::Conflict`].
    fn commit(&mut self, batch: &Batch) -> Result<(), StoreError>;

    /// The highest numbers given so far.
    fn numbers(&self) -> Result<Numbers, StoreError>;

    /// All accounts.
    fn accounts(&self) -> Result<Vec<AccountRow>, StoreError>;
    /// All lanes.
    fn lanes(&self) -> Result<Vec<LaneRow>, StoreError>;
    /// One version of an account's policy.
    fn policy(&self, account: i64, version: i64) -> Result<Option<PolicyRow>, StoreError>;
    /// All versions of an account's policy, the newest first.
    fn policies(&self, account: i64) -> Result<Vec<PolicyRow>, StoreError>;
    /// The newest versions of an account's policy, without the policies themselves.
    fn policy_heads(&self, account: i64, limit: usize) -> Result<Vec<PolicyRow>, StoreError>;
    /// The flow of an account that was saved last.
    fn flow(&self, account: i64) -> Result<Option<FlowRow>, StoreError>;
    /// The newest versions of an account's flow, without the flows themselves.
    fn flow_heads(&self, account: i64, limit: usize) -> Result<Vec<FlowRow>, StoreError>;
    /// What was changed by people, the newest first.
    fn audit(&self, account: i64, limit: usize) -> Result<Vec<AuditRow>, StoreError>;
    /// What was changed by people in one way, the oldest first.
    fn audit_of(&self, account: i64, what: &str) -> Result<Vec<AuditRow>, StoreError>;
    /// All tokens, those taken back included, the oldest first.
    fn tokens(&self) -> Result<Vec<TokenRow>, StoreError>;

    /// A ticket by its account and id.
    fn ticket(&self, account: i64, id: &str) -> Result<Option<TicketRow>, StoreError>;
    /// Whether an event was taken in before.
    fn is_consumed(&self, consumed: &Consumed) -> Result<bool, StoreError>;
    /// The number of a ticket, from the index of ids alone.
    fn ticket_number(&self, account: i64, id: &str) -> Result<Option<i64>, StoreError>;
    /// The id of a ticket.
    fn ticket_id(&self, no: i64) -> Result<Option<String>, StoreError>;
    /// Tickets that were moved aside, by number.
    fn damaged(&self) -> Result<Vec<DamagedRow>, StoreError>;
    /// The tickets of a lane that are due, the oldest first; none that was moved aside. It is read
    /// from the index alone: what a ticket's own row is like makes no difference.
    fn due(&self, lane: i64, now: Instant, limit: usize) -> Result<Vec<DueRow>, StoreError>;
    /// When the first ticket of a lane is due, of those that were not moved aside.
    fn earliest_due(&self, lane: i64) -> Result<Option<Instant>, StoreError>;
    /// The numbers of open tickets of an account, higher than this one, in order; from the index.
    fn open_after(&self, account: i64, no: i64, limit: usize) -> Result<Vec<i64>, StoreError>;
    /// The open tickets of an account, by the facts that rules match.
    fn open_by_facts(&self, account: i64) -> Result<Vec<OpenTickets>, StoreError>;
    /// Tickets that answer a query, by number.
    fn tickets(&self, query: &Query) -> Result<Vec<TicketRow>, StoreError>;

    /// How many tickets of a lane are due; so many at most are counted.
    fn count_due(&self, lane: i64, now: Instant, most: usize) -> Result<u64, StoreError>;
    /// How many actions are to be carried out by now, and how many were given up; so many of each
    /// at most are counted.
    fn count_outbox(&self, now: Instant, most: usize) -> Result<(u64, u64), StoreError>;

    /// What is to be carried out for a ticket.
    fn outbox_of(&self, ticket: i64) -> Result<Vec<OutboxRow>, StoreError>;
    /// What is to be carried out by now in an account, the oldest first, behind a place.
    fn outbox_due(
        &self,
        account: i64,
        now: Instant,
        behind: Option<OutboxPlace>,
        limit: usize,
    ) -> Result<Vec<WaitingRow>, StoreError>;
    /// When something is to be carried out next in an account, after an instant.
    fn earliest_outbox(&self, account: i64, after: Instant) -> Result<Option<Instant>, StoreError>;
    /// What was given up, the oldest first.
    fn dead_letters(&self, account: i64, limit: usize) -> Result<Vec<OutboxRow>, StoreError>;

    /// What could not be read, the oldest first.
    fn inbound(&self, account: i64, limit: usize) -> Result<Vec<InboundRow>, StoreError>;
    /// One entry of it.
    fn inbound_entry(&self, account: i64, id: &str) -> Result<Option<InboundRow>, StoreError>;
    /// How much there is of it, in an account or in all.
    fn inbound_size(&self, account: Option<i64>) -> Result<InboundSize, StoreError>;
    /// Whether any of it names this ticket or its customer.
    fn is_named_inbound(
        &self,
        account: i64,
        ticket: &str,
        customer: Option<&str>,
    ) -> Result<bool, StoreError>;
    /// When a customer of an account was sent something after an instant: the latest so many, in
    /// order.
    fn sent_to(
        &self,
        account: i64,
        customer: &str,
        after: Instant,
        limit: usize,
    ) -> Result<Vec<Instant>, StoreError>;

    /// One entry of the journal.
    fn entry(&self, seq: i64) -> Result<Option<EntryRow>, StoreError>;

    /// Deletes all that is kept of one customer: the tickets that are or once were theirs, with
    /// everything about them. How many tickets there were. What was deleted may still stand in the
    /// log until [`purge`](Self::purge).
    fn forget(&mut self, account: i64, customer: &str) -> Result<u64, StoreError>;
    /// Rids the disk of what was deleted. False if that has to be tried again, for somebody reads
    /// the store.
    fn purge(&mut self) -> Result<bool, StoreError>;
    /// The files of backups that were made of this store.
    fn backups(&self) -> Result<Vec<String>, StoreError>;
    /// Deletes tickets that are not open and that nothing has happened to since an instant, at
    /// most so many. How many there were.
    fn delete_untouched(&mut self, since: Instant, limit: usize) -> Result<u64, StoreError>;
    /// Writes a copy of the whole store to a new file, while it is in use.
    fn backup(&self, to: &Path) -> Result<(), StoreError>;
    /// Reads everything and says what is wrong.
    fn check(&self) -> Result<Vec<String>, StoreError>;
    /// The tables and indexes that are damaged, by name, as far as that can be told.
    fn damaged_tables(&self) -> Vec<String>;
}

/// What is stored at once.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Batch {
    /// New lanes.
    pub lanes: Vec<LaneRow>,
    /// Accounts as they are from now on.
    pub accounts: Vec<AccountRow>,
    /// New versions of policies.
    pub policies: Vec<PolicyRow>,
    /// New versions of flows.
    pub flows: Vec<FlowRow>,
    /// What people have changed.
    pub audit: Vec<AuditRow>,
    /// New tokens, and tokens that were taken back.
    pub tokens: Vec<TokenRow>,
    /// Tickets as they are from now on.
    pub tickets: Vec<TicketChange>,
    /// Events that were taken in.
    pub consumed: Vec<Consumed>,
    /// New entries of the journal.
    pub journal: Vec<EntryRow>,
    /// What is to be carried out, and what no longer is.
    pub outbox: Vec<OutboxChange>,
    /// What customers were sent.
    pub sent: Vec<SentRow>,
    /// Ids that tickets' customers had before the ones they have now.
    pub known_as: Vec<KnownAs>,
    /// Tickets that were damaged and can be read again.
    pub repaired: Vec<i64>,
    /// Tickets that cannot be read or written.
    pub damaged: Vec<DamagedRow>,
    /// What could not be read, and what somebody has looked at.
    pub inbound: Vec<InboundChange>,
    /// Other names of tickets' customers.
    pub aliases: Vec<AliasRow>,
}

impl Batch {
    /// Whether there is nothing to store.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The highest numbers given so far; 0 where there are none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Numbers {
    /// Of accounts.
    pub account: i64,
    /// Of lanes.
    pub lane: i64,
    /// Of tickets.
    pub ticket: i64,
    /// Of entries of the journal.
    pub entry: i64,
}

/// An account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountRow {
    /// Its number.
    pub no: i64,
    /// Its name.
    pub name: String,
    /// The version of the policy in force; 0 means none.
    pub policy: i64,
    /// The number of the last open ticket that was looked at after a change of policy; none if all
    /// were.
    pub sweep: Option<i64>,
}

/// The tickets of one department of one account. Lanes take turns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaneRow {
    /// Its number.
    pub no: i64,
    /// The account.
    pub account: i64,
    /// The department; none are the tickets without one.
    pub department: Option<String>,
}

/// One version of a policy. None is ever changed or deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyRow {
    /// The account.
    pub account: i64,
    /// Counted from 1 in each account.
    pub version: i64,
    /// When it was saved.
    pub at: Instant,
    /// By whom.
    pub by: String,
    /// The policy as it was written.
    pub config: String,
    /// What it was checked against, as JSON.
    pub surroundings: String,
}

/// One version of an account's flow.
#[derive(Debug, Clone, PartialEq)]
pub struct FlowRow {
    /// The account.
    pub account: i64,
    /// Counted from 1 in each account.
    pub version: i64,
    /// When it was saved.
    pub at: Instant,
    /// By whom.
    pub by: String,
    /// The export of the bot builder.
    pub text: String,
    /// Whether the flow can leave by the inactivity exit.
    pub exit: ExitState,
}

/// Something that somebody changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// The account.
    pub account: i64,
    /// When.
    pub at: Instant,
    /// Who.
    pub by: String,
    /// What: `policy-saved`, `dead-letter-sent-again`.
    pub what: String,
    /// Particulars, as JSON.
    pub details: String,
}

/// A token of the interface. The token itself is not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRow {
    /// The SHA-256 digest of the token.
    pub digest: [u8; 32],
    /// What it is for.
    pub name: String,
    /// What it may do. An error if the stored words cannot be read: such a token may do nothing.
    pub scopes: Result<Vec<Scope>, StoreError>,
    /// The accounts it may see, by name; `*` stands for all. An error if the stored list cannot be
    /// read: such a token sees no account.
    pub accounts: Result<Vec<String>, StoreError>,
    /// When it was made.
    pub at: Instant,
    /// When it was taken back.
    pub revoked: Option<Instant>,
}

impl TokenRow {
    /// The words of its scopes with a space between; empty if they cannot be read.
    #[must_use]
    pub fn scopes_text(&self) -> String {
        let scopes = self.scopes.as_deref().unwrap_or_default();
        scopes.iter().map(|scope| scope.word()).collect::<Vec<_>>().join(" ")
    }
}

/// A ticket. Facts, memory and what was carried out are the desk's; the rest is for queries.
#[derive(Debug, Clone, PartialEq)]
pub struct TicketRow {
    /// Its number in this store.
    pub no: i64,
    /// The account.
    pub account: i64,
    /// The id that the help-desk gave it.
    pub id: String,
    /// Counted from 1, one more at each commit.
    pub version: i64,
    /// Its lane.
    pub lane: i64,
    /// Its status.
    pub status: TicketStatus,
    /// Its department.
    pub department: Option<String>,
    /// The customer, where the fact `customer.id` names them.
    pub customer: Option<String>,
    /// When it is to be looked at again.
    pub due: Option<Instant>,
    /// The step that becomes due then.
    pub next_step: Option<Step>,
    /// Why the ticket is set aside: the plugin could not answer.
    pub deferred: Option<String>,
    /// How often in a row the plugin could not answer.
    pub failures: i64,
    /// The first entry of the journal that the plugin has not heard of.
    pub pending: Option<i64>,
    /// The last entry of the journal about it.
    pub last: i64,
    /// When something was stored of it last.
    pub changed: Instant,
    /// Its facts, as JSON.
    pub facts: String,
    /// The plugin's memory.
    pub memory: Vec<u8>,
    /// The actions carried out that a conversation is resumed with: keys, a line each.
    pub carried_out: String,
    /// How many actions are in the outbox, given up ones included.
    pub outbox: i64,
}

/// A ticket as it is from now on, and which of its projections are others than before: an index
/// is written only where something has changed.
#[derive(Debug, Clone, PartialEq)]
pub struct TicketChange {
    /// The ticket.
    pub row: TicketRow,
    /// Whether facts, lane, status, department, customer or being set aside may have changed.
    pub moved: bool,
    /// Whether it is due at another instant.
    pub rescheduled: bool,
}

/// An event that was taken in, by a digest of its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consumed {
    /// The ticket.
    pub ticket: i64,
    /// The first half of the id's SHA-256.
    pub digest: [u8; 16],
}

/// A message that a customer was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentRow {
    /// The account.
    pub account: i64,
    /// The customer.
    pub customer: String,
    /// When.
    pub at: Instant,
}

/// An id that the customer of a ticket had before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownAs {
    /// The account.
    pub account: i64,
    /// The id.
    pub customer: String,
    /// The ticket.
    pub ticket: i64,
}

/// Open tickets that have the facts that rules match in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenTickets {
    /// All facts of one of them, as JSON.
    pub facts: String,
    /// How many there are.
    pub tickets: u64,
}

/// A ticket that is to be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueRow {
    /// Its number.
    pub no: i64,
    /// Since when.
    pub due: Instant,
}

/// A ticket that cannot be read or written, and was moved aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DamagedRow {
    /// Its number.
    pub ticket: i64,
    /// The account.
    pub account: i64,
    /// Since when.
    pub at: Instant,
    /// What was found, and the way out.
    pub why: String,
}

/// What became of an entry's subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// Something happened, and the plugin was told.
    Recorded,
    /// Something happened, and the plugin could not be told yet.
    Pending,
    /// The plugin was told of all that it had not heard of.
    Resumed,
    /// A deadline passed, or the policy was changed.
    Ticked,
    /// An action was not delivered and is tried again.
    NotDelivered,
    /// An action is no longer wanted.
    Withdrawn,
    /// An action was given up.
    GivenUp,
    /// Somebody has a given up action sent again.
    SentAgain,
    /// The plugin could not answer.
    Deferred,
}

impl EntryKind {
    const ALL: [Self; 9] = [
        Self::Recorded,
        Self::Pending,
        Self::Resumed,
        Self::Ticked,
        Self::NotDelivered,
        Self::Withdrawn,
        Self::GivenUp,
        Self::SentAgain,
        Self::Deferred,
    ];

    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Recorded => "heard",
            Self::Pending => "unheard",
            Self::Resumed => "resumed",
            Self::Ticked => "ticked",
            Self::NotDelivered => "not-delivered",
            Self::Withdrawn => "withdrawn",
            Self::GivenUp => "given-up",
            Self::SentAgain => "sent-again",
            Self::Deferred => "parked",
        }
    }

    /// The kind of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    fn number(self) -> i64 {
        self as i64
    }

    fn from_number(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.number() == number)
    }
}

/// An entry of the journal. None is ever changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryRow {
    /// Its number; later entries have higher ones.
    pub seq: i64,
    /// The entry before it about the same ticket; 0 if it is the first.
    pub previous: i64,
    /// The ticket.
    pub ticket: i64,
    /// When, by the desk's clock.
    pub at: Instant,
    /// What it is about.
    pub kind: EntryKind,
    /// The version of the policy asked; 0 if none was.
    pub policy: i64,
    /// What happened, as a row of an event log.
    pub row: Option<String>,
    /// What was decided, as JSON.
    pub decision: Option<String>,
    /// What else is to be known, as JSON.
    pub note: Option<String>,
}

/// Whether an action is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutboxState {
    /// To be delivered when it is due.
    Waiting,
    /// Given up.
    Dead,
    /// Given up, and to be sent again because somebody said so.
    ByHand,
}

impl OutboxState {
    fn number(self) -> i64 {
        self as i64
    }

    fn from_number(number: i64) -> Option<Self> {
        [Self::Waiting, Self::Dead, Self::ByHand].into_iter().find(|state| state.number() == number)
    }

    /// Whether it is still to be delivered.
    #[must_use]
    pub fn is_open(self) -> bool {
        self != Self::Dead
    }
}

/// An action that is to be carried out.
#[derive(Debug, Clone, PartialEq)]
pub struct OutboxRow {
    /// The ticket.
    pub ticket: i64,
    /// The idempotency key, `TICKET/CYCLE/STEP`; unique in the account.
    pub key: String,
    /// The account.
    pub account: i64,
    /// The lane of the ticket when it was asked for.
    pub lane: i64,
    /// Whether it is on its way.
    pub state: OutboxState,
    /// How often it was tried.
    pub attempts: i64,
    /// When it is to be tried.
    pub next: Instant,
    /// When the plugin asked for it.
    pub since: Instant,
    /// The deadline that passed.
    pub due: Instant,
    /// The action. One that cannot be read is a dead letter, and is never delivered.
    pub action: Result<Action, UnreadableAction>,
    /// Why it was not delivered last.
    pub why: Option<String>,
}

/// A stored action that this version cannot read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadableAction {
    /// The action as it is stored.
    pub text: String,
    /// What cannot be read.
    pub why: String,
}

/// A place in the order in which an account's actions are to be carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct OutboxPlace {
    /// When it is to be tried.
    pub next: Instant,
    /// The number of the row.
    pub row: i64,
}

/// An action that is to be carried out, as far as it takes to give it a turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingRow {
    /// Its place.
    pub place: OutboxPlace,
    /// Its key.
    pub key: String,
    /// The lane of the ticket when it was asked for.
    pub lane: i64,
    /// The ticket.
    pub ticket: i64,
}

/// A change of the outbox.
#[derive(Debug, Clone, PartialEq)]
pub enum OutboxChange {
    /// The row is so from now on.
    Put(Box<OutboxRow>),
    /// The row cannot be delivered, for it or its ticket cannot be read: it becomes a dead letter.
    MoveAside {
        /// The ticket.
        ticket: i64,
        /// The key.
        key: String,
        /// Why, and the way out.
        why: String,
    },
    /// There is no such row any more.
    Remove {
        /// The ticket.
        ticket: i64,
        /// The key.
        key: String,
    },
}

/// Which tickets are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// Of this account.
    pub account: i64,
    /// With this status, a word of the contract.
    pub status: Option<String>,
    /// Of this department.
    pub department: Option<String>,
    /// Of this customer, in their canonical spelling; other names of theirs count.
    pub customer: Option<String>,
    /// Only those that are set aside.
    pub deferred: bool,
    /// With a higher number than this one.
    pub after: i64,
    /// At most so many.
    pub limit: usize,
    /// Those with the highest numbers first, which then are the ones that `limit` leaves.
    pub newest_first: bool,
}
