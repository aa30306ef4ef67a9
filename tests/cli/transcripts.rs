//! Runs the commands of `tests/cli/*.md` and of `README.md` and compares their output.
//!
//! A `console` block contains commands after `$`, each followed by its output: standard output,
//! then standard error, then `[exit N]` if N is not 0. `[..]` matches any part of a line, a line
//! `...` any number of lines. `< FILE` after a command is its standard input. `BLESS=1 cargo test
//! -p despertador` writes the actual output.
//!
//! The commands of a transcript run in their own copy of `files`, so they may write there.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

#[path = "support.rs"]
mod support;

use support::{copy_of_files, repository, transcripts};

#[test]
fn commands_print_what_their_transcripts_say() {
    let files = transcripts();
    assert!(!files.is_empty(), "there are transcripts");
    let differences: Vec<String> = files
        .iter()
        .flat_map(|file| {
            let name = file.file_stem().expect("a name").to_string_lossy();
            differences(file, &copy_of_files(&format!("transcripts/{name}")))
        })
        .collect();
    assert!(differences.is_empty(), "\n{}", differences.join("\n"));
}

#[test]
fn the_readme_shows_what_its_commands_print() {
    let readme = repository().join("README.md");
    let differences = differences(&readme, &repository());
    assert!(differences.is_empty(), "\n{}", differences.join("\n"));
}

/// Runs a transcript's commands in a folder; with `BLESS` set, rewrites it.
fn differences(file: &Path, folder: &Path) -> Vec<String> {
    let text = fs::read_to_string(file).expect("a transcript");
    let mut written = Vec::new();
    let mut differences = Vec::new();
    let mut lines = (1..).zip(text.lines()).peekable();
    let mut in_console = false;
    while let Some((number, line)) = lines.next() {
        let number: usize = number;
        written.push(line.to_owned());
        if line.starts_with("```") {
            in_console = line == "```console";
        }
        let Some(command) = line.strip_prefix("$ ").filter(|_| in_console) else {
            continue;
        };
        let mut expected = Vec::new();
        while let Some((_, line)) = lines.next_if(|(_, l)| !l.starts_with("$ ") && *l != "```") {
            expected.push(line.to_owned());
        }
        let got = run(command, folder);
        if same(&expected, &got) {
            written.extend(expected);
            continue;
        }
        let place = format!("{}:{}", file.display(), number);
        differences.push(format!(
            "{place}: $ {command}\n--- expected\n{}\n--- got\n{}\n",
            expected.join("\n"),
            got.join("\n")
        ));
        for (at, line) in got.into_iter().enumerate() {
            match expected.get(at) {
                Some(old) if like(old, &line) => written.push(old.clone()),
                _ => written.push(line),
            }
        }
    }
    if std::env::var_os("BLESS").is_some() && !differences.is_empty() {
        fs::write(file, written.join("\n") + "\n").expect("the transcript can be written");
        return Vec::new();
    }
    differences
}

/// Whether lines match, where `...` matches any number of them.
fn same(expected: &[String], got: &[String]) -> bool {
    match expected.split_first() {
        None => got.is_empty(),
        Some((line, rest)) if line == "..." => {
            (0..=got.len()).any(|n| got.get(n..).is_some_and(|got| same(rest, got)))
        }
        Some((line, rest)) => {
            got.split_first().is_some_and(|(first, others)| like(line, first) && same(rest, others))
        }
    }
}

/// Whether a line matches, where `[..]` matches any part of it.
fn like(expected: &str, got: &str) -> bool {
    let mut parts = expected.split("[..]");
    let Some(mut rest) = parts.next().and_then(|first| got.strip_prefix(first)) else {
        return false;
    };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    true
}

fn run(command: &str, folder: &Path) -> Vec<String> {
    let (command, input) = match command.split_once(" < ") {
        Some((command, file)) => (command, Some(folder.join(file.trim()))),
        None => (command, None),
    };
    let input = input.map(|file| fs::File::open(file).expect("the file for standard input"));
    let mut words = words(command).into_iter();
    assert_eq!(words.next().as_deref(), Some("despertador"), "only this command is played");
    let output = Command::new(env!("CARGO_BIN_EXE_despertador"))
        .args(words)
        .stdin(input.map_or_else(Stdio::null, Stdio::from))
        .current_dir(folder)
        .env_clear()
        .env("LANG", "en_US.UTF-8")
        .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"))
        .output()
        .expect("the command runs");
    let mut lines = Vec::new();
    for stream in [&output.stdout, &output.stderr] {
        let text = String::from_utf8_lossy(stream);
        lines.extend(text.lines().map(|line| line.trim_end().to_owned()));
    }
    match output.status.code() {
        Some(0) => {}
        code => {
            lines.push(format!("[exit {}]", code.map_or("by a signal".into(), |c| c.to_string())))
        }
    }
    lines
}

/// Splits a command line like a shell; only plain quotes are supported.
fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (number, part) in command.split('"').enumerate() {
        if number % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}
