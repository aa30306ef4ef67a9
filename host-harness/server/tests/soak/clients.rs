//! Clients that send events to the server, and remember what was acknowledged.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use despertador_contract::Instant;
use despertador_contract::clock_face::show_rfc3339;
use despertador_desk::runtime::Clock as _;
use fastrand::Rng;
use serde_json::{Value, json};

use crate::Shared;
use crate::fast::{Fast, ours, pause};

/// Threads of clients.
const CLIENTS: u64 = 3;
/// Concurrent conversations of a client.
const AT_ONCE: usize = 8;

/// An acknowledged event.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) ticket: String,
    pub(crate) event: Value,
    /// When it happened, by the clock of the server.
    pub(crate) at: Instant,
    /// When it was acknowledged, by ours.
    pub(crate) acknowledged: Instant,
    pub(crate) is_customer: bool,
}

pub(crate) struct Clients {
    address: Shared<Option<SocketAddr>>,
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<Vec<Told>>>,
}

impl Clients {
    pub(crate) fn start(clock: Fast, token: String, seed: u64) -> Self {
        let address: Shared<Option<SocketAddr>> = Shared::default();
        let stop = Arc::new(AtomicBool::new(false));
        let threads = (0..CLIENTS)
            .map(|n| {
                let client = Client {
                    name: n,
                    address: Arc::clone(&address),
                    stop: Arc::clone(&stop),
                    clock: clock.clone(),
                    token: token.clone(),
                    rng: Rng::with_seed(seed * CLIENTS + n),
                    told: Vec::new(),
                    count: 0,
                };
                std::thread::spawn(move || client.run())
            })
            .collect();
        Self { address, stop, threads }
    }

    /// The server's address from now on, if there is one.
    pub(crate) fn at(&self, address: Option<SocketAddr>) {
        *self.address.lock().unwrap_or_else(PoisonError::into_inner) = address;
    }

    /// Ends every conversation with an agent's message, and returns everything that was
    /// acknowledged.
    pub(crate) fn finish(self) -> Vec<Told> {
        self.stop.store(true, Ordering::SeqCst);
        self.threads.into_iter().flat_map(|thread| thread.join().expect("a client")).collect()
    }
}

struct Client {
    name: u64,
    address: Shared<Option<SocketAddr>>,
    stop: Arc<AtomicBool>,
    clock: Fast,
    token: String,
    rng: Rng,
    told: Vec<Told>,
    count: u64,
}

/// A conversation: the customer begins it, and the agent has the last of the remaining messages.
struct Conversation {
    ticket: String,
    left: u32,
    has_begun: bool,
}

impl Client {
    fn run(mut self) -> Vec<Told> {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(10)))
            .build();
        let agent = ureq::Agent::new_with_config(config);
        let mut open: Vec<Conversation> = Vec::new();
        let mut tickets = 0;
        loop {
            let stops = self.stop.load(Ordering::SeqCst);
            while !stops && open.len() < AT_ONCE {
                let ticket = format!("C{}-{tickets}", self.name);
                let left = self.rng.u32(2..7);
                open.push(Conversation { ticket, left, has_begun: false });
                tickets += 1;
            }
            if open.is_empty() {
                return self.told;
            }
            let mut batch = Vec::new();
            for _ in 0..self.rng.usize(1..6) {
                let n = self.rng.usize(0..open.len());
                if stops && open[n].has_begun {
                    open[n].left = 1;
                }
                let is_agent = open[n].has_begun && (open[n].left == 1 || self.rng.bool());
                open[n].has_begun = true;
                batch.push(self.says(&open[n].ticket, is_agent));
                open[n].left -= 1;
                if open[n].left == 0 {
                    open.remove(n);
                }
                if open.is_empty() {
                    break;
                }
            }
            self.tell(&agent, batch);
            // A customer takes a while, too.
            pause(Duration::from_millis(self.rng.u64(0..150)));
        }
    }

    fn says(&mut self, ticket: &str, is_agent: bool) -> Told {
        self.count += 1;
        let at = self.clock.now();
        let author = if is_agent { "agent" } else { "customer" };
        let event = json!({
            "ticket": ticket, "id": format!("{}-{}", self.name, self.count),
            "at": show_rfc3339(at), "facts": { "channel": "whatsapp" },
            "message": { "author": author, "text": format!("words {}", self.count) },
        });
        let ticket = ticket.to_owned();
        Told { ticket, event, at, acknowledged: 0, is_customer: !is_agent }
    }

    /// Sends until it is acknowledged, to whichever child is running.
    fn tell(&mut self, agent: &ureq::Agent, mut batch: Vec<Told>) {
        let body = json!(batch.iter().map(|told| &told.event).collect::<Vec<_>>()).to_string();
        loop {
            let address = *self.address.lock().unwrap_or_else(PoisonError::into_inner);
            if address.is_some_and(|at| self.is_taken(agent, at, &body, batch.len())) {
                break;
            }
            pause(Duration::from_millis(20));
        }
        let acknowledged = ours();
        batch.iter_mut().for_each(|told| told.acknowledged = acknowledged);
        self.told.extend(batch);
    }

    fn is_taken(&self, agent: &ureq::Agent, at: SocketAddr, body: &str, count: usize) -> bool {
        let answer = agent
            .post(format!("http://{at}/v1/accounts/acme/events"))
            .header("Authorization", format!("Bearer {}", self.token))
            .header("Content-Type", "application/json")
            .send(body);
        // Killed before it has answered.
        let Ok(mut answer) = answer else { return false };
        let status = answer.status().as_u16();
        let Ok(text) = answer.body_mut().read_to_string() else { return false };
        assert_eq!(status, 200, "{text}");
        let said: Value = serde_json::from_str(&text).expect("JSON");
        let done = [&said["stored"], &said["again"]].map(|n| n.as_u64().expect("a number"));
        assert_eq!(usize::try_from(done[0] + done[1]).expect("small"), count, "{text}");
        true
    }
}
