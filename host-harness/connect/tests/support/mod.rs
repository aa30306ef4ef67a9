//! Shared by the suites: a desk beside a simulated Chatwoot, on a clock that is set by hand.
#![allow(dead_code, unreachable_pub, missing_docs, reason = "each suite uses a part of it")]

use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

use despertador_connect::{
    Chatwoot, ChatwootOptions, Connector, ConnectorOptions, Post, Reply, Request, Transport,
};
use despertador_contract::Instant;
use despertador_desk::runtime::Clock;
use despertador_desk::sink::carry_out;
use despertador_desk::store::Sqlite;
use despertador_desk::{DeliveryOutcome, DeliveryReport, Desk, Options};
use despertador_fakes::{FakeChatwoot, Faults, Who};
use despertador_host::{Host, Plugin};

/// Monday 2026-03-02 09:00 UTC.
pub const NINE: Instant = despertador_fakes::CHATWOOT_EPOCH;
pub const SECOND: i64 = 1_000;
pub const MINUTE: i64 = 60 * SECOND;

pub const TOKEN: &str = "a person's token";
pub const SECRET: &[u8] = b"the secret of the webhook";

/// A reminder after ten minutes; the close after fifteen, with a label and a closing text.
pub const POLICY: &str = r#"{ "version": "1", "language": "es", "rules": [ {
    "departments": "any", "close-after": "15 min",
    "close": { "closing-text": "¡Hasta pronto!", "tags": ["inactividad"] },
    "reminders": [ { "after": "10 min", "text": "¿Sigues ahí?" } ] } ] }"#;

pub fn plugin() -> Plugin {
    static PLUGIN: OnceLock<Plugin> = OnceLock::new();
    let load = || {
        let host = Host::new(despertador_host::Options::default()).expect("a host");
        host.load_bytes(despertador_component::COMPONENT).expect("a plugin")
    };
    PLUGIN.get_or_init(load).clone()
}

/// A clock that is set by hand.
#[derive(Clone)]
pub struct Hand(Arc<AtomicI64>);

impl Hand {
    pub fn at(now: Instant) -> Self {
        Self(Arc::new(AtomicI64::new(now)))
    }

    pub fn set(&self, now: Instant) {
        self.0.store(now, Ordering::SeqCst);
    }
}

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
        let name = format!("despertador-connect-{}-{count}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).expect("a folder");
        Self(folder)
    }

    pub fn file(&self) -> PathBuf {
        self.0.join("desk.db")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _: Result<(), _> = std::fs::remove_dir_all(&self.0);
    }
}

/// Calls of a simulated Chatwoot in this process; a test may look at each before it is carried out.
pub struct Calls {
    pub chatwoot: Arc<Mutex<FakeChatwoot>>,
    pub clock: Hand,
    pub look: fn(&FakeChatwoot, Instant, &Request),
}

impl Transport for Calls {
    fn send(&self, request: &Request) -> Result<Reply, String> {
        let path = request.url.strip_prefix("http://chatwoot").expect("the address");
        let token = request.headers.iter().find(|(name, _)| *name == "api_access_token");
        let token = token.map_or("", |(_, token)| token);
        let mut chatwoot = self.chatwoot.lock().expect("a platform");
        let now = self.clock.now();
        (self.look)(&chatwoot, now, request);
        let answered = chatwoot.answer(now, token, path, request.body.as_ref());
        answered.ok_or_else(|| "no answer: timeout".to_owned())
    }
}

/// A desk beside a simulated Chatwoot.
pub struct Beside {
    pub desk: Desk<Sqlite>,
    pub connector: Connector,
    pub chatwoot: Arc<Mutex<FakeChatwoot>>,
    pub clock: Hand,
    /// Whether posts reach the desk at all.
    pub hears: bool,
    _folder: Folder,
}

impl Beside {
    pub fn new() -> Self {
        Self::with(Faults::default(), |_, _, _| {})
    }

    pub fn with(faults: Faults, look: fn(&FakeChatwoot, Instant, &Request)) -> Self {
        let folder = Folder::new();
        let store = Sqlite::open(&folder.file()).expect("a store");
        let options = Options { cached_tickets: 200_000, ..Options::default() };
        let mut desk = Desk::open(store, plugin(), options).expect("a desk");
        desk.open_account(NINE, "acme", "test").expect("an account");
        desk.save_policy(NINE, "acme", POLICY, None, "test").expect("a policy");
        let clock = Hand::at(NINE);
        let mut fake = FakeChatwoot::new(TOKEN, SECRET);
        fake.faults = faults;
        let chatwoot = Arc::new(Mutex::new(fake));
        let calls = Calls { chatwoot: Arc::clone(&chatwoot), clock: clock.clone(), look };
        let options = ChatwootOptions {
            secret: Some(SECRET.to_vec()),
            ..ChatwootOptions::new("http://chatwoot", 1, TOKEN)
        };
        let platform = Chatwoot::new("support", options, Arc::new(calls));
        let own = ConnectorOptions::new("support", "acme");
        let connector = Connector::new(own, platform, Arc::new(clock.clone()));
        Self { desk, connector, chatwoot, clock, hears: true, _folder: folder }
    }

    pub fn fake(&self) -> MutexGuard<'_, FakeChatwoot> {
        self.chatwoot.lock().expect("a platform")
    }

    /// Somebody writes at an instant, and everything due until then and then is done.
    pub fn write(&mut self, now: Instant, conversation: i64, who: Who, text: &str) {
        self.until(now);
        self.fake().write(now, conversation, who, text);
        self.settle(now);
    }

    /// Goes on to an instant, and does what is due on the way.
    pub fn until(&mut self, now: Instant) {
        while let Some(next) = self.desk.next_instant().filter(|next| *next < now) {
            let at = next.max(self.clock.now());
            self.settle(at);
            if self.desk.next_instant() == Some(next) && at == next {
                break;
            }
        }
        self.settle(now);
    }

    /// Posts are received, due tickets evaluated, actions carried out.
    pub fn settle(&mut self, now: Instant) {
        self.clock.set(now);
        loop {
            self.hear(now);
            while self.desk.poll_due(now, 1_000).expect("a look").more {}
            let deliveries = self.desk.claim_deliveries(now, 100).expect("deliveries");
            if deliveries.is_empty() {
                break;
            }
            for delivery in deliveries {
                let desk = &mut self.desk;
                let outcome = carry_out(&self.connector, &delivery, |heard| {
                    desk.confirm_delivery(now, &delivery, &heard).expect("a desk")
                });
                self.hear(now);
                self.report(now, delivery.account, delivery.key, outcome);
            }
        }
    }

    fn report(&mut self, now: Instant, account: String, key: String, outcome: DeliveryOutcome) {
        let report = DeliveryReport { account, key, at: now, outcome };
        self.desk.record_deliveries(now, &[report]).expect("a desk");
    }

    /// The webhook's posts reach the desk.
    fn hear(&mut self, now: Instant) {
        let posts = self.fake().take_posts();
        for posted in posts.into_iter().filter(|_| self.hears) {
            let post = Post { headers: &posted.headers, query: &[], body: posted.body.as_bytes() };
            let heard = self.connector.read_post(&post, now).expect("a post of Chatwoot");
            self.connector.receive_at(&mut self.desk, now, &heard).expect("a desk");
        }
    }

    /// Compares all conversations.
    pub fn sweep(&mut self, now: Instant) {
        self.clock.set(now);
        let open = self.connector.open_conversations(&self.desk).expect("a desk");
        let desk = &mut self.desk;
        let connector = &self.connector;
        let swept =
            connector.sweep(now, &open, |heard| connector.receive_at(desk, now, &heard).map(drop));
        // A sweep that was interrupted goes on with the next one.
        drop(swept);
    }

    /// The status that the desk knows of a conversation.
    pub fn status(&mut self, conversation: i64) -> String {
        let ticket = self.connector.ticket(&conversation.to_string());
        let known = self.desk.query_ticket("acme", &ticket).expect("a ticket");
        format!("{:?}", known.ticket.status)
    }
}
