//! What a policy would have done to a recorded conversation.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use despertador_contract::facts;
use despertador_contract::word::{self, Word};
use despertador_contract::{
    Action, ActionKey, Call, Channel, Decision, Happening, Instant, Outcome as Decided, Reason,
    Step, Task, Ticket,
};
use despertador_host::{CALLS_IN_A_ROW_MAX, CallError, Conversation, Policy, Session, next_call};
use serde_json::Value;

use crate::archive::{Archive, Openings};
use crate::figures::{Judged, Premature, Verdict};
use crate::history::{History, Item, RecordedTicket};
use crate::read::Unreadable;

/// How a history is played and judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// A close is premature if the customer writes within this time after it, in milliseconds.
    pub window: i64,
    /// Where the customers wrote; `None` for the channel that a policy names.
    pub channel: Option<Channel>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { window: 24 * 3_600_000, channel: None }
    }
}

impl Settings {
    /// The channel on which a policy is played: the one that was asked for, or the policy's own, or
    /// web chat.
    #[must_use]
    pub fn channel_of(&self, policy: &Policy) -> Channel {
        let own = || {
            let config: Value = serde_json::from_str(policy.config()).ok()?;
            Channel::from_word(config.get("channel")?.as_str()?)
        };
        self.channel.clone().or_else(own).unwrap_or(Channel::WebChat)
    }

    /// The same on the channel of a policy.
    pub(crate) fn on(&self, policy: &Policy) -> Settings {
        Settings { channel: Some(self.channel_of(policy)), ..*self }
    }
}

/// What became of a ticket.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outcome {
    /// The reminders, in order.
    pub reminders: Vec<Sent>,
    /// The close, if there was one.
    pub closed: Option<Closed>,
    /// How many messages waited or were left out, by the code of the reason. Of one silence each
    /// message counts once, however often it was looked at.
    pub withheld: BTreeMap<String, u64>,
    /// Messages and events that the plugin was told of.
    pub told: u64,
    /// The rule that applied last, by its place in the policy, from 0.
    pub rule: Option<u32>,
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
    /// When the next step was due; `None` where the policy has none.
    pub until: Option<Instant>,
    /// Whether the whole time until then was observed; where there is no next step, that of the
    /// settings.
    pub is_judged: bool,
}

/// A close that would have been made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed {
    /// When.
    pub at: Instant,
    /// Since when the customer had been silent: the company's latest message.
    pub silent_since: Instant,
    /// Whether it was right.
    pub verdict: Verdict,
    /// Whether what makes it premature is a new ticket of the customer.
    pub in_another: bool,
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
    let openings = Openings::of(&history.tickets);
    let settings = &settings.on(policy);
    let part = history.tickets.len().div_ceil(threads.get()).max(1);
    let play_part = |tickets: &[RecordedTicket]| -> Result<Judged, CallError> {
        let mut judged = Judged::default();
        let mut session = policy.session();
        for (tickets, recorded) in (1_usize..).zip(tickets) {
            let department = history.department(recorded);
            let outcome =
                play_and_judge(recorded, department, &mut session, settings, &openings, ends)?;
            judged.add(recorded, department, &outcome);
            if tickets.is_multiple_of(PROGRESS_TICKETS) {
                done(PROGRESS_TICKETS);
            }
        }
        Ok(judged)
    };
    let mut all = Judged::default();
    for part in in_parallel(history.tickets.chunks(part), &play_part) {
        all.join(part?);
    }
    Ok(all)
}

/// Does something with each of some things, on a thread each, and returns the results in order.
fn in_parallel<T: Send, R: Send>(
    things: impl Iterator<Item = T>,
    what: &(impl Fn(T) -> R + Sync),
) -> Vec<R> {
    std::thread::scope(|scope| {
        let threads: Vec<_> = things.map(|thing| scope.spawn(move || what(thing))).collect();
        let ended = |thread: std::thread::ScopedJoinHandle<'_, R>| {
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        threads.into_iter().map(ended).collect()
    })
}

/// After so many tickets it is told that they are done.
const PROGRESS_TICKETS: usize = 1_000;

/// Policies tried on an archive, or on as much of it as there was time for.
#[derive(Debug, Clone, Default)]
pub struct ArchiveBacktest {
    /// What came of each policy, in the order given.
    pub judged: Vec<Judged>,
    /// Tickets that were played, each to its end.
    pub tickets: u64,
    /// Their rows.
    pub rows: u64,
    /// When the last of these was.
    pub until: Option<Instant>,
    /// Whether that is all of it.
    pub is_whole: bool,
}

/// Why an archive could not be tried.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BacktestError {
    /// The plugin did not answer.
    #[error(transparent)]
    Plugin(CallError),
    /// What was put on disk cannot be read.
    #[error(transparent)]
    Archive(Unreadable),
}

/// Plays all tickets of an archive under each of some policies, on so many threads, a part of it at
/// a time. `goes_on` is told how many rows more are done, and says whether to go on; if not, what
/// was done until then is returned. Of a ticket all policies are tried or none.
///
/// The result is the same on any number of threads.
///
/// # Errors
///
/// The first call that the plugin did not answer, or a part that cannot be read.
pub fn backtest_archive(
    archive: &Archive,
    policies: &[Policy],
    settings: &Settings,
    threads: NonZeroUsize,
    goes_on: &(dyn Fn(u64) -> bool + Sync),
) -> Result<ArchiveBacktest, BacktestError> {
    let ends = archive.ends().unwrap_or_default();
    let next = AtomicUsize::new(0);
    let is_stopped = AtomicBool::new(false);
    let play_parts = |_| -> Result<ArchiveBacktest, BacktestError> {
        let mut sessions: Vec<(Session<'_>, Settings)> =
            policies.iter().map(|policy| (policy.session(), settings.on(policy))).collect();
        let judged = vec![Judged::default(); policies.len()];
        let mut tried_here = ArchiveBacktest { judged, ..ArchiveBacktest::default() };
        let mut untold = 0_u64;
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= archive.spool.parts() || is_stopped.load(Ordering::Relaxed) {
                goes_on(untold);
                return Ok(tried_here);
            }
            for recorded in archive.part(number).map_err(BacktestError::Archive)?.tickets {
                let department = archive.department(&recorded);
                for ((session, settings), judged) in sessions.iter_mut().zip(&mut tried_here.judged)
                {
                    let openings = &archive.openings;
                    let outcome =
                        play_and_judge(&recorded, department, session, settings, openings, ends)
                            .map_err(BacktestError::Plugin)
                            .inspect_err(|_| is_stopped.store(true, Ordering::Relaxed))?;
                    judged.add(&recorded, department, &outcome);
                }
                let rows = u64::try_from(recorded.items.len()).unwrap_or(u64::MAX);
                let last = recorded.items.last().map(Item::at);
                tried_here.tickets = tried_here.tickets.saturating_add(1);
                tried_here.rows = tried_here.rows.saturating_add(rows);
                tried_here.until = tried_here.until.max(last);
                untold = untold.saturating_add(rows);
                if untold >= PROGRESS_ROWS {
                    let goes_on = goes_on(std::mem::take(&mut untold));
                    is_stopped.fetch_or(!goes_on, Ordering::Relaxed);
                    if is_stopped.load(Ordering::Relaxed) {
                        return Ok(tried_here);
                    }
                }
            }
        }
    };
    let mut all = ArchiveBacktest {
        judged: vec![Judged::default(); policies.len()],
        ..ArchiveBacktest::default()
    };
    for part in in_parallel(0..threads.get(), &play_parts) {
        let part = part?;
        for (all, part) in all.judged.iter_mut().zip(part.judged) {
            all.join(part);
        }
        all.tickets = all.tickets.saturating_add(part.tickets);
        all.rows = all.rows.saturating_add(part.rows);
        all.until = all.until.max(part.until);
    }
    for judged in &mut all.judged {
        judged.put_in_order();
    }
    all.is_whole = all.tickets == archive.tickets();
    Ok(all)
}

/// After so many rows it is told that they are done.
const PROGRESS_ROWS: u64 = 2_000;

/// Plays one ticket and judges its close also by what the customer did in other tickets: one that
/// they open in the same department within the window makes it premature, for they had to ask
/// again. What they write in a ticket that was open besides speaks of something else.
fn play_and_judge(
    recorded: &RecordedTicket,
    department: Option<&str>,
    session: &mut Session<'_>,
    settings: &Settings,
    openings: &Openings,
    ends: Instant,
) -> Result<Outcome, CallError> {
    let mut outcome = play(recorded, department, session, settings, ends)?;
    if let Some(closed) = &mut outcome.closed {
        let last = closed.at.saturating_add(settings.window);
        let wrote = match closed.verdict.premature {
            Premature::Yes(wrote) => Some(wrote),
            Premature::No | Premature::Unknown => None,
        };
        if let Some(opened) = openings.next(recorded, closed.at, last)
            && wrote.is_none_or(|wrote| opened < wrote)
        {
            closed.verdict.premature = Premature::Yes(opened);
            closed.in_another = true;
        }
    }
    Ok(outcome)
}

/// Plays one ticket, as a host would that is awake at every deadline.
///
/// What follows a close is judged and not told: the ticket was closed. What is due at the instant of
/// a message comes after it, for whoever answers at that instant has answered.
///
/// # Errors
///
/// A call that the plugin did not answer.
pub fn play(
    recorded: &RecordedTicket,
    department: Option<&str>,
    session: &mut Session<'_>,
    settings: &Settings,
    ends: Instant,
) -> Result<Outcome, CallError> {
    let mut ticket =
        Ticket::open(recorded.id.clone(), settings.channel.clone().unwrap_or(Channel::WebChat));
    ticket.department = department.map(str::to_owned);
    ticket.agent = Some("agent".into());
    let mut stage = Stage {
        session,
        conversation: Conversation::new(ticket),
        decided: None,
        outcome: Outcome::default(),
        company_wrote: None,
        counted: Vec::new(),
    };
    for (number, item) in recorded.items.iter().enumerate() {
        stage.run_until(item.at())?;
        if stage.outcome.closed.is_some() {
            stage.judge(recorded.items.get(number..).unwrap_or_default(), settings, ends);
            return Ok(stage.outcome);
        }
        let at = item.at();
        if item.is_of_the_customer() {
            stage.counted.clear();
            if let Some(last) = stage.outcome.reminders.last_mut().filter(|r| r.answered.is_none())
                && stage.company_wrote.is_none_or(|wrote| wrote <= last.at)
            {
                last.answered = Some(at);
            }
        } else if item.is_of_the_company() {
            stage.company_wrote = Some(at);
        }
        // The facts of a row were checked when it was read.
        let facts =
            item.facts().and_then(|facts| facts::with(&stage.conversation.ticket, facts).ok());
        match (item.call(), facts) {
            (Some(call), facts) => {
                stage.record(facts, &call)?;
                stage.outcome.told = stage.outcome.told.saturating_add(1);
            }
            (None, Some(facts)) => stage.conversation.ticket = facts,
            (None, None) => {}
        }
    }
    stage.run_until(Instant::MAX)?;
    stage.judge(&[], settings, ends);
    Ok(stage.outcome)
}

struct Stage<'s, 'p> {
    session: &'s mut Session<'p>,
    conversation: Conversation,
    /// The last decision, and when it was made.
    decided: Option<(Decision, Instant)>,
    outcome: Outcome,
    /// When the company wrote last.
    company_wrote: Option<Instant>,
    /// What was withheld in this silence: the reason, and how many reminders had gone before.
    counted: Vec<(&'static str, usize)>,
}

impl Stage<'_, '_> {
    fn record(&mut self, facts: Option<Ticket>, call: &Call) -> Result<(), CallError> {
        let decision = self.conversation.record(&mut *self.session, facts, call)?.decision;
        self.outcome.rule = decision.rule.or(self.outcome.rule);
        if let (Call::Event(event), Decided::Wait(wake)) = (call, &decision.outcome)
            && let Happening::CarriedOut(ActionKey { step: Step::Reminder(_), .. }) = event.what
            && let Some(sent) = self.outcome.reminders.last_mut()
        {
            sent.until.get_or_insert(wake.until);
        }
        self.count_withheld(&decision.reason);
        self.decided = Some((decision, call.now()));
        Ok(())
    }

    /// Carries out what is due before an instant, or until the ticket is closed.
    fn run_until(&mut self, end: Instant) -> Result<(), CallError> {
        for _ in 0..CALLS_IN_A_ROW_MAX {
            let Some((decision, now)) = self.decided.take() else { return Ok(()) };
            if let Decided::Act(action) = &decision.outcome {
                self.carry_out(action, now);
                if self.outcome.closed.is_some() {
                    return Ok(());
                }
            }
            let Some(call) = next_call(&decision, now, end) else {
                self.decided = Some((decision, now));
                return Ok(());
            };
            self.record(None, &call)?;
        }
        Err(CallError::never_rests(&self.conversation.ticket.id))
    }

    fn carry_out(&mut self, action: &Action, now: Instant) {
        match (&action.task, &action.key.step) {
            (Task::Send(reminder), Step::Reminder(_)) => {
                self.outcome.reminders.push(Sent {
                    number: reminder.number,
                    at: now,
                    answered: None,
                    until: None,
                    is_judged: false,
                });
            }
            (Task::Close(_), _) => {
                self.outcome.closed = Some(Closed {
                    at: now,
                    silent_since: self.company_wrote.unwrap_or(now),
                    verdict: Verdict { premature: Premature::Unknown, is_judged: false },
                    in_another: false,
                });
            }
            _ => {}
        }
    }

    fn count_withheld(&mut self, reason: &Reason) {
        let Some(code) = word::withheld(reason) else { return };
        let which = (code, self.outcome.reminders.len());
        if self.counted.contains(&which) {
            return;
        }
        self.counted.push(which);
        let count = self.outcome.withheld.entry(code.to_owned()).or_default();
        *count = count.saturating_add(1);
    }

    /// Which reminders were observed to their end, and whether the close was right, by what was
    /// recorded after it.
    fn judge(&mut self, rest: &[Item], settings: &Settings, ends: Instant) {
        for sent in &mut self.outcome.reminders {
            let last = sent.until.unwrap_or_else(|| sent.at.saturating_add(settings.window));
            sent.is_judged = last <= ends;
            if sent.until.is_none() {
                sent.answered = sent.answered.filter(|at| *at <= last);
            }
        }
        let Some(closed) = &mut self.outcome.closed else { return };
        let back = rest
            .iter()
            .filter(|item| item.is_of_the_customer())
            .map(Item::at)
            .find(|at| *at >= closed.at);
        closed.verdict = Verdict::of(closed.at, back, settings.window, ends);
    }
}
