//! What really happened to a ticket, as far as it was reported to the plugin, recorded without the
//! plugin.

use std::collections::{HashMap, HashSet};

use despertador_contract::{
    Action, ActionKey, Audience, Author, AutomaticReply, Channel, Event, Happening, Instant,
    Message, MessageKind, MissedCall, Occurrence, Origin, Outgoing, Step, Task, Ticket,
    TicketStatus,
};

use crate::simulation::invariant::{Broken, Invariant};
use crate::simulation::rules::{Rule, Rules};
use despertador_contract::Call;
use despertador_contract::clock_face::ClockFace;

/// What was reported to the plugin about a ticket.
#[derive(Debug, Default)]
pub(crate) struct Truth {
    spoken: Vec<CountedMessage>,
    reminders: Vec<Reminder>,
    done: HashSet<(u32, String)>,
    held: bool,
    on_call: bool,
    queued: bool,
    /// Whether something happened after which a ticket may stay open.
    excused: bool,
    /// The same for a snooze, which the customer's answer ends.
    snoozed: bool,
    /// When the visitor last left or returned, and whether they are away.
    presence: Option<(Instant, bool)>,
    /// When the ticket was last reopened: an agent's messages before that do not count.
    reopened: Option<Instant>,
    /// Whether a notification about this waiting customer was sent.
    told: bool,
    /// The requested notifications about waiting customers, each with `waits_ended` at its request.
    waits: HashMap<(u32, String), usize>,
    /// How many times an answer or a close ended a customer's wait.
    waits_ended: usize,
    closed: bool,
    /// The latest cycle with a requested action.
    cycle: u32,
    /// The earliest cycle in which an action may still be requested.
    earliest_cycle: u32,
    /// The number of the customer's counted messages, including requests for time.
    heard: usize,
    /// Whether the customer opted out.
    opted_out: bool,
    /// Whether the customer has ever said that the matter is settled.
    settled: bool,
    /// When the customer last called, or asked for time.
    contact_at: Option<Instant>,
    /// Whether a customer asked for time although it is not clear whether it was offered: then the
    /// turn is unknown.
    doubtful: bool,
    /// The number of reminders that were recorded when a customer's message arrived that was
    /// written before the last of them. It ended their cycle, so what they offered is doubtful.
    reminders_before_late_message: usize,
    /// When reminders were sent to the customer.
    sent: Vec<Instant>,
    /// The reminders that were last requested as notes to the people in charge.
    notes: HashSet<(u32, String)>,
    /// The occurrences, by name and id.
    occurred: HashSet<(String, String)>,
    /// The reported calls, and the missed ones among them.
    calls: HashSet<String>,
    missed: HashSet<String>,
    /// The sent replies, by number.
    answers: HashMap<u32, ReplyEffect>,
}

/// The effect of a reply.
#[derive(Debug, Default)]
struct ReplyEffect {
    event: String,
    sends: bool,
    records: bool,
}

const OF_CALLS: [&str; 5] =
    ["customer-hung-up", "call-missed", "voicemail-left", "call-completed", "called-out-of-hours"];

/// A channel's window after the customer's last contact, in milliseconds.
const CHANNEL_WINDOW_MILLIS: Instant = 86_400_000;

/// A message that counts.
#[derive(Debug, Clone)]
struct CountedMessage {
    customer: bool,
    id: Option<String>,
    sequence: Option<u64>,
    at: Instant,
}

/// A reminder that was sent or given up.
#[derive(Debug)]
struct Reminder {
    number: u32,
    at: Instant,
    failed: bool,
}

impl Truth {
    /// Records what was reported to the plugin.
    pub(crate) fn record(&mut self, call: &Call, ticket: &Ticket, rules: &Rules) {
        match call {
            Call::Message(message) => self.record_message(message, ticket, rules),
            Call::Event(event) => self.see(event, ticket, rules),
            Call::Tick(_) => {}
        }
    }

    fn record_message(&mut self, message: &Message, ticket: &Ticket, rules: &Rules) {
        let known =
            message.id.is_some() && self.spoken.iter().any(|spoken| spoken.id == message.id);
        let plain = matches!(
            message.kind,
            MessageKind::Text
                | MessageKind::Media
                | MessageKind::Sticker
                | MessageKind::Location
                | MessageKind::MenuAnswer
        );
        let customer = matches!(message.author, Author::Customer);
        let counting = rules.counting(ticket);
        let counts = match (&message.author, &message.kind) {
            (Author::Customer, MessageKind::Reaction) => counting.reactions,
            (Author::Customer | Author::Agent, _) => plain,
            (Author::AiAgent, _) => plain && counting.ai_agents,
            _ => false,
        };
        if customer
            && message.origin == Origin::Written
            && message.kind == MessageKind::Other("survey-answer".into())
        {
            self.reach(message.at.min(message.received_at));
        }
        if known || !counts || message.origin != Origin::Written {
            return;
        }
        if customer {
            self.heard = self.heard.saturating_add(1);
            self.record_meaning(message, ticket, rules);
            let at = message.at.min(message.received_at);
            if self.reminders.iter().any(|reminder| reminder.at > at) {
                self.reminders_before_late_message = self.reminders.len();
            }
            if message.choice.as_deref() == Some("extend") && self.asks_for_time(ticket, rules) {
                self.reach(message.at.min(message.received_at));
                return;
            }
        }
        self.spoken.push(CountedMessage {
            customer,
            id: message.id.clone(),
            sequence: message.sequence,
            at: message.at.min(message.received_at),
        });
        if customer {
            self.mark_present(message.at.min(message.received_at));
        } else {
            self.queued = false;
            self.end_wait();
        }
        let rule = rules.on_or_off(ticket);
        if self.turn() == Some(Turn::Companys) && rule.is_none_or(|rule| rule.reply_ends_snooze) {
            self.snoozed = false;
        }
        if customer && self.turn() == Some(Turn::Companys) {
            self.earliest_cycle = self.cycle.saturating_add(1);
        }
    }

    /// Records what the customer's text means apart from being an answer.
    fn record_meaning(&mut self, message: &Message, ticket: &Ticket, rules: &Rules) {
        self.settled |= message.choice.as_deref() == Some("resolve");
        let usual = ticket.channel == Channel::Sms;
        let own = rules.opt_out_words.as_ref();
        let stops = usual || own.is_some_and(|words| words.iter().any(|word| word == "STOP"));
        // The revocation of an opt-out must be the customer's last word.
        let at = message.at.min(message.received_at);
        let last = self.spoken.iter().filter(|spoken| spoken.customer).all(|spoken| {
            match (message.sequence, spoken.sequence) {
                (Some(new), Some(known)) => new > known,
                _ => at > spoken.at,
            }
        });
        match message.text.as_deref() {
            Some("STOP") if stops => self.opted_out = true,
            Some("START") if (usual || own.is_some()) && last => self.opted_out = false,
            _ => {}
        }
    }

    /// Whether a customer who chose more time was offered it in this cycle.
    fn asks_for_time(&mut self, ticket: &Ticket, rules: &Rules) -> bool {
        let Some(rule) = rules.on_or_off(ticket) else { return false };
        if self.reminders.is_empty() || !rule.offers("extend", rule.reminders) {
            return false;
        }
        let since = self.anchor("first-unanswered-agent-message").unwrap_or(Instant::MAX);
        let sent = self.reminders.iter().skip(self.reminders_before_late_message);
        let lately = sent.filter(|reminder| reminder.at >= since);
        let last = lately.map(|reminder| reminder.number).max().unwrap_or(0);
        let open = ticket.status == TicketStatus::Open && !self.closed;
        match self.turn() {
            Some(Turn::Customers) if last > 0 && open => rule.offers("extend", last),
            _ => {
                self.doubtful = true;
                false
            }
        }
    }

    fn reach(&mut self, at: Instant) {
        self.contact_at = self.contact_at.max(Some(at));
    }

    fn occur(&mut self, event: &Event, what: &Occurrence, at: Instant) {
        let detail = |wanted: &str| {
            what.details.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone())
        };
        match (detail("call"), &event.id) {
            (Some(call), _) => {
                if matches!(what.name.as_str(), "customer-hung-up" | "call-missed") {
                    self.missed.insert(call.clone());
                }
                self.calls.insert(call);
                self.reach(at);
            }
            (None, Some(id)) => {
                self.occurred.insert((what.name.clone(), id.clone()));
            }
            (None, None) => {}
        }
    }

    fn see(&mut self, event: &Event, ticket: &Ticket, rules: &Rules) {
        let at = event.at.min(event.received_at);
        match &event.what {
            Happening::Failed(_) | Happening::Closed(_) | Happening::Unassigned => {
                self.excused = true;
            }
            Happening::Transferred(transfer) if transfer.agent.is_none() => self.excused = true,
            Happening::CarriedOut(key) if closes(&key.step) => self.closed = true,
            Happening::CarriedOut(ActionKey { step: Step::Reopen, .. })
            | Happening::Reopened(_) => self.reopened = self.reopened.max(Some(at)),
            Happening::Snoozed(_) => self.snoozed = true,
            Happening::Typing => self.mark_present(at),
            Happening::Other(what) if what == "visitor-left" => self.visitor(at, true),
            Happening::Other(what) if what == "visitor-returned" => self.visitor(at, false),
            _ => {}
        }
        match &event.what {
            Happening::CarriedOut(key) => {
                self.done.insert(name(key));
                // A late report of an earlier wait does not concern one that begins after the
                // answer.
                self.told |= self.waits.get(&name(key)) == Some(&self.waits_ended);
                self.note_reminder(key, at, false);
                let rule = rules.on_or_off(ticket);
                if matches!(key.step, Step::Reminder(_))
                    && rule.is_some_and(|rule| rule.window.is_some())
                    && !self.sent.contains(&at)
                    && !self.notes.contains(&name(key))
                {
                    self.sent.push(at);
                }
                if closes(&key.step) {
                    self.over();
                }
            }
            Happening::Failed(failure) => self.note_reminder(&failure.key, at, true),
            Happening::Held => self.held = true,
            Happening::Released => self.held = false,
            Happening::Occurred(what) => self.occur(event, what, at),
            Happening::CallStarted => {
                self.reach(at);
                self.on_call = true;
            }
            Happening::CallEnded => self.on_call = false,
            Happening::Unassigned => self.queued = true,
            Happening::Assigned(_) => self.queued = false,
            Happening::Transferred(transfer) => self.queued = transfer.agent.is_none(),
            Happening::Closed(_) => self.over(),
            _ => {}
        }
    }

    fn visitor(&mut self, at: Instant, gone: bool) {
        if self.presence.is_none_or(|(known, _)| known <= at) {
            self.presence = Some((at, gone));
        }
    }

    /// A visitor who writes or types is present.
    fn mark_present(&mut self, at: Instant) {
        if self.presence.is_some() {
            self.visitor(at, false);
        }
    }

    /// The customer no longer waits; a later wait is notified anew.
    fn end_wait(&mut self) {
        self.told = false;
        self.waits_ended = self.waits_ended.saturating_add(1);
    }

    /// A close may also end what paused the clock.
    fn over(&mut self) {
        self.end_wait();
        self.held = false;
        self.on_call = false;
        self.queued = false;
    }

    fn note_reminder(&mut self, key: &ActionKey, at: Instant, failed: bool) {
        if let Step::Reminder(number) = key.step {
            self.reminders.push(Reminder { number, at, failed });
        }
    }

    /// Checks an action that is requested at an instant.
    pub(crate) fn check(
        &mut self,
        action: &Action,
        now: Instant,
        ticket: &Ticket,
        rules: &Rules,
    ) -> Result<(), Broken> {
        let key = &action.key;
        let step = despertador_contract::key::render_step(&key.step);
        if action.due > now {
            return broken(
                Invariant::DueFirst,
                format!("{step} is asked for before {}", show(action.due)),
            );
        }
        if self.done.contains(&name(key)) {
            return broken(Invariant::Once, format!("{}/{step} is asked for again", key.cycle));
        }
        match &action.task {
            Task::Send(reminder) => {
                if reminder.message.audience == Audience::Customer {
                    self.notes.remove(&name(key));
                } else {
                    self.notes.insert(name(key));
                }
                self.check_sent(&step, &reminder.message, now, ticket, rules)?;
            }
            Task::Close(package) => {
                if let Some(text) = &package.closing_text {
                    self.check_sent("the closing text", text, now, ticket, rules)?;
                }
            }
            Task::Reply(reply) => self.check_reply(&key.step, reply, now, ticket, rules)?,
            Task::Notify(notification) if notification.code == "company-silent" => {
                self.waits.entry(name(key)).or_insert(self.waits_ended);
                self.check_waits(now, ticket, rules)?;
            }
            _ => {}
        }
        if key.step == Step::Resolve && !self.settled {
            return broken(Invariant::CustomersTurn, "nobody said that it is settled");
        }
        if !matches!(key.step, Step::Reminder(_) | Step::Close) || self.doubtful {
            return Ok(());
        }
        self.cycle = self.cycle.max(key.cycle);
        if key.cycle < self.earliest_cycle {
            return broken(Invariant::OldCycle, format!("{}/{step} is of an old cycle", key.cycle));
        }
        if self.turn() == Some(Turn::Companys) {
            return broken(
                Invariant::CustomersTurn,
                format!("{step} after the customer's message"),
            );
        }
        self.check_paused(&step, ticket, rules)?;
        let Some(rule) = rules.of(ticket) else {
            return broken(Invariant::Paused, format!("{step} without a rule"));
        };
        if key.step == Step::Close {
            self.check_patient(now, rule)?;
            self.check_warned(now, ticket, rule)?;
            if let Some(window) = &rule.window
                && window.close_waits
                && !window.is_open(now)
            {
                return broken(Invariant::SendingWindow, "the close does not wait for it");
            }
        }
        Ok(())
    }

    /// Checks a requested message.
    fn check_sent(
        &self,
        step: &str,
        message: &Outgoing,
        now: Instant,
        ticket: &Ticket,
        rules: &Rules,
    ) -> Result<(), Broken> {
        if message.audience != Audience::Customer {
            return Ok(());
        }
        self.check_wanted(step, message, now, ticket)?;
        let rule = rules.on_or_off(ticket);
        let Some(window) = rule.and_then(|rule| rule.window.as_ref()) else { return Ok(()) };
        if !window.is_open(now) {
            return broken(Invariant::SendingWindow, format!("{step} while it is closed"));
        }
        if !window.allows(&self.sent, now) {
            return broken(Invariant::SendingWindow, format!("{step} beyond what is allowed"));
        }
        Ok(())
    }

    fn check_wanted(
        &self,
        step: &str,
        message: &Outgoing,
        now: Instant,
        ticket: &Ticket,
    ) -> Result<(), Broken> {
        if self.opted_out || ticket.opted_out {
            return broken(Invariant::LeftAlone, step);
        }
        let heard = self.last_heard().unwrap_or(Instant::MIN);
        if has_window(&ticket.channel)
            && message.template.is_none()
            && heard.saturating_add(CHANNEL_WINDOW_MILLIS) <= now
        {
            return broken(
                Invariant::ChannelWindow,
                format!("{step}, and the customer was last heard of at {}", show(heard)),
            );
        }
        Ok(())
    }

    /// Checks that notifications about waiting customers are correct and sent once.
    fn check_waits(&self, now: Instant, ticket: &Ticket, rules: &Rules) -> Result<(), Broken> {
        let rule = rules.of(ticket);
        let Some(after) = rule.and_then(|rule| rule.company_silent) else {
            return broken(Invariant::ToldOnce, "the rule tells nobody");
        };
        if self.told {
            return broken(Invariant::ToldOnce, "they were told");
        }
        let answered = self.turn() == Some(Turn::Customers)
            && self.anchor("last-agent-message") >= self.reopened;
        if answered || ticket.status != TicketStatus::Open {
            return broken(Invariant::ToldOnce, "the customer does not wait");
        }
        let first =
            self.spoken.iter().filter(|spoken| spoken.customer).map(|spoken| spoken.at).min();
        let earliest = first.unwrap_or(Instant::MIN).saturating_add(signed(after));
        if now < earliest {
            return broken(Invariant::ToldOnce, format!("not before {}", show(earliest)));
        }
        Ok(())
    }

    fn check_reply(
        &mut self,
        step: &Step,
        reply: &AutomaticReply,
        now: Instant,
        ticket: &Ticket,
        rules: &Rules,
    ) -> Result<(), Broken> {
        let Step::Reply(number) = *step else { return Ok(()) };
        if let Some(message) = &reply.message {
            self.check_wanted("a reply", message, now, ticket)?;
            if ticket.group && rules.exempt_groups {
                return broken(Invariant::LeftAlone, "a reply to a group");
            }
        }
        let answer = self.answers.entry(number).or_default();
        answer.event.clone_from(&reply.event);
        answer.sends |= reply.message.is_some();
        answer.records |= reply.missed_call != MissedCall::Nothing;
        let count = |which: &dyn Fn(&ReplyEffect) -> bool| {
            self.answers.values().filter(|answer| which(answer)).count()
        };
        let of_calls = |answer: &ReplyEffect| OF_CALLS.contains(&answer.event.as_str());
        let event = reply.event.as_str();
        let most = match event {
            "first-chat-received" | "ticket-created-out-of-hours" => 1,
            "wrote-out-of-hours" => self.heard,
            _ => self.occurred.iter().filter(|(name, _)| name == event).count(),
        };
        let too_many = count(&|answer| of_calls(answer) && answer.sends) > self.calls.len()
            || count(&|answer| answer.records) > self.missed.len()
            || !OF_CALLS.contains(&event) && count(&|answer| answer.event == event) > most;
        if too_many {
            return broken(Invariant::AnsweredOnce, format!("reply {number} to {event}"));
        }
        Ok(())
    }

    /// Checks a ticket for which nothing is left to do.
    pub(crate) fn check_end(&self, ticket: &Ticket, rules: &Rules) -> Result<(), Broken> {
        let closes = rules.of(ticket).is_some_and(|r| r.close_after.is_some());
        let excused = self.excused
            || self.snoozed
            || self.doubtful
            || self.closed
            || ticket.incomplete_metadata
            || !closes;
        let silent = self.turn() == Some(Turn::Customers);
        if silent && !excused && self.check_paused("the end", ticket, rules).is_ok() {
            return broken(Invariant::ClosedInTheEnd, "it rests and was never closed");
        }
        Ok(())
    }

    fn check_paused(&self, step: &str, ticket: &Ticket, rules: &Rules) -> Result<(), Broken> {
        let exempt = ticket.tags.iter().any(|tag| rules.exempt_tags.contains(tag));
        let why = [
            (self.held, "on hold"),
            (self.on_call, "during a call"),
            (self.queued, "in the queue"),
            (exempt, "exempt"),
            (ticket.group && rules.exempt_groups, "of a group"),
            (ticket.status != TicketStatus::Open, "not open"),
        ];
        match why.iter().find(|(holds, _)| *holds) {
            Some((_, why)) => broken(Invariant::Paused, format!("{step} on a ticket {why}")),
            None => Ok(()),
        }
    }

    fn check_patient(&self, now: Instant, rule: &Rule) -> Result<(), Broken> {
        let Some(close_after) = rule.close_after else {
            return broken(Invariant::PatientClose, "the rule does not close");
        };
        let anchor = self.anchor(&rule.count_from);
        let usual = anchor.map(|anchor| anchor.saturating_add(signed(close_after)));
        let left = self.left(rule).map(|(since, after)| {
            let agent = self.anchor("last-agent-message").unwrap_or(Instant::MIN);
            since.max(agent).saturating_add(after)
        });
        match usual.map(|usual| left.map_or(usual, |left| left.min(usual))) {
            Some(earliest) if now < earliest => broken(
                Invariant::PatientClose,
                format!("the time of the rule is not over before {}", show(earliest)),
            ),
            _ => Ok(()),
        }
    }

    /// Only what was sent since the turn passed to the customer has warned them.
    fn check_warned(&self, now: Instant, ticket: &Ticket, rule: &Rule) -> Result<(), Broken> {
        let left_out = rule.closes_silently && has_window(&ticket.channel);
        if rule.reminders == 0 || self.opted_out || left_out {
            return Ok(());
        }
        let since = self.anchor("first-unanswered-agent-message").unwrap_or(Instant::MIN);
        let warnings = || {
            self.reminders
                .iter()
                .filter(|reminder| reminder.at >= since && (rule.goes_on || !reminder.failed))
        };
        let last = warnings().map(|reminder| reminder.number).max().unwrap_or(0);
        // Nobody is there to be warned; but a reminder's promise is kept anyway.
        let left = self.left(rule).is_some();
        if left && last == 0 {
            return Ok(());
        }
        if last < rule.reminders && !left {
            return broken(
                Invariant::WarnedClose,
                format!("reminder {last} of {} was the last that was sent", rule.reminders),
            );
        }
        let gap = signed(rule.close_after.unwrap_or(0).saturating_sub(rule.accumulated));
        let sent = warnings().map(|reminder| reminder.at).max().unwrap_or(Instant::MIN);
        let earliest = sent.saturating_add(gap);
        if now < earliest {
            return broken(
                Invariant::WarnedClose,
                format!(
                    "reminder {last} was sent at {}; the gap is over at {}",
                    show(sent),
                    show(earliest)
                ),
            );
        }
        Ok(())
    }

    /// Since when the visitor has been away, and how long after that the rule closes, if it does.
    fn left(&self, rule: &Rule) -> Option<(Instant, i64)> {
        let (since, _) = self.presence.filter(|(_, gone)| *gone)?;
        Some((since, signed(rule.visitor_left?)))
    }

    /// Whose turn it is, if the order is certain.
    fn turn(&self) -> Option<Turn> {
        let last = self.latest(|_| true)?;
        let other = self.latest(|spoken| spoken.customer != last.customer);
        match other {
            Some(other) if order(other) >= order(last) => None,
            _ if last.customer => Some(Turn::Companys),
            _ => Some(Turn::Customers),
        }
    }

    fn latest(&self, wanted: impl Fn(&CountedMessage) -> bool) -> Option<&CountedMessage> {
        self.spoken.iter().filter(|spoken| wanted(spoken)).max_by_key(|spoken| order(spoken))
    }

    /// The customer's last contact. A message later in the order was never written earlier,
    /// whatever the clocks say.
    fn last_heard(&self) -> Option<Instant> {
        let last = self.latest(|spoken| spoken.customer);
        let wrote = last.and_then(|last| {
            let before = self.spoken.iter().filter(|spoken| order(spoken) <= order(last));
            before.map(|spoken| spoken.at).max()
        });
        wrote.max(self.contact_at)
    }

    /// The instant from which time is counted; `None` if the order is uncertain.
    fn anchor(&self, count_from: &str) -> Option<Instant> {
        let customer = self.latest(|spoken| spoken.customer);
        match count_from {
            "last-customer-message" => customer.map(|spoken| spoken.at),
            "last-agent-message" => self.latest(|spoken| !spoken.customer).map(|spoken| spoken.at),
            _ => self
                .spoken
                .iter()
                // Of two at one instant, either may have come first.
                .filter(|s| !s.customer && customer.is_none_or(|c| order(s) >= order(c)))
                .map(|spoken| spoken.at)
                .min(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    Customers,
    Companys,
}

/// A message's position in its ticket; either all messages of a script have a sequence or none.
fn order(spoken: &CountedMessage) -> (Option<u64>, Instant) {
    (spoken.sequence, if spoken.sequence.is_some() { 0 } else { spoken.at })
}

fn has_window(channel: &Channel) -> bool {
    matches!(channel, Channel::Whatsapp | Channel::Messenger | Channel::Instagram)
}

fn closes(step: &Step) -> bool {
    matches!(step, Step::Close | Step::Resolve)
}

fn name(key: &ActionKey) -> (u32, String) {
    (key.cycle, despertador_contract::key::render_step(&key.step))
}

fn broken(invariant: Invariant, found: impl Into<String>) -> Result<(), Broken> {
    Err(Broken::new(invariant, found))
}

fn show(instant: Instant) -> String {
    ClockFace::dated().show(instant)
}

fn signed(duration: u64) -> i64 {
    i64::try_from(duration).unwrap_or(i64::MAX)
}
