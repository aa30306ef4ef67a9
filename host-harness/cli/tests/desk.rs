//! `despertador serve`, `token`, `backup` and `forget` on the files of desks, as processes.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that is wrong fails"
)]

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use serde_json::{Value, json};

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let name = format!("despertador-cli-{name}-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_despertador"));
        command.args(arguments).current_dir(&self.0);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("DESPERTADOR") {
                command.env_remove(name);
            }
        }
        command
    }

    fn says(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// The error output of a failing command.
    fn complains(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {output:?}");
        String::from_utf8(output.stderr).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _: std::io::Result<()> = std::fs::remove_dir_all(&self.0);
    }
}

/// A server as a process, ended when dropped.
struct Serving {
    process: Child,
    interface: String,
    operations: String,
}

impl Serving {
    fn start(folder: &Folder, more: &[&str]) -> Self {
        let mut arguments = vec!["--json", "serve", "--log", "warn", "--listen", "127.0.0.1:0"];
        arguments.extend(["--operations", "127.0.0.1:0"]);
        arguments.extend(more);
        let mut process = folder.command(&arguments).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let said: Value = serde_json::from_str(&line).expect("a line of JSON");
        let url = |name: &str| format!("http://{}", said[name].as_str().unwrap());
        Self { interface: url("interface"), operations: url("operations"), process }
    }

    fn signal(&self, name: &str) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
    }

    fn tell(&self, token: &str, ticket: &str, author: &str) -> Value {
        let event = json!({ "ticket": ticket, "id": author,
                            "facts": { "more": { "customer.id": "ana" } },
                            "message": { "author": author } });
        let mut answer = ureq::post(format!("{}/v1/accounts/acme/events", self.interface))
            .header("Authorization", format!("Bearer {token}"))
            .send(event.to_string())
            .unwrap();
        serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _: std::io::Result<()> = self.process.kill();
        let _: std::io::Result<_> = self.process.wait();
    }
}

const SETTINGS: &str = r#"
desk = "desk.db"
[deliver]
log = "actions.jsonl"
[accounts.acme]
policy = "policy.json"
"#;

fn settings(folder: &Folder) {
    std::fs::write(folder.0.join("d.toml"), SETTINGS).unwrap();
    std::fs::write(folder.0.join("policy.json"), include_str!("../../../policies/adereso.json"))
        .unwrap();
}

#[test]
#[cfg(unix)]
fn a_desk_is_served_backed_up_forgotten_from_and_stopped() {
    let folder = Folder::new("serve");
    settings(&folder);
    let token = folder.says(&["token", "create", "root", "--scopes", "all", "--accounts", "*"]);
    let token = token.trim();
    assert!(token.starts_with("desp_"), "{token}");
    std::fs::write(folder.0.join("token"), token).unwrap();
    assert!(
        folder
            .complains(&["token", "create", "root", "--scopes", "all", "--accounts", "*"])
            .contains("already")
    );
    let mut serving = Serving::start(&folder, &["--config", "d.toml"]);
    assert_eq!(serving.tell(token, "4711", "customer")["stored"], 1);
    // A running desk can be copied.
    let copied = folder.says(&["--json", "backup", "desk.db", "copy.db"]);
    assert_eq!(serde_json::from_str::<Value>(&copied).unwrap()["written"], "copy.db");
    assert!(folder.complains(&["token", "list"]).contains("in use by another desk"));
    assert!(folder.complains(&["backup", "desk.db", "copy.db"]).contains("copy.db"));
    // SIGHUP reads the policy again.
    let policy = folder.0.join("policy.json");
    let longer = std::fs::read_to_string(&policy).unwrap().replace("\"15 min\"", "\"25 min\"");
    std::fs::write(&policy, longer).unwrap();
    serving.signal("-HUP");
    let version = || {
        let mut answer = ureq::get(format!("{}/v1/accounts/acme/policy", serving.interface))
            .header("Authorization", format!("Bearer {token}"))
            .call()
            .unwrap();
        let policy: Value =
            serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap();
        policy["version"].as_i64().unwrap()
    };
    assert!((0..50_000).any(|_| version() == 2), "the policy was not read again");
    assert!(
        ureq::get(format!("{}/metrics", serving.operations)).call().unwrap().status().is_success()
    );
    // A customer is deleted from the desk but not from its copy.
    let forget = [
        "forget",
        "ana",
        "--account",
        "acme",
        "--server",
        &serving.interface,
        "--token-file",
        "token",
    ];
    assert_eq!(folder.says(&forget), "1 ticket deleted\n");
    assert_eq!(folder.says(&forget), "0 tickets deleted\n");
    serving.signal("-TERM");
    assert!(serving.process.wait().unwrap().success());
    assert_eq!(
        folder.says(&["forget", "ana", "--account", "acme", "--desk", "copy.db"]),
        "1 ticket deleted\n"
    );
    assert!(
        folder.complains(&["forget", "ana", "--account", "nobody"]).contains("no account `nobody`")
    );
    // A token is listed without its secret, and revoked.
    let listed = folder.says(&["token", "list"]);
    assert!(listed.contains("root") && !listed.contains(token), "{listed}");
    assert!(folder.says(&["token", "revoke", "root"]).contains("no use"));
    assert!(folder.complains(&["token", "revoke", "root"]).contains("no token `root`"));
    let again = Serving::start(&folder, &["--config", "d.toml"]);
    let refused = ureq::get(format!("{}/v1/accounts", again.interface))
        .header("Authorization", format!("Bearer {token}"))
        .call();
    assert!(matches!(refused, Err(ureq::Error::StatusCode(401))), "{refused:?}");
}

/// An index is damaged, so that the desk does not know what is due: the process ends and says what
/// is damaged, and does not seem to run.
#[test]
#[cfg(unix)]
fn a_damaged_index_ends_the_process_with_the_way_out() {
    let folder = Folder::new("damaged");
    settings(&folder);
    let token = folder.says(&["token", "create", "root", "--scopes", "all", "--accounts", "*"]);
    let mut serving = Serving::start(&folder, &["--config", "d.toml"]);
    for author in ["customer", "agent"] {
        assert_eq!(serving.tell(token.trim(), "4711", author)["stored"], 1);
    }
    serving.signal("-TERM");
    assert!(serving.process.wait().unwrap().success());
    let file = folder.0.join("desk.db");
    let page: i64 = {
        let root = "SELECT rootpage FROM sqlite_schema WHERE name = 'ticket_by_due'";
        let connection = rusqlite::Connection::open(&file).unwrap();
        connection.query_row(root, [], |row| row.get(0)).unwrap()
    };
    let mut bytes = std::fs::read(&file).unwrap();
    let start = usize::try_from(page - 1).unwrap() * 4_096;
    bytes[start..start + 4_096].fill(0x5a);
    std::fs::write(&file, bytes).unwrap();
    let serve = ["serve", "--config", "d.toml", "--listen", "127.0.0.1:0", "--operations", "off"];
    let ended = folder.command(&serve).output().unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert!(!ended.status.success(), "{said}");
    for part in ["desk.db", "Damaged: `ticket_by_due`", "restore a backup", "are in the file"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    // The log says it once, and so does the last line.
    assert_eq!(said.matches("could not do its work").count(), 1, "{said}");
}

/// A disk of one megabyte, in a mount namespace of its own where this user may have one.
#[cfg(target_os = "linux")]
mod on_a_small_disk {
    use super::*;

    /// Runs a script in a folder with a small disk at `disk`. None if that is not permitted here.
    fn run(folder: &Folder, script: &str) -> Option<Output> {
        std::fs::create_dir_all(folder.0.join("disk")).unwrap();
        let mount = "mount -t tmpfs -o size=1m tmpfs disk";
        let within = |script: &str| {
            let mut command = Command::new("unshare");
            command.args(["--user", "--map-root-user", "--mount", "sh", "-c", script]);
            command.env("DESPERTADOR", env!("CARGO_BIN_EXE_despertador")).current_dir(&folder.0);
            command.output()
        };
        if !within(mount).is_ok_and(|mounted| mounted.status.success()) {
            eprintln!("not tried: this user may not mount a disk");
            return None;
        }
        Some(within(&format!("{mount} && {script}")).unwrap())
    }

    const SERVE: &str = "$DESPERTADOR serve --config d.toml --listen 127.0.0.1:0 --operations off";

    #[test]
    fn a_start_on_a_full_disk_says_so() {
        let folder = Folder::new("full");
        settings(&folder);
        let config = SETTINGS.replace("desk.db", "disk/desk.db");
        std::fs::write(folder.0.join("d.toml"), config).unwrap();
        let fill = "dd if=/dev/zero of=disk/rest bs=1k 2>/dev/null";
        let new = format!("{fill}; {SERVE}");
        // And where a server has run before.
        let token = "$DESPERTADOR token create x --scopes all --accounts '*' --desk disk/desk.db";
        let again = format!("{token} >/dev/null; {fill}; {SERVE}");
        for script in [new, again] {
            let Some(ended) = run(&folder, &script) else { return };
            let said = String::from_utf8(ended.stderr).unwrap();
            assert!(!ended.status.success(), "{said}");
            assert!(said.contains("disk is full") && said.contains("make room"), "{said}");
        }
    }

    #[test]
    fn a_disk_that_becomes_full_loses_nothing_and_is_said() {
        let folder = Folder::new("filled");
        settings(&folder);
        let config = SETTINGS.replace("desk.db", "disk/desk.db");
        std::fs::write(folder.0.join("d.toml"), config).unwrap();
        // Events until one is not stored, then room again.
        let script = r#"
            token=$($DESPERTADOR token create x --scopes all --accounts '*' --desk disk/desk.db)
            $DESPERTADOR --json serve --config d.toml --log warn --listen 127.0.0.1:0 \
                --operations off >address 2>log &
            server=$!
            while ! grep -q interface address; do :; done
            address=$(sed 's/.*"interface":"\([^"]*\)".*/\1/' address)
            tell() {
                curl -s -X POST -H "Authorization: Bearer $token" -d @"$1" \
                    "http://$address/v1/accounts/acme/events"
            }
            n=0
            while [ $n -lt 400 ]; do
                n=$((n + 1))
                printf '{"ticket":"T%s","message":{"author":"customer","text":"%s"}}' $n \
                    "$(head -c 6000 /dev/urandom | od -An -tx1 | tr -d ' \n')" >event
                said=$(tell event)
                case "$said" in *'"stored":1'*) ;; *) break ;; esac
            done
            echo "$n $said"
            kill $server
            wait $server
            cat log >&2
        "#;
        let Some(ended) = run(&folder, script) else { return };
        let said = String::from_utf8(ended.stdout).unwrap();
        if Command::new("curl").arg("--version").output().is_err() {
            return;
        }
        let (count, answer) = said.split_once(' ').unwrap();
        assert!((2..400).contains(&count.parse().unwrap_or(0)), "{said}");
        assert!(answer.contains("the disk is full") && answer.contains("make room"), "{said}");
    }
}

#[test]
fn what_is_wrong_is_said_with_the_way_out() {
    let folder = Folder::new("wrong");
    settings(&folder);
    assert!(folder.complains(&["serve"]).contains("--webhook"));
    assert!(folder.complains(&["serve", "--config", "none.toml"]).contains("none.toml"));
    assert!(folder.complains(&["serve", "--listen", "here"]).contains("--listen"));
    assert!(folder.complains(&["serve", "--operations", "here"]).contains("off"));
    assert!(folder.complains(&["backup", "none.db", "copy.db"]).contains("there is no `none.db`"));
    assert!(!folder.0.join("copy.db").exists());
    assert!(folder.complains(&["token", "list"]).contains("there is no desk"));
    let scopes = ["token", "create", "x", "--scopes", "help-desk:edti", "--accounts", "a"];
    assert!(folder.complains(&scopes).contains("did you mean `help-desk:edit`?"));
    std::fs::write(folder.0.join("text.db"), "no database at all, but some text").unwrap();
    assert!(folder.complains(&["backup", "text.db", "copy.db"]).contains("no database"));
    assert!(folder.complains(&["token", "list", "--desk", "text.db"]).contains("no database"));
    assert_eq!(std::fs::read_to_string(folder.0.join("text.db")).unwrap().len(), 33);
}
