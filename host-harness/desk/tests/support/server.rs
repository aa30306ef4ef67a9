//! A PostgreSQL server for tests: one that `DESPERTADOR_POSTGRES` names, or one of its own, which
//! ends with the process that started it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio_postgres::NoTls;

/// Names a server on which databases may be created: `postgres://user@host/postgres`.
const NAMED: &str = "DESPERTADOR_POSTGRES";

/// If this is set the tests fail where there is no PostgreSQL.
const REQUIRED: &str = "DESPERTADOR_POSTGRES_REQUIRED";

/// The user that a server runs as if the tests run as root, which it refuses.
const NOBODY: u32 = 65_534;

/// A database that goes away with it.
pub struct Database {
    name: String,
}

/// A server in a folder.
pub struct Server {
    /// Ends the server when it is dropped, or when the process ends however it may.
    _guard: Option<Child>,
    /// Its address without a database, and the parameters of an address.
    pub base: String,
    pub parameters: String,
}

impl Server {
    pub fn address(&self, database: &str) -> String {
        format!("{}/{database}{}", self.base, self.parameters)
    }

    /// The folder with the socket.
    pub fn folder() -> PathBuf {
        let place = server().parameters.split_once("host=").expect("a socket").1;
        place.split('&').next().expect("a folder").into()
    }

    /// A program that runs as the server does.
    pub fn command(program: &str) -> Command {
        command(Path::new(program), is_root(&std::env::current_exe().expect("this program")))
    }

    /// Lets such a program write.
    pub fn give_to_nobody(path: &Path) {
        if is_root(path) {
            std::os::unix::fs::chown(path, Some(NOBODY), Some(NOBODY)).expect("a path of nobody");
        }
    }

    /// Runs statements in a database.
    pub fn run(&self, database: &str, sql: &str) {
        if let Err(error) = self.try_run(database, sql) {
            panic!("{error:?}: {sql}");
        }
    }

    pub fn try_run(&self, database: &str, sql: &str) -> Result<(), tokio_postgres::Error> {
        self.ask(database, sql).map(|_| ())
    }

    /// The first column of the last row that statements answer with.
    pub fn ask(&self, database: &str, sql: &str) -> Result<Option<String>, tokio_postgres::Error> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let (client, connection) =
                tokio_postgres::connect(&self.address(database), NoTls).await?;
            let connection = tokio::spawn(connection);
            let answers = client.simple_query(sql).await?;
            drop(client);
            let _: Result<_, _> = connection.await;
            Ok(answers.into_iter().rev().find_map(|answer| match answer {
                tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
                _ => None,
            }))
        })
    }
}

/// The server of this suite. Ends the process if there is none and none is required.
pub fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| {
        if let Ok(named) = std::env::var(NAMED) {
            let (before, parameters) = named.split_once('?').unwrap_or((&named, ""));
            let base = before.rsplit_once('/').map_or(before, |(base, _)| base).to_owned();
            let question = if parameters.is_empty() { "" } else { "?" };
            return Server { _guard: None, base, parameters: format!("{question}{parameters}") };
        }
        match programs() {
            Some(programs) => start(&programs, &[]),
            None if std::env::var_os(REQUIRED).is_some() => {
                panic!("there is no `initdb`; install PostgreSQL, or name a server by {NAMED}")
            }
            None => not_run(),
        }
    })
}

fn not_run() -> ! {
    let said = format!(
        "NOT RUN: the suite needs PostgreSQL. Install it (`initdb` is looked for), or name a \
         server by {NAMED}.\n"
    );
    let _: std::io::Result<()> = std::io::stderr().write_all(said.as_bytes());
    std::process::exit(0)
}

/// The folder with the programs of PostgreSQL.
fn programs() -> Option<PathBuf> {
    let in_path = std::env::var_os("PATH")?;
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut debian: Vec<_> = debian.map(|version| version.path().join("bin")).collect();
    debian.sort();
    std::env::split_paths(&in_path)
        .chain(debian.into_iter().rev())
        .find(|folder| folder.join("initdb").is_file() && folder.join("postgres").is_file())
}

/// Starts a server with more settings, each `name=value`.
fn start(programs: &Path, settings: &[&str]) -> Server {
    let suite = module_path!().replace("::", "-");
    let folder =
        std::env::temp_dir().join(format!("despertador-server-{suite}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let is_root = is_root(&folder);
    if is_root {
        std::os::unix::fs::chown(&folder, Some(NOBODY), Some(NOBODY)).expect("a folder of nobody");
    }
    let data = folder.join("data");
    let mut initdb = command(&programs.join("initdb"), is_root);
    initdb.args(["--auth=trust", "--username=desk", "--no-sync", "--encoding=UTF8", "--locale=C"]);
    let made = initdb.arg("-D").arg(&data).output().expect("initdb");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    // A shell that outlives this process ends the server when this end of its input closes.
    let script = r#"
        "$1" -D "$2" -k "$3" -c listen_addresses= -F -c max_connections=200 \
            -c shared_buffers=32MB "${@:4}" 2>&1 &
        server=$!
        cat >/dev/null
        kill -INT $server
        wait $server
        rm -rf "$3"
    "#;
    let mut shell = command(Path::new("/bin/bash"), is_root);
    shell.args(["-c", script, "server"]).arg(programs.join("postgres")).arg(&data).arg(&folder);
    for setting in settings {
        shell.args(["-c", setting]);
    }
    shell.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut guard = shell.spawn().expect("a shell");
    let mut log = BufReader::new(guard.stdout.take().expect("its output"));
    let mut line = String::new();
    while !line.contains("ready to accept connections") {
        line.clear();
        assert!(log.read_line(&mut line).expect("a log") > 0, "the server has ended");
    }
    // Read on, so that the server can write on.
    std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
    Server {
        _guard: Some(guard),
        base: "postgres://".into(),
        parameters: format!("?host={}&user=desk", folder.display()),
    }
}

fn is_root(folder: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata(folder).expect("a folder").uid() == 0
}

fn command(program: &Path, is_root: bool) -> Command {
    use std::os::unix::process::CommandExt as _;
    let mut command = Command::new(program);
    command.current_dir("/");
    if is_root {
        command.uid(NOBODY).gid(NOBODY);
    }
    command
}

impl Database {
    pub fn new(count: u32) -> Self {
        let name = format!("desk_{}_{count}", std::process::id());
        server().run("postgres", &format!("CREATE DATABASE {name}"));
        Self { name }
    }

    /// A database without a folder.
    pub fn fresh() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(1_000_000);
        Self::new(COUNT.fetch_add(1, Ordering::Relaxed))
    }

    pub fn address(&self) -> String {
        server().address(&self.name)
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// A session that lasts until it is dropped.
    pub fn session(&self) -> Session {
        Session::new(&self.address())
    }

    /// Changes what is stored, by a statement that a file would understand as well.
    pub fn alter(&self, sql: &str) {
        let sql = sql.replace("x'ff'", r"'\xff'");
        let before = "SET search_path TO despertador; ";
        let after = "; DELETE FROM deadline;
            INSERT INTO deadline SELECT no, lane, due FROM ticket WHERE due IS NOT NULL";
        server().run(&self.name, &format!("{before}{sql}{after}"));
    }

    /// Runs statements in the database, whose name may be written as `current_database`.
    pub fn run(&self, sql: &str) {
        server().run(
            &self.name,
            &sql.replace("DATABASE current_database", &format!("DATABASE {}", self.name)),
        );
    }

    pub fn ask(&self, sql: &str) -> Option<String> {
        server().ask(&self.name, sql).expect("an answer")
    }
}

/// A session of another program.
pub struct Session {
    runtime: tokio::runtime::Runtime,
    client: tokio_postgres::Client,
}

impl Session {
    fn new(address: &str) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime");
        let client = runtime.block_on(async {
            let (client, connection) =
                tokio_postgres::connect(address, NoTls).await.expect("a session");
            tokio::spawn(connection);
            client
        });
        Self { runtime, client }
    }

    pub fn run(&self, sql: &str) {
        self.runtime.block_on(self.client.batch_execute(sql)).expect(sql);
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let _: Result<(), _> = server().try_run("postgres", &sql);
    }
}
