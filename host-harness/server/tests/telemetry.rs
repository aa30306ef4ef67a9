//! Traces reach a collector. The child, whose environment names it, is this program.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that is wrong fails"
)]

mod support;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::mpsc;
use std::time::Duration;

use despertador_server::{Log, log};
use support::{MINUTE, NINE, Served, call};

const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
/// The caller's trace.
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

#[test]
fn child() {
    if std::env::var_os(ENDPOINT).is_none() {
        return;
    }
    let begun = log::begin(&Log { filter: "error".into(), ..Log::default() }).unwrap();
    let served = Served::new();
    served.silent("4711");
    let caller = format!("00-{TRACE}-00f067aa0ba902b7-01");
    let url = served.url("/v1/accounts/acme/tickets/4711");
    let answer = call("GET", &url, &served.acme, None, &[("traceparent", &caller)]);
    assert_eq!(answer.status, 200);
    served.at(NINE + 10 * MINUTE);
    served.settle(|served| served.actions().len() == 1);
    drop(served.server.stop());
    drop(begun);
}

#[test]
fn requests_and_deliveries_are_sent_to_the_collector_that_the_environment_names() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = listener.local_addr().unwrap();
    let (told, collected) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let request = read(&mut stream);
            let answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            stream.write_all(answer.as_bytes()).unwrap();
            told.send(request).unwrap();
        }
    });
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--test-threads=1"])
        .env(ENDPOINT, format!("http://{at}"))
        .status()
        .unwrap();
    assert!(status.success());
    let mut all = Vec::new();
    while let Ok(request) = collected.recv_timeout(Duration::from_millis(100)) {
        assert!(request.starts_with(b"POST /v1/traces "), "{}", String::from_utf8_lossy(&request));
        all.extend(request);
    }
    let trace: Vec<u8> =
        (0..16).map(|n| u8::from_str_radix(&TRACE[2 * n..2 * n + 2], 16).unwrap()).collect();
    // The exporter's format contains texts unchanged.
    for wanted in [
        b"despertador".as_slice(),
        b"POST /v1/accounts/{account}/events",
        b"GET /v1/accounts/{account}/tickets/{ticket}",
        b"desk.take",
        b"deliver",
        b"4711/1/reminder-1",
        &trace,
    ] {
        let found = all.windows(wanted.len()).any(|part| part == wanted);
        assert!(found, "{}", String::from_utf8_lossy(wanted));
    }
}

/// A complete request.
fn read(stream: &mut TcpStream) -> Vec<u8> {
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut all = Vec::new();
    let mut part = [0; 4_096];
    loop {
        let count = stream.read(&mut part).unwrap();
        all.extend_from_slice(&part[..count]);
        let Some(end) = all.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&all[..end]).to_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.unwrap_or("0").parse().unwrap();
        if all.len() >= end + 4 + length || count == 0 {
            return all;
        }
    }
}
