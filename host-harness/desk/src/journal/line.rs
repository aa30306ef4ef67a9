//! Reads and writes the lines of a journal.

use despertador_contract::Instant;
use despertador_contract::clock_face::{parse_rfc3339, show_rfc3339};
use serde_json::{Map, Value, json};

use crate::store::{EntryKind, EntryRow, PolicyRow, StoreError, StoreProblem};

/// A line of a journal.
#[derive(Debug, Clone, PartialEq)]
pub enum Line {
    /// A version of an account's policy.
    Policy {
        /// The account.
        account: String,
        /// The policy. Its account number is 0: it has no meaning outside the desk's file.
        row: PolicyRow,
    },
    /// An event of a ticket, or a decision about it.
    Entry(Box<JournalEntry>),
}

/// An entry of the journal, with names in place of numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct JournalEntry {
    /// The account.
    pub account: String,
    /// The ticket's id.
    pub ticket: String,
    /// Its number in the whole journal.
    pub seq: i64,
    /// The entry before it about the same ticket; 0 if it is the first.
    pub previous: i64,
    /// When, by the desk's clock.
    pub at: Instant,
    /// Its kind.
    pub kind: EntryKind,
    /// The version of the policy; 0 if none was evaluated.
    pub policy: i64,
    /// The event, as a row of an event log.
    pub row: Option<Value>,
    /// The decision.
    pub decision: Option<Value>,
    /// Further details.
    pub note: Option<Value>,
}

impl JournalEntry {
    pub(crate) fn from_row(account: &str, ticket: &str, row: EntryRow) -> Result<Self, StoreError> {
        let seq = row.seq;
        let read = |what: &str, text: Option<String>| {
            text.map(|text| serde_json::from_str(&text)).transpose().map_err(|error| StoreError {
                problem: StoreProblem::Corrupt,
                found: format!(
                    "the {what} of entry {seq} of ticket `{ticket}` is damaged: {error}"
                ),
            })
        };
        Ok(Self {
            account: account.to_owned(),
            ticket: ticket.to_owned(),
            seq,
            previous: row.previous,
            at: row.at,
            kind: row.kind,
            policy: row.policy,
            row: read("row", row.row)?,
            decision: read("decision", row.decision)?,
            note: read("note", row.note)?,
        })
    }
}

impl Line {
    /// The line as JSON.
    #[must_use]
    pub fn to_json(&self) -> Value {
        match self {
            Self::Policy { account, row } => json!({
                "account": account,
                "version": row.version,
                "at": show_rfc3339(row.at),
                "by": row.by,
                "config": row.config,
                // Text that is not JSON is written as it is, and refused when read.
                "surroundings": serde_json::from_str(&row.surroundings)
                    .unwrap_or_else(|_| Value::from(row.surroundings.as_str())),
            }),
            Self::Entry(entry) => {
                let mut line = Map::new();
                let mut put = |name: &str, value: Value| drop(line.insert(name.into(), value));
                put("account", entry.account.as_str().into());
                put("ticket", entry.ticket.as_str().into());
                put("seq", entry.seq.into());
                put("previous", entry.previous.into());
                put("at", show_rfc3339(entry.at).into());
                put("kind", entry.kind.word().into());
                put("policy", entry.policy.into());
                let more =
                    [("row", &entry.row), ("decision", &entry.decision), ("note", &entry.note)];
                for (name, value) in more {
                    if let Some(value) = value {
                        put(name, value.clone());
                    }
                }
                Value::Object(line)
            }
        }
    }

    /// Reads a line.
    ///
    /// # Errors
    ///
    /// The fault, in a sentence.
    pub fn from_json(value: &Value) -> Result<Self, String> {
        let text = |name: &str| {
            let found = value.get(name).and_then(Value::as_str);
            found.map(str::to_owned).ok_or_else(|| format!("the line has no text `{name}`"))
        };
        let number = |name: &str| {
            let found = value.get(name).and_then(Value::as_i64);
            found.ok_or_else(|| format!("the line has no number `{name}`"))
        };
        let at = parse_rfc3339(&text("at")?)
            .ok_or("`at` is no instant such as `2026-03-02T09:00:00Z`")?;
        if value.get("config").is_some() {
            let surroundings = match value.get("surroundings") {
                Some(Value::String(text)) => text.clone(),
                Some(surroundings) => surroundings.to_string(),
                None => return Err("the policy has no `surroundings`".into()),
            };
            let row = PolicyRow {
                account: 0,
                version: number("version")?,
                at,
                by: text("by")?,
                config: text("config")?,
                surroundings,
            };
            return Ok(Self::Policy { account: text("account")?, row });
        }
        let kind = text("kind")?;
        let kind =
            EntryKind::from_word(&kind).ok_or_else(|| format!("`{kind}` is no kind of entry"))?;
        let seq = number("seq")?;
        if seq < 1 {
            return Err("`seq` is a number from 1".into());
        }
        Ok(Self::Entry(Box::new(JournalEntry {
            account: text("account")?,
            ticket: text("ticket")?,
            seq,
            previous: number("previous")?,
            at,
            kind,
            policy: number("policy")?,
            row: value.get("row").cloned(),
            decision: value.get("decision").cloned(),
            note: value.get("note").cloned(),
        })))
    }
}
