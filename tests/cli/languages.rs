//! Runs the commands of the transcripts in Spanish and in Portuguese: nothing English is left in what
//! they print.
//!
//! Words count that the language of the command does not have. Left out are what a command only passes
//! on (JSON, pictures, generated files, the notation of scenarios), lines of files shown beside a
//! problem, stable codes with hyphens, and what stands in backticks. Wrong flags are reported by the
//! library that reads them, in English.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

#[path = "support.rs"]
mod support;

use support::{copy_of_files, transcripts};

/// English words that are neither Spanish nor Portuguese.
const ENGLISH: &str = "about accepted account accounts accumulated after again agent agents all already and \
    another answer answered answers any are at average because been before begin business but by called calls \
    cannot changed channel check close closed closes compared compares conversation conversations counted \
    customer customers day days decided decision decisions deleted department departments did differ \
    difference differences done due each earlier empty every expected fails failed file files first flow \
    follows for from given had half has have held history hours if interrupted is it judged known late \
    later latest left limit line lines list long made median members message messages missing more most name \
    names never nine no-one none nothing now of off once only opened other others out over passed play played \
    policies policy premature problem problems question read reason recorded refused reminded reminder \
    reminders replayed rescued rest retried row rows rule same says send sending sent share shown \
    silence since so still suggested switched taken than that the their them then there these they this \
    those thread ticket's time times too twice until valid version waited waits wait warning warnings was \
    were what when where which while who why will window with within without word words write written wrote";

#[test]
fn no_command_prints_english_in_another_language() {
    let transcripts = transcripts();
    let english: BTreeSet<&str> = ENGLISH.split_whitespace().collect();
    let mut found = Vec::new();
    let mut played = 0;
    for language in ["es", "pt"] {
        for transcript in &transcripts {
            let name = transcript.file_stem().expect("a name").to_string_lossy().into_owned();
            let copy = copy_of_files(&format!("languages/{language}/{name}"));
            let text = fs::read_to_string(transcript).expect("a transcript");
            for command in text.lines().filter_map(|line| line.strip_prefix("$ despertador ")) {
                let printed = printed(command, language, &copy);
                if is_passed_on(command) || printed.contains("'--help'") {
                    continue;
                }
                played += 1;
                let lines = printed.lines().filter(|line| !is_of_a_file(line));
                for line in lines {
                    let words = words_of(line);
                    let left: Vec<&String> =
                        words.iter().filter(|word| english.contains(word.as_str())).collect();
                    if !left.is_empty() {
                        found.push(format!("{language}: {command}\n    {line}\n    {left:?}"));
                    }
                }
            }
        }
    }
    assert!(played > 150, "{played} commands were played");
    assert!(found.is_empty(), "{} lines:\n{}", found.len(), found.join("\n"));
}

/// Whether a command prints what it was given, or what programs read.
fn is_passed_on(command: &str) -> bool {
    let words: Vec<&str> = command.split_whitespace().collect();
    let has = |word: &str| words.contains(&word);
    let is_notation = has("run") && (has("conversation.md") || has("log.jsonl"));
    let to_screen = ["flow show", "journal", "import"].iter().any(|name| command.starts_with(name));
    // What is wrong in the notation of scenarios, with bytes that are no component, and with digests
    // and keys of plugins, is for those who write them.
    let is_notation = is_notation || command.starts_with("run broken");
    let is_no_component = command.starts_with("inspect soporte.json")
        || command.starts_with("plugin check soporte.json")
        || has("--plugin-sha256") && has("check")
        || has("mine.key") && has("check");
    has("--json")
        || has("--help")
        || has("schema")
        || is_notation
        || is_no_component
        || to_screen && !has("--output")
        || has("-")
}

/// Whether a line is one of a file, shown at a problem.
fn is_of_a_file(line: &str) -> bool {
    let rest = line.trim_start().trim_start_matches(|c: char| c.is_ascii_digit()).trim_start();
    rest.starts_with('|') || rest.starts_with("-->")
}

/// The words of a line outside of backticks and JSON strings, in lower case, without what has a
/// hyphen, a dot or a digit in it: codes and names of files.
fn words_of(line: &str) -> Vec<String> {
    let mut plain = String::new();
    for (number, part) in line.split('`').enumerate() {
        if number % 2 == 0 {
            plain.push_str(part);
        }
    }
    plain
        .split(|c: char| c.is_whitespace() || ",;:()[]{}«»\"→".contains(c))
        .filter(|word| word.chars().all(|c| c.is_alphabetic() || c == '\''))
        .map(str::to_lowercase)
        .collect()
}

/// What a command prints in a language, whatever the transcript's was.
fn printed(command: &str, language: &str, folder: &Path) -> String {
    let (command, input) = command.split_once(" < ").unwrap_or((command, ""));
    let mut arguments: Vec<String> = Vec::new();
    let mut words = shell_words(command).into_iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--language" => drop(words.next()),
            _ => arguments.push(word),
        }
    }
    let stdin = match input.trim() {
        "" => Stdio::null(),
        file => fs::File::open(folder.join(file)).expect("the input").into(),
    };
    let output = Command::new(env!("CARGO_BIN_EXE_despertador"))
        .args(arguments)
        .args(["--language", language])
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .stdin(stdin)
        .output()
        .expect("the command runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}{}", text(&output.stdout), text(&output.stderr))
}

/// Words between blanks, as a shell reads them; quotes keep words together.
fn shell_words(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for character in command.chars() {
        match (quote, character) {
            (Some(open), close) if open == close => quote = None,
            (None, '"' | '\'') => quote = Some(character),
            (None, ' ') => words.push(String::new()),
            _ => words.last_mut().expect("a word").push(character),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}
