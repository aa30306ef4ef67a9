//! The facts of a ticket at the moment of a call.

use crate::channel::Channel;
use crate::instant::Instant;
use crate::zone::Zone;
use alloc::string::String;
use alloc::vec::Vec;

/// The facts of a ticket, passed in every call.
#[derive(Debug, Clone, Copy)]
pub struct Ticket<'a> {
    /// The host's id of the ticket.
    pub id: &'a str,
    /// Whether the ticket is open.
    pub status: Status<'a>,
    /// Its current department.
    pub department: Option<&'a str>,
    /// The channel on which the customer writes.
    pub channel: Channel,
    /// Its tags.
    pub tags: &'a [String],
    /// The human agent in charge.
    pub agent: Option<&'a str>,
    /// The customer's language, as BCP 47.
    pub locale: Option<&'a str>,
    /// The customer's time zone: an IANA name, or the name that another platform uses.
    pub customer_zone: Option<&'a str>,
    /// Whether metadata that a close normally requires is missing.
    pub incomplete_metadata: bool,
    /// Whether it is a group conversation.
    pub group: bool,
    /// Whether the customer refuses automatic messages.
    pub opted_out: bool,
    /// Until when the channel accepts free text (exclusive), if the host knows it.
    pub window_until: Option<Instant>,
    /// When automatic messages were sent to this customer in any ticket, in milliseconds since
    /// 1970-01-01T00:00:00Z.
    pub sent: &'a [i64],
    /// Further facts, by name.
    pub more: &'a [(String, String)],
}

/// The status of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status<'a> {
    /// Being handled.
    Open,
    /// Closed by anybody.
    Closed,
    /// Merged or deleted: nothing is done.
    Gone,
    /// A status that the contract does not know (given here): nothing is done.
    Unknown(&'a str),
}

impl Status<'_> {
    /// Whether nothing can be done about the ticket any more, not even the steps after a close.
    pub(crate) fn is_gone(self) -> bool {
        matches!(self, Status::Gone | Status::Unknown(_))
    }
}

impl Ticket<'_> {
    /// The value of a further fact, if it is not empty.
    pub(crate) fn fact(&self, name: &str) -> Option<&str> {
        let value = self.more.iter().find(|(n, _)| n == name).map(|(_, value)| value.trim())?;
        if value.is_empty() { None } else { Some(value) }
    }

    /// The customer's time zone, if the host names one; `Err` with the name if it is unknown.
    pub(crate) fn zone(&self) -> Option<Result<Zone, &str>> {
        let name = self.customer_zone.map(str::trim).filter(|name| !name.is_empty())?;
        Some(Zone::of_platform(name).ok_or(name))
    }

    /// When automatic messages were sent to this customer; invalid instants are ignored.
    pub(crate) fn sent(&self) -> Vec<Instant> {
        self.sent.iter().filter_map(|millis| Instant::from_millis(*millis)).collect()
    }
}
