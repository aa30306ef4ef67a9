//! What a policy would have done to a recorded conversation.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use despertador_harness::conversation::{Call, follow};
use despertador_host::contract::{
    Channel, Decision, Event, Happening, Instant, Outcome as Decided, Reason, Step, Task, Ticket,
};
use despertador_host::{CallError, Policy, Session};

use crate::figures::Judged;
use crate::history::{History, Recorded};

/// A ticket takes no more steps than this; a policy has some dozen at most.
const MOST_STEPS: usize = 10_000;

/// How a history is played and judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// A close is premature if the customer writes within this time after it, in milliseconds.
    pub window: i64,
    /// Where the customers wrote.
    pub channel: Channel,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { window: 24 * 3_600_000, channel: Channel::WebChat }
    }
}

/// What became of a ticket.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outcome {
    /// The reminders, in order.
    pub reminders: Vec<Sent>,
    /// The close, if there was one.
    pub closed: Option<Shut>,
    /// How often a step waited or was left out, by the code of the reason.
    pub withheld: BTreeMap<String, u64>,
    /// Messages and events that the plugin was told of.
    pub told: u64,
}

/// A reminder that would have been sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    /// Its number, from 1.
    pub number: u32,
    /// When.
    pub at: Instant,
    /// When the customer wrote, if that was before the next step.
    pub answered: Option<Instant>,
}

/// A close that would have been made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shut {
    /// When.
    pub at: Instant,
    /// Since when the customer had been silent: the company's latest message.
    pub silent_since: Instant,
    /// Whether it was right.
    pub premature: Premature,
}

/// Whether a close was premature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Premature {
    /// The customer did not write within the window.
    No,
    /// The customer wrote within the window, at this instant.
    Yes(Instant),
    /// The history ends before the window does.
    Unknown,
}

/// Plays all tickets of a history, on so many threads, and tells how many are done from time to time.
///
/// The result is the same on any number of threads.
///
/// # Errors
///
/// The first call that the plugin did not answer.
pub fn backtest(
    history: &History,
    policy: &Policy,
    settings: &Settings,
    threads: NonZeroUsize,
    done: &(dyn Fn(usize) + Sync),
) -> Result<Judged, CallError> {
    let ends = history.ends().unwrap_or_default();
    let part = history.tickets.len().div_ceil(threads.get()).max(1);
    let play_part = |tickets: &[Recorded]| -> Result<Judged, CallError> {
        let mut judged = Judged::default();
        let mut session = policy.session();
        for (tickets, recorded) in (1_usize..).zip(tickets) {
            let department = history.department(recorded);
            let outcome = play(recorded, department, &mut session, settings, ends)?;
            judged.add(recorded, department, &outcome);
            if tickets.is_multiple_of(TOLD_EVERY) {
                done(TOLD_EVERY);
            }
        }
        Ok(judged)
    };
    let parts: Vec<Result<Judged, CallError>> = std::thread::scope(|scope| {
        let play_part = &play_part;
        let threads: Vec<_> = history
            .tickets
            .chunks(part)
            .map(|tickets| scope.spawn(move || play_part(tickets)))
            .collect();
        let ended = |thread: std::thread::ScopedJoinHandle<'_, _>| {
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        threads.into_iter().map(ended).collect()
    });
    let mut all = Judged::default();
    for part in parts {
        all.join(part?);
    }
    Ok(all)
}

/// After so many tickets it is told that they are done.
const TOLD_EVERY: usize = 1_000;

/// Plays one ticket, as a host would that is awake at every deadline.
///
/// What follows a close is judged and not told: the ticket was closed. What is due at the instant of
/// a message comes after it, for whoever answers at that instant has answered.
///
/// # Errors
///
/// A call that the plugin did not answer.
pub fn play(
    recorded: &Recorded,
    department: Option<&str>,
    session: &mut Session<'_>,
    settings: &Settings,
    ends: Instant,
) -> Result<Outcome, CallError> {
    let mut ticket = Ticket::open(recorded.id.clone(), settings.channel.clone());
    ticket.department = department.map(str::to_owned);
    ticket.agent = Some("agent".into());
    let mut stage = Stage {
        session,
        ticket,
        memory: Vec::new(),
        outcome: Outcome::default(),
        due: None,
        company_wrote: None,
        steps: 0,
    };
    for (number, item) in recorded.items.iter().enumerate() {
        stage.until(item.at())?;
        if stage.outcome.closed.is_some() {
            stage.judge(recorded.items.get(number..).unwrap_or_default(), settings, ends);
            return Ok(stage.outcome);
        }
        let at = item.at();
        if item.is_of_the_customer() {
            if let Some(last) = stage.outcome.reminders.last_mut().filter(|r| r.answered.is_none())
                && stage.company_wrote.is_none_or(|wrote| wrote <= last.at)
            {
                last.answered = Some(at);
            }
        } else if item.is_of_the_company() {
            stage.company_wrote = Some(at);
        }
        stage.tell(&item.call())?;
    }
    stage.until(Instant::MAX)?;
    stage.judge(&[], settings, ends);
    Ok(stage.outcome)
}

struct Stage<'s, 'p> {
    session: &'s mut Session<'p>,
    ticket: Ticket,
    memory: Vec<u8>,
    outcome: Outcome,
    /// The next necessary call.
    due: Option<Instant>,
    /// When the company wrote last.
    company_wrote: Option<Instant>,
    steps: usize,
}

impl Stage<'_, '_> {
    fn tell(&mut self, call: &Call) -> Result<(), CallError> {
        let update = match call {
            Call::Message(message) => {
                self.session.on_message(&self.ticket, &self.memory, message)?
            }
            Call::Event(event) => {
                follow(&mut self.ticket, &event.what);
                self.session.on_event(&self.ticket, &self.memory, event)?
            }
            Call::Tick(_) => return Ok(()),
        };
        self.outcome.told = self.outcome.told.saturating_add(1);
        self.memory = update.memory;
        self.decided(&update.decision, call.now())
    }

    /// Carries out what is due before an instant.
    fn until(&mut self, end: Instant) -> Result<(), CallError> {
        while let Some(due) = self.due.filter(|due| *due < end) {
            self.due = None;
            let decision = self.session.on_tick(&self.ticket, &self.memory, due)?;
            self.decided(&decision, due)?;
            if self.outcome.closed.is_some() {
                break;
            }
        }
        Ok(())
    }

    fn decided(&mut self, decision: &Decision, now: Instant) -> Result<(), CallError> {
        self.due = None;
        self.steps = self.steps.saturating_add(1);
        if self.steps > MOST_STEPS {
            return Ok(());
        }
        self.count_withheld(&decision.reason);
        match &decision.outcome {
            Decided::Wait(wake) => self.due = Some(wake.until),
            Decided::Act(action) => {
                match (&action.task, &action.key.step) {
                    (Task::Send(reminder), Step::Reminder(_)) => self
                        .outcome
                        .reminders
                        .push(Sent { number: reminder.number, at: now, answered: None }),
                    (Task::Close(_), _) => {
                        self.outcome.closed = Some(Shut {
                            at: now,
                            silent_since: self.company_wrote.unwrap_or(now),
                            premature: Premature::Unknown,
                        });
                        return Ok(());
                    }
                    _ => {}
                }
                // Carried out at once: what came of it is known before the next message.
                let event = Event::new(Happening::CarriedOut(action.key.clone()), now);
                follow(&mut self.ticket, &event.what);
                let update = self.session.on_event(&self.ticket, &self.memory, &event)?;
                self.memory = update.memory;
                return self.decided(&update.decision, now);
            }
            Decided::Rest | Decided::Other(_) => {}
        }
        Ok(())
    }

    fn count_withheld(&mut self, reason: &Reason) {
        let code = match reason {
            Reason::OutsideSendingWindow => "outside-sending-window",
            Reason::OutsideChannelWindow(_) => "outside-channel-window",
            Reason::OverBudget => "over-budget",
            _ => return,
        };
        let count = self.outcome.withheld.entry(code.to_owned()).or_default();
        *count = count.saturating_add(1);
    }

    /// Whether the close was right, by what was recorded after it.
    fn judge(&mut self, rest: &[crate::history::Item], settings: &Settings, ends: Instant) {
        let Some(closed) = &mut self.outcome.closed else { return };
        let last = closed.at.saturating_add(settings.window);
        let wrote = rest
            .iter()
            .filter(|item| item.is_of_the_customer())
            .map(crate::history::Item::at)
            .find(|at| *at >= closed.at);
        closed.premature = match wrote {
            Some(at) if at <= last => Premature::Yes(at),
            _ if ends < last => Premature::Unknown,
            _ => Premature::No,
        };
    }
}
