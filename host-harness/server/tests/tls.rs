//! Actions posted over TLS, by a build that has it; a build without it refuses such addresses.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that is wrong fails"
)]

mod support;

use despertador_component::COMPONENT;
use despertador_server::{Blip, CloseBy, Deliver, Server, Start};
use support::Folder;

const SECRET: &str = "a secret of more than 16 bytes";

fn start(change: impl FnOnce(&mut despertador_server::Settings, &Folder)) -> Result<(), String> {
    let folder = Folder::new();
    let mut settings = support::settings(&folder);
    change(&mut settings, &folder);
    Server::start(Start::new(settings, COMPONENT)).map(|server| drop(server.stop()))
}

fn deliver(url: &str, folder: &Folder) -> Deliver {
    Deliver {
        webhook: Some(url.into()),
        secret_file: Some(folder.write("secret", SECRET)),
        ..Deliver::default()
    }
}

fn blip(base: &str, folder: &Folder) -> Blip {
    Blip {
        bot: "mybot@msging.net".into(),
        base: Some(base.into()),
        key_file: Some(folder.write("key", "bXlib3Q6a2V5\n")),
        close_by: CloseBy::ChangeStatus,
        feed: None,
        timeout: None,
        data_webhook: false,
    }
}

#[test]
fn https_is_refused_at_the_start_exactly_where_it_is_not_built_in() {
    const URL: &str = "https://receiver.example/actions";
    let webhook = start(|settings, folder| settings.deliver = Some(deliver(URL, folder)));
    let through_blip = start(|settings, folder| {
        settings.accounts.get_mut("acme").unwrap().blip = Some(blip(URL, folder));
    });
    for (started, place) in [(webhook, "[deliver]"), (through_blip, "[accounts.acme.blip]")] {
        if cfg!(feature = "rustls") {
            assert_eq!(started, Ok(()));
        } else {
            let said = started.unwrap_err();
            assert!(said.contains(place) && said.contains("feature `rustls`"), "{said}");
        }
    }
}

#[test]
fn authorities_that_cannot_be_used_are_refused_at_the_start() {
    for text in ["", "what is this", "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n"]
    {
        let said = start(|settings, folder| {
            settings.deliver = Some(Deliver {
                ca_file: Some(folder.write("ca.pem", text)),
                ..deliver("http://127.0.0.1:1/actions", folder)
            });
        });
        let said = said.unwrap_err();
        assert!(said.contains("[deliver]: the authorities cannot be used"), "{text}: {said}");
    }
}

#[cfg(feature = "rustls")]
mod with_tls {
    use std::io::{BufRead as _, BufReader, Read as _, Write as _};
    use std::net::{TcpListener, TcpStream};
    use std::sync::Arc;
    use std::sync::mpsc::{Receiver, channel};
    use std::time::Duration;

    use despertador_server::Deliver;
    use rustls::pki_types::PrivatePkcs8KeyDer;
    use rustls::{ServerConfig, ServerConnection, StreamOwned};

    use super::deliver;
    use crate::support::{MINUTE, NINE, Served};

    /// A receiver with a certificate of its own authority; what it is posted, or why the connection
    /// was not used. The certificate, as PEM.
    fn receiver() -> (u16, String, Receiver<Result<String, String>>) {
        let key = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let private = PrivatePkcs8KeyDer::from(key.signing_key.serialize_der());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![key.cert.der().clone()], private.into())
            .unwrap();
        let config = Arc::new(config);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (told, received) = channel();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
                let posted = take(stream, Arc::clone(&config)).map_err(|error| error.to_string());
                if told.send(posted).is_err() {
                    return;
                }
            }
        });
        (port, key.cert.pem(), received)
    }

    fn take(stream: TcpStream, config: Arc<ServerConfig>) -> std::io::Result<String> {
        let connection = ServerConnection::new(config).map_err(std::io::Error::other)?;
        let mut stream = BufReader::new(StreamOwned::new(connection, stream));
        let (mut head, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            stream.read_line(&mut line)?;
            if line.trim().is_empty() {
                break;
            }
            if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().map_err(std::io::Error::other)?;
            }
            head.push_str(&line);
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body)?;
        let answer = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
        stream.get_mut().write_all(answer)?;
        stream.get_mut().conn.send_close_notify();
        stream.get_mut().flush()?;
        Ok(head + &String::from_utf8_lossy(&body))
    }

    #[test]
    fn actions_are_posted_over_tls_to_whom_the_authorities_know() {
        let (port, pem, received) = receiver();
        let url = format!("https://localhost:{port}/actions");
        let served = Served::with(|settings, folder| {
            settings.deliver = Some(Deliver {
                ca_file: Some(folder.write("ca.pem", &pem)),
                ..deliver(&url, folder)
            });
        });
        served.silent("4711");
        served.at(NINE + 10 * MINUTE);
        let posted = received.recv_timeout(Duration::from_secs(60)).unwrap().unwrap();
        assert!(posted.contains("4711/1/reminder-1") && posted.contains("webhook-signature"));
        served.settle(|served| served.carried_out() == 1);
    }

    #[test]
    fn nothing_is_posted_to_a_receiver_that_nobody_vouches_for() {
        let (port, _, received) = receiver();
        let url = format!("https://localhost:{port}/actions");
        let served =
            Served::with(|settings, folder| settings.deliver = Some(deliver(&url, folder)));
        served.silent("4711");
        served.at(NINE + 10 * MINUTE);
        let refused = received.recv_timeout(Duration::from_secs(60)).unwrap();
        assert!(refused.is_err(), "{refused:?}");
        let why = || {
            let state = served.get("/v1/accounts/acme/tickets/4711").json();
            state["actions"][0]["why"].as_str().unwrap_or_default().to_owned()
        };
        served.settle(|_| !why().is_empty());
        assert!(why().contains("no answer"), "{}", why());
        assert_eq!(served.carried_out(), 0);
    }
}
