//! Shared by the suites: a desk with an account, and Blip's envelopes.
#![allow(dead_code, unreachable_pub, missing_docs, reason = "each suite uses a part of it")]

use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use despertador_blip::BlipSource;
use despertador_contract::Instant;
use despertador_desk::store::Sqlite;
use despertador_desk::{Desk, Options};
use despertador_host::{Host, Plugin};
use serde_json::{Value, json};

/// Monday 2026-03-02 09:00 UTC.
pub const NINE: Instant = 1_772_442_000_000;
pub const SECOND: i64 = 1_000;
pub const MINUTE: i64 = 60 * SECOND;

pub const CUSTOMER: &str = "5511999990000@wa.gw.msging.net";
pub const AT_DESK: &str = "5511999990000%40wa.gw.msging.net@desk.msging.net";
pub const BOT: &str = "mybot@msging.net";
pub const ANA: &str = "ana%40acme.com@blip.ai";
pub const TICKET: &str = "application/vnd.iris.ticket+json";

/// One reminder after ten minutes, with quick replies; the close after fifteen, with a closing
/// text.
pub const POLICY: &str = r#"{ "version": "1", "language": "es", "rules": [ {
    "departments": "any", "close-after": "15 min",
    "close": { "closing-text": "¡Hasta pronto!", "tags": ["inactividad"] },
    "reminders": [ { "after": "10 min", "text": "¿Sigues ahí?", "quick-replies": [
        { "text": "Sigo aquí", "effect": "continue" } ] } ] } ] }"#;

pub fn plugin() -> Plugin {
    static PLUGIN: OnceLock<Plugin> = OnceLock::new();
    let load = || {
        let host = Host::new(despertador_host::Options::default()).expect("a host");
        host.load_bytes(despertador_component::COMPONENT).expect("a plugin")
    };
    PLUGIN.get_or_init(load).clone()
}

/// A folder that is deleted with it.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("despertador-blip-{}-{count}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).expect("a folder");
        Self(folder)
    }

    pub fn file(&self) -> PathBuf {
        self.0.join("desk.db")
    }

    /// The desk, reopened.
    pub fn again(&self) -> Desk<Sqlite> {
        let store = Sqlite::open(&self.file()).expect("a store");
        Desk::open(store, plugin(), Options::default()).expect("a desk")
    }

    /// A desk with the account `acme`.
    pub fn desk(&self) -> Desk<Sqlite> {
        let mut desk = self.again();
        desk.open_account(NINE, "acme", "test").expect("an account");
        desk.save_policy(NINE, "acme", POLICY, None, "test").expect("a policy");
        while desk.poll_due(NINE, 1_000).expect("a look").more {}
        desk
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _: Result<(), _> = std::fs::remove_dir_all(&self.0);
    }
}

pub fn source() -> BlipSource {
    BlipSource::new("acme", BOT.parse().expect("an address"))
}

/// A ticket's document in a message of the desk.
pub fn ticket(more: &Value) -> Value {
    let mut content = json!({
        "id": "t-1", "sequentialId": 7, "ownerIdentity": BOT, "customerIdentity": CUSTOMER,
        "customerDomain": "wa.gw.msging.net", "provider": "Lime", "team": "Soporte",
        "customerInput": { "type": "text/plain", "value": "No me carga la página" } });
    for (name, value) in more.as_object().expect("members") {
        content[name] = value.clone();
    }
    let id = content["id"].as_str().expect("an id").to_owned();
    json!({ "id": format!("Ticket:{id}:{}", content["status"]), "to": BOT,
            "from": format!("{id}@desk.msging.net"), "type": TICKET, "content": content })
}

pub fn text(id: &str, from: &str, words: &str) -> Value {
    json!({ "id": id, "from": from, "to": BOT, "type": "text/plain", "content": words })
}

/// The customer has asked, and Ana has answered at 9:02.
pub fn answered() -> Vec<(i64, Value)> {
    let waiting = ticket(&json!({ "status": "Waiting", "storageDate": "2026-03-02T09:00:00Z",
        "statusDate": "2026-03-02T09:00:00Z" }));
    let taken = ticket(&json!({ "status": "Open", "agentIdentity": ANA,
        "storageDate": "2026-03-02T09:00:00Z", "openDate": "2026-03-02T09:01:00Z",
        "statusDate": "2026-03-02T09:01:00Z" }));
    vec![
        (0, waiting),
        (0, text("m1", "5511999990000@wa.gw.msging.net/app", "No me carga la página")),
        (60, taken),
        (120, text("a1", AT_DESK, "¿Puede reiniciar el equipo?")),
    ]
}
