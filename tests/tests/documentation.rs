//! `docs/policy.md` names every key and word of a policy, because the help for an unknown one lists
//! the known ones. And no file cites a document outside the repository.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use despertador_policy::{Code, Exit, Language, Policy, Span, Surroundings};
use despertador_tests::scenario_files::{repository, shown};

fn documentation() -> String {
    std::fs::read_to_string(repository().join("docs/policy.md"))
        .expect("the documentation is there")
}

/// The words in backticks in the help of a config's problems.
fn offered(config: &str) -> BTreeSet<String> {
    let surroundings =
        Surroundings { departments: None, tick_resolution: Span::SECOND, exit: Exit::Unknown };
    let problems = Policy::parse(config, &surroundings).expect_err("a mistake on purpose");
    let mut words = BTreeSet::new();
    for problem in
        problems.iter().filter(|p| matches!(p.code, Code::UnknownKey | Code::UnknownWord))
    {
        let help = problem.help(Language::En);
        words.extend(help.split('`').skip(1).step_by(2).map(str::to_owned));
    }
    words
}

#[test]
fn every_key_and_word_is_named() {
    let strange = r#"{
        "§": 0, "language": "§", "channel": "§", "groups": "§",
        "activation": { "§": 0, "from": "2026-05-04T09:00:00Z", "backlog": "§" },
        "budget": { "§": 0 },
        "schedules": { "a": { "§": 0, "open": { "mon": "09:00-18:00" }, "holidays": [ { "§": 0 } ] } },
        "sending-windows": { "b": { "§": 0, "close": "§" } },
        "rules": [ {
            "§": 0, "departments": "any", "count-from": "§", "catch-up": "§", "on-failed-reminder": "§",
            "snooze": "§", "after-reopening": "§", "typing": { "§": 0 }, "visitor-left": { "§": 0 }, "company-silent": { "§": 0 },
            "outside-channel-window": "§", "when-left-out": "§",
            "reminders": [ { "§": 0, "image": { "§": 0 }, "template": { "§": 0 },
                "quick-replies": [ { "§": 0, "text": "a", "effect": "§" } ] } ],
            "close": { "§": 0, "incomplete-metadata": "§", "survey": "§", "survey-again": "§", "unassign-after": ["§"] }
        }, { "departments": ["a"], "on-failed-reminder": { "§": 0 } } ],
        "replies": [ { "§": 0, "departments": "any", "signature": "§",
            "events": { "§": 0, "call-missed": { "§": 0, "when": "§" } } } ] }"#;
    let offered = offered(strange);
    assert!(offered.len() > 120, "{offered:?}");
    let text = documentation();
    let missing: Vec<&String> =
        offered.iter().filter(|word| !text.contains(&format!("`{word}`"))).collect();
    assert!(missing.is_empty(), "docs/policy.md does not name {missing:?}");
}

#[test]
fn every_problem_is_named() {
    let text = documentation();
    let missing: Vec<&str> = Code::ALL
        .iter()
        .map(|code| code.name())
        .filter(|name| !text.contains(&format!("`{name}`")))
        .collect();
    assert!(missing.is_empty(), "docs/policy.md does not name {missing:?}");
}

/// All text files, except built and installed ones.
fn written_files() -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![repository()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a readable folder").flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let ending = name.rsplit('.').next().unwrap_or_default();
            let kind = entry.file_type().expect("a file type");
            if kind.is_dir() && !name.starts_with('.') && name != "target" && name != "node_modules"
            {
                folders.push(entry.path());
            } else if kind.is_file()
                && ["rs", "md", "wit", "py", "mjs", "js", "ts", "toml", "html"].contains(&ending)
            {
                files.push(entry.path());
            }
        }
    }
    files
}

/// The id of a statement of a manual: a letter, `-` or `?`, and a number. Only `docs/rules.md` has them.
fn is_statement_id(word: &str) -> bool {
    let number = word
        .strip_prefix(['D', 'K', 'B', 'C', 'R'])
        .and_then(|rest| rest.strip_prefix('-').or_else(|| rest.strip_prefix('?')));
    number.is_some_and(|number| {
        (1..=2).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit())
    })
}

/// Code, tests and pages cite rules of `docs/rules.md`, because readers cannot look up anything
/// outside the repository.
#[test]
fn nothing_outside_the_repository_is_cited() {
    // In two parts, so that this file does not cite it.
    let outside = concat!("rule", "book");
    let mut wrong = Vec::new();
    let files = written_files();
    assert!(files.len() > 300, "{} files", files.len());
    for file in files {
        let name = shown(&file);
        let text = fs::read_to_string(&file).unwrap_or_default();
        for (number, line) in (1..).zip(text.lines()) {
            let words = line.split(|c: char| !c.is_alphanumeric() && !"-?_".contains(c));
            for word in words {
                let statement =
                    name != "docs/rules.md" && is_statement_id(word.trim_end_matches('-'));
                if statement || word.to_lowercase().contains(outside) {
                    wrong.push(format!("{name}:{number}: {word}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "cite a rule of docs/rules.md instead:\n{}", wrong.join("\n"));
}

#[test]
fn statement_ids_are_told_from_other_words() {
    for id in [["D", "-33"], ["K", "?1"], ["R", "-5"]] {
        assert!(is_statement_id(&id.concat()));
    }
    for word in ["C-1234", "D-", "UTF-8", "R2-D2", "K"] {
        assert!(!is_statement_id(word), "{word}");
    }
}

/// ARCHITECTURE.md contains no old names of files, types and functions.
#[test]
fn what_the_architecture_names_exists() {
    let files: Vec<(String, String)> = written_files()
        .iter()
        .map(|file| (format!("/{}", shown(file)), fs::read_to_string(file).unwrap_or_default()))
        .filter(|(name, _)| name != "/ARCHITECTURE.md")
        .collect();
    let page = fs::read_to_string(repository().join("ARCHITECTURE.md")).expect("the page is there");
    let named: BTreeSet<&str> =
        page.lines().flat_map(|line| line.split('`').skip(1).step_by(2)).collect();
    assert!(named.len() > 150, "{} names", named.len());
    let is_file =
        |name: &str| [".rs", ".md", ".toml", ".mjs", ".wit"].iter().any(|e| name.ends_with(e));
    let is_name =
        |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || "_:!…".contains(c));
    let mut wrong = Vec::new();
    for name in named {
        let exists = if is_file(name) {
            files.iter().any(|(file, _)| file.ends_with(&format!("/{name}")))
        } else if let Some(folder) = name.strip_suffix('/') {
            files.iter().any(|(file, _)| file.contains(&format!("/{folder}/")))
        } else if is_name(name) {
            // `a_long_name_…` is an abbreviation.
            let last = name.rsplit("::").next().unwrap_or(name);
            let last = last.trim_end_matches('!').split('…').next().unwrap_or(last);
            files.iter().any(|(file, text)| !file.ends_with(".md") && text.contains(last))
        } else {
            true
        };
        if !exists {
            wrong.push(name);
        }
    }
    assert!(wrong.is_empty(), "ARCHITECTURE.md names what is not there: {wrong:?}");
}
