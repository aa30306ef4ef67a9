//! Long runs that are stopped, and files that grow while they are read.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const HEAD: &str = "ticket,author,at\n";

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _: std::io::Result<()> = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        let policy =
            r#"{ "version": "t", "rules": [ { "departments": "any", "close-after": "15 min" } ] }"#;
        fs::write(folder.join("policy.json"), policy).unwrap();
        Self(folder)
    }

    fn backtest(&self, events: &str) -> Child {
        Command::new(env!("CARGO_BIN_EXE_despertador"))
            .args(["backtest", "--policy", "policy.json", "--events", events])
            .current_dir(&self.0)
            .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }
}

fn rows(from: usize, count: usize) -> String {
    (from..from.saturating_add(count))
        .map(|row| format!("t{row},customer,2026-03-02T09:00:00Z\n"))
        .collect()
}

fn ended(mut child: Child) -> (Option<i32>, String) {
    let mut said = String::new();
    child.stdout.take().unwrap().read_to_string(&mut said).unwrap();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    (child.wait().unwrap().code(), said)
}

#[test]
fn who_interrupts_is_told_what_was_read() {
    let folder = Folder::new("interrupted");
    let pipe = folder.0.join("pipe.csv");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let child = folder.backtest("pipe.csv");
    let mut to: File = OpenOptions::new().write(true).open(&pipe).unwrap();
    // More than a pipe holds: once this is written, the command has begun to read.
    to.write_all(HEAD.as_bytes()).unwrap();
    to.write_all(rows(0, 30_000).as_bytes()).unwrap();
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    // It continues until it notices the signal, and then nobody reads any more.
    let gone = (3..500).find(|part| to.write_all(rows(part * 10_000, 10_000).as_bytes()).is_err());
    assert!(gone.is_some(), "it was not stopped");
    drop(to);
    let (code, said) = ended(child);
    assert_eq!(code, Some(130), "{said}");
    assert!(said.contains("rows were read and none was tried"), "{said}");
}

#[test]
fn a_pipe_is_read_to_its_end() {
    let folder = Folder::new("piped");
    let pipe = folder.0.join("pipe.csv");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let child = folder.backtest("pipe.csv");
    let mut to: File = OpenOptions::new().write(true).open(&pipe).unwrap();
    to.write_all(HEAD.as_bytes()).unwrap();
    to.write_all(rows(0, 30_000).as_bytes()).unwrap();
    drop(to);
    let (code, said) = ended(child);
    assert!(code == Some(0) && said.contains("rows 30,000, tickets 30,000"), "{said}");
}
