//! How long a quiet account waits while another one floods the server, per entrance.
//!
//! `cargo bench -p despertador-server --bench fairness [-- [--quick] [DOOR…]]`
//!
//! The quiet account sends one event at a time. The table contains the median and the 99th
//! percentile of its response times, in milliseconds, alone and during a flood through each
//! entrance. The figures are those of one machine on one day, where clients and server share the
//! processors: compare ratios.
#![allow(clippy::disallowed_methods, reason = "a benchmark measures")]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark that is wrong stops"
)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::io::Write;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use support::{ADERESO, Served};

/// Clients of the flooding account.
const CLIENTS: usize = 8;

/// What a client of a flood repeats.
type Flood = fn(&Client, usize);

const DOORS: &[(&str, Flood)] = &[
    ("idle", |_, _| std::thread::sleep(Duration::from_millis(20))),
    ("lists of 10,000 events", |client, n| {
        let event = |k: usize| {
            json!({ "ticket": format!("t-{}", k % 500), "id": format!("{n}-{k}"),
                    "message": { "author": if k.is_multiple_of(2) { "customer" } else { "agent" } } })
        };
        let events: Vec<_> = (0..10_000).map(event).collect();
        client.send("POST", "events", &json!(events).to_string());
    }),
    ("new departments", |client, n| {
        let event = |k: usize| json!({ "ticket": format!("d-{n}-{k}"), "facts": { "department": format!("d-{n}-{k}") } });
        let events: Vec<_> = (0..5_000).map(event).collect();
        client.send("POST", "events", &json!(events).to_string());
    }),
    ("decisions in the answer", |client, n| {
        let event = |k: usize| {
            json!({ "ticket": format!("a-{}", k % 50), "id": format!("{n}-{k}"),
                    "message": { "author": "agent" } })
        };
        let events: Vec<_> = (0..5_000).map(event).collect();
        client.send("POST", "events?decisions=true", &json!(events).to_string());
    }),
    ("single events", |client, n| {
        let event = json!({ "ticket": format!("s-{n}"), "message": { "author": "customer" } });
        client.send("POST", "events", &event.to_string());
    }),
    ("announced bodies", |client, _| {
        let mut stream = TcpStream::connect(client.address).unwrap();
        let head = format!(
            "POST /v1/accounts/acme/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\
             Content-Length: 8000000\r\n\r\n",
            client.token
        );
        stream.write_all(head.as_bytes()).unwrap();
        std::thread::sleep(Duration::from_millis(100));
    }),
    ("checks of policies", |client, _| {
        client.send("POST", "policy/check", ADERESO);
    }),
    ("saved policies", |client, n| {
        let policy = ADERESO.replace("\"15 min\"", &format!("\"{} min\"", 15 + n % 40));
        client.send("PUT", "policy", &policy);
    }),
    ("reports", |client, _| {
        let path = "reports/summary?since=2026-03-01T00:00:00Z&until=2026-04-01T00:00:00Z";
        client.send("GET", path, "");
    }),
];

struct Client {
    address: std::net::SocketAddr,
    token: String,
    agent: ureq::Agent,
}

impl Client {
    fn new(served: &Served, token: &str) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(60)))
            .build();
        let agent = ureq::Agent::new_with_config(config);
        Self { address: served.server.address(), token: token.to_owned(), agent }
    }

    fn send(&self, method: &str, path: &str, body: &str) {
        self.send_to("acme", method, path, body);
    }

    fn send_to(&self, account: &str, method: &str, path: &str, body: &str) {
        let url = format!("http://{}/v1/accounts/{account}/{path}", self.address);
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(url)
            .header("Content-Type", "application/json")
            .header("Authorization", format!("Bearer {}", self.token));
        let answer = self.agent.run(request.body(body.to_owned()).unwrap());
        // A refused request is sent again.
        let _: Option<String> = answer.ok().and_then(|mut a| a.body_mut().read_to_string().ok());
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let quick = arguments.iter().any(|argument| argument == "--quick");
    let named: Vec<_> = arguments.iter().filter(|argument| !argument.starts_with("--")).collect();
    let events = if quick { 100 } else { 1_000 };
    println!("{:<26} {:>9} {:>9} {:>9}", "flood", "p50 ms", "p99 ms", "requests");
    for (door, flood) in DOORS {
        if named.is_empty() || named.iter().any(|name| door.contains(name.as_str())) {
            let (mut taken, requests) = beside(*flood, events);
            taken.sort_unstable();
            let at = |part: usize| taken[(taken.len() - 1) * part / 100].as_secs_f64() * 1e3;
            println!("{door:<26} {:>9.1} {:>9.1} {requests:>9}", at(50), at(99));
        }
    }
}

/// The response times of the quiet account's events during a flood, and the flood's number of
/// requests.
fn beside(flood: Flood, events: usize) -> (Vec<Duration>, usize) {
    let served = Served::new();
    let stop = Arc::new(AtomicBool::new(false));
    let count = Arc::new(AtomicUsize::new(0));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|_| {
            let client = Client::new(&served, &served.acme);
            let (stop, count) = (Arc::clone(&stop), Arc::clone(&count));
            std::thread::spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    flood(&client, count.fetch_add(1, Ordering::Relaxed));
                }
            })
        })
        .collect();
    while count.load(Ordering::Relaxed) < CLIENTS {
        std::thread::sleep(Duration::from_millis(10));
    }
    std::thread::sleep(Duration::from_millis(500));
    let quiet = Client::new(&served, &served.globex);
    let taken = (0..events)
        .map(|n| {
            let event = json!({ "ticket": format!("q-{n}"), "message": { "author": "customer" } });
            let begun = Instant::now();
            quiet.send_to("globex", "POST", "events", &event.to_string());
            let took = begun.elapsed();
            std::thread::sleep(Duration::from_millis(5));
            took
        })
        .collect();
    stop.store(true, Ordering::Relaxed);
    for client in clients {
        client.join().unwrap();
    }
    (taken, count.load(Ordering::Relaxed))
}
