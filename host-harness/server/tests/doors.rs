//! Who may come in, how much they may send, and how long they may take.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that is wrong fails"
)]

mod support;

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use despertador_server::Span;
use serde_json::{Value, json};
use support::{Answer, Served, call};

/// Every operation of the interface with values in its path.
fn operations(account: &str) -> Vec<(String, String)> {
    let document: Value = serde_json::from_str(&despertador_server::openapi()).unwrap();
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            let path = path
                .replace("{account}", account)
                .replace("{ticket}", "4711")
                .replace("{customer}", "ana")
                .replace("{version}", "1")
                .replace("{proposal}", "1")
                .replace("{name}", "acme");
            operations.push((method.to_uppercase(), path));
        }
    }
    assert!(operations.len() > 25, "{operations:?}");
    operations
}

fn body(method: &str) -> Option<&'static str> {
    (method == "POST" || method == "PUT").then_some("{}")
}

#[test]
fn nobody_gets_in_without_a_token_or_with_a_wrong_one() {
    let served = Served::new();
    for (method, path) in operations("acme") {
        let url = served.url(&path);
        for (token, problem) in [("", "no-token"), ("desp_0000", "wrong-token")] {
            let answer = call(&method, &url, token, body(&method), &[]);
            assert_eq!(
                (answer.status, answer.problem().as_str()),
                (401, problem),
                "{method} {path}"
            );
            assert!(answer.header("www-authenticate").is_some());
        }
    }
    for header in ["Basic !!", "Bearer", "Digest x", "Basic Og=="] {
        let answer =
            call("GET", &served.url("/v1/accounts"), "", None, &[("Authorization", header)]);
        assert_eq!(answer.status, 401, "{header}");
    }
    // Webhook senders can often put a token only into the address: as a password.
    let basic = format!("Basic {}", base64(&format!("blip:{}", served.acme)));
    let answer = call("GET", &served.url("/v1/accounts"), "", None, &[("Authorization", &basic)]);
    assert_eq!(answer.json()["accounts"], json!(["acme"]));
}

#[test]
fn who_guesses_tokens_is_slowed_down_and_others_are_not() {
    let served = Served::new();
    let url = served.url("/v1/accounts");
    let answers: Vec<Answer> =
        (0..100).map(|n| call("GET", &url, &format!("guess {n}"), None, &[])).collect();
    let last = answers.last().unwrap();
    assert_eq!((last.status, last.problem().as_str()), (429, "too-many-requests"));
    assert!(last.header("retry-after").is_some());
    assert_eq!(served.get("/v1/accounts").status, 200);
}

#[test]
fn a_token_sees_nothing_of_other_accounts() {
    let served = Served::new();
    served.silent("4711");
    let listed = call("GET", &served.url("/v1/accounts"), &served.globex, None, &[]);
    assert_eq!(listed.json()["accounts"], json!(["globex"]));
    for (method, path) in operations("acme") {
        if !path.contains("/acme") || path.starts_with("/v1/tokens") {
            continue;
        }
        let other = call(&method, &served.url(&path), &served.globex, body(&method), &[]);
        assert_eq!(
            (other.status, other.problem().as_str()),
            (404, "unknown-account"),
            "{method} {path}"
        );
        // An account that does not exist looks the same.
        let path = path.replace("/acme", "/nobody");
        let none = call(&method, &served.url(&path), &served.globex, body(&method), &[]);
        assert_eq!(
            (none.status, none.problem()),
            (other.status, other.problem()),
            "{method} {path}"
        );
    }
    let revoked = call("DELETE", &served.url("/v1/tokens/acme"), &served.globex, None, &[]);
    assert_eq!(revoked.problem(), "unknown-token");
    assert!(
        !call("GET", &served.url("/v1/tokens"), &served.globex, None, &[]).body.contains("acme")
    );
    assert_eq!(served.get("/v1/accounts/acme/tickets/4711").status, 200);
}

#[test]
fn a_token_does_what_its_scopes_say_and_no_more() {
    let served = Served::new();
    served.silent("4711");
    let scope_of = |method: &str, path: &str| match (method, path) {
        (_, path) if path.starts_with("/v1/tokens") => Some("tokens:edit"),
        ("GET", "/v1/accounts") => None,
        ("POST", path) if path.ends_with("4711/events") => unreachable!(),
        ("POST", path) if path.ends_with("/acme/events") => Some("events:write"),
        ("POST", "/v1/blip/settings/import") => Some("help-desk:view"),
        (_, path) if path.ends_with("/acme/blip") => Some("events:write"),
        (_, path) if path.ends_with("/audit") => Some("audit:view"),
        ("GET", path) if path.contains("/flow") => Some("builder:view"),
        ("POST", path) if path.ends_with("/flow/check") => Some("builder:view"),
        (_, path) if path.contains("/flow") => Some("builder:edit"),
        ("GET", _) | ("POST", "/v1/accounts/acme/tickets/4711/badge") => Some("help-desk:view"),
        ("POST", path)
            if ["check", "what-if", "backtest"]
                .iter()
                .any(|what| path.ends_with(&format!("/policy/{what}"))) =>
        {
            Some("help-desk:view")
        }
        _ => Some("help-desk:edit"),
    };
    let all = [
        "events:write",
        "help-desk:view",
        "help-desk:edit",
        "builder:view",
        "builder:edit",
        "audit:view",
    ];
    let tokens: Vec<(&str, String)> =
        all.iter().map(|scope| (*scope, served.token(&[scope]))).collect();
    for (method, path) in operations("acme") {
        let Some(needed) = scope_of(&method, &path) else { continue };
        for (scope, token) in &tokens {
            // A permission to edit includes the permission to view.
            let may = *scope == needed || scope.replace("edit", "view") == needed;
            // A stream of changes has no end.
            if may && (method != "GET" || path.ends_with("/changes")) {
                continue;
            }
            let answer = call(&method, &served.url(&path), token, body(&method), &[]);
            let refused = answer.status == 403;
            assert_eq!(refused, !may, "{scope} for {method} {path}: {answer:?}");
            if refused {
                assert_eq!(answer.problem(), "missing-scope");
                assert!(answer.body.contains(needed), "{answer:?}");
            }
        }
    }
}

#[test]
fn nobody_makes_a_token_that_may_more_than_their_own_and_a_revoked_one_is_of_no_use() {
    let served = Served::new();
    let make = |token: &str, name: &str, scopes: &[&str], accounts: &[&str]| {
        let wanted = json!({ "name": name, "scopes": scopes, "accounts": accounts }).to_string();
        call("POST", &served.url("/v1/tokens"), token, Some(&wanted), &[])
    };
    let maker = served.token(&["tokens:edit", "events:write"]);
    assert_eq!(make(&maker, "more", &["help-desk:edit"], &["acme"]).problem(), "missing-scope");
    assert_eq!(make(&maker, "other", &["events:write"], &["globex"]).problem(), "missing-scope");
    assert_eq!(make(&maker, "all", &["events:write"], &["*"]).problem(), "missing-scope");
    assert_eq!(make(&maker, "odd", &["everything"], &["acme"]).problem(), "bad-parameter");
    assert_eq!(make(&maker, "", &["events:write"], &["acme"]).problem(), "bad-parameter");
    let made = make(&maker, "crm", &["events:write"], &["acme"]);
    assert_eq!(make(&maker, "crm", &["events:write"], &["acme"]).problem(), "refused");
    let crm = made.json()["token"].as_str().unwrap().to_owned();
    assert_eq!(call("GET", &served.url("/v1/accounts"), &crm, None, &[]).status, 200);
    let listed = served.get("/v1/tokens").body;
    assert!(listed.contains("\"crm\"") && !listed.contains(&crm));
    assert_eq!(call("DELETE", &served.url("/v1/tokens/crm"), &maker, None, &[]).status, 204);
    let gone = call("GET", &served.url("/v1/accounts"), &crm, None, &[]);
    assert_eq!((gone.status, gone.problem().as_str()), (401, "wrong-token"));
    // The token itself is in no file.
    let file = std::fs::read(served.folder.path().join("desk.db")).unwrap();
    let log = std::fs::read(served.folder.path().join("desk.db-wal")).unwrap_or_default();
    for bytes in [file, log] {
        assert!(!bytes.windows(crm.len()).any(|window| window == crm.as_bytes()));
    }
}

#[test]
fn a_token_is_taken_back_though_whoever_asked_for_it_has_hung_up() {
    let served = Served::new();
    let crm = served.token(&["events:write"]);
    assert_eq!(call("GET", &served.url("/v1/accounts"), &crm, None, &[]).status, 200);
    // The desk is busy until the client has gone.
    let (go_on, gone) = std::sync::mpsc::channel::<()>();
    let handle = served.server.handle();
    let (begins, begun) = std::sync::mpsc::channel::<()>();
    let busy = std::thread::spawn(move || {
        handle.call(move |_, _| {
            begins.send(()).unwrap();
            gone.recv()
        })
    });
    begun.recv().unwrap();
    let mut stream = TcpStream::connect(served.server.address()).unwrap();
    let request = format!(
        "DELETE /v1/tokens/events:write HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\r\n",
        served.acme
    );
    stream.write_all(request.as_bytes()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(1))).unwrap();
    assert!(stream.read(&mut [0; 1]).is_err(), "nobody can have answered");
    drop(stream);
    // The server sees that before the desk goes on.
    assert_eq!(call("GET", &served.url("/healthz"), "", None, &[]).status, 200);
    go_on.send(()).unwrap();
    busy.join().unwrap().expect("a desk").expect("told to go on");
    served.settle(|served| call("GET", &served.url("/v1/accounts"), &crm, None, &[]).status == 401);
}

#[test]
fn bodies_that_are_no_json_or_too_large_are_refused_and_the_server_goes_on() {
    let served = Served::with(|settings, _| {
        settings.limits.body = NonZeroUsize::new(10_000).unwrap();
    });
    let path = "/v1/accounts/acme/events";
    let kind = |kind: &'static str| [("Content-Type", kind)];
    for (text, problem) in [("", "not-json"), ("{", "not-json"), ("\u{0}", "not-json")] {
        assert_eq!(served.post(path, text).problem(), problem, "{text:?}");
    }
    let deep = "[".repeat(9_000);
    assert_eq!(served.post(path, &deep).problem(), "not-json");
    for odd in ["null", "true", "\"ticket\"", "[[]]", "{}"] {
        assert_eq!(served.post(path, odd).problem(), "unreadable-events", "{odd}");
    }
    let large = format!("\"{}\"", "x".repeat(10_000));
    assert_eq!(served.post(path, &large).problem(), "too-large");
    let image = call("POST", &served.url(path), &served.acme, Some("{}"), &kind("image/png"));
    assert_eq!((image.status, image.problem().as_str()), (415, "wrong-kind"));
    // Without a declared length.
    let chunks = format!(
        "POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nTransfer-Encoding: chunked\r\n\r\n",
        served.acme
    );
    let mut stream = TcpStream::connect(served.server.address()).unwrap();
    stream.write_all(chunks.as_bytes()).unwrap();
    let chunk = format!("1000\r\n{}\r\n", "x".repeat(0x1000));
    for _ in 0..4 {
        // The server may have stopped reading before the last one.
        let _ = stream.write_all(chunk.as_bytes());
    }
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    let utf = [b"\"".as_slice(), &[0xff, 0xfe], b"\""].concat();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {}\r\nContent-Length: {}\r\n\r\n",
        served.acme,
        utf.len()
    );
    let answer = raw(&served, &[head.as_bytes(), &utf].concat());
    assert!(answer.contains("400") && answer.contains("unreadable-event"), "{answer}");
    assert_eq!(served.get("/v1/accounts/acme/tickets").json()["tickets"], json!([]));
    served.silent("4711");
}

fn raw(served: &Served, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(served.server.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream.write_all(request).unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn what_is_no_http_or_leads_nowhere_is_answered() {
    let served = Served::new();
    assert_eq!(served.get("/v2").problem(), "unknown-path");
    assert_eq!(served.get("/v1").problem(), "unknown-path");
    let wrong = call("PATCH", &served.url("/v1/accounts"), &served.acme, Some("{}"), &[]);
    assert_eq!((wrong.status, wrong.problem().as_str()), (405, "wrong-method"));
    assert!(wrong.header("allow").is_some_and(|allow| allow.contains("GET")), "{wrong:?}");
    assert_eq!(served.get("/v1/accounts/%FF/policy").problem(), "bad-parameter");
    assert_eq!(served.put("/v1/accounts/*", "").problem(), "unknown-account");
    assert!(raw(&served, b"hello\r\n\r\n").starts_with("HTTP/1.1 400"));
    let long = format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(100_000));
    assert!(raw(&served, long.as_bytes()).starts_with("HTTP/1.1 4"));
    let many = format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(1_000));
    assert!(raw(&served, many.as_bytes()).starts_with("HTTP/1.1 431"));
    assert_eq!(served.get("/v1/accounts").status, 200);
}

#[test]
fn slow_heads_and_slow_bodies_are_cut_off() {
    let served = Served::with(|settings, _| {
        settings.limits.head_timeout = Span(Duration::from_millis(300));
        settings.limits.body_timeout = Span(Duration::from_millis(300));
    });
    let mut head = TcpStream::connect(served.server.address()).unwrap();
    head.write_all(b"GET /healthz HTTP/1.1\r\nHost:").unwrap();
    let mut idle = TcpStream::connect(served.server.address()).unwrap();
    let body = format!(
        "POST /v1/accounts/acme/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Length: 100\r\n\r\n{{",
        served.acme
    );
    let answer = raw(&served, body.as_bytes());
    assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("too-slow"), "{answer}");
    for stream in [&mut head, &mut idle] {
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let mut rest = Vec::new();
        // Ended by the server, with or without a response.
        let ended = stream.read_to_end(&mut rest);
        assert!(
            ended.is_ok() || ended.is_err_and(|e| e.kind() == std::io::ErrorKind::ConnectionReset)
        );
    }
    assert_eq!(served.get("/v1/accounts").status, 200);
}

#[test]
fn a_body_that_ends_too_soon_stores_nothing() {
    let served = Served::new();
    let event = r#"{"ticket":"1","message":{"author":"customer"}}"#;
    let head = format!(
        "POST /v1/accounts/acme/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Length: 1000\r\n\r\n{event}",
        served.acme
    );
    let mut stream = TcpStream::connect(served.server.address()).unwrap();
    stream.write_all(head.as_bytes()).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    assert_eq!(served.get("/v1/accounts/acme/tickets").json()["tickets"], json!([]));
}

#[test]
fn a_thousand_idle_connections_do_not_keep_others_out() {
    let served = Served::with(|settings, _| {
        settings.limits.connections = NonZeroUsize::new(900).unwrap();
        settings.limits.head_timeout = Span(Duration::from_secs(2));
    });
    let idle: Vec<TcpStream> =
        (0..1_000).map(|_| TcpStream::connect(served.server.address()).unwrap()).collect();
    // There is no free connection until some of the idle ones are closed.
    assert_eq!(served.get("/v1/accounts").status, 200);
    drop(idle);
    served.silent("4711");
}

#[test]
fn a_token_makes_so_many_requests_a_second_and_others_are_not_held_up() {
    let served = Served::with(|settings, _| {
        settings.limits.requests_per_second = NonZeroU32::new(1).unwrap();
    });
    let answers: Vec<Answer> = (0..4).map(|_| served.get("/v1/accounts")).collect();
    let last = answers.last().unwrap();
    assert_eq!((last.status, last.problem().as_str()), (429, "too-many-requests"));
    assert!(last.header("retry-after").unwrap().parse::<u32>().unwrap() >= 1);
    let other = call("GET", &served.url("/v1/accounts"), &served.globex, None, &[]);
    assert_eq!(other.status, 200);
}

fn base64(text: &str) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut encoded = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let bits = chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte))
            << (8 * (3 - chunk.len()));
        for n in 0..4 {
            let digit = if n <= chunk.len() {
                ALPHABET[(bits >> (18 - 6 * n) & 63) as usize]
            } else {
                b'='
            };
            encoded.push(char::from(digit));
        }
    }
    encoded
}
