//! The pages are true: examples in Rust compile. `scenarios.rs` plays their policies and timelines,
//! `cli/transcripts.rs` the README's commands; `packaging/release --only site` checks links.

use std::fs;

use despertador_tests::scenario_files::repository;

/// The crate whose documentation contains the README's example, where it is compiled and run.
const COMPILED: &str = "host-harness/host/src/lib.rs";

/// The lines of a page's blocks in a language, without indentation.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let indentation = line.len().saturating_sub(line.trim_start().len());
        if line.trim_start().strip_prefix("```") != Some(language) {
            continue;
        }
        let body = lines.by_ref().take_while(|line| line.trim_start() != "```");
        let body: Vec<&str> =
            body.map(|line| line.get(indentation..).unwrap_or_default()).collect();
        blocks.push(body.join("\n"));
    }
    blocks
}

/// A crate's documentation as readers see it, without hidden lines.
fn documentation(file: &str) -> String {
    let source = fs::read_to_string(repository().join(file)).expect("a source file");
    let lines = source.lines().filter_map(|line| line.strip_prefix("//!"));
    let lines = lines.map(|line| line.strip_prefix(' ').unwrap_or(line));
    lines.filter(|line| !line.starts_with("# ")).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_example_in_rust_is_the_one_that_is_compiled() {
    let readme = fs::read_to_string(repository().join("README.md")).expect("the README");
    let compiled = documentation(COMPILED);
    let examples = blocks(&readme, "rust");
    assert_eq!(examples.len(), 1, "the README embeds the library");
    for example in examples {
        assert!(compiled.contains(&example), "not in the documentation of {COMPILED}:\n{example}");
    }
}

#[test]
fn the_example_of_the_library_has_at_most_30_lines() {
    let page = documentation(COMPILED);
    let examples = blocks(&page, "");
    assert!(examples[0].lines().count() <= 30, "{}", examples[0]);
}
