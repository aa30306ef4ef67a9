//! Damaged rows, conflicts, a hundred thousand tickets at once, a clock that is set.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that is wrong fails"
)]

mod support;

use despertador_contract::event_log::Row;
use despertador_contract::{Author, ExitState, Instant, Reader, TicketStatus};
use despertador_desk::store::{
    AnyStore, Batch, Consumed, Query, Store, StoreProblem, TicketChange, TicketRow, TokenRow,
};
use despertador_desk::{
    DeliveryOutcome, DeliveryReport, Desk, DeskError, Incoming, ManualChange, Options, Receipt,
    Scope,
};
use serde_json::json;
use support::{ADERESO, Folder, HOUR, MINUTE, NINE, SECOND, begin, plugin, silent, words};

#[test]
fn a_clock_that_is_set_while_deliveries_wait_loses_and_repeats_nothing() {
    for set in [-HOUR, HOUR] {
        let folder = Folder::new();
        let mut desk = folder.acme(ADERESO);
        desk.record_events(NINE, &silent("4711", NINE)).expect("receipts");
        desk.record_events(NINE, &silent("4712", NINE)).expect("receipts");
        let due = NINE + 10 * MINUTE;
        desk.poll_due(due, 10).expect("a look");
        let handed_out = desk.claim_deliveries(due, 1).expect("deliveries");
        let report =
            |key: &str, outcome| DeliveryReport { outcome, ..support::done("acme", key, due) };
        let busy = DeliveryOutcome::RetryAfter { why: "429".into(), pause: 60_000 };
        desk.record_deliveries(due, &[report(&handed_out[0].key, busy)]).expect("a report");
        // One waits for its receiver, the other one for its turn; then somebody sets the clock.
        let mut now = due + set;
        let mut done = Vec::new();
        let mut steps = 0;
        while let Some(next) = desk.next_instant() {
            now = now.max(next);
            desk.poll_due(now, 10).expect("a look");
            for delivery in desk.claim_deliveries(now, 10).expect("deliveries") {
                desk.record_deliveries(now, &[support::done("acme", &delivery.key, now)])
                    .expect("one");
                done.push(delivery.key);
            }
            steps += 1;
            assert!(steps < 100, "{set}: it turns in circles");
        }
        for ticket in ["4711", "4712"] {
            let of = |key: &&String| key.starts_with(ticket);
            let keys: Vec<_> = done.iter().filter(of).map(|key| &key[5..]).collect();
            let expected = ["1/reminder-1", "1/reminder-2", "1/reminder-3", "1/close"];
            assert_eq!(keys, expected, "{set}");
            assert!(desk.query_consistency("acme", ticket).expect("a journal"));
        }
    }
}

#[test]
fn a_hundred_thousand_tickets_due_at_once_are_looked_at_in_steps_and_in_turn() {
    const MANY: usize = 100_000;
    let folder = Folder::new();
    let mut desk = folder.acme(ADERESO);
    desk.open_account(NINE, "tiny", "test").expect("an account");
    desk.save_policy(NINE, "tiny", ADERESO, None, "test").expect("a policy");
    while desk.poll_due(NINE, 1_000).expect("a look").more {}
    let first: Vec<_> =
        (0..MANY).map(|n| words(&format!("T{n}"), Author::Agent, "a", NINE)).collect();
    for batch in first.chunks(5_000) {
        desk.record_events(NINE, batch).expect("receipts");
    }
    let mut tiny = words("small", Author::Agent, "a", NINE + SECOND);
    tiny.account = "tiny".into();
    desk.record_events(NINE + SECOND, &[tiny]).expect("receipts");

    let now = NINE + 30 * MINUTE;
    let woken = desk.poll_due(now, 1_000).expect("a look");
    assert_eq!((woken.tickets, woken.more), (1_000, true));
    assert_eq!(woken.lateness, u64::try_from(20 * MINUTE).unwrap());
    let deliveries = desk.claim_deliveries(now, 10).expect("deliveries");
    assert!(
        deliveries.iter().any(|delivery| delivery.account == "tiny"),
        "a busy account holds up nobody"
    );
    let mut looked = woken.tickets;
    while looked <= MANY {
        let woken = desk.poll_due(now, 5_000).expect("a look");
        assert!(woken.tickets <= 5_000 && woken.tickets > 0);
        looked += woken.tickets;
    }
    assert_eq!(looked, MANY + 1);
    assert!(!desk.poll_due(now, 10).expect("a look").more);
    assert_eq!(desk.lateness().count, MANY as u64 + 1);
}

#[test]
fn a_clock_that_goes_back_delays_and_repeats_nothing() {
    let folder = Folder::new();
    let mut desk = folder.acme(ADERESO);
    desk.record_events(NINE, &silent("4711", NINE)).expect("receipts");
    let due = NINE + 10 * MINUTE;
    desk.poll_due(due, 10).expect("a look");
    let handed_out = desk.claim_deliveries(due, 10).expect("deliveries");
    assert_eq!(handed_out.len(), 1);
    let back = due - HOUR;
    assert_eq!(desk.poll_due(back, 10).expect("a look").tickets, 0);
    // The lease is of the future now: it is asked about anew, and then is not due yet.
    assert_eq!(desk.claim_deliveries(back, 10).expect("deliveries"), []);
    let report = support::done("acme", &handed_out[0].key, due);
    let settled =
        desk.record_deliveries(back + SECOND, std::slice::from_ref(&report)).expect("a report");
    assert_eq!(settled.done, 1);
    let settled = desk.record_deliveries(back + SECOND, &[report]).expect("a report");
    assert_eq!((settled.done, settled.stale), (0, 1));
    let mut now = back;
    let mut keys = Vec::new();
    while let Some(next) = desk.next_instant() {
        now = now.max(next);
        desk.poll_due(now, 10).expect("a look");
        for delivery in desk.claim_deliveries(now, 10).expect("deliveries") {
            desk.record_deliveries(now, &[support::done("acme", &delivery.key, now)])
                .expect("a report");
            keys.push(delivery.key);
        }
    }
    assert_eq!(keys, ["4711/1/reminder-2", "4711/1/reminder-3", "4711/1/close"]);
    assert!(desk.query_consistency("acme", "4711").expect("a journal"));
}

#[test]
fn what_was_given_up_is_listed_and_can_be_sent_again_while_the_customer_is_silent() {
    let folder = Folder::new();
    let mut desk = folder.acme(ADERESO);
    for ticket in ["4711", "4712"] {
        desk.record_events(NINE, &silent(ticket, NINE)).expect("receipts");
    }
    let due = NINE + 10 * MINUTE;
    desk.poll_due(due, 10).expect("a look");
    let refused: Vec<_> = desk
        .claim_deliveries(due, 10)
        .expect("deliveries")
        .into_iter()
        .map(|delivery| DeliveryReport {
            outcome: DeliveryOutcome::Refused("the receiver answered 404".into()),
            ..support::done("acme", &delivery.key, due)
        })
        .collect();
    assert_eq!(desk.record_deliveries(due, &refused).expect("reports").given_up, 2);
    let standing = desk.query_ticket("acme", "4711").expect("a ticket");
    assert_eq!(standing.due, None, "no close without its warning");
    let dead = desk.query_dead_letters("acme", 10).expect("dead letters");
    assert_eq!(dead.len(), 2);
    // One customer speaks: their reminder is no longer wanted.
    desk.record_events(due + SECOND, &[words("4712", Author::Customer, "c9", due)])
        .expect("a reply");
    let dead = desk.query_dead_letters("acme", 10).expect("dead letters");
    assert_eq!(dead.iter().map(|row| row.key.as_str()).collect::<Vec<_>>(), ["4711/1/reminder-1"]);
    let later = due + HOUR;
    desk.resend_dead_letter(later, "acme", "4711/1/reminder-1", "ana").expect("again");
    assert!(desk.resend_dead_letter(later, "acme", "4712/1/reminder-1", "ana").is_err());
    let again = desk.claim_deliveries(later, 10).expect("deliveries");
    assert_eq!(again.len(), 1, "{again:?}");
    desk.record_deliveries(later, &[support::done("acme", "4711/1/reminder-1", later)])
        .expect("a report");
    let standing = desk.query_ticket("acme", "4711").expect("a ticket");
    assert_eq!(standing.due, Some(later + MINUTE), "the next reminder counts from the sending");
    assert_eq!(desk.query_audit("acme", 1).expect("audit")[0].what, "dead-letter-sent-again");
}

#[test]
fn tickets_that_a_change_of_policy_gives_another_rule_are_those_that_its_rules_match() {
    let folder = Folder::new();
    let policy = |first: &str| {
        format!(
            r#"{{ "version": "t", "language": "es", "rules": [ {first}
            {{ "name": "Soporte", "departments": ["Soporte"], "close-after": "15 min" }},
            {{ "name": "Todos", "departments": "any", "close-after": "15 min" }} ] }}"#
        )
    };
    let narrow = policy(
        r#"{ "name": "VIP", "departments": "any", "tags": ["vip"], "close-after": "2 h" },
           { "name": "Urgente", "departments": "any", "priorities": ["alta"], "enabled": false, "close-after": "1 h" },
           { "name": "Chat", "departments": "any", "channels": ["web-chat"], "close-after": "5 min" },"#,
    );
    let mut desk = folder.acme(&narrow);
    for (ticket, known) in [
        ("1", json!({ "department": "Soporte", "channel": "whatsapp", "tags": ["VIP "] })),
        ("2", json!({ "department": "soporte", "channel": "whatsapp" })),
        ("3", json!({ "channel": "web-chat" })),
        ("4", json!({ "channel": "whatsapp", "more": { "ticket.priority": "Alta" } })),
        ("5", json!({ "channel": "whatsapp" })),
    ] {
        let told = Incoming::new("acme", Row::facts(ticket, NINE, known));
        desk.record_events(NINE, &[told]).expect("receipts");
    }
    let moved: Vec<_> = desk
        .query_policy_effect("acme", Some(&policy("")), None)
        .expect("a comparison")
        .into_iter()
        .map(|moved| (moved.department, moved.tickets, moved.before, moved.after))
        .collect();
    let name = |name: &str| Some(name.to_owned());
    assert_eq!(
        moved,
        [
            (None, 1, None, name("Todos")),
            (None, 1, name("Chat"), name("Todos")),
            (name("Soporte"), 1, name("VIP"), name("Soporte")),
        ]
    );
}

#[test]
fn a_change_of_policy_applies_at_once_and_can_be_undone() {
    let folder = Folder::new();
    let mut desk = folder.acme(ADERESO);
    desk.record_events(NINE, &silent("4711", NINE)).expect("receipts");
    let longer = ADERESO.replace("\"10 min\"", "\"20 min\"").replace("\"15 min\"", "\"30 min\"");
    let moved = desk.query_policy_effect("acme", None, None).expect("a comparison");
    assert_eq!((moved[0].tickets, moved[0].after.as_deref()), (1, None), "{moved:?}");
    desk.save_policy(NINE + SECOND, "acme", &longer, None, "ana").expect("a policy");
    desk.poll_due(NINE + SECOND, 10).expect("a look");
    let due = |desk: &mut Desk<AnyStore>| desk.query_ticket("acme", "4711").expect("a ticket").due;
    assert_eq!(due(&mut desk), Some(NINE + 20 * MINUTE));
    drop(desk);
    let mut desk = folder.desk();
    desk.undo_policy(NINE + 2 * SECOND, "acme", "ana").expect("undone");
    desk.poll_due(NINE + 2 * SECOND, 10).expect("a look");
    assert_eq!(due(&mut desk), Some(NINE + 10 * MINUTE));
    let saved = desk.delete_policy(NINE + 3 * SECOND, "acme", "ana").expect("deleted");
    assert_eq!(saved.moved.len(), 1);
    desk.poll_due(NINE + 3 * SECOND, 10).expect("a look");
    assert_eq!(due(&mut desk), None);
    assert_eq!(desk.query_policies("acme").expect("versions").len(), 4);
    assert!(desk.query_consistency("acme", "4711").expect("a journal"));
    let refused = desk.save_policy(NINE, "acme", "{}", None, "ana");
    assert!(matches!(refused, Err(DeskError::Policy(_))), "{refused:?}");
}

#[test]
fn what_a_policy_no_longer_asks_for_is_not_handed_out_though_nobody_has_looked_yet() {
    let folder = Folder::new();
    let mut desk = folder.acme(ADERESO);
    desk.record_events(NINE, &silent("4711", NINE)).expect("receipts");
    let due = NINE + 10 * MINUTE;
    desk.poll_due(due, 10).expect("a look");
    desk.delete_policy(due, "acme", "ana").expect("deleted");
    assert_eq!(desk.claim_deliveries(due, 10).expect("deliveries"), []);
    assert!(desk.query_ticket("acme", "4711").expect("a ticket").outbox.is_empty());
    let timeline = desk.query_timeline("acme", "4711").expect("a timeline");
    let last = timeline.last().and_then(|entry| entry.note.clone()).expect("a note");
    assert_eq!(last["why"], "the plugin no longer asks for it");
}

#[test]
fn a_ticket_that_is_not_as_the_desk_knew_it_stores_nothing_of_the_whole_commit() {
    let folder = Folder::new();
    drop(folder.acme(ADERESO));
    let mut store = folder.store();
    let ticket = |no, version| TicketChange {
        row: TicketRow {
            no,
            account: 1,
            id: format!("T{no}"),
            version,
            lane: 0,
            status: TicketStatus::Open,
            department: None,
            customer: None,
            due: None,
            next_step: None,
            deferred: None,
            failures: 0,
            pending: None,
            last: 0,
            changed: 0,
            facts: String::new(),
            memory: Vec::new(),
            carried_out: String::new(),
            outbox: 0,
        },
        moved: true,
        rescheduled: true,
    };
    let consumed = Consumed { ticket: 1, digest: [7; 16] };
    let first = Batch { tickets: vec![ticket(1, 1)], ..Batch::default() };
    store.commit(&first).expect("a new ticket");
    for (moved, rescheduled) in [(true, true), (false, true), (false, false)] {
        let later = TicketChange { moved, rescheduled, ..ticket(1, 3) };
        let batch = Batch {
            tickets: vec![ticket(2, 1), later],
            consumed: vec![consumed.clone()],
            ..Batch::default()
        };
        let error = store.commit(&batch).expect_err("version 2 comes next");
        assert_eq!(error.problem, StoreProblem::Conflict, "{error}");
        assert_eq!(store.ticket(1, "T2").expect("an answer"), None);
        assert!(!store.is_consumed(&consumed).expect("an answer"));
    }
    let next = Batch { tickets: vec![ticket(1, 2)], ..Batch::default() };
    store.commit(&next).expect("version 2");
}

#[test]
fn a_damaged_ticket_is_left_alone_and_the_others_go_on() {
    let folder = Folder::new();
    let mut desk = folder.acme(ADERESO);
    for ticket in ["4711", "4712", "4713"] {
        desk.record_events(NINE, &silent(ticket, NINE)).expect("receipts");
    }
    drop(desk);
    folder.alter("UPDATE ticket SET packed = NULL, facts = '{' WHERE id = '4711'");
    let mut desk = folder.desk();
    let due = NINE + 10 * MINUTE;
    let mut looks = 0;
    while desk.poll_due(due, 1).expect("a look").more {
        looks += 1;
        assert!(looks < 10, "it never sleeps");
    }
    assert_eq!(desk.claim_deliveries(due, 10).expect("deliveries").len(), 2);
    assert!(desk.next_due().is_none_or(|at| at > due), "{:?}", desk.next_due());
    let damaged = desk.query_damaged().expect("a list");
    assert_eq!(damaged.len(), 1, "{damaged:?}");
    let said = &damaged[0].why;
    assert!(said.contains("the facts of ticket `4711` cannot be read"), "{said}");
    assert_eq!(desk.trouble(), None, "the desk itself can do its work");
    let told =
        [words("4711", Author::Customer, "new", due), words("4712", Author::Customer, "new", due)];
    let receipts = desk.record_events(due, &told).expect("receipts");
    assert!(matches!(&receipts[..], [Receipt::Refused(_), Receipt::Recorded(_)]), "{receipts:?}");
}

#[test]
fn an_action_that_cannot_be_read_is_not_delivered_and_the_others_are() {
    for damage in
        ["UPDATE outbox SET state = 7", "UPDATE outbox SET action = '{\"task\":\"close\"}'"]
    {
        let folder = Folder::new();
        let mut desk = folder.acme(ADERESO);
        for ticket in ["4711", "4712"] {
            desk.record_events(NINE, &silent(ticket, NINE)).expect("receipts");
        }
        let due = NINE + 10 * MINUTE;
        desk.poll_due(due, 10).expect("a look");
        drop(desk);
        folder.alter(&format!("{damage} WHERE key = '4711/1/reminder-1'"));
        let mut desk = folder.desk();
        let mut done = Vec::new();
        let mut now = due;
        while let Some(next) = desk.next_instant().filter(|next| *next < NINE + HOUR) {
            now = now.max(next);
            desk.poll_due(now, 10).expect("a look");
            for delivery in desk.claim_deliveries(now, 10).expect("deliveries") {
                done.push(delivery.key.clone());
                desk.record_deliveries(now, &[support::done("acme", &delivery.key, now)])
                    .expect("stored");
            }
        }
        let expected =
            ["4712/1/reminder-1", "4712/1/reminder-2", "4712/1/reminder-3", "4712/1/close"];
        assert_eq!(done, expected, "{damage}");
        // It is a dead letter, and its ticket was moved aside until something happens to it.
        let said = &desk.query_damaged().expect("a list")[0].why;
        assert!(said.contains("action `4711/1/reminder-1`"), "{said}");
        let letters = desk.query_dead_letters("acme", 10).expect("dead letters");
        let keys: Vec<_> = letters.iter().map(|letter| letter.key.as_str()).collect();
        assert_eq!(keys, ["4711/1/reminder-1"]);
        let again = desk.resend_dead_letter(now, "acme", keys[0], "ana");
        assert_eq!(again.is_err(), letters[0].action.is_err(), "{again:?}");
    }
}

#[test]
fn a_ticket_whose_deferred_events_cannot_be_read_is_moved_aside_and_says_so() {
    let folder = Folder::new();
    let mut desk = folder.acme(ADERESO);
    for ticket in ["4711", "4712"] {
        desk.record_events(NINE, &silent(ticket, NINE)).expect("receipts");
    }
    drop(desk);
    folder.alter("UPDATE ticket SET memory = x'ff' WHERE id = '4711'");
    let mut desk = folder.desk();
    let receipts = desk.record_events(NINE + 1, &[words("4711", Author::Customer, "c2", NINE + 1)]);
    assert_eq!(receipts, Ok(vec![Receipt::Deferred]));
    drop(desk);
    // The plugin could answer again; what the customer said cannot be told to it.
    folder.alter(
        "UPDATE ticket SET memory = (SELECT memory FROM ticket WHERE id = '4712') WHERE id = '4711'",
    );
    folder.alter("UPDATE journal SET kind = 99 WHERE kind = 1");
    let mut desk = folder.desk();
    let later = NINE + 10 * MINUTE;
    desk.poll_due(later, 10).expect("a look");
    let keys: Vec<_> =
        desk.claim_deliveries(later, 10).expect("actions").into_iter().map(|d| d.key).collect();
    assert_eq!(keys, ["4712/1/reminder-1"]);
    let said = &desk.query_damaged().expect("a list")[0].why;
    assert!(said.contains("kind 99"), "{said}");
}

#[test]
fn a_token_that_cannot_be_read_may_do_nothing_and_can_be_revoked() {
    let folder = Folder::new();
    let mut desk = folder.acme(ADERESO);
    for (digest, name) in [(1, "a"), (2, "b")] {
        let token = TokenRow {
            digest: [digest; 32],
            name: name.into(),
            scopes: Ok(vec![Scope::AuditView]),
            accounts: Ok(vec!["acme".into()]),
            at: NINE,
            revoked: None,
        };
        desk.add_token(NINE, token, "test").expect("a token");
    }
    drop(desk);
    folder.alter("UPDATE token SET accounts = '*' WHERE name = 'a'");
    folder.alter("UPDATE token SET scopes = 'audit:view all' WHERE name = 'b'");
    let mut desk = folder.desk();
    let sees: Vec<_> =
        desk.query_tokens().expect("tokens").into_iter().map(|row| row.accounts.ok()).collect();
    assert_eq!(sees, [None, Some(vec!["acme".to_owned()])]);
    let may: Vec<_> =
        desk.query_tokens().expect("tokens").into_iter().map(|row| row.scopes.ok()).collect();
    assert_eq!(may, [Some(vec![Scope::AuditView]), None]);
    assert_eq!(desk.revoke_token(NINE + 1, "a", "test"), Ok(true));
    assert_eq!(desk.query_audit("acme", 1).expect("an audit")[0].what, "token-revoked");
}

#[test]
fn flows_and_tokens_are_kept() {
    let folder = Folder::new();
    let options = Options { exit_state: |_| ExitState::NotLinked, ..Options::default() };
    let mut desk = Desk::open(folder.store(), plugin(), options).expect("a desk");
    begin(&mut desk, ADERESO);
    assert_eq!(desk.save_flow(NINE, "acme", "{}", "ana"), Ok(ExitState::NotLinked));
    assert_eq!(desk.query_flow_versions("acme", 9).expect("flows").len(), 1);
    let refused = desk.save_policy(NINE, "acme", ADERESO, None, "ana");
    assert!(
        matches!(refused, Err(DeskError::Policy(_))),
        "a flow that cannot be left: {refused:?}"
    );
    let mut store = desk.into_store();
    let token = TokenRow {
        digest: [1; 32],
        name: "reports".into(),
        scopes: Ok(vec![Scope::HelpDeskView]),
        accounts: Ok(vec!["acme".into()]),
        at: NINE,
        revoked: None,
    };
    let batch = |token: &TokenRow| Batch { tokens: vec![token.clone()], ..Batch::default() };
    store.commit(&batch(&token)).expect("a token");
    assert_eq!(store.tokens(), Ok(vec![token.clone()]));
    let revoked = TokenRow { revoked: Some(NINE + 1), ..token };
    store.commit(&batch(&revoked)).expect("taken back");
    assert_eq!(store.tokens(), Ok(vec![revoked]));
}

#[test]
fn people_extend_hold_exempt_and_ask_why() {
    let folder = Folder::new();
    let exempting = ADERESO
        .replace("\"language\": \"es\",", "\"language\": \"es\", \"exempt-tags\": [\"vip\"],");
    let mut desk = Folder::acme(&folder, ADERESO);
    desk.save_policy(NINE, "acme", &exempting, None, "ana").expect("a policy");
    desk.record_events(NINE, &silent("4711", NINE)).expect("receipts");
    let due = |desk: &mut Desk<AnyStore>| desk.query_ticket("acme", "4711").expect("a ticket").due;
    let change = |desk: &mut Desk<AnyStore>, at, change| {
        desk.change_ticket(at, "acme", "4711", &change, "ana").expect("a change")
    };
    change(&mut desk, NINE + SECOND, ManualChange::Extend(300_000));
    assert_eq!(due(&mut desk), Some(NINE + 15 * MINUTE));
    change(&mut desk, NINE + 2 * SECOND, ManualChange::Hold);
    assert_eq!(due(&mut desk), None);
    let reader = Reader { language: "es".into(), utc_offset: 0 };
    let why = desk.query_explanation("acme", "4711", NINE + MINUTE, &reader).expect("why");
    assert_eq!(why.language, "es");
    assert!(!why.summary.is_empty());
    change(&mut desk, NINE + MINUTE, ManualChange::Release);
    assert!(due(&mut desk).is_some());
    change(&mut desk, NINE + MINUTE, ManualChange::Exempt("vip".into()));
    let standing = desk.query_ticket("acme", "4711").expect("a ticket");
    assert_eq!((standing.ticket.tags, standing.due), (vec!["vip".to_owned()], None));
    let unknown = desk.change_ticket(NINE, "acme", "4799", &ManualChange::Hold, "ana");
    assert!(unknown.is_err(), "nobody makes a ticket by asking");
    let refused = ManualChange::Exempt("x".repeat(600));
    let receipt = desk.change_ticket(NINE + MINUTE, "acme", "4711", &refused, "ana");
    assert!(matches!(receipt, Ok(Receipt::Refused(_))), "{receipt:?}");
    let audit = desk.query_audit("acme", 5).expect("an audit");
    let said: Vec<_> = audit.iter().map(|row| (row.what.as_str(), row.details.as_str())).collect();
    assert!(said[0].1.contains(r#""refused":"`facts.tags` has 600 bytes"#), "{said:?}");
    assert_eq!(said[1], ("ticket-exempted", r#"{"tag":"vip","ticket":"4711"}"#));
    assert_eq!(said[2], ("ticket-released", r#"{"ticket":"4711"}"#));
    assert_eq!(said[4], ("ticket-extended", r#"{"by":"5 min","ticket":"4711"}"#));
    let log = desk.query_event_log("acme", "4711").expect("a log");
    let read = despertador_contract::event_log::EventLog::read("log", &log).expect("a log");
    assert_eq!(read.rows.len(), 7);
}

#[test]
fn a_customer_is_forgotten_and_old_tickets_go() {
    let folder = Folder::new();
    let mut desk = folder.acme(ADERESO);
    for ticket in ["4711", "4712"] {
        desk.record_events(NINE, &silent(ticket, NINE)).expect("receipts");
    }
    desk.poll_due(NINE + 10 * MINUTE, 10).expect("a look");
    let forgotten =
        desk.forget_customer(NINE + HOUR, "acme", "customer of 4711", "ana").expect("forgotten");
    assert_eq!(forgotten.tickets, 1);
    assert!(desk.query_ticket("acme", "4711").is_err());
    let left =
        desk.query_tickets("acme", &Query { limit: 10, ..Query::default() }).expect("tickets");
    assert_eq!(left.len(), 1);
    let closed = Row::facts("4712", NINE + HOUR, json!({ "status": "closed" }));
    desk.record_events(NINE + HOUR, &[Incoming::new("acme", closed)]).expect("a receipt");
    assert_eq!(desk.delete_inactive_tickets(NINE + HOUR, 10).expect("none"), 0);
    assert_eq!(desk.delete_inactive_tickets(NINE + 2 * HOUR, 10).expect("one"), 1);
    assert!(desk.query_ticket("acme", "4712").is_err());
    // New tickets of the same ids begin anew.
    let again = desk.record_events(NINE + 3 * HOUR, &silent("4712", NINE + 3 * HOUR));
    assert!(again.expect("receipts").iter().all(|receipt| matches!(receipt, Receipt::Recorded(_))));
    assert_eq!(desk.query_timeline("acme", "4712").expect("a timeline").len(), 3);
}

#[test]
fn what_cannot_be_taken_is_refused_and_the_rest_is_stored() {
    let folder = Folder::new();
    let mut desk = folder.acme(ADERESO);
    let mut foreign = words("4711", Author::Customer, "f", NINE);
    foreign.account = "nobody".into();
    let wrong = Incoming::new("acme", Row::facts("4711", NINE, json!({ "status": 7 })));
    let far: Instant = 253_402_300_800_000;
    let batch = [
        foreign,
        wrong,
        words("4711", Author::Customer, "far", far),
        words("", Author::Customer, "none", NINE),
        words("4711", Author::Customer, "fine", NINE),
    ];
    let receipts = desk.record_events(NINE, &batch).expect("receipts");
    let stored: Vec<_> = receipts.iter().map(Receipt::is_stored).collect();
    assert_eq!((stored[0], stored[1], stored[3], stored[4]), (false, false, false, true));
    assert!(desk.query_consistency("acme", "4711").expect("a journal"));
}
