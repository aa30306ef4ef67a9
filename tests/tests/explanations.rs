//! A complete explanation: all conditions in order, the contents of the memory, and times in the
//! reader's zone. `scenarios/explanations.md` covers the reasons one by one.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use despertador_contract::{
    ActionKey, Author, Event, Explanation, Failure, FailureKind, Happening, Instant, Memory,
    Reader, Reason, Source, Step, Ticket, TicketStatus,
};
use despertador_harness::Player;
use despertador_tests::engines::engines;
use despertador_tests::native::NativePolicy;
use despertador_tests::sample::{self, MINUTE};

/// 2026-03-02T09:00:00Z.
const NINE: Instant = 1_772_442_000_000;

const POLICY: &str = r#"{ "rules": [ { "departments": "any", "close-after": "15 min",
    "reminders": [ { "after": "10 min", "text": "¿Sigues allí?" } ] } ] }"#;

const WITH_EXEMPTION: &str = r#"{ "exempt-tags": ["vip"], "rules": [ { "departments": "any",
    "close-after": "15 min", "reminders": [ { "after": "10 min", "text": "¿Sigues allí?" } ] } ] }"#;

/// Events, in minutes after nine.
enum What {
    Says(Author),
    Happens(Happening),
}
use What::{Happens, Says};

fn remembered(what: Vec<(Instant, What)>) -> Memory {
    remembered_under(POLICY, what)
}

fn remembered_under(config: &str, what: Vec<(Instant, What)>) -> Memory {
    let native = NativePolicy::parse(config, &sample::surroundings()).unwrap();
    let ticket = sample::ticket("t", "ventas");
    what.into_iter().fold(Memory::new(), |memory, (minute, what)| {
        let at = minute.saturating_mul(MINUTE).saturating_add(NINE);
        let update = match what {
            Says(author) => native.on_message(&ticket, &memory, &sample::message(author, at)),
            Happens(what) => {
                let event = Event { id: None, sequence: None, at, received_at: at, what };
                native.on_event(&ticket, &memory, &event)
            }
        };
        update.unwrap().memory
    })
}

/// The explanation at an instant, in English; all engines must agree.
fn explained(config: &str, memory: &Memory, at: Instant, utc_offset: i32) -> Explanation {
    let ticket = sample::ticket("t", "ventas");
    let reader = Reader { language: "en".into(), utc_offset };
    let mut all = engines().into_iter().map(|engine| {
        let mut player = engine.parse(config, &sample::surroundings()).expect("a policy");
        player.explain(&ticket, memory, at, &reader).expect("an explanation")
    });
    let native = all.next().expect("an engine");
    assert!(all.all(|other| other == native));
    native
}

fn conditions(explanation: &Explanation) -> Vec<(&str, bool)> {
    explanation.checks.iter().map(|check| (check.code.as_str(), check.holds)).collect()
}

fn key(step: Step) -> ActionKey {
    ActionKey { ticket: "t".into(), cycle: 1, step }
}

/// From the first condition to the one that decided.
#[test]
fn every_condition_is_told_in_its_order() {
    let memory = remembered(vec![(0, Says(Author::Customer)), (5, Says(Author::Agent))]);
    let explanation = explained(WITH_EXEMPTION, &memory, NINE + 6 * MINUTE, 0);
    let told: Vec<(bool, &str, &str)> =
        explanation.checks.iter().map(|c| (c.holds, c.code.as_str(), c.text.as_str())).collect();
    let expected = [
        (true, "not-open", "The ticket is neither merged nor deleted."),
        (true, "already-closed", "The ticket is not closed."),
        (true, "switched-off", "The policy is switched on."),
        (true, "no-rule", "There is a rule for the department."),
        (true, "rule-off", "The rule is switched on."),
        (true, "group-conversation", "The conversation is with one customer."),
        (true, "exempt", "The ticket has no exemption tag."),
        (true, "not-answered", "An agent has answered."),
        (true, "company-turn", "It is the customer's turn."),
        (true, "on-hold", "No hold, snooze, call or queue stops the clock."),
        (true, "nothing-left", "There are steps left."),
        (
            true,
            "deadline",
            "The time is counted from the agent's latest message: 2026-03-02 09:05 UTC. \
             The next step is reminder 1 of 1, due at 2026-03-02 09:15 UTC.",
        ),
        (false, "reminder", "The reminder is not due yet."),
    ];
    assert_eq!(told, expected);
}

/// A policy without exemption tags has nothing to say of them.
#[test]
fn exemption_tags_are_spoken_of_where_there_are_any() {
    let memory = remembered(vec![(0, Says(Author::Customer))]);
    let exempt = ("exempt", true);
    assert!(!conditions(&explained(POLICY, &memory, NINE, 0)).contains(&exempt));
    assert!(conditions(&explained(WITH_EXEMPTION, &memory, NINE, 0)).contains(&exempt));
}

#[test]
fn nothing_is_remembered_of_a_new_ticket() {
    let history = explained(POLICY, &Memory::new(), NINE, 0).history;
    assert_eq!(history, ["Nothing is known about this ticket yet."]);
}

/// Each item once, with its time.
#[test]
fn all_that_is_remembered_is_told() {
    let until = Some(NINE + 60 * MINUTE);
    let failure = Failure { key: key(Step::Reminder(1)), kind: FailureKind::Refused };
    let mut events = vec![
        (0, Says(Author::Customer)),
        (5, Says(Author::Agent)),
        (6, Happens(Happening::Held)),
        (7, Happens(Happening::Released)),
        (8, Happens(Happening::CallStarted)),
        (9, Happens(Happening::CallEnded)),
        (10, Says(Author::Agent)),
        (11, Happens(Happening::Extended(60_000))),
        (12, Happens(Happening::Unassigned)),
        (20, Happens(Happening::Snoozed(until))),
        (21, Happens(Happening::Typing)),
        (22, Happens(Happening::CarriedOut(key(Step::Reminder(1))))),
    ];
    let told = |events| explained(POLICY, &remembered(events), NINE + 30 * MINUTE, 0).history;
    let mut expected = vec![
        "Cycle 1.",
        "The customer last wrote at 2026-03-02 09:00 UTC.",
        "The company answered at 2026-03-02 09:05 UTC, last at 2026-03-02 09:10 UTC; the customer has been silent since.",
        "Reminder 1 was sent at 2026-03-02 09:22 UTC.",
        "The customer was typing at 2026-03-02 09:21 UTC.",
        "On hold: from 2026-03-02 09:06 UTC until 2026-03-02 09:07 UTC.",
        "On a call: from 2026-03-02 09:08 UTC until 2026-03-02 09:09 UTC.",
        "More time given: from 2026-03-02 09:11 UTC until 2026-03-02 09:12 UTC.",
        "In the queue without an agent: from 2026-03-02 09:12 UTC until further notice.",
        "Snoozed: from 2026-03-02 09:20 UTC until 2026-03-02 10:00 UTC.",
    ];
    let copy = |events: &Vec<(Instant, What)>| -> Vec<(Instant, What)> {
        events
            .iter()
            .map(|(at, what)| match what {
                Says(author) => (*at, Says(author.clone())),
                Happens(what) => (*at, Happens(what.clone())),
            })
            .collect()
    };
    assert_eq!(told(copy(&events)), expected);
    events.push((23, Happens(Happening::Failed(failure))));
    expected[3] = "Reminder 1 could not be sent (2026-03-02 09:23 UTC).";
    assert_eq!(told(copy(&events)), expected);
    // Pauses that ended before the customer wrote are removed, and the message ends a snooze; an
    // agent on hold stays on hold.
    events.push((24, Says(Author::Customer)));
    let expected = [
        "Cycle 1.",
        "The customer last wrote at 2026-03-02 09:24 UTC.",
        "In the queue without an agent: from 2026-03-02 09:12 UTC until further notice.",
    ];
    assert_eq!(told(events), expected);
}

/// A pause that ends when the customer writes is over, whether or not their answer ends it.
#[test]
fn a_pause_that_was_over_when_the_customer_wrote_is_forgotten() {
    let lasting =
        POLICY.replacen(r#""departments""#, r#""snooze-ends-on-reply": false, "departments""#, 1);
    let paused = |end| {
        let memory = remembered_under(
            &lasting,
            vec![
                (0, Says(Author::Customer)),
                (5, Says(Author::Agent)),
                (6, Happens(Happening::Snoozed(Some(NINE + end * MINUTE)))),
                (8, Says(Author::Customer)),
            ],
        );
        let history = explained(POLICY, &memory, NINE + 9 * MINUTE, 0).history;
        history.iter().any(|line| line.starts_with("Snoozed"))
    };
    assert_eq!([7, 8, 9].map(paused), [false, false, true]);
}

/// A reader must be able to tell that nothing is broken.
#[test]
fn a_customer_who_blocked_us_is_told_apart_from_a_failure() {
    let failed = |kind| {
        let failure = Failure { key: key(Step::Reminder(1)), kind };
        let events = vec![
            (0, Says(Author::Customer)),
            (5, Says(Author::Agent)),
            (15, Happens(Happening::Failed(failure))),
        ];
        let memory = remembered(events);
        ["en", "es", "pt"].map(|language| {
            let explanation = explained_in(language, &memory, &sample::ticket("t", "ventas"));
            assert!(matches!(explanation.decision.reason, Reason::ReminderFailed(1)));
            let history = explanation.history.join(" ");
            (explanation.summary, history)
        })
    };
    let blocked = failed(FailureKind::Blocked);
    for ((summary, history), word) in blocked.iter().zip(["blocked", "bloqueó", "bloqueou"]) {
        assert!(summary.contains(word), "{summary}");
        assert!(history.contains(word), "{history}");
    }
    for (summary, history) in failed(FailureKind::Refused) {
        assert!(!summary.contains("bloq") && !summary.contains("blocked"), "{summary}");
        assert!(!history.contains("bloq") && !history.contains("blocked"), "{history}");
    }
}

#[test]
fn a_status_that_nobody_knows_is_named() {
    let of = |status: &str| {
        let status = TicketStatus::Other(status.into());
        let ticket = Ticket { status, ..sample::ticket("t", "ventas") };
        let explanation = explained_in("en", &Memory::new(), &ticket);
        assert!(matches!(explanation.decision.reason, Reason::NotOpen));
        explanation.summary
    };
    let summary = of("waiting-for-vendor");
    assert!(summary.contains("unknown status «waiting-for-vendor»"), "{summary}");
    // Of any length and content.
    let summary = of(&format!("two\nlines{}", "x".repeat(10_000)));
    assert!(summary.contains("«two lines") && summary.len() < 300, "{summary}");
}

fn explained_in(language: &str, memory: &Memory, ticket: &Ticket) -> Explanation {
    let reader = Reader { language: language.into(), utc_offset: 0 };
    let mut policy = NativePolicy::parse(POLICY, &sample::surroundings()).unwrap();
    policy.explain(ticket, memory, NINE + 30 * MINUTE, &reader).unwrap()
}

#[test]
fn who_closed_and_who_reopened_is_remembered() {
    let closed = |by| {
        let events = vec![(0, Says(Author::Customer)), (5, Happens(Happening::Closed(by)))];
        explained(POLICY, &remembered(events), NINE + 9 * MINUTE, 0).history.pop().unwrap()
    };
    let by = |who| format!("Closed at 2026-03-02 09:05 UTC by {who}.");
    assert_eq!(closed(Source::Agent), by("an agent"));
    assert_eq!(closed(Source::Customer), by("the customer"));
    assert_eq!(closed(Source::Inactivity), by("inactivity"));
    assert_eq!(closed(Source::Flow), by("the flow"));
    assert_eq!(closed(Source::Api), by("another program"));
    assert_eq!(closed(Source::Other("merge".into())), by("somebody else"));

    let memory = remembered(vec![
        (0, Says(Author::Customer)),
        (5, Happens(Happening::Closed(Source::Agent))),
        (6, Happens(Happening::Reopened(Source::Agent))),
    ]);
    let history = explained(POLICY, &memory, NINE + 9 * MINUTE, 0).history;
    assert_eq!(
        history,
        ["The customer last wrote at 2026-03-02 09:00 UTC.", "Reopened at 2026-03-02 09:06 UTC."]
    );
}

/// Times are in the reader's zone, and never rounded.
#[test]
fn times_are_told_by_the_readers_clock() {
    let message = |at: Instant, offset| {
        let minute = sample::message(Author::Customer, at);
        let native = NativePolicy::parse(POLICY, &sample::surroundings()).unwrap();
        let ticket = sample::ticket("t", "ventas");
        let memory = native.on_message(&ticket, &Memory::new(), &minute).unwrap().memory;
        let history = explained(POLICY, &memory, NINE + 9 * MINUTE, offset).history;
        let line = history.first().unwrap().clone();
        line.trim_start_matches("The customer last wrote at ").trim_end_matches('.').to_owned()
    };
    assert_eq!(message(NINE, 0), "2026-03-02 09:00 UTC");
    assert_eq!(message(NINE + 30_000, 0), "2026-03-02 09:00:30 UTC");
    assert_eq!(message(NINE + 250, 0), "2026-03-02 09:00:00.250 UTC");
    assert_eq!(message(NINE + 30_007, 0), "2026-03-02 09:00:30.007 UTC");
    assert_eq!(message(NINE, 345), "2026-03-02 14:45 UTC+05:45");
    assert_eq!(message(NINE, -210), "2026-03-02 05:30 UTC-03:30");
    assert_eq!(message(NINE, -600), "2026-03-01 23:00 UTC-10:00");
    assert_eq!(message(NINE, 1), "2026-03-02 09:01 UTC+00:01");
}

/// A step of the backlog that has fallen due is told as what it is.
#[test]
fn a_due_step_of_the_backlog_is_told_as_a_step() {
    let config = r#"{ "activation": { "from": "2026-03-02T09:00:00Z", "backlog": "include", "within": "30 min" },
        "rules": [ { "departments": "any", "close-after": "15 min" } ] }"#;
    let memory = remembered(vec![(-60, Says(Author::Customer)), (-55, Says(Author::Agent))]);
    let last = |at| {
        let explanation = explained(config, &memory, at, 0);
        conditions(&explanation).pop().map(|(code, holds)| (code.to_owned(), holds))
    };
    assert_eq!(last(NINE - 1), Some(("backlog".into(), false)));
    assert_eq!(last(NINE + 30 * MINUTE), Some(("close".into(), true)));
}
