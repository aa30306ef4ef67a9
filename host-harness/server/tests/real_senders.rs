//! Events and envelopes as real senders write them: the message of a customer who answers is
//! recorded, and they are neither reminded nor closed.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that is wrong fails"
)]

mod support;

use despertador_server::{Blip, CloseBy};
use serde_json::{Value, json};
use support::{Answer, MINUTE, NINE, Served, call};

const HALF_EMOJI: &str = include_str!("../../../tests/fixtures/doors/half-emoji.events.ndjson");
const HALF_EMOJI_BLIP: &str = include_str!("../../../tests/fixtures/doors/half-emoji.blip.ndjson");
const NINTH_DIGIT: &str = include_str!("../../../tests/fixtures/doors/ninth-digit.blip.ndjson");
const DATA_WEBHOOK: &str = include_str!("../../../tests/fixtures/doors/data-webhook.blip.ndjson");

const EVENTS: &str = "/v1/accounts/acme/events";
const BLIP: &str = "/v1/accounts/acme/blip";
const INBOUND: &str = "/v1/accounts/acme/inbound";

/// A server whose account `acme` is this bot; actions are written to the log.
fn bot(bot: &str, data_webhook: bool) -> Served {
    Served::with(|settings, _| {
        settings.accounts.get_mut("acme").unwrap().blip = Some(Blip {
            bot: bot.into(),
            data_webhook,
            base: None,
            key_file: None,
            close_by: CloseBy::ChangeStatus,
            feed: None,
            timeout: None,
        });
    })
}

fn lines(served: &Served, path: &str, body: &str) -> Answer {
    let kind = [("Content-Type", "application/x-ndjson")];
    call("POST", &served.url(path), &served.acme, Some(body), &kind)
}

/// The result of each envelope.
fn answers(answer: &Answer) -> Vec<String> {
    let all = answer.json()["answers"].as_array().unwrap_or_else(|| panic!("{answer:?}")).clone();
    all.iter().map(|one| one["answer"].as_str().unwrap().to_owned()).collect()
}

fn ticket(served: &Served, id: &str) -> Value {
    served.get(&format!("/v1/accounts/acme/tickets/{id}")).json()
}

/// Whether an action waits because of unreadable input.
fn is_held(served: &Served, id: &str) -> bool {
    served
        .get(&format!("/v1/accounts/acme/tickets/{id}/timeline"))
        .body
        .contains("may have written")
}

fn inbound(served: &Served) -> Vec<Value> {
    served.get(INBOUND).json()["inbound"].as_array().unwrap().clone()
}

#[test]
fn half_an_emoji_in_an_event_is_heard() {
    for mark in ["", "\u{feff}"] {
        let served = Served::new();
        let body = format!("{mark}{}", HALF_EMOJI.replace("2026-11-28", "2026-03-02"));
        let taken = lines(&served, EVENTS, &body).json();
        assert_eq!((&taken["stored"], &taken["unreadable"]), (&json!(4), &json!(0)), "{taken}");
        let timeline = served.get("/v1/accounts/acme/tickets/s1/timeline");
        assert!(timeline.body.contains("É o 4711 \u{fffd}"), "{timeline:?}");
        // The customer has answered: nothing is due.
        assert_eq!(ticket(&served, "s1")["aim"], Value::Null);
    }
}

#[test]
fn a_body_that_is_no_utf_8_is_heard_and_a_policy_that_is_none_is_refused() {
    let served = Served::new();
    let body = b"{\"ticket\":\"1\",\"message\":{\"author\":\"customer\",\"text\":\"ol\xe1\"}}";
    let post = |method: &str, path: &str, body: &[u8]| {
        let config = ureq::Agent::config_builder().http_status_as_error(false).build();
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(served.url(path))
            .header("Authorization", format!("Bearer {}", served.acme))
            .header("Content-Type", "application/json")
            .body(body.to_vec())
            .unwrap();
        let mut answer = ureq::Agent::new_with_config(config).run(request).unwrap();
        (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
    };
    let (status, taken) = post("POST", EVENTS, body);
    assert_eq!(status, 200, "{taken}");
    assert!(served.get("/v1/accounts/acme/tickets/1/timeline").body.contains("ol\u{fffd}"));
    let (status, refused) = post("PUT", "/v1/accounts/acme/policy", b"{\"rules\":[\"\xe1\"]}");
    assert!(status == 400 && refused.contains("not UTF-8"), "{status} {refused}");
    let marked = format!("\u{feff}{}", support::ADERESO);
    assert_eq!(served.put("/v1/accounts/acme/policy", &marked).status, 200);
}

#[test]
fn a_flow_with_half_an_emoji_is_saved_and_given_back() {
    let served = Served::new();
    let flow = include_str!("../../../tests/cli/files/jardin.json");
    let halved = flow.replacen("¡Hola! ", "¡Hola! \\ud83d ", 1);
    let halved = format!("\u{feff}{halved}");
    assert!(halved.contains("ud83d"), "the bot greets");
    let saved = served.put("/v1/accounts/acme/flow", &halved);
    assert_eq!(saved.json()["inactivity-exit"], "linked", "{saved:?}");
    let kept = served.get("/v1/accounts/acme/flow");
    assert!(kept.json()["flow"].is_object() && kept.body.contains("fffd"), "{kept:?}");
}

#[test]
fn an_odd_member_costs_no_message_and_one_bad_event_none_of_the_others() {
    let served = Served::new();
    let batch = json!([
        { "ticket": 1, "id": 7, "at": "2026-03-02 09:00:00+0000", "channel": "sms",
          "message": { "author": "customer", "kind": "gif" } },
        { "ticket": "2", "event": "exploded" },
        { "ticket": "3", "message": { "author": "customer" } },
        7,
    ]);
    let answer = served.post(EVENTS, &batch.to_string());
    assert_eq!(answer.status, 200, "{answer:?}");
    let taken = answer.json();
    assert_eq!((&taken["stored"], &taken["unreadable"]), (&json!(2), &json!(2)), "{taken}");
    let results: Vec<_> = taken["receipts"].as_array().unwrap().iter().collect();
    assert_eq!(results[0]["ticket"], "1");
    assert!(results[0]["notes"][0].as_str().unwrap().contains("channel"), "{taken}");
    assert_eq!((&results[1]["result"], &results[1]["ticket"]), (&json!("unreadable"), &json!("2")));
    assert_eq!(inbound(&served).len(), 2);
    // Sent again, it is stored once.
    served.post(EVENTS, &batch.to_string());
    assert_eq!(inbound(&served).len(), 2);
    let alone = served.post(EVENTS, r#"{ "ticket": "2", "event": "imploded" }"#);
    assert_eq!((alone.status, alone.problem().as_str()), (400, "unreadable-events"));
    assert_eq!(inbound(&served).len(), 3);
}

#[test]
fn a_ticket_that_something_unreadable_names_waits_until_somebody_has_looked() {
    let served = Served::new();
    served.silent("4711");
    served.silent("4712");
    served.at(NINE + MINUTE);
    let broken = r#"{ "ticket": "4711", "message": { "author": "customer", "text": "Sí "#;
    let refused = served.post(EVENTS, broken);
    assert_eq!((refused.status, refused.problem().as_str()), (400, "not-json"));
    served.at(NINE + 10 * MINUTE);
    served.settle(|served| is_held(served, "4711"));
    served.settle(|served| served.actions().iter().any(|action| action["ticket"] == "4712"));
    // An hour later still nothing was sent.
    served.at(NINE + 70 * MINUTE);
    served.settle(|served| served.actions().len() > 1);
    assert!(served.actions().iter().all(|action| action["ticket"] == "4712"));

    let entry = &inbound(&served)[0];
    assert_eq!(entry["text"], broken);
    assert_eq!(entry["tickets"], json!(["4711"]));
    let operations = served.server.operations().expect("an address");
    let metrics = call("GET", &format!("http://{operations}/metrics"), "", None, &[]);
    assert!(metrics.body.contains("inbound_unread 1"), "{}", metrics.body);
    // Viewing is not editing.
    let which = json!({ "id": entry["id"] }).to_string();
    let viewer = served.token(&["help-desk:view"]);
    let path = format!("{INBOUND}/discard");
    let denied = call("POST", &served.url(&path), &viewer, Some(&which), &[]);
    assert_eq!(denied.problem(), "missing-scope");
    assert_eq!(served.post(&path, &which).status, 204);
    assert_eq!(served.post(&path, &which).problem(), "unknown-inbound");
    assert_eq!(inbound(&served), Vec::<Value>::new());
    let audit = served.get("/v1/accounts/acme/audit").json();
    assert_eq!(audit["entries"][0]["what"], "inbound-discarded");
    // It has no consequence: the ticket continues.
    served.at(NINE + 72 * MINUTE);
    served.settle(|served| served.actions().iter().any(|action| action["ticket"] == "4711"));
}

#[test]
fn what_could_not_be_read_is_sent_again_as_it_should_have_been() {
    let served = Served::new();
    served.silent("4711");
    let broken =
        r#"{ "ticket": "4711", "id": "m9", "message": { "author": "customer", "text": "Sí "#;
    served.post(EVENTS, broken);
    let id = inbound(&served)[0]["id"].clone();
    let path = format!("{INBOUND}/send-again");
    let again = |text: Option<&str>| {
        let mut which = json!({ "id": id });
        if let Some(text) = text {
            which["text"] = text.into();
        }
        served.post(&path, &which.to_string())
    };
    let unchanged = again(None);
    assert_eq!((unchanged.status, unchanged.problem().as_str()), (422, "event-refused"));
    let mended = format!("{broken}\" }} }}");
    assert_eq!(again(Some(&mended)).status, 204);
    assert_eq!(inbound(&served), Vec::<Value>::new());
    assert!(served.get("/v1/accounts/acme/tickets/4711/timeline").body.contains("Sí "));
    assert_eq!(ticket(&served, "4711")["aim"], Value::Null, "the customer has answered");
    assert_eq!(again(None).problem(), "unknown-inbound");
}

#[test]
fn an_agents_message_that_was_not_delivered_starts_no_clock() {
    let served = Served::new();
    served.silent("4711");
    assert_eq!(ticket(&served, "4711")["aim"], "reminder-1");
    let failed =
        json!({ "ticket": "4711", "id": "f1", "event": { "other": "message-undelivered:a1" } });
    assert_eq!(served.post(EVENTS, &failed.to_string()).json()["stored"], 1);
    assert_eq!(ticket(&served, "4711")["aim"], Value::Null);

    let served = bot("lojabot@msging.net", false);
    let mut conversation: Vec<&str> = NINTH_DIGIT.lines().take(2).collect();
    let failed = r#"{"id":"fwd:n1","from":"5531988887777@wa.gw.msging.net","to":"lojabot@msging.net","event":"failed","reason":{"code":131026,"description":"undeliverable"}}"#;
    let asked = r#"{"id":"n0","from":"553188887777@wa.gw.msging.net","to":"lojabot@msging.net","type":"text/plain","content":"oi"}"#;
    conversation.insert(1, asked);
    assert_eq!(answers(&lines(&served, BLIP, &conversation.join("\n"))), ["taken"; 3]);
    let id = "aaaaaaaa-0018-4000-8000-000000000001";
    assert_eq!(ticket(&served, id)["aim"], "reminder-1");
    assert_eq!(answers(&served.post(BLIP, failed)), ["taken"]);
    assert_eq!(ticket(&served, id)["aim"], Value::Null);
    assert_eq!(answers(&served.post(BLIP, failed)), ["taken"], "told again it changes nothing");
}

#[test]
fn half_an_emoji_in_an_envelope_is_heard() {
    let served = bot("lojabot@msging.net", false);
    assert_eq!(answers(&lines(&served, BLIP, HALF_EMOJI_BLIP)), ["taken"; 4]);
    let id = "aaaaaaaa-0009-4000-8000-000000000001";
    let timeline = served.get(&format!("/v1/accounts/acme/tickets/{id}/timeline"));
    assert!(timeline.body.contains("E o 4711 \u{fffd}"), "{timeline:?}");
    assert_eq!(ticket(&served, id)["aim"], Value::Null);
}

#[test]
fn a_customer_is_one_under_every_spelling() {
    let id = "aaaaaaaa-0018-4000-8000-000000000001";
    for from in [
        "553188887777@wa.gw.msging.net",
        "5531988887777@WA.gw.msging.net/instance",
        "+5531988887777@wa.gw.msging.net",
        "553188887777%40wa.gw.msging.net",
        "553188887777%40wa.gw.msging.net@tunnel.msging.net",
        // By the address of the router.
        "8D1F@tunnel.msging.net",
    ] {
        let served = bot("lojabot@msging.net", false);
        let opened = NINTH_DIGIT.replace(
            r#""customerDomain""#,
            r#""routingCustomerIdentity":"5531988887777@wa.gw.msging.net","customerDomain""#,
        );
        let opened = opened.replace(
            r#""customerIdentity":"5531988887777@wa.gw.msging.net""#,
            r#""customerIdentity":"8d1f@tunnel.msging.net""#,
        );
        let body = opened
            .replace(r#""from":"553188887777@wa.gw.msging.net""#, &format!(r#""from":"{from}""#));
        assert_eq!(answers(&lines(&served, BLIP, &body)), ["taken"; 3], "{from}");
        assert_eq!(ticket(&served, id)["aim"], Value::Null, "{from} has answered");
        // People find and delete them under any spelling.
        let escaped = from.replace('%', "%25").replace('/', "%2F").replace('+', "%2B");
        let found = served.get(&format!("/v1/accounts/acme/tickets?customer={escaped}")).json();
        assert_eq!(found["tickets"].as_array().map(Vec::len), Some(1), "{from}: {found}");
        let gone = served.delete(&format!("/v1/accounts/acme/customers/{escaped}"));
        assert!(gone.status < 300, "{gone:?}");
        assert_eq!(served.get(&format!("/v1/accounts/acme/tickets/{id}")).status, 404, "{from}");
    }
}

#[test]
fn the_data_webhook_opens_and_closes_tickets_where_the_door_is_for_it() {
    let served = bot("meubot@msging.net", true);
    assert_eq!(answers(&lines(&served, BLIP, DATA_WEBHOOK)), ["taken"; 4]);
    assert_eq!(ticket(&served, "t-1")["facts"]["status"], "closed");
    let timeline = served.get("/v1/accounts/acme/tickets/t-1/timeline");
    assert!(timeline.body.contains("oi Ana"), "{timeline:?}");

    // Another customer's ticket stays theirs.
    let forged = |id: &str, owner: &str, customer: &str| {
        json!({ "id": "x", "from": "5511900000002@wa.gw.msging.net", "to": "meubot@msging.net",
                "type": "application/vnd.iris.ticket+json",
                "content": { "id": id, "ownerIdentity": owner, "customerIdentity": customer,
                             "sequentialId": 9, "status": "Open" } })
    };
    for (id, owner, customer) in [
        ("t-9", "other@msging.net", "5511900000002@wa.gw.msging.net"),
        ("t-9", "meubot@msging.net", "5511900000001@wa.gw.msging.net"),
        ("t-1", "meubot@msging.net", "5511900000002@wa.gw.msging.net"),
    ] {
        let answer = served.post(BLIP, &forged(id, owner, customer).to_string());
        assert_eq!(answers(&answer), ["refused"], "{answer:?}");
    }
    assert_eq!(ticket(&served, "t-1")["facts"]["status"], "closed");
    assert_eq!(served.get("/v1/accounts/acme/tickets/t-9").status, 404);
}

#[test]
fn without_the_setting_a_customer_makes_no_ticket_and_a_close_is_no_message() {
    let served = bot("meubot@msging.net", false);
    let answer = lines(&served, BLIP, DATA_WEBHOOK);
    let kinds = answers(&answer);
    assert_eq!((kinds[0].as_str(), kinds[3].as_str()), ("refused", "refused"), "{answer:?}");
    assert!(answer.json()["answers"][0]["help"].as_str().unwrap().contains("data-webhook"));
    assert_eq!(served.get("/v1/accounts/acme/tickets").json()["tickets"], json!([]));
}

#[test]
fn tickets_in_the_answers_of_the_desk_are_read() {
    let served = bot("meubot@msging.net", false);
    let one = |id: &str, number: i64, customer: &str| {
        json!({ "id": id, "sequentialId": number, "ownerIdentity": "meubot@msging.net",
                "customerIdentity": customer, "status": "Open", "team": "Default" })
    };
    let answer = |from: &str, kind: &str, resource: Value| {
        json!({ "id": "c1", "from": from, "to": "meubot@msging.net", "method": "get",
                "status": "success", "type": kind, "resource": resource })
    };
    let ticket_type = "application/vnd.iris.ticket+json";
    let opened = answer(
        "postmaster@desk.msging.net/#az",
        ticket_type,
        one("t-1", 1, "5511900000001@wa.gw.msging.net"),
    );
    assert_eq!(answers(&served.post(BLIP, &opened.to_string())), ["taken"]);
    let list = answer(
        "postmaster@desk.msging.net/#az",
        "application/vnd.lime.collection+json",
        json!({ "itemType": ticket_type, "total": 2, "items": [
            one("t-2", 2, "5511900000002@wa.gw.msging.net"),
            one("t-3", 3, "5511900000003@wa.gw.msging.net"),
        ] }),
    );
    assert_eq!(answers(&served.post(BLIP, &list.to_string())), ["taken", "taken"]);
    let forged = answer(
        "5511900000004@wa.gw.msging.net",
        ticket_type,
        one("t-4", 4, "5511900000004@wa.gw.msging.net"),
    );
    assert_eq!(answers(&served.post(BLIP, &forged.to_string())), ["ignored"]);
    let tickets = served.get("/v1/accounts/acme/tickets").json();
    assert_eq!(tickets["tickets"].as_array().map(Vec::len), Some(3), "{tickets}");
}

#[test]
fn an_envelope_that_cannot_be_read_holds_its_customers_ticket() {
    let served = bot("lojabot@msging.net", false);
    let conversation: Vec<&str> = HALF_EMOJI_BLIP.lines().take(3).collect();
    assert_eq!(answers(&lines(&served, BLIP, &conversation.join("\n"))), ["taken"; 3]);
    let id = "aaaaaaaa-0009-4000-8000-000000000001";
    // Another spelling, and truncated.
    let broken = r#"{"id":"m3","from":"551188887777@wa.gw.msging.net","to":"lojabot@msging.net","type":"text/plain","content":"E o 47"#;
    let answer = served.post(BLIP, broken);
    assert_eq!(answers(&answer), ["refused"]);
    let entry = &inbound(&served)[0];
    assert_eq!(answer.json()["answers"][0]["inbound"], entry["id"]);
    assert_eq!(entry["customers"], json!(["5511988887777@wa.gw.msging.net"]), "{entry}");
    served.at(NINE + 10 * MINUTE);
    served.settle(|served| is_held(served, id));
    served.at(NINE + 90 * MINUTE);
    assert_eq!(served.actions(), Vec::<Value>::new());
    let again = json!({ "id": entry["id"], "text": format!("{broken}11\"}}") }).to_string();
    assert_eq!(served.post(&format!("{INBOUND}/send-again"), &again).status, 204);
    served.settle(|served| ticket(served, id)["aim"] == Value::Null);
    served.at(NINE + 200 * MINUTE);
    assert_eq!(served.actions(), Vec::<Value>::new(), "the customer has answered");
}
