//! `docs/rules.md` is complete, and everything that it refers to exists: scenarios, tests,
//! statements of the manuals. Everything that refers to it names an existing rule.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use despertador_tests::scenario_files::{below, read, repository, shown};

const PAGE: &str = "docs/rules.md";
/// The heading between its rules and the table of the manuals' statements.
const STATEMENTS: &str = "## What the sources say";

/// A rule of the page.
#[derive(Debug, Default)]
struct Rule {
    id: String,
    statement: bool,
    why: bool,
    /// Statements of the manuals that its source names.
    sources: BTreeSet<String>,
    has_source: bool,
    /// A file, relative to the repository's root, and a heading or `function` in it.
    covered_by: Vec<(String, String)>,
}

/// A row of the table of statements.
#[derive(Debug)]
struct Statement {
    id: String,
    rules: BTreeSet<String>,
    says_why_none: bool,
}

/// All statements of the five manuals, contradictions included.
fn statement_ids() -> BTreeSet<String> {
    let source = |name: &'static str, statements: u32, contradictions: u32| {
        let stated = (1..=statements).map(move |n| format!("{name}-{n:02}"));
        stated.chain((1..=contradictions).map(move |n| format!("{name}?{n}")))
    };
    let of = [("D", 52, 13), ("K", 18, 5), ("B", 16, 6), ("C", 18, 4), ("R", 20, 5)];
    of.into_iter().flat_map(|(name, stated, doubtful)| source(name, stated, doubtful)).collect()
}

/// Whether a word has the form of a rule's id: lower-case words joined by hyphens.
fn is_rule_id(word: &str) -> bool {
    word.contains('-')
        && word.split('-').all(|part| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        })
}

/// The text of a heading, and the ids in the parentheses at its end.
fn split_ids(heading: &str) -> (&str, Vec<&str>) {
    let cited = heading.strip_suffix(')').and_then(|rest| rest.rsplit_once(" ("));
    let Some((says, ids)) = cited else { return (heading, Vec::new()) };
    let ids: Vec<&str> = ids.split(", ").collect();
    if ids.iter().all(|id| is_rule_id(id)) { (says, ids) } else { (heading, Vec::new()) }
}

fn page() -> String {
    fs::read_to_string(repository().join(PAGE)).expect("the page is there")
}

fn rules(page: &str) -> Vec<Rule> {
    let rules = page.split(STATEMENTS).next().unwrap_or_default();
    rules.split("\n### ").skip(1).map(rule).collect()
}

fn rule(section: &str) -> Rule {
    let mut lines = section.lines();
    let mut rule = Rule { id: lines.next().unwrap_or_default().to_owned(), ..Rule::default() };
    let mut in_source = false;
    for line in lines.take_while(|line| !line.starts_with("## ")) {
        if let Some(source) = line.strip_prefix("- Source: ") {
            (rule.has_source, in_source) = (true, true);
            rule.sources.extend(cited_statements(source));
        } else if let Some(place) = line.strip_prefix("  - [") {
            rule.covered_by.extend(place_of(place));
        } else if line.starts_with("- ") {
            in_source = false;
            rule.why |= line.starts_with("- Why: ");
        } else if in_source {
            rule.sources.extend(cited_statements(line));
        } else {
            rule.statement |= !line.trim().is_empty();
        }
    }
    rule
}

/// `gate](../tests/scenarios/gate.md): Heading` as a file relative to the root and the item in it.
fn place_of(link: &str) -> Option<(String, String)> {
    let (target, place) = link.split_once("](../")?.1.split_once("): ")?;
    Some((target.to_owned(), place.to_owned()))
}

/// The ids of statements in a line.
fn cited_statements(line: &str) -> Vec<String> {
    let all = statement_ids();
    line.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '?')
        .filter(|word| all.contains(*word))
        .map(str::to_owned)
        .collect()
}

fn statements(page: &str) -> Vec<Statement> {
    let table = page.split_once(STATEMENTS).map(|(_, table)| table).unwrap_or_default();
    let all = statement_ids();
    table
        .lines()
        .filter_map(|line| {
            let cells: Vec<&str> =
                line.strip_prefix('|')?.strip_suffix('|')?.split('|').map(str::trim).collect();
            let [id, _, rules] = cells.as_slice() else { return None };
            let rules_named = rules.split('`').skip(1).step_by(2).map(str::to_owned);
            all.contains(*id).then(|| Statement {
                id: (*id).into(),
                rules: rules_named.filter(|word| is_rule_id(word)).collect(),
                says_why_none: rules.starts_with("not a rule: "),
            })
        })
        .collect()
}

/// Headings of the scenario files and the rules that each cites, by file.
fn headings() -> BTreeMap<String, BTreeMap<String, Vec<String>>> {
    let mut all: BTreeMap<String, BTreeMap<String, Vec<String>>> = BTreeMap::new();
    for file in below("tests/scenarios", "md") {
        let scenarios = read(&file).unwrap_or_else(|problems| panic!("{problems:?}"));
        for scenario in &scenarios.scenarios {
            let (says, ids) = split_ids(&scenario.heading);
            let headings = all.entry(scenarios.file.clone()).or_default();
            // Headings that differ only in their ids count as one.
            headings.entry(says.into()).or_default().extend(ids.into_iter().map(str::to_owned));
        }
    }
    all
}

/// The problem of a place that covers a rule, if any.
fn missing(
    (file, place): &(String, String),
    id: &str,
    headings: &BTreeMap<String, BTreeMap<String, Vec<String>>>,
) -> Option<String> {
    if let Some(headings) = headings.get(file) {
        return match headings.get(place) {
            None => Some(format!("{id}: {file} has no heading «{place}»")),
            Some(ids) if ids.iter().any(|cited| cited == id) => None,
            Some(_) => Some(format!("{id}: the heading «{place}» of {file} does not cite it")),
        };
    }
    let function = place.trim_matches('`');
    match fs::read_to_string(repository().join(file)) {
        Err(_) => Some(format!("{id}: there is no file {file}")),
        Ok(text) if text.contains(&format!("fn {function}(")) => None,
        Ok(_) => Some(format!("{id}: {file} has no test `{function}`")),
    }
}

#[test]
fn every_rule_is_complete_and_what_covers_it_exists() {
    let headings = headings();
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    let rules = rules(&page());
    assert!(rules.len() > 100, "{} rules", rules.len());
    for rule in &rules {
        let id = &rule.id;
        if !seen.insert(id.clone()) {
            wrong.push(format!("{id} has two sections"));
        }
        if !is_rule_id(id) {
            wrong.push(format!("{id} is no id: lower-case words joined by hyphens"));
        }
        for (there, what) in [
            (rule.statement, "statement"),
            (rule.why, "line «- Why: »"),
            (rule.has_source, "line «- Source: »"),
            (!rule.covered_by.is_empty(), "scenario or test below «- Covered by:»"),
        ] {
            if !there {
                wrong.push(format!("{id} has no {what}"));
            }
        }
        wrong.extend(rule.covered_by.iter().filter_map(|place| missing(place, id, &headings)));
    }
    assert!(wrong.is_empty(), "{PAGE}:\n{}", wrong.join("\n"));
}

/// A statement names the rules that follow from it, and these name the statement.
#[test]
fn every_statement_of_the_manuals_has_its_rule_or_says_why_not() {
    let page = page();
    let rules = rules(&page);
    let by_rule: BTreeMap<&str, &BTreeSet<String>> =
        rules.iter().map(|rule| (rule.id.as_str(), &rule.sources)).collect();
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for statement in statements(&page) {
        let id = &statement.id;
        if !seen.insert(id.clone()) {
            wrong.push(format!("{id} has two rows"));
        }
        if statement.rules.is_empty() != statement.says_why_none {
            wrong.push(format!("{id} needs either its rules or `not a rule: ` and the reason"));
        }
        for rule in &statement.rules {
            match by_rule.get(rule.as_str()) {
                None => wrong.push(format!("{id} names {rule}, which is no rule")),
                Some(sources) if sources.contains(id) => {}
                Some(_) => wrong.push(format!("{id} names {rule}, whose source does not name it")),
            }
        }
        for (rule, _) in by_rule.iter().filter(|(_, sources)| sources.contains(id)) {
            if !statement.rules.contains(*rule) {
                wrong.push(format!("{rule} names {id} as its source, whose row does not name it"));
            }
        }
    }
    wrong.extend(statement_ids().difference(&seen).map(|id| format!("{id} has no row")));
    assert!(wrong.is_empty(), "{PAGE}:\n{}", wrong.join("\n"));
}

#[test]
fn every_rule_that_is_cited_exists() {
    let rules: BTreeSet<String> = rules(&page()).into_iter().map(|rule| rule.id).collect();
    let mut wrong = Vec::new();
    for (file, headings) in headings() {
        for (heading, ids) in headings {
            for id in ids.iter().filter(|id| !rules.contains(*id)) {
                wrong.push(format!("{file}: «{heading}» cites {id}"));
            }
        }
    }
    for ending in ["rs", "md", "wit", "py", "mjs", "js"] {
        for file in ["docs", "hosts", "host-harness", "plugin", "tests", "wit"]
            .into_iter()
            .flat_map(|folder| below(folder, ending))
        {
            let text = fs::read_to_string(&file).unwrap_or_default();
            for (number, line) in (1..).zip(text.lines()) {
                for cited in line.split("rules.md#").skip(1) {
                    let end = |c: char| !c.is_ascii_alphanumeric() && c != '-';
                    let id = cited.split(end).next().unwrap_or_default();
                    if !id.is_empty() && !rules.contains(id) {
                        wrong.push(format!("{}:{number} cites {id}", shown(&file)));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{PAGE} has no such rule:\n{}", wrong.join("\n"));
}

/// Names must distinguish tests, because a failure names its heading.
#[test]
fn headings_of_a_file_differ() {
    for file in below("tests/scenarios", "md") {
        let scenarios = read(&file).unwrap_or_else(|problems| panic!("{problems:?}"));
        let mut seen = BTreeSet::new();
        for scenario in &scenarios.scenarios {
            assert!(
                seen.insert(&scenario.heading),
                "{}:{}: the heading «{}» stands there twice",
                scenarios.file,
                scenario.line,
                scenario.heading
            );
        }
    }
}

#[test]
fn ids_are_read_from_the_end_of_a_heading() {
    assert_eq!(
        split_ids("The clock starts (count-from, guard-time)"),
        ("The clock starts", vec!["count-from", "guard-time"])
    );
    assert_eq!(
        split_ids("The clock (of the host) starts"),
        ("The clock (of the host) starts", vec![])
    );
    assert_eq!(split_ids("Why (at all)"), ("Why (at all)", vec![]));
}

/// The hard cases of `tests/README.md` name headings that exist.
#[test]
fn every_hard_case_is_played() {
    let headings = headings();
    let page = fs::read_to_string(repository().join("tests/README.md")).expect("the page is there");
    let mut places = 0;
    for cell in page.lines().flat_map(|line| line.split(" | ")).flat_map(|c| c.split("<br>")) {
        let Some((file, heading)) = cell.split_once("](").and_then(|(_, c)| c.split_once("): "))
        else {
            continue;
        };
        let heading = heading.trim_end_matches(" |");
        let known = headings.get(&format!("tests/{file}"));
        assert!(known.is_some_and(|all| all.contains_key(heading)), "{file}: «{heading}»");
        places += 1;
    }
    assert!(places > 30, "{places} hard cases");
}
