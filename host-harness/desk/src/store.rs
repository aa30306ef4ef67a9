//! The desk's store: one atomic [`commit`](Store::commit), and queries.
//!
//! [`Sqlite`] keeps everything in one file, `postgres::Postgres` (feature `postgres`) in a database;
//! a [`Location`] names either. [`JournalSource`] reads a journal without owning the store.
//!
//! A store has one writer. The desk numbers tickets and entries, and continues from
//! [`numbers`](Store::numbers). A commit is stored completely or not at all, and is durable once it
//! has returned `Ok`.

mod boxed;
mod error;
mod inbound;
mod location;
mod packing;
mod permit;
#[cfg(feature = "postgres")]
pub mod postgres;
pub mod sqlite;
mod transfer;

use std::fmt;
use std::path::Path;

use despertador_contract::{Action, ExitState, Instant, Step, TicketStatus};

use crate::scope::Scope;

pub use error::{StoreError, StoreProblem};
pub use inbound::{AliasRow, InboundChange, InboundRow, InboundSize};
pub use location::{AnyStore, DatabaseUrl, Location, OpenOptions};
pub use permit::DeliveryPermit;
pub use sqlite::Sqlite;
pub use transfer::{Moved, move_desk};

/// Stores tickets, journals, deadlines and the outbox.
#[allow(clippy::missing_errors_doc, reason = "each fails as `StoreError` says")]
pub trait Store {
    /// Stores the whole batch durably, or nothing.
    ///
    /// The commit fails with [`StoreProblem::Conflict`] if the stored version of a ticket is not
    /// the one before the given one.
    fn commit(&mut self, batch: &Batch) -> Result<(), StoreError>;

    /// Whether deliveries may begin: always, unless other processes can take the store over.
    fn delivery_permit(&self) -> DeliveryPermit {
        DeliveryPermit::always()
    }

    /// The highest numbers in use.
    fn numbers(&self) -> Result<Numbers, StoreError>;

    /// All accounts.
    fn accounts(&self) -> Result<Vec<AccountRow>, StoreError>;
    /// All lanes.
    fn lanes(&self) -> Result<Vec<LaneRow>, StoreError>;
    /// One version of an account's policy.
    fn policy(&self, account: i64, version: i64) -> Result<Option<PolicyRow>, StoreError>;
    /// All versions of an account's policy, the newest first.
    fn policies(&self, account: i64) -> Result<Vec<PolicyRow>, StoreError>;
    /// The newest versions of an account's policy, without their texts.
    fn policy_heads(&self, account: i64, limit: usize) -> Result<Vec<PolicyRow>, StoreError>;
    /// The latest flow of an account.
    fn flow(&self, account: i64) -> Result<Option<FlowRow>, StoreError>;
    /// The newest versions of an account's flow, without their texts.
    fn flow_heads(&self, account: i64, limit: usize) -> Result<Vec<FlowRow>, StoreError>;
    /// The proposals of an account that wait for an approval, without their texts.
    fn proposals(&self, account: i64) -> Result<Vec<ProposalRow>, StoreError>;
    /// A proposal that waits for an approval.
    fn proposal(&self, account: i64, no: i64) -> Result<Option<ProposalRow>, StoreError>;
    /// The audit entries of an account, the newest first.
    fn audit(&self, account: i64, limit: usize) -> Result<Vec<AuditRow>, StoreError>;
    /// The audit entries of one kind, the oldest first.
    fn audit_of(&self, account: i64, what: &str) -> Result<Vec<AuditRow>, StoreError>;
    /// All tokens, including revoked ones, the oldest first.
    fn tokens(&self) -> Result<Vec<TokenRow>, StoreError>;

    /// A ticket by its account and id.
    fn ticket(&self, account: i64, id: &str) -> Result<Option<TicketRow>, StoreError>;
    /// Whether an event was recorded before.
    fn is_consumed(&self, consumed: &Consumed) -> Result<bool, StoreError>;
    /// The number of a ticket, from the index of ids alone.
    fn ticket_number(&self, account: i64, id: &str) -> Result<Option<i64>, StoreError>;
    /// The id of a ticket.
    fn ticket_id(&self, no: i64) -> Result<Option<String>, StoreError>;
    /// The tickets moved aside, by number.
    fn damaged(&self) -> Result<Vec<DamagedRow>, StoreError>;
    /// The due tickets of a lane, the oldest first, without those moved aside. Reads the index
    /// only, whatever the state of the tickets' rows.
    fn due(&self, lane: i64, now: Instant, limit: usize) -> Result<Vec<DueRow>, StoreError>;
    /// When the next ticket of a lane is due, without those moved aside.
    fn earliest_due(&self, lane: i64) -> Result<Option<Instant>, StoreError>;
    /// The numbers of open tickets of an account above `no`, in order; reads the index only.
    fn open_after(&self, account: i64, no: i64, limit: usize) -> Result<Vec<i64>, StoreError>;
    /// The open tickets of an account, by the facts that rules match.
    fn open_by_facts(&self, account: i64) -> Result<Vec<OpenTickets>, StoreError>;
    /// The tickets that match a query, by number.
    fn tickets(&self, query: &Query) -> Result<Vec<TicketRow>, StoreError>;

    /// Number of due tickets of a lane, counted up to `most`.
    fn count_due(&self, lane: i64, now: Instant, most: usize) -> Result<u64, StoreError>;
    /// Numbers of due actions and of dead letters, each counted up to `most`.
    fn count_outbox(&self, now: Instant, most: usize) -> Result<(u64, u64), StoreError>;

    /// The outbox of a ticket.
    fn outbox_of(&self, ticket: i64) -> Result<Vec<OutboxRow>, StoreError>;
    /// The due actions of an account after a position, the oldest first.
    fn outbox_due(
        &self,
        account: i64,
        now: Instant,
        behind: Option<OutboxPlace>,
        limit: usize,
    ) -> Result<Vec<WaitingRow>, StoreError>;
    /// When the next action of an account is due, after an instant.
    fn earliest_outbox(&self, account: i64, after: Instant) -> Result<Option<Instant>, StoreError>;
    /// The dead letters, the oldest first.
    fn dead_letters(&self, account: i64, limit: usize) -> Result<Vec<OutboxRow>, StoreError>;

    /// The inbound entries, the oldest first.
    fn inbound(&self, account: i64, limit: usize) -> Result<Vec<InboundRow>, StoreError>;
    /// One inbound entry.
    fn inbound_entry(&self, account: i64, id: &str) -> Result<Option<InboundRow>, StoreError>;
    /// Number and size of the inbound entries, of an account or of all.
    fn inbound_size(&self, account: Option<i64>) -> Result<InboundSize, StoreError>;
    /// Whether an inbound entry names this ticket or its customer.
    fn is_named_inbound(
        &self,
        account: i64,
        ticket: &str,
        customer: Option<&str>,
    ) -> Result<bool, StoreError>;
    /// The latest `limit` instants after `after` at which a customer was sent a message, in order.
    fn sent_to(
        &self,
        account: i64,
        customer: &str,
        after: Instant,
        limit: usize,
    ) -> Result<Vec<Instant>, StoreError>;

    /// One entry of a ticket's journal.
    fn entry(&self, ticket: i64, seq: i64) -> Result<Option<EntryRow>, StoreError>;

    /// Deletes all data of a customer: the tickets that are or were theirs, with everything about
    /// them. Returns the number of tickets. The data may remain in the log until
    /// [`purge`](Self::purge).
    fn forget(&mut self, account: i64, customer: &str) -> Result<u64, StoreError>;
    /// Purges deleted data from the disk. Returns false if another process is reading the store and
    /// it must be repeated.
    fn purge(&mut self) -> Result<bool, StoreError>;
    /// The files of the backups of this store.
    fn backups(&self) -> Result<Vec<String>, StoreError>;
    /// Deletes at most `limit` tickets that are not open and have not changed since an instant;
    /// returns how many.
    fn delete_untouched(&mut self, since: Instant, limit: usize) -> Result<u64, StoreError>;
    /// Writes a copy of the whole store to a new file, while it is in use.
    fn backup(&self, to: &Path) -> Result<(), StoreError>;
    /// Checks all data and returns the problems.
    fn check(&self) -> Result<Vec<String>, StoreError>;
    /// The damaged tables and indexes, by name, as far as known.
    fn damaged_tables(&self) -> Vec<String>;
}

/// Reads a store's journal without owning the store: all of it as it was when it was opened.
#[allow(clippy::missing_errors_doc, reason = "each fails as `StoreError` says")]
pub trait JournalSource: fmt::Debug + Send {
    /// All accounts.
    fn accounts(&self) -> Result<Vec<AccountRow>, StoreError>;
    /// All versions of an account's policy, the oldest first.
    fn policies(&self, account: i64) -> Result<Vec<PolicyRow>, StoreError>;
    /// At most `limit` tickets above a number, in order: of an account or of all, and only those
    /// stored since an instant.
    fn tickets(
        &self,
        account: Option<i64>,
        since: Instant,
        after: i64,
        limit: usize,
    ) -> Result<Vec<TicketHead>, StoreError>;
    /// The journal of a ticket from its first entry. An entry that is missing is an error.
    fn journal(&self, ticket: &TicketHead) -> Result<Vec<EntryRow>, StoreError>;
    /// The instant of the last entry; `None` if there is none.
    fn latest(&self) -> Result<Option<Instant>, StoreError>;
    /// Ends the reading. An error means that what was read may be inconsistent.
    fn end(&self) -> Result<(), StoreError>;
}

/// The columns of a ticket that its journal needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketHead {
    /// Its number.
    pub no: i64,
    /// Its account.
    pub account: i64,
    /// Its id.
    pub id: String,
    /// The last entry of its journal.
    pub last: i64,
}

/// The contents of a commit.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Batch {
    /// New lanes.
    pub lanes: Vec<LaneRow>,
    /// New states of accounts.
    pub accounts: Vec<AccountRow>,
    /// New versions of policies.
    pub policies: Vec<PolicyRow>,
    /// New versions of flows.
    pub flows: Vec<FlowRow>,
    /// New proposals.
    pub proposals: Vec<ProposalRow>,
    /// Accounts and numbers of proposals that were decided.
    pub decided: Vec<(i64, i64)>,
    /// New audit entries.
    pub audit: Vec<AuditRow>,
    /// New and revoked tokens.
    pub tokens: Vec<TokenRow>,
    /// New states of tickets.
    pub tickets: Vec<TicketChange>,
    /// Recorded events.
    pub consumed: Vec<Consumed>,
    /// New entries of the journal.
    pub journal: Vec<EntryRow>,
    /// Changes of the outbox.
    pub outbox: Vec<OutboxChange>,
    /// Messages to customers.
    pub sent: Vec<SentRow>,
    /// Former ids of tickets' customers.
    pub known_as: Vec<KnownAs>,
    /// Tickets that are no longer damaged.
    pub repaired: Vec<i64>,
    /// Tickets that cannot be read or written.
    pub damaged: Vec<DamagedRow>,
    /// Changes of inbound entries.
    pub inbound: Vec<InboundChange>,
    /// Other names of tickets' customers.
    pub aliases: Vec<AliasRow>,
}

impl Batch {
    /// Whether the batch is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The highest numbers in use; 0 where there are none.
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
    /// The last open ticket that was evaluated after a change of policy; `None` if all were.
    pub sweep: Option<i64>,
}

/// The tickets of one department of one account. Lanes take turns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaneRow {
    /// Its number.
    pub no: i64,
    /// The account.
    pub account: i64,
    /// The department; `None` for tickets without one.
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
    /// The text of the policy.
    pub config: String,
    /// Its surroundings, as JSON.
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

/// A policy that waits for the approval of a second person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposalRow {
    /// The account.
    pub account: i64,
    /// Its number in the account, from 1; never used again.
    pub no: i64,
    /// When it was proposed.
    pub at: Instant,
    /// By whom.
    pub by: String,
    /// The version that was in force.
    pub base: i64,
    /// The text of the policy.
    pub config: String,
    /// Its surroundings, as JSON.
    pub surroundings: String,
}

/// An audit entry.
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
    /// Details, as JSON.
    pub details: String,
}

/// An access token. The token itself is not stored.
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
    /// When it was revoked.
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

/// A ticket. Facts, memory and keys are for the desk; the other columns are for queries.
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
    /// When it is evaluated next.
    pub due: Option<Instant>,
    /// The step that is due then.
    pub next_step: Option<Step>,
    /// Why the ticket is deferred: the plugin could not evaluate it.
    pub deferred: Option<String>,
    /// Number of consecutive failures of the plugin.
    pub failures: i64,
    /// The first pending entry of the journal.
    pub pending: Option<i64>,
    /// The last entry of its journal.
    pub last: i64,
    /// When it was last stored.
    pub changed: Instant,
    /// Its facts, as JSON.
    pub facts: String,
    /// The plugin's memory.
    pub memory: Vec<u8>,
    /// The keys of carried out actions with which its conversation is resumed, one per line.
    pub carried_out: String,
    /// Number of actions in the outbox, including dead letters.
    pub outbox: i64,
}

/// A new state of a ticket, and which indexes must be updated.
#[derive(Debug, Clone, PartialEq)]
pub struct TicketChange {
    /// The ticket.
    pub row: TicketRow,
    /// Whether facts, lane, status, department, customer or deferral may have changed.
    pub moved: bool,
    /// Whether its deadline has changed.
    pub rescheduled: bool,
}

/// A recorded event, by a digest of its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consumed {
    /// The ticket.
    pub ticket: i64,
    /// The first half of the id's SHA-256.
    pub digest: [u8; 16],
}

/// A message to a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentRow {
    /// The account.
    pub account: i64,
    /// The customer.
    pub customer: String,
    /// When.
    pub at: Instant,
}

/// A former id of a ticket's customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownAs {
    /// The account.
    pub account: i64,
    /// The id.
    pub customer: String,
    /// The ticket.
    pub ticket: i64,
}

/// Open tickets with the same values of the facts that rules match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenTickets {
    /// All facts of one of them, as JSON.
    pub facts: String,
    /// How many there are.
    pub tickets: u64,
}

/// A due ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueRow {
    /// Its number.
    pub no: i64,
    /// Since when.
    pub due: Instant,
}

/// A ticket that cannot be read or written and was moved aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DamagedRow {
    /// Its number.
    pub ticket: i64,
    /// The account.
    pub account: i64,
    /// Since when.
    pub at: Instant,
    /// The damage, and the way out.
    pub why: String,
}

/// The kind of a journal entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// An event was recorded and evaluated.
    Recorded,
    /// An event was stored and could not be evaluated yet.
    Pending,
    /// The pending events were recorded.
    Resumed,
    /// A deadline passed, or the policy was changed.
    Ticked,
    /// A delivery failed and will be repeated.
    NotDelivered,
    /// An action was withdrawn.
    Withdrawn,
    /// An action became a dead letter.
    GivenUp,
    /// A dead letter was sent again by hand.
    SentAgain,
    /// The ticket was deferred: the plugin could not evaluate it.
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

/// An entry of the journal. Entries are never changed.
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
    /// Its kind.
    pub kind: EntryKind,
    /// The version of the policy; 0 if none was evaluated.
    pub policy: i64,
    /// The event, as a row of an event log.
    pub row: Option<String>,
    /// The decision, as JSON.
    pub decision: Option<String>,
    /// Further details, as JSON.
    pub note: Option<String>,
}

/// The state of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutboxState {
    /// To be delivered when it is due.
    Waiting,
    /// A dead letter.
    Dead,
    /// A dead letter to be sent again by hand.
    ByHand,
}

impl OutboxState {
    fn number(self) -> i64 {
        self as i64
    }

    fn from_number(number: i64) -> Option<Self> {
        [Self::Waiting, Self::Dead, Self::ByHand].into_iter().find(|state| state.number() == number)
    }

    /// Whether it is to be delivered.
    #[must_use]
    pub fn is_open(self) -> bool {
        self != Self::Dead
    }
}

/// An action in the outbox.
#[derive(Debug, Clone, PartialEq)]
pub struct OutboxRow {
    /// The ticket.
    pub ticket: i64,
    /// The idempotency key, `TICKET/CYCLE/STEP`; unique in the account.
    pub key: String,
    /// The account.
    pub account: i64,
    /// The lane of the ticket when it was requested.
    pub lane: i64,
    /// Its state.
    pub state: OutboxState,
    /// Number of attempts.
    pub attempts: i64,
    /// When the next attempt is due.
    pub next: Instant,
    /// When the plugin requested it.
    pub since: Instant,
    /// The deadline that passed.
    pub due: Instant,
    /// The action. One that cannot be read is a dead letter, and is never delivered.
    pub action: Result<Action, UnreadableAction>,
    /// Why the last attempt failed.
    pub why: Option<String>,
}

/// A stored action that this version cannot read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadableAction {
    /// The stored text.
    pub text: String,
    /// What cannot be read.
    pub why: String,
}

/// A position in the order of an account's actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct OutboxPlace {
    /// When the next attempt is due.
    pub next: Instant,
    /// The number of the row.
    pub row: i64,
}

/// An action in the outbox, with the columns needed to schedule it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingRow {
    /// Its place.
    pub place: OutboxPlace,
    /// Its key.
    pub key: String,
    /// The lane of the ticket when it was requested.
    pub lane: i64,
    /// The ticket.
    pub ticket: i64,
}

/// A change of the outbox.
#[derive(Debug, Clone, PartialEq)]
pub enum OutboxChange {
    /// The row is added or replaced.
    Put(Box<OutboxRow>),
    /// The row becomes a dead letter because it or its ticket cannot be read.
    MoveAside {
        /// The ticket.
        ticket: i64,
        /// The key.
        key: String,
        /// Why, and the way out.
        why: String,
    },
    /// The row is removed.
    Remove {
        /// The ticket.
        ticket: i64,
        /// The key.
        key: String,
    },
}

/// A query for tickets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// In this account.
    pub account: i64,
    /// With this status, a word of the contract.
    pub status: Option<String>,
    /// In this department.
    pub department: Option<String>,
    /// Of this customer, in canonical spelling; aliases count.
    pub customer: Option<String>,
    /// Only deferred tickets.
    pub deferred: bool,
    /// With a number above this one.
    pub after: i64,
    /// The maximum number of tickets.
    pub limit: usize,
    /// The highest numbers first; `limit` then keeps these.
    pub newest_first: bool,
    /// Only those with an action that was given up.
    pub given_up: bool,
    /// Only those with a next step, by due time and number; `after` does not count.
    pub by_due: bool,
    /// With `by_due`: those behind this due time and number.
    pub after_due: Option<(Instant, i64)>,
}
