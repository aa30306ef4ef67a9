//! Every statement of the sources has its place: `tests/README.md` says where each is tested, and
//! this test holds the table to the headings. `BLESS=1` writes the second column anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use despertador_tests::scenario_files::{below, read, repository, shown};

const TABLE: &str = "tests/README.md";

/// A heading of a scenario or the sentence of a Rust test, as the table writes it.
type Place = String;

/// All statements of the five sources, contradictions included.
fn statements() -> BTreeSet<String> {
    let source = |name: &'static str, statements: u32, contradictions: u32| {
        let stated = (1..=statements).map(move |n| format!("{name}-{n:02}"));
        stated.chain((1..=contradictions).map(move |n| format!("{name}?{n}")))
    };
    let of = [("D", 52, 13), ("K", 18, 5), ("B", 16, 6), ("C", 18, 4), ("R", 20, 5)];
    of.into_iter().flat_map(|(name, stated, doubtful)| source(name, stated, doubtful)).collect()
}

/// What a heading or sentence says, and the ids in the parentheses at its end.
fn split_ids(heading: &str) -> (&str, Vec<&str>) {
    let Some((says, ids)) = heading.strip_suffix(')').and_then(|rest| rest.rsplit_once(" ("))
    else {
        return (heading, Vec::new());
    };
    let ids: Vec<&str> = ids.split(", ").collect();
    if ids.iter().all(|id| is_id(id) || id.starts_with("rulebook ")) {
        (says, ids)
    } else {
        (heading, Vec::new())
    }
}

fn is_id(word: &str) -> bool {
    let number =
        word.strip_prefix(['D', 'K', 'B', 'C', 'R']).and_then(|rest| rest.strip_prefix(['-', '?']));
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
}

/// Where each id is cited: by headings that are played and by tests in Rust.
fn citations() -> BTreeMap<String, Vec<Place>> {
    let mut all: BTreeMap<String, Vec<Place>> = BTreeMap::new();
    let mut cite = |link: &str, heading: &str| {
        let (says, ids) = split_ids(heading);
        for id in ids.into_iter().filter(|id| is_id(id)) {
            all.entry(id.into()).or_default().push(format!("{link}: {says}"));
        }
    };
    for file in below("tests/scenarios", "md") {
        let scenarios = read(&file).unwrap_or_else(|problems| panic!("{problems:?}"));
        for scenario in &scenarios.scenarios {
            cite(&link(&scenarios.file), &scenario.heading);
        }
    }
    for file in below("tests/tests", "rs") {
        let text = fs::read_to_string(&file).expect("a readable test");
        for (line, next) in text.lines().zip(text.lines().skip(1)) {
            if let (Some(sentence), "#[test]") = (line.strip_prefix("/// "), next) {
                cite(&link(&shown(&file)), sentence.trim_end_matches('.'));
            }
        }
    }
    all
}

/// A link from the table to a file below `tests/`.
fn link(file: &str) -> String {
    let target = file.trim_start_matches("tests/");
    let name = target.rsplit('/').next().unwrap_or(target).trim_end_matches(".md");
    format!("[{name}]({target})")
}

/// A row of the table.
struct Row {
    id: String,
    places: Vec<Place>,
    why_none: String,
}

fn row(line: &str) -> Option<Row> {
    let cells: Vec<&str> =
        line.strip_prefix('|')?.strip_suffix('|')?.split('|').map(str::trim).collect();
    let [id, places, why_none] = cells.as_slice() else { return None };
    let places =
        places.split("<br>").filter(|place| !place.is_empty()).map(str::to_owned).collect();
    is_id(id).then(|| Row { id: (*id).into(), places, why_none: (*why_none).into() })
}

fn table() -> Vec<Row> {
    let text = fs::read_to_string(repository().join(TABLE)).expect("the table is there");
    text.lines().filter_map(row).collect()
}

fn bless(citations: &BTreeMap<String, Vec<Place>>) {
    let file = repository().join(TABLE);
    let rewritten = |line: &str| match row(line) {
        None => format!("{line}\n"),
        Some(row) => {
            let places = citations.get(&row.id).map(|p| p.join("<br>")).unwrap_or_default();
            format!("| {} | {places} | {} |\n", row.id, row.why_none)
        }
    };
    let text = fs::read_to_string(&file).expect("the table is there");
    fs::write(&file, text.lines().map(rewritten).collect::<String>())
        .expect("the table can be written");
}

#[test]
fn every_statement_has_its_place() {
    let citations = citations();
    if std::env::var_os("BLESS").is_some() {
        bless(&citations);
    }
    let table = table();
    let mut wrong = Vec::new();
    let mut rows = BTreeSet::new();
    for row in &table {
        if !rows.insert(row.id.clone()) {
            wrong.push(format!("{} has two rows", row.id));
        }
        if row.places.is_empty() && row.why_none.is_empty() {
            wrong.push(format!("{} has neither a test nor a reason why there is none", row.id));
        }
        let cited = citations.get(&row.id).cloned().unwrap_or_default();
        for place in row.places.iter().filter(|place| !cited.contains(place)) {
            wrong.push(format!(
                "{} is said to be tested by «{place}», which does not cite it",
                row.id
            ));
        }
        for place in cited.iter().filter(|place| !row.places.contains(place)) {
            wrong.push(format!("«{place}» cites {}, whose row does not say so", row.id));
        }
    }
    let missing = |id: &&String| !rows.contains(*id);
    wrong.extend(statements().iter().filter(missing).map(|id| format!("{id} has no row")));
    wrong
        .extend(citations.keys().filter(missing).map(|id| format!("{id} is cited and has no row")));
    assert!(
        wrong.is_empty(),
        "{TABLE} (`BLESS=1` writes its second column):\n{}",
        wrong.join("\n")
    );
}

/// Names must tell tests apart: a failure names its heading.
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
        split_ids("The clock starts (D-24, D?1)"),
        ("The clock starts", vec!["D-24", "D?1"])
    );
    assert_eq!(
        split_ids("The clock (of the host) starts"),
        ("The clock (of the host) starts", vec![])
    );
    assert_eq!(split_ids("Why (at all)"), ("Why (at all)", vec![]));
}
