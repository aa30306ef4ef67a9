//! Blip in front of and behind the server: its posts are received, and actions are sent to it.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that is wrong fails"
)]

mod support;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc;
use std::time::Duration;

use despertador_server::{Blip, CloseBy};
use serde_json::{Value, json};
use support::{MINUTE, NINE, Served};

fn read_request(stream: &mut TcpStream) -> (String, Value) {
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let (mut all, mut part) = (Vec::new(), [0; 4_096]);
    loop {
        let count = stream.read(&mut part).unwrap();
        assert!(count > 0, "the request ended too soon");
        all.extend_from_slice(&part[..count]);
        let text = String::from_utf8_lossy(&all).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| {
            line.to_lowercase().strip_prefix("content-length: ")?.parse::<usize>().ok()
        });
        if body.len() >= length.unwrap_or(0) {
            return (head.to_owned(), serde_json::from_str(body).unwrap());
        }
    }
}

/// A simulated Blip that accepts everything: path, authorization and envelope of each request.
fn blip() -> (String, mpsc::Receiver<(String, Value)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let (told, received) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let (head, envelope) = read_request(&mut stream);
            let answer =
                json!({ "id": envelope["id"], "method": envelope["method"], "status": "success" });
            let answer = answer.to_string();
            let head_of_answer = format!(
                "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                answer.len()
            );
            stream.write_all((head_of_answer + &answer).as_bytes()).unwrap();
            if told.send((head, envelope)).is_err() {
                return;
            }
        }
    });
    (base, received)
}

fn served(base: &str) -> Served {
    Served::with(|settings, folder| {
        settings.accounts.get_mut("acme").unwrap().blip = Some(Blip {
            bot: "mybot@msging.net".into(),
            base: Some(base.into()),
            key_file: Some(folder.write("key", "bXlib3Q6a2V5\n")),
            data_webhook: false,
            close_by: CloseBy::ChangeStatus,
            feed: None,
            timeout: None,
        });
    })
}

const CUSTOMER: &str = "5511999990000@wa.gw.msging.net";

#[test]
fn a_conversation_that_blip_posts_is_reminded_and_closed_through_blip() {
    let (base, received) = blip();
    let served = served(&base);
    let post = |envelope: Value| served.post("/v1/accounts/acme/blip", &envelope.to_string());
    let opened = post(json!({
        "id": "Ticket:3f8c:Open", "from": "3f8c@desk.msging.net", "to": "mybot@msging.net",
        "type": "application/vnd.iris.ticket+json",
        "content": { "id": "3f8c", "sequentialId": 7, "customerIdentity": CUSTOMER, "status": "Open",
                     "agentIdentity": "ana%40acme.com@blip.ai" },
    }));
    assert_eq!(opened.json()["answers"][0]["answer"], "taken", "{opened:?}");
    let escaped = CUSTOMER.replace('@', "%40");
    // One request with both sides of the conversation, and the customer's twice.
    let asked = json!({ "id": "m1", "from": CUSTOMER, "to": "mybot@msging.net",
                        "type": "text/plain", "content": "oi" });
    let both = json!([
        asked,
        { "id": "m2", "from": format!("{escaped}@desk.msging.net"), "to": "mybot@msging.net",
          "type": "text/plain", "content": "Olá!" },
        asked,
        { "id": "c1", "from": CUSTOMER, "to": "mybot@msging.net",
          "type": "application/vnd.lime.chatstate+json", "content": { "state": "gone" } },
    ]);
    let answers = post(both).json()["answers"].clone();
    let kinds: Vec<_> = answers.as_array().unwrap().iter().map(|a| a["answer"].clone()).collect();
    assert_eq!(kinds[0], "taken", "{answers}");
    assert_eq!(kinds[3], "ignored", "{answers}");
    let state = served.get("/v1/accounts/acme/tickets/3f8c").json();
    if state["aim"] != "reminder-1" {
        panic!("nobody waits: {answers}\n{state}");
    }
    served.at(NINE + 10 * MINUTE);
    let (head, sent) = received.recv_timeout(Duration::from_secs(20)).expect("a message");
    assert!(head.starts_with("POST /messages "), "{head}");
    assert!(head.to_lowercase().contains("authorization: key bxlib3q6a2v5"), "{head}");
    assert_eq!(sent["content"], "¿Sigues allí? Estamos aquí para ayudarte.");
    let recorded = |aim: &str| {
        served.settle(|served| served.get("/v1/accounts/acme/tickets/3f8c").json()["aim"] == aim);
    };
    for (after, aim) in [(11, "reminder-2"), (14, "reminder-3")] {
        recorded(aim);
        served.at(NINE + after * MINUTE);
        let (head, _) = received.recv_timeout(Duration::from_secs(20)).expect("a message");
        assert!(head.starts_with("POST /messages "), "{head}");
    }
    recorded("close");
    served.at(NINE + 15 * MINUTE);
    // A note and tags come first.
    let closed = loop {
        let (head, command) = received.recv_timeout(Duration::from_secs(20)).expect("a command");
        assert!(head.starts_with("POST /commands "), "{head}");
        if command["uri"] == "/tickets/change-status" {
            break command;
        }
    };
    assert_eq!(closed["resource"]["status"], "ClosedClientInactivity");
}

#[test]
fn what_is_posted_for_nobody_or_is_no_envelope_is_answered_and_said() {
    let (base, _received) = blip();
    let served = served(&base);
    let answer = served.post("/v1/accounts/acme/blip", r#"[{ "id": "x" }, 7]"#).json();
    for one in answer["answers"].as_array().unwrap() {
        assert!(["refused", "ignored"].contains(&one["answer"].as_str().unwrap()), "{answer}");
    }
    let globex = support::call(
        "POST",
        &served.url("/v1/accounts/globex/blip"),
        &served.globex,
        Some("{}"),
        &[],
    );
    assert_eq!((globex.status, globex.problem().as_str()), (409, "refused"));
    assert!(globex.body.contains("[accounts.NAME.blip]"), "{globex:?}");
}
