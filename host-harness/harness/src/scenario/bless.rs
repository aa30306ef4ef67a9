//! Writes the actual decisions into the scenario file, in place of the expected ones.

use crate::scenario::document::ScenarioFile;
use crate::scenario::play::Played;

/// The file's text with failed expectations replaced; `None` if there were none.
///
/// Only texts after an arrow and the body of a `problems` block change: prose, comments and the
/// columns of arrows stay. Lines without an arrow are unchanged.
pub fn bless(file: &ScenarioFile, played: &[Played]) -> Option<String> {
    let mut lines: Vec<Option<String>> =
        file.text.lines().map(|line| Some(line.to_owned())).collect();
    let mut changed = false;
    for (scenario, played) in file.scenarios.iter().zip(played) {
        for step in played.steps.iter().filter(|step| step.met == Some(false)) {
            let moment = scenario.moments.iter().find(|moment| moment.line == step.line);
            let (Some(moment), Some(got)) = (moment, &step.got) else {
                continue;
            };
            let slot = lines.get_mut(moment.line.saturating_sub(1)).and_then(Option::as_mut);
            let blessable = !got.starts_with("no answer")
                && !matches!(moment.expected, crate::scenario::timeline::Expected::Contains(_));
            if let (Some(line), true) = (slot, blessable) {
                let before = line.get(..moment.span.start).unwrap_or_default();
                let after = line.get(moment.span.end..).unwrap_or_default();
                *line = format!("{before} {got}{after}");
                changed = true;
            }
        }
        if let (Some(expected), Some(found)) = (&scenario.problems, &played.problems)
            && played.failures.iter().any(|failure| failure.line == expected.line)
        {
            let mut body = Some(table(found));
            for at in expected.body.clone() {
                if let Some(slot) = lines.get_mut(at) {
                    *slot = body.take().filter(|text| !text.is_empty());
                }
            }
            if let (Some(text), Some(Some(fence))) =
                (body, lines.get_mut(expected.body.start.saturating_sub(1)))
            {
                *fence = format!("{fence}\n{text}");
            }
            changed = true;
        }
    }
    changed.then(|| {
        let mut text = lines.into_iter().flatten().collect::<Vec<_>>().join("\n");
        text.push('\n');
        text
    })
}

/// Severity, code and place in columns.
fn table(found: &[String]) -> String {
    let rows: Vec<Vec<&str>> = found.iter().map(|line| line.splitn(3, ' ').collect()).collect();
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.len()).max().unwrap_or(0)
    };
    let (severity, code) = (width(0), width(1));
    let lines: Vec<String> = rows
        .iter()
        .map(|row| match row.as_slice() {
            [a, b, c] => format!("{a:severity$}  {b:code$}  {c}"),
            other => other.join("  "),
        })
        .collect();
    lines.join("\n")
}
