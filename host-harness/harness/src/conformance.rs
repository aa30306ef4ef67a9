//! What every plugin owes, whatever its policy says.
//!
//! Each [`RULES`] entry is a rule of `docs/rules.md`, shown by a conversation whose times come from the
//! plugin's own answers. Every call is repeated on a fresh instance.

use despertador_contract::clock_face::{ClockFace, MONDAY};
use despertador_contract::{
    Action, Author, Call, Channel, Decision, Event, Failure, FailureKind, Fault, Happening,
    Instant, Memory, Message, MessageKind, Origin, Outcome, Reader, Source, Step, Task, Ticket,
    TicketStatus, follow, key,
};
use despertador_host as host;

use crate::answer::{self, Detail};
use crate::scenario::what_happened;

/// A rule that every plugin owes.
pub struct Rule {
    /// Its id in `docs/rules.md`.
    pub id: &'static str,
    show: fn(&mut Stage<'_>) -> Shown,
}

/// Whether a plugin keeps to a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It does.
    Held,
    /// It does not.
    Broken {
        /// The rule that is broken, which may be another than the one that was to be shown; none if
        /// a call has no answer, which no conversation may lead to.
        rule: Option<&'static str>,
        /// What was found.
        found: String,
        /// The conversation, a moment in each line.
        conversation: Vec<String>,
    },
    /// The policy gives no occasion: nothing ever becomes due under it, for instance.
    NotShown(String),
}

/// Why a conversation ends before its end.
enum Stop {
    Broken(Option<&'static str>, String),
    NotShown(String),
}

type Shown = Result<(), Stop>;

/// The rules.
pub const RULES: &[Rule] = &[
    Rule { id: "answered-first", show: answered_first },
    Rule { id: "customers-turn", show: customers_turn },
    Rule { id: "uncounted-messages", show: uncounted_messages },
    Rule { id: "customer-message", show: customer_message },
    Rule { id: "automatic-mail", show: automatic_mail },
    Rule { id: "live-call", show: live_call },
    Rule { id: "hold-pauses", show: hold_pauses },
    Rule { id: "queue-pauses", show: queue_pauses },
    Rule { id: "one-action", show: one_action },
    Rule { id: "due-until-reported", show: due_until_reported },
    Rule { id: "pure-evaluation", show: pure_evaluation },
    Rule { id: "reminders-recorded", show: reminders_recorded },
    Rule { id: "warned-close", show: warned_close },
    Rule { id: "reply-ends-cycle", show: reply_ends_cycle },
    Rule { id: "new-cycle", show: new_cycle },
    Rule { id: "already-closed", show: already_closed },
    Rule { id: "duplicate-message", show: duplicate_message },
    Rule { id: "future-time", show: future_time },
    Rule { id: "clock-set-back", show: clock_set_back },
    Rule { id: "failed-close", show: failed_close },
    Rule { id: "damaged-memory", show: damaged_memory },
    Rule { id: "opt-out", show: opt_out },
    Rule { id: "explained-decision", show: explained_decision },
];

impl Rule {
    /// Shows the rule on a policy of the plugin.
    #[must_use]
    pub fn show(&self, policy: &host::Policy) -> Verdict {
        // What failed before must not be held against this.
        policy.plugin().release();
        let mut stage = Stage::new(policy, self.id);
        match (self.show)(&mut stage) {
            Ok(()) => Verdict::Held,
            Err(Stop::NotShown(why)) => Verdict::NotShown(why),
            Err(Stop::Broken(rule, found)) => {
                Verdict::Broken { rule, found, conversation: stage.lines }
            }
        }
    }
}

const MINUTE: Instant = 60_000;
const DAY: Instant = 24 * 60 * MINUTE;
const YEAR: Instant = 365 * DAY;
/// Deadlines that are followed until something becomes due.
const WAITS_MAX: usize = 200;

/// One ticket under a policy, and the host around it.
struct Stage<'a> {
    policy: &'a host::Policy,
    rule: &'static str,
    ticket: Ticket,
    memory: Memory,
    now: Instant,
    lines: Vec<String>,
}

impl<'a> Stage<'a> {
    fn new(policy: &'a host::Policy, rule: &'static str) -> Stage<'a> {
        Stage {
            policy,
            rule,
            ticket: Ticket::open("4711", Channel::WebChat),
            memory: Memory::new(),
            now: MONDAY,
            lines: Vec::new(),
        }
    }

    /// The same ticket at the same moment.
    fn again(&self) -> Stage<'a> {
        Stage {
            policy: self.policy,
            rule: self.rule,
            ticket: self.ticket.clone(),
            memory: self.memory.clone(),
            now: self.now,
            lines: Vec::new(),
        }
    }

    fn broken(&self, found: impl Into<String>) -> Stop {
        Stop::Broken(Some(self.rule), found.into())
    }

    /// Makes a call, on a used and on a fresh instance, and keeps what it leads to.
    fn call(&mut self, call: Call) -> Result<Decision, Stop> {
        self.now = call.now();
        if let Call::Event(event) = &call {
            follow(&mut self.ticket, &event.what);
        }
        let asked = match &call {
            Call::Message(message) => host::Call::Message(&self.ticket, &self.memory, message),
            Call::Event(event) => host::Call::Event(&self.ticket, &self.memory, event),
            Call::Tick(now) => host::Call::Tick(&self.ticket, &self.memory, *now),
        };
        let face = ClockFace::dated();
        let happened = format!("{}  {}", face.show(call.now()), what_happened(&call, &face));
        let answered = self.policy.session().answer(&asked);
        let again = self.policy.fresh_session().answer(&asked);
        let answer = match answered {
            Ok(answer) => answer,
            Err(error) => {
                self.lines.push(format!("{happened}  → {error}"));
                return Err(Stop::Broken(None, error.to_string()));
            }
        };
        let (memory, decision) = match &answer {
            host::Answer::Update(update) => (Some(update.memory.clone()), update.decision.clone()),
            host::Answer::Decision(decision) => (None, decision.clone()),
            host::Answer::Explanation(explanation) => (None, explanation.decision.clone()),
        };
        let decided = answer::line(&Ok(decision.clone()), &face, &Detail::default());
        self.lines.push(format!("{happened}  → {decided}"));
        if again.as_ref() != Ok(&answer) {
            let found = match again {
                Ok(_) => "a fresh instance gives another answer to the same call".to_owned(),
                Err(error) => format!("a fresh instance does not answer the same call: {error}"),
            };
            return Err(Stop::Broken(Some("pure-evaluation"), found));
        }
        if let Some(memory) = memory {
            self.memory = memory;
        }
        Ok(decision)
    }

    fn tick(&mut self, now: Instant) -> Result<Decision, Stop> {
        self.call(Call::Tick(now))
    }

    fn later(&mut self, by: Instant) -> Instant {
        self.now.saturating_add(by)
    }

    fn message(&mut self, author: Author) -> Result<Decision, Stop> {
        let at = self.later(MINUTE);
        self.call(Call::Message(Message::words(author, at)))
    }

    fn event(&mut self, what: Happening) -> Result<Decision, Stop> {
        let at = self.later(MINUTE);
        self.call(Call::Event(Event::new(what, at)))
    }

    /// A customer who asked, and whom an agent has answered: from here on the customer may be silent.
    fn answered(&mut self) -> Result<Decision, Stop> {
        self.event(Happening::Opened(Source::Customer))?;
        self.event(Happening::Assigned("ana".into()))?;
        self.message(Author::Customer)?;
        self.message(Author::Agent)
    }

    /// The first instant at which the customer or the ticket would be touched, without going there.
    fn deadline(&mut self) -> Result<Instant, Stop> {
        match self.answered()?.outcome {
            Outcome::Wait(wake) => Ok(wake.until),
            _ => Err(nothing_due()),
        }
    }

    /// Goes from deadline to deadline until something is due.
    fn due(&mut self, decision: Decision) -> Result<Option<Action>, Stop> {
        let mut decision = decision;
        for _ in 0..WAITS_MAX {
            match decision.outcome {
                Outcome::Act(action) => return Ok(Some(action)),
                Outcome::Wait(wake) => decision = self.tick(wake.until)?,
                Outcome::Rest | Outcome::Other(_) => return Ok(None),
            }
        }
        Err(self.broken(format!("after {WAITS_MAX} deadlines nothing is due yet")))
    }

    /// The first action of a silence.
    fn first(&mut self) -> Result<Action, Stop> {
        let decision = self.answered()?;
        self.due(decision)?.ok_or_else(nothing_due)
    }

    fn carry_out(&mut self, action: &Action, at: Instant) -> Result<Decision, Stop> {
        self.call(Call::Event(Event::carried_out(action.key.clone(), at)))
    }

    /// Looks at these instants and at the deadlines that the plugin names until then: nothing may be
    /// sent or closed.
    fn nothing_until(&mut self, end: Instant) -> Shown {
        let mut decision = self.tick(self.now)?;
        for _ in 0..WAITS_MAX {
            if let Outcome::Act(action) = &decision.outcome
                && touches_customer(action)
            {
                return Err(self.broken(format!("`{}` is asked for", key::render(&action.key))));
            }
            match decision.outcome {
                Outcome::Wait(wake) if wake.until < end => decision = self.tick(wake.until)?,
                _ if self.now < end => decision = self.tick(end)?,
                _ => return Ok(()),
            }
        }
        Ok(())
    }
}

fn nothing_due() -> Stop {
    Stop::NotShown("nothing becomes due under this policy when a customer is silent".into())
}

/// Whether the customer gets a message or loses the ticket.
fn touches_customer(action: &Action) -> bool {
    matches!(action.task, Task::Send(_) | Task::Close(_))
}

fn answered_first(stage: &mut Stage<'_>) -> Shown {
    stage.event(Happening::Opened(Source::Customer))?;
    stage.message(Author::Customer)?;
    stage.nothing_until(stage.now.saturating_add(YEAR))
}

fn customers_turn(stage: &mut Stage<'_>) -> Shown {
    stage.answered()?;
    stage.message(Author::Customer)?;
    stage.nothing_until(stage.now.saturating_add(YEAR))
}

/// Sends a message that must not move the deadline.
fn moves_nothing(stage: &mut Stage<'_>, change: impl FnOnce(&mut Message)) -> Shown {
    let before = stage.tick(stage.now)?;
    // So soon that nothing is due yet.
    let mut message = Message::words(Author::Agent, stage.now.saturating_add(1));
    change(&mut message);
    let after = stage.call(Call::Message(message))?;
    if before == after {
        return Ok(());
    }
    Err(stage.broken("the decision is another one after this message"))
}

fn uncounted_messages(stage: &mut Stage<'_>) -> Shown {
    stage.deadline()?;
    moves_nothing(stage, |message| message.author = Author::Bot)?;
    moves_nothing(stage, |message| message.author = Author::Other("ghost".into()))?;
    for kind in
        [MessageKind::PrivateNote, MessageKind::Label, MessageKind::Edit, MessageKind::Receipt]
    {
        moves_nothing(stage, |message| message.kind = kind)?;
    }
    for origin in [Origin::Automation, Origin::Echo] {
        moves_nothing(stage, |message| message.origin = origin)?;
    }
    moves_nothing(stage, |message| message.kind = MessageKind::Other("hologram".into()))
}

fn customer_message(stage: &mut Stage<'_>) -> Shown {
    let kinds = [
        MessageKind::Media,
        MessageKind::Sticker,
        MessageKind::Location,
        MessageKind::MenuAnswer,
        MessageKind::Other("hologram".into()),
    ];
    for kind in kinds {
        *stage = Stage::new(stage.policy, stage.rule);
        stage.deadline()?;
        let at = stage.later(1);
        let mut message = Message::words(Author::Customer, at);
        message.kind = kind;
        stage.call(Call::Message(message))?;
        stage.nothing_until(stage.now.saturating_add(YEAR))?;
    }
    Ok(())
}

fn automatic_mail(stage: &mut Stage<'_>) -> Shown {
    stage.deadline()?;
    moves_nothing(stage, |message| {
        message.author = Author::Customer;
        message.origin = Origin::AutomaticReply;
    })
}

/// Whatever stops the clock, nothing is due meanwhile.
fn pauses(stage: &mut Stage<'_>, what: Happening) -> Shown {
    stage.deadline()?;
    let at = stage.later(1);
    stage.call(Call::Event(Event::new(what, at)))?;
    stage.nothing_until(stage.now.saturating_add(YEAR))
}

fn live_call(stage: &mut Stage<'_>) -> Shown {
    pauses(stage, Happening::CallStarted)
}

fn hold_pauses(stage: &mut Stage<'_>) -> Shown {
    pauses(stage, Happening::Held)
}

fn queue_pauses(stage: &mut Stage<'_>) -> Shown {
    pauses(stage, Happening::Unassigned)
}

/// An outage of a month: the next action is one, and the close comes only after its reminders.
fn one_action(stage: &mut Stage<'_>) -> Shown {
    let deadline = stage.deadline()?;
    let mut decision = stage.tick(deadline.saturating_add(30 * DAY))?;
    let mut sent = 0_u32;
    while let Outcome::Act(action) = decision.outcome {
        match &action.task {
            Task::Send(reminder) => {
                sent = sent.saturating_add(1);
                if sent > reminder.of {
                    return Err(stage.broken(format!(
                        "reminder {} of {} is the {sent}th that is asked for",
                        reminder.number, reminder.of
                    )));
                }
            }
            _ => return Ok(()),
        }
        let now = stage.now;
        decision = stage.carry_out(&action, now)?;
    }
    Ok(())
}

fn due_until_reported(stage: &mut Stage<'_>) -> Shown {
    let action = stage.first()?;
    let now = stage.now;
    for later in [0, 1, MINUTE, DAY] {
        let decision = stage.tick(now.saturating_add(later))?;
        let Outcome::Act(again) = &decision.outcome else {
            // A step may have to wait for a window; it must not be given up for another.
            continue;
        };
        if again.key.cycle != action.key.cycle || again.key.step != action.key.step {
            return Err(stage.broken(format!(
                "`{}` was due and not reported, and now `{}` is asked for",
                key::render(&action.key),
                key::render(&again.key)
            )));
        }
    }
    Ok(())
}

fn pure_evaluation(stage: &mut Stage<'_>) -> Shown {
    let deadline = stage.deadline()?;
    let first = stage.tick(stage.now)?;
    let half = stage.now.midpoint(deadline);
    for now in [stage.now, half, half, deadline.saturating_sub(1)] {
        if stage.tick(now)? != first {
            return Err(
                stage.broken("asked before the deadline, the plugin decides something else")
            );
        }
    }
    Ok(())
}

fn reminders_recorded(stage: &mut Stage<'_>) -> Shown {
    let action = stage.first()?;
    let now = stage.now;
    for _ in 0..2 {
        let decision = stage.carry_out(&action, now)?;
        asked_again(stage, &decision, &action)?;
    }
    let decision = stage.tick(now)?;
    asked_again(stage, &decision, &action)?;
    let next = stage.due(decision)?;
    match next {
        Some(next) if next.key == action.key => Err(stage.broken(format!(
            "`{}` was reported as done and is asked for again",
            key::render(&next.key)
        ))),
        _ => Ok(()),
    }
}

fn asked_again(stage: &Stage<'_>, decision: &Decision, done: &Action) -> Shown {
    match &decision.outcome {
        Outcome::Act(action) if action.key == done.key => Err(stage.broken(format!(
            "`{}` was reported as done and is asked for again",
            key::render(&action.key)
        ))),
        _ => Ok(()),
    }
}

/// The gap that the policy's table promises between the last reminder and the close.
fn promised_gap(stage: &Stage<'_>) -> Result<Instant, Stop> {
    let outline = stage
        .policy
        .outline(MONDAY)
        .map_err(|error| stage.broken(format!("`outline` has no answer: {error}")))?;
    let gaps = outline.rules.iter().filter_map(|rule| {
        let close = rule.steps.iter().find(|step| matches!(step.step, Step::Close))?;
        rule.steps.iter().any(|step| matches!(step.step, Step::Reminder(_))).then_some(close.after)
    });
    let least = gaps
        .min()
        .ok_or_else(|| Stop::NotShown("no rule of this policy both reminds and closes".into()))?;
    Ok(Instant::try_from(least).unwrap_or(Instant::MAX))
}

/// Every reminder is sent hours late. The close keeps the gap that the policy promises.
fn warned_close(stage: &mut Stage<'_>) -> Shown {
    let gap = promised_gap(stage)?;
    let mut decision = stage.answered()?;
    let mut warned: Option<Instant> = None;
    while let Some(action) = stage.due(decision.clone())? {
        match action.task {
            Task::Send(_) => {
                let at = stage.later(7 * 60 * MINUTE);
                decision = stage.carry_out(&action, at)?;
                warned = Some(at);
            }
            Task::Close(_) => {
                let Some(warned) = warned else {
                    return Err(Stop::NotShown(
                        "the first step of this policy is the close".into(),
                    ));
                };
                let since = stage.now.saturating_sub(warned);
                if since < gap {
                    return Err(stage.broken(format!(
                        "the close comes {} min after the reminder was sent; the policy promises {}",
                        since.div_euclid(MINUTE),
                        gap.div_euclid(MINUTE)
                    )));
                }
                return Ok(());
            }
            _ => {
                let now = stage.now;
                decision = stage.carry_out(&action, now)?;
            }
        }
    }
    Err(Stop::NotShown("a silent customer's ticket is not closed under this policy".into()))
}

fn reply_ends_cycle(stage: &mut Stage<'_>) -> Shown {
    let action = stage.first()?;
    let now = stage.now;
    stage.carry_out(&action, now)?;
    if !matches!(stage.ticket.status, TicketStatus::Open) {
        return Err(Stop::NotShown("the first step of this policy is the close".into()));
    }
    stage.message(Author::Customer)?;
    stage.nothing_until(stage.now.saturating_add(YEAR))
}

fn new_cycle(stage: &mut Stage<'_>) -> Shown {
    let action = stage.first()?;
    let now = stage.now;
    stage.carry_out(&action, now)?;
    if !matches!(stage.ticket.status, TicketStatus::Open) {
        return Err(Stop::NotShown("the first step of this policy is the close".into()));
    }
    stage.message(Author::Customer)?;
    let decision = stage.message(Author::Agent)?;
    let Some(next) = stage.due(decision)? else {
        return Err(stage.broken("after the customer's answer a new silence leads to nothing"));
    };
    if next.key.cycle <= action.key.cycle {
        return Err(stage.broken(format!(
            "the action of a new silence, `{}`, has no later cycle than `{}`",
            key::render(&next.key),
            key::render(&action.key)
        )));
    }
    Ok(())
}

fn already_closed(stage: &mut Stage<'_>) -> Shown {
    let statuses = [
        TicketStatus::Closed,
        TicketStatus::Merged,
        TicketStatus::Deleted,
        TicketStatus::Other("archived".into()),
    ];
    let deadline = stage.deadline()?;
    for status in statuses {
        stage.ticket.status = status;
        stage.nothing_until(deadline)?;
        for later in [0, DAY, YEAR] {
            let decision = stage.tick(deadline.saturating_add(later))?;
            if matches!(&decision.outcome, Outcome::Act(action) if touches_customer(action)) {
                return Err(stage.broken("an action on a ticket that is not open is asked for"));
            }
        }
    }
    Ok(())
}

fn duplicate_message(stage: &mut Stage<'_>) -> Shown {
    stage.answered()?;
    for author in [Author::Agent, Author::Customer] {
        let at = stage.later(MINUTE);
        let mut message = Message::words(author, at);
        message.id = Some(format!("m{at}"));
        let first = stage.call(Call::Message(message.clone()))?;
        if stage.call(Call::Message(message))? != first {
            return Err(stage.broken("the same message again leads to another decision"));
        }
    }
    Ok(())
}

fn future_time(stage: &mut Stage<'_>) -> Shown {
    stage.event(Happening::Opened(Source::Customer))?;
    stage.event(Happening::Assigned("ana".into()))?;
    stage.message(Author::Customer)?;
    let received = stage.later(MINUTE);
    let mut right = stage.again();
    let expected = right.call(Call::Message(Message::words(Author::Agent, received)))?;
    let mut message = Message::words(Author::Agent, received.saturating_add(DAY));
    message.received_at = received;
    if stage.call(Call::Message(message))? != expected {
        return Err(stage.broken("a message from the future does not count as received now"));
    }
    Ok(())
}

fn clock_set_back(stage: &mut Stage<'_>) -> Shown {
    let action = stage.first()?;
    let now = stage.now;
    stage.carry_out(&action, now)?;
    for earlier in [MINUTE, 60 * MINUTE, DAY] {
        let decision = stage.tick(now.saturating_sub(earlier))?;
        asked_again(stage, &decision, &action)?;
    }
    Ok(())
}

fn failed_close(stage: &mut Stage<'_>) -> Shown {
    let mut decision = stage.answered()?;
    while let Some(action) = stage.due(decision)? {
        let now = stage.now;
        if !matches!(action.task, Task::Close(_)) {
            decision = stage.carry_out(&action, now)?;
            continue;
        }
        let failure = Failure { key: action.key.clone(), kind: FailureKind::Refused };
        stage.event(Happening::Failed(failure))?;
        for later in [0, MINUTE, DAY] {
            let decision = stage.tick(stage.now.saturating_add(later))?;
            asked_again(stage, &decision, &action)?;
        }
        return Ok(());
    }
    Err(Stop::NotShown("a silent customer's ticket is not closed under this policy".into()))
}

fn damaged_memory(stage: &mut Stage<'_>) -> Shown {
    stage.answered()?;
    let whole = stage.memory.clone();
    let now = stage.later(MINUTE);
    let mut damaged: Vec<Memory> = (0..whole.len().min(24))
        .map(|part| {
            let mut bytes = whole.clone();
            let place = part.saturating_mul(whole.len()).div_euclid(24);
            if let Some(byte) = bytes.get_mut(place) {
                *byte ^= 0x20;
            }
            bytes
        })
        .collect();
    damaged.push(whole.get(..whole.len().div_euclid(2)).unwrap_or_default().to_vec());
    damaged.push([whole.as_slice(), b"x"].concat());
    for memory in damaged {
        if memory == whole || memory.is_empty() {
            continue;
        }
        let place = memory.iter().zip(&whole).position(|(one, other)| one != other);
        let place = place.map_or_else(
            || format!("of {} bytes instead of {}", memory.len(), whole.len()),
            |place| format!("altered at byte {place}"),
        );
        match stage.policy.on_tick(&stage.ticket, &memory, now) {
            Err(host::CallError::Fault(_)) => {}
            Ok(_) => return Err(stage.broken(format!("a memory {place} is accepted"))),
            Err(error) => return Err(stage.broken(format!("a memory {place}: {error}"))),
        }
    }
    for now in [-1, Instant::MIN, 253_402_300_800_000] {
        match stage.policy.on_tick(&stage.ticket, &whole, now) {
            Err(host::CallError::Fault(Fault::BadTime(_))) => {}
            other => {
                return Err(stage.broken(format!(
                    "the instant {now} is not the fault `bad-time` but {}",
                    match other {
                        Ok(_) => "a decision".to_owned(),
                        Err(error) => error.to_string(),
                    }
                )));
            }
        }
    }
    Ok(())
}

fn opt_out(stage: &mut Stage<'_>) -> Shown {
    let deadline = stage.deadline()?;
    stage.ticket.opted_out = true;
    let mut decision = stage.tick(deadline)?;
    for _ in 0..WAITS_MAX {
        match decision.outcome {
            Outcome::Act(Action { task: Task::Send(_), .. }) => {
                return Err(stage.broken("a customer who wants no messages is sent one"));
            }
            Outcome::Wait(wake) => decision = stage.tick(wake.until)?,
            _ => break,
        }
    }
    Ok(())
}

fn explained_decision(stage: &mut Stage<'_>) -> Shown {
    let deadline = stage.deadline()?;
    for now in [stage.now, deadline, deadline.saturating_add(DAY)] {
        let decision = stage.tick(now)?;
        for language in ["es", "pt", "en", "xx"] {
            let reader = Reader { language: language.into(), utc_offset: -180 };
            let explained = stage
                .policy
                .explain(&stage.ticket, &stage.memory, now, &reader)
                .map_err(|error| stage.broken(format!("`explain` has no answer: {error}")))?;
            if explained.decision != decision {
                return Err(stage.broken("the decision explained is not the one of `on-tick`"));
            }
            if explained.summary.trim().is_empty() {
                return Err(stage.broken("the explanation has no `summary`"));
            }
            if !stage.policy.plugin().describe().languages.contains(&explained.language) {
                return Err(stage.broken(format!(
                    "the explanation is in `{}`, which `describe` does not name",
                    explained.language
                )));
            }
        }
    }
    Ok(())
}
