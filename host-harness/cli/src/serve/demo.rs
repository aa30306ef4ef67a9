//! `despertador serve --demo`: a temporary desk, a webhook receiver, and a scripted customer.

use std::path::PathBuf;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use despertador_component::COMPONENT;
use despertador_server::demo::{Receiver, TOKEN, token};
use despertador_server::{Account, Deliver, Log, Server, Settings, Start, log};
use serde_json::{Value, json};

use crate::arguments::ServeArguments;
use crate::language::{Language, tr};
use crate::paint::{BOLD, DIM, paint};
use crate::{Ended, Unusable, written};

/// Ten seconds from an agent's message to the close, with a reminder after five.
fn policy() -> String {
    let name = tr!("Ten seconds", "Diez segundos", "Dez segundos");
    let text = tr!("Are you still there?", "¿Sigues ahí?", "Você ainda está aí?");
    let language = Language::chosen().word();
    json!({
        "version": "demo", "language": language,
        "rules": [ {
            "name": name, "departments": "any", "close-after": "10 s",
            "reminders": [ { "after": "5 s", "text": text } ],
        } ],
    })
    .to_string()
}

/// The secret of the demonstration's webhooks.
const SECRET: &str = "a secret of the demonstration";

/// Runs the demonstration until it is told to stop.
pub(super) fn demo(arguments: &ServeArguments, as_json: bool) -> Result<Ended, Unusable> {
    let folder = Folder::new()?;
    let filter = arguments.log.clone().unwrap_or_else(|| "warn".into());
    let _log = log::begin(&Log { filter, ..Log::default() })?;
    let (told, actions) = mpsc::channel();
    let receiver = Receiver::start(SECRET.as_bytes().to_vec(), told)?;
    let mut settings = Settings {
        desk: folder.file("desk.db").into(),
        deliver: Some(Deliver {
            webhook: Some(format!("http://{}/actions", receiver.address())),
            secret_file: Some(folder.write("secret", SECRET)?),
            ..Deliver::default()
        }),
        ..Settings::default()
    };
    settings.listen = arguments.listen.unwrap_or(settings.listen);
    settings.operations = arguments.operations.unwrap_or(settings.operations);
    settings.plugin.file.clone_from(&arguments.plugin);
    super::restrict(&mut settings.plugin, arguments);
    let policy = Some(folder.write("policy.json", &policy())?);
    settings.accounts.insert("demo".into(), Account { policy, ..Account::default() });
    let start = Start { tokens: vec![token()], ..Start::new(settings, COMPONENT) };
    let server = Server::start(start)?;
    super::say(&server, as_json);
    let base = format!("http://{}", server.address());
    let received = format!("http://{}/received", receiver.address());
    let panel = server.sign_in_link(TOKEN).map(|path| format!("{base}{path}"));
    if as_json {
        let line = json!({ "token": TOKEN, "received": received, "panel": panel });
        anstream::println!("{line}");
    } else {
        if let Some(panel) = panel {
            let name = tr!("panel", "panel", "painel");
            anstream::println!("{name:<11} {panel}");
        }
        let name = tr!("received", "recibido", "recebido");
        anstream::println!("{name:<11} {received}");
        anstream::println!("token       {TOKEN}\n");
        let customer = Customer { base, received: actions };
        // It ends by itself, or with the process.
        let _ = thread::Builder::new().name("customer".into()).spawn(move || customer.play());
    }
    super::until_stopped(server)
}

/// A folder that is deleted when the demonstration ends.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Result<Folder, Unusable> {
        let name = format!("despertador-demo-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).map_err(|error| written::unwritable(&folder, &error))?;
        Ok(Folder(folder))
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> Result<PathBuf, Unusable> {
        let file = self.file(name);
        written::write(&file, text, true)?;
        Ok(file)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _: std::io::Result<()> = std::fs::remove_dir_all(&self.0);
    }
}

/// The scripted customer: reminded, back, silent again, reminded again, closed.
struct Customer {
    base: String,
    received: mpsc::Receiver<Value>,
}

/// A line of the script.
enum Line {
    /// Somebody writes: the id of the message, the author, and the text.
    Says(&'static str, &'static str, String),
    /// Waits for the next action.
    Waits,
}

fn script() -> [Line; 7] {
    [
        Line::Says(
            "m1",
            "customer",
            tr!("The page does not load", "La página no carga", "A página não carrega"),
        ),
        Line::Says(
            "m2",
            "agent",
            tr!(
                "Could you restart the router?",
                "¿Puede reiniciar el router?",
                "Pode reiniciar o roteador?"
            ),
        ),
        Line::Waits,
        Line::Says(
            "m3",
            "customer",
            tr!(
                "One moment, I am looking for it",
                "Un momento, lo estoy buscando",
                "Um momento, estou procurando"
            ),
        ),
        Line::Says("m4", "agent", tr!("Take your time", "Tómese su tiempo", "Sem pressa")),
        Line::Waits,
        Line::Waits,
    ]
}

/// Timeout: an action comes within ten seconds.
const ACTION_TIMEOUT: Duration = Duration::from_secs(30);

impl Customer {
    /// Plays the script and prints it; a failure ends it.
    fn play(&self) {
        if let Err(said) = self.try_to_play() {
            let gave_up = tr!(
                "the scripted customer has given up: {said}",
                "el cliente del guion se rindió: {said}",
                "o cliente do roteiro desistiu: {said}"
            );
            anstream::println!("{gave_up}");
        }
    }

    fn try_to_play(&self) -> Result<(), String> {
        let title = tr!(
            "Ana writes, and falls silent twice; it takes 15 seconds",
            "Ana escribe y calla dos veces; dura 15 segundos",
            "Ana escreve e se cala duas vezes; dura 15 segundos"
        );
        anstream::println!("{}", paint(BOLD, title));
        for line in script() {
            match line {
                Line::Says(id, author, text) => self.say(id, author, &text)?,
                Line::Waits => self.wait()?,
            }
        }
        let timeline = self.get("/v1/accounts/demo/tickets/ana/timeline")?;
        let entries = timeline.get("entries").and_then(Value::as_array);
        let is_close = |entry: &&Value| {
            entry.pointer("/decision/action/step").is_some_and(|step| step == "close")
        };
        let entry = entries.into_iter().flatten().find(is_close).and_then(|it| it.get("entry"));
        let entry = entry.and_then(Value::as_i64).unwrap_or_default();
        let language = Language::chosen().word();
        let why = self
            .get(&format!("/v1/accounts/demo/tickets/ana/why?entry={entry}&language={language}"))?;
        let summary = why.get("summary").and_then(Value::as_str).unwrap_or_default();
        let name = tr!("why", "por qué", "por quê");
        anstream::println!("  {name:<9} {summary}");
        let now = tr!(
            "Now you: the README has curl lines. Ctrl-C ends all of it and keeps nothing.",
            "Ahora usted: el README tiene líneas de curl. Ctrl-C lo termina todo y no conserva nada.",
            "Agora você: o README tem linhas de curl. Ctrl-C encerra tudo e não guarda nada."
        );
        anstream::println!("\n{}", paint(DIM, now));
        Ok(())
    }

    fn say(&self, id: &str, author: &str, text: &str) -> Result<(), String> {
        let event = json!({
            "ticket": "ana", "id": id,
            "facts": { "channel": "web-chat", "department": "support" },
            "message": { "author": author, "text": text },
        });
        ureq::post(format!("{}/v1/accounts/demo/events", self.base))
            .header("Authorization", format!("Bearer {TOKEN}"))
            .header("Content-Type", "application/json")
            .send(event.to_string())
            .map_err(|error| error.to_string())?;
        let who = match author {
            "customer" => tr!("customer", "cliente", "cliente"),
            _ => tr!("agent", "agente", "agente"),
        };
        anstream::println!("  {who:<9} {text}");
        Ok(())
    }

    /// Prints the next action about Ana's ticket.
    fn wait(&self) -> Result<(), String> {
        loop {
            let action =
                self.received.recv_timeout(ACTION_TIMEOUT).map_err(|error| error.to_string())?;
            if action.get("ticket").is_none_or(|ticket| ticket != "ana") {
                continue;
            }
            let text =
                |place: &str| action.pointer(place).and_then(Value::as_str).unwrap_or_default();
            anstream::println!(
                "  {:<9} {} {} {}",
                "webhook",
                paint(BOLD, text("/action/task")),
                text("/action/with/text"),
                paint(DIM, text("/key"))
            );
            return Ok(());
        }
    }

    fn get(&self, path: &str) -> Result<Value, String> {
        let answer = ureq::get(format!("{}{path}", self.base))
            .header("Authorization", format!("Bearer {TOKEN}"))
            .call();
        let text = answer.and_then(|mut answer| answer.body_mut().read_to_string());
        serde_json::from_str(&text.map_err(|error| error.to_string())?)
            .map_err(|error| error.to_string())
    }
}
