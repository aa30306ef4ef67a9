//! The desk as a host sees it: recorded, evaluated, delivered, closed; and what happens in between.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that is wrong fails"
)]

mod support;

use despertador_contract::event_log::Row;
use despertador_contract::{
    ActionKey, Author, Event, Failure, FailureKind, Happening, Instant, Step, TicketStatus,
};
use despertador_desk::store::Store;
use despertador_desk::{
    Counts, DeliveryOutcome, DeliveryReport, Desk, Incoming, Options, Receipt, Round,
};
use serde_json::json;
use support::{
    ADERESO, Folder, HOUR, MINUTE, NINE, SECOND, begin, done, happening, opened, silent, words,
};

/// Lets time pass until an instant: looks, delivers at once, and says what was done and when.
fn run<S: Store>(desk: &mut Desk<S>, until: Instant) -> Vec<(Instant, String)> {
    let mut now = NINE;
    let mut carried_out = Vec::new();
    while let Some(next) = desk.next_instant().filter(|next| *next <= until) {
        now = now.max(next);
        desk.poll_due(now, 100).expect("a look");
        for delivery in desk.claim_deliveries(now, 100).expect("deliveries") {
            carried_out.push((now - NINE, delivery.key.clone()));
            let report = done(&delivery.account, &delivery.key, now);
            desk.record_deliveries(now, &[report]).expect("a report");
        }
    }
    carried_out
}

#[test]
fn a_silent_customer_is_reminded_and_the_ticket_is_closed() {
    let folder = Folder::new();
    let mut desk = folder.acme(ADERESO);
    let receipts = desk.record_events(NINE, &silent("4711", NINE)).expect("receipts");
    assert!(receipts.iter().all(|receipt| matches!(receipt, Receipt::Recorded(_))), "{receipts:?}");
    let done = run(&mut desk, NINE + HOUR);
    let expected = [
        (10 * MINUTE, "4711/1/reminder-1".to_owned()),
        (11 * MINUTE, "4711/1/reminder-2".into()),
        (14 * MINUTE, "4711/1/reminder-3".into()),
        (15 * MINUTE, "4711/1/close".into()),
    ];
    assert_eq!(done, expected);
    assert_eq!(desk.next_instant(), None);
    assert!(desk.query_consistency("acme", "4711").expect("a journal"));
    let row = desk.query_tickets("acme", &Default::default());
    assert!(row.is_ok());
    let standing = desk.query_ticket("acme", "4711").expect("a ticket");
    assert!(standing.outbox.is_empty() && standing.due.is_none(), "{standing:?}");
}

/// The same in rounds, each with the results of the one before.
#[test]
fn rounds_do_what_the_four_steps_do() {
    let folder = Folder::new();
    let mut desk = folder.acme(ADERESO);
    let told = silent("4711", NINE);
    let (mut now, mut incoming, mut reports) = (NINE, &told[..], Vec::new());
    let mut carried_out = Vec::new();
    loop {
        let round = Round { reports: &reports, incoming, tickets: 9, actions: 9, per_account: 9 };
        let result = desk.run_round(now, &round).expect("a round");
        assert_eq!(result.receipts.len(), incoming.len());
        assert_eq!(result.counts.done, reports.len());
        let keys = result.deliveries.iter().map(|delivery| delivery.key.as_str());
        reports = keys.clone().map(|key| done("acme", key, now)).collect();
        carried_out.extend(keys.map(|key| ((now - NINE) / MINUTE, key.to_owned())));
        incoming = &[];
        let Some(next) = desk.next_instant().filter(|_| reports.is_empty()) else {
            if reports.is_empty() {
                break;
            }
            continue;
        };
        now = now.max(next);
    }
    let keys = ["reminder-1", "reminder-2", "reminder-3", "close"];
    let expected = [10, 11, 14, 15].into_iter().zip(keys.map(|step| format!("4711/1/{step}")));
    assert_eq!(carried_out, expected.collect::<Vec<_>>());
    assert!(desk.query_consistency("acme", "4711").expect("a journal"));
}

/// A policy under which messages may be sent until eleven minutes past nine.
const UNTIL_ELEVEN_PAST: &str = r#"{ "version": "1", "language": "es",
    "sending-windows": { "day": { "zone": "UTC", "open": { "mon-sun": "08:00-09:11" } } },
    "rules": [ { "departments": "any", "sending-window": "day", "close-after": "2 d",
        "reminders": [ { "after": "10 min", "text": "¿Sigues allí?" } ] } ] }"#;

#[test]
fn what_is_not_claimed_in_the_instant_of_its_decision_is_evaluated_again() {
    let due = NINE + 10 * MINUTE;
    let requested = || {
        let folder = Folder::new();
        let mut desk = folder.acme(UNTIL_ELEVEN_PAST);
        desk.record_events(NINE, &silent("4711", NINE)).expect("receipts");
        assert_eq!(desk.poll_due(due, 9).expect("a look").tickets, 1);
        (folder, desk)
    };
    let claimed = |desk: &mut Desk<_>, now| desk.claim_deliveries(now, 9).expect("no error").len();
    let (_folder, mut desk) = requested();
    assert_eq!(claimed(&mut desk, due), 1, "in the same instant");
    let (_folder, mut desk) = requested();
    assert_eq!(claimed(&mut desk, due + 2 * MINUTE), 0, "the sending window has closed");
    let (_folder, mut desk) = requested();
    let off =
        UNTIL_ELEVEN_PAST.replace("\"version\": \"1\"", "\"version\": \"2\", \"enabled\": false");
    desk.save_policy(due, "acme", &off, None, "test").expect("a policy");
    assert_eq!(claimed(&mut desk, due), 0, "the policy was switched off");
    let (_folder, mut desk) = requested();
    desk.record_events(due, &[words("4711", Author::Customer, "c2", due)]).expect("a receipt");
    assert_eq!(claimed(&mut desk, due), 0, "the customer has replied");
}

#[test]
fn a_reply_that_comes_meanwhile_withdraws_what_was_due() {
    let folder = Folder::new();
    let mut desk = folder.acme(ADERESO);
    desk.record_events(NINE, &silent("4711", NINE)).expect("receipts");
    let due = NINE + 10 * MINUTE;
    desk.poll_due(due, 10).expect("a look");
    assert_eq!(desk.query_ticket("acme", "4711").expect("a ticket").outbox.len(), 1);
    desk.record_events(due + 1, &[words("4711", Author::Customer, "c2", due + 1)])
        .expect("a reply");
    assert_eq!(desk.claim_deliveries(due + 2, 10).expect("deliveries"), []);
    assert!(desk.query_ticket("acme", "4711").expect("a ticket").outbox.is_empty());
    let timeline = desk.query_timeline("acme", "4711").expect("a timeline");
    assert!(timeline.iter().any(|entry| entry.kind.word() == "withdrawn"), "{timeline:?}");
}

#[test]
fn an_event_is_taken_in_once() {
    let folder = Folder::new();
    let mut desk = folder.acme(ADERESO);
    desk.record_events(NINE, &silent("4711", NINE)).expect("receipts");
    let again = desk.record_events(NINE + SECOND, &silent("4711", NINE)).expect("receipts");
    assert_eq!(again, [Receipt::Duplicate, Receipt::Duplicate, Receipt::Duplicate]);
    drop(desk);
    let mut desk = folder.desk();
    let twice = [
        words("4711", Author::Customer, "c2", NINE + SECOND),
        words("4711", Author::Customer, "c2", NINE + SECOND),
        words("4711", Author::Agent, "4711-a1", NINE + SECOND),
    ];
    let receipts = desk.record_events(NINE + SECOND, &twice).expect("receipts");
    assert!(matches!(
        receipts.as_slice(),
        [Receipt::Recorded(_), Receipt::Duplicate, Receipt::Duplicate]
    ));
}

#[test]
fn a_receiver_that_is_down_for_an_hour_gets_everything_in_order_and_once() {
    let folder = Folder::new();
    let mut desk = folder.acme(ADERESO);
    desk.record_events(NINE, &silent("4711", NINE)).expect("receipts");
    let up = NINE + 70 * MINUTE;
    let (mut now, mut tries, mut done_at) = (NINE, 0, Vec::new());
    while let Some(next) = desk.next_instant() {
        now = now.max(next);
        desk.poll_due(now, 10).expect("a look");
        for delivery in desk.claim_deliveries(now, 10).expect("deliveries") {
            tries += 1;
            let outcome = if now < up {
                DeliveryOutcome::Retry("connection refused".into())
            } else {
                done_at.push((now, delivery.key.clone()));
                DeliveryOutcome::Done
            };
            let report =
                DeliveryReport { account: "acme".into(), key: delivery.key, at: now, outcome };
            desk.record_deliveries(now, &[report]).expect("a report");
        }
    }
    let steps: Vec<_> = done_at.iter().map(|(_, key)| key.rsplit('/').next().unwrap()).collect();
    assert_eq!(steps, ["reminder-1", "reminder-2", "reminder-3", "close"]);
    assert!((10..40).contains(&tries), "{tries}");
    let (third, close) = (done_at[2].0, done_at[3].0);
    assert!(close - third >= MINUTE, "the promised gap");
}

/// As `tests/scenarios/limits.md` has it: one message a day, whatever the ticket.
const ONE_A_DAY: &str = r#"{ "version": "1", "language": "en", "budget": { "per-day": 1 }, "rules": [
    { "departments": ["soporte"], "close-after": "60 h",
      "reminders": [{ "after": "1 h", "text": "Soporte" }] },
    { "departments": ["ventas"], "close-after": "4 h",
      "reminders": [{ "after": "2 h", "text": "Ventas" }] } ] }"#;

/// A ticket of Eva's, by mail, answered at an instant.
fn of_eva(ticket: &str, department: &str, at: Instant) -> Vec<Incoming> {
    let facts = json!({ "channel": "email", "department": department, "locale": "es",
                        "more": { "customer.id": "eva" } });
    let mut rows = silent(ticket, at);
    rows[0].row.facts = Some(facts);
    rows
}

#[test]
fn two_tickets_of_one_customer_share_what_may_be_sent_on_a_day() {
    let folder = Folder::new();
    let mut desk = folder.acme(ONE_A_DAY);
    desk.record_events(NINE, &of_eva("77", "soporte", NINE)).expect("receipts");
    desk.record_events(NINE, &of_eva("78", "ventas", NINE)).expect("receipts");
    let (ten, eleven) = (NINE + HOUR, NINE + 2 * HOUR);
    desk.poll_due(ten, 10).expect("a look");
    let sent = desk.claim_deliveries(ten, 10).expect("deliveries");
    assert_eq!(sent.iter().map(|d| d.key.as_str()).collect::<Vec<_>>(), ["77/1/reminder-1"]);
    desk.record_deliveries(ten, &[done("acme", "77/1/reminder-1", ten)]).expect("a report");
    for ticket in ["77", "78"] {
        let told = desk.query_ticket("acme", ticket).expect("a ticket").ticket.sent_to_customer;
        assert_eq!(told, Some(vec![ten]), "{ticket}");
    }
    // Ventas waits for tomorrow, in the ticket's zone; and so does a ticket that comes later.
    desk.record_events(ten, &of_eva("79", "ventas", ten)).expect("receipts");
    for now in [eleven, ten + 2 * HOUR] {
        desk.poll_due(now, 10).expect("a look");
        assert_eq!(desk.claim_deliveries(now, 10).expect("deliveries"), [], "{now}");
    }
    // Not at midnight, but at the time of day at which each was due.
    let tomorrow = 24 * HOUR;
    for (ticket, due) in [("78", eleven + tomorrow), ("79", ten + 2 * HOUR + tomorrow)] {
        let standing = desk.query_ticket("acme", ticket).expect("a ticket");
        assert_eq!(standing.due, Some(due), "{ticket}");
        assert_eq!(standing.ticket.sent_to_customer, Some(vec![ten]), "{ticket}");
    }
    // By then both are due, and only one of them goes out: the other one sees it.
    let midday = ten + 2 * HOUR + tomorrow;
    desk.poll_due(midday, 10).expect("a look");
    let sent = desk.claim_deliveries(midday, 10).expect("deliveries");
    assert_eq!(sent.len(), 1, "{sent:?}");
    assert_eq!(desk.claim_deliveries(midday, 10).expect("deliveries"), []);
    desk.record_deliveries(midday, &[done("acme", &sent[0].key, midday)]).expect("a report");
    assert!(desk.next_delivery().is_some_and(|at| at <= midday), "the other one is looked at");
    assert_eq!(desk.claim_deliveries(midday, 10).expect("deliveries"), []);
    for ticket in ["77", "78", "79"] {
        assert!(desk.query_consistency("acme", ticket).expect("a journal"), "{ticket}");
    }
}

#[test]
fn a_ticket_goes_on_from_the_one_it_was_transferred_from() {
    let folder = Folder::new();
    let mut desk = folder.acme(ADERESO);
    desk.record_events(NINE, &silent("T1", NINE)).expect("receipts");
    let ten_past = NINE + 10 * MINUTE;
    desk.poll_due(ten_past, 10).expect("a look");
    desk.claim_deliveries(ten_past, 10).expect("deliveries");
    desk.record_deliveries(ten_past, &[done("acme", "T1/1/reminder-1", ten_past)])
        .expect("a report");

    let facts = Row::facts("T2", ten_past, json!({ "agent": "Leo" }));
    let gone = Row::facts("T1", ten_past, json!({ "status": "other:transferred" }));
    let rows = [Incoming::new("acme", facts).continuing("T1"), Incoming::new("acme", gone)];
    desk.record_events(ten_past, &rows).expect("receipts");
    let standing = desk.query_ticket("acme", "T2").expect("a ticket");
    assert_eq!(
        (standing.due, standing.next_step),
        (Some(ten_past + MINUTE), Some(Step::Reminder(2)))
    );
    assert_eq!(standing.ticket.status, TicketStatus::Open);
    assert_eq!(standing.ticket.locale.as_deref(), Some("es"), "what is known of the customer");
    assert_eq!(standing.ticket.agent.as_deref(), Some("Leo"));
    assert_eq!(desk.query_ticket("acme", "T1").expect("a ticket").due, None);
    // The journal alone makes it anew, also once the other one is deleted.
    drop(desk);
    let mut desk = folder.desk();
    assert!(desk.query_consistency("acme", "T2").expect("a journal"));
    assert_eq!(desk.delete_inactive_tickets(ten_past + 1, 10).expect("deleted"), 1);
    assert!(desk.query_consistency("acme", "T2").expect("a journal"));
    let done = run(&mut desk, NINE + HOUR);
    let steps: Vec<_> = done.iter().map(|(_, key)| key.as_str()).collect();
    assert_eq!(steps, ["T2/1/reminder-2", "T2/1/reminder-3", "T2/1/close"]);

    // What has begun already goes on from nothing, and an unknown one is no error.
    let late = Row::facts("T2", ten_past, json!({ "agent": "Ana" }));
    desk.record_events(ten_past, &[Incoming::new("acme", late).continuing("T9")])
        .expect("receipts");
    let new = Row::facts("T3", ten_past, json!({ "channel": "sms" }));
    desk.record_events(ten_past, &[Incoming::new("acme", new).continuing("T9")]).expect("receipts");
    assert!(desk.query_consistency("acme", "T3").expect("a journal"));
}

#[test]
fn what_was_on_its_way_when_a_ticket_was_transferred_counts_for_the_new_one() {
    let reminder =
        |ticket: &str| ActionKey { ticket: ticket.into(), cycle: 1, step: Step::Reminder(1) };
    for fails in [false, true] {
        let folder = Folder::new();
        let mut desk = folder.acme(ADERESO);
        desk.record_events(NINE, &silent("T1", NINE)).expect("receipts");
        let now = NINE + 10 * MINUTE;
        desk.poll_due(now, 10).expect("a look");
        assert_eq!(desk.claim_deliveries(now, 10).expect("deliveries").len(), 1);
        for (from, to) in [("T1", "T2"), ("T2", "T3")] {
            let new = Row::facts(to, now, json!({ "agent": "Leo" }));
            let gone = Row::facts(from, now, json!({ "status": "other:transferred" }));
            let rows = [Incoming::new("acme", new).continuing(from), Incoming::new("acme", gone)];
            desk.record_events(now, &rows).expect("receipts");
        }
        // It is due for the new one as well, and waits: the customer is the same.
        desk.poll_due(now, 10).expect("a look");
        assert_eq!(desk.query_ticket("acme", "T3").expect("a ticket").outbox.len(), 1);
        assert_eq!(desk.claim_deliveries(now, 10).expect("deliveries"), []);
        desk.record_deliveries(now + 1, &[done("acme", "T1/1/reminder-1", now + 1)])
            .expect("a report");
        let standing = desk.query_ticket("acme", "T3").expect("a ticket");
        assert_eq!(standing.next_step, Some(Step::Reminder(2)), "the first one was sent");
        assert!(standing.outbox.is_empty(), "{standing:?}");
        if fails {
            let failure = Failure { key: reminder("T1"), kind: FailureKind::Blocked };
            let failed = happening("T1", Happening::Failed(failure), now + SECOND);
            desk.record_events(now + SECOND, &[failed]).expect("receipts");
            let standing = desk.query_ticket("acme", "T3").expect("a ticket");
            assert_eq!(standing.due, None, "who has blocked us is left alone");
        }
        for ticket in ["T1", "T2", "T3"] {
            assert!(desk.query_consistency("acme", ticket).expect("a journal"), "{ticket}");
        }
    }
}

#[test]
fn a_busy_account_has_no_more_on_their_way_than_it_may() {
    let folder = Folder::new();
    let mut desk = folder.acme(ADERESO);
    desk.open_account(NINE, "tiny", "test").expect("an account");
    desk.save_policy(NINE, "tiny", ADERESO, None, "test").expect("a policy");
    for n in 0..40 {
        desk.record_events(NINE, &silent(&format!("B{n}"), NINE)).expect("receipts");
    }
    let tiny: Vec<_> = silent("small", NINE + SECOND)
        .into_iter()
        .map(|incoming| Incoming { account: "tiny".into(), ..incoming })
        .collect();
    desk.record_events(NINE, &tiny).expect("receipts");
    let now = NINE + 11 * MINUTE;
    while desk.poll_due(now, 100).expect("a look").more {}
    let mut handed_out = Vec::new();
    let mut calls = 0;
    while desk.next_delivery().is_some_and(|at| at <= now) {
        handed_out.extend(desk.claim_deliveries_per_account(now, 8, 3).expect("deliveries"));
        calls += 1;
        assert!(calls < 10, "nobody is to ask in circles");
    }
    let of = |account: &str| handed_out.iter().filter(|d| d.account == account).count();
    assert_eq!((of("acme"), of("tiny")), (3, 1));
    // A report makes room for one more.
    desk.record_deliveries(now, &[done("acme", &handed_out[0].key, now)]).expect("a report");
    assert!(desk.next_delivery().is_some_and(|at| at <= now));
    assert_eq!(desk.claim_deliveries_per_account(now, 8, 3).expect("deliveries").len(), 1);
    assert_eq!(desk.claim_deliveries_per_account(now, 8, 3).expect("deliveries").len(), 0);
    assert!(desk.next_delivery().is_some_and(|at| at > now));
}

#[test]
fn a_receiver_that_names_a_time_is_waited_for_within_limits() {
    let folder = Folder::new();
    let options = Options { longest_retry_after: 600_000, ..Options::default() };
    let mut desk = folder.desk_with(options);
    begin(&mut desk, ADERESO);
    desk.record_events(NINE, &silent("4711", NINE)).expect("receipts");
    let mut now = NINE + 10 * MINUTE;
    desk.poll_due(now, 10).expect("a look");
    for (pause, expected) in [(90_000, 90 * SECOND), (u64::MAX, 10 * MINUTE), (0, 2 * SECOND)] {
        let delivery = desk.claim_deliveries(now, 10).expect("deliveries").remove(0);
        let outcome = DeliveryOutcome::RetryAfter { why: "429".into(), pause };
        let report = DeliveryReport { account: "acme".into(), key: delivery.key, at: now, outcome };
        assert_eq!(desk.record_deliveries(now, &[report]).expect("a report").retried, 1);
        let next = desk.query_ticket("acme", "4711").expect("a ticket").outbox[0].next;
        if pause == 0 {
            // Its own pause: between half and all of what was doubled twice.
            assert!((expected..=2 * expected).contains(&(next - now)), "{}", next - now);
        } else {
            assert_eq!(next - now, expected);
        }
        now = next;
    }
    let counts: Vec<_> = desk.counts().collect();
    assert_eq!(counts, [("acme", Counts { retried: 3, ..Counts::default() })]);
}

#[test]
fn a_failure_told_from_elsewhere_is_the_failure_of_that_action() {
    let folder = Folder::new();
    let mut desk = folder.acme(ADERESO);
    desk.record_events(NINE, &silent("4711", NINE)).expect("receipts");
    let now = NINE + 10 * MINUTE;
    desk.poll_due(now, 10).expect("a look");
    let delivery = desk.claim_deliveries(now, 10).expect("deliveries").remove(0);
    let key = ActionKey { ticket: "4711".into(), cycle: 1, step: Step::Reminder(1) };
    let failure = Failure { key, kind: FailureKind::Blocked };
    desk.record_events(now, &[happening("4711", Happening::Failed(failure), now)])
        .expect("receipts");
    // The report that the receiver accepted it comes late, and does not make it done.
    let settled =
        desk.record_deliveries(now, &[done("acme", &delivery.key, now)]).expect("a report");
    assert_eq!((settled.done, settled.stale), (0, 1));
    let timeline = desk.query_timeline("acme", "4711").expect("a timeline");
    assert!(!timeline.iter().any(|entry| {
        entry.row.as_ref().is_some_and(|row| row.to_string().contains("carried-out"))
    }));
    let (_, counts) = desk.counts().next().expect("an account");
    assert_eq!((counts.done, counts.given_up), (0, 1));
    assert!(desk.query_consistency("acme", "4711").expect("a journal"));
}

#[test]
fn what_is_told_as_done_from_elsewhere_is_done_once() {
    let folder = Folder::new();
    let mut desk = folder.acme(ADERESO);
    desk.record_events(NINE, &silent("4711", NINE)).expect("receipts");
    let now = NINE + 10 * MINUTE;
    desk.poll_due(now, 10).expect("a look");
    let delivery = desk.claim_deliveries(now, 10).expect("deliveries").remove(0);
    let key = ActionKey { ticket: "4711".into(), cycle: 1, step: Step::Reminder(1) };
    let told = Row::event("4711", Event::carried_out(key, now));
    desk.record_events(now, &[Incoming::new("acme", told)]).expect("receipts");
    desk.record_deliveries(now, &[done("acme", &delivery.key, now)]).expect("a report");
    let standing = desk.query_ticket("acme", "4711").expect("a ticket");
    assert!(standing.outbox.is_empty(), "{standing:?}");
    let timeline = desk.query_timeline("acme", "4711").expect("a timeline");
    let told = timeline.iter().filter(|entry| {
        entry.row.as_ref().is_some_and(|row| row.to_string().contains("carried-out"))
    });
    assert_eq!(told.count(), 1);
    assert_eq!(desk.counts().map(|(_, counts)| counts.done).sum::<u64>(), 1);
    assert_eq!(desk.delivery_lateness().count, 1);
}

#[test]
fn what_was_offered_last_is_known() {
    let policy = r#"{ "version": "1", "language": "en", "rules": [ { "departments": "any",
        "close-after": "15 min", "reminders": [ { "after": "10 min", "text": "Still there?",
        "quick-replies": [ { "text": "Yes", "effect": "continue" } ] } ] } ] }"#;
    let folder = Folder::new();
    let mut desk = folder.acme(policy);
    desk.record_events(NINE, &silent("4711", NINE)).expect("receipts");
    assert_eq!(desk.query_quick_replies("acme", "4711", 50).expect("none"), []);
    assert_eq!(run(&mut desk, NINE + 10 * MINUTE).len(), 1);
    desk.record_events(NINE + 11 * MINUTE, &[opened("4711", NINE)]).expect("receipts");
    let offered = desk.query_quick_replies("acme", "4711", 50).expect("some");
    assert_eq!(offered.iter().map(|reply| reply.title.as_str()).collect::<Vec<_>>(), ["Yes"]);
}
