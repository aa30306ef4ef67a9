//! Unreadable input: kept whole, listed for people, sent again or discarded.
//!
//! Unreadable input may be a customer's answer. Until somebody has handled it, the tickets and
//! customers that it names are neither reminded nor closed.

use despertador_contract::{Duration, Instant, Step};
use despertador_lime::canonical_customer;
use serde_json::json;
use sha2::Digest;

use super::ticket::LoadedTicket;
use super::{Desk, account};
use crate::error::DeskError;
use crate::store::{InboundChange, InboundRow, Store, StoreError, StoreProblem};

/// Maximum number of entries per account.
const ENTRIES_MAX: u64 = 10_000;
/// Maximum size of all texts of an account, in bytes.
const BYTES_MAX: u64 = 256 * 1024 * 1024;
/// Maximum number of names in a text that block tickets.
const NAMES_MAX: usize = 10_000;
/// Maximum length of a name, in bytes.
const NAME_BYTES_MAX: usize = 2_048;

/// The pause before a blocked action is checked again, in milliseconds.
pub(super) const BLOCKED_RETRY_MS: Duration = 60_000;

/// The reason for blocking an action.
pub(super) const BLOCKED: &str = "something that could not be read names this ticket or its customer, who may \
                    have written; look at the account's inbound entries";

/// Unreadable input.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inbound {
    /// The door through which it came: `events`, `blip`.
    pub door: String,
    /// The complete text.
    pub text: String,
    /// Why it could not be read.
    pub why: String,
    /// The tickets that it seems to name.
    pub tickets: Vec<String>,
    /// The customers that it seems to name.
    pub customers: Vec<String>,
}

/// How an entry was handled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InboundResolution {
    /// It was recorded after all.
    SentAgain,
    /// It was discarded.
    Discarded,
}

impl<S: Store> Desk<S> {
    /// Stores unreadable input durably, and returns the ids of the entries. The same text is stored
    /// once.
    ///
    /// # Errors
    ///
    /// The account has the maximum number of entries, or see [`DeskError`].
    pub fn record_inbound(
        &mut self,
        now: Instant,
        account: &str,
        unread: &[Inbound],
    ) -> Result<Vec<String>, DeskError> {
        if unread.is_empty() {
            return Ok(Vec::new());
        }
        let no = self.account(account)?.row.no;
        let mut size = self.store.inbound_size(Some(no))?;
        let mut ids = Vec::with_capacity(unread.len());
        let mut tx = self.begin(now);
        for unread in unread {
            let id = digest(unread);
            ids.push(id.clone());
            if self.store.inbound_entry(no, &id)?.is_some() {
                continue;
            }
            size.entries = size.entries.saturating_add(1);
            size.bytes =
                size.bytes.saturating_add(u64::try_from(unread.text.len()).unwrap_or(u64::MAX));
            if size.entries > ENTRIES_MAX || size.bytes > BYTES_MAX {
                return Err(StoreError::new(
                    StoreProblem::Full,
                    format!(
                        "account `{account}` has no room for more that cannot be read; send its \
                         inbound entries again or discard them"
                    ),
                )
                .into());
            }
            tx.batch.inbound.push(InboundChange::Keep(InboundRow {
                account: no,
                id,
                at: now,
                door: unread.door.clone(),
                why: unread.why.clone(),
                text: unread.text.clone(),
                tickets: names(unread.tickets.iter().cloned()),
                customers: names(unread.customers.iter().map(|name| canonical_customer(name))),
            }));
        }
        self.commit(tx)?;
        Ok(ids)
    }

    /// The inbound entries of an account, the oldest first.
    ///
    /// # Errors
    ///
    /// See [`DeskError`].
    pub fn query_inbound(&self, account: &str, limit: usize) -> Result<Vec<InboundRow>, DeskError> {
        let account = self.account(account)?.row.no;
        Ok(self.store.inbound(account, limit)?)
    }

    /// One inbound entry.
    ///
    /// # Errors
    ///
    /// [`DeskError::UnknownInbound`], or see [`DeskError`].
    pub fn query_inbound_entry(&self, account: &str, id: &str) -> Result<InboundRow, DeskError> {
        let account = self.account(account)?.row.no;
        let entry = self.store.inbound_entry(account, id)?;
        entry.ok_or_else(|| DeskError::UnknownInbound(id.to_owned()))
    }

    /// Removes a handled entry, with an audit entry.
    ///
    /// # Errors
    ///
    /// [`DeskError::UnknownInbound`], or see [`DeskError`].
    pub fn resolve_inbound(
        &mut self,
        now: Instant,
        account: &str,
        id: &str,
        end: InboundResolution,
        by: &str,
    ) -> Result<(), DeskError> {
        let entry = self.query_inbound_entry(account, id)?;
        let what = match end {
            InboundResolution::SentAgain => "inbound-sent-again",
            InboundResolution::Discarded => "inbound-discarded",
        };
        let mut tx = self.begin(now);
        let details = json!({ "id": id, "door": entry.door });
        tx.batch.audit.push(account::audit(entry.account, now, by, what, &details));
        let remove = InboundChange::Remove { account: entry.account, id: id.to_owned() };
        tx.batch.inbound.push(remove);
        self.commit(tx)
    }

    /// Whether an unhandled entry blocks an action: a message to a silent customer, or a close.
    pub(super) fn is_blocked(&self, loaded: &LoadedTicket, step: &Step) -> Result<bool, DeskError> {
        let supposes_silence = matches!(step, Step::Reminder(_) | Step::Close | Step::Resolve);
        if !supposes_silence || !self.has_inbound {
            return Ok(false);
        }
        Ok(self.store.is_named_inbound(loaded.account, loaded.id(), loaded.customer())?)
    }
}

fn names(names: impl Iterator<Item = String>) -> Vec<String> {
    let known = |name: &String| !name.is_empty() && name.len() <= NAME_BYTES_MAX;
    let mut names: Vec<String> = names.filter(known).take(NAMES_MAX).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn digest(unread: &Inbound) -> String {
    let mut hash = sha2::Sha256::new();
    hash.update(unread.door.as_bytes());
    hash.update([0]);
    hash.update(unread.text.as_bytes());
    let whole: [u8; 32] = hash.finalize().into();
    whole.iter().take(16).fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}
