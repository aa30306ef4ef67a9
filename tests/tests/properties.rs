//! The rules for reminders and the close as properties. Each is tested on many random cycles,
//! without knowledge of how the core computes deadlines.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

use despertador_policy::{
    Author, Decision, Event, Exit, Happening, Instant, Key, Kind, Memory, Message, Origin, Outcome,
    PauseKind, Policy, Reason, Source, Span, Stamp, Step, Surroundings, Ticket,
};
use fastrand::Rng;

const MINUTE: i64 = 60_000;
/// 2027-01-15T08:00:00Z.
const START: i64 = 1_800_000_000_000;
const ROUNDS: u64 = 3_000;

fn at(millis: i64) -> Instant {
    Instant::from_millis(millis).expect("a time of our days")
}

fn stamp(millis: i64) -> Stamp<'static> {
    Stamp { id: None, sequence: None, at: at(millis), received: at(millis) }
}

const TICKET: Ticket<'static> =
    Ticket { department: Some("ventas"), ..despertador_tests::sample::PLAIN_TICKET };

/// The times of a random rule, in minutes.
#[derive(Debug, Clone)]
struct Times {
    reminders: Vec<i64>,
    close: i64,
    count_from: &'static str,
    catch_up: &'static str,
}

impl Times {
    fn random(rng: &mut Rng) -> Times {
        let reminders: Vec<i64> = (0..rng.usize(0..4)).map(|_| rng.i64(1..60)).collect();
        let count_from =
            ["last-agent-message", "first-unanswered-agent-message", "last-customer-message"];
        Times {
            close: reminders.iter().sum::<i64>() + rng.i64(1..60),
            reminders,
            count_from: count_from[rng.usize(0..3)],
            catch_up: ["in-order", "last-only"][rng.usize(0..2)],
        }
    }

    fn policy(&self) -> Policy {
        let reminder = |m: &i64| format!(r#"{{ "after": "{m} min", "text": "hola" }}"#);
        let reminders: Vec<String> = self.reminders.iter().map(reminder).collect();
        let config = format!(
            r#"{{ "rules": [ {{ "departments": "any", "count-from": "{}", "catch-up": "{}",
                 "close-after": "{} min", "reminders": [ {} ] }} ] }}"#,
            self.count_from,
            self.catch_up,
            self.close,
            reminders.join(", ")
        );
        let surroundings =
            Surroundings { departments: None, tick_resolution: Span::SECOND, exit: Exit::Unknown };
        Policy::parse(&config, &surroundings).expect("a valid policy").0
    }

    fn gap(&self) -> i64 {
        (self.close - self.reminders.iter().sum::<i64>()) * MINUTE
    }
}

/// A played ticket and its events.
struct Play {
    policy: Policy,
    memory: Memory,
    sent: Vec<(u32, i64)>,
    decisions: Vec<(i64, Decision)>,
}

impl Play {
    fn new(times: &Times) -> Play {
        let policy = times.policy();
        Play { policy, memory: Memory::default(), sent: Vec::new(), decisions: Vec::new() }
    }

    fn says(&mut self, author: Author, millis: i64) -> Decision {
        let message = Message {
            stamp: stamp(millis),
            author,
            kind: Kind::Spoken,
            origin: Origin::Written,
            text: None,
            choice: None,
        };
        self.policy.on_message(&TICKET, &mut self.memory, &message).1
    }

    fn happens(&mut self, what: Happening<'_>, millis: i64) -> Decision {
        let event = Event { stamp: stamp(millis), what };
        self.policy.on_event(&TICKET, &mut self.memory, &event).1
    }

    fn decide(&self, millis: i64) -> Decision {
        self.policy.decide(&TICKET, &self.memory, at(millis))
    }

    /// Ticks, and carries out the action. Returns whether the ticket was closed.
    fn tick(&mut self, millis: i64) -> bool {
        let decision = self.decide(millis);
        self.decisions.push((millis, decision.clone()));
        let Outcome::Act(action) = decision.outcome else { return false };
        if let Step::Reminder(number) = action.step {
            self.sent.push((number, millis));
        }
        let key = Key { ticket: "t", cycle: action.cycle, step: Some(action.step) };
        self.happens(Happening::CarriedOut(key), millis);
        action.step == Step::Close
    }

    /// Ticks now and then, with outages, until the ticket is closed.
    fn until_closed(&mut self, rng: &mut Rng, mut now: i64) -> i64 {
        for _ in 0..10_000 {
            now +=
                if rng.u8(0..12) == 0 { rng.i64(0..300 * MINUTE) } else { rng.i64(1..3 * MINUTE) };
            if self.tick(now) {
                return now;
            }
        }
        panic!("never closed: {:?}", self.decisions.last());
    }
}

fn for_each_round(mut round: impl FnMut(&mut Rng, Times)) {
    for seed in 0..ROUNDS {
        let mut rng = Rng::with_seed(seed);
        let times = Times::random(&mut rng);
        round(&mut rng, times);
    }
}

fn waiting_for_the_customer(rng: &mut Rng, times: &Times) -> (Play, i64) {
    let mut play = Play::new(times);
    play.says(Author::Customer, START);
    let answered = START + rng.i64(0..120 * MINUTE);
    play.says(Author::Agent, answered);
    (play, answered)
}

#[test]
fn no_ticket_is_closed_before_its_last_reminder_had_its_promised_gap() {
    for_each_round(|rng, times| {
        let (mut play, answered) = waiting_for_the_customer(rng, &times);
        let closed = play.until_closed(rng, answered);
        let last = u32::try_from(times.reminders.len()).expect("few");
        match play.sent.last() {
            None => assert_eq!(last, 0, "closed without a warning: {times:?}"),
            Some((number, sent)) => {
                assert_eq!(*number, last, "the last reminder was sent: {times:?}");
                assert!(closed - sent >= times.gap(), "{times:?}: sent {sent}, closed {closed}");
            }
        }
    });
}

#[test]
fn reminders_are_sent_once_each_and_in_order() {
    for_each_round(|rng, times| {
        let (mut play, answered) = waiting_for_the_customer(rng, &times);
        play.until_closed(rng, answered);
        let numbers: Vec<u32> = play.sent.iter().map(|(n, _)| *n).collect();
        assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
        if times.catch_up == "in-order" {
            assert_eq!(numbers.len(), times.reminders.len(), "each overdue step is taken once");
        }
    });
}

#[test]
fn a_reminder_comes_no_sooner_after_the_one_before_than_its_time() {
    for_each_round(|rng, times| {
        if times.catch_up == "last-only" {
            return;
        }
        let (mut play, answered) = waiting_for_the_customer(rng, &times);
        play.until_closed(rng, answered);
        for pair in play.sent.windows(2) {
            let promised = times.reminders[usize::try_from(pair[1].0).expect("few") - 1] * MINUTE;
            assert!(pair[1].1 - pair[0].1 >= promised, "{times:?} {:?}", play.sent);
        }
    });
}

#[test]
fn a_tick_changes_nothing_and_asking_twice_gives_the_same_action() {
    for_each_round(|rng, times| {
        let (play, answered) = waiting_for_the_customer(rng, &times);
        let before = play.memory.clone();
        let now = answered + rng.i64(0..300 * MINUTE);
        assert_eq!(play.decide(now), play.decide(now));
        assert_eq!(play.memory, before);
    });
}

#[test]
fn a_deadline_does_not_depend_on_the_clock() {
    for_each_round(|rng, times| {
        let (play, answered) = waiting_for_the_customer(rng, &times);
        let Outcome::Wait(until, step) = play.decide(answered).outcome else { return };
        for _ in 0..5 {
            let now = rng.i64(START..until.millis());
            assert_eq!(play.decide(now).outcome, Outcome::Wait(until, step));
        }
        let before = play.decide(until.millis() - 1).outcome;
        assert_eq!(before, Outcome::Wait(until, step), "a millisecond too early");
        let Outcome::Act(action) = play.decide(until.millis()).outcome else {
            panic!("a deadline is inclusive: {times:?}")
        };
        assert_eq!((action.due, action.step), (until, step));
    });
}

#[test]
fn a_clock_that_goes_back_delays_and_never_repeats() {
    for_each_round(|rng, times| {
        let (mut play, answered) = waiting_for_the_customer(rng, &times);
        let mut now = answered;
        for _ in 0..400 {
            now += rng.i64(-40 * MINUTE..60 * MINUTE);
            if play.tick(now.max(START)) {
                break;
            }
        }
        let mut numbers: Vec<u32> = play.sent.iter().map(|(n, _)| *n).collect();
        let sent = numbers.len();
        numbers.dedup();
        assert_eq!(numbers.len(), sent, "{:?}", play.sent);
    });
}

#[test]
fn a_customer_message_ends_the_cycle() {
    for_each_round(|rng, times| {
        let (mut play, answered) = waiting_for_the_customer(rng, &times);
        let steps = rng.usize(0..40);
        let mut now = answered;
        for _ in 0..steps {
            now += rng.i64(1..5 * MINUTE);
            if play.tick(now) {
                return;
            }
        }
        let wrote = now + rng.i64(1..MINUTE);
        play.says(Author::Customer, wrote);
        for _ in 0..10 {
            let decision = play.decide(wrote + rng.i64(0..100 * 24 * 60 * MINUTE));
            assert_eq!(decision.outcome, Outcome::Rest, "{decision:?}");
        }
        // The next answer starts again with reminder 1.
        play.sent.clear();
        play.says(Author::Agent, wrote + MINUTE);
        play.until_closed(rng, wrote + MINUTE);
        if times.catch_up == "in-order" && !times.reminders.is_empty() {
            assert_eq!(play.sent.first().map(|(n, _)| *n), Some(1));
        }
    });
}

#[test]
fn shifting_all_times_changes_nothing() {
    for_each_round(|rng, times| {
        let shift = rng.i64(0..10_000) * 7 * MINUTE + rng.i64(0..MINUTE);
        let played = |by: i64| {
            let mut rng = Rng::with_seed(99);
            let mut play = Play::new(&times);
            play.says(Author::Customer, START + by);
            play.says(Author::Agent, START + by + 5 * MINUTE);
            let closed = play.until_closed(&mut rng, START + by + 5 * MINUTE) - by;
            (closed, play.sent.iter().map(|(n, t)| (*n, t - by)).collect::<Vec<_>>())
        };
        assert_eq!(played(0), played(shift));
    });
}

#[test]
fn a_longer_close_never_closes_sooner() {
    for_each_round(|rng, times| {
        let seed = rng.u64(..);
        let closed = |times: &Times| {
            let mut rng = Rng::with_seed(seed);
            let (mut play, answered) = waiting_for_the_customer(&mut rng, times);
            play.until_closed(&mut rng, answered)
        };
        let longer = Times { close: times.close + rng.i64(1..500), ..times.clone() };
        assert!(closed(&times) <= closed(&longer), "{times:?}");
    });
}

#[test]
fn a_message_that_arrives_twice_changes_nothing() {
    for_each_round(|rng, times| {
        let (mut play, answered) = waiting_for_the_customer(rng, &times);
        for _ in 0..rng.usize(0..20) {
            play.tick(answered + rng.i64(0..30 * MINUTE));
        }
        let before = play.memory.clone();
        play.says(Author::Customer, START);
        play.says(Author::Agent, answered);
        assert_eq!(play.memory, before);
    });
}

#[test]
fn numbered_messages_lead_to_the_same_turn_in_any_order_of_arrival() {
    for_each_round(|rng, times| {
        let mut now = START;
        let messages: Vec<(u64, Author, i64)> = (0..7)
            .map(|sequence| {
                now += rng.i64(1..10 * MINUTE);
                (sequence, if rng.bool() { Author::Customer } else { Author::Agent }, now)
            })
            .collect();
        if messages.iter().filter(|m| m.1 == Author::Agent).count() > 4 {
            // At most this many agents' messages are remembered; with more, a customer's message
            // that arrives late can only delay.
            return;
        }
        let heard = |order: &[(u64, Author, i64)]| {
            let mut play = Play::new(&times);
            for (sequence, author, written) in order {
                let stamp = Stamp {
                    id: None,
                    sequence: Some(*sequence),
                    at: at(*written),
                    received: at(now + MINUTE),
                };
                let (author, kind, origin) = (*author, Kind::Spoken, Origin::Written);
                let message = Message { stamp, author, kind, origin, text: None, choice: None };
                play.policy.on_message(&TICKET, &mut play.memory, &message);
            }
            // Cycles are numbered in the order in which they become known; the rest must be the
            // same.
            let decision = play.decide(now + MINUTE);
            match decision.outcome {
                Outcome::Act(action) => format!("{:?} {:?}", action.step, action.due),
                other => format!("{other:?} {:?}", decision.reason),
            }
        };
        let mut shuffled = messages.clone();
        rng.shuffle(&mut shuffled);
        assert_eq!(heard(&messages), heard(&shuffled), "{times:?} {shuffled:?}");
    });
}

#[test]
fn the_clock_stands_still_while_a_ticket_is_on_hold() {
    for_each_round(|rng, times| {
        let (mut play, answered) = waiting_for_the_customer(rng, &times);
        let Outcome::Wait(until, step) = play.decide(answered).outcome else { return };
        let held = rng.i64(answered..until.millis());
        let pause = rng.i64(1..1_000 * MINUTE);
        let during = play.happens(Happening::Paused(PauseKind::Hold, None), held);
        assert_eq!(during.outcome, Outcome::Rest);
        assert_eq!(play.decide(held + pause / 2).outcome, Outcome::Rest);
        let after = play.happens(Happening::Resumed(PauseKind::Hold), held + pause);
        let Outcome::Wait(later, same) = after.outcome else {
            assert!(times.count_from == "last-customer-message", "{after:?}");
            return;
        };
        assert_eq!(same, step);
        // A hold moves what is counted, but not the guard after the agent's answer.
        let moved = later.millis() - until.millis();
        assert!(moved == pause || times.count_from == "last-customer-message", "{times:?} {moved}");
    });
}

/// Consecutive pauses with distinct instants.
fn some_pauses(rng: &mut Rng, after: i64, count: usize) -> Vec<(PauseKind, i64, i64)> {
    const KINDS: [PauseKind; 4] =
        [PauseKind::Hold, PauseKind::Snooze, PauseKind::Call, PauseKind::Queue];
    let mut now = after;
    let mut instant = || {
        now += rng.i64(1..10 * MINUTE);
        now
    };
    let stretches: Vec<(i64, i64)> = (0..count).map(|_| (instant(), instant())).collect();
    stretches.into_iter().map(|(from, until)| (KINDS[rng.usize(0..4)], from, until)).collect()
}

#[test]
fn pauses_count_the_same_however_they_are_told() {
    for_each_round(|rng, times| {
        let (mut play, answered) = waiting_for_the_customer(rng, &times);
        let mut strange = Play { memory: play.memory.clone(), ..Play::new(&times) };
        let count = rng.usize(1..6);
        let pauses = some_pauses(rng, answered, count);
        for (kind, from, until) in &pauses {
            play.happens(Happening::Paused(*kind, None), *from);
            play.happens(Happening::Resumed(*kind), *until);
            // The end before its beginning, and some of them repeated.
            let mut told = vec![true, false];
            if rng.bool() {
                told.swap(0, 1);
            }
            told.extend((0..rng.usize(0..3)).map(|n| n == 0));
            for begins in told {
                if begins {
                    strange.happens(Happening::Paused(*kind, None), *from);
                } else {
                    strange.happens(Happening::Resumed(*kind), *until);
                }
            }
        }
        for now in [answered, answered + 300 * MINUTE, answered + 3_000 * MINUTE] {
            assert_eq!(strange.decide(now), play.decide(now), "{times:?} {pauses:?}");
        }
    });
}

#[test]
fn many_pauses_delay_by_their_length_or_a_little_more() {
    for_each_round(|rng, times| {
        let times = Times {
            reminders: Vec::new(),
            close: 10_000,
            count_from: "last-agent-message",
            ..times
        };
        let (mut play, answered) = waiting_for_the_customer(rng, &times);
        let count = rng.usize(1..40);
        let pauses = some_pauses(rng, answered, count);
        let mut last = answered;
        for (kind, from, until) in &pauses {
            play.happens(Happening::Paused(*kind, None), *from);
            play.happens(Happening::Resumed(*kind), *until);
            last = *until;
        }
        let Outcome::Wait(due, Step::Close) = play.decide(last).outcome else {
            panic!("every pause has ended: {pauses:?}");
        };
        let delay = due.millis() - answered - 10_000 * MINUTE;
        let paused: i64 = pauses.iter().map(|(_, from, until)| until - from).sum();
        // At most this many pauses per cycle are remembered separately.
        if count <= 12 {
            assert_eq!(delay, paused, "{pauses:?}");
        } else {
            assert!((paused..=last - answered).contains(&delay), "{pauses:?}");
        }
    });
}

/// A hold, a snooze, a call, the queue, or an extension: the end of one that is not active changes
/// no deadline, in any kind of time.
#[test]
fn an_event_that_ends_nothing_changes_no_deadline() {
    let surroundings =
        Surroundings { departments: None, tick_resolution: Span::SECOND, exit: Exit::Unknown };
    for seed in 0..ROUNDS {
        let mut rng = Rng::with_seed(seed);
        let snooze = ["pause", "ignore", "start-on-wake"][rng.usize(0..3)];
        let hours = ["false", r#""office""#][rng.usize(0..2)];
        let config = format!(
            r#"{{ "schedules": {{ "office": {{ "open": {{ "mon-fri": "09:00-18:00" }} }} }},
                 "rules": [ {{ "departments": "any", "business-hours": {hours}, "snooze": "{snooze}",
                 "close-after": "5 h", "reminders": [ {{ "after": "{} min", "text": "hola" }} ] }} ] }}"#,
            rng.u32(1..200)
        );
        let policy = Policy::parse(&config, &surroundings).expect("a valid policy").0;
        let mut play = Play { policy, ..Play::new(&Times::random(&mut rng)) };
        let mut now = START + rng.i64(0..7 * 24 * 60) * MINUTE;
        play.says(Author::Customer, now);
        play.says(Author::Agent, now + MINUTE);
        now += 2 * MINUTE;
        for (kind, from, until) in some_pauses(&mut rng, now, 2) {
            play.happens(Happening::Paused(kind, None), from);
            play.happens(Happening::Resumed(kind), until);
            now = now.max(until);
        }
        if rng.bool() {
            let number = Key { ticket: "t", cycle: 1, step: Some(Step::Reminder(1)) };
            play.happens(Happening::CarriedOut(number), now);
        }
        let before = play.memory.clone();
        for _ in 0..rng.usize(1..4) {
            now += rng.i64(1..3_000) * MINUTE;
            let ends = [
                Happening::Resumed(PauseKind::Hold),
                Happening::Resumed(PauseKind::Snooze),
                Happening::Resumed(PauseKind::Call),
                Happening::Resumed(PauseKind::Queue),
                Happening::Extended(Span::ZERO),
            ];
            play.happens(ends[rng.usize(0..5)], now);
        }
        for _ in 0..5 {
            let at = at(now + rng.i64(-5_000..5_000) * MINUTE);
            let (then, now) = (
                play.policy.decide(&TICKET, &before, at),
                play.policy.decide(&TICKET, &play.memory, at),
            );
            assert_eq!(then, now, "seed {seed}");
        }
    }
}

/// The reports of a reminder give the same result in any order, also with extensions and
/// assignments in between.
#[test]
fn reports_of_one_reminder_have_one_order() {
    use despertador_policy::FailureKind;
    let report = |what: u32, key| match what {
        0 | 1 => Happening::CarriedOut(key),
        2 => Happening::Failed(key, FailureKind::Unreachable),
        3 => Happening::Failed(key, FailureKind::Refused),
        _ => Happening::Failed(key, FailureKind::Blocked),
    };
    let config = r#"{ "rules": [ { "departments": "any", "close-after": "3 h",
        "on-failed-reminder": "go-on", "reminders": [
        { "after": "10 min", "text": "a" }, { "after": "10 min", "text": "b" } ] } ] }"#;
    let surroundings =
        Surroundings { departments: None, tick_resolution: Span::SECOND, exit: Exit::Unknown };
    let policy = Policy::parse(config, &surroundings).expect("a valid policy").0;
    for seed in 0..ROUNDS {
        let mut rng = Rng::with_seed(seed);
        let mut play = Play { policy: policy.clone(), ..Play::new(&Times::random(&mut rng)) };
        play.says(Author::Customer, START);
        play.says(Author::Agent, START + MINUTE);
        let number = rng.u32(1..3);
        let key = Key { ticket: "t", cycle: 1, step: Some(Step::Reminder(number)) };
        // Few instants, so that many are the same.
        let mut reports: Vec<(u32, i64)> = (0..rng.usize(2..4))
            .map(|_| (rng.u32(0..5), START + rng.i64(20..23) * MINUTE))
            .collect();
        let extended = rng.bool();
        let mut outcomes = Vec::new();
        for _ in 0..4 {
            rng.shuffle(&mut reports);
            let mut memory = play.memory.clone();
            let received = START + 40 * MINUTE;
            let tell = |memory: &mut Memory, what, millis| {
                let stamp = Stamp { received: at(received), ..stamp(millis) };
                play.policy.on_event(&TICKET, memory, &Event { stamp, what });
            };
            for (n, (what, millis)) in reports.iter().enumerate() {
                tell(&mut memory, report(*what, key), *millis);
                if n == 0 && extended {
                    tell(&mut memory, Happening::Extended(Span::MINUTE), received);
                    tell(&mut memory, Happening::Resumed(PauseKind::Queue), received);
                }
            }
            let instants = [45, 100, 1_000].map(|minute| START + minute * MINUTE);
            outcomes.push(instants.map(|millis| play.policy.decide(&TICKET, &memory, at(millis))));
        }
        assert!(
            outcomes.iter().all(|outcome| *outcome == outcomes[0]),
            "seed {seed}: {outcomes:?}"
        );
    }
}

#[test]
fn a_backlog_is_spread_over_its_time() {
    const WITHIN: i64 = 60;
    let config = format!(
        r#"{{ "activation": {{ "from": "2027-01-15T08:00:00Z", "backlog": "include", "within": "{WITHIN} min" }},
             "rules": [ {{ "departments": "any", "close-after": "15 min" }} ] }}"#
    );
    let surroundings =
        Surroundings { departments: None, tick_resolution: Span::SECOND, exit: Exit::Unknown };
    let (policy, _) = Policy::parse(&config, &surroundings).expect("a valid policy");
    let decide = |id: &str, answered: i64| {
        let (kind, origin) = (Kind::Spoken, Origin::Written);
        let message = Message {
            stamp: stamp(answered),
            author: Author::Agent,
            kind,
            origin,
            text: None,
            choice: None,
        };
        let mut memory = Memory::default();
        let (_, decision) = policy.on_message(&Ticket { id, ..TICKET }, &mut memory, &message);
        let Outcome::Wait(until, Step::Close) = decision.outcome else { panic!("{decision:?}") };
        (until.millis() - START, decision.reason)
    };
    let mut turns = Vec::new();
    for n in 0..1_000 {
        let id = format!("ticket {n}");
        let (turn, reason) = decide(&id, START - 60 * MINUTE);
        assert!((0..WITHIN * MINUTE).contains(&turn) && reason == Reason::Backlog, "{id}: {turn}");
        turns.push(turn);
        // A ticket that waited until this instant anyway does not wait for the backlog.
        if turn < 15 * MINUTE {
            assert_eq!(decide(&id, START + turn - 15 * MINUTE), (turn, Reason::Close));
        }
    }
    for quarter in 0..4 {
        let part = quarter * WITHIN * MINUTE / 4..(quarter + 1) * WITHIN * MINUTE / 4;
        let there = turns.iter().filter(|turn| part.contains(turn)).count();
        assert!((200..300).contains(&there), "{there} of 1000 tickets in a quarter of the time");
    }
}

#[test]
fn whatever_somebody_else_closes_is_left_alone() {
    for_each_round(|rng, times| {
        let (mut play, answered) = waiting_for_the_customer(rng, &times);
        let closed = answered + rng.i64(0..60 * MINUTE);
        play.happens(Happening::Closed(Source::Agent), closed);
        for _ in 0..5 {
            let decision = play.decide(closed + rng.i64(0..10_000 * MINUTE));
            assert_eq!(decision.outcome, Outcome::Rest);
        }
    });
}

#[test]
fn no_config_makes_the_reader_panic() {
    let surroundings =
        Surroundings { departments: None, tick_resolution: Span::SECOND, exit: Exit::Unknown };
    let good = include_str!("../../policies/adereso.json");
    for seed in 0..20_000 {
        let mut rng = Rng::with_seed(seed);
        let mut bytes = if rng.u8(0..8) == 0 { Vec::new() } else { good.as_bytes().to_vec() };
        for _ in 0..rng.usize(0..12) {
            let place = rng.usize(0..=bytes.len());
            match rng.u8(0..4) {
                0 if place < bytes.len() => drop(bytes.remove(place)),
                1 if place < bytes.len() => bytes[place] = rng.u8(..),
                2 => bytes.truncate(place),
                _ => bytes.insert(place, b"{}[]\",:0-1e\\u"[rng.usize(0..13)]),
            }
        }
        let config = String::from_utf8_lossy(&bytes);
        if let Err(problems) = Policy::parse(&config, &surroundings) {
            assert!(!problems.is_empty(), "refused without a reason: {config}");
        }
    }
}
