//! What the suites of the desk share: a plugin, stores that go away, a conversation's moments.
//!
//! A suite runs on stores in files; the suite `postgres` contains others, which then run on stores
//! in databases.
#![allow(dead_code, unreachable_pub, missing_docs, reason = "each suite uses a part of it")]

#[cfg(feature = "postgres")]
pub mod server;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use despertador_contract::event_log::Row;
use despertador_contract::{Author, Event, Happening, Instant, Message};
use despertador_desk::store::{AnyStore, Location, OpenOptions};
use despertador_desk::{DeliveryOutcome, DeliveryReport, Desk, Incoming, Options};
use despertador_host::{Host, Plugin};
use serde_json::json;

/// Monday 2026-03-02 09:00 UTC.
pub const NINE: Instant = 1_772_442_000_000;
pub const SECOND: i64 = 1_000;
pub const MINUTE: i64 = 60 * SECOND;
pub const HOUR: i64 = 60 * MINUTE;

/// Ten minutes, one, three; the close after fifteen.
pub const ADERESO: &str = include_str!("../../../../policies/adereso.json");

pub fn plugin() -> Plugin {
    static PLUGIN: OnceLock<Plugin> = OnceLock::new();
    PLUGIN.get_or_init(|| fresh_plugin(despertador_component::COMPONENT)).clone()
}

/// A plugin of its own, whose failures nobody else feels.
pub fn fresh_plugin(component: &[u8]) -> Plugin {
    let host = Host::new(despertador_host::Options::default()).expect("a host");
    host.load_bytes(component).expect("a plugin")
}

/// Whether the suite is contained in the suite `postgres`.
pub fn is_in_database() -> bool {
    module_path!().starts_with("postgres::")
}

/// A folder and a store that go away with it.
pub struct Folder {
    path: PathBuf,
    #[cfg(feature = "postgres")]
    database: Option<server::Database>,
}

impl Folder {
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let suite = module_path!().replace("::", "-");
        let path = std::env::temp_dir()
            .join(format!("despertador-{suite}-{}-{count}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a folder");
        Self {
            path,
            #[cfg(feature = "postgres")]
            database: is_in_database().then(|| server::Database::new(count)),
        }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file of the store, or the address of its database.
    pub fn file(&self) -> PathBuf {
        #[cfg(feature = "postgres")]
        if let Some(database) = &self.database {
            return database.address().into();
        }
        self.path.join("desk.db")
    }

    pub fn location(&self) -> Location {
        self.file().into()
    }

    pub fn store(&self) -> AnyStore {
        self.location().open(OpenOptions::default()).expect("a store")
    }

    pub fn desk(&self) -> Desk<AnyStore> {
        self.desk_with(Options::default())
    }

    pub fn desk_with(&self, options: Options) -> Desk<AnyStore> {
        Desk::open(self.store(), plugin(), options).expect("a desk")
    }

    /// Changes what is stored behind the back of a desk that is closed.
    pub fn alter(&self, sql: &str) {
        #[cfg(feature = "postgres")]
        if let Some(database) = &self.database {
            return database.alter(sql);
        }
        let connection = rusqlite::Connection::open(self.file()).expect("a database");
        connection.execute_batch(sql).expect(sql);
        assert!(connection.changes() > 0, "{sql}");
    }

    /// A desk with the account `acme` under a policy.
    pub fn acme(&self, policy: &str) -> Desk<AnyStore> {
        let mut desk = self.desk();
        begin(&mut desk, policy);
        desk
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _: Result<(), _> = std::fs::remove_dir_all(&self.path);
    }
}

pub fn begin<S: despertador_desk::store::Store>(desk: &mut Desk<S>, policy: &str) {
    desk.open_account(NINE, "acme", "test").expect("an account");
    desk.save_policy(NINE, "acme", policy, None, "test").expect("a policy");
    while desk.poll_due(NINE, 1_000).expect("a look").more {}
}

pub fn opened(ticket: &str, at: Instant) -> Incoming {
    let mut row = Row::facts(
        ticket,
        at,
        json!({ "channel": "whatsapp", "agent": "Ana", "locale": "es",
                "more": { "customer.id": format!("customer of {ticket}") } }),
    );
    row.id = Some(format!("{ticket}-opened"));
    Incoming::new("acme", row)
}

pub fn words(ticket: &str, author: Author, id: &str, at: Instant) -> Incoming {
    let mut message = Message::words(author, at);
    message.id = Some(id.into());
    Incoming::new("acme", Row::message(ticket, message))
}

pub fn happening(ticket: &str, what: Happening, at: Instant) -> Incoming {
    Incoming::new("acme", Row::event(ticket, Event::new(what, at)))
}

/// A ticket whose customer has been answered, and now is silent.
pub fn silent(ticket: &str, at: Instant) -> Vec<Incoming> {
    vec![
        opened(ticket, at),
        words(ticket, Author::Customer, &format!("{ticket}-c1"), at),
        words(ticket, Author::Agent, &format!("{ticket}-a1"), at),
    ]
}

pub fn done(account: &str, key: &str, at: Instant) -> DeliveryReport {
    DeliveryReport { account: account.into(), key: key.into(), at, outcome: DeliveryOutcome::Done }
}
