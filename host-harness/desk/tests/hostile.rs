//! What one account, one row or one page does to all others: nothing.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that is wrong fails"
)]

mod support;

use std::collections::BTreeSet;

use despertador_contract::event_log::Row;
use despertador_contract::{ActionKey, Author, Failure, FailureKind, Happening, Instant, Step};
use despertador_desk::store::AnyStore;
use despertador_desk::{DeliveryOutcome, DeliveryReport, Desk, Incoming, Options, Receipt};
use fastrand::Rng;
use serde_json::{Value, json};
use support::{ADERESO, Folder, MINUTE, NINE, SECOND, done, happening, silent, words};

fn carried_out(ticket: &str, step: Step, at: Instant) -> Incoming {
    let key = ActionKey { ticket: ticket.into(), cycle: 1, step };
    happening(ticket, Happening::CarriedOut(key), at)
}

fn failed(ticket: &str, at: Instant) -> Incoming {
    let key = ActionKey { ticket: ticket.into(), cycle: 1, step: Step::Reminder(1) };
    happening(ticket, Happening::Failed(Failure { key, kind: FailureKind::Refused }), at)
}

fn linked(ticket: &str, to: &str) -> Incoming {
    let facts = json!({ "channel": "whatsapp", "more": { "continued-by": to } });
    Incoming::new("acme", Row::facts(ticket, NINE, facts))
}

/// Evaluates, claims and reports as done until nothing is due; the keys, in order.
fn run(desk: &mut Desk<AnyStore>, mut now: Instant) -> Vec<String> {
    let mut keys = Vec::new();
    for _ in 0..10_000 {
        let Some(next) = desk.next_instant() else { return keys };
        now = now.max(next);
        desk.poll_due(now, 100).expect("a look");
        for delivery in desk.claim_deliveries(now, 100).expect("deliveries") {
            desk.record_deliveries(now, &[done(&delivery.account, &delivery.key, now)])
                .expect("a report");
            keys.push(delivery.key);
        }
    }
    panic!("it never rests: {:?}", desk.next_instant());
}

#[test]
fn a_thousand_tickets_in_a_chain_or_a_ring_are_walked_to_a_bound() {
    const MANY: usize = 1_000;
    for ring in [false, true] {
        let folder = Folder::new();
        let mut desk = folder.acme(ADERESO);
        let name = |n: usize| format!("T{n:04}");
        let chain: Vec<_> = (0..MANY)
            .map(|n| {
                let next = if n + 1 == MANY && ring { 0 } else { n + 1 };
                linked(&name(n), &name(next))
            })
            .collect();
        desk.record_events(NINE, &chain).expect("receipts");
        let receipts = desk.record_events(NINE, &[failed(&name(0), NINE)]).expect("receipts");
        assert!(matches!(receipts[..], [Receipt::Recorded(_)]), "{receipts:?}");
        let entries = |desk: &mut Desk<AnyStore>, n| {
            desk.query_timeline("acme", &name(n)).expect("a timeline").len()
        };
        // It is passed on, and not without end.
        assert_eq!((entries(&mut desk, 1), entries(&mut desk, MANY - 1)), (2, 1), "{ring}");
        let ends = linked("self", "self");
        desk.record_events(NINE, &[ends]).expect("receipts");
        desk.record_events(NINE, &[failed("self", NINE)]).expect("receipts");
        assert_eq!(desk.query_timeline("acme", "self").expect("a timeline").len(), 2);
    }
}

#[test]
fn an_action_that_nobody_asked_for_was_not_carried_out() {
    let folder = Folder::new();
    let mut desk = folder.acme(ADERESO);
    desk.record_events(NINE, &silent("4711", NINE)).expect("receipts");
    let forged = [1, 2, 3].map(|n| carried_out("4711", Step::Reminder(n), NINE + SECOND));
    let receipts = desk.record_events(NINE + SECOND, &forged).expect("receipts");
    for receipt in &receipts {
        let Receipt::Refused(why) = receipt else { panic!("{receipts:?}") };
        assert!(why.contains("nobody requested the action `4711/1/reminder-"), "{why}");
    }
    let unknown =
        desk.record_events(NINE, &[carried_out("4799", Step::Close, NINE)]).expect("receipts");
    assert!(matches!(unknown[..], [Receipt::Refused(_)]), "{unknown:?}");
    assert!(desk.query_ticket("acme", "4799").is_err());
    let standing = desk.query_ticket("acme", "4711").expect("a ticket");
    assert_eq!(standing.due, Some(NINE + 10 * MINUTE), "it waits for its first reminder");
    // The receiver may report an action that was asked for, also during its delivery.
    let due = NINE + 10 * MINUTE;
    desk.poll_due(due, 10).expect("a look");
    let told = |at| [carried_out("4711", Step::Reminder(1), at)];
    let receipts = desk.record_events(due, &told(due)).expect("receipts");
    assert!(matches!(receipts[..], [Receipt::Recorded(_)]), "{receipts:?}");
    let again = desk.record_events(due, &told(due)).expect("receipts");
    assert!(matches!(again[..], [Receipt::Recorded(_)]), "it is known: {again:?}");
    let second = due + MINUTE;
    desk.poll_due(second, 10).expect("a look");
    let handed_out = desk.claim_deliveries(second, 10).expect("deliveries");
    assert_eq!(handed_out[0].key, "4711/1/reminder-2");
    let receipts = desk.record_events(second, &[carried_out("4711", Step::Reminder(2), second)]);
    assert!(matches!(receipts.expect("receipts")[..], [Receipt::Recorded(_)]));
}

#[test]
fn who_answers_after_the_clock_was_set_back_is_not_closed() {
    // All within two minutes, so that five minutes back is before everything.
    let quick = ADERESO
        .replace("\"10 min\"", "\"30 s\"")
        .replace("\"1 min\"", "\"30 s\"")
        .replace("\"3 min\"", "\"30 s\"")
        .replace("\"15 min\"", "\"2 min\"");
    for (stated, opening) in [(true, true), (false, true), (true, false), (false, false)] {
        let folder = Folder::new();
        let mut desk = folder.acme(&quick);
        let first = if opening { silent("4711", NINE) } else { silent("4711", NINE)[2..].to_vec() };
        desk.record_events(NINE, &first).expect("receipts");
        let mut now = NINE;
        for n in 1..=3 {
            now += 30 * SECOND;
            desk.poll_due(now, 10).expect("a look");
            let handed_out = desk.claim_deliveries(now, 10).expect("deliveries");
            assert_eq!(handed_out[0].key, format!("4711/1/reminder-{n}"));
            desk.record_deliveries(now, &[done("acme", &handed_out[0].key, now)])
                .expect("a report");
        }
        let back = now - 5 * MINUTE;
        // Stated a little before, by the same clock; or stamped on arrival.
        let at = if stated { back - 20 * SECOND } else { back };
        desk.record_events(back, &[words("4711", Author::Customer, "reply", at)])
            .expect("a receipt");
        let why = format!("stated {stated}, opening {opening}");
        let closes = run(&mut desk, back);
        assert_eq!(closes, Vec::<String>::new(), "{why}");
        // An agent who answers, by the same clock, has the last word all the same.
        desk.record_events(back + SECOND, &[words("4711", Author::Agent, "a9", back + SECOND)])
            .expect("a receipt");
        let keys = run(&mut desk, back + SECOND);
        assert_eq!(keys.last().map(String::as_str), Some("4711/2/close"), "{why}: {keys:?}");
        assert!(desk.query_consistency("acme", "4711").expect("a journal"), "{why}");
    }
}

/// Whatever a clock does, the entries of a ticket never go back, nor does what its events say.
#[test]
fn the_instants_of_a_ticket_never_go_back() {
    for seed in 0..20 {
        let mut rng = Rng::with_seed(seed);
        let folder = Folder::new();
        let mut desk = folder.acme(ADERESO);
        desk.record_events(NINE, &silent("4711", NINE)).expect("receipts");
        let mut now = NINE;
        for n in 0..60 {
            now += rng.i64(-10 * MINUTE..12 * MINUTE);
            let incoming = match rng.u32(0..5) {
                0 => words("4711", Author::Customer, &format!("c{n}"), now - rng.i64(0..MINUTE)),
                1 => words("4711", Author::Agent, &format!("a{n}"), now),
                2 => happening("4711", Happening::Typing, now),
                3 => happening("4711", Happening::Held, now),
                _ => happening("4711", Happening::Released, now),
            };
            desk.record_events(now, &[incoming]).expect("a receipt");
            desk.poll_due(now, 10).expect("a look");
            for delivery in desk.claim_deliveries(now, 10).expect("deliveries") {
                let at = now - rng.i64(0..SECOND);
                desk.record_deliveries(now, &[done("acme", &delivery.key, at)]).expect("a report");
            }
        }
        let timeline = desk.query_timeline("acme", "4711").expect("a timeline");
        let ordered = timeline.windows(2).all(|two| two[0].at <= two[1].at);
        assert!(ordered, "seed {seed}");
        let mut latest = String::new();
        for row in timeline.iter().filter_map(|entry| entry.row.as_ref()) {
            let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
            let received = match row.get("received-at") {
                Some(_) => text("received-at"),
                None => text("at"),
            };
            assert!(received >= latest, "seed {seed}: {row} after {latest}");
            latest = received;
        }
        assert!(desk.query_consistency("acme", "4711").expect("a journal"), "seed {seed}");
    }
}

/// A message that is stated to be earlier than it came delays or changes nothing.
#[test]
fn a_late_message_of_the_customer_never_hastens() {
    for (seed, minutes) in (0..40).zip([0, 1, 5, 11, 12, 14, 30, 120].into_iter().cycle()) {
        let mut rng = Rng::with_seed(seed);
        let folder = Folder::new();
        let mut desk = folder.acme(ADERESO);
        desk.record_events(NINE, &silent("4711", NINE)).expect("receipts");
        let mut now = NINE;
        for _ in 0..rng.u32(0..4) {
            let Some(next) = desk.next_instant() else { break };
            now = now.max(next);
            desk.poll_due(now, 10).expect("a look");
            for delivery in desk.claim_deliveries(now, 10).expect("deliveries") {
                desk.record_deliveries(now, &[done("acme", &delivery.key, now)]).expect("a report");
            }
        }
        let before = desk.query_ticket("acme", "4711").expect("a ticket").due;
        now += rng.i64(-6 * MINUTE..6 * MINUTE);
        let at = now - minutes * MINUTE;
        desk.record_events(now, &[words("4711", Author::Customer, "late", at)]).expect("a receipt");
        let after = desk.query_ticket("acme", "4711").expect("a ticket").due;
        assert!(
            after.is_none_or(|after| before.is_some_and(|before| after >= before)),
            "seed {seed}: due {before:?}, then {after:?}"
        );
    }
}

/// Events as somebody might write them, strange ones among them.
fn event(rng: &mut Rng, ticket: &str, n: usize) -> Value {
    const TEXTS: [&str; 12] = [
        "",
        "x",
        "a/b",
        "other:x",
        "close",
        "reminder-1",
        "a\nb",
        "\u{0}",
        "\u{202e}ltr",
        "ñ中🦀",
        "other:",
        "Ana \"la\" \\ jefa",
    ];
    const INSTANTS: [&str; 9] = [
        "2026-03-02T09:00:00Z",
        "2026-03-02T09:00:00.123456789+05:45",
        "0000-01-01T00:00:00Z",
        "0000-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59.999Z",
        "9999-12-31T23:59:59-23:59",
        "1969-12-31T23:59:60Z",
        "2026-02-29T00:00:00Z",
        "+12026-01-01T00:00:00Z",
    ];
    const STEPS: [&str; 14] = [
        "reminder-1",
        "reminder-01",
        "reminder-4294967296",
        "close",
        "resolve",
        "reply-3",
        "reply-",
        "other:x",
        "other:a/b",
        "other:",
        "other:close",
        "other:reminder-1",
        "x",
        "other:a\nb",
    ];
    const SPANS: [&str; 5] =
        ["5 min", "0 s", "213503982334 d", "1 h 1 ms", "99999999999999999999 s"];
    let text = |rng: &mut Rng| TEXTS[rng.usize(..TEXTS.len())];
    let word = |rng: &mut Rng, known: &str| match rng.u32(0..12) {
        0..8 => known.to_owned(),
        8..11 => format!("other:{}", text(rng)),
        _ => text(rng).to_owned(),
    };
    let instant = |rng: &mut Rng| match rng.u32(0..5) {
        0 => INSTANTS[rng.usize(..INSTANTS.len())],
        _ => INSTANTS[rng.usize(..2)],
    };
    let step = |rng: &mut Rng| STEPS[rng.usize(..STEPS.len())];
    let mut row =
        json!({ "ticket": ticket, "at": instant(rng), "id": format!("{n}{}", text(rng)) });
    if rng.u32(0..5) == 0 {
        row["sequence"] = [json!(7), json!(7.0), json!(u64::MAX), json!(1.8e19), json!(-1)]
            [rng.usize(..5)]
        .clone();
    }
    match rng.u32(0..10) {
        0..3 => {
            row["message"] = json!({ "author": word(rng, "agent"), "kind": word(rng, "text"),
                "origin": word(rng, "written"), "text": text(rng), "choice": text(rng) });
        }
        3..7 => {
            row["event"] = match rng.u32(0..9) {
                0 => json!({ "carried-out": { "cycle": rng.u32(..3), "step": step(rng) } }),
                1 => json!({ "failed": { "cycle": rng.u32(..3), "step": step(rng),
                                         "kind": word(rng, "blocked") } }),
                2 => json!({ "closed": word(rng, "agent") }),
                3 => json!({ "extended": SPANS[rng.usize(..SPANS.len())] }),
                4 => json!({ "snoozed": instant(rng) }),
                5 => json!({ "assigned": text(rng) }),
                6 => json!({ "transferred": { "department": text(rng), "agent": null } }),
                7 => {
                    json!({ "occurred": { "name": text(rng), "details": { text(rng): text(rng) } } })
                }
                _ => json!({ "other": text(rng) }),
            };
        }
        _ => {}
    }
    if rng.u32(0..3) == 0 || row.get("event").or(row.get("message")).is_none() {
        row["facts"] = json!({ "channel": word(rng, "whatsapp"), "department": text(rng),
            "status": word(rng, "open"), "tags": [text(rng)], "agent": text(rng),
            "window-until": instant(rng), "sent-to-customer": [instant(rng), "+1d 09:00"],
            "more": { "customer.id": text(rng), text(rng): text(rng) } });
    }
    row
}

#[test]
fn whatever_is_accepted_is_read_back_as_what_it_was() {
    const TICKETS: [&str; 5] = ["4711", "a/b", "a\nb", "[1", "\u{2028}/2/close"];
    let (mut accepted, mut refused) = (0, 0);
    for seed in 0..12 {
        let mut rng = Rng::with_seed(seed);
        let folder = Folder::new();
        let mut desk = folder.acme(ADERESO);
        let mut now = NINE;
        for n in 0..150 {
            now += rng.i64(0..MINUTE);
            let ticket = TICKETS[rng.usize(..TICKETS.len())];
            let written = event(&mut rng, ticket, n).to_string();
            let Ok(row) = Row::from_json(&written) else {
                refused += 1;
                continue;
            };
            let again = row.to_json().to_string();
            assert_eq!(Row::from_json(&again).as_ref(), Ok(&row), "seed {seed}: {written}");
            let receipts =
                desk.record_events(now, &[Incoming::new("acme", row)]).expect("a receipt");
            accepted += usize::from(receipts[0].is_stored());
            refused += usize::from(!receipts[0].is_stored());
            desk.poll_due(now, 10).expect("a look");
            for delivery in desk.claim_deliveries(now, 10).expect("deliveries") {
                desk.record_deliveries(now, &[done("acme", &delivery.key, now)]).expect("a report");
            }
        }
        let before: Vec<_> = TICKETS.iter().map(|id| desk.query_ticket("acme", id)).collect();
        drop(desk);
        let mut desk = folder.desk_with(Options { cached_tickets: 0, ..Options::default() });
        for (id, before) in TICKETS.iter().zip(before) {
            let Ok(before) = before else { continue };
            let after = desk.query_ticket("acme", id).expect("it can be read");
            assert_eq!(after, before, "seed {seed}: {id:?}");
            let as_journal = desk.query_consistency("acme", id);
            assert_eq!(as_journal, Ok(true), "seed {seed}: {id:?}");
        }
        assert_eq!(desk.query_damaged(), Ok(Vec::new()));
    }
    assert!(accepted > 300 && refused > 200, "{accepted} accepted, {refused} refused");
}

#[test]
fn rows_that_cannot_be_delivered_take_nobodys_turn() {
    let folder = Folder::new();
    let mut desk = folder.acme(ADERESO);
    desk.open_account(NINE, "globex", "test").expect("an account");
    desk.save_policy(NINE, "globex", ADERESO, None, "test").expect("a policy");
    while desk.poll_due(NINE, 1_000).expect("a look").more {}
    for n in 0..400 {
        desk.record_events(NINE, &silent(&format!("A{n:03}"), NINE)).expect("receipts");
    }
    for n in 0..15 {
        let mut theirs = silent(&format!("B{n:03}"), NINE + SECOND);
        theirs.iter_mut().for_each(|incoming| incoming.account = "globex".into());
        desk.record_events(NINE + SECOND, &theirs).expect("receipts");
    }
    let now = NINE + 11 * MINUTE;
    while desk.poll_due(now, 1_000).expect("a look").more {}
    drop(desk);
    // Keys that are none, and tickets that cannot be read or are not there.
    folder.alter(
        "UPDATE outbox SET key = 'A/1/a/b' || ticket WHERE key LIKE 'A0%';
         UPDATE ticket SET packed = NULL, facts = '{' WHERE id LIKE 'A1%';
         DELETE FROM ticket WHERE id LIKE 'A2%';",
    );
    let mut desk = folder.desk();
    let mut theirs = BTreeSet::new();
    let mut now = now;
    let mut calls = 0;
    while theirs.len() < 15 {
        calls += 1;
        assert!(calls < 60, "{} of 15 after {calls} calls", theirs.len());
        now += SECOND;
        let deliveries = desk.claim_deliveries_per_account(now, 8, 4).expect("deliveries");
        let reports: Vec<_> = deliveries
            .into_iter()
            .map(|delivery| {
                let outcome = match delivery.account.as_str() {
                    "globex" => DeliveryOutcome::Done,
                    _ => DeliveryOutcome::Retry("the receiver answered 500".into()),
                };
                if outcome == DeliveryOutcome::Done {
                    theirs.insert(delivery.key.clone());
                }
                DeliveryReport { outcome, ..done(&delivery.account, &delivery.key, now) }
            })
            .collect();
        desk.record_deliveries(now, &reports).expect("reports");
    }
    // The rest of what cannot be delivered is moved aside in time, once, and is seen.
    let mut calls = 0;
    while desk.next_delivery().is_some_and(|at| at <= now) {
        calls += 1;
        assert!(calls < 1_000, "it spins");
        for delivery in desk.claim_deliveries_per_account(now, 8, 4).expect("deliveries") {
            let outcome = DeliveryOutcome::Retry("the receiver answered 500".into());
            let report = DeliveryReport { outcome, ..done(&delivery.account, &delivery.key, now) };
            desk.record_deliveries(now, &[report]).expect("a report");
        }
    }
    let dead = desk.query_dead_letters("acme", 1_000).expect("dead letters");
    assert_eq!(dead.len(), 300, "{:?}", dead.first());
    assert!(dead.iter().all(|row| row.why.as_ref().is_some_and(|why| why.contains("cannot be"))));
    assert_eq!(desk.query_dead_letters("globex", 10), Ok(Vec::new()));
    let (_, counts) = desk.counts().find(|(name, _)| *name == "acme").expect("acme");
    assert_eq!(counts.given_up, 300);
}

#[test]
fn many_actions_of_one_customer_are_not_read_again_and_again() {
    let folder = Folder::new();
    let mut desk = folder.acme(ADERESO);
    for n in 0..60 {
        let mut told = silent(&format!("T{n}"), NINE);
        told[0].row.facts.as_mut().expect("facts")["more"] = json!({ "customer.id": "eva" });
        desk.record_events(NINE, &told).expect("receipts");
    }
    let now = NINE + 11 * MINUTE;
    while desk.poll_due(now, 1_000).expect("a look").more {}
    let mut keys = BTreeSet::new();
    let mut calls = 0;
    while desk.next_delivery().is_some_and(|at| at <= now) {
        let mut on_their_way = Vec::new();
        // Until nothing more can be done before the one that is on its way is reported on.
        while desk.next_delivery().is_some_and(|at| at <= now) {
            on_their_way.extend(desk.claim_deliveries(now, 8).expect("deliveries"));
            calls += 1;
        }
        assert_eq!(on_their_way.len(), 1, "of one customer one at a time");
        let key = on_their_way.remove(0).key;
        desk.record_deliveries(now, &[done("acme", &key, now)]).expect("a report");
        assert!(keys.insert(key), "one was claimed twice");
    }
    assert_eq!((keys.len(), calls < 100), (60, true), "{calls} calls");
}

#[test]
fn an_entry_that_cannot_be_read_stops_one_ticket_and_no_other() {
    let folder = Folder::new();
    let mut desk = folder.acme(ADERESO);
    for ticket in ["4711", "4712"] {
        desk.record_events(NINE, &silent(ticket, NINE)).expect("receipts");
    }
    drop(desk);
    // As if what can no longer be read had not been recorded.
    folder.alter(
        "UPDATE journal SET packed = NULL, kind = 1, row = 'what is this' WHERE seq =
             (SELECT last FROM ticket WHERE id = '4711');
         UPDATE ticket SET parked = 'x', unheard = last, due = 5 WHERE id = '4711';",
    );
    let mut desk = folder.desk();
    let due = NINE + 10 * MINUTE;
    let mut looks = 0;
    while desk.poll_due(due, 10).expect("a look").more {
        looks += 1;
        assert!(looks < 10, "it never sleeps");
    }
    let keys: Vec<_> =
        desk.claim_deliveries(due, 10).expect("deliveries").into_iter().map(|d| d.key).collect();
    assert_eq!(keys, ["4712/1/reminder-1"]);
    let damaged = desk.query_damaged().expect("a list");
    assert_eq!((damaged.len(), desk.damaged_count()), (1, 1));
    assert!(damaged[0].why.contains("an entry of the journal cannot be read"), "{damaged:?}");
    drop(desk);
    assert_eq!(folder.desk().damaged_count(), 1, "it is moved aside once");
    folder.alter(
        "UPDATE journal SET packed = NULL, row = '{\"ticket\":\"4711\",\"at\":\"2026-03-02T09:00:00Z\",\
                   \"message\":{\"author\":\"agent\"}}' WHERE kind = 1",
    );
    let mut desk = folder.desk();
    // Every report about it is tried, and the desk continues.
    desk.record_events(due, &[words("4711", Author::Agent, "a9", due)]).expect("a receipt");
    while desk.poll_due(due, 10).expect("a look").more {}
    assert_eq!(desk.damaged_count(), 0);
    assert_eq!(desk.query_ticket("acme", "4711").expect("a ticket").deferred, None);
}
