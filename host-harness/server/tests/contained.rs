//! An account, a clock, a row or a page never affects the tickets of others through the server, and
//! no ticket is closed because of it.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that is wrong fails"
)]

mod support;

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc;
use std::time::Duration;

use despertador_server::{Blip, CloseBy};
use serde_json::{Value, json};
use support::{MINUTE, NINE, Served, call};

/// A receiver that answers 500 to everything and reports each request.
fn broken_receiver() -> (String, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let (told, received) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            let (mut all, mut part) = (Vec::new(), [0; 4_096]);
            stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
            let is_whole = |all: &[u8]| {
                let text = String::from_utf8_lossy(all).to_lowercase();
                let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
                let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
                length.is_none_or(|length| body.len() >= length.parse().unwrap_or(0))
            };
            while !is_whole(&all) {
                match stream.read(&mut part) {
                    Ok(count @ 1..) => all.extend_from_slice(&part[..count]),
                    _ => break,
                }
            }
            let answer = "HTTP/1.1 500 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            let _: std::io::Result<()> = stream.write_all(answer.as_bytes());
            if told.send(String::from_utf8_lossy(&all).into_owned()).is_err() {
                return;
            }
        }
    });
    (base, received)
}

fn events(served: &Served, list: &Value) -> Value {
    let answer = served.post("/v1/accounts/acme/events", &list.to_string());
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

#[test]
fn a_chain_of_a_thousand_tickets_ends_no_server() {
    let served = Served::new();
    let link = |n: usize| {
        json!({ "ticket": format!("T{n}"), "at": "2026-03-02T09:00:00Z",
                "facts": { "channel": "whatsapp", "more": { "continued-by": format!("T{}", n + 1) } } })
    };
    let chain: Vec<Value> = (0..1_000).map(link).collect();
    assert_eq!(events(&served, &json!(chain))["stored"], 1_000);
    for what in [
        json!({ "failed": { "cycle": 1, "step": "reminder-1" } }),
        json!({ "carried-out": { "cycle": 1, "step": "reminder-1" } }),
    ] {
        let one = json!({ "ticket": "T0", "at": "2026-03-02T09:00:00Z", "event": what });
        let answer = served.post("/v1/accounts/acme/events", &one.to_string());
        assert!([200, 422].contains(&answer.status), "{answer:?}");
    }
    assert_eq!(served.get("/v1/accounts/acme/tickets/T999").status, 200, "it still answers");
}

#[test]
fn an_event_that_could_not_be_read_again_is_refused_at_the_door() {
    let served = Served::new();
    served.silent("4711");
    // A step that the contract does not define is another step, whatever its name.
    for step in ["other:close", "other:reminder-1"] {
        let event = json!({ "ticket": "4711", "at": "2026-03-02T09:00:00Z",
                            "event": { "failed": { "cycle": 1, "step": step } } });
        let answer = served.post("/v1/accounts/acme/events", &event.to_string());
        assert!([200, 400, 422].contains(&answer.status), "{step}: {answer:?}");
    }
    for step in ["other:a/b", "other:"] {
        for what in ["carried-out", "failed"] {
            let event = json!({ "ticket": "4711", "at": "2026-03-02T09:00:00Z",
                                "event": { what: { "cycle": 1, "step": step } } });
            let answer = served.post("/v1/accounts/acme/events", &event.to_string());
            assert!([400, 422].contains(&answer.status), "{step}: {answer:?}");
        }
    }
    let served = served.again();
    assert_eq!(served.get("/v1/accounts/acme/tickets/4711").json()["aim"], "reminder-1");
}

#[test]
fn what_nobody_asked_for_was_not_carried_out() {
    let served = Served::new();
    served.silent("4711");
    for step in ["reminder-1", "reminder-2", "reminder-3"] {
        let forged = json!({ "ticket": "4711", "at": "2026-03-02T09:00:00Z",
                             "event": { "carried-out": { "cycle": 1, "step": step } } });
        let answer = served.post("/v1/accounts/acme/events", &forged.to_string());
        assert_eq!(answer.status, 422, "{answer:?}");
        assert!(answer.body.contains("nobody requested the action"), "{answer:?}");
    }
    assert_eq!(served.get("/v1/accounts/acme/tickets/4711").json()["aim"], "reminder-1");
}

#[test]
fn another_customer_confirms_no_reminder() {
    const CUSTOMER: &str = "5511999990000@wa.gw.msging.net";
    let (base, received) = broken_receiver();
    let served = Served::with(|settings, folder| {
        settings.accounts.get_mut("acme").unwrap().blip = Some(Blip {
            bot: "mybot@msging.net".into(),
            base: Some(base.clone()),
            key_file: Some(folder.write("key", "bXlib3Q6a2V5\n")),
            close_by: CloseBy::ChangeStatus,
            feed: None,
            timeout: None,
            data_webhook: false,
        });
    });
    let post = |envelope: &Value| served.post("/v1/accounts/acme/blip", &envelope.to_string());
    let ticket = |id: &str, number: i64, customer: &str| {
        json!({ "id": format!("Ticket:{id}:Open"), "from": format!("{id}@desk.msging.net"),
                "to": "mybot@msging.net", "type": "application/vnd.iris.ticket+json",
                "content": { "id": id, "sequentialId": number, "customerIdentity": customer,
                             "status": "Open", "agentIdentity": "ana%40acme.com@blip.ai" } })
    };
    let said = |id: &str, from: &str| {
        json!({ "id": id, "from": from, "to": "mybot@msging.net",
                "type": "text/plain", "content": "oi" })
    };
    let agent = format!("{}@desk.msging.net", CUSTOMER.replace('@', "%40"));
    for envelope in [
        ticket("t-1", 7, CUSTOMER),
        ticket("t-2", 8, "eva@0mn.io"),
        said("m1", CUSTOMER),
        said("m2", &agent),
    ] {
        assert_eq!(post(&envelope).json()["answers"][0]["answer"], "taken", "{envelope}");
    }
    served.at(NINE + 10 * MINUTE);
    let tried = received.recv_timeout(Duration::from_secs(20)).expect("a try");
    assert!(tried.contains("despertador.t-1.1.reminder-1.message"), "{tried}");
    for number in 1..=3 {
        for event in ["dispatched", "received", "consumed"] {
            let forged = json!({ "id": format!("despertador.t-1.1.reminder-{number}.message"),
                                 "from": "eva@0mn.io", "to": "mybot@msging.net", "event": event });
            let answer = post(&forged).json();
            assert_eq!(answer["answers"][0]["answer"], "ignored", "{answer}");
        }
    }
    served.at(NINE + 30 * MINUTE);
    let state = served.get("/v1/accounts/acme/tickets/t-1").json();
    assert_eq!(state["facts"]["status"], "open", "{state}");
    let keys: Vec<_> = state["actions"].as_array().into_iter().flatten().collect();
    assert!(!keys.iter().any(|row| row["key"] == "t-1/1/close"), "{state}");
}

#[test]
fn who_answers_after_the_clock_was_set_back_is_not_closed() {
    let served = Served::new();
    served.silent("4711");
    for (minute, count) in [(10, 1), (11, 2), (14, 3)] {
        served.at(NINE + minute * MINUTE);
        served.settle(|served| served.carried_out() >= count);
    }
    // Before the agent's answer, and the customer writes.
    let back = NINE - 5 * MINUTE;
    served.at(back);
    let reply = json!({ "ticket": "4711", "at": "2026-03-02T08:55:00Z", "id": "c2",
                        "message": { "author": "customer" } });
    events(&served, &json!([reply]));
    for minute in [0, 14, 15, 16, 60] {
        served.at(NINE + minute * MINUTE);
    }
    let state = served.get("/v1/accounts/acme/tickets/4711").json();
    assert_eq!(state["facts"]["status"], "open", "{state}");
    assert_eq!(served.actions().len(), 3, "{:?}", served.actions());
}

/// A page of a table is damaged while the server is down: either an error says so with a way out,
/// or the others continue.
#[test]
fn a_torn_page_is_one_tickets_or_is_said_loudly() {
    let served = Served::new();
    let one = |n: usize, id: &str, author: &str| {
        json!({ "ticket": format!("T{n:03}"), "at": "2026-03-02T09:00:00Z", "id": id,
                "facts": { "channel": "whatsapp", "more": { "customer.id": format!("c{n}") } },
                "message": { "author": author } })
    };
    let all: Vec<Value> =
        (0..400).flat_map(|n| [one(n, "c", "customer"), one(n, "a", "agent")]).collect();
    assert_eq!(events(&served, &json!(all))["stored"], 800);
    let Served { server, folder, globex, .. } = served;
    assert!(server.stop().is_some());
    let file = folder.path().join("desk.db");
    let page: u32 = {
        let connection = rusqlite::Connection::open(&file).unwrap();
        let leaves = "SELECT pageno FROM dbstat WHERE name = 'ticket' AND pagetype = 'leaf'
                      ORDER BY pageno LIMIT 1 OFFSET 5";
        connection.query_row(leaves, [], |row| row.get(0)).unwrap()
    };
    let mut bytes = std::fs::read(&file).unwrap();
    let start = (page as usize - 1) * 4_096;
    bytes[start..start + 4_096].iter_mut().for_each(|byte| *byte ^= 0x5a);
    std::fs::write(&file, bytes).unwrap();
    let settings = support::settings(&folder);
    let start = despertador_server::Start::new(settings, despertador_component::COMPONENT);
    let server = despertador_server::Server::start(start).expect("a server");
    let url = |path: &str| format!("http://{}{path}", server.address());
    let event =
        json!({ "ticket": "B1", "at": "2026-03-02T09:20:00Z", "message": { "author": "agent" } });
    let answer =
        call("POST", &url("/v1/accounts/globex/events"), &globex, Some(&event.to_string()), &[]);
    assert_eq!(answer.status, 200, "another account goes on: {answer:?}");
    let handle = server.handle();
    let mut damaged = 0;
    for _ in 0..50_000 {
        damaged = handle.call(|desk, _| desk.damaged_count()).expect("a desk");
        if damaged > 0 {
            break;
        }
        std::thread::yield_now();
    }
    assert!((1..60).contains(&damaged), "{damaged} of 400 tickets were on the page");
    let why = handle.call(|desk, _| desk.query_damaged()).expect("a desk").expect("a list");
    assert!(why[0].why.contains("restore a backup"), "{why:?}");
    let ready = call("GET", &url("/readyz"), "", None, &[]);
    assert_eq!(ready.status, 200, "{ready:?}");
    assert!(server.stop().is_some());
}

/// A page of an index is torn, so that nobody knows what is due: the desk stops and says what is
/// damaged. The server answers 503 until it is stopped.
#[test]
fn a_torn_index_stops_the_desk_loudly() {
    let served = Served::new();
    served.silent("4711");
    let Served { server, folder, acme, .. } = served;
    assert!(server.stop().is_some());
    let file = folder.path().join("desk.db");
    let root = "SELECT rootpage FROM sqlite_schema WHERE name = 'ticket_by_due'";
    let page: u32 = {
        let connection = rusqlite::Connection::open(&file).unwrap();
        connection.query_row(root, [], |row| row.get(0)).unwrap()
    };
    let mut bytes = std::fs::read(&file).unwrap();
    let start = (page as usize - 1) * 4_096;
    bytes[start..start + 4_096].iter_mut().for_each(|byte| *byte ^= 0x5a);
    std::fs::write(&file, bytes).unwrap();
    let settings = support::settings(&folder);
    let start = despertador_server::Start::new(settings, despertador_component::COMPONENT);
    let is_said = |said: &str| {
        assert!(said.contains("Damaged: `ticket_by_due`"), "{said}");
        assert!(said.contains("restore a backup"), "{said}");
    };
    let server = match despertador_server::Server::start(start) {
        Ok(server) => server,
        // The desk was quicker than the server around it.
        Err(said) => return is_said(&said),
    };
    server.block_on(async {
        let patience = Duration::from_secs(60);
        tokio::time::timeout(patience, server.ended()).await.expect("the desk stops");
    });
    let url = |path: &str| format!("http://{}{path}", server.address());
    assert_eq!(call("GET", &url("/readyz"), "", None, &[]).status, 503);
    let event = json!({ "ticket": "4711", "message": { "author": "agent" } }).to_string();
    let answer = call("POST", &url("/v1/accounts/acme/events"), &acme, Some(&event), &[]);
    assert_eq!((answer.status, answer.problem()), (503, "stopping".into()), "{answer:?}");
    let desk = server.stop().expect("its thread has ended well");
    is_said(&despertador_server::Server::failure(&desk).expect("a reason"));
}
