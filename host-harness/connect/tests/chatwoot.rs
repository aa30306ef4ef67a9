//! Chatwoot beside the desk: what it says is heard, and what it loses is read back.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that is wrong fails"
)]

mod support;

use despertador_connect::check::Code;
use despertador_connect::{Chatwoot, ChatwootOptions, Platform, Post, PostError};
use despertador_contract::{Author, Call, Happening, MessageKind, Origin};
use despertador_fakes::Who;
use serde_json::{Value, json};
use support::{Beside, MINUTE, NINE, SECRET};

#[test]
fn an_answer_whose_webhook_was_lost_is_read_back_and_nobody_is_closed() {
    let mut beside = Beside::new();
    beside.write(NINE, 11, Who::Customer, "No me carga la página");
    beside.write(NINE + MINUTE, 11, Who::Agent, "¿Puede reiniciar el equipo?");
    beside.until(NINE + 11 * MINUTE);
    assert_eq!(beside.fake().ours(11), ["¿Sigues ahí?"]);

    // The customer answers, and the webhook is lost.
    beside.hears = false;
    beside.write(NINE + 13 * MINUTE, 11, Who::Customer, "Sí, un momento");
    beside.hears = true;
    beside.until(NINE + 17 * MINUTE);
    assert_eq!(beside.fake().status(11), Some("open"));
    assert_eq!(beside.fake().ours(11), ["¿Sigues ahí?"]);

    // They are silent again: reminded, closed, and the exit is told.
    beside.write(NINE + 20 * MINUTE, 11, Who::Agent, "¿Y ahora?");
    beside.until(NINE + 36 * MINUTE);
    let fake = beside.fake();
    assert_eq!(fake.ours(11), ["¿Sigues ahí?", "¿Sigues ahí?", "¡Hasta pronto!"]);
    assert_eq!(fake.status(11), Some("resolved"));
    assert_eq!(fake.labels(11), ["inactividad"]);
    assert_eq!(fake.attribute(11, "despertador_exit"), Some(&json!("customer-inactivity")));
    drop(fake);
    assert_eq!(beside.status(11), "Closed");
    let ticket = beside.connector.ticket("11");
    assert!(beside.desk.query_consistency("acme", &ticket).unwrap());
}

#[test]
fn what_no_webhook_has_told_is_found_by_a_sweep() {
    let mut beside = Beside::new();
    beside.hears = false;
    for conversation in 1..=60 {
        beside.write(NINE, conversation, Who::Customer, "Hola");
    }
    beside.write(NINE + MINUTE, 7, Who::Agent, "¿En qué puedo ayudar?");
    beside.sweep(NINE + 2 * MINUTE);
    let open = beside.connector.open_conversations(&beside.desk).unwrap();
    assert_eq!(open.len(), 60);
    beside.until(NINE + 11 * MINUTE);
    assert_eq!(beside.fake().ours(7), ["¿Sigues ahí?"]);
    // An agent resolves one, which nobody hears either.
    beside.fake().set_status(NINE + 12 * MINUTE, 7, "resolved");
    beside.sweep(NINE + 12 * MINUTE);
    assert_eq!(beside.status(7), "Closed");
    beside.until(NINE + 60 * MINUTE);
    assert_eq!(beside.fake().ours(7), ["¿Sigues ahí?"]);
}

#[test]
fn a_reminder_whose_answer_was_lost_is_not_sent_again() {
    let mut beside = Beside::new();
    beside.write(NINE, 11, Who::Customer, "Hola");
    beside.write(NINE, 11, Who::Agent, "¿Sí?");
    // From here on the answer to every seventh request is lost, among them those to messages.
    beside.fake().faults.late = 7;
    beside.hears = false;
    beside.until(NINE + 60 * MINUTE);
    let fake = beside.fake();
    assert_eq!(fake.ours(11), ["¿Sigues ahí?", "¡Hasta pronto!"]);
    assert_eq!(fake.status(11), Some("resolved"));
}

#[test]
fn a_reminder_in_a_persons_name_is_no_answer_even_where_marks_are_not_stored() {
    let mut beside = Beside::new();
    beside.fake().forgets_marks = true;
    beside.write(NINE, 11, Who::Customer, "Hola");
    beside.write(NINE, 11, Who::Agent, "¿Sí?");
    beside.until(NINE + 60 * MINUTE);
    let fake = beside.fake();
    let texts: Vec<&str> =
        fake.messages(11).iter().filter_map(|it| it["content"].as_str()).collect();
    assert_eq!(texts[2..4], ["¿Sigues ahí?", "¡Hasta pronto!"]);
    assert_eq!(fake.status(11), Some("resolved"));
}

#[test]
fn a_close_by_an_agent_right_before_ours_is_theirs() {
    let mut beside = Beside::new();
    beside.write(NINE, 11, Who::Customer, "Hola");
    beside.write(NINE, 11, Who::Agent, "¿Sí?");
    beside.until(NINE + 12 * MINUTE);
    beside.hears = false;
    beside.fake().set_status(NINE + 14 * MINUTE, 11, "resolved");
    beside.until(NINE + 16 * MINUTE);
    let fake = beside.fake();
    assert_eq!(fake.ours(11), ["¿Sigues ahí?"], "no closing text");
    assert_eq!(fake.attribute(11, "despertador_exit"), None);
    drop(fake);
    assert_eq!(beside.status(11), "Closed");
}

#[test]
fn an_old_state_that_comes_late_changes_nothing() {
    let mut beside = Beside::new();
    beside.write(NINE, 11, Who::Customer, "Hola");
    beside.fake().set_status(NINE + MINUTE, 11, "resolved");
    let late = beside.fake().take_posts();
    beside.fake().set_status(NINE + 2 * MINUTE, 11, "open");
    beside.settle(NINE + 2 * MINUTE);
    for posted in late {
        let post = Post { headers: &posted.headers, query: &[], body: posted.body.as_bytes() };
        let heard = beside.connector.read_post(&post, NINE + 2 * MINUTE).unwrap();
        beside.connector.receive_at(&mut beside.desk, NINE + 3 * MINUTE, &heard).unwrap();
    }
    assert_eq!(beside.status(11), "Open", "the last «open» is newer than the late «resolved»");
}

fn platform(beside: &Beside) -> &dyn Platform {
    beside.connector.platform()
}

#[test]
fn a_post_that_chatwoot_has_not_signed_is_refused() {
    let beside = Beside::new();
    let body = json!({ "event": "message_created" }).to_string();
    let unsigned = Post { headers: &[], query: &[], body: body.as_bytes() };
    let refused = beside.connector.read_post(&unsigned, NINE);
    assert!(matches!(refused, Err(PostError::Forged(_))), "{refused:?}");
    let ping = platform(&beside).ping(NINE);
    let headers: Vec<(String, String)> =
        ping.headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let body = ping.body.to_string();
    let signed = Post { headers: &headers, query: &[], body: body.as_bytes() };
    assert_eq!(beside.connector.read_post(&signed, NINE), Ok(Vec::new()));
}

/// A post about a message with these members.
fn message(more: &Value) -> String {
    let mut post = json!({
        "event": "message_created", "id": 5, "content": "Hola", "message_type": "outgoing",
        "created_at": "2026-03-02T09:00:00Z", "private": false, "content_attributes": {},
        "sender": { "id": 7, "type": "user" }, "account": { "id": 1 },
        "conversation": { "id": 11, "status": "open", "updated_at": 1_772_442_000.5 },
    });
    for (name, value) in more.as_object().unwrap() {
        post[name] = value.clone();
    }
    post.to_string()
}

#[test]
fn a_message_has_the_author_and_the_kind_of_the_table() {
    let beside = Beside::new();
    let agent = (Author::Agent, MessageKind::Text, Origin::Written);
    for (more, expected) in [
        (json!({}), agent.clone()),
        (
            json!({ "message_type": "incoming", "sender": { "type": "contact" } }),
            (Author::Customer, MessageKind::Text, Origin::Written),
        ),
        (
            json!({ "message_type": "incoming", "attachments": [{ "file_type": "audio" }] }),
            (Author::Customer, MessageKind::Media, Origin::Written),
        ),
        (json!({ "sender": null, "content_attributes": { "external_echo": true } }), agent),
        (json!({ "private": true }), (Author::Agent, MessageKind::PrivateNote, Origin::Written)),
        (
            json!({ "content_attributes": { "automation_rule_id": 3 } }),
            (Author::Bot, MessageKind::Text, Origin::Automation),
        ),
        (
            json!({ "additional_attributes": { "campaign_id": 3 } }),
            (Author::Bot, MessageKind::Text, Origin::Automation),
        ),
        (
            json!({ "sender": { "type": "agent_bot" } }),
            (Author::Bot, MessageKind::Text, Origin::Automation),
        ),
        (
            json!({ "sender": { "type": "captain_assistant" } }),
            (Author::AiAgent, MessageKind::Text, Origin::Written),
        ),
        (
            json!({ "message_type": "template", "content_type": "input_select",
                "content_attributes": { "submitted_values": [{ "title": "Sí", "value": "yes" }] } }),
            (Author::Customer, MessageKind::MenuAnswer, Origin::Written),
        ),
    ] {
        let heard = platform(&beside).parse(&message(&more)).unwrap();
        let rows = despertador_connect::rows(&heard[0], "support:11", None, NINE);
        let messages: Vec<_> = rows
            .iter()
            .filter_map(|row| match &row.call {
                Some(Call::Message(message)) => Some(message.clone()),
                _ => None,
            })
            .collect();
        let [message] = &messages[..] else { panic!("{more}: {rows:?}") };
        let heard = (message.author.clone(), message.kind.clone(), message.origin.clone());
        assert_eq!(heard, expected, "{more}");
    }
    for nothing in ["activity", "template"] {
        let more = json!({ "message_type": nothing });
        let heard = platform(&beside).parse(&message(&more)).unwrap();
        assert!(heard[0].items.is_empty(), "{nothing}");
    }
}

#[test]
fn a_message_that_failed_no_longer_counts() {
    let mut beside = Beside::new();
    beside.write(NINE, 11, Who::Customer, "Hola");
    beside.write(NINE + MINUTE, 11, Who::Agent, "¿Sí?");
    let id = beside.fake().messages(11)[1]["id"].as_i64().unwrap();
    beside.fake().fail(NINE + 2 * MINUTE, 11, id, "131047: Re-engagement message");
    beside.settle(NINE + 2 * MINUTE);
    beside.until(NINE + 60 * MINUTE);
    assert!(beside.fake().ours(11).is_empty(), "the customer still waits for an answer");

    // One of ours that failed is a failed action, with the kind of WhatsApp's code.
    let more = json!({ "status": "failed", "content_attributes": {
        "despertador": "support:11/1/reminder-1#message", "external_error": "131026: Undeliverable" } });
    let heard = platform(&beside).parse(&message(&more)).unwrap();
    let rows = despertador_connect::rows(&heard[0], "support:11", None, NINE);
    let failed = rows.iter().find_map(|row| match &row.call {
        Some(Call::Event(event)) => match &event.what {
            Happening::Failed(failure) => Some(failure.kind.clone()),
            _ => None,
        },
        _ => None,
    });
    assert_eq!(failed, Some(despertador_contract::FailureKind::Blocked));
}

#[test]
fn a_test_says_what_is_wrong() {
    let codes = |beside: &Beside, address: Option<&str>| -> Vec<Code> {
        platform(beside).test(address, NINE).iter().map(|check| check.code).collect()
    };
    let address = "https://desk.example.com/v1/connect/acme/support";
    let beside = Beside::new();
    let events = [
        "message_created",
        "message_updated",
        "conversation_created",
        "conversation_updated",
        "conversation_status_changed",
    ];
    let secret = std::str::from_utf8(SECRET).unwrap();
    beside.fake().webhooks =
        vec![json!({ "url": address, "subscriptions": events, "secret": secret })];
    let all_well = [
        Code::CredentialsGood,
        Code::RightsGood,
        Code::SharedToken,
        Code::NoOtherCloser,
        Code::ClockGood,
        Code::WebhookGood,
        Code::SecretGood,
    ];
    assert_eq!(codes(&beside, Some(address)), all_well);

    beside.fake().webhooks =
        vec![json!({ "url": address, "subscriptions": ["message_created"], "secret": "another" })];
    beside.fake().auto_resolve_after = Some(60);
    beside.fake().rules = vec![json!({ "name": "Cerrar", "active": true,
        "actions": [{ "action_name": "resolve_conversation" }] })];
    let found = codes(&beside, Some(address));
    for code in [Code::SecondCloser, Code::WebhookEvents, Code::WrongSecret] {
        assert!(found.contains(&code), "{code:?}: {found:?}");
    }
    assert_eq!(found.iter().filter(|code| **code == Code::SecondCloser).count(), 2);

    beside.fake().webhooks.clear();
    beside.fake().forbidden = vec!["/inboxes".into(), "toggle_status".into()];
    beside.fake().write(NINE, 11, Who::Customer, "Hola");
    let found = codes(&beside, Some(address));
    assert_eq!(found.iter().filter(|code| **code == Code::MissingRight).count(), 2, "{found:?}");
    assert!(found.contains(&Code::WebhookMissing), "{found:?}");

    beside.fake().token = "another".into();
    assert_eq!(codes(&beside, None), [Code::WrongToken]);
    beside.fake().account = 2;
    beside.fake().token = support::TOKEN.into();
    assert_eq!(codes(&beside, None), [Code::UnknownAccount]);
}

/// A post about the conversation 11, a second later each time.
fn conversation(second: i64, more: &Value) -> String {
    let mut post = json!({
        "event": "conversation_updated", "id": 11, "inbox_id": 5, "channel": "Channel::Whatsapp",
        "status": "open", "labels": [], "can_reply": true, "snoozed_until": null,
        "updated_at": NINE / 1_000 + second, "custom_attributes": {},
        "meta": { "sender": { "id": 3, "name": "Eva" }, "assignee": null, "team": null },
    });
    for (name, value) in more.as_object().unwrap() {
        post[name] = value.clone();
    }
    post.to_string()
}

#[test]
fn states_teams_labels_and_windows_become_facts_and_events_once() {
    let mut beside = Beside::new();
    let mut hear = |second: i64, more: Value| {
        let now = NINE + second * 1_000;
        let heard = platform(&beside).parse(&conversation(second, &more)).unwrap();
        // Whatever is heard twice is recorded once.
        for _ in 0..2 {
            beside.connector.receive_at(&mut beside.desk, now, &heard).unwrap();
        }
        beside.desk.query_ticket("acme", "support:11").unwrap().ticket
    };
    let team = |name: &str, agent: Value| json!({ "sender": { "id": 3, "name": "Eva" }, "team": { "name": name }, "assignee": agent });
    let ana = json!({ "name": "Ana" });
    let ticket = hear(0, json!({ "meta": team("Ventas", ana.clone()), "labels": ["vip"] }));
    assert_eq!(ticket.department.as_deref(), Some("Ventas"));
    assert_eq!((ticket.agent.as_deref(), &ticket.tags[..]), (Some("Ana"), &["vip".into()][..]));
    assert_eq!(ticket.channel, despertador_contract::Channel::Whatsapp);
    let meta = team("Soporte", ana);
    assert_eq!(hear(1, json!({ "meta": meta })).department.as_deref(), Some("Soporte"));
    let meta = team("Soporte", Value::Null);
    let until = NINE / 1_000 + 3_600;
    let snoozed = json!({ "meta": meta, "status": "snoozed", "snoozed_until": until });
    assert_eq!(hear(2, snoozed).agent, None);
    assert_eq!(hear(3, json!({ "meta": meta, "can_reply": false })).window_until, Some(0));
    assert_eq!(hear(4, json!({ "meta": meta })).window_until, None);
    hear(5, json!({ "meta": meta, "status": "resolved" }));
    hear(6, json!({ "meta": meta }));
    let timeline = beside.desk.query_timeline("acme", "support:11").unwrap();
    let events: Vec<Value> =
        timeline.into_iter().filter_map(|entry| entry.row?.get("event").cloned()).collect();
    assert_eq!(
        events,
        [
            json!({ "transferred": { "agent": "Ana", "department": "Soporte" } }),
            json!("unassigned"),
            json!({ "snoozed": "2026-03-02T10:00:00Z" }),
            json!("woken"),
            json!({ "closed": "agent" }),
            json!({ "reopened": "agent" }),
        ]
    );
}

#[test]
fn an_installation_without_signatures_has_a_token_in_the_address() {
    let calls = support::Calls {
        chatwoot: Beside::new().chatwoot,
        clock: support::Hand::at(NINE),
        look: |_, _, _| {},
    };
    let options = ChatwootOptions {
        address_token: Some("a long word".into()),
        ..ChatwootOptions::new("http://chatwoot", 1, support::TOKEN)
    };
    let platform = Chatwoot::new("support", options, std::sync::Arc::new(calls));
    let with = |token: &str| {
        let query = [("token".to_owned(), token.to_owned())];
        platform.verify(&Post { headers: &[], query: &query, body: b"{}" }, NINE)
    };
    assert_eq!(with("a long word"), Ok(()));
    assert!(with("another").is_err() && with("").is_err());
    assert!(platform.verify(&Post { headers: &[], query: &[], body: b"{}" }, NINE).is_err());
}
