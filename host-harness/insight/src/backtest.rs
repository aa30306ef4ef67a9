//! Backtests: what a policy would have done to recorded conversations.

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

/// Options of a backtest.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The time after a close within which a message of the customer makes it premature, in
    /// milliseconds.
    pub window: i64,
    /// The channel of the conversations; `None` for the policy's own.
    pub channel: Option<Channel>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { window: 24 * 3_600_000, channel: None }
    }
}

impl Settings {
    /// The channel for a policy: that of the settings, else the policy's own, else web chat.
    #[must_use]
    pub fn channel_of(&self, policy: &Policy) -> Channel {
        let own = || {
            let config: Value = serde_json::from_str(policy.config()).ok()?;
            Channel::from_word(config.get("channel")?.as_str()?)
        };
        self.channel.clone().or_else(own).unwrap_or(Channel::WebChat)
    }

    /// The same settings, with the channel of a policy.
    pub(crate) fn on(&self, policy: &Policy) -> Settings {
        Settings { channel: Some(self.channel_of(policy)), ..*self }
    }
}

/// The outcome of a ticket.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outcome {
    /// The reminders, in order.
    pub reminders: Vec<Sent>,
    /// The close, if there was one.
    pub closed: Option<Closed>,
    /// Withheld messages by code of the reason. Each message counts once per silence.
    pub withheld: BTreeMap<String, u64>,
    /// Recorded messages and events.
    pub events: u64,
    /// The last rule of the ticket, by position in the policy, from 0.
    pub rule: Option<u32>,
}

/// A reminder that would have been sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    /// Its number, from 1.
    pub number: u32,
    /// When.
    pub at: Instant,
    /// When the customer answered, if before the next step.
    pub answered: Option<Instant>,
    /// When the next step was due; `None` if there is none.
    pub until: Option<Instant>,
    /// Whether the whole time until the next step was observed; without a next step, the window of
    /// the settings.
    pub is_judged: bool,
}

/// A close that would have been made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed {
    /// When.
    pub at: Instant,
    /// When the customer's silence began: the company's latest message.
    pub silent_since: Instant,
    /// Whether it was premature.
    pub verdict: Verdict,
    /// Whether it is premature because the customer opened another ticket.
    pub in_another: bool,
}

/// Plays all tickets of a history on some threads. `done` is called from time to time with the
/// number of further tickets.
///
/// The result does not depend on the number of threads.
///
/// # Errors
///
/// The first call on which the plugin failed.
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
    let threads = thread_count(threads, std::slice::from_ref(policy));
    let part = history.tickets.len().div_ceil(threads).max(1);
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

/// The number of threads to use: each holds an instance of the plugin for each policy. A backtest
/// takes at most half of the instances that the host allows, so that it never finds the host busy
/// with itself, and other users of the host keep theirs.
fn thread_count(threads: NonZeroUsize, policies: &[Policy]) -> usize {
    let allowed = policies.first().map_or(u32::MAX, |policy| policy.plugin().limits().instances);
    let allowed = usize::try_from(allowed / 2).unwrap_or(usize::MAX);
    threads.get().min(allowed.checked_div(policies.len()).unwrap_or(1)).max(1)
}

/// Runs a function for each item, each on its own thread, and returns the results in order.
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

/// Number of tickets between two reports of progress.
const PROGRESS_TICKETS: usize = 1_000;

/// The result of a backtest on an archive, or on the part played before it was stopped.
#[derive(Debug, Clone, Default)]
pub struct ArchiveBacktest {
    /// The results of each policy, in the given order.
    pub judged: Vec<Judged>,
    /// Completely played tickets.
    pub tickets: u64,
    /// Their rows.
    pub rows: u64,
    /// The instant of the last one.
    pub until: Option<Instant>,
    /// Whether these are all tickets.
    pub is_whole: bool,
}

/// Why a backtest on an archive failed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BacktestError {
    /// The plugin failed.
    #[error(transparent)]
    Plugin(CallError),
    /// The temporary file cannot be read.
    #[error(transparent)]
    Archive(Unreadable),
}

/// Plays all tickets of an archive under some policies, on some threads, part by part.
/// `should_continue` is called with the number of further rows and returns whether to continue;
/// otherwise the result so far is returned. A ticket is played under all policies or none.
///
/// The result does not depend on the number of threads.
///
/// # Errors
///
/// The first call on which the plugin failed, or a part that cannot be read.
pub fn backtest_archive(
    archive: &Archive,
    policies: &[Policy],
    settings: &Settings,
    threads: NonZeroUsize,
    should_continue: &(dyn Fn(u64) -> bool + Sync),
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
                should_continue(untold);
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
                    let should_continue = should_continue(std::mem::take(&mut untold));
                    is_stopped.fetch_or(!should_continue, Ordering::Relaxed);
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
    for part in in_parallel(0..thread_count(threads, policies), &play_parts) {
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

/// Number of rows between two reports of progress.
const PROGRESS_ROWS: u64 = 2_000;

/// Plays one ticket, and judges its close also by the customer's other tickets: a new one in the
/// same department within the window makes the close premature, because the customer had to ask
/// again. Messages in tickets that were already open concern something else.
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

/// Plays one ticket, as a host that acts at every deadline.
///
/// Records after the close are only used to judge it. A step due at the instant of a message comes
/// after the message.
///
/// # Errors
///
/// A call on which the plugin failed, or an answer that does not follow from what was carried out.
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
        // The facts were checked when the row was read.
        let facts =
            item.facts().and_then(|facts| facts::with(&stage.conversation.ticket, facts).ok());
        match (item.call(), facts) {
            (Some(call), facts) => {
                stage.record(facts, &call)?;
                stage.outcome.events = stage.outcome.events.saturating_add(1);
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
    /// When the company last wrote.
    company_wrote: Option<Instant>,
    /// Withheld messages of this silence: the reason, and the number of earlier reminders.
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

    /// Makes the calls and actions due before an instant, until the ticket is closed.
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

    /// Judges reminders and close by what was recorded after them.
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
