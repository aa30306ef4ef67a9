//! The desk as a host sees it: taken in, woken, delivered, closed; and whatever comes between.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that is wrong fails"
)]

mod support;

use despertador_desk::store::Store;
use despertador_desk::{Desk, Outcome, Receipt, Report};
use despertador_host::contract::{Author, Instant};
use support::{ADERESO, Folder, HOUR, MINUTE, NINE, SECOND, done, silent, words};

/// Lets time pass until an instant: looks, delivers at once, and says what was done and when.
fn run<S: Store>(desk: &mut Desk<S>, until: Instant) -> Vec<(Instant, String)> {
    let mut now = NINE;
    let mut carried_out = Vec::new();
    while let Some(next) = desk.next_instant().filter(|next| *next <= until) {
        now = now.max(next);
        desk.wake(now, 100).expect("a look");
        for delivery in desk.deliveries(now, 100).expect("deliveries") {
            carried_out.push((now - NINE, delivery.key.clone()));
            let report = done(&delivery.account, &delivery.key, now);
            desk.delivered(now, &[report]).expect("a report");
        }
    }
    carried_out
}

#[test]
fn a_silent_customer_is_reminded_and_the_ticket_is_closed() {
    let folder = Folder::new();
    let mut desk = folder.acme(ADERESO);
    let receipts = desk.take(NINE, &silent("4711", NINE)).expect("receipts");
    assert!(receipts.iter().all(|receipt| matches!(receipt, Receipt::Heard(_))), "{receipts:?}");
    let done = run(&mut desk, NINE + HOUR);
    let expected = [
        (10 * MINUTE, "4711/1/reminder-1".to_owned()),
        (11 * MINUTE, "4711/1/reminder-2".into()),
        (14 * MINUTE, "4711/1/reminder-3".into()),
        (15 * MINUTE, "4711/1/close".into()),
    ];
    assert_eq!(done, expected);
    assert_eq!(desk.next_instant(), None);
    assert!(desk.is_as_journal_says("acme", "4711").expect("a journal"));
    let row = desk.tickets("acme", &Default::default());
    assert!(row.is_ok());
    let standing = desk.standing("acme", "4711").expect("a ticket");
    assert!(standing.outbox.is_empty() && standing.due.is_none(), "{standing:?}");
}

#[test]
fn a_reply_that_comes_meanwhile_withdraws_what_was_due() {
    let folder = Folder::new();
    let mut desk = folder.acme(ADERESO);
    desk.take(NINE, &silent("4711", NINE)).expect("receipts");
    let due = NINE + 10 * MINUTE;
    desk.wake(due, 10).expect("a look");
    assert_eq!(desk.standing("acme", "4711").expect("a ticket").outbox.len(), 1);
    desk.take(due + 1, &[words("4711", Author::Customer, "c2", due + 1)]).expect("a reply");
    assert_eq!(desk.deliveries(due + 2, 10).expect("deliveries"), []);
    assert!(desk.standing("acme", "4711").expect("a ticket").outbox.is_empty());
    let timeline = desk.timeline("acme", "4711").expect("a timeline");
    assert!(timeline.iter().any(|entry| entry.kind.word() == "withdrawn"), "{timeline:?}");
}

#[test]
fn an_event_is_taken_in_once() {
    let folder = Folder::new();
    let mut desk = folder.acme(ADERESO);
    desk.take(NINE, &silent("4711", NINE)).expect("receipts");
    let again = desk.take(NINE + SECOND, &silent("4711", NINE)).expect("receipts");
    assert_eq!(again, [Receipt::Again, Receipt::Again, Receipt::Again]);
    drop(desk);
    let mut desk = folder.desk();
    let twice = [
        words("4711", Author::Customer, "c2", NINE + SECOND),
        words("4711", Author::Customer, "c2", NINE + SECOND),
        words("4711", Author::Agent, "4711-a1", NINE + SECOND),
    ];
    let receipts = desk.take(NINE + SECOND, &twice).expect("receipts");
    assert!(matches!(receipts.as_slice(), [Receipt::Heard(_), Receipt::Again, Receipt::Again]));
}

#[test]
fn a_receiver_that_is_down_for_an_hour_gets_everything_in_order_and_once() {
    let folder = Folder::new();
    let mut desk = folder.acme(ADERESO);
    desk.take(NINE, &silent("4711", NINE)).expect("receipts");
    let up = NINE + 70 * MINUTE;
    let (mut now, mut tries, mut done_at) = (NINE, 0, Vec::new());
    while let Some(next) = desk.next_instant() {
        now = now.max(next);
        desk.wake(now, 10).expect("a look");
        for delivery in desk.deliveries(now, 10).expect("deliveries") {
            tries += 1;
            let outcome = if now < up {
                Outcome::Retry("connection refused".into())
            } else {
                done_at.push((now, delivery.key.clone()));
                Outcome::Done
            };
            let report = Report { account: "acme".into(), key: delivery.key, at: now, outcome };
            desk.delivered(now, &[report]).expect("a report");
        }
    }
    let steps: Vec<_> = done_at.iter().map(|(_, key)| key.rsplit('/').next().unwrap()).collect();
    assert_eq!(steps, ["reminder-1", "reminder-2", "reminder-3", "close"]);
    assert!((10..40).contains(&tries), "{tries}");
    let (third, close) = (done_at[2].0, done_at[3].0);
    assert!(close - third >= MINUTE, "the promised gap");
}
