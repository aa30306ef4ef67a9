//! A process with a server that is killed.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use despertador_server::{Account, Deliver, Operations, Server, Settings, Span, Start};

use crate::fast::{Fast, pause};
use crate::support::{any_port, call};

const FOLDER: &str = "DESPERTADOR_SOAK_FOLDER";
const CLOCK: &str = "DESPERTADOR_SOAK_CLOCK";
const WEBHOOK: &str = "DESPERTADOR_SOAK_WEBHOOK";

/// The secret of the webhooks.
pub(crate) const SECRET: &str = "a secret of sixteen bytes";
/// Timeout of the receiver, in our own time. It is never that slow by itself.
const TIMEOUT: Duration = Duration::from_secs(10);

pub(crate) fn settings(folder: &Path, webhook: &str) -> Settings {
    let secret = folder.join("secret");
    std::fs::write(&secret, SECRET).expect("a file");
    let account = Account { policy: Some(folder.join("policy.json")), ..Account::default() };
    Settings {
        desk: folder.join("desk.db").into(),
        listen: any_port(),
        operations: Operations::At(any_port()),
        deliver: Some(Deliver {
            webhook: Some(webhook.to_owned()),
            secret_file: Some(secret),
            timeout: Some(Span(TIMEOUT)),
            ..Deliver::default()
        }),
        accounts: [("acme".to_owned(), account)].into(),
        ..Settings::default()
    }
}

/// The child: serves until it is killed, or until its parent is gone.
pub(crate) fn run() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let clock = Fast::read(&std::env::var(CLOCK).expect("a clock"));
    let settings = settings(&folder, &std::env::var(WEBHOOK).expect("an address"));
    let start = Start::new(settings, despertador_component::COMPONENT);
    let server = Server::start(Start { clock: Arc::new(clock), ..start }).expect("a server");
    let operations = server.operations().expect("an address");
    println!("\nserves {} {operations}", server.address());
    let _: std::io::Result<usize> = std::io::stdin().read(&mut [0]);
}

/// A child that runs.
pub(crate) struct Child {
    process: std::process::Child,
    lines: mpsc::Receiver<String>,
    operations: Option<SocketAddr>,
}

impl Child {
    pub(crate) fn start(folder: &Path, round: u64, clock: &Fast, receiver: SocketAddr) -> Self {
        let mut process = Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", "child", "--nocapture", "--test-threads=1"])
            .env(FOLDER, folder)
            .env(CLOCK, clock.show())
            // Every received action says which child has sent it.
            .env(WEBHOOK, format!("http://{receiver}/{round}"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a child");
        let output = BufReader::new(process.stdout.take().expect("its output"));
        let (line, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for text in output.lines().map_while(Result::ok) {
                let _: Result<(), _> = line.send(text);
            }
        });
        Self { process, lines, operations: None }
    }

    /// Its address, as soon as it serves.
    pub(crate) fn address(&mut self) -> SocketAddr {
        loop {
            let line = self.lines.recv_timeout(Duration::from_secs(60)).expect("a server");
            if let Some(at) = line.strip_prefix("serves ") {
                let (interface, operations) = at.split_once(' ').expect("two addresses");
                self.operations = Some(operations.parse().expect("an address"));
                return interface.parse().expect("an address");
            }
        }
    }

    pub(crate) fn wait_until_nothing_is_due(&self) {
        let at = self.operations.expect("it serves");
        for _ in 0..1_800 {
            // The request also wakes the desk, which sleeps by our clock.
            let metrics = call("GET", &format!("http://{at}/metrics"), "", None, &[]).body;
            if !metrics.contains("despertador_next_instant_seconds ") {
                return;
            }
            pause(Duration::from_millis(50));
        }
        panic!("something is due for ever");
    }

    pub(crate) fn kill(&mut self) {
        self.process.kill().expect("killed");
        self.process.wait().expect("its end");
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // It may be dead already.
        let _: std::io::Result<()> = self.process.kill();
        let _: std::io::Result<_> = self.process.wait();
    }
}
