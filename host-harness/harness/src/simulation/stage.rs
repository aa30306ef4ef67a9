//! A small host that plays scripts, with accidents, and checks every answer.

use despertador_contract::{
    ActionKey, Decision, Event, Failure, FailureKind, Happening, Instant, Outcome, Reason, Step,
    Ticket,
};
use fastrand::Rng;
use serde_json::Value;

use crate::answer::Answer;
use crate::conversation::{Conversation, damage};
use crate::engine::{CallError, Engine, ParseError, Player};
use crate::simulation::invariant::{Broken, Invariant};
use crate::simulation::script::{Doing, Script};
use crate::simulation::truth::Truth;
use crate::simulation::{Findings, Policy, Simulation, add};
use despertador_contract::Call;
use despertador_contract::clock_face::ClockFace;
use despertador_contract::facts;
use despertador_contract::word;

/// The players of a simulation's policies, and the last played lines.
pub(crate) struct Stage<'a> {
    pub(crate) policies: &'a [Policy],
    players: Vec<Box<dyn Player>>,
    /// The last played lines, up to the violation.
    pub(crate) lines: Vec<Line>,
}

/// A played line, for replays and for a scenario.
#[derive(Debug, Clone)]
pub(crate) enum Line {
    Call(Box<Called>),
    Facts(Instant, Value),
    Policy(Instant, usize),
    Restart(Instant),
    Damaged(Instant),
}

/// A call with its complete input and output.
#[derive(Debug, Clone)]
pub(crate) struct Called {
    pub(crate) policy: usize,
    pub(crate) ticket: Ticket,
    pub(crate) memory: Vec<u8>,
    pub(crate) call: Call,
    pub(crate) answer: Answer,
    pub(crate) after: Vec<u8>,
}

/// A ticket that is still busy after this many calls never rests.
const CALLS_PER_TICKET_MAX: usize = 5000;

impl<'a> Stage<'a> {
    pub(crate) fn new(
        engine: &dyn Engine,
        simulation: &'a Simulation,
    ) -> Result<Stage<'a>, ParseError> {
        let players = simulation
            .policies
            .iter()
            .map(|policy| engine.parse(&policy.config, &simulation.surroundings))
            .collect::<Result<_, _>>()?;
        Ok(Stage { policies: &simulation.policies, players, lines: Vec::new() })
    }

    /// Plays a script to its end, or to a violation.
    pub(crate) fn play(&mut self, script: &Script, findings: &mut Findings) -> Result<(), Broken> {
        self.lines.clear();
        let mut host = Host {
            conversation: Conversation::new(script.ticket.clone()),
            truth: Truth::default(),
            rng: Rng::with_seed(script.seed ^ 0x5eed),
            policy: 0,
            now: Instant::MIN,
            wake: None,
            carry: None,
            reports: Vec::new(),
            outbox: Vec::new(),
            crash_before_commit: false,
            crash_after_action: false,
            next_fails: None,
            stage: self,
            findings,
        };
        host.run(script)?;
        self.replay(findings)
    }

    /// Repeats all calls on fresh instances.
    fn replay(&mut self, findings: &mut Findings) -> Result<(), Broken> {
        for player in &mut self.players {
            player.restart();
        }
        for line in &self.lines {
            let Line::Call(called) = line else { continue };
            let Some(player) = self.players.get_mut(called.policy) else {
                continue;
            };
            let again = player.evaluate(&called.ticket, &called.memory, &called.call);
            findings.checks = findings.checks.saturating_add(1);
            let same = match (&again, &called.answer) {
                (Ok((memory, decision)), Ok(before)) => {
                    decision == before
                        && memory.as_ref().is_none_or(|memory| *memory == called.after)
                }
                _ => false,
            };
            if !same {
                let at = ClockFace::dated().show(called.call.now());
                return Err(Broken::new(Invariant::Replayed, format!("the call at {at} differs")));
            }
        }
        Ok(())
    }
}

struct Host<'h, 'a> {
    stage: &'h mut Stage<'a>,
    findings: &'h mut Findings,
    conversation: Conversation,
    truth: Truth,
    rng: Rng,
    policy: usize,
    now: Instant,
    wake: Option<Instant>,
    /// The action to carry out, and when.
    carry: Option<(Instant, ActionKey)>,
    reports: Vec<ActionResult>,
    /// What was carried out, and when: it stays true when the host forgets it.
    outbox: Vec<(ActionKey, Instant)>,
    crash_before_commit: bool,
    crash_after_action: bool,
    next_fails: Option<FailureKind>,
}

/// The result of an action, on its way to the plugin.
struct ActionResult {
    when: Instant,
    key: ActionKey,
    at: Instant,
    failed: Option<FailureKind>,
}

impl Host<'_, '_> {
    fn run(&mut self, script: &Script) -> Result<(), Broken> {
        let mut entries = script.entries.iter().peekable();
        let mut down = Instant::MIN;
        for _ in 0..CALLS_PER_TICKET_MAX {
            let entry = entries.peek().map(|entry| entry.at.max(down));
            let report = self.reports.iter().map(|report| report.when).min().map(|at| at.max(down));
            let carry = self.carry.as_ref().map(|(at, _)| (*at).max(down));
            let wake = self.wake.map(|at| at.max(down));
            let Some(next) = [entry, report, carry, wake].into_iter().flatten().min() else {
                return self.end();
            };
            self.now = self.now.max(next);
            if entry == Some(next) {
                match entries.next().map(|entry| &entry.what) {
                    Some(Doing::Down(until)) => {
                        self.accident("host down");
                        down = *until;
                    }
                    Some(doing) => self.happen(doing)?,
                    None => {}
                }
            } else if report == Some(next) {
                self.report()?;
            } else if carry == Some(next) {
                self.carry_out()?;
            } else {
                self.wake = None;
                self.call(Call::Tick(self.now))?;
            }
        }
        Err(Broken::new(
            Invariant::Answered,
            format!("still busy after {CALLS_PER_TICKET_MAX} calls"),
        ))
    }

    fn end(&self) -> Result<(), Broken> {
        match self.stage.policies.get(self.policy) {
            // A ticket whose last reminder could not be sent stays open.
            Some(_) if self.rests_unwarned() => Ok(()),
            Some(policy) => self.truth.check_end(&self.conversation.state.ticket, &policy.rules),
            None => Ok(()),
        }
    }

    fn rests_unwarned(&self) -> bool {
        let Some(Ok(decision)) = &self.conversation.answer else { return false };
        matches!(decision.reason, Reason::OutsideChannelWindow(_))
    }

    fn accident(&mut self, kind: &'static str) {
        add(&mut self.findings.accidents, kind, 1);
    }

    fn happen(&mut self, doing: &Doing) -> Result<(), Broken> {
        match doing {
            Doing::Call(call) => self.call(late(call, self.now)),
            Doing::Again(call) => {
                self.accident("repeated message");
                self.call(late(call, self.now))
            }
            Doing::Facts(value) => {
                let _: Result<(), _> = facts::apply(&mut self.conversation.state.ticket, value);
                self.stage.lines.push(Line::Facts(self.now, value.clone()));
                self.call(Call::Tick(self.now))
            }
            Doing::Policy(policy) => {
                self.accident("change of policy");
                self.policy = *policy;
                self.stage.lines.push(Line::Policy(self.now, *policy));
                self.call(Call::Tick(self.now))
            }
            Doing::CrashBeforeCommit => {
                self.crash_before_commit = true;
                Ok(())
            }
            Doing::CrashAfterAction => {
                self.crash_after_action = true;
                Ok(())
            }
            Doing::NextFails(kind) => {
                self.next_fails = Some(kind.clone());
                Ok(())
            }
            Doing::ClockBack(by) => {
                self.accident("clock back");
                let then = self.now.saturating_sub(*by);
                let decision = self.ask(&Call::Tick(then))?;
                self.check(&decision, then)
            }
            Doing::Tick => self.call(Call::Tick(self.now)),
            Doing::Damage => self.damage(),
            Doing::Down(_) => Ok(()),
        }
    }

    /// Makes a call, checks its answer and acts on it like a host.
    fn call(&mut self, call: Call) -> Result<(), Broken> {
        let decision = self.ask(&call)?;
        self.check(&decision, call.now())?;
        self.findings.decisions = self.findings.decisions.saturating_add(1);
        add(&mut self.findings.kinds, kind(&decision), 1);
        self.wake = None;
        self.carry = None;
        match decision.outcome {
            Outcome::Act(action) => self.take_up(action.key),
            Outcome::Wait(wake) => {
                let late = match self.rng.u32(0..20) {
                    0 => self.rng.i64(0..7_200_000),
                    1..3 => self.rng.i64(0..5000),
                    _ => 0,
                };
                if late > 60_000 {
                    self.accident("late tick");
                }
                self.wake = Some(wake.until.saturating_add(late));
            }
            Outcome::Rest | Outcome::Other(_) => {}
        }
        Ok(())
    }

    fn take_up(&mut self, key: ActionKey) {
        if self.reports.iter().any(|report| report.key == key) {
            return;
        }
        match self.outbox.iter().find(|(done, _)| *done == key).map(|(_, at)| *at) {
            // Done before a crash: reported now, with the time at which it was done.
            Some(at) => {
                self.reports.push(ActionResult { when: self.now, key, at, failed: None });
            }
            None => {
                let delay = if self.rng.u32(0..10) == 0 { self.rng.i64(0..90_000) } else { 0 };
                self.carry = Some((self.now.saturating_add(delay), key));
            }
        }
    }

    fn carry_out(&mut self) -> Result<(), Broken> {
        let Some((_, key)) = self.carry.take() else {
            return Ok(());
        };
        let decision = self.ask(&Call::Tick(self.now))?;
        self.check(&decision, self.now)?;
        match &decision.outcome {
            Outcome::Act(action) if action.key == key => {}
            // It is no longer requested.
            _ => return self.call(Call::Tick(self.now)),
        }
        let mut sent = self.outbox.iter().map(|(sent, _)| sent);
        if let Step::Reply(number) = key.step
            && let Some(sent) = sent.find(|sent| sent.step == key.step)
        {
            let found = format!("reply {number} was sent in cycle {} already", sent.cycle);
            return Err(Broken::new(Invariant::AnsweredOnce, found));
        }
        let failed = self.next_fails.take();
        if failed.is_none() {
            self.outbox.push((key.clone(), self.now));
            if std::mem::take(&mut self.crash_after_action) {
                self.accident("crash after an action");
                self.restart();
                return self.call(Call::Tick(self.now));
            }
        } else {
            self.accident("failed delivery");
        }
        let slow = if self.rng.u32(0..8) == 0 { self.rng.i64(0..30_000) } else { 0 };
        let when = self.now.saturating_add(slow);
        self.reports.push(ActionResult { when, key, at: self.now, failed });
        Ok(())
    }

    fn report(&mut self) -> Result<(), Broken> {
        let first = self.reports.iter().enumerate().min_by_key(|(_, report)| report.when);
        let Some(place) = first.map(|(place, _)| place) else {
            return Ok(());
        };
        let ActionResult { key, at, failed, .. } = self.reports.swap_remove(place);
        let what = match failed {
            None => Happening::CarriedOut(key),
            Some(kind) => Happening::Failed(Failure { key, kind }),
        };
        let event = Event { id: None, sequence: None, at, received_at: self.now, what };
        self.call(Call::Event(event))
    }

    fn restart(&mut self) {
        self.stage.lines.push(Line::Restart(self.now));
        if let Some(player) = self.stage.players.get_mut(self.policy) {
            player.restart();
        }
    }

    /// Makes a call; the result is stored, unless the host crashes before that.
    fn ask(&mut self, call: &Call) -> Result<Decision, Broken> {
        if std::mem::take(&mut self.crash_before_commit) {
            self.accident("crash before an answer was stored");
            let mut lost = self.conversation.clone();
            let _: Result<_, CallError> =
                lost.play(player(self.stage, self.policy)?, call).cloned();
            self.restart();
        }
        let memory = self.conversation.state.memory.clone();
        let answer = self.conversation.play(player(self.stage, self.policy)?, call).cloned();
        let answer = answer.map_err(|error| Broken::new(Invariant::Answered, error.to_string()))?;
        self.stage.lines.push(Line::Call(Box::new(Called {
            policy: self.policy,
            ticket: self.conversation.state.ticket.clone(),
            memory,
            call: call.clone(),
            answer: answer.clone(),
            after: self.conversation.state.memory.clone(),
        })));
        if let Some(policy) = self.stage.policies.get(self.policy) {
            self.truth.record(call, &self.conversation.state.ticket, &policy.rules);
        }
        answer.map_err(|fault| {
            Broken::new(Invariant::Answered, format!("fault {}", word::fault(&fault)))
        })
    }

    /// Makes a call without storing the result.
    fn probe(&mut self, now: Instant) -> Result<Decision, Broken> {
        self.findings.checks = self.findings.checks.saturating_add(1);
        self.conversation
            .state
            .tick(player(self.stage, self.policy)?, now)
            .map_err(|error| Broken::new(Invariant::Answered, error.to_string()))
    }

    fn check(&mut self, decision: &Decision, now: Instant) -> Result<(), Broken> {
        let broken = |invariant, found: String| Err(Broken::new(invariant, found));
        if self.probe(now)? != *decision {
            return broken(
                Invariant::SameAnswer,
                "a tick at the same instant answers otherwise".into(),
            );
        }
        match &decision.outcome {
            Outcome::Act(action) => {
                let policies = self.stage.policies;
                let Some(policy) = policies.get(self.policy) else {
                    return Ok(());
                };
                self.truth.check(action, now, &self.conversation.state.ticket, &policy.rules)
            }
            Outcome::Wait(wake) => {
                let show = |instant| ClockFace::dated().show(instant);
                if wake.until <= now {
                    return broken(Invariant::WakeAhead, format!("woken at {}", show(wake.until)));
                }
                let between = self.rng.i64(now..wake.until);
                match self.probe(between)?.outcome {
                    Outcome::Wait(other) if other == *wake => {}
                    _ if waits_to_send(decision) => {}
                    _ => {
                        let found = format!("asked at {} the answer is another one", show(between));
                        return broken(Invariant::FixedDeadline, found);
                    }
                }
                match self.probe(wake.until)?.outcome {
                    Outcome::Wait(other) if other.until <= wake.until => {
                        let found = format!(
                            "at {} it still waits until {}",
                            show(wake.until),
                            show(other.until)
                        );
                        broken(Invariant::WakeAhead, found)
                    }
                    _ => Ok(()),
                }
            }
            Outcome::Rest | Outcome::Other(_) => Ok(()),
        }
    }

    fn damage(&mut self) -> Result<(), Broken> {
        let mut memory = self.conversation.state.memory.clone();
        if memory.is_empty() {
            return Ok(());
        }
        self.accident("damaged memory");
        match self.rng.u32(0..3) {
            0 => memory.truncate(self.rng.usize(1..memory.len().max(2))),
            1 => {
                let place = self.rng.usize(0..memory.len());
                if let Some(byte) = memory.get_mut(place) {
                    *byte ^= 1 << self.rng.u32(0..8);
                }
            }
            _ => damage(&mut memory),
        }
        if memory == self.conversation.state.memory {
            return Ok(());
        }
        self.stage.lines.push(Line::Damaged(self.now));
        let ticket = &self.conversation.state.ticket;
        match player(self.stage, self.policy)?.evaluate(ticket, &memory, &Call::Tick(self.now)) {
            Err(CallError::Fault(_)) => {
                self.stage.lines.pop();
                Ok(())
            }
            Err(error) => Err(Broken::new(Invariant::Damaged, error.to_string())),
            Ok(_) => Err(Broken::new(Invariant::Damaged, format!("it was read: {memory:02x?}"))),
        }
    }
}

fn player<'p>(stage: &'p mut Stage<'_>, policy: usize) -> Result<&'p mut dyn Player, Broken> {
    match stage.players.get_mut(policy) {
        Some(player) => Ok(player.as_mut()),
        None => Err(Broken::new(Invariant::Answered, "there is no such policy")),
    }
}

/// A call as made by a host that was down at its time.
fn late(call: &Call, now: Instant) -> Call {
    match call.clone() {
        Call::Message(mut message) => {
            message.received_at = message.received_at.max(now);
            Call::Message(message)
        }
        Call::Event(mut event) => {
            event.received_at = event.received_at.max(now);
            Call::Event(event)
        }
        Call::Tick(at) => Call::Tick(at.max(now)),
    }
}

/// Whether something is due and waits only until it may be sent: that time may change.
fn waits_to_send(decision: &Decision) -> bool {
    matches!(decision.reason, Reason::OutsideSendingWindow | Reason::OverBudget)
}

fn kind(decision: &Decision) -> String {
    match &decision.outcome {
        Outcome::Act(action) => match &action.key.step {
            Step::Reminder(_) => "send a reminder".into(),
            Step::Reply(_) => "send a reply".into(),
            step => despertador_contract::key::render_step(step).replace('-', " "),
        },
        Outcome::Wait(_) => "wait".into(),
        Outcome::Rest => {
            let reason = word::reason(&decision.reason);
            let reason = reason.split(' ').next().unwrap_or_default();
            format!("rest ({reason})")
        }
        Outcome::Other(name) => format!("other:{name}"),
    }
}
