//! A Chatwoot that loses every third post, doubles, reorders and answers late: nobody who wrote is
//! closed.
//!
//! A short form runs with the other tests. The long one, 10⁵ conversations on a simulated clock:
//!
//! ```sh
//! CONVERSATIONS=100000 SEED=1 cargo test --release -p despertador-connect --test lossy -- --nocapture
//! ```
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that is wrong fails, and the long form says what it has covered"
)]

mod support;

use std::collections::BTreeMap;

use despertador_connect::Request;
use despertador_contract::Instant;
use despertador_fakes::{FakeChatwoot, Faults, Who};
use serde_json::Value;
use support::{Beside, MINUTE, NINE, SECOND};

/// What goes wrong.
const FAULTS: Faults = Faults { drop: 3, double: 5, reorder: 7, late: 11, busy: 97 };

/// New conversations a minute.
const ARRIVALS: i64 = 60;

/// Looks at each request before it is carried out: a close must follow a reminder without an answer.
fn nobody_who_wrote_is_closed(chatwoot: &FakeChatwoot, now: Instant, request: &Request) {
    let is_close = request.body.as_ref().is_some_and(|body| body["status"] == "resolved");
    let Some(path) = request.url.split("/conversations/").nth(1).filter(|_| is_close) else {
        return;
    };
    let conversation: i64 = path.split('/').next().unwrap().parse().unwrap();
    if chatwoot.status(conversation) == Some("resolved") {
        return;
    }
    let messages = chatwoot.messages(conversation);
    let position = |is: fn(&Value) -> bool| messages.iter().rposition(is);
    let customer = position(|it| it["message_type"] == 0);
    let agent = position(|it| it["sender"]["id"] == 7);
    let reminder = position(|it| it["content"] == "¿Sigues ahí?");
    let said = || format!("conversation {conversation} at {now}: {messages:#?}");
    assert!(customer < agent, "the customer waits for an answer: {}", said());
    assert!(agent < reminder, "nobody was warned: {}", said());
    let warned = messages[reminder.unwrap()]["created_at"].as_i64().unwrap() * SECOND;
    assert!(now - warned >= 5 * MINUTE - SECOND, "the warning was too short: {}", said());
}

/// Who writes next, and when.
type Plan = BTreeMap<Instant, Vec<(i64, Who)>>;

fn plan(conversations: i64, seed: u64) -> Plan {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut plan = Plan::new();
    for conversation in 1..=conversations {
        let mut at = NINE + conversation * MINUTE / ARRIVALS + random.i64(0..MINUTE);
        for _ in 0..random.u8(1..4) {
            plan.entry(at).or_default().push((conversation, Who::Customer));
            at += random.i64(1..20 * MINUTE);
            plan.entry(at).or_default().push((conversation, Who::Agent));
            // Often shortly before or after the reminder, or the close.
            at += match random.u8(0..4) {
                0 => 10 * MINUTE + random.i64(-20 * SECOND..20 * SECOND),
                1 => 15 * MINUTE + random.i64(-20 * SECOND..20 * SECOND),
                _ => random.i64(1..40 * MINUTE),
            };
        }
        // Half of them end with the customer.
        if random.bool() {
            plan.entry(at).or_default().push((conversation, Who::Customer));
        }
    }
    plan
}

#[test]
fn nobody_who_wrote_is_closed_by_a_chatwoot_that_loses_a_third() {
    let number = |name: &str, otherwise| {
        std::env::var(name).map_or(otherwise, |text| text.parse().expect("a number"))
    };
    let (conversations, seed) = (number("CONVERSATIONS", 150), number("SEED", 1));
    let mut beside = Beside::with(FAULTS, nobody_who_wrote_is_closed);
    let mut plan = plan(i64::try_from(conversations).unwrap(), seed);
    let mut now = NINE;
    let end = *plan.keys().last().unwrap() + 60 * MINUTE;
    let mut customer_last: BTreeMap<i64, bool> = BTreeMap::new();
    while now < end {
        let acts = plan.first_key_value().map(|(at, _)| *at);
        let desk = beside.desk.next_instant().map(|at| at.max(now + 1));
        let sweep = beside.connector.next_sweep().map(|at| at.max(now + 1));
        now = [acts, desk, sweep, Some(end)].into_iter().flatten().min().unwrap();
        for (conversation, who) in plan.remove(&now).unwrap_or_default() {
            customer_last.insert(conversation, who == Who::Customer);
            beside.fake().write(now, conversation, who, "…");
        }
        beside.settle(now);
        if beside.connector.next_sweep().is_some_and(|at| at <= now) {
            beside.sweep(now);
            beside.settle(now);
        }
    }
    let fake = beside.fake();
    let closed = |id: &i64| fake.status(*id) == Some("resolved");
    let (mut left_open, mut wrongly_closed, mut reminders) = (0, 0, 0);
    for (id, customer) in &customer_last {
        reminders += fake.ours(*id).iter().filter(|text| **text == "¿Sigues ahí?").count();
        match (closed(id), customer) {
            (true, true) => wrongly_closed += 1,
            (false, false) => left_open += 1,
            _ => {}
        }
    }
    let all = customer_last.keys().filter(|id| closed(id)).count();
    println!(
        "{conversations} conversations, seed {seed}: {all} closed, {reminders} reminders, {} posts lost",
        fake.lost()
    );
    assert_eq!(wrongly_closed, 0);
    assert_eq!(left_open, 0, "everybody who stayed silent was closed in the end");
    assert!(fake.lost() > 0 && all > 0 && reminders >= all);
}
