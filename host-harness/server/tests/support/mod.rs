//! Shared by the server's suites: a server at free ports of this machine, and a client.
#![allow(dead_code, unreachable_pub, missing_docs, reason = "each suite uses a part of it")]
#![allow(clippy::indexing_slicing, reason = "a test that is wrong fails")]

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::time::Duration;

use despertador_contract::Instant;
use despertador_desk::runtime::Clock;
use despertador_desk::store::AnyStore;
use despertador_desk::{Counts, Desk};
use despertador_server::{Account, Deliver, NewToken, Operations, Scope, Server, Settings, Start};
use serde_json::{Value, json};

/// Monday 2026-03-02 09:00 UTC.
pub const NINE: Instant = 1_772_442_000_000;
pub const MINUTE: i64 = 60_000;

pub const ADERESO: &str = include_str!("../../../../policies/adereso.json");

/// A clock that is set by hand.
#[derive(Clone)]
pub struct Hand(Arc<AtomicI64>);

impl Clock for Hand {
    fn now(&self) -> Instant {
        self.0.load(Ordering::SeqCst)
    }
}

/// A folder that is deleted with it.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("despertador-server-{}-{count}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).expect("a folder");
        Self(folder)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let file = self.0.join(name);
        std::fs::write(&file, text).expect("a file");
        file
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _: std::io::Result<()> = std::fs::remove_dir_all(&self.0);
    }
}

/// A server with the accounts `acme` and `globex`, and tokens for them.
pub struct Served {
    pub server: Server,
    pub clock: Hand,
    pub folder: Folder,
    /// All scopes in `acme`.
    pub acme: String,
    /// All scopes in `globex`.
    pub globex: String,
    tokens: Vec<NewToken>,
}

pub fn any_port() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

/// Settings for a test: free ports, a log of actions, both accounts under the usual policy.
pub fn settings(folder: &Folder) -> Settings {
    let policy = Some(folder.write("policy.json", ADERESO));
    let account = Account { policy, ..Account::default() };
    Settings {
        desk: folder.path().join("desk.db").into(),
        listen: any_port(),
        operations: Operations::At(any_port()),
        deliver: Some(Deliver {
            log: Some(folder.path().join("actions.jsonl")),
            ..Deliver::default()
        }),
        accounts: ["acme", "globex"].map(|name| (name.to_owned(), account.clone())).into(),
        ..Settings::default()
    }
}

impl Served {
    pub fn new() -> Self {
        Self::with(|_, _| {})
    }

    pub fn with(change: impl FnOnce(&mut Settings, &Folder)) -> Self {
        let folder = Folder::new();
        let mut settings = settings(&folder);
        change(&mut settings, &folder);
        let make = |account: &str| {
            NewToken::make(NINE, account, &Scope::ALL, &[account.to_owned()]).expect("a token")
        };
        Self::start(folder, settings, vec![make("acme"), make("globex")])
    }

    /// Stops, and starts on the same file.
    pub fn again(self) -> Self {
        let Self { server, folder, tokens, .. } = self;
        assert!(server.stop().is_some());
        let settings = settings(&folder);
        Self::start(folder, settings, tokens)
    }

    fn start(folder: Folder, settings: Settings, tokens: Vec<NewToken>) -> Self {
        let clock = Hand(Arc::new(AtomicI64::new(NINE)));
        let server = Server::start(Start {
            clock: Arc::new(clock.clone()),
            tokens: tokens.clone(),
            ..Start::new(settings, despertador_component::COMPONENT)
        })
        .expect("a server");
        let [acme, globex] = [0, 1].map(|n| tokens[n].secret.clone());
        Self { server, clock, folder, acme, globex, tokens }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.server.address())
    }

    /// Sets the clock, and lets the desk notice it.
    pub fn at(&self, now: Instant) {
        self.clock.0.store(now, Ordering::SeqCst);
        self.server.handle().call(|_, _| ()).expect("a desk");
    }

    /// A token of the account `acme` with these scopes only.
    pub fn token(&self, scopes: &[&str]) -> String {
        let name = scopes.join("+");
        let wanted = json!({ "name": name, "scopes": scopes, "accounts": ["acme"] });
        let made = self.post("/v1/tokens", &wanted.to_string());
        assert_eq!(made.status, 201, "{made:?}");
        made.json()["token"].as_str().expect("a token").to_owned()
    }

    pub fn get(&self, path: &str) -> Answer {
        call("GET", &self.url(path), &self.acme, None, &[])
    }

    pub fn post(&self, path: &str, body: &str) -> Answer {
        call("POST", &self.url(path), &self.acme, Some(body), &[])
    }

    pub fn put(&self, path: &str, body: &str) -> Answer {
        call("PUT", &self.url(path), &self.acme, Some(body), &[])
    }

    pub fn delete(&self, path: &str) -> Answer {
        call("DELETE", &self.url(path), &self.acme, None, &[])
    }

    /// The customer asks, the agent answers, at nine.
    pub fn silent(&self, ticket: &str) {
        let said = |author: &str, id: &str| {
            json!({ "ticket": ticket, "at": "2026-03-02T09:00:00Z", "id": id,
                    "facts": { "channel": "whatsapp", "more": { "customer.id": "ana" } },
                    "message": { "author": author } })
        };
        let both = json!([said("customer", "c1"), said("agent", "a1")]);
        let taken = self.post("/v1/accounts/acme/events", &both.to_string());
        assert_eq!(taken.status, 200, "{taken:?}");
        assert_eq!(taken.json()["stored"], 2, "{taken:?}");
    }

    /// Waits until the desk has done what is due and recorded the results.
    pub fn settle(&self, until: impl Fn(&Self) -> bool) {
        for _ in 0..50_000 {
            if until(self) {
                return;
            }
            // A query wakes the desk, and is a pause.
            self.server.handle().call(|_, _| ()).expect("a desk");
            std::thread::yield_now();
        }
        panic!("it never came to that");
    }

    /// How many actions the desk has recorded as carried out; later steps count from then.
    pub fn carried_out(&self) -> usize {
        self.counted(|own| own.done)
    }

    /// The number of attempts that failed and are repeated.
    pub fn retried(&self) -> usize {
        self.counted(|own| own.retried)
    }

    fn counted(&self, of: fn(&Counts) -> u64) -> usize {
        let count =
            move |desk: &mut Desk<AnyStore>, _| desk.counts().map(|(_, own)| of(&own)).sum::<u64>();
        usize::try_from(self.server.handle().call(count).expect("a desk")).expect("a few")
    }

    /// The actions in the log.
    pub fn actions(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(self.folder.path().join("actions.jsonl"));
        let text = text.unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    }
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub kind: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The kind of the reported problem.
    pub fn problem(&self) -> String {
        assert_eq!(self.kind, "application/problem+json", "{self:?}");
        let body = self.json();
        assert_eq!(body["status"], self.status, "{self:?}");
        let kind = body["type"].as_str().expect("a type");
        kind.strip_prefix("urn:despertador:problem:").expect("one of ours").to_owned()
    }
}

/// Sends a request; `headers` in addition to the token and, with a body, its type.
pub fn call(
    method: &str,
    url: &str,
    token: &str,
    body: Option<&str>,
    headers: &[(&str, &str)],
) -> Answer {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(60)))
        .build();
    let mut request = ureq::http::Request::builder().method(method).uri(url);
    if !token.is_empty() {
        request = request.header("Authorization", format!("Bearer {token}"));
    }
    if body.is_some() && !headers.iter().any(|(name, _)| *name == "Content-Type") {
        request = request.header("Content-Type", "application/json");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let agent = ureq::Agent::new_with_config(config);
    let answer = match body {
        Some(body) => agent.run(request.body(body.to_owned()).expect("a request")),
        None => agent.run(request.body(()).expect("a request")),
    };
    let mut answer = answer.expect("an answer");
    let headers: Vec<_> = answer
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()))
        .collect();
    let kind = headers.iter().find(|(name, _)| name == "content-type");
    Answer {
        status: answer.status().as_u16(),
        kind: kind.map(|(_, kind)| kind.clone()).unwrap_or_default(),
        body: answer.body_mut().read_to_string().expect("a body"),
        headers,
    }
}
