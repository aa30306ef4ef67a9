//! What is remembered of a ticket, and how messages and events change it.
//!
//! Nothing else changes it, and time does not either. Messages and events that arrive late, twice
//! or in the wrong order are inserted at their place: by sequence if both have one, otherwise by
//! time, otherwise by arrival.

use crate::decision::{Key, Step};
use crate::event::{Event, FailureKind, Happening, PauseKind, Source};
use crate::instant::{Instant, Span};
use crate::message::{Author, Counting, Kind, Message, Origin, Speaker, Stamp};
use crate::pause::Pauses;
use crate::replies::{About, Part, Pending};
use crate::rule::Effect;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::cmp::Ordering;

mod codec;

pub(crate) use codec::fold;
pub use codec::{Damage, VERSION, sign_again};

/// Maximum number of consecutive agents' messages that are remembered: the first and the latest.
const AGENT_MARKS_MAX: usize = 4;
/// How many ids of the latest messages and events are remembered.
const IDS_MAX: usize = 4;
/// How many of the latest sent messages are remembered, if they are counted.
const SENT_MAX: usize = 16;
/// Maximum number of due replies; beyond it the oldest is dropped.
const PENDING_REPLIES_MAX: usize = 4;
/// How many of the latest occurrences are remembered.
const OCCURRENCES_MAX: usize = 8;
/// For this long after a survey, a button that the customer presses counts as its answer.
const SURVEY_ANSWER_WINDOW: Span = Span::DAY.times(7);

/// What is remembered of a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Memory {
    /// The number of the current or last cycle; 0 before the first.
    pub(crate) cycle: u32,
    /// Whether an agent has answered since the ticket opened.
    pub(crate) answered: bool,
    /// When the company opened the ticket on its own initiative.
    pub(crate) opened_by_company: Option<Instant>,
    /// The customer's last counted message.
    pub(crate) customer: Option<Mark>,
    /// The agents' counted messages after it, in order. If there are any, it is the customer's
    /// turn.
    pub(crate) agents: Vec<Mark>,
    /// The reminders taken in this cycle.
    pub(crate) spent: Option<Spent>,
    pub(crate) close_failed: bool,
    pub(crate) notified: bool,
    pub(crate) typing: Option<Instant>,
    pub(crate) pauses: Pauses,
    pub(crate) closed: Option<Closed>,
    pub(crate) reopened: Option<Reopened>,
    /// Hashes of the latest ids, the latest first.
    pub(crate) ids: Vec<u64>,
    /// When the customer last did something that opens the channel's window without a counted
    /// message: a call, a request for more time.
    pub(crate) contact_at: Option<Instant>,
    /// Whether the customer refuses automatic messages.
    pub(crate) opted_out: bool,
    /// When the customer said that the matter is settled; kept after the close for it.
    pub(crate) resolved: Option<Instant>,
    /// What few tickets need; boxed, because a memory is moved in every call.
    pub(crate) account: Option<Box<Account>>,
}

/// What is counted and answered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Account {
    /// When the latest reminders were sent, if the policy counts them.
    pub(crate) sent: Vec<Instant>,
    /// Replies that are due, in order.
    pub(crate) replies: Vec<Pending>,
    /// The number of the last reply.
    pub(crate) reply: u32,
    /// Hashes of the latest answered occurrences, the latest first.
    pub(crate) occurrences: Vec<u64>,
    /// When a message out of hours was last answered.
    pub(crate) out_of_hours: Option<Instant>,
    /// When the customer last got a survey.
    pub(crate) surveyed: Option<Instant>,
    /// When the visitor of a chat last left or returned.
    pub(crate) presence: Option<Presence>,
    /// What is remembered of a customer who waits for the company.
    pub(crate) waiting: Option<Waiting>,
}

/// Whether the visitor of a chat is present.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Presence {
    pub(crate) at: Instant,
    pub(crate) gone: bool,
}

/// A customer who waits for the company.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Waiting {
    /// The first of several unanswered messages.
    pub(crate) since: Option<Instant>,
    /// Whether the people in charge were notified.
    pub(crate) told: bool,
}

/// The options of the current rule that affect the memory.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RecordingOptions {
    pub(crate) counting: Counting,
    /// Whether a customer's answer ends a snooze.
    pub(crate) reply_ends_snooze: bool,
    /// Whether the people in charge are notified of waiting customers.
    pub(crate) notifies_of_waiting: bool,
    /// Whether sent messages are counted.
    pub(crate) counts_sent: bool,
    /// Whether the close that an event reports sends a survey.
    pub(crate) surveys: bool,
}

/// The effect of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Recorded {
    /// It changed nothing.
    Unchanged,
    /// It is remembered, but it does not count.
    Remembered,
    /// It counts.
    Counted,
}

/// What a customer's message means apart from being an answer.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Meaning {
    /// The effect of the chosen quick reply.
    pub(crate) effect: Option<Effect>,
    /// Whether it is an opt-out, or revokes one.
    pub(crate) opted_out: Option<bool>,
}

/// The place of a message in the order of the ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) sequence: Option<u64>,
    pub(crate) at: Instant,
    /// A hash of the message's id, for the company's messages only: if one was not delivered, the
    /// report names its id.
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

/// The reminders of a cycle that were sent or given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Spent {
    /// The number of the last one.
    pub(crate) number: u32,
    /// When the first one was sent.
    pub(crate) first_at: Instant,
    /// When the last one was sent or given up.
    pub(crate) last_at: Instant,
    /// The last failure of the last one.
    pub(crate) failed: Option<FailureKind>,
    /// How often the last one has failed.
    pub(crate) failures: u8,
    /// When the last one was last reported as failed, and as sent.
    pub(crate) failed_at: Option<Instant>,
    pub(crate) sent_at: Option<Instant>,
}

impl Spent {
    /// A reminder without reports.
    fn new(number: u32, first_at: Instant) -> Spent {
        Spent {
            number,
            first_at,
            last_at: first_at,
            failed: None,
            failures: 0,
            failed_at: None,
            sent_at: None,
        }
    }

    /// Another report about the last reminder. The result does not depend on the order in which the
    /// reports arrive: the latest instant applies. Of two reports with the same instant the failure
    /// applies, because it prevents a close. If it was sent several times, the first sending
    /// counts.
    fn report(&mut self, at: Instant, failed: Option<FailureKind>) {
        match failed {
            Some(kind) if self.failed_at.is_none_or(|known| known < at) => {
                self.failures = self.failures.saturating_add(1);
                (self.failed_at, self.failed) = (Some(at), Some(kind));
            }
            Some(kind) if self.failed_at == Some(at) => {
                // The more severe kind applies.
                let known = self.failed.map_or(0, FailureKind::weight);
                self.failed = if kind.weight() > known { Some(kind) } else { self.failed };
            }
            Some(_) => {}
            None => {
                let is_first = self.sent_at.is_none_or(|_| self.failed.is_some());
                if self.failed_at < Some(at) {
                    self.last_at = if is_first { at } else { self.last_at.min(at) };
                }
                self.sent_at = self.sent_at.max(Some(at));
            }
        }
        match (self.failed_at, self.sent_at) {
            (Some(failed), Some(sent)) if failed < sent => {
                self.failed = None;
                if self.last_at <= failed {
                    self.last_at = sent;
                }
            }
            (Some(failed), _) => self.last_at = failed,
            (None, _) => {}
        }
    }
}

/// A close.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Closed {
    pub(crate) at: Instant,
    /// The cycle that the close ended.
    pub(crate) cycle: u32,
    pub(crate) by: Source,
    /// When the customer wrote a message that makes this close premature or is a late reply to it.
    pub(crate) reply: Option<Instant>,
    /// Whether the steps after the close were carried out or given up.
    pub(crate) followed: bool,
}

/// A reopening.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reopened {
    pub(crate) at: Instant,
    /// The cycle that had been closed.
    pub(crate) cycle: u32,
    /// Whether the reason was a customer's message.
    pub(crate) by_customer: bool,
}

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// The customer's, since the first of the company's messages and again since the latest.
    Customer { first: Instant, latest: Instant },
    /// The company's: the customer wrote last.
    Company,
    /// Nobody's: there are no messages.
    Nobody,
}

/// The hash of the report that the message with this hash was not delivered. It differs from the
/// message's own hash, so that a customer's message is recorded whatever was reported about its id.
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

    /// Records a message.
    pub(crate) fn record_message(
        &mut self,
        message: &Message<'_>,
        terms: &RecordingOptions,
        meaning: Meaning,
    ) -> Recorded {
        let speaker = message.speaker(terms.counting);
        let to_survey = message.kind == Kind::SurveyAnswer
            && message.author == Author::Customer
            && message.origin == Origin::Written;
        if speaker.is_none() && !to_survey || !self.is_new(&message.stamp) {
            return Recorded::Unchanged;
        }
        let mut mark = Mark::of(&message.stamp);
        let Some(speaker) = speaker else {
            // The answer to a survey: the customer is present, but it does not count as a message.
            self.opted_out |= meaning.opted_out == Some(true);
            self.record_contact(mark.at);
            return Recorded::Remembered;
        };
        if speaker == Speaker::Customer && self.opens_nothing(message, mark, meaning) {
            self.opted_out |= meaning.opted_out == Some(true);
            // Quick replies offered before the close can still be chosen.
            let (spent, resolved) = (self.spent, self.resolved);
            self.customer_wrote(mark, terms, false);
            (self.spent, self.resolved) = (spent, resolved);
            return Recorded::Remembered;
        }
        match speaker {
            Speaker::Customer => {
                // Received earlier than known messages: a clock was set back, so its times mean
                // nothing. The answer must not lead to a close.
                if let Some(agent) = self.agents.last()
                    && message.stamp.received < agent.at
                    && self.customer.is_some_and(|c| mark.at > c.at)
                    && (mark.sequence.is_none() || agent.sequence.is_none())
                {
                    mark.at = agent.at;
                }
                // An opt-out always counts; its revocation only if it is the customer's last word.
                let is_last = self.customer.is_none_or(|c| mark.order(&c) == Ordering::Greater);
                if let Some(opted_out) = meaning.opted_out.filter(|out| *out || is_last) {
                    self.opted_out = opted_out;
                }
                match meaning.effect {
                    // A request for time is not an answer: it stays the customer's turn. If no time
                    // is left to give, it is one, because the ticket was closed too early.
                    Some(Effect::Extend(by))
                        if !self.agents.is_empty() && self.closed.is_none() =>
                    {
                        self.pauses.extend(mark.at, by);
                        self.record_contact(mark.at);
                    }
                    // The customer agrees with the close, so nothing is reopened.
                    Some(Effect::Resolve) if self.closed.is_some() => self.record_contact(mark.at),
                    effect => {
                        let notified = self.notified;
                        let latest =
                            self.customer_wrote(mark, terms, true) && self.agents.is_empty();
                        // An agent or the customer has written since, so the matter is not settled.
                        if effect == Some(Effect::Resolve) && latest {
                            self.resolved = Some(mark.at);
                            // The cycle ends with the close; no further notification is needed.
                            self.notified = notified;
                        }
                    }
                }
            }
            Speaker::Company => {
                mark.id = message.stamp.id.map(|id| codec::fold(id.as_bytes()));
                if mark.id.is_some_and(|id| self.ids.contains(&undelivered(id))) {
                    return Recorded::Unchanged;
                }
                self.agent_wrote(mark);
            }
        }
        Recorded::Counted
    }

    /// Whether a customer's message after the close does not reopen the ticket: a reaction, or the
    /// answer to our survey. A message from before the close is an answer.
    fn opens_nothing(&self, message: &Message<'_>, mark: Mark, meaning: Meaning) -> bool {
        let after_close = self.closed.is_some_and(|closed| mark.at >= closed.at);
        after_close
            && match message.kind {
                Kind::Reaction => true,
                // Our own quick replies are not answers to a survey.
                Kind::MenuAnswer => {
                    meaning.effect.is_none()
                        && self
                            .surveyed()
                            .is_some_and(|asked| mark.at.since(asked) <= SURVEY_ANSWER_WINDOW)
                }
                _ => false,
            }
    }

    /// When the customer last got a survey.
    pub(crate) fn surveyed(&self) -> Option<Instant> {
        self.account.as_ref().and_then(|account| account.surveyed)
    }

    /// Records a survey.
    pub(crate) fn ask_survey(&mut self, at: Instant) {
        let account = self.account();
        account.surveyed = account.surveyed.max(Some(at));
    }

    /// Since when the visitor of a chat has been away.
    pub(crate) fn gone_since(&self) -> Option<Instant> {
        let presence = self.account.as_ref().and_then(|account| account.presence)?;
        presence.gone.then_some(presence.at)
    }

    /// Records that the visitor left or returned; older reports change nothing.
    fn record_presence(&mut self, at: Instant, gone: bool) {
        let presence = &mut self.account().presence;
        if presence.is_none_or(|known| known.at <= at) {
            *presence = Some(Presence { at, gone });
        }
    }

    /// A visitor who does something is present.
    fn mark_present(&mut self, at: Instant) {
        if self.gone_since().is_some() {
            self.record_presence(at, false);
        }
    }

    /// Since when the customer has waited for the company, and whether a notification was sent.
    pub(crate) fn waiting(&self) -> Option<(Instant, bool)> {
        if self.turn() != Turn::Company || self.closed.is_some() {
            return None;
        }
        let wrote = self.customer?.at;
        let known = self.account.as_ref().and_then(|account| account.waiting).unwrap_or_default();
        let since = known.since.unwrap_or(wrote);
        let told = known.told || self.notified;
        match self.reopened {
            // Questions from before the close are settled, unless the customer had the ticket
            // reopened.
            Some(reopened) if wrote < reopened.at => {
                reopened.by_customer.then(|| (since.max(reopened.at), told))
            }
            _ => Some((since, told)),
        }
    }

    /// Whether a notification about a waiting customer was sent in this cycle.
    fn was_notified(&self) -> bool {
        let waiting = self.account.as_ref().and_then(|account| account.waiting);
        waiting.is_some_and(|waiting| waiting.told)
    }

    /// The customer no longer waits for the company.
    fn stop_waiting(&mut self) {
        if let Some(account) = &mut self.account {
            account.waiting = None;
        }
    }

    /// Records an event; returns whether the memory changed.
    pub(crate) fn record_event(&mut self, event: &Event<'_>, terms: &RecordingOptions) -> bool {
        // Occurrences are identified by their subject elsewhere.
        if matches!(event.what, Happening::Unknown | Happening::Occurred(_))
            || !self.is_new(&event.stamp)
        {
            return false;
        }
        let at = event.stamp.clamped();
        match event.what {
            Happening::Opened(by) => self.opened(by, at),
            Happening::CarriedOut(key) => {
                if terms.counts_sent && matches!(key.step, Some(Step::Reminder(_))) {
                    self.count_sent(at);
                }
                self.carried_out(key, at, terms);
            }
            Happening::Failed(key, kind) => self.failed(key, kind, at, terms),
            Happening::Typing => {
                self.typing = Some(self.typing.map_or(at, |t| t.max(at)));
                self.mark_present(at);
            }
            Happening::VisitorLeft => self.record_presence(at, true),
            Happening::VisitorReturned => self.record_presence(at, false),
            // A later answer of the customer has ended the snooze.
            Happening::Paused(PauseKind::Snooze, _)
                if terms.reply_ends_snooze && self.customer.is_some_and(|c| at < c.at) => {}
            Happening::Paused(kind, until) => {
                if kind == PauseKind::Call {
                    self.record_contact(at);
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

    /// The customer did something that opens the channel's window.
    pub(crate) fn record_contact(&mut self, at: Instant) {
        self.contact_at = Some(self.contact_at.map_or(at, |before| before.max(at)));
    }

    /// When the customer last wrote or called.
    pub(crate) fn last_contact_at(&self) -> Option<Instant> {
        self.customer.map(|c| c.at).max(self.contact_at)
    }

    fn count_sent(&mut self, at: Instant) {
        let sent = &mut self.account().sent;
        if !sent.contains(&at) {
            sent.insert(0, at);
            sent.truncate(SENT_MAX);
        }
    }

    /// Whether this part of the reaction to an occurrence is new.
    pub(crate) fn insert_occurrence(&mut self, about: About<'_>, part: Part) -> bool {
        // The two lowest bits say which parts are done.
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
                occurrences.truncate(OCCURRENCES_MAX);
                true
            }
        }
    }

    /// Adds a due reply.
    pub(crate) fn reply_to(&mut self, pending: impl FnOnce(u32) -> Pending) {
        let account = self.account();
        account.reply = account.reply.saturating_add(1);
        if account.replies.len() >= PENDING_REPLIES_MAX {
            account.replies.remove(0);
        }
        account.replies.push(pending(account.reply));
    }

    /// The due replies, in order.
    pub(crate) fn replies(&self) -> &[Pending] {
        self.account.as_ref().map_or(&[], |account| &account.replies)
    }

    /// When the latest reminders were sent, if the policy counts them.
    pub(crate) fn sent(&self) -> &[Instant] {
        self.account.as_ref().map_or(&[], |account| &account.sent)
    }

    pub(crate) fn account(&mut self) -> &mut Account {
        self.account.get_or_insert_default()
    }

    /// Whether an id is new; a message without an id always is.
    fn is_new(&mut self, stamp: &Stamp<'_>) -> bool {
        let Some(id) = stamp.id else { return true };
        let hash = codec::fold(id.as_bytes());
        if self.ids.contains(&hash) {
            return false;
        }
        self.ids.insert(0, hash);
        self.ids.truncate(IDS_MAX);
        true
    }

    fn opened(&mut self, by: Source, at: Instant) {
        // The customer, or a flow on the customer's behalf, waits for the company.
        if !matches!(by, Source::Agent | Source::Api) || self.opened_by_company.is_some() {
            return;
        }
        self.opened_by_company = Some(at);
        self.cycle = self.cycle.max(1);
    }

    /// Returns whether this is the customer's latest message. If it `opens` a closed ticket, it is
    /// a reply to the close.
    fn customer_wrote(&mut self, mut mark: Mark, terms: &RecordingOptions, opens: bool) -> bool {
        match self.customer.map(|last| (mark.order(&last), last)) {
            Some((Ordering::Less, _)) => return false,
            // A repetition, unless an agent answered at exact that time: then it is not certain,
            // and the ticket must not be closed on somebody who may have answered.
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
        let waiting = self.waiting();
        let told = self.notified || self.was_notified();
        let after = self.agents.split_off(answered_before);
        let ended = answered_before > 0 || after.is_empty();
        self.agents = after;
        self.customer = Some(mark);
        self.resolved = None;
        self.normalise_times();
        if let Some(closed) = self.closed.as_mut().filter(|c| opens && c.by == Source::Inactivity) {
            closed.reply = closed.reply.or(Some(mark.at));
        }
        self.pauses.forget_before(mark.at);
        if terms.reply_ends_snooze {
            self.pauses.wake(mark.at);
        }
        self.mark_present(mark.at);
        if ended {
            // A late message splits the cycle: reminders sent after the agents' later messages
            // belong to the cycle that these opened.
            let kept =
                self.spent.filter(|s| self.agents.first().is_some_and(|a| s.first_at >= a.at));
            // The notification about a waiting customer must not share a key with that of the
            // previous cycle.
            let anew = answered_before > 0 || waiting.is_none() && told;
            if !self.agents.is_empty() || terms.notifies_of_waiting && anew {
                self.cycle = self.cycle.saturating_add(1);
            }
            self.end_cycle();
            self.spent = kept;
        }
        match waiting.filter(|_| terms.notifies_of_waiting && self.agents.is_empty()) {
            Some((since, told)) => {
                self.account().waiting = Some(Waiting { since: Some(since), told });
            }
            None => self.stop_waiting(),
        }
        true
    }

    fn agent_wrote(&mut self, mut mark: Mark) {
        self.answered = true;
        self.resolved = None;
        self.pauses.end_open(PauseKind::Queue, mark.at);
        if let Some(waiting) = self.account.as_mut().and_then(|a| a.waiting.as_mut())
            && waiting.since.is_some_and(|since| since <= mark.at)
        {
            // An agent answered in between, so only the customer's last message waits.
            waiting.since = None;
        }
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
            self.stop_waiting();
        }
        self.agents.insert(place, mark);
        self.normalise_times();
        if self.agents.len() > AGENT_MARKS_MAX {
            self.agents.remove(1);
        }
    }

    /// A message of the company did not reach the customer, who therefore owes no answer to it. If
    /// this report comes before the message, the message then changes nothing.
    fn undelivered(&mut self, id: &str) {
        let hash = codec::fold(id.as_bytes());
        let Some(place) = self.agents.iter().position(|agent| agent.id == Some(hash)) else {
            if !self.ids.contains(&hash) && !self.ids.contains(&undelivered(hash)) {
                self.ids.insert(0, undelivered(hash));
                self.ids.truncate(IDS_MAX);
            }
            return;
        };
        self.agents.remove(place);
        if self.agents.is_empty() {
            self.end_cycle();
            // Without another message of the company the opening itself starts no clock.
            if self.customer.is_none() {
                self.opened_by_company = None;
            }
        }
    }

    /// Two machines may have different clocks: a message later in the order never has an earlier
    /// time.
    fn normalise_times(&mut self) {
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

    fn carried_out(&mut self, key: Key<'_>, at: Instant, terms: &RecordingOptions) {
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
                    self.ask_survey_with_close(terms.surveys, at);
                }
            }
            Some(Step::Notify) => self.notified(key, terms),
            Some(Step::Reopen) if self.closed.is_some_and(|c| c.cycle == key.cycle) => {
                self.reopen(at, true)
            }
            Some(step @ (Step::OpenLinked | Step::AfterClose)) => {
                let followed = self.closed.is_some_and(|c| c.cycle == key.cycle && !c.followed);
                self.ask_survey_with_close(
                    terms.surveys && followed && step == Step::AfterClose,
                    at,
                );
                self.follow_up(key.cycle);
            }
            Some(Step::Resolve) => {
                let stale = self.reopened.is_some_and(|r| key.cycle <= r.cycle);
                if self.closed.is_none() && !stale {
                    // A close by this plugin like the other. The customer's word stays, because it
                    // tells the two apart.
                    let overtaken = self.resolved.is_none() && self.turn() == Turn::Company;
                    let reply = self.customer.filter(|_| overtaken).map(|c| c.at);
                    let (by, cycle) = (Source::Inactivity, self.cycle);
                    self.closed = Some(Closed { at, cycle, by, reply, followed: false });
                    self.ask_survey_with_close(terms.surveys, at);
                }
            }
            Some(Step::Reply(number)) => self.replied(number),
            Some(Step::Reopen) | None => {}
        }
    }

    fn ask_survey_with_close(&mut self, surveys: bool, at: Instant) {
        if surveys {
            self.ask_survey(at);
        }
    }

    /// The notification to the people in charge was sent, or failed.
    fn notified(&mut self, key: Key<'_>, terms: &RecordingOptions) {
        if key.cycle != self.cycle {
            return;
        }
        if let Some((since, _)) = self.waiting().filter(|_| terms.notifies_of_waiting) {
            self.account().waiting = Some(Waiting { since: Some(since), told: true });
        }
        self.notified = true;
    }

    fn failed(&mut self, key: Key<'_>, kind: FailureKind, at: Instant, terms: &RecordingOptions) {
        match key.step {
            Some(Step::Reminder(number)) => self.reminder_spent(key.cycle, number, at, Some(kind)),
            Some(Step::Close) => {
                self.close_failed |= key.cycle == self.cycle && self.closed.is_none()
            }
            Some(Step::Notify) => self.notified(key, terms),
            Some(Step::Reopen | Step::OpenLinked | Step::AfterClose) => self.follow_up(key.cycle),
            // The company handles it: it is its turn.
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

    /// A reminder was sent or given up. A sent one may still turn out undelivered, and one that was
    /// given up may still be sent by hand.
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
        match &mut self.spent {
            Some(spent) if number == spent.number => spent.report(at, failed),
            Some(spent) if number < spent.number => {}
            before => {
                let first_at = before.map_or(at, |before| before.first_at);
                let mut spent = Spent::new(number, first_at);
                spent.report(at, failed);
                // Never before the previous reminder.
                spent.last_at = before.map_or(at, |before| at.max(before.last_at));
                *before = Some(spent);
            }
        }
    }

    fn closed_by(&mut self, by: Source, at: Instant) {
        if self.closed.is_some() || self.reopened.is_some_and(|r| at <= r.at) {
            return;
        }
        if self.reopened.is_some_and(|r| r.cycle == self.cycle) || self.was_notified() {
            // Closed or reported twice within one cycle: the steps that follow must not share a
            // key.
            self.cycle = self.cycle.saturating_add(1);
        }
        self.closed = Some(Closed { at, cycle: self.cycle, by, reply: None, followed: false });
        self.stop_waiting();
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
        let changed = self.agents.len() < agents;
        // The people in charge were notified before the close or the reopening: a notification about
        // the reopened ticket must not share a key with that one.
        let notified = self.notified || self.was_notified();
        if notified || changed && !self.agents.is_empty() {
            self.cycle = self.cycle.saturating_add(1);
        }
        if changed || self.agents.is_empty() {
            self.end_cycle();
        }
    }
}
