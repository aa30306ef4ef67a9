//! Writes a failing case as a scenario file.

use std::fmt::Write as _;

use despertador_contract::Ticket;
use serde_json::json;

use crate::answer::{self, Detail};
use crate::scenario::what_happened;
use crate::simulation::Policy;
use crate::simulation::invariant::Broken;
use crate::simulation::script::Script;
use crate::simulation::stage::Line;
use despertador_contract::clock_face::ClockFace;
use despertador_contract::word::Word;

/// The scenario of a played script; the last line is where the invariant is violated.
pub(crate) fn scenario(
    script: &Script,
    lines: &[Line],
    policies: &[Policy],
    broken: &Broken,
) -> String {
    let mut text = format!("# Broken: {}\n\nFound: {}.\n", broken.invariant, broken.found);
    let switches = lines.iter().any(|line| matches!(line, Line::Policy(..)));
    for (number, policy) in policies.iter().enumerate() {
        if number == 0 {
            let _ = write!(text, "\n```policy\n{}\n```\n", policy.config.trim_end());
        }
        if switches {
            let name = name(number);
            let _ = write!(text, "\n```policy name={name}\n{}\n```\n", policy.config.trim_end());
        }
    }
    let _ = write!(text, "\n```ticket\n{}\n```\n", ticket(&script.ticket));
    text.push_str(
        "\n## What was played\n\nThe expectations are what was answered.\n\n```timeline\n",
    );
    let face = ClockFace::dated();
    let rows: Vec<Row> = lines.iter().map(|line| Row::of(line, &face)).collect();
    let at = rows.iter().map(|row| row.at.chars().count()).max().unwrap_or(0);
    let what = rows.iter().map(|row| row.what.chars().count()).max().unwrap_or(0);
    for row in &rows {
        let line = match &row.decided {
            Some(decided) => format!("{:at$}  {:what$}  → {decided}", row.at, row.what),
            None => format!("{:at$}  {}", row.at, row.what),
        };
        text.push_str(&line);
        text.push('\n');
    }
    text.push_str("```\n");
    text
}

/// A line of the timeline, in its columns.
struct Row {
    at: String,
    what: String,
    decided: Option<String>,
}

impl Row {
    fn of(line: &Line, face: &ClockFace) -> Row {
        let (at, what) = match line {
            Line::Call(called) => (called.call.now(), what_happened(&called.call, face)),
            Line::Facts(at, facts) => (*at, format!("facts {facts}")),
            Line::Policy(at, policy) => (*at, format!("policy {}", name(*policy))),
            Line::Restart(at) => (*at, "restart".into()),
            Line::Damaged(at) => (*at, "memory damaged".into()),
        };
        let decided = match line {
            Line::Call(called) => {
                let detail = Detail { key: true, ..Detail::default() };
                Some(answer::line(&called.answer, face, &detail))
            }
            _ => None,
        };
        Row { at: face.show(at), what, decided }
    }
}

fn name(policy: usize) -> &'static str {
    if policy == 0 { "first" } else { "without-last-reminders" }
}

fn ticket(ticket: &Ticket) -> String {
    json!({
        "id": ticket.id,
        "department": ticket.department,
        "channel": ticket.channel.word(),
        "incomplete-metadata": ticket.incomplete_metadata,
    })
    .to_string()
}
