//! What is remembered of a ticket between two calls.

use serde::{Deserialize, Serialize};

use crate::bindings::exports::despertador::inactivity::types::*;
use crate::rule::MINUTE;

/// The version of the memory that is written.
pub const VERSION: u32 = 1;
/// The last instant of the year 9999.
pub const END_OF_TIME: Instant = 253_402_300_799_999;

/// What is remembered.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Remembered {
    /// The silences so far; actions of one cycle are asked for once.
    pub cycle: u32,
    /// The start of the silence; none while it is not the customer's turn.
    pub since: Option<Instant>,
    /// When the reminder of this cycle was sent.
    pub reminded: Option<Instant>,
    /// When the customer wrote last.
    pub customer: Option<Instant>,
    /// When an agent wrote last.
    pub agent: Option<Instant>,
    /// Nothing is due before this instant.
    pub not_before: Instant,
    /// Why the clock stands still.
    pub pauses: Vec<Pause>,
    /// What could not be carried out in this cycle.
    pub failed: Option<Failed>,
    /// Whether the ticket was closed.
    pub closed: bool,
}

/// Why the clock stands still.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Pause {
    Hold,
    Snooze,
    Call,
    Queue,
}

/// What could not be carried out.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Failed {
    Reminder,
    Close,
}

impl Remembered {
    /// Reads the bytes `VERSION:CHECKSUM:JSON`. No bytes are a ticket that nothing has happened to.
    pub fn read(bytes: &[u8]) -> Result<Self, Fault> {
        if bytes.is_empty() {
            return Ok(Self::default());
        }
        let text = std::str::from_utf8(bytes).map_err(|_| Fault::MemoryDamaged)?;
        let mut parts = text.splitn(3, ':');
        let (Some(version), Some(sum), Some(json)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err(Fault::MemoryDamaged);
        };
        if checksum(version, json) != sum {
            return Err(Fault::MemoryDamaged);
        }
        match version.parse() {
            Ok(VERSION) => serde_json::from_str(json).map_err(|_| Fault::MemoryDamaged),
            Ok(later) if later > VERSION => Err(Fault::MemoryNewer(later)),
            _ => Err(Fault::MemoryDamaged),
        }
    }

    /// The bytes that the host stores.
    pub fn write(&self) -> Memory {
        let json = serde_json::to_string(self).expect("plain values");
        let version = VERSION.to_string();
        format!("{version}:{}:{json}", checksum(&version, &json)).into_bytes()
    }

    /// Records a message.
    pub fn message(&mut self, message: &Message) {
        let at = message.at.min(message.received_at);
        match message.author {
            Author::Customer if speaks_as_customer(message) => {
                // A message that was known already, or that an agent has answered since, changes
                // nothing.
                if self.customer.is_none_or(|known| at > known) {
                    self.customer = Some(at);
                    if self.agent.is_none_or(|agent| at >= agent) {
                        self.end_cycle();
                    }
                }
            }
            Author::Agent if speaks_as_agent(message) => {
                let is_new = self.agent.is_none_or(|known| at > known);
                if is_new && self.customer.is_none_or(|customer| at >= customer) {
                    self.agent = Some(at);
                    self.count_from(at);
                }
            }
            _ => {}
        }
    }

    /// Records an event.
    pub fn event(&mut self, event: &Event) {
        let at = event.at.min(event.received_at);
        match &event.what {
            Happening::CarriedOut(key) if key.cycle == self.cycle => match key.step {
                Step::Reminder(_) => self.reminded = self.reminded.or(Some(at)),
                Step::Close => self.closed = true,
                _ => {}
            },
            Happening::Failed(failure) if failure.key.cycle == self.cycle => {
                let is_reminder = matches!(failure.key.step, Step::Reminder(_));
                self.failed = Some(if is_reminder { Failed::Reminder } else { Failed::Close });
            }
            Happening::Typing => self.wait_until(at + MINUTE),
            Happening::Held => self.pause(Pause::Hold),
            Happening::Released => self.go_on(Pause::Hold, at),
            Happening::Snoozed(None) => self.pause(Pause::Snooze),
            Happening::Snoozed(Some(until)) => self.wait_until(*until),
            Happening::Woken => self.go_on(Pause::Snooze, at),
            Happening::CallStarted => self.pause(Pause::Call),
            Happening::CallEnded => self.go_on(Pause::Call, at),
            Happening::Unassigned => self.pause(Pause::Queue),
            Happening::Assigned(_) => self.go_on(Pause::Queue, at),
            Happening::Transferred(to) if to.agent.is_none() => self.pause(Pause::Queue),
            Happening::Transferred(_) => self.go_on(Pause::Queue, at),
            Happening::Extended(more) => {
                let more = Instant::try_from(*more).unwrap_or(END_OF_TIME);
                self.wait_until(self.not_before.max(at).saturating_add(more));
            }
            Happening::Closed(_) => self.closed = true,
            Happening::Reopened(_) => {
                // An agent has to write before the clock runs again.
                self.closed = false;
                self.end_cycle();
            }
            // What this plugin has no use for changes nothing.
            _ => {}
        }
    }

    /// What happened, a sentence each.
    pub fn history(&self, now: Instant) -> Vec<String> {
        let told = [
            ("The customer wrote last", self.customer),
            ("An agent wrote last", self.agent),
            ("The reminder was sent", self.reminded),
        ];
        told.into_iter()
            .filter_map(|(what, at)| Some(format!("{what} {} min ago.", (now - at?) / MINUTE)))
            .collect()
    }

    fn end_cycle(&mut self) {
        self.since = None;
        self.reminded = None;
        self.failed = None;
    }

    fn count_from(&mut self, at: Instant) {
        match &mut self.since {
            Some(since) => *since = at.max(*since),
            none => {
                *none = Some(at);
                self.cycle += 1;
            }
        }
    }

    fn wait_until(&mut self, instant: Instant) {
        self.not_before = self.not_before.max(instant.min(END_OF_TIME));
    }

    fn pause(&mut self, why: Pause) {
        if !self.pauses.contains(&why) {
            self.pauses.push(why);
        }
    }

    /// After a pause the whole time runs again.
    fn go_on(&mut self, why: Pause, at: Instant) {
        let paused = self.pauses.len();
        self.pauses.retain(|other| *other != why);
        if self.pauses.len() < paused && self.since.is_some() {
            self.count_from(at);
        }
    }
}

/// Whether a customer spoke. An unknown kind of message stops a clock.
fn speaks_as_customer(message: &Message) -> bool {
    let silent = match &message.kind {
        MessageKind::Other(word) => ["deleted", "survey-answer"].contains(&word.as_str()),
        kind => matches!(
            kind,
            MessageKind::Reaction
                | MessageKind::PrivateNote
                | MessageKind::Label
                | MessageKind::Edit
                | MessageKind::Receipt
        ),
    };
    !silent && !matches!(message.origin, Origin::AutomaticReply)
}

/// Whether an agent spoke. An unknown kind of message never starts a clock.
fn speaks_as_agent(message: &Message) -> bool {
    matches!(message.kind, MessageKind::Text | MessageKind::Media)
        && matches!(message.origin, Origin::Written)
}

/// An instant outside of the years 1970 to 9999 is a fault.
pub fn check_times(instants: &[Instant]) -> Result<(), Fault> {
    match instants.iter().find(|instant| !(0..=END_OF_TIME).contains(*instant)) {
        Some(instant) => Err(Fault::BadTime(*instant)),
        None => Ok(()),
    }
}

/// FNV-1a, 32 bits.
fn checksum(version: &str, json: &str) -> String {
    let sum = version.bytes().chain(json.bytes()).fold(0x811c_9dc5_u32, |sum, byte| {
        (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    format!("{sum:08x}")
}
