//! Receives webhooks, accepts each key once, and does not always work.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use despertador_contract::Instant;
use despertador_desk::runtime::Clock as _;
use despertador_desk::sink::signature;
use fastrand::Rng;
use serde_json::Value;

use crate::Shared;
use crate::child::SECRET;
use crate::fast::{Fast, ours, pause};

/// The state of the receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Well,
    /// Slow, but within the timeout.
    Slow,
    /// Closes connections without a response.
    Down,
    /// Answers 500 and has done nothing.
    Failing,
    /// Has done it, but the response is lost.
    Forgetful,
    /// Has done it, but answers invalid HTTP.
    Garbled,
    /// Answers this one time in five: the customer has blocked the account or is gone, or the
    /// action is invalid.
    Refusing(u16),
}

impl Mode {
    pub(crate) fn any(rng: &mut Rng) -> Self {
        let bad = [
            Self::Slow,
            Self::Down,
            Self::Failing,
            Self::Forgetful,
            Self::Garbled,
            Self::Refusing(403),
            Self::Refusing(410),
            Self::Refusing(422),
        ];
        // Otherwise no ticket would ever be closed.
        if rng.bool() { Self::Well } else { bad[rng.usize(0..bad.len())] }
    }
}

/// The answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answered {
    Done,
    Blocked,
    Refused,
    /// Leads to another attempt: no response, or not «done».
    Again,
}

impl Answered {
    pub(crate) fn is_no(self) -> bool {
        matches!(self, Self::Blocked | Self::Refused)
    }
}

/// A received webhook.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) key: String,
    pub(crate) ticket: String,
    pub(crate) step: String,
    pub(crate) task: String,
    /// The whole action, without what may differ between attempts.
    pub(crate) effect: Value,
    /// By the clock of the server.
    pub(crate) at: Instant,
    pub(crate) on_our_clock: Instant,
    /// Which child has sent it.
    pub(crate) round: u64,
    pub(crate) answered: Answered,
    /// Whether it was carried out, now or before.
    pub(crate) is_carried_out: bool,
}

impl Received {
    /// The order of steps in a cycle.
    pub(crate) fn rank(&self) -> usize {
        let steps = ["reminder-1", "reminder-2", "close"];
        steps.iter().position(|step| *step == self.step).unwrap_or(steps.len())
    }
}

pub(crate) struct Receiver {
    address: SocketAddr,
    state: Arc<State>,
}

struct State {
    mode: Shared<Mode>,
    received: Shared<Vec<Received>>,
    done: Shared<BTreeSet<String>>,
    clock: Fast,
    stopped: AtomicBool,
}

impl Receiver {
    pub(crate) fn start(clock: Fast) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let mode = Arc::new(std::sync::Mutex::new(Mode::Well));
        let state = Arc::new(State {
            mode,
            received: Shared::default(),
            done: Shared::default(),
            clock,
            stopped: AtomicBool::new(false),
        });
        let own = Arc::clone(&state);
        std::thread::spawn(move || {
            // A child has eight workers, and one child runs at a time: there are few threads.
            for (count, stream) in listener.incoming().enumerate() {
                if own.stopped.load(Ordering::SeqCst) {
                    return;
                }
                let state = Arc::clone(&own);
                let count = u64::try_from(count).expect("small");
                std::thread::spawn(move || state.serve(stream.expect("a connection"), count));
            }
        });
        Self { address, state }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn be(&self, mode: Mode) {
        *self.state.mode.lock().unwrap_or_else(PoisonError::into_inner) = mode;
    }

    /// Everything received, in order.
    pub(crate) fn stop(self) -> Vec<Received> {
        self.state.stopped.store(true, Ordering::SeqCst);
        // Wakes the accept loop.
        drop(TcpStream::connect(self.address));
        let mut received = self.state.received.lock().unwrap_or_else(PoisonError::into_inner);
        assert!(received.iter().all(|it| !it.key.is_empty()), "something was forged");
        std::mem::take(&mut received)
    }
}

impl State {
    fn serve(&self, mut stream: TcpStream, count: u64) {
        let mode = *self.mode.lock().unwrap_or_else(PoisonError::into_inner);
        if mode == Mode::Down {
            return;
        }
        // A child that was killed while sending has sent nothing.
        let Some((head, body)) = read(&mut stream) else { return };
        let answer = match mode {
            Mode::Refusing(status) if count.is_multiple_of(5) => status,
            Mode::Failing => 500,
            _ => 204,
        };
        // A ticket that is gone was closed before.
        let was_closed =
            answer == 410 && String::from_utf8_lossy(&body).contains(r#""task":"close""#);
        let answered = match (mode, answer) {
            _ if was_closed => Answered::Done,
            (_, 403 | 410) => Answered::Blocked,
            (_, 422) => Answered::Refused,
            (Mode::Forgetful | Mode::Garbled | Mode::Failing, _) => Answered::Again,
            _ => Answered::Done,
        };
        self.note(&head, &body, answered, answer == 204 || was_closed);
        match mode {
            Mode::Forgetful => return,
            Mode::Slow => pause(Duration::from_millis(200)),
            _ => {}
        }
        let text = match mode {
            Mode::Garbled => "\u{1}\u{2} no HTTP at all\n\n".to_owned(),
            _ => {
                format!("HTTP/1.1 {answer} Said\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            }
        };
        // A child that was killed does not read it.
        let _: std::io::Result<()> = stream.write_all(text.as_bytes());
    }

    fn note(&self, head: &str, body: &[u8], answered: Answered, is_done: bool) {
        let header = |name: &str| {
            let line = head.lines().find_map(|line| {
                let (own, value) = line.split_once(": ")?;
                own.eq_ignore_ascii_case(name).then_some(value)
            });
            line.unwrap_or_default()
        };
        let now = self.clock.now();
        let timestamp = header("despertador-timestamp").parse().expect("an instant");
        let signed = header("despertador-signature");
        let hour = 3_600_000;
        let checked = signature::verify(SECRET.as_bytes(), timestamp, body, signed, now, hour);
        let said: Value = serde_json::from_slice(body).expect("JSON");
        let text = |place: &str| {
            said.pointer(place).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let round = head.split(['/', ' ']).find_map(|part| part.parse().ok());
        let mut received = self.received.lock().unwrap_or_else(PoisonError::into_inner);
        let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        // A forged one is found at the end, because this thread has no caller.
        let key = if checked.is_ok() { text("/key") } else { String::new() };
        if is_done {
            done.insert(key.clone());
        }
        let mut effect = said["action"].clone();
        if let Some(effect) = effect.as_object_mut() {
            effect.remove("due");
        }
        received.push(Received {
            ticket: text("/ticket"),
            step: text("/action/step"),
            task: text("/action/task"),
            effect,
            at: self.clock.now(),
            on_our_clock: ours(),
            round: round.expect("a round"),
            answered,
            is_carried_out: done.contains(&key),
            key,
        });
    }
}

/// The head and the body of a request; `None` if it ends early.
fn read(stream: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    stream.set_read_timeout(Some(Duration::from_secs(20))).ok()?;
    let mut all = Vec::new();
    let mut part = [0; 4_096];
    loop {
        let count = stream.read(&mut part).ok().filter(|count| *count > 0)?;
        all.extend_from_slice(&part[..count]);
        let Some(end) = all.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&all[..end]).into_owned();
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("content-length").then(|| value.parse::<usize>().ok())?
        })?;
        let body = &all[end + 4..];
        if body.len() >= length {
            return Some((head, body[..length].to_vec()));
        }
    }
}
