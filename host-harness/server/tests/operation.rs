//! The server from its operators' point of view.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that is wrong fails"
)]

mod support;

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use despertador_desk::sink::signature;
use despertador_package::{Contents, SigningKey, files};
use despertador_server::{Deliver, Server, Settings, Start};
use serde_json::{Value, json};
use support::{ADERESO, Answer, Folder, MINUTE, NINE, Served, call};

fn operations(served: &Served, method: &str, path: &str) -> Answer {
    let at = served.server.operations().expect("an address");
    call(method, &format!("http://{at}{path}"), "", None, &[])
}

#[test]
fn health_readiness_and_metrics_are_there_without_a_token_and_name_nobody() {
    let served = Served::new();
    served.silent("4711");
    served.at(NINE + 10 * MINUTE);
    served.settle(|served| {
        served.get("/v1/accounts/acme/tickets/4711").json()["aim"] == "reminder-2"
    });
    for path in ["/healthz", "/readyz"] {
        assert_eq!(operations(&served, "GET", path).status, 200);
        assert_eq!(call("GET", &served.url(path), "", None, &[]).status, 200);
    }
    let metrics = operations(&served, "GET", "/metrics");
    assert!(metrics.kind.starts_with("application/openmetrics-text"), "{metrics:?}");
    assert!(metrics.body.trim_end().ends_with("# EOF"), "{}", metrics.body);
    for line in [
        "despertador_http_requests_total{path=\"/v1/accounts/{account}/events\",status=\"200\"} 1",
        "despertador_wake_lateness_seconds_count 1",
        "despertador_wake_lateness_seconds_bucket{le=\"+Inf\"} 1",
        "despertador_accounts 2",
        "despertador_actions_delivered_total 1",
        "despertador_plugin_faults_total 0",
        "despertador_delivery_lateness_seconds_count 1",
        "despertador_tickets_due 0",
        "despertador_dead_letters 0",
    ] {
        assert!(metrics.body.contains(line), "{line}\n{}", metrics.body);
    }
    assert!(!metrics.body.contains("acme") && !metrics.body.contains("4711"));
    // They are not at the interface.
    assert_eq!(call("GET", &served.url("/metrics"), "", None, &[]).status, 404);
    assert_eq!(call("POST", &served.url("/reload"), "", Some(""), &[]).status, 404);
}

#[test]
fn a_policy_is_reloaded_and_a_broken_one_changes_nothing() {
    let folder_policy = |served: &Served, text: &str| {
        served.folder.write("policy.json", text);
        operations(served, "POST", "/reload")
    };
    let served = Served::new();
    served.silent("4711");
    let longer = ADERESO.replace("\"10 min\"", "\"20 min\"").replace("\"15 min\"", "\"25 min\"");
    let reloaded = folder_policy(&served, &longer);
    assert_eq!(reloaded.status, 200, "{reloaded:?}");
    assert!(reloaded.body.contains("the policy of `acme`"), "{reloaded:?}");
    served.settle(|served| {
        let ticket = served.get("/v1/accounts/acme/tickets/4711").json();
        ticket["due"] == "2026-03-02T09:20:00Z"
    });
    // Again: nothing has changed.
    let same = operations(&served, "POST", "/reload").json();
    assert_eq!(same["done"], json!(["where actions go"]));
    let broken = folder_policy(&served, "{");
    assert_eq!(broken.status, 422);
    assert!(broken.body.contains("despertador check"), "{broken:?}");
    assert_eq!(served.get("/v1/accounts/acme/policy").header("etag"), Some("\"2\""));
    // A policy that somebody saves by hand stays as long as the file does not change.
    folder_policy(&served, &longer);
    assert_eq!(served.put("/v1/accounts/acme/policy", ADERESO).json()["version"], 3);
    operations(&served, "POST", "/reload");
    assert_eq!(served.get("/v1/accounts/acme/policy").header("etag"), Some("\"3\""));
}

#[test]
fn a_plugin_that_fails_its_checks_is_not_taken() {
    let served = Served::with(|settings, folder| {
        let file = folder.path().join("plugin.wasm");
        std::fs::write(&file, despertador_component::COMPONENT).unwrap();
        settings.plugin.file = Some(file);
    });
    served.silent("4711");
    let file = served.folder.path().join("plugin.wasm");
    std::fs::write(&file, b"\0asm no plugin").unwrap();
    let refused = operations(&served, "POST", "/reload");
    assert_eq!(refused.status, 422, "{refused:?}");
    assert!(refused.body.contains("the plugin stays"), "{refused:?}");
    // It decides as before.
    served.at(NINE + 10 * MINUTE);
    served.settle(|served| served.carried_out() == 1);
    // The same bytes in the file: nothing to replace.
    std::fs::write(&file, despertador_component::COMPONENT).unwrap();
    let same = operations(&served, "POST", "/reload");
    assert_eq!((same.status, same.json()["done"].clone()), (200, json!(["where actions go"])));
}

#[test]
fn webhooks_are_signed_and_sent_again_after_a_failure() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = listener.local_addr().unwrap();
    let (told, received) = mpsc::channel();
    let receiver = std::thread::spawn(move || {
        // Fails once, then accepts it.
        for (count, stream) in listener.incoming().enumerate() {
            let mut stream = stream.unwrap();
            let request = read_request(&mut stream);
            let status = if count == 0 { "500 No" } else { "204 Yes" };
            let answer =
                format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            stream.write_all(answer.as_bytes()).unwrap();
            if told.send(request).is_err() || count == 1 {
                return;
            }
        }
    });
    let served = Served::with(|settings, folder| {
        settings.deliver = Some(Deliver {
            webhook: Some(format!("http://{at}/actions")),
            secret_file: Some(folder.write("secret", "a secret of sixteen bytes\n")),
            ..Deliver::default()
        });
    });
    served.silent("4711");
    served.at(NINE + 10 * MINUTE);
    let (head, body) = received.recv_timeout(Duration::from_secs(20)).expect("a webhook");
    let header = |name: &str| {
        let line =
            head.lines().find(|line| line.to_lowercase().starts_with(name)).expect("a header");
        line.split_once(": ").unwrap().1.to_owned()
    };
    let timestamp = header("despertador-timestamp").parse().unwrap();
    let signed = header("despertador-signature");
    let checked = signature::verify(
        b"a secret of sixteen bytes",
        timestamp,
        body.as_bytes(),
        &signed,
        NINE + 10 * MINUTE,
        1_000,
    );
    assert_eq!(checked, Ok(()));
    let action: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(action["action"]["with"]["text"], "¿Sigues allí? Estamos aquí para ayudarte.");
    // Its pause begins when the desk has recorded the failure.
    served.settle(|served| {
        let ticket = served.get("/v1/accounts/acme/tickets/4711").json();
        ticket["actions"][0]["attempts"] == 1
    });
    served.at(NINE + 11 * MINUTE);
    let (_, again) = received.recv_timeout(Duration::from_secs(20)).expect("another webhook");
    let again: Value = serde_json::from_str(&again).unwrap();
    assert_eq!((&again["key"], &again["attempt"]), (&action["key"], &json!(2)));
    receiver.join().unwrap();
}

fn read_request(stream: &mut std::net::TcpStream) -> (String, String) {
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut all = Vec::new();
    let mut part = [0; 4_096];
    loop {
        let count = stream.read(&mut part).unwrap();
        all.extend_from_slice(&part[..count]);
        let text = String::from_utf8_lossy(&all).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| {
                    line.to_lowercase()
                        .strip_prefix("content-length: ")
                        .map(|n| n.parse::<usize>().unwrap())
                })
                .unwrap_or(0);
            if body.len() >= length {
                return (head.to_owned(), body.to_owned());
            }
        }
    }
}

#[test]
fn what_cannot_be_used_is_said_before_anything_is_served() {
    let refused = |change: &dyn Fn(&mut Settings, &Folder)| {
        let folder = Folder::new();
        let mut settings = support::settings(&folder);
        change(&mut settings, &folder);
        let start = Start::new(settings, despertador_component::COMPONENT);
        Server::start(start).expect_err("a refusal")
    };
    let said =
        refused(&|settings, folder| settings.desk = folder.write("desk.db", "no database").into());
    assert!(said.contains("no database, or its beginning is damaged"), "{said}");
    let said = refused(&|settings, folder| {
        settings.accounts.get_mut("acme").unwrap().policy = Some(folder.write("bad.json", "{}x"));
    });
    assert!(said.contains("despertador check"), "{said}");
    let said = refused(&|settings, folder| {
        settings.plugin.file = Some(folder.write("p.wasm", "no plugin"))
    });
    assert!(!said.is_empty());
    for (table, sentence) in [
        ("sha256 = \"abc\"", "[plugin] sha256: `abc` is not a SHA-256 digest"),
        (&format!("sha256 = \"{}\"", "0".repeat(64)), "which is not pinned"),
        ("limits = { fule = 1 }", "[plugin.limits]: `fule` is not a limit; the limits are"),
        ("limits = { fuel = \"much\" }", "[plugin.limits]: `fuel` is `much`; write a number"),
        ("limits = { instances = 9000 }", "`instances` is 9000 and has to be from 1 to 5000"),
        ("limits = { wasm-memory-bytes = \"64 KiB\" }", "raise `wasm_memory_bytes`"),
    ] {
        let said = refused(&|settings, _| {
            let text = format!("[plugin]\n{table}");
            settings.plugin = Settings::from_toml(&text).expect("settings").plugin;
        });
        assert!(said.contains(sentence), "{table}: {said}");
    }
    let said = refused(&|settings, _| settings.deliver = Some(Deliver::default()));
    assert!(said.contains("[deliver]") && said.contains("webhook"), "{said}");
    let said = refused(&|settings, folder| {
        settings.deliver = Some(Deliver {
            webhook: Some("http://127.0.0.1:1/".into()),
            secret_file: Some(folder.write("secret", "short")),
            ..Deliver::default()
        });
    });
    assert!(said.contains("16 bytes"), "{said}");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let said = refused(&|settings, _| settings.listen = taken.local_addr().unwrap());
    assert!(said.contains("choose another address"), "{said}");
}

#[test]
fn a_plugin_with_a_key_is_loaded_only_from_a_package_of_its_author() {
    let folder = Folder::new();
    let write = |name: &str, bytes: &[u8]| {
        let file = folder.path().join(name);
        std::fs::write(&file, bytes).unwrap();
        file
    };
    let component = despertador_component::COMPONENT;
    let (author, other) = (SigningKey::generate().unwrap(), SigningKey::generate().unwrap());
    let packed = Contents::new(component.to_vec(), "0.1.0").layout(Some(&author));
    let archive = files::to_tar(&packed);
    let package = write("plugin.tar", &archive);
    let keys = [("author.pub", &author), ("other.pub", &other)]
        .map(|(name, key)| write(name, key.public().to_pem().as_bytes()));
    let start = |file: Option<&Path>, key: &Path| {
        let own = Folder::new();
        let mut settings = support::settings(&own);
        settings.plugin.file = file.map(Path::to_owned);
        settings.plugin.public_key = Some(key.to_owned());
        Server::start(Start::new(settings, component)).map(drop)
    };
    start(Some(&package), &keys[0]).expect("the author's package");
    let bare = write("plugin.wasm", component);
    let cut = write("cut.tar", &archive[..archive.len() / 2]);
    let private = write("author.key", author.to_pem().as_bytes());
    for (file, key, sentence) in [
        (Some(&package), &keys[1], "is not signed with the key"),
        (Some(&bare), &keys[0], "is a component without a signature; pack it with"),
        (Some(&cut), &keys[0], "is truncated"),
        (Some(&package), &private, "it is a private key; give the public key"),
        (Some(&package), &bare, "[plugin] public-key: "),
        (None, &keys[0], "the built-in plugin is not signed"),
    ] {
        let said = start(file.map(PathBuf::as_path), key).expect_err("a refusal");
        assert!(said.contains(sentence), "{said}");
    }
}

#[test]
fn two_servers_on_one_file_are_one_too_many() {
    let served = Served::new();
    let folder = Folder::new();
    let settings = support::settings(&folder);
    let second = Settings { desk: served.folder.path().join("desk.db").into(), ..settings };
    let said = Server::start(Start::new(second, despertador_component::COMPONENT)).err().unwrap();
    assert!(said.contains("in use by another desk"), "{said}");
    assert_eq!(served.get("/v1/accounts").status, 200);
}

#[test]
fn a_stop_answers_what_was_begun_and_stores_it() {
    let served = Served::new();
    let url = served.url("/v1/accounts/acme/events");
    let token = served.acme.clone();
    let (begun, begins) = mpsc::channel();
    let teller = std::thread::spawn(move || {
        let mut acknowledged = 0;
        for n in 0.. {
            let event =
                json!({ "ticket": "1", "id": format!("m{n}"), "message": { "author": "agent" } });
            let told = std::panic::catch_unwind(|| {
                call("POST", &url, &token, Some(&event.to_string()), &[])
            });
            match told {
                Ok(answer) if answer.status == 200 => acknowledged += 1,
                _ => return acknowledged,
            }
            let _ = begun.send(());
        }
        acknowledged
    });
    for _ in 0..20 {
        begins.recv_timeout(Duration::from_secs(20)).expect("an answer");
    }
    let Served { server, .. } = served;
    let mut desk = server.stop().expect("a desk");
    let acknowledged: usize = teller.join().unwrap();
    let stored = desk.query_timeline("acme", "1").unwrap().len();
    assert!(stored == acknowledged || stored == acknowledged + 1, "{stored} of {acknowledged}");
}

#[test]
fn settings_are_read_with_their_place_and_files_lie_beside_them() {
    let folder = Folder::new();
    let file =
        folder.write("d.toml", "desk = \"x.db\"\nlisten = \"0.0.0.0:80\"\n[limits]\nbody = 0\n");
    let said = Settings::read(&file).err().unwrap();
    assert!(said.contains("d.toml") && said.contains("line 4"), "{said}");
    let said = Settings::from_toml("lisen = \"x\"").err().unwrap();
    assert!(said.contains("unknown field `lisen`") && said.contains("listen"), "{said}");
    let said = Settings::from_toml("keep = \"soon\"").err().unwrap();
    assert!(said.contains("not a duration"), "{said}");
    let file = folder.write(
        "d.toml",
        "desk = \"x.db\"\noperations = \"off\"\n[accounts.acme]\npolicy = \"p.json\"\n",
    );
    let settings = Settings::read(&file).unwrap();
    assert_eq!(settings.desk, folder.path().join("x.db").into());
    assert_eq!(settings.accounts["acme"].policy, Some(folder.path().join("p.json")));
}
