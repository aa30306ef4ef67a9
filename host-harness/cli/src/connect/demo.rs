//! `despertador connect demo`: a simulated platform and a server at ports of this machine, and a
//! conversation between them on a simulated clock.

mod chatwoot;
mod typebot;
mod whatsapp;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use despertador_component::COMPONENT;
use despertador_contract::Instant;
use despertador_contract::clock_face::show_rfc3339;
use despertador_desk::runtime::Clock;
use despertador_fakes::{CHATWOOT_EPOCH, Posted};
use despertador_server::demo::token;
use despertador_server::{Account, Connect, Log, Operations, Server, Settings, Start, log};
use serde_json::{Value, json};

use crate::arguments::ConnectDemoArguments;
use crate::language::{Language, tr};
use crate::paint::{BOLD, DIM, paint};
use crate::serve::demo::Folder;
use crate::{Ended, Unusable};

/// Monday 2026-03-02 09:00 UTC.
const NINE: Instant = CHATWOOT_EPOCH;
const MINUTE: i64 = 60_000;

/// The account and the platform of the demonstration.
const ACCOUNT: &str = "demo";
const NAME: &str = "support";

/// How many times it is looked whether something has happened; the desk is asked in between.
const LOOKS_MAX: usize = 200_000;

/// The timeout of a post.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Plays a conversation.
pub(crate) fn demo(arguments: &ConnectDemoArguments, as_json: bool) -> Result<Ended, Unusable> {
    let _log = log::begin(&Log { filter: "error".into(), ..Log::default() })?;
    match arguments.platform.as_str() {
        "chatwoot" => chatwoot::play(as_json)?,
        "whatsapp" => whatsapp::play(as_json)?,
        _ => typebot::play(as_json)?,
    }
    Ok(Ended::Well)
}

/// A clock that is set by the script.
#[derive(Clone)]
struct Hand(Arc<AtomicI64>);

impl Hand {
    fn new() -> Self {
        Self(Arc::new(AtomicI64::new(NINE)))
    }
}

impl Clock for Hand {
    fn now(&self) -> Instant {
        self.0.load(Ordering::SeqCst)
    }
}

/// A reminder after ten minutes, the close after fifteen.
fn policy() -> String {
    let reminder = tr!("Are you still there?", "¿Sigues ahí?", "Você ainda está aí?");
    let closing = tr!(
        "We close this conversation for now.",
        "Cerramos esta conversación por ahora.",
        "Encerramos esta conversa por enquanto."
    );
    json!({
        "version": "demo", "language": Language::chosen().word(),
        "rules": [ {
            "departments": "any", "close-after": "15 min",
            "close": { "closing-text": closing, "tags": ["despertador"] },
            "reminders": [ { "after": "10 min", "text": reminder } ],
        } ],
    })
    .to_string()
}

/// What a play waits for.
#[derive(Clone, Copy)]
enum Awaited {
    Reminder,
    ReadBack,
    Close,
}

impl Awaited {
    fn words(self) -> String {
        match self {
            Self::Reminder => tr!("a reminder", "un recordatorio", "um lembrete"),
            Self::ReadBack => tr!("the read-back", "la relectura", "a releitura"),
            Self::Close => tr!("the close", "el cierre", "o encerramento"),
        }
    }
}

/// A server beside a simulated platform.
struct Stage {
    server: Server,
    clock: Hand,
    as_json: bool,
    /// It is deleted when the stage ends.
    _folder: Folder,
}

impl Stage {
    /// Starts a server with one account; `settings` adds what is beside it.
    fn start(
        clock: &Hand,
        as_json: bool,
        settings: impl FnOnce(&Folder, &mut Settings) -> Result<(), Unusable>,
    ) -> Result<Self, Unusable> {
        let folder = Folder::new()?;
        let any_port = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
        let policy = Some(folder.write("policy.json", &policy())?);
        let mut own = Settings {
            desk: folder.file("desk.db").into(),
            listen: any_port,
            panel: false,
            operations: Operations::Off,
            ..Settings::default()
        };
        own.accounts.insert(ACCOUNT.into(), Account { policy, ..Account::default() });
        settings(&folder, &mut own)?;
        let start = Start {
            clock: Arc::new(clock.clone()),
            tokens: vec![token()],
            ..Start::new(own, COMPONENT)
        };
        let server = Server::start(start)?;
        Ok(Self { server, clock: clock.clone(), as_json, _folder: folder })
    }

    /// Sets the clock, and lets the desk notice it.
    fn at(&self, minutes: i64) -> Result<Instant, Unusable> {
        let now = NINE.saturating_add(minutes.saturating_mul(MINUTE));
        self.clock.0.store(now, Ordering::SeqCst);
        self.server.handle().call(|_, _| ()).map_err(|error| error.to_string())?;
        Ok(now)
    }

    /// Posts to the server as the platform does.
    fn post(&self, posted: &Posted) -> Result<(), Unusable> {
        let url = format!("http://{}/v1/connect/{ACCOUNT}/{NAME}", self.server.address());
        let headers = posted.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        self.send(&url, headers, &posted.body)
    }

    fn send<'h>(
        &self,
        url: &str,
        headers: impl Iterator<Item = (&'h str, &'h str)>,
        body: &str,
    ) -> Result<(), Unusable> {
        let config = ureq::Agent::config_builder().timeout_global(Some(TIMEOUT)).build();
        let agent = ureq::Agent::new_with_config(config);
        let request =
            headers.fold(agent.post(url), |request, (name, value)| request.header(name, value));
        let sent = request.send(body).map_err(|error| {
            tr!(
                "the server did not take a post: {error}",
                "el servidor no aceptó una publicación: {error}",
                "o servidor não aceitou uma publicação: {error}"
            )
        })?;
        drop(sent);
        Ok(())
    }

    /// Goes on to a time, and waits until something has happened; the desk works meanwhile.
    fn wait(
        &self,
        minutes: i64,
        what: Awaited,
        has_happened: impl Fn() -> bool,
    ) -> Result<(), Unusable> {
        self.at(minutes)?;
        for _ in 0..LOOKS_MAX {
            if has_happened() {
                return Ok(());
            }
            self.server.handle().call(|_, _| ()).map_err(|error| error.to_string())?;
            std::thread::yield_now();
        }
        let what = what.words();
        Err(tr!("it did not happen: {what}", "no ocurrió: {what}", "não aconteceu: {what}").into())
    }

    /// The next evaluation of a ticket, and how many actions wait.
    fn known(&self, ticket: &str) -> Option<(Option<Instant>, usize)> {
        let ticket = ticket.to_owned();
        let asked = self.server.handle().call(move |desk, _| desk.query_ticket(ACCOUNT, &ticket));
        asked.ok().and_then(Result::ok).map(|it| (it.due, it.outbox.len()))
    }

    /// Whether everything due is done, and something will be due later.
    fn is_waiting(&self, ticket: &str) -> bool {
        let now = self.clock.now();
        matches!(self.known(ticket), Some((Some(due), 0)) if due > now)
    }

    /// Whether nothing will be due without an event.
    fn is_at_rest(&self, ticket: &str) -> bool {
        self.known(ticket) == Some((None, 0))
    }

    /// Prints a line of the play.
    fn say(&self, who: &str, what: &str) {
        let now = self.clock.now();
        let at = show_rfc3339(now);
        if self.as_json {
            anstream::println!("{}", json!({ "at": at, "who": who, "what": what }));
            return;
        }
        let clock = at.get(11..16).unwrap_or_default();
        anstream::println!("{}  {}  {what}", paint(DIM, clock), paint(BOLD, format!("{who:<11}")));
    }

    fn end(self) {
        drop(self.server.stop());
    }
}

/// The names of those who act.
fn customer() -> String {
    tr!("customer", "cliente", "cliente")
}

fn agent() -> String {
    tr!("agent", "agente", "agente")
}

/// The settings of a platform.
fn beside(settings: &mut Settings, name: &str, connect: Connect) {
    settings.connect.insert(name.into(), connect);
}

/// The text of a message that a platform has.
fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}
