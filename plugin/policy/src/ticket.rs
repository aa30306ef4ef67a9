//! The facts of a ticket, as the host knows them at the moment of a call.

use crate::channel::Channel;
use crate::instant::Instant;
use crate::zone::Zone;
use alloc::string::String;
use alloc::vec::Vec;

/// The facts of a ticket, fresh at every call.
#[derive(Debug, Clone, Copy)]
pub struct Ticket<'a> {
    /// The host's name for the ticket.
    pub id: &'a str,
    /// Whether it can still be worked on.
    pub status: Status<'a>,
    /// The group it belongs to now.
    pub department: Option<&'a str>,
    /// Where the customer writes.
    pub channel: Channel,
    /// Its tags.
    pub tags: &'a [String],
    /// The human agent in charge.
    pub agent: Option<&'a str>,
    /// The customer's language, as BCP 47.
    pub locale: Option<&'a str>,
    /// The customer's time zone: its IANA name, or as another platform writes it.
    pub customer_zone: Option<&'a str>,
    /// Whether something that closing normally demands is missing.
    pub incomplete_metadata: bool,
    /// Whether several people write in it.
    pub group: bool,
    /// Whether the customer wants no automatic messages.
    pub opted_out: bool,
    /// Until when the channel takes free text, exclusive, where the host knows it.
    pub window_until: Option<Instant>,
    /// When this customer was sent automatic messages in whatever ticket, in milliseconds since
    /// 1970-01-01T00:00:00Z.
    pub sent: &'a [i64],
    /// Further facts, by name.
    pub more: &'a [(String, String)],
}

/// Whether a ticket can still be worked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status<'a> {
    /// Being handled.
    Open,
    /// Closed, by whomever.
    Closed,
    /// Merged or deleted: nothing is done.
    Gone,
    /// A status without a word in the contract (named): nothing is done.
    Unknown(&'a str),
}

impl Status<'_> {
    /// Whether nothing can be done about the ticket any more, not even after its close.
    pub(crate) fn is_gone(self) -> bool {
        matches!(self, Status::Gone | Status::Unknown(_))
    }
}

impl Ticket<'_> {
    /// A further fact that says something.
    pub(crate) fn fact(&self, name: &str) -> Option<&str> {
        let value = self.more.iter().find(|(n, _)| n == name).map(|(_, value)| value.trim())?;
        if value.is_empty() { None } else { Some(value) }
    }

    /// The customer's time zone, if the host names one; its name, if nobody knows it.
    pub(crate) fn zone(&self) -> Option<Result<Zone, &str>> {
        let name = self.customer_zone.map(str::trim).filter(|name| !name.is_empty())?;
        Some(Zone::of_platform(name).ok_or(name))
    }

    /// When this customer was sent automatic messages; instants out of bounds are passed over.
    pub(crate) fn sent(&self) -> Vec<Instant> {
        self.sent.iter().filter_map(|millis| Instant::from_millis(*millis)).collect()
    }
}
