//! What the panel's list of tickets costs: its first view, and fifty people who watch.
//!
//! `cargo bench -p despertador-server --bench live [-- --quick]`
//!
//! Fills a desk with a million tickets (`--quick`: 10,000) in a hundred departments. Then the first
//! view: time at the server and bytes. Then 10,000 changes a minute, for half a minute: processor
//! time of the process, which includes the clients, without watchers, with fifty that follow the
//! stream, and with fifty that also read their rows after a change, at most every two seconds, as
//! the panel's script does.
#![allow(clippy::disallowed_methods, reason = "a benchmark measures")]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::cast_precision_loss,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark that is wrong stops"
)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use despertador_contract::event_log::Row;
use despertador_contract::{Author, Message};
use despertador_desk::Incoming;
use serde_json::json;
use support::{NINE, Served};

const WATCHERS: usize = 50;
const CHANGES_PER_MINUTE: u64 = 10_000;
const DEPARTMENTS: usize = 100;

fn main() {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let (tickets, seconds) = if quick { (10_000, 3) } else { (1_000_000, 30) };
    let served = Served::new();
    let begun = Instant::now();
    fill(&served, tickets);
    println!("{tickets} tickets in {:.0} s", begun.elapsed().as_secs_f64());
    let cookie = signed_in(&served);
    first_view(&served, &cookie);
    println!("\nwatchers  CPU % of one core  bytes/s to each");
    for (name, watchers, reads) in [
        ("none", 0, false),
        ("50, stream", WATCHERS, false),
        ("50, stream and rows", WATCHERS, true),
    ] {
        let (cpu, bytes) = live(&served, &cookie, watchers, reads, seconds, tickets);
        println!("{name:<20} {cpu:>6.1} {bytes:>10.0}");
    }
}

/// An agent has written in each ticket.
fn fill(served: &Served, tickets: usize) {
    let handle = served.server.handle();
    let numbers: Vec<usize> = (0..tickets).collect();
    for part in numbers.chunks(1_000) {
        let events = part.iter().map(|n| {
            let mut row = Row::message(format!("t-{n}"), Message::words(Author::Agent, NINE));
            row.facts = Some(json!({
                "channel": "email", "agent": format!("agent {}", n % 50),
                "department": format!("department {}", n % DEPARTMENTS),
                "more": { "customer.id": format!("customer-{n}@example.com") },
            }));
            Incoming::new("acme", row)
        });
        handle.record_events(events.collect()).unwrap();
    }
}

/// Signs in, and returns the cookie.
fn signed_in(served: &Served) -> String {
    let body = format!("token={}", served.acme);
    let address = served.server.address();
    let head = format!(
        "POST /sign-in HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    );
    let answer = exchange(served, &head);
    let line = answer.lines().find(|line| line.to_lowercase().starts_with("set-cookie")).unwrap();
    line.split_once(' ').unwrap().1.split(';').next().unwrap().to_owned()
}

fn exchange(served: &Served, request: &str) -> String {
    let mut stream = TcpStream::connect(served.server.address()).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

fn page(served: &Served, cookie: &str, path: &str, more: &str) -> String {
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {}\r\nCookie: {cookie}\r\n{more}Connection: close\r\n\r\n",
        served.server.address()
    );
    exchange(served, &request)
}

/// The page, its style and its scripts.
fn first_view(served: &Served, cookie: &str) {
    let mut times = Vec::new();
    let mut text = String::new();
    for _ in 0..20 {
        let begun = Instant::now();
        text = page(served, cookie, "/a/acme/tickets", "");
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    let files = text.split("\"/panel/").skip(1).map(|rest| rest.split('"').next().unwrap());
    let files: Vec<String> =
        files.map(|file| page(served, cookie, &format!("/panel/{file}"), "")).collect();
    let compressed = |text: &str| zstd::encode_all(text.as_bytes(), 3).unwrap().len();
    println!(
        "first view: {:.0} ms (median), {:.0} ms (slowest of 20); page {} bytes, {} compressed; \
         style, scripts and icon {} bytes, {} compressed",
        times[10].as_secs_f64() * 1e3,
        times[19].as_secs_f64() * 1e3,
        text.len(),
        compressed(&text),
        files.iter().map(String::len).sum::<usize>(),
        files.iter().map(|file| compressed(file)).sum::<usize>(),
    );
}

/// Processor time of this process.
fn processor() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    let ticks = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
    Duration::from_millis(ticks * 10)
}

/// Follows the stream, and reads the rows after a change if it is to.
fn watch(served: &Served, cookie: &str, reads: bool, bytes: &AtomicU64, ended: &AtomicBool) {
    let mut stream = TcpStream::connect(served.server.address()).unwrap();
    let request = format!(
        "GET /a/acme/live HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
    let mut lines = BufReader::new(stream);
    let mut last = Instant::now();
    let mut line = String::new();
    while !ended.load(Ordering::Relaxed) {
        line.clear();
        if lines.read_line(&mut line).is_ok() {
            bytes.fetch_add(line.len() as u64, Ordering::Relaxed);
        }
        if reads && line.starts_with("data:") && last.elapsed() > Duration::from_secs(2) {
            last = Instant::now();
            let rows = page(served, cookie, "/a/acme/tickets", "x-panel-live: 1\r\n");
            bytes.fetch_add(rows.len() as u64, Ordering::Relaxed);
        }
    }
}

/// The share of one core, in percent, and the bytes a second for each watcher.
fn live(
    served: &Served,
    cookie: &str,
    watchers: usize,
    reads: bool,
    seconds: u64,
    tickets: usize,
) -> (f64, f64) {
    let (bytes, ended) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
    std::thread::scope(|scope| {
        for _ in 0..watchers {
            let (bytes, ended) = (Arc::clone(&bytes), Arc::clone(&ended));
            scope.spawn(move || watch(served, cookie, reads, &bytes, &ended));
        }
        std::thread::sleep(Duration::from_secs(1));
        let (before, sent) = (processor(), bytes.load(Ordering::Relaxed));
        let begun = Instant::now();
        let total = CHANGES_PER_MINUTE * seconds / 60;
        for n in 0..total {
            let number = usize::try_from(n).unwrap() % tickets;
            let message = Message::words(Author::Agent, NINE + 1_000 + i64::try_from(n).unwrap());
            let row = Row::message(format!("t-{number}"), message);
            served.server.handle().record_events(vec![Incoming::new("acme", row)]).unwrap();
            let due = Duration::from_millis((n + 1) * 60_000 / CHANGES_PER_MINUTE);
            std::thread::sleep(due.saturating_sub(begun.elapsed()));
        }
        let took = begun.elapsed().as_secs_f64();
        let cpu = (processor() - before).as_secs_f64() / took * 100.0;
        let bytes = (bytes.load(Ordering::Relaxed) - sent) as f64 / took;
        ended.store(true, Ordering::Relaxed);
        (cpu, bytes / watchers.max(1) as f64)
    })
}
