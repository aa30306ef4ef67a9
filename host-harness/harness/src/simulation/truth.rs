//! What truly happened to a ticket, as far as the plugin was told, kept without the plugin.

use std::collections::HashSet;

use despertador_host::contract::{
    Action, ActionKey, Author, Event, Happening, Instant, Message, MessageKind, Origin, Step,
    Ticket, TicketStatus,
};

use crate::clock_face::ClockFace;
use crate::conversation::Call;
use crate::simulation::invariant::{Broken, Invariant};
use crate::simulation::rules::{Rule, Rules};
use crate::word;

/// What the plugin was told of one ticket.
#[derive(Debug, Default)]
pub(crate) struct Truth {
    spoken: Vec<Spoken>,
    reminders: Vec<Reminder>,
    done: HashSet<(u32, String)>,
    held: bool,
    on_call: bool,
    queued: bool,
    /// Whether something happened after which a ticket may rightly stay open.
    excused: bool,
    closed: bool,
    /// The latest cycle of which something was asked for.
    cycle: u32,
    /// The earliest cycle of which something may still be asked for.
    earliest_cycle: u32,
}

/// A message that counts as somebody speaking.
#[derive(Debug, Clone)]
struct Spoken {
    customer: bool,
    id: Option<String>,
    sequence: Option<u64>,
    at: Instant,
}

/// A reminder that became something.
#[derive(Debug)]
struct Reminder {
    number: u32,
    at: Instant,
    failed: bool,
}

impl Truth {
    /// Takes down what the plugin was told.
    pub(crate) fn learn(&mut self, call: &Call) {
        match call {
            Call::Message(message) => self.hear(message),
            Call::Event(event) => self.see(event),
            Call::Tick(_) => {}
        }
    }

    fn hear(&mut self, message: &Message) {
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
        let speaks = customer || matches!(message.author, Author::Agent);
        if known || !plain || !speaks || message.origin != Origin::Written {
            return;
        }
        self.spoken.push(Spoken {
            customer,
            id: message.id.clone(),
            sequence: message.sequence,
            at: message.at.min(message.received_at),
        });
        if !customer {
            self.queued = false;
        }
        if customer && self.turn() == Some(Turn::Companys) {
            self.earliest_cycle = self.cycle.saturating_add(1);
        }
    }

    fn see(&mut self, event: &Event) {
        let at = event.at.min(event.received_at);
        match &event.what {
            Happening::Failed(_)
            | Happening::Snoozed(_)
            | Happening::Closed(_)
            | Happening::Unassigned => {
                self.excused = true;
            }
            Happening::Transferred(transfer) if transfer.agent.is_none() => self.excused = true,
            Happening::CarriedOut(key) if closes(&key.step) => self.closed = true,
            _ => {}
        }
        match &event.what {
            Happening::CarriedOut(key) => {
                self.done.insert(name(key));
                self.note_reminder(key, at, false);
                if closes(&key.step) {
                    self.over();
                }
            }
            Happening::Failed(failure) => self.note_reminder(&failure.key, at, true),
            Happening::Held => self.held = true,
            Happening::Released => self.held = false,
            Happening::CallStarted => self.on_call = true,
            Happening::CallEnded => self.on_call = false,
            Happening::Unassigned => self.queued = true,
            Happening::Assigned(_) => self.queued = false,
            Happening::Transferred(transfer) => self.queued = transfer.agent.is_none(),
            Happening::Closed(_) => self.over(),
            _ => {}
        }
    }

    /// With a close, what paused the clock may be over too.
    fn over(&mut self) {
        self.held = false;
        self.on_call = false;
        self.queued = false;
    }

    fn note_reminder(&mut self, key: &ActionKey, at: Instant, failed: bool) {
        if let Step::Reminder(number) = key.step {
            self.reminders.push(Reminder { number, at, failed });
        }
    }

    /// Checks an action that is asked for at an instant.
    pub(crate) fn check(
        &mut self,
        action: &Action,
        now: Instant,
        ticket: &Ticket,
        rules: &Rules,
    ) -> Result<(), Broken> {
        let key = &action.key;
        let step = word::step(&key.step);
        if action.due > now {
            return broken(
                Invariant::DueFirst,
                format!("{step} is asked for before {}", show(action.due)),
            );
        }
        if self.done.contains(&name(key)) {
            return broken(Invariant::Once, format!("{}/{step} is asked for again", key.cycle));
        }
        if !matches!(key.step, Step::Reminder(_) | Step::Close) {
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
        let Some(rule) = rules.of(ticket.department.as_deref()) else {
            return broken(Invariant::Paused, format!("{step} without a rule"));
        };
        if key.step == Step::Close {
            self.check_patient(now, rule)?;
            self.check_warned(now, rule)?;
        }
        Ok(())
    }

    /// Checks a ticket about which nothing is left to do.
    pub(crate) fn check_end(&self, ticket: &Ticket, rules: &Rules) -> Result<(), Broken> {
        let closes =
            rules.of(ticket.department.as_deref()).is_some_and(|r| r.close_after.is_some());
        let excused = self.excused || self.closed || ticket.incomplete_metadata || !closes;
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
        match anchor.map(|anchor| anchor.saturating_add(signed(close_after))) {
            Some(earliest) if now < earliest => broken(
                Invariant::PatientClose,
                format!("the time of the rule is not over before {}", show(earliest)),
            ),
            _ => Ok(()),
        }
    }

    /// Only what was sent since the turn passed to the customer has warned them.
    fn check_warned(&self, now: Instant, rule: &Rule) -> Result<(), Broken> {
        if rule.reminders == 0 {
            return Ok(());
        }
        let since = self.anchor("first-unanswered-agent-message").unwrap_or(Instant::MIN);
        let warnings = || {
            self.reminders
                .iter()
                .filter(|reminder| reminder.at >= since && (rule.goes_on || !reminder.failed))
        };
        let last = warnings().map(|reminder| reminder.number).max().unwrap_or(0);
        if last < rule.reminders {
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

    /// Whose turn it is, where the order leaves no doubt.
    fn turn(&self) -> Option<Turn> {
        let last = self.latest(|_| true)?;
        let other = self.latest(|spoken| spoken.customer != last.customer);
        match other {
            Some(other) if order(other) >= order(last) => None,
            _ if last.customer => Some(Turn::Companys),
            _ => Some(Turn::Customers),
        }
    }

    fn latest(&self, wanted: impl Fn(&Spoken) -> bool) -> Option<&Spoken> {
        self.spoken.iter().filter(|spoken| wanted(spoken)).max_by_key(|spoken| order(spoken))
    }

    /// What the time is counted from; nothing where the order is in doubt.
    fn anchor(&self, count_from: &str) -> Option<Instant> {
        let customer = self.latest(|spoken| spoken.customer);
        match count_from {
            "last-customer-message" => customer.map(|spoken| spoken.at),
            "last-agent-message" => self.latest(|spoken| !spoken.customer).map(|spoken| spoken.at),
            _ => self
                .spoken
                .iter()
                .filter(|s| !s.customer && customer.is_none_or(|c| order(s) > order(c)))
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

/// The place of a message in its ticket; either all messages of a script have a sequence or none.
fn order(spoken: &Spoken) -> (Option<u64>, Instant) {
    (spoken.sequence, if spoken.sequence.is_some() { 0 } else { spoken.at })
}

fn closes(step: &Step) -> bool {
    matches!(step, Step::Close | Step::Resolve)
}

fn name(key: &ActionKey) -> (u32, String) {
    (key.cycle, word::step(&key.step).into_owned())
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
