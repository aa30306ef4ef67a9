//! Blip's posts are recorded once, in the right ticket, in any order.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that is wrong fails"
)]

mod support;

use despertador_blip::{Answer, BlipSource, TICKET_FACT, read};
use despertador_contract::event_log::Row;
use despertador_contract::{Instant, Step, TicketStatus};
use despertador_desk::runtime::{Runtime, RuntimeOptions, SystemClock};
use despertador_desk::sink::LogSink;
use despertador_desk::store::{Query, Sqlite};
use despertador_desk::{DeliveryOutcome, DeliveryReport, Desk, Incoming, ManualChange, Receipt};
use serde_json::{Value, json};
use support::{
    ANA, AT_DESK, BOT, CUSTOMER, Folder, MINUTE, NINE, SECOND, TICKET, answered, source, text,
    ticket,
};

/// Posts a body.
fn posts(desk: &mut Desk<Sqlite>, source: &BlipSource, now: Instant, body: &Value) -> Vec<Answer> {
    source.receive_at(desk, now, read(&body.to_string())).expect("answers")
}

/// Posts one envelope.
fn post(desk: &mut Desk<Sqlite>, source: &BlipSource, now: Instant, body: &Value) -> Answer {
    let mut answers = posts(desk, source, now, body);
    assert_eq!(answers.len(), 1, "{body}");
    answers.remove(0)
}

fn heard(answer: &Answer) -> bool {
    matches!(answer, Answer::Taken { receipts, .. }
        if receipts.iter().all(|receipt| matches!(receipt, Receipt::Recorded(_))))
}

fn ignored(answer: &Answer) -> &str {
    match answer {
        Answer::Ignored { why, .. } => why,
        other => panic!("{other:?}"),
    }
}

/// A desk where the customer has been answered, at two past nine.
fn waiting(folder: &Folder) -> (Desk<Sqlite>, BlipSource) {
    let (mut desk, source) = (folder.desk(), source());
    for (seconds, envelope) in answered() {
        let answer = post(&mut desk, &source, NINE + seconds * SECOND, &envelope);
        assert!(heard(&answer), "{envelope}: {answer:?}");
    }
    (desk, source)
}

fn hand_out(desk: &mut Desk<Sqlite>, now: Instant) -> String {
    desk.poll_due(now, 10).expect("a look");
    desk.claim_deliveries(now, 10).expect("deliveries").remove(0).key
}

fn report(desk: &mut Desk<Sqlite>, now: Instant, key: &str, outcome: DeliveryOutcome) {
    let report = DeliveryReport { account: "acme".into(), key: key.into(), at: now, outcome };
    desk.record_deliveries(now, &[report]).expect("a report");
}

/// The number of a ticket's events, and when it is due.
fn progress(desk: &mut Desk<Sqlite>, ticket: &str) -> (usize, Option<i64>) {
    let (due, _) = aim(desk, ticket);
    (desk.query_timeline("acme", ticket).expect("a timeline").len(), due)
}

fn aim(desk: &mut Desk<Sqlite>, ticket: &str) -> (Option<i64>, Option<Step>) {
    let standing = desk.query_ticket("acme", ticket).expect("a ticket");
    (standing.due.map(|due| (due - NINE) / MINUTE), standing.next_step)
}

#[test]
fn a_conversation_told_by_blip_is_followed_and_kept() {
    let folder = Folder::new();
    let (mut desk, _) = waiting(&folder);
    assert_eq!(aim(&mut desk, "t-1"), (Some(12), Some(Step::Reminder(1))));
    let facts = desk.query_ticket("acme", "t-1").expect("a ticket").ticket;
    assert_eq!(facts.department.as_deref(), Some("Soporte"));
    assert_eq!(facts.agent.as_deref(), Some("ana@acme.com"));
    let more = facts.more.expect("facts");
    let fact = |name: &str| more.iter().find(|(known, _)| known == name).map(|(_, v)| v.as_str());
    assert_eq!(fact("customer.id"), Some(CUSTOMER));
    let kept: Value = serde_json::from_str(fact(TICKET_FACT).unwrap()).expect("JSON");
    assert_eq!((&kept["status"], &kept["sequentialId"]), (&json!("Open"), &json!(7)));
    assert_eq!(kept.get("customerInput"), None, "what somebody wrote is not kept twice");
    assert!(desk.query_consistency("acme", "t-1").expect("a journal"));
}

#[test]
fn whatever_is_posted_again_is_taken_once() {
    let folder = Folder::new();
    let (mut desk, source) = waiting(&folder);
    let entries = desk.query_timeline("acme", "t-1").expect("a timeline").len();
    // Including forwarded messages, and ones older than the known state.
    let mut again = answered();
    let mut passed_on = text("fwd:a1", BOT, "¿Puede reiniciar el equipo?");
    passed_on["to"] = json!(CUSTOMER);
    again.push((0, passed_on));
    for (_, envelope) in again {
        let answer = post(&mut desk, &source, NINE + 3 * MINUTE, &envelope);
        let once = match &answer {
            Answer::Ignored { .. } => true,
            Answer::Taken { receipts, .. } => receipts.iter().all(|r| *r == Receipt::Duplicate),
            _ => false,
        };
        assert!(once, "{envelope}: {answer:?}");
    }
    assert_eq!(desk.query_timeline("acme", "t-1").expect("a timeline").len(), entries);
    assert_eq!(aim(&mut desk, "t-1"), (Some(12), Some(Step::Reminder(1))));
}

#[test]
fn a_list_is_taken_in_order_and_one_that_is_wrong_holds_up_nobody() {
    let folder = Folder::new();
    let (mut desk, source) = (folder.desk(), source());
    let mut list: Vec<Value> = answered().into_iter().map(|(_, envelope)| envelope).collect();
    list.insert(1, json!(5));
    let other = ticket(&json!({ "id": "t-9", "status": "Open", "sequentialId": 9,
        "customerIdentity": "eva@0mn.io", "customerDomain": "0mn.io", "agentIdentity": ANA }));
    list.insert(3, other);
    let answers = posts(&mut desk, &source, NINE + 2 * MINUTE, &json!(list));
    let shapes: Vec<_> = answers
        .iter()
        .map(|answer| match answer {
            Answer::Taken { ticket, .. } => ticket.clone(),
            Answer::Refused { place, .. } => place.clone(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(shapes, ["t-1", "/1", "t-1", "t-9", "t-1", "t-1"]);
    assert_eq!(aim(&mut desk, "t-1"), (Some(12), Some(Step::Reminder(1))));
    assert_eq!(answers[1].to_json()["answer"], "refused");
}

#[test]
fn who_has_no_ticket_is_left_to_the_bot() {
    let folder = Folder::new();
    let (mut desk, source) = (folder.desk(), source());
    let typing = json!({ "from": CUSTOMER, "to": BOT,
        "type": "application/vnd.lime.chatstate+json", "content": { "state": "composing" } });
    let command = json!({ "id": "1", "from": ANA, "to": "postmaster@desk.msging.net",
        "method": "set", "uri": "/tickets/t-77/pause-inactivity" });
    let receipt = json!({ "id": "m7", "from": CUSTOMER, "to": BOT, "event": "received" });
    for (envelope, expected) in [
        (text("m1", CUSTOMER, "oi"), "the customer has no ticket; it counts if"),
        (typing, "the customer has no ticket"),
        (command, "the ticket is not known here"),
        (receipt, "a receipt of what somebody else sent"),
        (json!({ "state": "established" }), "it is not a message, notification or command"),
    ] {
        let answer = post(&mut desk, &source, NINE, &envelope);
        assert!(ignored(&answer).starts_with(expected), "{answer:?}");
    }
    assert_eq!(desk.query_tickets("acme", &Default::default()).map(|rows| rows.len()), Ok(0));
}

#[test]
fn what_comes_before_its_ticket_counts_once_the_ticket_is_there() {
    let folder = Folder::new();
    let (mut desk, source) = (folder.desk(), source());
    let mut backwards = answered();
    backwards.reverse();
    // The answer, the ticket as Ana took it, what the customer asked, and the ticket before.
    for (_, envelope) in backwards {
        post(&mut desk, &source, NINE + 2 * MINUTE, &envelope);
    }
    let log = desk.query_event_log("acme", "t-1").expect("a log");
    assert!(log.contains("\"a1\"") && log.contains("\"m1\""), "{log}");
    // The same if the desk names only the ticket.
    let by_ticket = text("a5", "t-5@desk.msging.net/Webhook", "¿Sigue ahí?");
    assert!(ignored(&post(&mut desk, &source, NINE, &by_ticket)).contains("it counts if"));
    let fifth = ticket(&json!({ "id": "t-5", "sequentialId": 15, "status": "Open",
        "customerIdentity": "leo@0mn.io" }));
    post(&mut desk, &source, NINE, &fifth);
    assert!(desk.query_event_log("acme", "t-5").expect("a log").contains("\"a5\""));
    // Messages that are not soon followed by a ticket were for the bot.
    let eva = "eva@0mn.io";
    post(&mut desk, &source, NINE, &text("e1", eva, "oi"));
    let hers = ticket(&json!({ "id": "t-2", "sequentialId": 8, "status": "Open",
        "customerIdentity": eva }));
    post(&mut desk, &source, NINE + 3 * MINUTE, &hers);
    assert!(!desk.query_event_log("acme", "t-2").expect("a log").contains("\"e1\""));
}

#[test]
fn a_customer_cannot_write_into_the_ticket_of_another() {
    let folder = Folder::new();
    let (mut desk, source) = waiting(&folder);
    let eva = "eva@0mn.io";
    let forged = text("despertador.t-1.1.reminder-1.message", eva, "hola");
    assert!(ignored(&post(&mut desk, &source, NINE + 3 * MINUTE, &forged)).contains("no ticket"));
    let mut told = ticket(&json!({ "status": "ClosedAttendant" }));
    told["from"] = json!(eva);
    let answer = post(&mut desk, &source, NINE + 3 * MINUTE, &told);
    assert!(matches!(&answer, Answer::Refused { inbound: None, .. }), "{answer:?}");
    let facts = desk.query_ticket("acme", "t-1").expect("a ticket").ticket;
    assert_eq!(facts.status, TicketStatus::Open, "{answer:?}");
}

#[test]
fn a_transferred_ticket_goes_on_as_another_with_its_memory() {
    // The old one's last message comes before the new one's first, after it, or never.
    for (new_first, last_word) in [(false, true), (true, true), (true, false)] {
        let folder = Folder::new();
        let (mut desk, source) = waiting(&folder);
        let now = NINE + 12 * MINUTE;
        let key = hand_out(&mut desk, now);
        report(&mut desk, now, &key, DeliveryOutcome::Done);
        assert_eq!(aim(&mut desk, "t-1"), (Some(17), Some(Step::Close)));
        let mut more = desk.query_ticket("acme", "t-1").expect("one").ticket.more.expect("facts");
        more.push(("customer.name".into(), "Eva".into()));
        let more: serde_json::Map<_, _> = more.into_iter().map(|(n, v)| (n, v.into())).collect();
        let named = Row::facts("t-1", now, json!({ "more": more }));
        desk.record_events(now, &[Incoming::new("acme", named)]).expect("a receipt");
        let old = ticket(&json!({ "status": "Transferred", "closed": true,
            "statusDate": "2026-03-02T09:13:00Z", "agentIdentity": ANA }));
        let new = ticket(&json!({ "id": "t-2", "sequentialId": 8, "parentSequentialId": 7,
            "status": "Open", "agentIdentity": "leo%40acme.com@blip.ai", "team": "Ventas",
            "storageDate": "2026-03-02T09:13:00Z", "statusDate": "2026-03-02T09:13:00Z" }));
        let both = if new_first { [&new, &old] } else { [&old, &new] };
        for envelope in both.into_iter().take(if last_word { 2 } else { 1 }) {
            let answer = post(&mut desk, &source, NINE + 13 * MINUTE, envelope);
            assert!(
                heard(&answer) || new_first && matches!(answer, Answer::Ignored { .. }),
                "{answer:?}"
            );
        }
        assert_eq!(aim(&mut desk, "t-1"), (None, None), "its clock has gone");
        assert_eq!(aim(&mut desk, "t-2"), (Some(17), Some(Step::Close)), "{new_first}");
        assert!(desk.query_consistency("acme", "t-2").expect("a journal"));
        let more = desk.query_ticket("acme", "t-2").expect("a ticket").ticket.more.expect("facts");
        assert!(more.contains(&("customer.name".into(), "Eva".into())), "{more:?}");
        let kept = more.iter().find(|(name, _)| name == TICKET_FACT).expect("a document");
        assert!(kept.1.contains("t-2") && !more.iter().any(|(name, _)| name == "continued-by"));
        // A reminder that fails later is no warning for the new one either.
        let failed = json!({ "id": "despertador.t-1.1.reminder-1.message", "from": CUSTOMER,
            "to": BOT, "event": "failed", "reason": { "code": 131_026 } });
        let before = progress(&mut desk, "t-2");
        assert!(heard(&post(&mut desk, &source, NINE + 13 * MINUTE, &failed)));
        assert_ne!(progress(&mut desk, "t-2"), before, "the failure is passed on");
        // Messages from now on belong to the new one.
        let answer = post(&mut desk, &source, NINE + 14 * MINUTE, &text("m2", CUSTOMER, "sí"));
        assert!(matches!(&answer, Answer::Taken { ticket, .. } if ticket == "t-2"), "{answer:?}");
    }
}

#[test]
fn what_failed_on_its_way_is_the_failure_of_its_action_once() {
    let folder = Folder::new();
    let (mut desk, source) = waiting(&folder);
    let now = NINE + 12 * MINUTE;
    let key = hand_out(&mut desk, now);
    assert_eq!(key, "t-1/1/reminder-1");
    report(&mut desk, now, &key, DeliveryOutcome::Done);
    let failed = json!({ "id": "despertador.t-1.1.reminder-1.message", "from": CUSTOMER, "to": BOT,
        "event": "failed", "reason": { "code": 131_026, "description": "undeliverable" } });
    let answer = post(&mut desk, &source, now + MINUTE, &failed);
    let Answer::Taken { receipts, .. } = &answer else { panic!("{answer:?}") };
    let [Receipt::Recorded(decision)] = &receipts[..] else { panic!("{receipts:?}") };
    // A failed reminder is no warning: no close follows.
    assert!(!format!("{decision:?}").contains("Step::Close"), "{decision:?}");
    let log = desk.query_event_log("acme", "t-1").expect("a log");
    assert!(log.contains("blocked"), "{log}");
    for later in [2, 30] {
        let again = post(&mut desk, &source, now + later * MINUTE, &failed);
        assert!(
            matches!(&again, Answer::Taken { receipts, .. } if receipts[..] == [Receipt::Duplicate]),
            "{again:?}"
        );
    }
}

#[test]
fn a_failure_that_is_quicker_than_the_report_wins() {
    let folder = Folder::new();
    let (mut desk, source) = waiting(&folder);
    let now = NINE + 12 * MINUTE;
    let key = hand_out(&mut desk, now);
    let failed = json!({ "id": "despertador.t-1.1.reminder-1.message", "from": CUSTOMER, "to": BOT,
        "event": "failed", "reason": { "code": 9 } });
    assert!(heard(&post(&mut desk, &source, now + 1, &failed)));
    report(&mut desk, now + 2, &key, DeliveryOutcome::Done);
    let again = post(&mut desk, &source, now + 3, &failed);
    assert!(
        matches!(&again, Answer::Taken { receipts, .. } if receipts[..] == [Receipt::Duplicate]),
        "{again:?}"
    );
    assert!(!desk.query_event_log("acme", "t-1").expect("a log").contains("carried-out"));
    let dead = desk.query_dead_letters("acme", 10).expect("dead letters");
    assert_eq!(dead.iter().map(|row| row.key.as_str()).collect::<Vec<_>>(), [key.as_str()]);
}

#[test]
fn a_receipt_confirms_what_nobody_has_reported() {
    let folder = Folder::new();
    let (mut desk, source) = waiting(&folder);
    let now = NINE + 12 * MINUTE;
    let key = hand_out(&mut desk, now);
    // The HTTP answer was lost.
    report(&mut desk, now, &key, DeliveryOutcome::Retry("no answer".into()));
    let became = |event: &str| {
        json!({ "id": "despertador.t-1.1.reminder-1.message", "from": CUSTOMER, "to": BOT,
                "event": event })
    };
    let accepted = post(&mut desk, &source, now + 1, &became("accepted"));
    assert_eq!(ignored(&accepted), "`accepted` of a part of `t-1/1/reminder-1`");
    let answer = post(&mut desk, &source, now + 2, &became("received"));
    let expected = Answer::Confirmed { ticket: "t-1".into(), key: key.clone() };
    assert_eq!(answer, expected);
    assert_eq!(aim(&mut desk, "t-1"), (Some(17), Some(Step::Close)));
    for event in ["received", "consumed"] {
        let answer = post(&mut desk, &source, now + MINUTE, &became(event));
        assert!(ignored(&answer).contains(event), "{answer:?}");
    }
    assert_eq!(desk.claim_deliveries(now + MINUTE, 10).expect("deliveries"), []);
}

/// The ids of sent envelopes can be guessed, so the sender of a report matters.
#[test]
fn only_the_receiver_and_their_gateway_say_what_became_of_an_action() {
    let folder = Folder::new();
    let (mut desk, source) = waiting(&folder);
    let now = NINE + 12 * MINUTE;
    let key = hand_out(&mut desk, now);
    report(&mut desk, now, &key, DeliveryOutcome::Retry("the receiver answered 500".into()));
    let before = progress(&mut desk, "t-1");
    let id = "despertador.t-1.1.reminder-1.message";
    let strangers = [
        json!("eva@0mn.io"),
        json!("5511999990001@wa.gw.msging.net"),
        json!("postmaster@messenger.gw.msging.net"),
        json!("postmaster@0mn.io"),
        json!("eva%40x@desk.msging.net"),
        json!("otherbot@msging.net"),
        Value::Null,
    ];
    for from in &strangers {
        for what in [
            json!({ "event": "received" }),
            json!({ "event": "consumed" }),
            json!({ "event": "dispatched" }),
            json!({ "event": "failed", "reason": { "code": 131_026 } }),
            json!({ "method": "set", "status": "success" }),
            json!({ "method": "set", "status": "failure", "reason": { "code": 33 } }),
        ] {
            let mut forged = what;
            forged["id"] = json!(id);
            forged["to"] = json!(BOT);
            if !from.is_null() {
                forged["from"] = from.clone();
            }
            let answer = post(&mut desk, &source, now + 1, &forged);
            assert!(ignored(&answer).contains("neither the receiver"), "{forged}: {answer:?}");
        }
    }
    assert_eq!(progress(&mut desk, "t-1"), before, "nothing has happened");
    // A customer cannot stop a clock with a command, neither their own nor another's.
    let command = json!({ "id": "1", "from": "eva@0mn.io", "to": "postmaster@desk.msging.net",
        "method": "set", "uri": "/tickets/t-1/close" });
    ignored(&post(&mut desk, &source, now + 1, &command));
    assert_eq!(progress(&mut desk, "t-1"), before);
    for from in ["postmaster@wa.gw.msging.net/#gw", "postmaster@msging.net/#az-iris1", CUSTOMER] {
        let told = json!({ "id": id, "from": from, "to": BOT, "event": "received" });
        let answer = post(&mut desk, &source, now + 2, &told);
        let is_first = from.starts_with("postmaster@wa");
        assert_eq!(matches!(answer, Answer::Confirmed { .. }), is_first, "{from}: {answer:?}");
    }
    assert_eq!(aim(&mut desk, "t-1"), (Some(17), Some(Step::Close)));
}

#[test]
fn the_answers_that_were_offered_are_recognised() {
    let folder = Folder::new();
    let (mut desk, source) = waiting(&folder);
    let now = NINE + 12 * MINUTE;
    let key = hand_out(&mut desk, now);
    report(&mut desk, now, &key, DeliveryOutcome::Done);
    post(&mut desk, &source, now + MINUTE, &text("m2", CUSTOMER, "Sigo aquí"));
    let log = desk.query_event_log("acme", "t-1").expect("a log");
    let last: Value = serde_json::from_str(log.lines().last().unwrap()).expect("a row");
    assert_eq!(last["message"]["kind"], "menu-answer", "{last}");
    assert!(last["message"]["choice"].is_string(), "{last}");
}

#[test]
fn a_close_by_the_desk_is_heard_once_and_what_was_written_before_it_still_counts() {
    let folder = Folder::new();
    let (mut desk, source) = waiting(&folder);
    for minute in [12, 17] {
        let now = NINE + minute * MINUTE;
        let key = hand_out(&mut desk, now);
        report(&mut desk, now, &key, DeliveryOutcome::Done);
    }
    let closed = NINE + 17 * MINUTE;
    assert_eq!(desk.query_ticket("acme", "t-1").expect("one").ticket.status, TicketStatus::Closed);
    // The customer wrote a second before, and the message arrives after.
    let mut late = text("m2", CUSTOMER, "¡espere!");
    late["metadata"] = json!({ "#wa.timestamp": ((closed - SECOND) / SECOND).to_string() });
    let answer = post(&mut desk, &source, closed + SECOND, &late);
    let Answer::Taken { receipts, .. } = &answer else { panic!("{answer:?}") };
    let [Receipt::Recorded(decision)] = &receipts[..] else { panic!("{receipts:?}") };
    assert!(format!("{decision:?}").contains("premature: true"), "{decision:?}");
    // Blip's own report of the close, with the required members only; and again.
    let back = json!({ "id": "r1", "from": AT_DESK, "to": BOT,
        "type": "application/vnd.lime.redirect+json", "content": { "context": { "type": TICKET,
            "value": { "id": "t-1", "status": "ClosedClientInactivity", "closed": true,
                       "closeDate": "2026-03-02T09:17:00Z",
                       "statusDate": "2026-03-02T09:17:00Z" } } } });
    assert!(heard(&post(&mut desk, &source, closed + 2 * SECOND, &back)));
    assert!(ignored(&post(&mut desk, &source, closed + 3 * SECOND, &back)).contains("as it was"));
    let log = desk.query_event_log("acme", "t-1").expect("a log");
    assert_eq!(log.matches("\"closed\":").count(), 0, "it was ours: {log}");
    let opened = ticket(&json!({ "status": "Open", "statusDate": "2026-03-02T09:16:00Z" }));
    assert!(ignored(&post(&mut desk, &source, closed + 4 * SECOND, &opened)).contains("later"));
    // A customer who writes later writes to the bot, unless the policy has late replies.
    let later = text("m3", CUSTOMER, "¿hola?");
    let answer = post(&mut desk, &source, closed + MINUTE, &later);
    assert_eq!(ignored(&answer), "the customer has no open ticket");
    let patient = source.with_late_replies(120_000);
    assert!(heard(&post(&mut desk, &patient, closed + MINUTE, &later)));
}

#[test]
fn a_close_that_comes_back_before_its_report_is_that_close() {
    let folder = Folder::new();
    let (mut desk, source) = waiting(&folder);
    let at = NINE + 12 * MINUTE;
    let key = hand_out(&mut desk, at);
    report(&mut desk, at, &key, DeliveryOutcome::Done);
    let closed = NINE + 17 * MINUTE;
    let key = hand_out(&mut desk, closed);
    let told = ticket(&json!({ "status": "ClosedClientInactivity", "closed": true,
        "closedBy": BOT, "closeDate": "2026-03-02T09:17:00Z",
        "statusDate": "2026-03-02T09:17:00Z" }));
    assert!(heard(&post(&mut desk, &source, closed + 1, &told)));
    report(&mut desk, closed + 2, &key, DeliveryOutcome::Done);
    let log = desk.query_event_log("acme", "t-1").expect("a log");
    assert_eq!(log.matches("t-1/1/close").count() + log.matches("\"close\"").count(), 1, "{log}");
    assert!(desk.query_ticket("acme", "t-1").expect("a ticket").outbox.is_empty());
}

#[test]
fn what_was_put_on_a_ticket_here_stays_when_blip_describes_it() {
    let folder = Folder::new();
    let (mut desk, source) = waiting(&folder);
    let tag = ManualChange::Exempt("vip".into());
    desk.change_ticket(NINE + 3 * MINUTE, "acme", "t-1", &tag, "ana").expect("a tag");
    let bare = json!({ "id": "t-1", "sequentialId": 7, "customerIdentity": CUSTOMER,
        "status": "Open", "agentIdentity": ANA, "team": "Soporte", "tags": ["fibra"],
        "statusDate": "2026-03-02T09:04:00Z" });
    assert!(heard(&post(&mut desk, &source, NINE + 4 * MINUTE, &bare)), "without an envelope");
    let facts = desk.query_ticket("acme", "t-1").expect("a ticket").ticket;
    assert_eq!(facts.tags, ["fibra", "vip"]);
    let mut untagged = bare.clone();
    untagged["tags"] = json!([]);
    assert!(heard(&post(&mut desk, &source, NINE + 5 * MINUTE, &untagged)));
    assert_eq!(desk.query_ticket("acme", "t-1").expect("a ticket").ticket.tags, ["vip"]);
    assert!(ignored(&post(&mut desk, &source, NINE + 6 * MINUTE, &untagged)).contains("as it was"));
}

#[test]
fn what_a_short_description_leaves_out_stays_as_it_is() {
    let folder = Folder::new();
    let (mut desk, source) = waiting(&folder);
    let mut short = ticket(&json!({}));
    short["content"] = json!({ "id": "t-1", "status": "Open", "tags": ["fibra"] });
    assert!(heard(&post(&mut desk, &source, NINE + 4 * MINUTE, &short)));
    let facts = desk.query_ticket("acme", "t-1").expect("a ticket").ticket;
    assert_eq!(facts.agent.as_deref(), Some("ana@acme.com"));
    assert_eq!((facts.tags, facts.department), (vec!["fibra".into()], Some("Soporte".into())));
    assert_eq!(aim(&mut desk, "t-1"), (Some(12), Some(Step::Reminder(1))));
    // The customer is still known from the ticket's facts.
    let answer = post(&mut desk, &source, NINE + 5 * MINUTE, &text("m2", CUSTOMER, "ya"));
    assert!(matches!(&answer, Answer::Taken { ticket, .. } if ticket == "t-1"), "{answer:?}");
    assert!(!desk.query_event_log("acme", "t-1").expect("a log").contains("unassigned"));
}

#[test]
fn messages_and_tickets_that_come_together_meet() {
    const CUSTOMERS: usize = 24;
    let folder = Folder::new();
    let sink = LogSink::new(std::io::sink());
    let runtime = Runtime::start(folder.desk(), SystemClock, sink, RuntimeOptions::default())
        .expect("threads");
    let source = source();
    let one = |n: usize| {
        let (id, customer) = (format!("t-{n}"), format!("c{n}@0mn.io"));
        let opened = ticket(&json!({ "id": id, "sequentialId": n + 1, "status": "Waiting",
            "customerIdentity": customer }));
        let said = text(&format!("m{n}"), &customer, "oi");
        [opened, said]
    };
    std::thread::scope(|scope| {
        for half in 0..2 {
            for copy in 0..2 {
                let (handle, source) = (runtime.handle(), source.clone());
                scope.spawn(move || {
                    for n in 0..CUSTOMERS {
                        let envelope = &one((n + copy * 7) % CUSTOMERS)[half];
                        let answers = source.receive(&handle, &envelope.to_string());
                        assert_eq!(answers.expect("answers").len(), 1);
                    }
                });
            }
        }
    });
    let mut desk = runtime.stop().expect("the desk");
    for n in 0..CUSTOMERS {
        let id = format!("t-{n}");
        let log = desk.query_event_log("acme", &id).expect("a log");
        assert_eq!(log.matches(&format!("\"m{n}\"")).count(), 1, "{log}");
        assert!(desk.query_consistency("acme", &id).expect("a journal"), "{id}");
    }
    assert_eq!(
        source.receive(&runtime_is_gone(), "{}").map_err(|error| error.to_string()),
        Err("the desk has stopped; send it again once it runs".into())
    );
}

/// The handle of a desk that has stopped.
fn runtime_is_gone() -> despertador_desk::runtime::DeskHandle<Sqlite> {
    let folder = Folder::new();
    let sink = LogSink::new(std::io::sink());
    let runtime = Runtime::start(folder.desk(), SystemClock, sink, RuntimeOptions::default())
        .expect("threads");
    let handle = runtime.handle();
    drop(runtime.stop());
    handle
}

#[test]
fn a_ticket_that_is_damaged_is_no_reason_to_post_again() {
    let folder = Folder::new();
    let (desk, source) = waiting(&folder);
    drop(desk);
    let connection = rusqlite::Connection::open(folder.file()).expect("a database");
    connection.execute_batch("UPDATE ticket SET packed = NULL, facts = '{'").expect("a change");
    drop(connection);
    let mut desk = folder.again();
    let both = json!([text("m2", CUSTOMER, "ya"), text("e1", "eva@0mn.io", "oi")]);
    let answers = posts(&mut desk, &source, NINE + 3 * MINUTE, &both);
    assert!(matches!(&answers[0], Answer::Refused { why, .. } if why.contains("cannot be read")));
    assert!(ignored(&answers[1]).contains("no ticket"));
}

/// Every post gets an answer, and none of them is an error that makes Blip post again.
#[test]
fn every_sample_has_an_answer() {
    let folder = Folder::new();
    let (mut desk, source) = waiting(&folder);
    let samples = concat!(
        include_str!("../../lime/tests/samples/messages.jsonl"),
        "\n",
        include_str!("../../lime/tests/samples/notifications.jsonl"),
        "\n",
        include_str!("../../lime/tests/samples/commands.jsonl"),
        "\n",
        include_str!("../../lime/tests/samples/others.jsonl"),
        "\n{}\n[]\nnull\n{\"id\":5}\n{\"content\":{}}\n{\"type\":\"x\",\"content\":null}\n\"oi\"\n"
    );
    // The same about the existing ticket and its customer.
    let near = samples.replace("3f8c2b1e", "t-1").replace("1@0mn.io", CUSTOMER);
    for (minute, samples) in [(3, samples), (4, &near), (5, &near)] {
        let count = samples.lines().filter(|line| !line.trim().is_empty()).count();
        let now = NINE + minute * MINUTE;
        let answers = source.receive_at(&mut desk, now, read(samples)).expect("answers");
        assert_eq!(answers.len(), count);
        assert!(answers.iter().any(|answer| matches!(answer, Answer::Refused { .. })));
        assert!(answers.iter().all(|answer| answer.to_json()["answer"].is_string()));
    }
    for row in
        desk.query_tickets("acme", &Query { limit: 1_000, ..Query::default() }).expect("tickets")
    {
        assert!(desk.query_consistency("acme", &row.id).expect("a journal"), "{}", row.id);
    }
}
