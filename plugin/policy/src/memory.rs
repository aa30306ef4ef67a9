//! What is remembered of a ticket, and how messages and events change it.
//!
//! Nothing else changes it; time does not. Everything that can arrive late, twice or in the wrong
//! order is put where it belongs: by sequence where both sides have one, else by time, else by
//! arrival.

use crate::decision::{Key, Step};
use crate::event::{Event, FailureKind, Happening, PauseKind, Source};
use crate::instant::Instant;
use crate::message::{Counting, Message, Speaker, Stamp};
use crate::pause::Pauses;
use crate::replies::{About, Part, Pending};
use crate::rule::Effect;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::cmp::Ordering;

mod codec;

pub(crate) use codec::fold;
pub use codec::{Damage, VERSION, sign_again};

/// At most this many agent messages in a row are remembered: the first and the latest ones.
const MOST_IN_A_ROW: usize = 4;
/// The ids of so many of the latest messages and events are remembered.
const IDS: usize = 4;
/// So many of the latest messages sent are remembered, where they are counted.
const SENT: usize = 16;
/// So many replies can be due at once; beyond it the oldest is given up.
const PENDING: usize = 4;
/// So many of the latest occurrences are remembered.
const OCCURRENCES: usize = 8;

/// What is remembered of a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Memory {
    /// The number of the current or last cycle; 0 before the first.
    pub(crate) cycle: u32,
    /// Whether an agent has answered since the ticket opened.
    pub(crate) answered: bool,
    /// When the company opened the ticket of its own accord.
    pub(crate) opened_by_company: Option<Instant>,
    /// The customer's last counted message.
    pub(crate) customer: Option<Mark>,
    /// The agents' counted messages after it, in order. Not empty: it is the customer's turn.
    pub(crate) agents: Vec<Mark>,
    /// The steps taken in this cycle.
    pub(crate) spent: Option<Spent>,
    pub(crate) close_failed: bool,
    pub(crate) notified: bool,
    pub(crate) typing: Option<Instant>,
    pub(crate) pauses: Pauses,
    pub(crate) closed: Option<Closed>,
    pub(crate) reopened: Option<Reopened>,
    /// Hashes of the ids seen last, the latest first.
    pub(crate) ids: Vec<u64>,
    /// When the customer last did something that counts for the channel's window and is no
    /// counted message: a call, a request for more time.
    pub(crate) reached: Option<Instant>,
    /// Whether the customer has said that they want no automatic messages.
    pub(crate) opted_out: bool,
    /// When the customer said that the matter is settled; also of a ticket closed for it.
    pub(crate) resolved: Option<Instant>,
    /// What is remembered of few tickets; boxed, since a memory is moved at every call.
    pub(crate) account: Option<Box<Account>>,
}

/// What is counted and answered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Account {
    /// When reminders were sent lately, if the policy counts them.
    pub(crate) sent: Vec<Instant>,
    /// Replies that are due, in order.
    pub(crate) replies: Vec<Pending>,
    /// The number of the last reply.
    pub(crate) reply: u32,
    /// Hashes of what was answered lately, the latest first.
    pub(crate) occurrences: Vec<u64>,
    /// When a message out of hours was last answered.
    pub(crate) out_of_hours: Option<Instant>,
}

/// What a customer's message means beyond being an answer.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Heard {
    /// The quick reply that was chosen.
    pub(crate) effect: Option<Effect>,
    /// Whether it asks for no more messages, or for messages again.
    pub(crate) opted_out: Option<bool>,
}

/// The place of a message in the order of the ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) sequence: Option<u64>,
    pub(crate) at: Instant,
    /// A hash of the message's id, kept of the company's messages only: one that was not
    /// delivered is taken back by its id.
    pub(crate) id: Option<u64>,
}

impl Mark {
    fn of(stamp: &Stamp<'_>) -> Mark {
        Mark { sequence: stamp.sequence, at: stamp.clamped(), id: None }
    }

    fn order(&self, other: &Mark) -> Ordering {
        match (self.sequence, other.sequence) {
            (Some(a), Some(b)) => a.cmp(&b),
            _ => self.at.cmp(&other.at),
        }
    }
}

/// The reminders of a cycle that need not be sent any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Spent {
    /// The number of the last one.
    pub(crate) number: u32,
    /// When the first one was sent.
    pub(crate) first_at: Instant,
    /// When the last one was sent or given up.
    pub(crate) last_at: Instant,
    /// What went wrong with the last one.
    pub(crate) failed: Option<FailureKind>,
    /// How often the last one has failed.
    pub(crate) failures: u8,
}

/// A close.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Closed {
    pub(crate) at: Instant,
    /// The cycle that the close ended.
    pub(crate) cycle: u32,
    pub(crate) by: Source,
    /// When a customer wrote whose message this close came too early or too late for.
    pub(crate) reply: Option<Instant>,
    /// Whether what follows the close was done or given up.
    pub(crate) followed: bool,
}

/// A reopening.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reopened {
    pub(crate) at: Instant,
    /// The cycle that had been closed.
    pub(crate) cycle: u32,
    /// Whether it came about because the customer wrote.
    pub(crate) by_customer: bool,
}

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// The customer's, since the first and again since the latest of the company's messages.
    Customer { first: Instant, latest: Instant },
    /// The company's: the customer wrote last.
    Company,
    /// Nobody's: nothing was said yet.
    Nobody,
}

/// The hash of the report that the message with this hash was not delivered. It differs from the
/// message's own: a customer's message is heard whatever was reported of its id.
fn undelivered(message: u64) -> u64 {
    !message
}

impl Memory {
    pub(crate) fn turn(&self) -> Turn {
        match (self.agents.first(), self.agents.last()) {
            (Some(first), Some(latest)) => Turn::Customer { first: first.at, latest: latest.at },
            _ => match (self.customer, self.opened_by_company) {
                (Some(_), _) => Turn::Company,
                (None, Some(at)) if self.reopened.is_none() => {
                    Turn::Customer { first: at, latest: at }
                }
                (None, _) => Turn::Nobody,
            },
        }
    }

    /// Takes in a message; says whether it changed anything.
    pub(crate) fn hear(&mut self, message: &Message<'_>, counting: Counting, heard: Heard) -> bool {
        let Some(speaker) = message.speaker(counting) else { return false };
        if !self.is_news(&message.stamp) {
            return false;
        }
        let mut mark = Mark::of(&message.stamp);
        match speaker {
            Speaker::Customer => {
                // Received before what was known by then: a clock was set back, and its times say
                // nothing. Who answers is not closed for it.
                if let Some(agent) = self.agents.last()
                    && message.stamp.received < agent.at
                    && self.customer.is_some_and(|c| mark.at > c.at)
                    && (mark.sequence.is_none() || agent.sequence.is_none())
                {
                    mark.at = agent.at;
                }
                // What takes it back must have been said last; the wish itself is always heard.
                let is_last = self.customer.is_none_or(|c| mark.order(&c) == Ordering::Greater);
                if let Some(opted_out) = heard.opted_out.filter(|out| *out || is_last) {
                    self.opted_out = opted_out;
                }
                match heard.effect {
                    // Asking for time is no answer: it is still the customer's turn. Where there is
                    // no time left to give, it is one: the ticket was closed too early.
                    Some(Effect::Extend(by))
                        if !self.agents.is_empty() && self.closed.is_none() =>
                    {
                        self.pauses.extend(mark.at, by);
                        self.reached(mark.at);
                    }
                    // Nothing is opened again for what the customer agrees with.
                    Some(Effect::Resolve) if self.closed.is_some() => self.reached(mark.at),
                    effect => {
                        let notified = self.notified;
                        let latest = self.customer_wrote(mark) && self.agents.is_empty();
                        // An agent who wrote since, or the customer, has more to say.
                        if effect == Some(Effect::Resolve) && latest {
                            self.resolved = Some(mark.at);
                            // The cycle is closed in the end: whoever was told need not be again.
                            self.notified = notified;
                        }
                    }
                }
            }
            Speaker::Company => {
                mark.id = message.stamp.id.map(|id| codec::fold(id.as_bytes()));
                if mark.id.is_some_and(|id| self.ids.contains(&undelivered(id))) {
                    return false;
                }
                self.agent_wrote(mark);
            }
        }
        true
    }

    /// Takes in an event; says whether it changed anything.
    pub(crate) fn notice(&mut self, event: &Event<'_>, counts_what_is_sent: bool) -> bool {
        // Occurrences are told apart by what they are about, elsewhere.
        if matches!(event.what, Happening::Unknown | Happening::Occurred(_))
            || !self.is_news(&event.stamp)
        {
            return false;
        }
        let at = event.stamp.clamped();
        match event.what {
            Happening::Opened(by) => self.opened(by, at),
            Happening::CarriedOut(key) => {
                if counts_what_is_sent && matches!(key.step, Some(Step::Reminder(_))) {
                    self.count_sent(at);
                }
                self.carried_out(key, at);
            }
            Happening::Failed(key, kind) => self.failed(key, kind, at),
            Happening::Typing => self.typing = Some(self.typing.map_or(at, |t| t.max(at))),
            Happening::Paused(kind, until) => {
                if kind == PauseKind::Call {
                    self.reached(at);
                }
                self.pauses.begin(kind, at, until);
            }
            Happening::Resumed(kind) => self.pauses.end(kind, at),
            Happening::Extended(by) => self.pauses.extend(at, by),
            Happening::Closed(by) => self.closed_by(by, at),
            Happening::Reopened(by) => self.reopen(at, by == Source::Customer),
            Happening::Undelivered(id) => self.undelivered(id),
            Happening::Occurred(_) | Happening::Unknown => {}
        }
        true
    }

    /// The customer has done something by which a channel lets us write for a while.
    pub(crate) fn reached(&mut self, at: Instant) {
        self.reached = Some(self.reached.map_or(at, |before| before.max(at)));
    }

    /// When the customer was last heard of, by a message or a call.
    pub(crate) fn last_heard(&self) -> Option<Instant> {
        self.customer.map(|c| c.at).max(self.reached)
    }

    fn count_sent(&mut self, at: Instant) {
        let sent = &mut self.account().sent;
        if !sent.contains(&at) {
            sent.insert(0, at);
            sent.truncate(SENT);
        }
    }

    /// Whether this part of the answer to an occurrence is given for the first time.
    pub(crate) fn is_first(&mut self, about: About<'_>, part: Part) -> bool {
        // The two lowest bits say which parts were given.
        let (id, kind) = match about {
            About::Call(id) => (id, 4),
            About::Event(id) => (id, 0),
        };
        let bit = match part {
            Part::Message => 1,
            Part::Record => 2,
        };
        let hash = (codec::fold(id.as_bytes()) ^ kind) & !3;
        let occurrences = &mut self.account().occurrences;
        match occurrences.iter_mut().find(|known| **known & !3 == hash) {
            Some(known) if *known & bit != 0 => false,
            Some(known) => {
                *known |= bit;
                true
            }
            None => {
                occurrences.insert(0, hash | bit);
                occurrences.truncate(OCCURRENCES);
                true
            }
        }
    }

    /// A reply becomes due.
    pub(crate) fn reply_to(&mut self, pending: impl FnOnce(u32) -> Pending) {
        let account = self.account();
        account.reply = account.reply.saturating_add(1);
        if account.replies.len() >= PENDING {
            account.replies.remove(0);
        }
        account.replies.push(pending(account.reply));
    }

    /// Replies that are due, in order.
    pub(crate) fn replies(&self) -> &[Pending] {
        self.account.as_ref().map_or(&[], |account| &account.replies)
    }

    /// When reminders were sent lately, if the policy counts them.
    pub(crate) fn sent(&self) -> &[Instant] {
        self.account.as_ref().map_or(&[], |account| &account.sent)
    }

    pub(crate) fn account(&mut self) -> &mut Account {
        self.account.get_or_insert_default()
    }

    /// Whether an id is new; those without an id always are.
    fn is_news(&mut self, stamp: &Stamp<'_>) -> bool {
        let Some(id) = stamp.id else { return true };
        let hash = codec::fold(id.as_bytes());
        if self.ids.contains(&hash) {
            return false;
        }
        self.ids.insert(0, hash);
        self.ids.truncate(IDS);
        true
    }

    fn opened(&mut self, by: Source, at: Instant) {
        // A customer, or a flow on a customer's behalf, waits for the company.
        if !matches!(by, Source::Agent | Source::Api) || self.opened_by_company.is_some() {
            return;
        }
        self.opened_by_company = Some(at);
        self.cycle = self.cycle.max(1);
    }

    /// Says whether this is the latest of the customer's messages.
    fn customer_wrote(&mut self, mut mark: Mark) -> bool {
        match self.customer.map(|last| (mark.order(&last), last)) {
            Some((Ordering::Less, _)) => return false,
            // Heard before, unless an agent answered at that very instant: then nobody can tell,
            // and who may have answered is not closed.
            Some((Ordering::Equal, last))
                if mark.sequence.is_some() && last.sequence.is_some()
                    || !self.agents.iter().any(|a| a.order(&mark) == Ordering::Equal) =>
            {
                return false;
            }
            _ => {}
        }
        // Of two at the same instant the one that arrives later is the later one.
        let answered_before = self.agents.partition_point(|a| a.order(&mark) != Ordering::Greater);
        let before = answered_before
            .checked_sub(1)
            .and_then(|i| self.agents.get(i))
            .or(self.customer.as_ref());
        mark.at = before.map_or(mark.at, |b| mark.at.max(b.at));
        let after = self.agents.split_off(answered_before);
        let ended = answered_before > 0 || after.is_empty();
        self.agents = after;
        self.customer = Some(mark);
        self.resolved = None;
        self.settle_times();
        if let Some(closed) = self.closed.as_mut().filter(|c| c.by == Source::Inactivity) {
            closed.reply = closed.reply.or(Some(mark.at));
        }
        self.pauses.forget_before(mark.at);
        if ended {
            // A message that arrived late splits the cycle: what was sent after the agents' later
            // messages belongs to the cycle that they opened.
            let kept =
                self.spent.filter(|s| self.agents.first().is_some_and(|a| s.first_at >= a.at));
            if !self.agents.is_empty() {
                self.cycle = self.cycle.saturating_add(1);
            }
            self.end_cycle();
            self.spent = kept;
        }
        true
    }

    fn agent_wrote(&mut self, mut mark: Mark) {
        self.answered = true;
        self.resolved = None;
        self.pauses.end_open(PauseKind::Queue, mark.at);
        if self.customer.is_some_and(|last| mark.order(&last) == Ordering::Less)
            || self.reopened.is_some_and(|r| self.agents.is_empty() && mark.at < r.at)
            || self.agents.iter().any(|a| a.order(&mark) == Ordering::Equal)
        {
            return;
        }
        let place = self.agents.partition_point(|a| a.order(&mark) == Ordering::Less);
        let before =
            place.checked_sub(1).and_then(|i| self.agents.get(i)).or(self.customer.as_ref());
        mark.at = before.map_or(mark.at, |b| mark.at.max(b.at));
        if self.agents.is_empty() {
            self.cycle = self.cycle.saturating_add(1);
            self.end_cycle();
        }
        self.agents.insert(place, mark);
        self.settle_times();
        if self.agents.len() > MOST_IN_A_ROW {
            self.agents.remove(1);
        }
    }

    /// A message of the company did not reach the customer: they owe no answer to it. The report
    /// may come before the message, which then changes nothing.
    fn undelivered(&mut self, id: &str) {
        let hash = codec::fold(id.as_bytes());
        let Some(place) = self.agents.iter().position(|agent| agent.id == Some(hash)) else {
            if !self.ids.contains(&hash) && !self.ids.contains(&undelivered(hash)) {
                self.ids.insert(0, undelivered(hash));
                self.ids.truncate(IDS);
            }
            return;
        };
        self.agents.remove(place);
        if self.agents.is_empty() {
            self.end_cycle();
            // Without another word of the company the opening itself starts no clock.
            if self.customer.is_none() {
                self.opened_by_company = None;
            }
        }
    }

    /// Two machines with two clocks: who comes later in the ticket's order wrote no earlier.
    fn settle_times(&mut self) {
        let mut earliest = self.customer.map_or(Instant::MIN, |c| c.at);
        for agent in &mut self.agents {
            agent.at = agent.at.max(earliest);
            earliest = agent.at;
        }
    }

    fn end_cycle(&mut self) {
        self.spent = None;
        self.close_failed = false;
        self.notified = false;
        self.typing = None;
    }

    fn carried_out(&mut self, key: Key<'_>, at: Instant) {
        match key.step {
            Some(Step::Reminder(number)) => self.reminder_spent(key.cycle, number, at, None),
            Some(Step::Close) => {
                let stale = self.reopened.is_some_and(|r| key.cycle <= r.cycle);
                if self.closed.is_none() && !stale {
                    let overtaken =
                        key.cycle < self.cycle || !matches!(self.turn(), Turn::Customer { .. });
                    let reply = self.customer.filter(|_| overtaken).map(|c| c.at);
                    let cycle = self.cycle;
                    self.closed =
                        Some(Closed { at, cycle, by: Source::Inactivity, reply, followed: false });
                }
            }
            Some(Step::Notify) => self.notified |= key.cycle == self.cycle,
            Some(Step::Reopen) if self.closed.is_some_and(|c| c.cycle == key.cycle) => {
                self.reopen(at, true)
            }
            Some(Step::OpenLinked | Step::AfterClose) => self.follow_up(key.cycle),
            Some(Step::Resolve) => {
                let stale = self.reopened.is_some_and(|r| key.cycle <= r.cycle);
                if self.closed.is_none() && !stale {
                    // A close of ours like the other one. What the customer said stays: it tells
                    // the two apart.
                    let overtaken = self.resolved.is_none() && self.turn() == Turn::Company;
                    let reply = self.customer.filter(|_| overtaken).map(|c| c.at);
                    let (by, cycle) = (Source::Inactivity, self.cycle);
                    self.closed = Some(Closed { at, cycle, by, reply, followed: false });
                }
            }
            Some(Step::Reply(number)) => self.replied(number),
            Some(Step::Reopen) | None => {}
        }
    }

    fn failed(&mut self, key: Key<'_>, kind: FailureKind, at: Instant) {
        match key.step {
            Some(Step::Reminder(number)) => self.reminder_spent(key.cycle, number, at, Some(kind)),
            Some(Step::Close) => {
                self.close_failed |= key.cycle == self.cycle && self.closed.is_none()
            }
            Some(Step::Notify) => self.notified |= key.cycle == self.cycle,
            Some(Step::Reopen | Step::OpenLinked | Step::AfterClose) => self.follow_up(key.cycle),
            // The company looks at it: it is its turn.
            Some(Step::Resolve) => self.resolved = None,
            Some(Step::Reply(number)) => self.replied(number),
            None => {}
        }
    }

    fn replied(&mut self, number: u32) {
        if let Some(account) = &mut self.account {
            account.replies.retain(|pending| pending.number != number);
        }
    }

    /// A reminder was sent or given up. A reminder that was sent may still turn out undelivered,
    /// and one that was given up may still be sent by hand; an older report changes nothing.
    fn reminder_spent(
        &mut self,
        cycle: u32,
        number: u32,
        at: Instant,
        failed: Option<FailureKind>,
    ) {
        let Turn::Customer { first, .. } = self.turn() else { return };
        if cycle != self.cycle || number == 0 {
            return;
        }
        let at = at.max(first);
        let failures = u8::from(failed.is_some());
        match &mut self.spent {
            None => {
                self.spent = Some(Spent { number, first_at: at, last_at: at, failed, failures })
            }
            Some(spent) if number > spent.number => {
                let last_at = at.max(spent.last_at);
                *spent = Spent { number, last_at, failed, failures, ..*spent };
            }
            Some(spent) if number == spent.number && failed.is_some() && spent.failed.is_none() => {
                spent.failed = failed;
                spent.failures = spent.failures.saturating_add(1);
            }
            // Tried again, and failed again.
            Some(spent) if number == spent.number && failed.is_some() && at > spent.last_at => {
                spent.failed = failed;
                spent.failures = spent.failures.saturating_add(1);
                spent.last_at = at;
            }
            Some(spent)
                if number == spent.number
                    && failed.is_none()
                    && spent.failed.is_some()
                    && at > spent.last_at =>
            {
                spent.failed = None;
                spent.last_at = at;
            }
            Some(_) => {}
        }
    }

    fn closed_by(&mut self, by: Source, at: Instant) {
        if self.closed.is_some() || self.reopened.is_some_and(|r| at <= r.at) {
            return;
        }
        if self.reopened.is_some_and(|r| r.cycle == self.cycle) {
            // Closed a second time within one cycle: what follows must not share a key.
            self.cycle = self.cycle.saturating_add(1);
        }
        self.closed = Some(Closed { at, cycle: self.cycle, by, reply: None, followed: false });
    }

    fn follow_up(&mut self, cycle: u32) {
        if let Some(closed) = self.closed.as_mut().filter(|c| c.cycle == cycle) {
            closed.followed = true;
        }
    }

    fn reopen(&mut self, at: Instant, by_customer: bool) {
        let closed = self.closed;
        if self.reopened.is_some_and(|r| at <= r.at) || closed.is_some_and(|c| at < c.at) {
            return;
        }
        self.closed = None;
        self.resolved = None;
        self.reopened = Some(Reopened {
            at,
            cycle: closed.map_or(self.cycle, |c| c.cycle),
            by_customer: by_customer || closed.is_some_and(|c| c.reply.is_some()),
        });
        // An agent may have written between the close and the reopening.
        let agents = self.agents.len();
        self.agents.retain(|a| closed.is_some_and(|c| a.at > c.at));
        if self.agents.is_empty() {
            self.end_cycle();
        } else if self.agents.len() < agents {
            self.cycle = self.cycle.saturating_add(1);
            self.end_cycle();
        }
    }
}
